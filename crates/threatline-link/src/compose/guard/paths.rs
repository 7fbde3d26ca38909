//! The paths through a body, walked with what is known on each.

use super::compared::Compared;
use super::*;

impl<'a> Evaluator<'a> {
    /// Walks steps from what is known; what is known at their end, none if no path reaches it.
    pub(super) fn walk(&mut self, steps: &'a [Step], start: Known, prover: &mut Prover, scope: &Scope) -> Option<Known> {
        let last = prover.last;
        let end = self.walk_each(steps, start, prover, scope);
        prover.last = last;
        end
    }

    pub(super) fn walk_each(&mut self, steps: &'a [Step], start: Known, prover: &mut Prover, scope: &Scope) -> Option<Known> {
        let mut known = start;
        let last = prover.last;
        for (at, step) in steps.iter().enumerate() {
            if !self.burn() {
                prover.unclear = true;
                return Some(Known::default());
            }
            prover.last = last && at + 1 == steps.len();
            // `if (req.user) return next(); res.redirect("/login")`: what follows is the other branch.
            let rest = steps.get(at + 1..).unwrap_or_default();
            if let Step::If { condition, then, otherwise } = step
                && otherwise.is_empty()
                && (1..=MAX_REST).contains(&rest.len())
                && then.last().is_some_and(leaves)
                && self.says_who(condition, prover, scope, 0)
            {
                prover.last = last;
                return self.walk_if(condition, then, rest, known, prover, scope);
            }
            // `for role in roles { if role == user.role { return next() } } forbidden()`: what follows is what holds of none
            if let Step::Loop { body, .. } = step
                && let Some((condition, then)) = only_test(body)
                && (1..=MAX_REST).contains(&rest.len())
                && self.says_who(condition, prover, scope, 0)
            {
                prover.last = last;
                return self.walk_if(condition, then, rest, known, prover, scope);
            }
            // `http.Error(w, "bad", http.StatusBadRequest); return`: who gets an error gets nothing else.
            if let (Step::Do(value), Some(Step::Return(None))) = (step, steps.get(at + 1))
                && (self.fails(value, prover) || self.strict && prover.depth == 0 && !prover.calls_on && self.turns_away_value(value, scope).is_some())
            {
                self.see(value, known, prover, scope);
                return None;
            }
            if at > 0 && self.hands_answer_back(&steps[at - 1], step, prover, scope) {
                return None;
            }
            // whoever falls out of this step is turned away behind it
            let behind = prover.behind;
            if !rest.is_empty() {
                let is_straight = rest.iter().all(|step| matches!(step, Step::Do(_) | Step::Return(_) | Step::Throw(_) | Step::Bind { .. }));
                prover.behind = if is_straight { self.turns_away(rest, prover, scope) } else { None };
            }
            let end = self.walk_step(step, known, prover, scope);
            prover.behind = behind;
            known = end?;
        }
        Some(known)
    }

    /// `reply.code(401).send(…); return reply`: a refusal was the answer, and nothing comes after it.
    fn hands_answer_back(&mut self, before: &'a Step, step: &Step, prover: &Prover, scope: &Scope) -> bool {
        let leaves = match step {
            Step::Return(None) => true,
            Step::Return(Some(Value::Name(name))) => prover.parameters.contains(name),
            _ => false,
        };
        leaves && self.family() == Family::JavaScript && matches!(before, Step::Do(_)) && self.status_in(before, scope).is_some()
    }

    pub(super) fn walk_step(&mut self, step: &'a Step, known: Known, prover: &mut Prover, scope: &Scope) -> Option<Known> {
        match step {
            Step::Bind { target, value, .. } => {
                let mut known = known;
                if let Some(value) = value {
                    known = self.see(value, known, prover, scope);
                    let worth = self.value(value, scope);
                    if let Value::Name(name) = target {
                        scope.set(name, worth);
                    }
                }
                Some(known)
            }
            Step::Do(value) => Some(self.see(value, known, prover, scope)),
            Step::Return(Some(value @ Value::Operator(operator, _))) if operator == "?" && self.family() == Family::Rust => {
                self.walk_answer(value, known, prover, scope, 0);
                None
            }
            Step::Return(value) => {
                let mut known = known;
                if let Some(value) = value {
                    known = self.see(value, known, prover, scope);
                }
                let mut away = value.as_ref().is_some_and(|value| self.turns_away_value(value, scope).is_some() || self.fails(value, prover));
                if let Some(value) = value.as_ref().filter(|_| prover.decides) {
                    away |= self.decided(value, &mut known, prover, scope);
                }
                if !prover.calls_on && !away {
                    prover.onward = Some(prover.onward.map_or(known, |before| before.meet(known)));
                }
                None
            }
            Step::Throw(_) => None,
            Step::If { condition, then, otherwise } => self.walk_if(condition, then, otherwise, known, prover, scope),
            Step::Loop { body, .. } => {
                // The body may not run at all; what it lets through counts.
                prover.last = false;
                let _ = self.walk(body, known, prover, scope);
                Some(known)
            }
            Step::Try { body, handlers, finally } => {
                let after = self.walk(body, known, prover, scope);
                let mut out = after;
                for handler in handlers {
                    // `const code = error.status || 500; return new Response(…, { status: code })`
                    if self.strict && prover.depth == 0 && !prover.calls_on && answers_with_failure(handler) {
                        continue;
                    }
                    let ends = prover.last && handler.iter().any(|step| matches!(step, Step::Do(value) if self.fails(value, prover)));
                    if let Some(end) = self.walk(handler, known, prover, scope)
                        && !ends
                        && !self.answers(handler, scope)
                    {
                        // An error that is swallowed leaves nothing proven.
                        out = Some(out.map_or(end, |out| out.meet(end)));
                    }
                }
                prover.last = false;
                let _ = self.walk(finally, Known::default(), prover, scope);
                out
            }
            Step::Block(body) => self.walk(body, known, prover, scope),
            Step::Function(index) => {
                let function = &self.program.source(self.file).functions[*index as usize];
                scope.set(&function.name, Val::Function(Closure { file: self.file, index: *index, scope: Some(scope.clone()), this: None }));
                Some(known)
            }
            Step::Class(_) => Some(known),
        }
    }

    /// `match token { Some(it) => Ok(it), None => Err(refused()) }` as what is given back: each arm is a way out.
    fn walk_answer(&mut self, value: &'a Value, known: Known, prover: &mut Prover, scope: &Scope, depth: usize) {
        let (condition, then, otherwise) = match value {
            Value::Operator(operator, parts) if operator == "?" && depth < 8 => match parts.as_slice() {
                [condition, then, otherwise] => (condition, then, otherwise),
                _ => return,
            },
            // an arm with names of its own is a function that is called where it stands
            Value::Call(call) if call.arguments.is_empty() && matches!(call.callee, Value::Function(_)) && depth < 8 => {
                let Value::Function(index) = call.callee else { return };
                let steps = &self.program.source(self.file).functions[index as usize].steps;
                prover.within.push(index);
                let _ = self.walk(steps, known, prover, &Scope::new(Some(scope.clone())));
                prover.within.pop();
                return;
            }
            value => {
                let known = self.see(value, known, prover, scope);
                if !prover.calls_on && self.turns_away_value(value, scope).is_none() && !self.fails(value, prover) {
                    prover.onward = Some(prover.onward.map_or(known, |before| before.meet(known)));
                }
                return;
            }
        };
        let known = self.see(condition, known, prover, scope);
        let strong = prover.inside_verify || self.is_check(condition, prover, scope, 0);
        let (then_away, else_away) = (self.turns_away_value(then, scope), self.turns_away_value(otherwise, scope));
        prover.unclear |= !strong && (then_away.is_some() || else_away.is_some()) && !tests_absence(condition, 0);
        if strong && (then_away.is_some() || else_away.is_some()) {
            prover.places.push(self.place("code"));
        }
        let proven = |away: Option<u16>| match away {
            Some(401) if strong => Known { authenticated: true, ..known },
            Some(_) if strong => Known { authenticated: true, authorized: true, ..known },
            _ => known,
        };
        self.walk_answer(then, proven(else_away), prover, scope, depth + 1);
        self.walk_answer(otherwise, proven(then_away), prover, scope, depth + 1);
    }

    pub(super) fn walk_if(
        &mut self,
        condition: &'a Value,
        then: &'a [Step],
        otherwise: &'a [Step],
        known: Known,
        prover: &mut Prover,
        scope: &Scope,
    ) -> Option<Known> {
        let known = self.see(condition, known, prover, scope);
        let chosen = self.choice.clone().and_then(|choice| choice.holds(self.file, prover.within.last().copied()?, condition));
        if let Some(holds) = chosen {
            return self.walk(if holds { then } else { otherwise }, known, prover, scope);
        }
        if let Some(holds) = self.settled(condition, scope, &prover.within.clone(), 0) {
            let before = prover.onward.is_some();
            let end = self.walk(if holds { then } else { otherwise }, known, prover, scope);
            // what goes on here, before anything was asked
            prover.exempted |= end.is_none() && prover.onward.is_some() && !before;
            return end;
        }
        let strong = prover.inside_verify || self.is_check(condition, prover, scope, 0);
        // where a refusal stands under what holds of somebody (`if user.banned?`), nobody may pass as well
        let (strong_then, strong_else) = match self.runs_bodies() && strong && !prover.inside_verify {
            true => (self.says_nobody(condition, prover, scope, 0), self.says_who(condition, prover, scope, 0)),
            false => (
                strong
                    && refuses_others(condition, 0)
                    && !self.holds_somebody(condition, prover, scope)
                    && !self.needs_somebody(condition, prover, scope)
                    && self.asks_all(condition, "and", prover, scope, 0),
                strong && self.asks_all(condition, "or", prover, scope, 0),
            ),
        };
        let compared = self.compared_by(condition, prover, 0);
        let after = |away: Option<u16>, mut known: Known, strong: bool| {
            match away {
                Some(401) if strong => known.authenticated = true,
                Some(_) if strong => match compared {
                    Compared::Credential => known.authenticated = true,
                    Compared::Owner => (known.authenticated, known.owned) = (true, true),
                    Compared::Other => (known.authenticated, known.authorized) = (true, true),
                },
                // whoever that is was found out before
                Some(403) => known.owned |= compared == Compared::Owner,
                _ => {}
            }
            known
        };
        let (then_away, else_away) = (self.turns_away(then, prover, scope), self.turns_away(otherwise, prover, scope));
        let unproven = (then_away.is_some() && !strong_then) || (else_away.is_some() && !strong_else);
        if unproven && !tests_absence(condition, 0) {
            // It refuses for a reason that lies outside of what was read.
            prover.unclear = true;
        }
        // Who asks decides whether something is thrown: it may be a refusal.
        let throws = |steps: &[Step]| steps.iter().any(|step| matches!(step, Step::Throw(_)));
        if strong && then_away.is_none() && else_away.is_none() && (throws(then) || throws(otherwise)) {
            prover.unclear = true;
        }
        if (then_away.is_some() || else_away.is_some()) && strong {
            prover.places.push(self.place("code"));
        }
        let behind = if otherwise.is_empty() && strong && self.says_who(condition, prover, scope, 0) { prover.behind } else { None };
        let then_start = after(else_away.or(behind), known, strong_else);
        let else_start = after(then_away, known, strong_then);
        let then_end = self.walk(then, then_start, prover, scope);
        let else_end = self.walk(otherwise, else_start, prover, scope);
        // A branch that answers and falls through to the end does not go on.
        let then_end = then_end.filter(|_| then_away.is_none() || leaves_nothing(then));
        match (then_end, else_end) {
            (Some(a), Some(b)) => {
                // `if (!isOpen(request)) await protect()`: who is asked depends on what was not understood
                prover.unclear |= !self.strict && a.authenticated != b.authenticated && !tests_absence(condition, 0);
                Some(a.meet(b))
            }
            (a, b) => a.or(b),
        }
    }

    /// Meets the calls in a value: going on, checking calls, functions written in place.
    pub(super) fn see(&mut self, value: &'a Value, known: Known, prover: &mut Prover, scope: &Scope) -> Known {
        let mut known = known;
        match value {
            Value::Call(call) => {
                if let Value::Member(object, method) = &call.callee {
                    let seen = self.see(object, known, prover, scope);
                    // `verify(token).catch(() => null)`: an error that is swallowed leaves nothing proven
                    let swallows = method == "catch" && self.family() == Family::JavaScript && matches!(&**object, Value::Call(_));
                    known = if swallows { known } else { seen };
                    if matches!(&**object, Value::Name(name) if name == "super") {
                        known = self.see_base(call, method, known, prover);
                    }
                    if self.fails_through(object, method, call, scope) {
                        known.authenticated = true;
                        self.mark = call.mark;
                        prover.places.push(self.place("code"));
                    }
                }
                let callee = self.callee(call, scope);
                let verify = self.verify_rule(callee.as_ref(), call, scope);
                let before = prover.inside_verify;
                for argument in &call.arguments {
                    if let Value::Function(index) = &argument.value {
                        prover.inside_verify = verify.is_some() || before;
                        let steps = &self.program.source(self.file).functions[*index as usize].steps;
                        let inner = Scope::new(Some(scope.clone()));
                        for parameter in &self.program.source(self.file).functions[*index as usize].parameters {
                            inner.set(&self.variable(&parameter.name), Val::Unknown);
                        }
                        // what a block of Ruby gives back is not what the method does
                        let onward = prover.onward;
                        let last = std::mem::replace(&mut prover.last, false);
                        let behind = prover.behind.take();
                        prover.within.push(*index);
                        let _ = self.walk(steps, known, prover, &inner);
                        prover.within.pop();
                        (prover.last, prover.behind) = (last, behind);
                        let is_value = match self.family() {
                            Family::Rust => self.gives_a_value(call, *index),
                            Family::JavaScript => asks_each(call),
                            _ => self.runs_bodies() && !leaves_around(steps),
                        };
                        if is_value && !prover.calls_on {
                            prover.onward = onward;
                        }
                        prover.inside_verify = before;
                    } else {
                        known = self.see(&argument.value, known, prover, scope);
                    }
                }
                if self.goes_on(call, prover, scope) {
                    prover.onward = Some(prover.onward.map_or(known, |before| before.meet(known)));
                    if let Some(Val::Function(_) | Val::Guarded(_)) = &callee {
                        prover.inner = callee.clone();
                    } else if let Some(behind) = self.served_by(call, scope) {
                        prover.inner = Some(behind);
                    } else {
                        prover.passes |= call.arguments.is_empty() && !known.authenticated;
                    }
                    return known;
                }
                if let Some(next) = self.handed_over(call, callee.as_ref(), prover, scope) {
                    prover.onward = Some(prover.onward.map_or(known, |before| before.meet(known)));
                    prover.inner = Some(next);
                    return known;
                }
                if self.family() == Family::JavaScript && hands_on(call, prover) && !matches!(callee, Some(Val::Function(_) | Val::Guarded(_))) {
                    known = self.handed_on(call, known, prover, scope);
                }
                if verify == Some(false) {
                    known.authenticated = true;
                    known.authorized |= self.verify_authorizes(callee.as_ref(), call);
                    self.mark = call.mark;
                    prover.places.push(self.place("code"));
                }
                if let Some((status, condition)) = self.refuses_by(call, scope) {
                    if self.is_check(condition, prover, scope, 0) {
                        (known.authenticated, known.authorized) = (true, known.authorized || status == 403);
                        self.mark = call.mark;
                        prover.places.push(self.place("code"));
                    } else {
                        prover.unclear = true;
                    }
                }
                // another view, behind guards of its own: `return create(request)`
                if let Some(guarded @ Val::Guarded(_)) = &callee
                    && prover.depth < 4
                    && hands_request(call, &prover.parameters)
                {
                    self.mark = call.mark;
                    let place = self.place("code");
                    let strict = std::mem::replace(&mut self.strict, false);
                    let verdict = self.judge(&Guard { value: guarded.clone(), place }, prover.depth + 1);
                    self.strict = strict;
                    known.authenticated |= verdict.authenticates;
                    known.authorized |= verdict.authorizes;
                    known.owned |= verdict.owns;
                    prover.unclear |= verdict.unclear;
                    prover.places.extend(verdict.places);
                }
                if let Some(Val::Function(closure)) = &callee
                    && prover.depth < 4
                    && closure.index != 0
                {
                    let (mut verdict, _) = self.prove_helper(closure, prover.depth + 1);
                    // what it refuses with is handed on (`check(&req).await?`)
                    prover.unclear |= verdict.unclear && (self.family() == Family::Rust || self.asks_around(call, prover));
                    // a handler that has a password checked logs somebody in
                    if self.strict && call.arguments.iter().any(|argument| names_password(&argument.value, 0)) {
                        verdict = Verdict::default();
                    }
                    known.authenticated |= verdict.authenticates;
                    known.authorized |= verdict.authorizes;
                    known.owned |= verdict.owns;
                    if self.strict && prover.depth == 0 && !known.authenticated && !prover.unclear && hands_request(call, &prover.parameters) {
                        prover.unclear = self.may_refuse(closure, 0);
                    }
                    if verdict.authenticates || verdict.authorizes || verdict.owns {
                        prover.places.extend(verdict.places);
                    }
                }
            }
            Value::Member(object, _) | Value::Not(object) => known = self.see(object, known, prover, scope),
            Value::Index(object, index) => {
                known = self.see(object, known, prover, scope);
                known = self.see(index, known, prover, scope);
            }
            Value::List(parts) | Value::Join(parts) | Value::Unknown(parts) => {
                for part in parts {
                    known = self.see(part, known, prover, scope);
                }
            }
            // Only the first operand surely runs.
            Value::Either(parts) | Value::Operator(_, parts) => {
                let surely = parts.first().map_or(known, |first| self.see(first, known, prover, scope));
                for part in parts.iter().skip(1) {
                    let _ = self.see(part, surely, prover, scope);
                }
                known = surely;
            }
            Value::Map(entries) => {
                for (_, value) in entries {
                    known = self.see(value, known, prover, scope);
                }
            }
            _ => {}
        }
        known
    }

    /// Whether a closure of Rust is run for what it gives back, and not in place of the function around, as an `async` block is.
    fn gives_a_value(&self, call: &Call, index: u32) -> bool {
        const FALLBACKS: [&str; 6] = ["ok_or_else", "unwrap_or_else", "or_else", "get_or_insert_with", "then", "or_insert_with"];
        let takes = !self.program.source(self.file).functions[index as usize].parameters.is_empty();
        takes || matches!(&call.callee, Value::Member(_, name) if FALLBACKS.contains(&name.as_str()))
    }

    /// `context.with(span, handler, this, req, res)` in what was made around `handler`: a library is given the request and
    /// the function that is to get it, and runs it.
    pub(super) fn handed_over(&mut self, call: &'a Call, callee: Option<&Val>, prover: &Prover, scope: &Scope) -> Option<Val> {
        if self.family() != Family::JavaScript || matches!(callee, Some(Val::Function(_) | Val::Guarded(_) | Val::Class(..))) {
            return None;
        }
        let names = || call.arguments.iter().filter_map(|argument| if let Value::Name(name) = &argument.value { Some(name.as_str()) } else { None });
        if !names().any(|name| prover.parameters.contains(name)) {
            return None;
        }
        let outer = |name: &&str| !prover.parameters.contains(*name) && self.is_outer_parameter(name);
        let captured: Vec<&str> = names().filter(outer).collect();
        captured.into_iter().find_map(|name| match scope.get(name) {
            Some(value @ (Val::Function(_) | Val::Guarded(_))) if self.globals(self.file).get(name).is_none() => Some(value),
            _ => None,
        })
    }

    /// `passport.authenticate("jwt")(req, res, next)`: what is called decides whether it goes on.
    pub(super) fn handed_on(&mut self, call: &'a Call, mut known: Known, prover: &mut Prover, scope: &Scope) -> Known {
        let value = self.value(&call.callee, scope);
        self.mark = call.mark;
        let place = self.place("code");
        let verdict = self.judge(&Guard { value, place }, prover.depth + 1);
        prover.unclear |= verdict.unclear;
        known.authenticated |= verdict.authenticates;
        known.authorized |= verdict.authorizes;
        known.owned |= verdict.owns;
        prover.places.extend(verdict.places);
        prover.onward = Some(prover.onward.map_or(known, |before| before.meet(known)));
        known
    }

    /// `verify(…).map_err(|_| UNAUTHORIZED)?`: the error is handed on as a refusal. The tree does not keep
    /// the question mark; a refusal that is made and not returned would be of no use.
    pub(super) fn fails_through(&mut self, object: &'a Value, method: &str, call: &'a Call, scope: &Scope) -> bool {
        if self.family() != Family::Rust || !matches!(method, "map_err" | "ok_or" | "ok_or_else") {
            return false;
        }
        let mut inner = Vec::new();
        calls_in(object, &mut inner);
        let verifies = inner.into_iter().any(|call| {
            let callee = self.callee(call, scope);
            self.verify_rule(callee.as_ref(), call, scope).is_some()
        });
        verifies
            && call.arguments.iter().any(|argument| match &argument.value {
                Value::Function(index) => {
                    let source = self.program.source(self.file);
                    source.functions[*index as usize].steps.iter().any(|step| self.status_in(step, scope).is_some())
                }
                value => self.turns_away_value(value, scope).is_some(),
            })
    }

    /// A helper that is called for its effect proves what holds when it comes back.
    pub(super) fn prove_helper(&mut self, closure: &Closure, depth: usize) -> (Verdict, Option<Val>) {
        let taking = std::mem::take(&mut self.taking);
        let (verdict, inner) = self.prove(closure, depth);
        self.taking = taking;
        if inner.is_some() { (Verdict::default(), None) } else { (verdict, None) }
    }

    /// `await requireUser()`, `return handleRequest(input)`: a function that is told nothing, or what the one around it is told,
    /// can only ask the request who calls, and what it throws is thrown on.
    fn asks_around(&self, call: &Call, prover: &Prover) -> bool {
        let is_own = |value: &Value| matches!(value, Value::Name(name) if prover.parameters.contains(name));
        let is_handed_on = |argument: &Argument| match &argument.value {
            Value::Map(entries) => entries.iter().any(|(_, value)| is_own(value)) && !names_password(&argument.value, 0),
            value => is_own(value),
        };
        self.family() == Family::JavaScript && !prover.calls_on && call.arguments.iter().all(is_handed_on)
    }

    /// The function or library name that a call calls, without running it.
    pub(super) fn callee(&mut self, call: &'a Call, scope: &Scope) -> Option<Val> {
        let value = match &call.callee {
            Value::Name(_) | Value::Member(..) => self.unread(&call.callee, scope),
            _ => return None,
        };
        Some(value)
    }

    /// Whether a call checks a credential: `Some(returns an error)`.
    pub(super) fn verify_rule(&mut self, callee: Option<&Val>, call: &'a Call, scope: &Scope) -> Option<bool> {
        let name = match (callee, &call.callee) {
            (Some(Val::Symbol(name)), _) => name.to_string(),
            (Some(Val::Method(id, name)), _) => self.method_name(*id, name),
            // a method of an object of which nothing is known
            (None | Some(Val::Unknown), Value::Member(_, name)) => format!("?.{name}"),
            _ => return None,
        };
        let rules = self.program.files[self.file].library.verifies(&name);
        if rules.is_empty() {
            return None;
        }
        let arguments = self.arguments(&call.arguments, scope);
        let rule = rules.iter().find(|ruled| self.all_hold(&ruled.rule.when, &arguments) && !(ruled.rule.only_guards && self.strict))?;
        // A verifying call that is given a callback tells it the error.
        let callback = call.arguments.iter().any(|argument| matches!(argument.value, Value::Function(_)));
        let returns_error = rule.rule.returns_error || (callback && self.family() == Family::JavaScript);
        Some(returns_error || matches!(self.family(), Family::Go))
    }

    /// Whether a call that checks a credential asks for a right, too.
    fn verify_authorizes(&self, callee: Option<&Val>, call: &'a Call) -> bool {
        let name = match (callee, &call.callee) {
            (Some(Val::Symbol(name)), _) => name.to_string(),
            (Some(Val::Method(id, name)), _) => self.method_name(*id, name),
            _ => return false,
        };
        self.program.files[self.file].library.verifies(&name).iter().any(|ruled| ruled.rule.authorizes)
    }

    /// Calling this goes on to what is guarded.
    pub(super) fn goes_on(&mut self, call: &'a Call, prover: &Prover, scope: &Scope) -> bool {
        const ON: [&str; 18] = [
            "ServeHTTP",
            "respond",
            "Next",
            "next",
            "run",
            "call",
            "doFilter",
            "startCall",
            "handle",
            "proceed",
            "invoke",
            "Invoke",
            "InvokeAsync",
            "filter",
            "apply",
            "Handle",
            "ProcessFilter",
            "call_next",
        ];
        let (root, method) = match &call.callee {
            Value::Name(name) => (name, None),
            Value::Member(object, method) => match &**object {
                Value::Name(name) => (name, Some(method.as_str())),
                // `a.next.ServeHTTP(w, r)`: what an object is around
                Value::Member(..) => return self.family() == Family::Go && method.as_str() == SERVES,
                _ => return false,
            },
            _ => return false,
        };
        let fits = match method {
            None => true,
            Some(method) => ON.contains(&method) && !matches!((root.as_str(), method), ("self", "next")),
        };
        if !fits || (self.family() == Family::JavaScript && method.is_none() && hands_error(call)) {
            return false;
        }
        let given = prover.parameters.contains(root);
        let value = scope.get(root);
        // A parameter of an outer function, called from the function that it gave back.
        let may_serve = match &value {
            Some(Val::Function(_) | Val::Guarded(_) | Val::Symbol(_) | Val::Unknown) => true,
            // a router, or an object with a method that answers
            Some(Val::Object(_)) => self.family() == Family::Go && method == Some(SERVES),
            _ => false,
        };
        let captured = !given && self.globals(self.file).get(root).is_none() && may_serve;
        let outer = captured && method.is_none() && self.program.imported(self.file, root).is_none() && self.is_outer_parameter(root);
        match method {
            // `c.Next()`, `next.run(req)`: a library's object that goes on by a method.
            Some(_) => given || outer || captured && self.is_outer_parameter(root),
            None => (given && !matches!(value, Some(Val::Object(_)))) || outer,
        }
    }

    /// `mux.ServeHTTP(w, r)` in what was made around `mux`: that object.
    fn served_by(&mut self, call: &'a Call, scope: &Scope) -> Option<Val> {
        let Value::Member(object, method) = &call.callee else { return None };
        if self.family() != Family::Go || method.as_str() != SERVES {
            return None;
        }
        match self.unread(object, scope) {
            Val::Object(id) if !self.is_router(id) => self.method(id, SERVES).map(Val::Function).or(Some(Val::Object(id))),
            value @ (Val::Object(_) | Val::Function(_) | Val::Guarded(_)) => Some(value),
            _ => None,
        }
    }

    /// Whether a name is a parameter of any function of the file.
    pub(super) fn is_outer_parameter(&self, name: &str) -> bool {
        self.program.source(self.file).functions.iter().any(|function| function.parameters.iter().any(|parameter| self.variable(&parameter.name) == name))
    }

    pub(super) fn goes_on_by_call(&mut self, steps: &'a [Step], prover: &Prover, scope: &Scope) -> bool {
        let mut calls = Vec::new();
        for step in steps {
            calls_in_step(step, &mut calls);
        }
        let source = self.program.source(self.file);
        let mut at = 0;
        let mut lambdas = calls.iter().flat_map(|call| lambdas_of(call)).collect::<Vec<_>>();
        while let Some(index) = lambdas.get(at).copied() {
            at += 1;
            let mut more = Vec::new();
            source.functions[index as usize].steps.iter().for_each(|step| calls_in_step(step, &mut more));
            lambdas.extend(more.iter().flat_map(|call| lambdas_of(call)));
            calls.extend(more);
            if at > 64 {
                break;
            }
        }
        calls.iter().any(|call| self.goes_on(call, prover, scope))
    }
}
