//! Source files joined: what code offers and what it uses, with names resolved across files.
//!
//! A language's own way of finding a module is a function from (file, module as written) to a file;
//! everything else is shared.

mod actions;
mod aliases;
mod alone;
mod annotated;
mod asked;
mod attributes;
mod bound;
mod callable;
mod commands;
pub(crate) mod constructs;
mod convention;
mod decided;
mod depended;
mod disclosed;
mod evaluate;
mod expression;
mod guard;
mod handlers;
mod held;
mod hung;
mod include;
mod inventory;
mod library;
mod operator;
mod order;
mod own_guards;
mod owned;
mod paged;
mod pages;
mod places;
mod program;
mod receiver;
mod routed;
pub mod rules;
mod select;
mod serving;
mod text;
mod together;
pub mod units;
mod value;
mod verbs;
mod walk;
mod wired;
mod without;
mod witness;

use evaluate::Evaluator;
use program::Program;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use threatline_facts::infra::Resource;
use threatline_facts::{DataClass, Facts, Mark, Text};
use threatline_knowledge::packs::Shelf;
use threatline_model::{EntryPointKind, Grade, Parameter, Property, Value};
pub use together::{Part, join};
use units::{Outline, Unit};

/// A place in a source file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Path from the root.
    pub path: Arc<str>,
    /// Which anchor of it.
    pub mark: Mark,
    /// Pack or resolver that recognised it.
    pub by: Arc<str>,
}

/// A conclusion about a control, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Conclusion {
    /// What holds.
    pub holds: bool,
    /// How it was concluded (for `true`: [`Grade::X`]).
    pub grade: Grade,
    /// The chain of guards, or the scope that was read.
    pub places: Vec<Place>,
}

/// A way in, as code shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CodeEntry {
    /// What one uses.
    pub kind: EntryPointKind,
    /// Upper case; none when any will do.
    pub method: Option<String>,
    /// Full path, parameters as `{name}`. For gRPC `/package.Service/Rpc`, with `*` for a package that
    /// only the .proto file knows.
    pub path: String,
    /// The same as it is written, where settings stand in it.
    pub written: Option<Text>,
    /// Name and place.
    pub parameters: Vec<Parameter>,
    /// Types of body parameters and results, for data classes.
    pub handler: Option<String>,
    /// None is unknown.
    pub authenticated: Option<Conclusion>,
    /// None is unknown.
    pub authorized: Option<Conclusion>,
    /// Properties that code proves, with the place.
    pub properties: Vec<(Property, Value, Place)>,
    /// Data classes that it takes; none is unknown.
    pub takes: Option<BTreeSet<DataClass>>,
    /// Data classes that it gives back; none is unknown.
    pub returns: Option<BTreeSet<DataClass>>,
    /// Prefixes outermost first, then the route itself.
    pub places: Vec<Place>,
    /// Indexes into [`Composed::calls`] of what its handler opens; none is unknown.
    pub calls: Option<Vec<usize>>,
    /// The file of its handler, where that is of another package of Go than the one that makes the route: who is built without it does not have
    /// the route.
    pub handled: Option<Arc<str>>,
    /// Roots of the units that take the route from another one; none where it is of whoever is built with its source.
    pub homes: Option<BTreeSet<Arc<str>>>,
}

/// A way out, as code shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CodeCall {
    /// `https`, `http`, `grpc`, `sql`, `mongodb`, `redis`, `kafka`, `amqp`, `smtp`, `s3`, … as far as the
    /// library tells; none where only the address can.
    pub protocol: Option<String>,
    /// Product that the library is for (`postgresql`, `stripe`, `openai`).
    pub technology: Option<String>,
    /// Address: URL, host and port, connection string, still with environment holes; none where the
    /// library has a fixed address of its own (then `technology` names the third party).
    pub target: Option<Text>,
    /// gRPC service, topic, queue or bucket.
    pub channel: Option<Text>,
    /// Sends to or takes from a broker.
    pub consumes: bool,
    /// A credential is presented (`Some(true)`), or provably none (`Some(false)`).
    pub credential: Option<Conclusion>,
    /// TLS is provably on or off.
    pub encrypted: Option<Conclusion>,
    /// Properties of the flow that code proves, each with the places that prove it.
    pub properties: Vec<(Property, Value, Vec<Place>)>,
    /// Classes of data of people that it was seen to be given, each with the places from where it was read to here.
    pub data: Vec<(DataClass, Vec<Place>)>,
    /// Where.
    pub place: Place,
    /// Roots of the units on whose behalf it was seen, where it stands in another one; none where it is of whoever is built with its source.
    pub homes: Option<BTreeSet<Arc<str>>>,
}

/// A program's start: it listens, or it is a main function.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CodeMain {
    /// It serves requests (as opposed to a command or a job).
    pub serves: bool,
    /// Port it listens on, as far as it is known.
    pub port: Option<Text>,
    /// Where.
    pub place: Place,
}

/// A property of the whole program that code proves (CORS, token validation, debug mode, …).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CodeTrait {
    /// Which.
    pub property: Property,
    /// Its value.
    pub value: Value,
    /// How strong.
    pub grade: Grade,
    /// Where; of a witness every step, the last of them where it happens.
    pub places: Vec<Place>,
}

/// A resource of a cloud that code declares.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CodeResource {
    /// Under which other resources speak of it.
    pub key: String,
    /// What it is, as other vocabularies have it.
    pub resource: Resource,
    /// Where.
    pub place: Place,
    /// Who makes it.
    pub standing: Standing,
}

/// How it is known that a resource is made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Standing {
    /// The program makes it.
    Made,
    /// A class would, of which nobody was seen to make an object: its file and number, and whether it is one that stands alone, as a stack does.
    Pretended(Arc<str>, u32, bool),
    /// A test does.
    Rehearsed,
}

impl Standing {
    /// The higher, the less does it count; of a class that somebody makes nothing is pretended.
    fn rank(&self, made: &dyn Fn(&str, u32) -> bool) -> u8 {
        match self {
            Standing::Made => 0,
            Standing::Pretended(path, class, _) if !made(path, *class) => 1,
            Standing::Rehearsed => 2,
            Standing::Pretended(..) => 3,
        }
    }
}

/// Everything that code says, resolved. Each list is sorted by place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Composed {
    /// Ways in.
    pub entries: Vec<CodeEntry>,
    /// Ways out.
    pub calls: Vec<CodeCall>,
    /// Programs.
    pub mains: Vec<CodeMain>,
    /// Go: folders of packages, each with one that it imports; somebody else's by the path of its module.
    pub imports: Vec<(Arc<str>, Arc<str>)>,
    /// Properties of programs.
    pub traits: Vec<CodeTrait>,
    /// Data classes seen in records, entities and columns, by file.
    pub data: Vec<(Place, DataClass, u16)>,
    /// Classes of data that are written into a log, each with the places from where it was read to the line of the log.
    pub logged: Vec<(DataClass, Vec<Place>)>,
    /// Environment variables that code reads, with the default beside the read.
    pub reads: Vec<(String, Option<Text>, Place)>,
    /// Environment variables that stand right behind a scheme in a text (`http://${ADDR}/x`), with it.
    pub spoken: Vec<(String, String, Place)>,
    /// Addresses of hosts inside that are written in code, scheme, host and port of each; with the variable in whose place it stands.
    pub held: Vec<(String, Option<String>, Place)>,
    /// Names in files that open a file of configuration: of that file, and what it may be asked for.
    pub named: Vec<(String, Place)>,
    /// Libraries in use: import of a known package, by file (`express`, `spring-boot`, `openai`).
    pub libraries: Vec<(String, Place)>,
    /// Products of the catalogue that programs are, by a library that makes them one.
    pub products: Vec<(String, Place)>,
    /// Resources of a cloud that it declares.
    pub resources: Vec<CodeResource>,
    /// Imports that could not be resolved although they look local; closed-world conclusions about what
    /// they touch are refused.
    pub unresolved: Vec<Place>,
}

/// The path of a route as it is told, its settings filled in as far as they are known.
pub(crate) fn path_of(written: &Text) -> String {
    text::path(&text::one_slash(&text::of_route(written))).0
}

/// Joins source files, given with their paths and in any order; manifests among them tell the packages. What
/// libraries mean is what the built-in packs tell.
pub fn compose(files: &[(&str, &Facts)]) -> Composed {
    let mut sorted: Vec<(&str, &Facts)> = files.to_vec();
    sorted.sort_by_key(|(path, _)| *path);
    let units = units::divide(&sorted);
    let outlines: Vec<Outline> = units.iter().map(units::outline).collect();
    let closures = units::closures(&units.iter().zip(&outlines).map(|(unit, outline)| unit.described(outline)).collect::<Vec<_>>());
    let part = |(at, with): (usize, &Vec<usize>)| compose_unit(units[at].root, &with.iter().map(|unit| &units[*unit]).collect::<Vec<_>>(), Shelf::default());
    let parts: Vec<Part> = closures.iter().enumerate().map(part).collect();
    join(&parts.iter().collect::<Vec<_>>())
}

/// What the unit of that root says, evaluated with the units that it uses; it is one of them. Packs tell what
/// libraries mean.
pub fn compose_unit(root: &str, units: &[&Unit<'_>], shelf: Shelf) -> Part {
    let files: Vec<(&str, &Facts)> = units.iter().flat_map(|unit| &unit.files).copied().collect();
    let own: BTreeSet<&str> = units.iter().filter(|unit| unit.root == root).flat_map(|unit| &unit.files).map(|(path, _)| *path).collect();
    let program = Program::with(&files, &|path| own.contains(path), shelf);
    let mut evaluator = Evaluator::new(&program);
    let called = inventory::called_names(&program);
    let (waiting, ready): (Vec<usize>, Vec<usize>) = program.own_files().partition(|file| evaluator.waits(*file));
    // Tests come last: what they make beside the program is theirs alone.
    let (tests, files): (Vec<usize>, Vec<usize>) = ready.into_iter().partition(|file| text::rehearses(&program.files[*file].path));
    for (files, waiting, rehearsing) in [(files, waiting.as_slice(), false), (tests, &[], true)] {
        evaluator.rehearsing = rehearsing;
        for file in &files {
            evaluator.refuel();
            evaluator.file = *file;
            evaluator.globals(*file);
        }
        let mut all = [files.as_slice(), waiting].concat();
        all.sort_unstable();
        run_functions(&mut evaluator, &program, &all, &called);
    }
    evaluator.rehearsing = false;
    // What others load comes last: it may be that nobody does.
    let (loaded, first): (Vec<usize>, Vec<usize>) = waiting.into_iter().partition(|file| program.is_loaded(*file));
    for file in first.into_iter().chain(loaded) {
        if !evaluator.loaded.contains(&file) || evaluator.is_configuration(file) {
            evaluator.refuel();
            evaluator.owner = file;
            evaluator.run_by_place(file);
        }
    }
    for file in program.own_files().filter(|file| program.files[*file].family == threatline_knowledge::packs::Family::JavaScript) {
        evaluator.hand_exports(file);
    }
    evaluator.find_roots();
    evaluator.find_before();
    for file in program.own_files() {
        evaluator.owner = file;
        evaluator.annotated(file);
    }
    evaluator.wire();
    evaluator.conventional();
    evaluator.file_routed();
    let drafts = evaluator.entries();
    let mut out = std::mem::take(&mut evaluator.out);
    out.entries = walk::settle(drafts);
    let sources: Vec<rules::Located<'_>> = program.files.iter().map(|file| (&file.path, file.source)).collect();
    rules::apply(&sources, shelf, &mut out.entries);
    let made = |path: &str, class: u32| evaluator.made.iter().any(|(file, made)| *made == class && *program.files[*file].path == *path);
    constructs::settle(&mut out, &made);
    inventory::collect(&program, &mut out);
    held::collect(&program, &mut out);
    let is_own = |place: &Place| own.contains(&*place.path);
    let borrowed: BTreeSet<usize> = (0..out.entries.len()).filter(|entry| !out.entries[*entry].places.last().is_some_and(is_own)).collect();
    for entry in &borrowed {
        out.entries[*entry].homes = Some(BTreeSet::from([Arc::from(root)]));
    }
    for call in out.calls.iter_mut().filter(|call| !is_own(&call.place)) {
        call.homes = Some(BTreeSet::from([Arc::from(root)]));
    }
    let function = |(file, index): (usize, u32)| (program.files[file].path.clone(), index);
    let reach = rules::reach(&sources, &|path| own.contains(path), shelf);
    Part {
        reach,
        root: root.to_owned(),
        touched: inventory::touched(&program),
        borrowed,
        visited: evaluator.visited.iter().filter(|(file, _)| !program.is_own(*file)).map(|found| function(*found)).collect(),
        made: evaluator.made.iter().map(|(file, class)| (program.files[*file].path.clone(), *class)).collect(),
        alone: evaluator.alone_calls.iter().map(|(call, root)| (*call, function(*root))).collect(),
        composed: out,
    }
}

/// Runs what nobody was seen to call: programs first, then what no file names, then the rest.
fn run_functions(evaluator: &mut Evaluator<'_>, program: &Program<'_>, files: &[usize], called: &BTreeSet<&str>) {
    for round in 0..3 {
        for file in files.iter().copied() {
            let offered = alone::offered(program.source(file));
            let bound = alone::bound(program.source(file));
            for (index, function) in program.source(file).functions.iter().enumerate().skip(1) {
                let index = index as u32;
                let name = bound.get(&index).copied().unwrap_or(&function.name);
                let wanted = match round {
                    0 => name == "main" || name == "Main",
                    1 => !called.contains(name),
                    _ => true,
                };
                let nameless = name.is_empty() && !(offered.contains(&index) && evaluator.takes_known(file, index));
                // the body of a class runs with the class
                let is_body = function.name.starts_with('(');
                if !wanted || nameless || is_body || evaluator.visited.contains(&(file, index)) {
                    continue;
                }
                evaluator.refuel();
                evaluator.file = file;
                evaluator.owner = file;
                evaluator.run_alone(file, index);
            }
        }
    }
}
