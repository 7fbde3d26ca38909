//! Who uses the system is drawn where it is open to them, and nowhere else.
#![allow(clippy::unwrap_used)]

mod common;

use common::drawn;
use threatline_model::Model;

const SPRING: &str = "plugins { id 'org.springframework.boot' }\n";

fn ways(model: &Model) -> Vec<String> {
    let flows = model.flows.iter().filter(|flow| flow.source.rest().starts_with("user") && model.component(&flow.source).unwrap().is_drawn_user());
    flows.map(|flow| format!("{} {:?}", flow.id.rest(), flow.evidence.iter().map(|evidence| &*evidence.path).collect::<Vec<_>>())).collect()
}

#[test]
fn users_come_to_what_is_published_for_them() {
    let model = drawn(&[(
        "docker-compose.yml",
        "services:\n  web: {image: acme/web, ports: ['80:8080']}\n  inner: {image: acme/inner}\n  db: {image: postgres, ports: ['5432:5432']}\n  mq: {image: rabbitmq, ports: ['5672:5672']}\n  prometheus: {image: prom/prometheus, ports: ['9090:9090']}\n",
    )]);
    // stores, brokers and what operators look at are open, and not for users
    assert_eq!(ways(&model), [r#"user>web:unknown ["docker-compose.yml"]"#]);
    let user = model.components.iter().find(|component| component.is_drawn_user()).unwrap();
    assert_eq!(user.boundary.as_ref().unwrap().rest(), "internet");
    assert!(model.flows[0].crosses.iter().any(|boundary| boundary.rest() == "internet"));
}

#[test]
fn what_is_open_to_nobody_has_no_users() {
    let model = drawn(&[("docker-compose.yml", "services:\n  web: {image: acme/web}\n  db: {image: postgres}\n")]);
    assert!(!model.components.iter().any(|component| component.is_drawn_user()));
}

#[test]
fn a_file_for_development_opens_nothing_that_people_use() {
    let model = drawn(&[
        ("docker-compose.yml", "services:\n  web: {image: acme/web, ports: ['80:8080']}\n  stock: {image: acme/stock}\n"),
        ("docker-compose.dev.yml", "services:\n  stock: {build: stock, ports: ['8081:8080']}\n"),
    ]);
    assert_eq!(ways(&model), [r#"user>web:unknown ["docker-compose.yml"]"#]);
}

#[test]
fn a_component_of_that_name_stays_what_it_is() {
    let model = drawn(&[("docker-compose.yml", "services:\n  user: {image: acme/user, ports: ['80:8080']}\n")]);
    assert_eq!(ways(&model), [r#"users>user:unknown ["docker-compose.yml"]"#]);
}

#[test]
fn a_gateway_that_nobody_deploys_is_still_there_for_users() {
    let gateway = |from: &str| {
        format!(
            "package shop;\nimport org.springframework.boot.SpringApplication;\nimport org.springframework.boot.autoconfigure.SpringBootApplication;\nimport org.springframework.cloud.netflix.zuul.EnableZuulProxy;\n@SpringBootApplication\n@EnableZuulProxy\npublic class {from} {{ public static void main(String[] args) {{ SpringApplication.run({from}.class, args); }} }}\n"
        )
    };
    let source = gateway("Edge");
    let model = drawn(&[("edge/build.gradle", SPRING), ("edge/src/main/java/shop/Edge.java", &source)]);
    assert_eq!(ways(&model).len(), 1, "{:?}", model.components);
}
