//! Every rule's page is its manual and its test: a `model` fence, then the `threats` that are expected
//! of it. Threats and questions of the page's own rule must be just those; a line `!rule` says that a
//! threat of another rule must not be there.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

mod compact;

use std::collections::BTreeSet;
use threatline_model::Grade;
use threatline_threats::{Found, Rule, catalogue, find};

/// The samples of a page: model and expectation.
fn samples(page: &str) -> Vec<(String, String)> {
    let mut fences: Vec<(String, String)> = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(kind)) => open = Some((kind.to_owned(), String::new())),
            (Some(_), Some(_)) => fences.extend(open.take()),
            (Some((_, body)), None) => *body += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    fences.chunks(2).map(|pair| (pair[0].1.clone(), pair[1].1.clone())).collect()
}

fn letter(grade: Grade) -> char {
    match grade {
        Grade::X => 'X',
        Grade::C => 'C',
        Grade::S => 'S',
        Grade::P => 'P',
    }
}

fn check(rule: &Rule, model: &str, expected: &str) -> Result<(), String> {
    let found: Found = find(&compact::model(model), &[]);
    let own = found.threats.iter().filter(|threat| threat.rule == rule.id || expected.contains(&format!("{} ", threat.rule)));
    let mut lines: Vec<String> = own.map(|threat| format!("{} {} {}", threat.rule, threat.element, letter(threat.grade))).collect();
    let asked = found.questions.iter().filter(|question| question.rules.iter().any(|id| id == rule.id));
    lines.extend(asked.map(|question| format!("question {} {}", question.element, question.attribute)));
    lines.sort();
    let mut wanted: Vec<String> = expected.lines().filter(|line| !line.starts_with('!')).map(str::to_owned).collect();
    wanted.sort();
    let absent: BTreeSet<&str> = expected.lines().filter_map(|line| line.strip_prefix('!')).collect();
    let unwanted: Vec<&str> = found.threats.iter().map(|threat| threat.rule.as_str()).filter(|id| absent.contains(id)).collect();
    if lines == wanted && unwanted.is_empty() {
        return Ok(());
    }
    Err(format!("{}:\n{model}\nwanted {wanted:#?}\nfound {lines:#?}\nunwanted {unwanted:?}\n", rule.id))
}

#[test]
fn every_sample_of_every_page() {
    let mut wrong = Vec::new();
    for rule in catalogue() {
        let samples = samples(rule.page);
        assert!(samples.len() >= 2, "{} needs a sample that fires and one that does not", rule.id);
        assert!(samples.iter().any(|(_, expected)| expected.contains(&format!("{} ", rule.id))), "{} never fires", rule.id);
        wrong.extend(samples.iter().filter_map(|(model, expected)| check(rule, model, expected).err()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_is_listed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let files = |extension: &str| -> BTreeSet<String> {
        let paths = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
        let fitting = paths.filter(|path| path.extension().is_some_and(|e| e == extension));
        fitting.map(|path| path.file_stem().unwrap().to_str().unwrap().replace('_', "-")).collect()
    };
    let listed: BTreeSet<String> = catalogue().iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(files("rs"), listed);
    assert_eq!(files("md"), listed);
}

#[test]
fn a_rule_is_what_the_catalogue_says() {
    #[derive(serde::Deserialize)]
    struct Entry {
        id: String,
        text: String,
        exploitability: u16,
        grades: Vec<String>,
        stride: Vec<String>,
        cwe: Vec<u32>,
        technique: Vec<String>,
        replaces: Vec<String>,
    }
    let entries: Vec<Entry> = serde_json::from_str(include_str!("data/catalogue.json")).unwrap();
    assert!(catalogue().len() >= 30);
    for rule in catalogue() {
        let entry = entries.iter().find(|entry| entry.id == rule.id).unwrap_or_else(|| panic!("{} has no entry in tests/data/catalogue.json", rule.id));
        assert_eq!((rule.step, rule.exploitability), (entry.text.as_str(), entry.exploitability), "{}", rule.id);
        assert_eq!(rule.grades.iter().map(|grade| letter(*grade).to_string()).collect::<Vec<_>>(), entry.grades, "{}", rule.id);
        assert_eq!(serde_json::to_value(rule.stride).unwrap(), serde_json::to_value(&entry.stride).unwrap(), "{}", rule.id);
        assert_eq!((rule.cwe, rule.over), (entry.cwe.as_slice(), entry.replaces.iter().map(String::as_str).collect::<Vec<_>>().as_slice()), "{}", rule.id);
        assert_eq!(rule.techniques, entry.technique, "{}", rule.id);
        assert!(rule.step.parse::<threatline_threats::step::Step>().is_ok());
        assert_eq!(rule.step == "none", rule.start == threatline_threats::Start::Nobody, "{}", rule.id);
        assert!(rule.page.contains(rule.guidance), "{}", rule.id);
    }
}
