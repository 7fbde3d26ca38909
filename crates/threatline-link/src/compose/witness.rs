//! From what a request brings to a text that something is done by: the query that it becomes part of,
//! the command, the path, the address.
//!
//! A value that is read off a request is followed through bindings, calls and string building; what any
//! other function makes of it is nothing known, and so is a number. No witness, no claim.

use super::evaluate::{Evaluator, as_text};
use super::library::TypeId;
use super::value::*;
use super::{CodeTrait, Place, text};
use std::collections::BTreeSet;
use std::rc::Rc;
use threatline_facts::Text;
use threatline_facts::code::{Function, Value};
use threatline_knowledge::packs::{Family, SinkRule};
use threatline_model::{Grade, Parameter, Property, Value as Known};

/// Methods that give back the text that they are called on, in another form.
const PASSING: &[&str] = &[
    "trim",
    "strip",
    "lstrip",
    "toLowerCase",
    "toUpperCase",
    "lower",
    "upper",
    "ToLower",
    "ToUpper",
    "Trim",
    "toString",
    "ToString",
    "to_string",
    "to_owned",
    "clone",
    "as_str",
    "into_inner",
    "unwrap",
    "unwrap_or_default",
    "decode",
    "get",
    "to_s",
];

/// Members of an input that are no text of the caller's choice.
const COUNTS: &[&str] = &["length", "size", "count", "Length", "Count"];

/// So deep stand calls in each other whose words are followed.
const MAX_CARRIED: usize = 4;

impl<'a> Evaluator<'a> {
    /// Notes that this name stands for what a request brings, read here.
    pub(super) fn note_input(&mut self, name: String) {
        if self.proving == 0 {
            let number = self.input_here();
            self.input_names.insert(name, number);
        }
    }

    /// Notes that this name stands for what a model answered, here.
    pub(super) fn note_answer(&mut self, name: String) {
        if self.proving == 0 {
            let number = self.input_here();
            self.answers.insert(number);
            self.input_names.insert(name, number);
        }
    }

    /// The number of what is read off the request here.
    fn input_here(&mut self) -> u32 {
        let place = self.place("code");
        let next = self.inputs.len() as u32;
        let number = *self.input_numbers.entry(place.clone()).or_insert(next);
        if number == next {
            self.inputs.push(place);
        }
        number
    }

    /// The input that a value stands for by its name.
    fn input(&self, value: &Val) -> Option<u32> {
        match value {
            Val::Symbol(name) => self.named_input(name),
            Val::Method(id, path) => self.named_input(&self.method_name(*id, path)),
            Val::Made(made) => match self.input_names.get(&made.by) {
                Some(found) => Some(*found),
                None => {
                    let (of, method) = made.by.rsplit_once('.')?;
                    if PASSING.contains(&method) { self.named_input(of) } else { None }
                }
            },
            Val::Either(values) => values.iter().find_map(|value| self.input(value)),
            _ => None,
        }
    }

    /// A member of an input is one too.
    fn named_input(&self, name: &str) -> Option<u32> {
        let mut name = name;
        loop {
            if let Some(found) = self.input_names.get(name) {
                return Some(*found);
            }
            let (of, member) = name.rsplit_once('.')?;
            if COUNTS.contains(&member) {
                return None;
            }
            name = of;
        }
    }

    /// What is taken out of a value: of an input a part of it, else nothing known.
    pub(super) fn read_off(&self, value: &Val) -> Val {
        let number = match value {
            Val::Text(text) if matches!(**text, Text::Input(_)) => return value.clone(),
            value => self.input(value),
        };
        number.map_or(Val::Unknown, |number| Val::Text(Rc::new(Text::Input(number))))
    }

    /// The text of a value, with what a request brings marked in it.
    pub(super) fn text_of(&self, value: &Val) -> Text {
        self.text_within(value, 0)
    }

    fn text_within(&self, value: &Val, depth: usize) -> Text {
        if let Some(number) = self.input(value) {
            return Text::Input(number);
        }
        match value {
            Val::Made(made) if depth < MAX_CARRIED && self.program.files[self.file].library.carries(&made.by) => {
                let parts = made.arguments.iter().take(16).map(|argument| self.text_within(&argument.value, depth + 1));
                Text::join(parts.flat_map(|part| [part, Text::literal("/")]).collect::<Vec<_>>())
            }
            value => as_text(value),
        }
    }

    /// Arguments, with what a request brings as a text.
    pub(super) fn marked(&self, arguments: Vec<Arg>) -> Vec<Arg> {
        let mark = |argument: Arg| match self.input(&argument.value) {
            Some(number) => Arg { value: Val::Text(Rc::new(Text::Input(number))), ..argument },
            None => argument,
        };
        arguments.into_iter().map(mark).collect()
    }

    /// `"… %s" % value`.
    pub(super) fn filled(&self, format: &Text, rest: &Val) -> Val {
        let values = match rest {
            Val::List(items) => items.to_vec(),
            one => vec![one.clone()],
        };
        let arguments = values.into_iter().map(|value| Arg { name: None, value }).collect();
        Val::Text(Rc::new(text::format(format, &self.marked(arguments))))
    }

    /// What a handler is given for its parameters that the framework fills from the request: texts that
    /// callers choose. `told` are those that are known to be such.
    pub(super) fn brought(&mut self, function: &'a Function, told: &BTreeSet<Parameter>) -> Vec<Arg> {
        let mark = self.mark;
        let mut out = Vec::new();
        for parameter in &function.parameters {
            let is_text = match parameter.declared.as_ref().map(|declared| declared.name.rsplit('.').next().unwrap_or(&declared.name)) {
                None => matches!(self.family(), Family::Python | Family::JavaScript),
                Some(name) => matches!(name, "str" | "String" | "string" | "CharSequence"),
            };
            // `Query(pattern="…")` checks it
            let is_checked = matches!(&parameter.default, Some(Value::Call(call)) if call.arguments.iter().any(|one| matches!(one.name.as_deref(), Some("pattern" | "regex"))));
            if is_text && !is_checked && !parameter.variadic && told.iter().any(|one| one.name == parameter.name) {
                self.mark = parameter.mark;
                let number = self.input_here();
                out.push(Arg { name: Some(parameter.name.clone()), value: Val::Text(Rc::new(Text::Input(number))) });
            }
        }
        self.mark = mark;
        out
    }

    /// Arguments in which what a request brings may stand; most calls have none.
    pub(super) fn told(&self, arguments: &[Arg]) -> Option<Vec<Arg>> {
        let told = |argument: &Arg| match &argument.value {
            Val::Map(entries) => entries.iter().any(|(_, value)| self.holds_input(value)),
            value => self.holds_input(value),
        };
        (self.proving == 0 && !self.inputs.is_empty() && arguments.iter().any(told)).then(|| arguments.to_vec())
    }

    pub(super) fn holds_input(&self, value: &Val) -> bool {
        let within = |text: &Text| text.parts().iter().any(|part| matches!(part, Text::Input(_)));
        match value {
            Val::Text(text) => within(text),
            Val::Made(made) if self.program.files[self.file].library.carries(&made.by) => within(&self.text_of(value)),
            value => self.input(value).is_some(),
        }
    }

    /// Looks whether a call does what a caller's words say.
    pub(super) fn sink(&mut self, name: &str, method: &str, receiver: Option<ObjectId>, arguments: &[Arg]) {
        let library = self.program.files[self.file].library;
        let place = self.place("code");
        // the flow of the client, or the one that was opened here
        let here = || self.out.calls.iter().rposition(|call| call.place.path == place.path && call.place.mark == place.mark);
        let call = receiver.and_then(|id| self.objects[id].call).filter(|call| *call < self.out.calls.len()).or_else(here);
        // a client that was handed over: it stands for its flow once it is used
        let client = receiver.filter(|_| call.is_none()).and_then(|id| Some((id, self.objects[id].ty?)));
        let protocol = match (call, client) {
            (Some(call), _) => self.out.calls[call].protocol.clone(),
            (None, client) => client.and_then(|(_, ty)| library.type_rule(ty).rule.protocol.clone()),
        };
        let mut sinks = library.sinks(name, method, protocol.as_deref());
        if self.runs_bodies() && !method.is_empty() {
            // every object of Ruby has the functions of the kernel
            sinks.extend(library.sinks(method, "", None));
        }
        for ruled in sinks {
            if self.all_hold(&ruled.rule.when, arguments) {
                self.claim(ruled.rule, call, client, arguments);
            }
        }
    }

    fn claim(&mut self, rule: &SinkRule, call: Option<usize>, client: Option<(ObjectId, TypeId)>, arguments: &[Arg]) {
        let Some(property) = Property::from_name(&rule.sets) else { return };
        let site = super::verbs::Site { method: String::new(), arguments: arguments.to_vec(), receiver: None, decorated: None, star: None };
        for value in self.select(Some(&rule.of), &site) {
            let text = self.text_of(&value);
            let Some(read) = self.unchecked_in(&text).first().cloned() else { continue };
            let places = vec![read, self.place("code")];
            if self.is_answer(&text) {
                return self.claim_of_model(property, places);
            }
            let call = match (property, call, client) {
                // what happens in the program itself is no flow's
                (Property::CommandFromInput | Property::CodeFromInput | Property::Deserializes, ..) => None,
                (_, None, Some((id, ty))) => Some(self.type_call(id, ty)),
                (_, call, _) => call,
            };
            match call {
                Some(call) => self.describe_call(call, property, places),
                None => self.out.traits.push(CodeTrait { property, value: Known::Flag(true), grade: Grade::P, places }),
            }
            return;
        }
    }

    /// Whether the first words of others in a text are a model's.
    fn is_answer(&self, text: &Text) -> bool {
        let first = text.parts().iter().find_map(|part| if let Text::Input(number) = part { Some(*number) } else { None });
        first.is_some_and(|number| self.answers.contains(&number))
    }

    /// What a model answered becomes part of something that acts.
    fn claim_of_model(&mut self, property: Property, places: Vec<Place>) {
        let sink = match property {
            Property::QueryFromInput => "sql",
            Property::CommandFromInput => "shell",
            Property::CodeFromInput => "eval",
            Property::PathFromInput => "file",
            _ => return,
        };
        let value = Known::List(vec![sink.to_owned()]);
        self.out.traits.push(CodeTrait { property: Property::OutputSinks, value, grade: Grade::P, places });
    }

    /// Where the words of a request in a text were read; not of those that some condition looked at, since it
    /// may have let only harmless ones through.
    fn unchecked_in(&self, text: &Text) -> Vec<Place> {
        let unchecked = |part: &Text| match part {
            Text::Input(number) if !self.checked.contains(number) => self.inputs.get(*number as usize).cloned(),
            _ => None,
        };
        text.parts().iter().filter_map(unchecked).collect()
    }

    fn describe_call(&mut self, call: usize, property: Property, places: Vec<Place>) {
        let found = (property, Known::Flag(true), places);
        let properties = &mut self.out.calls[call].properties;
        if !properties.contains(&found) {
            properties.push(found);
        }
    }

    /// The callers choose where a request goes: its host is theirs. That is said of the program, since
    /// where it goes is nobody that is known.
    pub(super) fn goes_where_told(&mut self, target: &Text) {
        let host_is_given = match target.parts() {
            [Text::Input(_), ..] => true,
            [Text::Literal(scheme), Text::Input(_), ..] => scheme.ends_with("://"),
            _ => false,
        };
        if let Some(read) = self.unchecked_in(target).first().cloned().filter(|_| host_is_given && self.proving == 0) {
            let places = vec![read, self.place("code")];
            self.out.traits.push(CodeTrait { property: Property::UrlFromInput, value: Known::Flag(true), grade: Grade::P, places });
        }
    }

    /// A comparison inside a condition: what is compared with more than nothing is checked from here on.
    pub(super) fn compared(&mut self, operator: &str, values: &[Val]) {
        if self.testing == 0 || self.inputs.is_empty() || matches!(operator, "&&" | "||" | "and" | "or") {
            return;
        }
        let says_nothing = |value: &Val| matches!(value, Val::Null | Val::Boolean(_)) || value.literal().is_some_and(|text| text.is_empty() || text == "0");
        if !values.iter().any(says_nothing) {
            values.iter().for_each(|value| self.check_off(value));
        }
    }

    /// A call inside a condition: whatever it asks of its arguments and of what it is called on is a check,
    /// unless it asks for being there at all.
    pub(super) fn asked(&mut self, of: Option<&Val>, method: &str, arguments: &[Arg]) {
        let presence = ["isEmpty", "is_empty", "isBlank", "isPresent", "is_some", "is_none", "len", "isNullOrEmpty", "IsNullOrEmpty", "empty", "isset", "get"];
        if self.testing == 0 || self.inputs.is_empty() || presence.contains(&method) {
            return;
        }
        of.into_iter().chain(arguments.iter().map(|argument| &argument.value)).for_each(|value| self.check_off(value));
    }

    fn check_off(&mut self, value: &Val) {
        let text = self.text_of(value);
        self.checked.extend(text.parts().iter().filter_map(|part| if let Text::Input(number) = part { Some(*number) } else { None }));
    }
}
