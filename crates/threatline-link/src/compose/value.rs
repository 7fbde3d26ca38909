//! What an expression is worth when files are evaluated together.

use super::library::TypeId;
use super::{CodeCall, Place};
use hashbrown::HashMap;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use threatline_facts::Text;
use threatline_facts::code::Function;
use threatline_knowledge::packs::Scope as Reach;

/// A file by its number in the order of paths.
pub(super) type FileId = usize;

/// An object by number.
pub(super) type ObjectId = usize;

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Val {
    /// Nothing is known of it.
    Unknown,
    /// Should be one of the project's own and was not found.
    Missing,
    Null,
    Boolean(bool),
    Number(Rc<str>),
    Text(Rc<Text>),
    /// A library's thing by its full name; also a value of a library's type.
    Symbol(Rc<str>),
    /// What a library's function gave back.
    Made(Rc<Made>),
    Function(Closure),
    Class(FileId, u32),
    /// A method of a class that handles requests, run in an object that the framework makes.
    Action(FileId, u32, Rc<str>),
    Object(ObjectId),
    List(Rc<Vec<Val>>),
    Map(Rc<Vec<(String, Val)>>),
    /// A file of the project as a module.
    Module(FileId),
    /// A folder of files as a module (Go).
    Folder(Rc<str>),
    /// A method of an object that a library defines, not yet called.
    Method(ObjectId, Rc<str>),
    /// A function behind a guard that a library's decorator is.
    Guarded(Rc<(Guard, Val)>),
    /// One of these.
    Either(Rc<Vec<Val>>),
}

/// The result of a library's function.
#[derive(Debug)]
pub(super) struct Made {
    /// Its full name; methods of objects as `#<type>.method`.
    pub(super) by: String,
    pub(super) arguments: Vec<Arg>,
}

/// A function with what it closes over.
#[derive(Clone, Debug)]
pub(super) struct Closure {
    pub(super) file: FileId,
    pub(super) index: u32,
    pub(super) scope: Option<Scope>,
    pub(super) this: Option<ObjectId>,
}

/// An argument, evaluated.
#[derive(Clone, Debug)]
pub(super) struct Arg {
    pub(super) name: Option<String>,
    pub(super) value: Val,
}

/// Names and their values, with the scope around.
#[derive(Clone, Debug)]
pub(super) struct Scope(Rc<Names>);

#[derive(Debug)]
struct Names {
    around: Option<Scope>,
    names: RefCell<HashMap<String, Val>>,
}

impl Scope {
    pub(super) fn new(around: Option<Scope>) -> Self {
        Scope(Rc::new(Names { around, names: RefCell::default() }))
    }

    pub(super) fn get(&self, name: &str) -> Option<Val> {
        let mut scope = Some(self);
        while let Some(Scope(current)) = scope {
            if let Some(value) = current.names.borrow().get(name) {
                return Some(value.clone());
            }
            scope = current.around.as_ref();
        }
        None
    }

    /// The value under a name in this scope or one around it, but not among the names of the file.
    pub(super) fn local(&self, name: &str) -> Option<Val> {
        let mut scope = Some(self);
        while let Some(Scope(current)) = scope {
            current.around.as_ref()?;
            if let Some(value) = current.names.borrow().get(name) {
                return Some(value.clone());
            }
            scope = current.around.as_ref();
        }
        None
    }

    /// The objects that members are looked for in without being named, the innermost first.
    pub(super) fn receivers(&self) -> Vec<Val> {
        let mut out: Vec<Val> = Vec::new();
        let mut scope = Some(self);
        while let Some(Scope(current)) = scope {
            if let Some(value) = current.names.borrow().get("self") {
                let same = |one: &Val| matches!((one, value), (Val::Object(one), Val::Object(other)) if one == other);
                if !out.last().is_some_and(same) {
                    out.push(value.clone());
                }
            }
            scope = current.around.as_ref();
        }
        out
    }

    /// The value under a name of this very scope.
    pub(super) fn own(&self, name: &str) -> Option<Val> {
        self.0.names.borrow().get(name).cloned()
    }

    pub(super) fn set(&self, name: &str, value: Val) {
        self.0.names.borrow_mut().insert(name.to_owned(), value);
    }

    /// Assigns where the name is bound already, else here.
    pub(super) fn assign(&self, name: &str, value: Val) {
        let mut scope = Some(self);
        while let Some(Scope(current)) = scope {
            if let Some(slot) = current.names.borrow_mut().get_mut(name) {
                *slot = value;
                return;
            }
            scope = current.around.as_ref();
        }
        self.set(name, value);
    }

    /// Tells scopes apart.
    pub(super) fn identity(&self) -> usize {
        Rc::as_ptr(&self.0) as usize
    }
}

/// Something that is made once and followed.
#[derive(Clone, Debug, Default)]
pub(super) struct Object {
    /// The file whose top level, or whose function that nobody calls, made it.
    pub(super) owner: FileId,
    /// A test made it.
    pub(super) rehearsed: bool,
    /// The library's type, if it is one.
    pub(super) ty: Option<TypeId>,
    /// The project's class, if it is one.
    pub(super) class: Option<(FileId, u32)>,
    pub(super) fields: BTreeMap<String, Val>,
    #[allow(dead_code, reason = "shown when an evaluation is looked into")]
    pub(super) place: Option<Place>,
    /// Path that stands before its routes.
    pub(super) prefix: Option<Text>,
    /// Stands before everything under it.
    pub(super) guards: Vec<Guard>,
    pub(super) events: Vec<Event>,
    /// Hangs under another one, or was given out.
    pub(super) mounted: bool,
    /// The address of a client.
    pub(super) base: Option<Text>,
    /// The flow of a client, in [`super::Composed::calls`].
    pub(super) call: Option<usize>,
    /// Presents a credential.
    pub(super) credential: Option<Place>,
    /// Methods and handlers of a `methods` object.
    pub(super) handlers: Vec<Handler>,
    /// Methods that its routes are narrowed to.
    pub(super) methods: Vec<Option<String>>,
    /// The methods were told of it after it was made.
    pub(super) narrowed: bool,
    /// What its routes take, beside what they say themselves.
    pub(super) parameters: Vec<threatline_model::Parameter>,
    /// The requests that it lets through, where routes are filters put together.
    pub(super) ways: Option<Rc<Vec<super::verbs::Way>>>,
    /// The class whose methods its routes name.
    pub(super) controller: Option<Val>,
    /// The router that it hangs under as a route of its own.
    pub(super) under: Option<ObjectId>,
    /// Its handler passes on to the next route.
    pub(super) passes: bool,
    /// The path before it is cut off, so that what hangs in it stands below.
    pub(super) stripped: bool,
    /// What stands around its routes and tells more of them: `module`, `controller`.
    pub(super) context: BTreeMap<String, String>,
    /// Guards of its class's handlers.
    pub(super) filters: Vec<Filter>,
    /// Names that the next route is declared to take, with their place if it is told.
    pub(super) declared: Vec<(String, Option<String>)>,
    /// It may be an application of a library, which holds routes that nobody sees.
    pub(super) outsider: bool,
    /// The router in which what comes later stands.
    pub(super) later: Option<ObjectId>,
    /// The actions of a resource that its routes are for, in the order of its events.
    pub(super) actions: Vec<String>,
    /// What it hangs in: its fields are this one's, too.
    pub(super) around: Option<ObjectId>,
    /// Where it stands among the constructs that declare resources.
    pub(super) spot: Option<Rc<super::constructs::Spot>>,
    /// The routes that it puts guards before.
    pub(super) covered: Covered,
    /// A record that the framework filled with what a request brings.
    pub(super) brought: bool,
    /// Where a server was seen to answer with it.
    pub(super) served: Option<(FileId, threatline_facts::Mark)>,
}

/// Routes by patterns of their paths; without any pattern all.
#[derive(Clone, Debug, Default)]
pub(super) struct Covered {
    pub(super) only: Vec<String>,
    pub(super) except: Vec<String>,
    /// A pattern that is not known.
    pub(super) unclear: bool,
}

/// A guard of some of a class's handlers, or the end of one.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    /// A function, or the name of a method.
    pub(super) value: Val,
    pub(super) only: Option<Vec<String>>,
    pub(super) except: Vec<String>,
    pub(super) skips: bool,
    /// It is not known when it runs.
    pub(super) conditional: bool,
    pub(super) place: Place,
}

impl Filter {
    /// Whether it is said of the method of that name.
    pub(super) fn covers(&self, method: &str) -> bool {
        let is_it = |name: &String| name == method;
        self.only.as_ref().is_none_or(|only| only.iter().any(is_it)) && !self.except.iter().any(is_it)
    }
}

/// A handler with its methods.
#[derive(Clone, Debug)]
pub(super) struct Handler {
    pub(super) methods: Vec<Option<String>>,
    pub(super) handler: Val,
    pub(super) guards: Vec<Guard>,
}

/// A guard where it stands.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    pub(super) value: Val,
    pub(super) place: Place,
}

impl Guard {
    /// The same where it is not known whether it stands there: what never guards is no matter.
    pub(super) fn perhaps(&self) -> Guard {
        Guard { value: Val::Either(Rc::new(vec![self.value.clone(), Val::Null])), place: self.place.clone() }
    }
}

/// What was done to a router, in order.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Route(Rc<Route>),
    Mount {
        child: Val,
        path: Option<Text>,
        replaces: bool,
        guards: Vec<Guard>,
        place: Place,
    },
    Middleware {
        guards: Vec<Guard>,
        path: Option<Text>,
        reach: Reach,
    },
    /// Guards of the routes whose whole path fits a pattern.
    Before {
        guards: Vec<Guard>,
        pattern: String,
        reach: Reach,
    },
    /// Guards of the routes that an object of the library's says, whatever is told to it after the call that puts them there.
    Intercept {
        guards: Vec<Guard>,
        by: ObjectId,
    },
    /// A rule over paths stands elsewhere and is decided there.
    Protect,
}

/// A route as it is registered.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) kind: threatline_model::EntryPointKind,
    pub(super) methods: Vec<Option<String>>,
    /// The methods are written where the route is; else they are what is usual.
    pub(super) told: bool,
    pub(super) path: Text,
    pub(super) handler: Val,
    pub(super) takes: Vec<Val>,
    pub(super) guards: Vec<Guard>,
    pub(super) place: Place,
    /// Its path is a name for it, and not what a request asks for.
    pub(super) unplaced: bool,
    pub(super) typed: bool,
    /// Methods of the handler's class that answer, with the HTTP method of each.
    pub(super) answered_by: Vec<(String, String)>,
    /// The request for which the handler is looked at, where that tells paths apart itself.
    pub(super) choice: Option<Rc<super::verbs::Choice>>,
    /// Name and place that annotations or the path tell.
    pub(super) parameters: Vec<threatline_model::Parameter>,
}

/// What evaluating a function left behind beside its value.
#[derive(Clone, Debug, Default)]
pub(super) struct Effects {
    pub(super) calls: BTreeSet<usize>,
    pub(super) parameters: BTreeSet<(String, String)>,
    /// What it assigned through pointers among its parameters (Go), by position.
    pub(super) outs: Vec<(usize, Val)>,
    /// Records of the project that it filled with what a request brings (Go).
    pub(super) filled: BTreeSet<(FileId, u32)>,
    /// What it says of the route that it answers.
    pub(super) said: super::attributes::Said,
    /// Where it looked a record up by what the caller named.
    pub(super) lookup: Option<super::Place>,
}

impl Effects {
    pub(super) fn merge(&mut self, other: &Effects) {
        self.calls.extend(&other.calls);
        self.parameters.extend(other.parameters.iter().cloned());
        self.said.extend(other.said.iter().cloned());
        self.filled.extend(&other.filled);
        if self.lookup.is_none() {
            self.lookup.clone_from(&other.lookup);
        }
    }
}

impl Val {
    pub(super) fn text(text: impl Into<String>) -> Val {
        Val::Text(Rc::new(Text::Literal(text.into())))
    }

    pub(super) fn symbol(name: impl AsRef<str>) -> Val {
        Val::Symbol(Rc::from(name.as_ref()))
    }

    pub(super) fn list(items: Vec<Val>) -> Val {
        Val::List(Rc::new(items))
    }

    pub(super) fn is_unknown(&self) -> bool {
        matches!(self, Val::Unknown | Val::Missing)
    }

    /// The letters, if all are known.
    pub(super) fn literal(&self) -> Option<&str> {
        match self {
            Val::Text(text) => text.as_literal(),
            Val::Number(text) => Some(text),
            _ => None,
        }
    }

    /// Equal values have equal keys; used to remember results of calls.
    pub(super) fn key(&self, out: &mut String) {
        use std::fmt::Write;
        let _ = match self {
            Val::Unknown => write!(out, "?"),
            Val::Missing => write!(out, "!"),
            Val::Null => write!(out, "0"),
            Val::Boolean(flag) => write!(out, "{flag}"),
            Val::Number(text) => write!(out, "n{text}"),
            Val::Text(text) => write!(out, "t{text:?}"),
            Val::Symbol(name) => write!(out, "s{name}"),
            Val::Made(made) => write!(out, "m{:p}", Rc::as_ptr(made)),
            Val::Function(closure) => {
                write!(out, "f{}.{}.{}.{:?}", closure.file, closure.index, closure.scope.as_ref().map_or(0, Scope::identity), closure.this)
            }
            Val::Class(file, index) => write!(out, "c{file}.{index}"),
            Val::Action(file, index, name) => write!(out, "a{file}.{index}.{name}"),
            Val::Object(id) => write!(out, "o{id}"),
            Val::Module(file) => write!(out, "M{file}"),
            Val::Folder(folder) => write!(out, "F{folder}"),
            Val::Method(id, name) => write!(out, "d{id}.{name}"),
            Val::Guarded(inner) => write!(out, "g{:p}", Rc::as_ptr(inner)),
            Val::List(items) | Val::Either(items) => {
                out.push('[');
                items.iter().take(32).for_each(|item| {
                    item.key(out);
                    out.push(',');
                });
                write!(out, "]{}", items.len())
            }
            Val::Map(entries) => {
                out.push('{');
                entries.iter().take(32).for_each(|(key, value)| {
                    out.push_str(key);
                    out.push(':');
                    value.key(out);
                    out.push(',');
                });
                write!(out, "}}{}", entries.len())
            }
        };
    }
}

/// A place where a call leaves the program.
pub(super) fn call_at(place: Place) -> CodeCall {
    CodeCall {
        protocol: None,
        technology: None,
        target: None,
        channel: None,
        consumes: false,
        credential: None,
        encrypted: None,
        properties: Vec::new(),
        data: Vec::new(),
        place,
        homes: None,
    }
}

/// Whether a function is one that has no name of its own.
pub(super) fn is_lambda(function: &Function) -> bool {
    function.name.is_empty()
}
