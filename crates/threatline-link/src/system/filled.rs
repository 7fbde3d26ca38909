//! Compose files as they stand once the `.env` file beside them is read: which image runs, from which folder it is built, at
//! which port it answers.
//!
//! What containers are told is left as it is written: whether a password stands in it is asked of the file itself.

use super::draft::folder_of;
use crate::Artifact;
use std::collections::BTreeMap;
use threatline_facts::infra::{Container, EnvFile, InfraFact, Platform, VariableValue, Workload};
use threatline_facts::{Fact, Text};

/// How often a variable may lead to another one.
const DEPTH: usize = 8;

/// Workloads that are others once they are filled in, by the number of their artifact and of their fact in it.
pub(crate) fn fill(artifacts: &[Artifact<'_>]) -> BTreeMap<(usize, usize), Workload> {
    let mut files: BTreeMap<&str, &EnvFile> = BTreeMap::new();
    for artifact in artifacts.iter().filter(|artifact| artifact.path.ends_with(".env")) {
        let folder = folder_of(&artifact.path);
        if artifact.path.len() == folder.len() + ".env".len() {
            let found = artifact.facts.facts.iter().find_map(|fact| if let Fact::Infra(InfraFact::EnvFile(file)) = fact { Some(file) } else { None });
            files.extend(found.map(|file| (folder, file)));
        }
    }
    let mut out = BTreeMap::new();
    if files.is_empty() {
        return out;
    }
    for (at, artifact) in artifacts.iter().enumerate() {
        let Some(file) = files.get(folder_of(&artifact.path)) else { continue };
        for (number, fact) in artifact.facts.facts.iter().enumerate() {
            if let Fact::Infra(InfraFact::Workload(workload)) = fact
                && workload.platform == Platform::Compose
            {
                let mut filled = workload.clone();
                filled.containers.iter_mut().for_each(|container| fill_container(container, file));
                if filled != *workload {
                    out.insert((at, number), filled);
                }
            }
        }
    }
    out
}

fn fill_container(container: &mut Container, file: &EnvFile) {
    let text = |text: &mut Text| *text = filled(text, file, 0);
    container.image.iter_mut().for_each(text);
    container.command.iter_mut().for_each(text);
    container.logs_to.iter_mut().for_each(text);
    for port in &mut container.ports {
        port.published.iter_mut().for_each(text);
        if let Some(from) = &mut port.container_from {
            text(from);
            port.container = from.with_defaults().parse().ok().or(port.container);
        }
    }
    if let Some(build) = &mut container.build {
        build.context = path(&build.context, file);
        build.dockerfile = build.dockerfile.as_deref().map(|dockerfile| path(dockerfile, file));
        build.args.iter_mut().for_each(|(_, value)| text(value));
    }
    container.env_files.iter_mut().for_each(|name| *name = path(name, file));
    container.mounts.iter_mut().for_each(|mount| mount.source = path(&mount.source, file));
}

/// A text with what the file says of its variables, and of theirs.
fn filled(text: &Text, file: &EnvFile, depth: usize) -> Text {
    text.resolve(&mut |hole| match hole {
        Text::Environment { variable, default } if depth < DEPTH => {
            let said = said(variable, file).or(default.as_deref());
            said.map(|said| filled(said, file, depth + 1))
        }
        _ => None,
    })
}

/// A path in which variables without a default stand as `${NAME}`.
fn path(written: &str, file: &EnvFile) -> String {
    let mut out = written.to_owned();
    for _ in 0..DEPTH {
        let Some((before, rest)) = out.split_once("${") else { break };
        let Some((name, after)) = rest.split_once('}') else { break };
        let Some(Text::Literal(value)) = said(name, file).map(|said| filled(said, file, 0)) else { break };
        out = format!("{before}{value}{after}");
    }
    out
}

fn said<'f>(variable: &str, file: &'f EnvFile) -> Option<&'f Text> {
    let found = file.variables.iter().rev().find(|found| found.name == variable)?;
    if let VariableValue::Text(text) = &found.value { Some(text) } else { None }
}
