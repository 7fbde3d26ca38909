//! Environment variables as each deployment of a component sets them, and texts resolved with them.

use super::draft::{Draft, Setting, Variables, folder_of, join, plain};
use super::said::Said;
use super::source::{Folders, image_variables};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::infra::{Config, Container, EnvFile, Platform, VariableValue, Workload};
use threatline_facts::{Mark, Text};
use threatline_knowledge::catalogue;

/// How often a value may lead to another one.
const DEPTH: usize = 8;

/// Fills in the variables of every component, one map per deployment that describes it.
pub(crate) fn fill(drafts: &mut [Draft<'_>], said: &Said<'_>, folders: &Folders) {
    let configs = Configs::new(said);
    for draft in drafts {
        // each folder of manifests is a deployment of its own, with its own values
        let mut by_group: BTreeMap<(usize, String), Variables> = BTreeMap::new();
        // where another deployment says what it is told, a pattern for somebody's own file adds nothing
        let groups: BTreeSet<(usize, &str)> = draft.descriptions.iter().map(|description| (description.group, folder_of(&description.path))).collect();
        let patterns = groups.len() == 1;
        for description in &draft.descriptions {
            let variables = by_group.entry((description.group, folder_of(&description.path).to_owned())).or_default();
            for container in &description.workload.containers {
                collect(variables, container, description.workload, &description.path, description.namespace.as_deref(), said, folders, &configs, patterns);
            }
        }
        draft.variables = by_group.into_values().filter(|variables| !variables.is_empty()).collect();
        if draft.variables.is_empty() && draft.descriptions.is_empty() {
            draft.variables = loose(draft, said, folders);
        }
    }
}

/// ConfigMaps and Secrets by name.
struct Configs<'a> {
    by_name: BTreeMap<String, Vec<(Arc<str>, &'a Config)>>,
}

impl<'a> Configs<'a> {
    fn new(said: &Said<'a>) -> Self {
        let mut by_name: BTreeMap<String, Vec<(Arc<str>, &'a Config)>> = BTreeMap::new();
        for config in &said.configs {
            by_name.entry(config.it.name.clone()).or_default().push((config.path.clone(), config.it));
        }
        Configs { by_name }
    }

    /// Those of that name and kind that the asking manifest can mean, nearest first.
    fn named(&self, name: &str, secret: bool, near: &str, namespace: Option<&str>) -> Vec<(Arc<str>, &'a Config)> {
        let fits = |config: &Config| config.secret == secret && (config.namespace.is_none() || namespace.is_none() || config.namespace.as_deref() == namespace);
        let mut found: Vec<_> = self.by_name.get(name).into_iter().flatten().filter(|(_, config)| fits(config)).cloned().collect();
        let shared = |path: &str| path.bytes().zip(near.bytes()).take_while(|(a, b)| a == b).count();
        found.sort_by_key(|(path, _)| (std::cmp::Reverse(shared(path)), path.clone()));
        found
    }
}

#[allow(clippy::too_many_arguments, reason = "the places that a variable can come from are this many")]
fn collect(
    variables: &mut Variables,
    container: &Container,
    workload: &Workload,
    path: &Arc<str>,
    namespace: Option<&str>,
    said: &Said<'_>,
    folders: &Folders,
    configs: &Configs<'_>,
    patterns: bool,
) {
    let mut set = |name: &str, value: Text, path: &Arc<str>, mark: Mark| {
        variables.insert(name.to_owned(), Setting { value, path: path.clone(), mark });
    };
    for variable in image_variables(container, path, said, folders) {
        if let VariableValue::Text(value) = &variable.value {
            set(&variable.name, value.clone(), path, container.mark);
        }
    }
    let folder = folder_of(path);
    for file in container.env_files.iter().filter_map(|file| join(folder, file)) {
        if let Some((file, env)) = env_file(&file, said, patterns) {
            for variable in &env.variables {
                if let VariableValue::Text(value) = &variable.value {
                    set(&variable.name, value.clone(), file, variable.mark);
                }
            }
        }
    }
    for reference in &container.env_from {
        if let Some((file, config)) = configs.named(&reference.name, reference.secret, path, namespace).first() {
            for (key, value, mark) in &config.values {
                set(&format!("{}{key}", reference.prefix), value.clone(), file, *mark);
            }
        }
    }
    for variable in &container.environment {
        let from = |name: &str, key: &str, secret: bool| {
            let found = configs.named(name, secret, path, namespace);
            found
                .into_iter()
                .find_map(|(file, config)| config.values.iter().find(|(k, ..)| k == key).map(|(_, value, mark)| (file.clone(), value.clone(), *mark)))
        };
        let (file, value, mark) = match &variable.value {
            VariableValue::Text(value) => (path.clone(), interpolate(value, workload, folder, said), variable.mark),
            VariableValue::Config { config, key } => from(config, key, false).unwrap_or((path.clone(), Text::Unknown, variable.mark)),
            VariableValue::Secret { secret, key } => from(secret, key, true).unwrap_or((path.clone(), Text::Unknown, variable.mark)),
            VariableValue::Inherited => (path.clone(), dot_env(folder, &variable.name, said).unwrap_or(Text::Unknown), variable.mark),
        };
        set(&variable.name, value, &file, mark);
    }
}

/// Compose fills `${X}` from the `.env` file beside it; Kubernetes refers to the pod's own variables,
/// which is done when a text is resolved.
fn interpolate(value: &Text, workload: &Workload, folder: &str, said: &Said<'_>) -> Text {
    if workload.platform != Platform::Compose {
        return value.clone();
    }
    value.resolve(&mut |hole| match hole {
        Text::Environment { variable, default } => {
            dot_env(folder, variable, said).or_else(|| default.as_deref().map(|default| interpolate(default, workload, folder, said)))
        }
        _ => None,
    })
}

/// What the `.env` file of a folder sets.
pub(crate) fn dot_env(folder: &str, variable: &str, said: &Said<'_>) -> Option<Text> {
    let file = said.env_files.get(format!("{folder}.env").as_str())?;
    let found = file.variables.iter().rev().find(|v| v.name == variable)?;
    match &found.value {
        VariableValue::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// What a file that is kept out of the repository is made of by whoever installs it.
const PATTERNS: [&str; 4] = ["example", "sample", "template", "dist"];

/// A file of variables, or the pattern beside it that it is a copy of where it is not there itself.
fn env_file<'s>(path: &str, said: &'s Said<'_>, patterns: bool) -> Option<(&'s Arc<str>, &'s EnvFile)> {
    let pattern = |ending: &str| said.env_files.get_key_value(format!("{path}.{ending}").as_str());
    let found = said.env_files.get_key_value(path).or_else(|| PATTERNS.iter().filter(|_| patterns).find_map(|ending| pattern(ending)));
    found.map(|(path, file)| (path, *file))
}

/// A component that nothing deploys: what `.env` files beside its source say.
fn loose(draft: &Draft<'_>, said: &Said<'_>, _folders: &Folders) -> Vec<Variables> {
    let mut variables = Variables::new();
    for root in &draft.roots {
        for name in [".env.example", ".env.sample", ".env.template", ".env"] {
            if let Some((path, env)) = said.env_files.get_key_value(format!("{}{name}", root.folder).as_str()) {
                for variable in &env.variables {
                    if let VariableValue::Text(value) = &variable.value {
                        variables.insert(variable.name.clone(), Setting { value: value.clone(), path: path.clone(), mark: variable.mark });
                    }
                }
            }
        }
    }
    if variables.is_empty() { Vec::new() } else { vec![variables] }
}

/// A text resolved with one map of variables, and the place of the variable that decided it.
pub(crate) struct Resolved {
    pub(crate) text: Text,
    pub(crate) places: Vec<(Arc<str>, Mark)>,
}

/// Resolves a text with a component's variables and framework settings.
pub(crate) fn resolve(text: &Text, variables: &Variables, settings: &Variables) -> Resolved {
    let mut places = Vec::new();
    let text = resolve_at(text, variables, settings, &mut places, 0);
    Resolved { text, places }
}

fn resolve_at(text: &Text, variables: &Variables, settings: &Variables, places: &mut Vec<(Arc<str>, Mark)>, depth: usize) -> Text {
    if depth > DEPTH {
        return Text::Unknown;
    }
    text.resolve(&mut |hole| match hole {
        Text::Environment { variable, default } => match variables.get(variable) {
            Some(setting) if !is_empty(&setting.value) => {
                places.push((setting.path.clone(), setting.mark));
                Some(resolve_at(&setting.value, variables, settings, places, depth + 1))
            }
            // a framework's `${NAME}` may mean a setting as well as a variable
            _ => match settings.get(variable) {
                Some(setting) => Some(resolve_at(&setting.value, variables, settings, places, depth + 1)),
                None => default.as_deref().map(|default| resolve_at(default, variables, settings, places, depth + 1)),
            },
        },
        Text::Setting { key, default } => {
            let variable = plain(key).replace('-', "_").to_ascii_uppercase();
            if let Some(setting) = variables.get(&variable).or_else(|| by_path(variables, key)) {
                places.push((setting.path.clone(), setting.mark));
                return Some(resolve_at(&setting.value, variables, settings, places, depth + 1));
            }
            // frameworks take `a.b-c`, `a.bC` and `a.b_c` for one, and some write `a:b` in code
            let dotted = key.replace(':', ".");
            match settings.get(&dotted).or_else(|| super::settings::by_key(settings, &catalogue::setting(&dotted))) {
                Some(setting) => Some(resolve_at(&setting.value, variables, settings, places, depth + 1)),
                None => default.as_deref().map(|default| resolve_at(default, variables, settings, places, depth + 1)),
            }
        }
        _ => None,
    })
}

/// The variable that sets a key of a configuration: `Urls:Basket` is `Urls__Basket`, in capitals or not.
pub(crate) fn by_path<'v>(variables: &'v Variables, key: &str) -> Option<&'v Setting> {
    let path = key.replace(':', "__");
    variables.get(&path).or_else(|| variables.iter().find(|(name, _)| name.eq_ignore_ascii_case(&path)).map(|(_, setting)| setting))
}

fn is_empty(text: &Text) -> bool {
    matches!(text, Text::Literal(text) if text.trim().is_empty())
}
