//! The container of a service.

use super::super::{mark, secret, text};
use super::{Entry, Node, known, pairs, ports};
use threatline_facts::infra::{Build, Container, Mount, MountKind, Variable, VariableValue};
use threatline_facts::{Extracted, Text};

/// Reads what a service runs.
pub(super) fn read(entry: &Entry, out: &mut Extracted) -> Container {
    let node = &entry.value;
    let image = node.entry("image");
    let image_mark = image.map(|image| out.mark(image.line, image.end_line()));
    Container {
        name: entry.key.clone(),
        image: image.and_then(|image| image.value.as_str()).map(text::compose),
        image_mark,
        product: None,
        build: build(node, out),
        command: command(node),
        ports: ports::read(node, out),
        environment: environment(node, out),
        env_from: Vec::new(),
        env_files: env_files(node),
        mounts: mounts(node, out),
        init: false,
        privileged: node.get("privileged").and_then(Node::as_bool),
        user: node.str_at(&["user"]).map(known),
        capabilities: node.get("cap_add").map_or(&[][..], Node::items).iter().filter_map(Node::as_str).map(str::to_owned).collect(),
        health_paths: health(node),
        logs_to: logs_to(node),
        mark: out.mark(entry.line, entry.end_line()),
    }
}

/// The address that the logging driver sends what the container prints to.
fn logs_to(node: &Node) -> Option<Text> {
    let options = node.get("logging").and_then(|logging| logging.get("options")).or_else(|| node.get("log_opt"))?;
    ["syslog-address", "gelf-address", "fluentd-address", "splunk-url", "loki-url"].iter().find_map(|key| options.str_at(&[key])).map(text::compose)
}

fn build(node: &Node, out: &mut Extracted) -> Option<Build> {
    let entry = node.entry("build")?;
    let mark = out.mark(entry.line, entry.end_line());
    let build = &entry.value;
    if let Some(context) = build.as_str() {
        return Some(Build { context: known(context), dockerfile: None, target: None, args: Vec::new(), mark });
    }
    let args = pairs(build.get("args")).into_iter().map(|(name, value, _)| {
        let value = value.map_or_else(|| text::environment(&name, None), |value| text::compose(&value));
        let value = secret::hide(&name, value);
        (name, value)
    });
    build.is_mapping().then(|| Build {
        context: build.str_at(&["context"]).map_or_else(|| ".".to_owned(), known),
        dockerfile: build.str_at(&["dockerfile"]).map(known),
        target: build.str_at(&["target"]).map(known),
        args: args.collect(),
        mark,
    })
}

fn command(node: &Node) -> Vec<Text> {
    let mut out = Vec::new();
    for key in ["entrypoint", "command"] {
        let Some(written) = node.get(key) else { continue };
        match written.as_str() {
            Some(line) => out.extend(text::words(line).iter().map(|word| text::compose(word))),
            None => out.extend(written.items().iter().filter_map(Node::as_str).map(text::compose)),
        }
    }
    secret::hide_words(out)
}

fn environment(node: &Node, out: &mut Extracted) -> Vec<Variable> {
    let variables = pairs(node.get("environment")).into_iter().map(|(name, value, (line, end_line))| {
        let value = value.map_or(VariableValue::Inherited, |value| VariableValue::Text(text::compose(&value)));
        secret::variable(Variable { name: known(&name), value, mark: out.mark(line, end_line) })
    });
    variables.collect()
}

fn env_files(node: &Node) -> Vec<String> {
    let files = node.get("env_file").map_or(&[][..], Node::one_or_many);
    files.iter().filter_map(|file| file.get("path").unwrap_or(file).as_str()).map(known).collect()
}

fn mounts(node: &Node, out: &mut Extracted) -> Vec<Mount> {
    let mut mounts = Vec::new();
    for volume in node.get("volumes").map_or(&[][..], Node::items) {
        let at = mark(volume, out);
        mounts.extend(match volume.as_str() {
            Some(written) => short(written, at),
            None => long(volume, at),
        });
    }
    for tmpfs in node.get("tmpfs").map_or(&[][..], Node::one_or_many).iter() {
        let Some(target) = tmpfs.as_str() else { continue };
        let target = target.split(':').next().unwrap_or(target).to_owned();
        mounts.push(Mount { source: String::new(), kind: MountKind::Empty, target, read_only: false, mark: mark(tmpfs, out) });
    }
    for (key, kind, folder) in [("configs", MountKind::Config, "/"), ("secrets", MountKind::Secret, "/run/secrets/")] {
        for item in node.get(key).map_or(&[][..], Node::items) {
            let Some(source) = item.get("source").unwrap_or(item).as_str() else { continue };
            let target = item.str_at(&["target"]).unwrap_or(source);
            let target = if target.starts_with('/') { target.to_owned() } else { format!("{folder}{target}") };
            mounts.push(Mount { source: source.to_owned(), kind, target, read_only: true, mark: mark(item, out) });
        }
    }
    mounts
}

fn short(written: &str, mark: threatline_facts::Mark) -> Option<Mount> {
    let mut parts: Vec<String> = text::split(&text::compose(written), ':').iter().map(text::spelled).collect();
    // `C:\data:/data`
    if parts.len() > 1 && parts[0].len() == 1 && parts[1].starts_with(['\\', '/']) && written.contains('\\') {
        let rest = parts.remove(1);
        parts[0] = format!("{}:{rest}", parts[0]);
    }
    let read_only = parts.get(2).is_some_and(|options| options.split(',').any(|option| option == "ro"));
    if parts.len() == 1 {
        return Some(Mount { source: String::new(), kind: MountKind::Volume, target: parts.remove(0), read_only, mark });
    }
    let (source, target) = (parts.remove(0), parts.remove(0));
    let path = source.starts_with(['.', '/', '~', '$', '\\']) || source.contains(":\\") || source.contains('/');
    let kind = if path { MountKind::Path } else { MountKind::Volume };
    Some(Mount { source, kind, target, read_only, mark })
}

fn long(volume: &Node, mark: threatline_facts::Mark) -> Option<Mount> {
    let kind = match volume.str_at(&["type"]).unwrap_or("volume") {
        "bind" => MountKind::Path,
        "tmpfs" => MountKind::Empty,
        _ => MountKind::Volume,
    };
    let source = ["source", "src"].iter().find_map(|key| volume.str_at(&[key])).map(known).unwrap_or_default();
    let target = ["target", "dst", "destination"].iter().find_map(|key| volume.str_at(&[key])).map(known)?;
    let read_only = volume.get("read_only").and_then(Node::as_bool).unwrap_or(false);
    Some(Mount { source, kind, target, read_only, mark })
}

/// Paths of URLs that a health check asks of its own container.
fn health(node: &Node) -> Vec<String> {
    let Some(test) = node.at(&["healthcheck", "test"]) else { return Vec::new() };
    let words: Vec<String> = match test.as_str() {
        Some(line) => text::words(line),
        None => test.items().iter().filter_map(Node::as_str).flat_map(text::words).collect(),
    };
    let mut out = Vec::new();
    for word in words {
        let Some((_, after)) = word.split_once("://") else { continue };
        let (host, path) = after.find('/').map_or((after, "/"), |at| after.split_at(at));
        let own = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"].iter().any(|name| host.starts_with(name));
        let path = path.split(['?', '#', '"', '\'', ')']).next().unwrap_or(path);
        if own && !out.iter().any(|known| known == path) {
            out.push(path.to_owned());
        }
    }
    out
}
