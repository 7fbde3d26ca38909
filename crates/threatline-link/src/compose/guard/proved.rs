//! Proofs that were made before.
//!
//! What stands before all routes of a program is proved once and not once for each of them: a server of a hundred
//! routes with thirty handlers before each has three thousand guards to judge, and thirty to prove.

use super::Verdict;
use crate::compose::evaluate::Evaluator;
use crate::compose::value::{Closure, Effects, Val};
use std::fmt::Write;
use std::rc::Rc;

/// What a function proved, where nothing that it may hang on was otherwise.
pub(in crate::compose) struct Proof {
    verdict: Verdict,
    inner: Option<Val>,
    effects: Effects,
    /// The path of the route for which it was made, where that decided something.
    at: Option<Rc<str>>,
    /// What the key is made of by its address: no other can have that address while this is kept.
    _held: (Closure, Vec<Val>),
}

impl<'a> Evaluator<'a> {
    /// What a function proves before it goes on, and what it goes on to.
    pub(in crate::compose) fn prove(&mut self, closure: &Closure, depth: usize) -> (Verdict, Option<Val>) {
        let key = self.proof_key(closure, depth);
        let known = key.as_ref().and_then(|key| self.proofs.get(key));
        if let Some(proof) = known.filter(|proof| proof.at.is_none() || proof.at == self.location) {
            let out = (proof.verdict.clone(), proof.inner.clone());
            self.heeds_path.set(self.heeds_path.get() || proof.at.is_some());
            if let Some(frame) = self.frames.last_mut() {
                frame.merge(&proof.effects);
            }
            return out;
        }
        self.frames.push(Effects::default());
        let around = self.heeds_path.replace(false);
        self.proving += 1;
        let (verdict, inner) = self.prove_body(closure, depth);
        self.proving -= 1;
        let effects = self.frames.pop().unwrap_or_default();
        if let Some(frame) = self.frames.last_mut() {
            frame.merge(&effects);
        }
        let heeds = self.heeds_path.get();
        self.heeds_path.set(around || heeds);
        // what was cut off may be seen to its end another time
        if let Some(key) = key.filter(|_| !self.is_spent()) {
            let held = (closure.clone(), self.taking.iter().chain(&self.types).cloned().collect());
            let at = self.location.clone().filter(|_| heeds);
            self.proofs.insert(key, Proof { verdict: verdict.clone(), inner: inner.clone(), effects, at, _held: held });
        }
        (verdict, inner)
    }

    /// All that a proof may hang on; none while routes are still being put together, or a function is being run. What else of the
    /// evaluator a proof comes to read must be told here, or be noted as the path of the route is.
    fn proof_key(&self, closure: &Closure, depth: usize) -> Option<String> {
        let aside = self.now_running().is_some() || self.testing > 0 || self.bodies > 0 || !self.standing_in.is_empty();
        if !self.settling || aside {
            return None;
        }
        let mut key = String::new();
        Val::Function(closure.clone()).key(&mut key);
        let told = self.metadata.as_ref().map_or(std::ptr::null(), Rc::as_ptr);
        let _ = write!(key, "|{depth}.{}.{}.{}.{told:p}", self.strict, self.naming, self.location.is_some());
        self.on_the_way.iter().for_each(|name| _ = write!(key, "<{name}"));
        self.surroundings(&mut key);
        for value in self.taking.iter().chain(&self.types) {
            key.push('|');
            value.key(&mut key);
        }
        Some(key)
    }
}
