//! Paths that have names: one call says the path, others elsewhere say what stands there by its name. And what a class says
//! for all its methods.

use super::*;
use crate::compose::program::folder_of;
use threatline_facts::code::Call;

impl<'a> Evaluator<'a> {
    /// Gives a path below the object a name.
    pub(super) fn name_path(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) {
        let Some(name) = self.pick(rule.key.as_ref(), site).and_then(|value| value.literal().map(str::to_owned)) else { return };
        if self.proving > 0 {
            return;
        }
        if let Val::Object(id) = self.group(pack, rule, site) {
            self.named_paths.entry((pack.name.clone(), name)).or_default().push(id);
        }
    }

    /// A router that is hung where its name leads once all names are known; none where the call says no name.
    pub(super) fn at_named_path(&mut self, pack: &'static Pack, rule: &CallRule, site: &Site) -> Option<ObjectId> {
        let name = self.pick(rule.called.as_ref(), site)?.literal()?.to_owned();
        let place = Some(self.place(&pack.name));
        let id = self.object(Object { place, mounted: true, ..Object::default() });
        if self.proving == 0 {
            self.routes_called.push((pack.name.clone(), name, id));
        }
        Some(id)
    }

    /// Hangs routes at the paths of their names, of several of a name at the nearest.
    pub(in crate::compose) fn hang_called(&mut self) {
        for (pack, name, id) in std::mem::take(&mut self.routes_called) {
            let Some(place) = self.objects[id].place.clone() else { continue };
            let all = self.named_paths.get(&(pack, name)).cloned().unwrap_or_default();
            let rehearsed = self.objects[id].rehearsed;
            let shared = |other: &ObjectId| {
                let at = self.objects[*other].place.as_ref().map_or("", |place| &*place.path);
                let (one, other) = (folder_of(&place.path), folder_of(at));
                let common = one.split('/').zip(other.split('/')).take_while(|(one, other)| one == other).count();
                (common, usize::from(at == &*place.path))
            };
            let fitting: Vec<ObjectId> = all.into_iter().filter(|other| rehearsed || !self.objects[*other].rehearsed).collect();
            let Some(nearest) = fitting.iter().map(shared).max() else { continue };
            let meant: Vec<ObjectId> = fitting.iter().copied().filter(|other| shared(other) == nearest).collect();
            for at in meant {
                self.narrow_to(id, at);
                self.objects[at].events.push(Event::Mount { child: Val::Object(id), path: None, replaces: false, guards: Vec::new(), place: place.clone() });
            }
        }
    }

    /// Routes that say no methods answer those of the path that they stand at.
    fn narrow_to(&mut self, id: ObjectId, at: ObjectId) {
        let methods = self.objects[at].methods.clone();
        if methods.is_empty() || methods == [None] {
            return;
        }
        for event in &mut self.objects[id].events {
            if let Event::Route(route) = event
                && route.methods == [None]
            {
                Rc::make_mut(route).methods.clone_from(&methods);
            }
        }
    }

    /// Adds the named arguments that a decorator of the class says for all calls on its methods.
    pub(super) fn add_defaults(&mut self, rule: &CallRule, site: &mut Site) {
        let Some(name) = &rule.defaults else { return };
        let class = match &site.decorated {
            Some(Val::Class(file, class)) => Some((*file, *class)),
            Some(value) => function_in(value).and_then(|(file, index)| Some((file, self.program.source(file).functions[index as usize].class?))),
            None => None,
        };
        let Some((file, class)) = class else { return };
        let (own, _) = self.bases(file, class);
        for (file, class) in [(file, class)].into_iter().chain(own) {
            for arguments in self.annotations_named(file, class, name) {
                let said = |argument: &Arg| site.arguments.iter().any(|own| own.name == argument.name);
                let missing: Vec<Arg> = arguments.into_iter().filter(|argument| argument.name.is_some() && !said(argument)).collect();
                site.arguments.extend(missing);
            }
        }
    }

    /// The arguments of a class's decorators of that full name.
    pub(super) fn annotations_named(&mut self, file: FileId, class: u32, name: &str) -> Vec<Vec<Arg>> {
        let program = self.program;
        let annotations: &'a [Call] = &program.source(file).classes[class as usize].annotations;
        self.arguments_of(file, annotations, name)
    }

    /// The arguments of those annotations that are of that full name.
    pub(super) fn arguments_of(&mut self, file: FileId, annotations: &'a [Call], name: &str) -> Vec<Vec<Arg>> {
        let scope = self.globals(file);
        let mut out = Vec::new();
        self.within(file, |this| {
            for annotation in annotations {
                if this.name_of(&annotation.callee, &scope).as_deref() == Some(name) {
                    out.push(this.arguments(&annotation.arguments, &scope));
                }
            }
        });
        out
    }

    /// The method of a handler's class that the call names.
    pub(super) fn member_answering(&mut self, rule: &CallRule, site: &Site, handler: Val) -> Val {
        if rule.member.is_none() {
            return handler;
        }
        let (file, class) = match &handler {
            Val::Class(file, class) => (*file, *class),
            _ => return handler,
        };
        let named = self.pick(rule.member.as_ref(), site).and_then(|value| value.literal().map(str::to_owned));
        let name = named.unwrap_or_else(|| "__call__".to_owned());
        let this = if let Val::Object(id) = self.generic_instance(file, class) { Some(id) } else { None };
        match self.class_method(file, class, &name) {
            Some((file, index)) => Val::Function(Closure { file, index, scope: None, this }),
            None => Val::Unknown,
        }
    }

    /// Whether a condition holds for the request that a handler is looked at for.
    pub(in crate::compose) fn chosen(&self, condition: &threatline_facts::code::Value) -> Option<bool> {
        let choice = self.choice.as_ref()?;
        let function = self.running_function()?;
        choice.holds(self.file, function, condition)
    }

    /// A loop over a library's object: what comes out of it, where packs say so. It is told as a call of the object's method
    /// `each` with the function that the loop stands in and the name that each item has.
    pub(in crate::compose) fn run_over(&mut self, id: ObjectId, name: &threatline_facts::code::Value) -> Val {
        let library = self.program.files[self.file].library;
        let rules = self.objects[id].ty.map(|ty| library.methods(ty, EACH)).unwrap_or_default();
        let Some((ruled, _)) = rules.first() else { return Val::Unknown };
        let item = self.handler_takes(ruled.pack, ruled.rule).into_iter().next().unwrap_or(Val::Unknown);
        if let (threatline_facts::code::Value::Name(name), Some(index), false) = (name, self.running_function(), self.settling)
            && self.proving == 0
        {
            let body = Val::Function(Closure { file: self.file, index, scope: None, this: None });
            let arguments = [body, Val::text(name)].map(|value| Arg { name: None, value });
            let _ = self.call_method(id, EACH, arguments.to_vec(), None);
        }
        item
    }
}

/// The method of an object as which a loop over it is told.
const EACH: &str = "each";
