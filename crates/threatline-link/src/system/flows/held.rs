//! Addresses that a program holds in its hand: written in its code, standing there for a variable that nobody sets, or in a file of
//! configuration that it opens by itself.
//!
//! Who writes another component's address into a program means to connect to it, even where the call that uses it was not understood.

use super::super::draft::folder_of;
use super::*;
use threatline_facts::infra::{OwnAddresses, Platform};

/// From whom, to whom, at which address, and what shows it.
type Held = (usize, usize, Address, Vec<Evidence>);

/// Names that code asks a file of configuration for, by the component and as they are compared, with the place of the first.
type Named<'s> = BTreeMap<usize, BTreeMap<String, &'s Place>>;

impl<'a> Finder<'_, 'a> {
    /// Adds what is held by one program alone: in source that several are built of nobody knows who uses it.
    pub(super) fn held(&mut self, around: &Around<'_, 'a>) {
        let Around { composed, ownership, said, in_test, settings, .. } = around;
        let programs = Programs::new(ownership);
        let mut found: Vec<Held> = Vec::new();
        for (written, variable, place) in composed.held.iter().filter(|(.., place)| !in_test(&place.path)) {
            for from in programs.of(&place.path, ownership, self.drafts) {
                if !variable.as_ref().is_some_and(|variable| self.is_set(from, variable)) {
                    self.look_up(from, written, vec![code(place)], &mut found);
                }
            }
        }
        for (variable, default, place) in composed.reads.iter().filter(|(.., place)| !in_test(&place.path)) {
            let Some(written) = default.as_ref().and_then(Text::as_literal).filter(|written| names_a_host(variable) || written.contains(':')) else { continue };
            for from in programs.of(&place.path, ownership, self.drafts) {
                if !self.is_set(from, variable) {
                    self.look_up(from, written, vec![code(place)], &mut found);
                }
            }
        }
        for (from, own) in settings.iter().enumerate() {
            self.settings(from, own, &programs, &mut found);
        }
        let mut named: Named<'_> = BTreeMap::new();
        for (name, place) in composed.named.iter().filter(|(_, place)| !in_test(&place.path)) {
            for from in ownership.of(&place.path) {
                named.entry(*from).or_default().entry(squashed(name)).or_insert(place);
            }
        }
        for file in said.own_addresses.iter().filter(|file| !named.is_empty() && !in_test(&file.path)) {
            self.asked_for(file, &named, (ownership, &programs), &mut found);
        }
        // of two who hold each other's addresses, the one that is known to ask is the one that does
        found.retain(|(from, to, ..)| !self.joins(*from, *to) && !self.joins(*to, *from));
        for (from, to, address, evidence) in found {
            let key = (from, to, self.protocol(None, Some(&address), to));
            let flow = self.flows.by_key.entry(key).or_default();
            evidence.iter().for_each(|item| push_new(&mut flow.evidence, item.clone()));
            merge(&mut flow.encrypted, address.encrypted.map(|holds| Proved { holds, proof: proof(evidence) }));
            flow.unknown_credential = true;
            self.spoken_to(to, Some(&address));
        }
    }

    fn is_set(&self, at: usize, variable: &str) -> bool {
        self.drafts[at].variables.iter().any(|variables| by_path(variables, variable).is_some())
    }

    /// What a program's framework is configured with under keys of the program's own choice.
    fn settings(&self, from: usize, own: &Settings, programs: &Programs<'_>, found: &mut Vec<Held>) {
        // a key that a library asks for is judged with the library, and what is handed out to all is told of nobody
        let of_library =
            |key: &str| catalogue::is_address_key(key) || catalogue::connections().iter().any(|known| known.keys.contains(&catalogue::setting(key)));
        let chosen = own.iter().filter(|(key, _)| !of_library(key) && !catalogue::holds_others(key));
        for (key, setting) in chosen {
            let resolved = resolve(&setting.value, self.drafts[from].variables.first().unwrap_or(&Variables::new()), own);
            let written = resolved.text.with_defaults();
            let last = key.rsplit(['.', ':']).next().unwrap_or(key);
            let sure = written.contains(':') || ["host", "hostname", "server"].iter().any(|word| last.to_ascii_lowercase().ends_with(word));
            if sure {
                let mut here = Vec::new();
                let place = Evidence::new(setting.path.clone(), Some(setting.mark), EvidenceSource::Infrastructure, "configuration");
                self.look_up(from, &written, vec![place], &mut here);
                if !here.is_empty() && self.is_innermost(from, &setting.path, programs) {
                    found.append(&mut here);
                }
            }
        }
    }

    /// Those of the addresses in a text at which something is deployed.
    fn look_up(&self, from: usize, written: &str, evidence: Vec<Evidence>, found: &mut Vec<Held>) {
        for address in address::parse(written) {
            if let Some(to) = self.inside(&address, from).filter(|to| self.is_beside(from, *to) && !is_test(self.drafts[*to].environment)) {
                found.push((from, to, address, evidence.clone()));
            }
        }
    }

    /// Whether a file lies among the source of a component, and of those beside it deeper in none.
    fn is_innermost(&self, from: usize, path: &str, programs: &Programs<'_>) -> bool {
        let depth = |at: usize| self.drafts[at].roots.iter().filter(|root| root.holds(path)).filter_map(|root| root.depth(path)).max();
        let Some(own) = depth(from) else { return false };
        let others = (0..self.drafts.len()).filter(|at| *at != from && (self.is_beside(from, *at) || self.drafts[*at].descriptions.is_empty()));
        others.filter_map(|at| Some((at, depth(at)?))).all(|(at, depth)| depth < own || depth == own && programs.files.get(&at) == programs.files.get(&from))
    }

    /// Whether something that is deployed stands in a network of the other one's, or in any where that one is not deployed.
    fn is_beside(&self, from: usize, to: usize) -> bool {
        let groups = |at: usize| self.drafts[at].descriptions.iter().map(|description| description.group).collect::<BTreeSet<_>>();
        !groups(to).is_empty() && (groups(from).is_empty() || !groups(from).is_disjoint(&groups(to)))
    }

    /// Addresses in a file that code names, under keys that code names, too.
    fn asked_for(&self, file: &At<'a, OwnAddresses>, named: &Named<'_>, (ownership, programs): (&Ownership, &Programs<'_>), found: &mut Vec<Held>) {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let folder = folder_of(&file.path).trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        for (from, names) in named {
            let draft = &self.drafts[*from];
            let is_near = draft.roots.iter().any(|root| file.path.starts_with(root.folder.as_str()));
            // by its own name, or by that of its folder where a library finds what is in there
            let is_opened = names.keys().any(|known| *known == squashed(stem) || known.ends_with(&squashed(name))) || names.contains_key(&squashed(folder));
            // another file that a cluster puts in its place
            let is_replaced = |description: &super::super::draft::Description<'_>| {
                let mut mounts = description.workload.containers.iter().flat_map(|container| &container.mounts);
                description.workload.platform == Platform::Kubernetes && mounts.any(|mount| mount.kind == MountKind::Config && mount.target.ends_with(name))
            };
            let replaced = !draft.descriptions.is_empty() && draft.descriptions.iter().all(is_replaced);
            if !is_near || !is_opened || replaced {
                continue;
            }
            for (key, written, mark) in &file.it.addresses {
                let parts = || key.split('.').map(squashed);
                let asked =
                    names.get(&squashed(key)).or_else(|| parts().all(|part| names.contains_key(&part)).then(|| names.get(&parts().next_back()?)).flatten());
                // what all programs of a module share is told of none, unless the file is one's own
                let Some(place) = asked.filter(|place| !programs.of(&place.path, ownership, self.drafts).is_empty() || self.is_only(*from, &file.path)) else {
                    continue;
                };
                let evidence = vec![Evidence::new(file.path.clone(), Some(*mark), EvidenceSource::Infrastructure, "configuration"), code(place)];
                self.look_up(*from, &written.with_defaults(), evidence, found);
            }
        }
    }

    /// Whether a file lies among the source of that component and of no other.
    fn is_only(&self, from: usize, path: &str) -> bool {
        let holds = |draft: &Draft<'_>| draft.roots.iter().any(|root| root.holds(path));
        (0..self.drafts.len()).all(|at| holds(&self.drafts[at]) == (at == from))
    }
}

/// Source by component, to tell deployments of one program from programs that share source.
struct Programs<'o> {
    files: BTreeMap<usize, BTreeSet<&'o str>>,
}

impl<'o> Programs<'o> {
    fn new(ownership: &'o Ownership) -> Self {
        let mut files: BTreeMap<usize, BTreeSet<&'o str>> = BTreeMap::new();
        for path in ownership.paths() {
            ownership.of(path).iter().for_each(|at| _ = files.entry(*at).or_default().insert(path));
        }
        Programs { files }
    }

    /// The components that run the program which a file is of; none where it is part of several. A file that says nothing else is of whoever
    /// has the folder around it.
    fn of(&self, path: &str, ownership: &Ownership, drafts: &[Draft<'_>]) -> Vec<usize> {
        let mut owners = ownership.of(path).to_vec();
        if owners.is_empty() {
            let depth = |at: &usize| drafts[*at].roots.iter().filter(|root| root.holds(path)).filter_map(|root| root.depth(path)).max();
            let deepest = (0..drafts.len()).filter_map(|at| depth(&at)).max();
            owners = (0..drafts.len()).filter(|at| deepest.is_some() && depth(at) == deepest).collect();
        }
        // `geo` and `./geo`; what one does not say is what the other says
        let commands = |at: usize| -> BTreeSet<String> {
            let containers = drafts[at].descriptions.iter().flat_map(|description| &description.workload.containers).filter(|container| !container.init);
            let told = containers.filter_map(|container| Some(container.command.first()?.with_defaults()));
            told.map(|word| word.rsplit('/').next().unwrap_or(&word).to_owned()).collect()
        };
        let alike = |a: BTreeSet<String>, b: BTreeSet<String>| a.is_empty() || b.is_empty() || !a.is_disjoint(&b);
        let same = |other: &usize| self.files.get(other) == self.files.get(&owners[0]) && alike(commands(*other), commands(owners[0]));
        if owners.iter().skip(1).all(same) { owners } else { Vec::new() }
    }
}

/// A name in the form in which two spellings of it are compared.
fn squashed(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}
