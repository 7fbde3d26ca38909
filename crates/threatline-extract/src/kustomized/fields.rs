//! Fields of resources, by the paths that replacements of Kustomize name: what of them is kept as facts can be read and written.

use super::selector;
use threatline_facts::Text;
use threatline_facts::infra::{Chosen, Container, InfraFact, Ingress, Service, Variable, VariableValue, Workload};

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Key(String),
    /// `[name=web]`.
    Named(String),
    Index(usize),
    /// `*`.
    Any,
}

/// The path of a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path(Vec<Step>);

impl Path {
    /// Dots part the steps, but for those behind `\` and in brackets.
    pub(super) fn new(written: &str) -> Self {
        let mut steps = Vec::new();
        let (mut step, mut escaped, mut bracket) = (String::new(), false, false);
        for letter in written.chars() {
            match letter {
                _ if escaped => {
                    step.push(letter);
                    escaped = false;
                }
                '\\' => escaped = true,
                '.' if !bracket => steps.push(Self::step(&std::mem::take(&mut step))),
                _ => {
                    bracket = (bracket || letter == '[') && letter != ']';
                    step.push(letter);
                }
            }
        }
        steps.push(Self::step(&step));
        Path(steps)
    }

    fn step(written: &str) -> Step {
        let inner = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        match inner.map(|inner| inner.split_once('=')) {
            Some(Some((_, name))) => Step::Named(name.to_owned()),
            Some(None) => Step::Key(inner.unwrap_or_default().to_owned()),
            None if written == "*" => Step::Any,
            None => written.parse().map_or_else(|_| Step::Key(written.to_owned()), Step::Index),
        }
    }

    /// Its keys, with nothing for the other steps.
    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|step| if let Step::Key(key) = step { key.as_str() } else { "" }).collect()
    }

    /// The field of an annotation.
    fn annotation(&self) -> Option<&str> {
        match self.keys().as_slice() {
            ["metadata", "annotations", key] | ["spec", "template", "metadata", "annotations", key] => Some(*key),
            _ => None,
        }
        .filter(|key| !key.is_empty())
    }

    /// What follows the step of containers, and whether they are those that run before the others.
    fn in_containers(&self) -> Option<(bool, &Step, &[Step])> {
        let at = self.0.iter().position(|step| matches!(step, Step::Key(key) if key == "containers" || key == "initContainers"))?;
        let init = matches!(&self.0[at], Step::Key(key) if key == "initContainers");
        Some((init, self.0.get(at + 1)?, &self.0[at + 2..]))
    }
}

/// Kind, name and namespace of a resource.
pub(super) fn identity(fact: &InfraFact) -> Option<(&str, &str, Option<&str>)> {
    Some(match fact {
        InfraFact::Workload(it) => (it.kind.as_str(), it.name.as_str(), it.namespace.as_deref()),
        InfraFact::Service(it) => ("Service", it.name.as_str(), it.namespace.as_deref()),
        InfraFact::Ingress(it) => (it.kind.as_str(), it.name.as_str(), it.namespace.as_deref()),
        InfraFact::Config(it) => (if it.secret { "Secret" } else { "ConfigMap" }, it.name.as_str(), it.namespace.as_deref()),
        InfraFact::NetworkPolicy(it) => ("NetworkPolicy", it.name.as_str(), it.namespace.as_deref()),
        _ => return None,
    })
}

/// Whether a resource is one of those that are chosen; what labels choose is not known, and nothing is.
pub(super) fn is_chosen(chosen: &Chosen, fact: &InfraFact) -> bool {
    let Some((kind, name, namespace)) = identity(fact) else { return false };
    let fits = |pattern: &Option<String>, text: &str| pattern.as_deref().is_none_or(|pattern| selector::matches(pattern, text));
    !chosen.narrowed
        && fits(&chosen.kind, kind)
        && fits(&chosen.name, name)
        && (chosen.namespace.is_none() || namespace.is_none() || fits(&chosen.namespace, namespace.unwrap_or_default()))
}

/// The value of a field.
pub(super) fn get(fact: &InfraFact, path: &Path) -> Option<Text> {
    let mut found = None;
    let mut copy = fact.clone();
    set(&mut copy, path, false, &mut |text| {
        found.get_or_insert_with(|| text.clone());
        text.clone()
    });
    found.filter(|text| text.as_literal() != Some("")).or_else(|| match (fact, path.keys().as_slice()) {
        (InfraFact::Service(it), ["spec", "ports", "", "port"]) => {
            let at = if let Some(Step::Index(at)) = path.0.get(2) { *at } else { return named_port(it, path) };
            it.ports.get(at)?.port.map(|port| Text::literal(port.to_string()))
        }
        (fact, ["metadata", "name"]) => identity(fact).map(|(_, name, _)| Text::literal(name)),
        _ => None,
    })
}

fn named_port(service: &Service, path: &Path) -> Option<Text> {
    let Some(Step::Named(name)) = path.0.get(2) else { return None };
    service.ports.iter().find(|port| port.name.as_ref() == Some(name))?.port.map(|port| Text::literal(port.to_string()))
}

/// Changes a field, everywhere that its path leads to.
pub(super) fn set(fact: &mut InfraFact, path: &Path, creates: bool, change: &mut dyn FnMut(&Text) -> Text) {
    if path.keys().as_slice() == ["metadata", "namespace"] {
        let namespace = match fact {
            InfraFact::Workload(it) => &mut it.namespace,
            InfraFact::Service(it) => &mut it.namespace,
            InfraFact::Ingress(it) => &mut it.namespace,
            InfraFact::Config(it) => &mut it.namespace,
            InfraFact::NetworkPolicy(it) => &mut it.namespace,
            _ => return,
        };
        return written(namespace, change);
    }
    match fact {
        InfraFact::Workload(it) => workload(it, path, creates, change),
        InfraFact::Service(it) => match (path.keys().as_slice(), path.annotation()) {
            (_, Some(key)) => annotation(&mut it.annotations, key, change),
            (["spec", "type"], _) => written(&mut it.kind, change),
            (["spec", "externalName"], _) => written(&mut it.external_name, change),
            _ => {}
        },
        InfraFact::Ingress(it) => ingress(it, path, change),
        InfraFact::Config(it) => {
            let keys = path.keys();
            if let ["data" | "stringData", wanted] = keys.as_slice() {
                it.values.iter_mut().filter(|(key, ..)| key == wanted).for_each(|(_, value, _)| *value = change(value));
            }
        }
        _ => {}
    }
}

/// A text that is there and stays known.
fn written(field: &mut Option<String>, change: &mut dyn FnMut(&Text) -> Text) {
    let before = Text::literal(field.clone().unwrap_or_default());
    if let Text::Literal(text) = change(&before)
        && (field.is_some() || !text.is_empty())
    {
        *field = Some(text);
    }
}

fn annotation(annotations: &mut std::collections::BTreeMap<String, String>, key: &str, change: &mut dyn FnMut(&Text) -> Text) {
    if let Some(value) = annotations.get_mut(key)
        && let Text::Literal(text) = change(&Text::literal(value.as_str()))
    {
        *value = text;
    }
}

fn workload(it: &mut Workload, path: &Path, creates: bool, change: &mut dyn FnMut(&Text) -> Text) {
    if let Some(key) = path.annotation() {
        return annotation(&mut it.annotations, key, change);
    }
    if path.keys().last() == Some(&"serviceAccountName") {
        return written(&mut it.service_account, change);
    }
    let Some((init, which, rest)) = path.in_containers() else { return };
    let is_meant = |at: usize, container: &Container| match which {
        Step::Any => true,
        Step::Index(index) => *index == at,
        Step::Named(name) | Step::Key(name) => container.name == *name,
    };
    let of_kind = it.containers.iter_mut().filter(|container| container.init == init).enumerate();
    for (_, container) in of_kind.filter(|(at, container)| is_meant(*at, container)) {
        match rest {
            [Step::Key(key)] if key == "image" => {
                if let Some(image) = &mut container.image {
                    *image = change(image);
                }
            }
            [Step::Key(key), which, Step::Key(value)] if key == "env" && value == "value" => variable(container, which, creates, change),
            _ => {}
        }
    }
}

fn variable(container: &mut Container, which: &Step, creates: bool, change: &mut dyn FnMut(&Text) -> Text) {
    let is_meant = |at: usize, variable: &Variable| match which {
        Step::Any => true,
        Step::Index(index) => *index == at,
        Step::Named(name) | Step::Key(name) => variable.name == *name,
    };
    let mut met = false;
    for (_, variable) in container.environment.iter_mut().enumerate().filter(|(at, variable)| is_meant(*at, variable)) {
        met = true;
        if let VariableValue::Text(value) = &mut variable.value {
            *value = change(value);
        }
    }
    if let (false, true, Step::Named(name)) = (met, creates, which) {
        let value = change(&Text::literal(""));
        container.environment.push(Variable { name: name.clone(), value: VariableValue::Text(value), mark: container.mark });
    }
}

fn ingress(it: &mut Ingress, path: &Path, change: &mut dyn FnMut(&Text) -> Text) {
    if let Some(key) = path.annotation() {
        return annotation(&mut it.annotations, key, change);
    }
    match path.keys().as_slice() {
        ["spec", "rules", "", "host"] | ["spec", "hostnames" | "hosts", ""] => {
            // rules of one host stand together
            let mut hosts: Vec<Option<String>> = Vec::new();
            for rule in &it.rules {
                if !hosts.contains(&rule.host) {
                    hosts.push(rule.host.clone());
                }
            }
            let host = match &path.0[2] {
                Step::Index(at) => hosts.get(*at).cloned(),
                _ => None,
            };
            let all = matches!(path.0[2], Step::Any);
            for rule in it.rules.iter_mut().filter(|rule| all || host.as_ref() == Some(&rule.host)) {
                written(&mut rule.host, change);
            }
        }
        ["spec", "rules", "", "http", "paths", "", "backend", "service", "name"] => {
            for rule in &mut it.rules {
                let mut service = Some(std::mem::take(&mut rule.service));
                written(&mut service, change);
                rule.service = service.unwrap_or_default();
            }
        }
        _ => {}
    }
}
