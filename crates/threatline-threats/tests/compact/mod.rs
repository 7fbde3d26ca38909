//! Small models as text, one element a line:
//!
//! ```text
//! boundary network/back default_deny=true:X
//! component db data_store internet roles=database data=email in=network/back
//! entry web POST:/orders authenticated=false:X returns=[email] params=id:path
//! flow web > db sql encrypted=false:X crosses=network/back
//! ```
//!
//! What follows a colon is the grade of the proof. A component is an internal process in production
//! unless it says otherwise; what is not said is unknown.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::sync::Arc;
use threatline_model::*;

/// Reads a model; panics on what it does not understand, since only tests write it.
pub fn model(text: &str) -> Model {
    let mut model = Model::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[0] {
            "component" => model.components.push(component(words[1], &words[2..])),
            "entry" => model.entry_points.push(entry_point(words[1], words[2], &words[3..])),
            "flow" => model.flows.push(flow(words[1], words[3], words[4], &words[5..])),
            "boundary" => model.boundaries.push(boundary(words[1], &words[2..])),
            other => panic!("no element: {other}"),
        }
    }
    model.sort();
    model
}

fn evidence(of: &str) -> Vec<Evidence> {
    vec![Evidence::new(Arc::from(format!("{of}.txt")), None, EvidenceSource::Code, "sample")]
}

/// `false:X` is a value with a proof.
fn proven(text: &str) -> (&str, Proof) {
    let (value, grade) = match text.rsplit_once(':') {
        Some((value, "X")) => (value, Grade::X),
        Some((value, "C")) => (value, Grade::C),
        Some((value, "S")) => (value, Grade::S),
        Some((value, "P")) => (value, Grade::P),
        _ => (text, Grade::X),
    };
    let confidence = match grade {
        Grade::X => 950,
        Grade::C => 800,
        Grade::S => 700,
        Grade::P => 900,
    };
    (value, Proof { grade, confidence, evidence: evidence("proof") })
}

fn value(text: &str) -> Value {
    if let Some(list) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        return Value::List(list.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect());
    }
    match text {
        "true" => Value::Flag(true),
        "false" => Value::Flag(false),
        _ => text.parse().map_or_else(|_| Value::Text(text.to_owned()), Value::Number),
    }
}

fn set(properties: &mut Properties, key: &str, text: &str) {
    let (text, proof) = proven(text);
    properties.set(Property::from_name(key).unwrap_or_else(|| panic!("no property: {key}")), value(text), proof);
}

fn classes(text: &str) -> Option<BTreeSet<DataClass>> {
    Some(text.split(',').filter(|name| *name != "none").map(|name| DataClass::from_name(name).unwrap()).collect())
}

fn boundary(id: &str, words: &[&str]) -> Boundary {
    let kind = BoundaryKind::from_name(id.split('/').next().unwrap()).unwrap();
    let mut boundary = Boundary { id: BoundaryId::new(id), name: id.to_owned(), kind, parent: None, properties: Properties::default(), evidence: evidence(id) };
    for word in words {
        match word.split_once('=').unwrap() {
            ("parent", parent) => boundary.parent = Some(BoundaryId::new(parent)),
            (key, text) => set(&mut boundary.properties, key, text),
        }
    }
    boundary
}

fn component(name: &str, words: &[&str]) -> Component {
    let mut c = Component {
        id: ComponentId::new(name),
        name: name.to_owned(),
        aliases: BTreeSet::new(),
        kind: ComponentKind::Process,
        roles: BTreeSet::new(),
        technologies: BTreeSet::new(),
        dependencies: std::collections::BTreeMap::new(),
        boundary: None,
        exposure: Exposure::Internal,
        environment: Environment::Production,
        data: None,
        owners: BTreeSet::new(),
        value: None,
        properties: Properties::default(),
        evidence: evidence(name),
    };
    for word in words {
        match word.split_once('=') {
            None => bare(&mut c, word),
            Some(("roles", names)) => c.roles = names.split(',').map(|name| Role::from_name(name).unwrap()).collect(),
            Some(("technologies", names)) => c.technologies = names.split(',').map(str::to_owned).collect(),
            Some(("data", names)) => c.data = classes(names),
            Some(("in", boundary)) => c.boundary = Some(BoundaryId::new(boundary)),
            Some((key, text)) => set(&mut c.properties, key, text),
        }
    }
    c
}

fn bare(c: &mut Component, word: &str) {
    if let Some(kind) = ComponentKind::from_name(word) {
        c.kind = kind;
    } else if let Some(environment) = Environment::from_name(word).filter(|_| word != "unknown") {
        c.environment = environment;
    } else {
        c.exposure = Exposure::from_name(word).unwrap_or_else(|| panic!("no word for a component: {word}"));
    }
}

fn entry_point(component: &str, place: &str, words: &[&str]) -> EntryPoint {
    let (method, path) = place.split_once(':').unwrap();
    let id = format!("{component}:{method} {path}");
    let mut e = EntryPoint {
        id: EntryPointId::new(&id),
        component: ComponentId::new(component),
        kind: EntryPointKind::Http,
        method: Some(method.to_owned()),
        path: path.to_owned(),
        parameters: Vec::new(),
        authenticated: None,
        authenticated_proof: None,
        authorized: None,
        public: None,
        exposure: Exposure::Internet,
        handler: None,
        flows: None,
        reaches: BTreeSet::new(),
        properties: Properties::default(),
        evidence: evidence(&id),
    };
    for word in words {
        match word.split_once('=') {
            None => e.exposure = Exposure::from_name(word).unwrap(),
            Some(("authenticated", text)) => {
                let (text, proof) = proven(text);
                e.authenticated = Some(text == "true");
                e.authenticated_proof = Some(proof);
            }
            Some(("authorized", text)) => e.authorized = Some(text == "true"),
            Some(("public", text)) => e.public = Some(text == "true"),
            Some(("handler", text)) => e.handler = Some(text.to_owned()),
            Some(("params", names)) => e.parameters = names.split(',').map(parameter).collect(),
            Some((key, text)) => set(&mut e.properties, key, text),
        }
    }
    e
}

fn parameter(text: &str) -> Parameter {
    let (name, place) = text.split_once(':').unwrap();
    Parameter { name: name.to_owned(), place: place.to_owned() }
}

fn flow(source: &str, target: &str, protocol: &str, words: &[&str]) -> Flow {
    let id = format!("{source}>{target}:{protocol}");
    let mut f = Flow {
        id: FlowId::new(&id),
        source: ComponentId::new(source),
        target: ComponentId::new(target),
        protocol: Some(protocol.to_owned()),
        authenticated: None,
        authenticated_proof: None,
        authorized: None,
        encrypted: None,
        encrypted_proof: None,
        crosses: BTreeSet::new(),
        data: None,
        data_proof: None,
        stated_only: false,
        properties: Properties::default(),
        evidence: evidence(&id),
    };
    for word in words {
        match word.split_once('=').unwrap() {
            ("authenticated", text) => {
                let (text, proof) = proven(text);
                (f.authenticated, f.authenticated_proof) = (Some(text == "true"), Some(proof));
            }
            ("encrypted", text) => {
                let (text, proof) = proven(text);
                (f.encrypted, f.encrypted_proof) = (Some(text == "true"), Some(proof));
            }
            ("crosses", names) => f.crosses = names.split(',').map(BoundaryId::new).collect(),
            ("data", names) => f.data = classes(names),
            ("stated_only", text) => f.stated_only = text == "true",
            (key, text) => set(&mut f.properties, key, text),
        }
    }
    f
}
