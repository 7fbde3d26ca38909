//! Who can reach a resource: what it says itself, what opens it, what filters its traffic, what stands before it.

use super::super::draft::Draft;
use super::leads::Leads;
use super::{Cloud, grants};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::Mark;
use threatline_knowledge::catalogue::workloads::{Exposure as Way, Filter, Opener, workloads as ways};
use threatline_model::{Exposure, Role};

/// A place that proves something: the resource, and where in it.
type Place = (usize, Mark);

/// Opens components to the internet where that is proven, and closes those that are private.
pub(crate) fn expose(cloud: &Cloud<'_>, drafts: &mut [Draft<'_>]) {
    let any = |kind: &String| ways().exposure.contains_key(kind) || ways().opener.contains_key(kind);
    if !cloud.items.iter().any(|item| any(&item.kind)) {
        return;
    }
    let filters = Filters::new(cloud);
    let leads = Leads::new(cloud);
    let addressed = addressed(cloud);
    let mut private: BTreeSet<usize> = BTreeSet::new();
    let mut open: Vec<(usize, Vec<Place>)> = Vec::new();
    for (at, item) in cloud.items.iter().enumerate().filter(|(_, item)| item.component.is_some()) {
        let Some(way) = ways().exposure.get(&item.kind) else { continue };
        match decide(cloud, at, way, (&filters, addressed.get(&at).copied())) {
            Some((false, _)) => {
                private.insert(at);
            }
            Some((true, places)) => open.push((at, places)),
            None => {}
        }
    }
    for at in 0..cloud.items.len() {
        let Some(way) = ways().opener.get(&cloud.items[at].kind).filter(|way| !way.addresses) else { continue };
        if let Some(place) = opens(cloud, at, way) {
            let targets: BTreeSet<usize> = way.of.iter().flat_map(|key| follow(cloud, at, key)).map(|(item, _)| item).collect();
            open.extend(targets.into_iter().filter(|target| !private.contains(target)).map(|target| (target, vec![place])));
        }
    }
    for at in &private {
        if let Some(component) = cloud.items[*at].component.filter(|component| drafts[*component].exposure == Exposure::Unknown) {
            drafts[component].exposure = Exposure::Internal;
        }
    }
    for (at, places) in open {
        open_one(cloud, drafts, at, &places);
        // what hands on from outside opens what stands behind it
        if cloud.items[at].component.is_none_or(|component| drafts[component].has_role(Role::LoadBalancer)) {
            for (component, by) in leads.behind(cloud, at) {
                let place = cloud.evidence(by.0, by.1);
                drafts[component].evidence.push(place.clone());
                drafts[component].open(place);
            }
        }
    }
}

/// What is given an address outside by another resource, and where.
fn addressed(cloud: &Cloud<'_>) -> BTreeMap<usize, Place> {
    let mut found = BTreeMap::new();
    for (at, item) in cloud.items.iter().enumerate() {
        let Some(way) = ways().opener.get(&item.kind).filter(|way| way.addresses) else { continue };
        for (target, mark) in cloud.references(at, &way.of) {
            found.entry(target).or_insert((at, mark));
        }
    }
    found
}

fn open_one(cloud: &Cloud<'_>, drafts: &mut [Draft<'_>], at: usize, places: &[Place]) {
    let Some(component) = cloud.items[at].component else { return };
    for (by, mark) in places {
        let place = cloud.evidence(*by, *mark);
        if !drafts[component].evidence.contains(&place) {
            drafts[component].evidence.push(place.clone());
        }
        drafts[component].open(place);
    }
}

/// Whether everybody can reach a resource, and where that is said; none if it is not known.
fn decide(cloud: &Cloud<'_>, at: usize, way: &Way, (filters, address): (&Filters, Option<Place>)) -> Option<(bool, Vec<Place>)> {
    let own = (at, cloud.items[at].it.mark);
    if let Some(place) = holds_any(cloud, at, &way.private) {
        return Some((false, vec![place]));
    }
    // what may be private is not known to be public
    let unsure = way.private.iter().chain(&way.public).any(|condition| is_unknown(cloud, at, condition));
    let mut places: Vec<Place> = match (holds_any(cloud, at, &way.public), way.default.as_deref()) {
        (Some(place), _) => vec![place],
        (None, Some("public")) if !unsure && !cloud.speaks_of(at, &way.closes) => vec![own],
        _ if !way.outside.is_empty() => Vec::new(),
        _ => return None,
    };
    if !way.outside.is_empty() {
        places.push(holds_any(cloud, at, &way.outside).or(address)?);
    }
    let named: Vec<(usize, Mark)> = cloud.references(at, &way.filter);
    if named.is_empty() {
        // filters that are named and not known may let nobody in
        let silent = way.filter.iter().all(|key| cloud.values_at(at, key).next().is_none());
        return (silent && !way.filtered).then_some((true, places));
    }
    let open = named.iter().find_map(|(filter, _)| filters.opened_for(cloud, *filter, at))?;
    places.push(open);
    Some((true, places))
}

/// The first of several conditions that holds.
fn holds_any(cloud: &Cloud<'_>, at: usize, conditions: &[String]) -> Option<Place> {
    conditions.iter().find_map(|condition| holds(cloud, at, condition))
}

/// Whether `key=value`, `reference>key=value` or `key` holds, and where.
fn holds(cloud: &Cloud<'_>, at: usize, condition: &str) -> Option<Place> {
    if let Some((reference, inner)) = condition.split_once('>') {
        return follow(cloud, at, reference).into_iter().find_map(|(item, _)| holds(cloud, item, inner));
    }
    let (key, value) = condition.split_once('=').map_or((condition, None), |(key, value)| (key, Some(value)));
    let fits = |text| value.is_none_or(|value| cloud.literal_of(at, text).is_some_and(|is| is.eq_ignore_ascii_case(value)));
    if let Some((.., mark)) = cloud.values_at(at, key).find(|(_, text, _)| fits(text)) {
        return Some((at, mark));
    }
    // a block without anything in it is there all the same
    let block = key.strip_suffix(".*").filter(|_| value.is_none())?;
    cloud.below(at, block).next().map(|(.., mark)| (at, mark))
}

/// Whether the attribute of a condition is there without a value that is known.
fn is_unknown(cloud: &Cloud<'_>, at: usize, condition: &str) -> bool {
    let key = condition.split('=').next().unwrap_or(condition);
    !key.contains('>') && cloud.values_at(at, key).any(|(_, text, _)| cloud.literal_of(at, text).is_none())
}

/// What an attribute refers to, by way of another resource where a `>` says so.
fn follow(cloud: &Cloud<'_>, at: usize, key: &str) -> Vec<Place> {
    let (first, rest) = key.split_once('>').map_or((key, None), |(first, rest)| (first, Some(rest)));
    let found = cloud.references(at, &[first.to_owned()]);
    match rest {
        Some(rest) => found.into_iter().flat_map(|(item, _)| cloud.references(item, &[rest.to_owned()])).collect(),
        None => found,
    }
}

/// Where a resource says that it opens another one to everybody.
fn opens(cloud: &Cloud<'_>, at: usize, way: &Opener) -> Option<Place> {
    if holds_any(cloud, at, &way.unless).is_some() || way.unless.iter().any(|condition| is_unknown(cloud, at, condition)) {
        return None;
    }
    if way.default {
        return Some((at, cloud.items[at].it.mark));
    }
    let documents = cloud.references(at, &way.document).into_iter().map(|(item, _)| item);
    let mut bodies = documents.chain(std::iter::once(at));
    bodies.find_map(|body| if way.everybody { grants::to_everybody(cloud, body).map(|mark| (body, mark)) } else { holds_any(cloud, body, &way.when) })
}

/// Rules that let everybody in, by what they are rules of.
struct Filters {
    open: BTreeMap<usize, Vec<(Place, usize)>>,
}

impl Filters {
    fn new(cloud: &Cloud<'_>) -> Self {
        let mut filters = Filters { open: BTreeMap::new() };
        let mut hanging = Vec::new();
        for (at, item) in cloud.items.iter().enumerate() {
            let Some(way) = ways().filter.get(&item.kind) else { continue };
            let of: Vec<usize> = if way.of.is_empty() { vec![at] } else { cloud.references(at, &way.of).into_iter().map(|(item, _)| item).collect() };
            if !way.has.is_empty() {
                hanging.extend(cloud.references(at, &way.has).into_iter().flat_map(|(group, _)| of.iter().map(move |of| (*of, group))));
            } else if let Some(place) = lets_in(cloud, at, way) {
                of.into_iter().for_each(|of| filters.open.entry(of).or_default().push((place, at)));
            }
        }
        for (of, group) in hanging {
            let rules = filters.open.get(&group).cloned().unwrap_or_default();
            filters.open.entry(of).or_default().extend(rules);
        }
        filters
    }

    /// Where a filter lets everybody in to a resource.
    fn opened_for(&self, cloud: &Cloud<'_>, filter: usize, at: usize) -> Option<Place> {
        // a part of a network has the rules of the whole
        let whole = ways().within.get(&cloud.items[filter].kind).map(|way| cloud.references(filter, &way.r#in)).unwrap_or_default();
        let all = std::iter::once(filter).chain(whole.into_iter().map(|(item, _)| item));
        let rules = all.filter_map(|filter| self.open.get(&filter)).flatten();
        rules.filter(|(_, rule)| is_meant(cloud, *rule, at)).map(|(place, _)| *place).next()
    }
}

fn lets_in(cloud: &Cloud<'_>, at: usize, way: &Filter) -> Option<Place> {
    if holds_any(cloud, at, &way.unless).is_some() || cloud.speaks_of(at, &way.denies) {
        return None;
    }
    if let Some(block) = &way.block {
        // in one rule all must hold
        let inside = format!("{block}.*");
        let numbers: BTreeSet<&str> = cloud.entries(at, &inside).map(|(entry, ..)| entry).collect();
        return numbers.into_iter().find_map(|entry| {
            let here =
                |conditions: &[String]| -> Vec<String> { conditions.iter().map(|condition| condition.replacen(&format!("{block}.*"), entry, 1)).collect() };
            let outbound = holds(cloud, at, &format!("{entry}.direction=Outbound")).is_some();
            holds_any(cloud, at, &here(&way.only)).filter(|_| !outbound)?;
            holds_any(cloud, at, &here(&way.when))
        });
    }
    if !way.only.is_empty() {
        holds_any(cloud, at, &way.only)?;
    }
    holds_any(cloud, at, &way.when)
}

/// Whether a rule is for a resource: it may be for those with certain tags alone.
fn is_meant(cloud: &Cloud<'_>, rule: usize, at: usize) -> bool {
    let Some(way) = ways().filter.get(&cloud.items[rule].kind).filter(|way| cloud.speaks_of(rule, &untagged(&way.tags))) else { return true };
    let tags = |item: usize, key: &str| -> BTreeSet<String> { cloud.values_at(item, key).filter_map(|(_, text, _)| cloud.literal_of(item, text)).collect() };
    let wanted: BTreeSet<String> = way.tags.iter().flat_map(|key| tags(rule, key)).collect();
    !wanted.is_disjoint(&tags(at, "tags.*"))
}

fn untagged(keys: &[String]) -> Vec<String> {
    keys.iter().map(|key| key.trim_end_matches(".*").to_owned()).collect()
}
