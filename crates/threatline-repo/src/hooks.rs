//! Git hooks: installed beside what is there, taken away without a trace.
//!
//! A hook of ours is a few lines of POSIX shell that run the program if it can be found and otherwise
//! do nothing: a missing program never stops a commit. A hook that was there is moved aside and called
//! first. Where a hook manager owns the hooks, nothing is touched, and the lines to add are told.

#![allow(clippy::disallowed_methods, reason = "git's hooks are no content of a project")]

use crate::error::{RepoError, Result, io};
use std::path::{Path, PathBuf};

/// The hooks that are installed.
pub const HOOKS: [&str; 5] = ["pre-commit", "pre-merge-commit", "post-commit", "post-merge", "post-rewrite"];
/// A line by which a hook of ours is known.
const MARK: &str = "# installed by threatline";
const ASIDE: &str = ".threatline-chained";

/// What a hook is today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookState {
    /// There is none.
    Absent,
    /// Ours, alone.
    Installed,
    /// Ours, and it calls the one that was there before.
    Chained,
    /// Someone else's.
    Foreign,
}

/// All hooks of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookStatus {
    /// The folder that git looks in.
    pub folder: PathBuf,
    /// Hook by hook.
    pub hooks: Vec<(&'static str, HookState)>,
    /// A hook manager that owns them.
    pub manager: Option<Manager>,
}

/// A program that manages hooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manager {
    /// Its name.
    pub name: &'static str,
    /// What to add to its configuration, and where.
    pub advice: String,
}

/// The hooks of one repository.
pub struct Hooks {
    folder: PathBuf,
    top: Option<PathBuf>,
}

impl Hooks {
    /// The hooks that git would run for that repository: `core.hooksPath`, or those that all of its work
    /// trees share.
    pub fn of(repository: &gix::Repository) -> Result<Self> {
        let top = repository.workdir().map(Path::to_owned);
        let configured = repository.config_snapshot().trusted_path("core.hooksPath").ok().flatten();
        let folder = match configured {
            // As git does: relative to where hooks run.
            Some(path) => top.as_deref().unwrap_or(repository.git_dir()).join(path),
            // of a linked work tree the folder that all share lies two up: told as people would
            None => plain(repository.common_dir()).join("hooks"),
        };
        Ok(Self { folder, top })
    }

    /// What is installed.
    pub fn status(&self) -> HookStatus {
        let hooks = HOOKS.iter().map(|name| (*name, self.state(name))).collect();
        HookStatus { folder: self.folder.clone(), hooks, manager: self.manager() }
    }

    /// Installs every hook, or none. `gate` makes them fail when the gate is hit.
    pub fn install(&self, gate: bool) -> Result<HookStatus> {
        if let Some(manager) = self.manager() {
            let error = RepoError::new(format!("{} manages the hooks of this repository", manager.name));
            return Err(error.with_help(manager.advice));
        }
        let doing = format!("hooks cannot be written in {}", self.folder.display());
        std::fs::create_dir_all(&self.folder).map_err(io(&doing))?;
        for name in HOOKS {
            let (path, aside) = (self.folder.join(name), self.aside(name));
            if self.state(name) == HookState::Foreign {
                if aside.exists() {
                    return Err(
                        RepoError::new(format!("{} and {} are both there", path.display(), aside.display())).with_help("keep one of them, then install again")
                    );
                }
                std::fs::rename(&path, &aside).map_err(io(&doing))?;
            }
            write_script(&path, &script(name, gate)).map_err(io(&doing))?;
        }
        Ok(self.status())
    }

    /// Puts back what was there.
    pub fn uninstall(&self) -> Result<HookStatus> {
        let doing = format!("hooks cannot be removed from {}", self.folder.display());
        for name in HOOKS {
            let (path, aside) = (self.folder.join(name), self.aside(name));
            if matches!(self.state(name), HookState::Installed | HookState::Chained) {
                std::fs::remove_file(&path).map_err(io(&doing))?;
            }
            if aside.exists() && !path.exists() {
                std::fs::rename(&aside, &path).map_err(io(&doing))?;
            }
        }
        Ok(self.status())
    }

    fn aside(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}{ASIDE}"))
    }

    fn state(&self, name: &str) -> HookState {
        match std::fs::read(self.folder.join(name)) {
            Err(_) => HookState::Absent,
            Ok(text) if !String::from_utf8_lossy(&text).contains(MARK) => HookState::Foreign,
            Ok(_) if self.aside(name).exists() => HookState::Chained,
            Ok(_) => HookState::Installed,
        }
    }

    /// Whoever owns the hooks, if it is a program that would overwrite ours or choke on them.
    fn manager(&self) -> Option<Manager> {
        let top = self.top.as_deref()?;
        let run = "threatline hook run";
        let in_folder = |name: &str| self.folder.components().any(|part| part.as_os_str() == name);
        // a hook of ours names what it runs, and so seems to name a manager
        let hook = std::fs::read_to_string(self.folder.join("pre-commit")).ok().filter(|hook| !hook.contains(MARK)).unwrap_or_default();
        if in_folder(".husky") {
            let advice = format!("add a line to .husky/pre-commit: {run} pre-commit, and to .husky/post-commit: {run} post-commit");
            return Some(Manager { name: "husky", advice });
        }
        let file = |names: &[&str]| names.iter().any(|name| top.join(name).exists());
        if file(&["lefthook.yml", "lefthook.yaml", ".lefthook.yml", "lefthook.toml", "lefthook.json"]) && hook.contains("lefthook") {
            let advice = format!("add to lefthook.yml: post-commit: {{ commands: {{ threatline: {{ run: {run} post-commit }} }} }}, the same for pre-commit");
            return Some(Manager { name: "lefthook", advice });
        }
        if file(&[".pre-commit-config.yaml"]) && hook.contains("pre-commit") {
            let advice = format!(
                "add to .pre-commit-config.yaml a local hook: {{ id: threatline, name: threatline, entry: {run} pre-commit, language: system, pass_filenames: false, stages: [pre-commit] }}, the same for post-commit"
            );
            return Some(Manager { name: "pre-commit", advice });
        }
        // its hooks look at the name that they are called by, so they cannot be set aside
        if file(&[".overcommit.yml"]) && hook.to_lowercase().contains("overcommit") {
            let advice = format!(
                "add to .overcommit.yml: PreCommit: {{ Threatline: {{ enabled: true, command: [sh, -c, \"{run} pre-commit\"] }} }}, the same for PostCommit"
            );
            return Some(Manager { name: "overcommit", advice });
        }
        None
    }
}

/// A folder without steps up, where it can be looked up.
fn plain(folder: &Path) -> PathBuf {
    let climbs = folder.components().any(|part| part == std::path::Component::ParentDir);
    if climbs { std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()) } else { folder.to_owned() }
}

/// The script of a hook.
fn script(name: &str, gate: bool) -> String {
    let (run, end) = if gate { ("--gate ", "exit $?") } else { ("", "exit 0") };
    // git tells post-rewrite what it rewrote on the standard input; both hooks are to read it.
    let (keep, give) = if name == "post-rewrite" { ("said=$(cat)\n", "printf '%s\\n' \"$said\" | ") } else { ("", "") };
    format!(
        "#!/bin/sh\n{MARK}; `threatline hook uninstall` puts back what was here\n{keep}\
         before=\"$0{ASIDE}\"\n\
         if [ -x \"$before\" ]; then {give}\"$before\" \"$@\" || exit $?; fi\n\
         command -v threatline >/dev/null 2>&1 || exit 0\n\
         {give}threatline hook run {run}{name} \"$@\"\n{end}\n"
    )
}

fn write_script(path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::write(path, text)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}
