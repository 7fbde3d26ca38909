//! Handlers that are told after their route, some of which pass on to the next route; and what is done inside a body to
//! a router that is not named there.

use super::*;
use crate::compose::text;
use threatline_knowledge::packs::Scope as Reach;

impl<'a> Evaluator<'a> {
    /// Gives the route that an object stands for another handler; the one before it becomes a guard. A handler that may
    /// pass on guards the routes that follow on its path, and is no route as long as it is the last.
    pub(super) fn answer(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Val {
        let Some(Val::Object(route)) = site.receiver else { return Val::Unknown };
        let takes = self.handler_takes(pack, rule);
        for handler in self.select(rule.handler.as_ref(), site) {
            let place = self.place(&pack.name);
            let router = match &handler {
                Val::Object(id) if self.is_router(*id) && *id != route => Some(*id),
                _ => None,
            };
            let known = self.passes_on(&handler);
            let passes = router.is_some() || known == Some(true);
            let mut patterns: Vec<(String, bool)> = Vec::new();
            for event in &mut self.objects[route].events {
                let Event::Route(one) = event else { continue };
                let mut one_more = (**one).clone();
                let before = std::mem::replace(&mut one_more.handler, handler.clone());
                if !before.is_unknown() {
                    one_more.guards.push(Guard { value: before, place: place.clone() });
                }
                one_more.takes = takes.clone();
                patterns.push((one_more.path.with_defaults(), one_more.methods == [None]));
                *event = Event::Route(Rc::new(one_more));
            }
            self.objects[route].passes = passes;
            let own = self.objects[route].prefix.clone().map_or(String::new(), |prefix| prefix.with_defaults());
            for (pattern, any_method) in patterns.into_iter().filter(|_| passes || known.is_none()) {
                let pattern = text::under(&own, &pattern);
                // What nobody knows and stands before everything is rather no answer.
                self.objects[route].passes |= pattern.trim_matches(['/', '*']).is_empty();
                match (router, self.objects[route].under) {
                    (Some(child), Some(parent)) => {
                        let path = Text::literal(pattern.trim_end_matches(['*', '/']));
                        let guards = self.guards_of_route(route);
                        self.hang(parent, Val::Object(child), Some(path), false, guards, place.clone());
                    }
                    (None, Some(parent)) if any_method => {
                        let value = if passes { handler.clone() } else { Val::Unknown };
                        let guards = vec![Guard { value, place: place.clone() }];
                        // Without a path it stands before everything.
                        let pattern = if pattern.is_empty() { "/*".to_owned() } else { pattern };
                        self.objects[parent].events.push(Event::Before { guards, pattern, reach: Reach::Later });
                    }
                    _ => {}
                }
            }
        }
        // the route is complete: what is said next is said of what is around it
        Val::Object(self.objects[route].around.filter(|_| rule.chained).unwrap_or(route))
    }

    /// Guards that turn a request away only by throwing: what merely sets a status and comes back goes on.
    pub(super) fn throwing(&mut self, guard: Guard) -> Guard {
        let closure = match &guard.value {
            Val::Function(closure) => Some(closure.clone()),
            Val::Object(id) => self.method(*id, "handle"),
            _ => None,
        };
        let Some(closure) = closure else { return guard };
        let before = std::mem::replace(&mut self.file, closure.file);
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        self.proving += 1;
        let scope = self.enter(&closure, Vec::new());
        let throws = self.throws(&function.steps, &scope);
        self.proving -= 1;
        self.file = before;
        if throws { guard } else { Guard { value: Val::Unknown, ..guard } }
    }

    fn guards_of_route(&self, route: ObjectId) -> Vec<Guard> {
        let routes = self.objects[route].events.iter().filter_map(|event| if let Event::Route(one) = event { Some(one) } else { None });
        routes.flat_map(|one| one.guards.iter().cloned()).collect()
    }

    /// Whether a handler may go on to the next: a function that calls something that does, a guard or a helper of a
    /// library; none of what is not known.
    fn passes_on(&mut self, handler: &Val) -> Option<bool> {
        let closure = match handler {
            Val::Function(closure) => Some(closure.clone()),
            Val::Object(id) => self.method(*id, "handle"),
            Val::Class(file, class) => self.class_method(*file, *class, "handle").map(|(file, index)| Closure { file, index, scope: None, this: None }),
            _ => None,
        };
        if let Some(closure) = closure {
            return Some(self.may_go_on(&closure));
        }
        match handler {
            Val::Made(made) => self.is_known_helper(&made.by.clone()),
            Val::Symbol(name) => self.is_known_helper(&name.clone()),
            Val::Method(id, name) => self.is_known_helper(&self.method_name(*id, name)),
            _ => None,
        }
    }

    fn is_known_helper(&self, name: &str) -> Option<bool> {
        let library = self.program.files[self.file].library;
        let calls = library.calls(name);
        let helps = !library.guards(name).is_empty() || calls.iter().any(|(ruled, _)| ruled.rule.does == Verb::Nothing);
        helps.then_some(true).or((!calls.is_empty()).then_some(false))
    }

    /// The path before all routes of an application.
    pub(super) fn root(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let Some(path) = self.pick(rule.path.as_ref(), site).map(|value| as_text(&value)) else { return };
        if pack.composition == Composition::Annotated {
            let program = match self.pick(rule.child.as_ref(), site) {
                Some(Val::Class(file, _)) => Some(file),
                _ => None,
            };
            self.note_root(&pack.name, program, path);
            return;
        }
        let router = self.router(pack, site);
        self.objects[router].prefix = Some(path);
    }

    /// What an object of a library's base is told by its constructor.
    pub(in crate::compose) fn construct_base(&mut self, this: ObjectId, arguments: &[Arg]) {
        let Some(ty) = self.objects[this].ty else { return };
        let ruled = self.program.files[self.file].library.type_rule(ty);
        let Ruled { rule, .. } = ruled;
        let site = Site { name: String::new(), method: String::new(), arguments: arguments.to_vec(), receiver: None, decorated: None, star: None };
        if rule.makes.is_some() {
            let library = self.program.files[self.file].library;
            let bases = self.objects[this].class.map(|(file, class)| self.bases(file, class).1).unwrap_or_default();
            let called = bases.into_iter().find(|name| library.type_named(name) == Some(ty)).unwrap_or_default();
            self.made_construct(this, ruled, &site, &called);
        }
        if let Some(prefix) = self.pick(rule.prefix.as_ref(), &site).filter(|value| matches!(value, Val::Text(_))) {
            self.objects[this].prefix = Some(as_text(&prefix));
        }
        let guards = self.guards_of(ruled.pack, rule.guards.as_ref(), &site);
        self.objects[this].guards.extend(guards);
    }

    /// Runs a body in which functions without an object are about a router.
    pub(super) fn within_router(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site, router: ObjectId, takes: Vec<Val>) {
        self.inside.push((&pack.name, router));
        for body in self.select(rule.body.as_ref(), site) {
            self.run_within(rule, &body, router, &takes);
        }
        self.inside.pop();
    }

    fn run_within(&mut self, rule: &CallRule, body: &Val, router: ObjectId, takes: &[Val]) {
        let arguments = || takes.iter().map(|value| Arg { name: None, value: value.clone() }).collect();
        let is_php = self.family() == Family::Php;
        match body {
            Val::Function(closure) => {
                // `$this` in the body of a group of PHP is the group
                let this = closure.this.or(is_php.then_some(router));
                let _ = self.invoke(&Closure { this, ..closure.clone() }, arguments());
            }
            Val::Object(id) => {
                let named = rule.registers.as_deref().and_then(|name| self.method(*id, name));
                if let Some(closure) = named {
                    let _ = self.invoke(&closure, arguments());
                }
            }
            Val::List(items) if is_php => items.iter().take(32).for_each(|item| self.run_within(rule, item, router, takes)),
            // a file that holds the body
            Val::Text(_) if is_php => {
                let Some(file) = self.file_named(body) else { return };
                let scope = crate::compose::value::Scope::new(None);
                scope.set("$router", Val::Object(router));
                if let Val::Function(closure) = self.load_file(file, &scope) {
                    let _ = self.invoke(&closure, arguments());
                }
            }
            _ => {}
        }
    }
}
