//! What an interface says of routes, and the class that carries it out.

use super::super::Place;
use super::super::evaluate::Evaluator;
use super::super::value::FileId;
use threatline_facts::code::Function;
use threatline_knowledge::packs::Family;

impl Evaluator<'_> {
    /// The method of the class that runs where an interface, or a base, says the route.
    pub(super) fn carried_out(&self, file: FileId, function: &Function, (own, number): (FileId, u32)) -> Option<(FileId, u32)> {
        if self.family() != Family::Java {
            return None;
        }
        let source = self.program.source(own);
        let class = source.classes.get(number as usize)?;
        let fits = |index: &&u32| {
            let method = &source.functions[**index as usize];
            method.name == function.name && method.parameters.len() == function.parameters.len() && (own != file || method.mark != function.mark)
        };
        class.methods.iter().find(fits).map(|index| (own, *index))
    }

    /// Where a route, or a way out, stands. What another module says is of the module whose class carries it out: of all that share an
    /// interface only those have its routes.
    pub(super) fn place_of_carried(&self, carried: Option<(FileId, u32)>, class: Option<(FileId, u32)>, by: &str) -> Place {
        let mut place = self.place(by);
        let root = |file: FileId| self.program.files[file].path.split_once("/src/").map_or("", |(root, _)| root);
        if let Some((own, number)) = class.filter(|(own, _)| self.family() == Family::Java && root(*own) != root(self.file)) {
            let source = self.program.source(own);
            place.path = self.program.files[own].path.clone();
            place.mark = carried.map_or(source.classes[number as usize].mark, |(_, index)| source.functions[index as usize].mark);
        }
        place
    }
}
