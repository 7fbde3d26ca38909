//! Parameters that annotations tell, on parameters of handlers and on fields of what they are put together from.

use super::*;
use crate::compose::verbs::parameter;
use threatline_knowledge::packs::Pack;

/// Methods that bring no body.
const BODILESS: [&str; 4] = ["GET", "HEAD", "DELETE", "OPTIONS"];

pub(in crate::compose) fn is_bodiless(method: &str) -> bool {
    BODILESS.contains(&method)
}

impl<'a> Evaluator<'a> {
    pub(in crate::compose) fn told_parameters(&mut self, function: &'a Function, scope: &Scope) -> Vec<Told> {
        let mut out = Vec::new();
        for one in &function.parameters {
            let (applied, _) = self.read_annotations(&one.annotations, scope);
            for told in applied.into_iter().filter(|told| told.ruled.rule.does == AnnotationVerb::Parameter) {
                let rule = told.ruled.rule;
                // a key names one of its fields
                let whole = self.family() != Family::JavaScript || self.pick(rule.key.as_ref(), &told.site).is_none();
                if rule.opened
                    && whole
                    && let Some(declared) = &one.declared
                    && let Val::Class(file, class) = self.type_value(&declared.name, scope)
                {
                    let fields = self.bean_parameters(file, class, rule.r#in.as_deref());
                    if !fields.is_empty() {
                        out.extend(fields);
                        continue;
                    }
                }
                // What is put together of many, and whose parts are not known, is none.
                if rule.opened && rule.r#in.is_none() {
                    continue;
                }
                out.push(self.told_parameter(&told, &one.name));
            }
        }
        out
    }

    fn told_parameter(&mut self, told: &Applied, own: &str) -> Told {
        let place = told.ruled.rule.r#in.as_deref().unwrap_or("query");
        let key = match place {
            "flag" => self.spelt(told),
            _ => self.pick(told.ruled.rule.key.as_ref(), &told.site).and_then(|value| value.literal().map(str::to_owned)),
        };
        let name = told.ruled.rule.whole.as_deref().unwrap_or(own);
        parameter(key.as_deref().filter(|key| !key.is_empty()).unwrap_or(name), place)
    }

    /// The longest of the spellings of a flag: `-p` and `--port`, `-p|--port <PORT>`.
    fn spelt(&mut self, told: &Applied) -> Option<String> {
        let mut names = Vec::new();
        for value in self.select(told.ruled.rule.key.as_ref(), &told.site) {
            let texts = if let Val::List(items) = &value { items.to_vec() } else { vec![value] };
            names
                .extend(texts.iter().filter_map(Val::literal).flat_map(|text| text.split([',', '|', ' '])).map(|name| name.trim_start_matches('-').to_owned()));
        }
        // what it is given stands in brackets behind it
        names.retain(|name| !name.is_empty() && !name.starts_with(['<', '[', ':']));
        names.into_iter().rev().max_by_key(|name| name.len())
    }

    /// What the fields and setters of a record are filled from, where their own annotations say it, else from `place`.
    pub(super) fn bean_parameters(&mut self, file: FileId, class: u32, place: Option<&str>) -> Vec<Told> {
        let (bases, _) = self.bases(file, class);
        let mut out = Vec::new();
        for (file, class) in [(file, class)].into_iter().chain(bases) {
            let source = self.program.source(file);
            let declared = &source.classes[class as usize];
            let fields = declared.fields.iter().map(|field| (field.name.clone(), &field.annotations, true));
            let functions = declared.methods.iter().map(|index| &source.functions[*index as usize]);
            let setters = functions.filter_map(|function| Some((property(&function.name)?, &function.annotations, false)));
            let all: Vec<_> = fields.chain(setters).collect();
            let before = std::mem::replace(&mut self.file, file);
            let scope = self.globals(file);
            let scope = Scope::new(Some(scope));
            scope.set("self", self.generic_instance(file, class));
            let mut set: Vec<String> = Vec::new();
            let first = out.len();
            for (name, annotations, is_field) in all {
                let told = if annotations.is_empty() { Vec::new() } else { self.read_annotations(annotations, &scope).0 };
                let told = told.into_iter().find(|told| told.ruled.rule.does == AnnotationVerb::Parameter);
                match (told, place) {
                    (Some(told), _) => {
                        set.push(name.clone());
                        out.push((self.told_parameter(&told, &name), true));
                    }
                    // constants are no part of it
                    (None, Some(place)) if is_field && name.chars().any(char::is_lowercase) && name != "serialVersionUID" => {
                        out.push((parameter(&name, place), false));
                    }
                    _ => {}
                }
            }
            // A setter that says where it is filled from speaks for its field.
            let mut at = 0;
            out.retain(|(told, said): &(Told, bool)| {
                at += 1;
                at <= first || *said || !set.contains(&told.name)
            });
            self.file = before;
        }
        out.into_iter().map(|(told, _)| told).collect()
    }

    /// Parameters of a handler that no annotation places, where the pack says what they are.
    pub(super) fn unplaced_parameters(&mut self, pack: &Pack, function: &'a Function, methods: &[Option<String>], scope: &Scope) -> Vec<Told> {
        let Some(mode) = pack.unannotated.as_deref() else { return Vec::new() };
        let bodiless = methods.iter().all(|method| method.as_deref().is_some_and(|method| BODILESS.contains(&method)));
        // only what the fields of its records say themselves
        if mode == "told" {
            let mut out = Vec::new();
            for declared in function.parameters.iter().filter_map(|one| one.declared.as_ref()) {
                if let Val::Class(file, class) = self.type_value(&declared.name, scope) {
                    out.extend(self.bean_parameters(file, class, None));
                }
            }
            return out;
        }
        let by_method = mode == "by_method";
        let place = if by_method && bodiless { "query" } else { "body" };
        let mut out = Vec::new();
        for one in function.parameters.iter().filter(|one| !one.name.is_empty()) {
            let Some(declared) = &one.declared else { continue };
            if !self.read_annotations(&one.annotations, scope).0.is_empty() {
                continue;
            }
            let of_project = match self.type_value(&declared.name, scope) {
                Val::Class(file, class) => Some((file, class)),
                _ => None,
            };
            match of_project {
                Some((file, class)) if !self.program.source(file).classes[class as usize].is_enum => {
                    let fields = self.bean_parameters(file, class, Some(place));
                    if fields.is_empty() && !by_method {
                        out.push(parameter(&one.name, place));
                    }
                    out.extend(fields);
                }
                Some(_) => out.push(parameter(&one.name, place)),
                // The framework's own: the request, who asks, a sink.
                None if by_method && !is_plain(&declared.name) => {}
                None => out.push(parameter(&one.name, place)),
            }
        }
        out
    }

    /// The same of the method of a class that answers, or of a record of the request that is the handler itself.
    pub(in crate::compose) fn class_parameters(&mut self, pack: &Pack, handler: &Val, methods: &[Option<String>]) -> Vec<Told> {
        if pack.unannotated.is_none() {
            return Vec::new();
        }
        let (file, class) = match handler {
            Val::Object(id) => match self.objects[*id].class {
                Some(class) => class,
                None => return Vec::new(),
            },
            Val::Class(file, class) => (*file, *class),
            _ => return Vec::new(),
        };
        let (_, foreign) = self.bases(file, class);
        let library = self.program.files[file].library;
        let Some((ruled, _)) = foreign.iter().find_map(|name| library.class(name)) else {
            if pack.unannotated.as_deref() == Some("told") {
                return self.bean_parameters(file, class, None);
            }
            let bodiless = methods.iter().all(|method| method.as_deref().is_some_and(|method| BODILESS.contains(&method)));
            return self.bean_parameters(file, class, Some(if bodiless { "query" } else { "body" }));
        };
        let method = ruled.rule.methods.keys().find_map(|name| self.class_method(file, class, name));
        let Some((file, index)) = method else { return Vec::new() };
        let function = &self.program.source(file).functions[index as usize];
        let before = std::mem::replace(&mut self.file, file);
        let scope = self.globals(file);
        let out = self.unplaced_parameters(pack, function, methods, &scope);
        self.file = before;
        out
    }

    /// Parameters without which a request does not mean the route.
    pub(super) fn required(&mut self, rule: &AnnotationRule, site: &Site) -> Vec<Told> {
        let mut out = Vec::new();
        for requirement in &rule.requires {
            for value in self.select(Some(&requirement.of), site) {
                let texts = if let Val::List(items) = &value { items.to_vec() } else { vec![value] };
                let names = texts.iter().filter_map(Val::literal).filter(|text| !text.starts_with('!'));
                let name = |text: &str| text.split('=').next().unwrap_or(text).trim_matches(['!', '<', '>', ' ']).to_owned();
                out.extend(names.map(name).filter(|name| !name.is_empty()).map(|name| parameter(&name, &requirement.r#in)));
            }
        }
        out
    }
}

/// The property that a setter sets.
fn property(setter: &str) -> Option<String> {
    let mut letters = setter.strip_prefix("set")?.chars();
    let first = letters.next().filter(|first| first.is_uppercase())?;
    Some(first.to_lowercase().chain(letters).collect())
}

/// A type that a text is read into.
fn is_plain(name: &str) -> bool {
    let known = ["String", "int", "long", "double", "float", "boolean", "short", "byte", "char", "Int", "Integer", "Long", "Double", "Float", "Boolean"];
    known.contains(&name) || matches!(name, "UUID" | "BigDecimal" | "BigInteger" | "LocalDate" | "LocalDateTime" | "Instant" | "[]" | "List")
}
