//! Where the code of a function lies, among the files of the repository.
//!
//! A template names the folder that is uploaded. Where a build makes that one, and the repository does not have it, its
//! source is meant: the same way below `src` beside it, the same way without it, or what stands around it.

use super::super::draft::{Root, as_folder, folder_of, join};
use super::super::source::{BUILT, ancestors};
use super::Cloud;
use std::collections::BTreeSet;
use threatline_facts::Text;
use threatline_knowledge::catalogue::cloud::cloud as ways;

/// Endings of files that a handler's module may have.
const ENDINGS: &[&str] = &["js", "mjs", "cjs", "jsx", "ts", "mts", "tsx", "py", "rb"];

/// Folders that tools of functions write to, beside those of all builds.
const BUNDLED: &[&str] = &[".aws-sam", ".build", ".dist", ".esbuild", ".serverless", ".webpack", "bundle", "bundled", "bundles"];

/// Where a function's code lies.
pub(super) struct Code {
    folder: String,
    /// It is the folder of the template itself, which may hold anything.
    shared: bool,
    /// The file of the handler, from the folder.
    file: Option<String>,
    /// The folder in it that is all its code, where another file shows that.
    placed: Option<String>,
    /// A file is named that is not there, and none stands for it.
    gone: bool,
    /// The whole package is put into an archive, whichever of its handlers is called.
    whole: bool,
}

impl Code {
    /// The same, told from the package that the file belongs to.
    fn in_package(mut self, packages: &BTreeSet<String>) -> Self {
        let Some(path) = self.file.as_ref().map(|file| format!("{}{file}", self.folder)) else { return self };
        let inner = ancestors(&path).take_while(|folder| folder.len() > self.folder.len()).find(|folder| packages.contains(*folder));
        if let Some(inner) = inner.map(str::to_owned) {
            self.file = Some(path[inner.len()..].to_owned());
            self.folder = inner;
        }
        self
    }

    /// Whether what is named is not there.
    pub(super) fn is_gone(&self) -> bool {
        self.gone
    }
}

/// Looks for files.
struct Finder<'f> {
    files: &'f BTreeSet<&'f str>,
    /// The module that the handler names, as written.
    module: Option<String>,
    /// The folder of who says it.
    own: String,
}

/// Where the code of a resource that runs some lies.
pub(super) fn code(cloud: &Cloud<'_>, at: usize, files: &BTreeSet<&str>) -> Option<Code> {
    let item = &cloud.items[at];
    let way = ways().function.get(&item.kind)?;
    let own = folder_of(&item.path).to_owned();
    let handler = cloud.first(at, &way.handler).and_then(|(_, text)| cloud.literal_of(at, text));
    let module = handler.filter(|handler| !handler.contains("::")).and_then(|handler| Some(handler.rsplit_once('.')?.0.to_owned()));
    let finder = Finder { files, module, own };
    if way.whole {
        return Some(finder.whole(&cloud.packages));
    }
    let Some((_, text)) = cloud.first(at, &way.code) else {
        if let Some(folder) = way.image.iter().flat_map(|key| cloud.values_at(at, key)).find_map(|(_, text, _)| archived(cloud, at, text)) {
            return Some(Code { shared: false, ..finder.within(as_folder(&folder)) });
        }
        return way.code.is_empty().then(|| finder.beside(item.by.is_some()).in_package(&cloud.packages));
    };
    let is_package = |folder: &str| cloud.packages.contains(folder);
    let found = match archived(cloud, at, text) {
        Some(found) => found,
        None => {
            let path = cloud.literal_of(at, text)?;
            // a recipe lies in the folder that it is for
            let path = if path.rsplit('/').next().is_some_and(|name| name.contains("Dockerfile")) { format!("./{}", folder_of(&path)) } else { path };
            if item.by.is_some() { finder.asset(&path, &is_package)? } else { cloud.path_of(at, &path)? }
        }
    };
    if files.contains(found.as_str()) {
        let file = found.rsplit('/').next().map(str::to_owned);
        return Some(Code { folder: folder_of(&found).to_owned(), shared: true, file, placed: None, gone: false, whole: false });
    }
    if let Some(package) = packed(cloud, &found) {
        return Some(Code { whole: true, ..finder.within(package) });
    }
    let found = finder.unpacked(&found).unwrap_or(found);
    let source = if finder.is_there(&found) { None } else { finder.source_of(&found, &is_package) };
    let code = source.unwrap_or_else(|| finder.within(as_folder(&found)));
    // what is no function of a module is all of its package
    Some(Code { shared: code.shared && !(way.handler.is_empty() && is_package(&code.folder)), ..code })
}

/// Where what a resource packs lies, if a text names one that packs code or builds an image.
fn archived(cloud: &Cloud<'_>, at: usize, text: &Text) -> Option<String> {
    let (item, way) = cloud.see(at, text).items.into_iter().find_map(|item| Some((item, ways().archive.get(&cloud.items[item].kind)?)))?;
    cloud.path(item, cloud.first(item, &way.source)?.1)
}

/// The package that an archive is made of, where the archive itself is not there: the one in whose folder it is put, or in a
/// folder of what is built.
fn packed(cloud: &Cloud<'_>, path: &str) -> Option<String> {
    let folder = ["zip", "jar", "war"].iter().any(|end| path.rsplit('.').next() == Some(*end)).then(|| folder_of(path))?;
    let above = folder_of(folder.trim_end_matches('/'));
    let built = folder.trim_end_matches('/').rsplit('/').next().is_some_and(is_built);
    let found = if cloud.packages.contains(folder) { folder } else { above };
    (!found.is_empty() && cloud.packages.contains(found) && (found == folder || built)).then(|| found.to_owned())
}

impl Finder<'_> {
    /// Whether a path is a file, or a folder with files.
    fn is_there(&self, path: &str) -> bool {
        let folder = as_folder(path);
        self.files.contains(path) || self.files.range(folder.as_str()..).next().is_some_and(|file| file.starts_with(&folder))
    }

    /// What an archive that is not there is made of: the folder beside it that has its name, or the one in which it is put, if that is not the
    /// folder of who says it.
    fn unpacked(&self, path: &str) -> Option<String> {
        let stem = path.strip_suffix(".zip").filter(|_| !self.files.contains(path))?;
        let folder = folder_of(stem);
        if self.is_there(stem) {
            return Some(stem.to_owned());
        }
        (!folder.is_empty() && folder != self.own && !is_built(folder.trim_end_matches('/').rsplit('/').next()?) && self.is_there(folder.trim_end_matches('/')))
            .then(|| folder.trim_end_matches('/').to_owned())
    }

    /// Code in a folder.
    fn within(&self, folder: String) -> Code {
        let file = self.module.as_deref().and_then(|module| self.file_of(&folder, module));
        Code { shared: folder == self.own, folder, file, placed: None, gone: false, whole: false }
    }

    /// Code that only a handler names: from the folder of who says it, or from the one in which a program that says it is run.
    fn beside(&self, declared: bool) -> Code {
        let mut from = self.own.as_str();
        while declared && self.module.as_deref().is_some_and(|module| self.file_of(from, module).is_none()) && !from.is_empty() {
            from = above(from);
        }
        let file = self.module.as_deref().and_then(|module| self.file_of(from, module));
        Code { folder: from.to_owned(), shared: true, file, placed: None, gone: false, whole: false }
    }

    /// Code of a program whose configuration lies beside it: the package, or of one with others below it what the program begins
    /// with, or its functions that are ways in by their place.
    fn whole(&self, packages: &BTreeSet<String>) -> Code {
        let mut code = self.beside(false);
        let holds_others = packages.iter().any(|folder| *folder != self.own && folder.starts_with(&self.own));
        code.shared = !packages.contains(&self.own) || holds_others;
        let is_made = self.module.as_deref().is_some_and(|module| module.split('/').any(is_built));
        if code.file.is_none() && !is_made {
            code.placed = self.is_there(&format!("{}functions", self.own)).then(|| "functions".to_owned());
            code.gone = code.placed.is_none() && self.module.is_some();
        }
        code
    }

    /// The file of a module below a folder, from there; of a built one that of its source.
    fn file_of(&self, folder: &str, module: &str) -> Option<String> {
        let path = join(folder, module)?;
        let spellings = |path: String| {
            let beside = ENDINGS.iter().map(|ending| format!("{path}.{ending}")).collect::<Vec<_>>();
            beside.into_iter().chain(ENDINGS.iter().map(move |ending| format!("{path}/index.{ending}")))
        };
        let is_made = self.absent(&path).is_some_and(|(_, name, _)| is_built(name));
        let unbuilt = is_made.then(|| self.unbuilt(&path)).into_iter().flatten().filter(|other| other.starts_with(folder));
        let mut found = std::iter::once(path.clone()).chain(unbuilt).flat_map(spellings);
        found.find(|file| self.files.contains(file.as_str())).map(|file| file[folder.len()..].to_owned())
    }

    /// Where code that declares a function says that the function's lies: from its own folder, or from the one in which it
    /// is run, which is one above it: that of its package, for the very folder in which it is run.
    fn asset(&self, path: &str, is_package: &dyn Fn(&str) -> bool) -> Option<String> {
        let mut folders = std::iter::successors(Some(self.own.as_str()), |from| (!from.is_empty()).then(|| above(from)));
        if matches!(path, "" | "." | "./") {
            return Some(folders.find(|folder| is_package(folder)).unwrap_or(&self.own).trim_end_matches('/').to_owned());
        }
        let places: Vec<String> = folders.filter_map(|from| join(from, path)).collect();
        let there = places.iter().find(|path| self.is_there(path));
        // of what a build makes the source is there
        let unbuilt = || places.iter().find(|path| self.unbuilt(path).iter().any(|path| self.is_there(path)));
        there.or_else(unbuilt).cloned().or_else(|| places.iter().find_map(|path| self.unpacked(path)))
    }

    /// The source of what a build makes at a path. What holds a package is all of that package's.
    fn source_of(&self, path: &str, is_package: &dyn Fn(&str) -> bool) -> Option<Code> {
        let candidates: Vec<String> = self.unbuilt(path).into_iter().filter(|path| self.is_there(path)).collect();
        let codes = candidates.iter().map(|path| self.within(as_folder(path)));
        let named = self.module.is_some().then(|| codes.into_iter().find(|code| code.file.is_some())).flatten();
        named.or_else(|| candidates.first().map(|path| self.within(as_folder(path)))).or_else(|| {
            let (around, name, _) = self.absent(path)?;
            let code = self.within(as_folder(around));
            is_built(name).then(|| Code { shared: code.shared && !is_package(&code.folder), ..code })
        })
    }

    /// Where else the source of a path that is not there may lie, the likeliest first.
    fn unbuilt(&self, path: &str) -> Vec<String> {
        let Some((around, name, tail)) = self.absent(path) else { return Vec::new() };
        let around = as_folder(around);
        let beside = format!("{around}src/{tail}");
        let plain = (is_built(name) && !tail.is_empty()).then(|| format!("{around}{tail}"));
        let named = !tail.is_empty() || is_built(name);
        named.then(|| beside.trim_end_matches('/').to_owned()).into_iter().chain(plain).collect()
    }

    /// The first part of a path that is not there: what stands before it, itself, and what stands behind it.
    fn absent<'p>(&self, path: &'p str) -> Option<(&'p str, &'p str, &'p str)> {
        let mut start = 0;
        loop {
            let end = path[start..].find('/').map_or(path.len(), |at| start + at);
            if !self.is_there(&path[..end]) {
                return Some((path[..start].trim_end_matches('/'), &path[start..end], path[end..].trim_start_matches('/')));
            }
            if end == path.len() {
                return None;
            }
            start = end + 1;
        }
    }
}

fn is_built(name: &str) -> bool {
    BUILT.contains(&name) || BUNDLED.contains(&name)
}

/// The folder above a folder.
fn above(folder: &str) -> &str {
    folder_of(folder.strip_suffix('/').unwrap_or(folder))
}

/// What of a folder is one function's alone: all of it, the folder of its handler, or the handler's file.
pub(super) fn root(code: &Code, others: &[&Code]) -> Option<Root> {
    let beside: Vec<&&Code> = others.iter().filter(|other| other.folder == code.folder).collect();
    if beside.is_empty() && !code.shared || code.whole && code.file.is_none() {
        return Some(Root { folder: code.folder.clone(), only: None });
    }
    if let Some(placed) = &code.placed {
        return Some(Root { folder: code.folder.clone(), only: Some(vec![placed.clone()]) });
    }
    let file = code.file.clone()?;
    let inner = folder_of(&file).trim_end_matches('/').to_owned();
    let alone = !inner.is_empty() && !beside.iter().any(|other| other.file.as_ref().is_some_and(|file| file.starts_with(&format!("{inner}/"))));
    Some(Root { folder: code.folder.clone(), only: Some(vec![if alone { inner } else { file }]) })
}
