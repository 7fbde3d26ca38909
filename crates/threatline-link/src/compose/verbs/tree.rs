//! A tree of objects whose offered methods answer: the names on the way to one are its path.

use super::*;
use crate::compose::library::starred;
use std::collections::BTreeSet;

/// So deep are objects followed.
const MAX_DEPTH: usize = 12;

/// So many ways in has one tree.
const MAX_ROUTES: usize = 2_000;

/// What is carried from an object to those in it.
struct Branch {
    router: ObjectId,
    path: String,
    guards: Vec<Guard>,
    way: Vec<ObjectId>,
}

impl<'a> Evaluator<'a> {
    /// Hangs a tree of objects; without one what is configured is meant of all trees.
    pub(super) fn hang_tree(&mut self, pack: &'static Pack, rule: &'static CallRule, site: &Site) {
        if self.proving > 0 {
            return;
        }
        let whole = self.router(pack, site);
        let config = self.pick(rule.of.as_ref(), site);
        if rule.child.is_none() {
            let guards = config.map(|config| self.switched_on(rule, &config)).unwrap_or_default();
            self.objects[whole].events.push(Event::Middleware { guards, path: None, reach: threatline_knowledge::packs::Scope::All });
            return;
        }
        let root = match self.pick(rule.child.as_ref(), site) {
            Some(Val::Class(file, class)) => self.generic_instance(file, class),
            Some(root) => root,
            None => return,
        };
        let Val::Object(root) = root else { return };
        let place = self.place(&pack.name);
        let router = self.object(Object { place: Some(place.clone()), ..Object::default() });
        let path = self.pick(rule.path.as_ref(), site).filter(|value| matches!(value, Val::Text(_))).map(|value| as_text(&value));
        self.hang(whole, Val::Object(router), path, false, Vec::new(), place.clone());
        match config {
            Some(Val::Map(sections)) => {
                for (section, config) in sections.iter().take(64) {
                    let guards = self.switched_on(rule, config);
                    let path = Some(Text::literal(section.as_str())).filter(|_| section != "/");
                    self.objects[router].events.push(Event::Middleware { guards, path, reach: threatline_knowledge::packs::Scope::All });
                }
            }
            None | Some(Val::Null) => {}
            Some(value) => self.objects[router].guards.push(Guard { value, place: place.clone() }),
        }
        if matches!(self.pick(rule.of.as_ref(), site), Some(Val::Text(_))) {
            self.objects[router].guards.push(Guard { value: Val::Unknown, place });
        }
        let mut branch = Branch { router, path: String::new(), guards: Vec::new(), way: vec![root] };
        self.branch_out(pack, rule, root, &mut branch);
    }

    fn branch_out(&mut self, pack: &'static Pack, rule: &'static CallRule, id: ObjectId, branch: &mut Branch) {
        let Some((file, class)) = self.objects[id].class else { return };
        if branch.way.len() > MAX_DEPTH || self.objects[branch.router].events.len() > MAX_ROUTES || !self.burn() {
            return;
        }
        let (path, guards) = (branch.path.clone(), branch.guards.len());
        if let Some(popped) = &rule.popped {
            for name in self.annotations_named(file, class, popped).iter().flatten().filter_map(|argument| argument.value.literal()) {
                branch.path.push_str(&format!("/{{{name}}}"));
            }
        }
        if let Some(config) = rule.guarded_in.as_deref().and_then(|field| self.field(id, field)) {
            let own = self.switched_on(rule, &config);
            branch.guards.extend(own);
        }
        let whole = self.is_offered(rule, file, class);
        let (own, _) = self.bases(file, class);
        let mut names: BTreeSet<String> = self.objects[id].fields.keys().cloned().collect();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for (file, class) in [(file, class)].into_iter().chain(own) {
            let program = self.program;
            let declared = &program.source(file).classes[class as usize];
            names.extend(declared.fields.iter().map(|field| field.name.clone()));
            for index in &declared.methods {
                let function = &program.source(file).functions[*index as usize];
                if !seen.insert(&function.name) {
                    continue;
                }
                let method = rule.handler_methods.get(&function.name).filter(|_| whole);
                let offered = rule.exposed.as_deref().is_some_and(|name| !self.arguments_of(file, &function.annotations, name).is_empty());
                if method.is_some() || offered {
                    let closure = Closure { file, index: *index, scope: None, this: Some(id) };
                    self.leaf(pack, rule, closure, method, branch);
                }
            }
        }
        let base = branch.path.clone();
        for name in names.into_iter().filter(|name| !name.starts_with('_')) {
            let Some(Val::Object(inner)) = self.field(id, &name) else { continue };
            if branch.way.contains(&inner) {
                continue;
            }
            branch.path = format!("{base}/{name}");
            branch.way.push(inner);
            self.branch_out(pack, rule, inner, branch);
            branch.way.pop();
        }
        branch.path = path;
        branch.guards.truncate(guards);
    }

    /// A class is offered as a whole by its decorator, or by a field of the decorator's last name with a `d` behind it.
    fn is_offered(&mut self, rule: &CallRule, file: FileId, class: u32) -> bool {
        let Some(name) = rule.exposed.as_deref() else { return false };
        if !self.annotations_named(file, class, name).is_empty() {
            return true;
        }
        let field = format!("{}d", name.rsplit('.').next().unwrap_or(name));
        matches!(self.class_field(file, class, &field), Some(Val::Boolean(true)))
    }

    fn leaf(&mut self, pack: &'static Pack, rule: &CallRule, closure: Closure, method: Option<&String>, branch: &Branch) {
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        let name = function.name.as_str();
        let (is_index, is_rest) = (rule.index.as_deref() == Some(name), rule.rest.as_deref() == Some(name));
        let mut path = branch.path.clone();
        if !is_index && !is_rest && method.is_none() {
            path.push_str(&format!("/{name}"));
        }
        let mut parameters = Vec::new();
        let mut parts = 0;
        for one in function.parameters.iter().filter(|one| !one.name.is_empty()) {
            match one.variadic {
                true => {}
                false if one.default.is_none() && !is_index => {
                    path.push_str(&format!("/{{{}}}", one.name));
                    parts += 1;
                }
                false => parameters.push(parameter(&one.name, if method.is_some_and(|method| method != "GET") { "form" } else { "query" })),
            }
        }
        if is_rest && parts == 0 {
            path.push_str("/{path}");
        }
        let place = crate::compose::Place { path: self.program.files[closure.file].path.clone(), mark: function.mark, by: pack.name.as_str().into() };
        let scope = self.globals(closure.file);
        let (file, value) = (closure.file, Val::Function(closure));
        let handler = self.within(file, |this| this.decorate(value, &function.annotations, &scope));
        let route = Route {
            methods: vec![method.cloned()],
            path: Text::literal(path),
            guards: branch.guards.clone(),
            parameters,
            ..crate::compose::annotated::plain_route(handler, place)
        };
        self.objects[branch.router].events.push(Event::Route(Rc::new(route)));
    }

    /// The guards that a configuration switches on: `{"tools.auth_basic.on": True}`.
    fn switched_on(&mut self, rule: &CallRule, config: &Val) -> Vec<Guard> {
        let place = self.place("code");
        let (Some(switch), Some(form)) = (&rule.switches, &rule.guarded_as) else { return Vec::new() };
        let Val::Map(entries) = config else { return vec![Guard { value: Val::Unknown, place }] };
        let mut out = Vec::new();
        for (key, value) in entries.iter() {
            let Some(star) = starred(switch, key) else { continue };
            let guard = Guard { value: Val::Made(Rc::new(Made { by: form.replace("{star}", &star), arguments: Vec::new() })), place: place.clone() };
            match value {
                Val::Boolean(false) | Val::Null => {}
                Val::Boolean(true) => out.push(guard),
                _ => out.push(guard.perhaps()),
            }
        }
        out
    }
}
