//! A small shop in a repository that the git program makes, and the program started over it. Nothing of
//! the machine comes in: no configuration, no clock, no home.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

pub(crate) const COMPOSE: &str = "services:
  api:
    build: ./api
    ports: ['8080:8080']
    environment:
      DATABASE_URL: postgres://shop:shop@db:5432/shop
    depends_on: [db]
  db:
    image: postgres:16
    ports: ['5432:5432']
    environment:
      POSTGRES_HOST_AUTH_METHOD: trust
";

pub(crate) const API: &str = "import os
import psycopg2
from flask import Flask, request

app = Flask(__name__)


@app.route('/orders', methods=['POST'])
def order():
    connection = psycopg2.connect(os.environ['DATABASE_URL'])
    connection.cursor().execute('INSERT INTO orders VALUES (%s)', (request.json['item'],))
    return 'ok'
";

/// A folder that goes away with the test, and what runs in it.
pub(crate) struct Shop {
    dir: tempfile::TempDir,
    /// The program, under the name that hooks call it by.
    programs: tempfile::TempDir,
}

impl Shop {
    /// A folder without git.
    pub(crate) fn folder() -> Self {
        let shop = Self { dir: tempfile::tempdir().unwrap(), programs: tempfile::tempdir().unwrap() };
        let program = Path::new(env!("CARGO_BIN_EXE_threatline-under-test"));
        std::os::unix::fs::symlink(program, shop.programs.path().join("threatline")).unwrap();
        std::fs::create_dir(shop.path("")).unwrap();
        shop
    }

    /// A repository without a commit.
    pub(crate) fn unborn() -> Self {
        let shop = Self::folder();
        shop.git(&["init", "-q", "-b", "main"]);
        shop
    }

    /// A repository with the shop in its first commit.
    pub(crate) fn committed() -> Self {
        let shop = Self::unborn();
        shop.fill();
        shop.commit("Open the shop");
        shop
    }

    /// A clone of it, in a folder of its own.
    pub(crate) fn cloned(&self) -> Self {
        let clone = Self::folder();
        clone.git(&["clone", "-q", &self.path("").display().to_string(), "."]);
        clone
    }

    /// A repository with the history of `examples/shop`: seven services in as many languages, by nine commits.
    pub(crate) fn example() -> Self {
        let shop = Self::unborn();
        let patches = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/shop.history");
        let mut patches: Vec<PathBuf> = std::fs::read_dir(patches).unwrap().map(|entry| entry.unwrap().path()).collect();
        patches.retain(|path| path.extension().is_some_and(|extension| extension == "patch"));
        patches.sort();
        let mut words = vec!["am", "-q"];
        words.extend(patches.iter().map(|path| path.to_str().unwrap()));
        shop.git(&words);
        shop
    }

    pub(crate) fn fill(&self) {
        self.write("compose.yaml", COMPOSE);
        self.write("api/Dockerfile", "FROM python:3.12\nCOPY . /app\nEXPOSE 8080\nCMD [\"python\", \"/app/app.py\"]\n");
        self.write("api/requirements.txt", "flask==3.0.0\npsycopg2==2.9.9\n");
        self.write("api/app.py", API);
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        let top = self.dir.path().join("shop");
        if path.is_empty() { top } else { top.join(path) }
    }

    pub(crate) fn outside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var("PATH").unwrap_or_default();
        command.current_dir(self.path("")).env_clear();
        command.env("PATH", format!("{}:{path}", self.programs.path().display())).env("HOME", self.dir.path().join("home"));
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("COLUMNS", "80");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Ada").env(format!("GIT_{who}_EMAIL"), "ada@shop.example");
            // midnight, so that --as-of can name it
            command.env(format!("GIT_{who}_DATE"), "2026-01-02T00:00:00Z");
        }
        command
    }

    /// Git's words, after it succeeded.
    pub(crate) fn git(&self, words: &[&str]) -> String {
        let output = self.command("git").args(words).output().unwrap();
        assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// Whether git, with its hooks, lets all that changed be committed.
    pub(crate) fn commits(&self, message: &str) -> bool {
        self.git(&["add", "-A"]);
        self.command("git").args(["commit", "-q", "-m", message]).output().unwrap().status.success()
    }

    /// Whether git does it.
    pub(crate) fn does(&self, words: &[&str]) -> bool {
        self.command("git").args(words).output().unwrap().status.success()
    }

    /// The program, on its way.
    pub(crate) fn start(&self, words: &[&str]) -> Started {
        let child = self.command("threatline").args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Started { child, words: words.join(" ") }
    }

    /// How the program ended.
    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        self.start(words).ends()
    }

    /// What the program wrote, after it succeeded.
    pub(crate) fn told(&self, words: &[&str]) -> String {
        let ran = self.run(words);
        assert_eq!(ran.code, 0, "threatline {words:?}: {}", ran.err);
        ran.out
    }

    pub(crate) fn json(&self, words: &[&str]) -> Value {
        let words = [words, &["--format", "json"]].concat();
        serde_json::from_str(&self.told(&words)).unwrap()
    }
}

/// A run that has not ended.
pub(crate) struct Started {
    child: Child,
    words: String,
}

impl Started {
    pub(crate) fn ends(self) -> Ran {
        let ran = Ran::from(self.child.wait_with_output().unwrap());
        assert!(!ran.err.contains("panicked"), "threatline {}: {}", self.words, ran.err);
        ran
    }

    /// What it wrote, after it succeeded.
    pub(crate) fn tells(self) -> String {
        let words = self.words.clone();
        let ran = self.ends();
        assert_eq!(ran.code, 0, "threatline {words}: {}", ran.err);
        ran.out
    }
}

/// How a run ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// The one of a list whose field has that value.
pub(crate) fn one<'v>(list: &'v Value, field: &str, value: &str) -> &'v Value {
    let found: Vec<&Value> = list.as_array().unwrap().iter().filter(|item| item[field] == value).collect();
    assert_eq!(found.len(), 1, "{field} = {value} in {list:#}");
    found[0]
}

/// One field of everything in a list.
pub(crate) fn all<'v>(list: &'v Value, field: &str) -> Vec<&'v str> {
    list.as_array().unwrap().iter().filter_map(|item| item[field].as_str()).collect()
}
