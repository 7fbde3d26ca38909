//! A GraphQL schema that classes tell: the fields of the root types are ways in, and whatever resolves them answers.

use super::*;
use crate::compose::library::starred;
use crate::compose::value::Scope;
use threatline_facts::code::{Call, Value};

/// So many classes are put together to one root at most.
const MOST_CLASSES: usize = 256;

/// What resolves a field, and what is told of it.
struct Field {
    name: String,
    handler: Val,
    guards: Vec<Guard>,
    place: crate::compose::Place,
    parameters: Vec<Parameter>,
}

impl<'a> Evaluator<'a> {
    /// The roots of a schema by the classes that hold their fields.
    pub(super) fn roots(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let router = self.single(&format!("{}:graphql", pack.name), None);
        for (root, selectors) in &rule.declares {
            let mut classes = Vec::new();
            for value in self.select(Some(selectors), site) {
                gather_classes(&value, &mut classes, 0);
            }
            let mut at = 0;
            while at < classes.len() && classes.len() < MOST_CLASSES {
                let (file, class) = classes[at];
                let bases = self.bases(file, class).0;
                classes.extend(bases.into_iter().filter(|base| !classes.contains(base)).collect::<Vec<_>>());
                at += 1;
            }
            for (file, class) in classes {
                for field in self.fields_of_root(pack, rule, file, class) {
                    self.push_field(router, root, field);
                }
            }
        }
    }

    fn push_field(&mut self, router: ObjectId, root: &str, field: Field) {
        let path = Text::literal(format!("{root}.{}", field.name));
        if self.objects[router].events.iter().any(|event| matches!(event, Event::Route(route) if route.path == path && route.place.path == field.place.path)) {
            return;
        }
        // what stands before all of them is the server's, which may lie anywhere
        let server = Guard { value: Val::Unknown, place: field.place.clone() };
        let route = Route {
            kind: EntryPointKind::Graphql,
            told: true,
            path,
            guards: std::iter::once(server).chain(field.guards).collect(),
            parameters: field.parameters,
            ..crate::compose::annotated::plain_route(field.handler, field.place)
        };
        self.objects[router].events.push(Event::Route(Rc::new(route)));
    }

    fn fields_of_root(&mut self, pack: &'static Pack, rule: &CallRule, file: FileId, class: u32) -> Vec<Field> {
        let source = self.program.source(file);
        let declared = &source.classes[class as usize];
        let (before, mark) = (std::mem::replace(&mut self.file, file), self.mark);
        let scope = self.globals(file);
        let mut out = Vec::new();
        for index in &declared.methods {
            let function = &source.functions[*index as usize];
            let exposed = function.annotations.iter().find(|one| self.is_exposing(one, rule, &scope));
            let Some(by) = exposed else { continue };
            self.mark = function.mark;
            let handler = self.behind_decorators(file, *index);
            out.push(self.field_told(pack, rule, &function.name, Some(by), handler, &scope));
        }
        for field in &declared.fields {
            let Some(Value::Call(by)) = &field.value else { continue };
            if field.name.starts_with('_') || !self.is_exposing(by, rule, &scope) && self.class_that_answers(by, rule, &scope).is_none() {
                continue;
            }
            self.mark = field.mark;
            let resolver = rule.resolved_by.as_ref().map(|form| form.replace("{name}", &field.name));
            let method = resolver.and_then(|name| self.class_method(file, class, &name));
            let handler = match (self.class_that_answers(by, rule, &scope), method) {
                (Some(answering), _) => answering,
                (None, Some((at, index))) => self.behind_decorators(at, index),
                (None, None) => Val::Unknown,
            };
            out.push(self.field_told(pack, rule, &field.name, Some(by), handler, &scope));
        }
        (self.file, self.mark) = (before, mark);
        out
    }

    /// A method as it stands in its class, behind whatever decorates it.
    fn behind_decorators(&mut self, file: FileId, index: u32) -> Val {
        let function = &self.program.source(file).functions[index as usize];
        let scope = self.globals(file);
        let value = Val::Function(Closure { file, index, scope: None, this: None });
        self.within(file, |this| this.decorate(value, &function.annotations, &scope))
    }

    fn field_told(&mut self, pack: &'static Pack, rule: &CallRule, name: &str, by: Option<&'a Call>, handler: Val, scope: &Scope) -> Field {
        let place = self.place(&pack.name);
        let arguments = by.map(|call| self.arguments(&call.arguments, scope)).unwrap_or_default();
        let site = Site { name: String::new(), method: String::new(), arguments, receiver: None, decorated: None, star: None };
        let told = self.pick(rule.key.as_ref(), &site).and_then(|value| value.literal().map(str::to_owned));
        let handler = match self.pick(rule.handler.as_ref(), &site) {
            Some(found @ (Val::Function(_) | Val::Guarded(_))) => found,
            _ => handler,
        };
        let guards = self.guards_of(pack, rule.guards.as_ref(), &site);
        let name = told.unwrap_or_else(|| if rule.cased { in_camel_case(name) } else { name.to_owned() });
        let mut parameters: Vec<Parameter> = Vec::new();
        if let Some((file, index)) = function_in(&handler) {
            let function = &self.program.source(file).functions[index as usize];
            let own = function.parameters.iter().filter(|one| !one.variadic && !one.name.starts_with('_') && !rule.handed.contains(&one.name));
            parameters.extend(own.map(|one| parameter(&if rule.cased { in_camel_case(&one.name) } else { one.name.clone() }, "body")));
        }
        Field { name, handler, guards, place, parameters }
    }

    /// Whether a decorator, or the value of a field, is one of the library's that offers something.
    fn is_exposing(&mut self, call: &'a Call, rule: &CallRule, scope: &Scope) -> bool {
        let name = self.name_of(&call.callee, scope);
        name.is_some_and(|name| rule.offers.iter().any(|offer| *offer == name || starred(offer, &name).is_some()))
    }

    /// `create = CreateUser.Field()`: the class stands before the word, and one of its methods answers.
    fn class_that_answers(&mut self, call: &'a Call, rule: &CallRule, scope: &Scope) -> Option<Val> {
        let Value::Member(object, _) = &call.callee else { return None };
        let Val::Class(file, class) = self.value(object, scope) else { return None };
        let (at, index) = rule.handler_methods.keys().find_map(|name| self.class_method(file, class, name))?;
        Some(self.behind_decorators(at, index))
    }
}

/// Classes in lists, and in what put several together.
fn gather_classes(value: &Val, out: &mut Vec<(FileId, u32)>, depth: usize) {
    match value {
        Val::Class(file, class) if !out.contains(&(*file, *class)) => out.push((*file, *class)),
        Val::List(items) if depth < 6 => items.iter().take(MOST_CLASSES).for_each(|item| gather_classes(item, out, depth + 1)),
        Val::Made(made) if depth < 6 => made.arguments.iter().for_each(|argument| gather_classes(&argument.value, out, depth + 1)),
        _ => {}
    }
}

/// `created_by` as a schema spells it: `createdBy`.
pub(super) fn in_camel_case(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut out, part| {
        let mut letters = part.chars();
        out.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(letters.as_str());
        out
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_spelt_as_in_a_schema() {
        assert_eq!(super::in_camel_case("all_open_orders"), "allOpenOrders");
        assert_eq!(super::in_camel_case("me"), "me");
    }
}
