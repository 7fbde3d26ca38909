//! Functions that nobody is seen to call: a framework, or a loop over a folder's files, does.
//!
//! What such a function is handed is known by its declared type, or by the name that a library's users
//! give to it. It was made elsewhere, so what stands in front of its routes is not known.

use super::evaluate::Evaluator;
use super::library::TypeId;
use super::value::*;
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::code::*;
use threatline_knowledge::packs::{Pack, TypeRole};

/// Functions without a name that a file gives away.
pub(super) fn offered(source: &Source) -> BTreeSet<u32> {
    let function = |export: &Export| match export.value {
        Some(Value::Function(index)) => Some(index),
        _ => None,
    };
    source.exports.iter().filter_map(function).collect()
}

/// Functions without a name of their own that a file gives one at its top: `export const createApp = () => {…}`.
pub(super) fn bound(source: &Source) -> BTreeMap<u32, &str> {
    let top = source.functions.first().map(|top| top.steps.as_slice()).unwrap_or_default();
    fn named(step: &Step) -> Option<(u32, &str)> {
        match step {
            Step::Bind { target: Value::Name(name), value: Some(Value::Function(index)), .. } => Some((*index, name)),
            _ => None,
        }
    }
    top.iter().filter_map(named).collect()
}

impl<'a> Evaluator<'a> {
    /// Whether the function takes a library's object that packs know by the parameter's name.
    pub(super) fn takes_known(&self, file: FileId, index: u32) -> bool {
        let function = &self.program.source(file).functions[index as usize];
        function.parameters.iter().any(|parameter| self.type_of_parameter(file, parameter).is_some())
    }

    /// What the function is handed, as far as parameters' names tell.
    pub(super) fn handed(&mut self, file: FileId, function: &'a Function, this: Option<ObjectId>) -> Vec<Arg> {
        let mut out = Vec::new();
        for (at, parameter) in function.parameters.iter().enumerate() {
            if let Some(id) = this.filter(|id| at == 0 && self.registers(*id, &function.name)) {
                out.push(Arg { name: Some(parameter.name.clone()), value: Val::Object(id) });
                continue;
            }
            let Some(ty) = self.type_of_parameter(file, parameter) else { continue };
            self.mark = parameter.mark;
            let place = Some(self.place("code"));
            // somebody else put guards on it, or none
            let id = self.object(Object { ty: Some(ty), place, events: vec![Event::Protect], ..Object::default() });
            out.push(Arg { name: Some(parameter.name.clone()), value: Val::Object(id) });
        }
        out
    }

    /// The request that a function takes, where its parameter's name tells and nothing else does.
    pub(super) fn requests_named(&mut self, file: FileId, function: &'a Function) -> Vec<Arg> {
        let mut out = Vec::new();
        for parameter in &function.parameters {
            let Some(ty) = self.type_of_parameter(file, parameter) else { continue };
            if self.program.files[file].library.type_rule(ty).rule.role != TypeRole::Request {
                continue;
            }
            let id = self.single(&format!("type:{}", ty.0), Some(ty));
            out.push(Arg { name: Some(parameter.name.clone()), value: Val::Object(id) });
        }
        out
    }

    /// Whether the method of a library's base is the one that gets the object itself as a router.
    fn registers(&self, id: ObjectId, method: &str) -> bool {
        let library = self.program.files[self.file].library;
        self.objects[id].class.is_some() && self.objects[id].ty.is_some_and(|ty| library.type_rule(ty).rule.registers.as_deref() == Some(method))
    }

    fn type_of_parameter(&self, file: FileId, parameter: &Parameter) -> Option<TypeId> {
        if parameter.name.is_empty() || parameter.variadic || parameter.default.is_some() {
            return None;
        }
        let of = &self.program.files[file];
        let fits = |pack: &Pack| of.library.is_imported(pack, &of.source.imports);
        let declared = parameter.declared.as_ref().map_or("", |declared| &declared.name);
        let last = declared.rsplit('.').next().unwrap_or(declared);
        // where a type is declared, it must be one of the pack's too
        let is_type = |name: &String| name.rsplit('.').next() == Some(last);
        let known = |pack: &Pack| last.is_empty() || pack.types.iter().any(|ty| ty.names.iter().any(is_type));
        of.library.type_of_parameter(&parameter.name, |pack| fits(pack) && known(pack))
    }
}
