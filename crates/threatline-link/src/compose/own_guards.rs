//! What a class of handlers puts before its own methods (PHP): in its constructor, in a method that lists it, or in a
//! base that is not at hand.

use super::evaluate::Evaluator;
use super::value::*;
use threatline_knowledge::packs::Pack;

/// So many guards of one list are looked at.
const MOST: usize = 64;

impl<'a> Evaluator<'a> {
    /// The guards that stand before the method that a handler is.
    pub(super) fn action_guards(&mut self, handler: &Val) -> Vec<Guard> {
        let Val::Function(Closure { file, index, this: Some(this), .. }) = handler else { return Vec::new() };
        let name = self.program.source(*file).functions[*index as usize].name.as_str();
        let told = self.objects[*this].filters.iter().filter(|one| one.covers(name));
        let mut out: Vec<Guard> = told.map(|one| Guard { value: one.value.clone(), place: one.place.clone() }).collect();
        if let Some((file, class)) = self.objects[*this].class {
            let (at, mark) = (self.file, self.mark);
            out.extend(self.listed(file, class, name));
            (self.file, self.mark) = (at, mark);
        }
        out
    }

    /// Those that a class lists for the method of that name; one that is not known where a base that is not at hand may list some.
    fn listed(&mut self, file: FileId, class: u32, method: &str) -> Vec<Guard> {
        let (_, foreign) = self.bases(file, class);
        let library = self.program.files[file].library;
        let mut out = Vec::new();
        for base in &foreign {
            let Some((ruled, _)) = library.class(base).filter(|(ruled, _)| !ruled.rule.guarded_by.is_empty()) else { continue };
            for name in &ruled.rule.guarded_by {
                let Some((found, index)) = self.class_method(file, class, name) else { continue };
                self.file = found;
                self.mark = self.program.source(found).functions[index as usize].mark;
                let place = self.place("code");
                let this = if let Val::Object(this) = self.generic_instance(file, class) { Some(this) } else { None };
                let list = self.invoke(&Closure { file: found, index, scope: None, this }, Vec::new());
                let filters = listed_filters(&list, &place);
                let named = filters.into_iter().filter(|one| one.covers(method));
                out.extend(named.map(|one| Guard { value: self.guard_named(ruled.pack, one.value), place: one.place }));
            }
        }
        if foreign.iter().any(|base| self.may_guard(file, base)) {
            let place = self.place("code");
            out.push(Guard { value: Val::Unknown, place });
        }
        out
    }

    /// A base of somebody else's, of which no pack knows anything. Interfaces and what the language itself has put nothing before methods.
    fn may_guard(&self, file: FileId, base: &str) -> bool {
        let library = self.program.files[file].library;
        let first = base.split('.').next().unwrap_or(base);
        let of_pack = |pack: &Pack| pack.modules().iter().any(|module| module.split('.').next() == Some(first));
        let is_known = library.type_named(base).is_some() || !library.guards(base).is_empty() || library.class(base).is_some();
        let is_plain = !base.contains('.') || base.ends_with("Interface") || matches!(first, "Psr" | "Illuminate" | "Symfony");
        !is_known && !is_plain && !library.packs.iter().any(of_pack)
    }
}

/// The entries of a list of guards; one that was made with `only` or `except` is said of these methods.
fn listed_filters(list: &Val, place: &super::Place) -> Vec<Filter> {
    let Val::List(items) = list else { return vec![filter(Val::Unknown, place)] };
    let names = |value: &Val| match value {
        Val::List(items) => items.iter().map(|item| item.literal().map(str::to_owned)).collect(),
        value => value.literal().map(|name| vec![name.to_owned()]),
    };
    let mut out = Vec::new();
    for item in items.iter().take(MOST) {
        let Val::Made(made) = item else {
            out.push(filter(item.clone(), place));
            continue;
        };
        let of = |name: &str, at: usize| {
            let named = made.arguments.iter().find(|argument| argument.name.as_deref() == Some(name));
            let value = &named.or_else(|| made.arguments.get(at).filter(|argument| argument.name.is_none()))?.value;
            (!matches!(value, Val::Null)).then_some(value)
        };
        let told = |value: Option<&Val>| value.map(names);
        let mut one = filter(of("middleware", 0).cloned().unwrap_or(Val::Unknown), place);
        match (told(of("only", 1)), told(of("except", 2))) {
            // which methods are meant is not known
            (Some(None), _) | (_, Some(None)) => one.value = Val::Unknown,
            (only, except) => (one.only, one.except) = (only.flatten(), except.flatten().unwrap_or_default()),
        }
        out.push(one);
    }
    out
}

fn filter(value: Val, place: &super::Place) -> Filter {
    Filter { value, only: None, except: Vec::new(), skips: false, conditional: false, place: place.clone() }
}
