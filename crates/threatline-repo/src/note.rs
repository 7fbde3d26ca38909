//! The text of a note: a state in short, and what moved since its first parent.
//!
//! Text, at most a few kilobytes, readable with `git log --notes=threatline`. The same text always
//! follows from the same commit, so that notes of two machines are one blob.

use std::fmt::Write as _;
use threatline_engine::{Movement, NotesDetail, Oid, Revision, Size, Summary, ThreatLine, timestamp};

const FORM: &str = "threatline.note/1";
/// Lines of movement; with the longest elements that makes some 8 KB.
const LINES: usize = 40;
/// The longest element that is written out.
const ELEMENT: usize = 120;

/// A note as it is read back: what `log` prints without computing anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Version of the program that wrote it.
    pub tool: String,
    /// The tree it tells of.
    pub tree: String,
    /// Stands for configuration and decisions.
    pub config: String,
    /// The date it was read against.
    pub as_of: Option<String>,
    /// Digest of design, threats and assessment.
    pub model: String,
    /// Posture, 0..=100.
    pub risk: u32,
    /// Expected losses, thousandths.
    pub loss: u32,
    /// Open threats: critical, high, medium, low, info.
    pub open: [u32; 5],
    /// How much there is.
    pub size: Size,
    /// The first parent and its posture.
    pub base: Option<(String, u32)>,
    /// Lines of movement as they stand, `+ TL-… high 82 …`.
    pub moved: Vec<String>,
    /// Lines that did not fit.
    pub more: u32,
}

/// What a note is written from.
pub struct Told<'t> {
    /// The state.
    pub revision: &'t Revision,
    /// The state in short.
    pub head: &'t Summary,
    /// First parent and its state in short; none for a first commit and where a shallow clone ends.
    pub base: Option<(Oid, &'t Summary)>,
    /// Stands for configuration and decisions.
    pub config: &'t str,
    /// How much is told.
    pub detail: NotesDetail,
}

/// Writes a note.
pub fn write(told: &Told<'_>) -> String {
    let (head, posture, size) = (told.head, &told.head.posture, &told.head.size);
    let open = &posture.open;
    let as_of = told.revision.as_of.map_or_else(|| "-".to_owned(), timestamp);
    let mut text = format!(
        "{FORM}\ntool {}\ntree {}\nconfig {}\nas_of {as_of}\nmodel {}\nrisk {}\nloss {}\n",
        env!("CARGO_PKG_VERSION"),
        told.revision.tree,
        told.config,
        head.model,
        posture.risk,
        posture.loss,
    );
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "open critical={} high={} medium={} low={} info={}\nsize components={} flows={} boundaries={} entry_points={} threats={}",
        open.critical, open.high, open.medium, open.low, open.info, size.components, size.flows, size.boundaries, size.entry_points, size.threats,
    );
    let _ = match &told.base {
        Some((oid, base)) => writeln!(text, "base {oid} risk={}", base.posture.risk),
        None => writeln!(text, "base -"),
    };
    let lines = match (&told.base, told.detail) {
        (Some((_, base)), NotesDetail::Delta) => lines(&Movement::between(base, head)),
        _ => Vec::new(),
    };
    lines.iter().take(LINES).for_each(|line| text.push_str(line));
    let _ = writeln!(text, "more {}", lines.len().saturating_sub(LINES));
    text
}

fn lines(movement: &Movement) -> Vec<String> {
    let mut all: Vec<(std::cmp::Reverse<u32>, String)> = Vec::new();
    let one = |sign: char, line: &ThreatLine| format!("{sign} {} {} {} {} {}\n", line.id, line.severity, line.risk, line.rule, element(line));
    all.extend(movement.added.iter().map(|line| (std::cmp::Reverse(line.risk), one('+', line))));
    all.extend(movement.removed.iter().map(|line| (std::cmp::Reverse(line.risk), one('-', line))));
    for (then, now) in &movement.changed {
        let severity = if then.severity == now.severity { now.severity.to_string() } else { format!("{}>{}", then.severity, now.severity) };
        let line = format!("~ {} {severity} {}>{} {} {}\n", now.id, then.risk, now.risk, now.rule, element(now));
        all.push((std::cmp::Reverse(now.risk), line));
    }
    all.sort();
    all.into_iter().map(|(_, line)| line).collect()
}

fn element(line: &ThreatLine) -> String {
    line.element.as_str().chars().take(ELEMENT).collect()
}

/// Reads a note; none if it is not one of this form. What is unknown in it is passed over.
pub fn read(text: &str) -> Option<Note> {
    let mut lines = text.lines();
    if lines.next()? != FORM {
        return None;
    }
    let mut note = Note {
        tool: String::new(),
        tree: String::new(),
        config: String::new(),
        as_of: None,
        model: String::new(),
        risk: 0,
        loss: 0,
        open: [0; 5],
        size: Size::default(),
        base: None,
        moved: Vec::new(),
        more: 0,
    };
    for line in lines {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "tool" => note.tool = rest.to_owned(),
            "tree" => note.tree = rest.to_owned(),
            "config" => note.config = rest.to_owned(),
            "as_of" => note.as_of = Some(rest.to_owned()).filter(|rest| rest != "-"),
            "model" => note.model = rest.to_owned(),
            "risk" => note.risk = rest.parse().ok()?,
            "loss" => note.loss = rest.parse().ok()?,
            "open" => note.open = ["critical", "high", "medium", "low", "info"].map(|name| number(rest, name)),
            "size" => {
                note.size = Size {
                    components: number(rest, "components"),
                    flows: number(rest, "flows"),
                    boundaries: number(rest, "boundaries"),
                    entry_points: number(rest, "entry_points"),
                    threats: number(rest, "threats"),
                }
            }
            "base" => note.base = rest.split_once(' ').map(|(oid, rest)| (oid.to_owned(), number(rest, "risk"))),
            "+" | "-" | "~" => note.moved.push(line.to_owned()),
            "more" => note.more = rest.parse().ok()?,
            _ => {}
        }
    }
    (!note.tree.is_empty()).then_some(note)
}

fn number(rest: &str, name: &str) -> u32 {
    let value = |pair: &str| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok();
    rest.split(' ').find_map(value).unwrap_or(0)
}

impl Note {
    /// It tells of this tree, read with this configuration, by a version whose results compare.
    pub fn fits(&self, tree: &Oid, config: &str) -> bool {
        let same_tool = major(&self.tool) == major(env!("CARGO_PKG_VERSION"));
        same_tool && self.tree == tree.to_string() && self.config == config
    }
}

/// What must be equal of two versions: the first number that is not zero, and all before it.
fn major(version: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in version.split('.') {
        parts.push(part);
        if part != "0" {
            break;
        }
    }
    parts
}
