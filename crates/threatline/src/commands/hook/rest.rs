//! What a hook had no time for: read by a process that nobody waits for, as git does its own
//! maintenance after a commit. So the commit after the first one in a large clone finds everything read.

use crate::commands::notes::write_note;
use crate::failure::Failure;
use crate::opened::Opened;
use std::process::{Command, Stdio};
use threatline_engine::Compaction;

/// What `hook run` calls it.
pub(crate) const NAME: &str = "rest";

/// Leaves the rest to a process of its own. Who told git to leave nothing behind (`gc.autoDetach`,
/// `maintenance.autoDetach`) is obeyed, and without a cache nothing would come of it.
pub(crate) fn leave(opened: &Opened<'_>) {
    let may = opened.workspace.repository().is_ok_and(|repository| {
        let config = repository.config_snapshot();
        ["gc.autoDetach", "maintenance.autoDetach"].iter().all(|key| config.boolean(*key) != Some(false))
    });
    let (true, true, Ok(program)) = (may, opened.session.store().is_on(), std::env::current_exe()) else { return };
    let mut command = Command::new(program);
    command.arg("-C").arg(&opened.common.directory).args(["--quiet", "hook", "run", NAME]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // what ends the terminal's job does not end it
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let _ = command.spawn();
}

/// Reads what is left of the last commit and writes its note, unless another process is at it.
pub(crate) fn read(opened: &mut Opened<'_>) -> Result<(), Failure> {
    let Some(_held) = opened.session.store().hold(NAME) else { return Ok(()) };
    let head = opened.revision("HEAD")?;
    write_note(opened, &head)?;
    opened.remember(Compaction::Small);
    Ok(())
}
