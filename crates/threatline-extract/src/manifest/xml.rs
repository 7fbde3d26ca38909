//! XML of strangers: no document type (entities could make it explode), bounded depth and size.

use roxmltree::{Document, ParsingOptions};

/// Parses a text; an error is one clause for `coverage.skipped`.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, &'static str> {
    if depth(text) > 256 {
        return Err("XML nested too deeply");
    }
    let options = ParsingOptions { nodes_limit: 200_000, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => "XML with a document type",
        _ => "not well-formed XML",
    })
}

/// The nesting, roughly: what looks like a start tag counts up, what closes one counts down.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0usize);
    for pair in text.as_bytes().windows(2) {
        match pair {
            b"</" | b"/>" => depth = depth.saturating_sub(1),
            [b'<', next] if next.is_ascii_alphabetic() || *next == b'_' || *next >= 0x80 => depth += 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
