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
            }
        }
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
