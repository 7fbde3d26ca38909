//! npm: `package.json`, as npm, yarn and pnpm read it, and `pnpm-workspace.yaml`.

use super::draft::Draft;
use crate::lines::Lines;
use crate::node::Node;
use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use threatline_facts::{Ecosystem, Extracted};

/// The keys that hold dependencies, and whether those are needed only to build or test.
const SECTIONS: [(&str, bool); 4] = [("dependencies", false), ("optionalDependencies", false), ("peerDependencies", false), ("devDependencies", true)];

/// What else may stand in a `pnpm-workspace.yaml`. Its name is not known here, so every key must be one of pnpm's.
const WORKSPACE_KEYS: [&str; 14] = [
    "packages",
    "catalog",
    "catalogs",
    "overrides",
    "onlyBuiltDependencies",
    "ignoredBuiltDependencies",
    "neverBuiltDependencies",
    "patchedDependencies",
    "packageExtensions",
    "peerDependencyRules",
    "linkWorkspacePackages",
    "nodeLinker",
    "shamefullyHoist",
    "minimumReleaseAge",
];

/// Whether a document is a `pnpm-workspace.yaml`.
pub fn is_workspace(document: &Node) -> bool {
    let folders = document.get("packages").map_or(&[][..], Node::items);
    let keys = document.entries().iter().all(|entry| WORKSPACE_KEYS.contains(&entry.key.as_str()));
    keys && !folders.is_empty() && folders.iter().all(|folder| folder.as_str().is_some())
}

/// Reads the members of a workspace; what is excluded (`!folder`) is left out.
pub fn read_workspace(document: &Node, out: &mut Extracted) {
    let mut draft = Draft::new(Ecosystem::Npm);
    let folders = document.get("packages").map_or(&[][..], Node::items).iter().filter_map(Node::as_str);
    folders.filter(|folder| !folder.starts_with('!')).for_each(|folder| draft.member(folder));
    *out = draft.finish();
}

/// Reads one `package.json`.
pub fn read(text: &str) -> Extracted {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
    let Some(Value::Object(root)) = parsed.ok().and_then(|parsed| parsed.value) else {
        return Extracted::lost("not a JSON object");
    };
    let lines = Lines::new(text);
    let mut draft = Draft::new(Ecosystem::Npm);
    if let Some(name) = root.get_string("name") {
        draft.name = Some((name.value.to_string(), lines.at(name.range.start)));
    }
    for (section, development) in SECTIONS {
        for property in properties(&root, section) {
            dependency(&mut draft, property, lines.at(property.range().start), development);
        }
    }
    members(&mut draft, &root);
    draft.runs = (root.get("bin").is_some() || starts(&root)).then_some(true);
    draft.main = main(&root);
    draft.finish()
}

/// Tools that serve what is developed with them: pages that a browser runs, or a program with a window.
const SERVERS: [&str; 18] = [
    "vite",
    "next",
    "nuxt",
    "nuxi",
    "ng",
    "astro",
    "webpack",
    "webpack-dev-server",
    "vue-cli-service",
    "react-scripts",
    "remix",
    "gatsby",
    "expo",
    "electron",
    "parcel",
    "svelte-kit",
    "quasar",
    "ionic",
];

/// A script starts a program: by its name, or because a tool that serves pages is called to work on them. What others import is none.
fn starts(root: &Object<'_>) -> bool {
    let library = root.get("exports").is_some() || root.get("module").is_some();
    properties(root, "scripts").iter().any(|script| {
        let name = script.name.as_str();
        let Value::StringLit(command) = &script.value else { return false };
        let serves = command.value.split([' ', '&', ';', '/']).any(|word| SERVERS.contains(&word));
        name == "start" || !library && matches!(name, "dev" | "serve" | "develop") && serves
    })
}

fn properties<'o, 'a>(root: &'o Object<'a>, key: &str) -> &'o [ObjectProp<'a>] {
    root.get_object(key).map_or(&[], |object| &object.properties)
}

fn dependency(draft: &mut Draft, property: &ObjectProp<'_>, line: u32, development: bool) {
    let name = property.name.as_str();
    let Value::StringLit(version) = &property.value else { return };
    // An alias (`"x": "npm:real@1"`) is imported as `x` but is `real`.
    let real = version.value.strip_prefix("npm:").map(|real| real.rfind('@').filter(|at| *at > 0).map_or(real, |at| &real[..at]));
    draft.depend(real.unwrap_or(name), line, development);
    let path = ["file:", "link:", "portal:"].iter().find_map(|scheme| version.value.strip_prefix(scheme));
    let workspace = version.value.strip_prefix("workspace:").filter(|path| path.starts_with('.'));
    if let Some(path) = path.or(workspace) {
        draft.sibling(name, path);
    }
}

/// `workspaces` is a list of folders, or an object with that list under `packages`.
fn members(draft: &mut Draft, root: &Object<'_>) {
    let list = root.get_array("workspaces").or_else(|| root.get_object("workspaces")?.get_array("packages"));
    for member in list.into_iter().flat_map(|list| &list.elements) {
        if let Value::StringLit(folder) = member {
            draft.member(&folder.value);
        }
    }
}

fn main(root: &Object<'_>) -> Option<String> {
    let exported = root.get("exports").and_then(|property| exported(&property.value, 0));
    let named = || ["module", "main"].iter().find_map(|key| Some(root.get_string(key)?.value.to_string()));
    exported.or_else(named)
}

/// What `exports` gives to `import "the-package"`: a text, or a condition's branch, `import` first.
fn exported(value: &Value<'_>, depth: u8) -> Option<String> {
    match value {
        Value::StringLit(path) => Some(path.value.to_string()),
        Value::Object(object) if depth < 4 => {
            let branch = [".", "import", "module", "node", "require", "default"].iter().find_map(|key| object.get(key));
            exported(&branch?.value, depth + 1)
        }
        _ => None,
    }
}
