//! What the files of a folder, and of all folders below it, say.
//!
//! A folder's value has two parts. The *head* is what the folder above needs: a digest of all facts
//! below (not of bytes, lines or anchors), counts, and how much there is. The *content* is the facts
//! themselves. A small folder carries the content of everything below it, so that a repository is read
//! back in few records; a large one names its folders, which have records of their own.

use crate::read::Failed;
use crate::wants::Want;
use crate::world::{Context, World};
use crate::{Entry, Mode, Oid};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::ArtifactKind;
use threatline_facts::manifest::Package;
use threatline_knowledge::packs::{self, Family, Words};

/// Facts below this many bytes travel up into the record of the folder above.
const INLINE: u32 = 32 << 10;
/// Folders with these names hold other people's packages, as an installer left them.
const INSTALLED: [&str; 8] = ["node_modules", "bower_components", "jspm_packages", "site-packages", "__pypackages__", ".venv", ".yarn", ".terraform"];
/// Folders that do where a manifest beside them reserves the name for it: `go help vendor`, Composer's `vendor-dir`,
/// Mix's `deps_path`, CocoaPods and Carthage, `cargo vendor`.
const RESERVED: [(&str, &str); 7] = [
    ("vendor", "go.mod"),
    ("vendor", "Cargo.toml"),
    ("vendor", "go.work"),
    ("vendor", "composer.json"),
    ("deps", "mix.exs"),
    ("Pods", "Podfile"),
    ("Carthage", "Cartfile"),
];
/// Wants that a folder hands up; more than that is a generated file, not a design.
const MOST_WANTS: usize = 20_000;

/// Digest of all facts below a folder. All zero when nothing was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Digest(pub(crate) [u8; 32]);

impl Digest {
    pub(crate) const NOTHING: Self = Self([0; 32]);
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// How much of the repository was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) artifacts: u64,
    pub(crate) analysed: u64,
    pub(crate) by_kind: BTreeMap<ArtifactKind, u64>,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.artifacts += other.artifacts;
        self.analysed += other.analysed;
        for (kind, count) in &other.by_kind {
            *self.by_kind.entry(*kind).or_default() += count;
        }
    }
}

/// What the folder above needs to know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) digest: Digest,
    pub(crate) weight: u32,
    pub(crate) counts: Counts,
    /// Names that lie elsewhere, a set that is kept by its digest: it is large, and most edits leave it.
    pub(crate) wants: Digest,
    /// What the answer to wants depends on besides them: which files there are, which of them say
    /// something, and what those are that do not.
    pub(crate) silence: Digest,
    /// The key of that answer.
    pub(crate) answer: Digest,
    /// Manifests below and the folders they stand in: where modules with a name of their own lie.
    pub(crate) packages: Vec<(String, Package)>,
}

/// Bytes that serde moves as one piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) Arc<[u8]>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes: &'de [u8] = Deserialize::deserialize(deserializer)?;
        Ok(Self(bytes.into()))
    }
}

/// A file that says something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Saying {
    /// Path relative to the folder.
    pub(crate) path: String,
    /// Digest of what it says.
    pub(crate) digest: Digest,
    /// Its facts as they are stored.
    pub(crate) facts: Bytes,
}

/// A file that was passed over and that another file refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// Path relative to the folder.
    pub(crate) path: String,
    /// Which it is.
    pub(crate) oid: Oid,
    /// What it is read as.
    pub(crate) kind: ArtifactKind,
    /// Digest of what it says when it is asked.
    pub(crate) digest: Digest,
}

/// Facts by path relative to the folder, and folders whose facts lie in records of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) files: Vec<Saying>,
    pub(crate) wanted: Vec<Wanted>,
    pub(crate) folders: Vec<(String, Oid)>,
}

/// A folder's value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tree {
    pub(crate) head: Head,
    /// [`Content`] as it is stored.
    pub(crate) content: Arc<[u8]>,
    /// Lost for a reason that is not in the content; a folder with such losses is not remembered.
    pub(crate) lost: Vec<(String, Failed)>,
}

impl Tree {
    /// The record of this folder.
    pub(crate) fn to_record(&self) -> Option<Vec<u8>> {
        let mut record = postcard::to_stdvec(&self.head).ok()?;
        record.extend_from_slice(&self.content);
        Some(record)
    }

    /// The folder of a record.
    pub(crate) fn from_record(record: &[u8]) -> Option<Self> {
        let (head, content) = postcard::take_from_bytes(record).ok()?;
        Some(Self { head, content: content.into(), lost: Vec::new() })
    }

    /// The facts, or the names of the folders that hold them.
    pub(crate) fn content(&self) -> Option<Content> {
        postcard::from_bytes(&self.content).ok()
    }
}

/// What a folder is put together from.
pub(crate) trait Below {
    /// Content by id and memos by key.
    fn world(&self) -> &World;
    /// The folder's place, where it matters.
    fn context(&self) -> Option<&Context>;
    /// The stored facts of a file.
    fn file(&self, oid: &Oid, kind: ArtifactKind) -> Result<Arc<[u8]>, Failed>;
    /// A folder below; its name is needed where paths matter.
    fn folder(&self, name: &str, oid: &Oid) -> Arc<Tree>;
    /// Puts a folder together whose set of wants was lost, so that it is at hand.
    fn again(&self, name: &str, oid: &Oid);
    /// The stored facts of files that were passed over.
    fn symbols(&self, artifacts: &[(Oid, ArtifactKind)]) -> Vec<Result<Arc<[u8]>, Failed>>;

    /// The words of the project's own packs.
    fn words(&self) -> Words {
        crate::world::words_of(self.context())
    }

    /// Path exclusions of the configuration: nothing of this name is read.
    fn excludes(&self, name: &str) -> bool {
        self.context().is_some_and(|context| context.excludes(name))
    }

    /// The entries of a folder below, by id.
    fn entries(&self, oid: &Oid) -> Option<Arc<[Entry]>> {
        self.world().entries(oid).ok()
    }
}

/// What a folder could do about wants.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answered {
    /// Files that are asked after all.
    pub(crate) found: Vec<Wanted>,
    /// The wants that the folder above has to answer.
    pub(crate) left: Digest,
}

/// Puts a folder together.
pub(crate) fn assemble(below: &dyn Below, entries: &[Entry]) -> Tree {
    let mut draft = Draft::default();
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    for entry in sorted {
        match entry.mode {
            _ if below.excludes(&entry.name) => draft.counts.artifacts += u64::from(entry.mode != Mode::Tree),
            Mode::Tree if !enters(&entry.name, entries) => {}
            Mode::Tree => draft.folder(&entry.name, entry.oid, &below.folder(&entry.name, &entry.oid)),
            Mode::File => draft.file(below, entry),
            Mode::Link | Mode::Submodule => {
                draft.counts.artifacts += 1;
                draft.hear(b'l', &entry.name, &[]);
            }
        }
    }
    draft.finish(below, entries)
}

#[derive(Default)]
struct Draft {
    counts: Counts,
    weight: u32,
    hasher: Option<blake3::Hasher>,
    silence: blake3::Hasher,
    files: Vec<Saying>,
    wanted: Vec<Wanted>,
    folders: Vec<(String, Oid, Arc<[u8]>)>,
    wants: BTreeSet<Want>,
    /// Folders below that have wants.
    wanting: Vec<(String, Oid, Digest)>,
    packages: Vec<(String, Package)>,
    lost: Vec<(String, Failed)>,
}

impl Draft {
    fn file(&mut self, below: &dyn Below, entry: &Entry) {
        self.counts.artifacts += 1;
        let Some(kind) = kind_of(&entry.name) else {
            return self.hear(b'o', &entry.name, &[]);
        };
        *self.counts.by_kind.entry(kind).or_default() += 1;
        let facts = below.file(&entry.oid, kind);
        let is_silent = facts.as_ref().is_ok_and(|facts| facts.is_empty()) && matches!(kind, ArtifactKind::Source(_));
        self.hear(if is_silent { b's' } else { b'f' }, &entry.name, if is_silent { entry.oid.as_bytes() } else { &[] });
        match facts {
            Ok(facts) => {
                self.counts.analysed += 1;
                self.say(&entry.name, facts);
                if is_silent && is_named(kind, &entry.name, below.words()) {
                    self.ask_named(below, entry, kind);
                }
            }
            Err(failed) => self.lost.push((entry.name.clone(), failed)),
        }
    }

    /// A file whose name says that a framework answers with it is asked, whatever words it holds.
    fn ask_named(&mut self, below: &dyn Below, entry: &Entry, kind: ArtifactKind) {
        match below.symbols(&[(entry.oid, kind)]).pop() {
            Some(Ok(facts)) if !facts.is_empty() => {
                let digest = Digest(*blake3::hash(&facts).as_bytes());
                self.want(Wanted { path: entry.name.clone(), oid: entry.oid, kind, digest });
            }
            Some(Err(failed)) => self.lost.push((entry.name.clone(), failed)),
            Some(Ok(_)) | None => {}
        }
    }

    fn want(&mut self, wanted: Wanted) {
        if self.wanted.iter().any(|known| known.path == wanted.path) {
            return;
        }
        self.hash(b'w', &wanted.path, &wanted.digest.0);
        self.weight = self.weight.saturating_add(wanted.path.len() as u32 + 72);
        self.wanted.push(wanted);
    }

    fn say(&mut self, path: &str, facts: Arc<[u8]>) {
        if facts.is_empty() {
            return;
        }
        if let Some(facts) = crate::read::decode(&facts) {
            self.wants.extend(crate::wants::of(path, &facts));
            self.packages.extend(crate::wants::packages(&facts).map(|package| (String::new(), package)));
        }
        let digest = Digest(*blake3::hash(&facts).as_bytes());
        self.hash(b'f', path, &digest.0);
        self.weight = self.weight.saturating_add((facts.len() + path.len() + 4) as u32);
        self.files.push(Saying { path: path.to_owned(), digest, facts: Bytes(facts) });
    }

    fn folder(&mut self, name: &str, oid: Oid, tree: &Tree) {
        self.counts.add(&tree.head.counts);
        self.lost.extend(tree.lost.iter().map(|(path, failed)| (format!("{name}/{path}"), failed.clone())));
        self.hear(b'd', name, &tree.head.silence.0);
        if tree.head.wants != Digest::NOTHING {
            self.wanting.push((name.to_owned(), oid, tree.head.wants));
        }
        let below = |root: &str| if root.is_empty() { name.to_owned() } else { format!("{name}/{root}") };
        self.packages.extend(tree.head.packages.iter().map(|(root, package)| (below(root), package.clone())));
        if tree.head.digest != Digest::NOTHING {
            self.hash(b'd', name, &tree.head.digest.0);
            self.weight = self.weight.saturating_add(tree.head.weight);
            self.folders.push((name.to_owned(), oid, tree.content.clone()));
        }
    }

    fn hash(&mut self, how: u8, name: &str, digest: &[u8; 32]) {
        let hasher = self.hasher.get_or_insert_with(blake3::Hasher::new);
        hasher.update(&[how]).update(&(name.len() as u64).to_le_bytes()).update(name.as_bytes()).update(digest);
    }

    fn hear(&mut self, how: u8, name: &str, of: &[u8]) {
        self.silence.update(&[how]).update(&(name.len() as u64).to_le_bytes()).update(name.as_bytes());
        self.silence.update(&(of.len() as u64).to_le_bytes()).update(of);
    }

    fn finish(mut self, below: &dyn Below, entries: &[Entry]) -> Tree {
        let silence = Digest(*self.silence.finalize().as_bytes());
        let (mut wants, mut answer) = (Digest::NOTHING, Digest::NOTHING);
        if !self.wants.is_empty() || !self.wanting.is_empty() {
            answer = self.question(&silence, entries);
            let answered = below.world().answered(&answer).unwrap_or_else(|| self.ask(below, entries, &answer));
            for wanted in answered.found {
                self.want(wanted);
            }
            wants = answered.left;
        }
        let digest = self.hasher.as_ref().map_or(Digest::NOTHING, |hasher| Digest(*hasher.finalize().as_bytes()));
        let head = Head { digest, weight: self.weight, counts: self.counts, wants, silence, answer, packages: self.packages };
        let content = content(Content { files: self.files, wanted: self.wanted, folders: Vec::new() }, self.folders, self.weight <= INLINE);
        Tree { head, content: postcard::to_stdvec(&content).unwrap_or_default().into(), lost: self.lost }
    }

    /// Everything that an answer depends on.
    fn question(&self, silence: &Digest, entries: &[Entry]) -> Digest {
        let wanting: Vec<(&str, &Digest)> = self.wanting.iter().map(|(name, _, wants)| (name.as_str(), wants)).collect();
        // any file of a chart may be one that its templates take in
        let is_chart = crate::wants::is_chart(entries);
        let texts: BTreeMap<&str, &[u8]> = entries.iter().filter(|_| is_chart).map(|entry| (entry.name.as_str(), entry.oid.as_bytes())).collect();
        Digest(crate::think::digest(&(&self.wants, wanting, &self.packages, silence, texts)))
    }

    fn ask(&mut self, below: &dyn Below, entries: &[Entry], key: &Digest) -> Answered {
        let mut wants = std::mem::take(&mut self.wants);
        for (name, oid, id) in &self.wanting {
            let known = below.world().wants(id).or_else(|| {
                below.again(name, oid);
                below.world().wants(id)
            });
            if known.is_none() {
                self.lost.push((name.clone(), Failed::Missing("what it refers to is not known any more".into())));
            }
            wants.extend(known.iter().flat_map(|set| set.iter()).map(|want| want.seen_from_above(name)));
        }
        let answer = crate::wants::answer(below, entries, &self.packages, wants);
        let left: BTreeSet<Want> = answer.left.into_iter().take(MOST_WANTS).collect();
        let answered = Answered { found: answer.found, left: if left.is_empty() { Digest::NOTHING } else { below.world().keep_wants(left) } };
        let lost: Vec<_> = answer.lost.into_iter().filter(|lost| !self.lost.contains(lost)).collect();
        self.lost.extend(lost);
        if self.lost.is_empty() {
            below.world().keep_answer(key, &answered);
        }
        answered
    }
}

fn content(mut own: Content, folders: Vec<(String, Oid, Arc<[u8]>)>, inline: bool) -> Content {
    if !inline {
        own.folders = folders.into_iter().map(|(name, oid, _)| (name, oid)).collect();
        return own;
    }
    for (name, _, stored) in folders {
        let below: Content = postcard::from_bytes(&stored).unwrap_or_default();
        own.files.extend(below.files.into_iter().map(|saying| Saying { path: format!("{name}/{}", saying.path), ..saying }));
        own.wanted.extend(below.wanted.into_iter().map(|wanted| Wanted { path: format!("{name}/{}", wanted.path), ..wanted }));
    }
    own
}

/// Whether a folder of this name is walked at all. What stands beside it tells: `src/test` beside `src/main` is no
/// part of what is built, `vendor` beside `go.mod` is other people's.
pub(crate) fn enters(name: &str, among: &[Entry]) -> bool {
    let is_beside = |mode: Mode, other: &str| among.iter().any(|entry| entry.mode == mode && entry.name == other);
    let is_of_tests = || matches!(name, "test" | "integrationTest" | "testFixtures") && is_beside(Mode::Tree, "main");
    let is_installed = || INSTALLED.contains(&name) || RESERVED.iter().any(|(folder, manifest)| *folder == name && is_beside(Mode::File, manifest));
    // what a build of .NET leaves beside its project
    let is_built = || name == "obj" && among.iter().any(|entry| entry.mode == Mode::File && entry.name.ends_with(".csproj"));
    name != ".threatline" && !is_of_tests() && !is_installed() && !is_built()
}

/// Whether a framework answers with a file of that name.
fn is_named(kind: ArtifactKind, name: &str, words: Words) -> bool {
    let ArtifactKind::Source(language) = kind else { return false };
    let family = Family::of(language);
    packs::is_named(family, name) || words.is_named(family, name)
}

/// What a file is read as. The project's own files are never read as artifacts, and tests are no part of the system.
pub(crate) fn kind_of(name: &str) -> Option<ArtifactKind> {
    let kind = ArtifactKind::of(name).filter(|_| name != "threatline.toml")?;
    (!kind.is_test(name)).then_some(kind)
}

/// The name of a kind in `coverage.by_kind`.
pub(crate) fn kind_name(kind: ArtifactKind) -> &'static str {
    use threatline_facts::{Ecosystem, Language};
    match kind {
        ArtifactKind::Source(Language::CSharp) => "csharp",
        ArtifactKind::Source(Language::Dart) => "dart",
        ArtifactKind::Source(Language::Elixir) => "elixir",
        ArtifactKind::Source(Language::Go) => "go",
        ArtifactKind::Source(Language::Java) => "java",
        ArtifactKind::Source(Language::JavaScript) => "javascript",
        ArtifactKind::Source(Language::Kotlin) => "kotlin",
        ArtifactKind::Source(Language::Php) => "php",
        ArtifactKind::Source(Language::Python) => "python",
        ArtifactKind::Source(Language::Ruby) => "ruby",
        ArtifactKind::Source(Language::Rust) => "rust",
        ArtifactKind::Source(Language::Scala) => "scala",
        ArtifactKind::Source(Language::Swift) => "swift",
        ArtifactKind::Source(Language::TypeScript | Language::Tsx) => "typescript",
        ArtifactKind::Yaml => "yaml",
        ArtifactKind::Json => "json",
        ArtifactKind::Toml => "toml",
        ArtifactKind::ChartValues => "helm-values",
        ArtifactKind::ChartTemplate => "helm-template",
        ArtifactKind::ChartFile => "helm-file",
        ArtifactKind::Dockerfile => "dockerfile",
        ArtifactKind::EnvFile => "env",
        ArtifactKind::Protobuf => "protobuf",
        ArtifactKind::Graphql => "graphql",
        ArtifactKind::Nginx => "conf",
        ArtifactKind::Raml => "raml",
        ArtifactKind::Wsdl => "wsdl",
        ArtifactKind::Smithy => "smithy",
        ArtifactKind::Sql => "sql",
        ArtifactKind::Typespec => "typespec",
        ArtifactKind::Goctl => "go-zero",
        ArtifactKind::Procfile => "procfile",
        ArtifactKind::Redirects => "redirects",
        ArtifactKind::StoreRules => "store-rules",
        ArtifactKind::Haproxy => "haproxy",
        ArtifactKind::LogConfig => "log-config",
        ArtifactKind::Caddyfile => "caddyfile",
        ArtifactKind::Wrangler => "wrangler",
        ArtifactKind::Bicep => "bicep",
        ArtifactKind::Terraform | ArtifactKind::TerraformVariables => "terraform",
        ArtifactKind::Properties => "properties",
        ArtifactKind::Manifest(Ecosystem::Cargo) => "cargo",
        ArtifactKind::Manifest(Ecosystem::Go) => "go-module",
        ArtifactKind::Manifest(Ecosystem::Gradle) => "gradle",
        ArtifactKind::Manifest(Ecosystem::Hex) => "mix",
        ArtifactKind::Manifest(Ecosystem::Maven) => "maven",
        ArtifactKind::Manifest(Ecosystem::Npm) => "npm",
        ArtifactKind::Manifest(Ecosystem::Nuget) => "nuget",
        ArtifactKind::Manifest(Ecosystem::Packagist) => "composer",
        ArtifactKind::Manifest(Ecosystem::Python) => "python-package",
        ArtifactKind::Manifest(Ecosystem::Rubygems) => "ruby-gems",
        ArtifactKind::Manifest(Ecosystem::Pub) => "pubspec",
        ArtifactKind::Manifest(Ecosystem::Sbt) => "sbt",
        ArtifactKind::Manifest(Ecosystem::Swiftpm) => "swift-package",
        ArtifactKind::Codeowners => "codeowners",
        ArtifactKind::Starlark => "starlark",
        ArtifactKind::Jenkinsfile => "jenkinsfile",
    }
}
