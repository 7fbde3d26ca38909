//! Tables of routes: what one word stands for that declares a resource, and where its block's routes stand.

use super::*;
use crate::compose::callable::NAMESPACE;
use crate::compose::evaluate::ruby::BLOCK;
use crate::compose::{Place, text};

/// Names under which a router keeps those beside it: routes of all, of one, of a new one.
const LEVELS: [&str; 3] = ["collection", "member", "new"];

/// The router in which routes of one thing stand, whatever it is nested in.
const OUTSIDE: &str = "(outside)";

impl<'a> Evaluator<'a> {
    /// `resources :posts`: the routes of a table, under each name that is given.
    pub(super) fn resources(&mut self, pack: &'static Pack, rule: &'static CallRule, site: &Site) {
        let router = self.router(pack, site);
        let Some(table) = rule.table.as_ref().and_then(|name| pack.tables.iter().find(|table| table.name == *name)) else { return };
        let mut names: Vec<String> = self.select(rule.resource.as_ref(), site).iter().filter_map(|value| value.literal().map(str::to_owned)).collect();
        if names.is_empty() {
            names.extend(rule.default_resource.clone());
        }
        for name in names.into_iter().take(64) {
            if self.burn() {
                self.resource(pack, rule, site, router, table, &name);
            }
        }
    }

    fn resource(&mut self, pack: &'static Pack, rule: &'static CallRule, site: &Site, router: ObjectId, table: &'static Table, name: &str) {
        let place = self.place(&pack.name);
        let own = self.pick(rule.path.as_ref(), site).filter(|value| !matches!(value, Val::Null)).map(|value| as_text(&value));
        let own = own.unwrap_or_else(|| Text::literal(name.trim_start_matches('/')));
        let singular = text::singular(name.rsplit('/').next().unwrap_or(name));
        let id = self.pick(rule.param.as_ref(), site).and_then(|value| value.literal().map(str::to_owned)).unwrap_or_else(|| "id".to_owned());
        let filled = |path: &str| path.replace("{id}", &format!("{{{id}}}")).replace("{owner_id}", &format!("{{{singular}_{id}}}"));
        let mut context = self.carried(rule, site, router);
        let controller = if table.plural { text::plural(name) } else { name.to_owned() };
        context.entry("own controller".to_owned()).or_insert_with(|| controller.clone());
        if let Some(own) = context.remove("own controller") {
            let told = self.pick(rule.carries.get("controller"), site).and_then(|value| self.word_of(&value));
            context.insert("controller".to_owned(), told.unwrap_or(own));
        }
        let guards = self.guards(rule.guards.as_ref(), site);
        // Of nested resources, one is named without what it stands in.
        let is_shallow = matches!(self.pick(rule.shallow.as_ref(), site), Some(Val::Boolean(true)));
        let outside = match self.objects[router].fields.get(OUTSIDE) {
            Some(Val::Object(id)) => Some(*id),
            _ => is_shallow.then_some(router),
        };
        let alone =
            outside.filter(|outside| *outside != router).map(|outside| self.child(outside, own.clone(), guards.clone(), context.clone(), place.clone()));
        let base = self.child(router, own, guards, context.clone(), place.clone());
        let level = |this: &mut Self, base: ObjectId, path: &str| {
            if path.is_empty() { base } else { this.child(base, Text::Literal(filled(path)), Vec::new(), context.clone(), place.clone()) }
        };
        let one = alone.unwrap_or(base);
        let nested = level(self, one, &table.nested);
        let member = level(self, one, &table.member);
        let new = level(self, base, "/new");
        if let Some(outside) = outside {
            self.objects[nested].fields.insert(OUTSIDE.to_owned(), Val::Object(outside));
        }
        for (word, id) in LEVELS.iter().zip([base, member, new]) {
            for holder in [base, nested, member, new] {
                self.objects[holder].fields.insert(format!("({word})"), Val::Object(id));
            }
        }
        let takes = self.handler_takes(pack, rule);
        let only = self.words(rule.only.as_ref(), site);
        let mut except = self.words(rule.except.as_ref(), site).unwrap_or_default();
        except.extend(self.excepted_inside(rule, site));
        for action in &table.actions {
            let named = only.as_ref().is_none_or(|only| only.contains(&action.action)) && !except.contains(&action.action);
            let of = action.group.as_ref();
            let in_group = of.is_none_or(|group| only.as_ref().is_none_or(|only| only.contains(group)) && !except.contains(group));
            if !(if of.is_some() { in_group } else { named }) {
                continue;
            }
            let controller = action.controller.as_ref().map(|controller| filled(controller));
            let handler = self.named_handler(pack, base, controller.as_deref(), Some(&action.action), true);
            let Some(handler) = handler else { continue };
            let route = Route {
                answered_by: Vec::new(),
                choice: None,
                unplaced: false,
                kind: EntryPointKind::Http,
                methods: action.methods.iter().map(|method| Some(method.clone())).collect(),
                told: true,
                path: Text::Literal(filled(&action.path)),
                handler,
                takes: takes.clone(),
                guards: Vec::new(),
                place: place.clone(),
                typed: pack.typed_parameters,
                parameters: Vec::new(),
            };
            let is_member = !table.member.is_empty() && action.path.starts_with(&table.member);
            let holder = if is_member { one } else { base };
            self.objects[holder].events.push(Event::Route(Rc::new(route)));
        }
        if rule.except_in.is_none() {
            self.run_inside(rule, site, router, nested);
        }
        let kept: Vec<Val> = self.select(rule.kept.as_ref(), site);
        let _ = self.replay(&kept, site, nested);
    }

    /// What a call in the block takes out of the table.
    fn excepted_inside(&mut self, rule: &CallRule, site: &Site) -> Vec<String> {
        use threatline_facts::code::{Step, Value};
        let Some((word, Val::Function(closure))) = rule.except_in.as_ref().zip(self.pick(rule.body.as_ref(), site)) else { return Vec::new() };
        let steps = &self.program.source(closure.file).functions[closure.index as usize].steps;
        let calls = steps.iter().filter_map(|step| match step {
            Step::Do(Value::Call(call)) | Step::Return(Some(Value::Call(call))) => Some(call),
            _ => None,
        });
        let named = calls.filter(|call| matches!(&call.callee, Value::Name(name) if name == word));
        named.flat_map(|call| &call.arguments).filter_map(|argument| if let Value::Text(text) = &argument.value { Some(text.clone()) } else { None }).collect()
    }

    /// A path with the parameters that follow it; none where the path is the word for that.
    pub(super) fn with_parameters(&mut self, rule: &CallRule, site: &Site, path: Text) -> Text {
        let names = self.words(rule.parameters_from.as_ref(), site).unwrap_or_default();
        let is_index = rule.index.is_some() && path.as_literal() == rule.index.as_deref();
        if names.is_empty() && !is_index {
            return path;
        }
        let mut out = if is_index { String::new() } else { path.with_defaults() };
        names.iter().for_each(|name| out.push_str(&format!("/{{{name}}}")));
        Text::Literal(out)
    }

    /// What stands before an object's routes: all of them, or those that come later.
    pub(super) fn precede(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let Some(Val::Object(id)) = site.receiver else { return };
        let router = self.standing(id);
        let Some(path) = self.pick(rule.path.as_ref(), site).map(|value| as_text(&value)) else { return };
        if rule.scope == threatline_knowledge::packs::Scope::All {
            self.objects[router].prefix = Some(path);
            return;
        }
        let place = self.place(&pack.name);
        let context = self.objects[router].context.clone();
        let later = self.child(router, path, Vec::new(), context, place);
        self.objects[router].later = Some(later);
    }

    /// Names that the next route takes.
    pub(super) fn declare_parameters(&mut self, rule: &CallRule, site: &Site) {
        let Some(Val::Object(id)) = site.receiver else { return };
        for name in self.words(rule.key.as_ref(), site).unwrap_or_default() {
            if self.objects[id].declared.len() < 256 {
                self.objects[id].declared.push((name, rule.r#in.clone()));
            }
        }
    }

    /// Words that a selector finds, one or a list of them.
    pub(in crate::compose) fn words(&mut self, selectors: Option<&Selectors>, site: &Site) -> Option<Vec<String>> {
        let found = self.select(selectors, site);
        if found.is_empty() {
            return None;
        }
        let mut out = Vec::new();
        for value in found {
            match &value {
                Val::List(items) => out.extend(items.iter().filter_map(|item| item.literal().map(str::to_owned))),
                value => out.extend(value.literal().map(str::to_owned)),
            }
        }
        Some(out)
    }

    /// A router under another one, with what it carries.
    pub(super) fn child(
        &mut self,
        router: ObjectId,
        path: Text,
        guards: Vec<Guard>,
        context: std::collections::BTreeMap<String, String>,
        place: Place,
    ) -> ObjectId {
        let ty = self.objects[router].ty;
        let methods = self.objects[router].methods.clone();
        let child = self.object(Object { ty, place: Some(place.clone()), methods, context, ..Object::default() });
        self.hang(router, Val::Object(child), Some(text::required(&path)), false, guards, place);
        child
    }

    /// What a router's routes are told by what stands around them, and what this call adds to it.
    pub(super) fn carried(&mut self, rule: &CallRule, site: &Site, router: ObjectId) -> std::collections::BTreeMap<String, String> {
        let mut out = self.objects[router].context.clone();
        out.extend(self.inner_namespace(rule, site, router).map(|name| (NAMESPACE.to_owned(), name)));
        for (word, selectors) in &rule.carries {
            let Some(value) = self.pick(Some(selectors), site).and_then(|value| self.word_of(&value)) else { continue };
            let before = out.get(word).filter(|before| word == "module" && !before.is_empty() && !value.starts_with('/'));
            let whole = before.map_or(value.clone(), |before| format!("{before}/{value}"));
            out.insert(word.clone(), whole.trim_start_matches('/').to_owned());
        }
        out
    }

    /// The name space of a group's handlers, below that of the group around.
    fn inner_namespace(&mut self, rule: &CallRule, site: &Site, router: ObjectId) -> Option<String> {
        let own = self.pick(rule.namespace.as_ref(), site).filter(|value| matches!(value, Val::Text(_)))?;
        let own = as_text(&own).with_defaults().trim_matches('\\').replace('\\', ".");
        match self.objects[router].context.get(NAMESPACE) {
            Some(outer) if !own.starts_with(outer.as_str()) => Some(format!("{outer}.{own}")),
            _ => Some(own),
        }
    }

    /// Runs the block of a group: it gets the router, or calls on the object itself are calls on it.
    pub(super) fn run_inside(&mut self, rule: &CallRule, site: &Site, outer: ObjectId, child: ObjectId) {
        let Some(Val::Function(closure)) = self.pick(rule.body.as_ref(), site) else { return };
        self.run_body_inside(closure, rule, site, outer, child);
    }

    fn run_body_inside(&mut self, mut closure: Closure, rule: &CallRule, site: &Site, outer: ObjectId, child: ObjectId) {
        let this = match &site.receiver {
            Some(Val::Object(id)) => *id,
            _ if rule.as_self => child,
            _ => outer,
        };
        if rule.as_self {
            closure.this = Some(this);
        }
        if !rule.within && !rule.as_self {
            let _ = self.invoke(&closure, vec![Arg { name: None, value: Val::Object(child) }]);
            return;
        }
        self.standing_in.push((this, child));
        let given = if rule.within { Vec::new() } else { vec![Arg { name: None, value: Val::Object(this) }] };
        let _ = self.run_again(&closure, given);
        self.standing_in.pop();
    }

    /// Keeps a block under a name.
    pub(super) fn keep(&mut self, rule: &CallRule, site: &Site) {
        let Some(Val::Object(id)) = site.receiver else { return };
        let name = self.pick(rule.key.as_ref(), site).and_then(|value| value.literal().map(str::to_owned));
        if let (Some(name), Some(body)) = (name, self.pick(rule.body.as_ref(), site)) {
            self.objects[id].fields.insert(format!("(kept {name})"), body);
        }
    }

    /// Runs kept blocks where the call stands; the names under which none is kept.
    pub(super) fn replay(&mut self, names: &[Val], site: &Site, into: ObjectId) -> Vec<String> {
        let mut missing = Vec::new();
        let Some(Val::Object(this)) = site.receiver else { return missing };
        let mut all: Vec<String> = Vec::new();
        for name in names {
            match name {
                Val::List(items) => all.extend(items.iter().filter_map(|item| item.literal().map(str::to_owned))),
                name => all.extend(name.literal().map(str::to_owned)),
            }
        }
        for name in all.into_iter().take(16) {
            if let Some(Val::Function(mut closure)) = self.objects[this].fields.get(&format!("(kept {name})")).cloned() {
                closure.this = Some(this);
                self.standing_in.push((this, into));
                let _ = self.run_again(&closure, Vec::new());
                self.standing_in.pop();
            } else {
                missing.push(name);
            }
        }
        missing
    }

    /// `pipe_through [:browser, :require_user]`: runs what is kept under these names; another name is a guard.
    pub(super) fn replayed(&mut self, pack: &'static Pack, rule: &'static CallRule, site: &Site) {
        let router = self.router(pack, site);
        let names = self.select(rule.kept.as_ref(), site);
        let missing = self.replay(&names, site, router);
        let place = self.place(&pack.name);
        let guards: Vec<Guard> = missing.iter().map(|name| self.guard_by_name(router, site, name, &place)).collect();
        if rule.guards.is_some() && !guards.is_empty() {
            self.objects[router].events.push(Event::Middleware { guards, path: None, reach: rule.scope });
        }
    }

    /// The guard that a name means for an object: its own method, else one that the pack knows.
    pub(super) fn guard_by_name(&mut self, router: ObjectId, site: &Site, name: &str, place: &Place) -> Guard {
        let this = if let Some(Val::Object(id)) = site.receiver { id } else { router };
        let value = match self.method(this, name) {
            Some(closure) => Val::Function(closure),
            None => Val::Method(this, std::rc::Rc::from(name)),
        };
        Guard { value, place: place.clone() }
    }

    /// Runs a file of the project where the call stands.
    pub(super) fn load(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let router = self.router(pack, site);
        let Some(Val::Object(this)) = site.receiver else { return };
        let Some(name) = self.pick(rule.path.as_ref(), site).and_then(|value| value.literal().map(str::to_owned)) else { return };
        let folder = crate::compose::program::folder_of(&self.program.files[self.file].path).to_owned();
        let pattern = rule.under.as_deref().unwrap_or("{path}").replace("{path}", &name);
        let Some(path) = crate::modules::normal(&crate::modules::join(&folder, &pattern)) else { return };
        if let Some(file) = self.program.file_at(&path) {
            self.standing_in.push((this, router));
            self.run_file(file, this);
            self.standing_in.pop();
        } else {
            // what stands there is not known
            self.objects[router].events.push(Event::Protect);
        }
    }

    /// The router that stands beside the routes of a resource: those of all, of one, of a new one.
    pub(super) fn at_level(&mut self, rule: &CallRule, site: &Site, router: ObjectId) -> ObjectId {
        let told = self.pick(rule.level_from.as_ref(), site).and_then(|value| value.literal().map(str::to_owned));
        let Some(level) = told.or_else(|| rule.level.clone()) else { return router };
        match self.objects[router].fields.get(&format!("({level})")) {
            Some(Val::Object(id)) => *id,
            _ => router,
        }
    }

    /// The path of a route of which each argument is a part: a text, or a parameter named by the block's.
    pub(super) fn segments(&mut self, rule: &CallRule, site: &Site) -> Option<Text> {
        let parts = self.select(rule.segments.as_ref(), site);
        rule.segments.as_ref()?;
        let names: Vec<String> = match self.pick(rule.body.as_ref().or(rule.handler.as_ref()), site) {
            Some(Val::Function(closure)) => {
                let function = &self.program.source(closure.file).functions[closure.index as usize];
                function.parameters.iter().map(|parameter| parameter.name.clone()).filter(|name| name != BLOCK).collect()
            }
            _ => Vec::new(),
        };
        let mut names = names.into_iter();
        let mut out = Vec::new();
        for part in &parts {
            match part {
                Val::Text(text) => {
                    let text = text.with_defaults();
                    text.matches(':').for_each(|_| _ = names.next());
                    out.push(text.trim_matches('/').to_owned());
                }
                Val::Boolean(_) | Val::Null | Val::List(_) | Val::Map(_) | Val::Function(_) => {}
                Val::Symbol(symbol) if symbol.starts_with("Symbol.") => {
                    let _ = names.next();
                    out.push(format!("{{{}}}", symbol.trim_start_matches("Symbol.")));
                }
                _ => out.push(format!("{{{}}}", names.next().filter(|name| !name.is_empty()).unwrap_or_else(|| "id".to_owned()))),
            }
        }
        Some(Text::Literal(format!("/{}", out.join("/"))))
    }
}
