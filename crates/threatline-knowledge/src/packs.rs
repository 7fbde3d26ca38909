//! Framework packs: what resolved calls, annotations and classes of libraries mean.
//!
//! `packs/README.md` is the format. A pack is data and cannot compute; the built-in ones are embedded
//! from the folder by the build script and mean exactly what a user's would.

mod check;
mod constructs;
mod files;
mod mistake;
mod schema;
mod services;
mod shelf;
mod summary;
mod translated;

pub use constructs::*;
pub use files::*;
pub use mistake::{ModelWord, PackError, PackPlace};
pub use schema::*;
pub use services::ServiceRule;
pub use shelf::{MAX_PACK_BYTES, Shelf, Words};
pub use toml::Value as Literal;

use serde::Deserialize;
use std::collections::HashSet;
use std::sync::OnceLock;
use threatline_facts::Language;

include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// Reads one pack.
pub fn parse(file: &str, text: &str) -> Result<Pack, PackError> {
    let mut pack: Pack = toml::from_str(text).map_err(|error| PackError::of_toml(file, &error))?;
    if pack.translated.is_some()
        && let Ok(told) = text.parse::<toml::Table>()
    {
        let built_in = |name: &str| FILES.iter().find(|(file, _)| file.strip_suffix(".toml") == Some(name))?.1.parse().ok();
        let all = translated::translate(&told, &built_in);
        pack = Pack::deserialize(all).map_err(|error| PackError::of_toml(file, &error))?;
    }
    pack.check().map_err(|mistake| PackError::of(file, text, mistake))?;
    Ok(pack.with_services())
}

/// The packs of one family of languages, in the order of their files.
#[derive(Debug, Default)]
pub struct Packs {
    packs: Vec<&'static Pack>,
}

impl Packs {
    /// In order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &'static Pack> + '_ {
        self.packs.iter().copied()
    }
}

/// The built-in packs that speak of that language.
pub fn of(language: Language) -> &'static Packs {
    of_family(Family::of(language))
}

/// The built-in packs of a family of languages. Only its own folder is read: a hook that looks at one file
/// of Python waits for no pack of Java.
pub fn of_family(family: Family) -> &'static Packs {
    static ALL: [OnceLock<Packs>; Family::ALL.len()] = [const { OnceLock::new() }; Family::ALL.len()];
    ALL[family.number()].get_or_init(|| {
        let own = SAID.iter().filter(|(file, _)| file.split('/').next() == Some(family.folder()));
        // That each is without a mistake, a test holds: a hook need not look again.
        let read = |said: &str| serde_json::from_str::<Pack>(said).ok().map(Pack::with_services);
        let packs: &'static [Pack] = Vec::leak(own.filter_map(|(_, said)| read(said)).collect());
        Packs { packs: packs.iter().collect() }
    })
}

/// The words that the built-in packs of a family wait for. They are taken out of the packs when the program is
/// built: most files, and most hooks, ask for nothing else.
pub fn imports(family: Family) -> impl Iterator<Item = &'static str> {
    let own = IMPORTS.iter().filter(move |(file, _)| file.split('/').next() == Some(family.folder()));
    own.flat_map(|(_, words)| words.iter().copied())
}

/// The names of the built-in packs of a family.
fn built_in_names(family: Family) -> impl Iterator<Item = &'static str> {
    let own = NAMES.iter().filter(move |(file, _)| file.split('/').next() == Some(family.folder()));
    own.flat_map(|(_, names)| names.iter().copied())
}

/// Whether the name of a file alone says that a framework answers with it (`+page.svelte`): such a file is read
/// whatever it holds.
pub fn is_named(family: Family, name: &str) -> bool {
    static ALL: OnceLock<HashSet<(&str, &str)>> = OnceLock::new();
    let folder = |file: &'static str| file.split('/').next().unwrap_or_default();
    let all = ALL.get_or_init(|| NAMED.iter().flat_map(|(file, names)| names.iter().map(move |name| (folder(file), *name))).collect());
    all.contains(&(family.folder(), name))
}

/// Errors in the built-in packs; a test holds that there are none.
pub fn built_in_errors() -> Vec<PackError> {
    FILES.iter().filter_map(|(file, text)| parse(file, text).err()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_built_in_pack_loads_and_has_its_page() {
        assert_eq!(built_in_errors(), []);
        let packs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("packs");
        for (file, _) in FILES {
            assert!(packs.join(file).with_extension("md").exists(), "{file} has no page");
        }
    }

    #[test]
    fn what_is_embedded_is_what_the_files_say() {
        for family in Family::ALL.iter().copied() {
            let embedded: Vec<String> = of_family(family).iter().map(|pack| format!("{pack:?}")).collect();
            let own = FILES.iter().filter(|(file, _)| file.split('/').next() == Some(family.folder()));
            let written: Vec<String> = own.map(|(file, text)| format!("{:?}", parse(file, text).unwrap())).collect();
            assert_eq!(embedded, written);
        }
    }

    #[test]
    fn a_pack_stands_in_the_folder_of_its_languages() {
        for (number, family) in Family::ALL.iter().enumerate() {
            assert_eq!(family.number(), number);
        }
        for (file, text) in FILES {
            let folders: Vec<&str> = parse(file, text).unwrap().languages.iter().map(|family| family.folder()).collect();
            assert_eq!(folders, [file.split('/').next().unwrap()], "{file}: what stands elsewhere is never read");
        }
    }

    #[test]
    fn the_words_of_a_family_are_those_of_its_packs() {
        for family in Family::ALL.iter().copied() {
            let packs = of_family(family).iter().flat_map(|pack| pack.imports.iter().map(String::as_str));
            assert_eq!(imports(family).collect::<Vec<_>>(), packs.collect::<Vec<_>>());
            let names = of_family(family).iter().map(|pack| pack.name.as_str());
            assert_eq!(built_in_names(family).collect::<Vec<_>>(), names.collect::<Vec<_>>());
        }
    }

    #[test]
    fn unknown_keys_and_types_are_errors_with_a_place() {
        let head = "name = \"x\"\nlanguages = [\"python\"]\nimports = [\"xyz\"]\n";
        let samples = [
            ("colour = 1\n", "colour", "there is no key `colour` here"),
            ("[[calls]]\nnames = [\"x.y\"]\ndoes = \"make\"\ngives = \"Z\"\n", "\"Z\"", "`Z` is no type of this pack"),
            ("[[calls]]\nnames = [\"x.y\"]\ndoes = \"maek\"\n", "\"maek\"", "`maek` is none of the words that may stand here"),
            ("[[calls]]\nnames = [\"x.y\", \"*\"]\ndoes = \"make\"\n", "\"*\"", "this names nothing, or everything"),
            ("[[guards]]\nnames = [\"*.a*b*\"]\neffect = \"harmless\"\n", "\"*.a*b*\"", "a name holds two stars at most"),
            ("[[reads]]\nof = \"x.y\"\nin = \"heder\"\n", "\"heder\"", "`heder` is no place of a parameter"),
            ("[[calls]]\nnames = \"x.y\"\ndoes = \"make\"\n", "\"x.y\"", "invalid type: string \"x.y\", expected a sequence"),
        ];
        for (rest, place, message) in samples {
            let text = format!("{head}{rest}");
            let error = parse("x.toml", &text).unwrap_err();
            assert_eq!((&text[error.span.unwrap()], error.message.as_str()), (place, message), "{text}");
        }
        let error = parse("x.toml", &format!("{head}[[calls]]\nnames = [\"x.y\"]\ndoes = \"route\"\nmethd = \"GET\"\n")).unwrap_err();
        assert_eq!(error.help.as_deref(), Some("did you mean `method`?"));
    }
}
