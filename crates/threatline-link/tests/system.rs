//! Small repositories in, models out: how deployments, source and addresses are joined.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::{ComponentId, Environment, Exposure, Grade, Model, Property, Value};

/// Components as `name kind exposure boundary`, one a line.
fn components(model: &Model) -> Vec<String> {
    let boundary = |c: &threatline_model::Component| c.boundary.as_ref().map_or("-", |b| b.rest()).to_owned();
    model.components.iter().map(|c| format!("{} {} {} {}", c.id.rest(), c.kind.name(), c.exposure.name(), boundary(c))).collect()
}

fn flows(model: &Model) -> Vec<String> {
    model.flows.iter().map(|flow| flow.id.rest().to_owned()).collect()
}

fn exposure(model: &Model, name: &str) -> Exposure {
    model.component(&ComponentId::new(name)).unwrap().exposure
}

/// A program that asks what the variable names.
const READER: &str = "import os\nimport requests\n\ndef run():\n    requests.get(os.environ['TARGET'] + '/x')\n\nif __name__ == '__main__':\n    run()\n";

fn deployment(name: &str, more: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: {name}, namespace: shop }}\nspec:\n  template:\n    metadata: {{ labels: {{ app: {name} }} }}\n    spec:\n      containers:\n        - name: {name}\n          image: shop/{name}\n{more}"
    )
}

fn service(name: &str, more: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\n  namespace: shop\n{more}spec:\n  selector: {{ app: {name} }}\n  ports: [{{ port: 80 }}]\n"
    )
}

#[test]
fn a_compose_file_alone_makes_a_system() {
    let text = "services:\n  web:\n    build: ./web\n    ports: ['8080:80']\n  db:\n    image: postgres:16\n  cache:\n    image: redis:7\n    ports: ['127.0.0.1:6379:6379']\n";
    let model = model(&[("compose.yaml", text)]);
    assert_eq!(
        components(&model),
        ["cache data_store internal network/default", "db data_store internal network/default", "web process internet network/default"]
    );
    assert!(flows(&model).is_empty(), "nothing is said of who speaks to whom");
}

#[test]
fn compose_and_cluster_describe_one_system() {
    let compose = "services:\n  cart:\n    build: ./cart\n    ports: ['7070:7070']\n  orders:\n    build: ./orders\n";
    let model = model(&[("compose.yaml", compose), ("k8s/cart.yaml", &deployment("cart", "")), ("k8s/orders.yaml", &deployment("orders", ""))]);
    assert_eq!(components(&model), ["cart process internal namespace/shop", "orders process internal namespace/shop"]);
}

#[test]
fn a_product_that_is_built_here_does_with_an_address_what_its_variables_tell() {
    let compose = "services:\n  mail:\n    image: shop/mailhog\n    build: ./mailhog\n    environment: { MH_MONGO_URI: 'mongodb://db:27017/mail' }\n  db:\n    image: mongo:7\n";
    let model = model(&[("compose.yaml", compose), ("mailhog/Dockerfile", "FROM alpine:3\nENTRYPOINT [\"MailHog\"]\n")]);
    assert_eq!(flows(&model), ["mail>db:mongodb"]);
}

#[test]
fn equal_names_of_unrelated_projects_stay_apart() {
    let shop = "services:\n  api:\n    image: x/shop\n  cart:\n    image: x/cart\n  stock:\n    image: x/stock\n";
    let blog = "services:\n  api:\n    image: x/blog\n  posts:\n    image: x/posts\n  feed:\n    image: x/feed\n";
    let model = model(&[("shop/compose.yaml", shop), ("blog/compose.yaml", blog)]);
    let names: Vec<&str> = model.components.iter().map(|c| c.id.rest()).collect();
    assert_eq!(names, ["blog/api", "cart", "feed", "posts", "shop/api", "stock"]);
}

#[test]
fn an_image_is_what_its_dockerfile_is_based_on() {
    let files = |base: &str| {
        let dockerfile = format!("FROM {base}\nCOPY init.sql /docker-entrypoint-initdb.d/\n");
        let model = model(&[("compose.yaml", "services:\n  ledger:\n    build: ./ledger\n"), ("ledger/Dockerfile", &dockerfile)]);
        let ledger = model.components[0].clone();
        (ledger.kind.name(), ledger.technologies.into_iter().collect::<Vec<_>>())
    };
    assert_eq!(files("postgres:16"), ("data_store", vec!["postgresql".to_owned()]));
    assert_eq!(files("python:3.12"), ("process", Vec::new()));
}

#[test]
fn a_server_of_ones_own_pages_is_no_gateway() {
    let roles = |copy: &str| {
        let dockerfile = format!("FROM node:22 AS build\nFROM nginx:1.27\nCOPY {copy}\n");
        let model = model(&[("compose.yaml", "services:\n  front:\n    build: ./front\n"), ("front/Dockerfile", &dockerfile)]);
        model.components[0].roles.iter().map(|role| role.name()).collect::<Vec<_>>()
    };
    assert_eq!(roles("nginx.conf /etc/nginx/nginx.conf"), ["gateway"]);
    assert!(!roles("--from=build /app/dist /usr/share/nginx/html").contains(&"gateway"));
}

fn reader(variable: &str, more: &[(&str, &str)]) -> Vec<String> {
    let compose = format!("services:\n  web:\n    build: ./web\n    environment:\n      {variable}\n  orders:\n    image: x/orders\n    ports: ['9000:80']\n");
    let mut files = vec![("compose.yaml", compose.as_str()), ("web/Dockerfile", "FROM python:3.12\nCOPY . .\n"), ("web/main.py", READER)];
    files.extend(more);
    flows(&model(&files))
}

#[test]
fn addresses_come_from_variables() {
    assert_eq!(reader("TARGET: http://orders:80", &[]), ["web>orders:http"]);
    assert_eq!(reader("TARGET: ${ORDERS:-http://orders}", &[]), ["web>orders:http"]);
    assert_eq!(reader("TARGET: ${ORDERS}", &[(".env", "ORDERS=http://orders:80\n")]), ["web>orders:http"]);
    assert!(reader("TARGET: ${ORDERS}", &[]).is_empty());
    assert_eq!(reader("TARGET: http://localhost:9000", &[]), ["web>orders:http"], "a port of a neighbour that is published");
}

#[test]
fn outside_hosts_are_third_parties_and_unknown_ones_inside_stay_out() {
    assert_eq!(reader("TARGET: https://api.stripe.com", &[]), ["web>stripe:https"]);
    assert!(reader("TARGET: http://billing:80", &[]).is_empty());
    assert!(reader("TARGET: http://billing.corp.internal", &[]).is_empty());
}

#[test]
fn a_link_of_compose_is_a_flow_where_nothing_tells_more() {
    let compose = "services:\n  shop:\n    image: acme/shop\n    links: [mail, 'queue:broker', store]\n    depends_on: [later]\n    environment: { STORE: 'http://store:9000' }\n  mail:\n    image: acme/mail\n  queue:\n    image: rabbitmq:3\n  store:\n    image: acme/store\n    links: [shop]\n  later:\n    image: acme/later\n";
    assert_eq!(flows(&model(&[("compose.yaml", compose)])), ["shop>mail:unknown", "shop>queue:amqp", "shop>store:http"]);
}

#[test]
fn a_config_map_hands_its_keys_on() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web-config, namespace: shop }\ndata:\n  TARGET: http://orders.shop.svc.cluster.local\n";
    let web = deployment("web", "          envFrom: [{ configMapRef: { name: web-config } }]\n");
    let files = [
        ("k8s/web.yaml", web.as_str()),
        ("k8s/orders.yaml", &deployment("orders", "")),
        ("k8s/service.yaml", &service("orders", "")),
        ("web/Dockerfile", "FROM python:3.12\nCOPY . .\n"),
        ("web/main.py", READER),
    ];
    assert!(flows(&model(&files)).is_empty(), "the map is not there");
    let mut with = files.to_vec();
    with.push(("k8s/map.yaml", map));
    assert_eq!(flows(&model(&with)), ["web>orders:http"]);
}

#[test]
fn namespaces_are_boundaries_that_flows_cross() {
    let other = deployment("orders", "").replace("namespace: shop", "namespace: sales");
    let web = deployment("web", "          env: [{ name: TARGET, value: 'http://orders.sales' }]\n");
    let model = model(&[
        ("k8s/web.yaml", &web),
        ("k8s/orders.yaml", &other),
        ("k8s/service.yaml", &service("orders", "").replace("namespace: shop", "namespace: sales")),
        ("web/Dockerfile", "FROM python:3.12\nCOPY . .\n"),
        ("web/main.py", READER),
    ]);
    let crosses: Vec<&str> = model.flows[0].crosses.iter().map(|id| id.rest()).collect();
    assert_eq!(crosses, ["namespace/sales", "namespace/shop"]);
    assert_eq!(model.flows.len(), 1);
}

#[test]
fn only_what_a_route_from_outside_leads_to_is_on_the_internet() {
    let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: in, namespace: shop }\nspec:\n  rules:\n    - http:\n        paths:\n          - path: /cart\n            pathType: Prefix\n            backend: { service: { name: cart, port: { number: 80 } } }\n";
    let balancer = service("front", "").replace("spec:\n", "spec:\n  type: LoadBalancer\n");
    let inside = service("back", "  annotations: { service.beta.kubernetes.io/aws-load-balancer-internal: 'true' }\n")
        .replace("spec:\n", "spec:\n  type: LoadBalancer\n");
    let model = model(&[
        ("k8s/in.yaml", ingress),
        ("k8s/cart.yaml", &deployment("cart", "")),
        ("k8s/cart-service.yaml", &service("cart", "")),
        ("k8s/front.yaml", &deployment("front", "")),
        ("k8s/front-service.yaml", &balancer),
        ("k8s/back.yaml", &deployment("back", "")),
        ("k8s/back-service.yaml", &inside),
    ]);
    assert_eq!(["cart", "front", "back"].map(|name| exposure(&model, name)), [Exposure::Internet, Exposure::Internet, Exposure::Internal]);
}

#[test]
fn a_record_names_a_managed_database() {
    let terraform = "resource \"aws_db_instance\" \"main\" {\n  identifier = \"ledger\"\n  engine = \"mysql\"\n  storage_encrypted = false\n  backup_retention_period = 0\n}\nresource \"aws_route53_record\" \"db\" {\n  name = \"db.shop.example.net\"\n  records = [aws_db_instance.main.address]\n}\n";
    let compose = "services:\n  web:\n    build: ./web\n    environment:\n      TARGET: mysql://db.shop.example.net/x\n";
    let model = model(&[("compose.yaml", compose), ("web/Dockerfile", "FROM python:3.12\nCOPY . .\n"), ("web/main.py", READER), ("infra/db.tf", terraform)]);
    let ledger = model.component(&ComponentId::new("ledger")).unwrap();
    assert_eq!((ledger.kind.name(), ledger.technologies.first().map(String::as_str)), ("data_store", Some("mysql")));
    assert_eq!([Property::EncryptedAtRest, Property::Backup].map(|property| ledger.properties.flag(property)), [Some(false), Some(false)]);
    assert_eq!(flows(&model), ["web>ledger:sql"]);
}

fn flag(files: &[(&str, &str)], property: Property) -> Option<bool> {
    model(files).component(&ComponentId::new("web")).unwrap().properties.flag(property)
}

#[test]
fn a_key_that_anybody_tries_signs_nothing() {
    let key =
        |line: &str, property: Property| flag(&[("compose.yaml", &format!("services:\n  web:\n    image: x/web\n    environment:\n      {line}\n"))], property);
    assert_eq!(key("JWT_SECRET: changeme", Property::GuessableSigningKey), Some(true));
    assert_eq!(key("JWT_SECRET: gT7-kq29-vveQ-xx81", Property::GuessableSigningKey), None);
    assert_eq!(key("JWT_SECRET: gT7-kq29-vveQ-xx81", Property::SecretInRepository), Some(true));
    assert_eq!(key("JWT_SECRET: ${JWT_SECRET}", Property::GuessableSigningKey), None);
    assert_eq!(key("DB_PASSWORD: changeme", Property::GuessableSigningKey), None);
}

#[test]
fn a_debug_switch_counts_where_every_deployment_sets_it() {
    let compose = "services:\n  web:\n    image: x/web\n    environment:\n      FLASK_DEBUG: '1'\n";
    assert_eq!(flag(&[("compose.yaml", compose)], Property::DebugMode), Some(true));
    assert_eq!(flag(&[("compose.dev.yaml", compose)], Property::DebugMode), None);
    assert_eq!(flag(&[("compose.yaml", compose), ("k8s/web.yaml", &deployment("web", ""))], Property::DebugMode), None);
}

#[test]
fn policies_say_to_whom_a_pod_may_speak() {
    let policy = |pods: &str, egress: &str| {
        let policy = format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{ name: p, namespace: shop }}\nspec:\n  podSelector: {pods}\n  policyTypes: [Egress]\n  egress: {egress}\n"
        );
        let model = model(&[("k8s/web.yaml", &deployment("web", "")), ("k8s/policy.yaml", &policy)]);
        let properties = model.component(&ComponentId::new("web")).unwrap().properties.clone();
        let grade = properties.proofs.get(&Property::EgressRestricted).map(|proof| proof.grade);
        properties.flag(Property::EgressRestricted).zip(grade)
    };
    assert_eq!(policy("{}", "[]"), Some((true, Grade::X)));
    assert_eq!(policy("{}", "[{}]"), Some((false, Grade::X)));
    assert_eq!(policy("{ matchLabels: { app: other } }", "[]"), Some((false, Grade::C)));
    assert_eq!(flag(&[("k8s/web.yaml", &deployment("web", ""))], Property::EgressRestricted), None);
}

#[test]
fn the_account_of_a_pod_is_its_identity() {
    let web = deployment("web", "      serviceAccountName: web-runner\n");
    let model = model(&[("k8s/web.yaml", &web)]);
    let identity = model.component(&ComponentId::new("web")).unwrap().properties.get(Property::Identity).cloned();
    assert_eq!(identity, Some(Value::Text("web-runner".to_owned())));
}

#[test]
fn what_only_a_rehearsal_describes_belongs_to_it() {
    let environment = |model: &Model, name: &str| model.component(&ComponentId::new(name)).unwrap().environment;
    let tool = "services:\n  mailhog:\n    image: mailhog/mailhog\n";
    let both = model(&[("compose.yaml", "services:\n  web:\n    image: x/web\n"), ("compose.dev.yaml", tool)]);
    assert_eq!((environment(&both, "web"), environment(&both, "mailhog")), (Environment::Production, Environment::Development));
    assert_eq!(environment(&model(&[("compose.dev.yaml", tool)]), "mailhog"), Environment::Production);
    let overlay = model(&[("k8s/base/web.yaml", &deployment("web", "")), ("k8s/overlays/staging/probe.yaml", &deployment("probe", ""))]);
    assert_eq!(environment(&overlay, "probe"), Environment::Staging);
}

const DEFINITION: &str = "openapi: 3.0.0\ninfo: { title: Orders, version: '1' }\npaths:\n  /orders:\n    get: { responses: { '200': { description: ok } } }\n  /orders/{id}:\n    get:\n      parameters: [{ name: id, in: path }]\n      responses: { '200': { description: ok } }\n";

const FLASK: &str = "from flask import Flask\napp = Flask(__name__)\n\n@app.route('/orders')\ndef orders():\n    return []\n\n@app.route('/refunds')\ndef refunds():\n    return []\n\nif __name__ == '__main__':\n    app.run()\n";

fn documented(files: &[(&str, &str)]) -> Model {
    let mut all = vec![("compose.yaml", "services:\n  web:\n    build: ./web\n"), ("web/Dockerfile", "FROM python:3.12\nCOPY . .\n")];
    all.extend(files);
    model(&all)
}

#[test]
fn a_definition_stands_for_code_that_shows_no_way_in() {
    let entries = |model: &Model| model.entry_points.iter().map(|entry| entry.id.rest().to_owned()).collect::<Vec<_>>();
    let model = documented(&[("web/openapi.yaml", DEFINITION)]);
    assert_eq!(entries(&model), ["web:GET /orders", "web:GET /orders/{id}"]);
    assert_eq!(model.entry_points[0].authenticated, None);
    assert!(entries(&documented(&[("web/clients/openapi.yaml", DEFINITION)])).is_empty());
    let foreign = format!("{DEFINITION}servers: [{{ url: 'https://api.stripe.com/v1' }}]\n");
    assert!(entries(&documented(&[("web/openapi.yaml", &foreign)])).is_empty());
}

#[test]
fn code_and_definition_may_disagree() {
    let drift = |model: &Model| {
        let mut all: Vec<String> = model.drift.iter().map(|drift| format!("{} {}", drift.kind.name(), drift.element)).collect();
        all.sort();
        all
    };
    let model = documented(&[("web/openapi.yaml", DEFINITION), ("web/main.py", FLASK)]);
    assert_eq!(drift(&model), ["documented_only cmp:web", "implemented_only ent:web:GET /refunds"]);
    assert!(model.drift.iter().all(|drift| drift.id.len() == 15 && drift.id.starts_with("TD-") && drift.claims.len() == 2));
    let other = DEFINITION.replace("/orders", "/invoices");
    assert!(documented(&[("web/openapi.yaml", &other), ("web/main.py", FLASK)]).drift.is_empty(), "nothing of it is implemented here");
}

#[test]
fn bodies_and_messages_show_what_data_there_is() {
    let body = "        content: { application/json: { schema: { type: object, properties: { email: { type: string }, colour: { type: string } } } } }\n";
    let definition = format!(
        "openapi: 3.0.0\ninfo: {{ title: Users, version: '1' }}\npaths:\n  /users:\n    post:\n      requestBody:\n{body}      responses: {{ '201': {{ description: made }} }}\n"
    );
    let data = |model: &Model| {
        model.component(&ComponentId::new("web")).unwrap().data.clone().map(|all| all.into_iter().map(|class| class.name()).collect::<Vec<_>>())
    };
    assert_eq!(data(&documented(&[("web/openapi.yaml", &definition)])), Some(vec!["email"]));
    assert_eq!(data(&documented(&[("web/openapi.yaml", DEFINITION)])), None);

    let proto = "syntax = \"proto3\";\npackage shop;\nservice Pay { rpc Charge (Request) returns (Reply); }\nmessage Request { Card card = 1; }\nmessage Card { string card_number = 1; }\nmessage Reply { string transaction_id = 1; }\n";
    let server = "package main\n\nimport (\n\t\"context\"\n\t\"net\"\n\n\t\"google.golang.org/grpc\"\n\tpb \"example.com/other/gen\"\n)\n\ntype server struct {\n\tpb.UnimplementedPayServer\n}\n\nfunc (s *server) Charge(ctx context.Context, in *pb.Request) (*pb.Reply, error) {\n\treturn &pb.Reply{}, nil\n}\n\nfunc main() {\n\tlis, _ := net.Listen(\"tcp\", \":50051\")\n\ts := grpc.NewServer()\n\tpb.RegisterPayServer(s, &server{})\n\ts.Serve(lis)\n}\n";
    let model = documented(&[
        ("protos/pay.proto", proto),
        ("web/main.go", server),
        ("web/go.mod", "module example.com/web\n\nrequire google.golang.org/grpc v1.60.0\n"),
    ]);
    assert!(data(&model).unwrap_or_default().contains(&"payment_card"), "{:?}", model.entry_points);
    let takes = model.entry_points.iter().find_map(|entry| entry.properties.get(Property::Takes).cloned());
    assert_eq!(takes, Some(Value::List(vec!["payment_card".to_owned()])));
}

/// Paths of all ways in.
fn paths(files: &[(&str, &str)]) -> Vec<String> {
    model(files).entry_points.iter().map(|point| point.path.clone()).collect()
}

#[test]
fn what_documents_show_is_no_way_in_unless_code_mounts_it() {
    let flask = |path: &str| format!("from flask import Flask\napp = Flask(__name__)\n\n@app.get('{path}')\ndef it():\n    return ''\n");
    let manifest = "[project]\nname = 'shop'\ndependencies = ['flask']\n";
    assert_eq!(paths(&[("pyproject.toml", manifest), ("app.py", &flask("/here")), ("docs/usage.py", &flask("/explained"))]), ["/here"]);
    let app = "from flask import Flask\nfrom docs.pages import pages\napp = Flask(__name__)\napp.register_blueprint(pages, url_prefix='/docs')\n\n@app.get('/here')\ndef here():\n    return ''\n";
    let pages = "from flask import Blueprint\npages = Blueprint('pages', __name__)\n\n@pages.get('/list')\ndef it():\n    return ''\n";
    assert_eq!(paths(&[("pyproject.toml", manifest), ("app.py", app), ("docs/__init__.py", ""), ("docs/pages.py", pages)]), ["/docs/list", "/here"]);
}

#[test]
fn a_context_path_counts_for_the_module_that_sets_it() {
    let controller = |name: &str| {
        format!(
            "package shop; import org.springframework.web.bind.annotation.*; @RestController public class {name} {{ @GetMapping(\"/{name}\") public void get() {{}} }}"
        )
    };
    let (outer, inner, library) = (controller("Outer"), controller("Inner"), controller("Library"));
    let setting = "server.servlet.context-path=/portal\n";
    // a module inside of another one, without a build file of its own
    let nested = [
        ("pom.xml", "<project><artifactId>shop</artifactId></project>"),
        ("src/main/java/shop/Outer.java", outer.as_str()),
        ("inner/src/main/java/shop/Inner.java", &inner),
        ("inner/src/main/resources/application.properties", setting),
    ];
    assert_eq!(paths(&nested), ["/Outer", "/portal/Inner"]);
    // a library that is packed up with the program
    let packed = [
        ("Dockerfile", "FROM eclipse-temurin:21\nCOPY . .\n"),
        ("compose.yaml", "services:\n  shop:\n    build: .\n"),
        ("app/pom.xml", "<project><artifactId>app</artifactId></project>"),
        ("app/src/main/java/shop/Inner.java", &inner),
        ("app/src/main/resources/application.properties", setting),
        ("library/pom.xml", "<project><artifactId>library</artifactId></project>"),
        ("library/src/main/java/shop/Library.java", &library),
    ];
    assert_eq!(paths(&packed), ["/portal/Inner", "/portal/Library"]);
}

/// Flows of a Compose system whose only source is that of `web`.
fn opened(compose: &str, files: &[(&str, &str)]) -> Vec<String> {
    let mut all = vec![("compose.yaml", compose)];
    all.extend(files);
    model(&all).flows.iter().map(|flow| flow.id.rest().to_owned()).collect()
}

const STARTUP: &str = "using Microsoft.Extensions.Configuration;\nusing Microsoft.AspNetCore.Builder;\nnamespace Shop {\n  public class Startup {\n    public Startup(IConfiguration configuration) { Configuration = configuration; }\n    public IConfiguration Configuration { get; }\n    public void ConfigureServices(IServiceCollection services) {\n      string cache = Configuration[\"CACHE_ADDR\"];\n      services.AddStackExchangeRedisCache(options => { options.Configuration = cache; });\n    }\n  }\n}\n";

#[test]
fn an_address_that_configuration_reads_is_a_flow() {
    let compose = |value: &str| {
        format!(
            "services:\n  web:\n    build: ./web\n    environment:\n      CACHE_ADDR: {value}\n  store:\n    image: redis:7\n  other:\n    image: x/other\n"
        )
    };
    let files = [("web/Dockerfile", "FROM x\nCOPY . .\n"), ("web/Startup.cs", STARTUP)];
    assert_eq!(opened(&compose("store:6379"), &files), ["web>store:redis"]);
    assert_eq!(opened(&compose("store"), &files), ["web>store:redis"], "what is named for an address is one");
    let used = "services.AddStackExchangeRedisCache(options => { options.Configuration = cache; });";
    let startup = STARTUP.replace("CACHE_ADDR", "CACHE_KIND").replace(used, "Choose(cache);");
    let kind = compose("store").replace("CACHE_ADDR", "CACHE_KIND");
    assert!(opened(&kind, &[files[0], ("web/Startup.cs", &startup)]).is_empty(), "a word alone may mean anything");
    // the only store of its kind would be that of a client without a known address
    let startup = STARTUP.replace(used, "Choose(cache);");
    let files = [files[0], ("web/Startup.cs", startup.as_str())];
    assert_eq!(opened(&compose("store:6379"), &files), ["web>store:redis"]);
    assert!(opened(&compose("''"), &files).is_empty());
    assert!(opened(&compose("store:6379").replace("CACHE_ADDR", "OTHER_ADDR"), &files).is_empty(), "nothing reads it");
}

const DIAL: &str = "package main\n\nimport (\n\t\"os\"\n\n\t\"google.golang.org/grpc\"\n\t\"google.golang.org/grpc/credentials/insecure\"\n)\n\nfunc main() {\n\tgrpc.NewClient(os.Getenv(\"ADS_ADDR\"), grpc.WithTransportCredentials(insecure.NewCredentials()))\n}\n";

#[test]
fn what_a_cluster_names_and_code_calls_is_there_though_others_deploy_it() {
    let web = |value: &str| deployment("web", &format!("          env: [{{ name: ADS_ADDR, value: '{value}' }}]\n"));
    let opened = |web: &str, main: &str, more: &[(&str, &str)]| {
        let mut files = vec![("k8s/web.yaml", web), ("web/Dockerfile", "FROM x\nCOPY . .\n"), ("web/main.go", main)];
        files.extend(more);
        flows(&model(&files))
    };
    assert_eq!(opened(&web("ads:9555"), DIAL, &[]), ["web>ads:grpc"]);
    assert!(opened(&web("ads"), DIAL, &[]).is_empty(), "without a port it is a word");
    assert!(opened(&web("localhost:9555"), DIAL, &[]).is_empty());
    assert!(opened(&web("ads:9555"), "package main\n\nfunc main() {}\n", &[]).is_empty(), "nothing calls it");
    // of two deployments one says where the known store is: a variation makes no further one
    let ads = deployment("ads", "") + "---\napiVersion: v1\nkind: Service\nmetadata: { name: ads }\nspec:\n  selector: { app: ads }\n";
    assert_eq!(opened(&web("ads:9555"), DIAL, &[("k8s/ads.yaml", &ads), ("extras/web.yaml", &web("pool:9555"))]), ["web>ads:grpc"]);
}

#[test]
fn a_providers_own_library_needs_no_address() {
    let compose = "services:\n  web:\n    build: ./web\n";
    let main = "from google.cloud import secretmanager_v1\n\nclient = secretmanager_v1.SecretManagerServiceClient()\nclient.access_secret_version(name='x')\n\nif __name__ == '__main__':\n    pass\n";
    let store = "import redis\n\nclient = redis.Redis()\n\nif __name__ == '__main__':\n    client.get('x')\n";
    let docker = ("web/Dockerfile", "FROM python:3.12\nCOPY . .\n");
    assert_eq!(opened(compose, &[docker, ("web/main.py", main)]), ["web>google-secret-manager:https"]);
    assert!(opened(compose, &[docker, ("web/main.py", store)]).is_empty(), "a store of one's own has an address");
}

#[test]
fn an_image_of_the_system_is_built_from_the_folder_of_its_last_name() {
    let compose = "services:\n  shop-web:\n    image: shop/shop-web:1\n  shop-db:\n    image: postgres:16\n";
    let entries = |files: &[(&str, &str)]| {
        let mut all = vec![("deploy/compose.yaml", compose)];
        all.extend(files);
        model(&all).entry_points.iter().map(|entry| entry.component.rest().to_owned()).collect::<std::collections::BTreeSet<_>>()
    };
    let docker = "FROM python:3.12\nCOPY . .\n";
    let own = |name: &str| std::collections::BTreeSet::from([name.to_owned()]);
    assert_eq!(entries(&[("services/web/Dockerfile", docker), ("services/web/main.py", FLASK)]), own("shop-web"));
    let two = [("services/web/Dockerfile", docker), ("services/web/main.py", FLASK), ("old/web/Dockerfile", docker)];
    assert_eq!(entries(&two), own("web"), "of two nobody knows which");
}

#[test]
fn the_script_of_a_page_calls_as_any_other() {
    let compose = "services:\n  api:\n    image: x/api\n    ports: ['8504:8504']\n  ui:\n    build: ./ui\n";
    let page = "<script>\n  async function load() { await fetch(`http://localhost:8504/items?q=1`); }\n</script>\n<main on:click={load}>x</main>\n";
    let files = [("ui/Dockerfile", "FROM node:22\nCOPY . .\n"), ("ui/package.json", "{\"name\": \"ui\"}"), ("ui/src/App.svelte", page)];
    assert_eq!(opened(compose, &files), ["ui>api:http"]);
    let shown = page.replace("<script>", "<pre>").replace("</script>", "</pre>");
    let files = [files[0], files[1], ("ui/src/App.svelte", shown.as_str())];
    assert!(opened(compose, &files).is_empty());
}

#[test]
fn rpcs_of_a_server_in_javascript() {
    let server = "const grpc = require('@grpc/grpc-js');\nconst loader = require('@grpc/proto-loader');\nconst shop = grpc.loadPackageDefinition(loader.loadSync('shop.proto')).shop;\n\nfunction charge(call, callback) { callback(null, {}); }\n\nconst server = new grpc.Server();\nserver.addService(shop.Pay.service, { charge });\nserver.bindAsync('0.0.0.0:50051', grpc.ServerCredentials.createInsecure(), () => {});\n";
    let ids = |server: &str| {
        let files = [("web/package.json", "{\"name\": \"web\"}"), ("web/main.js", server)];
        documented(&files).entry_points.iter().map(|entry| entry.id.rest().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(server), ["web:/shop.Pay/Charge"]);
    assert!(ids(&server.replace("server.addService(shop.Pay.service, { charge });", "")).is_empty());
}

#[test]
fn services_that_share_a_context_have_the_source_that_their_dockerfile_copies() {
    let compose =
        "services:\n  web:\n    build:\n      context: .\n      dockerfile: ${WEB_FILE}\n  api:\n    build:\n      context: .\n      dockerfile: ${API_FILE}\n";
    let files = [
        ("compose.yaml", compose),
        (".env", "WEB_FILE=./src/web/Dockerfile\nAPI_FILE=./src/api/Dockerfile\n"),
        ("src/web/Dockerfile", "FROM python:3.12\nCOPY ./src/web/require* ./\nCOPY ./src/web/ ./\n"),
        ("src/api/Dockerfile", "FROM python:3.12\nCOPY /src/api/ ./\n"),
        ("src/api/main.py", FLASK),
    ];
    let owners =
        |files: &[(&str, &str)]| model(files).entry_points.iter().map(|entry| entry.component.rest().to_owned()).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(owners(&files), std::collections::BTreeSet::from(["api".to_owned()]));
    let all = [files[0], files[1], ("src/web/Dockerfile", "FROM python:3.12\nCOPY . .\n"), files[3], files[4]];
    assert_eq!(owners(&all), std::collections::BTreeSet::from(["api".to_owned(), "web".to_owned()]), "an image of everything holds everything");
}

#[test]
fn of_equal_rpcs_the_one_that_is_defined_nearest_is_served() {
    let server = "package main\n\nimport (\n\t\"context\"\n\t\"net\"\n\n\t\"google.golang.org/grpc\"\n\tpb \"example.com/other/gen\"\n)\n\ntype server struct {\n\tpb.UnimplementedPayServer\n}\n\nfunc (s *server) Charge(ctx context.Context, in *pb.Request) (*pb.Reply, error) {\n\treturn &pb.Reply{}, nil\n}\n\nfunc main() {\n\tlis, _ := net.Listen(\"tcp\", \":50051\")\n\ts := grpc.NewServer()\n\tpb.RegisterPayServer(s, &server{})\n\ts.Serve(lis)\n}\n";
    let proto = |package: &str| {
        format!("syntax = \"proto3\";\npackage {package};\nservice Pay {{ rpc Charge (Request) returns (Reply); }}\nmessage Request {{}}\nmessage Reply {{}}\n")
    };
    let (one, two) = (proto("one.v1"), proto("two.v1"));
    let paths = |files: &[(&str, &str)]| documented(files).entry_points.iter().map(|entry| entry.path.clone()).collect::<std::collections::BTreeSet<_>>();
    let module = ("one/go.mod", "module example.com/one\n\nrequire google.golang.org/grpc v1.60.0\n");
    let served = |files: [(&str, &str); 2]| paths(&[("one/main.go", server), module, files[0], files[1]]);
    assert!(served([("one/proto/pay.proto", &one), ("two/proto/pay.proto", &two)]).contains("/one.v1.Pay/Charge"));
    let apart = served([("protos/one.proto", &one), ("protos/two.proto", &two)]);
    assert!(apart.iter().all(|path| !path.contains(".v1.")), "either may be meant: {apart:?}");
}

#[test]
fn flows_carry_what_code_hands_over_and_logs_go_where_they_are_collected() {
    let compose = "
services:
  shop:
    build: ./shop
    environment:
      LOGSTASH_HOST: logstash:5000
  logstash:
    image: docker.elastic.co/logstash/logstash:8.9.0
";
    let app = "
import logging
import os
import requests
import socket
from flask import Flask, request
app = Flask(__name__)
sock = socket.create_connection(os.environ['LOGSTASH_HOST'])

@app.post('/signup')
def signup():
    logging.info('signup of %s', request.form['phone'])
    requests.post('https://api.stripe.com/v1/customers', data={'email': request.form['email'], 'plan': request.form['plan']})
    requests.post('https://slack.com/api/chat.postMessage', json={'text': request.form['plan']})
    return 'ok'

app.run()
";
    let files = [
        ("docker-compose.yml", compose),
        ("shop/Dockerfile", "FROM python:3\nCOPY . .\nCMD python app.py\n"),
        ("shop/requirements.txt", "flask\n"),
        ("shop/app.py", app),
    ];
    let model = model(&files);
    let carried = |flow: &threatline_model::Flow| {
        let classes = flow.data.iter().flatten().map(|class| class.name()).collect::<Vec<_>>().join(",");
        format!("{} {classes} {}", flow.id.rest(), flow.data_proof.as_ref().map_or(0, |proof| proof.evidence.len()))
    };
    assert_eq!(model.flows.iter().map(carried).collect::<Vec<_>>(), ["shop>logstash:tcp phone 1", "shop>slack:https  0", "shop>stripe:https email 1"]);
}
