//! The types of a pack, as TOML spells them.

mod calls;
mod declared;
mod proofs;

use super::ServiceRule;
use super::constructs::{ConstructRules, Making, TranslatedRule};
use super::files::{FileRule, Methods, Notation, ProjectRule, RoutedRule};
use serde::Deserialize;
use std::collections::BTreeMap;
use threatline_facts::Language;

pub use calls::*;
pub use declared::*;
pub use proofs::*;

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
    pub types: Vec<Box<TypeRule>>,
    #[serde(default)]
    pub calls: Vec<Box<CallRule>>,
    /// Clients of hosted services: what makes one, or asks it.
    #[serde(default)]
    pub services: Vec<ServiceRule>,
    #[serde(default)]
    pub annotations: Vec<Box<AnnotationRule>>,
    #[serde(default)]
    pub classes: Vec<Box<ClassRule>>,
    #[serde(default)]
    pub guards: Vec<GuardRule>,
    #[serde(default)]
    pub verifies: Vec<VerifyRule>,
    #[serde(default)]
    pub rejects: Vec<RejectRule>,
    #[serde(default)]
    pub reads: Vec<ReadRule>,
    #[serde(default)]
    pub asked: Vec<AskedRule>,
    #[serde(default)]
    pub sinks: Vec<SinkRule>,
    #[serde(default)]
    pub attributes: Vec<AttributeRule>,
    #[serde(default)]
    pub models: Vec<ModelRule>,
    /// What holds all that a request sends (`Request.body`), or gives it back.
    #[serde(default)]
    pub bodies: Vec<String>,
    /// What fills the record that it is handed with what it was made of: `json.NewDecoder(r.Body).Decode(&order)`.
    #[serde(default)]
    pub decodes: Vec<String>,
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
    /// Packs of another language that this one says over again.
    #[serde(default)]
    pub translated: Option<TranslatedRule>,
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
    /// Files of handlers from the package's folder, and what they offer: `api/{action}.js#run`.
    #[serde(default)]
    pub files: Vec<String>,
    /// What such a file offers under this name tells by its keys what the handler takes.
    #[serde(default)]
    pub takes: Option<String>,
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

/// In place of where a type takes its fields from: the program itself hands it to handlers.
const OWN: &str = "-";

impl TypeRule {
    /// Where in a request a handler's parameter of this type takes the fields of its type argument from.
    pub fn takes_from(&self) -> Option<&str> {
        self.takes.as_deref().filter(|place| *place != OWN)
    }

    /// Whether what such a parameter holds is the program's own, and nothing that a request brings.
    pub fn holds_own(&self) -> bool {
        self.takes.as_deref() == Some(OWN)
    }
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
    /// Of a class that says no prefix itself: fields and `{class}` in braces; the first of which all is known.
    #[serde(default)]
    pub prefix_as: Vec<String>,
    /// Routes that a class of it has by itself, by the names under which it lists which of them (`GET /{id}`).
    #[serde(default)]
    pub brings: BTreeMap<String, String>,
    /// Fields of the class with the names of those that it has, and of those that it has not.
    #[serde(default)]
    pub brings_only: Option<String>,
    #[serde(default)]
    pub brings_except: Option<String>,
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
    /// Names of the fields that it takes, where it is a record of the library's own.
    #[serde(default)]
    pub holds: Vec<String>,
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

/// Members of a request that tell what it asks for, which a program compares to tell its routes apart.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct AskedRule {
    pub path: Vec<String>,
    #[serde(default)]
    pub method: Vec<String>,
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
    /// A name says where it is and what it is to be: `post.name/a`.
    #[serde(default)]
    pub spelt: bool,
    /// Which argument of a method in `with` is the name.
    #[serde(default)]
    pub at: usize,
    /// Tags of the fields of the record that it fills, and where each says that a field is.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
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
    /// It is a document: whoever writes all of it says what is looked for.
    #[serde(default)]
    pub documents: bool,
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
    /// It counts before what is said without this.
    #[serde(default)]
    pub decides: bool,
    /// It says nothing where the way in takes files.
    #[serde(default)]
    pub but_files: bool,
    /// A constant of the program: where it is the null value, the opposite is said.
    #[serde(default)]
    pub constant: Option<String>,
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
    /// Its fields are not declared in the class: whatever lets all of a request through fills any of them.
    #[serde(default)]
    pub undeclared: bool,
    /// The method that is told its fields: `User.init({ … })`.
    #[serde(default)]
    pub told_by: Option<String>,
    /// The class in it that names a model and the fields of it that may be filled: `class Meta`.
    #[serde(default)]
    pub described_by: Option<String>,
    /// The field of a handler's class that names such a class, where the library itself fills it.
    #[serde(default)]
    pub used_by: Option<String>,
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
    pub harmless: Vec<String>,
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
