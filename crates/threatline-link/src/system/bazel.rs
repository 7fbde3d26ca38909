//! Targets of Bazel: the program that an image is made of, and the packages that a program is made of.

use super::draft::folder_of;
use super::said::{At, Said};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::infra::BuildTarget;

/// Targets of a program that are followed.
const MOST: usize = 20_000;

/// All targets by their labels: `services/worker/:image`, the folder of the package before the colon.
pub(crate) struct Targets<'a> {
    by_label: BTreeMap<String, &'a BuildTarget>,
    folders: BTreeSet<String>,
}

impl<'a> Targets<'a> {
    pub(crate) fn new(said: &[At<'a, BuildTarget>]) -> Self {
        let folders: BTreeSet<String> = said.iter().map(|target| folder_of(&target.path).to_owned()).collect();
        Self { by_label: said.iter().map(|target| (format!("{}:{}", folder_of(&target.path), target.it.name), target.it)).collect(), folders }
    }

    /// Images with the folder of the program that each is made of, where it is one.
    pub(crate) fn images(&self) -> Vec<(String, String)> {
        let mut out = Vec::new();
        for (label, target) in &self.by_label {
            for (image, made_by) in &target.images {
                let from = made_by.as_ref().and_then(|made_by| resolved(folder_of_label(label), made_by)).unwrap_or_else(|| label.clone());
                if let Some(program) = self.program(&from) {
                    out.push((image.clone(), program.to_owned()));
                }
            }
        }
        out
    }

    /// The folder of the nearest program that a target is made of: its own where it is made of none.
    fn program(&self, label: &str) -> Option<&str> {
        let (mut level, mut seen) = (vec![label.to_owned()], BTreeSet::new());
        while !level.is_empty() && seen.len() < MOST {
            let runs: BTreeSet<&str> = level
                .iter()
                .filter_map(|label| self.by_label.get_key_value(label))
                .filter(|(_, target)| target.runs)
                .map(|(label, _)| folder_of_label(label))
                .collect();
            match runs.len() {
                0 => {}
                1 => return runs.first().copied(),
                _ => return None,
            }
            seen.extend(level.iter().cloned());
            level = level.iter().flat_map(|label| self.needs(label)).filter(|need| !seen.contains(need)).collect();
            level.sort();
            level.dedup();
        }
        // a rule that takes sources and makes an image of them
        self.by_label.get_key_value(label).map(|(label, _)| folder_of_label(label))
    }

    fn needs(&self, label: &str) -> impl Iterator<Item = String> {
        let target = self.by_label.get(label).copied();
        let folder = folder_of_label(label).to_owned();
        target.into_iter().flat_map(|target| &target.needs).filter_map(move |need| resolved(&folder, need))
    }

    /// The folders of the programs that images are made of.
    pub(crate) fn programs(&self) -> BTreeSet<String> {
        self.images().into_iter().map(|(_, folder)| folder).collect()
    }

    /// The package that a file lies in.
    pub(crate) fn package_of<'p>(&self, path: &'p str) -> Option<&'p str> {
        super::source::ancestors(path).find(|folder| self.folders.contains(*folder))
    }

    /// By the folder of a package, the folders of programs that it is a part of.
    pub(crate) fn parts(&self, programs: &BTreeSet<String>) -> BTreeMap<String, BTreeSet<String>> {
        let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for program in programs {
            let own = self.by_label.iter().filter(|(label, target)| folder_of_label(label) == program && target.runs);
            let (mut next, mut seen): (Vec<String>, BTreeSet<String>) = (own.map(|(label, _)| label.clone()).collect(), BTreeSet::new());
            while let Some(label) = next.pop() {
                if seen.len() < MOST && seen.insert(label.clone()) {
                    out.entry(folder_of_label(&label).to_owned()).or_default().insert(program.clone());
                    next.extend(self.needs(&label));
                }
            }
        }
        out
    }
}

fn folder_of_label(label: &str) -> &str {
    label.rsplit_once(':').map_or("", |(folder, _)| folder)
}

/// A label as the targets are kept by: `:x`, `//a/b:x`, and `//a/b`, which is `//a/b:b`.
fn resolved(folder: &str, label: &str) -> Option<String> {
    if let Some(name) = label.strip_prefix(':') {
        return Some(format!("{folder}:{name}"));
    }
    let rest = label.strip_prefix("//")?;
    let (package, name) = rest.split_once(':').unwrap_or((rest, rest.rsplit('/').next().unwrap_or(rest)));
    Some(if package.is_empty() { format!(":{name}") } else { format!("{package}/:{name}") })
}

/// Adds what images are made of.
pub(crate) fn add_images(said: &mut Said<'_>) {
    let built = Targets::new(&said.targets).images();
    built.into_iter().for_each(|(image, folder)| said.add_image("", &image, folder.trim_end_matches('/'), None));
}
