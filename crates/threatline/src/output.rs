//! Standard output and error.

use crate::args::{Color, Common};
use crate::failure::Failure;
use std::io::{IsTerminal, Write};

/// Writes to standard output; a reader that went away is no error.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::mistake(format!("cannot write the output: {error}"), None)),
        _ => Ok(()),
    }
}

/// Says something beside the output.
pub(crate) fn say(common: &Common, sentence: &str) {
    if !common.quiet {
        eprintln!("threatline: {}", plain(sentence));
    }
}

/// Text of a repository without anything that steers a terminal.
pub(crate) fn plain(text: &str) -> String {
    let steers =
        |c: char| (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// Whether that stream gets colours.
pub(crate) fn wants_color(color: Color, stream: &impl IsTerminal) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            stream.is_terminal()
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    }
}

/// Columns of the terminal, within what is pleasant to read.
pub(crate) fn width() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    // what goes to a file or a pager's pipe is as wide as the terminal that it is read on
    let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    said.or_else(seen).unwrap_or(100).clamp(60, 120)
}

/// A line that tells how far a long run is; only on a terminal, and only when it takes long.
pub(crate) struct Progress {
    bar: Option<indicatif::ProgressBar>,
}

impl Progress {
    pub(crate) fn start(common: &Common, doing: &'static str) -> Self {
        let wanted = !common.quiet && std::io::stderr().is_terminal();
        let bar = wanted.then(|| {
            let bar = indicatif::ProgressBar::new_spinner().with_message(doing);
            bar.enable_steady_tick(std::time::Duration::from_millis(120));
            bar
        });
        Progress { bar }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
