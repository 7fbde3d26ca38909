//! What is tested: conditions that say who asks, and calls that check it.

use super::*;

impl<'a> Evaluator<'a> {
    /// Whether a condition tests more than that something was sent.
    pub(super) fn is_check(&mut self, condition: &'a Value, prover: &Prover, scope: &Scope, depth: usize) -> bool {
        if depth > 6 {
            return false;
        }
        match condition {
            Value::Not(inner) => self.is_check(inner, prover, scope, depth + 1),
            Value::Operator(operator, parts) => match operator.as_str() {
                "==" | "!=" | "===" | "!==" | "is" | "is not" | "in" | "not in" | "<" | ">" | "<=" | ">=" => {
                    self.compares(parts, scope) || parts.iter().any(|part| self.is_check(part, prover, scope, depth + 1))
                }
                _ => parts.iter().any(|part| self.is_check(part, prover, scope, depth + 1)),
            },
            Value::Either(parts) | Value::List(parts) | Value::Unknown(parts) => parts.iter().any(|part| self.is_check(part, prover, scope, depth + 1)),
            Value::Call(call) => self.is_checking_call(call, prover, scope, depth),
            Value::Name(name) => {
                (is_identity(name) && !is_raw(name) && !is_demand(name) && (!self.strict || is_held(name)))
                    || self.comes_from_check(name, prover, scope, depth)
                    || self.asks_a_check(condition, prover, scope, depth)
            }
            Value::Member(object, name) => {
                let raw = is_raw(name) || mentions_raw(object) || is_unfinished(name);
                // `req.auth`: what a check before put into the request
                let put = name == "auth" && matches!(&**object, Value::Name(holder) if prover.parameters.contains(holder));
                !raw && (is_identity(name) || put || self.is_check(object, prover, scope, depth + 1))
            }
            Value::Index(object, key) => {
                let holder = last_word(object).unwrap_or_default().to_ascii_lowercase();
                // what earlier steps found out of the caller: `conn.assigns[:current_user]`
                // `claims["role"]`: what was found out of the caller, by its name
                let of_caller = matches!(&**key, Value::Text(key) if is_identity(key)) && is_identity(&holder) && !is_raw(&holder);
                of_caller || holder.contains("session") || holder == "assigns" && matches!(&**key, Value::Text(key) if is_identity(key) && !is_unfinished(key))
            }
            _ => false,
        }
    }

    /// Whether a condition holds only for somebody who was checked; `!user` and `open || user` hold for others.
    pub(super) fn says_who(&mut self, condition: &'a Value, prover: &Prover, scope: &Scope, depth: usize) -> bool {
        if depth > 6 {
            return false;
        }
        let is_nothing = |value: &Value| matches!(value, Value::Null | Value::Boolean(false));
        match condition {
            Value::Either(parts) => parts.iter().all(|part| self.says_who(part, prover, scope, depth + 1)),
            Value::Operator(operator, parts) => match operator.as_str() {
                "and" | "&&" => parts.iter().any(|part| self.says_who(part, prover, scope, depth + 1)),
                "!=" | "is not" => parts.iter().any(is_nothing) && parts.iter().any(|part| self.says_who(part, prover, scope, depth + 1)),
                "==" => !parts.iter().any(is_nothing) && self.is_check(condition, prover, scope, depth + 1),
                _ => false,
            },
            Value::Name(_) | Value::Member(..) | Value::Call(_) | Value::Index(..) => self.is_check(condition, prover, scope, depth + 1),
            _ => false,
        }
    }

    /// `user && user.name === BLOCKED`: only somebody is refused so, and nobody passes.
    pub(super) fn needs_somebody(&mut self, condition: &'a Value, prover: &Prover, scope: &Scope) -> bool {
        let Value::Operator(operator, parts) = condition else { return false };
        let is_bare = |part: &&Value| matches!(part, Value::Name(_) | Value::Member(..) | Value::Call(_) | Value::Index(..));
        matches!(operator.as_str(), "and" | "&&")
            && parts.iter().filter(is_bare).any(|part| self.settled(part, scope, &prover.within, 0).is_none() && self.says_who(part, prover, scope, 0))
    }

    /// Whether all parts that are joined so ask about the caller. `if (isAdminPage && !user) refuse()` lets everybody past who asks
    /// for another page, and `if (isPublic || user) goOn()` whoever asks for a public one.
    pub(super) fn asks_all(&mut self, condition: &'a Value, joined: &str, prover: &Prover, scope: &Scope, depth: usize) -> bool {
        if depth > 6 {
            return false;
        }
        let parts = match condition {
            Value::Not(inner) => return self.asks_all(inner, if joined == "and" { "or" } else { "and" }, prover, scope, depth + 1),
            Value::Operator(operator, parts) if operator == joined || joined == "and" && operator == "&&" || joined == "or" && operator == "||" => parts,
            Value::Either(parts) if joined == "or" => parts,
            _ => return true,
        };
        // of a part that surely holds, or surely does not, nothing depends
        let is_moot = |holds: Option<bool>| holds == Some(joined == "and");
        parts.iter().all(|part| {
            is_moot(self.settled(part, scope, &prover.within, 0))
                || self.is_check(part, prover, scope, depth + 1) && self.asks_all(part, joined, prover, scope, depth + 1)
                || asks_for_nothing(part)
                || is_preflight(part)
        })
    }

    /// Whether a condition holds for nobody who was checked: `!user`, `user.nil?`, `token != KEY`.
    pub(super) fn says_nobody(&mut self, condition: &'a Value, prover: &Prover, scope: &Scope, depth: usize) -> bool {
        if depth > 6 {
            return false;
        }
        let is_nothing = |value: &Value| matches!(value, Value::Null | Value::Boolean(false));
        match condition {
            Value::Not(inner) => self.says_who(inner, prover, scope, depth + 1),
            Value::Either(parts) => parts.iter().any(|part| self.says_nobody(part, prover, scope, depth + 1)),
            Value::Operator(operator, parts) => match operator.as_str() {
                "and" => parts.iter().all(|part| self.says_nobody(part, prover, scope, depth + 1)),
                "==" => parts.iter().any(is_nothing) && parts.iter().any(|part| self.says_who(part, prover, scope, depth + 1)),
                "!=" => !parts.iter().any(is_nothing) && self.is_check(condition, prover, scope, depth + 1),
                _ => false,
            },
            Value::Member(object, name) => {
                matches!(name.as_str(), "nil?" | "blank?" | "anonymous?" | "is_anonymous?" | "guest?") && self.says_who(object, prover, scope, depth + 1)
            }
            _ => false,
        }
    }

    /// Whether a condition is nothing but what a check of a library gave back, where that is somebody and no error:
    /// `const session = await getServerSession(); if (session) redirect("/")`. Refused is then who is known, and the others pass.
    pub(super) fn holds_somebody(&mut self, condition: &'a Value, prover: &Prover, scope: &Scope) -> bool {
        if !matches!(self.family(), Family::JavaScript | Family::Python | Family::Java) {
            return false;
        }
        let value = match condition {
            // `const { data, error } = await auth.getUser()`
            Value::Name(name) if matches!(name.as_str(), "error" | "err" | "e") => return false,
            Value::Name(name) => self.bound(name, &prover.within),
            other => Some(other),
        };
        let Some(Value::Call(call)) = value else { return false };
        let callee = self.callee(call, scope);
        self.verify_rule(callee.as_ref(), call, scope) == Some(true)
    }

    pub(super) fn is_checking_call(&mut self, call: &'a Call, prover: &Prover, scope: &Scope, depth: usize) -> bool {
        let callee = self.callee(call, scope);
        if self.verify_rule(callee.as_ref(), call, scope).is_some() {
            return true;
        }
        if let Some(Val::Function(closure)) = &callee {
            return self.holds_a_check(closure, depth) || (self.runs_bodies() && depth < 4 && self.gives_a_check(closure, prover, depth + 1));
        }
        let last = match &call.callee {
            Value::Name(name) | Value::Member(_, name) => name.as_str(),
            _ => return false,
        };
        if super::compared::is_constant_time(last) || matches!(last, "isAuthenticated" | "is_authenticated") {
            return true;
        }
        // `user.roles.includes(role)`, `session.get("user")`
        let object = match &call.callee {
            Value::Member(object, _) => self.is_check(object, prover, scope, depth + 1),
            _ => false,
        };
        let session_key = matches!(call.arguments.first(), Some(Argument { value: Value::Text(text), .. }) if is_identity(text))
            && matches!(last, "get" | "Get" | "GetString" | "getAttribute");
        // `get_session(conn, :user_id)`
        let held = last == "get_session"
            && call.arguments.iter().any(|argument| matches!(&argument.value, Value::Text(text) if is_identity(text) && !is_unfinished(text)));
        object || held || (session_key && !mentions_raw(&call.callee))
    }

    /// A method of Ruby without arguments that gives back the outcome of a check: `logged_in?`.
    fn asks_a_check(&mut self, condition: &'a Value, prover: &Prover, scope: &Scope, depth: usize) -> bool {
        if !self.runs_bodies() || depth > 4 {
            return false;
        }
        match self.unread(condition, scope) {
            Val::Function(closure) => self.holds_a_check(&closure, depth + 1) || self.gives_a_check(&closure, prover, depth + 1),
            Val::Method(id, name) => {
                let full = self.method_name(id, &name);
                !self.program.files[self.file].library.verifies(&full).is_empty()
            }
            _ => false,
        }
    }

    /// Whether all that a function gives back is the outcome of a check.
    fn gives_a_check(&mut self, closure: &Closure, prover: &Prover, depth: usize) -> bool {
        let (file, mark) = (self.file, self.mark);
        self.file = closure.file;
        let scope = self.enter(closure, Vec::new());
        let steps = &self.program.source(closure.file).functions[closure.index as usize].steps;
        let out = match steps.last() {
            Some(Step::Return(Some(value))) => self.is_check(value, prover, &scope, depth + 1),
            _ => false,
        };
        self.file = file;
        self.mark = mark;
        out
    }

    /// Whether a function of the project tells valid from invalid: it verifies, or compares.
    pub(super) fn holds_a_check(&mut self, closure: &Closure, depth: usize) -> bool {
        if depth > 4 {
            return false;
        }
        let (file, mark) = (self.file, self.mark);
        self.file = closure.file;
        let scope = self.enter(closure, Vec::new());
        let source = self.program.source(closure.file);
        let mut calls = Vec::new();
        source.functions[closure.index as usize].steps.iter().for_each(|step| calls_in_step(step, &mut calls));
        let mut out = false;
        for call in calls.into_iter().take(64) {
            let callee = self.callee(call, &scope);
            if self.verify_rule(callee.as_ref(), call, &scope).is_some() {
                out = true;
                break;
            }
            let last = match &call.callee {
                Value::Name(name) | Value::Member(_, name) => name.as_str(),
                _ => "",
            };
            if super::compared::is_constant_time(last) {
                out = true;
                break;
            }
            if self.asks_elsewhere(call, &[closure.index], &scope) {
                out = true;
                break;
            }
            if let Some(Val::Function(inner)) = &callee
                && (inner.file, inner.index) != (closure.file, closure.index)
                && self.holds_a_check(inner, depth + 1)
            {
                out = true;
                break;
            }
        }
        self.file = file;
        self.mark = mark;
        out
    }

    /// A comparison of something sent with something held.
    pub(super) fn compares(&mut self, parts: &'a [Value], scope: &Scope) -> bool {
        let [left, right] = parts else { return false };
        let values = [self.value(left, scope), self.value(right, scope)];
        let empty = |value: &Val| match value {
            Val::Null | Val::Number(_) | Val::Boolean(_) => true,
            value => {
                value.literal().is_some_and(|text| text.is_empty() || text.trim().eq_ignore_ascii_case("bearer") || text.trim().eq_ignore_ascii_case("basic"))
            }
        };
        if values.iter().any(empty) {
            return false;
        }
        let held = |value: &Val| match value {
            Val::Text(text) => !matches!(**text, threatline_facts::Text::Unknown),
            _ => false,
        };
        // what a form brings back that it was given says nothing of who sends it
        if parts.iter().filter_map(last_word).any(|word| is_unfinished(&word)) {
            return false;
        }
        // a handler that compares passwords logs somebody in
        if self.strict && parts.iter().filter_map(last_word).any(|word| is_password(&word)) {
            return false;
        }
        let secret = |value: &Value| match value {
            // `current_app.config["API_KEY"]`
            Value::Index(object, key) => holds_settings(object) && matches!(&**key, Value::Text(key) if is_secret(key)),
            value => last_word(value).is_some_and(|word| is_secret(&word)),
        };
        values.iter().any(held) && mentions_raw_any(parts) || parts.iter().any(secret)
    }

    /// Whether a local name holds the outcome of a check, or a part of it.
    pub(super) fn comes_from_check(&mut self, name: &str, prover: &Prover, scope: &Scope, depth: usize) -> bool {
        if depth > 3 {
            return false;
        }
        match self.bound(name, &prover.within) {
            Some(Value::Call(call)) => {
                let callee = self.callee(call, scope);
                self.verify_rule(callee.as_ref(), call, scope).is_some()
                    || matches!(&callee, Some(Val::Function(closure)) if self.holds_a_check(closure, depth + 1))
                    || self.asks_elsewhere(call, &prover.within, scope)
                    || (self.family() == Family::Elixir && self.is_checking_call(call, prover, scope, depth + 1))
            }
            // `ok := response.StatusCode == 200`
            Some(value @ Value::Member(..)) => self.is_part_of_check(value, name, prover, scope, depth),
            Some(Value::Operator(_, parts)) => parts.iter().any(|part| self.is_part_of_check(part, name, prover, scope, depth)),
            _ => false,
        }
    }

    /// A name that holds the outcome of a check, or a member of one; not the name that is asked about.
    fn is_part_of_check(&mut self, value: &'a Value, asked: &str, prover: &Prover, scope: &Scope, depth: usize) -> bool {
        let mut whole = value;
        // `(await auth.getUser()).data.user`
        while let Value::Member(object, _) = whole {
            whole = object;
        }
        match (value, whole) {
            (Value::Name(name), _) => name != asked && self.comes_from_check(name, prover, scope, depth + 1),
            (Value::Member(object, _), Value::Name(name)) if std::ptr::eq(&**object, whole) => {
                name != asked && self.comes_from_check(name, prover, scope, depth + 1)
            }
            (Value::Member(..), Value::Call(call)) => {
                let callee = self.callee(call, scope);
                self.verify_rule(callee.as_ref(), call, scope).is_some()
            }
            _ => false,
        }
    }
}

/// What a program is configured with, by its name.
fn holds_settings(value: &Value) -> bool {
    last_word(value).is_some_and(|word| words_of(&word).iter().any(|word| matches!(word.as_str(), "config" | "settings" | "environ" | "env" | "secrets")))
}
