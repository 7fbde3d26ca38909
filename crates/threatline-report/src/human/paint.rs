//! Colours, bars and lines.

use super::Style;
use crate::escape;
use anstyle::{AnsiColor, Style as Ansi};
use threatline_risk::Severity;

/// What the first screen and the delta are drawn with.
#[derive(Clone, Copy)]
pub(super) struct Pen {
    pub(super) style: Style,
}

impl Pen {
    pub(super) fn new(style: &Style) -> Self {
        Self { style: Style { width: style.width.clamp(40, 200), ..*style } }
    }

    fn paint(self, ansi: Ansi, text: &str) -> String {
        if !self.style.color || text.is_empty() {
            return text.to_owned();
        }
        format!("{}{text}{}", ansi.render(), ansi.render_reset())
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.paint(Ansi::new().bold(), text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.paint(Ansi::new().dimmed(), text)
    }

    pub(super) fn good(self, text: &str) -> String {
        self.paint(AnsiColor::Green.on_default(), text)
    }

    pub(super) fn bad(self, text: &str) -> String {
        self.paint(AnsiColor::Red.on_default().bold(), text)
    }

    pub(super) fn note(self, text: &str) -> String {
        self.paint(AnsiColor::Cyan.on_default(), text)
    }

    pub(super) fn severity(self, severity: Severity, text: &str) -> String {
        let ansi = match severity {
            Severity::Critical => AnsiColor::Magenta.on_default().bold(),
            Severity::High => AnsiColor::Red.on_default().bold(),
            Severity::Medium => AnsiColor::Yellow.on_default(),
            Severity::Low => AnsiColor::Blue.on_default(),
            Severity::Info => Ansi::new().dimmed(),
        };
        self.paint(ansi, text)
    }

    /// `████████░░░░`
    pub(super) fn bar(self, risk: u32) -> String {
        let full = (risk.min(100) as usize * 30).div_ceil(100);
        let (done, rest) = ("█".repeat(full), "░".repeat(30 - full));
        format!("{}{}", self.severity(Severity::of(risk), &done), self.dim(&rest))
    }

    /// Safe for a terminal, and no longer than what is left of a line behind `used` columns.
    pub(super) fn fit(self, text: &str, used: usize) -> String {
        escape::shorten(&escape::terminal(text), self.style.width.saturating_sub(used).max(20))
    }
}
