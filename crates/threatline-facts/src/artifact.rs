//! Which files are read, and as what.

use serde::{Deserialize, Serialize};

/// A programming language whose source is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Language {
    CSharp,
    Dart,
    Elixir,
    Go,
    Java,
    JavaScript,
    Kotlin,
    Php,
    Python,
    Ruby,
    Rust,
    Scala,
    Swift,
    TypeScript,
    Tsx,
}

/// Where a dependency comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Ecosystem {
    Cargo,
    Go,
    Gradle,
    Hex,
    Maven,
    Npm,
    Nuget,
    Packagist,
    Pub,
    Python,
    Rubygems,
    Sbt,
    Swiftpm,
}

/// What a file is read as. It follows from the file's name alone; a reader of [`ArtifactKind::Yaml`],
/// [`ArtifactKind::Json`] or [`ArtifactKind::Toml`] looks at the content to tell Compose from Kubernetes from OpenAPI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum ArtifactKind {
    Source(Language),
    Yaml,
    Json,
    Toml,
    ChartValues,
    ChartTemplate,
    /// Any file beside the templates of a chart that takes it in; no name says so.
    ChartFile,
    Dockerfile,
    EnvFile,
    Protobuf,
    Graphql,
    Nginx,
    Caddyfile,
    Haproxy,
    Raml,
    Smithy,
    Typespec,
    Goctl,
    Wsdl,
    Procfile,
    Redirects,
    StoreRules,
    Wrangler,
    Bicep,
    Terraform,
    TerraformVariables,
    Properties,
    /// Of Logback and Log4j.
    LogConfig,
    Sql,
    Manifest(Ecosystem),
    Codeowners,
    /// A package of Bazel, or a Tiltfile.
    Starlark,
    Jenkinsfile,
}

impl Language {
    /// Whether tools of the language take a file of that name for a test or a story, and so for no part of the program.
    fn is_test(self, name: &str) -> bool {
        let stem = name.split('.').next().unwrap_or(name);
        let ends = |endings: &[&str]| endings.iter().any(|ending| stem.ends_with(ending));
        match self {
            Language::JavaScript | Language::TypeScript | Language::Tsx => {
                [".test.", ".spec.", ".e2e-spec.", ".stories.", ".cy."].iter().any(|part| name.contains(part))
            }
            Language::Python => stem.starts_with("test_") || stem.ends_with("_test") || stem == "conftest",
            Language::Ruby => ends(&["_spec", "_test"]),
            Language::Elixir => name.ends_with("_test.exs"),
            Language::Go | Language::Rust => stem.ends_with("_test"),
            Language::Java | Language::Kotlin => ends(&["Test", "Tests", "IT"]),
            Language::Scala => ends(&["Test", "Tests", "Spec", "Suite", "IT"]),
            Language::Swift => ends(&["Test", "Tests", "Spec"]),
            Language::Dart => stem.ends_with("_test"),
            Language::CSharp => ends(&["Test", "Tests"]),
            Language::Php => stem.ends_with("Test"),
        }
    }
}

/// A file of a chart's values: `values.yaml`, `values-prod.yaml`, `prod.values.yaml`.
fn is_values(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(['-', '.', '_']);
    stem.strip_prefix("values").is_some_and(ends) || stem.strip_suffix("values").is_some_and(|rest| rest.ends_with(['-', '.', '_']))
}

impl ArtifactKind {
    /// Whether a file of this kind is source that is a test by its name.
    pub fn is_test(self, name: &str) -> bool {
        matches!(self, ArtifactKind::Source(language) if language.is_test(name))
    }

    /// The kind that a file of this name (the last part of its path) is read as; `None` if it is only
    /// counted.
    pub fn of(name: &str) -> Option<Self> {
        use ArtifactKind::*;
        match name {
            // a folder of what was built is called so in small letters
            "BUILD" | "BUILD.bazel" | "Tiltfile" => return Some(Starlark),
            _ => {}
        }
        let lower = name.to_ascii_lowercase();
        let extension = lower.rsplit_once('.').map_or("", |(_, extension)| extension);
        // looked at before the names that they may follow: nearly all files are none of these
        let may_configure = matches!(extension, "cfg" | "conf" | "template" | "tmpl" | "tpl" | "j2" | "erb");
        Some(match lower.as_str() {
            "package.json" => Manifest(Ecosystem::Npm),
            "composer.json" => Manifest(Ecosystem::Packagist),
            "mix.exs" => Manifest(Ecosystem::Hex),
            "metadata.xml" | "$metadata" | "$metadata.xml" => Wsdl,
            "pom.xml" => Manifest(Ecosystem::Maven),
            "build.gradle" | "build.gradle.kts" | "settings.gradle" | "settings.gradle.kts" => Manifest(Ecosystem::Gradle),
            "package.swift" => Manifest(Ecosystem::Swiftpm),
            "pubspec.yaml" => Manifest(Ecosystem::Pub),
            "build.sbt" => Manifest(Ecosystem::Sbt),
            "go.mod" | "go.work" => Manifest(Ecosystem::Go),
            "cargo.toml" => Manifest(Ecosystem::Cargo),
            "pyproject.toml" | "setup.py" | "setup.cfg" | "pipfile" => Manifest(Ecosystem::Python),
            "gemfile" | "gems.rb" => Manifest(Ecosystem::Rubygems),
            "config.ru" | "rakefile" => Source(Language::Ruby),
            "requirements.txt" | "requirements.in" => Manifest(Ecosystem::Python),
            "package-lock.json" | "npm-shrinkwrap.json" | "composer.lock" | "pnpm-lock.yaml" => return None,
            "codeowners" => Codeowners,
            "jenkinsfile" => Jenkinsfile,
            // what says beside the sources which class answers where
            "web.xml" | "struts.xml" | "routes" => Source(Language::Java),
            _ if extension == "xml" && ["logback.", "logback-", "log4j2.", "log4j2-"].iter().any(|beginning| lower.starts_with(beginning)) => LogConfig,
            _ if extension == "xml" && (lower.starts_with("struts-") || lower.ends_with("-struts.xml")) => Source(Language::Java),
            "dockerfile" | "containerfile" => Dockerfile,
            ".env" => EnvFile,
            "procfile" => Procfile,
            "_redirects" => Redirects,
            "firestore.rules" | "storage.rules" => StoreRules,
            "wrangler.toml" | "wrangler.jsonc" | "wrangler.json" => Wrangler,
            _ if lower.starts_with("dockerfile.") || lower.starts_with("containerfile.") || extension == "dockerfile" => Dockerfile,
            // `Dockerfile-worker`, and not `dockerfile-lint.md`
            _ if lower.strip_prefix("dockerfile").is_some_and(|rest| rest.starts_with(['-', '_']) && !rest.contains('.')) => Dockerfile,
            _ if lower.starts_with("jenkinsfile.") || lower.starts_with("jenkinsfile-") || extension == "jenkinsfile" => Jenkinsfile,
            _ if lower.starts_with(".env.") || extension == "env" => EnvFile,
            _ if may_configure
                && lower.contains("haproxy")
                && ["", ".template", ".tmpl", ".tpl", ".j2", ".erb"]
                    .iter()
                    .any(|end| lower.strip_suffix(end).is_some_and(|name| name.ends_with(".cfg") || name.ends_with(".conf"))) =>
            {
                Haproxy
            }
            // what the file is read by, its content says
            _ if may_configure
                && ["", ".template", ".tmpl", ".tpl", ".j2"].iter().any(|end| lower.strip_suffix(end).is_some_and(|name| name.ends_with(".conf"))) =>
            {
                Nginx
            }
            _ if lower.starts_with("nginx.") && matches!(extension, "template" | "tmpl" | "tpl") => Nginx,
            _ if lower == "caddyfile" || lower.starts_with("caddyfile.") || matches!(extension, "caddyfile" | "caddy") => Caddyfile,
            _ if lower.starts_with("requirements") && extension == "txt" => Manifest(Ecosystem::Python),
            _ if lower.ends_with(".d.ts") || lower.ends_with(".min.js") => return None,
            _ => match extension {
                "bicep" => Bicep,
                "py" => Source(Language::Python),
                "js" | "jsx" | "mjs" | "cjs" => Source(Language::JavaScript),
                "ts" | "mts" | "cts" | "vue" | "svelte" => Source(Language::TypeScript),
                "tsx" => Source(Language::Tsx),
                "java" | "routes" | "jsp" | "jspx" => Source(Language::Java),
                "kt" => Source(Language::Kotlin),
                "ex" | "exs" => Source(Language::Elixir),
                "go" => Source(Language::Go),
                "php" | "phtml" => Source(Language::Php),
                "rb" => Source(Language::Ruby),
                "gemspec" => Manifest(Ecosystem::Rubygems),
                "rs" => Source(Language::Rust),
                "dart" if lower.ends_with(".g.dart") || lower.ends_with(".freezed.dart") => return None,
                "dart" => Source(Language::Dart),
                "scala" => Source(Language::Scala),
                "swift" => Source(Language::Swift),
                "cs" => Source(Language::CSharp),
                "csproj" => Manifest(Ecosystem::Nuget),
                "yaml" | "yml" if is_values(&lower) => ChartValues,
                "yaml" | "yml" => Yaml,
                "tpl" | "tftpl" => ChartTemplate,
                "json" | "jsonc" => Json,
                "toml" => Toml,
                "proto" => Protobuf,
                "raml" => Raml,
                "smithy" => Smithy,
                "wsdl" | "edmx" | "csdl" => Wsdl,
                "tsp" => Typespec,
                "api" => Goctl,
                "graphql" | "graphqls" | "gql" => Graphql,
                "tf" | "tofu" => Terraform,
                "tfvars" => TerraformVariables,
                "properties" => Properties,
                "sql" | "ddl" | "psql" | "pgsql" => Sql,
                _ => return None,
            },
        })
    }
}
