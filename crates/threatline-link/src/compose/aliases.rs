//! Guards that are named by a text: `'auth:api'`. What a project calls so comes before what a framework does.

use super::evaluate::Evaluator;
use super::guard::Verdict;
use super::value::*;
use super::verbs::{Site, parameter};
use std::rc::Rc;
use threatline_knowledge::packs::{CallRule, Pack, Selectors};
use threatline_model::Parameter;

/// How deep names stand for names.
const MAX_NAMES: usize = 6;

fn without_itself(value: &mut Val, own: ObjectId) {
    match value {
        Val::Object(id) if *id == own => *value = Val::Unknown,
        Val::List(items) if items.iter().any(|item| matches!(item, Val::Object(id) if *id == own)) => {
            *value = Val::list(items.iter().map(|item| if matches!(item, Val::Object(id) if *id == own) { Val::Unknown } else { item.clone() }).collect());
        }
        _ => {}
    }
}

impl<'a> Evaluator<'a> {
    /// Guards that a selector finds; in packs that name their guards texts are names.
    pub(super) fn guards_of(&mut self, pack: &'static Pack, selectors: Option<&Selectors>, site: &Site) -> Vec<Guard> {
        let mut found = self.guards(selectors, site);
        // A method of the router of which nothing is known gives back no router: `app.auth([…])` guards, or does not.
        if let Some(Val::Object(own)) = &site.receiver {
            found.iter_mut().for_each(|guard| without_itself(&mut guard.value, *own));
        }
        if !pack.named_guards {
            return found;
        }
        found.into_iter().map(|guard| Guard { value: self.guard_named(pack, guard.value), place: guard.place }).collect()
    }

    /// `auth:api,web` as the guard `pack@auth` with its arguments; a class by its name is that class.
    pub(super) fn guard_named(&self, pack: &Pack, value: Val) -> Val {
        match &value {
            Val::List(items) => Val::list(items.iter().take(64).map(|item| self.guard_named(pack, item.clone())).collect()),
            Val::Text(text) => {
                let text = match text.as_literal() {
                    Some(text) => text.to_owned(),
                    None => return Val::Unknown,
                };
                let (name, rest) = text.split_once(':').filter(|(name, _)| !name.contains('=')).unwrap_or((&text, ""));
                if name.contains('\\') {
                    let full = name.trim_start_matches('\\').replace('\\', ".");
                    let (package, class) = full.rsplit_once('.').unwrap_or(("", &full));
                    return match self.program.class_of(package, class) {
                        Some((file, class)) => Val::Class(file, class),
                        None => Val::symbol(&full),
                    };
                }
                let arguments = rest.split(',').filter(|part| !part.is_empty()).map(|part| Arg { name: None, value: Val::text(part.trim()) });
                Val::Made(Rc::new(Made { by: format!("{}@{name}", pack.name), arguments: arguments.collect() }))
            }
            _ => value,
        }
    }

    /// `alias(['admin' => Admin::class])`, `alias('admin', Admin::class)`.
    pub(super) fn name_guards(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let place = self.place("code");
        let entries: Vec<(String, Val)> = match (self.pick(rule.key.as_ref(), site), self.pick(rule.of.as_ref(), site)) {
            (Some(key), of) => key.literal().map(|key| (key.to_owned(), of.unwrap_or(Val::Null))).into_iter().collect(),
            (None, Some(Val::Map(entries))) => entries.to_vec(),
            _ => Vec::new(),
        };
        self.alias_all(pack, entries, place);
    }

    fn alias_all(&mut self, pack: &'static Pack, entries: Vec<(String, Val)>, place: super::Place) {
        for (name, value) in entries {
            let value = self.guard_named(pack, value);
            self.named_guards.insert(format!("{}@{name}", pack.name), vec![Guard { value, place: place.clone() }]);
        }
    }

    /// Fields of a class that give names to guards.
    pub(super) fn aliases_of(&mut self, file: FileId, class: u32, foreign: &[String]) {
        let library = self.program.files[file].library;
        let Some((ruled, _)) = foreign.iter().find_map(|base| library.class(base)).filter(|(ruled, _)| !ruled.rule.aliases.is_empty()) else { return };
        for name in &ruled.rule.aliases {
            let Val::Object(id) = self.generic_instance(file, class) else { return };
            if let Some(Val::Map(entries)) = self.field(id, name) {
                self.mark = self.program.source(file).classes[class as usize].mark;
                let place = self.place("code");
                self.alias_all(ruled.pack, entries.to_vec(), place);
            }
        }
    }

    /// What a guard does that a name stands for.
    pub(super) fn judge_within(&mut self, guard: &Guard) -> Verdict {
        if self.naming >= MAX_NAMES {
            return Verdict::unclear();
        }
        self.naming += 1;
        let out = self.judge(guard, 1);
        self.naming -= 1;
        out
    }

    /// Parameters that a call reads by names that stand in its arguments: a text, a list, or the keys of a map.
    pub(super) fn read_parameters(&mut self, rule: &CallRule, site: &Site) {
        let place = rule.r#in.as_deref().unwrap_or("query").to_owned();
        for value in self.select(rule.key.as_ref(), site) {
            self.read_names(&value, &place);
        }
    }

    pub(super) fn read_names(&mut self, value: &Val, place: &str) {
        match value {
            Val::Map(entries) => entries.iter().for_each(|(name, _)| self.note_parameter(rule_name(name), place)),
            Val::List(items) => items.iter().filter_map(Val::literal).for_each(|name| self.note_parameter(rule_name(name), place)),
            value => {
                if let Some(name) = value.literal() {
                    self.note_parameter(rule_name(name), place);
                }
            }
        }
    }

    /// Parameters that the classes of a handler's own parameters name in a method (`rules()`).
    pub(super) fn ruled_parameters(&mut self, closure: &Closure, out: &mut std::collections::BTreeSet<Parameter>) {
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        let scope = self.globals(closure.file);
        for declared in function.parameters.iter().filter_map(|one| one.declared.as_ref()) {
            let Val::Class(file, class) = self.within(closure.file, |this| this.type_value(&declared.name, &scope)) else { continue };
            let (_, foreign) = self.bases(file, class);
            let library = self.program.files[file].library;
            let Some((ruled, _)) = foreign.iter().find_map(|base| library.class(base)) else { continue };
            let Some(method) = &ruled.rule.rules else { continue };
            let object = self.generic_instance(file, class);
            let Val::Function(rules) = self.method_of(&object, method) else { continue };
            let names: Vec<String> = match self.invoke(&rules, Vec::new()) {
                Val::Map(entries) => entries.iter().map(|(name, _)| rule_name(name).to_owned()).collect(),
                _ => continue,
            };
            let place = ruled.rule.r#in.as_deref().unwrap_or("body");
            out.extend(names.iter().filter(|name| !name.is_empty()).map(|name| parameter(name, place)));
        }
    }
}

/// `items.*.id` is told as `items`.
fn rule_name(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}
