//! Every place that what code says rests on.

use super::{CodeCall, CodeEntry, CodeMain, CodeResource, CodeTrait, Composed, Conclusion, Place};
use std::sync::Arc;
use threatline_facts::Mark;
use threatline_facts::infra::Resource;

impl Composed {
    /// Hands over every mark with the path of the file that it counts in. All types are taken apart field by field, so
    /// that the compiler asks about one that is added.
    pub fn each_mark(&mut self, mut visit: impl FnMut(&Arc<str>, &mut Mark)) {
        let Composed { entries, calls, mains, imports: _, traits, data, logged, reads, spoken, held, named, libraries, products, resources, unresolved } = self;
        let mut place = |place: &mut Place| visit(&place.path, &mut place.mark);
        entries.iter_mut().for_each(|entry| of_entry(entry, &mut place));
        calls.iter_mut().for_each(|call| of_call(call, &mut place));
        for CodeMain { serves: _, port: _, place: at } in mains {
            place(at);
        }
        for CodeTrait { property: _, value: _, grade: _, places } in traits {
            places.iter_mut().for_each(&mut place);
        }
        data.iter_mut().for_each(|(at, _, _)| place(at));
        logged.iter_mut().for_each(|(_, places)| places.iter_mut().for_each(&mut place));
        reads.iter_mut().for_each(|(_, _, at)| place(at));
        spoken.iter_mut().for_each(|(_, _, at)| place(at));
        held.iter_mut().for_each(|(_, _, at)| place(at));
        named.iter_mut().for_each(|(_, at)| place(at));
        libraries.iter_mut().for_each(|(_, at)| place(at));
        products.iter_mut().for_each(|(_, at)| place(at));
        unresolved.iter_mut().for_each(&mut place);
        for CodeResource { key: _, resource, place: at, standing: _ } in resources {
            let Resource { kind: _, name: _, data_source: _, attributes, mark } = resource;
            attributes.iter_mut().map(|(_, _, mark)| mark).chain([mark]).for_each(|mark| visit(&at.path, mark));
            visit(&at.path, &mut at.mark);
        }
    }
}

fn of_entry(entry: &mut CodeEntry, place: &mut impl FnMut(&mut Place)) {
    let CodeEntry {
        kind: _,
        method: _,
        path: _,
        written: _,
        parameters: _,
        handler: _,
        authenticated,
        authorized,
        properties,
        takes: _,
        returns: _,
        places,
        calls: _,
        handled: _,
        homes: _,
    } = entry;
    [authenticated, authorized].into_iter().flatten().for_each(|conclusion| of_conclusion(conclusion, place));
    properties.iter_mut().for_each(|(_, _, at)| place(at));
    places.iter_mut().for_each(place);
}

fn of_call(call: &mut CodeCall, place: &mut impl FnMut(&mut Place)) {
    let CodeCall { protocol: _, technology: _, target: _, channel: _, consumes: _, credential, encrypted, properties, data, place: at, homes: _ } = call;
    [credential, encrypted].into_iter().flatten().for_each(|conclusion| of_conclusion(conclusion, place));
    properties.iter_mut().for_each(|(_, _, places)| places.iter_mut().for_each(&mut *place));
    data.iter_mut().for_each(|(_, places)| places.iter_mut().for_each(&mut *place));
    place(at);
}

fn of_conclusion(conclusion: &mut Conclusion, place: &mut impl FnMut(&mut Place)) {
    let Conclusion { holds: _, grade: _, places } = conclusion;
    places.iter_mut().for_each(place);
}
