//! Packages that bring a capability or a technology.

use super::load;
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;
use threatline_facts::Ecosystem;

/// What a package can bring.
pub const CAPABILITIES: &[&str] = &["network", "auth", "parser", "llm", "payment", "database", "cache", "messaging", "mail", "storage", "search", "telemetry"];

/// What a package brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Lower-case product name, where the package is one or is for one.
    pub technology: Option<String>,
    /// Words of [`CAPABILITIES`].
    pub capabilities: Vec<String>,
}

#[derive(Default)]
struct Packages {
    exact: HashMap<String, Package>,
    /// The longest first.
    prefixes: Vec<(String, Package)>,
}

fn all() -> &'static BTreeMap<String, Packages> {
    static ALL: OnceLock<BTreeMap<String, Packages>> = OnceLock::new();
    ALL.get_or_init(|| {
        let written: BTreeMap<String, BTreeMap<String, Vec<String>>> = load(data!("packages"));
        written.into_iter().map(|(ecosystem, packages)| (ecosystem.clone(), index(&ecosystem, packages))).collect()
    })
}

fn index(ecosystem: &str, written: BTreeMap<String, Vec<String>>) -> Packages {
    let mut packages = Packages::default();
    for (name, words) in written {
        let (technology, capabilities) = words.split_first().map_or((None, Vec::new()), |(technology, rest)| (Some(technology.clone()), rest.to_vec()));
        let package = Package { technology: technology.filter(|technology| !technology.is_empty()), capabilities };
        match name.strip_suffix('*') {
            Some(prefix) => packages.prefixes.push((canonical(ecosystem, prefix), package)),
            None => _ = packages.exact.insert(canonical(ecosystem, &name), package),
        }
    }
    packages.prefixes.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
    packages
}

const fn section(ecosystem: Ecosystem) -> &'static str {
    match ecosystem {
        Ecosystem::Cargo => "cargo",
        Ecosystem::Go => "go",
        Ecosystem::Gradle | Ecosystem::Maven | Ecosystem::Sbt => "maven",
        Ecosystem::Hex => "hex",
        Ecosystem::Npm => "npm",
        Ecosystem::Nuget => "nuget",
        Ecosystem::Packagist => "packagist",
        Ecosystem::Python => "python",
        Ecosystem::Pub => "pub",
        Ecosystem::Rubygems => "rubygems",
        Ecosystem::Swiftpm => "swift",
    }
}

/// The one form of a name in an ecosystem that takes several for the same.
fn canonical(ecosystem: &str, name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    match ecosystem {
        "python" => lower.replace(['_', '.'], "-"),
        "cargo" => lower.replace('_', "-"),
        // A major version in a Go module's path is not part of its name.
        "go" => match lower.rsplit_once("/v") {
            Some((module, version)) if !version.is_empty() && version.bytes().all(|digit| digit.is_ascii_digit()) => module.to_owned(),
            _ => lower,
        },
        _ => lower,
    }
}

/// What a package brings; none if nothing worth naming.
pub fn package(ecosystem: Ecosystem, name: &str) -> Option<&'static Package> {
    let section = section(ecosystem);
    let packages = all().get(section)?;
    let name = canonical(section, name);
    let by_prefix = || packages.prefixes.iter().find(|(prefix, _)| name.starts_with(prefix)).map(|(_, package)| package);
    packages.exact.get(&name).or_else(by_prefix)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn technology(ecosystem: Ecosystem, name: &str) -> &'static str {
        package(ecosystem, name).map_or("-", |package| package.technology.as_deref().unwrap_or(""))
    }

    #[test]
    fn names_in_the_form_of_their_ecosystem() {
        assert_eq!(technology(Ecosystem::Npm, "express"), "express");
        assert_eq!(technology(Ecosystem::Npm, "@langchain/core"), "langchain");
        assert_eq!(technology(Ecosystem::Python, "Psycopg2_Binary"), "postgresql");
        assert_eq!(technology(Ecosystem::Go, "github.com/redis/go-redis/v9"), "redis");
        assert_eq!(technology(Ecosystem::Go, "github.com/gin-gonic/gin"), "gin");
        assert_eq!(technology(Ecosystem::Gradle, "org.springframework.boot:spring-boot-starter-web"), "spring-boot");
        assert_eq!(technology(Ecosystem::Nuget, "npgsql.entityframeworkcore.PostgreSQL"), "postgresql");
        assert_eq!(technology(Ecosystem::Cargo, "mysql-async"), "mysql");
    }

    #[test]
    fn the_longest_prefix_decides() {
        assert_eq!(technology(Ecosystem::Maven, "org.springframework.boot:spring-boot-starter-oauth2-client"), "spring-security");
        assert_eq!(technology(Ecosystem::Maven, "org.springframework.boot:spring-boot-starter-cache"), "spring-boot");
    }

    #[test]
    fn other_packages_bring_nothing() {
        assert_eq!(technology(Ecosystem::Npm, "lodash"), "-");
        assert_eq!(technology(Ecosystem::Python, "express"), "-");
        assert_eq!(technology(Ecosystem::Npm, ""), "-");
    }

    #[test]
    fn every_capability_is_a_word_of_the_list() {
        for packages in all().values() {
            for package in packages.exact.values().chain(packages.prefixes.iter().map(|(_, package)| package)) {
                assert!(package.technology.is_some() || !package.capabilities.is_empty());
                assert!(package.capabilities.iter().all(|word| CAPABILITIES.contains(&word.as_str())), "{package:?}");
            }
        }
    }
}
