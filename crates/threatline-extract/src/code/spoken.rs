//! Types that a file of C# or Java speaks of, and neither defines nor imports by name.
//!
//! A file does not import its own package's types, and in C# no type one by one: a name space holds many, and some it sees without
//! saying so. What it wants is told by the names themselves, wherever they stand.

use std::collections::BTreeSet;
use threatline_facts::code::{Call, Source, Step, TypeName, Value};

/// Their names.
pub(super) fn types(source: &Source) -> BTreeSet<String> {
    let mut names = Names::default();
    for function in &source.functions {
        function.parameters.iter().for_each(|one| {
            names.types(&one.declared);
            names.annotations(&one.annotations);
        });
        names.types(&function.returns);
        names.annotations(&function.annotations);
        names.steps(&function.steps);
    }
    for class in &source.classes {
        names.types(&class.bases);
        names.annotations(&class.annotations);
        for field in &class.fields {
            names.types(&field.declared);
            names.annotations(&field.annotations);
            names.values(&field.value);
        }
    }
    source.classes.iter().for_each(|class| _ = names.0.remove(&class.name));
    source.imports.iter().for_each(|import| _ = names.0.remove(&import.local));
    names.0
}

#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    /// Types begin with a capital; what stands before a dot is a name space or a type around.
    fn add(&mut self, name: &str) {
        let name = name.rsplit('.').next().unwrap_or(name);
        if name.starts_with(|first: char| first.is_uppercase()) {
            self.0.insert(name.to_owned());
        }
    }

    fn types<'t>(&mut self, types: impl IntoIterator<Item = &'t TypeName>) {
        for ty in types {
            self.add(&ty.name);
            self.types(&ty.arguments);
        }
    }

    fn annotations(&mut self, annotations: &[Call]) {
        for one in annotations {
            if let Value::Name(name) = &one.callee {
                self.add(name);
                self.add(&format!("{name}Attribute"));
            }
            one.arguments.iter().for_each(|argument| self.value(&argument.value));
        }
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            if let Step::Bind { declared, .. } = step {
                self.types(declared);
            }
            self.values(step.value());
            step.bodies().for_each(|body| self.steps(body));
        }
    }

    fn values<'v>(&mut self, values: impl IntoIterator<Item = &'v Value>) {
        values.into_iter().for_each(|value| self.value(value));
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Name(name) => self.add(name),
            Value::Call(call) => {
                self.types(&call.types);
                match &call.callee {
                    // a method of the object at hand
                    Value::Name(_) if !call.construct => {}
                    Value::Member(object, _) if !call.construct => self.value(object),
                    Value::Member(_, name) => self.add(name),
                    callee => self.value(callee),
                }
                call.arguments.iter().for_each(|argument| self.value(&argument.value));
            }
            value => value.parts(&mut |part| self.value(part)),
        }
    }
}
