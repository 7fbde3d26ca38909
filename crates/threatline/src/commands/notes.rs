//! `notes`: results kept in git itself.

use crate::args::{Common, Notes as Arguments};
use crate::failure::Failure;
use crate::opened::Opened;
use crate::output;
use threatline_engine::{Compaction, Revision};
use threatline_repo::{Noted, Notes};

pub(crate) fn run(common: &Common, arguments: &Arguments) -> Result<(), Failure> {
    let mut opened = Opened::new(common)?;
    match arguments {
        Arguments::Write { range } => {
            let revisions = opened.workspace.range(range.as_deref().unwrap_or("HEAD"))?;
            let notes = revisions.iter().map(|revision| noted(&mut opened, revision)).collect::<Result<Vec<_>, _>>()?;
            let written = Notes::of(opened.workspace.repository()?).put(&notes)?;
            opened.remember(Compaction::Small);
            let count = notes.len();
            output::say(
                common,
                &if written { format!("{count} {} written", if count == 1 { "note" } else { "notes" }) } else { "all notes stood there already".to_owned() },
            );
            Ok(())
        }
        Arguments::Show { revision } => {
            let revision = opened.revision(revision.as_deref().unwrap_or("HEAD"))?;
            match Notes::of(opened.workspace.repository()?).text(&revision)? {
                Some(text) => output::print(&output::plain(&text)),
                None => Err(Failure::mistake("this commit has no note", Some("threatline notes write"))),
            }
        }
        Arguments::Prune => {
            Notes::of(opened.workspace.repository()?).prune()?;
            opened.remember(Compaction::Full);
            Ok(())
        }
    }
}

/// Writes the note of one commit, if its text is not there already.
pub(crate) fn write_note(opened: &mut Opened<'_>, revision: &Revision) -> Result<(), Failure> {
    let note = noted(opened, revision)?;
    Notes::of(opened.workspace.repository()?).put(&[note])?;
    Ok(())
}

fn noted(opened: &mut Opened<'_>, revision: &Revision) -> Result<Noted, Failure> {
    Ok(threatline_repo::noted(&opened.workspace, &mut opened.session, revision)?)
}
