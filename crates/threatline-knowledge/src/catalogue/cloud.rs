//! How resources of a cloud hang together: gateways, routes, triggers, grants.

use super::load;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Keys of attributes, in the order in which they are asked for; see the head of `data/cloud.toml`.
pub type Keys = Vec<String>;

/// Everything of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cloud {
    /// Actions that only take what a source hands out.
    pub consuming: Vec<String>,
    /// Beginnings of names of packages with which programs describe what is deployed.
    pub deployers: Vec<String>,
    /// Products that only an identity with a grant can use.
    pub granted: Vec<String>,
    /// Runs code.
    pub function: BTreeMap<String, Function>,
    /// Packs code.
    pub archive: BTreeMap<String, Archive>,
    /// Lets requests in.
    pub gateway: BTreeMap<String, Gateway>,
    /// An entry point of a gateway.
    pub route: BTreeMap<String, Route>,
    /// A part of a path.
    pub node: BTreeMap<String, PathNode>,
    /// Stands for another resource.
    pub forward: BTreeMap<String, Forward>,
    /// Belongs to another resource.
    pub part: BTreeMap<String, Part>,
    /// A value under a name.
    pub parameter: BTreeMap<String, NamedValue>,
    /// Has a name of its own, which others may say in place of a reference.
    pub called: BTreeMap<String, Keys>,
    /// Is one thing wherever it is spoken of by the same name, or altogether.
    pub shared: BTreeMap<String, Shared>,
    /// Starts something.
    pub trigger: BTreeMap<String, Trigger>,
    /// What may be done.
    pub policy: BTreeMap<String, Policy>,
    /// Gives a policy to a role.
    pub attachment: BTreeMap<String, Attachment>,
}

/// A resource that runs code.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Function {
    pub code: Keys,
    /// The image that it runs.
    pub image: Keys,
    pub handler: Keys,
    pub environment: Keys,
    pub role: Keys,
    /// What it is bound to, and may use by that.
    pub uses: Keys,
    /// The folder of whoever says it is all its own, if it is a package without others below it.
    pub whole: bool,
    /// Whoever finds its address may ask it, as far as nothing else is said.
    pub asked: bool,
    /// Conditions under which nobody outside may.
    pub private: Keys,
}

/// A resource that packs code.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Archive {
    pub source: Keys,
}

/// A resource that lets requests in.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Gateway {
    pub private: Keys,
    pub demands: Keys,
    pub keyed: Keys,
    pub definition: Keys,
    /// Attributes with which nothing can be concluded from silence.
    pub closes: Keys,
    /// Conditions under which a way in may ask for less than the gateway demands.
    pub loosens: Keys,
}

/// An entry point of a gateway.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Route {
    pub kind: Option<String>,
    pub gateway: Keys,
    pub method: Keys,
    pub path: Keys,
    pub key: Keys,
    pub node: Keys,
    /// The type that a field of GraphQL belongs to.
    pub within: Keys,
    pub demands: Keys,
    pub keyed: Keys,
    /// Attributes with which nothing can be concluded from silence.
    pub closes: Keys,
    pub target: Keys,
    /// Conditions of which one must hold.
    pub when: Keys,
    /// What answers where no target is a component.
    pub otherwise: Keys,
    pub default: Option<String>,
}

/// A part of a path.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct PathNode {
    pub parent: Keys,
    pub part: Keys,
    /// Attributes with which nothing can be concluded from silence below it.
    pub closes: Keys,
}

/// Stands for another resource.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Forward {
    pub to: Keys,
}

/// Belongs to another resource, where it refers to it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Part {
    pub of: Keys,
    /// What the provider puts before the name of the other one.
    pub named: Vec<String>,
}

/// Something that several speak of.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Shared {
    pub name: Keys,
}

/// A value under a name.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct NamedValue {
    pub name: Keys,
    pub value: Keys,
}

/// Something that starts something.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Trigger {
    pub source: Keys,
    pub schedule: Keys,
    /// The rule that says when, where that is a resource of its own.
    pub rule: Keys,
    pub target: Keys,
    /// The role with which the resource itself does what it does.
    pub role: Keys,
}

/// What may be done.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Policy {
    pub holders: Keys,
    /// A reference to the resource that has the statements.
    pub document: Keys,
}

/// Gives a policy to a role.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Attachment {
    pub role: Keys,
    pub policy: Keys,
}

/// How resources hang together.
pub fn cloud() -> &'static Cloud {
    static ALL: OnceLock<Cloud> = OnceLock::new();
    ALL.get_or_init(|| load(data!("cloud")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_and_gateways_make_components() {
        let cloud = cloud();
        for kind in cloud.function.keys().chain(cloud.gateway.keys()) {
            assert!(super::super::resource(kind).is_some(), "{kind}");
        }
        assert!(cloud.consuming.len() > 10 && cloud.route.len() > 10);
    }
}
