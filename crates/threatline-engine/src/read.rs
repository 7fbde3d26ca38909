//! Reading one artifact, guarded.
//!
//! Readers are plain functions over hostile bytes. They run on threads with a stack of their own size,
//! and a panic in one costs that artifact, not the run. What failed for a reason that is not in the
//! bytes (content that is missing, a panic) is never remembered.

use crate::{Oid, Source};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use threatline_extract::MAX_BYTES;
use threatline_facts::{Anchor, ArtifactKind, Facts};

/// Stack of every thread that reads artifacts or walks folders.
pub(crate) const STACK: usize = 64 << 20;

/// What reading one artifact gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// The facts as they are stored; empty when nothing was said.
    pub(crate) facts: Arc<[u8]>,
    /// The places.
    pub(crate) anchors: Arc<[Anchor]>,
}

/// Why an artifact gave nothing this time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    /// Its content could not be had.
    Missing(String),
    /// Its reader panicked: a bug.
    Panicked,
}

impl Failed {
    /// The clause for `coverage.skipped`.
    pub(crate) fn reason(&self) -> String {
        match self {
            Failed::Missing(reason) => reason.clone(),
            Failed::Panicked => "its reader failed (a bug in threatline)".into(),
        }
    }
}

/// Whether what nobody's framework word points at is read as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Depth {
    /// Source without a known word in it is passed over.
    Filtered,
    /// Everything, because another file refers to it.
    Whole,
}

/// Reads an artifact on this thread, which must have a stack of [`STACK`] bytes.
pub(crate) fn read(source: &dyn Source, oid: &Oid, kind: ArtifactKind, depth: Depth) -> Result<Reading, Failed> {
    let bytes = source.blob(oid, MAX_BYTES + 1).map_err(|missing| Failed::Missing(missing.0))?;
    read_bytes(kind, &bytes, depth)
}

/// The same of bytes that are there.
pub(crate) fn read_bytes(kind: ArtifactKind, bytes: &[u8], depth: Depth) -> Result<Reading, Failed> {
    let extract = || match depth {
        Depth::Filtered => threatline_extract::extract(kind, bytes),
        Depth::Whole => threatline_extract::extract_all(kind, bytes),
    };
    let extracted = quietly(extract).ok_or(Failed::Panicked)?;
    Ok(Reading { facts: encode(&extracted.facts), anchors: extracted.anchors.into() })
}

/// Facts as they are stored: nothing at all when nothing was said.
pub(crate) fn encode(facts: &Facts) -> Arc<[u8]> {
    if facts.is_empty() {
        return Arc::from([]);
    }
    // Facts are plain data; postcard refuses only what has no length.
    postcard::to_stdvec(facts).unwrap_or_default().into()
}

/// The facts that were stored.
pub(crate) fn decode(bytes: &[u8]) -> Option<Facts> {
    if bytes.is_empty() { Some(Facts::default()) } else { postcard::from_bytes(bytes).ok() }
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs foreign-byte code; none if it panicked. The panic prints nothing.
fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    static HOOK: std::sync::Once = std::sync::Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                usual(info);
            }
        }));
    });
    GUARDED.set(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(false);
    result.ok()
}
