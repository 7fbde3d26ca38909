//! Gradle: `build.gradle`, `settings.gradle` and their Kotlin forms.
//!
//! A build script is a program. What is read are statements of well-known form, one in a line or more:
//! `implementation("group:artifact:1")`, `project(":x")`, `include(":x")`, `id("plugin")`. Coordinates
//! from a version catalogue (`libs.x`) have no name here and are left out.

use super::draft::Draft;
use threatline_facts::{Ecosystem, Extracted};

/// Plugins that make a program.
const PROGRAM_PLUGINS: [&str; 8] = [
    "org.springframework.boot",
    "application",
    "war",
    "io.quarkus",
    "io.micronaut.application",
    "io.ktor.plugin",
    "com.google.cloud.tools.jib",
    "com.android.application",
];

/// The words that open a dependency, in the order in which they are looked for at a word's end.
const CONFIGURATIONS: [&str; 12] = [
    "implementation",
    "api",
    "compile",
    "compileOnly",
    "runtime",
    "runtimeOnly",
    "developmentOnly",
    "annotationProcessor",
    "kapt",
    "ksp",
    "providedCompile",
    "providedRuntime",
];

/// Reads one script.
pub fn read(text: &str) -> Extracted {
    let mut draft = Draft::new(Ecosystem::Gradle);
    let mut blocks: Vec<String> = Vec::new();
    let mut commented = false;
    // The word whose arguments go on in the next line.
    let mut unfinished = String::new();
    for (number, line) in (1u32..).zip(text.lines()) {
        let code = uncommented(line, &mut commented);
        let skipped = blocks.iter().any(|block| matches!(block.as_str(), "buildscript" | "constraints" | "dependencyManagement" | "pluginManagement"));
        let argument = code.trim_start().starts_with(['"', '\'']) && !unfinished.is_empty();
        let whole = if argument { format!("{unfinished} {}", code.trim()) } else { code.trim().to_owned() };
        if !skipped {
            statement(&mut draft, &whole, number, blocks.last().map(String::as_str));
        }
        unfinished = if whole.ends_with([',', '(']) { first_word(&whole).to_owned() } else { String::new() };
        follow(&mut blocks, &code);
    }
    draft.finish()
}

/// The line without its comments; what strings hold is left alone.
fn uncommented(line: &str, commented: &mut bool) -> String {
    let mut code = String::new();
    let mut quote = None;
    let mut rest = line;
    while let Some(letter) = rest.chars().next() {
        if *commented {
            let Some(end) = rest.find("*/") else { break };
            *commented = false;
            rest = &rest[end + 2..];
            continue;
        }
        match quote {
            None if rest.starts_with("//") => break,
            None if rest.starts_with("/*") => {
                *commented = true;
                rest = &rest[2..];
                continue;
            }
            None if matches!(letter, '"' | '\'') => quote = Some(letter),
            Some(open) if letter == open => quote = None,
            _ => {}
        }
        code.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    code
}

/// Keeps the stack of open blocks, each under the word before its brace.
fn follow(blocks: &mut Vec<String>, code: &str) {
    let mut before = String::new();
    for letter in code.chars() {
        match letter {
            '{' => {
                // Deeper than any real script: what is in there is in no known block.
                if blocks.len() < 64 {
                    let head = before.split('(').next().unwrap_or_default().trim();
                    blocks.push(head.rsplit([' ', '.']).next().unwrap_or_default().to_owned());
                }
                before.clear();
            }
            '}' => {
                blocks.pop();
                before.clear();
            }
            letter => before.push(letter),
        }
    }
}

fn statement(draft: &mut Draft, code: &str, line: u32, block: Option<&str>) {
    // `dependencies { implementation("…") }` in one line.
    let code = code.strip_prefix("dependencies").map_or(code, |rest| rest.trim_start().trim_start_matches('{').trim());
    let word = first_word(code);
    let rest = &code[word.len()..];
    match word {
        "rootProject.name" => {
            if let Some(name) = texts(rest).first() {
                draft.name = Some((name.clone(), line));
            }
        }
        "include" | "includeFlat" => include(draft, rest),
        "includeBuild" => texts(rest).first().into_iter().for_each(|path| draft.member(path)),
        "id" | "apply" | "application" | "war" | "alias" => plugin(draft, code, block),
        word if is_configuration(word) => dependency(draft, word, rest, line),
        _ => {}
    }
}

fn first_word(code: &str) -> &str {
    let end = code.find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '_' | '.'));
    end.map_or(code, |end| &code[..end])
}

fn include(draft: &mut Draft, rest: &str) {
    for project in texts(rest).iter().filter(|name| name.starts_with(':') || !name.contains(':')) {
        draft.member(&project.trim_start_matches(':').replace(':', "/"));
    }
}

fn plugin(draft: &mut Draft, code: &str, block: Option<&str>) {
    let switched_off = code.contains("apply false") || code.contains("apply(false)");
    let named = texts(code).iter().any(|name| PROGRAM_PLUGINS.contains(&name.as_str()));
    let bare = block == Some("plugins") && PROGRAM_PLUGINS.contains(&code.trim_end_matches("()"));
    if !switched_off && (named || bare) {
        draft.runs = Some(true);
    }
}

fn is_configuration(word: &str) -> bool {
    let tail = |configuration: &str| {
        let mut letters = configuration.chars();
        let capital = letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str());
        word == configuration || capital.is_some_and(|capital| word.ends_with(&capital))
    };
    CONFIGURATIONS.iter().any(|configuration| tail(configuration))
}

fn dependency(draft: &mut Draft, configuration: &str, rest: &str, line: u32) {
    let lower = configuration.to_ascii_lowercase();
    let development = ["test", "annotationprocessor", "kapt", "ksp"].iter().any(|word| lower.contains(word));
    let texts = texts(rest);
    if rest.contains("project(") {
        if let Some(path) = texts.iter().find(|text| text.starts_with(':')) {
            draft.sibling(path.rsplit(':').next().unwrap_or(path), path);
        }
    } else if rest.contains("platform(") || rest.contains("latform(") {
        // A bill of materials lends versions only.
    } else if rest.trim_start_matches(['(', ' ']).starts_with("kotlin(") {
        draft.depend(&texts.first().map(|module| format!("org.jetbrains.kotlin:kotlin-{module}")).unwrap_or_default(), line, development);
    } else if let (Some(group), Some(name)) = (argument(rest, "group"), argument(rest, "name")) {
        draft.depend(&format!("{group}:{name}"), line, development);
    } else {
        for text in &texts {
            let mut parts = text.split(':');
            if let (Some(group), Some(name)) = (parts.next(), parts.next())
                && !group.is_empty()
                && !name.is_empty()
                && !text.contains(char::is_whitespace)
            {
                draft.depend(&format!("{group}:{name}"), line, development);
            }
        }
    }
}

/// The text of a named argument: `group: 'x'` or `group = "x"`.
fn argument(rest: &str, name: &str) -> Option<String> {
    let at = rest.find(name)?;
    let value = rest[at + name.len()..].trim_start().strip_prefix([':', '='])?;
    value.trim_start().starts_with(['\'', '"']).then(|| texts(value).first().cloned())?
}

/// All quoted texts of a line.
fn texts(code: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut rest = code;
    while let Some(open) = rest.find(['"', '\'']) {
        let quote = &rest[open..=open];
        let after = &rest[open + 1..];
        let Some(close) = after.find(quote) else { break };
        texts.push(after[..close].to_owned());
        rest = &after[close + 1..];
    }
    texts
}
