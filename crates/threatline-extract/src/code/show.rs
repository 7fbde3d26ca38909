//! The shared tree as short text, for tests: one line per statement or member, led by its line number.

use super::tree::*;
use std::fmt::Write;

/// A whole file.
pub(crate) fn show(module: &Module) -> String {
    let mut out = String::new();
    if let Some(package) = &module.package {
        let _ = writeln!(out, "package {package}");
    }
    for import in &module.imports {
        let member = import.member.as_deref().unwrap_or("(module)");
        let _ = writeln!(out, "{} import {} = {} / {}", import.span.line, import.local, import.module, member);
    }
    body(&module.body, 0, &mut out);
    if module.has_errors {
        out.push_str("errors\n");
    }
    out
}

fn pad(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn body(statements: &[Statement], depth: usize, out: &mut String) {
    statements.iter().for_each(|statement| self::statement(statement, depth, out));
}

fn statement(statement: &Statement, depth: usize, out: &mut String) {
    pad(depth, out);
    let _ = write!(out, "{} ", statement.span.line);
    let headed = |head: String, inner: &[Statement], out: &mut String| {
        let _ = writeln!(out, "{head}");
        body(inner, depth + 1, out);
    };
    match &statement.kind {
        StatementKind::Assign { target, declared, value } => {
            let declared = declared.as_ref().map(|declared| format!(": {}", ty(declared))).unwrap_or_default();
            let value = value.as_ref().map(|value| format!(" = {}", expression(value))).unwrap_or_default();
            let _ = writeln!(out, "{}{declared}{value}", expression(target));
        }
        StatementKind::Expression(value) => {
            let _ = writeln!(out, "{}", expression(value));
        }
        StatementKind::Return(value) => {
            let _ = writeln!(out, "return {}", value.as_ref().map(expression).unwrap_or_default());
        }
        StatementKind::Throw(value) => {
            let _ = writeln!(out, "throw {}", value.as_ref().map(expression).unwrap_or_default());
        }
        StatementKind::If { condition, then, otherwise } => {
            headed(format!("if {}", expression(condition)), then, out);
            if !otherwise.is_empty() {
                pad(depth, out);
                headed("else".into(), otherwise, out);
            }
        }
        StatementKind::Loop { over, body } => {
            let over = over.as_ref().map(|(name, over)| format!(" {} in {}", expression(name), expression(over))).unwrap_or_default();
            headed(format!("loop{over}"), body, out);
        }
        StatementKind::Try { body, handlers, finally } => {
            headed("try".into(), body, out);
            for handler in handlers {
                pad(depth, out);
                headed("catch".into(), handler, out);
            }
            if !finally.is_empty() {
                pad(depth, out);
                headed("finally".into(), finally, out);
            }
        }
        StatementKind::Block(inner) => headed("block".into(), inner, out),
        StatementKind::Function(function) => self::function(function, depth, out),
        StatementKind::Class(class) => self::class(class, depth, out),
    }
}

fn function(function: &Function, depth: usize, out: &mut String) {
    let flags = [(function.public, "public "), (function.is_static, "static ")];
    let flags: String = flags.iter().filter(|flag| flag.0).map(|flag| flag.1).collect();
    let returns = function.returns.as_ref().map(|returns| format!(" -> {}", ty(returns))).unwrap_or_default();
    let annotations = annotations(&function.annotations);
    let lines = format!("{}:{}-{}", function.line, function.span.line, function.span.end_line);
    let _ = writeln!(out, "{annotations}{flags}fn {}({}){returns} {lines}", function.name, parameters(&function.parameters));
    body(&function.body, depth + 1, out);
}

fn class(class: &Class, depth: usize, out: &mut String) {
    let bases: Vec<String> = class.bases.iter().map(ty).collect();
    let lines = format!("{}:{}-{}", class.line, class.span.line, class.span.end_line);
    let head = if class.arguments.is_empty() { String::new() } else { format!("({})", arguments(&class.arguments)) };
    let _ = writeln!(out, "{}{:?} {}{head}: [{}] {lines}", annotations(&class.annotations), class.kind, class.name, bases.join(", "));
    for field in &class.fields {
        pad(depth + 1, out);
        let declared = field.declared.as_ref().map(|declared| format!(": {}", ty(declared))).unwrap_or_default();
        let value = field.value.as_ref().map(|value| format!(" = {}", expression(value))).unwrap_or_default();
        let _ = writeln!(out, "{} {}field {}{declared}{value}", field.span.line, annotations(&field.annotations), field.name);
    }
    for method in &class.methods {
        pad(depth + 1, out);
        function(method, depth + 1, out);
    }
    body(&class.body, depth + 1, out);
}

fn annotations(list: &[Annotation]) -> String {
    let one = |annotation: &Annotation| format!("@{}({}) ", expression(&annotation.callee), arguments(&annotation.arguments));
    list.iter().map(one).collect()
}

fn parameters(list: &[Parameter]) -> String {
    let one = |parameter: &Parameter| {
        let declared = parameter.declared.as_ref().map(|declared| format!(": {}", ty(declared))).unwrap_or_default();
        let default = parameter.default.as_ref().map(|value| format!(" = {}", expression(value))).unwrap_or_default();
        let spread = if parameter.variadic { "..." } else { "" };
        let name = if parameter.names.is_empty() { parameter.name.clone() } else { format!("{{{}}}", parameter.names.join(", ")) };
        format!("{}{spread}{name}{declared}{default}", annotations(&parameter.annotations))
    };
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn arguments(list: &[Argument]) -> String {
    let one = |argument: &Argument| {
        let name = argument.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        format!("{name}{}{}", if argument.spread { "..." } else { "" }, expression(&argument.value))
    };
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn ty(written: &Type) -> String {
    let arguments: Vec<String> = written.arguments.iter().map(ty).collect();
    let arguments = if arguments.is_empty() { String::new() } else { format!("<{}>", arguments.join(", ")) };
    format!("{}{arguments}", written.name)
}

fn expressions(list: &[Expression]) -> String {
    list.iter().map(expression).collect::<Vec<_>>().join(", ")
}

fn expression(shown: &Expression) -> String {
    match &shown.kind {
        ExpressionKind::String(text) => format!("{text:?}"),
        ExpressionKind::Number(text) | ExpressionKind::Name(text) => text.clone(),
        ExpressionKind::Boolean(value) => value.to_string(),
        ExpressionKind::Null => "null".into(),
        ExpressionKind::Template(parts) => format!("template[{}]", expressions(parts)),
        ExpressionKind::Member { object, name } => format!("{}.{name}", expression(object)),
        ExpressionKind::Index { object, index } => format!("{}[{}]", expression(object), expression(index)),
        ExpressionKind::Call { callee, arguments: list, types, construct } => {
            let types: Vec<String> = types.iter().map(ty).collect();
            let types = if types.is_empty() { String::new() } else { format!("<{}>", types.join(", ")) };
            format!("{}{}{types}({})", if *construct { "new " } else { "" }, expression(callee), arguments(list))
        }
        ExpressionKind::Function(function) => match function.body.as_slice() {
            [Statement { kind: StatementKind::Return(Some(value)), .. }] => {
                format!("{}({}) => {}", annotations(&function.annotations), parameters(&function.parameters), expression(value))
            }
            inner => {
                let mut out = String::new();
                body(inner, 0, &mut out);
                format!("({}) => {{ {} }}", parameters(&function.parameters), out.trim_end().replace('\n', "; "))
            }
        },
        ExpressionKind::Class(shown) => {
            let mut out = String::new();
            class(shown, 0, &mut out);
            format!("{{ {} }}", out.trim_end().replace('\n', "; "))
        }
        ExpressionKind::List(list) => format!("[{}]", expressions(list)),
        ExpressionKind::Map(entries) => {
            let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{}: {}", expression(key), expression(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        ExpressionKind::Binary { operator, left, right } => format!("({} {operator} {})", expression(left), expression(right)),
        ExpressionKind::Not(inner) => format!("!{}", expression(inner)),
        ExpressionKind::Conditional { condition, then, otherwise } => {
            format!("({} ? {} : {})", expression(condition), expression(then), expression(otherwise))
        }
        ExpressionKind::Unknown(parts) => format!("?({})", expressions(parts)),
    }
}
