//! What a framework hands a function for parameters that name what gives it: `db: Session = Depends(get_db)`.

use super::evaluate::Evaluator;
use super::value::*;

/// So deep do things depend on others.
const MAX_DEPTH: usize = 5;

impl<'a> Evaluator<'a> {
    /// The arguments that dependencies make, as far as something is known of them.
    pub(super) fn depended(&mut self, closure: &Closure, depth: usize) -> Vec<Arg> {
        let mut out = Vec::new();
        for (name, dependency) in self.dependencies_by_name(closure) {
            let made = self.made_by(&dependency, depth);
            if !name.is_empty() && !matches!(made, Val::Unknown | Val::Null | Val::Missing) {
                out.push(Arg { name: Some(name.to_owned()), value: made });
            }
        }
        out
    }

    fn made_by(&mut self, dependency: &Guard, depth: usize) -> Val {
        if depth > MAX_DEPTH || !self.burn() {
            return Val::Unknown;
        }
        match &dependency.value {
            Val::Function(inner) => {
                let arguments = self.depended(inner, depth + 1);
                self.invoke(inner, arguments)
            }
            // a record is what the request fills
            Val::Class(file, class) if !self.is_record(*file, *class) => {
                let Some((at, index)) = self.class_method(*file, *class, "__init__") else { return Val::Unknown };
                let arguments = self.depended(&Closure { file: at, index, scope: None, this: None }, depth + 1);
                self.construct(*file, *class, arguments)
            }
            _ => Val::Unknown,
        }
    }
}
