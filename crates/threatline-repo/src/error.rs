//! What a person can mend: said in one sentence, with what to do.

/// Why a repository or a state of it cannot be had. The command line exits 2.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RepoError {
    /// One sentence.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl RepoError {
    /// An error without advice.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// The same error with advice.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// An error of git's files, in the words of the library that reads them.
pub(crate) fn git(doing: &str) -> impl Fn(gix::Error) -> RepoError + '_ {
    move |error| RepoError::new(format!("{doing}: {error}"))
}

/// An error of the file system.
pub(crate) fn io(doing: &str) -> impl Fn(std::io::Error) -> RepoError + '_ {
    move |error| RepoError::new(format!("{doing}: {error}"))
}

/// Results of this crate.
pub type Result<T, E = RepoError> = std::result::Result<T, E>;
