//! Clients of hosted services: a row says what makes one and whose it is; the rest is alike for all of them.

use super::{CallRule, Condition, Family, Pack, Selectors, Verb};
use serde::Deserialize;

/// A row of that table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct ServiceRule {
    /// A third party or a technology of the catalogue.
    pub of: String,
    pub names: Vec<String>,
    /// Whoever it is asks without a credential.
    #[serde(default)]
    pub anonymous: bool,
    #[serde(default)]
    pub target: Option<Selectors>,
    #[serde(default)]
    pub credential: Option<Selectors>,
    #[serde(default)]
    pub protocol: Option<String>,
    /// A type of the pack; any client's where none is said.
    #[serde(default)]
    pub gives: Option<String>,
    #[serde(default)]
    pub when: Vec<Condition>,
}

impl ServiceRule {
    /// The same as a call. In JavaScript what a package exports by default has two names.
    fn call(&self, pack: &Pack) -> CallRule {
        let defaults = pack.languages.contains(&Family::JavaScript);
        let is_package = |name: &&String| defaults && !name.rsplit('/').next().unwrap_or(name).contains('.');
        let exported = self.names.iter().filter(is_package).map(|name| format!("{name}.default"));
        let known = super::super::catalogue::third_party(&self.of).map(|third| third.protocol.clone());
        CallRule {
            names: self.names.iter().cloned().chain(exported).collect(),
            does: Verb::Connect,
            technology: Some(self.of.clone()),
            protocol: self.protocol.clone().or(known),
            target: self.target.clone(),
            credential: self.credential.clone(),
            signed: !self.anonymous,
            gives: self.gives.clone(),
            when: self.when.clone(),
            ..CallRule::default()
        }
    }
}

impl Pack {
    /// Rows become calls, behind those that the pack writes out.
    pub(super) fn with_services(mut self) -> Self {
        let calls: Vec<Box<CallRule>> = self.services.iter().map(|row| Box::new(row.call(&self))).collect();
        self.calls.extend(calls);
        self
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::*;

    #[test]
    fn every_service_is_of_the_catalogue_and_wakes_its_files() {
        use super::super::super::catalogue::{is_provider, technology, third_party};
        for family in Family::ALL.iter().copied() {
            for pack in of_family(family).iter() {
                for row in &pack.services {
                    assert!(third_party(&row.of).is_some() || technology(&row.of).is_some(), "{}: nobody knows {}", pack.name, row.of);
                    // a full name stands in a file as what is imported, in quotes, with `::` or a backslash in some languages
                    let spellings = |name: &str| {
                        let package = name.rfind('/').map_or(0, |at| at + 1);
                        let package = name[package..].find('.').map_or(name, |dot| &name[..package + dot]);
                        let imported = [format!("from {name}"), format!("import {name}"), format!("from '{package}'"), format!("from \"{package}\"")];
                        imported.into_iter().chain([name.replace('.', "::"), name.replace('.', "\\")])
                    };
                    let wakes = |name: &&String| pack.imports.iter().any(|word| spellings(name).any(|text| text.contains(word.as_str())));
                    let asleep: Vec<&String> = row.names.iter().filter(|name| !wakes(name)).collect();
                    assert!(asleep.is_empty(), "{}: no word of `imports` is in {asleep:?}", pack.name);
                }
                let providers = pack.calls.iter().filter_map(|rule| rule.provider.as_deref());
                assert!(providers.into_iter().all(is_provider), "{}", pack.name);
            }
        }
    }
}
