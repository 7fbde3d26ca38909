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
