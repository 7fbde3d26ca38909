//! Agents that a repository configures, and the servers of tools that they use.

use super::*;

/// A server of tools that an agent is configured with (Model Context Protocol).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ToolServer {
    /// What the configuration calls it.
    pub name: String,
    /// How it runs.
    pub runs: ToolProgram,
    /// The agent sends a credential along.
    pub credential: bool,
    /// A secret is written out among its variables, headers or arguments.
    pub secret: bool,
    /// Nobody is asked before any of its tools is used.
    pub trusted: bool,
    /// Where.
    pub mark: Mark,
}

/// How a [`ToolServer`] runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ToolProgram {
    /// Elsewhere, at this address.
    Remote(Text),
    /// Beside the agent: a package that is fetched for it.
    Package(String),
    /// The same: an image.
    Image(String),
    /// The same: a file, from the folder that the agent is started in.
    File(String),
    /// The same: a program that is there.
    Program(String),
}

/// A program of this repository that is published as a server of tools: to a registry, as a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ToolOffer {
    /// What it is published as.
    pub name: Option<String>,
    /// The file that runs it, from the folder of the document, if it says so.
    pub file: Option<String>,
    /// Where.
    pub mark: Mark,
}

/// What an agent may do, as its configuration says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AgentRights {
    /// What its tools may do without anybody being asked, in part or whatever it is: `execute`, `write`, and where.
    pub effects: Vec<(String, Mark)>,
    /// Where it says that nobody is asked, whatever it is that a tool of such an effect does.
    pub unasked: Vec<Mark>,
    /// Where it says that somebody is asked before anything is done.
    pub asked: Option<Mark>,
    /// Whether what it runs is shut in, and where it says so.
    pub sandboxed: Option<(bool, Mark)>,
    /// Where.
    pub mark: Mark,
}

/// A workflow of an automation platform (n8n).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Automation {
    /// Its name.
    pub name: Option<String>,
    /// Whether it is switched on, if it says so.
    pub active: Option<bool>,
    /// How it is started from outside.
    pub ways: Vec<AutomationWay>,
    /// Whom it turns to, by their names among products and third parties; whether a credential is sent along; and where.
    pub asks: Vec<(String, bool, Mark)>,
    /// What agents in it can do with tools: `network`, `message`, and where.
    pub effects: Vec<(String, Mark)>,
    /// An agent in it: a model says what is done.
    pub agent: Option<Mark>,
    /// Where it begins.
    pub mark: Mark,
}

/// How an [`Automation`] is started.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AutomationWay {
    /// The method of a request; none is a clock.
    pub method: Option<String>,
    /// The path of a request, or what the clock starts.
    pub path: String,
    /// Whether somebody is asked who he is.
    pub authenticated: Option<bool>,
    /// Where.
    pub mark: Mark,
}
