//! Records and constructs as languages put them together that have no literals of objects, or literals of named types:
//! `new FunctionProps { Handler = "x" }`, `&awslambda.FunctionProps{…}`, `Function.Builder.create(this, "F").handler("x").build()`.
//!
//! What comes out is what a literal of TypeScript is, so that nobody else need know of it.

use super::OPEN;
use crate::compose::evaluate::Evaluator;
use crate::compose::library::starred;
use crate::compose::value::*;
use std::rc::Rc;

/// Entries of a record, and of a map that grows.
const MOST: usize = 400;
/// How a builder begins: of a record, and of a construct with what it stands in.
const OF_RECORD: &str = ".builder";
const OF_CONSTRUCT: &str = ".Builder.create";
/// … and how it ends.
const ENDS: &str = "build";

impl Evaluator<'_> {
    /// What a call of that name puts together, in a program that declares resources.
    pub(in crate::compose) fn record_made(&mut self, name: &str, arguments: &[Arg]) -> Option<Val> {
        let fits = |names: &Vec<String>| names.iter().any(|known| known == name || starred(known, name).is_some());
        let packs = self.program.files[self.file].library.constructs();
        let told = packs.iter().filter_map(|pack| pack.constructs.as_ref()).find_map(|rules| {
            let record = || fits(&rules.records).then_some(Told::Record);
            let list = || fits(&rules.lists).then_some(Told::List);
            record().or_else(list).or_else(|| fits(&rules.maps).then_some(Told::Map))
        })?;
        if !self.declares_resources() {
            return None;
        }
        let values = || arguments.iter().filter(|argument| argument.name.is_none()).map(|argument| argument.value.clone());
        Some(match told {
            Told::Record => {
                self.run_lambdas(arguments);
                Val::Map(Rc::new(arguments.iter().filter_map(|argument| Some((argument.name.clone()?, argument.value.clone()))).collect()))
            }
            Told::List => Val::list(values().take(MOST).collect()),
            Told::Map => {
                let all: Vec<Val> = values().take(2 * MOST).collect();
                let in_pairs = all.iter().all(|one| matches!(one, Val::List(pair) if pair.len() == 2));
                let pairs: Vec<(Val, Val)> = if in_pairs {
                    let pair = |one: &Val| if let Val::List(pair) = one { Some((pair[0].clone(), pair[1].clone())) } else { None };
                    all.iter().filter_map(pair).collect()
                } else {
                    all.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
                };
                // a name that is not known may be any
                let entry = |(key, value): (Val, Val)| key.literal().map_or((OPEN.to_owned(), Val::Unknown), |key| (key.to_owned(), value));
                Val::Map(Rc::new(pairs.into_iter().map(entry).collect()))
            }
        })
    }

    /// A map of a program that declares resources, after something was put into it.
    pub(in crate::compose) fn put_into(&self, entries: &[(String, Val)], name: &str, arguments: &[Arg]) -> Option<Val> {
        let ("put" | "Add", [key, value]) = (name, arguments) else { return None };
        if !self.declares_resources() || entries.len() >= MOST {
            return None;
        }
        let entry = key.value.literal().map_or((OPEN.to_owned(), Val::Unknown), |key| (key.to_owned(), value.value.clone()));
        Some(Val::Map(Rc::new(entries.iter().cloned().chain([entry]).collect())))
    }

    /// The first step of a builder: `X.builder()`, `X.Builder.create(this, "Id")`.
    pub(in crate::compose) fn begun(&self, symbol: &str, name: &str, arguments: &[Arg]) -> Option<Val> {
        let of = match name {
            "builder" => symbol,
            "create" => symbol.strip_suffix(".Builder")?,
            _ => return None,
        };
        let pack = self.declaring().filter(|pack| pack.constructs.as_ref().is_some_and(|rules| rules.builders))?;
        // a name of an import of everything stands alone
        let is_its_own = !of.contains('.') || pack.imports.iter().any(|word| of.contains(word.as_str()));
        is_its_own.then(|| Val::Made(Rc::new(Made { by: format!("{symbol}.{name}"), arguments: arguments.to_vec() })))
    }

    /// A further step of a builder, or the last one: what was put together.
    pub(in crate::compose) fn built(&mut self, made: &Made, name: &str, arguments: &[Arg]) -> Option<Val> {
        let of_construct = made.by.strip_suffix(OF_CONSTRUCT);
        if of_construct.is_none() && !made.by.ends_with(OF_RECORD) {
            return None;
        }
        self.declaring().filter(|pack| pack.constructs.as_ref().is_some_and(|rules| rules.builders))?;
        if name != ENDS || !arguments.is_empty() {
            let value = match arguments {
                [] => Val::Unknown,
                [one] => one.value.clone(),
                several => Val::list(several.iter().take(MOST).map(|one| one.value.clone()).collect()),
            };
            let step = Arg { name: Some(name.to_owned()), value };
            let steps = made.arguments.iter().cloned().chain((made.arguments.len() < MOST).then_some(step));
            return Some(Val::Made(Rc::new(Made { by: made.by.clone(), arguments: steps.collect() })));
        }
        let record = made.arguments.iter().filter_map(|argument| Some((argument.name.clone()?, argument.value.clone())));
        let record = Val::Map(Rc::new(record.collect()));
        let Some(of) = of_construct else { return Some(record) };
        let placed = made.arguments.iter().filter(|argument| argument.name.is_none()).cloned();
        let arguments = placed.chain([Arg { name: None, value: record }]).collect();
        Some(self.call_symbol(of, arguments, None, None))
    }

    /// The member that a method without arguments of a construct gives back: `table.getTableName()`, `table.TableName()`.
    pub(in crate::compose) fn got_of_construct(&self, id: ObjectId, method: &str) -> Option<Val> {
        self.objects[id].spot.as_ref()?;
        let pack = self.program.files[self.file].library.type_rule(self.objects[id].ty?).pack;
        let before = pack.constructs.as_ref()?.getters.as_deref()?;
        let (above, last) = method.rsplit_once('.').map_or(("", method), |(above, last)| (above, last));
        let rest = last.strip_prefix(before).filter(|rest| before.is_empty() || rest.starts_with(|letter: char| letter.is_uppercase()))?;
        let member = if before.is_empty() { rest.to_owned() } else { small(rest) };
        Some(Val::Method(id, Rc::from(if above.is_empty() { member } else { format!("{above}.{member}") })))
    }
}

enum Told {
    Record,
    List,
    Map,
}

/// With a small letter first, as the vocabulary's own library has its members.
pub(super) fn small(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
