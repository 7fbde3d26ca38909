//! `show` and `explain`.

use crate::args::Common;
use crate::failure::Failure;
use crate::opened::{Opened, coverage, limited, report};
use crate::output;
use crate::places::Lookup;
use threatline_report::{Report, human};

pub(crate) fn show(common: &Common, id: &str, revision: Option<&str>) -> Result<(), Failure> {
    about(common, id, revision, human::show)
}

pub(crate) fn explain(common: &Common, id: &str, revision: Option<&str>) -> Result<(), Failure> {
    about(common, id, revision, human::explain)
}

fn about(common: &Common, id: &str, revision: Option<&str>, tell: fn(&Report<'_>, &str, &human::Style) -> Result<String, Vec<String>>) -> Result<(), Failure> {
    let mut opened = Opened::new(common)?;
    let revision = opened.named(revision)?;
    opened.check(&revision)?;
    let focus = opened.focus(&[&revision])?;
    let scan = opened.scan(&revision)?;
    let coverage = coverage(&scan);
    let places = Lookup::new(&opened.session, &revision);
    let report = report(&scan, &coverage, &places);
    match opened.stopwatch.during("report", || limited(&report, focus.as_deref(), |report| tell(report, id, &super::style(common)))) {
        Ok(text) => output::print(&text),
        Err(near) => {
            let help = if near.is_empty() { "threatline scan lists what there is".to_owned() } else { format!("did you mean {}?", near.join(", ")) };
            Err(Failure::mistake(format!("nothing here has the id {id}"), Some(&output::plain(&help))))
        }
    }
}
