//! Chains of rules that are built by calls: `http.authorizeHttpRequests(a -> a.requestMatchers(…).permitAll()…)`.

use super::constants::{Constants, annotated, dotted, means, source_root};
use super::patterns::{PathTest, Requests};
use super::{Chain, Effect, Located, Rule, RuleSet};
use crate::compose::Place;
use std::collections::BTreeMap;
use std::sync::Arc;
use threatline_facts::code::{Argument, Call, Function, Source, Step, Value};
use threatline_facts::{Language, Mark};
use threatline_knowledge::packs::{CentralRule, Family, Shelf};

/// How deep values, closures and helper methods are followed.
pub(super) const MAX_DEPTH: usize = 64;
/// The most rules of one chain.
const MAX_RULES: usize = 2_000;

/// The rule sets of all source roots.
pub(super) fn collect(sources: &[Located<'_>], shelf: Shelf) -> Vec<RuleSet> {
    let mut roots: BTreeMap<String, Vec<Located<'_>>> = BTreeMap::new();
    for (path, source) in sources.iter().filter(|(_, source)| matches!(source.language, Language::Java | Language::Kotlin | Language::Scala)) {
        roots.entry(source_root(path, source)).or_default().push((path, source));
    }
    if roots.is_empty() {
        return Vec::new();
    }
    let packs = shelf.of_family(Family::Java).iter();
    let rules: Vec<(&str, &CentralRule)> = packs.filter_map(|pack| Some((pack.name.as_str(), pack.central.as_ref()?))).collect();
    let mut out = Vec::new();
    for (root, files) in roots {
        let mut set = RuleSet { root, ..RuleSet::default() };
        for (by, words) in rules.iter().filter(|(_, words)| !words.builders.is_empty()) {
            let constants = Constants::of(files.iter().copied());
            for (path, source) in &files {
                Reader { by: Arc::from(*by), words, path, source, constants: &constants }.read(&mut set);
            }
        }
        arrange(&mut set.chains);
        if !set.chains.is_empty() || !set.first.is_empty() {
            out.push(set);
        }
    }
    out
}

/// Sorts chains by their order; of two in different files with one order nobody knows which is first.
fn arrange(chains: &mut [Chain]) {
    chains.sort_by_key(|chain| chain.order);
    let orders: Vec<(i64, Arc<str>)> = chains.iter().map(|chain| (chain.order, chain.place.path.clone())).collect();
    for (chain, own) in chains.iter_mut().zip(&orders) {
        chain.maybe |= orders.iter().any(|other| other.0 == own.0 && other.1 != own.1);
    }
}

/// What is looked for in one file.
pub(super) struct Reader<'a> {
    by: Arc<str>,
    words: &'a CentralRule,
    path: &'a Arc<str>,
    pub(super) source: &'a Source,
    pub(super) constants: &'a Constants<'a>,
}

impl<'a> Reader<'a> {
    fn place(&self, mark: Mark) -> Place {
        Place { path: self.path.clone(), mark, by: self.by.clone() }
    }

    fn read(&self, set: &mut RuleSet) {
        for function in &self.source.functions {
            self.function(function, set);
        }
        for class in &self.source.classes {
            let demands = |name: &str| means(self.source, name, &self.words.adapters);
            let adapted = class.bases.iter().any(|base| demands(&base.name)) || annotated(self.source, &class.annotations, &self.words.adapters).is_some();
            let configured = class
                .methods
                .iter()
                .filter_map(|number| self.source.functions.get(*number as usize))
                .any(|method| self.parameter(method, &self.words.builders).is_some());
            if adapted && !configured {
                let place = self.place(class.mark);
                let rule = Rule { requests: vec![Requests::of(PathTest::All)], effect: Effect::Authenticates, maybe: false, place: place.clone() };
                // Another class may configure what this one only switches on.
                set.chains.push(Chain { scope: None, rules: vec![rule], order: i64::from(i32::MAX) - 1, maybe: false, place });
            }
        }
    }

    /// The name of the parameter of one of these types.
    fn parameter<'f>(&self, function: &'f Function, types: &[String]) -> Option<&'f str> {
        let of_type = |name: &str| means(self.source, name, types);
        let parameter = function.parameters.iter().find(|parameter| parameter.declared.as_ref().is_some_and(|declared| of_type(&declared.name)))?;
        Some(&parameter.name)
    }

    fn function(&self, function: &Function, set: &mut RuleSet) {
        let gives = |names: &[String]| function.returns.as_ref().is_some_and(|returns| means(self.source, &returns.name, names));
        let class = function.class.and_then(|number| self.source.classes.get(number as usize));
        let adapted = class.is_some_and(|class| class.bases.iter().any(|base| means(self.source, &base.name, &self.words.adapters)));
        if let Some(builder) = self.parameter(function, &self.words.builders)
            && (adapted || gives(&self.words.gives))
        {
            set.chains.push(self.chain(function, builder, adapted));
        }
        let ignoring = self.parameter(function, &self.words.ignores);
        if ignoring.is_some() || gives(&self.words.ignores) {
            let mut walk = self.walk(function);
            if let Some(name) = ignoring {
                walk.objects.insert(name.to_owned(), Object::Builder);
            }
            walk.ignoring = true;
            walk.steps(&function.steps, 0);
            set.first.append(&mut walk.rules);
        }
    }

    fn walk<'w>(&'w self, function: &Function) -> Walk<'w> {
        let (objects, values) = (BTreeMap::new(), BTreeMap::new());
        Walk {
            reader: self,
            class: function.class,
            objects,
            values,
            implicit: None,
            rules: Vec::new(),
            exempted: Vec::new(),
            scope: None,
            opened: false,
            understood: true,
            ignoring: false,
            conditions: 0,
        }
    }

    fn chain(&self, function: &Function, builder: &str, adapted: bool) -> Chain {
        let class = function.class.and_then(|number| self.source.classes.get(number as usize));
        let place = self.place(function.mark);
        let mut walk = self.walk(function);
        walk.objects.insert(builder.to_owned(), Object::Builder);
        walk.steps(&function.steps, 0);
        let Walk { rules, exempted, scope, opened, understood, .. } = walk;
        let everything = |effect| Rule { requests: vec![Requests::of(PathTest::All)], effect, maybe: false, place: place.clone() };
        let mut rules: Vec<Rule> = exempted.into_iter().chain(rules).collect();
        if !understood {
            rules.insert(0, Rule { maybe: true, ..everything(Effect::Unknown) });
        } else if !opened {
            // Without a word on access, everyone passes this chain.
            rules.push(everything(Effect::Exempts));
        }
        let annotations: Vec<&Call> = function.annotations.iter().chain(class.into_iter().flat_map(|class| &class.annotations)).collect();
        let find = |names: &[String]| annotations.iter().find(|call| dotted(&call.callee).is_some_and(|written| means(self.source, &written, names)));
        let maybe = find(&self.words.conditional).is_some();
        // Adapters stand before chains that give no order.
        let default = Some(if adapted { 100 } else { i64::from(i32::MAX) });
        let order = find(&self.words.order).map_or(default, |call| call.arguments.first().and_then(|argument| number(&argument.value)));
        Chain { scope, rules, order: order.unwrap_or(i64::from(i32::MAX)), maybe: maybe || order.is_none(), place }
    }
}

/// `3`, `Ordered.HIGHEST_PRECEDENCE + 1`.
fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(text) => text.replace('_', "").parse().ok(),
        Value::Member(_, name) | Value::Name(name) => match name.as_str() {
            "HIGHEST_PRECEDENCE" => Some(i64::from(i32::MIN)),
            "LOWEST_PRECEDENCE" => Some(i64::from(i32::MAX)),
            _ => None,
        },
        Value::Join(parts) => parts.iter().map(number).sum(),
        Value::Operator(operator, parts) if operator == "-" => match parts.as_slice() {
            [left, right] => Some(number(left)? - number(right)?),
            _ => None,
        },
        _ => None,
    }
}

/// What a name of the walk stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Object {
    /// The builder of the chain.
    Builder,
    /// What takes the rules.
    Rules,
    /// What takes the chain's scope.
    Scope,
    /// The settings of a login page or the like.
    Other,
}

/// One walk through the function that builds a chain.
pub(super) struct Walk<'a> {
    pub(super) reader: &'a Reader<'a>,
    pub(super) class: Option<u32>,
    objects: BTreeMap<String, Object>,
    pub(super) values: BTreeMap<String, Value>,
    /// What a closure of Kotlin is about without naming it.
    implicit: Option<Object>,
    rules: Vec<Rule>,
    /// Pages that a login exempts; they come first.
    exempted: Vec<Rule>,
    scope: Option<Vec<Requests>>,
    opened: bool,
    understood: bool,
    ignoring: bool,
    conditions: u32,
}

/// One call of a chain of calls.
struct Link<'v> {
    name: &'v str,
    call: &'v Call,
}

impl<'a> Walk<'a> {
    fn steps(&mut self, steps: &[Step], depth: usize) {
        if depth > MAX_DEPTH {
            self.understood = false;
            return;
        }
        for step in steps {
            self.step(step, depth);
        }
    }

    fn step(&mut self, step: &Step, depth: usize) {
        match step {
            Step::Do(value) | Step::Return(Some(value)) => {
                self.value(value, depth);
            }
            Step::Bind { target, value: Some(value), .. } => {
                let object = self.value(value, depth);
                if let Value::Name(name) = target {
                    match object {
                        Some(object) => self.objects.insert(name.clone(), object).map_or((), drop),
                        None => self.values.insert(name.clone(), value.clone()).map_or((), drop),
                    }
                }
            }
            Step::If { then, otherwise, .. } => {
                self.conditions += 1;
                self.steps(then, depth + 1);
                self.steps(otherwise, depth + 1);
                self.conditions -= 1;
            }
            Step::Loop { over, body } => self.repeat(over.as_ref(), body, depth),
            Step::Try { body, handlers, finally } => {
                self.steps(body, depth + 1);
                self.conditions += 1;
                handlers.iter().for_each(|handler| self.steps(handler, depth + 1));
                self.conditions -= 1;
                self.steps(finally, depth + 1);
            }
            Step::Block(body) => self.steps(body, depth + 1),
            _ => {}
        }
    }

    /// A loop over constants is unrolled.
    fn repeat(&mut self, over: Option<&(Value, Value)>, body: &[Step], depth: usize) {
        let items = over.and_then(|(_, list)| match self.constant(list, depth) {
            Some(Value::List(items)) => Some(items.clone()),
            _ => None,
        });
        match (over, items) {
            (Some((Value::Name(name), _)), Some(items)) if items.len() <= 200 => {
                for item in items {
                    self.values.insert(name.clone(), item);
                    self.steps(body, depth + 1);
                }
            }
            _ => {
                self.conditions += 1;
                self.steps(body, depth + 1);
                self.conditions -= 1;
            }
        }
    }

    /// Walks a chain of calls that begins at a known object; gives back what the chain's value is.
    fn value(&mut self, value: &Value, depth: usize) -> Option<Object> {
        let mut links = Vec::new();
        let mut root = value;
        while let Value::Call(call) = root {
            let Value::Member(object, name) = &call.callee else { break };
            links.push(Link { name, call });
            root = object;
        }
        links.reverse();
        let object = match root {
            Value::Name(name) => self.objects.get(name).copied(),
            _ => None,
        };
        if let Some(object) = object {
            return Some(self.chain(object, &links, depth));
        }
        // `http { … }`, and calls in such a closure.
        if let (Value::Call(call), true) = (root, links.is_empty())
            && let Value::Name(name) = &call.callee
            && self.received(name, call, depth)
        {
            return Some(Object::Builder);
        }
        // A closure that is given back configures what it takes (`web -> web.ignoring()…`).
        if let (Value::Function(number), true) = (root, self.ignoring) {
            self.closure(*number, Object::Builder, depth);
        }
        let calls: Vec<&Call> = links.iter().map(|link| link.call).chain(if let Value::Call(call) = root { Some(&**call) } else { None }).collect();
        for call in calls {
            self.handed_on(call, depth);
        }
        None
    }

    /// The builder handed to another function: one of this class is followed, others may do anything.
    fn handed_on(&mut self, call: &Call, depth: usize) {
        let position = call.arguments.iter().position(|argument| matches!(&argument.value, Value::Name(name) if self.objects.contains_key(name)));
        let Some(position) = position else { return };
        let Value::Name(handed) = &call.arguments[position].value else { return };
        let object = self.objects[handed];
        let method = match &call.callee {
            Value::Name(name) => Some(name),
            Value::Member(object, name) if matches!(&**object, Value::Name(object) if object == "self") => Some(name),
            _ => None,
        };
        let Some(function) = method.and_then(|name| self.method(name)) else {
            let harmless = dotted(&call.callee).is_some_and(|written| {
                let (class, name) = written.rsplit_once('.').unwrap_or(("", &written));
                self.reader
                    .words
                    .harmless
                    .iter()
                    .any(|known| known.rsplit_once('.').is_some_and(|(of, member)| member == name && means(self.reader.source, class, &[of.to_owned()])))
            });
            self.understood &= harmless;
            return;
        };
        let Some(parameter) = function.parameters.get(position) else { return };
        let outer = self.objects.insert(parameter.name.clone(), object);
        self.steps(&function.steps, depth + 1);
        match outer {
            Some(outer) => self.objects.insert(parameter.name.clone(), outer),
            None => self.objects.remove(&parameter.name),
        };
    }

    fn method(&self, name: &str) -> Option<&'a Function> {
        let source: &'a Source = self.reader.source;
        let methods = self.class.and_then(|number| source.classes.get(number as usize))?.methods.iter();
        methods.filter_map(|number| source.functions.get(*number as usize)).find(|method| method.name == name)
    }

    fn closure(&mut self, number: u32, object: Object, depth: usize) {
        let source: &Source = self.reader.source;
        let Some(function) = source.functions.get(number as usize) else { return };
        let is_receiver = function.parameters.is_empty() && source.language == Language::Kotlin;
        let name = match function.parameters.first() {
            Some(parameter) => parameter.name.clone(),
            None if is_receiver => "it".to_owned(),
            None => return,
        };
        let outer = self.objects.insert(name.clone(), object);
        let around = if is_receiver { self.implicit.replace(object) } else { self.implicit };
        self.steps(&function.steps, depth + 1);
        self.implicit = around;
        match outer {
            Some(outer) => self.objects.insert(name, outer),
            None if is_receiver => self.objects.remove(&name),
            None => None,
        };
    }

    /// A call of the builder itself with a closure, or of a name in a closure with a receiver; whether it was one.
    fn received(&mut self, name: &str, call: &Call, depth: usize) -> bool {
        let words = self.reader.words;
        let has = |list: &[String]| list.iter().any(|word| word == name);
        let arguments = call.arguments.as_slice();
        let closure = arguments.last().and_then(|argument| if let Value::Function(number) = argument.value { Some(number) } else { None });
        if let (Some(Object::Builder), Some(number)) = (self.objects.get(name), closure) {
            self.closure(number, Object::Builder, depth);
            return true;
        }
        match self.implicit {
            Some(Object::Rules) if has(&words.pairs) => self.pair(name, call, depth),
            Some(Object::Builder) if has(&words.opens) => {
                self.opened = true;
                self.opened(arguments, depth);
            }
            Some(Object::Builder) if has(&words.select) || has(&words.scope) => _ = self.scoped(name, arguments, depth),
            Some(Object::Builder) => match closure {
                Some(number) => self.closure(number, Object::Other, depth),
                // It may say anything, such as a function that extends the builder.
                None if arguments.is_empty() || name == "apply" => self.understood = false,
                None => {}
            },
            Some(Object::Other) if name == "permitAll" => {
                if let Some(page) = self.values.remove("loginPage") {
                    let argument = Argument { name: None, value: page, spread: false };
                    let requests = self.requests(name, &[argument], depth);
                    self.exempt(Some(requests), call.mark);
                }
            }
            Some(_) => {}
            None => return false,
        }
        true
    }

    /// `authorize("/x", permitAll)`: the last argument is the effect of what the others select.
    fn pair(&mut self, name: &str, call: &Call, depth: usize) {
        let Some((last, selected)) = call.arguments.split_last() else { return };
        let effect = match &last.value {
            Value::Name(effect) => self.effect(effect, &[]),
            Value::Call(effect) => match &effect.callee {
                Value::Name(name) => self.effect(name, &effect.arguments),
                _ => Effect::Unknown,
            },
            Value::Text(text) => said(text),
            _ => Effect::Unknown,
        };
        let all = |argument: &Argument| matches!(&argument.value, Value::Name(name) if self.reader.words.select_all.contains(name));
        let requests = match selected {
            [] => vec![Requests::of(PathTest::All)],
            [only] if all(only) => vec![Requests::of(PathTest::All)],
            _ => self.requests(name, selected, depth),
        };
        self.rule(requests, effect, call.mark);
    }

    /// The calls of a chain in order.
    fn chain(&mut self, mut object: Object, links: &[Link<'_>], depth: usize) -> Object {
        let words = self.reader.words;
        let has = |list: &[String], name: &str| list.iter().any(|word| word == name);
        let mut selected: Option<Vec<Requests>> = None;
        let mut page: Option<Vec<Requests>> = None;
        for link in links {
            let (name, arguments) = (link.name, link.call.arguments.as_slice());
            if let Some(requests) = selected.take() {
                let effect = self.effect(name, arguments);
                self.rule(requests, effect, link.call.mark);
                object = Object::Rules;
                continue;
            }
            let selects = has(&words.select, name);
            match object {
                Object::Rules if selects => selected = Some(self.requests(name, arguments, depth)),
                Object::Rules if has(&words.select_all, name) => selected = Some(vec![Requests::of(PathTest::All)]),
                Object::Rules if name == "and" => object = Object::Builder,
                Object::Rules => {}
                Object::Builder if name == "invoke" && matches!(arguments.first().map(|argument| &argument.value), Some(Value::Function(_))) => {
                    if let Some(Value::Function(number)) = arguments.first().map(|argument| &argument.value) {
                        self.closure(*number, Object::Builder, depth);
                    }
                }
                Object::Builder if self.ignoring && name == "ignoring" => object = Object::Rules,
                // Also after a setting that gives the builder back without `and()`, such as `disable()`.
                Object::Builder | Object::Other if has(&words.opens, name) => {
                    self.opened = true;
                    object = self.opened(arguments, depth);
                }
                Object::Builder if selects || has(&words.scope, name) => object = self.scoped(name, arguments, depth),
                Object::Scope if selects => {
                    let requests = self.requests(name, arguments, depth);
                    self.scope.get_or_insert_with(Vec::new).extend(requests);
                }
                Object::Scope | Object::Other if name == "and" => object = Object::Builder,
                Object::Other if name == "disable" => object = Object::Builder,
                Object::Other if name == "loginPage" => page = Some(self.requests(name, arguments, depth)),
                Object::Other if name == "permitAll" => self.exempt(page.take(), link.call.mark),
                Object::Builder => object = self.configured(name, arguments, depth),
                Object::Scope | Object::Other => {}
            }
        }
        if self.ignoring {
            if let Some(requests) = selected {
                let mark = links.last().map_or(Mark::default(), |link| link.call.mark);
                self.rule(requests, Effect::Exempts, mark);
            }
        } else if let Some(requests) = selected {
            // What was selected gets its effect elsewhere.
            self.rule(requests, Effect::Unknown, links.last().map_or(Mark::default(), |link| link.call.mark));
        }
        object
    }

    /// `authorizeHttpRequests(…)`: with a closure the rules stand in it, else they follow.
    fn opened(&mut self, arguments: &[Argument], depth: usize) -> Object {
        match arguments.first().map(|argument| &argument.value) {
            None => Object::Rules,
            Some(Value::Function(number)) => {
                self.closure(*number, Object::Rules, depth);
                Object::Builder
            }
            Some(Value::Member(_, name)) => {
                let followed = self.method(name).and_then(|method| Some((method.parameters.first()?.name.clone(), method.steps.clone())));
                match followed {
                    Some((parameter, steps)) => {
                        self.objects.insert(parameter, Object::Rules);
                        self.steps(&steps, depth + 1);
                    }
                    None => self.understood = false,
                }
                Object::Builder
            }
            Some(_) => {
                self.understood = false;
                Object::Builder
            }
        }
    }

    /// What the whole chain is for.
    fn scoped(&mut self, name: &str, arguments: &[Argument], depth: usize) -> Object {
        match arguments.first().map(|argument| &argument.value) {
            None => {
                self.scope.get_or_insert_with(Vec::new);
                Object::Scope
            }
            Some(Value::Function(number)) => {
                self.scope.get_or_insert_with(Vec::new);
                self.closure(*number, Object::Scope, depth);
                Object::Builder
            }
            Some(_) => {
                let requests = self.requests(name, arguments, depth);
                self.scope.get_or_insert_with(Vec::new).extend(requests);
                Object::Builder
            }
        }
    }

    /// Any other setting of the builder; a login's page may be exempted in it.
    fn configured(&mut self, name: &str, arguments: &[Argument], depth: usize) -> Object {
        match arguments.first().map(|argument| &argument.value) {
            // `apply(dsl)`, `with(dsl, …)` may say anything.
            Some(_) if matches!(name, "apply" | "with") => {
                self.understood = false;
                Object::Builder
            }
            Some(Value::Function(number)) => {
                self.closure(*number, Object::Other, depth);
                Object::Builder
            }
            Some(_) | None if name == "build" || name == "getOrBuild" => Object::Builder,
            Some(_) => Object::Builder,
            // The old style goes on with the settings: `formLogin().loginPage("/x").permitAll()`.
            None => Object::Other,
        }
    }

    fn exempt(&mut self, page: Option<Vec<Requests>>, mark: Mark) {
        let Some(requests) = page else { return };
        let place = self.reader.place(mark);
        self.exempted.push(Rule { requests, effect: Effect::Exempts, maybe: self.conditions > 0, place });
    }

    fn rule(&mut self, requests: Vec<Requests>, effect: Effect, mark: Mark) {
        if self.rules.len() >= MAX_RULES {
            self.understood = false;
            return;
        }
        let (maybe, place) = (self.conditions > 0, self.reader.place(mark));
        self.rules.push(Rule { requests, effect, maybe, place });
    }

    fn effect(&self, name: &str, arguments: &[Argument]) -> Effect {
        let words = self.reader.words;
        let has = |list: &[String]| list.iter().any(|word| word == name);
        if has(&words.exempts) || self.ignoring {
            Effect::Exempts
        } else if has(&words.authenticates) {
            Effect::Authenticates
        } else if has(&words.authorizes) {
            Effect::Authorizes
        } else if has(&words.expressions) {
            match arguments.first().map(|argument| &argument.value) {
                Some(Value::Text(text)) => said(text),
                _ => Effect::Unknown,
            }
        } else {
            Effect::Unknown
        }
    }
}

/// What an expression plainly demands; one with alternatives or negations is not judged.
fn said(expression: &str) -> Effect {
    let text = expression.trim();
    if text == "permitAll" || text == "permitAll()" {
        return Effect::Exempts;
    }
    let opaque = [" or ", "||", "!", "not ", "permitAll", "isAnonymous", "hasIpAddress", "?"];
    if opaque.iter().any(|word| text.contains(word)) {
        return Effect::Unknown;
    }
    if ["hasRole", "hasAnyRole", "hasAuthority", "hasAnyAuthority", "#oauth2.hasScope", "denyAll"].iter().any(|word| text.contains(word)) {
        return Effect::Authorizes;
    }
    if ["isAuthenticated()", "isFullyAuthenticated()", "authenticated"].contains(&text) { Effect::Authenticates } else { Effect::Unknown }
}
