//! Components from deployments.
//!
//! One system is often described twice: Compose for development, Kubernetes for production, a base
//! and its overlays. Descriptions that belong together become one component with several
//! descriptions; two things that merely share a name stay two.

use super::draft::{Description, Draft, folder_of, is_plainly, is_spelled_as, join, plain};
use super::product::Product;
use super::said::{At, Said};
use super::source::Folders;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::Text;
use threatline_facts::infra::{Container, Dockerfile, Platform, Workload};
use threatline_knowledge::catalogue;
use threatline_model::{ComponentKind, Evidence, EvidenceSource, Role};

/// The deployment that Kubernetes manifests of the whole repository make.
pub(crate) const CLUSTER: usize = 0;

/// Components and the Compose projects (by folder) that their descriptions are grouped by;
/// `projects[group - 1]` is the folder of group `group`.
pub(crate) struct Deployed<'a> {
    pub(crate) drafts: Vec<Draft<'a>>,
    pub(crate) projects: Vec<String>,
}

pub(crate) fn components<'a>(said: &Said<'a>, folders: &Folders) -> Deployed<'a> {
    let mut drafts = from_kubernetes(said);
    let mut projects = Vec::new();
    for (folder, workloads) in compose_projects(said) {
        projects.push(folder.clone());
        let group = projects.len();
        let services = compose_services(&workloads);
        merge_project(&mut drafts, services, &folder, group);
    }
    for draft in &mut drafts {
        describe(draft, said, folders);
    }
    Deployed { drafts, projects }
}

fn from_kubernetes<'a>(said: &Said<'a>) -> Vec<Draft<'a>> {
    let mut by_name: BTreeMap<String, Vec<Description<'a>>> = BTreeMap::new();
    for At { path, it } in said.workloads.iter().filter(|w| w.it.platform == Platform::Kubernetes) {
        let namespace = it.namespace.clone().or_else(|| kustomized_namespace(said, path));
        let description = Description { path: path.clone(), workload: it, group: CLUSTER, namespace };
        by_name.entry(plain(unversioned(it))).or_default().push(description);
    }
    let mut drafts = Vec::new();
    for descriptions in by_name.into_values() {
        for variation in apart(descriptions) {
            // a patch alone makes nothing
            if !variation.iter().any(|d| d.workload.containers.iter().any(|c| c.image.is_some())) {
                continue;
            }
            let first = &variation[0];
            let folder = first.namespace.clone().map_or_else(|| folder_of(&first.path).to_owned(), |ns| format!("{ns}/"));
            let mut draft = Draft::new(unversioned(first.workload), &folder, ComponentKind::Process);
            draft.aliases.extend(variation.iter().map(|description| description.workload.name.clone()).filter(|name| *name != draft.name));
            draft.descriptions = variation;
            drafts.push(draft);
        }
    }
    drafts
}

/// Labels that say what a workload is one version of.
const APPLICATION: [&str; 3] = ["app", "app.kubernetes.io/name", "k8s-app"];
const VERSION: [&str; 2] = ["version", "app.kubernetes.io/version"];

/// The name of a workload without the version that its labels tell, where they tell what is left as well: a mesh shifts requests from
/// `reviews-v1` to `reviews-v2`, and both are `reviews`.
fn unversioned(workload: &Workload) -> &str {
    let labelled = |keys: &[&str], value: &str| keys.iter().any(|key| workload.labels.get(*key).is_some_and(|label| label == value));
    let mut ends = workload.name.match_indices('-').map(|(at, _)| (&workload.name[..at], &workload.name[at + 1..]));
    ends.find(|(name, version)| labelled(&APPLICATION, name) && labelled(&VERSION, version)).map_or(&workload.name, |(name, _)| name)
}

/// The namespace that the nearest kustomization above sets.
fn kustomized_namespace(said: &Said<'_>, path: &str) -> Option<String> {
    let folder = folder_of(path);
    said.kustomizations.iter().find(|k| folder_of(&k.path) == folder).and_then(|k| k.it.namespace.clone())
}

/// Descriptions of one name that are different things: different written namespaces and no image in
/// common.
fn apart(descriptions: Vec<Description<'_>>) -> Vec<Vec<Description<'_>>> {
    let mut groups: Vec<Vec<Description<'_>>> = Vec::new();
    for description in descriptions {
        let home = groups.iter_mut().find(|group| {
            group.iter().any(|other| match (&other.namespace, &description.namespace) {
                (Some(a), Some(b)) if a != b => own_image(other.workload).is_some() && own_image(other.workload) == own_image(description.workload),
                _ => true,
            })
        });
        match home {
            Some(group) => group.push(description),
            None => groups.push(vec![description]),
        }
    }
    groups
}

/// The image's name, if it is no product that anybody may run twice.
fn own_image(workload: &Workload) -> Option<String> {
    let image = workload.containers.iter().find(|c| !c.init)?.image.as_ref()?;
    let name = image_name(&image.with_defaults());
    catalogue::image(&image.with_defaults()).is_none().then_some(name)
}

/// Owner and name of an image of one's own; none where the reference tells no owner.
fn owned_image(workload: &Workload) -> Option<String> {
    own_image(workload)?;
    let image = workload.containers.iter().find(|c| !c.init)?.image.as_ref()?.with_defaults();
    let path = image.split('@').next().unwrap_or(&image).to_ascii_lowercase();
    let mut parts = path.rsplit('/');
    let name = parts.next()?.split(':').next()?.to_owned();
    let owner = parts.next().filter(|owner| !owner.contains(['*', '.', ':']))?;
    Some(format!("{owner}/{name}"))
}

/// Last part of an image reference without tag and digest.
pub(crate) fn image_name(image: &str) -> String {
    let image = image.split('@').next().unwrap_or(image);
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split(':').next().unwrap_or(last).to_ascii_lowercase()
}

/// Services by the folder of their project: the files of a folder are one, and what they include is theirs.
fn compose_projects<'a>(said: &Said<'a>) -> BTreeMap<String, Vec<At<'a, Workload>>> {
    let included = included(said);
    let mut projects: BTreeMap<String, Vec<At<'a, Workload>>> = BTreeMap::new();
    for workload in said.workloads.iter().filter(|w| w.it.platform.is_project()) {
        let mut folder = folder_of(&workload.path);
        for _ in 0..MAX_INCLUDED {
            match included.get(folder) {
                Some(by) => folder = by,
                None => break,
            }
        }
        projects.entry(folder.to_owned()).or_default().push(workload.clone());
    }
    projects
}

/// Files that include files that include files are followed so far; those that include each other end here, too.
const MAX_INCLUDED: usize = 8;

/// Folders whose files one file of another folder includes, and that folder. Who is included by several is a project of its own.
fn included<'s>(said: &'s Said<'_>) -> BTreeMap<String, &'s str> {
    let mut by: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for file in &said.compose_files {
        let own = folder_of(&file.path);
        for path in file.it.includes.iter().filter_map(|path| join(own, path)) {
            let folder = folder_of(&path);
            if folder != own {
                by.entry(folder.to_owned()).or_default().insert(own);
            }
        }
    }
    by.into_iter().filter_map(|(folder, by)| Some((folder, *by.first().filter(|_| by.len() == 1)?))).collect()
}

/// The services of one project: the files of a folder merged by key, variations behind profiles that
/// differ in nothing else put together.
fn compose_services<'a>(workloads: &[At<'a, Workload>]) -> BTreeMap<String, Vec<At<'a, Workload>>> {
    let mut services: BTreeMap<String, Vec<At<'a, Workload>>> = BTreeMap::new();
    for workload in workloads {
        services.entry(workload.it.name.clone()).or_default().push(workload.clone());
    }
    let names: Vec<String> = services.keys().cloned().collect();
    for (at, name) in names.iter().enumerate() {
        let same = names[..at].iter().find(|other| services.get(*other).is_some_and(|a| services.get(name).is_some_and(|b| is_variation(a[0].it, b[0].it))));
        if let Some(other) = same.cloned()
            && let Some(moved) = services.remove(name)
        {
            services.entry(other).or_default().extend(moved);
        }
    }
    services
}

fn is_variation(a: &Workload, b: &Workload) -> bool {
    let apart = !a.profiles.is_empty() && !b.profiles.is_empty() && a.profiles != b.profiles;
    // another tag is another make of the same: for a processor of its own
    let untagged = |image: &Text| {
        let text = image.with_defaults();
        text.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(text.clone(), |(name, _)| name.to_owned())
    };
    let image = |w: &Workload| {
        let build = |c: &Container| c.build.as_ref().map(|build| (build.context.clone(), build.dockerfile.clone()));
        w.containers.first().map(|c| (c.image.as_ref().map(untagged), build(c), c.command.clone()))
    };
    apart && image(a) == image(b)
}

/// Puts a Compose project beside what is there. At least half of its services must bear names that
/// are there already, for it to be another description of the same system.
fn merge_project<'a>(drafts: &mut Vec<Draft<'a>>, services: BTreeMap<String, Vec<At<'a, Workload>>>, folder: &str, group: usize) {
    // where most of the names begin with the system's, `shop-mysql` is what another description calls `mysql`
    let begins = beginning(drafts);
    let short = |name: &str| {
        let name = plain(name);
        name.strip_prefix(begins.as_str()).filter(|rest| !rest.is_empty()).unwrap_or(&name).to_owned()
    };
    let by_name = |drafts: &[Draft<'a>], name: &str| {
        let exactly = drafts.iter().position(|draft| is_plainly(&draft.name, name) || draft.aliases.iter().any(|alias| is_plainly(alias, name)));
        let otherwise = exactly.or_else(|| drafts.iter().position(|draft| is_spelled_as(unkinded(&draft.name), name)));
        if otherwise.is_some() || begins.is_empty() {
            return otherwise;
        }
        let name = short(name);
        drafts.iter().position(|draft| is_spelled_as(&short(&draft.name), &name))
    };
    // `orders-native` that the others on its network call `orders`
    let called = |name: &str| services[name].iter().flat_map(|workload| &workload.it.aliases).collect::<BTreeSet<&String>>();
    let found = |drafts: &[Draft<'a>], name: &str| {
        by_name(drafts, name).or_else(|| drafts.iter().position(|draft| called(name).iter().any(|alias| is_plainly(alias, &draft.name))))
    };
    // stores that anybody runs, and what only tests start, tell no system from another
    let own: Vec<&String> = services.iter().filter(|(_, workloads)| workloads.iter().any(|w| is_own(w))).map(|(name, _)| name).collect();
    let telling: Vec<&String> = if own.is_empty() { services.keys().collect() } else { own };
    let shared = telling.iter().filter(|name| found(drafts, name).is_some()).count();
    // the same image of one's own under the same name is the same thing, whatever else is there
    let image = |workload: &Workload| owned_image(workload);
    let same_image = |name: &String| {
        let images: BTreeSet<String> = services[name].iter().filter_map(|w| image(w.it)).collect();
        found(drafts, name).is_some_and(|at| drafts[at].descriptions.iter().filter_map(|d| image(d.workload)).any(|own| images.contains(&own)))
    };
    // one of the two may tell much more than the other
    let written = |draft: &&Draft<'_>| draft.descriptions.iter().any(|description| is_written(&description.path, description.workload));
    let least = telling.len().min(if shared >= SEVERAL { drafts.iter().filter(written).count() } else { usize::MAX });
    let same_system = shared * 2 >= least.max(1) && shared > 0 || telling.iter().any(|name| same_image(name));
    for (name, workloads) in &services {
        let (name, workloads) = (name.clone(), workloads.clone());
        let descriptions = workloads.iter().map(|w| Description { path: w.path.clone(), workload: w.it, group, namespace: None });
        let home = if same_system { found(drafts, &name) } else { None };
        let at = home.unwrap_or_else(|| {
            drafts.push(Draft::new(&name, folder, ComponentKind::Process));
            drafts.len() - 1
        });
        drafts[at].descriptions.extend(descriptions);
        // `orders` is what `orders-deployment` runs
        if unkinded(&drafts[at].name) != drafts[at].name && is_plainly(unkinded(&drafts[at].name), &name) {
            let before = std::mem::replace(&mut drafts[at].name, name.clone());
            drafts[at].aliases.insert(before);
        }
        let own = drafts[at].name.clone();
        drafts[at].aliases.extend(workloads.iter().map(|w| w.it.name.clone()).filter(|alias| *alias != own));
    }
}

/// The name of a workload without a word for its kind at its end: `orders-deployment`.
fn unkinded(name: &str) -> &str {
    ["-deployment", "-deploy", "-statefulset"].iter().find_map(|kind| name.strip_suffix(kind)).filter(|rest| !rest.is_empty()).unwrap_or(name)
}

/// So many names no two systems share by chance.
const SEVERAL: usize = 3;

/// What the names of a system begin with, a hyphen at its end: so do several of them, and most.
fn beginning(drafts: &[Draft<'_>]) -> String {
    let names: Vec<String> = drafts.iter().filter(|draft| !draft.descriptions.is_empty()).map(|draft| plain(&draft.name)).collect();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    names.iter().filter_map(|name| name.split_once('-')).for_each(|(first, _)| *times.entry(first).or_default() += 1);
    let most = times.into_iter().max_by_key(|(_, times)| *times).filter(|(_, times)| *times >= SEVERAL && times * 2 > names.len());
    most.map_or(String::new(), |(first, _)| format!("{first}-"))
}

fn is_own(workload: &At<'_, Workload>) -> bool {
    is_written(&workload.path, workload.it)
}

/// Runs something that was written for it, and not for a rehearsal.
fn is_written(path: &str, workload: &Workload) -> bool {
    let written =
        |container: &Container| container.build.is_some() || container.image.as_ref().is_some_and(|image| catalogue::image(&image.with_defaults()).is_none());
    super::properties::rehearsal_of(path).is_none() && workload.containers.iter().any(written)
}

/// What the descriptions themselves say of the component.
fn describe(draft: &mut Draft<'_>, said: &Said<'_>, folders: &Folders) {
    let mut products: BTreeSet<&'static str> = BTreeSet::new();
    for description in draft.descriptions.clone() {
        let workload = description.workload;
        draft.evidence.push(evidence(&description.path, workload));
        draft.aliases.extend(workload.aliases.iter().cloned());
        if workload.schedule.is_some() {
            draft.roles.insert(Role::ScheduledJob);
        }
        for container in workload.containers.iter().filter(|c| !c.init) {
            draft.ports.extend(container.ports.iter().filter_map(|port| port.container));
            let told = container.product.as_deref().and_then(Product::called);
            let images = images(container, &description.path, said, folders);
            let mut run: Vec<Product> = images.iter().filter_map(|image| catalogue::image(image).map(Product::from)).collect();
            if run.is_empty() && is_main(workload, container) {
                run.extend(own_make(&workload.name, &images));
            }
            for product in told.into_iter().chain(run) {
                if products.insert(product.technology) {
                    draft.technologies.insert(product.technology.to_owned());
                    // the first container is what the workload is; a sidecar only adds technology
                    let of_store = product.kind == ComponentKind::DataStore;
                    if draft.protocol.is_none() && is_main(workload, container) && !is_errand(workload, container, of_store) {
                        draft.becomes(&product);
                    }
                }
            }
        }
    }
}

/// A product in an image of somebody's own make: `acme/acme-mysql8`, where the service, too, is called `mysql` or `shop-mysql`.
fn own_make(service: &str, images: &[String]) -> Option<Product> {
    let service = plain(service);
    let word = service.rsplit('-').next().unwrap_or(&service);
    let is_named = |image: &String| plain(&image_name(image)).split('-').any(|part| part.trim_end_matches(|letter: char| letter.is_ascii_digit()) == word);
    // what only speaks HTTP is called so by too many
    let is_own_kind = |product: &Product| product.is_backing() && !matches!(product.protocol, None | Some("http" | "https"));
    images.iter().any(is_named).then(|| catalogue::image(word).map(Product::from)).flatten().filter(is_own_kind)
}

/// The image of a product that is only started to do something with another one: `psql -f seed.sql`, `./restore.sh`, `ollama pull llama3`.
fn is_errand(workload: &Workload, container: &Container, of_store: bool) -> bool {
    let words: Vec<String> = container
        .command
        .iter()
        .flat_map(|word| word.with_defaults().split([' ', ';', '&', '|', '\n', '"']).map(str::to_owned).collect::<Vec<_>>())
        .map(|word| word.rsplit('/').next().unwrap_or_default().to_ascii_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    // what follows an option may be its value: `psql -U postgres`
    let is_value = |at: usize| at > 0 && words[at - 1].starts_with('-') && !matches!(words[at - 1].as_str(), "-c" | "--");
    let serves = (0..words.len()).any(|at| catalogue::is_server(&words[at]) && !is_value(at));
    let script = words.iter().find(|word| word.ends_with(".sh") || word.ends_with(".sql")).filter(|_| of_store);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let named = |script: &String| catalogue::is_errand_name(script) || catalogue::is_errand_name(&workload.name);
    !serves && (catalogue::is_client(&words, of_store) || script.is_some_and(named))
}

fn is_main(workload: &Workload, container: &Container) -> bool {
    workload.containers.iter().find(|c| !c.init).is_some_and(|first| first.name == container.name)
}

/// The image itself and what its Dockerfile in the repository is based on.
fn images(container: &Container, path: &str, said: &Said<'_>, folders: &Folders) -> Vec<String> {
    let image = container.image.as_ref().map(Text::with_defaults);
    let built = super::source::dockerfile_of(container, path, said, folders).and_then(base);
    built.into_iter().chain(image).collect()
}

/// What the last stage is based on in the end; none for a web server that only carries one's own pages.
fn base(dockerfile: &Dockerfile) -> Option<String> {
    let last = dockerfile.stages.last()?;
    let mut base = last;
    for _ in 0..dockerfile.stages.len() {
        let name = base.base.with_defaults();
        match dockerfile.stages.iter().find(|stage| stage.name.as_deref() == Some(name.as_str())) {
            Some(stage) => base = stage,
            None => break,
        }
    }
    let image = base.base.with_defaults();
    let server = catalogue::image(&image).is_some_and(|product| product.roles.iter().any(|role| role == Role::Gateway.name()));
    let pages = !last.copies_from.is_empty() || last.copies.iter().any(|(_, target)| target.contains("/html") || target.contains("/htdocs"));
    (!(server && pages)).then_some(image)
}

pub(crate) fn evidence(path: &Arc<str>, workload: &Workload) -> Evidence {
    Evidence::new(path.clone(), Some(workload.mark), EvidenceSource::Infrastructure, reader(workload))
}

/// What reads the files of a workload's platform.
pub(crate) fn reader(workload: &Workload) -> &str {
    match workload.platform {
        Platform::Compose => "compose",
        Platform::Kubernetes => "kubernetes",
        Platform::Program => &workload.kind,
    }
}
