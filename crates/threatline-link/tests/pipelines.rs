//! Pipelines as a part of the system: what they change elsewhere, by which right, and who can start them.

#![allow(clippy::unwrap_used)]

mod common;

use common::model;
use threatline_model::{Model, Property, Role};

/// Flows with credential, operations and review; and ways in with what outsiders get done.
fn shown(model: &Model) -> Vec<String> {
    let of_flow = |flow: &threatline_model::Flow| {
        let text = flow.properties.text(Property::Credential).unwrap_or("?");
        let deploys = flow.properties.get(Property::Operations).map_or("", |_| " deploys");
        let open = flow.properties.flag(Property::ReviewedDeployment).map_or(String::new(), |reviewed| format!(" reviewed={reviewed}"));
        format!("{}>{} {text}{deploys}{open}", flow.source.rest(), flow.target.rest())
    };
    let of_entry = |entry: &threatline_model::EntryPoint| {
        let flags = [Property::RunsSentCode, Property::CommandFromInput].into_iter().filter(|flag| entry.properties.flag(*flag) == Some(true));
        format!("{} {:?}", entry.id.as_str(), flags.map(Property::name).collect::<Vec<_>>())
    };
    model.flows.iter().map(of_flow).chain(model.entry_points.iter().map(of_entry)).collect()
}

fn workflow(on: &str, job: &str) -> String {
    format!("on: {on}\njobs:\n  ship:\n    runs-on: ubuntu-latest\n{job}")
}

fn at(path: &str, text: &str) -> Vec<String> {
    shown(&model(&[(path, text)]))
}

fn run(on: &str, job: &str) -> Vec<String> {
    at(".github/workflows/ship.yml", &workflow(on, job))
}

const IDENTITY: &str = "    permissions: { id-token: write }\n    steps:\n      - uses: aws-actions/configure-aws-credentials@v4\n        with: { role-to-assume: 'arn:aws:iam::1:role/x' }\n      - run: npx cdk deploy --all\n";
const KEY: &str = "    env: { AWS_SECRET_ACCESS_KEY: '${{ secrets.KEY }}' }\n    steps:\n      - run: |\n          aws s3 sync dist s3://shop\n";
const SENT: &str = "    steps:\n      - uses: actions/checkout@v4\n        with: { ref: '${{ github.event.pull_request.head.sha }}' }\n      - run: make test\n        env: { TOKEN: '${{ secrets.TOKEN }}' }\n";

#[test]
fn a_pipeline_deploys_by_an_identity_or_by_a_key() {
    assert_eq!(run("{ push: { branches: [main] } }", IDENTITY), ["github-actions>aws workload_identity deploys"]);
    assert_eq!(run("[push]", KEY), ["github-actions>aws static_key deploys reviewed=false"]);
    let guarded = format!("    environment: production\n{KEY}");
    assert_eq!(run("[push]", &guarded), ["github-actions>aws static_key deploys"], "who is asked, the platform's settings say");
    let gitlab = "stages: [ship]\n.base:\n  before_script: [pip install twine]\nship:\n  extends: .base\n  stage: ship\n  script: [twine upload dist/*]\nmore:\n  stage: ship\n  script:\n    - helm upgrade shop ./chart\n";
    assert_eq!(at(".gitlab-ci.yml", gitlab), ["gitlab-ci>kubernetes-api ? deploys", "gitlab-ci>pypi ?"]);
}

#[test]
fn of_gitlab_s_files_those_count_that_its_own_takes_in() {
    let job = "ship:\n  stage: ship\n  script: [helm upgrade shop ./chart]\nmore:\n  stage: ship\n  script: [make]\n";
    let own = "stages: [ship]\ninclude:\n  - local: /ci/ship.yml\n  - remote: https://ci.example.com/more.yml\n";
    assert_eq!(shown(&model(&[(".gitlab-ci.yml", own), ("ci/ship.yml", job)])), ["gitlab-ci>kubernetes-api ? deploys"]);
    assert!(model(&[("ci/ship.yml", job), ("lib/other/.gitlab-ci.yml", job)]).components.is_empty());
}

#[test]
fn other_platforms_are_drawn_as_well() {
    let circle = "version: 2.1\njobs:\n  ship:\n    docker: [{ image: a }]\n    steps:\n      - run: aws s3 sync dist s3://shop\n";
    assert_eq!(at(".circleci/config.yml", circle), ["circleci>aws ? deploys"]);
    assert!(at("lib/.circleci/config.yml", circle).is_empty());
    let bitbucket = "pipelines:\n  default:\n    - step: { script: [make, fly deploy] }\n";
    assert_eq!(at("bitbucket-pipelines.yml", bitbucket), ["bitbucket-pipelines>fly-io ? deploys"]);
    let azure = "trigger: [main]\npool: { vmImage: ubuntu-latest }\nsteps:\n  - task: AzureWebApp@1\n    inputs: { appName: shop }\n  - script: helm upgrade shop ./chart\n";
    assert_eq!(at("azure-pipelines.yml", azure), ["azure-pipelines>azure ? deploys", "azure-pipelines>kubernetes-api ? deploys"]);
    assert!(at("azure-pipelines.yml", "trigger: [main]\nsteps:\n  - script: make test\n").is_empty());
}

#[test]
fn images_go_to_the_registry_that_is_told() {
    let login = |registry: &str| {
        format!("    steps:\n      - uses: docker/login-action@v3\n        with: {{ {registry}username: a, password: '${{{{ secrets.P }}}}' }}\n")
    };
    assert_eq!(run("[push]", &login("")), ["github-actions>docker-hub static_key"]);
    assert_eq!(run("[push]", &login("registry: 1.dkr.ecr.eu-west-1.amazonaws.com, ")), ["github-actions>aws static_key"]);
    assert!(run("[push]", &login("registry: registry.shop.eu, ")).is_empty());
}

#[test]
fn one_that_builds_and_tests_is_no_part_of_the_system() {
    let job = "    steps:\n      - uses: actions/checkout@v4\n      - run: make test\n        env: { TOKEN: '${{ secrets.GITHUB_TOKEN }}' }\n";
    assert!(model(&[(".github/workflows/test.yml", &workflow("[push, pull_request_target]", job))]).components.is_empty());
    // a template; a copy of another repository
    for path in ["templates/ship.yml", "lib/other/.github/workflows/ship.yml"] {
        assert!(model(&[(path, &workflow("[push]", KEY))]).components.is_empty(), "{path}");
    }
}

#[test]
fn outsiders_start_what_listens_to_them_and_may_have_their_code_run() {
    let way = |what: &str| format!("ent:github-actions:ship.yml/pull_request_target {what}");
    assert_eq!(run("pull_request_target", SENT), [way("[\"runs_sent_code\"]")]);
    let asked = format!("    if: github.event.pull_request.head.repo.full_name == github.repository\n{SENT}");
    assert_eq!(run("pull_request_target", &asked), [way("[]")]);
    assert!(run("pull_request", SENT).is_empty(), "of a fork it has no secrets");
    assert!(run("{ pull_request_target: { types: [labeled] } }", SENT).is_empty(), "somebody here gave it the label");
    let titled = SENT.replace("make test", "echo ${{ github.event.pull_request.title }}").replace("with: { ref", "with: { path");
    assert_eq!(run("pull_request_target", &titled), [way("[\"command_from_input\"]")]);
    let handed =
        titled.replace("TOKEN: '", "TITLE: '${{ github.event.pull_request.title }}', TOKEN: '").replace("${{ github.event.pull_request.title }}\n", "$TITLE\n");
    assert_eq!(run("pull_request_target", &handed), [way("[]")]);
}

#[test]
fn what_a_pipeline_calls_is_started_with_it() {
    let called = workflow("workflow_call", SENT);
    let way = |caller: &str| {
        let text = format!("on: pull_request_target\njobs:\n  all:\n    uses: ./.github/workflows/test.yml\n    secrets: inherit\n{caller}");
        shown(&model(&[(".github/workflows/start.yml", &text), (".github/workflows/test.yml", &called)]))
    };
    assert_eq!(way(""), ["ent:github-actions:start.yml/pull_request_target [\"runs_sent_code\"]"]);
    assert!(way("    if: github.actor == 'owner'\n").is_empty());
}

#[test]
fn the_source_of_an_image_is_the_folder_that_a_pipeline_builds_it_from() {
    let code = "from flask import Flask\nimport requests\napp = Flask(__name__)\n@app.get('/x')\ndef x():\n    return requests.get('https://api.stripe.com/v1').text\n";
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: till }\nspec:\n  template:\n    spec:\n      containers: [{ name: till, image: 'ghcr.io/acme/payments:1' }]\n";
    let build = "    steps:\n      - uses: docker/build-push-action@v6\n        with: { context: src/money, push: true, tags: 'ghcr.io/${{ github.repository_owner }}/payments:${{ github.sha }}' }\n";
    let found = model(&[
        (".github/workflows/build.yml", &workflow("[push]", build)),
        ("deploy/till.yaml", deployment),
        ("src/money/Dockerfile", "FROM python:3\nCOPY . .\n"),
        ("src/money/app.py", code),
    ]);
    let flows: Vec<&str> = found.flows.iter().map(|flow| flow.id.as_str()).collect();
    assert_eq!(flows, ["flw:till>stripe:https"]);
}

#[test]
fn actions_of_others_are_pinned_or_not() {
    let with = |uses: &str| {
        let found = model(&[(".github/workflows/ship.yml", &workflow("[push]", &format!("{KEY}      - uses: {uses}\n")))]);
        let ci = found.components.iter().find(|component| component.roles.contains(&Role::Ci)).unwrap().clone();
        ci.properties.flag(Property::MutableImage)
    };
    assert_eq!(with("acme/ship@main"), Some(true));
    assert_eq!(with("acme/ship@v2"), Some(true));
    assert_eq!(with("acme/ship@8f4b7f84864484a7bf31766abe9204da3cbe65b3"), None);
    assert_eq!(with("actions/checkout@v4"), None);
    assert_eq!(with("./.github/actions/own"), None);
}

#[test]
fn other_platforms_deploy_by_their_own_rights() {
    let jenkins = "pipeline {\n  agent any\n  stages {\n    stage('Deploy') {\n      steps {\n        withCredentials([file(credentialsId: 'kube', variable: 'KUBECONFIG')]) {\n          sh \"kubectl apply -f k8s\"\n        }\n      }\n    }\n    stage('Test') { steps { sh 'make test' } }\n  }\n}\n";
    assert_eq!(at("ci/Jenkinsfile", jenkins), ["jenkins>kubernetes-api static_key deploys"]);
    assert!(
        at("ci/Jenkinsfile", "pipeline { agent any\n stages { stage('Test') { steps { sh 'make test' } } } }\n").is_empty(),
        "one that only tests is none of the system"
    );
    let google = "steps:\n  - name: gcr.io/google.com/cloudsdktool/cloud-sdk\n    entrypoint: gcloud\n    args: [run, deploy, api, --image, x]\n";
    assert_eq!(at("deploy/cloudbuild.yaml", google), ["google-cloud-build>google-apis workload_identity deploys"]);
    let amazon = "version: 0.2\nphases:\n  build:\n    commands: [aws ecs update-service --cluster a --service b]\n";
    assert_eq!(at("buildspec.yml", amazon), ["aws-codebuild>aws workload_identity deploys"]);
    let drone = "kind: pipeline\nname: default\nsteps:\n  - name: ship\n    image: bitnami/kubectl\n    environment: { KUBE_TOKEN: { from_secret: kube } }\n    commands: [kubectl apply -f k8s]\n";
    assert_eq!(at(".drone.yml", drone), ["drone>kubernetes-api static_key deploys"]);
    assert!(at("docs/.drone.yml", drone).is_empty(), "a copy elsewhere runs nowhere");
    let tekton =
        "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: { name: ship }\nspec:\n  steps:\n    - { name: a, image: x, script: 'helm upgrade shop ./chart' }\n";
    assert_eq!(at("tekton/ship.yaml", tekton), ["tekton>kubernetes-api ? deploys"]);
}
