//! Source code.
//!
//! Two steps. A language *lowers* its syntax tree into one small tree that all languages share
//! ([`tree`]); the tree is *reduced* to what routing, guarding, calling and data need, as facts with
//! symbolic holes. What the facts mean, with names resolved across files and library calls recognised
//! by packs, is worked out where files are joined.

pub(crate) mod access;
pub(crate) mod csharp;
pub(crate) mod dart;
pub(crate) mod distributed;
mod elixir;
pub(crate) mod go;
pub(crate) mod java;
pub(crate) mod javascript;
pub(crate) mod kotlin;
mod markup;
mod parts;
pub(crate) mod php;
pub(crate) mod python;
mod reduce;
pub(crate) mod routing;
pub(crate) mod ruby;
pub(crate) mod rust;
pub(crate) mod scala;
#[cfg(test)]
pub(crate) mod show;
mod spoken;
pub(crate) mod swift;
pub mod tree;
pub(crate) mod walk;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use memchr::memmem;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use threatline_facts::code::{CodeFact, Source, Want};
use threatline_facts::{Extracted, Fact, Facts, Gap, Language};
use threatline_knowledge::packs::{self, Family};

/// Reads a source file. One without a word of any pack says nothing: nothing of it could be recognised.
pub fn read(language: Language, text: &str) -> Extracted {
    let is_descriptor = language == Language::Java && java::descriptor::is_descriptor(text);
    if is_descriptor || begins_a_program(language, text) || awake(language, text) { read_all(language, text) } else { Extracted::default() }
}

/// What a program of Go is made of is told by its imports, and the file with `main` may hold nothing else.
fn begins_a_program(language: Language, text: &str) -> bool {
    language == Language::Go && memmem::find(text.as_bytes(), b"func main(").is_some()
}

/// Reads a source file whatever words it holds: for files that another one refers to.
pub fn read_all(language: Language, text: &str) -> Extracted {
    let module = if distributed::is_distributed(language, text) { None } else { lower(language, text) };
    let Some(module) = module else {
        return Extracted::default();
    };
    let mut out = Extracted::default();
    let source = reduce::reduce(language, &module, &mut out);
    if source.partial {
        out.facts.gaps.push(Gap { mark: None, reason: "parts could not be parsed".to_owned(), whole: false });
    }
    out.say(CodeFact::Source(Box::new(source)));
    out
}

fn lower(language: Language, text: &str) -> Option<tree::Module> {
    match language {
        Language::CSharp => Some(csharp::lower(text)),
        Language::Dart => Some(dart::lower(text)),
        Language::Elixir => Some(elixir::lower(text)),
        Language::Go => Some(go::lower(text)),
        Language::Java => Some(java::lower(text)),
        Language::Kotlin => Some(kotlin::lower(text)),
        Language::Php => Some(php::lower(text)),
        Language::Python => Some(python::lower(text)),
        Language::Ruby => Some(ruby::lower(text)),
        Language::Rust => Some(rust::lower(text)),
        Language::Scala => Some(scala::lower(text)),
        Language::Swift => Some(swift::lower(text)),
        Language::TypeScript => Some(match markup::scripts(text) {
            Some(script) => javascript::lower(language, &script),
            None => javascript::lower(language, text),
        }),
        Language::JavaScript | Language::Tsx => Some(javascript::lower(language, text)),
    }
}

/// The modules, and names of its own package, that a file refers to and does not define.
pub fn wants(facts: &Facts) -> Vec<Want> {
    let mut out = BTreeSet::new();
    for fact in &facts.facts {
        if let Fact::Code(CodeFact::Source(source)) = fact {
            collect_wants(source, &mut out);
        }
    }
    out.into_iter().collect()
}

fn collect_wants(source: &Source, out: &mut BTreeSet<Want>) {
    let language = source.language;
    let mut want = |module: &str, member: Option<&String>| {
        out.insert(Want { language, module: module.to_owned(), member: member.cloned() });
    };
    for import in &source.imports {
        want(&import.module, import.member.as_ref());
    }
    for export in &source.exports {
        if let Some((module, member)) = &export.from {
            want(module, Some(member));
        }
    }
    if matches!(language, Language::Ruby) {
        reduce::ruby_names(source).iter().for_each(|name| want(name, None));
    }
    if matches!(language, Language::Elixir) {
        reduce::module_names(source).iter().for_each(|name| want(name, None));
    }
    if matches!(language, Language::Python) {
        for text in reduce::dotted_settings(source) {
            if let Some((module, member)) = text.rsplit_once('.') {
                want(module, Some(&member.to_owned()));
            }
        }
    }
    if matches!(language, Language::Go) {
        want("", None);
    }
    // constants, too, are of a type that is named without an import where it is of the file's own package
    if matches!(language, Language::CSharp | Language::Java) {
        spoken::types(source).iter().for_each(|name| want("", Some(name)));
    }
    if matches!(language, Language::Kotlin | Language::Scala | Language::Php) {
        for name in reduce::free_types(source) {
            want("", Some(&name));
        }
    }
}

/// Whether a file holds a word of a pack of its language.
fn awake(language: Language, text: &str) -> bool {
    static WORDS: [Words; Family::ALL.len()] = [const { Words::new() }; Family::ALL.len()];
    let family = Family::of(language);
    WORDS[family.number()].stand_in(family, text)
}

/// The words of a family's packs. A hook reads one file: an automaton of all words costs more to build than looking
/// for each of them. A scan of thousands builds it once and gets that back many times.
struct Words {
    asked: AtomicU32,
    automaton: OnceLock<Option<AhoCorasick>>,
}

impl Words {
    /// After so many files the automaton pays.
    const MANY: u32 = 16;

    const fn new() -> Self {
        Self { asked: AtomicU32::new(0), automaton: OnceLock::new() }
    }

    fn stand_in(&self, family: Family, text: &str) -> bool {
        if self.asked.fetch_add(1, Ordering::Relaxed) < Self::MANY {
            return packs::imports(family).any(|word| memmem::find(text.as_bytes(), word.as_bytes()).is_some());
        }
        let built = self.automaton.get_or_init(|| {
            let words: BTreeSet<&str> = packs::imports(family).collect();
            AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(words).ok()
        });
        match built {
            Some(words) => words.is_match(text),
            None => true,
        }
    }
}
