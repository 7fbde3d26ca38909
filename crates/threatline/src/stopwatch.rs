//! `-v`: how long each phase took, on standard error. Nothing of it changes a result, and without `-v`
//! no clock is read.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use threatline_engine::{Moment, Watch};

/// Runs while the program does, and tells when it is dropped.
pub(crate) struct Stopwatch(Option<Arc<Mutex<Laps>>>);

struct Laps {
    begun: Instant,
    last: Instant,
    /// Phases under way, the innermost last, each with its own time: without what is inside of it.
    open: Vec<(&'static str, Duration)>,
    /// Phases in the order in which they first ended, which is that of the work.
    spent: Vec<(&'static str, Duration)>,
}

impl Stopwatch {
    pub(crate) fn start(wanted: bool) -> Self {
        Self(wanted.then(|| {
            let begun = Instant::now();
            Arc::new(Mutex::new(Laps { begun, last: begun, open: Vec::new(), spent: Vec::new() }))
        }))
    }

    /// What a session tells of its phases.
    pub(crate) fn watch(&self) -> Option<Watch> {
        let laps = self.0.clone()?;
        Some(Arc::new(move |moment| {
            let mut laps = laps.lock().unwrap_or_else(PoisonError::into_inner);
            match moment {
                Moment::Begins(phase) => laps.begin(phase.name()),
                Moment::Ends(_) => laps.end(),
            }
        }))
    }

    /// Does that work as a phase of its own.
    pub(crate) fn during<T>(&self, phase: &'static str, work: impl FnOnce() -> T) -> T {
        let Some(laps) = &self.0 else { return work() };
        let laps = || laps.lock().unwrap_or_else(PoisonError::into_inner);
        laps().begin(phase);
        let result = work();
        laps().end();
        result
    }
}

impl Laps {
    fn begin(&mut self, phase: &'static str) {
        self.count();
        self.open.push((phase, Duration::ZERO));
    }

    fn end(&mut self) {
        self.count();
        let Some((phase, spent)) = self.open.pop() else { return };
        match self.spent.iter_mut().find(|(known, _)| *known == phase) {
            Some((_, all)) => *all += spent,
            None => self.spent.push((phase, spent)),
        }
    }

    /// Time since the last moment belongs to whatever was under way.
    fn count(&mut self) {
        let now = Instant::now();
        let passed = now - std::mem::replace(&mut self.last, now);
        if let Some((_, spent)) = self.open.last_mut() {
            *spent += passed;
        }
    }
}

impl Drop for Stopwatch {
    fn drop(&mut self) {
        let Some(laps) = &self.0 else { return };
        let laps = laps.lock().unwrap_or_else(PoisonError::into_inner);
        let all = laps.begun.elapsed();
        let named: Duration = laps.spent.iter().map(|(_, spent)| *spent).sum();
        let rest = [("the rest", all.saturating_sub(named)), ("altogether", all)];
        for (phase, spent) in laps.spent.iter().chain(&rest) {
            eprintln!("threatline: {phase:<10} {:>10.1} ms", spent.as_secs_f64() * 1e3);
        }
    }
}
