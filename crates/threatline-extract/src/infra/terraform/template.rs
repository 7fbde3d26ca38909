//! Policies in files of their own, which Terraform fills in (`templatefile("policy.json", { … })`).

use hcl_edit::template::{Element, Template};
use threatline_facts::infra::{InfraFact, TerraformTemplate};
use threatline_facts::{Extracted, Text};

/// Letters of a policy; no provider takes a longer one.
const LONGEST: usize = 1 << 16;

/// Whether a text is a policy: a document whose statements begin near its beginning.
pub fn is_policy(text: &str) -> bool {
    let begins = text.len() <= LONGEST && text.trim_start().starts_with('{');
    begins && text.find("\"Statement\"").is_some_and(|at| at < 400) && text.contains("Action\"")
}

/// Reads one. What only holds under a condition is left out.
pub fn policy(text: &str) -> Extracted {
    let mut out = Extracted::default();
    let lines = text.lines().count().max(1);
    let mark = out.mark(1, u32::try_from(lines).unwrap_or(u32::MAX));
    let parts = |template: &Template| {
        Text::join(template.iter().filter_map(|element| match element {
            Element::Literal(literal) => Some(Text::literal(literal.as_str())),
            Element::Interpolation(interpolation) => Some(super::flatten::text(&interpolation.expr)),
            Element::Directive(_) => None,
        }))
    };
    // the policy's own variables (`${aws:username}`) are no names of Terraform's
    let text = text.parse::<Template>().map_or_else(|_| Text::literal(text), |template| parts(&template));
    out.say(InfraFact::TerraformTemplate(TerraformTemplate { text, mark }));
    out
}
