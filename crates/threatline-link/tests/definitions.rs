//! Definitions of interfaces: whose they are, and what they add to the model.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;

#[track_caller]
fn check(files: &[(&str, &str)], components: &[&str], entries: &[&str]) {
    let model = model(files);
    assert_eq!(model.components.iter().map(|component| component.id.rest()).collect::<Vec<_>>(), components);
    assert_eq!(model.entry_points.iter().map(|entry| entry.id.rest()).collect::<Vec<_>>(), entries);
    assert!(model.entry_points.iter().all(|entry| !entry.id.rest().contains("pay") || entry.authenticated.is_none()), "a definition proves nothing");
}

const PAY: &str = "openapi: 3.0.0
info: { title: Payments }
servers: [{ url: 'https://api.shop.eu/v1' }]
paths:
  /payments: { post: { security: [{ key: [] }] }, get: {} }
";
const FLASK: &str =
    "from flask import Flask\napp = Flask(__name__)\n\n@app.get('/orders')\ndef orders():\n    return []\n\nif __name__ == '__main__':\n    app.run()\n";
const BOTH: &[&str] = &["pay:GET /v1/payments", "pay:POST /v1/payments"];

#[test]
fn a_definition_alone_is_a_service() {
    check(&[("docs/openapi.yaml", PAY)], &["Payments"], &["Payments:GET /v1/payments", "Payments:POST /v1/payments"]);
    check(&[("pay/api/v1/openapi.yaml", PAY)], &["pay"], BOTH);
    // the same once more, and an older form of it
    let old = "swagger: '2.0'\ninfo: { title: Payments }\nbasePath: /v1\npaths: { /payments: { get: {} } }\n";
    check(&[("pay/openapi.yaml", PAY), ("pay/swagger.json.yaml", PAY), ("pay/old.yaml", old)], &["pay"], BOTH);
}

#[test]
fn a_definition_beside_a_deployment_without_code_is_of_it() {
    let compose = "services:\n  pay: { image: acme/pay, ports: ['80:80'] }\n  db: { image: 'postgres:16' }\n";
    check(&[("compose.yaml", compose), ("docs/openapi.yaml", PAY)], &["db", "pay"], BOTH);
    // of two that may be meant nobody knows which, unless it is named
    let two = "services:\n  pay: { image: acme/pay }\n  web: { image: acme/web }\n";
    check(&[("compose.yaml", two), ("docs/openapi.yaml", &PAY.replace("Payments", "Shop"))], &["pay", "web"], &[]);
    check(&[("compose.yaml", two), ("pay/openapi.yaml", PAY)], &["pay", "web"], BOTH);
    // the whole repository is built, from something that is not read
    let whole = "services:\n  pay: { build: . }\n";
    check(&[("compose.yaml", whole), ("Dockerfile", "FROM elixir:1.17\nCOPY . .\n"), ("openapi.yaml", PAY)], &["pay"], BOTH);
}

#[test]
fn a_definition_beside_known_routes_adds_nothing() {
    let orders = ["orders:GET /orders"];
    check(&[("orders/app.py", FLASK), ("orders/requirements.txt", "flask\n"), ("docs/openapi.yaml", PAY)], &["orders"], &orders);
    check(&[("orders/app.py", FLASK), ("orders/requirements.txt", "flask\n"), ("orders/openapi.yaml", PAY)], &["orders"], &orders);
    // whatever the deployment of that code is called
    let compose = "services:\n  pay: { image: acme/pay }\n";
    let same = PAY.replace("/payments", "/orders").replace("post: { security: [{ key: [] }] }, ", "");
    check(&[("compose.yaml", compose), ("app.py", FLASK), ("pay/openapi.yaml", &same)], &["app", "pay"], &["app:GET /orders"]);
    // but a service of its own lies where the others lie
    let files = [("services/orders/app.py", FLASK), ("services/orders/requirements.txt", "flask\n"), ("services/pay/openapi.yaml", PAY)];
    check(&files, &["orders", "pay"], &["orders:GET /orders", BOTH[0], BOTH[1]]);
}

#[test]
fn definitions_of_others_are_left_out() {
    for path in ["client/openapi.yaml", "tests/openapi.yaml", "sdk/openapi.yaml"] {
        check(&[(path, PAY)], &[], &[]);
    }
    let asks = "import requests\n\ndef pay():\n    requests.post('https://api.shop.eu/v1/payments')\n\nif __name__ == '__main__':\n    pay()\n";
    let model = model(&[("tool/main.py", asks), ("tool/requirements.txt", "requests\n"), ("docs/openapi.yaml", PAY)]);
    assert!(model.entry_points.iter().all(|entry| !entry.path.contains("payments")), "what is spoken to is not here");
    assert!(model.components.iter().all(|component| component.name != "Payments"));
}

#[test]
fn paths_in_other_files_belong_to_the_definition() {
    let split = "openapi: 3.0.0\ninfo: { title: Shop }\npaths:\n  /users: { $ref: ./paths/users.yaml }\n  /users/{id}: { $ref: 'paths/more.yaml#/one' }\n  /not: { $ref: none.yaml }\n";
    let users = "get: { responses: { 200: {} } }\n";
    let more = "one:\n  delete: { responses: { 204: {} } }\ntwo:\n  get: { responses: { 200: {} } }\n";
    check(&[("api.yaml", split), ("paths/users.yaml", users), ("paths/more.yaml", more)], &["Shop"], &["Shop:DELETE /users/{id}", "Shop:GET /users"]);
}

const SCHEMA: &str = "type Query { product(id: ID!): Product }\ntype Mutation { pay(card: String!): Int }\n";

#[test]
fn a_schema_of_graphql_alone_is_a_service() {
    check(&[("shop/schema.graphql", SCHEMA)], &["shop"], &["shop:graphql Mutation.pay", "shop:graphql Query.product"]);
    // whoever keeps operations beside it asks
    check(&[("shop/schema.graphql", SCHEMA), ("shop/queries/product.graphql", "query P { product(id: 1) { id } }")], &[], &[]);
    check(&[("client/schema.graphql", SCHEMA)], &[], &[]);
}

#[test]
fn a_schema_counts_for_code_only_where_a_library_answers_it() {
    let pom = |dependency: &str| {
        format!("<project><groupId>a</groupId><artifactId>shop</artifactId><dependencies><dependency>{dependency}</dependency></dependencies></project>")
    };
    let serves = pom("<groupId>com.netflix.graphql.dgs</groupId><artifactId>graphql-dgs-spring-boot-starter</artifactId>");
    let asks = pom("<groupId>com.squareup.okhttp3</groupId><artifactId>okhttp</artifactId>");
    let main = "package a;\nimport org.springframework.web.bind.annotation.*;\n@RestController\npublic class Web {\n  @GetMapping(\"/ping\")\n  public String ping() { return \"\"; }\n  public static void main(String[] args) {}\n}\n";
    let files = |pom: &'static str| [("pom.xml", pom), ("src/main/java/a/Web.java", main), ("src/main/resources/schema/shop.graphqls", SCHEMA)];
    check(&files(serves.leak()), &["shop"], &["shop:GET /ping", "shop:graphql Mutation.pay", "shop:graphql Query.product"]);
    check(&files(asks.leak()), &["shop"], &["shop:GET /ping"]);
}

#[test]
fn a_schema_that_code_serves_is_told_once() {
    let server = "import { ApolloServer } from '@apollo/server';\nconst resolvers = { Query: { product: () => null } };\nconst server = new ApolloServer({ typeDefs: 'type Query { product(id: ID!): Int }', resolvers });\n";
    let package = "{\"name\": \"shop\", \"dependencies\": {\"@apollo/server\": \"4\"}}";
    check(&[("package.json", package), ("index.js", server), ("schema.graphql", SCHEMA)], &["shop"], &["shop:graphql Query.product"]);
}

#[test]
fn other_forms_say_the_same() {
    let smithy = "namespace acme\nservice Payments { operations: [Pay] }\n@http(method: \"POST\", uri: \"/payments\")\noperation Pay {}\n";
    check(&[("pay/model/pay.smithy", smithy)], &["model"], &["model:POST /payments"]);
    let typespec = "@server(\"https://api.shop.eu/v1\", \"live\")\nnamespace Shop;\n@route(\"/payments\") @post op pay(amount: int32): void;\n";
    check(&[("pay/main.tsp", typespec)], &["pay"], &["pay:POST /v1/payments"]);
}

#[test]
fn channels_from_which_messages_are_taken_are_ways_in() {
    let orders = "asyncapi: 3.0.0
info: { title: Orders }
channels: { created: { address: order/created }, shipped: { address: order/shipped } }
operations:
  on: { action: receive, channel: { $ref: '#/channels/created' } }
  send: { action: send, channel: { $ref: '#/channels/shipped' } }
";
    check(&[("docs/asyncapi.yaml", orders)], &["Orders"], &["Orders:message order/created"]);
    // beside a program that takes none that is known
    check(
        &[("app.py", FLASK), ("pyproject.toml", "[project]\nname = 'shop'\n"), ("asyncapi.yaml", orders)],
        &["shop"],
        &["shop:GET /orders", "shop:message order/created"],
    );
    check(&[("clients/asyncapi.yaml", orders)], &[], &[]);
}

#[test]
fn the_broker_of_a_definition_is_one_that_its_application_connects_to() {
    let document = |host: &str| {
        format!(
            "asyncapi: 3.0.0\ninfo: {{ title: Orders }}\nservers: {{ live: {{ host: '{host}', protocol: kafka-secure }} }}\nchannels: {{ created: {{ address: order.created }} }}\noperations: {{ send: {{ action: send, channel: {{ $ref: '#/channels/created' }} }} }}\n"
        )
    };
    let compose = "services:\n  orders: { build: orders }\n  broker: { image: 'apache/kafka:3.9' }\n";
    let flows = |host: &str| {
        let document = document(host);
        let model = common::model(&[
            ("compose.yaml", compose),
            ("orders/Dockerfile", "FROM alpine\n"),
            ("orders/main.py", "print('x')\n"),
            ("orders/asyncapi.yaml", &document),
        ]);
        model.flows.iter().map(|flow| flow.id.rest().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(flows("broker:9092"), ["orders>broker:kafka"]);
    assert_eq!(flows("localhost:9092"), ["orders>broker:kafka"], "the only one there is");
    assert!(flows("kafka.elsewhere.eu:9092").is_empty());
}

#[test]
fn what_describes_itself_in_xml_is_ones_own_only_without_code() {
    let wsdl = "<definitions xmlns=\"http://schemas.xmlsoap.org/wsdl/\" xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\"><binding name=\"B\" type=\"T\"><operation name=\"Pay\"/></binding><service name=\"S\"><port binding=\"B\"><soap:address location=\"http://localhost/shop\"/></port></service></definitions>";
    check(&[("shop/shop.wsdl", wsdl)], &["shop"], &["shop:POST /shop/Pay"]);
    let caller = "import os\nimport requests\n\nif __name__ == '__main__':\n    requests.post(os.environ['SHOP_URL'])\n";
    let model = common::model(&[("job/job.py", caller), ("job/Dockerfile", "FROM python:3.12\nCOPY . .\n"), ("job/shop.wsdl", wsdl)]);
    assert!(model.entry_points.iter().all(|entry| entry.kind != threatline_model::EntryPointKind::Http), "it is called from here");
    let raml = "#%RAML 1.0\ntitle: Shop\nbaseUri: /v1\n/users:\n  get:\n  /{id}:\n    delete:\n";
    check(&[("shop/api.raml", raml)], &["shop"], &["shop:DELETE /v1/users/{id}", "shop:GET /v1/users"]);
}

#[test]
fn what_a_definition_and_the_program_say_differently_of_one_operation_is_drift() {
    let app = "from flask import Flask, request\n\napp = Flask(__name__)\n\n@app.route('/orders')\ndef orders():\n    return request.args.get('page') + request.args.get('debug')\n\nif __name__ == '__main__':\n    app.run()\n";
    let contradictions = |security: &str, page: &str| {
        let document = format!(
            "openapi: 3.0.0\ninfo: {{ title: Shop }}\npaths:\n  /orders:\n    get:\n      {security}\n      parameters: [{{ name: {page}, in: query }}]\n      responses: {{}}\n"
        );
        let model = common::model(&[("app.py", app), ("Dockerfile", "FROM python:3.12\nCOPY . .\nEXPOSE 80\n"), ("openapi.yaml", &document)]);
        let of_kind = model.drift.iter().filter(|drift| drift.kind.name() == "contradiction");
        let mut said: Vec<String> = of_kind.map(|drift| drift.claims.iter().map(|(said, _)| said.as_str()).collect::<Vec<_>>().join(" / ")).collect();
        said.sort();
        said
    };
    let debug = "takes the parameter debug / does not document debug";
    assert_eq!(contradictions("security: [{ token: [] }]", "page"), ["documents that callers say who they are / lets everybody in", debug]);
    assert_eq!(contradictions("security: []", "page"), [debug]);
    assert!(contradictions("security: [{}, { token: [] }]", "other").is_empty(), "of neither is it known that they speak of the same");
}

#[test]
fn fields_of_bodies_and_operations_that_one_side_alone_knows_are_drift() {
    let said = |files: &[(&str, &str)]| {
        let model = common::model(files);
        let mut said: Vec<String> = model
            .drift
            .iter()
            .map(|drift| format!("{} {}", drift.kind.name(), drift.claims.iter().map(|(said, _)| said.as_str()).collect::<Vec<_>>().join(" / ")))
            .collect();
        said.sort();
        said
    };
    let app = "from flask import Flask, request\n\napp = Flask(__name__)\n\n@app.post('/orders')\ndef create():\n    return request.json['item'] + request.json['count'] + request.json['discount']\n\nif __name__ == '__main__':\n    app.run()\n";
    let document = |fields: &str| {
        format!(
            "openapi: 3.0.0\ninfo: {{ title: Shop }}\npaths:\n  /orders:\n    post:\n      requestBody: {{ content: {{ application/json: {{ schema: {{ type: object, properties: {{ {fields} }} }} }} }} }}\n      responses: {{}}\n"
        )
    };
    let files = |document: &str| said(&[("app.py", app), ("Dockerfile", "FROM python:3.12\nCOPY . .\nEXPOSE 80\n"), ("openapi.yaml", document)]);
    assert_eq!(files(&document("item: {}, count: {}")), ["contradiction takes the field discount / does not document discount"]);
    assert!(files(&document("item: {}, count: {}, discount: {}, more: {}")).is_empty());
    assert!(files(&document("item: {}, other: {}")).is_empty(), "they hardly speak of the same body");
}

#[test]
fn what_controllers_are_made_from_is_what_they_answer() {
    let definition =
        "openapi: 3.0.0\ninfo: {title: Orders}\npaths:\n  /orders: {get: {responses: {}}, post: {responses: {}}}\n  /orders/{id}: {get: {responses: {}}}\n";
    let controller = "package shop;\nimport org.springframework.web.bind.annotation.*;\nimport shop.api.OrdersApi;\n@RestController\nclass Orders implements OrdersApi { @GetMapping(\"/\") String home() { return \"\"; } }\n";
    let pom = |generator: &str| {
        format!(
            "<project><groupId>shop</groupId><artifactId>orders</artifactId><build><plugins><plugin><groupId>org.openapitools</groupId><artifactId>openapi-generator-maven-plugin</artifactId><configuration><generatorName>{generator}</generatorName></configuration></plugin></plugins></build></project>"
        )
    };
    let found = |generator: &str| {
        let pom = pom(generator);
        let files =
            [("orders/pom.xml", pom.as_str()), ("orders/src/main/resources/openapi.yml", definition), ("orders/src/main/java/shop/Orders.java", controller)];
        model(&files).entry_points.iter().map(|entry| entry.id.rest().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("spring"), ["orders:GET /", "orders:GET /orders", "orders:GET /orders/{id}", "orders:POST /orders"]);
    // a client of somebody's made of it says nothing of what is served
    assert_eq!(found("typescript-axios"), ["orders:GET /"]);
}
