//! Prefixes that stand in another package than the routes.
#![allow(clippy::unwrap_used)]

mod common;

use common::composed;

fn paths(files: &[(&str, &str)]) -> Vec<String> {
    composed(files).entries.iter().map(|entry| entry.path.clone()).collect()
}

#[test]
fn a_module_that_has_a_function_of_its_own_name_is_still_the_module() {
    let items = "from fastapi import APIRouter\nrouter = APIRouter()\n\n@router.get('/items')\ndef items():\n    return []\n";
    let main = "from fastapi import FastAPI\nfrom .routers import items\napp = FastAPI()\napp.include_router(items.router, prefix='/py')\n";
    assert_eq!(paths(&[("app/main.py", main), ("app/routers/__init__.py", ""), ("app/routers/items.py", items)]), ["/py/items"]);
    let named = "from fastapi import FastAPI\nfrom .prefix import prefix\nfrom .routers import items\napp = FastAPI()\napp.include_router(items.router, prefix=prefix)\n";
    let files = [("app/main.py", named), ("app/prefix.py", "prefix = '/v1'\n"), ("app/routers/__init__.py", ""), ("app/routers/items.py", items)];
    assert_eq!(paths(&files), ["/v1/items"], "a member may bear the name of its module");
}

#[test]
fn a_router_of_another_crate() {
    let found = paths(&[
        ("web/Cargo.toml", "[package]\nname = \"web\"\n[dependencies]\naxum = \"0.7\"\nshared = { path = \"../shared\" }\n"),
        (
            "web/src/main.rs",
            "use axum::Router;\n\n#[tokio::main]\nasync fn main() {\n    let app = Router::new().nest(\"/rs\", shared::router());\n    axum::serve(listener, app).await.unwrap();\n}\n",
        ),
        ("shared/Cargo.toml", "[package]\nname = \"shared\"\n[dependencies]\naxum = \"0.7\"\n"),
        (
            "shared/src/lib.rs",
            "use axum::{Router, routing::get};\n\npub fn router() -> Router {\n    Router::new().route(\"/state\", get(state))\n}\n\nasync fn state() -> &'static str {\n    \"x\"\n}\n",
        ),
    ]);
    assert_eq!(found, ["/rs/state"]);
}

#[test]
fn a_constant_of_a_referenced_project() {
    let project = |reference: &str| format!("<Project Sdk=\"Microsoft.NET.Sdk.Web\"><ItemGroup>{reference}</ItemGroup></Project>");
    let (web, shared) = (project("<ProjectReference Include=\"../Shared/Shared.csproj\" />"), project(""));
    for namespace in [
        "namespace Shop.Shared;\npublic static class Paths { public const string Root = \"/api\"; }\n",
        "namespace Shop.Shared { public static class Paths { public const string Root = \"/api\"; } }\n",
    ] {
        let found = paths(&[
            ("Web/Web.csproj", &web),
            (
                "Web/Program.cs",
                "using Shop.Shared;\nvar app = WebApplication.CreateBuilder(args).Build();\nvar group = app.MapGroup(Paths.Root);\ngroup.MapGet(\"/cs\", () => \"x\");\napp.Run();\n",
            ),
            ("Shared/Shared.csproj", &shared),
            ("Shared/Paths.cs", namespace),
        ]);
        assert_eq!(found, ["/api/cs"], "{namespace}");
    }
}

#[test]
fn a_prefix_that_is_empty_unless_something_is_set_is_empty() {
    let urls = "
from urllib.parse import urlparse
from django.conf import settings
from django.http import HttpResponse
from django.urls import path

def up(request):
    return HttpResponse('up')

prefix = ''
if base := urlparse(settings.SITE).path.lstrip('/'):
    prefix = f'{base}/'

urlpatterns = [path(f'{prefix}up/', up), path(prefix + 'down/', up)]
";
    let found = paths(&[("site/__init__.py", ""), ("site/settings.py", "ROOT_URLCONF = 'site.urls'\nSITE = 'http://localhost'\n"), ("site/urls.py", urls)]);
    assert_eq!(found, ["/down/", "/up/"]);
}
