//! What is hung in place of being called: folders of plugins, fields of an application, schemas of a request.

use super::*;
use crate::compose::program::folder_of;
use std::collections::BTreeMap;

/// Files of one folder that are hung at most.
const MOST_FILES: usize = 2_000;

impl<'a> Evaluator<'a> {
    /// `decorate("name", value)`: the object, and those under it, have such a field.
    pub(super) fn decorate_object(&mut self, rule: &CallRule, site: &Site) {
        let Some(Val::Object(id)) = &site.receiver else { return };
        let Some(name) = self.pick(rule.key.as_ref(), site).and_then(|value| value.literal().map(str::to_owned)) else { return };
        let value = self.pick(rule.of.as_ref(), site).unwrap_or(Val::Unknown);
        self.objects[*id].fields.insert(name, value);
    }

    /// Every file of a folder is a plugin, and its folder is its path.
    pub(super) fn hang_folder(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let router = self.router(pack, site);
        let Some(folder) = self.pick(rule.of.as_ref(), site).and_then(|value| self.folder_meant(&value)) else { return };
        let above = self.pick(rule.path.as_ref(), site).map_or(Text::literal(""), |value| as_text(&value));
        let place = self.place(&pack.name);
        let family = self.family();
        let inside = |path: &str| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
        let program = self.program;
        let files = (0..program.files.len()).filter(|file| program.files[*file].family == family && inside(&program.files[*file].path));
        for file in files.take(MOST_FILES).collect::<Vec<_>>() {
            let path = &program.files[file].path;
            let name = path.rsplit('/').next().unwrap_or(path);
            if name.starts_with(['_', '.']) || [".test.", ".spec.", ".d."].iter().any(|part| name.contains(part)) || !self.burn() {
                continue;
            }
            let below = folder_of(path).get(folder.len()..).unwrap_or_default();
            let below: String =
                below.split('/').map(|part| part.strip_prefix('_').map_or(part.to_owned(), |name| format!(":{name}"))).collect::<Vec<_>>().join("/");
            let own = self.module_member(file, "autoPrefix").and_then(|value| value.literal().map(str::to_owned));
            let path = Text::join([above.clone(), Text::literal(below), Text::literal(own.unwrap_or_default())]);
            let body = self.plain_value(Val::Module(file));
            let made = Object { ty: self.objects[router].ty, place: Some(place.clone()), around: Some(router), ..Object::default() };
            self.group_of(pack, rule, made, path, Vec::new(), body);
        }
    }

    /// The folder that a path means, by the texts that it is put together of, seen from the file itself.
    fn folder_meant(&self, value: &Val) -> Option<String> {
        let mut parts = Vec::new();
        gather(value, &mut parts, 0);
        if parts.is_empty() {
            return None;
        }
        let own = folder_of(&self.program.files[self.file].path);
        crate::modules::normal(&format!("{own}/{}", parts.join("/"))).filter(|folder| !folder.is_empty())
    }

    /// An object that tells itself what it hangs in, and that may be a route.
    pub(super) fn made_within(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site, id: ObjectId) {
        let place = self.place(&pack.name);
        if let (Some(notation), Some(prefix)) = (rule.notation, self.objects[id].prefix.clone()) {
            let written = crate::compose::routed::written(notation, &prefix.with_defaults());
            self.objects[id].prefix = Some(Text::Literal(written.trim_end_matches('/').to_owned()));
        }
        let outer = match self.pick(rule.into.as_ref(), site) {
            Some(Val::Function(closure)) => self.invoke(&closure, Vec::new()),
            Some(value) => value,
            None => Val::Unknown,
        };
        if let Val::Object(outer) = outer {
            self.hang(outer, Val::Object(id), None, false, Vec::new(), place.clone());
        }
        if !rule.actions.is_empty() {
            self.answered_by_file(pack, rule, site, id);
        }
        let Some(method) = &rule.method else { return };
        let guards = self.effect(pack, rule).into_iter().collect();
        let parameters = self.declared_parameters(&rule.declares, site);
        let handler = self.pick(rule.handler.as_ref(), site).unwrap_or(Val::Unknown);
        let route = Route {
            answered_by: Vec::new(),
            choice: None,
            unplaced: false,
            kind: EntryPointKind::Http,
            methods: vec![Some(method.clone())],
            told: true,
            path: Text::literal(""),
            handler,
            takes: self.handler_takes(pack, rule),
            guards,
            place,
            typed: false,
            parameters,
        };
        self.objects[id].events.push(Event::Route(Rc::new(route)));
    }

    /// What a file that is named in a table offers answers: `route("orders/:id", "./routes/order.tsx")`.
    fn answered_by_file(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site, id: ObjectId) {
        use crate::compose::program::Located2;
        let named = self.pick(rule.handler.as_ref(), site).and_then(|value| value.literal().map(|name| format!("./{}", name.trim_start_matches("./"))));
        let Some(Located2::File(file)) = named.map(|name| self.program.locate(self.file, &name, None)) else { return };
        let place = self.place(&pack.name);
        for (export, methods) in &rule.actions {
            let Some(handler) = self.module_member(file, export) else { continue };
            let route = Route {
                answered_by: Vec::new(),
                choice: None,
                unplaced: false,
                kind: EntryPointKind::Http,
                methods: methods.iter().map(|method| Some(method.to_owned())).collect(),
                told: true,
                path: Text::literal(""),
                handler,
                takes: self.handler_takes(pack, rule),
                guards: Vec::new(),
                place: place.clone(),
                typed: false,
                parameters: Vec::new(),
            };
            self.objects[id].events.push(Event::Route(Rc::new(route)));
        }
    }

    /// A resource: a route for each of its actions, in a router of its own.
    pub(super) fn crud(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Val {
        let router = self.router(pack, site);
        let place = self.place(&pack.name);
        let ty = self.given(pack, rule);
        let id = self.object(Object { ty, place: Some(place.clone()), around: Some(router), ..Object::default() });
        // `posts.comments` is `posts/:post_id/comments`
        let name = self.pick(rule.path.as_ref(), site).map(|value| as_text(&value).with_defaults()).unwrap_or_default();
        let parts: Vec<&str> = name.split('.').collect();
        let outer = |part: &&str| format!("{part}/:{}_id", part.strip_suffix('s').unwrap_or(part));
        let (last, before) = parts.split_last().map_or(("", &parts[..0]), |(last, before)| (*last, before));
        let path: Vec<String> = before.iter().map(outer).chain([last.to_owned()]).collect();
        let router = match self.pick(rule.into.as_ref(), site) {
            Some(Val::Object(into)) => into,
            _ => router,
        };
        let guards = self.guards_of(pack, rule.guards.as_ref(), site);
        self.hang(router, Val::Object(id), Some(Text::literal(path.join("/"))), false, guards, place.clone());
        for (action, told) in &rule.actions {
            for told in told.iter() {
                let (method, path) = told.split_once(' ').unwrap_or((told, ""));
                let route = Route {
                    answered_by: Vec::new(),
                    choice: None,
                    unplaced: false,
                    kind: EntryPointKind::Http,
                    methods: vec![Some(method.to_owned())],
                    told: true,
                    path: Text::literal(path),
                    handler: Val::Unknown,
                    takes: Vec::new(),
                    guards: Vec::new(),
                    place: place.clone(),
                    typed: false,
                    parameters: Vec::new(),
                };
                self.objects[id].events.push(Event::Route(Rc::new(route)));
                self.objects[id].actions.push(action.clone());
            }
        }
        Val::Object(id)
    }

    /// Of a resource, only these actions, or all but these; or the last guard of a class's handlers before these only.
    pub(super) fn choose(&mut self, rule: &CallRule, site: &Site) {
        let Some(Val::Object(id)) = &site.receiver else { return };
        let names = |this: &mut Self, selectors: Option<&Selectors>| -> Vec<String> {
            let values = this.select(selectors, site);
            let items = values.iter().flat_map(|value| if let Val::List(items) = value { items.to_vec() } else { vec![value.clone()] });
            items.filter_map(|item| item.literal().map(str::to_owned)).collect()
        };
        let mut only = names(self, rule.of.as_ref());
        only.extend(rule.only_actions.iter().cloned());
        let except = names(self, rule.except.as_ref());
        if let Some(last) = self.objects[*id].filters.last_mut() {
            last.only = Some(only).filter(|only| !only.is_empty()).or(last.only.take());
            last.except.extend(except);
            return;
        }
        let actions = std::mem::take(&mut self.objects[*id].actions);
        let routes = std::mem::take(&mut self.objects[*id].events);
        for (at, event) in routes.into_iter().enumerate() {
            let Some(action) = actions.get(at) else {
                self.objects[*id].events.push(event);
                continue;
            };
            if (only.is_empty() || only.contains(action)) && !except.contains(action) {
                self.objects[*id].actions.push(action.clone());
                self.objects[*id].events.push(event);
            }
        }
    }

    /// Parameters of the object's routes, made or to come: options and arguments of a command.
    pub(super) fn options(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        if let (false, Some(function)) = (rule.declares.is_empty(), site.decorated.as_ref().and_then(function_in)) {
            let found = self.declared_parameters(&rule.declares, site);
            self.function_parameters.entry(function).or_default().extend(found);
            return;
        }
        let values = self.select(rule.key.as_ref(), site);
        let mut written: Vec<&str> = values.iter().filter_map(Val::literal).collect();
        // of several names of one option the long one is told
        if written.len() > 1 {
            let long = written.iter().copied().find(|name| name.starts_with("--"));
            written = long.or_else(|| written.first().copied()).into_iter().collect();
        }
        let by_dash = |name: &str| if name.starts_with('-') { "flag" } else { "argument" };
        let found: Vec<Parameter> = written
            .into_iter()
            .flat_map(|name| {
                let place = rule.r#in.as_deref().map_or("flag", |place| if place == BY_DASH { by_dash(name) } else { place });
                option_names(name).into_iter().map(|name| parameter(&name, place)).collect::<Vec<_>>()
            })
            .collect();
        match (&site.receiver, site.decorated.as_ref().and_then(function_in)) {
            (Some(Val::Object(id)), _) => {
                // in a block of Ruby it is said of what the block is for
                let id = if self.runs_bodies() { self.router(pack, site) } else { *id };
                self.objects[id].parameters.extend(found);
            }
            (_, Some(function)) => self.function_parameters.entry(function).or_default().extend(found),
            _ => {}
        }
    }

    /// Parameters that schemas beside a route tell.
    pub(super) fn declared_parameters(&mut self, declares: &BTreeMap<String, Selectors>, site: &Site) -> Vec<Parameter> {
        let mut out = Vec::new();
        for (place, selectors) in declares {
            let place = place.split('_').next().unwrap_or(place);
            for value in self.select(Some(selectors), site) {
                let names = match self.fields_of_record(&value) {
                    Some(names) => names,
                    None => keys(&value, 0),
                };
                match names {
                    names if names.is_empty() && matches!(place, "body" | "form") => out.push(parameter(place, place)),
                    names => out.extend(names.iter().map(|name| parameter(name, place))),
                }
            }
        }
        out
    }
}

impl Evaluator<'_> {
    /// The fields of a class of the project that tells what a request holds, its own and those of its bases.
    fn fields_of_record(&mut self, value: &Val) -> Option<Vec<String>> {
        let (file, class) = match value {
            Val::Class(file, class) => (*file, *class),
            Val::Object(id) => self.objects[*id].class?,
            _ => return None,
        };
        let line = std::iter::once((file, class)).chain(self.bases(file, class).0);
        let fields = line.flat_map(|(file, class)| self.program.source(file).classes[class as usize].fields.iter());
        Some(fields.map(|field| field.name.clone()).filter(|name| !name.is_empty() && !name.starts_with('_')).collect())
    }
}

/// Told by the text itself: what begins with a dash is a flag, else it is an argument.
const BY_DASH: &str = "command";

/// `-p, --port <number>` is `port`, `<file>` and `[file]` are `file`.
fn option_names(text: &str) -> Vec<String> {
    let long = text.split([' ', ',', '|', '=', '/']).find_map(|part| part.strip_prefix("--"));
    if let Some(long) = long {
        return vec![long.trim_start_matches("no-").to_owned()];
    }
    if text.starts_with('-') {
        return text.split([' ', ',']).next().map(|short| short.trim_start_matches('-').to_owned()).into_iter().collect();
    }
    let names = text.split_whitespace().map(|part| part.trim_matches(['<', '>', '[', ']', '.', '?', '*']).to_owned());
    names.filter(|name| !name.is_empty()).collect()
}

/// Names of what a schema holds: `properties` of JSON Schema, else the keys of the record itself.
fn keys(value: &Val, depth: usize) -> Vec<String> {
    if depth > 6 {
        return Vec::new();
    }
    match value {
        Val::Map(entries) => match entries.iter().find(|(name, value)| name == "properties" && matches!(value, Val::Map(_))) {
            Some((_, Val::Map(inner))) => inner.iter().map(|(name, _)| name.clone()).collect(),
            _ if entries.iter().any(|(name, value)| matches!(name.as_str(), "type" | "$ref" | "$id") && value.literal().is_some()) => Vec::new(),
            _ => entries.iter().map(|(name, _)| name.clone()).filter(|name| !name.is_empty()).collect(),
        },
        // a list of options, each with its name
        Val::List(items) => {
            let named = |item: &Val| match item {
                Val::Map(entries) => entries.iter().find(|(key, _)| key == "name").and_then(|(_, value)| value.literal().map(str::to_owned)),
                _ => None,
            };
            items.iter().filter_map(named).collect()
        }
        Val::Made(made) => made.arguments.iter().map(|argument| keys(&argument.value, depth + 1)).find(|found| !found.is_empty()).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn gather(value: &Val, out: &mut Vec<String>, depth: usize) {
    match value {
        Val::Text(text) => out.extend(text.as_literal().map(|text| text.trim_start_matches("file://").to_owned())),
        Val::Made(made) if depth < 6 => made.arguments.iter().for_each(|argument| gather(&argument.value, out, depth + 1)),
        _ => {}
    }
}
