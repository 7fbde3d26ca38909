//! Pairs what went with what came where it is the same thing under another name.

use crate::*;
use std::collections::{BTreeMap, BTreeSet};

/// Ids of the base that have another id in the head.
pub(super) fn pair(base: &Model, head: &Model) -> BTreeMap<ElementId, ElementId> {
    let mut renamed = components(base, head);
    let gone: Vec<&EntryPoint> = base.entry_points.iter().filter(|e| head.entry_point(&moved_entry(&e.id, &renamed)).is_none()).collect();
    let known: BTreeSet<EntryPointId> = base.entry_points.iter().map(|e| moved_entry(&e.id, &renamed)).collect();
    let come: Vec<&EntryPoint> = head.entry_points.iter().filter(|e| !known.contains(&e.id)).collect();
    let paths = entry_points(&gone, &come, &renamed);
    let followed: Vec<(ElementId, ElementId)> = base
        .flows
        .iter()
        .map(|f| ElementId::from(&f.id))
        .chain(base.entry_points.iter().map(|e| ElementId::from(&e.id)))
        .map(|id| (id.clone(), follow(&id, &renamed)))
        .filter(|(old, new)| old != new)
        .collect();
    renamed.extend(followed);
    renamed.extend(paths);
    renamed
}

/// The id as the renamed components make it.
pub(super) fn follow(id: &ElementId, renamed: &BTreeMap<ElementId, ElementId>) -> ElementId {
    if let Some(new) = renamed.get(id) {
        return new.clone();
    }
    let component = |name: &str| {
        let old = ElementId::from(ComponentId::new(name));
        renamed.get(&old).and_then(ElementId::as_component).map_or_else(|| name.to_owned(), |new| new.rest().to_owned())
    };
    if let Some(flow) = id.as_flow()
        && let Some((ends, protocol)) = flow.rest().rsplit_once(':')
        && let Some((source, target)) = ends.split_once('>')
    {
        return FlowId::new(format!("{}>{}:{protocol}", component(source), component(target))).into();
    }
    if let Some(entry) = id.as_entry_point()
        && let Some((owner, rest)) = entry.rest().split_once(':')
    {
        return EntryPointId::new(format!("{}:{rest}", component(owner))).into();
    }
    id.clone()
}

fn moved_entry(id: &EntryPointId, renamed: &BTreeMap<ElementId, ElementId>) -> EntryPointId {
    follow(&id.into(), renamed).as_entry_point().unwrap_or_else(|| id.clone())
}

fn components(base: &Model, head: &Model) -> BTreeMap<ElementId, ElementId> {
    let gone: Vec<&Component> = base.components.iter().filter(|c| head.component(&c.id).is_none()).collect();
    let come: Vec<&Component> = head.components.iter().filter(|c| base.component(&c.id).is_none()).collect();
    if gone.is_empty() || come.is_empty() {
        return BTreeMap::new();
    }
    let (before, after) = (Ask::new(base), Ask::new(head));
    let mut pairs: Vec<(u32, &Component, &Component)> = Vec::new();
    for a in &gone {
        for b in come.iter().filter(|b| b.kind == a.kind) {
            let likeness = likeness(a, b, &before, &after);
            if likeness >= 600 {
                pairs.push((likeness, a, b));
            }
        }
    }
    pairs.sort_by(|x, y| y.0.cmp(&x.0).then_with(|| x.1.id.cmp(&y.1.id)).then_with(|| x.2.id.cmp(&y.2.id)));
    let mut renamed = BTreeMap::new();
    let mut used = BTreeSet::new();
    for (_, a, b) in pairs {
        if !renamed.contains_key(&ElementId::from(&a.id)) && used.insert(&b.id) {
            renamed.insert((&a.id).into(), (&b.id).into());
        }
    }
    renamed
}

/// How much two components have in common, in thousandths: the files that show them, what they offer,
/// whom they talk to, what they are made with.
fn likeness(a: &Component, b: &Component, before: &Ask<'_>, after: &Ask<'_>) -> u32 {
    if a.aliases.contains(&b.name) || b.aliases.contains(&a.name) {
        return 1000;
    }
    // a product that was put in the place of another is no other name of it
    let bought = |c: &Component| !c.technologies.is_empty() && !c.evidence.iter().any(|e| matches!(e.source, EvidenceSource::Code | EvidenceSource::Manifest));
    if bought(a) && bought(b) && a.technologies.is_disjoint(&b.technologies) {
        return 0;
    }
    let files = |c: &Component| -> BTreeSet<String> { c.evidence.iter().map(|e| e.path.to_string()).collect() };
    let offers = |c: &Component, ask: &Ask<'_>| -> BTreeSet<String> { ask.entry_points(&c.id).iter().map(|e| format!("{:?} {}", e.method, e.path)).collect() };
    let neighbours = |c: &Component, ask: &Ask<'_>| -> BTreeSet<String> {
        let out = ask.outgoing(&c.id).iter().map(|f| format!(">{}", f.target.rest()));
        let into = ask.incoming(&c.id).iter().map(|f| format!("<{}", f.source.rest()));
        out.chain(into).collect()
    };
    let (files, offers, neighbours) =
        (share(&files(a), &files(b)), share(&offers(a, before), &offers(b, after)), share(&neighbours(a, before), &neighbours(b, after)));
    let made = share(&a.technologies, &b.technologies);
    let known: Vec<u32> = [files, offers, neighbours, made].into_iter().flatten().collect();
    // one agreement alone (two new stores of one product) is no identity
    if known.len() < 2 { 0 } else { known.iter().sum::<u32>() / known.len() as u32 }
}

/// Jaccard's index in thousandths; none when neither has any.
fn share(a: &BTreeSet<String>, b: &BTreeSet<String>) -> Option<u32> {
    let all = a.union(b).count();
    (all > 0).then(|| (a.intersection(b).count() * 1000 / all) as u32)
}

/// A path or method that changed under the same handler of the same component.
fn entry_points(gone: &[&EntryPoint], come: &[&EntryPoint], renamed: &BTreeMap<ElementId, ElementId>) -> BTreeMap<ElementId, ElementId> {
    // another method is another way in, even with the same handler
    let key = |e: &EntryPoint, component: String| e.handler.clone().map(|handler| (component, e.kind, e.method.clone(), handler));
    let mut old: BTreeMap<_, Vec<&EntryPoint>> = BTreeMap::new();
    let mut new: BTreeMap<_, Vec<&EntryPoint>> = BTreeMap::new();
    for entry in gone {
        let component = follow(&(&entry.component).into(), renamed).as_str().to_owned();
        key(entry, component).into_iter().for_each(|key| old.entry(key).or_default().push(entry));
    }
    for entry in come {
        key(entry, entry.component.as_str().to_owned()).into_iter().for_each(|key| new.entry(key).or_default().push(entry));
    }
    let only = |list: &Vec<&EntryPoint>| if let [entry] = list.as_slice() { Some(ElementId::from(&entry.id)) } else { None };
    old.iter().filter_map(|(key, gone)| Some((only(gone)?, only(new.get(key)?)?))).collect()
}
