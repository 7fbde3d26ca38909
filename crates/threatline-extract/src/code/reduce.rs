//! The shared tree into facts: numbers for functions and classes, marks for places, and nothing that no
//! reader asks for.

use super::tree::{self, ExpressionKind, StatementKind};
use std::collections::BTreeSet;
use threatline_facts::code::*;
use threatline_facts::{Extracted, Language, Mark};

/// The most values that are kept of one file; what comes later is cut off and the file is partial.
const MAX_VALUES: u32 = 200_000;

/// Reduces one file.
pub(super) fn reduce(language: Language, module: &tree::Module, out: &mut Extracted) -> Source {
    let source = Source {
        language,
        package: module.package.clone(),
        imports: Vec::new(),
        exports: Vec::new(),
        functions: vec![Function::default()],
        classes: Vec::new(),
        partial: module.has_errors,
    };
    let mut reducer = Reducer { source, out, left: MAX_VALUES };
    for (import, types_only) in module.imports.iter().map(|import| (import, false)).chain(module.type_imports.iter().map(|import| (import, true))) {
        let mark = reducer.mark(import.span);
        let import = Import { local: import.local.clone(), module: import.module.clone(), member: import.member.clone(), types_only, mark };
        reducer.source.imports.push(import);
    }
    let steps = reducer.steps(&module.body);
    reducer.source.functions[0].steps.splice(0..0, steps);
    for export in &module.exports {
        let value = export.value.as_ref().map(|value| reducer.value(value));
        reducer.source.exports.push(Export { name: export.name.clone(), value, from: export.from.clone() });
    }
    reducer.source.partial |= reducer.left == 0;
    reducer.source
}

struct Reducer<'o> {
    source: Source,
    out: &'o mut Extracted,
    left: u32,
}

impl Reducer<'_> {
    fn mark(&mut self, span: tree::Span) -> Mark {
        self.out.mark(span.line, span.end_line)
    }

    fn steps(&mut self, statements: &[tree::Statement]) -> Vec<Step> {
        let mut out = Vec::new();
        for statement in statements {
            self.step(statement, &mut out);
        }
        out
    }

    fn step(&mut self, statement: &tree::Statement, out: &mut Vec<Step>) {
        let step = match &statement.kind {
            StatementKind::Assign { target, declared, value } => Step::Bind {
                target: self.value(target),
                declared: declared.as_ref().map(|declared| self.type_name(declared)),
                mark: self.mark(statement.span),
                value: value.as_ref().map(|value| self.value(value)),
            },
            StatementKind::Expression(expression) => {
                let value = self.value(expression);
                // reading by a key is a call in Ruby, and the last thing that many handlers do
                let reads = self.source.language == Language::Ruby && matches!(value, Value::Index(..));
                if !says_something(&value) && !reads {
                    return;
                }
                Step::Do(value)
            }
            StatementKind::Return(value) => Step::Return(value.as_ref().map(|value| self.value(value))),
            StatementKind::Throw(value) => Step::Throw(value.as_ref().map(|value| self.value(value))),
            StatementKind::If { condition, then, otherwise } => {
                Step::If { condition: self.value(condition), then: self.steps(then), otherwise: self.steps(otherwise) }
            }
            StatementKind::Loop { over, body } => {
                let over = over.as_ref().map(|(name, list)| (self.value(name), self.value(list)));
                Step::Loop { over, body: self.steps(body) }
            }
            StatementKind::Try { body, handlers, finally } => {
                Step::Try { body: self.steps(body), handlers: handlers.iter().map(|handler| self.steps(handler)).collect(), finally: self.steps(finally) }
            }
            StatementKind::Block(body) => {
                let steps = self.steps(body);
                if steps.is_empty() {
                    return;
                }
                Step::Block(steps)
            }
            StatementKind::Function(function) => Step::Function(self.function(function, None)),
            StatementKind::Class(class) => Step::Class(self.class(class)),
        };
        out.push(step);
    }

    fn function(&mut self, function: &tree::Function, class: Option<u32>) -> u32 {
        let number = self.source.functions.len() as u32;
        self.source.functions.push(Function::default());
        let annotations = self.annotations(&function.annotations);
        let line = function.line.max(1);
        let mark = self.out.mark(line, line);
        let receiver = function.receiver.as_ref().map(|(name, ty)| (name.clone(), ty.name.clone()));
        let parameters = function.parameters.iter().map(|parameter| self.parameter(parameter)).collect();
        let returns = function.returns.as_ref().map(|returns| self.type_name(returns));
        let steps = self.steps(&function.body);
        self.source.functions[number as usize] = Function {
            name: function.name.clone(),
            class,
            receiver,
            parameters,
            returns,
            annotations,
            steps,
            is_static: function.is_static,
            public: function.public,
            mark,
        };
        number
    }

    fn parameter(&mut self, parameter: &tree::Parameter) -> Parameter {
        Parameter {
            name: parameter.name.clone(),
            names: parameter.names.clone(),
            declared: parameter.declared.as_ref().map(|declared| self.type_name(declared)),
            default: parameter.default.as_ref().map(|default| self.value(default)),
            annotations: self.annotations(&parameter.annotations),
            variadic: parameter.variadic,
            mark: self.mark(parameter.span),
        }
    }

    fn class(&mut self, class: &tree::Class) -> u32 {
        let number = self.source.classes.len() as u32;
        self.source.classes.push(Class::default());
        let annotations = self.annotations(&class.annotations);
        let line = class.line.max(1);
        let mark = self.out.mark(line, line);
        let bases = class.bases.iter().map(|base| self.type_name(base)).collect();
        let fields = class.fields.iter().map(|field| self.field(field)).collect();
        let methods = class.methods.iter().map(|method| self.function(method, Some(number))).collect();
        let nested = self.steps(&class.body);
        // Nested classes and initialisers run where the class is made: at the top level of the file.
        self.source.functions[0].steps.extend(nested);
        self.source.classes[number as usize] = Class {
            name: class.name.clone(),
            bases,
            annotations,
            fields,
            methods,
            is_abstract: class.kind == tree::ClassKind::Interface,
            is_enum: class.kind == tree::ClassKind::Enum,
            mark,
        };
        number
    }

    fn field(&mut self, field: &tree::Field) -> Field {
        Field {
            name: field.name.clone(),
            declared: field.declared.as_ref().map(|declared| self.type_name(declared)),
            annotations: self.annotations(&field.annotations),
            mark: self.mark(field.span),
            value: field.value.as_ref().map(|value| self.value(value)),
        }
    }

    fn annotations(&mut self, annotations: &[tree::Annotation]) -> Vec<Call> {
        let one = |annotation: &tree::Annotation| {
            let mark = self.mark(annotation.span);
            // Python tells `@guard()` from `@guard`: there the callee is a call of its own.
            let (callee, arguments, applied) = match &annotation.callee.kind {
                ExpressionKind::Call { callee, arguments, .. } => (&**callee, arguments, true),
                _ => (&annotation.callee, &annotation.arguments, !annotation.arguments.is_empty()),
            };
            let (callee, arguments) = (self.value(callee), self.arguments(arguments));
            Call { callee, arguments, types: Vec::new(), construct: false, applied, mark }
        };
        annotations.iter().map(one).collect()
    }

    fn type_name(&mut self, ty: &tree::Type) -> TypeName {
        TypeName {
            name: ty.name.clone(),
            arguments: ty.arguments.iter().map(|argument| self.type_name(argument)).collect(),
            extras: ty.extras.iter().map(|extra| self.value(extra)).collect(),
        }
    }

    fn arguments(&mut self, arguments: &[tree::Argument]) -> Vec<Argument> {
        let one = |argument: &tree::Argument| Argument { name: argument.name.clone(), value: self.value(&argument.value), spread: argument.spread };
        arguments.iter().map(one).collect()
    }

    fn values(&mut self, expressions: &[tree::Expression]) -> Vec<Value> {
        expressions.iter().map(|expression| self.value(expression)).collect()
    }

    fn boxed(&mut self, expression: &tree::Expression) -> Box<Value> {
        Box::new(self.value(expression))
    }

    fn value(&mut self, expression: &tree::Expression) -> Value {
        if self.left == 0 {
            return Value::Unknown(Vec::new());
        }
        self.left -= 1;
        match &expression.kind {
            ExpressionKind::String(text) => Value::Text(text.clone()),
            ExpressionKind::Number(text) => Value::Number(text.clone()),
            ExpressionKind::Boolean(flag) => Value::Boolean(*flag),
            ExpressionKind::Null => Value::Null,
            ExpressionKind::Template(parts) => Value::Join(self.values(parts)),
            ExpressionKind::Name(name) => Value::Name(name.clone()),
            ExpressionKind::Member { object, name } => Value::Member(self.boxed(object), name.clone()),
            ExpressionKind::Index { object, index } => Value::Index(self.boxed(object), self.boxed(index)),
            ExpressionKind::Call { callee, arguments, types, construct } => {
                let callee = self.value(callee);
                let mark = self.mark(expression.span);
                let arguments = self.arguments(arguments);
                let types = types.iter().map(|ty| self.type_name(ty)).collect();
                Value::Call(Box::new(Call { callee, arguments, types, construct: *construct, applied: true, mark }))
            }
            ExpressionKind::Function(function) => Value::Function(self.function(function, None)),
            ExpressionKind::Class(class) => Value::Class(self.class(class)),
            ExpressionKind::List(items) => Value::List(self.values(items)),
            ExpressionKind::Map(entries) => Value::Map(entries.iter().map(|(key, value)| (self.value(key), self.value(value))).collect()),
            ExpressionKind::Binary { operator, left, right } => self.binary(operator, left, right),
            ExpressionKind::Not(inner) => Value::Not(self.boxed(inner)),
            ExpressionKind::Conditional { condition, then, otherwise } => {
                let arms = vec![self.value(then), self.value(otherwise)];
                let condition = self.value(condition);
                if has_call(&condition) || orders(&condition) { Value::Operator("?".to_owned(), [vec![condition], arms].concat()) } else { Value::Either(arms) }
            }
            ExpressionKind::Unknown(children) => Value::Unknown(self.values(children)),
        }
    }

    fn binary(&mut self, operator: &str, left: &tree::Expression, right: &tree::Expression) -> Value {
        let (first, second) = (self.value(left), self.value(right));
        match operator {
            "+" | "or" | "??" => {
                let wrap = |parts| if operator == "+" { Value::Join(parts) } else { Value::Either(parts) };
                // Chains are kept flat, so that long concatenations stay shallow.
                let mut parts = match first {
                    Value::Join(parts) if operator == "+" => parts,
                    Value::Either(parts) if operator != "+" => parts,
                    first => vec![first],
                };
                parts.push(second);
                wrap(parts)
            }
            _ => Value::Operator(operator.to_owned(), vec![first, second]),
        }
    }
}

/// A statement that is neither a call nor holds one has no effect.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Operator(operator, _) if operator.ends_with('=') && !matches!(operator.as_str(), "==" | "!=" | "<=" | ">=" | "===" | "!==") => true,
        value => has_call(value),
    }
}

fn has_call(value: &Value) -> bool {
    match value {
        Value::Call(_) | Value::Function(_) | Value::Class(_) => true,
        Value::Member(object, _) | Value::Not(object) => has_call(object),
        Value::Index(object, index) => has_call(object) || has_call(index),
        Value::List(items) | Value::Join(items) | Value::Either(items) | Value::Operator(_, items) | Value::Unknown(items) => items.iter().any(has_call),
        Value::Map(entries) => entries.iter().any(|(key, value)| has_call(key) || has_call(value)),
        Value::Text(_) | Value::Number(_) | Value::Boolean(_) | Value::Null | Value::Name(_) => false,
    }
}

/// Whether a condition looks which of two is the larger.
fn orders(condition: &Value) -> bool {
    match condition {
        Value::Operator(operator, parts) => matches!(operator.as_str(), "<" | ">" | "<=" | ">=") || parts.iter().any(orders),
        Value::Not(inner) => orders(inner),
        Value::Either(parts) | Value::Unknown(parts) => parts.iter().any(orders),
        _ => false,
    }
}

/// Names of types that a file uses and neither defines nor imports: they may stand in its own package.
pub(super) fn free_types(source: &Source) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let mut see = |ty: &TypeName| collect(ty, &mut used);
    for function in &source.functions {
        function.parameters.iter().filter_map(|parameter| parameter.declared.as_ref()).for_each(&mut see);
        function.returns.iter().for_each(&mut see);
    }
    for class in &source.classes {
        class.bases.iter().for_each(&mut see);
        class.fields.iter().filter_map(|field| field.declared.as_ref()).for_each(&mut see);
    }
    for class in &source.classes {
        used.remove(&class.name);
    }
    for import in &source.imports {
        used.remove(&import.local);
    }
    used.retain(|name| !name.contains('.') && name.starts_with(|c: char| c.is_uppercase()));
    used
}

/// Full names of classes that those of a file of Ruby are made of, as each may be meant where it stands.
pub(super) fn ruby_names(source: &Source) -> BTreeSet<String> {
    let own: BTreeSet<&str> = source.classes.iter().map(|class| class.name.as_str()).collect();
    let mut out = BTreeSet::new();
    for class in &source.classes {
        for base in class.bases.iter().filter(|base| base.name.starts_with(|c: char| c.is_uppercase())) {
            let mut around = class.name.as_str();
            while let Some((outer, _)) = around.rsplit_once('.') {
                out.insert(format!("{outer}.{}", base.name));
                around = outer;
            }
            out.insert(base.name.clone());
        }
    }
    out.retain(|name| !own.contains(name.as_str()));
    out
}

/// So many texts of one file may name something.
const MOST_TEXTS: usize = 256;

/// Dotted texts in constants of a file of Python, which may name classes and functions: `MIDDLEWARE = ["shop.middleware.Gate"]`.
pub(super) fn dotted_settings(source: &Source) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for step in &source.functions[0].steps {
        if let Step::Bind { target: Value::Name(name), value: Some(value @ (Value::List(_) | Value::Map(_))), .. } = step
            && name.len() > 2
            && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        {
            dotted_texts(value, 0, &mut out);
        }
    }
    out
}

fn dotted_texts(value: &Value, depth: usize, out: &mut BTreeSet<String>) {
    match value {
        Value::List(items) if depth < 4 => items.iter().for_each(|item| dotted_texts(item, depth + 1, out)),
        Value::Map(entries) if depth < 4 => entries.iter().for_each(|(_, item)| dotted_texts(item, depth + 1, out)),
        Value::Text(text) if out.len() < MOST_TEXTS => {
            let is_name =
                |part: &str| part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if text.contains('.') && text.len() < 128 && text.split('.').all(is_name) {
                out.insert(text.clone());
            }
        }
        _ => {}
    }
}

/// Modules that a file of Elixir uses and does not define.
pub(super) fn module_names(source: &Source) -> BTreeSet<String> {
    let own: BTreeSet<&str> = source.classes.iter().map(|class| class.name.as_str()).collect();
    let bases = source.classes.iter().flat_map(|class| &class.bases).map(|base| base.name.as_str());
    // `Web.controller` is a part of the module `Web`
    let whole = |name: &str| match name.rsplit_once('.') {
        Some((module, part)) if part.starts_with(|c: char| c.is_lowercase()) => module.to_owned(),
        _ => name.to_owned(),
    };
    bases.map(whole).filter(|name| !own.contains(name.as_str())).collect()
}

fn collect(ty: &TypeName, out: &mut BTreeSet<String>) {
    out.insert(ty.name.clone());
    ty.arguments.iter().for_each(|argument| collect(argument, out));
}
