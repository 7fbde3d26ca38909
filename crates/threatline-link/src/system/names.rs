//! Who answers to which name: the directory that addresses are looked up in.

use super::deployed::CLUSTER;
use super::draft::{Draft, plain};
use super::said::Said;
use super::settings::{self, Settings};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::infra::{Platform, Service};
use threatline_model::Environment;

/// A name on one network.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    component: usize,
    /// Deployment that the name is valid in; none is anywhere.
    group: Option<usize>,
    namespace: Option<String>,
}

/// The directory of names.
#[derive(Default)]
pub(crate) struct Directory {
    by_name: BTreeMap<String, BTreeSet<Entry>>,
    /// Ports published on the host that runs the containers: (group, port) to components.
    published: BTreeMap<(usize, u16), BTreeSet<usize>>,
    /// Ports inside.
    listening: BTreeMap<u16, BTreeSet<usize>>,
    /// Components by product.
    products: BTreeMap<String, BTreeSet<usize>>,
}

impl Directory {
    pub(crate) fn new(drafts: &[Draft<'_>], said: &Said<'_>) -> Self {
        let mut directory = Directory::default();
        for (at, draft) in drafts.iter().enumerate() {
            directory.add_draft(at, draft);
        }
        let backends = Backends::new(drafts);
        for service in &said.services {
            for at in backends.of(service.it) {
                directory.add(&service.it.name, at, Some(CLUSTER), service.it.namespace.clone());
            }
        }
        directory
    }

    fn add(&mut self, name: &str, component: usize, group: Option<usize>, namespace: Option<String>) {
        // a container that calls itself so is nobody else's localhost
        if super::address::is_local(name) {
            return;
        }
        self.by_name.entry(name.to_ascii_lowercase()).or_default().insert(Entry { component, group, namespace });
    }

    /// A name that is valid everywhere (a managed service's host).
    pub(crate) fn add_host(&mut self, host: &str, component: usize) {
        self.add(host, component, None, None);
    }

    /// A program by the name that it gives itself, and the port that it is told to listen on.
    pub(crate) fn add_program(&mut self, at: usize, settings: &Settings, drafts: &mut [Draft<'_>]) {
        if let Some(name) = settings::name(settings).filter(|name| !drafts[at].descriptions.is_empty() || plain(name) != plain(&drafts[at].name)) {
            self.add(&name, at, None, None);
            drafts[at].aliases.insert(name);
        }
        if let Some(port) = settings::port(settings) {
            self.listening.entry(port).or_default().insert(at);
            drafts[at].ports.insert(port);
        }
    }

    /// Whether anything answers to the name, and be it several.
    pub(crate) fn knows(&self, host: &str) -> bool {
        self.by_name.contains_key(host)
    }

    fn add_draft(&mut self, at: usize, draft: &Draft<'_>) {
        for technology in &draft.technologies {
            self.products.entry(technology.clone()).or_default().insert(at);
        }
        for port in &draft.ports {
            self.listening.entry(*port).or_default().insert(at);
        }
        for description in &draft.descriptions {
            let workload = description.workload;
            if workload.platform.is_project() {
                for name in workload.aliases.iter().chain([&workload.name]) {
                    self.add(name, at, Some(description.group), None);
                }
            }
            for port in workload.containers.iter().flat_map(|container| &container.ports) {
                let published = port.published.as_ref().and_then(|text| text.with_defaults().parse().ok());
                if let Some(published) = published {
                    self.published.entry((description.group, published)).or_default().insert(at);
                }
            }
        }
        if draft.descriptions.is_empty() {
            self.add(&draft.name, at, None, None);
        }
    }

    /// The component behind a host name, as seen by `from`.
    pub(crate) fn host(&self, host: &str, from: usize, drafts: &[Draft<'_>]) -> Option<usize> {
        self.exact(host, None, from, drafts).or_else(|| {
            // service.namespace[.svc[.cluster.local]], pod.service.namespace…
            let parts: Vec<&str> = host.split('.').collect();
            // one pod of a stateful set, below the service of the set
            let numbered = |rest: &str| rest.strip_prefix('-').is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
            let is_pod = parts.len() > 1 && parts.len() <= 3 && parts[0].strip_prefix(parts[1]).is_some_and(numbered);
            let namespaced = parts.len() == 2 || parts.get(2) == Some(&"svc") || parts.get(3) == Some(&"svc");
            if !namespaced && !is_pod {
                return None;
            }
            let at = usize::from(parts.get(3) == Some(&"svc") || is_pod);
            self.exact(parts.get(at)?, parts.get(at + 1).copied(), from, drafts)
        })
    }

    fn exact(&self, name: &str, namespace: Option<&str>, from: usize, drafts: &[Draft<'_>]) -> Option<usize> {
        let entries = self.by_name.get(name)?;
        let own: BTreeSet<usize> = drafts.get(from).into_iter().flat_map(|draft| &draft.descriptions).map(|d| d.group).collect();
        let own_namespace: BTreeSet<&str> = drafts.get(from).into_iter().flat_map(|draft| &draft.descriptions).filter_map(|d| d.namespace.as_deref()).collect();
        let fits = |entry: &&Entry| match (namespace, entry.namespace.as_deref()) {
            (Some(wanted), Some(is)) => wanted == is,
            _ => true,
        };
        let near = |entry: &Entry| {
            let group = entry.group.is_none_or(|group| own.contains(&group));
            let space = entry.namespace.as_deref().is_none_or(|ns| namespace.is_some() || own_namespace.is_empty() || own_namespace.contains(ns));
            (group, space)
        };
        let best = entries.iter().filter(fits).map(near).max()?;
        let found: BTreeSet<usize> = entries.iter().filter(fits).filter(|entry| near(entry) == best).map(|entry| entry.component).collect();
        // of two that fit equally well the one that bears the name itself; else nobody knows which
        if found.len() == 1 {
            return found.into_iter().next();
        }
        let namesakes: Vec<usize> = found.into_iter().filter(|at| drafts.get(*at).is_some_and(|draft| plain(&draft.name) == plain(name))).collect();
        if let [only] = namesakes.as_slice() { Some(*only) } else { None }
    }

    /// The component that listens on a port of the machine on which `from` runs.
    pub(crate) fn local_port(&self, port: u16, from: usize, drafts: &[Draft<'_>]) -> Option<usize> {
        let groups: BTreeSet<usize> = drafts.get(from).into_iter().flat_map(|draft| &draft.descriptions).map(|d| d.group).collect();
        let single = |found: BTreeSet<usize>| {
            if found.len() == 1 { found.into_iter().next() } else { None }
        };
        let published: BTreeSet<usize> =
            groups.iter().filter_map(|group| self.published.get(&(*group, port))).flatten().copied().filter(|at| *at != from).collect();
        single(published).or_else(|| single(self.listening.get(&port)?.iter().copied().filter(|at| *at != from).collect()))
    }

    /// The only resource of a cloud that is this product: the inner none where there are several, or only `from` itself.
    pub(crate) fn declared(&self, technology: &str, from: usize, drafts: &[Draft<'_>]) -> Option<Option<usize>> {
        let is_resource = |at: &&usize| {
            let draft = &drafts[**at];
            draft.descriptions.is_empty() && draft.protocol.is_some() && !draft.plays.contains(technology) && draft.environment != Environment::Test
        };
        let mut all = self.products.get(technology)?.iter().filter(is_resource);
        let first = *all.next()?;
        Some(Some(first).filter(|at| *at != from && all.next().is_none()))
    }

    /// The only component that is this product, or the only one in the deployment of `from`.
    pub(crate) fn product(&self, technology: &str, from: usize, drafts: &[Draft<'_>]) -> Option<usize> {
        // what only tests run is nothing that others speak to
        let in_test = |at: usize| drafts[at].environment == Environment::Test;
        // a service of somebody else's is not what uses its library, whatever that is made of
        let is_run = threatline_knowledge::catalogue::technology(technology).is_some();
        let all: BTreeSet<usize> = self
            .products
            .get(technology)?
            .iter()
            .copied()
            .filter(|at| !in_test(*at) || in_test(from))
            .filter(|at| {
                *at != from && (drafts[*at].plays.contains(technology) || (is_run && !drafts[*at].descriptions.is_empty() && drafts[*at].protocol.is_some()))
            })
            .collect();
        if all.len() == 1 {
            return all.into_iter().next();
        }
        if all.is_empty() {
            return None;
        }
        let groups: BTreeSet<usize> = drafts.get(from)?.descriptions.iter().map(|d| d.group).collect();
        let near: BTreeSet<usize> = all.into_iter().filter(|at| drafts[*at].descriptions.iter().any(|d| groups.contains(&d.group))).collect();
        (near.len() == 1).then(|| near.into_iter().next()).flatten()
    }
}

/// Labels of a pod template, and its namespace if one is written.
type Pod = (BTreeMap<String, String>, Option<String>);

/// Kubernetes workloads by their labels, to find what stands behind a Service.
pub(crate) struct Backends {
    by_label: BTreeMap<(String, String), BTreeSet<usize>>,
    labels: Vec<Vec<Pod>>,
    by_name: BTreeMap<String, BTreeSet<usize>>,
}

impl Backends {
    pub(crate) fn new(drafts: &[Draft<'_>]) -> Self {
        let mut backends = Backends { by_label: BTreeMap::new(), labels: Vec::new(), by_name: BTreeMap::new() };
        for (at, draft) in drafts.iter().enumerate() {
            let mut own = Vec::new();
            for description in draft.descriptions.iter().filter(|d| d.workload.platform == Platform::Kubernetes) {
                for (key, value) in &description.workload.labels {
                    backends.by_label.entry((key.clone(), value.clone())).or_default().insert(at);
                }
                own.push((description.workload.labels.clone(), description.namespace.clone()));
                backends.by_name.entry(plain(&description.workload.name)).or_default().insert(at);
            }
            backends.labels.push(own);
        }
        backends
    }

    /// The components that a Service's selector chooses.
    pub(crate) fn of(&self, service: &Service) -> BTreeSet<usize> {
        let Some(first) = service.selector.iter().next() else {
            // without a selector it may still be written for the workload of its name
            return self.by_name.get(&plain(&service.name)).filter(|_| service.external_name.is_none()).cloned().unwrap_or_default();
        };
        let candidates = self.by_label.get(&(first.0.clone(), first.1.clone())).cloned().unwrap_or_default();
        candidates.into_iter().filter(|at| self.selects(*at, &service.selector, service.namespace.as_deref())).collect()
    }

    /// Whether labels choose the component, within a namespace where both sides name one.
    pub(crate) fn selects(&self, at: usize, selector: &BTreeMap<String, String>, namespace: Option<&str>) -> bool {
        self.labels[at].iter().any(|(labels, own)| {
            let space = namespace.is_none() || own.is_none() || namespace == own.as_deref();
            space && selector.iter().all(|(key, value)| labels.get(key) == Some(value))
        })
    }
}
