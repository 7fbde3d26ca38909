//! Classes to which messages come since they are of a library's base: `class Ship : IConsumer<OrderPlaced>`.

use super::*;

impl<'a> Evaluator<'a> {
    /// The messages of a class, one for each time that it names such a base.
    pub(super) fn listening_class(&mut self, file: FileId, number: u32) {
        let class = &self.program.source(file).classes[number as usize];
        if class.is_abstract || class.bases.is_empty() {
            return;
        }
        let library = self.program.files[file].library;
        let scope = self.globals(file);
        for base in &class.bases {
            self.file = file;
            let Val::Symbol(name) = self.type_value(&base.name, &scope) else { continue };
            let Some((ruled, _)) = library.class(&name) else { continue };
            let Some(kind) = ruled.rule.kind.as_deref().and_then(EntryPointKind::from_name) else { continue };
            let channel = base.arguments.first().map_or(class.name.as_str(), |argument| argument.name.as_str());
            let channel = Text::literal(last(channel));
            self.mark = class.mark;
            let place = self.place(&ruled.pack.name);
            if kind == EntryPointKind::Message {
                let mut call = call_at(place.clone());
                call.protocol = ruled.rule.protocol.clone();
                call.channel = Some(channel.clone());
                call.consumes = true;
                self.out.calls.push(call);
            }
            let this = if let Val::Object(id) = self.generic_instance(file, number) { Some(id) } else { None };
            let method = ruled.rule.methods.keys().find_map(|name| self.class_method(file, number, name));
            let handler = method.map_or(Val::Unknown, |(file, index)| Val::Function(Closure { file, index, scope: None, this }));
            let route = Route {
                answered_by: Vec::new(),
                choice: None,
                unplaced: false,
                kind,
                methods: vec![None],
                told: false,
                path: channel,
                handler,
                takes: Vec::new(),
                guards: Vec::new(),
                place,
                typed: false,
                parameters: Vec::new(),
            };
            let router = self.single(&format!("{}:jobs", ruled.pack.name), None);
            self.objects[router].events.push(Event::Route(Rc::new(route)));
        }
    }
}
