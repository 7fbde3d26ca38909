//! The worked example, term by term, and the paths of a system with a pipeline.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

mod systems;

use systems::Case;
use threatline_risk::{Assessment, Options, assess, explain};
use threatline_threats::{Status, ThreatId};

const UNPICKLES: &str = "untrusted-deserialization@cmp:web";
const CACHE: &str = "unauthenticated-backing-service@cmp:cache";

fn assessed(name: &str) -> (Case, Assessment) {
    let case = Case::read(name);
    let options = Options { choke_points: true, supposed: &[] };
    let found = assess(&case.model, &case.threats, &options);
    (case, found)
}

#[test]
fn every_term_of_the_worked_example() {
    let case = Case::read("00-worked-example");
    let terms = explain(&case.model, &case.threats, &ThreatId(UNPICKLES.into())).unwrap();
    assert_eq!((terms.score.risk, terms.spread), (56, 1413));
    let [need] = &terms.needs[..] else { panic!("{:#?}", terms.needs) };
    assert_eq!((need.capability.as_str(), need.probability), ("inject(cmp:web)", 700_000));
    let way: Vec<(&str, u32, bool)> = need.derivation.iter().map(|hop| (hop.capability.as_str(), hop.probability, hop.start)).collect();
    let [first, second, third] = way[..] else { panic!("{way:#?}") };
    assert_eq!(first, ("reach(ent:web:POST /import)", 1_000_000, true));
    assert_eq!(second, ("call(ent:web:POST /import)", 700_000, false));
    assert_eq!(third, ("inject(cmp:web)", 700_000, false));
    let decided = terms.decided.unwrap();
    assert_eq!((decided.capability.as_str(), decided.worth, decided.assumed), ("exec(cmp:web)", 800, true));
    let further: Vec<(&str, u32, u32)> = terms.further.iter().map(|part| (part.component.as_str(), part.probability, part.worth)).collect();
    assert_eq!(further, [("cmp:orders", 1_000_000, 900), ("cmp:cache", 855_000, 600)]);
}

#[test]
fn a_need_that_another_threat_yields_names_it() {
    let case = Case::read("00-worked-example");
    let terms = explain(&case.model, &case.threats, &ThreatId(CACHE.into())).unwrap();
    let by: Vec<&str> = terms.needs[0].derivation.iter().filter_map(|hop| hop.threat.as_ref()).map(|id| id.0.as_str()).collect();
    assert_eq!(by, [UNPICKLES]);
}

#[test]
fn there_is_nothing_to_explain_of_an_unknown_threat() {
    let case = Case::read("00-worked-example");
    assert!(explain(&case.model, &case.threats, &ThreatId("TL-000000000000".into())).is_none());
}

#[test]
fn a_path_goes_from_where_one_comes_in_to_what_is_lost() {
    let (_, found) = assessed("00-worked-example");
    let path = found.attack_paths.iter().find(|path| path.target.as_str() == "cmp:cache").unwrap();
    assert_eq!(path.entry.as_str(), "ent:web:POST /import");
    let steps: Vec<(&str, &str, Option<&str>)> =
        path.steps.iter().map(|step| (step.element.as_str(), step.gains.as_str(), step.threat.as_ref().map(|id| id.0.as_str()))).collect();
    assert_eq!(steps.first().unwrap(), &("ent:web:POST /import", "call(ent:web:POST /import)", None));
    assert_eq!(steps.last().unwrap(), &("cmp:cache", "read(cmp:cache)", Some(CACHE)));
    assert!(steps.iter().any(|(.., threat)| *threat == Some(UNPICKLES)));
    assert_eq!(found.paths_through(&ThreatId(CACHE.into())).count(), 1);
    assert!(found.attack_paths.windows(2).all(|pair| pair[0].risk >= pair[1].risk));
}

#[test]
fn choke_points_are_computed_only_when_asked_for() {
    let (case, found) = assessed("00-worked-example");
    assert_eq!(found.choke_points[0].threats, [ThreatId(UNPICKLES.into())]);
    let quick = assess(&case.model, &case.threats, &Options::default());
    assert!(quick.choke_points.is_empty());
    assert_eq!((quick.posture, quick.attack_paths), (found.posture, found.attack_paths));
}

#[test]
fn a_path_is_accepted_when_all_its_threats_are() {
    let mut case = Case::read("a-open-card-route");
    let status = |case: &Case| assess(&case.model, &case.threats, &Options::default()).attack_paths[0].status;
    assert_eq!(status(&case), Status::Open);
    case.threats.iter_mut().for_each(|(_, status)| *status = Status::Accepted);
    assert_eq!(status(&case), Status::Accepted);
}

#[test]
fn supposed_threats_are_scored_and_in_nothing_else() {
    let case = Case::read("00-worked-example");
    let (threats, supposed): (Vec<_>, Vec<_>) = case.threats.into_iter().partition(|(threat, _)| threat.id.0 == CACHE);
    let supposed: Vec<_> = supposed.into_iter().map(|(threat, _)| threat).collect();
    let with = assess(&case.model, &threats, &Options { choke_points: false, supposed: &supposed });
    let without = assess(&case.model, &threats, &Options::default());
    assert_eq!((with.supposed.len(), with.supposed[0].risk), (1, 56));
    assert_eq!((with.scores, with.posture, with.losses), (without.scores, without.posture, without.losses));
}
