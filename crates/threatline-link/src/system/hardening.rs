//! What deployments say of how a component is kept: open stores, known passwords, ways to the host,
//! ports for administrators, moving images, number of copies.
//!
//! A Kubernetes description is the one that counts where there are several, and a Compose file that
//! is named for development never counts: what stands there is not how the system is run.

use super::deployed::{CLUSTER, reader};
use super::draft::{Description, Draft};
use super::said::Said;
use super::source::{Folders, dockerfile_of};
use std::sync::Arc;
use threatline_facts::infra::{Container, Dockerfile, MountKind, Platform, Workload};
use threatline_facts::{Hidden, Mark, Text};
use threatline_knowledge::catalogue::{self, Setting, Technology};
use threatline_model::{ComponentKind, Evidence, EvidenceSource, Grade, Proof, Property, Role, Value};

/// Consoles from which a product is administered.
const CONSOLES: &[&str] = &[
    "adminer",
    "airflow",
    "cloudbeaver",
    "grafana",
    "jupyter",
    "kafka-ui",
    "kibana",
    "kubernetes-dashboard",
    "mongo-express",
    "opensearch-dashboards",
    "pgadmin",
    "phpmyadmin",
    "portainer",
    "redis-commander",
    "spring-boot-admin",
    "supabase-studio",
    "temporal-ui",
];

/// Ports that only administrators need.
const MANAGEMENT: &[(u16, &str)] = &[(22, "ssh"), (2375, "docker"), (3389, "rdp"), (5005, "jdwp"), (9229, "node_inspector"), (10250, "kubelet")];

/// Capabilities with which a container can be left.
const CAPABILITIES: &[&str] = &["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "DAC_READ_SEARCH"];

/// Folders of the host that give it away to whoever may write them.
const FOLDERS: &[&str] = &["/", "/boot", "/etc", "/etc/kubernetes", "/proc", "/root", "/sys", "/var/lib/docker", "/var/lib/kubelet", "/var/run", "/run"];

/// Words of a command that start a development server.
const DEVELOPMENT: &[&str] = &[
    "next dev",
    "nuxt dev",
    "npm run dev",
    "yarn dev",
    "pnpm dev",
    "pnpm run dev",
    "vite dev",
    "ng serve",
    "nodemon",
    "manage.py runserver",
    "dotnet watch",
    "flask run --debug",
];

/// Sets properties of every component that something deploys.
pub(crate) fn apply(drafts: &mut [Draft<'_>], said: &Said<'_>, folders: &Folders) {
    for draft in drafts {
        for description in serious(draft) {
            let by = By::new(&description);
            replicas(draft, description.workload, &by);
            host(draft, description.workload, &by);
            admitted(draft, &description, said);
            for container in description.workload.containers.iter().filter(|container| !container.init) {
                ports(draft, container, &by);
                let built = dockerfile_of(container, &description.path, said, folders);
                image(draft, container, built, &by);
                started(draft, container, built, &by);
            }
            if let Some(main) = description.workload.containers.iter().find(|container| !container.init) {
                product(draft, main, said, &by);
            }
        }
    }
}

/// The descriptions that tell how the system is run.
fn serious<'a>(draft: &Draft<'a>) -> Vec<Description<'a>> {
    let cluster = draft.descriptions.iter().any(|description| description.group == CLUSTER);
    // a program that starts others says nothing of how containers are run
    let counts = |description: &&Description<'a>| {
        description.workload.platform != Platform::Program && if cluster { description.group == CLUSTER } else { !is_for_development(&description.path) }
    };
    draft.descriptions.iter().filter(counts).cloned().collect()
}

pub(crate) fn is_for_development(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    name.split(['.', '-', '_'])
        .any(|part| matches!(part, "dev" | "development" | "devel" | "local" | "override" | "test" | "tests" | "testing" | "debug" | "ci"))
}

/// Where something is said.
struct By<'a> {
    path: Arc<str>,
    reader: &'a str,
}

impl<'a> By<'a> {
    fn new(description: &Description<'a>) -> Self {
        Self { path: description.path.clone(), reader: reader(description.workload) }
    }

    fn proof(&self, grade: Grade, mark: Mark) -> Proof {
        self.proof_in(&self.path, grade, mark)
    }

    fn proof_in(&self, path: &Arc<str>, grade: Grade, mark: Mark) -> Proof {
        let confidence = match grade {
            Grade::X => 950,
            Grade::P => 900,
            Grade::C => 800,
            Grade::S => 700,
        };
        let evidence = Evidence::new(path.clone(), Some(mark), EvidenceSource::Infrastructure, self.reader);
        Proof { grade, confidence, evidence: vec![evidence] }
    }
}

fn replicas(draft: &mut Draft<'_>, workload: &Workload, by: &By<'_>) {
    if let Some(count) = workload.replicas {
        draft.properties.set(Property::Replicas, Value::Number(u64::from(count)), by.proof(Grade::X, workload.mark));
    }
}

/// A namespace that lets no privileged pods in.
fn admitted(draft: &mut Draft<'_>, description: &Description<'_>, said: &Said<'_>) {
    let Some(name) = description.namespace.as_deref().filter(|_| draft.properties.get(Property::RunsPrivileged).is_none()) else { return };
    let enforces = |label: &String| matches!(label.as_str(), "baseline" | "restricted");
    let space = said.namespaces.iter().find(|space| space.it.name == name && space.it.labels.get("pod-security.kubernetes.io/enforce").is_some_and(enforces));
    if let Some(space) = space {
        let evidence = Evidence::new(space.path.clone(), Some(space.it.mark), EvidenceSource::Infrastructure, "kubernetes");
        draft.properties.set(Property::RunsPrivileged, Value::Flag(false), Proof { grade: Grade::X, confidence: 950, evidence: vec![evidence] });
    }
}

/// Ways out of the container.
fn host(draft: &mut Draft<'_>, workload: &Workload, by: &By<'_>) {
    let shared = workload.host_access.iter().filter(|access| matches!(access.as_str(), "host_network" | "host_pid" | "host_ipc"));
    let mut ways: Vec<(String, Mark)> = shared.map(|access| (access.clone(), workload.mark)).collect();
    for container in workload.containers.iter().filter(|container| !container.init) {
        if container.privileged == Some(true) {
            draft.properties.set(Property::RunsPrivileged, Value::Flag(true), by.proof(Grade::X, container.mark));
        }
        for mount in container.mounts.iter().filter(|mount| mount.kind == MountKind::Path) {
            let source = mount.source.trim_end_matches('/');
            let source = if source.is_empty() { "/" } else { source };
            if source.ends_with(".sock") && ["docker", "containerd", "crio", "podman"].iter().any(|runtime| source.contains(runtime)) {
                ways.push(("runtime_socket".to_owned(), mount.mark));
            } else if FOLDERS.contains(&source) && mount.source.starts_with('/') && !mount.read_only {
                ways.push((format!("host_path {source}"), mount.mark));
            }
        }
        let strong = container.capabilities.iter().map(|name| name.trim_start_matches("CAP_")).filter(|name| CAPABILITIES.contains(name));
        ways.extend(strong.map(|name| (format!("capability {name}"), container.mark)));
    }
    ways.sort();
    ways.dedup_by(|a, b| a.0 == b.0);
    if let Some((_, mark)) = ways.first() {
        let proof = by.proof(Grade::X, *mark);
        draft.properties.set(Property::HostAccess, Value::List(ways.into_iter().map(|(way, _)| way).collect()), proof);
    }
}

fn ports(draft: &mut Draft<'_>, container: &Container, by: &By<'_>) {
    for port in container.ports.iter().filter(|port| port.published.is_some()) {
        let loopback = port.host_ip.as_deref().is_some_and(|ip| ip.starts_with("127.") || ip == "localhost" || ip == "::1");
        let management = MANAGEMENT.iter().find(|(number, _)| port.container == Some(*number));
        if let Some((_, protocol)) = management.filter(|_| !loopback) {
            draft.properties.set(Property::ManagementPort, Value::Text((*protocol).to_owned()), by.proof(Grade::P, port.mark));
        }
    }
}

/// Whether others can exchange the image, and whether it carries a secret.
fn image(draft: &mut Draft<'_>, container: &Container, built: Option<&Dockerfile>, by: &By<'_>) {
    let last = built.and_then(|built| built.stages.last());
    let reference = match (last, &container.image) {
        (Some(_), _) => built.and_then(base),
        // An image of nobody's product is mostly one's own, from a repository beside this one.
        (None, Some(Text::Literal(image))) if container.build.is_none() && catalogue::image(image).is_some() => Some(image.clone()),
        _ => None,
    };
    if let Some(moving) = reference.as_deref().and_then(is_moving) {
        let mark = container.image_mark.unwrap_or(container.mark);
        draft.properties.set(Property::MutableImage, Value::Flag(moving), by.proof(Grade::P, mark));
    }
    let Some(last) = last else { return };
    let written = last.environment.iter().any(|variable| match &variable.value {
        threatline_facts::infra::VariableValue::Text(text) => matches!(text.hidden(), Some(Hidden::Secret | Hidden::Default)),
        _ => false,
    });
    let argument = last.arguments.iter().any(|(name, _)| is_secret(name));
    let copied = last.copies.iter().any(|(source, _)| matches!(source.trim_start_matches("./"), ".env" | ".env.production" | "id_rsa" | "id_ed25519"));
    if written || argument || copied {
        draft.properties.set(Property::SecretInImage, Value::Flag(true), by.proof(Grade::P, container.mark));
    }
}

/// What the last stage is based on in the end.
fn base(dockerfile: &Dockerfile) -> Option<String> {
    let mut stage = dockerfile.stages.last()?;
    for _ in 0..dockerfile.stages.len() {
        let name = stage.base.as_literal()?;
        match dockerfile.stages.iter().find(|other| other.name.as_deref() == Some(name)) {
            Some(other) => stage = other,
            None => return Some(name.to_owned()),
        }
    }
    None
}

/// No tag or `latest`: the next build may be another; none where the tag is a version that may stand still.
fn is_moving(image: &str) -> Option<bool> {
    if image.contains('@') {
        return Some(false);
    }
    if image.contains(['$', '*', '{']) || image == "scratch" {
        return None;
    }
    let last = image.rsplit('/').next().unwrap_or(image);
    match last.split_once(':') {
        None | Some((_, "latest")) => Some(true),
        Some(_) => None,
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["_TOKEN", "_PASSWORD", "_SECRET", "_API_KEY", "_PRIVATE_KEY", "_SECRET_KEY"].iter().any(|end| name.ends_with(end))
}

/// The program that the image starts, as far as no deployment for development says something else.
fn started(draft: &mut Draft<'_>, container: &Container, built: Option<&Dockerfile>, by: &By<'_>) {
    let last = built.and_then(|built| built.stages.last());
    let own = || last.map(|stage| if stage.command.is_empty() { &stage.entrypoint } else { &stage.command });
    let command = if container.command.is_empty() { own() } else { Some(&container.command) };
    // Compose files of no particular name are mostly how people develop.
    let overridden = by.reader == "compose" && !container.command.is_empty();
    let Some(command) = command.filter(|_| !overridden) else { return };
    let line = command.iter().map(Text::with_defaults).collect::<Vec<_>>().join(" ");
    if DEVELOPMENT.iter().any(|words| line.contains(words)) {
        draft.properties.set(Property::DevelopmentServer, Value::Flag(true), by.proof(Grade::P, container.mark));
    }
}

/// What is known of the product in the image.
fn product(draft: &mut Draft<'_>, container: &Container, said: &Said<'_>, by: &By<'_>) {
    let Some(image) = container.image.as_ref().map(Text::with_defaults) else { return };
    let Some(product) = catalogue::image(&image) else { return };
    if CONSOLES.contains(&product.name.as_str()) {
        draft.properties.set(Property::AdminInterface, Value::Flag(true), by.proof(Grade::P, container.mark));
    }
    access(draft, container, said, by, (product, &image));
    passwords(draft, by);
}

/// Whether it asks clients who they are.
fn access(draft: &mut Draft<'_>, container: &Container, said: &Said<'_>, by: &By<'_>, (product, image): (&Technology, &str)) {
    let values: Vec<(String, Option<String>)> = variables(draft).map(|(name, text)| (name.clone(), text.as_literal().map(str::to_owned))).collect();
    let words: Vec<String> = container.command.iter().map(Text::with_defaults).collect();
    let mut settings: Vec<Setting<'_>> = values.iter().map(|(name, value)| Setting::Variable(name, value.as_deref())).collect();
    settings.extend(words.iter().map(|word| Setting::Word(word)));
    settings.extend(container.mounts.iter().map(|mount| Setting::Mount(&mount.target)));
    let access = product.access(image, &settings);
    // What is not in the repository may set what would close it.
    let seen = container.env_from.iter().all(|from| said.configs.iter().any(|config| config.it.name == from.name))
        && container.env_files.is_empty()
        && words.iter().all(|word| !word.contains('*'));
    let grade = if access.by.is_some() { Grade::X } else { Grade::C };
    if let Some(open) = access.open.filter(|_| access.by.is_some() || seen) {
        draft.properties.set(Property::AnonymousAccess, Value::Flag(open), by.proof(grade, container.mark));
        if CONSOLES.contains(&product.name.as_str()) {
            draft.properties.set(Property::AuthenticatesClients, Value::Flag(!open), by.proof(grade, container.mark));
        }
    }
    if access.known_credentials && seen {
        draft.properties.set(Property::DefaultCredentials, Value::Flag(true), by.proof(Grade::X, container.mark));
    }
}

/// Passwords that are written in the repository.
fn passwords(draft: &mut Draft<'_>, by: &By<'_>) {
    let store = draft.kind == ComponentKind::DataStore || draft.has_role(Role::MessageBroker) || draft.has_role(Role::Queue);
    let found: Vec<(Hidden, Arc<str>, Mark)> = draft
        .variables
        .iter()
        .flatten()
        .filter(|(name, setting)| (store || is_for_its_administrators(name)) && !is_for_development(&setting.path))
        .filter_map(|(_, setting)| {
            // In an address stands the password of somebody else.
            let alone = |hidden: &Hidden| setting.value.as_literal() == Some(hidden.mask());
            Some((setting.value.hidden().filter(alone)?, setting.path.clone(), setting.mark))
        })
        .collect();
    let first = |wanted: Hidden| found.iter().find(|(hidden, ..)| *hidden == wanted);
    if let Some((_, path, mark)) = first(Hidden::Default) {
        draft.properties.set(Property::DefaultCredentials, Value::Flag(true), by.proof_in(path, Grade::X, *mark));
    } else if let Some((_, path, mark)) = first(Hidden::Secret) {
        draft.properties.set(Property::SecretInRepository, Value::Flag(true), by.proof_in(path, Grade::P, *mark));
    }
}

/// A password of the product itself, not of the store behind it.
fn is_for_its_administrators(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.contains("ADMIN") && !["DB", "SQL", "MONGO", "POSTGRES", "DATABASE", "REDIS"].iter().any(|store| name.contains(store))
}

fn variables<'d>(draft: &'d Draft<'_>) -> impl Iterator<Item = (&'d String, &'d Text)> {
    draft.variables.iter().flatten().map(|(name, setting)| (name, &setting.value))
}
