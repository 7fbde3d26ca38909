//! `scan`: the main job.

use super::diff::Pair;
use super::gate::Gate;
use crate::args::{Common, Format, Scan as Arguments};
use crate::failure::Failure;
use crate::opened::{Opened, coverage, evidence, internal, limited, report};
use crate::output;
use crate::places::Lookup;
use threatline_engine::{Compaction, Revision};
use threatline_report::{human, json, markdown, sarif};

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<(), Failure> {
    let mut opened = Opened::new(common)?;
    let revision = opened.state(&arguments.state)?;
    opened.check(&revision)?;
    let focus = opened.focus(&[&revision])?;
    let scan = opened.scan(&revision)?;
    let gate = Gate::new(&arguments.fail_on, &scan.config)?;
    let coverage = coverage(&scan);
    let format = common.format.unwrap_or(Format::Human);
    // what the last commit did is told beside the state, where there is one
    let before = match format {
        Format::Human if opened.workspace.is_git() => last_change(&mut opened, &revision),
        _ => None,
    };
    let (text, verdict) = opened.stopwatch.during("report", || {
        let places = Lookup::new(&opened.session, &scan);
        if matches!(format, Format::Json | Format::Sarif) {
            places.prepare(evidence(&scan));
        }
        let mut report = report(&scan, &coverage, &places);
        report.state.index = arguments.state.staged;
        limited(&report, focus.as_deref(), |report| {
            let text = match format {
                Format::Json => json::model(report),
                Format::Markdown => markdown::scan(report),
                Format::Sarif => sarif::report(report, false),
                Format::Human => {
                    let style = super::style(common);
                    match &before {
                        None => human::scan(report, None, &style),
                        Some(pair) => pair.with(&opened, focus.as_deref(), |last| Ok(human::scan(report, Some(last), &style)))?,
                    }
                }
            };
            Ok::<_, Failure>((text, gate.judge_all(report)))
        })
    })?;
    output::print(&text)?;
    opened.remember(Compaction::Full);
    internal(&scan)?;
    if arguments.gate || !arguments.fail_on.is_empty() { verdict } else { Ok(()) }
}

/// What the last commit did; none where there is no such thing.
fn last_change(opened: &mut Opened<'_>, revision: &Revision) -> Option<Pair> {
    let commit = revision.commit?;
    let head = opened.revision(&commit.to_string()).ok()?;
    let base = opened.workspace.parent(&head).ok()??;
    Pair::scan(opened, &base, &head, false).ok()
}
