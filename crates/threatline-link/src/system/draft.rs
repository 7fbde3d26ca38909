//! A component while it is being put together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use threatline_facts::infra::Workload;
use threatline_facts::{DataClass, Mark, Text};
use threatline_knowledge::catalogue::ThirdParty;
use threatline_model::{ComponentKind, Environment, Evidence, Exposure, Properties, Role};

/// One description of the component by a deployment; several of the same component are kept apart,
/// because each has variables of its own.
#[derive(Clone, Debug)]
pub(crate) struct Description<'a> {
    pub(crate) path: Arc<str>,
    pub(crate) workload: &'a Workload,
    /// The deployment that it belongs to: a Compose project's folder or `k8s`.
    pub(crate) group: usize,
    pub(crate) namespace: Option<String>,
}

/// Where the component's source lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Root {
    /// Folder with `/` at its end; empty for the whole repository.
    pub(crate) folder: String,
    /// What of it goes into the image, relative; none is all of it.
    pub(crate) only: Option<Vec<String>>,
}

impl Root {
    /// How deep the folder lies that holds a path: the longest of those of it that go into the image, or itself.
    pub(crate) fn depth(&self, path: &str) -> Option<usize> {
        let rest = path.strip_prefix(self.folder.as_str())?;
        let below = |part: &&String| rest.strip_prefix(part.as_str()).is_some_and(|rest| rest.starts_with('/'));
        let copied = self.only.iter().flatten().filter(below).map(|part| part.len()).max();
        Some(self.folder.len() + copied.unwrap_or(0))
    }

    pub(crate) fn holds(&self, path: &str) -> bool {
        let Some(rest) = path.strip_prefix(self.folder.as_str()) else {
            return false;
        };
        match &self.only {
            None => true,
            Some(only) => only.iter().any(|part| rest == part || rest.strip_prefix(part.as_str()).is_some_and(|rest| rest.starts_with('/'))),
        }
    }
}

/// A variable as one description sets it.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) value: Text,
    pub(crate) path: Arc<str>,
    pub(crate) mark: Mark,
}

/// All variables of one description.
pub(crate) type Variables = BTreeMap<String, Setting>;

/// A component while it is being put together.
#[derive(Clone, Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) name: String,
    /// Folder that tells two of one name apart.
    pub(crate) folder: String,
    /// Its name counts in that folder only, and others elsewhere may come to bear the same any day: the folder is always told.
    pub(crate) is_local: bool,
    /// What tells two of one name in one folder apart, where the vocabulary has addresses: `infra/aws_db_instance.main`.
    pub(crate) address: Option<String>,
    pub(crate) aliases: BTreeSet<String>,
    pub(crate) kind: ComponentKind,
    pub(crate) roles: BTreeSet<Role>,
    pub(crate) technologies: BTreeSet<String>,
    pub(crate) dependencies: BTreeMap<String, Option<Evidence>>,
    pub(crate) descriptions: Vec<Description<'a>>,
    pub(crate) variables: Vec<Variables>,
    pub(crate) roots: Vec<Root>,
    pub(crate) ports: BTreeSet<u16>,
    pub(crate) exposure: Exposure,
    pub(crate) environment: Environment,
    pub(crate) data: Option<BTreeSet<DataClass>>,
    pub(crate) properties: Properties,
    pub(crate) evidence: Vec<Evidence>,
    /// What opens it to the internet.
    pub(crate) opened: Vec<Evidence>,
    /// Only tests run it, though it is a program for use: how it is deployed is not known.
    pub(crate) only_tried: bool,
    /// Nothing but flows shows it.
    pub(crate) by_flows: bool,
    pub(crate) owners: BTreeSet<String>,
    /// How a product is spoken to; none for what is not one.
    pub(crate) protocol: Option<String>,
    /// Products that its own program is, by a library.
    pub(crate) plays: BTreeSet<String>,
    /// It is one function of a cloud's: what starts it goes by its name.
    pub(crate) is_function: bool,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(name: &str, folder: &str, kind: ComponentKind) -> Self {
        Draft {
            name: name.to_owned(),
            folder: folder.to_owned(),
            is_local: false,
            address: None,
            aliases: BTreeSet::new(),
            kind,
            roles: BTreeSet::new(),
            technologies: BTreeSet::new(),
            dependencies: BTreeMap::new(),
            descriptions: Vec::new(),
            variables: Vec::new(),
            roots: Vec::new(),
            ports: BTreeSet::new(),
            exposure: Exposure::Unknown,
            environment: Environment::Production,
            data: None,
            properties: Properties::default(),
            evidence: Vec::new(),
            opened: Vec::new(),
            only_tried: false,
            by_flows: false,
            owners: BTreeSet::new(),
            protocol: None,
            plays: BTreeSet::new(),
            is_function: false,
        }
    }

    /// Lets the internet in, as that place says.
    pub(crate) fn open(&mut self, by: Evidence) {
        self.exposure = Exposure::Internet;
        if !self.opened.contains(&by) {
            self.opened.push(by);
        }
    }

    pub(crate) fn has_role(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// A name in the form in which two spellings of it are compared: lower case, `_` and `.` as `-`.
pub(crate) fn plain(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '.', ' '], "-")
}

/// Whether two names are the same in that form.
pub(crate) fn is_plainly(name: &str, other: &str) -> bool {
    plain_bytes(name).eq(plain_bytes(other))
}

/// Whether they are with and without hyphens: `sqldata` and `sql-data`.
pub(crate) fn is_spelled_as(name: &str, other: &str) -> bool {
    let letters = |name| plain_bytes(name).filter(|byte| *byte != b'-');
    letters(name).eq(letters(other))
}

fn plain_bytes(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().map(|byte| if matches!(byte, b'_' | b'.' | b' ') { b'-' } else { byte.to_ascii_lowercase() })
}

/// A name without separators and without a word for "service" at its end.
pub(crate) fn stem(name: &str) -> String {
    let squashed: String = name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    for suffix in ["microservice", "service", "svc", "deployment", "container"] {
        if let Some(stem) = squashed.strip_suffix(suffix)
            && !stem.is_empty()
        {
            return stem.to_owned();
        }
    }
    squashed
}

/// The folder of a path, with `/` at its end; empty at the root.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..=at])
}

/// A path relative to a folder, with `.` and `..` taken out; none when it leaves the repository.
pub(crate) fn join(folder: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') || relative.contains("://") {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
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

/// Adds the `/` at the end of a folder that is not the root.
pub(crate) fn as_folder(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("{path}/") }
}

/// The component of a third party, made where there is none yet.
pub(crate) fn third_party(drafts: &mut Vec<Draft<'_>>, name: &str, third: Option<&'static ThirdParty>) -> usize {
    let known = drafts.iter().position(|draft| draft.kind == ComponentKind::ExternalEntity && draft.name == name);
    known.unwrap_or_else(|| {
        let mut draft = Draft::new(name, "", ComponentKind::ExternalEntity);
        draft.roles.insert(Role::ThirdParty);
        draft.exposure = Exposure::Internet;
        if let Some(third) = third {
            draft.shares(&third.into());
        }
        drafts.push(draft);
        drafts.len() - 1
    })
}
