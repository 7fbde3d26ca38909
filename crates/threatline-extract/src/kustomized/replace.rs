//! Replacements, applied: a value that one resource holds, written into the fields of others.

use super::fields::{self, Path};
use super::members::Members;
use threatline_facts::Text;
use threatline_facts::infra::{InfraFact, Replacement, VariableValue};

/// The value that a replacement writes; none where nothing holds it, and what only a run knows is unknown.
pub(super) fn value(replacement: &Replacement, members: &Members<'_>) -> Option<Text> {
    let whole = match &replacement.value {
        Some(value) => Text::literal(value.as_str()),
        None => members.value(&replacement.source, &Path::new(&replacement.field))?,
    };
    let Some((delimiter, index)) = &replacement.part else { return Some(whole) };
    let Text::Literal(text) = whole else { return Some(Text::Unknown) };
    let part = usize::try_from(*index).ok().and_then(|index| text.split(delimiter.as_str()).nth(index));
    part.map(Text::literal)
}

/// Writes values into a resource.
pub(super) fn apply(fact: &mut InfraFact, replaced: &[(&Replacement, Text)]) {
    for (replacement, value) in replaced {
        if let Some(variable) = &replacement.variable {
            stand_in(fact, variable, value);
        }
        for target in &replacement.targets {
            if !fields::is_chosen(&target.select, fact) || target.reject.iter().any(|chosen| chosen.narrowed || fields::is_chosen(chosen, fact)) {
                continue;
            }
            for field in &target.fields {
                fields::set(fact, &Path::new(field), target.creates, &mut |before| within(before, target.part.as_ref(), value));
            }
        }
    }
}

/// A field with the value in the place of one of its parts, or before the first or behind the last one.
fn within(before: &Text, part: Option<&(String, i32)>, value: &Text) -> Text {
    let Some((delimiter, index)) = part else { return value.clone() };
    let (Text::Literal(text), Text::Literal(value)) = (before, value) else { return Text::Unknown };
    let mut parts: Vec<&str> = text.split(delimiter.as_str()).collect();
    match usize::try_from(*index) {
        Err(_) => parts.insert(0, value),
        Ok(index) if index < parts.len() => parts[index] = value,
        Ok(_) => parts.push(value),
    }
    Text::literal(parts.join(delimiter))
}

/// Puts a value wherever a variable of Kustomize stands.
fn stand_in(fact: &mut InfraFact, name: &str, value: &Text) {
    let fill = |text: &Text| text.resolve(&mut |hole| matches!(hole, Text::Environment { variable, default: None } if variable == name).then(|| value.clone()));
    match fact {
        InfraFact::Workload(it) => {
            for container in &mut it.containers {
                container.command.iter_mut().for_each(|word| *word = fill(word));
                for variable in &mut container.environment {
                    if let VariableValue::Text(text) = &mut variable.value {
                        *text = fill(text);
                    }
                }
            }
        }
        InfraFact::Config(it) => it.values.iter_mut().for_each(|(_, text, _)| *text = fill(text)),
        InfraFact::Ingress(it) => {
            if let Text::Literal(value) = value {
                let written = format!("$({name})");
                it.rules.iter_mut().filter_map(|rule| rule.host.as_mut()).for_each(|host| *host = host.replace(&written, value));
            }
        }
        _ => {}
    }
}
