//! Firebase: `firebase.json`, the rules of its stores, and those of its tree of values.

use super::{Rule, folder, hosted, items, owned, say_rules};
use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::infra::{Hosted, HostedKind, InfraFact, StoreRules};

/// Reads a document if it is Firebase's; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    if let Some(rules) = document.get("rules").filter(|rules| mentions(rules, 0)) {
        let mark = out.mark(document.line, document.line);
        let mut open = Vec::new();
        tree(rules, 0, &mut open, out);
        out.say(InfraFact::StoreRules(StoreRules { product: "firebase-database".to_owned(), open, mark }));
        return true;
    }
    let hosting = document.get("hosting").map_or(&[][..], Node::one_or_many);
    let is_ours = hosting.iter().any(|one| one.get("public").or_else(|| one.get("source")).is_some())
        || ["firestore", "storage", "database"]
            .iter()
            .any(|key| document.get(key).map_or(&[][..], Node::one_or_many).iter().any(|one| one.get("rules").is_some()))
        || (document.get("functions").is_some() && document.get("emulators").is_some());
    if !is_ours {
        return false;
    }
    for one in hosting.iter().take(64) {
        let mark = super::super::mark(one, out);
        let source = owned(one, &["source"]).map(|source| folder(&source)).unwrap_or_default();
        out.say(InfraFact::Hosted(Hosted { folder: source, ..hosted("firebase", HostedKind::Pages, mark) }));
        let mut rules = Vec::new();
        for (key, hands_on) in [("rewrites", true), ("redirects", false)] {
            for rule in items(one, key) {
                let (Some(from), Some(to)) = (rule.str_at(&["source"]).or_else(|| rule.str_at(&["glob"])), rule.str_at(&["destination"])) else { continue };
                let mark = super::super::mark(rule, out);
                rules.push(Rule { from, to, hands_on, mark });
            }
        }
        say_rules("firebase", rules, mark, out);
    }
    for functions in document.get("functions").map_or(&[][..], Node::one_or_many).iter().take(64) {
        let mark = super::super::mark(functions, out);
        let source = owned(functions, &["source"]).map_or_else(|| "functions".to_owned(), |source| folder(&source));
        out.say(InfraFact::Hosted(Hosted { folder: source, ..hosted("firebase", HostedKind::Functions, mark) }));
    }
    true
}

/// `.read` or `.write` stands somewhere.
fn mentions(node: &Node, depth: u8) -> bool {
    depth < 32 && node.entries().iter().any(|entry| matches!(entry.key.as_str(), ".read" | ".write") || mentions(&entry.value, depth + 1))
}

fn tree(node: &Node, depth: u8, open: &mut Vec<threatline_facts::Mark>, out: &mut Extracted) {
    for entry in node.entries() {
        let always = entry.value.as_str().is_some_and(|text| text.trim() == "true");
        if matches!(entry.key.as_str(), ".read" | ".write") && always && open.len() < 64 {
            open.push(out.mark(entry.line, entry.line));
        } else if depth < 32 {
            tree(&entry.value, depth + 1, open, out);
        }
    }
}

/// Reads the rules of a store (`firestore.rules`, `storage.rules`): who may read and write what, statement by statement.
pub fn rules(text: &str) -> Extracted {
    let mut out = Extracted::default();
    let plain = without_comments(text);
    let product = if plain.contains("service firebase.storage") {
        "firebase-storage"
    } else if plain.contains("service cloud.firestore") {
        "firestore"
    } else {
        return out;
    };
    let mut open = Vec::new();
    let mut line = 1;
    let mut rest = plain.as_str();
    // statements end with `;`, and what stands before a bracket is none
    while let Some(at) = rest.find([';', '{', '}']) {
        let statement = &rest[..at];
        let ends = rest.as_bytes().get(at) == Some(&b';');
        let start = statement.len() - statement.trim_start().len();
        let first = line + newlines(&statement[..start]);
        line += newlines(statement);
        if ends && is_open(statement.trim()) && open.len() < 64 {
            let mark = out.mark(first, line);
            open.push(mark);
        }
        rest = &rest[at + 1..];
    }
    let mark = out.mark(1, 1);
    out.say(InfraFact::StoreRules(StoreRules { product: product.to_owned(), open, mark }));
    out
}

fn newlines(text: &str) -> u32 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u32
}

/// `allow read, write: if true`, or without a condition.
fn is_open(statement: &str) -> bool {
    let Some(rest) = statement.strip_prefix("allow").filter(|rest| rest.starts_with(char::is_whitespace)) else { return false };
    let (methods, condition) = rest.split_once(':').map_or((rest, ""), |(methods, condition)| (methods, condition.trim()));
    let condition = condition.strip_prefix("if").map_or(condition, str::trim);
    let known = methods.split(',').all(|method| matches!(method.trim(), "read" | "write" | "get" | "list" | "create" | "update" | "delete"));
    known && matches!(condition, "" | "true")
}

/// Comments become spaces, so that lines stay.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('/') {
        let end = match rest.as_bytes().get(at + 1) {
            Some(b'/') => rest[at..].find('\n'),
            Some(b'*') => rest[at + 2..].find("*/").map(|end| end + 4),
            _ => {
                out.push_str(&rest[..=at]);
                rest = &rest[at + 1..];
                continue;
            }
        };
        out.push_str(&rest[..at]);
        let (passed, after) = rest[at..].split_at(end.unwrap_or(rest.len() - at));
        out.extend(passed.chars().filter(|letter| *letter == '\n'));
        rest = after;
    }
    out.push_str(rest);
    out
}
