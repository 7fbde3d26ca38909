//! Classes whose method runs before the routes of a pack: all of them, or those that carry the same binding annotation.

use super::*;
use crate::compose::Place;
use threatline_knowledge::packs::{Pack, Scope as Reach};

/// A class that runs before the routes which carry an annotation of the project.
pub(in crate::compose) struct Bound {
    annotation: (FileId, u32),
    guard: Guard,
}

impl<'a> Evaluator<'a> {
    /// Finds such classes, in all files; those that stand before everything are of this program only.
    pub(in crate::compose) fn find_before(&mut self) {
        let mut global: Vec<(&'static Pack, FileId, Guard)> = Vec::new();
        for file in 0..self.program.files.len() {
            let source = self.program.source(file);
            let library = self.program.files[file].library;
            for (number, class) in source.classes.iter().enumerate() {
                if class.is_abstract || !class.bases.iter().any(|base| library.may_stand_before(&base.name)) {
                    continue;
                }
                self.refuel();
                let number = number as u32;
                let (_, foreign) = self.bases(file, number);
                let found = foreign.iter().find_map(|base| library.class(base)).map(|(ruled, _)| ruled);
                let Some(ruled) = found.filter(|ruled| ruled.rule.before.is_some()) else { continue };
                let method = ruled.rule.before.as_deref().unwrap_or_default();
                let Some((at, index)) = self.class_method(file, number, method) else { continue };
                self.file = file;
                self.mark = class.mark;
                let place = self.place(&ruled.pack.name);
                let this = if let Val::Object(id) = self.generic_instance(file, number) { Some(id) } else { None };
                let value = Val::Function(Closure { file: at, index, scope: None, this });
                let (bindings, is_marked) = self.bindings(file, class, &ruled.rule.marked);
                let own = self.program.is_own(file);
                if bindings.is_empty() && own {
                    // Where nobody is seen to put it there, somebody may; and it may let some requests off.
                    let limits = ruled.rule.unless.iter().any(|name| self.class_method(file, number, name).is_some());
                    let guard = Guard { value: value.clone(), place: place.clone() };
                    global.push((ruled.pack, file, if is_marked && !limits { guard } else { guard.perhaps() }));
                }
                let bound = bindings.into_iter().map(|annotation| Bound { annotation, guard: Guard { value: value.clone(), place: place.clone() } });
                self.bound.extend(bound);
            }
        }
        for (pack, file, guard) in global {
            self.file = file;
            for router in self.routers_of_classes(pack) {
                self.objects[router].events.push(Event::Middleware { guards: vec![guard.clone()], path: None, reach: Reach::All });
            }
        }
    }

    /// The binding annotations of a class, and whether it carries one of those marks.
    fn bindings(&mut self, file: FileId, class: &'a Class, marks: &[String]) -> (Vec<(FileId, u32)>, bool) {
        let scope = self.globals(file);
        let (mut bindings, mut is_marked) = (Vec::new(), marks.is_empty());
        for annotation in &class.annotations {
            match self.value(&annotation.callee, &scope) {
                Val::Symbol(name) => is_marked |= marks.iter().any(|mark| **mark == *name),
                Val::Class(file, class) => {
                    let inner = &self.program.source(file).classes[class as usize].annotations;
                    let before = std::mem::replace(&mut self.file, file);
                    let scope = self.globals(file);
                    let (applied, _) = self.read_annotations(inner, &scope);
                    self.file = before;
                    if applied.iter().any(|one| one.ruled.rule.does == AnnotationVerb::Binds) {
                        bindings.push((file, class));
                    }
                }
                _ => {}
            }
        }
        (bindings, is_marked)
    }

    /// What runs before routes that carry this annotation.
    pub(super) fn bound_guards(&mut self, annotation: (FileId, u32)) -> Vec<Guard> {
        let found: Vec<Guard> = self.bound.iter().filter(|bound| bound.annotation == annotation).map(|bound| bound.guard.clone()).collect();
        if found.is_empty() {
            let place: Place = self.place("code");
            return vec![Guard { value: Val::Unknown, place }];
        }
        found
    }
}
