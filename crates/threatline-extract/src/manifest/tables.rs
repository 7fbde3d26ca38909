//! Walking TOML tables in the order of the text.

use crate::lines::Lines;
use threatline_facts::{Extracted, Gap};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A parsed TOML text.
pub(crate) struct Tables<'i> {
    root: Spanned<DeTable<'i>>,
    lines: Lines,
    broken: bool,
}

/// One `key = value`.
pub(crate) struct Entry<'t, 'i> {
    /// The key.
    pub(crate) key: &'t str,
    /// The value.
    pub(crate) value: &'t DeValue<'i>,
    /// Where the key stands.
    pub(crate) line: u32,
}

impl<'i> Tables<'i> {
    /// Parses as much as can be parsed; none if that is nothing.
    pub(crate) fn parse(text: &'i str) -> Option<Self> {
        let (root, errors) = DeTable::parse_recoverable(text);
        let broken = !errors.is_empty();
        if broken && root.get_ref().is_empty() {
            return None;
        }
        Some(Self { root, lines: Lines::new(text), broken })
    }

    /// The text as a whole.
    pub(crate) fn root(&self) -> &DeTable<'i> {
        self.root.get_ref()
    }

    /// The value at the end of a path of keys.
    pub(crate) fn value(&self, path: &[&str]) -> Option<&DeValue<'i>> {
        let (last, tables) = path.split_last()?;
        let table = tables.iter().try_fold(self.root(), |table, key| table.get(*key)?.get_ref().as_table())?;
        Some(table.get(*last)?.get_ref())
    }

    /// The text at the end of a path of keys, with its line.
    pub(crate) fn text(&self, path: &[&str]) -> Option<(String, u32)> {
        let text = self.value(path)?.as_str()?.to_owned();
        let (last, tables) = path.split_last()?;
        let table = tables.iter().try_fold(self.root(), |table, key| table.get(*key)?.get_ref().as_table())?;
        let (key, _) = table.get_key_value(*last)?;
        Some((text, self.lines.at(key.span().start)))
    }

    /// The entries of the table at the end of a path of keys, in the order written; none if there is no
    /// such table.
    pub(crate) fn entries(&self, path: &[&str]) -> Vec<Entry<'_, 'i>> {
        match path {
            [] => self.entries_of(self.root()),
            path => self.value(path).and_then(DeValue::as_table).map_or_else(Vec::new, |table| self.entries_of(table)),
        }
    }

    /// The entries of a table, in the order written.
    pub(crate) fn entries_of<'t>(&self, table: &'t DeTable<'i>) -> Vec<Entry<'t, 'i>> {
        let mut entries: Vec<_> = table.iter().map(|(key, value)| (key.span().start, key, value)).collect();
        entries.sort_by_key(|(start, _, _)| *start);
        let entry = |(start, key, value): (usize, &'t Spanned<_>, &'t Spanned<_>)| Entry {
            key: Spanned::<toml::de::DeString<'i>>::get_ref(key),
            value: Spanned::<DeValue<'i>>::get_ref(value),
            line: self.lines.at(start),
        };
        entries.into_iter().map(entry).collect()
    }

    /// The texts in an array, each with its line; what is no text is left out.
    pub(crate) fn texts<'t>(&self, value: Option<&'t DeValue<'i>>) -> Vec<(&'t str, u32)> {
        let items = value.and_then(DeValue::as_array).into_iter().flatten();
        items.filter_map(|item| Some((item.get_ref().as_str()?, self.lines.at(item.span().start)))).collect()
    }

    /// Where a value begins.
    pub(crate) fn line<T>(&self, value: &Spanned<T>) -> u32 {
        self.lines.at(value.span().start)
    }

    /// Adds the gap if not all could be parsed.
    pub(crate) fn admit(&self, mut out: Extracted) -> Extracted {
        if self.broken {
            out.facts.gaps.push(Gap { mark: None, reason: "not all of it is TOML".to_owned(), whole: false });
        }
        out
    }
}
