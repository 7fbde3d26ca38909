//! Composer: `composer.json`.

use super::draft::Draft;
use crate::lines::Lines;
use jsonc_parser::ast::{Object, ObjectProp, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use threatline_facts::{Ecosystem, Extracted};

/// Reads one `composer.json`.
pub fn read(text: &str) -> Extracted {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
    let Some(Value::Object(root)) = parsed.ok().and_then(|parsed| parsed.value) else {
        return Extracted::lost("not a JSON object");
    };
    let lines = Lines::new(text);
    let mut draft = Draft::new(Ecosystem::Packagist);
    if let Some(name) = root.get_string("name") {
        draft.name = Some((name.value.to_string(), lines.at(name.range.start)));
    }
    for (section, development) in [("require", false), ("require-dev", true)] {
        for property in properties(&root, section) {
            let name = property.name.as_str();
            // `php` and `ext-json` are the language's own
            if name.contains('/') {
                draft.depend(name, lines.at(property.range().start), development);
            }
        }
    }
    for section in ["autoload", "autoload-dev"] {
        let Some(autoload) = root.get_object(section) else { continue };
        for property in properties(autoload, "psr-4") {
            let name: Vec<&str> = property.name.as_str().split('\\').filter(|part| !part.is_empty()).collect();
            for folder in folders(&property.value) {
                draft.namespace(&name.join("."), folder);
            }
        }
    }
    siblings(&mut draft, &root);
    draft.runs = (root.get_string("type").is_some_and(|kind| kind.value == "project") || root.get("bin").is_some()).then_some(true);
    draft.finish()
}

fn properties<'o, 'a>(root: &'o Object<'a>, key: &str) -> &'o [ObjectProp<'a>] {
    root.get_object(key).map_or(&[], |object| &object.properties)
}

/// One folder or a list of them.
fn folders<'v>(value: &'v Value<'_>) -> Vec<&'v str> {
    match value {
        Value::StringLit(folder) => vec![&folder.value],
        Value::Array(list) => {
            let texts = list.elements.iter().filter_map(|element| if let Value::StringLit(text) = element { Some(&*text.value) } else { None });
            texts.collect()
        }
        _ => Vec::new(),
    }
}

/// `repositories` of the type `path` are packages of this repository.
fn siblings(draft: &mut Draft, root: &Object<'_>) {
    let all: Vec<&Value<'_>> = match root.get("repositories").map(|property| &property.value) {
        Some(Value::Array(list)) => list.elements.iter().collect(),
        Some(Value::Object(object)) => object.properties.iter().map(|property| &property.value).collect(),
        _ => Vec::new(),
    };
    for repository in all {
        let Value::Object(repository) = repository else { continue };
        if repository.get_string("type").is_none_or(|kind| kind.value != "path") {
            continue;
        }
        if let Some(url) = repository.get_string("url") {
            let folder = url.value.trim_end_matches('/');
            draft.sibling(folder.rsplit('/').next().unwrap_or(folder), folder);
        }
    }
}
