//! Readers of infrastructure on broken text: no panic, no endless work, whatever stands there.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test that reads its pages")]

use std::path::{Path, PathBuf};
use threatline_extract::extract;
use threatline_extract::node::{Kind, Node, parse};
use threatline_facts::ArtifactKind;

const KINDS: [ArtifactKind; 7] = [
    ArtifactKind::Yaml,
    ArtifactKind::Json,
    ArtifactKind::Dockerfile,
    ArtifactKind::EnvFile,
    ArtifactKind::Properties,
    ArtifactKind::ChartTemplate,
    ArtifactKind::ChartValues,
];

/// What stands in the fences of the pages of `infra` that name a file.
fn samples() -> Vec<(ArtifactKind, String)> {
    let mut pages: Vec<PathBuf> =
        std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/infra")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.sort();
    let mut samples = Vec::new();
    for page in pages {
        let text = std::fs::read_to_string(page).unwrap();
        for (number, fence) in text.split("\n```").enumerate().filter(|(number, _)| number % 2 == 1) {
            let Some((info, body)) = fence.split_once('\n') else { panic!("fence {number} without an end") };
            if let Some(kind) = info.split_whitespace().nth(1).and_then(ArtifactKind::of) {
                samples.push((kind, body.to_owned() + "\n"));
            }
        }
    }
    assert!(samples.len() > 20);
    samples
}

/// Numbers that look random and are the same every time.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

#[test]
fn cut_and_mixed_samples_are_read_without_panic() {
    let samples = samples();
    let junk =
        ["{", "[", "${", "}", ": ", "\n", "\0", "\"", "'", "*a", "&a ", "<<: *a\n", "- ", "---\n", "$(", "\\", "é", "\t", "%", "://:@", "0x", "=", "\u{2028}"];
    let mut state = 7;
    for (kind, text) in &samples {
        for _ in 0..30 {
            let mut cut = text.clone();
            for _ in 0..1 + next(&mut state) % 4 {
                let mut at = next(&mut state) % (cut.len() + 1);
                while !cut.is_char_boundary(at) {
                    at -= 1;
                }
                match next(&mut state) % 3 {
                    0 => cut.truncate(at),
                    1 => cut.insert_str(at, junk[next(&mut state) % junk.len()]),
                    _ => {
                        cut = cut[at..].to_owned() + &cut[..at];
                    }
                }
            }
            extract(*kind, cut.as_bytes());
            extract(KINDS[next(&mut state) % KINDS.len()], cut.as_bytes());
        }
    }
}

#[test]
fn values_of_another_type_than_expected_are_passed_over() {
    for (kind, text) in samples().iter().filter(|(kind, _)| *kind == ArtifactKind::Yaml) {
        let lines: Vec<&str> = text.lines().collect();
        for at in 0..lines.len() {
            let Some((key, _)) = lines[at].split_once(':') else { continue };
            for value in ["[]", "{}", "[[a]]", "{a: {b: c}}", "-1", "99999999999999999999", "~", "''", "\"\\0\""] {
                let mut changed = lines.clone();
                let line = format!("{key}: {value}");
                changed[at] = &line;
                extract(*kind, changed.join("\n").as_bytes());
            }
        }
    }
}

/// A document without its lines.
fn content(text: &str) -> Option<Vec<String>> {
    let documents = parse(ArtifactKind::Yaml, text).ok()?;
    Some(documents.iter().map(values).collect())
}

fn values(node: &Node) -> String {
    match &node.kind {
        Kind::Mapping(entries) => entries.iter().map(|entry| format!("{:?}: {}, ", entry.key, values(&entry.value))).collect(),
        Kind::Sequence(items) => items.iter().map(|item| format!("- {}, ", values(item))).collect(),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_comment_changes_no_fact() {
    let mut compared = 0;
    for (kind, text) in samples() {
        let facts = extract(kind, text.as_bytes()).facts;
        let lines: Vec<&str> = text.lines().collect();
        for at in 0..lines.len() {
            let commented = [&lines[..at], &["# note"], &lines[at..]].concat().join("\n") + "\n";
            // In the middle of a quoted text or a block it is no comment.
            let same = match kind {
                ArtifactKind::Yaml => content(&text).is_some() && content(&commented) == content(&text),
                _ => false,
            };
            if same {
                compared += 1;
                assert_eq!(extract(kind, commented.as_bytes()).facts, facts, "{commented}");
            }
        }
    }
    assert!(compared > 300);
}

#[test]
fn long_input_takes_no_endless_work() {
    let megabyte = |piece: &str| piece.repeat((1 << 20) / piece.len());
    for piece in ["${", "${A:-", "$(", "a://b:c@d", "A=$B\n", "a\\\n", "'\n", "A=\"\nb", "FROM a\n", "a=\\\n", "x&password=y", "--token a "] {
        for kind in KINDS {
            extract(kind, &megabyte(piece).as_bytes()[..200_000]);
        }
        let value = &megabyte(piece).replace(['\n', '"', '\\', '\''], " ")[..60_000];
        let service = format!("services:\n  a:\n    image: \"{value}\"\n    command: '{value}'\n");
        assert_eq!(extract(ArtifactKind::Yaml, service.as_bytes()).facts.facts.len(), 2);
        let env = format!("A={value}\nSECRET='{value}'\n");
        assert_eq!(extract(ArtifactKind::EnvFile, env.as_bytes()).facts.facts.len(), 1);
        extract(ArtifactKind::Properties, format!("spring.a={value}").as_bytes());
    }
}

#[test]
fn what_multiplies_is_bounded() {
    let lines = |piece: &str, count: usize| (0..count).map(|n| piece.replace('#', &n.to_string())).collect::<String>();
    let service = "services:\n  a:\n    image: x\n";
    let route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\nspec:\n";
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec:\n  ingress:\n  - ports:\n";
    let texts = [
        service.to_owned() + "    expose:\n" + &lines("    - 1-64\n", 50_000),
        service.to_owned() + "    ports:\n" + &lines("    - 1-60000:1-60000\n", 40_000),
        service.to_owned() + "    environment:\n" + &lines("      A#: b\n", 50_000),
        service.to_owned() + "    links:\n" + &lines("    - a:b#\n", 50_000),
        route.to_owned()
            + "  hostnames:\n"
            + &lines("  - h#\n", 30_000)
            + "  rules:\n  - backendRefs: [{name: a}, {name: b}]\n    matches:\n"
            + &lines("    - {path: {value: /#}}\n", 15_000),
        policy.to_owned() + &lines("    - port: #\n", 20_000) + "    from:\n" + &lines("    - ipBlock: {cidr: #}\n", 20_000),
        "spring:\n".to_owned() + &(1..100).map(|depth| " ".repeat(depth) + &"k".repeat(5000) + ":\n").collect::<String>(),
        format!("spring:\n  profiles: {}\n", "p".repeat(400_000)) + &lines("a#: 1\n", 50_000),
        format!("#---\nspring.config.activate.on-profile={}\n", "p".repeat(400_000)) + &lines("a#=1\n", 50_000),
        "FROM a\nENV A=xxxxxxxx\n".to_owned() + &lines("ENV A=$A$A$A$A\n", 1000) + "COPY " + &"$A".repeat(200_000) + " .\n",
    ];
    for text in texts {
        for kind in KINDS {
            let facts = extract(kind, text.as_bytes());
            let size = format!("{facts:?}").len();
            assert!(size < 60 << 20, "{kind:?} makes {size} of {}", &text[..60]);
        }
    }
}
