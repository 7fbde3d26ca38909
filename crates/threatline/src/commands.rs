//! What each command does.

pub(crate) mod build;
pub(crate) mod decide;
pub(crate) mod diff;
pub(crate) mod export;
pub(crate) mod gate;
pub(crate) mod hook;
pub(crate) mod init;
pub(crate) mod notes;
pub(crate) mod packs;
pub(crate) mod rules;
pub(crate) mod scan;
pub(crate) mod show;

use crate::args::Common;
use threatline_report::human::Style;

/// How text for people looks on this standard output.
pub(crate) fn style(common: &Common) -> Style {
    Style { color: crate::output::wants_color(common.color, &std::io::stdout()), width: crate::output::width() }
}
