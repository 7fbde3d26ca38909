//! A package while it is being read: places are lines until everything is known, so that marks count
//! up in the order of the text whatever order the reader looked in.

use threatline_facts::manifest::{Dependency, ManifestFact, Package};
use threatline_facts::{Ecosystem, Extracted, Gap};

/// A package that is being read.
pub(super) struct Draft {
    ecosystem: Ecosystem,
    /// Its name and the line of it.
    pub(super) name: Option<(String, u32)>,
    dependencies: Vec<(u32, String, bool)>,
    /// See [`Package::members`].
    pub(super) members: Vec<String>,
    /// See [`Package::runs`].
    pub(super) runs: Option<bool>,
    /// See [`Package::local`].
    pub(super) local: Vec<(String, String)>,
    /// See [`Package::main`].
    pub(super) main: Option<String>,
    /// See [`Package::namespaces`].
    pub(super) namespaces: Vec<(String, String)>,
    gaps: Vec<(u32, String)>,
}

impl Draft {
    /// Nothing is known yet.
    pub(super) fn new(ecosystem: Ecosystem) -> Self {
        let (name, dependencies, members, local) = Default::default();
        Self { ecosystem, name, dependencies, members, runs: None, local, main: None, namespaces: Vec::new(), gaps: Vec::new() }
    }

    /// Adds a dependency; the same name in the same line counts once.
    pub(super) fn depend(&mut self, name: &str, line: u32, development: bool) {
        let dependency = (line, name.to_owned(), development);
        if !name.is_empty() && self.dependencies.last() != Some(&dependency) {
            self.dependencies.push(dependency);
        }
    }

    /// Whether a dependency of that name is known.
    pub(super) fn depends_on(&self, name: &str) -> bool {
        self.dependencies.iter().any(|(_, other, _)| other == name)
    }

    /// Everything is needed only to build or test.
    pub(super) fn all_development(&mut self) {
        self.dependencies.iter_mut().for_each(|(_, _, development)| *development = true);
    }

    /// Adds a member folder, once.
    pub(super) fn member(&mut self, folder: &str) {
        let folder = tidy(folder);
        if !folder.is_empty() && !self.members.contains(&folder) {
            self.members.push(folder);
        }
    }

    /// Adds a package of this repository, once.
    pub(super) fn sibling(&mut self, name: &str, path: &str) {
        let sibling = (name.to_owned(), tidy(path));
        if !self.local.contains(&sibling) {
            self.local.push(sibling);
        }
    }

    /// None of them becomes part of the program.
    pub(super) fn without_siblings(&mut self) {
        self.local.clear();
    }

    /// Adds a folder of a name space.
    pub(super) fn namespace(&mut self, name: &str, folder: &str) {
        self.namespaces.push((name.to_owned(), tidy(folder)));
    }

    /// Something in that line could not be understood.
    pub(super) fn gap(&mut self, line: u32, reason: &str) {
        self.gaps.push((line, reason.to_owned()));
    }

    /// Gives every line its mark and says the package.
    pub(super) fn finish(mut self) -> Extracted {
        let mut out = Extracted::default();
        let name_line = self.name.as_ref().map_or(1, |(_, line)| *line);
        let mark = out.mark(name_line, name_line);
        self.dependencies.sort_by_key(|(line, _, _)| *line);
        let dependencies = self.dependencies.into_iter().map(|(line, name, development)| {
            let mark = out.mark(line, line);
            Dependency { name, development, mark }
        });
        let package = Package {
            ecosystem: self.ecosystem,
            name: self.name.map(|(name, _)| name),
            dependencies: dependencies.collect(),
            members: self.members,
            runs: self.runs,
            local: self.local,
            main: self.main,
            namespaces: self.namespaces,
            mark,
        };
        out.say(ManifestFact::Package(package));
        for (line, reason) in self.gaps {
            let mark = Some(out.mark(line, line));
            out.facts.gaps.push(Gap { mark, reason, whole: false });
        }
        out
    }
}

/// Slashes forward, no `./` before and no `/` behind; a path that is only `.` stays one.
fn tidy(path: &str) -> String {
    let path = path.trim().replace('\\', "/");
    let mut path = path.trim_end_matches('/');
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    if path.is_empty() { ".".to_owned() } else { path.to_owned() }
}
