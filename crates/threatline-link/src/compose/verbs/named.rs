//! Handlers that routes name in a text: `posts#index` is a method of a class of the project.

use super::*;
use crate::compose::text;

impl<'a> Evaluator<'a> {
    /// The handler of a route that names it, or leaves it to the path.
    pub(super) fn handler_of(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site, router: ObjectId, path: &Text) -> Option<Val> {
        // PHP's are found as they are written.
        let rules = pack.handlers.as_ref().filter(|_| self.family() != Family::Php)?;
        let told = self.pick(rule.handler.as_ref(), site).filter(|value| !matches!(value, Val::Null));
        if !rules.files.is_empty() {
            return match told {
                Some(value) => match value.literal().map(str::to_owned) {
                    Some(text) => {
                        let before = self.pick(rule.controller.as_ref(), site).and_then(|value| value.literal().map(str::to_owned));
                        let text = before.map_or(text.clone(), |before| format!("{before}.{text}"));
                        Some(self.handler_in_files(rules, &text).unwrap_or(Val::Unknown))
                    }
                    None => Some(value),
                },
                None => None,
            };
        }
        let literal = |value: Option<Val>| value.and_then(|value| value.literal().map(str::to_owned));
        let named = self.pick(rule.controller.as_ref(), site);
        let mut controller = named.as_ref().and_then(|named| self.word_of(named));
        let mut action = literal(self.pick(rule.action.as_ref(), site));
        if let Some(module) = literal(self.pick(rule.carries.get("module"), site)) {
            let before = controller.or_else(|| self.objects[router].context.get("controller").cloned());
            controller = before.map(|before| format!("{module}/{before}"));
        }
        match told {
            Some(value) => match value.literal() {
                Some(text) => match text.split_once(rules.separator.as_str()) {
                    Some((of, name)) => {
                        let of = of.trim();
                        if !of.is_empty() {
                            controller = Some(of.to_owned());
                        }
                        action = Some(name.trim().to_owned());
                    }
                    None => action = Some(text.to_owned()),
                },
                // a redirect, an application, a class
                None => return Some(value),
            },
            None if action.is_none() => {
                let path = path.with_defaults();
                let path = path.split("(.").next().unwrap_or_default().trim_matches('/').to_owned();
                let parts: Vec<&str> = path.split('/').filter(|part| !part.starts_with([':', '{', '*', '('])).collect();
                action = parts.last().map(|last| last.replace('-', "_"));
                let context = self.objects[router].context.contains_key("controller");
                if controller.is_none() && !context && parts.len() > 1 {
                    controller = Some(parts[..parts.len() - 1].join("/"));
                }
            }
            None => {}
        }
        Some(self.named_handler(pack, router, controller.as_deref(), action.as_deref(), false).unwrap_or(Val::Unknown))
    }

    /// The word that a value is for what names a class: a text, or the full name of a module.
    pub(super) fn word_of(&self, value: &Val) -> Option<String> {
        match value {
            Val::Class(file, class) if self.family() == Family::Elixir => Some(self.program.source(*file).classes[*class as usize].name.clone()),
            Val::Symbol(name) if self.family() == Family::Elixir => Some(name.to_string()),
            value => value.literal().map(str::to_owned),
        }
    }

    /// The method of the class that these words mean. None where the class is at hand and has no such method,
    /// and `must` is told.
    pub(super) fn named_handler(&mut self, pack: &'static Pack, router: ObjectId, controller: Option<&str>, action: Option<&str>, must: bool) -> Option<Val> {
        let Some(rules) = pack.handlers.as_ref() else { return Some(Val::Unknown) };
        let context = self.objects[router].context.clone();
        let action = action.or(context.get("action").map(String::as_str)).unwrap_or_default().to_owned();
        let Some(controller) = controller.or(context.get("controller").map(String::as_str)) else { return Some(Val::Unknown) };
        let module = context.get("module").cloned().unwrap_or_default();
        let (module, controller) = match controller.strip_prefix('/') {
            Some(rest) => (String::new(), rest.to_owned()),
            None => (module, controller.to_owned()),
        };
        let spelled = |module: &str| {
            let class = rules.class.replace("{controller}", &controller).replace("{action}", &action);
            if module.is_empty() { class } else { format!("{module}/{class}") }
        };
        let outer = context.get("outer").cloned().unwrap_or_default();
        let candidates = [spelled(&module), spelled(&[outer.as_str(), module.as_str()].join("/")), spelled("")];
        let mut found = candidates[..if module.is_empty() { 3 } else { 2 }].iter().find_map(|name| self.program.class_spelled(name.trim_matches('/')));
        if found.is_none() && rules.anywhere {
            let file = self.file;
            found = match self.family() {
                Family::Python => self.program.class_at_hand(file, candidates[0].rsplit(['.', '/']).next().unwrap_or_default()),
                _ => self.program.class_ending(file, &candidates[0]),
            };
        }
        let Some((file, class)) = found else { return Some(Val::Unknown) };
        for name in &rules.methods {
            let name = name.replace("{action}", &action);
            if self.class_method(file, class, &name).is_some() {
                return Some(Val::Action(file, class, Rc::from(name)));
            }
        }
        let (_, foreign) = self.bases(file, class);
        let library = self.program.files[file].library;
        if must && foreign.iter().all(|name| library.type_named(name).is_some() || !library.guards(name).is_empty()) { None } else { Some(Val::Unknown) }
    }

    // ---- filters ---------------------------------------------------------------------------------

    /// `before_action :authenticate, only: [:show]`: guards of a class's handlers, by their names.
    pub(super) fn before_handlers(&mut self, pack: &'static Pack, rule: &'static CallRule, site: &Site) {
        let Some(Val::Object(id)) = site.receiver else { return };
        let place = self.place(&pack.name);
        let only = self.words(rule.only.as_ref(), site);
        let except = self.words(rule.except.as_ref(), site).unwrap_or_default();
        let tested = self.select(rule.conditional.as_ref(), site);
        let harmless = |value: &Val| value.literal().is_some_and(|name| rule.unconditional.iter().any(|known| known == name));
        let conditional = !tested.iter().all(harmless);
        let mut values = self.select(rule.guards.as_ref(), site);
        if rule.guarded {
            let by = self.method_name(id, &site.method);
            values = vec![Val::Made(Rc::new(Made { by, arguments: site.arguments.clone() }))];
        }
        if pack.named_guards {
            values = values.into_iter().map(|value| self.guard_named(pack, value)).collect();
        }
        let skips = rule.does == Verb::Skip;
        self.objects[id].filters.extend(values.into_iter().map(|value| Filter {
            value,
            only: only.clone(),
            except: except.clone(),
            skips,
            conditional,
            place: place.clone(),
        }));
    }

    /// The guards that run before a method of a class: those of its bases first, without what is skipped.
    pub(in crate::compose) fn filters_of(&mut self, file: FileId, class: u32, action: &str) -> Vec<Guard> {
        let Val::Object(this) = self.generic_instance(file, class) else { return Vec::new() };
        let (own, _) = self.bases(file, class);
        let mut line: Vec<ObjectId> = Vec::new();
        for (file, class) in own.into_iter().rev() {
            if let Val::Object(id) = self.generic_instance(file, class)
                && id != this
                && !line.contains(&id)
            {
                line.push(id);
            }
        }
        line.push(this);
        let mut standing: Vec<(Option<String>, Guard)> = Vec::new();
        for filter in line.into_iter().flat_map(|id| self.objects[id].filters.clone()).collect::<Vec<_>>() {
            if !filter.covers(action) {
                continue;
            }
            let name = filter.value.literal().map(str::to_owned);
            if filter.skips {
                if filter.conditional {
                    let skipped = standing.iter_mut().filter(|(other, _)| *other == name);
                    skipped.for_each(|(_, guard)| guard.value = Val::Unknown);
                } else {
                    standing.retain(|(other, _)| *other != name || name.is_none());
                }
                continue;
            }
            let value = match (&filter.value, &name) {
                _ if filter.conditional => Val::Unknown,
                (_, Some(name)) => match self.method(this, name) {
                    Some(closure) => Val::Function(closure),
                    None => Val::Method(this, Rc::from(name.as_str())),
                },
                (Val::Function(closure), _) => Val::Function(Closure { this: Some(this), ..closure.clone() }),
                (value, _) => value.clone(),
            };
            standing.push((name, Guard { value, place: filter.place.clone() }));
        }
        standing.into_iter().map(|(_, guard)| guard).collect()
    }
}

/// A path of which parts in parentheses may be missing, as the pack says.
pub(super) fn told_path(pack: &Pack, path: Text) -> Text {
    if pack.optional_parts { text::required(&path) } else { path }
}
