//! Routes: methods and paths of a call, what answers it, the router that it hangs on.

use super::*;

/// Functions that are given together answer one after the other, as if each were written: `[upload.single("file"), save]`.
fn in_turn(value: Val) -> Vec<Val> {
    match value {
        Val::List(items) if !items.is_empty() && items.len() <= 32 => items.to_vec(),
        value => vec![value],
    }
}

impl<'a> Evaluator<'a> {
    /// The methods that a route answers, `None` for any; nothing if it only makes addresses.
    pub(in crate::compose) fn methods(
        &mut self,
        method: Option<&String>,
        from: Option<&Selectors>,
        default: Option<&Vec<String>>,
        site: &Site,
    ) -> Vec<Option<String>> {
        let mut words: Vec<String> = Vec::new();
        match (method, from) {
            (Some(method), _) => words.push(method.clone()),
            (None, Some(Selectors::One(Selector::Word(word)))) if word == "name" => words.push(method_in(&site.method).to_owned()),
            (None, Some(Selectors::One(Selector::Word(word)))) if word == "path" => {}
            (None, from) => {
                for value in self.select(from, site) {
                    match &value {
                        Val::List(items) => words.extend(items.iter().filter_map(method_word)),
                        value => words.extend(method_word(value)),
                    }
                }
            }
        }
        if words.is_empty() {
            words = default.cloned().unwrap_or_else(|| vec!["*".to_owned()]);
        }
        let mut out: Vec<Option<String>> = Vec::new();
        let words = words.iter().flat_map(|word| word.split([',', ' ', '|'])).filter(|word| !word.is_empty());
        for word in words {
            let word = word.to_ascii_uppercase();
            if word == NO_METHOD {
                continue;
            }
            let one = (!matches!(word.as_str(), "*" | "ANY" | "ALL" | "")).then_some(word);
            if !out.contains(&one) {
                out.push(one);
            }
        }
        out
    }

    pub(super) fn route(&mut self, pack: &'static Pack, rule: &'static CallRule, site: &Site) -> Option<Val> {
        let router = if rule.kind.as_deref() == Some("cli") { self.command_line(pack, site) } else { self.router(pack, site) };
        let router = match (&site.receiver, self.pick(rule.alone.as_ref(), site)) {
            (Some(Val::Object(id)), Some(_)) => *id,
            _ => self.at_level(rule, site, router),
        };
        // a function that is told the router: `huma.Get(api, "/x", h)`
        let router = match self.pick(rule.into.as_ref(), site) {
            Some(Val::Object(into)) if self.is_router(into) => into,
            _ if rule.into.is_some() => return None,
            _ => router,
        };
        let mut methods = self.methods(rule.method.as_ref(), rule.method_from.as_ref(), rule.method_default.as_ref(), site);
        let told = rule.method_default.is_some() && self.pick(rule.method_from.as_ref(), site).is_some_and(|value| !matches!(value, Val::Null));
        if let Some(done) = self.placed(pack, rule, site, router) {
            return Some(done);
        }
        let router = match &rule.called {
            Some(_) => self.at_named_path(pack, rule, site)?,
            None => router,
        };
        let mut paths: Vec<Text> = Vec::new();
        let mut told_by_class = Vec::new();
        for value in self.select(rule.path.as_ref(), site) {
            match value {
                Val::List(items) => paths.extend(items.iter().map(|item| match item {
                    // records with their names: `tools: [{ name: "read_file", … }]`
                    Val::Map(entries) => entries.iter().find(|(key, _)| key == "name").map_or(Text::Unknown, |(_, name)| as_text(name)),
                    item => as_text(item),
                })),
                Val::Class(file, class) => {
                    let (path, fields) = self.described_path(file, class);
                    told_by_class.extend(fields);
                    paths.push(path);
                }
                // A regular expression or something else that is no text.
                value => paths.push(as_text(&value)),
            }
        }
        if let Some(before) = self.pick(rule.prefix.as_ref(), site).filter(|_| !rule.nowhere) {
            // below something unknown nothing is known
            if self.family() == Family::Php && !matches!(before, Val::Text(_)) {
                return None;
            }
            let before = as_text(&before).with_defaults();
            paths = paths.into_iter().map(|path| Text::literal(crate::compose::text::under(&before, &crate::compose::text::of_route(&path)))).collect();
        }
        if let Some(form) = &rule.path_as {
            let star = site.star.as_ref()?;
            paths = vec![Text::literal(form.replace("{star}", star))];
            told_by_class.extend(form.split_once('?').map(|(_, query)| parameter(query.split('=').next().unwrap_or(query), "query")));
        }
        if rule.cased {
            paths.iter_mut().for_each(|path| *path = Text::literal(roots::in_camel_case(&path.with_defaults())));
        }
        paths.extend(self.segments(rule, site));
        if let Some(named) = &rule.named {
            let file = self.program.files[self.file].path.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default().to_owned();
            paths.push(Text::Literal(named.replace("{file}", &file)));
        }
        if rule.pattern {
            paths.iter_mut().for_each(|path| *path = Text::literal(crate::compose::text::pattern(&path.with_defaults())));
        }
        if paths.is_empty() {
            if rule.path.is_some() && site.arguments.is_empty() && rule.handler.is_none() {
                return None;
            }
            paths.push(Text::literal(""));
        }
        let mut handlers: Vec<Val> = self.select(rule.handler.as_ref(), site).into_iter().map(|value| self.decorated_by(&value)).collect();
        if self.family() == Family::JavaScript {
            handlers = handlers.into_iter().flat_map(in_turn).collect();
        }
        let mut guards = self.guards_of(pack, rule.guards.as_ref(), site);
        guards.extend(self.effect(pack, rule));
        let called = if let Some(Val::Object(id)) = &site.receiver { self.method_name(*id, &site.method) } else { site.name.clone() };
        guards.extend(self.tells_of(&called, &site.arguments, self.place(&pack.name)));
        guards.extend(self.tells_pages(&site.arguments, &guards, self.place(&pack.name)));
        let handler = handlers.last().cloned().unwrap_or(Val::Unknown);
        let handler = self.member_answering(rule, site, handler);
        let handler = if self.family() == Family::Php { self.callable(handler, pack, router) } else { handler };
        let handler = match self.wrapped_router(&handler) {
            Some((around, inner)) => {
                guards.extend(around);
                Val::Object(inner)
            }
            None => handler,
        };
        guards.extend(self.action_guards(&handler));
        if !rule.tests.is_empty() {
            methods = self.tested_methods(&handler, &rule.tests);
        }
        // `app.get("setting")` reads a setting: a route has a handler.
        if rule.handler.is_some() && handlers.is_empty() && pack.handlers.is_none() {
            return None;
        }
        if !rule.sorts.is_empty() {
            self.sorted_routes(pack, rule, site, router, &handler, guards);
            return Some(site.receiver.clone().unwrap_or(Val::Object(router)));
        }
        let place = self.place(&pack.name);
        let router = if rule.nowhere { self.standing_alone(pack, rule, site, &place) } else { router };
        if let Some(routed) = self.route_of_router(pack, rule, site, router, &handler, paths.first(), &guards) {
            return Some(if rule.nowhere { Val::Object(router) } else { routed });
        }
        let router = match self.given(pack, rule).filter(|_| !rule.nowhere) {
            Some(ty) if rule.apart => self.object(Object { ty: Some(ty), place: Some(place.clone()), ..Object::default() }),
            // A route that is narrowed after it was made is a router of its own.
            Some(ty) if self.is_router_type(ty) => {
                let child = self.object(Object { ty: Some(ty), place: Some(place.clone()), under: Some(router), ..Object::default() });
                // One that is nobody's yet may be mounted somewhere.
                if matches!(site.receiver, Some(Val::Object(_))) {
                    self.hang(router, Val::Object(child), None, false, Vec::new(), place.clone());
                }
                child
            }
            _ => router,
        };
        if methods == [None] && !self.objects[router].methods.is_empty() {
            methods = self.objects[router].methods.clone();
        }
        if rule.effect == Some(Effect::Exempts) {
            guards.push(Guard { value: Val::symbol(crate::compose::guard::EXEMPT), place: place.clone() });
        }
        guards.extend(handlers.iter().rev().skip(1).rev().map(|value| Guard { value: value.clone(), place: place.clone() }));
        let declared = match &site.receiver {
            Some(Val::Object(id)) => std::mem::take(&mut self.objects[*id].declared),
            _ => Vec::new(),
        };
        let kind = rule.kind.as_deref().and_then(EntryPointKind::from_name).unwrap_or(EntryPointKind::Http);
        // a class that says itself which command it is
        if let (EntryPointKind::Cli, Val::Class(file, class)) = (kind, &handler)
            && self.is_annotated_command(*file, *class)
        {
            return site.receiver.clone();
        }
        let queries = self.select(rule.queries.as_ref(), site);
        // It has this effect by standing there.
        if rule.effect.is_some() {
            let by = self.method_name(router, &site.method);
            guards.push(Guard { value: Val::Made(Rc::new(Made { by, arguments: site.arguments.clone() })), place: place.clone() });
        }
        let mut told_here: Vec<Parameter> = queries.iter().filter_map(Val::literal).map(|name| parameter(name, "query")).collect();
        self.ruled_elsewhere(pack, router);
        told_here.extend(self.class_parameters(pack, &handler, &methods));
        told_here.extend(self.tagged_parameters(rule, &handler));
        let takes = self.handler_takes(pack, rule);
        let mut told_by_schema = self.declared_parameters(&rule.declares, site);
        told_by_schema.extend(self.declared_by_guards(&guards));
        let answered_by = self.answering(rule, site);
        let from_path = matches!(&rule.method_from, Some(Selectors::One(Selector::Word(word))) if word == "path");
        for mut path in paths {
            if from_path
                && let Text::Literal(text) = &path
                && let Some((method, rest)) = text.split_once(' ').or_else(|| shaped::split_method(text))
            {
                methods = method.split('|').filter(|method| !method.is_empty()).map(|method| Some(method.to_ascii_uppercase())).collect();
                path = Text::literal(rest.trim_start());
            }
            if let Some(fixed) = &rule.fixed {
                let between = if starts_with_slash(&path) { "" } else { "/" };
                path = Text::join([Text::literal(fixed), Text::literal(between), path]);
            }
            if let Some(notation) = rule.notation {
                path = Text::literal(crate::compose::routed::written(notation, &path.with_defaults()));
            }
            if let Some(under) = &rule.under {
                path = Text::join([crate::compose::text::without_end(&path, None), Text::literal(format!("/{under}"))]);
            }
            let handler = self.handler_of(pack, rule, site, router, &path).unwrap_or_else(|| handler.clone());
            path = named::told_path(pack, path);
            path = self.with_parameters(rule, site, path);
            let answering = match self.mapped(rule, site, &handler) {
                Some(mapped) => mapped,
                None => self.opened(&handler, &methods),
            };
            for (methods, handler, mut own) in answering {
                own.splice(0..0, guards.iter().cloned());
                let parameters: Vec<Parameter> = declared.iter().map(|(name, place)| declared_parameter(name, place.as_deref(), &methods)).collect();
                let route = Route {
                    kind,
                    methods,
                    told,
                    path: path.clone(),
                    handler,
                    takes: takes.clone(),
                    guards: own,
                    place: place.clone(),
                    typed: pack.typed_parameters,
                    answered_by: answered_by.clone(),
                    choice: None,
                    unplaced: false,
                    parameters: [parameters, told_by_class.clone(), told_by_schema.clone(), told_here.clone()].concat(),
                };
                self.objects[router].events.push(Event::Route(Rc::new(route)));
            }
        }
        Some(match self.given(pack, rule) {
            Some(ty) if !self.is_router_type(ty) => Val::Object(self.fresh(ty)),
            _ => Val::Object(router),
        })
    }

    /// What a route takes by what stands before it: a validator that is given a schema.
    fn declared_by_guards(&mut self, guards: &[Guard]) -> Vec<Parameter> {
        let library = self.program.files[self.file].library;
        let mut out = Vec::new();
        for guard in guards.iter().take(32) {
            let Val::Made(made) = &guard.value else { continue };
            for (ruled, _) in library.calls(&made.by).into_iter().filter(|(ruled, _)| ruled.rule.does == Verb::Declare) {
                if self.all_hold(&ruled.rule.when, &made.arguments) {
                    let (name, arguments) = (made.by.clone(), made.arguments.clone());
                    let site = Site { name, method: String::new(), arguments, receiver: None, decorated: None, star: None };
                    out.extend(self.declared_parameters(&ruled.rule.declares, &site));
                    let place = ruled.rule.r#in.as_deref().unwrap_or("query");
                    out.extend(self.words(ruled.rule.key.as_ref(), &site).unwrap_or_default().iter().map(|name| parameter(name, place)));
                }
            }
        }
        out
    }

    /// A router of its own for one route, which hangs nowhere until something takes it. A function that is
    /// decorated stands for it.
    pub(super) fn standing_alone(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site, place: &crate::compose::Place) -> ObjectId {
        let decorated = match &site.decorated {
            Some(value) => function_in(value),
            None => None,
        };
        if let Some(found) = decorated.and_then(|function| self.function_routers.get(&function).copied()) {
            return found;
        }
        let ty = self.given(pack, rule);
        let prefix = self.pick(rule.prefix.as_ref(), site).filter(|value| matches!(value, Val::Text(_))).map(|value| as_text(&value));
        let id = self.object(Object { ty, prefix, place: Some(place.clone()), ..Object::default() });
        if let Some(function) = decorated {
            self.function_routers.insert(function, id);
        }
        if rule.becomes {
            self.becomes = Some(id);
        }
        id
    }

    /// Methods of a handler's class that answer a route, with their suffix.
    pub(super) fn answering(&mut self, rule: &CallRule, site: &Site) -> Vec<(String, String)> {
        if rule.handler_methods.is_empty() {
            return Vec::new();
        }
        let suffix = self.pick(rule.suffix.as_ref(), site).and_then(|value| value.literal().map(|suffix| format!("_{suffix}"))).unwrap_or_default();
        rule.handler_methods.iter().map(|(name, method)| (format!("{name}{suffix}"), method.clone())).collect()
    }

    /// A route whose handler is a router: it hangs there.
    #[allow(clippy::too_many_arguments, reason = "the parts of one route")]
    pub(super) fn route_of_router(
        &mut self,
        pack: &'static Pack,
        rule: &CallRule,
        site: &Site,
        router: ObjectId,
        handler: &Val,
        path: Option<&Text>,
        guards: &[Guard],
    ) -> Option<Val> {
        let Val::Object(child) = handler else { return None };
        if !self.is_router(*child) || *child == router {
            return None;
        }
        let holds_whole_paths = matches!(&rule.method_from, Some(Selectors::One(Selector::Word(word))) if word == "path") && !self.objects[*child].stripped;
        let path = if holds_whole_paths { None } else { path.cloned() };
        let place = self.place(&pack.name);
        self.hang(router, handler.clone(), path, false, guards.to_vec(), place);
        Some(site.receiver.clone().unwrap_or(Val::Unknown))
    }

    /// What is left of a handler once the path before it is cut off: routers in it stand below that path.
    pub(super) fn stripped(&mut self, value: Val) -> Val {
        let id = match (&value, self.wrapped_router(&value)) {
            (_, Some((_, inner))) => inner,
            (Val::Object(id), None) if self.is_router(*id) => *id,
            _ => return value,
        };
        let ty = self.objects[id].ty;
        let place = self.place("code");
        let outer = self.object(Object { ty, place: Some(place.clone()), stripped: true, ..Object::default() });
        self.hang(outer, value, None, false, Vec::new(), place);
        Val::Object(outer)
    }

    pub(super) fn is_router_type(&self, ty: TypeId) -> bool {
        matches!(self.program.files[self.file].library.type_rule(ty).rule.role, TypeRole::App | TypeRole::Router)
    }

    /// `.Methods("GET")` on a route or a router under construction.
    pub(super) fn narrow(&mut self, rule: &CallRule, site: &Site) {
        let Some(Val::Object(id)) = &site.receiver else { return };
        if let Some(path) = self.pick(rule.path.as_ref(), site) {
            self.objects[*id].prefix = Some(as_text(&path));
        }
        if rule.method.is_none() && rule.method_from.is_none() {
            return;
        }
        let mut methods = self.methods(rule.method.as_ref(), rule.method_from.as_ref(), None, site);
        if rule.adds {
            let before = self.objects[*id].methods.clone();
            methods = before.into_iter().filter(|one| !methods.contains(one)).chain(methods.clone()).collect();
        }
        for event in &mut self.objects[*id].events {
            if let Event::Route(route) = event {
                let mut narrowed = (**route).clone();
                narrowed.methods = methods.clone();
                *route = Rc::new(narrowed);
            }
        }
        (self.objects[*id].methods, self.objects[*id].narrowed) = (methods, true);
    }

    /// A `methods` object as handler is several routes.
    pub(super) fn opened(&mut self, handler: &Val, methods: &[Option<String>]) -> Vec<(Vec<Option<String>>, Val, Vec<Guard>)> {
        if let Val::Object(id) = handler
            && !self.objects[*id].handlers.is_empty()
        {
            let guards = self.objects[*id].guards.clone();
            let one = |one: &Handler| (one.methods.clone(), one.handler.clone(), [guards.clone(), one.guards.clone()].concat());
            return self.objects[*id].handlers.iter().map(one).collect();
        }
        vec![(methods.to_vec(), handler.clone(), Vec::new())]
    }

    pub(in crate::compose) fn handler_takes(&mut self, pack: &'static Pack, rule: &CallRule) -> Vec<Val> {
        let library = self.program.files[self.file].library;
        let types: Vec<Option<TypeId>> = rule.handler_takes.iter().map(|name| library.named(pack, name)).collect();
        types.into_iter().map(|ty| ty.map_or(Val::Unknown, |ty| Val::Object(self.single(&format!("type:{}", ty.0), Some(ty))))).collect()
    }
}
