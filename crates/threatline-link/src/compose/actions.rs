//! Routes that a resource has: a pack's table of actions, put under its path.

use super::evaluate::{Evaluator, as_text};
use super::value::*;
use super::verbs::Site;
use std::rc::Rc;
use threatline_facts::Text;
use threatline_knowledge::packs::*;
use threatline_model::EntryPointKind;

impl<'a> Evaluator<'a> {
    /// Makes the routes of one resource, or of each in a map; the router that holds them.
    pub(super) fn resource_actions(&mut self, pack: &'static Pack, rule: &'static CallRule, site: &Site, router: ObjectId) -> Option<Val> {
        let table = pack.resources.iter().find(|table| Some(&table.name) == rule.table.as_ref())?;
        let ty = self.given(pack, rule);
        let place = self.place(&pack.name);
        let child = self.object(Object { ty, place: Some(place.clone()), mounted: true, ..Object::default() });
        let (controller, namespace) = (self.objects[router].controller.clone(), self.objects[router].namespace.clone());
        (self.objects[child].controller, self.objects[child].namespace) = (controller, namespace);
        let guards = self.guards_of(pack, rule.guards.as_ref(), site);
        self.objects[router].events.push(Event::Mount { child: Val::Object(child), path: None, replaces: false, guards, place });
        let named = self.pick(rule.path.as_ref(), site)?;
        let all: Vec<(Text, Val)> = match &named {
            Val::Map(entries) => entries.iter().map(|(path, handler)| (Text::literal(path), handler.clone())).collect(),
            path => vec![(as_text(path), self.pick(rule.handler.as_ref(), site).unwrap_or_else(|| named.clone()))],
        };
        let only = self.names_in(rule.only.as_ref(), site);
        let except = self.names_in(rule.except.as_ref(), site);
        for (path, handler) in all {
            for action in &table.actions {
                let wanted =
                    only.as_ref().is_none_or(|only| only.contains(&action.name)) && !except.as_ref().is_some_and(|except| except.contains(&action.name));
                if wanted {
                    self.action_route(pack, rule, table, action, &path, &handler, child);
                }
            }
        }
        Some(Val::Object(child))
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one route")]
    fn action_route(
        &mut self,
        pack: &'static Pack,
        rule: &'static CallRule,
        table: &ResourceTable,
        action: &ResourceAction,
        path: &Text,
        handler: &Val,
        child: ObjectId,
    ) {
        // What a controller of the project does not have answers nothing.
        let is_known = matches!(self.controller_class(handler, rule, child), Val::Class(..));
        let handler = self.callable(Val::list(vec![handler.clone(), Val::text(&action.name)]), rule, child);
        if is_known && handler.is_unknown() {
            return;
        }
        let mut guards = self.action_guards(&handler);
        let place = self.place(&pack.name);
        if pack.clouded {
            guards.push(Guard { value: Val::Unknown, place: place.clone() });
        }
        let written = path.with_defaults();
        let written = if table.dashed { super::routed::dashed(&written) } else { written };
        let path = path_of(&written, &action.path, table.parameter.as_deref());
        let route = Route {
            kind: EntryPointKind::Http,
            methods: action.methods.iter().map(|method| Some(method.clone())).collect(),
            told: true,
            path: Text::Literal(path),
            handler,
            takes: self.handler_takes(pack, rule),
            guards,
            place,
            typed: pack.typed_parameters,
            parameters: Vec::new(),
        };
        self.objects[child].actions.push(action.name.clone());
        self.objects[child].events.push(Event::Route(Rc::new(route)));
    }

    /// Names that a selector finds, in a text or a list.
    pub(super) fn names_in(&mut self, selectors: Option<&Selectors>, site: &Site) -> Option<Vec<String>> {
        let found = self.select(selectors, site);
        if found.is_empty() {
            return None;
        }
        let mut out = Vec::new();
        for value in found {
            match &value {
                Val::List(items) => out.extend(items.iter().filter_map(|item| item.literal().map(str::to_owned))),
                Val::Null => {}
                value => out.extend(value.literal().map(str::to_owned)),
            }
        }
        Some(out)
    }

    /// `->only(…)`, `->except(…)`: of the routes of a resource, or of the guard that was put last.
    pub(super) fn limit(&mut self, rule: &CallRule, site: &Site) -> bool {
        let (only, except) = (self.names_in(rule.only.as_ref(), site), self.names_in(rule.except.as_ref(), site));
        let Some(Val::Object(id)) = &site.receiver else { return false };
        if only.is_none() && except.is_none() {
            return rule.only.is_some() || rule.except.is_some();
        }
        let object = &mut self.objects[*id];
        if let Some(last) = object.action_guards.last_mut() {
            if only.is_some() {
                last.only = only;
            }
            last.except.extend(except.unwrap_or_default());
            return true;
        }
        let wanted = |name: &String| only.as_ref().is_none_or(|only| only.contains(name)) && !except.as_ref().is_some_and(|except| except.contains(name));
        let keep: Vec<bool> = object.actions.iter().map(wanted).collect();
        let mut at = 0;
        object.events.retain(|event| {
            let Event::Route(_) = event else { return true };
            at += 1;
            keep.get(at - 1).copied().unwrap_or(true)
        });
        object.actions.retain(wanted);
        true
    }
}

/// `photos.comments` and `/{id}` are `photos/{photo}/comments/{comment}`; a table that names its parameter
/// (`{id}`) has no nesting of names.
fn path_of(resource: &str, action: &str, parameter: Option<&str>) -> String {
    if let Some(parameter) = parameter {
        return format!("{}{}", resource, action.replace("{id}", &format!("{{{parameter}}}")));
    }
    let trimmed = resource.trim_matches('/');
    let parts: Vec<&str> = if trimmed.contains('{') { vec![trimmed] } else { trimmed.split('.').collect() };
    let mut out = String::new();
    for (at, part) in parts.iter().enumerate() {
        out.push('/');
        out.push_str(part);
        if at + 1 < parts.len() {
            out.push_str(&format!("/{{{}}}", singular(part)));
        }
    }
    let last = parts.last().copied().unwrap_or_default();
    format!("{out}{}", action.replace("{id}", &format!("{{{}}}", singular(last))))
}

/// The word for one of many, as frameworks name a resource's parameter.
pub(super) fn singular(word: &str) -> String {
    let word = word.rsplit('/').next().unwrap_or(word).replace('-', "_");
    let stem = |cut: usize, end: &str| format!("{}{end}", &word[..word.len() - cut]);
    match word.as_str() {
        "people" => "person".to_owned(),
        "children" => "child".to_owned(),
        "news" | "series" | "species" | "data" | "media" => word,
        _ if word.ends_with("ies") && word.len() > 4 => stem(3, "y"),
        _ if ["sses", "xes", "ches", "shes", "uses"].iter().any(|end| word.ends_with(end)) => stem(2, ""),
        _ if word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") && word.len() > 1 => stem(1, ""),
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_names_its_parameter_for_one() {
        assert_eq!(path_of("photos", "/{id}", None), "/photos/{photo}");
        assert_eq!(path_of("photos.comments", "/{id}/edit", None), "/photos/{photo}/comments/{comment}/edit");
        assert_eq!(path_of("/admin/categories", "/{id}", None), "/admin/categories/{category}");
        assert_eq!(path_of("/users", "/{id}", Some("id")), "/users/{id}");
        assert_eq!(["statuses", "boxes", "houses", "address"].map(singular), ["status", "box", "hous", "address"]);
    }
}
