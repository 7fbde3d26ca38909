//! Fields of settings whose declaration says which variable or setting they are.
#![allow(clippy::unwrap_used)]

mod common;

use common::{composed, model};

fn targets(files: &[(&str, &str)]) -> Vec<String> {
    let mut found: Vec<String> = composed(files).calls.iter().filter_map(|call| call.target.as_ref()).map(|target| format!("{target:?}")).collect();
    found.sort();
    found
}

const GO: &str = r#"
package main

import (
	"net/http"

	"github.com/caarlos0/env/v11"
)

type Part struct {
	URL   string `env:"URL" envDefault:"http://stock:8080"`
	Other string `json:"other"`
}

type Config struct {
	Prices string `json:"prices" env:"PRICES_URL,required"`
	Orders string `envconfig:"ORDERS_URL" default:"http://orders:8080"`
	Stock  Part   `envPrefix:"STOCK_"`
	Plain  string `env:"not a name"`
}

func main() {
	var cfg Config
	_ = env.Parse(&cfg)
	http.Get(cfg.Prices)
	http.Get(cfg.Orders)
	http.Get(cfg.Stock.URL)
	http.Get(cfg.Stock.Other)
	http.Get(cfg.Plain)
}
"#;

#[test]
fn tags_of_go_name_variables() {
    let found = targets(&[("main.go", GO), ("go.mod", "module example.org/shop\n")]);
    let expected = [
        r#"Environment { variable: "ORDERS_URL", default: Some(Literal("http://orders:8080")) }"#,
        r#"Environment { variable: "PRICES_URL", default: None }"#,
        r#"Environment { variable: "STOCK_URL", default: Some(Literal("http://stock:8080")) }"#,
        "Unknown",
        "Unknown",
    ];
    assert_eq!(found, expected);
}

const PROPERTIES: &str = "package shop;\nimport org.springframework.boot.context.properties.ConfigurationProperties;\n@ConfigurationProperties(prefix = \"shop.prices\")\npublic class Props {\n    private String baseUrl = \"http://localhost:1\";\n    private String stockUrl;\n    private int retries;\n    public String getBaseUrl() { return baseUrl; }\n    public String getStockUrl() { return stockUrl; }\n}\n";
const WEB: &str = "package shop;\nimport org.springframework.web.bind.annotation.*;\nimport org.springframework.web.client.RestTemplate;\n@RestController\npublic class Web {\n    private final Props props;\n    private final RestTemplate rest = new RestTemplate();\n    public Web(Props props) { this.props = props; }\n    @GetMapping(\"/x\")\n    public String x() {\n        rest.getForObject(props.getStockUrl() + \"/s\", String.class);\n        return rest.getForObject(props.getBaseUrl() + \"/p\", String.class);\n    }\n}\n";
const APP: &str = "package shop;\nimport org.springframework.boot.SpringApplication;\nimport org.springframework.boot.autoconfigure.SpringBootApplication;\n@SpringBootApplication\npublic class App { public static void main(String[] a) { SpringApplication.run(App.class, a); } }\n";

#[test]
fn classes_of_properties_are_settings_and_variables() {
    let compose = "services:\n  shop: {build: ., environment: ['SHOP_PRICES_BASEURL=http://prices:8080']}\n  prices: {image: acme/prices}\n  stock: {image: acme/stock}\n";
    let settings = "spring: {application: {name: shop}}\nshop:\n  prices:\n    stockUrl: http://stock:8080\n";
    let pom = "<project><groupId>a</groupId><artifactId>shop</artifactId><version>1</version><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>";
    let model = model(&[
        ("pom.xml", pom),
        ("compose.yaml", compose),
        ("Dockerfile", "FROM openjdk\nCOPY . .\n"),
        ("src/main/resources/application.yml", settings),
        ("src/main/java/shop/App.java", APP),
        ("src/main/java/shop/Props.java", PROPERTIES),
        ("src/main/java/shop/Web.java", WEB),
    ]);
    let flows: Vec<&str> = model.flows.iter().map(|flow| flow.id.rest()).filter(|flow| !flow.starts_with("user>")).collect();
    assert_eq!(flows, ["shop>prices:http", "shop>stock:http"]);
}
