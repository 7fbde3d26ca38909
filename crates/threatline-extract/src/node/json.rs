//! JSON and JSON with comments.

use super::{Entry, Kind, MAX_DEPTH, Node};
use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// Parses the one document; none if there is only white space.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, String> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
    let value = parsed.map_err(|_| "not valid JSON".to_owned())?.value;
    let lines = Lines::new(text);
    value.map(|value| lines.node(value, 0)).into_iter().collect()
}

struct Lines {
    /// Offset of each line's first byte.
    starts: Vec<usize>,
}

impl Lines {
    fn new(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Lines { starts: std::iter::once(0).chain(breaks).collect() }
    }

    fn of(&self, offset: usize) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32
    }

    fn span(&self, range: Range) -> (u32, u32) {
        let end = range.end.max(range.start + 1) - 1;
        (self.of(range.start), self.of(end))
    }

    fn node(&self, value: Value<'_>, depth: usize) -> Result<Node, String> {
        if depth >= MAX_DEPTH {
            return Err("nested too deeply".to_owned());
        }
        let (line, end_line) = self.span(value.range());
        let kind = match value {
            Value::StringLit(string) => Kind::Scalar { text: string.value.into_owned(), plain: false },
            Value::NumberLit(number) => Kind::Scalar { text: number.value.to_owned(), plain: true },
            Value::BooleanLit(boolean) => Kind::Scalar { text: boolean.value.to_string(), plain: true },
            Value::NullKeyword(_) => Kind::Scalar { text: String::new(), plain: true },
            Value::Array(array) => Kind::Sequence(array.elements.into_iter().map(|item| self.node(item, depth + 1)).collect::<Result<_, _>>()?),
            Value::Object(object) => {
                let entries = object.properties.into_iter().map(|property| {
                    let line = self.of(property.range.start);
                    let key = match property.name {
                        ObjectPropName::String(string) => string.value.into_owned(),
                        ObjectPropName::Word(word) => word.value.to_owned(),
                    };
                    Ok(Entry { key, line, value: self.node(property.value, depth + 1)? })
                });
                Kind::Mapping(entries.collect::<Result<_, String>>()?)
            }
        };
        Ok(Node { line, end_line, kind, tag: None })
    }
}
