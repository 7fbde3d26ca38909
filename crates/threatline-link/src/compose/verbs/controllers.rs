//! Tables of routes whose class is written beside the name: `resource('photos', Photos::class)`.

use super::*;
use crate::compose::{actions::dashed, text};

impl<'a> Evaluator<'a> {
    /// Makes the routes of one resource, or of each in a map; the router that holds them.
    pub(super) fn resource_of(&mut self, pack: &'static Pack, rule: &'static CallRule, site: &Site) -> Option<Val> {
        let router = self.router(pack, site);
        let table = pack.tables.iter().find(|table| Some(&table.name) == rule.table.as_ref())?;
        let place = self.place(&pack.name);
        let named = self.pick(rule.path.as_ref(), site)?;
        let guards = self.guards_of(pack, rule.guards.as_ref(), site);
        let child = Object {
            ty: self.given(pack, rule),
            place: Some(place.clone()),
            mounted: true,
            controller: self.objects[router].controller.clone(),
            context: self.objects[router].context.clone(),
            ..Object::default()
        };
        let child = self.object(child);
        self.objects[router].events.push(Event::Mount { child: Val::Object(child), path: None, replaces: false, guards, place });
        let all: Vec<(Text, Val)> = match &named {
            Val::Map(entries) => entries.iter().map(|(path, handler)| (Text::literal(path), handler.clone())).collect(),
            path => vec![(as_text(path), self.pick(rule.handler.as_ref(), site).unwrap_or_else(|| named.clone()))],
        };
        let only = self.words(rule.only.as_ref(), site);
        let except = self.words(rule.except.as_ref(), site).unwrap_or_default();
        for (path, handler) in all {
            let wanted = |action: &&TableAction| only.as_ref().is_none_or(|only| only.contains(&action.action)) && !except.contains(&action.action);
            for action in table.actions.iter().filter(wanted) {
                self.action_route(pack, table, action, &path, &handler, child);
            }
        }
        Some(Val::Object(child))
    }

    fn action_route(&mut self, pack: &'static Pack, table: &Table, action: &TableAction, path: &Text, handler: &Val, child: ObjectId) {
        // What a controller of the project does not have answers nothing.
        let is_known = matches!(self.class_meant(handler, pack, child), Val::Class(..));
        let handler = self.callable(Val::list(vec![handler.clone(), Val::text(&action.action)]), pack, child);
        if is_known && handler.is_unknown() {
            return;
        }
        let guards = self.action_guards(&handler);
        let written = path.with_defaults();
        let written = if table.dashed { dashed(&written) } else { written };
        let route = Route {
            methods: action.methods.iter().map(|method| Some(method.clone())).collect(),
            path: Text::Literal(path_of(&written, &action.path, table.parameter.as_deref())),
            guards,
            typed: pack.typed_parameters,
            ..crate::compose::annotated::plain_route(handler, self.place(&pack.name))
        };
        self.ruled_elsewhere(pack, child);
        self.objects[child].actions.push(action.action.clone());
        self.objects[child].events.push(Event::Route(Rc::new(route)));
    }

    /// Of what is ruled in files that are not read, silence proves nothing.
    pub(in crate::compose) fn ruled_elsewhere(&mut self, pack: &Pack, router: ObjectId) {
        if pack.ruled_elsewhere && !self.objects[router].events.iter().any(|event| matches!(event, Event::Protect)) {
            self.objects[router].events.push(Event::Protect);
        }
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
            out.push_str(&format!("/{{{}}}", one_of(part)));
        }
    }
    let last = parts.last().copied().unwrap_or_default();
    format!("{out}{}", action.replace("{id}", &format!("{{{}}}", one_of(last))))
}

/// The word for one of many, as frameworks name a resource's parameter.
fn one_of(word: &str) -> String {
    text::singular(&word.rsplit('/').next().unwrap_or(word).replace('-', "_"))
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
        assert_eq!(["statuses", "boxes", "addresses", "order-items"].map(one_of), ["status", "box", "address", "order_item"]);
    }
}
