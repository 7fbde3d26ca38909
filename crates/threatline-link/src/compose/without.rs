//! Guards that a route takes out again: `withoutMiddleware('auth')`. Nothing that is left may be what was taken out.

use super::evaluate::Evaluator;
use super::guard::Verdict;
use super::value::*;
use super::verbs::Site;
use std::rc::Rc;
use threatline_knowledge::packs::{CallRule, Pack};

/// Stands among guards for those that are taken out, which are its arguments.
const WITHOUT: &str = "=without";

/// So many are looked at.
const MOST: usize = 64;

impl<'a> Evaluator<'a> {
    /// A mark on a route's chain: these guards are not there, wherever they stand.
    pub(super) fn taken_out(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<Guard> {
        rule.without.as_ref()?;
        let guards = self.guards_of(pack, rule.without.as_ref(), site);
        let arguments: Vec<Arg> = guards.into_iter().map(|guard| Arg { name: None, value: guard.value }).collect();
        let made = Made { by: WITHOUT.to_owned(), arguments };
        (!made.arguments.is_empty()).then(|| Guard { value: Val::Made(Rc::new(made)), place: self.place(&pack.name) })
    }

    /// What the guards on a chain do together, without those that are taken out.
    pub(super) fn chain(&mut self, guards: &[Guard], unclear: bool) -> Verdict {
        let (mut gone, mut may_be_gone) = (Vec::new(), false);
        for guard in guards {
            let Val::Made(made) = &guard.value else { continue };
            if made.by != WITHOUT {
                continue;
            }
            for argument in made.arguments.iter().take(MOST) {
                self.take_out(&argument.value, guard, &mut gone, &mut may_be_gone);
            }
            may_be_gone |= made.arguments.len() > MOST;
        }
        let mut chain = Verdict { unclear, ..Verdict::default() };
        for guard in guards {
            if matches!(&guard.value, Val::Made(made) if made.by == WITHOUT) || name_of(&guard.value).is_some_and(|name| gone.contains(&name)) {
                continue;
            }
            let verdict = self.judge(guard, 0);
            // Under another name it may be the one that is taken out.
            chain.and(if may_be_gone && verdict.authenticates { Verdict::unclear() } else { verdict });
        }
        chain
    }

    fn take_out(&mut self, value: &Val, guard: &Guard, gone: &mut Vec<String>, may_be_gone: &mut bool) {
        if let Val::List(items) = value {
            items.iter().take(MOST).for_each(|item| self.take_out(item, guard, gone, may_be_gone));
            *may_be_gone |= items.len() > MOST;
            return;
        }
        let verdict = self.judge(&Guard { value: value.clone(), place: guard.place.clone() }, 0);
        *may_be_gone |= verdict.authenticates || verdict.unclear;
        gone.extend(name_of(value));
    }
}

/// What tells a guard from others; none where that is not known.
fn name_of(value: &Val) -> Option<String> {
    match value {
        Val::Made(made) => {
            let arguments: Option<Vec<&str>> = made.arguments.iter().map(|argument| argument.value.literal()).collect();
            Some(format!("{}:{}", made.by, arguments?.join(",")))
        }
        Val::Symbol(name) => Some(format!("{name}:")),
        Val::Class(file, class) => Some(format!("{file}.{class}")),
        _ => None,
    }
}
