//! The model as rules look at it: what belongs to tests and what only text tells of is left out.

use std::collections::BTreeSet;
use threatline_model::{
    Ask, Boundary, BoundaryId, BoundaryKind, Component, ComponentId, ComponentKind, DataClass, ElementId, EntryPoint, Environment, Exposure, Flow, Model,
    Property, Role, Value,
};

/// A model, asked.
pub(crate) struct View<'m> {
    pub(crate) ask: Ask<'m>,
}

impl<'m> View<'m> {
    pub(crate) fn new(model: &'m Model) -> Self {
        Self { ask: Ask::new(model) }
    }

    pub(crate) fn model(&self) -> &'m Model {
        self.ask.model
    }

    /// Components that are not made for tests or development.
    pub(crate) fn components(&self) -> impl Iterator<Item = &'m Component> {
        self.model().components.iter().filter(|c| is_serious(c))
    }

    /// Entry points of those.
    pub(crate) fn entry_points(&self) -> impl Iterator<Item = (&'m EntryPoint, &'m Component)> {
        let model = self.model();
        model.entry_points.iter().filter_map(|e| Some((e, model.component(&e.component).filter(|c| is_serious(c))?)))
    }

    /// Flows between those, with their ends.
    pub(crate) fn flows(&self) -> impl Iterator<Item = (&'m Flow, &'m Component, &'m Component)> {
        self.all_flows().filter(|(_, source, target)| is_serious(source) && is_serious(target))
    }

    /// Flows between any two components; what users do is judged where they come in.
    pub(crate) fn all_flows(&self) -> impl Iterator<Item = (&'m Flow, &'m Component, &'m Component)> {
        let model = self.model();
        let ends = move |flow: &'m Flow| Some((flow, model.component(&flow.source)?, model.component(&flow.target)?));
        model.flows.iter().filter(|flow| !flow.stated_only).filter_map(ends).filter(|(_, source, _)| !source.is_drawn_user())
    }

    pub(crate) fn component(&self, id: &ComponentId) -> Option<&'m Component> {
        self.model().component(id)
    }

    /// Ids of a component's entry points.
    pub(crate) fn entries_of(&self, c: &Component) -> Vec<ElementId> {
        self.ask.entry_points(&c.id).iter().map(|e| (&e.id).into()).collect()
    }

    /// Ids of the flows opened to a component.
    pub(crate) fn flows_into(&self, c: &Component) -> Vec<ElementId> {
        self.ask.incoming(&c.id).iter().map(|f| (&f.id).into()).collect()
    }

    /// The innermost boundary of one of these kinds around a component.
    pub(crate) fn innermost(&self, c: &Component, kinds: &[BoundaryKind]) -> Option<&'m Boundary> {
        self.ask.around(&c.id).into_iter().find(|b| kinds.contains(&b.kind))
    }

    /// A flow crosses a boundary of one of these kinds.
    pub(crate) fn crosses(&self, flow: &Flow, kinds: &[BoundaryKind]) -> bool {
        flow.crosses.iter().filter_map(|id| self.kind_of(id)).any(|kind| kinds.contains(&kind))
    }

    /// The kind of a boundary; its id tells it where the model does not describe it.
    fn kind_of(&self, id: &BoundaryId) -> Option<BoundaryKind> {
        let named = || id.rest().split('/').next().and_then(BoundaryKind::from_name);
        self.model().boundary(id).map(|b| b.kind).or_else(named)
    }
}

/// Neither for tests nor for development.
pub(crate) fn is_serious(c: &Component) -> bool {
    !matches!(c.environment, Environment::Test | Environment::Development)
}

/// Keeps things for others, by kind or by role.
pub(crate) fn is_store(c: &Component) -> bool {
    use Role::*;
    c.kind == ComponentKind::DataStore || meets(c, &[Database, Cache, ObjectStore, SearchEngine, MessageBroker, Queue])
}

/// Belongs to somebody else.
pub(crate) fn is_third_party(c: &Component) -> bool {
    c.kind == ComponentKind::ExternalEntity && !c.roles.contains(&Role::User)
}

/// Has one of these roles.
pub(crate) fn meets(c: &Component, roles: &[Role]) -> bool {
    roles.iter().any(|role| c.roles.contains(role))
}

/// The largest tier of known data classes.
pub(crate) fn tier(data: Option<&BTreeSet<DataClass>>) -> Option<u8> {
    data.map(|classes| classes.iter().map(|class| class.tier()).max().unwrap_or(0))
}

/// The data is of that tier or above.
pub(crate) fn at_least(least: u8, data: Option<&BTreeSet<DataClass>>) -> Option<bool> {
    tier(data).map(|tier| tier >= least)
}

/// Data classes of an entry point's property.
pub(crate) fn classes(e: &EntryPoint, property: Property) -> Option<BTreeSet<DataClass>> {
    let names = e.properties.get(property).and_then(Value::as_list)?;
    Some(names.iter().filter_map(|name| DataClass::from_name(name)).collect())
}

/// What an entry point takes or gives back is of that tier or above.
pub(crate) fn handles(least: u8, e: &EntryPoint) -> Option<bool> {
    any([Property::Returns, Property::Takes].into_iter().map(|property| at_least(least, classes(e, property).as_ref())))
}

/// Data classes as words.
pub(crate) fn words(data: Option<&BTreeSet<DataClass>>) -> String {
    data.map_or_else(String::new, |classes| classes.iter().map(|class| class.name()).collect::<Vec<_>>().join(","))
}

/// The places that show what a flow carries.
pub(crate) fn witness(f: &Flow) -> &[threatline_model::Evidence] {
    f.data_proof.as_ref().map_or(&[], |proof| &proof.evidence)
}

/// The internet can send to it; unknown is neither.
pub(crate) fn on_internet(exposure: Exposure) -> Option<bool> {
    match exposure {
        Exposure::Internet => Some(true),
        Exposure::Unknown => None,
        Exposure::Internal | Exposure::Local => Some(false),
    }
}

/// Somebody elsewhere can send to it.
pub(crate) fn on_network(exposure: Exposure) -> Option<bool> {
    match exposure {
        Exposure::Internet | Exposure::Internal => Some(true),
        Exposure::Unknown => None,
        Exposure::Local => Some(false),
    }
}

/// Or, in three values.
pub(crate) fn any(values: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(false);
    for value in values {
        match value {
            Some(true) => return Some(true),
            None => result = None,
            Some(false) => {}
        }
    }
    result
}
