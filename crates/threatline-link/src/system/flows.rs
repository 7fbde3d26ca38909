//! Flows: what a component's code opens, with the target looked up; what its framework and its
//! products open by configuration.

mod behind;
mod dialled;
mod frameworks;
mod held;
mod offered;
mod settings;

use super::address::{self, Address};
use super::cloud::Grants;
use super::draft::{Draft, Root, Variables};
use super::names::Directory;
use super::product::Product;
use super::said::{At, Said};
use super::settings::Settings;
use super::sidecars::Sidecars;
use super::source::{Folders, Ownership, dockerfile_of};
use super::variables::{Resolved, by_path, resolve};
use crate::compose::{CodeCall, Composed, Conclusion, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::infra::{Backing, Config, Dials, MountKind, Proxy};
use threatline_facts::{DataClass, Ecosystem, Mark, Text};
use threatline_knowledge::catalogue::{self, Kind, ThirdParty};
use threatline_model::{ComponentKind, Environment, Evidence, EvidenceSource, Proof, Properties, Role};

/// A flow while it is being put together; ends are indexes of components.
#[derive(Clone, Debug, Default)]
pub(crate) struct FlowDraft {
    pub(crate) authenticated: Option<Proved>,
    /// A call of which nobody knows whether it presents a credential; then the flow does not know.
    pub(crate) unknown_credential: bool,
    pub(crate) encrypted: Option<Proved>,
    pub(crate) properties: Properties,
    pub(crate) data: Option<Carried>,
    pub(crate) evidence: Vec<Evidence>,
}

/// Classes of data that a flow was seen to carry.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    pub(crate) classes: BTreeSet<DataClass>,
    pub(crate) proof: Proof,
}

/// A conclusion with its proof.
#[derive(Clone, Debug)]
pub(crate) struct Proved {
    pub(crate) holds: bool,
    pub(crate) proof: Proof,
}

/// Ends and protocol.
pub(crate) type Key = (usize, usize, Option<String>);

/// All flows, and per call of [`Composed::calls`] the keys of the flows that it opens.
#[derive(Default)]
pub(crate) struct Flows {
    pub(crate) by_key: BTreeMap<Key, FlowDraft>,
    pub(crate) by_call: BTreeMap<usize, BTreeSet<Key>>,
    /// The same by configuration of a proxy, and route in it.
    pub(crate) by_route: BTreeMap<(usize, usize), BTreeSet<Key>>,
}

/// A look at everything that flows are found with.
struct Finder<'d, 'a> {
    drafts: &'d mut Vec<Draft<'a>>,
    directory: &'d mut Directory,
    flows: Flows,
    grants: &'d Grants,
    sidecars: Sidecars,
    backings: Vec<At<'a, Backing>>,
    offered: offered::Offered,
    in_test: &'d dyn Fn(&str) -> bool,
}

/// What finding flows looks at and does not change.
pub(crate) struct Around<'s, 'a> {
    pub(crate) said: &'s Said<'a>,
    pub(crate) folders: &'s Folders,
    pub(crate) composed: &'s Composed,
    pub(crate) ownership: &'s Ownership,
    pub(crate) settings: &'s [Settings],
    pub(crate) grants: &'s Grants,
    pub(crate) proxies: &'s super::proxies::Homes,
    pub(crate) in_test: &'s dyn Fn(&str) -> bool,
}

pub(crate) fn find<'a>(drafts: &mut Vec<Draft<'a>>, directory: &mut Directory, around: &Around<'_, 'a>) -> Flows {
    let Around { said, folders, composed, ownership, settings, grants, proxies, in_test } = *around;
    let sidecars = Sidecars::new(drafts, said);
    let offered = offered::Offered::new(composed, ownership, in_test);
    let mut finder = Finder { drafts, directory, flows: Flows::default(), grants, sidecars, backings: said.backings.clone(), offered, in_test };
    for (number, call) in composed.calls.iter().enumerate().filter(|(_, call)| !in_test(&call.place.path)) {
        for from in ownership.taking(&call.place.path, call.homes.as_ref()) {
            finder.call(number, call, from, &settings[from]);
        }
    }
    for (number, call) in composed.calls.iter().enumerate().filter(|(_, call)| !in_test(&call.place.path)) {
        finder.by_contract(number, call, &ownership.taking(&call.place.path, call.homes.as_ref()));
    }
    finder.read_addresses(around);
    let speaking = ownership.owners();
    let manifests = frameworks::Manifests::new(said, ownership.paths().map(super::draft::folder_of));
    let configs = configs_of(said);
    for (from, settings) in settings.iter().enumerate() {
        finder.configured(from, settings, &manifests);
        finder.products(from, speaking.contains(&from), &configs);
    }
    for from in 0..finder.drafts.len() {
        finder.printed(from);
        finder.commanded(from, said, folders);
    }
    for (from, own) in settings.iter().enumerate() {
        finder.by_itself(from, own, &manifests);
        finder.forwards(from, own);
    }
    for (from, own) in settings.iter().enumerate() {
        finder.watches(from, own, settings);
    }
    for (number, (proxy, readers)) in said.proxies.iter().zip(proxies).enumerate() {
        readers.iter().for_each(|from| finder.handed_on(number, *from, proxy));
    }
    finder.dialled(said, folders);
    finder.delivered(composed, ownership);
    finder.held(around);
    finder.shows(composed, ownership);
    (0..finder.drafts.len()).for_each(|from| finder.linked(from));
    let mut flows = finder.flows;
    write_logs(&mut flows, drafts, composed, ownership, in_test);
    flows
}

/// ConfigMaps by their name.
type Configs<'s> = BTreeMap<&'s str, Vec<&'s At<'s, Config>>>;

fn configs_of<'s>(said: &'s Said<'_>) -> Configs<'s> {
    let mut by_name: Configs<'s> = BTreeMap::new();
    said.configs.iter().filter(|config| !config.it.secret).for_each(|config| by_name.entry(config.it.name.as_str()).or_default().push(config));
    by_name
}

/// `application-dev.yml`, `appsettings.Development.json`: what another environment changes.
pub(crate) fn is_profile(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("application-")
        || name.starts_with("bootstrap-")
        || (name.starts_with("appsettings.") && name != "appsettings.json")
        || path.contains("/test/")
}

impl<'a> Finder<'_, 'a> {
    fn call(&mut self, number: usize, call: &CodeCall, from: usize, settings: &Settings) {
        if call.consumes && call.technology.is_none() && call.target.is_none() {
            return;
        }
        let none = Variables::new();
        let maps = self.drafts[from].variables.clone();
        let maps: Vec<&Variables> = if maps.is_empty() { vec![&none] } else { maps.iter().collect() };
        let (mut found, mut told) = (false, call.target.is_some());
        let mut nobodys = Vec::new();
        for variables in maps {
            let Some(target) = call.target.clone().or_else(|| looked_for(call, variables)) else { continue };
            told = true;
            let Resolved { text, places } = resolve(&target, variables, settings);
            for address in address::parse(&text.with_defaults()) {
                if let Some((to, path, mark)) = self.behind(&address, from) {
                    found = true;
                    // the sidecar speaks to it as it wants to be spoken to
                    let asked = CodeCall { protocol: None, encrypted: None, ..call.clone() };
                    self.open(number, &asked, from, to, None, &[places.clone(), vec![(path, mark)]].concat());
                    continue;
                }
                match self.target(&address, call.technology.as_deref(), from) {
                    Some(to) => {
                        found = true;
                        self.open(number, call, from, to, Some(&address), &places);
                    }
                    None => nobodys.push((address, places.clone())),
                }
            }
        }
        // where one deployment's address is known, what a variation of it puts in its place adds nothing
        let nobodys = if found { Vec::new() } else { nobodys };
        for (address, places) in nobodys {
            if let Some(to) = self.elsewhere(&address, call, from, &places) {
                found = true;
                self.open(number, call, from, to, Some(&address), &places);
            }
        }
        // of a library that is used for others, too, an address that nobody knows may be anybody's
        if !found && let Some(technology) = call.technology.as_ref().filter(|_| !told || imitated(call).is_none()) {
            let fixed = call.target.as_ref().is_none_or(|target| !matches!(target, Text::Literal(_)));
            if let Some(to) = self.by_technology(technology, call, from).filter(|_| fixed) {
                self.open(number, call, from, to, None, &[]);
            }
        }
    }

    /// The component at an address; an outside one is made when the host names it.
    fn target(&mut self, address: &Address, technology: Option<&str>, from: usize) -> Option<usize> {
        let host = address.host.as_deref()?;
        if address::is_local(host) {
            if catalogue::is_asked_of_sidecar(&address.path) {
                return self.sidecars.meant(address, from, self.drafts).filter(|at| *at != from);
            }
            let port = address.port()?;
            return self.directory.local_port(port, from, self.drafts).or_else(|| self.directory.product(technology?, from, self.drafts));
        }
        if let Some(at) = self.directory.host(host, from, self.drafts) {
            return (at != from).then_some(at);
        }
        let product = address.product().or_else(|| technology.and_then(catalogue::technology).map(Product::from));
        if let Some(third) = catalogue::host(host) {
            let own = third.kind != Kind::ExternalEntity;
            // an account without a name is the one that is declared, if there is only one
            let name = managed_name(host, third);
            let unknown = name.is_empty() || name.contains('*');
            let nameless = address.nameless || unknown || name == third.name;
            if let Some(declared) = self.directory.declared(&third.name, from, self.drafts).filter(|_| nameless) {
                return declared;
            }
            if own && (address.nameless || unknown) {
                return Some(self.provided(third, from));
            }
            return Some(if own {
                self.managed(&name, host, &product.filter(Product::is_backing).unwrap_or(third.into()))
            } else {
                self.third_party(third, host)
            });
        }
        if address::is_placeholder(host) || self.is_namespaced(host) || !host.contains('.') || host.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return None;
        }
        match product.filter(Product::is_backing) {
            Some(product) => Some(self.managed(host.split('.').next().unwrap_or(host), host, &product)),
            None if is_inside(host) => None,
            None => Some(self.external(host, host)),
        }
    }

    /// `cart.shop` where something is deployed into `shop`: a name of the cluster's, of what lies elsewhere.
    fn is_namespaced(&self, host: &str) -> bool {
        let Some((_, namespace)) = host.split_once('.').filter(|(_, rest)| !rest.contains('.')) else { return false };
        self.drafts.iter().flat_map(|draft| &draft.descriptions).any(|description| description.namespace.as_deref() == Some(namespace))
    }

    /// What a deployment names with a port, and code provably speaks to, is there, although nothing in
    /// this repository deploys it: its neighbours' manifests often lie elsewhere.
    fn elsewhere(&mut self, address: &Address, call: &CodeCall, from: usize, places: &[(Arc<str>, Mark)]) -> Option<usize> {
        let host = address.host.as_deref().filter(|host| address::is_plain(host) && !address::is_local(host))?;
        // a Compose file lists all of its network, a cluster's manifests may lie anywhere
        let in_cluster = self.drafts[from]
            .descriptions
            .iter()
            .any(|description| places.iter().any(|(path, _)| *path == description.path) && description.group == super::deployed::CLUSTER);
        if !in_cluster || address.port.is_none() || call.protocol.is_none() || self.directory.knows(host) {
            return None;
        }
        let product = address.product().or_else(|| call.technology.as_deref().and_then(catalogue::technology).map(Product::from));
        let mut draft = Draft::new(host, "", ComponentKind::Process);
        draft.environment = self.drafts[from].environment;
        if let Some(product) = product.filter(Product::is_backing) {
            draft.becomes(&product);
        }
        let at = self.push(draft);
        self.directory.add_host(host, at);
        Some(at)
    }

    /// A third party or a managed store without an address in the repository.
    fn by_technology(&mut self, technology: &str, call: &CodeCall, from: usize) -> Option<usize> {
        if let Some(instead) = self.grants.instead(from, technology, self.drafts) {
            return instead;
        }
        if let Some(at) = self.directory.product(technology, from, self.drafts) {
            return Some(at);
        }
        // of several that are declared it is one, and nobody knows which
        if let Some(declared) = self.directory.declared(technology, from, self.drafts) {
            return declared;
        }
        let third = catalogue::third_party(technology);
        if let Some(third) = third.filter(|third| third.kind == Kind::ExternalEntity) {
            return Some(self.third_party(third, &third.name));
        }
        let product = catalogue::technology(technology).map(Product::from).or(third.map(Product::from))?;
        // what a provider's own library reaches needs no address
        if let Some(third) =
            third.filter(|_| call.target.is_none() && catalogue::technology(technology).is_none_or(|own| own.protocol.as_deref() == Some("https")))
        {
            return Some(self.provided(third, from));
        }
        // a library alone, with an address that nobody set, still says that there is a store
        let unknown = call.target.as_ref().is_none_or(|target| !matches!(target, Text::Literal(_)));
        // of what is deployed the variables are known: a store that none of them names is not in use
        let loose = self.drafts[from].descriptions.is_empty();
        (loose && unknown && product.kind == ComponentKind::DataStore && product.protocol.is_some()).then(|| self.unplaced(&product, from))
    }

    /// A provider's store or service under the one name that all of the system's accounts share.
    fn provided(&mut self, third: &'static ThirdParty, from: usize) -> usize {
        if let Some(at) = self.drafts.iter().position(|draft| draft.name == third.name && draft.descriptions.is_empty() && draft.roots.is_empty()) {
            return at;
        }
        let mut draft = Draft::new(&third.name, "", ComponentKind::Process);
        draft.becomes(&third.into());
        draft.environment = self.drafts[from].environment;
        self.push(draft)
    }

    fn third_party(&mut self, third: &'static ThirdParty, host: &str) -> usize {
        let at = self.external(&third.name, host);
        self.drafts[at].shares(&third.into());
        at
    }

    fn external(&mut self, name: &str, host: &str) -> usize {
        let at = super::draft::third_party(self.drafts, name, None);
        self.drafts[at].aliases.extend((host != name).then(|| host.to_owned()));
        at
    }

    fn managed(&mut self, name: &str, host: &str, product: &Product) -> usize {
        let mut draft = Draft::new(name, &format!("{host}/"), product.kind);
        draft.becomes(product);
        draft.aliases.insert(host.to_owned());
        let at = self.push(draft);
        self.directory.add_host(host, at);
        at
    }

    fn unplaced(&mut self, product: &Product, from: usize) -> usize {
        let owner = self.drafts[from].name.clone();
        let folder = format!("{owner}/");
        if let Some(at) = self.drafts.iter().position(|draft| draft.name == product.technology && draft.folder == folder) {
            return at;
        }
        let mut draft = Draft::new(product.technology, &folder, ComponentKind::DataStore);
        draft.shares(product);
        draft.environment = self.drafts[from].environment;
        self.push(draft)
    }

    fn push(&mut self, draft: Draft<'a>) -> usize {
        self.drafts.push(draft);
        self.drafts.len() - 1
    }

    fn open(&mut self, number: usize, call: &CodeCall, from: usize, to: usize, address: Option<&Address>, places: &[(Arc<str>, Mark)]) {
        // a key that a library wants for its own service, and how that is spoken to, is nothing of those who speak alike
        let elsewhere = imitated(call).is_some_and(|third| !self.drafts[to].technologies.contains(&third.name));
        let spoken =
            call.protocol.as_deref().map(|protocol| if elsewhere && self.drafts[to].kind != ComponentKind::ExternalEntity { "http" } else { protocol });
        let protocol = self.protocol(spoken, address, to);
        let key = (from, to, protocol);
        let evidence: Vec<Evidence> = places
            .iter()
            .map(|(path, mark)| Evidence::new(path.clone(), Some(*mark), EvidenceSource::Infrastructure, "environment"))
            .chain([code(&call.place)])
            .collect();
        let external = self.drafts[to].kind == ComponentKind::ExternalEntity;
        let flow = self.flows.by_key.entry(key.clone()).or_default();
        for item in &evidence {
            push_new(&mut flow.evidence, item.clone());
        }
        let by_address = address.and_then(|address| address.encrypted.map(|holds| Proved { holds, proof: proof(evidence.clone()) }));
        let fixed = (external && address.is_none()).then(|| Proved { holds: true, proof: proof(evidence.clone()) });
        merge(&mut flow.encrypted, call.encrypted.as_ref().map(proved).or(by_address).or(fixed));
        let by_url = address.filter(|address| address.credential).map(|_| Proved { holds: true, proof: proof(evidence.clone()) });
        let credential = call.credential.as_ref().filter(|_| !elsewhere).map(proved).or(by_url);
        // what is taken from a queue comes by a connection that was opened elsewhere
        flow.unknown_credential |= credential.is_none() && !(call.consumes && address.is_none());
        merge(&mut flow.authenticated, credential);
        for (property, value, places) in &call.properties {
            flow.properties.set(*property, value.clone(), proof(places.iter().map(code).collect()));
        }
        carries(&mut flow.data, &call.data);
        self.flows.by_call.entry(number).or_default().insert(key);
        self.spoken_to(to, address);
        self.drafts[to].evidence_if_none(evidence);
    }

    /// What is spoken to as a store (`mongodb://documents`), and of whose image nobody knows anything, is that store. What stands
    /// before one is named for it.
    fn spoken_to(&mut self, to: usize, address: Option<&Address>) {
        const BEFORE: [&str; 5] = ["proxy", "pool", "bouncer", "router", "gateway"];
        let draft = &mut self.drafts[to];
        let unknown = draft.kind == ComponentKind::Process && draft.protocol.is_none() && draft.roots.is_empty() && draft.technologies.is_empty();
        if !unknown || draft.descriptions.is_empty() || BEFORE.iter().any(|word| draft.name.contains(word)) {
            return;
        }
        if let Some(product) = address.and_then(Address::product).filter(|product| product.kind == ComponentKind::DataStore) {
            draft.becomes(&product);
        }
    }

    fn protocol(&self, call: Option<&str>, address: Option<&Address>, to: usize) -> Option<String> {
        let by_scheme = address.and_then(Address::protocol);
        let external = self.drafts[to].kind == ComponentKind::ExternalEntity;
        match (call, by_scheme) {
            // the library knows better than a generic scheme, except whether there is TLS
            (Some("http" | "https") | None, Some(scheme)) => Some(scheme.to_owned()),
            (Some(call), _) => Some(if external && call == "http" { "https" } else { call }.to_owned()),
            (None, None) => self.drafts[to].protocol.clone().or_else(|| external.then(|| "https".to_owned())),
        }
    }

    /// Variables that the component's code or its framework's configuration reads and whose value is another component's
    /// address: it holds the address in its hand, even where the call that uses it was not understood.
    fn read_addresses(&mut self, around: &Around<'_, 'a>) {
        let Around { composed, ownership, settings, said, .. } = around;
        let dotnet: BTreeSet<&str> = said.packages.iter().filter(|package| package.it.ecosystem == Ecosystem::Nuget).map(|package| &*package.path).collect();
        let is_dotnet = |draft: &Draft<'_>| {
            let below = |root: &Root| dotnet.range(root.folder.as_str()..).take_while(|path| path.starts_with(&root.folder)).any(|path| root.holds(path));
            !dotnet.is_empty() && draft.roots.iter().any(below)
        };
        let mut spoken: BTreeMap<(usize, &str), &str> = BTreeMap::new();
        for (variable, scheme, place) in &composed.spoken {
            ownership.of(&place.path).iter().for_each(|from| _ = spoken.entry((*from, variable)).or_insert(scheme));
        }
        for (variable, _, place) in composed.reads.iter().filter(|(.., place)| !(self.in_test)(&place.path)) {
            for &from in ownership.of(&place.path) {
                self.held_address(from, variable, settings.get(from), spoken.get(&(from, variable.as_str())).copied());
            }
        }
        for (from, own) in settings.iter().enumerate() {
            // what a library on board reads by itself
            let by_library = self.drafts[from].variables.iter().flat_map(BTreeMap::keys).filter(|name| catalogue::is_read_by_libraries(name));
            by_library.cloned().collect::<BTreeSet<String>>().iter().for_each(|variable| self.held_address(from, variable, Some(own), None));
            let mut read = BTreeSet::new();
            own.values().for_each(|setting| variables_in(&setting.value, &mut read));
            read.into_iter().for_each(|variable| self.held_address(from, variable, Some(own), None));
            // what is set by its path in the configuration is read by whoever binds that part of it
            let bound: BTreeSet<String> = self.drafts[from].variables.iter().flat_map(BTreeMap::keys).filter(|name| is_path(name)).cloned().collect();
            if !bound.is_empty() && is_dotnet(&self.drafts[from]) {
                bound.iter().for_each(|variable| self.held_address(from, variable, Some(own), None));
            }
        }
    }

    /// A variable that holds another component's address; the scheme is that which code puts before it.
    fn held_address(&mut self, from: usize, variable: &str, settings: Option<&Settings>, spoken: Option<&str>) {
        let empty = Settings::new();
        for variables in self.drafts[from].variables.clone() {
            let Some(setting) = by_path(&variables, variable) else { continue };
            let resolved = resolve(&setting.value, &variables, settings.unwrap_or(&empty));
            for mut address in address::parse(&resolved.text.with_defaults()) {
                address.scheme = address.scheme.or_else(|| spoken.map(str::to_owned));
                let sure = address.scheme.is_some() || address.port.is_some() || names_a_host(variable);
                if let Some(to) = self.inside(&address, from).filter(|_| sure) {
                    self.stated(from, to, &address, &[(setting.path.clone(), setting.mark)], "environment");
                }
            }
        }
    }

    /// Whether there is a flow from the one to the other.
    fn joins(&self, from: usize, to: usize) -> bool {
        self.flows.by_key.range((from, to, None)..).next().is_some_and(|((a, b, _), _)| (*a, *b) == (from, to))
    }

    fn inside(&self, address: &Address, from: usize) -> Option<usize> {
        let host = address.host.as_deref()?;
        // the machine that runs the containers, where what they publish can be reached
        if address::is_container_host(host) {
            return self.directory.local_port(address.port()?, from, self.drafts);
        }
        self.directory.host(host, from, self.drafts).filter(|to| *to != from)
    }

    /// Where a proxy sends what it is asked.
    fn handed_on(&mut self, number: usize, from: usize, proxy: &At<'a, Proxy>) {
        let none = Variables::new();
        let maps = self.drafts[from].variables.clone();
        let maps: Vec<&Variables> = if maps.is_empty() { vec![&none] } else { maps.iter().collect() };
        for (place, route) in proxy.it.routes.iter().enumerate() {
            for target in &route.targets {
                for variables in &maps {
                    let Resolved { text, mut places } = resolve(target, variables, &Settings::new());
                    places.push((proxy.path.clone(), route.mark));
                    for address in super::proxies::addresses(&text) {
                        // the machine itself is the container, if there is one
                        let contained = address.host.as_deref().is_some_and(address::is_local) && has_own_network(&self.drafts[from]);
                        let Some(to) = self.target(&address, None, from).filter(|to| !contained && *to != from) else { continue };
                        // a program's settings tell of the same flow
                        let by = if super::forwarded::is_one(&proxy.it.product) { "configuration" } else { &proxy.it.product };
                        let stated = self.stated(from, to, &address, &places, by);
                        // where the two speak something else already, the route leads there all the same
                        let between = |key: &&Key| (key.0, key.1) == (from, to);
                        let known = || self.flows.by_key.range((from, to, None)..).map(|(key, _)| key).take_while(between).next().cloned();
                        if let Some(key) = stated.or_else(known) {
                            self.flows.by_route.entry((number, place)).or_default().insert(key);
                        }
                    }
                }
            }
        }
    }

    /// A flow that configuration tells of; it joins one that code shows already, whatever its
    /// protocol.
    fn stated(&mut self, from: usize, to: usize, address: &Address, places: &[(Arc<str>, Mark)], by: &str) -> Option<Key> {
        let evidence: Vec<Evidence> = places.iter().map(|(path, mark)| Evidence::new(path.clone(), Some(*mark), EvidenceSource::Infrastructure, by)).collect();
        let known: Vec<Key> =
            self.flows.by_key.range((from, to, None)..).take_while(|((a, b, _), _)| (*a, *b) == (from, to)).map(|(key, _)| key.clone()).collect();
        let scheme = address.protocol().map(str::to_owned);
        let key = match known.into_iter().find(|key| scheme.is_none() || key.2 == scheme || key.2.is_none()) {
            Some(key) => key,
            None if self.joins(from, to) => return None,
            None => (from, to, self.protocol(None, Some(address), to)),
        };
        let flow = self.flows.by_key.entry(key.clone()).or_default();
        for item in evidence.iter().cloned() {
            push_new(&mut flow.evidence, item);
        }
        merge(&mut flow.encrypted, address.encrypted.map(|holds| Proved { holds, proof: proof(evidence.clone()) }));
        merge(&mut flow.authenticated, address.credential.then(|| Proved { holds: true, proof: proof(evidence.clone()) }));
        self.spoken_to(to, Some(address));
        self.drafts[to].evidence_if_none(evidence);
        Some(key)
    }
}

/// Whether it runs in a container that does not share the network of its machine.
fn has_own_network(draft: &Draft<'_>) -> bool {
    let shares = |description: &super::draft::Description<'_>| description.workload.networks.iter().any(|network| network == "mode:host");
    !draft.descriptions.is_empty() && !draft.descriptions.iter().any(shares)
}

/// The service that the call's library is made for, where it is used for others, too.
fn imitated(call: &CodeCall) -> Option<&'static ThirdParty> {
    catalogue::third_party(call.technology.as_deref()?).filter(|third| third.imitated)
}

/// The address in a variable in which the library itself looks for one.
fn looked_for(call: &CodeCall, variables: &Variables) -> Option<Text> {
    let variable = imitated(call)?.variables.iter().find(|name| variables.contains_key(*name))?;
    Some(Text::Environment { variable: variable.clone(), default: None })
}

/// The name of the account or instance in a provider's host, or the service's own where there is none.
fn managed_name(host: &str, third: &'static ThirdParty) -> String {
    match host.split_once('.') {
        Some((first, rest)) if catalogue::host(rest).is_some_and(|other| other.name == third.name) => first.to_owned(),
        _ => third.name.clone(),
    }
}

/// The address in a word of a command line: `--host=http://front:80`.
fn url_in(word: &str) -> Option<&str> {
    let scheme = word.find("://")?;
    let start = word[..scheme].rfind(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.'))).map_or(0, |at| at + 1);
    Some(&word[start..])
}

/// Variables that a text is filled with.
fn variables_in<'t>(text: &'t Text, out: &mut BTreeSet<&'t str>) {
    match text {
        Text::Environment { variable, default } => {
            out.insert(variable);
            if let Some(default) = default {
                variables_in(default, out);
            }
        }
        Text::Joined(parts) => parts.iter().for_each(|part| variables_in(part, out)),
        _ => {}
    }
}

/// A variable that is named for where something is found; then a plain name in it is one.
/// `ConnectionStrings__Shop`, `Services__0__Url`: only a configuration of .NET calls a variable like this.
fn is_path(variable: &str) -> bool {
    variable.split("__").count() > 1 && !variable.starts_with('_')
}

fn names_a_host(variable: &str) -> bool {
    const WORDS: [&str; 12] = ["HOST", "HOSTNAME", "HOSTS", "SERVER", "SERVERS", "ADDR", "ADDRESS", "URL", "URI", "ENDPOINT", "BROKER", "BROKERS"];
    variable.rsplit(['_', '.']).next().is_some_and(|last| WORDS.iter().any(|word| last.eq_ignore_ascii_case(word)))
}

/// A host name that only resolves inside a private network.
fn is_inside(host: &str) -> bool {
    host.ends_with(".local")
        || host.ends_with(".internal")
        || host.ends_with(".svc")
        || host.contains(".svc.")
        || host.ends_with(".lan")
        || host.contains(".internal.")
}

pub(crate) fn code(place: &Place) -> Evidence {
    Evidence::new(place.path.clone(), Some(place.mark), EvidenceSource::Code, &place.by)
}

fn proof(evidence: Vec<Evidence>) -> Proof {
    Proof { grade: threatline_model::Grade::X, confidence: 950, evidence }
}

fn proved(conclusion: &Conclusion) -> Proved {
    Proved { holds: conclusion.holds, proof: to_proof(conclusion) }
}

/// A conclusion of code as the model's proof, with the confidence that its grade starts from.
pub(crate) fn to_proof(conclusion: &Conclusion) -> Proof {
    let confidence = match conclusion.grade {
        threatline_model::Grade::X => 950,
        threatline_model::Grade::C => 800,
        threatline_model::Grade::S => 700,
        threatline_model::Grade::P => 900,
    };
    Proof { grade: conclusion.grade, confidence, evidence: conclusion.places.iter().map(code).collect() }
}

/// Several calls make one flow: it is only as safe as the least safe of them, and one that is not
/// known leaves the known ones standing.
fn merge(known: &mut Option<Proved>, new: Option<Proved>) {
    match (&known, new) {
        (_, None) => {}
        (Some(old), Some(new)) if old.holds <= new.holds => {}
        (_, new) => *known = new,
    }
}

/// So many places tell of what a flow carries; more say nothing new.
const MAX_PLACES: usize = 32;

/// So many places of flows show a component that nothing else does.
const MOST_SHOWN: usize = 8;

/// A flow carries these classes, each by its witness.
fn carries(known: &mut Option<Carried>, found: &[(DataClass, Vec<Place>)]) {
    if found.is_empty() {
        return;
    }
    let nothing = || Carried { classes: BTreeSet::new(), proof: Proof { grade: threatline_model::Grade::P, confidence: 900, evidence: Vec::new() } };
    let carried = known.get_or_insert_with(nothing);
    for (class, places) in found {
        carried.classes.insert(*class);
        places
            .iter()
            .filter(|_| carried.proof.evidence.len() < MAX_PLACES)
            .map(code)
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|place| push_new(&mut carried.proof.evidence, place));
    }
}

/// What a program writes into its log goes where its log is collected, if that is known.
fn write_logs(flows: &mut Flows, drafts: &[Draft<'_>], composed: &Composed, ownership: &Ownership, in_test: &dyn Fn(&str) -> bool) {
    for found in &composed.logged {
        let Some(place) = found.1.last().filter(|place| !in_test(&place.path)) else { continue };
        for &from in ownership.of(&place.path) {
            let own = flows.by_key.iter_mut().filter(|((source, target, _), _)| *source == from && drafts[*target].roles.contains(&Role::Logging));
            own.for_each(|(_, flow)| carries(&mut flow.data, std::slice::from_ref(found)));
        }
    }
}

pub(crate) fn push_new(list: &mut Vec<Evidence>, item: Evidence) {
    if !list.contains(&item) {
        list.push(item);
    }
}

impl Draft<'_> {
    /// What was made from a flow's target is shown by its flows; who calls what is declared says nothing of it.
    fn evidence_if_none(&mut self, evidence: Vec<Evidence>) {
        self.by_flows |= self.evidence.is_empty() && self.descriptions.is_empty() && self.roots.is_empty();
        if self.by_flows && self.evidence.len() < MOST_SHOWN {
            for item in evidence {
                push_new(&mut self.evidence, item);
            }
        }
    }
}

/// Whether a component is looked at by default.
pub(crate) fn is_test(environment: Environment) -> bool {
    environment == Environment::Test
}
