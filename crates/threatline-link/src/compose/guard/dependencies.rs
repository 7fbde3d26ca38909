//! What a function depends on, or the class that it is a method of: it runs before, and may turn away.

use super::*;

impl<'a> Evaluator<'a> {
    /// Guards that stand as parameters of a function: defaults and type extras that packs call `depend`.
    pub(in crate::compose) fn dependencies(&mut self, closure: &Closure) -> Vec<Guard> {
        self.dependencies_by_name(closure).into_iter().map(|(_, guard)| guard).collect()
    }

    /// The same, with the names of the parameters.
    pub(in crate::compose) fn dependencies_by_name(&mut self, closure: &Closure) -> Vec<(&'a str, Guard)> {
        let function = &self.program.source(closure.file).functions[closure.index as usize];
        let scope = match &closure.scope {
            Some(scope) => scope.clone(),
            None => self.globals(closure.file),
        };
        let (file, before) = (self.file, self.mark);
        self.file = closure.file;
        let mut out = Vec::new();
        for parameter in &function.parameters {
            out.extend(self.extractor(parameter, &scope).map(|guard| (parameter.name.as_str(), guard)));
            let found = self.depended_on(parameter.default.as_ref(), parameter.declared.as_ref(), &scope);
            out.extend(found.into_iter().map(|guard| (parameter.name.as_str(), guard)));
        }
        if let (Some(class), Family::Python) = (function.class, self.family()) {
            out.extend(self.dependencies_of_class(closure.file, class));
        }
        self.file = file;
        self.mark = before;
        out
    }

    /// What a default, or what stands beside a type, says to depend on.
    fn depended_on(&mut self, default: Option<&'a Value>, declared: Option<&'a TypeName>, scope: &Scope) -> Vec<Guard> {
        let own = self.file;
        let mut out = Vec::new();
        let beside = declared.map(|declared| self.beside_type(declared)).unwrap_or_default();
        let written: Vec<(FileId, &'a Value)> = default.into_iter().map(|value| (own, value)).chain(beside).collect();
        for (at, value) in written {
            self.file = at;
            let scope = if at == own { scope.clone() } else { self.globals(at) };
            self.file = at;
            if let Value::Call(call) = value
                && self.is_verb(&call.callee, Verb::Depend, &scope)
            {
                self.mark = call.mark;
                let place = self.place("code");
                let value = match self.value(value, &scope) {
                    // `user: Annotated[User, Depends()]`: the type itself is what is called.
                    Val::Unknown if call.arguments.is_empty() => match declared {
                        Some(declared) => self.type_value(&declared.name, &scope),
                        None => Val::Unknown,
                    },
                    value => value,
                };
                out.push(Guard { value, place });
            }
            self.file = own;
        }
        out
    }

    /// A class whose methods are handlers is made for each request: what its fields, and those of its bases, depend on runs before.
    fn dependencies_of_class(&mut self, file: FileId, class: u32) -> Vec<(&'a str, Guard)> {
        let mut out = Vec::new();
        let (own, foreign) = self.bases(file, class);
        for (at, class) in std::iter::once((file, class)).chain(own) {
            let scope = self.globals(at);
            self.file = at;
            for field in &self.program.source(at).classes[class as usize].fields {
                let found = self.depended_on(field.value.as_ref(), field.declared.as_ref(), &scope);
                out.extend(found.into_iter().map(|guard| ("", guard)));
            }
        }
        self.file = file;
        // what is not at hand may depend on more
        if foreign.iter().any(|base| base == "?") {
            let place = self.place("code");
            out.push(("", Guard { value: Val::Unknown, place }));
        }
        out
    }
}
