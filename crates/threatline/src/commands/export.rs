//! `export`: a state in a format.

use crate::args::{Common, ExportFormat};
use crate::failure::Failure;
use crate::opened::{Opened, coverage, evidence, internal, limited, report};
use crate::output;
use crate::places::Lookup;
use std::path::Path;
use threatline_engine::Compaction;
use threatline_report::{json, markdown, mermaid, sarif};

pub(crate) fn run(common: &Common, format: ExportFormat, revision: Option<&str>, file: Option<&Path>, include_decided: bool) -> Result<(), Failure> {
    let mut opened = Opened::new(common)?;
    let revision = opened.named(revision)?;
    opened.check(&revision)?;
    let focus = opened.focus(&[&revision])?;
    let scan = opened.scan(&revision)?;
    let coverage = coverage(&scan);
    let text = opened.stopwatch.during("report", || {
        let places = Lookup::new(&opened.session, &scan);
        if matches!(format, ExportFormat::Json | ExportFormat::Sarif) {
            places.prepare(evidence(&scan));
        }
        let report = report(&scan, &coverage, &places);
        limited(&report, focus.as_deref(), |report| match format {
            ExportFormat::Json => json::model(report),
            ExportFormat::Markdown => markdown::scan(report),
            ExportFormat::Mermaid => mermaid::model(report),
            ExportFormat::Sarif => sarif::report(report, include_decided),
        })
    });
    match file {
        Some(file) => std::fs::write(file, text).map_err(|error| Failure::mistake(format!("cannot write {}: {error}", file.display()), None))?,
        None => output::print(&text)?,
    }
    opened.remember(Compaction::Small);
    internal(&scan)
}
