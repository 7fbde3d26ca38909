//! Terraform as it would be planned: every module once for each call of it, its variables filled with what the caller
//! gives, its outputs with what stands behind them, and what is counted to none left out.
//!
//! What comes of it are resources as any vocabulary has them, in which no name of a module is left: only those of
//! resources, valid everywhere. What only a provider or who deploys it knows stays unknown.

mod document;
mod evaluate;
mod functions;
mod modules;
mod tree;
mod value;

use super::said::Said;
use evaluate::Evaluator;
use modules::{Call, Modules, Source, address};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::infra::Resource;
use threatline_facts::{Mark, Text};
use threatline_knowledge::catalogue;
use threatline_knowledge::catalogue::cloud::cloud as ways;
use tree::{Node, Place};
use value::{Shared, Value};

/// Begins paths that lead from the top of the repository.
pub(crate) const FROM_TOP: &str = "\u{1}/";

/// Values of all resources together; no system has so many.
const MOST: usize = 400_000;

/// Attributes in which providers are told what a resource is to be called.
pub(crate) const NAMES: &[&str] = &[
    "identifier",
    "cluster_identifier",
    "name",
    "db_name",
    "bucket",
    "cluster_id",
    "replication_group_id",
    "function_name",
    "script_name",
    "domain_name",
    "title",
    "service_name",
    "broker_name",
    "cluster_name",
    "secret_id",
    "identifier_prefix",
];

/// A resource as a call of its module makes it.
pub(crate) struct Planned {
    pub(crate) path: Arc<str>,
    /// Its marks are numbers of [`Plan::places`].
    pub(crate) resource: Resource,
    /// The instance of the module that it stands in.
    pub(crate) instance: usize,
    /// The instance on top of it, and the folder of that.
    pub(crate) root: usize,
    pub(crate) top: String,
    /// The name under which others speak of it.
    pub(crate) key: String,
    /// Its address in its root: `module.orders.aws_sqs_queue.main`.
    pub(crate) address: String,
    /// It stands for a published module, whose inputs only resemble attributes.
    pub(crate) published: bool,
    /// The call of the module that it stands in.
    pub(crate) called: Option<Called>,
    /// What of its name does not depend on who deploys it.
    pub(crate) stable: Option<Stable>,
    /// The same in other roots that deploy the same modules: one component, however often it is deployed.
    pub(crate) twin: Option<Twin>,
}

/// What several roots deploy alike.
#[derive(Clone, Debug)]
pub(crate) struct Twin {
    /// Equal for all of them.
    pub(crate) key: String,
    /// All give it the same name.
    pub(crate) named_alike: bool,
}

/// What of a name is the same in all deployments.
#[derive(Clone, Debug)]
pub(crate) struct Stable {
    /// The known words of it.
    pub(crate) words: String,
    /// There is nothing else in it.
    pub(crate) whole: bool,
}

/// How a module is called.
pub(crate) struct Called {
    pub(crate) name: String,
    pub(crate) mark: Mark,
    /// Nothing else in the module is worth a name of its own.
    pub(crate) alone: bool,
    /// Something else in the module has the call's name.
    pub(crate) taken: bool,
    /// The module is called more than once.
    pub(crate) several: bool,
}

/// All that would be made.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) resources: Vec<Planned>,
    /// Where the marks of these resources are.
    pub(crate) places: Vec<(Arc<str>, Mark)>,
}

/// The name of a resource of an instance that is valid everywhere.
fn name_of(instance: usize, address: &str) -> String {
    format!("#{instance}.{address}")
}

/// What all modules would make.
pub(crate) fn plan(said: &Said<'_>, in_test: &dyn Fn(&str) -> bool) -> Plan {
    let modules = Modules::new(said, in_test);
    let mut planner = Planner { modules: &modules, plan: Plan::default(), origins: Vec::new(), numbers: BTreeMap::new(), room: MOST };
    let mut evaluator = Evaluator::new(&modules, false);
    let mut times: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    modules.instances.iter().for_each(|instance| *times.entry((instance.root, instance.module)).or_default() += 1);
    let alone: Vec<BTreeSet<String>> = modules.all.iter().map(alone).collect();
    for (at, instance) in modules.instances.iter().enumerate() {
        if !evaluator.is_deployed(at) {
            continue;
        }
        let several = times.get(&(instance.root, instance.module)).is_some_and(|times| *times > 1);
        let module = modules.module(at);
        for block in module.blocks.iter().filter(|block| !STEERING.contains(&block.it.kind.as_str())) {
            if evaluator.counts(at, &block.attributes) {
                let each = evaluator.each(at, &block.attributes);
                let made = block.attributes.below.iter().filter(|(key, _)| !matches!(**key, "count" | "for_each"));
                let values = made.map(|(key, node)| ((*key).to_owned(), evaluator.node(at, node, &each))).collect();
                let own = address(block.it);
                let called = planner.called(at, Some(&own), &alone[instance.module], several);
                planner.add(at, &block.path, (block.it.kind.clone(), block.it.name.clone(), block.it.data_source), (own, block.place, called), values);
                planner.origins.push(&block.attributes);
            }
        }
        for call in &module.calls {
            let Source::Published(kind) = call.source else { continue };
            if evaluator.counts(at, &call.inputs) {
                planner.published(at, call, kind, &mut evaluator, several);
            }
        }
    }
    planner.names();
    planner.twins();
    planner.plan
}

/// Words for environments that one system is deployed to.
const ENVIRONMENTS: &[&str] =
    &["prod", "production", "prd", "live", "preprod", "nonprod", "stage", "staging", "stg", "dev", "development", "test", "testing", "qa", "uat", "sandbox"];

/// A name without words for environments.
fn without_environment(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.filter(|word| !ENVIRONMENTS.contains(&word.to_ascii_lowercase().as_str())).collect::<Vec<_>>().join("-")
}

/// The same, as it is written where there is no such word in it.
pub(crate) fn plain_name(name: &str) -> String {
    let (all, left) = (name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).count(), without_environment(name));
    if left.is_empty() || left.split('-').count() == all { name.to_owned() } else { left }
}

/// Types that only steer Terraform or the local machine.
const STEERING: &[&str] = &["null_resource", "terraform_data", "time_sleep", "local_file"];

struct Planner<'p, 'a> {
    modules: &'p Modules<'a>,
    plan: Plan,
    /// The attributes of each resource as they are written.
    origins: Vec<&'p Node<'a>>,
    numbers: BTreeMap<Place, u32>,
    room: usize,
}

impl<'p, 'a> Planner<'p, 'a> {
    fn published(&mut self, at: usize, call: &'p Call<'a>, kind: &str, evaluator: &mut Evaluator<'p, 'a>, several: bool) {
        let each = evaluator.each(at, &call.inputs);
        let values: Vec<(String, Shared)> = call.inputs.below.iter().map(|(key, node)| ((*key).to_owned(), evaluator.node(at, node, &each))).collect();
        if values.iter().any(|(key, value)| key == "create" && value.truth() == Some(false)) {
            return;
        }
        let own = format!("module.{}", call.it.name);
        let called = self.called(at, None, &BTreeSet::new(), several);
        self.add(at, &call.path, (kind.to_owned(), call.it.name.clone(), false), (own, call.place, called), values);
        self.origins.push(&call.inputs);
        if let Some(last) = self.plan.resources.last_mut() {
            last.published = true;
        }
    }

    fn called(&mut self, at: usize, own: Option<&String>, alone: &BTreeSet<String>, several: bool) -> Option<Called> {
        let (_, call) = self.modules.call(at)?;
        let is_alone = own.is_some_and(|own| alone.contains(own));
        Some(Called { name: call.it.name.clone(), mark: self.mark(call.place), alone: is_alone, taken: !is_alone && !alone.is_empty(), several })
    }

    fn add(
        &mut self,
        at: usize,
        path: &Arc<str>,
        (kind, name, data_source): (String, String, bool),
        (own, place, called): (String, Place, Option<Called>),
        values: Vec<(String, Shared)>,
    ) {
        let mut attributes = Vec::new();
        for (key, value) in values {
            self.flatten(&key, &value, place, &mut attributes, 0);
        }
        let mark = self.mark(place);
        let resource = Resource { kind, name, data_source, attributes, mark };
        let (key, published) = (name_of(at, &own), false);
        let top = self.modules.module(self.modules.instances[at].root).folder.clone();
        let address = format!("{}{own}", self.way(at).iter().map(|call| format!("module.{call}.")).collect::<String>());
        self.plan.resources.push(Planned {
            path: path.clone(),
            resource,
            instance: at,
            root: self.modules.instances[at].root,
            top,
            key,
            address,
            published,
            called,
            stable: None,
            twin: None,
        });
    }

    /// Names of the calls that lead to an instance.
    fn way(&self, at: usize) -> Vec<&'a str> {
        let (mut way, mut next) = (Vec::new(), at);
        while let Some((caller, number)) = self.modules.instances[next].called {
            way.push(self.modules.module(caller).calls[number].it.name.as_str());
            next = caller;
        }
        way.reverse();
        way
    }

    fn mark(&mut self, place: Place) -> Mark {
        let (modules, places) = (self.modules, &mut self.plan.places);
        let number = self.numbers.entry(place).or_insert_with(|| {
            places.push((modules.files[place.0].clone(), place.1));
            u32::try_from(places.len() - 1).unwrap_or(u32::MAX)
        });
        Mark(*number)
    }

    fn flatten(&mut self, key: &str, value: &Value, place: Place, into: &mut Vec<(String, Text, Mark)>, depth: u8) {
        if self.room == 0 || depth > 40 {
            return;
        }
        match value {
            Value::Null => {}
            Value::List(items) if !items.is_empty() => {
                items.iter().enumerate().for_each(|(at, item)| self.flatten(&format!("{key}.{at}"), item, place, into, depth + 1));
            }
            Value::Map(fields) if !fields.is_empty() => {
                fields.iter().for_each(|(name, field)| self.flatten(&format!("{key}.{name}"), field, place, into, depth + 1));
            }
            other => {
                self.room -= 1;
                let (text, written) = match other {
                    Value::Leaf(text, written) => (text.clone(), written.unwrap_or(place)),
                    Value::List(_) => (Text::literal("[]"), place),
                    _ => (Text::literal("{}"), place),
                };
                let mark = self.mark(written);
                into.push((key.to_owned(), text, mark));
            }
        }
    }

    /// Finds resources that several roots deploy in the same way: by the same calls, and with a name that differs only
    /// in what who deploys them says, or in the word for an environment.
    fn twins(&mut self) {
        let mut same: BTreeMap<String, (BTreeSet<usize>, BTreeSet<&str>, bool)> = BTreeMap::new();
        let keys: Vec<Option<String>> = self.plan.resources.iter().map(|planned| self.twin_key(planned)).collect();
        for (planned, key) in self.plan.resources.iter().zip(&keys) {
            let Some(key) = key else { continue };
            let (roots, words, whole) = same.entry(key.clone()).or_insert_with(|| (BTreeSet::new(), BTreeSet::new(), true));
            roots.insert(planned.root);
            words.insert(planned.stable.as_ref().map_or("", |stable| stable.words.as_str()));
            *whole &= planned.stable.as_ref().is_none_or(|stable| stable.whole);
        }
        let named_alike: BTreeMap<String, bool> =
            same.into_iter().filter(|(_, (roots, ..))| roots.len() > 1).map(|(key, (_, words, whole))| (key, whole && words.len() == 1)).collect();
        for (planned, key) in self.plan.resources.iter_mut().zip(keys) {
            planned.twin = key.and_then(|key| Some(Twin { named_alike: *named_alike.get(&key)?, key }));
        }
    }

    fn twin_key(&self, planned: &Planned) -> Option<String> {
        let instance = &self.modules.instances[planned.instance];
        instance.called?;
        let words = planned.stable.as_ref().map(|stable| without_environment(&stable.words)).unwrap_or_default();
        // what has no name of its own is the same only where the roots are those of one system's environments
        let root = if words.is_empty() { without_environment(&self.modules.module(planned.root).folder) } else { String::new() };
        let way: Vec<String> = self.way(planned.instance).into_iter().map(without_environment).collect();
        let own = format!("{}.{}", planned.resource.kind, planned.resource.name);
        Some(format!("{}\n{}\n{own}\n{words}\n{root}", instance.module, way.join(".")))
    }

    /// Finds what of names does not depend on who deploys.
    fn names(&mut self) {
        let mut evaluator = Evaluator::new(self.modules, true);
        for (planned, node) in self.plan.resources.iter_mut().zip(&self.origins) {
            let Some(named) = NAMES.iter().find_map(|name| node.get(name)).filter(|_| catalogue::resource(&planned.resource.kind).is_some()) else { continue };
            if let Value::Leaf(text, _) = &*evaluator.node(planned.instance, named, &Vec::new()) {
                let words = text.parts().iter().filter_map(|part| Some(part.as_literal()?.trim_matches(|letter: char| !letter.is_ascii_alphanumeric())));
                let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
                planned.stable = Some(Stable { words: words.join("-"), whole: text.as_literal().is_some() });
            }
        }
    }
}

/// Addresses of a module's resources that are the only ones worth a name: all that it makes, or all but where it logs
/// and keeps keys.
fn alone(module: &modules::Module<'_>) -> BTreeSet<String> {
    let made = module.blocks.iter().filter(|block| !block.it.data_source && !ways().part.contains_key(&block.it.kind));
    let made: Vec<(&Resource, &catalogue::Resource)> = made.filter_map(|block| Some((block.it, catalogue::resource(&block.it.kind)?))).collect();
    let published = module.calls.iter().filter(|call| matches!(call.source, Source::Published(_))).count();
    let beside = |kind: &catalogue::Resource| kind.roles.iter().all(|role| matches!(role.as_str(), "logging" | "monitoring" | "secrets_manager"));
    let main: Vec<&Resource> = made.iter().filter(|(_, kind)| made.len() == 1 || kind.roles.is_empty() || !beside(kind)).map(|(it, _)| *it).collect();
    match main.as_slice() {
        [only] if published == 0 => BTreeSet::from([address(only)]),
        _ => BTreeSet::new(),
    }
}
