//! Charts of Helm, completed: templates with the values of their chart become what they describe.
//!
//! This is the one reading that needs several artifacts. It is a plain function all the same: facts of
//! templates, values and charts by path in, facts of manifests by path out. What the default values say
//! is described; a file of values for one environment adds what only that environment has. No program
//! and no template runs: simple expressions are replaced by what they are, all else is not known.

mod evaluate;
mod files;
mod functions;
mod products;
mod releases;
mod render;
mod syntax;
mod tree;
mod value;
mod variations;

pub(crate) use tree::join;
pub(crate) use variations::{PRODUCTION, environment};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::infra::{Chart, ChartRelease, ChartTemplate, InfraFact};
use threatline_facts::{Fact, Facts};

/// What the files of a repository say of one chart.
#[derive(Debug, Default)]
struct Files<'f> {
    /// Charts by their folder, with `/` at its end.
    charts: BTreeMap<&'f str, Folder<'f>>,
    /// All files of values as JSON.
    values: BTreeMap<&'f str, &'f str>,
}

/// A chart.
#[derive(Debug, Default)]
struct Folder<'f> {
    path: Option<Arc<str>>,
    chart: Option<&'f Chart>,
    /// A `requirements.yaml`.
    requirements: Option<(Arc<str>, &'f Chart)>,
    /// Its own values as JSON.
    values: Option<&'f str>,
    /// Other files of values, path below the folder and JSON.
    others: Vec<(&'f str, &'f str)>,
    /// Templates by path.
    templates: BTreeMap<&'f str, &'f ChartTemplate>,
    /// Manifests without actions among them.
    manifests: Vec<&'f str>,
    /// Texts of files beside the templates that these take in, by path below the folder.
    beside: BTreeMap<&'f str, &'f str>,
}

/// What artifacts say that another file completes, by path; all others say what they said. `said` is
/// sorted by path.
pub(crate) fn complete(said: &[(Arc<str>, Facts)]) -> BTreeMap<Arc<str>, Facts> {
    let mut out: BTreeMap<Arc<str>, Facts> = BTreeMap::new();
    // most repositories have none, and every link asks
    let is_of_charts = |fact: &Fact| matches!(fact, Fact::Infra(InfraFact::Chart(_) | InfraFact::ChartTemplate(_) | InfraFact::ChartRelease(_)));
    if !said.iter().any(|(_, facts)| facts.facts.iter().any(is_of_charts)) {
        return out;
    }
    let templates = said.iter().filter(|(_, facts)| template_of(facts).is_some());
    let files = Files::new(said);
    let mut lonely: Vec<(&Arc<str>, &ChartTemplate)> = Vec::new();
    for (path, facts) in templates {
        let of_chart = files.folder_of(path).is_some_and(|(_, folder)| folder.templates.contains_key(&**path));
        if !of_chart {
            lonely.extend(template_of(facts).map(|template| (path, template)));
        }
        out.insert(path.clone(), Facts::default());
    }
    // what a chart takes in is what its templates make of it, and nothing by itself
    let is_taken = |facts: &Facts| facts.facts.iter().any(|fact| matches!(fact, Fact::Infra(InfraFact::ChartFile(_))));
    out.extend(said.iter().filter(|(path, facts)| is_taken(facts) && files.root_of(path).is_some()).map(|(path, _)| (path.clone(), Facts::default())));
    for (path, template) in lonely {
        out.insert(path.clone(), render::alone(template));
    }
    let by_path: BTreeMap<&str, &Facts> = said.iter().map(|(path, facts)| (&**path, facts)).collect();
    let named: Vec<(Arc<str>, ChartRelease)> = said
        .iter()
        .filter(|(path, _)| !out.contains_key(path))
        .map(|(path, facts)| (path, facts))
        .chain(&out)
        .flat_map(|(path, facts)| releases_of(path, facts))
        .collect();
    let releases = releases::find(&files, &named);
    tree::complete(&files, &by_path, &releases, &mut out);
    let paths: BTreeSet<&str> = said.iter().map(|(path, _)| &**path).collect();
    out.retain(|path, _| paths.contains(&**path));
    out
}

fn releases_of<'f>(path: &Arc<str>, facts: &'f Facts) -> impl Iterator<Item = (Arc<str>, ChartRelease)> + use<'f> {
    let path = path.clone();
    facts
        .facts
        .iter()
        .filter_map(move |fact| if let Fact::Infra(InfraFact::ChartRelease(release)) = fact { Some((path.clone(), release.clone())) } else { None })
}

fn template_of(facts: &Facts) -> Option<&ChartTemplate> {
    facts.facts.iter().find_map(|fact| if let Fact::Infra(InfraFact::ChartTemplate(template)) = fact { Some(template) } else { None })
}

impl<'f> Files<'f> {
    fn new(said: &'f [(Arc<str>, Facts)]) -> Self {
        let mut files = Files::default();
        for (path, facts) in said {
            for fact in &facts.facts {
                if let Fact::Infra(InfraFact::Chart(chart)) = fact {
                    let folder = files.charts.entry(folder(path)).or_default();
                    if chart.name.is_some() {
                        (folder.path, folder.chart) = (Some(path.clone()), Some(chart));
                    } else {
                        folder.requirements = Some((path.clone(), chart));
                    }
                }
            }
        }
        files.charts.retain(|_, folder| folder.chart.is_some());
        for (path, facts) in said {
            for fact in &facts.facts {
                if let Fact::Infra(InfraFact::ChartValues(values)) = fact {
                    files.values.insert(path, &values.json);
                }
            }
            let Some(root) = files.root_of(path) else { continue };
            let Some(home) = files.charts.get_mut(root) else { continue };
            let rest = &path[root.len()..];
            for fact in &facts.facts {
                match fact {
                    Fact::Infra(InfraFact::ChartValues(values)) if matches!(rest, "values.yaml" | "values.yml") => home.values = Some(&values.json),
                    Fact::Infra(InfraFact::ChartValues(values)) => home.others.push((rest, &values.json)),
                    Fact::Infra(InfraFact::ChartFile(file)) => _ = home.beside.insert(rest, &file.text),
                    Fact::Infra(InfraFact::ChartTemplate(template)) if rest.starts_with("templates/") => {
                        home.templates.insert(path, template);
                    }
                    _ => {}
                }
            }
            if rest.starts_with("templates/") && !home.templates.contains_key(&**path) {
                home.manifests.push(path);
            }
        }
        files
    }

    /// The folder of the innermost chart that a path lies in.
    fn root_of(&self, path: &str) -> Option<&'f str> {
        let mut at = folder(path);
        loop {
            if let Some((root, _)) = self.charts.get_key_value(at) {
                return Some(root);
            }
            if at.is_empty() {
                return None;
            }
            at = folder(&at[..at.len() - 1]);
        }
    }

    fn folder_of(&self, path: &str) -> Option<(&'f str, &Folder<'f>)> {
        let root = self.root_of(path)?;
        Some((root, self.charts.get(root)?))
    }
}

/// The folder of a path, with `/` at its end; empty at the root.
pub(crate) fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..=at])
}
