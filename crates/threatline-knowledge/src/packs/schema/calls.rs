//! What calls mean.

use super::*;

/// What a call does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named in the README")]
pub enum Verb {
    Make,
    Route,
    Mount,
    Group,
    Prefix,
    Bind,
    Sieve,
    Both,
    Either,
    Respond,
    Cases,
    Takes,
    Middleware,
    Intercept,
    Handle,
    Protect,
    Convention,
    Name,
    Tree,
    Nest,
    Listen,
    Request,
    Connect,
    Stub,
    Serve,
    Publish,
    Consume,
    Set,
    Flow,
    Credential,
    Plain,
    Tls,
    Environment,
    Setting,
    Text,
    Pass,
    List,
    Depend,
    Parameter,
    Narrow,
    Alias,
    Read,
    Under,
    Resources,
    Precede,
    Declare,
    Before,
    Skip,
    Keep,
    Replay,
    Load,
    Field,
    Folder,
    Schema,
    Expose,
    Options,
    Crud,
    Choose,
    Start,
    Below,
    Versions,
    Tell,
    Told,
    Matches,
    Answer,
    Root,
    Construct,
    Amend,
    Column,
    Roots,
    #[default]
    Nothing,
}

/// Which routes a middleware covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named in the README")]
pub enum Scope {
    #[default]
    Later,
    Earlier,
    All,
}

/// A condition on an argument.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct Condition {
    pub argument: Selectors,
    #[serde(default)]
    pub is: Option<toml::Value>,
    #[serde(default)]
    pub is_not: Option<toml::Value>,
    #[serde(default)]
    pub present: Option<bool>,
    /// `text`, `function`, `object`, `list` or `map`.
    #[serde(default)]
    pub kind: Option<String>,
    /// It is a text, and none of these.
    #[serde(default)]
    pub not: Vec<String>,
}

/// The meaning of a call.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct CallRule {
    pub names: Vec<String>,
    pub does: Verb,
    #[serde(default)]
    pub method: Option<String>,
    #[serde(default)]
    pub method_from: Option<Selectors>,
    #[serde(default)]
    pub method_default: Option<Vec<String>>,
    #[serde(default)]
    pub path: Option<Selectors>,
    #[serde(default)]
    pub handler: Option<Selectors>,
    /// A filter that is a way in, whether or not somebody is seen to answer.
    #[serde(default)]
    pub described: bool,
    #[serde(default)]
    pub under: Option<String>,
    #[serde(default)]
    pub handler_takes: Vec<String>,
    #[serde(default)]
    pub kind: Option<String>,
    #[serde(default)]
    pub child: Option<Selectors>,
    /// What may be left out at the end of the names of methods that a pattern names.
    #[serde(default)]
    pub omit: Option<String>,
    /// The path of a mount stands in place of the child's own prefix.
    #[serde(default)]
    pub replaces: bool,
    #[serde(default)]
    pub chained: bool,
    /// Routers and routes among the arguments, which hang under what is made.
    #[serde(default)]
    pub children: Option<Selectors>,
    /// A sequence among the children is the arguments of a call of this name.
    #[serde(default)]
    pub tuples: Option<String>,
    /// What is given back hangs nowhere until something takes it.
    #[serde(default)]
    pub nowhere: bool,
    /// What is given back stands under the name of the decorated function.
    #[serde(default)]
    pub becomes: bool,
    /// The path is a regular expression.
    #[serde(default)]
    pub pattern: bool,
    /// Methods of the handler's class that answer, whatever it is derived from.
    #[serde(default)]
    pub handler_methods: BTreeMap<String, String>,
    /// What stands behind the names of these methods.
    #[serde(default)]
    pub suffix: Option<Selectors>,
    #[serde(default)]
    pub namespace: Option<Selectors>,
    #[serde(default)]
    pub path_default: Option<String>,
    /// Only such a text in `path` is meant…
    #[serde(default)]
    pub fits: Option<String>,
    /// … and none like this.
    #[serde(default)]
    pub unfit: Option<String>,
    #[serde(default)]
    pub path_as: Option<String>,
    /// `serve`: what may be left out at either end of methods' names (`Get*`, `*Async`).
    #[serde(default)]
    pub omits: Vec<String>,
    /// A map: the call is made for each of its entries, whose key and value are the arguments.
    #[serde(default)]
    pub entries: Option<Selectors>,
    #[serde(default)]
    pub body: Option<Selectors>,
    /// The body is an object: its method of that name gets the router.
    #[serde(default)]
    pub registers: Option<String>,
    /// Records among the arguments that are parameters of what is made; `key` is the name in one.
    #[serde(default)]
    pub parameters: Option<Selectors>,
    /// A list: the call is made for each of its items, whose parts are the arguments.
    #[serde(default)]
    pub each: Option<Selectors>,
    /// The route stands in a router of its own, which hangs nowhere yet.
    #[serde(default)]
    pub apart: bool,
    /// Field of a handler's record whose tag says path and methods.
    #[serde(default)]
    pub described_by: Option<String>,
    /// A text that says which method of the handler answers which HTTP methods.
    #[serde(default)]
    pub mapping: Option<Selectors>,
    #[serde(default)]
    pub guards: Option<Selectors>,
    /// Guards that are taken out again, wherever they stand before the routes.
    #[serde(default)]
    pub without: Option<Selectors>,
    #[serde(default)]
    pub scope: Scope,
    /// A path without a star covers itself alone.
    #[serde(default)]
    pub exact: bool,
    /// What the pack's functions that need no object do inside `body` is done to the router that is given back.
    #[serde(default)]
    pub ambient: bool,
    /// Such a guard turns requests away only by throwing.
    #[serde(default)]
    pub by_throwing: bool,
    /// Members of the request with its method: those that the handler compares them with are answered.
    #[serde(default)]
    pub tests: Vec<String>,
    /// Members of the request with its path: each path that the handler compares them with is a way in.
    #[serde(default)]
    pub sorts: Vec<String>,
    /// The name of the request, where it is no parameter of the handler.
    #[serde(default)]
    pub request: Option<Selectors>,
    /// The name of the path at which the route stands, given by a call that does `name`.
    #[serde(default)]
    pub called: Option<Selectors>,
    /// A decorator of the class whose named arguments stand in for those that the call does not say.
    #[serde(default)]
    pub defaults: Option<String>,
    /// The method of the handler's class that answers.
    #[serde(default)]
    pub member: Option<Selectors>,
    /// Without a path the body works on the object itself.
    #[serde(default)]
    pub inline: bool,
    /// Decorator, or field that is true, of methods (and of classes) that a tree of objects offers.
    #[serde(default)]
    pub exposed: Option<String>,
    /// The method that answers what no other one does.
    #[serde(default)]
    pub rest: Option<String>,
    /// Keys of a configuration that switch guards on (`tools.*.on`), and what these are called.
    #[serde(default)]
    pub switches: Option<String>,
    #[serde(default)]
    pub guarded_as: Option<String>,
    /// The field of a class with such a configuration.
    #[serde(default)]
    pub guarded_in: Option<String>,
    /// Kinds of nested routes that say no path.
    #[serde(default)]
    pub pathless: Vec<String>,
    /// Decorator of a class that takes parts of the path as parameters.
    #[serde(default)]
    pub popped: Option<String>,
    /// Names of parameters that the query holds.
    #[serde(default)]
    pub queries: Option<Selectors>,
    /// The methods are answered beside those that were told before.
    #[serde(default)]
    pub adds: bool,
    #[serde(default)]
    pub effect: Option<Effect>,
    #[serde(default)]
    pub on: Option<String>,
    #[serde(default)]
    pub gives: Option<String>,
    #[serde(default)]
    pub prefix: Option<Selectors>,
    #[serde(default)]
    pub base: Option<Selectors>,
    #[serde(default)]
    pub port: Option<Selectors>,
    #[serde(default)]
    pub serves: Option<bool>,
    #[serde(default)]
    pub target: Option<Selectors>,
    /// What stands before the target.
    #[serde(default)]
    pub through: Option<String>,
    #[serde(default)]
    pub protocol: Option<String>,
    #[serde(default)]
    pub technology: Option<String>,
    #[serde(default)]
    pub setting: Option<String>,
    #[serde(default)]
    pub channel: Option<Selectors>,
    #[serde(default)]
    pub credential: Option<Selectors>,
    #[serde(default)]
    pub service: Option<Selectors>,
    /// Whose service `service` names: `technology` is where that word is not known.
    #[serde(default)]
    pub provider: Option<String>,
    /// The library lets nobody ask without a credential: it presents one by itself.
    #[serde(default)]
    pub signed: bool,
    /// The product of the catalogue that a program which makes the call is.
    #[serde(default)]
    pub product: Option<String>,
    #[serde(default)]
    pub property: Option<String>,
    #[serde(default)]
    pub value: Option<toml::Value>,
    #[serde(default)]
    pub grade: Option<String>,
    #[serde(default)]
    pub when: Vec<Condition>,
    #[serde(default)]
    pub key: Option<Selectors>,
    #[serde(default)]
    pub default: Option<Selectors>,
    #[serde(default)]
    pub of: Option<Selectors>,
    #[serde(default)]
    pub format: bool,
    #[serde(default)]
    pub r#in: Option<String>,
    #[serde(default)]
    pub table: Option<String>,
    #[serde(default)]
    pub resource: Option<Selectors>,
    #[serde(default)]
    pub default_resource: Option<String>,
    #[serde(default)]
    pub except_in: Option<String>,
    #[serde(default)]
    pub param: Option<Selectors>,
    #[serde(default)]
    pub shallow: Option<Selectors>,
    #[serde(default)]
    pub only: Option<Selectors>,
    #[serde(default)]
    pub except: Option<Selectors>,
    #[serde(default)]
    pub kept: Option<Selectors>,
    #[serde(default)]
    pub carries: BTreeMap<String, Selectors>,
    #[serde(default)]
    pub level: Option<String>,
    #[serde(default)]
    pub level_from: Option<Selectors>,
    #[serde(default)]
    pub controller: Option<Selectors>,
    #[serde(default)]
    pub action: Option<Selectors>,
    #[serde(default)]
    pub segments: Option<Selectors>,
    /// While the body runs, calls on the object are calls on the new router.
    #[serde(default)]
    pub within: bool,
    /// The body runs with the object as `self`.
    #[serde(default)]
    pub as_self: bool,
    /// The call itself is a guard; `[[guards]]` know it.
    #[serde(default)]
    pub guarded: bool,
    /// What is none of the project's routers is a way in of its own.
    #[serde(default)]
    pub outsiders: bool,
    /// The path is the name of a parameter.
    #[serde(default)]
    pub as_parameter: bool,
    /// Names of parameters that follow the path.
    #[serde(default)]
    pub parameters_from: Option<Selectors>,
    /// Where this is given, the route stands with the object itself, outside of groups.
    #[serde(default)]
    pub alone: Option<Selectors>,
    /// The path as a text, with `{file}` for the file's name without its ending.
    #[serde(default)]
    pub named: Option<String>,
    /// The path that means none.
    #[serde(default)]
    pub index: Option<String>,
    /// The resource that the group's stands in: its name and a parameter come before the path.
    #[serde(default)]
    pub owner: Option<Selectors>,
    #[serde(default)]
    pub conditional: Option<Selectors>,
    #[serde(default)]
    pub unconditional: Vec<String>,
    /// The call is made for each item of the list at this place, which stands there instead.
    #[serde(default)]
    pub over: Option<Selectors>,
    /// What is passed on is run as well, whoever takes it.
    #[serde(default)]
    pub runs: bool,
    /// The object that `child` hangs in, where that is not the receiver.
    #[serde(default)]
    pub into: Option<Selectors>,
    /// Tags of the fields of the records that the handler takes, and where each says that a field is; `.Body` is a field of
    /// that name.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// How parameters are written in the path, where that is not the usual way.
    #[serde(default)]
    pub notation: Option<Notation>,
    /// A path that stands before the written one.
    #[serde(default)]
    pub fixed: Option<String>,
    /// Names of the actions of a resource, with method and path of each.
    #[serde(default)]
    pub actions: BTreeMap<String, Methods>,
    /// Names of actions, where the call says none itself.
    #[serde(default)]
    pub only_actions: Vec<String>,
    /// The record whose parts are the new object's fields.
    #[serde(default)]
    pub fields: Option<Selectors>,
    /// A `methods` object is copied before it is added to.
    #[serde(default)]
    pub forks: bool,
    /// Functions whose result, as a body, works on the object itself.
    #[serde(default)]
    pub unwrapped: Vec<String>,
    /// Places of parameters, and the schemas that tell them.
    #[serde(default)]
    pub declares: BTreeMap<String, Selectors>,
    /// The guards stand before some routes only, and it is not known which.
    #[serde(default)]
    pub tentative: bool,
    /// The resource that the call declares.
    #[serde(default)]
    pub makes: Option<Making>,
    /// Decorators of methods, and calls in fields, by which a class of a schema offers something.
    #[serde(default)]
    pub offers: Vec<String>,
    /// The method of the same class that resolves a field, after the field's name: `resolve_{name}`.
    #[serde(default)]
    pub resolved_by: Option<String>,
    /// Names are told in camel case.
    #[serde(default)]
    pub cased: bool,
    /// Names of parameters that the library itself hands over.
    #[serde(default)]
    pub handed: Vec<String>,
}
