//! Entry points that gateways, function URLs and clocks are told of.

use super::super::draft::{Draft, folder_of, join};
use super::super::flows::Key;
use super::super::said::{At, Said};
use super::{Cloud, MOST, triggers};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::spec::{OpenApi, Operation};
use threatline_facts::{Mark, Text};
use threatline_knowledge::catalogue::cloud::{Gateway, Route, cloud as ways};
use threatline_model::{
    ComponentId, EntryPoint, EntryPointId, EntryPointKind, Evidence, EvidenceSource, Exposure, FlowId, Grade, Parameter, Proof, Properties, Property, Value,
};

/// How deep a tree of paths is.
const DEEPEST: usize = 32;

/// What placing entry points needs.
pub(crate) struct Placed<'p> {
    pub(crate) said: &'p Said<'p>,
    pub(crate) ids: &'p [ComponentId],
    pub(crate) flow_ids: &'p BTreeMap<Key, FlowId>,
}

/// Gateways whose entry points a route is.
pub(super) fn gateways(cloud: &Cloud<'_>, at: usize, way: &Route) -> BTreeSet<usize> {
    let known = |item: &usize| ways().gateway.contains_key(&cloud.items[*item].kind) && cloud.items[*item].component.is_some();
    let mut named: BTreeSet<usize> = cloud.references(at, &way.gateway).into_iter().map(|(item, _)| item).filter(known).collect();
    if cloud.first(at, &way.gateway).is_none() && !way.node.is_empty() {
        // the tree of paths that it stands in ends at its gateway
        named.extend(nodes(cloud, at, &way.node).and_then(|(_, end)| Some(end).filter(known)));
    }
    // an API of GraphQL that who deploys fills in is the only one there is
    if named.is_empty() && way.kind.as_deref() == Some("graphql") && cloud.first(at, &way.gateway).is_some_and(|(_, text)| cloud.literal_of(at, text).is_none())
    {
        let is_one = |item: &usize| known(item) && ["AppSync", "appsync", "Graphql", "Amplify"].iter().any(|word| cloud.items[*item].kind.contains(word));
        let all: BTreeSet<usize> = (0..cloud.items.len()).filter(is_one).collect();
        return if all.len() == 1 { all } else { BTreeSet::new() };
    }
    if !named.is_empty() || way.gateway.is_empty() || cloud.first(at, &way.gateway).is_some() {
        return named;
    }
    // a route that names none is of the only one of its sort beside it
    let item = &cloud.items[at];
    let sort = |kind: &str| kind.match_indices(['_', ':']).nth(if kind.contains("::") { 3 } else { 1 }).map(|(end, _)| kind[..end].to_owned());
    let beside = |other: &usize| cloud.items[*other].scope == item.scope && sort(&cloud.items[*other].kind) == sort(&item.kind);
    let found: BTreeSet<usize> = (0..cloud.items.len()).filter(known).filter(beside).collect();
    if found.len() == 1 { found } else { BTreeSet::new() }
}

/// What answers a route, with the place that says so.
pub(super) fn targets(cloud: &Cloud<'_>, at: usize, way: &Route) -> Vec<(usize, Mark)> {
    let mut found = cloud.references(at, &way.target);
    // a resolver names its data source; in templates by the name that it is given
    found.retain(|(item, _)| cloud.items[*item].component.is_some());
    if found.is_empty() && !way.otherwise.is_empty() {
        found = cloud.references(at, &way.otherwise);
        found.retain(|(item, _)| cloud.items[*item].component.is_some());
    }
    found
}

/// API definitions that gateways are given, by path: what they document is what the gateway serves.
pub(crate) fn definitions(cloud: &Cloud<'_>, said: &Said<'_>) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for (at, item) in cloud.items.iter().enumerate() {
        let Some(way) = ways().gateway.get(&item.kind) else { continue };
        let location = cloud.first(at, &way.definition).and_then(|(_, text)| cloud.literal_of(at, text));
        let path = location.and_then(|location| join(folder_of(&item.path), &location));
        if let Some(path) = path.filter(|path| said.open_apis.iter().any(|document| *document.path == **path)) {
            found.insert(path, at);
        }
    }
    found
}

/// What the operations of definitions are handed to: gateway, resource, place.
pub(super) fn integrated(cloud: &Cloud<'_>, said: &Said<'_>) -> Vec<(usize, usize, Evidence)> {
    let mut found = Vec::new();
    for (path, gateway) in definitions(cloud, said) {
        for document in said.open_apis.iter().filter(|document| *document.path == *path) {
            for operation in &document.it.operations {
                let Some(target) = &operation.target else { continue };
                let place = Evidence::new(document.path.clone(), Some(operation.mark), EvidenceSource::Specification, "openapi");
                found.extend(cloud.see(gateway, target).items.into_iter().map(|item| (gateway, item, place.clone())));
            }
        }
    }
    found
}

/// Adds them; one that code or another resource shows already is left as it is.
pub(crate) fn entry_points(cloud: &Cloud<'_>, drafts: &[Draft<'_>], placed: &Placed<'_>, points: &mut Vec<EntryPoint>) {
    let mut known: BTreeSet<EntryPointId> = points.iter().map(|point| point.id.clone()).collect();
    let mut found = Vec::new();
    for (path, at) in definitions(cloud, placed.said) {
        for document in placed.said.open_apis.iter().filter(|document| *document.path == *path) {
            found.extend(document.it.operations.iter().filter_map(|operation| documented(cloud, drafts, placed, at, document, operation)));
        }
    }
    for (at, item) in cloud.items.iter().enumerate() {
        if let Some(way) = ways().route.get(&item.kind) {
            let room = MOST.saturating_sub(found.len());
            found.extend(routed(cloud, drafts, placed, at, way).into_iter().take(room));
        }
    }
    for (component, by, mark) in triggers::scheduled(cloud) {
        let path = drafts[component].name.clone();
        let here = Here { component, kind: EntryPointKind::Schedule, method: None, path, exposure: Exposure::Internal };
        found.push(here.point(placed, None, None, None, vec![cloud.evidence(by, mark)]));
    }
    for point in found {
        if known.insert(point.id.clone()) {
            points.push(point);
        }
    }
    points.sort_by(|a, b| a.id.cmp(&b.id));
}

/// Where an entry point is, and what one sends to it.
struct Here {
    component: usize,
    kind: EntryPointKind,
    method: Option<String>,
    path: String,
    exposure: Exposure,
}

impl Here {
    fn point(
        self,
        placed: &Placed<'_>,
        proof: Option<(bool, Proof)>,
        handler: Option<String>,
        flows: Option<BTreeSet<FlowId>>,
        evidence: Vec<Evidence>,
    ) -> EntryPoint {
        let id = &placed.ids[self.component];
        let name = match (&self.method, self.kind) {
            (Some(method), _) => format!("{method} {}", self.path),
            (None, EntryPointKind::Http) => format!("ANY {}", self.path),
            (None, kind) => format!("{} {}", kind.name(), self.path),
        };
        let mut properties = Properties::default();
        if let (EntryPointKind::Http, Some(method)) = (self.kind, self.method.as_deref()) {
            let changing = !matches!(method, "GET" | "HEAD" | "OPTIONS");
            properties.set(Property::StateChanging, Value::Flag(changing), Proof { grade: Grade::P, confidence: 800, evidence: evidence.clone() });
        }
        let parameters = self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        EntryPoint {
            id: EntryPointId::new(format!("{}:{name}", id.rest())),
            component: id.clone(),
            kind: self.kind,
            method: self.method,
            parameters: parameters.map(|name| Parameter { name: name.trim_end_matches('+').to_owned(), place: "path".to_owned() }).collect(),
            path: self.path,
            authenticated: proof.as_ref().map(|(holds, _)| *holds),
            authenticated_proof: proof.map(|(_, proof)| proof),
            authorized: None,
            public: None,
            exposure: self.exposure,
            handler,
            flows,
            reaches: BTreeSet::new(),
            properties,
            evidence,
        }
    }
}

fn documented(
    cloud: &Cloud<'_>,
    drafts: &[Draft<'_>],
    placed: &Placed<'_>,
    at: usize,
    document: &At<'_, OpenApi>,
    operation: &Operation,
) -> Option<EntryPoint> {
    let component = cloud.items[at].component?;
    let place = Evidence::new(document.path.clone(), Some(operation.mark), EvidenceSource::Specification, "openapi");
    let proof = operation.secured.map(|holds| (holds, Proof { grade: Grade::X, confidence: 950, evidence: vec![place.clone()] }));
    let answering = operation.target.as_ref().map(|target| cloud.see(at, target).items).unwrap_or_default();
    // SAM's own events say the same of operations without an integration
    let events = || events_of(cloud, at, &operation.method, &operation.path);
    let answering = if answering.is_empty() { events() } else { answering };
    let evidence = vec![cloud.evidence(at, cloud.items[at].it.mark), place];
    let here = Here {
        component,
        kind: EntryPointKind::Http,
        method: Some(operation.method.clone()),
        path: format!("{}{}", document.it.base_path, operation.path),
        exposure: drafts[component].exposure,
    };
    let mut point = here.point(placed, proof, handler(cloud, &answering), flows(cloud, placed, component, &answering), evidence);
    let listed = operation.parameters.iter().map(|(name, place)| Parameter { name: name.clone(), place: place.clone() });
    point.parameters = listed.collect();
    Some(point)
}

/// Functions that events of a gateway name for a method and path.
fn events_of(cloud: &Cloud<'_>, gateway: usize, method: &str, path: &str) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for (at, item) in cloud.items.iter().enumerate() {
        let Some(way) = ways().route.get(&item.kind).filter(|way| !way.path.is_empty()) else { continue };
        if !gateways(cloud, at, way).contains(&gateway) {
            continue;
        }
        let of = |keys: &[String]| cloud.first(at, keys).and_then(|(_, text)| cloud.literal_of(at, text));
        if of(&way.path).as_deref() == Some(path) && of(&way.method).is_some_and(|own| own.eq_ignore_ascii_case(method)) {
            found.extend(targets(cloud, at, way).into_iter().map(|(item, _)| item));
        }
    }
    found
}

fn routed(cloud: &Cloud<'_>, drafts: &[Draft<'_>], placed: &Placed<'_>, at: usize, way: &Route) -> Vec<EntryPoint> {
    let answering: BTreeSet<usize> = targets(cloud, at, way).into_iter().map(|(item, _)| item).collect();
    // a URL of a function's own has no gateway before it
    let places = if way.gateway.is_empty() { answering.clone() } else { gateways(cloud, at, way) };
    let mut found = Vec::new();
    for place in places {
        let Some(component) = cloud.items[place].component else { continue };
        let Some((kind, method, path)) = asked(cloud, at, way, place, !answering.is_empty()) else { continue };
        let own = way.gateway.is_empty();
        let here = Here { component, kind, method, path, exposure: drafts[component].exposure };
        let proof = verdict(cloud, at, way, place, &here);
        let flows = if own { None } else { flows(cloud, placed, component, &answering) };
        found.push(here.point(placed, proof, handler(cloud, &answering), flows, vec![cloud.evidence(at, cloud.items[at].it.mark)]));
    }
    found
}

/// What one sends to a route: kind, method, path.
fn asked(cloud: &Cloud<'_>, at: usize, way: &Route, gateway: usize, answered: bool) -> Option<(EntryPointKind, Option<String>, String)> {
    let of = |keys: &[String]| cloud.first(at, keys).and_then(|(_, text)| cloud.literal_of(at, text));
    let method =
        of(&way.method).map(|method| method.to_ascii_uppercase()).filter(|method| !matches!(method.as_str(), "ANY" | "*" | "X-AMAZON-APIGATEWAY-ANY-METHOD"));
    // a method that is there and not known is not any
    if method.is_none() && cloud.first(at, &way.method).is_some() && of(&way.method).is_none() {
        return None;
    }
    if way.kind.as_deref() == Some("open") {
        return None;
    }
    if way.gateway.is_empty() {
        return Some((EntryPointKind::Http, None, "/".to_owned()));
    }
    match way.kind.as_deref() {
        Some("graphql") => {
            // fields of other types than these are no way in
            let top = of(&way.within).is_some_and(|name| matches!(name.as_str(), "Query" | "Mutation" | "Subscription"));
            let field = top.then(|| of(&way.path)).flatten();
            return field.and_then(|field| Some((EntryPointKind::Graphql, None, format!("{}.{field}", of(&way.within)?))));
        }
        Some("websocket") => return of(&way.path).map(|path| (EntryPointKind::Websocket, None, path)),
        _ => {}
    }
    if !way.node.is_empty() {
        return node_path(cloud, at, &way.node, gateway).map(|path| (EntryPointKind::Http, method, path));
    }
    if let Some(key) = of(&way.key) {
        return match key.split_once(' ') {
            Some((method, path)) => {
                let method = method.to_ascii_uppercase();
                Some((EntryPointKind::Http, (method != "ANY").then_some(method), with_slash(path.trim())))
            }
            None if speaks_websocket(cloud, gateway) => Some((EntryPointKind::Websocket, None, key)),
            // everything that no other route takes
            None => (key == "$default" && answered).then(|| (EntryPointKind::Http, None, "/{proxy+}".to_owned())),
        };
    }
    if !way.key.is_empty() {
        return None;
    }
    let path = match (cloud.first(at, &way.path), of(&way.path)) {
        (Some(_), None) => return None,
        (None, None) => "/{proxy+}".to_owned(),
        (_, Some(path)) if path == "*" || path == "$default" => "/{proxy+}".to_owned(),
        (_, Some(path)) => with_slash(&path),
    };
    Some((EntryPointKind::Http, method, path))
}

fn with_slash(path: &str) -> String {
    format!("/{}", path.trim_start_matches('/'))
}

fn speaks_websocket(cloud: &Cloud<'_>, gateway: usize) -> bool {
    let protocol = ["ProtocolType", "protocol_type"].iter().find_map(|key| cloud.values_at(gateway, key).next());
    protocol.is_some_and(|(_, text, _)| text.as_literal() == Some("WEBSOCKET"))
}

/// The path of a node in the tree that a gateway's resources make.
fn node_path(cloud: &Cloud<'_>, at: usize, keys: &[String], gateway: usize) -> Option<String> {
    let (nodes, end) = nodes(cloud, at, keys)?;
    let part = |node: &usize| {
        let way = ways().node.get(&cloud.items[*node].kind)?;
        let part = cloud.first(*node, &way.part).and_then(|(_, text)| cloud.literal_of(*node, text))?;
        Some(part.trim_matches('/').to_owned())
    };
    let parts: Vec<String> = nodes.iter().rev().map(part).collect::<Option<_>>()?;
    (end == gateway).then(|| format!("/{}", parts.join("/")))
}

/// The nodes of such a tree from one on, and what it hangs on.
fn nodes(cloud: &Cloud<'_>, at: usize, keys: &[String]) -> Option<(Vec<usize>, usize)> {
    let (mut at, mut keys, mut found) = (at, keys, Vec::new());
    for _ in 0..DEEPEST {
        let (next, _) = cloud.references(at, keys).into_iter().next()?;
        let Some(node) = ways().node.get(&cloud.items[next].kind) else { return Some((found, next)) };
        found.push(next);
        (at, keys) = (next, &node.parent);
    }
    None
}

/// Whether something on the way to a route may ask for all that lies below.
fn is_closed_above(cloud: &Cloud<'_>, at: usize, way: &Route) -> bool {
    let closes = |node: usize| cloud.is_open(node) || ways().node.get(&cloud.items[node].kind).is_some_and(|way| cloud.speaks_of(node, &way.closes));
    cloud.is_open(at) || !way.node.is_empty() && nodes(cloud, at, &way.node).is_none_or(|(nodes, _)| nodes.into_iter().any(closes))
}

/// Whether a caller is asked who it is, and how that is known.
fn verdict(cloud: &Cloud<'_>, at: usize, way: &Route, gateway: usize, here: &Here) -> Option<(bool, Proof)> {
    let explicit = |by: usize, mark: Mark| Proof { grade: Grade::X, confidence: 950, evidence: vec![cloud.evidence(by, mark)] };
    let told = cloud.first(at, &way.demands);
    let keyed = |by: usize, keys: &[String]| {
        let (mark, text) = cloud.first(by, keys)?;
        (text.as_literal() == Some("true")).then(|| (true, explicit(by, mark)))
    };
    // what is behind a route for everything decides for itself
    let all = here.kind == EntryPointKind::Http && (here.path.contains("+}") || here.path.contains('*'));
    if let Some((mark, text)) = told {
        let asks = asks(cloud, at, text)?;
        return match (asks, keyed(at, &way.keyed)) {
            (false, Some(key)) => Some(key),
            (false, None) if all => None,
            (asks, _) => Some((asks, explicit(at, mark))),
        };
    }
    if let Some(key) = keyed(at, &way.keyed) {
        return Some(key);
    }
    let door = ways().gateway.get(&cloud.items[gateway].kind);
    if door.is_some_and(|door| cloud.holds(gateway, &door.loosens).is_some()) {
        return None;
    }
    if let Some((mark, text)) = door.and_then(|door| cloud.first(gateway, &door.demands)) {
        return asks(cloud, gateway, text).filter(|asks| *asks).map(|asks| (asks, explicit(gateway, mark)));
    }
    if let Some(key) = door.and_then(|door| keyed(gateway, &door.keyed)) {
        return Some(key);
    }
    let silent = way.default.as_deref() == Some("open")
        && !all
        && !cloud.speaks_of(at, &way.closes)
        && !is_closed(cloud, gateway, door)
        && !is_closed_above(cloud, at, way);
    // who is known since the connection was made need not be asked again
    let first = here.kind != EntryPointKind::Websocket || here.path == "$connect";
    let read = vec![cloud.evidence(gateway, cloud.items[gateway].it.mark), cloud.evidence(at, cloud.items[at].it.mark)];
    (silent && first).then_some((false, Proof { grade: Grade::C, confidence: 800, evidence: read }))
}

/// Whether something at the gateway may ask for all of its routes.
fn is_closed(cloud: &Cloud<'_>, gateway: usize, door: Option<&Gateway>) -> bool {
    let closes = |door: &Gateway| cloud.speaks_of(gateway, &door.closes) || cloud.first(gateway, &door.definition).is_some();
    cloud.is_open(gateway) || door.is_some_and(closes)
}

/// `NONE` asks nobody; an authorizer asks; what is not known may be either.
fn asks(cloud: &Cloud<'_>, at: usize, text: &Text) -> Option<bool> {
    match cloud.literal_of(at, text) {
        Some(text) => Some(!text.eq_ignore_ascii_case("none")),
        None => (!cloud.see(at, text).items.is_empty()).then_some(true),
    }
}

fn handler(cloud: &Cloud<'_>, answering: &BTreeSet<usize>) -> Option<String> {
    let mut handlers = answering.iter().filter_map(|item| {
        let way = ways().function.get(&cloud.items[*item].kind)?;
        cloud.literal_of(*item, cloud.first(*item, &way.handler)?.1)
    });
    handlers.next().filter(|_| handlers.next().is_none())
}

/// Flows from the gateway to what answers; none where that is not known.
fn flows(cloud: &Cloud<'_>, placed: &Placed<'_>, gateway: usize, answering: &BTreeSet<usize>) -> Option<BTreeSet<FlowId>> {
    let targets: BTreeSet<usize> = answering.iter().filter_map(|item| cloud.items[*item].component).collect();
    let to = |target: usize| placed.flow_ids.range((gateway, target, None)..).take_while(move |(key, _)| (key.0, key.1) == (gateway, target));
    let found: BTreeSet<FlowId> = targets.into_iter().flat_map(to).map(|(_, id)| id.clone()).collect();
    (!found.is_empty()).then_some(found)
}
