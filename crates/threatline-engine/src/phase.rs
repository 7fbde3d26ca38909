//! What a scan spends its time on, for those who measure it. The engine reads no clock: it says what
//! begins and what ends, and whoever listens may look at one.

use crate::world::World;
use std::sync::Arc;

/// A part of the work that takes time by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Walking folders and putting together what each says.
    Folders,
    /// Reading files that nobody read before.
    Reading,
    /// Evaluating units of source.
    Units,
    /// Joining everything into a design.
    Linking,
    /// Finding its threats.
    Finding,
    /// Scoring them.
    Assessing,
}

impl Phase {
    /// Its name, for people.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Folders => "folders",
            Phase::Reading => "reading",
            Phase::Units => "units",
            Phase::Linking => "linking",
            Phase::Finding => "finding",
            Phase::Assessing => "assessing",
        }
    }
}

/// A phase's beginning or end. A phase that begins inside another interrupts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It begins.
    Begins(Phase),
    /// It ends.
    Ends(Phase),
}

/// Called where phases begin and end, always on the thread that walks the queries.
pub type Watch = Arc<dyn Fn(Moment) + Send + Sync>;

/// Ends its phase however the work ends.
struct Ending<'w>(&'w Watch, Phase);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        (self.0)(Moment::Ends(self.1));
    }
}

impl World {
    /// Does that work, and says when it begins and ends if somebody listens.
    pub(crate) fn during<T>(&self, phase: Phase, work: impl FnOnce() -> T) -> T {
        let _ending = self.watch.as_ref().map(|watch| {
            watch(Moment::Begins(phase));
            Ending(watch, phase)
        });
        work()
    }
}
