//! Containers of a pod, with its volumes resolved to what they hold.

use super::super::{mark, secret, text};
use super::{MANY, list};
use crate::node::Node;
use std::collections::BTreeMap;
use threatline_facts::infra::{ConfigRef, Container, Mount, MountKind, Port, Variable, VariableValue};
use threatline_facts::{Extracted, Text};

/// The volumes of a pod by name.
pub(super) struct Volumes<'a> {
    by_name: BTreeMap<&'a str, Vec<(MountKind, String)>>,
}

impl<'a> Volumes<'a> {
    /// Those that a pod declares, and the claims that a StatefulSet makes for it.
    pub(super) fn of(pod: Option<&'a Node>, claims: Vec<&'a str>) -> Self {
        let claims = claims.into_iter().map(|name| (name, vec![(MountKind::Claim, name.to_owned())]));
        let declared = list(pod, "volumes").iter().filter_map(|volume| Some((volume.str_at(&["name"])?, sources(volume))));
        Volumes { by_name: claims.chain(declared).collect() }
    }

    /// Paths of the host, in order.
    pub(super) fn host_paths(&self) -> Vec<String> {
        let sources = self.by_name.values().flatten();
        sources.filter(|(kind, _)| *kind == MountKind::Path).map(|(_, path)| path.clone()).collect()
    }
}

/// What a volume holds; a projected one holds several things.
fn sources(volume: &Node) -> Vec<(MountKind, String)> {
    if let Some(projected) = volume.get("projected") {
        return list(Some(projected), "sources").iter().flat_map(sources).collect();
    }
    let named = [
        (MountKind::Config, &["configMap", "name"]),
        (MountKind::Secret, &["secret", "secretName"]),
        (MountKind::Secret, &["secret", "name"]),
        (MountKind::Claim, &["persistentVolumeClaim", "claimName"]),
        (MountKind::Path, &["hostPath", "path"]),
    ];
    let found = named.iter().find_map(|(kind, path)| Some((*kind, volume.str_at(&path[..])?.to_owned())));
    let name = volume.str_at(&["name"]).unwrap_or_default().to_owned();
    let kind = if volume.get("emptyDir").is_some() { MountKind::Empty } else { MountKind::Volume };
    vec![found.unwrap_or((kind, name))]
}

/// Reads one container.
pub(super) fn read(node: &Node, init: bool, pod: Option<&Node>, volumes: &Volumes<'_>, out: &mut Extracted) -> Container {
    let at = mark(node, out);
    let security = node.get("securityContext");
    let image = node.entry("image");
    Container {
        name: node.str_at(&["name"]).unwrap_or_default().to_owned(),
        image_mark: image.map(|image| out.mark(image.line, image.end_line())),
        product: None,
        image: image.and_then(|image| image.value.as_str()).map(text::image),
        build: None,
        command: command(node),
        ports: list(Some(node), "ports").iter().map(|port| self::port(port, out)).collect(),
        environment: list(Some(node), "env").iter().filter_map(|variable| self::variable(variable, out)).collect(),
        env_from: list(Some(node), "envFrom").iter().filter_map(|source| env_from(source, out)).collect(),
        env_files: Vec::new(),
        mounts: list(Some(node), "volumeMounts").iter().flat_map(|mounted| mounts(mounted, volumes, out)).take(MANY).collect(),
        init,
        privileged: security.and_then(|security| security.get("privileged")).and_then(Node::as_bool),
        user: user(security).or_else(|| user(pod?.get("securityContext"))),
        capabilities: list(security.and_then(|security| security.get("capabilities")), "add").iter().filter_map(Node::as_str).map(str::to_owned).collect(),
        health_paths: health(node),
        logs_to: None,
        mark: at,
    }
}

fn command(node: &Node) -> Vec<Text> {
    let words = ["command", "args"].iter().filter_map(|key| node.get(key)).flat_map(Node::one_or_many).filter_map(Node::as_str);
    secret::hide_words(words.map(text::kubernetes).collect())
}

fn port(node: &Node, out: &mut Extracted) -> Port {
    let published = node.get("hostPort").and_then(Node::as_port);
    Port {
        container: node.get("containerPort").and_then(Node::as_port),
        container_from: None,
        published: published.map(|port| Text::Literal(port.to_string())),
        host_ip: node.str_at(&["hostIP"]).map(str::to_owned),
        protocol: node.str_at(&["protocol"]).map(str::to_ascii_lowercase),
        name: node.str_at(&["name"]).map(str::to_owned),
        mark: mark(node, out),
    }
}

fn variable(node: &Node, out: &mut Extracted) -> Option<Variable> {
    let name = node.str_at(&["name"])?.to_owned();
    let at = mark(node, out);
    let reference = |kind: &str| {
        let reference = node.at(&["valueFrom", kind])?;
        let text = |key| reference.str_at(&[key]).unwrap_or_default().to_owned();
        Some((text("name"), text("key")))
    };
    let value = if let Some((config, key)) = reference("configMapKeyRef") {
        VariableValue::Config { config, key }
    } else if let Some((secret, key)) = reference("secretKeyRef") {
        VariableValue::Secret { secret, key }
    } else if node.get("valueFrom").is_some() {
        VariableValue::Text(Text::Unknown)
    } else {
        match node.get("value") {
            Some(value) if value.is_mapping() || value.is_sequence() => VariableValue::Text(Text::Unknown),
            value => VariableValue::Text(text::kubernetes(value.and_then(Node::as_str).unwrap_or_default())),
        }
    };
    Some(secret::variable(Variable { name, value, mark: at }))
}

fn env_from(node: &Node, out: &mut Extracted) -> Option<ConfigRef> {
    let secret = node.get("secretRef");
    let name = secret.or_else(|| node.get("configMapRef"))?.str_at(&["name"])?.to_owned();
    let prefix = node.str_at(&["prefix"]).unwrap_or_default().to_owned();
    Some(ConfigRef { name, secret: secret.is_some(), prefix, mark: mark(node, out) })
}

fn mounts(node: &Node, volumes: &Volumes<'_>, out: &mut Extracted) -> Vec<Mount> {
    let (Some(name), Some(target)) = (node.str_at(&["name"]), node.str_at(&["mountPath"])) else { return Vec::new() };
    let at = mark(node, out);
    let read_only = node.get("readOnly").and_then(Node::as_bool).unwrap_or(false);
    let unknown = vec![(MountKind::Volume, name.to_owned())];
    let sources = volumes.by_name.get(name).unwrap_or(&unknown);
    sources.iter().map(|(kind, source)| Mount { source: source.clone(), kind: *kind, target: target.to_owned(), read_only, mark: at }).collect()
}

fn user(security: Option<&Node>) -> Option<String> {
    let security = security?;
    let number = security.get("runAsUser").and_then(Node::as_int).map(|number| number.to_string());
    let nonroot = security.get("runAsNonRoot").and_then(Node::as_bool) == Some(true);
    number.or_else(|| nonroot.then(|| "nonroot".to_owned()))
}

fn health(node: &Node) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let Some(get) = node.at(&[probe, "httpGet"]) else { continue };
        let path = get.str_at(&["path"]).unwrap_or("/");
        if !out.iter().any(|known| known == path) {
            out.push(path.to_owned());
        }
    }
    out
}
