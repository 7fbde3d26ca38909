//! Samples: pages beside packs that are manual and test in one.
//!
//! A fence whose info string names a file (```` ```python app.py ````) is that file; the next ```` ```shows ````
//! fence ends the sample and holds what its files show, one way in, way out or property a line. The built-in packs'
//! pages and those of a project are run by this and nothing else, through the same queries as a scan.

use crate::session::{Options, Project, Session};
use crate::{ConfigError, Held, MemorySource, Revision, ScanError, Shelf};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use threatline_facts::Text;
use threatline_link::compose::{CodeCall, CodeEntry, Composed};
use threatline_model::Value;

/// What is said of files that show nothing.
const NOTHING: &str = "nothing\n";
/// Samples of one page.
const MOST: usize = 500;

/// Files, and what they show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The line of prose before it, or the heading; empty where there is none.
    pub title: String,
    /// The line of its last fence, counted from 1.
    pub line: usize,
    /// Text by path.
    pub files: BTreeMap<String, String>,
    /// What the page says that they show.
    pub expected: String,
    /// The bytes of the page that say so.
    body: Range<usize>,
}

impl Sample {
    /// Whether the page says that there is nothing to see: what a pack must not claim.
    pub fn is_negative(&self) -> bool {
        self.expected == NOTHING
    }

    /// What its files show when they are read with these packs, one line each, sorted.
    pub fn show(&self, shelf: Shelf) -> Result<String, ScanError> {
        let files: BTreeMap<String, Held> = self.files.iter().map(|(path, text)| (path.clone(), Held::File(text.clone().into_bytes()))).collect();
        let source = MemorySource::new();
        let root = source.add(&files);
        let mut session = Session::new(Arc::new(source), Options { threads: 1, ..Options::default() });
        let project = Project { packs: shelf, ..Project::default() };
        Ok(shown(&session.composed(&Revision::of_tree(root), &project)?))
    }
}

/// The samples of a page, in order.
pub fn samples(path: &str, page: &str) -> Result<Vec<Sample>, ConfigError> {
    let mistake = |span: Range<usize>, message: &str, help: &str| {
        Err(ConfigError { path: path.into(), text: page.into(), span: Some(span), message: message.into(), help: Some(help.into()) })
    };
    let mut out: Vec<Sample> = Vec::new();
    let (mut said, mut title, mut files, mut last) = ("", "", BTreeMap::new(), 0..0);
    for fence in Blocks::new(page) {
        let fence = match fence {
            Block::Line(text) => {
                said = text;
                continue;
            }
            Block::Fence(fence) => fence,
        };
        let mut words = fence.info.split_whitespace();
        match (words.next(), words.next()) {
            (Some("shows"), None) if files.is_empty() => {
                return mistake(fence.head, "there is no file before this", "a fence whose info string names one stands before it: ```python app.py");
            }
            (Some("shows"), None) => {
                let expected = page[fence.body.clone()].to_owned();
                out.push(Sample { title: title.to_owned(), line: fence.line, files: std::mem::take(&mut files), expected, body: fence.body });
                if out.len() > MOST {
                    return mistake(fence.head, "a page has 500 samples at most", "leave out what shows nothing new");
                }
            }
            (Some(_), Some(name)) => {
                title = if files.is_empty() { said } else { title };
                if name.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
                    return mistake(fence.head, "this is no path of a file", "from the root of the sample, with `/`: ```python shop/app.py");
                }
                if files.insert(name.to_owned(), page[fence.body].to_owned()).is_some() {
                    return mistake(fence.head, "this file is there twice", "a sample ends with a ```shows fence; then the next one begins");
                }
                last = fence.head;
            }
            // what tells nobody's name is for people
            _ => {}
        }
    }
    if files.is_empty() {
        return Ok(out);
    }
    mistake(last, "it is not said what this file shows", "end the sample with a ```shows fence; `threatline packs check` says what to write into it")
}

/// The page with other expectations, one for each of its samples.
pub fn rewritten(page: &str, samples: &[Sample], shown: &[String]) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for (sample, shown) in samples.iter().zip(shown) {
        out += &page[at..sample.body.start];
        out += shown;
        at = sample.body.end;
    }
    out + &page[at..]
}

/// What code shows, one line each, sorted.
fn shown(composed: &Composed) -> String {
    // as in a scan, what stands among tests and what others wrote is no part of it
    let told = |place: Option<&threatline_link::compose::Place>| place.is_none_or(|place| !threatline_link::system::is_test_path(&place.path));
    let mut lines: BTreeSet<String> = composed.entries.iter().filter(|entry| told(entry.places.last())).map(way_in).collect();
    lines.extend(composed.calls.iter().filter(|call| told(Some(&call.place))).map(way_out));
    let text = |value: &Value| match value {
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::List(list) => list.join(", "),
    };
    lines.extend(composed.traits.iter().map(|found| format!("sets {} = {}", found.property.name(), text(&found.value))));
    lines.extend(composed.resources.iter().map(|found| format!("declares {} {}", found.resource.kind, found.resource.name)));
    if lines.is_empty() {
        return NOTHING.to_owned();
    }
    // a text of the sample is one line, whatever it holds
    lines.iter().map(|line| line.replace(char::is_control, " ").trim_end().to_owned() + "\n").collect()
}

fn way_in(entry: &CodeEntry) -> String {
    let holds = |conclusion: &Option<threatline_link::compose::Conclusion>| conclusion.as_ref().map(|conclusion| conclusion.holds);
    let verdict = match (holds(&entry.authenticated), holds(&entry.authorized)) {
        (Some(true), Some(true)) => "authorized",
        (Some(true), _) => "authenticated",
        (Some(false), _) => "open",
        (None, _) => "unknown",
    };
    let name = match (entry.kind.name(), &entry.method) {
        ("http", method) => method.as_deref().unwrap_or("*"),
        (kind, _) => kind,
    };
    let beside = entry.parameters.iter().filter(|parameter| parameter.place != "path");
    let parameters: BTreeSet<String> = beside.map(|parameter| format!(" {}:{}", parameter.place, parameter.name)).collect();
    format!("{name} {} {verdict}{}", entry.path, parameters.into_iter().collect::<String>())
}

fn way_out(call: &CodeCall) -> String {
    let mut line = format!("{} {}", if call.consumes { "from" } else { "to" }, call.protocol.as_deref().unwrap_or("*"));
    if let Some(technology) = &call.technology {
        line += &format!(" {technology}");
    }
    for text in [&call.target, &call.channel].into_iter().flatten() {
        line += &format!(" {}", written(text));
    }
    if call.credential.as_ref().is_some_and(|conclusion| conclusion.holds) {
        line += " with a credential";
    }
    line
}

/// A text with its holes.
fn written(text: &Text) -> String {
    let hole = |name: &str, default: &Option<Box<Text>>| match default {
        Some(default) => format!("${{{name}:{}}}", written(default)),
        None => format!("${{{name}}}"),
    };
    match text {
        Text::Literal(text) => text.clone(),
        Text::Environment { variable, default } => hole(variable, default),
        Text::Setting { key, default } => hole(key, default),
        Text::Joined(parts) => parts.iter().map(written).collect(),
        Text::Name(_) | Text::Input(_) | Text::Unknown => "*".to_owned(),
    }
}

/// A fence of a page.
struct Fence<'p> {
    info: &'p str,
    line: usize,
    /// The line that opens it.
    head: Range<usize>,
    body: Range<usize>,
}

enum Block<'p> {
    /// A heading, or a line of prose.
    Line(&'p str),
    Fence(Fence<'p>),
}

/// Lines that say something, and fences.
struct Blocks<'p> {
    page: &'p str,
    at: usize,
    line: usize,
}

impl<'p> Blocks<'p> {
    fn new(page: &'p str) -> Self {
        Self { page, at: 0, line: 0 }
    }

    /// The next line without its end, and where it begins.
    fn take(&mut self) -> Option<(usize, &'p str)> {
        let (page, at) = (self.page, self.at);
        let rest = page.get(at..).filter(|rest| !rest.is_empty())?;
        let end = rest.find('\n').map_or(rest.len(), |end| end + 1);
        self.at += end;
        self.line += 1;
        Some((at, rest[..end].trim_end_matches(['\n', '\r'])))
    }
}

impl<'p> Iterator for Blocks<'p> {
    type Item = Block<'p>;

    fn next(&mut self) -> Option<Block<'p>> {
        loop {
            let (start, line) = self.take()?;
            let ticks = line.len() - line.trim_start_matches('`').len();
            if ticks < 3 {
                match line.trim_start_matches('#').trim() {
                    "" => continue,
                    said => return Some(Block::Line(said)),
                }
            }
            let (opened, from) = (self.line, self.at);
            let mut to = from;
            while let Some((_, inner)) = self.take() {
                if inner.len() >= ticks && inner.bytes().all(|letter| letter == b'`') {
                    break;
                }
                to = self.at;
            }
            return Some(Block::Fence(Fence { info: &line[ticks..], line: opened, head: start..start + line.len(), body: from..to }));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const PAGE: &str = "# Flask\n\nProse.\n\n```python\nnot = 'a sample'\n```\n\n## A route\n\n```python app.py\nfrom flask import Flask\napp = Flask(__name__)\n@app.route('/x')\ndef x(): return ''\n```\n\n```shows\nGET /x open\n```\n\n## No route\n\n````python app.py\nx = '''\n```\n'''\n````\n```shows\nnothing\n```\n";

    #[test]
    fn a_page_holds_files_and_what_they_show() {
        let samples = samples("flask.md", PAGE).unwrap();
        let titles: Vec<(&str, usize, bool)> = samples.iter().map(|sample| (sample.title.as_str(), sample.line, sample.is_negative())).collect();
        assert_eq!(titles, [("A route", 18, false), ("No route", 29, true)]);
        let shown: Vec<String> = samples.iter().map(|sample| sample.show(Shelf::default()).unwrap()).collect();
        assert_eq!(shown, ["GET /x open\n", "nothing\n"]);
        assert_eq!(rewritten(PAGE, &samples, &shown), PAGE);
        assert_eq!(rewritten(PAGE, &samples, &["a\n".to_owned(), String::new()]).matches("GET /x open").count(), 0);
    }

    #[test]
    fn what_is_no_sample_is_a_mistake_at_its_place() {
        let of = |page: &str| {
            let error = samples("p.md", page).unwrap_err();
            (page[error.span.unwrap()].to_owned(), error.message)
        };
        assert_eq!(of("```shows\nx\n```\n").0, "```shows");
        assert_eq!(of("```py a.py\n```\n").1, "it is not said what this file shows");
        assert_eq!(of("```py a.py\n```\n```py a.py\n```\n").1, "this file is there twice");
        assert_eq!(of("```py ../a.py\n```\n").1, "this is no path of a file");
        // a fence that nobody closes ends with the page
        assert_eq!(samples("p.md", "```py a.py\nx\n```\n```shows\nnothing").unwrap()[0].expected, "nothing");
    }
}
