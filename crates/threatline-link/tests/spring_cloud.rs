//! Programs that are servers by a library, and what others connect to without a line of code.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::Model;

fn flows(model: &Model) -> Vec<&str> {
    model.flows.iter().map(|flow| flow.id.rest()).collect()
}

fn roles(model: &Model) -> Vec<String> {
    let roles = |component: &threatline_model::Component| component.roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(",");
    model.components.iter().map(|component| format!("{} {}", component.id.rest(), roles(component))).collect()
}

/// The class that starts a program, with one more annotation of that package.
fn main(annotation: &str) -> String {
    let (package, name) = annotation.rsplit_once('.').unwrap_or(("x", "Enable"));
    format!(
        "package shop;\n\nimport org.springframework.boot.SpringApplication;\nimport org.springframework.boot.autoconfigure.SpringBootApplication;\nimport {package}.{name};\n\n@SpringBootApplication\n@{name}\npublic class Main {{\n    public static void main(String[] args) {{\n        SpringApplication.run(Main.class, args);\n    }}\n}}\n"
    )
}

fn pom(name: &str, dependencies: &[&str]) -> String {
    let one = |name: &&str| {
        let (group, artifact) = name.split_once(':').unwrap();
        format!("<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId></dependency>")
    };
    let dependencies: String = dependencies.iter().map(one).collect();
    format!("<project><groupId>shop</groupId><artifactId>{name}</artifactId><version>1</version><dependencies>{dependencies}</dependencies></project>")
}

const REGISTERED: &str = "org.springframework.cloud:spring-cloud-starter-netflix-eureka-client";
const CONFIGURED: &str = "org.springframework.cloud:spring-cloud-starter-config";
const RABBIT: &str = "org.springframework.boot:spring-boot-starter-amqp";
const MONGO: &str = "org.springframework.boot:spring-boot-starter-data-mongodb";
const MAIN: &str = "src/main/java/shop/Main.java";
const OWN: &str = "src/main/resources/application.yml";

/// A program: its manifest, its class, its settings.
fn program(name: &str, dependencies: &[&str], annotation: &str, settings: &str) -> [(String, String); 3] {
    [(format!("{name}/pom.xml"), pom(name, dependencies)), (format!("{name}/{MAIN}"), main(annotation)), (format!("{name}/{OWN}"), settings.to_owned())]
}

fn read(programs: &[[(String, String); 3]], more: &[(&str, &str)]) -> Model {
    let files: Vec<(&str, &str)> = programs.iter().flatten().map(|(path, text)| (path.as_str(), text.as_str())).chain(more.iter().copied()).collect();
    model(&files)
}

const EUREKA: &str = "org.springframework.cloud.netflix.eureka.server.EnableEurekaServer";
const CONFIG: &str = "org.springframework.cloud.config.server.EnableConfigServer";

#[test]
fn what_a_server_hands_out_is_what_its_clients_connect_to() {
    let compose = "services:\n  config:\n    build: config\n  registry:\n    build: registry\n  orders:\n    build: orders\n  front:\n    build: front\n    ports: ['80:4000']\n  orders-db:\n    image: mongo:7\n  broker:\n    image: rabbitmq:3\n";
    let copies = "FROM eclipse-temurin:21\nCOPY target/app.jar /app.jar\n";
    let told = |name: &str| format!("spring:\n  application: {{ name: {name} }}\n  cloud: {{ config: {{ uri: 'http://config:8888' }} }}\n");
    let found = read(
        &[
            program(
                "config",
                &[],
                CONFIG,
                "server: { port: 8888 }\nspring:\n  profiles: { active: native }\n  cloud: { config: { server: { native: { search-locations: 'classpath:/shared' } } } }\n",
            ),
            program("registry", &[CONFIGURED], EUREKA, &told("registry")),
            program("orders", &[CONFIGURED, REGISTERED, RABBIT, MONGO], "x.Enable", &told("order-service")),
            program("front", &[CONFIGURED, REGISTERED], "org.springframework.cloud.netflix.zuul.EnableZuulProxy", &told("front")),
        ],
        &[
            ("docker-compose.yml", compose),
            ("config/Dockerfile", copies),
            ("registry/Dockerfile", copies),
            ("orders/Dockerfile", copies),
            ("front/Dockerfile", copies),
            (
                "config/src/main/resources/shared/application.yml",
                "eureka: { client: { serviceUrl: { defaultZone: 'http://registry:8761/eureka/' } } }\nspring: { rabbitmq: { host: broker } }\n",
            ),
            ("config/src/main/resources/shared/order-service.yml", "spring: { data: { mongodb: { host: orders-db } } }\n"),
            ("config/src/main/resources/shared/front.yml", "zuul: { routes: { orders: { path: '/orders/**', serviceId: order-service } } }\n"),
        ],
    );
    assert_eq!(
        flows(&found),
        [
            "front>config:http",
            "front>orders:http",
            "front>registry:http",
            "orders>broker:amqp",
            "orders>config:http",
            "orders>orders-db:mongodb",
            "orders>registry:http",
            "registry>config:http",
        ]
    );
    assert_eq!(
        roles(&found),
        ["broker message_broker", "config configuration_server", "front gateway", "orders other", "orders-db database", "registry service_discovery"]
    );
}

#[test]
fn without_an_address_the_server_of_the_repository_is_meant() {
    let found = read(
        &[
            program("registry", &[], EUREKA, "server: { port: 8761 }\neureka: { client: { register-with-eureka: false, fetch-registry: false } }\n"),
            program("orders", &[REGISTERED], "x.Enable", "spring: { application: { name: ORDERS } }\n"),
            program(
                "gate",
                &[REGISTERED, "org.springframework.cloud:spring-cloud-starter-gateway"],
                "x.Enable",
                "spring:\n  cloud:\n    gateway:\n      routes:\n        - { id: a, uri: 'lb://ORDERS', predicates: ['Path=/orders/**'] }\n",
            ),
            program("off", &[REGISTERED], "x.Enable", "eureka: { client: { enabled: false } }\n"),
        ],
        &[],
    );
    assert_eq!(flows(&found), ["gate>orders:http", "gate>registry:http", "orders>registry:http"]);
}

#[test]
fn an_annotation_of_that_name_from_elsewhere_makes_no_server() {
    let found = read(
        &[
            program("registry", &[], "shop.own.EnableEurekaServer", "server: { port: 80 }\n"),
            program("orders", &[REGISTERED], "x.Enable", "server: { port: 81 }\n"),
        ],
        &[],
    );
    assert!(flows(&found).is_empty(), "{:?}", flows(&found));
}

#[test]
fn a_dashboard_shows_the_one_aggregator_that_there_is() {
    const BOARD: &str = "org.springframework.cloud.netflix.hystrix.dashboard.EnableHystrixDashboard";
    const TURBINE: &str = "org.springframework.cloud.netflix.turbine.stream.EnableTurbineStream";
    let board = || program("board", &[], BOARD, "server: { port: 80 }\n");
    let turbine = |name: &str| program(name, &[], TURBINE, "server: { port: 81 }\n");
    assert_eq!(flows(&read(&[board(), turbine("streams")], &[])), ["board>streams:http"]);
    assert!(flows(&read(&[board(), turbine("streams"), turbine("more")], &[])).is_empty(), "which of two, nobody knows");
}

#[test]
fn of_two_servers_of_configuration_nobody_knows_which_one_answers() {
    let server = "spring:\n  cloud: { config: { server: { native: { search-locations: 'classpath:/shared' } } } }\n";
    let found = read(
        &[
            program("one", &[], CONFIG, server),
            program("two", &[], CONFIG, server),
            program("orders", &[CONFIGURED, MONGO], "x.Enable", "server: { port: 80 }\n"),
        ],
        &[("one/src/main/resources/shared/orders.yml", "spring: { data: { mongodb: { host: db.shop.example.org } } }\n")],
    );
    assert_eq!(flows(&found), ["orders>mongodb:mongodb"], "the library looks for a store, and no file says where");
}

#[test]
fn the_profile_for_containers_counts_where_there_are_containers() {
    let settings = "spring: { rabbitmq: { host: localhost } }\n---\nspring:\n  config: { activate: { on-profile: docker } }\n  rabbitmq: { host: broker }\n---\nspring:\n  config: { activate: { on-profile: staging } }\n  rabbitmq: { host: other }\n";
    let compose = "orders:\n  build: orders\nbroker:\n  image: rabbitmq:3\nother:\n  image: rabbitmq:3\n";
    let found = read(
        &[program("orders", &[RABBIT], "x.Enable", settings)],
        &[("docker-compose.yml", compose), ("orders/Dockerfile", "FROM eclipse-temurin:21\nCOPY build/libs/*.jar /app.jar\n")],
    );
    assert_eq!(flows(&found), ["orders>broker:amqp"]);
}

#[test]
fn what_a_container_prints_goes_where_its_driver_sends_it() {
    let compose = "services:\n  web:\n    image: shop/web\n    logging: { driver: syslog, options: { syslog-address: 'tcp://127.0.0.1:5514' } }\n  logs:\n    image: logstash:8\n    ports: ['5514:5514']\n  quiet:\n    image: shop/quiet\n    logging: { driver: json-file, options: { max-size: 10m } }\n";
    assert_eq!(flows(&model(&[("compose.yaml", compose)])), ["web>logs:tcp"]);
}

#[test]
fn what_is_built_of_several_modules_has_what_these_have_on_board() {
    let compose = "services:\n  orders: {build: orders}\n  front: {build: front}\n  broker: {image: 'rabbitmq:3'}\n";
    let shared = pom("messages", &[RABBIT]);
    let found = read(
        &[program("orders", &["shop:messages"], "x.Nothing", ""), program("front", &[], "x.Nothing", "")],
        &[
            ("docker-compose.yml", compose),
            ("messages/pom.xml", &shared),
            ("orders/Dockerfile", "FROM eclipse-temurin:21\nCOPY target/app.jar /\n"),
            ("front/Dockerfile", "FROM eclipse-temurin:21\nCOPY target/app.jar /\n"),
        ],
    );
    assert_eq!(flows(&found), ["orders>broker:amqp"]);
}

#[test]
fn what_is_no_module_has_nothing_of_the_build_around_it() {
    let root = pom("all", &[REGISTERED]);
    let found = read(
        &[program("registry", &[], EUREKA, ""), program("orders", &[], "x.Nothing", "")],
        &[
            ("pom.xml", &root),
            ("docker-compose.yml", "services:\n  registry: {build: registry}\n  orders: {build: orders}\n  proxy: {build: proxy}\n"),
            ("proxy/Dockerfile", "FROM nginx\nCOPY site.conf /etc/nginx/conf.d/\n"),
        ],
    );
    assert_eq!(flows(&found), ["orders>registry:http"]);
}

#[test]
fn where_the_program_itself_listens_it_does_not_connect_to() {
    let settings =
        "micronaut:\n  application: { name: orders }\n  server: { host: localhost, port: 8081 }\nkafka:\n  bootstrap: { servers: 'localhost:9092' }\n";
    let main = "package shop;\nimport io.micronaut.http.annotation.*;\n@Controller(\"/orders\")\nclass Orders { @Get String all() { return \"\"; } }\n";
    let found = model(&[
        (
            "docker-compose.yml",
            "services:\n  orders: {build: orders, network_mode: host}\n  kafka: {image: acme/kafka, hostname: localhost, ports: ['9092:9092']}\n",
        ),
        ("orders/pom.xml", &pom("orders", &[])),
        ("orders/src/main/java/shop/Orders.java", main),
        ("orders/src/main/resources/application.yml", settings),
    ]);
    assert_eq!(flows(&found), Vec::<&str>::new());
}

#[test]
fn settings_of_quarkus_are_told_by_variables_of_their_names() {
    let compose = "services:\n  orders:\n    build: orders\n    environment:\n      QUARKUS_DATASOURCE_JDBC_URL: jdbc:postgresql://orders-db:5432/orders\n      QUARKUS_STORK_STOCK_SERVICE_DISCOVERY_ADDRESS_LIST: stock:8083\n      QUARKUS_GRPC_CLIENTS_PLACES_HOST: places\n      KAFKA_BOOTSTRAP_SERVERS: PLAINTEXT://broker:9092\n  stock: {image: acme/stock}\n  places: {image: acme/places}\n  broker: {image: 'apache/kafka:3'}\n  orders-db: {image: 'postgres:16'}\n";
    let main = "package shop;\nimport io.quarkus.runtime.Quarkus;\nimport jakarta.ws.rs.*;\n@Path(\"/orders\")\npublic class Orders { @GET public String all() { return \"\"; } }\n";
    let found = model(&[
        ("docker-compose.yml", compose),
        ("orders/pom.xml", &pom("orders", &["io.quarkus:quarkus-rest"])),
        ("orders/src/main/java/shop/Orders.java", main),
    ]);
    assert_eq!(flows(&found), ["orders>broker:kafka", "orders>orders-db:sql", "orders>places:grpc", "orders>stock:http"]);
}

#[test]
fn files_that_a_variable_names_are_settings() {
    let compose = "services:\n  reviews:\n    build: reviews\n    environment: ['SPRING_PROFILES_ACTIVE=docker', 'SPRING_CONFIG_LOCATION=file:/config-repo/application.yml,file:/config-repo/reviews.yml']\n    volumes: ['./config-repo:/config-repo']\n  one: {image: 'mysql:8'}\n  two: {image: 'mysql:8'}\n";
    let driver = ["org.springframework.boot:spring-boot-starter-data-jpa", "com.mysql:mysql-connector-j"];
    let found = read(
        &[program("reviews", &driver, "x.Nothing", "")],
        &[
            ("docker-compose.yml", compose),
            ("config-repo/application.yml", "logging.level.root: INFO\n"),
            (
                "config-repo/reviews.yml",
                "spring.datasource.url: jdbc:mysql://localhost/reviews\n---\nspring.config.activate.on-profile: docker\nspring.datasource.url: jdbc:mysql://two/reviews\n",
            ),
            ("config-repo/orders.yml", "spring.datasource.url: jdbc:mysql://one/orders\n"),
        ],
    );
    assert_eq!(flows(&found), ["reviews>two:sql"]);
}

#[test]
fn the_one_store_of_the_deployment_is_what_a_driver_is_for() {
    let driver = ["org.springframework.boot:spring-boot-starter-data-jpa", "com.mysql:mysql-connector-j"];
    let compose = |stores: &str| format!("services:\n  reviews: {{build: reviews}}\n{stores}");
    let (one, two) = (compose("  db: {image: 'mysql:8'}\n"), compose("  db: {image: 'mysql:8'}\n  other: {image: 'mysql:8'}\n"));
    let read = |compose: &str| read(&[program("reviews", &driver, "x.Nothing", "")], &[("docker-compose.yml", compose)]);
    assert_eq!(flows(&read(&one)), ["reviews>db:sql"]);
    assert_eq!(flows(&read(&two)), Vec::<&str>::new());
}

#[test]
fn a_gateway_that_locates_by_the_registry_forwards_to_all_of_it() {
    let compose = "services:\n  registry: {build: registry}\n  edge: {build: edge}\n  orders: {build: orders}\n  apart: {build: apart}\n";
    let locating = "spring:\n  cloud:\n    gateway:\n      discovery: { locator: { enabled: true } }\n";
    let gateway = "org.springframework.cloud:spring-cloud-starter-gateway";
    let found = |settings: &str| {
        read(
            &[
                program("registry", &[], EUREKA, ""),
                program("edge", &[REGISTERED, gateway], "x.Nothing", settings),
                program("orders", &[REGISTERED], "x.Nothing", ""),
                program("apart", &[], "x.Nothing", ""),
            ],
            &[("docker-compose.yml", compose)],
        )
    };
    assert_eq!(flows(&found(locating)), ["edge>orders:http", "edge>registry:http", "orders>registry:http"]);
    assert_eq!(roles(&found(locating))[1], "edge gateway");
    // the library alone forwards nothing
    assert_eq!(flows(&found("")), ["edge>registry:http", "orders>registry:http"]);
    assert_eq!(roles(&found(""))[1], "edge other");
}

#[test]
fn a_model_is_asked_by_its_starter() {
    let found = read(&[program("chat", &["org.springframework.ai:spring-ai-starter-model-openai"], "x.Nothing", "")], &[]);
    assert_eq!(flows(&found), ["chat>openai:https"]);
}

#[test]
fn routes_of_a_shared_interface_are_of_the_module_that_carries_them_out() {
    let api = "package shop.api;\nimport org.springframework.web.bind.annotation.*;\npublic interface Stock { @GetMapping(\"/stock/{id}\") String one(@PathVariable String id); }\n";
    let controller = "package shop.stock;\nimport org.springframework.web.bind.annotation.RestController;\nimport shop.api.Stock;\n@RestController\nclass StockController implements Stock { public String one(String id) { return id; } }\n";
    let client = "package shop.cart;\nimport org.springframework.cloud.openfeign.FeignClient;\nimport shop.api.Stock;\n@FeignClient(name = \"stock\")\ninterface StockClient extends Stock { }\n";
    let found = read(
        &[program("stock", &["shop:api"], "x.Nothing", "spring.application.name: stock\n"), program("cart", &["shop:api"], "x.Nothing", "")],
        &[
            ("api/pom.xml", &pom("api", &[])),
            ("api/src/main/java/shop/api/Stock.java", api),
            ("stock/src/main/java/shop/stock/StockController.java", controller),
            ("cart/src/main/java/shop/cart/StockClient.java", client),
        ],
    );
    assert_eq!(found.components.iter().map(|component| component.id.rest()).collect::<Vec<_>>(), ["cart", "stock"]);
    assert_eq!(found.entry_points.iter().map(|entry| entry.id.rest()).collect::<Vec<_>>(), ["stock:GET /stock/{id}"]);
    assert_eq!(flows(&found), ["cart>stock:http"]);
}

#[test]
fn where_a_program_sends_its_log_it_connects_to() {
    let compose = "services:\n  orders: {build: orders}\n  logstash: {image: 'logstash:8'}\n  graylog: {image: 'graylog/graylog:5'}\n";
    let log = "<configuration>\n<springProperty name=\"HOST\" source=\"stash.host\" defaultValue=\"localhost\"/>\n<appender name=\"STASH\" class=\"x\"><destination>${HOST}:5044</destination></appender>\n<appender name=\"UNUSED\" class=\"x\"><host>graylog</host><port>12201</port></appender>\n<root><appender-ref ref=\"STASH\"/></root>\n</configuration>\n";
    let found = read(
        &[program("orders", &[], "x.Nothing", "stash.host: logstash\nspring.application.name: orders\n")],
        &[("docker-compose.yml", compose), ("orders/src/main/resources/logback-spring.xml", log)],
    );
    assert_eq!(flows(&found), ["orders>logstash:tcp"]);
}

#[test]
fn whoever_lets_people_log_in_elsewhere_asks_the_provider() {
    let compose = "services:\n  edge:\n    build: edge\n    environment: ['SPRING_SECURITY_OAUTH2_CLIENT_PROVIDER_OIDC_ISSUER_URI=http://login:9080/realms/shop']\n  login: {image: 'quay.io/keycloak/keycloak:24'}\n";
    let found = read(&[program("edge", &["org.springframework.boot:spring-boot-starter-oauth2-client"], "x.Nothing", "")], &[("docker-compose.yml", compose)]);
    assert_eq!(flows(&found), ["edge>login:http"]);
}
