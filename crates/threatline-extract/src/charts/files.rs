//! Files of a chart beside its templates, as these ask for them: a mapping from path to text.

use super::functions::encoded;
use super::value::Value;
use globset::GlobBuilder;
use std::collections::BTreeMap;

/// What a method of the files gives. That a file is missing is not known: nobody may have asked for it by its name.
pub(super) fn ask(files: &Value, name: &str, values: &[Value]) -> Value {
    let (Some(files), [Value::Text(wanted)]) = (files.entries(), values) else { return Value::Unknown };
    let path = wanted.trim_start_matches("./");
    match name {
        "Get" | "GetBytes" => files.get(path).cloned().unwrap_or(Value::Unknown),
        "Lines" => match files.get(path) {
            Some(Value::Text(text)) => Value::list(text.lines().map(Value::text).collect()),
            _ => Value::Unknown,
        },
        "Glob" => match matching(files, path) {
            found if found.is_empty() => Value::Unknown,
            found => Value::map(found),
        },
        _ => Value::Unknown,
    }
}

fn matching(files: &BTreeMap<String, Value>, pattern: &str) -> BTreeMap<String, Value> {
    let Ok(glob) = GlobBuilder::new(pattern).literal_separator(true).build() else { return BTreeMap::new() };
    let glob = glob.compile_matcher();
    files.iter().filter(|(path, _)| glob.is_match(path)).map(|(path, text)| (path.clone(), text.clone())).collect()
}

/// `AsConfig` and `AsSecrets` of files: their texts by the last part of their paths, as the data of a manifest has them.
pub(super) fn part(files: &Value, name: &str) -> Option<Value> {
    let encodes = match name {
        "AsConfig" => false,
        "AsSecrets" => true,
        _ => return None,
    };
    let files = files.entries().filter(|files| !files.contains_key(name))?;
    let file = |(path, text): (&String, &Value)| {
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        let text = text.printed();
        (name, Value::text(if encodes { encoded(&text) } else { text }))
    };
    Some(Value::text(Value::map(files.iter().map(file)).yaml()))
}
