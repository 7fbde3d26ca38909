//! What a program reads: its environment, and parameters of requests.

use super::*;
use crate::compose::witness::{Origin, keyed};

/// What is read there is a model's answer, and no parameter.
const MODEL: &str = "model";

impl<'a> Evaluator<'a> {
    /// A read of an environment variable.
    pub(in crate::compose) fn environment(&mut self, variable: &str, default: Option<Text>) -> Val {
        self.note_variable(variable.to_owned(), default.clone());
        Val::Text(Rc::new(Text::Environment { variable: variable.to_owned(), default: default.map(Box::new) }))
    }

    pub(super) fn note_variable(&mut self, variable: String, default: Option<Text>) {
        let read = (variable, default.map(Text::settled), self.place("code"));
        if !self.out.reads.contains(&read) {
            self.out.reads.push(read);
        }
    }

    /// A text that was put together; notes what a variable at its head is spoken to in.
    pub(in crate::compose) fn put_together(&mut self, text: Text) -> Val {
        if let Text::Joined(parts) = &text
            && let [Text::Literal(head), Text::Environment { variable, .. }, ..] = parts.as_slice()
            && let Some(scheme) = head.strip_suffix("://").filter(|scheme| !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+'))
        {
            let spoken = (variable.clone(), scheme.to_ascii_lowercase(), self.place("code"));
            if !self.out.spoken.contains(&spoken) {
                self.out.spoken.push(spoken);
            }
        }
        Val::Text(Rc::new(text))
    }

    /// `process.env.X`, `os.environ["X"]`, `import.meta.env.X`.
    pub(in crate::compose) fn environment_member(&mut self, symbol: &str, name: &str) -> Option<Val> {
        let known = matches!(symbol, "process.env" | "os.environ" | "import.meta.env" | "process.process.env" | "Deno.env" | "Bun.env" | "ENV");
        // what a check of all variables gives back beside whether they are right: `schema.safeParse(process.env).data`
        if known && self.family() == Family::JavaScript && matches!(name, "data" | "value") {
            return Some(Val::symbol(symbol));
        }
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') {
            return None;
        }
        let known = known || self.program.files[self.file].library.calls(symbol).iter().any(|(ruled, _)| ruled.rule.does == Verb::Environment);
        known.then(|| self.environment(name, None))
    }

    /// `os.environ.get("X", "d")`.
    pub(in crate::compose) fn environment_call(&mut self, symbol: &str, name: &str, arguments: &[Arg]) -> Option<Val> {
        (matches!(symbol, "os.environ" | "process.env" | "Deno.env" | "ENV") && matches!(name, "get" | "pop" | "setdefault" | "fetch"))
            .then(|| self.environment_read(arguments))
            .flatten()
    }

    pub(super) fn environment_function(&mut self, name: &str, arguments: &[Arg]) -> Option<Val> {
        let known = matches!(
            name,
            "os.getenv"
                | "os.Getenv"
                | "os.LookupEnv"
                | "System.getenv"
                | "java.lang.System.getenv"
                | "Environment.GetEnvironmentVariable"
                | "System.Environment.GetEnvironmentVariable"
                | "std.env.var"
                | "env.var"
                | "std.env.var_os"
                | "env"
                | "env!"
        );
        if self.family() == Family::JavaScript
            && let Some(all) = checked_environment(name, arguments)
        {
            return Some(all);
        }
        if name.starts_with("env") && self.family() != Family::Rust {
            return None;
        }
        known.then(|| self.environment_read(arguments)).flatten()
    }

    pub(super) fn environment_read(&mut self, arguments: &[Arg]) -> Option<Val> {
        let variable = arguments.first()?.value.literal()?.to_owned();
        let default = arguments.get(1).filter(|argument| matches!(argument.value, Val::Text(_) | Val::Number(_))).map(|argument| as_text(&argument.value));
        Some(self.environment(&variable, default))
    }

    /// Notes that a member of something that holds parameters was read by its name.
    pub(in crate::compose) fn note_read(&mut self, of: &str, name: Option<&str>) {
        // a method of Ruby that changes or asks is no name: `params.permit!`
        let Some(name) = name.filter(|name| !name.ends_with(['!', '?'])) else { return };
        // variables of PHP that are there by themselves are nobody's members
        if of.starts_with('$') {
            self.note_attribute(of, &[]);
        }
        for Ruled { rule, .. } in self.program.files[self.file].library.reads(of) {
            if rule.whole || rule.every || rule.with.iter().any(|with| with == name || with == "()") {
                continue;
            }
            // of a constant of that name, of a member, or of what is in it
            let member = format!("{of}.{name}");
            let reads = [member.clone(), format!("{of}[]"), of.trim_end_matches("()").to_owned()];
            if rule.r#in == MODEL {
                reads.into_iter().for_each(|read| self.note_input(read, Origin::Model, None));
                continue;
            }
            match &rule.strip {
                None => self.note_parameter(name, &told(rule)),
                // `HTTP_X_REQUEST_ID` is the header `X-REQUEST-ID`
                Some(head) => {
                    if let Some(rest) = name.strip_prefix(head.as_str()) {
                        self.note_parameter(&rest.replace('_', "-"), &told(rule));
                    }
                }
            }
            reads.into_iter().for_each(|read| self.note_input(read, Origin::Request, None));
            self.note_input(member, Origin::Request, Some(name));
        }
    }

    /// Notes that a method that takes the parameter's name was called.
    pub(in crate::compose) fn note_read_by(&mut self, of: &str, method: &str, arguments: &[Arg]) {
        if arguments.iter().all(|argument| argument.value.literal().is_none()) {
            return;
        }
        for Ruled { rule, .. } in self.program.files[self.file].library.reads(of) {
            if !rule.every
                && rule.with.iter().any(|with| with == method)
                && let Some(name) = arguments.get(rule.at).and_then(|argument| argument.value.literal())
            {
                let (name, place) = if rule.spelt { spelt(name, &told(rule)) } else { (name, told(rule)) };
                match &rule.strip {
                    None => self.note_parameter(name, &place),
                    // what else is kept there is none
                    Some(head) => match name.strip_prefix(head.as_str()) {
                        Some(rest) => self.note_parameter(&rest.replace('_', "-"), &place),
                        None => continue,
                    },
                }
                let by = if method == "()" { of.to_owned() } else { format!("{of}.{method}") };
                self.note_input(keyed(&by, name), Origin::Request, Some(name));
                self.note_input(by, Origin::Request, None);
            }
        }
    }

    /// Notes every name that a method is given, where packs say that each is one.
    pub(in crate::compose) fn note_every(&mut self, of: &str, method: &str, arguments: &[Arg]) {
        for Ruled { rule, .. } in self.program.files[self.file].library.reads(of) {
            if !rule.every || !rule.with.iter().any(|with| with == method) {
                continue;
            }
            let mut open: Vec<(Option<String>, Val)> = arguments.iter().map(|argument| (argument.name.clone(), argument.value.clone())).collect();
            while let Some((name, value)) = open.pop() {
                match (name, &value) {
                    (Some(name), _) if name != super::super::evaluate::ruby::BLOCK => self.note_parameter(&name, &told(rule)),
                    (_, Val::List(items)) => open.extend(items.iter().take(64).map(|item| (None, item.clone()))),
                    (_, Val::Map(entries)) => entries.iter().for_each(|(name, _)| self.note_parameter(name, &told(rule))),
                    (_, value) => {
                        if let Some(name) = value.literal().map(str::to_owned) {
                            self.note_parameter(&name, &told(rule));
                        }
                    }
                }
            }
        }
    }

    /// Notes that all of it was read, where that is what packs know of it.
    pub(in crate::compose) fn note_whole(&mut self, of: &str) {
        for Ruled { rule, .. } in self.program.files[self.file].library.reads(of) {
            if rule.whole && rule.r#in == MODEL {
                self.note_input(of.to_owned(), Origin::Model, None);
            } else if rule.whole {
                self.note_parameter(&rule.r#in, &rule.r#in);
                self.note_input(of.to_owned(), Origin::Request, None);
            }
        }
    }

    /// A local of a type that is made out of the request: `let form: Form<Order> = req.extract()`.
    pub(in crate::compose) fn note_extracted(&mut self, declared: &'a threatline_facts::code::TypeName, scope: &crate::compose::value::Scope) {
        let Val::Symbol(name) = self.type_value(&declared.name, scope) else { return };
        let library = self.program.files[self.file].library;
        let rule = library.type_named(&name).map(|ty| library.type_rule(ty).rule).filter(|rule| !rule.named);
        if let Some(place) = rule.and_then(|rule| rule.takes_from()) {
            self.note_parameter(place, place);
        }
    }

    pub(in crate::compose) fn note_parameter(&mut self, name: &str, place: &str) {
        if let Some(frame) = self.frames.last_mut() {
            frame.parameters.insert((name.to_owned(), place.to_owned()));
        }
    }
}

/// Where a parameter is read; with a star where what holds it holds those of the path, too.
fn told(rule: &ReadRule) -> String {
    if rule.merged { format!("{}*", rule.r#in) } else { rule.r#in.clone() }
}

/// `post.name/a` is the field `name` of a form, `?full` asks whether there is a `full`.
fn spelt<'n>(name: &'n str, usual: &str) -> (&'n str, String) {
    let name = name.trim_start_matches('?');
    let name = name.split('/').next().unwrap_or(name);
    let (place, rest) = match name.split_once('.') {
        Some(("get", rest)) => ("query", rest),
        Some(("post" | "put" | "patch" | "delete" | "request" | "file", rest)) => ("form", rest),
        Some(("header", rest)) => ("header", rest),
        Some(("cookie", rest)) => ("cookie", rest),
        Some(("route", rest)) => ("path", rest),
        Some(("param", rest)) => (usual, rest),
        _ => (usual, name),
    };
    (rest, place.to_owned())
}

/// What a library that checks all variables of the environment (`schema.parse(process.env)`, `cleanEnv(process.env, { … })`,
/// `createEnv({ runtimeEnv: process.env, … })`) gives back: the same, and right.
pub(in crate::compose) fn checked_environment(name: &str, arguments: &[Arg]) -> Option<Val> {
    const GIVEN: [&str; 2] = ["runtimeEnv", "runtimeEnvStrict"];
    let last = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    if !["parse", "validate", "env"].iter().any(|word| last.contains(word)) {
        return None;
    }
    let is_all = |value: &Val| matches!(value, Val::Symbol(symbol) if matches!(&**symbol, "process.env" | "import.meta.env" | "Bun.env"));
    let first = &arguments.first()?.value;
    let all = match first {
        Val::Map(entries) => entries.iter().find(|(key, _)| GIVEN.contains(&key.as_str())).map(|(_, value)| value),
        value => Some(value),
    };
    all.filter(|value| is_all(value)).cloned()
}
