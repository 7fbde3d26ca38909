//! The calls of the verbs, each a plain function of its arguments, each remembered by what it depends
//! on.

use crate::Oid;
use crate::decision::Decided;
use crate::marks::Marks;
use crate::read::{Depth, Failed};
use crate::store::{Key, Store};
use crate::summary::Summary;
use crate::tree::Digest;
use crate::units::{self, Division, Seen};
use crate::world::{THINKING, World, lock};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use threatline_facts::{Anchor, ArtifactKind, Facts};
use threatline_link::compose::{Composed, Part, join};
use threatline_link::{Artifact, LinkConfig};
use threatline_model::Model;
use threatline_risk::Assessment;
use threatline_threats::{Found, Judged, find, judge};

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

/// Threats, and what people decided of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Verdicts {
    pub(crate) judged: Judged,
    pub(crate) assessment: Assessment,
}

/// Everything that a result depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Basis {
    parts: Vec<[u8; 32]>,
}

impl Basis {
    /// Facts, or what a design is drawn from, and how it is linked.
    pub(crate) fn of(what: &Digest, config: &LinkConfig) -> Self {
        Self { parts: vec![what.0, config_digest(config)] }
    }

    /// That, and which rules run.
    pub(crate) fn with_rules(mut self, disabled: &[String]) -> Self {
        self.parts.push(digest(&disabled));
        self
    }

    /// That, and what people decided.
    pub(crate) fn with_decisions(mut self, decided: &Decided) -> Self {
        self.parts.push(decided.digest());
        self
    }

    fn key(&self, record: u8) -> Key {
        let parts: Vec<&[u8]> = self.parts.iter().map(|part| &part[..]).collect();
        Key::new(record, THINKING.as_bytes(), &parts)
    }
}

/// A result that was worked out before, or is now.
fn remembered<T: Serialize + DeserializeOwned + Send + Sync + 'static>(world: &World, record: u8, basis: &Basis, work: impl FnOnce() -> T) -> Arc<T> {
    let key = basis.key(record);
    if let Some(known) = recall(world, &key) {
        return Arc::new(known);
    }
    let result = Arc::new(work());
    if may_keep(world) {
        let (store, kept) = (world.store.clone(), result.clone());
        world.beside(move || put(&store, key, &*kept));
    }
    result
}

/// The same of what is asked for one by one after it was worked out for many.
pub(crate) fn remembered_as<T: Serialize + DeserializeOwned>(world: &World, key: Key, made: &Mutex<HashMap<Key, Arc<T>>>, work: impl FnOnce() -> T) -> Arc<T> {
    if let Some(known) = lock(made).get(&key) {
        return known.clone();
    }
    let result = Arc::new(recall(world, &key).unwrap_or_else(|| {
        let result = work();
        keep(world, key, &result);
        result
    }));
    lock(made).insert(key, result.clone());
    result
}

pub(crate) fn keep(world: &World, key: Key, result: &impl Serialize) {
    if may_keep(world) {
        put(&world.store, key, result);
    }
}

fn may_keep(world: &World) -> bool {
    world.store.is_on() && world.is_sound()
}

/// Results say the same words over and over: a tenth of their size is kept.
fn put(store: &Store, key: Key, result: &impl Serialize) {
    if let Ok(record) = postcard::to_stdvec(result) {
        store.put(key, lz4_flex::compress_prepend_size(&record));
    }
}

pub(crate) fn recall<T: DeserializeOwned>(world: &World, key: &Key) -> Option<T> {
    let record = lz4_flex::decompress_size_prepended(&world.store.get(key)?).ok()?;
    postcard::from_bytes(&record).ok()
}

/// What a design is drawn from: what source says, with places counted anew, and everything else.
pub(crate) struct Sketch {
    /// Stands for all of it: equal ones show the same design.
    pub(crate) digest: Digest,
    composed: Composed,
    others: Vec<(Arc<str>, Facts)>,
    lost: Vec<(Arc<str>, String)>,
}

impl Sketch {
    /// Puts together what all units say; and the marks of their places.
    pub(crate) fn new(division: Division, seen: &[Arc<Seen>], parts: &[Arc<Part>]) -> (Self, Marks) {
        let mut composed = join(&parts.iter().map(|part| &**part).collect::<Vec<_>>());
        let marks = Marks::count(&mut composed);
        let lost: Vec<(Arc<str>, String)> = seen.iter().flat_map(|seen| &seen.lost).cloned().collect();
        let digest = Digest(digest(&(&composed, &division.digest, &lost)));
        (Self { digest, composed, others: division.others, lost }, marks)
    }

    /// Links what all units say with everything else.
    pub(crate) fn draw(&self, config: &LinkConfig) -> Design {
        let completed = threatline_extract::complete(&self.others);
        let others = || self.others.iter().map(|(path, facts)| (path, completed.get(path).unwrap_or(facts)));
        let artifacts: Vec<Artifact<'_>> = others().map(|(path, facts)| Artifact { path: path.clone(), facts }).collect();
        let mut model = threatline_link::link(&artifacts, &self.composed, config);
        model.sort();
        let others = units::lost(others());
        let lost = self.lost.iter().chain(&others);
        let mut lost: Vec<(String, String)> =
            lost.map(|(path, reason)| (path.strip_prefix(&config.prefix).unwrap_or(path).to_owned(), reason.clone())).collect();
        lost.sort();
        lost.dedup();
        Design { model: Arc::new(model), lost }
    }
}

/// What stands for that of a state, by its facts.
pub(crate) fn sketched(world: &World, facts: &Basis, sketch: impl FnOnce() -> Digest) -> Digest {
    *remembered(world, b'd', facts, sketch)
}

/// The marks of its places, by its facts; `sketch` puts them by.
pub(crate) fn marks(world: &World, facts: &Basis, sketch: impl FnOnce()) -> Arc<Marks> {
    let key = facts.key(b'p');
    let at_hand = || lock(&world.marks).get(&key).cloned();
    at_hand().or_else(|| recall(world, &key).map(Arc::new)).unwrap_or_else(|| {
        sketch();
        at_hand().unwrap_or_default()
    })
}

pub(crate) fn keep_marks(world: &World, facts: &Basis, marks: Marks) {
    let key = facts.key(b'p');
    keep(world, key, &marks);
    lock(&world.marks).insert(key, Arc::new(marks));
}

/// The design that these facts show.
pub(crate) fn design(world: &World, basis: &Basis, draw: impl FnOnce() -> Design) -> Arc<Design> {
    remembered(world, b'm', basis, draw)
}

/// The threats of a design.
pub(crate) fn found(world: &World, basis: &Basis, disabled: &[String], design: impl FnOnce() -> Arc<Design>) -> Arc<Found> {
    remembered(world, b'w', basis, || find(&design().model, disabled))
}

/// What they amount to.
pub(crate) fn verdicts(
    world: &World,
    basis: &Basis,
    decided: &Decided,
    choke_points: bool,
    below: impl FnOnce() -> (Arc<Design>, Arc<Found>),
) -> Arc<Verdicts> {
    remembered(world, if choke_points { b'v' } else { b'V' }, basis, || {
        let (design, found) = below();
        assess(&design.model, &found, decided, choke_points)
    })
}

/// What a hook says of a state.
pub(crate) fn summary(world: &World, basis: &Basis, below: impl FnOnce() -> (Arc<Design>, Arc<Found>, Arc<Verdicts>)) -> Arc<Summary> {
    remembered(world, b's', basis, || {
        let (design, found, verdicts) = below();
        Summary::new(&design, &found, &verdicts)
    })
}

/// What a file says.
#[derive(Clone, Debug)]
pub(crate) struct SaidFile {
    /// Path from the root that is scanned.
    pub(crate) path: String,
    /// Digest of its facts.
    pub(crate) digest: Digest,
    /// Its facts as they are stored.
    pub(crate) facts: Arc<[u8]>,
}

/// Adds what a file says when it is read as something else, too: a file that a chart takes in may be one of configuration.
pub(crate) fn is_merged(other: &SaidFile, into: &mut SaidFile) -> bool {
    if other.digest == into.digest {
        return true;
    }
    let (Some(mut facts), Some(more)) = (crate::read::decode(&into.facts), crate::read::decode(&other.facts)) else { return true };
    facts.facts.extend(more.facts);
    facts.gaps.extend(more.gaps);
    into.digest = Digest(digest(&(into.digest, other.digest)));
    into.facts = crate::read::encode(&facts);
    true
}

/// What all files say, sorted by path.
pub(crate) type Said = Vec<SaidFile>;

/// Threats with what people decided of them, scored.
pub(crate) fn assess(model: &Model, found: &Found, decided: &Decided, choke_points: bool) -> Verdicts {
    let judged = judge(model, &found.threats, &decided.decisions, decided.as_of.as_deref());
    let threats = judged.with_status(&found.threats);
    let options = threatline_risk::Options { choke_points, supposed: &found.supposed };
    let assessment = threatline_risk::assess(model, &threats, &options);
    Verdicts { judged, assessment }
}

fn config_digest(config: &LinkConfig) -> [u8; 32] {
    match config.packs.digest() {
        None => digest(&(&config.prefix, &config.declared_in, &config.declared)),
        Some(packs) => digest(&(&config.prefix, &config.declared_in, &config.declared, packs)),
    }
}

pub(crate) fn digest(value: &impl Serialize) -> [u8; 32] {
    *blake3::hash(&postcard::to_stdvec(value).unwrap_or_default()).as_bytes()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::fmt::Debug;
    use threatline_model::{Grade, Proof, Property, Value};

    const COMPOSE: &str = "services:\n  web:\n    image: nginx\n    privileged: true\n    ports: ['80:80']\n    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n  db:\n    image: postgres:16\n    ports: ['5432:5432']\n    environment: {POSTGRES_HOST_AUTH_METHOD: trust}\n";

    /// What cannot be read back is never found again, and nobody notices but by the time it takes.
    #[track_caller]
    fn is_read_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
        assert_eq!(&postcard::from_bytes::<T>(&postcard::to_stdvec(value).unwrap()).unwrap(), value);
    }

    #[test]
    fn everything_that_is_stored_is_read_back() {
        let facts = threatline_extract::extract(ArtifactKind::Yaml, COMPOSE.as_bytes()).facts;
        is_read_back(&facts);
        let division = Division { others: vec![("compose.yaml".into(), facts)], ..Division::default() };
        let design = Sketch::new(division, &[], &[]).0.draw(&LinkConfig::default());
        is_read_back(&design);
        let mut model = Model::clone(&design.model);
        let words = || vec!["a".to_owned(), "b".to_owned()];
        let values = [Value::Flag(true), Value::Number(7), Value::Text("a".into()), Value::List(words())];
        for (value, property) in values.into_iter().zip(Property::ALL) {
            let proof = Proof { grade: Grade::X, confidence: 1000, evidence: Vec::new() };
            model.components[0].properties.set(*property, value, proof);
        }
        is_read_back(&model);
        let found = find(&design.model, &[]);
        assert!(!found.threats.is_empty());
        is_read_back(&found);
        let verdicts = assess(&design.model, &found, &Decided::default(), true);
        is_read_back(&verdicts);
        is_read_back(&Summary::new(&design, &found, &verdicts));
    }
}
