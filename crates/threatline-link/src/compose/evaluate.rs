//! One abstract evaluation for all languages: scopes, bindings, imports, constants, string building,
//! objects, closures. Every file's top level is run once; functions when they are called.
//!
//! Bounded: a depth of calls, and fuel for each root; what is cut off is worth nothing known.

mod classes;
mod names;
pub(super) mod ruby;
mod steps;

use super::library::TypeId;
use super::program::{Located2, Program, folder_of, module_value};
use super::value::*;
use super::witness::Input;
use super::{Composed, Place};
use hashbrown::{HashMap, HashSet};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use threatline_facts::code::*;
use threatline_facts::{DataClass, Language, Mark, Text};
use threatline_knowledge::packs::Family;

/// How deep calls into the project's own functions are followed.
const MAX_DEPTH: usize = 12;
/// Steps and values that one root may cost.
const FUEL: u32 = 60_000;

/// Evaluates a program.
pub(super) struct Evaluator<'a> {
    pub(super) program: &'a Program<'a>,
    pub(super) objects: Vec<Object>,
    pub(super) out: Composed,
    globals: Vec<Option<Scope>>,
    running: Vec<(FileId, u32)>,
    memo: HashMap<String, Remembered>,
    /// What guards proved, see [`super::guard`].
    pub(super) proofs: HashMap<String, super::guard::Proof>,
    generic: HashMap<(FileId, u32), ObjectId>,
    /// The number behind the last object that each of them made for itself.
    generic_ends: HashMap<ObjectId, ObjectId>,
    /// The objects of classes of which the program makes one, at one place (Rust); none where it makes several.
    only: HashMap<(FileId, u32), Option<Only>>,
    /// Helpers that are given the request, and whether they may refuse it.
    pub(super) refusing: HashMap<(FileId, u32), bool>,
    /// Classes of which somebody was seen to make an object.
    pub(super) made: BTreeSet<(FileId, u32)>,
    /// Classes of which an object is being made although nobody was seen to make one, the outermost first.
    pub(super) pretending: Vec<(FileId, u32)>,
    /// Names of members that any file speaks of, once they are asked for.
    pub(super) named: Option<BTreeSet<&'a str>>,
    /// What files import of modules, once that is asked for.
    pub(super) imported: Option<BTreeSet<(&'a str, &'a str)>>,
    /// What names mean by a file's imports of everything, where that hangs on nothing that is evaluated.
    globbed: HashMap<FileId, HashMap<String, Globbed>>,
    /// Bases of classes, and members of classes that have a value.
    lines: HashMap<(FileId, u32), Bases>,
    pub(super) statics: HashMap<(FileId, u32, String), Val>,
    singles: HashMap<(String, String), ObjectId>,
    pub(super) call_index: HashMap<String, usize>,
    pub(super) resource_index: HashMap<String, usize>,
    /// The way out that the last call of a library's was.
    pub(super) opened: Option<usize>,
    pub(super) frames: Vec<Effects>,
    pub(super) visited: HashSet<(FileId, u32)>,
    /// Which functions of the project a function was seen to call, where and by which name, and calls that look records up
    /// ([`super::owned`]).
    pub(super) callees: HashMap<(FileId, u32), BTreeSet<(FileId, u32)>>,
    pub(super) followed: HashSet<(FileId, Mark, &'a str)>,
    pub(super) looked_up: HashSet<(FileId, Mark, String)>,
    /// What is proved is a handler's own body, where looking somebody up is no proof of who asks.
    pub(super) strict: bool,
    pub(super) file: FileId,
    /// The file whose top level, or whose function that nobody calls, is being run.
    pub(super) owner: FileId,
    /// Tests are being run.
    pub(super) rehearsing: bool,
    /// That function, and the calls that were seen from such functions only.
    pub(super) alone: Option<(FileId, u32)>,
    pub(super) alone_calls: BTreeMap<usize, (FileId, u32)>,
    pub(super) mark: Mark,
    fuel: u32,
    /// How many proofs of guards are under way: they look at functions and leave nothing behind.
    pub(super) proving: usize,
    /// Routers of annotated functions, and the functions that were hung somewhere.
    pub(super) function_routers: HashMap<(FileId, u32), ObjectId>,
    pub(super) hung_functions: HashSet<(FileId, u32)>,
    /// Type arguments of the call that is being made.
    pub(super) types: Vec<Val>,
    /// Libraries' own objects: in the body of a group they stand for the group.
    pub(super) owned: HashSet<ObjectId>,
    /// Files that were run in the scope of others.
    pub(super) loaded: HashSet<FileId>,
    /// What a project calls its guards: `pack@name`.
    pub(super) named_guards: BTreeMap<String, Vec<Guard>>,
    /// Handlers are being looked at: what they would register is registered when they run, and is no way in.
    pub(super) settling: bool,
    /// Folders whose annotated classes stand below a path.
    pub(super) folders: BTreeMap<String, String>,
    /// How deep names of guards are being followed.
    pub(super) naming: usize,
    /// What the last function of the project assigned through pointers.
    pub(super) outs: Vec<(usize, Val)>,
    /// Files in which evaluation was cut off.
    pub(super) cut: HashSet<FileId>,
    /// Where requests are read, and what is known by name to be read there ([`super::witness`]).
    pub(super) inputs: Vec<Input>,
    pub(super) input_numbers: HashMap<Input, u32>,
    pub(super) input_names: HashMap<String, u32>,
    /// What names of fields tell of data, once they were asked for.
    pub(super) name_classes: HashMap<String, Option<DataClass>>,
    /// Those that a condition looked at, and how many conditions are being evaluated.
    pub(super) checked: HashSet<u32>,
    pub(super) testing: usize,
    /// Applications that are made of modules, what they say of paths, and routes of controllers.
    pub(super) apps: Vec<super::wired::App>,
    pub(super) app_paths: HashMap<ObjectId, super::wired::Paths>,
    pub(super) loose: Vec<super::wired::Loose>,
    /// What decorators tell of a handler, and of the handler whose guards are being judged.
    pub(super) told_of: HashMap<(FileId, u32, Option<ObjectId>), Told>,
    pub(super) telling: Vec<(String, Val)>,
    /// What files say of themselves that are ways in.
    pub(super) said_of_files: HashMap<FileId, super::attributes::Said>,
    /// Models that were told fields which callers must not choose.
    pub(super) told_privileges: HashSet<(FileId, u32)>,
    /// Constants of the program that were asked for, and whether they are the null value.
    pub(super) switched_off: HashMap<String, bool>,
    /// Routers that a pack's functions without an object are about, by what stands for all of them.
    pub(super) ambient: Vec<(&'static str, ObjectId, ObjectId)>,
    pub(super) metadata: Option<Told>,
    /// The path of the route that is looked at, where requests for it come with that path.
    pub(super) location: Option<Rc<str>>,
    /// Something was decided by that path.
    pub(super) heeds_path: Cell<bool>,
    /// What the handler takes whose guards are being judged.
    pub(super) taking: Vec<Val>,
    /// Classes of the project that are routers.
    pub(super) class_routers: HashMap<(FileId, u32), Option<ObjectId>>,
    /// Names of wrappers that stand around the handler that is judged.
    pub(super) on_the_way: Vec<String>,
    /// What the last decorator gave, where it takes the place of the function.
    pub(super) becomes: Option<ObjectId>,
    /// Patterns of routes that are made of the names of classes and methods.
    pub(super) conventions: Vec<super::convention::Convention>,
    /// While the body of a group runs, calls on the first are calls on the second.
    pub(super) standing_in: Vec<(ObjectId, ObjectId)>,
    /// What the requests ask for that come to where evaluation stands.
    pub(super) asking: super::asked::Asking,
    /// How many bodies of classes are being run.
    pub(super) bodies: usize,
    /// Classes whose bodies wait until those around have been run.
    waiting: Vec<(ObjectId, FileId, u32)>,
    /// Paths before annotated routes, and what runs before those that carry an annotation.
    pub(super) roots: Vec<super::annotated::Root>,
    pub(super) bound: Vec<super::annotated::Bound>,
    /// Routers below which routes of an annotated class stand since an object of it was hung there.
    pub(super) hung_classes: HashMap<(FileId, u32), Vec<ObjectId>>,
    /// Routers that a pack's functions without an object are about, the innermost last.
    pub(super) inside: Vec<(&'static str, ObjectId)>,
    /// What decorators of functions tell of what they take.
    pub(super) function_parameters: HashMap<(FileId, u32), Vec<threatline_model::Parameter>>,
    /// The request for which a handler is looked at that tells paths apart itself.
    pub(super) choice: Option<Rc<super::verbs::Choice>>,
    /// Paths that have names, by pack and name, and the routes that stand at them, by theirs.
    pub(super) named_paths: BTreeMap<(String, String), Vec<ObjectId>>,
    pub(super) routes_called: Vec<(String, String, ObjectId)>,
}

/// A call that was evaluated before.
struct Remembered {
    value: Val,
    effects: Effects,
    /// What the key is made of by its address: no other can have that address while this is kept.
    _held: (Closure, Vec<Arg>),
}

/// What decorators tell of a handler, by their keys.
pub(super) type Told = Rc<Vec<(String, Val)>>;

/// Bases of a class: those of the project, and names of libraries.
pub(super) type Bases = (Vec<(FileId, u32)>, Vec<String>);

/// An object, and where it is made.
type Only = (ObjectId, FileId, Mark);

/// What imports of everything say of a name.
#[derive(Clone)]
enum Globbed {
    Class(FileId, u32),
    Symbol(Rc<str>),
    Nothing,
}

/// How a run of steps ended.
enum Flow {
    On,
    Left(Val),
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(program: &'a Program<'a>) -> Self {
        Evaluator {
            program,
            objects: Vec::new(),
            out: Composed::default(),
            globals: (0..program.files.len()).map(|_| None).collect(),
            running: Vec::new(),
            memo: HashMap::new(),
            proofs: HashMap::new(),
            generic: HashMap::new(),
            generic_ends: HashMap::new(),
            only: HashMap::new(),
            refusing: HashMap::new(),
            made: BTreeSet::new(),
            named: None,
            imported: None,
            globbed: HashMap::new(),
            lines: HashMap::new(),
            statics: HashMap::new(),
            singles: HashMap::new(),
            resource_index: HashMap::new(),
            pretending: Vec::new(),
            call_index: HashMap::new(),
            opened: None,
            frames: vec![Effects::default()],
            visited: HashSet::new(),
            callees: HashMap::new(),
            followed: HashSet::new(),
            looked_up: HashSet::new(),
            strict: false,
            file: 0,
            owner: 0,
            rehearsing: false,
            alone: None,
            alone_calls: BTreeMap::new(),
            mark: Mark(0),
            fuel: FUEL,
            types: Vec::new(),
            outs: Vec::new(),
            proving: 0,
            function_routers: HashMap::new(),
            hung_functions: HashSet::new(),
            owned: HashSet::new(),
            loaded: HashSet::new(),
            named_guards: BTreeMap::new(),
            settling: false,
            folders: BTreeMap::new(),
            naming: 0,
            cut: HashSet::new(),
            inputs: Vec::new(),
            input_numbers: HashMap::new(),
            input_names: HashMap::new(),
            name_classes: HashMap::new(),
            checked: HashSet::new(),
            testing: 0,
            class_routers: HashMap::new(),
            on_the_way: Vec::new(),
            becomes: None,
            conventions: Vec::new(),
            asking: super::asked::Asking::default(),
            standing_in: Vec::new(),
            bodies: 0,
            waiting: Vec::new(),
            apps: Vec::new(),
            app_paths: HashMap::new(),
            loose: Vec::new(),
            told_of: HashMap::new(),
            said_of_files: HashMap::new(),
            switched_off: HashMap::new(),
            told_privileges: HashSet::new(),
            telling: Vec::new(),
            metadata: None,
            location: None,
            heeds_path: Cell::new(false),
            taking: Vec::new(),
            ambient: Vec::new(),
            roots: Vec::new(),
            bound: Vec::new(),
            hung_classes: HashMap::new(),
            inside: Vec::new(),
            function_parameters: HashMap::new(),
            choice: None,
            named_paths: BTreeMap::new(),
            routes_called: Vec::new(),
        }
    }

    /// Fills up the fuel for another root.
    pub(super) fn refuel(&mut self) {
        self.fuel = FUEL;
    }

    /// Nothing is left of it.
    pub(super) fn is_spent(&self) -> bool {
        self.fuel == 0
    }

    pub(super) fn burn(&mut self) -> bool {
        if self.fuel == 0 {
            self.cut.insert(self.file);
            return false;
        }
        self.fuel -= 1;
        true
    }

    pub(super) fn place(&self, by: &str) -> Place {
        Place { path: self.program.files[self.file].path.clone(), mark: self.mark, by: Arc::from(by) }
    }

    pub(super) fn family(&self) -> Family {
        self.program.files[self.file].family
    }

    pub(super) fn object(&mut self, object: Object) -> ObjectId {
        let rehearsed = self.rehearsing && super::text::rehearses(&self.program.files[self.owner].path);
        self.objects.push(Object { owner: self.owner, rehearsed, ..object });
        self.objects.len() - 1
    }

    /// The one object of that name in a package: a library's own default router or client.
    pub(super) fn single(&mut self, name: &str, ty: Option<TypeId>) -> ObjectId {
        let path = &*self.program.files[self.file].path;
        let root = self.program.root_of(path).unwrap_or_else(|| path.split_once('/').map_or("", |(top, _)| top)).to_owned();
        let key = (name.to_owned(), root);
        if let Some(found) = self.singles.get(&key) {
            return *found;
        }
        let place = Some(self.place("code"));
        let id = self.object(Object { ty, place, ..Object::default() });
        // it is the whole program's, whoever asks for it first
        self.objects[id].rehearsed = false;
        self.singles.insert(key, id);
        id
    }

    /// Runs in another file, then comes back.
    pub(super) fn within<T>(&mut self, file: FileId, run: impl FnOnce(&mut Self) -> T) -> T {
        let (before, mark) = (self.file, self.mark);
        self.file = file;
        let out = run(self);
        self.file = before;
        self.mark = mark;
        out
    }

    // ---- steps -----------------------------------------------------------------------------------

    /// Binds a function under its name, with its decorators applied.
    fn define(&mut self, index: u32, scope: &Scope, this: Option<ObjectId>) {
        let file = self.file;
        let function = &self.program.source(file).functions[index as usize];
        let closure = Closure { file, index, scope: Some(scope.clone()), this };
        if function.receiver.is_some() {
            return;
        }
        let value = self.decorate(Val::Function(closure), &function.annotations, scope);
        if !function.name.is_empty() {
            scope.set(&function.name, value);
        }
    }

    /// Applies decorators, the innermost first.
    pub(super) fn decorate(&mut self, mut value: Val, annotations: &'a [Call], scope: &Scope) -> Val {
        if !matches!(self.family(), Family::Python) {
            return value;
        }
        for annotation in annotations.iter().rev() {
            self.mark = annotation.mark;
            value = self.apply_decorator(annotation, value, scope);
        }
        value
    }

    fn declare(&mut self, index: u32, scope: &Scope) {
        let file = self.file;
        let class = &self.program.source(file).classes[index as usize];
        scope.set(&class.name, Val::Class(file, index));
        if self.runs_bodies() {
            self.generic_instance(file, index);
        }
        self.decorate(Val::Class(file, index), &class.annotations, scope);
        if self.family() == Family::Python {
            // Methods may be decorated as routes of a router.
            for method in &class.methods {
                let function = &self.program.source(file).functions[*method as usize];
                let closure = Closure { file, index: *method, scope: Some(scope.clone()), this: None };
                self.decorate(Val::Function(closure), &function.annotations, scope);
            }
        }
    }

    // ---- calls into the project ------------------------------------------------------------------

    /// Calls a function of the project.
    pub(super) fn invoke(&mut self, closure: &Closure, arguments: Vec<Arg>) -> Val {
        if let Some(client) = self.generated_client(closure, &arguments) {
            return client;
        }
        let id = (closure.file, closure.index);
        if self.proving == 0 {
            self.visited.insert(id);
            if let Some(caller) = self.running.last() {
                self.callees.entry(*caller).or_default().insert(id);
                self.followed.insert((self.file, self.mark, &self.program.source(id.0).functions[id.1 as usize].name));
            }
        }
        if self.running.len() >= MAX_DEPTH || self.running.iter().filter(|running| **running == id).count() > 0 || !self.burn() {
            return Val::Unknown;
        }
        let mut key = String::new();
        Val::Function(closure.clone()).key(&mut key);
        self.surroundings(&mut key);
        for argument in &arguments {
            key.push('|');
            key.push_str(argument.name.as_deref().unwrap_or(""));
            argument.value.key(&mut key);
        }
        if let Some(Remembered { value, effects, .. }) = self.memo.get(&key) {
            if let Some(frame) = self.frames.last_mut() {
                frame.merge(effects);
            }
            self.outs.clone_from(&effects.outs);
            return value.clone();
        }
        let held = (self.proving == 0).then(|| (closure.clone(), arguments.clone()));
        self.running.push(id);
        self.frames.push(Effects::default());
        let testing = std::mem::take(&mut self.testing);
        let value = self.within(closure.file, |this| this.run(closure, arguments));
        self.testing = testing;
        let effects = self.frames.pop().unwrap_or_default();
        self.running.pop();
        if let Some(frame) = self.frames.last_mut() {
            frame.merge(&effects);
        }
        self.outs = effects.outs.clone();
        if let Some(held) = held {
            self.memo.insert(key, Remembered { value: value.clone(), effects, _held: held });
        }
        value
    }

    /// What a call may hang on beside the function and its arguments.
    pub(super) fn surroundings(&self, key: &mut String) {
        use std::fmt::Write;
        if let Some((pack, router)) = self.inside.last() {
            let _ = write!(key, "^{pack}{router}");
        }
        if let Some(choice) = &self.choice {
            key.push_str(&choice.key());
        }
    }

    pub(super) fn run(&mut self, closure: &Closure, arguments: Vec<Arg>) -> Val {
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        let scope = self.enter(closure, arguments);
        let value = match self.steps(&function.steps, &scope, closure.this) {
            Flow::Left(value) => value,
            // what a generator gives stands for it: `with`, and what asks for dependencies, take that
            Flow::On => scope.own("yield").filter(|_| self.family() == Family::Python).unwrap_or(Val::Null),
        };
        if self.family() == Family::Go {
            let outs = function.parameters.iter().enumerate().filter_map(|(at, parameter)| Some((at, scope.own(&format!("*{}", parameter.name))?)));
            let outs: Vec<(usize, Val)> = outs.collect();
            if let Some(frame) = self.frames.last_mut() {
                frame.outs = outs;
            }
        }
        match (&value, &function.returns) {
            // Go's `nil` in the place of a list is one without items.
            (Val::Null, Some(returns)) if self.family() == Family::Go && returns.name == "[]" => Val::list(Vec::new()),
            (Val::Unknown | Val::Null, Some(returns)) => self.typed(returns, &scope),
            _ => value,
        }
    }

    /// The function that is being run; none at the top of a file.
    pub(super) fn running_function(&self) -> Option<u32> {
        self.running.last().map(|(_, function)| *function).filter(|function| *function != u32::MAX)
    }

    /// The function of the project that is being run.
    pub(super) fn now_running(&self) -> Option<(FileId, u32)> {
        self.running.last().copied()
    }

    /// The name of a parameter where it is used: variables of PHP carry a sign.
    pub(super) fn variable(&self, parameter: &str) -> String {
        if self.family() == Family::Php { format!("${parameter}") } else { parameter.to_owned() }
    }

    /// Keywords of a call of Elixir are its last argument.
    fn keywords(&self, function: &Function, at: usize, arguments: &[Arg]) -> Option<Val> {
        if self.family() != Family::Elixir || at + 1 != function.parameters.len() {
            return None;
        }
        let named = arguments.iter().filter_map(|one| one.name.clone().filter(|name| name != ruby::BLOCK).map(|name| (name, one.value.clone())));
        let entries: Vec<(String, Val)> = named.collect();
        (!entries.is_empty()).then(|| Val::Map(Rc::new(entries)))
    }

    /// The scope of a call: parameters bound, `self` known.
    pub(super) fn enter(&mut self, closure: &Closure, arguments: Vec<Arg>) -> Scope {
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        let around = match &closure.scope {
            Some(scope) => scope.clone(),
            None => self.globals(closure.file),
        };
        let scope = Scope::new(Some(around));
        if self.runs_bodies() {
            if let Some(class) = function.class {
                scope.set("(module)", Val::text(&self.program.source(closure.file).classes[class as usize].name));
            }
            if let Some(block) = arguments.iter().find(|argument| argument.name.as_deref() == Some(ruby::BLOCK)) {
                scope.set(ruby::BLOCK, block.value.clone());
            }
        }
        if let Some(this) = closure.this {
            scope.set("self", Val::Object(this));
            if let Some((name, _)) = &function.receiver {
                scope.set(name, Val::Object(this));
            }
        }
        if self.has_receivers() {
            self.receive(closure, function, &arguments, &scope);
        }
        let trailing = trailing(function, &arguments).filter(|_| self.has_receivers());
        // labels of Swift need not be the names of the parameters
        let labelled = |name: &Option<String>| match name {
            Some(name) => self.family() != Family::Swift || name == "self" || function.parameters.iter().any(|parameter| parameter.name == *name),
            None => false,
        };
        let mut positional = arguments
            .iter()
            .enumerate()
            .filter(|(at, argument)| !labelled(&argument.name) && trailing != Some(*at))
            .map(|(_, argument)| argument)
            .collect::<Vec<_>>()
            .into_iter();
        for (at, parameter) in function.parameters.iter().enumerate() {
            let last = trailing.filter(|_| at + 1 == function.parameters.len()).and_then(|at| arguments.get(at));
            // a pattern is known by the name that it binds
            let name = if parameter.name.is_empty() { parameter.names.first().unwrap_or(&parameter.name) } else { &parameter.name };
            let named = arguments.iter().find(|argument| argument.name.as_deref() == Some(name));
            let given = if parameter.variadic {
                Some(Val::list(positional.by_ref().map(|argument| argument.value.clone()).collect()))
            } else {
                named.or(last).map(|argument| argument.value.clone()).or_else(|| positional.next().map(|argument| argument.value.clone()))
            };
            let given = given.or_else(|| self.keywords(function, at, &arguments));
            self.mark = parameter.mark;
            let mut value = match (given, &parameter.default) {
                (Some(value), _) => value,
                (None, Some(default)) => match self.value(default, &scope) {
                    // A dependency, unknown until it is asked for.
                    Val::Made(_) => Val::Unknown,
                    value => value,
                },
                (None, None) => self.injected(&parameter.annotations, &scope).unwrap_or(Val::Unknown),
            };
            if matches!(value, Val::Unknown | Val::Null)
                && let Some(declared) = &parameter.declared
            {
                value = self.typed(declared, &scope);
            }
            for name in &parameter.names {
                let part = if parameter.name == ruby::BLOCK { value.clone() } else { self.member(&value, name) };
                // `State(app): State<App>`: what the pattern binds is what the type is around
                let around = self.family() == Family::Rust
                    && parameter.names.len() == 1
                    && parameter.declared.as_ref().is_some_and(|declared| declared.arguments.len() == 1)
                    && matches!(value, Val::Object(_));
                scope.set(name, if around && part.is_unknown() { value.clone() } else { part });
            }
            if !parameter.name.is_empty() {
                scope.set(&self.variable(&parameter.name), value);
            }
        }
        scope
    }
}

/// A lambda behind the parentheses is the last parameter's, whatever stands before it by default.
fn trailing(function: &Function, arguments: &[Arg]) -> Option<usize> {
    let last = function.parameters.last()?;
    let is_function = last.declared.as_ref().is_some_and(|declared| declared.name.ends_with("->"));
    let at = arguments.len().checked_sub(1)?;
    (is_function && arguments[at].name.is_none() && matches!(arguments[at].value, Val::Function(_))).then_some(at)
}

/// Whether a step certainly leaves its function.
pub(super) fn leaves(step: &Step) -> bool {
    match step {
        Step::Return(_) | Step::Throw(_) => true,
        Step::Block(body) => body.last().is_some_and(leaves),
        Step::If { then, otherwise, .. } => then.last().is_some_and(leaves) && otherwise.last().is_some_and(leaves),
        _ => false,
    }
}

/// The text of a value as far as it is known.
pub(super) fn as_text(value: &Val) -> Text {
    match value {
        Val::Text(text) => (**text).clone(),
        Val::Number(text) => Text::Literal(text.to_string()),
        Val::Null => Text::Literal(String::new()),
        Val::Boolean(flag) => Text::Literal(flag.to_string()),
        Val::Either(values) => values.iter().find(|value| matches!(value, Val::Text(_))).map_or(Text::Unknown, as_text),
        _ => Text::Unknown,
    }
}

impl<'a> Evaluator<'a> {
    /// Runs a function that nobody was seen to call, with what its types tell.
    pub(super) fn run_alone(&mut self, file: FileId, index: u32) {
        let function = &self.program.source(file).functions[index as usize];
        let this = match (function.class, &function.receiver) {
            (Some(class), None) => Some(self.generic_instance(file, class)),
            (_, Some((_, ty))) => {
                let scope = self.globals(file);
                match self.type_value(ty.rsplit('.').next().unwrap_or(ty), &scope) {
                    Val::Class(file, class) => Some(self.generic_instance(file, class)),
                    Val::Symbol(name) if self.has_receivers() => self.unmade(&name),
                    _ => None,
                }
            }
            _ => None,
        };
        let this = if let Some(Val::Object(id)) = this { Some(id) } else { None };
        // The constructor has run when the object was made; once more would make all that it makes twice.
        if self.visited.contains(&(file, index)) {
            return;
        }
        self.alone = Some((file, index));
        let handed = self.handed(file, function, this);
        let _ = self.invoke(&Closure { file, index, scope: None, this }, handed);
        self.alone = None;
    }

    /// A library's object got one of its fields assigned (`app.secret_key = …`): packs may ask for it.
    pub(super) fn assigned(&mut self, id: ObjectId, name: &str, value: Val) {
        if self.objects[id].ty.is_some() && self.objects[id].class.is_none() {
            self.amend_by_field(id, name, &value);
            let _ = self.call_method(id, &format!("{name}="), vec![Arg { name: None, value }], None);
        }
    }
}
