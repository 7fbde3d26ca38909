//! Flows that configuration states: what is configured, mounted, printed, commanded.

use super::super::deployed::reader;
use super::*;
use threatline_facts::infra::Platform;

/// Frameworks that take any setting of theirs from a variable of its name.
const BINDING: [&str; 3] = ["spring", "quarkus", "micronaut"];

fn is_env_file(path: &str) -> bool {
    threatline_facts::ArtifactKind::of(path.rsplit('/').next().unwrap_or(path)) == Some(threatline_facts::ArtifactKind::EnvFile)
}

/// Upon what stores are built.
const UNDER_STORES: [Role; 3] = [Role::ObjectStore, Role::ConfigurationServer, Role::ServiceDiscovery];

impl<'a> Finder<'_, 'a> {
    /// What the framework connects to by its own configuration: a connection string or a host under a
    /// key of it.
    pub(super) fn configured(&mut self, from: usize, settings: &Settings, manifests: &frameworks::Manifests<'_>) {
        let on_board = manifests.packages(&self.drafts[from]);
        let none = Variables::new();
        let maps = self.drafts[from].variables.clone();
        let maps: Vec<&Variables> = if maps.is_empty() { vec![&none] } else { maps.iter().collect() };
        for variables in maps {
            for (key, setting) in settings.iter().filter(|(key, _)| catalogue::is_address_key(key) && frameworks::may_read(key, &on_board)) {
                let Resolved { text, mut places } = resolve(&setting.value, variables, settings);
                places.push((setting.path.clone(), setting.mark));
                self.connect(from, &text, catalogue::scheme_of_key(key), &places, "configuration");
            }
            // Spring reads SPRING_DATASOURCE_URL without a line of code, as others of its kind do
            let binds = self.drafts[from].technologies.iter().any(|technology| BINDING.iter().any(|own| technology.starts_with(own)));
            let key = |name: &str| name.to_ascii_lowercase().replace('_', ".");
            for (name, setting) in variables.iter().filter(|(name, _)| binds && catalogue::is_address_key(&key(name))) {
                let resolved = resolve(&setting.value, variables, settings);
                self.connect(from, &resolved.text, catalogue::scheme_of_key(&key(name)), &[(setting.path.clone(), setting.mark)], "environment");
            }
        }
    }

    pub(super) fn connect(&mut self, from: usize, text: &Text, spoken: Option<&str>, places: &[(Arc<str>, Mark)], by: &str) {
        for mut address in address::parse(&text.with_defaults()) {
            address.scheme = address.scheme.or_else(|| spoken.map(str::to_owned));
            let to = match address.product() {
                Some(product) => self.target(&address, Some(product.technology), from),
                None => self.inside(&address, from),
            };
            if let Some(to) = to {
                self.stated(from, to, &address, places, by);
            }
        }
    }

    /// A product that nobody here wrote (a console, an exporter) does with an address what its
    /// variables tell it.
    pub(super) fn products(&mut self, from: usize, speaks: bool, configs: &Configs<'_>) {
        let draft = &self.drafts[from];
        // an image of a product that is built here is the product still, and source that says nothing (a folder of settings, a language that nobody
        // reads here) does not say either what is read; what a gateway is built with says itself what its variables fill in
        let written = !draft.roots.is_empty() && (speaks || draft.has_role(Role::Gateway));
        // a broker of queues waits for others, whatever a file that all of them are given says
        let waits = draft.has_role(Role::MessageBroker) && matches!(draft.protocol.as_deref(), Some("amqp" | "mqtt"));
        if written || waits || draft.descriptions.is_empty() {
            return;
        }
        // a store waits for others, too, but may keep what it stores elsewhere, and what it knows of itself
        let is_store = draft.kind == ComponentKind::DataStore;
        let dials: Vec<Address> = draft
            .technologies
            .iter()
            .filter_map(|name| catalogue::technology(name))
            .flat_map(|product| &product.dials)
            .flat_map(|text| address::parse(text))
            .collect();
        let place = draft.descriptions.first().map(|description| (description.path.clone(), description.workload.mark));
        let mut told = false;
        // a file of variables that is given to several is not written for this one
        let others = self.drafts.iter().enumerate().filter(|(at, _)| *at != from);
        let shared: BTreeSet<Arc<str>> =
            others.flat_map(|(_, other)| &other.variables).flatten().map(|(_, setting)| &setting.path).filter(|path| is_env_file(path)).cloned().collect();
        for variables in draft.variables.clone() {
            for (name, setting) in variables.iter().filter(|(_, setting)| !shared.contains(&setting.path)) {
                let resolved = resolve(&setting.value, &variables, &Settings::new());
                for address in address::parse(&resolved.text.with_defaults()) {
                    let sure = address.scheme.is_some() || address.port.is_some() || names_a_host(name);
                    let keeps = |to: &usize| UNDER_STORES.iter().any(|role| self.drafts[*to].has_role(*role));
                    if let Some(to) = self.inside(&address, from).filter(|to| sure && (!is_store || keeps(to))) {
                        told = true;
                        self.stated(from, to, &address, &[(setting.path.clone(), setting.mark)], "environment");
                    }
                }
            }
        }
        if is_store {
            return;
        }
        told |= self.mounted(from, configs);
        for address in dials.iter().filter(|_| !told) {
            if let Some((to, place)) = self.inside(address, from).zip(place.clone()) {
                self.stated(from, to, address, &[place], "product");
            }
        }
    }

    /// Addresses in files of configuration that a product finds mounted; whether there was one.
    pub(super) fn mounted(&mut self, from: usize, configs: &Configs<'_>) -> bool {
        let mut told = false;
        for description in self.drafts[from].descriptions.clone() {
            let mounts = description.workload.containers.iter().flat_map(|container| &container.mounts).filter(|mount| mount.kind == MountKind::Config);
            for config in mounts.filter_map(|mount| configs.get(mount.source.as_str())).flatten() {
                let fits = config.it.namespace.is_none() || description.namespace.is_none() || config.it.namespace == description.namespace;
                for (_, value, mark) in config.it.values.iter().filter(|_| fits) {
                    let text = value.with_defaults();
                    for word in text.lines().filter(|word| word.contains(':')) {
                        for address in address::parse(word) {
                            let sure = address.scheme.is_some() || address.port.is_some();
                            if let Some(to) = self.inside(&address, from).filter(|_| sure) {
                                told |= self.stated(from, to, &address, &[(config.path.clone(), *mark)], "configuration").is_some();
                            }
                        }
                    }
                }
            }
        }
        told
    }

    /// Where the platform sends what a container prints; it asks from the machine itself.
    pub(super) fn printed(&mut self, from: usize) {
        for description in self.drafts[from].descriptions.clone() {
            let containers = description.workload.containers.iter().filter_map(|container| Some((container.logs_to.as_ref()?, container.mark)));
            for (target, mark) in containers {
                for address in address::parse(&target.with_defaults()) {
                    if let Some(to) = self.target(&address, None, from).filter(|to| *to != from) {
                        self.stated(from, to, &address, &[(description.path.clone(), mark)], "compose");
                    }
                }
            }
        }
    }

    /// Addresses that a program is told on its command line, by the deployment or by its image.
    pub(super) fn commanded(&mut self, from: usize, said: &Said<'a>, folders: &Folders) {
        let maps = self.drafts[from].variables.clone();
        let none = Variables::new();
        let maps: Vec<&Variables> = if maps.is_empty() { vec![&none] } else { maps.iter().collect() };
        for description in self.drafts[from].descriptions.clone() {
            for container in description.workload.containers.iter().filter(|container| !container.init) {
                let stage = dockerfile_of(container, &description.path, said, folders).and_then(|dockerfile| dockerfile.stages.last());
                let image = stage.into_iter().flat_map(|stage| stage.entrypoint.iter().chain(&stage.command));
                let own = container.command.iter();
                for word in own.chain(image.filter(|_| container.command.is_empty())) {
                    for variables in &maps {
                        let Resolved { text, mut places } = resolve(word, variables, &Settings::new());
                        places.push((description.path.clone(), container.mark));
                        for address in text.with_defaults().split([' ', '"', '\'']).filter_map(url_in).flat_map(address::parse) {
                            if let Some(to) = self.inside(&address, from) {
                                self.stated(from, to, &address, &places, "command");
                            }
                        }
                    }
                }
            }
        }
    }

    /// Services that Compose, or the program that starts it, links it to, where nothing tells more: who writes a link means it to be used.
    pub(super) fn linked(&mut self, from: usize) {
        for description in self.drafts[from].descriptions.clone() {
            for link in &description.workload.links {
                let Some(to) = self.directory.host(&link.service, from, self.drafts).filter(|to| *to != from) else { continue };
                if !self.joins(from, to) && !self.joins(to, from) {
                    // what a host starts of one's own is found, and spoken to, by HTTP
                    let own = description.workload.platform == Platform::Program && self.drafts[to].protocol.is_none();
                    let address = Address { scheme: own.then(|| "http".to_owned()), ..Address::default() };
                    self.stated(from, to, &address, &[(description.path.clone(), link.mark)], reader(description.workload));
                }
            }
        }
    }
}
