//! Guards that a registry puts before the routes of classes, and the patterns of paths that are told to them afterwards.

use super::*;
use crate::compose::rules::{Fit, fit_path};
use crate::compose::value::Covered;

impl<'a> Evaluator<'a> {
    /// With `guards` something new stands before the annotated routes of the pack; `path` and `except` say of what the call is made on which routes are meant.
    pub(super) fn intercept(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site, made: Option<&Val>) {
        if rule.guards.is_some() {
            // where nothing is given back nothing more can be told to it
            let by = if let Some(Val::Object(id)) = made { *id } else { self.object(Object::default()) };
            let guards = self.guards_of(pack, rule.guards.as_ref(), site);
            for router in self.routers_of_classes(pack) {
                self.objects[router].events.push(Event::Intercept { guards: guards.clone(), by });
            }
        }
        let Some(Val::Object(id)) = site.receiver.as_ref().filter(|_| rule.guards.is_none()) else { return };
        for (selectors, excepts) in [(&rule.path, false), (&rule.except, true)] {
            for value in self.select(selectors.as_ref(), site) {
                let values = if let Val::List(items) = &value { items.to_vec() } else { vec![value] };
                let covered = &mut self.objects[*id].covered;
                for value in &values {
                    let Some(pattern) = value.literal() else {
                        covered.unclear = true;
                        continue;
                    };
                    if excepts { &mut covered.except } else { &mut covered.only }.push(pattern.to_owned());
                }
            }
        }
    }
}

impl<'a> Evaluator<'a> {
    /// The routers under which classes of a pack stand: those of annotated methods, and services by their base.
    pub(in crate::compose) fn routers_of_classes(&mut self, pack: &Pack) -> Vec<ObjectId> {
        let mut out = vec![self.single(&format!("{}:annotated", pack.name), None)];
        if pack.classes.iter().any(|rule| rule.service.is_some()) {
            out.push(self.single(&format!("{}:services", pack.name), None));
        }
        out
    }
}

impl Covered {
    /// Whether the routes of that path are among them.
    pub(in crate::compose) fn holds(&self, path: &str) -> Fit {
        let any = |patterns: &[String]| {
            let fits: Vec<Fit> = patterns.iter().map(|pattern| fit_path(pattern, path)).collect();
            [Fit::Yes, Fit::Maybe].into_iter().find(|fit| fits.contains(fit)).unwrap_or(Fit::No)
        };
        let is_in = if self.only.is_empty() { Fit::Yes } else { any(&self.only) };
        // one path that is let off is a route of its own beside `{id}`
        let except: Vec<String> = self.except.iter().filter(|pattern| pattern.contains(['*', '?', '{']) || *pattern == path).cloned().collect();
        match (is_in, any(&except)) {
            (Fit::No, _) | (_, Fit::Yes) => Fit::No,
            (Fit::Yes, Fit::No) if !self.unclear => Fit::Yes,
            _ => Fit::Maybe,
        }
    }
}
