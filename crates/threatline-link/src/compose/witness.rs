//! From what a request brings to a text that something is done by: the query that it becomes part of,
//! the command, the path, the address.
//!
//! A value that is read off a request is followed through bindings, calls and string building; what any
//! other function makes of it is nothing known, and so is a number. No witness, no claim.

use super::evaluate::{Evaluator, as_text};
use super::library::{TypeId, Words};
use super::paged::is_bounded_field;
use super::value::*;
use super::verbs::Site;
use super::{CodeTrait, Place, text};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use threatline_facts::code::{Call, Function, Parameter as CodeParameter, TypeName, Value};
use threatline_facts::{DataClass, Text};
use threatline_knowledge::catalogue::is_page_size;
use threatline_knowledge::packs::{Family, SinkRule};
use threatline_model::{Grade, Parameter, Property, Value as Known};

/// Of so many fields of a record it is looked what they hold.
const MOST_FIELDS: usize = 64;

/// So deep stand calls in each other whose words are followed.
const MAX_CARRIED: usize = 6;

/// What stands for a sink where the words are a model's.
fn word_of(property: Property) -> Option<&'static str> {
    match property {
        Property::QueryFromInput => Some("sql"),
        Property::CommandFromInput => Some("shell"),
        Property::CodeFromInput => Some("eval"),
        Property::PathFromInput => Some("file"),
        Property::UrlFromInput => Some("url"),
        _ => None,
    }
}

/// Whose words something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Origin {
    /// A caller chose them.
    Request,
    /// A model answered them.
    Model,
    /// A record of the project holds them: nobody's choice, and perhaps data of people.
    Record,
    /// A caller names a record with it, in a form that can carry no words: a number, an identifier.
    Key,
    /// A caller says with it how many records it wants.
    Number,
}

/// Something that is read at a place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Input {
    pub(super) place: Place,
    pub(super) origin: Origin,
    /// What its name tells of it.
    pub(super) class: Option<DataClass>,
}

/// The name of what a call reads under a key.
pub(super) fn keyed(by: &str, key: &str) -> String {
    format!("{by}({key})")
}

impl<'a> Evaluator<'a> {
    /// Words of the language at hand.
    pub(super) fn own_words(&self) -> &'static Words {
        &self.program.files[self.file].library.words
    }

    /// Notes that this name stands for what a request brings, or a model answered, read here under that key.
    pub(super) fn note_input(&mut self, name: String, origin: Origin, key: Option<&str>) {
        if self.proving == 0 {
            let class = key.and_then(|key| self.class_of_name(key)).filter(|_| origin == Origin::Request);
            let number = self.input_here(origin, class);
            self.input_names.insert(name, number);
        }
    }

    /// The number of what is read here.
    pub(super) fn input_here(&mut self, origin: Origin, class: Option<DataClass>) -> u32 {
        let input = Input { place: self.place("code"), origin, class };
        let next = self.inputs.len() as u32;
        let number = *self.input_numbers.entry(input.clone()).or_insert(next);
        if number == next {
            self.inputs.push(input);
        }
        number
    }

    /// What a method gives back that only changes the form of a request's words.
    pub(super) fn passed(&self, object: &Val, method: &str) -> Option<Val> {
        let is_read = matches!(object, Val::Symbol(_) | Val::Method(..) | Val::Made(_)) && !self.input_names.is_empty() && self.proving == 0;
        let number = self.input(object).filter(|_| is_read && self.own_words().passing.contains(method))?;
        Some(Val::Text(Rc::new(Text::Input(number))))
    }

    /// The input that a value stands for by its name.
    pub(super) fn input(&self, value: &Val) -> Option<u32> {
        if self.input_names.is_empty() {
            return None;
        }
        match value {
            Val::Symbol(name) => self.named_input(name),
            Val::Method(id, path) => self.named_input(&self.method_name(*id, path)),
            Val::Made(made) => match self.keyed_input(made).or_else(|| self.input_names.get(&made.by).copied()) {
                Some(found) => Some(found),
                None => {
                    let (of, method) = made.by.rsplit_once('.')?;
                    if self.own_words().passing.contains(method) { self.named_input(of.trim_end_matches("()")) } else { None }
                }
            },
            Val::Either(values) => values.iter().find_map(|value| self.input(value)),
            _ => None,
        }
    }

    /// What was read by a call under a key.
    fn keyed_input(&self, made: &Made) -> Option<u32> {
        let keys = made.arguments.iter().take(3).filter_map(|argument| argument.value.literal());
        keys.into_iter().find_map(|key| self.input_names.get(&keyed(&made.by, key)).copied())
    }

    /// A member of an input is one too.
    fn named_input(&self, name: &str) -> Option<u32> {
        let mut name = name;
        loop {
            if let Some(found) = self.input_names.get(name) {
                return Some(*found);
            }
            let (of, member) = name.rsplit_once('.')?;
            if self.own_words().counts.contains(member) {
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
        let (mark, words) = (self.mark, self.own_words());
        let mut out = Vec::new();
        for parameter in &function.parameters {
            if let (true, [name]) = (parameter.name.is_empty(), parameter.names.as_slice()) {
                out.extend(
                    self.extracted(parameter, name, told).map(|value| Arg { name: Some(name.clone()), value: Val::Map(Rc::new(vec![(name.clone(), value)])) }),
                );
                continue;
            }
            let is_text = words.is_text(parameter.declared.as_ref()) || self.is_named_input(parameter.declared.as_ref());
            // `Query(pattern="…")` checks it
            let is_checked = matches!(&parameter.default, Some(Value::Call(call)) if call.arguments.iter().any(|one| one.name.as_deref().is_some_and(|name| words.checks.contains(name))));
            if !is_text
                && !parameter.variadic
                && let Some(record) = self.brought_record(parameter, told)
            {
                out.push(Arg { name: Some(parameter.name.clone()), value: record });
            }
            // a record that the framework looked up by it is no number
            let is_record = |this: &mut Self| {
                let of = parameter.declared.as_ref().and_then(|declared| this.record_of(this.file, declared));
                of.is_some_and(|(file, class)| this.is_model(&Val::Class(file, class)))
            };
            if !is_text && !parameter.variadic && told.iter().any(|one| one.name == parameter.name && one.place == "path") && !is_record(self) {
                self.mark = parameter.mark;
                let number = self.input_here(Origin::Key, None);
                out.push(Arg { name: Some(parameter.name.clone()), value: Val::Text(Rc::new(Text::Input(number))) });
            }
            if !is_text
                && !parameter.variadic
                && is_page_size(&parameter.name)
                && told.iter().any(|one| one.name == parameter.name && one.place == "query")
                && !self.is_bounded_parameter(parameter)
            {
                self.mark = parameter.mark;
                let number = self.input_here(Origin::Number, None);
                out.push(Arg { name: Some(parameter.name.clone()), value: Val::Text(Rc::new(Text::Input(number))) });
            }
            let is_checked = is_checked || is_text && is_page_size(&parameter.name) && self.is_bounded_parameter(parameter);
            if is_text && !is_checked && !parameter.variadic && told.iter().any(|one| one.name == parameter.name) {
                self.mark = parameter.mark;
                let class = self.class_of_name(&parameter.name);
                let number = self.input_here(Origin::Request, class);
                out.push(Arg { name: Some(parameter.name.clone()), value: Val::Text(Rc::new(Text::Input(number))) });
            }
        }
        self.mark = mark;
        out
    }

    /// Whether a library's type holds a text of the request under the parameter's own name: a header, a file that was sent.
    fn is_named_input(&mut self, declared: Option<&'a TypeName>) -> bool {
        let Some(declared) = declared.filter(|_| self.family() == Family::Python) else { return false };
        if declared.name == "|" {
            return declared.arguments.iter().any(|one| self.is_named_input(Some(one)));
        }
        let scope = self.globals(self.file);
        let Val::Symbol(name) = self.type_value(&declared.name, &scope) else { return false };
        let library = self.program.files[self.file].library;
        let named = library.type_named(&name).is_some_and(|ty| library.type_rule(ty).rule.takes.is_some() && library.type_rule(ty).rule.named);
        named && declared.arguments.first().is_none_or(|of| self.own_words().is_text(Some(of)))
    }

    /// What a pattern takes out of a library's type that is made of the request: `Path(name): Path<String>`.
    fn extracted(&mut self, parameter: &'a CodeParameter, name: &str, told: &BTreeSet<Parameter>) -> Option<Val> {
        let declared = parameter.declared.as_ref()?;
        let [of] = declared.arguments.as_slice() else { return None };
        let scope = self.globals(self.file);
        let Val::Symbol(wrapper) = self.type_value(&declared.name, &scope) else { return None };
        let library = self.program.files[self.file].library;
        let takes = library.type_named(&wrapper).is_some_and(|ty| library.type_rule(ty).rule.takes_from().is_some());
        if !takes && !told.iter().any(|one| one.name == name && one.place == "path") {
            return None;
        }
        self.mark = parameter.mark;
        if self.own_words().texts.contains(of.name.as_str()) {
            let class = self.class_of_name(name);
            let number = self.input_here(Origin::Request, class);
            return Some(Val::Text(Rc::new(Text::Input(number))));
        }
        match self.record_of(self.file, of) {
            Some(class) => Some(self.filled_record(class)),
            // `Path(id): Path<i64>`
            None => {
                let number = told.iter().any(|one| one.name == name && one.place == "path").then(|| self.input_here(Origin::Key, None))?;
                Some(Val::Text(Rc::new(Text::Input(number))))
            }
        }
    }

    /// A record of the project that the framework fills from the request: its fields that are texts and that nothing
    /// checks are what callers choose.
    fn brought_record(&mut self, parameter: &'a CodeParameter, told: &BTreeSet<Parameter>) -> Option<Val> {
        let declared = parameter.declared.as_ref()?;
        let types = std::iter::once(declared).chain(&declared.arguments);
        let of = types.into_iter().find_map(|declared| self.record_of(self.file, declared))?;
        let (file, class) = of;
        let fields = &self.program.source(file).classes[class as usize].fields;
        let is_told = |name: &str| told.iter().any(|one| one.name == name && one.place != "path");
        if fields.is_empty() || !self.is_record(file, class) || !(is_told(&parameter.name) || fields.iter().all(|field| is_told(&field.name))) {
            return None;
        }
        self.mark = parameter.mark;
        Some(self.filled_record(of))
    }

    pub(super) fn filled_record(&mut self, (file, class): (FileId, u32)) -> Val {
        let fields = &self.program.source(file).classes[class as usize].fields;
        let words = self.own_words();
        let mut known = BTreeMap::new();
        for field in fields.iter().take(MOST_FIELDS) {
            let declared = field.declared.as_ref().filter(|declared| !declared.name.is_empty());
            let checks = |call: &Call| call.arguments.iter().any(|one| one.name.as_deref().is_some_and(|name| words.checks.contains(name)));
            let names_check = |call: &Call| matches!(&call.callee, Value::Name(name) | Value::Member(_, name) if words.checks.contains(name.as_str()));
            let is_checked =
                field.annotations.iter().any(|one| checks(one) || names_check(one)) || matches!(&field.value, Some(Value::Call(call)) if checks(call));
            if declared.is_some() && words.is_text(declared) && !is_checked {
                let class = self.class_of_name(&field.name);
                let number = self.input_here(Origin::Request, class);
                known.insert(field.name.clone(), Val::Text(Rc::new(Text::Input(number))));
            } else if declared.is_some() && is_page_size(&field.name) && !is_bounded_field(field) {
                let number = self.input_here(Origin::Number, None);
                known.insert(field.name.clone(), Val::Text(Rc::new(Text::Input(number))));
            }
        }
        Val::Object(self.object(Object { class: Some((file, class)), fields: known, brought: true, ..Object::default() }))
    }

    /// Arguments in which what a request brings may stand; most calls have none.
    pub(super) fn told(&self, arguments: &[Arg], receiver: Option<&Val>) -> Option<Vec<Arg>> {
        let told = |argument: &Arg| self.holds_words(&argument.value, MAX_CARRIED);
        // what the call is made on was given them before: `query(text).fetch(pool)`
        let before = |made: &Val| matches!(made, Val::Made(made) if !self.inputs.is_empty() && made.arguments.iter().any(told));
        (self.proving == 0 && (arguments.iter().any(told) || receiver.is_some_and(before))).then(|| arguments.to_vec())
    }

    fn holds_words(&self, value: &Val, depth: usize) -> bool {
        match value {
            Val::List(items) => depth > 0 && items.iter().take(32).any(|item| self.holds_words(item, depth - 1)),
            Val::Map(entries) => depth > 0 && entries.iter().take(32).any(|(_, item)| self.holds_words(item, depth - 1)),
            Val::Made(made) if self.program.files[self.file].library.carries(&made.by) => {
                depth > 0 && made.arguments.iter().any(|argument| self.holds_words(&argument.value, depth - 1))
            }
            // a record of the project may be handed over as a whole
            Val::Object(id) => self.objects[*id].class.is_some() && self.objects[*id].ty.is_none(),
            value => self.holds_input(value) || self.is_body(value),
        }
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
    pub(super) fn sink(&mut self, name: &str, method: &str, made_by: Option<Val>, arguments: &[Arg]) {
        if self.inputs.is_empty() && !self.brings_body(arguments) {
            return;
        }
        let receiver = if let Some(Val::Object(id)) = made_by { Some(id) } else { None };
        let library = self.program.files[self.file].library;
        let place = self.place("code");
        // the flow of the client, or the one that was opened here
        let here = || self.out.calls.iter().rposition(|call| call.place.path == place.path && call.place.mark == place.mark);
        let call = receiver.and_then(|id| self.objects[id].call).filter(|call| *call < self.out.calls.len());
        // or one that is given the client: `mysqli_query($connection, $text)`
        let given = || arguments.iter().find_map(|argument| if let Val::Object(id) = argument.value { self.objects[id].call } else { None });
        let call = call.or_else(here).or_else(|| given().filter(|call| receiver.is_none() && *call < self.out.calls.len()));
        // a client that was handed over: it stands for its flow once it is used
        let client = receiver.filter(|_| call.is_none()).and_then(|id| Some((id, self.objects[id].ty?)));
        let protocol = match (call, client) {
            (Some(call), _) => self.out.calls[call].protocol.clone(),
            (None, client) => client.and_then(|(_, ty)| library.type_rule(ty).rule.protocol.clone()),
        };
        for ruled in library.sinks(name, method, protocol.as_deref()) {
            let site =
                Site { name: String::new(), method: String::new(), arguments: arguments.to_vec(), receiver: made_by.clone(), decorated: None, star: None };
            if self.all_hold_at(&ruled.rule.when, &site) {
                self.claim(ruled.rule, call, client, &site);
            }
        }
    }

    fn claim(&mut self, rule: &SinkRule, call: Option<usize>, client: Option<(ObjectId, TypeId)>, site: &Site) {
        let values = self.select(Some(&rule.of), site);
        if rule.sets == SinkRule::LOGGED {
            return self.log(values);
        }
        let Some(property) = Property::from_name(&rule.sets) else { return };
        for value in values {
            if rule.documents && !self.is_document(&value) {
                continue;
            }
            let text = if rule.deep { self.text_inside(&value, MAX_CARRIED) } else { self.text_of(&value) };
            let here = self.place("code");
            let whole = rule.documents && self.is_body(&value);
            let found = self.unchecked_in(&text).first().cloned().or_else(|| whole.then(|| (Origin::Request, here.clone())));
            let Some((origin, read)) = found else { continue };
            let places = if whole { vec![here] } else { vec![read, here] };
            if origin == Origin::Model {
                let word = rule.answer.as_deref().or_else(|| word_of(property));
                return word.into_iter().for_each(|word| self.claim_of_model(word, places.clone()));
            }
            let call = match (property, call, client) {
                // a model's answer is looked for there, and nothing else
                (Property::OutputSinks, ..) => continue,
                // what happens in the program itself is no flow's
                (Property::CommandFromInput | Property::CodeFromInput | Property::Deserializes, ..) => None,
                (_, None, Some((id, ty))) => Some(self.type_call(id, ty)),
                (_, call, _) => call,
            };
            match call {
                Some(call) => self.describe_call(call, property, places),
                None if property.on().contains('c') || property == Property::QueryFromInput => {
                    // of which kind the store is that such a query goes to
                    let store = rule.protocols.first().filter(|_| property == Property::QueryFromInput && !rule.names.is_empty());
                    let value = store.map_or(Known::Flag(true), |protocol| Known::Text(protocol.clone()));
                    self.out.traits.push(CodeTrait { property, value, grade: Grade::P, places });
                }
                None => {}
            }
            return;
        }
    }

    /// Whether a caller wrote all of it: the body itself, or a part of what a request brings.
    fn is_document(&self, value: &Val) -> bool {
        self.is_body(value) || matches!(self.text_of(value), Text::Input(_))
    }

    /// All texts in a value, put together: of a conversation it does not matter which of them is said.
    fn text_inside(&self, value: &Val, depth: usize) -> Text {
        match value {
            _ if depth == 0 => Text::Unknown,
            Val::List(items) => Text::join(items.iter().take(32).map(|item| self.text_inside(item, depth - 1))),
            Val::Map(entries) => Text::join(entries.iter().take(32).map(|(_, item)| self.text_inside(item, depth - 1))),
            Val::Made(made) if self.input(value).is_none() && self.program.files[self.file].library.carries(&made.by) => {
                Text::join(made.arguments.iter().take(32).map(|argument| self.text_inside(&argument.value, depth - 1)))
            }
            value => self.text_of(value),
        }
    }

    /// What a model answered becomes part of something that acts.
    fn claim_of_model(&mut self, sink: &str, places: Vec<Place>) {
        let value = Known::List(vec![sink.to_owned()]);
        self.out.traits.push(CodeTrait { property: Property::OutputSinks, value, grade: Grade::P, places });
    }

    /// Where words of others in a text were read, and whose they are; not of those that some condition looked at,
    /// since it may have let only harmless ones through, and not what nobody chose.
    fn unchecked_in(&self, text: &Text) -> Vec<(Origin, Place)> {
        let unchecked = |part: &Text| match part {
            Text::Input(number) if !self.checked.contains(number) => {
                let input = self.inputs.get(*number as usize).filter(|input| matches!(input.origin, Origin::Request | Origin::Model))?;
                Some((input.origin, input.place.clone()))
            }
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
        if let Some((origin, read)) = self.unchecked_in(target).first().cloned().filter(|_| host_is_given && self.proving == 0) {
            let places = vec![read, self.place("code")];
            if origin == Origin::Model {
                return self.claim_of_model("url", places);
            }
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
        if self.testing == 0 || self.inputs.is_empty() || self.own_words().presence.contains(method) {
            return;
        }
        of.into_iter().chain(arguments.iter().map(|argument| &argument.value)).for_each(|value| self.check_off(value));
    }

    fn check_off(&mut self, value: &Val) {
        self.checked.extend(self.number_of(value, MAX_CARRIED));
        let text = self.text_of(value);
        self.checked.extend(text.parts().iter().filter_map(|part| if let Text::Input(number) = part { Some(*number) } else { None }));
    }
}
