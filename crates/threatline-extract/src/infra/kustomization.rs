//! Kustomizations: what they put together, and what they change in it.

mod operations;
mod replacements;

pub use replacements::read as read_replacements;

use super::{gap, kubernetes, mark, secret, text};
use crate::node::{self, Entry, Node};
use threatline_facts::infra::{Config, InfraFact, Kustomization, Patch};
use threatline_facts::{ArtifactKind, Extracted, Mark, Text};

const KEYS: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata",
    "resources",
    "bases",
    "components",
    "namespace",
    "namePrefix",
    "nameSuffix",
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "images",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "crds",
    "configurations",
    "replicas",
    "vars",
    "generators",
    "transformers",
    "validators",
    "helmCharts",
    "helmGlobals",
    "openapi",
    "replacements",
    "buildMetadata",
    "sortOptions",
    "helmChartInflationGenerator",
    "inventory",
];

/// One of these says that a file without `kind` is a kustomization.
const TELLING: &[&str] = &["resources", "bases", "patchesStrategicMerge", "patchesJson6902", "configMapGenerator", "secretGenerator", "namePrefix"];

/// Nobody puts more labels on everything.
const MANY_LABELS: usize = 64;

/// Reads a document if it is a kustomization; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let kind = document.str_at(&["kind"]);
    let version = document.str_at(&["apiVersion"]);
    let named = matches!(kind, Some("Kustomization" | "Component")) && version.is_none_or(|version| version.starts_with("kustomize.config.k8s.io/"));
    if !(named || kind.is_none() && version.is_none() && is_bare(document)) {
        return false;
    }
    let at = mark(document, out);
    let mut resources = paths(document, "resources", out);
    resources.extend(paths(document, "bases", out));
    let text = |key: &str| document.str_at(&[key]).map(str::to_owned);
    let kustomization = Kustomization {
        component: kind == Some("Component"),
        resources,
        components: paths(document, "components", out),
        namespace: text("namespace"),
        name_prefix: text("namePrefix"),
        name_suffix: text("nameSuffix"),
        patches: patches(document, out),
        images: list(document, "images").iter().filter_map(image).collect(),
        replicas: list(document, "replicas").iter().filter_map(replicas).collect(),
        generators: generators(document, out),
        generated_files: generated_files(document),
        amends: amends(document),
        labels: labels(document),
        replacements: replacements::all(document),
        replacement_files: replacements::files(document, out),
        mark: at,
    };
    out.say(InfraFact::Kustomization(kustomization));
    super::chart::release::kustomization(document, out);
    true
}

fn is_bare(document: &Node) -> bool {
    let known = document.entries().iter().all(|entry| KEYS.contains(&entry.key.as_str()));
    known && TELLING.iter().any(|key| document.get(key).is_some_and(|value| value.is_sequence() || *key == "namePrefix"))
}

fn list<'a>(document: &'a Node, key: &str) -> &'a [Node] {
    document.get(key).map_or(&[], Node::items)
}

fn paths(document: &Node, key: &str, out: &mut Extracted) -> Vec<(String, Mark)> {
    list(document, key).iter().filter_map(|item| Some((item.as_str()?.to_owned(), mark(item, out)))).collect()
}

/// Name, and what it becomes: another name, or the same one when only its tag is set.
fn image(node: &Node) -> Option<(String, Option<String>)> {
    Some((node.str_at(&["name"])?.to_owned(), node.str_at(&["newName"]).map(str::to_owned)))
}

fn replicas(node: &Node) -> Option<(String, u32)> {
    Some((node.str_at(&["name"])?.to_owned(), node.get("count")?.as_int()?.try_into().ok()?))
}

/// Reads a document if it is a JSON patch of resources; says whether it was.
pub fn read_operations(document: &Node, out: &mut Extracted) -> bool {
    let is_operation = |node: &Node| node.str_at(&["op"]).is_some() && node.str_at(&["path"]).is_some_and(|path| path.is_empty() || path.starts_with('/'));
    if document.items().is_empty() || !document.items().iter().all(is_operation) {
        return false;
    }
    let at = mark(document, out);
    let inline = resources(&operations::resources(document, None), out);
    out.say(InfraFact::Patch(Patch { path: None, target: (None, None), labels: None, annotations: None, deletes: deletes(document), inline, mark: at }));
    true
}

fn patches(document: &Node, out: &mut Extracted) -> Vec<Patch> {
    let mut patches = Vec::new();
    for item in list(document, "patchesStrategicMerge") {
        let Some(written) = item.as_str() else { continue };
        let inline = written.trim().contains('\n');
        patches.extend(if inline { strategic(item, (None, None), out) } else { Some(file(written, (None, None), mark(item, out))) });
    }
    for key in ["patches", "patchesJson6902"] {
        for item in list(document, key) {
            let text = |path: &[&str]| item.str_at(path).map(str::to_owned);
            let target = (text(&["target", "kind"]), text(&["target", "name"]));
            let (labels, annotations) = (text(&["target", "labelSelector"]), text(&["target", "annotationSelector"]));
            let selects = labels.is_some() || annotations.is_some();
            let (before, named) = (patches.len(), target.1.is_some());
            if let Some(path) = item.str_at(&["path"]) {
                let at = mark(item, out);
                patches.push(file(path, target, at));
            } else if let Some(inline) = item.get("patch") {
                patches.extend(strategic(inline, target, out));
            } else if let Some(path) = item.as_str() {
                let at = mark(item, out);
                patches.push(file(path, target, at));
            }
            for patch in &mut patches[before..] {
                (patch.labels, patch.annotations) = (labels.clone(), annotations.clone());
                // what labels choose is not what the patch is called
                patch.target.1 = patch.target.1.take().filter(|_| named || !selects);
            }
        }
    }
    patches
}

fn file(path: &str, target: (Option<String>, Option<String>), mark: Mark) -> Patch {
    Patch { path: Some(path.to_owned()), target, labels: None, annotations: None, deletes: false, inline: Vec::new(), mark }
}

/// A patch written in the kustomization itself: resources, or a list of JSON patch operations.
fn strategic(inline: &Node, target: (Option<String>, Option<String>), out: &mut Extracted) -> Option<Patch> {
    let at = mark(inline, out);
    let mut documents = match inline.as_str() {
        Some(text) => node::parse(ArtifactKind::Yaml, text).unwrap_or_default(),
        None => vec![inline.clone()],
    };
    if inline.as_str().is_some() {
        documents.iter_mut().for_each(|document| document.shift(inline.line - 1));
    }
    let Some(first) = documents.first() else {
        gap(inline, "a patch that is not valid YAML", out);
        return None;
    };
    let target = target_of(first, target);
    let mut patch = Patch { path: None, target, labels: None, annotations: None, deletes: deletes(first), inline: Vec::new(), mark: at };
    if first.is_sequence() && !patch.deletes {
        patch.inline = resources(&operations::resources(first, patch.target.0.as_deref()), out);
    } else if !patch.deletes {
        patch.inline = resources(&documents, out);
    }
    Some(patch)
}

/// What a patch is aimed at: where a target is written, the names in the patch say nothing.
fn target_of(document: &Node, written: (Option<String>, Option<String>)) -> (Option<String>, Option<String>) {
    let own = |path: &[&str]| document.str_at(path).map(str::to_owned);
    match written {
        (None, None) => (own(&["kind"]), own(&["metadata", "name"])),
        (kind, name) => (kind.or_else(|| own(&["kind"])), name),
    }
}

/// `$patch: delete`, or the removal of the whole document.
fn deletes(document: &Node) -> bool {
    let whole = |operation: &Node| operation.str_at(&["op"]) == Some("remove") && matches!(operation.str_at(&["path"]), Some("" | "/"));
    document.str_at(&["$patch"]) == Some("delete") || document.items().iter().any(whole)
}

/// What the resources of a patch say, taken back from the facts of the file.
fn resources(documents: &[Node], out: &mut Extracted) -> Vec<InfraFact> {
    let before = out.facts.facts.len();
    for document in documents {
        kubernetes::read(document, out);
    }
    let said = out.facts.facts.split_off(before);
    said.into_iter().filter_map(|fact| if let threatline_facts::Fact::Infra(fact) = fact { Some(fact) } else { None }).collect()
}

fn generators(document: &Node, out: &mut Extracted) -> Vec<Config> {
    let mut generators = Vec::new();
    for (key, secret) in [("configMapGenerator", false), ("secretGenerator", true)] {
        for node in list(document, key) {
            let at = mark(node, out);
            generators.push(Config {
                name: node.str_at(&["name"]).unwrap_or_default().to_owned(),
                namespace: node.str_at(&["namespace"]).map(str::to_owned),
                secret,
                values: values(node, secret, out),
                mark: at,
            });
        }
    }
    generators
}

/// Files that generators put whole under a key: the generator's name, the key, the path.
fn generated_files(document: &Node) -> Vec<(String, String, String)> {
    let mut files = Vec::new();
    for node in list(document, "configMapGenerator") {
        let name = node.str_at(&["name"]).unwrap_or_default();
        for written in list(node, "files").iter().take(MANY_LABELS).filter_map(Node::as_str) {
            let (key, path) = keyed(written);
            files.push((name.to_owned(), key.to_owned(), path.to_owned()));
        }
    }
    files
}

/// Key and path of a file of a generator, `key=path` or the path alone.
fn keyed(written: &str) -> (&str, &str) {
    written.split_once('=').unwrap_or_else(|| (written.rsplit('/').next().unwrap_or(written), written))
}

/// Generators that change what another kustomization generates.
fn amends(document: &Node) -> Vec<(String, bool, bool)> {
    let mut amends = Vec::new();
    for (key, secret) in [("configMapGenerator", false), ("secretGenerator", true)] {
        for node in list(document, key) {
            let replaces = match node.str_at(&["behavior"]) {
                Some("merge") => false,
                Some("replace") => true,
                _ => continue,
            };
            amends.extend(node.str_at(&["name"]).map(|name| (name.to_owned(), secret, replaces)));
        }
    }
    amends
}

/// What is put on all resources, and whether selectors get it too.
fn labels(document: &Node) -> Vec<(String, String, bool)> {
    let pairs = |node: Option<&Node>, selects: bool| {
        let entries = node.map_or(&[][..], Node::entries).iter();
        entries.filter_map(|entry| Some((entry.key.clone(), entry.value.as_str()?.to_owned(), selects))).take(MANY_LABELS).collect::<Vec<_>>()
    };
    let mut labels = pairs(document.get("commonLabels"), true);
    for item in list(document, "labels").iter().take(MANY_LABELS) {
        let says = |key: &str| item.str_at(&[key]) == Some("true");
        if says("includeSelectors") || says("includeTemplates") {
            labels.extend(pairs(item.get("pairs"), says("includeSelectors")));
        }
    }
    labels
}

/// Literals with their values; of files and env files only the names, with values that are not known.
/// The name of an env file stands as a key that begins with `@`.
fn values(node: &Node, secret: bool, out: &mut Extracted) -> Vec<(String, Text, Mark)> {
    let mut values = Vec::new();
    for item in list(node, "literals") {
        let Some((key, value)) = item.as_str().and_then(|literal| literal.split_once('=')) else { continue };
        let value = value.trim_matches(['"', '\'']);
        let value = if secret { secret::stored(key, Some(value), kubernetes::address) } else { secret::hide(key, text::kubernetes(value)) };
        values.push((key.to_owned(), value, mark(item, out)));
    }
    for item in list(node, "files") {
        let Some(written) = item.as_str() else { continue };
        values.push((keyed(written).0.to_owned(), Text::Unknown, mark(item, out)));
    }
    let env = node.entry("env").map(|Entry { value, .. }| value).into_iter();
    for item in env.chain(list(node, "envs")) {
        if let Some(path) = item.as_str() {
            values.push((format!("@{path}"), Text::Unknown, mark(item, out)));
        }
    }
    values
}
