//! What expressions of an instance come to: variables are what the caller gives, outputs what stands behind them.

mod loops;

use super::super::draft::join;
use super::functions;
use super::modules::Modules;
use super::tree::{Node, Place, parts};
use super::value::{Shared, Value, either, elements, equal, joined, size, under, with_defaults};
use super::{document, name_of};
use std::collections::BTreeMap;
use std::rc::Rc;
use threatline_facts::Text;

/// How deep expressions lead into others.
const DEEPEST: usize = 80;

/// Steps for all of it; no repository needs so many.
const WORK: usize = 2_000_000;

/// Parts of one value, each as often as it stands there.
const LARGEST: usize = 1 << 15;

/// Names that an expression has beside those of its module: `each`, the variables of a `for`.
pub(super) type Bound = Vec<(String, Shared)>;

/// The three kinds of names that a module gives to values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Variable,
    Local,
    Output,
}

/// Evaluates, and remembers what it knows.
pub(super) struct Evaluator<'p, 'a> {
    pub(super) modules: &'p Modules<'a>,
    memo: BTreeMap<(usize, Kind, &'p str), Option<Shared>>,
    deployed: BTreeMap<usize, bool>,
    depth: usize,
    work: usize,
    /// What nobody but who deploys it says is not known: what stays is the same in all deployments.
    pub(super) without_defaults: bool,
}

impl<'p, 'a> Evaluator<'p, 'a> {
    pub(super) fn new(modules: &'p Modules<'a>, without_defaults: bool) -> Self {
        Evaluator { modules, memo: BTreeMap::new(), deployed: BTreeMap::new(), depth: 0, work: 0, without_defaults }
    }

    /// Whether an instance is there at all.
    pub(super) fn is_deployed(&mut self, at: usize) -> bool {
        if let Some(known) = self.deployed.get(&at) {
            return *known;
        }
        self.deployed.insert(at, true);
        let deployed = self.modules.call(at).is_none_or(|(caller, call)| self.is_deployed(caller) && self.counts(caller, &call.inputs));
        self.deployed.insert(at, deployed);
        deployed
    }

    /// Whether `count` or `for_each` leaves anything.
    pub(super) fn counts(&mut self, at: usize, node: &'p Node<'a>) -> bool {
        let Some(count) = node.get("count").or_else(|| node.get("for_each")) else { return true };
        let value = self.node(at, count, &Bound::new());
        !(value.as_literal() == Some("0") || matches!(&*value, Value::List(_) | Value::Map(_)) && value.is_empty())
    }

    /// What a name of a module stands for.
    fn of(&mut self, at: usize, kind: Kind, name: &str) -> Shared {
        let modules = self.modules;
        let module = modules.module(at);
        let node = match kind {
            Kind::Variable => &module.declared,
            Kind::Local => &module.locals,
            Kind::Output => &module.outputs,
        };
        let assigned = module.assigned.below.get_key_value(name).filter(|_| kind == Kind::Variable);
        let Some((name, node)) = node.below.get_key_value(name).or(assigned) else { return Value::unknown() };
        match self.memo.get(&(at, kind, *name)) {
            Some(Some(known)) => return Rc::clone(known),
            // a circle
            Some(None) => return Value::unknown(),
            None => {}
        }
        self.memo.insert((at, kind, name), None);
        let value = if kind == Kind::Variable { self.variable(at, name, node) } else { self.node(at, node, &Bound::new()) };
        self.memo.insert((at, kind, name), Some(Rc::clone(&value)));
        value
    }

    fn variable(&mut self, at: usize, name: &'p str, node: &'p Node<'a>) -> Shared {
        let modules = self.modules;
        let given = match modules.call(at) {
            Some((caller, call)) => call.inputs.get(name).map(|input| {
                let each = self.each(caller, &call.inputs);
                self.node(caller, input, &each)
            }),
            None if self.without_defaults => return Value::unknown(),
            None => modules.module(at).assigned.get(name).map(|node| self.node(at, node, &Bound::new())),
        };
        let value = given.unwrap_or_else(|| {
            if node.below.keys().all(|key| *key == "?optional") && node.leaf.is_none() { Value::unknown() } else { self.fields(at, node, &Bound::new()) }
        });
        match node.get("?optional") {
            Some(defaults) => {
                let defaults = self.node(at, defaults, &Bound::new());
                with_defaults(&value, &defaults, 0)
            }
            None => value,
        }
    }

    /// What a node comes to.
    pub(super) fn node(&mut self, at: usize, node: &'p Node<'a>, bound: &Bound) -> Shared {
        self.work += 1;
        if self.depth >= DEEPEST || self.work > WORK {
            return Value::unknown();
        }
        self.depth += 1;
        let value = self.fields(at, node, bound);
        self.depth -= 1;
        // values are shared, so that a few lines may stand for more parts than anybody can look at
        let size = size(&value, LARGEST);
        self.work += size / 16;
        if size < LARGEST { value } else { Value::unknown() }
    }

    fn fields(&mut self, at: usize, node: &'p Node<'a>, bound: &Bound) -> Shared {
        let place = node.leaf.map(|(_, place)| place);
        let mut operators = node.below.iter().filter(|(key, _)| key.starts_with('?') && **key != "?optional");
        if let Some((operator, operands)) = operators.next() {
            return self.operator(at, (node, operator, operands), bound);
        }
        if let Some(items) = node.items() {
            return Rc::new(Value::List(self.list(at, items, bound)));
        }
        let fields: Vec<(&str, &'p Node<'a>)> = node.below.iter().filter(|(key, _)| **key != "?optional").map(|(key, node)| (*key, node)).collect();
        if !fields.is_empty() {
            return Rc::new(Value::Map(fields.into_iter().map(|(key, node)| (key.to_owned(), self.node(at, node, bound))).collect()));
        }
        match node.leaf {
            Some((Text::Literal(text), _)) if text == "[]" => Rc::new(Value::List(Vec::new())),
            Some((Text::Literal(text), _)) if text == "{}" => Rc::new(Value::Map(BTreeMap::new())),
            Some((text, _)) => self.text(at, text, place, bound),
            None => Value::unknown(),
        }
    }

    fn list(&mut self, at: usize, items: Vec<&'p Node<'a>>, bound: &Bound) -> Vec<Shared> {
        let mut found = Vec::new();
        for item in items {
            match item.get("?dynamic") {
                Some(dynamic) => found.extend(self.dynamic(at, dynamic, bound)),
                None => found.push(self.node(at, item, bound)),
            }
        }
        found
    }

    fn operator(&mut self, at: usize, (node, name, operands): (&'p Node<'a>, &str, &'p Node<'a>), bound: &Bound) -> Shared {
        let place = place_of(operands, 0);
        match name {
            "?null" => Rc::new(Value::Null),
            "?if" | "?then" | "?else" => {
                let holds = node.get("?if").and_then(|condition| self.node(at, condition, bound).truth());
                let mut branch = |name: &str| node.get(name).map_or_else(|| Rc::new(Value::Null), |branch| self.node(at, branch, bound));
                match holds {
                    Some(true) => branch("?then"),
                    Some(false) => branch("?else"),
                    None => either(&branch("?then"), &branch("?else")),
                }
            }
            "?for" => self.each_of(at, operands, bound),
            _ => {
                let arguments: Vec<&'p Node<'a>> = operands.items().unwrap_or_default();
                let values: Vec<Shared> = arguments.iter().map(|argument| self.node(at, argument, bound)).collect();
                self.work += values.iter().map(|value| elements(value).len()).sum::<usize>();
                match (name, values.as_slice()) {
                    ("?not", [value]) => Value::flag(value.truth().map(|holds| !holds), place),
                    ("?eq", [a, b]) => Value::flag(equal(a, b), place),
                    ("?ne", [a, b]) => Value::flag(equal(a, b).map(|holds| !holds), place),
                    ("?and", [a, b]) => Value::flag(both(a.truth(), b.truth()), place),
                    ("?or", [a, b]) => Value::flag(both(a.truth().map(|a| !a), b.truth().map(|b| !b)).map(|holds| !holds), place),
                    ("?lt" | "?le" | "?gt" | "?ge", [a, b]) => Value::flag(functions::compare(name, a, b), place),
                    ("?templatefile" | "?file", [path, rest @ ..]) => self.file(path, rest.first()),
                    (name, values) => functions::call(name.trim_start_matches('?'), values, place),
                }
            }
        }
    }

    /// A text with its names followed; one that is a document is what the document says.
    fn text(&mut self, at: usize, text: &Text, place: Option<Place>, bound: &Bound) -> Shared {
        match text {
            Text::Name(name) => {
                let value = self.name(at, name, bound);
                // a value is where it is asked for; what a loop hands on is where that was written
                let is_bound = name.split(['.', '[']).next().is_some_and(|first| bound.iter().any(|(own, _)| own == first));
                match &*value {
                    Value::Leaf(text, own) if own.is_none() || !is_bound => Rc::new(Value::Leaf(text.clone(), place)),
                    _ => value,
                }
            }
            Text::Joined(parts) => {
                let values: Vec<Shared> = parts.iter().map(|part| self.text(at, part, place, bound)).collect();
                self.put_together(values)
            }
            Text::Literal(text) if document::begins(text) => {
                document::read(&[Value::literal(text.as_str(), place)]).unwrap_or_else(|| Value::literal(text.as_str(), place))
            }
            text => Rc::new(Value::Leaf(text.clone(), place)),
        }
    }

    fn put_together(&mut self, values: Vec<Shared>) -> Shared {
        let is_document = values.first().and_then(|first| first.as_literal()).is_some_and(document::begins);
        let text = joined(&values);
        if let Value::Leaf(text, _) = &*text {
            self.work += text.parts().iter().map(|part| part.as_literal().map_or(1, |text| text.len() / 64)).sum::<usize>();
        }
        is_document.then(|| document::read(&values)).flatten().unwrap_or(text)
    }

    /// A file of the repository, with its variables.
    fn file(&mut self, path: &Value, variables: Option<&Shared>) -> Shared {
        let path = path.as_literal().and_then(|path| join("", path.strip_prefix(super::FROM_TOP)?.trim_start_matches('/')));
        let Some((text, place)) = path.and_then(|path| self.modules.templates.get(path.as_str())) else { return Value::unknown() };
        let place = Some(*place);
        let bound: Bound = variables.map(|variables| elements(variables)).unwrap_or_default();
        let values: Vec<Shared> = text
            .parts()
            .iter()
            .map(|part| match part {
                Text::Name(name) if variables.is_some() => {
                    let parts = parts(name);
                    let value = bound.iter().find(|(own, _)| parts.first() == Some(&own.as_str()));
                    value.map_or_else(Value::unknown, |(_, value)| under(value, parts.get(1..).unwrap_or_default()))
                }
                Text::Literal(text) => Value::literal(text.as_str(), place),
                _ => Value::unknown(),
            })
            .collect();
        self.put_together(values)
    }

    /// What a name leads to.
    fn name(&mut self, at: usize, name: &str, bound: &Bound) -> Shared {
        self.work += 1;
        if self.depth >= DEEPEST || self.work > WORK {
            return Value::unknown();
        }
        self.depth += 1;
        let value = self.lead(at, name, bound);
        self.depth -= 1;
        value
    }

    fn lead(&mut self, at: usize, name: &str, bound: &Bound) -> Shared {
        let parts = parts(name);
        let (Some(first), rest) = (parts.first(), parts.get(1..).unwrap_or_default()) else { return Value::unknown() };
        if let Some((_, value)) = bound.iter().rev().find(|(name, _)| name == first) {
            let value = Rc::clone(value);
            return self.below(at, &value, rest, bound);
        }
        let kind = match *first {
            "var" => Kind::Variable,
            "local" => Kind::Local,
            "module" => return self.module(at, rest, bound),
            "path" => {
                let top = if rest.first() == Some(&"module") { at } else { self.modules.instances[at].root };
                return Value::literal(format!("{}{}", super::FROM_TOP, self.modules.module(top).folder.trim_end_matches('/')), None);
            }
            _ => return self.resource(at, &parts),
        };
        let Some((name, rest)) = rest.split_first() else { return Value::unknown() };
        let value = self.of(at, kind, name);
        self.below(at, &value, rest, bound)
    }

    /// The value under the rest of a name, with its computed parts.
    fn below(&mut self, at: usize, value: &Shared, rest: &[&str], bound: &Bound) -> Shared {
        let computed = |part: &&str| part.starts_with('[') && part.trim_matches(['[', ']']).starts_with(|letter: char| letter.is_ascii_alphabetic());
        if !rest.iter().any(computed) {
            return under(value, rest);
        }
        let mut known: Vec<String> = Vec::new();
        for part in rest {
            let inner = part.trim_start_matches('[').trim_end_matches(']');
            let found = computed(part).then(|| self.name(at, inner, bound));
            known.push(found.and_then(|found| found.as_literal().map(str::to_owned)).unwrap_or_else(|| (*part).to_owned()));
        }
        let parts: Vec<&str> = known.iter().map(String::as_str).collect();
        under(value, &parts)
    }

    /// What a module hands back.
    fn module(&mut self, at: usize, rest: &[&str], bound: &Bound) -> Shared {
        let Some((name, rest)) = rest.split_first() else { return Value::unknown() };
        let rest = match rest.split_first() {
            Some((index, rest)) if *index == "*" || index.starts_with('[') || index.parse::<usize>().is_ok() => rest,
            _ => rest,
        };
        if let Some(child) = self.modules.children.get(&(at, *name)).copied() {
            let outputs = &self.modules.module(child).outputs;
            // the first part may be one of several that the call makes
            let skip = usize::from(rest.first().is_some_and(|first| outputs.get(first).is_none()) && rest.len() > 1);
            let Some((output, rest)) = rest.get(skip..).and_then(<[&str]>::split_first) else { return Value::unknown() };
            let value = self.of(child, Kind::Output, output);
            return self.below(at, &value, rest, bound);
        }
        if !self.modules.module(at).published.contains(name) {
            return Value::unknown();
        }
        under(&Rc::new(Value::Leaf(Text::Name(name_of(at, &format!("module.{name}"))), None)), rest)
    }

    /// A resource by a name that is valid everywhere.
    fn resource(&self, at: usize, parts: &[&str]) -> Shared {
        let length = if parts.first() == Some(&"data") { 3 } else { 2 };
        let Some(address) = parts.get(..length).map(|parts| parts.join(".")) else { return Value::unknown() };
        if !self.modules.module(at).named.contains(&address) {
            return Value::unknown();
        }
        let mut rest = &parts[length..];
        if let Some((index, inner)) = rest.split_first()
            && (*index == "*" || index.starts_with('[') || index.parse::<usize>().is_ok())
        {
            rest = inner;
        }
        under(&Rc::new(Value::Leaf(Text::Name(name_of(at, &address)), None)), rest)
    }
}

fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Where the first leaf of a node is written.
fn place_of(node: &Node<'_>, depth: u8) -> Option<Place> {
    let own = node.leaf.map(|(_, place)| place);
    own.or_else(|| node.below.values().filter(|_| depth < 16).find_map(|node| place_of(node, depth + 1)))
}
