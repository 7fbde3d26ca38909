//! Classes whose public methods are ways in by themselves: channels, workers, commands.

use super::evaluate::Evaluator;
use super::library::Ruled;
use super::value::*;
use super::verbs::Site;
use std::collections::BTreeMap;
use std::rc::Rc;
use threatline_facts::Text;
use threatline_facts::code::TypeName;
use threatline_knowledge::packs::{ClassRule, Family, Pack, Verb};
use threatline_model::EntryPointKind;

/// Whose public methods are ways in, and what these are called.
pub(super) struct Offer<'r> {
    pub(super) kind: EntryPointKind,
    /// `{name}`, `{class}`, `{method}`, `{file}`, and `{field}`: the method's name without `omits`, its first letter small.
    pub(super) path: &'r str,
    pub(super) omits: &'r [String],
    /// Only these methods, by what they answer; none is any.
    pub(super) methods: &'r BTreeMap<String, String>,
    pub(super) except: &'r [String],
    /// The path of a class without any.
    pub(super) alone: Option<&'r str>,
    /// Where what its methods take comes from.
    pub(super) place: Option<&'r str>,
    pub(super) protocol: Option<&'r str>,
    pub(super) technology: Option<&'r str>,
    /// Names of bases that the name of the class may end with.
    pub(super) bases: &'r [String],
    /// Annotations of which the first says the name `{marked}`.
    pub(super) marked: &'r [String],
}

impl<'r> Offer<'r> {
    /// All public methods of a class, of which nothing more is told.
    pub(super) fn whole(kind: EntryPointKind, path: &'r str) -> Self {
        static ANY: BTreeMap<String, String> = BTreeMap::new();
        Offer { kind, path, omits: &[], methods: &ANY, except: &[], alone: None, place: None, protocol: None, technology: None, bases: &[], marked: &[] }
    }
}

impl<'a> Evaluator<'a> {
    /// The ways in of a class by its base.
    pub(super) fn serving_class(&mut self, ruled: Ruled<ClassRule>, file: FileId, number: u32) {
        let rule = ruled.rule;
        let Some(kind) = rule.serves.as_deref().and_then(EntryPointKind::from_name) else { return };
        let offer = Offer {
            kind,
            path: rule.path.as_deref().unwrap_or("{class}"),
            omits: &[],
            methods: &rule.methods,
            except: &rule.except,
            alone: rule.alone.as_deref(),
            place: rule.r#in.as_deref(),
            protocol: rule.protocol.as_deref(),
            technology: rule.technology.as_deref(),
            bases: &rule.bases,
            marked: &rule.marked,
        };
        self.offer_class(&offer, ruled.pack, file, number, Vec::new());
    }

    /// The ways in of a class that is offered, with what stands before all of them.
    pub(super) fn offer_class(&mut self, offer: &Offer<'_>, pack: &'static Pack, file: FileId, number: u32, before: Vec<Guard>) {
        let kind = offer.kind;
        let source = self.program.source(file);
        let class = &source.classes[number as usize];
        // a base of others of the project is none itself
        let stem = self.program.files[file].path.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default().to_owned();
        let Val::Object(this) = self.generic_instance(file, number) else { return };
        self.file = file;
        // resolvers may stand in classes of which there is no object
        let statics = kind == EntryPointKind::Graphql;
        let mut found = Vec::new();
        for index in &class.methods {
            let function = &source.functions[*index as usize];
            let listed = offer.methods.is_empty() || offer.methods.contains_key("*") || offer.methods.contains_key(&function.name);
            let made = function.name == class.name || function.name.starts_with('(');
            let is_way = listed && function.public && (statics || !function.is_static) && !made && !offer.except.contains(&function.name);
            if is_way {
                found.push((function.name.clone(), *index, function.mark));
            }
        }
        // as each language writes the name of a class
        let between = if self.family() == Family::Elixir { "." } else { "::" };
        let router = self.single(&format!("{}:served {file}.{number}", pack.name), None);
        if let (true, Some(alone)) = (found.is_empty() && !class.name.is_empty(), offer.alone) {
            self.mark = class.mark;
            let place = self.place(&pack.name);
            let path = Text::Literal(alone.replace("{class}", &class.name.replace('.', between)));
            let route = Route { kind, path, ..super::annotated::plain_route(Val::Unknown, place) };
            self.objects[router].events.push(Event::Route(Rc::new(route)));
        }
        for (name, index, mark) in found {
            self.mark = mark;
            let place = self.place(&pack.name);
            let path = offer
                .path
                .replace("{name}", &short_name(&class.name, offer.bases))
                .replace("{class}", &class.name.replace('.', between))
                .replace("{method}", &name)
                .replace("{field}", &field_name(&name, offer.omits))
                .replace("{file}", &stem)
                .replace("{marked}", &self.told_by_mark(offer.marked, file, number).unwrap_or_else(|| class.name.clone()));
            let Some(path) = self.with_fields(file, number, path) else { continue };
            if kind == EntryPointKind::Message {
                let mut call = call_at(place.clone());
                call.protocol = offer.protocol.map(str::to_owned);
                call.technology = offer.technology.map(str::to_owned);
                call.channel = Some(Text::literal(&path));
                call.consumes = true;
                self.out.calls.push(call);
            }
            let mut parameters = self.said_before(file, index, this);
            if let Some(place) = offer.place {
                parameters.extend(self.handed_in(file, index, place));
            }
            let closure = Closure { file, index, scope: None, this: Some(this) };
            let mut guards = before.clone();
            if statics {
                guards.extend(self.said_of_method(file, index));
            }
            guards.push(Guard { value: Val::Unknown, place: place.clone() });
            let route = Route {
                answered_by: Vec::new(),
                choice: None,
                unplaced: false,
                kind,
                methods: vec![offer.methods.get("*").cloned()],
                told: true,
                path: Text::Literal(path),
                handler: Val::Function(closure),
                takes: Vec::new(),
                guards,
                place,
                typed: false,
                parameters,
            };
            self.objects[router].events.push(Event::Route(Rc::new(route)));
        }
    }

    /// Guards that stand on a method itself.
    fn said_of_method(&mut self, file: FileId, index: u32) -> Vec<Guard> {
        let program = self.program;
        let scope = self.globals(file);
        self.within(file, |this| this.read_annotations(&program.source(file).functions[index as usize].annotations, &scope).1)
    }

    /// The name that an annotation among those that put the class there says: `@Processor("mail")`.
    fn told_by_mark(&mut self, marked: &[String], file: FileId, class: u32) -> Option<String> {
        let program = self.program;
        let scope = self.globals(file);
        for annotation in &program.source(file).classes[class as usize].annotations {
            let name = self.within(file, |this| this.name_of(&annotation.callee, &scope));
            if !name.is_some_and(|name| marked.contains(&name)) {
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
            // C#'s libraries hand services over beside what the request holds
            let injected = self.family() == Family::CSharp && !self.is_sent(one.declared.as_ref(), declared.as_ref(), &scope);
            if !own && !injected {
                out.push(super::verbs::parameter(&one.name, place));
            }
        }
        out
    }

    /// Texts, numbers and records: what a request can hold.
    fn is_sent(&mut self, written: Option<&'a TypeName>, declared: Option<&Val>, scope: &Scope) -> bool {
        match (written.and_then(|written| self.kind_of(written, scope)), declared) {
            (Some("body"), Some(Val::Class(file, class))) => {
                let source = self.program.source(*file);
                let class = &source.classes[*class as usize];
                class.methods.iter().all(|index| source.functions[*index as usize].name == class.name)
            }
            (kind, _) => kind.is_some(),
        }
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

/// The name of a method without what may be left out at its ends, its first letter small.
fn field_name(method: &str, omits: &[String]) -> String {
    let mut name = method;
    for omit in omits {
        let rest = match omit.strip_suffix('*') {
            // a word of its own: `GetBook`, but not `Getaway`
            Some(start) => name.strip_prefix(start).filter(|rest| rest.starts_with(|first: char| first.is_uppercase())),
            None => name.strip_suffix(omit.trim_start_matches('*')).filter(|rest| !rest.is_empty()),
        };
        name = rest.unwrap_or(name);
    }
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}
