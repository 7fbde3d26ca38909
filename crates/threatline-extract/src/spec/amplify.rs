//! What Amplify makes of a schema: a table for each model, with the fields that read and change it, and fields that
//! functions answer.
//!
//! Only a backend of Amplify gives these directives that meaning; whoever joins facts asks for one.

use crate::lines::Lines;
use apollo_parser::cst::{self, CstNode, Definition, Document, ObjectTypeDefinition, Value};
use threatline_facts::infra::{InfraFact, Resource};
use threatline_facts::{Extracted, Mark, Text};

/// Models and fields of one schema.
const MANY: usize = 2000;

/// Types whose fields are ways in.
const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// A resource while it is put together.
struct Made<'o> {
    out: &'o mut Extracted,
    room: usize,
}

/// Says the resources of a schema, if it has models.
pub(super) fn read(document: &Document, lines: &Lines, out: &mut Extracted) {
    let types = || {
        document.definitions().filter_map(|definition| match definition {
            Definition::ObjectTypeDefinition(it) => Some(it),
            _ => None,
        })
    };
    if !types().any(|it| directive(it.directives(), "model").is_some()) {
        return;
    }
    let mut made = Made { out, room: MANY };
    for it in types() {
        let Some(name) = it.name().map(|name| name.text().to_string()) else { continue };
        let line = lines.at(it.syntax().text_range().start().into());
        let mark = made.out.mark(line, line);
        if ROOTS.contains(&name.as_str()) {
            made.root(&name, &it, lines);
        } else if let Some(model) = directive(it.directives(), "model") {
            made.model(&name, &it, &model, mark);
        }
    }
}

impl Made<'_> {
    fn say(&mut self, kind: &str, name: String, attributes: Vec<(&str, Text)>, mark: Mark) {
        if self.room > 0 {
            self.room -= 1;
            let attributes = attributes.into_iter().map(|(key, text)| (key.to_owned(), text, mark)).collect();
            self.out.say(InfraFact::Resource(Resource { kind: kind.to_owned(), name, data_source: false, attributes, mark }));
        }
    }

    /// A table, and the fields that come with it.
    fn model(&mut self, name: &str, it: &ObjectTypeDefinition, model: &cst::Directive, mark: Mark) {
        let table = format!("{name}Table");
        self.say("Amplify::Model", table.clone(), Vec::new(), mark);
        let demand = demand(it.directives());
        let mut fields: Vec<(&str, String)> = Vec::new();
        let list = if name.ends_with(['s', 'y', 'x', 'z', 'h']) { None } else { Some(format!("list{name}s")) };
        fields.extend(told(model, "queries", "get", Some(format!("get{name}"))).map(|field| ("Query", field)));
        fields.extend(told(model, "queries", "list", list).map(|field| ("Query", field)));
        for change in ["create", "update", "delete"] {
            fields.extend(told(model, "mutations", change, Some(format!("{change}{name}"))).map(|field| ("Mutation", field)));
        }
        // fields that an index is asked by
        let on_type = it.directives().into_iter().flat_map(|all| all.directives());
        let on_fields = it.fields_definition().into_iter().flat_map(|all| all.field_definitions());
        let on_fields = on_fields.filter_map(|field| field.directives()).flat_map(|all| all.directives());
        for index in on_type.chain(on_fields).filter(|index| is_called(index, "key") || is_called(index, "index")) {
            fields.extend(argument(&index, "queryField").and_then(|value| text(&value)).map(|field| ("Query", field)));
        }
        for (root, field) in fields {
            self.field(root, &field, Some(Text::Name(table.clone())), demand, mark);
        }
    }

    /// Fields of a root type that the schema writes itself.
    fn root(&mut self, root: &str, it: &ObjectTypeDefinition, lines: &Lines) {
        for field in it.fields_definition().into_iter().flat_map(|all| all.field_definitions()) {
            let Some(name) = field.name().map(|name| name.text().to_string()) else { continue };
            let line = lines.at(field.syntax().text_range().start().into());
            let mark = self.out.mark(line, line);
            let function = directive(field.directives(), "function").and_then(|function| argument(&function, "name")).and_then(|value| text(&value));
            let target = function.map(|name| Text::Name(format!("function:{}", name.trim_end_matches("-${env}"))));
            self.field(root, &name, target, demand(field.directives()), mark);
        }
    }

    fn field(&mut self, root: &str, field: &str, target: Option<Text>, demand: Option<&str>, mark: Mark) {
        let mut attributes = vec![("type", Text::literal(root)), ("field", Text::literal(field))];
        attributes.extend(target.map(|target| ("target", target)));
        attributes.extend(demand.map(|demand| ("auth", Text::literal(demand))));
        self.say("Amplify::Field", format!("{root}.{field}"), attributes, mark);
    }
}

/// What a model's field of that sort is called: as it is told, not at all, or as it always is.
fn told(model: &cst::Directive, group: &str, field: &str, usual: Option<String>) -> Option<String> {
    match argument(model, group) {
        None => usual,
        Some(Value::ObjectValue(group)) => {
            let named = group.object_fields().find(|one| one.name().is_some_and(|name| name.text() == field))?;
            text(&named.value()?)
        }
        Some(_) => None,
    }
}

/// Who is asked for by rules that let nobody in who is not known; none where that is not sure.
fn demand(directives: Option<cst::Directives>) -> Option<&'static str> {
    let auth = directive(directives, "auth")?;
    let Some(Value::ListValue(rules)) = argument(&auth, "rules") else { return None };
    let (mut some, mut closed) = (false, true);
    for rule in rules.values() {
        let Value::ObjectValue(rule) = rule else { return None };
        some = true;
        for one in rule.object_fields() {
            let name = one.name().map(|name| name.text().to_string()).unwrap_or_default();
            let known = matches!(one.value(), Some(Value::EnumValue(value)) if value.name().is_some_and(|name| matches!(&*name.text(), "owner" | "groups" | "private" | "custom")));
            closed &= match name.as_str() {
                "allow" => known,
                // what is left out of a list others may do
                "operations" | "queries" | "mutations" => false,
                _ => true,
            };
        }
    }
    (some && closed).then_some("AUTH")
}

fn directive(directives: Option<cst::Directives>, name: &str) -> Option<cst::Directive> {
    directives?.directives().find(|directive| is_called(directive, name))
}

fn is_called(directive: &cst::Directive, name: &str) -> bool {
    directive.name().is_some_and(|own| own.text() == name)
}

fn argument(directive: &cst::Directive, name: &str) -> Option<Value> {
    directive.arguments()?.arguments().find(|argument| argument.name().is_some_and(|own| own.text() == name))?.value()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::StringValue(text) => Some(String::from(text)).filter(|text| !text.is_empty()),
        _ => None,
    }
}
