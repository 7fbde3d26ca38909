//! What functions are allowed to use: statements of their own, of their role, and of policies given to it.

use super::super::draft::Draft;
use super::{Cloud, MOST, is_granted};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::{Mark, Text};
use threatline_knowledge::catalogue;
use threatline_knowledge::catalogue::cloud::cloud as ways;
use threatline_knowledge::catalogue::workloads::workloads;
use threatline_model::ComponentKind;

/// Whose words the actions of grants are.
const PROVIDER: &str = "aws";

/// A statement that allows something.
struct Statement<'a> {
    actions: Vec<&'a str>,
    /// What it is about, with the place.
    about: Vec<(&'a Text, Mark)>,
}

/// What one component may use of another.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// The resource that says it, and the place.
    pub(crate) by: (usize, Mark),
    /// It only takes what the other hands out.
    pub(crate) consumes: bool,
    /// It is bound to the other by name, which proves no identity.
    pub(crate) bound: bool,
}

/// What all functions may use.
#[derive(Default)]
pub(crate) struct Grants {
    pub(crate) all: Vec<Grant>,
    /// Functions of which every grant is known.
    closed: BTreeSet<usize>,
    /// Services of a provider of which each function may use something, whatever it is.
    services: BTreeMap<usize, BTreeSet<&'static str>>,
    targets: BTreeMap<usize, BTreeSet<usize>>,
    /// Of what a component only takes what it hands out.
    consumed: BTreeSet<(usize, usize)>,
    /// What workloads' settings name.
    connected: BTreeMap<usize, BTreeSet<usize>>,
    /// Roots of Terraform that deploy a workload, and stores by root and product.
    roots: BTreeMap<usize, BTreeSet<usize>>,
    stores: BTreeMap<(usize, String), BTreeSet<usize>>,
}

impl Grants {
    pub(crate) fn new(cloud: &Cloud<'_>) -> Self {
        let mut grants = Grants::default();
        let (given, entries) = (given(cloud), entries(cloud));
        for (at, item) in cloud.items.iter().enumerate() {
            let Some(from) = item.component else { continue };
            let Some((keys, bodies)) = identity(cloud, at) else { continue };
            let mut holders = BTreeSet::from([at]);
            // code gives grants to the function itself, and may give more where nobody looks
            holders.extend(given.get(&at).into_iter().flatten());
            let roles: BTreeSet<usize> = bodies.iter().flat_map(|body| cloud.references(*body, keys)).map(|(item, _)| item).collect();
            for role in &roles {
                holders.insert(*role);
                holders.extend(given.get(role).into_iter().flatten());
            }
            let mut closed = item.by.is_none() && (bodies.iter().all(|body| cloud.first(*body, keys).is_none()) || !roles.is_empty());
            for holder in holders {
                closed &= !managed(cloud, holder);
                for statement in statements(cloud, holder) {
                    closed &= grants.add(cloud, (from, holder), &statement, &entries);
                }
            }
            if closed {
                grants.closed.insert(from);
            }
            grants.bind(cloud, from, at);
        }
        for grant in &grants.all {
            grants.targets.entry(grant.from).or_default().insert(grant.to);
            grants.consumed.extend(grant.consumes.then_some((grant.from, grant.to)));
        }
        for grant in grants.all.iter().filter(|grant| !grant.consumes) {
            grants.consumed.remove(&(grant.from, grant.to));
        }
        grants
    }

    /// Adds what settings of workloads name.
    pub(crate) fn connect(&mut self, cloud: &Cloud<'_>, drafts: &[Draft<'_>]) {
        for told in super::workloads::used(cloud, drafts, self).into_iter().filter(|told| drafts[told.from].descriptions.is_empty()) {
            self.connected.entry(told.from).or_default().insert(told.to);
        }
        for item in &cloud.items {
            let (Some(component), Some(planned)) = (item.component, item.planned) else { continue };
            if workloads().workload.contains_key(&item.kind) && drafts[component].descriptions.is_empty() {
                self.roots.entry(component).or_default().insert(planned.root);
            } else if drafts[component].kind == ComponentKind::DataStore {
                for technology in &drafts[component].technologies {
                    self.stores.entry((planned.root, technology.clone())).or_default().insert(component);
                }
            }
        }
    }

    /// What a function is bound to.
    fn bind(&mut self, cloud: &Cloud<'_>, from: usize, at: usize) {
        let Some(way) = ways().function.get(&cloud.items[at].kind) else { return };
        for (item, mark) in cloud.references(at, &way.uses) {
            if let Some(to) = cloud.items[item].component.filter(|to| *to != from && self.all.len() < MOST) {
                self.all.push(Grant { from, to, by: (at, mark), consumes: false, bound: true });
            }
        }
    }

    /// Says whether the statement names what it is about.
    fn add(&mut self, cloud: &Cloud<'_>, (from, holder): (usize, usize), statement: &Statement<'_>, entries: &BTreeMap<&str, usize>) -> bool {
        let services = statement.actions.iter().filter_map(|action| match catalogue::service(PROVIDER, action.split_once(':')?.0)? {
            catalogue::Service::Named(service) => Some(service),
            catalogue::Service::Nothing => None,
        });
        self.services.entry(from).or_default().extend(services);
        let consumes = statement.actions.iter().all(|action| ways().consuming.iter().any(|known| known == action));
        let mut named = true;
        for (text, mark) in &statement.about {
            let mut found = cloud.see_called(holder, text).items;
            found.extend(entries.iter().filter(|(arn, _)| says(text, arn)).map(|(_, item)| *item));
            named &= !found.is_empty() || cloud.literal_of(holder, text).is_some_and(|text| text != "*");
            let room = MOST.saturating_sub(self.all.len());
            for to in found.into_iter().filter_map(|item| cloud.items[item].component).filter(|to| *to != from).take(room) {
                self.all.push(Grant { from, to, by: (holder, *mark), consumes, bound: false });
            }
        }
        let harmless = statement.actions.iter().all(|action| ["logs:", "xray:", "cloudwatch:", "ec2:"].iter().any(|service| action.starts_with(service)));
        named || harmless
    }

    /// Whether the component may use the other one, as far as that is known.
    pub(crate) fn allows(&self, from: usize, to: usize) -> Option<bool> {
        let granted = self.targets.get(&from).is_some_and(|targets| targets.contains(&to));
        if granted { Some(true) } else { self.closed.contains(&from).then_some(false) }
    }

    /// Where a component's grants tell which of a provider's products it uses, what a library alone shows adds
    /// nothing: the only one of that product, or none.
    pub(crate) fn instead(&self, from: usize, technology: &str, drafts: &[Draft<'_>]) -> Option<Option<usize>> {
        let mut named = self.connected.get(&from).into_iter().flatten().filter(|to| drafts[**to].technologies.contains(technology));
        if let (Some(only), None) = (named.next(), named.next()) {
            return Some(Some(*only));
        }
        if let Some(only) = self.beside(from, technology) {
            return Some(Some(only));
        }
        let provider = technology == "aws" || ways().granted.iter().any(|granted| granted == technology);
        let targets = self.targets.get(&from);
        if !provider || (targets.is_none() && !self.closed.contains(&from)) {
            return None;
        }
        let calls = |to: &&usize| drafts[**to].technologies.contains(technology) && !self.consumed.contains(&(from, **to));
        let mut found = targets.into_iter().flatten().filter(calls);
        let first = found.next().copied();
        // a service may be granted that nobody declares: a model, what reads documents
        let undeclared = first.is_none() && self.services.get(&from).is_some_and(|services| services.contains(technology));
        (!undeclared).then(|| Some(first?).filter(|_| found.next().is_none()))
    }

    /// The only store of a product that is deployed together with a workload, where no grant is needed to use it.
    fn beside(&self, from: usize, technology: &str) -> Option<usize> {
        if ways().granted.iter().any(|granted| granted == technology) {
            return None;
        }
        let found = self.roots.get(&from)?.iter().filter_map(|root| self.stores.get(&(*root, technology.to_owned()))).flatten();
        let found: BTreeSet<usize> = found.copied().collect();
        found.first().filter(|_| found.len() == 1).copied()
    }

    /// Whether only an identity with a grant can use it.
    pub(crate) fn needed(draft: &Draft<'_>) -> bool {
        is_granted(&draft.technologies, ways())
    }
}

/// One entry of each store that nobody makes, by what the provider's names of entries hold.
fn entries(cloud: &Cloud<'_>) -> BTreeMap<&'static str, usize> {
    let mut found = BTreeMap::new();
    for (at, item) in cloud.items.iter().enumerate().filter(|(_, item)| item.component.is_some()) {
        if let Some(store) = workloads().collected.get(&item.kind) {
            found.entry(store.arn.as_str()).or_insert(at);
        }
    }
    found
}

/// Whether known letters of a text hold something.
fn says(text: &Text, wanted: &str) -> bool {
    let ends = wanted.trim_end_matches('/');
    text.parts().iter().filter_map(Text::as_literal).any(|part| part.contains(wanted) || part.ends_with(ends))
}

/// The attributes in which something that runs names its role, and the resources that have them.
fn identity<'c>(cloud: &Cloud<'_>, at: usize) -> Option<(&'c [String], Vec<usize>)> {
    let kind = &cloud.items[at].kind;
    if let Some(way) = ways().function.get(kind) {
        return Some((&way.role, vec![at]));
    }
    // what only starts others does so with a role of its own
    if let Some(way) = ways().trigger.get(kind).filter(|way| !way.role.is_empty()) {
        return Some((&way.role, vec![at]));
    }
    let way = workloads().workload.get(kind)?;
    Some((&way.role, super::workloads::bodies(cloud, at, way)))
}

/// Where a policy allows everybody something, without a condition.
pub(super) fn to_everybody(cloud: &Cloud<'_>, at: usize) -> Option<Mark> {
    let attributes = &cloud.items[at].it.attributes;
    let statement = |key: &str| {
        let parts: Vec<&str> = key.split('.').collect();
        let at = parts.iter().position(|part| part.eq_ignore_ascii_case("statement"))?;
        let single = parts.get(at + 1).is_none_or(|part| part.parse::<usize>().is_err());
        Some(parts[..=at + usize::from(!single)].join("."))
    };
    let of_principal = |key: &str| key.split('.').any(|part| matches!(part, "Principal" | "principals"));
    let mut all = attributes.iter().filter(|(key, text, _)| of_principal(key) && text.as_literal() == Some("*"));
    let found = all.find(|(key, ..)| {
        let Some(own) = statement(key) else { return false };
        let mut beside = attributes.iter().filter_map(|(key, text, _)| Some((key.strip_prefix(own.as_str())?.strip_prefix('.')?, text)));
        !beside.any(|(key, text)| {
            let denies = key.eq_ignore_ascii_case("effect") && text.as_literal() != Some("Allow");
            denies || key.to_ascii_lowercase().starts_with("condition")
        })
    });
    found.map(|(.., mark)| *mark)
}

/// Policies by the role that they are given to.
fn given(cloud: &Cloud<'_>) -> BTreeMap<usize, BTreeSet<usize>> {
    let mut given: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let ways = ways();
    for (at, item) in cloud.items.iter().enumerate() {
        if let Some(way) = ways.policy.get(&item.kind) {
            for (role, _) in cloud.references(at, &way.holders) {
                given.entry(role).or_default().extend(with_document(cloud, at));
            }
        }
        if let Some(way) = ways.attachment.get(&item.kind) {
            for (role, _) in cloud.references(at, &way.role) {
                for (policy, _) in cloud.references(at, &way.policy) {
                    given.entry(role).or_default().extend(with_document(cloud, policy));
                }
                // a policy of the provider's, or of another place
                if cloud.references(at, &way.policy).is_empty() {
                    given.entry(role).or_default().insert(at);
                }
            }
        }
    }
    given
}

/// A policy, and the document that it points to.
fn with_document(cloud: &Cloud<'_>, at: usize) -> Vec<usize> {
    let document = ways().policy.get(&cloud.items[at].kind).map(|way| cloud.references(at, &way.document)).unwrap_or_default();
    std::iter::once(at).chain(document.into_iter().map(|(item, _)| item)).collect()
}

/// Whether it takes in policies that stand nowhere here and may allow anything.
fn managed(cloud: &Cloud<'_>, at: usize) -> bool {
    const HARMLESS: &[&str] = &["CloudWatch", "BasicExecutionRole", "XRay", "Xray", "VPCAccessExecutionRole"];
    let item = &cloud.items[at];
    item.it.attributes.iter().any(|(key, text, _)| {
        let listed = key.starts_with("Policies") || key.starts_with("ManagedPolicyArns") || key.starts_with("managed_policy_arns") || key == "policy_arn";
        let plain = key.rsplit('.').next().is_some_and(|last| last.parse::<usize>().is_ok()) || matches!(key.as_str(), "Policies" | "policy_arn");
        let known = |text: &str| HARMLESS.iter().any(|word| text.contains(word));
        let inner = key.contains(".Statement") || key.contains("PolicyDocument");
        listed && plain && !inner && !cloud.literal_of(at, text).is_some_and(|text| known(&text))
    })
}

/// The statements of a resource that allow something: by their keys, wherever the vocabulary keeps them.
fn statements<'a>(cloud: &Cloud<'a>, at: usize) -> Vec<Statement<'a>> {
    let mut by_prefix: BTreeMap<String, (Statement<'a>, bool)> = BTreeMap::new();
    for (key, text, mark) in &cloud.items[at].it.attributes {
        if key.starts_with("AssumeRolePolicyDocument") || key.starts_with("assume_role_policy") {
            continue;
        }
        let parts: Vec<&str> = key.split('.').collect();
        let Some(end) = parts.iter().rposition(|part| part.parse::<usize>().is_err()) else { continue };
        // SAM's `DynamoDBCrudPolicy: { TableName: … }`
        let template = end.checked_sub(1).map(|before| parts[before]).filter(|part| part.ends_with("Policy") && parts[0] == "Policies");
        let (prefix, template) = (parts[..end].join("."), template);
        let entry = by_prefix.entry(prefix).or_insert_with(|| (Statement { actions: Vec::new(), about: Vec::new() }, true));
        match (parts[end], template) {
            (_, Some(template)) => {
                entry.0.actions.push(template);
                entry.0.about.push((text, *mark));
            }
            ("Action" | "Actions" | "action" | "actions", None) => entry.0.actions.extend(text.as_literal()),
            ("Resource" | "Resources" | "resource" | "resources", None) => entry.0.about.push((text, *mark)),
            ("Effect" | "effect", None) => entry.1 &= text.as_literal() == Some("Allow"),
            _ => {}
        }
    }
    let found = by_prefix.into_values().filter(|(statement, allows)| *allows && !statement.actions.is_empty() && !statement.about.is_empty());
    found.map(|(statement, _)| statement).collect()
}
