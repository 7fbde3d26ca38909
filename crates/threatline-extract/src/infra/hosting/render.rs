//! Render: `render.yaml`.

use super::{folder, hosted, items, owned, variable};
use crate::infra::text;
use crate::node::Node;
use threatline_facts::infra::{Hosted, HostedKind, InfraFact, Variable, VariableValue};
use threatline_facts::{Extracted, Text};

const TYPES: &[&str] = &["web", "pserv", "worker", "cron", "static", "redis", "keyvalue"];

/// Reads a document if it is Render's; says whether it was.
pub fn read(document: &Node, out: &mut Extracted) -> bool {
    let services = items(document, "services");
    let is_service = |service: &Node| service.str_at(&["type"]).is_some_and(|kind| TYPES.contains(&kind)) && service.get("name").is_some();
    if services.is_empty() || !services.iter().all(is_service) {
        return false;
    }
    for database in items(document, "databases") {
        if let Some(name) = owned(database, &["name"]) {
            let mark = super::super::mark(database, out);
            out.say(InfraFact::Hosted(Hosted { name: Some(name), ..hosted("render", HostedKind::Store("postgresql".to_owned()), mark) }));
        }
    }
    for service in services {
        let program = program(service, out);
        out.say(InfraFact::Hosted(program));
    }
    true
}

fn program(service: &Node, out: &mut Extracted) -> Hosted {
    let mark = super::super::mark(service, out);
    let is_static = ["runtime", "env"].iter().any(|key| service.str_at(&[key]) == Some("static"));
    let kind = match service.str_at(&["type"]).unwrap_or_default() {
        "web" if is_static => HostedKind::Pages,
        "static" => HostedKind::Pages,
        "web" => HostedKind::Web,
        "pserv" => HostedKind::Private,
        "cron" => HostedKind::Job,
        "redis" | "keyvalue" => HostedKind::Store("redis".to_owned()),
        _ => HostedKind::Worker,
    };
    let mut program = hosted("render", kind, mark);
    // a Dockerfile in another folder leaves the context where it is
    let context = owned(service, &["rootDir"]).or_else(|| owned(service, &["dockerContext"]));
    program.folder = context.map(|written| folder(&written)).unwrap_or_default();
    program.name = owned(service, &["name"]);
    program.image = service.str_at(&["image", "url"]).map(text::braces);
    program.schedule = owned(service, &["schedule"]);
    program.environment = items(service, "envVars").iter().filter_map(|one| environment(one, out)).collect();
    program
}

fn environment(node: &Node, out: &mut Extracted) -> Option<Variable> {
    let name = owned(node, &["key"])?;
    let mark = super::super::mark(node, out);
    if let Some(value) = node.str_at(&["value"]) {
        return Some(variable(&name, value, mark));
    }
    // the platform fills in where the other one is
    let store = node.str_at(&["fromDatabase", "name"]).map(|store| format!("postgresql://{store}"));
    let service = node.get("fromService").and_then(|from| {
        let other = from.str_at(&["name"])?;
        match (from.str_at(&["type"]), from.str_at(&["property"])) {
            (Some("redis" | "keyvalue"), _) => Some(format!("redis://{other}")),
            (_, Some("host" | "hostport")) => Some(other.to_owned()),
            _ => None,
        }
    });
    Some(Variable { name, value: VariableValue::Text(store.or(service).map_or(Text::Unknown, Text::literal)), mark })
}
