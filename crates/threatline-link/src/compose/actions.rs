//! Classes whose methods are routed by their names: `PostController::actionView` at `/post/view`.

use super::evaluate::Evaluator;
use super::library::{Ruled, starred};
use super::value::*;
use std::collections::BTreeSet;
use std::rc::Rc;
use threatline_facts::Text;
use threatline_knowledge::packs::ClassRule;

impl<'a> Evaluator<'a> {
    /// The routes of a class whose base says so.
    pub(super) fn routed_by_name(&mut self, file: FileId, number: u32, foreign: &[String]) {
        let library = self.program.files[file].library;
        for base in foreign {
            let Some((ruled, _)) = library.class(base) else { continue };
            let (Some(actions), Some(pattern)) = (&ruled.rule.actions, &ruled.rule.path) else { continue };
            let class = &self.program.source(file).classes[number as usize];
            let Some(controller) = class.name.strip_suffix("Controller").filter(|name| !name.is_empty()) else { return };
            let named = |action: &str| pattern.replace("{controller}", &dashed(controller)).replace("{action}", &dashed(action));
            let Val::Object(this) = self.generic_instance(file, number) else { return };
            let mut seen = Vec::new();
            for index in &class.methods {
                let function = &self.program.source(file).functions[*index as usize];
                let Some(action) = starred(actions, &function.name).filter(|action| action.starts_with(char::is_uppercase)) else { continue };
                if !function.public || function.is_static {
                    continue;
                }
                self.file = file;
                self.mark = function.mark;
                let closure = Closure { file, index: *index, scope: None, this: Some(this) };
                let of_form = self.effects(&closure, &[], &BTreeSet::new()).parameters.iter().any(|(_, place)| place == "form");
                // what a form is sent to shows the form as well
                let methods = if of_form { vec!["GET", "POST"] } else { vec!["GET"] };
                self.add_routed(ruled, named(&action), &methods, Val::Function(closure));
                seen.push(dashed(&action));
            }
            let Some(table) = ruled.pack.tables.iter().find(|table| Some(&table.name) == ruled.rule.table.as_ref()) else { return };
            self.mark = class.mark;
            for action in table.actions.iter().filter(|action| !seen.contains(&action.action)) {
                let methods: Vec<&str> = action.methods.iter().map(String::as_str).collect();
                self.add_routed(ruled, named(&action.action), &methods, Val::Unknown);
            }
            return;
        }
    }

    fn add_routed(&mut self, ruled: Ruled<ClassRule>, path: String, methods: &[&str], handler: Val) {
        let route = Route {
            methods: methods.iter().map(|method| Some((*method).to_owned())).collect(),
            path: Text::Literal(path),
            typed: ruled.pack.typed_parameters,
            ..super::annotated::plain_route(handler, self.place(&ruled.pack.name))
        };
        let router = self.single(&format!("{}:annotated", ruled.pack.name), None);
        self.ruled_elsewhere(ruled.pack, router);
        self.objects[router].events.push(Event::Route(Rc::new(route)));
    }
}

/// `OrderItem` as `order-item`.
pub(super) fn dashed(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.extend(letter.to_lowercase());
    }
    out.replace('_', "-").replace("--", "-")
}

/// `order-item` as `OrderItem`.
pub(super) fn studly(name: &str) -> String {
    let upper = |part: &str| {
        let mut letters = part.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    };
    name.split(['-', '_']).map(upper).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths_are_each_others() {
        assert_eq!(dashed("OrderItem"), "order-item");
        assert_eq!(studly("order-item"), "OrderItem");
    }
}
