//! Which requests a rule selects: methods, patterns, matcher objects and constants among its arguments.

use super::chains::{MAX_DEPTH, Walk};
use super::constants::{dotted, field_of};
use super::patterns::{PathTest, Requests};
use threatline_facts::code::{Argument, Call, Value};

impl Walk<'_> {
    /// The requests that arguments select: a method, patterns, matcher objects.
    pub(super) fn requests(&self, name: &str, arguments: &[Argument], depth: usize) -> Vec<Requests> {
        if name.starts_with("dispatcherType") {
            let asked = |argument: &Argument| dotted(&argument.value).is_none_or(|name| name.ends_with("REQUEST"));
            return vec![Requests::of(if arguments.iter().any(asked) { PathTest::Unknown } else { PathTest::None })];
        }
        if name.starts_with("regex") || arguments.is_empty() {
            return vec![Requests::of(PathTest::Unknown)];
        }
        let mut method = None;
        let mut out = Vec::new();
        for (position, argument) in arguments.iter().enumerate() {
            match http_method(&argument.value).filter(|_| position == 0) {
                Some(found) => method = Some(found),
                None => self.patterns(&argument.value, &mut out, depth),
            }
        }
        if out.is_empty() {
            out.push(Requests::of(PathTest::All));
        }
        for requests in &mut out {
            requests.method = requests.method.take().or_else(|| method.clone());
        }
        out
    }

    fn patterns(&self, value: &Value, out: &mut Vec<Requests>, depth: usize) {
        if depth > MAX_DEPTH {
            out.push(Requests::of(PathTest::Unknown));
            return;
        }
        match value {
            Value::Text(text) => out.push(Requests::of(PathTest::Pattern(text.clone()))),
            Value::List(items) => items.iter().for_each(|item| self.patterns(item, out, depth + 1)),
            Value::Join(_) => out.push(Requests::of(self.text(value, depth).map_or(PathTest::Unknown, PathTest::Pattern))),
            Value::Name(_) | Value::Member(..) => match self.constant(value, depth) {
                Some(found) if !matches!(found, Value::Name(_) | Value::Member(..)) => self.patterns(&found.clone(), out, depth + 1),
                _ => out.push(Requests::of(PathTest::Unknown)),
            },
            Value::Call(call) => self.matcher(call, out, depth),
            _ => out.push(Requests::of(PathTest::Unknown)),
        }
    }

    /// `new AntPathRequestMatcher("/x", "GET")`, `antMatcher("/x")`, `mvc.pattern(GET, "/x")`.
    fn matcher(&self, call: &Call, out: &mut Vec<Requests>, depth: usize) {
        let written = dotted(&call.callee).unwrap_or_default();
        if whole_chain(call).iter().any(|name| name == "EndpointRequest") {
            return out.push(Requests::of(PathTest::None));
        }
        if whole_chain(call).iter().any(|name| name == "toStaticResources") {
            let common = ["/css/**", "/js/**", "/images/**", "/webjars/**", "/favicon.*", "/*/icon-*"];
            return out.extend(common.map(|pattern| Requests::of(PathTest::Pattern(pattern.to_owned()))));
        }
        let last = match &call.callee {
            Value::Member(_, name) => name.as_str(),
            _ => written.as_str(),
        };
        if matches!(last, "of" | "asList" | "anyOf" | "OrRequestMatcher" | "OrServerWebExchangeMatcher") {
            return call.arguments.iter().for_each(|argument| self.patterns(&argument.value, out, depth + 1));
        }
        if matches!(last, "not" | "NegatedRequestMatcher" | "NegatedServerWebExchangeMatcher") {
            let mut others = Vec::new();
            call.arguments.iter().for_each(|argument| self.patterns(&argument.value, &mut others, depth + 1));
            return out.push(Requests::of(if others.is_empty() { PathTest::Unknown } else { PathTest::Not(others) }));
        }
        // of `ServerWebExchangeMatchers`
        if last == "pathMatchers" {
            return out.extend(self.requests(last, &call.arguments, depth + 1));
        }
        if !["AntPathRequestMatcher", "antMatcher", "pathPattern", "pattern", "matcher", "MvcRequestMatcher", "PathPatternParserServerWebExchangeMatcher"]
            .contains(&last)
        {
            return out.push(Requests::of(PathTest::Unknown));
        }
        let mut method = None;
        let mut found = Vec::new();
        for argument in &call.arguments {
            match (http_method(&argument.value), self.text(&argument.value, depth)) {
                (Some(named), _) => method = Some(named),
                (None, Some(text)) if !text.starts_with('/') && text.bytes().all(|byte| byte.is_ascii_uppercase()) && !text.is_empty() => method = Some(text),
                (None, Some(text)) => found.push(PathTest::Pattern(text)),
                (None, None) => {}
            }
        }
        if found.len() != 1 {
            found = vec![PathTest::Unknown];
        }
        out.extend(found.into_iter().map(|path| Requests { method: method.clone(), path }));
    }

    /// A text that is known to the letter.
    fn text(&self, value: &Value, depth: usize) -> Option<String> {
        if depth > MAX_DEPTH {
            return None;
        }
        match value {
            Value::Text(text) => Some(text.clone()),
            Value::Join(parts) => parts.iter().map(|part| self.text(part, depth + 1)).collect(),
            Value::Name(_) | Value::Member(..) => match self.constant(value, depth)? {
                found if std::ptr::eq(found, value) => None,
                found => self.text(&found.clone(), depth + 1),
            },
            _ => None,
        }
    }

    /// What a name stands for: a local, a field of the class, an imported constant.
    pub(super) fn constant<'v>(&'v self, value: &'v Value, depth: usize) -> Option<&'v Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        match value {
            Value::Name(name) => {
                let own = || field_of(self.class.and_then(|number| self.reader.source.classes.get(number as usize))?, name);
                let imported = || {
                    let mut imports = self.reader.source.imports.iter();
                    let import = imports.find(|import| import.local == *name)?;
                    self.reader.constants.field(import.module.rsplit('.').next()?, import.member.as_deref()?)
                };
                self.values.get(name).or_else(own).or_else(imported)
            }
            Value::Member(object, name) => match &**object {
                Value::Name(object) if object == "self" => field_of(self.class.and_then(|number| self.reader.source.classes.get(number as usize))?, name),
                object => self.reader.constants.field(dotted(object)?.rsplit('.').next()?, name),
            },
            other => Some(other),
        }
    }
}

/// The names of a chain of calls, from its root on.
fn whole_chain(call: &Call) -> Vec<String> {
    let mut names = Vec::new();
    let mut value = &call.callee;
    for _ in 0..MAX_DEPTH {
        match value {
            Value::Member(object, name) => {
                names.push(name.clone());
                value = object;
            }
            Value::Call(inner) => value = &inner.callee,
            Value::Name(name) => {
                names.push(name.clone());
                break;
            }
            _ => break,
        }
    }
    names
}

/// `HttpMethod.GET`, `GET`.
fn http_method(value: &Value) -> Option<String> {
    let written = dotted(value)?;
    let name = written.strip_prefix("HttpMethod.").or_else(|| written.strip_prefix("org.springframework.http.HttpMethod.")).unwrap_or(&written);
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];
    known.contains(&name).then(|| name.to_owned())
}
