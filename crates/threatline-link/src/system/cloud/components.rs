//! Components that resources make: functions with their code, stores, brokers, gateways.

use super::super::draft::{Draft, Root, Setting, as_folder, folder_of, join, plain};
use super::super::names::Directory;
use super::super::product::Product;
use super::super::said::Said;
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
    for (number, at) in found.iter().enumerate() {
        let Some(kind) = catalogue::resource(&cloud.items[*at].it.kind) else { continue };
        let mut draft = draft(cloud, *at);
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
}

fn code(cloud: &Cloud<'_>, at: usize, files: &BTreeSet<&str>) -> Option<Code> {
    let way = ways().function.get(&cloud.items[at].kind)?;
    let own = folder_of(&cloud.items[at].path).to_owned();
    let mut folder = own.clone();
    if let Some((_, text)) = cloud.first(at, &way.code) {
        let archive = cloud.see(at, text).items.into_iter().find_map(|item| Some((item, ways().archive.get(&cloud.items[item].kind)?)));
        let path = match archive {
            Some((item, way)) => cloud.literal_of(item, cloud.first(item, &way.source)?.1)?,
            None => cloud.literal_of(at, text)?,
        };
        let path = if cloud.items[at].by.is_some() { asset(&own, &path, files)? } else { join(&own, &path)? };
        if files.contains(path.as_str()) {
            let file = path.rsplit('/').next().map(str::to_owned);
            return Some(Code { folder: folder_of(&path).to_owned(), shared: true, file });
        }
        folder = as_folder(&path);
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
    Some(Code { shared: folder == own, folder, file })
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
    if beside.is_empty() && !code.shared {
        return Some(Root { folder: code.folder.clone(), only: None });
    }
    let file = code.file.clone()?;
    let inner = folder_of(&file).trim_end_matches('/').to_owned();
    let alone = !inner.is_empty() && !beside.iter().any(|other| other.file.as_ref().is_some_and(|file| file.starts_with(&format!("{inner}/"))));
    Some(Root { folder: code.folder.clone(), only: Some(vec![if alone { inner } else { file }]) })
}

/// A component of the resource's own name. What code declares is the package's: in which of its files says nothing.
fn draft<'d>(cloud: &Cloud<'_>, at: usize) -> Draft<'d> {
    let item = &cloud.items[at];
    let name = name(cloud, at);
    let own = if item.by.is_some() { cloud.package_of(&item.path) } else { folder_of(&item.path) };
    let folder = as_folder(own.trim_end_matches('/'));
    let mut draft = Draft::new(&name, &folder, ComponentKind::DataStore);
    draft.aliases.extend((item.it.name != name).then(|| item.it.name.clone()));
    draft.evidence.push(cloud.evidence(at, item.it.mark));
    draft
}

/// What people call it: in templates the logical id, in Terraform the name that it gets.
fn name(cloud: &Cloud<'_>, at: usize) -> String {
    let own = &cloud.items[at].it;
    if is_template(&own.kind) {
        return own.name.clone();
    }
    let identifier = ["identifier", "cluster_identifier", "name", "db_name", "bucket", "cluster_id", "replication_group_id", "function_name", "domain_name"];
    let named = identifier.iter().find_map(|key| cloud.values_at(at, key).next()).and_then(|(_, text, _)| cloud.literal_of(at, text));
    named.unwrap_or_else(|| own.name.clone())
}

/// Adds what else resources make; returns host names and whose they are.
pub(crate) fn others(cloud: &mut Cloud<'_>, drafts: &mut Vec<Draft<'_>>, said: &Said<'_>) -> Vec<(String, usize)> {
    for at in 0..cloud.items.len() {
        let item = &cloud.items[at];
        let Some(kind) = catalogue::resource(&item.it.kind).filter(|_| !item.it.data_source && item.component.is_none()) else { continue };
        let new = draft(cloud, at);
        let known = if is_template(&item.it.kind) { None } else { same(drafts, &new, kind) };
        let component = known.unwrap_or(drafts.len());
        match known.and_then(|known| drafts.get_mut(known)) {
            Some(draft) => {
                draft.aliases.extend(new.aliases);
                draft.evidence.extend(new.evidence);
            }
            None => drafts.push(new),
        }
        let engine = kind.engine.as_deref().and_then(|engine| cloud.values_at(at, engine).next()).and_then(|(_, text, _)| cloud.literal_of(at, text));
        drafts[component].becomes(&Product::of_resource(kind, engine.as_deref()));
        if let Some(gateway) = ways().gateway.get(&cloud.items[at].kind) {
            drafts[component].exposure = if cloud.holds(at, &gateway.private).is_some() { Exposure::Internal } else { Exposure::Internet };
        }
        properties(&mut drafts[component], cloud, at);
        cloud.items[at].component = Some(component);
    }
    open_urls(cloud, drafts);
    named_hosts(cloud, said)
}

/// The component that a resource of Terraform is another form of: one of the same name in the same folder, or
/// a deployed product of that name that is spoken to in the same way.
fn same(drafts: &[Draft<'_>], new: &Draft<'_>, kind: &'static catalogue::Resource) -> Option<usize> {
    let spoken = Product::of_resource(kind, None).protocol;
    let of_code = |draft: &Draft<'_>| draft.has_role(Role::Function) || !draft.roots.is_empty();
    let loose = |draft: &Draft<'_>| draft.descriptions.is_empty() && !of_code(draft) && draft.folder == new.folder && draft.protocol.as_deref() == spoken;
    let at = drafts.iter().position(|draft| loose(draft) && plain(&draft.name) == plain(&new.name));
    let deployed = |draft: &Draft<'_>| draft.protocol.is_some() && draft.protocol.as_deref() == spoken && !draft.has_role(Role::Function);
    let same = |draft: &Draft<'_>| plain(&draft.name) == plain(&new.name) && deployed(draft);
    at.or_else(|| drafts.iter().position(same))
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
    if let Some((public, _)) = flag("publicly_accessible").or_else(|| flag("PubliclyAccessible")) {
        draft.exposure = if public { Exposure::Internet } else { Exposure::Internal };
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
                variables.insert(name.to_owned(), Setting { value: known(value), path: item.path.clone(), mark: *mark });
            }
        }
        if !variables.is_empty() {
            drafts[component].variables = vec![variables];
        }
    }
}

/// What may be put into code's texts: a name that nobody answers to is not known.
fn known(text: Text) -> Text {
    text.resolve(&mut |hole| matches!(hole, Text::Name(_)).then_some(Text::Unknown))
}
