//! What annotations and classes declare.

use super::*;

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
    Area,
    Named,
    Serve,
}

/// The meaning of an annotation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct AnnotationRule {
    pub names: Vec<String>,
    pub does: AnnotationVerb,
    /// Of a command that a class is: the classes that are its own commands.
    #[serde(default)]
    pub child: Option<Selectors>,
    /// The area stands before the paths that annotations of its routes say.
    #[serde(default)]
    pub leads: bool,
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
    /// Of a client: keys of the configuration under which its address stands, the first that is set; `{}` is its `key`, or the
    /// full name of its class.
    #[serde(default)]
    pub settings: Vec<String>,
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
    /// What the path is made of: `Query.{name}`, where `{name}` is the written one, or the method's.
    #[serde(default)]
    pub path_as: Option<String>,
    /// `serve`: what may be left out at either end of methods' names (`Get*`, `*Async`).
    #[serde(default)]
    pub omits: Vec<String>,
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
    /// Its methods answer the HTTP method that their names begin with where nothing else says one, or else this one.
    #[serde(default)]
    pub verbs: Option<String>,
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
