//! Routes that annotations tell: a class with a prefix, methods with the rest.

mod before;
mod carried;
mod listening;
mod parameters;
mod placed;

pub(super) use before::Bound;
pub(super) use parameters::is_bodiless;
pub(super) use placed::Root;
use placed::{fields_of, is_field};

use super::evaluate::{Evaluator, as_text};
use super::library::Ruled;
use super::value::*;
use super::verbs::{Site, set_trait};
use std::rc::Rc;
use threatline_facts::Text;
use threatline_facts::code::*;
use threatline_knowledge::packs::{AnnotationRule, AnnotationVerb, CallRule, ClassRule, Family, Selectors, Verb};
use threatline_model::{EntryPointKind, Parameter as Told};

/// What answers: its methods of HTTP, its paths and the rule that says so.
type Answered = (Vec<Option<String>>, Vec<Text>, Ruled<AnnotationRule>);
/// Methods that are routes.
type Routes = Vec<Answered>;

/// An annotation with what packs say of it.
#[derive(Clone)]
pub(super) struct Applied {
    pub(super) ruled: Ruled<AnnotationRule>,
    pub(super) site: Site,
}

/// What stands on a class.
#[derive(Clone, Default)]
pub(super) struct Header {
    pub(super) prefixes: Vec<Text>,
    pub(super) guards: Vec<Guard>,
    required: Vec<Told>,
    is_controller: bool,
    client: Option<(Ruled<AnnotationRule>, Option<Text>)>,
    /// What stands on the class itself; a class that is called as a function has there what others have on a method.
    own: Vec<Applied>,
    versions: Option<Vec<Text>>,
    /// What decorators of the class tell its guards.
    told: Vec<(String, Val)>,
    /// The class itself is what answers.
    answers: Routes,
    /// How many objects handed this one out.
    depth: usize,
    /// Classes that are commands of the command that the class is.
    children: Vec<Val>,
    /// The area that the class stands in.
    pub(super) area: Option<String>,
    /// Rules by which its public methods are ways in.
    offers: Vec<Ruled<AnnotationRule>>,
}

impl<'a> Evaluator<'a> {
    /// Reads the classes of a file.
    pub(super) fn annotated(&mut self, file: FileId) {
        let source = self.program.source(file);
        self.file = file;
        for number in 0..source.classes.len() as u32 {
            self.refuel();
            self.annotated_class(file, number);
            self.service_class(file, number);
            self.listening_class(file, number);
        }
        // Functions outside of classes (Rust attributes).
        if self.family() == Family::Rust {
            let scope = self.globals(file);
            for (index, function) in source.functions.iter().enumerate().filter(|(_, function)| !function.annotations.is_empty()) {
                self.refuel();
                let header = Header::default();
                self.annotated_method(file, None, index as u32, function, &header, &scope, Vec::new());
            }
        }
    }

    /// Annotations with their rules, and those that guard.
    pub(super) fn read_annotations(&mut self, annotations: &'a [Call], scope: &Scope) -> (Vec<Applied>, Vec<Guard>) {
        self.read_composed(annotations, scope, &[], 0)
    }

    /// Annotations, and those that a project's own annotation is composed of; what stands outside is
    /// added to what stands inside, which is how aliases are meant.
    fn read_composed(&mut self, annotations: &'a [Call], scope: &Scope, outside: &[Arg], depth: usize) -> (Vec<Applied>, Vec<Guard>) {
        let (mut applied, mut guards) = (Vec::new(), Vec::new());
        for annotation in annotations {
            let mut value = self.value(&annotation.callee, scope);
            if let (Family::CSharp, Value::Name(name)) = (self.family(), &annotation.callee)
                && let Some((file, class)) = self.own_attribute(name, scope)
            {
                value = Val::Class(file, class);
            }
            let name = match &value {
                Val::Symbol(name) => name.to_string(),
                // an attribute is a macro, whatever function is called so: `#[delete("/<id>")] fn delete()`
                Val::Function(_) if self.family() == Family::Rust => match &annotation.callee {
                    Value::Name(name) => match self.macro_named(name) {
                        Val::Symbol(name) => name.to_string(),
                        _ => continue,
                    },
                    _ => continue,
                },
                // A name without a name space may be that of a library's object, too.
                Val::Object(_) if self.family() == Family::Php => match &annotation.callee {
                    Value::Name(name) => name.clone(),
                    _ => continue,
                },
                Val::Method(id, name) => self.method_name(*id, name),
                Val::Class(file, class) if self.family() == Family::Java && depth < 4 => {
                    let mut handed = self.arguments(&annotation.arguments, scope);
                    handed.extend(outside.iter().cloned());
                    let inner = &self.program.source(*file).classes[*class as usize].annotations;
                    let (before, mark) = (self.file, self.mark);
                    self.file = *file;
                    let scope = self.globals(*file);
                    let (more, others) = self.read_composed(inner, &scope, &handed, depth + 1);
                    (self.file, self.mark) = (before, annotation.mark);
                    if more.iter().any(|one| one.ruled.rule.does == AnnotationVerb::Binds) {
                        guards.extend(self.bound_guards((*file, *class)));
                    }
                    self.mark = mark;
                    applied.extend(more);
                    guards.extend(others);
                    continue;
                }
                Val::Class(file, class) if self.family() == Family::CSharp => {
                    self.mark = annotation.mark;
                    self.read_attribute(*file, *class, &mut applied, &mut guards, 0);
                    continue;
                }
                // A decorator of the project's own stands for those that it gives back.
                Val::Function(closure) if self.family() == Family::JavaScript && depth < 4 => {
                    let arguments = self.arguments(&annotation.arguments, scope);
                    self.mark = annotation.mark;
                    let given = self.invoke(&closure.clone(), arguments);
                    self.mark = annotation.mark;
                    self.read_given(&given, &mut applied, &mut guards, 0);
                    continue;
                }
                Val::Made(made) if self.family() == Family::JavaScript => {
                    let arguments = self.arguments(&annotation.arguments, scope);
                    let first = arguments.first().map_or(Val::Boolean(true), |argument| argument.value.clone());
                    if self.tells(&made.by) {
                        let mut key = String::new();
                        value.key(&mut key);
                        self.telling.push((key, first));
                    }
                    continue;
                }
                _ => continue,
            };
            let short = name.strip_suffix("Attribute").filter(|_| self.family() == Family::CSharp);
            let name = short.map_or(name.clone(), str::to_owned);
            let mut arguments = self.arguments(&annotation.arguments, scope);
            if !arguments.iter().any(|argument| argument.name.as_deref().is_none_or(|name| matches!(name, "value" | "path"))) {
                arguments.extend(outside.iter().cloned());
            }
            self.mark = annotation.mark;
            self.read_named(&name, arguments, &mut applied, &mut guards);
        }
        (applied, guards)
    }

    fn read_named(&mut self, name: &str, arguments: Vec<Arg>, applied: &mut Vec<Applied>, guards: &mut Vec<Guard>) {
        let library = self.program.files[self.file].library;
        if !library.guards(name).is_empty() {
            let place = self.place("code");
            let made = Made { by: name.to_owned(), arguments: arguments.clone() };
            guards.push(Guard { value: Val::Made(Rc::new(made)), place });
        }
        if self.tells(name)
            && let [key, value] = arguments.as_slice()
        {
            let mut written = String::new();
            key.value.key(&mut written);
            self.telling.push((written, value.value.clone()));
        }
        for ruled in library.annotation(name) {
            if !self.all_hold(&ruled.rule.when, &arguments) {
                continue;
            }
            let site = Site {
                name: String::new(),
                method: name.rsplit('.').next().unwrap_or("").to_owned(),
                arguments: arguments.clone(),
                receiver: None,
                decorated: None,
                star: None,
            };
            if ruled.rule.does == AnnotationVerb::Guard {
                let given = self.guards(ruled.rule.guards.as_ref(), &site);
                guards.extend(given);
            }
            applied.push(Applied { ruled, site });
        }
    }

    /// The project's class that an attribute names, with or without its last word (C#).
    fn own_attribute(&mut self, name: &str, scope: &Scope) -> Option<(FileId, u32)> {
        [format!("{name}Attribute"), name.to_owned()].iter().find_map(|name| match self.lookup(name, scope) {
            Val::Class(file, class) => Some((file, class)),
            _ => None,
        })
    }

    /// An attribute of the project's own is what its bases are.
    fn read_attribute(&mut self, file: FileId, class: u32, applied: &mut Vec<Applied>, guards: &mut Vec<Guard>, depth: usize) {
        if depth > 4 {
            return;
        }
        for base in &self.program.source(file).classes[class as usize].bases {
            let scope = self.globals(file);
            let before = std::mem::replace(&mut self.file, file);
            let own = self.own_attribute(&base.name, &scope);
            let short = base.name.strip_suffix("Attribute").filter(|short| !short.is_empty()).unwrap_or(&base.name);
            let foreign = self.lookup(short, &scope);
            self.file = before;
            match (own, foreign) {
                (Some((file, class)), _) => self.read_attribute(file, class, applied, guards, depth + 1),
                (None, Val::Symbol(name)) => self.read_named(&name, Vec::new(), applied, guards),
                _ => {}
            }
        }
    }

    /// What a decorator of the project gave back: a decorator of a library, or several.
    fn read_given(&mut self, given: &Val, applied: &mut Vec<Applied>, guards: &mut Vec<Guard>, depth: usize) {
        match given {
            Val::List(items) if depth < 4 => items.iter().take(32).for_each(|item| self.read_given(item, applied, guards, depth + 1)),
            Val::Made(made) => self.read_named(&made.by.clone(), made.arguments.clone(), applied, guards),
            _ => {}
        }
    }

    /// A call that tells guards something of what it decorates.
    fn tells(&self, name: &str) -> bool {
        let calls = self.program.files[self.file].library.calls(name);
        calls.iter().any(|(ruled, _)| ruled.rule.does == Verb::Tell)
    }

    /// What is told of the handler that a guard is asked about.
    pub(super) fn told_here(&mut self, rule: &CallRule, site: &Site) -> Val {
        let Some(metadata) = self.metadata.clone() else { return Val::Unknown };
        let mut key = String::new();
        self.pick(rule.key.as_ref(), site).unwrap_or(Val::Unknown).key(&mut key);
        metadata.iter().find(|(known, _)| *known == key).map_or(Val::Null, |(_, value)| value.clone())
    }

    pub(super) fn header(&mut self, file: FileId, class: u32, scope: &Scope) -> Header {
        let mut header = Header::default();
        // which of the classes says the prefixes, and the area that leads them
        let (mut prefixed, mut leading) = (None, None);
        self.telling.clear();
        let (own, _) = self.bases(file, class);
        for (at, (file, class)) in [(file, class)].into_iter().chain(own).enumerate() {
            let before = self.file;
            self.file = file;
            let declared = &self.program.source(file).classes[class as usize];
            let (applied, guards) = self.read_annotations(&declared.annotations, scope);
            for one in &applied {
                let rule = one.ruled.rule;
                if header.required.is_empty() {
                    header.required = self.required(rule, &one.site);
                }
                match rule.does {
                    AnnotationVerb::Controller | AnnotationVerb::Prefix => {
                        header.is_controller |= at == 0 || rule.does == AnnotationVerb::Prefix;
                        let prefixes = self.paths(rule.path.as_ref(), &one.site);
                        if header.prefixes.is_empty() || (prefixed == Some(at) && self.family() == Family::CSharp) {
                            header.prefixes.extend(prefixes);
                            prefixed = Some(at);
                        }
                        if header.versions.is_none() {
                            header.versions = self.pick(rule.version.as_ref(), &one.site).map(|value| super::wired::texts(&value));
                        }
                    }
                    AnnotationVerb::Client if at == 0 => {
                        let target = self.pick(rule.target.as_ref(), &one.site).map(|value| expand(&as_text(&value)));
                        let key = self.pick(rule.key.as_ref(), &one.site).and_then(|value| as_text(&value).as_literal().map(str::to_owned));
                        let source = self.program.source(file);
                        let class = &source.classes[class as usize].name;
                        let key = key.unwrap_or_else(|| source.package.as_ref().map_or(class.clone(), |package| format!("{package}.{class}")));
                        header.client = Some((one.ruled, configured(&rule.settings, &key, target)));
                    }
                    AnnotationVerb::Route if !rule.on.is_empty() => {
                        let (_, foreign) = self.bases(file, class);
                        if at == 0 && foreign.iter().any(|base| rule.on.iter().any(|on| on == base || last(on) == base)) {
                            let methods = self.told_methods(rule, &one.site);
                            let paths = self.paths(rule.path.as_ref(), &one.site);
                            header.answers.push((methods, paths, one.ruled));
                        } else if at == 0 && self.family() == Family::CSharp {
                            // another library's of the same name, of which both are used
                            let others = self.program.files[file].library.annotation(&one.site.method);
                            if others.iter().any(|other| other.rule.does == AnnotationVerb::Prefix) {
                                header.is_controller = true;
                                let prefixes = self.paths(rule.path.as_ref(), &one.site);
                                header.prefixes.extend(prefixes);
                            }
                        }
                    }
                    AnnotationVerb::Route if at == 0 && self.family() == Family::CSharp && rule.kind.as_deref() != Some(EntryPointKind::Cli.name()) => {
                        header.is_controller = true;
                        if header.prefixes.is_empty() {
                            header.prefixes = self.paths(rule.path.as_ref(), &one.site);
                        }
                    }
                    AnnotationVerb::Route if at == 0 => {
                        header.children.extend(self.select(rule.child.as_ref(), &one.site));
                        let methods = self.told_methods(rule, &one.site);
                        let paths = self.paths(rule.path.as_ref(), &one.site);
                        header.answers.push((methods, paths, one.ruled));
                    }
                    AnnotationVerb::Property => {
                        let place = self.place(&one.ruled.pack.name);
                        self.out.traits.extend(set_trait(rule.property.as_deref(), rule.value.as_ref(), None, place));
                    }
                    AnnotationVerb::Area if header.area.is_none() => {
                        let area = self.paths(rule.path.as_ref(), &one.site).into_iter().next().map(|area| area.with_defaults());
                        leading = leading.or(area.clone().filter(|_| rule.leads));
                        header.area = area;
                    }
                    AnnotationVerb::Serve if at == 0 => header.offers.push(one.ruled),
                    AnnotationVerb::Is => {
                        let place = self.place(&one.ruled.pack.name);
                        self.out.products.extend(rule.product.clone().map(|product| (product, place)));
                    }
                    _ => {}
                }
            }
            let near = std::mem::take(&mut header.guards);
            header.guards = self.nearest(near, guards);
            if at == 0 {
                header.own = applied;
            }
            self.file = before;
        }
        if let Some(area) = leading {
            let below = |prefix: &Text| Text::literal(super::text::under(&area, &prefix.with_defaults()));
            header.prefixes = if header.prefixes.is_empty() { vec![Text::literal(&area)] } else { header.prefixes.iter().map(below).collect() };
        }
        header.told = std::mem::take(&mut self.telling);
        if header.is_controller && self.family() == Family::Java {
            let fields = self.bean_parameters(file, class, None);
            header.required.extend(fields);
        }
        header
    }

    pub(super) fn annotated_class(&mut self, file: FileId, number: u32) {
        let source = self.program.source(file);
        let class = &source.classes[number as usize];
        // Constants of the class itself are named without it.
        let scope = Scope::new(Some(self.globals(file)));
        scope.set("self", self.generic_instance(file, number));
        self.file = file;
        let header = self.header(file, number, &scope);
        let of_php = self.family() == Family::Php;
        let is_abstract = class.is_abstract || of_php && class.annotations.iter().any(|call| matches!(&call.callee, Value::Name(name) if name == "abstract"));
        if is_abstract && header.client.is_none() {
            return;
        }
        self.answering_class(file, number, &header);
        self.offering_class(file, number, &header);
        self.annotated_members(file, number, &header, &scope);
    }

    /// The routes that the methods of a class and of its bases are.
    fn annotated_members(&mut self, file: FileId, number: u32, header: &Header, scope: &Scope) {
        let (own, foreign) = self.bases(file, number);
        self.aliases_of(file, number, &foreign);
        self.routed_by_name(file, number, &foreign);
        self.file = file;
        let library = self.program.files[file].library;
        let convention = foreign.iter().any(|base| library.class(base).is_some());
        // A method of the same name that takes another number of arguments is another method, and stays beside it.
        let overloads = matches!(self.program.files[file].family, Family::Java | Family::CSharp);
        let mut seen: Vec<(&str, usize)> = Vec::new();
        // Guards on what only carries out an interface's method.
        let mut carried: Vec<((&str, usize), Vec<Guard>)> = Vec::new();
        for (at, (other, class)) in [(file, number)].into_iter().chain(own).enumerate() {
            if at > 0 && !header.is_controller && header.client.is_none() && !convention && self.family() != Family::Php {
                break;
            }
            let source = self.program.source(other);
            for index in &source.classes[class as usize].methods {
                let function = &source.functions[*index as usize];
                let signature = (function.name.as_str(), if overloads { function.parameters.len() } else { 0 });
                if at > 0 && seen.contains(&signature) {
                    continue;
                }
                let before = carried.iter().filter(|(name, _)| *name == signature).flat_map(|(_, guards)| guards.iter().cloned()).collect();
                self.file = other;
                let unsaid = self.annotated_method(other, Some((file, number)), *index, function, header, scope, before);
                self.file = file;
                // What only carries out an interface's method leaves its mapping as it is there.
                match unsaid.filter(|_| self.family() == Family::Java) {
                    Some(guards) if guards.is_empty() => {}
                    Some(guards) => carried.push((signature, guards)),
                    None => seen.push(signature),
                }
            }
        }
    }

    /// The routes that one method is; none where it says nothing of routes, with the guards that it carries.
    #[allow(clippy::too_many_arguments, reason = "a method stands in a class and a file")]
    fn annotated_method(
        &mut self,
        file: FileId,
        class: Option<(FileId, u32)>,
        index: u32,
        function: &'a Function,
        header: &Header,
        scope: &Scope,
        before: Vec<Guard>,
    ) -> Option<Vec<Guard>> {
        self.telling.clear();
        let (mut applied, mut guards) = self.read_annotations(&function.annotations, scope);
        let mut told = std::mem::take(&mut self.telling);
        told.extend(header.told.iter().cloned());
        self.triggers(function, scope, &mut applied, &mut guards);
        if self.family() == Family::Php && applied.iter().any(|one| !one.ruled.rule.on.is_empty()) {
            let foreign = class.map(|(file, class)| self.bases(file, class).1).unwrap_or_default();
            applied.retain(|one| one.ruled.rule.on.is_empty() || one.ruled.rule.on.iter().any(|on| foreign.contains(on)));
        }
        let says = |one: &Applied| !matches!(one.ruled.rule.does, AnnotationVerb::Property | AnnotationVerb::Ignore | AnnotationVerb::Parameter);
        // What stands on a class that is called as a function is said of the method that answers.
        let called = self.family() == Family::Php && function.name == "__invoke" && !applied.iter().any(|one| one.ruled.rule.does == AnnotationVerb::Prefix);
        let of_class: &[Applied] = if called { &header.own } else { &[] };
        if of_class.is_empty() && !applied.iter().any(says) && (self.family() == Family::Java || applied.is_empty()) {
            return Some(guards);
        }
        let applied: Vec<&Applied> = applied.iter().chain(of_class).collect();
        guards = self.nearest(before, guards);
        let mut versions = None;
        let mut routes: Routes = Vec::new();
        let mut prefix: Vec<Text> = Vec::new();
        for one in applied.iter().copied() {
            let rule = one.ruled.rule;
            let is_own = of_class.iter().any(|own| std::ptr::eq(own, one));
            let mut paths = if is_own { Vec::new() } else { self.paths(rule.path.as_ref(), &one.site) };
            match rule.base.as_deref() {
                Some(root) if is_field(rule) => paths = fields_of(root, paths, &function.name),
                Some(base) => paths = self.named_paths(rule, base, paths, function, scope),
                None => {}
            }
            if let Some(pattern) = rule.path_as.as_deref() {
                let name = paths.first().map_or_else(|| function.name.clone(), Text::with_defaults);
                paths = vec![Text::literal(pattern.replace("{name}", &name))];
            }
            match rule.does {
                AnnotationVerb::Route => {
                    let methods = self.told_methods(rule, &one.site);
                    // a command without a name of its own has the method's
                    if paths.is_empty() && rule.kind.as_deref() == Some(EntryPointKind::Cli.name()) {
                        paths.push(Text::literal(&function.name));
                    }
                    routes.push((methods, paths, one.ruled));
                }
                AnnotationVerb::Prefix if rule.method.is_some() || rule.method_from.is_some() => {
                    let methods = self.told_methods(rule, &one.site);
                    routes.push((methods, paths, one.ruled));
                }
                AnnotationVerb::Prefix => prefix.extend(paths),
                AnnotationVerb::Version => versions = self.pick(rule.version.as_ref(), &one.site).map(|value| super::wired::texts(&value)),
                AnnotationVerb::Message | AnnotationVerb::Schedule => self.told_job(one, file, class, index),
                AnnotationVerb::Property => {
                    let place = self.place(&one.ruled.pack.name);
                    self.out.traits.extend(set_trait(rule.property.as_deref(), rule.value.as_ref(), None, place));
                }
                _ => {}
            }
        }
        match self.family() {
            // A class that is no controller is no way in, whatever its methods carry.
            Family::Java | Family::JavaScript if !header.is_controller && header.client.is_none() => routes.retain(|(_, _, ruled)| ruled.rule.anywhere),
            // Without a template of its own or its class's, an action is routed by convention.
            Family::CSharp if header.prefixes.is_empty() && prefix.is_empty() => routes.retain(|(_, paths, _)| !paths.is_empty()),
            // A template alone answers any method, or the one that the method's name says.
            Family::CSharp if routes.is_empty() && !prefix.is_empty() && function.public => {
                let methods = class.and_then(|(file, class)| self.verb_of(file, class, &function.name)).map_or_else(|| vec![None], |verb| vec![Some(verb)]);
                let by = applied.iter().find(|one| one.ruled.rule.does == AnnotationVerb::Prefix).map(|one| one.ruled);
                routes.extend(by.map(|by| (methods, Vec::new(), by)));
            }
            _ => {}
        }
        let this = class.map(|(file, class)| self.generic_instance(file, class));
        let this = if let Some(Val::Object(id)) = this { Some(id) } else { None };
        if routes.is_empty() && !prefix.is_empty() {
            if header.is_controller && applied.iter().any(|one| one.ruled.pack.locators) {
                self.located_members(&Closure { file, index, scope: None, this }, function, &prefix, guards, header, scope);
            }
            return None;
        }
        let called = self.called_by(&applied).unwrap_or_else(|| function.name.clone());
        let name = class.map_or("", |(file, class)| self.program.source(file).classes[class as usize].name.as_str());
        let mut parameters = self.told_parameters(function, scope);
        parameters.extend(header.required.iter().cloned());
        for one in &applied {
            parameters.extend(self.required(one.ruled.rule, &one.site));
        }
        for (methods, paths, ruled) in routes {
            let paths = if !paths.is_empty() {
                paths
            } else if !prefix.is_empty() {
                prefix.clone()
            } else {
                vec![Text::literal("")]
            };
            let bases = match header.prefixes.is_empty() {
                // what stands on an implementation stands before its methods' own paths
                true if self.family() == Family::Rust && !prefix.is_empty() => prefix.clone(),
                true => vec![Text::literal("")],
                // fields of a schema stand below no path
                false if is_field(ruled.rule) => vec![Text::literal("")],
                false => header.prefixes.clone(),
            };
            let mut parameters = parameters.clone();
            parameters.extend(self.unplaced_parameters(ruled.pack, function, &methods, scope));
            self.mark = function.annotations.first().map_or(function.mark, |annotation| annotation.mark);
            let carried = class.and_then(|class| self.carried_out(file, function, class));
            let place = self.place_of_carried(carried, class.filter(|(own, _)| *own != file), &ruled.pack.name);
            for base in &bases {
                for path in &paths {
                    let written = if ruled.rule.path_as.is_some() { Some(path.clone()) } else { whole_text(base, path) };
                    let path = match is_field(ruled.rule) {
                        true => path.with_defaults(),
                        false => tokens(&whole(base, path, self.family()), name, &called, header.area.as_deref()),
                    };
                    let path = match class.and_then(|(file, _)| self.folder_prefix(file)) {
                        Some(prefix) => super::text::under(prefix, &path),
                        None => path,
                    };
                    if let Some((client, target)) = &header.client {
                        self.told_request(*client, target.clone(), path, place.clone());
                        continue;
                    }
                    let kind = ruled.rule.kind.as_deref().and_then(EntryPointKind::from_name).unwrap_or(EntryPointKind::Http);
                    let (file, index) = carried.unwrap_or((file, index));
                    let handler = Val::Function(Closure { file, index, scope: None, this });
                    let mut all = self.nearest(guards.clone(), header.guards.clone());
                    all.iter_mut().for_each(|guard| guard.place.by = place.by.clone());
                    if self.family() == Family::JavaScript && matches!(kind, EntryPointKind::Graphql | EntryPointKind::Websocket) {
                        // what stands before the one address of all of them is not looked for
                        all.push(Guard { value: Val::Unknown, place: place.clone() });
                    }
                    let route = Route {
                        kind,
                        methods: methods.clone(),
                        told: false,
                        path: written.unwrap_or(Text::Literal(path)),
                        handler,
                        takes: Vec::new(),
                        guards: all,
                        place: place.clone(),
                        typed: ruled.pack.typed_parameters && matches!(self.family(), Family::CSharp | Family::Java),
                        answered_by: Vec::new(),
                        choice: None,
                        unplaced: false,
                        parameters: parameters.clone(),
                    };
                    self.told_of.entry((file, index, this)).or_insert_with(|| Rc::new(told.clone()));
                    if let Some(class) = class.filter(|_| ruled.pack.annotations.iter().any(|rule| rule.does == AnnotationVerb::Module)) {
                        let versions = versions.clone().or_else(|| header.versions.clone());
                        self.loose.push(super::wired::Loose { class, pack: ruled.pack, route, versions });
                        continue;
                    }
                    let routers = match class {
                        None => vec![self.annotated_router(file, index)],
                        Some(class) => match self.hung_classes.get(&class) {
                            Some(routers) => routers.clone(),
                            None => vec![self.home(ruled.pack, class.0)],
                        },
                    };
                    let route = Rc::new(route);
                    for router in routers {
                        self.objects[router].events.push(Event::Route(route.clone()));
                    }
                }
            }
        }
        None
    }

    /// The router of an annotated function: it may hang somewhere (`.service(handler)`).
    fn annotated_router(&mut self, file: FileId, index: u32) -> ObjectId {
        if let Some(found) = self.function_routers.get(&(file, index)) {
            return *found;
        }
        let mounted = self.hung_functions.contains(&(file, index));
        let id = self.object(Object { mounted, ..Object::default() });
        self.function_routers.insert((file, index), id);
        id
    }

    pub(super) fn told_methods(&mut self, rule: &AnnotationRule, site: &Site) -> Vec<Option<String>> {
        self.methods(rule.method.as_ref(), rule.method_from.as_ref(), rule.method_default.as_ref(), site)
    }

    pub(super) fn paths(&mut self, selectors: Option<&Selectors>, site: &Site) -> Vec<Text> {
        match self.pick(selectors, site) {
            Some(Val::List(items)) => items.iter().map(|item| expand(&as_text(item))).collect(),
            // one path for each language
            Some(Val::Map(entries)) if self.family() == Family::Php => entries.iter().map(|(_, item)| expand(&as_text(item))).collect(),
            Some(Val::Null) | None => Vec::new(),
            Some(value) => vec![expand(&as_text(&value))],
        }
    }

    fn told_job(&mut self, one: &Applied, file: FileId, class: Option<(FileId, u32)>, index: u32) {
        let rule = one.ruled.rule;
        let place = self.place(&one.ruled.pack.name);
        let function = &self.program.source(file).functions[index as usize];
        let plain = if rule.does == AnnotationVerb::Message { EntryPointKind::Message } else { EntryPointKind::Schedule };
        let kind = rule.kind.as_deref().and_then(EntryPointKind::from_name).unwrap_or(plain);
        let channels = match self.paths(rule.channel.as_ref(), &one.site) {
            channels if channels.is_empty() => vec![Text::literal(&function.name)],
            channels => channels,
        };
        let this = class.map(|(file, class)| self.generic_instance(file, class));
        let this = if let Some(Val::Object(id)) = this { Some(id) } else { None };
        for channel in channels {
            if kind == EntryPointKind::Message {
                let mut call = call_at(place.clone());
                call.protocol = rule.protocol.clone();
                call.technology = rule.technology.clone();
                call.channel = Some(channel.clone());
                call.target = rule.setting.as_ref().map(|key| Text::Setting { key: key.clone(), default: None });
                call.consumes = true;
                self.out.calls.push(call);
            }
            let handler = Val::Function(Closure { file, index, scope: None, this });
            let route = Route {
                kind,
                methods: vec![None],
                told: false,
                path: channel,
                handler,
                takes: Vec::new(),
                guards: Vec::new(),
                place: place.clone(),
                typed: false,
                answered_by: Vec::new(),
                choice: None,
                unplaced: false,
                parameters: Vec::new(),
            };
            let router = self.single(&format!("{}:jobs", one.ruled.pack.name), None);
            self.objects[router].events.push(Event::Route(Rc::new(route)));
        }
    }

    /// A method of a declared client is a way out.
    fn told_request(&mut self, client: Ruled<AnnotationRule>, target: Option<Text>, path: String, place: super::Place) {
        let mut call = call_at(place);
        call.protocol = client.rule.protocol.clone();
        call.technology = client.rule.technology.clone();
        call.target = target.map(|target| Text::join([target, Text::Literal(path)]));
        self.out.calls.push(call);
    }

    /// A class that implements a service by its base (gRPC).
    fn service_class(&mut self, file: FileId, number: u32) {
        let (_, foreign) = self.bases(file, number);
        let library = self.program.files[file].library;
        for base in foreign {
            let Some((ruled, star)) = library.class(&base) else { continue };
            if ruled.rule.serves.is_some() {
                self.serving_class(ruled, file, number);
                return;
            }
            if ruled.rule.service.is_none() {
                continue;
            }
            self.mark = self.program.source(file).classes[number as usize].mark;
            let place = self.place(&ruled.pack.name);
            let service = star.unwrap_or_default();
            let service = service.rsplit('.').next().unwrap_or(&service).to_owned();
            let router = self.single(&format!("{}:services", ruled.pack.name), None);
            let handler = self.generic_instance(file, number);
            let scope = self.globals(file);
            let (_, mut guards) = self.read_annotations(&self.program.source(file).classes[number as usize].annotations, &scope);
            if self.is_clouded(ruled.rule) {
                guards.push(Guard { value: Val::Unknown, place: place.clone() });
            }
            self.serve_methods(router, &service, &handler, guards, place);
            return;
        }
    }
}

impl Evaluator<'_> {
    /// What stands before the methods of such a class is not known: nobody is seen to map it, or something is
    /// named that may guard it.
    fn is_clouded(&mut self, rule: &ClassRule) -> bool {
        self.is_cloudy(&rule.mapped_by, &rule.clouded_by)
    }

    /// None of the first words is spoken of, or one of the others is.
    pub(super) fn is_cloudy(&mut self, mapped_by: &[String], clouded_by: &[String]) -> bool {
        if mapped_by.is_empty() && clouded_by.is_empty() {
            return false;
        }
        let program = self.program;
        let named = self.named.get_or_insert_with(|| super::inventory::member_names(program));
        let all = || program.files.iter().flat_map(|file| &file.source.imports);
        let imported = self.imported.get_or_insert_with(|| all().filter_map(|import| Some((import.module.as_str(), import.member.as_deref()?))).collect());
        // a full name is one that a file imports, or a member of what it imports
        let spoken = |word: &String| match word.rsplit_once('.') {
            Some((module, member)) => named.contains(member) || imported.contains(&(module, member)),
            None => named.contains(word.as_str()),
        };
        (!mapped_by.is_empty() && !mapped_by.iter().any(spoken)) || clouded_by.iter().any(spoken)
    }
}

/// A route of any method at the path of the router that it stands in.
pub(super) fn plain_route(handler: Val, place: super::Place) -> Route {
    Route {
        answered_by: Vec::new(),
        choice: None,
        unplaced: false,
        kind: EntryPointKind::Http,
        methods: vec![None],
        told: false,
        path: Text::literal(""),
        handler,
        takes: Vec::new(),
        guards: Vec::new(),
        place,
        typed: false,
        parameters: Vec::new(),
    }
}

/// The last part of a dotted name.
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// `${…}` in what annotations say are settings.
fn expand(text: &Text) -> Text {
    match text {
        Text::Literal(text) if text.contains("${") => super::text::placeholders(text),
        other => other.clone(),
    }
}

/// Prefix and path; in C# a path with a slash at its start stands alone.
fn whole(base: &Text, path: &Text, family: Family) -> String {
    let (base, path) = (base.with_defaults(), path.with_defaults());
    if family == Family::CSharp
        && let Some(rest) = path.strip_prefix('~').or(path.starts_with('/').then_some(path.as_str()))
    {
        return rest.to_owned();
    }
    let joined = super::text::under(&base, &path);
    if joined.is_empty() { "/".to_owned() } else { joined }
}

/// The same with its settings, where there are some.
fn whole_text(base: &Text, path: &Text) -> Option<Text> {
    if base.as_literal().is_some() && path.as_literal().is_some() {
        return None;
    }
    Some(if path.as_literal() == Some("") { base.clone() } else { Text::join([base.clone(), Text::literal("/"), path.clone()]) })
}

/// `[controller]`, `[action]` and `[area]`.
fn tokens(path: &str, class: &str, method: &str, area: Option<&str>) -> String {
    let class = class.strip_suffix("Controller").unwrap_or(class);
    let method = method.strip_suffix("Async").filter(|rest| !rest.is_empty()).unwrap_or(method);
    let path = path.replace("[controller]", class).replace("[action]", method);
    area.map_or(path.clone(), |area| path.replace("[area]", area))
}

/// Where a client's address is configured, the first key that is set; else what is written. What is an address itself is in no
/// configuration.
fn configured(settings: &[String], key: &str, target: Option<Text>) -> Option<Text> {
    if key.contains("://") || key.starts_with('/') {
        return target;
    }
    let one = |target: Option<Text>, setting: &String| Some(Text::Setting { key: setting.replace("{}", key), default: target.map(Box::new) });
    settings.iter().rev().fold(target, one)
}
