//! Vercel: `vercel.json`.

use super::{Rule, hosted, items, say_rules};
use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::infra::{Hosted, HostedKind, InfraFact};

/// All keys that such a file may have.
const KEYS: &[&str] = &[
    "$schema",
    "alias",
    "build",
    "buildCommand",
    "builds",
    "bunVersion",
    "cleanUrls",
    "crons",
    "devCommand",
    "env",
    "fluid",
    "framework",
    "functionFailoverRegions",
    "functions",
    "git",
    "github",
    "headers",
    "ignoreCommand",
    "images",
    "installCommand",
    "name",
    "outputDirectory",
    "public",
    "redirects",
    "regions",
    "rewrites",
    "routes",
    "scope",
    "trailingSlash",
    "version",
];
/// Keys of which one must be there.
const OWN: &[&str] = &["rewrites", "redirects", "routes", "crons", "builds", "functions", "cleanUrls", "outputDirectory"];

/// Reads a document if it is Vercel's; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let schema = document.str_at(&["$schema"]).is_some_and(|schema| schema.contains("vercel.json"));
    let likely =
        document.is_mapping() && document.entries().iter().all(|entry| KEYS.contains(&entry.key.as_str())) && OWN.iter().any(|key| document.get(key).is_some());
    let shaped = ["rewrites", "redirects", "routes", "crons", "builds"].iter().any(|key| {
        let first = items(document, key).first();
        first.is_some_and(|one| ["source", "src", "path"].iter().any(|key| one.get(key).is_some()))
    });
    if !(schema || (likely && shaped)) {
        return false;
    }
    let mark = out.mark(document.line, document.line);
    out.say(InfraFact::Hosted(hosted("vercel", HostedKind::Web, mark)));
    for cron in items(document, "crons") {
        let mark = super::super::mark(cron, out);
        let (name, schedule) = (super::owned(cron, &["path"]), super::owned(cron, &["schedule"]));
        if name.is_some() {
            out.say(InfraFact::Hosted(Hosted { name, schedule, ..hosted("vercel", HostedKind::Call, mark) }));
        }
    }
    let mut rules = Vec::new();
    for (key, hands_on) in [("rewrites", true), ("redirects", false), ("routes", true)] {
        for rule in items(document, key) {
            let from = rule.str_at(&["source"]).or_else(|| rule.str_at(&["src"]));
            let to = rule.str_at(&["destination"]).or_else(|| rule.str_at(&["dest"]));
            let (Some(from), Some(to)) = (from, to) else { continue };
            // what only stands for part of the requests, or is one's own function, answers where its code says
            if hands_on && !to.contains("://") {
                continue;
            }
            let mark = super::super::mark(rule, out);
            rules.push(Rule { from, to, hands_on, mark });
        }
    }
    say_rules("vercel", rules, mark, out);
    true
}
