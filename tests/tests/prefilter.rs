//! Reading with the prefilter and without it come to the same. A file that the filter keeps says what the whole
//! reading says; one that it drops would, alone, show no way in and no way out. What a dropped file holds for
//! others is read when they refer to it.

use threatline_extract::{extract, extract_all};
use threatline_facts::{ArtifactKind, Language};
use threatline_knowledge::packs::{Family, of};
use threatline_link::compose::compose;
use threatline_tests::samples;

/// What the filter does to a text is harmless. True if it dropped it.
fn holds(name: &str, kind: ArtifactKind, text: &str) -> bool {
    let (filtered, whole) = (extract(kind, text.as_bytes()), extract_all(kind, text.as_bytes()));
    if filtered == whole {
        return false;
    }
    assert!(filtered.facts.facts.is_empty() && filtered.facts.gaps.is_empty(), "{name} is read by half:\n{text}");
    let composed = compose(&[(name, &whole.facts)]);
    assert!(composed.entries.is_empty() && composed.calls.is_empty(), "{name} is dropped and says {composed:#?}\n{text}");
    true
}

#[test]
fn reading_with_and_without_the_filter_agrees() {
    let samples = samples::all();
    for sample in &samples {
        holds(&sample.name, sample.kind, &sample.text);
    }
    for family in Family::ALL {
        let count = samples.iter().filter(|sample| sample.language().map(Family::of) == Some(*family)).count();
        assert!(count >= 3, "only {count} samples of {family:?}");
    }
}

/// The same programs without the lines that hold a pack's word: in what is left there is nothing that a pack knows.
/// Not so in Java, Kotlin and Scala, where names alone say much, and where no program compiles without the imports that were taken away.
#[test]
fn what_is_left_without_the_words_of_packs_says_nothing() {
    let mut dropped = 0;
    for sample in samples::all() {
        let Some(language) = sample.language() else { continue };
        if matches!(language, Language::Java | Language::Kotlin | Language::Scala) {
            continue;
        }
        let words: Vec<&String> = of(language).iter().flat_map(|pack| &pack.imports).collect();
        let left = sample.text.lines().filter(|line| !words.iter().any(|word| line.contains(word.as_str())));
        let left: String = left.map(|line| line.to_owned() + "\n").collect();
        dropped += usize::from(holds(&sample.name, sample.kind, &left));
    }
    assert!(dropped > 20, "only {dropped}");
}
