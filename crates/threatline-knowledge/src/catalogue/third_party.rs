//! Services that other people run.

use super::{Kind, load};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::OnceLock;

/// A service that other people run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThirdParty {
    /// Lower-case product name; it is the technology's name as well.
    pub name: String,
    /// What it is in a diagram.
    #[serde(default = "external")]
    pub kind: Kind,
    /// The model's words beside `third_party`.
    #[serde(default)]
    pub roles: Vec<String>,
    /// What it is used for; see [`super::CAPABILITIES`].
    pub capability: String,
    /// How it is spoken to.
    #[serde(default = "https")]
    pub protocol: String,
    /// Others speak as it does: a library that is given an address may lead to anybody.
    #[serde(default)]
    pub imitated: bool,
    /// Variables in which its libraries look for an address where they are given none.
    #[serde(default)]
    pub variables: Vec<String>,
    #[serde(default)]
    hosts: Vec<String>,
}

fn external() -> Kind {
    Kind::ExternalEntity
}

fn https() -> String {
    "https".to_owned()
}

#[derive(Deserialize)]
struct ThirdParties {
    third_party: Vec<ThirdParty>,
}

/// All of them.
pub(super) fn all() -> &'static [ThirdParty] {
    static ALL: OnceLock<ThirdParties> = OnceLock::new();
    &ALL.get_or_init(|| load(data!("third_parties"))).third_party
}

fn hosts() -> &'static HashMap<&'static str, &'static ThirdParty> {
    static HOSTS: OnceLock<HashMap<&str, &ThirdParty>> = OnceLock::new();
    HOSTS.get_or_init(|| all().iter().flat_map(|party| party.hosts.iter().map(move |host| (host.as_str(), party))).collect())
}

/// Who answers at a host; the longest suffix decides.
pub fn host(host: &str) -> Option<&'static ThirdParty> {
    let lower = host.trim_end_matches('.').to_ascii_lowercase();
    let host = if lower.contains("amazonaws.com") { without_region(&lower) } else { lower };
    let mut rest = host.as_str();
    loop {
        if let Some(party) = hosts().get(rest) {
            return Some(party);
        }
        // `us-central1-service.example.com`: the end of a label.
        if let Some(party) = rest.find('.').and_then(|dot| rest[..dot].rfind('-')).and_then(|dash| hosts().get(&rest[dash..])) {
            return Some(party);
        }
        rest = rest.split_once('.')?.1;
    }
}

/// `sqs.eu-west-1.amazonaws.com` without the label in the middle, and without the part of China.
fn without_region(host: &str) -> String {
    let is_region = |label: &str| {
        let number = label.rsplit('-').next().unwrap_or_default();
        label.matches('-').count() >= 2 && number.len() == 1 && number.bytes().all(|digit| digit.is_ascii_digit()) && label.len() < 20
    };
    let host = host.strip_suffix(".cn").unwrap_or(host);
    host.split('.').filter(|label| !is_region(label)).collect::<Vec<_>>().join(".")
}

/// The service of that name.
pub fn third_party(name: &str) -> Option<&'static ThirdParty> {
    all().iter().find(|party| party.name == name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn name(text: &str) -> &'static str {
        host(text).map_or("-", |party| party.name.as_str())
    }

    #[test]
    fn the_longest_suffix_decides() {
        assert_eq!(name("api.stripe.com"), "stripe");
        assert_eq!(name("STORAGE.googleapis.com."), "google-cloud-storage");
        assert_eq!(name("sheets.googleapis.com"), "google-apis");
        assert_eq!(name("us-central1-aiplatform.googleapis.com"), "vertex-ai");
        assert_eq!(name("shop.openai.azure.com"), "azure-openai");
    }

    #[test]
    fn a_region_in_the_middle_does_not_matter() {
        assert_eq!(name("sqs.eu-west-1.amazonaws.com"), "sqs");
        assert_eq!(name("db.c0ffee.us-gov-west-1.rds.amazonaws.com"), "amazon-rds");
        assert_eq!(name("files.s3.cn-north-1.amazonaws.com.cn"), "s3");
        assert_eq!(name("ec2-1-2-3-4.compute.amazonaws.com"), "aws");
    }

    #[test]
    fn what_only_looks_alike_is_nobody() {
        for other in ["notstripe.com", "stripe.com.example.org", "payments", "localhost", "", "com", "x-stripe.com"] {
            assert_eq!(name(other), "-", "{other}");
        }
    }

    #[test]
    fn no_host_belongs_to_two() {
        let mut count = 0;
        for party in all() {
            assert!(super::super::CAPABILITIES.contains(&party.capability.as_str()), "{}", party.name);
            for host in &party.hosts {
                count += 1;
                assert!(host.contains('.') && host.to_lowercase() == *host && !host.contains('/'), "{host}");
            }
        }
        assert_eq!(hosts().len(), count);
    }
}
