//! Logback and Log4j 2: where a program sends its log, beside the console and files.
//!
//! What an appender is told (a host and a port, or an address) becomes a setting of the program, so that it is filled in and looked up as
//! any other. Appenders that nobody refers to send nothing.

use super::settings::say;
use super::text;
use crate::lines::Lines;
use crate::manifest::xml;
use roxmltree::Node;
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::Extracted;

/// Elements and attributes that hold an address, or the host of one, in small letters.
const ADDRESSES: [&str; 7] = ["destination", "remotehost", "grayloghost", "sysloghost", "host", "url", "uri"];

/// And its port.
const PORTS: [&str; 3] = ["port", "graylogport", "remoteport"];

/// Names that are filled in in each other's values go so deep.
const MAX_NESTING: usize = 4;

/// Reads one file.
pub fn read(text: &str) -> Extracted {
    // one without entities says nothing, and keeps the file from being read
    let plain =
        text.find("<!DOCTYPE").and_then(|start| Some((start, start + text[start..].find('>')? + 1))).filter(|(start, end)| !text[*start..*end].contains('['));
    let whole = plain.map_or_else(|| text.to_owned(), |(start, end)| format!("{}{}{}", &text[..start], blank(&text[start..end]), &text[end..]));
    let document = match xml::parse(&whole) {
        Ok(document) => document,
        Err(reason) => return Extracted::lost(reason),
    };
    let root = document.root_element();
    let mut out = Extracted::default();
    if !root.tag_name().name().eq_ignore_ascii_case("configuration") {
        return out;
    }
    let names = names(root);
    let referred: BTreeSet<&str> =
        root.descendants().filter(|node| is_called(*node, &["appender-ref", "appenderref"])).filter_map(|node| node.attribute("ref")).collect();
    let lines = Lines::new(&whole);
    for appender in root.descendants().filter(|node| is_appender(*node)) {
        let Some(name) = appender.attribute("name").filter(|name| referred.contains(name)) else { continue };
        let Some(profiles) = profiles(appender) else { continue };
        for (address, node) in addresses(appender) {
            let value = text::spring(&filled(&address, &names, 0));
            let line = lines.at(node.range().start);
            for profile in &profiles {
                say(&format!("logging.appenders.{name}.address"), value.clone(), profile.clone(), (line, line), &mut out);
            }
        }
    }
    out
}

/// As many lines, and nothing in them.
fn blank(text: &str) -> String {
    text.chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }).collect()
}

fn is_called(node: Node<'_, '_>, names: &[&str]) -> bool {
    node.is_element() && names.contains(&node.tag_name().name().to_ascii_lowercase().as_str())
}

/// `<appender>` of Logback; below `<Appenders>` of Log4j each element is one.
fn is_appender(node: Node<'_, '_>) -> bool {
    is_called(node, &["appender"]) || node.is_element() && node.parent().is_some_and(|parent| is_called(parent, &["appenders"]))
}

/// The profiles of Spring that an appender is for, or none alone where it is for all; nothing where a condition says it.
fn profiles(appender: Node<'_, '_>) -> Option<Vec<Option<String>>> {
    let conditions: Vec<&str> = appender.ancestors().filter(|node| is_called(*node, &["springprofile"])).filter_map(|node| node.attribute("name")).collect();
    match conditions.as_slice() {
        [] => Some(vec![None]),
        [names] if !names.contains(['!', '&', '|', '(']) => Some(names.split(',').map(|name| Some(name.trim().to_owned())).collect()),
        _ => None,
    }
}

/// What the appender is told: each address, or host and port.
fn addresses<'d, 'i>(appender: Node<'d, 'i>) -> Vec<(String, Node<'d, 'i>)> {
    let mut found = Vec::new();
    // a reference to another one says its own
    for node in appender.descendants().filter(Node::is_element) {
        let own = node.attributes().map(|told| (told.name().to_ascii_lowercase(), told.value().to_owned(), node));
        let inner = node.children().filter(Node::is_element);
        let inner = inner.filter_map(|child| Some((child.tag_name().name().to_ascii_lowercase(), child.text()?.trim().to_owned(), child)));
        let told: Vec<(String, String, Node<'_, '_>)> = own.chain(inner).filter(|(_, value, _)| !value.is_empty()).collect();
        let port = told.iter().find(|(key, ..)| PORTS.contains(&key.as_str())).map(|(_, port, _)| port);
        for (_, host, place) in told.iter().filter(|(key, ..)| ADDRESSES.contains(&key.as_str())) {
            // Graylog's `udp:host`
            let host = ["udp:", "tcp:"].iter().find_map(|way| host.strip_prefix(way)).filter(|rest| !rest.starts_with("//")).unwrap_or(host);
            let whole = match port.filter(|_| !host.contains("://")) {
                Some(port) => format!("{host}:{port}"),
                None => host.to_owned(),
            };
            found.push((whole, *place));
        }
    }
    found
}

/// Names that the file gives to values, and to settings of Spring: `${a.b:default}`.
fn names(root: Node<'_, '_>) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for node in root.descendants().filter(Node::is_element) {
        let Some(name) = node.attribute("name") else { continue };
        let value = match node.tag_name().name().to_ascii_lowercase().as_str() {
            "property" | "variable" => node.attribute("value").map(str::to_owned).or_else(|| node.text().map(|text| text.trim().to_owned())),
            "springproperty" => node.attribute("source").map(|source| match node.attribute("defaultValue") {
                Some(default) => format!("${{{source}:{default}}}"),
                None => format!("${{{source}}}"),
            }),
            _ => None,
        };
        names.extend(value.map(|value| (name.to_owned(), value)));
    }
    names
}

/// A value as Spring writes it: the file's own names filled in, `:-` before a default as `:`, and without what says where a name is from.
fn filled(value: &str, names: &BTreeMap<String, String>, depth: usize) -> String {
    let mut out = String::new();
    let mut rest = value;
    while let Some((before, inner)) = rest.split_once("${") {
        out.push_str(before);
        let Some((inner, after)) = inner.split_once('}') else {
            return out;
        };
        rest = after;
        let (name, default) = match inner.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inner, None),
        };
        let name = ["env:", "sys:", "spring:"].iter().find_map(|from| name.strip_prefix(from)).unwrap_or(name);
        match (names.get(name).filter(|_| depth < MAX_NESTING), default) {
            (Some(value), _) => out.push_str(&filled(value, names, depth + 1)),
            (None, Some(default)) => out.push_str(&format!("${{{name}:{default}}}")),
            (None, None) => out.push_str(&format!("${{{name}}}")),
        }
        if out.len() > MAX_LENGTH {
            return String::new();
        }
    }
    out.push_str(rest);
    out
}

/// No address is longer.
const MAX_LENGTH: usize = 4096;
