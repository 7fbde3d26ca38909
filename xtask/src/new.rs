//! `new`: the skeleton of an addition. Each kind touches one place; see CONTRIBUTING.md.

use crate::tools::{Done, read, root};

/// Writes the files of a new pack, reader, rule or format.
pub(crate) fn write(kind: &str, name: &str) -> Done {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_/".contains(c));
    if !plain {
        return Err(format!("{name}: a name has small letters, digits, `-` and `_`; a pack's also its language and `/`"));
    }
    match kind {
        "pack" => pack(name),
        "reader" => reader(name),
        "rule" => rule(name),
        "format" => format(name),
        _ => Err(format!("{kind}: one of pack, reader, rule, format")),
    }
}

fn pack(name: &str) -> Done {
    let Some((language, pack)) = name.split_once('/') else { return Err("a pack's name is LANGUAGE/NAME, such as python/flask".to_owned()) };
    let folder = format!("crates/threatline-knowledge/packs/{language}");
    create(
        &format!("{folder}/{pack}.toml"),
        &format!("name = \"{pack}\"\nlanguages = [\"{language}\"]\n# words of which a file must hold one to be read at all\nimports = [\"{pack}\"]\n"),
    )?;
    create(&format!("{folder}/{pack}.md"), &format!("# {pack}\n\nWhat it is, and what of it is understood.\n"))
}

fn reader(name: &str) -> Done {
    let file = name.replace('-', "_");
    let folder = "crates/threatline-extract/src/infra";
    let code = "//! What this reads, and why.\n\nuse threatline_facts::Extracted;\n\n/// Reads one file.\npub fn read(text: &str) -> Extracted {\n    let _ = text;\n    Extracted::lost(\"not written yet\")\n}\n";
    create(&format!("{folder}/{file}.rs"), code)?;
    create(&format!("{folder}/{file}.md"), &format!("# {name}\n\nWhat is understood.\n"))?;
    list("crates/threatline-extract/src/infra.rs", &format!("pub mod {file};"))
}

fn rule(name: &str) -> Done {
    let file = name.replace('-', "_");
    let folder = "crates/threatline-threats/src/rules";
    let sample = read(&format!("{folder}/unauthenticated_backing_service.rs"))?;
    create(&format!("{folder}/{file}.rs"), &sample.replace("unauthenticated-backing-service", name))?;
    create(&format!("{folder}/{file}.md"), &format!("# {name}\n\nWhat is wrong, how it is found, and what to do.\n"))?;
    println!("name `{file}` in crates/threatline-threats/src/rules.rs");
    Ok(())
}

fn format(name: &str) -> Done {
    let file = name.replace('-', "_");
    let code = "//! What the format is for, and who reads it.\n\nuse crate::Report;\n\n/// Renders a report.\npub fn render(report: &Report<'_>) -> String {\n    let _ = report;\n    String::new()\n}\n";
    create(&format!("crates/threatline-report/src/{file}.rs"), code)?;
    println!("name `{file}` in crates/threatline-report/src/lib.rs and in the program's args.rs and commands/export.rs");
    Ok(())
}

fn create(path: &str, text: &str) -> Done {
    let full = root().join(path);
    if full.exists() {
        return Err(format!("{path} is there already"));
    }
    if let Some(folder) = full.parent() {
        std::fs::create_dir_all(folder).map_err(|error| format!("{path}: {error}"))?;
    }
    std::fs::write(&full, text).map_err(|error| format!("{path}: {error}"))?;
    println!("wrote {path}");
    Ok(())
}

/// Adds a line to the list of modules at the top of a file, in order.
fn list(path: &str, line: &str) -> Done {
    let text = read(path)?;
    let last = text.lines().collect::<Vec<_>>().iter().rposition(|known| known.starts_with("pub mod ")).map_or(0, |at| at + 1);
    let at = text.lines().position(|known| known.starts_with("pub mod ") && known > line).unwrap_or(last);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.insert(at, line);
    std::fs::write(root().join(path), lines.join("\n") + "\n").map_err(|error| format!("{path}: {error}"))
}
