//! All that a request sends, written into a stored record as it is: callers then set fields that are not theirs.
//!
//! Claimed with the whole chain in sight only: what is handed over is the body itself and no choice from it, what takes
//! it is a model, and among the fields that it may fill is one that decides over rights, owners or money.

use super::Place;
use super::attributes::Saying;
use super::evaluate::Evaluator;
use super::value::*;
use super::witness::Origin;
use std::rc::Rc;
use threatline_facts::Text;
use threatline_facts::code::{Field, Value};
use threatline_knowledge::catalogue::{is_hiding, is_privileged, stores_records};
use threatline_knowledge::packs::Family;
use threatline_knowledge::packs::ModelRule;
use threatline_model::Property;

/// How packs call making a record.
pub(super) const MADE: &str = "new";

/// So deep stand the fields in what a model is made of (`model("User", new Schema({ … }))`).
const FIELD_DEPTH: usize = 3;

impl<'a> Evaluator<'a> {
    /// Looks whether a call fills a record with the body of a request.
    pub(super) fn fills_record(&mut self, object: &Val, method: &str, arguments: &[Arg]) {
        if self.brings_body(arguments)
            && !lists_fields(arguments)
            && let Some(by) = self.fills(object, method)
        {
            let place = Place { by: by.into(), ..self.place("code") };
            self.say(Property::MassBinding, true, place);
        }
    }

    /// Whether all that the request sends is among the arguments; most calls have none of it.
    pub(super) fn brings_body(&self, arguments: &[Arg]) -> bool {
        let is_plain = |name: &Option<String>| name.as_deref().is_none_or(|name| name == "data");
        self.proving == 0 && arguments.iter().any(|argument| is_plain(&argument.name) && self.is_body(&argument.value))
    }

    /// All that the request sends, as it is.
    pub(super) fn is_body(&self, value: &Val) -> bool {
        let library = self.program.files[self.file].library;
        match value {
            Val::Symbol(name) => library.is_body(name),
            Val::Method(id, path) => library.is_body(&self.method_name(*id, path)),
            Val::Made(made) => made.arguments.is_empty() && library.is_body(&format!("{}()", made.by)),
            _ => false,
        }
    }

    /// The pack that knows a model whose fields this fills, one of them such that callers must not choose it.
    fn fills(&mut self, object: &Val, method: &str) -> Option<String> {
        let library = self.program.files[self.file].library;
        let (file, class) = match object {
            Val::Made(made) => {
                let ruled = library.models(&made.by).into_iter().find(|ruled| ruled.rule.fills.iter().any(|known| known == method));
                let Some(ruled) = ruled else { return library.fills_anything(method) };
                let is_told = made.arguments.iter().any(|argument| holds_privilege(&argument.value, FIELD_DEPTH));
                return is_told.then(|| ruled.pack.name.clone());
            }
            Val::Class(file, class) => (*file, *class),
            Val::Object(id) if self.objects[*id].class.is_some() => self.objects[*id].class?,
            // what is found in a store is of no class that is known: `User.find(id).update(params.permit!)`
            Val::Unknown | Val::Symbol(_) | Val::Object(_) => return library.fills_anything(method),
            _ => return None,
        };
        if self.class_method(file, class, method).is_some() {
            return None;
        }
        let (own, foreign) = self.bases(file, class);
        let ruled = foreign.iter().flat_map(|base| library.models(base)).find(|ruled| ruled.rule.fills.iter().any(|known| known == method))?;
        if ruled.rule.undeclared || self.told_privileges.contains(&(file, class)) {
            return Some(ruled.pack.name.clone());
        }
        if let Some(name) = &ruled.rule.described_by {
            return self.fills_described(file, class, name).then(|| ruled.pack.name.clone());
        }
        let may = match (&ruled.rule.listed, &ruled.rule.unlisted) {
            (None, None) => std::iter::once((file, class))
                .chain(own)
                .any(|(file, class)| self.program.source(file).classes[class as usize].fields.iter().any(|field| is_privileged(&field.name))),
            _ => self.may_fill(file, class, ruled.rule),
        };
        may.then(|| ruled.pack.name.clone())
    }

    /// A model is told its fields (`User.init({ … })`): whether one is such that callers must not choose it is kept.
    pub(super) fn tells_fields(&mut self, object: &Val, method: &str, arguments: &[Arg]) {
        let Val::Class(file, class) = *object else { return };
        if !arguments.first().is_some_and(|argument| holds_privilege(&argument.value, FIELD_DEPTH)) {
            return;
        }
        let (_, foreign) = self.bases(file, class);
        let library = self.program.files[self.file].library;
        if foreign.iter().flat_map(|base| library.models(base)).any(|ruled| ruled.rule.told_by.as_deref() == Some(method)) {
            self.told_privileges.insert((file, class));
        }
    }

    /// A class that is told a model in a class of its own, with all of its fields (`fields = "__all__"`).
    fn fills_described(&mut self, file: FileId, class: u32, name: &str) -> bool {
        let Some(Val::Class(meta_file, meta)) = self.class_field(file, class, name) else { return false };
        let mut told = |name: &str| self.class_field(meta_file, meta, name);
        let (model, fields, exclude, shown) = (told("model"), told("fields"), told("exclude"), told("read_only_fields"));
        let all = fields.as_ref().and_then(Val::literal) == Some("__all__") || fields.is_none() && exclude.is_some();
        let Some(Val::Class(model_file, model)) = model.filter(|_| all) else { return false };
        // what cannot be read may leave anything out
        let names = |list: &Option<Val>| match list {
            None => Some(Vec::new()),
            Some(Val::List(items)) => items.iter().map(|item| item.literal().map(str::to_owned)).collect::<Option<Vec<_>>>(),
            Some(_) => None,
        };
        let (Some(exclude), Some(shown)) = (names(&exclude), names(&shown)) else { return false };
        let own = &self.program.source(file).classes[class as usize].fields;
        let is_left_out = |field: &str| exclude.iter().chain(&shown).any(|name| name == field) || own.iter().any(|one| one.name == field && is_read_only(one));
        let open = |field: &&Field| is_privileged(&field.name) && !is_left_out(&field.name) && !is_uneditable(field);
        self.program.source(model_file).classes[model as usize].fields.iter().any(|field| open(&field))
    }

    /// A library's own handler of a class, which fills the model that the class names with what a request brings.
    pub(super) fn filled_by_library(&mut self, file: FileId, class: u32, place: &Place) -> Option<Saying> {
        // what the project does on the way may choose the fields
        if ["perform_create", "perform_update", "get_serializer_class", "get_serializer"].iter().any(|name| self.class_method(file, class, name).is_some()) {
            return None;
        }
        let library = self.program.files[file].library;
        let (field, described) = library.models_used().find(|(field, _)| self.class_field(file, class, field).is_some())?;
        let Some(Val::Class(used_file, used)) = self.class_field(file, class, field) else { return None };
        if self.class_method(used_file, used, "create").is_some() || self.class_method(used_file, used, "update").is_some() {
            return None;
        }
        self.fills_described(used_file, used, described).then(|| Saying::plainly(Property::MassBinding, true, place.clone()))
    }

    /// A record that a request filled is written into a store as it is.
    pub(super) fn stores_record(&mut self, object: &Val, method: &str, arguments: &[Arg]) {
        if self.proving > 0 || !method.rsplit('.').next().is_some_and(stores_records) {
            return;
        }
        let brought = arguments.iter().take(4).find_map(|argument| match &argument.value {
            Val::Object(id) if self.objects[*id].brought => Some(*id),
            _ => None,
        });
        if let Some(id) = brought
            && (self.is_of_store(object) || self.is_model(object) || self.is_model(&Val::Object(id)))
            && self.lets_choose(id)
        {
            let place = self.place("code");
            self.say(Property::MassBinding, true, place);
        }
    }

    /// Whether a record that a request filled still has a field of the caller's choice that is not the caller's.
    fn lets_choose(&self, id: ObjectId) -> bool {
        let object = &self.objects[id];
        let Some((file, class)) = object.class else { return false };
        let is_callers = |field: &Field| match object.fields.get(&field.name) {
            None | Some(Val::Unknown) => true,
            Some(Val::Text(text)) => matches!(**text, Text::Input(_)),
            Some(_) => false,
        };
        self.program.source(file).classes[class as usize].fields.iter().any(|field| is_privileged(&field.name) && !is_hidden(field) && is_callers(field))
    }

    /// A setter that is not at hand sets a field all the same: `user.setRole(…)` of a class whose methods are made when it is built.
    pub(super) fn sets_unseen(&mut self, object: &Val, method: &str, arguments: &[Arg]) {
        let (Val::Object(id), [argument], Some(name)) = (object, arguments, method.strip_prefix("set")) else { return };
        if !self.objects[*id].brought || !name.starts_with(char::is_uppercase) || self.method(*id, method).is_some() {
            return;
        }
        let mut letters = name.chars();
        let small: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
        // whatever it is set to, it is the program's choice now
        let value = if argument.value.is_unknown() { Val::Null } else { argument.value.clone() };
        self.objects[*id].fields.insert(small, value);
    }

    /// A call fills the records that it is handed with what a request brings: `c.BindJSON(&order)`.
    pub(super) fn fills_from_request(&mut self, arguments: &[Arg]) {
        if self.proving > 0 {
            return;
        }
        for (at, argument) in arguments.iter().enumerate().take(4) {
            // a library's map of anything: `bson.M`
            if matches!(argument.value, Val::Symbol(_)) && !self.holds_input(&argument.value) {
                let number = self.input_here(Origin::Request, None);
                self.outs.push((at, Val::Text(Rc::new(Text::Input(number)))));
                continue;
            }
            if let Val::Object(id) = &argument.value
                && let Some((file, class)) = self.objects[*id].class
                && self.objects[*id].ty.is_none()
            {
                if let Some(frame) = self.frames.last_mut().filter(|_| self.program.files[file].family == Family::Go) {
                    frame.filled.insert((file, class));
                }
                let filled = self.filled_record((file, class));
                self.outs.push((at, filled));
            }
        }
    }

    /// Whether a class that lists what may be filled lets callers fill what they must not.
    fn may_fill(&mut self, file: FileId, class: u32, rule: &ModelRule) -> bool {
        let mut list = |name: &Option<String>| name.as_ref().and_then(|name| self.class_field(file, class, name));
        match (list(&rule.listed), list(&rule.unlisted)) {
            (Some(Val::List(items)), _) => items.iter().any(|item| item.literal().is_some_and(is_privileged)),
            (None, Some(Val::List(items))) => items.is_empty(),
            _ => false,
        }
    }
}

/// Whether a call is told which fields may be filled: `create(body, { fields: ["name"] })`.
fn lists_fields(arguments: &[Arg]) -> bool {
    let lists = |value: &Val| matches!(value, Val::Map(entries) if entries.iter().any(|(key, _)| matches!(key.as_str(), "fields" | "only" | "pick")));
    arguments.iter().any(|argument| lists(&argument.value) || argument.name.as_deref() == Some("fields"))
}

/// Whether an annotation keeps a request from filling a field.
pub(super) fn is_hidden(field: &Field) -> bool {
    field.annotations.iter().any(|call| {
        let name = match &call.callee {
            Value::Name(name) | Value::Member(_, name) => name.rsplit('.').next().unwrap_or(name),
            _ => "",
        };
        let says = |value: &Value| match value {
            // a tag of Go: `json:"-"`
            Value::Text(text) => text.contains(":\"-\""),
            Value::Member(_, name) => name == "READ_ONLY",
            _ => false,
        };
        is_hiding(name.trim_end_matches("Attribute")) || call.arguments.iter().any(|argument| says(&argument.value))
    })
}

/// `IntegerField(read_only=True)`.
fn is_read_only(field: &Field) -> bool {
    is_told(field, "read_only", true)
}

/// `BooleanField(editable=False)`.
fn is_uneditable(field: &Field) -> bool {
    is_told(field, "editable", false)
}

fn is_told(field: &Field, name: &str, flag: bool) -> bool {
    let told = |argument: &threatline_facts::code::Argument| argument.name.as_deref() == Some(name) && argument.value == Value::Boolean(flag);
    matches!(&field.value, Some(Value::Call(call)) if call.arguments.iter().any(told))
}

/// Whether a map in what a model is made of has such a field.
fn holds_privilege(value: &Val, depth: usize) -> bool {
    match value {
        _ if depth == 0 => false,
        Val::Map(entries) => entries.iter().any(|(key, value)| is_privileged(key) && !matches!(value, Val::Boolean(_))),
        Val::Made(made) => made.arguments.iter().any(|argument| holds_privilege(&argument.value, depth - 1)),
        _ => false,
    }
}
