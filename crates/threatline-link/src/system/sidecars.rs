//! Sidecars that call others on a program's behalf: it asks its own machine, and the path says whom it means.
//!
//! Dapr: `http://localhost:3500/v1.0/invoke/orders/method/list` is the program that is known to its own sidecar as `orders`.

use super::address::{Address, is_local};
use super::draft::{Draft, plain};
use std::collections::{BTreeMap, BTreeSet};

/// What a workload is called among sidecars.
const NAMED: &str = "dapr.io/app-id";

/// What stands before the name of whom is meant.
const ASKED: &str = "/v1.0/invoke/";

/// Components by the names that sidecars know them by.
#[derive(Debug, Default)]
pub(crate) struct Sidecars {
    by_name: BTreeMap<String, BTreeSet<usize>>,
}

impl Sidecars {
    pub(crate) fn new(drafts: &[Draft<'_>]) -> Self {
        let mut by_name: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (at, draft) in drafts.iter().enumerate() {
            let annotated = draft.descriptions.iter().filter_map(|description| description.workload.annotations.get(NAMED));
            annotated.for_each(|name| _ = by_name.entry(plain(name)).or_default().insert(at));
        }
        Sidecars { by_name }
    }

    /// Whom an address means that only a sidecar answers to: the one that it is told of, else the only component of that name.
    pub(crate) fn meant(&self, address: &Address, drafts: &[Draft<'_>]) -> Option<usize> {
        address.host.as_deref().filter(|host| is_local(host))?;
        let name = plain(address.path.strip_prefix(ASKED)?.split('/').next().filter(|name| !name.is_empty() && !name.contains('*'))?);
        let single = |mut found: Box<dyn Iterator<Item = usize> + '_>| found.next().filter(|_| found.next().is_none());
        match self.by_name.get(&name) {
            Some(found) => single(Box::new(found.iter().copied())),
            None => single(Box::new((0..drafts.len()).filter(|at| plain(&drafts[*at].name) == name))),
        }
    }
}
