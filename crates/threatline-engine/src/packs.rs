//! A project's own packs: `.threatline/packs/*.toml`.

use crate::ConfigError;
use threatline_knowledge::packs::{self, Family, ModelWord, Pack, PackError, Shelf};
use threatline_model::{EntryPointKind, Property};

/// The folder that holds them, from the root of the repository.
pub const PACKS_FOLDER: &str = ".threatline/packs";

/// The built-in packs and these, given with their paths and sorted by them.
pub fn shelf(files: &[(String, String)]) -> Result<Shelf, ConfigError> {
    let shelf = Shelf::with(files).map_err(|error| mistake(files, error))?;
    for ((file, text), pack) in files.iter().zip(shelf.own()) {
        check_words(file, text, pack).map_err(|error| mistake(files, error))?;
    }
    Ok(shelf)
}

/// Properties and kinds must be words of the model: what is misspelt would be passed over without a word.
fn check_words(file: &str, text: &str, pack: &Pack) -> Result<(), PackError> {
    for (word, name, place) in pack.model_words() {
        let (what, known): (&str, Vec<&str>) = match word {
            ModelWord::Property => ("property", Property::ALL.iter().map(|known| known.name()).collect()),
            ModelWord::Kind => ("kind of entry point", EntryPointKind::ALL.iter().map(|known| known.name()).collect()),
        };
        if !known.contains(&name) {
            return Err(PackError::at(file, text, place, format!("`{name}` is no {what}"), PackError::hint(name, &known)));
        }
    }
    Ok(())
}

/// A pack as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPack {
    /// Its name.
    pub name: String,
    /// The languages that it speaks of.
    pub languages: String,
    /// It is not the project's own.
    pub built_in: bool,
    /// What it recognises.
    pub recognises: Vec<&'static str>,
}

/// All packs: the built-in ones by language, and then the project's own.
pub fn known_packs(shelf: Shelf) -> Vec<KnownPack> {
    let known = |pack: &Pack, built_in| KnownPack { name: pack.name.clone(), languages: pack.spoken().join(", "), built_in, recognises: pack.recognises() };
    let built_in = Family::ALL.iter().flat_map(|family| packs::of_family(*family).iter());
    built_in.map(|pack| known(pack, true)).chain(shelf.own().iter().map(|pack| known(pack, false))).collect()
}

fn mistake(files: &[(String, String)], error: PackError) -> ConfigError {
    let text = files.iter().find(|(path, _)| *path == error.file).map(|(_, text)| text.clone()).unwrap_or_default();
    // what is too long to be read is too long to be shown
    let text = if text.len() > packs::MAX_PACK_BYTES { String::new() } else { text };
    ConfigError { path: error.file, text, span: error.span, message: error.message, help: error.help }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn words_of_packs_are_words_of_the_model() {
        for pack in Family::ALL.iter().flat_map(|family| packs::of_family(*family).iter()) {
            assert_eq!(check_words(&pack.name, "", pack), Ok(()));
        }
        let text = "name = \"x\"\nlanguages = [\"go\"]\nimports = [\"xyz\"]\n[[calls]]\nnames = [\"xyz.cors\"]\ndoes = \"set\"\nproperty = \"corz\"\n";
        let error = shelf(&[("x.toml".into(), text.into())]).unwrap_err();
        assert_eq!(
            (error.message.as_str(), error.help.as_deref(), &text[error.span.unwrap()]),
            ("`corz` is no property", Some("did you mean `cors`?"), "\"corz\"")
        );
    }
}
