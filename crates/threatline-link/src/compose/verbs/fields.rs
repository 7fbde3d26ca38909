//! Classes whose fields are environment variables, and fields whose declaration names a variable or a setting.

use super::shaped::{tag_of, tag_word};
use super::*;
use crate::compose::value::Scope;
use threatline_facts::code::{Call, Field, Value};

/// Named arguments of a field's value that say its variable, and that say its default.
const NAMED: [&str; 3] = ["validation_alias", "alias", "env"];
const DEFAULT: &str = "default";

/// The one that says a variable wherever it stands, and the one that makes the part that the field holds.
const VARIABLE: &str = "env";
const FACTORY: &str = "default_factory";

/// Keys of a tag that say the field's variable, what stands in for it, and what stands before the variables of a part.
const TAGS: [&str; 2] = ["env", "envconfig"];
const TAG_DEFAULTS: [&str; 2] = ["envDefault", "default"];
const TAG_PREFIX: &str = "envPrefix";

/// The annotation of classes that hold the settings below a prefix.
const PROPERTIES: &str = "ConfigurationProperties";

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
            // a part of the settings that is a class of its own
            if told.is_some_and(|call| argument_of(call, FACTORY).is_some()) {
                continue;
            }
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

impl<'a> Evaluator<'a> {
    /// What a field holds whose declaration says which variable or setting it is, or what makes the part that it holds.
    pub(in crate::compose) fn told_field(&mut self, field: &'a Field, of: Option<ObjectId>, scope: &Scope) -> Option<Val> {
        match self.family() {
            Family::Python => self.told_by_call(field, scope),
            Family::Go => self.told_by_tag(field, "", scope),
            Family::Java => self.told_by_class(field, of?, scope),
            _ => None,
        }
    }

    /// `Field(default="d", env="NAME")`, `Field(default_factory=Part)`, `field(metadata={"env": "NAME"})`.
    fn told_by_call(&mut self, field: &'a Field, scope: &Scope) -> Option<Val> {
        let call = field.value.as_ref().and_then(call)?;
        if let Some(variable) = named_variable(call) {
            return Some(self.environment(variable, argument(call, DEFAULT).map(Text::literal)));
        }
        match self.value(argument_of(call, FACTORY)?, scope) {
            Val::Class(file, class) => Some(self.construct(file, class, Vec::new())),
            Val::Function(closure) => Some(self.invoke(&closure, Vec::new())),
            _ => None,
        }
    }

    /// `env:"NAME,required" envDefault:"d"`, and a part whose variables begin with a prefix.
    fn told_by_tag(&mut self, field: &'a Field, prefix: &str, scope: &Scope) -> Option<Val> {
        let tag = tag_of(field)?;
        if let Some(own) = tag_word(tag, TAG_PREFIX) {
            let declared = field.declared.as_ref()?;
            let declared = if declared.name == "*" { declared.arguments.first()? } else { declared };
            let Val::Class(file, class) = self.type_value(&declared.name, scope) else { return None };
            let prefix = format!("{prefix}{own}");
            let id = self.object(Object { class: Some((file, class)), ..Object::default() });
            for part in &self.program.source(file).classes[class as usize].fields {
                if prefix.len() > MOST_PREFIXED {
                    break;
                }
                let scope = self.globals(file);
                let value = self.within(file, |this| {
                    this.mark = part.mark;
                    this.told_by_tag(part, &prefix, &scope)
                });
                self.objects[id].fields.extend(value.map(|value| (part.name.clone(), value)));
            }
            return Some(Val::Object(id));
        }
        let named = TAGS.iter().find_map(|key| tag_word(tag, key))?;
        let name = named.split(',').next().filter(|name| is_variable(name))?;
        let default = TAG_DEFAULTS.iter().find_map(|key| tag_word(tag, key));
        Some(self.environment(&format!("{prefix}{name}"), default.map(Text::literal)))
    }

    /// A field of a class that holds the settings below `@ConfigurationProperties("a.b")`.
    fn told_by_class(&mut self, field: &'a Field, of: ObjectId, scope: &Scope) -> Option<Val> {
        let (file, class) = self.objects[of].class?;
        let annotated = self.program.source(file).classes[class as usize].annotations.iter();
        let annotation = annotated.clone().find(|one| matches!(&one.callee, Value::Name(name) if name.rsplit('.').next() == Some(PROPERTIES)))?;
        if !matches!(field.declared.as_ref()?.name.as_str(), "String" | "URI" | "URL" | "java.net.URI" | "java.net.URL") {
            return None;
        }
        let said = annotation.arguments.iter().find(|argument| matches!(argument.name.as_deref(), None | Some("prefix" | "value")));
        let Value::Text(prefix) = &said?.value else { return None };
        let default = field.value.as_ref().map(|value| self.value(value, scope)).filter(|value| matches!(value, Val::Text(_)));
        let key = format!("{prefix}.{}", dashed(&field.name));
        let default = default.map(|value| as_text(&value));
        self.note_variable(key.replace('-', "").replace('.', "_").to_ascii_uppercase(), default.clone());
        Some(Val::Text(Rc::new(Text::Setting { key, default: default.map(Box::new) })))
    }
}

/// A prefix of variables is no longer.
const MOST_PREFIXED: usize = 256;

/// The variable that a field's call names by itself, whatever class it stands in.
fn named_variable(call: &Call) -> Option<&str> {
    let in_map = || match argument_of(call, "metadata")? {
        Value::Map(entries) => entries.iter().find_map(|(key, value)| match (key, value) {
            (Value::Text(key), Value::Text(name)) if key == VARIABLE => Some(name.as_str()),
            _ => None,
        }),
        _ => None,
    };
    argument(call, VARIABLE).or_else(in_map).filter(|name| is_variable(name))
}

/// Capital letters, digits and what joins them.
fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// `baseUrl` as settings spell it.
fn dashed(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
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
    if let Value::Text(text) = argument_of(call, name)? { Some(text) } else { None }
}

fn argument_of<'v>(call: &'v Call, name: &str) -> Option<&'v Value> {
    Some(&call.arguments.iter().find(|argument| argument.name.as_deref() == Some(name))?.value)
}
