//! Components that resources make: functions with their code, stores, brokers, gateways.

use super::super::draft::{Draft, Root, Setting, as_folder, folder_of, join, plain};
use super::super::names::Directory;
use super::super::product::Product;
use super::super::said::Said;
use super::super::terraform::{NAMES, plain_name};
use super::code::{Code, code, root};
use super::{Cloud, Seen, bicep, hosts, is_template};
use crate::compose::constructs::kinds::below_key;
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::Text;
use threatline_knowledge::catalogue;
use threatline_knowledge::catalogue::cloud::{Function, cloud as ways};
use threatline_model::{ComponentKind, Environment, Exposure, Grade, Proof, Property, Role, Value};

/// Adds functions, with the folders of their code, before code is given to anybody.
pub(crate) fn functions(cloud: &mut Cloud<'_>, drafts: &mut Vec<Draft<'_>>, files: &BTreeSet<&str>, in_test: &dyn Fn(&str) -> bool) {
    let mut found: Vec<usize> = (0..cloud.items.len()).filter(|at| ways().function.contains_key(&cloud.items[*at].kind)).collect();
    // where a program runs is told after what it is
    let is_host = |kind: &str| !is_template(kind) || kind.starts_with("Microsoft.");
    found.retain(|at| !cloud.items[*at].it.data_source);
    found.sort_by_key(|at| is_host(&cloud.items[*at].it.kind));
    let code: Vec<Option<Code>> = found.iter().map(|at| code(cloud, *at, files)).collect();
    let mut twins = Twins::default();
    for (number, at) in found.iter().enumerate() {
        let Some(kind) = catalogue::resource(&cloud.items[*at].it.kind) else { continue };
        if code[number].as_ref().is_some_and(Code::is_gone) {
            continue;
        }
        let mut draft = draft(cloud, *at);
        if let Some(twin) = twins.of(cloud, *at) {
            join_twin(&mut drafts[twin], draft);
            cloud.items[*at].component = Some(twin);
            continue;
        }
        if let Some(known) = alike(cloud, *at, drafts) {
            drafts[known].evidence.extend(draft.evidence);
            // who says the very folder knows better than what is built of all that lies around it
            if let Some(root) = code[number].as_ref().and_then(|code| root(code, &[])).filter(|own| !own.folder.is_empty() && own.only.is_none()) {
                let wider = |other: &Root| other.folder.len() < root.folder.len() && root.folder.starts_with(&other.folder);
                if drafts[known].roots.is_empty() || drafts[known].roots.iter().all(wider) {
                    drafts[known].roots = vec![root];
                }
            }
            drafts[known].aliases.extend(draft.aliases.into_iter().chain([draft.name]));
            drafts[known].shares(&Product::of_resource(kind, None));
            let says = way_of(cloud, *at).is_some_and(|way| cloud.holds(*at, &way.private).is_some());
            if says && drafts[known].exposure == Exposure::Unknown {
                drafts[known].exposure = Exposure::Internal;
            }
            cloud.items[*at].component = Some(known);
            continue;
        }
        twins.add(cloud, *at, drafts.len());
        draft.becomes(&Product::of_resource(kind, None));
        let way = way_of(cloud, *at);
        let may_be_asked = way.is_some_and(|way| way.asked && cloud.holds(*at, &way.private).is_none());
        draft.exposure = if may_be_asked { Exposure::Unknown } else { Exposure::Internal };
        draft.is_function = way.is_some_and(|way| !way.handler.is_empty());
        if in_test(&cloud.items[*at].path) {
            draft.environment = Environment::Test;
        }
        let others: Vec<&Code> = code.iter().enumerate().filter(|(other, _)| *other != number).filter_map(|(_, code)| code.as_ref()).collect();
        draft.roots.extend(code[number].as_ref().and_then(|code| root(code, &others)));
        cloud.items[*at].component = Some(drafts.len());
        drafts.push(draft);
    }
}

fn way_of(cloud: &Cloud<'_>, at: usize) -> Option<&'static Function> {
    ways().function.get(&cloud.items[at].kind)
}

/// The program that a service of the Azure Developer CLI is, where another description of it is there: of the same folder, or
/// of its name.
fn deployed(cloud: &Cloud<'_>, at: usize, drafts: &[Draft<'_>]) -> Option<usize> {
    let (_, project) = cloud.first(at, &["project".to_owned()])?;
    let folder = as_folder(&join(folder_of(&cloud.items[at].path), project.as_literal()?)?);
    let is_process = |draft: &Draft<'_>| draft.kind == ComponentKind::Process && !draft.descriptions.is_empty();
    let of_folder = |draft: &Draft<'_>| is_process(draft) && !folder.is_empty() && draft.roots.iter().any(|root| root.folder == folder);
    let found = drafts.iter().position(of_folder);
    found.or_else(|| drafts.iter().position(|draft| is_process(draft) && plain(&draft.name) == plain(&cloud.items[at].it.name)))
}

/// The program of a tool's own configuration that a resource of Terraform is where it runs: one whose name it has, but for what
/// tells a stage.
fn alike(cloud: &Cloud<'_>, at: usize, drafts: &[Draft<'_>]) -> Option<usize> {
    let item = &cloud.items[at];
    if item.kind.starts_with("Microsoft.") {
        return bicep::service(cloud, at).and_then(|service| cloud.items[service].component);
    }
    if item.kind.starts_with("Azd::") {
        return deployed(cloud, at, drafts);
    }
    let ways = ways().function.get(&item.kind).filter(|way| way.code.is_empty() && way.handler.is_empty() && !is_template(&item.kind))?;
    let (_, text) = cloud.first(at, &["name".to_owned(), "script_name".to_owned()])?;
    let pattern = cloud.pattern(&item.scope, text)?;
    let begins = plain(pattern.split('*').next()?.trim_end_matches(['-', '_', '.']));
    let configured = cloud.items.iter().filter(|other| !ways.uses.is_empty() && other.it.kind.starts_with("Wrangler::")).filter_map(|other| other.component);
    let mut found = configured.filter(|at| drafts[*at].kind == ComponentKind::Process && plain(&drafts[*at].name) == begins);
    found.next().filter(|_| !begins.is_empty())
}

/// A component of the resource's own name. What code declares is the package's: in which of its files says nothing.
pub(super) fn draft<'d>(cloud: &Cloud<'_>, at: usize) -> Draft<'d> {
    let item = &cloud.items[at];
    let name = name(cloud, at);
    let own = if item.by.is_some() { cloud.package_of(&item.path) } else { folder_of(&item.path) };
    let folder = as_folder(own.trim_end_matches('/'));
    let mut draft = Draft::new(&name, &folder, ComponentKind::DataStore);
    // a backend of Amplify is one system in many templates
    draft.is_local = item.it.kind.starts_with("AWS::") && !item.path.contains("amplify/backend/");
    let mut aliases: BTreeSet<String> = other_name(item).into_iter().cloned().chain(given_name(cloud, at)).collect();
    aliases.remove(&name);
    draft.aliases.extend(aliases);
    if item.it.kind.starts_with("Wrangler::") {
        draft.aliases.remove(&item.it.name);
        draft.aliases.extend(cloud.values_at(at, "binding").find_map(|(_, text, _)| text.as_literal()).filter(|binding| *binding != name).map(str::to_owned));
    }
    if bicep::is_one(&item.path) {
        draft.aliases.extend(bicep::aliases(cloud, at));
    }
    draft.address = item.planned.map(|planned| format!("{}{}", planned.top, planned.address));
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
    if bicep::is_one(&cloud.items[at].path) {
        return bicep::name(cloud, at, ways().function.contains_key(&own.kind));
    }
    // in a backend of Amplify all functions have one logical id
    if let Some((_, behind)) = cloud.items[at].path.split_once("/backend/function/").filter(|_| ways().function.contains_key(&own.kind)) {
        return behind.split('/').next().unwrap_or(&own.name).to_owned();
    }
    if is_template(&own.kind) {
        let called = ["called", "binding"].iter().filter(|_| own.kind.starts_with("Wrangler::")).find_map(|key| cloud.values_at(at, key).next());
        let folder = || folder_of(&cloud.items[at].path).trim_end_matches('/').rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("worker");
        // a tool that nobody tells a name calls it after its folder
        let written = if own.name.is_empty() { folder() } else { &own.name };
        return called.and_then(|(_, text, _)| text.as_literal()).unwrap_or(written).to_owned();
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
    let mut known_by: BTreeMap<(&str, Option<String>), usize> = BTreeMap::new();
    let (mut deployed, mut twins) = (Deployed::new(drafts), Twins::default());
    let mut stores: BTreeMap<&str, usize> = BTreeMap::new();
    let named = |item: &super::Item<'_>| ways().function.contains_key(&item.kind).then_some(item.component).flatten();
    let functions: BTreeMap<String, usize> = cloud.items.iter().filter_map(named).map(|at| (drafts[at].name.clone(), at)).collect();
    let products = Products::new(cloud);
    for at in 0..cloud.items.len() {
        let item = &cloud.items[at];
        // what a template here tells of makes nothing itself
        let told = item.it.data_source || item.component.is_some() || ways().function.contains_key(&item.kind) || cloud.nested(at).is_some();
        let Some(kind) = catalogue::resource(&item.it.kind).filter(|_| !told) else { continue };
        if kind.needs.as_ref().is_some_and(|key| cloud.values_at(at, key).next().is_none()) {
            continue;
        }
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
        let (product, exact) = product(cloud, at, kind);
        let known = if is_template(&item.it.kind) { None } else { deployed.take(drafts, &new, &product, exact) };
        let known = shared(cloud, at, kind, &known_by).or(known);
        let known = known.or_else(|| rehearsed(cloud, at, kind, drafts, &products));
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
        if let Some(name) = shared_name(cloud, at) {
            known_by.entry((&kind.technology, name)).or_insert(component);
        }
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

/// The product that a resource is, and whether an engine that is named tells which.
fn product(cloud: &Cloud<'_>, at: usize, kind: &'static catalogue::Resource) -> (Product, bool) {
    let engine = kind.engine.as_deref().and_then(|engine| cloud.values_at(at, engine).next()).and_then(|(_, text, _)| cloud.literal_of(at, text));
    (Product::of_resource(kind, engine.as_deref()), engine.is_some())
}

/// How many resources of Bicep's files are the same product, where services of the Azure Developer CLI are run at hand.
struct Products {
    by_technology: BTreeMap<&'static str, usize>,
}

impl Products {
    fn new(cloud: &Cloud<'_>) -> Self {
        let mut by_technology = BTreeMap::new();
        let all = cloud.items.iter().enumerate().filter(|(_, item)| bicep::is_one(&item.path) && !item.it.data_source);
        for (at, item) in all.filter(|_| !cloud.tables.services.is_empty()) {
            if let Some(kind) = catalogue::resource(&item.kind) {
                *by_technology.entry(product(cloud, at, kind).0.technology).or_default() += 1;
            }
        }
        Products { by_technology }
    }
}

/// The store that stands in for one of a cloud where the same programs are run at hand: the only one of its product on both
/// sides.
fn rehearsed(cloud: &Cloud<'_>, at: usize, kind: &'static catalogue::Resource, drafts: &[Draft<'_>], products: &Products) -> Option<usize> {
    let is_ours = |service: &usize| cloud.items[*service].component.is_some_and(|at| !drafts[at].descriptions.is_empty());
    if !bicep::is_one(&cloud.items[at].path) || !cloud.tables.services.iter().any(is_ours) {
        return None;
    }
    let (own, _) = product(cloud, at, kind);
    let many = products.by_technology.get(own.technology).copied().unwrap_or_default() > usize::from(!cloud.items[at].it.data_source);
    if own.kind != ComponentKind::DataStore || many {
        return None;
    }
    // one that is told to run something else only fills another one
    let is_plain = |draft: &Draft<'_>| draft.descriptions.iter().all(|one| one.workload.containers.iter().all(|container| container.command.is_empty()));
    let is_it = |draft: &Draft<'_>| !draft.descriptions.is_empty() && draft.kind == own.kind && draft.technologies.contains(own.technology) && is_plain(draft);
    let mut found = (0..drafts.len()).filter(|at| is_it(&drafts[*at]));
    found.next().filter(|_| found.next().is_none())
}

/// The component of what is one wherever it is spoken of.
fn shared(cloud: &Cloud<'_>, at: usize, kind: &'static catalogue::Resource, known: &BTreeMap<(&str, Option<String>), usize>) -> Option<usize> {
    known.get(&(kind.technology.as_str(), shared_name(cloud, at)?)).copied()
}

/// The name under which several speak of it; the inner one is none where the product itself is meant.
fn shared_name(cloud: &Cloud<'_>, at: usize) -> Option<Option<String>> {
    let way = ways().shared.get(&cloud.items[at].kind)?;
    if way.name.is_empty() {
        return Some(None);
    }
    let (_, text) = cloud.first(at, &way.name)?;
    cloud.literal_of(at, text).map(Some)
}

/// A function with a URL of its own is on the internet.
fn open_urls(cloud: &Cloud<'_>, drafts: &mut [Draft<'_>]) {
    for (at, item) in cloud.items.iter().enumerate() {
        let Some(way) = ways().route.get(&item.kind).filter(|way| way.gateway.is_empty()) else { continue };
        if !way.when.is_empty() && cloud.holds(at, &way.when).is_none() {
            continue;
        }
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
