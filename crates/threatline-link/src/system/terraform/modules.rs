//! Folders of Terraform, and each of them as often as it is called.

use super::super::draft::{as_folder, folder_of, join};
use super::super::said::{At, Said};
use super::tree::{Node, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::Text;
use threatline_facts::infra::{Resource, TerraformModule};
use threatline_knowledge::catalogue;

/// Modules within modules.
const DEEPEST: usize = 10;

/// Instances of modules; no system has so many.
const MOST: usize = 1_000;

/// What one folder says.
#[derive(Default)]
pub(super) struct Module<'a> {
    pub(super) folder: String,
    /// Variables with their defaults, and with `?optional` below them what their types say of missing parts.
    pub(super) declared: Node<'a>,
    /// What files of values say.
    pub(super) assigned: Node<'a>,
    pub(super) locals: Node<'a>,
    pub(super) outputs: Node<'a>,
    pub(super) calls: Vec<Call<'a>>,
    pub(super) blocks: Vec<Block<'a>>,
    /// Resources by `type.name`.
    pub(super) named: BTreeSet<String>,
    /// Calls of published modules, by their names.
    pub(super) published: BTreeSet<&'a str>,
}

/// A call of a module.
pub(super) struct Call<'a> {
    pub(super) path: Arc<str>,
    pub(super) it: &'a TerraformModule,
    pub(super) place: Place,
    pub(super) inputs: Node<'a>,
    pub(super) source: Source,
}

/// Where the called module comes from.
pub(super) enum Source {
    /// A module of this repository, by its number.
    Here(usize),
    /// A published one, and the type of resource that it stands for.
    Published(&'static str),
    Unknown,
}

/// A resource with its attributes as a tree.
pub(super) struct Block<'a> {
    pub(super) path: Arc<str>,
    pub(super) it: &'a Resource,
    pub(super) place: Place,
    pub(super) attributes: Node<'a>,
}

/// A module as one call of it makes it.
pub(super) struct Instance {
    pub(super) module: usize,
    /// The instance that calls it, and the number of the call there.
    pub(super) called: Option<(usize, usize)>,
    /// The one on top.
    pub(super) root: usize,
    depth: usize,
}

/// All of them.
#[derive(Default)]
pub(super) struct Modules<'a> {
    pub(super) all: Vec<Module<'a>>,
    pub(super) instances: Vec<Instance>,
    /// By the calling instance and the call's name.
    pub(super) children: BTreeMap<(usize, &'a str), usize>,
    pub(super) files: Vec<Arc<str>>,
    /// Files that modules may read as templates, with where they begin.
    pub(super) templates: BTreeMap<Arc<str>, (&'a Text, Place)>,
}

impl<'a> Modules<'a> {
    /// Reads what is said of Terraform.
    pub(super) fn new(said: &Said<'a>, in_test: &dyn Fn(&str) -> bool) -> Self {
        let mut modules = Modules::default();
        let mut folders: BTreeMap<String, usize> = BTreeMap::new();
        let mut files: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        for resource in said.resources.iter().filter(|resource| !resource.it.kind.contains("::")) {
            let (at, file) = modules.place(&mut folders, &mut files, &resource.path);
            let mut attributes = Node::default();
            for (key, text, mark) in &resource.it.attributes {
                attributes.put(key, Some((text, (file, *mark))));
            }
            let it = resource.it;
            let module = &mut modules.all[at];
            module.named.insert(address(it));
            module.blocks.push(Block { path: resource.path.clone(), it, place: (file, it.mark), attributes });
        }
        for call in &said.terraform_modules {
            let (at, file) = modules.place(&mut folders, &mut files, &call.path);
            let mut inputs = Node::default();
            for (key, text, mark) in &call.it.inputs {
                inputs.put(key, Some((text, (file, *mark))));
            }
            let call = Call { path: call.path.clone(), it: call.it, place: (file, call.it.mark), inputs, source: Source::Unknown };
            modules.all[at].calls.push(call);
        }
        for local in &said.terraform_locals {
            let (at, file) = modules.place(&mut folders, &mut files, &local.path);
            modules.all[at].locals.put(&local.it.name, Some((&local.it.value, (file, local.it.mark))));
        }
        for output in &said.terraform_outputs {
            let (at, file) = modules.place(&mut folders, &mut files, &output.path);
            modules.all[at].outputs.put(&output.it.name, Some((&output.it.value, (file, output.it.mark))));
        }
        let chosen = values_files(said);
        for variable in &said.terraform_variables {
            let (at, file) = modules.place(&mut folders, &mut files, &variable.path);
            let leaf = variable.it.value.as_ref().map(|value| (value, (file, variable.it.mark)));
            if !variable.it.assigned {
                modules.all[at].declared.put(&variable.it.name, leaf);
            } else if chosen.get(folder_of(&variable.path)).is_some_and(|files| files.contains(&*variable.path)) {
                modules.all[at].assigned.put(&variable.it.name, leaf);
            }
        }
        for template in said.terraform_templates.iter().filter(|_| !modules.all.is_empty()) {
            modules.files.push(template.path.clone());
            let place = (modules.files.len() - 1, template.it.mark);
            modules.templates.insert(template.path.clone(), (&template.it.text, place));
        }
        modules.find_sources(&folders);
        modules.instantiate(in_test);
        modules
    }

    /// The numbers of the module that a file belongs to and of the file.
    fn place(&mut self, folders: &mut BTreeMap<String, usize>, files: &mut BTreeMap<Arc<str>, usize>, path: &Arc<str>) -> (usize, usize) {
        let folder = folder_of(path);
        let at = folders.get(folder).copied().unwrap_or_else(|| {
            self.all.push(Module { folder: folder.to_owned(), ..Module::default() });
            folders.insert(folder.to_owned(), self.all.len() - 1);
            self.all.len() - 1
        });
        let file = *files.entry(path.clone()).or_insert_with(|| {
            self.files.push(path.clone());
            self.files.len() - 1
        });
        (at, file)
    }

    fn find_sources(&mut self, folders: &BTreeMap<String, usize>) {
        for module in &mut self.all {
            for call in &mut module.calls {
                let Some(source) = call.it.source.as_literal() else { continue };
                call.source = match join(&module.folder, source).filter(|_| source.starts_with('.')) {
                    Some(folder) => folders.get(&as_folder(&folder)).map_or(Source::Unknown, |at| Source::Here(*at)),
                    None => catalogue::terraform_module(source).map_or(Source::Unknown, Source::Published),
                };
                if matches!(call.source, Source::Published(_)) {
                    module.published.insert(&call.it.name);
                }
            }
        }
    }

    /// Whether a call says that the module is deployed with the caller: what a test or an example calls is there without it.
    fn counts(&self, from: usize, to: usize, in_test: &dyn Fn(&str) -> bool) -> bool {
        let tested = |at: usize| in_test(&format!("{}main.tf", self.all[at].folder));
        from != to && (!tested(from) || tested(to))
    }

    fn instantiate(&mut self, in_test: &dyn Fn(&str) -> bool) {
        let calls: Vec<Vec<(usize, &'a str, usize)>> = (0..self.all.len())
            .map(|at| {
                let here = self.all[at].calls.iter().enumerate().filter_map(|(number, call)| match call.source {
                    Source::Here(to) if self.counts(at, to, in_test) => Some((number, call.it.name.as_str(), to)),
                    _ => None,
                });
                here.collect()
            })
            .collect();
        let called: BTreeSet<usize> = calls.iter().flatten().map(|(.., to)| *to).collect();
        let mut reached = BTreeSet::new();
        // what only calls itself in a circle is not called from anywhere
        let roots = (0..self.all.len()).filter(|at| !called.contains(at)).chain(0..self.all.len());
        for root in roots.collect::<Vec<_>>() {
            if reached.contains(&root) || self.instances.len() >= MOST {
                continue;
            }
            let top = self.instances.len();
            self.instances.push(Instance { module: root, called: None, root: top, depth: 0 });
            let mut next = top;
            while next < self.instances.len() {
                let (module, depth) = (self.instances[next].module, self.instances[next].depth);
                reached.insert(module);
                for (number, name, to) in &calls[module] {
                    if depth < DEEPEST && self.instances.len() < MOST && !self.is_within(next, *to) {
                        self.children.insert((next, name), self.instances.len());
                        self.instances.push(Instance { module: *to, called: Some((next, *number)), root: top, depth: depth + 1 });
                    }
                }
                next += 1;
            }
        }
    }

    /// Whether a module is on the way to an instance already.
    fn is_within(&self, at: usize, module: usize) -> bool {
        let mut next = Some(at);
        while let Some(at) = next {
            if self.instances[at].module == module {
                return true;
            }
            next = self.instances[at].called.map(|(caller, _)| caller);
        }
        false
    }

    /// The call that made an instance, with the instance that calls.
    pub(super) fn call(&self, at: usize) -> Option<(usize, &Call<'a>)> {
        let (caller, number) = self.instances[at].called?;
        Some((caller, &self.all[self.instances[caller].module].calls[number]))
    }

    pub(super) fn module(&self, at: usize) -> &Module<'a> {
        &self.all[self.instances[at].module]
    }
}

/// `type.name`, with `data.` before it where it is only read.
pub(super) fn address(it: &Resource) -> String {
    if it.data_source { format!("data.{}.{}", it.kind, it.name) } else { format!("{}.{}", it.kind, it.name) }
}

/// Files of values that count, by folder: those that Terraform reads by itself, and one that it is given if there is
/// only one.
fn values_files<'s>(said: &'s Said<'_>) -> BTreeMap<&'s str, BTreeSet<&'s str>> {
    let by_itself = |path: &str| path.rsplit('/').next().is_some_and(|name| name.starts_with("terraform.tfvars") || name.contains(".auto.tfvars"));
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for variable in said.terraform_variables.iter().filter(|variable: &&At<'_, _>| variable.it.assigned) {
        found.entry(folder_of(&variable.path)).or_default().insert(&variable.path);
    }
    for files in found.values_mut() {
        let given = files.iter().filter(|path| !by_itself(path)).count();
        files.retain(|path| by_itself(path) || given == 1);
    }
    found
}
