//! What a comparison says of a request: its path and its method, by whatever names a handler knows them.

use super::MAX_DEPTH;
use crate::compose::value::FileId;
use std::collections::BTreeSet;
use std::rc::Rc;
use threatline_facts::code::{Call, Value};

/// Methods of HTTP that a request is compared with.
const METHODS: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY"];

/// What takes an address apart: its result holds the path, if it was given one.
const TAKES_APART: [&str; 12] =
    ["urlparse", "urlsplit", "unquote", "string", "str", "String", "parse", "tryParse", "URL", "decodeURIComponent", "decodeURI", "parseUri"];

/// Members and methods of what holds the path that give it, perhaps in another form.
const GIVES_PATH: [&str; 28] = [
    "path",
    "pathname",
    "Path",
    "split",
    "partition",
    "rstrip",
    "strip",
    "lstrip",
    "lower",
    "upper",
    "decode",
    "trim",
    "trimEnd",
    "toLowerCase",
    "toString",
    "String",
    "slice",
    "replace",
    "replaceAll",
    "removesuffix",
    "TrimRight",
    "TrimSuffix",
    "TrimSpace",
    "ToLower",
    "rawPath",
    "normalize",
    "value",
    "first",
];

/// A path that a request is compared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::compose) enum Compared {
    Whole(String),
    /// Everything that begins so.
    Beginning(String),
}

impl Compared {
    /// Whether a request of such a path is what is asked for; none where only some are.
    fn holds_for(&self, own: &Compared) -> Option<bool> {
        match (self, own) {
            (Compared::Whole(asked), Compared::Whole(own)) => Some(same(asked, own)),
            (Compared::Beginning(asked), Compared::Whole(own)) => Some(own.starts_with(asked)),
            (Compared::Whole(asked), Compared::Beginning(own)) => (!asked.starts_with(own)).then_some(false),
            (Compared::Beginning(asked), Compared::Beginning(own)) if own.starts_with(asked) => Some(true),
            (Compared::Beginning(asked), Compared::Beginning(own)) => (!asked.starts_with(own)).then_some(false),
        }
    }
}

/// The request for which a handler is looked at.
#[derive(Clone, Debug)]
pub(in crate::compose) struct Choice {
    pub(in crate::compose) method: Option<String>,
    /// None is any.
    pub(in crate::compose) path: Option<Compared>,
    pub(super) words: Rc<Words>,
}

/// What the request's path and method are called in the functions that the handler is made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    /// Members of the request that give its path and its method, as chains.
    pub(super) path_of: Vec<Vec<String>>,
    pub(super) method_of: Vec<Vec<String>>,
    /// Names that hold the request, its path, its method.
    pub(super) requests: BTreeSet<String>,
    pub(super) paths: BTreeSet<String>,
    pub(super) methods: BTreeSet<String>,
    /// A part of a text stands as the text itself in what was read of the file (Go): what ends with a slash is a beginning.
    pub(super) sliced: bool,
    /// Functions of that file.
    pub(super) file: FileId,
    pub(super) functions: BTreeSet<u32>,
}

/// What is known of the request on the way to a place.
pub(super) type Known = (Option<String>, Option<Compared>);

impl Choice {
    /// Whether a condition in such a function holds for the request; none where it asks for something else.
    pub(in crate::compose) fn holds(&self, file: FileId, function: u32, condition: &Value) -> Option<bool> {
        (self.words.file == file && self.words.functions.contains(&function)).then(|| self.decides(condition, 0)).flatten()
    }

    /// What tells it from other choices.
    pub(in crate::compose) fn key(&self) -> String {
        format!("^{:?}{:?}", self.method, self.path)
    }

    fn decides(&self, condition: &Value, depth: usize) -> Option<bool> {
        if depth > MAX_DEPTH {
            return None;
        }
        match condition {
            Value::Not(inner) => self.decides(inner, depth + 1).map(|holds| !holds),
            Value::Either(parts) => {
                let all: Vec<Option<bool>> = parts.iter().map(|part| self.decides(part, depth + 1)).collect();
                if all.contains(&Some(true)) { Some(true) } else { all.iter().all(|one| *one == Some(false)).then_some(false) }
            }
            Value::Operator(operator, parts) if operator == "and" => {
                let all: Vec<Option<bool>> = parts.iter().map(|part| self.decides(part, depth + 1)).collect();
                if all.contains(&Some(false)) { Some(false) } else { all.iter().all(|one| *one == Some(true)).then_some(true) }
            }
            other => {
                let (known, turned) = self.words.told(other)?;
                let fits = known.iter().map(|known| self.fits(known));
                let all: Vec<Option<bool>> = fits.collect();
                let any = if all.contains(&Some(true)) { Some(true) } else { all.iter().all(|one| *one == Some(false)).then_some(false) };
                any.map(|holds| holds != turned)
            }
        }
    }

    fn fits(&self, (method, path): &Known) -> Option<bool> {
        let by_method = match (method, &self.method) {
            (None, _) => Some(true),
            (Some(_), None) => None,
            (Some(asked), Some(own)) => Some(asked == own),
        };
        let by_path = match (path, &self.path) {
            (None, _) => Some(true),
            (Some(_), None) => None,
            (Some(asked), Some(own)) => asked.holds_for(own),
        };
        match (by_method, by_path) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }
}

pub(super) fn same(one: &str, other: &str) -> bool {
    one == other || (one.len() > 1 && other.len() > 1 && one.trim_end_matches('/') == other.trim_end_matches('/'))
}

impl Words {
    /// What a comparison says of the request, any of it, and whether it holds where that is not so.
    pub(super) fn told(&self, condition: &Value) -> Option<(Vec<Known>, bool)> {
        match condition {
            Value::Operator(operator, parts) => {
                let [left, right] = parts.as_slice() else { return None };
                match operator.as_str() {
                    "==" | "===" | "in" => self.compared(left, right).or_else(|| self.compared(right, left)).map(|known| (known, false)),
                    "!=" | "!==" | "not in" => self.compared(left, right).or_else(|| self.compared(right, left)).map(|known| (known, true)),
                    _ => None,
                }
            }
            Value::Call(call) => self.asked(call).map(|known| (known, false)),
            _ => None,
        }
    }

    fn compared(&self, asked: &Value, with: &Value) -> Option<Vec<Known>> {
        let texts: Vec<&str> = match with {
            Value::Text(text) => vec![text],
            Value::List(items) => items.iter().map(|item| if let Value::Text(text) = item { Some(text.as_str()) } else { None }).collect::<Option<_>>()?,
            // `fasthttp.MethodGet`
            Value::Member(_, name) => vec![name.strip_prefix("Method")?],
            _ => return None,
        };
        let known: Vec<Known> = if self.is_path(asked, 0) {
            let path = |text: &str| match self.sliced && text.len() > 1 && text.ends_with('/') {
                true => Compared::Beginning(text.to_owned()),
                false => Compared::Whole(text.to_owned()),
            };
            texts.iter().filter(|text| text.starts_with('/')).map(|text| (None, Some(path(text)))).collect()
        } else if self.is_method(asked, 0) {
            let methods = texts.iter().filter_map(|text| METHODS.iter().find(|method| method.eq_ignore_ascii_case(text)));
            methods.map(|method| (Some((*method).to_owned()), None)).collect()
        } else {
            return None;
        };
        (!known.is_empty() && known.len() == texts.len()).then_some(known)
    }

    /// `path.startswith("/x")`, `strings.HasPrefix(path, "/x")`, `bytes.Equal(path, "/x")`, `ctx.IsGet()`.
    fn asked(&self, call: &Call) -> Option<Vec<Known>> {
        let Value::Member(object, name) = &call.callee else { return None };
        let plain = name.to_ascii_lowercase().replace('_', "");
        if call.arguments.is_empty()
            && let Some(method) = plain.strip_prefix("is").and_then(|word| METHODS.iter().find(|method| method.eq_ignore_ascii_case(word)))
            && self.is_request(object)
        {
            return Some(vec![(Some((*method).to_owned()), None)]);
        }
        let arguments: Vec<&Value> = call.arguments.iter().map(|argument| &argument.value).collect();
        let (asked, with) = match arguments.as_slice() {
            [with] => (&**object, *with),
            [asked, with] => (*asked, *with),
            _ => return None,
        };
        match plain.as_str() {
            "startswith" | "hasprefix" if self.is_path(asked, 0) => {
                let texts: Vec<&Value> = if let Value::List(items) = with { items.iter().collect() } else { vec![with] };
                let begins = texts.into_iter().map(|text| match bytes_or_text(text) {
                    Some(text) if text.starts_with('/') => Some((None, Some(Compared::Beginning(text.to_owned())))),
                    _ => None,
                });
                begins.collect()
            }
            "equal" | "equals" | "equalfold" | "equalsignorecase" => self.compared(asked, with),
            _ => None,
        }
    }

    /// Whether a value is the request's path, perhaps with what stands around it.
    fn is_path(&self, value: &Value, depth: usize) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        if self.is_chain(value, &self.path_of) {
            return true;
        }
        match value {
            Value::Name(name) => self.paths.contains(name),
            Value::Member(object, name) => GIVES_PATH.contains(&name.as_str()) && self.is_path(object, depth + 1),
            Value::Index(object, at) => matches!(&**at, Value::Number(at) if at == "0") && self.is_path(object, depth + 1),
            Value::Call(call) => match &call.callee {
                Value::Member(object, name) if GIVES_PATH.contains(&name.as_str()) && self.is_path(object, depth + 1) => true,
                Value::Member(_, name) | Value::Name(name) if TAKES_APART.contains(&name.as_str()) || GIVES_PATH.contains(&name.as_str()) => {
                    call.arguments.iter().any(|argument| self.is_path(&argument.value, depth + 1))
                }
                _ => false,
            },
            Value::Either(parts) | Value::Join(parts) => parts.first().is_some_and(|first| self.is_path(first, depth + 1)),
            _ => false,
        }
    }

    fn is_method(&self, value: &Value, depth: usize) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        if self.is_chain(value, &self.method_of) {
            return true;
        }
        match value {
            Value::Name(name) => self.methods.contains(name),
            Value::Call(call) => match &call.callee {
                Value::Member(object, name) => {
                    matches!(name.as_str(), "toUpperCase" | "toLowerCase" | "upper" | "lower" | "toString" | "String") && self.is_method(object, depth + 1)
                }
                Value::Name(name) if name == "string" || name == "str" => call.arguments.iter().any(|argument| self.is_method(&argument.value, depth + 1)),
                _ => false,
            },
            Value::Either(parts) => parts.first().is_some_and(|first| self.is_method(first, depth + 1)),
            _ => false,
        }
    }

    fn is_request(&self, value: &Value) -> bool {
        matches!(value, Value::Name(name) if self.requests.contains(name))
    }

    /// `ctx.URI().Path()`: members of the request, called or not.
    fn is_chain(&self, value: &Value, chains: &[Vec<String>]) -> bool {
        let mut names: Vec<&str> = Vec::new();
        let mut value = value;
        loop {
            match value {
                Value::Member(object, name) if names.len() < 8 => {
                    names.push(name);
                    value = object;
                }
                Value::Call(call) if call.arguments.is_empty() && matches!(call.callee, Value::Member(..)) => value = &call.callee,
                _ => break,
            }
        }
        names.reverse();
        self.is_request(value) && chains.iter().any(|chain| chain.iter().map(String::as_str).eq(names.iter().copied()))
    }

    /// What a name holds from here on.
    pub(super) fn bind(&mut self, target: &Value, value: &Value) {
        match target {
            Value::Name(name) if self.is_path(value, 0) => drop(self.paths.insert(name.clone())),
            Value::Name(name) if self.is_method(value, 0) => drop(self.methods.insert(name.clone())),
            Value::Name(name) if self.is_request(value) => drop(self.requests.insert(name.clone())),
            // `path, _, query = self.path.partition("?")`
            Value::List(targets) => {
                if let Some(first @ Value::Name(_)) = targets.first() {
                    self.bind(first, value);
                }
            }
            // `const { url, method } = req`
            Value::Map(entries) if self.is_request(value) => {
                for (key, target) in entries {
                    if let (Value::Text(key) | Value::Name(key), Value::Name(target)) = (key, target) {
                        let is = |chains: &[Vec<String>]| chains.iter().any(|chain| chain.len() == 1 && chain[0] == *key);
                        if is(&self.path_of) {
                            self.paths.insert(target.clone());
                        } else if is(&self.method_of) {
                            self.methods.insert(target.clone());
                        }
                    }
                }
            }
            // `const { pathname } = new URL(req.url)`
            Value::Map(entries) if self.is_path(value, 0) => {
                for (key, target) in entries {
                    if let (Value::Text(key) | Value::Name(key), Value::Name(target)) = (key, target)
                        && matches!(key.as_str(), "pathname" | "path")
                    {
                        self.paths.insert(target.clone());
                    }
                }
            }
            _ => {}
        }
    }
}

fn bytes_or_text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        // `[]byte("/x")`
        Value::Call(call) => match call.arguments.as_slice() {
            [only] => bytes_or_text(&only.value),
            _ => None,
        },
        _ => None,
    }
}
