//! Steps as the catalogue writes them: `inject(f) => read(f.target) + write(f.target)`.
//!
//! Parsing also checks that every capability is one that its term can have, so that a step which
//! parses is a step which the attack graph can place.

use super::{Capability, Clause, Power, Selector, Step, Term, Variable};
use std::fmt;
use std::str::FromStr;

/// A text that is no step, and the part of it that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAStep(pub String);

impl fmt::Display for NotAStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a step: `{}`", self.0)
    }
}

impl std::error::Error for NotAStep {}

/// What a term stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the catalogue's own words")]
pub enum Sort {
    Component,
    EntryPoint,
    Flow,
    Boundary,
    Principal,
    Data,
    Seen,
    Internet,
    Repository,
    Registry,
    Publisher,
}

impl Selector {
    /// What it leads to from a thing of that sort; none where it does not apply.
    pub fn leads(self, from: Sort) -> Option<Sort> {
        use Selector::*;
        Some(match (from, self) {
            (Sort::Component, Users | Admins) => Sort::Principal,
            (Sort::Component, Logs | Disk) => Sort::Seen,
            (Sort::Component, Boundary | Host | Platform) => Sort::Boundary,
            (Sort::Component, Targets | Callers | Readers | Writers | Neighbours | Grants | Secrets) => Sort::Component,
            (Sort::EntryPoint, Component) => Sort::Component,
            (Sort::EntryPoint, Returns | Parameters) | (Sort::Flow, Data) => Sort::Data,
            (Sort::Flow, Source | Target | Peers) => Sort::Component,
            (Sort::Boundary, Members) => Sort::Component,
            _ => return None,
        })
    }
}

impl Term {
    /// What it stands for; none when a selector does not apply.
    pub fn sort(&self) -> Option<Sort> {
        Some(match self {
            Term::Internet => Sort::Internet,
            Term::Repository => Sort::Repository,
            Term::Registry => Sort::Registry,
            Term::Publisher => Sort::Publisher,
            Term::Of(variable, selectors) => {
                let start = match variable {
                    Variable::Component => Sort::Component,
                    Variable::EntryPoint => Sort::EntryPoint,
                    Variable::Flow => Sort::Flow,
                    Variable::Boundary => Sort::Boundary,
                };
                selectors.iter().try_fold(start, |sort, selector| selector.leads(sort))?
            }
        })
    }
}

impl Power {
    /// An attacker can hold it of a thing of that sort.
    pub fn fits(self, sort: Sort) -> bool {
        use Sort::*;
        match self {
            Power::Reach => matches!(sort, Component | EntryPoint | Boundary | Internet),
            Power::Inside => sort == Boundary,
            Power::Call => matches!(sort, Component | EntryPoint),
            Power::ActAs | Power::Cred => matches!(sort, Principal | Component),
            Power::Inject => matches!(sort, Component | Flow),
            Power::OnPath => sort == Flow,
            Power::Lure => sort == Principal,
            Power::Exec | Power::Deny => sort == Component,
            Power::Control => matches!(sort, Component | Boundary | Publisher),
            Power::Read => matches!(sort, Data | Component | Seen | Repository | Registry),
            Power::Write => matches!(sort, Data | Component | Repository),
        }
    }
}

impl Capability {
    /// The capability of the two words of the catalogue's JSON form, `capability` and `of`.
    pub fn new(capability: &str, of: &str) -> Result<Self, NotAStep> {
        let wrong = || NotAStep(format!("{capability}({of})"));
        let power = Power::from_name(capability).ok_or_else(wrong)?;
        let of: Term = of.parse()?;
        of.sort().filter(|sort| power.fits(*sort)).ok_or_else(wrong)?;
        Ok(Self { power, of })
    }
}

impl Clause {
    /// The kind of element that the clause speaks of; none when it names constants only.
    pub fn variable(&self) -> Option<Variable> {
        self.needs.iter().chain(&self.gains).find_map(|capability| match &capability.of {
            Term::Of(variable, _) => Some(*variable),
            _ => None,
        })
    }
}

impl FromStr for Term {
    type Err = NotAStep;

    fn from_str(text: &str) -> Result<Self, NotAStep> {
        let mut words = text.split('.');
        let first = words.next().unwrap_or_default();
        let selectors: Option<Vec<Selector>> = words.map(Selector::from_name).collect();
        let wrong = || NotAStep(text.to_owned());
        let selectors = selectors.ok_or_else(wrong)?;
        let constant = match first {
            "internet" => Term::Internet,
            "repository" => Term::Repository,
            "registry" => Term::Registry,
            "publisher" => Term::Publisher,
            _ => return Ok(Term::Of(Variable::from_name(first).ok_or_else(wrong)?, selectors)),
        };
        if selectors.is_empty() { Ok(constant) } else { Err(wrong()) }
    }
}

impl FromStr for Capability {
    type Err = NotAStep;

    fn from_str(text: &str) -> Result<Self, NotAStep> {
        let (power, rest) = text.trim().split_once('(').ok_or_else(|| NotAStep(text.to_owned()))?;
        Capability::new(power, rest.strip_suffix(')').ok_or_else(|| NotAStep(text.to_owned()))?)
    }
}

impl FromStr for Clause {
    type Err = NotAStep;

    fn from_str(text: &str) -> Result<Self, NotAStep> {
        let (needs, gains) = text.split_once("=>").ok_or_else(|| NotAStep(text.trim().to_owned()))?;
        let all = |side: &str| side.split(" + ").map(str::parse).collect::<Result<Vec<Capability>, _>>();
        Ok(Self { needs: all(needs)?, gains: all(gains)? })
    }
}

impl FromStr for Step {
    type Err = NotAStep;

    fn from_str(text: &str) -> Result<Self, NotAStep> {
        if text == "none" {
            return Ok(Self::default());
        }
        Ok(Self { clauses: text.split(" | ").map(str::parse).collect::<Result<_, _>>()? })
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Internet => f.write_str("internet"),
            Term::Repository => f.write_str("repository"),
            Term::Registry => f.write_str("registry"),
            Term::Publisher => f.write_str("publisher"),
            Term::Of(variable, selectors) => {
                f.write_str(variable.name())?;
                selectors.iter().try_for_each(|selector| write!(f, ".{}", selector.name()))
            }
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.power.name(), self.of)
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, &self.needs, " + ")?;
        f.write_str(" => ")?;
        list(f, &self.gains, " + ")
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.clauses.is_empty() {
            return f.write_str("none");
        }
        list(f, &self.clauses, " | ")
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, things: &[T], between: &str) -> fmt::Result {
    for (at, thing) in things.iter().enumerate() {
        if at > 0 {
            f.write_str(between)?;
        }
        thing.fmt(f)?;
    }
    Ok(())
}
