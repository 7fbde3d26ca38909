//! `scan` and its two halves: which state is read, and that the same state always gives the same bytes.

use crate::shop::{Shop, all, one};

#[test]
fn a_system_has_components_flows_and_exposure() {
    let shop = Shop::committed();
    let model = shop.json(&["scan", "HEAD"]);
    assert_eq!(model["schema"], "threatline.model/1");
    assert_eq!(model["revision"]["commit"], shop.git(&["rev-parse", "HEAD"]));
    assert_eq!(model["revision"]["tree"], shop.git(&["rev-parse", "HEAD^{tree}"]));
    assert_eq!(model["revision"]["dirty"], false);
    assert_eq!(model["revision"]["as_of"], "2026-01-02T00:00:00Z");
    assert_eq!(one(&model["components"], "id", "cmp:db")["kind"], "data_store");
    assert_eq!(one(&model["components"], "id", "cmp:api")["kind"], "process");
    assert!(model["flows"].as_array().unwrap().iter().any(|flow| flow["source"] == "cmp:api" && flow["target"] == "cmp:db"));
    let order = one(&model["entry_points"], "path", "/orders");
    assert_eq!((&order["method"], &order["component"]), (&"POST".into(), &"cmp:api".into()));
    // a published port without an address is open on all interfaces of the host
    assert_eq!(order["exposure"], one(&model["components"], "id", "cmp:api")["exposure"]);
    assert_ne!(order["exposure"], "unknown");
    assert_eq!((order["evidence"][0]["path"].as_str(), order["evidence"][0]["line"].as_u64()), (Some("api/app.py"), Some(8)));
    assert!(!model["threats"].as_array().unwrap().is_empty());
}

#[test]
fn one_state_has_one_model_however_it_is_computed() {
    let shop = Shop::committed();
    let scan = ["scan", "HEAD", "--format", "json"];
    let cold = shop.told(&scan);
    assert_eq!(shop.told(&scan), cold, "warm");
    assert_eq!(shop.told(&["export", "json", "HEAD"]), cold, "export");
    for option in ["--no-cache", "-j1", "-j2"] {
        assert_eq!(shop.told(&[&scan[..], &[option]].concat()), cold, "{option}");
    }
    // commit by commit over a warm cache, and there and back again
    shop.write("api/app.py", crate::shop::API.replace("/orders", "/orders/new"));
    shop.commit("Move orders");
    let moved = shop.told(&scan);
    assert_ne!(moved, cold);
    assert_eq!(shop.told(&[&scan[..], &["--no-cache"]].concat()), moved);
    assert_eq!(shop.told(&["scan", "HEAD~1", "--format", "json"]), cold);
}

#[test]
fn phases_are_told_beside_the_output() {
    let shop = Shop::committed();
    let plain = shop.told(&["scan", "HEAD", "--no-cache"]);
    let ran = shop.run(&["scan", "HEAD", "--no-cache", "-v"]);
    assert_eq!((ran.code, ran.out), (0, plain));
    let phases = ["opening", "state", "folders", "reading", "units", "linking", "finding", "assessing", "report", "store", "altogether"];
    for phase in phases {
        assert!(ran.err.lines().any(|line| line.starts_with(&format!("threatline: {phase} ")) && line.ends_with(" ms")), "{phase} in {}", ran.err);
    }
    assert_eq!(shop.run(&["scan", "HEAD"]).err, "");
    shop.write("api/app.py", crate::shop::API.replace("/orders", "/orders/new"));
    let ran = shop.run(&["diff", "--worktree", "-v"]);
    assert!(ran.err.contains("comparing") && ran.out == shop.told(&["diff", "--worktree"]), "{}", ran.err);
}

#[test]
fn the_two_halves_make_the_same_model() {
    let shop = Shop::committed();
    let files: Vec<String> = shop.git(&["ls-files"]).lines().map(str::to_owned).collect();
    let (first, second) = files.split_at(2);
    let mut shards = Vec::new();
    for (at, part) in [first, second].into_iter().enumerate() {
        let shard = shop.outside(&format!("shard{at}")).display().to_string();
        let depfile = shop.outside(&format!("shard{at}.d")).display().to_string();
        let mut words = vec!["extract", "--root", ".", "-o", &shard, "--depfile", &depfile];
        words.extend(part.iter().map(String::as_str));
        shop.told(&words);
        let depends = std::fs::read_to_string(&depfile).unwrap();
        assert!(depends.starts_with(&format!("{shard}: ")) && part.iter().all(|path| depends.contains(path.as_str())), "{depends}");
        shards.push(shard);
    }
    let model = shop.outside("model.json").display().to_string();
    let (tree, commit) = (shop.git(&["rev-parse", "HEAD^{tree}"]), shop.git(&["rev-parse", "HEAD"]));
    let given = ["--tree", &tree, "--commit", &commit, "--as-of", "2026-01-02"];
    // in whichever order the build system hands them over
    for pair in [[&shards[0], &shards[1]], [&shards[1], &shards[0]]] {
        let ran = shop.run(&[&["link", pair[0], pair[1], "-v", "-o", &model], &given[..]].concat());
        assert!(ran.code == 0 && ran.err.contains("threatline: report "), "{}", ran.err);
        assert_eq!(std::fs::read_to_string(&model).unwrap(), shop.told(&["scan", "HEAD", "--format", "json"]));
    }
}

#[test]
fn two_repositories_make_one_model() {
    let shop = Shop::committed();
    // the same paths in both: a deployment here, the client's source there
    let deployed = "services:\n  stock:\n    image: acme/stock\n  web:\n    image: acme/web\n    environment:\n      STOCK_URL: http://stock:8080\n";
    let source = "import os, requests\nfrom flask import Flask\napp = Flask(__name__)\n@app.route('/items')\ndef items():\n    return requests.get(os.environ['STOCK_URL'] + '/items').text\n";
    shop.write("one/compose.yaml", deployed);
    shop.write("one/README.md", "deployment\n");
    shop.write("two/web/Dockerfile", "FROM python:3.12\nCOPY . .\n");
    shop.write("two/web/app.py", source);
    shop.write("two/README.md", "source\n");
    let extract = |folder: &str, name: &str, files: &[&str]| {
        let shard = shop.outside(&format!("{folder}.shard")).display().to_string();
        shop.told(&[&["extract", "--root", folder, "--repository", name, "-o", &shard][..], files].concat());
        shard
    };
    let one = extract("one", "acme/deployment", &["compose.yaml", "README.md"]);
    let two = extract("two", "acme/web", &["web/Dockerfile", "web/app.py", "README.md"]);
    let path = shop.outside("two.json").display().to_string();
    shop.told(&["link", &one, &two, "-o", &path]);
    let model: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let flow = model["flows"].as_array().unwrap().iter().find(|flow| flow["id"] == "flw:web>stock:http").unwrap();
    let places: Vec<String> = flow["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| format!("{} {} {}", item["repository"].as_str().unwrap(), item["path"].as_str().unwrap(), item["line"]))
        .collect();
    assert_eq!(places, ["acme/deployment compose.yaml 7", "acme/web web/app.py 6"]);
    // of one repository alone nothing is told
    shop.told(&["link", &one, "-o", &path]);
    let alone: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(alone["components"][0]["evidence"][0]["repository"], serde_json::Value::Null);
    let refused = shop.run(&["extract", "--root", "one", "--repository", "../acme", "-o", &path, "compose.yaml"]);
    assert!(refused.code == 2 && refused.err.contains("no name of a repository"), "{}", refused.err);
}

#[test]
fn the_work_tree_has_what_is_untracked_and_not_what_is_ignored() {
    let shop = Shop::committed();
    shop.write(".gitignore", "scratch/\n");
    shop.write("scratch/compose.yaml", "services:\n  hidden:\n    image: redis:7\n");
    shop.write("cache/compose.yaml", "services:\n  carts:\n    image: redis:7\n");
    let model = shop.json(&["scan"]);
    let names = all(&model["components"], "name");
    assert!(names.contains(&"carts") && !names.contains(&"hidden"), "{names:?}");
    assert_eq!(model["revision"]["dirty"], true);
    assert_eq!(model["revision"]["commit"], serde_json::Value::Null);
    let committed = shop.json(&["scan", "HEAD"]);
    assert!(!all(&committed["components"], "name").contains(&"carts"));
    assert_eq!(shop.json(&["scan", "--staged"])["components"], committed["components"]);
    shop.git(&["add", "cache"]);
    assert!(shop.told(&["scan", "--staged"]).lines().next().unwrap().contains("index with uncommitted changes"));
    assert!(all(&shop.json(&["scan", "--staged"])["components"], "name").contains(&"carts"));
}

#[test]
fn a_part_is_scanned_as_if_it_were_all() {
    let shop = Shop::committed();
    shop.write("other/compose.yaml", "services:\n  carts:\n    image: redis:7\n");
    let model = shop.json(&["scan", "--part", "other"]);
    assert_eq!(all(&model["components"], "name").into_iter().filter(|name| ["api", "db", "carts"].contains(name)).collect::<Vec<_>>(), ["carts"]);
}

#[test]
fn bare_repositories_are_scanned_by_commit() {
    let shop = Shop::committed();
    let bare = shop.outside("bare.git").display().to_string();
    shop.git(&["clone", "-q", "--bare", ".", &bare]);
    let whole = shop.told(&["scan", "HEAD", "--format", "json"]);
    assert_eq!(shop.told(&["-C", &bare, "scan", "HEAD", "--format", "json"]), whole);
    assert_eq!(shop.told(&["-C", &bare, "scan", "--format", "json"]), whole, "HEAD is all that a bare repository has");
}

#[test]
fn what_has_no_commit_yet_is_scanned() {
    let (unborn, folder) = (Shop::unborn(), Shop::folder());
    for shop in [&unborn, &folder] {
        shop.fill();
        let model = shop.json(&["scan"]);
        one(&model["components"], "id", "cmp:api");
        assert_eq!(model["revision"]["commit"], serde_json::Value::Null);
        assert_eq!(model["revision"]["as_of"], serde_json::Value::Null);
        assert!(!shop.told(&["scan"]).is_empty());
    }
    let ran = unborn.run(&["scan", "HEAD"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("nothing is committed yet"), "{}", ran.err);
    let added = unborn.json(&["diff", "--worktree"]);
    one(&added["added"]["components"], "id", "cmp:api");
    assert_eq!(folder.run(&["diff", "HEAD"]).code, 2);
}

#[test]
fn a_cache_that_cannot_be_kept_costs_only_time() {
    let shop = Shop::committed();
    let model = shop.told(&["scan", "HEAD", "--format", "json", "--no-cache"]);
    assert!(!shop.path(".git/threatline").exists(), "--no-cache leaves nothing behind");
    // a file where the folder should be stops even those who may write everywhere
    shop.write(".git/threatline", "in the way");
    assert_eq!(shop.told(&["scan", "HEAD", "--format", "json"]), model);
    std::fs::remove_file(shop.path(".git/threatline")).unwrap();
    assert_eq!(shop.told(&["scan", "HEAD", "--format", "json"]), model);
    // whatever is in the cache, it is checked before it is believed
    let mut damaged = 0;
    let mut folders = vec![shop.path(".git/threatline")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                std::fs::write(&entry, b"no cache of anybody's").unwrap();
                damaged += 1;
            }
        }
    }
    assert!(damaged > 0);
    assert_eq!(shop.told(&["scan", "HEAD", "--format", "json"]), model);
}

#[test]
fn hostile_files_are_passed_by_and_named() {
    let shop = Shop::committed();
    let plain = shop.json(&["scan"]);
    let junk: Vec<u8> = (0..4096_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    shop.write("junk.py", &junk);
    shop.write("junk.bin", &junk);
    shop.write("broken/compose.yaml", b"services:\n  \xff\xfe\xc3\x28: \xf0\x9f\n");
    shop.write("deep/compose.yaml", format!("services: {}", "{a: ".repeat(50_000)));
    shop.write("deep/values.yaml", format!("a: {}{}", "[".repeat(5_000), "]".repeat(5_000)));
    shop.write("deep/app.py", format!("x = {}1{}", "(".repeat(20_000), ")".repeat(20_000)));
    shop.write("deep/package.json", format!("{{\"dependencies\": {}", "{\"a\":".repeat(20_000)));
    shop.write("bomb/compose.yaml", "a: &a [x, x, x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nservices: [*c, *c]\n");
    let model = shop.json(&["scan"]);
    let ids = |model: &serde_json::Value| all(&model["entry_points"], "id").into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(ids(&model), ids(&plain), "nothing is made up of junk");
    let skipped = all(&model["coverage"]["skipped"], "path");
    assert!(skipped.contains(&"deep/compose.yaml"), "{skipped:?}");
    assert!(model["coverage"]["skipped"].as_array().unwrap().iter().all(|skipped| !skipped["reason"].as_str().unwrap().is_empty()));
}
