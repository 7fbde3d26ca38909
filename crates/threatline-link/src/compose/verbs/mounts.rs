//! Routers within routers: what is mounted, grouped and hung below a path.

use super::*;

impl<'a> Evaluator<'a> {
    /// Hangs children under the receiver, or under a new router that is given back.
    pub(super) fn mount(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<Val> {
        let place = self.place(&pack.name);
        let made = self.given(pack, rule).filter(|ty| self.is_router_type(*ty) && !rule.nowhere);
        let router = match made {
            Some(ty) => self.object(Object { ty: Some(ty), place: Some(place.clone()), ..Object::default() }),
            None if rule.nowhere => self.standing_alone(pack, rule, site, &place),
            None => self.router(pack, site),
        };
        if made.is_none() && !rule.nowhere && self.placed(pack, rule, site, router).is_some() {
            return Some(Val::Object(router));
        }
        // `mount(router)` without a path: what stands in its place is none
        let is_path = |value: &Val| !matches!(value, Val::Null | Val::Object(_) | Val::Function(_) | Val::Class(..) | Val::Module(_) | Val::Missing);
        let path = self.pick(rule.path.as_ref(), site).filter(is_path).map(|value| as_text(&value));
        let path = path.or_else(|| rule.path_default.as_deref().map(Text::literal));
        // how servlets and goji say that all below is meant
        let below = |path: &Text| match path {
            Text::Literal(text) if matches!(self.family(), Family::Java | Family::Go) => text.strip_suffix("/*").map(Text::literal),
            _ => None,
        };
        let path = path.map(|path| below(&path).unwrap_or(path));
        let guards = self.guards_of(pack, rule.guards.as_ref(), site);
        let path = if rule.pattern { path.map(|path| Text::literal(crate::compose::text::pattern(&path.with_defaults()))) } else { path };
        let router = match self.pick(rule.into.as_ref(), site) {
            Some(Val::Object(into)) if self.is_router(into) || self.objects[into].class.is_none() => into,
            Some(value @ (Val::Object(_) | Val::Class(..))) => self.router_of_class(&value)?,
            _ if rule.into.is_some() => return None,
            _ => router,
        };
        for mut child in self.select(rule.child.as_ref(), site) {
            let mut path = path.clone();
            // `"/x" => App`, where several are told so
            if let Val::List(pair) = &child
                && let [at @ Val::Text(_), app] = pair.as_slice()
            {
                path = Some(as_text(at));
                child = app.clone();
            }
            if rule.outsiders && !self.is_composed(&child) {
                self.outsider(pack, router, path.clone().unwrap_or(Text::literal("")), guards.clone());
                continue;
            }
            if rule.outsiders
                && let Val::Object(id) = &child
                && self.objects[*id].class.is_none()
                && self.is_of_pack(*id, pack)
            {
                self.objects[*id].outsider = true;
            }
            let child = self.as_calls(child, rule.tuples.as_deref(), 0);
            self.hang(router, child, path.clone(), rule.replaces, guards.clone(), place.clone());
        }
        if rule.nowhere {
            return Some(Val::Object(router));
        }
        match (made, self.given(pack, rule)) {
            (None, Some(ty)) => Some(Val::Object(self.fresh(ty))),
            (Some(_), _) => Some(Val::Object(router)),
            _ => site.receiver.clone().filter(|value| rule.into.is_some() || matches!(value, Val::Object(_))),
        }
    }

    pub(in crate::compose) fn hang(
        &mut self,
        router: ObjectId,
        child: Val,
        path: Option<Text>,
        replaces: bool,
        guards: Vec<Guard>,
        place: crate::compose::Place,
    ) {
        let mut child = self.plain_value(child);
        let mut guards = guards;
        if let Some((around, inner)) = self.wrapped_router(&child) {
            guards.extend(around);
            child = Val::Object(inner);
        }
        if let (Val::Class(file, class), true) = (&child, self.runs_bodies()) {
            child = self.generic_instance(*file, *class);
        }
        self.note_hung(&child, router, 0);
        // An object whose class's annotations tell routes: they stand here.
        let class = match &child {
            _ if !matches!(self.family(), Family::Java | Family::CSharp | Family::Dart) => None,
            Val::Object(id) if !self.is_router(*id) => self.objects[*id].class,
            Val::Class(file, class) => Some((*file, *class)),
            _ => None,
        };
        if let Some(class) = class
            && self.proving == 0
        {
            let below = self.object(Object { place: Some(place.clone()), mounted: true, ..Object::default() });
            self.hung_classes.entry(class).or_default().push(below);
            self.objects[router].events.push(Event::Mount { child: Val::Object(below), path, replaces, guards, place });
            return;
        }
        self.objects[router].events.push(Event::Mount { child, path, replaces, guards, place });
    }

    /// The router of a class whose annotations tell what it is; it hangs nowhere yet, unless something took it before.
    fn router_of_class(&mut self, value: &Val) -> Option<ObjectId> {
        let class = match value {
            Val::Object(id) => self.objects[*id].class?,
            Val::Class(file, class) => (*file, *class),
            _ => return None,
        };
        if let Some(known) = self.hung_classes.get(&class).and_then(|known| known.first()) {
            return Some(*known);
        }
        let place = Some(self.place("code"));
        let router = self.object(Object { place, ..Object::default() });
        self.hung_classes.insert(class, vec![router]);
        Some(router)
    }

    pub(super) fn group(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Val {
        let router = self.router(pack, site);
        let ty = self.given(pack, rule).or(self.objects[router].ty);
        let router = self.at_level(rule, site, router);
        // Of PHP's groups the path may be missing, and what is behind it stands in its place.
        let family = self.family();
        let is_path = |value: &Val| family != Family::Php || matches!(value, Val::Text(_) | Val::Number(_));
        let path = self.pick(rule.path.as_ref(), site).filter(is_path).map(|value| as_text(&value)).or_else(|| self.segments(rule, site));
        let mut path = named::told_path(pack, path.unwrap_or(Text::literal(rule.path_default.as_deref().unwrap_or_default())));
        for owner in self.words(rule.owner.as_ref(), site).unwrap_or_default().iter().rev() {
            path = Text::Literal(format!("/{owner}/{{{owner}_id}}/{}", path.with_defaults().trim_start_matches('/')));
        }
        if rule.as_parameter {
            path = Text::Literal(format!("/{{{}}}", path.with_defaults().trim_start_matches(['/', ':'])));
        }
        let mut guards = self.guards_of(pack, rule.guards.as_ref(), site);
        let place = self.place(&pack.name);
        if rule.guarded {
            let by = self.method_name(router, &site.method);
            let value = Val::Made(Rc::new(Made { by, arguments: site.arguments.clone() }));
            guards.push(Guard { value, place: place.clone() });
        }
        guards.extend(self.taken_out(pack, rule, site));
        let context = self.carried(rule, site, router);
        let says_methods = rule.method.is_some() || rule.method_from.is_some() || rule.method_default.is_some();
        let methods = match says_methods {
            true => self.methods(rule.method.as_ref(), rule.method_from.as_ref(), rule.method_default.as_ref(), site),
            false => self.objects[router].methods.clone(),
        };
        let mut bodies = self.select(rule.body.as_ref(), site).into_iter();
        // An object that registers itself is asked for its method; what a block of Ruby works on is said there.
        let within = rule.ambient && self.family() != Family::JavaScript;
        let waits = rule.registers.is_some() || self.runs_bodies() || within;
        let first = if waits { Val::Null } else { bodies.next().map_or(Val::Null, |value| self.plain_value(value)) };
        let controller = self.pick(rule.controller.as_ref(), site).or_else(|| self.objects[router].controller.clone());
        // what was narrowed on a builder that then makes this group is not meant of the group's body
        let narrowed = !says_methods && (self.objects[router].around.is_none() || self.objects[router].narrowed);
        let inside = if narrowed { Vec::new() } else { methods.clone() };
        let made = Object { ty, place: Some(place), around: Some(router), methods: inside, narrowed, context, controller, ..Object::default() };
        let child = self.group_of(pack, rule, made, path, guards, first);
        self.objects[child].methods = methods;
        self.itself(child, pack, rule, site);
        if within {
            self.within_router(pack, rule, site, child, vec![Val::Object(child)]);
            return Val::Object(if rule.chained { router } else { child });
        }
        match self.runs_bodies() {
            true => self.run_inside(rule, site, router, child),
            false => bodies.for_each(|body| self.fill(rule, body, child)),
        }
        let kept = self.select(rule.kept.as_ref(), site);
        let _ = self.replay(&kept, site, child);
        if rule.becomes {
            self.becomes = Some(child);
        }
        Val::Object(if rule.chained { router } else { child })
    }

    pub(super) fn is_of_pack(&self, id: ObjectId, pack: &Pack) -> bool {
        self.objects[id].ty.is_some_and(|ty| self.program.files[self.file].library.type_rule(ty).pack.name == pack.name)
    }

    /// Something that routes of the project stand in, or may.
    pub(super) fn is_composed(&mut self, child: &Val) -> bool {
        match child {
            Val::Class(file, class) => match self.generic_instance(*file, *class) {
                Val::Object(id) => self.is_router(id),
                _ => false,
            },
            Val::Object(id) => self.is_router(*id),
            Val::Function(_) | Val::Module(_) | Val::Either(_) | Val::List(_) => true,
            _ => false,
        }
    }

    /// An application of a library, of which nothing is known but where it hangs.
    pub(super) fn outsider(&mut self, pack: &'static Pack, router: ObjectId, path: Text, guards: Vec<Guard>) {
        let place = self.place(&pack.name);
        let route = Route { path: named::told_path(pack, path), guards, ..crate::compose::annotated::plain_route(Val::Unknown, place) };
        self.objects[router].events.push(Event::Route(Rc::new(route)));
    }

    /// Hangs a router under the one around it, and lets its body do with it what it does.
    pub(super) fn group_of(&mut self, pack: &'static Pack, rule: &CallRule, made: Object, path: Text, guards: Vec<Guard>, body: Val) -> ObjectId {
        let (router, place) = (made.around.unwrap_or_default(), made.place.clone().unwrap_or_else(|| self.place(&pack.name)));
        let child = self.object(made);
        let mut child_of = child;
        let mut closure = None;
        match body {
            Val::Function(body) => closure = Some(body),
            Val::Guarded(inner) => {
                if let Val::Function(body) = &inner.1 {
                    closure = Some(body.clone());
                }
            }
            // A wrapper by which the body works on what is around it.
            Val::Made(made) => {
                if rule.unwrapped.contains(&made.by) {
                    child_of = router;
                }
                closure = made.arguments.iter().find_map(|argument| match &argument.value {
                    Val::Function(body) => Some(body.clone()),
                    _ => None,
                });
            }
            _ => {}
        }
        self.hang(router, Val::Object(child), Some(path), false, guards, place);
        if let Some(closure) = closure {
            if rule.ambient {
                // The library's own router stands for the innermost group.
                let outer = self.ambient.iter().rev().find(|(name, _, _)| *name == pack.name).map_or(router, |(_, outer, _)| *outer);
                self.ambient.push((&pack.name, outer, child));
            }
            let _ = self.invoke(&closure, vec![Arg { name: None, value: Val::Object(child_of) }]);
            if rule.ambient {
                self.ambient.pop();
            }
        }
        child
    }
}
