//! Routers behind functions that were made around them (Go): `auth(mux)` answers what `mux` answers, and `auth` stands
//! before all of it. Which router it is, the function's own body says: what it goes on to.

use super::*;
use crate::compose::guard::SERVES;

/// So many wrappers are followed to one router.
const MOST_AROUND: usize = 8;

impl<'a> Evaluator<'a> {
    /// The router that something is around, and what stands before it there. None of a router itself.
    pub(super) fn wrapped_router(&mut self, value: &Val) -> Option<(Vec<Guard>, ObjectId)> {
        if self.family() != Family::Go || self.proving > 0 {
            return None;
        }
        let (guards, router) = self.behind(value, 0)?;
        (!guards.is_empty()).then_some((guards, router))
    }

    fn behind(&mut self, value: &Val, depth: usize) -> Option<(Vec<Guard>, ObjectId)> {
        if depth > MOST_AROUND {
            return None;
        }
        let place = self.place("code");
        let around = |value: &Val| Guard { value: value.clone(), place: place.clone() };
        match value {
            Val::Object(id) if self.is_router(*id) => Some((Vec::new(), *id)),
            Val::Object(id) => {
                self.objects[*id].class?;
                let serves = self.method(*id, SERVES)?;
                self.behind(&Val::Function(serves), depth + 1)
            }
            Val::Guarded(inner) => {
                let (mut guards, router) = self.behind(&inner.1.clone(), depth + 1)?;
                guards.insert(0, inner.0.clone());
                Some((guards, router))
            }
            // what has a name and is no method was made around nothing
            Val::Function(closure) if closure.this.is_some() || is_lambda(&self.program.source(closure.file).functions[closure.index as usize]) => {
                let (_, inner) = self.prove(&closure.clone(), 0);
                let (mut guards, router) = self.behind(&inner?, depth + 1)?;
                // what the function goes on to is judged with it, up to the router
                guards.retain(|guard| !matches!(guard.value, Val::Function(_)));
                guards.insert(0, around(value));
                Some((guards, router))
            }
            Val::Made(made) => {
                let (mut guards, router) = made.arguments.iter().find_map(|argument| self.behind(&argument.value, depth + 1))?;
                guards.insert(0, around(value));
                Some((guards, router))
            }
            _ => None,
        }
    }

    /// What a server answers with stands behind what it is wrapped in there. A router that two servers answer with is not
    /// the same behind both: what stands before it is unknown then.
    pub(super) fn serve_wrapped(&mut self, rule: &CallRule, site: &Site) {
        let Some(handler) = self.pick(rule.handler.as_ref(), site) else { return };
        let (guards, router) = match (self.wrapped_router(&handler), &handler) {
            (Some(found), _) => found,
            (None, Val::Object(id)) if self.is_router(*id) => (Vec::new(), *id),
            _ => return,
        };
        let here = (self.file, self.mark);
        match self.objects[router].served {
            Some(known) if known == here => {}
            Some(_) => self.objects[router].events.push(Event::Protect),
            None => {
                self.objects[router].served = Some(here);
                if !guards.is_empty() {
                    self.objects[router].events.push(Event::Middleware { guards, path: None, reach: threatline_knowledge::packs::Scope::All });
                }
            }
        }
    }
}
