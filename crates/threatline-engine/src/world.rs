//! What queries may read besides their inputs: content by id and memos by key.
//!
//! All of it is a function of ids, so reading it inside a query is as good as computing it. No query
//! reads a path, a clock, a reference or the environment.

use crate::marks::Marks;
use crate::phase::Watch;
use crate::read::{Depth, Failed, Reading};
use crate::session::Stop;
use crate::store::{Key, Store};
use crate::tree::{Answered, Digest, Tree};
use crate::units::{Read, Seen};
use crate::wants::Want;
use crate::{Entry, Oid, Source};
use globset::GlobSet;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use threatline_facts::{Anchor, ArtifactKind};
use threatline_knowledge::packs::{Family, Words};
use threatline_link::compose::Part;

/// Fingerprint of the code that reads artifacts and puts folders together.
pub(crate) const READING: &str = env!("THREATLINE_READING");
/// Fingerprint of that and of all code that follows.
pub(crate) const THINKING: &str = env!("THREATLINE_THINKING");

/// `[scan] exclude`, compiled.
#[derive(Debug)]
pub(crate) struct Exclusions {
    pub(crate) patterns: Vec<String>,
    pub(crate) set: GlobSet,
}

impl PartialEq for Exclusions {
    fn eq(&self, other: &Self) -> bool {
        self.patterns == other.patterns
    }
}

impl Eq for Exclusions {}

impl Hash for Exclusions {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.patterns.hash(state);
    }
}

/// Everything besides its content that changes what is read in a folder. Nearly always none: then equal
/// folders are one, wherever they lie and whoever reads them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Context {
    /// From the root that is scanned, with `/` at its end unless it is the root. Empty where nothing is excluded: then
    /// the place does not matter.
    pub(crate) path: String,
    pub(crate) exclusions: Option<Arc<Exclusions>>,
    /// The words of the project's own packs.
    pub(crate) words: Words,
}

impl Context {
    /// That of a state; none where it says nothing.
    pub(crate) fn of(exclusions: Option<Arc<Exclusions>>, words: Words) -> Option<Self> {
        (exclusions.is_some() || words.digest().is_some()).then_some(Self { path: String::new(), exclusions, words })
    }

    pub(crate) fn below(&self, name: &str) -> Self {
        let path = if self.exclusions.is_some() { format!("{}{name}/", self.path) } else { String::new() };
        Self { path, exclusions: self.exclusions.clone(), words: self.words }
    }

    pub(crate) fn excludes(&self, name: &str) -> bool {
        self.exclusions.as_ref().is_some_and(|exclusions| exclusions.set.is_match(format!("{}{name}", self.path)))
    }

    fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        if let Some(exclusions) = &self.exclusions {
            for part in exclusions.patterns.iter().chain([&self.path]) {
                hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
            }
        }
        if let Some(words) = self.words.digest() {
            hasher.update(b"words").update(&words);
        }
        *hasher.finalize().as_bytes()
    }
}

/// The words of a project that matter to a folder.
pub(crate) fn words_of(context: Option<&Context>) -> Words {
    context.map_or_else(Words::default, |context| context.words)
}

/// What came read.
#[derive(Default)]
pub(crate) struct Given {
    pub(crate) readings: HashMap<(Oid, ArtifactKind, Depth), Reading>,
    /// Source that was passed over but for a word of the project's own packs.
    pub(crate) woken: HashSet<(Oid, ArtifactKind)>,
    /// These words; all sources were read with them.
    pub(crate) words: Option<[u8; 32]>,
}

/// Whether a file holds a word of the packs of a project: by content, what it is read as, and these words.
type Woken = HashMap<(Oid, ArtifactKind, [u8; 32]), bool>;

/// The outside, as queries see it.
pub(crate) struct World {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) store: Arc<Store>,
    /// Artifacts that were read ahead of the queries, in parallel.
    ready: Mutex<Ready>,
    /// Artifacts that came read, from shards.
    given: Given,
    woken: Mutex<Woken>,
    /// Places in artifacts that were read, where no store remembers them.
    places: Mutex<Places>,
    /// Entries of folders: a folder is looked into by whoever walks, and by those around it.
    entries: Mutex<HashMap<Oid, Arc<[Entry]>>>,
    /// Folders whose records were looked for before the queries ask for them.
    trees: Mutex<HashMap<Key, Option<Arc<Tree>>>>,
    /// Folders that were put together before the queries ask for them.
    ahead: Mutex<HashMap<Key, Arc<Tree>>>,
    /// Sets of names that folders could not find, by digest.
    wants: Mutex<HashMap<Digest, Arc<BTreeSet<Want>>>>,
    /// Units that were looked at before the queries ask for them.
    pub(crate) seen: Mutex<HashMap<Key, Arc<Seen>>>,
    pub(crate) parts: Mutex<HashMap<Key, Arc<Part>>>,
    /// Marks of states whose design was drawn.
    pub(crate) marks: Mutex<HashMap<Key, Arc<Marks>>>,
    pub(crate) units_read: Mutex<HashMap<Digest, Arc<OnceLock<Arc<Read>>>>>,
    threads: usize,
    pool: OnceLock<Option<rayon::ThreadPool>>,
    beside: Arc<Beside>,
    stop: Option<Stop>,
    pub(crate) watch: Option<Watch>,
    /// Content that was there is gone: what is worked out from here on is not what the ids stand for.
    lossy: AtomicBool,
}

/// Why work was left.
pub(crate) struct Stopped;

/// What is done beside, counted.
#[derive(Default)]
struct Beside {
    open: Mutex<usize>,
    ended: Condvar,
}

/// One piece of it, however it ends.
struct Begun(Arc<Beside>);

impl Begun {
    fn new(beside: &Arc<Beside>) -> Self {
        *lock(&beside.open) += 1;
        Self(beside.clone())
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        *lock(&self.0.open) -= 1;
        self.0.ended.notify_all();
    }
}

type Places = HashMap<(Oid, ArtifactKind, Depth), Arc<[Anchor]>>;
type Ready = HashMap<(Oid, ArtifactKind, Depth), Result<Reading, Failed>>;

impl World {
    pub(crate) fn new(source: Arc<dyn Source>, store: Store, given: Given, threads: usize, stop: Option<Stop>, watch: Option<Watch>) -> Self {
        Self {
            source,
            store: Arc::new(store),
            ready: Mutex::default(),
            given,
            woken: Mutex::default(),
            places: Mutex::default(),
            entries: Mutex::default(),
            trees: Mutex::default(),
            ahead: Mutex::default(),
            wants: Mutex::default(),
            seen: Mutex::default(),
            parts: Mutex::default(),
            marks: Mutex::default(),
            units_read: Mutex::default(),
            threads,
            pool: OnceLock::new(),
            beside: Arc::default(),
            stop,
            watch,
            lossy: AtomicBool::new(false),
        }
    }

    /// Runs on all threads; they are started by the first work that is worth it. Where none can be
    /// started, on this one.
    pub(crate) fn together<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let start = || rayon::ThreadPoolBuilder::new().num_threads(self.threads).stack_size(crate::read::STACK).build().ok();
        match self.pool.get_or_init(start) {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }

    /// Whether other threads have been started already.
    pub(crate) fn has_threads(&self) -> bool {
        self.threads != 1 && self.pool.get().is_some_and(Option::is_some)
    }

    /// Does what nothing that follows waits for: on another thread where there are any already, and else at
    /// once. [`World::wait_for_beside`] waits until all of it is done.
    pub(crate) fn beside(&self, work: impl FnOnce() + Send + 'static) {
        let Some(pool) = self.pool.get().and_then(Option::as_ref).filter(|_| self.threads != 1) else { return work() };
        let begun = Begun::new(&self.beside);
        pool.spawn(move || {
            let _begun = begun;
            work();
        });
    }

    /// Waits for everything that is done beside.
    pub(crate) fn wait_for_beside(&self) {
        let mut open = lock(&self.beside.open);
        while *open > 0 {
            open = self.beside.ended.wait(open).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Nothing more is to be read.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(|stop| stop())
    }

    /// Content is gone that earlier results rest on.
    pub(crate) fn lose(&self) {
        self.lossy.store(true, Ordering::Relaxed);
    }

    /// Results may be remembered.
    pub(crate) fn is_sound(&self) -> bool {
        !self.lossy.load(Ordering::Relaxed)
    }

    /// Leaves everything that is under way if nothing more is to be done: it unwinds to the session, as salsa
    /// does where work is cancelled, and leaves no result behind.
    pub(crate) fn go_on_or_leave(&self) {
        if self.is_stopped() {
            std::panic::resume_unwind(Box::new(Stopped));
        }
    }

    /// A folder's entries; one that is missing is empty, and the reason is its own.
    pub(crate) fn entries(&self, oid: &Oid) -> Result<Arc<[Entry]>, Failed> {
        if let Some(known) = lock(&self.entries).get(oid) {
            return Ok(known.clone());
        }
        let entries = self.source.tree(oid).map_err(|missing| Failed::Missing(missing.0))?;
        lock(&self.entries).insert(*oid, entries.clone());
        Ok(entries)
    }

    /// Hands over what was read ahead.
    pub(crate) fn prepare(&self, depth: Depth, readings: Vec<((Oid, ArtifactKind), Result<Reading, Failed>)>) {
        let readings = readings.into_iter().map(|((oid, kind), reading)| ((oid, kind, depth), reading));
        lock(&self.ready).extend(readings);
    }

    /// Forgets what only queries of earlier states had to do with.
    pub(crate) fn forget(&self) {
        lock(&self.places).clear();
        lock(&self.marks).clear();
        lock(&self.woken).clear();
        lock(&self.wants).clear();
    }

    /// Forgets what was read ahead and not asked for.
    pub(crate) fn settle(&self) {
        lock(&self.ready).clear();
        lock(&self.trees).clear();
        lock(&self.entries).clear();
    }

    /// A set of wants, if it is known.
    pub(crate) fn wants(&self, id: &Digest) -> Option<Arc<BTreeSet<Want>>> {
        if let Some(known) = lock(&self.wants).get(id) {
            return Some(known.clone());
        }
        let set: Arc<BTreeSet<Want>> = Arc::new(crate::think::recall(self, &wants_key(id))?);
        lock(&self.wants).insert(*id, set.clone());
        Some(set)
    }

    pub(crate) fn keep_wants(&self, wants: BTreeSet<Want>) -> Digest {
        let id = Digest(crate::think::digest(&wants));
        crate::think::keep(self, wants_key(&id), &wants);
        lock(&self.wants).insert(id, Arc::new(wants));
        id
    }

    /// An answer to wants; none if what it leaves open is not at hand.
    pub(crate) fn answered(&self, key: &Digest) -> Option<Answered> {
        let answer: Answered = crate::think::recall(self, &answer_key(key))?;
        (answer.left == Digest::NOTHING || self.wants(&answer.left).is_some()).then_some(answer)
    }

    pub(crate) fn keep_answer(&self, key: &Digest, answer: &Answered) {
        crate::think::keep(self, answer_key(key), answer);
    }

    /// Forgets units and folders that were looked at: from here on the queries know them.
    pub(crate) fn forget_units(&self) {
        // the facts of a large repository take a while to give back
        let units = (std::mem::take(&mut *lock(&self.seen)), std::mem::take(&mut *lock(&self.parts)), std::mem::take(&mut *lock(&self.units_read)));
        let folders = std::mem::take(&mut *lock(&self.ahead));
        self.beside(move || drop((units, folders)));
    }

    /// The facts of a file: read ahead, remembered, or read now.
    pub(crate) fn facts(&self, oid: &Oid, kind: ArtifactKind, depth: Depth) -> Result<Arc<[u8]>, Failed> {
        if let Some(facts) = self.known_facts(oid, kind, depth) {
            return facts;
        }
        let reading = crate::read::read(self.source.as_ref(), oid, kind, depth)?;
        self.remember(oid, kind, depth, &reading);
        Ok(reading.facts)
    }

    /// Whether a file that no built-in pack waits for holds a word of the project's own; its content is looked at
    /// once.
    pub(crate) fn wakes(&self, oid: &Oid, kind: ArtifactKind, words: Words) -> Result<bool, Failed> {
        let ArtifactKind::Source(language) = kind else { return Ok(false) };
        let family = Family::of(language);
        let Some(digest) = words.digest_of(family) else { return Ok(false) };
        if self.given.words.is_some() {
            return Ok(self.given.woken.contains(&(*oid, kind)));
        }
        if let Some(known) = lock(&self.woken).get(&(*oid, kind, digest)) {
            return Ok(*known);
        }
        let key = woken_key(oid, kind, &digest);
        let stored = self.store.get(&key).and_then(|record| record.first().map(|first| *first == 1));
        let wakes = match stored {
            Some(wakes) => wakes,
            None => {
                let bytes = self.source.blob(oid, threatline_extract::MAX_BYTES + 1).map_err(|missing| Failed::Missing(missing.0))?;
                let wakes = words.wake(family, &bytes);
                self.store.put(key, vec![u8::from(wakes)]);
                wakes
            }
        };
        lock(&self.woken).insert((*oid, kind, digest), wakes);
        Ok(wakes)
    }

    /// The facts of a file where the words of the project's own packs wake files, too.
    pub(crate) fn facts_with(&self, oid: &Oid, kind: ArtifactKind, words: Words) -> Result<Arc<[u8]>, Failed> {
        let said = self.facts(oid, kind, Depth::Filtered)?;
        if said.is_empty() && self.wakes(oid, kind, words)? { self.facts(oid, kind, Depth::Whole) } else { Ok(said) }
    }

    /// The facts of a file unless it would have to be read.
    pub(crate) fn known_facts(&self, oid: &Oid, kind: ArtifactKind, depth: Depth) -> Option<Result<Arc<[u8]>, Failed>> {
        if let Some(reading) = self.given.readings.get(&(*oid, kind, depth)) {
            return Some(Ok(reading.facts.clone()));
        }
        if let Some(reading) = lock(&self.ready).get(&(*oid, kind, depth)) {
            return Some(reading.clone().map(|reading| reading.facts));
        }
        self.store.get(&artifact_key(b'f', oid, kind, depth)).map(|facts| Ok(facts.into()))
    }

    pub(crate) fn remember(&self, oid: &Oid, kind: ArtifactKind, depth: Depth, reading: &Reading) {
        if !self.store.is_on() {
            if !reading.anchors.is_empty() {
                lock(&self.places).insert((*oid, kind, depth), reading.anchors.clone());
            }
            return;
        }
        self.store.put(artifact_key(b'f', oid, kind, depth), reading.facts.to_vec());
        if !reading.anchors.is_empty()
            && let Ok(anchors) = postcard::to_stdvec(&*reading.anchors)
        {
            self.store.put(artifact_key(b'a', oid, kind, depth), anchors);
        }
    }

    /// The places in a file.
    pub(crate) fn anchors(&self, oid: &Oid, kind: ArtifactKind, depth: Depth) -> Result<Arc<[Anchor]>, Failed> {
        if let Some(reading) = self.given.readings.get(&(*oid, kind, depth)) {
            return Ok(reading.anchors.clone());
        }
        if let Some(anchors) = lock(&self.places).get(&(*oid, kind, depth)) {
            return Ok(anchors.clone());
        }
        let stored = self.store.get(&artifact_key(b'a', oid, kind, depth));
        if let Some(anchors) = stored.and_then(|stored| postcard::from_bytes::<Vec<Anchor>>(&stored).ok()) {
            return Ok(anchors.into());
        }
        let reading = crate::read::read(self.source.as_ref(), oid, kind, depth)?;
        Ok(reading.anchors)
    }

    /// The record of a folder. What [`World::has_tree`] found is handed over, not read again.
    pub(crate) fn stored_tree(&self, oid: &Oid, context: Option<&Context>) -> Option<Arc<Tree>> {
        let key = tree_key(oid, context);
        if let Some(tree) = lock(&self.ahead).get(&key) {
            return Some(tree.clone());
        }
        let looked_for = lock(&self.trees).get(&key).cloned();
        looked_for.unwrap_or_else(|| self.read_tree(&key))
    }

    /// Hands over a folder that was put together before the queries ask for it.
    pub(crate) fn keep_tree(&self, oid: &Oid, context: Option<&Context>, tree: Arc<Tree>) {
        lock(&self.ahead).insert(tree_key(oid, context), tree);
    }

    pub(crate) fn has_tree(&self, oid: &Oid, context: Option<&Context>) -> bool {
        let key = tree_key(oid, context);
        let found = self.read_tree(&key);
        let has = found.is_some();
        lock(&self.trees).insert(key, found);
        has
    }

    fn read_tree(&self, key: &Key) -> Option<Arc<Tree>> {
        Tree::from_record(&self.store.get(key)?).map(Arc::new)
    }

    pub(crate) fn remember_tree(&self, oid: &Oid, context: Option<&Context>, tree: &Tree) {
        if self.store.is_on()
            && tree.lost.is_empty()
            && let Some(record) = tree.to_record()
        {
            self.store.put(tree_key(oid, context), record);
        }
    }
}

fn artifact_key(record: u8, oid: &Oid, kind: ArtifactKind, depth: Depth) -> Key {
    let kind = postcard::to_stdvec(&kind).unwrap_or_default();
    Key::new(record, READING.as_bytes(), &[oid.as_bytes(), &kind, &[depth as u8]])
}

fn woken_key(oid: &Oid, kind: ArtifactKind, words: &[u8; 32]) -> Key {
    let kind = postcard::to_stdvec(&kind).unwrap_or_default();
    Key::new(b'k', READING.as_bytes(), &[oid.as_bytes(), &kind, words])
}

/// Every record of an artifact.
pub(crate) fn artifact_keys(oid: &Oid, kind: ArtifactKind, words: Words) -> impl Iterator<Item = Key> + use<> {
    let key = |record, depth| artifact_key(record, oid, kind, depth);
    let own = match kind {
        ArtifactKind::Source(language) => words.digest_of(Family::of(language)).map(|words| woken_key(oid, kind, &words)),
        _ => None,
    };
    [key(b'f', Depth::Filtered), key(b'a', Depth::Filtered), key(b'f', Depth::Whole), key(b'a', Depth::Whole)].into_iter().chain(own)
}

pub(crate) fn tree_key(oid: &Oid, context: Option<&Context>) -> Key {
    let context = context.map(Context::digest);
    Key::new(b't', READING.as_bytes(), &[oid.as_bytes(), context.as_ref().map_or(&[], |digest| &digest[..])])
}

fn wants_key(id: &Digest) -> Key {
    Key::new(b'W', READING.as_bytes(), &[&id.0])
}

fn answer_key(key: &Digest) -> Key {
    Key::new(b'n', READING.as_bytes(), &[&key.0])
}

/// Keys of the records that belong to a folder's own.
pub(crate) fn keys_of(tree: &Tree) -> [Key; 2] {
    [wants_key(&tree.head.wants), answer_key(&tree.head.answer)]
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
