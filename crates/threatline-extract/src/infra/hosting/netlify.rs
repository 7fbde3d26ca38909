//! Netlify: `netlify.toml` and `_redirects`.

use super::{Rule, entries, folder, hosted, items, owned, say_rules};
use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::infra::{Hosted, HostedKind, InfraFact};

/// Reads a document if it is Netlify's; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let builds =
        document.get("build").is_some_and(|build| ["publish", "functions", "command", "base", "environment"].iter().any(|key| build.get(key).is_some()));
    let is_rule = |rule: &Node| rule.get("from").is_some() && rule.get("to").is_some();
    let rules = items(document, "redirects").iter().any(is_rule) || items(document, "edge_functions").iter().any(|one| one.get("function").is_some());
    let own = ["build", "redirects", "headers", "functions", "edge_functions", "plugins", "context", "dev", "template", "images", "forms"];
    if !(builds || rules) || !document.entries().iter().all(|entry| own.contains(&entry.key.as_str())) {
        return false;
    }
    let mark = out.mark(document.line, document.line);
    let mut program = hosted("netlify", HostedKind::Pages, mark);
    program.folder = owned(document, &["build", "base"]).map(|written| folder(&written)).unwrap_or_default();
    out.say(InfraFact::Hosted(program));
    let mut rules: Vec<Rule<'_>> = Vec::new();
    let contexts = entries(document, "context").iter().map(|entry| &entry.value);
    for level in std::iter::once(document).chain(contexts) {
        for rule in items(level, "redirects") {
            let (Some(from), Some(to)) = (rule.str_at(&["from"]), rule.str_at(&["to"])) else { continue };
            let mark = super::super::mark(rule, out);
            rules.push(Rule { from, to, hands_on: rule.get("status").and_then(Node::as_int) == Some(200), mark });
        }
        for function in items(level, "edge_functions") {
            let Some(from) = function.str_at(&["path"]) else { continue };
            let mark = super::super::mark(function, out);
            rules.push(Rule { from, to: "", hands_on: true, mark });
        }
    }
    say_rules("netlify", rules, mark, out);
    for entry in entries(document, "functions") {
        if let Some(schedule) = owned(&entry.value, &["schedule"]) {
            let mark = out.mark(entry.line, entry.end_line());
            out.say(InfraFact::Hosted(Hosted { name: Some(entry.key.clone()), schedule: Some(schedule), ..hosted("netlify", HostedKind::Call, mark) }));
        }
    }
    true
}

/// Reads a file of rules, one a line: what is asked for, where it leads, and how.
pub fn redirects(text: &str) -> Extracted {
    let mut out = Extracted::default();
    let mut rules = Vec::new();
    for (line, number) in text.lines().zip(1u32..) {
        let plain = line.split_once(" #").map_or(line, |(plain, _)| plain).trim();
        if plain.is_empty() || plain.starts_with('#') || rules.len() >= super::MANY {
            continue;
        }
        let words: Vec<&str> = plain.split_whitespace().collect();
        let Some(to) = words.iter().skip(1).find(|word| word.starts_with('/') || word.contains("://")) else { continue };
        let hands_on = words.iter().any(|word| word.trim_end_matches('!') == "200");
        let mark = out.mark(number, number);
        rules.push(Rule { from: words[0], to, hands_on, mark });
    }
    if let Some(first) = rules.first() {
        let mark = first.mark;
        say_rules("netlify", rules, mark, &mut out);
    }
    out
}
