//! Configuration of frameworks: Spring, Quarkus and Micronaut in YAML, ASP.NET in JSON.
//!
//! Every key becomes one setting, flattened with dots, elements of lists by number. A literal secret
//! is `***`.

use super::{secret, text};
use crate::node::{Kind, Node};
use threatline_facts::infra::{InfraFact, Setting};
use threatline_facts::{Extracted, Text};

/// A longer key is no setting that anybody reads.
const MAX_KEY: usize = 512;

/// Top-level keys that only a Java framework's configuration has.
const JAVA: &[&str] = &["spring", "eureka", "quarkus", "micronaut", "feign", "ribbon", "zuul", "hystrix", "resilience4j", "springdoc"];

/// What stands under `server` and `management` there.
const SERVER: &[&str] = &[
    "port",
    "servlet",
    "ssl",
    "error",
    "forward-headers-strategy",
    "context-path",
    "address",
    "undertow",
    "tomcat",
    "compression",
    // Dropwizard
    "applicationContextPath",
    "rootPath",
    "applicationConnectors",
    "adminConnectors",
];
const MANAGEMENT: &[&str] = &["endpoints", "endpoint", "metrics", "server", "tracing", "security", "health", "info"];

const DOTNET: &[&str] = &["ConnectionStrings", "Kestrel", "AllowedHosts", "Serilog", "ReverseProxy"];

/// Keys below others by which it is known: a file for one environment may hold nothing else.
const DOTNET_BELOW: &[&[&str]] =
    &[&["Logging", "LogLevel"], &["Eureka", "Client"], &["Eureka", "Instance"], &["Consul", "Discovery"], &["Spring", "Application"]];

/// Top-level keys of files that are something else, whatever else they hold.
const OTHERS: &[&str] = &["apiVersion", "openapi", "swagger", "asyncapi", "services", "jobs", "stages", "AWSTemplateFormatVersion", "Resources", "on"];

/// Reads the documents of a file if one of them is such configuration; says whether it was.
pub fn read(documents: &[Node], out: &mut Extracted) -> bool {
    let others = documents.iter().any(is_other);
    let java = documents.iter().any(is_java);
    if others || !(java || documents.iter().any(is_dotnet)) {
        return false;
    }
    for document in documents {
        let profile = profile(document);
        flatten(
            document,
            String::new(),
            &mut |key, node, out| {
                let written = node.as_str().unwrap_or_default();
                let value = if java { text::spring(written) } else { Text::literal(written) };
                say(key, value, profile.clone(), (node.line, node.end_line), out);
            },
            out,
        );
    }
    true
}

/// Whether a document is known to be something else than anybody's settings.
fn is_other(document: &Node) -> bool {
    OTHERS.iter().any(|key| document.get(key).is_some()) || super::compose::is_bare(document)
}

/// One setting, its secret hidden.
pub(super) fn say(key: &str, value: Text, profile: Option<String>, (line, end_line): (u32, u32), out: &mut Extracted) {
    let mark = out.mark(line, end_line);
    let value = secret::hide(key, value);
    out.say(InfraFact::Setting(Setting { key: key.to_owned(), value, profile, mark }));
}

/// A key of a `.properties` file or at the top of YAML is one of a Java framework.
pub(super) fn is_java_key(key: &str) -> bool {
    let mut words = key.split('.');
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    JAVA.contains(&first) || (first == "server" && SERVER.contains(&second)) || (first == "management" && MANAGEMENT.contains(&second))
}

fn is_java(document: &Node) -> bool {
    document.entries().iter().any(|entry| {
        let below = entry.value.entries().iter().any(|inner| is_java_key(&format!("{}.{}", entry.key, inner.key)));
        // `spring: x` says nothing; `spring.application.name: x` does.
        below || (entry.key.contains('.') && is_java_key(&entry.key))
    })
}

fn is_dotnet(document: &Node) -> bool {
    let says = |path: &&[&str]| document.at(path).is_some();
    DOTNET.iter().any(|key| document.get(key).is_some()) || DOTNET_BELOW.iter().any(says)
}

fn profile(document: &Node) -> Option<String> {
    let paths: [&[&str]; 4] =
        [&["spring", "config", "activate", "on-profile"], &["spring.config.activate.on-profile"], &["spring", "profiles"], &["spring.profiles"]];
    let profile = paths.iter().find_map(|path| document.str_at(path));
    profile.filter(|profile| profile.len() <= MAX_KEY).map(str::to_owned)
}

type Visit<'a> = &'a mut dyn FnMut(&str, &Node, &mut Extracted);

fn flatten(node: &Node, key: String, visit: Visit<'_>, out: &mut Extracted) {
    if key.len() > MAX_KEY {
        return;
    }
    let below = |name: &str| if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") };
    match &node.kind {
        Kind::Mapping(entries) => {
            for entry in entries {
                flatten(&entry.value, below(&entry.key), visit, out);
            }
        }
        Kind::Sequence(items) => {
            for (number, item) in items.iter().enumerate() {
                flatten(item, below(&number.to_string()), visit, out);
            }
        }
        Kind::Scalar { .. } if !key.is_empty() && !node.is_null() => visit(&key, node, out),
        Kind::Scalar { .. } | Kind::Lost(_) => {}
    }
}
