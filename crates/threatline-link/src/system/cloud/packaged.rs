//! Templates that a tool wrote: the one that people write, with where its code was put (`sam package`, `aws cloudformation package`), or what
//! a program declares (`cdk synth`). Beside what people write they say nothing of their own.

use super::*;
use threatline_knowledge::catalogue;

/// Resources of a template by kind and name; of functions, whether their code was put away.
type Template<'a> = BTreeMap<(&'a str, &'a str), Option<bool>>;

/// The files that are packaged from another template of the repository.
pub(super) fn packaged(said: &Said<'_>) -> BTreeSet<Arc<str>> {
    let mut templates: BTreeMap<&Arc<str>, Template<'_>> = BTreeMap::new();
    for resource in said.resources.iter().filter(|resource| is_template(&resource.it.kind)) {
        let put = put_away(resource.it);
        templates.entry(&resource.path).or_default().insert((&resource.it.kind, &resource.it.name), put);
    }
    let is_put = |all: &Template<'_>| {
        let mut functions = all.values().flatten().peekable();
        functions.peek().is_some() && functions.all(|put| *put)
    };
    let (put, written): (Vec<_>, Vec<_>) = templates.iter().partition(|(_, all)| is_put(all));
    let is_of = |all: &Template<'_>, other: &Template<'_>| {
        let shared: Vec<_> = all.keys().filter(|key| other.contains_key(*key)).collect();
        2 * shared.len() >= all.len() && shared.into_iter().any(|key| all[key].is_some())
    };
    put.into_iter().filter(|(_, all)| written.iter().any(|(_, other)| is_of(all, other))).map(|(path, _)| Arc::clone(path)).collect()
}

/// How many letters a program of CDK puts behind the path of a construct for its name in a template.
const HASH: usize = 8;

/// The files that a program wrote: most of what they make it declares, under names with a hash behind them.
pub(super) fn synthesised(said: &Said<'_>, composed: &Composed) -> BTreeSet<Arc<str>> {
    let declared: BTreeSet<(&str, &str)> = composed.resources.iter().map(|one| (&*one.resource.kind, &*one.resource.name)).collect();
    let mut counted: BTreeMap<&Arc<str>, (usize, usize)> = BTreeMap::new();
    let makes = |resource: &&At<'_, Resource>| is_template(&resource.it.kind) && catalogue::resource(&resource.it.kind).is_some();
    for resource in said.resources.iter().filter(|_| !declared.is_empty()).filter(makes) {
        let of_program = before_hash(&resource.it.name).is_some_and(|path| declared.contains(&(&*resource.it.kind, path)));
        let (found, all) = counted.entry(&resource.path).or_default();
        *found += usize::from(of_program);
        *all += 1;
    }
    counted.into_iter().filter(|(_, (found, all))| 2 * found > *all).map(|(path, _)| Arc::clone(path)).collect()
}

fn before_hash(name: &str) -> Option<&str> {
    let at = name.len().checked_sub(HASH).filter(|at| *at > 0 && name.is_char_boundary(*at))?;
    name[at..].bytes().all(|letter| letter.is_ascii_digit() || matches!(letter, b'A'..=b'F')).then(|| &name[..at])
}

/// Of a function, whether its code lies in a bucket, by its whole address.
fn put_away(resource: &Resource) -> Option<bool> {
    let function = ways().function.get(&resource.kind)?;
    let code = resource.attributes.iter().filter(|(key, ..)| function.code.iter().any(|code| code == key));
    Some(code.into_iter().any(|(_, text, _)| matches!(text, Text::Literal(text) if text.starts_with("s3://"))))
}
