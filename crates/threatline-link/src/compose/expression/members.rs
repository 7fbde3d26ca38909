//! Members of values: of objects, classes, maps and lists.

use super::calls::least;
use super::*;
use crate::compose::attributes::input_member;

impl<'a> Evaluator<'a> {
    /// `object.name`.
    pub(in crate::compose) fn member(&mut self, object: &Val, name: &str) -> Val {
        match object {
            Val::Object(id) => self.object_member(*id, name),
            Val::Module(file) => match self.module_member(*file, name) {
                Some(value) => value,
                None => match self.module_member(*file, "default") {
                    Some(value) if !matches!(value, Val::Module(_)) => self.member(&value, name),
                    _ => Val::Unknown,
                },
            },
            Val::Folder(folder) => {
                let files = self.program.folder(folder, self.family());
                files.into_iter().find_map(|file| self.globals(file).get(name)).unwrap_or(Val::Unknown)
            }
            Val::Symbol(symbol) => {
                if let Some(value) = self.environment_member(symbol, name) {
                    return value;
                }
                let full = format!("{symbol}.{name}");
                self.note_attribute(&full, &[]);
                self.note_whole(&full);
                self.note_read(symbol, Some(name));
                self.symbol(&full)
            }
            Val::Made(made) => {
                let (by, full) = (format!("{}()", made.by), format!("{}().{name}", made.by));
                self.note_read(&by, Some(name));
                self.note_attribute(&full, &[]);
                Val::symbol(full)
            }
            Val::Method(id, method) => {
                let full = self.method_name(*id, method);
                self.note_read(&full, Some(name));
                self.note_whole(&format!("{full}.{name}"));
                if self.program.files[self.file].library.may_say(name) {
                    self.note_attribute(&format!("{full}.{name}"), &[]);
                }
                Val::Method(*id, Rc::from(format!("{method}.{name}")))
            }
            Val::Map(entries) => entries.iter().rev().find(|(key, _)| key == name).map_or(Val::Unknown, |(_, value)| value.clone()),
            Val::Class(file, class) => self.class_member(*file, *class, name),
            Val::Either(values) => {
                let first = values.iter().find(|value| matches!(value, Val::Object(_))).cloned();
                first.map_or(Val::Unknown, |value| self.member(&value, name))
            }
            Val::Missing => Val::Missing,
            // `getattr`-like access to a text's own members changes nothing that we follow; what a caller
            // chose has members that are its choice too.
            Val::Text(_) if matches!(name, "value" | "Value") => object.clone(),
            // `params[:user].permit!` lets all of it through
            Val::Text(text) if self.runs_bodies() && matches!(**text, Text::Input(_)) && self.is_body_of_input(name) => Val::symbol(input_member(name)),
            Val::Text(text) if matches!(**text, Text::Input(_)) && self.attribute_of_input(name) => object.clone(),
            Val::Text(text) if matches!(**text, Text::Input(_)) && !self.own_words().counts.contains(name) => object.clone(),
            Val::Text(_)
                if self.runs_bodies() && matches!(name, "host" | "hostname" | "to_s" | "to_sym" | "freeze" | "strip" | "chomp" | "dup" | "presence") =>
            {
                object.clone()
            }
            Val::List(items) if self.runs_bodies() && name == "min" => least(items),
            Val::List(_) if self.runs_bodies() && matches!(name, "freeze" | "dup" | "to_a") => object.clone(),
            _ => Val::Unknown,
        }
    }

    /// A field or method that the object's class declares.
    pub(in crate::compose) fn own_member(&mut self, id: ObjectId, name: &str) -> Option<Val> {
        if let Some(value) = self.field(id, name) {
            return Some(value);
        }
        self.method(id, name).map(Val::Function)
    }

    pub(super) fn object_member(&mut self, id: ObjectId, name: &str) -> Val {
        if let Some(value) = self.field(id, name) {
            return value;
        }
        if let Some(closure) = self.method(id, name) {
            return Val::Function(closure);
        }
        if let Some(value) = self.around(id, name) {
            return value;
        }
        if self.objects[id].ty.is_some() {
            let full = self.method_name(id, name);
            self.note_whole(&full);
            self.note_attribute(&full, &[]);
            return Val::Method(id, Rc::from(name));
        }
        match self.objects[id].class {
            // Embedded structs (Go): their fields and methods are the outer one's.
            Some((file, class)) => self.embedded(id, file, class, name),
            None => Val::Unknown,
        }
    }

    /// A field of what the object hangs in.
    pub(super) fn around(&self, id: ObjectId, name: &str) -> Option<Val> {
        let mut outer = self.objects[id].around;
        for _ in 0..24 {
            let id = outer?;
            if let Some(value) = self.objects[id].fields.get(name) {
                return Some(value.clone());
            }
            outer = self.objects[id].around;
        }
        None
    }

    pub(super) fn embedded(&mut self, id: ObjectId, file: FileId, class: u32, name: &str) -> Val {
        let bases = &self.program.source(file).classes[class as usize].bases;
        for base in bases {
            let last = base.name.rsplit('.').next().unwrap_or(&base.name);
            if let Some(inner) = self.field(id, last) {
                return self.member(&inner, name);
            }
        }
        Val::Unknown
    }

    pub(super) fn class_member(&mut self, file: FileId, class: u32, name: &str) -> Val {
        if self.runs_bodies() {
            return self.ruby_class_member(file, class, name);
        }
        if let Some((file, index)) = self.class_method(file, class, name) {
            let this = self.object_itself(file, index);
            return Val::Function(Closure { file, index, scope: None, this });
        }
        let source = self.program.source(file);
        let declared = &source.classes[class as usize];
        if let Some(field) = declared.fields.iter().find(|field| field.name == name) {
            if source.language == Language::Scala
                && field.value.is_some()
                && let Val::Object(id) = self.generic_instance(file, class)
            {
                return self.field(id, name).unwrap_or(Val::Unknown);
            }
            return match &field.value {
                Some(value) => self.class_value(file, class, name, value),
                None if declared.is_enum => Val::text(name),
                None => Val::Unknown,
            };
        }
        if let Some(nested) = self.program.files[file].classes.get(name).filter(|_| self.family() == Family::Java) {
            return Val::Class(file, *nested);
        }
        // Constants are inherited as methods are.
        let (bases, foreign) = self.bases(file, class);
        for (file, class) in bases {
            if let Some(Field { value: Some(value), .. }) = self.program.source(file).classes[class as usize].fields.iter().find(|field| field.name == name) {
                return self.class_value(file, class, name, value);
            }
        }
        if self.family() == Family::Php
            && let Some(base) = foreign.first()
        {
            return Val::symbol(format!("{base}.{name}"));
        }
        Val::symbol(format!("?{}.{name}", declared.name))
    }

    /// A member of the class itself has one value, however often it is asked for.
    pub(in crate::compose) fn class_value(&mut self, file: FileId, class: u32, name: &str, value: &'a Value) -> Val {
        let key = (file, class, name.to_owned());
        if let Some(known) = self.statics.get(&key) {
            return known.clone();
        }
        // It may refer to itself.
        self.statics.insert(key.clone(), Val::Unknown);
        let module = &self.program.source(file).classes[class as usize].name;
        let mut scope = if self.runs_bodies() { self.scope_in(file, module) } else { self.globals(file) };
        if matches!(self.family(), Family::Java | Family::CSharp) {
            scope = self.with_siblings(file, class, value, scope);
        }
        let value = self.within(file, |this| this.value(value, &scope));
        if self.proving == 0 {
            self.statics.insert(key, value.clone());
        } else {
            self.statics.remove(&key);
        }
        value
    }

    /// A scope with the other constants of a class that a value is made of: they are named without it.
    pub(in crate::compose) fn with_siblings(&mut self, file: FileId, class: u32, value: &'a Value, scope: Scope) -> Scope {
        let mut names = Vec::new();
        names_in(value, &mut names, 0);
        let fields = &self.program.source(file).classes[class as usize].fields;
        let mut out = scope;
        for name in names {
            let Some(Field { value: Some(sibling), .. }) = fields.iter().find(|field| field.name == name) else { continue };
            if std::ptr::eq(sibling, value) {
                continue;
            }
            let known = self.class_value(file, class, name, sibling);
            out = Scope::new(Some(out));
            out.set(name, known);
        }
        out
    }

    pub(super) fn index(&mut self, object: &Val, key: &Val) -> Val {
        match (object, key.literal()) {
            (Val::Symbol(symbol), Some(key)) => {
                if let Some(value) = self.environment_member(symbol, key) {
                    return value;
                }
                self.note_read(symbol, Some(key));
                Val::symbol(format!("{symbol}[]"))
            }
            (Val::Made(made), Some(key)) => {
                self.note_read(&format!("{}()", made.by), Some(key));
                self.read_off(object)
            }
            (Val::Method(id, method), Some(key)) => {
                let full = self.method_name(*id, method);
                self.note_read(&full, Some(key));
                let library = self.program.files[self.file].library;
                let index: Vec<_> = self.objects[*id].ty.map(|ty| library.methods(ty, "[]")).unwrap_or_default();
                if index.is_empty() { self.read_off(object) } else { self.indexed(*id, key) }
            }
            (Val::Object(id), Some(key)) => match self.field(*id, key) {
                Some(value) => value,
                None => self.indexed(*id, key),
            },
            (Val::List(items), Some(key)) => key.parse::<usize>().ok().and_then(|at| items.get(at).cloned()).unwrap_or(Val::Unknown),
            (Val::Map(_), Some(key)) => self.member(object, key),
            (Val::Text(text), Some(key)) if matches!(**text, Text::Input(_)) => {
                self.attribute_of_input(key);
                object.clone()
            }
            _ => self.read_off(object),
        }
    }

    /// `configuration["X"]`: packs call that method `[]`.
    pub(super) fn indexed(&mut self, id: ObjectId, key: &str) -> Val {
        let full = self.method_name(id, "[]");
        self.note_read(&full, Some(key));
        self.call_method(id, "[]", vec![Arg { name: None, value: Val::text(key) }], None)
    }

    /// The name by which rules know a method of an object.
    pub(in crate::compose) fn method_name(&self, id: ObjectId, method: &str) -> String {
        match self.objects[id].ty {
            Some(ty) => format!("#{}.{method}", ty.0),
            None => format!("?.{method}"),
        }
    }
}

/// Plain names in what a text or a list is put together of.
fn names_in<'v>(value: &'v Value, out: &mut Vec<&'v str>, depth: usize) {
    match value {
        Value::Name(name) if out.len() < 16 => out.push(name),
        Value::List(parts) | Value::Join(parts) | Value::Either(parts) | Value::Operator(_, parts) if depth < 8 => {
            parts.iter().for_each(|part| names_in(part, out, depth + 1));
        }
        _ => {}
    }
}
