//! Services by their contract: who calls `shop.Stock` means whoever serves it, whatever finds the address for it (a registry, a mesh, a
//! variable that nobody here sets).

use super::*;
use threatline_model::EntryPointKind;

/// Services that everybody serves beside their own.
const COMMON: [&str; 2] = ["health", "serverreflection"];

/// Components by the services of gRPC that they serve.
#[derive(Default)]
pub(super) struct Offered {
    /// By the service's name without its package: package, `*` where only a definition knows it, and component.
    by_name: BTreeMap<String, BTreeSet<(String, usize)>>,
}

impl Offered {
    pub(super) fn new(composed: &Composed, ownership: &Ownership, in_test: &dyn Fn(&str) -> bool) -> Self {
        let mut offered = Offered::default();
        for entry in composed.entries.iter().filter(|entry| entry.kind == EntryPointKind::Grpc) {
            let Some(place) = entry.places.last().filter(|place| !in_test(&place.path)) else { continue };
            let service = entry.path.trim_start_matches('/').split('/').next().unwrap_or_default();
            let (package, name) = parted(service);
            for at in ownership.of(&place.path) {
                offered.by_name.entry(name.to_ascii_lowercase()).or_default().insert((package.to_owned(), *at));
            }
        }
        offered
    }

    /// The only component that serves it, other than the one that asks.
    pub(super) fn only(&self, service: &str, from: usize, drafts: &[Draft<'_>]) -> Option<usize> {
        let (package, name) = parted(service);
        let name = name.to_ascii_lowercase();
        let fits = |known: &str| package == "*" || known == "*" || package == known;
        let served = self.by_name.get(&name).filter(|_| !COMMON.contains(&name.as_str()))?;
        let found: BTreeSet<usize> = served.iter().filter(|(known, at)| fits(known) && !is_test(drafts[*at].environment)).map(|(_, at)| *at).collect();
        // who serves it may as well ask itself
        let found = (!found.contains(&from)).then_some(found)?;
        // of several deployments of it the one that is deployed with who asks
        let near = |at: usize| {
            let pairs = || drafts[at].descriptions.iter().flat_map(|one| drafts[from].descriptions.iter().map(move |other| (one, other)));
            let groups: BTreeSet<usize> = pairs().filter(|(one, other)| one.group == other.group).map(|(one, _)| one.group).collect();
            let shared = |a: &str, b: &str| a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b).count();
            (groups.len(), pairs().map(|(one, other)| shared(&one.path, &other.path)).max())
        };
        let is_apart = |at: usize| near(at).0 == 0 && !drafts[at].descriptions.is_empty() && !drafts[from].descriptions.is_empty();
        let nearest = found.iter().map(|at| near(*at)).max()?;
        let mut found = found.iter().copied().filter(|at| near(*at) == nearest && !is_apart(*at));
        found.next().filter(|_| found.next().is_none())
    }
}

impl Finder<'_, '_> {
    /// A call of a service at an address that nobody knows: of those who run the code, all ask whoever serves it. Where the address of one is
    /// known, another one that is told none does not call.
    pub(super) fn by_contract(&mut self, number: usize, call: &CodeCall, owners: &[usize]) {
        let service = call.channel.as_ref().and_then(Text::as_literal).filter(|_| call.protocol.as_deref() == Some("grpc") && !call.consumes);
        let Some(service) = service.filter(|_| !self.flows.by_call.contains_key(&number)) else { return };
        for &from in owners {
            if let Some(to) = self.offered.only(service, from, self.drafts) {
                self.open(number, call, from, to, None, &[]);
            }
        }
    }
}

/// Package and name of a service; `*` where the package is not told.
fn parted(service: &str) -> (&str, &str) {
    service.rsplit_once('.').unwrap_or(("*", service))
}
