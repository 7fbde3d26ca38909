//! What is settled for the handler that a guard is asked about: what decorators tell of it, and guards
//! that decide by what they give back.

use super::*;

impl<'a> Evaluator<'a> {
    /// Whether a condition surely holds, or surely does not, by what decorators tell of the handler, or for the path of its route.
    pub(super) fn settled(&mut self, condition: &'a Value, scope: &Scope, within: &[u32], depth: usize) -> Option<bool> {
        match self.metadata.is_some().then(|| self.settled_by_told(condition, scope, depth)).flatten() {
            Some(holds) => Some(holds),
            None => self.located(condition, scope, within, depth),
        }
    }

    /// The same, by what decorators tell alone.
    fn settled_by_told(&mut self, condition: &'a Value, scope: &Scope, depth: usize) -> Option<bool> {
        if depth > 6 {
            return None;
        }
        match condition {
            Value::Not(inner) => self.settled_by_told(inner, scope, depth + 1).map(|holds| !holds),
            Value::Name(_) | Value::Call(_) => self.is_told(condition, scope).then(|| is_truthy(&self.value(condition, scope))).flatten(),
            Value::Member(object, name) if name == "length" && self.is_told(object, scope) => match self.value(object, scope) {
                Val::List(items) => Some(!items.is_empty()),
                _ => None,
            },
            Value::Either(parts) => {
                let mut out = Some(false);
                for part in parts {
                    match self.settled_by_told(part, scope, depth + 1) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => out = None,
                    }
                }
                out
            }
            Value::Operator(operator, parts) => self.settled_by(operator, parts, scope, depth),
            _ => None,
        }
    }

    fn settled_by(&mut self, operator: &str, parts: &'a [Value], scope: &Scope, depth: usize) -> Option<bool> {
        let [left, right] = parts else { return None };
        match (operator, right) {
            ("and", _) => match (self.settled_by_told(left, scope, depth + 1), self.settled_by_told(right, scope, depth + 1)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            ("==", Value::Boolean(true)) | ("!=", Value::Boolean(false) | Value::Null) => self.settled_by_told(left, scope, depth + 1),
            ("!=", Value::Boolean(true)) | ("==", Value::Boolean(false) | Value::Null) => self.settled_by_told(left, scope, depth + 1).map(|holds| !holds),
            (">", Value::Number(zero)) if zero == "0" => self.settled_by_told(left, scope, depth + 1),
            ("==", Value::Number(zero)) if zero == "0" => self.settled_by_told(left, scope, depth + 1).map(|holds| !holds),
            _ => None,
        }
    }

    /// A call that asks what decorators tell, or a name for its outcome.
    fn is_told(&mut self, value: &'a Value, scope: &Scope) -> bool {
        let call = match value {
            Value::Call(call) => Some(call),
            Value::Name(name) => {
                let source = self.program.source(self.file);
                let mut found: Option<&'a Value> = None;
                for function in &source.functions {
                    binding_of(&function.steps, name, &mut found);
                }
                if let Some(Value::Call(call)) = found { Some(call) } else { None }
            }
            _ => None,
        };
        call.is_some_and(|call| self.asks_for_told(&call.callee, scope))
    }

    fn asks_for_told(&mut self, callee: &'a Value, scope: &Scope) -> bool {
        let library = self.program.files[self.file].library;
        let rules = match self.value(callee, scope) {
            Val::Symbol(name) => library.calls(&name),
            Val::Method(id, name) => self.objects[id].ty.map(|ty| library.methods(ty, &name)).unwrap_or_default(),
            _ => Vec::new(),
        };
        rules.iter().any(|(ruled, _)| ruled.rule.does == Verb::Told)
    }

    /// What a guard gives back decides: `true` lets on, `false` does not. Whether it is away.
    pub(super) fn decided(&mut self, value: &'a Value, known: &mut Known, prover: &mut Prover, scope: &Scope) -> bool {
        match value {
            Value::Boolean(true) => false,
            Value::Boolean(false) | Value::Null => true,
            Value::Call(call) if matches!(&call.callee, Value::Member(object, _) if matches!(&**object, Value::Name(name) if name == "super")) => false,
            value => {
                if self.is_check(value, prover, scope, 0) {
                    (known.authenticated, known.authorized) = (true, true);
                    prover.places.push(self.place("code"));
                } else if !known.authenticated {
                    prover.unclear = true;
                }
                false
            }
        }
    }

    /// `super.canActivate(context)`: what the base decides.
    pub(super) fn see_base(&mut self, call: &'a Call, method: &str, mut known: Known, prover: &mut Prover) -> Known {
        let Some((file, class)) = prover.class else { return known };
        self.mark = call.mark;
        let place = self.place("code");
        let (own, _) = self.bases(file, class);
        let inherited = own.first().and_then(|(file, class)| self.class_method(*file, *class, method));
        let verdict = match inherited {
            Some((found, index)) => {
                let this = self.guarding(file, class);
                self.prove(&Closure { file: found, index, scope: None, this }, prover.depth + 1).0
            }
            None => self.judge_bases(file, class, &Guard { value: Val::Unknown, place }, prover.depth + 1),
        };
        prover.unclear |= verdict.unclear;
        known.authenticated |= verdict.authenticates;
        known.authorized |= verdict.authorizes;
        known.owned |= verdict.owns;
        prover.places.extend(verdict.places);
        known
    }
}

/// Whether a value counts as true, where that is known.
fn is_truthy(value: &Val) -> Option<bool> {
    match value {
        Val::Boolean(flag) => Some(*flag),
        Val::Null => Some(false),
        Val::Text(_) => value.literal().map(|text| !text.is_empty()),
        Val::List(_) | Val::Map(_) | Val::Class(..) | Val::Object(_) => Some(true),
        _ => None,
    }
}
