//! A session: one source, one memory, any number of states.
//!
//! The session turns a [`Revision`] into salsa inputs, reads ahead in parallel, asks the queries and
//! puts together what a front end needs. It decides nothing.

use crate::config::CONFIG_FILE;
use crate::db::{self, Database, Drawing, Linking, Observer, State};
use crate::decision::{self, DECISIONS_FOLDER, Decided};
use crate::marks::Marks;
use crate::packs::{self, PACKS_FOLDER};
use crate::phase::{Phase, Watch};
use crate::read::{Failed, STACK};
use crate::scan::{Coverage, Scan, ScanError, Skipped};
use crate::store::{Compaction, Store};
use crate::summary::Summary;
use crate::think::{Design, Verdicts};
use crate::tree::Tree;
use crate::world::{Context, Given, Stopped, World};
use crate::{Config, ConfigError, Entry, Mode, Oid, Revision, Source};
use salsa::Setter as _;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use threatline_knowledge::packs::Shelf;
use threatline_link::LinkConfig;
use threatline_link::compose::Composed;
use threatline_model::Evidence;
use threatline_threats::Found;

/// How a session works; nothing of it changes a result.
#[derive(Default)]
pub struct Options {
    /// The folder of the memo store; none: nothing is remembered beyond the session.
    pub store: Option<PathBuf>,
    /// Threads that read artifacts; 0: as many as there are processors.
    pub threads: usize,
    /// Called with the name of every query that runs.
    pub observer: Option<Observer>,
    /// Once this says yes no artifact is read and no unit of source evaluated any more, and what is asked fails with
    /// [`ScanError::Stopped`]. What was read is remembered, so that the next run goes on from there.
    pub stop: Option<Stop>,
    /// Called where phases of the work begin and end.
    pub watch: Option<Watch>,
}

/// Asked again and again whether to stop.
pub type Stop = Arc<dyn Fn() -> bool + Send + Sync>;

/// A store may grow by this and three times its largest segment before old records are dropped.
const ROOM: u64 = 64 << 20;

/// States that a session keeps in mind; an editor makes one at every stroke.
const MOST_STATES: usize = 128;

/// One source and all that is remembered of it.
pub struct Session {
    db: Database,
    observer: Option<Observer>,
    world: Arc<World>,
    states: HashMap<Oid, State>,
    linkings: Vec<(Arc<LinkConfig>, Arc<Vec<String>>, Linking)>,
}

/// Configuration, decisions and packs of a state.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// `threatline.toml`.
    pub config: Arc<Config>,
    /// The path of that file, if there is one.
    pub config_path: Option<String>,
    /// Its text.
    pub config_text: String,
    /// `.threatline/decisions`.
    pub decided: Arc<Decided>,
    /// The packs that it is read with: the built-in ones, and those of `.threatline/packs`.
    pub packs: Shelf,
    /// The files of its own packs.
    pub pack_files: Vec<String>,
    /// Names of repositories whose files stand each in a folder of that name, where several were linked; sorted.
    pub repositories: Vec<String>,
}

impl Project {
    /// 16 hexadecimal digits that stand for configuration, decisions and packs.
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.config_path.as_deref().unwrap_or_default().as_bytes()).update(&[0]);
        hasher.update(self.config_text.as_bytes()).update(&[0]).update(&self.decided.digest());
        if let Some(packs) = self.packs.digest() {
            hasher.update(&packs);
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }
}

/// Whose decisions count for a state that is compared with its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decisions {
    /// Its own.
    Own,
    /// Those of the base: a change is not to accept what it brings.
    OfBase,
}

/// What the queries say of a state.
struct Answers {
    tree: Arc<Tree>,
    design: Arc<Design>,
    marks: Arc<Marks>,
    found: Arc<Found>,
    verdicts: Arc<Verdicts>,
    said: String,
}

impl Session {
    /// A session over that source.
    pub fn new(source: Arc<dyn Source>, options: Options) -> Self {
        Self::given(source, Given::default(), options)
    }

    /// A session over a source of which artifacts came read.
    pub(crate) fn given(source: Arc<dyn Source>, given: Given, options: Options) -> Self {
        let store = options.store.as_deref().map_or_else(Store::none, Store::open);
        let world = Arc::new(World::new(source, store, given, options.threads, options.stop, options.watch));
        let observer = options.observer;
        let db = Database::new(world.clone(), observer.clone());
        Self { db, observer, world, states: HashMap::new(), linkings: Vec::new() }
    }

    /// Configuration, decisions and packs of a state: its own, or for a part of the repository those of the
    /// nearest folder above.
    pub fn project(&self, revision: &Revision) -> Result<Project, ScanError> {
        let files = Files::new(&self.world);
        let mut project = Project::default();
        let (mut has_config, mut has_decisions, mut has_packs) = (false, false, false);
        for folder in folders_above(&revision.prefix) {
            let path = format!("{folder}{CONFIG_FILE}");
            if !has_config && let Some(text) = files.text(revision, &path) {
                project.config = Arc::new(Config::parse(&path, &text).map_err(Box::new)?);
                project.config_path = Some(path);
                project.config_text = text;
                has_config = true;
            }
            let path = format!("{folder}{DECISIONS_FOLDER}");
            if !has_decisions && let Some(entries) = files.folder(revision, &path) {
                project.decided = Arc::new(decisions(&files, revision, &path, &entries).map_err(Box::new)?);
                has_decisions = true;
            }
            let path = format!("{folder}{PACKS_FOLDER}");
            if !has_packs && let Some(entries) = files.folder(revision, &path) {
                (project.packs, project.pack_files) = own_packs(&files, revision, &path, &entries).map_err(Box::new)?;
                has_packs = true;
            }
        }
        Ok(project)
    }

    /// Scans a state with its own configuration.
    pub fn scan(&mut self, revision: &Revision) -> Result<Scan, ScanError> {
        let project = self.project(revision)?;
        self.scan_with(revision, &project, &project)
    }

    /// Scans two states to be compared, both with the `[scan]` and `[rules]` of the first, so that a change
    /// cannot switch off what it is judged by. Declarations are each state's own; choke points are left
    /// out.
    pub fn compare(&mut self, base: &Revision, head: &Revision, decisions: Decisions) -> Result<(Scan, Scan), ScanError> {
        let (of_base, of_head) = (self.project(base)?, self.project(head)?);
        let decided = match decisions {
            Decisions::Own => of_head.decided.clone(),
            Decisions::OfBase => Arc::new(of_base.decided.seen_from(head.as_of)),
        };
        let of_head = Project { decided, ..of_head };
        let before = self.look(base, &of_base, &of_base, false)?;
        let after = self.look(head, &of_head, &of_base, false)?;
        Ok((before, after))
    }

    /// Scans a state with the `[scan]` and `[rules]` of a policy. Declarations and decisions are those of
    /// the project.
    pub fn scan_with(&mut self, revision: &Revision, project: &Project, policy: &Project) -> Result<Scan, ScanError> {
        self.look(revision, project, policy, true)
    }

    fn look(&mut self, revision: &Revision, project: &Project, policy: &Project, choke_points: bool) -> Result<Scan, ScanError> {
        let state = self.state(revision, project, policy)?;
        let answers = self.ask(state, revision, choke_points)?;
        let lost = |prefix: &str, path: &str| format!("{prefix}{path}");
        let mut skipped: Vec<Skipped> =
            answers.design.lost.iter().map(|(path, reason)| Skipped { path: lost(&revision.prefix, path), reason: reason.clone() }).collect();
        let counts = &answers.tree.head.counts;
        let analysed = counts.analysed.saturating_sub(skipped.len() as u64);
        skipped.extend(answers.tree.lost.iter().map(|(path, failed)| Skipped { path: lost(&revision.prefix, path), reason: failed.reason() }));
        skipped.sort();
        let mut by_kind = BTreeMap::new();
        for (kind, count) in &counts.by_kind {
            *by_kind.entry(crate::tree::kind_name(*kind).to_owned()).or_default() += count;
        }
        Ok(Scan {
            revision: revision.clone(),
            model: answers.design.model.clone(),
            marks: answers.marks,
            found: answers.found,
            judged: answers.verdicts.judged.clone(),
            assessment: answers.verdicts.assessment.clone(),
            coverage: Coverage { artifacts: counts.artifacts, analysed, by_kind, skipped },
            config: project.config.clone(),
            decided: project.decided.clone(),
            said: answers.said,
            internal_errors: answers.tree.lost.iter().filter(|(_, failed)| *failed == Failed::Panicked).count(),
        })
    }

    /// A state in short, for hooks and logs. Where nothing was said that was not said before, nothing but
    /// a summary is read.
    pub fn summary(&mut self, revision: &Revision) -> Result<Arc<Summary>, ScanError> {
        let project = self.project(revision)?;
        self.summary_with(revision, &project)
    }

    /// The same where configuration and decisions are known already.
    pub fn summary_with(&mut self, revision: &Revision, project: &Project) -> Result<Arc<Summary>, ScanError> {
        let state = self.state(revision, project, project)?;
        self.with_tree(state, revision, |db, _| db::summary(db, db::state_key(db, state)))
    }

    /// What the source of a state shows by itself: for samples.
    pub(crate) fn composed(&mut self, revision: &Revision, project: &Project) -> Result<Composed, ScanError> {
        let state = self.state(revision, project, project)?;
        self.with_tree(state, revision, |db, _| db::composed(db, state))
    }

    /// First and last line of each place in the state that was scanned; none where the place is a whole file or cannot be read.
    pub fn lines(&self, scan: &Scan, evidence: &[&Evidence]) -> Vec<Option<(u32, u32)>> {
        let paths: Vec<&str> = evidence.iter().filter(|e| e.mark.is_some()).map(|e| &*e.path).collect();
        let mut known = HashMap::new();
        let (db, world) = (self.db.clone(), self.world.clone());
        let anchors = self.install(move || {
            let (db, files): (Database, _) = (db, Files::new(&world));
            for path in paths {
                known.entry(path.to_owned()).or_insert_with(|| {
                    let entry = files.entry(&scan.revision, path)?;
                    let kind = crate::tree::kind_of(&entry.name)?;
                    db::anchors(&db, db::artifact(&db, entry.oid, kind)).ok()
                });
            }
            known
        });
        let line = |e: &&Evidence| {
            let mark = scan.marks.of(&e.path, e.mark?)?;
            let anchor = anchors.as_ref().ok()?.get(&*e.path)?.as_ref()?.get(mark.0 as usize).copied()?;
            Some((anchor.line, anchor.end_line))
        };
        evidence.iter().map(line).collect()
    }

    /// Writes what is new to the store, and makes it smaller where that pays.
    pub fn flush(&self, compaction: Compaction) -> std::io::Result<()> {
        self.world.wait_for_beside();
        self.world.store.flush()?;
        let (all, largest) = self.world.store.weight();
        if compaction == Compaction::Full && all > ROOM + 3 * largest { self.collect() } else { self.world.store.compact(compaction) }
    }

    /// Drops from the store what the states that this session looked at do not need.
    pub fn collect(&self) -> std::io::Result<()> {
        self.world.wait_for_beside();
        let mut keys = BTreeSet::new();
        let mut states: Vec<&State> = self.states.values().collect();
        states.sort_by_key(|state| state.root(&self.db));
        for state in states {
            crate::warm::keys(&self.world, state.root(&self.db), state.context(&self.db).as_ref(), &mut keys);
            let (db, state) = (self.db.clone(), *state);
            keys.extend(self.install(move || db::keys_of_units(&db, state)).map_err(std::io::Error::other)?);
        }
        self.world.store.keep(&keys)
    }

    /// Forgets what the queries said of earlier states: content is never changed, so salsa would keep it
    /// for ever. With a store, what is still needed is soon back.
    fn begin_anew(&mut self, kept: Linking) -> Linking {
        let (config, disabled) = (kept.drawing(&self.db).config(&self.db).clone(), kept.disabled(&self.db).clone());
        self.db = Database::new(self.world.clone(), self.observer.clone());
        self.world.forget();
        self.states.clear();
        self.linkings.clear();
        self.linking(LinkConfig::clone(&config), Vec::clone(&disabled))
    }

    /// The memo store.
    pub fn store(&self) -> &Store {
        &self.world.store
    }

    /// The source.
    pub fn source(&self) -> &Arc<dyn Source> {
        &self.world.source
    }

    fn state(&mut self, revision: &Revision, project: &Project, policy: &Project) -> Result<State, ScanError> {
        let policy_path = policy.config_path.as_deref().unwrap_or(CONFIG_FILE);
        let exclusions = policy.config.exclusions(policy_path, &policy.config_text).map_err(Box::new)?;
        let context = Context::of(exclusions, project.packs.words());
        let (prefix, declared, declared_in) = (revision.prefix.clone(), project.config.declared(), project.config_path.clone());
        let config = LinkConfig { prefix, declared, declared_in, packs: project.packs };
        let linking = self.linking(config, policy.config.rules.disable.clone());
        let decided = project.decided.clone();
        let Some(state) = self.states.get(&revision.root).copied() else {
            let linking = if self.states.len() >= MOST_STATES { self.begin_anew(linking) } else { linking };
            let state = State::new(&self.db, revision.root, context, linking, decided);
            self.states.insert(revision.root, state);
            return Ok(state);
        };
        if *state.context(&self.db) != context {
            state.set_context(&mut self.db).to(context);
        }
        if state.linking(&self.db) != linking {
            state.set_linking(&mut self.db).to(linking);
        }
        if *state.decided(&self.db) != decided {
            state.set_decided(&mut self.db).to(decided);
        }
        Ok(state)
    }

    fn linking(&mut self, config: LinkConfig, disabled: Vec<String>) -> Linking {
        let known = self.linkings.iter().find(|(known, off, _)| **known == config && **off == disabled);
        if let Some((_, _, linking)) = known {
            return *linking;
        }
        // Which rules run is nothing to the design.
        let drawn = self.linkings.iter().find(|(known, _, _)| **known == config).map(|(known, _, linking)| (known.clone(), linking.drawing(&self.db)));
        let (config, drawing) = drawn.unwrap_or_else(|| {
            let config = Arc::new(config);
            (config.clone(), Drawing::builder(config).durability(salsa::Durability::MEDIUM).new(&self.db))
        });
        let disabled = Arc::new(disabled);
        let linking = Linking::builder(drawing, disabled.clone()).durability(salsa::Durability::MEDIUM).new(&self.db);
        self.linkings.push((config, disabled, linking));
        linking
    }

    /// Everything that the queries say of a state.
    fn ask(&self, state: State, revision: &Revision, choke_points: bool) -> Result<Answers, ScanError> {
        self.with_tree(state, revision, move |db, tree| {
            let key = db::state_key(db, state);
            let (sketch, linking) = (key.sketch(db), key.linking(db));
            // First what hangs on nothing below it: what is remembered as a whole is not taken apart.
            Answers {
                verdicts: db::verdicts(db, key, choke_points),
                found: db::found(db, sketch, linking),
                design: db::design(db, sketch, linking.drawing(db)),
                marks: db::marks(db, state),
                said: tree.head.digest.to_string(),
                tree,
            }
        })
    }

    /// Reads what the state's folders need, and then asks.
    fn with_tree<T>(&self, state: State, revision: &Revision, ask: impl FnOnce(&Database, Arc<Tree>) -> T) -> Result<T, ScanError> {
        let missing = |reason: String| ScanError::Missing { tree: revision.root.to_string(), reason };
        self.world.entries(&revision.root).map_err(|failed| missing(failed.reason()))?;
        let (db, world) = (self.db.clone(), self.world.clone());
        let answer = self.install(move || {
            let context = state.context(&db).clone();
            let tree = world.during(Phase::Folders, || {
                let ahead = crate::warm::read_ahead(&world, state.root(&db), context.as_ref());
                ahead.map(|()| db::state_facts(&db, state))
            })?;
            world.settle();
            Ok(ask(&db, tree))
        });
        answer?
    }

    /// Runs on a stack that is large enough, on this thread: to start one takes a hook longer than to
    /// read a file. Only what is read by many is worth more threads ([`World::together`]).
    fn install<T>(&self, work: impl FnOnce() -> T) -> Result<T, ScanError> {
        use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
        let done = catch_unwind(AssertUnwindSafe(|| stacker::grow(STACK, work)));
        done.or_else(|left| if left.is::<Stopped>() { Err(ScanError::Stopped) } else { resume_unwind(left) })
    }
}

/// Single files of a state, for what is read beside the queries.
struct Files<'a> {
    world: &'a World,
}

impl<'a> Files<'a> {
    fn new(world: &'a World) -> Self {
        Self { world }
    }

    /// The entry at a path from the root of the repository.
    fn entry(&self, revision: &Revision, path: &str) -> Option<Entry> {
        let (mut oid, rest) = match path.strip_prefix(&revision.prefix) {
            Some(rest) => (revision.root, rest),
            None => (revision.tree, path),
        };
        let mut parts = rest.split('/').peekable();
        while let Some(part) = parts.next() {
            let entries = self.world.entries(&oid).ok()?;
            let entry = entries.iter().find(|entry| entry.name == part)?;
            if parts.peek().is_none() {
                return Some(entry.clone());
            }
            if entry.mode != Mode::Tree {
                return None;
            }
            oid = entry.oid;
        }
        None
    }

    fn text(&self, revision: &Revision, path: &str) -> Option<String> {
        let entry = self.entry(revision, path).filter(|entry| entry.mode == Mode::File)?;
        let bytes = self.world.source.blob(&entry.oid, threatline_extract::MAX_BYTES).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn folder(&self, revision: &Revision, path: &str) -> Option<Arc<[Entry]>> {
        let entry = self.entry(revision, path).filter(|entry| entry.mode == Mode::Tree)?;
        self.world.entries(&entry.oid).ok()
    }
}

/// The folder of a prefix and all above it, innermost first, each with `/` at its end.
fn folders_above(prefix: &str) -> Vec<&str> {
    let ends = prefix.char_indices().filter(|(_, c)| *c == '/').map(|(at, _)| &prefix[..=at]);
    let mut folders: Vec<&str> = std::iter::once("").chain(ends).collect();
    folders.reverse();
    folders
}

fn own_packs(files: &Files<'_>, revision: &Revision, folder: &str, entries: &[Entry]) -> Result<(Shelf, Vec<String>), ConfigError> {
    let is_pack = |entry: &&Entry| entry.mode == Mode::File && entry.name.ends_with(".toml");
    let mut paths: Vec<String> = entries.iter().filter(is_pack).map(|entry| format!("{folder}/{}", entry.name)).collect();
    paths.sort();
    let texts: Vec<(String, String)> = paths.into_iter().filter_map(|path| files.text(revision, &path).map(|text| (path, text))).collect();
    let shelf = packs::shelf(&texts)?;
    Ok((shelf, texts.into_iter().map(|(path, _)| path).collect()))
}

fn decisions(files: &Files<'_>, revision: &Revision, folder: &str, entries: &[Entry]) -> Result<Decided, ConfigError> {
    let mut decided = Vec::new();
    for entry in entries.iter().filter(|entry| entry.mode == Mode::File && entry.name.ends_with(".toml")) {
        let path = format!("{folder}/{}", entry.name);
        if let Some(text) = files.text(revision, &path) {
            let decision = decision::parse(&path, &text)?;
            decided.push((path, decision));
        }
    }
    Ok(Decided::new(decided, revision.as_of))
}
