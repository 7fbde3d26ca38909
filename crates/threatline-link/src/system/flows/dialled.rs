//! Flows that the files say which configure products: a container connects to what the file names that it is given.

use super::super::proxies;
use super::*;

impl<'a> Finder<'_, 'a> {
    /// What products connect to by their files. A file that no container is given is that of the only component that is the product.
    pub(super) fn dialled(&mut self, said: &Said<'a>, folders: &Folders) {
        for file in said.dials.iter().filter(|file| !(self.in_test)(&file.path)) {
            let mut readers = proxies::given(&file.path, &file.it.product, self.drafts, said, folders);
            readers.retain(|at| self.drafts[*at].descriptions.is_empty() || !is_test(self.drafts[*at].environment));
            if readers.is_empty() {
                let mut all = (0..self.drafts.len()).filter(|at| self.drafts[*at].technologies.contains(&file.it.product));
                readers = match (all.next(), all.next()) {
                    (Some(only), None) => vec![only],
                    _ => continue,
                };
            }
            for from in readers {
                self.dials(from, file);
                file.it.providers.iter().for_each(|(provider, has_key, mark)| self.offered(from, file, provider, *has_key, *mark));
            }
        }
    }

    /// Models that somebody else offers.
    fn offered(&mut self, from: usize, file: &At<'a, Dials>, provider: &str, has_key: bool, mark: Mark) {
        let Some(third) = catalogue::third_party(provider) else { return };
        let to = self.third_party(third, &third.name);
        let evidence = vec![Evidence::new(file.path.clone(), Some(mark), EvidenceSource::Infrastructure, &file.it.product)];
        let flow = self.flows.by_key.entry((from, to, Some(third.protocol.clone()))).or_default();
        evidence.iter().for_each(|item| push_new(&mut flow.evidence, item.clone()));
        merge(&mut flow.encrypted, Some(Proved { holds: true, proof: proof(evidence.clone()) }));
        merge(&mut flow.authenticated, has_key.then(|| Proved { holds: true, proof: proof(evidence.clone()) }));
        self.drafts[to].evidence_if_none(evidence);
    }

    fn dials(&mut self, from: usize, file: &At<'a, Dials>) {
        let maps = self.drafts[from].variables.clone();
        let maps = if maps.is_empty() { vec![Variables::new()] } else { maps };
        for (target, mark) in &file.it.addresses {
            for variables in &maps {
                let Resolved { text, mut places } = resolve(target, variables, &Settings::new());
                places.push((file.path.clone(), *mark));
                for address in address::parse(&text.with_defaults()) {
                    if let Some(to) = self.inside(&address, from).filter(|to| *to != from) {
                        self.stated(from, to, &address, &places, &file.it.product);
                    }
                }
            }
        }
    }
}
