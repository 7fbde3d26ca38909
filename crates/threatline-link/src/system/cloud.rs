//! Resources of a cloud: what they make, who calls whom, and where requests come in.
//!
//! A resource type's meaning is data (`cloud.toml` of the knowledge crate); this looks names up. A name of
//! Terraform is valid in its folder, one of a template in the template. What crosses templates (outputs,
//! exports, parameters of the parameter store) is followed; what a condition or a function decides is not.

mod access;
mod attributes;
mod bicep;
mod called;
mod code;
mod components;
mod grants;
mod leads;
mod networks;
mod packaged;
mod placed;
mod reach;
mod routes;
mod scopes;
mod tables;
mod triggers;
mod workloads;

pub(crate) use access::flows;
pub(crate) use components::{functions, others, variables};
pub(crate) use grants::Grants;
pub(crate) use networks::{Network, networks};
pub(crate) use placed::place_workloads;
pub(crate) use reach::expose;
pub(crate) use routes::{Placed, definitions, entry_points};

use super::draft::{folder_of, join};
use super::said::{At, Said};
use super::terraform::{FROM_TOP, Plan, Planned};
use crate::compose::{CodeResource, Composed};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::infra::{Resource, StackParameter};
use threatline_facts::{Mark, Text};
use threatline_knowledge::catalogue::cloud::{Cloud as Ways, cloud as ways};
use threatline_model::{Evidence, EvidenceSource};

/// How often a name may lead to another one.
const DEPTH: usize = 12;

/// Names and parts that are followed for one text, whatever they lead to.
const WORK: usize = 512;

/// A resource with where its names are valid.
pub(crate) struct Item<'a> {
    pub(crate) path: Arc<str>,
    pub(crate) it: &'a Resource,
    scope: String,
    /// The kind, with `data.` before it for a data source.
    kind: String,
    /// The pack that read it off code.
    by: Option<&'a str>,
    /// What is planned of Terraform.
    planned: Option<&'a Planned>,
    /// The component that it makes.
    pub(crate) component: Option<usize>,
}

/// All resources, and the names in which they speak of each other.
pub(crate) struct Cloud<'a> {
    pub(crate) items: Vec<Item<'a>>,
    by_name: BTreeMap<(String, String), usize>,
    parameters: BTreeMap<(String, String), &'a StackParameter>,
    outputs: BTreeMap<(String, String), &'a Text>,
    /// What templates hand to the templates that they nest, by the nested one's path and the parameter.
    handed: BTreeMap<(String, String), (String, &'a Text)>,
    exports: BTreeMap<String, (String, &'a Text)>,
    /// Where marks of what is planned are.
    places: &'a [(Arc<str>, Mark)],
    /// Parameters of the parameter store, by their full name, with `*` for what who deploys them says.
    stored: Vec<(String, usize)>,
    /// Folders of packages.
    packages: BTreeSet<String>,
    /// The call that made a space of names, for files that are taken in once for each call.
    calls: BTreeMap<String, usize>,
    tables: tables::Tables<'a>,
    /// Resources by the names that they are given.
    names: BTreeMap<String, Vec<usize>>,
}

/// Grants, flows or entry points that resources tell of; no system has so many.
const MOST: usize = 50_000;

/// What a text leads to.
#[derive(Default)]
pub(crate) struct Seen {
    /// Resources that it names, those that stand for others left out.
    pub(crate) items: BTreeSet<usize>,
    work: usize,
}

impl<'a> Cloud<'a> {
    pub(crate) fn new(said: &Said<'a>, plan: &'a Plan, composed: &'a Composed) -> Self {
        let mut cloud = Cloud {
            items: Vec::new(),
            by_name: BTreeMap::new(),
            parameters: BTreeMap::new(),
            outputs: BTreeMap::new(),
            handed: BTreeMap::new(),
            exports: BTreeMap::new(),
            places: &plan.places,
            stored: Vec::new(),
            calls: BTreeMap::new(),
            tables: tables::Tables::default(),
            names: BTreeMap::new(),
            packages: said.packages.iter().map(|package| folder_of(&package.path).to_owned()).collect(),
        };
        let scopes = scopes::Scopes::new(said);
        let mut packaged = packaged::packaged(said);
        packaged.extend(packaged::synthesised(said, composed));
        let counts = |resource: &At<'_, Resource>| {
            is_template(&resource.it.kind) && scopes.counts(&resource.path, resource.it) && !bicep::is_one(&resource.path) && !packaged.contains(&resource.path)
        };
        for resource in said.resources.iter().filter(|resource| counts(resource)) {
            let scope = scopes.of(&resource.path, resource.it);
            cloud.add(resource.path.clone(), resource.it, scope);
        }
        plan.resources.iter().for_each(|planned| cloud.add_planned(planned));
        for resource in &composed.resources {
            cloud.add_declared(resource);
        }
        let handed = bicep::deploy(&mut cloud, said);
        for stack in said.stacks.iter().filter(|stack| !bicep::is_one(&stack.path) && !packaged.contains(&stack.path)) {
            let scope = scopes.taken(&stack.path).to_owned();
            for parameter in &stack.it.parameters {
                cloud.parameters.insert((scope.clone(), parameter.name.clone()), parameter);
            }
            for output in &stack.it.outputs {
                cloud.outputs.insert((scope.clone(), output.name.clone()), &output.value);
            }
        }
        for stack in said.stacks.iter().filter(|stack| !packaged.contains(&stack.path)) {
            for output in &stack.it.outputs {
                let name = output.export.as_ref().and_then(|name| cloud.literal(&stack.path, name));
                if let Some(name) = name {
                    cloud.exports.insert(name, (stack.path.to_string(), &output.value));
                }
            }
        }
        cloud.hand_down();
        cloud.handed.extend(handed);
        let stored = ways().parameter.iter().flat_map(|(kind, way)| cloud.of_kind(kind).map(move |at| (at, way)));
        let named = stored.filter_map(|(at, way)| Some((cloud.pattern(&cloud.items[at].scope, cloud.first(at, &way.name)?.1)?, at)));
        let mut named: Vec<(String, usize)> = named.collect();
        named.sort();
        cloud.stored = named;
        cloud.name_all();
        cloud
    }

    fn add(&mut self, path: Arc<str>, it: &'a Resource, scope: String) {
        let at = self.items.len();
        // each part of a service would make the gateway that they share
        let shared = || self.by_name.get(&(scope.clone(), it.name.clone())).is_some_and(|known| self.items[*known].kind == it.kind);
        if it.kind.starts_with("Serverless::") && ways().gateway.contains_key(&it.kind) && shared() {
            return;
        }
        // what an only API is called where a file of its own does not tell that it is the only one
        if it.kind == "Serverless::GraphqlApi" {
            self.by_name.entry((scope.clone(), "GraphQlApi".to_owned())).or_insert(at);
        }
        if it.kind == WORKER {
            self.by_name.insert((WORKER.to_owned(), it.name.clone()), at);
        }
        if it.kind == "Serverless::Function" {
            self.by_name.insert((scope.clone(), logical(&it.name)), at);
        }
        self.by_name.insert((scope.clone(), it.name.clone()), at);
        self.push(Item { path, it, scope, kind: it.kind.clone(), by: None, planned: None, component: None });
    }

    fn push(&mut self, item: Item<'a>) {
        self.tables.add(self.items.len(), &item);
        self.items.push(item);
    }

    /// A resource of Terraform. What is planned speaks of others by names that are valid everywhere.
    fn add_planned(&mut self, planned: &'a Planned) {
        let it = &planned.resource;
        let kind = if it.data_source { format!("data.{}", it.kind) } else { it.kind.clone() };
        self.by_name.insert((EVERYWHERE.to_owned(), planned.key.clone()), self.items.len());
        let scope = format!("{EVERYWHERE}{}", planned.instance);
        self.push(Item { path: planned.path.clone(), it, scope, kind, by: None, planned: Some(planned), component: None });
    }

    /// A resource that code declares. Code hands resources about, so their names are valid everywhere.
    fn add_declared(&mut self, declared: &'a CodeResource) {
        let (path, it, scope) = (declared.place.path.clone(), &declared.resource, DECLARED.to_owned());
        self.by_name.insert((scope.clone(), declared.key.clone()), self.items.len());
        self.push(Item { path, it, scope, kind: it.kind.clone(), by: Some(&declared.place.by), planned: None, component: None });
    }

    /// Parameters of nested templates, where no two nest one with different words.
    fn hand_down(&mut self) {
        let mut handed: BTreeMap<(String, String), Vec<(String, &'a Text)>> = BTreeMap::new();
        for (at, item) in self.items.iter().enumerate() {
            let Some(nested) = self.nested(at) else { continue };
            for (key, text, _) in &item.it.attributes {
                if let Some(parameter) = key.strip_prefix("Parameters.") {
                    handed.entry((nested.clone(), parameter.to_owned())).or_default().push((item.scope.clone(), text));
                }
            }
        }
        self.handed = handed.into_iter().filter(|(_, from)| from.len() == 1).filter_map(|(key, mut from)| Some((key, from.pop()?))).collect();
    }

    /// The template that a resource nests.
    fn nested(&self, at: usize) -> Option<String> {
        let item = &self.items[at];
        if item.kind == bicep::MODULE {
            return Some(bicep::inner(&item.scope, &item.it.name)).filter(|scope| self.calls.contains_key(scope));
        }
        if !matches!(item.kind.as_str(), "AWS::CloudFormation::Stack" | "AWS::Serverless::Application") {
            return None;
        }
        let (_, location) = self.values_at(at, "TemplateURL").chain(self.values_at(at, "Location")).map(|(_, text, mark)| (mark, text)).next()?;
        let path = join(folder_of(&item.path), location.as_literal()?)?;
        self.tables.paths.contains(path.as_str()).then_some(path)
    }

    /// The folder of the package that a file belongs to, or else its own.
    fn package_of<'p>(&self, path: &'p str) -> &'p str {
        let above = path.match_indices('/').rev().map(|(at, _)| &path[..=at]).chain([""]);
        above.into_iter().find(|folder| self.packages.contains(*folder)).unwrap_or(folder_of(path))
    }

    /// What a text of that resource leads to.
    pub(crate) fn see(&self, at: usize, text: &Text) -> Seen {
        let mut seen = Seen::default();
        self.text(&self.items[at].scope, text, 0, &mut seen);
        seen
    }

    /// A text of which every letter is known once names are followed. What the name of a resource will be is not.
    pub(crate) fn literal(&self, scope: &str, text: &Text) -> Option<String> {
        let mut seen = Seen::default();
        let text = self.text(scope, text, 0, &mut seen);
        text.as_literal().filter(|_| seen.items.is_empty()).map(str::to_owned)
    }

    /// The text of a resource's attribute.
    pub(crate) fn literal_of(&self, at: usize, text: &Text) -> Option<String> {
        self.literal(&self.items[at].scope, text)
    }

    /// A text with names followed, and resources as words that the directory knows.
    pub(crate) fn text(&self, scope: &str, text: &Text, depth: usize, seen: &mut Seen) -> Text {
        seen.work += 1;
        if depth > DEPTH || seen.work > WORK {
            return Text::Unknown;
        }
        match text {
            Text::Name(name) => self.name(scope, name, depth, seen),
            Text::Joined(parts) => Text::join(parts.iter().map(|part| self.text(scope, part, depth + 1, seen)).collect::<Vec<_>>()),
            other => other.clone(),
        }
    }

    fn name(&self, scope: &str, name: &str, depth: usize, seen: &mut Seen) -> Text {
        match name {
            "AWS::Region" => return Text::literal(REGION),
            "AWS::URLSuffix" => return Text::literal("amazonaws.com"),
            "AWS::Partition" => return Text::literal("aws"),
            _ => {}
        }
        if let Some(stored) = name.strip_prefix("ssm:") {
            let found = self.stored_under(stored);
            return found.map_or(Text::Unknown, |at| self.item(at, "", depth, seen));
        }
        if let Some((scope, value)) = name.strip_prefix("Fn::ImportValue.").and_then(|name| self.exports.get(name)) {
            return self.text(scope, value, depth + 1, seen);
        }
        // workers speak of each other by their names, wherever they are configured
        if let Some(worker) = name.strip_prefix("worker:") {
            let found = self.by_name.get(&(WORKER.to_owned(), worker.to_owned()));
            return found.map_or(Text::Unknown, |at| self.item(*at, "", depth, seen));
        }
        if let Some(function) = name.strip_prefix("function:") {
            return self.tables.function(scope, function).map_or(Text::Unknown, |at| self.item(at, "", depth, seen));
        }
        let key = (scope.to_owned(), name.to_owned());
        if let Some(parameter) = self.parameters.get(&key) {
            return self.parameter(&key, parameter, depth, seen);
        }
        self.lookup(scope, name).map_or(Text::Unknown, |(at, attribute)| self.item(at, attribute, depth, seen))
    }

    fn parameter(&self, key: &(String, String), parameter: &StackParameter, depth: usize, seen: &mut Seen) -> Text {
        if let Some((scope, value)) = self.handed.get(key) {
            return self.text(scope, value, depth + 1, seen);
        }
        if !parameter.kind.starts_with("AWS::SSM::Parameter::Value") {
            return parameter.value.clone().unwrap_or(Text::Unknown);
        }
        let found = match parameter.value.as_ref().and_then(Text::as_literal) {
            Some(name) => self.stored_under(name),
            None => self.stored_as(&parameter.name),
        };
        found.map_or(Text::Unknown, |at| self.item(at, "", depth, seen))
    }

    /// A text with names followed, and `*` for what is not known of it; none where nothing is.
    fn pattern(&self, scope: &str, text: &Text) -> Option<String> {
        let text = self.text(scope, text, 0, &mut Seen::default()).with_defaults();
        text.contains(|letter: char| letter.is_ascii_alphanumeric()).then_some(text)
    }

    /// The stored parameter of a name: the one that is called so, or the only one that may be, whatever stands for its `*`.
    fn stored_under(&self, name: &str) -> Option<usize> {
        let called = self.stored.iter().find(|(stored, _)| stored == name);
        let is_part = |stored: &str, part: &str| match stored.split_once('*') {
            None => stored == part,
            Some((begin, end)) => !end.contains('*') && part.len() >= begin.len() + end.len() && part.starts_with(begin) && part.ends_with(end),
        };
        let may_be = |stored: &str| {
            let (stored, name) = (stored.split('/').collect::<Vec<_>>(), name.split('/').collect::<Vec<_>>());
            // what is wild altogether is nobody's name
            let known = stored.iter().filter(|part| !part.is_empty() && !part.contains('*')).count();
            known > 1 && stored.len() == name.len() && stored.iter().zip(&name).all(|(stored, part)| is_part(stored, part))
        };
        let mut fitting = self.stored.iter().filter(|(stored, _)| may_be(stored));
        called.or_else(|| fitting.next().filter(|_| fitting.next().is_none())).map(|(_, at)| *at)
    }

    /// The only stored parameter whose path ends in the words of a template's parameter: `OrdersTableName` is
    /// `/shop/live/orders/table/name`, `CollectPaymentFunction` is `/live/payment/function/collect`. Who deploys the template fills it
    /// in; the names tell what is meant.
    fn stored_as(&self, parameter: &str) -> Option<usize> {
        let squash = |text: &str| -> String { text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect() };
        let wanted = squash(parameter);
        let ends = |name: &str| name.match_indices('/').any(|(at, _)| name[at + 1..].contains('/') && squash(&name[at..]) == wanted);
        let only = |fits: &dyn Fn(&str) -> bool| {
            let mut found = self.stored.iter().filter(|(name, _)| fits(name));
            found.next().filter(|_| found.next().is_none()).map(|(_, at)| *at)
        };
        let sorted = |words: &mut dyn Iterator<Item = String>| -> Vec<String> {
            let mut words: Vec<String> = words.collect();
            words.sort();
            words
        };
        let turned = sorted(&mut words(parameter));
        let turned_end = |name: &str| {
            let starts = name.match_indices('/').filter(|(at, _)| name[at + 1..].contains('/'));
            starts.into_iter().any(|(at, _)| sorted(&mut words(&name[at..])) == turned)
        };
        only(&ends).or_else(|| only(&turned_end).filter(|_| turned.len() > 1))
    }

    /// The resource of a name, and what of it is asked for.
    fn lookup<'n>(&self, scope: &str, name: &'n str) -> Option<(usize, &'n str)> {
        let scope = if name.starts_with('#') { EVERYWHERE } else { scope };
        let ends = name.match_indices(['.', '[']).map(|(at, _)| at).chain([name.len()]);
        ends.take(4).filter_map(|end| Some((*self.by_name.get(&(scope.to_owned(), name[..end].to_owned()))?, &name[end..]))).last()
    }

    fn item(&self, at: usize, attribute: &str, depth: usize, seen: &mut Seen) -> Text {
        let item = &self.items[at];
        // what somebody else's application gives out is an address of it
        let output = attribute.strip_prefix(".Outputs.").or_else(|| attribute.strip_prefix(".outputs.")).filter(|_| item.component.is_none());
        if let Some(output) = output {
            let found = self.nested(at).and_then(|nested| Some((nested.clone(), *self.outputs.get(&(nested, output.to_owned()))?)));
            return found.map_or(Text::Unknown, |(scope, value)| self.text(&scope, value, depth + 1, seen));
        }
        if item.component.is_some() && is_entry(&item.kind, attribute) {
            seen.items.insert(at);
            return Text::Unknown;
        }
        // one that is only looked up is the one of its name
        if item.it.data_source && bicep::is_one(&item.path) {
            let name = self.values_at(at, "name").next();
            return name.map_or(Text::Unknown, |(_, text, _)| self.text(&item.scope, text, depth + 1, seen));
        }
        if let Some(forward) = ways().forward.get(&item.kind) {
            let to = forward.to.iter().flat_map(|key| self.values_at(at, key));
            let mut words = to.map(|(_, text, _)| self.text(&item.scope, text, depth + 1, seen));
            let first = words.next().unwrap_or(Text::Unknown);
            // all that it stands for is seen, one word stands for it in a text
            return words.fold(first, |first, other| if first == Text::Unknown { other } else { first });
        }
        seen.items.insert(at);
        let Some(component) = item.component else { return Text::Unknown };
        let url = attribute.starts_with(".Outputs.")
            || matches!(attribute, ".url" | ".GraphQLUrl" | ".ApiEndpoint" | ".FunctionUrl" | ".invoke_url" | ".api_endpoint" | ".function_url");
        Text::literal(format!("{}{}", if url { "https://" } else { "" }, word(component)))
    }

    /// Where a resource, or a part of it, is written.
    pub(crate) fn evidence(&self, at: usize, mark: Mark) -> Evidence {
        let item = &self.items[at];
        let (path, mark) = self.place(at, mark);
        Evidence::new(path, Some(mark), EvidenceSource::Infrastructure, item.by.unwrap_or_else(|| vocabulary(&item.it.kind)))
    }

    /// The file and the place in it that a mark of a resource stands for.
    pub(crate) fn place(&self, at: usize, mark: Mark) -> (Arc<str>, Mark) {
        let item = &self.items[at];
        let planned = item.planned.and_then(|_| self.places.get(usize::try_from(mark.0).ok()?).cloned());
        planned.unwrap_or_else(|| (item.path.clone(), mark))
    }

    /// A path that a resource speaks of, from the top of the repository.
    pub(crate) fn path(&self, at: usize, text: &Text) -> Option<String> {
        self.path_of(at, &self.literal_of(at, text)?)
    }

    /// The same of letters that are known.
    pub(crate) fn path_of(&self, at: usize, path: &str) -> Option<String> {
        match path.strip_prefix(FROM_TOP) {
            Some(path) => join("", path.trim_start_matches('/')),
            None => join(folder_of(&self.items[at].path), path),
        }
    }
}

impl Item<'_> {
    /// Whether its attributes only resemble those of its kind: code's, and a published module's.
    fn resembles(&self) -> bool {
        self.by.is_some() || self.planned.is_some_and(|planned| planned.published)
    }
}

/// The scope of names of what is planned.
const EVERYWHERE: &str = "\0planned";

/// The scope of names of resources that code declares; no path of a file.
const DECLARED: &str = "\0declared";

/// The kind of a worker as its tool's configuration says it.
const WORKER: &str = "Wrangler::Worker";

/// The key of a resource itself, where it is what an attribute of others would name.
const ITSELF: &str = "self";

/// Stands for whichever region it is.
const REGION: &str = "region";

/// The word for a component in texts that code's addresses are read from.
pub(crate) fn word(component: usize) -> String {
    format!("cloud-resource-{component}")
}

/// Hosts under which a component's word stands in addresses.
pub(crate) fn hosts(component: usize) -> [String; 3] {
    let word = word(component);
    [format!("{word}.execute-api.{REGION}.amazonaws.com"), format!("{word}.s3.amazonaws.com"), word]
}

/// Whose words a kind is of.
fn vocabulary(kind: &str) -> &'static str {
    match kind.split("::").next() {
        Some("Serverless") => "serverless",
        Some("Wrangler") => "wrangler",
        Some("Amplify") => "amplify",
        Some("Azd") => "azd",
        Some(first) if first == "Bicep" || first.starts_with("Microsoft.") => "bicep",
        _ if is_template(kind) => "cloudformation",
        _ => "terraform",
    }
}

fn is_template(kind: &str) -> bool {
    kind.contains("::")
}

/// The logical id that the Serverless Framework gives a function.
fn logical(name: &str) -> String {
    let spelled = name.replace('-', "Dash").replace('_', "Underscore");
    let mut letters = spelled.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default() + "LambdaFunction"
}

/// Whether an attribute means an entry of a store, not its value.
fn is_entry(kind: &str, attribute: &str) -> bool {
    let collected = workloads::ways().collected.get(kind);
    collected.is_some_and(|collected| attribute.strip_prefix('.').is_some_and(|attribute| collected.entry.iter().any(|entry| entry == attribute)))
}

/// Words of a name, small: at what is no letter or digit, and before capitals.
fn words(name: &str) -> impl Iterator<Item = String> + '_ {
    let mut ends: Vec<usize> = Vec::new();
    let bytes = name.as_bytes();
    for at in 1..bytes.len() {
        let begins = bytes[at].is_ascii_uppercase() && (bytes[at - 1].is_ascii_lowercase() || bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase));
        ends.extend(begins.then_some(at));
    }
    let starts = std::iter::once(0).chain(ends.clone());
    let parts = starts.zip(ends.into_iter().chain([name.len()])).map(|(start, end)| &name[start..end]);
    let single = parts.flat_map(|part| part.split(|letter: char| !letter.is_ascii_alphanumeric())).filter(|part| !part.is_empty());
    single.map(str::to_ascii_lowercase)
}

/// Whether a product is used only by identities with a grant.
fn is_granted(technologies: &BTreeSet<String>, ways: &Ways) -> bool {
    technologies.iter().any(|technology| ways.granted.contains(technology))
}
