//! Guards that are what something else is: what a wrapper is given, one of several, a class that answers whether
//! a request may pass, what the program's configuration lists.

use super::*;

impl<'a> Evaluator<'a> {
    /// A class that is asked whether the request may pass, or one of the project's that is a library's guard.
    pub(super) fn judge_answering(&mut self, file: FileId, class: u32, guard: &Guard, depth: usize) -> Option<Verdict> {
        let asked = ["has_permission", "canActivate"].iter().find_map(|name| self.class_method(file, class, name));
        if let Some((file, index)) = asked {
            return Some(self.prove_answer(file, index));
        }
        let (_, foreign) = self.bases(file, class);
        let library = self.program.files[file].library;
        let name = foreign.iter().find(|name| !library.guards(name).is_empty())?.clone();
        Some(self.judge_name(&name, None, &guard.place, depth))
    }

    /// What is known of the caller wherever a function does not answer with `false`.
    fn prove_answer(&mut self, file: FileId, index: u32) -> Verdict {
        let (before, mark) = (self.file, self.mark);
        self.file = file;
        self.proving += 1;
        let function = &self.program.source(file).functions[index as usize];
        let scope = self.enter(&Closure { file, index, scope: None, this: None }, Vec::new());
        let parameters: BTreeSet<String> = function.parameters.iter().map(|parameter| parameter.name.clone()).collect();
        let prover = Prover::new(parameters, 1);
        let mut answers = Vec::new();
        answers_of(&function.steps, &mut answers);
        let open = |value: &&Value| !matches!(value, Value::Boolean(false) | Value::Null);
        let answers: Vec<&'a Value> = answers.into_iter().filter(open).collect();
        let known = !answers.is_empty() && answers.iter().all(|value| self.says_who(unwrapped(value), &prover, &scope, 0));
        // Only `return True` and nothing before it lets everybody in.
        let everybody = matches!((answers.as_slice(), function.steps.as_slice()), ([Value::Boolean(true)], [Step::Return(_)]));
        self.proving -= 1;
        let place = Place { path: self.program.files[file].path.clone(), mark: function.mark, by: "code".into() };
        self.file = before;
        self.mark = mark;
        let places = if known { vec![place] } else { Vec::new() };
        Verdict { authenticates: known, unclear: !known && !everybody, places, ..Verdict::default() }
    }

    /// One of several: what all of them do.
    pub(super) fn judge_either(&mut self, values: &[Val], guard: &Guard, depth: usize) -> Verdict {
        let one = |this: &mut Self, value: &Val| this.judge(&Guard { value: value.clone(), place: guard.place.clone() }, depth + 1);
        let verdicts: Vec<Verdict> = values.iter().take(8).map(|value| one(self, value)).collect();
        let Some(first) = verdicts.first() else { return Verdict { undecided: true, ..Verdict::unclear() } };
        let mut out = first.clone();
        out.unclear |= values.len() > 8;
        for other in &verdicts[1..] {
            let differs = (out.authenticates, out.authorizes, out.writes) != (other.authenticates, other.authorizes, other.writes);
            out.unclear |= other.unclear || differs;
            out.undecided |= other.undecided || out.authenticates != other.authenticates;
            out.authenticates &= other.authenticates;
            out.authorizes &= other.authorizes;
            out.owns &= other.owns;
            out.exempts &= other.exempts;
            out.writes &= other.writes;
            out.rate_limits &= other.rate_limits;
            out.verifies_signature &= other.verifies_signature;
            out.places.extend(other.places.iter().filter(|place| !first.places.contains(place)).cloned());
        }
        out
    }

    /// A guard that is what its arguments are, or what the program's configuration says.
    pub(super) fn judge_contained(&mut self, rule: &threatline_knowledge::packs::GuardRule, arguments: &[Arg], place: &Place, depth: usize) -> Verdict {
        if depth > 8 {
            return Verdict::unclear();
        }
        let site = crate::compose::verbs::Site {
            name: String::new(),
            method: String::new(),
            arguments: arguments.to_vec(),
            receiver: None,
            decorated: None,
            star: None,
        };
        let mut guards: Vec<Guard> = self.guards(rule.of.as_ref(), &site).into_iter().map(|guard| Guard { place: place.clone(), ..guard }).collect();
        if let Some(setting) = &rule.setting
            && guards.is_empty()
            && !rule.unless.iter().any(|name| self.on_the_way.contains(name))
        {
            guards = self.default_guards(setting, place);
        }
        let mut out = Verdict::default();
        for guard in guards {
            let verdict = self.judge(&guard, depth + 1);
            out.and(verdict);
        }
        out
    }
}
