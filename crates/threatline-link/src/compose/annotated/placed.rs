//! Where annotated routes stand: under a path that one class tells for all, under what hands their object out, on a class
//! that answers itself; and which guards are left.

use super::*;
use crate::compose::Place;
use crate::compose::serving::Offer;
use threatline_knowledge::packs::Pack;

/// Objects that hand out objects that hand out objects.
const MAX_LOCATORS: usize = 4;

/// What a class answers, apart where what it takes depends on whether a method brings a body.
fn by_body((methods, paths, ruled): &Answered) -> Vec<Answered> {
    let (without, with): (Vec<_>, Vec<_>) = methods.iter().cloned().partition(|method| method.as_deref().is_some_and(parameters::is_bodiless));
    if without.is_empty() || with.is_empty() || ruled.pack.unannotated.as_deref() != Some("by_method") {
        return vec![(methods.clone(), paths.clone(), *ruled)];
    }
    vec![(without, paths.clone(), *ruled), (with, paths.clone(), *ruled)]
}

/// A path before all annotated routes of a pack.
pub(in crate::compose) struct Root {
    pack: &'static str,
    unit: String,
    package: String,
    path: Text,
    place: Place,
    router: Option<ObjectId>,
}

impl<'a> Evaluator<'a> {
    /// Finds the paths before all routes of this program.
    pub(in crate::compose) fn find_roots(&mut self) {
        for file in self.program.own_files() {
            let library = self.program.files[file].library;
            for class in &self.program.source(file).classes {
                if !class.annotations.iter().any(|call| library.may_be_root(&call.callee)) {
                    continue;
                }
                self.file = file;
                self.refuel();
                let scope = self.globals(file);
                let (applied, _) = self.read_annotations(&class.annotations, &scope);
                for one in applied.into_iter().filter(|one| one.ruled.rule.does == AnnotationVerb::Root) {
                    let Some(path) = self.paths(one.ruled.rule.path.as_ref(), &one.site).into_iter().next() else { continue };
                    self.mark = class.mark;
                    let place = self.place(&one.ruled.pack.name);
                    let unit = self.program.root_of(&place.path).unwrap_or_default().to_owned();
                    let package = self.program.source(file).package.clone().unwrap_or_default();
                    // A descriptor stands in place of what the class says.
                    if self.roots.iter().any(|root| root.pack == one.ruled.pack.name && root.unit == unit && root.package == package) {
                        continue;
                    }
                    self.roots.push(Root { pack: &one.ruled.pack.name, unit, package, path, place, router: None });
                }
            }
        }
    }

    /// The path before all routes of a pack's program, for objects that stand for themselves.
    pub(in crate::compose) fn root_before(&self, id: ObjectId) -> Option<Text> {
        let object = &self.objects[id];
        let file = object.owner;
        let pack = self.program.files[file].library.type_rule(object.ty?).pack;
        let unit = self.program.root_of(&self.program.files[file].path).unwrap_or_default();
        let root = self.roots.iter().find(|root| root.pack == pack.name && root.unit == unit && root.package.is_empty())?;
        Some(root.path.clone())
    }

    /// Keeps a path that a call tells, of the program whose class lies in that file, or of all.
    pub(in crate::compose) fn note_root(&mut self, pack: &'static str, program: Option<FileId>, path: Text) {
        let place = self.place(pack);
        let unit = self.program.root_of(&place.path).unwrap_or_default().to_owned();
        let package = program.and_then(|file| self.program.source(file).package.clone()).unwrap_or_default();
        let path = Text::literal(path.with_defaults().trim_end_matches('*'));
        let known = self.roots.iter().any(|root| root.pack == pack && root.unit == unit && root.package == package);
        if self.proving == 0 && !known {
            self.roots.push(Root { pack, unit, package, path, place, router: None });
        }
    }

    /// The router of a pack's annotated routes in a file: below the path that is told for its program. Of several such
    /// paths that one counts whose package is the nearest around the file's.
    pub(super) fn home(&mut self, pack: &'static Pack, file: FileId) -> ObjectId {
        let parent = self.single(&format!("{}:annotated", pack.name), None);
        self.ruled_elsewhere(pack, parent);
        let unit = self.program.root_of(&self.program.files[file].path).unwrap_or_default();
        let package = self.program.source(file).package.clone().unwrap_or_default();
        let fitting: Vec<usize> = (0..self.roots.len()).filter(|at| self.roots[*at].pack == pack.name && self.roots[*at].unit == unit).collect();
        let around = |at: &&usize| {
            let of = self.roots[**at].package.as_str();
            of.is_empty() || package.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let found = match fitting.as_slice() {
            [only] => Some(*only),
            several => several.iter().filter(around).max_by_key(|at| self.roots[**at].package.len()).copied(),
        };
        let Some(at) = found else { return parent };
        if let Some(router) = self.roots[at].router {
            return router;
        }
        let place = Some(self.roots[at].place.clone());
        let router = self.object(Object { place, mounted: true, ..Object::default() });
        let root = &mut self.roots[at];
        root.router = Some(router);
        let event = Event::Mount { child: Val::Object(router), path: Some(root.path.clone()), replaces: false, guards: Vec::new(), place: root.place.clone() };
        self.objects[parent].events.push(event);
        router
    }

    /// A class that answers requests itself (a servlet, a socket).
    pub(super) fn answering_class(&mut self, file: FileId, number: u32, header: &Header) {
        // what one annotation names a command, and another lists below it
        let is_command = |(_, _, ruled): &&Answered| ruled.rule.kind.as_deref() == Some(EntryPointKind::Cli.name());
        if let Some(first) = header.answers.iter().find(is_command) {
            let named = header.answers.iter().filter(is_command).find(|(_, paths, _)| !paths.is_empty()).unwrap_or(first);
            self.mark = self.program.source(file).classes[number as usize].mark;
            let place = self.place(&named.2.pack.name);
            // a command of whatever program it is found by
            let below = named.2.rule.base.is_some() && header.children.is_empty() && !self.hung_classes.contains_key(&(file, number));
            if let (true, Some(path)) = (below, named.1.first()) {
                let parameters = self.bean_parameters(file, number, None);
                let router = self.home(named.2.pack, file);
                let route = Route { kind: EntryPointKind::Cli, path: path.clone(), parameters, ..plain_route(Val::Unknown, place) };
                self.objects[router].events.push(Event::Route(Rc::new(route)));
            } else {
                self.command_class(file, number, header, named.1.clone(), place);
            }
        }
        for (methods, paths, ruled) in header.answers.iter().filter(|answered| !is_command(answered)).flat_map(by_body) {
            self.mark = self.program.source(file).classes[number as usize].mark;
            let place = self.place(&ruled.pack.name);
            let kind = ruled.rule.kind.as_deref().and_then(EntryPointKind::from_name).unwrap_or(EntryPointKind::Http);
            for path in paths {
                let route = Route {
                    answered_by: Vec::new(),
                    choice: None,
                    unplaced: false,
                    kind,
                    methods: methods.clone(),
                    told: false,
                    path: Text::Literal(path.with_defaults()),
                    handler: Val::Class(file, number),
                    takes: Vec::new(),
                    guards: header.guards.iter().map(|guard| Guard { place: Place { by: place.by.clone(), ..guard.place.clone() }, ..guard.clone() }).collect(),
                    place: place.clone(),
                    typed: false,
                    parameters: self.class_parameters(ruled.pack, &Val::Class(file, number), &methods),
                };
                let router = self.home(ruled.pack, file);
                self.objects[router].events.push(Event::Route(Rc::new(route)));
            }
        }
    }

    /// A class that an annotation offers with all of its public methods.
    pub(super) fn offering_class(&mut self, file: FileId, number: u32, header: &Header) {
        for ruled in &header.offers {
            let rule = ruled.rule;
            let Some(kind) = rule.kind.as_deref().and_then(EntryPointKind::from_name) else { continue };
            let offer = Offer {
                omits: &rule.omits,
                place: rule.r#in.as_deref(),
                protocol: rule.protocol.as_deref(),
                technology: rule.technology.as_deref(),
                ..Offer::whole(kind, rule.path_as.as_deref().unwrap_or("{class}"))
            };
            self.offer_class(&offer, ruled.pack, file, number, header.guards.clone());
        }
    }

    /// A class that is a command, with the commands below it; its methods may be some, too.
    fn command_class(&mut self, file: FileId, number: u32, header: &Header, paths: Vec<Text>, place: Place) {
        let name = paths.into_iter().next();
        // without a name it is a program, or options that others take, unless something took it as a command
        if name.is_none() && header.children.is_empty() && !self.hung_classes.contains_key(&(file, number)) {
            return;
        }
        let router = self.command_router(file, number);
        self.objects[router].prefix = name;
        let parameters = self.bean_parameters(file, number, None);
        let route = Route { kind: EntryPointKind::Cli, parameters, ..plain_route(Val::Unknown, place.clone()) };
        self.objects[router].events.push(Event::Route(Rc::new(route)));
        let listed = header.children.iter().flat_map(|child| if let Val::List(items) = child { items.to_vec() } else { vec![child.clone()] });
        for child in listed.collect::<Vec<_>>() {
            let Val::Class(file, class) = child else { continue };
            let child = self.command_router(file, class);
            if child != router && !self.objects[child].mounted {
                self.objects[child].mounted = true;
                let event = Event::Mount { child: Val::Object(child), path: None, replaces: false, guards: Vec::new(), place: place.clone() };
                self.objects[router].events.push(event);
            }
        }
    }

    /// The router of the commands that a class holds.
    fn command_router(&mut self, file: FileId, number: u32) -> ObjectId {
        if let Some([router]) = self.hung_classes.get(&(file, number)).map(Vec::as_slice) {
            return *router;
        }
        let place = Some(self.place("code"));
        let router = self.object(Object { place, ..Object::default() });
        self.hung_classes.insert((file, number), vec![router]);
        router
    }

    /// The routes of what a method with a prefix alone hands out.
    pub(super) fn located_members(&mut self, locator: &Closure, function: &'a Function, paths: &[Text], guards: Vec<Guard>, header: &Header, scope: &Scope) {
        if header.depth >= MAX_LOCATORS {
            return;
        }
        let by_type = function.returns.as_ref().and_then(|returns| {
            let written = if returns.name == "Class" { returns.arguments.first()? } else { returns };
            match self.type_value(&written.name, scope) {
                Val::Class(file, class) => Some((file, class)),
                _ => None,
            }
        });
        let made = match self.invoke(locator, Vec::new()) {
            Val::Object(id) => self.objects[id].class,
            Val::Class(file, class) => Some((file, class)),
            _ => None,
        };
        let Some((file, class)) = made.or(by_type) else { return };
        let before = self.file;
        let own = Scope::new(Some(self.globals(file)));
        own.set("self", self.generic_instance(file, class));
        self.file = file;
        let inner = self.header(file, class, &own);
        let empty = [Text::literal("")];
        let bases = if header.prefixes.is_empty() { &empty[..] } else { &header.prefixes };
        let under = |base: &Text| paths.iter().map(|path| Text::Literal(whole(base, path, Family::Java))).collect::<Vec<_>>();
        let prefixes = bases.iter().flat_map(under).collect();
        let near = self.nearest(guards, header.guards.clone());
        let mut required = header.required.clone();
        required.extend(inner.required.iter().cloned());
        let guards = self.nearest(inner.guards.clone(), near);
        let below = Header {
            prefixes,
            guards,
            required,
            is_controller: true,
            client: None,
            versions: None,
            told: Vec::new(),
            answers: Vec::new(),
            own: Vec::new(),
            depth: header.depth + 1,
            area: None,
            children: Vec::new(),
            offers: Vec::new(),
        };
        self.annotated_members(file, class, &below, &own);
        self.file = before;
    }

    /// Guards of what is near, and those of what is far, as far as the near ones do not stand in their place.
    pub(in crate::compose) fn nearest(&mut self, near: Vec<Guard>, far: Vec<Guard>) -> Vec<Guard> {
        if !near.iter().any(|guard| self.replaces(guard)) {
            return near.into_iter().chain(far).collect();
        }
        let kept: Vec<Guard> = far.into_iter().filter(|guard| !self.replaces(guard)).collect();
        near.into_iter().chain(kept).collect()
    }

    fn replaces(&self, guard: &Guard) -> bool {
        let Val::Made(made) = &guard.value else { return false };
        self.program.files[self.file].library.guards(&made.by).iter().any(|ruled| ruled.rule.replaces)
    }

    /// Guards that stand on a handler's method and its class, where the route is told elsewhere.
    pub(in crate::compose) fn annotated_guards(&mut self, closure: &Closure) -> Vec<Guard> {
        let source = self.program.source(closure.file);
        let function = &source.functions[closure.index as usize];
        let Some(class) = function.class.filter(|_| self.family() == Family::Java) else { return Vec::new() };
        let declared = &source.classes[class as usize];
        if function.annotations.is_empty() && declared.annotations.is_empty() {
            return Vec::new();
        }
        let before = std::mem::replace(&mut self.file, closure.file);
        let scope = self.globals(closure.file);
        let (_, near) = self.read_annotations(&function.annotations, &scope);
        let (_, far) = self.read_annotations(&declared.annotations, &scope);
        self.file = before;
        self.nearest(near, far)
    }

    /// Guards that stand on a class which answers.
    pub(in crate::compose) fn class_guards(&mut self, file: FileId, class: u32) -> Vec<Guard> {
        let annotations = &self.program.source(file).classes[class as usize].annotations;
        if annotations.is_empty() || !matches!(self.program.files[file].family, Family::Java | Family::CSharp) {
            return Vec::new();
        }
        let before = std::mem::replace(&mut self.file, file);
        let scope = self.globals(file);
        let (_, guards) = self.read_annotations(annotations, &scope);
        self.file = before;
        guards
    }

    /// Triggers stand on a parameter of the method that they call.
    pub(super) fn triggers(&mut self, function: &'a Function, scope: &Scope, applied: &mut Vec<Applied>, guards: &mut Vec<Guard>) {
        for one in function.parameters.iter().filter(|one| !one.annotations.is_empty()) {
            let (told, mut before) = self.read_annotations(&one.annotations, scope);
            // Who asks may be missing.
            if one.declared.as_ref().is_some_and(|declared| declared.name.ends_with("Optional")) {
                before.iter_mut().for_each(|guard| guard.value = Val::Unknown);
            }
            guards.extend(before);
            let calls = |told: &Applied| matches!(told.ruled.rule.does, AnnotationVerb::Route | AnnotationVerb::Message | AnnotationVerb::Schedule);
            applied.extend(told.into_iter().filter(calls));
        }
    }

    /// Paths behind a fixed one; where none is written, the name that another annotation gives the method.
    pub(super) fn named_paths(&mut self, rule: &AnnotationRule, base: &str, paths: Vec<Text>, function: &'a Function, scope: &Scope) -> Vec<Text> {
        let mut paths = paths;
        if paths.is_empty() {
            for annotation in &function.annotations {
                let named = self.name_of(&annotation.callee, scope).is_some_and(|name| {
                    let name = name.strip_suffix("Attribute").unwrap_or(&name);
                    rule.named_by.iter().any(|known| known == name || known.ends_with(&format!(".{name}")))
                });
                if named {
                    let arguments = self.arguments(&annotation.arguments, scope);
                    paths.extend(arguments.first().map(|argument| as_text(&argument.value)));
                    break;
                }
            }
        }
        paths.iter().map(|path| Text::literal(crate::compose::text::under(base, &path.with_defaults()))).collect()
    }
}

/// Whether a route is a field of a GraphQL schema.
pub(super) fn is_field(rule: &AnnotationRule) -> bool {
    rule.does == AnnotationVerb::Route && rule.kind.as_deref() == Some(EntryPointKind::Graphql.name())
}

/// Fields of a root type: by the name that is written, else by the method's.
pub(super) fn fields_of(root: &str, mut written: Vec<Text>, method: &str) -> Vec<Text> {
    written.retain(|name| name.as_literal().is_some_and(|name| !name.is_empty()));
    if written.is_empty() {
        written.push(Text::literal(method));
    }
    written.iter().map(|name| Text::literal(format!("{root}.{}", name.with_defaults()))).collect()
}
