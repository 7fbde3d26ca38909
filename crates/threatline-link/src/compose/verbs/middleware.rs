//! What stands before handlers: middleware, protections, settings.

use super::*;

impl<'a> Evaluator<'a> {
    pub(super) fn middleware(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let router = self.router(pack, site);
        let path = self.pick(rule.path.as_ref(), site).filter(|value| matches!(value, Val::Text(_))).map(|value| as_text(&value));
        let place = self.place(&pack.name);
        let mut guards: Vec<Guard> = self.effect(pack, rule).into_iter().collect();
        if rule.guarded {
            let by = self.method_name(router, &site.method);
            let value = Val::Made(Rc::new(Made { by, arguments: site.arguments.clone() }));
            guards.push(Guard { value, place: place.clone() });
        }
        guards.extend(self.taken_out(pack, rule, site));
        for guard in self.guards_of(pack, rule.guards.as_ref(), site) {
            let mut value = self.plain_value(guard.value.clone());
            if let (Val::Class(file, class), true) = (&value, self.runs_bodies()) {
                let made = self.generic_instance(*file, *class);
                if matches!(made, Val::Object(id) if self.is_router(id)) {
                    value = made;
                }
            }
            if rule.tentative {
                value = Val::Either(Rc::new(vec![value]));
            }
            // `app.use("/x", router)` hangs a router where others hang guards.
            match value {
                Val::Object(id) if self.is_router(id) && id != router => {
                    let before = std::mem::take(&mut guards);
                    self.hang(router, Val::Object(id), path.clone(), false, before, place.clone());
                }
                Val::Either(values) if values.iter().any(|one| matches!(one, Val::Object(id) if self.is_router(*id) && *id != router)) => {
                    let before = std::mem::take(&mut guards);
                    self.hang(router, Val::Either(values), path.clone(), false, before, place.clone());
                }
                // a function of the module around, or one that the pack knows
                Val::Text(_) if self.family() == Family::Elixir => {
                    let name = value.literal().unwrap_or_default().to_owned();
                    let guard = self.guard_by_name(router, site, &name, &guard.place);
                    guards.push(guard);
                }
                Val::Text(_) => {}
                value if rule.by_throwing => {
                    let guard = self.throwing(Guard { value, place: guard.place });
                    guards.push(guard);
                }
                value => guards.push(Guard { value, place: guard.place }),
            }
        }
        // Around the handlers of a `methods` object that are there already.
        for handler in &mut self.objects[router].handlers {
            handler.guards.splice(0..0, guards.iter().cloned());
        }
        if guards.is_empty() {
            return;
        }
        self.objects[router].events.push(match path {
            Some(path) if rule.exact => Event::Before { guards, pattern: path.with_defaults(), reach: rule.scope },
            path => Event::Middleware { guards, path, reach: rule.scope },
        });
    }

    /// A guard that the call itself is.
    pub(super) fn effect(&mut self, pack: &Pack, rule: &CallRule) -> Option<Guard> {
        let effect = rule.effect?;
        Some(Guard { value: Val::symbol(format!("{EFFECT}{effect:?}")), place: self.place(&pack.name) })
    }

    pub(super) fn handle(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Val {
        let methods = self.methods(rule.method.as_ref(), rule.method_from.as_ref(), rule.method_default.as_ref(), site);
        let handler = self.pick(rule.handler.as_ref(), site).unwrap_or(Val::Unknown);
        let guards = self.guards_of(pack, rule.guards.as_ref(), site);
        let declared = self.declared_parameters(&rule.declares, site);
        let id = match &site.receiver {
            // What is built on stays as it was for others that build on it.
            Some(Val::Object(id)) if rule.forks => {
                let ty = self.given(pack, rule).or(self.objects[*id].ty);
                let place = Some(self.place(&pack.name));
                let forked = Object { ty, place, fields: Default::default(), events: Vec::new(), mounted: true, ..self.objects[*id].clone() };
                let forked = self.object(forked);
                self.objects[forked].parameters.extend(declared);
                if rule.handler.is_none() && rule.method.is_none() {
                    self.objects[forked].guards.extend(guards);
                    return Val::Object(forked);
                }
                forked
            }
            Some(Val::Object(id)) => *id,
            _ => {
                let ty = self.given(pack, rule);
                let place = Some(self.place(&pack.name));
                self.object(Object { ty, place, ..Object::default() })
            }
        };
        match self.objects[id].handlers.last_mut() {
            // `web::get().to(handler)`: the handler of the method before it.
            Some(last) if rule.method.is_none() && rule.method_from.is_none() && last.handler.is_unknown() => {
                last.handler = handler;
                last.guards.extend(guards);
            }
            _ => self.objects[id].handlers.push(Handler { methods, handler, guards }),
        }
        Val::Object(id)
    }

    pub(super) fn protect(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let router = self.router(pack, site);
        let path = self.pick(rule.path.as_ref(), site).map(|value| as_text(&value));
        let place = self.place(&pack.name);
        if path.is_none() {
            // Without a path it is said of all routes of the object; the name is a guard's.
            let by = self.method_name(router, &site.method);
            let value = Val::Made(Rc::new(Made { by, arguments: site.arguments.clone() }));
            let guards = vec![Guard { value, place }];
            self.objects[router].events.push(Event::Middleware { guards, path: None, reach: threatline_knowledge::packs::Scope::All });
            return;
        }
        self.objects[router].events.push(Event::Protect);
    }

    pub(super) fn set(&mut self, pack: &'static Pack, rule: &CallRule) {
        let place = self.place(&pack.name);
        if let Some(found) = set_trait(rule.property.as_deref(), rule.value.as_ref(), rule.grade.as_deref(), place) {
            self.out.traits.push(found);
        }
    }
}
