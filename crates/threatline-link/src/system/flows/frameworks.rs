//! What frameworks connect to without a line of code: servers that a library on board looks for, services that a gateway
//! is told to forward to, programs that a dashboard watches.

use super::super::draft::{as_folder, folder_of, join};
use super::super::forwarded::GATEWAYS;
use super::super::settings;
use super::super::source::ancestors;
use super::*;
use threatline_facts::Ecosystem;
use threatline_facts::manifest::Package;
use threatline_knowledge::catalogue::Connection;

/// Products that look at all programs of a registry.
const WATCHERS: [&str; 1] = ["spring-boot-admin"];

/// Settings that list the programs that one looks at.
const WATCHED: [(&str, &str); 1] = [("turbine", "turbine.appconfig")];

/// Settings by which a gateway forwards to all programs of its registry, each by its name.
const LOCATES: [&str; 3] = [
    "spring.cloud.gateway.discovery.locator.enabled",
    "spring.cloud.gateway.server.webflux.discovery.locator.enabled",
    "spring.cloud.gateway.server.webmvc.discovery.locator.enabled",
];

impl<'a> Finder<'_, 'a> {
    /// What libraries on board connect to: where they are told, else where they look by themselves.
    pub(super) fn by_itself(&mut self, from: usize, settings: &Settings, manifests: &Manifests<'_>) {
        let on_board = manifests.packages(&self.drafts[from]);
        for connection in catalogue::connections() {
            let own = connection.product.as_deref().is_some_and(|product| self.drafts[from].plays.contains(product));
            let Some(package) = connection.packages.iter().find(|package| on_board.contains(package.as_str())) else { continue };
            let any = |packages: &[String]| packages.iter().any(|package| on_board.contains(package.as_str()));
            let used = (connection.with.is_empty() || any(&connection.with)) && !any(&connection.but);
            if own && !told(connection, settings) || stopped(connection, settings) || !used {
                continue;
            }
            let setting = connection.keys.iter().find_map(|key| settings::by_key(settings, key));
            let (text, place) = match (setting, &connection.default) {
                (Some(setting), _) => (setting.value.clone(), (setting.path.clone(), setting.mark)),
                (None, Some(default)) => match manifests.place(&self.drafts[from], package) {
                    Some(place) => (Text::literal(default), place),
                    None => continue,
                },
                (None, None) => {
                    if !self.by_variable(connection, from, settings) {
                        self.by_driver(connection, package, from, manifests);
                    }
                    continue;
                }
            };
            let none = Variables::new();
            let maps = self.drafts[from].variables.clone();
            for variables in if maps.is_empty() { vec![&none] } else { maps.iter().collect() } {
                let Resolved { text, mut places } = resolve(&text, variables, settings);
                places.push(place.clone());
                let text = text.with_defaults();
                // `optional:configserver:http://config:8888`
                let text = text.rsplit_once("configserver:").map_or(text.as_str(), |(_, address)| address);
                let text = if text.is_empty() { connection.default.as_deref().unwrap_or_default() } else { text };
                for address in address::parse(text) {
                    let found = self
                        .target(&address, connection.product.as_deref(), from)
                        .or_else(|| self.directory.product(connection.product.as_deref()?, from, self.drafts));
                    let found = found.or_else(|| self.somewhere(connection, setting.is_some(), from));
                    if let Some(to) = found.filter(|to| *to != from) {
                        self.stated(from, to, &address, &places, "configuration");
                    }
                }
            }
        }
    }

    /// What variables tell that a library reads without a line of code; whether one did.
    fn by_variable(&mut self, connection: &Connection, from: usize, settings: &Settings) -> bool {
        let mut told = false;
        for variables in self.drafts[from].variables.clone() {
            let Some(setting) = connection.variables.iter().find_map(|name| variables.get(name)) else { continue };
            let Resolved { text, mut places } = resolve(&setting.value, &variables, settings);
            places.push((setting.path.clone(), setting.mark));
            for address in address::parse(&text.with_defaults()) {
                if let Some(to) = self.target(&address, connection.product.as_deref(), from).filter(|to| *to != from) {
                    told = true;
                    self.stated(from, to, &address, &places, "environment");
                }
            }
        }
        told
    }

    /// A store that a driver on board is for, where nobody says which one it is: it is told elsewhere.
    fn by_driver(&mut self, connection: &Connection, package: &str, from: usize, manifests: &Manifests<'_>) {
        let speaks = |key: &Key| key.0 == from && self.drafts[key.1].kind == ComponentKind::DataStore;
        if connection.with.is_empty() || self.flows.by_key.keys().any(speaks) {
            return;
        }
        let Some(place) = manifests.place(&self.drafts[from], package) else { return };
        let beside = connection.product.as_deref().and_then(|product| self.directory.product(product, from, self.drafts));
        if let Some(to) = beside.or_else(|| self.somewhere(connection, false, from)) {
            let spoken = Address { scheme: connection.product.clone(), ..Address::default() };
            self.stated(from, to, &spoken, &[place], "configuration");
        }
    }

    /// What a program that nothing deploys is told to find on its own machine is there, and so is the store of a library
    /// on board: nobody sees where.
    fn somewhere(&mut self, connection: &Connection, is_told: bool, from: usize) -> Option<usize> {
        let product = Product::from(catalogue::technology(connection.product.as_deref()?)?);
        let alone = self.drafts[from].descriptions.is_empty() && !self.drafts[from].plays.contains(product.technology);
        match product.kind {
            ComponentKind::DataStore if alone => Some(self.unplaced(&product, from)),
            ComponentKind::Process if alone && is_told => Some(self.beside(&product, from)),
            _ => None,
        }
    }

    /// A product that programs of this repository share, and that is run elsewhere.
    fn beside(&mut self, product: &Product, from: usize) -> usize {
        let known = self.drafts.iter().position(|draft| draft.name == product.technology && draft.descriptions.is_empty() && draft.roots.is_empty());
        known.unwrap_or_else(|| {
            let mut draft = Draft::new(product.technology, "", ComponentKind::Process);
            draft.becomes(product);
            draft.environment = self.drafts[from].environment;
            self.push(draft)
        })
    }

    /// Routes that a gateway is configured with.
    pub(super) fn forwards(&mut self, from: usize, settings: &Settings) {
        for (product, prefixes) in GATEWAYS {
            if !self.drafts[from].technologies.contains(product) {
                continue;
            }
            for prefix in prefixes {
                let routes = settings::below(settings, prefix);
                for (key, setting) in &routes {
                    let (route, field) = key.split_once('.').unwrap_or((key, ""));
                    let target = match field {
                        "serviceid" | "url" | "uri" => setting.value.clone(),
                        // without either the route's own name is the service
                        "path" | "" if product == "zuul" && !["serviceid", "url"].iter().any(|field| routes.contains_key(&format!("{route}.{field}"))) => {
                            Text::literal(route)
                        }
                        _ => continue,
                    };
                    self.watch(from, &target, settings, &[(setting.path.clone(), setting.mark)]);
                }
            }
            let located = || LOCATES.iter().any(|key| settings::by_key(settings, key).is_some_and(|setting| setting.value.as_literal() == Some("true")));
            let forwards = prefixes.iter().any(|prefix| !settings::below(settings, prefix).is_empty()) || product == "spring-cloud-gateway" && located();
            if let Some(product) = catalogue::technology(product).filter(|_| forwards) {
                self.drafts[from].shares(&product.into());
            }
        }
    }

    /// Programs that a dashboard looks at: those that it is told, or all of its registry.
    pub(super) fn watches(&mut self, from: usize, own: &Settings, all: &[Settings]) {
        for (product, key) in WATCHED {
            let Some(setting) = settings::by_key(own, key).filter(|_| self.drafts[from].plays.contains(product)) else { continue };
            for name in setting.value.with_defaults().split(',') {
                self.watch(from, &Text::literal(name.trim()), own, &[(setting.path.clone(), setting.mark)]);
            }
        }
        let looks = WATCHERS.iter().any(|watcher| self.drafts[from].plays.contains(*watcher));
        let enabled = |key: &str| settings::by_key(own, key).filter(|setting| setting.value.as_literal() == Some("true"));
        let locates = LOCATES.iter().find_map(|key| enabled(key));
        if !looks && locates.is_none() {
            return;
        }
        // in which programs find each other
        let registry = |drafts: &[Draft<'_>], at: usize| drafts[at].has_role(Role::ServiceDiscovery);
        let registered: Vec<(usize, usize, Vec<Evidence>)> = (self.flows.by_key.iter())
            .filter(|((_, to, _), _)| registry(self.drafts, *to))
            .map(|((client, to, _), flow)| (*client, *to, flow.evidence.clone()))
            .collect();
        let Some((_, home, evidence)) = registered.iter().find(|(client, ..)| *client == from).cloned() else { return };
        let evidence = match locates.filter(|_| !looks) {
            Some(setting) => vec![Evidence::new(setting.path.clone(), Some(setting.mark), EvidenceSource::Infrastructure, "configuration")],
            None => evidence,
        };
        // what only serves programs is asked by programs, and not through a gateway
        let meant = |drafts: &[Draft<'_>], at: usize| looks || drafts[at].plays.is_empty() && !drafts[at].roots.is_empty();
        for (to, ..) in registered.iter().filter(|(client, to, _)| *client != from && *to == home && *client < all.len() && meant(self.drafts, *client)) {
            let key = (from, *to, Some("http".to_owned()));
            if !self.joins(from, *to) {
                self.flows.by_key.entry(key).or_default().evidence.clone_from(&evidence);
            }
        }
    }

    /// What a dashboard shows, where there is one program of that kind only: which it reads, people tell it when they look,
    /// and there is nothing else to tell it.
    pub(super) fn shows(&mut self, composed: &Composed, ownership: &Ownership) {
        let in_test = self.in_test;
        let played = composed.products.iter().filter(|(_, place)| !in_test(&place.path));
        let played: Vec<(&str, usize, &Place)> =
            played.flat_map(|(name, place)| ownership.of(&place.path).iter().map(move |at| (name.as_str(), *at, place))).collect();
        for (name, from, place) in &played {
            let Some(source) = catalogue::technology(name).and_then(|product| product.shows.as_deref()) else { continue };
            let sources: BTreeMap<usize, &Place> =
                played.iter().filter(|(name, at, _)| *name == source && at != from).map(|(_, at, place)| (*at, *place)).collect();
            let mut sources = sources.into_iter();
            let (Some((to, of)), None) = (sources.next(), sources.next()) else { continue };
            if !self.joins(*from, to) && !self.joins(to, *from) {
                let flow = self.flows.by_key.entry((*from, to, Some("http".to_owned()))).or_default();
                flow.evidence.extend([code(place), code(of)]);
            }
        }
    }

    /// A flow to a program that is called by its name or by an address.
    fn watch(&mut self, from: usize, target: &Text, settings: &Settings, places: &[(Arc<str>, Mark)]) {
        let none = Variables::new();
        let variables = self.drafts[from].variables.first().cloned().unwrap_or(none);
        let resolved = resolve(target, &variables, settings);
        for address in address::parse(&resolved.text.with_defaults()) {
            let Some(to) = self.target(&address, None, from).filter(|to| *to != from) else { continue };
            let spoken = Address { scheme: address.scheme.clone().or_else(|| Some("http".to_owned())), ..address };
            self.stated(from, to, &spoken, places, "configuration");
        }
    }
}

/// Manifests of Maven, Gradle and Bundler by their folder, so that a component asks only those of its own folders and of the ones
/// around them: a repository of a thousand services has as many.
pub(super) struct Manifests<'s> {
    by_folder: BTreeMap<&'s str, Vec<&'s At<'s, Package>>>,
    by_name: BTreeMap<&'s str, &'s At<'s, Package>>,
    /// Folders of source that says something, and those around them: what lies in none is no part of what is built around it.
    speaking: BTreeSet<&'s str>,
}

impl<'s> Manifests<'s> {
    pub(super) fn new(said: &'s Said<'_>, speaking: impl Iterator<Item = &'s str>) -> Self {
        let mut by_folder: BTreeMap<&str, Vec<&'s At<'s, Package>>> = BTreeMap::new();
        let mut by_name = BTreeMap::new();
        for manifest in said.packages.iter().filter(|manifest| matches!(manifest.it.ecosystem, Ecosystem::Maven | Ecosystem::Gradle | Ecosystem::Rubygems)) {
            by_folder.entry(folder_of(&manifest.path)).or_default().push(manifest);
            manifest.it.name.as_deref().map(|name| by_name.entry(name).or_insert(manifest));
        }
        Manifests { by_folder, by_name, speaking: speaking.flat_map(ancestors).collect() }
    }

    /// Those of the component's folders, and of those around them; then those of the parts of the repository that these are built with.
    fn around(&self, draft: &Draft<'_>) -> Vec<&'s At<'s, Package>> {
        let is_built = |folder: &str| self.by_folder.contains_key(folder) || self.speaking.contains(folder);
        let folders: BTreeSet<&str> = draft.roots.iter().filter(|root| is_built(&root.folder)).flat_map(|root| ancestors(&root.folder)).collect();
        let mut found: Vec<&'s At<'s, Package>> = folders.into_iter().filter_map(|folder| self.by_folder.get(folder)).flatten().copied().collect();
        let mut seen: BTreeSet<&str> = found.iter().map(|manifest| &*manifest.path).collect();
        let mut at = 0;
        while let Some(manifest) = found.get(at).copied() {
            at += 1;
            found.extend(self.built_with(manifest).into_iter().filter(|other| seen.insert(&other.path)));
        }
        found
    }

    /// Parts of the repository that a package depends on, by their names or by where they lie. A parent that is only named lends no more
    /// than what [`ancestors`] of the folder tell.
    fn built_with(&self, manifest: &At<'_, Package>) -> Vec<&'s At<'s, Package>> {
        let folder = folder_of(&manifest.path);
        let named = manifest.it.dependencies.iter().filter(|dependency| !dependency.development).filter_map(|dependency| self.by_name.get(&*dependency.name));
        let beside = manifest.it.local.iter().filter(|_| manifest.it.ecosystem == Ecosystem::Gradle).filter_map(|(name, path)| {
            // a path is told from the root of the build, which is a folder around this one
            let at = |root: &str| self.by_folder.get(as_folder(&join(root, path)?).as_str())?.first();
            ancestors(folder).find_map(at).filter(|other| other.path != manifest.path && !name.is_empty())
        });
        named.chain(beside).copied().collect()
    }

    /// Packages that they name; none where there is no such manifest.
    pub(super) fn packages(&self, draft: &Draft<'_>) -> BTreeSet<&'s str> {
        let named = self.around(draft).into_iter().flat_map(|manifest| &manifest.it.dependencies);
        named.filter(|dependency| !dependency.development).map(|dependency| dependency.name.as_str()).collect()
    }

    /// Where the nearest of them names a package.
    fn place(&self, draft: &Draft<'_>, package: &str) -> Option<(Arc<str>, Mark)> {
        let named = self.around(draft).into_iter().flat_map(|manifest| manifest.it.dependencies.iter().map(move |dependency| (manifest, dependency)));
        let own = named.filter(|(_, dependency)| dependency.name == package && !dependency.development);
        own.max_by_key(|(manifest, _)| manifest.path.len()).map(|(manifest, dependency)| (manifest.path.clone(), dependency.mark))
    }
}

/// Whether anything reads a setting: the library that does must be on board, where packages are known.
pub(super) fn may_read(key: &str, on_board: &BTreeSet<&str>) -> bool {
    let key = catalogue::setting(key);
    let mut readers = catalogue::connections().iter().filter(|connection| connection.keys.contains(&key)).peekable();
    on_board.is_empty() || readers.peek().is_none() || readers.any(|connection| connection.packages.iter().any(|package| on_board.contains(package.as_str())))
}

/// One of its keys is set.
fn told(connection: &Connection, settings: &Settings) -> bool {
    connection.keys.iter().any(|key| settings::by_key(settings, key).is_some())
}

/// Settings stop the library from connecting.
fn stopped(connection: &Connection, settings: &Settings) -> bool {
    let holds = |line: &String| {
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        settings::by_key(settings, key).is_some_and(|setting| setting.value.as_literal() == Some(value))
    };
    connection.unless.iter().any(|lines| lines.iter().all(holds))
}
