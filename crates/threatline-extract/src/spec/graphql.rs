//! GraphQL: schemas in the schema definition language, and the operations of clients.
//!
//! What can be asked from outside are the fields of the root types. A schema names them, or they are called
//! `Query`, `Mutation` and `Subscription`; `extend type` adds to one that another file begins.

use crate::lines::Lines;
use apollo_parser::Parser;
use apollo_parser::cst::{CstNode, Definition, FieldDefinition, SchemaDefinition};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::spec::{GraphqlField, GraphqlOperations, GraphqlSchema, SpecFact};
use threatline_facts::{Extracted, Gap, Mark};

/// No type or value nests deeper in what a person writes.
const MAX_DEPTH: usize = 64;
/// A text of more words is read no further.
const MAX_TOKENS: usize = 400_000;
/// Fields that are kept of one file.
const MAX_FIELDS: usize = 10_000;

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let tree = Parser::new(text).recursion_limit(MAX_DEPTH).token_limit(MAX_TOKENS).parse();
    let mut out = Extracted::default();
    let lines = Lines::new(text);
    let document = tree.document();
    let mut roots: BTreeMap<String, &'static str> = ["Query", "Mutation", "Subscription"].into_iter().map(|root| (root.to_owned(), root)).collect();
    for definition in document.definitions() {
        if let Definition::SchemaDefinition(schema) = &definition {
            named_roots(schema, &mut roots);
        }
    }
    let (mut fields, mut known, mut first, mut asks) = (Vec::new(), BTreeSet::new(), None, None);
    for definition in document.definitions() {
        let (name, found) = match &definition {
            Definition::OperationDefinition(_) | Definition::FragmentDefinition(_) => {
                if asks.is_none() {
                    asks = Some(mark(&lines, definition.syntax().text_range().start().into(), &mut out));
                }
                continue;
            }
            Definition::ObjectTypeDefinition(it) => (it.name(), it.fields_definition()),
            Definition::ObjectTypeExtension(it) => (it.name(), it.fields_definition()),
            _ => continue,
        };
        let (Some(root), Some(found)) = (name.and_then(|name| roots.get(name.text().as_str()).copied()), found) else { continue };
        let at = mark(&lines, definition.syntax().text_range().start().into(), &mut out);
        first = first.or(Some(at));
        for field in found.field_definitions().take(MAX_FIELDS) {
            let Some(name) = field.name().map(|name| name.text().to_string()) else { continue };
            if known.len() < MAX_FIELDS && known.insert((root, name.clone())) {
                fields.push(self::field(root, name, &field, &lines, &mut out));
            }
        }
    }
    if let Some(mark) = first {
        out.say(SpecFact::GraphqlSchema(GraphqlSchema { fields, mark }));
    }
    if let Some(mark) = asks {
        out.say(SpecFact::GraphqlOperations(GraphqlOperations { mark }));
    }
    super::amplify::read(&document, &lines, &mut out);
    if let Some(error) = tree.errors().next() {
        let mark = mark(&lines, error.index(), &mut out);
        out.facts.gaps.push(Gap { mark: Some(mark), reason: "not valid GraphQL".to_owned(), whole: out.facts.facts.is_empty() });
    }
    out
}

/// `schema { query: Root }`.
fn named_roots(schema: &SchemaDefinition, roots: &mut BTreeMap<String, &'static str>) {
    for named in schema.root_operation_type_definitions() {
        let Some(operation) = named.operation_type() else { continue };
        let root = match (operation.query_token(), operation.mutation_token()) {
            (Some(_), _) => "Query",
            (_, Some(_)) => "Mutation",
            _ => "Subscription",
        };
        if let Some(name) = named.named_type().and_then(|it| it.name()) {
            roots.retain(|_, other| *other != root);
            roots.insert(name.text().to_string(), root);
        }
    }
}

fn field(root: &str, name: String, field: &FieldDefinition, lines: &Lines, out: &mut Extracted) -> GraphqlField {
    let arguments = field.arguments_definition().map(|all| all.input_value_definitions().filter_map(|it| Some(it.name()?.text().to_string())).collect());
    let at = field.name().map_or(field.syntax().text_range(), |name| name.syntax().text_range());
    let mark = mark(lines, at.start().into(), out);
    GraphqlField { root: root.to_owned(), name, arguments: arguments.unwrap_or_default(), mark }
}

fn mark(lines: &Lines, offset: usize, out: &mut Extracted) -> Mark {
    let line = lines.at(offset);
    out.mark(line, line)
}
