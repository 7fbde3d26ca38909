//! Reads the small systems under `data/systems` into models and threats.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use threatline_model::*;
use threatline_threats::{Start, Status, Threat, ThreatId};

/// A model, its threats and what was decided of them.
#[derive(Clone)]
pub struct Case {
    pub model: Model,
    pub threats: Vec<(Threat, Status)>,
}

/// A rule as far as a score needs it.
#[derive(Clone)]
pub struct Rule {
    pub id: String,
    pub exploitability: u16,
    pub start: Start,
    pub step: threatline_threats::step::Step,
}

pub fn number(value: &Json) -> u64 {
    value.as_u64().unwrap()
}

/// All rules of the catalogue.
pub fn catalogue() -> Vec<Rule> {
    let rules: Vec<Json> = serde_json::from_str(include_str!("../data/catalogue.json")).unwrap();
    let rule = |rule: &Json| Rule {
        id: text(&rule["id"]),
        exploitability: number(&rule["exploitability"]) as u16,
        start: if rule["start"] == "none" { Start::Nobody } else { Start::Attacker },
        step: rule["step"].as_str().unwrap().parse().unwrap(),
    };
    rules.iter().map(rule).collect()
}

fn folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/systems")
}

/// The systems' names, sorted.
pub fn names() -> Vec<String> {
    let files = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
    let names: BTreeSet<String> = files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.into_iter().collect()
}

impl Case {
    pub fn read(name: &str) -> Case {
        let json: Json = serde_json::from_str(&std::fs::read_to_string(folder().join(format!("{name}.json"))).unwrap()).unwrap();
        let mut model = Model { repository_public: json["repository_public"] == true, ..Model::default() };
        model.components = list(&json["components"]).iter().map(component).collect();
        model.entry_points = list(&json["entry_points"]).iter().map(entry_point).collect();
        model.flows = list(&json["flows"]).iter().map(flow).collect();
        model.boundaries = list(&json["boundaries"]).iter().map(boundary).collect();
        model.sort();
        let rules: BTreeMap<String, Rule> = catalogue().into_iter().map(|rule| (rule.id.clone(), rule)).collect();
        Case { model, threats: list(&json["threats"]).iter().map(|json| threat(&rules, json)).collect() }
    }
}

fn list(json: &Json) -> Vec<Json> {
    json.as_array().cloned().unwrap_or_default()
}

fn text(json: &Json) -> String {
    json.as_str().unwrap().to_owned()
}

fn word<T>(json: &Json, from_name: fn(&str) -> Option<T>, otherwise: T) -> T {
    json.as_str().map_or(otherwise, |name| from_name(name).unwrap())
}

fn classes(json: &Json) -> Option<BTreeSet<DataClass>> {
    json.as_array().map(|names| names.iter().map(|name| DataClass::from_name(name.as_str().unwrap()).unwrap()).collect())
}

fn properties(json: &Json) -> Properties {
    let mut properties = Properties::default();
    for (name, value) in json["properties"].as_object().into_iter().flatten() {
        set(&mut properties, Property::from_name(name).unwrap(), value);
    }
    properties
}

fn set(properties: &mut Properties, property: Property, value: &Json) {
    let value = match value {
        Json::Bool(flag) => Value::Flag(*flag),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(names) => Value::List(names.iter().map(text).collect()),
        _ => return,
    };
    properties.values.insert(property, value);
}

fn component(json: &Json) -> Component {
    blank_component(
        &text(&json["id"]),
        word(&json["kind"], ComponentKind::from_name, ComponentKind::Process),
        list(&json["roles"]).iter().map(|role| Role::from_name(role.as_str().unwrap()).unwrap()).collect(),
        json["boundary"].as_str().map(|id| BoundaryId::parse(id).unwrap()),
        word(&json["exposure"], Exposure::from_name, Exposure::Unknown),
        word(&json["environment"], Environment::from_name, Environment::Unknown),
        classes(&json["data"]),
        json["value"].as_u64().map(|value| value as u16),
        properties(json),
    )
}

#[allow(clippy::too_many_arguments)]
pub fn blank_component(
    id: &str,
    kind: ComponentKind,
    roles: BTreeSet<Role>,
    boundary: Option<BoundaryId>,
    exposure: Exposure,
    environment: Environment,
    data: Option<BTreeSet<DataClass>>,
    value: Option<u16>,
    properties: Properties,
) -> Component {
    Component {
        id: ComponentId::parse(id).unwrap(),
        name: id.to_owned(),
        aliases: BTreeSet::new(),
        kind,
        roles,
        technologies: BTreeSet::new(),
        dependencies: BTreeMap::new(),
        boundary,
        exposure,
        environment,
        data,
        owners: BTreeSet::new(),
        value,
        properties,
        evidence: Vec::new(),
    }
}

fn entry_point(json: &Json) -> EntryPoint {
    let mut properties = properties(json);
    set(&mut properties, Property::StateChanging, &json["state_changing"]);
    set(&mut properties, Property::Returns, &json["returns"]);
    set(&mut properties, Property::Takes, &json["parameters"]);
    EntryPoint {
        id: EntryPointId::parse(&text(&json["id"])).unwrap(),
        component: ComponentId::parse(&text(&json["component"])).unwrap(),
        kind: EntryPointKind::Http,
        method: None,
        path: String::new(),
        parameters: Vec::new(),
        authenticated: json["authenticated"].as_bool(),
        authenticated_proof: None,
        authorized: json["authorized"].as_bool(),
        public: None,
        exposure: word(&json["exposure"], Exposure::from_name, Exposure::Unknown),
        handler: None,
        flows: json["flows"].as_array().map(|flows| flows.iter().map(|id| FlowId::parse(id.as_str().unwrap()).unwrap()).collect()),
        reaches: BTreeSet::new(),
        properties,
        evidence: Vec::new(),
    }
}

fn flow(json: &Json) -> Flow {
    Flow {
        id: FlowId::parse(&text(&json["id"])).unwrap(),
        source: ComponentId::parse(&text(&json["source"])).unwrap(),
        target: ComponentId::parse(&text(&json["target"])).unwrap(),
        protocol: None,
        authenticated: None,
        authenticated_proof: None,
        authorized: None,
        encrypted: None,
        encrypted_proof: None,
        crosses: list(&json["crosses"]).iter().map(|id| BoundaryId::parse(id.as_str().unwrap()).unwrap()).collect(),
        data: classes(&json["data"]),
        data_proof: None,
        stated_only: false,
        properties: properties(json),
        evidence: Vec::new(),
    }
}

fn boundary(json: &Json) -> Boundary {
    let mut properties = properties(json);
    set(&mut properties, Property::DefaultDeny, &json["default_deny"]);
    Boundary {
        id: BoundaryId::parse(&text(&json["id"])).unwrap(),
        name: String::new(),
        kind: BoundaryKind::from_name(json["kind"].as_str().unwrap()).unwrap(),
        parent: json["parent"].as_str().map(|id| BoundaryId::parse(id).unwrap()),
        properties,
        evidence: Vec::new(),
    }
}

/// A threat of a rule at an element.
pub fn threat_of(rule: &Rule, id: String, element: ElementId, grade: Grade, confidence: u16) -> Threat {
    Threat {
        id: ThreatId(id),
        rule: rule.id.clone(),
        title: String::new(),
        element,
        affected: Vec::new(),
        stride: Vec::new(),
        cwe: Vec::new(),
        techniques: Vec::new(),
        grade,
        confidence,
        exploitability: rule.exploitability,
        start: rule.start,
        step: rule.step.clone(),
        grants: Vec::new(),
        secrets: Vec::new(),
        peers: Vec::new(),
        guidance: String::new(),
        replaces: Vec::new(),
        basis: BTreeMap::new(),
        evidence: Vec::new(),
    }
}

fn threat(rules: &BTreeMap<String, Rule>, json: &Json) -> (Threat, Status) {
    let (rule, element) = (text(&json["rule"]), text(&json["element"]));
    let grade = match json["grade"].as_str().unwrap() {
        "X" => Grade::X,
        "C" => Grade::C,
        "S" => Grade::S,
        _ => Grade::P,
    };
    let id = json["id"].as_str().map_or_else(|| format!("{rule}@{element}"), str::to_owned);
    let confidence = json["confidence"].as_u64().unwrap_or(900) as u16;
    let mut threat = threat_of(&rules[&rule], id, ElementId::parse(&element).unwrap(), grade, confidence);
    if let Some(exploitability) = json["exploitability"].as_u64() {
        threat.exploitability = exploitability as u16;
    }
    let components = |key: &str| list(&json[key]).iter().map(|id| ComponentId::parse(id.as_str().unwrap()).unwrap()).collect();
    threat.grants = components("grants");
    threat.secrets = components("secrets");
    threat.peers = components("peers");
    threat.affected = list(&json["affected"]).iter().map(|id| ElementId::parse(id.as_str().unwrap()).unwrap()).collect();
    let status = match json["status"].as_str() {
        Some("accepted") => Status::Accepted,
        Some("dismissed") => Status::Dismissed,
        Some("mitigated") => Status::Mitigated,
        _ => Status::Open,
    };
    (threat, status)
}
