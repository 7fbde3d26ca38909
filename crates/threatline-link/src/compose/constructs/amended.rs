//! What is said of a resource after it was made: an override, a variable that is added, a field that is assigned.

use super::{Attributes, OPEN};
use crate::compose::evaluate::Evaluator;
use crate::compose::value::*;
use crate::compose::verbs::Site;
use threatline_facts::Text;
use threatline_knowledge::packs::*;

impl Evaluator<'_> {
    /// A call that says one attribute anew. A name or a value that is not known leaves the whole resource open.
    pub(in crate::compose) fn amend_by_call(&mut self, pack: &'static Pack, rule: &'static CallRule, site: &Site) {
        let Some(Val::Object(id)) = &site.receiver else { return };
        let path = self.pick(rule.key.as_ref(), site).and_then(|path| path.literal().map(str::to_owned));
        let value = self.pick(rule.of.as_ref(), site);
        let path = match (&rule.key, &rule.under) {
            (None, under) => under.clone(),
            (Some(_), Some(under)) => path.map(|path| format!("{under}.{path}")),
            (Some(_), None) => path,
        };
        self.amend(pack, *id, path, value);
    }

    /// A field of a construct of the vocabulary's own name that is assigned.
    pub(in crate::compose) fn amend_by_field(&mut self, id: ObjectId, name: &str, value: &Val) {
        let Some(ruled) = self.objects[id].ty.map(|ty| self.program.files[self.file].library.type_rule(ty)) else { return };
        if let (Some(rules), Some(_)) = (&ruled.pack.constructs, ruled.rule.makes.as_ref().and_then(|makes| makes.like.as_ref())) {
            self.amend(ruled.pack, id, Some(rules.keys.spell(name)), Some(value.clone()));
        }
    }

    fn amend(&mut self, pack: &'static Pack, id: ObjectId, path: Option<String>, value: Option<Val>) {
        let Some(key) = self.objects[id].spot.as_ref().and_then(|spot| spot.key.clone()) else { return };
        let Some(at) = self.resource_index.get(&*key).copied().filter(|_| self.proving == 0) else { return };
        let mut out = Attributes::bounded(self.mark);
        let keys = pack.constructs.as_ref().map(|rules| rules.keys);
        match (&path, value) {
            (Some(path), Some(value)) => self.flatten(pack, path, &value, keys, 0, &mut out),
            _ => out.open(),
        }
        let attributes = &mut self.out.resources[at].resource.attributes;
        if let Some(path) = path {
            let is_below = |name: &str| name == path || name.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('.'));
            attributes.retain(|(name, ..)| !is_below(name));
        }
        let room = super::MOST_ATTRIBUTES.saturating_sub(attributes.len());
        attributes.extend(out.all.into_iter().filter(|(name, text, _)| name != OPEN || *text == Text::Unknown).take(room));
    }
}
