//! Configuration and decisions come from the state itself, and mistakes in them have a place.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

mod common;

use common::session;
use std::sync::Arc;
use threatline_engine::{ConfigError, Decisions, MemorySource, Mode, Revision, Scan, ScanError, Source as _};

const COMPOSE: &str = "services:\n  db:\n    image: postgres:16\n    ports: ['5432:5432']\n    environment: {POSTGRES_HOST_AUTH_METHOD: trust}\n";
/// 2026-06-01.
const JUNE: i64 = 1_780_272_000;

fn scan(files: &[(&str, &str)]) -> Result<Scan, ScanError> {
    let source = Arc::new(MemorySource::new());
    let root = source.add_files(files.iter().copied());
    session(&source, None, 1).scan(&Revision { as_of: Some(JUNE), ..Revision::of_tree(root) })
}

fn mistake(path: &str, text: &str) -> (ConfigError, String) {
    let Err(ScanError::Config(error)) = scan(&[(path, text)]) else { panic!("no mistake in {text}") };
    let marked = error.span.clone().map(|span| text[span].to_owned()).unwrap_or_default();
    (*error, marked)
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let (error, marked) = mistake("threatline.toml", "[scan]\nexcluded = []\n");
    assert_eq!((error.path.as_str(), marked.as_str()), ("threatline.toml", "excluded"));
    assert!(error.message.contains("unknown field") && error.help.is_some(), "{error:?}");
    let (error, marked) = mistake("threatline.toml", "[gate]\nfail_on = 'high'\n");
    assert_eq!(marked, "'high'", "{error:?}");
    let (error, marked) = mistake("threatline.toml", "[scan]\nexclude = ['a/**', 'b/[']\n");
    assert_eq!(marked, "'b/['");
    assert!(error.help.unwrap().contains("globs"));
    assert_eq!(mistake("threatline.toml", "[scan\n").0.text, "[scan\n");
    let (error, _) = mistake(".threatline/decisions/TL-1.toml", "rule = 'x'\n");
    assert!(error.path.ends_with("TL-1.toml") && error.message.contains("missing field"), "{error:?}");
}

#[test]
fn what_is_excluded_is_counted_and_not_read() {
    let files = [("a/compose.yaml", COMPOSE), ("b/compose.yaml", "services:\n  web:\n    image: nginx\n")];
    let names = |scan: &Scan| scan.model.components.iter().map(|component| component.name.clone()).collect::<Vec<_>>();
    let all = scan(&files).unwrap();
    for pattern in ["a/**", "a", "a/", "**/a/*.yaml"] {
        let config = format!("[scan]\nexclude = ['{pattern}']\n");
        let part = scan(&[&files[..], &[("threatline.toml", &config)]].concat()).unwrap();
        assert_eq!(names(&part), ["web"], "{pattern}");
        assert!(names(&all).len() > 1);
    }
}

#[test]
fn tests_are_no_part_of_the_system() {
    let app = |path: &str| format!("from fastapi import FastAPI\napp = FastAPI()\n\n@app.get('{path}')\ndef read():\n    return 1\n");
    let controller = |name: &str| {
        format!(
            "package shop;\nimport org.springframework.web.bind.annotation.*;\n@RestController\nclass {name} {{\n  @GetMapping(\"/{name}\")\n  String get() {{ return \"\"; }}\n}}\n"
        )
    };
    let (real, tested, latest) = (app("/real"), app("/tested"), app("/latest"));
    let (main, test, near) = (controller("Main"), controller("Stub"), controller("OrderTest"));
    let files = [
        ("web/requirements.txt", "fastapi\n"),
        ("web/app/routes.py", real.as_str()),
        ("web/app/test_routes.py", &tested),
        ("web/app/latest.py", &latest),
        ("shop/pom.xml", "<project><artifactId>shop</artifactId></project>"),
        ("shop/src/main/java/shop/Main.java", &main),
        ("shop/src/main/java/shop/OrderTest.java", &near),
        ("shop/src/test/java/shop/Stub.java", &test),
        ("compose.yaml", "services:\n  web:\n    build: web\n  shop:\n    build: shop\n"),
    ];
    let scan = scan(&files).unwrap();
    let paths: Vec<&str> = scan.model.entry_points.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(paths, ["/Main", "/latest", "/real"]);
}

#[test]
fn what_an_installer_left_is_other_peoples() {
    let server =
        |path: &str| format!("package main\n\nimport \"net/http\"\n\nfunc main() {{ http.HandleFunc(\"{path}\", nil); http.ListenAndServe(\":80\", nil) }}\n");
    let (own, foreign, sold) = (server("/own"), server("/foreign"), server("/sold"));
    let files = [
        ("shop/go.mod", "module example.com/shop\n"),
        ("shop/main.go", own.as_str()),
        ("shop/vendor/example.com/other/main.go", &foreign),
        // a service of that name, as no manifest beside it reserves the name
        ("vendor/go.mod", "module example.com/vendor\n"),
        ("vendor/main.go", &sold),
    ];
    let scan = scan(&files).unwrap();
    let paths: Vec<&str> = scan.model.entry_points.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(paths, ["/own", "/sold"]);
}

#[test]
fn a_part_takes_its_configuration_from_the_nearest_folder_above() {
    let source = Arc::new(MemorySource::new());
    let files =
        [("threatline.toml", "[gate]\nfail_on = ['low']\n"), ("shop/threatline.toml", "[gate]\nfail_on = ['high']\n"), ("shop/pay/compose.yaml", COMPOSE)];
    let tree = source.add_files(files);
    let folder = |tree, name: &str| source.tree(&tree).unwrap().iter().find(|e| e.name == name && e.mode == Mode::Tree).unwrap().oid;
    let root = folder(folder(tree, "shop"), "pay");
    let part = Revision { root, prefix: "shop/pay/".into(), ..Revision::of_tree(tree) };
    let mut session = session(&source, None, 1);
    let scan = session.scan(&part).unwrap();
    assert_eq!(scan.config.gate.fail_on, ["high"]);
    let evidence: Vec<_> = scan.model.components.iter().flat_map(|component| &component.evidence).collect();
    assert!(evidence.iter().all(|evidence| &*evidence.path == "shop/pay/compose.yaml") && !evidence.is_empty());
    assert!(session.lines(&scan, &evidence).iter().any(Option::is_some), "paths stay relative to the repository");
    assert_eq!(scan.coverage.artifacts, 1);
}

#[test]
fn decisions_count_until_their_day_and_a_change_cannot_bring_its_own() {
    let open = scan(&[("compose.yaml", COMPOSE)]).unwrap();
    let threat = &open.found.threats[0];
    let decision = |until: &str| format!("rule = '{}'\nelement = '{}'\ndecision = 'accepted'\nwhy = 'known'\nuntil = '{until}'\n", threat.rule, threat.element);
    let path = format!(".threatline/decisions/{}.toml", threat.id);
    let status = |until: &str| {
        let scan = scan(&[("compose.yaml", COMPOSE), (&path, &decision(until))]).unwrap();
        format!("{:?}", scan.judged.judgements[&threat.id].status)
    };
    assert_eq!([status("2026-06-01"), status("2026-05-31"), status("2027-01-01")], ["Accepted", "Lapsed", "Accepted"]);

    let source = Arc::new(MemorySource::new());
    let base = Revision::of_tree(source.add_files([("compose.yaml", COMPOSE), ("threatline.toml", "[rules]\n")]));
    let disable = format!("[rules]\ndisable = ['{}']\n", threat.rule);
    let head = source.add_files([("compose.yaml", COMPOSE), ("threatline.toml", &disable), (&path, &decision("2027-01-01"))]);
    let head = Revision::of_tree(head);
    let mut session = session(&source, None, 1);
    let has = |scan: &Scan| scan.found.threats.iter().any(|found| found.id == threat.id);
    let accepted = |scan: &Scan| scan.judged.judgements.get(&threat.id).is_some_and(|judgement| judgement.decision.is_some());
    let (before, after) = session.compare(&base, &head, Decisions::Own).unwrap();
    assert!(has(&before) && has(&after) && accepted(&after));
    let (_, after) = session.compare(&base, &head, Decisions::OfBase).unwrap();
    assert!(has(&after) && !accepted(&after));
    assert!(!has(&session.scan(&head).unwrap()));
}
