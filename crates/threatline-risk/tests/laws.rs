//! The laws of scoring, over generated systems: a weaker system never scores lower, and what has
//! nothing to do with a threat does not move it.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

mod systems;

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use systems::{Case, Rule, blank_component, catalogue, threat_of};
use threatline_model::*;
use threatline_risk::{Assessment, Options, assess};
use threatline_threats::{Status, Threat, ThreatId};

/// Choices, read one by one, so that a failing system shrinks to a small one.
struct Dice(std::vec::IntoIter<u16>);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0.next().map_or(0, usize::from) % end
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }
}

const DATA: [Option<&str>; 5] = [None, Some(""), Some("business"), Some("email"), Some("payment_card")];
const EXPOSURES: [Exposure; 4] = [Exposure::Internet, Exposure::Internal, Exposure::Unknown, Exposure::Local];

fn classes(data: Option<&str>) -> Option<BTreeSet<DataClass>> {
    data.map(|name| DataClass::from_name(name).into_iter().collect())
}

fn names(properties: &mut Properties, property: Property, data: Option<&str>) {
    if let Some(name) = data {
        let list = if name.is_empty() { Vec::new() } else { vec![name.to_owned()] };
        properties.values.insert(property, Value::List(list));
    }
}

fn system(dice: &mut Dice, rules: &[Rule]) -> Case {
    let mut model = Model::default();
    for at in 0..3 {
        model.boundaries.push(boundary(dice, at));
    }
    for at in 0..9 {
        model.components.push(component(dice, at));
    }
    for at in 0..9 {
        let home = format!("cmp:{}", dice.below(9));
        model.entry_points.push(entry_point(dice, at, &home));
    }
    for at in 0..14 {
        let (source, target) = (dice.below(9), dice.below(9));
        if source != target {
            model.flows.push(flow(dice, at, source, target));
        }
    }
    model.sort();
    for at in 0..9 {
        let component = model.entry_points[at].component.clone();
        let own = model.flows.iter().filter(|flow| flow.source == component).map(|flow| flow.id.clone());
        model.entry_points[at].flows = dice.of(&[None, Some(own.take(2).collect())]);
    }
    let mut threats: BTreeMap<ThreatId, Threat> = BTreeMap::new();
    for _ in 0..9 {
        let threat = threat(dice, rules, &model);
        threats.insert(threat.id.clone(), threat);
    }
    Case { model, threats: threats.into_values().map(|threat| (threat, Status::Open)).collect() }
}

fn boundary(dice: &mut Dice, at: usize) -> Boundary {
    let kinds = [BoundaryKind::Network, BoundaryKind::Namespace, BoundaryKind::Cluster, BoundaryKind::Host, BoundaryKind::Account];
    let mut properties = Properties::default();
    if dice.below(3) == 2 {
        properties.values.insert(Property::DefaultDeny, Value::Flag(true));
    }
    Boundary { id: BoundaryId::new(at.to_string()), name: String::new(), kind: dice.of(&kinds), parent: None, properties, evidence: Vec::new() }
}

fn component(dice: &mut Dice, at: usize) -> Component {
    use ComponentKind::*;
    let kind = dice.of(&[Process, Process, Process, Process, DataStore, DataStore, ExternalEntity]);
    let roles = dice.of(&[None, None, Some(Role::AuthServer), Some(Role::Queue), Some(Role::ThirdParty), Some(Role::Logging), Some(Role::Agent)]);
    let boundary = dice.of(&[Some("0"), Some("1"), Some("2"), None]).map(BoundaryId::new);
    let environment = dice.of(&[Environment::Production, Environment::Production, Environment::Production, Environment::Test]);
    let mut properties = Properties::default();
    match dice.below(3) {
        1 => drop(properties.values.insert(Property::SelfRegistration, Value::Flag(true))),
        2 => drop(properties.values.insert(Property::IdentityProvider, Value::Text("staff".into()))),
        _ => {}
    }
    let (exposure, data) = (dice.of(&EXPOSURES), classes(dice.of(&DATA)));
    let value = dice.of(&[None, None, None, None, None, Some(300), Some(1000)]);
    blank_component(&format!("cmp:{at}"), kind, roles.into_iter().collect(), boundary, exposure, environment, data, value, properties)
}

fn entry_point(dice: &mut Dice, at: usize, home: &str) -> EntryPoint {
    let mut properties = Properties::default();
    names(&mut properties, Property::Returns, dice.of(&DATA));
    names(&mut properties, Property::Takes, dice.of(&DATA));
    properties.values.insert(Property::StateChanging, Value::Flag(dice.below(2) == 1));
    EntryPoint {
        id: EntryPointId::new(at.to_string()),
        component: ComponentId::parse(home).unwrap(),
        kind: EntryPointKind::Http,
        method: None,
        path: String::new(),
        parameters: Vec::new(),
        authenticated: dice.of(&[Some(true), Some(false), None]),
        authenticated_proof: None,
        authorized: dice.of(&[Some(true), None, Some(false)]),
        public: None,
        exposure: dice.of(&EXPOSURES),
        handler: None,
        flows: None,
        reaches: BTreeSet::new(),
        properties,
        evidence: Vec::new(),
    }
}

fn flow(dice: &mut Dice, at: usize, source: usize, target: usize) -> Flow {
    let mut properties = Properties::default();
    if dice.below(2) == 1 {
        properties.values.insert(Property::Credential, Value::Text("static_key".into()));
    }
    let crosses = dice.of(&[None, None, Some("internet"), Some("network/x")]);
    Flow {
        id: FlowId::new(format!("{source}>{target}:{at}")),
        source: ComponentId::new(source.to_string()),
        target: ComponentId::new(target.to_string()),
        protocol: None,
        authenticated: None,
        authenticated_proof: None,
        authorized: None,
        encrypted: None,
        encrypted_proof: None,
        crosses: crosses.map(BoundaryId::new).into_iter().collect(),
        data: classes(dice.of(&DATA)),
        data_proof: None,
        stated_only: false,
        properties,
        evidence: Vec::new(),
    }
}

fn threat(dice: &mut Dice, rules: &[Rule], model: &Model) -> Threat {
    use threatline_threats::step::Variable;
    let rule = dice.of(rules);
    let component = |dice: &mut Dice| ElementId::from(&dice.of(&model.components).id);
    let element = match rule.step.clauses.first().and_then(|clause| clause.variable()) {
        Some(Variable::EntryPoint) => (&dice.of(&model.entry_points).id).into(),
        Some(Variable::Flow) if !model.flows.is_empty() => (&dice.of(&model.flows).id).into(),
        Some(Variable::Boundary) => (&dice.of(&model.boundaries).id).into(),
        _ => component(dice),
    };
    let grade = dice.of(&[Grade::X, Grade::X, Grade::C, Grade::P, Grade::S]);
    let id = format!("{}@{element}", rule.id);
    threat_of(&rule, id, element, grade, dice.of(&[600, 800, 950, 1000]))
}

fn numbers(case: &Case) -> (BTreeMap<String, u32>, Assessment) {
    let found = assess(&case.model, &case.threats, &Options::default());
    let mut numbers: BTreeMap<String, u32> = found.scores.iter().map(|score| (score.threat.0.clone(), score.exact)).collect();
    numbers.insert("posture".into(), found.posture.risk);
    numbers.insert("loss".into(), found.posture.loss);
    (numbers, found)
}

/// Every change that weakens a system, with its name.
fn weaker(case: &Case, dice: &mut Dice, rules: &[Rule]) -> Vec<(&'static str, Case)> {
    let mut all: Vec<(&'static str, Case)> = Vec::new();
    let mut change = |name: &'static str, how: &dyn Fn(&mut Case)| {
        let mut changed = case.clone();
        how(&mut changed);
        all.push((name, changed));
    };
    let extra = threat(dice, rules, &case.model);
    let (c, e, t, b) = (dice.below(9), dice.below(9), dice.below(case.threats.len()), dice.below(3));
    if case.threats.iter().all(|(threat, _)| threat.id != extra.id) {
        change("a further threat", &|case| case.threats.push((extra.clone(), Status::Open)));
    }
    change("more confidence", &|case| case.threats[t].0.confidence = 1000);
    change("easier", &|case| case.threats[t].0.exploitability = 1000);
    if case.threats[t].0.grade == Grade::S {
        change("from likely to proven", &|case| case.threats[t].0.grade = Grade::C);
    }
    change("authentication removed", &|case| case.model.entry_points[e].authenticated = Some(false));
    if case.model.entry_points[e].authenticated == Some(true) {
        change("authentication lost from view", &|case| case.model.entry_points[e].authenticated = None);
    }
    change("role no longer demanded", &|case| case.model.entry_points[e].authorized = None);
    if case.model.entry_points[e].exposure != Exposure::Unknown {
        change("entry point exposed", &|case| case.model.entry_points[e].exposure = Exposure::Internet);
    }
    if !matches!(case.model.components[c].exposure, Exposure::Local | Exposure::Unknown) {
        change("component exposed", &|case| case.model.components[c].exposure = Exposure::Internet);
    }
    if case.model.components[c].data.is_some() && case.model.components[c].value.is_none() {
        change("more sensitive data", &|case| case.model.components[c].data = classes(Some("health")));
    }
    if case.model.components[c].value.is_some() {
        change("worth more", &|case| case.model.components[c].value = Some(1000));
    }
    if case.model.entry_points[e].properties.get(Property::Returns).is_some() {
        change("returns more", &|case| names(&mut case.model.entry_points[e].properties, Property::Returns, Some("health")));
    }
    if !case.model.flows.is_empty() {
        let f = dice.below(case.model.flows.len());
        if case.model.flows[f].data.is_some() {
            change("carries more", &|case| case.model.flows[f].data = classes(Some("health")));
        }
        change("crosses the internet", &|case| {
            case.model.flows[f].crosses.insert(BoundaryId::new("internet"));
        });
    }
    change("policy removed", &|case| drop(case.model.boundaries[b].properties.values.remove(&Property::DefaultDeny)));
    change("repository published", &|case| case.model.repository_public = true);
    all
}

/// The same system under other names; `prefix` comes before each.
fn renamed(case: &Case, prefix: &str) -> Case {
    let name = |id: &str| {
        let (kind, rest) = id.split_once(':').unwrap();
        format!("{kind}:{prefix}{rest}")
    };
    let mut out = case.clone();
    for c in &mut out.model.components {
        c.id = ComponentId::parse(&name(c.id.as_str())).unwrap();
        c.boundary = c.boundary.as_ref().map(|b| BoundaryId::parse(&name(b.as_str())).unwrap());
    }
    for f in &mut out.model.flows {
        f.id = FlowId::parse(&name(f.id.as_str())).unwrap();
        f.source = ComponentId::parse(&name(f.source.as_str())).unwrap();
        f.target = ComponentId::parse(&name(f.target.as_str())).unwrap();
    }
    for e in &mut out.model.entry_points {
        e.id = EntryPointId::parse(&name(e.id.as_str())).unwrap();
        e.component = ComponentId::parse(&name(e.component.as_str())).unwrap();
        e.flows = e.flows.as_ref().map(|flows| flows.iter().map(|f| FlowId::parse(&name(f.as_str())).unwrap()).collect());
    }
    for b in &mut out.model.boundaries {
        b.id = BoundaryId::parse(&name(b.id.as_str())).unwrap();
    }
    for (threat, _) in &mut out.threats {
        threat.element = ElementId::parse(&name(threat.element.as_str())).unwrap();
        threat.id = ThreatId(format!("{prefix}{}", threat.id));
    }
    out.model.sort();
    out
}

fn together(mut a: Case, b: Case) -> Case {
    a.model.components.extend(b.model.components);
    a.model.flows.extend(b.model.flows);
    a.model.entry_points.extend(b.model.entry_points);
    a.model.boundaries.extend(b.model.boundaries);
    a.threats.extend(b.threats);
    a.model.sort();
    a
}

fn dice() -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(any::<u16>(), 300)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn weaker_is_never_safer(choices in dice()) {
        let (mut dice, rules) = (Dice(choices.into_iter()), catalogue());
        let case = system(&mut dice, &rules);
        let (before, _) = numbers(&case);
        for (name, changed) in weaker(&case, &mut dice, &rules) {
            let (after, _) = numbers(&changed);
            for (key, value) in &before {
                prop_assert!(after[key] >= *value, "{name}: {key} fell from {value} to {}", after[key]);
            }
        }
    }

    #[test]
    fn risk_is_at_most_its_factors(choices in dice()) {
        let case = system(&mut Dice(choices.into_iter()), &catalogue());
        for score in numbers(&case).1.scores {
            prop_assert!(score.exact <= score.exploitability && score.exact <= score.reachability, "{score:?}");
        }
    }

    #[test]
    fn order_of_threats_and_names_do_not_matter(choices in dice()) {
        let case = system(&mut Dice(choices.into_iter()), &catalogue());
        let (before, assessment) = numbers(&case);
        let mut turned = case.clone();
        turned.threats.reverse();
        prop_assert_eq!(numbers(&turned).1, assessment);
        let after = numbers(&renamed(&case, "zq-")).0;
        let plain: BTreeMap<String, u32> = after.into_iter().map(|(key, value)| (key.replace("zq-", ""), value)).collect();
        prop_assert!(before.iter().all(|(key, value)| plain[key] == *value), "{before:?} {plain:?}");
    }

    #[test]
    fn copies_and_unrelated_stores_move_nothing(choices in dice()) {
        let (mut dice, rules) = (Dice(choices.into_iter()), catalogue());
        let case = system(&mut dice, &rules);
        let (before, _) = numbers(&case);
        let copies = together(together(renamed(&case, "k0-"), renamed(&case, "k1-")), renamed(&case, "k2-"));
        let (after, _) = numbers(&copies);
        let mut quiet = system(&mut dice, &rules);
        quiet.threats.clear();
        quiet.model.components.retain(|c| c.kind == ComponentKind::DataStore);
        quiet.model.flows.clear();
        quiet.model.entry_points.clear();
        quiet.model.components.iter_mut().for_each(|c| c.environment = Environment::Production);
        let (joined, _) = numbers(&together(case.clone(), renamed(&quiet, "other-")));
        for (threat, _) in &case.threats {
            let (key, value) = (&threat.id.0, before[&threat.id.0]);
            prop_assert_eq!(after[&format!("k1-{}", key)], value, "copies: {}", key);
            prop_assert_eq!(joined[key], value, "unrelated: {}", key);
        }
        prop_assert_eq!(after["posture"], before["posture"]);
        prop_assert_eq!(joined["posture"], before["posture"]);
        prop_assert_eq!(joined["loss"], before["loss"]);
    }

    #[test]
    fn without_threats_there_is_no_posture(choices in dice()) {
        let mut case = system(&mut Dice(choices.into_iter()), &catalogue());
        case.threats.clear();
        let found = numbers(&case).1;
        prop_assert_eq!((found.posture.risk, found.posture.loss, found.attack_paths.len()), (0, 0, 0));
    }
}

#[test]
fn a_large_system_is_fast() {
    use std::time::{Duration, Instant};
    let rules = catalogue();
    let mut state = 1u64;
    let choices: Vec<u16> = (0..200_000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u16
        })
        .collect();
    let mut dice = Dice(choices.into_iter());
    let mut model = Model { boundaries: (0..100).map(|at| boundary(&mut dice, at)).collect(), ..Model::default() };
    for at in 0..3000 {
        let mut one = component(&mut dice, at);
        one.boundary = Some(BoundaryId::new((at / 30).to_string()));
        model.components.push(one);
        model.entry_points.push(entry_point(&mut dice, at, &format!("cmp:{at}")));
    }
    for at in 0..5000 {
        let source = dice.below(3000);
        let target = (source + 1 + dice.below(15)) % 3000;
        model.flows.push(flow(&mut dice, at, source, target));
    }
    model.sort();
    let threats: BTreeMap<ThreatId, Threat> = (0..300).map(|_| threat(&mut dice, &rules, &model)).map(|t| (t.id.clone(), t)).collect();
    let threats: Vec<(Threat, Status)> = threats.into_values().map(|threat| (threat, Status::Open)).collect();
    let began = Instant::now();
    let found = assess(&model, &threats, &Options::default());
    let took = began.elapsed();
    eprintln!("{} threats, {} losses: {took:?}", found.scores.len(), found.losses.len());
    assert!(!found.losses.is_empty());
    // Generous: a debug build on a busy machine.
    assert!(took < Duration::from_secs(10), "{took:?}");
}
