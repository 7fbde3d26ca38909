//! Types and classes: what a written type means, bases, fields, objects and their methods.

use super::*;

impl<'a> Evaluator<'a> {
    /// A value of a declared type of which nothing else is known.
    pub(in crate::compose) fn typed(&mut self, ty: &'a TypeName, scope: &Scope) -> Val {
        if !self.burn() {
            return Val::Unknown;
        }
        match ty.name.as_str() {
            "" => return Val::Unknown,
            "[]" => return ty.arguments.first().map_or(Val::Unknown, |inner| Val::list(vec![self.typed(inner, scope)])),
            "|" => {
                let values: Vec<Val> = ty.arguments.iter().map(|inner| self.typed(inner, scope)).collect();
                return values.into_iter().find(|value| matches!(value, Val::Object(_))).unwrap_or(Val::Unknown);
            }
            _ => {}
        }
        match self.type_value(&ty.name, scope) {
            Val::Class(file, class) if self.settling => match self.only.get(&(file, class)) {
                Some(Some((id, ..))) => Val::Object(*id),
                _ => self.generic_instance(file, class),
            },
            Val::Class(file, class) => self.generic_instance(file, class),
            Val::Symbol(name) => match self.program.files[self.file].library.type_named(&name) {
                Some(known) if ty.arguments.len() == 1 && self.program.files[self.file].library.type_rule(known).rule.holds_own() => {
                    self.typed(&ty.arguments[0], scope)
                }
                Some(ty) => {
                    let place = Some(self.place("code"));
                    Val::Object(self.object(Object { ty: Some(ty), place, ..Object::default() }))
                }
                // `State<Pool>`, `Arc<Client>`, `Lazy<T>`: what they hold is what is used.
                None if ty.arguments.len() == 1 && self.family() == Family::Rust => self.typed(&ty.arguments[0], scope),
                None if name.contains('.') || name.contains('/') => Val::Symbol(name),
                None => Val::Unknown,
            },
            Val::Object(id) => Val::Object(id),
            _ => Val::Unknown,
        }
    }

    /// The class or library name that a written type means.
    pub(in crate::compose) fn type_value(&mut self, name: &str, scope: &Scope) -> Val {
        if self.runs_bodies() {
            return self.ruby_type(name, scope);
        }
        let mut parts = name.split('.');
        let first = parts.next().unwrap_or("");
        // `Outer.Builder` of a package that is imported as a whole.
        let outer = first.starts_with(|c: char| c.is_ascii_uppercase()) && name.contains('.') && self.family() == Family::Java;
        let outer = if outer { Some(self.lookup(first, scope)).filter(|value| matches!(value, Val::Symbol(full) if full.contains('.'))) } else { None };
        let globbed = if self.family() == Family::Rust && name.contains('.') { self.in_globs(first) } else { None };
        let mut value = if let Some(globbed) = globbed {
            globbed
        } else if let Some(outer) = outer {
            outer
        } else if name.contains('.') && self.program.imported(self.file, first).is_none() && self.family() != Family::Python {
            if let Some(nested) = self.nested_class(name, scope) {
                return nested;
            }
            if let Some(found) = self.rooted(name) {
                return found;
            }
            // Already written out in full.
            let (package, last) = name.rsplit_once('.').unwrap_or(("", name));
            return match self.program.class_of(package, last) {
                Some((file, class)) => Val::Class(file, class),
                None => {
                    let full = crate::compose::library::plain(name);
                    Val::symbol(full)
                }
            };
        } else {
            self.lookup(first, scope)
        };
        for part in parts {
            value = self.member(&value, part);
        }
        value
    }

    /// An object of a class that nobody was seen to make.
    pub(in crate::compose) fn generic_instance(&mut self, file: FileId, class: u32) -> Val {
        if let Some(id) = self.generic.get(&(file, class)) {
            return Val::Object(*id);
        }
        let runs_bodies = self.program.files[file].family.runs_bodies();
        if runs_bodies {
            let first = self.ruby_class(file, class);
            if first != (file, class) {
                let found = self.generic_instance(first.0, first.1);
                if let Val::Object(id) = found {
                    self.generic.insert((file, class), id);
                }
                return found;
            }
        }
        let id = self.object(Object { class: Some((file, class)), ..Object::default() });
        self.generic.insert((file, class), id);
        self.objects[id].rehearsed = false;
        let (proving, rehearsing) = (std::mem::take(&mut self.proving), std::mem::take(&mut self.rehearsing));
        self.pretending.push((file, class));
        self.prepare_instance(id, file, class, None);
        self.pretending.pop();
        self.generic_ends.insert(id, self.objects.len());
        (self.proving, self.rehearsing) = (proving, rehearsing);
        if runs_bodies {
            self.run_class_bodies(id, file, class);
        }
        Val::Object(id)
    }

    /// Routers and applications that are only there because a class was looked at as if nobody made an object of it, while
    /// somebody does: the real object has its own, which hang where they are mounted.
    pub(in crate::compose) fn doubles(&self) -> BTreeSet<ObjectId> {
        let held = |id: ObjectId| self.objects[id].fields.values().filter_map(|value| if let Val::Object(held) = value { Some(*held) } else { None });
        let mut pretended: BTreeSet<ObjectId> =
            self.made.iter().filter_map(|class| self.generic.get(class)).copied().filter(|id| self.objects[*id].class.is_some()).collect();
        // What such an object made for itself is as little there as it is.
        let mut open: Vec<ObjectId> = pretended.iter().copied().collect();
        while let Some(id) = open.pop() {
            open.extend(held(id).filter(|part| *part > id && self.objects[*part].class.is_some()).filter(|part| pretended.insert(*part)));
        }
        let real: BTreeSet<ObjectId> = (0..self.objects.len()).filter(|id| !pretended.contains(id)).flat_map(held).collect();
        let of_own = |id: ObjectId, router: ObjectId| {
            let class = self.objects[id].class.map(|(file, _)| &self.program.files[file].path);
            // What was there before, or elsewhere, was not made in its constructor, nor in one of its bases'.
            let within = self.generic_ends.get(&id).is_some_and(|end| router < *end);
            router > id && (within || self.objects[router].place.as_ref().map(|place| &place.path) == class)
        };
        let real_part = |id: &ObjectId| real.contains(id);
        let routers = pretended.iter().copied().filter(|id| {
            !real_part(id) && self.objects[*id].ty.is_some() && self.program.files[self.objects[*id].class.map_or(0, |(file, _)| file)].family == Family::Java
        });
        let routers: Vec<ObjectId> = routers.collect();
        pretended
            .iter()
            .filter(|id| !real_part(id))
            .flat_map(|id| held(*id).filter(|router| of_own(*id, *router)))
            .filter(|router| !real_part(router))
            .chain(routers)
            .collect()
    }

    /// The class's bases: those of the project, and the first that a library has.
    pub(in crate::compose) fn bases(&mut self, file: FileId, class: u32) -> Bases {
        if let Some(known) = self.lines.get(&(file, class)) {
            return known.clone();
        }
        let (mut own, mut foreign) = (Vec::new(), Vec::new());
        let mut todo = vec![(file, class)];
        while let Some((file, class)) = todo.pop() {
            if own.len() > 16 {
                break;
            }
            let declared = &self.program.source(file).classes[class as usize];
            let runs_bodies = self.program.files[file].family.runs_bodies();
            if runs_bodies {
                for part in self.program.reopened(&declared.name) {
                    if *part != (file, class) && !own.contains(part) {
                        own.push(*part);
                        todo.push(*part);
                    }
                }
            }
            for base in &declared.bases {
                if runs_bodies && base.name.is_empty() {
                    continue;
                }
                let scope = match declared.name.rsplit_once('.') {
                    Some((outer, _)) if runs_bodies => self.scope_in(file, outer),
                    _ => self.globals(file),
                };
                // a generic class is not the one that is called as it is, wherever that stands
                if base.name == declared.name && self.program.files[file].family == Family::CSharp && !base.arguments.is_empty() {
                    foreign.push(base.name.clone());
                    continue;
                }
                match self.within(file, |this| this.type_value(&base.name, &scope)) {
                    // A class that is called as its base is: the base is a library's.
                    Val::Class(base_file, base_class) if (base_file, base_class) == (file, class) => foreign.push(base.name.clone()),
                    Val::Symbol(_) if runs_bodies && !base.arguments.is_empty() => {}
                    Val::Class(file, class) if !own.contains(&(file, class)) => {
                        own.push((file, class));
                        // what a module imports are functions; it is not what the other one is
                        if !runs_bodies || base.arguments.is_empty() {
                            todo.push((file, class));
                        }
                    }
                    Val::Symbol(name) => foreign.push(name.to_string()),
                    // `Base = declarative_base()`
                    Val::Made(made) if !self.program.files[file].library.models(&format!("{}()", made.by)).is_empty() => foreign.push(format!("{}()", made.by)),
                    Val::Missing => foreign.push("?".to_owned()),
                    _ => {}
                }
            }
        }
        // While a file is being run its names are not all bound yet.
        if self.running.iter().all(|(_, function)| *function != u32::MAX) {
            self.lines.insert((file, class), (own.clone(), foreign.clone()));
        }
        (own, foreign)
    }

    /// Its kind, then the constructor. Of an object that nobody was seen to make all fields are filled in;
    /// of one that was made, when they are asked for ([`Self::field`]): a class with a hundred constants
    /// of its own kind is made a hundred times.
    pub(super) fn prepare_instance(&mut self, id: ObjectId, file: FileId, class: u32, arguments: Option<Vec<Arg>>) {
        let (own, foreign) = self.bases(file, class);
        let library = self.program.files[file].library;
        self.objects[id].ty = foreign.iter().find_map(|name| library.type_named(name));
        self.stand(id, arguments.as_deref().unwrap_or_default());
        if arguments.is_none() {
            for (file, class) in own.into_iter().rev().chain([(file, class)]) {
                for field in &self.program.source(file).classes[class as usize].fields {
                    let value = self.initial(file, field, Some(id));
                    self.objects[id].fields.insert(field.name.clone(), value);
                }
            }
        }
        let overloaded = arguments.as_ref().and_then(|arguments| self.constructor_taking(file, class, arguments.len()));
        if let Some((file, index)) = overloaded.or_else(|| self.constructor_in_line(file, class)) {
            let closure = Closure { file, index, scope: Some(self.globals(file)), this: Some(id) };
            let program = self.program;
            let given = match arguments {
                Some(arguments) => arguments,
                None => self.requests_named(file, &program.source(file).functions[index as usize]),
            };
            let _ = self.invoke(&closure, given);
        } else if let (Some(arguments), Family::Python) = (arguments, self.program.files[file].family) {
            // without a constructor of its own it is made as the library's is
            self.construct_base(id, &arguments);
        }
    }

    /// What an object's field holds: what was assigned to it, else its initial value.
    pub(in crate::compose) fn field(&mut self, id: ObjectId, name: &str) -> Option<Val> {
        if let Some(value) = self.objects[id].fields.get(name) {
            return Some(value.clone());
        }
        let (file, class) = self.objects[id].class?;
        let (own, _) = self.bases(file, class);
        let program = self.program;
        let mut line = [(file, class)].into_iter().chain(own);
        let (file, field) = line.find_map(|(file, class)| {
            let declared = &program.source(file).classes[class as usize];
            Some((file, declared.fields.iter().rev().find(|field| field.name == name)?))
        })?;
        // It may refer to itself.
        self.objects[id].fields.insert(name.to_owned(), Val::Unknown);
        let value = self.initial(file, field, Some(id));
        self.objects[id].fields.insert(name.to_owned(), value.clone());
        Some(value)
    }

    /// The initial value of a field, or as much as its type tells. In JavaScript it is written as if in the constructor:
    /// an arrow function that a field holds is about the object that has the field.
    pub(in crate::compose) fn initial(&mut self, file: FileId, field: &'a Field, of: Option<ObjectId>) -> Val {
        let mut scope = self.globals(file);
        let names_itself = self.program.files[file].family == Family::JavaScript
            || matches!(self.program.source(file).language, Language::Scala | Language::Swift | Language::Dart);
        if let Some(of) = of.filter(|_| names_itself) {
            scope = Scope::new(Some(scope));
            scope.set("self", Val::Object(of));
        }
        if let (Some(value), Some((own, class)), true) =
            (&field.value, of.and_then(|of| self.objects[of].class), matches!(self.program.files[file].family, Family::Java | Family::CSharp))
            && own == file
        {
            scope = self.with_siblings(file, class, value, scope);
        }
        self.within(file, |this| {
            this.mark = field.mark;
            if let Some(told) = this.told_field(field, of, &scope) {
                return told;
            }
            match (&field.value, &field.declared) {
                (Some(value), _) => this.value(value, &scope),
                (None, Some(declared)) => match this.injected(&field.annotations, &scope) {
                    Some(value) => value,
                    None => this.typed(declared, &scope),
                },
                _ => Val::Unknown,
            }
        })
    }

    /// The constructor of a class; where it has none that of the nearest base, in languages that hand them down.
    fn constructor_in_line(&mut self, file: FileId, class: u32) -> Option<(FileId, u32)> {
        let handed_down = matches!(self.program.files[file].family, Family::JavaScript | Family::Python | Family::Php);
        self.constructor(file, class).or_else(|| if handed_down { self.base_constructor(file, class) } else { None })
    }

    /// Of several constructors of a class the one that takes so many arguments.
    fn constructor_taking(&self, file: FileId, class: u32, given: usize) -> Option<(FileId, u32)> {
        if !matches!(self.program.files[file].family, Family::Java | Family::CSharp) {
            return None;
        }
        let source = self.program.source(file);
        let declared = &source.classes[class as usize];
        // one that hands on to another one of as many is not meant twice
        let running = self.running.last().copied();
        let own = declared.methods.iter().filter(|index| source.functions[**index as usize].name == declared.name && running != Some((file, **index)));
        let takes = |index: &&u32| {
            let parameters = &source.functions[**index as usize].parameters;
            let asked = parameters.iter().filter(|parameter| parameter.default.is_none() && !parameter.variadic).count();
            (asked..=parameters.len()).contains(&given)
        };
        own.into_iter().find(takes).map(|index| (file, *index))
    }

    /// `this(…)` in a constructor: what another one of the class does to the object.
    pub(in crate::compose) fn construct_otherwise(&mut self, this: ObjectId, arguments: &[Arg]) {
        let Some((file, function)) = self.running.last().copied() else { return };
        let class = self.program.source(file).functions.get(function as usize).and_then(|function| function.class);
        let Some((file, index)) = class.and_then(|class| self.constructor_taking(file, class, arguments.len())) else { return };
        let closure = Closure { file, index, scope: Some(self.globals(file)), this: Some(this) };
        let _ = self.invoke(&closure, arguments.to_vec());
    }

    /// The constructor that `super(…)` in a class means.
    fn base_constructor(&mut self, file: FileId, class: u32) -> Option<(FileId, u32)> {
        let (own, _) = self.bases(file, class);
        own.into_iter().find_map(|(file, class)| self.constructor(file, class))
    }

    /// `super(…)` in a constructor: what the base's constructor does to the object.
    pub(in crate::compose) fn construct_as_base(&mut self, this: ObjectId, arguments: &[Arg]) {
        let Some((file, function)) = self.running.last().copied() else { return };
        let class = self.program.source(file).functions.get(function as usize).and_then(|function| function.class);
        let Some((file, index)) = class.and_then(|class| self.base_constructor(file, class)) else { return };
        let closure = Closure { file, index, scope: Some(self.globals(file)), this: Some(this) };
        let _ = self.invoke(&closure, arguments.to_vec());
    }

    pub(super) fn constructor(&self, file: FileId, class: u32) -> Option<(FileId, u32)> {
        let source = self.program.source(file);
        let class = &source.classes[class as usize];
        let is_it = |index: &&u32| {
            let name = source.functions[**index as usize].name.as_str();
            matches!(name, "constructor" | "__init__" | "__construct" | "initialize") || name == class.name
        };
        class.methods.iter().find(is_it).map(|index| (file, *index))
    }

    /// `@Value("${a.b:default}")` on a field or parameter.
    pub(in crate::compose) fn injected(&mut self, annotations: &'a [Call], scope: &Scope) -> Option<Val> {
        use threatline_knowledge::packs::AnnotationVerb;
        for annotation in annotations {
            let name = self.name_of(&annotation.callee, scope)?;
            for ruled in self.program.files[self.file].library.annotation(&name) {
                if ruled.rule.does == AnnotationVerb::Value {
                    let arguments = self.arguments(&annotation.arguments, scope);
                    if ruled.rule.default.is_some() {
                        let site = crate::compose::verbs::Site::of(&name, arguments, None, None);
                        let key = self.pick(ruled.rule.key.as_ref(), &site)?.literal()?.to_owned();
                        let default = self.pick(ruled.rule.default.as_ref(), &site).map(|default| Box::new(as_text(&default)));
                        return Some(Val::Text(Rc::new(Text::Setting { key, default })));
                    }
                    let text = arguments.first().and_then(|argument| argument.value.literal().map(str::to_owned))?;
                    return Some(Val::Text(Rc::new(crate::compose::text::placeholders(&text))));
                }
            }
        }
        None
    }

    /// Constructs an object of a class.
    pub(in crate::compose) fn construct(&mut self, file: FileId, class: u32, arguments: Vec<Arg>) -> Val {
        if self.running.len() >= MAX_DEPTH || !self.burn() {
            return Val::Unknown;
        }
        self.fills_record(&Val::Class(file, class), super::super::bound::MADE, &arguments);
        let declared = &self.program.source(file).classes[class as usize];
        let place = Some(self.place("code"));
        let id = self.object(Object { class: Some((file, class)), place, ..Object::default() });
        self.made.insert((file, class));
        self.running.push((file, u32::MAX - 1));
        self.prepare_instance(id, file, class, Some(arguments.clone()));
        self.running.pop();
        // Struct literals, data classes and records name their fields.
        for argument in arguments {
            if let Some(name) = argument.name.filter(|name| declared.fields.iter().any(|field| field.name == *name)) {
                self.objects[id].fields.insert(name, argument.value);
            }
        }
        self.read_fields(id, file, class);
        self.note_only(id, file, class);
        Val::Object(id)
    }

    /// Remembers the object of a class of which the program makes only this one. A framework of Rust hands it to handlers by
    /// its type, so that no call says which it is.
    fn note_only(&mut self, id: ObjectId, file: FileId, class: u32) {
        let is_rust = self.program.files[file].family == Family::Rust;
        if !is_rust || self.rehearsing || self.proving > 0 || self.settling || !self.pretending.is_empty() {
            return;
        }
        let here = (self.file, self.mark);
        let known = self.only.entry((file, class)).or_insert(Some((id, here.0, here.1)));
        if known.is_some_and(|(_, file, mark)| (file, mark) != here) {
            *known = None;
        }
    }

    /// The method of an object's class.
    pub(in crate::compose) fn method(&mut self, id: ObjectId, name: &str) -> Option<Closure> {
        let (file, class) = self.objects[id].class?;
        self.class_method(file, class, name).map(|(file, index)| Closure { file, index, scope: None, this: Some(id) })
    }

    pub(in crate::compose) fn class_method(&mut self, file: FileId, class: u32, name: &str) -> Option<(FileId, u32)> {
        let (own, _) = self.bases(file, class);
        for (file, class) in [(file, class)].into_iter().chain(own) {
            let source = self.program.source(file);
            let declared = &source.classes[class as usize];
            let found = declared.methods.iter().find(|index| source.functions[**index as usize].name == name && !source.classes[class as usize].is_abstract);
            if let Some(index) = found {
                return Some((file, *index));
            }
            if let Some(found) = self.program.method(file, &declared.name, name) {
                return Some(found);
            }
        }
        None
    }
}
