//! Charts that Terraform installs (`helm_release`), with the values that are written there.

use super::flatten::is_secret;
use std::collections::BTreeMap;
use threatline_facts::infra::{ChartRelease, InfraFact};
use threatline_facts::{Mark, Text};

/// Files of values that one release has.
const MAX_FILES: usize = 64;

/// How deep values nest.
const DEEPEST: usize = 24;

/// An attribute of the resource.
type Attribute = (String, Text, Mark);

/// Hides what is set under a secret's name: `set { name = "auth.password" … }`.
pub(super) fn hide(attributes: &mut [Attribute]) {
    let name = |key: &str, text: &Text| -> Option<String> {
        let entry = key.strip_suffix(".name").filter(|entry| entry.starts_with("set"))?;
        is_secret(text.as_literal()?.rsplit('.').next()?).then(|| format!("{entry}.value"))
    };
    let hidden: Vec<String> = attributes.iter().filter_map(|(key, text, _)| name(key, text)).collect();
    for (_, text, _) in attributes.iter_mut().filter(|(key, text, _)| hidden.contains(key) && text.as_literal().is_some()) {
        *text = Text::Unknown;
    }
}

/// What the resource installs.
pub(super) fn release(attributes: &[Attribute], mark: Mark) -> Option<InfraFact> {
    let of = |key: &str| attributes.iter().find(|(name, ..)| name == key).and_then(|(_, text, _)| text.as_literal()).map(str::to_owned);
    let path = |text: &Text| {
        let text = match text {
            Text::Joined(parts) if parts.first() == Some(&Text::Name("path.module".to_owned())) => Text::join(parts[1..].iter().cloned()),
            text => text.clone(),
        };
        Some(format!("./{}", text.as_literal()?.trim_start_matches(['/', '.']))).filter(|_| text.as_literal().is_some_and(|text| !text.contains("..")))
    };
    let chart = attributes.iter().find(|(key, ..)| key == "chart").and_then(|(_, text, _)| match text {
        Text::Joined(_) => path(text),
        text => text.as_literal().map(str::to_owned),
    })?;
    let is_file = |key: &str| key.strip_prefix("values.").is_some_and(|rest| rest.contains(".?file.0") || rest.contains(".?templatefile.0"));
    let files = attributes.iter().filter(|(key, ..)| is_file(key)).filter_map(|(_, text, _)| path(text)).take(MAX_FILES).collect();
    let mut values = Values::default();
    for (key, text, _) in attributes {
        let inline = key.strip_prefix("values.").and_then(|rest| rest.split_once('.')).map(|(_, rest)| rest).filter(|rest| !rest.contains('?'));
        if let (Some(key), Some(value)) = (inline, text.as_literal()) {
            values.put(key, value);
        }
    }
    for (key, text, _) in attributes {
        let entry = key.strip_suffix(".name").filter(|entry| entry.starts_with("set."));
        if let (Some(entry), Some(name)) = (entry, text.as_literal())
            && let Some(value) = of(&format!("{entry}.value"))
        {
            values.put(&name.replace('[', ".").replace(']', ""), &value);
        }
    }
    let json = (!values.below.is_empty()).then(|| values.json(0));
    Some(InfraFact::ChartRelease(ChartRelease { name: of("name"), chart, from_root: false, namespace: of("namespace"), files, json, mark }))
}

/// Values by their keys.
#[derive(Default)]
struct Values {
    own: Option<String>,
    below: BTreeMap<String, Values>,
}

impl Values {
    fn put(&mut self, key: &str, value: &str) {
        let mut values = self;
        for part in key.splitn(DEEPEST, '.') {
            values = values.below.entry(part.to_owned()).or_default();
        }
        values.own = Some(value.to_owned());
    }

    fn json(&self, depth: usize) -> String {
        if self.below.is_empty() || depth > DEEPEST {
            return self.own.as_deref().map_or_else(|| "null".to_owned(), scalar);
        }
        let numbers = self.below.keys().all(|key| key.parse::<usize>().is_ok());
        let fields = self.below.iter().map(|(key, value)| match numbers {
            true => value.json(depth + 1),
            false => format!("{}:{}", text(key), value.json(depth + 1)),
        });
        let fields = fields.collect::<Vec<_>>().join(",");
        if numbers { format!("[{fields}]") } else { format!("{{{fields}}}") }
    }
}

/// A value as JSON has it.
fn scalar(value: &str) -> String {
    let plain = matches!(value, "true" | "false" | "[]" | "{}") || value.parse::<i64>().is_ok_and(|number| number.to_string() == value);
    if plain { value.to_owned() } else { text(value) }
}

fn text(value: &str) -> String {
    let mut out = String::from("\"");
    for letter in value.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            letter if letter.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out + "\""
}
