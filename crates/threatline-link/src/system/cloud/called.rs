//! Resources by the names that they are given: another template may say the name where it cannot refer to the resource.

use super::{Cloud, Seen, ways};
use std::collections::BTreeMap;
use threatline_facts::Text;

impl Cloud<'_> {
    /// What a text leads to; where that is nothing, the only resource that has this name, or is meant by an address that ends with it.
    pub(crate) fn see_called(&self, at: usize, text: &Text) -> Seen {
        let mut seen = self.see(at, text);
        if seen.items.is_empty()
            && let Some(word) = self.literal(&self.items[at].scope, text)
        {
            seen.items.extend(self.called(&word));
        }
        seen
    }

    fn called(&self, word: &str) -> Option<usize> {
        let mut parts = word.split(':');
        let (service, name) = match parts.next() {
            Some("arn") => (parts.nth(1), word.rsplit([':', '/']).next()?),
            _ => (None, word),
        };
        let known = self.names.get(name).filter(|_| !name.is_empty())?;
        let [at] = known.as_slice() else { return None };
        let fits = service.is_none_or(|service| self.items[*at].kind.to_ascii_lowercase().contains(service));
        fits.then_some(*at)
    }

    /// Fills the table of names, once all resources are there.
    pub(super) fn name_all(&mut self) {
        let mut names: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (kind, keys) in &ways().called {
            for at in self.of_kind(kind) {
                if let Some(name) = self.first(at, keys).and_then(|(_, text)| self.literal_of(at, text)) {
                    names.entry(name).or_default().push(at);
                }
            }
        }
        self.names = names;
    }
}
