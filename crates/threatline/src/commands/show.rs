//! `show` and `explain`.

use crate::args::Common;
use crate::failure::Failure;
use crate::opened::{Opened, coverage, limited, report};
use crate::output;
use crate::places::Lookup;
use threatline_engine::Scan;
use threatline_report::{Report, human};
use threatline_threats::{DecisionKind, ThreatId};

pub(crate) fn show(common: &Common, id: &str, revision: Option<&str>) -> Result<(), Failure> {
    about(common, id, revision, human::show, decision)
}

pub(crate) fn explain(common: &Common, id: &str, revision: Option<&str>) -> Result<(), Failure> {
    about(common, id, revision, human::explain, |_, _| None)
}

/// What a person decided of a threat, in that person's words.
fn decision(scan: &Scan, id: &str) -> Option<String> {
    let judgement = scan.judged.judgements.get(&ThreatId(id.to_owned()))?;
    let decision = scan.decided.decisions.iter().find(|decision| Some(&decision.id) == judgement.decision.as_ref())?;
    let mut text = match decision.decision {
        DecisionKind::Accepted => "accepted",
        DecisionKind::Mitigated => "said to be mitigated",
        DecisionKind::Dismissed => "dismissed",
    }
    .to_owned();
    for (word, said) in [("by", &decision.by), ("on", &decision.on), ("until", &decision.until)] {
        text.extend(said.iter().map(|said| format!(" {word} {said}")));
    }
    text.extend(judgement.carried_from.iter().map(|from| format!(", carried from {from}")));
    let folded = |text: &str| {
        let options = textwrap::Options::new(output::width()).initial_indent("  ").subsequent_indent("  ");
        textwrap::fill(&output::plain(text).replace('\n', " "), options.word_splitter(textwrap::WordSplitter::NoHyphenation))
    };
    Some(format!("\nDecision\n{}\n{}\n", folded(&text), folded(&decision.why)))
}

type Tell = fn(&Report<'_>, &str, &human::Style) -> Result<String, Vec<String>>;

fn about(common: &Common, id: &str, revision: Option<&str>, tell: Tell, beside: fn(&Scan, &str) -> Option<String>) -> Result<(), Failure> {
    let mut opened = Opened::new(common)?;
    let revision = opened.named(revision)?;
    opened.check(&revision)?;
    let focus = opened.focus(&[&revision])?;
    let scan = opened.scan(&revision)?;
    let coverage = coverage(&scan);
    let places = Lookup::new(&opened.session, &scan);
    let report = report(&scan, &coverage, &places);
    match opened.stopwatch.during("report", || limited(&report, focus.as_deref(), |report| tell(report, id, &super::style(common)))) {
        Ok(text) => output::print(&(text + &beside(&scan, id).unwrap_or_default())),
        Err(near) => {
            let help = if near.is_empty() { "threatline scan lists what there is".to_owned() } else { format!("did you mean {}?", near.join(", ")) };
            Err(Failure::mistake(format!("nothing here has the id {id}"), Some(&output::plain(&help))))
        }
    }
}
