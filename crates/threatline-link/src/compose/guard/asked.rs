//! Checks that another service makes: a request that hands on the caller's own credential, and whose
//! outcome decides (token introspection, RFC 7662, and what people write in its place).

use super::*;
use std::collections::HashSet;

/// So many values are looked at for one credential, and so many bindings and calls followed.
const MAX_VALUES: usize = 256;
const MAX_STEPS: usize = 5;
/// So many functions are looked through for one handler: who asks who calls does it near the door.
const MOST_FUNCTIONS: usize = 256;

impl<'a> Evaluator<'a> {
    /// Whether a call asks another service about the credential that the caller sent.
    pub(super) fn asks_elsewhere(&mut self, call: &'a Call, within: &[u32], scope: &Scope) -> bool {
        if !self.is_request(call, scope) {
            return false;
        }
        let mut left = MAX_VALUES;
        call.arguments.iter().any(|argument| self.hands_on_credential(&argument.value, within, scope, 0, &mut left))
    }

    /// Whether what a handler runs looks at the credential that the caller sent. Then it may be asked who calls, in words that
    /// nobody here understands: handed to a library's own check, looked up in a table of tokens.
    pub(in super::super) fn looks_at_credential(&self, handler: &Closure) -> bool {
        let mut open = vec![(handler.file, handler.index)];
        let mut seen: HashSet<(FileId, u32)> = open.iter().copied().collect();
        while let Some((file, index)) = open.pop().filter(|_| seen.len() <= MOST_FUNCTIONS) {
            if steps_look(&self.program.source(file).functions[index as usize].steps) {
                return true;
            }
            let called = self.callees.get(&(file, index)).into_iter().flatten().copied();
            open.extend(called.filter(|one| seen.insert(*one)));
        }
        false
    }

    fn is_request(&mut self, call: &'a Call, scope: &Scope) -> bool {
        let library = self.program.files[self.file].library;
        let rules = match self.callee(call, scope) {
            Some(Val::Symbol(name)) => library.calls(&name),
            Some(Val::Method(id, name)) => self.objects[id].ty.map(|ty| library.methods(ty, &name)).unwrap_or_default(),
            _ => return false,
        };
        rules.iter().any(|(ruled, _)| ruled.rule.does == Verb::Request)
    }

    /// Whether a value is made of the credential in the request: read in it, bound before, or given back by
    /// a function of the project that reads it.
    fn hands_on_credential(&mut self, value: &'a Value, within: &[u32], scope: &Scope, depth: usize, left: &mut usize) -> bool {
        if depth > MAX_STEPS || *left == 0 {
            return false;
        }
        *left -= 1;
        if reads_credential(value) {
            return true;
        }
        if let Value::Name(name) = value {
            let bound = self.bound(name, within);
            return bound.is_some_and(|bound| self.hands_on_credential(bound, within, scope, depth + 1, left));
        }
        if let Value::Call(call) = value
            && let Some(Val::Function(closure)) = self.callee(call, scope)
            && self.gives_credential(&closure, depth + 1, left)
        {
            return true;
        }
        let mut found = false;
        value.parts(&mut |part| found = found || self.hands_on_credential(part, within, scope, depth, left));
        found
    }

    /// Whether something that a function gives back is made of the credential in the request.
    fn gives_credential(&mut self, closure: &Closure, depth: usize, left: &mut usize) -> bool {
        let (file, mark) = (self.file, self.mark);
        self.file = closure.file;
        let scope = self.enter(closure, Vec::new());
        let mut answers = Vec::new();
        answers_of(&self.program.source(closure.file).functions[closure.index as usize].steps, &mut answers);
        let out = answers.into_iter().any(|answer| self.hands_on_credential(answer, &[closure.index], &scope, depth, left));
        (self.file, self.mark) = (file, mark);
        out
    }

    /// What a name was bound to last in the innermost of these functions that binds it, or anywhere in the
    /// file: a variable of a function around.
    pub(super) fn bound(&self, name: &str, within: &[u32]) -> Option<&'a Value> {
        let functions = &self.program.source(self.file).functions;
        let mut found = None;
        for index in within.iter().rev() {
            binding_of(&functions.get(*index as usize)?.steps, name, &mut found);
            if found.is_some() {
                return found;
            }
        }
        functions.iter().for_each(|function| binding_of(&function.steps, name, &mut found));
        found
    }
}

fn steps_look(steps: &[Step]) -> bool {
    steps.iter().any(|step| step.value().is_some_and(looks) || step.bodies().any(steps_look))
}

fn looks(value: &Value) -> bool {
    let mut found = match value {
        // `headers.set("Authorization", token)` writes one into a request or an answer of its own
        Value::Call(call) => {
            (call.arguments.len() == 1 || last_word(&call.callee).is_some_and(|word| word.to_ascii_lowercase().starts_with("get"))) && reads_credential(value)
        }
        value => reads_credential(value),
    };
    value.parts(&mut |part| found = found || looks(part));
    found
}

/// `request.headers.get("Authorization")`, `req.headers.authorization`, `r.Header["Cookie"]`, `req.cookies.sid`.
fn reads_credential(value: &Value) -> bool {
    match value {
        Value::Call(call) => {
            matches!(&call.callee, Value::Member(..))
                && call.arguments.iter().any(|argument| matches!(&argument.value, Value::Text(text) if is_credential(text)))
        }
        Value::Index(object, index) => !matches!(**object, Value::Map(_)) && matches!(&**index, Value::Text(text) if is_credential(text)),
        Value::Member(object, name) => {
            is_credential(name) && last_word(object).is_some_and(|word| words_of(&word).iter().any(|word| word.starts_with("header")))
        }
        _ => false,
    }
}

/// The header fields that carry who somebody is (RFC 9110, 11.6.2; RFC 6265, 4.2), also as CGI and WSGI name them.
fn is_credential(name: &str) -> bool {
    let plain = name.to_ascii_lowercase().replace('_', "-");
    matches!(plain.strip_prefix("http-").unwrap_or(&plain), "authorization" | "cookie" | "x-access-token" | "x-auth-token")
}
