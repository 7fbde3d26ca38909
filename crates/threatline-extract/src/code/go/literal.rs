//! Strings, runes, format strings and composite literals.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::{Argument, Expression, ExpressionKind as Kind, Span, Type};
use crate::code::walk::{argument, children, construct, expression, named, span, string, unknown};
use tree_sitter::Node;

impl Lowering<'_> {
    /// A string literal's value.
    pub(super) fn string(&self, node: Node) -> String {
        let text = self.text(node);
        match node.kind() {
            "raw_string_literal" => text.trim_matches('`').replace('\r', ""),
            "interpreted_string_literal" => unescape(text.strip_prefix('"').unwrap_or(text).strip_suffix('"').unwrap_or(text)),
            _ => unescape(text.trim_matches('\'')),
        }
    }

    /// `T{…}`, `[]T{…}`, `map[K]V{…}`.
    pub(super) fn composite(&self, node: Node) -> Expression {
        let at = span(node);
        match (node.field("type"), node.field("body")) {
            (Some(made), Some(body)) => self.walk.deeper(|| self.literal(made, body, at)),
            _ => None,
        }
        .unwrap_or_else(|| unknown(Vec::new(), at))
    }

    /// A literal of a type: what its elements are depends on the type, also of elements that leave
    /// theirs out.
    fn literal(&self, made: Node, body: Node, at: Span) -> Expression {
        let shape = self.shape(made);
        match shape.kind() {
            "slice_type" | "array_type" | "implicit_length_array_type" => {
                let element = shape.field("element");
                let values = children(body).into_iter().map(|child| self.element(value_of(child), element));
                expression(Kind::List(values.collect()), at)
            }
            "map_type" => self.map(body, shape.field("key"), shape.field("value"), at),
            "struct_type" if made.kind() == "struct_type" => {
                let entries = self.fields(shape, body).into_iter();
                let entries = entries.map(|field| (string(field.name.unwrap_or_default(), field.value.span), field.value));
                expression(Kind::Map(entries.collect()), at)
            }
            "struct_type" => construct(self.type_of(made), self.fields(shape, body), at),
            _ => self.literal_of_unseen(self.type_of(made), body, at),
        }
    }

    fn map(&self, body: Node, key: Option<Node>, value: Option<Node>, at: Span) -> Expression {
        let entry = |child: Node| {
            let keyed = child.field("key")?;
            Some((self.element(keyed, key), self.element(value_of(child), value)))
        };
        expression(Kind::Map(children(body).into_iter().filter_map(entry).collect()), at)
    }

    /// The fields of a struct literal by name, also when it is written without names.
    fn fields(&self, shape: Node, body: Node) -> Vec<Argument> {
        let declared = self.field_names(shape);
        let mut out = Vec::new();
        for (at, child) in children(body).into_iter().enumerate() {
            match child.field("key") {
                Some(key) => {
                    let key = self.text(key);
                    let field = declared.iter().find(|field| field.0 == key);
                    out.push(named(key, self.element(value_of(child), field.and_then(|field| field.1))));
                }
                None => match declared.get(at) {
                    Some((field, declared)) => out.push(named(*field, self.element(value_of(child), *declared))),
                    None => out.push(argument(self.element(value_of(child), None))),
                },
            }
        }
        out
    }

    /// A literal of a type that another file declares: with plain names as keys it is a struct, with others
    /// a map.
    fn literal_of_unseen(&self, made: Type, body: Node, at: Span) -> Expression {
        let elements = children(body);
        let is_map = elements.iter().filter_map(|child| child.field("key")).any(|key| !is_plain_name(key));
        if is_map {
            return self.map(body, None, None, at);
        }
        let arguments = elements.into_iter().map(|child| {
            let value = self.element(value_of(child), None);
            match child.field("key") {
                Some(key) => named(self.text(key), value),
                None => argument(value),
            }
        });
        construct(made, arguments.collect(), at)
    }

    /// An element; when it leaves out its type, it has the one that is declared for it.
    fn element(&self, node: Node, declared: Option<Node>) -> Expression {
        let node = if node.kind() == "literal_element" { children(node).first().copied().unwrap_or(node) } else { node };
        if node.kind() != "literal_value" {
            return self.expression(node);
        }
        let at = span(node);
        let declared =
            declared.map(|declared| if declared.kind() == "pointer_type" { children(declared).first().copied().unwrap_or(declared) } else { declared });
        let lowered = self.walk.deeper(|| match declared {
            Some(declared) => self.literal(declared, node, at),
            None => self.untyped(node, at),
        });
        lowered.unwrap_or_else(|| unknown(Vec::new(), at))
    }

    /// `{…}` whose type is not in sight.
    fn untyped(&self, node: Node, at: Span) -> Expression {
        let elements = children(node);
        if elements.iter().any(|child| child.kind() == "keyed_element") {
            let entry = |child: Node| {
                let key = child.field("key")?;
                let key = if is_plain_name(key) { string(self.text(key), span(key)) } else { self.element(key, None) };
                Some((key, self.element(value_of(child), None)))
            };
            return expression(Kind::Map(elements.into_iter().filter_map(entry).collect()), at);
        }
        expression(Kind::List(elements.into_iter().map(|child| self.element(child, None)).collect()), at)
    }

    /// `fmt.Sprintf("http://%s:%d", host, port)` as a template. `None` when there are other verbs than
    /// such that print a value.
    pub(super) fn format(&self, arguments: &[Node], at: Span) -> Option<Expression> {
        let (format, values) = arguments.split_first()?;
        if !matches!(format.kind(), "interpreted_string_literal" | "raw_string_literal") {
            return None;
        }
        let text = self.string(*format);
        let mut parts = Vec::new();
        let mut values = values.iter();
        let mut literal = String::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            if letter != '%' {
                literal.push(letter);
                continue;
            }
            let verb = letters.find(|letter| !matches!(letter, '0'..='9' | '.' | '+' | '-' | '#' | ' '))?;
            if verb == '%' {
                literal.push('%');
                continue;
            }
            let value = values.next().filter(|value| verb.is_ascii_alphabetic() && value.kind() != "variadic_argument")?;
            if !literal.is_empty() {
                parts.push(string(std::mem::take(&mut literal), at));
            }
            parts.push(self.expression(*value));
        }
        if !literal.is_empty() || parts.is_empty() {
            parts.push(string(literal, at));
        }
        Some(expression(Kind::Template(parts), at))
    }
}

/// The value of an element, keyed or not.
fn value_of(node: Node<'_>) -> Node<'_> {
    if node.kind() == "keyed_element" { node.field("value").unwrap_or(node) } else { node }
}

fn is_plain_name(key: Node) -> bool {
    let inner = if key.kind() == "literal_element" { key.named_child(0) } else { Some(key) };
    inner.is_some_and(|inner| matches!(inner.kind(), "identifier" | "field_identifier" | "type_identifier"))
}

/// Resolves Go's escapes; a wrong one is left as written.
fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        let Some(escape) = letters.next() else { break };
        let (digits, radix) = match escape {
            'x' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            '0'..='7' => (2, 8),
            other => {
                out.push(simple_escape(other));
                continue;
            }
        };
        let mut code: String = if radix == 8 { escape.to_string() } else { String::new() };
        code.extend(letters.by_ref().take(digits));
        out.extend(u32::from_str_radix(&code, radix).ok().and_then(char::from_u32));
    }
    out
}

fn simple_escape(letter: char) -> char {
    match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'v' => '\u{b}',
        other => other,
    }
}
