//! Workloads as components: what is deployed elsewhere in the repository too is one with it, and so is its source.

use super::super::deployed::image_name;
use super::super::draft::{Draft, Root, as_folder, plain, stem};
use super::super::product::Product;
use super::super::said::Said;
use super::super::source::Folders;
use super::components::{Twins, draft, join_twin};
use super::{Cloud, workloads};
use std::collections::{BTreeMap, BTreeSet};
use threatline_knowledge::catalogue;
use threatline_knowledge::catalogue::workloads::workloads as ways;
use threatline_model::{Environment, Role};

/// The tag by which the Azure Developer CLI finds what it deploys a service to.
const SERVICE_TAG: &str = "azd-service-name";

/// Adds workloads, before code is given to anybody.
pub(crate) fn place_workloads<'d>(cloud: &mut Cloud<'_>, drafts: &mut Vec<Draft<'d>>, (said, folders): (&Said<'d>, &Folders), in_test: &dyn Fn(&str) -> bool) {
    let found: Vec<usize> = (0..cloud.items.len()).filter(|at| ways().workload.contains_key(&cloud.items[*at].kind)).collect();
    if found.is_empty() {
        return;
    }
    let mut deployed: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let runs = |draft: &Draft<'_>| !draft.descriptions.is_empty() && draft.protocol.is_none() && !draft.roots.is_empty();
    for (at, draft) in drafts.iter().enumerate().filter(|(_, draft)| runs(draft)) {
        deployed.entry(stem(&draft.name)).or_default().push(at);
    }
    let homes = homes(said);
    let mut twins = Twins::default();
    let mut jobs = Vec::new();
    for at in found {
        let Some(kind) = catalogue::resource(&cloud.items[at].it.kind).filter(|_| !cloud.items[at].it.data_source && cloud.items[at].component.is_none())
        else {
            continue;
        };
        let mut new = draft(cloud, at);
        if let Some(twin) = twins.of(cloud, at) {
            join_twin(&mut drafts[twin], new);
            cloud.items[at].component = Some(twin);
            continue;
        }
        let named = names(cloud, at, &new.name);
        let home = home(&cloud.items[at].path, &homes);
        let product = Product::of_resource(kind, None);
        // a machine may be called anything
        let told = ways().workload.get(&cloud.items[at].kind).is_some_and(|way| way.scripts.is_empty());
        if let Some(same) = service(cloud, at).or_else(|| told.then(|| same(&named, &deployed, drafts, home)).flatten()) {
            new.aliases.insert(new.name.clone());
            let name = drafts[same].name.clone();
            drafts[same].aliases.extend(new.aliases.into_iter().filter(|alias| plain(alias) != plain(&name)));
            drafts[same].evidence.extend(new.evidence);
            drafts[same].shares(&product);
            cloud.items[at].component = Some(same);
            twins.add(cloud, at, same);
            continue;
        }
        new.becomes(&product);
        if in_test(&cloud.items[at].path) {
            new.environment = Environment::Test;
        }
        let root =
            told.then(|| root(cloud, at, &named, (said, folders))).flatten().filter(|folder| folder.starts_with(home) && !in_test(&format!("{folder}x")));
        if new.has_role(Role::ScheduledJob) {
            jobs.push((drafts.len(), root));
        } else {
            new.roots.extend(root.map(|folder| Root { folder, only: None }));
        }
        cloud.items[at].component = Some(drafts.len());
        twins.add(cloud, at, drafts.len());
        drafts.push(new);
    }
    // a job that runs what a service runs answers nobody
    let taken: BTreeSet<String> = drafts.iter().flat_map(|draft| &draft.roots).map(|root| root.folder.clone()).collect();
    for (at, root) in jobs {
        drafts[at].roots.extend(root.filter(|folder| !taken.contains(folder)).map(|folder| Root { folder, only: None }));
    }
}

/// The service of the Azure Developer CLI that a workload hosts, by the tag that it bears.
fn service(cloud: &Cloud<'_>, at: usize) -> Option<usize> {
    let tag = tag(cloud, at)?;
    cloud.items.iter().find(|item| item.kind.starts_with("Azd::") && item.it.name == tag)?.component
}

fn tag(cloud: &Cloud<'_>, at: usize) -> Option<String> {
    cloud.values_at(at, &format!("tags.{SERVICE_TAG}")).find_map(|(_, text, _)| cloud.literal_of(at, text))
}

/// Names of folders that deploy what lies elsewhere, whatever tools they hold.
const DEPLOYING: &[&str] = &[
    "infra",
    "infrastructure",
    "terraform",
    "tofu",
    "tf",
    "iac",
    "provisioning",
    "deploy",
    "deployment",
    "deployments",
    "ops",
    "devops",
    "platform",
    "cloud",
    "environments",
    "env",
    "envs",
    "aws",
    "azure",
    "gcp",
    "scripts",
    "tools",
];

/// Folders at the top of the repository in which there is source: projects of their own.
fn homes(said: &Said<'_>) -> BTreeSet<String> {
    let paths = said.packages.iter().map(|package| &*package.path).chain(said.dockerfiles.keys().map(|path| &**path));
    let tops = paths.filter_map(|path| Some(path.split_once('/')?.0)).filter(|top| !DEPLOYING.contains(&top.to_ascii_lowercase().as_str()));
    tops.map(as_folder).collect()
}

/// The folder in which what a file deploys has its source: the project's that the file belongs to, or else anywhere.
fn home<'h>(path: &str, homes: &'h BTreeSet<String>) -> &'h str {
    path.split_once('/').and_then(|(top, _)| homes.get(&as_folder(top))).map_or("", String::as_str)
}

/// Names under which a workload may be deployed elsewhere: its own, without what differs between deployments, and that of
/// its module's call.
fn names(cloud: &Cloud<'_>, at: usize, name: &str) -> Vec<String> {
    let planned = cloud.items[at].planned;
    let stable = planned.and_then(|planned| planned.stable.as_ref()).filter(|stable| !stable.whole).map(|stable| stable.words.clone());
    let call = planned.and_then(|planned| planned.called.as_ref()).filter(|call| call.alone).map(|call| call.name.clone());
    let own = planned.map(|planned| planned.resource.name.clone());
    let mut found: Vec<String> = Vec::new();
    for name in std::iter::once(name.to_owned()).chain(stable).chain(call).chain(own).filter(|name| !super::components::is_anything(name)) {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// What is deployed under one of the names; several descriptions of one source are one as good as another.
fn same(names: &[String], deployed: &BTreeMap<String, Vec<usize>>, drafts: &[Draft<'_>], home: &str) -> Option<usize> {
    names.iter().find_map(|name| {
        let found = deployed.get(&stem(name))?;
        let first = found.first()?;
        let source = |at: &usize| -> BTreeSet<&str> { drafts[*at].roots.iter().map(|root| root.folder.as_str()).collect() };
        let near = source(first).iter().all(|folder| folder.starts_with(home));
        (near && found.iter().all(|at| source(at) == source(first))).then_some(*first)
    })
}

/// The folder of a workload's source: the one that a tool is told to deploy to it, the one that its image is made of,
/// or the only one of its name.
fn root(cloud: &Cloud<'_>, at: usize, names: &[String], (said, folders): (&Said<'_>, &Folders)) -> Option<String> {
    if let Some(tag) = tag(cloud, at).map(|tag| format!("{SERVICE_TAG}={tag}"))
        && let Some((_, folder, _)) = said.images.iter().find(|(image, ..)| *image == tag)
    {
        return Some(as_folder(folder));
    }
    let images: Vec<String> = workloads::images(cloud, at).iter().map(|image| image_name(image)).filter(|name| !name.contains('*')).collect();
    let built = images.iter().find_map(|name| said.images.iter().find(|(built, ..)| image_name(built) == *name));
    if let Some((_, folder, _)) = built {
        return Some(as_folder(folder));
    }
    // an image of somebody else's is not made here
    if images.iter().any(|name| catalogue::image(name).is_some()) {
        return None;
    }
    images.iter().chain(names).find_map(|name| folders.only(name, said))
}
