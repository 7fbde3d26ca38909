//! Sidecars that call others on a program's behalf: it asks its own machine, and the path says whom it means.
//!
//! Dapr: `http://localhost:3500/v1.0/invoke/orders/method/list` is the program that is known to its own sidecar as `orders`.

use super::address::{Address, is_local};
use super::draft::{Draft, as_folder, folder_of, join, plain};
use super::said::Said;
use std::collections::{BTreeMap, BTreeSet};
use threatline_knowledge::catalogue::{asked_of_sidecar, sidecar_annotation};

/// Components by the names that sidecars know them by.
#[derive(Debug, Default)]
pub(crate) struct Sidecars {
    by_name: BTreeMap<String, BTreeSet<usize>>,
    /// The names as they are written, by component.
    names: BTreeMap<usize, BTreeSet<String>>,
    /// Those that are started together, by their names.
    together: Vec<BTreeMap<String, usize>>,
}

impl Sidecars {
    pub(crate) fn new(drafts: &[Draft<'_>], said: &Said<'_>) -> Self {
        let mut sidecars = Sidecars::default();
        for (at, draft) in drafts.iter().enumerate() {
            let annotated = draft.descriptions.iter().filter_map(|description| description.workload.annotations.get(sidecar_annotation()));
            annotated.for_each(|name| sidecars.add(name, at));
        }
        for file in &said.sidecar_names {
            let mut started = BTreeMap::new();
            for (name, folder) in &file.it.names {
                let Some(folder) = join(folder_of(&file.path), folder).map(|folder| as_folder(&folder)) else { continue };
                let runs = |draft: &Draft<'_>| draft.roots.iter().any(|root| root.folder == folder);
                for at in (0..drafts.len()).filter(|at| runs(&drafts[*at])) {
                    sidecars.add(name, at);
                    started.insert(plain(name), at);
                }
            }
            sidecars.together.push(started);
        }
        sidecars
    }

    fn add(&mut self, name: &str, at: usize) {
        self.by_name.entry(plain(name)).or_default().insert(at);
        self.names.entry(at).or_default().insert(name.to_owned());
    }

    /// What a component is called among sidecars.
    pub(crate) fn names_of(&self, at: usize) -> impl Iterator<Item = &String> {
        self.names.get(&at).into_iter().flatten()
    }

    /// Whom an address means that only a sidecar answers to.
    pub(crate) fn meant(&self, address: &Address, from: usize, drafts: &[Draft<'_>]) -> Option<usize> {
        address.host.as_deref().filter(|host| is_local(host))?;
        let (name, _) = asked_of_sidecar(&address.path).filter(|(_, is_program)| *is_program)?;
        self.program(name, Some(from), drafts)
    }

    /// The program of a name: one that is started together with who asks, the one that a sidecar is told of, else the only component that is
    /// called so.
    pub(crate) fn program(&self, name: &str, from: Option<usize>, drafts: &[Draft<'_>]) -> Option<usize> {
        let name = plain(name);
        let beside = self.together.iter().filter(|started| from.is_some_and(|from| started.values().any(|at| *at == from)));
        if let Some(at) = beside.filter_map(|started| started.get(&name)).next() {
            return Some(*at);
        }
        let single = |mut found: Box<dyn Iterator<Item = usize> + '_>| found.next().filter(|_| found.next().is_none());
        match self.by_name.get(&name) {
            Some(found) => single(Box::new(found.iter().copied())),
            None => single(Box::new((0..drafts.len()).filter(|at| plain(&drafts[*at].name) == name))),
        }
    }
}
