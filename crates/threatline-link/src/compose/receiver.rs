//! Receivers: Kotlin's functions and lambdas whose body sees the members of an object without naming it.
//!
//! A lambda without parameters of its own is handed what others take as a parameter: as `it`, and, if it
//! is a library's object, as the receiver. Names are looked for in what is local, then in the receivers
//! from the innermost out, then in the file, its imports and its package. A function that extends a type
//! is called on the innermost receiver that is of that type. A library's function that extends a type is
//! known to packs by its full name, with the receiver as argument 0.

use super::evaluate::{Evaluator, as_text};
use super::value::*;
use super::walk::EITHER;
use threatline_facts::code::*;
use threatline_facts::{Language, Text};
use threatline_knowledge::packs::{AnnotationVerb, TypeRole, Verb};

impl<'a> Evaluator<'a> {
    /// The file is of a language in which members of what is around are named without it, and functions extend types.
    pub(super) fn has_receivers(&self) -> bool {
        matches!(self.program.source(self.file).language, Language::Kotlin | Language::Scala | Language::Swift | Language::Dart)
    }

    /// … in which whoever runs a lambda may hand it a receiver.
    pub(super) fn hands_receivers(&self) -> bool {
        self.program.source(self.file).language == Language::Kotlin
    }

    /// … in which an operator is a method, and a method without arguments is asked for as a field is.
    pub(super) fn is_uniform(&self) -> bool {
        self.program.source(self.file).language == Language::Scala
    }

    /// An object of a library that others make and hand over.
    pub(super) fn unmade(&mut self, name: &str) -> Option<Val> {
        let ty = self.program.files[self.file].library.type_named(name)?;
        let place = Some(self.place("code"));
        // What stands in front of it is known where it was made.
        Some(Val::Object(self.object(Object { ty: Some(ty), place, events: vec![Event::Protect], ..Object::default() })))
    }

    /// Binds the receiver of a call.
    pub(super) fn receive(&mut self, closure: &Closure, function: &'a Function, arguments: &[Arg], scope: &Scope) {
        if let Some(handed) = arguments.iter().find(|argument| argument.name.as_deref() == Some("self")) {
            // Null: somebody unknown runs it, on a receiver of his own.
            scope.set("self", handed.value.clone());
            return;
        }
        let first = arguments.iter().find(|argument| argument.name.is_none()).map(|argument| argument.value.clone());
        if function.receiver.is_some() && closure.this.is_none() {
            // `Application::module`, called by somebody who hands the receiver over first
            if let Some(first) = first {
                scope.set("self", first);
            }
            return;
        }
        if is_lambda(function)
            && self.hands_receivers()
            && let Some(first) = first
        {
            if let Val::Object(id) = first
                && self.objects[id].ty.is_some()
            {
                scope.set("self", Val::Object(id));
            }
            if function.parameters.is_empty() {
                scope.set("it", first);
            }
        }
    }

    /// Receivers that are in reach: what stands around a handler is not what the handler is about.
    fn in_reach(&self, scope: &Scope) -> Vec<Val> {
        let mut out = Vec::new();
        let (mut inside, mut hidden) = (false, false);
        for value in scope.receivers() {
            let role = match &value {
                Val::Object(id) if self.objects[*id].class.is_none() => {
                    self.objects[*id].ty.map(|ty| self.program.files[self.file].library.type_rule(ty).rule.role)
                }
                _ => None,
            };
            if inside && role.is_some() {
                continue;
            }
            inside |= role == Some(TypeRole::Request);
            hidden |= matches!(value, Val::Null);
            if hidden && matches!(role, Some(TypeRole::App | TypeRole::Router)) {
                continue;
            }
            out.push(value);
        }
        out
    }

    /// What a name means among local names and receivers.
    pub(super) fn in_receivers(&mut self, name: &str, scope: &Scope) -> Option<Val> {
        if let Some(label) = name.strip_prefix("self@") {
            return Some(self.labelled(label, scope));
        }
        if let Some(value) = scope.local(name) {
            return Some(value);
        }
        if matches!(name, "self" | "super" | "it") {
            return None;
        }
        for receiver in self.in_reach(scope) {
            let Val::Object(id) = receiver else { continue };
            if let Some(value) = self.own_member(id, name) {
                return Some(value);
            }
            if let Some(value) = self.property(id, name) {
                return Some(value);
            }
        }
        None
    }

    /// `this@Outer`: the receiver of that class, else the innermost.
    fn labelled(&mut self, label: &str, scope: &Scope) -> Val {
        let receivers = scope.receivers();
        let is_it = |value: &&Val| match value {
            Val::Object(id) => self.objects[*id].class.is_some_and(|(file, class)| self.program.source(file).classes[class as usize].name == label),
            _ => false,
        };
        receivers.iter().find(is_it).or(receivers.first()).cloned().unwrap_or(Val::Unknown)
    }

    /// A property of a library's object: what packs say of the function of that name, or a name to read from.
    fn property(&mut self, id: ObjectId, name: &str) -> Option<Val> {
        let ty = self.objects[id].ty?;
        let library = self.program.files[self.file].library;
        let rules = library.methods(ty, name);
        let is_made = |verb: Verb| verb == Verb::Make || self.is_uniform() && verb != Verb::Pass;
        if rules.iter().any(|(ruled, _)| is_made(ruled.rule.does)) {
            return Some(self.call_method(id, name, Vec::new(), None));
        }
        let full = self.method_name(id, name);
        let is_read = !library.reads(&full).is_empty();
        is_read.then(|| self.member(&Val::Object(id), name))
    }

    /// Names of the file's own package.
    pub(super) fn in_own_package(&mut self, name: &str) -> Option<Val> {
        let package = self.program.source(self.file).package.clone().unwrap_or_default();
        self.offered(&package, name)
    }

    /// Whether files must be asked for that.
    pub(super) fn may_offer(&self, package: &str, name: &str) -> bool {
        !self.program.offering(package, name).is_empty() || self.class_in_sight(package).is_some()
    }

    /// The class or object of that full name; in Scala a name may begin in the package of the file, or in one around it.
    fn class_in_sight(&self, name: &str) -> Option<(FileId, u32)> {
        let (outer, class) = name.rsplit_once('.').unwrap_or(("", name));
        if !outer.is_empty()
            && let Some(found) = self.program.class_of(outer, class)
        {
            return Some(found);
        }
        if !self.is_uniform() {
            return None;
        }
        let mut around = self.program.source(self.file).package.as_deref();
        for _ in 0..16 {
            let package = around?;
            let outer = if outer.is_empty() { package.to_owned() } else { format!("{package}.{outer}") };
            if let Some(found) = self.program.class_of(&outer, class) {
                return Some(found);
            }
            around = package.rsplit_once('.').map(|(before, _)| before);
        }
        None
    }

    /// A name at the top level of a package of Kotlin, or of a class in it.
    pub(super) fn offered(&mut self, package: &str, name: &str) -> Option<Val> {
        let program = self.program;
        for file in program.offering(package, name) {
            if *file != self.file
                && let Some(value) = self.globals(*file).get(name)
            {
                return Some(value);
            }
        }
        // `import com.shop.Paths.ORDERS`
        let (file, class) = self.class_in_sight(package)?;
        match self.member(&Val::Class(file, class), name) {
            // what the object does not have is not offered
            Val::Symbol(symbol) if self.is_uniform() && symbol.starts_with('?') => None,
            value => Some(value),
        }
    }

    /// A class in a class: `Articles.Id`.
    pub(super) fn nested_class(&mut self, name: &str, scope: &Scope) -> Option<Val> {
        if !self.has_receivers() || !name.starts_with(|first: char| first.is_uppercase()) {
            return None;
        }
        let mut parts = name.split('.');
        let mut value = self.lookup(parts.next()?, scope);
        for part in parts {
            let Val::Class(file, _) = value else { return None };
            value = Val::Class(file, *self.program.files[file].classes.get(part)?);
        }
        matches!(value, Val::Class(..)).then_some(value)
    }

    /// The object that a static function of Kotlin belongs to: objects and companions are there once.
    pub(super) fn object_itself(&mut self, file: FileId, index: u32) -> Option<ObjectId> {
        let source = self.program.source(file);
        let function = &source.functions[index as usize];
        if !matches!(source.language, Language::Kotlin | Language::Scala) || !function.is_static {
            return None;
        }
        match self.generic_instance(file, function.class?) {
            Val::Object(id) => Some(id),
            _ => None,
        }
    }

    /// `x.name` where that is not a member of x but a function that extends its type, or a property.
    pub(super) fn received_member(&mut self, object: &Val, name: &str) -> Option<Val> {
        match object {
            Val::Object(id) => {
                if self.own_member(*id, name).is_some() {
                    return None;
                }
                if let Some(value) = self.property(*id, name) {
                    return Some(value);
                }
                let (file, index) = self.extension_on(object, name)?;
                Some(Val::Function(Closure { file, index, scope: None, this: Some(*id) }))
            }
            // `"page".optional`: asked for without parentheses
            Val::Text(text) if self.is_uniform() && !matches!(**text, Text::Input(_)) => Some(self.text_method(&text.clone(), name, Vec::new())),
            // `Application::module`
            Val::Symbol(_) | Val::Class(..) => {
                let found = self.program.extending(self.file, name);
                let is_of = |(file, index): &(FileId, u32)| self.extends_named(*file, *index, object);
                let (file, index) = found.into_iter().find(is_of)?;
                Some(Val::Function(Closure { file, index, scope: None, this: None }))
            }
            _ => None,
        }
    }

    fn extends_named(&self, file: FileId, index: u32, object: &Val) -> bool {
        let function = &self.program.source(file).functions[index as usize];
        let named = match object {
            Val::Symbol(name) => name.rsplit('.').next().unwrap_or(name),
            Val::Class(file, class) => self.program.source(*file).classes[*class as usize].name.as_str(),
            _ => return false,
        };
        function.receiver.as_ref().is_some_and(|(_, ty)| ty.rsplit('.').next() == Some(named))
    }

    /// The function of that name that extends the type of a value.
    fn extension_on(&mut self, receiver: &Val, name: &str) -> Option<(FileId, u32)> {
        let found = self.program.extending(self.file, name);
        found.into_iter().find(|(file, index)| self.extends(*file, *index, receiver))
    }

    fn extends(&mut self, file: FileId, index: u32, receiver: &Val) -> bool {
        let program = self.program;
        let Some((_, ty)) = &program.source(file).functions[index as usize].receiver else { return false };
        // A type parameter, or everything.
        if matches!(ty.as_str(), "Any") || (ty.len() == 1 && ty.starts_with(|first: char| first.is_uppercase())) {
            return true;
        }
        let scope = self.globals(file);
        let declared = self.within(file, |this| this.type_value(ty, &scope));
        match (receiver, declared) {
            (Val::Text(_), _) => matches!(ty.as_str(), "String" | "CharSequence"),
            (Val::Object(id), Val::Symbol(name)) => {
                let library = program.files[file].library;
                let (Some(own), Some(other)) = (self.objects[*id].ty, library.type_named(&name)) else { return false };
                library.is_kind_of(own, other) || library.is_kind_of(other, own)
            }
            (Val::Object(id), Val::Class(file, class)) => match self.objects[*id].class {
                Some(own) => own == (file, class) || self.bases(own.0, own.1).0.contains(&(file, class)),
                None => false,
            },
            (Val::Method(..) | Val::Made(_), _) => true,
            _ => false,
        }
    }

    /// The path that a class of requests tells in an annotation, below that of the class it hangs under, and its
    /// fields: those that are no part of the path are in the query.
    pub(super) fn described_path(&mut self, file: FileId, class: u32) -> (Text, Vec<threatline_model::Parameter>) {
        let (mut parts, mut fields) = (Vec::new(), Vec::new());
        let mut next = Some((file, class));
        let mut seen = Vec::new();
        while let Some((file, class)) = next.take().filter(|found| !seen.contains(found) && seen.len() < 8) {
            seen.push((file, class));
            let declared = &self.program.source(file).classes[class as usize];
            let scope = self.globals(file);
            let (applied, _) = self.within(file, |this| this.read_annotations(&declared.annotations, &scope));
            let told = applied.iter().find(|one| one.ruled.rule.does == AnnotationVerb::Prefix);
            let Some(path) = told.and_then(|one| self.pick(one.ruled.rule.path.as_ref(), &one.site)) else {
                parts.push(Text::Unknown);
                break;
            };
            parts.push(as_text(&path));
            for field in &declared.fields {
                let ty = field.declared.as_ref().map_or("", |declared| declared.name.as_str());
                match self.within(file, |this| this.type_value(ty, &scope)) {
                    Val::Class(file, class) if !self.program.source(file).classes[class as usize].annotations.is_empty() => next = Some((file, class)),
                    _ => fields.push(super::verbs::parameter(&field.name, EITHER)),
                }
            }
        }
        let text = parts.into_iter().rev().flat_map(|part| [Text::literal("/"), part]);
        (Text::join(text), fields)
    }

    /// The types that a call is given.
    pub(super) fn type_arguments(&mut self, call: &'a Call, scope: &Scope) -> Vec<Val> {
        if !self.has_receivers() {
            return Vec::new();
        }
        call.types.iter().map(|ty| self.type_value(&ty.name, scope)).collect()
    }

    fn call_extension(&mut self, (file, index): (FileId, u32), receiver: Val, mut arguments: Vec<Arg>) -> Val {
        let function = &self.program.source(file).functions[index as usize];
        // Inside a class it sees that class's members, too.
        let scope = function.class.and_then(|class| match self.generic_instance(file, class) {
            Val::Object(id) => {
                let scope = Scope::new(Some(self.globals(file)));
                // An extra scope keeps the names of the file apart from those around the function.
                scope.set("self", Val::Object(id));
                Some(scope)
            }
            _ => None,
        });
        match receiver {
            Val::Object(id) => self.invoke(&Closure { file, index, scope, this: Some(id) }, arguments),
            receiver => {
                arguments.push(Arg { name: Some("self".to_owned()), value: receiver });
                self.invoke(&Closure { file, index, scope, this: None }, arguments)
            }
        }
    }

    /// A call of a name alone: of a local lambda, or of a member or extension of a receiver.
    pub(super) fn call_unqualified(&mut self, name: &str, call: &'a Call, scope: &Scope) -> Option<Val> {
        if let Some(local) = scope.local(name) {
            // A lambda with receiver that was handed in: it goes on about the innermost one.
            let Val::Function(closure) = &local else { return None };
            let mut arguments = self.arguments(&call.arguments, scope);
            let function = &self.program.source(closure.file).functions[closure.index as usize];
            if is_lambda(function) && arguments.is_empty() {
                arguments.extend(self.in_reach(scope).into_iter().next().map(|value| Arg { name: None, value }));
            }
            self.mark = call.mark;
            return Some(self.invoke(&closure.clone(), arguments));
        }
        if matches!(name, "super" | "self") {
            return None;
        }
        let receivers = self.in_reach(scope);
        for receiver in &receivers {
            if let Val::Object(id) = receiver {
                if self.method(*id, name).is_some() || self.field(*id, name).is_some() {
                    let arguments = self.arguments(&call.arguments, scope);
                    self.mark = call.mark;
                    return Some(self.call_member(receiver.clone(), name, arguments, call, None));
                }
                let library = self.program.files[self.file].library;
                if self.objects[*id].ty.is_some_and(|ty| !library.methods(ty, name).is_empty()) {
                    let arguments = self.arguments(&call.arguments, scope);
                    self.mark = call.mark;
                    self.types = self.type_arguments(call, scope);
                    return Some(self.call_method(*id, name, arguments, None));
                }
            }
            if let Some(found) = self.extension_on(receiver, name) {
                let arguments = self.arguments(&call.arguments, scope);
                self.mark = call.mark;
                return Some(self.call_extension(found, receiver.clone(), arguments));
            }
        }
        self.scope_function(name, None, call, scope)
    }

    /// A call on an object that is no member of it: a function that extends its type.
    pub(super) fn call_extending(&mut self, object: &Val, name: &str, call: &'a Call, scope: &Scope) -> Option<Val> {
        if let Val::Object(id) = object {
            let library = self.program.files[self.file].library;
            let known = self.objects[*id].ty.is_some_and(|ty| !library.methods(ty, name).is_empty());
            if known || self.method(*id, name).is_some() || self.field(*id, name).is_some() {
                return None;
            }
        }
        if let Some(found) = self.extension_on(object, name) {
            let arguments = self.arguments(&call.arguments, scope);
            self.mark = call.mark;
            return Some(self.call_extension(found, object.clone(), arguments));
        }
        // A member of a receiver that extends another type: `"/api".nest { }`.
        if !matches!(object, Val::Object(_)) && !self.is_uniform() {
            let library = self.program.files[self.file].library;
            for receiver in self.in_reach(scope) {
                let Val::Object(id) = receiver else { continue };
                if self.objects[id].ty.is_some_and(|ty| matches!(library.type_rule(ty).rule.role, TypeRole::Router) && !library.methods(ty, name).is_empty()) {
                    let mut arguments = vec![Arg { name: None, value: object.clone() }];
                    arguments.extend(self.arguments(&call.arguments, scope));
                    self.mark = call.mark;
                    return Some(self.call_method(id, name, arguments, None));
                }
            }
        }
        if let Some(value) = self.library_extension(object, name, call, scope) {
            return Some(value);
        }
        self.scope_function(name, Some(object.clone()), call, scope)
    }

    /// A library's function that extends a type: imported by its name, with the receiver as argument 0.
    fn library_extension(&mut self, object: &Val, name: &str, call: &'a Call, scope: &Scope) -> Option<Val> {
        let library = self.program.files[self.file].library;
        let full = match self.program.imported(self.file, name) {
            Some(import) => format!("{}.{}", import.module, import.member.as_deref().unwrap_or(name)),
            None => self.program.globs(self.file).iter().map(|import| format!("{}.{name}", import.module)).find(|full| !library.calls(full).is_empty())?,
        };
        if library.calls(&full).is_empty() {
            return None;
        }
        let mut arguments = vec![Arg { name: None, value: object.clone() }];
        arguments.extend(self.arguments(&call.arguments, scope));
        self.mark = call.mark;
        Some(self.call_symbol(&full, arguments, None, None))
    }

    /// `x.apply { }`, `x.let { }`, `with(x) { }`, `run { }`: the lambda is run where it stands.
    fn scope_function(&mut self, name: &str, object: Option<Val>, call: &'a Call, scope: &Scope) -> Option<Val> {
        let runs = self.hands_receivers() && matches!(name, "apply" | "also" | "let" | "run" | "with" | "use");
        if !runs || !call.arguments.last().is_some_and(|last| matches!(last.value, Value::Function(_))) {
            return None;
        }
        let mut arguments = self.arguments(&call.arguments, scope);
        let Some(Arg { value: Val::Function(closure), .. }) = arguments.pop() else { return None };
        let object = match (name, object) {
            ("with", None) => arguments.pop().map(|argument| argument.value),
            (_, object) => object,
        };
        self.mark = call.mark;
        let Some(object) = object else { return Some(self.invoke(&closure, Vec::new())) };
        let named = match name {
            "apply" | "run" | "with" => Some("self".to_owned()),
            _ => None,
        };
        let handed = match name {
            // `it` is no receiver.
            "also" | "let" | "use" => Arg { name: Some("it".to_owned()), value: object.clone() },
            _ => Arg { name: named, value: object.clone() },
        };
        let value = self.invoke_scoped(&closure, handed);
        Some(if matches!(name, "apply" | "also") { object } else { value })
    }

    fn invoke_scoped(&mut self, closure: &Closure, handed: Arg) -> Val {
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        if handed.name.as_deref() == Some("it") {
            if !function.parameters.is_empty() {
                return self.invoke(closure, vec![Arg { name: Some(function.parameters[0].name.clone()), value: handed.value }]);
            }
            let scope = Scope::new(closure.scope.clone());
            scope.set("it", handed.value);
            return self.invoke(&Closure { scope: Some(scope), ..closure.clone() }, Vec::new());
        }
        self.invoke(closure, vec![handed])
    }
}
