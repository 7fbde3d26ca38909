//! Addresses that programs hold in their hands, services that are known by their contract, and what stands behind a sidecar.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;

fn flows(files: &[(&str, &str)]) -> Vec<String> {
    model(files).flows.iter().map(|flow| flow.id.rest().to_owned()).collect()
}

const COMPOSE: &str = "services:
  web: {build: ./web}
  stock: {image: acme/stock}
  orders: {image: acme/orders}
  db: {image: 'postgres:16'}
";
const DOCKERFILE: (&str, &str) = ("web/Dockerfile", "FROM node:20\nCOPY . .\n");
const PACKAGE: (&str, &str) = ("web/package.json", "{\"name\": \"web\", \"dependencies\": {\"express\": \"4\"}}");

/// Who writes another one's address into a program means to ask it, whatever asks; who may come from where is nobody that is asked.
#[test]
fn an_address_in_code_is_somebody_that_is_asked() {
    let server = "
const express = require('express');
const cors = require('cors');
const asked = require('./asked');
const app = express();
app.use(cors({ origin: 'http://orders' }));
app.get('/items', (req, res) => asked.all('http://stock:8080/items', res));
app.listen(80);
";
    let files = [("compose.yaml", COMPOSE), DOCKERFILE, PACKAGE, ("web/server.js", server)];
    assert_eq!(flows(&files), ["web>stock:http"]);
}

#[test]
fn what_stands_in_for_a_variable_counts_where_nobody_sets_it() {
    let server = "
const express = require('express');
const asked = require('./asked');
const app = express();
const stock = process.env.STOCK_URL || 'http://stock:8080';
const orders = process.env.ORDERS_URL || 'http://orders:8080';
app.get('/items', (req, res) => asked.all([stock, orders], res));
app.listen(80);
";
    let compose = COMPOSE.replace("{build: ./web}", "{build: ./web, environment: {ORDERS_URL: 'http://elsewhere.example.com'}}");
    let files = [("compose.yaml", compose.as_str()), DOCKERFILE, PACKAGE, ("web/server.js", server)];
    assert_eq!(flows(&files), ["web>stock:http"]);
}

const CONFIG: &str = "{\"stock\": {\"url\": \"http://stock:8080\"}, \"database\": {\"host\": \"db\"}, \"orders\": {\"url\": \"http://orders\"}}";

/// A file of configuration counts where code opens it, and of it what code asks for.
#[test]
fn a_file_that_code_opens_tells_what_code_asks_for() {
    let server = "
const express = require('express');
const fs = require('fs');
const asked = require('./asked');
const config = JSON.parse(fs.readFileSync('./config.json'));
const app = express();
app.get('/items', (req, res) => asked.all(config.stock.url, config.database.host, res));
app.listen(80);
";
    let files = [("compose.yaml", COMPOSE), DOCKERFILE, PACKAGE, ("web/server.js", server), ("web/config.json", CONFIG)];
    assert_eq!(flows(&files), ["web>db:sql", "web>stock:http"]);
}

#[test]
fn a_file_that_nobody_opens_tells_nothing() {
    let server = "
const express = require('express');
const app = express();
app.get('/items', (req, res) => res.json(req.app.stock.url));
app.listen(80);
";
    let files = [("compose.yaml", COMPOSE), DOCKERFILE, PACKAGE, ("web/server.js", server), ("web/config.json", CONFIG)];
    assert!(flows(&files).is_empty(), "{:?}", flows(&files));
}

const MODULE: &str = "module shop\n\nrequire google.golang.org/grpc v1.60.0\n";
const STOCK: &str = "package main

import (
	\"context\"
	\"net\"

	\"google.golang.org/grpc\"
	pb \"shop/gen/stock\"
)

type server struct{}

func (s *server) Reserve(ctx context.Context, in *pb.Request) (*pb.Reply, error) {
	return nil, nil
}

func main() {
	listener, _ := net.Listen(\"tcp\", \":50051\")
	s := grpc.NewServer()
	pb.RegisterStockServer(s, &server{})
	s.Serve(listener)
}
";
const ORDERS: &str = "package main

import (
	\"net/http\"
	\"os\"

	\"google.golang.org/grpc\"
	pb \"shop/gen/stock\"
)

func main() {
	conn, _ := grpc.Dial(\"consul://\"+os.Getenv(\"CONSUL\")+\"/stock\", grpc.WithInsecure())
	client := pb.NewStockClient(conn)
	http.HandleFunc(\"/place\", func(w http.ResponseWriter, r *http.Request) {
		client.Reserve(r.Context(), &pb.Request{})
	})
	http.ListenAndServe(\":80\", nil)
}
";

/// Whatever finds the address: who serves that service is meant, where there is only one.
#[test]
fn a_service_is_asked_by_its_contract() {
    let compose = "services:\n  orders: {build: ./orders}\n  stock: {build: ./stock}\n";
    let build = "FROM golang:1.22\nCOPY . .\nRUN go build -o /app .\n";
    let files = [
        ("compose.yaml", compose),
        ("orders/Dockerfile", build),
        ("orders/go.mod", MODULE),
        ("orders/main.go", ORDERS),
        ("stock/Dockerfile", build),
        ("stock/go.mod", MODULE),
        ("stock/main.go", STOCK),
    ];
    assert_eq!(flows(&files), ["orders>stock:grpc"]);
    let twice = "services:\n  orders: {build: ./orders}\n  stock: {build: ./stock}\n  shadow: {build: ./shadow}\n";
    let others = [("shadow/Dockerfile", build), ("shadow/go.mod", MODULE), ("shadow/main.go", STOCK)];
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, if *path == "compose.yaml" { twice } else { text })).chain(others).collect();
    assert!(flows(&files).is_empty(), "{:?}", flows(&files));
}

const CART: &str = "
import requests
from flask import Flask

app = Flask(__name__)
SIDECAR = 'http://localhost:3500/v1.0'


@app.get('/cart/<name>')
def cart(name):
    return requests.get(f'{SIDECAR}/state/carts/{name}').json()


@app.post('/cart/<name>')
def place(name):
    requests.post(f'{SIDECAR}/publish/events/placed', json={'name': name})
    requests.post('http://localhost:3500/prices', json={}, headers={'dapr-app-id': 'prices'})
    return {}
";

fn behind(name: &str, kind: &str, metadata: &str) -> String {
    format!("apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\nspec:\n  type: {kind}\n  version: v1\n  metadata: {metadata}\n")
}

#[test]
fn what_stands_behind_a_sidecar_is_asked_through_it() {
    let deployment = |name: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: {name} }}\nspec:\n  template:\n    metadata: {{ annotations: {{ dapr.io/app-id: {name} }} }}\n    spec: {{ containers: [{{ name: {name}, image: 'acme/{name}' }}] }}\n---\n"
        )
    };
    let manifests = [deployment("cart"), deployment("prices"), deployment("shipping")].concat();
    let files = [
        ("deploy/all.yaml", manifests),
        ("deploy/dapr/carts.yaml", behind("carts", "state.redis", "[{name: redisHost, value: 'cache-master:6379'}]")),
        ("deploy/dapr/events.yaml", behind("events", "pubsub.rabbitmq", "[{name: connectionString, secretKeyRef: {name: q, key: q}}]")),
        ("deploy/dapr/clock.yaml", behind("clock", "bindings.cron", "[]")),
        (
            "deploy/dapr/placed.yaml",
            "apiVersion: dapr.io/v2alpha1\nkind: Subscription\nmetadata: {name: placed}\nspec: {topic: placed, pubsubname: events}\nscopes: [shipping]\n"
                .to_owned(),
        ),
        ("cart/Dockerfile", "FROM python:3\nCOPY . .\n".to_owned()),
        ("cart/requirements.txt", "flask\nrequests\n".to_owned()),
        ("cart/app.py", CART.to_owned()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    assert_eq!(flows(&files), ["cart>cache-master:redis", "cart>events:amqp", "cart>prices:http", "shipping>events:amqp"]);
}

/// What a module of several programs calls is told of those that use it.
#[test]
fn a_call_in_shared_source_is_of_those_on_whose_behalf_it_is_made() {
    let compose = "services:\n  web: {build: {context: ., dockerfile: web/Dockerfile}}\n  mails: {build: {context: ., dockerfile: mails/Dockerfile}}\n  stock: {image: acme/stock}\n";
    let shared = "import axios from 'axios';\nexport async function reserve(id) {\n  return axios.post('http://stock/reserve', { id });\n}\n";
    let web = "import express from 'express';\nimport { reserve } from '@shop/shared';\nconst app = express();\napp.post('/orders', async (req, res) => res.json(await reserve(req.body.id)));\napp.listen(80);\n";
    let mails = "import express from 'express';\nimport { other } from '@shop/shared/other.js';\nconst app = express();\napp.get('/mails', (req, res) => res.json(other));\napp.listen(80);\n";
    let package = |name: &str| {
        format!("{{\"name\": \"@shop/{name}\", \"main\": \"index.js\", \"dependencies\": {{\"express\": \"4\", \"axios\": \"1\", \"@shop/shared\": \"*\"}}}}")
    };
    let (shared_package, web_package, mails_package) = (package("shared"), package("web"), package("mails"));
    let files = [
        ("compose.yaml", compose),
        ("package.json", "{\"name\": \"shop\", \"workspaces\": [\"shared\", \"web\", \"mails\"]}"),
        ("shared/package.json", &shared_package),
        ("shared/index.js", shared),
        ("shared/other.js", "export const other = 'mails';\n"),
        ("web/package.json", &web_package),
        ("web/Dockerfile", "FROM node:20\nCOPY web web\nCOPY shared shared\n"),
        ("web/index.js", web),
        ("mails/package.json", &mails_package),
        ("mails/Dockerfile", "FROM node:20\nCOPY mails mails\nCOPY shared shared\n"),
        ("mails/index.js", mails),
    ];
    assert_eq!(flows(&files), ["web>stock:http"]);
}
