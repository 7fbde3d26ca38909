//! `--focus`: the whole system is linked, and one folder of it is shown and judged.

use crate::shop::{API, Shop, all, one};
use serde_json::Value;
use std::collections::BTreeSet;

const FOLDERS: [&str; 6] = ["assistant", "catalog", "k8s", "orders", "payments", "web"];
const KINDS: [&str; 6] = ["components", "flows", "entry_points", "boundaries", "threats", "attack_paths"];

/// Ids of everything in a model.
fn ids(model: &Value) -> BTreeSet<&str> {
    KINDS.iter().flat_map(|kind| all(&model[kind], "id")).collect()
}

/// Every id that something in a model names.
fn named(model: &Value) -> Vec<&str> {
    let kinds = KINDS.iter().chain(&["choke_points", "questions", "drift"]);
    let mut open: Vec<&Value> = kinds.flat_map(|kind| model[*kind].as_array().unwrap()).collect();
    let mut found = Vec::new();
    while let Some(value) = open.pop() {
        match value {
            Value::Array(list) => open.extend(list),
            Value::Object(fields) => {
                open.extend(fields.iter().filter(|(name, _)| !["properties", "gains", "title"].contains(&name.as_str())).map(|(_, value)| value))
            }
            Value::String(text) if ["cmp:", "flw:", "bnd:", "ent:", "TL-", "TP-"].iter().any(|prefix| text.starts_with(prefix)) => found.push(text.as_str()),
            _ => {}
        }
    }
    found
}

fn is_below(thing: &Value, folder: &str) -> bool {
    let places = [&thing["evidence"], &thing["cause"]].into_iter().find(|places| places.is_array());
    places.is_some_and(|places| all(places, "path").iter().any(|path| path.starts_with(&format!("{folder}/"))))
}

#[test]
fn a_focus_shows_what_lies_there_as_the_whole_shows_it_and_names_nothing_that_is_not_there() {
    let shop = Shop::example();
    let whole = shop.json(&["scan", "HEAD"]);
    assert_eq!(whole["focus"], Value::Null);
    for folder in FOLDERS {
        let part = shop.json(&["scan", "HEAD", "--focus", folder]);
        assert_eq!(part["focus"], folder);
        assert_eq!(part["revision"], whole["revision"]);
        let there = ids(&part);
        let missing: Vec<&str> = named(&part).into_iter().filter(|id| !there.contains(id)).collect();
        assert!(missing.is_empty(), "{folder}: {missing:?}");
        for kind in KINDS {
            for thing in whole[kind].as_array().unwrap().iter().filter(|thing| is_below(thing, folder)) {
                assert!(there.contains(thing["id"].as_str().unwrap()), "{folder}: {}", thing["id"]);
            }
            for thing in part[kind].as_array().unwrap() {
                let (mut thing, mut same) = (thing.clone(), one(&whole[kind], "id", thing["id"].as_str().unwrap()).clone());
                for thing in [&mut thing, &mut same] {
                    // of the paths through a threat only those are named that are shown
                    thing.as_object_mut().unwrap().remove("paths");
                }
                assert_eq!(thing, same, "{folder}: nothing is worked out again");
            }
        }
        let worst = part["attack_paths"].as_array().unwrap().iter().filter_map(|path| path["score"]["risk"].as_u64()).max();
        assert_eq!(part["posture"]["risk"].as_u64(), Some(worst.unwrap_or(0)), "{folder}: posture is that of the paths that are shown");
        let open = |model: &Value, severity: &str| model["threats"].as_array().unwrap().iter().filter(|threat| threat["score"]["severity"] == severity).count();
        for severity in ["critical", "high", "medium", "low", "info"] {
            assert_eq!(part["posture"]["open"][severity], open(&part, severity), "{folder}");
        }
        assert_eq!(shop.told(&["export", "json", "HEAD", "--focus", folder]), shop.told(&["scan", "HEAD", "--format", "json", "--focus", folder]));
    }
    assert!(ids(&shop.json(&["scan", "HEAD", "--focus", "payments"])).len() < ids(&whole).len());
    assert_eq!(shop.told(&["export", "json", "HEAD", "--focus", "."]), shop.told(&["export", "json", "HEAD"]), "the root is no limit");
}

#[test]
fn the_other_end_of_a_flow_stays_and_what_is_elsewhere_goes() {
    let shop = Shop::example();
    let part = shop.json(&["scan", "HEAD", "--focus", "orders"]);
    let components = all(&part["components"], "name");
    assert!(["orders", "payments", "broker", "sendgrid"].iter().all(|name| components.contains(name)), "{components:?}");
    assert!(!components.contains(&"assistant") && !components.contains(&"web"), "{components:?}");
    // places that a threat rests on may lie anywhere
    let samples: [(&[&str], &str); 4] = [
        (&["scan", "HEAD"], "assistant"),
        (&["export", "markdown", "HEAD"], "assistant"),
        (&["export", "mermaid", "HEAD"], "assistant"),
        (&["export", "sarif", "HEAD"], "cmp:assistant"),
    ];
    for (words, elsewhere) in samples {
        let text = shop.told(&[words, &["--focus", "orders"]].concat());
        assert!(text.contains("orders") && !text.contains(elsewhere), "{words:?}: {text}");
        assert!(shop.told(words).contains(elsewhere), "{words:?}");
    }
    assert!(shop.told(&["show", "cmp:sendgrid", "HEAD", "--focus", "orders"]).contains("sendgrid"));
    let ran = shop.run(&["show", "cmp:assistant", "HEAD", "--focus", "orders"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
}

#[test]
fn the_gate_judges_what_is_shown() {
    let shop = Shop::committed();
    shop.write("docs/index.md", "# The shop\n");
    shop.write("cache/compose.yaml", "services:\n  carts:\n    image: redis:7\n    ports: ['6379:6379']\n");
    shop.commit("Remember carts");
    let gate = ["scan", "HEAD", "--fail-on", "info"];
    assert_eq!(shop.run(&gate).code, 1);
    for folder in ["api", "cache"] {
        assert_eq!(shop.run(&[&gate[..], &["--focus", folder]].concat()).code, 1, "{folder}");
    }
    let ran = shop.run(&[&gate[..], &["--focus", "docs"]].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("Nothing of the design shows there"), "{}", ran.out);
    let gate = ["diff", "HEAD~1", "HEAD", "--fail-on", "info,entry-point-added"];
    assert_eq!(shop.run(&gate).code, 1);
    assert_eq!(shop.run(&[&gate[..], &["--focus", "cache"]].concat()).code, 1);
    let ran = shop.run(&[&gate[..], &["--focus", "api"]].concat());
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "nothing moved there");
}

#[test]
fn nothing_comes_or_goes_in_a_folder_that_does_not_in_the_whole() {
    let shop = Shop::example();
    let mut seen = 0;
    for number in 0..8 {
        let (base, head) = (format!("HEAD~{}", number + 1), format!("HEAD~{number}"));
        for pair in [[base.as_str(), &head], [head.as_str(), &base]] {
            let whole = shop.json(&["diff", pair[0], pair[1]]);
            for folder in FOLDERS {
                let ran = shop.run(&["diff", pair[0], pair[1], "--format", "json", "--focus", folder]);
                if ran.code == 2 {
                    assert!(ran.err.contains("no folder"), "{}", ran.err);
                    continue;
                }
                let part: Value = serde_json::from_str(&ran.out).unwrap();
                assert_eq!(part["focus"], folder);
                for (group, kind) in ["added", "removed", "changed"].iter().flat_map(|group| KINDS.iter().map(move |kind| (group, kind))) {
                    let known = all(&whole[group][kind], "id");
                    let more: Vec<&str> = all(&part[group][kind], "id").into_iter().filter(|id| !known.contains(id)).collect();
                    assert!(more.is_empty(), "{pair:?} {folder} {group} {kind}: {more:?}");
                    seen += part[group][kind].as_array().unwrap().len();
                    for thing in whole[group][kind].as_array().unwrap().iter().filter(|thing| *kind != "attack_paths" && is_below(thing, folder)) {
                        assert!(all(&part[group][kind], "id").contains(&thing["id"].as_str().unwrap()), "{pair:?} {folder} {group}: {}", thing["id"]);
                    }
                }
                let events = whole["events"].as_array().unwrap();
                assert!(part["events"].as_array().unwrap().iter().all(|event| events.contains(event)), "{pair:?} {folder}");
            }
        }
    }
    assert!(seen > 50, "{seen}");
}

#[test]
fn what_moves_elsewhere_is_none_of_a_folders() {
    let shop = Shop::committed();
    shop.write("cache/compose.yaml", "services:\n  carts:\n    image: redis:7\n");
    shop.commit("Remember carts");
    shop.write("api/app.py", format!("{API}\n\n@app.route('/orders/<id>', methods=['DELETE'])\ndef cancel(id):\n    return id\n"));
    for form in ["human", "markdown"] {
        let words = ["diff", "--worktree", "--format", form];
        assert_eq!(shop.told(&[&words[..], &["--focus", "cache"]].concat()), "", "{form}");
        let text = shop.told(&[&words[..], &["--focus", "api"]].concat());
        assert!(text.contains("/orders/{id}") && text.to_lowercase().contains("only"), "{text}");
    }
    // a policy is everybody's
    shop.write("threatline.toml", "[rules]\ndisable = ['unauthenticated-entry-point']\n");
    assert_eq!(all(&shop.json(&["diff", "--worktree", "--focus", "cache"])["events"], "kind"), ["policy-changed"]);
}

#[test]
fn a_folder_that_is_not_there_is_a_mistake() {
    let shop = Shop::committed();
    shop.write("cache/compose.yaml", "services:\n  carts:\n    image: redis:7\n");
    shop.json(&["scan", "--focus", "cache"]);
    shop.json(&["diff", "--worktree", "--focus", "cache"]);
    shop.json(&["-C", "api", "scan", "--focus", "../cache"]);
    shop.json(&["scan", "--part", "cache", "--focus", "cache"]);
    for (words, folder) in [
        (&["scan", "HEAD"][..], "cache"),
        (&["scan"], "nowhere"),
        (&["scan"], "compose.yaml"),
        (&["scan"], "../elsewhere"),
        (&["scan", "--part", "cache"], "api"),
        (&["diff", "HEAD", "HEAD"], "cache"),
        (&["export", "json", "HEAD"], "cache"),
        (&["show", "cmp:api", "HEAD"], "cache"),
        // where it would be taken and do nothing
        (&["explain", "cmp:api"], "api"),
        (&["accept", "TL-000000000000", "--why", "x"], "api"),
        (&["notes", "show"], "api"),
        (&["hook", "status"], "api"),
        (&["rules"], "api"),
    ] {
        let ran = shop.run(&[words, &["--focus", folder]].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{words:?} {folder}");
        assert!(ran.err.contains(folder) || ran.err.contains("--focus"), "{words:?}: {}", ran.err);
    }
}
