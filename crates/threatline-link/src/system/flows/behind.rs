//! Flows through a sidecar to what it puts behind a name: a store of state, a broker, a service of others.

use super::super::draft::folder_of;
use super::*;
use threatline_facts::infra::Backing;

/// Where a program tells its sidecar what it takes.
const SUBSCRIBES: &str = "/dapr/subscribe";

impl<'a> Finder<'_, 'a> {
    /// What stands behind the sidecar of a program under the name that an address asks for, and where that is said.
    pub(super) fn behind(&mut self, address: &Address, from: usize) -> Option<(usize, Arc<str>, Mark)> {
        address.host.as_deref().filter(|host| address::is_local(host))?;
        let (name, _) = catalogue::asked_of_sidecar(&address.path).filter(|(_, is_program)| !is_program)?;
        let backing = self.nearest(name, from)?;
        Some((self.backed(&backing, from)?, backing.path.clone(), backing.it.mark))
    }

    /// Of what is known under a name the one that is written nearest to the program.
    fn nearest(&self, name: &str, from: usize) -> Option<At<'a, Backing>> {
        let draft = &self.drafts[from];
        let may_use = |backing: &&At<'a, Backing>| backing.it.scopes.is_empty() || self.sidecars.names_of(from).any(|own| backing.it.scopes.contains(own));
        let own = || draft.descriptions.iter().map(|description| &*description.path).chain(draft.roots.iter().map(|root| root.folder.as_str()));
        let shared = |path: &str| own().map(|own| own.split('/').zip(path.split('/')).take_while(|(a, b)| a == b).count()).max();
        let known = self.backings.iter().filter(|backing| backing.it.topic.is_none() && backing.it.name == name && !(self.in_test)(&backing.path));
        known.filter(may_use).max_by_key(|backing| (shared(&backing.path), std::cmp::Reverse(backing.path.clone()))).cloned()
    }

    /// The component that it is: at the address that is told, the only one of the product, or one of its own.
    fn backed(&mut self, backing: &At<'a, Backing>, from: usize) -> Option<usize> {
        let word = catalogue::behind_sidecar(&backing.it.kind)?;
        let third = catalogue::third_party(word);
        if let Some(third) = third.filter(|third| third.kind == Kind::ExternalEntity) {
            return Some(self.third_party(third, &third.name));
        }
        let product = catalogue::technology(word).map(Product::from).or(third.map(Product::from))?;
        let addresses: Vec<Address> = backing.it.addresses.iter().flat_map(|text| address::parse(&text.with_defaults())).collect();
        if let Some(at) = addresses.iter().find_map(|address| self.inside(address, from)) {
            return Some(at);
        }
        if let Some(at) = self.directory.product(product.technology, from, self.drafts) {
            return Some(at);
        }
        if let Some(declared) = self.directory.declared(product.technology, from, self.drafts) {
            return declared;
        }
        let host = addresses.into_iter().filter_map(|address| address.host).find(|host| !address::is_local(host) && !address::is_placeholder(host));
        if let Some(host) = host {
            return Some(self.managed(host.split('.').next().unwrap_or(&host), &host, &product));
        }
        let folder = folder_of(&backing.path);
        let known = self.drafts.iter().position(|draft| draft.name == backing.it.name && draft.folder == folder && draft.descriptions.is_empty());
        Some(known.unwrap_or_else(|| {
            let mut draft = Draft::new(&backing.it.name, folder, ComponentKind::Process);
            draft.becomes(&product);
            draft.environment = self.drafts[from].environment;
            draft.evidence.push(Evidence::new(backing.path.clone(), Some(backing.it.mark), EvidenceSource::Infrastructure, "dapr"));
            self.push(draft)
        }))
    }

    /// Programs that topics are delivered to: by a file that says so, or because they tell their sidecar that they take some, where there is
    /// one broker only.
    pub(super) fn delivered(&mut self, composed: &Composed, ownership: &Ownership) {
        for told in self.backings.clone().iter().filter(|backing| backing.it.topic.is_some() && !(self.in_test)(&backing.path)) {
            let programs: Vec<usize> = told.it.scopes.iter().filter_map(|name| self.sidecars.program(name, None, self.drafts)).collect();
            for from in programs {
                self.takes(from, &told.it.name, Evidence::new(told.path.clone(), Some(told.it.mark), EvidenceSource::Infrastructure, "dapr"));
            }
        }
        let brokers: BTreeSet<String> =
            self.backings.iter().filter(|backing| backing.it.kind.starts_with("pubsub.")).map(|backing| backing.it.name.clone()).collect();
        let subscribed = composed.entries.iter().filter(|entry| entry.path == SUBSCRIBES).filter_map(|entry| entry.places.last());
        for place in subscribed.filter(|place| !(self.in_test)(&place.path)) {
            let (Some(only), [from]) = (brokers.first().filter(|_| brokers.len() == 1), ownership.of(&place.path)) else { continue };
            self.takes(*from, only, code(place));
        }
    }

    fn takes(&mut self, from: usize, broker: &str, evidence: Evidence) {
        let Some(backing) = self.nearest(broker, from) else { return };
        if let Some(to) = self.backed(&backing, from).filter(|to| *to != from && !self.joins(from, *to)) {
            let key = (from, to, self.protocol(None, None, to));
            let flow = self.flows.by_key.entry(key).or_default();
            push_new(&mut flow.evidence, evidence.clone());
            flow.unknown_credential = true;
            self.drafts[to].evidence_if_none(vec![evidence]);
        }
    }
}
