//! What configuration says of the program itself: keys that it signs with, debug switches, the account
//! it runs as, and whether it may speak to anybody.
//!
//! As in [`super::hardening`], what stands in files for development is not how the system is run, and
//! where a cluster is described Compose files only repeat it.

use super::deployed::CLUSTER;
use super::draft::{Description, Draft, Setting};
use super::flows::is_profile;
use super::hardening::is_for_development;
use super::said::Said;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::infra::{NetworkPolicy, Platform, PolicyPeer};
use threatline_facts::{Hidden, Mark, Text};
use threatline_model::{ComponentKind, Environment, Evidence, EvidenceSource, Grade, Proof, Property, Value};

/// Sets properties of every component that is known.
pub(crate) fn apply(drafts: &mut [Draft<'_>], said: &Said<'_>) {
    let compose: BTreeSet<&str> = said.compose_files.iter().map(|file| &*file.path).collect();
    for draft in drafts.iter_mut().filter(|draft| draft.kind == ComponentKind::Process) {
        signing_key(draft, said, &compose);
        debug(draft, &compose);
        identity(draft);
    }
    egress(drafts, said);
}

/// Whether what stands there counts for how the component is run.
fn counts(draft: &Draft<'_>, path: &str, compose: &BTreeSet<&str>) -> bool {
    let cluster = draft.descriptions.iter().any(|description| description.group == CLUSTER);
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let sample = ["example", "sample", "template", "dist"].iter().any(|word| name.contains(word));
    let composed = cluster && compose.contains(path);
    !sample && !composed && !is_for_development(path) && !super::is_test_path(path)
}

fn proof(path: &Arc<str>, mark: Mark, grade: Grade, by: &str) -> Proof {
    let confidence = match grade {
        Grade::X => 950,
        Grade::P => 900,
        Grade::C => 800,
        Grade::S => 700,
    };
    Proof { grade, confidence, evidence: vec![Evidence::new(path.clone(), Some(mark), EvidenceSource::Infrastructure, by)] }
}

/// A key for tokens or sessions that is written down: one that everybody tries, or one that somebody chose.
fn signing_key(draft: &mut Draft<'_>, said: &Said<'_>, compose: &BTreeSet<&str>) {
    let mut found: Vec<(Hidden, Arc<str>, Mark, &str)> = Vec::new();
    for (name, Setting { value, path, mark }) in draft.variables.iter().flatten() {
        if is_signing_key(name) && counts(draft, path, compose) {
            found.extend(alone(value).map(|hidden| (hidden, path.clone(), *mark, "environment")));
        }
    }
    let set: BTreeSet<String> = draft.variables.iter().flatten().map(|(name, _)| squash(name)).collect();
    for root in &draft.roots {
        let from = said.settings.partition_point(|setting| &*setting.path < root.folder.as_str());
        for setting in said.settings[from..].iter().take_while(|setting| setting.path.starts_with(root.folder.as_str())) {
            let own = root.holds(&setting.path) && setting.it.profile.is_none() && !is_profile(&setting.path) && counts(draft, &setting.path, compose);
            if own && is_signing_key(&setting.it.key) && !set.contains(&squash(&setting.it.key)) {
                found.extend(alone(&setting.it.value).map(|hidden| (hidden, setting.path.clone(), setting.it.mark, "configuration")));
            }
        }
    }
    let first = |wanted: &[Hidden]| found.iter().find(|(hidden, ..)| wanted.contains(hidden));
    if let Some((_, path, mark, by)) = first(&[Hidden::Default, Hidden::Placeholder]) {
        draft.properties.set(Property::GuessableSigningKey, Value::Flag(true), proof(path, *mark, Grade::X, by));
    } else if let Some((_, path, mark, by)) = first(&[Hidden::Secret]) {
        draft.properties.set(Property::SecretInRepository, Value::Flag(true), proof(path, *mark, Grade::P, by));
    }
}

/// A secret that is the whole text; in an address stands the password of somebody else.
fn alone(text: &Text) -> Option<Hidden> {
    text.hidden().filter(|hidden| text.as_literal() == Some(hidden.mask()))
}

fn squash(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Names under which programs keep what they sign tokens and sessions with.
fn is_signing_key(name: &str) -> bool {
    const WHOLE: &[&str] =
        &["secretkey", "secretkeybase", "appsecret", "appkey", "djangosecretkey", "flasksecretkey", "nextauthsecret", "betterauthsecret", "authsecret"];
    let name = squash(name);
    let signs = ["jwt", "session", "cookie", "signing", "accesstoken", "refreshtoken"].iter().any(|word| name.contains(word));
    let key = ["secret", "secretkey", "signingkey", "privatekey", "key", "secretbase64"].iter().any(|end| name.ends_with(end));
    WHOLE.contains(&name.as_str()) || (signs && key && !name.contains("public") && !name.contains("apikey"))
}

/// A debug switch that every deployment sets.
fn debug(draft: &mut Draft<'_>, compose: &BTreeSet<&str>) {
    let serious = draft.variables.iter().filter(|variables| variables.values().any(|setting| counts(draft, &setting.path, compose)));
    let switch = |variables: &BTreeMap<String, Setting>| {
        let found = variables.iter().find(|(name, setting)| setting.value.as_literal().is_some_and(|value| is_debug(name, value)));
        found.filter(|(_, setting)| counts(draft, &setting.path, compose)).map(|(_, setting)| (setting.path.clone(), setting.mark))
    };
    let switches: Option<Vec<(Arc<str>, Mark)>> = serious.map(switch).collect();
    if let Some((path, mark)) = switches.and_then(|switches| switches.into_iter().next()) {
        draft.properties.set(Property::DebugMode, Value::Flag(true), proof(&path, mark, Grade::X, "environment"));
    }
}

fn is_debug(name: &str, value: &str) -> bool {
    let value = value.trim().to_ascii_lowercase();
    match name {
        "NODE_ENV" | "FLASK_ENV" | "RAILS_ENV" | "ASPNETCORE_ENVIRONMENT" | "DOTNET_ENVIRONMENT" => value == "development",
        "FLASK_DEBUG" | "DJANGO_DEBUG" | "APP_DEBUG" | "DEBUG" => matches!(value.as_str(), "1" | "true" | "on" | "yes"),
        _ => false,
    }
}

/// The account that a pod runs as.
fn identity(draft: &mut Draft<'_>) {
    let named = draft.descriptions.iter().find_map(|description| Some((description, description.workload.service_account.clone()?)));
    if let Some((description, account)) = named {
        let proof = proof(&description.path, description.workload.mark, Grade::X, "kubernetes");
        draft.properties.set(Property::Identity, Value::Text(account), proof);
    }
}

/// Whether policies say to whom a pod may speak. Where no policy of its namespace stands in the
/// repository, they may be kept elsewhere.
fn egress(drafts: &mut [Draft<'_>], said: &Said<'_>) {
    let backends = super::names::Backends::new(drafts);
    for (at, draft) in drafts.iter_mut().enumerate() {
        let pods = draft.descriptions.iter().filter(|description| description.workload.platform == Platform::Kubernetes);
        let spaces: BTreeSet<Option<String>> = pods.map(|description| description.namespace.clone()).collect();
        let of_space = |policy: &NetworkPolicy| spaces.contains(&policy.namespace);
        let near: Vec<_> = said.policies.iter().filter(|policy| of_space(policy.it)).collect();
        let applied = near.iter().filter(|policy| backends.selects(at, &policy.it.selector, policy.it.namespace.as_deref()));
        let limiting: Vec<_> = applied.filter(|policy| policy.it.egress.is_some()).collect();
        let open = limiting.iter().find(|policy| policy.it.egress.iter().flatten().any(is_anybody));
        let told = match (open, limiting.first(), near.first()) {
            (Some(policy), ..) => Some((false, Grade::X, **policy)),
            (None, Some(policy), _) => Some((true, Grade::X, **policy)),
            (None, None, Some(policy)) => Some((false, Grade::C, *policy)),
            _ => None,
        };
        if let Some((restricted, grade, policy)) = told {
            let proof = proof(&policy.path, policy.it.mark, grade, "kubernetes");
            draft.properties.set(Property::EgressRestricted, Value::Flag(restricted), proof);
        }
    }
}

/// The peer is the whole world, on every port.
fn is_anybody(peer: &PolicyPeer) -> bool {
    let world = peer.cidr.as_deref().is_none_or(|cidr| cidr == "0.0.0.0/0" || cidr == "::/0");
    world && peer.pods.is_none() && peer.namespaces.is_none() && peer.ports.is_empty()
}

/// The folder of containers that an editor starts.
const EDITOR: &str = ".devcontainer";

/// Components that only a rehearsal describes belong to it, where something else is described for
/// production: a system that has but one set of files is not called a rehearsal for their name.
pub(crate) fn environments(drafts: &mut [Draft<'_>]) {
    // what an editor starts for whoever works on the code is never what people use
    let in_editor = |draft: &Draft<'_>| !draft.descriptions.is_empty() && draft.descriptions.iter().all(|one| one.path.split('/').any(|part| part == EDITOR));
    for draft in drafts.iter_mut().filter(|draft| draft.environment == Environment::Production && in_editor(draft)) {
        draft.environment = Environment::Development;
    }
    let told: Vec<Option<Environment>> = drafts.iter().map(rehearsal).collect();
    let real = drafts.iter().zip(&told).any(|(draft, told)| told.is_none() && !draft.descriptions.is_empty() && draft.environment == Environment::Production);
    if real {
        for (draft, told) in drafts.iter_mut().zip(told).filter(|(draft, _)| draft.environment == Environment::Production) {
            draft.environment = told.unwrap_or(draft.environment);
        }
    }
}

/// The rehearsal that every description belongs to.
fn rehearsal(draft: &Draft<'_>) -> Option<Environment> {
    let told = |description: &Description<'_>| match description.workload.platform {
        // what only the values of an environment bring
        Platform::Kubernetes if !description.workload.profiles.is_empty() => description.workload.profiles.iter().find_map(|profile| rehearsal_of(profile)),
        _ => rehearsal_of(&description.path),
    };
    let mut told = draft.descriptions.iter().map(told);
    let first = told.next()??;
    told.all(|other| other == Some(first)).then_some(first)
}

/// The rehearsal that a path is named for.
pub(super) fn rehearsal_of(path: &str) -> Option<Environment> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let named = |word: &str| match word.to_ascii_lowercase().as_str() {
        "dev" | "development" | "local" | EDITOR => Some(Environment::Development),
        "staging" | "stage" => Some(Environment::Staging),
        "test" | "tests" | "testing" | "e2e" | "cypress" | "playwright" => Some(Environment::Test),
        _ => None,
    };
    folder.split('/').rev().find_map(named).or_else(|| file.split(['.', '-', '_']).find_map(named))
}
