//! What a kustomization says itself: generators with what their files hold, patches that it writes or names.

use super::members::Members;
use super::{All, fields, join};
use crate::charts::folder;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::infra::{Config, EnvFile, InfraFact, Kustomization, Patch, VariableValue};
use threatline_facts::{Fact, Facts, Gap, Mark, Text};

/// What a kustomization says itself: generators with what their files hold, patches that it writes or names.
pub(super) fn own(path: &Arc<str>, it: &Kustomization, all: &All<'_>, paths: &BTreeMap<&str, &Facts>, out: &mut BTreeMap<Arc<str>, Facts>) {
    let root = folder(path);
    let mut facts = out.get(path).cloned().or_else(|| paths.get(&**path).map(|facts| Facts::clone(facts))).unwrap_or_default();
    let before = facts.clone();
    for fact in &mut facts.facts {
        if let Fact::Infra(InfraFact::Kustomization(kustomization)) = fact {
            *kustomization = generated(it, root, all, paths);
        }
    }
    for patch in it.patches.iter().filter(|patch| !patch.deletes) {
        facts.facts.extend(patch.inline.iter().flat_map(|fact| aimed(fact, patch, root, all, paths)).map(Fact::Infra));
        let file = patch.path.as_ref().and_then(|file| join(root, file));
        let Some((file, said)) = file.and_then(|file| paths.get_key_value(file.as_str())) else { continue };
        let home = out.get(*file).cloned().unwrap_or_else(|| Facts::clone(said));
        let aimed = aimed_file(home, said, patch, root, all, paths);
        out.insert(Arc::from(*file), aimed);
    }
    for (_, mark) in it.resources.iter().chain(&it.components).filter(|(path, _)| is_remote(path)) {
        facts.gaps.push(Gap { mark: Some(*mark), reason: "a base of another repository".to_owned(), whole: false });
    }
    if facts != before {
        out.insert(path.clone(), facts);
    }
    for (name, _, file) in &it.generated_files {
        let Some((file, said)) = join(root, file).and_then(|file| paths.get_key_value(file.as_str())) else { continue };
        if said.facts.iter().any(|fact| matches!(fact, Fact::Infra(InfraFact::Proxy(_)))) {
            let facts = out.entry(Arc::from(*file)).or_insert_with(|| Facts::clone(said));
            for fact in &mut facts.facts {
                if let Fact::Infra(InfraFact::Proxy(proxy)) = fact {
                    proxy.config.get_or_insert_with(|| name.clone());
                }
            }
        }
    }
}

/// A kustomization whose generators have what their files hold, and what they add to those further in.
fn generated(it: &Kustomization, root: &str, all: &All<'_>, paths: &BTreeMap<&str, &Facts>) -> Kustomization {
    let mut it = it.clone();
    it.generators.iter_mut().for_each(|config| fill(config, root, paths));
    for (name, secret, _) in it.amends.iter().filter(|(.., replaces)| !replaces) {
        let Some(config) = it.generators.iter_mut().find(|config| config.name == *name && config.secret == *secret) else { continue };
        for inner in Members::of(all, paths, root).configs(name, *secret, root) {
            let missing: Vec<(String, Text)> = inner
                .values
                .iter()
                .filter(|(key, ..)| config.values.iter().all(|(own, ..)| own != key))
                .map(|(key, value, _)| (key.clone(), value.clone()))
                .collect();
            config.values.extend(missing.into_iter().map(|(key, value)| (key, value, config.mark)));
        }
    }
    it
}

/// What a file says that a patch names, under the names that the patch is aimed at.
fn aimed_file(mut home: Facts, said: &Facts, patch: &Patch, root: &str, all: &All<'_>, paths: &BTreeMap<&str, &Facts>) -> Facts {
    let mut more: Vec<Fact> = Vec::new();
    for fact in &said.facts {
        match fact {
            Fact::Infra(InfraFact::Patch(operations)) => {
                more.extend(operations.inline.iter().flat_map(|fact| aimed(fact, patch, root, all, paths)).map(Fact::Infra));
            }
            Fact::Infra(inner) if (patch.target != (None, None) || patch.selects()) && fields::identity(inner).is_some() => {
                let names = aimed(inner, patch, root, all, paths);
                // the name in the file means nothing
                if !names.contains(inner) {
                    home.facts.retain(|other| other != fact);
                }
                more.extend(names.into_iter().map(Fact::Infra));
            }
            _ => {}
        }
    }
    more.retain(|fact| !home.facts.contains(fact));
    home.facts.extend(more);
    home
}

fn is_remote(path: &str) -> bool {
    path.contains("://") || path.contains("?ref=") || path.starts_with("github.com/") || path.starts_with("git@")
}

/// A fact of a patch under the names that it is aimed at.
pub(super) fn aimed(fact: &InfraFact, patch: &Patch, root: &str, all: &All<'_>, paths: &BTreeMap<&str, &Facts>) -> Vec<InfraFact> {
    let Some((own_kind, own_name, _)) = fields::identity(fact) else { return vec![fact.clone()] };
    let names: BTreeSet<String> = match &patch.target {
        (None, None) if !patch.selects() => [own_name.to_owned()].into(),
        (_, Some(name)) if !patch.selects() && !name.contains(['*', '+', '?', '|', '(', '[', '^', '$', '\\']) => [name.clone()].into(),
        (kind, _) => Members::of(all, paths, root).names(kind.as_deref().unwrap_or(own_kind), patch),
    };
    names.into_iter().filter(|name| !name.is_empty()).map(|name| renamed(fact, name)).collect()
}

/// A resource under another name.
fn renamed(fact: &InfraFact, to: String) -> InfraFact {
    let mut fact = fact.clone();
    match &mut fact {
        InfraFact::Workload(it) => it.name = to,
        InfraFact::Service(it) => it.name = to,
        InfraFact::Ingress(it) => it.name = to,
        InfraFact::Config(it) => it.name = to,
        InfraFact::NetworkPolicy(it) => it.name = to,
        _ => {}
    }
    fact
}

/// Puts the variables of a generator's files of variables in the place of the file's name.
pub(super) fn fill(config: &mut Config, root: &str, paths: &BTreeMap<&str, &Facts>) {
    let mut values: Vec<(String, Text, Mark)> = Vec::new();
    for (key, text, mark) in std::mem::take(&mut config.values) {
        let file = key.strip_prefix('@').and_then(|file| join(root, file));
        let said = file.and_then(|file| paths.get(file.as_str()).copied());
        let found: Vec<(String, Text)> = said.map(variables).unwrap_or_default();
        if found.is_empty() {
            values.push((key, text, mark));
        } else {
            values.extend(found.into_iter().map(|(name, value)| (name, if config.secret { stored(value) } else { value }, mark)));
        }
    }
    config.values = values;
}

/// Of a Secret only addresses and what is hidden are kept.
fn stored(value: Text) -> Text {
    let kept = value.hidden().is_some() || value.as_literal().is_some_and(crate::infra::is_address);
    if kept { value } else { Text::Unknown }
}

fn variables(facts: &Facts) -> Vec<(String, Text)> {
    let mut out = Vec::new();
    for fact in &facts.facts {
        match fact {
            Fact::Infra(InfraFact::EnvFile(EnvFile { variables })) => {
                out.extend(variables.iter().map(|variable| match &variable.value {
                    VariableValue::Text(text) => (variable.name.clone(), text.clone()),
                    _ => (variable.name.clone(), Text::Unknown),
                }));
            }
            Fact::Infra(InfraFact::Setting(setting)) => out.push((setting.key.clone(), setting.value.clone())),
            _ => {}
        }
    }
    out
}
