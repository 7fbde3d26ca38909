//! Imports and exports, of both kinds of module.

use super::Lowering;
use crate::code::parts::Fields;
use crate::code::tree::{Export, Expression, ExpressionKind as Kind, Import, Module, StatementKind};
use crate::code::walk::{assign, child_of_kind, children, name, span};
use tree_sitter::Node;

/// The name under which a module keeps what it makes and offers without a name.
const DEFAULT: &str = "default";

impl Lowering<'_> {
    /// A statement at the top of the file.
    pub(super) fn top(&self, node: Node, module: &mut Module) {
        match node.kind() {
            "import_statement" => self.import(node, module),
            "export_statement" => self.export(node, module),
            // what a function that is called at once keeps from others is at the top of the file all the same
            "expression_statement" if immediate(node).is_some() => {
                let statements = immediate(node).map(children).unwrap_or_default();
                statements.into_iter().for_each(|statement| self.within(statement, module));
            }
            _ => self.within(node, module),
        }
    }

    /// A statement of such a function: one in it is a function like others.
    fn within(&self, node: Node, module: &mut Module) {
        self.requires(node, module);
        let before = module.body.len();
        self.statement(node, &mut module.body);
        let exports = module.body[before..].iter().flat_map(|statement| assigned_exports(&statement.kind)).collect::<Vec<_>>();
        module.exports.extend(exports);
    }

    fn import(&self, node: Node, module: &mut Module) {
        let mut cursor = node.walk();
        let types_only = node.children(&mut cursor).any(|child| child.kind() == "type");
        let from = package(&self.literal(node.field("source")));
        let at = span(node);
        let (imports, types) = (&mut module.imports, &mut module.type_imports);
        let mut put = |local: &str, member: Option<&str>, is_type: bool| {
            let import = Import { local: local.to_owned(), module: from.clone(), member: member.map(str::to_owned), span: at };
            if is_type { types.push(import) } else { imports.push(import) }
        };
        let Some(clause) = child_of_kind(node, "import_clause") else {
            // TypeScript's `import x = require("m")`
            if let Some(required) = child_of_kind(node, "import_require_clause") {
                let module_name = self.literal(required.field("source"));
                let local = child_of_kind(required, "identifier").map(|id| self.walk.text(id)).unwrap_or_default();
                imports.push(Import { local: local.to_owned(), module: module_name, member: None, span: at });
            }
            return;
        };
        for part in children(clause) {
            match part.kind() {
                "identifier" => put(self.walk.text(part), Some("default"), types_only),
                "namespace_import" => {
                    let local = child_of_kind(part, "identifier").map(|id| self.walk.text(id)).unwrap_or_default();
                    put(local, None, types_only);
                }
                "named_imports" => {
                    for specifier in children(part) {
                        let taken = self.walk.field_text(specifier, "name").trim_matches(['"', '\'']);
                        let alias = self.walk.field_text(specifier, "alias");
                        let is_type = types_only || child_of_kind(specifier, "type").is_some();
                        if !taken.is_empty() {
                            put(if alias.is_empty() { taken } else { alias }, Some(taken), is_type);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// `const x = require('m')`, also destructured, with a member, and through TypeScript's interop.
    fn requires(&self, node: Node, module: &mut Module) {
        if !matches!(node.kind(), "lexical_declaration" | "variable_declaration") {
            return;
        }
        for declarator in children(node).into_iter().filter(|child| child.kind() == "variable_declarator") {
            let (Some(target), Some(value)) = (declarator.field("name"), declarator.field("value")) else { continue };
            let Some((from, member)) = self.required(value) else { continue };
            let at = span(declarator);
            let mut add = |local: &str, member: Option<String>| {
                module.imports.push(Import { local: local.to_owned(), module: from.clone(), member, span: at });
            };
            match target.kind() {
                "identifier" => add(self.walk.text(target), member),
                "object_pattern" if member.is_none() => {
                    for part in children(target) {
                        match part.kind() {
                            "shorthand_property_identifier_pattern" => add(self.walk.text(part), Some(self.walk.text(part).to_owned())),
                            "pair_pattern" => {
                                let local = part.field("value").filter(|value| value.kind() == "identifier");
                                if let Some(local) = local {
                                    add(self.walk.text(local), Some(self.walk.field_text(part, "key").to_owned()));
                                }
                            }
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Module and member of `require('m')` and `require('m').member`.
    fn required(&self, node: Node) -> Option<(String, Option<String>)> {
        match node.kind() {
            "call_expression" => {
                let is_require = self.walk.field_text(node, "function") == "require";
                let arguments = children(node.field("arguments")?);
                let only = arguments.first().filter(|only| is_require && only.kind() == "string")?;
                Some((package(&self.literal(Some(*only))), None))
            }
            "member_expression" => {
                let (module, inner) = self.required(node.field("object")?)?;
                let member = self.walk.field_text(node, "property");
                inner.is_none().then(|| (module, Some(member.to_owned())))
            }
            "await_expression" | "parenthesized_expression" => self.required(*children(node).first()?),
            _ => None,
        }
    }

    fn export(&self, node: Node, module: &mut Module) {
        let at = span(node);
        let from = node.field("source").map(|source| self.literal(Some(source)));
        let mut cursor = node.walk();
        let default = node.children(&mut cursor).any(|child| child.kind() == "default");
        if let Some(declaration) = node.field("declaration") {
            let before = module.body.len();
            self.requires(declaration, module);
            self.statement(declaration, &mut module.body);
            if let Some(first) = module.body.get_mut(before) {
                // decorators stand in front of `export`
                self.outer_decorators(node, &mut first.kind);
            }
            let names: Vec<String> = module.body[before..].iter().flat_map(|statement| declared(&statement.kind)).collect();
            for local in names {
                let outside = if default { "default".to_owned() } else { local.clone() };
                module.exports.push(Export { name: outside, value: Some(name(local, at)), from: None, span: at });
            }
            return;
        }
        if let Some(value) = node.field("value") {
            let mut value = self.expression(value);
            // what is made is made once, whoever asks for it, and if nobody does
            if matches!(value.kind, Kind::Call { .. }) {
                module.body.push(assign(name(DEFAULT, at), None, Some(value), at));
                value = name(DEFAULT, at);
            }
            module.exports.push(Export { name: "default".to_owned(), value: Some(value), from: None, span: at });
            return;
        }
        if let Some(clause) = child_of_kind(node, "export_clause") {
            for specifier in children(clause) {
                let local = self.walk.field_text(specifier, "name").to_owned();
                let alias = self.walk.field_text(specifier, "alias");
                let outside = if alias.is_empty() { local.clone() } else { alias.to_owned() };
                let export = match &from {
                    Some(from) => Export { name: outside, value: None, from: Some((from.clone(), local)), span: at },
                    None => Export { name: outside, value: Some(name(local, at)), from: None, span: at },
                };
                module.exports.push(export);
            }
            return;
        }
        if let Some(from) = from {
            let namespace = child_of_kind(node, "namespace_export").and_then(|export| child_of_kind(export, "identifier"));
            let (outside, member) = match namespace {
                Some(id) => (self.walk.text(id).to_owned(), String::new()),
                None => ("*".to_owned(), "*".to_owned()),
            };
            module.exports.push(Export { name: outside, value: None, from: Some((from, member)), span: at });
            return;
        }
        // TypeScript's `export = x`
        if let Some(value) = children(node).into_iter().next_back() {
            let value = self.expression(value);
            module.exports.push(Export { name: "default".to_owned(), value: Some(value), from: None, span: at });
        }
    }

    fn literal(&self, node: Option<Node>) -> String {
        node.map(|node| self.walk.text(node).trim_matches(['"', '\'', '`']).to_owned()).unwrap_or_default()
    }
}

/// Names that a declaration introduces.
fn declared(kind: &StatementKind) -> Vec<String> {
    match kind {
        StatementKind::Function(function) => vec![function.name.clone()],
        StatementKind::Class(class) => vec![class.name.clone()],
        StatementKind::Assign { target, .. } => names(target),
        _ => Vec::new(),
    }
}

fn names(target: &Expression) -> Vec<String> {
    match &target.kind {
        Kind::Name(name) => vec![name.clone()],
        Kind::List(parts) => parts.iter().flat_map(names).collect(),
        Kind::Map(entries) => entries.iter().flat_map(|(_, value)| names(value)).collect(),
        _ => Vec::new(),
    }
}

/// The body of a function that a statement makes and calls at once, handing it nothing: `(function () { … }())`, `(async () => { … })()`.
fn immediate(statement: Node) -> Option<Node> {
    fn inner(node: Node) -> Option<Node> {
        let mut inner = Some(node);
        while inner?.kind() == "parenthesized_expression" {
            inner = inner?.named_child(0);
        }
        inner
    }
    let call = inner(statement.named_child(0)?).filter(|node| node.kind() == "call_expression")?;
    let is_empty = |field: Option<Node<'_>>| field.is_none_or(|list| list.named_child_count() == 0);
    let function = inner(call.field("function")?).filter(|node| matches!(node.kind(), "function_expression" | "arrow_function"))?;
    let is_bare = is_empty(call.field("arguments")) && is_empty(function.field("parameters")) && function.field("parameter").is_none();
    function.field("body").filter(|body| is_bare && body.kind() == "statement_block")
}

/// `module.exports = x`, `module.exports = { a, b }`, `module.exports.a = x`, `exports.a = x`.
fn assigned_exports(kind: &StatementKind) -> Vec<Export> {
    let StatementKind::Assign { target, value: Some(value), .. } = kind else { return Vec::new() };
    let export = |name: &str, value: &Expression| Export { name: name.to_owned(), value: Some(value.clone()), from: None, span: value.span };
    let is = |expression: &Expression, wanted: &str| matches!(&expression.kind, Kind::Name(name) if name == wanted);
    let is_module = |expression: &Expression| matches!(&expression.kind, Kind::Member { object, name } if name == "exports" && is(object, "module"));
    let mut found = Vec::new();
    if is_module(target) {
        found.push(export("default", value));
        if let Kind::Map(entries) = &value.kind {
            for (key, value) in entries {
                match &key.kind {
                    Kind::String(key) => found.push(export(key, value)),
                    Kind::Null => {
                        if let Kind::Call { callee, arguments, .. } = &value.kind
                            && is(callee, "require")
                            && let Some(Kind::String(from)) = arguments.first().map(|argument| &argument.value.kind)
                        {
                            found.push(Export { name: "*".to_owned(), value: None, from: Some((from.clone(), "*".to_owned())), span: value.span });
                        }
                    }
                    _ => {}
                }
            }
        }
    } else if let Kind::Member { object, name } = &target.kind
        && (is(object, "exports") || is_module(object))
    {
        found.push(export(name, value));
    }
    found
}

/// Places from which packages of npm are loaded by their address.
const SHOPS: [&str; 6] = ["npm:", "https://esm.sh/", "https://esm.run/", "https://cdn.skypack.dev/", "https://unpkg.com/", "https://cdn.jsdelivr.net/npm/"];

/// A module by the name of its package, without the place that it is loaded from and its version: `npm:stripe@14`,
/// `https://esm.sh/@supabase/supabase-js@2?target=deno`.
fn package(written: &str) -> String {
    let Some(rest) = SHOPS.iter().find_map(|shop| written.strip_prefix(shop)) else { return written.to_owned() };
    let rest = rest.split(['?', '#']).next().unwrap_or(rest).trim_start_matches(['/', '*']);
    let is_build =
        |part: &str| part == "stable" || part.strip_prefix('v').is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    let unversioned = |part: &str| part.get(1..).and_then(|tail| tail.find('@')).map_or(part, |at| &part[..=at]).to_owned();
    let mut parts = rest.split('/').filter(|part| !part.is_empty() && *part != "+esm").skip_while(|part| is_build(part));
    let Some(first) = parts.next() else { return written.to_owned() };
    // of a scope the version stands at the name in it
    let name = if first.starts_with('@') { parts.next().map_or(first.to_owned(), |name| format!("{first}/{}", unversioned(name))) } else { unversioned(first) };
    std::iter::once(name).chain(parts.map(str::to_owned)).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::package;

    #[test]
    fn packages_are_called_by_their_names_wherever_they_are_loaded_from() {
        for (written, name) in [
            ("npm:stripe@14", "stripe"),
            ("npm:@supabase/supabase-js@2.39", "@supabase/supabase-js"),
            ("https://esm.sh/stripe@14?target=deno", "stripe"),
            ("https://esm.sh/v135/@aws-sdk/client-s3@3/dist", "@aws-sdk/client-s3/dist"),
            ("https://cdn.jsdelivr.net/npm/openai@4/+esm", "openai"),
            ("https://deno.land/x/oak@v12/mod.ts", "https://deno.land/x/oak@v12/mod.ts"),
            ("./stripe", "./stripe"),
            ("vite", "vite"),
        ] {
            assert_eq!(package(written), name);
        }
    }
}
