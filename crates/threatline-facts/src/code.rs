//! What source code says: a file, reduced to what routing, guarding, calling and data need.
//!
//! A source file is kept as a small program of neutral steps and values, without positions and without
//! what no reader asks for. Its meaning (which call registers a route, which function guards) needs
//! other files and the packs, so it is worked out when files are joined.

mod whole;
mod within;

use crate::{Language, Mark};
use serde::{Deserialize, Serialize};

/// One thing that a source file says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CodeFact {
    /// The whole file, reduced.
    Source(Box<Source>),
}

/// A source file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Source {
    /// Its language.
    pub language: Language,
    /// `package` (Java, Go), file-level `namespace` (C#).
    pub package: Option<String>,
    /// In order.
    pub imports: Vec<Import>,
    /// In order.
    pub exports: Vec<Export>,
    /// The first is the top level of the file; the others are numbered in the order of the text, lambdas
    /// and methods included.
    pub functions: Vec<Function>,
    /// In the order of the text.
    pub classes: Vec<Class>,
    /// Parts could not be parsed or were cut off: nothing may be concluded from silence.
    pub partial: bool,
}

/// A name that comes from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Import {
    /// The name in this file; `*` for everything.
    pub local: String,
    /// The module as written.
    pub module: String,
    /// What is taken from it; none is the module itself, `*` everything.
    pub member: Option<String>,
    /// Only types are meant (`import type`): what it names is no part of the program.
    pub types_only: bool,
    /// Where.
    pub mark: Mark,
}

/// A name that is offered to others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Export {
    /// The outside name; `*` for everything of `from`.
    pub name: String,
    /// The value, when it is of this file.
    pub value: Option<Value>,
    /// Module and member, when it is handed on.
    pub from: Option<(String, String)>,
}

/// A function, method, lambda, or the top level of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Function {
    /// Empty for lambdas and the top level.
    pub name: String,
    /// The class it is a method of, by number.
    pub class: Option<u32>,
    /// Name of the receiver (Go) and name of the type it is a method of (Go, Rust).
    pub receiver: Option<(String, String)>,
    /// In order, without `self`.
    pub parameters: Vec<Parameter>,
    /// Declared type of the result.
    pub returns: Option<TypeName>,
    /// Decorators, annotations, attributes; in order.
    pub annotations: Vec<Call>,
    /// What it does.
    pub steps: Vec<Step>,
    /// Needs no object.
    pub is_static: bool,
    /// Offered outside.
    pub public: bool,
    /// The line of its name.
    pub mark: Mark,
}

/// A parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Parameter {
    /// Empty for a pattern.
    pub name: String,
    /// Names taken out of it by a pattern.
    pub names: Vec<String>,
    /// Declared type.
    pub declared: Option<TypeName>,
    /// Default value.
    pub default: Option<Value>,
    /// Annotations.
    pub annotations: Vec<Call>,
    /// `*args`, `...rest`.
    pub variadic: bool,
    /// Where.
    pub mark: Mark,
}

/// A type as written, dotted; `[]` is a list of its argument, `|` a union.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TypeName {
    /// Dotted.
    pub name: String,
    /// Type arguments.
    pub arguments: Vec<TypeName>,
    /// Expressions among the arguments.
    pub extras: Vec<Value>,
}

/// A class or what resembles one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Superclass, interfaces, embedded structs; in order.
    pub bases: Vec<TypeName>,
    /// Decorators, annotations, attributes.
    pub annotations: Vec<Call>,
    /// In order.
    pub fields: Vec<Field>,
    /// Methods by number, in order.
    pub methods: Vec<u32>,
    /// An interface or trait: nothing of it runs.
    pub is_abstract: bool,
    /// An enumeration: its fields are its constants.
    pub is_enum: bool,
    /// The line of its name.
    pub mark: Mark,
}

/// A field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Declared type.
    pub declared: Option<TypeName>,
    /// Initial value.
    pub value: Option<Value>,
    /// Annotations; a Go struct tag is one named `tag`.
    pub annotations: Vec<Call>,
    /// Where.
    pub mark: Mark,
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Step {
    /// `target = value`; a target is a name, member, index, or a list or map of such.
    Bind {
        /// What is assigned to.
        target: Value,
        /// Declared type.
        declared: Option<TypeName>,
        /// None for a declaration without value.
        value: Option<Value>,
        /// Where.
        mark: Mark,
    },
    /// Evaluated for its effect.
    Do(Value),
    /// Leaves the function with a value.
    Return(Option<Value>),
    /// Leaves with an error.
    Throw(Option<Value>),
    /// One or the other.
    If {
        /// What is tested.
        condition: Value,
        /// When it holds.
        then: Vec<Step>,
        /// When it does not.
        otherwise: Vec<Step>,
    },
    /// Any number of times.
    Loop {
        /// Variable and what it runs over.
        over: Option<(Value, Value)>,
        /// What is repeated.
        body: Vec<Step>,
    },
    /// A body whose errors are handled.
    Try {
        /// What is tried.
        body: Vec<Step>,
        /// Each handler.
        handlers: Vec<Vec<Step>>,
        /// What follows in any case.
        finally: Vec<Step>,
    },
    /// A scope of its own.
    Block(Vec<Step>),
    /// A function is defined under its name.
    Function(u32),
    /// A class is defined under its name.
    Class(u32),
}

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Value {
    /// A string.
    Text(String),
    /// A number as written.
    Number(String),
    /// A truth value.
    Boolean(bool),
    /// None.
    Null,
    /// A name; `self` and `super` are such.
    Name(String),
    /// `object.name`.
    Member(Box<Value>, String),
    /// `object[index]`.
    Index(Box<Value>, Box<Value>),
    /// A call or construction.
    Call(Box<Call>),
    /// A lambda, by number.
    Function(u32),
    /// A class in expression position, by number.
    Class(u32),
    /// A list.
    List(Vec<Value>),
    /// A map in order; a spread has the key `Null`.
    Map(Vec<(Value, Value)>),
    /// Texts put together.
    Join(Vec<Value>),
    /// The first that is there: `a || b`, `a ?? b`, both arms of a conditional.
    Either(Vec<Value>),
    /// `!x`.
    Not(Box<Value>),
    /// Any other operator, with what it works on.
    Operator(String, Vec<Value>),
    /// Not understood; calls inside are kept.
    Unknown(Vec<Value>),
}

/// A call, construction, decorator or annotation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Call {
    /// What is called.
    pub callee: Value,
    /// In order.
    pub arguments: Vec<Argument>,
    /// `<T>`.
    pub types: Vec<TypeName>,
    /// `new X()`, `X { }`.
    pub construct: bool,
    /// It has parentheses; an annotation may have none.
    pub applied: bool,
    /// Where.
    pub mark: Mark,
}

/// An argument.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Argument {
    /// For keyword and named arguments.
    pub name: Option<String>,
    /// Its value.
    pub value: Value,
    /// The value is a list of arguments.
    pub spread: bool,
}

/// A module or name that a file refers to and does not define.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Want {
    /// The language that says how it is found.
    pub language: Language,
    /// The module as written; empty for a name of the file's own package.
    pub module: String,
    /// What of it.
    pub member: Option<String>,
}
