//! Ruby's names. A word is a variable, else a method of `self`; a constant is looked for in the modules around,
//! then at the top, in whatever file it stands, since files are loaded by the names of what they hold.
//!
//! The body of a class runs once, with the class as `self`. The class and its instances are one object here:
//! frameworks keep what a body says of its routes and guards with the class, and run handlers in instances.

use super::*;

/// The name under which a scope knows the module around it.
const MODULE: &str = "(module)";
/// What runs when a class is made, and what runs in a class that takes a mixin in.
const CLASS: &str = "(class)";
const INCLUDED: &str = "(included)";
/// The name of an argument that is a block.
pub(in crate::compose) const BLOCK: &str = "&";
/// So many bodies of classes run inside one another; what lies deeper runs in its turn.
const MAX_BODIES: usize = 8;

impl<'a> Evaluator<'a> {
    /// Bodies of classes run, and names are found as in Ruby.
    pub(in crate::compose) fn runs_bodies(&self) -> bool {
        self.family().runs_bodies()
    }

    /// What a word means; a method is not called yet.
    pub(in crate::compose) fn ruby_name(&mut self, name: &str, scope: &Scope) -> Val {
        if name.starts_with(|c: char| c.is_uppercase()) {
            return self.constant(name, scope);
        }
        if let Some(value) = scope.get(name) {
            return value;
        }
        if let Some(Val::Object(this)) = scope.get("self") {
            if let Some(closure) = self.method(this, name) {
                return Val::Function(closure);
            }
            if let Some(value) = self.required_function(name) {
                return value;
            }
            if self.objects[this].ty.is_some() {
                let full = self.method_name(this, name);
                self.note_whole(&full);
                return Val::Method(this, Rc::from(name));
            }
        }
        let file = self.file;
        if let Some(value) = self.globals(file).get(name) {
            return value;
        }
        self.required_function(name).unwrap_or_else(|| self.symbol(name))
    }

    /// A function of a file that this one requires by its path.
    fn required_function(&mut self, name: &str) -> Option<Val> {
        let file = self.file;
        let imports = &self.program.source(file).imports;
        for import in imports.iter().filter(|import| import.module.starts_with('.')) {
            if let Located2::File(found) = self.program.locate(file, &import.module, import.member.as_deref())
                && let Some(index) = self.program.files[found].functions.get(name)
            {
                return Some(Val::Function(Closure { file: found, index: *index, scope: None, this: None }));
            }
        }
        None
    }

    /// A constant, seen from the module around.
    pub(in crate::compose) fn constant(&mut self, name: &str, scope: &Scope) -> Val {
        // modules of Elixir are written in full
        if self.family() == Family::Elixir {
            return self.symbol(name);
        }
        let around = match scope.get(MODULE) {
            Some(Val::Text(text)) => text.as_literal().unwrap_or_default().to_owned(),
            _ => String::new(),
        };
        let mut outer = around.as_str();
        while !outer.is_empty() {
            if let Some(value) = self.constant_in(outer, name) {
                return value;
            }
            outer = outer.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
        if let Some(found) = self.program.class_of("", name) {
            return Val::Class(found.0, found.1);
        }
        if let Some((file, class)) = self.program.class_of("", &around) {
            let (own, _) = self.bases(file, class);
            for (file, class) in own {
                let base = self.program.source(file).classes[class as usize].name.clone();
                if let Some(value) = self.constant_in(&base, name) {
                    return value;
                }
            }
        }
        if let Some(value) = scope.get(name) {
            return value;
        }
        if let Some(file) = self.program.constant(name)
            && let Some(value) = self.globals(file).get(name)
        {
            return value;
        }
        self.symbol(name)
    }

    /// A class or constant that a module holds.
    fn constant_in(&mut self, module: &str, name: &str) -> Option<Val> {
        if let Some((file, class)) = self.program.class_of("", &format!("{module}.{name}")) {
            return Some(Val::Class(file, class));
        }
        for (file, class) in self.program.reopened(module).to_vec() {
            let fields = &self.program.source(file).classes[class as usize].fields;
            if let Some(value) = fields.iter().rev().find(|field| field.name == name).and_then(|field| field.value.as_ref()) {
                return Some(self.class_value(file, class, name, value));
            }
        }
        None
    }

    /// The class that a written name means for one that stands in a module.
    pub(in crate::compose) fn ruby_type(&mut self, name: &str, scope: &Scope) -> Val {
        if self.family() == Family::Elixir {
            return self.symbol(name);
        }
        let mut parts = name.split('.');
        let first = parts.next().unwrap_or_default();
        let mut value = self.constant(first, scope);
        for part in parts {
            value = self.member(&value, part);
        }
        value
    }

    /// A scope that stands in a module.
    pub(in crate::compose) fn scope_in(&mut self, file: FileId, module: &str) -> Scope {
        let scope = Scope::new(Some(self.globals(file)));
        scope.set(MODULE, Val::text(module));
        scope
    }

    /// A member of a class: one that stands in it, a constant, a method, or what its library's type has.
    pub(in crate::compose) fn ruby_class_member(&mut self, file: FileId, class: u32, name: &str) -> Val {
        let declared = self.program.source(file).classes[class as usize].name.clone();
        if name.starts_with(|c: char| c.is_uppercase()) {
            return self.constant_in(&declared, name).unwrap_or_else(|| self.symbol(&format!("{declared}.{name}")));
        }
        let this = if let Val::Object(id) = self.generic_instance(file, class) { Some(id) } else { None };
        if let Some((file, index)) = self.class_method(file, class, name) {
            return Val::Function(Closure { file, index, scope: None, this });
        }
        match this {
            Some(id) if self.objects[id].ty.is_some() => {
                let full = self.method_name(id, name);
                self.note_whole(&full);
                Val::Method(id, Rc::from(name))
            }
            _ => Val::symbol(format!("{declared}.{name}")),
        }
    }

    /// A method that is named without arguments is called.
    pub(in crate::compose) fn read(&mut self, value: Val) -> Val {
        match value {
            Val::Function(closure) if self.runs_bodies() && !is_lambda(&self.program.source(closure.file).functions[closure.index as usize]) => {
                self.invoke(&closure, Vec::new())
            }
            value => value,
        }
    }

    /// A call without a receiver.
    pub(in crate::compose) fn ruby_call(&mut self, name: &'a str, call: &'a Call, scope: &Scope) -> Val {
        let arguments = self.arguments(&call.arguments, scope);
        self.mark = call.mark;
        match name {
            "yield" => {
                return match scope.get(BLOCK) {
                    Some(Val::Function(closure)) => self.invoke(&closure, arguments),
                    _ => Val::Unknown,
                };
            }
            "return" => return arguments.into_iter().next().map_or(Val::Null, |argument| argument.value),
            "super" => {
                self.run_lambdas(&arguments);
                return Val::Unknown;
            }
            _ => {}
        }
        // what is called with arguments is no variable in Elixir, however it is called
        let meant = match (self.family(), scope.get("self")) {
            (Family::Elixir, Some(this)) => {
                let own = Scope::new(None);
                own.set("self", this);
                self.ruby_name(name, &own)
            }
            _ => self.ruby_name(name, scope),
        };
        match meant {
            Val::Function(closure) => self.invoke(&closure, arguments),
            Val::Method(id, method) => {
                let of = self.method_name(id, &method);
                self.note_read_by(&of, "()", &arguments);
                self.call_method(id, &method, arguments, None)
            }
            Val::Symbol(symbol) => self.call_symbol(&symbol, arguments, None, None),
            _ => {
                self.run_lambdas(&arguments);
                Val::Unknown
            }
        }
    }

    /// Runs what a class says in its body, and its mixins say for it: once, with the class as `self`.
    pub(super) fn run_class_bodies(&mut self, id: ObjectId, file: FileId, class: u32) {
        if self.bodies >= MAX_BODIES {
            self.waiting.push((id, file, class));
            return;
        }
        self.bodies += 1;
        let saved = std::mem::replace(&mut self.fuel, FUEL);
        let proving = std::mem::take(&mut self.proving);
        let running = std::mem::take(&mut self.running);
        let (owner, alone) = (std::mem::replace(&mut self.owner, file), self.alone.take());
        self.frames.push(Effects::default());
        let name = self.program.source(file).classes[class as usize].name.clone();
        let mut parts = self.program.reopened(&name).to_vec();
        if parts.is_empty() {
            parts.push((file, class));
        }
        let (own, _) = self.bases(file, class);
        for (file, class) in own.into_iter().filter(|part| !parts.contains(part)) {
            self.run_body(id, file, class, INCLUDED);
        }
        for (file, class) in parts {
            self.run_body(id, file, class, CLASS);
        }
        self.frames.pop();
        (self.owner, self.alone) = (owner, alone);
        self.running = running;
        self.proving = proving;
        self.fuel = saved;
        self.bodies -= 1;
        while self.bodies == 0
            && let Some((id, file, class)) = self.waiting.pop()
        {
            self.run_class_bodies(id, file, class);
        }
    }

    fn run_body(&mut self, id: ObjectId, file: FileId, class: u32, name: &str) {
        let source = self.program.source(file);
        let declared = &source.classes[class as usize];
        let bodies: Vec<u32> = declared.methods.iter().copied().filter(|index| source.functions[*index as usize].name == name).collect();
        for index in bodies {
            let scope = self.scope_in(file, &declared.name);
            scope.set("self", Val::Object(id));
            self.within(file, |this| {
                let _ = this.steps(&source.functions[index as usize].steps, &scope, Some(id));
            });
        }
    }

    /// The part of a class that says what it is: the first that names a base.
    pub(super) fn ruby_class(&self, file: FileId, class: u32) -> (FileId, u32) {
        let name = &self.program.source(file).classes[class as usize].name;
        let parts = self.program.reopened(name);
        let named = |part: &&(FileId, u32)| !self.program.source(part.0).classes[part.1 as usize].bases.is_empty();
        parts.iter().find(named).or(parts.first()).copied().unwrap_or((file, class))
    }

    /// The top level of a file that loads a framework which takes `self` there for an application.
    pub(super) fn ruby_main(&mut self, file: FileId) -> Option<ObjectId> {
        let of = &self.program.files[file];
        if of.family != Family::Ruby {
            return None;
        }
        // a file that a program is made of is seen from the one that requires it
        let (at, name) = self.program.requirers(file).into_iter().find_map(|file| {
            let of = &self.program.files[file];
            of.library.main_of(&of.path, &of.source.imports)
        })?;
        Some(self.single(&name, Some(at)))
    }

    /// Runs a closure, also one that has run before with the same values: what it does is meant again.
    pub(in crate::compose) fn run_again(&mut self, closure: &Closure, arguments: Vec<Arg>) -> Val {
        let id = (closure.file, closure.index);
        if self.proving == 0 {
            self.visited.insert(id);
        }
        if self.running.len() >= MAX_DEPTH * 2 || self.running.iter().filter(|running| **running == id).count() > 1 || !self.burn() {
            return Val::Unknown;
        }
        self.running.push(id);
        self.frames.push(Effects::default());
        let value = self.within(closure.file, |this| this.run(closure, arguments));
        let effects = self.frames.pop().unwrap_or_default();
        self.running.pop();
        if let Some(frame) = self.frames.last_mut() {
            frame.merge(&effects);
        }
        value
    }

    /// Runs the top level of a file once more, with another `self`.
    pub(in crate::compose) fn run_file(&mut self, file: FileId, this: ObjectId) {
        if self.running.len() >= MAX_DEPTH * 2 || self.running.contains(&(file, 0)) || !self.burn() {
            return;
        }
        self.running.push((file, 0));
        let scope = Scope::new(None);
        scope.set("self", Val::Object(this));
        let source = self.program.source(file);
        self.within(file, |evaluator| {
            let _ = evaluator.steps(&source.functions[0].steps, &scope, Some(this));
        });
        self.running.pop();
    }
}
