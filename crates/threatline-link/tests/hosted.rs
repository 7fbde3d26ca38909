//! Programs that a hosting platform runs, and stores whose rules its clients meet.
#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::{Model, Property};

fn components(model: &Model) -> Vec<String> {
    model.components.iter().map(|component| format!("{} {}", component.id.rest(), component.exposure.name())).collect()
}

fn entries(model: &Model) -> Vec<String> {
    model.entry_points.iter().map(|entry| format!("{} {}", entry.id.rest(), entry.exposure.name())).collect()
}

fn flows(model: &Model) -> Vec<&str> {
    model.flows.iter().map(|flow| flow.id.rest()).collect()
}

const APP: &str = "import os
import redis
from flask import Flask
app = Flask(__name__)
cache = redis.from_url(os.environ['CACHE_URL'])

@app.get('/items')
def items():
    return cache.get('items')
";

#[test]
fn a_platform_s_file_opens_the_program_of_its_folder() {
    let sources = [("api/app.py", APP), ("api/requirements.txt", "flask\nredis\n")];
    let with = |path: &str, text: &str| model(&[&[(path, text)], &sources[..]].concat());
    assert_eq!(entries(&with("api/other.toml", "app = 'shop'\n")), ["api:GET /items unknown"]);
    assert_eq!(entries(&with("api/fly.toml", "app = 'shop'\n[http_service]\ninternal_port = 80\n")), ["api:GET /items internet"]);
    assert_eq!(entries(&with("api/fly.toml", "app = 'shop'\n[processes]\napp = 'x'\n")), ["api:GET /items internal"], "nothing is sent to it");
    assert_eq!(entries(&with("api/Procfile", "web: flask run\nworker: rq worker\n")), ["api:GET /items internet"]);
    assert_eq!(entries(&with("tests/render.yaml", "services: [{ type: web, name: a, rootDir: ../api }]\n")), ["api:GET /items unknown"]);
}

#[test]
fn variables_of_a_platform_lead_to_its_stores() {
    let render = "services:
  - type: web
    name: shop
    rootDir: api
    envVars: [{ key: CACHE_URL, fromService: { type: keyvalue, name: cache, property: connectionString } }]
  - { type: keyvalue, name: cache }
  - { type: pserv, name: inner, image: { url: acme/inner } }
";
    let model = model(&[("render.yaml", render), ("api/app.py", APP), ("api/requirements.txt", "flask\nredis\n")]);
    assert_eq!(components(&model), ["api internet", "cache internal", "inner internal"]);
    assert_eq!(flows(&model), ["api>cache:redis"]);
}

#[test]
fn a_procfile_opens_nothing_that_is_deployed_otherwise() {
    let compose = "services:\n  api: { build: api }\n";
    let model = model(&[("compose.yaml", compose), ("api/Dockerfile", "FROM python\nCOPY . .\n"), ("api/app.py", APP), ("api/Procfile", "web: flask run\n")]);
    assert_eq!(entries(&model), ["api:GET /items internal"]);
}

#[test]
fn rules_of_pages_are_ways_in() {
    let toml = "[build]\npublish = 'dist'\n\n[[redirects]]\nfrom = '/api/*'\nto = 'https://api.acme-shop.com/:splat'\nstatus = 200\n";
    let model = model(&[("netlify.toml", toml), ("_redirects", "/old /new 301\n")]);
    assert_eq!(components(&model), ["api.acme-shop.com internet", "netlify internet"]);
    assert_eq!(entries(&model), ["netlify:ANY /api/* internet", "netlify:ANY /old internet"]);
    assert_eq!(flows(&model), ["netlify>api.acme-shop.com:https"]);
}

#[test]
fn what_the_clock_calls_is_no_way_in_for_others() {
    let vercel = r#"{ "crons": [{ "path": "/api/nightly", "schedule": "0 3 * * *" }] }"#;
    let app = "const express = require('express')\nconst app = express()\napp.get('/api/nightly', (q, r) => r.send('ok'))\napp.listen(1)\n";
    let model = model(&[("vercel.json", vercel), ("index.js", app), ("package.json", r#"{ "name": "shop", "dependencies": { "express": "4" } }"#)]);
    assert_eq!(entries(&model), ["shop:GET /api/nightly internet", "shop:schedule /api/nightly internal"]);
}

#[test]
fn rules_say_who_may_read_a_store() {
    let rules = |condition: &str| {
        format!("service cloud.firestore {{ match /databases/{{d}}/documents {{ match /{{all=**}} {{ allow read, write: if {condition}; }} }} }}\n")
    };
    let of = |condition: &str| {
        let model = model(&[("firestore.rules", &rules(condition))]);
        let store = model.components.iter().find(|component| component.name == "firestore").unwrap();
        (store.properties.flag(Property::ClientDirect), store.properties.flag(Property::RowPolicy))
    };
    assert_eq!(of("true"), (Some(true), Some(false)));
    assert_eq!(of("request.auth != null"), (Some(true), None), "whether that is enough nobody knows");
}
