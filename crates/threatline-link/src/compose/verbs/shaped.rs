//! Routes that are registered in other shapes than one call a route: lists of records, objects that register
//! themselves, texts that map methods, routers that are made before they hang.

use super::*;

/// So many items of a list are looked at.
const MAX_ITEMS: usize = 1_000;

/// What answers: methods, handler, guards of its own.
type Answering = Vec<(Vec<Option<String>>, Val, Vec<Guard>)>;

impl<'a> Evaluator<'a> {
    /// Applies a rule once, or once for each item of a list.
    pub(super) fn apply_each(&mut self, ruled: Ruled<CallRule>, site: &Site) -> Option<Val> {
        let Some(each) = &ruled.rule.each else {
            return self.apply(ruled, site);
        };
        let mut items = Vec::new();
        for value in self.select(Some(each), site) {
            flatten(value, &mut items, 0);
        }
        let mut out = None;
        for (item, guards) in items.into_iter().take(MAX_ITEMS) {
            let Some(parts) = self.parts(&item) else { continue };
            let positional = parts.iter().any(|part| part.name.is_none());
            let rest = site.arguments.iter().filter(|_| !positional).cloned();
            let arguments: Vec<Arg> = parts.into_iter().chain(rest).collect();
            let one =
                Site { name: String::new(), method: site.method.clone(), arguments, receiver: site.receiver.clone(), decorated: None, star: site.star.clone() };
            out = self.apply(ruled, &one).or(out);
            self.guard_last(&one, &guards);
        }
        out.or_else(|| site.receiver.clone())
    }

    /// The parts of an item: named ones of a record, or those of a list in order.
    fn parts(&mut self, item: &Val) -> Option<Vec<Arg>> {
        let named = |(name, value): (&String, &Val)| Arg { name: Some(name.clone()), value: value.clone() };
        match item {
            Val::Made(made) => Some(made.arguments.clone()),
            Val::Map(entries) => Some(entries.iter().map(|(name, value)| named((name, value))).collect()),
            Val::List(parts) => Some(parts.iter().map(|value| Arg { name: None, value: value.clone() }).collect()),
            Val::Object(id) => Some(self.objects[*id].fields.iter().map(named).collect()),
            _ => None,
        }
    }

    /// Guards that stood around an item of the list are its route's.
    fn guard_last(&mut self, site: &Site, guards: &[Guard]) {
        if guards.is_empty() {
            return;
        }
        let Some(Val::Object(router)) = &site.receiver else { return };
        if let Some(Event::Route(route)) = self.objects[*router].events.last_mut() {
            let mut guarded = (**route).clone();
            guarded.guards.splice(0..0, guards.iter().cloned());
            *route = Rc::new(guarded);
        }
    }

    /// A `pass` that puts guards around what it gives back.
    pub(super) fn passed_guarded(&mut self, rule: &CallRule, site: &Site) -> Val {
        let guards = self.guards(rule.guards.as_ref(), site);
        let mut items = Vec::new();
        for value in self.select(rule.of.as_ref(), site) {
            match value {
                Val::List(inner) => items.extend(inner.iter().cloned()),
                value => items.push(value),
            }
        }
        let around = |value: Val| guards.iter().rev().fold(value, |value, guard| Val::Guarded(Rc::new((guard.clone(), value))));
        let mut items: Vec<Val> = items.into_iter().map(around).collect();
        if items.len() == 1 { items.pop().unwrap_or(Val::Unknown) } else { Val::list(items) }
    }

    /// The path before an object's routes gets longer.
    pub(super) fn lengthen(&mut self, rule: &CallRule, site: &Site) {
        let Some(Val::Object(id)) = &site.receiver else { return };
        let Some(path) = self.pick(rule.path.as_ref(), site).map(|value| as_text(&value)) else { return };
        let before = self.objects[*id].prefix.take().filter(|_| !rule.replaces);
        self.objects[*id].prefix = Some(match before {
            Some(before) => Text::literal(crate::compose::text::under(&before.with_defaults(), &path.with_defaults())),
            None => path,
        });
    }

    /// A test hangs a router of the program under one of its own: where it stands otherwise is not said.
    pub(in crate::compose) fn is_rehearsal(&self, router: ObjectId, child: ObjectId) -> bool {
        self.objects[router].rehearsed && !self.objects[child].rehearsed
    }

    /// What hangs somewhere is no top: routers, annotated functions, objects with annotated methods, lists of these.
    pub(super) fn note_hung(&mut self, child: &Val, router: ObjectId, depth: usize) {
        match child {
            Val::Function(closure) => {
                self.hung_functions.insert((closure.file, closure.index));
            }
            Val::Object(id) if *id != router => {
                self.objects[*id].mounted |= !self.is_rehearsal(router, *id);
                if let Some((file, class)) = self.objects[*id].class {
                    self.hung_functions.extend(self.all_methods(file, class));
                }
            }
            Val::Class(file, class) => self.hung_functions.extend(self.all_methods(*file, *class)),
            Val::List(items) | Val::Either(items) if depth < 8 => {
                items.iter().take(MAX_ITEMS).for_each(|item| self.note_hung(item, router, depth + 1));
            }
            _ => {}
        }
    }

    /// What a `make` says beside the new object: what hangs in it, and that it is a way in itself.
    pub(super) fn made(&mut self, id: ObjectId, pack: &'static Pack, rule: &CallRule, site: &Site) {
        if rule.child.is_some() {
            self.adopt(id, pack, rule, site);
        }
        if rule.kind.as_deref() == Some("cli")
            && let Some(Text::Literal(name)) = &self.objects[id].prefix
        {
            // `serve [flags] <file>`: the command, and how it is used
            self.objects[id].prefix = name.split_whitespace().next().map(Text::literal);
        }
        self.itself(id, pack, rule, site);
    }

    /// A command is a way in by itself.
    pub(super) fn itself(&mut self, id: ObjectId, pack: &'static Pack, rule: &CallRule, site: &Site) {
        if rule.kind.as_deref() != Some("cli") {
            return;
        }
        let place = self.place(&pack.name);
        let handler = self.pick(rule.handler.as_ref(), site).unwrap_or(Val::Unknown);
        let mut items = Vec::new();
        for value in self.select(rule.parameters.as_ref(), site) {
            flatten(value, &mut items, 0);
        }
        let place_of = rule.r#in.as_deref().unwrap_or("flag");
        let mut parameters = Vec::new();
        for (item, _) in items.into_iter().take(MAX_ITEMS) {
            let Some(arguments) = self.parts(&item) else { continue };
            let one = Site { name: String::new(), method: String::new(), arguments, receiver: None, decorated: None, star: None };
            if let Some(name) = self.pick(rule.key.as_ref(), &one).and_then(|value| value.literal().map(str::to_owned)) {
                parameters.push(parameter(&name, place_of));
            }
        }
        let route = Route {
            kind: EntryPointKind::Cli,
            methods: vec![None],
            told: true,
            path: Text::literal(""),
            handler,
            takes: Vec::new(),
            guards: Vec::new(),
            place,
            typed: false,
            answered_by: Vec::new(),
            choice: None,
            unplaced: false,
            parameters,
        };
        self.objects[id].events.push(Event::Route(Rc::new(route)));
    }

    /// The routes of an object take a parameter.
    pub(super) fn takes(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let told = self.pick(rule.key.as_ref(), site).and_then(|value| value.literal().map(str::to_owned));
        let Some(name) = told.or_else(|| rule.named.clone()) else { return };
        let id = self.command_line(pack, site);
        let told = parameter(&name, rule.r#in.as_deref().unwrap_or("query"));
        if !self.objects[id].parameters.contains(&told) {
            self.objects[id].parameters.push(told);
        }
    }

    /// A command as one types it: the program, which is called as its folder or its module where nothing else is told,
    /// and the words behind it.
    pub(in crate::compose) fn command(&self, raw: &str, file: &str, named: bool) -> String {
        let mut words: Vec<&str> = raw.split('/').filter_map(|part| part.split_whitespace().next()).collect();
        let plain = |name: &&str| !matches!(*name, "" | "main" | "cmd" | "src" | "cli" | "bin" | "app" | "commands" | "internal" | "." | "lib" | "mod");
        let root = self.program.root_of(file).unwrap_or("");
        let below = file.strip_prefix(root).unwrap_or(file).trim_start_matches('/');
        // A script of Python or Ruby is called as its file; elsewhere a program has its folder's name.
        let script = below
            .rsplit('/')
            .next()
            .and_then(|name| name.strip_suffix(".py").or_else(|| name.strip_suffix(".rb")))
            .filter(|name| !matches!(*name, "__main__" | "__init__") && plain(name));
        let own = script.or_else(|| below.rsplit('/').skip(1).find(plain));
        let module = self.program.module_of(root);
        // commands of PHP are those of the project's own console, wherever they lie
        let own = if file.ends_with(".php") { module.as_deref().and_then(|name| name.rsplit('/').next()).or(own) } else { own };
        if !named {
            // a class in no folder that tells anything is called by its own name
            let class = below.rsplit('/').next().and_then(|name| name.strip_suffix(".java")).filter(plain);
            words.insert(0, own.or(module.as_deref()).or(class).unwrap_or("main"));
        }
        words.join(" ")
    }

    /// Routers that a router is made of hang in it; what is no router among them guards.
    pub(super) fn adopt(&mut self, router: ObjectId, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let place = self.place(&pack.name);
        for child in self.select(rule.child.as_ref(), site) {
            self.hang(router, child, None, false, Vec::new(), place.clone());
        }
        let is_router = |guard: &Guard| matches!(guard.value, Val::Object(id) if self.is_router(id));
        let kept: Vec<Guard> = self.objects[router].guards.iter().filter(|guard| !is_router(guard)).cloned().collect();
        self.objects[router].guards = kept;
    }

    /// Gives a new router to what fills it: a function, or an object that registers its own routes.
    pub(super) fn fill(&mut self, rule: &CallRule, body: Val, router: ObjectId) {
        let given = vec![Arg { name: None, value: Val::Object(router) }];
        match (body, rule.registers.as_deref()) {
            // a module, or the dotted text that names one: its function of that name
            (body @ (Val::Text(_) | Val::Module(_)), Some(name)) if self.family() == Family::Python => {
                let module = body.literal().map(str::to_owned).map_or(body, |dotted| self.by_path(&dotted));
                match module {
                    Val::Module(file) => {
                        if let Some(Val::Function(closure)) = self.module_member(file, name) {
                            let _ = self.invoke(&closure, given);
                        }
                    }
                    Val::Function(closure) => drop(self.invoke(&closure, given)),
                    _ => {}
                }
            }
            (Val::Function(closure), _) => {
                let _ = self.invoke(&closure, given);
            }
            (Val::Object(id), Some(method)) => {
                if let Some(closure) = self.method(id, method) {
                    let _ = self.invoke(&closure, given);
                }
            }
            (Val::List(items), Some(_)) => items.iter().take(MAX_ITEMS).for_each(|item| {
                if !matches!(item, Val::List(_)) {
                    self.fill(rule, item.clone(), router);
                }
            }),
            _ => {}
        }
    }

    /// A router that is given where a path is expected brings its own: `mux.Handle(NewServiceHandler(s))`.
    pub(super) fn placed(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site, router: ObjectId) -> Option<Val> {
        let Some(Val::Object(child)) = self.pick(rule.path.as_ref(), site) else { return None };
        if !self.is_router(child) || child == router {
            return None;
        }
        let place = self.place(&pack.name);
        let handler = self.pick(rule.handler.as_ref().or(rule.child.as_ref()), site);
        // what was put around its handler stands before it
        let around = handler.filter(|value| !matches!(value, Val::Unknown | Val::Null | Val::Object(_)));
        let guards = around.map(|value| Guard { value, place: place.clone() }).into_iter().collect();
        self.hang(router, Val::Object(child), None, false, guards, place);
        Some(Val::Object(router))
    }

    /// Methods of objects, or functions, whose parameter is a record that tells path and methods in a tag.
    pub(super) fn bind_described(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let Some(field) = rule.described_by.as_deref() else { return };
        let router = self.router(pack, site);
        for value in self.select(rule.handler.as_ref(), site) {
            let mut handlers = Vec::new();
            match value {
                Val::Function(closure) => handlers.push(closure),
                Val::Object(id) => {
                    let Some((file, class)) = self.objects[id].class else { continue };
                    let methods = self.all_methods(file, class);
                    handlers.extend(methods.into_iter().map(|(file, index)| Closure { file, index, scope: None, this: Some(id) }));
                }
                _ => {}
            }
            for closure in handlers {
                self.bind_one(pack, router, field, closure);
            }
        }
    }

    /// Methods that a class declares, and those that other files of its package give it.
    pub(in crate::compose) fn all_methods(&self, file: FileId, class: u32) -> Vec<(FileId, u32)> {
        let declared = &self.program.source(file).classes[class as usize];
        let mut out: Vec<(FileId, u32)> = declared.methods.iter().map(|index| (file, *index)).collect();
        out.extend(self.program.methods_of(&declared.name).iter().filter(|(other, _)| self.same_package(file, *other)));
        out.sort_unstable();
        out.dedup();
        out
    }

    fn bind_one(&mut self, pack: &'static Pack, router: ObjectId, field: &str, closure: Closure) {
        let program = self.program;
        let function = &program.source(closure.file).functions[closure.index as usize];
        let scope = self.globals(closure.file);
        let records: Vec<Val> = self.within(closure.file, |this| {
            function.parameters.iter().filter_map(|one| one.declared.as_ref()).map(|declared| this.type_value(&declared.name, &scope)).collect()
        });
        for record in records {
            let Val::Class(file, class) = record else { continue };
            let fields = &program.source(file).classes[class as usize].fields;
            let Some(tag) = fields.iter().find(|one| one.name == field).and_then(tag_of) else { continue };
            let Some(path) = tag_word(tag, "path") else { continue };
            let one = |word: &str| (!matches!(word, "all" | "ALL" | "*")).then(|| word.to_ascii_uppercase());
            let methods: Vec<Option<String>> = tag_word(tag, "method").map_or_else(|| vec![None], |words| words.split(',').map(str::trim).map(one).collect());
            let bodiless = methods.iter().all(|method| matches!(method.as_deref(), Some("GET" | "HEAD" | "DELETE")));
            let parameters = fields.iter().filter(|one| one.name != field && !one.name.is_empty()).map(|one| {
                let tag = tag_of(one).unwrap_or("");
                let name = ["p", "param", "params", "json"].iter().find_map(|key| tag_word(tag, key)).and_then(|name| name.split(',').next());
                let place = tag_word(tag, "in").filter(|place| matches!(*place, "path" | "query" | "header" | "cookie"));
                parameter(name.filter(|name| !name.is_empty()).unwrap_or(&one.name), place.unwrap_or(if bodiless { "query" } else { "body" }))
            });
            let route = Route {
                kind: EntryPointKind::Http,
                methods,
                told: true,
                path: Text::literal(path),
                handler: Val::Function(closure.clone()),
                takes: Vec::new(),
                guards: Vec::new(),
                place: self.place(&pack.name),
                typed: false,
                answered_by: Vec::new(),
                choice: None,
                unplaced: false,
                parameters: parameters.collect(),
            };
            self.objects[router].events.push(Event::Route(Rc::new(route)));
            return;
        }
    }

    /// `"get,post:Save;delete:Remove"`: methods of the handler by HTTP methods.
    pub(super) fn mapped(&mut self, rule: &CallRule, site: &Site, handler: &Val) -> Option<Answering> {
        let text = self.pick(rule.mapping.as_ref(), site)?.literal()?.to_owned();
        let mut out = Vec::new();
        for pair in text.split(';') {
            let Some((methods, action)) = pair.split_once(':') else { continue };
            let one = |word: &str| (word != "*").then(|| word.to_ascii_uppercase());
            let methods = methods.split(',').map(str::trim).filter(|word| !word.is_empty()).map(one).collect();
            out.push((methods, self.member(handler, action.trim()), Vec::new()));
        }
        Some(out)
    }
}

/// Items of lists within lists, with the guards around them.
fn flatten(value: Val, out: &mut Vec<(Val, Vec<Guard>)>, depth: usize) {
    if depth > 8 || out.len() >= MAX_ITEMS {
        return;
    }
    match value {
        // what begins with a text is an item with parts; a list of records or lists is more of the same
        Val::List(items) if !matches!(items.first(), Some(Val::Text(_))) => {
            items.iter().for_each(|item| flatten(item.clone(), out, depth + 1));
        }
        Val::Guarded(inner) => {
            let at = out.len();
            flatten(inner.1.clone(), out, depth + 1);
            out[at..].iter_mut().for_each(|(_, guards)| guards.insert(0, inner.0.clone()));
        }
        value => out.push((value, Vec::new())),
    }
}

/// `POST:/x`.
pub(super) fn split_method(text: &str) -> Option<(&str, &str)> {
    let is_method = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase());
    text.split_once(':').filter(|(method, path)| is_method(method) && path.starts_with('/'))
}

/// The text of a field's tag.
pub(super) fn tag_of(field: &threatline_facts::code::Field) -> Option<&str> {
    let tag = field.annotations.iter().find(|one| matches!(&one.callee, threatline_facts::code::Value::Name(name) if name == "tag"))?;
    match tag.arguments.first().map(|argument| &argument.value) {
        Some(threatline_facts::code::Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// `value` of `key:"value"` in a tag.
pub(super) fn tag_word<'t>(tag: &'t str, key: &str) -> Option<&'t str> {
    let mut rest = tag;
    while let Some((name, after)) = rest.split_once(":\"") {
        let (value, next) = after.split_once('"')?;
        if name.trim() == key {
            return Some(value);
        }
        rest = next;
    }
    None
}
