//! What files show without being run: libraries in use, fields with data, programs.

use super::library::plain;
use super::program::Program;
use super::{CodeMain, Composed, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::Mark;
use threatline_facts::code::*;
use threatline_knowledge::catalogue::data_class;
use threatline_knowledge::packs::{Family, Pack};

/// Adds them.
pub(super) fn collect(program: &Program<'_>, out: &mut Composed) {
    for file in program.own_files().map(|file| &program.files[file]) {
        let place = |mark: Mark, by: &str| Place { path: file.path.clone(), mark, by: Arc::from(by) };
        let mut libraries: BTreeMap<&str, Mark> = BTreeMap::new();
        for import in &file.source.imports {
            for pack in file.library.packs.packs.iter().filter(|pack| imports(pack, import)) {
                libraries.entry(pack.technology()).or_insert(import.mark);
            }
        }
        out.libraries.extend(libraries.into_iter().map(|(name, mark)| (name.to_owned(), place(mark, "import"))));
        for class in &file.source.classes {
            for field in &class.fields {
                if let Some((class, confidence)) = data_class(&field.name) {
                    out.data.push((place(field.mark, "field"), class, confidence));
                }
            }
        }
        for (index, function) in file.source.functions.iter().enumerate() {
            if is_main(file, index, function) {
                out.mains.push(CodeMain { serves: false, port: None, place: place(function.mark, "main") });
            }
        }
    }
}

/// Whether an import is of one of the pack's modules.
pub(super) fn imports(pack: &Pack, import: &Import) -> bool {
    let module = plain(&import.module);
    let full = import.member.as_ref().map(|member| format!("{module}.{member}"));
    let is_it = |name: &String| starts(&module, &plain(name)) || full.as_ref().is_some_and(|full| starts(full, &plain(name)));
    pack.modules().iter().any(is_it)
}

fn starts(name: &str, module: &str) -> bool {
    name.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/']))
}

fn is_main(file: &super::program::File<'_>, index: usize, function: &Function) -> bool {
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    match file.family {
        Family::Go => function.name == "main" && function.receiver.is_none() && file.source.package.as_deref() == Some("main"),
        Family::Rust => function.name == "main" && (name == "main.rs" || file.path.contains("/bin/")),
        Family::Java => function.name == "main" && function.is_static,
        Family::CSharp => (function.name == "Main" && function.is_static) || (index == 0 && name == "Program.cs" && !function.steps.is_empty()),
        Family::Python => index == 0 && function.steps.iter().any(is_main_guard),
        Family::JavaScript => false,
    }
}

/// `if __name__ == "__main__":`
fn is_main_guard(step: &Step) -> bool {
    match step {
        Step::If { condition: Value::Operator(_, parts), .. } => parts.iter().any(|part| matches!(part, Value::Name(name) if name == "__name__")),
        _ => false,
    }
}

/// The last names of everything that is called in its own files.
pub(super) fn called_names<'a>(program: &Program<'a>) -> BTreeSet<&'a str> {
    let mut out = BTreeSet::new();
    for file in program.own_files().map(|file| &program.files[file]) {
        for function in &file.source.functions {
            function.steps.iter().for_each(|step| step_names(step, &mut out));
        }
        for export in &file.source.exports {
            export.value.iter().for_each(|value| value_names(value, &mut out));
        }
    }
    out
}

fn step_names<'a>(step: &'a Step, out: &mut BTreeSet<&'a str>) {
    match step {
        Step::Bind { value, .. } | Step::Return(value) | Step::Throw(value) => value.iter().for_each(|value| value_names(value, out)),
        Step::Do(value) => value_names(value, out),
        Step::If { condition, then, otherwise } => {
            value_names(condition, out);
            then.iter().chain(otherwise).for_each(|step| step_names(step, out));
        }
        Step::Loop { over, body } => {
            over.iter().for_each(|(_, list)| value_names(list, out));
            body.iter().for_each(|step| step_names(step, out));
        }
        Step::Try { body, handlers, finally } => body.iter().chain(handlers.iter().flatten()).chain(finally).for_each(|step| step_names(step, out)),
        Step::Block(body) => body.iter().for_each(|step| step_names(step, out)),
        Step::Function(_) | Step::Class(_) => {}
    }
}

fn value_names<'a>(value: &'a Value, out: &mut BTreeSet<&'a str>) {
    match value {
        Value::Call(call) => {
            match &call.callee {
                Value::Name(name) => {
                    out.insert(name);
                }
                Value::Member(object, name) => {
                    out.insert(name);
                    value_names(object, out);
                }
                other => value_names(other, out),
            }
            call.arguments.iter().for_each(|argument| value_names(&argument.value, out));
        }
        Value::Member(object, _) | Value::Not(object) => value_names(object, out),
        Value::Index(object, index) => {
            value_names(object, out);
            value_names(index, out);
        }
        Value::List(parts) | Value::Join(parts) | Value::Either(parts) | Value::Operator(_, parts) | Value::Unknown(parts) => {
            parts.iter().for_each(|part| value_names(part, out));
        }
        Value::Map(entries) => entries.iter().for_each(|(key, value)| {
            value_names(key, out);
            value_names(value, out);
        }),
        _ => {}
    }
}
