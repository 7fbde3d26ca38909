//! Pipelines as a part of the system: what they change elsewhere, by which right, and who can start them.
//!
//! A pipeline that only builds and tests is none of it. One that has secrets, an identity or rights of its own is: whoever
//! makes it run what he sent has all of that.

mod agents;

use super::draft::{Draft, folder_of, third_party};
use super::flows::{Flows, Key, Proved, push_new};
use super::said::{At, Said};
use std::collections::{BTreeMap, BTreeSet};
use threatline_facts::Mark;
use threatline_facts::infra::{Pipeline, PipelineJob, PipelinePlatform, PipelineStep, Trigger};
use threatline_knowledge::catalogue;
use threatline_knowledge::catalogue::pipeline::{self, Does, Task};
use threatline_model::*;

/// Places of actions by a reference that others can move; more of them say nothing new.
const MOST_SHOWN: usize = 8;

/// Who may start what without any right here, and what comes of it.
pub(crate) struct Started {
    component: usize,
    path: String,
    handler: String,
    flows: BTreeSet<Key>,
    properties: Properties,
    evidence: Evidence,
}

/// One pipeline that has rights of its own.
struct Reader<'s, 'a> {
    pipeline: &'s At<'a, Pipeline>,
    by: &'static str,
    /// The component of the platform that runs it.
    at: usize,
}

/// Adds a component for each platform that runs such pipelines, and the flows from it.
pub(crate) fn find(drafts: &mut Vec<Draft<'_>>, flows: &mut Flows, said: &Said<'_>, prefix: &str) -> Vec<Started> {
    let mut started = Vec::new();
    let mut made: BTreeMap<PipelinePlatform, usize> = BTreeMap::new();
    let included = included(said, prefix);
    let by_path: BTreeMap<&str, &At<'_, Pipeline>> = said.pipelines.iter().map(|pipeline| (&*pipeline.path, pipeline)).collect();
    for pipeline in said.pipelines.iter().filter(|pipeline| is_run(pipeline, prefix, &included)) {
        if !runs(pipeline, &by_path, prefix).iter().any(|(_, job)| has_rights(job)) {
            continue;
        }
        let by = name_of(pipeline.it.platform);
        let at = *made.entry(pipeline.it.platform).or_insert_with(|| {
            if let Some(declared) = declared(drafts, pipeline.it.platform) {
                return declared;
            }
            let mut draft = Draft::new(by, "", ComponentKind::Process);
            draft.roles.insert(Role::Ci);
            draft.technologies.insert(by.to_owned());
            drafts.push(draft);
            drafts.len() - 1
        });
        let reader = Reader { pipeline, by, at };
        push_new(&mut drafts[at].evidence, reader.evidence(pipeline.it.mark));
        reader.exchangeable(&mut drafts[at]);
        let mut opened = BTreeSet::new();
        for job in pipeline.it.jobs.iter().filter(|job| has_rights(job)) {
            opened.extend(reader.job(job, drafts, flows));
        }
        let run = runs(pipeline, &by_path, prefix);
        started.extend(pipeline.it.triggers.iter().filter_map(|trigger| reader.started(trigger, &run, &opened)));
    }
    started
}

/// Adds the ways in of those who may start a pipeline without any right here.
pub(crate) fn entry_points(ids: &[ComponentId], flow_ids: &BTreeMap<Key, FlowId>, entries: &mut Vec<EntryPoint>, started: Vec<Started>) {
    entries.extend(started.into_iter().map(|way| EntryPoint {
        id: EntryPointId::new(format!("{}:{}", ids[way.component].rest(), way.path)),
        component: ids[way.component].clone(),
        kind: EntryPointKind::Message,
        method: None,
        path: way.path,
        parameters: Vec::new(),
        authenticated: None,
        authenticated_proof: None,
        authorized: None,
        // that others start it is what it is there for
        public: Some(true),
        exposure: Exposure::Internet,
        handler: Some(way.handler),
        flows: Some(way.flows.iter().filter_map(|key| flow_ids.get(key).cloned()).collect()),
        reaches: BTreeSet::new(),
        properties: way.properties,
        evidence: vec![way.evidence],
    }));
}

fn name_of(platform: PipelinePlatform) -> &'static str {
    match platform {
        PipelinePlatform::GithubActions => "github-actions",
        PipelinePlatform::GitlabCi => "gitlab-ci",
        PipelinePlatform::CircleCi => "circleci",
        PipelinePlatform::BitbucketPipelines => "bitbucket-pipelines",
        PipelinePlatform::AzurePipelines => "azure-pipelines",
        PipelinePlatform::Jenkins => "jenkins",
        PipelinePlatform::Drone => "drone",
        PipelinePlatform::Woodpecker => "woodpecker",
        PipelinePlatform::CloudBuild => "google-cloud-build",
        PipelinePlatform::CodeBuild => "aws-codebuild",
        PipelinePlatform::Tekton => "tekton",
    }
}

/// The one resource of a cloud that is declared to run what the platform's files say.
fn declared(drafts: &[Draft<'_>], platform: PipelinePlatform) -> Option<usize> {
    let product = match platform {
        PipelinePlatform::CloudBuild => "cloud-build",
        PipelinePlatform::CodeBuild => "codebuild",
        _ => return None,
    };
    let mut found = (0..drafts.len()).filter(|at| drafts[*at].has_role(Role::Ci) && drafts[*at].technologies.contains(product));
    found.next().filter(|_| found.next().is_none())
}

/// Whether the platform runs a file: one that lies elsewhere is a template or belongs to a copy of another repository.
fn is_run(pipeline: &At<'_, Pipeline>, prefix: &str, included: &BTreeSet<&str>) -> bool {
    let path = pipeline.path.strip_prefix(prefix).unwrap_or(&pipeline.path);
    match pipeline.it.platform {
        PipelinePlatform::GithubActions => folder_of(path) == ".github/workflows/",
        PipelinePlatform::GitlabCi => path == GITLAB || included.contains(path),
        PipelinePlatform::CircleCi => matches!(path, ".circleci/config.yml" | ".circleci/config.yaml"),
        PipelinePlatform::BitbucketPipelines => path == "bitbucket-pipelines.yml",
        // where it lies is said elsewhere; by custom it is called so, or lies so
        PipelinePlatform::AzurePipelines => {
            let (folder, name) = (folder_of(path), path.rsplit('/').next().unwrap_or(path));
            name.starts_with("azure-pipelines") || [".azure-pipelines/", ".azuredevops/", ".pipelines/"].iter().any(|own| folder.starts_with(own))
        }
        PipelinePlatform::Drone => matches!(path, ".drone.yml" | ".drone.yaml"),
        PipelinePlatform::Woodpecker => matches!(path, ".woodpecker.yml" | ".woodpecker.yaml") || folder_of(path).starts_with(".woodpecker/"),
        // a project names any file of its own
        PipelinePlatform::CloudBuild => path.rsplit('/').next().is_some_and(|name| name.starts_with("cloudbuild")),
        PipelinePlatform::CodeBuild => path.rsplit('/').next().is_some_and(|name| name.starts_with("buildspec")),
        PipelinePlatform::Jenkins | PipelinePlatform::Tekton => !super::is_test_path(path),
    }
}

/// The file with which GitLab begins.
const GITLAB: &str = ".gitlab-ci.yml";

/// Files that the pipeline of GitLab takes in, and those that these do.
fn included<'s>(said: &'s Said<'_>, prefix: &str) -> BTreeSet<&'s str> {
    let all = said.pipelines.iter().filter(|pipeline| pipeline.it.platform == PipelinePlatform::GitlabCi);
    let by_path: BTreeMap<&str, &Pipeline> = all.map(|pipeline| (pipeline.path.strip_prefix(prefix).unwrap_or(&pipeline.path), pipeline.it)).collect();
    let mut included = BTreeSet::new();
    let mut next: Vec<&Pipeline> = by_path.get(GITLAB).copied().into_iter().collect();
    while let Some(pipeline) = next.pop() {
        for path in &pipeline.includes {
            if included.insert(path.as_str()) {
                next.extend(by_path.get(path.as_str()).copied());
            }
        }
    }
    included
}

/// The jobs that a trigger of a pipeline starts, with where each is written: its own, and those of pipelines of this repository that
/// they call. What a caller asks first stands before what it calls.
fn runs<'s, 'a>(pipeline: &'s At<'a, Pipeline>, by_path: &BTreeMap<&str, &'s At<'a, Pipeline>>, prefix: &str) -> Vec<(&'s At<'a, Pipeline>, &'s PipelineJob)> {
    let (mut out, mut seen, mut next) = (Vec::new(), BTreeSet::from([&*pipeline.path]), vec![pipeline]);
    while let Some(pipeline) = next.pop() {
        for job in &pipeline.it.jobs {
            out.push((pipeline, job));
            let called = job.calls.as_ref().filter(|_| is_open(job)).and_then(|path| by_path.get(format!("{prefix}{path}").as_str()).copied());
            next.extend(called.filter(|called| seen.insert(&called.path)));
        }
    }
    out
}

/// Whether nothing is asked before a job starts that the file tells of.
fn is_open(job: &PipelineJob) -> bool {
    !job.conditional && job.environment.is_none()
}

/// Whether a job has what an outsider has not.
fn has_rights(job: &PipelineJob) -> bool {
    let secrets = !job.secrets.is_empty() || job.steps.iter().any(|step| !step.secrets.is_empty());
    secrets
        || job.identity
        || job.writes
        || job.environment.is_some()
        || tasks(job).any(|(_, task)| matches!(task.does, Does::Deploy | Does::Publish | Does::SignIn))
}

/// What a job's steps do.
fn tasks(job: &PipelineJob) -> impl Iterator<Item = (&PipelineStep, &'static Task)> {
    job.steps.iter().flat_map(|step| {
        let action = step.uses.as_deref().and_then(|uses| pipeline::action(uses.split('@').next().unwrap_or(uses)));
        action.into_iter().chain(step.runs.iter().filter_map(|name| pipeline::command(name))).map(move |task| (step, task))
    })
}

/// By what right a step does what it does; none where that is not seen.
fn credential(job: &PipelineJob, step: &PipelineStep, task: &Task) -> Option<&'static str> {
    let is = |names: &[String], name: &str| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    let secrets = || job.secrets.iter().chain(&step.secrets);
    if secrets().any(|(variable, _)| is(&task.static_key, variable)) {
        return Some("static_key");
    }
    step.with.iter().any(|(input, _)| is(&task.identity, input)).then_some("workload_identity")
}

impl Reader<'_, '_> {
    fn evidence(&self, mark: Mark) -> Evidence {
        self.evidence_in(self.pipeline, mark)
    }

    fn evidence_in(&self, pipeline: &At<'_, Pipeline>, mark: Mark) -> Evidence {
        Evidence::new(pipeline.path.clone(), Some(mark), EvidenceSource::Infrastructure, self.by)
    }

    fn proof(&self, grade: Grade, marks: impl IntoIterator<Item = Mark>) -> Proof {
        let confidence = if grade == Grade::X { 950 } else { 900 };
        Proof { grade, confidence, evidence: marks.into_iter().map(|mark| self.evidence(mark)).collect() }
    }

    /// What a job does that a trigger starts.
    fn happens(&self, trigger: &Trigger, pipeline: &At<'_, Pipeline>, marks: &[Mark]) -> Proof {
        let mut proof = self.proof(Grade::P, [trigger.mark]);
        proof.evidence.extend(marks.iter().map(|mark| self.evidence_in(pipeline, *mark)));
        proof
    }

    /// Notes actions of others that a job with rights takes by a reference which they can move.
    fn exchangeable(&self, draft: &mut Draft<'_>) {
        let steps = self.pipeline.it.jobs.iter().filter(|job| has_rights(job)).flat_map(|job| &job.steps);
        for step in steps.filter(|step| step.uses.as_deref().is_some_and(is_exchangeable)) {
            match draft.properties.proofs.get_mut(&Property::MutableImage) {
                None => draft.properties.set(Property::MutableImage, Value::Flag(true), self.proof(Grade::P, [step.mark])),
                Some(known) if known.evidence.len() < MOST_SHOWN => push_new(&mut known.evidence, self.evidence(step.mark)),
                Some(_) => {}
            }
        }
    }

    /// Adds the flows of a job; says which.
    fn job(&self, job: &PipelineJob, drafts: &mut Vec<Draft<'_>>, flows: &mut Flows) -> BTreeSet<Key> {
        let deployed: BTreeSet<&str> = tasks(job).filter(|(_, task)| task.does == Does::Deploy).filter_map(|(step, task)| turns_to(step, task)).collect();
        let mut opened = BTreeSet::new();
        for (step, task) in tasks(job) {
            if let Some(agent) = &task.agent {
                opened.extend(agents::start(self, (job, step, task), agent, drafts, flows));
                continue;
            }
            let Some(to) = turns_to(step, task) else { continue };
            let target = third_party(drafts, to, catalogue::third_party(to));
            // whom a pipeline turns to is shown by the first that does; each flow has the places of its own
            if drafts[target].evidence.is_empty() {
                drafts[target].evidence.push(self.evidence(step.mark));
            }
            let key = (self.at, target, Some("https".to_owned()));
            let flow = flows.by_key.entry(key.clone()).or_default();
            push_new(&mut flow.evidence, self.evidence(step.mark));
            let proof = || self.proof(Grade::P, [step.mark]);
            flow.encrypted.get_or_insert_with(|| Proved { holds: true, proof: proof() });
            if let Some(credential) = credential(job, step, task).or_else(|| self.own_identity(to)) {
                flow.authenticated.get_or_insert_with(|| Proved { holds: true, proof: proof() });
                // the worse of two counts
                if credential == "static_key" || !flow.properties.proofs.contains_key(&Property::Credential) {
                    flow.properties.set(Property::Credential, Value::Text(credential.to_owned()), proof());
                }
            }
            if deployed.contains(to) {
                flow.properties.set(Property::Operations, Value::List(vec!["deploy".to_owned()]), proof());
                if let Some(mark) = self.unreviewed(job).filter(|_| flow.properties.get(Property::ReviewedDeployment).is_none()) {
                    flow.properties.set(Property::ReviewedDeployment, Value::Flag(false), self.proof(Grade::X, [mark, step.mark]));
                }
            }
            opened.insert(key);
        }
        opened
    }

    /// What a cloud builds it does under an account of that cloud.
    fn own_identity(&self, to: &str) -> Option<&'static str> {
        let own = matches!((self.pipeline.it.platform, to), (PipelinePlatform::CloudBuild, "google-apis") | (PipelinePlatform::CodeBuild, "aws"));
        own.then_some("workload_identity")
    }

    /// The trigger by which whoever may push any branch deploys, and nobody is asked; none where the platform's settings tell who is.
    fn unreviewed(&self, job: &PipelineJob) -> Option<Mark> {
        if !is_open(job) || self.pipeline.it.platform != PipelinePlatform::GithubActions {
            return None;
        }
        let trigger = self.pipeline.it.triggers.iter().find(|trigger| trigger.event == "push" && !trigger.filtered)?;
        Some(trigger.mark)
    }

    /// The way in that a trigger is, if people without rights here can cause it.
    fn started(&self, trigger: &Trigger, jobs: &[(&At<'_, Pipeline>, &PipelineJob)], flows: &BTreeSet<Key>) -> Option<Started> {
        if !pipeline::is_of_outsiders(&trigger.event) || trigger.filtered {
            return None;
        }
        let file = self.pipeline.path.rsplit('/').next().unwrap_or_default();
        let mut properties = Properties::default();
        for (pipeline, job) in jobs.iter().filter(|(_, job)| has_rights(job) && is_open(job)) {
            if let Some(sent) = job.steps.iter().find(|step| brings_in(step)) {
                properties.set(Property::RunsSentCode, Value::Flag(true), self.happens(trigger, pipeline, &[sent.mark, job.mark]));
            }
            if let Some(step) = job.steps.iter().find(|step| !step.expands.is_empty()) {
                properties.set(Property::CommandFromInput, Value::Flag(true), self.happens(trigger, pipeline, &[step.mark]));
            }
        }
        Some(Started {
            component: self.at,
            path: format!("{file}/{}", trigger.event),
            handler: file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_owned(),
            flows: flows.clone(),
            properties,
            evidence: self.evidence(trigger.mark),
        })
    }
}

/// Whom a step turns to. An image goes to the registry that it is told, and to Docker's own where it is told none.
fn turns_to<'t>(step: &PipelineStep, task: &'t Task) -> Option<&'t str> {
    let to = task.to.as_deref()?;
    match step.with.iter().find(|(input, _)| input == "registry").filter(|_| task.does == Does::SignIn) {
        Some((_, registry)) => pipeline::registry(registry.as_literal()?),
        None => Some(to),
    }
}

/// Whether an action is somebody else's and named by what he can move: a branch or a tag.
fn is_exchangeable(uses: &str) -> bool {
    let Some((action, reference)) = uses.split_once('@') else { return false };
    let is_own = !action.contains('/') || action.starts_with(['.', '/']) || ["actions", "github"].contains(&action.split('/').next().unwrap_or_default());
    let is_digest = reference.starts_with("sha256:") || reference.len() >= 40 && reference.bytes().all(|byte| byte.is_ascii_hexdigit());
    !is_own && !is_digest && !action.contains("${{")
}

/// Whether a step brings in what somebody outside sent.
fn brings_in(step: &PipelineStep) -> bool {
    const SENT: [&str; 5] = ["github.event.pull_request.head", "github.head_ref", "refs/pull/", "github.event.workflow_run.head", "pull_request.merge_commit"];
    let is_checkout = step.uses.as_deref().is_some_and(|uses| uses.starts_with("actions/checkout@"));
    let told = || step.with.iter().filter(|(input, _)| matches!(input.as_str(), "ref" | "repository"));
    let of_sender = is_checkout && told().any(|(_, value)| SENT.iter().any(|sent| value.with_defaults().contains(sent)));
    of_sender || step.runs.iter().filter_map(|name| pipeline::command(name)).any(|task| task.does == Does::CheckOut)
}
