//! Lines of places, looked up when they are printed.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use threatline_engine::{Mode, Scan, Session};
use threatline_facts::Mark;
use threatline_model::{Evidence, EvidenceSource};
use threatline_report::Places;

/// First and last line; none where the place is a whole file or cannot be read.
type Lines = Option<(u32, u32)>;

/// The places of one state that was scanned.
pub(crate) struct Lookup<'s> {
    session: &'s Session,
    scan: &'s Scan,
    lines: RefCell<HashMap<(String, Mark), Lines>>,
    texts: RefCell<HashMap<String, Option<Arc<str>>>>,
    /// Repositories that stand in folders of their names, sorted.
    repositories: &'s [String],
}

impl<'s> Lookup<'s> {
    pub(crate) fn new(session: &'s Session, scan: &'s Scan) -> Self {
        Lookup { session, scan, lines: RefCell::default(), texts: RefCell::default(), repositories: &[] }
    }

    /// With repositories that stand in folders of their names.
    pub(crate) fn of_repositories(self, repositories: &'s [String]) -> Self {
        Lookup { repositories, ..self }
    }

    /// Looks many places up at once, each file only once.
    pub(crate) fn prepare<'e>(&self, evidence: impl IntoIterator<Item = &'e Evidence>) {
        let wanted: Vec<&Evidence> = evidence.into_iter().filter(|item| item.mark.is_some()).collect();
        let found = self.session.lines(self.scan, &wanted);
        let mut lines = self.lines.borrow_mut();
        for (item, found) in wanted.into_iter().zip(found) {
            if let Some(mark) = item.mark {
                lines.insert((item.path.to_string(), mark), found);
            }
        }
    }

    fn read(&self, path: &str) -> Option<Arc<str>> {
        let source = self.session.source();
        let revision = &self.scan.revision;
        let (mut oid, rest) = match path.strip_prefix(&revision.prefix) {
            Some(rest) => (revision.root, rest),
            None => (revision.tree, path),
        };
        for part in rest.split('/') {
            let entries = source.tree(&oid).ok()?;
            let entry = entries.iter().find(|entry| entry.name == part)?;
            oid = entry.oid;
            if entry.mode != Mode::Tree {
                let bytes = source.blob(&oid, 1 << 20).ok()?;
                return Some(String::from_utf8_lossy(&bytes).into());
            }
        }
        None
    }
}

impl Places for Lookup<'_> {
    fn lines(&self, path: &str, mark: Mark) -> Option<(u32, u32)> {
        let key = (path.to_owned(), mark);
        if let Some(known) = self.lines.borrow().get(&key) {
            return *known;
        }
        let item = Evidence::new(path.into(), Some(mark), EvidenceSource::Code, "");
        let found = self.session.lines(self.scan, &[&item]).into_iter().next().flatten();
        self.lines.borrow_mut().insert(key, found);
        found
    }

    fn repository<'p>(&self, path: &'p str) -> Option<(&'p str, &'p str)> {
        let rest = |name: &&String| path.strip_prefix(name.as_str())?.strip_prefix('/');
        // of `shop` and `shop/web` the longer one holds the file
        let name = self.repositories.iter().filter(|name| rest(name).is_some()).max_by_key(|name| name.len())?;
        Some((&path[..name.len()], &path[name.len() + 1..]))
    }

    fn text(&self, path: &str, line: u32) -> Option<String> {
        let text = self.texts.borrow_mut().entry(path.to_owned()).or_insert_with(|| self.read(path)).clone()?;
        text.lines().nth(line.checked_sub(1)? as usize).map(str::to_owned)
    }
}
