//! Expressions: what they are worth, and calls through to what they mean.

use super::evaluate::{Evaluator, as_text};
use super::value::*;
use super::verbs::Site;
use std::rc::Rc;
use threatline_facts::code::*;
use threatline_facts::{Language, Text};
use threatline_knowledge::packs::Family;

/// The name under which packs know the first type argument of a call.
const TYPE_ARGUMENT: &str = "T";

/// So many entries of a record are looked at for functions.
const MOST_TOLD: usize = 64;

impl<'a> Evaluator<'a> {
    /// What an expression is worth.
    pub(super) fn value(&mut self, value: &'a Value, scope: &Scope) -> Val {
        if !self.burn() {
            return Val::Unknown;
        }
        match value {
            Value::Text(text) => Val::text(text),
            Value::Number(text) => Val::Number(Rc::from(text.as_str())),
            Value::Boolean(flag) => Val::Boolean(*flag),
            Value::Null => Val::Null,
            Value::Name(name) => {
                let value = self.lookup(name, scope);
                self.read(value)
            }
            Value::Member(object, name) => {
                if let Some(name) = dotted(value)
                    && self.program.imported(self.file, &name).is_some()
                {
                    return self.lookup(&name, scope);
                }
                let object = self.root_of_path(object, scope);
                let object = self.asked_of_name(&object, name).unwrap_or(object);
                if self.has_receivers()
                    && let Some(value) = self.received_member(&object, name)
                {
                    return value;
                }
                if let (Val::Class(file, class), "new", true) = (&object, name.as_str(), self.runs_bodies()) {
                    return self.construct(*file, *class, Vec::new());
                }
                let value = self.member(&object, name);
                let value = self.classed(&object, name, value);
                self.read(value)
            }
            Value::Index(object, key) => {
                let object = self.value(object, scope);
                let key = self.value(key, scope);
                let value = self.index(&object, &key);
                match key.literal() {
                    Some(key) => self.classed(&object, key, value),
                    None => value,
                }
            }
            Value::Call(call) => self.call(call, scope),
            Value::Function(index) => Val::Function(Closure {
                file: self.file,
                index: *index,
                scope: Some(scope.clone()),
                this: match scope.get("self") {
                    Some(Val::Object(id)) => Some(id),
                    _ => None,
                },
            }),
            Value::Class(index) => Val::Class(self.file, *index),
            Value::List(items) => Val::list(items.iter().map(|item| self.value(item, scope)).collect()),
            Value::Map(entries) => self.map(entries, scope),
            Value::Join(parts) => self.join(parts, scope),
            Value::Either(parts) => self.either(parts, scope),
            Value::Not(inner) => {
                self.value(inner, scope);
                Val::Unknown
            }
            Value::Operator(operator, parts) => {
                let values: Vec<Val> = parts.iter().map(|part| self.value(part, scope)).collect();
                self.compared(operator, &values);
                if let Some(value) = self.operated(operator, &values) {
                    return value;
                }
                match (operator.as_str(), values.as_slice()) {
                    ("?", [_, then, otherwise]) => self.one_of(then, otherwise),
                    ("%", [Val::Text(text), rest]) => self.filled(text, rest),
                    // nothing is divided by what a request says: it is a path
                    ("/", [folder, rest]) if matches!(folder, Val::Text(_)) || self.family() == Family::Python && self.holds_input(rest) => {
                        Val::Text(Rc::new(Text::join([self.text_of(folder), Text::literal("/"), self.text_of(rest)])))
                    }
                    _ => Val::Unknown,
                }
            }
            Value::Unknown(parts) => {
                let values: Vec<Val> = parts.iter().map(|part| self.value(part, scope)).collect();
                values.into_iter().next().filter(|_| parts.len() == 1).unwrap_or(Val::Unknown)
            }
        }
    }

    /// What stands before a member. In Rust no function does: `fn rocket() { rocket::build() }` means the crate.
    fn root_of_path(&mut self, object: &'a Value, scope: &Scope) -> Val {
        let value = self.value(object, scope);
        match (&value, object) {
            (Val::Function(closure), Value::Name(name))
                if self.family() == Family::Rust && self.program.source(closure.file).functions[closure.index as usize].name == *name =>
            {
                self.macro_named(name)
            }
            _ => value,
        }
    }

    fn map(&mut self, entries: &'a [(Value, Value)], scope: &Scope) -> Val {
        let mut out: Vec<(String, Val)> = Vec::new();
        for (key, value) in entries {
            let value = self.value(value, scope);
            if let Value::Null = key {
                match value {
                    Val::Map(inner) => out.extend(inner.iter().take(MAX_GROWN.saturating_sub(out.len())).cloned()),
                    Val::Null => {}
                    // what is not known may say anything
                    _ if self.declares_resources() => out.push((super::constructs::OPEN.to_owned(), Val::Unknown)),
                    _ => {}
                }
                continue;
            }
            let key = self.value(key, scope);
            if let Some(key) = key.literal() {
                out.push((key.to_owned(), value));
            }
        }
        Val::Map(Rc::new(out))
    }

    fn join(&mut self, parts: &'a [Value], scope: &Scope) -> Val {
        let values: Vec<Val> = parts.iter().map(|part| self.value(part, scope)).collect();
        let is = |kind: fn(&Val) -> bool| values.iter().any(kind);
        if is(|value| matches!(value, Val::List(_))) && !is(|value| matches!(value, Val::Text(_))) {
            // lists put together; one that is not known has items that are not known
            let items = values.iter().flat_map(|value| match value {
                Val::List(items) => items.iter().take(MAX_GROWN).cloned().collect(),
                Val::Null => Vec::new(),
                other => vec![other.clone()],
            });
            // a list that is put behind itself in a loop has no end
            return Val::list(items.take(MAX_GROWN).collect());
        }
        let texts: Vec<Text> = values.iter().map(|value| self.word_here(value).unwrap_or_else(|| self.text_of(value))).collect();
        if !values.iter().zip(&texts).any(|(value, text)| matches!((value, text), (Val::Text(_), _) | (_, Text::Input(_)))) {
            return Val::Unknown;
        }
        self.put_together(Text::join(texts))
    }

    fn either(&mut self, parts: &'a [Value], scope: &Scope) -> Val {
        let values: Vec<Val> = parts.iter().map(|part| self.value(part, scope)).collect();
        let mut values = values.into_iter();
        let mut out = values.next().unwrap_or(Val::Unknown);
        let runs_bodies = self.runs_bodies();
        for value in values {
            out = match (&out, &value) {
                // `config.root || "/"`: what a library holds is not known, what stands in for it is
                (Val::Symbol(_) | Val::Method(..), Val::Text(_)) if runs_bodies => value,
                _ => self.one_of(&out, &value),
            };
        }
        out
    }

    /// One of two values; of a word and what callers may put in its place, the latter.
    fn one_of(&self, first: &Val, second: &Val) -> Val {
        match (first, second) {
            // of two words of a library, `Auth.NONE` and `Auth.IAM`, neither is what is meant
            (Val::Symbol(one), Val::Symbol(other)) if one != other && one.rsplit_once('.').map(|(of, _)| of) == other.rsplit_once('.').map(|(of, _)| of) => {
                return Val::Either(Rc::new(vec![first.clone(), second.clone()]));
            }
            (Val::Boolean(one), Val::Boolean(other)) if one != other => return Val::Unknown,
            _ => {}
        }
        if first.literal().is_some() && self.holds_input(second) { second.clone() } else { pick(first, second) }
    }

    /// `object.name`.
    pub(super) fn member(&mut self, object: &Val, name: &str) -> Val {
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
            Val::Text(text) if matches!(**text, Text::Input(_)) && self.attribute_of_input(name) => object.clone(),
            Val::Text(text) if matches!(**text, Text::Input(_)) && !self.own_words().counts.contains(name) => object.clone(),
            Val::Text(_)
                if self.runs_bodies() && matches!(name, "host" | "hostname" | "to_s" | "to_sym" | "freeze" | "strip" | "chomp" | "dup" | "presence") =>
            {
                object.clone()
            }
            Val::List(_) if self.runs_bodies() && matches!(name, "freeze" | "dup" | "to_a") => object.clone(),
            _ => Val::Unknown,
        }
    }

    /// A field or method that the object's class declares.
    pub(super) fn own_member(&mut self, id: ObjectId, name: &str) -> Option<Val> {
        if let Some(value) = self.field(id, name) {
            return Some(value);
        }
        self.method(id, name).map(Val::Function)
    }

    fn object_member(&mut self, id: ObjectId, name: &str) -> Val {
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
    fn around(&self, id: ObjectId, name: &str) -> Option<Val> {
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

    fn embedded(&mut self, id: ObjectId, file: FileId, class: u32, name: &str) -> Val {
        let bases = &self.program.source(file).classes[class as usize].bases;
        for base in bases {
            let last = base.name.rsplit('.').next().unwrap_or(&base.name);
            if let Some(inner) = self.field(id, last) {
                return self.member(&inner, name);
            }
        }
        Val::Unknown
    }

    fn class_member(&mut self, file: FileId, class: u32, name: &str) -> Val {
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
    pub(super) fn class_value(&mut self, file: FileId, class: u32, name: &str, value: &'a Value) -> Val {
        let key = (file, class, name.to_owned());
        if let Some(known) = self.statics.get(&key) {
            return known.clone();
        }
        // It may refer to itself.
        self.statics.insert(key.clone(), Val::Unknown);
        let module = &self.program.source(file).classes[class as usize].name;
        let scope = if self.runs_bodies() { self.scope_in(file, module) } else { self.globals(file) };
        let value = self.within(file, |this| this.value(value, &scope));
        if self.proving == 0 {
            self.statics.insert(key, value.clone());
        } else {
            self.statics.remove(&key);
        }
        value
    }

    fn index(&mut self, object: &Val, key: &Val) -> Val {
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
    fn indexed(&mut self, id: ObjectId, key: &str) -> Val {
        let full = self.method_name(id, "[]");
        self.note_read(&full, Some(key));
        self.call_method(id, "[]", vec![Arg { name: None, value: Val::text(key) }], None)
    }

    /// The name by which rules know a method of an object.
    pub(super) fn method_name(&self, id: ObjectId, method: &str) -> String {
        match self.objects[id].ty {
            Some(ty) => format!("#{}.{method}", ty.0),
            None => format!("?.{method}"),
        }
    }

    /// The name by which rules may know what an expression stands for.
    pub(super) fn name_of(&mut self, value: &'a Value, scope: &Scope) -> Option<String> {
        match self.unread(value, scope) {
            Val::Symbol(name) => Some(name.to_string()),
            Val::Method(id, method) => Some(self.method_name(id, &method)),
            Val::Made(made) => Some(made.by.clone()),
            _ => None,
        }
    }

    /// What an expression names; a method of Ruby is not called.
    pub(super) fn unread(&mut self, value: &'a Value, scope: &Scope) -> Val {
        match value {
            Value::Name(name) if self.runs_bodies() => self.lookup(name, scope),
            Value::Member(object, name) if self.runs_bodies() => {
                let object = self.value(object, scope);
                self.member(&object, name)
            }
            value => self.value(value, scope),
        }
    }

    pub(super) fn arguments(&mut self, arguments: &'a [Argument], scope: &Scope) -> Vec<Arg> {
        let mut out = Vec::new();
        for argument in arguments {
            let value = self.value(&argument.value, scope);
            match (&value, argument.spread) {
                (Val::List(items), true) => out.extend(items.iter().map(|item| Arg { name: None, value: item.clone() })),
                (Val::Map(entries), true) => {
                    out.extend(entries.iter().map(|(key, item)| Arg { name: Some(key.clone()), value: item.clone() }));
                }
                // Any number of Go's arguments, of which nothing is known.
                (Val::Made(_) | Val::Symbol(_), true) if self.family() == Family::Go => out.push(Arg { name: None, value: Val::Unknown }),
                _ => out.push(Arg { name: argument.name.clone(), value }),
            }
        }
        out
    }

    /// A call, construction or applied decorator; what it assigned through pointers is bound.
    pub(super) fn call(&mut self, call: &'a Call, scope: &Scope) -> Val {
        // what is read for its arguments is read here
        self.mark = call.mark;
        self.outs.clear();
        let value = self.call_plainly(call, scope);
        for (at, assigned) in std::mem::take(&mut self.outs) {
            if let Some(argument) = call.arguments.get(at) {
                self.bind(&argument.value, assigned, scope);
            }
        }
        value
    }

    fn call_plainly(&mut self, call: &'a Call, scope: &Scope) -> Val {
        if let Value::Name(name) = &call.callee
            && self.runs_bodies()
        {
            return self.ruby_call(name, call, scope);
        }
        if let Value::Name(name) = &call.callee
            && (name == "require" || name == "import")
            && self.family() == Family::JavaScript
            && let Some(module) = call.arguments.first().and_then(|argument| if let Value::Text(text) = &argument.value { Some(text) } else { None })
        {
            return self.require(module);
        }
        if self.family() == Family::Php
            && let Value::Name(name) = &call.callee
            && let "require" | "dirname" | "call_user_func" = name.as_str()
        {
            let arguments = self.arguments(&call.arguments, scope);
            return match (name.as_str(), arguments.first()) {
                ("require", Some(path)) => self.require_file(&path.value.clone(), scope),
                ("dirname", _) => self.folder_above(&arguments),
                (_, Some(callee)) => self.call_value(callee.value.clone(), arguments[1..].to_vec(), call, None),
                (_, None) => Val::Unknown,
            };
        }
        if let Some(value) = self.call_in_lists(call, scope) {
            return value;
        }
        if self.has_receivers()
            && let Value::Name(name) = &call.callee
            && let Some(value) = self.call_unqualified(name, call, scope)
        {
            return value;
        }
        if let Value::Member(object, name) = &call.callee {
            let named = call.types.first().filter(|_| self.family() == Family::CSharp).map(|ty| self.type_value(&ty.name, scope));
            let mut object = self.root_of_path(object, scope);
            object = self.asked_of_name(&object, name).unwrap_or(object);
            // `parent::m()` and `Own::m()` run on the object at hand.
            if let (Family::Php, Val::Class(file, class), Some(Val::Object(this))) = (self.family(), &object, scope.get("self")) {
                let own = self.objects[this].class;
                let is_line = own.is_some_and(|own| own == (*file, *class) || self.bases(own.0, own.1).0.contains(&(*file, *class)));
                if is_line && let Some((file, index)) = self.class_method(*file, *class, name) {
                    let arguments = self.arguments(&call.arguments, scope);
                    self.mark = call.mark;
                    return self.invoke(&Closure { file, index, scope: None, this: Some(this) }, arguments);
                }
            }
            if let Val::Either(values) = &object {
                object = values.iter().find(|value| matches!(value, Val::Object(_))).cloned().unwrap_or(object);
            }
            if self.has_receivers()
                && let Some(value) = self.call_extending(&object, name, call, scope)
            {
                return value;
            }
            if dotted(&call.callee).is_none_or(|name| self.program.imported(self.file, &name).is_none()) {
                let mut arguments = self.arguments(&call.arguments, scope);
                // What stands between angles says as much as what stands between brackets.
                arguments.extend(named.filter(|value| matches!(value, Val::Class(..))).map(|value| Arg { name: Some(TYPE_ARGUMENT.into()), value }));
                self.mark = call.mark;
                self.asked(Some(&object), name, &arguments);
                self.types = self.type_arguments(call, scope);
                if let Val::List(items) = &object
                    && let Some(longer) = grown(items, name, &arguments)
                    && let Value::Member(target, _) = &call.callee
                {
                    self.bind(target, longer, scope);
                    return Val::Null;
                }
                // `Model.objects.create(…)`: what is filled stands one word before
                if let Value::Member(target, _) = &call.callee
                    && let Value::Member(of, part) = &**target
                    && (self.brings_body(&arguments) || !self.inputs.is_empty() && matches!(**of, Value::Name(_)))
                {
                    let of = self.value(of, scope);
                    let method = format!("{part}.{name}");
                    self.fills_record(&of, &method, &arguments);
                    self.asks_model(Some(&of), &method, &arguments);
                }
                return self.call_member(object, name, arguments, call, None);
            }
        }
        let callee = self.value(&call.callee, scope);
        let arguments = self.arguments(&call.arguments, scope);
        self.mark = call.mark;
        self.asked(None, if let Value::Name(name) = &call.callee { name } else { "" }, &arguments);
        if let (Value::Name(name), Some(Val::Object(this))) = (&call.callee, scope.get("self"))
            && name == "super"
        {
            self.construct_base(this, &arguments);
            self.construct_as_base(this, &arguments);
        }
        self.call_value(callee, arguments, call, None)
    }

    fn require(&mut self, module: &'a str) -> Val {
        use super::program::{Located2, module_value};
        let located = self.program.locate(self.file, module, None);
        if let Located2::Missing = located {
            let place = self.place("code");
            self.out.unresolved.push(place);
        }
        module_value(&located).unwrap_or_else(|| {
            let language = self.program.source(self.file).language;
            let name = self.program.full_name(language, module, None);
            self.symbol(&name)
        })
    }

    /// Calls a member of a value.
    pub(super) fn call_member(&mut self, object: Val, name: &str, arguments: Vec<Arg>, call: &'a Call, decorated: Option<&Val>) -> Val {
        if arguments.is_empty()
            && let Some(text) = self.passed(&object, name)
        {
            return text;
        }
        self.fills_record(&object, name, &arguments);
        if let Val::Class(..) | Val::Made(_) = &object {
            self.asks_model(Some(&object), name, &arguments);
        }
        match &object {
            Val::Object(id) => {
                if let Some(field) = self.field(*id, name) {
                    return self.call_value(field, arguments, call, decorated);
                }
                if let Some(closure) = self.method(*id, name) {
                    return if self.is_uniform() {
                        self.call_value(Val::Function(closure), arguments, call, decorated)
                    } else {
                        self.invoke(&closure, arguments)
                    };
                }
                if self.objects[*id].ty.is_some() {
                    return self.call_method(*id, name, arguments, decorated);
                }
                if let Some(value) = arguments.is_empty().then(|| self.got_from_record(*id, name)).flatten() {
                    return value;
                }
                let member = self.object_member(*id, name);
                self.call_value(member, arguments, call, decorated)
            }
            Val::Method(id, method) => {
                let full = format!("{method}.{name}");
                let of = self.method_name(*id, method);
                self.note_every(&of, name, &arguments);
                self.note_read_by(&of, name, &arguments);
                self.call_method(*id, &full, arguments, decorated)
            }
            Val::Text(text) => {
                if matches!(**text, Text::Input(_)) {
                    self.attribute_of_input(name);
                }
                self.text_method(text, name, arguments)
            }
            Val::Function(closure) if matches!(name, "bind") => Val::Function(closure.clone()),
            Val::Function(closure) if self.runs_bodies() => self.invoke(&closure.clone(), arguments),
            Val::Function(closure) if matches!(name, "call" | "apply") => self.invoke(&closure.clone(), arguments.into_iter().skip(1).collect()),
            Val::List(items) => self.list_method(&items.clone(), name, arguments),
            Val::Made(made) => {
                let of = format!("{}()", made.by);
                self.note_every(&of, name, &arguments);
                self.note_read_by(&of, name, &arguments);
                let full = format!("{of}.{name}");
                self.call_symbol(&full, arguments, Some(object.clone()), decorated)
            }
            Val::Symbol(symbol) => {
                if let Some(value) = self.environment_call(symbol, name, &arguments) {
                    return value;
                }
                self.note_read_by(symbol, name, &arguments);
                let full = format!("{symbol}.{name}");
                self.call_symbol(&full, arguments, Some(object.clone()), decorated)
            }
            Val::Class(file, class) if name == "new" && self.runs_bodies() => self.construct(*file, *class, arguments),
            Val::Class(file, class) => match self.class_member(*file, *class, name) {
                Val::Function(closure) => {
                    let returned = self.invoke(&closure, arguments);
                    // `Self::new()` without a body that is understood still makes one.
                    if returned.is_unknown() && matches!(name, "new" | "default") { self.generic_instance(*file, *class) } else { returned }
                }
                // `#[derive(Default)]`
                Val::Symbol(_) if self.family() == Family::Rust && name == "default" => self.generic_instance(*file, *class),
                Val::Symbol(full) => self.call_symbol(&full, arguments, Some(object.clone()), decorated),
                other => self.call_value(other, arguments, call, decorated),
            },
            Val::Map(entries)
                if arguments.is_empty() && matches!(name, "entries" | "items" | "keys" | "values") && !entries.iter().any(|(key, _)| key == name) =>
            {
                let one = |(key, value): &(String, Val)| match name {
                    "keys" => Val::text(key),
                    "values" => value.clone(),
                    _ => Val::list(vec![Val::text(key), value.clone()]),
                };
                Val::list(entries.iter().map(one).collect())
            }
            // `import("./x").then((m) => m.default)`
            Val::Module(_) if name == "then" => match arguments.first().map(|argument| argument.value.clone()) {
                Some(Val::Function(closure)) => self.invoke(&closure, vec![Arg { name: None, value: object.clone() }]),
                _ => Val::Unknown,
            },
            Val::Module(_) | Val::Folder(_) | Val::Map(_) => {
                let member = self.member(&object, name);
                self.call_value(member, arguments, call, decorated)
            }
            Val::Unknown if matches!(name, "unwrap_or" | "unwrap_or_else" | "then" | "catch" | "finally") => {
                self.run_lambdas(&arguments);
                Val::Unknown
            }
            _ => {
                self.run_lambdas(&arguments);
                Val::Unknown
            }
        }
    }

    /// Calls a value.
    pub(super) fn call_value(&mut self, callee: Val, arguments: Vec<Arg>, call: &'a Call, decorated: Option<&Val>) -> Val {
        match callee {
            Val::Function(closure) if call.construct => self.construct_with(closure, arguments),
            Val::Function(closure) => {
                // `authenticated { user => … }` of a function without parameters that gives back what is called
                if !arguments.is_empty()
                    && let Some(given) = self.given_by(&Val::Function(closure.clone()))
                {
                    return self.call_value(given, arguments, call, decorated);
                }
                self.invoke(&closure, arguments)
            }
            Val::Class(file, class) => self.construct(file, class, arguments),
            Val::Guarded(inner) => self.call_value(inner.1.clone(), arguments, call, decorated),
            Val::Symbol(name) => self.call_symbol(&name, arguments, None, decorated),
            Val::Method(id, name) => {
                let of = self.method_name(id, &name);
                self.note_read_by(&of, "()", &arguments);
                self.call_method(id, &name, arguments, decorated)
            }
            Val::Module(file) => match self.plain_value(Val::Module(file)) {
                Val::Module(_) => Val::Unknown,
                value => self.call_value(value, arguments, call, decorated),
            },
            Val::Made(made) => {
                let name = format!("{}()", made.by);
                self.fills_record(&Val::Made(made.clone()), super::bound::MADE, &arguments);
                self.call_symbol(&name, arguments, Some(Val::Made(made)), decorated)
            }
            Val::Either(values) => {
                let mut out = Val::Unknown;
                for value in values.iter() {
                    out = self.call_value(value.clone(), arguments.clone(), call, decorated);
                }
                out
            }
            Val::List(parts) if self.family() == Family::Php && parts.len() == 2 => {
                let method = parts[1].literal().unwrap_or_default().to_owned();
                match self.method_of(&parts[0].clone(), &method) {
                    Val::Function(closure) => self.invoke(&closure, arguments),
                    _ => Val::Unknown,
                }
            }
            Val::Object(id) => match self.method(id, if self.family() == Family::Php { "__invoke" } else { "__call__" }) {
                Some(closure) => self.invoke(&closure, arguments),
                None => self.call_method(id, "()", arguments, decorated),
            },
            _ => {
                if let Some(value) = self.handed_filter(&arguments).or_else(|| self.around_filter(&arguments)) {
                    return value;
                }
                self.run_lambdas(&arguments);
                Val::Unknown
            }
        }
    }

    /// `new Handler(db)` where `Handler` is a function: the object that it fills.
    fn construct_with(&mut self, mut closure: Closure, arguments: Vec<Arg>) -> Val {
        let place = Some(self.place("code"));
        let id = self.object(Object { place, ..Object::default() });
        closure.this = Some(id);
        match self.invoke(&closure, arguments) {
            Val::Unknown | Val::Null => Val::Object(id),
            value => value,
        }
    }

    /// Functions written in place and given to something unknown may be run by it.
    pub(super) fn run_lambdas(&mut self, arguments: &[Arg]) {
        for argument in arguments {
            match &argument.value {
                Val::Function(closure) => self.run_lambda(closure),
                // what is told in a record, where that is how one tells it: `useQuery({ queryFn: () => … })`
                Val::Map(entries) if self.family() == Family::JavaScript => {
                    for (_, value) in entries.iter().take(MOST_TOLD) {
                        if let Val::Function(closure) = value {
                            self.run_lambda(closure);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Runs a function without a name, which nobody else can call.
    fn run_lambda(&mut self, closure: &Closure) {
        if is_lambda(&self.program.source(closure.file).functions[closure.index as usize]) {
            // Whoever runs it may do so on a receiver of his own.
            let hidden = self.hands_receivers().then(|| Arg { name: Some("self".to_owned()), value: Val::Null });
            let _ = self.invoke(closure, hidden.into_iter().collect());
        }
    }

    fn list_method(&mut self, items: &[Val], name: &str, arguments: Vec<Arg>) -> Val {
        if let ("forEach" | "map" | "for_each" | "each" | "flat_map" | "collect", Some(Val::Function(closure))) =
            (name, arguments.first().map(|argument| argument.value.clone()))
        {
            let out = items.iter().take(64).map(|item| self.invoke(&closure, vec![Arg { name: None, value: item.clone() }])).collect();
            return Val::list(out);
        }
        match name {
            "entries" => {
                let pair = |(at, item): (usize, &Val)| Val::list(vec![Val::Number(Rc::from(at.to_string())), item.clone()]);
                return Val::list(items.iter().enumerate().map(pair).collect());
            }
            "keys" => return Val::list((0..items.len()).map(|at| Val::Number(Rc::from(at.to_string()))).collect()),
            _ => {}
        }
        if name == "join" {
            let between = arguments.first().map_or(Text::literal(","), |argument| as_text(&argument.value));
            let mut parts = Vec::new();
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    parts.push(between.clone());
                }
                parts.push(self.text_of(item));
            }
            return Val::Text(Rc::new(Text::join(parts)));
        }
        self.run_lambdas(&arguments);
        Val::Unknown
    }

    pub(super) fn text_method(&mut self, text: &Rc<Text>, name: &str, arguments: Vec<Arg>) -> Val {
        let first = arguments.first().map(|argument| argument.value.clone());
        match name {
            "format" | "formatted" => {
                let filled = super::text::format(text, &self.marked(arguments));
                self.put_together(filled)
            }
            "concat" => Val::Text(Rc::new(Text::join([(**text).clone(), self.text_of(&first.unwrap_or(Val::Unknown))]))),
            "join" => match first {
                Some(Val::List(items)) => {
                    let mut parts = Vec::new();
                    for (at, item) in items.iter().enumerate() {
                        if at > 0 {
                            parts.push((**text).clone());
                        }
                        parts.push(self.text_of(item));
                    }
                    Val::Text(Rc::new(Text::join(parts)))
                }
                _ => Val::Unknown,
            },
            "rstrip" | "trimEnd" | "TrimEnd" | "TrimRight" => Val::Text(Rc::new(super::text::without_end(text, first.as_ref().and_then(Val::literal)))),
            "unwrap_or" | "unwrap_or_else" | "orElse" | "getOrDefault" | "unwrap_or_default" => {
                let default = match first {
                    Some(Val::Function(closure)) => self.invoke(&closure, Vec::new()),
                    Some(value) => value,
                    None => Val::text(""),
                };
                pick(&Val::Text(text.clone()), &default)
            }
            "split" | "partition" | "match" | "test" | "includes" | "startsWith" | "endsWith" | "startswith" | "endswith" | "length" | "len" | "encode"
            | "charAt" | "substring" | "slice" | "find" | "indexOf" | "getBytes" | "as_bytes" | "contains" | "replace" | "replaceAll" | "isEmpty"
            | "is_empty" | "equals" => Val::Unknown,
            _ => Val::Text(text.clone()),
        }
    }

    /// Applies a decorator to what stands under it.
    pub(super) fn apply_decorator(&mut self, annotation: &'a Call, value: Val, scope: &Scope) -> Val {
        if !annotation.applied {
            let decorator = self.value(&annotation.callee, scope);
            self.mark = annotation.mark;
            return self.wrap(decorator, value, annotation);
        }
        // `@object.verb(…)`: the verb of a pack registers what is decorated.
        if let Value::Member(object, name) = &annotation.callee {
            let object = self.value(object, scope);
            if let Val::Object(id) = object
                && self.objects[id].ty.is_some()
                && self.method(id, name).is_none()
                && self.field(id, name).is_none()
            {
                let arguments = self.arguments(&annotation.arguments, scope);
                self.mark = annotation.mark;
                let returned = self.call_method(id, name, arguments, Some(&value));
                return self.decorated(returned, value);
            }
        }
        let callee = self.value(&annotation.callee, scope);
        let arguments = self.arguments(&annotation.arguments, scope);
        self.mark = annotation.mark;
        let decorator = match callee {
            Val::Symbol(name) => self.call_symbol(&name, arguments, None, Some(&value)),
            callee => self.call_value(callee, arguments, annotation, Some(&value)),
        };
        self.wrap(decorator, value, annotation)
    }

    fn wrap(&mut self, decorator: Val, value: Val, annotation: &'a Call) -> Val {
        let place = self.place("code");
        if let (Some(id), Val::Object(given)) = (self.becomes.take(), &decorator)
            && id == *given
        {
            return decorator;
        }
        match decorator {
            Val::Function(closure) => match self.invoke(&closure, vec![Arg { name: None, value: value.clone() }]) {
                // what it gives back may be decorated itself: `@wraps(view)`
                wrapped @ (Val::Function(_) | Val::Guarded(_)) => wrapped,
                Val::Null | Val::Unknown if matches!(value, Val::Class(..)) => value,
                Val::Object(id) => Val::Object(id),
                _ => super::guard::wrapped(Val::Unknown, value, place),
            },
            Val::Method(id, name) => {
                let returned = self.call_method(id, &name, Vec::new(), Some(&value));
                self.decorated(returned, value)
            }
            Val::Symbol(name) if !annotation.applied => {
                let site = Site::of(&name, Vec::new(), None, Some(&value));
                match (self.apply_rules_of(&name, site), self.becomes.take()) {
                    (Some(Val::Object(id)), Some(given)) if id == given => Val::Object(id),
                    _ => super::guard::wrapped(Val::Symbol(name), value, place),
                }
            }
            Val::Symbol(name) => super::guard::wrapped(Val::Symbol(name), value, place),
            Val::Made(made) => super::guard::wrapped(Val::Made(made), value, place),
            Val::Missing | Val::Unknown => super::guard::wrapped(decorator, value, place),
            _ => value,
        }
    }

    /// What stands for the decorated function after a library's decorator: itself, perhaps guarded.
    fn decorated(&mut self, returned: Val, value: Val) -> Val {
        match (self.becomes.take(), &returned) {
            (Some(id), Val::Object(given)) if id == *given => return returned,
            _ => {}
        }
        match returned {
            Val::Made(made) => super::guard::wrapped(Val::Made(made), value, self.place("code")),
            _ => value,
        }
    }
}

/// So many items does a list that is added to have at most.
const MAX_GROWN: usize = 2000;

/// A list after something was added to it.
fn grown(items: &[Val], name: &str, arguments: &[Arg]) -> Option<Val> {
    let added = &arguments.last()?.value;
    let more = match (name, added) {
        ("append" | "add" | "push" | "insert", one) => vec![one.clone()],
        ("extend", Val::List(more)) => more.to_vec(),
        ("extend", one @ (Val::Object(_) | Val::Method(..))) => vec![one.clone()],
        _ => return None,
    };
    (items.len() + more.len() <= MAX_GROWN).then(|| Val::list(items.iter().cloned().chain(more).collect()))
}

/// The first, with the second as its default, or the one that is known.
pub(super) fn pick(first: &Val, second: &Val) -> Val {
    match (first, second) {
        (Val::Text(text), second) => match (&**text, second) {
            (Text::Environment { variable, default: None }, Val::Text(_) | Val::Number(_)) => {
                Val::Text(Rc::new(Text::Environment { variable: variable.clone(), default: Some(Box::new(as_text(second))) }))
            }
            (Text::Setting { key, default: None }, Val::Text(_) | Val::Number(_)) => {
                Val::Text(Rc::new(Text::Setting { key: key.clone(), default: Some(Box::new(as_text(second))) }))
            }
            _ => first.clone(),
        },
        (Val::Null, second) => second.clone(),
        (Val::Unknown, Val::Object(_) | Val::Function(_) | Val::Class(..)) => second.clone(),
        (first, _) => first.clone(),
    }
}

/// `a.b.c` when it is names all the way.
pub(super) fn dotted(value: &Value) -> Option<String> {
    match value {
        Value::Name(name) => Some(name.clone()),
        Value::Member(object, name) => Some(format!("{}.{name}", dotted(object)?)),
        _ => None,
    }
}
