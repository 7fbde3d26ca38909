//! `accept`, `mitigate`, `dismiss`, `reopen`: a person's word, kept in the repository.

use crate::args::{Common, Decide};
use crate::failure::Failure;
use crate::opened::Opened;
use crate::output;
use threatline_engine::{DECISIONS_FOLDER, timestamp};
use threatline_threats::{Decision, DecisionKind, Threat};

pub(crate) fn run(common: &Common, arguments: &Decide, word: &str) -> Result<(), Failure> {
    let kind = match word {
        "accept" => DecisionKind::Accepted,
        "mitigate" => DecisionKind::Mitigated,
        _ => DecisionKind::Dismissed,
    };
    if arguments.why.trim().is_empty() {
        return Err(Failure::mistake("a decision needs a reason", Some("--why TEXT, for those who read it later")));
    }
    if let Some(until) = arguments.until.as_ref().filter(|until| until.len() != 10 || crate::opened::day(until).is_none()) {
        return Err(Failure::mistake(format!("{until} is no date"), Some("write it as 2026-11-23")));
    }
    let mut opened = Opened::new(common)?;
    let revision = opened.named(None)?;
    let scan = opened.scan(&revision)?;
    let threat = find(&scan.found.threats, &arguments.id)?;
    let mut decision = Decision::about(&scan.model, threat, kind, arguments.why.trim());
    decision.by = arguments.by.clone().or_else(|| opened.workspace.user());
    decision.on = revision.as_of.map(|seconds| timestamp(seconds)[..10].to_owned());
    decision.until = arguments.until.clone();
    let path = opened.below_top(&format!("{}{DECISIONS_FOLDER}/{}.toml", revision.prefix, threat.id))?;
    let text = toml::to_string_pretty(&decision).map_err(|error| Failure::Bug(format!("a decision cannot be written: {error}")))?;
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder.and_then(|()| std::fs::write(&path, text)).map_err(|error| Failure::mistake(format!("cannot write {}: {error}", path.display()), None))?;
    output::print(&format!("{word}ed {}: {}\nwrote {}\n", threat.id, output::plain(&threat.title), path.display()).replace("mitigateed", "mitigated"))
}

pub(crate) fn reopen(common: &Common, arguments: &Decide) -> Result<(), Failure> {
    let opened = Opened::new(common)?;
    let revision = opened.named(None)?;
    let project = opened.session.project(&revision)?;
    let at = project.decided.decisions.iter().position(|decision| decision.id.0 == arguments.id);
    let Some(path) = at.and_then(|at| project.decided.paths.get(at)) else {
        return Err(Failure::mistake(format!("nothing is decided of {}", arguments.id), None));
    };
    let full = opened.below_top(path)?;
    std::fs::remove_file(&full).map_err(|error| Failure::mistake(format!("cannot remove {}: {error}", full.display()), None))?;
    output::print(&format!("reopened {}: {}\nremoved {}\n", arguments.id, output::plain(&arguments.why), full.display()))
}

fn find<'t>(threats: &'t [Threat], id: &str) -> Result<&'t Threat, Failure> {
    let found: Vec<&Threat> = threats.iter().filter(|threat| threat.id.0 == id || threat.id.0.strip_prefix("TL-") == Some(id)).collect();
    match found.as_slice() {
        [threat] => Ok(threat),
        _ => Err(Failure::mistake(format!("there is no threat {id} here"), Some("threatline scan lists them; a path is decided threat by threat"))),
    }
}
