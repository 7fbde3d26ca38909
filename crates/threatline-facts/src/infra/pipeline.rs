//! What pipelines do, and what they may.

use super::*;

/// What a platform runs when something changes: a workflow of GitHub Actions, the pipeline of a project elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pipeline {
    /// Who runs it.
    pub platform: PipelinePlatform,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// Files of this repository that it takes in, from its root.
    pub includes: Vec<String>,
    /// What it does.
    pub jobs: Vec<PipelineJob>,
    /// Where it begins.
    pub mark: Mark,
}

/// Who runs pipelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub enum PipelinePlatform {
    GithubActions,
    GitlabCi,
    CircleCi,
    BitbucketPipelines,
    AzurePipelines,
    Jenkins,
    Drone,
    Woodpecker,
    CloudBuild,
    CodeBuild,
    Tekton,
}

/// An event that starts a pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Trigger {
    /// `push`, `pull_request_target`; a platform's own word.
    pub event: String,
    /// Only for named branches, tags or labels.
    pub filtered: bool,
    /// Where it is written.
    pub mark: Mark,
}

/// A job of a pipeline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PipelineJob {
    /// Its key.
    pub name: String,
    /// The environment that it deploys to, which the platform may protect.
    pub environment: Option<String>,
    /// It may ask the platform for a token that says who it is (`id-token: write`).
    pub identity: bool,
    /// Its token of the repository may write, as the file says.
    pub writes: bool,
    /// A condition asks who or what started it.
    pub conditional: bool,
    /// A pipeline of this repository that it calls.
    pub calls: Option<String>,
    /// Secrets that each of its steps has: the variable, and the secret's name.
    pub secrets: Vec<(String, String)>,
    /// In order.
    pub steps: Vec<PipelineStep>,
    /// Where it is written.
    pub mark: Mark,
}

/// A step of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PipelineStep {
    /// An action, with its reference: `actions/checkout@v4`.
    pub uses: Option<String>,
    /// What the action is told.
    pub with: Vec<(String, Text)>,
    /// Commands of its script that the catalogue knows, as it writes them.
    pub runs: Vec<String>,
    /// Secrets that are handed to it: the variable or input (none: a part of the script), and the secret's name.
    pub secrets: Vec<(String, String)>,
    /// Images that it builds.
    pub images: Vec<BuiltImage>,
    /// Expressions that are put into its script as text: `github.event.issue.title`.
    pub expands: Vec<String>,
    /// The same of what an agent is told that it starts.
    pub prompts: Vec<String>,
    /// What such an agent may do, as the step says: `execute`, `write`.
    pub effects: Vec<String>,
    /// Where it is written.
    pub mark: Mark,
}

/// An image that a step builds, and from which folder: as [`ImageSource`], from the root of the repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BuiltImage {
    /// Its reference; `*` stands for what is not known.
    pub image: String,
    /// The folder.
    pub context: String,
    /// The Dockerfile, from that folder.
    pub dockerfile: Option<String>,
}
