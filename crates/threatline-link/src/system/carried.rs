//! Classes of data that API definitions show: fields of messages that a component's rpcs take and
//! give, and of bodies in its own API definition.

use super::documented;
use super::draft::Draft;
use super::said::Said;
use super::source::Ownership;
use crate::compose::Composed;
use std::collections::BTreeSet;
use threatline_facts::DataClass;
use threatline_facts::spec::{Proto, ProtoRpc};
use threatline_knowledge::catalogue;
use threatline_model::{EntryPoint, EntryPointKind, Evidence, EvidenceSource, Grade, Proof, Property, Value};

/// A class that is only guessed does not raise a tier.
const SURE: u16 = 600;

/// How far messages in messages are followed.
const DEPTH: usize = 3;

/// Gives components the classes of what their definitions name.
pub(crate) fn apply(drafts: &mut [Draft<'_>], said: &Said<'_>, composed: &Composed, ownership: &Ownership, in_test: &dyn Fn(&str) -> bool) {
    for entry in composed.entries.iter().filter(|entry| entry.kind == EntryPointKind::Grpc) {
        let Some((place, found)) = entry.places.last().zip(rpc(&entry.path, said)) else {
            continue;
        };
        let classes: BTreeSet<DataClass> =
            [&found.rpc.request, &found.rpc.response].into_iter().flat_map(|name| of_message(found.proto, name, DEPTH)).collect();
        for &at in ownership.of(&place.path).iter().filter(|_| !classes.is_empty() && !in_test(&place.path)) {
            drafts[at].data.get_or_insert_with(BTreeSet::new).extend(classes.iter().copied());
        }
    }
    for document in said.open_apis.iter().filter(|document| !in_test(&document.path) && !documented::is_foreign(document)) {
        let Some(at) = documented::owner(drafts, &document.path) else {
            continue;
        };
        let fields = document.it.operations.iter().flat_map(|operation| operation.request_fields.iter().chain(&operation.response_fields));
        let classes = classes(fields);
        if !classes.is_empty() {
            drafts[at].data.get_or_insert_with(BTreeSet::new).extend(classes);
        }
    }
}

/// The classes of data that fields of these names hold.
pub(crate) fn classes<'f>(fields: impl Iterator<Item = &'f String>) -> BTreeSet<DataClass> {
    fields.filter_map(|field| of_field(field)).collect()
}

/// Tells of each rpc what it takes and returns, where code does not.
pub(crate) fn entry_points(points: &mut [EntryPoint], said: &Said<'_>) {
    for point in points.iter_mut().filter(|point| point.kind == EntryPointKind::Grpc) {
        let Some(found) = rpc(&point.path, said) else {
            continue;
        };
        for (property, message) in [(Property::Takes, &found.rpc.request), (Property::Returns, &found.rpc.response)] {
            let classes = of_message(found.proto, message, DEPTH);
            if point.properties.get(property).is_none() && !classes.is_empty() {
                let value = Value::List(classes.iter().map(|class| class.name().to_owned()).collect());
                let evidence = Evidence::new(found.path.clone(), Some(found.rpc.mark), EvidenceSource::Specification, "protobuf");
                point.properties.set(property, value, Proof { grade: Grade::P, confidence: 900, evidence: vec![evidence] });
            }
        }
    }
}

/// An rpc and where it is defined.
struct Found<'a> {
    path: std::sync::Arc<str>,
    proto: &'a Proto,
    rpc: &'a ProtoRpc,
}

/// The rpc of `/package.Service/Rpc`, the package possibly `*` or left out.
fn rpc<'a>(path: &str, said: &Said<'a>) -> Option<Found<'a>> {
    let (service, name) = path.strip_prefix('/')?.rsplit_once('/')?;
    let (package, service) = service.rsplit_once('.').unwrap_or(("*", service));
    let fits = |proto: &Proto| package == "*" || proto.package == package;
    said.protos.iter().filter(|proto| fits(proto.it)).find_map(|proto| {
        let rpc = proto.it.services.iter().find(|other| other.name == service)?.rpcs.iter().find(|rpc| rpc.name == name)?;
        Some(Found { path: proto.path.clone(), proto: proto.it, rpc })
    })
}

fn of_field(name: &str) -> Option<DataClass> {
    catalogue::data_class(name).filter(|(_, sure)| *sure >= SURE).map(|(class, _)| class)
}

fn of_message(proto: &Proto, name: &str, depth: usize) -> BTreeSet<DataClass> {
    let short = name.rsplit('.').next().unwrap_or(name);
    let Some(message) = proto.messages.iter().find(|message| message.name == short || message.name == name).filter(|_| depth > 0) else {
        return BTreeSet::new();
    };
    let own = catalogue::record_classes(&message.name, message.fields.iter().map(|(field, ..)| &**field));
    let own = own.into_iter().flatten().filter(|(_, sure)| *sure >= SURE).map(|(class, _)| class);
    let inner = message.fields.iter().flat_map(|(_, kind, _)| of_message(proto, kind, depth - 1));
    own.chain(inner).collect()
}
