//! The types of a pack, as TOML spells them.

use super::ServiceRule;
use super::constructs::{ConstructRules, Making};
use super::files::{FileRule, Methods, Notation, ProjectRule, RoutedRule};
use serde::Deserialize;
use std::collections::BTreeMap;
use threatline_facts::Language;

/// Languages that share packs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Family {
    CSharp,
    Dart,
    Elixir,
    Go,
    Java,
    #[serde(rename = "javascript")]
    JavaScript,
    Php,
    Python,
    Ruby,
    Rust,
    Swift,
}

impl Family {
    /// All of them.
    pub const ALL: &[Family] = &[
        Family::CSharp,
        Family::Dart,
        Family::Elixir,
        Family::Go,
        Family::Java,
        Family::JavaScript,
        Family::Php,
        Family::Python,
        Family::Ruby,
        Family::Rust,
        Family::Swift,
    ];

    /// Its place in [`Family::ALL`].
    pub fn number(self) -> usize {
        self as usize
    }

    /// The folder that holds its built-in packs.
    pub fn folder(self) -> &'static str {
        match self {
            Family::CSharp => "csharp",
            Family::Dart => "dart",
            Family::Elixir => "elixir",
            Family::Go => "go",
            Family::Java => "java",
            Family::JavaScript => "javascript",
            Family::Php => "php",
            Family::Python => "python",
            Family::Ruby => "ruby",
            Family::Rust => "rust",
            Family::Swift => "swift",
        }
    }

    /// What stands in the body of a class or module runs when it is made, with it as `self`; classes are found by
    /// their full names, in whatever file they stand.
    pub fn runs_bodies(self) -> bool {
        matches!(self, Family::Elixir | Family::Ruby)
    }

    /// The family of a language.
    pub fn of(language: Language) -> Self {
        match language {
            Language::CSharp => Family::CSharp,
            Language::Dart => Family::Dart,
            Language::Elixir => Family::Elixir,
            Language::Go => Family::Go,
            Language::Java | Language::Kotlin | Language::Scala => Family::Java,
            Language::JavaScript | Language::TypeScript | Language::Tsx => Family::JavaScript,
            Language::Php => Family::Php,
            Language::Python => Family::Python,
            Language::Ruby => Family::Ruby,
            Language::Rust => Family::Rust,
            Language::Swift => Family::Swift,
        }
    }
}

/// How the routes of a framework are put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named in the README")]
pub enum Composition {
    #[default]
    Mounted,
    Annotated,
    Central,
    FileRouted,
    Generated,
}

/// One pack.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct Pack {
    pub name: String,
    pub languages: Vec<Family>,
    pub imports: Vec<String>,
    #[serde(default)]
    pub named: Vec<String>,
    #[serde(default)]
    pub composition: Composition,
    #[serde(default)]
    pub technology: Option<String>,
    #[serde(default)]
    pub modules: Option<Vec<String>>,
    #[serde(default)]
    pub loose: bool,
    /// Parameters of handlers that carry no annotation are the request's.
    #[serde(default)]
    pub typed_parameters: bool,
    /// Where parameters of annotated handlers are read that no annotation places.
    #[serde(default)]
    pub unannotated: Option<String>,
    /// A method with a prefix alone gives back an object whose annotated methods are routes below.
    #[serde(default)]
    pub locators: bool,
    /// Access may be ruled in files that are not read: silence proves nothing.
    #[serde(default)]
    pub ruled_elsewhere: bool,
    /// What comes to its entry points are requests of HTTP, so that central rules decide them.
    #[serde(default = "yes")]
    pub requests: bool,
    #[serde(default)]
    pub types: Vec<TypeRule>,
    #[serde(default)]
    pub calls: Vec<CallRule>,
    /// Clients of hosted services: what makes one, or asks it.
    #[serde(default)]
    pub services: Vec<ServiceRule>,
    #[serde(default)]
    pub annotations: Vec<AnnotationRule>,
    #[serde(default)]
    pub classes: Vec<ClassRule>,
    #[serde(default)]
    pub guards: Vec<GuardRule>,
    #[serde(default)]
    pub verifies: Vec<VerifyRule>,
    #[serde(default)]
    pub rejects: Vec<RejectRule>,
    #[serde(default)]
    pub reads: Vec<ReadRule>,
    #[serde(default)]
    pub sinks: Vec<SinkRule>,
    #[serde(default)]
    pub attributes: Vec<AttributeRule>,
    #[serde(default)]
    pub models: Vec<ModelRule>,
    /// What holds all that a request sends (`Request.body`), or gives it back.
    #[serde(default)]
    pub bodies: Vec<String>,
    /// Functions whose result is made of the words of their arguments, in order (`os.path.join`).
    #[serde(default)]
    pub carries: Vec<String>,
    #[serde(default)]
    pub words: WordRule,
    #[serde(default)]
    pub values: Vec<ValueRule>,
    /// What stands in parentheses in a path may be missing.
    #[serde(default)]
    pub optional_parts: bool,
    #[serde(default)]
    pub tables: Vec<Table>,
    #[serde(default)]
    pub handlers: Option<HandlerRule>,
    #[serde(default)]
    pub central: Option<CentralRule>,
    #[serde(default)]
    pub project: Option<ProjectRule>,
    #[serde(default)]
    pub routed: Vec<RoutedRule>,
    /// Texts among guards are names of guards.
    #[serde(default)]
    pub named_guards: bool,
    #[serde(default)]
    pub files: Vec<FileRule>,
    /// How resources that code declares are named.
    #[serde(default)]
    pub constructs: Option<ConstructRules>,
}

/// Words of a language itself, for following what a request brings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct WordRule {
    /// Methods that give back the text that they are called on, in another form.
    pub passing: Vec<String>,
    /// Members of a text that are no text of anybody's choice.
    pub counts: Vec<String>,
    /// Methods and functions that only ask whether something is there.
    pub presence: Vec<String>,
    /// Types of parameters that are texts; the empty one: no type is written.
    pub texts: Vec<String>,
    /// Arguments of a parameter's default by which the framework checks it.
    pub checks: Vec<String>,
}

/// The routes that one word declares.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct Table {
    pub name: String,
    #[serde(default)]
    pub plural: bool,
    #[serde(default)]
    pub member: String,
    #[serde(default)]
    pub nested: String,
    /// The name of what tells one of many, whatever the resource is called.
    #[serde(default)]
    pub parameter: Option<String>,
    /// The path has small letters and dashes.
    #[serde(default)]
    pub dashed: bool,
    pub actions: Vec<TableAction>,
}

/// One route of a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct TableAction {
    pub action: String,
    pub methods: Vec<String>,
    #[serde(default)]
    pub path: String,
    #[serde(default)]
    pub controller: Option<String>,
    #[serde(default)]
    pub group: Option<String>,
}

/// How routes name their handlers in a text.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct HandlerRule {
    #[serde(default)]
    pub separator: String,
    #[serde(default)]
    pub class: String,
    #[serde(default)]
    pub methods: Vec<String>,
    #[serde(default)]
    pub anywhere: bool,
    /// Name spaces in which such a class is looked for.
    #[serde(default)]
    pub r#in: Vec<String>,
}

fn yes() -> bool {
    true
}

/// What an object is there for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named in the README")]
pub enum TypeRole {
    App,
    Router,
    Client,
    Server,
    Methods,
    Request,
    #[default]
    Other,
}

/// A type of object that is followed through the code.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct TypeRule {
    pub name: String,
    #[serde(default)]
    pub names: Vec<String>,
    #[serde(default)]
    pub values: Vec<String>,
    #[serde(default)]
    pub extends: Vec<String>,
    #[serde(default)]
    pub role: TypeRole,
    #[serde(default)]
    pub prefix: Option<Selectors>,
    #[serde(default)]
    pub guards: Option<Selectors>,
    #[serde(default)]
    pub base: Option<Selectors>,
    #[serde(default)]
    pub protocol: Option<String>,
    #[serde(default)]
    pub technology: Option<String>,
    #[serde(default)]
    pub setting: Option<String>,
    #[serde(default)]
    pub listens: bool,
    /// Of the project's classes of this base: that method gets the object itself as a router.
    #[serde(default)]
    pub registers: Option<String>,
    #[serde(default)]
    pub takes: Option<String>,
    /// What it takes is named as the handler's parameter is.
    #[serde(default)]
    pub named: bool,
    #[serde(default)]
    pub parameters: Vec<String>,
    /// In the body of a group it stands for the group.
    #[serde(default)]
    pub stacked: bool,
    /// Modules whose import makes `self` at the top of a file such an object.
    #[serde(default)]
    pub main: Vec<String>,
    /// A class of the project's that is not at hand: what it puts before its routes is not known.
    #[serde(default)]
    pub unseen: bool,
    #[serde(default)]
    pub children: Option<Selectors>,
    #[serde(default)]
    pub tuples: Option<String>,
    #[serde(default)]
    pub guarded_default: Option<String>,
    #[serde(default)]
    pub parent: Option<Selectors>,
    /// The resource that making one declares.
    #[serde(default)]
    pub makes: Option<Making>,
    /// What such an object is as an attribute of a resource.
    #[serde(default)]
    pub word: Option<String>,
}

/// One or several ways to find an argument, tried in order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Selectors {
    /// A single one.
    One(Selector),
    /// Tried in order.
    Several(Vec<Selector>),
}

impl Selectors {
    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = &Selector> {
        match self {
            Selectors::One(one) => std::slice::from_ref(one).iter(),
            Selectors::Several(several) => several.iter(),
        }
    }
}

/// A way to find an argument.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Selector {
    /// By position; from the end when negative.
    Position(i32),
    /// A keyword, a range (`1..`), a key in one (`1.prefix`), or `decorated`, `self`, `result`, `star`.
    Word(String),
}

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
    Answer,
    Root,
    Construct,
    Amend,
    Column,
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
}

/// What an annotation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named in the README")]
pub enum AnnotationVerb {
    Controller,
    Prefix,
    Route,
    Parameter,
    Message,
    Schedule,
    Client,
    Value,
    Property,
    Root,
    Binds,
    Ignore,
    Module,
    Guard,
    Version,
    Member,
    Is,
}

/// The meaning of an annotation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct AnnotationRule {
    pub names: Vec<String>,
    pub does: AnnotationVerb,
    /// The product of the catalogue that the program is.
    #[serde(default)]
    pub product: Option<String>,
    #[serde(default)]
    pub method: Option<String>,
    #[serde(default)]
    pub method_from: Option<Selectors>,
    #[serde(default)]
    pub method_default: Option<Vec<String>>,
    #[serde(default)]
    pub path: Option<Selectors>,
    #[serde(default)]
    pub kind: Option<String>,
    #[serde(default)]
    pub r#in: Option<String>,
    #[serde(default)]
    pub key: Option<Selectors>,
    #[serde(default)]
    pub channel: Option<Selectors>,
    #[serde(default)]
    pub target: Option<Selectors>,
    #[serde(default)]
    pub protocol: Option<String>,
    #[serde(default)]
    pub technology: Option<String>,
    #[serde(default)]
    pub setting: Option<String>,
    #[serde(default)]
    pub property: Option<String>,
    #[serde(default)]
    pub value: Option<toml::Value>,
    #[serde(default)]
    pub when: Vec<Condition>,
    #[serde(default)]
    pub requires: Vec<Requirement>,
    #[serde(default)]
    pub opened: bool,
    /// Name of a parameter that is all of its place, where no key is given.
    #[serde(default)]
    pub whole: Option<String>,
    #[serde(default)]
    pub guards: Option<Selectors>,
    #[serde(default)]
    pub version: Option<Selectors>,
    #[serde(default)]
    pub controllers: Option<Selectors>,
    #[serde(default)]
    pub imports: Option<Selectors>,
    #[serde(default)]
    pub providers: Option<Selectors>,
    #[serde(default)]
    pub guard_tokens: Vec<String>,
    #[serde(default)]
    pub mounts: Vec<String>,
    /// The class of the method needs no mark of a controller.
    #[serde(default)]
    pub anywhere: bool,
    /// `value`: what stands in for the setting.
    #[serde(default)]
    pub default: Option<Selectors>,
    /// `route` on a class: only on one of these bases, which is a record of the request.
    #[serde(default)]
    pub on: Vec<String>,
    /// A fixed path before the written one.
    #[serde(default)]
    pub base: Option<String>,
    /// Annotations of the method whose first argument is the path where none is written.
    #[serde(default)]
    pub named_by: Vec<String>,
    #[serde(default)]
    pub under: Option<String>,
    #[serde(default)]
    pub pattern: bool,
}

/// Parameters that a request must have for a route to be meant.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct Requirement {
    pub r#in: String,
    pub of: Selectors,
}

/// Classes whose methods are handlers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct ClassRule {
    #[serde(default)]
    pub bases: Vec<String>,
    /// Name spaces whose classes are meant, whatever they extend…
    #[serde(default)]
    pub spaces: Vec<String>,
    /// … where the manifest depends on one of these.
    #[serde(default)]
    pub packages: Vec<String>,
    #[serde(default)]
    pub methods: BTreeMap<String, String>,
    #[serde(default)]
    pub service: Option<Selectors>,
    #[serde(default)]
    pub limited_by: Option<String>,
    #[serde(default)]
    pub mapped_by: Vec<String>,
    #[serde(default)]
    pub clouded_by: Vec<String>,
    #[serde(default)]
    pub aliases: Vec<String>,
    #[serde(default)]
    pub rules: Option<String>,
    #[serde(default)]
    pub r#in: Option<String>,
    /// Methods of this name are actions, routed by `path` of their class's and their own name.
    #[serde(default)]
    pub actions: Option<String>,
    /// The action that its class's path alone means.
    #[serde(default)]
    pub index: Option<String>,
    /// What stands between the words of a name in a path.
    #[serde(default)]
    pub between: Option<String>,
    /// What actions answer, where that is not told by what they read.
    #[serde(default)]
    pub method: Option<String>,
    #[serde(default)]
    pub table: Option<String>,
    /// Its public methods are ways in of this kind.
    #[serde(default)]
    pub serves: Option<String>,
    #[serde(default)]
    pub path: Option<String>,
    /// Of a class without such methods.
    #[serde(default)]
    pub alone: Option<String>,
    #[serde(default)]
    pub except: Vec<String>,
    #[serde(default)]
    pub protocol: Option<String>,
    #[serde(default)]
    pub technology: Option<String>,
    /// What comes to such a class by itself; the type argument of the base is the channel.
    #[serde(default)]
    pub kind: Option<String>,
    /// This method runs before the routes of the pack.
    #[serde(default)]
    pub before: Option<String>,
    /// One of these annotations puts it there.
    #[serde(default)]
    pub marked: Vec<String>,
    /// Methods by which it lets requests off.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Its fields are environment variables.
    #[serde(default)]
    pub environment: bool,
    /// Methods that the library's class has itself.
    #[serde(default)]
    pub inherited: Vec<String>,
    /// Fields of the class that hold its guards.
    #[serde(default)]
    pub guarded_by: Vec<String>,
    /// A constant of the program that holds them where the class says none.
    #[serde(default)]
    pub guarded_default: Option<String>,
    /// Methods that, where the class has them, decide by themselves who may.
    #[serde(default)]
    pub decided_by: Vec<String>,
}

/// What standing on a route's chain does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named in the README")]
pub enum Effect {
    Authenticates,
    Authorizes,
    Optional,
    Exempts,
    RateLimits,
    VerifiesSignature,
    Harmless,
    Contained,
}

/// A guard known by name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct GuardRule {
    pub names: Vec<String>,
    pub effect: Effect,
    #[serde(default)]
    pub call: bool,
    /// On a method it stands in place of its class's.
    #[serde(default)]
    pub replaces: bool,
    /// It is meant of annotated routes of these packs only.
    #[serde(default)]
    pub routes_of: Vec<String>,
    /// `contained`: the arguments that are the guards.
    #[serde(default)]
    pub of: Option<Selectors>,
    /// `contained`: a constant of the program that holds the guards…
    #[serde(default)]
    pub setting: Option<String>,
    /// … unless one of these stands on the way, too.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Only these methods come through.
    #[serde(default)]
    pub methods: Vec<String>,
    #[serde(default)]
    pub methods_from: Option<Selectors>,
    /// Requests that only read are let through.
    #[serde(default)]
    pub reads_pass: bool,
    #[serde(default)]
    pub when: Vec<Condition>,
}

/// Calls that fail unless a credential is valid.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct VerifyRule {
    pub names: Vec<String>,
    /// It gives an error back instead of throwing.
    #[serde(default)]
    pub returns_error: bool,
    #[serde(default)]
    pub when: Vec<Condition>,
}

/// Calls that turn a request away.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct RejectRule {
    pub names: Vec<String>,
    #[serde(default)]
    pub status: Option<Selectors>,
    #[serde(default)]
    pub code: Option<u16>,
    /// It ends a guard only; a handler answers so, too.
    #[serde(default)]
    pub only_guards: bool,
    /// Only where an error was caught.
    #[serde(default)]
    pub caught: bool,
}

/// A name, or several.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Names {
    /// A single one.
    One(String),
    /// All mean the same.
    Several(Vec<String>),
}

impl Names {
    /// In order.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Names::One(one) => std::slice::from_ref(one),
            Names::Several(several) => several,
        }
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = &String> {
        self.as_slice().iter()
    }
}

/// Parameters that a handler takes out of the request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct ReadRule {
    pub of: Names,
    pub r#in: String,
    #[serde(default)]
    pub with: Vec<String>,
    #[serde(default)]
    pub whole: bool,
    #[serde(default)]
    pub strip: Option<String>,
    /// Every argument is a name, and every named one.
    #[serde(default)]
    pub every: bool,
    /// What is read holds the path's parameters, too.
    #[serde(default)]
    pub merged: bool,
    /// Which argument of a method in `with` is the name.
    #[serde(default)]
    pub at: usize,
}

/// Calls that do what a text says: a query, a command, a path. Where a request's words stand in it, its
/// callers can rewrite it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct SinkRule {
    /// Full names.
    #[serde(default)]
    pub names: Vec<String>,
    /// Or these methods of clients that speak one of these protocols.
    #[serde(default)]
    pub methods: Vec<String>,
    #[serde(default)]
    pub protocols: Vec<String>,
    pub of: Selectors,
    /// Texts in lists and maps count, too.
    #[serde(default)]
    pub deep: bool,
    /// The property of the component, or of the client's flow; `logged`: a line of a log is written.
    pub sets: String,
    /// Functions that every object has: a name without a dot is meant whatever it is called on.
    #[serde(default)]
    pub anywhere: bool,
    /// The word in `output_sinks` where the words are a model's.
    #[serde(default)]
    pub answer: Option<String>,
    #[serde(default)]
    pub when: Vec<Condition>,
}

impl SinkRule {
    /// What `sets` says where a line of a log is written.
    pub const LOGGED: &'static str = "logged";
}

/// What says something of the route at which it is called, read, stands as a guard or is the type or the
/// annotation of a parameter.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct AttributeRule {
    /// Full names, or members of this pack's types.
    pub names: Vec<String>,
    /// The property of the entry point.
    pub sets: String,
    #[serde(default = "yes")]
    pub value: bool,
    #[serde(default)]
    pub when: Vec<Condition>,
}

/// Stored records, and what fills one with all that it is given.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct ModelRule {
    /// Bases of classes of the project, or functions that make a model and are told its fields.
    pub names: Vec<String>,
    /// Its methods that take the values; `new` is making one.
    pub fills: Vec<String>,
    /// The field of the class that lists what may be filled …
    #[serde(default)]
    pub listed: Option<String>,
    /// … and the one that lists what may not; without a list that is empty, nothing may.
    #[serde(default)]
    pub unlisted: Option<String>,
}

/// A constant of a library.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct ValueRule {
    pub name: Names,
    pub text: String,
}

/// Rules of access that stand in one place: which words build them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "packs/central.md documents every key")]
pub struct CentralRule {
    pub builders: Vec<String>,
    pub gives: Vec<String>,
    pub scope: Vec<String>,
    pub select: Vec<String>,
    pub select_all: Vec<String>,
    pub pairs: Vec<String>,
    pub opens: Vec<String>,
    pub exempts: Vec<String>,
    pub authenticates: Vec<String>,
    pub authorizes: Vec<String>,
    pub expressions: Vec<String>,
    pub ignores: Vec<String>,
    pub adapters: Vec<String>,
    pub order: Vec<String>,
    pub conditional: Vec<String>,
    pub starts: Vec<String>,
    pub fallback: Vec<String>,
    pub filters: Vec<String>,
    pub maps: Vec<String>,
}

impl Pack {
    /// The product's name as reported; none for a pack of many libraries, of which each rule names its own.
    pub fn technology(&self) -> Option<&str> {
        Some(self.technology.as_deref().unwrap_or(&self.name)).filter(|name| !name.is_empty())
    }

    /// Modules whose import is a use of the library.
    pub fn modules(&self) -> &[String] {
        self.modules.as_deref().unwrap_or(&self.imports)
    }
}
