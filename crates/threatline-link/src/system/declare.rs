//! What a person declares comes last and wins.

use crate::LinkConfig;
use crate::declared::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_model::*;

/// Applies `threatline.toml`'s declarations to the model.
pub(crate) fn apply(model: &mut Model, config: &LinkConfig) {
    let path: Arc<str> = Arc::from(config.declared_in.as_deref().unwrap_or("threatline.toml"));
    let evidence = Evidence { confidence: 1000, ..Evidence::new(path, None, EvidenceSource::Declared, "threatline.toml") };
    config.declared.components.iter().for_each(|declared| component(model, declared, &evidence));
    config.declared.boundaries.iter().for_each(|declared| boundary(model, declared, &evidence));
    config.declared.flows.iter().for_each(|declared| flow(model, declared, &evidence));
    config.declared.entry_points.iter().for_each(|declared| entry_point(model, declared, &evidence));
    model.sort();
}

/// What is declared of components and entry points that are not there, one sentence each: most often a
/// name that was mistyped, or that a change took away.
pub(crate) fn unplaced(model: &Model, declared: &Declared) -> Vec<String> {
    let missing = |name: &String| find(model, name).is_none();
    let mut out = Vec::new();
    for flow in &declared.flows {
        let ends = [&flow.source, &flow.target].into_iter().filter(|name| missing(name));
        out.extend(ends.map(|name| format!("a flow from {} to {} is declared, but there is no component {name}", flow.source, flow.target)));
    }
    for boundary in &declared.boundaries {
        let members = boundary.members.iter().filter(|name| missing(name));
        out.extend(members.map(|name| format!("boundary {} is declared around {name}, but there is no component {name}", boundary.name)));
    }
    for point in &declared.entry_points {
        let Some(component) = find(model, &point.component).map(|at| &model.components[at].id) else {
            out.push(format!("entry point {} of {} is declared, but there is no component {}", point.path, point.component, point.component));
            continue;
        };
        let method = point.method.as_deref();
        let fits = |found: &&EntryPoint| found.component == *component && found.path == point.path && (method.is_none() || method == found.method.as_deref());
        if !model.entry_points.iter().any(|found| fits(&found)) {
            let named = [method, Some(&*point.path)].into_iter().flatten().collect::<Vec<_>>().join(" ");
            out.push(format!("entry point {named} of {} is declared, but none was found", point.component));
        }
    }
    out
}

fn find(model: &Model, name: &str) -> Option<usize> {
    let by_name = model.components.iter().position(|c| c.name == name || c.id.rest() == name || c.id.as_str() == name);
    by_name.or_else(|| model.components.iter().position(|c| c.aliases.contains(name)))
}

fn classes(names: &[String]) -> BTreeSet<DataClass> {
    names.iter().filter_map(|name| DataClass::from_name(name)).collect()
}

/// What a person says of a property is known for certain.
fn settle(properties: &mut Properties, declared: &BTreeMap<Property, Value>, evidence: &Evidence) {
    for (property, value) in declared {
        let proof = Proof { grade: Grade::X, confidence: 1000, evidence: vec![evidence.clone()] };
        properties.set(*property, value.clone(), proof);
    }
}

fn component(model: &mut Model, declared: &DeclaredComponent, evidence: &Evidence) {
    let at = find(model, &declared.name).or_else(|| declared.aliases.iter().find_map(|alias| find(model, alias)));
    let at = at.unwrap_or_else(|| {
        model.components.push(Component {
            id: ComponentId::new(&declared.name),
            name: declared.name.clone(),
            aliases: BTreeSet::new(),
            kind: ComponentKind::Process,
            roles: BTreeSet::new(),
            technologies: BTreeSet::new(),
            dependencies: BTreeMap::new(),
            boundary: None,
            exposure: Exposure::Unknown,
            environment: Environment::Production,
            data: None,
            owners: BTreeSet::new(),
            value: None,
            properties: Properties::default(),
            evidence: Vec::new(),
        });
        model.components.len() - 1
    });
    let component = &mut model.components[at];
    component.aliases.extend(declared.aliases.iter().cloned().chain([declared.name.clone()]).filter(|alias| *alias != component.name));
    component.kind = declared.kind.as_deref().and_then(ComponentKind::from_name).unwrap_or(component.kind);
    component.roles.extend(declared.roles.iter().filter_map(|role| Role::from_name(role)));
    component.data = declared.data.as_deref().map(classes).or(component.data.take());
    component.value = declared.value.map(|value| value.0).or(component.value);
    component.exposure = declared.exposure.as_deref().and_then(Exposure::from_name).unwrap_or(component.exposure);
    component.environment = declared.environment.as_deref().and_then(Environment::from_name).unwrap_or(component.environment);
    settle(&mut component.properties, &declared.properties, evidence);
    component.evidence.push(evidence.clone());
}

fn boundary(model: &mut Model, declared: &DeclaredBoundary, evidence: &Evidence) {
    let kind = declared.kind.as_deref().and_then(BoundaryKind::from_name).unwrap_or(BoundaryKind::Network);
    let id = BoundaryId::new(format!("{}/{}", kind.name(), declared.name));
    let members: Vec<usize> = declared.members.iter().filter_map(|name| find(model, name)).collect();
    // a declared boundary stands inside whatever its members had in common
    let parents: BTreeSet<Option<BoundaryId>> = members.iter().map(|at| model.components[*at].boundary.clone()).collect();
    let parent = if parents.len() == 1 { parents.into_iter().next().flatten() } else { None };
    if !model.boundaries.iter().any(|boundary| boundary.id == id) {
        model.boundaries.push(Boundary {
            id: id.clone(),
            name: declared.name.clone(),
            kind,
            parent: parent.filter(|parent| *parent != id),
            properties: Properties::default(),
            evidence: vec![evidence.clone()],
        });
    }
    if let Some(boundary) = model.boundaries.iter_mut().find(|boundary| boundary.id == id) {
        settle(&mut boundary.properties, &declared.properties, evidence);
    }
    for at in members {
        model.components[at].boundary = Some(id.clone());
    }
    let inside: BTreeSet<ComponentId> = model.components.iter().filter(|c| c.boundary.as_ref() == Some(&id)).map(|c| c.id.clone()).collect();
    for flow in &mut model.flows {
        if inside.contains(&flow.source) != inside.contains(&flow.target) {
            flow.crosses.insert(id.clone());
        }
    }
}

fn flow(model: &mut Model, declared: &DeclaredFlow, evidence: &Evidence) {
    let (Some(source), Some(target)) = (find(model, &declared.source), find(model, &declared.target)) else {
        return;
    };
    let (source, target) = (model.components[source].id.clone(), model.components[target].id.clone());
    let fits = |flow: &Flow| flow.source == source && flow.target == target && (declared.protocol.is_none() || declared.protocol == flow.protocol);
    if !model.flows.iter().any(fits) {
        let protocol = declared.protocol.as_deref().unwrap_or("unknown");
        model.flows.push(Flow {
            id: FlowId::new(format!("{}>{}:{protocol}", source.rest(), target.rest())),
            source: source.clone(),
            target: target.clone(),
            protocol: declared.protocol.clone(),
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
            evidence: Vec::new(),
        });
    }
    let proof = Proof { grade: Grade::X, confidence: 1000, evidence: vec![evidence.clone()] };
    for flow in model.flows.iter_mut().filter(|flow| fits(flow)) {
        if declared.authenticated.is_some() {
            flow.authenticated = declared.authenticated;
            flow.authenticated_proof = Some(proof.clone());
        }
        if declared.encrypted.is_some() {
            flow.encrypted = declared.encrypted;
            flow.encrypted_proof = Some(proof.clone());
        }
        flow.authorized = declared.authorized.or(flow.authorized);
        if let Some(data) = &declared.data {
            flow.data = Some(classes(data));
            flow.data_proof = Some(proof.clone());
        }
        settle(&mut flow.properties, &declared.properties, evidence);
        flow.evidence.push(evidence.clone());
    }
}

fn entry_point(model: &mut Model, declared: &DeclaredEntryPoint, evidence: &Evidence) {
    let Some(component) = find(model, &declared.component).map(|at| model.components[at].id.clone()) else {
        return;
    };
    let proof = Proof { grade: Grade::X, confidence: 1000, evidence: vec![evidence.clone()] };
    for point in model.entry_points.iter_mut().filter(|point| point.component == component && point.path == declared.path) {
        if declared.method.is_some() && declared.method != point.method {
            continue;
        }
        if declared.authenticated.is_some() {
            point.authenticated = declared.authenticated;
            point.authenticated_proof = Some(proof.clone());
        }
        if let Some(public) = declared.public {
            point.public = Some(public);
            point.properties.set(Property::PublicByDesign, Value::Flag(public), proof.clone());
        }
        point.authorized = declared.authorized.or(point.authorized);
        settle(&mut point.properties, &declared.properties, evidence);
        point.evidence.push(evidence.clone());
    }
}
