//! Python frameworks whose routes are lists, classes and names in other files.
#![allow(clippy::unwrap_used)]

mod common;

use common::{check, composed};

const SETTINGS: &str = "INSTALLED_APPS = ['django.contrib.auth', 'rest_framework']\nROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = ['django.middleware.security.SecurityMiddleware', 'django.contrib.auth.middleware.AuthenticationMiddleware']\n";

#[test]
fn django_includes_over_files_with_guards_of_a_shared_module() {
    let root = "from django.contrib import admin\nfrom django.urls import include, path\nurlpatterns = [path('admin/', admin.site.urls), path('api/', include(('orders.urls', 'orders'), namespace='o')), path('', include('pages.urls'))]\n";
    let orders = "from django.urls import path, re_path\nfrom . import views\nfrom common.guards import staff\nurlpatterns = [\n    path('orders/<int:pk>/', views.order),\n    path('mine/', staff(views.mine)),\n]\nurlpatterns += [re_path(r'^export/(?P<year>[0-9]{4})/$', views.Export.as_view())]\n";
    let views = "from django.contrib.auth.decorators import login_required\nfrom django.contrib.auth.mixins import LoginRequiredMixin\nfrom django.views import View\nfrom django.views.decorators.http import require_http_methods\n\n@login_required\n@require_http_methods(['GET', 'POST'])\ndef order(request, pk):\n    return request.GET.get('q')\n\ndef mine(request):\n    return None\n\nclass Export(LoginRequiredMixin, View):\n    def get(self, request, year):\n        return None\n";
    let guards = "from django.http import HttpResponseForbidden\n\ndef staff(view):\n    def inner(request, *args, **kwargs):\n        if not request.user.is_authenticated:\n            return HttpResponseForbidden()\n        return view(request, *args, **kwargs)\n    return inner\n";
    let pages = "from django.urls import path\nfrom django.views.generic import TemplateView\nurlpatterns = [path('about/', TemplateView.as_view(template_name='a.html'))]\nfrom django.http import HttpResponse\n\ndef home(request):\n    return HttpResponse('x')\n\nurlpatterns.append(path('home/', home))\n";
    check(
        &[
            ("shop/settings.py", SETTINGS),
            ("shop/urls.py", root),
            ("orders/__init__.py", ""),
            ("orders/urls.py", orders),
            ("orders/views.py", views),
            ("common/guards.py", guards),
            ("pages/urls.py", pages),
        ],
        &[
            "* /admin/{path} true X",
            "* /api/mine/ true X",
            "* /home/ false C",
            "GET /about/ unknown",
            "GET /api/export/{year}/ true X",
            "GET /api/orders/{pk}/ true X",
            "POST /api/orders/{pk}/ true X",
        ],
    );
}

#[test]
fn django_middleware_that_nobody_knows_leaves_routes_unknown() {
    let settings = "MIDDLEWARE = ['django.middleware.common.CommonMiddleware', 'somebody.middleware.Gate']\nROOT_URLCONF = 'site.urls'\n";
    let required = "MIDDLEWARE = ['django.contrib.auth.middleware.LoginRequiredMiddleware']\nROOT_URLCONF = 'site.urls'\n";
    let urls = "from django.urls import path\nfrom django.contrib.auth.decorators import login_not_required\n\ndef a(request):\n    return None\n\n@login_not_required\ndef b(request):\n    return None\n\nurlpatterns = [path('a', a), path('b', b)]\n";
    check(&[("site/settings.py", settings), ("site/urls.py", urls)], &["* /a unknown", "* /b false X"]);
    check(&[("site/settings.py", required), ("site/urls.py", urls)], &["* /a true X", "* /b false X"]);
}

#[test]
fn rest_framework_viewsets_actions_and_default_permissions() {
    let settings =
        "REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated']}\nROOT_URLCONF = 'app.urls'\nMIDDLEWARE = []\n";
    let urls = "from django.urls import include, path\nfrom rest_framework.routers import DefaultRouter\nfrom . import views\nrouter = DefaultRouter()\nrouter.register(r'notes', views.NoteViewSet, basename='note')\nurlpatterns = [path('api/v1/', include(router.urls)), path('ping', views.ping), path('status', views.Status.as_view())]\n";
    let views = "from rest_framework import mixins, viewsets\nfrom rest_framework.decorators import action, api_view, permission_classes\nfrom rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly\nfrom rest_framework.views import APIView\nfrom core.permissions import Signed\n\nclass NoteViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):\n    def create(self, request):\n        return request.data.get('title')\n\n    @action(detail=True, methods=['post'], permission_classes=[AllowAny])\n    def publish(self, request, pk=None):\n        return None\n\n    @action(detail=False, url_path='by-tag/(?P<tag>[^/.]+)', permission_classes=[Signed])\n    def by_tag(self, request, tag):\n        return None\n\n@api_view(['GET'])\n@permission_classes([AllowAny])\ndef ping(request):\n    return None\n\nclass Status(APIView):\n    permission_classes = [IsAuthenticatedOrReadOnly]\n\n    def get(self, request):\n        return None\n\n    def post(self, request):\n        return None\n";
    let permissions = "from rest_framework.permissions import BasePermission\n\nclass Signed(BasePermission):\n    def has_permission(self, request, view):\n        return bool(request.user and request.user.is_authenticated)\n";
    let files = [("app/settings.py", settings), ("app/__init__.py", ""), ("app/urls.py", urls), ("app/views.py", views), ("core/permissions.py", permissions)];
    check(
        &files,
        &[
            "GET /api/v1/notes true X",
            "GET /api/v1/notes/by-tag/{tag} true X",
            "GET /ping false C",
            "GET /status false C",
            "POST /api/v1/notes true X",
            "POST /api/v1/notes/{pk}/publish false C",
            "POST /status true X",
        ],
    );
    let found = composed(&files);
    let create = found.entries.iter().find(|entry| entry.method.as_deref() == Some("POST") && entry.path == "/api/v1/notes").unwrap();
    assert!(create.parameters.iter().any(|one| one.name == "title" && one.place == "body"), "{:?}", create.parameters);
}

#[test]
fn fastapi_dependencies_under_a_name_for_a_type() {
    let deps = "from typing import Annotated\nimport jwt\nfrom fastapi import Depends, Query\n\ndef current(token: str):\n    return jwt.decode(token, 'k', algorithms=['HS256'])\n\nCurrentUser = Annotated[dict, Depends(current)]\nPage = Annotated[int, Query(alias='p')]\n";
    let main = "from fastapi import FastAPI\nfrom .deps import CurrentUser, Page\nfrom . import deps\napp = FastAPI()\n\n@app.get('/me')\ndef me(user: CurrentUser, page: Page):\n    return user\n\n@app.get('/dotted')\ndef dotted(user: deps.CurrentUser):\n    return user\n\n@app.get('/open')\ndef opened():\n    return 1\n";
    let files = [("app/__init__.py", ""), ("app/deps.py", deps), ("app/main.py", main)];
    check(&files, &["GET /dotted true X", "GET /me true X", "GET /open false C"]);
    let me = composed(&files).entries.into_iter().find(|entry| entry.path == "/me").unwrap();
    assert!(me.parameters.iter().any(|one| one.name == "p" && one.place == "query"), "{:?}", me.parameters);
}

#[test]
fn starlette_lists_of_routes_in_other_files() {
    let routes = "from starlette.authentication import requires\nfrom starlette.routing import Mount, Route\n\n@requires('authenticated')\nasync def stock(request):\n    return request.query_params['q']\n\nasync def health(request):\n    return None\n\ninner = [Route('/stock', stock, methods=['POST'])]\nroutes = [Mount('/v1', routes=inner)] + [Route('/health', health)]\n";
    let app = "from starlette.applications import Starlette\nfrom starlette.routing import Mount\nfrom .routes import routes\napp = Starlette(routes=[Mount('/api', routes=routes)])\n";
    check(&[("svc/__init__.py", ""), ("svc/routes.py", routes), ("svc/app.py", app)], &["GET /api/health false C", "POST /api/v1/stock true X"]);
}

#[test]
fn litestar_controllers_and_guards() {
    let guards = "from litestar.exceptions import NotAuthorizedException\n\ndef signed(connection, handler):\n    if not connection.user:\n        raise NotAuthorizedException()\n";
    let orders = "from litestar import Controller, get, post\nfrom shared.guards import signed\n\nclass OrderController(Controller):\n    path = '/orders'\n    guards = [signed]\n\n    @get('/{order_id:int}')\n    async def one(self, order_id: int, full: bool = False) -> dict:\n        return {}\n\n@get('/health')\nasync def health() -> str:\n    return 'ok'\n";
    let app = "from litestar import Litestar, Router\nfrom .orders import OrderController, health\napi = Router(path='/api', route_handlers=[OrderController])\napp = Litestar(route_handlers=[api, health])\n";
    check(
        &[("shared/__init__.py", ""), ("shared/guards.py", guards), ("svc/__init__.py", ""), ("svc/orders.py", orders), ("svc/app.py", app)],
        &["GET /api/orders/{order_id} true X", "GET /health false C"],
    );
}

#[test]
fn tornado_and_falcon_name_classes() {
    let tornado = "import tornado.web\n\nclass Base(tornado.web.RequestHandler):\n    pass\n\nclass Users(Base):\n    @tornado.web.authenticated\n    def post(self):\n        self.get_argument('name')\n\nclass Unused(tornado.web.RequestHandler):\n    def get(self):\n        pass\n\napp = tornado.web.Application([(r'/users/(?P<id>\\d+)', Users)])\n";
    check(&[("t/app.py", tornado)], &["POST /users/{id} true X"]);
    let falcon = "import falcon\nfrom .things import Things\napp = falcon.App()\napp.add_route('/things', Things(), suffix='all')\n";
    let things = "import falcon\n\ndef gate(req, resp, resource, params):\n    raise falcon.HTTPUnauthorized()\n\nclass Things:\n    @falcon.before(gate)\n    def on_get_all(self, req, resp):\n        req.get_param('q')\n\n    def on_post(self, req, resp):\n        pass\n";
    let found = composed(&[("f/__init__.py", ""), ("f/app.py", falcon), ("f/things.py", things)]);
    assert_eq!(found.entries.iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(), ["/things"]);
}

#[test]
fn an_interface_hangs_under_the_blueprint_that_it_is_made_for() {
    let api = "from flask import Blueprint\nfrom flask_restx import Api, Namespace, Resource\nbp = Blueprint('api', __name__, url_prefix='/api')\napi = Api(bp)\nns = Namespace('users')\napi.add_namespace(ns, '/people')\n\n@ns.route('/<int:id>')\nclass User(Resource):\n    def get(self, id):\n        return {}\n";
    let app = "from flask import Flask\nfrom .api import bp\napp = Flask(__name__)\napp.register_blueprint(bp)\n";
    check(&[("svc/__init__.py", ""), ("svc/api.py", api), ("svc/app.py", app)], &["GET /api/people/{id} false C"]);
}

#[test]
fn tools_commands_and_tasks_are_ways_in_of_their_kind() {
    let shown =
        |text: &str| -> Vec<String> { composed(&[("tool.py", text)]).entries.iter().map(|entry| format!("{} {}", entry.kind.name(), entry.path)).collect() };
    assert_eq!(
        shown("from mcp.server.fastmcp import FastMCP\nmcp = FastMCP('x')\n\n@mcp.tool()\ndef add_note(text: str) -> str:\n    return text\n"),
        ["mcp_tool add_note"]
    );
    assert_eq!(
        shown("import click\n\n@click.group()\ndef main():\n    pass\n\n@main.command()\ndef sync_all():\n    pass\n"),
        ["cli tool", "cli tool sync-all"]
    );
    assert_eq!(shown("from celery import shared_task\n\n@shared_task\ndef send(to):\n    pass\n"), ["message send"]);
}

#[test]
fn what_only_looks_like_a_route_is_none() {
    let client = "import aiohttp\n\nasync def run():\n    async with aiohttp.ClientSession() as session:\n        await session.get('/x')\n";
    let test = "from starlette.testclient import TestClient\nfrom django.urls import reverse\nclient = TestClient(None)\nclient.get('/y')\nreverse('orders')\n";
    let chore = "import typer\napp = typer.Typer()\n\n@app.command()\ndef release():\n    pass\n";
    let other = "from mylib import path\nurlpatterns = [path('z', None)]\n";
    check(&[("a.py", client), ("b.py", test), ("c.py", other), ("scripts/release.py", chore)], &[]);
}

#[test]
fn lists_of_patterns_include_lists_that_include() {
    // the first file is read before those that it includes
    check(
        &[
            ("shop/a.py", "from django.urls import include, path\nurlpatterns = [path('api/', include('shop.b'))]\n"),
            (
                "shop/b.py",
                "from django.urls import include, path\nfrom shop import views\nurlpatterns = [path('inner/', include('shop.c')), path('near', views.near)]\n",
            ),
            ("shop/c.py", "from django.urls import path\nfrom shop import views\nurlpatterns = [path('far', views.near)]\n"),
            ("shop/views.py", "def near(request):\n    return None\n"),
        ],
        &["* /api/inner/far unknown", "* /api/near unknown"],
    );
}

/// Middleware that lets strangers pass and tells who others are: a handler that is told fails for strangers, one that is not answers them.
#[test]
fn a_handler_that_is_told_who_calls_is_not_open() {
    let app = "import jwt
from fastapi import FastAPI, HTTPException, Request

app = FastAPI()

def read(token: str):
    try:
        return jwt.decode(token, 'k', algorithms=['HS256'])
    except jwt.PyJWTError:
        raise HTTPException(status_code=403)

@app.middleware('http')
async def tell(request: Request, call_next):
    header = request.headers.get('Authorization')
    if header:
        request.state.current_user = read(header.split(' ')[1])
    return await call_next(request)

@app.get('/orders')
def orders(request: Request):
    user = request.state.current_user
    return find(user['sub'])

@app.get('/health')
def health(request: Request):
    return request.state.started
";
    check(&[("app.py", app)], &["GET /health false C", "GET /orders unknown"]);
}
