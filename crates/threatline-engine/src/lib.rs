//! Remembers: salsa inputs and queries, the memo store, the session.
//!
//! The verbs are plain functions in their own crates. This crate calls them, remembers their results by
//! content, and decides nothing. [`Source`] is its door to the outside; [`Session`] is its face.

mod config;
mod db;
mod decision;
mod marks;
mod memory;
mod oid;
mod packs;
mod phase;
mod read;
mod samples;
mod scan;
mod session;
mod shard;
mod source;
mod store;
mod summary;
mod think;
mod tree;
mod units;
mod wants;
mod warm;
mod world;

pub use config::{CONFIG_FILE, Config, ConfigError, GateConfig, NotesConfig, NotesDetail, RulesConfig, ScanConfig, SourceConfig, ToolConfig};
pub use db::Observer;
pub use decision::{DECISIONS_FOLDER, Decided, timestamp};
pub use memory::{Held, MemorySource};
pub use oid::Oid;
pub use packs::{KnownPack, PACKS_FOLDER, known_packs, shelf};
pub use phase::{Moment, Phase, Watch};
pub use samples::{Sample, rewritten, samples};
pub use scan::{Coverage, Scan, ScanError, Skipped};
pub use session::{Decisions, Options, Project, Session, Stop};
pub use shard::{LinkInputs, ShardError, extract_shard, link_shards};
pub use source::{Entry, Missing, Mode, Revision, Source};
pub use store::{Compaction, Hold, Key, Store};
pub use summary::{Movement, Size, Summary, ThreatLine};
pub use threatline_knowledge::packs::Shelf;
pub use tree::Digest;
