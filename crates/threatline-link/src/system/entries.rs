//! Entry points: what code offers, placed in components, with exposure and what follows.

use super::context::Contexts;
use super::draft::{Draft, folder_of};
use super::exposure::{OutsideRoute, of_path};
use super::flows::{Flows, Key, code, to_proof};
use super::said::{At, Said};
use super::settings::Settings;
use super::source::Ownership;
use crate::compose::{CodeEntry, Composed};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::infra::Container;
use threatline_facts::spec::Proto;
use threatline_facts::{DataClass, Text};
use threatline_knowledge::catalogue::starts_no_server;
use threatline_model::{ComponentId, EntryPoint, EntryPointId, EntryPointKind, Exposure, FlowId, Grade, Proof, Properties, Property, Role, Value};

/// What placing entry points needs.
pub(crate) struct Placing<'p> {
    pub(crate) said: &'p Said<'p>,
    pub(crate) composed: &'p Composed,
    pub(crate) ownership: &'p Ownership,
    pub(crate) settings: &'p [Settings],
    pub(crate) flows: &'p Flows,
    pub(crate) routes: &'p BTreeMap<usize, Vec<OutsideRoute>>,
    pub(crate) in_test: &'p dyn Fn(&str) -> bool,
}

/// The entry points of all components. Two of one id become one that knows no more than both.
pub(crate) fn place(drafts: &mut [Draft<'_>], ids: &[ComponentId], flow_ids: &BTreeMap<Key, FlowId>, placing: &Placing<'_>) -> Vec<EntryPoint> {
    let mut placed: BTreeMap<EntryPointId, EntryPoint> = BTreeMap::new();
    let contexts = Contexts::new(placing.said);
    let defined = Defined::new(placing.said);
    for entry in &placing.composed.entries {
        let Some(place) = entry.places.last() else {
            continue;
        };
        if entry.kind == EntryPointKind::Grpc && !defined.may_be(&entry.path) {
            continue;
        }
        let only_test = (placing.in_test)(&place.path);
        let mut owners = placing.ownership.taking(&place.path, entry.homes.as_ref());
        if let Some(handled) = entry.handled.as_ref().map(|path| placing.ownership.of(path)).filter(|handled| owners.iter().any(|at| handled.contains(at))) {
            owners.retain(|at| handled.contains(at));
        }
        for at in serving(&owners, (drafts, placing.ownership), entry.kind) {
            if only_test && !super::flows::is_test(drafts[at].environment) || explained(entry, &drafts[at]) {
                continue;
            }
            let prefix = contexts.of(&place.path, &place.by, entry.places.len() == 1, &drafts[at]);
            let configured = entry.written.as_ref().map(|written| {
                // a component that flows made has none
                let none = Settings::new();
                let settings = placing.settings.get(at).unwrap_or(&none);
                let path = crate::compose::path_of(&super::variables::resolve(written, &super::draft::Variables::default(), settings).text);
                CodeEntry { path, ..entry.clone() }
            });
            let entry = configured.as_ref().unwrap_or(entry);
            let point = entry_point(entry, at, &drafts[at], ids, flow_ids, &prefix, placing);
            role_of(&mut drafts[at], entry.kind);
            match placed.get_mut(&point.id) {
                Some(known) => meet(known, point),
                None => {
                    placed.insert(point.id.clone(), point);
                }
            }
        }
    }
    placed.into_values().collect()
}

/// Whether all that tells it lies among the documents of the component: programs there show readers how something is written. What
/// code elsewhere mounts is the component's, whatever its folder is called.
fn explained(entry: &CodeEntry, draft: &Draft<'_>) -> bool {
    let below = |path: &str| draft.roots.iter().filter(|root| root.holds(path)).map(|root| root.folder.len()).max().unwrap_or(0);
    entry.places.iter().all(|place| super::source::is_document_folder(place.path[below(&place.path)..].split_once('/').map_or("", |(first, _)| first)))
}

/// Rpcs by the services that definitions of the repository give them to.
struct Defined<'s> {
    by_service: BTreeMap<&'s str, BTreeSet<String>>,
}

impl<'s> Defined<'s> {
    fn new(said: &'s Said<'_>) -> Self {
        let mut by_service: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for service in said.protos.iter().flat_map(|proto| &proto.it.services) {
            by_service.entry(service.name.as_str()).or_default().extend(service.rpcs.iter().map(|rpc| rpc.name.to_ascii_lowercase()));
        }
        Defined { by_service }
    }

    /// Not where a service of that name is defined and nowhere with such an rpc: one object may serve several, and helps itself.
    fn may_be(&self, path: &str) -> bool {
        let Some((service, rpc)) = path.trim_start_matches('/').rsplit_once('/') else { return true };
        let service = service.rsplit('.').next().unwrap_or(service);
        self.by_service.get(service).is_none_or(|rpcs| rpcs.contains(&rpc.to_ascii_lowercase()))
    }
}

/// Of several components that run one source, those that answer requests: one that is told to run something else does not,
/// where another one is not told.
fn serving(owners: &[usize], (drafts, ownership): (&[Draft<'_>], &Ownership), kind: EntryPointKind) -> Vec<usize> {
    let answers = matches!(kind, EntryPointKind::Http | EntryPointKind::Grpc | EntryPointKind::Graphql | EntryPointKind::Websocket);
    let told = |at: usize| {
        // what it is told to run is known, and made of this
        if ownership.is_chosen(at) {
            return false;
        }
        let mut containers = drafts[at].descriptions.iter().flat_map(|description| &description.workload.containers).filter(|container| !container.init);
        containers.any(|container| !container.command.is_empty() && container.ports.is_empty())
    };
    if !answers || owners.len() < 2 {
        return owners.to_vec();
    }
    if owners.iter().all(|at| told(*at)) {
        let serving: Vec<usize> = owners.iter().copied().filter(|at| !idles(&drafts[*at])).collect();
        return if serving.is_empty() { owners.to_vec() } else { serving };
    }
    owners.iter().copied().filter(|at| !told(*at)).collect()
}

/// Whether all its containers are started by commands of workers, schedules and errands.
fn idles(draft: &Draft<'_>) -> bool {
    let containers = draft.descriptions.iter().flat_map(|description| &description.workload.containers).filter(|container| !container.init);
    let mut told = containers.filter(|container| !container.command.is_empty()).peekable();
    let words = |container: &Container| container.command.iter().map(Text::with_defaults).collect::<Vec<String>>();
    told.peek().is_some() && told.all(|container| starts_no_server(words(container).iter().map(String::as_str)))
}

/// The technology of programs that serve tools to others.
const SERVED: &str = "mcp";

fn role_of(draft: &mut Draft<'_>, kind: EntryPointKind) {
    let role = match kind {
        EntryPointKind::Http | EntryPointKind::Grpc | EntryPointKind::Graphql | EntryPointKind::Websocket => Role::Api,
        EntryPointKind::Message => Role::Worker,
        EntryPointKind::Schedule => Role::ScheduledJob,
        EntryPointKind::Function => Role::Function,
        // what a program gives its own agent is no server's
        EntryPointKind::McpTool if draft.technologies.contains(SERVED) => Role::McpServer,
        EntryPointKind::McpTool => Role::Agent,
        EntryPointKind::Cli => return,
    };
    if !(role == Role::Api && draft.has_role(Role::WebUi)) {
        draft.roles.insert(role);
    }
}

fn entry_point(
    entry: &CodeEntry,
    at: usize,
    draft: &Draft<'_>,
    ids: &[ComponentId],
    flow_ids: &BTreeMap<Key, FlowId>,
    prefix: &str,
    placing: &Placing<'_>,
) -> EntryPoint {
    let path = match entry.kind {
        EntryPointKind::Http if !prefix.is_empty() => format!("{prefix}{}", if entry.path == "/" { "" } else { &entry.path }),
        EntryPointKind::Function if draft.is_function => draft.name.clone(),
        EntryPointKind::Grpc => full_rpc(&entry.path, entry.places.last().map_or("", |place| &place.path), placing.said),
        _ => entry.path.clone(),
    };
    let name = match (&entry.method, entry.kind) {
        (Some(method), _) => format!("{method} {path}"),
        (None, EntryPointKind::Http) => format!("ANY {path}"),
        (None, EntryPointKind::Grpc) => path.clone(),
        (None, kind) => format!("{} {path}", kind.name()),
    };
    let verdict = |conclusion: &Option<crate::compose::Conclusion>| conclusion.as_ref().map(|conclusion| conclusion.holds);
    let mut properties = Properties::default();
    // where nobody is known, or only some may come, nobody is asked whose record it is
    let asks_owner = verdict(&entry.authenticated) == Some(true) && verdict(&entry.authorized) != Some(true);
    let never_asks = |property: Property, value: &Value| property == Property::OwnerCheck && *value == Value::Flag(false);
    for (property, value, place) in entry.properties.iter().filter(|(property, value, _)| !never_asks(*property, value) || asks_owner) {
        // nothing can be pointed at that is not there: all of the handler was in sight
        let grade = match property {
            Property::OwnerCheck if never_asks(*property, value) => Grade::C,
            Property::OwnerCheck => Grade::X,
            // what limits, or what is not limited, is written there
            Property::RequestSizeLimited | Property::PaginationBounded => Grade::X,
            _ => Grade::P,
        };
        let proof = Proof { grade, confidence: 900, evidence: vec![code(place)] };
        properties.set(*property, value.clone(), proof);
    }
    let here = || Proof { grade: Grade::P, confidence: 900, evidence: entry.places.last().map(code).into_iter().collect() };
    let classes = |classes: &BTreeSet<DataClass>| Value::List(classes.iter().map(|class| class.name().to_owned()).collect());
    if let Some(takes) = &entry.takes {
        properties.set(Property::Takes, classes(takes), here());
    }
    if let Some(returns) = &entry.returns {
        properties.set(Property::Returns, classes(returns), here());
    }
    if let (EntryPointKind::Http, Some(method)) = (entry.kind, entry.method.as_deref())
        && properties.get(Property::StateChanging).is_none()
    {
        properties.set(Property::StateChanging, Value::Flag(!matches!(method, "GET" | "HEAD" | "OPTIONS")), here());
    }
    let exposure = match entry.kind {
        EntryPointKind::Http | EntryPointKind::Websocket | EntryPointKind::Graphql => of_path(draft.exposure, placing.routes.get(&at), &path),
        EntryPointKind::Message | EntryPointKind::Schedule => match draft.exposure {
            Exposure::Internet => Exposure::Internal,
            other => other,
        },
        EntryPointKind::Cli => Exposure::Local,
        _ => draft.exposure,
    };
    let flows = entry.calls.as_ref().map(|calls| {
        let keys = calls.iter().filter_map(|call| placing.flows.by_call.get(call)).flatten().filter(|key| key.0 == at);
        keys.filter_map(|key| flow_ids.get(key)).cloned().collect()
    });
    EntryPoint {
        id: EntryPointId::new(format!("{}:{name}", ids[at].rest())),
        component: ids[at].clone(),
        kind: entry.kind,
        method: entry.method.clone(),
        path,
        parameters: entry.parameters.clone(),
        authenticated: verdict(&entry.authenticated),
        authenticated_proof: entry.authenticated.as_ref().map(to_proof),
        authorized: verdict(&entry.authorized),
        public: None,
        exposure,
        handler: entry.handler.clone(),
        flows,
        reaches: BTreeSet::new(),
        properties,
        evidence: entry.places.iter().map(code).collect(),
    }
}

/// `/*.Service/Rpc` with the package that a .proto file of the repository gives it. Of several that define
/// such an rpc those that lie nearest to the code are meant, if they agree.
fn full_rpc(path: &str, code: &str, said: &Said<'_>) -> String {
    let Some((service, rpc)) = path.strip_prefix("/*.").and_then(|rest| rest.split_once('/')) else {
        return path.to_owned();
    };
    let shared = |file: &str| folder_of(file).split('/').zip(folder_of(code).split('/')).take_while(|(a, b)| a == b).count();
    let defines = |proto: &&At<'_, Proto>| proto.it.services.iter().any(|other| other.name == service);
    let nearest = said.protos.iter().filter(defines).map(|proto| shared(&proto.path)).max();
    let near = said.protos.iter().filter(defines).filter(|proto| Some(shared(&proto.path)) == nearest);
    let packages: BTreeSet<&str> = near.map(|proto| proto.it.package.as_str()).collect();
    match packages.into_iter().collect::<Vec<_>>().as_slice() {
        [package] if !package.is_empty() => format!("/{package}.{service}/{rpc}"),
        _ => format!("/{service}/{rpc}"),
    }
}

/// Two registrations of one entry point: what only one of them knows, or they disagree about, is not
/// known, unless one is known to be open.
pub(crate) fn meet(known: &mut EntryPoint, other: EntryPoint) {
    if known.authenticated != other.authenticated {
        let open = [(&known.authenticated, &known.authenticated_proof), (&other.authenticated, &other.authenticated_proof)]
            .into_iter()
            .find(|(verdict, _)| **verdict == Some(false));
        let proof = open.and_then(|(_, proof)| proof.clone());
        known.authenticated = proof.is_some().then_some(false);
        known.authenticated_proof = proof;
    }
    if known.authorized != other.authorized {
        known.authorized = None;
    }
    known.flows = match (known.flows.take(), other.flows) {
        (Some(a), Some(b)) => Some(a.into_iter().chain(b).collect()),
        _ => None,
    };
    for item in other.evidence {
        if !known.evidence.contains(&item) {
            known.evidence.push(item);
        }
    }
    for parameter in other.parameters {
        if !known.parameters.contains(&parameter) {
            known.parameters.push(parameter);
        }
    }
}

/// Components that can be reached over flows from where an entry point's handler goes, itself left out.
pub(crate) fn downstream(points: &mut [EntryPoint], flows: &[threatline_model::Flow]) {
    let mut next: BTreeMap<&ComponentId, Vec<&ComponentId>> = BTreeMap::new();
    let mut targets: BTreeMap<&FlowId, &ComponentId> = BTreeMap::new();
    for flow in flows {
        next.entry(&flow.source).or_default().push(&flow.target);
        targets.insert(&flow.id, &flow.target);
    }
    let mut closed: BTreeMap<&ComponentId, BTreeSet<ComponentId>> = BTreeMap::new();
    for point in points {
        let starts: Vec<&ComponentId> = match &point.flows {
            Some(flows) => flows.iter().filter_map(|id| targets.get(id).copied()).collect(),
            None => next.get(&point.component).cloned().unwrap_or_default(),
        };
        let mut reaches = BTreeSet::new();
        for start in starts {
            let below = closed.entry(start).or_insert_with(|| walk(start, &next));
            reaches.extend(below.iter().cloned());
        }
        reaches.remove(&point.component);
        point.reaches = reaches;
    }
}

/// How far `reaches` looks; beyond it everything is reached from everywhere and says nothing.
const MOST_REACHED: usize = 64;

fn walk(start: &ComponentId, next: &BTreeMap<&ComponentId, Vec<&ComponentId>>) -> BTreeSet<ComponentId> {
    let mut seen: BTreeSet<&ComponentId> = BTreeSet::from([start]);
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for &to in next.get(at).into_iter().flatten() {
            if seen.len() < MOST_REACHED && seen.insert(to) {
                queue.push_back(to);
            }
        }
    }
    seen.into_iter().cloned().collect()
}
