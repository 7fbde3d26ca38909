//! The tree that all languages are lowered into.
//!
//! It keeps what routing, guarding, calling and data need, under one set of words, and drops the rest.
//! Whatever a lowering does not know becomes [`ExpressionKind::Unknown`] or [`StatementKind::Block`]
//! *with its children*, so that a call inside is still seen. Lowering never fails and never recurses
//! without a depth bound.

/// Lines of a construct; both count from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First line.
    pub line: u32,
    /// Last line.
    pub end_line: u32,
}

/// One source file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Module {
    /// `package` (Java, Go), file-level `namespace` (C#); none elsewhere.
    pub package: Option<String>,
    /// In order.
    pub imports: Vec<Import>,
    /// TypeScript's `import type`: names of types, which bring no code along.
    pub type_imports: Vec<Import>,
    /// JavaScript/TypeScript exports and re-exports, Rust `pub use`; elsewhere what stands at the top
    /// level can be imported.
    pub exports: Vec<Export>,
    /// Top-level statements in order, declarations included.
    pub body: Vec<Statement>,
    /// The parser reported errors somewhere; what was understood is here all the same.
    pub has_errors: bool,
}

/// A name that comes from elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// The name in this file (`express`, `pd`, `Router`); for a glob import `*`.
    pub local: String,
    /// The module as written: `./routes/users`, `fastapi`, `.auth` (Python relative imports keep their
    /// dots), `github.com/gin-gonic/gin`, `org.springframework.web.bind.annotation`, `crate::auth`,
    /// `System.Net.Http`.
    pub module: String,
    /// What is taken from it; none is the module itself, `default` is JavaScript's default export,
    /// `*` is everything.
    pub member: Option<String>,
    /// Where.
    pub span: Span,
}

/// A name that is offered to others.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// The outside name; `default`; `*` for everything of `from`.
    pub name: String,
    /// The value, when it is of this file.
    pub value: Option<Expression>,
    /// Module and member, when it is handed on.
    pub from: Option<(String, String)>,
    /// Where.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Where.
    pub span: Span,
}

/// What a statement does.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// A Go function that assigns through a pointer (`*p = …`) assigns to the name `*p`.
    ///
    /// `target = value`, `const target: declared = value`, `target := value`. Destructuring is a
    /// `List` or `Map` as target. A declaration without value has none.
    Assign {
        /// A name, member, index, list or map.
        target: Expression,
        /// The declared type.
        declared: Option<Type>,
        /// The value.
        value: Option<Expression>,
    },
    /// An expression for its effect.
    Expression(Expression),
    /// `return`; also the tail expression of a Rust block and of an arrow function.
    Return(Option<Expression>),
    /// `throw`, `raise`, `panic!`.
    Throw(Option<Expression>),
    /// `if`; `else if` is an `If` in `otherwise`. `switch`/`match` are chains of them where cases are
    /// constants, else a `Block`.
    If {
        /// What is tested.
        condition: Expression,
        /// When it holds.
        then: Vec<Statement>,
        /// When it does not.
        otherwise: Vec<Statement>,
    },
    /// `for`, `while`; with the bound name and what is iterated, if there are such.
    Loop {
        /// Loop variable and what it runs over.
        over: Option<(Expression, Expression)>,
        /// What is repeated.
        body: Vec<Statement>,
    },
    /// `try`; handlers and `finally` are blocks of their own.
    Try {
        /// What is tried.
        body: Vec<Statement>,
        /// Each `catch`/`except`.
        handlers: Vec<Vec<Statement>>,
        /// `finally`.
        finally: Vec<Statement>,
    },
    /// Statements in a scope of their own: `with`, `using`, `lock`, `{}`, `mod x {}` and whatever a
    /// lowering does not know.
    Block(Vec<Statement>),
    /// A named function, also one that stands in another.
    Function(Box<Function>),
    /// A class, interface, struct, trait, enum, record or object.
    Class(Box<Class>),
}

/// A function, method, constructor, lambda, arrow function or closure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Function {
    /// Empty for a lambda; the class's name or `constructor`/`__init__` as written for constructors.
    pub name: String,
    /// Go receiver, Rust `impl` type: name (if any) and type.
    pub receiver: Option<(String, Type)>,
    /// In order; `self`, `this`, `cls` are left out.
    pub parameters: Vec<Parameter>,
    /// The declared type of what it returns.
    pub returns: Option<Type>,
    /// Decorators, annotations, attributes; in order.
    pub annotations: Vec<Annotation>,
    /// Its statements; an expression body is one `Return`.
    pub body: Vec<Statement>,
    /// Declared public or exported; languages without the notion say true.
    pub public: bool,
    /// `static`, `@staticmethod`, associated function without self.
    pub is_static: bool,
    /// From the first annotation to the last line of the body.
    pub span: Span,
    /// The line of the name itself.
    pub line: u32,
}

/// A parameter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameter {
    /// Its name; destructuring patterns have an empty one.
    pub name: String,
    /// Names taken out of it by a destructuring pattern.
    pub names: Vec<String>,
    /// Its declared type.
    pub declared: Option<Type>,
    /// Its default value.
    pub default: Option<Expression>,
    /// `@RequestParam`, `[FromQuery]`, `@Body()`.
    pub annotations: Vec<Annotation>,
    /// `*args`, `...rest`, `params`.
    pub variadic: bool,
    /// Where.
    pub span: Span,
}

/// A decorator (Python, TypeScript), annotation (Java), attribute (C#, Rust).
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    /// What is applied: a name or member expression (`app.get`, `GetMapping`).
    pub callee: Expression,
    /// Empty when it has no parentheses. Java's single value has no name.
    pub arguments: Vec<Argument>,
    /// Where.
    pub span: Span,
}

/// A class or what resembles one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Which kind.
    pub kind: ClassKind,
    /// Superclass, interfaces, embedded structs, traits; in order.
    pub bases: Vec<Type>,
    /// Keyword arguments of a Python class header.
    pub arguments: Vec<Argument>,
    /// Decorators, annotations, attributes.
    pub annotations: Vec<Annotation>,
    /// Fields, properties, record components, enum constants.
    pub fields: Vec<Field>,
    /// Methods and constructors. Methods of Go types and Rust impls stand at the top level with a
    /// receiver.
    pub methods: Vec<Function>,
    /// Nested classes and static initialisers.
    pub body: Vec<Statement>,
    /// From the first annotation to the closing brace.
    pub span: Span,
    /// The line of the name itself.
    pub line: u32,
}

/// Which kind of class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ClassKind {
    #[default]
    Class,
    Interface,
    Struct,
    Enum,
    Record,
    Object,
}

/// A field or property.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its declared type.
    pub declared: Option<Type>,
    /// Its initial value; the value of an enum constant.
    pub value: Option<Expression>,
    /// Annotations; a Go struct tag is one named `tag` with one string argument.
    pub annotations: Vec<Annotation>,
    /// Where.
    pub span: Span,
}

/// A type as written: `Optional[User]`, `List<Order>`, `*gin.Engine` (pointers, references and
/// nullability are dropped), `ActionResult<OrderDto>`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Type {
    /// Dotted, also for Rust (`axum.Router`).
    pub name: String,
    /// Type arguments; element type of arrays and slices under the name `[]`; members of a union
    /// under the name `|`; members of a tuple, and several results of a Go function, under `()`;
    /// maps of Go under `map`; `Annotated[T, X]` keeps X in `extras`.
    pub arguments: Vec<Type>,
    /// Expressions among the arguments (`Annotated[User, Depends(get_user)]`).
    pub extras: Vec<Expression>,
}

/// An argument.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// For keyword and named arguments.
    pub name: Option<String>,
    /// Its value.
    pub value: Expression,
    /// `*args`, `...args`: the value is a list of arguments.
    pub spread: bool,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Where.
    pub span: Span,
}

/// What an expression is. `await`, casts, parentheses, `&x`, `*x`, `x!`, `x?` (Rust) are transparent.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpressionKind {
    /// A string, unescaped; also a character and a byte string that is text.
    String(String),
    /// A number as written.
    Number(String),
    /// A truth value.
    Boolean(bool),
    /// `null`, `None`, `nil`, `undefined`.
    Null,
    /// Interpolation; the parts in order, literal text as `String`.
    Template(Vec<Expression>),
    /// A name. `this` and `self` are the name `self`; `super` and `base` are `super`.
    Name(String),
    /// `object.name`, `object::name`, `object?.name`, `object->name`.
    Member {
        /// Of what.
        object: Box<Expression>,
        /// Which.
        name: String,
    },
    /// `object[index]`.
    Index {
        /// Of what.
        object: Box<Expression>,
        /// Which.
        index: Box<Expression>,
    },
    /// A call. Construction is a call with `construct`; a Go or Rust struct literal too, with named
    /// arguments. A Rust macro is a call of its name. A tagged template is a call with a template.
    Call {
        /// What is called.
        callee: Box<Expression>,
        /// In order.
        arguments: Vec<Argument>,
        /// `<T>`.
        types: Vec<Type>,
        /// `new X()`, `X { }`.
        construct: bool,
    },
    /// A lambda, arrow function, closure, anonymous function; also a function in expression position.
    Function(Box<Function>),
    /// A class in expression position.
    Class(Box<Class>),
    /// A list, tuple, array, set.
    List(Vec<Expression>),
    /// A map or object literal, in order; keys that are plain names are `String`. A spread is an entry
    /// whose key is `Null`.
    Map(Vec<(Expression, Expression)>),
    /// `left operator right`; the operator as written, with `or`/`and` for the logical ones, `??` for
    /// null coalescing, `+` for addition and concatenation.
    Binary {
        /// As written, see above.
        operator: String,
        /// First operand.
        left: Box<Expression>,
        /// Second operand.
        right: Box<Expression>,
    },
    /// `!x`, `not x`.
    Not(Box<Expression>),
    /// `condition ? then : otherwise`.
    Conditional {
        /// What is tested.
        condition: Box<Expression>,
        /// When it holds.
        then: Box<Expression>,
        /// When it does not.
        otherwise: Box<Expression>,
    },
    /// Anything else; its children, so that calls inside are seen.
    Unknown(Vec<Expression>),
}
