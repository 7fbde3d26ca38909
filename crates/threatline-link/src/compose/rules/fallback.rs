//! A demand for all routes that say nothing of themselves: a fallback policy, a filter for all
//! controllers, a guard on the call that brings them in.

use super::{Effect, Located, RuleSet};
use crate::compose::Place;
use std::collections::BTreeMap;
use std::sync::Arc;
use threatline_facts::code::{Call, Source, Step, Value};
use threatline_facts::{Language, Mark};
use threatline_knowledge::packs::{CentralRule, Family, Shelf};

const MAX_DEPTH: usize = 64;

/// The demands of all programs; each is for the folder of the file it stands in.
pub(super) fn collect(sources: &[Located<'_>], shelf: Shelf) -> Vec<RuleSet> {
    let mut out = Vec::new();
    if !sources.iter().any(|(_, source)| source.language == Language::CSharp) {
        return out;
    }
    let rules = shelf.of_family(Family::CSharp).iter().filter_map(|pack| Some((pack.name.as_str(), pack.central.as_ref()?)));
    let rules: Vec<(&str, &CentralRule)> = rules.filter(|(_, words)| !words.fallback.is_empty()).collect();
    for (path, source) in sources.iter().filter(|(_, source)| source.language == Language::CSharp) {
        for (by, words) in &rules {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            // what it is said in may lie beside the controllers, in a folder of its own
            let folder =
                folder.strip_suffix("App_Start").filter(|rest| rest.is_empty() || rest.ends_with('/')).map_or(folder, |rest| rest.trim_end_matches('/'));
            let folder = begun_in(folder, sources);
            let root = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            let mut search = Search { words, by: Arc::from(*by), path, source, values: BTreeMap::new(), set: RuleSet { root, ..RuleSet::default() } };
            source.functions.iter().for_each(|function| search.steps(&function.steps, 0));
            if search.set.fallback.is_some() || search.set.controllers.is_some() {
                out.push(search.set);
            }
        }
    }
    out
}

/// The file in which a program begins.
const BEGINS: &str = "Program.cs";

/// The folder of the program that a folder's files set up: what does so may stand in a folder of its own.
fn begun_in<'f>(folder: &'f str, sources: &[Located<'_>]) -> &'f str {
    let begins = |folder: &str| sources.iter().any(|(path, _)| path.rsplit_once('/').unwrap_or(("", path)) == (folder, BEGINS));
    let around = std::iter::successors(Some(folder), |inner| (!inner.is_empty()).then(|| inner.rsplit_once('/').map_or("", |(outer, _)| outer)));
    around.into_iter().find(|folder| begins(folder)).unwrap_or(folder)
}

struct Search<'a> {
    words: &'a CentralRule,
    by: Arc<str>,
    path: &'a Arc<str>,
    source: &'a Source,
    values: BTreeMap<String, Value>,
    set: RuleSet,
}

impl Search<'_> {
    fn place(&self, mark: Mark) -> Place {
        Place { path: self.path.clone(), mark, by: self.by.clone() }
    }

    fn steps(&mut self, steps: &[Step], depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        for step in steps {
            match step {
                Step::Do(value) | Step::Return(Some(value)) => self.value(value, depth),
                Step::Bind { target, value: Some(value), .. } => self.bind(target, value, depth),
                // What stands under a condition proves nothing: it is not looked at.
                Step::Block(body) | Step::Try { body, .. } => self.steps(body, depth + 1),
                _ => {}
            }
        }
    }

    fn bind(&mut self, target: &Value, value: &Value, depth: usize) {
        self.value(value, depth);
        match target {
            Value::Name(name) => {
                self.values.insert(name.clone(), value.clone());
            }
            Value::Member(_, name) if self.words.fallback.contains(name) => self.fall_back(value),
            _ => {}
        }
    }

    fn fall_back(&mut self, value: &Value) {
        let value = match value {
            Value::Name(name) => self.values.get(name).cloned().unwrap_or(Value::Null),
            value => value.clone(),
        };
        if let Some(mark) = self.demands(&value) {
            self.set.fallback = Some((Effect::Authenticates, self.place(mark)));
        }
    }

    /// Whether a policy is built with one of the demanding methods.
    fn demands(&self, value: &Value) -> Option<Mark> {
        chain(value).into_iter().find(|(name, _)| self.words.authenticates.iter().any(|word| word == name)).map(|(_, call)| call.mark)
    }

    fn value(&mut self, value: &Value, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let links = chain(value);
        let mapped = links.iter().position(|(name, _)| self.words.maps.iter().any(|word| word == name));
        if let Some(mapped) = mapped {
            // Links are listed from the last call to the first.
            if let Some((_, call)) =
                links[..mapped].iter().find(|(name, call)| self.words.authenticates.iter().any(|word| word == name) && call.arguments.is_empty())
            {
                self.set.controllers = Some((Effect::Authenticates, self.place(call.mark)));
            }
        }
        for (name, call) in links {
            if self.words.fallback.iter().any(|word| word == name)
                && let Some(argument) = call.arguments.first()
            {
                self.fall_back(&argument.value);
            }
            if name == "Add" && is_filters(call) && self.is_filter(call) {
                self.set.controllers = Some((Effect::Authenticates, self.place(call.mark)));
            }
            for argument in &call.arguments {
                match &argument.value {
                    Value::Function(number) => {
                        if let Some(function) = self.source.functions.get(*number as usize) {
                            // Closures are functions of the file and are searched by themselves; a policy
                            // that they use may be bound outside.
                            self.steps(&function.steps, depth + 1);
                        }
                    }
                    value => self.value(value, depth + 1),
                }
            }
        }
    }

    /// `Add(new AuthorizeFilter())`, `Add<AuthorizeFilter>()`. Where several frameworks have one of that name, it is that of the
    /// one that the file imports, and is for its controllers alone.
    fn is_filter(&mut self, call: &Call) -> bool {
        let named = |name: &str| {
            let short = name.rsplit('.').next().unwrap_or(name).to_owned();
            self.words.filters.iter().filter_map(|filter| filter.rsplit_once('.')).filter(|(_, last)| *last == short).map(|(space, _)| space).collect()
        };
        let constructed = call.arguments.iter().find_map(|argument| match &argument.value {
            Value::Call(made) => match &made.callee {
                Value::Name(name) | Value::Member(_, name) => Some(name.as_str()),
                _ => None,
            },
            _ => None,
        });
        let spaces: Vec<&str> = constructed.or(call.types.first().map(|ty| &*ty.name)).map(named).unwrap_or_default();
        if spaces.len() < 2 {
            return !spaces.is_empty();
        }
        let imported = |space: &&&str| self.source.imports.iter().any(|import| import.module == ***space);
        let mut own = spaces.iter().filter(imported);
        let (Some(space), None) = (own.next(), own.next()) else { return false };
        self.set.of = spaces.iter().map(|other| ((*other).to_owned(), other == space)).collect();
        true
    }
}

/// `options.Filters.Add(…)`, `filters.Add(…)`.
fn is_filters(call: &Call) -> bool {
    matches!(&call.callee, Value::Member(object, _) if matches!(&**object, Value::Member(_, name) | Value::Name(name) if name.eq_ignore_ascii_case("filters")))
}

/// The calls of a chain, from the last to the first.
fn chain(value: &Value) -> Vec<(&str, &Call)> {
    let mut out = Vec::new();
    let mut value = value;
    loop {
        match value {
            Value::Call(call) => match &call.callee {
                Value::Member(object, name) => {
                    out.push((name.as_str(), &**call));
                    value = object;
                }
                Value::Name(name) => {
                    out.push((name.as_str(), &**call));
                    return out;
                }
                _ => return out,
            },
            Value::Member(object, _) => value = object,
            _ => return out,
        }
    }
}
