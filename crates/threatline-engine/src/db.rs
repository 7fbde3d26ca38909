//! Everything that is salsa: inputs, keys and queries.
//!
//! A query's body is a call of one plain function. Up to [`tree_facts`] everything hangs on content
//! ids and never changes. From [`facts_below`] on everything hangs on a digest of facts, which moving
//! lines does not change: under content keys a shifted line is a new id, and backdating alone would
//! never stop it. A query below that runs only when somebody said something else. From [`sketched`] on it hangs on what
//! a design is drawn from, which most edits within functions leave as it is.

// Salsa's macros write the unsafe code that storing values by type needs.
#![allow(unreachable_pub, missing_docs, reason = "salsa's macros make public items of their own")]

use crate::decision::Decided;
use crate::marks::Marks;
use crate::phase::Phase;
use crate::read::{Depth, Failed};
use crate::store::Key;
use crate::summary::Summary;
use crate::think::{Basis, Design, Said, SaidFile, Sketch, Verdicts};
use crate::tree::{Below, Content, Digest, Saying, Tree};
use crate::units::{Division, Group, Seen, UnitFiles};
use crate::world::{Context, World, lock, words_of};
use crate::{Oid, think, units};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use threatline_facts::{Anchor, ArtifactKind};
use threatline_link::LinkConfig;
use threatline_link::compose::{Composed, Part, join};
use threatline_threats::Found;

/// The database: salsa's storage, and the world that queries read by id.
#[salsa::db]
#[derive(Clone)]
pub(crate) struct Database {
    storage: salsa::Storage<Self>,
    world: Arc<World>,
    tables: Arc<Tables>,
}

/// Inputs by what they stand for, made as they are needed.
#[derive(Default)]
pub(crate) struct Tables {
    artifacts: Mutex<HashMap<(Oid, ArtifactKind), Artifact>>,
    /// A folder for each digest of facts: any will do, since equal digests mean equal facts.
    folders: Mutex<HashMap<Digest, (Oid, Option<Context>)>>,
    units: Mutex<HashMap<Digest, Arc<UnitFiles>>>,
    groups: Mutex<HashMap<Digest, Arc<Group>>>,
    /// Facts for each digest of a sketch: any will do, too.
    sketched: Mutex<HashMap<Digest, Digest>>,
    /// What was put together last, for the design that is drawn from it next.
    sketch: Mutex<Option<Sketch>>,
}

impl Tables {
    fn unit(&self, digest: &Digest) -> Option<Arc<UnitFiles>> {
        lock(&self.units).get(digest).cloned()
    }

    fn group(&self, digest: &Digest) -> Option<Arc<Group>> {
        lock(&self.groups).get(digest).cloned()
    }
}

/// Those of which no query was asked yet; from here on queries find them.
fn new<'t, T>(table: &Mutex<HashMap<Digest, Arc<T>>>, all: &'t [Arc<T>], digest: impl Fn(&T) -> Digest) -> Vec<&'t Arc<T>> {
    let mut table = lock(table);
    all.iter().filter(|one| table.insert(digest(one), Arc::clone(one)).is_none()).collect()
}

/// What a query sees of the database.
#[salsa::db]
pub(crate) trait Db: salsa::Database {
    fn world(&self) -> &World;
    fn tables(&self) -> &Tables;
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl Db for Database {
    fn world(&self) -> &World {
        &self.world
    }
    fn tables(&self) -> &Tables {
        &self.tables
    }
}

/// Called with the name of every query that runs.
pub type Observer = Arc<dyn Fn(&str) + Send + Sync>;

impl Database {
    /// An empty database over that world.
    pub(crate) fn new(world: Arc<World>, observer: Option<Observer>) -> Self {
        let event = observer.map(|observer| {
            let seen = move |event: salsa::Event| {
                if let salsa::EventKind::WillExecute { database_key } = event.kind {
                    observer(&format!("{database_key:?}"));
                }
            };
            Box::new(seen) as Box<dyn Fn(salsa::Event) + Send + Sync>
        });
        Self { storage: salsa::Storage::new(event), world, tables: Arc::default() }
    }
}

/// A version of a source artifact.
#[salsa::input]
pub(crate) struct Artifact {
    #[returns(copy)]
    pub(crate) oid: Oid,
    #[returns(copy)]
    pub(crate) kind: ArtifactKind,
}

/// What the design depends on besides facts.
#[salsa::input]
pub(crate) struct Drawing {
    #[returns(ref)]
    pub(crate) config: Arc<LinkConfig>,
}

/// What threats depend on besides facts.
#[salsa::input]
pub(crate) struct Linking {
    #[returns(copy)]
    pub(crate) drawing: Drawing,
    /// Rules that are switched off.
    #[returns(ref)]
    pub(crate) disabled: Arc<Vec<String>>,
}

/// A state of the project. Two are alive while states are compared.
#[salsa::input]
pub(crate) struct State {
    #[returns(copy)]
    pub(crate) root: Oid,
    #[returns(ref)]
    pub(crate) context: Option<Context>,
    #[returns(copy)]
    pub(crate) linking: Linking,
    #[returns(ref)]
    pub(crate) decided: Arc<Decided>,
}

/// A folder.
#[salsa::interned(revisions = usize::MAX)]
pub(crate) struct TreeKey<'db> {
    #[returns(copy)]
    pub(crate) oid: Oid,
    #[returns(ref)]
    pub(crate) context: Option<Context>,
}

/// All that is said below a folder, by value.
#[salsa::interned(revisions = usize::MAX)]
pub(crate) struct FactsKey<'db> {
    #[returns(copy)]
    pub(crate) digest: Digest,
}

/// All that the files of a unit of source say, by value.
#[salsa::interned(revisions = usize::MAX)]
pub(crate) struct UnitKey<'db> {
    #[returns(copy)]
    pub(crate) digest: Digest,
}

/// The same with the units that it uses.
#[salsa::interned(revisions = usize::MAX)]
pub(crate) struct GroupKey<'db> {
    #[returns(copy)]
    pub(crate) digest: Digest,
}

/// All that a design is drawn from, by value.
#[salsa::interned(revisions = usize::MAX)]
pub(crate) struct SketchKey<'db> {
    #[returns(copy)]
    pub(crate) digest: Digest,
}

/// All that threats and scores depend on, by value.
#[salsa::interned(revisions = usize::MAX)]
pub(crate) struct StateKey<'db> {
    #[returns(copy)]
    pub(crate) sketch: SketchKey<'db>,
    #[returns(copy)]
    pub(crate) linking: Linking,
    #[returns(ref)]
    pub(crate) decided: Arc<Decided>,
}

/// The input for an artifact version. Its durability is high: content never changes under an id.
pub(crate) fn artifact(db: &dyn Db, oid: Oid, kind: ArtifactKind) -> Artifact {
    let make = || Artifact::builder(oid, kind).durability(salsa::Durability::HIGH).new(db);
    *lock(&db.tables().artifacts).entry((oid, kind)).or_insert_with(make)
}

/// What a file says.
#[salsa::tracked(returns(clone))]
pub(crate) fn facts(db: &dyn Db, artifact: Artifact) -> Result<Arc<[u8]>, Failed> {
    db.world().facts(&artifact.oid(db), artifact.kind(db), Depth::Filtered)
}

/// Where a file says it.
#[salsa::tracked(returns(clone))]
pub(crate) fn anchors(db: &dyn Db, artifact: Artifact) -> Result<Arc<[Anchor]>, Failed> {
    think::anchors(db.world(), &artifact.oid(db), artifact.kind(db))
}

/// What a file says that was passed over, because another file refers to it.
#[salsa::tracked(returns(clone))]
pub(crate) fn symbols(db: &dyn Db, artifact: Artifact) -> Result<Arc<[u8]>, Failed> {
    db.world().facts(&artifact.oid(db), artifact.kind(db), Depth::Whole)
}

/// What a folder and all below it say.
#[salsa::tracked(returns(clone))]
pub(crate) fn tree_facts<'db>(db: &'db dyn Db, key: TreeKey<'db>) -> Arc<Tree> {
    folder(db, key)
}

/// What a state says.
#[salsa::tracked(returns(clone))]
pub(crate) fn state_facts(db: &dyn Db, state: State) -> Arc<Tree> {
    tree_facts(db, TreeKey::new(db, state.root(db), state.context(db).clone()))
}

/// All that a state's results depend on, by value.
#[salsa::tracked(returns(copy))]
pub(crate) fn state_key<'db>(db: &'db dyn Db, state: State) -> StateKey<'db> {
    let linking = state.linking(db);
    StateKey::new(db, sketched(db, said(db, state), linking.drawing(db)), linking, state.decided(db).clone())
}

fn said<'db>(db: &'db dyn Db, state: State) -> FactsKey<'db> {
    facts_below(db, TreeKey::new(db, state.root(db), state.context(db).clone()))
}

/// The same by value: equal for states that differ only in lines, layout and files that say nothing.
#[salsa::tracked(returns(copy))]
pub(crate) fn facts_below<'db>(db: &'db dyn Db, key: TreeKey<'db>) -> FactsKey<'db> {
    let digest = tree_facts(db, key).head.digest;
    let place = || (key.oid(db), key.context(db).clone());
    lock(&db.tables().folders).entry(digest).or_insert_with(place);
    FactsKey::new(db, digest)
}

/// What a design is drawn from: equal for facts that differ in nothing that a design could show.
#[salsa::tracked(returns(copy))]
pub(crate) fn sketched<'db>(db: &'db dyn Db, facts: FactsKey<'db>, drawing: Drawing) -> SketchKey<'db> {
    let digest = think::sketched(db.world(), &Basis::of(&facts.digest(db), drawing.config(db)), || {
        let sketch = sketch(db, facts, drawing);
        let digest = sketch.digest;
        *lock(&db.tables().sketch) = Some(sketch);
        digest
    });
    lock(&db.tables().sketched).entry(digest).or_insert_with(|| facts.digest(db));
    SketchKey::new(db, digest)
}

/// The design.
#[salsa::tracked(returns(clone))]
pub(crate) fn design<'db>(db: &'db dyn Db, key: SketchKey<'db>, drawing: Drawing) -> Arc<Design> {
    db.world().during(Phase::Linking, || think::design(db.world(), &basis(db, key, drawing), || draw(db, key, drawing)))
}

/// What is known of a unit of source by itself.
#[salsa::tracked(returns(clone))]
pub(crate) fn seen<'db>(db: &'db dyn Db, key: UnitKey<'db>) -> Arc<Seen> {
    db.tables().unit(&key.digest(db)).map_or_else(Arc::default, |unit| units::seen(db.world(), &unit))
}

/// What a unit of source says, evaluated with the units that it uses.
#[salsa::tracked(returns(clone))]
pub(crate) fn part<'db>(db: &'db dyn Db, key: GroupKey<'db>) -> Arc<Part> {
    db.tables().group(&key.digest(db)).map_or_else(Arc::default, |group| units::part(db.world(), &group))
}

/// Its threats.
#[salsa::tracked(returns(clone))]
pub(crate) fn found<'db>(db: &'db dyn Db, key: SketchKey<'db>, linking: Linking) -> Arc<Found> {
    let (drawing, disabled) = (linking.drawing(db), linking.disabled(db));
    let basis = basis(db, key, drawing).with_rules(disabled);
    db.world().during(Phase::Finding, || think::found(db.world(), &basis, disabled, || design(db, key, drawing)))
}

/// What they amount to, with choke points or without.
#[salsa::tracked(returns(clone))]
pub(crate) fn verdicts<'db>(db: &'db dyn Db, key: StateKey<'db>, choke_points: bool) -> Arc<Verdicts> {
    let (sketch, linking, decided) = (key.sketch(db), key.linking(db), key.decided(db));
    let below = || (design(db, sketch, linking.drawing(db)), found(db, sketch, linking));
    db.world().during(Phase::Assessing, || think::verdicts(db.world(), &whole_basis(db, key), decided, choke_points, below))
}

/// All that in short.
#[salsa::tracked(returns(clone))]
pub(crate) fn summary<'db>(db: &'db dyn Db, key: StateKey<'db>) -> Arc<Summary> {
    let (sketch, linking) = (key.sketch(db), key.linking(db));
    let below = || (design(db, sketch, linking.drawing(db)), found(db, sketch, linking), verdicts(db, key, false));
    think::summary(db.world(), &whole_basis(db, key), below)
}

fn basis<'db>(db: &'db dyn Db, key: SketchKey<'db>, drawing: Drawing) -> Basis {
    Basis::of(&key.digest(db), drawing.config(db))
}

fn whole_basis<'db>(db: &'db dyn Db, key: StateKey<'db>) -> Basis {
    let linking = key.linking(db);
    basis(db, key.sketch(db), linking.drawing(db)).with_rules(linking.disabled(db)).with_decisions(key.decided(db))
}

/// A folder's value: remembered, or put together from what lies in it.
fn folder<'db>(db: &'db dyn Db, key: TreeKey<'db>) -> Arc<Tree> {
    let (oid, context) = (key.oid(db), key.context(db));
    if let Some(tree) = db.world().stored_tree(&oid, context.as_ref()) {
        return tree;
    }
    let entries = match db.world().entries(&oid) {
        Ok(entries) => entries,
        Err(failed) => return Arc::new(Tree { lost: vec![(".".into(), failed)], ..Tree::default() }),
    };
    let tree = Arc::new(crate::tree::assemble(&Queries { db, context: context.as_ref() }, &entries));
    db.world().remember_tree(&oid, context.as_ref(), &tree);
    tree
}

/// What a folder is put together from, each piece a query.
struct Queries<'db> {
    db: &'db dyn Db,
    context: Option<&'db Context>,
}

impl Below for Queries<'_> {
    fn world(&self) -> &World {
        self.db.world()
    }

    fn context(&self) -> Option<&Context> {
        self.context
    }

    fn file(&self, oid: &Oid, kind: ArtifactKind) -> Result<Arc<[u8]>, Failed> {
        let artifact = artifact(self.db, *oid, kind);
        let said = facts(self.db, artifact)?;
        // what a word of the project's own packs wakes is read as what another file refers to
        if said.is_empty() && self.db.world().wakes(oid, kind, words_of(self.context))? { symbols(self.db, artifact) } else { Ok(said) }
    }

    fn folder(&self, name: &str, oid: &Oid) -> Arc<Tree> {
        let context = self.context.map(|context| context.below(name));
        tree_facts(self.db, TreeKey::new(self.db, *oid, context))
    }

    fn again(&self, name: &str, oid: &Oid) {
        let context = self.context.map(|context| context.below(name));
        if let Ok(entries) = self.db.world().entries(oid) {
            crate::tree::assemble(&Queries { db: self.db, context: context.as_ref() }, &entries);
        }
    }

    fn symbols(&self, artifacts: &[(Oid, ArtifactKind)]) -> Vec<Result<Arc<[u8]>, Failed>> {
        crate::warm::read_symbols(self.db.world(), artifacts);
        artifacts.iter().map(|(oid, kind)| symbols(self.db, artifact(self.db, *oid, *kind))).collect()
    }
}

/// Draws the design from what was put together for it, or is again.
fn draw<'db>(db: &'db dyn Db, key: SketchKey<'db>, drawing: Drawing) -> Design {
    let (world, tables) = (db.world(), db.tables());
    let at_hand = lock(&tables.sketch).take().filter(|sketch| sketch.digest == key.digest(db));
    let sketch = at_hand.unwrap_or_else(|| {
        let facts = lock(&tables.sketched).get(&key.digest(db)).copied().unwrap_or_default();
        sketch(db, FactsKey::new(db, facts), drawing)
    });
    let design = sketch.draw(drawing.config(db));
    world.beside(move || drop(sketch));
    design
}

/// Puts together what all units and everything else say; the marks of its places are put by.
fn sketch<'db>(db: &'db dyn Db, facts: FactsKey<'db>, drawing: Drawing) -> Sketch {
    let (world, tables, config) = (db.world(), db.tables(), drawing.config(db));
    world.during(Phase::Units, || {
        let (division, seen, groups) = divided(db, facts, config);
        units::ahead(world, &new(&tables.groups, &groups, |group| group.digest), |group| group.weight(), |world, group| _ = units::part(world, group));
        let parts: Vec<Arc<Part>> = groups.iter().map(|group| part(db, GroupKey::new(db, group.digest))).collect();
        world.forget_units();
        let (sketch, marks) = Sketch::new(division, &seen, &parts);
        think::keep_marks(world, &Basis::of(&facts.digest(db), config), marks);
        sketch
    })
}

/// The marks of the places that a state's design rests on.
pub(crate) fn marks(db: &dyn Db, state: State) -> Arc<Marks> {
    let (facts, drawing) = (said(db, state), state.linking(db).drawing(db));
    think::marks(db.world(), &Basis::of(&facts.digest(db), drawing.config(db)), || drop(sketch(db, facts, drawing)))
}

/// Units, what is known of each by itself, and each with those that it uses.
fn divided<'db>(db: &'db dyn Db, facts: FactsKey<'db>, config: &LinkConfig) -> (Division, Vec<Arc<Seen>>, Vec<Arc<Group>>) {
    let (world, tables) = (db.world(), db.tables());
    let division = units::divide(world, &said_below(db, facts), &config.prefix);
    units::ahead(world, &new(&tables.units, &division.units, |unit| unit.digest), |unit| unit.weight(), |world, unit| _ = units::seen(world, unit));
    let seen: Vec<Arc<Seen>> = division.units.iter().map(|unit| seen(db, UnitKey::new(db, unit.digest))).collect();
    let groups = units::groups(&division, &seen, config.packs).into_iter().map(Arc::new).collect();
    (division, seen, groups)
}

/// What the source of a state shows, before it is joined with deployments.
pub(crate) fn composed(db: &dyn Db, state: State) -> Composed {
    let (_, _, groups) = divided(db, said(db, state), state.linking(db).drawing(db).config(db));
    new(&db.tables().groups, &groups, |group| group.digest);
    let parts: Vec<Arc<Part>> = groups.iter().map(|group| part(db, GroupKey::new(db, group.digest))).collect();
    join(&parts.iter().map(|part| &**part).collect::<Vec<_>>())
}

/// Keys of the records that a state's units have.
pub(crate) fn keys_of_units(db: &dyn Db, state: State) -> Vec<Key> {
    units::keys(&divided(db, said(db, state), state.linking(db).drawing(db).config(db)).2).collect()
}

/// Everything that is said below a folder of that digest, by path.
fn said_below<'db>(db: &'db dyn Db, facts: FactsKey<'db>) -> Said {
    let place = lock(&db.tables().folders).get(&facts.digest(db)).cloned();
    let mut said = Vec::new();
    if let Some((oid, context)) = place {
        let mut open = vec![(String::new(), oid, context)];
        while let Some((path, oid, context)) = open.pop() {
            let content: Content = tree_facts(db, TreeKey::new(db, oid, context.clone())).content().unwrap_or_default();
            for wanted in content.wanted {
                // It was read when the folder was put together. Where neither its record nor its content is to be
                // had any more, nothing that follows is remembered.
                let facts = symbols(db, artifact(db, wanted.oid, wanted.kind)).unwrap_or_else(|_| {
                    db.world().lose();
                    Arc::from([])
                });
                said.push(SaidFile { path: format!("{path}{}", wanted.path), digest: wanted.digest, facts });
            }
            let file = |saying: Saying| SaidFile { path: format!("{path}{}", saying.path), digest: saying.digest, facts: saying.facts.0 };
            said.extend(content.files.into_iter().map(file));
            for (name, oid) in content.folders {
                open.push((format!("{path}{name}/"), oid, context.as_ref().map(|context| context.below(&name))));
            }
        }
    }
    said.sort_by(|a, b| a.path.cmp(&b.path));
    said.dedup_by(|later, first| later.path == first.path && think::is_merged(later, first));
    said
}
