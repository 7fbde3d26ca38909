//! Files without any framework's word are read when, and only when, another file refers to them.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use common::session;
use std::sync::Arc;
use threatline_engine::{MemorySource, Revision};

fn said(files: &[(&str, &str)]) -> String {
    let source = Arc::new(MemorySource::new());
    let root = source.add_files(files.iter().copied());
    session(&source, None, 1).scan(&Revision::of_tree(root)).unwrap().said
}

/// `text` at `path` matters to the other files, `other` in its place says something else, and a comment
/// says nothing.
#[track_caller]
fn is_wanted(rest: &[(&str, &str)], path: &str, text: &str, other: &str, comment: &str) {
    let with = |text: &str| said(&[rest, &[(path, text)]].concat());
    let base = with(text);
    assert_ne!(base, with(other), "{path} is read");
    assert_eq!(base, with(&format!("{comment}\n{text}")), "a comment in {path} is not");
    let alone = |text: &str| said(&[(path, text)]);
    assert_eq!(alone(text), alone(other), "{path} says nothing of itself");
}

const FLASK: &str = "from flask import Flask\nfrom {module} import BASE\napp = Flask(__name__)\n\n@app.get(BASE + '/pay')\ndef pay():\n    return 'x'\n";

fn flask(module: &str) -> String {
    FLASK.replace("{module}", module)
}

#[test]
fn python_beside_below_and_around() {
    let (one, two) = ("BASE = '/v1'\n", "BASE = '/v2'\n");
    is_wanted(&[("svc/app.py", &flask(".paths"))], "svc/paths.py", one, two, "# x");
    is_wanted(&[("svc/routes/app.py", &flask("..paths"))], "svc/paths.py", one, two, "# x");
    is_wanted(&[("svc/app.py", &flask("common.paths"))], "svc/common/paths.py", one, two, "# x");
    is_wanted(&[("svc/src/shop/api/app.py", &flask("shop.paths"))], "svc/src/shop/paths.py", one, two, "# x");
    is_wanted(&[("a/b/app.py", &flask("shared.paths"))], "shared/paths.py", one, two, "# x");
}

#[test]
fn what_a_wanted_file_wants() {
    let files = [("svc/app.py", flask(".paths")), ("svc/paths.py", "from .deep.roots import BASE\n".to_owned())];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    is_wanted(&files, "svc/deep/roots.py", "BASE = '/v1'\n", "BASE = '/v2'\n", "# x");
}

#[test]
fn java_in_its_package_and_elsewhere_in_the_build() {
    let controller = "package com.shop.web;\nimport com.shop.common.Paths;\nimport org.springframework.web.bind.annotation.*;\n@RestController\nclass Pay {\n  @GetMapping(Paths.PAY) public Receipt pay() { return null; }\n}\n";
    let path = "svc/src/main/java/com/shop/web/Pay.java";
    let paths = |value: &str| format!("package com.shop.common;\nclass Paths {{ static final String PAY = \"{value}\"; }}\n");
    is_wanted(&[(path, controller)], "svc/src/main/java/com/shop/common/Paths.java", &paths("/a"), &paths("/b"), "// x");
    let receipt = |field: &str| format!("package com.shop.web;\nclass Receipt {{ String {field}; }}\n");
    is_wanted(&[(path, controller)], "svc/src/main/java/com/shop/web/Receipt.java", &receipt("email"), &receipt("iban"), "// x");
    let pom = "<project><groupId>g</groupId><artifactId>common</artifactId></project>";
    let rest = [(path, controller), ("libs/common/pom.xml", pom)];
    is_wanted(&rest, "libs/common/src/main/java/com/shop/common/Paths.java", &paths("/a"), &paths("/b"), "// x");
}

#[test]
fn types_of_csharp_by_their_own_names() {
    let program =
        "using Shop.Contracts;\nvar app = WebApplication.CreateBuilder(args).Build();\napp.MapPost(\"/pay\", (Receipt receipt) => receipt);\napp.Run();\n";
    let receipt = |field: &str| format!("namespace Shop.Contracts;\npublic class Receipt {{ public string {field} {{ get; set; }} }}\n");
    let project = ("svc/Shop.csproj", "<Project Sdk=\"Microsoft.NET.Sdk.Web\" />");
    is_wanted(&[("svc/Program.cs", program), project], "svc/Contracts/Receipt.cs", &receipt("Email"), &receipt("Iban"), "// x");
    // a file that is named for several holds several
    is_wanted(&[("svc/Program.cs", program), project], "svc/Contracts/Contracts.cs", &receipt("Email"), &receipt("Iban"), "// x");
    // in a project beside, where one solution holds both
    let solution = ("Shop.sln", "Microsoft Visual Studio Solution File");
    is_wanted(&[("svc/Program.cs", program), project, solution], "contracts/Receipt.cs", &receipt("Email"), &receipt("Iban"), "// x");
}

#[test]
fn constants_of_a_package_that_no_import_names() {
    let controller = "package com.shop.web;\nimport org.springframework.web.bind.annotation.*;\n@RestController\nclass Pay {\n  @GetMapping(Paths.PAY) public String pay() { return null; }\n}\n";
    let paths = |value: &str| format!("package com.shop.web;\nclass Paths {{ static final String PAY = \"{value}\"; }}\n");
    is_wanted(&[("svc/src/main/java/com/shop/web/Pay.java", controller)], "svc/src/main/java/com/shop/web/Paths.java", &paths("/a"), &paths("/b"), "// x");
}

#[test]
fn go_packages_of_the_module() {
    let main = "package main\n\nimport (\n\t\"github.com/gin-gonic/gin\"\n\t\"example.com/shop/internal/paths\"\n)\n\nfunc main() {\n\tr := gin.Default()\n\tr.GET(paths.Pay, pay)\n\tr.Run()\n}\n";
    let rest = [("svc/go.mod", "module example.com/shop\n\ngo 1.22\n"), ("svc/cmd/main.go", main)];
    let paths = |value: &str| format!("package paths\n\nconst Pay = \"{value}\"\n");
    is_wanted(&rest, "svc/internal/paths/paths.go", &paths("/a"), &paths("/b"), "// x");
}

#[test]
fn rust_modules_of_the_crate_and_of_the_workspace() {
    let main = |path: &str| {
        format!(
            "use axum::{{Router, routing::get}};\nuse {path};\n\n#[tokio::main]\nasync fn main() {{\n    let app = Router::new().route(PAY, get(pay));\n    axum::serve(todo!(), app).await;\n}}\n"
        )
    };
    let (one, two) = ("pub const PAY: &str = \"/a\";\n", "pub const PAY: &str = \"/b\";\n");
    let manifest = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";
    let own = main("crate::http::paths::PAY");
    is_wanted(&[("shop/Cargo.toml", manifest), ("shop/src/main.rs", &own)], "shop/src/http/paths.rs", one, two, "// x");
    let foreign = main("shop_paths::PAY");
    let of_paths = "[package]\nname = \"shop-paths\"\nversion = \"0.1.0\"\n";
    let rest = [("shop/Cargo.toml", manifest), ("shop/src/main.rs", foreign.as_str()), ("paths/Cargo.toml", of_paths)];
    is_wanted(&rest, "paths/src/lib.rs", one, two, "// x");
}

#[test]
fn nobody_refers_to_it() {
    let rest = [("svc/app.py", flask(".paths")), ("svc/paths.py", "BASE = '/v1'\n".to_owned())];
    let with = |text: &str| {
        let mut files: Vec<(&str, &str)> = rest.iter().map(|(path, text)| (*path, text.as_str())).collect();
        files.push(("svc/unused.py", text));
        said(&files)
    };
    assert_eq!(with("BASE = 1\n"), with("BASE = 2\n"));
}

#[test]
fn files_that_a_template_of_a_chart_takes_in() {
    let chart = ("deploy/shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\ndata:\n{{ (.Files.Glob \"files/*\").AsConfig | indent 2 }}\n  one: {{ .Files.Get \"config/one.txt\" | quote }}\n";
    let rest = [chart, ("deploy/shop/templates/deep/config.yaml", template)];
    for path in ["deploy/shop/files/ORDERS_URL", "deploy/shop/config/one.txt"] {
        let with = |text: &str| said(&[rest[0], rest[1], (path, text)]);
        assert_ne!(with("http://orders:80"), with("http://other:80"), "{path} is read");
        let alone = |text: &str| said(&[(path, text)]);
        assert_eq!(alone("http://orders:80"), alone("http://other:80"), "{path} says nothing of itself");
    }
    let elsewhere = |text: &str| said(&[rest[0], rest[1], ("deploy/files/ORDERS_URL", text)]);
    assert_eq!(elsewhere("http://orders:80"), elsewhere("http://other:80"), "what lies in no chart is none of its files");
}
