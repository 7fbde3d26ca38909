//! Published modules of Terraform, by where they come from.

use super::load;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Modules {
    module: BTreeMap<String, String>,
}

fn modules() -> &'static BTreeMap<String, String> {
    static ALL: OnceLock<Modules> = OnceLock::new();
    &ALL.get_or_init(|| load(data!("terraform_modules"))).module
}

/// The resource type that a published module stands for; none for one that nobody knows.
pub fn terraform_module(source: &str) -> Option<&'static str> {
    modules().get(&published(source)?).map(String::as_str)
}

/// `owner/name/provider` and what of it is called, as the registry writes it.
fn published(source: &str) -> Option<String> {
    let source = source.split('?').next()?.to_ascii_lowercase();
    let source = source.strip_prefix("git::").unwrap_or(&source);
    let source = source.split_once("://").map_or(source, |(_, rest)| rest);
    let source = ["registry.terraform.io/", "registry.opentofu.org/"].iter().find_map(|host| source.strip_prefix(host)).unwrap_or(source);
    let (module, inner) = source.split_once("//").map_or((source, String::new()), |(module, inner)| (module, format!("//{}", inner.trim_end_matches('/'))));
    // github.com/terraform-aws-modules/terraform-aws-vpc.git
    let git = module.strip_prefix("github.com/").or_else(|| module.strip_prefix("git@github.com:"));
    let Some((owner, repository)) = git.and_then(|git| git.trim_end_matches(".git").split_once('/')) else { return Some(format!("{module}{inner}")) };
    let (provider, name) = repository.strip_prefix("terraform-")?.split_once('-')?;
    Some(format!("{owner}/{name}/{provider}{inner}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_known_wherever_it_is_fetched() {
        for source in [
            "terraform-aws-modules/vpc/aws",
            "registry.terraform.io/terraform-aws-modules/vpc/aws",
            "github.com/terraform-aws-modules/terraform-aws-vpc",
            "git::https://github.com/terraform-aws-modules/terraform-aws-vpc.git?ref=v5",
            "git@github.com:terraform-aws-modules/terraform-aws-vpc.git",
        ] {
            assert_eq!(terraform_module(source), Some("aws_vpc"), "{source}");
        }
        assert_eq!(terraform_module("terraform-aws-modules/ecs/aws//modules/service"), Some("aws_ecs_service"));
        for source in ["", "./vpc", "terraform-aws-modules/vpc/aws//modules/vpc-endpoints", "else/vpc/aws", "github.com/else/vpc"] {
            assert_eq!(terraform_module(source), None, "{source}");
        }
    }

    #[test]
    fn names_are_written_as_they_are_asked_for() {
        let strange: Vec<&String> = modules().keys().filter(|source| published(source).as_ref() != Some(source)).collect();
        assert!(strange.is_empty() && modules().len() > 50, "{strange:?}");
    }
}
