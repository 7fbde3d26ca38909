//! Kustomizations, applied: what they put together gets their namespace, images and patches.
//!
//! A base is described once, as the overlay has it that people use; an overlay for a rehearsal changes
//! nothing. Where overlays disagree the base stays as it is. A component that no kustomization takes in is
//! an offer and no part of the system.

mod fields;
mod members;
mod own;
mod replace;
mod selector;

use crate::charts::{PRODUCTION, environment, folder};
use members::Members;
use own::{aimed, own};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::infra::{InfraFact, Kustomization, Patch, Replacement, Service, Workload};
use threatline_facts::{Fact, Facts, Text};

/// Kustomizations in kustomizations go no deeper.
const MAX_DEPTH: usize = 16;

/// More files are not put together by one kustomization.
const MAX_FILES: usize = 20_000;

/// What an overlay makes of a file.
#[derive(Clone, Debug, Default, PartialEq)]
struct Change<'k> {
    namespace: Option<&'k str>,
    images: Vec<&'k (String, Option<String>)>,
    replicas: Vec<&'k (String, u32)>,
    /// Kind and name of what it takes away.
    deletes: Vec<&'k Patch>,
    /// What its names begin and end with.
    prefix: String,
    suffix: String,
    labels: Vec<&'k (String, String, bool)>,
    /// Values that are written into it.
    replaced: Vec<(&'k Replacement, Text)>,
    /// ConfigMaps and Secrets that a generator around it has whole, and whether they are Secrets.
    superseded: Vec<(&'k str, bool)>,
}

impl<'k> Change<'k> {
    /// What a kustomization and those it is in do to all that it puts together.
    fn take(&mut self, it: &'k Kustomization) {
        self.images.extend(&it.images);
        self.replicas.extend(&it.replicas);
        self.labels.extend(&it.labels);
        self.deletes.extend(it.patches.iter().filter(|patch| patch.deletes));
        self.prefix.push_str(it.name_prefix.as_deref().unwrap_or_default());
        self.suffix.insert_str(0, it.name_suffix.as_deref().unwrap_or_default());
    }

    /// Labels that selectors get too.
    fn selecting(&self) -> impl Iterator<Item = (String, String)> {
        self.labels.iter().filter(|(.., selects)| *selects).map(|(key, value, _)| (key.clone(), value.clone()))
    }

    /// A name as it is in the end.
    fn name(&self, name: &str) -> String {
        format!("{}{name}{}", self.prefix, self.suffix)
    }
}

type All<'k> = BTreeMap<&'k str, (&'k Arc<str>, &'k Kustomization)>;

/// Changes what kustomizations change. `said` is sorted by path, `out` holds what was completed before.
pub(crate) fn complete(said: &[(Arc<str>, Facts)], out: &mut BTreeMap<Arc<str>, Facts>) {
    let mut all: All<'_> = BTreeMap::new();
    for (path, facts) in said {
        for fact in &facts.facts {
            if let Fact::Infra(InfraFact::Kustomization(kustomization)) = fact {
                all.insert(folder(path), (path, kustomization));
            }
        }
    }
    if all.is_empty() {
        return;
    }
    let paths: BTreeMap<&str, &Facts> = said.iter().map(|(path, facts)| (&**path, facts)).collect();
    let used: BTreeSet<&str> = all.iter().flat_map(|(root, (_, it))| below(root, it)).filter_map(|path| known(&all, &path)).collect();
    let mut changes: BTreeMap<&str, Vec<(u8, Change<'_>)>> = BTreeMap::new();
    let mut chosen: BTreeSet<&str> = BTreeSet::new();
    let mut services: Vec<(u8, Vec<&str>, Arc<str>, Service)> = Vec::new();
    let outermost = all.iter().filter(|(root, (_, it))| !used.contains(*root) && !it.component);
    let (rehearsed, real): (Vec<_>, Vec<_>) = outermost.partition(|(root, _)| is_rehearsed(root));
    // what tests and examples put together says how it could be used
    for (root, (path, it)) in if real.is_empty() { rehearsed } else { real } {
        let rank = match environment(path) {
            Some(named) if named == PRODUCTION => 0,
            None => 1,
            Some(_) => 2,
        };
        let mut walk = Walk { all: &all, paths: &paths, found: BTreeMap::new(), chosen: BTreeSet::new(), services: Vec::new() };
        walk.enter(root, it, &Change::default(), 0);
        chosen.extend(walk.chosen);
        let files: Vec<&str> = walk.found.keys().copied().collect();
        services.extend(walk.services.into_iter().map(|(home, patch)| (rank, files.clone(), home, patch)));
        walk.found.into_iter().for_each(|(file, change)| changes.entry(file).or_default().push((rank, change)));
    }
    for (root, (path, it)) in &all {
        if it.component && !chosen.contains(root) {
            drop_below(root, said, out);
        } else {
            own(path, it, &all, &paths, out);
        }
    }
    for (rank, files, home, patch) in services {
        let decides = |file: &&&str| changes.get(**file).is_some_and(|told| told.iter().filter(|(other, _)| *other <= rank).count() == 1);
        if rank < 2 {
            for file in files.iter().filter(decides) {
                let namespace = changes.get(file).and_then(|told| agreed(told)?.namespace.map(str::to_owned));
                move_service(file, &home, &Service { namespace, ..patch.clone() }, &paths, out);
            }
        }
    }
    for (file, changes) in changes {
        let Some(change) = agreed(&changes) else { continue };
        let facts = out.entry(Arc::from(file)).or_insert_with(|| paths.get(file).map_or_else(Facts::default, |facts| Facts::clone(facts)));
        facts.facts.retain(|fact| !change.deletes.iter().any(|target| is_target(fact, target)));
        facts.facts.retain(|fact| !is_superseded(fact, &change));
        facts.facts.iter_mut().for_each(|fact| apply(fact, &change));
        also_called(facts, &change);
    }
}

/// What the overlays of the best rank say, if they say one thing and are no rehearsals.
fn agreed<'k>(changes: &[(u8, Change<'k>)]) -> Option<Change<'k>> {
    let best = changes.iter().map(|(rank, _)| *rank).min().filter(|best| *best < 2)?;
    let mut told = changes.iter().filter(|(rank, _)| *rank == best).map(|(_, change)| change);
    let first = told.next()?;
    told.all(|change| change == first).then(|| first.clone())
}

/// Whether a folder is one of tests or examples.
fn is_rehearsed(root: &str) -> bool {
    root.split('/').any(|part| matches!(part, "test" | "tests" | "testing" | "testdata" | "example" | "examples" | "sample" | "samples" | "e2e"))
}

/// Paths that a kustomization takes in, from the root.
fn below<'k>(root: &'k str, it: &'k Kustomization) -> impl Iterator<Item = String> + 'k {
    it.resources.iter().chain(&it.components).filter_map(move |(path, _)| join(root, path))
}

/// The folder of a kustomization, if a path leads to one.
fn known<'k>(all: &All<'k>, path: &str) -> Option<&'k str> {
    let folder = if path.is_empty() { String::new() } else { format!("{path}/") };
    all.get_key_value(folder.as_str()).map(|(folder, _)| *folder)
}

/// A path relative to a folder; none of one that leaves the repository or is an address.
fn join(root: &str, path: &str) -> Option<String> {
    if path.contains("://") || path.starts_with('/') {
        return None;
    }
    crate::charts::join(root, path).map(|path| path.trim_end_matches('/').to_owned())
}

struct Walk<'w, 'k> {
    all: &'w All<'k>,
    paths: &'w BTreeMap<&'k str, &'k Facts>,
    found: BTreeMap<&'k str, Change<'k>>,
    chosen: BTreeSet<&'k str>,
    /// Services as patches have them, and the file that says it.
    services: Vec<(Arc<str>, Service)>,
}

impl<'k> Walk<'_, 'k> {
    fn enter(&mut self, root: &'k str, it: &'k Kustomization, outer: &Change<'k>, depth: usize) {
        if depth > MAX_DEPTH || self.found.len() > MAX_FILES || !self.chosen.insert(root) {
            return;
        }
        let mut change = outer.clone();
        // what stands around wins
        change.namespace = outer.namespace.or(it.namespace.as_deref());
        change.take(it);
        self.patched(root, it);
        // a component changes what stands beside it
        for path in it.components.iter().filter_map(|(path, _)| join(root, path)) {
            let Some((_, component)) = known(self.all, &path).and_then(|folder| self.all.get(folder)) else { continue };
            change.take(component);
        }
        self.replaced(root, it, &mut change);
        if let Some((path, _)) = self.all.get(root) {
            self.found.insert(path, change.clone());
        }
        change.superseded.extend(it.amends.iter().map(|(name, secret, _)| (name.as_str(), *secret)));
        for path in below(root, it) {
            if let Some((inner, _)) = self.all.get_key_value(format!("{path}/").as_str()) {
                let (_, kustomization) = self.all[inner];
                self.enter(inner, kustomization, &change, depth + 1);
            } else if let Some((file, _)) = self.paths.get_key_value(path.as_str()) {
                self.found.insert(file, change.clone());
            }
        }
    }
}

impl<'k> Walk<'_, 'k> {
    /// Values that a kustomization and its components write into what they put together.
    fn replaced(&self, root: &'k str, it: &'k Kustomization, change: &mut Change<'k>) {
        let components = it.components.iter().filter_map(|(path, _)| known(self.all, &join(root, path)?));
        let tells = components.chain([root]).filter_map(|folder| Some((folder, self.all.get(folder)?.1)));
        let mut told: Vec<&'k Replacement> = Vec::new();
        for (folder, kustomization) in tells {
            told.extend(&kustomization.replacements);
            for file in kustomization.replacement_files.iter().filter_map(|(file, _)| join(folder, file)) {
                for fact in self.paths.get(file.as_str()).map_or(&[][..], |facts| &facts.facts) {
                    if let Fact::Infra(InfraFact::Replacements(replacements)) = fact {
                        told.extend(&replacements.all);
                    }
                }
            }
        }
        if !told.is_empty() {
            let members = Members::of(self.all, self.paths, root);
            change.replaced.extend(told.into_iter().filter_map(|replacement| Some((replacement, replace::value(replacement, &members)?))));
        }
    }

    /// Remembers what patches make of Services.
    fn patched(&mut self, root: &str, it: &'k Kustomization) {
        let Some((path, _)) = self.all.get(root) else { return };
        for patch in it.patches.iter().filter(|patch| !patch.deletes) {
            let mut said: Vec<(Arc<str>, &InfraFact)> = patch.inline.iter().map(|fact| ((*path).clone(), fact)).collect();
            let file = patch.path.as_ref().and_then(|file| join(root, file));
            if let Some((file, facts)) = file.and_then(|file| self.paths.get_key_value(file.as_str())) {
                for fact in &facts.facts {
                    match fact {
                        Fact::Infra(InfraFact::Patch(operations)) => said.extend(operations.inline.iter().map(|fact| (Arc::from(*file), fact))),
                        Fact::Infra(fact) => said.push((Arc::from(*file), fact)),
                        _ => {}
                    }
                }
            }
            for (home, fact) in said.iter().filter(|(_, fact)| matches!(fact, InfraFact::Service(service) if service.kind.is_some())) {
                for fact in aimed(fact, patch, root, self.all, self.paths) {
                    if let InfraFact::Service(service) = fact {
                        self.services.push((home.clone(), service));
                    }
                }
            }
        }
    }
}

/// A Service that a patch opens or closes is said where the patch says it, with what the base says.
fn move_service(file: &str, home: &Arc<str>, patch: &Service, paths: &BTreeMap<&str, &Facts>, out: &mut BTreeMap<Arc<str>, Facts>) {
    let own = |path: &str| paths.get(path).map_or_else(Facts::default, |facts| Facts::clone(facts));
    let facts = out.entry(Arc::from(file)).or_insert_with(|| own(file));
    let is_it = |fact: &Fact| matches!(fact, Fact::Infra(InfraFact::Service(service)) if service.name == patch.name && !service.selector.is_empty());
    let Some(at) = facts.facts.iter().position(is_it) else { return };
    let Fact::Infra(InfraFact::Service(base)) = facts.facts.remove(at) else { return };
    let mut annotations = base.annotations;
    annotations.extend(patch.annotations.clone());
    let merged = Service {
        kind: patch.kind.clone(),
        kind_mark: patch.kind_mark,
        mark: patch.mark,
        namespace: patch.namespace.clone().or(base.namespace),
        annotations,
        ports: if patch.ports.is_empty() { base.ports } else { patch.ports.clone() },
        ..base
    };
    let facts = out.entry(home.clone()).or_insert_with(|| own(home));
    facts.facts.retain(|fact| !matches!(fact, Fact::Infra(InfraFact::Service(service)) if service.name == patch.name && service.selector.is_empty()));
    facts.facts.push(Fact::Infra(InfraFact::Service(merged)));
}

/// Takes what an unused component says out of the system.
fn drop_below(root: &str, said: &[(Arc<str>, Facts)], out: &mut BTreeMap<Arc<str>, Facts>) {
    let from = said.partition_point(|(path, _)| &**path < root);
    for (path, facts) in said[from..].iter().take_while(|(path, _)| path.starts_with(root)) {
        let deploys = |fact: &Fact| {
            matches!(
                fact,
                Fact::Infra(
                    InfraFact::Workload(_)
                        | InfraFact::Service(_)
                        | InfraFact::Ingress(_)
                        | InfraFact::Config(_)
                        | InfraFact::NetworkPolicy(_)
                        | InfraFact::Namespace(_)
                        | InfraFact::Kustomization(_)
                        | InfraFact::MeshPolicy(_)
                        | InfraFact::Middleware(_)
                        | InfraFact::Role(_)
                        | InfraFact::RoleBinding(_)
                        | InfraFact::ChartRelease(_)
                )
            )
        };
        if facts.facts.iter().any(deploys) {
            let facts = out.entry(path.clone()).or_insert_with(|| Facts::clone(facts));
            facts.facts.retain(|fact| !deploys(fact));
        }
    }
}

/// Whether a patch takes a resource away.
fn is_target(fact: &Fact, patch: &Patch) -> bool {
    let Fact::Infra(fact) = fact else { return false };
    let Some((kind, name, _)) = fields::identity(fact) else { return false };
    let fits = patch.target.1.as_deref().is_none_or(|pattern| selector::matches(pattern, name));
    let kind_fits = patch.target.0.as_deref().map_or(patch.selects(), |wanted| wanted == kind);
    kind_fits && fits && is_selected(fact, patch)
}

/// Whether a resource has the labels and annotations by which a patch chooses.
fn is_selected(fact: &InfraFact, patch: &Patch) -> bool {
    let (labels, annotations) = match fact {
        InfraFact::Workload(it) => (Some(&it.own_labels), Some(&it.annotations)),
        InfraFact::Service(it) => (None, Some(&it.annotations)),
        InfraFact::Ingress(it) => (None, Some(&it.annotations)),
        _ => (None, None),
    };
    let fits = |selector: &Option<String>, has: Option<&BTreeMap<String, String>>| {
        selector.as_deref().is_none_or(|selector| has.is_some_and(|has| selector::selects(selector, has)))
    };
    fits(&patch.labels, labels) && fits(&patch.annotations, annotations)
}

fn is_superseded(fact: &Fact, change: &Change<'_>) -> bool {
    let Fact::Infra(InfraFact::Config(config)) = fact else { return false };
    change.superseded.contains(&(config.name.as_str(), config.secret))
}

/// In the end Services have other names, by which they are asked for.
fn also_called(facts: &mut Facts, change: &Change<'_>) {
    if change.prefix.is_empty() && change.suffix.is_empty() {
        return;
    }
    let services = facts.facts.iter().filter_map(|fact| match fact {
        Fact::Infra(InfraFact::Service(service)) => Some(Fact::Infra(InfraFact::Service(Service { name: change.name(&service.name), ..service.clone() }))),
        _ => None,
    });
    let services: Vec<Fact> = services.collect();
    facts.facts.extend(services);
}

fn apply(fact: &mut Fact, change: &Change<'_>) {
    let Fact::Infra(fact) = fact else { return };
    replace::apply(fact, &change.replaced);
    let namespace = match fact {
        InfraFact::Workload(it) => {
            workload(it, change);
            &mut it.namespace
        }
        InfraFact::Service(it) => {
            if it.external_name.is_none() {
                it.selector.extend(change.selecting());
            }
            &mut it.namespace
        }
        InfraFact::Kustomization(it) => {
            it.generators.retain(|config| !change.superseded.contains(&(config.name.as_str(), config.secret)));
            for config in &mut it.generators {
                let mut fact = InfraFact::Config(config.clone());
                replace::apply(&mut fact, &change.replaced);
                if let InfraFact::Config(changed) = fact {
                    *config = changed;
                }
            }
            return;
        }
        InfraFact::Ingress(it) => &mut it.namespace,
        InfraFact::Config(it) => &mut it.namespace,
        InfraFact::NetworkPolicy(it) => {
            it.selector.extend(change.selecting());
            &mut it.namespace
        }
        InfraFact::MeshPolicy(it) => &mut it.namespace,
        InfraFact::Middleware(it) => &mut it.namespace,
        _ => return,
    };
    if let Some(space) = change.namespace {
        *namespace = Some(space.to_owned());
    }
}

fn workload(it: &mut Workload, change: &Change<'_>) {
    it.labels.extend(change.labels.iter().map(|(key, value, _)| (key.clone(), value.clone())));
    if let Some((_, count)) = change.replicas.iter().find(|(name, _)| *name == it.name) {
        it.replicas = Some(*count);
    }
    for container in &mut it.containers {
        let Some(Text::Literal(image)) = &mut container.image else { continue };
        let end = image.find('@').or_else(|| image.rfind(':').filter(|colon| !image[*colon..].contains('/'))).unwrap_or(image.len());
        let (name, rest) = image.split_at(end);
        let new = change.images.iter().find(|(old, _)| old == name).and_then(|(_, new)| new.as_ref());
        if let Some(new) = new {
            *image = format!("{new}{rest}");
        }
    }
}
