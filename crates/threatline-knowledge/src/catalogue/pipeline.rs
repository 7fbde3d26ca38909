//! What steps of pipelines do, and to whom.

use super::load;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What a step does to whom it turns to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// It says who it is; what is done so, other steps say.
    SignIn,
    /// It changes what runs there.
    Deploy,
    /// It puts a package or an image where others fetch it.
    Publish,
    /// It brings in what somebody outside sent.
    CheckOut,
    /// It sends or fetches something.
    Use,
}

/// An action or a command.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    names: Vec<String>,
    /// Whom it turns to, by its name among [third parties](super::third_party); none where that depends.
    #[serde(default)]
    pub to: Option<String>,
    /// What it does there.
    pub does: Does,
    /// Inputs, or variables of a command, that hold a credential that does not expire.
    #[serde(default)]
    pub static_key: Vec<String>,
    /// Inputs that mean a short-lived identity of the pipeline.
    #[serde(default)]
    pub identity: Vec<String>,
    /// An agent that it starts, which then does what a model says.
    pub agent: Option<Agent>,
}

/// An agent that a step starts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// What it is called.
    pub name: String,
    /// Inputs that, switched on, have another provider asked in place of the task's.
    #[serde(default)]
    pub instead: BTreeMap<String, String>,
    /// Inputs whose text it is told.
    #[serde(default)]
    pub prompt: Vec<String>,
    /// What it may do where nothing confines it; nobody is there to be asked.
    #[serde(default)]
    pub effects: Vec<String>,
    /// Inputs that list what else it may do.
    #[serde(default)]
    pub tools: Vec<String>,
    /// Inputs whose settings list all that it may do.
    #[serde(default)]
    pub confined: Vec<String>,
    /// Inputs, and what they say where it may only read.
    #[serde(default)]
    pub reads: BTreeMap<String, String>,
    /// Options, or words of inputs, that let it do everything.
    #[serde(default)]
    pub frees: Vec<String>,
    /// It is shut in, unless inputs say these words.
    #[serde(default)]
    pub shut_in: Option<BTreeMap<String, String>>,
    /// It does nothing for people without the right to write here, unless one of these inputs names them.
    #[serde(default)]
    pub admits: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Registry {
    ends: Vec<String>,
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trigger {
    event: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outsiders {
    expressions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    action: Vec<Task>,
    command: Vec<Task>,
    registry: Vec<Registry>,
    trigger: Vec<Trigger>,
    outsiders: Vec<Outsiders>,
}

struct Known {
    written: Written,
    actions: BTreeMap<String, usize>,
    commands: BTreeMap<String, usize>,
    /// Commands by their first word.
    programs: BTreeMap<String, Vec<(Vec<String>, String)>>,
}

fn known() -> &'static Known {
    static ALL: OnceLock<Known> = OnceLock::new();
    ALL.get_or_init(|| {
        let written: Written = load(data!("pipelines"));
        let by_name = |tasks: &[Task]| tasks.iter().enumerate().flat_map(|(at, task)| task.names.iter().map(move |name| (name.clone(), at))).collect();
        let (actions, commands): (_, BTreeMap<String, usize>) = (by_name(&written.action), by_name(&written.command));
        let mut programs: BTreeMap<String, Vec<(Vec<String>, String)>> = BTreeMap::new();
        for name in commands.keys() {
            let mut words = name.split(' ').map(str::to_owned);
            programs.entry(words.next().unwrap_or_default()).or_default().push((words.collect(), name.clone()));
        }
        Known { written, actions, commands, programs }
    })
}

/// An action by the name that `uses:` gives it, without its reference.
pub fn action(name: &str) -> Option<&'static Task> {
    let lower = name.to_ascii_lowercase();
    // `owner/name/folder` is a part of `owner/name`
    let owner_and_name = lower.match_indices('/').nth(1).map_or(lower.as_str(), |(at, _)| &lower[..at]);
    let at = known().actions.get(&lower).or_else(|| known().actions.get(owner_and_name))?;
    known().written.action.get(*at)
}

/// A command by the name that [`command_of`] gave it.
pub fn command(name: &str) -> Option<&'static Task> {
    known().written.command.get(*known().commands.get(name)?)
}

/// The name of the command that these are the words of; options and their values may stand between them.
pub fn command_of(words: &[&str]) -> Option<&'static str> {
    let (program, rest) = words.split_first()?;
    let stands = |wanted: &[String]| {
        let mut rest = rest.iter().peekable();
        wanted.iter().all(|word| {
            while let Some(option) = rest.next_if(|other| other.starts_with('-') && *other != word) {
                // its value, if it has one of its own
                if !option.contains('=') {
                    rest.next_if(|other| !other.starts_with('-') && *other != word);
                }
            }
            rest.next().is_some_and(|other| other == word)
        })
    };
    known().programs.get(*program)?.iter().filter(|(wanted, _)| stands(wanted)).max_by_key(|(wanted, _)| wanted.len()).map(|(_, name)| name.as_str())
}

/// Whose registry a host is, by its name among third parties.
pub fn registry(host: &str) -> Option<&'static str> {
    let host = host.split("://").last()?.split('/').next()?;
    let ends = |end: &String| host.strip_suffix(end.as_str()).is_some_and(|before| before.is_empty() || before.ends_with(['.', '-']));
    known().written.registry.iter().find(|registry| registry.ends.iter().any(ends)).map(|registry| registry.to.as_str())
}

/// Whether people without rights in the repository can cause an event that starts a pipeline with its secrets.
pub fn is_of_outsiders(event: &str) -> bool {
    known().written.trigger.iter().any(|trigger| trigger.event == event)
}

/// Whether such people fill an expression with words of their own.
pub fn is_filled_by_outsiders(expression: &str) -> bool {
    let same = |wanted: &str| {
        let (mut wanted, mut parts) = (wanted.split('.'), expression.split('.'));
        loop {
            match (wanted.next(), parts.next()) {
                (None, None) => return true,
                (Some("*"), Some(_)) => {}
                (Some(one), Some(other)) if one == other => {}
                _ => return false,
            }
        }
    };
    known().written.outsiders.iter().flat_map(|list| &list.expressions).any(|wanted| same(wanted))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn whom_tasks_turn_to_is_known() {
        for task in known().written.action.iter().chain(&known().written.command) {
            let to = task.to.as_deref();
            assert!(to.is_none_or(|name| super::super::third_party(name).is_some()), "{to:?}");
            let registries = &known().written.registry;
            assert!(registries.iter().all(|registry| super::super::third_party(&registry.to).is_some()));
            assert!(task.names.iter().all(|name| known().actions.contains_key(name) != known().commands.contains_key(name)));
        }
    }

    #[test]
    fn commands_are_told_by_their_words() {
        assert_eq!(command_of(&["kubectl", "-n", "shop", "apply", "-f", "k8s"]), Some("kubectl apply"));
        assert_eq!(command_of(&["npm", "publish", "--access", "public"]), Some("npm publish"));
        assert_eq!(command_of(&["npm", "run", "publish"]), None);
        assert_eq!(command_of(&["kubectl", "get", "pods"]), None);
        assert_eq!(command_of(&["aws", "--region", "eu-west-1", "s3", "sync", "dist", "s3://shop"]), Some("aws s3 sync"));
        assert_eq!(action("Docker/login-action").unwrap().does, Does::SignIn);
        assert_eq!(action("netlify/actions/cli").unwrap().to.as_deref(), Some("netlify"));
        assert!(action("actions/checkout").is_none());
        assert_eq!(
            (registry("eu.gcr.io"), registry("https://ghcr.io/shop"), registry("registry.shop.eu")),
            (Some("google-apis"), Some("github-packages"), None)
        );
    }

    #[test]
    fn outsiders_fill_titles_and_not_numbers() {
        assert!(is_filled_by_outsiders("github.event.issue.title") && is_filled_by_outsiders("github.event.commits.0.message"));
        assert!(!is_filled_by_outsiders("github.event.issue.number") && !is_filled_by_outsiders("github.event.issue"));
        assert!(is_of_outsiders("pull_request_target") && !is_of_outsiders("pull_request") && !is_of_outsiders("push"));
    }
}
