//! Terraform and OpenTofu.
//!
//! Blocks are read as written: what refers to something else stays a name, what chooses or puts together keeps its parts
//! under keys with a `?`, what a function computes is unknown. Nested blocks, lists and objects are flattened into dotted
//! keys, and references are written the same way (`var.hosts["db"]` is `var.hosts.db`), so that a name finds its
//! leaf by comparing texts. Secrets that stand in the file are not kept.

mod flatten;
pub(super) mod json;
mod release;
mod script;
mod template;

pub use template::{is_policy, policy};

use crate::lines::Lines;
use flatten::Flat;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Block, Body, Structure};
use hcl_edit::{Span, parser};
use threatline_facts::infra::{InfraFact, Resource, TerraformLocal, TerraformModule, TerraformOutput, TerraformVariable};
use threatline_facts::{ArtifactKind, Extracted, Gap, Text};

/// Blocks and attributes that steer Terraform itself and say nothing of what is made.
const STEERING: [&str; 7] = ["lifecycle", "provisioner", "connection", "depends_on", "providers", "timeouts", "provider"];

/// Values kept of one file.
const MAX_VALUES: usize = 20_000;

/// Reads one file.
pub fn read(kind: ArtifactKind, text: &str) -> Extracted {
    let Ok(body) = parser::parse_body(text) else { return Extracted::lost("not HCL") };
    let mut reader = Reader { out: Extracted::default(), lines: Lines::new(text), values: 0 };
    if kind == ArtifactKind::TerraformVariables {
        body.iter().filter_map(Structure::as_attribute).for_each(|attribute| reader.variable(&attribute.key, &attribute.value, true));
    } else {
        body.iter().filter_map(Structure::as_block).for_each(|block| reader.block(block));
    }
    if reader.values >= MAX_VALUES {
        reader.out.facts.gaps.push(Gap { mark: None, reason: "more values than are read of one file".to_owned(), whole: false });
    }
    reader.out
}

struct Reader {
    out: Extracted,
    lines: Lines,
    values: usize,
}

impl Reader {
    fn block(&mut self, block: &Block) {
        let labels: Vec<&str> = block.labels.iter().map(|label| label.as_str()).collect();
        match (block.ident.as_str(), labels.as_slice()) {
            ("resource", [kind, name]) => self.resource(block, kind, name, false),
            ("data", [kind, name]) => self.resource(block, kind, name, true),
            ("module", [name]) => self.module(block, name),
            ("variable", [name]) => self.declaration(block, name),
            ("output", [name]) => self.output(block, name),
            ("locals", []) => block.body.iter().filter_map(Structure::as_attribute).for_each(|local| self.local(&local.key, &local.value)),
            _ => {}
        }
    }

    fn resource(&mut self, block: &Block, kind: &str, name: &str, data_source: bool) {
        let mark = self.mark(block);
        let mut flat = Flat::new(self.room());
        self.body(&block.body, "", &mut flat, 0);
        // an attribute that is null is not there
        flat.leaves.retain(|leaf| leaf.key.strip_suffix(".?null").is_none_or(|key| key.contains('?')));
        let mut attributes = self.placed(flat);
        if kind == "helm_release" && !data_source {
            release::hide(&mut attributes);
            release::release(&attributes, mark).into_iter().for_each(|release| self.out.say(release));
        }
        self.out.say(InfraFact::Resource(Resource { kind: kind.to_owned(), name: name.to_owned(), data_source, attributes, mark }));
    }

    fn module(&mut self, block: &Block, name: &str) {
        let mark = self.mark(block);
        let mut flat = Flat::new(self.room());
        self.body(&block.body, "", &mut flat, 0);
        let (mut source, mut inputs) = (Text::Unknown, Vec::new());
        for (key, text, mark) in self.placed(flat) {
            match key.as_str() {
                "source" => source = text,
                "version" => {}
                _ => inputs.push((key, text, mark)),
            }
        }
        self.out.say(InfraFact::TerraformModule(TerraformModule { name: name.to_owned(), source, inputs, mark }));
    }

    /// A `variable` block: what it is when nobody says otherwise, and what its type says of parts that nobody gives.
    fn declaration(&mut self, block: &Block, name: &str) {
        let of = |name: &str| block.body.get_attribute(name).map(|attribute| &attribute.value);
        let sensitive = matches!(of("sensitive"), Some(Expression::Bool(flag)) if **flag);
        match of("default") {
            Some(value) if !sensitive || matches!(value, Expression::Null(_)) => self.variable(name, value, false),
            value => {
                let mark = self.mark(block);
                let value = value.map(|_| Text::Unknown);
                self.out.say(InfraFact::TerraformVariable(TerraformVariable { name: name.to_owned(), value, assigned: false, mark }));
            }
        }
        if let Some(kind) = of("type").filter(|_| !sensitive) {
            self.optional(&format!("{name}.?optional"), kind);
        }
    }

    /// `object({ on = optional(bool, true) })`. The parser bounds the depth.
    fn optional(&mut self, name: &str, kind: &Expression) {
        let Expression::FuncCall(call) = kind else { return };
        let arguments: Vec<&Expression> = call.args.iter().collect();
        match (call.name.name.as_str(), arguments.as_slice()) {
            ("object", [Expression::Object(fields)]) => {
                for (key, field) in fields.iter() {
                    if let ObjectKey::Ident(key) = key {
                        self.optional(&format!("{name}.{}", key.as_str()), field.expr());
                    }
                }
            }
            ("optional", [kind, default]) => {
                self.optional(name, kind);
                self.variable(name, default, false);
            }
            _ => {}
        }
    }

    fn output(&mut self, block: &Block, name: &str) {
        let Some(value) = block.body.get_attribute("value").map(|attribute| &attribute.value) else { return };
        let mut flat = Flat::new(self.room());
        flat.expression(name, value);
        for (name, value, mark) in self.placed(flat) {
            self.out.say(InfraFact::TerraformOutput(TerraformOutput { name, value, mark }));
        }
    }

    /// One fact for each leaf of the value, under the name that refers to it.
    fn variable(&mut self, name: &str, value: &Expression, assigned: bool) {
        let mut flat = Flat::new(self.room());
        flat.expression(name, value);
        for (name, text, mark) in self.placed(flat) {
            self.out.say(InfraFact::TerraformVariable(TerraformVariable { name, value: Some(text), assigned, mark }));
        }
    }

    fn local(&mut self, name: &str, value: &Expression) {
        let mut flat = Flat::new(self.room());
        flat.expression(name, value);
        for (name, value, mark) in self.placed(flat) {
            self.out.say(InfraFact::TerraformLocal(TerraformLocal { name, value, mark }));
        }
    }

    /// Attributes under their keys, nested blocks under their name and number. The parser bounds the nesting.
    fn body(&self, body: &Body, prefix: &str, flat: &mut Flat, depth: u8) {
        let mut numbers: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
        for structure in body.iter() {
            match structure {
                Structure::Attribute(attribute) if !STEERING.contains(&attribute.key.as_str()) => {
                    flat.expression(&format!("{prefix}{}", attribute.key.as_str()), &attribute.value);
                }
                Structure::Block(block) if !STEERING.contains(&block.ident.as_str()) && depth < 32 => {
                    // `dynamic "x"` makes blocks `x`, one for each of something.
                    let dynamic = block.ident.as_str() == "dynamic";
                    let name = if dynamic { block.labels.first().map_or("dynamic", |label| label.as_str()) } else { block.ident.as_str() };
                    let number = numbers.entry(name).or_default();
                    let key = format!("{prefix}{name}.{number}.");
                    *number += 1;
                    if dynamic {
                        self.dynamic(block, name, &key, flat, depth);
                    } else if block.body.is_empty() {
                        // that it is there may say something
                        flat.word(key.trim_end_matches('.'), "{}", block.span().unwrap_or_default());
                    } else {
                        self.body(&block.body, &key, flat, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    fn dynamic(&self, block: &Block, name: &str, key: &str, flat: &mut Flat, depth: u8) {
        if let Some(attribute) = block.body.get_attribute("for_each") {
            flat.expression(&format!("{key}?dynamic.in"), &attribute.value);
        }
        let iterator = block.body.get_attribute("iterator").map(|attribute| &attribute.value);
        let iterator = if let Some(Expression::Variable(name)) = iterator { name.as_str() } else { name };
        flat.word(&format!("{key}?dynamic.as"), iterator, block.span().unwrap_or_default());
        block.body.get_blocks("content").for_each(|content| self.body(&content.body, &format!("{key}?dynamic.do."), flat, depth + 1));
    }

    fn room(&self) -> usize {
        MAX_VALUES.saturating_sub(self.values)
    }

    /// Gives each leaf its mark.
    fn placed(&mut self, flat: Flat) -> Vec<(String, Text, threatline_facts::Mark)> {
        self.values += flat.leaves.len();
        let place = |leaf: flatten::Leaf| {
            let first = self.lines.at(leaf.span.start);
            // A heredoc's span ends behind its last line break.
            let last = self.lines.at(leaf.span.end.saturating_sub(1));
            (leaf.key, leaf.text, self.out.mark(first, last))
        };
        flat.leaves.into_iter().map(place).collect()
    }

    fn mark(&mut self, block: &Block) -> threatline_facts::Mark {
        let span = block.span().unwrap_or_default();
        self.out.mark(self.lines.at(span.start), self.lines.at(span.end.saturating_sub(1)))
    }
}
