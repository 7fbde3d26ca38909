//! Turning away: what ends a request, and with which status.

use super::*;

/// A request is followed through so many helpers, and so many functions and calls of each are looked at.
const MAX_HELPERS: usize = 3;
const MAX_MADE: usize = 32;

impl<'a> Evaluator<'a> {
    /// The status with which a branch turns the request away, when it surely does not go on.
    pub(super) fn turns_away(&mut self, steps: &'a [Step], prover: &Prover, scope: &Scope) -> Option<u16> {
        if steps.is_empty() {
            return None;
        }
        let mut calls = Vec::new();
        steps.iter().for_each(|step| calls_in_step(step, &mut calls));
        if calls.iter().any(|call| self.goes_on(call, prover, scope)) {
            return None;
        }
        // who is told that something is not there is turned away, and not for who he is
        if self.family() == Family::Elixir && calls.iter().any(|call| answers_otherwise(call)) {
            return None;
        }
        let ends = steps.last().is_some_and(leaves);
        if !ends && !prover.calls_on {
            // Without a call that goes on, only leaving stops it; raising calls leave as well.
            let raises = calls.iter().any(|call| self.rejecting_call(call, scope).is_some());
            if !raises {
                return None;
            }
        }
        steps.iter().find_map(|step| self.status_in(step, scope)).or_else(|| {
            // `return err`, `throw e` below a failed check of its own.
            (prover.depth > 0 && ends && steps.iter().any(|step| matches!(step, Step::Throw(_)))).then_some(401)
        })
    }

    pub(super) fn status_in(&mut self, step: &'a Step, scope: &Scope) -> Option<u16> {
        match step {
            Step::Do(value) | Step::Return(Some(value)) | Step::Throw(Some(value)) => self.turns_away_value(value, scope),
            Step::Bind { value: Some(value), .. } => self.turns_away_value(value, scope),
            Step::Block(body) => body.iter().find_map(|step| self.status_in(step, scope)),
            Step::If { then, otherwise, .. } => {
                let then = then.iter().find_map(|step| self.status_in(step, scope));
                let otherwise = otherwise.iter().find_map(|step| self.status_in(step, scope));
                then.and(otherwise)
            }
            _ => None,
        }
    }

    /// Whether any branch of these steps refuses.
    pub(super) fn refuses_somewhere(&mut self, steps: &'a [Step], scope: &Scope, within: &[u32]) -> bool {
        steps.iter().any(|step| match step {
            Step::If { condition, then, otherwise } => match self.located(condition, scope, within, 0) {
                Some(holds) => self.refuses_somewhere(if holds { then } else { otherwise }, scope, within),
                None => self.refuses_somewhere(then, scope, within) || self.refuses_somewhere(otherwise, scope, within),
            },
            Step::Loop { .. } | Step::Block(_) | Step::Try { .. } => step.bodies().any(|body| self.refuses_somewhere(body, scope, within)),
            step => self.status_in(step, scope).is_some(),
        })
    }

    /// Whether a helper that is given the request refuses somewhere: in itself, in a function that it makes for its caller to call, or in
    /// what it gives the request to.
    pub(super) fn may_refuse(&mut self, closure: &Closure, depth: usize) -> bool {
        if depth > MAX_HELPERS {
            return false;
        }
        let key = (closure.file, closure.index);
        if let Some(known) = self.refusing.get(&key) {
            return *known;
        }
        self.refusing.insert(key, false);
        let (file, mark) = (std::mem::replace(&mut self.file, closure.file), self.mark);
        // for whatever route: what is remembered of one holds of all
        let location = self.location.take();
        self.proving += 1;
        let functions = &self.program.source(closure.file).functions;
        let function = &functions[closure.index as usize];
        let scope = self.enter(closure, Vec::new());
        let mut found = self.refuses_somewhere(&function.steps, &scope, &[]);
        let mut made = Vec::new();
        function.steps.iter().for_each(|step| functions_made(step, &mut made));
        for index in made.into_iter().take(MAX_MADE) {
            found = found || self.refuses_somewhere(&functions[index as usize].steps, &scope, &[index]);
        }
        let parameters: BTreeSet<String> = function.parameters.iter().map(|parameter| parameter.name.clone()).collect();
        let mut calls = Vec::new();
        function.steps.iter().for_each(|step| calls_in_step(step, &mut calls));
        for call in calls.into_iter().filter(|call| hands_request(call, &parameters)).take(MAX_MADE) {
            if !found && let Some(Val::Function(helper)) = self.callee(call, &scope) {
                found = helper.index != 0 && self.may_refuse(&helper, depth + 1);
            }
        }
        self.proving -= 1;
        (self.file, self.mark) = (file, mark);
        self.location = location;
        self.refusing.insert(key, found);
        found
    }

    /// Whether anything in these steps throws, or calls what rejects by throwing.
    pub(in crate::compose) fn throws(&mut self, steps: &'a [Step], scope: &Scope) -> bool {
        steps.iter().any(|step| match step {
            Step::Throw(_) => true,
            Step::If { then, otherwise, .. } => self.throws(then, scope) || self.throws(otherwise, scope),
            Step::Loop { body, .. } | Step::Block(body) => self.throws(body, scope),
            Step::Try { body, handlers, .. } => self.throws(body, scope) || handlers.iter().any(|handler| self.throws(handler, scope)),
            step => {
                let mut calls = Vec::new();
                calls_in_step(step, &mut calls);
                calls.into_iter().any(|call| self.rejecting_call(call, scope).is_some())
            }
        })
    }

    /// Whether steps answer the request with a refusal.
    pub(super) fn answers(&mut self, steps: &'a [Step], scope: &Scope) -> bool {
        if steps.iter().any(|step| self.status_in(step, scope).is_some()) {
            return true;
        }
        // `reply.send(error)`: an error that is answered with its own status.
        let mut calls = Vec::new();
        steps.iter().for_each(|step| calls_in_step(step, &mut calls));
        calls.into_iter().take(32).any(|call| {
            // who hands an error on answers nothing else
            if self.family() == Family::JavaScript && hands_error(call) {
                return true;
            }
            let name = self.name_of_callee(call, scope);
            name.is_some_and(|name| self.program.files[self.file].library.rejects(&name).iter().any(|ruled| ruled.rule.caught))
        })
    }

    pub(super) fn turns_away_value(&mut self, value: &'a Value, scope: &Scope) -> Option<u16> {
        let mut words = Vec::new();
        status_words(value, &mut words, 0);
        words.into_iter().find_map(status_of).or_else(|| match value {
            Value::Call(call) => self.rejecting_call(call, scope),
            _ => None,
        })
    }

    /// Whether a handler answers with an error, whatever its reason: who gets that gets nothing else. What a
    /// helper gives back so, its caller may pass over.
    pub(super) fn fails(&self, value: &Value, prover: &Prover) -> bool {
        self.strict && prover.depth == 0 && !prover.calls_on && says_failure(value, 0)
    }

    pub(super) fn rejecting_call(&mut self, call: &'a Call, scope: &Scope) -> Option<u16> {
        let name = self.name_of_callee(call, scope)?;
        let rules = self.program.files[self.file].library.rejects(&name);
        let rule = rules.iter().find(|ruled| !ruled.rule.caught && ruled.rule.condition.is_none())?.rule;
        if rule.only_guards && self.strict {
            return None;
        }
        if let Some(code) = rule.code {
            return Some(code);
        }
        let arguments = self.arguments(&call.arguments, scope);
        let site = crate::compose::verbs::Site { name: String::new(), method: String::new(), arguments, receiver: None, decorated: None, star: None };
        let status = self.pick(rule.status.as_ref(), &site)?;
        status_of(status.literal()?)
    }

    /// The status of a call that turns away by what its argument says, and that argument: `abort_unless($user->admin, 403)`.
    pub(super) fn refuses_by(&mut self, call: &'a Call, scope: &Scope) -> Option<(u16, &'a Value)> {
        let name = self.name_of_callee(call, scope)?;
        let rules = self.program.files[self.file].library.rejects(&name);
        let rule = rules.iter().find(|ruled| ruled.rule.condition.is_some())?.rule;
        let condition = &call.arguments.get(rule.condition?)?.value;
        let status = rule.code.or_else(|| {
            let mut words = Vec::new();
            call.arguments.iter().for_each(|argument| status_words(&argument.value, &mut words, 0));
            words.into_iter().find_map(status_of)
        })?;
        Some((status, condition))
    }

    pub(super) fn name_of_callee(&mut self, call: &'a Call, scope: &Scope) -> Option<String> {
        match self.callee(call, scope)? {
            Val::Symbol(name) => Some(name.to_string()),
            Val::Method(id, name) => Some(self.method_name(id, &name)),
            _ => None,
        }
    }
}
