//! Files of values for one environment: what they add is there in that environment only.

use super::releases::Release;
use super::tree::{self, Parsed};
use super::value::Value;
use super::{Files, Folder};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::infra::InfraFact;
use threatline_facts::{Fact, Facts};

/// More files of values are not tried.
const MAX_FILES: usize = 12;

/// What files of values for an environment add to what the chart says by itself.
pub(super) fn of<'f>(
    files: &Files<'f>,
    parsed: &Parsed<'f>,
    (root, folder): (&'f str, &Folder<'f>),
    release: &Release,
    (seen, among_others): (&Value, bool),
    said: &BTreeMap<Arc<str>, Facts>,
) -> BTreeMap<Arc<str>, Facts> {
    let mut known: BTreeSet<String> = said.values().flat_map(|facts| &facts.facts).filter_map(name).collect();
    let mut out: BTreeMap<Arc<str>, Facts> = BTreeMap::new();
    let lying = folder.others.iter().filter_map(|(path, json)| Some((environment(path)?, Value::map([]).under(&tree::parse(json)))));
    // where releases name their files, others are of no release
    let mut named: Vec<(&str, Value)> = if release.values.is_some() { release.elsewhere.clone() } else { lying.chain(release.elsewhere.clone()).collect() };
    // what production has as well is described as production has it
    named.sort_by_key(|(environment, _)| *environment != PRODUCTION);
    for (environment, values) in named.into_iter().take(MAX_FILES) {
        let installed = tree::install(files, root, &values);
        let mut all = tree::say(files, parsed, &installed, seen);
        if among_others {
            tree::call(&mut all, release.name.as_deref());
        }
        for (path, facts) in all {
            let new: Vec<Fact> = facts.facts.into_iter().filter(|fact| name(fact).is_some_and(|name| !known.contains(&name))).collect();
            let new: Vec<Fact> = new.into_iter().filter_map(|fact| only_in(fact, environment)).collect();
            if !new.is_empty() {
                tree::add(out.entry(path).or_default(), Facts { facts: new, gaps: Vec::new() });
            }
        }
        known.extend(out.values().flat_map(|facts| &facts.facts).filter_map(name));
    }
    out
}

pub(crate) const PRODUCTION: &str = "production";

/// The environment that a file of values is for, by its name and folder.
pub(crate) fn environment(path: &str) -> Option<&'static str> {
    if path.starts_with("ci/") || path.starts_with("tests/") || path.starts_with("templates/") {
        return None;
    }
    path.to_ascii_lowercase().split(['/', '.', '-', '_']).find_map(|word| {
        Some(match word {
            "prod" | "prd" | "production" | "live" => PRODUCTION,
            "staging" | "stage" | "stg" | "preprod" | "uat" | "qa" => "staging",
            "dev" | "development" | "local" | "minikube" | "kind" => "development",
            "test" | "testing" | "e2e" | "ci" => "test",
            _ => return None,
        })
    })
}

/// What tells whether a thing is there already.
fn name(fact: &Fact) -> Option<String> {
    let Fact::Infra(fact) = fact else { return None };
    Some(match fact {
        InfraFact::Workload(it) => format!("workload {}", it.name),
        InfraFact::Service(it) => format!("service {}", it.name),
        InfraFact::Config(it) => format!("config {} {}", it.secret, it.name),
        InfraFact::Ingress(it) => format!("ingress {} {}", it.kind, it.name),
        InfraFact::NetworkPolicy(it) => format!("policy {}", it.name),
        _ => return None,
    })
}

/// The thing as one environment has it; ways in from outside count where people are let in.
fn only_in(fact: Fact, environment: &str) -> Option<Fact> {
    match fact {
        fact if environment == PRODUCTION => Some(fact),
        Fact::Infra(InfraFact::Workload(mut workload)) => {
            workload.profiles = vec![environment.to_owned()];
            Some(Fact::Infra(InfraFact::Workload(workload)))
        }
        Fact::Infra(InfraFact::Ingress(_) | InfraFact::NetworkPolicy(_)) => None,
        fact => Some(fact),
    }
}
