//! What runs in a cloud: what it is told, what it may use, who stands before it, who can reach it.

use super::cloud::Keys;
use super::load;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Everything of it; see the head of `data/workloads.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Workloads {
    pub unasked: Vec<String>,
    pub reached: Vec<String>,
    pub workload: BTreeMap<String, Workload>,
    pub collected: BTreeMap<String, Collected>,
    pub kept: BTreeMap<String, Kept>,
    pub grant: BTreeMap<String, Grant>,
    pub lead: BTreeMap<String, Lead>,
    pub exposure: BTreeMap<String, Exposure>,
    pub opener: BTreeMap<String, Opener>,
    pub filter: BTreeMap<String, Filter>,
    pub within: BTreeMap<String, Within>,
}

/// Something that runs.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Workload {
    pub environment: Keys,
    pub named: Keys,
    pub uses: Keys,
    pub scripts: Keys,
    pub definition: Keys,
    pub role: Keys,
    pub image: Keys,
}

/// An entry of a store that nobody makes.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Collected {
    pub name: String,
    pub entry: Keys,
    pub arn: String,
}

/// A value that is kept in another resource.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Kept {
    pub of: Keys,
    pub value: Keys,
    /// Only who names the value itself gets it.
    pub itself: bool,
}

/// Gives an identity the use of something.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Grant {
    pub to: Keys,
    pub who: Keys,
    pub document: Keys,
}

/// Hands requests on.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Lead {
    pub from: Keys,
    pub to: Keys,
}

/// Who can reach it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Exposure {
    pub private: Vec<String>,
    pub public: Vec<String>,
    pub default: Option<String>,
    /// Attributes with which nothing can be concluded from silence.
    pub closes: Keys,
    pub outside: Vec<String>,
    pub filter: Keys,
    /// Nobody is let in by what is not named.
    pub filtered: bool,
}

/// Opens another resource to everybody.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Opener {
    pub of: Keys,
    pub when: Vec<String>,
    pub unless: Vec<String>,
    /// It does so if nothing speaks against it.
    pub default: bool,
    /// It only gives an address outside.
    pub addresses: bool,
    pub document: Keys,
    /// A statement of the document allows everybody something.
    pub everybody: bool,
}

/// Rules for traffic.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Filter {
    pub of: Keys,
    pub has: Keys,
    pub only: Vec<String>,
    pub when: Vec<String>,
    pub unless: Vec<String>,
    /// Only what bears one of these tags is meant.
    pub tags: Keys,
    /// Attributes that make it a prohibition.
    pub denies: Keys,
    /// The block in which all conditions must hold together.
    pub block: Option<String>,
}

/// Stands in a network.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "the head of the data says it")]
pub struct Within {
    pub r#in: Keys,
    pub network: bool,
}

/// What is known of workloads.
pub fn workloads() -> &'static Workloads {
    static ALL: OnceLock<Workloads> = OnceLock::new();
    ALL.get_or_init(|| load(data!("workloads")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workloads_make_components() {
        let all = workloads();
        for kind in all.workload.keys().chain(all.exposure.keys()) {
            assert!(super::super::resource(kind).is_some(), "{kind}");
        }
        assert!(all.lead.len() > 10 && all.opener.len() > 10 && all.filter.len() > 4);
    }
}
