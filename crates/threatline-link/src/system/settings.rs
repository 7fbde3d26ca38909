//! What the framework of each component is configured with: files of its own, the profile that its containers run with,
//! and what a server of configuration in this repository hands out to it.

use super::draft::{Draft, Setting, Variables, folder_of};
use super::said::{At, Said};
use std::collections::BTreeMap;
use threatline_facts::infra;
use threatline_knowledge::catalogue;

/// Key, as it is written, to value and place.
pub(crate) type Settings = Variables;

/// The product that hands out configuration.
const SERVER: &str = "spring-cloud-config";

/// Keys under which a program says how others call it.
const NAMES: [&str; 3] = ["spring.application.name", "quarkus.application.name", "micronaut.application.name"];

/// Profiles that are named for running in containers.
const CONTAINED: [&str; 6] = ["docker", "compose", "docker-compose", "container", "kubernetes", "k8s"];

/// Folders of a module from which a server hands out files when nobody says which.
const SHARED: [&str; 2] = ["classpath:/config", "classpath:/"];

/// The settings of every component.
pub(crate) fn of_all(drafts: &[Draft<'_>], said: &Said<'_>) -> Vec<Settings> {
    let servers: Vec<(usize, Vec<String>)> = drafts
        .iter()
        .enumerate()
        .filter(|(_, draft)| draft.plays.contains(SERVER))
        .map(|(at, draft)| (at, shared_folders(draft, &own(draft, said, &[]))))
        .collect();
    let shared: Vec<&str> = servers.iter().flat_map(|(_, folders)| folders).map(String::as_str).collect();
    let mut out: Vec<Settings> = drafts.iter().map(|draft| own(draft, said, &shared)).collect();
    for (at, settings) in out.iter_mut().enumerate() {
        let located = located(&drafts[at], said);
        settings.extend(located);
    }
    // of several servers nobody knows which one answers
    if let [(server, folders)] = servers.as_slice() {
        for (at, settings) in out.iter_mut().enumerate().filter(|(at, _)| at != server) {
            if asks(&drafts[at], settings) {
                let served = served(&drafts[at], name(settings).unwrap_or(drafts[at].name.clone()), folders, said);
                settings.extend(served);
            }
        }
    }
    out
}

/// How the program calls itself.
pub(crate) fn name(settings: &Settings) -> Option<String> {
    // frameworks of .NET take keys in any case
    let found = NAMES.iter().find_map(|key| settings.get(*key).or_else(|| by_key(settings, key)))?;
    let name = found.value.with_defaults();
    (!name.is_empty() && !name.contains('*')).then_some(name)
}

/// The port that it is told to listen on.
pub(crate) fn port(settings: &Settings) -> Option<u16> {
    ["server.port", "quarkus.http.port", "micronaut.server.port"].iter().find_map(|key| settings.get(*key))?.value.with_defaults().parse().ok()
}

/// Whether a key is that one in any of its spellings.
pub(crate) fn by_key<'s>(settings: &'s Settings, key: &str) -> Option<&'s Setting> {
    settings.iter().find(|(written, _)| catalogue::setting(written) == key).map(|(_, setting)| setting)
}

/// Settings in the component's folders: those of every run, then those of the profile it runs with.
fn own(draft: &Draft<'_>, said: &Said<'_>, shared: &[&str]) -> Settings {
    let mut found: Vec<&At<'_, infra::Setting>> = Vec::new();
    for root in &draft.roots {
        let from = said.settings.partition_point(|setting| &*setting.path < root.folder.as_str());
        let inside = said.settings[from..].iter().take_while(|setting| setting.path.starts_with(root.folder.as_str()));
        found.extend(inside.filter(|setting| root.holds(&setting.path) && !shared.iter().any(|folder| setting.path.starts_with(folder))));
    }
    layered(draft, found)
}

fn layered(draft: &Draft<'_>, found: Vec<&At<'_, infra::Setting>>) -> Settings {
    let mut settings = Settings::new();
    for setting in found.iter().filter(|setting| profile(setting).is_none() && !super::is_test_path(&setting.path)) {
        settings.entry(setting.it.key.clone()).or_insert_with(|| taken(setting));
    }
    let active = active(draft, &settings);
    for setting in found {
        if profile(setting).is_some_and(|profile| active.iter().any(|active| active == profile)) {
            settings.insert(setting.it.key.clone(), taken(setting));
        }
    }
    settings
}

fn taken(setting: &At<'_, infra::Setting>) -> Setting {
    Setting { value: setting.it.value.clone(), path: setting.path.clone(), mark: setting.it.mark }
}

/// The profile that a setting is of, by its document or by the name of its file.
fn profile<'s>(setting: &'s At<'_, infra::Setting>) -> Option<&'s str> {
    if setting.it.profile.is_some() {
        return setting.it.profile.as_deref();
    }
    let name = setting.path.rsplit('/').next().unwrap_or(&setting.path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    ["application-", "bootstrap-"]
        .iter()
        .find_map(|prefix| stem.strip_prefix(prefix))
        .or_else(|| stem.strip_prefix("appsettings.").filter(|rest| !rest.is_empty()))
}

/// The profiles that a component runs with: those that it is told, else the one that is named for containers, where it runs in one.
fn active(draft: &Draft<'_>, settings: &Settings) -> Vec<String> {
    let told = draft.variables.iter().filter_map(|variables| variables.get("SPRING_PROFILES_ACTIVE")).map(|setting| setting.value.with_defaults());
    let written = settings.get("spring.profiles.active").map(|setting| setting.value.with_defaults());
    let mut out: Vec<String> = told.chain(written).flat_map(|list| list.split(',').map(|one| one.trim().to_owned()).collect::<Vec<_>>()).collect();
    if !draft.descriptions.is_empty() {
        out.extend(CONTAINED.iter().map(|profile| (*profile).to_owned()));
    }
    out
}

/// Whether the component gets its configuration from a server.
fn asks(draft: &Draft<'_>, settings: &Settings) -> bool {
    let told = settings.keys().any(|key| key.starts_with("spring.cloud.config.") && !key.starts_with("spring.cloud.config.server."));
    let imports = settings.iter().any(|(key, setting)| key.starts_with("spring.config.import") && setting.value.with_defaults().contains("configserver:"));
    told || imports || draft.dependencies.contains_key("org.springframework.cloud:spring-cloud-starter-config")
}

/// The folders of the repository that a server hands out files from.
fn shared_folders(draft: &Draft<'_>, settings: &Settings) -> Vec<String> {
    let written: Vec<String> = settings
        .iter()
        .filter(|(key, _)| catalogue::setting(key).starts_with("spring.cloud.config.server.native.searchlocations"))
        .flat_map(|(_, setting)| setting.value.with_defaults().split(',').map(|one| one.trim().to_owned()).collect::<Vec<_>>())
        .collect();
    let is_native = active(draft, settings).iter().any(|profile| profile == "native");
    let places = if written.is_empty() && is_native { SHARED.iter().map(|place| (*place).to_owned()).collect() } else { written };
    let mut out = Vec::new();
    for place in places {
        let inner = place.strip_prefix("classpath:").map(|rest| format!("src/main/resources/{}", rest.trim_matches('/')));
        let Some(inner) = inner.or_else(|| place.strip_prefix("file:").map(|rest| rest.trim_start_matches("./").trim_matches('/').to_owned())) else {
            continue;
        };
        // what only a running machine knows, and a whole module, are no folder of files to hand out
        if inner.contains(['*', '{', '$']) || inner.trim_matches('/').is_empty() || place.starts_with("file:/") {
            continue;
        }
        let inner = inner.trim_end_matches('/');
        out.extend(draft.roots.iter().map(|root| format!("{}{inner}/", root.folder)).filter(|folder| !folder.ends_with("src/main/resources/")));
    }
    out
}

/// Variables that name files of settings beside those on board.
const LOCATIONS: [&str; 4] = ["SPRING_CONFIG_LOCATION", "SPRING_CONFIG_ADDITIONAL_LOCATION", "SPRING_CONFIG_ADDITIONALLOCATION", "MICRONAUT_CONFIG_FILES"];

/// Settings in files that a variable names by their paths in the container. A folder of the repository that is mounted there has the same
/// name, as far as it is one.
fn located(draft: &Draft<'_>, said: &Said<'_>) -> Settings {
    let told = draft.variables.iter().flat_map(|variables| LOCATIONS.iter().filter_map(|name| variables.get(*name)));
    let listed: Vec<String> = told.map(|setting| setting.value.with_defaults()).collect();
    let mut out = Settings::new();
    for location in listed.iter().flat_map(|list| list.split([',', ';'])) {
        let path = location.trim().trim_start_matches("optional:").trim_start_matches("file:").trim_matches('/');
        // a name alone may be that of any file
        if !path.contains('/') || !path.contains('.') || path.contains(['*', '$', '{']) {
            continue;
        }
        let is_it = |file: &str| file == path || file.strip_suffix(path).is_some_and(|before| before.ends_with('/'));
        let files: std::collections::BTreeSet<&str> = said.settings.iter().map(|setting| &*setting.path).filter(|file| is_it(file)).collect();
        let own = |file: &&&str| draft.descriptions.iter().any(|description| file.starts_with(folder_of(&description.path)));
        let mut nearest = files.iter().filter(own);
        let file = match (nearest.next(), nearest.next()) {
            (Some(only), None) => only,
            (None, _) if files.len() == 1 => files.first().unwrap_or(&""),
            _ => continue,
        };
        out.extend(layered(draft, said.settings.iter().filter(|setting| &*setting.path == *file).collect()));
    }
    out
}

/// What the server hands out to a program of that name.
fn served(draft: &Draft<'_>, name: String, folders: &[String], said: &Said<'_>) -> Settings {
    let mut out = Settings::new();
    for wanted in ["application", name.as_str()] {
        let is_of = |setting: &At<'_, infra::Setting>| {
            let folder = folder_of(&setting.path);
            let file = &setting.path[folder.len()..];
            let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
            folders.iter().any(|shared| shared == folder) && stem.eq_ignore_ascii_case(wanted)
        };
        out.extend(layered(draft, said.settings.iter().filter(|setting| is_of(setting)).collect()));
    }
    out
}

/// Settings below a canonical prefix, by what stands behind it.
pub(crate) fn below<'s>(settings: &'s Settings, prefix: &str) -> BTreeMap<String, &'s Setting> {
    settings.iter().filter_map(|(key, setting)| Some((catalogue::setting(key).strip_prefix(prefix)?.to_owned(), setting))).collect()
}
