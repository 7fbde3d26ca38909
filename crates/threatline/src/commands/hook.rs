//! `hook`: installed into a repository, and what an installed hook runs.
//!
//! A hook never breaks a commit by itself: whatever goes wrong is one line and exit 0, unless a gate
//! was asked for and was hit.

mod rest;

use super::diff::Pair;
use super::gate::Gate;
use super::notes::write_note;
use crate::args::{Common, Hook};
use crate::failure::Failure;
use crate::opened::Opened;
use crate::output;
use std::sync::Arc;
use std::time::{Duration, Instant};
use threatline_engine::{Compaction, Movement, Revision, ScanError, Stop};
use threatline_repo::{HookState, HookStatus, Hooks};
use threatline_report::human;

pub(crate) fn run(common: &Common, command: &Hook) -> Result<(), Failure> {
    match command {
        Hook::Install { gate } => install(common, *gate),
        Hook::Uninstall => {
            let opened = Opened::new(common)?;
            let status = Hooks::of(opened.workspace.repository()?)?.uninstall()?;
            output::print(&tell(&status))
        }
        Hook::Status => {
            let opened = Opened::new(common)?;
            let status = Hooks::of(opened.workspace.repository()?)?.status();
            output::print(&tell(&status))
        }
        Hook::Run(run) => match run_hook(common, &run.name, run.gate, run.within) {
            Err(Failure::Gate(sentence)) if run.gate => Err(Failure::Gate(sentence)),
            Err(Failure::Gate(_)) | Ok(()) => Ok(()),
            Err(Failure::Mistake(mistake)) => quietly(common, &mistake.to_string()),
            Err(Failure::Stopped) => quietly(common, &ScanError::Stopped.to_string()),
            Err(Failure::Bug(sentence)) => quietly(common, &sentence),
        },
    }
}

/// What goes wrong in a hook is said in one line and stops nobody.
fn quietly(common: &Common, sentence: &str) -> Result<(), Failure> {
    output::say(common, &format!("{sentence}; the commit goes on"));
    Ok(())
}

fn install(common: &Common, gate: bool) -> Result<(), Failure> {
    let mut opened = Opened::new(common)?;
    let status = Hooks::of(opened.workspace.repository()?)?.install(gate)?;
    // so that the first commit does not pay for the whole repository
    if let Ok(head) = opened.workspace.revision("HEAD") {
        let progress = output::Progress::start(common, "reading the repository for the first time");
        opened.session.summary(&head)?;
        opened.remember(Compaction::Full);
        drop(progress);
    }
    output::print(&tell(&status))
}

fn tell(status: &HookStatus) -> String {
    let mut text = format!("hooks in {}\n", output::plain(&status.folder.display().to_string()));
    for (name, state) in &status.hooks {
        let word = match state {
            HookState::Absent => "none",
            HookState::Installed => "threatline",
            HookState::Chained => "threatline, after the one that was there",
            HookState::Foreign => "someone else's",
        };
        text.push_str(&format!("  {name:<17} {word}\n"));
    }
    if let Some(manager) = &status.manager {
        text.push_str(&format!("{} manages them; {}\n", manager.name, output::plain(&manager.advice)));
    }
    text
}

fn run_hook(common: &Common, name: &str, gate: bool, within: u64) -> Result<(), Failure> {
    // A gate must be decided, however long it takes; everything else can wait for the next commit.
    let stop = (!gate && name != rest::NAME).then(|| after_milliseconds(within));
    let mut opened = Opened::with(common, stop)?;
    let ran = match name {
        "pre-commit" | "pre-merge-commit" => before(&mut opened, gate),
        "post-commit" | "post-merge" | "post-rewrite" => after(&mut opened),
        rest::NAME => return rest::read(&mut opened),
        other => Err(Failure::mistake(format!("{other} is no hook of threatline's"), None)),
    };
    if matches!(ran, Err(Failure::Stopped)) {
        opened.remember(Compaction::Small);
        rest::leave(&opened);
    }
    ran
}

/// Says yes from then on.
fn after_milliseconds(within: u64) -> Stop {
    let (begun, within) = (Instant::now(), Duration::from_millis(within));
    Arc::new(move || begun.elapsed() >= within)
}

/// What the index would do to the design: ten lines at most, nothing when nothing moves.
fn before(opened: &mut Opened<'_>, gate: bool) -> Result<(), Failure> {
    let head = opened.staged()?;
    let base = match opened.workspace.revision("HEAD") {
        Ok(base) => base,
        Err(_) => opened.workspace.empty()?,
    };
    let moved = moved(opened, &base, &head)?;
    if !moved {
        opened.remember(Compaction::Small);
        return Ok(());
    }
    let pair = Pair::scan(opened, &base, &head, true)?;
    let verdict = pair.with(opened, None, |comparison| {
        let style = human::Style { color: output::wants_color(opened.common.color, &std::io::stderr()), width: output::width() };
        eprint!("{}", human::hook(comparison, &style));
        if !gate {
            return Ok(Ok(()));
        }
        Ok(Gate::new(&[], &pair.base.config)?.judge_change(comparison))
    })?;
    opened.remember(Compaction::Small);
    verdict
}

/// Two states differ in something that a person should see.
fn moved(opened: &mut Opened<'_>, base: &Revision, head: &Revision) -> Result<bool, Failure> {
    if base.tree == head.tree {
        return Ok(false);
    }
    let before = opened.session.summary(base)?;
    let after = opened.session.summary(head)?;
    Ok(before.model != after.model || !Movement::between(&before, &after).is_empty())
}

/// Posture and delta of the new commit, as a note.
fn after(opened: &mut Opened<'_>) -> Result<(), Failure> {
    let head = opened.revision("HEAD")?;
    write_note(opened, &head)?;
    opened.remember(Compaction::Small);
    Ok(())
}
