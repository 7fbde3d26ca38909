//! The calls of the verbs, each a plain function, remembered by what it depends on.

use crate::read::{Depth, Failed};
use crate::store::Key;
use crate::tree::Digest;
use crate::world::{THINKING, World};
use crate::Oid;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use threatline_facts::{Anchor, ArtifactKind, Facts};
use threatline_link::compose::Composed;
use threatline_link::{Artifact, LinkConfig};
use threatline_model::Model;
use threatline_threats::Found;

/// The places in a file; of a file that was passed over, the places that another file asked for.
pub(crate) fn anchors(world: &World, oid: &Oid, kind: ArtifactKind) -> Result<Arc<[Anchor]>, Failed> {
    let filtered = world.anchors(oid, kind, Depth::Filtered)?;
    if filtered.is_empty() { world.anchors(oid, kind, Depth::Whole) } else { Ok(filtered) }
}

/// A design, and the artifacts that were lost on the way to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Design {
    pub(crate) model: Arc<Model>,
    /// Path from the root that is scanned, and the reason; sorted.
    pub(crate) lost: Vec<(String, String)>,
}

/// The design that these facts show.
pub(crate) fn design(
    world: &World,
    facts: &Digest,
    config: &LinkConfig,
    said: impl FnOnce() -> Vec<(String, Arc<[u8]>)>,
) -> Design {
    let key = Key::new(b'm', THINKING.as_bytes(), &[&facts.0, &config_digest(config)]);
    if let Some(design) = world.store.get(&key).and_then(|record| postcard::from_bytes(&record).ok()) {
        return design;
    }
    let design = link(&said(), config);
    if let Ok(record) = postcard::to_stdvec(&design) {
        world.store.put(key, record);
    }
    design
}

/// Stored facts, read back and linked.
pub(crate) fn link(said: &[(String, Arc<[u8]>)], config: &LinkConfig) -> Design {
    use rayon::prelude::*;
    let read = |(path, stored): &(String, Arc<[u8]>)| {
        let facts = crate::read::decode(stored).unwrap_or_default();
        (Arc::from(format!("{}{path}", config.prefix)), facts)
    };
    let facts: Vec<(Arc<str>, Facts)> = if said.len() < 512 {
        said.iter().map(read).collect()
    } else {
        said.par_iter().map(read).collect()
    };
    let artifacts: Vec<Artifact<'_>> =
        facts.iter().map(|(path, facts)| Artifact { path: path.clone(), facts }).collect();
    let composed = Composed::default();
    let mut model = threatline_link::link(&artifacts, &composed, config);
    model.sort();
    let whole = |facts: &Facts| facts.gaps.iter().find(|gap| gap.whole).map(|gap| gap.reason.clone());
    let lost = said.iter().zip(&facts).filter_map(|((path, _), (_, facts))| Some((path.clone(), whole(facts)?)));
    Design { model: Arc::new(model), lost: lost.collect() }
}

/// The threats of a design.
pub(crate) fn found(_model: &Model, _disabled: &[String]) -> Found {
    Found::default()
}

fn config_digest(config: &LinkConfig) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for part in [config.prefix.as_str(), config.declared_in.as_deref().unwrap_or("\0")] {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    hasher.update(&postcard::to_stdvec(&config.declared).unwrap_or_default());
    *hasher.finalize().as_bytes()
}
