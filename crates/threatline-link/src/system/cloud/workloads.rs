//! What runs in a cloud and is no function: its variables, what it uses, and what it may use.

use super::super::address;
use super::super::draft::{Draft, Setting};
use super::access::Told;
use super::{Cloud, Grants, MOST, Seen};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::{Mark, Text};
use threatline_knowledge::catalogue::workloads::Workload;
pub(super) use threatline_knowledge::catalogue::workloads::workloads as ways;
use threatline_model::Role;

/// A variable of a workload, with the resource that says it.
pub(super) struct Variable<'c> {
    name: &'c str,
    text: &'c Text,
    by: (usize, Mark),
}

/// The resources that say what a workload is: itself, and its definition.
pub(super) fn bodies(cloud: &Cloud<'_>, at: usize, way: &Workload) -> Vec<usize> {
    let defined = cloud.references(at, &way.definition).into_iter().map(|(item, _)| item);
    let all: BTreeSet<usize> = defined.filter(|item| *item != at).collect();
    std::iter::once(at).chain(all).collect()
}

/// Variables of a workload: those of maps, and of lists of names with their values.
fn settings<'c>(cloud: &'c Cloud<'_>, at: usize, way: &'c Workload) -> Vec<Variable<'c>> {
    let mut found = Vec::new();
    for by in bodies(cloud, at, way) {
        for prefix in &way.environment {
            for (name, text, mark) in cloud.below(by, prefix).filter(|(name, ..)| !name.contains('.')) {
                found.push(Variable { name, text, by: (by, mark) });
            }
        }
        for prefix in &way.named {
            let mut names: BTreeMap<&str, &str> = BTreeMap::new();
            let entries: Vec<(&str, &str, &Text, Mark)> = cloud.entries(by, prefix).collect();
            for (entry, key, text, _) in &entries {
                if let (true, Some(name)) = (matches!(*key, "name" | "key" | "Name" | "Key"), text.as_literal()) {
                    names.insert(entry, name);
                }
            }
            for (entry, key, text, mark) in entries {
                if let (false, Some(name)) = (matches!(key, "name" | "key" | "Name" | "Key" | "namespace"), names.get(entry)) {
                    found.push(Variable { name, text, by: (by, mark) });
                }
            }
        }
    }
    found
}

/// Gives workloads their variables, with resources as words that the directory knows.
pub(super) fn variables(cloud: &Cloud<'_>, drafts: &mut [Draft<'_>]) {
    for (at, item) in cloud.items.iter().enumerate() {
        let (Some(component), Some(way)) = (item.component, ways().workload.get(&item.kind)) else { continue };
        let mut variables = BTreeMap::new();
        for told in settings(cloud, at, way) {
            let value = cloud.text(&cloud.items[told.by.0].scope, told.text, 0, &mut Seen::default());
            let (path, mark) = cloud.place(told.by.0, told.by.1);
            variables.insert(told.name.to_owned(), Setting { value: super::components::known(value), path, mark });
        }
        if !variables.is_empty() {
            drafts[component].variables.push(variables);
        }
    }
}

/// What is kept in resources, by the resource: a secret's value stands in its versions.
struct Keeping {
    inside: BTreeMap<usize, Vec<(usize, Mark)>>,
}

impl Keeping {
    fn new(cloud: &Cloud<'_>) -> Self {
        let mut inside: BTreeMap<usize, Vec<(usize, Mark)>> = BTreeMap::new();
        for (at, item) in cloud.items.iter().enumerate() {
            let Some(way) = ways().kept.get(&item.kind) else { continue };
            let holders: Vec<usize> = if way.itself { Vec::new() } else { cloud.references(at, &way.of).into_iter().map(|(item, _)| item).collect() };
            let named = cloud.references(at, &way.value);
            for holder in std::iter::once(at).chain(holders) {
                inside.entry(holder).or_default().extend(named.iter().filter(|(item, _)| *item != holder).copied());
            }
            // who names the value uses what it is kept in
            inside.entry(at).or_default().extend(cloud.references(at, &way.of));
        }
        Keeping { inside }
    }

    /// A resource, and what is named in what it keeps.
    fn with(&self, item: usize) -> impl Iterator<Item = usize> {
        std::iter::once(item).chain(self.inside.get(&item).into_iter().flatten().map(|(inner, _)| *inner))
    }
}

/// Flows that variables, connections and scripts of workloads tell of.
pub(super) fn used(cloud: &Cloud<'_>, drafts: &[Draft<'_>], grants: &Grants) -> Vec<Told> {
    let mut found = Vec::new();
    if !cloud.items.iter().any(|item| item.component.is_some() && ways().workload.contains_key(&item.kind)) {
        return found;
    }
    let keeping = Keeping::new(cloud);
    let mut named: BTreeMap<(usize, &str), BTreeSet<usize>> = BTreeMap::new();
    for item in cloud.items.iter().filter(|item| ways().workload.contains_key(&item.kind)) {
        if let (Some(planned), Some(component)) = (item.planned, item.component) {
            named.entry((planned.root, &drafts[component].name)).or_default().insert(component);
        }
    }
    for (at, item) in cloud.items.iter().enumerate() {
        let (Some(from), Some(way)) = (item.component, ways().workload.get(&item.kind)) else { continue };
        let mut add = |to: usize, by: (usize, Mark)| {
            let needed = Grants::needed(&drafts[to]);
            let use_less = drafts[to].has_role(Role::Ci) || needed && grants.allows(from, to) == Some(false);
            if to != from && !use_less && found.len() < MOST {
                found.push(Told { from, to, evidence: vec![cloud.evidence(by.0, by.1)], authenticated: needed, encrypted: false });
            }
        };
        for told in settings(cloud, at, way).into_iter().filter(|told| is_asked(told.name)) {
            let items = cloud.see(told.by.0, told.text).items;
            let components = items.into_iter().flat_map(|item| keeping.with(item)).filter_map(|item| cloud.items[item].component);
            components.collect::<BTreeSet<_>>().into_iter().for_each(|to| add(to, told.by));
            // the name under which a neighbour is found
            let host =
                told.text.as_literal().filter(|text| text.contains("://")).and_then(|text| address::parse(text).into_iter().find_map(|address| address.host));
            let neighbours = host.as_deref().zip(item.planned).and_then(|(host, planned)| named.get(&(planned.root, host)));
            if let Some(only) = neighbours.filter(|found| found.len() == 1).and_then(|found| found.first()) {
                add(*only, told.by);
            }
        }
        for by in bodies(cloud, at, way) {
            for (item, mark) in cloud.references(by, &way.uses) {
                keeping.with(item).filter_map(|item| cloud.items[item].component).for_each(|to| add(to, (by, mark)));
            }
            for (_, text, mark) in way.scripts.iter().flat_map(|key| cloud.values_at(by, key)) {
                for name in text.parts().iter().filter_map(|part| if let Text::Name(name) = part { Some(name) } else { None }) {
                    let to = cloud.named(by, name).filter(|(_, attribute)| is_reached(attribute)).and_then(|(item, _)| cloud.items[item].component);
                    to.into_iter().for_each(|to| add(to, (by, mark)));
                }
            }
        }
    }
    found
}

/// Whether a variable's value may be an address to call.
pub(super) fn is_asked(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !name.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| ways().unasked.iter().any(|unasked| unasked == word))
}

/// Whether an attribute says where its resource is reached.
fn is_reached(attribute: &str) -> bool {
    attribute.split('.').any(|part| ways().reached.iter().any(|reached| reached == part))
}

/// Flows from what grants of identities tell.
pub(super) fn granted(cloud: &Cloud<'_>) -> Vec<Told> {
    let mut found = Vec::new();
    let mut holders: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (at, item) in cloud.items.iter().enumerate() {
        let (Some(component), Some(way)) = (item.component, ways().workload.get(&item.kind)) else { continue };
        holders.entry(at).or_default().insert(component);
        for (role, _) in cloud.references(at, &way.role) {
            holders.entry(role).or_default().insert(component);
        }
    }
    if holders.is_empty() {
        return found;
    }
    for (at, item) in cloud.items.iter().enumerate() {
        let Some(way) = ways().grant.get(&item.kind).filter(|way| !way.to.is_empty()) else { continue };
        let mut who: Vec<(usize, (usize, Mark))> = cloud.references(at, &way.who).into_iter().map(|(who, mark)| (who, (at, mark))).collect();
        for (document, _) in cloud.references(at, &way.document) {
            let listed = ways().grant.get(&cloud.items[document].kind).map(|way| cloud.references(document, &way.who)).unwrap_or_default();
            who.extend(listed.into_iter().map(|(who, mark)| (who, (document, mark))));
        }
        for (to, _) in cloud.references(at, &way.to) {
            let Some(to) = cloud.items[to].component else { continue };
            for (who, by) in &who {
                for from in holders.get(who).into_iter().flatten().filter(|from| **from != to) {
                    if found.len() < MOST {
                        found.push(Told { from: *from, to, evidence: vec![cloud.evidence(by.0, by.1)], authenticated: true, encrypted: true });
                    }
                }
            }
        }
    }
    found
}

/// Images that a workload runs, as far as they are known.
pub(super) fn images(cloud: &Cloud<'_>, at: usize) -> Vec<String> {
    let Some(way) = ways().workload.get(&cloud.items[at].kind) else { return Vec::new() };
    let mut found = Vec::new();
    for by in bodies(cloud, at, way) {
        for (_, text, _) in way.image.iter().flat_map(|key| cloud.values_at(by, key)) {
            // an image of a repository that is made here has the repository's name
            let made = cloud.see(by, text).items.into_iter().filter_map(|item| super::components::given_name(cloud, item));
            found.extend(made);
            let text = cloud.text(&cloud.items[by].scope, text, 0, &mut Seen::default());
            let known: String = text.parts().iter().map(|part| part.as_literal().unwrap_or("*")).collect();
            found.push(known);
        }
    }
    found.retain(|image| !image.is_empty() && image != "*");
    found
}
