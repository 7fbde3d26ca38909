//! From data of people to what leaves the program: a request that carries them, a line of a log.
//!
//! What a field holds is told by its name: a parameter of a request, or a field of a record of the
//! project. It is followed as a request's words are ([`super::witness`]), and as little: what any other
//! function makes of it is nothing known, so that what was masked or counted is claimed of nothing.

use super::Place;
use super::evaluate::Evaluator;
use super::value::*;
use super::witness::Origin;
use std::collections::BTreeMap;
use std::rc::Rc;
use threatline_facts::{DataClass, Text};
use threatline_knowledge::catalogue::{data_class, is_setting};

/// A class that is only guessed is not followed.
const SURE: u16 = 600;
/// So deep lists and maps stand in each other that are looked into, and so many of their items.
const DEPTH: usize = 5;
const ITEMS: usize = 32;

impl<'a> Evaluator<'a> {
    /// The class of data that a field of this name holds, of those that are followed.
    pub(super) fn class_of_name(&mut self, name: &str) -> Option<DataClass> {
        if let Some(known) = self.name_classes.get(name) {
            return *known;
        }
        let found = data_class(name).filter(|(class, sure)| *sure >= SURE && (is_of_people(*class) || is_secret(*class))).map(|(class, _)| class);
        self.name_classes.insert(name.to_owned(), found);
        found
    }

    /// A member of what a request brings, and a field of a record without a known value: what its name tells.
    pub(super) fn classed(&mut self, object: &Val, name: &str, value: Val) -> Val {
        if self.proving > 0 {
            return value;
        }
        match (object, &value) {
            (Val::Text(text), Val::Text(_)) => match &**text {
                Text::Input(number) => self.part_of_input(*number, name).unwrap_or(value),
                _ => value,
            },
            (Val::Symbol(_) | Val::Method(..) | Val::Made(_), Val::Symbol(_) | Val::Method(..) | Val::Text(_)) if !self.inputs.is_empty() => {
                // one that packs know is noted already, with its name
                if self.class_of_name(name).is_none() || self.input(&value).is_some_and(|number| self.inputs[number as usize].class.is_some()) {
                    return value;
                }
                let Some(number) = self.input(object) else { return value };
                self.part_of_input(number, name).unwrap_or(value)
            }
            (Val::Object(id), Val::Unknown) => self.field_of_record(*id, name).unwrap_or(value),
            _ => value,
        }
    }

    fn part_of_input(&mut self, number: u32, name: &str) -> Option<Val> {
        let class = self.class_of_name(name)?;
        let origin = self.inputs[number as usize].origin;
        let part = self.input_here(origin, Some(class));
        Some(Val::Text(Rc::new(Text::Input(part))))
    }

    /// What a record of the project holds under a name that tells its class. Of a program's settings it is the
    /// program's own.
    pub(super) fn field_of_record(&mut self, id: ObjectId, name: &str) -> Option<Val> {
        let object = &self.objects[id];
        let (file, class) = object.class?;
        if object.ty.is_some() || !object.fields.contains_key(name) || self.proving > 0 || is_setting(&self.program.source(file).classes[class as usize].name) {
            return None;
        }
        let class = self.class_of_name(name)?;
        let number = self.input_here(Origin::Record, Some(class));
        Some(Val::Text(Rc::new(Text::Input(number))))
    }

    /// What a method gives that is named for the field (`getEmail`, `email`) and not at hand.
    pub(super) fn got_from_record(&mut self, id: ObjectId, method: &str) -> Option<Val> {
        let bare = method.strip_prefix("get").or_else(|| method.strip_prefix("Get")).filter(|rest| rest.starts_with(char::is_uppercase)).unwrap_or(method);
        self.objects[id].class?;
        let mut letters = bare.chars();
        let small: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
        [bare, &small].into_iter().find_map(|name| match self.field(id, name) {
            Some(text @ Val::Text(_)) => Some(text),
            Some(Val::Unknown) => self.field_of_record(id, name),
            _ => None,
        })
    }

    /// A call was made with these arguments: if it leaves the program, its flow carries what they hold.
    pub(super) fn disclose(&mut self, receiver: Option<ObjectId>, arguments: &[Arg]) {
        let of_client = || receiver.and_then(|id| self.objects[id].call).filter(|call| *call < self.out.calls.len());
        let Some(call) = self.opened.or_else(of_client) else { return };
        let here = self.place("code");
        for (class, read) in self.people_in(arguments, true) {
            let data = &mut self.out.calls[call].data;
            if !data.iter().any(|(known, _)| *known == class) {
                data.push((class, if read == here { vec![read] } else { vec![read, here.clone()] }));
                data.sort();
            }
        }
    }

    /// A line is written into a log with these values.
    pub(super) fn log(&mut self, values: Vec<Val>) {
        let here = self.place("code");
        let arguments: Vec<Arg> = values.into_iter().map(|value| Arg { name: None, value }).collect();
        for (class, read) in self.people_in(&arguments, false) {
            let found = (class, if read == here { vec![read] } else { vec![read, here.clone()] });
            if !self.out.logged.contains(&found) {
                self.out.logged.push(found);
            }
        }
    }

    /// Classes of what the arguments hold, with the place where each was read first; `whole` records count where
    /// all of them is handed over, and secrets where it is written down: a credential that is sent is a key of the
    /// program itself.
    fn people_in(&mut self, arguments: &[Arg], whole: bool) -> BTreeMap<DataClass, Place> {
        let mut out = BTreeMap::new();
        for argument in arguments.iter().take(ITEMS) {
            self.look_for_people(&argument.value, whole, DEPTH, &mut out);
        }
        out.retain(|class, _| is_of_people(*class) || !whole);
        out
    }

    fn look_for_people(&mut self, value: &Val, whole: bool, depth: usize, out: &mut BTreeMap<DataClass, Place>) {
        match value {
            _ if depth == 0 => {}
            Val::List(items) => items.iter().take(ITEMS).for_each(|item| self.look_for_people(item, whole, depth - 1, out)),
            Val::Map(entries) => entries.iter().take(ITEMS).for_each(|(_, item)| self.look_for_people(item, whole, depth - 1, out)),
            Val::Made(made) if self.input(value).is_none() && self.program.files[self.file].library.carries(&made.by) => {
                made.arguments.iter().take(ITEMS).for_each(|argument| self.look_for_people(&argument.value, whole, depth - 1, out));
            }
            Val::Object(id) if whole => self.whole_record(*id, out),
            value => {
                for part in self.text_of(value).parts() {
                    if let Text::Input(number) = part
                        && let Some(input) = self.inputs.get(*number as usize)
                        && let Some(class) = input.class
                    {
                        out.entry(class).or_insert_with(|| input.place.clone());
                    }
                }
            }
        }
    }

    /// The record itself is handed over, with all of its fields.
    fn whole_record(&mut self, id: ObjectId, out: &mut BTreeMap<DataClass, Place>) {
        let object = &self.objects[id];
        let Some((file, class)) = object.class.filter(|_| object.ty.is_none()) else { return };
        let declared = &self.program.source(file).classes[class as usize];
        if is_setting(&declared.name) || !self.is_record(file, class) {
            return;
        }
        for field in &declared.fields {
            if let Some(class) = self.class_of_name(&field.name) {
                let place = Place { path: self.program.files[file].path.clone(), mark: field.mark, by: "field".into() };
                out.entry(class).or_insert(place);
            }
        }
    }

    /// A class that holds data and does nothing else.
    pub(super) fn is_record(&self, file: FileId, class: u32) -> bool {
        let source = self.program.source(file);
        let declared = &source.classes[class as usize];
        let does = |index: &u32| {
            let function = &source.functions[*index as usize];
            let name = function.name.trim_start_matches("__").to_ascii_lowercase();
            let told = ["get", "set", "is", "to", "with", "init", "constructor", "equals", "hash", "str", "repr"].iter().any(|head| name.starts_with(head));
            !told && name != declared.name.to_ascii_lowercase() && !declared.fields.iter().any(|field| field.name.eq_ignore_ascii_case(&name))
        };
        !declared.methods.iter().any(does)
    }
}

fn is_secret(class: DataClass) -> bool {
    matches!(class, DataClass::Password | DataClass::Credential | DataClass::Token | DataClass::PrivateKey)
}

/// Data of a person; of texts that people write nobody knows what stands in them.
fn is_of_people(class: DataClass) -> bool {
    let is_text = matches!(class, DataClass::Prompt | DataClass::Message | DataClass::Document | DataClass::Behaviour | DataClass::Transaction);
    class.tier() >= 2 && !is_secret(class) && !is_text
}
