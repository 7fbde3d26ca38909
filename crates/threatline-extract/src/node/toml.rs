//! TOML as the same tree.

use super::{Entry, Kind, MAX_DEPTH, Node};
use crate::lines::Lines;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Parses the one document; none if nothing stands in it.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, String> {
    // names in names are kept as tables in tables, and nobody counts them
    if text.lines().any(|line| {
        line.bytes().filter(|byte| *byte == b'.').count() > MAX_DEPTH && line.split('=').next().is_some_and(|key| key.matches('.').count() > MAX_DEPTH)
    }) {
        return Err("nested too deeply".to_owned());
    }
    let root = DeTable::parse(text).map_err(|_| "not valid TOML".to_owned())?;
    let reader = Reader { lines: Lines::new(text), text };
    let node = reader.table(root.get_ref(), (0, text.len()), 0)?;
    Ok(if node.entries().is_empty() { Vec::new() } else { vec![node] })
}

struct Reader<'t> {
    lines: Lines,
    text: &'t str,
}

impl Reader<'_> {
    fn table(&self, table: &DeTable<'_>, span: (usize, usize), depth: usize) -> Result<Node, String> {
        if depth >= MAX_DEPTH {
            return Err("nested too deeply".to_owned());
        }
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let entries = entries.into_iter().map(|(key, value)| {
            let line = self.lines.at(key.span().start);
            Ok(Entry { key: key.get_ref().to_string(), line, value: self.value(value, depth + 1)? })
        });
        let entries: Vec<Entry> = entries.collect::<Result<_, String>>()?;
        let (line, own_end) = self.span(span);
        // a table ends with its last value: its own span may only be that of its header
        let end_line = entries.iter().map(Entry::end_line).max().unwrap_or(line).max(own_end.min(line));
        Ok(Node { line, end_line, kind: Kind::Mapping(entries), tag: None })
    }

    fn value(&self, value: &Spanned<DeValue<'_>>, depth: usize) -> Result<Node, String> {
        if depth >= MAX_DEPTH {
            return Err("nested too deeply".to_owned());
        }
        let span = value.span();
        let (line, end_line) = self.span((span.start, span.end));
        let scalar = |text: String, plain| Node { line, end_line, kind: Kind::Scalar { text, plain }, tag: None };
        Ok(match value.get_ref() {
            DeValue::String(text) => scalar(text.to_string(), false),
            DeValue::Boolean(known) => scalar(known.to_string(), true),
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) => scalar(self.text.get(span).unwrap_or_default().to_owned(), true),
            DeValue::Array(items) => {
                let items: Vec<Node> = items.iter().map(|item| self.value(item, depth + 1)).collect::<Result<_, _>>()?;
                let end_line = items.iter().map(|item| item.end_line).max().unwrap_or(line).max(end_line);
                Node { line, end_line, kind: Kind::Sequence(items), tag: None }
            }
            DeValue::Table(table) => self.table(table, (span.start, span.end), depth)?,
        })
    }

    fn span(&self, (start, end): (usize, usize)) -> (u32, u32) {
        (self.lines.at(start), self.lines.at(end.max(start + 1) - 1))
    }
}
