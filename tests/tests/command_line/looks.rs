//! What people read, as they read it: the shop of the examples, on eighty columns, without colours.
//!
//! A snapshot that changed is read by a person before it is committed: `INSTA_UPDATE=always cargo test -p threatline-tests --test command_line looks`.

use crate::shop::Shop;

/// Output, and what stands beside it; nothing of the machine.
fn told(shop: &Shop, words: &[&str]) -> String {
    let ran = shop.run(words);
    let mut text = format!("$ threatline {}\n{}", words.join(" "), ran.out);
    if !ran.err.is_empty() {
        text.push_str(&format!("--- beside it\n{}", ran.err));
    }
    if ran.code != 0 {
        text.push_str(&format!("--- exit status {}\n", ran.code));
    }
    let folders = [(shop.path(""), "SHOP"), (shop.outside(""), "AROUND")];
    // digests say that something changed and not what
    let lines = text.lines().map(|line| match line.split_once(' ') {
        Some((name @ ("config" | "model"), digest)) if digest.len() >= 16 => format!("{name} DIGEST\n"),
        _ => format!("{line}\n"),
    });
    folders.iter().fold(lines.collect(), |text: String, (folder, name)| {
        let real = std::fs::canonicalize(folder).unwrap();
        let plain = |path: &std::path::Path| path.display().to_string().trim_end_matches('/').to_owned();
        text.replace(&plain(&real), name).replace(&plain(folder), name)
    })
}

fn all(shop: &Shop, commands: &[&[&str]]) -> String {
    commands.iter().map(|words| told(shop, words)).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_state() {
    let shop = Shop::example();
    insta::assert_snapshot!(told(&shop, &["scan", "HEAD"]));
    insta::assert_snapshot!("a_folder", all(&shop, &[&["scan", "HEAD", "--focus", "orders"], &["scan", "HEAD", "--part", "k8s"]]));
    insta::assert_snapshot!("a_gate", told(&shop, &["scan", "HEAD", "--focus", "payments", "--fail-on", "info"]));
}

#[test]
fn a_change() {
    let shop = Shop::example();
    insta::assert_snapshot!(all(&shop, &[&["diff", "HEAD~1"], &["diff", "HEAD", "HEAD~1"], &["diff", "HEAD~1", "HEAD", "--focus", "orders"]]));
    insta::assert_snapshot!("many_changes", told(&shop, &["diff", "HEAD~6...HEAD"]));
    insta::assert_snapshot!("a_change_in_markdown", told(&shop, &["diff", "HEAD~1", "--format", "markdown"]));
}

#[test]
fn one_thing() {
    let shop = Shop::example();
    let ids = ["cmp:web", "flw:web>orders:http", "ent:web:DELETE /api/admin/orders/{id}", "bnd:namespace/shop", "TL-b2133fb198a6", "TP-c100f35bb91a"];
    for id in ids {
        let name = id.split(':').next().unwrap_or(id);
        insta::assert_snapshot!(format!("show_{}", &name[..2].to_lowercase()), told(&shop, &["show", id, "HEAD"]));
    }
    insta::assert_snapshot!("explain", all(&shop, &[&["explain", "TL-a1d9e6fbd263", "HEAD"], &["explain", "TP-1a304cfd333c", "HEAD"]]));
    insta::assert_snapshot!("nothing_of_that_id", all(&shop, &[&["show", "cmp:wbe", "HEAD"], &["explain", "TL-0", "HEAD"]]));
}

#[test]
fn what_people_decide() {
    let shop = Shop::example();
    let commands: [&[&str]; 6] = [
        &["accept", "TL-a1d9e6fbd263", "--why", "the password of a demonstration", "--until", "2027-01-01"],
        &["show", "TL-a1d9e6fbd263"],
        &["diff", "--worktree"],
        &["show", "TL-a1d9e6fbd263", "--as-of", "2027-01-02"],
        &["reopen", "TL-a1d9e6fbd263", "--why", "it went live"],
        &["init"],
    ];
    insta::assert_snapshot!(all(&shop, &commands));
}

#[test]
fn hooks_and_notes() {
    let shop = Shop::example();
    let before = all(&shop, &[&["hook", "status"], &["hook", "install"], &["notes", "show"], &["notes", "write", "HEAD~2..HEAD"], &["notes", "show"]]);
    let text = std::fs::read_to_string(shop.path("compose.yaml")).unwrap();
    shop.write("compose.yaml", text.replace("services:\n", "services:\n  carts:\n    image: redis:7\n    ports: ['6379:6379']\n"));
    shop.git(&["add", "-A"]);
    let after = all(&shop, &[&["hook", "run", "pre-commit"], &["hook", "uninstall"]]);
    insta::assert_snapshot!(format!("{before}\n{after}"));
}

#[test]
fn mistakes() {
    let shop = Shop::example();
    let text = |config: &str, words: &[&str]| {
        shop.write("threatline.toml", config);
        told(&shop, words)
    };
    let told = [
        text("[scan]\nexclud = ['x']\n", &["scan"]),
        text("[gate]\nfail_on = 'high'\n", &["scan"]),
        text("[gate]\nfail_on = ['hihg']\n", &["scan"]),
        text("[scan]\nexclude = ['a[']\n", &["scan"]),
        text("[tool]\nrequires = '>=9'\n", &["scan"]),
        text("", &["scam"]),
        text("", &["diff", "nowhere"]),
        text("", &["scan", "--focus", "nowhere"]),
        text("", &["rules", "unauthenticated-entry"]),
    ];
    insta::assert_snapshot!(told.join("\n"));
}
