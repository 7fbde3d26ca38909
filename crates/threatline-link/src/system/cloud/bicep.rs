//! Bicep's files as they are deployed: from those that nobody takes in, a file once for each call, with what it is handed.
//!
//! Templates bring libraries of files of which they use a few; what no call reaches is not deployed.

use super::super::draft::{folder_of, join, plain};
use super::super::said::{At, Said};
use super::Cloud;
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::infra::{Resource, Stack};
use threatline_facts::{Mark, Text};

/// The kind of a call that takes in a file.
pub(super) const MODULE: &str = "Bicep::Module";

/// What names of files end with that only try another one.
const TRIED: &str = ".test.bicep";

/// How deep files take in files, and how many times in all.
const DEEPEST: usize = 10;
const MANY: usize = 2_000;

/// What calls hand to the files that they take in.
type Handed<'a> = BTreeMap<(String, String), (String, &'a Text)>;

/// Whether a file is one of Bicep's.
pub(super) fn is_one(path: &str) -> bool {
    path.ends_with(".bicep")
}

/// The space of names of what a call takes in.
pub(super) fn inner(scope: &str, name: &str) -> String {
    format!("{scope}\0{name}")
}

/// All files, by path.
struct Files<'s, 'a> {
    resources: BTreeMap<&'s str, Vec<&'s At<'a, Resource>>>,
    stacks: BTreeMap<&'s str, &'s At<'a, Stack>>,
}

/// Adds what is deployed, and returns what calls hand down.
pub(super) fn deploy<'a>(cloud: &mut Cloud<'a>, said: &Said<'a>) -> Handed<'a> {
    let mut files = Files { resources: BTreeMap::new(), stacks: BTreeMap::new() };
    for resource in said.resources.iter().filter(|resource| is_one(&resource.path)) {
        files.resources.entry(&resource.path).or_default().push(resource);
    }
    for stack in said.stacks.iter().filter(|stack| is_one(&stack.path)) {
        files.stacks.insert(&stack.path, stack);
    }
    let mut handed = Handed::new();
    let mut left = MANY;
    for root in files.roots() {
        files.add(cloud, &root, &root, &mut handed, 0, &mut left);
    }
    handed
}

impl<'a> Files<'_, 'a> {
    /// Files that nobody takes in but to try them; beside or below a `main` the others are a library.
    fn roots(&self) -> Vec<String> {
        let deploys = |call: &&&At<'_, Resource>| !call.path.ends_with(TRIED);
        let taken: BTreeSet<String> = self.resources.values().flatten().filter(deploys).filter_map(|call| target(&call.path, call.it)).collect();
        let mains: BTreeSet<&str> = self.resources.keys().filter(|path| path.rsplit('/').next() == Some("main.bicep")).map(|path| folder_of(path)).collect();
        let is_root = |path: &&str| {
            let is_main = path.rsplit('/').next() == Some("main.bicep");
            is_main || !mains.iter().any(|folder| path.starts_with(folder))
        };
        let left = self.resources.keys().copied().filter(|path| !taken.contains(*path) && !path.ends_with(TRIED));
        left.filter(is_root).map(str::to_owned).collect()
    }

    fn add(&self, cloud: &mut Cloud<'a>, path: &str, scope: &str, handed: &mut Handed<'a>, depth: usize, left: &mut usize) {
        if depth > DEEPEST || *left == 0 {
            return;
        }
        *left -= 1;
        if let Some(stack) = self.stacks.get(path) {
            for parameter in &stack.it.parameters {
                cloud.parameters.insert((scope.to_owned(), parameter.name.clone()), parameter);
            }
            for output in &stack.it.outputs {
                cloud.outputs.insert((scope.to_owned(), output.name.clone()), &output.value);
            }
        }
        for resource in self.resources.get(path).into_iter().flatten() {
            let off = |text: &Text| cloud.literal(scope, text).as_deref() == Some("false") || handed_off(cloud, handed, scope, text);
            if resource.it.attributes.iter().any(|(key, text, _)| key == "condition" && off(text)) {
                continue;
            }
            let at = cloud.items.len();
            cloud.add(resource.path.clone(), resource.it, scope.to_owned());
            let Some(next) =
                target(&resource.path, resource.it).filter(|next| self.resources.contains_key(next.as_str()) || self.stacks.contains_key(next.as_str()))
            else {
                continue;
            };
            let space = inner(scope, &resource.it.name);
            for (key, text, _) in &resource.it.attributes {
                if let Some(name) = key.strip_prefix("params.") {
                    handed.insert((space.clone(), name.to_owned()), (scope.to_owned(), text));
                }
            }
            cloud.calls.insert(space.clone(), at);
            self.add(cloud, &next, &space, handed, depth + 1, left);
        }
    }
}

/// Whether what a call hands down switches something off.
fn handed_off(cloud: &Cloud<'_>, handed: &Handed<'_>, scope: &str, text: &Text) -> bool {
    let Text::Name(name) = text else { return false };
    let given = handed.get(&(scope.to_owned(), name.clone()));
    given.is_some_and(|(scope, text)| cloud.literal(scope, text).as_deref() == Some("false"))
}

/// The file that a call takes in.
fn target(path: &str, it: &Resource) -> Option<String> {
    let written = it.attributes.iter().find(|(key, ..)| key == "path" && it.kind == MODULE)?.1.as_literal()?;
    join(folder_of(path), written)
}

/// The calls around a resource, from the inside.
pub(super) fn around<'c>(cloud: &'c Cloud<'_>, at: usize) -> impl Iterator<Item = usize> + 'c {
    let mut scope = cloud.items[at].scope.as_str();
    std::iter::from_fn(move || {
        let call = cloud.calls.get(scope).copied()?;
        scope = &cloud.items[call].scope;
        Some(call)
    })
}

/// What a resource is called: of several from one file, and of what is only a program's host, by the outermost call.
pub(super) fn name(cloud: &Cloud<'_>, at: usize, is_host: bool) -> String {
    let item = &cloud.items[at];
    let outermost = around(cloud, at).last().map(|call| cloud.items[call].it.name.clone());
    outermost.filter(|_| is_host || cloud.tables.are_several(item)).unwrap_or_else(|| item.it.name.clone())
}

/// Other names of a resource: its own, and those of the calls around it.
pub(super) fn aliases(cloud: &Cloud<'_>, at: usize) -> Vec<String> {
    std::iter::once(at).chain(around(cloud, at)).map(|at| cloud.items[at].it.name.clone()).collect()
}

/// The service of the Azure Developer CLI that a resource hosts: as it is tagged, or as a call around it is called.
pub(super) fn service(cloud: &Cloud<'_>, at: usize) -> Option<usize> {
    let services = cloud.tables.services.iter().filter(|at| cloud.items[**at].component.is_some());
    let services: BTreeMap<String, usize> = services.map(|at| (plain(&cloud.items[*at].it.name), *at)).collect();
    if services.is_empty() {
        return None;
    }
    let chain: Vec<usize> = std::iter::once(at).chain(around(cloud, at)).collect();
    let tagged = chain.iter().find_map(|at| {
        let tag = cloud.items[*at].it.attributes.iter().find(|(key, ..)| key.ends_with("azd-service-name"))?;
        cloud.literal_of(*at, &tag.1)
    });
    let named = || chain.iter().rev().find_map(|at| services.get(&plain(&cloud.items[*at].it.name)));
    // `web-app` is a part of `web` where nothing is called so itself
    let begins =
        |tag: &str| services.iter().rev().find(|(name, _)| plain(tag).strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('-'))).map(|(_, at)| at);
    tagged.as_ref().and_then(|tag| services.get(&plain(tag)).or_else(|| begins(tag))).or_else(named).copied()
}

/// What variables of a program stand below.
const GROUPS: &[&str] = &["env", "appsettings", "appsettingskeyvaluepairs", "environmentvariables"];

/// The kind of settings of a site that are a resource of their own, and what of it names the site.
const CONFIGURED: &str = "Microsoft.Web::sites/config";
const OF_SITE: &[&str] = &["parent", "params.appName", "name"];

/// Settings that are resources of their own, with the component that each is for.
pub(super) fn configured(cloud: &Cloud<'_>) -> Vec<(usize, usize)> {
    let keys: Vec<String> = OF_SITE.iter().map(|key| (*key).to_owned()).collect();
    let found = (0..cloud.items.len()).filter(|at| cloud.items[*at].kind.eq_ignore_ascii_case(CONFIGURED));
    found.filter_map(|at| Some((cloud.references(at, &keys).into_iter().find_map(|(item, _)| cloud.items[item].component)?, at))).collect()
}

/// What is told of a variable to the program that a resource hosts, with who says it: by the resource, or by calls around it.
pub(super) fn settings<'a>(cloud: &Cloud<'a>, at: usize, variable: &str) -> Vec<(usize, &'a Text, Mark)> {
    let mut found = Vec::new();
    for by in std::iter::once(at).chain(around(cloud, at)) {
        let attributes = &cloud.items[by].it.attributes;
        for (key, text, mark) in attributes {
            let below = key.strip_prefix("params.").or_else(|| key.strip_prefix("properties."));
            let Some(below) = below else { continue };
            let (before, last) = below.rsplit_once('.').unwrap_or(("", below));
            let named = |group: &str| GROUPS.contains(&group.to_ascii_lowercase().as_str());
            // `configs: [{ name: 'appsettings', properties: { … } }]`
            let is_settings = || match before.rsplit('.').next() {
                Some("" | "properties") => before.starts_with("configs.") || cloud.items[by].kind.eq_ignore_ascii_case(CONFIGURED),
                group => group.is_some_and(named),
            };
            if last == variable && is_settings() {
                found.push((by, text, *mark));
            }
            if last == "name" && text.as_literal() == Some(variable) {
                let before = key.strip_suffix("name").unwrap_or(key);
                let beside = |key: &str, last: &str| attributes.iter().find(|(name, ..)| name.strip_prefix(key) == Some(last));
                found.extend(beside(before, "value").map(|(_, text, mark)| (by, text, *mark)));
                // a secret that is handed to the same program
                let secret = beside(before, "secretRef").and_then(|(_, text, _)| text.as_literal());
                let called = |(key, text, _): &&(String, Text, Mark)| key.contains("secrets.") && key.ends_with(".name") && text.as_literal() == secret;
                let named = secret.and_then(|_| attributes.iter().find(called)).and_then(|(key, ..)| beside(key.strip_suffix("name")?, "value"));
                found.extend(named.map(|(_, text, mark)| (by, text, *mark)));
            }
        }
    }
    found
}
