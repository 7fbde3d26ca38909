//! What a rule is: its words, its numbers and its condition.

use crate::case::Case;
use crate::threat::{Start, Stride};
use crate::view::View;
use threatline_model::Grade;

/// One rule of the catalogue.
pub struct Rule {
    /// Says what is wrong; for ever.
    pub id: &'static str,
    /// One sentence; `{}` stands for the element.
    pub title: &'static str,
    /// What to do.
    pub guidance: &'static str,
    /// Its page of the manual, Markdown.
    pub page: &'static str,
    /// STRIDE classes.
    pub stride: &'static [Stride],
    /// CWE numbers.
    pub cwe: &'static [u32],
    /// ATT&CK or ATLAS ids.
    pub techniques: &'static [&'static str],
    /// Ease of the step once its needs are held, thousandths.
    pub exploitability: u16,
    /// Whether the harm needs an attacker.
    pub start: Start,
    /// The rule's edge in the attack graph, as the catalogue writes it.
    pub step: &'static str,
    /// Grades of evidence that it takes.
    pub grades: &'static [Grade],
    /// Rules whose threats it stands for on the elements that it names.
    pub over: &'static [&'static str],
    /// Every case that is worth a look, with what its condition came to.
    pub(crate) run: for<'m> fn(&View<'m>) -> Vec<Case<'m>>,
}
