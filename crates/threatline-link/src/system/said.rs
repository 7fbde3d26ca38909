//! All facts that are not source code, sorted by what they say.

use super::deployed::image_name;
use super::draft::{folder_of, join};
use crate::Artifact;
use std::collections::BTreeMap;
use std::sync::Arc;
use threatline_facts::Fact;
use threatline_facts::infra::*;
use threatline_facts::manifest::{ManifestFact, Owners, Package};
use threatline_facts::spec::{AsyncApi, GraphqlOperations, GraphqlSchema, OpenApi, PathItems, Proto, SpecFact, SqlScript};

/// A fact with the path of its artifact.
#[derive(Clone, Debug)]
pub(crate) struct At<'a, T> {
    pub(crate) path: Arc<str>,
    pub(crate) it: &'a T,
}

/// Everything, in the order of paths.
#[derive(Debug, Default)]
pub(crate) struct Said<'a> {
    pub(crate) compose_files: Vec<At<'a, ComposeFile>>,
    pub(crate) workloads: Vec<At<'a, Workload>>,
    pub(crate) services: Vec<At<'a, Service>>,
    pub(crate) ingresses: Vec<At<'a, Ingress>>,
    pub(crate) configs: Vec<At<'a, Config>>,
    pub(crate) policies: Vec<At<'a, NetworkPolicy>>,
    pub(crate) namespaces: Vec<At<'a, Namespace>>,
    pub(crate) roles: Vec<At<'a, Role>>,
    pub(crate) bindings: Vec<At<'a, RoleBinding>>,
    pub(crate) mesh: Vec<At<'a, MeshPolicy>>,
    pub(crate) mesh_servers: Vec<At<'a, MeshServer>>,
    pub(crate) mesh_grants: Vec<At<'a, MeshGrant>>,
    pub(crate) middlewares: Vec<At<'a, Middleware>>,
    pub(crate) kustomizations: Vec<At<'a, Kustomization>>,
    pub(crate) dockerfiles: BTreeMap<Arc<str>, &'a Dockerfile>,
    pub(crate) env_files: BTreeMap<Arc<str>, &'a EnvFile>,
    pub(crate) resources: Vec<At<'a, Resource>>,
    pub(crate) stacks: Vec<At<'a, Stack>>,
    pub(crate) terraform_variables: Vec<At<'a, TerraformVariable>>,
    pub(crate) terraform_locals: Vec<At<'a, TerraformLocal>>,
    pub(crate) terraform_outputs: Vec<At<'a, TerraformOutput>>,
    pub(crate) terraform_templates: Vec<At<'a, TerraformTemplate>>,
    pub(crate) terraform_modules: Vec<At<'a, TerraformModule>>,
    pub(crate) settings: Vec<At<'a, Setting>>,
    pub(crate) packages: Vec<At<'a, Package>>,
    pub(crate) owners: Vec<At<'a, Owners>>,
    pub(crate) open_apis: Vec<At<'a, OpenApi>>,
    pub(crate) async_apis: Vec<At<'a, AsyncApi>>,
    pub(crate) path_items: BTreeMap<Arc<str>, &'a PathItems>,
    pub(crate) protos: Vec<At<'a, Proto>>,
    pub(crate) schemas: Vec<At<'a, GraphqlSchema>>,
    pub(crate) scripts: Vec<At<'a, SqlScript>>,
    pub(crate) asked: Vec<At<'a, GraphqlOperations>>,
    pub(crate) proxies: Vec<At<'a, Proxy>>,
    pub(crate) dials: Vec<At<'a, Dials>>,
    pub(crate) own_addresses: Vec<At<'a, OwnAddresses>>,
    pub(crate) backings: Vec<At<'a, Backing>>,
    pub(crate) sidecar_names: Vec<At<'a, SidecarNames>>,
    pub(crate) workers: Vec<At<'a, Worker>>,
    pub(crate) hosted: Vec<At<'a, Hosted>>,
    pub(crate) store_rules: Vec<At<'a, StoreRules>>,
    pub(crate) tool_servers: Vec<At<'a, ToolServer>>,
    pub(crate) tool_offers: Vec<At<'a, ToolOffer>>,
    pub(crate) agent_rights: Vec<At<'a, AgentRights>>,
    pub(crate) automations: Vec<At<'a, Automation>>,
    pub(crate) pipelines: Vec<At<'a, Pipeline>>,
    pub(crate) targets: Vec<At<'a, BuildTarget>>,
    pub(crate) grants: Vec<At<'a, RouteGrant>>,
    /// Image and the folder it is built from.
    pub(crate) images: Vec<(String, String, Option<String>)>,
}

impl<'a> Said<'a> {
    /// All that the artifacts say; of `filled` workloads what they say once their variables are filled in.
    pub(crate) fn collect(artifacts: &'a [Artifact<'a>], filled: &'a BTreeMap<(usize, usize), Workload>) -> Self {
        let mut said = Said::default();
        for (at, artifact) in artifacts.iter().enumerate() {
            for (number, fact) in artifact.facts.facts.iter().enumerate() {
                match filled.get(&(at, number)) {
                    Some(workload) => said.add_workload(&artifact.path, workload),
                    None => said.add(&artifact.path, fact),
                }
            }
        }
        // what a deployment says of its own images comes first
        let steps = said.pipelines.iter().flat_map(|pipeline| &pipeline.it.jobs).flat_map(|job| &job.steps);
        let built: Vec<&'a BuiltImage> = steps.flat_map(|step| &step.images).collect();
        built.into_iter().for_each(|built| said.add_image("", &built.image, &built.context, built.dockerfile.clone()));
        if !said.targets.is_empty() {
            super::bazel::add_images(&mut said);
        }
        said
    }

    /// Whether a Compose service names this Dockerfile, which is not called so by custom, as the one that it is built with.
    pub(crate) fn is_built_elsewhere(&self, dockerfile: &str) -> bool {
        let (folder, name) = dockerfile.rsplit_once('/').unwrap_or(("", dockerfile));
        let named = |workload: &At<'_, Workload>| {
            workload.it.containers.iter().filter_map(|container| container.build.as_ref()).any(|build| {
                let context = join(folder_of(&workload.path), &build.context);
                let file = context.zip(build.dockerfile.as_ref()).and_then(|(context, file)| join(&super::draft::as_folder(&context), file));
                file.as_deref() == Some(dockerfile)
            })
        };
        name != "Dockerfile" && !folder.is_empty() && self.workloads.iter().any(named)
    }

    /// Whether a manifest of a package lies in a folder itself.
    pub(crate) fn is_package(&self, folder: &str) -> bool {
        self.packages_in(folder).next().is_some()
    }

    /// Manifests of packages in a folder itself.
    pub(crate) fn packages_in<'s>(&'s self, folder: &'s str) -> impl Iterator<Item = &'s At<'a, Package>> {
        let from = self.packages.partition_point(|package| &*package.path < folder);
        let below = self.packages[from..].iter().take_while(move |package| package.path.starts_with(folder));
        below.filter(move |package| super::draft::folder_of(&package.path) == folder)
    }

    fn add(&mut self, path: &Arc<str>, fact: &'a Fact) {
        let path = path.clone();
        match fact {
            Fact::Code(_) => {}
            Fact::Infra(fact) => match fact {
                InfraFact::ComposeFile(it) => self.compose_files.push(At { path, it }),
                InfraFact::Workload(it) => self.add_workload(&path, it),
                InfraFact::Service(it) => self.services.push(At { path, it }),
                InfraFact::Ingress(it) => self.ingresses.push(At { path, it }),
                InfraFact::Config(it) => self.configs.push(At { path, it }),
                InfraFact::NetworkPolicy(it) => self.policies.push(At { path, it }),
                InfraFact::Namespace(it) => self.namespaces.push(At { path, it }),
                InfraFact::Role(it) => self.roles.push(At { path, it }),
                InfraFact::RoleBinding(it) => self.bindings.push(At { path, it }),
                InfraFact::MeshPolicy(it) => self.mesh.push(At { path, it }),
                InfraFact::MeshServer(it) => self.mesh_servers.push(At { path, it }),
                InfraFact::MeshGrant(it) => self.mesh_grants.push(At { path, it }),
                InfraFact::Middleware(it) => self.middlewares.push(At { path, it }),
                InfraFact::Kustomization(it) => {
                    it.generators.iter().for_each(|config| self.configs.push(At { path: path.clone(), it: config }));
                    self.kustomizations.push(At { path, it });
                }
                InfraFact::Dockerfile(it) => {
                    self.dockerfiles.insert(path, it);
                }
                InfraFact::EnvFile(it) => {
                    self.env_files.insert(path, it);
                }
                InfraFact::Resource(it) => self.resources.push(At { path, it }),
                InfraFact::Stack(it) => self.stacks.push(At { path, it }),
                InfraFact::TerraformVariable(it) => self.terraform_variables.push(At { path, it }),
                InfraFact::TerraformLocal(it) => self.terraform_locals.push(At { path, it }),
                InfraFact::Setting(it) => self.settings.push(At { path, it }),
                InfraFact::ImageSource(it) => self.add_image(&path, &it.image, &it.context, it.dockerfile.clone()),
                InfraFact::Proxy(it) => self.proxies.push(At { path, it }),
                InfraFact::Dials(it) => self.dials.push(At { path, it }),
                InfraFact::OwnAddresses(it) => self.own_addresses.push(At { path, it }),
                InfraFact::Backing(it) => self.backings.push(At { path, it }),
                InfraFact::SidecarNames(it) => self.sidecar_names.push(At { path, it }),
                InfraFact::Worker(it) => self.workers.push(At { path, it }),
                InfraFact::Hosted(it) => self.hosted.push(At { path, it }),
                InfraFact::StoreRules(it) => self.store_rules.push(At { path, it }),
                InfraFact::TerraformOutput(it) => self.terraform_outputs.push(At { path, it }),
                InfraFact::TerraformTemplate(it) => self.terraform_templates.push(At { path, it }),
                InfraFact::TerraformModule(it) => self.terraform_modules.push(At { path, it }),
                InfraFact::ToolServer(it) => self.tool_servers.push(At { path, it }),
                InfraFact::ToolOffer(it) => self.tool_offers.push(At { path, it }),
                InfraFact::AgentRights(it) => self.agent_rights.push(At { path, it }),
                InfraFact::Automation(it) => self.automations.push(At { path, it }),
                InfraFact::Pipeline(it) => self.pipelines.push(At { path, it }),
                InfraFact::BuildTarget(it) => self.targets.push(At { path, it }),
                InfraFact::RouteGrant(it) => self.grants.push(At { path, it }),
                #[allow(unreachable_patterns, reason = "readers add words that linking need not know")]
                _ => {}
            },
            Fact::Spec(SpecFact::OpenApi(it)) => self.open_apis.push(At { path, it }),
            Fact::Spec(SpecFact::AsyncApi(it)) => self.async_apis.push(At { path, it }),
            Fact::Spec(SpecFact::PathItems(it)) => {
                self.path_items.insert(path, it);
            }
            Fact::Spec(SpecFact::Proto(it)) => self.protos.push(At { path, it }),
            Fact::Spec(SpecFact::GraphqlSchema(it)) => self.schemas.push(At { path, it }),
            Fact::Spec(SpecFact::GraphqlOperations(it)) => self.asked.push(At { path, it }),
            Fact::Spec(SpecFact::Sql(it)) => self.scripts.push(At { path, it }),
            Fact::Manifest(ManifestFact::Package(it)) => self.packages.push(At { path, it }),
            Fact::Manifest(ManifestFact::Owners(it)) => self.owners.push(At { path, it }),
        }
    }

    /// One more workload. A Compose service that builds an image names it for whoever else runs it.
    pub(crate) fn add_workload(&mut self, path: &Arc<str>, workload: &'a Workload) {
        for container in &workload.containers {
            if let (Some(image), Some(build)) = (&container.image, &container.build) {
                self.add_image(path, &image.with_defaults(), &build.context, build.dockerfile.clone());
            }
        }
        self.workloads.push(At { path: path.clone(), it: workload });
    }

    /// Routes that no file of a web server says.
    pub(crate) fn add_proxy(&mut self, path: &Arc<str>, proxy: &'a Proxy) {
        self.proxies.push(At { path: path.clone(), it: proxy });
    }

    pub(crate) fn add_image(&mut self, path: &str, image: &str, context: &str, dockerfile: Option<String>) {
        // An image whose very name is a variable could be any.
        let known = !image_name(image).contains('*');
        if let Some(context) = join(folder_of(path), context).filter(|_| known) {
            self.images.push((image.to_owned(), context, dockerfile));
        }
    }
}
