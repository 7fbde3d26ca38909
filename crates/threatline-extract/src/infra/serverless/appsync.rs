//! APIs of GraphQL of the AppSync plugin: data sources, resolvers, and the functions that several resolvers share, as the first
//! and the second version of the plugin write them.

use super::super::cloudformation::values::{Leaf, Values};
use crate::node::{Entry, Node};
use threatline_facts::infra::{InfraFact, Resource};
use threatline_facts::{Extracted, Mark, Text};

/// What data sources are made of, as the plugin names kinds.
const SOURCES: [&str; 8] =
    ["AMAZON_DYNAMODB", "AMAZON_ELASTICSEARCH", "AMAZON_EVENTBRIDGE", "AMAZON_OPENSEARCH_SERVICE", "AWS_LAMBDA", "HTTP", "NONE", "RELATIONAL_DATABASE"];

/// The logical id of the only API.
const ONLY: &str = "GraphQlApi";

/// Whether a document is an API of the plugin's, in a file of its own.
pub(super) fn is_api(document: &Node) -> bool {
    let listed = |key: &str| document.get(key).is_some();
    let of_first = listed("mappingTemplates") && listed("authenticationType");
    let of_second = listed("resolvers") && document.at(&["authentication", "type"]).is_some();
    listed("dataSources") && (of_first || of_second)
}

/// Whether a list, or a record, is one of data sources or of resolvers in a file of its own.
pub(super) fn is_part(document: &Node) -> bool {
    let is_source = |node: &Node| node.str_at(&["type"]).is_some_and(|kind| SOURCES.contains(&kind)) && node.get("config").is_some();
    let is_resolver = |node: &Node| {
        node.str_at(&["type"]).is_some() && node.str_at(&["field"]).is_some() && (node.get("dataSource").is_some() || node.get("functions").is_some())
    };
    let items = document.items();
    let by_name = document.entries();
    let listed = !items.is_empty() && (items.iter().any(is_source) && items.iter().all(|node| node.get("type").is_some()) || items.iter().all(is_resolver));
    listed || !by_name.is_empty() && by_name.iter().all(|entry| is_source(&entry.value))
}

/// Reads a part that stands in a file of its own; of which API it is only the service tells.
pub(super) fn part(document: &Node, values: &mut Values<'_>, out: &mut Extracted) {
    let nobody = Api { name: None, out };
    let mut api = nobody;
    let is_source = document.items().iter().any(|node| node.get("config").is_some()) || !document.entries().is_empty();
    if is_source { api.sources(document, values) } else { api.resolvers(document, values) }
}

/// Reads one API or several.
pub(super) fn apis(node: &Node, alone: bool, values: &mut Values<'_>, out: &mut Extracted) {
    let several = node.is_sequence() || !alone;
    for node in node.one_or_many().iter().filter(|node| node.is_mapping()) {
        let written = node.str_at(&["name"]).unwrap_or_default();
        let word: String = written.chars().filter(char::is_ascii_alphanumeric).collect();
        let mut letters = word.chars();
        let capital: String = letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect();
        let name = if several { format!("{capital}{ONLY}") } else { ONLY.to_owned() };
        let entry = node.entry("name").or_else(|| node.entry("schema"));
        let line = entry.map_or(node.line, |entry| entry.line);
        let mark = out.mark(line, line);
        let mut attributes: Vec<Leaf> = Vec::new();
        for key in ["name", "schema", "authenticationType", "authentication", "additionalAuthenticationProviders", "additionalAuthentications", "visibility"] {
            if let Some(node) = node.get(key) {
                values.flatten(key, node, &mut attributes, out);
            }
        }
        out.say(InfraFact::Resource(Resource { kind: "Serverless::GraphqlApi".to_owned(), name: name.clone(), data_source: false, attributes, mark }));
        let mut api = Api { name: Some(name), out };
        for (key, is_source) in [("dataSources", true), ("mappingTemplates", false), ("resolvers", false)] {
            let Some(node) = node.get(key) else { continue };
            if is_source { api.sources(node, values) } else { api.resolvers(node, values) }
        }
        for key in ["functionConfigurations", "pipelineFunctions"] {
            if let Some(node) = node.get(key) {
                api.shared(node, values);
            }
        }
    }
}

struct Api<'o> {
    /// Its logical id; none where another file tells it.
    name: Option<String>,
    out: &'o mut Extracted,
}

/// Items of a list, of lists in it, or the entries of a record, with what they are called.
fn items<'n>(node: &'n Node, named: &str) -> Vec<(Option<String>, &'n Node)> {
    if node.is_sequence() {
        // a list of what other files hold may be lists, and records by name
        let inner = node.items().iter().flat_map(|item| if item.is_sequence() { item.items() } else { std::slice::from_ref(item) });
        let by_name = |item: &&Node| !item.entries().is_empty() && item.get(named).is_none() && item.entries().iter().all(|entry| entry.value.is_mapping());
        return inner
            .flat_map(|item| if by_name(&item) { of_entries(item.entries()) } else { vec![(item.str_at(&[named]).map(str::to_owned), item)] })
            .collect();
    }
    of_entries(node.entries())
}

fn of_entries(entries: &[Entry]) -> Vec<(Option<String>, &Node)> {
    entries.iter().map(|entry| (Some(entry.key.clone()), &entry.value)).collect()
}

impl Api<'_> {
    fn say(&mut self, kind: &str, name: String, mut attributes: Vec<Leaf>, mark: Mark) {
        attributes.extend(self.name.as_ref().map(|api| ("api".to_owned(), Text::Name(api.clone()), mark)));
        self.out.say(InfraFact::Resource(Resource { kind: kind.to_owned(), name, data_source: false, attributes, mark }));
    }

    fn sources(&mut self, node: &Node, values: &mut Values<'_>) {
        for (name, node) in items(node, "name") {
            let (Some(name), Some(config)) = (name.or_else(|| node.str_at(&["name"]).map(str::to_owned)), node.get("config")) else { continue };
            let mark = self.out.mark(node.line, node.end_line);
            let mut attributes: Vec<Leaf> = Vec::new();
            values.flatten("config", config, &mut attributes, self.out);
            // a function of the service goes by its key
            for (key, text, _) in &mut attributes {
                if let (true, Some(function)) = (key == "config.functionName", text.as_literal()) {
                    *text = Text::Name(function.to_owned());
                }
            }
            self.say("Serverless::DataSource", format!("source {name}"), attributes, mark);
        }
    }

    fn shared(&mut self, node: &Node, values: &mut Values<'_>) {
        for (name, node) in items(node, "name") {
            let Some(name) = name else { continue };
            let mark = self.out.mark(node.line, node.end_line);
            let attributes = Self::sources_of(node, values, mark);
            self.say("Serverless::PipelineFunction", format!("pipeline {name}"), attributes, mark);
        }
    }

    fn resolvers(&mut self, node: &Node, values: &mut Values<'_>) {
        for (name, node) in items(node, "field") {
            // `Query.user: { … }`, or its type and field inside
            let by_key = name.as_deref().and_then(|name| name.split_once('.'));
            let field = node.str_at(&["field"]).map(str::to_owned).or_else(|| by_key.map(|(_, field)| field.to_owned()));
            let of = node.str_at(&["type"]).map(str::to_owned).or_else(|| by_key.map(|(of, _)| of.to_owned()));
            let (Some(field), Some(of)) = (field, of) else { continue };
            let mark = self.out.mark(node.line, node.end_line);
            let mut attributes = Self::sources_of(node, values, mark);
            attributes.push(("type".to_owned(), Text::literal(&of), mark));
            attributes.push(("field".to_owned(), Text::literal(&field), mark));
            self.say("Serverless::Resolver", format!("{of}.{field}"), attributes, mark);
        }
    }

    /// The data source, and the shared functions, that answer something.
    fn sources_of(node: &Node, values: &Values<'_>, mark: Mark) -> Vec<Leaf> {
        let mut attributes: Vec<Leaf> = Vec::new();
        let literal = |node: &Node| values.text(node, 0).and_then(|text| text.as_literal().map(str::to_owned));
        if let Some(source) = node.get("dataSource").and_then(literal) {
            attributes.push(("dataSource".to_owned(), Text::Name(format!("source {source}")), mark));
        }
        let functions = node.get("functions").map_or(&[][..], Node::items).iter();
        for (number, function) in functions.enumerate() {
            // a function that stands here names its data source
            let text = match literal(function) {
                Some(name) => Text::Name(format!("pipeline {name}")),
                None => function.get("dataSource").and_then(literal).map_or(Text::Unknown, |source| Text::Name(format!("source {source}"))),
            };
            attributes.push((format!("functions.{number}"), text, mark));
        }
        attributes
    }
}
