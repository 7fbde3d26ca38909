//! Python: `requirements*.txt`, `pyproject.toml`, `setup.cfg`, `setup.py`, `Pipfile`.
//!
//! The kind does not tell which of them a text is, so the text does: sections make it TOML or
//! `setup.cfg`, a call of `setup(` makes it `setup.py`, anything else is a list of requirements.

mod config;
mod project;
mod requirements;
mod setup;

use threatline_facts::Extracted;

/// Reads one manifest.
pub fn read(text: &str) -> Extracted {
    let sections: Vec<&str> = text.lines().map(str::trim_end).filter(|line| line.starts_with('[')).collect();
    if sections.is_empty() {
        return if setup::is_setup(text) { setup::read(text) } else { requirements::read(text) };
    }
    if sections.iter().any(|section| project::is_project_section(section)) { project::read(text) } else { config::read(text) }
}

/// The name at the front of a requirement (`name[extra]>=1; marker`, `name @ url`); none if there is
/// none.
fn requirement_name(requirement: &str) -> Option<&str> {
    let requirement = requirement.trim();
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let end = requirement.find(|letter| !is_name(letter)).unwrap_or(requirement.len());
    let (name, rest) = requirement.split_at(end);
    let follows = rest.trim_start();
    let proper = follows.is_empty() || follows.starts_with(['[', '=', '<', '>', '!', '~', ';', '@', ',', '(']);
    (proper && name.starts_with(|letter: char| letter.is_ascii_alphanumeric())).then_some(name)
}

/// Groups of dependencies that by custom are no part of the program.
fn is_development_group(group: &str) -> bool {
    let group = group.to_ascii_lowercase();
    const CUSTOM: [&str; 14] =
        ["dev", "develop", "development", "test", "tests", "testing", "lint", "linting", "format", "doc", "docs", "typing", "types", "ci"];
    CUSTOM.contains(&group.as_str()) || group.starts_with("dev-") || group.starts_with("test-") || group.ends_with("-dev")
}

#[cfg(test)]
mod tests {
    use super::requirement_name;

    #[test]
    fn the_name_ends_where_a_version_an_extra_or_a_marker_begins() {
        let names = ["Flask==2.0", "psycopg[binary] >= 3", "a.b-c_d", "x@ git+https://h/x", "y ; python_version<'3'", "z(>=1)"];
        assert_eq!(names.map(|text| requirement_name(text).unwrap_or("-")), ["Flask", "psycopg", "a.b-c_d", "x", "y", "z"]);
        assert_eq!(["two words", "", "-x", "./here", "https://host/x.whl"].map(requirement_name), [None; 5]);
    }
}
