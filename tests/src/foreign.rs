//! Every reader of bytes that strangers write, by name: what the fuzz targets in `tests/fuzz` call, and what
//! `tests/tests/foreign.rs` calls with samples that it damages, so that no target rots.
//!
//! A reader may find nothing, and it may say that there is nothing to find. It does not panic, and it ends.

use crate::samples;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use threatline_engine::{Compaction, Held, Key, LinkInputs, MemorySource, Options, Revision, Session, Shelf, Store, extract_shard, link_shards};
use threatline_extract::{code, complete, extract, extract_all};
use threatline_facts::{ArtifactKind, Ecosystem, Facts, Language};
use threatline_link::compose::compose;
use threatline_link::{Artifact, LinkConfig, link, modules};

/// What a reader is for.
#[derive(Clone, Copy, Debug)]
pub enum Reads {
    /// A file of a project, under a name that it might have.
    File(ArtifactKind, &'static str),
    /// `threatline.toml`.
    Config,
    /// A file of `.threatline/decisions`.
    Decision,
    /// A framework pack.
    Pack,
    /// The page of samples beside one.
    Page,
    /// The text of a note.
    Note,
    /// A file of the memo store.
    Segment,
    /// What `threatline extract` wrote.
    Shard,
}

/// All readers, in the order of their names; each has a fuzz target of that name.
pub const READERS: &[(&str, Reads)] = {
    use ArtifactKind::*;
    use Reads::*;
    &[
        ("bicep", File(Bicep, "infra/main.bicep")),
        ("caddyfile", File(Caddyfile, "Caddyfile")),
        ("chart_file", File(ChartFile, "chart/files/app.conf")),
        ("chart_template", File(ChartTemplate, "chart/templates/_helpers.tpl")),
        ("chart_values", File(ChartValues, "chart/values.yaml")),
        ("codeowners", File(Codeowners, "CODEOWNERS")),
        ("config", Config),
        ("csharp", File(Source(Language::CSharp), "src/Program.cs")),
        ("dart", File(Source(Language::Dart), "bin/server.dart")),
        ("decision", Decision),
        ("dockerfile", File(Dockerfile, "api/Dockerfile")),
        ("elixir", File(Source(Language::Elixir), "lib/shop_web/router.ex")),
        ("env_file", File(EnvFile, ".env")),
        ("go", File(Source(Language::Go), "cmd/main.go")),
        ("goctl", File(Goctl, "shop.api")),
        ("graphql", File(Graphql, "schema.graphql")),
        ("haproxy", File(Haproxy, "haproxy.cfg")),
        ("java", File(Source(Language::Java), "src/main/java/a/A.java")),
        ("javascript", File(Source(Language::JavaScript), "src/server.js")),
        ("jenkinsfile", File(Jenkinsfile, "Jenkinsfile")),
        ("json", File(Json, "openapi.json")),
        ("kotlin", File(Source(Language::Kotlin), "src/main/kotlin/a/A.kt")),
        ("log_config", File(LogConfig, "src/main/resources/logback-spring.xml")),
        ("manifest_cargo", File(Manifest(Ecosystem::Cargo), "Cargo.toml")),
        ("manifest_composer", File(Manifest(Ecosystem::Packagist), "composer.json")),
        ("manifest_go", File(Manifest(Ecosystem::Go), "go.mod")),
        ("manifest_gradle", File(Manifest(Ecosystem::Gradle), "build.gradle")),
        ("manifest_hex", File(Manifest(Ecosystem::Hex), "mix.exs")),
        ("manifest_maven", File(Manifest(Ecosystem::Maven), "pom.xml")),
        ("manifest_npm", File(Manifest(Ecosystem::Npm), "package.json")),
        ("manifest_nuget", File(Manifest(Ecosystem::Nuget), "src/Api.csproj")),
        ("manifest_pub", File(Manifest(Ecosystem::Pub), "pubspec.yaml")),
        ("manifest_python", File(Manifest(Ecosystem::Python), "pyproject.toml")),
        ("manifest_rubygems", File(Manifest(Ecosystem::Rubygems), "Gemfile")),
        ("manifest_sbt", File(Manifest(Ecosystem::Sbt), "build.sbt")),
        ("manifest_swift", File(Manifest(Ecosystem::Swiftpm), "Package.swift")),
        ("nginx", File(Nginx, "nginx.conf")),
        ("note", Note),
        ("pack", Pack),
        ("pack_page", Page),
        ("php", File(Source(Language::Php), "public/index.php")),
        ("procfile", File(Procfile, "Procfile")),
        ("properties", File(Properties, "src/main/resources/application.properties")),
        ("protobuf", File(Protobuf, "shop.proto")),
        ("python", File(Source(Language::Python), "app/main.py")),
        ("raml", File(Raml, "api.raml")),
        ("redirects", File(Redirects, "_redirects")),
        ("ruby", File(Source(Language::Ruby), "app/controllers/users_controller.rb")),
        ("rust", File(Source(Language::Rust), "src/main.rs")),
        ("scala", File(Source(Language::Scala), "src/main/scala/a/A.scala")),
        ("segment", Segment),
        ("shard", Shard),
        ("smithy", File(Smithy, "shop.smithy")),
        ("sql", File(Sql, "db/migrations/V1__users.sql")),
        ("starlark", File(Starlark, "worker/BUILD.bazel")),
        ("store_rules", File(StoreRules, "firestore.rules")),
        ("swift", File(Source(Language::Swift), "Sources/App/routes.swift")),
        ("terraform", File(Terraform, "main.tf")),
        ("terraform_variables", File(TerraformVariables, "prod.tfvars")),
        ("toml", File(Toml, "traefik/dynamic.toml")),
        ("tsx", File(Source(Language::Tsx), "src/page.tsx")),
        ("typescript", File(Source(Language::TypeScript), "src/main.ts")),
        ("typespec", File(Typespec, "main.tsp")),
        ("wrangler", File(Wrangler, "wrangler.toml")),
        ("wsdl", File(Wsdl, "shop.wsdl")),
        ("yaml", File(Yaml, "chart/templates/deploy.yaml")),
    ]
};

/// Calls the reader of that name.
pub fn read(name: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match reads(name) {
        Reads::File(kind, path) => file(kind, path, bytes),
        Reads::Config => scan(threatline_engine::CONFIG_FILE, &text),
        Reads::Decision => scan(&format!("{}/TL-0000.toml", threatline_engine::DECISIONS_FOLDER), &text),
        Reads::Pack => drop(threatline_knowledge::packs::parse("pack.toml", &text)),
        Reads::Page => drop(threatline_engine::samples("pack.md", &text)),
        Reads::Note => drop(threatline_repo::note::read(&text)),
        Reads::Segment => segment(bytes),
        Reads::Shard => shard(bytes),
    }
}

fn reads(name: &str) -> Reads {
    READERS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no reader is called {name}")).1
}

/// Reads a file, and joins what it says as if it were the whole project.
fn file(kind: ArtifactKind, path: &str, bytes: &[u8]) {
    let filtered = extract(kind, bytes);
    let whole = extract_all(kind, bytes);
    assert!(filtered == whole || filtered.facts.facts.is_empty(), "the prefilter changes what is said");
    assert!(whole.anchors.iter().all(|anchor| anchor.line >= 1 && anchor.end_line >= anchor.line), "a place that is none");
    for want in code::wants(&whole.facts) {
        modules::candidates(&want, path, &[]);
    }
    let composed = compose(&[(path, &whole.facts)]);
    let files = in_chart(path, whole.facts);
    let completed = complete(&files);
    let artifacts: Vec<Artifact<'_>> = files.iter().map(|(path, facts)| Artifact { path: path.clone(), facts: completed.get(path).unwrap_or(facts) }).collect();
    link(&artifacts, &composed, &LinkConfig::default());
}

/// The file among those of a chart that uses what it may define.
fn in_chart(path: &str, facts: Facts) -> Vec<(Arc<str>, Facts)> {
    const CHART: [(&str, &str); 3] = [
        ("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        (
            "chart/templates/use.yaml",
            "metadata:\n  name: {{ include \"shop.fullname\" . }}\n  labels: {{- include \"shop.labels\" . | nindent 4 }}\nspec: {{ toYaml .Values }}\n",
        ),
        ("chart/values.yaml", "image: {repository: shop, tag: ''}\nreplicas: 2\n"),
    ];
    let known = CHART.iter().filter(|(name, _)| *name != path);
    let mut files: Vec<(Arc<str>, Facts)> = known
        .map(|(name, text)| {
            let kind = ArtifactKind::of(name.rsplit('/').next().unwrap_or(name)).unwrap_or(ArtifactKind::Yaml);
            (Arc::from(*name), extract(kind, text.as_bytes()).facts)
        })
        .collect();
    files.push((path.into(), facts));
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files
}

const COMPOSE: &str =
    "services:\n  web:\n    build: .\n    ports: ['80:80']\n    environment: {DB: 'postgres://u:p@db:5432/shop'}\n  db:\n    image: postgres:16\n";

/// Scans a small project that has this file.
fn scan(path: &str, text: &str) {
    let source = Arc::new(MemorySource::new());
    let root = source.add_files([("compose.yaml", COMPOSE), (path, text)]);
    let mut session = Session::new(source, Options { threads: 1, ..Options::default() });
    // A mistake in the file is an answer, too.
    let _ = session.scan(&Revision::of_tree(root));
}

const KEYS: u32 = 40;

fn key(number: u32) -> Key {
    Key::new(b'k', b"fuzz", &[&number.to_le_bytes()])
}

fn segment(bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.tls"), bytes).unwrap();
    let store = Store::open(folder.path());
    for number in 0..KEYS {
        assert!(store.get(&key(number)).is_none_or(|value| value == value_of(number)), "a damaged record is found");
    }
    store.put(key(KEYS), vec![1]);
    store.flush().unwrap();
    store.compact(Compaction::Full).unwrap();
}

fn value_of(number: u32) -> Vec<u8> {
    vec![number as u8; number as usize * 3]
}

fn shard(bytes: &[u8]) {
    let inputs = LinkInputs { shards: vec![("a".to_owned(), bytes.to_vec())], ..LinkInputs::default() };
    if let Ok((mut session, revision, project)) = link_shards(&inputs, 1) {
        let _ = session.summary_with(&revision, &project);
    }
}

/// Bytes to begin with, for the reader of that name.
pub fn samples(name: &str) -> Vec<Vec<u8>> {
    match reads(name) {
        Reads::File(kind, _) => of_kind(kind),
        Reads::Config => contents("tests/samples", "/threatline.toml"),
        Reads::Decision => contents("tests/samples", "/decision.toml"),
        Reads::Pack => contents("crates/threatline-knowledge/packs", ".toml"),
        Reads::Page => contents("crates/threatline-knowledge/packs", ".md"),
        Reads::Note => contents("tests/samples", "/note.txt"),
        Reads::Segment => vec![a_segment()],
        Reads::Shard => vec![a_shard()],
    }
}

fn of_kind(kind: ArtifactKind) -> Vec<Vec<u8>> {
    use ArtifactKind::Source;
    use Language::{JavaScript, Tsx, TypeScript};
    // What is JavaScript can be read as its sisters, and any text is one that a chart may take in.
    let like = |other: ArtifactKind| {
        other == kind || matches!((kind, other), (Source(TypeScript | Tsx), Source(JavaScript)) | (ArtifactKind::ChartFile, ArtifactKind::Nginx))
    };
    samples::all().into_iter().filter(|sample| like(sample.kind)).map(|sample| sample.text.into_bytes()).collect()
}

fn contents(folder: &str, end: &str) -> Vec<Vec<u8>> {
    let files = samples::files(&samples::root().join(folder));
    files.iter().filter(|path| path.to_str().unwrap().ends_with(end)).map(|path| std::fs::read(path).unwrap()).collect()
}

fn a_segment() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path());
    (0..KEYS).for_each(|number| store.put(key(number), value_of(number)));
    store.flush().unwrap();
    std::fs::read(&samples::files(folder.path())[0]).unwrap()
}

fn a_shard() -> Vec<u8> {
    let shop = samples::root().join("examples/shop");
    let held = |path: &Path| (path.strip_prefix(&shop).unwrap().to_str().unwrap().to_owned(), Held::File(std::fs::read(path).unwrap()));
    let files: BTreeMap<String, Held> = samples::files(&shop).iter().map(|path| held(path)).collect();
    extract_shard(&files, None, Shelf::default(), 1).unwrap()
}
