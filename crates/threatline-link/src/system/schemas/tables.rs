//! Tables as they are once all scripts have run.

use super::super::draft::folder_of;
use super::super::said::At;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::Mark;
use threatline_facts::spec::{SchemaChange, SqlScript, TableChange};

/// Where something stands.
pub(super) type Place = (Arc<str>, Mark);

/// A table in the end.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// As it is written, without its schema.
    pub(super) name: String,
    pub(super) columns: Vec<(String, Place)>,
    /// Where its rows are put under policies.
    pub(super) secured: Option<Place>,
    /// Policies by name; those that show all rows to everybody with their place.
    policies: BTreeMap<String, Option<Place>>,
}

impl Table {
    /// Policies that keep nothing.
    pub(super) fn opened(&self) -> impl Iterator<Item = &Place> {
        self.policies.values().flatten()
    }
}

/// All tables that are left; scripts of different folders know nothing of each other.
pub(super) fn after_all(scripts: &[&At<'_, SqlScript>]) -> Vec<Table> {
    let mut by_folder: BTreeMap<&str, Vec<&At<'_, SqlScript>>> = BTreeMap::new();
    for script in scripts {
        by_folder.entry(series(&script.path)).or_default().push(script);
    }
    let mut out = Vec::new();
    for mut scripts in by_folder.into_values() {
        scripts.sort_by(|a, b| in_order(&a.path, &b.path));
        let mut tables = Tables::default();
        for script in scripts {
            script.it.changes.iter().for_each(|change| tables.change(change, &script.path));
        }
        out.extend(tables.by_name.into_values());
    }
    out
}

/// Whether a script only undoes what another one did.
pub(super) fn leads_back(path: &str) -> bool {
    const WORDS: &[&str] = &["down", "rollback", "undo", "revert"];
    let lower = path.to_ascii_lowercase();
    let (folder, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let last = stem.rsplit(['.', '-', '_']).next().unwrap_or(stem);
    let undoes = name.strip_prefix('u').and_then(|rest| rest.split_once("__")).is_some_and(|(version, _)| is_version(version));
    let folders: BTreeSet<&str> = folder.split('/').collect();
    WORDS.contains(&last) || undoes || WORDS.iter().any(|word| folders.contains(word))
}

fn is_version(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_'))
}

/// The folder whose scripts are run one after the other.
fn series(path: &str) -> &str {
    let folder = folder_of(path);
    let mut end = 0;
    let mut whole = folder.len();
    for part in folder.split_inclusive('/') {
        end += part.len();
        if part.to_ascii_lowercase().contains("migrat") {
            whole = end;
        }
    }
    &folder[..whole]
}

/// As tools order them: numbers by what they count, and what is run again each time behind all that is run once.
fn in_order(a: &str, b: &str) -> Ordering {
    let again = |path: &str| path.rsplit('/').next().is_some_and(|name| name.starts_with("R__"));
    again(a).cmp(&again(b)).then_with(|| pieces(a).cmp(&pieces(b))).then_with(|| a.cmp(b))
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Piece<'p> {
    /// Digits without zeros before them: longer ones count more.
    Number(usize, &'p str),
    Letter(char),
}

fn pieces(path: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = path;
    while let Some(letter) = rest.chars().next() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        if digits > 0 {
            let number = rest[..digits].trim_start_matches('0');
            out.push(Piece::Number(number.len(), number));
            rest = &rest[digits..];
        } else {
            // what ends first comes first: `V1.sql` before `V1_1.sql`
            out.push(Piece::Letter(if letter == '.' { '\0' } else { letter }));
            rest = &rest[letter.len_utf8()..];
        }
    }
    out
}

#[derive(Default)]
struct Tables {
    by_name: BTreeMap<String, Table>,
    /// Their names by the part behind the schema.
    by_short: BTreeMap<String, BTreeSet<String>>,
}

impl Tables {
    /// The table that is meant where one side names its schema and the other does not, if it is one.
    fn known(&self, name: String) -> String {
        if self.by_name.contains_key(&name) {
            return name;
        }
        let alike = self.by_short.get(short(&name)).into_iter().flatten();
        let mut found = alike.filter(|other| name.contains('.') != other.contains('.'));
        let only = found.next().filter(|_| found.next().is_none()).cloned();
        only.unwrap_or(name)
    }

    fn put(&mut self, name: String, table: Table) {
        self.by_short.entry(short(&name).to_owned()).or_default().insert(name.clone());
        self.by_name.insert(name, table);
    }

    fn take(&mut self, name: &str) -> Option<Table> {
        if let Some(names) = self.by_short.get_mut(short(name)) {
            names.remove(name);
        }
        self.by_name.remove(name)
    }

    fn change(&mut self, change: &SchemaChange, path: &Arc<str>) {
        let key = self.known(change.table.to_lowercase());
        let here = (path.clone(), change.mark);
        match &change.what {
            TableChange::Create { columns, unless_there } => {
                if !(*unless_there && self.by_name.contains_key(&key)) {
                    let columns = columns.iter().map(|(name, mark)| (name.clone(), (path.clone(), *mark))).collect();
                    self.put(key, Table { name: short(&change.table).to_owned(), columns, secured: None, policies: BTreeMap::new() });
                }
            }
            TableChange::Drop => _ = self.take(&key),
            TableChange::Rename(to) => {
                if let Some(mut table) = self.take(&key) {
                    short(to).clone_into(&mut table.name);
                    // a new name that stands alone keeps the schema of the old one
                    let schema = key.rsplit_once('.').filter(|_| !to.contains('.')).map(|(schema, _)| format!("{schema}."));
                    self.put(schema.unwrap_or_default() + &to.to_lowercase(), table);
                }
            }
            other => {
                if let Some(table) = self.by_name.get_mut(&key) {
                    table.change(other, here);
                }
            }
        }
    }
}

fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

impl Table {
    fn change(&mut self, what: &TableChange, here: Place) {
        let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
        match what {
            TableChange::AddColumn(name) => {
                if !self.columns.iter().any(|(known, _)| same(known, name)) {
                    self.columns.push((name.clone(), here));
                }
            }
            TableChange::DropColumn(name) => self.columns.retain(|(known, _)| !same(known, name)),
            TableChange::RenameColumn { from, to } => {
                for column in self.columns.iter_mut().filter(|(known, _)| same(known, from)) {
                    *column = (to.clone(), here.clone());
                }
            }
            TableChange::RowSecurity(on) => self.secured = on.then_some(here),
            TableChange::Policy { name, open } => _ = self.policies.insert(name.to_lowercase(), open.then_some(here)),
            TableChange::DropPolicy(name) => _ = self.policies.remove(&name.to_lowercase()),
            TableChange::Create { .. } | TableChange::Drop | TableChange::Rename(_) => {}
        }
    }
}
