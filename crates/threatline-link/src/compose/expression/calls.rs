//! Calls: of functions, of members, of what a list or a text can do.

use super::*;
use crate::compose::verbs::checked_environment;

/// A list after something was added to it.
pub(super) fn grown(items: &[Val], name: &str, arguments: &[Arg]) -> Option<Val> {
    let added = &arguments.last()?.value;
    let more = match (name, added) {
        ("append" | "add" | "push" | "insert", one) => vec![one.clone()],
        ("extend", Val::List(more)) => more.to_vec(),
        ("extend", one @ (Val::Object(_) | Val::Method(..))) => vec![one.clone()],
        _ => return None,
    };
    (items.len() + more.len() <= MAX_GROWN).then(|| Val::list(items.iter().cloned().chain(more).collect()))
}

/// The least item of a list.
pub(super) fn least(items: &[Val]) -> Val {
    let arguments = items.iter().map(|item| Arg { name: None, value: item.clone() }).collect();
    Val::Made(Rc::new(Made { by: "min".to_owned(), arguments }))
}

impl<'a> Evaluator<'a> {
    pub(in crate::compose) fn arguments(&mut self, arguments: &'a [Argument], scope: &Scope) -> Vec<Arg> {
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
    pub(in crate::compose) fn call(&mut self, call: &'a Call, scope: &Scope) -> Val {
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

    pub(super) fn call_plainly(&mut self, call: &'a Call, scope: &Scope) -> Val {
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
        if let (Value::Member(base, name), Some(Val::Object(this))) = (&call.callee, scope.get("self"))
            && name == "__init__"
            && matches!(&**base, Value::Name(name) if name == "super")
        {
            let arguments = self.arguments(&call.arguments, scope);
            self.construct_base(this, &arguments);
            self.construct_as_base(this, &arguments);
            return Val::Null;
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
                arguments.extend(
                    named.filter(|value| matches!(value, Val::Class(..) | Val::Symbol(_))).map(|value| Arg { name: Some(TYPE_ARGUMENT.into()), value }),
                );
                self.mark = call.mark;
                self.asked(Some(&object), name, &arguments);
                self.limits_result(&object, name, &arguments);
                self.checks_pages(&object, &arguments);
                self.stores_record(&object, name, &arguments);
                self.sets_unseen(&object, name, &arguments);
                self.tells_fields(&object, name, &arguments);
                self.types = self.type_arguments(call, scope);
                if let Val::List(items) = &object
                    && let Some(longer) = grown(items, name, &arguments)
                    && let Value::Member(target, _) = &call.callee
                {
                    self.bind(target, longer, scope);
                    return Val::Null;
                }
                if let Val::Map(entries) = &object
                    && let Some(more) = self.put_into(entries, name, &arguments)
                    && let Value::Member(target, _) = &call.callee
                {
                    self.bind(target, more, scope);
                    return Val::Null;
                }
                // `Model.objects.create(…)`: what is filled stands one word before
                if let Value::Member(target, _) = &call.callee
                    && let Value::Member(of, part) = &**target
                    && (self.brings_body(&arguments) || !self.inputs.is_empty() && matches!(**of, Value::Name(_) | Value::Member(..)))
                {
                    let of = self.value(of, scope);
                    let method = format!("{part}.{name}");
                    self.fills_record(&of, &method, &arguments);
                    self.asks_model(Some(&of), &method, &arguments);
                    self.limits_by_key(&of, &method, &arguments);
                    self.stores_record(&of, &method, &arguments);
                }
                return self.call_member(object, name, arguments, call, None);
            }
        }
        // `new() { Handler = "x" }`: whose name stands where it is declared
        if call.construct
            && self.family() == Family::CSharp
            && matches!(&call.callee, Value::Name(name) if name.is_empty())
            && call.arguments.iter().all(|argument| argument.name.is_some())
            && self.declares_resources()
        {
            let named = self.arguments(&call.arguments, scope).into_iter();
            return Val::Map(Rc::new(named.filter_map(|argument| Some((argument.name?, argument.value))).collect()));
        }
        let mut callee = self.value(&call.callee, scope);
        // `all[i](h)` of Go is written as `f[T](h)` is
        if let (Family::Go, Val::List(_), [at]) = (self.family(), &callee, call.types.as_slice())
            && let Some(at) = scope.get(&at.name)
        {
            callee = self.index(&callee, &at);
        }
        let arguments = self.arguments(&call.arguments, scope);
        self.mark = call.mark;
        self.asked(None, if let Value::Name(name) = &call.callee { name } else { "" }, &arguments);
        if let (Value::Name(name), Some(Val::Object(this))) = (&call.callee, scope.get("self"))
            && name == "super"
        {
            self.construct_base(this, &arguments);
            self.construct_as_base(this, &arguments);
        }
        if let (Value::Name(name), Some(Val::Object(this)), Family::Java | Family::CSharp) = (&call.callee, scope.get("self"), self.family())
            && name == "self"
        {
            self.construct_otherwise(this, &arguments);
            return Val::Null;
        }
        self.call_value(callee, arguments, call, None)
    }

    pub(super) fn require(&mut self, module: &'a str) -> Val {
        use crate::compose::program::{Located2, module_value};
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
    pub(in crate::compose) fn call_member(&mut self, object: Val, name: &str, arguments: Vec<Arg>, call: &'a Call, decorated: Option<&Val>) -> Val {
        if arguments.is_empty()
            && let Some(text) = self.passed(&object, name)
        {
            return text;
        }
        // a schema of a library, whatever it is made of: `schema.parse(process.env)`
        if self.family() == Family::JavaScript
            && !matches!(object, Val::Object(_) | Val::Class(..) | Val::Module(_) | Val::Function(_) | Val::Method(..))
            && let Some(all) = checked_environment(name, &arguments)
        {
            return all;
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
                // what hangs in something has its fields: `app.decorate("requireRole", …)` before the plugin's `app.requireRole("admin")`
                if let Some(field @ Val::Function(_)) = self.around(*id, name) {
                    return self.call_value(field, arguments, call, decorated);
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
                if let Some(value) = self.built(&made.clone(), name, &arguments) {
                    return value;
                }
                let of = format!("{}()", made.by);
                self.note_every(&of, name, &arguments);
                self.note_read_by(&of, name, &arguments);
                let full = format!("{of}.{name}");
                self.call_symbol(&full, arguments, Some(object.clone()), decorated)
            }
            Val::Symbol(symbol) => {
                if let Some(value) = self.environment_call(symbol, name, &arguments).or_else(|| self.begun(symbol, name, &arguments)) {
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
            // what a pack knows on whatever it is called: extensions, of objects whose making is not seen
            Val::Unknown if self.family() == Family::CSharp && self.program.files[self.file].library.is_extension(name) => {
                self.call_symbol(&format!("?.{name}"), arguments, None, decorated)
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
    pub(in crate::compose) fn call_value(&mut self, callee: Val, arguments: Vec<Arg>, call: &'a Call, decorated: Option<&Val>) -> Val {
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
                self.fills_record(&Val::Made(made.clone()), crate::compose::bound::MADE, &arguments);
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
    pub(super) fn construct_with(&mut self, mut closure: Closure, arguments: Vec<Arg>) -> Val {
        let place = Some(self.place("code"));
        let id = self.object(Object { place, ..Object::default() });
        closure.this = Some(id);
        match self.invoke(&closure, arguments) {
            Val::Unknown | Val::Null => Val::Object(id),
            value => value,
        }
    }

    /// Functions written in place and given to something unknown may be run by it.
    pub(in crate::compose) fn run_lambdas(&mut self, arguments: &[Arg]) {
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
    pub(super) fn run_lambda(&mut self, closure: &Closure) {
        if is_lambda(&self.program.source(closure.file).functions[closure.index as usize]) {
            // Whoever runs it may do so on a receiver of his own.
            let hidden = self.hands_receivers().then(|| Arg { name: Some("self".to_owned()), value: Val::Null });
            let _ = self.invoke(closure, hidden.into_iter().collect());
        }
    }

    pub(super) fn list_method(&mut self, items: &[Val], name: &str, arguments: Vec<Arg>) -> Val {
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
        // `[limit, 100].min`
        if name == "min" && arguments.is_empty() {
            return least(items);
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

    pub(in crate::compose) fn text_method(&mut self, text: &Rc<Text>, name: &str, arguments: Vec<Arg>) -> Val {
        let first = arguments.first().map(|argument| argument.value.clone());
        if let Some(number) = self.number_method(text, name, &arguments) {
            return number;
        }
        match name {
            "format" | "formatted" => {
                let filled = crate::compose::text::format(text, &self.marked(arguments));
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
            "rstrip" | "trimEnd" | "TrimEnd" | "TrimRight" => {
                Val::Text(Rc::new(crate::compose::text::without_end(text, first.as_ref().and_then(Val::literal))))
            }
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
}
