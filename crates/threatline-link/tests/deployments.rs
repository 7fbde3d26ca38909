//! One system that several files describe, and the addresses that they write each in its own way.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::Model;

fn components(model: &Model) -> Vec<&str> {
    model.components.iter().map(|component| component.id.rest()).collect()
}

fn flows(model: &Model) -> Vec<&str> {
    model.flows.iter().map(|flow| flow.id.rest()).collect()
}

const CHART: [(&str, &str); 2] = [
    ("k8s/web.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: web, image: acme/web}]}}}\n"),
    (
        "k8s/stock.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: stock}\nspec: {template: {spec: {containers: [{name: stock, image: acme/stock}]}}}\n",
    ),
];

#[test]
fn stores_that_anybody_runs_tell_no_system_from_another() {
    let compose = "services:\n  web: {image: acme/web}\n  stock: {image: acme/stock}\n  a: {image: redis}\n  b: {image: postgres}\n  c: {image: rabbitmq}\n";
    let model = model(&[CHART[0], CHART[1], ("docker-compose.yml", compose)]);
    assert_eq!(components(&model), ["a", "b", "c", "stock", "web"]);
}

#[test]
fn services_of_tests_keep_nothing_apart() {
    let tests = "services:\n  unit: {build: .}\n  slow: {build: .}\n  odd: {build: .}\n";
    let model = model(&[
        CHART[0],
        CHART[1],
        ("docker-compose.yml", "services:\n  web: {image: acme/web}\n  stock: {image: acme/stock}\n"),
        ("docker-compose-tests.yml", tests),
    ]);
    let of_use: Vec<&str> = model.components.iter().filter(|c| c.environment.name() != "test").map(|c| c.id.rest()).collect();
    assert_eq!(of_use, ["stock", "web"]);
}

#[test]
fn two_systems_of_their_own_stay_two() {
    let model = model(&[
        CHART[0],
        CHART[1],
        ("other/docker-compose.yml", "services:\n  web: {image: other/web}\n  blog: {image: other/blog}\n  shop: {image: other/shop}\n"),
    ]);
    assert_eq!(components(&model), ["blog", "k8s/web", "other/web", "shop", "stock"]);
}

#[test]
fn what_a_compose_file_includes_is_its_own() {
    let model = model(&[
        (
            "app/docker-compose.yml",
            "include: [../stock/docker-compose.yml]\nservices:\n  web: {image: acme/web, environment: {STOCK_URL: 'http://stock:80'}}\n",
        ),
        ("app/compose.override.yml", "services:\n  stock: {ports: ['8081:80']}\n"),
        ("stock/docker-compose.yml", "services:\n  stock: {image: acme/stock}\n"),
    ]);
    assert_eq!(components(&model), ["stock", "web"]);
}

#[test]
fn where_all_is_copied_the_dockerfile_says_which_package() {
    let model = model(&[
        (
            "docker-compose.yml",
            "services:\n  pay: {build: {context: ., dockerfile: services/pay/Dockerfile}}\n  api: {build: {context: ., dockerfile: services/api/Dockerfile}}\n",
        ),
        ("docker-compose.debug.yml", "services:\n  pay: {build: {args: {MODE: debug}}}\n"),
        ("services/pay/Dockerfile", "FROM node\nCOPY package*.json ./\nCOPY . .\nCMD [\"node\", \"services/pay/index.js\"]\n"),
        ("services/api/Dockerfile", "FROM node\nCOPY . .\nCMD [\"node\", \"services/api/index.js\"]\n"),
        ("services/pay/package.json", "{\"name\":\"pay\",\"dependencies\":{\"express\":\"4\"}}"),
        ("services/pay/index.js", "const app = require('express')();\napp.get('/pay', (req, res) => res.send('x'));\napp.listen(80);\n"),
        ("services/api/package.json", "{\"name\":\"api\",\"dependencies\":{\"express\":\"4\"}}"),
        ("services/api/index.js", "const app = require('express')();\napp.get('/api', (req, res) => res.send('x'));\napp.listen(80);\n"),
    ]);
    let ways: Vec<&str> = model.entry_points.iter().map(|entry| entry.id.rest()).collect();
    assert_eq!(ways, ["api:GET /api", "pay:GET /pay"]);
}

#[test]
fn a_configuration_of_dotnet_reads_its_keys_in_any_case() {
    let source = "using Microsoft.AspNetCore.Mvc;\nusing Microsoft.Extensions.Configuration;\n[ApiController]\npublic class HomeController : ControllerBase\n{\n  private readonly IConfiguration _settings;\n  public HomeController(IConfiguration settings) { _settings = settings; }\n  [HttpGet(\"/\")]\n  public string Get() => _settings[\"IdentityUrl\"];\n}\n";
    let compose = "services:\n  web:\n    build: web\n    environment:\n      identityUrl: http://identity\n      HealthChecksUI__HealthChecks__0__Uri: http://stock/hc\n      ConnectionStrings__Shop: 'Server=tcp:data,1433;Database=shop;User Id=sa;Password=x'\n      NOTE: http://spare\n  identity: {image: acme/identity}\n  stock: {image: acme/stock}\n  spare: {image: acme/spare}\n  data: {image: mcr.microsoft.com/mssql/server}\n";
    let project = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>";
    let model = model(&[
        ("docker-compose.yml", compose),
        ("web/Dockerfile", "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nCOPY . .\n"),
        ("web/web.csproj", project),
        ("web/HomeController.cs", source),
    ]);
    assert_eq!(flows(&model), ["web>data:sql", "web>identity:http", "web>stock:http"]);
}

#[test]
fn a_product_is_told_its_hosts_by_variables_and_mounted_files() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: registry}\nspec:\n  template:\n    spec:\n      containers:\n        - name: registry\n          image: goharbor/registry-photon\n          env: [{name: POSTGRESQL_HOST, value: store}, {name: COLOUR, value: store2}]\n          volumeMounts: [{name: config, mountPath: /etc/registry}]\n      volumes: [{name: config, configMap: {name: registry}}]\n";
    let store = |name: &str, image: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {{template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{containers: [{{name: {name}, image: {image}}}]}}}}}}\n---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{selector: {{app: {name}}}}}\n"
        )
    };
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: registry}\ndata:\n  config.yml: |\n    redis:\n      addr: \"cache:6379\"\n    log: info\n";
    let (a, b, c) = (store("store", "postgres"), store("store2", "mysql"), store("cache", "redis"));
    let model = model(&[("k8s/registry.yaml", deployment), ("k8s/config.yaml", config), ("k8s/a.yaml", &a), ("k8s/b.yaml", &b), ("k8s/c.yaml", &c)]);
    assert_eq!(flows(&model), ["registry>cache:redis", "registry>store:sql"]);
}

#[test]
fn a_console_looks_for_its_store_by_itself() {
    let compose = "services:\n  kibana: {image: kibana}\n  elasticsearch: {image: elasticsearch}\n";
    assert_eq!(flows(&model(&[("docker-compose.yml", compose)])), ["kibana>elasticsearch:http"]);
    let told = "services:\n  kibana: {image: kibana, environment: {ELASTICSEARCH_HOSTS: 'http://search:9200'}}\n  elasticsearch: {image: elasticsearch}\n  search: {image: elasticsearch}\n";
    assert_eq!(flows(&model(&[("docker-compose.yml", told)])), ["kibana>search:http"]);
}

#[test]
fn a_driver_alone_on_board_has_its_store() {
    let pom = |drivers: &str| {
        format!(
            "<project><artifactId>user</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-data-jpa</artifactId></dependency>{drivers}</dependencies></project>"
        )
    };
    let driver = |group: &str, name: &str| format!("<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId></dependency>");
    let main = "package user;\nimport org.springframework.boot.SpringApplication;\nimport org.springframework.boot.autoconfigure.SpringBootApplication;\n@SpringBootApplication\npublic class User { public static void main(String[] args) { SpringApplication.run(User.class, args); } }\n";
    let of = |drivers: &str| {
        let pom = pom(drivers);
        let model = model(&[("pom.xml", &pom), ("src/main/java/user/User.java", main)]);
        model.flows.iter().map(|flow| flow.id.rest().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of(&driver("mysql", "mysql-connector-java")), ["user>mysql:sql"]);
    assert!(of(&(driver("mysql", "mysql-connector-java") + &driver("com.h2database", "h2"))).is_empty(), "which of two is used, nobody knows");
    assert!(of("").is_empty());
}

#[test]
fn the_image_of_a_store_that_only_runs_an_errand_is_no_store() {
    let compose = "services:\n  db: {image: postgres, command: [postgres, -c, max_connections=9]}\n  restored: {image: postgres, command: ./restore.sh dump, environment: {TARGET_HOST: db}}\n  cache: {image: redis, command: sh -c 'redis-server --requirepass x'}\n  filled: {image: redis, command: redis-cli -h cache set a b}\n  own: {image: postgres, command: ./run.sh}\n";
    let model = model(&[("docker-compose.yml", compose)]);
    let kinds: Vec<String> = model.components.iter().map(|component| format!("{} {}", component.id.rest(), component.kind.name())).collect();
    assert_eq!(kinds, ["cache data_store", "db data_store", "filled process", "own data_store", "restored process"]);
    assert_eq!(flows(&model), ["restored>db:sql"]);
}

#[test]
fn what_is_spoken_to_as_a_store_is_one() {
    let compose = "services:\n  api: {image: grafana/grafana, environment: {A: 'mongodb://documents:27017/x', B: 'postgres://db-proxy/x', C: 'http://other'}}\n  documents: {image: acme/documents-local}\n  db-proxy: {image: acme/proxy}\n  other: {image: acme/other}\n";
    let model = model(&[("docker-compose.yml", compose)]);
    let kinds: Vec<String> =
        model.components.iter().map(|component| format!("{} {} {:?}", component.id.rest(), component.kind.name(), component.technologies)).collect();
    assert_eq!(kinds, [r#"api process {"grafana"}"#, "db-proxy process {}", r#"documents data_store {"mongodb"}"#, "other process {}"]);
}

#[test]
fn a_manifest_counts_for_what_it_is_copied_into() {
    let model = model(&[
        (
            "docker-compose.yml",
            "services:\n  api: {build: {context: ., dockerfile: api.Dockerfile}}\n  pages: {build: {context: ., dockerfile: pages.Dockerfile}}\n",
        ),
        ("api.Dockerfile", "FROM python:3.12\nCOPY requirements.txt .\nCOPY api.py .\n"),
        ("pages.Dockerfile", "FROM node:22\nCOPY pages/ .\n"),
        ("requirements.txt", "fastapi\n"),
        ("api.py", "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/x')\ndef x():\n    return 1\n"),
        ("pages/package.json", "{\"name\":\"pages\",\"dependencies\":{\"svelte\":\"5\"}}"),
    ]);
    let made: Vec<String> =
        model.components.iter().map(|component| format!("{} {:?}", component.id.rest(), component.dependencies.keys().collect::<Vec<_>>())).collect();
    let technologies: Vec<bool> = model.components.iter().map(|component| component.technologies.contains("fastapi")).collect();
    assert_eq!(technologies, [true, false], "{made:?}");
}

/// The file of variables beside a Compose file tells which images run and where they are built.
#[test]
fn compose_files_are_filled_in_from_the_file_of_variables_beside_them() {
    let compose = "services:\n  store:\n    image: ${STORE_IMAGE}\n  web:\n    build: {context: ./, dockerfile: '${WEB_DOCKERFILE}'}\n    ports: ['${WEB_PORT}']\n    environment: [STORE_ADDR]\n";
    let env = "REGISTRY=ghcr.io/valkey-io\nSTORE_IMAGE=${REGISTRY}/valkey:9\nWEB_DOCKERFILE=./web/Dockerfile\nWEB_PORT=8080\nSTORE_ADDR=store:6379\n";
    let app = "import os, redis\nfrom flask import Flask\napp = Flask(__name__)\nstore = redis.Redis.from_url('redis://' + os.environ['STORE_ADDR'])\n@app.get('/x')\ndef x(): return store.get('a')\n";
    let files = [("compose.yaml", compose), (".env", env), ("web/Dockerfile", "FROM python:3\nCOPY web .\n"), ("web/app.py", app)];
    let filled = model(&files);
    let shown: Vec<String> =
        filled.components.iter().map(|c| format!("{} {}", c.id.rest(), c.technologies.iter().cloned().collect::<Vec<_>>().join(","))).collect();
    assert_eq!(shown, ["store valkey", "web flask"]);
    assert_eq!(flows(&filled), ["web>store:redis"]);
    assert_eq!(filled.components[1].exposure.name(), "internet");
    // a file of variables elsewhere fills nothing in
    let elsewhere = model(&[files[0], ("other/.env", env), files[2], files[3]]);
    assert!(elsewhere.components.iter().all(|c| c.id.rest() != "store" || c.technologies.is_empty()));
}

fn pod(name: &str, image: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {{template: {{spec: {{containers: [{{name: main, image: {image}}}]}}}}}}\n---\n"
    )
}

/// A cluster that runs half of what Compose does, under names that begin with the system's.
#[test]
fn a_description_that_tells_less_is_one_of_the_same_system() {
    let names = ["shop-orders", "shop-stock", "shop-users", "shop-mysql", "shop-kafka"];
    let cluster: String = names.iter().map(|name| pod(name, &format!("acme/{name}"))).collect();
    let services = ["shop-orders", "shop-stock", "shop-users", "mail", "search", "reports", "invoices"];
    let mut compose = "services:\n  mysql: {image: acme/acme-mysql8}\n  kafka: {image: acme/acme-kafka}\n".to_owned();
    services.iter().for_each(|name| compose += &format!("  {name}: {{build: ./{name}}}\n"));
    let both = model(&[("deploy/all.yaml", &cluster), ("docker-compose.yml", &compose)]);
    let own: Vec<String> = both.components.iter().map(|c| format!("{} {}", c.id.rest(), c.kind.name())).collect();
    assert_eq!(
        own,
        [
            "invoices process",
            "mail process",
            "reports process",
            "search process",
            "shop-kafka process",
            "shop-mysql data_store",
            "shop-orders process",
            "shop-stock process",
            "shop-users process"
        ]
    );
    // what only two share are two systems still
    let apart = model(&[
        ("a/all.yaml", &[pod("web", "acme/web"), pod("stock", "acme/stock"), pod("mail", "acme/mail")].concat()),
        ("b/docker-compose.yml", "services:\n  web: {build: .}\n  stock: {build: .}\n  blog: {build: .}\n  shop: {build: .}\n  ads: {build: .}\n"),
    ]);
    assert_eq!(apart.components.len(), 8);
}

/// A program for use that only its tests run is none of a test's; what they run beside it is.
#[test]
fn a_program_that_only_tests_deploy_is_no_part_of_them() {
    let app = "from flask import Flask\napp = Flask(__name__)\n@app.get('/x')\ndef x(): return 'x'\n";
    let compose = "services:\n  sut: {build: ./test/smoke, links: [app]}\n  app: {build: ./, ports: ['80:80']}\n";
    let model = model(&[
        ("docker-compose.test.yml", compose),
        ("Dockerfile", "FROM python:3\nCOPY . .\n"),
        ("app.py", app),
        ("test/smoke/Dockerfile", "FROM alpine\nCOPY smoke.sh .\n"),
    ]);
    let shown: Vec<String> = model.components.iter().map(|c| format!("{} {} {}", c.id.rest(), c.environment.name(), c.exposure.name())).collect();
    assert_eq!(shown, ["app production unknown", "sut test internal"]);
}

#[test]
fn versions_of_one_application_are_one_component() {
    let deployment = |name: &str, version: &str, image: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: {name}-{version} }}\nspec:\n  template:\n    metadata: {{ labels: {{ app: {name}, version: {version} }} }}\n    spec:\n      containers: [{{ name: {name}, image: 'acme/{image}:1.2' }}]\n---\n"
        )
    };
    let service = |name: &str| {
        format!("apiVersion: v1\nkind: Service\nmetadata: {{ name: {name} }}\nspec: {{ selector: {{ app: {name} }}, ports: [{{ port: 80 }}] }}\n---\n")
    };
    let manifests = [
        deployment("pages", "v1", "examples-books-pages-v1"),
        service("pages"),
        deployment("stars", "v1", "examples-books-stars-v1"),
        deployment("stars", "v2", "examples-books-stars-v2"),
        service("stars"),
    ]
    .concat();
    let pages = "import requests\nfrom flask import Flask\n\napp = Flask(__name__)\n\n@app.get('/page')\ndef page():\n    return requests.get('http://stars/stars/1').text\n";
    let stars = "from flask import Flask\n\napp = Flask(__name__)\n\n@app.get('/stars/<book>')\ndef stars(book):\n    return '5'\n";
    let image = "FROM python:3\nCOPY . /app\n";
    let model = model(&[
        ("deploy/all.yaml", &manifests),
        ("src/pages/Dockerfile", image),
        ("src/pages/app.py", pages),
        ("src/stars/Dockerfile", image),
        ("src/stars/app.py", stars),
    ]);
    let components: Vec<&str> = model.components.iter().map(|component| component.id.rest()).collect();
    assert_eq!(components, ["pages", "stars"], "source is found by what the images' names end with");
    assert_eq!(model.flows.iter().map(|flow| flow.id.rest()).collect::<Vec<_>>(), ["pages>stars:http"]);
}

#[test]
fn the_pattern_of_a_file_that_is_kept_out_says_what_it_holds() {
    let app = "import os\nimport psycopg2\nfrom flask import Flask\n\napp = Flask(__name__)\ndb = psycopg2.connect(host=os.environ['DB_HOST'])\n\n@app.get('/x')\ndef x():\n    return '1'\n";
    let compose = "services:\n  web: { build: ., env_file: [.env] }\n  store: { image: 'postgres:16' }\n";
    let with = |name: &'static str| {
        let model =
            model(&[("Dockerfile", "FROM python:3\nCOPY . /app\n"), ("app.py", app), ("compose.yaml", compose), (name, "DB_HOST=store\nDB_PASSWORD=\n")]);
        model.flows.iter().map(|flow| flow.id.rest().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(with(".env.example"), ["web>store:sql"]);
    assert_eq!(with(".env"), ["web>store:sql"]);
}

#[test]
fn of_several_that_are_told_what_to_run_workers_and_errands_serve_nothing() {
    let app = "from flask import Flask\n\napp = Flask(__name__)\n\n@app.get('/x')\ndef x():\n    return '1'\n";
    let services = "services:\n  api: { build: ., command: ./bin/entrypoint-api.sh }\n  worker: { build: ., command: ./bin/entrypoint-worker.sh }\n  migrator: { build: ., command: [python, manage.py, migrate] }\n";
    let model = model(&[("Dockerfile", "FROM python:3\nCOPY . /app\n"), ("app.py", app), ("compose.yaml", services)]);
    assert_eq!(model.entry_points.iter().map(|entry| entry.id.rest()).collect::<Vec<_>>(), ["api:GET /x"]);
}

/// Two programs that Compose and a cluster run, each under a name of its own.
fn twice(cluster: &str, more: &[(&'static str, &'static str)]) -> Model {
    let compose = "services:\n  cart: {image: acme/shop-cart, ports: ['80:80']}\n  pay: {image: acme/shop-pay}\n  store: {image: 'postgres:16'}\n";
    let mut files = vec![
        ("deploy/docker-compose.yml", compose),
        ("k8s/all.yaml", cluster),
        ("cart/pom.xml", "<project><groupId>shop</groupId><artifactId>shop-cart</artifactId></project>"),
        ("cart/Dockerfile", "FROM eclipse-temurin:21\nCOPY target/app.jar /\n"),
        ("pay/pom.xml", "<project><groupId>shop</groupId><artifactId>shop-pay</artifactId></project>"),
        ("pay/Dockerfile", "FROM eclipse-temurin:21\nCOPY target/app.jar /\n"),
    ];
    files.extend(more);
    model(&files)
}

fn deployment(name: &str, image: &str, more: &str) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {{template: {{spec: {{containers: [{{name: main, image: '{image}'{more}}}]}}}}}}\n"
    )
}

#[test]
fn what_two_deployments_build_of_one_source_is_one() {
    let waits = ", command: [sh, -c, 'until nc -z db 5432; do sleep 1; done; exec /start.sh']";
    let cluster = [deployment("basket-web", "registry.acme.io/x/shop-cart:2", waits), deployment("db", "postgres:16", "")].concat();
    let model = twice(&cluster, &[]);
    // and the database that each of them runs once is one, too
    assert_eq!(components(&model), ["basket-web", "db", "pay"]);
    let one = model.components.iter().find(|component| component.id.rest() == "basket-web").unwrap();
    assert!(one.aliases.contains("cart"));
}

#[test]
fn of_a_workload_named_for_its_kind_the_shorter_name_stays() {
    let cluster = deployment("cart-deployment", "acme/shop-cart", "");
    assert_eq!(components(&twice(&cluster, &[])), ["cart", "pay", "store"]);
}

#[test]
fn a_server_and_a_worker_of_one_source_stay_two() {
    let cluster = [deployment("basket-web", "acme/shop-cart:2", ""), deployment("basket-jobs", "acme/shop-cart:2", "")].concat();
    assert_eq!(components(&twice(&cluster, &[])), ["basket-jobs", "basket-web", "cart", "pay", "store"]);
    // one that is told to run something else is another program
    let cluster = deployment("basket-jobs", "acme/shop-cart:2", ", command: [java, -cp, app.jar, shop.Jobs]");
    assert_eq!(components(&twice(&cluster, &[])), ["basket-jobs", "cart", "pay", "store"]);
}

#[test]
fn a_name_on_the_network_tells_which_workload_a_service_is() {
    let service = |name: &str| format!("services:\n  {name}:\n    image: acme/orders:{name}\n    networks: {{default: {{aliases: [orders]}}}}\n");
    let (jvm, native) = (service("orders-jvm"), service("orders-native"));
    let cluster = deployment("orders", "acme/orders:1", "");
    let model = model(&[("deploy/jvm.yml", &jvm), ("deploy/native.yml", &native), ("k8s/orders.yaml", &cluster)]);
    assert_eq!(components(&model), ["orders"]);
}

#[test]
fn a_folder_that_a_build_fills_is_built_of_the_one_around_it() {
    let main = "package shop;\nimport org.springframework.web.bind.annotation.*;\n@RestController\nclass Cart { @GetMapping(\"/cart\") String cart() { return \"\"; } }\n";
    let model = model(&[
        ("build/docker-compose.yml", "services:\n  basket: {build: ../cart/target, ports: ['80:80']}\n"),
        ("cart/pom.xml", "<project><groupId>shop</groupId><artifactId>cart</artifactId></project>"),
        ("cart/src/main/java/shop/Cart.java", main),
    ]);
    assert_eq!(components(&model), ["basket"]);
    assert_eq!(model.entry_points.iter().map(|entry| entry.id.rest()).collect::<Vec<_>>(), ["basket:GET /cart"]);
}

#[test]
fn the_image_that_another_service_is_built_as_is_not_a_programs_own() {
    let main =
        "package shop;\nimport org.springframework.web.bind.annotation.*;\n@RestController\nclass Shop { @GetMapping(\"/\") String all() { return \"\"; } }\n";
    let model = model(&[
        ("docker-compose.yml", "services:\n  shop: {image: shop}\n"),
        ("shop/docker/compose.yml", "services:\n  shop-node: {build: {context: ., dockerfile: mongo/Mongo.Dockerfile}}\n"),
        ("shop/docker/mongo/Mongo.Dockerfile", "FROM mongo:7\nADD init.js /\n"),
        ("shop/pom.xml", "<project><groupId>shop</groupId><artifactId>shop</artifactId></project>"),
        ("shop/src/main/java/shop/Shop.java", main),
    ]);
    let kinds: Vec<(&str, &str)> = model.components.iter().map(|component| (component.id.rest(), component.kind.name())).collect();
    assert_eq!(kinds, [("shop", "process"), ("shop-node", "data_store")]);
}

#[test]
fn a_pod_of_a_stateful_set_is_called_below_its_service() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: shop}\nspec: {clusterIP: None, selector: {app: db}, ports: [{port: 27017}]}\n---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db, namespace: shop}\nspec: {template: {metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: 'mongo:7'}]}}}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {template: {spec: {containers: [{name: web, image: acme/web, env: [{name: SPRING_DATA_MONGODB_URI, value: 'mongodb://db-0.db.shop:27017/x'}]}]}}}\n";
    let main =
        "package shop;\nimport org.springframework.web.bind.annotation.*;\n@RestController\nclass Web { @GetMapping(\"/\") String all() { return \"\"; } }\n";
    let pom = "<project><groupId>shop</groupId><artifactId>web</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-data-mongodb</artifactId></dependency></dependencies></project>";
    let model = model(&[("k8s/all.yaml", text), ("web/pom.xml", pom), ("web/src/main/java/shop/Web.java", main)]);
    assert_eq!(components(&model), ["db", "web"]);
    assert_eq!(flows(&model), ["web>db:mongodb"]);
}

#[test]
fn an_image_that_a_module_builds_runs_it_whatever_it_is_called() {
    let main = "package shop;\nimport org.springframework.web.bind.annotation.*;\n@RestController\nclass Pay { @PostMapping(\"/pay\") String pay() { return \"\"; } }\n";
    let pom = "<project><groupId>shop</groupId><artifactId>billing</artifactId><build><plugins><plugin><artifactId>jib-maven-plugin</artifactId><configuration><to><image>shop/payments</image></to></configuration></plugin></plugins></build></project>";
    let model = model(&[
        ("docker-compose.yml", "services:\n  money: {image: 'shop/payments:1'}\n"),
        ("billing/pom.xml", pom),
        ("billing/src/main/java/shop/Pay.java", main),
    ]);
    assert_eq!(components(&model), ["money"]);
    assert_eq!(model.entry_points.iter().map(|entry| entry.id.rest()).collect::<Vec<_>>(), ["money:POST /pay"]);
}

/// What an editor starts for whoever works on the code is there for development, whatever else is described.
#[test]
fn containers_of_an_editor_are_for_development() {
    let compose = "services:\n  app:\n    image: mcr.microsoft.com/devcontainers/python\n  db:\n    image: postgres:16\n";
    let found = model(&[(".devcontainer/docker-compose.yml", compose)]);
    assert!(found.components.iter().all(|component| component.environment == threatline_model::Environment::Development), "{:?}", found.components);
}

fn roles(model: &Model) -> Vec<String> {
    let of = |c: &threatline_model::Component| c.roles.iter().map(|role| role.name()).collect::<Vec<_>>().join("+");
    model.components.iter().map(|c| format!("{} {}", c.id.rest(), of(c))).collect()
}

#[test]
fn whoever_only_asks_a_product_is_not_that_product() {
    let compose = "services:\n  models: {image: ollama/ollama}\n  pull: {image: ollama/ollama, entrypoint: /bin/sh, command: [-c, 'sleep 3; ollama pull llama3']}\n  both: {image: ollama/ollama, command: sh -c 'ollama serve & ollama pull llama3; wait'}\n  seed: {image: postgres, command: [psql, -U, postgres, -f, /seed.sql]}\n  topics: {image: confluentinc/cp-kafka, command: kafka-topics --create --topic orders}\n";
    assert_eq!(roles(&model(&[("docker-compose.yml", compose)])), ["both llm", "models llm", "pull other", "seed other", "topics other"]);
}

#[test]
fn variations_for_another_processor_are_one() {
    let compose = "services:\n  models-cpu: {image: 'ollama/ollama:latest', profiles: [cpu]}\n  models-gpu: {image: 'ollama/ollama:rocm', profiles: [gpu]}\n  other: {image: 'acme/other:rocm', profiles: [gpu]}\n";
    assert_eq!(components(&model(&[("docker-compose.yml", compose)])), ["models-cpu", "other"]);
}

#[test]
fn a_program_in_the_image_of_a_store_is_a_program() {
    let code = "from fastapi import FastAPI\nimport openai\napp = FastAPI()\nclient = openai.OpenAI()\n@app.get('/x')\ndef x():\n    return 1\n";
    let model = model(&[
        ("docker-compose.yml", "services:\n  graph: {build: ./graph, ports: ['8000:8000']}\n"),
        ("graph/Dockerfile", "FROM falkordb/falkordb:latest\nCOPY main.py .\nENTRYPOINT [\"/start.sh\"]\n"),
        ("graph/main.py", code),
        ("graph/requirements.txt", "fastapi\nopenai\n"),
    ]);
    assert_eq!(model.components[0].kind.name(), "process");
    assert!(flows(&model).contains(&"graph>openai:https"), "{:?}", flows(&model));
}

#[test]
fn an_image_that_is_called_like_a_package_is_built_of_the_module() {
    let main = "package org.acme.petshop;\nimport org.springframework.boot.SpringApplication;\nimport org.springframework.boot.autoconfigure.SpringBootApplication;\n@SpringBootApplication\npublic class Main { public static void main(String[] args) { SpringApplication.run(Main.class, args); } }\n";
    let pom = "<project><groupId>org.acme</groupId><artifactId>shop-demo</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>";
    let deployed = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: petshop}\nspec: {template: {spec: {containers: [{name: petshop, image: somebody/petshop}]}}}\n";
    let tried = "package org.acme.petshop;\npublic class Tried { public static void main(String[] args) {} }\n";
    let model = model(&[
        ("pom.xml", pom),
        ("src/main/java/org/acme/petshop/Main.java", main),
        ("src/test/java/org/acme/petshop/Tried.java", tried),
        ("k8s/petshop.yml", deployed),
    ]);
    assert_eq!(components(&model), ["petshop"]);
    assert!(model.components[0].technologies.contains("spring-boot"));
}

#[test]
fn a_product_is_built_only_where_a_dockerfile_says_so() {
    let compose =
        "services:\n  data:\n    image: mcr.microsoft.com/mssql/server:2022-latest\n    ports: ['1433:1433']\n  web:\n    build: ./web\n    ports: ['80:80']\n";
    let code = "const express = require('express');\nconst app = express();\napp.get('/x', (req, res) => res.send('x'));\napp.listen(80);\n";
    let model = model(&[
        ("docker-compose.yml", compose),
        ("web/Dockerfile", "FROM node:22\nCOPY . .\nCMD [\"node\", \"server/main.js\"]\n"),
        ("web/package.json", r#"{"name": "web", "dependencies": {"express": "4"}}"#),
        ("web/server/main.js", code),
    ]);
    assert_eq!(model.entry_points.iter().map(|entry| entry.id.rest()).collect::<Vec<_>>(), ["web:GET /x"]);
    let data = model.components.iter().find(|component| component.id.rest() == "data").unwrap();
    assert_eq!((data.kind.name(), data.technologies.iter().map(String::as_str).collect::<Vec<_>>()), ("data_store", vec!["sql-server"]));
}
