//! Every step of the catalogue parses, in both of its forms, and is printed as it was written.
#![allow(clippy::unwrap_used)]

use serde::Deserialize;
use threatline_threats::step::{Capability, Clause, Step};

#[derive(Deserialize)]
struct Entry {
    id: String,
    step: Vec<Sides>,
    text: String,
}

#[derive(Deserialize)]
struct Sides {
    needs: Vec<Words>,
    gains: Vec<Words>,
}

#[derive(Deserialize)]
struct Words {
    capability: String,
    of: String,
}

fn side(words: &[Words]) -> Vec<Capability> {
    words.iter().map(|word| Capability::new(&word.capability, &word.of).unwrap()).collect()
}

#[test]
fn text_and_json_of_the_catalogue_say_the_same() {
    let catalogue: Vec<Entry> = serde_json::from_str(include_str!("data/catalogue.json")).unwrap();
    assert_eq!(catalogue.len(), 110);
    for entry in catalogue {
        let step: Step = entry.text.parse().unwrap();
        let clauses = entry.step.iter().map(|clause| Clause { needs: side(&clause.needs), gains: side(&clause.gains) });
        assert_eq!(step.clauses, clauses.collect::<Vec<_>>(), "{}", entry.id);
        assert_eq!(step.to_string(), entry.text, "{}", entry.id);
    }
}

#[test]
fn what_is_no_step_is_refused() {
    for text in
        ["", "read(c)", "read(c) => fly(c)", "read(x) => read(c)", "read(c => read(c)", "read(c.wings) => read(c)", "reach(repository.users) => read(c)"]
    {
        assert!(text.parse::<Step>().is_err(), "{text}");
    }
}

#[test]
fn a_capability_must_fit_what_it_is_of() {
    for text in ["exec(f) => read(c)", "on_path(c) => read(c)", "read(c) => lure(c)", "read(c) => read(e.target)", "inside(c) => read(c)"] {
        assert!(text.parse::<Step>().is_err(), "{text}");
    }
}
