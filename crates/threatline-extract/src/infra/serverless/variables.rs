//! `${self:custom.name, 'default'}` and its relatives, as far as the document itself answers them.

use crate::node::Node;
use threatline_facts::Text;

/// How often a variable may lead to another one.
const DEPTH: usize = 8;

/// A longer value is a program or a document.
const MAX_TEXT: usize = 2 << 10;

/// Parts of one value, whatever its variables lead to.
const MAX_PARTS: usize = 64;

/// Variables of one document.
pub(super) struct Variables<'d> {
    pub(super) document: &'d Node,
}

impl Variables<'_> {
    /// A text with its variables resolved or kept as holes.
    pub(super) fn text(&self, written: &str) -> Text {
        let mut room = MAX_PARTS;
        self.at(written, 0, &mut room)
    }

    fn at(&self, written: &str, depth: usize, room: &mut usize) -> Text {
        if depth > DEPTH || *room == 0 || written.len() > MAX_TEXT {
            return Text::Unknown;
        }
        *room -= 1;
        let mut parts = Vec::new();
        let mut rest = written;
        while let Some(start) = rest.find("${") {
            let Some(length) = closing(&rest[start + 2..]) else { break };
            parts.push(Text::literal(&rest[..start]));
            let inner = &rest[start + 2..start + 2 + length];
            // `${AWS::Region}` is CloudFormation's
            let foreign = inner.starts_with("AWS::") || !inner.contains([':', ',', '(']);
            parts.push(if foreign { Text::Name(inner.to_owned()) } else { self.variable(inner, depth + 1, room) });
            rest = &rest[start + 3 + length..];
        }
        parts.push(Text::literal(rest));
        let joined = Text::join(parts);
        let length: usize = joined.parts().iter().filter_map(Text::as_literal).map(str::len).sum();
        if length > MAX_TEXT { Text::Unknown } else { joined }
    }

    /// The first of several sources that answers.
    fn variable(&self, inner: &str, depth: usize, room: &mut usize) -> Text {
        let sources = split(inner);
        let mut hole = None;
        for source in sources {
            match self.source(source.trim(), depth, room) {
                Some(Text::Unknown) => {
                    hole.get_or_insert(Text::Unknown);
                }
                // what stands outside is taken where there is a default beside it
                Some(Text::Environment { variable, default: None }) if hole.is_none() => hole = Some(Text::Environment { variable, default: None }),
                Some(Text::Name(name)) if hole.is_none() => hole = Some(Text::Name(name)),
                Some(text) => {
                    return match hole {
                        Some(Text::Environment { variable, .. }) => Text::Environment { variable, default: Some(Box::new(text)) },
                        Some(other) => other,
                        None => text,
                    };
                }
                None => {}
            }
        }
        hole.unwrap_or(Text::Unknown)
    }

    fn source(&self, source: &str, depth: usize, room: &mut usize) -> Option<Text> {
        if let Some(quoted) = source.strip_prefix(['\'', '"']) {
            return Some(self.at(quoted.trim_end_matches(['\'', '"']), depth, room));
        }
        let source = if source.contains("${") { self.at(source, depth, room).as_literal()?.to_owned() } else { source.to_owned() };
        let Some((kind, name)) = source.split_once(':') else {
            return Some(Text::literal(source));
        };
        match kind.trim() {
            "self" => self.own(name, depth, room),
            // the stage that a deployment is given; the default that stands beside it, or the framework's
            "opt" if name.trim() == "stage" => None,
            "sls" if name.trim() == "stage" => self.own("provider.stage", depth, room).or_else(|| Some(Text::literal("dev"))),
            "opt" | "param" | "sls" => None,
            "env" => Some(Text::Environment { variable: name.trim().to_owned(), default: None }),
            "ssm" => Some(Text::Name(format!("ssm:{}", name.trim()))),
            "cf" => Some(Text::Unknown),
            kind if kind.starts_with("file(") || kind.starts_with("ssm(") || kind.starts_with("cf(") => Some(Text::Unknown),
            _ => Some(Text::Unknown),
        }
    }

    fn own(&self, path: &str, depth: usize, room: &mut usize) -> Option<Text> {
        let keys: Vec<&str> = path.trim().split('.').filter(|key| !key.is_empty()).collect();
        let node = keys.iter().try_fold(self.document, |node, key| match key.parse::<usize>() {
            Ok(at) if node.is_sequence() => node.items().get(at),
            _ => node.get(key),
        });
        match (node, keys.as_slice()) {
            (Some(node), ["service"]) if node.is_mapping() => Some(self.at(node.str_at(&["name"])?, depth, room)),
            (Some(node), _) => match node.as_str() {
                Some(text) => Some(self.at(text, depth, room)),
                // `{ Ref: Table }` by way of a variable
                None => Some(node.str_at(&["Ref"]).map_or(Text::Unknown, |name| Text::Name(name.to_owned()))),
            },
            (None, ["provider", "stage"]) => Some(Text::literal("dev")),
            (None, _) => None,
        }
    }
}

/// Length of what stands before the brace that closes a variable.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1usize;
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' => {
                open -= 1;
                if open == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Parts at commas that stand in no inner variable, quotes or parentheses.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut open, mut quote) = (Vec::new(), 0, 0i32, None);
    for (at, byte) in text.bytes().enumerate() {
        match (byte, quote) {
            (b'\'' | b'"', None) => quote = Some(byte),
            (byte, Some(opened)) if byte == opened => quote = None,
            (b'{' | b'(', None) => open += 1,
            (b'}' | b')', None) => open -= 1,
            (b',', None) if open == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}
