//! Packs of a library that is generated from another language's: what its names mean is said once, there.
//!
//! The library of a cloud's constructs is written in TypeScript, and every other language has what a generator makes of it, by fixed
//! rules. So a pack of Java says how names are spelt in Java, and nothing of buckets. The build script does the same to what it embeds.

use std::collections::BTreeMap;
use toml::{Table, Value};

/// Keys of `[constructs]` that are taken over.
const TAKEN: &[&str] = &["pseudo", "alike", "functions", "tops"];

/// How names are spelt.
struct Spelling<'t> {
    /// What names of the library begin with there, and here.
    names: Vec<&'t str>,
    here: &'t str,
    modules: BTreeMap<&'t str, &'t str>,
    /// What stands in the place of dashes in names of modules.
    between: Option<&'t str>,
    pascal: bool,
    /// Between a class and what is its own, and before the name of a class in the function that makes one.
    statics: &'t str,
    makers: &'t str,
    exact: BTreeMap<&'t str, Vec<&'t str>>,
    like: BTreeMap<&'t str, &'t str>,
    /// Types of the packs that are translated.
    types: Vec<String>,
}

/// The pack with all that the packs say of which it is a translation, behind its own; itself where it is none.
pub(crate) fn translate(pack: &Table, source: &dyn Fn(&str) -> Option<Table>) -> Table {
    let mut out = pack.clone();
    let Some(Value::Table(told)) = out.remove("translated") else { return out };
    let sources: Vec<Table> = texts(told.get("packs")).into_iter().filter_map(source).collect();
    let text = |key: &str| told.get(key).and_then(Value::as_str);
    let pairs = |key: &str| told.get(key).and_then(Value::as_table).into_iter().flatten().map(|(key, value)| (key.as_str(), value));
    let types = sources.iter().flat_map(|pack| rules(pack, "types")).filter_map(|rule| Some(rule.get("name")?.as_str()?.to_owned()));
    let spelling = Spelling {
        names: texts(told.get("names")),
        here: text("as").unwrap_or_default(),
        modules: pairs("modules").filter_map(|(key, value)| Some((key, value.as_str()?))).collect(),
        between: text("between"),
        pascal: text("members") == Some("pascal"),
        statics: text("statics").unwrap_or("."),
        makers: text("makers").unwrap_or_default(),
        exact: pairs("exact").map(|(key, value)| (key, texts(Some(value)))).collect(),
        like: pairs("like").filter_map(|(key, value)| Some((key, value.as_str()?))).collect(),
        types: types.collect(),
    };
    for key in ["types", "calls"] {
        let found: Vec<Value> = sources.iter().flat_map(|pack| rules(pack, key)).filter_map(|rule| spelling.rule(rule)).map(Value::Table).collect();
        match out.entry(key).or_insert_with(|| Value::Array(Vec::new())) {
            Value::Array(own) => own.extend(found),
            _ => continue,
        }
    }
    for constructs in sources.iter().filter_map(|pack| pack.get("constructs")?.as_table()) {
        let Value::Table(own) = out.entry("constructs").or_insert_with(|| Value::Table(Table::new())) else { break };
        for key in TAKEN {
            let Some(theirs) = constructs.get(*key) else { continue };
            let theirs = if *key == "functions" { spelling.functions(theirs) } else { theirs.clone() };
            match (own.get_mut(*key), theirs) {
                (None, theirs) => _ = own.insert((*key).to_owned(), theirs),
                (Some(Value::Table(own)), Value::Table(theirs)) => theirs.into_iter().for_each(|(key, value)| _ = own.entry(key).or_insert(value)),
                _ => {}
            }
        }
    }
    out
}

fn rules<'t>(pack: &'t Table, key: &str) -> impl Iterator<Item = &'t Table> {
    pack.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

/// A text, or a list of them.
fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        value => value.and_then(Value::as_str).into_iter().collect(),
    }
}

impl Spelling<'_> {
    /// A type or a call; none where this language has no name for it.
    fn rule(&self, rule: &Table) -> Option<Table> {
        let mut out = rule.clone();
        if rule.contains_key("names") {
            let names = self.all(rule.get("names"));
            if names.is_empty() {
                return None;
            }
            out.insert("names".to_owned(), list(names));
        }
        for key in ["extends", "gives", "on"] {
            match out.get_mut(key) {
                Some(Value::String(name)) => *name = own_type(name).to_owned(),
                Some(Value::Array(names)) => names.iter_mut().for_each(|name| {
                    if let Value::String(name) = name {
                        *name = own_type(name).to_owned();
                    }
                }),
                _ => {}
            }
        }
        if let Some(Value::Table(makes)) = out.get_mut("makes")
            && let Some(Value::String(like)) = makes.get_mut("like")
            && let Some(here) = self.like.get(like.as_str())
        {
            *like = (*here).to_owned();
        }
        Some(out)
    }

    fn functions(&self, functions: &Value) -> Value {
        let all = functions.as_table().into_iter().flatten();
        Value::Table(all.map(|(key, names)| (key.clone(), list(self.all(Some(names))))).collect())
    }

    fn all(&self, names: Option<&Value>) -> Vec<String> {
        texts(names).into_iter().flat_map(|name| self.name(name)).collect()
    }

    /// What a name is called here; there may be several, or none.
    fn name(&self, name: &str) -> Vec<String> {
        if let Some(exact) = self.exact.get(name) {
            return exact.iter().map(|name| (*name).to_owned()).collect();
        }
        if let Some((first, rest)) = own_type(name).split_once('.')
            && self.types.iter().any(|known| known == first)
        {
            let members: Vec<String> = rest.split('.').map(|member| self.member(member)).collect();
            return vec![format!("{first}.{}", members.join("."))];
        }
        let rest = self.names.iter().find_map(|begin| name.strip_prefix(begin));
        let Some((module, member)) = rest.and_then(|rest| rest.split_once('.')) else { return Vec::new() };
        let module = match (self.modules.get(module), self.between) {
            (Some(module), _) => (*module).to_owned(),
            (None, Some(between)) => module.replace('-', between),
            (None, None) if module.is_empty() => String::new(),
            (None, None) => return Vec::new(),
        };
        let (here, makers) = (self.here, self.makers);
        match member.split_once('.') {
            Some((class, own)) => vec![format!("{here}{module}.{class}{}{}", self.statics, self.member(own))],
            None if makers.is_empty() || member.starts_with('*') => vec![format!("{here}{module}.{member}")],
            None => vec![format!("{here}{module}.{member}"), format!("{here}{module}.{makers}{member}")],
        }
    }

    fn member(&self, name: &str) -> String {
        let mut letters = name.chars();
        match letters.next() {
            Some(first) if self.pascal => first.to_uppercase().chain(letters).collect(),
            _ => name.to_owned(),
        }
    }
}

/// A type of another pack that is translated with this one is one of its own.
fn own_type(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, name)| name)
}

fn list(names: Vec<String>) -> Value {
    Value::Array(names.into_iter().map(Value::String).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"
        name = "cloud"
        [constructs]
        tops = ["Stack"]
        functions = { join = ["*cloud*.Fn.join"] }
        [[types]]
        name = "Function"
        names = ["*cloud*lambda.Function"]
        extends = ["other:Granted"]
        [[types]]
        name = "Web"
        names = ["somewhere.Else"]
        [[calls]]
        names = ["cloud:Function.addSource", "*cloud*lambda.Code.fromAsset", "*cloud*event-sources.*"]
        does = "pass"
    "#;

    fn translated(rules: &str) -> String {
        let pack: Table = format!("name = \"x\"\n[translated]\npacks = [\"js/cloud\"]\nnames = [\"*cloud*\"]\n{rules}").parse().unwrap();
        let names = |rule: &Table| texts(rule.get("names")).join(" ");
        let out = translate(&pack, &|_| SOURCE.parse().ok());
        let of = |key| rules_of(&out, key).iter().map(names).collect::<Vec<_>>().join(" | ");
        format!("{} || {} || {}", of("types"), of("calls"), texts(out["constructs"]["functions"].get("join")).join(" "))
    }

    fn rules_of(pack: &Table, key: &str) -> Vec<Table> {
        rules(pack, key).cloned().collect()
    }

    #[test]
    fn names_are_spelt_as_each_language_has_them() {
        assert_eq!(
            translated("as = \"com.cloud*\"\nbetween = \".\""),
            "com.cloud*lambda.Function || Function.addSource com.cloud*lambda.Code.fromAsset com.cloud*event.sources.* || com.cloud*.Fn.join"
        );
        assert_eq!(
            translated("as = \"go/cloud*\"\nbetween = \"\"\nmembers = \"pascal\"\nstatics = \"_\"\nmakers = \"New\""),
            "go/cloud*lambda.Function go/cloud*lambda.NewFunction || Function.AddSource go/cloud*lambda.Code_FromAsset go/cloud*eventsources.* || go/cloud*.Fn_Join"
        );
        assert_eq!(
            translated("as = \"Cloud*\"\nmembers = \"pascal\"\nmodules = { lambda = \"Lambda\" }\nexact = { \"somewhere.Else\" = [\"Here\"] }"),
            "Cloud*Lambda.Function | Here || Function.AddSource Cloud*Lambda.Code.FromAsset || Cloud*.Fn.Join",
            "what is told no name of has none"
        );
    }
}
