//! Resources with which operators of Kubernetes run products.

use super::{load, technology};
use crate::catalogue::Technology;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::OnceLock;

/// A resource that stands for a product.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    group: String,
    kind: String,
    technology: String,
    services: Vec<String>,
    replicas: Option<String>,
    #[serde(default)]
    secrets: Vec<Kept>,
    #[serde(default)]
    outside: Vec<String>,
}

/// A Secret that an operator makes for clients.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    name: String,
    holds: std::collections::BTreeMap<String, String>,
}

impl Operator {
    /// Secrets that it makes for a resource of that name: their names, and addresses by their keys.
    pub fn secrets<'s>(&'s self, name: &'s str) -> impl Iterator<Item = (String, Vec<(String, String)>)> + 's {
        let filled = move |text: &str| text.replace('*', name);
        self.secrets.iter().map(move |kept| (filled(&kept.name), kept.holds.iter().map(|(key, value)| (key.clone(), filled(value))).collect()))
    }

    /// Conditions (`path=value`, `*` being any element) by which it is opened to the world.
    pub fn outside(&self) -> impl Iterator<Item = (Vec<&str>, &str)> {
        self.outside.iter().filter_map(|condition| condition.split_once('=')).map(|(path, value)| (path.split('.').collect(), value))
    }

    /// The product.
    pub fn product(&self) -> Option<&'static Technology> {
        technology(&self.technology)
    }

    /// Names of the Services that it makes for a resource of that name.
    pub fn services<'s>(&'s self, name: &'s str) -> impl Iterator<Item = String> + 's {
        self.services.iter().map(move |service| service.replace('*', name))
    }

    /// Where the number of copies stands.
    pub fn replicas(&self) -> Option<Vec<&str>> {
        self.replicas.as_ref().map(|path| path.split('.').collect())
    }
}

#[derive(Deserialize)]
struct Operators {
    operator: Vec<Operator>,
}

/// What a resource of an operator stands for.
pub fn operator(group: &str, kind: &str) -> Option<&'static Operator> {
    static ALL: OnceLock<HashMap<(String, String), Operator>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let read = load::<Operators>(data!("operators")).operator;
        read.into_iter().map(|operator| ((operator.group.clone(), operator.kind.clone()), operator)).collect()
    });
    all.get(&(group.to_owned(), kind.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_runs_a_known_product() {
        let read = load::<Operators>(data!("operators")).operator;
        for operator in &read {
            assert!(operator.product().is_some(), "{} is unknown", operator.technology);
        }
    }

    #[test]
    fn a_kind_of_another_group_is_another() {
        assert!(operator("postgresql.cnpg.io", "Cluster").is_some());
        assert!(operator("cluster.x-k8s.io", "Cluster").is_none());
    }
}
