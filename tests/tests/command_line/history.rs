//! A history as people make one, each commit followed by its hook; and what becomes of its notes in a clone and
//! where history is rewritten.

use crate::shop::{API, COMPOSE, Shop};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::symlink;

const NOTE: &[&str] = &["notes", "--ref=threatline"];
/// A machine may be slow; what a hook leaves after its two seconds has a test of its own.
const RUN: &[&str] = &["hook", "run", "--within", "600000"];

const REFUNDS: &str =
    "from flask import Blueprint\n\nrefunds = Blueprint('refunds', __name__)\n\n\n@refunds.post('/refunds')\ndef refund():\n    return 'ok'\n";

/// Commits, and runs the hook as git would.
fn commit(shop: &Shop, message: &str) -> String {
    let commit = shop.commit(message);
    followed(shop, "post-commit");
    commit
}

fn followed(shop: &Shop, hook: &str) {
    let ran = shop.run(&[RUN, &[hook]].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{hook}");
}

fn note(shop: &Shop, commit: &str) -> String {
    shop.git(&[NOTE, &["show", commit]].concat())
}

/// The blob of each note by what it is about.
fn notes(shop: &Shop) -> BTreeMap<String, String> {
    let all = shop.git(&[NOTE, &["list"]].concat());
    all.lines().map(|line| line.split_once(' ').unwrap()).map(|(blob, about)| (about.to_owned(), blob.to_owned())).collect()
}

/// What git can put into a tree, and how history goes on: modes, links, submodules, line ends, renames, configuration
/// and decisions, a merge, reverts.
fn history() -> Shop {
    let shop = Shop::unborn();
    shop.fill();
    commit(&shop, "Open the shop");
    shop.git(&["update-index", "--chmod=+x", "api/app.py"]);
    shop.git(&["commit", "-q", "-m", "Let the program be run"]);
    followed(&shop, "post-commit");
    symlink("../api/app.py", shop.path("api/latest.py")).unwrap();
    symlink("/etc", shop.path("etc")).unwrap();
    commit(&shop, "Link to the program, and out of the shop");

    let library = shop.outside("library");
    let path = library.display().to_string();
    std::fs::create_dir(&library).unwrap();
    shop.git(&["-C", &path, "init", "-q", "-b", "main"]);
    std::fs::write(library.join("compose.yaml"), "services:\n  stranger:\n    image: stranger\n    privileged: true\n").unwrap();
    shop.git(&["-C", &path, "add", "-A"]);
    shop.git(&["-C", &path, "commit", "-q", "-m", "A library"]);
    shop.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &path, "vendor/library"]);
    commit(&shop, "Take a library in");

    shop.git(&["checkout", "-q", "-b", "refunds"]);
    shop.write("api/refunds.py", REFUNDS);
    commit(&shop, "Say how money goes back");
    shop.write("api/app.py", format!("{API}\n\nfrom refunds import refunds\n\napp.register_blueprint(refunds, url_prefix='/v1')\n"));
    commit(&shop, "Give money back");
    shop.git(&["checkout", "-q", "main"]);

    shop.write("compose.yaml", COMPOSE.replace('\n', "\r\n"));
    commit(&shop, "End lines as another system does");
    shop.write("compose.yaml", COMPOSE.replace("    ports: ['5432:5432']\n", "").replace('\n', "\r\n"));
    commit(&shop, "Close the database");
    shop.git(&["merge", "-q", "--no-ff", "-m", "Merge refunds", "refunds"]);
    followed(&shop, "post-merge");
    let merged = shop.git(&["rev-parse", "HEAD"]);
    shop.git(&["mv", "api", "service"]);
    shop.write("compose.yaml", COMPOSE.replace("./api", "./service").replace("    ports: ['5432:5432']\n", ""));
    commit(&shop, "Call the folder by its name");
    shop.write("threatline.toml", "[[components]]\nname = 'db'\nvalue = 0.9\n");
    commit(&shop, "Say what the database is worth");
    let threat = shop.json(&["scan", "HEAD"])["threats"][0]["id"].as_str().unwrap().to_owned();
    shop.told(&["accept", &threat, "--why", "known", "--until", "2026-01-01"]);
    commit(&shop, "Live with it, for a day that is over");
    shop.git(&["revert", "--no-edit", "HEAD"]);
    followed(&shop, "post-commit");
    shop.git(&["revert", "--no-edit", "HEAD~3"]);
    followed(&shop, "post-commit");
    shop.git(&["revert", "--no-edit", "-m", "1", &merged]);
    followed(&shop, "post-commit");
    shop
}

#[test]
fn a_clone_that_begins_with_nothing_writes_the_same_notes() {
    let shop = history();
    let all: Vec<String> = shop.git(&["rev-list", "--reverse", "--topo-order", "HEAD"]).lines().map(str::to_owned).collect();
    assert_eq!(shop.git(&["rev-list", "--merges", "HEAD"]).lines().count(), 1, "a merge is among them");
    let trees: BTreeSet<String> = all.iter().map(|commit| shop.git(&["rev-parse", &format!("{commit}^{{tree}}")])).collect();
    assert!(trees.len() < all.len(), "and trees that come back");
    let written = notes(&shop);
    assert!(all.iter().chain(&trees).all(|object| written.contains_key(object)), "{written:#?}");
    assert!(all.iter().any(|commit| note(&shop, commit).contains("\n+ TL-")) && all.iter().any(|commit| note(&shop, commit).contains("\n- TL-")));
    shop.git(&["fsck", "--strict"]);

    // one after the other, as the hooks did, without what they remembered
    let clone = shop.cloned();
    assert_eq!(clone.run(&["notes", "show"]).code, 2, "a clone brings no notes");
    for commit in &all {
        clone.told(&["--no-cache", "notes", "write", commit]);
        let model = ["scan", commit, "--format", "json"];
        assert_eq!(clone.told(&[&["--no-cache"], &model[..]].concat()), shop.told(&model));
    }
    assert_eq!(notes(&clone), written);

    // in any order: what a note says is not what was written before it
    let clone = shop.cloned();
    clone.told(&["notes", "write", "..HEAD"]);
    for commit in all.iter().rev() {
        clone.told(&["notes", "write", commit]);
        assert_eq!(note(&clone, commit), note(&shop, commit));
    }
}

#[test]
fn what_is_rewritten_finds_its_notes_by_their_trees() {
    let shop = Shop::committed();
    followed(&shop, "post-commit");
    shop.git(&["checkout", "-q", "-b", "feature"]);
    shop.write("api/refunds.py", REFUNDS);
    commit(&shop, "Say how money goes back");
    shop.write("compose.yaml", COMPOSE.replace("    ports: ['5432:5432']\n", ""));
    commit(&shop, "Close the database");
    let (first, second) = (shop.told(&["notes", "show", "HEAD~1"]), shop.told(&["notes", "show"]));
    assert_ne!(first, second);
    let found = |way: &str| {
        assert!(!shop.does(&[NOTE, &["show", "HEAD"]].concat()), "{way}: a new commit");
        assert_eq!(shop.told(&["notes", "show"]), second, "{way}");
    };

    shop.git(&["commit", "-q", "--amend", "-m", "Close the database at last"]);
    found("amended");
    shop.git(&["rebase", "-q", "--signoff", "main"]);
    found("rebased with other words");
    assert_eq!(shop.told(&["notes", "show", "HEAD~1"]), first);
    shop.git(&["checkout", "-q", "main"]);
    shop.git(&["merge", "-q", "--squash", "feature"]);
    shop.git(&["commit", "-q", "-m", "All of it at once"]);
    found("squashed");

    // the hook of what is new writes what a commit of its own would have had
    followed(&shop, "post-commit");
    let own = note(&shop, "HEAD");
    assert!(own.contains(&shop.git(&["rev-parse", "HEAD~1"])), "{own}");
    assert_ne!(own, second.trim_end());
    assert_eq!(own.lines().find(|line| line.starts_with("model ")), second.lines().find(|line| line.starts_with("model ")));

    // what is put together anew is nothing that was known
    shop.git(&["checkout", "-q", "-b", "mail", "HEAD~1"]);
    shop.write("api/mail.env", "MAIL_URL=smtp://mail:25\n");
    commit(&shop, "Write to customers");
    shop.git(&["rebase", "-q", "main"]);
    assert_eq!(shop.run(&["notes", "show"]).code, 2);
    followed(&shop, "post-rewrite");
    assert!(note(&shop, "HEAD").contains(&format!("\nbase {} ", shop.git(&["rev-parse", "main"]))));
}
