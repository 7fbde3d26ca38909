//! What deployments say of how a component is kept.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::{Component, ComponentId, Grade, Model, Property, Value};

fn service(text: &str) -> String {
    format!("services:\n  it:\n{}", text.lines().map(|line| format!("    {line}\n")).collect::<String>())
}

fn it(model: &Model) -> &Component {
    model.component(&ComponentId::new("it")).unwrap()
}

fn flag(text: &str, property: Property) -> Option<bool> {
    it(&model(&[("compose.yaml", &service(text))])).properties.flag(property)
}

#[test]
fn a_store_that_ships_open_is_open_until_something_closes_it() {
    let anonymous = |text: &str| flag(text, Property::AnonymousAccess);
    assert_eq!(anonymous("image: redis:7"), Some(true));
    assert_eq!(anonymous("image: redis:7\ncommand: redis-server --requirepass secret"), Some(false));
    assert_eq!(anonymous("image: redis:7\nvolumes:\n  - ./redis.conf:/usr/local/etc/redis/redis.conf"), None);
    assert_eq!(anonymous("image: redis:7\nenv_file: elsewhere.env"), None);
    assert_eq!(anonymous("image: postgres:16\nenvironment:\n  POSTGRES_HOST_AUTH_METHOD: trust"), Some(true));
}

#[test]
fn the_grade_tells_a_setting_from_a_default() {
    let grade = |text: &str| it(&model(&[("compose.yaml", &service(text))])).properties.proofs[&Property::AnonymousAccess].grade;
    assert_eq!(grade("image: redis:7"), Grade::C);
    assert_eq!(grade("image: postgres:16\nenvironment:\n  POSTGRES_HOST_AUTH_METHOD: trust"), Grade::X);
}

#[test]
fn a_password_that_everybody_tries_is_not_one_that_somebody_chose() {
    let password = |word: &str| {
        let model = model(&[("compose.yaml", &service(&format!("image: postgres:16\nenvironment:\n  POSTGRES_PASSWORD: {word}")))]);
        let properties = &it(&model).properties;
        (properties.flag(Property::DefaultCredentials), properties.flag(Property::SecretInRepository))
    };
    assert_eq!(password("postgres"), (Some(true), None));
    assert_eq!(password("gT7-kq29-vveQ"), (None, Some(true)));
    assert_eq!(password("${POSTGRES_PASSWORD}"), (None, None));
}

#[test]
fn the_password_of_the_store_behind_it_is_not_its_own() {
    let text = "image: mongo-express\nenvironment:\n  ME_CONFIG_MONGODB_ADMINPASSWORD: gT7-kq29-vveQ";
    assert_eq!(flag(text, Property::SecretInRepository), None);
}

#[test]
fn ways_out_of_the_container() {
    let host = |text: &str| it(&model(&[("compose.yaml", &service(text))])).properties.get(Property::HostAccess).cloned();
    let list = |words: &[&str]| Some(Value::List(words.iter().map(|word| (*word).to_owned()).collect()));
    assert_eq!(host("image: x/agent\nvolumes:\n  - /var/run/docker.sock:/var/run/docker.sock:ro"), list(&["runtime_socket"]));
    assert_eq!(host("image: x/agent\nnetwork_mode: host\ncap_add: [SYS_ADMIN]"), list(&["capability SYS_ADMIN", "host_network"]));
    assert_eq!(host("image: x/agent\nvolumes:\n  - /:/host:ro\n  - ./data:/data\n  - /etc/localtime:/etc/localtime"), None);
    assert_eq!(flag("image: x/agent\nprivileged: true", Property::RunsPrivileged), Some(true));
}

#[test]
fn a_file_for_development_does_not_count() {
    let text = service("image: redis:7\nprivileged: true");
    let model = model(&[("docker-compose.dev.yml", &text)]);
    assert_eq!(it(&model).properties.flag(Property::AnonymousAccess), None);
    assert_eq!(it(&model).properties.flag(Property::RunsPrivileged), None);
}

#[test]
fn the_cluster_counts_where_there_is_one() {
    let deployment = "apiVersion: apps/v1
kind: Deployment
metadata: { name: it }
spec:
  replicas: 3
  template:
    spec:
      containers:
        - { name: it, image: 'redis:7', args: ['--requirepass', '$(PASSWORD)'] }
";
    let model = model(&[("compose.yaml", &service("image: redis:7")), ("k8s/it.yaml", deployment)]);
    assert_eq!(it(&model).properties.flag(Property::AnonymousAccess), Some(false));
    assert_eq!(it(&model).properties.get(Property::Replicas), Some(&Value::Number(3)));
}

#[test]
fn a_development_server_is_told_by_the_image_alone() {
    let dockerfile = "FROM node:22\nCOPY . .\nCMD [\"npm\", \"run\", \"dev\"]\n";
    let served = |text: &str| it(&model(&[("compose.yaml", &service(text)), ("web/Dockerfile", dockerfile)])).properties.flag(Property::DevelopmentServer);
    assert_eq!(served("build: ./web"), Some(true));
    assert_eq!(served("build: ./web\ncommand: npm start"), None);
}

#[test]
fn images_that_move_and_ports_for_administrators() {
    assert_eq!(flag("image: redis", Property::MutableImage), Some(true));
    assert_eq!(flag("image: redis:7.2", Property::MutableImage), None);
    assert_eq!(flag("image: our/own", Property::MutableImage), None);
    let port = |text: &str| it(&model(&[("compose.yaml", &service(text))])).properties.text(Property::ManagementPort).map(str::to_owned);
    assert_eq!(port("image: x/app\nports: ['5005:5005']").as_deref(), Some("jdwp"));
    assert_eq!(port("image: x/app\nports: ['127.0.0.1:5005:5005']"), None);
}

#[test]
fn consoles_are_for_administrators() {
    assert_eq!(flag("image: adminer", Property::AdminInterface), Some(true));
    assert_eq!(flag("image: ghcr.io/kafbat/kafka-ui", Property::AuthenticatesClients), Some(false));
    assert_eq!(flag("image: grafana/grafana:11.0.0", Property::AuthenticatesClients), Some(true));
    assert_eq!(flag("image: grafana/grafana:11.0.0\nenv_file: elsewhere.env", Property::AuthenticatesClients), None);
}
