//! A folder in, what its code composes to out: for trying packs and lowerings without the engine.
//!
//! `cargo run -p threatline-link --example routes -- FOLDER [--json | --calls]`

#![allow(clippy::disallowed_methods, reason = "a tool for maintainers")]

use std::collections::BTreeMap;
use std::path::Path;
use threatline_extract::{code, extract, extract_all};
use threatline_facts::manifest::{ManifestFact, Package};
use threatline_facts::{ArtifactKind, Fact, Facts};
use threatline_knowledge::packs::{Family, is_named};
use threatline_link::compose::{Composed, compose};
use threatline_link::modules;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(root) = arguments.first() else {
        eprintln!("routes FOLDER [--json | --calls]");
        return;
    };
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    list(Path::new(root), "", &mut files);
    let started = std::time::Instant::now();
    let mut facts: BTreeMap<String, Facts> = BTreeMap::new();
    for (path, bytes) in &files {
        if let Some(kind) = kind(path) {
            let named = matches!(kind, ArtifactKind::Source(language) if is_named(Family::of(language), path.rsplit('/').next().unwrap_or(path)));
            let read = if named { extract_all(kind, bytes).facts } else { extract(kind, bytes).facts };
            if !read.facts.is_empty() {
                facts.insert(path.clone(), read);
            }
        }
    }
    complete(&files, &mut facts);
    let read = started.elapsed();
    let borrowed: Vec<(&str, &Facts)> = facts.iter().map(|(path, facts)| (path.as_str(), facts)).collect();
    let composed = compose(&borrowed);
    match arguments.get(1).map(String::as_str) {
        Some("--json") => print_json(&composed),
        Some("--calls") => print_calls(&composed),
        _ => print(&composed),
    }
    eprintln!("{} files, {} with facts, read {read:?}, all {:?}", files.len(), facts.len(), started.elapsed());
}

fn kind(path: &str) -> Option<ArtifactKind> {
    let kind = ArtifactKind::of(path.rsplit('/').next().unwrap_or(path))?;
    matches!(kind, ArtifactKind::Source(_) | ArtifactKind::Manifest(_) | ArtifactKind::Yaml).then_some(kind)
}

/// Files that others refer to are read whatever words they hold.
fn complete(files: &BTreeMap<String, Vec<u8>>, facts: &mut BTreeMap<String, Facts>) {
    let packages: Vec<(String, Package)> = facts
        .iter()
        .flat_map(|(path, facts)| facts.facts.iter().map(move |fact| (path, fact)))
        .filter_map(|(path, fact)| match fact {
            Fact::Manifest(ManifestFact::Package(package)) => Some((path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(), package.clone())),
            _ => None,
        })
        .collect();
    let packages: Vec<modules::Located<'_>> = packages.iter().map(|(folder, package)| (folder.as_str(), package)).collect();
    let mut todo: Vec<String> = facts.keys().cloned().collect();
    while let Some(importer) = todo.pop() {
        let wants = code::wants(&facts[&importer]);
        for want in wants {
            for candidate in modules::candidates(&want, &importer, &packages) {
                let found: Vec<String> = match candidate.strip_suffix('/') {
                    Some(folder) => files.keys().filter(|path| path.rsplit_once('/').map_or("", |(folder, _)| folder) == folder).cloned().collect(),
                    None => files.keys().filter(|path| **path == candidate).cloned().collect(),
                };
                for path in found {
                    if facts.contains_key(&path) {
                        continue;
                    }
                    if let Some(kind @ ArtifactKind::Source(_)) = kind(&path) {
                        facts.insert(path.clone(), extract_all(kind, &files[&path]).facts);
                        todo.push(path);
                    }
                }
            }
        }
    }
}

fn list(root: &Path, under: &str, out: &mut BTreeMap<String, Vec<u8>>) {
    let mut entries: Vec<_> = std::fs::read_dir(root.join(under)).into_iter().flatten().flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if under.is_empty() { name.clone() } else { format!("{under}/{name}") };
        if entry.path().is_dir() {
            if !matches!(name.as_str(), ".git" | "node_modules" | "target") {
                list(root, &path, out);
            }
        } else if kind(&path).is_some()
            && let Ok(bytes) = std::fs::read(entry.path())
        {
            out.insert(path, bytes);
        }
    }
}

fn print(composed: &Composed) {
    for entry in &composed.entries {
        let parameters: Vec<String> = entry.parameters.iter().map(|parameter| format!("{}:{}", parameter.place, parameter.name)).collect();
        let verdict = match &entry.authenticated {
            Some(conclusion) => format!("{}/{:?}", conclusion.holds, conclusion.grade),
            None => "?".to_owned(),
        };
        let place = entry.places.last().map(|place| format!("{} ({})", place.path, place.by)).unwrap_or_default();
        println!(
            "{:9} {:7} {:40} auth={verdict:8} authz={:?} handler={} [{}] calls={:?} {place}",
            entry.kind.name(),
            entry.method.as_deref().unwrap_or("*"),
            entry.path,
            entry.authorized.as_ref().map(|conclusion| conclusion.holds),
            entry.handler.as_deref().unwrap_or("-"),
            parameters.join(" "),
            entry.calls.as_ref().map(Vec::len),
        );
    }
    for found in &composed.resources {
        println!("declares {} {} {} ({})", found.resource.kind, found.resource.name, found.place.path, found.place.by);
        found.resource.attributes.iter().for_each(|(key, text, _)| println!("    {key} = {text:?}"));
    }
    for place in &composed.unresolved {
        println!("unresolved {} {}", place.path, place.mark.0);
    }
}

fn print_calls(composed: &Composed) {
    for (at, call) in composed.calls.iter().enumerate() {
        println!(
            "{at:4} {:8} {:12} target={:?} channel={:?} consumes={} credential={:?} encrypted={:?} {} ({})",
            call.protocol.as_deref().unwrap_or("-"),
            call.technology.as_deref().unwrap_or("-"),
            call.target,
            call.channel,
            call.consumes,
            call.credential.as_ref().map(|conclusion| conclusion.holds),
            call.encrypted.as_ref().map(|conclusion| conclusion.holds),
            call.place.path,
            call.place.by,
        );
    }
    for main in &composed.mains {
        println!("main serves={} port={:?} {}", main.serves, main.port, main.place.path);
    }
    for found in &composed.traits {
        println!("trait {} = {:?} {:?} {}", found.property.name(), found.value, found.grade, found.places.last().map_or("", |place| &place.path));
    }
    for (variable, default, place) in &composed.reads {
        println!("reads {variable} {default:?} {}", place.path);
    }
    for (address, variable, place) in &composed.held {
        println!("holds {address} {variable:?} {}", place.path);
    }
    for (name, place) in &composed.named {
        println!("names {name} {}", place.path);
    }
    for (library, place) in &composed.libraries {
        println!("library {library} {}", place.path);
    }
}

fn print_json(composed: &Composed) {
    let quote = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let entries: Vec<String> = composed
        .entries
        .iter()
        .map(|entry| {
            let parameters: Vec<String> =
                entry.parameters.iter().map(|one| format!("{{\"name\":{},\"in\":{}}}", quote(&one.name), quote(&one.place))).collect();
            let method = entry.method.as_deref().map_or("null".to_owned(), quote);
            let holds = entry.authenticated.as_ref().map_or("null".to_owned(), |conclusion| conclusion.holds.to_string());
            format!(
                "{{\"kind\":{},\"file\":{},\"method\":{method},\"path\":{},\"authenticated\":{holds},\"parameters\":[{}]}}",
                quote(entry.kind.name()),
                quote(entry.places.last().map_or("", |place| &place.path)),
                quote(&entry.path),
                parameters.join(",")
            )
        })
        .collect();
    println!("{{\"entry_points\":[{}]}}", entries.join(",\n"));
}
