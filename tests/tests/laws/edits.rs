//! What people do to a repository: edits of single files, and commits that come about in other ways.
//!
//! An edit is a small value, so that a history that breaks the law is shrunk to the few edits that
//! matter. It means something in every state, and where it cannot, it does nothing.

use crate::market::{State, decisions, page};
use proptest::prelude::*;
use proptest::sample::Index;
use threatline_engine::Held;

/// Changes with effects elsewhere: the end of a path, what stands there, and what stands there afterwards. Done
/// again it is undone.
pub(crate) const SWAPS: &[(&str, &str, &str)] = &[
    // A guard goes, comes, or stops guarding.
    ("server.js", "'/orders', requireCustomer, ordersRouter", "'/orders', ordersRouter"),
    ("index.js", "return res.status(401).json({ error: 'sign in first' });", "req.customer = null;"),
    ("main.ts", "app.use(requireCustomer);", ""),
    ("main.py", "prefix=\"/orders\", dependencies=[Depends(customer)]", "prefix=\"/orders\""),
    ("main.py", "prefix=\"/refunds\"", "prefix=\"/refunds\", dependencies=[Depends(customer)]"),
    ("security.py", "raise HTTPException(status_code=401, detail=\"sign in first\") from error", "return {}"),
    ("app.py", "abort(401)", "pass"),
    ("SecurityConfiguration.java", ".permitAll()", ".hasRole(\"ADMIN\")"),
    ("SecurityConfiguration.java", ".anyRequest().authenticated()", ".anyRequest().permitAll()"),
    ("SecurityConfiguration.java", "\"/products/**\"", "\"/admin/**\""),
    ("auth.go", "c.AbortWithStatus(http.StatusUnauthorized)", "c.Next()"),
    ("main.go", "router.Group(\"/totals\", auth.Require())", "router.Group(\"/totals\")"),
    ("Program.cs", ".RequireAuthorization()", ""),
    ("StaffController.cs", "[Authorize]", ""),
    ("CreditsController.cs", ": StaffController", ": ControllerBase"),
    ("http.rs", ".route_layer(from_fn(require))", ""),
    ("guard.rs", "decode::<Claims>(token, &key(), &Validation::default()).map_err(|_| StatusCode::UNAUTHORIZED)?;", ""),
    // A path changes where it is defined, not where it is used.
    ("paths.js", "'/api'", "'/v2'"),
    ("paths.py", "\"/{order_id}\"", "\"/of/{order_id}\""),
    ("paths.py", "\"/reports\"", "\"/numbers\""),
    ("Paths.java", "\"/products\"", "\"/items\""),
    ("Paths.java", "ADMIN = \"/admin\"", "ADMIN = \"/products/internal\""),
    ("routes.go", "\"/charges\"", "\"/v1/charges\""),
    ("paths.rs", "\"/level\"", "\"/levels\""),
    ("Statements.cs", "\"/statements\"", "\"/papers\""),
    ("Statements.cs", "Credits = \"/credits\"", "Credits = \"/statements\""),
    ("Statements.cs", "\"/latest\"", "\"/last\""),
    ("main.rs", ".nest(\"/stock\", routes())", ".merge(routes())"),
    ("server.js", "import { catalogRouter } from './routes/catalog.js';", "const catalogRouter = express.Router();"),
    ("main.py", "from app.refunds import router as refunds", "from app.orders import router as refunds"),
    // What a handler takes and calls.
    ("Owner.java", "String email;", "String iban;"),
    ("orders.py", "card_token: str", "note: str"),
    ("client.py", "http://payments:9000", "http://stock:7000"),
    ("client.py", "requests.post(", "requests.get("),
    ("db.py", "DATABASE_URL", "OTHER_URL"),
    ("main.ts", "gpt-4o", "gpt-5"),
    ("main.go", "STRIPE_API_URL", "BANK_URL"),
    // Deployment.
    ("compose.yaml", "http://orders:8000", "http://billing:8080"),
    ("compose.yaml", "ports: [\"8080:3000\"]", "privileged: true"),
    ("compose.yaml", "    image: postgres:17", "    image: postgres:17\n    ports: [\"5432:5432\"]"),
    ("compose.yaml", "  stock:\n    build: ./stock\n", ""),
    ("compose.yaml", "build: ./catalog", "build: ./common"),
    ("orders.env", "@db:5432", "@elsewhere.example.org:5432"),
    ("addresses.yaml", "http://catalog:8080", "https://catalog.example.org"),
    ("web.yaml", "runAsNonRoot: true", "privileged: true"),
    ("web.yaml", "replicas: 2", "replicas: 1"),
    ("orders.yaml", "namespace: market", "namespace: other"),
    ("ingress.yaml", "name: web, port: { number: 3000 }", "name: orders, port: { number: 8000 }"),
    ("ingress.yaml", "  tls: [{ hosts: [market.example.com], secretName: tls }]\n", ""),
    ("kustomization.yaml", "resources: [web.yaml, ", "namePrefix: eu-\nresources: [web.yaml, "),
    ("Dockerfile", "EXPOSE 8000", "EXPOSE 8001"),
    ("main.tf", "publicly_accessible = false", "publicly_accessible = true"),
    ("variables.tf", "default = false", "default = true"),
    ("terraform.tfvars", "market-receipts", "receipts-of-all"),
    ("main.tf", "source = \"./archive\"", "source = \"./elsewhere\""),
    ("application.yml", "db:5432/catalog", "catalog-db:5432/catalog"),
    ("application-production.properties", "include=health", "include=*"),
    // Names that others refer to, and what is only said of the system.
    ("package.json", "\"name\": \"@market/guard\"", "\"name\": \"@market/gate\""),
    ("go.mod", "module example.com/market/payments", "module example.com/payments"),
    ("pom.xml", "<artifactId>common</artifactId>", "<artifactId>paths</artifactId>"),
    ("Cargo.toml", "name = \"stock\"", "name = \"store\""),
    ("openapi.yaml", "security: [{ bearer: [] }]", "security: []"),
    ("stock.proto", "rpc Level", "rpc Count"),
    ("CODEOWNERS", "@orders-team", "@money-team"),
];

/// Files that were not there: each says something, some of it about what is there.
const ADDITIONS: &[(&str, &str)] = &[
    ("orders/app/export.py", "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get('/all')\ndef everything() -> list:\n    return []\n"),
    (
        "web/src/routes/admin.js",
        "import express from 'express';\n\nexport const app = express();\napp.delete('/admin', (req, res) => res.end());\napp.listen(3001);\n",
    ),
    ("payments/cmd/debug.go", "package main\n\nimport \"github.com/gin-gonic/gin\"\n\nfunc debug(r *gin.Engine) {\n\tr.GET(\"/debug\", totals)\n}\n"),
    ("catalog/src/main/java/com/market/catalog/Base.java", "package com.market.catalog;\n\nclass Base {\n    String iban;\n}\n"),
    ("compose.override.yaml", "services:\n  web:\n    privileged: true\n  cache:\n    image: redis:7\n    ports: [\"6379:6379\"]\n"),
    (
        "k8s/policy.yaml",
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: orders, namespace: market }\nspec:\n  podSelector: { matchLabels: { app: orders } }\n  ingress: [{ from: [{ podSelector: { matchLabels: { app: web } } }] }]\n",
    ),
    (
        "k8s/service.yaml",
        "apiVersion: v1\nkind: Service\nmetadata: { name: orders, namespace: market }\nspec: { type: LoadBalancer, selector: { app: orders }, ports: [{ port: 8000 }] }\n",
    ),
    ("third_party/tool/compose.yaml", "services:\n  tool:\n    image: tool\n    ports: [\"1:1\"]\n"),
    ("shared/__init__.py", ""),
    ("docs/README.md", "# nothing\n"),
    (
        "orders/app/inner.py",
        "import marketweb\n\nfrom app.paths import REPORTS\n\napp = marketweb.App()\n\n\n@app.on('GET', '/inner')\ndef inner():\n    return REPORTS\n",
    ),
    ("broken.yaml", "a: [1, 2\nb: }\n"),
    ("web/src/broken.js", "import express from 'express';\nconst app = express(\napp.get('/x', (req => ;\n"),
    ("latin1.py", "\u{fffd}"),
];

/// A project's own packs, one of them with a mistake: of the frameworks of the files below and of a guard of Express.
const PACKS: &[(&str, &str)] = &[
    (
        "marketweb.toml",
        "name = \"marketweb\"\nlanguages = [\"python\"]\nimports = [\"marketweb\"]\n[[types]]\nname = \"App\"\nnames = [\"marketweb.App\"]\nrole = \"app\"\n[[calls]]\nnames = [\"App.on\"]\ndoes = \"route\"\nmethod_from = 0\npath = 1\nhandler = \"decorated\"\n",
    ),
    ("marketweb.toml", "name = \"marketweb\"\nlanguages = [\"python\"]\nimports = [\"marketweb\", \"order\"]\n"),
    (
        "guards.toml",
        "name = \"guards\"\nlanguages = [\"javascript\"]\nimports = [\"@market/guard\"]\n[[guards]]\nnames = [\"@market/guard.*\"]\neffect = \"authenticates\"\n",
    ),
    ("guards.toml", "name = \"guards\"\nlanguages = [\"javascript\"]\nimports = [\"marketjs\"]\nnamed = [\"paths.js\"]\n"),
    ("guards.toml", "name = \"express\"\nlanguages = [\"javascript\"]\nimports = [\"marketjs\"]\n"),
    ("guards.toml", "name = \"guards\"\nlanguages = [\"go\", \"java\"]\nimports = [\"market\"]\ncolour = 1\n"),
];

const FOLDERS: &[&str] = &["", "orders/", "orders/app/", "web/src/", "shared/", "services/orders/", "test/", "k8s/", "apps/new/er/"];

const CONFIGURATIONS: &[&str] = &[
    "",
    "[scan]\nexclude = [\"k8s/**\"]\n",
    "[scan]\nexclude = [\"shared\", \"**/*.proto\"]\n[rules]\ndisable = [\"unauthenticated-entry-point\"]\n",
    "[rules]\ndisable = [\"data-store-exposed\", \"secret-in-repository\"]\n",
    "[[components]]\nname = \"orders\"\nvalue = 0.9\nexposure = \"internet\"\ndata = [\"payment\"]\n",
    "[[flows]]\nsource = \"web\"\ntarget = \"orders\"\nauthenticated = true\nencrypted = true\n[[boundaries]]\nname = \"inner\"\nkind = \"network\"\nmembers = [\"orders\", \"db\"]\n",
    "[notes]\ndetail = \"counts\"\n",
    "[scan]\nexcluded = []\n",
];

/// One edit. Numbers choose among what the state holds.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    Swap(Index),
    Add(Index),
    Restore(Index),
    Delete(Index),
    DeleteFolder(Index),
    Move(Index, Index),
    RenameFolder(Index, Index),
    /// A folder twice: one tree at two paths.
    CopyFolder(Index, Index),
    /// Everything goes one folder deeper.
    Nest(Index),
    /// Two files say what the other one said.
    Exchange(Index, Index),
    Empty(Index),
    Comment(Index),
    LineEnds(Index),
    Number(Index),
    DropLine(Index, Index),
    RepeatLine(Index, Index),
    Mode(Index),
    Link(Index, Index),
    Submodule(Index),
    Absent(Index),
    Configure(Index),
    /// A pack of the project's own is written.
    Pack(Index),
    Decide(Index),
    Undecide(Index),
}

/// How a commit comes about.
#[derive(Clone, Debug)]
pub(crate) enum Commit {
    /// By hand.
    Edits(Vec<Edit>),
    /// An earlier state, whole.
    Return(Index),
    /// What an earlier commit changed is changed back.
    Revert(Index),
    /// A branch that left at an earlier state comes back.
    Merge(Index, Vec<Edit>),
}

fn edit() -> impl Strategy<Value = Edit> {
    let one = any::<Index>;
    prop_oneof![
        12 => one().prop_map(Edit::Swap),
        3 => one().prop_map(Edit::Add),
        2 => one().prop_map(Edit::Restore),
        2 => one().prop_map(Edit::Delete),
        1 => one().prop_map(Edit::DeleteFolder),
        2 => (one(), one()).prop_map(|(file, to)| Edit::Move(file, to)),
        1 => (one(), one()).prop_map(|(folder, to)| Edit::RenameFolder(folder, to)),
        2 => (one(), one()).prop_map(|(folder, to)| Edit::CopyFolder(folder, to)),
        1 => one().prop_map(Edit::Nest),
        1 => (one(), one()).prop_map(|(file, other)| Edit::Exchange(file, other)),
        1 => one().prop_map(Edit::Empty),
        2 => one().prop_map(Edit::Comment),
        2 => one().prop_map(Edit::LineEnds),
        1 => one().prop_map(Edit::Number),
        2 => (one(), one()).prop_map(|(file, line)| Edit::DropLine(file, line)),
        1 => (one(), one()).prop_map(|(file, line)| Edit::RepeatLine(file, line)),
        1 => one().prop_map(Edit::Mode),
        1 => (one(), one()).prop_map(|(file, to)| Edit::Link(file, to)),
        1 => one().prop_map(Edit::Submodule),
        1 => one().prop_map(Edit::Absent),
        2 => one().prop_map(Edit::Configure),
        2 => one().prop_map(Edit::Pack),
        2 => one().prop_map(Edit::Decide),
        1 => one().prop_map(Edit::Undecide),
    ]
}

/// Histories of up to that many commits.
pub(crate) fn histories(commits: usize) -> impl Strategy<Value = Vec<Commit>> {
    let edits = || prop::collection::vec(edit(), 1..5);
    let commit = prop_oneof![
        8 => edits().prop_map(Commit::Edits),
        1 => any::<Index>().prop_map(Commit::Return),
        1 => any::<Index>().prop_map(Commit::Revert),
        1 => (any::<Index>(), edits()).prop_map(|(from, edits)| Commit::Merge(from, edits)),
    ];
    prop::collection::vec(commit, 1..=commits)
}

/// The states of a history, the market first.
pub(crate) fn play(history: &[Commit]) -> Vec<State> {
    let mut states = vec![State::market()];
    for commit in history {
        let next = commit.apply(&states);
        states.push(next);
    }
    states
}

impl Commit {
    fn apply(&self, past: &[State]) -> State {
        let now = past.last().expect("a history begins with the market");
        match self {
            Self::Edits(edits) => edited(now, edits),
            Self::Return(at) => at.get(past).clone(),
            Self::Revert(at) => {
                let at = at.index(past.len());
                three_way(&past[at], now, at.checked_sub(1).map_or(&past[at], |parent| &past[parent]))
            }
            Self::Merge(at, edits) => {
                let base = at.get(past);
                three_way(base, now, &edited(base, edits))
            }
        }
    }
}

fn edited(state: &State, edits: &[Edit]) -> State {
    let mut state = state.clone();
    for edit in edits {
        edit.apply(&mut state);
        state.settle();
    }
    state
}

/// File by file what theirs changed since the base, where ours did not change it.
fn three_way(base: &State, ours: &State, theirs: &State) -> State {
    let mut merged = ours.clone();
    let paths: std::collections::BTreeSet<&String> = base.files.keys().chain(theirs.files.keys()).collect();
    for path in paths {
        let (then, now, wanted) = (base.files.get(path), ours.files.get(path), theirs.files.get(path));
        if then != wanted && then == now {
            match wanted {
                Some(held) => drop(merged.files.insert(path.clone(), held.clone())),
                None => drop(merged.files.remove(path)),
            }
        }
    }
    merged.settle();
    merged
}

impl Edit {
    fn apply(&self, state: &mut State) {
        let files = &mut state.files;
        let paths: Vec<String> = files.keys().cloned().collect();
        if paths.is_empty() && !matches!(self, Self::Add(_) | Self::Restore(_) | Self::Configure(_) | Self::Pack(_)) {
            return;
        }
        let path = |at: &Index| at.get(&paths).clone();
        match self {
            Self::Swap(at) => swap(state, at.get(SWAPS)),
            Self::Add(at) => {
                let (path, text) = at.get(ADDITIONS);
                let bytes = if *text == "\u{fffd}" { b"from flask import Flask\n# caf\xe9\n".to_vec() } else { text.as_bytes().to_vec() };
                files.insert((*path).to_owned(), Held::File(bytes));
            }
            Self::Restore(at) => {
                let (path, text) = at.get(page());
                files.insert(path.clone(), Held::File(text.clone().into_bytes()));
            }
            Self::Delete(at) => drop(files.remove(&path(at))),
            Self::DeleteFolder(at) => {
                let folder = folder_of(&path(at));
                files.retain(|path, _| folder.is_empty() || !path.starts_with(&folder));
            }
            Self::Move(at, to) => {
                let old = path(at);
                let held = files.remove(&old).expect("it was chosen from the files");
                files.insert(format!("{}{}", to.get(FOLDERS), old.rsplit('/').next().unwrap_or(&old)), held);
            }
            Self::RenameFolder(at, to) => {
                let (old, new) = (folder_of(&path(at)), to.get(&["moved/", "services/orders/", "test/", "libs/shared/"]));
                let (moved, kept) = std::mem::take(files).into_iter().partition(|(path, _)| !old.is_empty() && path.starts_with(&old));
                *files = kept;
                let moved: std::collections::BTreeMap<String, Held> = moved;
                files.extend(moved.into_iter().map(|(path, held)| (format!("{new}{}", &path[old.len()..]), held)));
            }
            Self::CopyFolder(at, to) => {
                let (old, new) = (folder_of(&path(at)), to.get(&["copy/", "apps/copy/", "test/", "orders/", "web/src/"]));
                let inside = files.iter().filter(|(path, _)| !old.is_empty() && path.starts_with(&old));
                let copies: Vec<(String, Held)> = inside.map(|(path, held)| (format!("{new}{}", &path[old.len()..]), held.clone())).collect();
                files.extend(copies);
            }
            Self::Nest(to) => {
                let to = to.get(&["market/", "apps/", "examples/", "src/"]);
                let stays = |path: &str| path == "threatline.toml" || path.starts_with(".threatline/");
                *files = std::mem::take(files).into_iter().map(|(path, held)| (if stays(&path) { path } else { format!("{to}{path}") }, held)).collect();
            }
            Self::Exchange(at, with) => {
                let (one, other) = (path(at), path(with));
                let (held, instead) = (files[&one].clone(), files[&other].clone());
                files.insert(other, held);
                files.insert(one, instead);
            }
            Self::Empty(at) => rewrite(files, &path(at), |_, _| String::new()),
            Self::Comment(at) => rewrite(files, &path(at), |path, text| format!("{}\n{text}", comment(path))),
            Self::LineEnds(at) => {
                rewrite(files, &path(at), |_, text| if text.contains("\r\n") { text.replace("\r\n", "\n") } else { text.replace('\n', "\r\n") });
            }
            Self::Number(at) => rewrite(files, &path(at), |_, text| text.replace("80", "81")),
            Self::DropLine(at, line) => rewrite(files, &path(at), |_, text| {
                with_lines(text, |lines| {
                    lines.remove(line.index(lines.len()));
                })
            }),
            Self::RepeatLine(at, line) => rewrite(files, &path(at), |_, text| {
                with_lines(text, |lines| {
                    let line = line.index(lines.len());
                    lines.insert(line, lines[line]);
                })
            }),
            Self::Mode(at) => {
                let path = path(at);
                if !state.executable.remove(&path) {
                    state.executable.insert(path);
                }
            }
            Self::Link(at, to) => drop(files.insert(path(at), Held::Link(path(to)))),
            Self::Submodule(at) => drop(files.insert(path(at), Held::Submodule("0123456789012345678901234567890123456789".into()))),
            Self::Absent(at) => {
                let path = path(at);
                files.insert(path.clone(), Held::Absent(path));
            }
            Self::Pack(at) => {
                let (name, text) = at.get(PACKS);
                files.insert(format!(".threatline/packs/{name}"), Held::File(text.as_bytes().to_vec()));
            }
            Self::Configure(at) => drop(files.insert("threatline.toml".into(), Held::File(at.get(CONFIGURATIONS).as_bytes().to_vec()))),
            Self::Decide(at) => {
                let (name, text) = at.get(decisions());
                files.insert(format!(".threatline/decisions/{name}"), Held::File(text.clone().into_bytes()));
            }
            Self::Undecide(at) => drop(files.remove(&format!(".threatline/decisions/{}", at.get(decisions()).0))),
        }
    }
}

pub(crate) fn swap(state: &mut State, (end, from, to): &(&str, &str, &str)) {
    for (path, held) in &mut state.files {
        let Held::File(bytes) = held else { continue };
        if path.rsplit('/').next() != Some(*end) {
            continue;
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            let swapped = match text.contains(from) {
                true => text.replacen(from, to, 1),
                false if to.is_empty() => text.to_owned(),
                false => text.replacen(to, from, 1),
            };
            *bytes = swapped.into_bytes();
        }
    }
}

/// The first folder of a path with its `/`; nothing for what lies at the top.
fn folder_of(path: &str) -> String {
    path.split_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default()
}

fn rewrite(files: &mut std::collections::BTreeMap<String, Held>, path: &str, how: impl Fn(&str, &str) -> String) {
    if let Some(Held::File(bytes)) = files.get_mut(path)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        *bytes = how(path, text).into_bytes();
    }
}

fn with_lines(text: &str, how: impl Fn(&mut Vec<&str>)) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    if lines.is_empty() {
        return text.to_owned();
    }
    how(&mut lines);
    lines.concat()
}

/// A comment in the language of a file.
pub(crate) fn comment(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" | "ts" | "java" | "go" | "rs" | "cs" | "proto" => "// a note\n",
        "xml" | "csproj" => "<!-- a note -->\n",
        "mod" => "// a note\n",
        "json" => "\n",
        "md" => "a note\n",
        _ => "# a note\n",
    }
}
