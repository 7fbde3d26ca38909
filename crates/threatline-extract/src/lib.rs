//! One artifact in, what it says out.
//!
//! [`extract`] is a plain function: no path, no I/O, no clock. It cannot fail; what was not understood
//! is a gap.

mod charts;
pub mod code;
pub mod infra;
mod kustomized;
mod lines;
pub mod manifest;
pub mod node;
pub mod spec;

use std::collections::BTreeMap;
use std::sync::Arc;
use threatline_facts::{ArtifactKind, Extracted, Facts, Language};

/// The most that is read of one artifact, in bytes; a longer one is lost with a reason.
pub const MAX_BYTES: usize = 1 << 20;

/// Reads one artifact. CRLF and LF give equal facts; bytes that are no UTF-8 are a gap.
pub fn extract(kind: ArtifactKind, bytes: &[u8]) -> Extracted {
    extract_with(kind, bytes, code::read)
}

/// What artifacts say that another one completes, by path; all others say what they said. Templates of
/// charts become what they describe with the values of their chart, and what a kustomization puts
/// together is changed as it says. `said` is sorted by path.
pub fn complete(said: &[(Arc<str>, Facts)]) -> BTreeMap<Arc<str>, Facts> {
    let mut completed = charts::complete(said);
    kustomized::complete(said, &mut completed);
    completed
}

/// Reads one artifact that another one refers to: of a source file everything, whatever words it holds.
/// Where [`extract`] says something of a source file, this says the same.
pub fn extract_all(kind: ArtifactKind, bytes: &[u8]) -> Extracted {
    extract_with(kind, bytes, code::read_all)
}

/// Reads the documents of YAML or JSON as whatever they are.
fn documents(kind: ArtifactKind, text: &str) -> Extracted {
    let documents = match node::parse(kind, text) {
        Ok(documents) => documents,
        Err(reason) => return Extracted::lost(reason),
    };
    let mut out = Extracted::default();
    let is_table = |out: &mut _| kind == ArtifactKind::Yaml && (code::routing::read(&documents, out) || code::access::read(&documents, out));
    if !(spec::read_documents(&documents, &mut out) || manifest::read_documents(&documents, &mut out) || is_table(&mut out)) {
        infra::read_documents(&documents, &mut out);
    }
    out
}

fn extract_with(kind: ArtifactKind, bytes: &[u8], read_code: fn(Language, &str) -> Extracted) -> Extracted {
    if kind == ArtifactKind::ChartFile {
        // whoever takes a file in by a pattern takes pictures and archives too
        return std::str::from_utf8(bytes).map_or_else(|_| Extracted::default(), infra::chart::file);
    }
    if bytes.len() > MAX_BYTES {
        return Extracted::lost("larger than 1 MiB");
    }
    if bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
        return Extracted::lost("a Git LFS pointer");
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Extracted::lost("not UTF-8");
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let unix;
    let text = if text.contains('\r') {
        unix = text.replace("\r\n", "\n");
        &unix
    } else {
        text
    };
    match kind {
        ArtifactKind::Source(language) => read_code(language, text),
        ArtifactKind::Yaml if infra::chart::is_template(text) => infra::chart::template(text),
        ArtifactKind::Json | ArtifactKind::ChartTemplate if infra::terraform::is_policy(text) => infra::terraform::policy(text),
        ArtifactKind::Yaml if spec::raml::is_definition(text) => spec::raml::read(text),
        ArtifactKind::Yaml | ArtifactKind::Json => documents(kind, text),
        ArtifactKind::ChartTemplate if infra::chart::is_template(text) => infra::chart::template(text),
        // Helm's are not the only files that end so
        ArtifactKind::ChartTemplate => Extracted::default(),
        ArtifactKind::ChartFile => infra::chart::file(text),
        ArtifactKind::ChartValues => {
            let mut out = documents(ArtifactKind::Yaml, text);
            infra::chart::values(text, &mut out);
            out
        }
        ArtifactKind::Toml => infra::read_toml(text),
        ArtifactKind::Dockerfile => infra::dockerfile::read(text),
        ArtifactKind::EnvFile => infra::env_file::read(text),
        ArtifactKind::Terraform | ArtifactKind::TerraformVariables => infra::terraform::read(kind, text),
        ArtifactKind::Properties => infra::properties::read(text),
        ArtifactKind::LogConfig => infra::log_config::read(text),
        ArtifactKind::Protobuf => spec::protobuf::read(text),
        ArtifactKind::Graphql => spec::graphql::read(text),
        ArtifactKind::Nginx => infra::conf::read(text),
        ArtifactKind::Caddyfile => infra::caddy::read(text),
        ArtifactKind::Haproxy => infra::haproxy::read(text),
        ArtifactKind::Procfile => infra::hosting::procfile(text),
        ArtifactKind::Redirects => infra::hosting::redirects(text),
        ArtifactKind::StoreRules => infra::hosting::rules(text),
        ArtifactKind::Raml => spec::raml::read(text),
        ArtifactKind::Wsdl => spec::wsdl::read(text),
        ArtifactKind::Smithy => spec::smithy::read(text),
        ArtifactKind::Sql => spec::sql::read(text),
        ArtifactKind::Typespec => spec::typespec::read(text),
        ArtifactKind::Goctl => spec::goctl::read(text),
        ArtifactKind::Bicep => infra::bicep::read(text),
        ArtifactKind::Wrangler => infra::wrangler::read(text),
        ArtifactKind::Starlark => infra::starlark::read(text),
        ArtifactKind::Jenkinsfile => infra::pipeline::jenkins(text),
        ArtifactKind::Manifest(ecosystem) => manifest::read(ecosystem, text),
        ArtifactKind::Codeowners => manifest::codeowners::read(text),
    }
}
