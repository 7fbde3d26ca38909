//! Of which kind a construct is that has the vocabulary's own name, and how its attributes are called there.
//!
//! Such libraries are generated from the definitions of the vocabulary: `CfnFunction` of `aws-lambda` is by definition
//! `AWS::Lambda::Function`. So no list of classes is needed, and none is kept.

use crate::compose::library::starred;
use threatline_knowledge::catalogue::cloud::cloud as ways;
use threatline_knowledge::catalogue::{kind_of_letters, letters};
use threatline_knowledge::packs::{ConstructRules, Making, TypeRule};

/// The kind that a type makes, called by that name; none where nobody knows it.
pub(in crate::compose) fn kind_of<'p>(rules: &ConstructRules, makes: &'p Making, rule: &TypeRule, called: &str) -> Option<&'p str> {
    let Some(like) = &makes.like else { return Some(&makes.kind) };
    let star = rule.names.iter().find_map(|pattern| starred(pattern, called))?;
    let star = match (rules.makers.as_deref(), star.rsplit_once('.')) {
        // `s3.NewBucket`
        (Some(before), Some((above, last))) => last.strip_prefix(before).map_or(star.clone(), |last| format!("{above}.{last}")),
        _ => star,
    };
    let module = called.rsplit_once('.').map_or("", |(before, _)| before).rsplit(['.', '/']).next().unwrap_or_default();
    let spelt = letters(&like.replace("{module}", module).replace("{star}", &star));
    // the longest beginning that has another name
    let other = rules.alike.iter().filter(|(begin, _)| spelt.starts_with(begin.as_str())).max_by_key(|(begin, _)| begin.len());
    let spelt = other.map_or(spelt.clone(), |(begin, instead)| format!("{}{}", letters(instead), &spelt[begin.len()..]));
    kind_of_letters(&spelt, like.contains("::"))
}

/// Attributes of a kind below which keys are free words: the variables of a function.
pub(super) fn free(kind: &str) -> &'static [String] {
    ways().function.get(kind).map_or(&[], |way| &way.environment)
}

/// Whether an attribute of the data is the one that code writes: capitals may differ, and of what may be there several times
/// code writes the only one without a number. A star of the data is any one part, two at its end are all of them.
pub(crate) fn same_key(known: &str, written: &str) -> bool {
    rest_of(known, written).is_some_and(str::is_empty)
}

/// What code writes below an attribute of the data.
pub(crate) fn below_key<'w>(known: &str, written: &'w str) -> Option<&'w str> {
    rest_of(known, written).filter(|rest| !rest.is_empty())
}

fn rest_of<'w>(known: &str, written: &'w str) -> Option<&'w str> {
    let Some((wanted, known)) = (!known.is_empty()).then(|| known.split_once('.').unwrap_or((known, ""))) else { return Some(written) };
    let (part, rest) = written.split_once('.').unwrap_or((written, ""));
    if wanted == "**" && !part.is_empty() {
        return Some("");
    }
    if !part.is_empty() && (wanted == "*" || wanted.eq_ignore_ascii_case(part)) {
        return rest_of(known, rest);
    }
    match (wanted, part) {
        ("0", _) => rest_of(known, written),
        (_, "0") => rest_of(&format!("{wanted}{}{known}", if known.is_empty() { "" } else { "." }), rest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_same_whatever_their_capitals_and_single_numbers() {
        assert!(same_key("EndpointConfiguration.Types.0", "endpointConfiguration.Types"));
        assert!(same_key("environment.0.variables", "environment.variables"));
        assert!(same_key("Targets.*.Arn", "targets.3.arn"));
        assert!(same_key("lambda_config.function_arn", "lambda_config.0.function_arn"));
        assert!(!same_key("Targets.*.Arn", "targets.3"));
        assert!(!same_key("name", "name_prefix"));
        assert_eq!(below_key("environment.0.variables", "environment.variables.TABLE"), Some("TABLE"));
        assert_eq!(below_key("environment.0.variables", "environment.variables"), None);
    }
}
