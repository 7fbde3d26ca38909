//! The fields of an element that are design, as plain values.

use super::{FieldChange, rename};
use crate::*;
use std::collections::{BTreeMap, BTreeSet};

/// Fields by name; a missing one is unknown.
pub(super) type Fields = BTreeMap<String, Value>;

/// An element of a model.
#[derive(Clone, Copy)]
pub(super) enum Element<'m> {
    Component(&'m Component),
    Flow(&'m Flow),
    EntryPoint(&'m EntryPoint),
    Boundary(&'m Boundary),
}

impl Element<'_> {
    /// The very same is in another model.
    pub(super) fn is_in(self, model: &Model) -> bool {
        match self {
            Element::Component(c) => model.component(&c.id) == Some(c),
            Element::Flow(f) => model.flow(&f.id) == Some(f),
            Element::EntryPoint(e) => model.entry_point(&e.id) == Some(e),
            Element::Boundary(b) => model.boundary(&b.id) == Some(b),
        }
    }

    fn id(self) -> ElementId {
        match self {
            Element::Component(c) => (&c.id).into(),
            Element::Flow(f) => (&f.id).into(),
            Element::EntryPoint(e) => (&e.id).into(),
            Element::Boundary(b) => (&b.id).into(),
        }
    }

    fn fields(self) -> Fields {
        match self {
            Element::Component(c) => component(c),
            Element::Flow(f) => flow(f),
            Element::EntryPoint(e) => entry_point(e),
            Element::Boundary(b) => boundary(b),
        }
    }
}

/// The elements of a model with their fields, but for those that are left out.
pub(super) fn all(model: &Model, leave_out: &dyn Fn(Element<'_>) -> bool) -> BTreeMap<ElementId, Fields> {
    let components = model.components.iter().map(Element::Component);
    let flows = model.flows.iter().map(Element::Flow);
    let entries = model.entry_points.iter().map(Element::EntryPoint);
    let boundaries = model.boundaries.iter().map(Element::Boundary);
    let all = components.chain(flows).chain(entries).chain(boundaries);
    all.filter(|element| !leave_out(*element)).map(|element| (element.id(), element.fields())).collect()
}

/// The differences; ids inside values are compared as renamed.
pub(super) fn compare(before: &Fields, after: &Fields, renamed: &BTreeMap<ElementId, ElementId>) -> Vec<FieldChange> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = names.into_iter().filter_map(|name| {
        let (from, to) = (before.get(name), after.get(name));
        let same = match (from, to) {
            (Some(from), Some(to)) => moved(from, renamed) == ordered(to),
            (from, to) => from == to,
        };
        (!same).then(|| FieldChange { name: name.clone(), from: from.cloned(), to: to.cloned() })
    });
    changed.collect()
}

fn moved(value: &Value, renamed: &BTreeMap<ElementId, ElementId>) -> Value {
    let follow = |text: &String| ElementId::parse(text).map_or_else(|| text.clone(), |id| rename::follow(&id, renamed).as_str().to_owned());
    match value {
        Value::Text(text) => Value::Text(follow(text)),
        Value::List(list) => ordered(&Value::List(list.iter().map(follow).collect())),
        value => value.clone(),
    }
}

/// A list says what is in it; in which order it was found is no design.
fn ordered(value: &Value) -> Value {
    let mut value = value.clone();
    if let Value::List(list) = &mut value {
        list.sort();
    }
    value
}

fn text(fields: &mut Fields, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        fields.insert(name.to_owned(), Value::Text(value.to_owned()));
    }
}

fn flag(fields: &mut Fields, name: &str, value: Option<bool>) {
    if let Some(value) = value {
        fields.insert(name.to_owned(), Value::Flag(value));
    }
}

fn list<'a>(fields: &mut Fields, name: &str, values: impl IntoIterator<Item = &'a str>) {
    let mut values: Vec<String> = values.into_iter().map(str::to_owned).collect();
    values.sort();
    fields.insert(name.to_owned(), Value::List(values));
}

fn properties(fields: &mut Fields, properties: &Properties) {
    for (property, value) in &properties.values {
        fields.insert(format!("properties.{}", property.name()), value.clone());
    }
}

fn component(c: &Component) -> Fields {
    let mut fields = Fields::new();
    text(&mut fields, "kind", Some(c.kind.name()));
    list(&mut fields, "roles", c.roles.iter().map(|role| role.name()));
    list(&mut fields, "technologies", c.technologies.iter().map(String::as_str));
    text(&mut fields, "boundary", c.boundary.as_ref().map(|id| id.as_str()));
    text(&mut fields, "exposure", Some(c.exposure.name()));
    text(&mut fields, "environment", Some(c.environment.name()));
    if let Some(data) = &c.data {
        list(&mut fields, "data", data.iter().map(|class| class.name()));
    }
    if let Some(value) = c.value {
        fields.insert("value".to_owned(), Value::Number(u64::from(value)));
    }
    properties(&mut fields, &c.properties);
    // how many copies run is operation, not design
    fields.remove("properties.replicas");
    fields
}

fn flow(f: &Flow) -> Fields {
    let mut fields = Fields::new();
    text(&mut fields, "source", Some(f.source.as_str()));
    text(&mut fields, "target", Some(f.target.as_str()));
    text(&mut fields, "protocol", f.protocol.as_deref());
    flag(&mut fields, "authenticated", f.authenticated);
    flag(&mut fields, "authorized", f.authorized);
    flag(&mut fields, "encrypted", f.encrypted);
    list(&mut fields, "crosses", f.crosses.iter().map(|id| id.as_str()));
    if let Some(data) = &f.data {
        list(&mut fields, "data", data.iter().map(|class| class.name()));
    }
    flag(&mut fields, "stated_only", Some(f.stated_only));
    properties(&mut fields, &f.properties);
    fields
}

fn entry_point(e: &EntryPoint) -> Fields {
    let mut fields = Fields::new();
    text(&mut fields, "component", Some(e.component.as_str()));
    text(&mut fields, "kind", Some(e.kind.name()));
    text(&mut fields, "method", e.method.as_deref());
    text(&mut fields, "path", Some(&e.path));
    let parameters: Vec<String> = e.parameters.iter().map(|p| format!("{}:{}", p.place, p.name)).collect();
    list(&mut fields, "parameters", parameters.iter().map(String::as_str));
    flag(&mut fields, "authenticated", e.authenticated);
    flag(&mut fields, "authorized", e.authorized);
    flag(&mut fields, "public", e.public);
    text(&mut fields, "exposure", Some(e.exposure.name()));
    properties(&mut fields, &e.properties);
    fields
}

fn boundary(b: &Boundary) -> Fields {
    let mut fields = Fields::new();
    text(&mut fields, "kind", Some(b.kind.name()));
    text(&mut fields, "parent", b.parent.as_ref().map(|id| id.as_str()));
    properties(&mut fields, &b.properties);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_a_list_is_no_change() {
        let fields = |list: [&str; 2]| Fields::from([("properties.takes".to_owned(), Value::List(list.map(str::to_owned).to_vec()))]);
        let none = BTreeMap::new();
        assert!(compare(&fields(["email", "address"]), &fields(["email", "address"]), &none).is_empty());
        assert!(compare(&fields(["address", "email"]), &fields(["email", "address"]), &none).is_empty());
        assert_eq!(compare(&fields(["address", "email"]), &fields(["address", "phone"]), &none).len(), 1);
    }
}
