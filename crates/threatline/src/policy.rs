//! What `threatline.toml` says of the program itself: which version it wants, what gates, which rules
//! are off. The engine knows neither versions nor gates, so mistakes in them are found here.

use crate::args::Common;
use crate::commands::gate::Gate;
use crate::failure::Failure;
use crate::opened::VERSION;
use crate::output;
use threatline_engine::{CONFIG_FILE, ConfigError, Project};

/// Refuses what cannot be meant, and says aloud what has no effect.
pub(crate) fn check(common: &Common, project: &Project) -> Result<(), Failure> {
    let config = &project.config;
    if let Some(requires) = &config.tool.requires {
        match fits(VERSION, requires) {
            Some(true) => {}
            Some(false) => {
                let help = format!("this is threatline {VERSION}; install one that fits, so that everybody sees the same");
                return Err(mistake(project, "requires", requires, format!("this project wants threatline {requires}"), help));
            }
            None => {
                let help = "write it as \">=0.1, <0.2\"".to_owned();
                return Err(mistake(project, "requires", requires, format!("{requires} is no range of versions"), help));
            }
        }
    }
    if let Some(word) = config.gate.fail_on.iter().find(|word| !Gate::knows(word)) {
        return Err(mistake(project, "fail_on", word, format!("{word} is neither a severity nor an event"), Gate::words()));
    }
    for id in config.rules.disable.iter().filter(|id| threatline_threats::catalogue().iter().all(|rule| rule.id != id.as_str())) {
        output::say(common, &format!("{} switches off {id}, which is no rule; threatline rules lists them", path(project)));
    }
    Ok(())
}

fn path(project: &Project) -> &str {
    project.config_path.as_deref().unwrap_or(CONFIG_FILE)
}

/// A mistake at the word behind a key.
fn mistake(project: &Project, key: &str, word: &str, message: String, help: String) -> Failure {
    let text = &project.config_text;
    let behind = text.find(key).map_or(0, |at| at + key.len());
    let at = text[behind..].find(word).map(|at| behind + at);
    ConfigError { path: path(project).to_owned(), text: text.clone(), span: at.map(|at| at..at + word.len()), message, help: Some(help) }.into()
}

/// Whether a version lies in a range such as `>=0.1, <0.2`; none if that is no range.
fn fits(version: &str, range: &str) -> Option<bool> {
    let version = numbers(version)?;
    let mut all = true;
    for part in range.split(',').map(str::trim) {
        let (sign, rest) = part.split_at(part.find(|c: char| c.is_ascii_digit())?);
        let wanted = numbers(rest)?;
        all &= match sign.trim() {
            ">=" => version >= wanted,
            ">" => version > wanted,
            "<=" => version <= wanted,
            "<" => version < wanted,
            "=" => version == wanted,
            _ => return None,
        };
    }
    Some(all)
}

/// Up to three numbers; what is left out is 0.
fn numbers(version: &str) -> Option<[u64; 3]> {
    let mut numbers = [0; 3];
    for (at, part) in version.trim().split('.').enumerate() {
        *numbers.get_mut(at)? = part.parse().ok()?;
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_version_lies_in_a_range_or_the_range_is_none() {
        let samples = [
            (">=0.1, <0.2", Some(true)),
            (">=0.1.1", Some(false)),
            ("=0.1", Some(true)),
            ("<= 0.1.0,>0.0.9", Some(true)),
            (">=9", Some(false)),
            ("0.1", None),
            (">=0.1,", None),
            (">=0.1.x", None),
            (">=1.2.3.4", None),
            ("", None),
        ];
        for (range, expected) in samples {
            assert_eq!(fits("0.1.0", range), expected, "{range}");
        }
    }
}
