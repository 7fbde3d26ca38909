//! What files show without being run: libraries in use, fields with data, programs.

use super::library::Library;
use super::program::{Located2, Program, folder_of};
use super::{CodeMain, Composed, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::Mark;
use threatline_facts::code::*;
use threatline_knowledge::catalogue::record_classes;
use threatline_knowledge::packs::Family;

/// Adds them.
pub(super) fn collect(program: &Program<'_>, out: &mut Composed) {
    for (id, file) in program.own_files().map(|file| (file, &program.files[file])) {
        let place = |mark: Mark, by: &str| Place { path: file.path.clone(), mark, by: Arc::from(by) };
        let mut libraries: BTreeMap<&str, Mark> = BTreeMap::new();
        for import in file.source.imports.iter().filter(|import| !import.types_only) {
            for pack in file.library.imported(import) {
                if let Some(product) = pack.technology() {
                    libraries.entry(product).or_insert(import.mark);
                }
            }
        }
        out.libraries.extend(libraries.into_iter().map(|(name, mark)| (name.to_owned(), place(mark, "import"))));
        for class in &file.source.classes {
            let found = record_classes(&class.name, class.fields.iter().map(|field| &*field.name));
            for (field, found) in class.fields.iter().zip(found) {
                // a variable of the environment, or a constant: no field of a record
                if file.family == Family::JavaScript && is_constant(&field.name) {
                    continue;
                }
                out.data.extend(found.map(|(class, confidence)| (place(field.mark, "field"), class, confidence)));
            }
        }
        // a program is made of the packages that it imports, and of theirs
        if file.family == Family::Go && !file.path.ends_with("_test.go") {
            let own = folder_of(&file.path);
            for import in &file.source.imports {
                let folder = match program.locate(id, &import.module, import.member.as_deref()) {
                    Located2::Folder(folder) => Arc::from(folder.trim_end_matches('/')),
                    Located2::File(other) => Arc::from(folder_of(&program.files[other].path)),
                    // a module of somebody else's, by its path; the language's own have no domain
                    Located2::Library if import.module.split('/').next().is_some_and(|first| first.contains('.')) => Arc::from(import.module.as_str()),
                    _ => continue,
                };
                out.imports.push((Arc::from(own), folder));
            }
        }
        for (index, function) in file.source.functions.iter().enumerate() {
            if is_main(file, index, function) {
                out.mains.push(CodeMain { serves: false, port: None, place: place(function.mark, "main") });
            }
        }
    }
}

/// Whether a name is spelt as variables of the environment and constants are.
fn is_constant(name: &str) -> bool {
    name.contains('_') && name.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
}

fn is_main(file: &super::program::File<'_>, index: usize, function: &Function) -> bool {
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    match file.family {
        Family::Go => function.name == "main" && function.receiver.is_none() && file.source.package.as_deref() == Some("main"),
        Family::Rust => function.name == "main" && (name == "main.rs" || file.path.contains("/bin/")),
        Family::Java => function.name == "main" && function.is_static,
        Family::CSharp => (function.name == "Main" && function.is_static) || (index == 0 && name == "Program.cs" && !function.steps.is_empty()),
        Family::Dart => function.name == "main" && (file.path.starts_with("bin/") || file.path.contains("/bin/")),
        Family::Swift => function.name == "main" && function.is_static && function.class.is_some() || (index == 0 && name == "main.swift"),
        Family::Python => index == 0 && function.steps.iter().any(is_main_guard),
        Family::Elixir | Family::JavaScript | Family::Php | Family::Ruby => false,
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
    let mut out = names(program.own_files().map(|file| program.source(file)), false);
    // and what a library calls, once it is given the object
    let libraries: BTreeMap<Family, &'static Library> = program.own_files().map(|file| (program.files[file].family, program.files[file].library)).collect();
    for library in libraries.values() {
        for name in library.registers() {
            out.insert(name);
        }
    }
    out
}

/// The same of all files, and the names of all members that they speak of.
pub(super) fn member_names<'a>(program: &Program<'a>) -> BTreeSet<&'a str> {
    names(program.files.iter().map(|file| file.source), true)
}

/// Files of other units that define what the program's own files speak of by its name, and what those speak of in turn.
pub(super) fn touched(program: &Program<'_>) -> BTreeSet<Arc<str>> {
    let others: Vec<usize> = (0..program.files.len()).filter(|file| !program.is_own(*file)).collect();
    let mut defined: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for &file in &others {
        let source = program.source(file);
        let functions = source.functions.iter().map(|function| function.name.as_str()).filter(|name| !name.is_empty());
        let all: BTreeSet<&str> = functions.chain(source.classes.iter().map(|class| class.name.as_str())).collect();
        all.into_iter().for_each(|name| defined.entry(name).or_default().push(file));
    }
    let mut open: Vec<usize> = if defined.is_empty() { Vec::new() } else { program.own_files().collect() };
    let mut seen: BTreeSet<usize> = open.iter().copied().collect();
    while let Some(file) = open.pop() {
        let source = program.source(file);
        let imported = source.imports.iter().flat_map(|import| import.member.iter().chain([&import.local])).map(String::as_str);
        let spoken = names(std::iter::once(source), true);
        // what is handed in by its type
        let fields = source.classes.iter().flat_map(|class| class.bases.iter().chain(class.fields.iter().filter_map(|field| field.declared.as_ref())));
        let parameters = source.functions.iter().flat_map(|function| &function.parameters).filter_map(|parameter| parameter.declared.as_ref());
        let types = fields.chain(parameters).map(|declared| declared.name.rsplit('.').next().unwrap_or(&declared.name));
        for name in spoken.into_iter().chain(imported).chain(types) {
            // what a name leads to is looked at once
            let found = defined.remove(name).unwrap_or_default();
            open.extend(found.into_iter().filter(|file| seen.insert(*file)));
        }
    }
    seen.into_iter().filter(|file| !program.is_own(*file)).map(|file| program.files[file].path.clone()).collect()
}

fn names<'a>(sources: impl Iterator<Item = &'a Source>, members: bool) -> BTreeSet<&'a str> {
    let mut out = Names { found: BTreeSet::new(), members };
    for source in sources {
        source.functions.iter().for_each(|function| out.steps(&function.steps));
        source.exports.iter().filter_map(|export| export.value.as_ref()).for_each(|value| out.value(value));
    }
    out.found
}

/// Names that are called, and those of members, too, where that is asked for.
struct Names<'a> {
    found: BTreeSet<&'a str>,
    members: bool,
}

impl<'a> Names<'a> {
    fn steps(&mut self, steps: &'a [Step]) {
        for step in steps {
            // what is assigned to is no call
            if let Step::Bind { target, .. } = step
                && self.members
            {
                self.value(target);
            }
            self.values(step.value());
            step.bodies().for_each(|body| self.steps(body));
        }
    }

    fn values(&mut self, values: impl IntoIterator<Item = &'a Value>) {
        values.into_iter().for_each(|value| self.value(value));
    }

    fn value(&mut self, value: &'a Value) {
        match value {
            Value::Call(call) => {
                match &call.callee {
                    Value::Name(name) => _ = self.found.insert(name),
                    Value::Member(object, name) => {
                        self.found.insert(name);
                        self.value(object);
                    }
                    other => self.value(other),
                }
                self.values(call.arguments.iter().map(|argument| &argument.value));
            }
            Value::Member(object, name) => {
                if self.members {
                    self.found.insert(name);
                }
                self.value(object);
            }
            value => value.parts(&mut |part| self.value(part)),
        }
    }
}
