//! A small shop, built by hand, and the same shop before its last commit.
#![allow(dead_code, reason = "each test file uses some of it")]
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::Mark;
use threatline_model::delta::{Delta, delta};
use threatline_model::*;
use threatline_report::{Comparison, Coverage, Places, Report, State};
use threatline_risk::{Assessment, Options, assess};
use threatline_threats::{Found, Judged, Question, Start, Status, Stride, Threat, ThreatId};

/// A mark is its line; every line reads the same but for its number.
pub(crate) struct Lines;

impl Places for Lines {
    fn lines(&self, _: &str, mark: Mark) -> Option<(u32, u32)> {
        Some((mark.0, mark.0))
    }

    fn text(&self, path: &str, line: u32) -> Option<String> {
        Some(format!("    the text of line {line} in {path}"))
    }
}

pub(crate) struct Shop {
    pub(crate) model: Model,
    pub(crate) found: Found,
    pub(crate) judged: Judged,
    pub(crate) assessment: Assessment,
    pub(crate) coverage: Coverage,
}

pub(crate) fn at(path: &str, line: u32) -> Vec<Evidence> {
    vec![Evidence::new(path.into(), Some(Mark(line)), EvidenceSource::Code, "express")]
}

pub(crate) fn component(name: &str, kind: ComponentKind) -> Component {
    Component {
        id: ComponentId::new(name),
        name: name.to_owned(),
        aliases: BTreeSet::new(),
        kind,
        roles: BTreeSet::new(),
        technologies: BTreeSet::new(),
        dependencies: std::collections::BTreeMap::new(),
        boundary: Some(BoundaryId::new("network/shop")),
        exposure: Exposure::Internal,
        environment: Environment::Production,
        data: None,
        owners: BTreeSet::new(),
        value: None,
        properties: Properties::default(),
        evidence: at("compose.yaml", 3),
    }
}

fn flow(source: &str, target: &str, protocol: &str) -> Flow {
    Flow {
        id: FlowId::new(format!("{source}>{target}:{protocol}")),
        source: ComponentId::new(source),
        target: ComponentId::new(target),
        protocol: Some(protocol.to_owned()),
        authenticated: None,
        authenticated_proof: None,
        authorized: None,
        encrypted: None,
        encrypted_proof: None,
        crosses: BTreeSet::new(),
        data: None,
        data_proof: None,
        stated_only: false,
        properties: Properties::default(),
        evidence: at("payments/db.js", 4),
    }
}

fn entry(component: &str, path: &str, authenticated: Option<bool>) -> EntryPoint {
    EntryPoint {
        id: EntryPointId::new(format!("{component}:POST {path}")),
        component: ComponentId::new(component),
        kind: EntryPointKind::Http,
        method: Some("POST".to_owned()),
        path: path.to_owned(),
        parameters: vec![Parameter { name: "id".to_owned(), place: "path".to_owned() }],
        authenticated,
        authenticated_proof: None,
        authorized: None,
        public: None,
        exposure: Exposure::Internet,
        handler: Some("refund".to_owned()),
        flows: None,
        reaches: BTreeSet::new(),
        properties: Properties::default(),
        evidence: at("payments/app.js", 12),
    }
}

pub(crate) fn threat(rule: &str, title: &str, element: ElementId, step: &str, evidence: Vec<Evidence>) -> Threat {
    Threat {
        id: ThreatId::new(rule, &element, ""),
        rule: rule.to_owned(),
        title: title.to_owned(),
        element,
        affected: Vec::new(),
        stride: vec![Stride::Spoofing],
        cwe: vec![306],
        techniques: vec!["T1190".to_owned()],
        grade: Grade::X,
        confidence: 950,
        exploitability: 900,
        start: Start::Attacker,
        step: step.parse().unwrap(),
        grants: Vec::new(),
        secrets: Vec::new(),
        peers: Vec::new(),
        guidance: "Require authentication on this route.".to_owned(),
        replaces: Vec::new(),
        basis: BTreeMap::from([("authenticated".to_owned(), "false".to_owned())]),
        evidence,
    }
}

fn finish(mut model: Model, mut found: Found) -> Shop {
    model.sort();
    found.threats.sort_by(|a, b| a.id.cmp(&b.id));
    let judged = Judged::default();
    let assessment = assess(&model, &judged.with_status(&found.threats), &Options { choke_points: true, supposed: &found.supposed });
    let skipped = ["a.yaml", "b.yaml", "c.yaml", "d.yaml"].map(|path| (path.to_owned(), "not valid YAML".to_owned()));
    let coverage = Coverage { artifacts: 20, analysed: 9, by_kind: BTreeMap::new(), skipped: skipped.to_vec() };
    Shop { model, found, judged, assessment, coverage }
}

/// A gateway-less shop: `web` and `payments` before `ledger`, and a tester that is no part of it.
pub(crate) fn shop(refunds_are_open: bool) -> Shop {
    let mut ledger = component("ledger", ComponentKind::DataStore);
    ledger.data = Some(BTreeSet::from([DataClass::from_name("payment_card").unwrap()]));
    ledger.roles.insert(Role::Database);
    let mut payments = component("payments", ComponentKind::Process);
    payments.exposure = Exposure::Internet;
    payments.roles.insert(Role::Api);
    let mut stripe = component("stripe", ComponentKind::ExternalEntity);
    stripe.boundary = None;
    let mut tester = component("tester", ComponentKind::Process);
    tester.environment = Environment::Test;
    let network = Boundary {
        id: BoundaryId::new("network/shop"),
        name: "shop".to_owned(),
        kind: BoundaryKind::Network,
        parent: None,
        properties: Properties::default(),
        evidence: at("compose.yaml", 1),
    };
    let refunds = entry("payments", "/refunds/{id}", Some(!refunds_are_open));
    let mut to_ledger = flow("payments", "ledger", "sql");
    to_ledger.properties.values.insert(Property::QueryFromInput, Value::Flag(true));
    let mut found = Found::default();
    if refunds_are_open {
        let title = "POST /refunds/{id} can be used without proving who one is";
        let step = "call(e) => read(e.returns) + write(e.parameters)";
        found.threats.push(threat("unauthenticated-entry-point", title, (&refunds.id).into(), step, at("payments/app.js", 12)));
        let title = "payments puts input into queries for ledger";
        let step = "inject(f) => read(f.target) + write(f.target)";
        found.threats.push(threat("query-built-from-input", title, (&to_ledger.id).into(), step, at("payments/db.js", 4)));
    }
    let mut worst = threat("unencrypted-sensitive-flow", "it may be readable", (&to_ledger.id).into(), "inject(f) => read(f.target)", Vec::new());
    worst.id = ThreatId("TL-supposed".to_owned());
    found.questions.push(Question {
        element: (&to_ledger.id).into(),
        attribute: "encrypted".to_owned(),
        rules: vec!["unencrypted-sensitive-flow".to_owned()],
        worst: vec![worst.id.clone()],
    });
    found.supposed.push(worst);
    let model = Model {
        components: vec![ledger, payments, stripe, tester],
        flows: vec![to_ledger, flow("payments", "stripe", "https")],
        boundaries: vec![network],
        entry_points: vec![refunds],
        ..Model::default()
    };
    finish(model, found)
}

/// Names that try to break out of every format.
pub(crate) const HOSTILE: &str = "a\u{1b}[31m\u{202e}<img src=x>|`@everyone` [x](http://evil) #1 \"; end\n--> {0}";

/// A shop whose only component has that name.
pub(crate) fn hostile() -> Shop {
    let mut evil = component("evil", ComponentKind::Process);
    evil.name = HOSTILE.to_owned();
    evil.exposure = Exposure::Internet;
    let evidence = vec![Evidence::new(HOSTILE.into(), Some(Mark(1)), EvidenceSource::Code, "express")];
    let found = Found { threats: vec![threat("default-credentials", HOSTILE, (&evil.id).into(), "reach(c) => exec(c)", evidence)], ..Found::default() };
    finish(Model { components: vec![evil], ..Model::default() }, found)
}

pub(crate) fn empty() -> Shop {
    finish(Model::default(), Found::default())
}

impl Shop {
    pub(crate) fn report(&self) -> Report<'_> {
        Report {
            version: "0.1.0",
            state: State { commit: Some("0123456789abcdef".to_owned()), ..State::default() },
            model: &self.model,
            found: &self.found,
            judged: &self.judged,
            assessment: &self.assessment,
            coverage: &self.coverage,
            places: &Lines,
            focus: None,
        }
    }

    /// Scores everything again after a test has changed the model.
    #[allow(dead_code, reason = "not every file of tests changes a model")]
    pub(crate) fn assess(&mut self) {
        self.assessment = assess(&self.model, &self.judged.with_status(&self.found.threats), &Options { choke_points: true, supposed: &self.found.supposed });
    }

    /// Somebody decides about every threat.
    pub(crate) fn decide(&mut self, status: Status) {
        for threat in &self.found.threats {
            let judgement = threatline_threats::Judgement { status, decision: Some(threat.id.clone()), ..Default::default() };
            self.judged.judgements.insert(threat.id.clone(), judgement);
        }
    }
}

pub(crate) fn compare<T>(base: &Shop, head: &Shop, with: impl FnOnce(&Comparison<'_>) -> T) -> T {
    let delta: Delta = delta(&base.model, &head.model);
    let (base, head) = (base.report(), head.report());
    with(&Comparison { base: &base, head: &head, delta: &delta })
}
