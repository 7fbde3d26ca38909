//! Parameters that tags tell (Go): the fields of a record that a library fills from a request say where each of them is,
//! `form:"page"`, `uri:"id"`, `header:"X-Tenant"`.

use super::shaped::{tag_of, tag_word};
use super::*;
use std::collections::BTreeMap;
use threatline_facts::code::Field;

/// Records within records that are looked into.
const MOST_WITHIN: usize = 3;

/// Before the name of a field in place of a tag.
const FIELD: char = '.';

impl<'a> Evaluator<'a> {
    /// Notes what a call reads into the records that it is handed.
    pub(in crate::compose) fn note_tagged(&mut self, of: &str, arguments: &[Arg]) {
        let rules = self.program.files[self.file].library.reads(of);
        for Ruled { rule, .. } in rules.into_iter().filter(|ruled| !ruled.rule.tags.is_empty()) {
            for argument in arguments.iter().take(4) {
                let Val::Object(id) = &argument.value else { continue };
                let (None, Some(class)) = (self.objects[*id].ty, self.objects[*id].class) else { continue };
                for one in self.told_by_tags(class, &rule.tags, 0) {
                    self.note_parameter(&one.name, &one.place);
                }
            }
        }
    }

    /// The parameters that the records tell which a handler takes.
    pub(super) fn tagged_parameters(&mut self, rule: &'static CallRule, handler: &Val) -> Vec<Parameter> {
        let (false, Val::Function(closure)) = (rule.tags.is_empty(), handler) else { return Vec::new() };
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        let records: Vec<(FileId, u32)> = function.parameters.iter().filter_map(|one| self.record_of(closure.file, one.declared.as_ref()?)).collect();
        records.into_iter().flat_map(|class| self.told_by_tags(class, &rule.tags, 0)).collect()
    }

    fn told_by_tags(&mut self, (file, class): (FileId, u32), tags: &BTreeMap<String, String>, depth: usize) -> Vec<Parameter> {
        let mut out = Vec::new();
        let fields: &'a [Field] = &self.program.source(file).classes[class as usize].fields;
        for field in fields {
            if let Some(place) = tags.get(&format!("{FIELD}{}", field.name)) {
                out.push(parameter(place, place));
                continue;
            }
            let told = tag_of(field).and_then(|tag| tags.iter().find_map(|(key, place)| Some((tag_word(tag, key)?, place))));
            match told {
                Some((word, place)) => {
                    let name = word.split(',').next().unwrap_or(word);
                    if !name.is_empty() && name != "-" {
                        out.push(parameter(name, place));
                    }
                }
                // a record that is a part of this one
                None if depth < MOST_WITHIN && tag_of(field).is_none() => {
                    if let Some(part) = field.declared.as_ref().and_then(|declared| self.record_of(file, declared)) {
                        out.extend(self.told_by_tags(part, tags, depth + 1));
                    }
                }
                None => {}
            }
        }
        out
    }
}
