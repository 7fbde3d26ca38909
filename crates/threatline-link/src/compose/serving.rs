//! Classes whose public methods are ways in by themselves: channels, workers, commands.

use super::evaluate::Evaluator;
use super::library::Ruled;
use super::value::*;
use super::verbs::Site;
use std::rc::Rc;
use threatline_facts::Text;
use threatline_knowledge::packs::{ClassRule, Verb};
use threatline_model::EntryPointKind;

impl<'a> Evaluator<'a> {
    /// The ways in of such a class.
    pub(super) fn serving_class(&mut self, ruled: Ruled<ClassRule>, file: FileId, number: u32) {
        let rule = ruled.rule;
        let Some(kind) = rule.serves.as_deref().and_then(EntryPointKind::from_name) else { return };
        let source = self.program.source(file);
        let class = &source.classes[number as usize];
        // a base of others of the project is none itself
        let stem = self.program.files[file].path.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default().to_owned();
        let Val::Object(this) = self.generic_instance(file, number) else { return };
        self.file = file;
        let mut found = Vec::new();
        for index in &class.methods {
            let function = &source.functions[*index as usize];
            let listed = rule.methods.is_empty() || rule.methods.contains_key("*") || rule.methods.contains_key(&function.name);
            let is_way = listed && function.public && !function.is_static && !function.name.starts_with('(') && !rule.except.contains(&function.name);
            if is_way {
                found.push((function.name.clone(), *index, function.mark));
            }
        }
        // as each language writes the name of a class
        let between = if self.family() == threatline_knowledge::packs::Family::Elixir { "." } else { "::" };
        if let (true, Some(alone)) = (found.is_empty() && !class.name.is_empty(), &rule.alone) {
            self.mark = class.mark;
            let place = self.place(&ruled.pack.name);
            let path = Text::Literal(alone.replace("{class}", &class.name.replace('.', between)));
            let router = self.single(&format!("{}:served {file}.{number}", ruled.pack.name), None);
            let route = Route { kind, path, ..super::annotated::plain_route(Val::Unknown, place) };
            self.objects[router].events.push(Event::Route(Rc::new(route)));
        }
        let router = self.single(&format!("{}:served {file}.{number}", ruled.pack.name), None);
        for (name, index, mark) in found {
            self.mark = mark;
            let place = self.place(&ruled.pack.name);
            let pattern = rule.path.as_deref().unwrap_or("{class}");
            let path = pattern
                .replace("{name}", &short_name(&class.name, &rule.bases))
                .replace("{class}", &class.name.replace('.', between))
                .replace("{method}", &name)
                .replace("{file}", &stem)
                .replace("{marked}", &self.told_by_mark(rule, file, number).unwrap_or_else(|| class.name.clone()));
            let Some(path) = self.with_fields(file, number, path) else { continue };
            if kind == EntryPointKind::Message {
                let mut call = call_at(place.clone());
                call.protocol = rule.protocol.clone();
                call.technology = rule.technology.clone();
                call.channel = Some(Text::literal(&path));
                call.consumes = true;
                self.out.calls.push(call);
            }
            let mut parameters = self.said_before(file, index, this);
            if let Some(place) = &rule.r#in {
                parameters.extend(self.handed_in(file, index, place));
            }
            let route = Route {
                answered_by: Vec::new(),
                choice: None,
                kind,
                methods: vec![rule.methods.get("*").cloned()],
                told: true,
                path: Text::Literal(path),
                handler: Val::Function(Closure { file, index, scope: None, this: Some(this) }),
                takes: Vec::new(),
                guards: vec![Guard { value: Val::Unknown, place: place.clone() }],
                place,
                typed: false,
                parameters,
            };
            self.objects[router].events.push(Event::Route(Rc::new(route)));
        }
    }

    /// The name that an annotation among those that put the class there says: `@Processor("mail")`.
    fn told_by_mark(&mut self, rule: &ClassRule, file: FileId, class: u32) -> Option<String> {
        let program = self.program;
        let scope = self.globals(file);
        for annotation in &program.source(file).classes[class as usize].annotations {
            let name = self.within(file, |this| this.name_of(&annotation.callee, &scope));
            if !name.is_some_and(|name| rule.marked.contains(&name)) {
                continue;
            }
            let first = self.arguments(&annotation.arguments, &scope).into_iter().next()?.value;
            return match first {
                Val::Map(entries) => entries.iter().find(|(key, _)| key == "name").and_then(|(_, value)| value.literal().map(str::to_owned)),
                value => value.literal().map(str::to_owned),
            };
        }
        None
    }

    /// `{=signature}` is the text that the class holds in that field; without one the class is no way in.
    fn with_fields(&mut self, file: FileId, class: u32, path: String) -> Option<String> {
        let Some((before, rest)) = path.split_once("{=") else { return Some(path) };
        let (name, after) = rest.split_once('}')?;
        let said = self.class_field(file, class, name)?;
        Some(format!("{before}{}{after}", said.literal()?))
    }

    /// A method's parameters, but for those that the library hands it.
    fn handed_in(&mut self, file: FileId, index: u32, place: &str) -> Vec<threatline_model::Parameter> {
        let program = self.program;
        let library = program.files[file].library;
        let scope = self.globals(file);
        let mut out = Vec::new();
        for one in program.source(file).functions[index as usize].parameters.iter().filter(|one| !one.name.is_empty()) {
            let declared = one.declared.as_ref().map(|declared| self.within(file, |this| this.type_value(&declared.name, &scope)));
            let own = matches!(&declared, Some(Val::Symbol(name)) if library.type_named(name).is_some());
            if !own {
                out.push(super::verbs::parameter(&one.name, place));
            }
        }
        out
    }

    /// Parameters that are said right before a method.
    fn said_before(&mut self, file: FileId, index: u32, this: ObjectId) -> Vec<threatline_model::Parameter> {
        let program = self.program;
        let library = program.files[file].library;
        let Some(ty) = self.objects[this].ty else { return Vec::new() };
        let scope = self.globals(file);
        let mut out = Vec::new();
        for annotation in &program.source(file).functions[index as usize].annotations {
            let threatline_facts::code::Value::Name(word) = &annotation.callee else { continue };
            for (rule, _) in library.methods(ty, word).into_iter().filter(|(ruled, _)| ruled.rule.does == Verb::Declare) {
                let arguments = self.arguments(&annotation.arguments, &scope);
                let site = Site::of(word, arguments, None, None);
                for name in self.words(rule.rule.key.as_ref(), &site).unwrap_or_default() {
                    out.push(super::verbs::declared_parameter(&name, rule.rule.r#in.as_deref(), &[None]));
                }
            }
        }
        out
    }
}

/// The name of a class without that of its base, its first letter small.
fn short_name(class: &str, bases: &[String]) -> String {
    let endings = bases.iter().filter_map(|base| base.rsplit('.').next());
    let short = endings.filter_map(|ending| class.strip_suffix(ending)).find(|short| !short.is_empty()).unwrap_or(class);
    let mut letters = short.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}
