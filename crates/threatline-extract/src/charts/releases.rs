//! Which charts the repository says are installed, under which names and with which values.

use super::tree::{Foreign, parse};
use super::value::Value;
use super::variations::{PRODUCTION, environment};
use super::{Files, folder};
use std::collections::BTreeMap;
use std::sync::Arc;
use threatline_facts::infra::ChartRelease;

/// More releases of one chart are not described.
const MAX_RELEASES: usize = 64;

/// One release of a chart, and what other environments make of it.
#[derive(Debug, Default)]
pub(super) struct Release {
    /// None where nobody says it.
    pub(super) name: Option<String>,
    pub(super) namespace: Option<String>,
    /// What it sets over the chart's own values.
    pub(super) values: Option<Value>,
    /// Values of releases for other environments.
    pub(super) elsewhere: Vec<(&'static str, Value)>,
}

/// Releases by the folder of their chart, and those of products.
pub(super) struct Releases<'f> {
    pub(super) of_charts: BTreeMap<&'f str, Vec<Release>>,
    pub(super) products: Vec<(Foreign, Option<String>)>,
}

/// A release, the environment that it is for, and what it sets.
type Told<'r> = (Option<&'static str>, &'r ChartRelease, Value);

/// Sorts what is said of releases by what they install.
pub(super) fn find<'f>(files: &Files<'f>, said: &[(Arc<str>, ChartRelease)]) -> Releases<'f> {
    let mut by_chart: BTreeMap<&'f str, BTreeMap<String, Vec<Told<'_>>>> = BTreeMap::new();
    let mut products = Vec::new();
    for (path, release) in said {
        let values = values(files, path, release);
        let told = release.files.iter().map(String::as_str).chain([&**path]).chain(release.name.as_deref()).find_map(environment);
        match chart(files, path, release) {
            Some(root) => {
                let identity = identity(release.name.as_deref().unwrap_or_default());
                by_chart.entry(root).or_default().entry(identity).or_default().push((told, release, values));
            }
            None if told.is_none_or(|told| told == PRODUCTION) => {
                let name = release.chart.rsplit('/').next().unwrap_or(&release.chart).to_owned();
                let alias = release.name.clone().filter(|name| !name.is_empty());
                products.push((Foreign { path: path.clone(), name, alias: alias.clone(), repository: None, mark: release.mark, values }, alias));
            }
            None => {}
        }
    }
    let of_charts = by_chart.into_iter().map(|(root, named)| (root, named.into_values().take(MAX_RELEASES).map(together).collect())).collect();
    Releases { of_charts, products }
}

/// Releases of one name: the one that people use is described, or the first.
fn together(mut releases: Vec<Told<'_>>) -> Release {
    let rank = |told: &Option<&str>| match told {
        Some(environment) if *environment == PRODUCTION => 0,
        None => 1,
        Some(_) => 2,
    };
    releases.sort_by_key(|(told, ..)| rank(told));
    let mut all = releases.into_iter();
    let Some((told, main, values)) = all.next() else { return Release::default() };
    // a rehearsal says how the chart is called; what it is the chart says
    let only_rehearsed = rank(&told) == 2;
    let mut elsewhere: Vec<(&'static str, Value)> = all.filter_map(|(told, _, values)| Some((told?, values))).collect();
    if only_rehearsed {
        elsewhere.extend(told.map(|told| (told, values.clone())));
    }
    Release { name: main.name.clone(), namespace: main.namespace.clone(), values: (!only_rehearsed).then_some(values), elsewhere }
}

/// The name without words for an environment.
fn identity(name: &str) -> String {
    name.split('-').filter(|word| environment(word).is_none()).collect::<Vec<_>>().join("-")
}

/// The folder of the chart that is meant, if it is here.
fn chart<'f>(files: &Files<'f>, path: &str, release: &ChartRelease) -> Option<&'f str> {
    let known = |base: &str| {
        let folder = super::tree::join(base, &release.chart)?;
        files.charts.get_key_value(folder.as_str()).map(|(folder, _)| *folder)
    };
    let written = if release.from_root { known("").or_else(|| known(folder(path))) } else { known(folder(path)) };
    let in_charts = || known(&format!("{}charts/", folder(path)));
    written.or_else(in_charts).or_else(|| {
        let name = release.chart.rsplit('/').next()?;
        let mut named = files.charts.iter().filter(|(_, folder)| folder.chart.and_then(|chart| chart.name.as_deref()) == Some(name));
        let only = named.next()?;
        named.next().is_none().then_some(*only.0)
    })
}

/// What a release sets: its files in order, then what it writes itself.
fn values(files: &Files<'_>, path: &str, release: &ChartRelease) -> Value {
    let base = chart(files, path, release);
    let file = |written: &String| {
        let written = written.trim_start_matches("$values/").trim_end_matches('/');
        let places = [Some(folder(path)), base, Some("")];
        places.into_iter().flatten().find_map(|place| {
            let folder = super::tree::join(place, written)?;
            files.values.get(folder.trim_end_matches('/')).map(|json| parse(json))
        })
    };
    let inline = release.json.as_deref().map(parse);
    release.files.iter().filter_map(file).chain(inline).fold(Value::map([]), |all, values| all.under(&values))
}
