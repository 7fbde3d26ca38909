//! Where names of resources are valid: in the template, in the folder of Terraform, in the service that takes a file in, in a
//! backend of Amplify.

use super::super::draft::{folder_of, join};
use super::super::said::Said;
use super::is_template;
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::infra::Resource;

/// How deep files take in files.
const DEEPEST: usize = 8;

/// Spaces of names that are not a file's own.
pub(super) struct Scopes {
    /// The service that takes a file in, by the file's path.
    taken: BTreeMap<String, String>,
    /// Backends of Amplify with an API.
    backends: BTreeSet<String>,
    /// Templates that a file of Bicep beside them is made into.
    made: BTreeSet<String>,
}

impl Scopes {
    pub(super) fn new(said: &Said<'_>) -> Self {
        let mut direct: BTreeMap<String, String> = BTreeMap::new();
        for resource in said.resources.iter().filter(|resource| resource.it.kind == "Serverless::File") {
            if let Some(path) = join(folder_of(&resource.path), &resource.it.name) {
                direct.entry(path).or_insert_with(|| resource.path.to_string());
            }
        }
        let end = |path: &str| {
            let mut at = path;
            for _ in 0..DEEPEST {
                match direct.get(at) {
                    Some(next) => at = next,
                    None => return at.to_owned(),
                }
            }
            path.to_owned()
        };
        let taken = direct.keys().map(|path| (path.clone(), end(path))).collect();
        let apis = said.resources.iter().filter(|resource| resource.it.kind == "Amplify::Api");
        let bicep = said.resources.iter().filter_map(|resource| resource.path.strip_suffix(".bicep"));
        let made = bicep.map(|stem| format!("{stem}.json")).collect();
        Scopes { taken, made, backends: apis.map(|resource| folder_of(&resource.path).to_owned()).collect() }
    }

    /// The file in whose space a file's names are.
    pub(super) fn taken<'p>(&'p self, path: &'p str) -> &'p str {
        self.taken.get(path).map_or(path, String::as_str)
    }

    /// The space of a resource's names.
    pub(super) fn of(&self, path: &str, it: &Resource) -> String {
        if let Some(backend) = self.backend(path).filter(|_| it.kind.starts_with("Amplify::")) {
            return backend.to_owned();
        }
        if is_template(&it.kind) { self.taken(path).to_owned() } else { folder_of(path).to_owned() }
    }

    /// Whether it is one: what a schema's models make only a backend with an API does.
    pub(super) fn counts(&self, path: &str, it: &Resource) -> bool {
        it.kind != "Serverless::File"
            && !self.made.contains(path)
            && (!matches!(it.kind.as_str(), "Amplify::Model" | "Amplify::Field") || self.backend(path).is_some())
    }

    /// The backend that a file lies in.
    fn backend<'p>(&self, path: &'p str) -> Option<&'p str> {
        path.match_indices('/').map(|(at, _)| &path[..=at]).find(|folder| self.backends.contains(*folder))
    }
}
