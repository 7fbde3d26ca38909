//! Servers of tools that agents are configured with: what runs beside whoever develops here, what is asked elsewhere, and
//! which of them this repository holds itself.

use super::address::{self, Address};
use super::agents;
use super::documented::owner;
use super::draft::{Draft, folder_of, join, third_party};
use super::flows::{Flows, Proved, push_new};
use super::names::Directory;
use super::said::{At, Said};
use std::collections::BTreeMap;
use threatline_facts::infra::{ToolProgram, ToolServer};
use threatline_knowledge::catalogue::{self, agent::developers_agent};
use threatline_model::{ComponentKind, Evidence, EvidenceSource, Exposure, Grade, Proof, Property, Role, Value};

/// How servers of tools are spoken to, and what they are.
const PROTOCOL: &str = "mcp";

/// Adds the servers, and who uses them.
pub(crate) fn find(drafts: &mut Vec<Draft<'_>>, directory: &Directory, flows: &mut Flows, said: &Said<'_>, in_test: &dyn Fn(&str) -> bool) {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for server in said.tool_servers.iter().filter(|server| !in_test(&server.path) && !is_example(&server.path)) {
        let from = match developers_agent(&server.path) {
            Some(product) => Some(agents::of_developers(drafts, product, evidence(server))),
            None => owner(drafts, &server.path),
        };
        let Some(from) = from else { continue };
        if server.it.trusted {
            drafts[from].properties.set(
                Property::HumanApproval,
                Value::Flag(false),
                Proof { grade: Grade::X, confidence: 950, evidence: vec![evidence(server)] },
            );
        }
        let to = match &server.it.runs {
            ToolProgram::Remote(text) => {
                let found = address::parse(&text.with_defaults()).into_iter().next();
                found.and_then(|address| Some((asked(drafts, directory, from, server, &address)?, Some(address))))
            }
            ToolProgram::File(file) => Some((own(drafts, server, file).unwrap_or_else(|| beside(drafts, &mut known, from, server)), None)),
            _ => Some((beside(drafts, &mut known, from, server), None)),
        };
        let Some((to, address)) = to.filter(|(to, _)| *to != from) else { continue };
        drafts[to].roles.insert(Role::McpServer);
        if server.it.secret {
            drafts[to].properties.set(Property::SecretInRepository, Value::Flag(true), proof(server));
        }
        let flow = flows.by_key.entry((from, to, Some(PROTOCOL.to_owned()))).or_default();
        push_new(&mut flow.evidence, evidence(server));
        flow.unknown_credential |= !server.it.credential;
        flow.authenticated = flow.authenticated.take().or_else(|| server.it.credential.then(|| proved(server)));
        let encrypted = address.and_then(|address| address.encrypted);
        flow.encrypted = flow.encrypted.take().or_else(|| encrypted.map(|holds| Proved { holds, ..proved(server) }));
    }
}

/// Programs of this repository that are published as servers of tools are such.
pub(crate) fn offered(drafts: &mut [Draft<'_>], said: &Said<'_>, in_test: &dyn Fn(&str) -> bool) {
    for offer in said.tool_offers.iter().filter(|offer| !in_test(&offer.path)) {
        let file = offer.it.file.as_deref().and_then(|file| join(folder_of(&offer.path), file));
        let at = file.and_then(|file| owner(drafts, &file)).or_else(|| owner(drafts, &offer.path));
        if let Some(at) = at {
            drafts[at].roles.insert(Role::McpServer);
            drafts[at].technologies.insert(PROTOCOL.to_owned());
            push_new(&mut drafts[at].evidence, Evidence::new(offer.path.clone(), Some(offer.it.mark), EvidenceSource::Infrastructure, PROTOCOL));
        }
    }
}

/// Whether a file only shows how others may write theirs.
fn is_example(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    ["example", "sample", "template"].iter().any(|word| name.contains(word))
}

fn evidence(server: &At<'_, ToolServer>) -> Evidence {
    Evidence::new(server.path.clone(), Some(server.it.mark), EvidenceSource::Infrastructure, PROTOCOL)
}

fn proof(server: &At<'_, ToolServer>) -> Proof {
    Proof { grade: Grade::P, confidence: 900, evidence: vec![evidence(server)] }
}

fn proved(server: &At<'_, ToolServer>) -> Proved {
    Proved { holds: true, proof: Proof { grade: Grade::X, ..proof(server) } }
}

/// A program that is run beside the agent.
fn beside(drafts: &mut Vec<Draft<'_>>, known: &mut BTreeMap<String, usize>, from: usize, server: &At<'_, ToolServer>) -> usize {
    let at = *known.entry(server.it.name.clone()).or_insert_with(|| {
        let mut draft = Draft::new(&server.it.name, &format!("{}/", drafts[from].name), ComponentKind::Process);
        draft.technologies.insert(PROTOCOL.to_owned());
        draft.environment = drafts[from].environment;
        draft.exposure = Exposure::Local;
        drafts.push(draft);
        drafts.len() - 1
    });
    if let ToolProgram::Package(name) | ToolProgram::Image(name) | ToolProgram::Program(name) = &server.it.runs {
        drafts[at].aliases.insert(name.clone());
    }
    push_new(&mut drafts[at].evidence, evidence(server));
    at
}

/// The component whose source holds a file, from the folder of the configuration or from the top.
fn own(drafts: &[Draft<'_>], server: &At<'_, ToolServer>, file: &str) -> Option<usize> {
    let file = file.trim_start_matches("${workspaceFolder}/").trim_start_matches("./");
    let near = join(folder_of(&server.path), file).and_then(|path| owner(drafts, &path));
    near.or_else(|| owner(drafts, &join("", file)?))
}

/// Who answers at an address.
fn asked(drafts: &mut Vec<Draft<'_>>, directory: &Directory, from: usize, server: &At<'_, ToolServer>, address: &Address) -> Option<usize> {
    let host = address.host.as_deref()?;
    if address::is_local(host) {
        return directory.local_port(address.port()?, from, drafts);
    }
    if let Some(at) = directory.host(host, from, drafts) {
        return Some(at);
    }
    if address::is_placeholder(host) || !host.contains('.') {
        return None;
    }
    let third = catalogue::host(host);
    let name = third.map_or(host, |third| third.name.as_str());
    let at = third_party(drafts, name, third);
    drafts[at].aliases.extend([server.it.name.clone(), host.to_owned()].into_iter().filter(|alias| alias != name));
    push_new(&mut drafts[at].evidence, evidence(server));
    Some(at)
}
