//! Files that configure products which connect to others by them: what Prometheus watches, where a collector sends to, from
//! where Grafana takes what it shows.
//!
//! Which files, and where addresses stand in them, is `dials.toml` of the knowledge crate.

use super::text;
use crate::node::{Kind, Node};
use std::collections::BTreeSet;
use threatline_facts::infra::{Dials, InfraFact};
use threatline_facts::{Extracted, Mark, Text};
use threatline_knowledge::catalogue::{DialFile, Models, Service, dial_files, service};

/// Addresses of one file that are kept.
const MANY: usize = 1_000;
/// Values of one file that are looked at.
const MOST_VALUES: usize = 50_000;
/// Letters of one.
const MOST_LETTERS: usize = 1_024;

/// Reads a document if it is such a file; says whether it is.
pub(super) fn read(document: &Node, out: &mut Extracted) -> bool {
    let has = |key: &String| document.get(key).is_some();
    let Some(file) = dial_files().iter().find(|file| file.has.iter().all(has)) else { return false };
    let mut scalars = Vec::new();
    flatten(document, &mut Vec::new(), &mut scalars);
    let used: Vec<(&str, BTreeSet<&str>)> = file.used.iter().map(|(what, at)| (what.as_str(), names(&scalars, at))).collect();
    let counts = |path: &[String]| {
        let [top, name, ..] = path else { return true };
        used.iter().find(|(what, _)| what == top).is_none_or(|(_, names)| names.contains(name.as_str()))
    };
    let is_unsure = file.but.iter().filter_map(|but| but.split_once('=')).any(|(at, value)| names(&scalars, at).contains(value));
    let found = scalars.iter().filter(|scalar| counts(&scalar.path)).filter_map(|scalar| Some((scalar.node, scheme(file, &scalar.path)?)));
    let mut addresses = Vec::new();
    for (node, scheme) in found.take(MANY) {
        let mark = out.mark(node.line, node.end_line);
        addresses.extend(address(node, scheme.filter(|_| !is_unsure)).map(|text| (text, mark)));
    }
    let providers = file.models.as_ref().map(|models| providers(document, models, out)).unwrap_or_default();
    let mark = whole(document, out);
    out.say(InfraFact::Dials(Dials { product: file.product.clone(), addresses, providers, mark }));
    true
}

/// Who offers the models that a file names.
fn providers(document: &Node, models: &Models, out: &mut Extracted) -> Vec<(String, bool, Mark)> {
    let mut described = vec![document];
    for key in &models.at {
        described = described
            .iter()
            .filter_map(|node| node.get(key))
            .flat_map(|node| if node.is_sequence() { node.items() } else { std::slice::from_ref(node) })
            .collect();
    }
    let mut found: Vec<(String, bool, Mark)> = Vec::new();
    for node in described.into_iter().take(MANY).filter(|node| node.get(&models.unless).is_none()) {
        let Some(entry) = node.entry(&models.name) else { continue };
        let provider = entry.value.as_str().and_then(|name| name.split_once('/')).and_then(|(provider, _)| service("models", provider));
        if let Some(Service::Named(provider)) = provider {
            let has_key = node.get(&models.credential).is_some();
            match found.iter_mut().find(|(known, ..)| known == provider) {
                Some((_, known, _)) => *known |= has_key,
                None => found.push((provider.to_owned(), has_key, out.mark(entry.line, entry.end_line()))),
            }
        }
    }
    found
}

struct Scalar<'n> {
    path: Vec<String>,
    node: &'n Node,
}

/// All scalars with the keys that lead to them; a key with dots in it is several.
fn flatten<'n>(node: &'n Node, path: &mut Vec<String>, out: &mut Vec<Scalar<'n>>) {
    match &node.kind {
        _ if out.len() >= MOST_VALUES => {}
        Kind::Scalar { .. } => out.push(Scalar { path: path.clone(), node }),
        Kind::Sequence(items) => {
            for item in items {
                path.push("#".to_owned());
                flatten(item, path, out);
                path.pop();
            }
        }
        Kind::Mapping(entries) => {
            for entry in entries {
                let before = path.len();
                path.extend(entry.key.split('.').map(str::to_owned));
                flatten(&entry.value, path, out);
                path.truncate(before);
            }
        }
        Kind::Lost(_) => {}
    }
}

/// Whether an address stands there, and the scheme that it has where none is written.
fn scheme<'f>(file: &'f DialFile, path: &[String]) -> Option<Option<&'f str>> {
    let told = file.at.iter().map(|at| at.split_once(':').map_or((None, at.as_str()), |(scheme, at)| (Some(scheme), at)));
    told.into_iter().find(|(_, at)| fits(at, path)).map(|(scheme, _)| scheme)
}

fn fits(at: &str, path: &[String]) -> bool {
    at.split('.').count() == path.len() && at.split('.').zip(path).all(|(wanted, part)| wanted == "*" || wanted == part)
}

fn names<'n>(scalars: &[Scalar<'n>], at: &str) -> BTreeSet<&'n str> {
    scalars.iter().filter(|scalar| fits(at, &scalar.path)).filter_map(|scalar| scalar.node.as_str()).collect()
}

/// An address with its variables; `${env:NAME}` is a collector's way to write one.
fn address(node: &Node, scheme: Option<&str>) -> Option<Text> {
    let written = node.as_str().filter(|written| !written.is_empty() && written.len() <= MOST_LETTERS)?.replace("${env:", "${");
    let scheme = scheme.filter(|_| !written.contains("://")).map_or(String::new(), |scheme| format!("{scheme}://"));
    Some(text::compose(&format!("{scheme}{written}")))
}

fn whole(document: &Node, out: &mut Extracted) -> Mark {
    out.mark(document.line, document.line)
}
