//! Dependencies that stand beside a parameter's type, also where the type is only a name for it.

use super::*;

impl<'a> Evaluator<'a> {
    /// What stands beside a parameter's type, also where the type is only a name for it:
    /// `CurrentUser = Annotated[User, Depends(current_user)]`. Each with the file in which it is written.
    pub(in crate::compose) fn beside(&mut self, parameter: &'a Parameter) -> Vec<(FileId, &'a Value)> {
        parameter.declared.as_ref().map(|declared| self.beside_type(declared)).unwrap_or_default()
    }

    /// The same of a type.
    pub(in crate::compose) fn beside_type(&mut self, declared: &'a TypeName) -> Vec<(FileId, &'a Value)> {
        let mut out: Vec<(FileId, &'a Value)> = Vec::new();
        out.extend(declared.extras.iter().map(|value| (self.file, value)));
        if out.is_empty() && self.family() == Family::Python && !declared.name.is_empty() {
            let mut found = None;
            self.alias(self.file, &declared.name, 0, &mut found);
            if let Some((file, Value::Index(object, parts))) = found
                && matches!(&**object, Value::Name(name) | Value::Member(_, name) if name == "Annotated")
                && let Value::List(parts) = &**parts
            {
                out.extend(parts.iter().skip(1).map(|value| (file, value)));
            }
        }
        out
    }

    /// What a name at the top of a file was bound to, followed through imports.
    fn alias(&mut self, file: FileId, name: &str, depth: usize, found: &mut Option<(FileId, &'a Value)>) {
        if depth > 4 {
            return;
        }
        let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
        if rest.is_none() {
            let mut value = None;
            binding_of(&self.program.source(file).functions[0].steps, first, &mut value);
            match value {
                Some(Value::Name(other)) if other != first => return self.alias(file, other, depth + 1, found),
                Some(value) => {
                    *found = Some((file, value));
                    return;
                }
                None => {}
            }
        }
        let import = self.program.imported(file, first).into_iter().chain(self.program.globs(file).iter().copied().filter(|_| rest.is_none()));
        for import in import.collect::<Vec<_>>() {
            let crate::compose::program::Located2::File(other) = self.program.locate(file, &import.module, import.member.as_deref()) else { continue };
            let member = match (rest, import.member.as_deref()) {
                (Some(rest), _) => rest,
                (None, Some("*")) => first,
                (None, Some(member)) => member,
                (None, None) => continue,
            };
            if other != file {
                self.alias(other, member, depth + 1, found);
            }
            if found.is_some() {
                return;
            }
        }
    }
}
