//! What code says of a route beside its path, its parameters and who may call it: that it takes files, that
//! somebody else's system calls it. Packs name what says so; it may be called or read in the handler, stand
//! before it, or be the type or the annotation of one of its parameters.

use super::evaluate::Evaluator;
use super::value::*;
use super::{CodeEntry, Place};
use std::collections::BTreeSet;
use std::rc::Rc;
use threatline_facts::code::{Function, TypeName, Value};
use threatline_knowledge::catalogue::is_signature_header;
use threatline_model::{Parameter, Property, Value as Known};

/// One thing that is said of a route, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Saying {
    pub(super) property: Property,
    pub(super) holds: bool,
    /// It counts before what is said without this: a limit that is switched off before one that a library brings.
    pub(super) decides: bool,
    /// It says nothing where the way in takes files.
    pub(super) but_files: bool,
    pub(super) place: Place,
}

impl Saying {
    pub(super) fn plainly(property: Property, holds: bool, place: Place) -> Self {
        Saying { property, holds, decides: false, but_files: false, place }
    }
}

/// What is said of a route.
pub(super) type Said = BTreeSet<Saying>;

/// What only a request with a body can have.
const OF_BODIES: &[Property] = &[Property::AcceptsFile, Property::MassBinding, Property::RequestSizeLimited, Property::Webhook];

/// Before a name that stands among guards for what it says of routes, and guards nothing.
pub(super) const TELLS: &str = "~";

/// Under this name a call that says something of a route keeps the call that it is a member of.
const OF: &str = "of";

/// How packs call whatever a request brings: `input.tempfile`.
const INPUT: &str = "input";

/// So deep stand types in each other (`Optional<List<File>>`).
const TYPE_DEPTH: usize = 4;

impl<'a> Evaluator<'a> {
    /// Notes what a name says of the route, here.
    pub(super) fn note_attribute(&mut self, name: &str, arguments: &[Arg]) {
        if !self.program.files[self.file].library.attributes(name).is_empty() {
            let place = self.place("code");
            self.attribute_at(name, arguments, &place);
        }
    }

    /// The same of a member of something that a request brings; whether packs know it.
    pub(super) fn attribute_of_input(&mut self, member: &str) -> bool {
        let known = self.program.files[self.file].library.may_say(member);
        if known {
            self.note_attribute(&input_member(member), &[]);
        }
        known
    }

    /// Whether a member of something that a request brings is all that it sends.
    pub(super) fn is_body_of_input(&self, member: &str) -> bool {
        self.program.files[self.file].library.is_body(&input_member(member))
    }

    /// The same of a name that stands elsewhere: a guard.
    pub(super) fn attribute_at(&mut self, name: &str, arguments: &[Arg], place: &Place) {
        let file = self.program.file_at(&place.path).unwrap_or(self.file);
        for ruled in self.program.files[file].library.attributes(name) {
            if let Some(property) = Property::from_name(&ruled.rule.sets)
                && self.all_hold(&ruled.rule.when, arguments)
            {
                let off = ruled.rule.constant.as_deref().is_some_and(|name| self.is_switched_off(name));
                let place = Place { by: ruled.pack.name.as_str().into(), ..place.clone() };
                self.notes(Saying { property, holds: ruled.rule.value != off, decides: ruled.rule.decides, but_files: ruled.rule.but_files, place });
            }
        }
    }

    /// Says something of the route whose handler is looked at.
    pub(super) fn say(&mut self, property: Property, holds: bool, place: Place) {
        self.notes(Saying::plainly(property, holds, place));
    }

    fn notes(&mut self, saying: Saying) {
        if let Some(frame) = self.frames.last_mut() {
            frame.said.insert(saying);
        }
    }

    /// Whether a constant of the program is the null value.
    fn is_switched_off(&mut self, name: &str) -> bool {
        if let Some(known) = self.switched_off.get(name) {
            return *known;
        }
        let off = self.holds_null(name);
        self.switched_off.insert(name.to_owned(), off);
        off
    }

    /// What a call says of routes by standing before them, where packs know that it says anything.
    pub(super) fn tells_of(&self, name: &str, arguments: &[Arg], place: Place) -> Option<Guard> {
        if name.is_empty() || self.program.files[self.file].library.attributes(name).is_empty() {
            return None;
        }
        let value = Val::Made(Rc::new(Made { by: format!("{TELLS}{name}"), arguments: arguments.to_vec() }));
        Some(Guard { value, place })
    }

    /// The arguments of a call that says something of routes, with the call that it is a member of: `multer(options).single("x")`.
    pub(super) fn with_what_it_is_of(&self, name: &str, arguments: &[Arg], receiver: Option<&Val>) -> Option<Vec<Arg>> {
        let of = receiver.filter(|value| matches!(value, Val::Made(_)))?;
        if self.program.files[self.file].library.attributes(name).is_empty() {
            return None;
        }
        let of = Arg { name: Some(OF.to_owned()), value: of.clone() };
        Some(std::iter::once(of).chain(arguments.iter().cloned()).collect())
    }

    /// What the parameters of a handler say by their types, their annotations and what stands in their place.
    pub(super) fn attributes_of_parameters(&mut self, closure: &Closure) -> Said {
        let (file, mark) = (self.file, self.mark);
        let function: &'a Function = &self.program.source(closure.file).functions[closure.index as usize];
        self.file = closure.file;
        let scope = self.globals(closure.file);
        self.frames.push(Effects::default());
        for parameter in &function.parameters {
            self.mark = if parameter.annotations.is_empty() { function.mark } else { parameter.mark };
            let declared = parameter.declared.iter().chain(parameter.declared.iter().flat_map(|declared| within(declared, 0)));
            for declared in declared {
                if let Some(name) = self.named_type(declared, &scope) {
                    self.note_attribute(&name, &[]);
                }
            }
            let calls: Vec<(FileId, &'a Value)> = parameter.annotations.iter().map(|annotation| (closure.file, &annotation.callee)).collect();
            let given = parameter.default.iter().map(|value| (closure.file, value)).chain(self.beside(parameter));
            let given = given.filter_map(|(file, value)| if let Value::Call(call) = value { Some((file, &call.callee)) } else { None });
            for (at, callee) in calls.into_iter().chain(given) {
                if !self.may_say(at, callee) {
                    continue;
                }
                let scope = self.globals(at);
                if let Some(name) = self.within(at, |this| this.name_of(callee, &scope)) {
                    self.note_attribute(&name, &[]);
                }
            }
        }
        (self.file, self.mark) = (file, mark);
        self.frames.pop().unwrap_or_default().said
    }

    fn named_type(&mut self, declared: &TypeName, scope: &Scope) -> Option<String> {
        let last = declared.name.rsplit('.').next().unwrap_or(&declared.name);
        if !self.program.files[self.file].library.may_say(last) {
            return None;
        }
        match self.type_value(&declared.name, scope) {
            Val::Symbol(name) => Some(name.to_string()),
            _ => None,
        }
    }

    /// Whether the last word of what is called is one that packs know.
    fn may_say(&self, file: FileId, callee: &Value) -> bool {
        match callee {
            Value::Name(name) | Value::Member(_, name) => self.program.files[file].library.may_say(name.rsplit('.').next().unwrap_or(name)),
            _ => false,
        }
    }
}

/// How packs call a member of whatever a request brings.
pub(super) fn input_member(member: &str) -> String {
    format!("{INPUT}.{member}")
}

/// The types that a type is made of.
fn within(declared: &TypeName, depth: usize) -> Vec<&TypeName> {
    let mut out = Vec::new();
    if depth < TYPE_DEPTH {
        for one in declared.arguments.iter().take(8) {
            out.push(one);
            out.extend(within(one, depth + 1));
        }
    }
    out
}

/// What guards say by what they do, and by the headers that they read.
pub(super) fn of_guards(effects: Effects, place: &Place) -> Said {
    let mut said = effects.said;
    if effects.parameters.iter().any(|(name, of)| of == "header" && is_signature_header(name)) {
        said.insert(Saying::plainly(Property::Webhook, true, place.clone()));
    }
    said
}

/// Who reads the header in which a provider signs is called by that provider.
pub(super) fn add_signed(parameters: &[Parameter], place: &Place, said: &mut Said) {
    if parameters.iter().any(|one| one.place == "header" && is_signature_header(&one.name)) {
        said.insert(Saying::plainly(Property::Webhook, true, place.clone()));
    }
}

/// Adds what was said to a way in; of what is said both ways nothing is known. `asked` is where the handler itself turns callers away.
pub(super) fn add(entry: &mut CodeEntry, mut said: Vec<Saying>, asked: Option<&Place>) {
    if said.iter().any(|saying| saying.property == Property::AcceptsFile && saying.holds) {
        said.retain(|saying| !saying.but_files);
    }
    let brings_nothing = matches!(entry.method.as_deref(), Some("GET" | "HEAD" | "OPTIONS"));
    let changes = matches!(entry.method.as_deref(), Some("POST" | "PUT" | "PATCH" | "DELETE"));
    for saying in &said {
        let property = saying.property;
        let brings_no_record = entry.method.as_deref() == Some("DELETE") && property == Property::MassBinding;
        if brings_no_record || brings_nothing && OF_BODIES.contains(&property) || changes && property == Property::PaginationBounded {
            continue;
        }
        let decided = said.iter().any(|other| other.property == property && other.decides);
        let counts = |other: &&Saying| other.property == property && other.decides == decided;
        let is_contested = said.iter().filter(counts).any(|other| other.holds != saying.holds);
        if counts(&saying) && decided && !is_contested {
            // what a guard does for all others, this way in is let off
            entry.properties.retain(|(known, value, _)| *known != property || *value == Known::Flag(saying.holds));
        }
        if counts(&saying) && !is_contested && !entry.properties.iter().any(|(known, ..)| *known == property) {
            entry.properties.push((property, Known::Flag(saying.holds), saying.place.clone()));
        }
    }
    // Whoever reads the header and turns callers away has looked whether it fits.
    let has = |property: Property| entry.properties.iter().any(|(known, value, _)| *known == property && *value == Known::Flag(true));
    if has(Property::Webhook)
        && !entry.properties.iter().any(|(known, ..)| *known == Property::SignatureVerified)
        && let Some(place) = entry.authenticated.iter().filter(|proof| proof.holds).find_map(|proof| proof.places.first()).or(asked)
    {
        entry.properties.push((Property::SignatureVerified, Known::Flag(true), place.clone()));
    }
}
