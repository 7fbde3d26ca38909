//! Names and constants, as far as rules need them: fields with texts, imports, and where a file belongs.

use super::Located;
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::code::{Call, Class, Source, Value};

/// Constants of one source root: the fields of its classes, by class and name. A class name that stands
/// for two classes stands for none.
#[derive(Default)]
pub(super) struct Constants<'a> {
    classes: BTreeMap<&'a str, Option<&'a Class>>,
}

impl<'a> Constants<'a> {
    pub(super) fn of(sources: impl Iterator<Item = Located<'a>>) -> Self {
        let mut classes = BTreeMap::new();
        for (_, source) in sources {
            for class in &source.classes {
                classes.entry(class.name.as_str()).and_modify(|known| *known = None).or_insert(Some(class));
            }
        }
        Constants { classes }
    }

    /// The initial value of a class's field.
    pub(super) fn field(&self, class: &str, name: &str) -> Option<&'a Value> {
        let class = (*self.classes.get(class)?)?;
        field_of(class, name)
    }
}

/// The initial value of a field.
pub(super) fn field_of<'a>(class: &'a Class, name: &str) -> Option<&'a Value> {
    class.fields.iter().find(|field| field.name == name)?.value.as_ref()
}

/// Whether a written name means one of these full names: by import, or because it is written in full.
pub(super) fn means(source: &Source, written: &str, names: &[String]) -> bool {
    names.iter().any(|name| {
        let (module, last) = name.rsplit_once('.').unwrap_or(("", name));
        if written == name {
            return true;
        }
        let matches_last = written == last || (last == "*" && !written.contains('.'));
        matches_last
            && source.imports.iter().any(|import| {
                let member = import.member.as_deref();
                import.module == module && (member == Some("*") || import.local == written)
            })
    })
}

/// Whether one of the annotations means one of these names.
pub(super) fn annotated<'c>(source: &Source, annotations: &'c [Call], names: &[String]) -> Option<&'c Call> {
    annotations.iter().find(|annotation| dotted(&annotation.callee).is_some_and(|written| means(source, &written, names)))
}

/// `a.b.c` of members.
pub(super) fn dotted(value: &Value) -> Option<String> {
    let mut parts = Vec::new();
    let mut value = value;
    loop {
        match value {
            Value::Member(object, name) => {
                parts.push(name.as_str());
                value = object;
            }
            Value::Name(name) => {
                parts.push(name.as_str());
                parts.reverse();
                return Some(parts.join("."));
            }
            _ => return None,
        }
    }
}

/// The folder that a program's sources lie under: what stands before `src/main`, else the folder above
/// the package's own.
pub(super) fn source_root(path: &str, source: &Source) -> String {
    if let Some((root, _)) = path.split_once("src/main/") {
        return root.to_owned();
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let package = source.package.as_deref().unwrap_or_default().replace('.', "/");
    match folder.strip_suffix(&package) {
        Some(root) if !package.is_empty() && (root.is_empty() || root.ends_with('/')) => root.to_owned(),
        _ if folder.is_empty() => String::new(),
        _ => format!("{folder}/"),
    }
}

/// Whether a path lies in a folder (empty for the root, else with a slash at its end).
pub(super) fn is_under(path: &str, folder: &str) -> bool {
    path.starts_with(folder)
}

/// Whether a file holds a controller class.
pub(super) fn has_controller(source: &Source) -> bool {
    let bases: BTreeSet<&str> = source.classes.iter().flat_map(|class| &class.bases).map(|base| base.name.as_str()).collect();
    bases.iter().any(|base| base.ends_with("Controller") || base.ends_with("ControllerBase"))
}
