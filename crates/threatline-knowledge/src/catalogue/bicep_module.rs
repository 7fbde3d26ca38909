//! Modules of Bicep's public registry: the resource that each stands for.

use super::kinds::kind_of_letters;
use super::load;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// How the registry is spoken of.
const REGISTRY: &[&str] = &["br/public:", "br:mcr.microsoft.com/bicep/"];
/// Modules that stand for one resource, which their names tell.
const RESOURCES: &str = "avm/res/";

/// What a module is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BicepModule {
    /// The kind of the resource.
    pub kind: String,
    /// Attributes of it: the parameter that says it, and what holds where nobody does.
    #[serde(default)]
    pub told: BTreeMap<String, (String, String)>,
    /// What follows for an attribute from a parameter that is told, by the parameter.
    #[serde(default)]
    pub given: BTreeMap<String, (String, String)>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Modules {
    module: BTreeMap<String, BicepModule>,
}

/// The resource that a module stands for, by the path under which it is taken in; none where it is no module of the registry, or
/// stands for nothing that is known.
pub fn bicep_module(path: &str) -> Option<BicepModule> {
    static ALL: OnceLock<Modules> = OnceLock::new();
    let rest = REGISTRY.iter().find_map(|registry| path.strip_prefix(registry))?;
    let name = rest.split(':').next().unwrap_or(rest);
    if let Some(known) = ALL.get_or_init(|| load(data!("bicep_modules"))).module.get(name) {
        return Some(known.clone());
    }
    let (provider, resource) = name.strip_prefix(RESOURCES)?.split_once('/')?;
    let spelt = format!("Microsoft.{provider}::{resource}");
    let several = [spelt.clone(), format!("{spelt}s"), format!("{}ies", spelt.trim_end_matches('y'))];
    let kind = several.iter().find_map(|spelt| kind_of_letters(spelt, true))?;
    Some(BicepModule { kind: kind.to_owned(), told: BTreeMap::new(), given: BTreeMap::new() })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_module_tells_its_resource() {
        let kind = |path: &str| bicep_module(path).map(|module| module.kind);
        assert_eq!(kind("br/public:avm/res/key-vault/vault:0.5.1").as_deref(), Some("Microsoft.KeyVault::vaults"));
        assert_eq!(kind("br:mcr.microsoft.com/bicep/avm/res/cache/redis:0.1.0").as_deref(), Some("Microsoft.Cache::redis"));
        assert_eq!(kind("br/public:avm/res/container-registry/registry:0.1").as_deref(), Some("Microsoft.ContainerRegistry::registries"));
        assert_eq!(kind("br/public:avm/ptn/azd/monitoring:0.1.0").as_deref(), Some("Microsoft.Insights::components"));
        assert_eq!(kind("br/public:avm/res/network/made-up:0.1.0"), None);
        assert_eq!(kind("./app/db.bicep"), None);
    }

    #[test]
    fn modules_stand_for_known_kinds() {
        for (name, module) in &load::<Modules>(data!("bicep_modules")).module {
            // a part of one is none by itself
            let whole = module.kind.split('/').next().unwrap();
            assert_eq!(kind_of_letters(whole, true), Some(whole), "{name}");
        }
    }
}
