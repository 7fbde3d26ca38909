//! What types of TOML cannot hold: references to types of the pack, lists that must hold something, known words.

use super::mistake::{Mistake, ModelWord, PackPlace, Step};
use super::{Pack, SinkRule, Verb};
use Step::{Item, Key};

/// What sort of value an argument is.
const KINDS: &[&str] = &["text", "function", "object", "list", "map"];
/// Where a parameter can stand.
const PLACES: &[&str] = &["path", "query", "path_or_query", "body", "form", "header", "cookie", "flag", "argument"];

fn mistake(at: Vec<Step>, message: impl Into<String>, help: impl Into<String>) -> Result<(), Mistake> {
    Err(Mistake { at, message: message.into(), help: help.into() })
}

impl Pack {
    /// Words of the model that it names, each with its place: who knows the model says whether they are some.
    pub fn model_words(&self) -> Vec<(ModelWord, &str, PackPlace)> {
        fn word<'a>(word: ModelWord, list: &'static str, at: usize, key: &'static str, name: Option<&'a String>) -> Option<(ModelWord, &'a str, PackPlace)> {
            Some((word, name?.as_str(), PackPlace(vec![Key(list), Item(at), Key(key)])))
        }
        let calls = self.calls.iter().enumerate().flat_map(|(at, rule)| {
            [word(ModelWord::Property, "calls", at, "property", rule.property.as_ref()), word(ModelWord::Kind, "calls", at, "kind", rule.kind.as_ref())]
        });
        let annotations = self.annotations.iter().enumerate().flat_map(|(at, rule)| {
            let property = word(ModelWord::Property, "annotations", at, "property", rule.property.as_ref());
            [property, word(ModelWord::Kind, "annotations", at, "kind", rule.kind.as_ref())]
        });
        let classes = self.classes.iter().enumerate().flat_map(|(at, rule)| {
            [word(ModelWord::Kind, "classes", at, "kind", rule.kind.as_ref()), word(ModelWord::Kind, "classes", at, "serves", rule.serves.as_ref())]
        });
        let properties = self.sinks.iter().enumerate().filter(|(_, rule)| rule.sets != SinkRule::LOGGED);
        let sinks = properties.map(|(at, rule)| word(ModelWord::Property, "sinks", at, "sets", Some(&rule.sets)));
        let attributes = self.attributes.iter().enumerate().map(|(at, rule)| word(ModelWord::Property, "attributes", at, "sets", Some(&rule.sets)));
        calls.chain(annotations).chain(classes).chain(sinks).chain(attributes).flatten().collect()
    }

    /// The first mistake, if there is one.
    pub(super) fn check(&self) -> Result<(), Mistake> {
        self.check_head()?;
        self.check_types()?;
        self.check_constructs()?;
        self.check_names()?;
        if !self.routed.is_empty() && self.project.is_none() {
            let help = "say with [project] what makes a folder a project of the framework";
            return mistake(vec![Key("routed")], "`routed` without a `project`: any folder of that name would be meant", help);
        }
        self.check_places()
    }

    fn check_head(&self) -> Result<(), Mistake> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if self.name.is_empty() || self.name.len() > 64 || !self.name.chars().all(is_plain) {
            return mistake(vec![Key("name")], "this is no name of a pack", "letters, digits, `-`, `_` and `.`, 64 at most: evidence names it");
        }
        if self.imports.is_empty() {
            return mistake(vec![Key("imports")], "`imports` must not be empty", "a file that holds none of these words is not read for this pack");
        }
        if self.languages.is_empty() {
            return mistake(vec![Key("languages")], "`languages` must not be empty", "for instance [\"python\"]");
        }
        if let Some(at) = self.imports.iter().position(|word| word.trim().chars().count() < 2) {
            return mistake(vec![Key("imports"), Item(at)], "this word stands in every file", "name the module, or a part of its name that is rare elsewhere");
        }
        if self.unannotated.as_deref().is_some_and(|place| !["body", "by_method", "told"].contains(&place)) {
            return mistake(vec![Key("unannotated")], "this is no place of parameters that no annotation places", "`body` or `by_method`");
        }
        Ok(())
    }

    fn check_types(&self) -> Result<(), Mistake> {
        for (at, rule) in self.calls.iter().enumerate() {
            let place = |key| vec![Key("calls"), Item(at), Key(key)];
            rule.gives.iter().try_for_each(|name| self.check_type(name, place("gives")))?;
            rule.on.iter().try_for_each(|name| self.check_type(name, place("on")))?;
            self.check_types_of(&rule.handler_takes, place("handler_takes"))?;
        }
        for (at, rule) in self.services.iter().enumerate() {
            rule.gives.iter().try_for_each(|name| self.check_type(name, vec![Key("services"), Item(at), Key("gives")]))?;
        }
        for (at, rule) in self.types.iter().enumerate() {
            self.check_types_of(&rule.extends, vec![Key("types"), Item(at), Key("extends")])?;
        }
        for (at, rule) in self.files.iter().enumerate() {
            rule.variables.values().try_for_each(|ty| self.check_type(ty, vec![Key("files"), Item(at), Key("variables")]))?;
            if rule.paths.is_empty() {
                return mistake(vec![Key("files"), Item(at)], "files without `paths`", "say which: paths = [\"routes/*.php\"]");
            }
        }
        if let Some(at) = self.classes.iter().position(|rule| rule.bases.is_empty() && (rule.spaces.is_empty() || rule.packages.is_empty())) {
            let help = "say by their base, or by where they stand and which package the project then depends on";
            return mistake(vec![Key("classes"), Item(at)], "a class without `bases`, or without `spaces` and `packages`", help);
        }
        for (at, rule) in self.calls.iter().enumerate() {
            if let Some(table) = rule.table.as_ref().filter(|table| !self.tables.iter().any(|known| known.name == **table)) {
                return mistake(vec![Key("calls"), Item(at), Key("table")], format!("`{table}` is no table of this pack"), "declare it with [[tables]]");
            }
        }
        for (at, rule) in self.routed.iter().enumerate() {
            self.check_types_of(&rule.handler_takes, vec![Key("routed"), Item(at), Key("handler_takes")])?;
        }
        Ok(())
    }

    /// Who declares resources says how they are named, and of which kind they are.
    fn check_constructs(&self) -> Result<(), Mistake> {
        let calls = self.calls.iter().enumerate().map(|(at, rule)| ("calls", at, rule.makes.as_ref(), rule.does == Verb::Construct));
        let types = self.types.iter().enumerate().map(|(at, rule)| ("types", at, rule.makes.as_ref(), false));
        for (list, at, makes, constructs) in calls.chain(types) {
            let place = vec![Key(list), Item(at), Key("makes")];
            match makes {
                None if constructs => {
                    return mistake(vec![Key(list), Item(at)], "`construct` without `makes`", "say what: makes = { kind = \"AWS::SQS::Queue\" }");
                }
                Some(makes) if makes.kind.is_empty() == makes.like.is_none() => {
                    return mistake(
                        place,
                        "a resource without a `kind`",
                        "as its vocabulary has it: kind = \"AWS::SQS::Queue\", or how it is spelt: like = \"{module}::{star}\"",
                    );
                }
                Some(_) if self.constructs.is_none() => {
                    return mistake(place, "`makes` without `constructs`", "say with [constructs] which argument names what is made");
                }
                _ => {}
            }
        }
        let mut tops = self.constructs.iter().flat_map(|rules| rules.tops.iter().enumerate());
        tops.try_for_each(|(at, name)| self.check_type(name, vec![Key("constructs"), Key("tops"), Item(at)]))
    }

    fn check_types_of(&self, names: &[String], at: Vec<Step>) -> Result<(), Mistake> {
        let one = |(item, name): (usize, &String)| self.check_type(name, at.iter().cloned().chain([Item(item)]).collect());
        names.iter().enumerate().try_for_each(one)
    }

    fn check_type(&self, name: &str, at: Vec<Step>) -> Result<(), Mistake> {
        if name.is_empty() || name.contains(':') || self.types.iter().any(|rule| rule.name == name) {
            return Ok(());
        }
        let known: Vec<&str> = self.types.iter().map(|rule| rule.name.as_str()).collect();
        let help = match known[..] {
            [] => "declare it with [[types]], or name that of another pack: `flask:App`".to_owned(),
            _ => format!("its types are {}; that of another pack is named `flask:App`", known.join(", ")),
        };
        mistake(at, format!("`{name}` is no type of this pack"), help)
    }

    /// All full names, by list, entry and key.
    fn named(&self) -> Vec<(&'static str, usize, &'static str, &[String])> {
        let mut lists: Vec<(&'static str, usize, &'static str, &[String])> = Vec::new();
        lists.extend(self.types.iter().enumerate().flat_map(|(at, rule)| [("types", at, "names", &rule.names[..]), ("types", at, "values", &rule.values[..])]));
        lists.extend(self.calls.iter().enumerate().map(|(at, rule)| ("calls", at, "names", &rule.names[..])));
        lists.extend(self.services.iter().enumerate().map(|(at, rule)| ("services", at, "names", &rule.names[..])));
        lists.extend(self.annotations.iter().enumerate().map(|(at, rule)| ("annotations", at, "names", &rule.names[..])));
        lists.extend(self.classes.iter().enumerate().map(|(at, rule)| ("classes", at, "bases", &rule.bases[..])));
        lists.extend(self.guards.iter().enumerate().map(|(at, rule)| ("guards", at, "names", &rule.names[..])));
        lists.extend(self.verifies.iter().enumerate().map(|(at, rule)| ("verifies", at, "names", &rule.names[..])));
        lists.extend(self.rejects.iter().enumerate().map(|(at, rule)| ("rejects", at, "names", &rule.names[..])));
        lists.extend(self.sinks.iter().enumerate().map(|(at, rule)| ("sinks", at, "names", &rule.names[..])));
        lists.extend(self.models.iter().enumerate().map(|(at, rule)| ("models", at, "names", &rule.names[..])));
        lists.extend(self.attributes.iter().enumerate().map(|(at, rule)| ("attributes", at, "names", &rule.names[..])));
        lists.extend(self.reads.iter().enumerate().map(|(at, rule)| ("reads", at, "of", rule.of.as_slice())));
        lists.extend(self.asked.iter().enumerate().flat_map(|(at, rule)| [("asked", at, "path", &rule.path[..]), ("asked", at, "method", &rule.method[..])]));
        lists.extend(self.values.iter().enumerate().map(|(at, rule)| ("values", at, "name", rule.name.as_slice())));
        lists
    }

    /// All full names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.named().into_iter().flat_map(|(_, _, _, names)| names).chain(&self.carries).map(String::as_str)
    }

    /// How much it says.
    pub(super) fn entries(&self) -> usize {
        let lists = [self.types.len(), self.calls.len(), self.annotations.len(), self.classes.len(), self.guards.len(), self.verifies.len()];
        let more = [
            self.rejects.len(),
            self.reads.len(),
            self.asked.len(),
            self.sinks.len(),
            self.attributes.len(),
            self.models.len(),
            self.bodies.len() + self.decodes.len(),
            self.values.len(),
            self.tables.len(),
            self.routed.len(),
            self.imports.len(),
            self.carries.len(),
        ];
        lists.iter().chain(&more).sum()
    }

    /// Types of other packs that it names, and where.
    pub(super) fn foreign_types<'a>(&'a self) -> Vec<(&'a str, Vec<Step>)> {
        let mut out: Vec<(&'a str, Vec<Step>)> = Vec::new();
        for (at, rule) in self.calls.iter().enumerate() {
            let place = |key| vec![Key("calls"), Item(at), Key(key)];
            out.extend(rule.gives.iter().map(|name| (name.as_str(), place("gives"))));
            out.extend(rule.on.iter().map(|name| (name.as_str(), place("on"))));
            out.extend(rule.handler_takes.iter().map(|name| (name.as_str(), place("handler_takes"))));
        }
        for (at, rule) in self.types.iter().enumerate() {
            let named = |(item, name): (usize, &'a String)| (name.as_str(), vec![Key("types"), Item(at), Key("extends"), Item(item)]);
            out.extend(rule.extends.iter().enumerate().map(named));
        }
        out.retain(|(name, _)| name.contains(':'));
        out
    }

    /// Full names, with two stars at most and something beside them.
    fn check_names(&self) -> Result<(), Mistake> {
        for (list, at, key, names) in self.named() {
            if matches!(list, "calls" | "services") && names.is_empty() {
                return mistake(vec![Key(list), Item(at)], "a call without `names`", "say which: names = [\"shop.web.route\"]");
            }
            for (item, name) in names.iter().enumerate() {
                let place = vec![Key(list), Item(at), Key(key), Item(item)];
                if name.is_empty() || name.chars().all(|c| c == '*' || c == '.') {
                    return mistake(
                        place,
                        "this names nothing, or everything",
                        "a full name, as it is imported: `shop.web.route`; `*` stands for a part of one",
                    );
                }
                if name.matches('*').count() > 2 {
                    return mistake(place, "a name holds two stars at most", "write the parts out, or leave the first star away");
                }
            }
        }
        Ok(())
    }

    fn check_places(&self) -> Result<(), Mistake> {
        // what a model answers is read off it, and no parameter
        let reads = self.reads.iter().enumerate().map(|(at, rule)| ("reads", at, Some(&rule.r#in).filter(|place| *place != "model")));
        let annotations = self.annotations.iter().enumerate().map(|(at, rule)| ("annotations", at, rule.r#in.as_ref()));
        for (at, rule) in self.calls.iter().enumerate() {
            let Some(item) =
                rule.when.iter().position(|when| when.kind.as_deref().is_some_and(|kind| !KINDS.contains(&kind.strip_prefix('!').unwrap_or(kind))))
            else {
                continue;
            };
            let place = vec![Key("calls"), Item(at), Key("when"), Item(item), Key("kind")];
            return mistake(place, "this is no sort of value", format!("known are {}", KINDS.join(", ")));
        }
        for (list, at, place) in reads.chain(annotations) {
            let Some(place) = place.filter(|place| !PLACES.contains(&place.as_str())) else { continue };
            return mistake(vec![Key(list), Item(at), Key("in")], format!("`{place}` is no place of a parameter"), format!("known are {}", PLACES.join(", ")));
        }
        Ok(())
    }
}
