//! Resources by what others look them up by, so that nobody has to go through all of them for each.

use super::{Item, ways};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Filled as resources are added.
#[derive(Default)]
pub(super) struct Tables<'a> {
    /// Files that tell of any.
    pub(super) paths: BTreeSet<Arc<str>>,
    /// How many there are of a file's resource; a file may be taken in several times.
    repeated: BTreeMap<(Arc<str>, &'a str), usize>,
    /// The first function below a folder of functions, by that folder.
    functions: BTreeMap<String, usize>,
    /// Services of the Azure Developer CLI.
    pub(super) services: Vec<usize>,
}

impl<'a> Tables<'a> {
    /// Takes in the next resource.
    pub(super) fn add(&mut self, at: usize, item: &Item<'a>) {
        self.paths.insert(item.path.clone());
        if !item.it.data_source {
            *self.repeated.entry((item.path.clone(), &item.it.name)).or_default() += 1;
        }
        if item.kind.starts_with("Azd::") {
            self.services.push(at);
        }
        if ways().function.contains_key(&item.kind) {
            for (begin, word) in item.path.match_indices(FUNCTIONS) {
                let behind = begin + word.len();
                if let Some(length) = item.path[behind..].find('/') {
                    self.functions.entry(item.path[..=behind + length].to_owned()).or_insert(at);
                }
            }
        }
    }

    /// Whether there are several of a file's resource.
    pub(super) fn are_several(&self, item: &Item<'a>) -> bool {
        self.repeated.get(&(item.path.clone(), item.it.name.as_str())).is_some_and(|count| *count > 1)
    }

    /// The function of that name in a folder, as Amplify keeps them.
    pub(super) fn function(&self, folder: &str, name: &str) -> Option<usize> {
        self.functions.get(&format!("{folder}{FUNCTIONS}{name}/")).copied()
    }
}

const FUNCTIONS: &str = "function/";
