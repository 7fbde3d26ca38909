//! Files that a web server runs as they lie there: each one below the web root that reads a request is a way in.

use super::evaluate::Evaluator;
use super::program::folder_of;
use super::value::*;
use super::verbs::parameter;
use std::rc::Rc;
use threatline_facts::Text;
use threatline_knowledge::packs::FileRule;
use threatline_model::Parameter;

/// Folders that servers are pointed at.
const WEB_ROOTS: [&str; 8] = ["public", "web", "www", "htdocs", "public_html", "webroot", "html", "docroot"];

/// Folders of which a server gives nothing away, or of which it should not be taken for granted.
const HIDDEN: [&str; 14] =
    ["vendor", "tests", "test", "bin", "config", "node_modules", "database", "migrations", "templates", "views", "inc", "includes", "lib", "cli"];

impl<'a> Evaluator<'a> {
    /// Notes a file whose top level read parameters of a request.
    pub(super) fn serve_file(&mut self, file: FileId, effects: &Effects) {
        if !self.program.is_own(file) {
            return;
        }
        let library = self.program.files[file].library;
        if !library.packs.iter().any(|pack| pack.files.iter().any(|rule| rule.serves)) {
            return;
        }
        let Some((pack, rule)) = self.file_rules(file).find(|(_, rule)| rule.serves) else { return };
        if effects.parameters.is_empty() && rule.method.is_none() {
            return;
        }
        let path = if rule.roots.is_empty() { self.served_path(file) } else { self.path_below(file, rule) };
        let Some(path) = path else { return };
        if !effects.said.is_empty() {
            self.said_of_files.insert(file, effects.said.clone());
        }
        self.file = file;
        self.mark = self.program.source(file).functions[0].mark;
        let place = self.place(&pack.name);
        let router = self.single(&format!("{}:files", pack.name), None);
        if let Some(method) = &rule.method {
            let parameters = effects.parameters.iter().map(|(name, place)| parameter(name, if method == "GET" && place == "form" { "query" } else { place }));
            let route = Route {
                methods: vec![Some(method.clone())],
                path: Text::Literal(path),
                guards: vec![Guard { value: Val::Unknown, place: place.clone() }],
                parameters: parameters.collect(),
                ..super::annotated::plain_route(Val::Null, place)
            };
            self.objects[router].events.push(Event::Route(Rc::new(route)));
            return;
        }
        let of_form = effects.parameters.iter().any(|(_, place)| place == "form");
        // what is asked for with a page is in the query, what is sent to it in the form
        for (method, left_out) in [("GET", "form"), ("POST", "query")] {
            if method == "POST" && !of_form {
                continue;
            }
            let read = effects.parameters.iter().filter(|(_, place)| place != left_out);
            let parameters: Vec<Parameter> = read.map(|(name, place)| parameter(name, place)).collect();
            let route = Route {
                methods: vec![Some(method.to_owned())],
                path: Text::Literal(path.clone()),
                guards: vec![Guard { value: Val::Unknown, place: place.clone() }],
                parameters,
                ..super::annotated::plain_route(Val::Null, place.clone())
            };
            self.objects[router].events.push(Event::Route(Rc::new(route)));
        }
    }

    /// The path of a file below the innermost folder that is served.
    fn path_below(&self, file: FileId, rule: &FileRule) -> Option<String> {
        let path = &*self.program.files[file].path;
        let root = self.program.root_of(path).unwrap_or_default();
        let parts: Vec<&str> = path.strip_prefix(root).unwrap_or(path).split('/').filter(|part| !part.is_empty()).collect();
        let (_, folders) = parts.split_last()?;
        let is_one_of = |of: &[String], part: &&str| of.iter().any(|one| one == *part);
        let below = folders.iter().rposition(|part| is_one_of(&rule.roots, part)).map_or(0, |at| at + 1);
        let hidden = folders[below..].iter().any(|part| is_one_of(&rule.hidden, part));
        (!hidden).then(|| format!("/{}", parts[below..].join("/")))
    }

    /// The path under which a server gives a file away: from the web root, if the package has one.
    fn served_path(&self, file: FileId) -> Option<String> {
        let path = &*self.program.files[file].path;
        let root = self.program.root_of(path).unwrap_or_default();
        let inner = path.strip_prefix(root).unwrap_or(path).trim_start_matches('/');
        let below: Vec<&str> = WEB_ROOTS.into_iter().filter(|folder| self.program.has_front(root, folder)).collect();
        if !below.is_empty() {
            return below.iter().find_map(|folder| inner.strip_prefix(folder)?.strip_prefix('/')).map(|rest| format!("/{rest}"));
        }
        let folders = folder_of(inner).split('/');
        let hidden = folders.into_iter().any(|folder| HIDDEN.contains(&folder.to_ascii_lowercase().as_str()) || folder.starts_with('.'));
        (!hidden).then(|| format!("/{inner}"))
    }
}
