//! What changed in the design between two models.
//!
//! A pure function of the two: no diff of files, no history. Evidence, names of handlers, aliases and
//! owners are no design, so moved lines, reformatting and renamed files change nothing. What belongs
//! to tests and examples is left out. A renamed component or path is one change, not two.

mod fields;
mod rename;

use crate::*;
use fields::Element;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The design delta, each list by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delta {
    /// Elements of the second model only.
    pub added: BTreeSet<ElementId>,
    /// Elements of the first model only.
    pub removed: BTreeSet<ElementId>,
    /// Elements of both that differ.
    pub changed: Vec<Change>,
    /// What of it a person should look at, sorted.
    pub events: Vec<Event>,
    /// Ids of the first model that have another id in the second.
    pub renamed: BTreeMap<ElementId, ElementId>,
}

impl Delta {
    /// Nothing changed.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty() && self.events.is_empty()
    }
}

/// An element that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its id in the second model.
    pub id: ElementId,
    /// Its id in the first, if it was another.
    pub old_id: Option<ElementId>,
    /// Field, value before, value after; none is unknown. By name.
    pub fields: Vec<FieldChange>,
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The interface's name; properties as `properties.<name>`.
    pub name: String,
    /// Before; none is unknown.
    pub from: Option<Value>,
    /// After; none is unknown.
    pub to: Option<Value>,
}

/// A change that the gate may use, whether or not a rule fires.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Event {
    /// `authentication-removed`, `entry-point-exposed`, …
    pub kind: EventKind,
    /// The element, with its id in the second model where it is there.
    pub element: ElementId,
    /// Where it can be seen.
    pub evidence: Vec<Evidence>,
}

macro_rules! events {
    ($($variant:ident $name:literal),* $(,)?) => {
        /// The closed list of events.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[allow(missing_docs, reason = "the names say it")]
        pub enum EventKind { $($variant),* }

        impl EventKind {
            /// All of them.
            pub const ALL: &[EventKind] = &[$(EventKind::$variant),*];

            /// The name in the interface and in the gate.
            pub const fn name(self) -> &'static str {
                match self { $(EventKind::$variant => $name),* }
            }
        }
    };
}

events! {
    EntryPointAdded "entry-point-added", EntryPointExposed "entry-point-exposed", AuthenticationRemoved "authentication-removed",
    AuthorizationRemoved "authorization-removed", BoundaryCrossingAdded "boundary-crossing-added",
    EncryptionRemoved "encryption-removed", ThirdPartyAdded "third-party-added", SensitiveDataAdded "sensitive-data-added",
    PrivilegeAdded "privilege-added", ToolAdded "tool-added", PathOpened "path-opened", PathClosed "path-closed",
    ControlLost "control-lost", DependencyAdded "dependency-added", PolicyChanged "policy-changed",
    DecisionAdded "decision-added", DeclarationAdded "declaration-added", CoverageLost "coverage-lost",
}

/// Compares two models.
pub fn delta(base: &Model, head: &Model) -> Delta {
    if base == head {
        return Delta::default();
    }
    let (base, head) = (view(base), view(head));
    let renamed = rename::pair(&base, &head);
    // Most elements are what they were; where no id changed, these need no closer look.
    let still = |other: &Model, element: Element<'_>| renamed.is_empty() && element.is_in(other);
    let old = fields::all(&base, &|element| still(&head, element));
    let new = fields::all(&head, &|element| still(&base, element));
    let mut delta = Delta::default();
    let mut met = BTreeSet::new();
    for (old_id, before) in &old {
        let id = renamed.get(old_id).unwrap_or(old_id);
        match new.get(id) {
            None => {
                delta.removed.insert(old_id.clone());
            }
            Some(after) => {
                met.insert(id.clone());
                let fields = fields::compare(before, after, &renamed);
                if !fields.is_empty() || id != old_id && is_named(id, old_id, &renamed) {
                    delta.changed.push(Change { id: id.clone(), old_id: (id != old_id).then(|| old_id.clone()), fields });
                }
            }
        }
    }
    delta.added = new.keys().filter(|id| !met.contains(*id)).cloned().collect();
    delta.changed.sort_by(|a, b| a.id.cmp(&b.id));
    delta.renamed = renamed;
    delta.events = events(&base, &head, &delta);
    delta
}

/// An id that differs only because the component in it was renamed is that component's change.
fn is_named(id: &ElementId, old: &ElementId, renamed: &BTreeMap<ElementId, ElementId>) -> bool {
    id.as_component().is_some() || id.as_boundary().is_some() || rename::follow(old, renamed) != *id
}

/// The model without tests and examples, and without the users that follow from what is open.
fn view(model: &Model) -> Cow<'_, Model> {
    let hidden: BTreeSet<&ComponentId> = model.components.iter().filter(|c| c.environment == Environment::Test || c.is_drawn_user()).map(|c| &c.id).collect();
    if hidden.is_empty() {
        return Cow::Borrowed(model);
    }
    Cow::Owned(Model {
        components: model.components.iter().filter(|c| !hidden.contains(&c.id)).cloned().collect(),
        flows: model.flows.iter().filter(|f| !hidden.contains(&f.source) && !hidden.contains(&f.target)).cloned().collect(),
        entry_points: model.entry_points.iter().filter(|e| !hidden.contains(&e.component)).cloned().collect(),
        ..model.clone()
    })
}

fn events(base: &Model, head: &Model, delta: &Delta) -> Vec<Event> {
    let mut events = BTreeSet::new();
    let mut say = |kind: EventKind, element: ElementId, evidence: &[Evidence]| {
        events.insert(Event { kind, element, evidence: evidence.to_vec() });
    };
    for id in &delta.added {
        if let Some(entry) = id.as_entry_point().and_then(|id| head.entry_point(&id).cloned()) {
            say(EventKind::EntryPointAdded, id.clone(), &entry.evidence);
        }
        if let Some(component) = id.as_component().and_then(|id| head.component(&id).cloned())
            && component.roles.contains(&Role::ThirdParty)
        {
            say(EventKind::ThirdPartyAdded, id.clone(), &component.evidence);
        }
        if let Some(flow) = id.as_flow().and_then(|id| head.flow(&id).cloned())
            && !flow.crosses.is_empty()
        {
            say(EventKind::BoundaryCrossingAdded, id.clone(), &flow.evidence);
        }
    }
    for change in &delta.changed {
        let evidence = evidence_of(head, &change.id);
        for field in &change.fields {
            if let Some(kind) = event_of(field) {
                say(kind, change.id.clone(), &evidence);
            }
        }
    }
    let before: BTreeMap<ElementId, &Component> = base.components.iter().map(|c| (rename::follow(&(&c.id).into(), &delta.renamed), c)).collect();
    for component in &head.components {
        let Some(known) = before.get(&ElementId::from(&component.id)).map(|c| &c.dependencies) else { continue };
        let added: Vec<&Option<Evidence>> = component.dependencies.iter().filter(|(name, _)| !known.contains_key(*name)).map(|(_, place)| place).collect();
        if !added.is_empty() {
            let places: Vec<Evidence> = added.into_iter().flatten().cloned().collect();
            say(EventKind::DependencyAdded, (&component.id).into(), if places.is_empty() { &component.evidence } else { &places });
        }
    }
    events.into_iter().collect()
}

fn event_of(field: &FieldChange) -> Option<EventKind> {
    let flag = |value: &Option<Value>| value.as_ref().and_then(Value::as_flag);
    let lost = flag(&field.from) == Some(true) && flag(&field.to) != Some(true);
    let list = |value: &Option<Value>| value.as_ref().and_then(Value::as_list).map(<[String]>::to_vec).unwrap_or_default();
    let tier = |value: &Option<Value>| list(value).iter().filter_map(|name| DataClass::from_name(name)).map(DataClass::tier).max().unwrap_or(0);
    match field.name.as_str() {
        "authenticated" if lost => Some(EventKind::AuthenticationRemoved),
        "authorized" if lost => Some(EventKind::AuthorizationRemoved),
        "encrypted" if lost => Some(EventKind::EncryptionRemoved),
        "exposure" if field.to == Some(Value::Text("internet".to_owned())) => Some(EventKind::EntryPointExposed),
        "data" if tier(&field.to) > tier(&field.from) => Some(EventKind::SensitiveDataAdded),
        "crosses" if list(&field.to).iter().any(|id| !list(&field.from).contains(id)) => Some(EventKind::BoundaryCrossingAdded),
        "properties.identity_grants" if list(&field.to).len() > list(&field.from).len() => Some(EventKind::PrivilegeAdded),
        "properties.tool_effects" if list(&field.to).len() > list(&field.from).len() => Some(EventKind::ToolAdded),
        _ => None,
    }
}

fn evidence_of(model: &Model, id: &ElementId) -> Vec<Evidence> {
    let component = id.as_component().and_then(|id| model.component(&id)).map(|c| &c.evidence);
    let flow = id.as_flow().and_then(|id| model.flow(&id)).map(|f| &f.evidence);
    let entry = id.as_entry_point().and_then(|id| model.entry_point(&id)).map(|e| &e.evidence);
    let boundary = id.as_boundary().and_then(|id| model.boundary(&id)).map(|b| &b.evidence);
    component.or(flow).or(entry).or(boundary).cloned().unwrap_or_default()
}
