//! Definitions of messages: each channel from which an application takes messages is a way in, where no code shows one, and
//! the broker that a definition names is one that the application opens a connection to, whether it takes or sends.

use super::super::address;
use super::super::draft::Draft;
use super::super::flows::{FlowDraft, Flows};
use super::super::names::Directory;
use super::super::said::{At, Said};
use super::home::{Known, Place, service_folder, stands_beside};
use super::{Documents, Homes, drift, owner};
use std::collections::BTreeSet;
use threatline_facts::DataClass;
use threatline_facts::spec::{AsyncApi, Channel};
use threatline_knowledge::catalogue;
use threatline_model::*;

/// What a definition stands for.
pub(super) fn place(path: &str, drafts: &[Draft<'_>], known: &Known<'_>) -> Place {
    let copied = path.split('/').any(|part| matches!(part.to_ascii_lowercase().as_str(), "client" | "clients" | "generated" | "sdk" | "external"));
    match owner(drafts, path) {
        Some(at) => Place::Known(at),
        _ if copied => Place::Unclear,
        None if drafts.iter().all(|draft| draft.kind != ComponentKind::Process) || stands_beside(service_folder(path), drafts, known) => Place::New,
        None => Place::Unclear,
    }
}

/// Draws the connections to brokers that definitions tell of and nothing else shows, as far as the broker is there.
pub(crate) fn connect(flows: &mut Flows, drafts: &[Draft<'_>], directory: &Directory, said: &Said<'_>, homes: &Homes) {
    for document in said.async_apis.iter().filter(|document| !document.it.channels.is_empty()) {
        let Some(from) = homes.of(&document.path) else { continue };
        let is_broker = |at: usize| [Role::MessageBroker, Role::Queue].iter().any(|role| drafts[at].has_role(*role));
        let shown = flows.by_key.range((from, 0, None)..).take_while(|((at, ..), _)| *at == from).any(|((_, to, _), _)| is_broker(*to));
        if shown {
            continue;
        }
        for (written, protocol) in &document.it.servers {
            let Some(to) = broker(written, protocol, from, drafts, directory).filter(|to| *to != from) else { continue };
            let spoken = plain_protocol(protocol);
            let flow: &mut FlowDraft = flows.by_key.entry((from, to, drafts[to].protocol.clone().or(spoken))).or_default();
            let evidence = Evidence::new(document.path.clone(), Some(document.it.mark), EvidenceSource::Specification, "asyncapi");
            if !flow.evidence.contains(&evidence) {
                flow.evidence.push(evidence);
            }
        }
    }
}

/// The component that a server is: by its host, or as the only product of its protocol where the host is the machine itself.
fn broker(written: &str, protocol: &str, from: usize, drafts: &[Draft<'_>], directory: &Directory) -> Option<usize> {
    let url = if written.contains("://") { written.to_owned() } else { format!("{protocol}://{written}") };
    let address = address::parse(&url).into_iter().next()?;
    let host = address.host.as_deref().filter(|host| !host.contains(['{', '*']))?;
    let by_host = directory.host(host, from, drafts);
    by_host.or_else(|| {
        let technologies = TECHNOLOGIES.iter().find(|(name, _)| Some(*name) == plain_protocol(protocol).as_deref())?.1;
        let near = address::is_local(host) || address::is_placeholder(host);
        let mut found: Vec<usize> = technologies.iter().filter(|_| near).filter_map(|technology| directory.product(technology, from, drafts)).collect();
        found.dedup();
        if let [only] = found.as_slice() { Some(*only) } else { None }
    })
}

/// Protocols and the products that speak them.
const TECHNOLOGIES: &[(&str, &[&str])] = &[
    ("kafka", &["kafka", "redpanda"]),
    ("amqp", &["rabbitmq", "activemq"]),
    ("mqtt", &["mosquitto", "emqx", "rabbitmq"]),
    ("nats", &["nats"]),
    ("redis", &["redis"]),
];

/// A protocol without the word that says that it is encrypted, or which version it is of.
fn plain_protocol(protocol: &str) -> Option<String> {
    let known = ["kafka", "amqp", "mqtt", "nats", "redis", "stomp", "pulsar", "ws", "http"];
    known.into_iter().find(|known| protocol.to_ascii_lowercase().starts_with(known)).map(str::to_owned)
}

/// Adds the channels that no code shows; where code shows some, tells what the two say of each other.
pub(super) fn add(drafts: &mut [Draft<'_>], ids: &[ComponentId], entries: &mut Vec<EntryPoint>, documents: &Documents<'_>, drift: &mut Vec<Drift>) {
    let shown: BTreeSet<ComponentId> = entries.iter().filter(|entry| entry.kind == EntryPointKind::Message).map(|entry| entry.component.clone()).collect();
    for document in &documents.said.async_apis {
        let Some(at) = documents.homes.of(&document.path) else { continue };
        if shown.contains(&ids[at]) {
            drift.extend(told_of(document, &ids[at], entries));
            continue;
        }
        // messages come over a broker, never straight from the internet
        let exposure = match drafts[at].exposure {
            Exposure::Internet => Exposure::Internal,
            other => other,
        };
        let taken = document.it.channels.iter().filter(|channel| channel.takes);
        entries.extend(taken.map(|channel| entry_point(channel, document, &ids[at], exposure)));
        if document.it.channels.iter().any(|channel| channel.takes) {
            drafts[at].roles.insert(Role::Worker);
        }
    }
}

/// Tells ways in that code shows what their messages carry; where at least half of what a definition tells is there, what is left
/// is said by one of the two alone.
fn told_of(document: &At<'_, AsyncApi>, id: &ComponentId, entries: &mut [EntryPoint]) -> Vec<Drift> {
    let taken: Vec<&Channel> = document.it.channels.iter().filter(|channel| channel.takes).collect();
    let own = |entry: &&mut EntryPoint| entry.kind == EntryPointKind::Message && entry.component == *id;
    let mut met = BTreeSet::new();
    for entry in entries.iter_mut().filter(own) {
        let Some(channel) = taken.iter().find(|channel| channel.name == entry.path) else { continue };
        met.insert(channel.name.as_str());
        let told = entry_point(channel, document, id, entry.exposure);
        if entry.parameters.is_empty() {
            entry.parameters = told.parameters;
        }
        if let (None, Some(value), Some(proof)) =
            (entry.properties.get(Property::Takes), told.properties.get(Property::Takes), told.properties.proofs.get(&Property::Takes))
        {
            entry.properties.set(Property::Takes, value.clone(), proof.clone());
        }
    }
    if met.is_empty() || met.len() * 2 < taken.len() {
        return Vec::new();
    }
    let place = |mark| Evidence::new(document.path.clone(), Some(mark), EvidenceSource::Specification, "asyncapi");
    let unmet = taken.iter().filter(|channel| !met.contains(channel.name.as_str()));
    let mut found: Vec<Drift> = unmet
        .map(|channel| {
            drift(DriftKind::DocumentedOnly, id.into(), &channel.name, vec![(format!("documents messages of {}", channel.name), place(channel.mark))])
        })
        .collect();
    let known = |path: &str| taken.iter().any(|channel| channel.name == path) || path.contains(['*', '{', '$', '#']);
    for entry in entries.iter().filter(|entry| entry.kind == EntryPointKind::Message && entry.component == *id && !known(&entry.path)) {
        let mut claims: Vec<(String, Evidence)> =
            entry.evidence.last().map(|own| (format!("takes messages of {}", entry.path), own.clone())).into_iter().collect();
        claims.push(("does not document them".to_owned(), place(document.it.mark)));
        found.push(drift(DriftKind::ImplementedOnly, (&entry.id).into(), &entry.path, claims));
    }
    found
}

fn entry_point(channel: &Channel, document: &At<'_, AsyncApi>, id: &ComponentId, exposure: Exposure) -> EntryPoint {
    let evidence = Evidence::new(document.path.clone(), Some(channel.mark), EvidenceSource::Specification, "asyncapi");
    let mut properties = Properties::default();
    let classes: BTreeSet<DataClass> =
        channel.fields.iter().filter_map(|field| catalogue::data_class(field)).filter(|(_, sure)| *sure >= 600).map(|(class, _)| class).collect();
    if !classes.is_empty() {
        let value = Value::List(classes.iter().map(|class| class.name().to_owned()).collect());
        properties.set(Property::Takes, value, Proof { grade: Grade::P, confidence: 800, evidence: vec![evidence.clone()] });
    }
    EntryPoint {
        id: EntryPointId::new(format!("{}:message {}", id.rest(), channel.name)),
        component: id.clone(),
        kind: EntryPointKind::Message,
        method: None,
        path: channel.name.clone(),
        parameters: channel.fields.iter().map(|name| Parameter { name: name.clone(), place: "body".to_owned() }).collect(),
        authenticated: None,
        authenticated_proof: None,
        authorized: None,
        public: None,
        exposure,
        handler: None,
        flows: None,
        reaches: BTreeSet::new(),
        properties,
        evidence: vec![evidence],
    }
}
