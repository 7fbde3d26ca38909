//! All that a request sends, written into a stored record as it is: callers then set fields that are not theirs.
//!
//! Claimed with the whole chain in sight only: what is handed over is the body itself and no choice from it, what takes
//! it is a model, and among the fields that it may fill is one that decides over rights, owners or money.

use super::Place;
use super::evaluate::Evaluator;
use super::value::*;
use threatline_knowledge::catalogue::is_privileged;
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
            && let Some(by) = self.fills(object, method)
        {
            let place = Place { by: by.into(), ..self.place("code") };
            self.say(Property::MassBinding, true, place);
        }
    }

    /// Whether all that the request sends is among the arguments; most calls have none of it.
    pub(super) fn brings_body(&self, arguments: &[Arg]) -> bool {
        self.proving == 0 && arguments.iter().any(|argument| argument.name.is_none() && self.is_body(&argument.value))
    }

    /// All that the request sends, as it is.
    fn is_body(&self, value: &Val) -> bool {
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
                let ruled = library.models(&made.by).into_iter().find(|ruled| ruled.rule.fills.iter().any(|known| known == method))?;
                let is_told = made.arguments.iter().any(|argument| holds_privilege(&argument.value, FIELD_DEPTH));
                return is_told.then(|| ruled.pack.name.clone());
            }
            Val::Class(file, class) => (*file, *class),
            Val::Object(id) => self.objects[*id].class?,
            _ => return None,
        };
        if self.class_method(file, class, method).is_some() {
            return None;
        }
        let (own, foreign) = self.bases(file, class);
        let ruled = foreign.iter().flat_map(|base| library.models(base)).find(|ruled| ruled.rule.fills.iter().any(|known| known == method))?;
        let may = match (&ruled.rule.listed, &ruled.rule.unlisted) {
            (None, None) => std::iter::once((file, class))
                .chain(own)
                .any(|(file, class)| self.program.source(file).classes[class as usize].fields.iter().any(|field| is_privileged(&field.name))),
            _ => self.may_fill(file, class, ruled.rule),
        };
        may.then(|| ruled.pack.name.clone())
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

/// Whether a map in what a model is made of has such a field.
fn holds_privilege(value: &Val, depth: usize) -> bool {
    match value {
        _ if depth == 0 => false,
        Val::Map(entries) => entries.iter().any(|(key, value)| is_privileged(key) && !matches!(value, Val::Boolean(_))),
        Val::Made(made) => made.arguments.iter().any(|argument| holds_privilege(&argument.value, depth - 1)),
        _ => false,
    }
}
