//! How elements, capabilities, events and questions are called when people read them. What comes out
//! still holds text of the repository; each format escapes it.

use crate::{Report, escape};
use threatline_model::delta::{Event, EventKind, FieldChange};
use threatline_model::{Component, ComponentId, ComponentKind, ElementId, Environment, Evidence, Model, Role, Value};
use threatline_risk::{AttackPath, Score};
use threatline_threats::{Question, Threat};

/// One place, with the line where it is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) path: String,
    pub(crate) line: Option<(u32, u32)>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some((line, _)) => write!(f, "{}:{line}", self.path),
            None => f.write_str(&self.path),
        }
    }
}

pub(crate) fn place(report: &Report<'_>, evidence: &Evidence) -> Place {
    let line = evidence.mark.and_then(|mark| report.places.lines(&evidence.path, mark));
    Place { path: evidence.path.to_string(), line }
}

/// Where a threat shows: its first evidence, else that of its element.
pub(crate) fn threat_place(report: &Report<'_>, threat: &Threat) -> Option<Place> {
    threat.evidence.first().map(|evidence| place(report, evidence)).or_else(|| element_place(report, &threat.element))
}

/// Where an element shows. The last evidence of an entry point is the route, the others its prefixes.
pub(crate) fn element_place(report: &Report<'_>, id: &ElementId) -> Option<Place> {
    let evidence = element_evidence(report.model, id);
    let one = if id.as_entry_point().is_some() { evidence.last() } else { evidence.first() };
    one.map(|evidence| place(report, evidence))
}

pub(crate) fn element_evidence<'m>(model: &'m Model, id: &ElementId) -> &'m [Evidence] {
    let component = id.as_component().and_then(|id| model.component(&id)).map(|c| c.evidence.as_slice());
    let flow = id.as_flow().and_then(|id| model.flow(&id)).map(|f| f.evidence.as_slice());
    let entry = id.as_entry_point().and_then(|id| model.entry_point(&id)).map(|e| e.evidence.as_slice());
    let boundary = id.as_boundary().and_then(|id| model.boundary(&id)).map(|b| b.evidence.as_slice());
    component.or(flow).or(entry).or(boundary).unwrap_or_default()
}

fn component_name(model: &Model, id: &ComponentId) -> String {
    model.component(id).map_or_else(|| id.rest().to_owned(), |c| c.name.clone())
}

/// What people call an element: `payments`, `POST /refunds/{id} of payments`, `web → payments (https)`.
pub(crate) fn element(model: &Model, id: &ElementId) -> String {
    if let Some(id) = id.as_component() {
        return component_name(model, &id);
    }
    if let Some(e) = id.as_entry_point().and_then(|id| model.entry_point(&id)) {
        let route = e.method.as_ref().map_or_else(|| e.path.clone(), |method| format!("{method} {}", e.path));
        return format!("{route} of {}", component_name(model, &e.component));
    }
    if let Some(f) = id.as_flow().and_then(|id| model.flow(&id)) {
        let protocol = f.protocol.as_ref().map(|protocol| format!(" ({protocol})")).unwrap_or_default();
        return format!("{} → {}{protocol}", component_name(model, &f.source), component_name(model, &f.target));
    }
    match id.as_boundary().and_then(|id| model.boundary(&id)) {
        Some(b) => format!("{} {}", b.kind.name().replace('_', " "), b.name),
        None => id.as_str().split_once(':').map_or(id.as_str(), |(_, rest)| rest).to_owned(),
    }
}

/// From where to where a path leads; one name where it is the same.
pub(crate) fn way(model: &Model, path: &AttackPath) -> String {
    let target = ElementId::from(&path.target);
    if path.entry == target { element(model, &target) } else { format!("{} → {}", element(model, &path.entry), element(model, &target)) }
}

/// What a capability as the risk crate prints it means: `read(cmp:ledger)` is "reads the data of ledger".
pub(crate) fn gains(model: &Model, text: &str) -> String {
    let Some((power, of)) = text.split_once('(').and_then(|(power, rest)| Some((power, rest.strip_suffix(')')?))) else {
        return text.to_owned();
    };
    let (whose, id) = of.split_once('@').filter(|(whose, _)| !whose.contains(':')).unwrap_or(("", of));
    let of = ElementId::parse(id).map_or_else(|| of.to_owned(), |id| element(model, &id));
    let who = match whose {
        "admins" => format!("an administrator of {of}"),
        "users" => format!("a user of {of}"),
        _ => of.clone(),
    };
    match power {
        "reach" => format!("can send to {of}"),
        "inside" => format!("stands inside {of}"),
        "call" => format!("can call {of}"),
        "act_as" => format!("acts as {who}"),
        "cred" => format!("holds the credential of {who}"),
        "inject" => format!("decides what goes into {of}"),
        "on_path" => format!("stands on the way of {of}"),
        "lure" => format!("can lure {who}"),
        "exec" => format!("runs code in {of}"),
        "control" => format!("controls {of}"),
        "read" if whose == "logs" || whose == "disk" => format!("reads the {whose} of {of}"),
        "read" if matches!(of.as_str(), "repository" | "registry") => format!("reads the {of}"),
        "read" if id.starts_with("ent:") => format!("reads what {of} gives back"),
        "read" => format!("reads the data of {of}"),
        "write" if of == "repository" => "changes the repository".to_owned(),
        "write" if id.starts_with("ent:") => format!("changes what {of} takes in"),
        "write" => format!("changes the data of {of}"),
        "deny" => format!("can stop {of}"),
        _ => text.to_owned(),
    }
}

/// An event as one sentence.
pub(crate) fn event(model: &Model, event: &Event) -> String {
    let name = element(model, &event.element);
    match event.kind {
        EventKind::EntryPointAdded => format!("new way in: {name}"),
        EventKind::EntryPointExposed => format!("{name} is now open to the internet"),
        EventKind::AuthenticationRemoved => format!("{name} no longer proves who calls"),
        EventKind::AuthorizationRemoved => format!("{name} no longer asks what the caller may do"),
        EventKind::BoundaryCrossingAdded => format!("{name} crosses a trust boundary"),
        EventKind::EncryptionRemoved => format!("{name} is no longer encrypted"),
        EventKind::ThirdPartyAdded => format!("new third party: {name}"),
        EventKind::SensitiveDataAdded => format!("{name} now handles more sensitive data"),
        EventKind::PrivilegeAdded => format!("{name} has been granted more"),
        EventKind::ToolAdded => format!("{name} can do more by its tools"),
        EventKind::PathOpened => format!("an attack path to {name} opened"),
        EventKind::PathClosed => format!("an attack path to {name} closed"),
        EventKind::ControlLost => format!("{name} has lost a control that was there"),
        EventKind::DependencyAdded => match dependencies(model, event) {
            new if new.is_empty() => format!("{name} has a new dependency that brings a capability"),
            new => format!("{name} now depends on {}", new.join(", ")),
        },
        EventKind::PolicyChanged => "the policy of this project changed".to_owned(),
        // these are about the project, not about an element of its design
        EventKind::DecisionAdded => "a decision about a threat was added".to_owned(),
        EventKind::DeclarationAdded => "what is declared of this project changed".to_owned(),
        EventKind::CoverageLost => "a file that was understood before is lost".to_owned(),
    }
}

/// The packages that an event about dependencies is about, by the places that it shows.
fn dependencies<'m>(model: &'m Model, event: &Event) -> Vec<&'m str> {
    let component = event.element.as_component().and_then(|id| model.component(&id));
    let all = component.into_iter().flat_map(|component| &component.dependencies);
    let named: Vec<&str> = all.filter(|(_, place)| place.as_ref().is_some_and(|place| event.evidence.contains(place))).map(|(name, _)| name.as_str()).collect();
    // a line of several names tells of others, too
    if named.len() == event.evidence.len() { named } else { Vec::new() }
}

/// What to do about an event; none where nothing is to be done.
pub(crate) fn next_step(kind: EventKind) -> Option<&'static str> {
    Some(match kind {
        EventKind::EntryPointAdded => "say who may call it, in code or as `public = true` in threatline.toml",
        EventKind::EntryPointExposed => "if the internet is not meant to reach it, bind it to an internal address or put it behind the gateway",
        EventKind::AuthenticationRemoved => "put the check back, or declare the route public so that the decision is on record",
        EventKind::AuthorizationRemoved => "put the check back, or move it where every caller passes it",
        EventKind::BoundaryCrossingAdded => "see that the other side proves who it is and that nobody under way can read",
        EventKind::EncryptionRemoved => "use TLS again, or end it at a proxy that stands in the same boundary",
        EventKind::ThirdPartyAdded => "check which data goes there and whether a contract covers it",
        EventKind::SensitiveDataAdded => "check encryption, retention and who can read it",
        EventKind::PrivilegeAdded => "grant just what is used",
        EventKind::ToolAdded => "let a person approve what cannot be undone",
        EventKind::ControlLost => "put the control back, or reopen the decision that counted on it",
        EventKind::PolicyChanged | EventKind::DecisionAdded | EventKind::DeclarationAdded => "have an owner review it",
        EventKind::CoverageLost => "mend the file, or the model is blind there",
        EventKind::DependencyAdded | EventKind::PathOpened | EventKind::PathClosed => return None,
    })
}

/// It makes things worse; the others are only to be known.
pub(crate) fn is_loss(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::EntryPointExposed
            | EventKind::AuthenticationRemoved
            | EventKind::AuthorizationRemoved
            | EventKind::EncryptionRemoved
            | EventKind::ControlLost
            | EventKind::CoverageLost
            | EventKind::PathOpened
    )
}

pub(crate) fn value(value: Option<&Value>) -> String {
    match value {
        None => "unknown".to_owned(),
        Some(Value::Flag(flag)) => flag.to_string(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::List(list)) if list.is_empty() => "none".to_owned(),
        Some(Value::List(list)) => list.join(", "),
    }
}

/// `authenticated: true → unknown`
pub(crate) fn field(change: &FieldChange) -> String {
    let name = change.name.strip_prefix("properties.").unwrap_or(&change.name);
    format!("{name}: {} → {}", value(change.from.as_ref()), value(change.to.as_ref()))
}

/// `1 flow`, `2 flows`
pub(crate) fn count(many: usize, one: &str, more: &str) -> String {
    format!("{many} {}", if many == 1 { one } else { more })
}

/// What is said where a focus shows nothing.
pub(crate) const NOTHING_IN_FOCUS: &str = "Nothing of the design shows there: no component, flow, boundary or entry point has evidence in that folder.";

/// It is limited to a folder of which nothing is known.
pub(crate) fn is_empty_focus(report: &Report<'_>) -> bool {
    let model = report.model;
    let elements = model.components.len() + model.flows.len() + model.boundaries.len() + model.entry_points.len();
    report.focus.is_some() && elements == 0
}

/// Nothing that is deployed was recognised; a library or an empty folder.
pub(crate) fn is_bare(model: &Model) -> bool {
    let is_library = |c: &Component| !c.roles.is_empty() && c.roles.iter().all(|role| *role == Role::Library);
    let lives = |c: &Component| c.environment != Environment::Test && c.kind != ComponentKind::ExternalEntity && !is_library(c);
    !model.components.iter().any(lives)
}

/// Open threats that count, the riskiest first.
pub(crate) fn open_threats<'r>(report: &'r Report<'_>) -> Vec<(&'r Threat, &'r Score)> {
    let by_id: std::collections::BTreeMap<_, _> = report.found.threats.iter().map(|threat| (&threat.id, threat)).collect();
    let scores = report.assessment.scores.iter().filter(|score| !score.likely && report.status(&score.threat).is_open());
    scores.filter_map(|score| Some((*by_id.get(&score.threat)?, score))).collect()
}

/// A question as a sentence, and the lines of `threatline.toml` that answer it.
pub(crate) fn question(model: &Model, question: &Question) -> (String, Option<Vec<String>>) {
    let name = element(model, &question.element);
    let ask = match question.attribute.as_str() {
        "authenticated" => format!("Does {name} prove who calls?"),
        "authorized" => format!("Does {name} check what the caller may do?"),
        "encrypted" => format!("Is {name} encrypted?"),
        "data" => format!("Which data does {name} handle?"),
        "exposure" => format!("Who can send to {name}?"),
        "environment" => format!("Which environment does {name} belong to?"),
        "returns" => format!("Which data does {name} give back?"),
        "takes" => format!("Which data does {name} take in?"),
        "state_changing" => format!("Does {name} change anything?"),
        "rate_limited" => format!("Is {name} limited in how often it may be called?"),
        "replicas" => format!("How many of {name} run?"),
        "backup" => format!("Is {name} backed up?"),
        "encrypted_at_rest" => format!("Is the data of {name} encrypted where it is stored?"),
        other => format!("What is {} of {name}?", other.replace('_', " ")),
    };
    (ask, answer(model, question))
}

fn answer(model: &Model, question: &Question) -> Option<Vec<String>> {
    let id = &question.element;
    let text = |key: &str, value: &str| format!("{key} = {}", escape::toml(value));
    let said = |id: &ComponentId| {
        let name = component_name(model, id);
        let same = model.components.iter().filter(|c| c.name == name).count();
        if same > 1 { id.rest().to_owned() } else { name }
    };
    let (mut lines, list) = if let Some(id) = id.as_component() {
        (vec!["[[components]]".to_owned(), text("name", &said(&id))], "components")
    } else if let Some(flow) = id.as_flow().and_then(|id| model.flow(&id)) {
        let mut lines = vec!["[[flows]]".to_owned(), text("source", &said(&flow.source)), text("target", &said(&flow.target))];
        lines.extend(flow.protocol.as_ref().map(|protocol| text("protocol", protocol)));
        (lines, "flows")
    } else if let Some(e) = id.as_entry_point().and_then(|id| model.entry_point(&id)) {
        let mut lines = vec!["[[entry_points]]".to_owned(), text("component", &said(&e.component)), text("path", &e.path)];
        lines.extend(e.method.as_ref().map(|method| text("method", method)));
        (lines, "entry_points")
    } else {
        let boundary = id.as_boundary().and_then(|id| model.boundary(&id))?;
        (vec!["[[boundaries]]".to_owned(), text("name", &boundary.name)], "boundaries")
    };
    let attribute = question.attribute.as_str();
    let (own, line) = match (list, attribute) {
        ("flows" | "entry_points", "authenticated" | "authorized") | ("flows", "encrypted") => (true, format!("{attribute} = true  # or false")),
        ("components" | "flows", "data") => (true, "data = [\"email\"]  # the classes it handles; [] for none".to_owned()),
        ("components", "exposure") => (true, "exposure = \"internal\"  # or internet, local".to_owned()),
        ("components", "environment") => (true, "environment = \"production\"  # or staging, test, development".to_owned()),
        _ => (false, property(attribute)?),
    };
    if !own {
        lines.push(format!("[{list}.properties]"));
    }
    lines.push(line);
    Some(lines)
}

fn property(name: &str) -> Option<String> {
    threatline_model::Property::from_name(name)?;
    Some(match name {
        "returns" | "takes" => format!("{name} = [\"public\"]  # the classes of data"),
        "identity_grants" | "tool_effects" | "output_sinks" | "operations" | "trust_conditions" => format!("{name} = []  # list what holds"),
        "replicas" => "replicas = 2".to_owned(),
        "cors" | "identity" | "password_hash" | "memory_scope" | "token_validation" | "credential" | "credential_name" | "host_access" | "management_port" => {
            format!("{name} = \"none\"  # or what it is")
        }
        _ => format!("{name} = true  # or false"),
    })
}
