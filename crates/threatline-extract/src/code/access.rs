//! Rules of access in YAML, as Symfony's `security.yaml` holds them: read as a program that says one after the other.
//!
//! The calls are `access.pass(path:)` of a firewall that is switched off, and `access.rule(path:, roles:, methods:, other:)`,
//! `other` where more decides than these. What they mean is decided where the routes are.

use crate::node::{Kind, Node};
use threatline_facts::code::*;
use threatline_facts::{Extracted, Mark};

/// No longer table is read.
const MAX_RULES: usize = 1_000;

/// What a rule may say beside its path, its methods and its roles, and that narrows or decides it.
const OTHERS: [&str; 8] = ["allow_if", "ip", "ips", "host", "port", "attributes", "route", "request_matcher"];

/// Reads a document, if it holds such rules.
pub(crate) fn read(documents: &[Node], out: &mut Extracted) -> bool {
    let [document] = documents else { return false };
    let Some(security) = document.get("security") else { return false };
    let firewalls = security.get("firewalls").map_or(&[][..], Node::entries);
    let off: Vec<_> = firewalls.iter().filter(|entry| entry.value.str_at(&["security"]) == Some("false")).take(MAX_RULES).collect();
    let rules: Vec<&Node> = security.get("access_control").map_or(&[][..], Node::items).iter().take(MAX_RULES).collect();
    if rules.is_empty() {
        return false;
    }
    let mut source = super::routing::program();
    for firewall in off {
        let mark = out.mark(firewall.line, firewall.end_line());
        let path = firewall.value.str_at(&["pattern"]).unwrap_or("^/");
        source.functions[0].steps.push(Step::Do(call("access.pass", vec![named("path", Value::Text(path.to_owned()))], mark)));
    }
    for rule in rules {
        let mark = out.mark(rule.line, rule.entries().last().map_or(rule.line, |entry| entry.end_line()));
        let mut arguments: Vec<Argument> = rule.str_at(&["path"]).map(|path| named("path", Value::Text(path.to_owned()))).into_iter().collect();
        let roles: Vec<Value> = ["role", "roles"].iter().flat_map(|key| texts(rule.get(key))).map(Value::Text).collect();
        arguments.push(named("roles", Value::List(roles)));
        let methods: Vec<Value> = ["method", "methods"].iter().flat_map(|key| texts(rule.get(key))).map(Value::Text).collect();
        arguments.push(named("methods", Value::List(methods)));
        arguments.push(named("other", Value::Boolean(OTHERS.iter().any(|key| rule.get(key).is_some()))));
        source.functions[0].steps.push(Step::Do(call("access.rule", arguments, mark)));
    }
    out.say(CodeFact::Source(Box::new(source)));
    true
}

fn texts(node: Option<&Node>) -> Vec<String> {
    match node.map(|node| &node.kind) {
        Some(Kind::Scalar { text, .. }) => text.split(['|', ',']).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect(),
        Some(Kind::Sequence(items)) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

fn named(name: &str, value: Value) -> Argument {
    Argument { name: Some(name.to_owned()), value, spread: false }
}

fn call(callee: &str, arguments: Vec<Argument>, mark: Mark) -> Value {
    Value::Call(Box::new(Call { callee: Value::Name(callee.to_owned()), arguments, types: Vec::new(), construct: false, applied: true, mark }))
}
