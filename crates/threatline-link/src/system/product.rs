//! What the catalogue knows of a product, whichever of its lists has it.

use super::draft::Draft;
use threatline_knowledge::catalogue::{Kind, Resource, Technology, ThirdParty, resource, technology, third_party};
use threatline_model::{ComponentKind, Role};

/// A product, a resource or a service of others, as far as a component is made of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product {
    /// Lower-case name.
    pub(crate) technology: &'static str,
    pub(crate) kind: ComponentKind,
    roles: &'static [String],
    ports: &'static [u16],
    pub(crate) protocol: Option<&'static str>,
}

impl Product {
    /// Stores and brokers: what code speaks to in a protocol of its own.
    pub(crate) fn is_backing(&self) -> bool {
        self.kind == ComponentKind::DataStore || self.roles.iter().any(|role| role == Role::MessageBroker.name())
    }

    /// What has this name, whichever of the lists it stands in; of a resource it is that of its kind.
    pub(crate) fn called(name: &str) -> Option<Self> {
        let of_kind = || resource(name).map(|resource| Product::of_resource(resource, None));
        technology(name).map(Product::from).or_else(of_kind).or_else(|| third_party(name).map(Product::from))
    }

    /// What a resource makes whose attribute for the engine has this value.
    pub(crate) fn of_resource(resource: &'static Resource, engine: Option<&str>) -> Self {
        if let Some(variant) = engine.and_then(|engine| resource.variant(engine)) {
            let of_kind = Product::of_resource(resource, None);
            return Product { technology: &variant.technology, roles: &variant.roles, ..of_kind };
        }
        let engine = engine.and_then(|engine| resource.of_engine(engine));
        let product = engine.or_else(|| technology(&resource.technology));
        Product {
            technology: engine.map_or(&resource.technology, |engine| &engine.name),
            kind: kind(resource.kind),
            roles: &resource.roles,
            ports: product.map_or(&[], |product| &product.ports),
            protocol: resource.protocol.as_deref(),
        }
    }
}

impl From<&'static Technology> for Product {
    fn from(it: &'static Technology) -> Self {
        Product { technology: &it.name, kind: kind(it.kind), roles: &it.roles, ports: &it.ports, protocol: it.protocol.as_deref() }
    }
}

impl From<&'static ThirdParty> for Product {
    fn from(it: &'static ThirdParty) -> Self {
        Product { technology: &it.name, kind: kind(it.kind), roles: &it.roles, ports: &[], protocol: Some(&it.protocol) }
    }
}

const fn kind(kind: Kind) -> ComponentKind {
    match kind {
        Kind::Process => ComponentKind::Process,
        Kind::DataStore => ComponentKind::DataStore,
        Kind::ExternalEntity => ComponentKind::ExternalEntity,
    }
}

impl Draft<'_> {
    /// Makes it what the product is.
    pub(crate) fn becomes(&mut self, product: &Product) {
        self.kind = product.kind;
        self.shares(product);
        self.ports.extend(product.ports);
        self.protocol = product.protocol.map(str::to_owned);
    }

    /// Gives it the product's name and roles.
    pub(crate) fn shares(&mut self, product: &Product) {
        self.roles.extend(product.roles.iter().filter_map(|role| Role::from_name(role)));
        self.technologies.insert(product.technology.to_owned());
    }
}
