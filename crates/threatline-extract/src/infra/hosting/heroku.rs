//! Heroku and who does it likewise: `Procfile` and `app.json`.

use super::{entries, hosted, items, owned};
use crate::node::Node;
use threatline_facts::Extracted;
use threatline_facts::infra::{Hosted, HostedKind, InfraFact};

/// Stores that are rented beside a program, by the beginning of their name.
const STORES: &[(&str, &str)] = &[
    ("heroku-postgresql", "postgresql"),
    ("heroku-redis", "redis"),
    ("rediscloud", "redis"),
    ("redistogo", "redis"),
    ("jawsdb", "mysql"),
    ("cleardb", "mysql"),
    ("mongolab", "mongodb"),
    ("ormongo", "mongodb"),
    ("cloudamqp", "rabbitmq"),
    ("memcachier", "memcached"),
    ("bonsai", "elasticsearch"),
];

/// Reads a `Procfile`: only what is called `web` is sent requests.
pub fn procfile(text: &str) -> Extracted {
    let mut out = Extracted::default();
    for (line, number) in text.lines().zip(1u32..).take(1000) {
        let Some((name, command)) = line.split_once(':') else { continue };
        let is_name = !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'));
        if !is_name || command.trim().is_empty() || name == "release" {
            continue;
        }
        let mark = out.mark(number, number);
        let kind = if name == "web" { HostedKind::Web } else { HostedKind::Worker };
        out.say(InfraFact::Hosted(hosted("procfile", kind, mark)));
    }
    out
}

/// Reads a document if it is Heroku's `app.json`; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let is_ours = ["addons", "buildpacks", "formation"].iter().any(|key| document.get(key).is_some())
        && document.get("expo").is_none()
        && document.get("dependencies").is_none();
    if !is_ours || !["name", "env", "description", "repository", "environments"].iter().any(|key| document.get(key).is_some()) {
        return false;
    }
    for addon in items(document, "addons") {
        let Some(plan) = addon.as_str().map(str::to_owned).or_else(|| owned(addon, &["plan"])) else { continue };
        let Some((_, product)) = STORES.iter().find(|(begins, _)| plan.starts_with(begins)) else { continue };
        let mark = super::super::mark(addon, out);
        out.say(InfraFact::Hosted(Hosted { name: Some((*product).to_owned()), ..hosted("heroku", HostedKind::Store((*product).to_owned()), mark) }));
    }
    for entry in entries(document, "formation").iter().filter(|entry| entry.key == "web") {
        let mark = out.mark(entry.line, entry.end_line());
        out.say(InfraFact::Hosted(hosted("heroku", HostedKind::Web, mark)));
    }
    true
}
