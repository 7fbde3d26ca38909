//! Protocol buffers.
//!
//! Services, their methods and messages as written; type names are not resolved, because what they
//! name may stand in another file.

use prost_types::uninterpreted_option::NamePart;
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto, ServiceDescriptorProto, UninterpretedOption};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::spec::{Proto, ProtoMessage, ProtoRpc, ProtoService, SpecFact};
use threatline_facts::{Extracted, Mark};

/// The options of a file that tell under which name its code is made.
const OPTIONS: [&str; 3] = ["go_package", "java_package", "csharp_namespace"];

/// The numbers of the fields that lead to a part of a file; they are protobuf's own.
mod number {
    pub(super) const MESSAGE: i32 = 4;
    pub(super) const SERVICE: i32 = 6;
    pub(super) const METHOD: i32 = 2;
    pub(super) const FIELD: i32 = 2;
    pub(super) const NESTED: i32 = 3;
}

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    let Ok(file) = protox_parse::parse("x.proto", text) else { return Extracted::lost("not protobuf") };
    let mut out = Extracted::default();
    let places = Places::new(&file, &mut out);
    let messages = file.message_type.iter().enumerate();
    let mut found = Vec::new();
    messages.for_each(|(at, message)| self::messages(message, "", &mut vec![number::MESSAGE, at as i32], &places, &mut found));
    let options = file.options.as_ref().map_or(&[][..], |options| &options.uninterpreted_option);
    let proto = Proto {
        package: file.package.clone().unwrap_or_default(),
        imports: file.dependency.clone(),
        options: options.iter().filter_map(file_option).collect(),
        services: file.service.iter().enumerate().map(|(at, service)| self::service(service, at, &places)).collect(),
        messages: found,
    };
    out.say(SpecFact::Proto(proto));
    out
}

/// Lines and marks of the parts of a file, by the path of numbers that leads to them.
struct Places {
    lines: BTreeMap<Vec<i32>, (u32, u32)>,
    marks: BTreeMap<(u32, u32), Mark>,
}

impl Places {
    fn new(file: &FileDescriptorProto, out: &mut Extracted) -> Self {
        let locations = file.source_code_info.iter().flat_map(|info| &info.location);
        let lines: BTreeMap<Vec<i32>, (u32, u32)> = locations
            .filter_map(|location| {
                let first = u32::try_from(*location.span.first()?).ok()? + 1;
                // Three numbers: it ends in the line where it begins. Four: the third is the last line.
                let last = if location.span.len() == 4 { u32::try_from(location.span[2]).ok()? + 1 } else { first };
                is_marked(&location.path).then_some((location.path.clone(), (first, last)))
            })
            .collect();
        // Marks count up in the order of the text, whatever stands first in the descriptor.
        let ordered: BTreeSet<(u32, u32)> = lines.values().copied().collect();
        let marks = ordered.into_iter().map(|place| (place, out.mark(place.0, place.1))).collect();
        Self { lines, marks }
    }

    fn mark(&self, path: &[i32]) -> Mark {
        self.lines.get(path).and_then(|place| self.marks.get(place)).copied().unwrap_or_default()
    }
}

/// Services, methods and fields carry marks.
fn is_marked(path: &[i32]) -> bool {
    match path {
        [number::SERVICE, _] | [number::SERVICE, _, number::METHOD, _] => true,
        [number::MESSAGE, _, .., number::FIELD, _] => {
            path.len().is_multiple_of(2) && path[2..path.len() - 2].iter().step_by(2).all(|part| *part == number::NESTED)
        }
        _ => false,
    }
}

fn service(service: &ServiceDescriptorProto, at: usize, places: &Places) -> ProtoService {
    let path = [number::SERVICE, at as i32];
    let rpcs = service.method.iter().enumerate().map(|(at, method)| ProtoRpc {
        name: method.name().to_owned(),
        request: method.input_type().to_owned(),
        response: method.output_type().to_owned(),
        http: method.options.iter().flat_map(|options| &options.uninterpreted_option).flat_map(http).collect(),
        mark: places.mark(&[path[0], path[1], number::METHOD, at as i32]),
    });
    ProtoService { name: service.name().to_owned(), rpcs: rpcs.collect(), mark: places.mark(&path) }
}

/// A message and those inside it, whose names begin with its own. The parser bounds the nesting.
fn messages(message: &DescriptorProto, outer: &str, path: &mut Vec<i32>, places: &Places, found: &mut Vec<ProtoMessage>) {
    let name = if outer.is_empty() { message.name().to_owned() } else { format!("{outer}.{}", message.name()) };
    let fields = message.field.iter().enumerate().map(|(at, field)| {
        let place: Vec<i32> = path.iter().copied().chain([number::FIELD, at as i32]).collect();
        (field.name().to_owned(), type_name(field, message), places.mark(&place))
    });
    found.push(ProtoMessage { name: name.clone(), fields: fields.collect() });
    for (at, nested) in message.nested_type.iter().enumerate().filter(|(_, nested)| !is_map_entry(nested)) {
        path.extend([number::NESTED, at as i32]);
        messages(nested, &name, path, places, found);
        path.truncate(path.len() - 2);
    }
}

fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry())
}

/// The type as written. A map is a message of pairs that the parser made up.
fn type_name(field: &FieldDescriptorProto, message: &DescriptorProto) -> String {
    let entry = message.nested_type.iter().find(|nested| is_map_entry(nested) && nested.name() == field.type_name());
    match entry.map(|entry| entry.field.as_slice()) {
        Some([key, value]) => format!("map<{}, {}>", plain_type(key), plain_type(value)),
        _ => plain_type(field),
    }
}

fn plain_type(field: &FieldDescriptorProto) -> String {
    match &field.type_name {
        Some(name) => name.clone(),
        None => field.r#type().as_str_name().trim_start_matches("TYPE_").to_ascii_lowercase(),
    }
}

fn file_option(option: &UninterpretedOption) -> Option<(String, String)> {
    let [NamePart { name_part, is_extension: false }] = option.name.as_slice() else { return None };
    let value = String::from_utf8(option.string_value.clone()?).ok()?;
    OPTIONS.contains(&name_part.as_str()).then(|| (name_part.clone(), value))
}

/// Method and path of a `google.api.http` option. The rule and its additional bindings have the same
/// keys, so the pairs of key and text are taken wherever they stand.
fn http(option: &UninterpretedOption) -> Vec<(String, String)> {
    let name: Vec<&str> = option.name.iter().map(|part| part.name_part.trim_start_matches('.')).collect();
    match (name.as_slice(), &option.aggregate_value, &option.string_value) {
        (["google.api.http"], Some(rule), _) => bindings(rule),
        (["google.api.http", verb], _, Some(path)) if is_verb(verb) => {
            String::from_utf8(path.clone()).map_or_else(|_| Vec::new(), |path| vec![(verb.to_ascii_uppercase(), path)])
        }
        _ => Vec::new(),
    }
}

fn is_verb(word: &str) -> bool {
    matches!(word, "get" | "put" | "post" | "delete" | "patch")
}

fn bindings(rule: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut custom = None;
    for (key, value) in pairs(rule) {
        match key {
            verb if is_verb(verb) => found.push((verb.to_ascii_uppercase(), value.to_owned())),
            "kind" => custom = Some(value.to_ascii_uppercase()),
            "path" => found.extend(custom.take().map(|kind| (kind, value.to_owned()))),
            _ => {}
        }
    }
    found
}

/// `key: "text"` pairs of protobuf's text form.
fn pairs(rule: &str) -> Vec<(&str, &str)> {
    let mut pairs = Vec::new();
    let mut rest = rule;
    while let Some(open) = rest.find(['"', '\'']) {
        let (before, text) = (&rest[..open], &rest[open + 1..]);
        let Some(close) = text.find(&rest[open..=open]) else { break };
        let key = before.trim_end().trim_end_matches(':').trim_end();
        let begin = key.rfind(|letter: char| !letter.is_alphanumeric() && letter != '_').map_or(0, |at| at + 1);
        pairs.push((&key[begin..], &text[..close]));
        rest = &text[close + 1..];
    }
    pairs
}
