//! Embeds every `packs/<language>/<name>.toml`, and the words that each waits for, and every `data/<name>.toml`: the
//! folders are the lists.
//!
//! What they say is embedded as JSON (packs once more: their texts are shown, too): a hook waits longer for TOML to be read
//! than for all else it does.

#[path = "src/packs/translated.rs"]
mod translated;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("packs");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files: Vec<PathBuf> = children(&root).iter().filter(|path| path.is_dir()).flat_map(|folder| children(folder)).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut out = String::from("/// Name and text of every built-in pack.\npub const FILES: &[(&str, &str)] = &[\n");
    for file in &files {
        writeln!(out, "    ({:?}, include_str!({:?})),", name(&root, file), file.display().to_string()).expect("writing to a string cannot fail");
    }
    out.push_str("];\n\n/// Name of every built-in pack, and what it says, as JSON.\nconst SAID: &[(&str, &str)] = &[\n");
    for file in &files {
        let said = serde_json::to_string(&whole(&root, file)).expect("text, numbers and lists of them have a form in JSON");
        writeln!(out, "    ({:?}, {said:?}),", name(&root, file)).expect("writing to a string cannot fail");
    }
    out.push_str("];\n");
    lists(&mut out, &root, &files, "imports", "IMPORTS");
    lists(&mut out, &root, &files, "named", "NAMED");
    lists(&mut out, &root, &files, "name", "NAMES");
    let target = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(target.join("packs.rs"), out).expect("the build folder can be written to");
    for file in children(&root.with_file_name("data")) {
        let table: toml::Table = text(&file).parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let said = serde_json::to_string(&table).expect("text, numbers and lists of them have a form in JSON");
        let name = file.file_stem().expect("a file has a name");
        fs::write(target.join(name).with_extension("json"), said).expect("the build folder can be written to");
    }
}

/// What every built-in pack says under a key, a word or a list of them.
fn lists(out: &mut String, root: &Path, files: &[PathBuf], key: &str, constant: &str) {
    write!(out, "\n/// Name of every built-in pack, and its `{key}`.\nconst {constant}: &[(&str, &[&str])] = &[\n").expect("writing to a string cannot fail");
    for file in files {
        let pack = table(file);
        let words: Vec<&str> = match pack.get(key) {
            Some(toml::Value::Array(words)) => words.iter().filter_map(toml::Value::as_str).collect(),
            word => word.and_then(toml::Value::as_str).into_iter().collect(),
        };
        writeln!(out, "    ({:?}, &{words:?}),", name(root, file)).expect("writing to a string cannot fail");
    }
    out.push_str("];\n");
}

/// `<language>/<name>.toml`.
fn name(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).expect("it was listed under it").to_string_lossy().replace('\\', "/")
}

/// What a pack says; one with a mistake in it is a test's business.
fn table(file: &Path) -> toml::Table {
    text(file).parse().unwrap_or_default()
}

/// The same with what it takes over from packs of another language.
fn whole(root: &Path, file: &Path) -> toml::Table {
    translated::translate(&table(file), &|name| Some(root.join(name).with_extension("toml")).filter(|file| file.exists()).map(|file| table(&file)))
}

fn text(file: &Path) -> String {
    #[allow(clippy::disallowed_methods, reason = "a build script reads its own folders")]
    fs::read_to_string(file).expect("the folder can be read")
}

fn children(folder: &Path) -> Vec<PathBuf> {
    println!("cargo::rerun-if-changed={}", folder.display());
    #[allow(clippy::disallowed_methods, reason = "a build script lists its own folder")]
    let mut out: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    out.sort();
    out
}
