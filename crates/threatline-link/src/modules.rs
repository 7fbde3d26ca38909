//! Where a module that a source file names may lie: each language's own way, as a list of paths to try.
//!
//! Nothing is opened here. A path that ends with `/` stands for all files of the language directly in
//! that folder; of several files, the first that exists is meant.

use threatline_facts::code::Want;
use threatline_facts::manifest::Package;
use threatline_facts::{Ecosystem, Language};

/// A package manifest and the folder it stands in (empty for the root, no slash at the end).
pub type Located<'a> = (&'a str, &'a Package);

/// Paths to try for what `importer` wants, best first. `packages` are the manifests of the subtree.
pub fn candidates(want: &Want, importer: &str, packages: &[Located<'_>]) -> Vec<String> {
    let mut out = match want.language {
        Language::JavaScript | Language::TypeScript | Language::Tsx => javascript(want, importer, packages),
        Language::Python => python(want, importer, packages),
        Language::Java => java(want, importer, packages),
        Language::Kotlin => kotlin(want, importer, packages),
        Language::Scala => scala(want, importer, packages),
        Language::Php => php(want, importer, packages),
        Language::Go => go(want, importer, packages),
        Language::Rust => rust(want, importer, packages),
        Language::Ruby => ruby(want, importer),
        Language::Elixir => elixir(want, importer),
        Language::Dart => dart(want, importer, packages),
        Language::CSharp | Language::Swift => Vec::new(),
    };
    let mut seen = hashbrown::HashSet::with_capacity(out.len());
    let firsts: Vec<bool> = out.iter().map(|path| path != importer && seen.insert(path.as_str())).collect();
    drop(seen);
    let mut is_first = firsts.into_iter();
    out.retain(|_| is_first.next().unwrap_or_default());
    out
}

/// Manifests by what they are called, so that a module asks only those that may hold it: a repository
/// of a thousand services has as many manifests, and each of its imports would ask them all.
#[derive(Default)]
pub(crate) struct Manifests<'a> {
    by_name: hashbrown::HashMap<String, Vec<Located<'a>>>,
}

impl<'a> Manifests<'a> {
    /// Adds one.
    pub(crate) fn add(&mut self, located: Located<'a>) {
        if let Some(name) = &located.1.name {
            let name = match located.1.ecosystem {
                Ecosystem::Cargo => name.replace('-', "_"),
                Ecosystem::Python => imported_as(name),
                _ => name.clone(),
            };
            self.by_name.entry(name).or_default().push(located);
        }
        for (namespace, _) in &located.1.namespaces {
            let known = self.by_name.entry(namespace.clone()).or_default();
            if known.last() != Some(&located) {
                known.push(located);
            }
        }
    }

    /// The name that the manifest of a folder gives, without what stands before its last slash.
    pub(crate) fn name_at(&self, folder: &str) -> Option<&str> {
        let stands = |located: &Located<'_>| located.0.rsplit_once('/').map_or("", |(before, _)| before) == folder;
        let named = self.by_name.values().flatten().filter(|located| stands(located)).filter_map(|located| located.1.name.as_deref());
        let is_version = |name: &str| name.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()));
        named.min().and_then(|name| name.rsplit('/').find(|part| !is_version(part)))
    }

    /// Those whose name the module begins with, the longest name first.
    pub(crate) fn holding(&self, module: &str) -> Vec<Located<'a>> {
        // `package:shop/src/api.dart` is of the package `shop`
        let module = module.strip_prefix("package:").unwrap_or(module);
        let ends = module.char_indices().filter(|(_, c)| matches!(c, '/' | '.' | ':')).map(|(at, _)| at);
        let mut ends: Vec<usize> = ends.chain([module.len()]).collect();
        ends.reverse();
        ends.iter().filter_map(|end| self.by_name.get(&module[..*end])).flatten().copied().collect()
    }
}

/// Whether a module that was not found must be one of the project's own: then something is missing.
pub(crate) fn looks_local(language: Language, module: &str, packages: &[Located<'_>]) -> bool {
    match language {
        Language::JavaScript | Language::TypeScript | Language::Tsx | Language::Python | Language::Ruby | Language::Dart => module.starts_with('.'),
        Language::Go => packages
            .iter()
            .any(|(_, package)| package.ecosystem == Ecosystem::Go && package.name.as_deref().is_some_and(|name| under(module, name, '/').is_some())),
        Language::Rust => ["crate", "self", "super"].iter().any(|root| under(&module.replace("::", "."), root, '.').is_some()),
        Language::Java | Language::Kotlin | Language::Scala | Language::Swift | Language::CSharp | Language::Php | Language::Elixir => false,
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folder itself and each one above it, innermost first.
pub(crate) fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(folder);
    std::iter::from_fn(move || {
        let current = next?;
        next = (!current.is_empty()).then(|| self::folder(current));
        Some(current)
    })
}

pub(crate) fn join(folder: &str, rest: &str) -> String {
    if folder.is_empty() { rest.to_owned() } else { format!("{folder}/{rest}") }
}

/// `folder/../x` and `./x` worked out; none when it leads out of the root.
pub(crate) fn normal(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// What follows `prefix` in `name`, when it ends at a boundary.
fn under<'a>(name: &'a str, prefix: &str, separator: char) -> Option<&'a str> {
    let rest = name.strip_prefix(prefix)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(separator) }
}

const SCRIPTS: [&str; 6] = ["ts", "tsx", "js", "jsx", "mjs", "cjs"];

/// Beginnings of modules that mean the project's own folders.
pub const ALIASES: [&str; 7] = ["@/", "~/", "~~/", "#/", "src/", "app/", "$lib/"];

fn javascript(want: &Want, importer: &str, packages: &[Located<'_>]) -> Vec<String> {
    let module = want.module.as_str();
    if module.starts_with('.') {
        return normal(&join(folder(importer), module)).map(|path| script(&path)).unwrap_or_default();
    }
    let mut out = Vec::new();
    for (root, package) in packages {
        let Some(rest) = package.name.as_deref().filter(|_| package.ecosystem == Ecosystem::Npm).and_then(|name| under(module, name, '/')) else { continue };
        if rest.is_empty() {
            let main = package.main.as_deref().and_then(|main| normal(&join(root, main)));
            out.extend(main.map(|main| script(&main)).unwrap_or_default());
            out.extend(script(&join(root, "src/index")));
            out.extend(script(&join(root, "index")));
        } else {
            out.extend(script(&join(root, rest)));
            out.extend(script(&join(root, &format!("src/{rest}"))));
        }
    }
    for alias in ALIASES {
        if let Some(rest) = module.strip_prefix(alias) {
            let kept = match alias {
                "$lib/" => &module[1..],
                "src/" | "app/" => module,
                _ => rest,
            };
            for root in ancestors(folder(importer)) {
                out.extend(script(&join(root, kept)));
                out.extend(script(&join(root, &format!("src/{kept}"))));
            }
        }
    }
    out
}

/// A script without, with, or with another extension, or an index in a folder.
fn script(path: &str) -> Vec<String> {
    let mut out = Vec::new();
    if let Some((stem, extension)) = path.rsplit_once('.').filter(|(_, extension)| SCRIPTS.contains(extension)) {
        out.push(path.to_owned());
        // TypeScript writes the extension of what it compiles to.
        let sources: &[&str] = match extension {
            "js" | "jsx" => &["ts", "tsx"],
            "mjs" => &["mts"],
            "cjs" => &["cts"],
            _ => &[],
        };
        out.extend(sources.iter().map(|source| format!("{stem}.{source}")));
    }
    if path.is_empty() {
        return SCRIPTS.iter().map(|extension| format!("index.{extension}")).collect();
    }
    out.extend(SCRIPTS.iter().map(|extension| format!("{path}.{extension}")));
    out.extend(SCRIPTS.iter().map(|extension| format!("{path}/index.{extension}")));
    out
}

/// The package that a distribution of Python brings, by custom: `shop-auth` is imported as `shop_auth`.
pub fn imported_as(distribution: &str) -> String {
    distribution.to_ascii_lowercase().replace(['-', '.'], "_")
}

fn python(want: &Want, importer: &str, packages: &[Located<'_>]) -> Vec<String> {
    let dots = want.module.len() - want.module.trim_start_matches('.').len();
    let dotted = want.module[dots..].replace('.', "/");
    let member = want.member.as_deref().filter(|member| *member != "*");
    let own = folder(importer);
    let mut roots: Vec<String> = match dots {
        0 => ancestors(own).map(str::to_owned).collect(),
        _ => ancestors(own).skip(dots - 1).take(1).map(str::to_owned).collect(),
    };
    // what is installed from another folder of the repository
    let first = dotted.split('/').next().unwrap_or_default();
    let brings = |package: &Package| package.ecosystem == Ecosystem::Python && package.name.as_deref().is_some_and(|name| imported_as(name) == first);
    for (root, _) in packages.iter().filter(|(_, package)| dots == 0 && brings(package)) {
        roots.extend([(*root).to_owned(), join(root, "src")]);
    }
    let mut out = Vec::new();
    for root in &roots {
        let base = if dotted.is_empty() { root.clone() } else { join(root, &dotted) };
        if let Some(member) = member {
            out.push(format!("{}.py", join(&base, member)));
            out.push(join(&base, &format!("{member}/__init__.py")));
        }
        if !dotted.is_empty() {
            out.push(format!("{base}.py"));
        }
        out.push(join(&base, "__init__.py"));
    }
    out
}

fn java(want: &Want, importer: &str, packages: &[Located<'_>]) -> Vec<String> {
    let member = want.member.as_deref().unwrap_or("*");
    if want.module.is_empty() {
        return vec![join(folder(importer), &format!("{member}.java"))];
    }
    let path = want.module.replace('.', "/");
    let files: Vec<String> = match member {
        "*" => vec![format!("{path}/"), format!("{path}.java")],
        // A static import names the class as the module.
        member => vec![format!("{path}/{member}.java"), format!("{path}.java")],
    };
    let mut out = Vec::new();
    for file in &files {
        out.extend(ancestors(folder(importer)).map(|root| join(root, file)));
        for (root, package) in packages {
            if matches!(package.ecosystem, Ecosystem::Maven | Ecosystem::Gradle) {
                out.push(join(root, &format!("src/main/java/{file}")));
            }
        }
    }
    out
}

/// Files of Kotlin are called as one likes, and a folder need not repeat the beginning of the packages that all
/// of a module share.
fn kotlin(want: &Want, importer: &str, packages: &[Located<'_>]) -> Vec<String> {
    let own = folder(importer);
    let member = want.member.as_deref().unwrap_or("*");
    if want.module.is_empty() {
        return vec![join(own, &format!("{member}.kt")), join(own, &format!("{member}.java")), format!("{own}/")];
    }
    let path = want.module.replace('.', "/");
    let mut out = Vec::new();
    let look = |root: &str, path: &str| [join(root, &format!("{path}/{member}.kt")), join(root, &format!("{path}.kt")), join(root, &format!("{path}/"))];
    for root in ancestors(own) {
        out.extend(look(root, &path));
    }
    if let Some(root) = ancestors(own).find(|root| matches!(root.rsplit('/').next(), Some("kotlin" | "src"))) {
        let rests = path.match_indices('/').map(|(at, _)| &path[at + 1..]);
        out.extend(rests.flat_map(|rest| look(root, rest)));
    }
    for (root, _) in packages.iter().filter(|(_, package)| matches!(package.ecosystem, Ecosystem::Maven | Ecosystem::Gradle)) {
        out.extend(look(&join(root, "src/main/kotlin"), &path));
        out.push(join(root, &format!("src/main/java/{path}/{member}.java")));
    }
    out
}

/// As in Kotlin; what is imported may be a member of an object, which the module then names.
fn scala(want: &Want, importer: &str, packages: &[Located<'_>]) -> Vec<String> {
    let own = folder(importer);
    let member = want.member.as_deref().unwrap_or("*");
    if want.module.is_empty() {
        return vec![join(own, &format!("{member}.scala")), join(own, &format!("{member}.java")), format!("{own}/")];
    }
    let path = want.module.replace('.', "/");
    let look = |root: &str| [join(root, &format!("{path}/{member}.scala")), join(root, &format!("{path}.scala")), join(root, &format!("{path}/"))];
    let mut out: Vec<String> = ancestors(own).flat_map(look).collect();
    for (root, _) in packages.iter().filter(|(_, package)| matches!(package.ecosystem, Ecosystem::Maven | Ecosystem::Gradle | Ecosystem::Sbt)) {
        out.extend(["src/main/scala", "app"].iter().flat_map(|sources| look(&join(root, sources))));
        out.push(join(root, &format!("src/main/java/{path}/{member}.java")));
    }
    out
}

/// A file by its path, or by that of its package: what a package offers lies in its `lib`.
fn dart(want: &Want, importer: &str, packages: &[Located<'_>]) -> Vec<String> {
    let module = want.module.as_str();
    if module.starts_with('.') {
        return normal(&join(folder(importer), module)).into_iter().collect();
    }
    let Some((name, path)) = module.strip_prefix("package:").and_then(|rest| rest.split_once('/')) else { return Vec::new() };
    let own = packages.iter().filter(|(_, package)| package.ecosystem == Ecosystem::Pub && package.name.as_deref() == Some(name));
    own.filter_map(|(root, _)| normal(&join(root, &format!("lib/{path}")))).collect()
}

fn go(want: &Want, importer: &str, packages: &[Located<'_>]) -> Vec<String> {
    if want.module.is_empty() {
        return vec![format!("{}/", folder(importer))];
    }
    let inside = |(root, package): &Located<'_>| {
        let name = package.name.as_deref().filter(|_| package.ecosystem == Ecosystem::Go)?;
        let rest = under(&want.module, name, '/')?;
        Some((name.len(), format!("{}/", join(root, rest).trim_end_matches('/'))))
    };
    let mut out: Vec<(usize, String)> = packages.iter().filter_map(inside).collect();
    out.sort_by_key(|(length, path)| (std::cmp::Reverse(*length), path.clone()));
    out.into_iter().map(|(_, path)| path).collect()
}

/// A class lies in the folder of its name space, as the manifest says; one of the same name space beside it.
fn php(want: &Want, importer: &str, packages: &[Located<'_>]) -> Vec<String> {
    let module = want.module.as_str();
    if module.starts_with("./") {
        return normal(&join(folder(importer), module)).into_iter().collect();
    }
    let Some(member) = want.member.as_deref() else { return Vec::new() };
    if module.is_empty() {
        return vec![join(folder(importer), &format!("{member}.php"))];
    }
    let mut out = Vec::new();
    for (root, package) in packages.iter().filter(|(_, package)| package.ecosystem == Ecosystem::Packagist) {
        for (namespace, own) in &package.namespaces {
            let Some(rest) = under(module, namespace, '.') else { continue };
            let path = [own.as_str(), &rest.replace('.', "/"), &format!("{member}.php")].join("/");
            out.extend(normal(&join(root, &path)));
        }
    }
    out
}

fn rust(want: &Want, importer: &str, packages: &[Located<'_>]) -> Vec<String> {
    let module = want.module.replace("::", ".");
    let mut parts: Vec<&str> = module.split('.').filter(|part| !part.is_empty()).collect();
    let member = want.member.as_deref().filter(|member| !matches!(*member, "*" | "self"));
    let own = folder(importer);
    let stem = importer.rsplit('/').next().unwrap_or("").trim_end_matches(".rs");
    // The folder in which the children of the importing module lie.
    let here = if matches!(stem, "main" | "lib" | "mod") { own.to_owned() } else { join(own, stem) };
    let crate_root = ancestors(own).find(|root| *root == "src" || root.ends_with("/src")).unwrap_or(own).to_owned();
    let mut bases = Vec::new();
    // What begins with a name may be of another crate: then this one's root is not meant.
    let mut least = 0;
    match parts.first().copied() {
        Some("crate") => {
            parts.remove(0);
            bases.push(crate_root.clone());
        }
        Some("self") => {
            parts.remove(0);
            bases.push(here);
        }
        Some("super") => {
            let mut base = here;
            while parts.first() == Some(&"super") {
                parts.remove(0);
                base = folder(&base).to_owned();
            }
            bases.push(base);
        }
        Some(first) => {
            let foreign = packages
                .iter()
                .filter(|(_, package)| package.ecosystem == Ecosystem::Cargo && package.name.as_deref().is_some_and(|name| name.replace('-', "_") == first));
            let roots: Vec<String> = foreign.map(|(root, _)| join(root, "src")).collect();
            if roots.is_empty() {
                least = 1;
                bases.push(here);
                bases.push(crate_root.clone());
            } else {
                parts.remove(0);
                bases = roots;
            }
        }
        None => bases.push(here),
    }
    let mut out = Vec::new();
    for base in bases {
        let mut path: Vec<&str> = parts.clone();
        path.extend(member);
        // The longest path that is a module; what is left of it is a member.
        loop {
            if path.is_empty() {
                out.extend(["lib.rs", "main.rs", "mod.rs"].iter().map(|file| join(&base, file)));
                out.push(format!("{base}.rs"));
                break;
            }
            let joined = join(&base, &path.join("/"));
            out.push(format!("{joined}.rs"));
            out.push(format!("{joined}/mod.rs"));
            path.pop();
            if path.len() < least {
                break;
            }
        }
    }
    out
}

/// Folders of an application in which a file is named for the class in it.
const AUTOLOADED: [&str; 14] = [
    "app/controllers",
    "app/controllers/concerns",
    "app/models",
    "app/models/concerns",
    "app/api",
    "app/lib",
    "app/services",
    "app/channels",
    "app/jobs",
    "app/policies",
    "app",
    "lib",
    "api",
    "",
];

/// A file beside the importer (`./x`), or that of a class by its name: `Api::UsersController` lies in
/// `api/users_controller.rb` of a folder that is loaded from.
fn ruby(want: &Want, importer: &str) -> Vec<String> {
    let own = folder(importer);
    if want.module.starts_with('.') {
        let path = normal(&join(own, &want.module));
        return path.map(|path| if path.ends_with(".rb") { path } else { format!("{path}.rb") }).into_iter().collect();
    }
    if !want.module.starts_with(|c: char| c.is_uppercase()) {
        return Vec::new();
    }
    let file = format!("{}.rb", underscored(&want.module));
    ancestors(own).flat_map(|root| AUTOLOADED.iter().map(move |loaded| join(root, loaded))).map(|folder| join(&folder, &file)).collect()
}

/// A module lies where its name says, below `lib` of the application.
fn elixir(want: &Want, importer: &str) -> Vec<String> {
    if !want.module.starts_with(|c: char| c.is_uppercase()) {
        return Vec::new();
    }
    let file = format!("{}.ex", underscored(&want.module));
    ancestors(folder(importer)).map(|root| join(root, &format!("lib/{file}"))).collect()
}

/// `Api.UsersController` as a path: `api/users_controller`.
pub(crate) fn underscored(name: &str) -> String {
    let mut out = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        if *letter == '.' {
            out.push('/');
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| letters.get(before)).copied().unwrap_or('.');
        let starts = before.is_lowercase() || before.is_ascii_digit() || (before.is_uppercase() && letters.get(at + 1).is_some_and(|next| next.is_lowercase()));
        if letter.is_uppercase() && before != '.' && starts {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(language: Language, module: &str, member: Option<&str>, importer: &str) -> Vec<String> {
        candidates(&Want { language, module: module.into(), member: member.map(Into::into) }, importer, &[])
    }

    #[test]
    fn relative_scripts_stay_under_the_root() {
        let found = paths(Language::TypeScript, "../auth", None, "src/routes/a.ts");
        assert_eq!(found[0], "src/auth.ts");
        assert!(found.contains(&"src/auth/index.ts".to_owned()));
        assert!(paths(Language::TypeScript, "../../x", None, "src/a.ts").is_empty());
        assert!(paths(Language::TypeScript, "./b.js", None, "src/a.ts").contains(&"src/b.ts".to_owned()));
    }

    #[test]
    fn python_tries_submodules_before_the_package() {
        let found = paths(Language::Python, "app.routers", Some("vendors"), "svc/app/main.py");
        let at = |path: &str| found.iter().position(|other| other == path);
        assert!(at("svc/app/routers/vendors.py") < at("svc/app/routers/__init__.py"));
        assert_eq!(paths(Language::Python, "..db", Some("engine"), "a/b/c.py")[2], "a/db.py");
    }

    #[test]
    fn classes_of_php_lie_where_the_manifest_says() {
        let package = Package {
            ecosystem: Ecosystem::Packagist,
            name: None,
            dependencies: Vec::new(),
            members: Vec::new(),
            runs: None,
            local: Vec::new(),
            main: None,
            namespaces: vec![("App".into(), "src".into())],
            mark: threatline_facts::Mark(0),
        };
        let want = Want { language: Language::Php, module: "App.Http".into(), member: Some("Kernel".into()) };
        assert_eq!(candidates(&want, "shop/public/index.php", &[("shop", &package)]), ["shop/src/Http/Kernel.php"]);
        assert_eq!(paths(Language::Php, "./../routes/web.php", None, "shop/public/index.php"), ["shop/routes/web.php"]);
    }

    #[test]
    fn rust_paths_end_in_members() {
        let found = paths(Language::Rust, "crate::routes::users", Some("router"), "svc/src/main.rs");
        assert!(found.contains(&"svc/src/routes/users.rs".to_owned()));
        assert!(paths(Language::Rust, "routes", None, "svc/src/main.rs").contains(&"svc/src/routes/mod.rs".to_owned()));
    }
}
