//! Conditions on the path that is asked for. What stands before all routes of a program often tells them apart by it
//! (`if (pathname.startsWith("/account") && !session) …`); for one route it is known which way such a condition goes.

use super::*;

/// Texts that one condition is compared with, at most.
const MAX_TEXTS: usize = 64;

impl<'a> Evaluator<'a> {
    /// Whether a condition surely holds, or surely does not, for the path of the route that is looked at.
    pub(super) fn located(&mut self, condition: &'a Value, scope: &Scope, within: &[u32], depth: usize) -> Option<bool> {
        let path = self.location.clone()?;
        self.holds_at(condition, &path, scope, within, None, depth)
    }

    /// `asked` is another name for the path: the parameter of a function that is given it.
    fn holds_at(&mut self, condition: &'a Value, path: &str, scope: &Scope, within: &[u32], asked: Option<&str>, depth: usize) -> Option<bool> {
        if depth > 6 || !self.burn() {
            return None;
        }
        let depth = depth + 1;
        match condition {
            Value::Not(inner) => self.holds_at(inner, path, scope, within, asked, depth).map(|holds| !holds),
            Value::Either(parts) => any(parts.iter().take(MAX_TEXTS).map(|part| self.holds_at(part, path, scope, within, asked, depth)).collect()),
            Value::Name(name) => {
                let bound = self.bound(name, within)?;
                if matches!(bound, Value::Name(other) if other == name) { None } else { self.holds_at(bound, path, scope, within, asked, depth) }
            }
            Value::Operator(operator, parts) => match (operator.as_str(), parts.as_slice()) {
                ("and" | "&&", parts) => {
                    let all = parts.iter().map(|part| self.holds_at(part, path, scope, within, asked, depth).map(|holds| !holds)).collect();
                    any(all).map(|fails| !fails)
                }
                ("or" | "||", parts) => any(parts.iter().map(|part| self.holds_at(part, path, scope, within, asked, depth)).collect()),
                ("==" | "===" | "!=" | "!==", [left, right]) => {
                    let text = match (self.is_path(left, within, asked, 0), self.is_path(right, within, asked, 0)) {
                        (true, false) => self.value(right, scope),
                        (false, true) => self.value(left, scope),
                        _ => return None,
                    };
                    is_at(path, text.literal()?).map(|holds| holds != operator.starts_with('!'))
                }
                ("in" | "not in", [left, list]) if self.is_path(left, within, asked, 0) => {
                    self.among(list, path, scope, is_at).map(|holds| holds == (operator == "in"))
                }
                _ => None,
            },
            Value::Call(call) => self.called_at(call, path, scope, within, asked, depth),
            _ => None,
        }
    }

    fn called_at(&mut self, call: &'a Call, path: &str, scope: &Scope, within: &[u32], asked: Option<&str>, depth: usize) -> Option<bool> {
        let first = call.arguments.first().map(|argument| &argument.value);
        if let (Value::Member(object, method), Some(first)) = (&call.callee, first) {
            match method.as_str() {
                "startsWith" | "startswith" if self.is_path(object, within, asked, 0) => {
                    let begins = self.value(first, scope);
                    return match &begins {
                        Val::List(items) => any(items.iter().take(MAX_TEXTS).map(|item| begins_with(path, item.literal()?)).collect()),
                        value => begins_with(path, value.literal()?),
                    };
                }
                "includes" | "has" if self.is_path(first, within, asked, 0) => return self.among(object, path, scope, is_at),
                // `PROTECTED.some(route => pathname.startsWith(route))`
                "some" => {
                    let Value::Function(index) = first else { return None };
                    let function = &self.program.source(self.file).functions[*index as usize];
                    let ([parameter], [Step::Return(Some(inner))]) = (function.parameters.as_slice(), function.steps.as_slice()) else { return None };
                    let Val::List(items) = self.value(object, scope) else { return None };
                    let mut all = Vec::new();
                    for item in items.iter().take(MAX_TEXTS) {
                        let own = Scope::new(Some(scope.clone()));
                        own.set(&parameter.name, item.clone());
                        all.push(self.holds_at(inner, path, &own, within, asked, depth));
                    }
                    return any(all);
                }
                _ => {}
            }
        }
        match self.callee(call, scope)? {
            // a function of the project that is given the path, and tells in one expression
            Val::Function(closure) if closure.file == self.file && first.is_some_and(|first| self.is_path(first, within, asked, 0)) => {
                let function = &self.program.source(self.file).functions[closure.index as usize];
                let ([parameter, ..], [Step::Return(Some(inner))]) = (function.parameters.as_slice(), function.steps.as_slice()) else { return None };
                let own = self.enter(&closure, Vec::new());
                self.holds_at(inner, path, &own, &[closure.index], Some(&parameter.name), depth)
            }
            Val::Made(made) if self.matches_paths(&made.by) => {
                self.heeds_path.set(true);
                let Val::List(patterns) = &made.arguments.first()?.value else { return None };
                any(patterns.iter().take(MAX_TEXTS).map(|pattern| fits(path, pattern.literal()?)).collect())
            }
            _ => None,
        }
    }

    /// What packs say makes a test of paths.
    fn matches_paths(&self, name: &str) -> bool {
        self.program.files[self.file].library.calls(name).iter().any(|(ruled, _)| ruled.rule.does == Verb::Matches)
    }

    fn among(&mut self, list: &'a Value, path: &str, scope: &Scope, test: fn(&str, &str) -> Option<bool>) -> Option<bool> {
        let Val::List(items) = self.value(list, scope) else { return None };
        any(items.iter().take(MAX_TEXTS).map(|item| test(path, item.literal()?)).collect())
    }

    /// `request.nextUrl.pathname`, `new URL(request.url).pathname`, `request.url.path`, or a name for it.
    fn is_path(&self, value: &Value, within: &[u32], asked: Option<&str>, depth: usize) -> bool {
        let is_it = self.means_path(value, within, asked, depth);
        if is_it {
            self.heeds_path.set(true);
        }
        is_it
    }

    fn means_path(&self, value: &Value, within: &[u32], asked: Option<&str>, depth: usize) -> bool {
        let is_location = |value: &Value| last_word(value).is_some_and(|word| matches!(word.as_str(), "nextUrl" | "url" | "location"));
        match value {
            Value::Member(_, name) if name == "pathname" => true,
            Value::Member(object, name) => name == "path" && self.family() == Family::Python && matches!(&**object, Value::Member(_, of) if of == "url"),
            Value::Name(name) if asked == Some(name.as_str()) => true,
            Value::Name(name) if depth < 3 => self.bound(name, within).is_some_and(|bound| match bound {
                // `const { pathname } = request.nextUrl`
                Value::Member(..) | Value::Call(_) if name == "pathname" && !matches!(bound, Value::Member(_, last) if last == "pathname") => {
                    is_location(bound) || matches!(bound, Value::Call(call) if last_word(&call.callee).is_some_and(|word| word == "URL"))
                }
                bound => self.means_path(bound, within, None, depth + 1),
            }),
            _ => false,
        }
    }
}

/// Whether any holds; unknown if one might.
fn any(all: Vec<Option<bool>>) -> Option<bool> {
    if all.contains(&Some(true)) {
        return Some(true);
    }
    if all.contains(&None) { None } else { Some(false) }
}

/// What of a route's path is the same for all requests, up to its first parameter, and whether that is all of it.
fn known_part(path: &str) -> (&str, bool) {
    match path.find(['{', '*', ':']) {
        Some(at) => (&path[..at], false),
        None => (path, true),
    }
}

fn is_at(path: &str, text: &str) -> Option<bool> {
    let (known, whole) = known_part(path);
    match whole {
        true => Some(known == text || text.len() > 1 && known == text.trim_end_matches('/')),
        false => {
            if text.starts_with(known) {
                None
            } else {
                Some(false)
            }
        }
    }
}

fn begins_with(path: &str, text: &str) -> Option<bool> {
    let (known, whole) = known_part(path);
    if known.starts_with(text) {
        return Some(true);
    }
    if whole || !text.starts_with(known) { Some(false) } else { None }
}

/// A pattern as `path-to-regexp` has them, as far as it is a text, or begins with one and lets everything follow.
fn fits(path: &str, pattern: &str) -> Option<bool> {
    match pattern.strip_suffix("(.*)") {
        Some(text) if !text.contains(['(', ':', '*']) => match begins_with(path, text) {
            // `/account(.*)` is `/accounts` as well, but `/account/(.*)` is not `/account`
            Some(false) if path == text.trim_end_matches('/') => None,
            other => other,
        },
        None if !pattern.contains(['(', ':', '*']) => is_at(path, pattern),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_parameter_may_be_is_not_known() {
        assert_eq!(begins_with("/account/orders", "/account"), Some(true));
        assert_eq!(begins_with("/shop/{id}", "/account"), Some(false));
        assert_eq!(begins_with("/{locale}/account", "/account"), None);
        assert_eq!(is_at("/login", "/login"), Some(true));
        assert_eq!(is_at("/shop/{id}", "/shop/cart"), None);
        assert_eq!(fits("/api/webhooks/pay", "/api/webhooks(.*)"), Some(true));
        assert_eq!(fits("/api/orders", "/api/:kind"), None);
    }
}
