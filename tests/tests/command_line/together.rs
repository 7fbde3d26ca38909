//! Several processes of the program at once, over one repository and one store: as if each had been alone.

use crate::shop::{API, COMPOSE, Shop};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use threatline_repo::{OpenOptions, Workspace};

const HOOK: &[&str] = &["hook", "run", "--within", "600000", "post-commit"];
const SCAN: &[&str] = &["scan", "HEAD", "--format", "json"];

/// A commit that says something new.
fn change(shop: &Shop, number: usize) -> String {
    shop.write("api/app.py", format!("{API}\n\n@app.route('/more/{number}', methods=['POST'])\ndef more():\n    return 'ok'\n"));
    shop.write("compose.yaml", COMPOSE.replace("8080:8080", &format!("{}:8080", 9000 + number)));
    shop.commit(&format!("More, {number}"))
}

/// The note of a commit that a process alone would write.
fn alone(shop: &Shop, commit: &str) -> String {
    let clone = shop.cloned();
    clone.told(&["--no-cache", "notes", "write", commit]);
    note(&clone, commit)
}

fn note(shop: &Shop, commit: &str) -> String {
    shop.git(&["notes", "--ref=threatline", "show", commit])
}

fn store(shop: &Shop) -> PathBuf {
    shop.path(".git/threatline/cache/v1")
}

/// Nothing is left but whole segments, and they hold what was worked out: a session reads no file again.
fn is_whole(shop: &Shop, commits: &[String]) {
    for entry in std::fs::read_dir(store(shop)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name.ends_with(".tls"), "{name} is left");
    }
    let ran = Arc::new(Mutex::new(BTreeMap::<String, usize>::new()));
    let seen = ran.clone();
    let workspace = Workspace::open(&shop.path(""), &OpenOptions::default()).unwrap();
    let observer = Arc::new(move |query: &str| *seen.lock().unwrap().entry(query.split('(').next().unwrap().to_owned()).or_default() += 1);
    let mut session = workspace.session(Some(observer));
    for commit in commits {
        session.summary(&workspace.revision(commit).unwrap()).unwrap();
    }
    let ran = ran.lock().unwrap();
    assert!(ran["summary"] >= 1 && !ran.contains_key("facts") && !ran.contains_key("design"), "{ran:?}");
    shop.git(&["fsck", "--strict"]);
}

#[test]
fn a_scan_while_a_hook_runs() {
    let shop = Shop::committed();
    let mut commits = Vec::new();
    for number in 0..4 {
        let commit = change(&shop, number);
        let (hook, scan, staged) = (shop.start(HOOK), shop.start(SCAN), shop.start(&["diff", "HEAD~1", "HEAD"]));
        let told = [hook.tells(), scan.tells(), staged.tells()];
        assert_eq!(told[1], shop.told(&[&["--no-cache"], SCAN].concat()));
        assert_eq!(told[2], shop.told(&["--no-cache", "diff", "HEAD~1", "HEAD"]));
        assert_eq!(note(&shop, &commit), alone(&shop, &commit));
        commits.push(commit);
    }
    is_whole(&shop, &commits);
}

#[test]
fn hooks_of_one_commit_and_of_two_work_trees_at_once() {
    let shop = Shop::committed();
    shop.git(&["worktree", "add", "-q", "-b", "side", "../side"]);
    let side = shop.outside("side").display().to_string();
    let mut commits = Vec::new();
    for number in 0..4 {
        let commit = change(&shop, number);
        std::fs::write(shop.outside("side").join("more.env"), format!("URL=http://more{number}.example.com\n")).unwrap();
        shop.git(&["-C", &side, "add", "-A"]);
        shop.git(&["-C", &side, "commit", "-q", "-m", "Aside"]);
        let aside = shop.git(&["-C", &side, "rev-parse", "HEAD"]);
        let there = [&["-C", &side], HOOK].concat();
        let all = [shop.start(HOOK), shop.start(HOOK), shop.start(&there), shop.start(&there)];
        for hook in all {
            let ran = hook.ends();
            assert_eq!((ran.code, ran.err.as_str()), (0, ""), "a hook that had to give up says so");
        }
        for commit in [&commit, &aside] {
            assert_eq!(note(&shop, commit), alone(&shop, commit));
        }
        commits.extend([commit, aside]);
    }
    is_whole(&shop, &commits);
}

#[test]
fn writers_of_many_notes_lose_none() {
    let shop = Shop::committed();
    let commits: Vec<String> = (0..12).map(|number| change(&shop, number)).collect();
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            // ranges that overlap, so that some are written twice
            let (from, to) = (&commits[writer], &commits[(writer + 8).min(11)]);
            shop.start(&["notes", "write", &format!("{from}..{to}")])
        })
        .collect();
    let singles: Vec<_> = commits.iter().map(|commit| shop.start(&["notes", "write", commit])).collect();
    writers.into_iter().chain(singles).for_each(|writer| _ = writer.tells());

    let listed: BTreeSet<String> = shop.git(&["notes", "--ref=threatline", "list"]).lines().map(|line| line.rsplit(' ').next().unwrap().to_owned()).collect();
    assert!(commits.iter().all(|commit| listed.contains(commit)), "{listed:?}");
    let clone = shop.cloned();
    clone.told(&["--no-cache", "notes", "write", &format!("{}..HEAD", shop.git(&["rev-parse", "HEAD~12"]))]);
    for commit in &commits {
        assert_eq!(note(&shop, commit), note(&clone, commit));
    }
    is_whole(&shop, &commits);
}
