//! Classes whose fields are environment variables.

use super::*;
use threatline_facts::code::{Call, Field, Value};

/// Named arguments of a field's value that say its variable, and that say its default.
const NAMED: [&str; 3] = ["validation_alias", "alias", "env"];
const DEFAULT: &str = "default";

impl<'a> Evaluator<'a> {
    /// Gives the fields of such an object what their variables hold.
    pub(in crate::compose) fn read_fields(&mut self, id: ObjectId, file: FileId, class: u32) {
        let library = self.program.files[file].library;
        let (own, foreign) = self.bases(file, class);
        if !foreign.iter().any(|base| library.classes_named(base).iter().any(|rule| rule.environment)) {
            return;
        }
        let line: Vec<(FileId, u32)> = own.into_iter().rev().chain([(file, class)]).collect();
        let fields =
            |this: &Self, (file, class): (FileId, u32)| this.program.source(file).classes[class as usize].fields.iter().map(move |field| (file, field));
        let all: Vec<(FileId, &'a Field)> = line.iter().flat_map(|at| fields(self, *at)).collect();
        let prefix = all.iter().rev().find_map(|(_, field)| prefix_of(field)).unwrap_or_default();
        for (file, field) in all.into_iter().filter(|(_, field)| field.declared.is_some() && !field.name.starts_with('_')) {
            let told = field.value.as_ref().and_then(call);
            let named = told.and_then(|call| NAMED.iter().find_map(|name| argument(call, name)));
            let default = match told {
                Some(call) => argument(call, DEFAULT).map(Text::literal),
                None => match self.initial(file, field, Some(id)) {
                    // a part of the settings that is a class of its own
                    Val::Object(inner) if self.objects[inner].class.is_some() => continue,
                    value @ (Val::Text(_) | Val::Number(_)) => Some(as_text(&value)),
                    _ => None,
                },
            };
            let variable = named.map_or_else(|| format!("{prefix}{}", field.name).to_ascii_uppercase(), str::to_owned);
            let before = (std::mem::replace(&mut self.file, file), std::mem::replace(&mut self.mark, field.mark));
            let value = self.environment(&variable, default);
            (self.file, self.mark) = before;
            self.objects[id].fields.insert(field.name.clone(), value);
        }
    }
}

/// The `env_prefix` that a class is configured with.
fn prefix_of(field: &Field) -> Option<&str> {
    if field.name != "model_config" {
        return None;
    }
    match field.value.as_ref()? {
        Value::Call(call) => argument(call, "env_prefix"),
        Value::Map(entries) => entries.iter().find_map(|(key, value)| match (key, value) {
            (Value::Text(key), Value::Text(prefix)) if key == "env_prefix" => Some(prefix.as_str()),
            _ => None,
        }),
        _ => None,
    }
}

fn call(value: &Value) -> Option<&Call> {
    if let Value::Call(call) = value { Some(call) } else { None }
}

fn argument<'v>(call: &'v Call, name: &str) -> Option<&'v str> {
    match &call.arguments.iter().find(|argument| argument.name.as_deref() == Some(name))?.value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}
