//! Classes whose methods are routed by their names: `PostController::actionView` at `/post/view`.

use super::evaluate::Evaluator;
use super::library::{Ruled, starred};
use super::value::*;
use std::collections::BTreeSet;
use std::rc::Rc;
use threatline_facts::Text;
use threatline_knowledge::packs::{ClassRule, Family};

impl<'a> Evaluator<'a> {
    /// The routes of a class whose base or name space says so.
    pub(super) fn routed_by_name(&mut self, file: FileId, number: u32, foreign: &[String]) {
        let library = self.program.files[file].library;
        let is_routed = |rule: &ClassRule| rule.actions.is_some() && rule.path.is_some();
        let by_base = foreign.iter().filter_map(|base| library.class(base)).map(|(ruled, _)| (ruled, String::new()));
        let found = by_base.into_iter().find(|(ruled, _)| is_routed(ruled.rule)).or_else(|| self.by_space(file));
        if let Some((ruled, space)) = found {
            self.actions_of(file, number, ruled, &space);
        }
    }

    /// The rule for classes of a file's name space, and what the star in it stands for.
    fn by_space(&self, file: FileId) -> Option<(Ruled<ClassRule>, String)> {
        let of = &self.program.files[file];
        if of.family != Family::Php {
            return None;
        }
        let package = self.program.source(file).package.as_deref()?;
        let rules = of.library.packs.iter().flat_map(|pack| pack.classes.iter().map(move |rule| Ruled { pack, rule: &**rule }));
        let fitting = rules.filter_map(|ruled| {
            let within = |space: &String| if space.contains('*') { starred(space, package) } else { (space == package).then(String::new) };
            Some((ruled, ruled.rule.spaces.iter().find_map(within)?))
        });
        fitting.into_iter().find(|(ruled, _)| self.program.depends_on(&of.path, &ruled.rule.packages) == Some(true))
    }

    fn actions_of(&mut self, file: FileId, number: u32, ruled: Ruled<ClassRule>, space: &str) {
        let (Some(actions), Some(pattern)) = (&ruled.rule.actions, &ruled.rule.path) else { return };
        let class = &self.program.source(file).classes[number as usize];
        let controller = class.name.strip_suffix("Controller").unwrap_or(if space.is_empty() && ruled.rule.spaces.is_empty() { "" } else { &class.name });
        if controller.is_empty() {
            return;
        }
        let between = ruled.rule.between.as_deref().unwrap_or("-");
        let spelled = |name: &str| dashed(name).replace('-', between);
        let named = |action: &str| {
            let action = spelled(action);
            let whole = pattern.replace("{space}", space).replace("{controller}", &spelled(controller));
            match ruled.rule.index.as_deref() == Some(&action) {
                true => whole.replace("/{action}", ""),
                false => whole.replace("{action}", &action),
            }
        };
        let Val::Object(this) = self.generic_instance(file, number) else { return };
        // `actionView`, but not `actions`
        let is_word = |action: &String| !actions.ends_with('*') || actions == "*" || action.starts_with(char::is_uppercase);
        let mut seen = Vec::new();
        for index in &class.methods {
            let function = &self.program.source(file).functions[*index as usize];
            let Some(action) = starred(actions, &function.name).filter(is_word) else { continue };
            if !function.public || function.is_static || function.name.starts_with('_') {
                continue;
            }
            self.file = file;
            self.mark = function.mark;
            let closure = Closure { file, index: *index, scope: None, this: Some(this) };
            let methods = match &ruled.rule.method {
                Some(method) => vec![method.as_str()],
                // what a form is sent to shows the form as well
                None if self.reads_form(&closure) => vec!["GET", "POST"],
                None => vec!["GET"],
            };
            self.add_routed(ruled, named(&action), &methods, Val::Function(closure));
            seen.push(dashed(&action));
        }
        let Some(table) = ruled.pack.tables.iter().find(|table| Some(&table.name) == ruled.rule.table.as_ref()) else { return };
        self.mark = class.mark;
        for action in table.actions.iter().filter(|action| !seen.contains(&action.action)) {
            let methods: Vec<&str> = action.methods.iter().map(String::as_str).collect();
            self.add_routed(ruled, named(&action.action), &methods, Val::Unknown);
        }
    }

    fn reads_form(&mut self, closure: &Closure) -> bool {
        self.effects(closure, &[], &BTreeSet::new()).parameters.iter().any(|(_, place)| place == "form")
    }

    fn add_routed(&mut self, ruled: Ruled<ClassRule>, path: String, methods: &[&str], handler: Val) {
        let route = Route {
            methods: methods.iter().map(|method| (*method != "*").then(|| (*method).to_owned())).collect(),
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
