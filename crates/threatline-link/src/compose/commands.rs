//! What commands take: options and arguments that stand above a function, and a function's own parameters.

use super::evaluate::Evaluator;
use super::value::*;
use super::verbs::parameter;
use std::collections::BTreeSet;
use threatline_facts::code::Value;
use threatline_knowledge::packs::{AnnotationVerb, Family, Verb};
use threatline_model::{EntryPointKind, Parameter};

impl<'a> Evaluator<'a> {
    /// Parameters that decorators of a function, or what stands beside it, told of it, but for parts of the path. A request without a body
    /// has them in the query.
    pub(super) fn told_of_function(&self, closure: &Closure, path: &[String], bodiless: bool) -> Vec<Parameter> {
        let told = self.function_parameters.get(&(closure.file, closure.index)).into_iter().flatten();
        let placed = |one: &Parameter| parameter(&one.name, if bodiless && one.place == "form" { "query" } else { &one.place });
        told.filter(|one| !path.contains(&one.name)).map(placed).collect()
    }

    /// Whether annotations of a class say that it is a command.
    pub(super) fn is_annotated_command(&mut self, file: FileId, class: u32) -> bool {
        let program = self.program;
        let scope = self.globals(file);
        let (applied, _) = self.within(file, |this| this.read_annotations(&program.source(file).classes[class as usize].annotations, &scope));
        applied.iter().any(|one| one.ruled.rule.does == AnnotationVerb::Route && one.ruled.rule.kind.as_deref() == Some(EntryPointKind::Cli.name()))
    }

    /// The parameters of a function that is a command: arguments where nothing stands in for them, else flags, unless their default says it.
    pub(super) fn command_parameters(&mut self, closure: &Closure, out: &mut BTreeSet<Parameter>) {
        let program = self.program;
        let function = &program.source(closure.file).functions[closure.index as usize];
        let scope = self.globals(closure.file);
        // of C# attributes say which are arguments, and all others are flags
        if self.family() == Family::CSharp {
            self.within(closure.file, |this| {
                out.extend(this.told_parameters(function, &scope));
                for one in function.parameters.iter().filter(|one| !one.name.is_empty() && !one.variadic && one.annotations.is_empty()) {
                    if one.declared.as_ref().is_some_and(|declared| this.kind_of(declared, &scope) == Some("query")) {
                        out.insert(parameter(&one.name, "flag"));
                    }
                }
            });
            return;
        }
        self.within(closure.file, |this| {
            let library = program.files[closure.file].library;
            for one in function.parameters.iter().filter(|one| !one.name.is_empty() && !one.variadic) {
                // what the library itself hands over
                if let Some(declared) = &one.declared
                    && matches!(this.type_value(&declared.name, &scope), Val::Symbol(name) if !library.guards(&name).is_empty() || library.type_named(&name).is_some())
                {
                    continue;
                }
                let own = this.file;
                let written: Vec<(FileId, &'a Value)> = one.default.iter().map(|value| (own, value)).chain(this.beside(one)).collect();
                let mut place = None;
                let mut by_default = one.default.is_some();
                for (at, value) in written {
                    let Value::Call(call) = value else { continue };
                    let scope = if at == own { scope.clone() } else { this.globals(at) };
                    let Some(name) = this.within(at, |this| this.name_of(&call.callee, &scope)) else { continue };
                    let rules = library.calls(&name);
                    if let Some((ruled, _)) = rules.iter().find(|(ruled, _)| ruled.rule.does == Verb::Parameter) {
                        place = ruled.rule.r#in.clone();
                        by_default = false;
                    }
                }
                let place = place.unwrap_or_else(|| if by_default { "flag" } else { "argument" }.to_owned());
                out.insert(parameter(&if place == "flag" { one.name.replace('_', "-") } else { one.name.clone() }, &place));
            }
        });
    }
}
