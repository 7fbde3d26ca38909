//! A chart with the charts that it brings with it, and what all of them say.

use super::evaluate::Helpers;
use super::releases::{Release, Releases};
use super::render::{self, NAMESPACE, RELEASE};
use super::syntax::{self, Piece};
use super::value::Value;
use super::{Files, Folder, products, variations};
use crate::node;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;
use threatline_facts::infra::{Chart, ChartDependency, InfraFact, Workload};
use threatline_facts::{ArtifactKind, Fact, Facts, Mark};
use threatline_knowledge::catalogue;

/// Charts in charts go no deeper, and of one chart no more come than this.
const MAX_DEPTH: usize = 6;
const MAX_CHARTS: usize = 256;

/// A chart as it is installed.
pub(super) struct Instance<'f> {
    pub(super) folder: &'f str,
    pub(super) values: Value,
}

/// A chart of somebody else's that is installed with one of these, or alone.
#[derive(Debug)]
pub(super) struct Foreign {
    /// The file that asks for it.
    pub(super) path: Arc<str>,
    /// The chart's name, and what it is called here.
    pub(super) name: String,
    pub(super) alias: Option<String>,
    /// Where it comes from.
    pub(super) repository: Option<String>,
    pub(super) mark: Mark,
    /// What it is handed.
    pub(super) values: Value,
}

/// All charts that are installed with one.
#[derive(Default)]
pub(super) struct Installed<'f> {
    pub(super) charts: Vec<Instance<'f>>,
    pub(super) foreign: Vec<Foreign>,
}

/// Templates as they were parsed, by path; none cannot be.
pub(super) type Parsed<'f> = BTreeMap<&'f str, Option<Arc<Vec<Piece>>>>;

/// Completes every chart that no other one brings with it.
pub(super) fn complete<'f>(files: &Files<'f>, said: &BTreeMap<&str, &Facts>, releases: &Releases<'f>, out: &mut BTreeMap<Arc<str>, Facts>) {
    let mut parsed: Parsed<'f> = BTreeMap::new();
    for folder in files.charts.values() {
        parsed.extend(folder.templates.iter().map(|(path, template)| (*path, syntax::parse(&template.lines.join("\n")).map(Arc::new))));
    }
    let brought: BTreeSet<&str> = files.charts.iter().flat_map(|(root, folder)| children(files, root, folder)).filter_map(|child| child.folder).collect();
    let mut installed: BTreeSet<&str> = BTreeSet::new();
    let mut all_said: Vec<(&str, Arc<str>, Facts)> = Vec::new();
    for (root, folder) in files.charts.iter().filter(|(root, _)| !brought.contains(*root)) {
        if folder.chart.is_some_and(|chart| chart.library) {
            continue;
        }
        let one = [Release::default()];
        let named = releases.of_charts.get(root).map_or(&one[..], Vec::as_slice);
        for release in named {
            let values = release.values.clone().unwrap_or_else(|| Value::map([]));
            let all = install(files, root, &values);
            installed.extend(all.charts.iter().map(|chart| chart.folder));
            let seen = self::release(folder, release, named.len() > 1);
            let mut said = say(files, &parsed, &all, &seen);
            if named.len() > 1 {
                call(&mut said, release.name.as_deref());
            }
            let more = variations::of(files, &parsed, (root, folder), release, (&seen, named.len() > 1), &said);
            all_said.extend(said.into_iter().chain(more).map(|(path, facts)| (*root, path, facts)));
        }
    }
    tell_apart(&mut all_said);
    for (_, path, facts) in all_said {
        add(out.entry(path).or_default(), facts);
    }
    for (foreign, name) in &releases.products {
        let release = Value::map([("Name".to_owned(), Value::text(name.as_deref().unwrap_or(&foreign.name)))]);
        let own = out.entry(foreign.path.clone()).or_insert_with(|| said.get(&*foreign.path).map_or_else(Facts::default, |facts| Facts::clone(facts)));
        add(own, products::say(foreign, &release));
    }
    // manifests of a chart that nobody installs are none
    for (_, folder) in files.charts.iter().filter(|(root, _)| !installed.contains(*root)) {
        out.extend(folder.manifests.iter().map(|path| (Arc::from(*path), Facts::default())));
    }
}

/// What several charts call alike without the names of their releases keeps these: it is not one thing.
fn tell_apart(said: &mut [(&str, Arc<str>, Facts)]) {
    let mut charts: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (root, _, facts) in said.iter() {
        for fact in &facts.facts {
            if let Fact::Infra(InfraFact::Workload(workload)) = fact {
                charts.entry(workload.name.clone()).or_default().insert(root);
            }
        }
    }
    for fact in said.iter_mut().flat_map(|(_, _, facts)| &mut facts.facts) {
        if let Fact::Infra(InfraFact::Workload(workload)) = fact
            && charts.get(&workload.name).is_some_and(|charts| charts.len() > 1)
            && let Some(at) = workload.aliases.iter().position(|alias| alias.ends_with(&format!("-{}", workload.name)))
        {
            workload.name = workload.aliases.remove(at);
        }
    }
}

/// Adds what is not said yet.
pub(super) fn add(facts: &mut Facts, more: Facts) {
    for fact in more.facts {
        if !facts.facts.contains(&fact) {
            facts.facts.push(fact);
        }
    }
    for gap in more.gaps {
        if !facts.gaps.contains(&gap) {
            facts.gaps.push(gap);
        }
    }
}

/// What templates see of a release. Where it is the only one of its chart its name is marked, so that
/// it can be told from what stands behind it.
fn release(folder: &Folder<'_>, release: &Release, among_others: bool) -> Value {
    let chart = folder.chart.and_then(|chart| chart.name.as_deref()).unwrap_or_default();
    let name = release.name.as_deref().unwrap_or(chart);
    let [open, close] = RELEASE;
    let namespace = release.namespace.as_ref().map_or_else(|| Value::text(NAMESPACE.to_string()), Value::text);
    Value::map([
        ("Name".to_owned(), Value::text(if among_others { name.to_owned() } else { format!("{open}{name}{close}") })),
        ("Namespace".to_owned(), namespace),
        ("Service".to_owned(), Value::text("Helm")),
        ("Revision".to_owned(), Value::Int(1)),
        ("IsInstall".to_owned(), Value::Bool(true)),
        ("IsUpgrade".to_owned(), Value::Bool(false)),
    ])
}

/// Of several releases of a chart each is called by its own name, if it is one thing.
pub(super) fn call(said: &mut BTreeMap<Arc<str>, Facts>, name: Option<&str>) {
    let mut workloads: Vec<&mut Workload> = said
        .values_mut()
        .flat_map(|facts| &mut facts.facts)
        .filter_map(|fact| if let Fact::Infra(InfraFact::Workload(workload)) = fact { Some(workload) } else { None })
        .collect();
    if let ([only], Some(name)) = (workloads.as_mut_slice(), name)
        && only.name != name
    {
        let own = std::mem::replace(&mut only.name, name.to_owned());
        only.aliases.push(own);
    }
}

/// A dependency, and the folder of its chart if it is here.
pub(super) struct Child<'f> {
    pub(super) path: Arc<str>,
    pub(super) dependency: Option<&'f ChartDependency>,
    pub(super) folder: Option<&'f str>,
}

impl<'f> Child<'f> {
    fn key(&self, files: &Files<'f>) -> String {
        let named = self.dependency.map(|dependency| dependency.alias.as_ref().unwrap_or(&dependency.name).clone());
        named.or_else(|| files.charts.get(self.folder?)?.chart?.name.clone()).unwrap_or_default()
    }
}

/// What a chart brings with it: what it names, and what lies in its folder `charts`.
fn children<'f>(files: &Files<'f>, root: &'f str, folder: &Folder<'f>) -> Vec<Child<'f>> {
    let own = folder.path.iter().cloned().zip(folder.chart);
    let named: Vec<(Arc<str>, &'f Chart)> = own.chain(folder.requirements.clone()).collect();
    let mut out: Vec<Child<'f>> = Vec::new();
    for (path, chart) in named {
        for dependency in chart.dependencies.iter().take(MAX_CHARTS) {
            out.push(Child { path: path.clone(), dependency: Some(dependency), folder: find(files, root, dependency) });
        }
    }
    let inside = format!("{root}charts/");
    for (child, _) in files.charts.range::<str, _>((Bound::Included(inside.as_str()), Bound::Unbounded)).take_while(|(child, _)| child.starts_with(&inside)) {
        let direct = child[inside.len()..].trim_end_matches('/').split('/').count() == 1;
        if direct && !out.iter().any(|known| known.folder == Some(child)) {
            out.extend(folder.path.clone().map(|path| Child { path, dependency: None, folder: Some(child) }));
        }
    }
    out
}

/// The folder of a dependency: in `charts`, at the path that is written, or of the only chart of its name.
fn find<'f>(files: &Files<'f>, root: &str, dependency: &ChartDependency) -> Option<&'f str> {
    let known = |folder: String| files.charts.get_key_value(folder.as_str()).map(|(folder, _)| *folder);
    let written = dependency.repository.as_deref().and_then(|repository| repository.strip_prefix("file://"));
    let written = written.and_then(|path| join(root, path)).and_then(known);
    written.or_else(|| known(format!("{root}charts/{}/", dependency.name))).or_else(|| {
        let is_it = |(folder, chart): &(&&'f str, &Folder<'f>)| **folder != root && chart.chart.and_then(|chart| chart.name.as_ref()) == Some(&dependency.name);
        let mut named = files.charts.iter().filter(is_it);
        let only = named.next()?;
        named.next().is_none().then_some(*only.0)
    })
}

pub(crate) fn join(root: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = root.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(if parts.is_empty() { String::new() } else { format!("{}/", parts.join("/")) })
}

/// A chart and what it brings with it, with these values over its own.
pub(super) fn install<'f>(files: &Files<'f>, root: &'f str, values: &Value) -> Installed<'f> {
    let mut installed = Installed::default();
    enter(files, root, values, 0, &mut installed);
    installed
}

fn enter<'f>(files: &Files<'f>, root: &'f str, values: &Value, depth: usize, out: &mut Installed<'f>) -> Value {
    let Some(folder) = files.charts.get(root) else { return values.clone() };
    let mut own = folder.values.map_or_else(|| Value::map([]), parse).under(values);
    for child in children(files, root, folder) {
        if depth >= MAX_DEPTH || out.charts.len() >= MAX_CHARTS || out.foreign.len() >= MAX_CHARTS {
            break;
        }
        if !is_enabled(child.dependency, &own) {
            continue;
        }
        let key = child.key(files);
        let given = Value::map([]).under(&or_empty(own.get(&key)));
        let given = given.under(&Value::map([("global".to_owned(), or_empty(given.get("global")).under(&or_empty(own.get("global"))))]));
        match (child.folder, child.dependency) {
            (Some(folder), _) => {
                let whole = enter(files, folder, &given, depth + 1, out);
                own = own.under(&Value::map([(key, whole)]));
            }
            (None, Some(dependency)) => {
                let (name, alias) = (dependency.name.clone(), dependency.alias.clone());
                let repository = dependency.repository.clone();
                out.foreign.push(Foreign { path: child.path, name, alias, repository, mark: dependency.mark, values: given });
            }
            (None, None) => {}
        }
    }
    out.charts.push(Instance { folder: root, values: own.clone() });
    own
}

fn or_empty(value: Value) -> Value {
    if value.entries().is_some() { value } else { Value::map([]) }
}

/// The first of the paths that leads to a value decides; nothing said is yes.
fn is_enabled(dependency: Option<&ChartDependency>, values: &Value) -> bool {
    let paths = dependency.and_then(|dependency| dependency.condition.as_deref()).unwrap_or_default();
    let told = paths.split(',').map(|path| values.at(path.trim())).find(|value| !matches!(value, Value::Nil));
    told.is_none_or(|value| value != Value::Bool(false))
}

/// Values as they are kept.
pub(super) fn parse(json: &str) -> Value {
    let documents = node::parse(ArtifactKind::Json, json).unwrap_or_default();
    documents.first().map_or_else(|| Value::map([]), Value::of)
}

/// What charts say that are installed together, by path.
pub(super) fn say<'f>(files: &Files<'f>, parsed: &Parsed<'f>, installed: &Installed<'f>, release: &Value) -> BTreeMap<Arc<str>, Facts> {
    let helpers = helpers(files, parsed, installed);
    let mut out: BTreeMap<Arc<str>, Facts> = BTreeMap::new();
    for instance in &installed.charts {
        let Some(folder) = files.charts.get(instance.folder) else { continue };
        let context = context(folder, instance, release);
        for path in folder.templates.keys() {
            let rest = &path[instance.folder.len() + "templates/".len()..];
            let name = rest.rsplit('/').next().unwrap_or(rest);
            if name.starts_with('_') || name.ends_with(".tpl") || rest.starts_with("tests/") || folder.chart.is_some_and(|chart| chart.library) {
                continue;
            }
            let facts = match parsed.get(path) {
                Some(Some(pieces)) => render::template(pieces, &helpers, &context),
                _ => threatline_facts::Extracted::lost("a template whose blocks do not close").facts,
            };
            add(out.entry(Arc::from(*path)).or_default(), facts);
        }
    }
    for foreign in &installed.foreign {
        add(out.entry(foreign.path.clone()).or_default(), products::say(foreign, release));
    }
    out
}

/// Named templates of all charts; the one that brings others with it comes last and wins.
fn helpers<'f>(files: &Files<'f>, parsed: &Parsed<'f>, installed: &Installed<'f>) -> Helpers {
    let mut helpers = Helpers::new();
    for known in installed.foreign.iter().filter_map(|foreign| catalogue::chart_library(&foreign.name, foreign.repository.as_deref()?)) {
        lend(&syntax::parse(known).unwrap_or_default(), &mut helpers);
    }
    for instance in &installed.charts {
        for path in files.charts.get(instance.folder).into_iter().flat_map(|folder| folder.templates.keys()) {
            if let Some(pieces) = parsed.get(path).and_then(Option::as_ref) {
                lend(pieces, &mut helpers);
            }
        }
    }
    helpers
}

fn lend(pieces: &[Piece], helpers: &mut Helpers) {
    for piece in pieces {
        if let Piece::Define { name, body } = piece {
            helpers.insert(name.clone(), Arc::new(body.clone()));
        }
    }
}

/// What the templates of a chart see.
fn context(folder: &Folder<'_>, instance: &Instance<'_>, release: &Value) -> Value {
    let chart = folder.chart;
    let name = chart.and_then(|chart| chart.name.clone()).unwrap_or_default();
    let text = |text: Option<&String>| text.map_or(Value::Nil, Value::text);
    let base = Value::text(format!("{name}/templates"));
    Value::map([
        ("Values".to_owned(), instance.values.clone()),
        ("Release".to_owned(), release.clone()),
        (
            "Chart".to_owned(),
            Value::map([
                ("Name".to_owned(), Value::text(&name)),
                ("AppVersion".to_owned(), text(chart.and_then(|chart| chart.app_version.as_ref()))),
                ("Version".to_owned(), Value::Unknown),
                ("Type".to_owned(), Value::text("application")),
            ]),
        ),
        ("Template".to_owned(), Value::map([("BasePath".to_owned(), base), ("Name".to_owned(), Value::Unknown)])),
        ("Capabilities".to_owned(), Value::Unknown),
        ("Files".to_owned(), Value::map(folder.beside.iter().map(|(path, text)| ((*path).to_owned(), Value::written(text))))),
    ])
}
