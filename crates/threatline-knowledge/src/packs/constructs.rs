//! Resources of a cloud that code declares: the part of a pack that says which objects and calls make one, how
//! its attributes are found, and what it is called.

use super::{Condition, Selectors};
use serde::Deserialize;
use std::collections::BTreeMap;

/// How the library that declares resources names them, and writes what is said of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct ConstructRules {
    pub scope: Option<Selectors>,
    pub name: Option<Selectors>,
    /// Types whose objects begin a space of names of their own.
    pub tops: Vec<String>,
    pub keys: Spelling,
    /// Names and functions that stand for the folder of the file.
    pub here: Vec<String>,
    /// Functions that join parts of a path.
    pub joins: Vec<String>,
    /// Names and members that stand for what is told where it is deployed, by what the vocabulary calls that.
    pub pseudo: BTreeMap<String, String>,
    /// Functions of the vocabulary, as a program calls them.
    pub functions: BTreeMap<Intrinsic, Vec<String>>,
    /// Names whose calls are records: their arguments by name.
    pub records: Vec<String>,
    /// Functions that put names and values, one after the other or in pairs, together as a record, and those of pairs and of lists.
    pub maps: Vec<String>,
    pub lists: Vec<String>,
    /// Records and constructs are put together by `X.builder().name(value).build()`, `X.Builder.create(…).name(value).build()`.
    pub builders: bool,
    /// What stands before the name of a member in the method that gives it back: `get`, or nothing.
    pub getters: Option<String>,
    /// What stands between a class and what is its own, where that is no dot: `Code_FromAsset`.
    pub statics: Option<String>,
    /// What stands before the name of a class in the function that makes one: `NewBucket`.
    pub makers: Option<String>,
    /// What a kind is called where its name is spelt after one of the library (see [`Making::like`]): how names begin.
    pub alike: BTreeMap<String, String>,
}

/// How names of a library are spelt in a language whose library is generated from another one's, see `translated.rs`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct TranslatedRule {
    pub packs: Vec<String>,
    pub names: Vec<String>,
    pub r#as: String,
    pub modules: BTreeMap<String, String>,
    pub between: Option<String>,
    pub members: Option<String>,
    pub statics: Option<String>,
    pub makers: Option<String>,
    pub exact: BTreeMap<String, Vec<String>>,
    pub like: BTreeMap<String, String>,
}

/// A function of the vocabulary of templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named in the README")]
pub enum Intrinsic {
    Join,
    Sub,
    Import,
    Itself,
}

/// How the vocabulary of a kind of resources spells attributes, however the language does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named in the README")]
pub enum Spelling {
    #[default]
    Pascal,
    Snake,
}

impl Spelling {
    /// `billing_mode` and `billingMode` as the vocabulary has it.
    pub fn spell(self, name: &str) -> String {
        let mut out = String::with_capacity(name.len() + 4);
        let mut begins = true;
        for letter in name.chars() {
            match self {
                Spelling::Pascal if letter == '_' => begins = true,
                Spelling::Pascal => {
                    if begins {
                        out.extend(letter.to_uppercase())
                    } else {
                        out.push(letter)
                    }
                    begins = false;
                }
                Spelling::Snake => {
                    if letter.is_ascii_uppercase() && !begins {
                        out.push('_');
                    }
                    out.push(letter.to_ascii_lowercase());
                    begins = letter == '_' || letter.is_ascii_uppercase();
                }
            }
        }
        out
    }
}

/// A resource that an object or a call makes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "packs/README.md documents every key")]
pub struct Making {
    pub kind: String,
    /// The kind is the known one that is spelt so, whatever divides its words and however they begin: `{module}` is the part
    /// of the library's name before the last dot, `{star}` what the star in the name stands for.
    pub like: Option<String>,
    pub attributes: BTreeMap<String, Selectors>,
    pub values: BTreeMap<String, String>,
    pub defaults: BTreeMap<String, String>,
    /// One for each item of the list under that key.
    pub each: BTreeMap<String, Selectors>,
    /// What a call's resource is called, where that is not its first text.
    pub called: Option<Selectors>,
    /// It is called so whatever it stands in.
    pub apart: bool,
    pub when: Vec<Condition>,
    /// What is made beside it.
    pub also: Vec<Making>,
}

#[cfg(test)]
mod tests {
    use super::Spelling;

    #[test]
    fn names_are_spelt_as_the_vocabulary_has_them() {
        let pascal = ["billing_mode", "billingMode", "BillingMode", "id"].map(|name| Spelling::Pascal.spell(name));
        assert_eq!(pascal, ["BillingMode", "BillingMode", "BillingMode", "Id"]);
        let snake = ["billingMode", "billing_mode", "URL", "restApi"].map(|name| Spelling::Snake.spell(name));
        assert_eq!(snake, ["billing_mode", "billing_mode", "url", "rest_api"]);
    }
}
