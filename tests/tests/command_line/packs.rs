//! A project's own packs: found, checked, and as good as the built-in ones in every state.

use crate::shop::Shop;
use serde_json::Value;

/// The files of the section "Your own frameworks": every example in a manual is a test.
fn example(shop: &Shop) {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    let mut rest = readme.as_str();
    for (ticks, language, name) in [("```", "toml", "shopweb.toml"), ("````", "markdown", "shopweb.md")] {
        let open = format!("\n{ticks}{language} .threatline/packs/{name}\n");
        let from = rest.find(&open).unwrap() + open.len();
        rest = &rest[from..];
        let to = rest.find(&format!("\n{ticks}\n")).unwrap() + 1;
        shop.write(&format!(".threatline/packs/{name}"), &rest[..to]);
    }
    let page = std::fs::read_to_string(shop.path(".threatline/packs/shopweb.md")).unwrap();
    let (_, code) = page.split_once("```python orders.py\n").unwrap();
    shop.write("orders/orders.py", code.split_once("```").unwrap().0);
}

fn routes(model: &Value) -> Vec<String> {
    let entries = model["entry_points"].as_array().unwrap();
    let text = |entry: &Value| format!("{} {} {}", entry["method"].as_str().unwrap_or("*"), entry["path"].as_str().unwrap(), entry["authenticated"]);
    let mut all: Vec<String> = entries.iter().map(text).filter(|line| !line.contains(" /orders ")).collect();
    all.sort();
    all
}

const OWN: [&str; 2] = ["GET /health false", "POST /orders/{id} true"];

#[test]
fn the_example_of_the_manual_finds_its_routes_in_every_state() {
    let shop = Shop::committed();
    example(&shop);
    assert_eq!(routes(&shop.json(&["export", "json"])), OWN, "the work tree");
    assert!(routes(&shop.json(&["export", "json", "HEAD"])).is_empty(), "nothing of it is committed");
    assert!(routes(&shop.json(&["scan", "--staged"])).is_empty(), "nothing of it is in the index");
    shop.git(&["add", "orders"]);
    assert!(routes(&shop.json(&["scan", "--staged"])).is_empty(), "the code is, the pack is not");
    shop.git(&["add", "-A"]);
    assert_eq!(routes(&shop.json(&["scan", "--staged"])), OWN);
    shop.commit("Take orders");
    assert_eq!(routes(&shop.json(&["export", "json", "HEAD"])), OWN);
    assert!(routes(&shop.json(&["export", "json", "HEAD~1"])).is_empty());
}

#[test]
fn a_changed_pack_changes_what_it_says_and_is_told() {
    let shop = Shop::committed();
    example(&shop);
    shop.commit("Take orders");
    shop.json(&["export", "json"]);
    let pack = std::fs::read_to_string(shop.path(".threatline/packs/shopweb.toml")).unwrap();
    shop.write(".threatline/packs/shopweb.toml", pack.replace("shopweb.signed_in", "shopweb.logged_in"));
    let open = ["GET /health false", "POST /orders/{id} null"];
    for words in [&["export", "json"][..], &["export", "json", "--no-cache"]] {
        assert_eq!(routes(&shop.json(words)), open, "{words:?}");
    }
    let delta = shop.json(&["diff", "--worktree"]);
    let told: Vec<&Value> = delta["events"].as_array().unwrap().iter().filter(|event| event["kind"] == "declaration-added").collect();
    assert_eq!(told.len(), 1, "{delta:#}");
    assert_eq!(told[0]["evidence"][0]["path"], ".threatline/packs/shopweb.toml");
    shop.git(&["checkout", "-q", "."]);
    assert_eq!(routes(&shop.json(&["export", "json"])), OWN);
}

#[test]
fn the_halves_say_what_the_whole_says() {
    let shop = Shop::committed();
    example(&shop);
    shop.commit("Take orders");
    let files = shop.git(&["ls-files"]);
    let files: Vec<&str> = files.lines().filter(|path| !path.starts_with(".threatline")).collect();
    let packs = ["--packs", ".threatline/packs"];
    let extract = [&["extract", "--root", ".", "-o", "one.shard"][..], &packs, &files].concat();
    assert_eq!(shop.run(&extract).code, 0, "{}", shop.run(&extract).err);
    assert_eq!(shop.run(&[&["link", "one.shard", "-o", "model.json"][..], &packs].concat()).code, 0);
    let model: Value = serde_json::from_str(&std::fs::read_to_string(shop.path("model.json")).unwrap()).unwrap();
    assert_eq!(routes(&model), OWN);
    let without = shop.run(&["link", "one.shard", "-o", "model.json"]);
    assert!(without.code == 2 && without.err.contains("--packs"), "{}", without.err);
}

const RIGHT: &str = ".threatline/packs/shopweb.md:22: right: A route that anyone may call, and one behind a guard.
.threatline/packs/shopweb.md:35: right: What is only called alike is no route.
";

#[test]
fn samples_are_right_or_wrong_and_what_is_wrong_is_shown() {
    let shop = Shop::committed();
    assert_eq!(shop.run(&["packs", "check"]).code, 2, "there is none");
    example(&shop);
    let right = shop.run(&["packs", "check"]);
    assert_eq!((right.code, right.out.as_str()), (0, RIGHT), "{}", right.err);
    let page = std::fs::read_to_string(shop.path(".threatline/packs/shopweb.md")).unwrap();
    let wrong = page.replace("/orders/{id} authenticated", "/orders/{id} open\nGET /items open");
    shop.write(".threatline/packs/shopweb.md", &wrong);
    let ran = shop.run(&["packs", "check", ".threatline/packs"]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!("packs_wrong", format!("{}--- beside it\n{}", ran.out, ran.err));
    assert_eq!(shop.run(&["packs", "check", "--write"]).code, 0);
    assert_eq!(std::fs::read_to_string(shop.path(".threatline/packs/shopweb.md")).unwrap(), page);
}

#[test]
fn a_mistake_is_explained_where_it_is_and_breaks_no_commit() {
    let shop = Shop::committed();
    example(&shop);
    let pack = std::fs::read_to_string(shop.path(".threatline/packs/shopweb.toml")).unwrap();
    let path = ".threatline/packs/shopweb.toml";
    shop.write(path, pack.replace("handler = \"decorated\"", "handlr = \"decorated\""));
    let check = shop.run(&["packs", "check"]);
    assert_eq!((check.code, check.out.as_str()), (2, ""));
    insta::assert_snapshot!("packs_mistake", check.err);
    for words in [&["scan"][..], &["diff", "--worktree"], &["packs"]] {
        let ran = shop.run(words);
        assert!(ran.code == 2 && ran.err.contains("there is no key `handlr` here"), "{words:?}: {}", ran.err);
    }
    assert_eq!(shop.run(&["hook", "install"]).code, 0);
    assert!(shop.commits("Take orders"), "a mistake in a pack breaks no commit");
    // each pack's own mistake is told
    shop.write(".threatline/packs/other.toml", "name = \"flask\"\nlanguages = [\"python\"]\nimports = [\"other\"]\n");
    let both = shop.run(&["packs", "check"]);
    assert!(both.code == 2 && both.err.contains("handlr") && both.err.contains("there is a built-in pack `flask`"), "{}", both.err);
}

#[test]
fn all_packs_are_listed_with_what_they_recognise() {
    let shop = Shop::committed();
    example(&shop);
    let ran = shop.run(&["packs"]);
    let line =
        |name: &str| ran.out.lines().find(|line| line.starts_with(&format!("{name} "))).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    assert_eq!(line("flask").as_deref(), Some("flask Python built-in routes, guards, injection"), "{}", ran.out);
    assert_eq!(line("shopweb").as_deref(), Some("shopweb Python own routes, guards"));
}
