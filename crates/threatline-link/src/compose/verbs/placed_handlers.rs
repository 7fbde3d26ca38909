//! Handlers that are files of their own, found by the words of a text: `user/find-one` is what `api/controllers/user/find-one.js` offers.

use super::*;

impl<'a> Evaluator<'a> {
    /// What the file offers that these words mean, by the pack's patterns of paths; the first that is there.
    pub(super) fn handler_in_files(&mut self, rules: &HandlerRule, text: &str) -> Option<Val> {
        let root = self.program.root_of(&self.program.files[self.file].path).unwrap_or_default().trim_matches('/').to_owned();
        let (controller, action) = match text.rsplit_once(['.', '/']) {
            Some((controller, action)) => (controller.strip_suffix("Controller").unwrap_or(controller).to_owned(), action),
            None => (String::new(), text),
        };
        for pattern in &rules.files {
            let (path, member) = pattern.split_once('#').unwrap_or((pattern, "default"));
            if controller.is_empty() && (path.contains("{controller}") || path.contains("{Controller}")) {
                continue;
            }
            let path = path.replace("{controller}", &controller.to_lowercase()).replace("{Controller}", &last_capital(&controller)).replace("{action}", action);
            let whole = if root.is_empty() { path } else { format!("{root}/{path}") };
            let Some(file) = self.program.file_at(&whole) else { continue };
            let member = member.replace("{action}", action);
            let Some(value @ (Val::Function(_) | Val::Guarded(_))) = self.found_in(file, &member) else { continue };
            if let (Some(Val::Map(entries)), Some(function)) = (rules.takes.as_deref().and_then(|name| self.found_in(file, name)), function_in(&value)) {
                let told = entries.iter().take(64).map(|(name, _)| parameter(name, "form"));
                self.function_parameters.insert(function, told.collect());
            }
            return Some(value);
        }
        None
    }

    fn found_in(&mut self, file: FileId, name: &str) -> Option<Val> {
        match self.module_member(file, name) {
            Some(value) => Some(value),
            None => match self.plain_value(Val::Module(file)) {
                Val::Map(entries) => entries.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()),
                _ => None,
            },
        }
    }
}

/// `admin/user` is told as `admin/User` in names of files that are classes.
fn last_capital(name: &str) -> String {
    let (folder, last) = name.rsplit_once('/').map_or(("", name), |(folder, last)| (folder, last));
    let mut letters = last.chars();
    let last: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    if folder.is_empty() { last } else { format!("{folder}/{last}") }
}
