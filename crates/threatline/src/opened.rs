//! What was meant by the common options: a workspace, a session, a state.

use crate::args::{Common, State};
use crate::failure::Failure;
use crate::output;
use crate::places::Lookup;
use crate::stopwatch::Stopwatch;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use threatline_engine::{Options, Revision, Scan, Session, Stop, timestamp};
use threatline_model::Evidence;
use threatline_repo::{OpenOptions, Workspace};
use threatline_report::{Comparison, Coverage, Report};

/// The program's version.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A workspace with a session over it.
pub(crate) struct Opened<'c> {
    pub(crate) common: &'c Common,
    pub(crate) workspace: Workspace,
    /// Never dropped: the end of the process frees it at once.
    pub(crate) session: ManuallyDrop<Session>,
    pub(crate) stopwatch: Stopwatch,
}

impl<'c> Opened<'c> {
    pub(crate) fn new(common: &'c Common) -> Result<Self, Failure> {
        Self::with(common, None)
    }

    /// The same, where nothing more is read once `stop` says so.
    pub(crate) fn with(common: &'c Common, stop: Option<Stop>) -> Result<Self, Failure> {
        let stopwatch = Stopwatch::start(common.verbose);
        let directory = &common.directory;
        if !directory.is_dir() {
            return Err(Failure::mistake(format!("there is no folder {}", directory.display()), None));
        }
        let options = OpenOptions { part: common.part.clone(), no_store: common.no_cache, threads: common.jobs.unwrap_or(0) };
        let workspace = stopwatch.during("opening", || Workspace::open(directory, &options))?;
        for warning in workspace.warnings() {
            output::say(common, warning);
        }
        let options = Options { stop, watch: stopwatch.watch(), ..Options::default() };
        let session = stopwatch.during("opening", || workspace.session_with(options));
        Ok(Opened { common, workspace, session: ManuallyDrop::new(session), stopwatch })
    }

    /// The state that was named, with the date that was asked for.
    pub(crate) fn state(&self, state: &State) -> Result<Revision, Failure> {
        let revision = match (&state.revision, state.staged) {
            (Some(name), _) => self.revision(name)?,
            (None, true) => self.staged()?,
            (None, false) if self.workspace.top().is_none() && !state.worktree => self.revision("HEAD")?,
            (None, false) => self.worktree()?,
        };
        self.dated(revision)
    }

    pub(crate) fn named(&self, name: Option<&str>) -> Result<Revision, Failure> {
        self.state(&State { revision: name.map(str::to_owned), ..State::default() })
    }

    pub(crate) fn revision(&self, name: &str) -> Result<Revision, Failure> {
        Ok(self.stopwatch.during("state", || self.workspace.revision(name))?)
    }

    pub(crate) fn staged(&self) -> Result<Revision, Failure> {
        Ok(self.stopwatch.during("state", || self.workspace.staged())?)
    }

    pub(crate) fn worktree(&self) -> Result<Revision, Failure> {
        Ok(self.stopwatch.during("state", || self.workspace.worktree())?)
    }

    pub(crate) fn dated(&self, mut revision: Revision) -> Result<Revision, Failure> {
        if let Some(date) = &self.common.as_of {
            revision.as_of = Some(seconds(date)?);
        }
        Ok(revision)
    }

    /// Refuses a state whose configuration asks for what this program is not or has not.
    pub(crate) fn check(&self, revision: &Revision) -> Result<(), Failure> {
        crate::policy::check(self.common, &self.session.project(revision)?)
    }

    /// The folder that output and gate are limited to; it must be there in one of the states.
    pub(crate) fn focus(&self, states: &[&Revision]) -> Result<Option<String>, Failure> {
        let Some(name) = &self.common.focus else { return Ok(None) };
        let folder = self.workspace.folder(name)?;
        if !states.iter().any(|state| self.workspace.has_folder(state, &folder)) {
            let (which, help) = match states {
                [state] if state.prefix.is_empty() => ("this state", None),
                [state, ..] if !state.prefix.is_empty() => ("this part", Some("--focus names a folder inside that of --part")),
                _ => ("either state", None),
            };
            return Err(Failure::mistake(format!("there is no folder {} in {which}", name.display()), help));
        }
        Ok((!folder.is_empty()).then_some(folder))
    }

    pub(crate) fn scan(&mut self, revision: &Revision) -> Result<Scan, Failure> {
        let progress = output::Progress::start(self.common, "reading the repository");
        let scan = self.session.scan(revision)?;
        drop(progress);
        if revision.prefix.is_empty() {
            // a part does not hold everything that is declared for the whole
            scan.unplaced().iter().for_each(|sentence| output::say(self.common, &format!("threatline.toml: {sentence}")));
        }
        Ok(scan)
    }

    /// Keeps what was computed for the next run; failing to is no failure of this one.
    pub(crate) fn remember(&self, compaction: threatline_engine::Compaction) {
        if let Err(error) = self.stopwatch.during("store", || self.session.flush(compaction)) {
            output::say(self.common, &format!("the cache could not be written: {error}"));
        }
    }

    /// A path below the folder where the program was started, for files that it writes.
    pub(crate) fn below_top(&self, path: &str) -> Result<PathBuf, Failure> {
        let top = self.workspace.top().ok_or_else(|| Failure::mistake("a bare repository has no work tree to write to", None))?;
        Ok(top.join(path))
    }
}

/// A report on a scan, with the lines of its places.
pub(crate) fn report<'a>(scan: &'a Scan, coverage: &'a Coverage, places: &'a Lookup<'_>) -> Report<'a> {
    Report {
        version: VERSION,
        state: threatline_report::State {
            commit: scan.revision.commit.map(|oid| oid.to_string()).filter(|_| !scan.revision.dirty),
            tree: scan.revision.tree.to_string(),
            dirty: scan.revision.dirty,
            index: false,
            as_of: scan.revision.as_of.map(timestamp),
        },
        model: &scan.model,
        found: &scan.found,
        judged: &scan.judged,
        assessment: &scan.assessment,
        coverage,
        places,
        focus: None,
    }
}

/// Shows a state, limited to a folder if there is one.
pub(crate) fn limited<T>(report: &Report<'_>, folder: Option<&str>, show: impl FnOnce(&Report<'_>) -> T) -> T {
    match folder {
        Some(folder) => threatline_report::limited(report, folder, show),
        None => show(report),
    }
}

/// Shows a change, limited to a folder if there is one.
pub(crate) fn limited_change<T>(comparison: &Comparison<'_>, folder: Option<&str>, show: impl FnOnce(&Comparison<'_>) -> T) -> T {
    match folder {
        Some(folder) => threatline_report::limited_change(comparison, folder, show),
        None => show(comparison),
    }
}

/// The engine's words as the report's.
pub(crate) fn coverage(scan: &Scan) -> Coverage {
    Coverage {
        artifacts: scan.coverage.artifacts,
        analysed: scan.coverage.analysed,
        by_kind: scan.coverage.by_kind.clone(),
        skipped: scan.coverage.skipped.iter().map(|skipped| (skipped.path.clone(), skipped.reason.clone())).collect(),
    }
}

/// Everything that stands as evidence in a scan.
pub(crate) fn evidence(scan: &Scan) -> impl Iterator<Item = &Evidence> {
    let model = &scan.model;
    let components = model.components.iter().flat_map(|c| &c.evidence);
    let flows = model.flows.iter().flat_map(|f| &f.evidence);
    let boundaries = model.boundaries.iter().flat_map(|b| &b.evidence);
    let entries = model.entry_points.iter().flat_map(|e| &e.evidence);
    let drift = model.drift.iter().flat_map(|d| d.claims.iter().map(|(_, evidence)| evidence));
    let threats = scan.found.threats.iter().flat_map(|t| &t.evidence);
    components.chain(flows).chain(boundaries).chain(entries).chain(drift).chain(threats)
}

/// A reader that panicked makes the run exit 3 after everything was printed.
pub(crate) fn internal(scan: &Scan) -> Result<(), Failure> {
    match scan.internal_errors {
        0 => Ok(()),
        count => Err(Failure::Bug(format!("the readers of {count} files failed; coverage.skipped names them"))),
    }
}

/// `now`, or midnight at the beginning of a day.
pub(crate) fn seconds(date: &str) -> Result<i64, Failure> {
    if date == "now" {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        return Ok(now.map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or(i64::MAX)));
    }
    day(date).map(|day| day * 86_400).ok_or_else(|| Failure::mistake(format!("{date} is no date"), Some("write it as 2026-11-23, or now")))
}

/// The number of a day since 1970-01-01, written as 2026-11-23; what a clock adds behind it does not count.
pub(crate) fn day(date: &str) -> Option<i64> {
    let (date, clock) = date.split_at_checked(10)?;
    if !clock.is_empty() && !clock.starts_with('T') {
        return None;
    }
    let digits = date.char_indices().all(|(at, c)| if at == 4 || at == 7 { c == '-' } else { c.is_ascii_digit() });
    let numbers: Vec<i64> = date.split('-').filter_map(|part| part.parse().ok()).collect();
    let [year, month, day] = numbers[..] else { return None };
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let longest = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let is_day = digits && (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=longest).contains(&day);
    is_day.then(|| days(year, month, day))
}

/// Days since 1970-01-01 in the Gregorian calendar (Howard Hinnant, `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}
