//! Events that start functions: queues, topics, buses, streams, buckets, clocks.

use super::super::draft::Draft;
use super::access::Told;
use super::{Cloud, MOST, is_granted};
use std::collections::BTreeSet;
use threatline_facts::Mark;
use threatline_knowledge::catalogue::cloud::cloud as ways;

/// A flow from what one resource tells of two others.
pub(super) fn started_by(cloud: &Cloud<'_>, drafts: &[Draft<'_>], pair: (usize, usize), by: (usize, Mark)) -> Option<Told> {
    let (from, to) = (cloud.items[pair.0].component?, cloud.items[pair.1].component?);
    let granted = is_granted(&drafts[to].technologies, ways());
    (from != to).then(|| Told { from, to, evidence: vec![cloud.evidence(by.0, by.1)], authenticated: granted, encrypted: false })
}

/// Flows from what starts something to what is started.
pub(super) fn started(cloud: &Cloud<'_>, drafts: &[Draft<'_>]) -> Vec<Told> {
    let mut told = Vec::new();
    for (at, item) in cloud.items.iter().enumerate() {
        let Some(way) = ways().trigger.get(&item.kind) else { continue };
        let itself = way.source.is_empty() && item.component.is_some();
        let mut sources: BTreeSet<usize> = cloud.references(at, &way.source).into_iter().map(|(source, _)| source).chain(itself.then_some(at)).collect();
        // a rule that is a resource of its own says where its events come from
        for (rule, _) in cloud.references(at, &way.rule) {
            let of = ways().trigger.get(&cloud.items[rule].kind).map_or(&[][..], |of| of.source.as_slice());
            sources.extend(cloud.references(rule, of).into_iter().map(|(source, _)| source));
        }
        if sources.is_empty() {
            let said = way.source.iter().flat_map(|key| cloud.values_at(at, key));
            sources.extend(said.flat_map(|(_, text, _)| cloud.see_called(at, text).items));
        }
        for (to, mark) in cloud.references(at, &way.target) {
            let room = MOST.saturating_sub(told.len());
            told.extend(sources.iter().filter_map(|from| started_by(cloud, drafts, (*from, to), (at, mark))).take(room));
        }
    }
    told
}

/// Functions that a clock starts, with the resource that says when.
pub(super) fn scheduled(cloud: &Cloud<'_>) -> Vec<(usize, usize, Mark)> {
    let mut found = Vec::new();
    for (at, item) in cloud.items.iter().enumerate() {
        let Some(way) = ways().trigger.get(&item.kind) else { continue };
        let rules = cloud.references(at, &way.rule).into_iter().filter_map(|(rule, _)| {
            let schedule = &ways().trigger.get(&cloud.items[rule].kind)?.schedule;
            cloud.first(rule, schedule).map(|(mark, _)| (rule, mark))
        });
        let own = cloud.first(at, &way.schedule).map(|(mark, _)| (at, mark));
        for (by, mark) in own.into_iter().chain(rules.collect::<Vec<_>>()) {
            let targets = cloud.references(at, &way.target).into_iter();
            found.extend(targets.filter_map(|(target, _)| cloud.items[target].component.map(|component| (component, by, mark))));
        }
    }
    found.sort();
    found.dedup();
    found
}
