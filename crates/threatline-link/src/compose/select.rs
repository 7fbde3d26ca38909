//! Arguments as packs select them, and conditions on them.

use super::evaluate::Evaluator;
use super::value::*;
use super::verbs::Site;
use threatline_knowledge::packs::*;

impl Evaluator<'_> {
    /// The first value that a selector finds.
    pub(super) fn pick(&mut self, selectors: Option<&Selectors>, site: &Site) -> Option<Val> {
        self.select(selectors, site).into_iter().next()
    }

    /// All values that the first fitting selector finds.
    pub(super) fn select(&mut self, selectors: Option<&Selectors>, site: &Site) -> Vec<Val> {
        let Some(selectors) = selectors else {
            return Vec::new();
        };
        for selector in selectors.iter() {
            let found = match selector {
                Selector::Position(at) => position(&site.arguments, *at).into_iter().collect(),
                Selector::Word(word) => self.word(word, site),
            };
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    fn word(&mut self, word: &str, site: &Site) -> Vec<Val> {
        // `=name`: the argument of that name and nothing else.
        if let Some(word) = word.strip_prefix('=') {
            return named(&site.arguments, word).into_iter().collect();
        }
        match word {
            "decorated" => return site.decorated.iter().cloned().collect(),
            "self" => return site.receiver.iter().cloned().collect(),
            "call" => return self.called(site).into_iter().collect(),
            // An argument of that name is meant before what stands between angles.
            "type" if named(&site.arguments, word).is_none() => return self.types.clone(),
            // The name of what is decorated, as it stands or as commands are spelt.
            "function" | "command" => {
                let name = site.decorated.as_ref().and_then(|value| self.name_of_function(value));
                return name.map(|name| Val::text(if word == "command" { name.replace('_', "-") } else { name })).into_iter().collect();
            }
            "star" => return site.star.iter().map(Val::text).collect(),
            "result" => return Vec::new(),
            // the last one that is a text, or a list of texts
            "text" => {
                let is_text =
                    |value: &&Val| matches!(value, Val::Text(_)) || matches!(value, Val::List(items) if items.iter().all(|item| matches!(item, Val::Text(_))));
                return positional(&site.arguments).into_iter().rev().find(is_text).cloned().into_iter().collect();
            }
            // An argument of that name is meant before the called method's name.
            "name" => match named(&site.arguments, word) {
                Some(value) => return vec![value],
                // Of an annotation there is no other name than its argument.
                None if site.receiver.is_none() && site.decorated.is_none() => return Vec::new(),
                None => return vec![Val::text(&site.method)],
            },
            _ => {}
        }
        if let Some((option, rest)) = word.split_once("()") {
            return of_option(&site.arguments, option, rest.trim_start_matches('.'));
        }
        // the name of a function among the arguments
        if let Some(of) = word.strip_prefix("function:") {
            let found = match of.parse::<i32>() {
                Ok(at) => position(&site.arguments, at).into_iter().collect(),
                Err(_) => self.word(of, site),
            };
            let named = found.first().and_then(|value| self.name_of_function(value));
            return named.map(Val::text).into_iter().collect();
        }
        if word.contains('+') {
            return word.split('+').flat_map(|one| self.word(one, site)).collect();
        }
        if let Some((from, to)) = word.split_once("..")
            && let Ok(from) = from.parse::<usize>()
        {
            return range(&site.arguments, from, to.parse().ok());
        }
        if let Some(value) = named(&site.arguments, word) {
            return vec![value];
        }
        let (head, rest) = word.split_once('.').unwrap_or((word, ""));
        let base = match head.parse::<i32>() {
            _ if head == "self" => site.receiver.clone(),
            Ok(at) => position(&site.arguments, at),
            Err(_) if head == "self" => site.receiver.clone(),
            Err(_) => named(&site.arguments, head),
        };
        let Some(mut value) = base.filter(|_| !rest.is_empty()) else {
            return Vec::new();
        };
        for key in rest.split('.') {
            // `useFactory: (config) => ({ url })`: what the function gives back is meant
            if let Val::Function(closure) = &value
                && self.family() == Family::JavaScript
            {
                value = self.invoke(&closure.clone(), Vec::new());
            }
            value = match entry(&value, key) {
                Some(value) => value,
                None => match &value {
                    Val::Module(_) | Val::Object(_) | Val::Class(..) => match self.member(&value, key) {
                        Val::Unknown | Val::Method(..) => return Vec::new(),
                        // a class that has no such member
                        Val::Symbol(name) if name.starts_with('?') => return Vec::new(),
                        member => member,
                    },
                    _ => return Vec::new(),
                },
            };
        }
        vec![value]
    }

    /// The call itself, as guards are known by it.
    fn called(&self, site: &Site) -> Option<Val> {
        let by = match &site.receiver {
            Some(Val::Object(id)) => self.method_name(*id, &site.method),
            _ if !site.name.is_empty() => site.name.clone(),
            _ => return None,
        };
        Some(Val::Made(std::rc::Rc::new(Made { by, arguments: site.arguments.clone() })))
    }

    fn name_of_function(&self, value: &Val) -> Option<String> {
        match value {
            Val::Guarded(inner) => self.name_of_function(&inner.1),
            Val::Function(closure) => Some(self.program.source(closure.file).functions[closure.index as usize].name.clone()).filter(|name| !name.is_empty()),
            Val::Class(file, class) => Some(self.program.source(*file).classes[*class as usize].name.clone()),
            _ => None,
        }
    }

    /// Arguments that stand as guards; lists are opened.
    pub(super) fn guards(&mut self, selectors: Option<&Selectors>, site: &Site) -> Vec<Guard> {
        let place = self.place("code");
        let mut out = Vec::new();
        // An option that is not known may be one that guards.
        let asks_options = selectors.is_some_and(|selectors| selectors.iter().any(|one| matches!(one, Selector::Word(word) if word.contains("()"))));
        if asks_options && site.arguments.iter().any(|argument| has_unknown(&argument.value)) {
            out.push(Guard { value: Val::Unknown, place: place.clone() });
        }
        for value in self.select(selectors, site) {
            match value {
                Val::List(items) => out.extend(items.iter().map(|item| Guard { value: item.clone(), place: place.clone() })),
                Val::Null => {}
                value => out.push(Guard { value, place: place.clone() }),
            }
        }
        out
    }

    /// Whether all conditions surely hold.
    pub(super) fn all_hold(&mut self, conditions: &[Condition], arguments: &[Arg]) -> bool {
        let site = || Site { name: String::new(), method: String::new(), arguments: arguments.to_vec(), receiver: None, decorated: None, star: None };
        conditions.is_empty() || self.all_hold_at(conditions, &site())
    }

    /// The same of a call with what it is made on.
    pub(super) fn all_hold_at(&mut self, conditions: &[Condition], site: &Site) -> bool {
        conditions.iter().all(|condition| {
            let values = self.select(Some(&condition.argument), site);
            if let Some(present) = condition.present {
                return values.is_empty() != present;
            }
            if !condition.not.is_empty() {
                return values.first().and_then(Val::literal).is_some_and(|text| !condition.not.iter().any(|one| one == text));
            }
            if let Some(kind) = &condition.kind {
                return match kind.strip_prefix('!') {
                    Some(other) => !values.is_empty() && !values.iter().any(|value| is_kind(value, other)),
                    None => values.iter().any(|value| is_kind(value, kind)),
                };
            }
            if let Some(other) = &condition.is_not {
                return !values.iter().any(|value| equals(value, other) || self.is_typed(value, other));
            }
            match &condition.is {
                Some(expected) => values.iter().any(|value| equals(value, expected) || self.is_typed(value, expected)),
                None => !values.is_empty(),
            }
        })
    }

    /// An object of the type that a pack calls so, or a class with a base of that name.
    fn is_typed(&mut self, value: &Val, expected: &Literal) -> bool {
        let (id, expected) = match (value, expected) {
            (Val::Object(id), Literal::String(expected)) => (id, expected),
            // A class of the project whose base is of that name.
            (Val::Class(file, class), Literal::String(expected)) => {
                let (_, foreign) = self.bases(*file, *class);
                return foreign.iter().any(|base| base == expected || base.ends_with(&format!(".{expected}")));
            }
            _ => return false,
        };
        let ty = self.objects[*id].ty;
        ty.is_some_and(|ty| self.program.files[self.file].library.type_rule(ty).rule.name == *expected)
    }
}

fn has_unknown(value: &Val) -> bool {
    match value {
        Val::List(items) => items.iter().any(Val::is_unknown),
        value => value.is_unknown(),
    }
}

/// What was given to a function of that name whose result is an argument: `rest.WithPrefix("/v1")` among options.
fn of_option(arguments: &[Arg], name: &str, rest: &str) -> Vec<Val> {
    let mut out = Vec::new();
    let mut look = |value: &Val| {
        if let Val::Made(made) = value
            && made.by.rsplit(['.', '/']).next() == Some(name)
        {
            match rest.parse::<i32>() {
                Ok(at) => out.extend(position(&made.arguments, at)),
                Err(_) if rest.is_empty() => out.extend(made.arguments.iter().map(|argument| argument.value.clone())),
                Err(_) => out.extend(self::named(&made.arguments, rest)),
            }
        }
    };
    for argument in arguments {
        match &argument.value {
            Val::List(items) => items.iter().for_each(&mut look),
            value => look(value),
        }
    }
    out
}

fn positional(arguments: &[Arg]) -> Vec<&Val> {
    arguments.iter().filter(|argument| argument.name.is_none()).map(|argument| &argument.value).collect()
}

fn position(arguments: &[Arg], at: i32) -> Option<Val> {
    let all = positional(arguments);
    let at = if at < 0 { all.len().checked_sub(at.unsigned_abs() as usize)? } else { at as usize };
    all.get(at).map(|value| (*value).clone())
}

fn range(arguments: &[Arg], from: usize, to: Option<i32>) -> Vec<Val> {
    let all = positional(arguments);
    let end = match to {
        Some(to) if to < 0 => all.len().saturating_sub(to.unsigned_abs() as usize),
        Some(to) => (to as usize).min(all.len()),
        None => all.len(),
    };
    all.get(from.min(end)..end).unwrap_or_default().iter().map(|value| (*value).clone()).collect()
}

/// A named argument, or a key of a last argument that is an object.
fn named(arguments: &[Arg], name: &str) -> Option<Val> {
    if let Some(found) = arguments.iter().find(|argument| argument.name.as_deref() == Some(name)) {
        return Some(found.value.clone());
    }
    match arguments.last() {
        Some(Arg { value: value @ Val::Map(_), .. }) => entry(value, name),
        _ => None,
    }
}

fn entry(value: &Val, key: &str) -> Option<Val> {
    match value {
        Val::Map(entries) => entries.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value.clone()),
        Val::List(items) => match key.strip_prefix('-').and_then(|back| back.parse::<usize>().ok()) {
            Some(back) => items.len().checked_sub(back).and_then(|at| items.get(at).cloned()),
            None => key.parse::<usize>().ok().and_then(|at| items.get(at).cloned()),
        },
        Val::Made(made) => match key.parse::<i32>() {
            Ok(at) => position(&made.arguments, at),
            Err(_) => named(&made.arguments, key),
        },
        _ => None,
    }
}

/// Whether a value is a text, a function, an object, a list or a map.
fn is_kind(value: &Val, kind: &str) -> bool {
    match kind {
        "text" => matches!(value, Val::Text(_)),
        "function" => matches!(value, Val::Function(_) | Val::Guarded(_)),
        "list" => matches!(value, Val::List(_)),
        "map" => matches!(value, Val::Map(_)),
        _ => matches!(value, Val::Object(_) | Val::Class(..)),
    }
}

fn equals(value: &Val, expected: &Literal) -> bool {
    match (value, expected) {
        (Val::Boolean(flag), Literal::Boolean(expected)) => flag == expected,
        (Val::Number(text), Literal::Integer(expected)) => text.parse::<i64>().is_ok_and(|number| number == *expected),
        (Val::Symbol(name), Literal::String(expected)) => **name == **expected || name.ends_with(&format!(".{expected}")),
        (Val::Made(made), Literal::String(expected)) => made.by == *expected || made.by.ends_with(&format!(".{expected}")),
        (Val::List(items), expected) => items.iter().any(|item| equals(item, expected)),
        (Val::Function(_), Literal::String(expected)) => expected == "function",
        (value, Literal::String(expected)) if !matches!(value, Val::Null) => value.literal() == Some(expected),
        (Val::Null, Literal::String(expected)) => expected == "none",
        (Val::Null, Literal::Boolean(false)) => false,
        _ => false,
    }
}
