//! Paths in front of all HTTP routes of a program, which only its configuration knows.
//!
//! A file of settings speaks for the module that it lies in. Two modules of one component, or a module
//! inside of another one, may stand under paths of their own.

use super::draft::{Draft, folder_of};
use super::said::Said;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Under these keys frameworks look for the path.
const KEYS: &[&str] = &[
    "server.servlet.context-path",
    "server.servlet.contextPath",
    "server.context-path",
    "server.contextPath",
    "spring.webflux.base-path",
    "quarkus.http.root-path",
    "micronaut.server.context-path",
    "server.applicationContextPath",
];

/// Under these keys frameworks look for the path before resources of JAX-RS alone, where no application tells one.
const RESOURCE_KEYS: &[&str] = &["quarkus.rest.path", "quarkus.resteasy.path", "quarkus.resteasy-reactive.path", "server.rootPath"];

/// The pack of such resources.
const RESOURCES: &str = "jax-rs";

/// Folders in which a module keeps its settings, the longest first.
const SETTINGS: &[&str] = &["src/main/resources/config/", "src/main/resources/", "resources/", "config/"];

/// A path as one file tells it.
struct Context {
    /// The file.
    path: Arc<str>,
    /// The folder of the module that the file belongs to.
    module: String,
    /// `/shop`; empty for none.
    prefix: String,
    /// It is of resources alone.
    of_resources: bool,
}

/// All paths that are told, and the folders of packages.
pub(crate) struct Contexts {
    told: Vec<Context>,
    packages: BTreeSet<String>,
}

impl Contexts {
    pub(crate) fn new(said: &Said<'_>) -> Self {
        let mut told: Vec<Context> = Vec::new();
        for setting in said.settings.iter().filter(|setting| setting.it.profile.is_none()) {
            let key = setting.it.key.as_str();
            let of_resources = RESOURCE_KEYS.contains(&key);
            if !of_resources && !KEYS.contains(&key) {
                continue;
            }
            // what only a variable knows is not known
            let text = setting.it.value.with_defaults();
            let text = text.strip_suffix("/*").unwrap_or(&text);
            let is_told = told.iter().rev().take_while(|last| last.path == setting.path).any(|last| last.of_resources == of_resources);
            if text.contains('*') || is_told {
                continue;
            }
            let trimmed = text.trim_matches('/');
            let prefix = if trimmed.is_empty() { String::new() } else { format!("/{trimmed}") };
            told.push(Context { path: setting.path.clone(), module: module_of(&setting.path).to_owned(), prefix, of_resources });
        }
        let packages = said.packages.iter().map(|package| folder_of(&package.path).to_owned()).collect();
        Contexts { told, packages }
    }

    /// What stands in front of a route that a file of this component declares, as a pack recognised it; `alone` says that
    /// nothing in code stands before it.
    pub(crate) fn of(&self, path: &str, by: &str, alone: bool, draft: &Draft<'_>) -> String {
        let mut prefix = self.nearest(path, draft, false).to_owned();
        if by == RESOURCES && alone {
            prefix.push_str(self.nearest(path, draft, true));
        }
        prefix
    }

    /// The path of the nearest module around the file, else that of a module which packs the file's package up with it.
    fn nearest(&self, path: &str, draft: &Draft<'_>, of_resources: bool) -> &str {
        let of_draft = |context: &&Context| context.of_resources == of_resources && draft.roots.iter().any(|root| root.holds(&context.path));
        let around = self.told.iter().filter(|context| path.starts_with(context.module.as_str())).filter(of_draft);
        // of two files of one module the first counts
        if let Some(nearest) = around.rev().max_by_key(|context| context.module.len()) {
            return &nearest.prefix;
        }
        let package = OnceCell::new();
        let find = || self.packages.iter().filter(|folder| path.starts_with(folder.as_str())).max_by_key(|folder| folder.len());
        let elsewhere = |context: &&Context| package.get_or_init(find).is_some_and(|package| !context.path.starts_with(package.as_str()));
        self.told.iter().filter(of_draft).find(elsewhere).map_or("", |context| &context.prefix)
    }
}

fn module_of(path: &str) -> &str {
    let folder = folder_of(path);
    SETTINGS.iter().find_map(|settings| folder.strip_suffix(settings).filter(|rest| rest.is_empty() || rest.ends_with('/'))).unwrap_or(folder)
}
