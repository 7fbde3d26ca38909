//! All facts joined into components, flows, boundaries, entry points.
//!
//! In order: deployments and functions of a cloud make components; source is given to the component that runs it, or
//! makes one of its own; what else a cloud's resources make is added; variables are filled in; names are looked up; flows, exposure, boundaries and entry
//! points follow; what a person declares comes last and wins.

mod address;
mod agents;
mod automations;
mod bazel;
mod boundaries;
mod carried;
mod cloud;
mod context;
mod declare;
mod deployed;
mod documented;
mod draft;
mod entries;
mod exposure;
mod filled;
mod flows;
mod forwarded;
mod gateways;
mod guarded;
mod hardening;
mod hosted;
mod mesh;
mod names;
mod passed_on;
mod pipelines;
mod product;
mod programs;
mod properties;
mod proxies;
mod rights;
mod said;
mod schemas;
mod settings;
mod sidecars;
mod source;
mod started;
mod terraform;
mod tool_servers;
mod traits;
mod twice;
mod users;
mod variables;
mod workers;

pub(crate) use declare::unplaced;

use crate::compose::Composed;
use crate::{Artifact, LinkConfig};
use draft::Draft;
use flows::{FlowDraft, Flows, Key};
use said::Said;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use threatline_model::{Component, ComponentId, ComponentKind, Environment, Flow, FlowId, Model};

/// See [`crate::link`].
pub(crate) fn link(artifacts: &[Artifact<'_>], composed: &Composed, config: &LinkConfig) -> Model {
    // asked again and again of the same files
    let known: RefCell<HashMap<Box<str>, bool>> = RefCell::default();
    let in_test = |path: &str| {
        let looked_up = known.borrow().get(path).copied();
        looked_up.unwrap_or_else(|| {
            let is_test = is_test_path(path.strip_prefix(config.prefix.as_str()).unwrap_or(path));
            known.borrow_mut().insert(path.into(), is_test);
            is_test
        })
    };
    let filled = filled::fill(artifacts);
    let started = started::workloads(artifacts, composed);
    let forwarded = forwarded::proxies(artifacts);
    let mut said = Said::collect(artifacts, &filled);
    started.iter().for_each(|(path, workload)| said.add_workload(path, workload));
    forwarded.iter().for_each(|(path, proxy)| said.add_proxy(path, proxy));
    let deployed = workers::deployed(&said, composed);
    let composed = deployed.as_ref().unwrap_or(composed);
    let folders = source::Folders::new(&said, Some(composed));
    let deployed::Deployed { mut drafts, projects } = deployed::components(&said, &folders);
    source::find_roots(&mut drafts, &said, &folders);
    twice::join(&mut drafts);
    let plan = terraform::plan(&said, &in_test);
    let mut cloud = cloud::Cloud::new(&said, &plan, composed);
    cloud::functions(&mut cloud, &mut drafts, &source::speaking(composed), &in_test);
    cloud::place_workloads(&mut cloud, &mut drafts, (&said, &folders), &in_test);
    let ownership = source::own(&mut drafts, (&said, &folders), composed, &in_test);
    environment_of_deployed(&mut drafts, composed, &ownership, &in_test);
    properties::environments(&mut drafts);
    variables::fill(&mut drafts, &said, &folders);
    hardening::apply(&mut drafts, &said, &folders);
    properties::apply(&mut drafts, &said);
    rights::apply(&mut drafts, &said);
    traits::apply(&mut drafts, composed, &ownership, &said, &in_test);
    carried::apply(&mut drafts, &said, composed, &ownership, &in_test);
    let hosts = cloud::others(&mut cloud, &mut drafts, &said);
    drafts.iter_mut().for_each(|draft| resource_environment(draft, &in_test));
    let hosted = hosted::find(&mut drafts, &said, &in_test);
    let proxies = proxies::components(&mut drafts, &said, &folders, &hosted, &in_test);
    let gateways = gateways::find(&mut drafts, &said, &in_test);
    let settings = settings::of_all(&drafts, &said);
    let mut directory = names::Directory::new(&drafts, &said);
    settings.iter().enumerate().for_each(|(at, settings)| directory.add_program(at, settings, &mut drafts));
    hosts.iter().for_each(|(host, at)| directory.add_host(host, *at));
    cloud::variables(&cloud, &mut drafts, &mut directory);
    let mut grants = cloud::Grants::new(&cloud);
    grants.connect(&cloud, &drafts);
    let around = flows::Around {
        said: &said,
        folders: &folders,
        composed,
        ownership: &ownership,
        settings: &settings,
        grants: &grants,
        proxies: &proxies,
        in_test: &in_test,
    };
    let mut flows = flows::find(&mut drafts, &mut directory, &around);
    cloud::flows(&cloud, &drafts, &mut flows, &around);
    mesh::apply(&mut flows, &drafts, &said);
    agents::apply(&mut drafts, &said, &in_test);
    tool_servers::find(&mut drafts, &directory, &mut flows, &said, &in_test);
    tool_servers::offered(&mut drafts, &said, &in_test);
    let workflows = automations::find(&mut drafts, &directory, &mut flows, &said, &in_test);
    let started = pipelines::find(&mut drafts, &mut flows, &said, &config.prefix);
    let taken = cloud::definitions(&cloud, &said);
    let homes = documented::find(&mut drafts, &around, &taken);
    documented::connect(&mut flows, &drafts, &directory, &said, &homes);
    let mut routes = exposure::decide(&mut drafts, &said);
    hosted::expose(&mut drafts, &said, &hosted, &proxies);
    cloud::expose(&cloud, &mut drafts);
    let labelled = passed_on::open(&mut drafts, &said, &proxies, &mut routes);
    schemas::apply(&mut drafts, &flows, &said, &in_test);
    traits::queries(&mut drafts, &mut flows);
    traits::stores(&mut drafts, &flows);
    let boundaries = boundaries::draw(&drafts, &projects, &said, &cloud::networks(&cloud, &drafts));
    let ids = ids(&drafts);
    let flow_ids: BTreeMap<Key, FlowId> = flows.by_key.keys().map(|key| (key.clone(), flow_id(key, &ids))).collect();
    let placing = entries::Placing { said: &said, composed, ownership: &ownership, settings: &settings, flows: &flows, routes: &routes, in_test: &in_test };
    let mut entry_points = entries::place(&mut drafts, &ids, &flow_ids, &placing);
    let placed = cloud::Placed { said: &said, ids: &ids, flow_ids: &flow_ids };
    cloud::entry_points(&cloud, &drafts, &placed, &mut entry_points);
    let documents = documented::Documents { said: &said, composed, routes: &routes, in_test: &in_test, homes: &homes };
    let mut drift = documented::compare(&mut drafts, &ids, &mut entry_points, &documents);
    let placing = proxies::Placing { said: &said, homes: &proxies, flows: &flows, flow_ids: &flow_ids, routes: &routes };
    proxies::entry_points(&drafts, &ids, &mut entry_points, &placing);
    pipelines::entry_points(&ids, &flow_ids, &mut entry_points, started);
    automations::entry_points(&drafts, &ids, &mut entry_points, workflows);
    gateways::entry_points(&drafts, &ids, &mut entry_points, &gateways);
    hosted::entry_points(&drafts, &ids, &mut entry_points, &said, &hosted);
    passed_on::apply(&drafts, &ids, &mut entry_points, &placing, &labelled);
    carried::entry_points(&mut entry_points, &said);
    guarded::apply(&mut entry_points, &ids, &routes);
    mesh::apply_to_requests(&mut entry_points, &drafts, &ids, &said);
    drift.extend(documented::contradictions(&drafts, &ids, &entry_points, &documents));
    drift.sort_by(|a, b| a.id.cmp(&b.id));
    drift.dedup_by(|a, b| a.id == b.id);
    traits::roles(&mut drafts);
    let used = users::used(&drafts, &flows, &entry_points, &ids, &boundaries);
    let flows = finish_flows(flows, &ids, &flow_ids, &boundaries);
    entries::downstream(&mut entry_points, &flows);
    let mut model = Model {
        components: finish_components(drafts, &ids, &boundaries),
        flows,
        boundaries: boundaries.all.into_values().collect(),
        entry_points,
        drift,
        repository_public: config.declared.repository.public,
    };
    users::add(&mut model, used);
    model.sort();
    declare::apply(&mut model, config);
    model
}

/// Whether a path lies in a folder of tests, examples or foreign code, or is named as a test.
pub fn is_test_path(path: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "test",
        "tests",
        "__tests__",
        "testing",
        "testdata",
        "spec",
        "specs",
        "e2e",
        "integtests",
        "evals",
        "cypress",
        "playwright",
        "fixtures",
        "__fixtures__",
        "mocks",
        "__mocks__",
        "stories",
        "vendor",
        "third_party",
        "node_modules",
        "examples",
        "example",
        "samples",
        "sample",
        "benchmarks",
        "bench",
        "archived",
        "deprecated",
    ];
    const TRIALS: [&str; 14] =
        ["acceptance", "api", "app", "browser", "contract", "functional", "integ", "integration", "load", "performance", "regression", "smoke", "ui", "unit"];
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    // below a source root folders are the parts of a package's name, and com/example is one anywhere
    let folder = ["src/main/", "src/test/"].iter().find_map(|root| folder.find(root).map(|at| &folder[..at + root.len()])).unwrap_or(folder);
    let mut before = "";
    let in_folder = folder.split('/').any(|part| {
        let domain = matches!(std::mem::replace(&mut before, part), "com" | "org" | "net" | "io" | "dev");
        let part = part.to_ascii_lowercase();
        // `complete-tests` may be what a program does
        let of_tests = part.strip_suffix("tests").and_then(|kind| kind.strip_suffix(['-', '_'])).is_some_and(|kind| TRIALS.contains(&kind));
        of_tests || FOLDERS.contains(&part.as_str()) && !(domain && matches!(part.as_str(), "example" | "sample"))
    });
    let stem = name.split('.').next().unwrap_or(name);
    let named = name.contains(".test.")
        || name.contains(".spec.")
        || name.contains(".eval.")
        || name.contains(".stories.")
        || stem.ends_with("_test")
        || stem.starts_with("test_")
        || stem.starts_with("mock-")
        || stem.starts_with("mock_")
        || stem == "conftest"
        || matches!(name, "test.py" | "tests.py");
    // deeper down it is what a program does that keeps things: `services/archive`
    let archived = folder.split('/').next().is_some_and(|first| first.eq_ignore_ascii_case("archive"));
    in_folder || archived || named || threatline_facts::ArtifactKind::of(name).is_some_and(|kind| kind.is_test(name))
}

/// Where all deployments of a component lie in tests and examples, it belongs to them; but a program of its own that nobody else runs is
/// only tried there, and how it is deployed is not known.
fn environment_of_deployed(drafts: &mut [Draft<'_>], composed: &Composed, ownership: &source::Ownership, in_test: &dyn Fn(&str) -> bool) {
    let rehearsed: BTreeSet<usize> =
        (0..drafts.len()).filter(|at| !drafts[*at].descriptions.is_empty() && drafts[*at].descriptions.iter().all(|d| in_test(&d.path))).collect();
    let served = composed.entries.iter().filter_map(|entry| entry.places.last()).filter(|place| !in_test(&place.path));
    let mut tried: BTreeSet<usize> = BTreeSet::new();
    for owners in served.map(|place| ownership.of(&place.path)) {
        if let [only] = owners {
            tried.extend(rehearsed.get(only));
        }
    }
    for at in rehearsed {
        if tried.contains(&at) {
            drafts[at].only_tried = true;
        } else {
            drafts[at].environment = Environment::Test;
        }
    }
}

/// Resources that only tests and examples make belong to them.
fn resource_environment(draft: &mut Draft<'_>, in_test: &dyn Fn(&str) -> bool) {
    let made = draft.descriptions.is_empty() && draft.roots.is_empty() && !draft.evidence.is_empty();
    if made && draft.evidence.iter().all(|evidence| in_test(&evidence.path)) {
        draft.environment = Environment::Test;
    }
}

/// Ids from names; those of a template's own, and two of one name are told apart by their folder, there by their addresses, and by
/// number if that fails too.
fn ids(drafts: &[Draft<'_>]) -> Vec<ComponentId> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    let mut beside: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for draft in drafts {
        *count.entry(&draft.name).or_default() += 1;
        *beside.entry((&draft.folder, &draft.name)).or_default() += 1;
    }
    let mut taken = BTreeSet::new();
    drafts
        .iter()
        .map(|draft| {
            let base = match &draft.address {
                _ if count[&*draft.name] == 1 && !draft.is_local => draft.name.clone(),
                Some(address) if beside[&(&*draft.folder, &*draft.name)] > 1 => address.clone(),
                _ => format!("{}{}", draft.folder, draft.name),
            };
            let numbered = (2..).map(|number| ComponentId::new(format!("{base}#{number}")));
            let mut names = std::iter::once(ComponentId::new(&base)).chain(numbered);
            let id = names.find(|id| taken.insert(id.clone()));
            id.unwrap_or_else(|| ComponentId::new(&base))
        })
        .collect()
}

fn flow_id(key: &Key, ids: &[ComponentId]) -> FlowId {
    FlowId::new(format!("{}>{}:{}", ids[key.0].rest(), ids[key.1].rest(), key.2.as_deref().unwrap_or("unknown")))
}

fn finish_flows(flows: Flows, ids: &[ComponentId], flow_ids: &BTreeMap<Key, FlowId>, boundaries: &boundaries::Boundaries) -> Vec<Flow> {
    let finish = |(key, draft): (Key, FlowDraft)| {
        let authenticated = draft.authenticated.filter(|proved| !(proved.holds && draft.unknown_credential));
        let mut evidence = draft.evidence;
        evidence.sort();
        Flow {
            id: flow_ids[&key].clone(),
            source: ids[key.0].clone(),
            target: ids[key.1].clone(),
            protocol: key.2.clone(),
            authenticated: authenticated.as_ref().map(|proved| proved.holds),
            authenticated_proof: authenticated.map(|proved| proved.proof),
            authorized: None,
            encrypted: draft.encrypted.as_ref().map(|proved| proved.holds),
            encrypted_proof: draft.encrypted.map(|proved| proved.proof),
            crosses: boundaries.crossed(key.0, key.1),
            data: draft.data.as_ref().map(|data| data.classes.clone()),
            data_proof: draft.data.map(|data| data.proof),
            stated_only: false,
            properties: draft.properties,
            evidence,
        }
    };
    flows.by_key.into_iter().map(finish).collect()
}

fn finish_components(drafts: Vec<Draft<'_>>, ids: &[ComponentId], boundaries: &boundaries::Boundaries) -> Vec<Component> {
    let finish = |(at, draft): (usize, Draft<'_>)| {
        let mut evidence = draft.evidence;
        evidence.sort();
        evidence.dedup();
        let mut aliases = draft.aliases;
        aliases.remove(&draft.name);
        Component {
            id: ids[at].clone(),
            name: draft.name,
            aliases,
            kind: draft.kind,
            roles: draft.roles,
            technologies: draft.technologies,
            dependencies: draft.dependencies,
            boundary: boundaries.of[at].clone(),
            exposure: draft.exposure,
            environment: if draft.kind == ComponentKind::ExternalEntity { Environment::Unknown } else { draft.environment },
            data: draft.data,
            owners: draft.owners,
            value: None,
            properties: draft.properties,
            evidence,
        }
    };
    drafts.into_iter().enumerate().map(finish).collect()
}

#[cfg(test)]
mod tests {
    use super::is_test_path;

    #[test]
    fn a_package_named_example_is_no_example() {
        assert!(!is_test_path("shop/src/main/java/com/example/shop/Web.java"));
        assert!(!is_test_path("shop/src/com/example/shop/Web.java"));
        assert!(is_test_path("shop/src/test/java/com/acme/shop/Web.java"));
        assert!(is_test_path("examples/shop/src/main/java/com/acme/Web.java"));
        assert!(is_test_path("web/tests/api.js"));
        assert!(is_test_path("archive/2019/api.js"));
        assert!(!is_test_path("services/archive/api.js"));
        assert!(is_test_path("integtests/clients/pool.py"));
        assert!(is_test_path("packages/app-tests/sign-in.ts"));
        assert!(is_test_path("scripts/mock-mail.mjs"));
        assert!(!is_test_path("app/api/links/[id]/complete-tests/route.ts"));
        assert!(is_test_path("shop/tests.py") && !is_test_path("pages/test.tsx"));
    }
}
