//! Routes by convention: a pattern, and the names of controllers and their actions.

use super::Place;
use super::annotated::{Applied, Header};
use super::evaluate::{Evaluator, as_text};
use super::program::folder_of;
use super::value::*;
use super::verbs::Site;
use std::rc::Rc;
use threatline_facts::Text;
use threatline_facts::code::Function;
use threatline_knowledge::packs::{AnnotationVerb, CallRule, Family, Pack};
use threatline_model::EntryPointKind;

/// Methods of HTTP that names of methods may begin with.
const VERBS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

/// A pattern, and the program that it is of.
#[derive(Clone, Debug)]
pub(super) struct Convention {
    /// The folder that it is said for: its controllers lie below.
    folder: String,
    pattern: String,
    /// What stands in for names that the pattern does not hold, and what may be left out.
    defaults: Vec<(String, Option<String>)>,
    /// The area whose controllers it is for.
    area: Option<String>,
    rule: &'static CallRule,
    pack: &'static Pack,
    place: Place,
}

impl Convention {
    /// The name that stands for `controller` or `action` where the pattern does not hold it.
    fn fixed(&self, key: &str) -> Option<&str> {
        self.defaults.iter().find(|(name, _)| name.eq_ignore_ascii_case(key))?.1.as_deref()
    }

    fn holds(&self, key: &str) -> bool {
        names_in(&self.pattern).any(|name| name == key)
    }
}

impl<'a> Evaluator<'a> {
    /// Keeps a pattern; one that names no controller is a route as it stands.
    pub(super) fn note_convention(&mut self, pack: &'static Pack, rule: &'static CallRule, site: &Site) {
        let written = self.pick(rule.path.as_ref(), site).map(|value| as_text(&value));
        let Some(Text::Literal(pattern)) = written.or_else(|| rule.path_default.clone().map(Text::Literal)) else { return };
        let path = &self.program.files[self.file].path;
        // what says it may lie beside the controllers, in a folder of its own
        let folder = match folder_of(path) {
            own if own == "App_Start" || own.ends_with("/App_Start") => folder_of(own),
            own => own,
        };
        let mut around = std::iter::successors(Some(folder), |inner| (!inner.is_empty()).then(|| folder_of(inner)));
        let folder = around.find(|folder| self.controllers_below(folder)).unwrap_or(folder);
        let folder = folder.to_owned();
        let defaults = match self.pick(rule.default.as_ref(), site) {
            Some(Val::Map(entries)) => entries.iter().map(|(name, value)| (name.clone(), value.literal().map(str::to_owned))).collect(),
            _ => Vec::new(),
        };
        let area = self.pick(rule.namespace.as_ref(), site).and_then(|value| value.literal().map(str::to_owned));
        let place = self.place(&pack.name);
        let convention = Convention { folder, pattern, defaults, area, rule, pack, place };
        if !self.conventions.iter().any(|known| known.pattern == convention.pattern && known.place == convention.place) {
            self.conventions.push(convention);
        }
    }

    /// Whether a class below a folder is called as a controller is: what sets an application up may lie beside them.
    fn controllers_below(&self, folder: &str) -> bool {
        let is_one = |file: &super::program::File<'_>| file.source.classes.iter().any(|class| class.name.ends_with("Controller"));
        self.program.files.iter().any(|file| file.family == Family::CSharp && is_below(&file.path, folder) && is_one(file))
    }

    /// The routes that patterns make: those of the nearest folder around a controller.
    pub(super) fn conventional(&mut self) {
        let all = std::mem::take(&mut self.conventions);
        let mut used = vec![false; all.len()];
        for file in 0..self.program.files.len() {
            let file_of = &self.program.files[file];
            if all.is_empty() || file_of.family != Family::CSharp || self.program.source(file).classes.is_empty() {
                continue;
            }
            let around = |convention: &Convention| is_below(&file_of.path, &convention.folder);
            let Some(nearest) = all.iter().filter(|one| around(one)).map(|one| one.folder.len()).max() else { continue };
            for class in 0..self.program.source(file).classes.len() as u32 {
                for (at, convention) in all.iter().enumerate().filter(|(_, one)| around(one) && one.folder.len() == nearest) {
                    self.refuel();
                    self.file = file;
                    used[at] |= self.conventional_class(convention, file, class);
                }
            }
        }
        // one whose controller is not at hand stands as it is written
        for (convention, _) in all.iter().zip(used).filter(|(one, used)| !used && !one.holds("controller") && !one.holds("action")) {
            let methods = vec![Some("GET".to_owned())];
            self.conventional_route(convention, &convention.pattern.clone(), Val::Unknown, methods, Vec::new(), convention.place.clone());
        }
    }

    /// Whether the class has a method that the pattern means.
    fn conventional_class(&mut self, convention: &Convention, file: FileId, number: u32) -> bool {
        let class = &self.program.source(file).classes[number as usize];
        let Some(controller) = class.name.strip_suffix("Controller").filter(|name| !name.is_empty()) else { return false };
        let is_meant = match convention.fixed("controller").filter(|_| !convention.holds("controller")) {
            Some(fixed) => fixed.eq_ignore_ascii_case(controller),
            None => convention.holds("controller"),
        };
        if !is_meant || class.is_abstract || !self.is_controller(convention, file, number) {
            return false;
        }
        let scope = self.globals(file);
        let header = self.header(file, number, &scope);
        let area = convention.area.as_deref();
        let stands = match &header.area {
            Some(own) => area.map_or(convention.holds("area"), |area| area == own),
            None => area.is_none() && !convention.holds("area"),
        };
        if !stands || !header.prefixes.is_empty() {
            return false;
        }
        let (own, _) = self.bases(file, number);
        let mut seen: Vec<(&str, usize)> = Vec::new();
        let mut any = false;
        for (of, class) in [(file, number)].into_iter().chain(own) {
            for index in &self.program.source(of).classes[class as usize].methods {
                let function = &self.program.source(of).functions[*index as usize];
                let signature = (function.name.as_str(), function.parameters.len());
                if !function.public || function.is_static || function.returns.is_none() || seen.contains(&signature) {
                    continue;
                }
                seen.push(signature);
                self.file = of;
                any |= self.conventional_action(convention, &header, controller, (file, number), (of, *index));
                self.file = file;
            }
        }
        any
    }

    /// A class whose methods are named after what they answer, where the pattern is for such; else what is called as a controller.
    fn is_controller(&mut self, convention: &Convention, file: FileId, number: u32) -> bool {
        let (_, foreign) = self.bases(file, number);
        let of_verbs = self.verbs(&foreign).is_some();
        match convention.rule.method_from.is_some() {
            true => of_verbs,
            false => !of_verbs && foreign.iter().any(|base| base.ends_with("Controller") || base.ends_with("ControllerBase")),
        }
    }

    fn conventional_action(&mut self, convention: &Convention, header: &Header, controller: &str, class: (FileId, u32), method: (FileId, u32)) -> bool {
        let function = &self.program.source(method.0).functions[method.1 as usize];
        let scope = self.globals(method.0);
        self.mark = function.mark;
        let place = self.place(&convention.pack.name);
        let (applied, guards) = self.read_annotations(&function.annotations, &scope);
        let mut methods = Vec::new();
        for one in &applied {
            let rule = one.ruled.rule;
            let by_template = matches!(rule.does, AnnotationVerb::Route | AnnotationVerb::Prefix) && !self.paths(rule.path.as_ref(), &one.site).is_empty();
            if rule.does == AnnotationVerb::Ignore || by_template {
                return false;
            }
            if matches!(rule.does, AnnotationVerb::Route | AnnotationVerb::Prefix) {
                methods.extend(self.told_methods(rule, &one.site));
            }
        }
        let applied: Vec<&Applied> = applied.iter().collect();
        let action = self.called_by(&applied).unwrap_or_else(|| function.name.clone());
        let action = match convention.rule.omit.as_deref().and_then(|omit| action.strip_suffix(omit)).filter(|rest| !rest.is_empty()) {
            Some(rest) => rest.to_owned(),
            None => action,
        };
        let fixed = convention.fixed("action").filter(|_| !convention.holds("action"));
        if fixed.is_some_and(|fixed| !fixed.eq_ignore_ascii_case(&action)) {
            return false;
        }
        let verb = self.verb_of(class.0, class.1, &function.name);
        // without a name in the pattern, only the method tells actions apart
        if fixed.is_none() && !convention.holds("action") && verb.is_none() {
            return false;
        }
        let area = convention.area.as_deref().or(header.area.as_deref());
        let Some(path) = fill(&convention.pattern, &convention.defaults, controller, &action, area, function) else { return false };
        if methods.is_empty() {
            methods.push(Some(verb.unwrap_or_else(|| "GET".to_owned())));
        }
        let this = if let Val::Object(id) = self.generic_instance(class.0, class.1) { Some(id) } else { None };
        let handler = Val::Function(Closure { file: method.0, index: method.1, scope: None, this });
        let all = self.nearest(guards, header.guards.clone());
        self.conventional_route(convention, &path, handler, methods, all, place);
        true
    }

    /// The word of a class of which methods are named after HTTP methods: what others answer.
    fn verbs(&self, foreign: &[String]) -> Option<&'static str> {
        let library = self.program.files[self.file].library;
        foreign.iter().flat_map(|base| library.classes_named(base)).find_map(|rule| rule.verbs.as_deref())
    }

    /// The HTTP method that a method of such a class answers where no annotation says one.
    pub(super) fn verb_of(&mut self, file: FileId, class: u32, name: &str) -> Option<String> {
        let (_, foreign) = self.bases(file, class);
        let other = self.verbs(&foreign)?;
        let known = VERBS.iter().find(|verb| name.len() >= verb.len() && name.is_char_boundary(verb.len()) && name[..verb.len()].eq_ignore_ascii_case(verb));
        Some(known.map_or(other, |verb| *verb).to_owned())
    }

    /// The name that an annotation gives a method.
    pub(super) fn called_by(&mut self, applied: &[&Applied]) -> Option<String> {
        let one = applied.iter().find(|one| one.ruled.rule.does == AnnotationVerb::Named)?;
        self.pick(one.ruled.rule.key.as_ref(), &one.site)?.literal().map(str::to_owned)
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
            unplaced: false,
            parameters: Vec::new(),
        };
        let router = self.single(&format!("{}:annotated", convention.pack.name), None);
        self.objects[router].events.push(Event::Route(Rc::new(route)));
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The names in a pattern, without constraints and defaults.
fn names_in(pattern: &str) -> impl Iterator<Item = &str> {
    pattern.split('{').skip(1).filter_map(|rest| rest.split(['}', ':', '=', '?']).next())
}

/// The pattern with its names filled in. An optional part stands where the action takes it; a pattern
/// with parts that nobody fills makes no route.
fn fill(pattern: &str, defaults: &[(String, Option<String>)], controller: &str, action: &str, area: Option<&str>, function: &Function) -> Option<String> {
    let mut parts = Vec::new();
    for part in pattern.trim_start_matches("~/").trim_matches('/').split('/') {
        let Some(name) = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            parts.push(part.replace("{controller}", controller).replace("{action}", action));
            continue;
        };
        let optional = name.ends_with('?') || name.contains('=');
        let name = name.split([':', '=', '?']).next().unwrap_or(name);
        let optional = optional || defaults.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        let plain = name.trim_start_matches('*');
        match plain {
            "controller" => parts.push(controller.to_owned()),
            "action" => parts.push(action.to_owned()),
            "area" => parts.push(area?.to_owned()),
            _ if function.parameters.iter().any(|parameter| parameter.name.eq_ignore_ascii_case(plain)) || !optional => parts.push(format!("{{{name}}}")),
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
        assert_eq!(fill(pattern, &[], "Home", "Index", None, &plain).as_deref(), Some("/v2/Home/Index"));
        assert_eq!(fill(pattern, &[], "Home", "Show", None, &with_id).as_deref(), Some("/v2/Home/Show/{id}"));
        let areas = "{area:exists}/{controller}/{action}";
        assert_eq!(fill(areas, &[], "Home", "Index", None, &plain), None);
        assert_eq!(fill(areas, &[], "Home", "Index", Some("Admin"), &plain).as_deref(), Some("/Admin/Home/Index"));
        let defaults = [("id".to_owned(), None)];
        assert_eq!(fill("{controller}/{action}/{id}", &defaults, "Home", "Index", None, &plain).as_deref(), Some("/Home/Index"));
    }
}
