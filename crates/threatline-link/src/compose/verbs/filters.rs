//! Routes that are filters put together: each lets some requests through, both of two, or either, and one at the
//! end answers. A filter is kept as the list of ways through it; a way that somebody answers is a route.

use super::*;

/// Ways that are kept of one filter: both of two large ones is a product.
const MAX_WAYS: usize = 2_000;

/// A way through a filter.
#[derive(Clone, Debug)]
pub(in crate::compose) struct Way {
    path: Vec<Text>,
    methods: Vec<Option<String>>,
    parameters: Vec<Parameter>,
    guards: Vec<Guard>,
    /// What is run at its end, and whether that may turn the request away.
    run: Option<(Val, bool)>,
    kind: EntryPointKind,
    place: crate::compose::Place,
}

impl Way {
    fn new(place: crate::compose::Place) -> Self {
        Way { path: Vec::new(), methods: Vec::new(), parameters: Vec::new(), guards: Vec::new(), run: None, kind: EntryPointKind::Http, place }
    }

    /// What was run before something else follows guards it, if it may refuse.
    fn followed(mut self) -> Self {
        if let Some((value, true)) = self.run.take() {
            self.guards.push(Guard { value, place: self.place.clone() });
        }
        self
    }

    /// One, then the other.
    fn then(&self, next: &Way) -> Way {
        let (mut out, next) = (self.clone().followed(), next.clone());
        out.path.extend(next.path);
        out.methods.extend(next.methods.into_iter().filter(|method| !self.methods.contains(method)));
        out.parameters.extend(next.parameters);
        out.guards.extend(next.guards);
        out.run = next.run;
        if out.kind == EntryPointKind::Http {
            out.kind = next.kind;
        }
        out
    }
}

impl Evaluator<'_> {
    /// A library's own filter.
    pub(super) fn sieve(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<Val> {
        let mut way = Way::new(self.place(&pack.name));
        way.path.extend(self.select(rule.path.as_ref(), site).iter().filter(|value| !matches!(value, Val::Null)).map(as_text));
        way.path.extend(rule.under.as_deref().map(Text::literal));
        if rule.method.is_some() || rule.method_from.is_some() {
            way.methods = self.methods(rule.method.as_ref(), rule.method_from.as_ref(), None, site);
        }
        if let Some(place) = rule.r#in.as_deref() {
            let key = self.pick(rule.key.as_ref(), site).and_then(|value| value.literal().map(str::to_owned));
            way.parameters.push(parameter(key.as_deref().unwrap_or(place), place));
        }
        way.kind = rule.kind.as_deref().and_then(EntryPointKind::from_name).unwrap_or(EntryPointKind::Http);
        way.guards = self.guards(rule.guards.as_ref(), site);
        self.of_ways(pack, rule, vec![way])
    }

    /// Requests that both let through.
    pub(super) fn both(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<Val> {
        let first = self.ways_of(site.receiver.as_ref());
        let second = self.pick(rule.child.as_ref(), site);
        let second = self.ways_of(second.as_ref());
        let mut out = Vec::new();
        for one in &first {
            out.extend(second.iter().take(MAX_WAYS.saturating_sub(out.len())).map(|next| one.then(next)));
        }
        self.of_ways(pack, rule, out)
    }

    /// Requests that one of two lets through.
    pub(super) fn either_way(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<Val> {
        let mut out = self.ways_of(site.receiver.as_ref());
        let second = self.pick(rule.child.as_ref(), site);
        out.extend(self.ways_of(second.as_ref()));
        out.truncate(MAX_WAYS);
        self.of_ways(pack, rule, out)
    }

    /// What is run with the requests that come through; `scope = "all"` says that it may refuse them.
    pub(super) fn respond(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<Val> {
        let handler = self.pick(rule.handler.as_ref(), site).unwrap_or(Val::Unknown);
        let refuses = rule.scope == threatline_knowledge::packs::Scope::All;
        let place = self.place(&pack.name);
        let ways = self.ways_of(site.receiver.as_ref()).into_iter();
        let run = |way: Way| Way { run: Some((handler.clone(), refuses)), place: place.clone(), ..way.followed() };
        let out = ways.map(run).collect();
        self.of_ways(pack, rule, out)
    }

    fn of_ways(&mut self, pack: &'static Pack, rule: &CallRule, ways: Vec<Way>) -> Option<Val> {
        let ty = self.given(pack, rule)?;
        let place = Some(self.place(&pack.name));
        Some(Val::Object(self.object(Object { ty: Some(ty), place, ways: Some(Rc::new(ways)), ..Object::default() })))
    }

    /// The ways through a filter, which is part of another one from here on; one that is not known may refuse.
    fn ways_of(&mut self, value: Option<&Val>) -> Vec<Way> {
        if let Some(Val::Object(id)) = value
            && let Some(ways) = self.objects[*id].ways.clone()
        {
            self.objects[*id].mounted = true;
            return ways.to_vec();
        }
        let place = self.place("code");
        let guard = Guard { value: Val::Unknown, place: place.clone() };
        vec![Way { guards: vec![guard], ..Way::new(place) }]
    }

    /// Ways of filters that are part of no other become routes, if somebody answers.
    pub(in crate::compose) fn settle_filters(&mut self) {
        for id in 0..self.objects.len() {
            let Some(ways) = self.objects[id].ways.clone().filter(|_| !self.objects[id].mounted) else { continue };
            for way in ways.iter() {
                let Some((handler, _)) = way.run.clone().filter(|_| !way.path.is_empty() || !way.methods.is_empty()) else { continue };
                let methods = if way.methods.is_empty() { vec![None] } else { way.methods.clone() };
                let parts = way.path.iter().flat_map(|part| [Text::literal("/"), part.clone()]);
                let route = Route {
                    kind: way.kind,
                    methods,
                    told: true,
                    path: Text::join(parts),
                    handler,
                    takes: Vec::new(),
                    guards: way.guards.clone(),
                    place: way.place.clone(),
                    typed: false,
                    answered_by: Vec::new(),
                    parameters: way.parameters.clone(),
                };
                self.objects[id].events.push(Event::Route(Rc::new(route)));
            }
        }
    }
}
