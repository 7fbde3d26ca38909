//! Templates that a tool wrote (`sam package`, `aws cloudformation package`): the one that people write, with where its code was
//! put. Beside that one they say nothing of their own.

use super::*;

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

/// Of a function, whether its code lies in a bucket, by its whole address.
fn put_away(resource: &Resource) -> Option<bool> {
    let function = ways().function.get(&resource.kind)?;
    let code = resource.attributes.iter().filter(|(key, ..)| function.code.iter().any(|code| code == key));
    Some(code.into_iter().any(|(_, text, _)| matches!(text, Text::Literal(text) if text.starts_with("s3://"))))
}
