//! What API definitions say of a component: ways in that its code does not show, and where the two
//! disagree.
//!
//! A definition counts as a component's own when it lies in its folder, names no server of a third
//! party, and at least half of what it documents is implemented there, or nothing is known to be. A component of its own is
//! made of one that stands for a service without code.

mod asyncapi;
mod bodies;
mod graphql;
mod home;
mod operations;

pub(crate) use asyncapi::connect;
pub(crate) use home::{Homes, find};

use super::draft::{Draft, folder_of, join};
use super::exposure::{OutsideRoute, of_path};
use super::said::{At, Said};
use crate::compose::Composed;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::spec::{OpenApi, Operation};
use threatline_facts::{DataClass, Mark};
use threatline_knowledge::catalogue;
use threatline_model::*;

/// What reading definitions needs.
pub(crate) struct Documents<'d> {
    pub(crate) said: &'d Said<'d>,
    pub(crate) composed: &'d Composed,
    pub(crate) routes: &'d BTreeMap<usize, Vec<OutsideRoute>>,
    pub(crate) in_test: &'d dyn Fn(&str) -> bool,
    pub(crate) homes: &'d Homes,
}

/// An operation of a definition, wherever it is told.
pub(crate) struct Told<'a> {
    operation: &'a Operation,
    /// Its path, without the base path.
    route: String,
    /// The file that tells it.
    file: Arc<str>,
    /// Whose form that has.
    form: &'a str,
}

impl Told<'_> {
    fn here(&self) -> Evidence {
        here(&self.file, self.operation.mark, self.form)
    }
}

/// The operations of a definition, also those that it only refers to.
pub(crate) fn told<'a>(document: &At<'a, OpenApi>, said: &Said<'a>) -> Vec<Told<'a>> {
    let form = form(document.it);
    let own = document.it.operations.iter().map(|operation| Told { operation, route: operation.path.clone(), file: document.path.clone(), form });
    let mut all: Vec<Told<'a>> = own.collect();
    for reference in &document.it.references {
        let Some((file, items)) = join(folder_of(&document.path), &reference.file).and_then(|file| said.path_items.get_key_value(file.as_str())) else {
            continue;
        };
        for (key, operations) in &items.items {
            let route = match reference.path.as_str() {
                "" if key.starts_with('/') => key.clone(),
                "" => continue,
                path if *key == reference.key => path.to_owned(),
                _ => continue,
            };
            all.extend(operations.iter().map(|operation| Told { operation, route: route.clone(), file: file.clone(), form }));
        }
    }
    all
}

/// Adds entry points that are only documented, and returns where code and definition disagree.
pub(crate) fn compare(drafts: &mut [Draft<'_>], ids: &[ComponentId], entries: &mut Vec<EntryPoint>, documents: &Documents<'_>) -> Vec<Drift> {
    let mut drift = Vec::new();
    let mut carried = Vec::new();
    let mut of_specification: Vec<(usize, &At<'_, OpenApi>, Vec<Told<'_>>)> = Vec::new();
    for document in documents.said.open_apis.iter().filter(|document| !(documents.in_test)(&document.path) && !is_foreign(document)) {
        let Some(at) = documents.homes.of(&document.path) else {
            continue;
        };
        let all = told(document, documents.said);
        let implemented: Vec<&EntryPoint> = entries.iter().filter(|entry| entry.component == ids[at] && !is_documented_only(entry)).collect();
        if implemented.is_empty() {
            of_specification.push((at, document, all));
        } else {
            // what code is made from is what it answers
            let generated = is_generated(&drafts[at], document, documents.said);
            if generated {
                let served = Served::new(document.it, &all, &implemented);
                let unseen = all.iter().filter(|told| served.by(document.it, told).is_none());
                carried.extend(unseen.map(|told| (at, entry_point(told, document, &drafts[at], &ids[at], documents.routes.get(&at)))));
            }
            let closed = !generated && !documents.composed.unresolved.iter().any(|place| drafts[at].roots.iter().any(|root| root.holds(&place.path)));
            drift.extend(differences(document, &all, &ids[at], &implemented, closed));
        }
    }
    for (at, entry) in carried {
        drafts[at].roles.insert(Role::Api);
        entries.push(entry);
    }
    for (at, document, all) in latest(of_specification) {
        let add: Vec<EntryPoint> = all.iter().map(|told| entry_point(told, document, &drafts[at], &ids[at], documents.routes.get(&at))).collect();
        drafts[at].roles.extend((!add.is_empty()).then_some(Role::Api));
        entries.extend(add);
    }
    operations::compare(drafts, ids, entries, documents, &mut drift);
    graphql::add(drafts, ids, entries, documents);
    asyncapi::add(drafts, ids, entries, documents, &mut drift);
    entries.sort_by(|a, b| a.id.cmp(&b.id));
    entries.dedup_by(|a, b| a.id == b.id);
    drift.sort_by(|a: &Drift, b| a.id.cmp(&b.id));
    drift.dedup_by(|a, b| a.id == b.id);
    drift
}

/// Packages with which a build makes of a definition the interfaces that controllers carry out.
const GENERATORS: [&str; 2] = ["org.openapitools:openapi-generator-maven-plugin", "io.quarkiverse.openapi.generator:quarkus-openapi-generator-server"];

/// Whether the module that a definition lies in is built from it.
fn is_generated(draft: &Draft<'_>, document: &At<'_, OpenApi>, said: &Said<'_>) -> bool {
    let around = super::source::ancestors(&document.path).filter(|folder| draft.roots.iter().any(|root| folder.starts_with(root.folder.as_str())));
    let mut packages = around.flat_map(|folder| said.packages_in(folder));
    packages.any(|package| package.it.dependencies.iter().any(|dependency| GENERATORS.contains(&dependency.name.as_str())))
}

/// Where a definition and the program say different things of one operation: whether somebody has to say who they are, and which
/// parameters a query may have. What stands before the program counts, so this is asked when all of that is known.
pub(crate) fn contradictions(drafts: &[Draft<'_>], ids: &[ComponentId], entries: &[EntryPoint], documents: &Documents<'_>) -> Vec<Drift> {
    let mut found = Vec::new();
    for document in documents.said.open_apis.iter().filter(|document| !(documents.in_test)(&document.path) && !is_foreign(document)) {
        let Some(id) = documents.homes.of(&document.path).filter(|at| *at < drafts.len()).map(|at| &ids[at]) else { continue };
        let implemented: Vec<&EntryPoint> = entries.iter().filter(|entry| entry.component == *id && !is_documented_only(entry)).collect();
        let all = told(document, documents.said);
        let served = Served::new(document.it, &all, &implemented);
        for told in all.iter().filter(|_| served.fits(&all)) {
            if let Some(entry) = served.by(document.it, told).map(|at| served.http[at]) {
                found.extend(of_authentication(told, entry));
                found.extend(of_parameters(told, entry));
                found.extend(bodies::of_request(told, entry));
                found.extend(bodies::of_response(told, entry));
            }
        }
    }
    found
}

fn of_authentication(told: &Told<'_>, entry: &EntryPoint) -> Option<Drift> {
    let (documented, there) = match (told.operation.secured?, entry.authenticated?) {
        (true, false) => ("documents that callers say who they are", "lets everybody in"),
        (false, true) => ("documents that everybody may ask", "asks who calls"),
        _ => return None,
    };
    let proof = entry.authenticated_proof.as_ref().and_then(|proof| proof.evidence.first()).or(entry.evidence.last())?;
    let claims = vec![(documented.to_owned(), told.here()), (there.to_owned(), proof.clone())];
    Some(drift(DriftKind::Contradiction, (&entry.id).into(), "authentication", claims))
}

/// Parameters of a query that the program takes and the definition does not tell, where it tells another one that is taken.
fn of_parameters(told: &Told<'_>, entry: &EntryPoint) -> Vec<Drift> {
    let plain = |name: &str| name.trim_end_matches("[]").replace(['-', '_'], "").to_ascii_lowercase();
    let documented: BTreeSet<String> = told.operation.parameters.iter().filter(|(_, place)| place == "query").map(|(name, _)| plain(name)).collect();
    let taken: Vec<&str> = entry.parameters.iter().filter(|parameter| parameter.place == "query").map(|parameter| parameter.name.as_str()).collect();
    if !taken.iter().any(|name| documented.contains(&plain(name))) {
        return Vec::new();
    }
    let Some(place) = entry.evidence.last() else { return Vec::new() };
    let more = taken.iter().filter(|name| !documented.contains(&plain(name)));
    let one = |name: &&str| {
        let claims = vec![(format!("takes the parameter {name}"), place.clone()), (format!("does not document {name}"), told.here())];
        drift(DriftKind::Contradiction, (&entry.id).into(), &format!("query {name}"), claims)
    };
    more.map(one).collect()
}

/// Methods and shapes of the paths of a definition.
type Shapes = BTreeSet<(String, String)>;

/// Of several definitions of one title that tell much the same (one version beside the other, the same in another form) the
/// one that tells most.
fn latest<'a, 'b>(mut found: Vec<(usize, &'b At<'a, OpenApi>, Vec<Told<'a>>)>) -> Vec<(usize, &'b At<'a, OpenApi>, Vec<Told<'a>>)> {
    found.sort_by(|a, b| b.2.len().cmp(&a.2.len()).then_with(|| b.1.path.cmp(&a.1.path)));
    let mut kept: Vec<(usize, Option<&String>, Shapes)> = Vec::new();
    found.retain(|(at, document, all)| {
        let own: BTreeSet<(String, String)> = all.iter().map(|told| (told.operation.method.clone(), full_path(document.it, &told.route))).collect();
        let title = document.it.title.as_ref();
        let known = kept.iter().any(|(home, other, all)| home == at && *other == title && own.intersection(all).count() * 2 >= own.len());
        if !known {
            kept.push((*at, title, own));
        }
        !known
    });
    found
}

fn is_documented_only(entry: &EntryPoint) -> bool {
    entry.evidence.iter().all(|evidence| evidence.source == EvidenceSource::Specification)
}

/// The one component in whose folder the definition lies; the deepest folder decides.
pub(crate) fn owner(drafts: &[Draft<'_>], path: &str) -> Option<usize> {
    let depth = |draft: &Draft<'_>| draft.roots.iter().filter_map(|root| root.depth(path)).max();
    let deepest = drafts.iter().filter_map(depth).max()?;
    let mut owners = (0..drafts.len()).filter(|&at| depth(&drafts[at]) == Some(deepest) && drafts[at].kind == ComponentKind::Process);
    owners.next().filter(|_| owners.next().is_none())
}

/// A definition of somebody else's interface, kept to make a client from it.
pub(crate) fn is_foreign(document: &At<'_, OpenApi>) -> bool {
    let host = |server: &String| server.split("://").nth(1).unwrap_or(server).split(['/', ':']).next().unwrap_or_default().to_owned();
    let third = document.it.servers.iter().map(host).any(|host| catalogue::host(&host).is_some());
    third || document.path.split('/').any(|part| matches!(part.to_ascii_lowercase().as_str(), "client" | "clients" | "generated" | "sdk" | "external"))
}

fn full_path(document: &OpenApi, route: &str) -> String {
    format!("{}{route}", document.base_path.trim_end_matches('/'))
}

/// Whose form a definition has.
fn form(document: &OpenApi) -> &str {
    document.form.as_deref().unwrap_or("openapi")
}

fn here(path: &Arc<str>, mark: Mark, form: &str) -> Evidence {
    Evidence::new(path.clone(), Some(mark), EvidenceSource::Specification, form)
}

fn entry_point(told: &Told<'_>, document: &At<'_, OpenApi>, draft: &Draft<'_>, id: &ComponentId, routes: Option<&Vec<OutsideRoute>>) -> EntryPoint {
    let operation = told.operation;
    let path = full_path(document.it, &told.route);
    let evidence = told.here();
    let mut properties = Properties::default();
    for (property, fields) in [(Property::Takes, &operation.request_fields), (Property::Returns, &operation.response_fields)] {
        let classes: BTreeSet<DataClass> =
            fields.iter().filter_map(|field| catalogue::data_class(field)).filter(|(_, sure)| *sure >= 600).map(|(class, _)| class).collect();
        if !classes.is_empty() {
            let value = Value::List(classes.iter().map(|class| class.name().to_owned()).collect());
            properties.set(property, value, Proof { grade: Grade::P, confidence: 800, evidence: vec![evidence.clone()] });
        }
    }
    let changing = !matches!(operation.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "QUERY");
    properties.set(Property::StateChanging, Value::Flag(changing), Proof { grade: Grade::P, confidence: 800, evidence: vec![evidence.clone()] });
    EntryPoint {
        id: EntryPointId::new(format!("{}:{} {path}", id.rest(), operation.method)),
        component: id.clone(),
        kind: EntryPointKind::Http,
        method: Some(operation.method.clone()),
        exposure: of_path(draft.exposure, routes, &path),
        path,
        parameters: operation.parameters.iter().map(|(name, place)| Parameter { name: name.clone(), place: place.clone() }).collect(),
        // what a definition demands, nobody has seen the program demand
        authenticated: None,
        authenticated_proof: None,
        authorized: None,
        public: None,
        handler: None,
        flows: None,
        reaches: BTreeSet::new(),
        properties,
        evidence: vec![evidence],
    }
}

/// A path with its parameters' names left out.
fn shape(path: &str) -> String {
    let parts = path.split('/').filter(|part| !part.is_empty());
    parts.map(|part| if part.starts_with(['{', ':', '*']) { "/{}".to_owned() } else { format!("/{}", part.to_ascii_lowercase()) }).collect()
}

/// Ways in of HTTP by method and shape, and which of them an operation is.
struct Served<'e> {
    http: Vec<&'e EntryPoint>,
    by_shape: BTreeMap<String, Vec<usize>>,
    /// A base path is often added in front of the program.
    with_base: bool,
    /// How many operations are there.
    met: usize,
}

impl<'e> Served<'e> {
    fn new(document: &OpenApi, all: &[Told<'_>], implemented: &[&'e EntryPoint]) -> Self {
        let http: Vec<&EntryPoint> = implemented.iter().copied().filter(|entry| entry.kind == EntryPointKind::Http).collect();
        let mut by_shape: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, entry) in http.iter().enumerate() {
            by_shape.entry(shape(&entry.path)).or_default().push(at);
        }
        let mut served = Served { http, by_shape, with_base: true, met: 0 };
        let count = |served: &Self| all.iter().filter(|told| served.by(document, told).is_some()).count();
        let with = count(&served);
        served.with_base = false;
        let without = count(&served);
        (served.with_base, served.met) = (with >= without, with.max(without));
        served
    }

    /// Whether the two speak of one thing: at least half of what is documented is there.
    fn fits(&self, all: &[Told<'_>]) -> bool {
        self.met > 0 && self.met * 2 >= all.len()
    }

    /// The way in that an operation is.
    fn by(&self, document: &OpenApi, told: &Told<'_>) -> Option<usize> {
        let wanted = if self.with_base { shape(&full_path(document, &told.route)) } else { shape(&told.route) };
        let found = self.by_shape.get(&wanted)?;
        found.iter().copied().find(|at| self.http[*at].method.as_ref().is_none_or(|method| *method == told.operation.method))
    }
}

fn differences(document: &At<'_, OpenApi>, all: &[Told<'_>], id: &ComponentId, implemented: &[&EntryPoint], closed: bool) -> Vec<Drift> {
    let served = Served::new(document.it, all, implemented);
    let http = &served.http;
    if !served.fits(all) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut documented = BTreeSet::new();
    for told in all {
        match served.by(document.it, told) {
            Some(at) => {
                documented.insert(at);
            }
            None if closed => {
                let what = format!("{} {}", told.operation.method, full_path(document.it, &told.route));
                let mut claims = vec![(format!("documents {what}"), told.here())];
                claims.extend(http.first().and_then(|entry| entry.evidence.last()).map(|place| ("has no route for it".to_owned(), place.clone())));
                found.push(drift(DriftKind::DocumentedOnly, id.into(), &what, claims));
            }
            None => {}
        }
    }
    for (_, entry) in http.iter().enumerate().filter(|(at, entry)| !documented.contains(at) && entry.method.is_some()) {
        let what = format!("{} {}", entry.method.as_deref().unwrap_or("ANY"), entry.path);
        let mut claims: Vec<(String, Evidence)> = entry.evidence.last().map(|place| (format!("implements {what}"), place.clone())).into_iter().collect();
        claims.push(("does not document it".to_owned(), here(&document.path, document.it.mark, form(document.it))));
        found.push(drift(DriftKind::ImplementedOnly, (&entry.id).into(), &what, claims));
    }
    found
}

/// The id is made from what is disagreed about, never from a place.
fn drift(kind: DriftKind, element: ElementId, what: &str, claims: Vec<(String, Evidence)>) -> Drift {
    let mut hasher = blake3::Hasher::new();
    for part in [kind.name(), element.as_str(), what] {
        hasher.update(part.as_bytes());
        hasher.update(b"\0");
    }
    Drift { id: format!("TD-{}", &hasher.finalize().to_hex()[..12]), kind, element, claims }
}
