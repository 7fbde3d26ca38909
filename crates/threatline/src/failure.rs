//! How a run ends when it does not end well.

use crate::args::Color;
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use std::fmt;
use std::process::ExitCode;
use threatline_engine::{ConfigError, ScanError};
use threatline_repo::{NotedError, RepoError};

/// Why the exit status is not 0.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Exit 1: what was asked for was printed, and the gate was hit.
    Gate(String),
    /// Exit 2: something that a person can mend.
    Mistake(Box<Mistake>),
    /// Exit 2: it took longer than was allowed; what was read is remembered.
    Stopped,
    /// Exit 3: a bug; everything else was printed.
    Bug(String),
}

/// A person's mistake: what, where, how to mend it.
#[derive(Debug)]
pub(crate) struct Mistake {
    message: String,
    help: Option<String>,
    source: Option<NamedSource<String>>,
    span: Option<std::ops::Range<usize>>,
}

impl Failure {
    pub(crate) fn mistake(message: impl Into<String>, help: Option<&str>) -> Self {
        Failure::Mistake(Box::new(Mistake { message: message.into(), help: help.map(str::to_owned), source: None, span: None }))
    }

    /// Without a command a word is a revision; one that is none may have been meant as a command.
    pub(crate) fn or_a_command(self) -> Self {
        let Failure::Mistake(mut mistake) = self else { return self };
        if mistake.message.contains(" is no revision ") {
            let hint = "if a command was meant: threatline --help lists them";
            mistake.help = Some(mistake.help.map_or_else(|| hint.to_owned(), |help| format!("{help}\n{hint}")));
        }
        Failure::Mistake(mistake)
    }

    pub(crate) fn report(self) -> ExitCode {
        match self {
            Failure::Gate(sentence) => {
                eprintln!("threatline: {}", crate::output::plain(&sentence));
                ExitCode::from(1)
            }
            Failure::Mistake(mistake) => {
                eprintln!("{:?}", miette::Report::new(*mistake));
                ExitCode::from(2)
            }
            Failure::Stopped => Failure::mistake(ScanError::Stopped.to_string(), None).report(),
            Failure::Bug(sentence) => {
                eprintln!("threatline: {} (a bug; please report it)", crate::output::plain(&sentence));
                ExitCode::from(3)
            }
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::output::plain(&self.message))
    }
}

impl std::error::Error for Mistake {}

impl Diagnostic for Mistake {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.span.clone()?;
        Some(Box::new(std::iter::once(LabeledSpan::new(Some("here".to_owned()), span.start, span.len()))))
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        // the text is shown around the mistake: it must not steer the terminal
        let text: String = error.text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { ' ' } else { c }).collect();
        let same_length = text.len() == error.text.len();
        let mistake = Mistake {
            message: error.message,
            help: error.help,
            source: Some(NamedSource::new(crate::output::plain(&error.path), text)),
            span: error.span.filter(|_| same_length),
        };
        Failure::Mistake(Box::new(mistake))
    }
}

impl From<ScanError> for Failure {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Config(error) => (*error).into(),
            ScanError::Stopped => Failure::Stopped,
            error => Failure::mistake(error.to_string(), None),
        }
    }
}

impl From<RepoError> for Failure {
    fn from(error: RepoError) -> Self {
        Failure::mistake(error.message, error.help.as_deref())
    }
}

impl From<NotedError> for Failure {
    fn from(error: NotedError) -> Self {
        match error {
            NotedError::Repo(error) => error.into(),
            NotedError::Scan(error) => error.into(),
        }
    }
}

/// How diagnostics look.
pub(crate) fn install(color: Color) {
    let color = crate::output::wants_color(color, &std::io::stderr());
    let _ = miette::set_hook(Box::new(move |_| {
        let options = miette::MietteHandlerOpts::new().color(color).unicode(true).terminal_links(false).width(crate::output::width());
        // names are not torn apart at their hyphens
        let options = options.word_splitter(textwrap::WordSplitter::NoHyphenation);
        Box::new(options.build())
    }));
}
