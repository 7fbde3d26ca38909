//! Routes by convention: a pattern, and the names of controllers and their actions.

use super::Place;
use super::evaluate::{Evaluator, as_text};
use super::program::folder_of;
use super::value::*;
use super::verbs::Site;
use std::rc::Rc;
use threatline_facts::Text;
use threatline_facts::code::Function;
use threatline_knowledge::packs::{AnnotationVerb, CallRule, Family, Pack};
use threatline_model::EntryPointKind;

/// A pattern, and the program that it is of.
#[derive(Clone, Debug)]
pub(super) struct Convention {
    /// The folder of the file that says it: its controllers lie below.
    folder: String,
    pattern: String,
    pack: &'static Pack,
    place: Place,
}

impl<'a> Evaluator<'a> {
    /// Keeps a pattern; one that names no controller is a route as it stands.
    pub(super) fn note_convention(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let Some(Text::Literal(pattern)) = self.pick(rule.path.as_ref(), site).map(|value| as_text(&value)) else { return };
        let folder = folder_of(&self.program.files[self.file].path).to_owned();
        let place = self.place(&pack.name);
        let convention = Convention { folder, pattern, pack, place };
        if !self.conventions.iter().any(|known| known.pattern == convention.pattern && known.place == convention.place) {
            self.conventions.push(convention);
        }
    }

    /// The routes that patterns make.
    pub(super) fn conventional(&mut self) {
        for convention in std::mem::take(&mut self.conventions) {
            if !convention.pattern.contains("{controller") {
                self.conventional_route(
                    &convention,
                    &convention.pattern.clone(),
                    Val::Unknown,
                    vec![Some("GET".to_owned())],
                    Vec::new(),
                    convention.place.clone(),
                );
                continue;
            }
            for file in 0..self.program.files.len() {
                let file_of = &self.program.files[file];
                if file_of.family != Family::CSharp || !is_below(&file_of.path, &convention.folder) {
                    continue;
                }
                for class in 0..self.program.source(file).classes.len() as u32 {
                    self.refuel();
                    self.file = file;
                    self.conventional_class(&convention, file, class);
                }
            }
        }
    }

    fn conventional_class(&mut self, convention: &Convention, file: FileId, number: u32) {
        let class = &self.program.source(file).classes[number as usize];
        let Some(controller) = class.name.strip_suffix("Controller").filter(|name| !name.is_empty()) else { return };
        let (_, foreign) = self.bases(file, number);
        let is_controller = foreign.iter().any(|base| base.ends_with("Controller") || base.ends_with("ControllerBase"));
        let scope = self.globals(file);
        let header = self.header(file, number, &scope);
        if class.is_abstract || !is_controller || !header.prefixes.is_empty() {
            return;
        }
        for index in &class.methods {
            let function = &self.program.source(file).functions[*index as usize];
            if !function.public || function.is_static || function.returns.is_none() {
                continue;
            }
            self.mark = function.mark;
            let place = self.place(&convention.pack.name);
            let (applied, guards) = self.read_annotations(&function.annotations, &scope);
            let mut methods = Vec::new();
            let mut by_template = false;
            for one in &applied {
                let rule = one.ruled.rule;
                by_template |= rule.does == AnnotationVerb::Ignore;
                if matches!(rule.does, AnnotationVerb::Route | AnnotationVerb::Prefix) {
                    by_template |= !self.paths(rule.path.as_ref(), &one.site).is_empty();
                    methods.extend(self.told_methods(rule, &one.site));
                }
            }
            let Some(path) = fill(&convention.pattern, controller, function).filter(|_| !by_template) else { continue };
            if methods.is_empty() {
                methods.push(Some("GET".to_owned()));
            }
            let this = if let Val::Object(id) = self.generic_instance(file, number) { Some(id) } else { None };
            let handler = Val::Function(Closure { file, index: *index, scope: None, this });
            let all = header.guards.iter().cloned().chain(guards).collect();
            self.conventional_route(convention, &path, handler, methods, all, place);
        }
    }

    fn conventional_route(&mut self, convention: &Convention, path: &str, handler: Val, methods: Vec<Option<String>>, guards: Vec<Guard>, place: Place) {
        let route = Route {
            kind: EntryPointKind::Http,
            methods,
            told: false,
            path: Text::literal(path),
            handler,
            takes: Vec::new(),
            guards,
            place,
            typed: convention.pack.typed_parameters,
            answered_by: Vec::new(),
            choice: None,
            parameters: Vec::new(),
        };
        let router = self.single(&format!("{}:annotated", convention.pack.name), None);
        self.objects[router].events.push(Event::Route(Rc::new(route)));
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The pattern with its names filled in. An optional part stands where the action takes it; a pattern
/// with parts that nobody fills makes no route.
fn fill(pattern: &str, controller: &str, action: &Function) -> Option<String> {
    let mut parts = Vec::new();
    for part in pattern.trim_matches('/').split('/') {
        let Some(name) = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            parts.push(part.to_owned());
            continue;
        };
        let optional = name.ends_with('?') || name.contains('=');
        let name = name.split([':', '=', '?']).next().unwrap_or(name);
        match name {
            "controller" => parts.push(controller.to_owned()),
            "action" => parts.push(action.name.clone()),
            "area" => return None,
            _ if action.parameters.iter().any(|parameter| parameter.name == name) || !optional => parts.push(format!("{{{name}}}")),
            _ => {}
        }
    }
    Some(format!("/{}", parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use threatline_facts::code::Parameter;

    #[test]
    fn patterns_are_filled_with_names() {
        let plain = Function { name: "Index".into(), ..Function::default() };
        let with_id = Function { name: "Show".into(), parameters: vec![Parameter { name: "id".into(), ..Parameter::default() }], ..Function::default() };
        let pattern = "v2/{controller=Home}/{action=Index}/{id?}";
        assert_eq!(fill(pattern, "Home", &plain).as_deref(), Some("/v2/Home/Index"));
        assert_eq!(fill(pattern, "Home", &with_id).as_deref(), Some("/v2/Home/Show/{id}"));
        assert_eq!(fill("{area:exists}/{controller}/{action}", "Home", &plain), None);
    }
}
