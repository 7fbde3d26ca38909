//! The types of a pack, as TOML spells them.

use serde::Deserialize;
use std::collections::BTreeMap;
use threatline_facts::Language;

/// Languages that share packs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Family {
    CSharp,
    Go,
    Java,
    #[serde(rename = "javascript")]
    JavaScript,
    Php,
    Python,
    Rust,
}

impl Family {
    /// All of them.
    pub const ALL: &[Family] = &[Family::CSharp, Family::Go, Family::Java, Family::JavaScript, Family::Php, Family::Python, Family::Rust];

    /// Its place in [`Family::ALL`].
    pub fn number(self) -> usize {
        self as usize
    }

    /// The folder that holds its built-in packs.
    pub fn folder(self) -> &'static str {
        match self {
            Family::CSharp => "csharp",
            Family::Go => "go",
            Family::Java => "java",
            Family::JavaScript => "javascript",
            Family::Php => "php",
            Family::Python => "python",
            Family::Rust => "rust",
        }
    }

    /// The family of a language.
    pub fn of(language: Language) -> Self {
        match language {
            Language::CSharp => Family::CSharp,
            Language::Go => Family::Go,
            Language::Java => Family::Java,
            Language::JavaScript | Language::TypeScript | Language::Tsx => Family::JavaScript,
            Language::Php => Family::Php,
            Language::Python => Family::Python,
            Language::Rust => Family::Rust,
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
    #[serde(default)]
    pub types: Vec<TypeRule>,
    #[serde(default)]
    pub calls: Vec<CallRule>,
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
    pub values: Vec<ValueRule>,
    #[serde(default)]
    pub central: Option<CentralRule>,
    /// Guards may stand where packs do not see them: nothing is concluded from silence.
    #[serde(default)]
    pub clouded: bool,
    /// Texts among guards are names of guards.
    #[serde(default)]
    pub named_guards: bool,
    #[serde(default)]
    pub files: Vec<FileRule>,
    #[serde(default)]
    pub resources: Vec<ResourceTable>,
}

/// Files that a framework loads by their place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct FileRule {
    pub paths: Vec<String>,
    #[serde(default)]
    pub packages: Vec<String>,
    #[serde(default)]
    pub prefix: Option<String>,
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    #[serde(default)]
    pub serves: bool,
    /// The framework itself loads them, and puts nothing before.
    #[serde(default)]
    pub certain: bool,
    /// What they give back is handed to a call of this name.
    #[serde(default)]
    pub gives: Option<String>,
}

/// The routes that a resource has.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct ResourceTable {
    pub name: String,
    #[serde(default)]
    pub parameter: Option<String>,
    /// The path has small letters and dashes.
    #[serde(default)]
    pub dashed: bool,
    pub actions: Vec<ResourceAction>,
}

/// One of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct ResourceAction {
    pub name: String,
    pub methods: Vec<String>,
    #[serde(default)]
    pub path: String,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named in the README")]
pub enum Verb {
    Make,
    Route,
    Mount,
    Group,
    Prefix,
    Bind,
    Filter,
    Both,
    Either,
    Answer,
    Middleware,
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
    Actions,
    Alias,
    Read,
    Under,
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
    pub present: Option<bool>,
}

/// The meaning of a call.
#[derive(Clone, Debug, Deserialize)]
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
    #[serde(default)]
    pub handler_in: Vec<String>,
    #[serde(default)]
    pub handler_ends: Option<String>,
    #[serde(default)]
    pub controller: Option<Selectors>,
    #[serde(default)]
    pub namespace: Option<Selectors>,
    #[serde(default)]
    pub table: Option<String>,
    #[serde(default)]
    pub only: Option<Selectors>,
    #[serde(default)]
    pub except: Option<Selectors>,
    #[serde(default)]
    pub path_default: Option<String>,
    #[serde(default)]
    pub fits: Option<String>,
    #[serde(default)]
    pub unfit: Option<String>,
    #[serde(default)]
    pub path_as: Option<String>,
    #[serde(default)]
    pub records: Option<usize>,
    #[serde(default)]
    pub entries: Option<Selectors>,
    #[serde(default)]
    pub handler_form: Option<String>,
    #[serde(default)]
    pub body: Option<Selectors>,
    /// The body is an object: its method of that name gets the router.
    #[serde(default)]
    pub registers: Option<String>,
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
    #[serde(default)]
    pub scope: Scope,
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
    Ignore,
}

/// The meaning of an annotation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct AnnotationRule {
    pub names: Vec<String>,
    pub does: AnnotationVerb,
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
    pub bases: Vec<String>,
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
    /// Methods of this name are actions, routed by a pattern of their class's and their own name.
    #[serde(default)]
    pub actions: Option<String>,
    #[serde(default)]
    pub pattern: Option<String>,
    #[serde(default)]
    pub table: Option<String>,
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
    pub fn iter(&self) -> impl Iterator<Item = &String> {
        match self {
            Names::One(one) => std::slice::from_ref(one).iter(),
            Names::Several(several) => several.iter(),
        }
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
    /// The property of the component, or of the client's flow.
    pub sets: String,
    #[serde(default)]
    pub when: Vec<Condition>,
}

/// A constant of a library.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct ValueRule {
    pub name: String,
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
    pub opens: Vec<String>,
    pub exempts: Vec<String>,
    pub authenticates: Vec<String>,
    pub authorizes: Vec<String>,
    pub expressions: Vec<String>,
    pub ignores: Vec<String>,
    pub adapters: Vec<String>,
    pub order: Vec<String>,
    pub conditional: Vec<String>,
    pub fallback: Vec<String>,
    pub filters: Vec<String>,
    pub maps: Vec<String>,
}

impl Pack {
    /// The library's name as reported.
    pub fn technology(&self) -> &str {
        self.technology.as_deref().unwrap_or(&self.name)
    }

    /// Modules whose import is a use of the library.
    pub fn modules(&self) -> &[String] {
        self.modules.as_deref().unwrap_or(&self.imports)
    }

    /// What TOML's types cannot hold: references to types of the pack, non-empty lists, known words.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.imports.is_empty() || self.languages.is_empty() {
            return Err("`imports` and `languages` must not be empty".to_owned());
        }
        for (ty, rule) in self.files.iter().flat_map(|rule| rule.variables.values().map(move |ty| (ty, rule))) {
            self.check_type(ty)?;
            if rule.paths.is_empty() {
                return Err("files without `paths`".to_owned());
            }
        }
        for call in &self.calls {
            if let Some(table) = call.table.as_ref().filter(|table| !self.resources.iter().any(|known| known.name == **table)) {
                return Err(format!("`{table}` is no table of resources of this pack"));
            }
            for name in [&call.gives, &call.on].into_iter().flatten().chain(&call.handler_takes) {
                self.check_type(name)?;
            }
            if call.names.is_empty() {
                return Err("a call without `names`".to_owned());
            }
        }
        for name in self.types.iter().flat_map(|rule| &rule.extends) {
            self.check_type(name)?;
        }
        let places = self.reads.iter().map(|rule| &rule.r#in).chain(self.annotations.iter().filter_map(|rule| rule.r#in.as_ref()));
        for place in places {
            if !["path", "query", "body", "form", "header", "cookie"].contains(&place.as_str()) {
                return Err(format!("`{place}` is no place of a parameter"));
            }
        }
        Ok(())
    }

    fn check_type(&self, name: &str) -> Result<(), String> {
        if name.is_empty() || name.contains(':') || self.types.iter().any(|rule| rule.name == name) {
            return Ok(());
        }
        Err(format!("`{name}` is no type of this pack"))
    }
}
