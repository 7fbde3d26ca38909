//! Deployments, containers and infrastructure: one file per kind.
//!
//! A YAML or JSON document is recognised by what it says, never by the name of its file.

pub mod agents;
mod amplify;
mod apache;
mod arm;
pub mod automation;
mod azd;
pub mod bicep;
pub mod caddy;
pub mod chart;
pub mod cloudformation;
pub mod compose;
pub mod conf;
mod dials;
pub mod dockerfile;
pub mod env_file;
pub mod envoy;
pub mod haproxy;
pub mod hosting;
pub mod kong;
pub mod krakend;
pub mod kubernetes;
pub mod kustomization;
pub mod log_config;
pub mod nginx;
pub mod ocelot;
mod own_addresses;
pub mod pipeline;
pub mod properties;
mod proxy;
pub mod secret;
pub mod serverless;
pub mod settings;
mod sidecars;
pub mod skaffold;
pub mod starlark;
pub mod terraform;
pub mod text;
pub mod tool_servers;
pub mod traefik;
pub mod wrangler;
pub mod yarp;

use crate::node::{self, Kind, Node};
use threatline_facts::{ArtifactKind, Extracted, Gap, Mark};

/// Readers of a document, in order; the first one that knows it reads it. Kubernetes takes whatever
/// else has an `apiVersion`.
const READERS: &[fn(&Node, &mut Extracted) -> bool] = &[
    caddy::json::read,
    envoy::read,
    chart::read,
    chart::release::helmfile,
    kustomization::read,
    kustomization::read_operations,
    kustomization::read_replacements,
    skaffold::read,
    dials::read,
    kubernetes::read,
    kong::read,
    krakend::read,
    ocelot::read,
    azd::read,
    arm::read,
    compose::read,
    traefik::read,
    cloudformation::read,
    serverless::read,
    serverless::fragment::read,
    amplify::read,
    pipeline::read_github,
    pipeline::read_circleci,
    pipeline::read_drone,
    pipeline::read_google,
    pipeline::read_codebuild,
    pipeline::read_bitbucket,
    hosting::read_render,
    hosting::read_firebase,
    hosting::read_vercel,
    hosting::read_heroku,
    agents::read,
    automation::read,
    terraform::json::read,
    pipeline::read_azure,
    pipeline::read_gitlab,
    sidecars::read,
    own_addresses::read,
];

/// The same for TOML, in which few of them are written.
const TOML_READERS: &[fn(&Node, &mut Extracted) -> bool] =
    &[traefik::read, dials::read, hosting::read_fly, hosting::read_netlify, hosting::read_supabase, agents::read, own_addresses::read];

/// Reads TOML as whatever kind it is.
pub fn read_toml(text: &str) -> Extracted {
    let mut out = Extracted::default();
    match node::parse(ArtifactKind::Toml, text) {
        Ok(documents) => documents.iter().for_each(|document| {
            TOML_READERS.iter().any(|read| read(document, &mut out));
        }),
        Err(reason) => out = Extracted::lost(reason),
    }
    out
}

/// Reads YAML or JSON documents as whatever kind they are.
pub fn read_documents(documents: &[Node], out: &mut Extracted) {
    let settings = settings::read(documents, out);
    if settings {
        documents.iter().for_each(|document| _ = yarp::read(document, out));
    }
    for document in documents {
        if let Kind::Lost(reason) = &document.kind {
            gap(document, reason.clone(), out);
        } else if !settings {
            READERS.iter().any(|read| read(document, out));
        }
    }
}

/// What may be kept of a value of a Secret is an address.
pub(crate) fn is_address(value: &str) -> bool {
    kubernetes::address(value).as_literal() == Some(value)
}

/// The mark of a node.
fn mark(node: &Node, out: &mut Extracted) -> Mark {
    out.mark(node.line, node.end_line)
}

/// Says that a part could not be understood.
fn gap(node: &Node, reason: impl Into<String>, out: &mut Extracted) {
    let mark = mark(node, out);
    out.facts.gaps.push(Gap { mark: Some(mark), reason: reason.into(), whole: false });
}
