//! A call that stands for several: once for each item of a list, for each entry of a map, or only where a text fits.

use super::*;
use crate::compose::library::starred;

impl<'a> Evaluator<'a> {
    /// Once, or for each item of a list or entry of a map, of those that its conditions hold for.
    pub(super) fn apply_over(&mut self, ruled: Ruled<CallRule>, site: &Site) -> Option<Val> {
        if ruled.rule.does == Verb::Nest {
            return self.apply_each(ruled, site);
        }
        let several: Vec<Vec<Arg>> = match (&ruled.rule.entries, items_over(ruled.rule, &site.arguments)) {
            (Some(entries), _) => self.pick(Some(entries), site).map(|value| entries_of(&value)).unwrap_or_default(),
            (None, Some((at, items))) => {
                let with = |item: Val| {
                    let mut arguments = site.arguments.clone();
                    arguments[at].value = item.clone();
                    arguments.push(Arg { name: Some(ITEM.to_owned()), value: item });
                    arguments
                };
                items.into_iter().map(with).collect()
            }
            (None, None) => return self.apply_each(ruled, site),
        };
        let mut out = None;
        for arguments in several {
            if !self.all_hold(&ruled.rule.when, &arguments) {
                continue;
            }
            let mut one =
                Site { name: String::new(), method: site.method.clone(), arguments, receiver: site.receiver.clone(), decorated: None, star: site.star.clone() };
            if ruled.rule.entries.is_none() || self.fits(ruled.rule, &mut one) {
                out = self.apply(ruled, &one).or(out);
            }
        }
        out.or_else(|| site.receiver.clone())
    }

    /// Whether the text in `path` is one that the rule means; what its star stands for is kept.
    pub(super) fn fits(&mut self, rule: &CallRule, site: &mut Site) -> bool {
        let Some(pattern) = &rule.fits else { return true };
        let text = self.pick(rule.path.as_ref(), site).and_then(|value| value.literal().map(str::to_owned));
        let unfit = |text: &str| rule.unfit.as_ref().is_some_and(|unfit| starred(unfit, text).is_some());
        match text.filter(|text| !unfit(text)).and_then(|text| starred(pattern, &text)) {
            Some(found) => {
                site.star = Some(found);
                true
            }
            None => false,
        }
    }
}

/// The item that a call is made for, among its arguments.
const ITEM: &str = "item";

/// The items of the list that a rule goes over, with its place among the arguments. Records without names that stand
/// in a map beside named entries are such a list, too.
pub(super) fn items_over(rule: &CallRule, arguments: &[Arg]) -> Option<(usize, Vec<Val>)> {
    rule.over.as_ref()?.iter().find_map(|selector| {
        let at = match selector {
            Selector::Position(at) => usize::try_from(*at).ok()?,
            // a list under a key of one: `0.routes`
            Selector::Word(word) if word.contains('.') => {
                let (at, key) = word.split_once('.')?;
                let at: usize = at.parse().ok()?;
                let Val::Map(entries) = &arguments.get(at)?.value else { return None };
                let (_, list) = entries.iter().find(|(name, _)| name == key)?;
                return Some((at, items_of(list)?));
            }
            Selector::Word(word) => arguments.iter().position(|argument| argument.name.as_ref() == Some(word))?,
        };
        Some((at, items_of(&arguments.get(at)?.value)?))
    })
}

fn items_of(value: &Val) -> Option<Vec<Val>> {
    let items: Vec<Val> = match value {
        Val::List(items) => items.iter().take(MOST_ITEMS).cloned().collect(),
        Val::Map(entries) => {
            let unnamed = entries.iter().filter(|(key, value)| key.parse::<usize>().is_ok() && matches!(value, Val::Map(_)));
            let items: Vec<Val> = unnamed.take(MOST_ITEMS).map(|(_, value)| value.clone()).collect();
            if items.is_empty() {
                return None;
            }
            items
        }
        _ => return None,
    };
    Some(items)
}

/// Each entry of a map as arguments: key and value, or the value alone where a number is the key.
fn entries_of(value: &Val) -> Vec<Vec<Arg>> {
    let plain = |value: Val| Arg { name: None, value };
    match value {
        Val::Map(entries) => {
            let one = |(key, value): &(String, Val)| match key.parse::<usize>() {
                Ok(_) => vec![plain(value.clone())],
                Err(_) => vec![plain(Val::text(key)), plain(value.clone())],
            };
            entries.iter().take(MOST_ITEMS).map(one).collect()
        }
        Val::List(items) => items.iter().take(MOST_ITEMS).map(|item| vec![plain(item.clone())]).collect(),
        _ => Vec::new(),
    }
}
