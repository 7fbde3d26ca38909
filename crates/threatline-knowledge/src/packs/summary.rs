//! What a pack recognises, in the words of lists and tables.

use super::{AnnotationVerb, Family, FileUse, Pack, TypeRole, Verb};

/// What packs recognise, in the order that lists name it.
const WORDS: &[&str] =
    &["routes", "sockets", "graphql", "rpcs", "commands", "jobs", "consumers", "functions", "tools", "guards", "outbound calls", "injection", "resources"];

impl Pack {
    /// The kinds of things that it recognises.
    pub fn recognises(&self) -> Vec<&'static str> {
        let mut found: Vec<&'static str> = Vec::new();
        found.extend(self.calls.iter().flat_map(|rule| of_call(rule.does, rule.kind.as_deref())));
        found.extend(self.annotations.iter().flat_map(|rule| of_annotation(rule.does, rule.kind.as_deref())));
        for rule in &self.classes {
            found.extend(rule.kind.as_deref().or(rule.serves.as_deref()).map(of_kind));
            let answers = rule.kind.is_none() && rule.serves.is_none() && !rule.methods.is_empty();
            found.extend(answers.then_some(if rule.service.is_some() { "rpcs" } else { "routes" }));
            found.extend((rule.before.is_some() || !rule.guarded_by.is_empty()).then_some("guards"));
        }
        found.extend(self.routed.iter().map(|rule| if rule.does == FileUse::Route { "routes" } else { "guards" }));
        let serves = !self.asked.is_empty() || self.files.iter().any(|rule| rule.serves);
        found.extend(serves.then_some("routes"));
        let is_guarding = !self.guards.is_empty() || !self.verifies.is_empty() || !self.rejects.is_empty() || self.central.is_some();
        found.extend(is_guarding.then_some("guards"));
        // a router that has another pack's methods answers as that one's do
        let is_router = |rule: &super::TypeRule| rule.role == TypeRole::Router && rule.extends.iter().any(|name| name.contains(':'));
        found.extend(self.types.iter().any(|rule| is_router(rule)).then_some("routes"));
        found.extend(self.types.iter().any(|rule| rule.role == TypeRole::Client).then_some("outbound calls"));
        found.extend(self.constructs.is_some().then_some("resources"));
        found.extend((!self.sinks.is_empty()).then_some("injection"));
        WORDS.iter().copied().filter(|word| found.contains(word)).collect()
    }

    /// The languages that it speaks of, as people write them.
    pub fn spoken(&self) -> Vec<&'static str> {
        self.languages.iter().map(|family| family.spoken()).collect()
    }
}

impl Family {
    /// The languages of the family, as people write them.
    pub fn spoken(self) -> &'static str {
        match self {
            Family::CSharp => "C#",
            Family::Dart => "Dart",
            Family::Elixir => "Elixir",
            Family::Go => "Go",
            Family::Java => "Java, Kotlin, Scala",
            Family::JavaScript => "JavaScript, TypeScript",
            Family::Php => "PHP",
            Family::Python => "Python",
            Family::Ruby => "Ruby",
            Family::Rust => "Rust",
            Family::Swift => "Swift",
        }
    }
}

fn of_kind(kind: &str) -> &'static str {
    match kind {
        "cli" => "commands",
        "function" => "functions",
        "graphql" => "graphql",
        "grpc" => "rpcs",
        "mcp_tool" => "tools",
        "message" => "consumers",
        "schedule" => "jobs",
        "websocket" => "sockets",
        _ => "routes",
    }
}

fn of_call(verb: Verb, kind: Option<&str>) -> Option<&'static str> {
    match verb {
        Verb::Route | Verb::Resources | Verb::Nest | Verb::Tree | Verb::Crud | Verb::Convention | Verb::Sieve | Verb::Cases => {
            Some(of_kind(kind.unwrap_or("http")))
        }
        Verb::Make | Verb::Group => kind.filter(|kind| *kind == "cli").map(of_kind),
        Verb::Schema | Verb::Expose | Verb::Roots => Some(of_kind(kind.unwrap_or("graphql"))),
        Verb::Serve => Some("rpcs"),
        Verb::Consume => Some("consumers"),
        Verb::Request | Verb::Connect | Verb::Stub | Verb::Publish => Some("outbound calls"),
        Verb::Protect => Some("guards"),
        _ => None,
    }
}

fn of_annotation(verb: AnnotationVerb, kind: Option<&str>) -> Option<&'static str> {
    match verb {
        AnnotationVerb::Route | AnnotationVerb::Member => Some(of_kind(kind.unwrap_or("http"))),
        AnnotationVerb::Message => Some("consumers"),
        AnnotationVerb::Schedule => Some(of_kind(kind.unwrap_or("schedule"))),
        AnnotationVerb::Client => Some("outbound calls"),
        AnnotationVerb::Guard => Some("guards"),
        _ => None,
    }
}
