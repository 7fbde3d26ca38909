//! Products that connect to others by the files that configure them, and libraries by variables.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::Model;

const COMPOSE: &str = "services:
  web: {build: ./web, environment: {OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317', TEXT: 'http://grafana:3000'}}
  prometheus: {image: prom/prometheus, volumes: ['./observe/prometheus.yml:/etc/prometheus/prometheus.yml']}
  grafana: {image: grafana/grafana, volumes: ['./observe/grafana/provisioning:/etc/grafana/provisioning']}
  collector: {image: otel/opentelemetry-collector-contrib, volumes: ['${COLLECTOR}:/etc/otelcol/config.yaml']}
  jaeger: {image: jaegertracing/all-in-one}
";

const PROMETHEUS: &str = "scrape_configs:\n  - job_name: web\n    static_configs:\n      - targets: ['web:8000', 'elsewhere.example.com:80']\n";
const COLLECTOR: &str = "receivers: {otlp: {protocols: {grpc: {endpoint: '0.0.0.0:4317'}}}}\nexporters:\n  otlp/jaeger: {endpoint: 'jaeger:4317'}\n  otlp/off: {endpoint: 'web:8000'}\nservice:\n  pipelines:\n    traces: {receivers: [otlp], exporters: [otlp/jaeger]}\n";
const GRAFANA: &str = "apiVersion: 1\ndatasources:\n  - {name: P, type: prometheus, url: 'http://prometheus:9090'}\n";
const WEB: &str = "from flask import Flask\napp = Flask(__name__)\n@app.get('/x')\ndef x(): return 'x'\n";

fn flows(model: &Model) -> Vec<&str> {
    model.flows.iter().map(|flow| flow.id.rest()).collect()
}

#[test]
fn files_of_products_and_variables_of_libraries_are_connections() {
    let model = model(&[
        ("compose.yaml", COMPOSE),
        (".env", "COLLECTOR=./observe/collector.yaml\n"),
        ("observe/prometheus.yml", PROMETHEUS),
        ("observe/collector.yaml", COLLECTOR),
        ("observe/grafana/provisioning/datasources/all.yaml", GRAFANA),
        ("web/Dockerfile", "FROM python:3\nCOPY . .\n"),
        ("web/app.py", WEB),
    ]);
    assert_eq!(flows(&model), ["collector>jaeger:grpc", "grafana>prometheus:http", "prometheus>web:http", "web>collector:http"]);
}

/// Nobody is given the file, and two are the product: nobody knows whose it is.
#[test]
fn a_file_that_two_may_read_is_nobodys() {
    let compose = "services:\n  a: {image: prom/prometheus}\n  b: {image: prom/prometheus}\n  web: {image: acme/web}\n";
    let model = model(&[("compose.yaml", compose), ("observe/prometheus.yml", PROMETHEUS)]);
    assert!(model.flows.is_empty(), "{:?}", flows(&model));
}

#[test]
fn a_sidecar_is_asked_for_whom_the_path_names() {
    let deployment = |name: &str, id: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: {name} }}\nspec:\n  template:\n    metadata: {{ annotations: {{ dapr.io/enabled: 'true', dapr.io/app-id: {id} }} }}\n    spec: {{ containers: [{{ name: {name}, image: 'acme/{name}' }}] }}\n---\n"
        )
    };
    let manifests = [deployment("pages", "front"), deployment("stock", "stockapp")].concat();
    let pages = "
const express = require('express');
const axios = require('axios');
const app = express();
const port = process.env.DAPR_HTTP_PORT ?? 3500;
const sidecar = `http://localhost:${port}/v1.0/invoke`;
app.get('/stock', async (req, res) => {
  const found = await axios.get(`${sidecar}/stockapp/method/items`);
  res.json(found.data);
});
app.get('/price', async (req, res) => {
  const found = await axios.get(`${sidecar}/nobody/method/prices`);
  res.json(found.data);
});
app.listen(8080);
";
    let model = model(&[
        ("deploy/all.yaml", &manifests),
        ("pages/Dockerfile", "FROM node\nCOPY . .\n"),
        ("pages/package.json", "{\"name\": \"pages\", \"dependencies\": {\"express\": \"4\", \"axios\": \"1\"}}"),
        ("pages/server.js", pages),
    ]);
    assert_eq!(model.flows.iter().map(|flow| flow.id.rest()).collect::<Vec<_>>(), ["pages>stock:http"]);
}

#[test]
fn a_gateway_of_models_asks_whom_its_file_names() {
    let compose =
        "services:\n  models: {image: 'ghcr.io/berriai/litellm:main', volumes: ['./litellm.yaml:/app/config.yaml']}\n  ollama: {image: ollama/ollama}\n";
    let file = "model_list:\n  - model_name: big\n    litellm_params: {model: anthropic/claude-sonnet-4, api_key: os.environ/KEY}\n  - model_name: own\n    litellm_params: {model: ollama/llama3, api_base: 'http://ollama:11434'}\n  - model_name: odd\n    litellm_params: {model: nobody/x}\n";
    let model = model(&[("compose.yaml", compose), ("litellm.yaml", file)]);
    assert_eq!(flows(&model), ["models>anthropic:https", "models>ollama:http"]);
}

#[test]
fn a_store_says_upon_what_it_is_built_and_asks_nobody_else() {
    let compose = "services:\n  milvus: {image: milvusdb/milvus, environment: {ETCD_ENDPOINTS: 'etcd:2379', MINIO_ADDRESS: 'minio:9000', OTHER_URL: 'http://web:80', PEER: 'redis:6379'}}\n  etcd: {image: quay.io/coreos/etcd}\n  minio: {image: minio/minio}\n  web: {image: acme/web}\n  redis: {image: redis}\n";
    assert_eq!(flows(&model(&[("compose.yaml", compose)])), ["milvus>etcd:grpc", "milvus>minio:s3"]);
}
