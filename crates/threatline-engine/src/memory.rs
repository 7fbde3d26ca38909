//! A project that lies in memory, for shards and tests.

use crate::{Entry, Missing, Mode, Oid, Source};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// A [`Source`] of files in memory. Ids are its own digests; git's are different.
#[derive(Default)]
pub struct MemorySource {
    objects: Mutex<Objects>,
}

#[derive(Default)]
struct Objects {
    trees: HashMap<Oid, Arc<[Entry]>>,
    blobs: HashMap<Oid, Vec<u8>>,
}

/// What a path in memory holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// A file with this content.
    File(Vec<u8>),
    /// A symbolic link to that path.
    Link(String),
    /// A submodule at a commit of that name.
    Submodule(String),
    /// A file whose id is known and whose content nobody has.
    Absent(String),
    /// A file whose content has this id, and is somewhere else.
    Named(Oid),
}

#[derive(Default)]
struct Folder<'a> {
    folders: BTreeMap<&'a str, Folder<'a>>,
    files: BTreeMap<&'a str, &'a Held>,
}

impl MemorySource {
    /// An empty source.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a state and gives its root. States share what they have in common.
    pub fn add(&self, files: &BTreeMap<String, Held>) -> Oid {
        let mut root = Folder::default();
        for (path, held) in files {
            let mut folder = &mut root;
            let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
            let Some(name) = parts.pop() else { continue };
            for part in parts {
                folder = folder.folders.entry(part).or_default();
            }
            folder.files.insert(name, held);
        }
        let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        objects.folder(&root)
    }

    /// Adds a state of plain files.
    pub fn add_files<'a>(&self, files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Oid {
        let held = |(path, text): (&str, &str)| (path.to_owned(), Held::File(text.as_bytes().to_vec()));
        self.add(&files.into_iter().map(held).collect())
    }
}

impl Objects {
    fn folder(&mut self, folder: &Folder<'_>) -> Oid {
        let mut entries = Vec::new();
        for (name, below) in &folder.folders {
            entries.push(Entry { name: (*name).to_owned(), mode: Mode::Tree, oid: self.folder(below) });
        }
        for (name, held) in &folder.files {
            if !folder.folders.contains_key(name) {
                let (mode, oid) = self.file(held);
                entries.push(Entry { name: (*name).to_owned(), mode, oid });
            }
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        let mut hasher = blake3::Hasher::new();
        for entry in &entries {
            hasher.update(entry.name.as_bytes()).update(&[0, entry.mode as u8]).update(entry.oid.as_bytes());
        }
        let oid = Oid::of_digest(*hasher.finalize().as_bytes());
        self.trees.insert(oid, entries.into());
        oid
    }

    fn file(&mut self, held: &Held) -> (Mode, Oid) {
        let named = |kind: &str, name: &[u8]| {
            let mut hasher = blake3::Hasher::new_derive_key("threatline memory source");
            hasher.update(kind.as_bytes()).update(&[0]).update(name);
            Oid::of_digest(*hasher.finalize().as_bytes())
        };
        match held {
            Held::File(bytes) => {
                let oid = named("file", bytes);
                self.blobs.insert(oid, bytes.clone());
                (Mode::File, oid)
            }
            Held::Link(to) => (Mode::Link, named("link", to.as_bytes())),
            Held::Submodule(commit) => (Mode::Submodule, named("submodule", commit.as_bytes())),
            Held::Absent(name) => (Mode::File, named("absent", name.as_bytes())),
            Held::Named(oid) => (Mode::File, *oid),
        }
    }
}

impl Source for MemorySource {
    fn tree(&self, oid: &Oid) -> Result<Arc<[Entry]>, Missing> {
        let objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        objects.trees.get(oid).cloned().ok_or_else(|| Missing("the folder is not there".into()))
    }

    fn blob(&self, oid: &Oid, _limit: usize) -> Result<Vec<u8>, Missing> {
        let objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        objects.blobs.get(oid).cloned().ok_or_else(|| Missing("the content is not there".into()))
    }
}
