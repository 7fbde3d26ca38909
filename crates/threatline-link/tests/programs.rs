//! Several programs of one Go module: which of them a component runs, and what of the shared packages is its own.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::Model;

const MODULE: (&str, &str) = ("go.mod", "module acme.io/bakery\n\ngo 1.22\n\nrequire github.com/gin-gonic/gin v1.9.1\nrequire github.com/lib/pq v1.10.9\n");

const ORDERS: (&str, &str) = (
    "cmd/orders/main.go",
    "package main\n\nimport (\n\t\"acme.io/bakery/internal/orders\"\n\t\"acme.io/bakery/pkg/server\"\n)\n\nfunc main() {\n\tr := server.New()\n\torders.Mount(r)\n\tr.Run(\":8080\")\n}\n",
);

const ORDERS_ROUTES: (&str, &str) = (
    "internal/orders/routes.go",
    "package orders\n\nimport (\n\t\"github.com/gin-gonic/gin\"\n\t\"acme.io/bakery/pkg/store\"\n)\n\nfunc Mount(r *gin.Engine) {\n\tdb := store.Open()\n\t_ = db\n\tr.POST(\"/orders\", create)\n}\n\nfunc create(c *gin.Context) { c.JSON(201, nil) }\n",
);

const MENU: (&str, &str) = (
    "cmd/menu/main.go",
    "package main\n\nimport (\n\t\"acme.io/bakery/pkg/server\"\n\t\"github.com/gin-gonic/gin\"\n)\n\nfunc main() {\n\tr := server.New()\n\tr.GET(\"/menu\", func(c *gin.Context) { c.JSON(200, nil) })\n\tr.Run(\":8081\")\n}\n",
);

const SERVER: (&str, &str) = (
    "pkg/server/server.go",
    "package server\n\nimport \"github.com/gin-gonic/gin\"\n\nfunc New() *gin.Engine {\n\tr := gin.New()\n\tr.GET(\"/healthz\", func(c *gin.Context) { c.Status(200) })\n\treturn r\n}\n",
);

const STORE: (&str, &str) = (
    "pkg/store/store.go",
    "package store\n\nimport (\n\t\"database/sql\"\n\t\"os\"\n\n\t_ \"github.com/lib/pq\"\n)\n\nfunc Open() *sql.DB {\n\tdb, _ := sql.Open(\"postgres\", os.Getenv(\"DATABASE_URL\"))\n\treturn db\n}\n",
);

fn entries(model: &Model) -> Vec<String> {
    model.entry_points.iter().map(|entry| entry.id.rest().to_owned()).collect()
}

fn flows(model: &Model) -> Vec<String> {
    model.flows.iter().map(|flow| flow.id.rest().to_owned()).collect()
}

/// The module in a Compose project whose services are given.
fn in_compose(files: &[(&'static str, &'static str)], services: &str) -> Model {
    let compose = format!("services:\n{services}  db: {{ image: 'postgres:16' }}\n");
    let mut all = vec![MODULE, ORDERS, ORDERS_ROUTES, MENU, SERVER, STORE];
    all.extend(files);
    all.push(("compose.yaml", &compose));
    model(&all)
}

const EXPECTED: [&str; 4] = ["menu:GET /healthz", "menu:GET /menu", "orders:GET /healthz", "orders:POST /orders"];

#[test]
fn each_dockerfile_compiles_a_program_of_its_own() {
    let build = |program: &str| {
        format!(
            "FROM golang:1.22 AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 \\\n    go build -ldflags=\"-s -w\" -o /bin/app ./cmd/{program}\n\nFROM scratch\nCOPY --from=build /bin/app /app\nENTRYPOINT [\"/app\"]\n"
        )
    };
    let (orders, menu) = (build("orders").leak() as &'static str, build("menu").leak() as &'static str);
    let services = "  orders:\n    build: { context: ., dockerfile: docker/Dockerfile-orders }\n    environment: { DATABASE_URL: 'postgres://db:5432/orders' }\n  menu:\n    build: { context: ., dockerfile: docker/Dockerfile-menu }\n    environment: { DATABASE_URL: 'postgres://db:5432/orders' }\n";
    let model = in_compose(&[("docker/Dockerfile-orders", orders), ("docker/Dockerfile-menu", menu)], services);
    assert_eq!(entries(&model), EXPECTED);
    assert_eq!(flows(&model), ["orders>db:sql"], "the other one is not built with the store");
    let uses = |name: &str| model.components.iter().find(|one| one.name == name).unwrap().technologies.contains("postgresql");
    assert!(uses("orders") && !uses("menu"), "what the module depends on, not every program of it uses");
}

#[test]
fn an_argument_of_the_build_says_which_program() {
    let dockerfile = "FROM golang:1.22 AS build\nARG SERVICE=orders\nWORKDIR /src\nCOPY . .\nRUN go build -o /out/${SERVICE} ./cmd/${SERVICE}\nFROM scratch\nCOPY --from=build /out /\n";
    let services = "  orders:\n    build: { context: . }\n  menu:\n    build: { context: ., args: { SERVICE: menu } }\n";
    assert_eq!(entries(&in_compose(&[("Dockerfile", dockerfile)], services)), EXPECTED);
}

#[test]
fn of_all_programs_in_an_image_the_one_that_is_started() {
    let dockerfile = "FROM golang:1.22\nWORKDIR /src\nCOPY . .\nRUN go install ./cmd/...\n";
    let services = "  orders: { build: ., command: ['orders', '--port', '8080'] }\n  menu: { build: ., entrypoint: /go/bin/menu }\n";
    assert_eq!(entries(&in_compose(&[("Dockerfile", dockerfile)], services)), EXPECTED);
}

#[test]
fn where_nobody_says_which_program_all_may_run() {
    let dockerfile = "FROM golang:1.22\nWORKDIR /src\nCOPY . .\nRUN make\n";
    let model = in_compose(&[("Dockerfile", dockerfile)], "  shop: { build: . }\n");
    assert_eq!(entries(&model), ["shop:GET /healthz", "shop:GET /menu", "shop:POST /orders"]);
}

#[test]
fn a_module_without_a_program_is_run_by_those_that_import_it() {
    let kit = ("kit/go.mod", "module acme.io/kit\n\nrequire github.com/gin-gonic/gin v1.9.1\n");
    let server = (
        "kit/server/server.go",
        "package server\n\nimport \"github.com/gin-gonic/gin\"\n\nfunc New() *gin.Engine {\n\tr := gin.New()\n\tr.GET(\"/metrics\", func(c *gin.Context) { c.Status(200) })\n\treturn r\n}\n",
    );
    let store = (
        "kit/store/store.go",
        "package store\n\nimport (\n\t\"database/sql\"\n\t_ \"github.com/lib/pq\"\n)\n\nfunc Open() (*sql.DB, error) { return sql.Open(\"postgres\", \"host=db user=app\") }\n",
    );
    let manifest = ("billing/go.mod", "module acme.io/billing\n\nrequire acme.io/kit v0.0.0\n\nreplace acme.io/kit => ../kit\n");
    let main = (
        "billing/cmd/app/main.go",
        "package main\n\nimport (\n\t\"acme.io/kit/server\"\n\t\"acme.io/kit/store\"\n)\n\nfunc main() {\n\tstore.Open()\n\tserver.New().Run()\n}\n",
    );
    let cache = (
        "kit/cache/cache.go",
        "package cache\n\nimport \"github.com/redis/go-redis/v9\"\n\nfunc Open() *redis.Client { return redis.NewClient(&redis.Options{Addr: \"db:6379\"}) }\n",
    );
    let model = model(&[kit, server, store, cache, manifest, main, ("compose.yaml", "services:\n  db: { image: 'postgres:16' }\n")]);
    let components: Vec<&str> = model.components.iter().map(|component| component.id.rest()).collect();
    assert_eq!(components, ["billing", "db"], "what is only imported is no component");
    assert_eq!(entries(&model), ["billing:GET /metrics"]);
    assert_eq!(flows(&model), ["billing>db:sql"], "what it does not import, it does not run");
}
