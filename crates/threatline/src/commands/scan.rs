//! `scan`: the main job.

use super::gate::Gate;
use crate::args::{Common, Format, Scan as Arguments};
use crate::failure::Failure;
use crate::opened::{Opened, coverage, evidence, internal, report};
use crate::output;
use crate::places::Lookup;
use threatline_engine::Compaction;
use threatline_model::delta::delta;
use threatline_report::{Comparison, human, json, markdown, sarif};

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<(), Failure> {
    let mut opened = Opened::new(common)?;
    let revision = opened.state(&arguments.state)?;
    let scan = opened.scan(&revision)?;
    let gate = Gate::new(&arguments.fail_on, &scan.config)?;
    let coverage = coverage(&scan);
    let format = common.format.unwrap_or(Format::Human);
    // what the last commit did is told beside the state, where there is one
    let before = match format {
        Format::Human if opened.workspace.is_git() => last_change(&mut opened, &revision),
        _ => None,
    };
    let text = opened.stopwatch.during("report", || {
        let places = Lookup::new(&opened.session, &revision);
        if matches!(format, Format::Json | Format::Sarif) {
            places.prepare(evidence(&scan));
        }
        let report = report(&scan, &coverage, &places);
        match format {
            Format::Json => json::model(&report),
            Format::Markdown => markdown::scan(&report),
            Format::Sarif => sarif::report(&report, false),
            Format::Human => {
                let style = super::style(common);
                match &before {
                    None => human::scan(&report, None, &style),
                    Some((base, head)) => {
                        let (base_places, head_places) = (Lookup::new(&opened.session, &base.revision), Lookup::new(&opened.session, &head.revision));
                        let (base_coverage, head_coverage) = (crate::opened::coverage(base), crate::opened::coverage(head));
                        let base_report = crate::opened::report(base, &base_coverage, &base_places);
                        let head_report = crate::opened::report(head, &head_coverage, &head_places);
                        let delta = delta(&base.model, &head.model);
                        let comparison = Comparison { base: &base_report, head: &head_report, delta: &delta };
                        human::scan(&report, Some(&comparison), &style)
                    }
                }
            }
        }
    });
    output::print(&text)?;
    opened.remember(Compaction::Full);
    internal(&scan)?;
    if arguments.gate || !arguments.fail_on.is_empty() { gate.judge_all(&scan) } else { Ok(()) }
}

/// The last commit and its first parent, scanned; none where there is no such thing.
fn last_change(opened: &mut Opened<'_>, revision: &threatline_engine::Revision) -> Option<(threatline_engine::Scan, threatline_engine::Scan)> {
    let commit = revision.commit?;
    let head = opened.revision(&commit.to_string()).ok()?;
    let base = opened.workspace.parent(&head).ok()??;
    let base = opened.session.scan(&base).ok()?;
    let head = opened.session.scan(&head).ok()?;
    Some((base, head))
}
