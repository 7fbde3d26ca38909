//! Bazel: which program is made of which targets, and which image of which program.

use super::{Call, DEEPEST, MANY, Names, spelled, texts};
use crate::code::tree::{Expression, ExpressionKind};
use threatline_facts::Extracted;
use threatline_facts::infra::{BuildTarget, InfraFact};
use threatline_knowledge::catalogue::bazel::{self, Makes};

/// Attributes that say nothing of what a target is made of.
const ASIDE: [&str; 6] = ["visibility", "tags", "licenses", "compatible_with", "target_compatible_with", "exec_properties"];

/// Reads a call if it makes a target.
pub(super) fn read(call: &Call<'_>, names: &Names, out: &mut Extracted) {
    let Some(name) = call.named("name").and_then(|value| spelled(value, names, 0)).filter(|name| !name.contains('*')) else { return };
    let makes = bazel::makes(call.name);
    let of_tests = call.named("testonly").is_some_and(|value| matches!(value.kind, ExpressionKind::Boolean(true)));
    if makes == Some(Makes::Test) || of_tests {
        return;
    }
    let mut target = BuildTarget { name, runs: makes == Some(Makes::Binary), ..BuildTarget::default() };
    for argument in call.arguments {
        let Some(attribute) = argument.name.as_deref().filter(|name| !ASIDE.contains(name)) else { continue };
        labels(&argument.value, names, 0, &mut target.needs);
        if makes == Some(Makes::Image) && bazel::names_image(attribute) {
            images(&argument.value, call, names, &mut target.images);
        }
    }
    target.needs.sort();
    target.needs.dedup();
    // a rule of which nothing is known may be anything; without a need it says nothing
    if makes.is_none() && target.needs.is_empty() {
        return;
    }
    target.mark = out.mark(call.line, call.end_line);
    out.say(InfraFact::BuildTarget(target));
}

/// Labels anywhere in a value.
fn labels(value: &Expression, names: &Names, depth: usize, out: &mut Vec<String>) {
    if depth > DEEPEST || out.len() > MANY {
        return;
    }
    let mut each = |value: &Expression| labels(value, names, depth + 1, out);
    match &value.kind {
        ExpressionKind::List(items) => items.iter().for_each(each),
        ExpressionKind::Map(entries) => entries.iter().for_each(|(key, value)| {
            each(key);
            each(value);
        }),
        ExpressionKind::Binary { left, right, .. } => [left, right].into_iter().for_each(|side| each(side)),
        // `select({…})`
        ExpressionKind::Call { arguments, .. } => arguments.iter().for_each(|argument| each(&argument.value)),
        _ => {
            let text = spelled(value, names, 0).filter(|text| text.starts_with([':', '/', '@']) && !text.contains('*') && text.len() < 300);
            // what another repository makes is none of this one
            out.extend(
                text.map(|text| text.strip_prefix('@').filter(|rest| rest.starts_with("//")).map_or(text.clone(), str::to_owned))
                    .filter(|text| text.starts_with("//") || text.starts_with(':')),
            );
        }
    }
}

/// References of images: of this target, or of others that a mapping names by them.
fn images(value: &Expression, call: &Call<'_>, names: &Names, out: &mut Vec<(String, Option<String>)>) {
    if let ExpressionKind::Map(entries) = &value.kind {
        for (key, value) in entries.iter().take(MANY) {
            if let (Some(image), Some(label)) = (spelled(key, names, 0), spelled(value, names, 0)) {
                out.push((image, Some(label)));
            }
        }
        return;
    }
    let registry = call.arguments.iter().find(|argument| argument.name.as_deref().is_some_and(bazel::names_registry));
    let registry = registry.and_then(|argument| spelled(&argument.value, names, 0));
    for image in texts(value, names, 0).into_iter().take(20).filter(|image| !image.starts_with([':', '/'])) {
        out.push((registry.as_ref().map_or(image.clone(), |registry| format!("{registry}/{image}")), None));
    }
}
