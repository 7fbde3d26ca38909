//! Ways in that a schema tells: GraphQL's fields of the roots, and records of procedures.

use super::*;

/// How deep records of procedures hold others.
const MAX_NESTING: usize = 12;
/// The types whose fields are asked for from outside, unless a schema says otherwise.
const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

impl<'a> Evaluator<'a> {
    /// A schema and what resolves it: each field of a root type is a way in.
    pub(super) fn graphql(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<Val> {
        let mut fields: Vec<Field> = Vec::new();
        for value in self.select(rule.of.as_ref(), site) {
            let mut texts = Vec::new();
            self.gather_texts(&value, &mut texts, 0);
            texts.iter().for_each(|text| read_schema(text, &mut fields));
        }
        let resolvers: Vec<Val> = self.select(rule.handler.as_ref(), site);
        let known = fields.len();
        for resolver in &resolvers {
            self.resolved(resolver, &mut fields, known == 0, 0);
        }
        let place = self.place(&pack.name);
        let router = self.single(&format!("{}:graphql", pack.name), None);
        for field in fields {
            let path = Text::literal(format!("{}.{}", field.root, field.name));
            let is_known =
                self.objects[router].events.iter().any(|event| matches!(event, Event::Route(route) if route.path == path && route.place.path == place.path));
            if is_known {
                continue;
            }
            let route = Route {
                answered_by: Vec::new(),
                choice: None,
                unplaced: false,
                kind: EntryPointKind::Graphql,
                methods: vec![None],
                told: true,
                path,
                handler: field.handler,
                takes: Vec::new(),
                // What stands before all of them is the server's, which may lie anywhere.
                guards: vec![Guard { value: Val::Unknown, place: place.clone() }],
                place: place.clone(),
                typed: false,
                parameters: field.arguments.iter().map(|name| parameter(name, "body")).collect(),
            };
            self.objects[router].events.push(Event::Route(Rc::new(route)));
        }
        self.given(pack, rule).map(|ty| Val::Object(self.fresh(ty)))
    }

    /// Texts in lists, and in what a library's function was given (`gql`).
    fn gather_texts(&mut self, value: &Val, out: &mut Vec<String>, depth: usize) {
        match value {
            Val::Text(text) => out.push(text.with_defaults()),
            Val::List(items) if depth < 6 => items.iter().take(256).for_each(|item| self.gather_texts(item, out, depth + 1)),
            Val::Made(made) if depth < 6 => made.arguments.iter().for_each(|argument| self.gather_texts(&argument.value, out, depth + 1)),
            Val::Module(_) if depth < 6 => {
                let value = self.plain_value(value.clone());
                if !matches!(value, Val::Module(_)) {
                    self.gather_texts(&value, out, depth + 1);
                }
            }
            _ => {}
        }
    }

    /// Resolvers of fields; where no schema could be read, they tell the fields.
    fn resolved(&mut self, value: &Val, fields: &mut Vec<Field>, alone: bool, depth: usize) {
        match value {
            Val::List(items) if depth < 6 => items.iter().take(256).for_each(|item| self.resolved(item, fields, alone, depth + 1)),
            Val::Made(made) if depth < 6 => made.arguments.iter().for_each(|argument| self.resolved(&argument.value, fields, alone, depth + 1)),
            Val::Module(_) if depth < 6 => {
                for root in ROOTS {
                    if let Val::Map(inner) = self.member(value, root) {
                        self.resolved(&Val::Map(Rc::new(vec![(root.to_owned(), Val::Map(inner))])), fields, alone, depth + 1);
                    }
                }
            }
            Val::Map(entries) => {
                for (root, inner) in entries.iter() {
                    let (true, Val::Map(inner)) = (ROOTS.contains(&root.as_str()), inner) else { continue };
                    for (name, handler) in inner.iter() {
                        let handler = match handler {
                            Val::Map(parts) => {
                                parts.iter().find(|(key, _)| key == "subscribe" || key == "resolve").map_or(Val::Unknown, |(_, value)| value.clone())
                            }
                            handler => handler.clone(),
                        };
                        match fields.iter_mut().find(|field| field.root == *root && field.name == *name) {
                            Some(field) => field.handler = handler,
                            None if alone => fields.push(Field { root: root.clone(), name: name.clone(), arguments: Vec::new(), handler }),
                            None => {}
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// A record of procedures, and of records: each is a way in by its dotted name.
    pub(super) fn expose(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<Val> {
        let record = self.pick(rule.child.as_ref(), site)?;
        let path = self.pick(rule.path.as_ref(), site).map_or(Text::literal(""), |value| as_text(&value));
        let place = self.place(&pack.name);
        let router = match self.given(pack, rule) {
            Some(ty) => self.object(Object { ty: Some(ty), place: Some(place.clone()), ..Object::default() }),
            None => self.single(&format!("{}:{}", pack.name, path.with_defaults()), None),
        };
        let Val::Object(record) = record else { return Some(Val::Object(router)) };
        let mut found = Vec::new();
        self.procedures(record, "", &mut found, 0);
        for (name, id) in found {
            let guards = self.objects[id].guards.clone();
            for handler in self.objects[id].handlers.clone() {
                let path = Text::literal(super::super::text::under(&path.with_defaults(), &name));
                let is_known = self.objects[router].events.iter().any(|event| matches!(event, Event::Route(route) if route.path == path));
                if is_known {
                    continue;
                }
                let asks = handler.methods.iter().any(|method| method.as_deref() == Some("GET"));
                let told = self.objects[id].parameters.iter().map(|one| parameter(&one.name, if asks && one.place == "body" { "query" } else { &one.place }));
                let parameters = told.collect();
                let is_stream = handler.methods.iter().all(|method| method.as_deref() == Some("SUBSCRIBE"));
                let route = Route {
                    answered_by: Vec::new(),
                    choice: None,
                    unplaced: false,
                    kind: if is_stream { EntryPointKind::Websocket } else { EntryPointKind::Http },
                    methods: if is_stream { vec![None] } else { handler.methods.clone() },
                    told: true,
                    path,
                    handler: handler.handler.clone(),
                    takes: Vec::new(),
                    guards: [guards.clone(), handler.guards.clone()].concat(),
                    place: self.objects[id].place.clone().unwrap_or_else(|| place.clone()),
                    typed: false,
                    parameters,
                };
                self.objects[router].events.push(Event::Route(Rc::new(route)));
            }
        }
        Some(Val::Object(router))
    }

    fn procedures(&mut self, id: ObjectId, above: &str, out: &mut Vec<(String, ObjectId)>, depth: usize) {
        if depth > MAX_NESTING || out.len() > MOST_ITEMS {
            return;
        }
        for (name, value) in self.objects[id].fields.clone() {
            let name = if above.is_empty() { name } else { format!("{above}.{name}") };
            match value {
                Val::Object(inner) if !self.objects[inner].handlers.is_empty() => out.push((name, inner)),
                Val::Object(inner) if inner != id => self.procedures(inner, &name, out, depth + 1),
                Val::Map(entries) => {
                    for (key, value) in entries.iter() {
                        if let Val::Object(inner) = value {
                            match self.objects[*inner].handlers.is_empty() {
                                false => out.push((format!("{name}.{key}"), *inner)),
                                true => self.procedures(*inner, &format!("{name}.{key}"), out, depth + 1),
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// A field of a root type.
struct Field {
    root: String,
    name: String,
    arguments: Vec<String>,
    handler: Val,
}

/// Reads the fields of the root types out of a schema's text. What is no schema says nothing.
fn read_schema(text: &str, out: &mut Vec<Field>) {
    let words = words(text);
    let mut at = 0;
    while at < words.len() {
        let (Some("type"), Some(root)) = (words.get(at).copied(), words.get(at + 1).copied()) else {
            at += 1;
            continue;
        };
        at += 2;
        if !ROOTS.contains(&root) {
            continue;
        }
        // interfaces and directives before the fields
        while words.get(at).is_some_and(|word| !matches!(*word, "{" | "type" | "}")) {
            at += 1;
        }
        if words.get(at) != Some(&"{") {
            continue;
        }
        at += 1;
        while let Some(name) = words.get(at).copied().filter(|word| *word != "}") {
            let mut arguments = Vec::new();
            at += 1;
            if words.get(at) == Some(&"(") {
                at = read_arguments(&words, at + 1, &mut arguments);
            }
            if words.get(at) != Some(&":") {
                continue;
            }
            if is_name(name) {
                out.push(Field { root: root.to_owned(), name: name.to_owned(), arguments, handler: Val::Unknown });
            }
            at = after_type(&words, at + 1);
        }
    }
}

/// Names before colons, up to the bracket that closes.
fn read_arguments(words: &[&str], mut at: usize, out: &mut Vec<String>) -> usize {
    let mut depth = 1_usize;
    while let Some(word) = words.get(at) {
        match *word {
            "(" | "{" | "[" => depth += 1,
            ")" | "}" | "]" => depth -= 1,
            word if depth == 1 && is_name(word) && words.get(at + 1) == Some(&":") => out.push(word.to_owned()),
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at
}

/// Behind a type and its directives.
fn after_type(words: &[&str], mut at: usize) -> usize {
    while matches!(words.get(at), Some(&"[")) {
        at += 1;
    }
    at += 1;
    while matches!(words.get(at), Some(&("]" | "!"))) {
        at += 1;
    }
    while words.get(at).is_some_and(|word| word.starts_with('@')) {
        at += 1;
        if words.get(at) == Some(&"(") {
            at = read_arguments(words, at + 1, &mut Vec::new());
        }
    }
    at
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// Names and signs of a schema, without descriptions and comments.
fn words(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let end = match letter {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' if rest.starts_with("\"\"\"") => rest[3..].find("\"\"\"").map_or(rest.len(), |end| end + 6),
            '"' => rest[1..].find(['"', '\n']).map_or(rest.len(), |end| end + 2),
            '@' => rest[1..].find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).map_or(rest.len(), |end| end + 1),
            letter if letter.is_ascii_alphanumeric() || letter == '_' => rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len()),
            letter => letter.len_utf8(),
        };
        let (word, next) = rest.split_at(end.min(rest.len()));
        if !word.starts_with(['#', '"']) && !word.starts_with(char::is_whitespace) && word != "," {
            out.push(word);
        }
        rest = next;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_roots_are_read_and_nothing_else() {
        let text = "
\"\"\" type Query { no: Int } \"\"\"
type User { id: ID! posts(first: Int): [Post!]! }
extend type Query @key(fields: \"id\") {
  \"one (of many)\"
  user(id: ID!, by: Filter = { name: \"a\" }): User @auth(role: \"x\") # last: Int
  users: [[User!]]!
}
type Mutation { add(input: In!): User }
";
        let mut out = Vec::new();
        read_schema(text, &mut out);
        let shown: Vec<_> = out.iter().map(|field| format!("{}.{}({})", field.root, field.name, field.arguments.join(","))).collect();
        assert_eq!(shown, ["Query.user(id,by)", "Query.users()", "Mutation.add(input)"]);
        for broken in ["type Query", "type Query {", "type Query { a(", "type Query { ( : ! }", "\"\"\"", "type Query { ü: Int"] {
            read_schema(broken, &mut Vec::new());
        }
    }
}
