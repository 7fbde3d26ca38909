//! Where a definition and the program say different things of what a request carries and what comes back.

use super::{Told, drift};
use std::collections::BTreeSet;
use threatline_facts::DataClass;
use threatline_knowledge::catalogue;
use threatline_model::*;

/// A name as both may spell it.
fn plain(name: &str) -> String {
    name.trim_end_matches("[]").replace(['-', '_'], "").to_ascii_lowercase()
}

/// Fields of a body that the program takes and the definition does not tell, where most of what the program takes is told: fewer
/// in common speak of another form of it.
pub(super) fn of_request(told: &Told<'_>, entry: &EntryPoint) -> Vec<Drift> {
    let documented: BTreeSet<String> = told.operation.request_fields.iter().map(|name| plain(name)).collect();
    let taken: Vec<&str> = entry.parameters.iter().filter(|parameter| parameter.place == "body").map(|parameter| parameter.name.as_str()).collect();
    let (known, more): (Vec<&str>, Vec<&str>) = taken.into_iter().partition(|name| documented.contains(&plain(name)));
    let Some(place) = entry.evidence.last().filter(|_| known.len() > more.len()) else { return Vec::new() };
    let one = |name: &str| {
        let claims = vec![(format!("takes the field {name}"), place.clone()), (format!("does not document {name}"), told.here())];
        drift(DriftKind::Contradiction, (&entry.id).into(), &format!("body {name}"), claims)
    };
    more.into_iter().map(one).collect()
}

/// Kinds of data that the program gives back and of which the definition tells no field, though it tells what comes back.
pub(super) fn of_response(told: &Told<'_>, entry: &EntryPoint) -> Vec<Drift> {
    let (Some(Value::List(returned)), Some(proof)) = (entry.properties.get(Property::Returns), entry.properties.proofs.get(&Property::Returns)) else {
        return Vec::new();
    };
    let fields = &told.operation.response_fields;
    let Some(place) = proof.evidence.first().filter(|place| place.source != EvidenceSource::Specification && fields.len() > 1) else { return Vec::new() };
    // what a field may be counts too, so that none is told to be missing that is there under a loose name
    let documented: BTreeSet<&str> = fields.iter().filter_map(|field| catalogue::data_class(field)).map(|(class, _): (DataClass, _)| class.name()).collect();
    let one = |class: &String| {
        let claims = vec![(format!("gives back {class}"), place.clone()), (format!("documents no {class} in what comes back"), told.here())];
        drift(DriftKind::Contradiction, (&entry.id).into(), &format!("response {class}"), claims)
    };
    returned.iter().filter(|class| !documented.contains(class.as_str())).map(one).collect()
}
