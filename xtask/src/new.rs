//! `new`: the skeleton of an addition. Each kind touches one place; see CONTRIBUTING.md.
//!
//! A skeleton builds as it is written, and passes its tests or fails them with a sentence that says what to fill in.

#[cfg(test)]
mod tests;

use crate::tools::Done;
use std::path::Path;

/// Writes the files of a new pack, reader, rule or format below the root of the workspace.
pub(crate) fn write(root: &Path, kind: &str, name: &str) -> Done {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_/".contains(c));
    if !plain || (kind != "pack" && name.contains('/')) {
        return Err(format!("{name}: a name has small letters, digits, `-` and `_`; a pack's also its language and `/`"));
    }
    match kind {
        "pack" => pack(root, name),
        "reader" => reader(root, name),
        "rule" => rule(root, name),
        "format" => format(root, name),
        _ => Err(format!("{kind}: one of pack, reader, rule, format")),
    }
}

fn pack(root: &Path, name: &str) -> Done {
    let Some((folder, pack)) = name.split_once('/') else { return Err("a pack's name is LANGUAGE/NAME, such as python/flask".to_owned()) };
    let language = if folder == "csharp" { "c_sharp" } else { folder };
    if !["c_sharp", "dart", "elixir", "go", "java", "javascript", "php", "python", "ruby", "rust", "swift"].contains(&language) {
        return Err(format!("{folder}: one of csharp, dart, elixir, go, java, javascript, php, python, ruby, rust, swift"));
    }
    let path = format!("crates/threatline-knowledge/packs/{name}");
    let text = format!("name = \"{pack}\"\nlanguages = [\"{language}\"]\n# words of which a file must hold one to be read at all\nimports = [\"{pack}\"]\n");
    create(root, &format!("{path}.toml"), &text)?;
    create(
        root,
        &format!("{path}.md"),
        &format!("# {pack}\n\nWhat it is, and what of it is understood. Samples: see crates/threatline-knowledge/packs/README.md.\n"),
    )?;
    println!("say what its calls mean (crates/threatline-knowledge/packs/README.md), and add a program to crates/threatline-link/tests");
    Ok(())
}

const READER: &str = "\
//! What this reads, and why.

use crate::node::Node;
use threatline_facts::Extracted;

/// Reads a document, if it is one of these.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let _ = (document, out);
    false
}
";

const READER_PAGE: &str = "
What is understood.

## Samples

Say what the sample shows; `UPDATE=1 cargo test -p threatline-extract --test pages` writes what it says.

```yaml sample.yaml
kind: Sample
```

```facts
nothing
```
";

fn reader(root: &Path, name: &str) -> Done {
    let file = name.replace('-', "_");
    let folder = "crates/threatline-extract/src/infra";
    create(root, &format!("{folder}/{file}.rs"), READER)?;
    create(root, &format!("{folder}/{file}.md"), &format!("# {name}\n{READER_PAGE}"))?;
    list(root, &format!("{folder}.rs"), "pub mod ", &format!("pub mod {file};"))?;
    println!("put `{file}::read` into READERS in {folder}.rs, before whatever would take its documents");
    Ok(())
}

const RULE: &str = "\
//! `NAME`: see its page beside it.

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: \"NAME\",
    title: \"{} says what is wrong\",
    guidance: \"Say what to do.\",
    page: include_str!(\"FILE.md\"),
    stride: &[Stride::Tampering],
    cwe: &[],
    techniques: &[],
    exploitability: 500,
    start: Start::Nobody,
    step: \"none\",
    grades: &[Grade::X, Grade::C],
    over: &[],
    run,
};

/// A case for each component; every condition must hold for it to be a threat.
fn run<'m>(view: &View<'m>) -> Vec<Case<'m>> {
    view.components().map(|component| Case::component(component).is(false)).collect()
}
";

fn rule(root: &Path, name: &str) -> Done {
    let file = name.replace('-', "_");
    let folder = "crates/threatline-threats/src/rules";
    create(root, &format!("{folder}/{file}.rs"), &RULE.replace("NAME", name).replace("FILE", &file))?;
    let page =
        format!("# {name}\n\nWhat is wrong.\n\n**Holds when** \n\n**Evidence.** \n\n**What to do.** Say what to do.\n\n**Step**: `none`\n\n## Samples\n");
    create(root, &format!("{folder}/{file}.md"), &page)?;
    list(root, &format!("{folder}.rs"), "    ", &format!("    {file}"))?;
    println!("write samples on its page, and its numbers into crates/threatline-threats/tests/data/catalogue.json");
    Ok(())
}

const FORMAT: &str = "\
//! What the format is for, and who reads it.

use crate::Report;

/// Renders a report.
pub fn render(report: &Report<'_>) -> String {
    let _ = report;
    String::new()
}
";

fn format(root: &Path, name: &str) -> Done {
    let file = name.replace('-', "_");
    create(root, &format!("crates/threatline-report/src/{file}.rs"), FORMAT)?;
    list(root, "crates/threatline-report/src/lib.rs", "pub mod ", &format!("pub mod {file};"))?;
    println!("name it in crates/threatline/src/args.rs and crates/threatline/src/commands/export.rs");
    Ok(())
}

fn create(root: &Path, path: &str, text: &str) -> Done {
    let full = root.join(path);
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

/// Adds a line to the list of one word a line in a file, in order. The list is the last lines that begin like that and
/// hold one word.
fn list(root: &Path, path: &str, start: &str, line: &str) -> Done {
    let fail = |error: std::io::Error| format!("{path}: {error}");
    let text = std::fs::read_to_string(root.join(path)).map_err(fail)?;
    let listed = |known: &&str| known.strip_prefix(start).is_some_and(|word| !word.starts_with(' ') && !word.is_empty() && !word.contains([' ', '(', '/']));
    let mut lines: Vec<&str> = text.lines().collect();
    let Some(last) = lines.iter().rposition(listed) else { return Err(format!("{path}: no list to add `{}` to", line.trim())) };
    let first = lines[..last].iter().rposition(|known| !listed(known)).map_or(0, |before| before + 1);
    let at = lines[first..=last].iter().position(|known| *known > line).map_or(last + 1, |at| first + at);
    lines.insert(at, line);
    std::fs::write(root.join(path), lines.join("\n") + "\n").map_err(fail)
}
