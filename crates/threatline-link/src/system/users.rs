//! Who uses the system: people, and programs of theirs, that come from outside to what is there for them.
//!
//! One external entity stands for all of them. It leads to every process that is open to the internet for its own sake, not to what only
//! operators or other parts of the system come to; and to a gateway of which nobody says where it runs, and that nothing of the
//! system calls: what else would it be there for? Whether a way in asks who calls is said at the way in; here it stays unknown.

use super::boundaries::Boundaries;
use super::draft::Draft;
use super::flows::Flows;
use std::collections::{BTreeMap, BTreeSet};
use threatline_model::*;

/// What is there for operators and for the rest of the system, open or not.
const OPERATED: &[Role] = &[
    Role::Worker,
    Role::ScheduledJob,
    Role::MessageBroker,
    Role::Queue,
    Role::Cache,
    Role::SecretsManager,
    Role::ServiceDiscovery,
    Role::ConfigurationServer,
    Role::Monitoring,
    Role::Tracing,
    Role::Logging,
    Role::Llm,
    Role::Ci,
];

/// A way that users take, without their own id.
pub(crate) struct Way {
    target: ComponentId,
    protocol: Option<String>,
    crosses: BTreeSet<BoundaryId>,
    evidence: Vec<Evidence>,
}

/// The components that users come to.
pub(crate) fn used(drafts: &[Draft<'_>], flows: &Flows, entry_points: &[EntryPoint], ids: &[ComponentId], boundaries: &Boundaries) -> Vec<Way> {
    let called: BTreeSet<usize> = flows.by_key.keys().map(|(_, to, _)| *to).collect();
    let mut spoken: BTreeMap<&ComponentId, BTreeSet<EntryPointKind>> = BTreeMap::new();
    entry_points.iter().for_each(|entry| _ = spoken.entry(&entry.component).or_default().insert(entry.kind));
    let is_used = |at: usize| {
        let draft = &drafts[at];
        let operated = OPERATED.iter().any(|role| draft.has_role(*role));
        let gateway = draft.has_role(Role::Gateway) && draft.exposure == Exposure::Unknown && !called.contains(&at);
        let real = draft.kind == ComponentKind::Process && !matches!(draft.environment, Environment::Test | Environment::Development);
        real && (draft.exposure == Exposure::Internet && !operated || gateway)
    };
    let way = |at: usize| {
        let draft = &drafts[at];
        let mut evidence: Vec<Evidence> =
            if draft.opened.is_empty() { draft.evidence.iter().min().cloned().into_iter().collect() } else { draft.opened.clone() };
        evidence.sort();
        evidence.dedup();
        Way {
            target: ids[at].clone(),
            protocol: protocol(draft, spoken.get(&ids[at])).map(str::to_owned),
            crosses: boundaries.crossed_on_the_way_in(at),
            evidence,
        }
    };
    (0..drafts.len()).filter(|at| is_used(*at)).map(way).collect()
}

/// What is spoken there, if it is one thing.
fn protocol(draft: &Draft<'_>, kinds: Option<&BTreeSet<EntryPointKind>>) -> Option<&'static str> {
    use EntryPointKind::*;
    let web = [Role::WebUi, Role::Gateway, Role::Api, Role::AuthServer, Role::LoadBalancer].iter().any(|role| draft.has_role(*role));
    let Some(kinds) = kinds else { return web.then_some("http") };
    let has = |kind: EntryPointKind| kinds.contains(&kind);
    let http = has(Http) || has(Graphql);
    match (http, has(Grpc), has(Websocket)) {
        (true, false, _) => Some("http"),
        (false, true, false) => Some("grpc"),
        (false, false, true) => Some("ws"),
        (false, false, false) => web.then_some("http"),
        _ => None,
    }
}

/// Adds the users and their ways.
pub(crate) fn add(model: &mut Model, ways: Vec<Way>) {
    if ways.is_empty() {
        return;
    }
    // many systems have a service called `user`
    let taken = |name: &String| model.components.iter().any(|component| component.name.eq_ignore_ascii_case(name) || component.id.rest() == name);
    let mut names = ["user", "users", "people"].into_iter().map(str::to_owned).chain((2..).map(|number| format!("user#{number}")));
    let Some(name) = names.find(|name| !taken(name)) else { return };
    let id = ComponentId::new(&name);
    let internet = BoundaryId::new(super::boundaries::INTERNET);
    let mut evidence: Vec<Evidence> = ways.iter().filter_map(|way| way.evidence.first().cloned()).collect();
    evidence.sort();
    evidence.dedup();
    for way in ways {
        model.flows.push(Flow {
            id: FlowId::new(format!("{}>{}:{}", id.rest(), way.target.rest(), way.protocol.as_deref().unwrap_or("unknown"))),
            source: id.clone(),
            target: way.target,
            protocol: way.protocol,
            authenticated: None,
            authenticated_proof: None,
            authorized: None,
            encrypted: None,
            encrypted_proof: None,
            crosses: way.crosses,
            data: None,
            data_proof: None,
            stated_only: false,
            properties: Properties::default(),
            evidence: way.evidence,
        });
    }
    model.components.push(Component {
        id,
        name,
        aliases: BTreeSet::new(),
        kind: ComponentKind::ExternalEntity,
        roles: BTreeSet::from([Role::User]),
        technologies: BTreeSet::new(),
        dependencies: BTreeMap::new(),
        boundary: model.boundaries.iter().any(|boundary| boundary.id == internet).then_some(internet),
        exposure: Exposure::Internet,
        environment: Environment::Unknown,
        data: None,
        owners: BTreeSet::new(),
        value: None,
        properties: Properties::default(),
        evidence,
    });
}
