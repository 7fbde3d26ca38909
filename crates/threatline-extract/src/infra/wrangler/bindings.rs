//! What a worker is bound to, as resources of a cloud: the worker, what it may use by which name, what starts it.
//!
//! A binding is the right to use something, handed out under a name. Environments say all of them anew; what one of them
//! adds to the top is a variation of the same worker.

use super::super::mark;
use super::super::secret;
use crate::node::{Entry, Node};
use std::collections::BTreeSet;
use threatline_facts::infra::{InfraFact, Resource};
use threatline_facts::{Extracted, Mark, Text};

/// Bindings of one worker.
const MANY: usize = 1000;

/// Lists of bindings: where they stand, the key of the binding's name, keys of what it is called and of what it is, and
/// what it makes.
const LISTS: &[(&[&str], &str, &[&str], &str)] = &[
    (&["d1_databases"], "binding", &["database_name", "database_id"], "Wrangler::D1"),
    (&["kv_namespaces"], "binding", &["id"], "Wrangler::Kv"),
    (&["r2_buckets"], "binding", &["bucket_name"], "Wrangler::R2"),
    (&["queues", "producers"], "binding", &["queue"], "Wrangler::Queue"),
    (&["vectorize"], "binding", &["index_name"], "Wrangler::Vectorize"),
    (&["hyperdrive"], "binding", &["id"], "Wrangler::Hyperdrive"),
    (&["ai"], "binding", &[], "Wrangler::Ai"),
    (&["browser"], "binding", &[], "Wrangler::Browser"),
    (&["images"], "binding", &[], "Wrangler::Images"),
    (&["send_email"], "name", &[], "Wrangler::Email"),
];

/// What a worker's configuration says, put together.
struct Bound<'o> {
    /// What the worker is called.
    worker: String,
    attributes: Vec<(String, Text, Mark)>,
    resources: Vec<Resource>,
    seen: BTreeSet<String>,
    out: &'o mut Extracted,
}

/// Says what the configuration of a worker, or of pages, binds it to.
pub(super) fn read(root: &Node, out: &mut Extracted) {
    let main = root.str_at(&["main"]);
    let pages = root.str_at(&["pages_build_output_dir"]);
    let assets = root.at(&["assets", "directory"]).or_else(|| root.at(&["site", "bucket"])).and_then(Node::as_str);
    let name = root.entry("name").or_else(|| root.entry("main"));
    let line = name.map_or(root.line, |entry| entry.line);
    let own = out.mark(line, line);
    let worker = root.str_at(&["name"]).unwrap_or_default().to_owned();
    let mut bound = Bound { worker: worker.clone(), attributes: Vec::new(), resources: Vec::new(), seen: BTreeSet::new(), out };
    for section in sections(root) {
        bound.section(section);
    }
    let Bound { mut attributes, resources, .. } = bound;
    let open = sections(root).into_iter().find_map(|section| section.get("workers_dev").and_then(Node::as_bool));
    attributes.extend(open.map(|open| ("workers_dev".to_owned(), Text::literal(open.to_string()), own)));
    for (key, text) in [("main", main), ("pages", pages), ("assets", assets)] {
        attributes.extend(text.map(|text| (key.to_owned(), Text::literal(text), own)));
    }
    let kind = if pages.is_some() { "Wrangler::Pages" } else { "Wrangler::Worker" };
    let runs = main.or(pages).or(assets).is_some();
    if runs {
        out.say(InfraFact::Resource(Resource { kind: kind.to_owned(), name: worker, data_source: false, attributes, mark: own }));
    }
    resources.into_iter().for_each(|resource| out.say(InfraFact::Resource(resource)));
}

/// The top, and environments behind it: the one that people use first.
fn sections(root: &Node) -> Vec<&Node> {
    let environments = root.get("env").map_or(&[][..], Node::entries);
    let is_used = |entry: &&Entry| matches!(entry.key.as_str(), "production" | "prod" | "live" | "main");
    let (used, others): (Vec<&Entry>, Vec<&Entry>) = environments.iter().partition(is_used);
    std::iter::once(root).chain(used.into_iter().chain(others).map(|entry| &entry.value)).collect()
}

impl Bound<'_> {
    fn section(&mut self, section: &Node) {
        for (path, name, called, kind) in LISTS {
            for node in section.at(path).map_or(&[][..], Node::one_or_many) {
                self.binding(node, name, called, kind);
            }
        }
        for node in section.at(&["durable_objects", "bindings"]).map_or(&[][..], Node::items) {
            match node.str_at(&["script_name"]).map(str::to_owned) {
                Some(script) if script != self.worker => self.other(node, "name", &script),
                _ => self.binding(node, "name", &["class_name"], "Wrangler::DurableObject"),
            }
        }
        for node in section.get("services").map_or(&[][..], Node::items) {
            if let Some(service) = node.str_at(&["service"]) {
                self.other(node, "binding", service);
            }
        }
        let consumers: Vec<&Node> = section.at(&["queues", "consumers"]).map_or(&[][..], Node::items).iter().collect();
        if self.seen.insert("\0consumers".to_owned()) || !consumers.is_empty() && !self.has("consumes") {
            consumers.into_iter().for_each(|node| self.consumer(node));
        }
        for node in section.at(&["triggers", "crons"]).map_or(&[][..], Node::items) {
            if let (Some(cron), true) = (node.as_str(), self.seen.len() < MANY) {
                let at = mark(node, self.out);
                let number = self.attributes.iter().filter(|(key, ..)| key.starts_with("crons.")).count();
                self.attributes.push((format!("crons.{number}"), Text::literal(cron), at));
            }
        }
        for entry in section.get("vars").map_or(&[][..], Node::entries) {
            if let (Some(value), true) = (entry.value.as_str(), self.is_new(&entry.key)) {
                let at = self.out.mark(entry.line, entry.end_line());
                self.attributes.push((format!("vars.{}", entry.key), secret::hide(&entry.key, Text::literal(value)), at));
            }
        }
    }

    /// Whether a name was not said yet, and may still be.
    fn is_new(&mut self, name: &str) -> bool {
        self.seen.len() < MANY && self.seen.insert(name.to_owned())
    }

    fn has(&self, key: &str) -> bool {
        self.attributes.iter().any(|(name, ..)| name.starts_with(key))
    }

    /// A binding to something of its own.
    fn binding(&mut self, node: &Node, name: &str, called: &[&str], kind: &str) {
        let Some(binding) = node.str_at(&[name]).filter(|binding| !binding.contains('.')) else { return };
        if !self.is_new(binding) {
            return;
        }
        let at = mark(node, self.out);
        let key = format!("binding {binding}");
        self.attributes.push((format!("bindings.{binding}"), Text::Name(key.clone()), at));
        self.resource(key, binding, node, called, kind, at);
    }

    /// A binding to another worker.
    fn other(&mut self, node: &Node, name: &str, worker: &str) {
        if let Some(binding) = node.str_at(&[name]).filter(|binding| !binding.contains('.') && self.is_new(binding)) {
            let at = mark(node, self.out);
            self.attributes.push((format!("bindings.{binding}"), Text::Name(format!("worker:{worker}")), at));
        }
    }

    /// A queue whose messages start the worker.
    fn consumer(&mut self, node: &Node) {
        let Some(queue) = node.str_at(&["queue"]).map(str::to_owned) else { return };
        if self.seen.len() >= MANY {
            return;
        }
        let at = mark(node, self.out);
        let number = self.attributes.iter().filter(|(key, ..)| key.starts_with("consumes.")).count();
        let key = format!("consumed {queue}");
        self.attributes.push((format!("consumes.{number}"), Text::Name(key.clone()), at));
        self.resource(key, &queue, node, &["queue"], "Wrangler::Queue", at);
    }

    fn resource(&mut self, key: String, binding: &str, node: &Node, called: &[&str], kind: &str, at: Mark) {
        let known = called.iter().find_map(|key| node.str_at(&[key]).map(str::to_owned)).filter(|name| !name.is_empty());
        let mut attributes = vec![("binding".to_owned(), Text::literal(binding), at)];
        if let Some(name) = known {
            attributes.push(("name".to_owned(), Text::literal(&name), at));
            // a number is nobody's name for it, nor is that of the worker
            if !is_number(&name) && name != self.worker {
                attributes.push(("called".to_owned(), Text::literal(&name), at));
            }
        }
        self.resources.push(Resource { kind: kind.to_owned(), name: key, data_source: false, attributes, mark: at });
    }
}

/// Whether a name is one that a machine gave.
fn is_number(name: &str) -> bool {
    name.len() >= 16 && name.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-')
}
