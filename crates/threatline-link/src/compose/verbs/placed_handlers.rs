//! Handlers that are files of their own, found by the words of a text: `user/find-one` is what `api/controllers/user/find-one.js` offers.

use super::*;

impl<'a> Evaluator<'a> {
    /// What the file offers that these words mean, by the pack's patterns of paths; the first that is there.
    pub(super) fn handler_in_files(&mut self, patterns: &[String], text: &str) -> Option<Val> {
        let root = self.program.root_of(&self.program.files[self.file].path).unwrap_or_default().trim_matches('/').to_owned();
        let (controller, action) = match text.rsplit_once(['.', '/']) {
            Some((controller, action)) => (controller.strip_suffix("Controller").unwrap_or(controller).to_owned(), action),
            None => (String::new(), text),
        };
        for pattern in patterns {
            let (path, member) = pattern.split_once('#').unwrap_or((pattern, "default"));
            if controller.is_empty() && (path.contains("{controller}") || path.contains("{Controller}")) {
                continue;
            }
            let path = path.replace("{controller}", &controller.to_lowercase()).replace("{Controller}", &last_capital(&controller)).replace("{action}", action);
            let whole = if root.is_empty() { path } else { format!("{root}/{path}") };
            let Some(file) = self.program.file_at(&whole) else { continue };
            let member = member.replace("{action}", action);
            let offered = match self.module_member(file, &member) {
                Some(value) => Some(value),
                None => match self.plain_value(Val::Module(file)) {
                    Val::Map(entries) => entries.iter().find(|(name, _)| *name == member).map(|(_, value)| value.clone()),
                    _ => None,
                },
            };
            if let Some(value @ (Val::Function(_) | Val::Guarded(_))) = offered {
                return Some(value);
            }
        }
        None
    }
}

/// `admin/user` is told as `admin/User` in names of files that are classes.
fn last_capital(name: &str) -> String {
    let (folder, last) = name.rsplit_once('/').map_or(("", name), |(folder, last)| (folder, last));
    let mut letters = last.chars();
    let last: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    if folder.is_empty() { last } else { format!("{folder}/{last}") }
}
