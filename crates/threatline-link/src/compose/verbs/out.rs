//! Ways out: calls that leave the program, consumers, and services that are served by name.

use super::*;
use crate::compose::serving::Offer;
use threatline_knowledge::catalogue;

impl<'a> Evaluator<'a> {
    pub(super) fn outbound(&mut self, pack: &'static Pack, rule: &'static CallRule, site: &Site) -> Option<Val> {
        if rule.does == Verb::Stub && site.star.as_deref() == Some("") {
            return None;
        }
        let service = match &rule.provider {
            Some(provider) => Some(self.service(provider, rule, site)?),
            None => None,
        };
        let place = self.place(&pack.name);
        let receiver = match &site.receiver {
            Some(Val::Object(id)) => Some(*id),
            _ => None,
        };
        let mut call = call_at(place.clone());
        let declared = receiver.and_then(|id| self.objects[id].ty).map(|ty| self.program.files[self.file].library.type_rule(ty).rule);
        let spoken = service.and_then(catalogue::third_party).map(|third| third.protocol.clone());
        call.protocol = rule.protocol.clone().or(spoken).or_else(|| declared.and_then(|rule| rule.protocol.clone()));
        call.technology = service.map(str::to_owned).or_else(|| rule.technology.clone()).or_else(|| declared.and_then(|rule| rule.technology.clone()));
        if rule.does == Verb::Stub && call.protocol.is_none() {
            call.protocol = Some("grpc".to_owned());
        }
        let target = self.pick(rule.target.as_ref(), site);
        call.target = self.target(target.as_ref(), receiver).or_else(|| setting(rule.setting.as_deref().or(declared.and_then(|rule| rule.setting.as_deref()))));
        call.target = match (&rule.through, call.target.take()) {
            (Some(through), target) => Some(Text::join([Text::literal(through), target.unwrap_or(Text::Unknown)])),
            (None, target) => sidecar(&site.arguments).or(target),
        };
        let channel = rule.channel.as_ref().or(rule.service.as_ref().filter(|_| service.is_none()));
        call.channel = self.pick(channel, site).map(|value| self.channel_of(rule, &value));
        let given = rule.signed || self.select(rule.credential.as_ref(), site).into_iter().any(|value| !matches!(value, Val::Null));
        let inherited = receiver.and_then(|id| self.objects[id].credential.clone());
        let shown = if given { Some(place.clone()) } else { inherited };
        call.credential = shown.map(|place| Conclusion { holds: true, grade: Grade::X, places: vec![place] });
        // A connection that is handed on (a channel given to a stub) is the same flow.
        if let (Verb::Stub, Some(Val::Object(channel))) = (rule.does, &target)
            && let Some(existing) = self.objects[*channel].call.and_then(|existing| self.out.calls.get(existing))
        {
            call.encrypted = existing.encrypted.clone();
            call.target = existing.target.clone();
        }
        let base = call.target.clone();
        let index = self.record(call);
        self.uses(index);
        let gives = self.given(pack, rule).or_else(|| receiver.filter(|_| rule.does == Verb::Connect).and_then(|id| self.objects[id].ty));
        match (gives, rule.does) {
            (Some(ty), _) => Some(Val::Object(self.object(Object { ty: Some(ty), base, call: Some(index), place: Some(place), ..Object::default() }))),
            (None, Verb::Connect | Verb::Stub) => {
                // Whatever is done with it is this flow.
                let ty = self.any_client()?;
                Some(Val::Object(self.object(Object { ty: Some(ty), base, call: Some(index), place: Some(place), ..Object::default() })))
            }
            _ => Some(Val::Unknown),
        }
    }

    /// The provider's service that a word names; none where the call leads nowhere, or nobody knows where.
    fn service(&mut self, provider: &str, rule: &'static CallRule, site: &Site) -> Option<&'static str> {
        let word = match rule.service.as_ref() {
            Some(selectors) => self.pick(Some(selectors), site)?.literal()?.to_owned(),
            None => site.star.clone()?,
        };
        // what belongs to a service, or is one of its models: `S3.ManagedUpload`, `openai:gpt-4o`
        let of = || word.split_once(['.', ':', '/']).and_then(|(first, _)| catalogue::service(provider, first));
        match catalogue::service(provider, &word).or_else(of) {
            Some(catalogue::Service::Named(service)) => Some(service),
            Some(catalogue::Service::Nothing) => None,
            None => rule.technology.as_deref(),
        }
    }

    /// Any type at all that is a client's, for connections whose type no pack names.
    pub(super) fn any_client(&self) -> Option<TypeId> {
        let library = self.program.files[self.file].library;
        library
            .packs
            .iter()
            .flat_map(|pack| pack.types.iter().map(move |rule| (pack, rule)))
            .find(|(_, rule)| rule.role == TypeRole::Client)
            .and_then(|(pack, rule)| library.named(pack, &rule.name))
    }

    /// An address: as given, behind the client's base.
    pub(super) fn target(&self, value: Option<&Val>, receiver: Option<ObjectId>) -> Option<Text> {
        let base = receiver.and_then(|id| self.objects[id].base.clone());
        let given = match value {
            Some(Val::Object(id)) => self.objects[*id].base.clone(),
            Some(Val::Null) | None => None,
            // Several brokers are one cluster.
            Some(Val::List(items)) => items.first().map(as_text),
            Some(value) => Some(self.text_of(value)),
        };
        match (base, given) {
            (Some(base), Some(Text::Literal(text))) if text.contains("://") => {
                let _ = base;
                Some(Text::Literal(text))
            }
            (Some(base), Some(given)) if starts_with_slash(&given) => Some(Text::join([base, given])),
            (Some(base), Some(Text::Literal(text))) => Some(Text::join([base, Text::literal("/"), Text::Literal(text)])),
            (Some(base), _) => Some(base),
            (None, given) => given,
        }
    }

    pub(super) fn consume(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<Val> {
        let place = self.place(&pack.name);
        let receiver = match &site.receiver {
            Some(Val::Object(id)) => Some(*id),
            _ => None,
        };
        let declared = receiver.and_then(|id| self.objects[id].ty).map(|ty| self.program.files[self.file].library.type_rule(ty).rule);
        let channels: Vec<Text> = match self.pick(rule.channel.as_ref(), site) {
            Some(Val::List(items)) => items.iter().map(as_text).collect(),
            Some(value) => vec![as_text(&value)],
            None => Vec::new(),
        };
        let target = self.pick(rule.target.as_ref(), site);
        let target = self.target(target.as_ref(), receiver).or_else(|| setting(rule.setting.as_deref().or(declared.and_then(|rule| rule.setting.as_deref()))));
        let target = match (&rule.through, target) {
            (Some(through), target) => Some(Text::join([Text::literal(through), target.unwrap_or(Text::Unknown)])),
            (None, target) => target,
        };
        let handler = self.pick(rule.handler.as_ref(), site).unwrap_or(Val::Unknown);
        for channel in channels {
            let mut call = call_at(place.clone());
            call.protocol = rule.protocol.clone().or_else(|| declared.and_then(|rule| rule.protocol.clone()));
            call.technology = rule.technology.clone().or_else(|| declared.and_then(|rule| rule.technology.clone()));
            call.target = target.clone();
            call.channel = Some(channel.clone());
            call.consumes = true;
            let index = self.record(call);
            self.uses(index);
            let router = self.single(&format!("{}:consumer", pack.name), None);
            let route = Route {
                kind: EntryPointKind::Message,
                methods: vec![None],
                told: false,
                path: channel,
                handler: handler.clone(),
                takes: Vec::new(),
                guards: Vec::new(),
                place: place.clone(),
                typed: false,
                answered_by: Vec::new(),
                choice: None,
                unplaced: false,
                parameters: Vec::new(),
            };
            self.objects[router].events.push(Event::Route(Rc::new(route)));
        }
        self.given(pack, rule).map(|ty| Val::Object(self.fresh(ty)))
    }

    pub(super) fn serve(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<Val> {
        if let Some(kind) = rule.kind.as_deref().and_then(EntryPointKind::from_name) {
            self.serve_offered(kind, pack, rule, site);
            return self.given(pack, rule).map(|ty| Val::Object(self.fresh(ty))).or_else(|| site.receiver.clone());
        }
        let service = self.pick(rule.service.as_ref(), site)?;
        let service = match &service {
            // `package.Service.service` of definitions that are loaded while the program runs
            Val::Method(_, path) => Text::literal(path.strip_suffix(".service").unwrap_or(path)),
            value => as_text(value),
        };
        let handler = self.pick(rule.handler.as_ref(), site).unwrap_or(Val::Unknown);
        let server = site.arguments.iter().find_map(|argument| match argument.value {
            Val::Object(id) if self.has_role(id, TypeRole::Server) => Some(id),
            _ => None,
        });
        // What is given back may be hung where it is to be reached.
        let given = self.given(pack, rule).map(|ty| self.fresh(ty));
        let router = given.or(server).unwrap_or_else(|| self.router(pack, site));
        let place = self.place(&pack.name);
        let guards = self.guards(rule.guards.as_ref(), site);
        self.serve_methods(router, &service.with_defaults(), &handler, guards, place);
        given.map(Val::Object).or_else(|| site.receiver.clone())
    }

    /// The name of a channel. A message that is published as an object is known by its class.
    fn channel_of(&self, rule: &CallRule, value: &Val) -> Text {
        let class = match value {
            Val::Object(id) if rule.does == Verb::Publish => self.objects[*id].class,
            Val::Class(file, class) if rule.does == Verb::Publish => Some((*file, *class)),
            _ => None,
        };
        class.map_or_else(|| as_text(value), |(file, class)| Text::literal(&*self.program.source(file).classes[class as usize].name))
    }

    /// The public methods of a class, or of an object, are ways in of that kind.
    fn serve_offered(&mut self, kind: EntryPointKind, pack: &'static Pack, rule: &CallRule, site: &Site) {
        for handler in self.select(rule.handler.as_ref(), site) {
            let class = match handler {
                Val::Object(id) => self.objects[id].class,
                Val::Class(file, class) => Some((file, class)),
                _ => None,
            };
            let Some((file, class)) = class else { continue };
            let offer = Offer {
                omits: &rule.omits,
                place: rule.r#in.as_deref(),
                protocol: rule.protocol.as_deref(),
                technology: rule.technology.as_deref(),
                ..Offer::whole(kind, rule.path_as.as_deref().unwrap_or("{class}.{method}"))
            };
            let (before, mark) = (self.file, self.mark);
            let guards = self.class_guards(file, class);
            self.offer_class(&offer, pack, file, class, guards);
            (self.file, self.mark) = (before, mark);
        }
    }

    /// A gRPC service: every method of the object that is no constructor or helper is an rpc.
    pub(in crate::compose) fn serve_methods(&mut self, router: ObjectId, service: &str, handler: &Val, guards: Vec<Guard>, place: crate::compose::Place) {
        if let Val::Map(entries) = handler {
            for (name, handler) in entries.iter().filter(|(name, _)| !name.is_empty()) {
                self.serve_rpc(router, service, &rpc_name(name), handler.clone(), &guards, place.clone());
            }
            return;
        }
        let class = match handler {
            Val::Object(id) => self.objects[*id].class,
            Val::Class(file, class) => Some((*file, *class)),
            _ => None,
        };
        let Some((file, class)) = class else { return };
        let source = self.program.source(file);
        let declared = &source.classes[class as usize];
        // An interface: somebody else decides what is served.
        if declared.is_abstract {
            return;
        }
        let offered = self.offered_methods(service, file);
        let mut methods: Vec<(FileId, u32)> = declared.methods.iter().map(|index| (file, *index)).collect();
        let mut apart: Vec<(FileId, u32)> =
            self.program.methods_of(&declared.name).iter().filter(|(other, _)| self.same_package(file, *other)).copied().collect();
        apart.sort_unstable();
        methods.extend(apart);
        for (file, index) in methods {
            let function = &self.program.source(file).functions[index as usize];
            let name = function.name.as_str();
            let plain = name.starts_with('_') || matches!(name, "new" | "constructor") || name == declared.name || function.is_static;
            let go_private = self.family() == Family::Go && !name.starts_with(|c: char| c.is_uppercase());
            let no_rpc = self.family() == Family::Go && !is_go_rpc(function)
                || self.family() == Family::CSharp && !is_csharp_rpc(function)
                || offered.as_ref().is_some_and(|offered| !offered.contains(&name));
            if plain || go_private || no_rpc || name.is_empty() || function.parameters.is_empty() {
                continue;
            }
            let rpc = rpc_name(name);
            let this = if let Val::Object(id) = handler { Some(*id) } else { None };
            let handler = Val::Function(Closure { file, index, scope: None, this });
            // Generated code is often shared: the implementation says whose entry point it is.
            let mut place = place.clone();
            if place.path.ends_with(".pb.go") {
                (place.path, place.mark) = (self.program.files[file].path.clone(), function.mark);
            }
            let mut guards = guards.clone();
            if self.family() == Family::CSharp {
                let scope = self.globals(file);
                guards.extend(self.read_annotations(&function.annotations, &scope).1);
            }
            self.serve_rpc(router, service, &rpc, handler, &guards, place);
        }
    }

    pub(super) fn serve_rpc(&mut self, router: ObjectId, service: &str, rpc: &str, handler: Val, guards: &[Guard], place: crate::compose::Place) {
        let path = Text::literal(if service.contains('.') { format!("/{service}/{rpc}") } else { format!("/*.{service}/{rpc}") });
        let route = Route {
            kind: EntryPointKind::Grpc,
            methods: vec![None],
            told: false,
            path,
            handler,
            takes: Vec::new(),
            guards: guards.to_vec(),
            place,
            typed: false,
            answered_by: Vec::new(),
            choice: None,
            unplaced: false,
            parameters: Vec::new(),
        };
        self.objects[router].events.push(Event::Route(Rc::new(route)));
    }

    /// The methods of a service by the interface that was generated for it (`XServer`), if that is at hand.
    pub(super) fn offered_methods(&self, service: &str, near: FileId) -> Option<Vec<&'a str>> {
        // the service of the protocol itself, whose definition no repository holds
        if matches!(service, "Health" | "*.Health" | "grpc.health.v1.Health") {
            return Some(vec!["Check", "Watch", "List", "check", "watch", "list"]);
        }
        let name = format!("{}Server", service.rsplit('.').next().unwrap_or(service));
        let family = self.program.files[near].family;
        let program = self.program;
        let mut found = None;
        for file in program.servers(&name).iter().map(|file| &program.files[*file]).filter(|file| file.family == family) {
            let Some(class) = file.classes.get(name.as_str()).map(|number| &file.source.classes[*number as usize]).filter(|class| class.is_abstract) else {
                continue;
            };
            let methods: Vec<&str> = class.methods.iter().map(|index| file.source.functions[*index as usize].name.as_str()).collect();
            if found.as_ref().is_some_and(|before| *before != methods) {
                // Two of that name: either may be meant.
                return None;
            }
            found = Some(methods);
        }
        found
    }

    pub(super) fn same_package(&self, a: FileId, b: FileId) -> bool {
        a == b
            || (self.family() == Family::Go
                && crate::compose::program::folder_of(&self.program.files[a].path) == crate::compose::program::folder_of(&self.program.files[b].path))
    }
}

/// What a request is for that goes to a sidecar, which a header tells; as a path tells it.
fn sidecar(arguments: &[Arg]) -> Option<Text> {
    let (header, asked) = catalogue::sidecar_header();
    let entry = |value: &Val, key: &str| match value {
        Val::Map(entries) => entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value.clone()),
        _ => None,
    };
    let named = |argument: &Arg| entry(&argument.value, header).or_else(|| entry(&entry(&argument.value, "headers")?, header));
    let name = arguments.iter().find_map(named)?;
    Some(Text::join([Text::literal(format!("http://localhost:3500{asked}")), as_text(&name)]))
}

/// The rpc's name in the definition by that of the method that implements it.
fn rpc_name(method: &str) -> String {
    let upper = |part: &str| {
        let mut letters = part.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect::<String>())
    };
    method.split('_').map(upper).collect()
}

/// `(Request request, ServerCallContext context)`, or one with a stream.
fn is_csharp_rpc(function: &threatline_facts::code::Function) -> bool {
    let last = function.parameters.last().and_then(|parameter| parameter.declared.as_ref());
    last.is_some_and(|declared| declared.name.rsplit('.').next() == Some("ServerCallContext"))
}

/// `(ctx, *Request) (*Reply, error)`, or one with a stream.
fn is_go_rpc(function: &threatline_facts::code::Function) -> bool {
    let named = |at: usize| function.parameters.get(at).and_then(|parameter| parameter.declared.as_ref()).map_or("", |declared| declared.name.as_str());
    let last = function.parameters.len().saturating_sub(1);
    let unary =
        function.parameters.len() == 2 && named(0) == "context.Context" && function.returns.as_ref().is_some_and(|returns| returns.arguments.len() == 2);
    unary
        || (last < 2 && (named(last).ends_with("Server") || named(last).starts_with("grpc.")))
        || (last <= 2 && named(0) == "context.Context" && named(last).starts_with("connect.") && named(last).ends_with("Stream"))
}
