//! Resources of a cloud that code declares: what packs say a construct makes, with its name, its attributes and
//! what it refers to.
//!
//! A resource stands where its construct is written, and under its path below the stack: one that is made for
//! several stacks is one. What the code leaves open is unknown, and that something is left open is kept.

mod amended;
mod built;
pub(crate) mod kinds;
mod nested;
mod words;

use super::evaluate::{Evaluator, as_text};
use super::library::Ruled;
use super::text::rehearses;
use super::value::*;
use super::verbs::Site;
use super::{CodeResource, Composed, Standing};
use std::collections::BTreeMap;
use std::rc::Rc;
use threatline_facts::infra::Resource;
use threatline_facts::{Mark, Text};
use threatline_knowledge::packs::*;

/// Attributes of one resource, and resources of one unit, that are kept.
const MOST_ATTRIBUTES: usize = 400;
/// Values that are looked at for one resource.
const MOST_VALUES: usize = 4_000;
const MOST_RESOURCES: usize = 20_000;
/// How deep attributes are nested, and constructs in constructs.
const DEEPEST: usize = 12;

/// The attribute that says that others may be there.
pub(crate) const OPEN: &str = "...";

/// Where a construct stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Spot {
    /// What begins the names: the class of a stack, or its name.
    space: String,
    path: Vec<String>,
    /// Under which resources speak of it, if it makes one.
    key: Option<Rc<str>>,
}

impl<'a> Evaluator<'a> {
    /// An object of the project's own class is a construct that others stand in.
    pub(super) fn stand(&mut self, id: ObjectId, arguments: &[Arg]) {
        let Some(ruled) = self.objects[id].ty.map(|ty| self.program.files[self.file].library.type_rule(ty)) else { return };
        let Some(rules) = &ruled.pack.constructs else { return };
        let site = Site { name: String::new(), method: String::new(), arguments: arguments.to_vec(), receiver: None, decorated: None, star: None };
        let class = self.objects[id].class.map(|(file, class)| self.program.source(file).classes[class as usize].name.clone());
        let mut spot = self.spot(rules, &site, ruled.rule);
        if let (Some(class), true) = (class, rules.tops.contains(&ruled.rule.name)) {
            spot = Spot { space: class, ..Spot::default() };
        }
        self.objects[id].spot = Some(Rc::new(spot));
    }

    /// What making an object of a type declares.
    pub(super) fn made_construct(&mut self, id: ObjectId, ruled: Ruled<TypeRule>, site: &Site, called: &str) {
        let Some(rules) = &ruled.pack.constructs else { return };
        let mut spot = self.spot(rules, site, ruled.rule);
        let makes = ruled.rule.makes.as_ref();
        if let Some((makes, kind)) = makes.and_then(|makes| Some((makes, kinds::kind_of(rules, makes, ruled.rule, called)?))) {
            let name = logical(&spot.path);
            spot.key = Some(self.key_of(&spot, kind, ""));
            self.objects[id].spot = Some(Rc::new(spot));
            let within = Site { receiver: Some(Val::Object(id)), ..site.clone() };
            self.declare_resource(ruled.pack, makes, kind, &within, name, id, 0);
        } else {
            self.objects[id].spot = Some(Rc::new(spot));
        }
    }

    /// What a call on a construct declares; the object that stands for it.
    pub(super) fn construct_by_call(&mut self, pack: &'static Pack, rule: &'static CallRule, site: &Site) -> Option<Val> {
        let makes = rule.makes.as_ref()?;
        let around = match &site.receiver {
            Some(Val::Object(id)) => self.objects[*id].spot.clone(),
            _ => None,
        };
        let mut spot = around.filter(|_| !makes.apart).map(|spot| (*spot).clone()).unwrap_or_default();
        let first = match &makes.called {
            None => site.arguments.first().map(|argument| argument.value.clone()),
            called => self.pick(called.as_ref(), site),
        };
        let first = first.as_ref().and_then(Val::literal).unwrap_or_default().to_owned();
        if spot.path.len() < 2 * DEEPEST {
            spot.path.push(if first.is_empty() { site.method.clone() } else { first });
        }
        spot.key = Some(self.key_of(&spot, &makes.kind, &site.method));
        let (name, place) = (logical(&spot.path), Some(self.place(&pack.name)));
        let ty = self.given(pack, rule);
        let made = self.object(Object { ty, place, spot: Some(Rc::new(spot)), ..Object::default() });
        self.declare_resource(pack, makes, &makes.kind, site, name, made, 0);
        if ty.is_some() { Some(Val::Object(made)) } else { site.receiver.clone() }
    }

    /// The path that scope and name tell.
    fn spot(&mut self, rules: &ConstructRules, site: &Site, rule: &TypeRule) -> Spot {
        let scope = match self.pick(rules.scope.as_ref(), site) {
            Some(Val::Object(id)) => self.objects[id].spot.clone(),
            _ => None,
        };
        let name = self.pick(rules.name.as_ref(), site).map(|name| name_of(&as_text(&name))).filter(|name| !name.is_empty());
        let mut spot = scope.map(|spot| Spot { key: None, ..(*spot).clone() }).unwrap_or_default();
        let name = name.unwrap_or_else(|| match rule.makes.as_ref().and_then(|makes| makes.like.as_ref()) {
            // of many classes the one that is made
            Some(_) => {
                let class = site.name.rsplit(['.', '/']).next().unwrap_or_default();
                rules.makers.as_deref().and_then(|before| class.strip_prefix(before)).unwrap_or(class).to_owned()
            }
            None => rule.name.clone(),
        });
        if rules.tops.contains(&rule.name) {
            return Spot { space: name, ..Spot::default() };
        }
        if spot.path.len() < DEEPEST {
            spot.path.push(name);
        }
        spot
    }

    /// Tells resources apart: no letter of it divides a name from what of it is asked for.
    fn key_of(&self, spot: &Spot, kind: &str, beside: &str) -> Rc<str> {
        let path = &self.program.files[self.file].path;
        let key = format!("{path}#{}#{}#{}#{kind}#{beside}", self.mark.0, spot.space, spot.path.join("/"));
        Rc::from(key.replace(['.', '['], "_"))
    }

    #[allow(clippy::too_many_arguments, reason = "what is made, of what, and where it stands")]
    fn declare_resource(&mut self, pack: &'static Pack, makes: &Making, kind: &str, site: &Site, name: String, own: ObjectId, depth: usize) {
        let Some(rules) = &pack.constructs else { return };
        if self.proving > 0 || depth > 3 || !self.all_hold(&makes.when, &site.arguments) {
            return;
        }
        let key = self.objects[own].spot.as_ref().and_then(|spot| spot.key.clone()).unwrap_or_else(|| Rc::from(""));
        let place = self.place(&pack.name);
        let mut out = Attributes { free: kinds::free(kind), ..Attributes::bounded(self.mark) };
        for (key, word) in &makes.values {
            out.push(key, Text::literal(word));
        }
        for (key, selectors) in &makes.attributes {
            if let Some(value) = self.pick(Some(selectors), site) {
                self.flatten(pack, key, &value, None, 0, &mut out);
            }
        }
        self.spread(pack, rules, makes, site, &mut out);
        for (key, word) in &makes.defaults {
            if !out.says(key) {
                out.push(key, Text::literal(word));
            }
        }
        let several: Vec<(&String, Vec<Val>)> = makes.each.iter().map(|(key, selectors)| (key, self.select(Some(selectors), site))).collect();
        let mut each: Vec<(String, Option<(&String, Val)>)> = Vec::new();
        for (at, values) in several {
            let items = values.into_iter().flat_map(|value| if let Val::List(items) = value { items.to_vec() } else { vec![value] });
            each.extend(items.take(32).enumerate().map(|(number, item)| (format!("#{number}"), Some((at, item)))));
        }
        if each.is_empty() {
            each.push((String::new(), None));
        }
        for (number, item) in each {
            let mut attributes = out.clone();
            if let Some((at, item)) = item {
                self.flatten(pack, at, &item, None, 0, &mut attributes);
            }
            let key = format!("{key}{number}");
            let resource = Resource { kind: kind.to_owned(), name: name.clone(), data_source: false, attributes: attributes.all, mark: out.mark };
            let standing = if self.rehearsing && rehearses(&self.program.files[self.owner].path) {
                Standing::Rehearsed
            } else if let Some(class) = self.pretending.first() {
                let alone = self.objects[own].spot.as_ref().is_some_and(|spot| !spot.space.is_empty());
                Standing::Pretended(self.program.files[class.0].path.clone(), class.1, alone)
            } else {
                Standing::Made
            };
            for (part, nested) in nested::parts(&resource, &key).into_iter().enumerate() {
                self.keep_resource(CodeResource { key: format!("{key}#part{part}"), resource: nested, place: place.clone(), standing: standing.clone() });
            }
            self.keep_resource(CodeResource { key, resource, place: place.clone(), standing });
        }
        for (number, also) in makes.also.iter().enumerate() {
            let spot = Spot { key: Some(Rc::from(format!("{key}#also{number}"))), ..Spot::default() };
            let beside = self.object(Object { spot: Some(Rc::new(spot)), ..Object::default() });
            let of = Site { receiver: Some(Val::Object(own)), ..site.clone() };
            self.declare_resource(pack, also, &also.kind, &of, format!("{name}.{number}"), beside, depth + 1);
        }
    }

    /// One that is declared twice is one, and says what both say.
    fn keep_resource(&mut self, resource: CodeResource) {
        match self.resource_index.get(&resource.key) {
            Some(at) => agree(&mut self.out.resources[*at], &resource),
            None if self.out.resources.len() < MOST_RESOURCES => {
                self.resource_index.insert(resource.key.clone(), self.out.resources.len());
                self.out.resources.push(resource);
            }
            None => {}
        }
    }

    /// Everything that has a name among the arguments, and the record at their end.
    fn spread(&mut self, pack: &'static Pack, rules: &ConstructRules, makes: &Making, site: &Site, out: &mut Attributes) {
        let positional = site.arguments.iter().filter(|argument| argument.name.is_none());
        // a call has a receiver where an object has scope and name
        let named = [rules.scope.as_ref(), rules.name.as_ref()].into_iter().flatten().filter(|_| site.method.is_empty());
        let told: Vec<usize> = named.chain(makes.attributes.values()).flat_map(positions).collect();
        for (at, argument) in positional.enumerate() {
            match &argument.value {
                Val::Map(entries) if !told.contains(&at) => self.told_record(pack, rules, makes, entries, out),
                // an options object that is not known may say anything
                Val::Unknown | Val::Missing | Val::Made(_) | Val::Symbol(_) | Val::Object(_) | Val::Either(_) if !told.contains(&at) => out.open(),
                _ => {}
            }
        }
        let named = site.arguments.iter().filter_map(|argument| Some((argument.name.clone()?, argument.value.clone())));
        self.told_record(pack, rules, makes, &named.collect::<Vec<_>>(), out);
    }

    fn told_record(&mut self, pack: &'static Pack, rules: &ConstructRules, makes: &Making, entries: &[(String, Val)], out: &mut Attributes) {
        let elsewhere = |name: &str| {
            makes
                .attributes
                .values()
                .flat_map(Selectors::iter)
                .any(|selector| matches!(selector, Selector::Word(word) if word.rsplit('.').next() == Some(name)))
        };
        for (name, value) in entries.iter().filter(|(name, _)| !elsewhere(name)) {
            if name == OPEN {
                out.open();
                continue;
            }
            self.flatten(pack, &rules.keys.spell(name), value, Some(rules.keys), 0, out);
        }
    }

    /// A value as attributes; keys below are spelt as told, or stay as they are.
    fn flatten(&mut self, pack: &'static Pack, key: &str, value: &Val, keys: Option<Spelling>, depth: usize, out: &mut Attributes) {
        if depth > DEEPEST || !out.burn() {
            return;
        }
        let keys = keys.filter(|_| !out.is_free(key));
        match value {
            Val::Made(made) if words::is_record(pack, &made.by) => {
                let entries = made.arguments.iter().filter_map(|argument| Some((argument.name.clone()?, argument.value.clone())));
                self.flatten(pack, key, &Val::Map(Rc::new(entries.collect())), keys, depth + 1, out);
            }
            Val::List(items) => {
                for (at, item) in items.iter().enumerate().take(MOST_ATTRIBUTES) {
                    self.flatten(pack, &format!("{key}.{at}"), item, keys, depth + 1, out);
                }
            }
            Val::Map(entries) => {
                for (name, item) in entries.iter() {
                    let name = keys.map_or_else(|| name.clone(), |keys| keys.spell(name));
                    self.flatten(pack, &format!("{key}.{name}"), item, keys, depth + 1, out);
                }
            }
            Val::Null => {}
            value => {
                let text = self.attribute(pack, value, 0, out);
                out.push(key, text);
            }
        }
    }
}

/// Attributes as they are found.
#[derive(Clone)]
struct Attributes {
    mark: Mark,
    /// Values that may still be looked at.
    room: usize,
    all: Vec<(String, Text, Mark)>,
    /// Attributes of which the keys below are words of whoever writes them.
    free: &'static [String],
}

impl Attributes {
    fn bounded(mark: Mark) -> Self {
        Attributes { mark, room: MOST_VALUES, all: Vec::new(), free: &[] }
    }

    fn burn(&mut self) -> bool {
        self.room = self.room.saturating_sub(1);
        self.room > 0
    }

    fn push(&mut self, key: &str, text: Text) {
        if self.all.len() < MOST_ATTRIBUTES {
            self.all.push((key.to_owned(), text, self.mark));
        }
    }

    fn open(&mut self) {
        if !self.says(OPEN) {
            self.push(OPEN, Text::Unknown);
        }
    }

    fn is_free(&self, key: &str) -> bool {
        self.free.iter().any(|free| kinds::same_key(free, key))
    }

    fn says(&self, key: &str) -> bool {
        self.all.iter().any(|(name, ..)| name == key || name.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')))
    }
}

/// What the whole program tells of classes that one unit only pretended to make: a construct whose class another one makes is
/// said there, under the name that it has there; and where a program makes some of the stacks of a folder, it does not make the others.
pub(super) fn leave_out_unmade(out: &mut Composed, made: &dyn Fn(&str, u32) -> bool) {
    let place = |resource: &CodeResource| (resource.place.clone(), resource.resource.kind.clone());
    let mut named: BTreeMap<_, Vec<(String, Standing)>> = BTreeMap::new();
    for resource in &out.resources {
        named.entry(place(resource)).or_default().push((resource.resource.name.clone(), resource.standing.clone()));
    }
    let folder = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
    let lived: std::collections::BTreeSet<String> =
        out.resources.iter().filter(|resource| resource.standing == Standing::Made).map(|resource| folder(&resource.place.path)).collect();
    out.resources.retain(|resource| match &resource.standing {
        Standing::Pretended(path, class, alone) if *alone => made(path, *class) || !lived.contains(&folder(path)),
        Standing::Pretended(path, class, _) if made(path, *class) => {
            let others = named.get(&place(resource)).map_or(&[][..], Vec::as_slice);
            !others.iter().any(|(name, standing)| *standing != resource.standing && tells_more(name, &resource.resource.name))
        }
        _ => true,
    });
}

/// Whether one name ends as another one does behind its first word, and begins otherwise: `BackendStoreOrders` and `ConstructStoreOrders`.
fn tells_more(name: &str, other: &str) -> bool {
    let word = |at: usize| other[at..].chars().next().is_some_and(char::is_uppercase);
    let tail = (1..other.len()).filter(|at| other.is_char_boundary(*at)).find(|at| word(*at)).map_or(other, |at| &other[at..]);
    name != other && name.ends_with(tail) && !other.ends_with(name)
}

/// Resources of which it is known whether they are made: what a class was only pretended to make, and what a test makes,
/// is left out where the program itself makes it.
pub(super) fn settle(out: &mut Composed, made: &dyn Fn(&str, u32) -> bool) {
    let mut resources = std::mem::take(&mut out.resources);
    resources.sort_by(|a, b| (&a.place, &a.key, &a.standing).cmp(&(&b.place, &b.key, &b.standing)));
    let mut best: BTreeMap<(super::Place, String), u8> = BTreeMap::new();
    for resource in &resources {
        let rank = best.entry((resource.place.clone(), resource.resource.kind.clone())).or_insert(u8::MAX);
        *rank = (*rank).min(resource.standing.rank(made));
    }
    resources.retain(|resource| best.get(&(resource.place.clone(), resource.resource.kind.clone())) == Some(&resource.standing.rank(made)));
    for resource in resources {
        match out.resources.last_mut().filter(|last| last.key == resource.key) {
            Some(last) => agree(last, &resource),
            None => out.resources.push(resource),
        }
    }
}

/// Keeps of the first what the second says as well. What is only pretended says nothing beside what is made.
fn agree(first: &mut CodeResource, second: &CodeResource) {
    let class = |resource: &CodeResource| resource.standing.rank(&|_, _| false);
    match class(first).cmp(&class(second)) {
        std::cmp::Ordering::Less => return,
        std::cmp::Ordering::Greater => return *first = second.clone(),
        std::cmp::Ordering::Equal => {}
    }
    let texts =
        |resource: &CodeResource| -> BTreeMap<String, Text> { resource.resource.attributes.iter().map(|(key, text, _)| (key.clone(), text.clone())).collect() };
    let (one, other) = (texts(first), texts(second));
    let mark = first.resource.mark;
    for (key, text, _) in &mut first.resource.attributes {
        if other.get(key) != one.get(key) {
            *text = Text::Unknown;
        }
    }
    let missing = other.into_keys().filter(|key| !one.contains_key(key)).map(|key| (key, Text::Unknown, mark));
    first.resource.attributes.extend(missing);
}

/// What is known of a name.
fn name_of(text: &Text) -> String {
    match text {
        Text::Literal(text) => text.clone(),
        Text::Joined(parts) => parts.iter().map(name_of).collect::<String>().trim_matches(['-', '_', '/', ' ']).to_owned(),
        _ => String::new(),
    }
}

/// The logical id: parts that only a library's own constructs add are left out, and what joins words as well.
fn logical(path: &[String]) -> String {
    let parts: Vec<&String> = path.iter().filter(|part| !matches!(part.as_str(), "Resource" | "Default")).collect();
    match parts[..] {
        [only] => only.clone(),
        _ => parts.iter().flat_map(|part| part.chars()).filter(char::is_ascii_alphanumeric).collect(),
    }
}

/// Places among the arguments that selectors speak of.
fn positions(selectors: &Selectors) -> Vec<usize> {
    let at = |selector: &Selector| match selector {
        Selector::Position(at) => usize::try_from(*at).ok(),
        Selector::Word(word) => word.split('.').next().and_then(|at| at.parse().ok()),
    };
    // what a key in a record tells leaves the rest of the record to be told
    selectors.iter().filter(|selector| !matches!(selector, Selector::Word(word) if word.contains('.'))).filter_map(at).collect()
}
