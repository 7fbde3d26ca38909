//! Bytes that mean harm: every reader of manifests, definitions and Terraform ends, soon and without panic.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test that takes time")]

use std::time::{Duration, Instant};
use threatline_extract::extract;
use threatline_facts::{ArtifactKind, Ecosystem, Extracted};

fn read(name: &str, text: &str) -> Extracted {
    let begin = Instant::now();
    let read = extract(ArtifactKind::of(name).unwrap(), text.as_bytes());
    // A debug build on a busy machine; what is meant is: not quadratic in a megabyte.
    assert!(begin.elapsed() < Duration::from_secs(20), "{name}: {}…", &text[..text.len().min(40)]);
    let lines = text.lines().count();
    for anchor in &read.anchors {
        assert!(anchor.line >= 1 && anchor.end_line >= anchor.line && anchor.end_line as usize <= lines + 1, "{name}: {anchor:?}");
    }
    read
}

#[test]
fn deep_nesting_ends() {
    let deep = |open: &str, middle: &str, close: &str| open.repeat(50_000) + middle + &close.repeat(50_000);
    for (name, text) in [
        ("a.proto", deep("message A { ", "", "}")),
        ("a.proto", deep("option (google.api.http) = { a ", "", "}")),
        ("a.tf", deep("a { ", "b = 1", "}")),
        ("a.tf", format!("locals {{ a = {} }}", deep("[", "1", "]"))),
        ("a.tf", format!("locals {{ a = {} }}", deep("(", "1", ")"))),
        ("a.tf", format!("locals {{ a = {} }}", "-".repeat(100_000))),
        ("a.tf", format!("locals {{ a = {} }}", "1 + ".repeat(100_000))),
        ("a.tf", format!("locals {{ a = {} }}", deep("\"${", "a", "}\""))),
        ("a.tfvars", format!("a = {}", deep("{ a = ", "1", "}"))),
        ("a.json", format!("{{\"openapi\":\"3\",\"info\":{{}},\"x\":{}}}", deep("[", "1", "]"))),
        ("a.graphql", deep("type Query { a(b: ", "C", ") }")),
        ("a.graphql", format!("type Query {{ a: {} }}", deep("[", "C", "]"))),
        ("a.graphql", format!("type Query {{ a(b: C = {}): C }}", deep("{ d: ", "1", "}"))),
        ("a.graphql", deep("{ a ", "b", "}")),
        ("a.graphql", "type Query { a: B } ".repeat(20_000)),
        ("nginx.conf", deep("server { ", "listen 80;", "}")),
        ("nginx.conf", "server { location / { proxy_pass http://a; } } ".repeat(20_000)),
        ("nginx.conf", format!("server {{ location ~ ^{} {{ proxy_pass http://a; }} }}", deep("(a|", "b", ")"))),
        ("nginx.conf", format!("server {{ location ~ ^/{} {{ proxy_pass http://a; }} }}", "(a|b)".repeat(100_000))),
        (
            "nginx.conf",
            format!(
                "server {{ set $a {}; set $b {}; set $c {}; location / {{ proxy_pass {}; }} }}",
                "$b".repeat(90_000),
                "$c".repeat(90_000),
                "$a".repeat(90_000),
                "$a".repeat(90_000)
            ),
        ),
        ("nginx.conf", format!("upstream a {{ {} }} server {{ {} }}", "server b; ".repeat(20_000), "location / { proxy_pass http://a; } ".repeat(20_000))),
        ("Caddyfile", deep("a {\n", "", "}\n")),
        ("Caddyfile", deep("(a) {\nimport a\n", "", "}\n") + "b {\nimport a\n}\n"),
        ("Caddyfile", "(a) {\nimport a\nimport a\n}\nb {\nimport a\n}\n".to_owned()),
        ("Caddyfile", "a {\n  reverse_proxy /b c\n}\n".repeat(1_000)),
        ("Caddyfile", format!("a {{\n  reverse_proxy {}\n}}\n", "{$A:".repeat(50_000))),
        ("haproxy.cfg", format!("frontend a\nuse_backend b if {}\nbackend b\nserver c d\n", "{ path /a ".repeat(50_000))),
        ("haproxy.cfg", format!("frontend a\nmode http\n{}backend b\nserver c d\n", "use_backend b if { path /a } or { path /b }\n".repeat(1_000))),
        ("haproxy.cfg", format!("frontend a\nuse_backend b\nbackend b\n{}", "server c d\n".repeat(4_000))),
        ("site.conf", deep("<Location /a>\n", "", "</Location>\n")),
        ("site.conf", "<VirtualHost *>\nProxyPass /a http://b/\n</VirtualHost>\n".repeat(1_000)),
        ("site.conf", format!("<VirtualHost *>\n{}{}</VirtualHost>\n", "<Location /a>\nRequire valid-user\n</Location>\n".repeat(500), "ProxyPass /a http://b/\n".repeat(500))),
        ("traefik.yml", format!("http: {{ routers: {{ a: {{ rule: '{}' }} }} }}", deep("(", "Path(`/a`)", ")"))),
        ("traefik.yml", format!("http: {{ routers: {{ a: {{ rule: '{}Path(`/a`)' }} }} }}", "!".repeat(100_000))),
        ("traefik.yml", format!("http: {{ routers: {{ a: {{ rule: '{}Path(`/a`)' }} }} }}", "(Path(`/a`) || Path(`/b`)) && ".repeat(20_000))),
        ("traefik.yml", "http: { routers: { a: { rule: 'Path(`/a`)', service: a, middlewares: [a, a] } }, middlewares: { a: { chain: { middlewares: [a, a, a, a] } } }, services: { a: { weighted: { services: [{ name: a }, { name: a }] } } } }".to_owned()),
        ("dynamic.toml", format!("a = {}", deep("[", "", "]"))),
        ("dynamic.toml", format!("[{}b]", "a.".repeat(50_000))),
        ("a.smithy", deep("@a(", "", ")")),
        ("a.sql", deep("create table a (b int check (", "", ")")),
        ("a.sql", "create table a (".repeat(60_000)),
        ("a.sql", "create table a (b int); alter table a add (c int), ".repeat(15_000)),
        ("a.sql", "alter table a add b int, drop c\n".repeat(30_000)),
        ("a.sql", "create policy a on b using (".repeat(30_000)),
        ("a.sql", "sp_rename 'a' ".repeat(60_000)),
        ("a.sql", (0..60_000).map(|number| format!("$a{number}$ ")).collect()),
        ("a.sql", format!("create table {} (b int)", "a.".repeat(100_000))),
        ("a.sql", format!("create table {} (b int)", "${".repeat(100_000))),
        ("a.sql", format!("create table a ({})", "b array<".repeat(100_000))),
        ("a.sql", format!("create table a ({})", "b int, ".repeat(100_000))),
        ("a.sql", "create table a (b int)\n".repeat(40_000)),
        ("a.sql", "copy a from stdin; create table '".repeat(30_000)),
        ("a.api", deep("service a { get /", "", "}")),
        ("a.api", "type a {\na\n}\nservice a {\nget /a (a) returns (a)\n}\n".repeat(4_000)),
        ("a.smithy", deep("operation a { input := { b: ", "", "} }")),
        ("a.tsp", deep("namespace a { ", "@get op b(): void;", "}")),
        ("a.tsp", deep("@get op a(b: { ", "", "}): void;")),
        ("firestore.rules", format!("service cloud.firestore {}", deep("{ match /a ", "allow read;", "}"))),
        ("firestore.rules", format!("service cloud.firestore {}", "/*".repeat(200_000))),
        ("asyncapi.yaml", "asyncapi: 2.0.0\nchannels: { a: { publish: { message: { $ref: '#/channels/a/publish/message' } } } }".to_owned()),
        ("wrangler.toml", format!("routes = {}", deep("[", "", "]"))),
        ("wrangler.json", deep("{\"env\":", "1", "}")),
        ("pom.xml", deep("<project>", "", "</project>")),
        ("Cargo.toml", format!("a = {}", deep("[", "", "]"))),
        ("pyproject.toml", format!("[tool]\na = {}", deep("{ a = ", "1", "}"))),
        ("package.json", deep("{\"a\":", "1", "}")),
    ] {
        read(name, &text);
    }
}

#[test]
fn references_that_lead_in_circles_end() {
    let circle = "openapi: 3.0.0
info: {}
paths:
  /a: { $ref: '#/paths/~1a' }
  /b:
    parameters: [{ $ref: '#/components/parameters/P' }]
    get: { requestBody: { content: { j: { schema: { $ref: '#/components/schemas/A' } } } } }
components:
  parameters: { P: { $ref: '#/components/parameters/P' } }
  schemas:
    A: { allOf: [{ $ref: '#/components/schemas/B' }], properties: { a: { $ref: '#/components/schemas/A' } } }
    B: { oneOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#' }, { $ref: '' }, { $ref: '#/' }], properties: { b: {} } }
";
    let text = format!("{:?}", read("api.yaml", circle).facts);
    assert!(text.contains(r#"request_fields: ["b", "a"]"#), "{text}");
}

#[test]
fn small_definitions_of_huge_bodies_end() {
    let mut schemas = String::new();
    for at in 0..300 {
        let parts: String = (0..20).map(|part| format!("{{$ref: '#/components/schemas/S{}'}},", (at * 7 + part) % 300)).collect();
        schemas += &format!("    S{at}: {{ allOf: [{parts}], properties: {{ p{at}: {{}} }} }}\n");
    }
    let paths: String = (0..2000)
        .map(|at| format!("  /p{at}: {{ get: {{ responses: {{ 200: {{ content: {{ j: {{ schema: {{ $ref: '#/components/schemas/S0' }} }} }} }} }} }} }}\n"))
        .collect();
    let definition = format!("openapi: 3.0.0\ninfo: {{}}\npaths:\n{paths}components:\n  schemas:\n{schemas}");
    let read = read("api.yaml", &definition);
    assert!(read.facts.gaps.iter().any(|gap| gap.reason == "schemas of too many parts"));
}

#[test]
fn many_values_are_counted() {
    let list = "1,".repeat(30_000);
    let read = read("a.tf", &format!("locals {{ a = [{list}] }}"));
    assert_eq!(read.facts.facts.len(), 20_000);
    assert_eq!(read.facts.gaps.len(), 1);
}

#[test]
fn text_cut_anywhere_is_read() {
    let samples = [
        ("a.proto", "syntax = \"proto3\"; service S { rpc R(A) returns (B) { option (google.api.http) = { get: \"/é\" }; } }"),
        ("a.tf", "resource \"a\" \"b\" { c = \"${d[\"é\"]}\" e { f = <<E\n g\nE\n } h = format(\"%s%\", 1) }"),
        ("a.tfvars", "a = { b = [1, \"postgres://u:p@é\"] }"),
        ("api.json", "{\"swagger\":\"2.0\",\"info\":{\"title\":\"é\"},\"host\":\"h\",\"paths\":{\"/\":{\"get\":{\"security\":[{}]}}}}"),
        ("api.yaml", "openapi: 3.0.0\ninfo: {}\nservers: [{url: 'http://é/{a}'}]\npaths: {/: {get: {responses: {200: {$ref: '#/x'}}}}}"),
        ("pom.xml", "<project><artifactId>é${a}</artifactId></project>"),
        ("setup.py", "import x; setup(install_requires=['é', \"\"\"b\"\"\"])"),
        ("build.gradle", "dependencies { implementation 'é:b:1' /* x */ }"),
    ];
    for (name, text) in samples {
        for cut in (0..=text.len()).filter(|cut| text.is_char_boundary(*cut)) {
            read(name, &text[..cut]);
            read(name, &text[cut..]);
            read(name, &format!("{}\0\u{202e}{}", &text[..cut], &text[cut..]));
        }
    }
}

#[test]
fn xml_of_strangers_is_refused() {
    let reason = |name: &str, text: &str| read(name, text).facts.gaps[0].reason.clone();
    assert_eq!(reason("pom.xml", "<!DOCTYPE p [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><project>&b;</project>"), "XML with a document type");
    assert_eq!(reason("pom.xml", &"<a>".repeat(100_000)), "XML nested too deeply");
    assert_eq!(reason("pom.xml", "<project"), "not well-formed XML");
    assert_eq!(reason("x.csproj", "<html/>"), "not an MSBuild project");
    // Properties that name each other end after a few rounds.
    let circle = read("pom.xml", "<project><properties><a>${b}${b}</a><b>${a}${a}</b></properties><artifactId>${a}</artifactId></project>");
    assert!(format!("{:?}", circle.facts).len() < 400);
}

#[test]
fn any_bytes_are_read_without_harm() {
    let seeds =
        ["[project]\nname='x'\n", "setup(import install_requires=['a'", "<project><a b='", "require (\n", "{\"a\":", "plugins { id '", "name \\", "\"\\"];
    let ecosystems = [
        Ecosystem::Cargo,
        Ecosystem::Go,
        Ecosystem::Gradle,
        Ecosystem::Hex,
        Ecosystem::Maven,
        Ecosystem::Npm,
        Ecosystem::Nuget,
        Ecosystem::Packagist,
        Ecosystem::Python,
        Ecosystem::Rubygems,
        Ecosystem::Pub,
        Ecosystem::Sbt,
        Ecosystem::Swiftpm,
    ];
    for ecosystem in ecosystems {
        for seed in seeds {
            for cut in 0..=seed.len() {
                let text = format!("{}\u{e9}\0\"'{{[(<{}", &seed[..cut], seed);
                let read = extract(ArtifactKind::Manifest(ecosystem), text.as_bytes());
                assert!(read.facts.facts.len() + read.facts.gaps.len() > 0);
            }
        }
        for deep in ["[", "{", "(", "a.", "'", "\\\n", "a = [", "[[a.", "<a>", "-e "] {
            extract(ArtifactKind::Manifest(ecosystem), deep.repeat(20_000).as_bytes());
        }
    }
}
