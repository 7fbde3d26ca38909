//! What was typed. What is meant is worked out in the commands.

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use std::ffi::OsString;
use std::path::PathBuf;

/// The threat model of a repository, kept alive in git.
///
/// Without a command, the work tree is scanned: posture, the worst attack paths, the fix that removes
/// most risk, and what was not understood.
#[derive(Debug, Parser)]
#[command(name = "threatline", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) scan: Scan,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Common {
    /// Start in this folder, as git does
    #[arg(short = 'C', value_name = "DIR", global = true, default_value = ".", hide_default_value = true, value_hint = ValueHint::DirPath)]
    pub(crate) directory: PathBuf,
    /// Only this folder, isolated, as if it were the repository
    #[arg(long, value_name = "DIR", global = true, value_hint = ValueHint::DirPath)]
    pub(crate) part: Option<PathBuf>,
    /// Link everything, show and gate only what has evidence below this folder, and paths through it
    #[arg(long, value_name = "DIR", global = true, value_hint = ValueHint::DirPath)]
    pub(crate) focus: Option<PathBuf>,
    /// The date that decisions expire by: YYYY-MM-DD, or now; default is the revision's
    #[arg(long, value_name = "DATE", global = true)]
    pub(crate) as_of: Option<String>,
    /// Form of the output
    #[arg(long, value_enum, global = true)]
    pub(crate) format: Option<Format>,
    /// Colours
    #[arg(long, value_enum, global = true, default_value = "auto", hide_default_value = true)]
    pub(crate) color: Color,
    /// Say only what was asked for
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say how long each phase took
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Threads; default is one per core
    #[arg(short = 'j', value_name = "N", global = true)]
    pub(crate) jobs: Option<usize>,
    /// Neither read nor write the cache; changes no byte of the output
    #[arg(long, global = true)]
    pub(crate) no_cache: bool,
}

/// Forms of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Human,
    Json,
    Markdown,
    Sarif,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// Which state of the repository.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct State {
    /// A commit; default is the work tree, untracked files included
    #[arg(value_name = "REV")]
    pub(crate) revision: Option<String>,
    /// The index
    #[arg(long, conflicts_with_all = ["revision", "worktree"])]
    pub(crate) staged: bool,
    /// The work tree
    #[arg(long, conflicts_with = "revision")]
    pub(crate) worktree: bool,
}

/// `scan`
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Scan {
    #[command(flatten)]
    pub(crate) state: State,
    /// Exit with 1 if an open threat is over the gate
    #[arg(long)]
    pub(crate) gate: bool,
    /// The gate: severities and events, by comma; implies --gate
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) fail_on: Vec<String>,
}

/// `diff`
#[derive(Clone, Debug, Args)]
pub(crate) struct Diff {
    /// BASE, BASE...HEAD to start at the merge base
    #[arg(value_name = "BASE", required_unless_present_any = ["staged", "worktree"])]
    pub(crate) base: Option<String>,
    /// Default is HEAD
    #[arg(value_name = "HEAD")]
    pub(crate) head: Option<String>,
    /// The index against BASE (default HEAD)
    #[arg(long, conflicts_with_all = ["head", "worktree"])]
    pub(crate) staged: bool,
    /// The work tree against BASE (default HEAD)
    #[arg(long, conflicts_with = "head")]
    pub(crate) worktree: bool,
    /// The gate: severities and events, by comma; default is BASE's
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) fail_on: Vec<String>,
    /// Use BASE's decisions too, so that a change cannot accept itself
    #[arg(long)]
    pub(crate) base_decisions: bool,
}

/// What a person decides.
#[derive(Clone, Debug, Args)]
pub(crate) struct Decide {
    /// The threat
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// The reason, for those who read it later
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: String,
    /// It lapses after this day, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<String>,
    /// Who decides; default is git's user
    #[arg(long, value_name = "WHO")]
    pub(crate) by: Option<String>,
}

/// Commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build the model of a state and print what matters most
    Scan(Scan),
    /// What changed in the design between two states
    Diff(Diff),
    /// One element, threat or path with its evidence
    Show {
        /// Its id
        id: String,
        /// A commit; default is the work tree
        #[arg(value_name = "REV")]
        revision: Option<String>,
    },
    /// How a score came about, term by term
    Explain {
        /// The threat or path
        id: String,
        /// A commit; default is the work tree
        #[arg(value_name = "REV")]
        revision: Option<String>,
    },
    /// Live with a threat: it stays in posture and paths, and no longer gates
    Accept(Decide),
    /// Say that something outside the repository takes care of it
    Mitigate(Decide),
    /// Say that it is wrong
    Dismiss(Decide),
    /// Take a decision back
    Reopen(Decide),
    /// Write the model or the report in a format
    Export {
        /// The format
        #[arg(id = "export_format", value_name = "FORMAT", value_enum)]
        format: ExportFormat,
        /// A commit; default is the work tree
        #[arg(value_name = "REV")]
        revision: Option<String>,
        /// Where to; default is standard output
        #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: Option<PathBuf>,
        /// Decided threats too
        #[arg(long)]
        include_decided: bool,
    },
    /// Git hooks
    Hook {
        #[command(subcommand)]
        command: Hook,
    },
    /// Results in refs/notes/threatline
    Notes {
        #[command(subcommand)]
        command: Notes,
    },
    /// One half of a scan, for build systems: what files say
    Extract {
        /// The folder that the paths are relative to
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        root: PathBuf,
        /// Files, or @FILE with one path a line
        #[arg(value_name = "FILES", required = true)]
        files: Vec<String>,
        /// The shard to write
        #[arg(short, long, value_name = "SHARD")]
        output: PathBuf,
        /// The folder of the project's own packs
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        packs: Option<PathBuf>,
        /// A dependency file for Make and Ninja
        #[arg(long, value_name = "FILE")]
        depfile: Option<PathBuf>,
        /// The name of the repository, where shards of several are linked
        #[arg(long, value_name = "OWNER/NAME")]
        repository: Option<String>,
    },
    /// The other half: shards to a model
    Link {
        /// Shards, or @FILE with one path a line
        #[arg(value_name = "SHARDS", required = true)]
        shards: Vec<String>,
        /// The model to write
        #[arg(short, long, value_name = "MODEL")]
        output: PathBuf,
        /// threatline.toml
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// The folder of decisions
        #[arg(long, value_name = "DIR")]
        decisions: Option<PathBuf>,
        /// The folder of the project's own packs, the same as for extract
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        packs: Option<PathBuf>,
        /// The tree that the shards were made of
        #[arg(long, value_name = "OID")]
        tree: Option<String>,
        /// The commit that the tree belongs to
        #[arg(long, value_name = "OID")]
        commit: Option<String>,
    },
    /// Write a minimal threatline.toml
    Init,
    /// The catalogue of rules, or one rule's page
    Rules {
        /// A rule's id
        id: Option<String>,
    },
    /// Packs: what frameworks look like, the built-in ones and those of .threatline/packs
    Packs {
        #[command(subcommand)]
        command: Option<Packs>,
    },
    /// Completions for a shell
    Completions {
        /// Which
        shell: clap_complete::Shell,
    },
}

/// `export`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    Json,
    Markdown,
    Mermaid,
    Sarif,
}

/// `hook`
#[derive(Debug, Subcommand)]
pub(crate) enum Hook {
    /// Install into this repository; hooks that are there go on
    Install {
        /// Break a commit that the gate stops
        #[arg(long)]
        gate: bool,
    },
    /// Put back what was there
    Uninstall,
    /// What is installed
    Status,
    /// What a hook runs
    Run(HookRun),
}

/// `hook run`
#[derive(Debug, Args)]
pub(crate) struct HookRun {
    /// The hook's name
    pub(crate) name: String,
    /// Break the commit if the gate is hit
    #[arg(long)]
    pub(crate) gate: bool,
    /// Milliseconds after which nothing more is read
    #[arg(long, value_name = "MS", default_value_t = 2000, hide = true)]
    pub(crate) within: u64,
    /// What git hands over
    #[arg(trailing_var_arg = true, hide = true)]
    pub(crate) arguments: Vec<String>,
}

/// The part of the command line that a hook is called with. To build the whole of it, with all its help, is felt where
/// nothing moved: then a hook has little else to do.
#[derive(Debug, Parser)]
#[command(name = "threatline")]
struct HookLine {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: HookWord,
}

#[derive(Debug, Subcommand)]
enum HookWord {
    Hook {
        #[command(subcommand)]
        command: RunWord,
    },
}

#[derive(Debug, Subcommand)]
enum RunWord {
    Run(HookRun),
}

impl Arguments {
    /// What was typed, or the message to print instead.
    pub(crate) fn of(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let words: Vec<OsString> = words.into_iter().collect();
        let is_hook = words.windows(2).any(|pair| pair[0] == "hook" && pair[1] == "run");
        // whatever that part does not understand is for the whole to say
        match is_hook.then(|| HookLine::try_parse_from(&words)) {
            Some(Ok(HookLine { common, command: HookWord::Hook { command: RunWord::Run(run) } })) => {
                Ok(Self { common, command: Some(Command::Hook { command: Hook::Run(run) }), scan: Scan::default() })
            }
            _ => Self::try_parse_from(words),
        }
    }
}

/// `packs`
#[derive(Debug, Subcommand)]
pub(crate) enum Packs {
    /// Compile packs, run the samples beside them, and explain mistakes where they are
    Check {
        /// The folder that holds them; default is .threatline/packs
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: Option<PathBuf>,
        /// Write what samples show into their pages, to be read by a person
        #[arg(long)]
        write: bool,
    },
}

/// `notes`
#[derive(Debug, Subcommand)]
pub(crate) enum Notes {
    /// Write notes for a range of commits; default is HEAD
    Write {
        /// A..B, or one commit
        range: Option<String>,
    },
    /// The note of a commit
    Show {
        /// Default is HEAD
        revision: Option<String>,
    },
    /// Drop notes of commits that are gone, and compact the cache
    Prune,
}
