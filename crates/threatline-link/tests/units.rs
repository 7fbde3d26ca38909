//! Source is evaluated by unit, and says what it would say as a whole.
#![allow(clippy::unwrap_used)]

mod common;

use common::composed;
use threatline_link::compose::Composed;

/// `METHOD path authenticated`, one a line.
fn routes(composed: &Composed) -> Vec<String> {
    let word = |holds: Option<bool>| holds.map_or("?", |holds| if holds { "guarded" } else { "open" });
    let line = |entry: &threatline_link::compose::CodeEntry| {
        let holds = entry.authenticated.as_ref().map(|conclusion| conclusion.holds);
        format!("{} {} {}", entry.method.as_deref().unwrap_or("*"), entry.path, word(holds))
    };
    composed.entries.iter().map(line).collect()
}

const SHARED: &[(&str, &str)] = &[
    ("libs/http/package.json", r#"{"name": "@shop/http", "main": "index.js"}"#),
    (
        "libs/http/index.js",
        "const express = require('express')
const jwt = require('jsonwebtoken')
const health = express.Router()
health.get('/live', (req, res) => res.send('ok'))
const signedIn = (req, res, next) => {
  try { req.user = jwt.verify(req.headers.authorization, process.env.KEY) } catch (e) { return res.status(401).end() }
  next()
}
module.exports = { health, signedIn }
",
    ),
];

fn with_shared<'f>(files: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    SHARED.iter().chain(files).copied().collect()
}

const PAY: &[(&str, &str)] = &[
    ("pay/package.json", r#"{"name": "pay", "dependencies": {"express": "4", "@shop/http": "1"}}"#),
    (
        "pay/server.js",
        "const express = require('express')
const { health, signedIn } = require('@shop/http')
const app = express()
app.use('/internal', health)
app.post('/refunds', signedIn, (req, res) => res.send('x'))
app.get('/open', (req, res) => res.send('x'))
app.listen(80)
",
    ),
];

#[test]
fn a_guard_and_a_router_of_a_shared_package() {
    let found = composed(&with_shared(PAY));
    assert_eq!(routes(&found), ["GET /internal/live open", "POST /refunds guarded", "GET /open open"]);
    let mounted = found.entries.iter().find(|entry| entry.path == "/internal/live").unwrap();
    let places: Vec<&str> = mounted.places.iter().map(|place| &*place.path).collect();
    assert_eq!(places, ["pay/server.js", "libs/http/index.js"]);
}

#[test]
fn a_router_that_nobody_mounts_is_said_by_its_own_package() {
    assert_eq!(routes(&composed(SHARED)), ["GET /live open"]);
}

#[test]
fn two_that_mount_the_same_router_have_it_each_under_their_own_prefix() {
    let web = [
        ("web/package.json", r#"{"name": "web", "dependencies": {"express": "4", "@shop/http": "1"}}"#),
        ("web/server.js", "const { health } = require('@shop/http')\nconst app = require('express')()\napp.use('/ops', health)\n"),
    ];
    let files: Vec<_> = PAY.iter().chain(&web).copied().collect();
    let found = routes(&composed(&with_shared(&files)));
    assert_eq!(found, ["GET /internal/live open", "GET /ops/live open", "POST /refunds guarded", "GET /open open"]);
}

#[test]
fn packages_without_a_common_name_do_not_meet() {
    // Both call their controllers alike; neither names the other.
    let controller = |at: &str, path: &str| {
        (
            format!("{at}/src/main/java/com/acme/api/UserController.java"),
            format!(
                "package com.acme.api;\nimport org.springframework.web.bind.annotation.*;\n@RestController\n@RequestMapping(Paths.BASE)\npublic class UserController {{\n  @GetMapping(\"/{path}\")\n  public String get() {{ return \"x\"; }}\n}}\n"
            ),
        )
    };
    let constant = |at: &str, base: &str| {
        (
            format!("{at}/src/main/java/com/acme/api/Paths.java"),
            format!("package com.acme.api;\npublic class Paths {{ public static final String BASE = \"{base}\"; }}\n"),
        )
    };
    let pom = |at: &str| (format!("{at}/pom.xml"), format!("<project><groupId>com.acme</groupId><artifactId>{at}</artifactId></project>"));
    let files = [pom("one"), controller("one", "a"), constant("one", "/one"), pom("two"), controller("two", "b"), constant("two", "/two")];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let found = composed(&files);
    assert_eq!(found.entries.iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(), ["/one/a", "/two/b"]);
}

#[test]
fn a_call_of_a_shared_client_is_known_by_who_makes_it() {
    let client = [
        ("libs/client/package.json", r#"{"name": "@shop/client", "main": "index.js"}"#),
        ("libs/client/index.js", "const axios = require('axios')\nfunction ask(url) { return axios.get(url) }\nmodule.exports = { ask }\n"),
        ("web/package.json", r#"{"name": "web", "dependencies": {"@shop/client": "1"}}"#),
        ("web/server.js", "const { ask } = require('@shop/client')\nask(process.env.LEDGER_URL + '/balance')\n"),
    ];
    let found = composed(&client);
    let targets: Vec<String> = found.calls.iter().map(|call| format!("{:?}", call.target)).collect();
    assert!(targets.len() == 1 && targets[0].contains("LEDGER_URL"), "{targets:?}");
}
