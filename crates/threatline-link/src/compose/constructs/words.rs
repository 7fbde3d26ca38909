//! What plain values mean to a program that declares resources: references, words of the library, functions of the
//! vocabulary, folders.

use super::{Attributes, DEEPEST, built};
use crate::compose::evaluate::{Evaluator, as_text};
use crate::compose::library::starred;
use crate::compose::value::*;
use threatline_facts::Text;
use threatline_knowledge::packs::*;

impl Evaluator<'_> {
    /// Whether the file is of a program that declares resources.
    pub(in crate::compose) fn declares_resources(&self) -> bool {
        self.declaring().is_some()
    }

    /// The pack with which the file declares resources.
    pub(super) fn declaring(&self) -> Option<&'static Pack> {
        let imports = &self.program.source(self.file).imports;
        let is_used = |pack: &Pack| imports.iter().any(|import| pack.imports.iter().any(|word| import.module.contains(word.as_str())));
        self.program.files[self.file].library.constructs().iter().copied().find(|pack| is_used(pack))
    }

    /// What a program that declares resources puts into a text: `${__dirname}/../lambda`, `https://${api.ref}.example.com`.
    pub(in crate::compose) fn word_here(&self, value: &Val) -> Option<Text> {
        let own = match value {
            Val::Object(id) | Val::Method(id, _) if self.objects[*id].spot.is_some() => {
                // some vocabularies are there without an import
                self.objects[*id].ty.map(|ty| self.program.files[self.file].library.type_rule(ty).pack).filter(|pack| pack.constructs.is_some())
            }
            Val::Symbol(_) | Val::Made(_) => None,
            _ => return None,
        };
        let pack = self.declaring().or(own)?;
        let text = self.attribute(pack, value, 0, &mut Attributes::bounded(self.mark));
        // a constant of the library says nothing inside of a text, but what the vocabulary itself fills in
        let says = text != Text::Unknown && !matches!((value, &text), (Val::Symbol(_), Text::Literal(literal)) if literal != ".");
        says.then_some(text)
    }

    /// What a plain value is to who declares resources.
    pub(super) fn attribute(&self, pack: &'static Pack, value: &Val, depth: usize, out: &mut Attributes) -> Text {
        if depth > DEEPEST || !out.burn() {
            return Text::Unknown;
        }
        let Some(rules) = &pack.constructs else { return Text::Unknown };
        let key = |evaluator: &Self, id: ObjectId| evaluator.objects[id].spot.as_ref().and_then(|spot| spot.key.clone());
        // the vocabulary's own library begins members with small letters
        let members = |path: &str| path.split('.').map(built::small).collect::<Vec<_>>().join(".");
        let pseudo = |name: &str| rules.pseudo.get(name).map(|name| Text::Name(name.clone()));
        match value {
            Val::Object(id) => match (key(self, *id), self.objects[*id].ty) {
                (Some(key), _) => Text::Name(key.to_string()),
                (None, Some(ty)) => {
                    let word = self.program.files[self.file].library.type_rule(ty).rule.word.as_deref();
                    word.map_or(Text::Unknown, Text::literal)
                }
                (None, None) => Text::Unknown,
            },
            Val::Method(id, member) => match key(self, *id) {
                Some(key) => Text::Name(format!("{key}.{}", members(member))),
                None => pseudo(&members(member)).unwrap_or(Text::Unknown),
            },
            Val::Made(made) if rules.here.contains(&made.by) => Text::literal("."),
            Val::Made(made) if rules.joins.contains(&made.by) => {
                let parts: Vec<Text> = made.arguments.iter().map(|argument| self.attribute(pack, &argument.value, depth + 1, out)).collect();
                Text::join(parts.into_iter().enumerate().flat_map(|(at, part)| (at > 0).then(|| Text::literal("/")).into_iter().chain([part])))
            }
            // `awslambda.Runtime_PYTHON_3_12()`
            Val::Made(made) if made.arguments.is_empty() && rules.statics.is_some() && is_of(pack, &made.by) => constant(rules, &made.by),
            Val::Made(made) => self.intrinsic(pack, rules, made, depth, out),
            Val::Symbol(name) if rules.here.iter().any(|here| **here == **name) => Text::literal("."),
            // a constant of the library: `AuthorizationType.NONE`
            Val::Symbol(name) if is_of(pack, name) => pseudo(last_of(rules, name)).unwrap_or_else(|| constant(rules, name)),
            // … of a class that an import of everything brings: who has such imports names no other class so
            Val::Symbol(name) if self.brings_all(pack) && is_constant(last_of(rules, name)) => constant(rules, name),
            Val::Text(_) | Val::Number(_) | Val::Boolean(_) => as_text(value).settled(),
            _ => Text::Unknown,
        }
    }

    /// Whether the file imports everything of the library.
    fn brings_all(&self, pack: &Pack) -> bool {
        self.program.globs(self.file).iter().any(|import| is_of(pack, &import.module))
    }

    /// A function of templates that a program calls.
    fn intrinsic(&self, pack: &'static Pack, rules: &ConstructRules, made: &Made, depth: usize, out: &mut Attributes) -> Text {
        let is = |names: &Vec<String>| names.iter().any(|name| name == &made.by || starred(name, &made.by).is_some());
        let Some((function, _)) = rules.functions.iter().find(|(_, names)| is(names)) else { return Text::Unknown };
        let argument = |at: usize| made.arguments.get(at).map(|argument| &argument.value);
        match (function, argument(0), argument(1)) {
            (Intrinsic::Join, Some(by), Some(Val::List(items))) => {
                let by = by.literal().unwrap_or_default();
                let parts: Vec<Text> = items.iter().map(|item| self.attribute(pack, item, depth + 1, out)).collect();
                Text::join(parts.into_iter().enumerate().flat_map(|(at, part)| (at > 0).then(|| Text::literal(by)).into_iter().chain([part])))
            }
            (Intrinsic::Sub, Some(pattern), names) => {
                let Some(pattern) = pattern.literal() else { return Text::Unknown };
                self.substitute(pack, pattern, names, depth, out)
            }
            (Intrinsic::Import, Some(name), _) => name.literal().map_or(Text::Unknown, |name| Text::Name(format!("Fn::ImportValue.{name}"))),
            (Intrinsic::Itself, Some(value), _) => self.attribute(pack, value, depth + 1, out),
            _ => Text::Unknown,
        }
    }

    /// `${Name}` with the names that are told, and what the vocabulary itself fills in.
    fn substitute(&self, pack: &'static Pack, pattern: &str, names: Option<&Val>, depth: usize, out: &mut Attributes) -> Text {
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some((before, behind)) = rest.split_once("${") {
            let Some((hole, after)) = behind.split_once('}') else { break };
            parts.push(Text::literal(before));
            rest = after;
            let told = match names {
                Some(Val::Map(entries)) => entries.iter().find(|(name, _)| name == hole).map(|(_, value)| value),
                _ => None,
            };
            parts.push(match told {
                Some(value) => self.attribute(pack, value, depth + 1, out),
                None if hole.starts_with("AWS::") => Text::Name(hole.to_owned()),
                None => Text::Unknown,
            });
        }
        parts.push(Text::literal(rest));
        Text::join(parts)
    }
}

fn is_of(pack: &Pack, name: &str) -> bool {
    pack.imports.iter().any(|word| name.contains(word.as_str()))
}

/// The last part of a name, without the class that it is of: `AttributeType_STRING`.
fn last_of<'n>(rules: &ConstructRules, name: &'n str) -> &'n str {
    let last = name.rsplit(['.', '/']).next().unwrap_or(name);
    match rules.statics.as_deref().and_then(|between| last.split_once(between)) {
        Some((class, rest)) if !rest.is_empty() && !is_constant(class) => rest,
        _ => last,
    }
}

/// A word of the library in a text: its last part.
fn constant(rules: &ConstructRules, name: &str) -> Text {
    Text::literal(last_of(rules, name))
}

/// `PAY_PER_REQUEST`, as generated libraries write constants of enumerations.
fn is_constant(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Whether a call of that name is a record of its arguments.
pub(super) fn is_record(pack: &Pack, by: &str) -> bool {
    let names = pack.constructs.iter().flat_map(|rules| &rules.records);
    names.into_iter().any(|name| name == by || starred(name, by).is_some())
}
