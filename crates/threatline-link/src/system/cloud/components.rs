//! Components that resources make: functions with their code, stores, brokers, gateways.

use super::super::draft::{Draft, Root, Setting, as_folder, folder_of, join, plain};
use super::super::names::Directory;
use super::super::product::Product;
use super::super::said::Said;
use super::super::terraform::{NAMES, plain_name};
use super::{Cloud, Seen, hosts, is_template};
use crate::compose::constructs::kinds::below_key;
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::Text;
use threatline_knowledge::catalogue;
use threatline_knowledge::catalogue::cloud::cloud as ways;
use threatline_model::{ComponentKind, Environment, Exposure, Grade, Proof, Property, Role, Value};

/// Endings of files that a handler's module may have.
const ENDINGS: &[&str] = &["js", "mjs", "cjs", "ts", "mts", "py", "rb"];

/// Adds functions, with the folders of their code, before code is given to anybody.
pub(crate) fn functions(cloud: &mut Cloud<'_>, drafts: &mut Vec<Draft<'_>>, files: &BTreeSet<&str>, in_test: &dyn Fn(&str) -> bool) {
    let found: Vec<usize> = (0..cloud.items.len()).filter(|at| ways().function.contains_key(&cloud.items[*at].kind)).collect();
    let code: Vec<Option<Code>> = found.iter().map(|at| code(cloud, *at, files)).collect();
    let mut twins = Twins::default();
    for (number, at) in found.iter().enumerate() {
        let Some(kind) = catalogue::resource(&cloud.items[*at].it.kind) else { continue };
        let mut draft = draft(cloud, *at);
        if let Some(twin) = twins.of(cloud, *at) {
            join_twin(&mut drafts[twin], draft);
            cloud.items[*at].component = Some(twin);
            continue;
        }
        twins.add(cloud, *at, drafts.len());
        draft.becomes(&Product::of_resource(kind, None));
        draft.exposure = Exposure::Internal;
        if in_test(&cloud.items[*at].path) {
            draft.environment = Environment::Test;
        }
        let others: Vec<&Code> = code.iter().enumerate().filter(|(other, _)| *other != number).filter_map(|(_, code)| code.as_ref()).collect();
        draft.roots.extend(code[number].as_ref().and_then(|code| root(code, &others)));
        cloud.items[*at].component = Some(drafts.len());
        drafts.push(draft);
    }
}

/// Where a function's code lies.
struct Code {
    folder: String,
    /// It is the folder of the template itself, which may hold anything.
    shared: bool,
    /// The file of the handler, from the folder.
    file: Option<String>,
    /// The whole package is put into an archive, whichever of its handlers is called.
    whole: bool,
}

fn code(cloud: &Cloud<'_>, at: usize, files: &BTreeSet<&str>) -> Option<Code> {
    let way = ways().function.get(&cloud.items[at].kind)?;
    let own = folder_of(&cloud.items[at].path).to_owned();
    let (mut folder, mut whole) = (own.clone(), false);
    if let Some((_, text)) = cloud.first(at, &way.code) {
        let archive = cloud.see(at, text).items.into_iter().find_map(|item| Some((item, ways().archive.get(&cloud.items[item].kind)?)));
        let path = match archive {
            Some((item, way)) => cloud.path(item, cloud.first(item, &way.source)?.1)?,
            None if cloud.items[at].by.is_some() => asset(&own, &cloud.literal_of(at, text)?, files)?,
            None => cloud.path(at, text)?,
        };
        if files.contains(path.as_str()) {
            let file = path.rsplit('/').next().map(str::to_owned);
            return Some(Code { folder: folder_of(&path).to_owned(), shared: true, file, whole: false });
        }
        let packed = packed(cloud, &path);
        whole = packed.is_some();
        folder = packed.unwrap_or_else(|| as_folder(&path));
    } else if !way.code.is_empty() {
        return None;
    }
    let handler = cloud.first(at, &way.handler).and_then(|(_, text)| cloud.literal_of(at, text));
    let module = handler.as_deref().filter(|handler| !handler.contains("::")).and_then(|handler| handler.rsplit_once('.')).map(|(module, _)| module);
    let module = module.and_then(|module| join(&folder, module));
    let candidates = module.into_iter().flat_map(|module| {
        let beside = ENDINGS.iter().map(|ending| format!("{module}.{ending}")).collect::<Vec<_>>();
        beside.into_iter().chain(ENDINGS.iter().map(move |ending| format!("{module}/index.{ending}")))
    });
    let file = candidates.into_iter().find(|file| files.contains(file.as_str())).map(|file| file[folder.len()..].to_owned());
    Some(Code { shared: folder == own, folder, file, whole })
}

/// The package that an archive is made of, where the archive itself is not there: the one in whose folder it is put, or in a
/// folder of what is built.
fn packed(cloud: &Cloud<'_>, path: &str) -> Option<String> {
    let folder = ["zip", "jar", "war"].iter().any(|end| path.rsplit('.').next() == Some(*end)).then(|| folder_of(path))?;
    let above = folder_of(folder.trim_end_matches('/'));
    let built = folder.trim_end_matches('/').rsplit('/').next().is_some_and(|name| matches!(name, "dist" | "build" | "target" | "out" | "bin"));
    let found = if cloud.packages.contains(folder) { folder } else { above };
    (!found.is_empty() && cloud.packages.contains(found) && (found == folder || built)).then(|| found.to_owned())
}

/// Where code that declares a function says that the function's lies: from its own folder, or from the one in which it
/// is run, which is one above it.
fn asset(own: &str, path: &str, files: &BTreeSet<&str>) -> Option<String> {
    let is_there = |path: &String| {
        let folder = as_folder(path);
        files.contains(path.as_str()) || files.range(folder.as_str()..).next().is_some_and(|file| file.starts_with(&folder))
    };
    let mut from = own;
    loop {
        if let Some(found) = join(from, path).filter(is_there) {
            return Some(found);
        }
        from = folder_of(from.strip_suffix('/').filter(|from| !from.is_empty())?);
    }
}

/// What of a folder is one function's alone: all of it, the folder of its handler, or the handler's file.
fn root(code: &Code, others: &[&Code]) -> Option<Root> {
    let beside: Vec<&&Code> = others.iter().filter(|other| other.folder == code.folder).collect();
    if beside.is_empty() && !code.shared || code.whole && code.file.is_none() {
        return Some(Root { folder: code.folder.clone(), only: None });
    }
    let file = code.file.clone()?;
    let inner = folder_of(&file).trim_end_matches('/').to_owned();
    let alone = !inner.is_empty() && !beside.iter().any(|other| other.file.as_ref().is_some_and(|file| file.starts_with(&format!("{inner}/"))));
    Some(Root { folder: code.folder.clone(), only: Some(vec![if alone { inner } else { file }]) })
}

/// A component of the resource's own name. What code declares is the package's: in which of its files says nothing.
pub(super) fn draft<'d>(cloud: &Cloud<'_>, at: usize) -> Draft<'d> {
    let item = &cloud.items[at];
    let name = name(cloud, at);
    let own = match item.planned {
        Some(planned) => planned.top.as_str(),
        None if item.by.is_some() => cloud.package_of(&item.path),
        None => folder_of(&item.path),
    };
    let folder = as_folder(own.trim_end_matches('/'));
    let mut draft = Draft::new(&name, &folder, ComponentKind::DataStore);
    draft.is_local = is_template(&item.it.kind);
    let mut aliases: BTreeSet<String> = other_name(item).into_iter().cloned().chain(given_name(cloud, at)).collect();
    aliases.remove(&name);
    draft.aliases.extend(aliases);
    draft.address = item.planned.map(|planned| planned.address.clone());
    draft.evidence.push(cloud.evidence(at, item.it.mark));
    draft.evidence.extend(item.planned.and_then(|planned| planned.called.as_ref()).map(|call| cloud.evidence(at, call.mark)));
    draft
}

/// What stands for a resource beside its own name: the name that its block has, or its module's call.
fn other_name<'i>(item: &'i super::Item<'_>) -> Option<&'i String> {
    match item.planned.and_then(|planned| planned.called.as_ref()) {
        Some(call) if call.alone || !call.taken && is_anything(&item.it.name) => Some(&call.name),
        Some(call) if call.several => None,
        _ => Some(&item.it.name),
    }
}

/// Names that blocks have where there is nothing to tell apart.
pub(super) fn is_anything(name: &str) -> bool {
    matches!(name, "this" | "main" | "default" | "example" | "self" | "resource" | "module")
}

/// What people call it: in templates the logical id, in Terraform the name that it gets.
pub(super) fn name(cloud: &Cloud<'_>, at: usize) -> String {
    let own = &cloud.items[at].it;
    if is_template(&own.kind) {
        return own.name.clone();
    }
    let named = given_name(cloud, at);
    // of several that deploy it none says the name of all
    let passing = cloud.items[at].planned.and_then(|planned| planned.twin.as_ref()).is_some_and(|twin| !twin.named_alike);
    let named = named.filter(|_| !passing);
    let settled = |name: &str| if passing { plain_name(name) } else { name.to_owned() };
    named.unwrap_or_else(|| match cloud.items[at].planned.and_then(|planned| planned.called.as_ref()) {
        Some(call) if call.alone || !call.taken && is_anything(&own.name) => settled(&call.name),
        Some(call) if call.several || is_anything(&own.name) => format!("{}-{}", settled(&call.name), own.name),
        _ => own.name.clone(),
    })
}

/// The name that a provider is told.
pub(super) fn given_name(cloud: &Cloud<'_>, at: usize) -> Option<String> {
    let (_, text, _) = NAMES.iter().find_map(|key| cloud.values_at(at, key).next())?;
    cloud.literal_of(at, text).filter(|name| !name.is_empty())
}

/// Components of what several roots plan alike.
#[derive(Default)]
pub(super) struct Twins<'a> {
    known: BTreeMap<&'a str, usize>,
}

impl<'a> Twins<'a> {
    /// The component that a resource is once more.
    pub(super) fn of(&self, cloud: &Cloud<'a>, at: usize) -> Option<usize> {
        self.known.get(cloud.items[at].planned?.twin.as_ref()?.key.as_str()).copied()
    }

    pub(super) fn add(&mut self, cloud: &Cloud<'a>, at: usize, component: usize) {
        if let Some(twin) = cloud.items[at].planned.and_then(|planned| planned.twin.as_ref()) {
            self.known.entry(twin.key.as_str()).or_insert(component);
        }
    }
}

/// Joins what another root says of a component.
pub(super) fn join_twin(draft: &mut Draft<'_>, new: Draft<'_>) {
    draft.aliases.extend(new.aliases.into_iter().chain([new.name]).filter(|alias| *alias != draft.name));
    let known = std::mem::take(&mut draft.evidence);
    draft.evidence = known.iter().cloned().chain(new.evidence.into_iter().filter(|evidence| !known.contains(evidence))).collect();
}

/// Adds what else resources make; returns host names and whose they are.
pub(crate) fn others(cloud: &mut Cloud<'_>, drafts: &mut Vec<Draft<'_>>, said: &Said<'_>) -> Vec<(String, usize)> {
    let (mut deployed, mut twins) = (Deployed::new(drafts), Twins::default());
    let mut stores: BTreeMap<&str, usize> = BTreeMap::new();
    let named = |item: &super::Item<'_>| ways().function.contains_key(&item.kind).then_some(item.component).flatten();
    let functions: BTreeMap<String, usize> = cloud.items.iter().filter_map(named).map(|at| (drafts[at].name.clone(), at)).collect();
    for at in 0..cloud.items.len() {
        let item = &cloud.items[at];
        let Some(kind) = catalogue::resource(&item.it.kind).filter(|_| !item.it.data_source && item.component.is_none()) else { continue };
        if let Some(whole) = part_of(cloud, at, &functions) {
            cloud.items[at].component = Some(whole);
            continue;
        }
        let mut new = draft(cloud, at);
        let store = super::workloads::ways().collected.get(&cloud.items[at].kind).map(|store| store.name.as_str());
        if let Some(store) = store {
            new = Draft { name: store.to_owned(), aliases: BTreeSet::new(), address: None, ..new };
        }
        if let Some(known) = twins.of(cloud, at).or_else(|| stores.get(store?).copied()) {
            join_twin(&mut drafts[known], new);
            cloud.items[at].component = Some(known);
            continue;
        }
        stores.extend(store.map(|store| (store, drafts.len())));
        let engine = kind.engine.as_deref().and_then(|engine| cloud.values_at(at, engine).next()).and_then(|(_, text, _)| cloud.literal_of(at, text));
        let product = Product::of_resource(kind, engine.as_deref());
        let known = if is_template(&item.it.kind) { None } else { deployed.take(drafts, &new, &product, engine.is_some()) };
        let component = known.unwrap_or(drafts.len());
        twins.add(cloud, at, component);
        match known.and_then(|known| drafts.get_mut(known)) {
            Some(draft) => {
                draft.aliases.extend(new.aliases);
                draft.evidence.extend(new.evidence);
            }
            None => drafts.push(new),
        }
        drafts[component].becomes(&product);
        if let Some(gateway) = ways().gateway.get(&cloud.items[at].kind) {
            drafts[component].exposure = if cloud.holds(at, &gateway.private).is_some() { Exposure::Internal } else { Exposure::Internet };
        }
        properties(&mut drafts[component], cloud, at);
        cloud.items[at].component = Some(component);
    }
    open_urls(cloud, drafts);
    named_hosts(cloud, said)
}

/// Deployed products by their names: a resource of Terraform may be another form of one, where it bears its name and is
/// spoken to in the same way. Its address is what a resource is, so no two resources are one.
struct Deployed {
    by_name: BTreeMap<String, Vec<usize>>,
}

impl Deployed {
    fn new(drafts: &[Draft<'_>]) -> Self {
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let product = |draft: &Draft<'_>| !draft.descriptions.is_empty() && draft.protocol.is_some() && !draft.has_role(Role::Function);
        for (at, draft) in drafts.iter().enumerate().filter(|(_, draft)| product(draft)) {
            by_name.entry(plain(&draft.name)).or_default().push(at);
        }
        Deployed { by_name }
    }

    /// The one that the resource is, for no other resource after it.
    fn take(&mut self, drafts: &[Draft<'_>], new: &Draft<'_>, product: &Product, exact: bool) -> Option<usize> {
        let named = self.by_name.get_mut(&plain(&new.name))?;
        let same = |at: &usize| drafts[*at].protocol.as_deref() == product.protocol && (!exact || drafts[*at].technologies.contains(product.technology));
        let found = named.iter().position(same)?;
        Some(named.remove(found))
    }
}

/// The component that a resource is only a part of: the one that its name refers to, or whose name the provider puts
/// into the part's.
fn part_of(cloud: &Cloud<'_>, at: usize, functions: &BTreeMap<String, usize>) -> Option<usize> {
    let way = ways().part.get(&cloud.items[at].kind)?;
    if let Some(whole) = cloud.references(at, &way.of).into_iter().find_map(|(item, _)| cloud.items[item].component) {
        return Some(whole);
    }
    let name = cloud.first(at, &way.of).and_then(|(_, text)| cloud.literal_of(at, text))?;
    way.named.iter().find_map(|before| functions.get(name.strip_prefix(before.as_str())?).copied())
}

/// A function with a URL of its own is on the internet.
fn open_urls(cloud: &Cloud<'_>, drafts: &mut [Draft<'_>]) {
    for (at, item) in cloud.items.iter().enumerate() {
        let Some(way) = ways().route.get(&item.kind).filter(|way| way.gateway.is_empty()) else { continue };
        for (target, mark) in cloud.references(at, &way.target) {
            if let Some(component) = cloud.items[target].component {
                drafts[component].evidence.push(cloud.evidence(at, mark));
                drafts[component].open(cloud.evidence(at, mark));
            }
        }
    }
}

/// Records of Terraform that give a resource a name.
fn named_hosts(cloud: &Cloud<'_>, said: &Said<'_>) -> Vec<(String, usize)> {
    let mut hosts = Vec::new();
    if said.resources.is_empty() {
        return hosts;
    }
    for (at, item) in cloud.items.iter().enumerate().filter(|(_, item)| !is_template(&item.kind) && (item.kind.contains("record") || item.kind.contains("dns")))
    {
        let named = ["name", "fqdn"].iter().find_map(|key| cloud.values_at(at, key).next()).and_then(|(_, text, _)| cloud.literal_of(at, text));
        let Some(host) = named else { continue };
        let targets = item
            .it
            .attributes
            .iter()
            .filter(|(key, ..)| key.starts_with("records") || key.starts_with("rrdatas") || key.starts_with("alias") || key == "value" || key == "content");
        let found = targets.flat_map(|(_, text, _)| cloud.see(at, text).items).find_map(|item| cloud.items[item].component);
        hosts.extend(found.map(|at| (host.trim_end_matches('.').to_ascii_lowercase(), at)));
    }
    hosts
}

fn properties(draft: &mut Draft<'_>, cloud: &Cloud<'_>, at: usize) {
    let proof = |mark| Proof { grade: Grade::X, confidence: 950, evidence: vec![cloud.evidence(at, mark)] };
    let value = |key: &str| {
        let (_, text, mark) = cloud.values_at(at, key).next()?;
        Some((cloud.literal_of(at, text)?, mark))
    };
    let flag = |key: &str| match value(key) {
        Some((text, mark)) if text == "true" => Some((true, mark)),
        Some((text, mark)) if text == "false" => Some((false, mark)),
        _ => None,
    };
    for (key, property) in [
        ("storage_encrypted", Property::EncryptedAtRest),
        ("at_rest_encryption_enabled", Property::EncryptedAtRest),
        ("encrypted", Property::EncryptedAtRest),
        ("StorageEncrypted", Property::EncryptedAtRest),
        ("AtRestEncryptionEnabled", Property::EncryptedAtRest),
        ("deletion_protection", Property::DeletionProtection),
        ("DeletionProtection", Property::DeletionProtection),
        ("DeletionProtectionEnabled", Property::DeletionProtection),
    ] {
        if let Some((holds, mark)) = flag(key) {
            draft.properties.set(property, Value::Flag(holds), proof(mark));
        }
    }
    for key in ["backup_retention_period", "BackupRetentionPeriod"] {
        if let Some((days, mark)) = value(key).and_then(|(days, mark)| Some((days.parse::<u32>().ok()?, mark))) {
            draft.properties.set(Property::Backup, Value::Flag(days > 0), proof(mark));
        }
    }
    // an address that is public lets nobody in by itself
    if flag("publicly_accessible").or_else(|| flag("PubliclyAccessible")).is_some_and(|(public, _)| !public) {
        draft.exposure = Exposure::Internal;
    }
}

/// Gives functions their variables, with resources as words that the directory then knows.
pub(crate) fn variables(cloud: &Cloud<'_>, drafts: &mut [Draft<'_>], directory: &mut Directory) {
    for component in cloud.items.iter().filter_map(|item| item.component) {
        hosts(component).iter().for_each(|host| directory.add_host(host, component));
    }
    for (at, item) in cloud.items.iter().enumerate() {
        let (Some(component), Some(way)) = (item.component, ways().function.get(&item.kind)) else { continue };
        let mut variables = BTreeMap::new();
        for (key, text, mark) in &item.it.attributes {
            let name = way.environment.iter().find_map(|prefix| below_key(prefix, key));
            if let Some(name) = name.filter(|name| !name.contains('.')) {
                let value = cloud.text(&cloud.items[at].scope, text, 0, &mut Seen::default());
                let (path, mark) = cloud.place(at, *mark);
                variables.insert(name.to_owned(), Setting { value: known(value), path, mark });
            }
        }
        if !variables.is_empty() {
            drafts[component].variables = vec![variables];
        }
    }
    super::workloads::variables(cloud, drafts);
}

/// What may be put into code's texts: a name that nobody answers to is not known.
pub(super) fn known(text: Text) -> Text {
    text.resolve(&mut |hole| matches!(hole, Text::Name(_)).then_some(Text::Unknown))
}
