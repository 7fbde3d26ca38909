//! What a kustomization puts together, with the names that it has there.

use super::fields::{self, Path};
use super::own::fill;
use super::{All, Change, MAX_DEPTH, MAX_FILES, below, is_selected, known, selector};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::infra::{Chosen, Config, InfraFact, Kustomization, Patch};
use threatline_facts::{Fact, Facts, Text};

/// Resources of a kustomization and of those in it.
pub(super) struct Members<'m> {
    paths: &'m BTreeMap<&'m str, &'m Facts>,
    /// Facts, and what their names become.
    found: Vec<(&'m InfraFact, Change<'m>)>,
    /// Kustomizations by folder, and what the names become of what they generate.
    kustomizations: Vec<(&'m str, &'m Kustomization, Change<'m>)>,
}

impl<'m> Members<'m> {
    /// Those of a folder.
    pub(super) fn of(all: &'m All<'m>, paths: &'m BTreeMap<&'m str, &'m Facts>, root: &str) -> Self {
        let mut members = Members { paths, found: Vec::new(), kustomizations: Vec::new() };
        if let Some((root, _)) = all.get_key_value(root) {
            members.enter(all, root, &Change::default(), &mut BTreeSet::new(), 0);
        }
        members
    }

    fn enter(&mut self, all: &'m All<'m>, root: &'m str, outer: &Change<'m>, met: &mut BTreeSet<&'m str>, depth: usize) {
        let Some((_, it)) = all.get(root).filter(|_| depth <= MAX_DEPTH && self.found.len() < MAX_FILES && met.insert(root)) else { return };
        let mut change = Change { prefix: outer.prefix.clone(), suffix: outer.suffix.clone(), ..Change::default() };
        change.prefix.push_str(it.name_prefix.as_deref().unwrap_or_default());
        change.suffix.insert_str(0, it.name_suffix.as_deref().unwrap_or_default());
        self.kustomizations.push((root, it, change.clone()));
        for path in below(root, it) {
            if let Some(inner) = known(all, &path) {
                self.enter(all, inner, &change, met, depth + 1);
            } else if let Some(facts) = self.paths.get(path.as_str()) {
                let infra = facts.facts.iter().filter_map(|fact| if let Fact::Infra(fact) = fact { Some((fact, change.clone())) } else { None });
                self.found.extend(infra);
            }
        }
    }

    /// Names of resources of a kind that a patch chooses by pattern, labels and annotations.
    pub(super) fn names(&self, kind: &str, patch: &Patch) -> BTreeSet<String> {
        let all = self.found.iter().filter(|(fact, _)| is_selected(fact, patch)).filter_map(|(fact, _)| fields::identity(fact));
        let fits = |name: &str| patch.target.1.as_deref().is_none_or(|pattern| selector::matches(pattern, name));
        all.filter(|(own, name, _)| *own == kind && fits(name)).map(|(_, name, _)| name.to_owned()).collect()
    }

    /// ConfigMaps or Secrets of a name, with what their files hold, outermost first; not those of one folder.
    pub(super) fn configs(&self, name: &str, secret: bool, except: &str) -> Vec<Config> {
        let is_it = |config: &Config| config.name == name && config.secret == secret;
        let mut out = Vec::new();
        for (folder, it, _) in self.kustomizations.iter().filter(|(folder, ..)| *folder != except) {
            for config in it.generators.iter().filter(|config| is_it(config)) {
                let mut config = config.clone();
                fill(&mut config, folder, self.paths);
                out.push(config);
            }
        }
        out.extend(self.found.iter().filter_map(|(fact, _)| if let InfraFact::Config(config) = fact { Some(config.clone()) } else { None }).filter(is_it));
        out
    }

    /// The value of a field of the one resource that is chosen.
    pub(super) fn value(&self, chosen: &Chosen, path: &Path) -> Option<Text> {
        let of_files = self.found.iter().filter(|(fact, _)| fields::is_chosen(chosen, fact));
        let found = of_files.map(|(fact, change)| ((*fact).clone(), change)).next();
        let generated = || {
            self.kustomizations.iter().find_map(|(folder, it, change)| {
                it.generators.iter().find_map(|config| {
                    let mut config = config.clone();
                    fill(&mut config, folder, self.paths);
                    let fact = InfraFact::Config(config);
                    fields::is_chosen(chosen, &fact).then_some((fact, change))
                })
            })
        };
        let (fact, change) = found.or_else(generated)?;
        let value = fields::get(&fact, path)?;
        let is_name = *path == Path::new("metadata.name");
        match value {
            Text::Literal(name) if is_name => Some(Text::Literal(change.name(&name))),
            value => Some(value),
        }
    }
}
