//! A project's own packs: `.threatline/packs/*.toml`.

use crate::ConfigError;
use threatline_knowledge::packs::{self, Family, Pack, PackError, Shelf};

/// The folder that holds them, from the root of the repository.
pub const PACKS_FOLDER: &str = ".threatline/packs";

/// The built-in packs and these, given with their paths and sorted by them.
pub fn shelf(files: &[(String, String)]) -> Result<Shelf, ConfigError> {
    Shelf::with(files).map_err(|error| mistake(files, error))
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
