//! Products that run in containers, and cloud resources that are such products as a service.

use super::{Kind, load};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

/// A product.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Technology {
    /// Lower-case product name.
    pub name: String,
    /// What it is in a diagram.
    pub kind: Kind,
    /// The model's words.
    pub roles: Vec<String>,
    /// What it listens on, the main port first.
    pub ports: Vec<u16>,
    /// How clients speak to it.
    pub protocol: Option<String>,
    /// Image names, `name` or `owner/name`.
    pub images: Vec<String>,
    /// Other words for it: schemes, drivers, engines of managed services.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Addresses that it connects to by itself, where no variable tells it otherwise.
    #[serde(default)]
    pub dials: Vec<String>,
    /// The product whose streams it shows: where there is one program of that only, it reads that one.
    #[serde(default)]
    pub shows: Option<String>,
    /// Names of charts that install it, where they are not those of images.
    #[serde(default)]
    charts: Vec<String>,
    open: Option<bool>,
    open_before: Option<u32>,
    #[serde(default)]
    closed_by: Vec<String>,
    #[serde(default)]
    opened_by: Vec<String>,
    #[serde(default)]
    elsewhere: Vec<String>,
    #[serde(default)]
    known_credentials: bool,
}

/// One thing that a deployment says to a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting<'s> {
    /// An environment variable; without a value when that is not known (a secret).
    Variable(&'s str, Option<&'s str>),
    /// A word of the command, or several in one text.
    Word(&'s str),
    /// Where a file or folder is mounted.
    Mount(&'s str),
}

/// Whether a product, as it is deployed, asks clients who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access<'s> {
    /// It serves whoever asks; none when that depends on what is not seen here.
    pub open: Option<bool>,
    /// User and password are those of its manual.
    pub known_credentials: bool,
    /// The setting that decided; none when it is the way the product ships.
    pub by: Option<Setting<'s>>,
}

impl Technology {
    /// Whether it asks clients who they are, in an image of this reference with these settings.
    pub fn access<'s>(&self, image: &str, settings: &[Setting<'s>]) -> Access<'s> {
        let says = |list: &[String]| settings.iter().copied().find(|setting| list.iter().any(|entry| setting.says(entry)));
        let closed = says(&self.closed_by);
        if let Some(by) = says(&self.opened_by) {
            return Access { open: Some(true), known_credentials: false, by: Some(by) };
        }
        if closed.is_some() {
            return Access { open: Some(false), known_credentials: false, by: closed };
        }
        if settings.iter().any(|setting| self.elsewhere.iter().any(|entry| setting.refers(entry))) {
            return Access { open: None, known_credentials: false, by: None };
        }
        // These images ask for credentials of their own before they start; what they then do is not the product's default.
        let repackaged = image.contains("bitnami");
        let open = self.as_shipped(image).filter(|open| !(*open && repackaged));
        Access { open, known_credentials: self.known_credentials && !repackaged, by: None }
    }

    fn as_shipped(&self, image: &str) -> Option<bool> {
        let Some(before) = self.open_before else { return self.open };
        if image.contains('@') && tag(image).is_none() {
            return None;
        }
        let major = tag(image).map(|tag| tag.trim_start_matches('v').split(['.', '-']).next().unwrap_or_default().to_owned());
        match major.and_then(|major| major.parse::<u32>().ok()) {
            Some(major) if major < before => Some(true),
            _ => self.open,
        }
    }
}

impl Setting<'_> {
    /// Whether this is the setting that an entry of the catalogue means: `NAME`, `NAME=value`, `--flag`.
    fn says(&self, entry: &str) -> bool {
        match self {
            Setting::Variable(name, value) => match entry.split_once('=') {
                Some((wanted, what)) => wanted == *name && value.is_some_and(|value| value.trim().eq_ignore_ascii_case(what)),
                None => {
                    let file = name.strip_suffix("_FILE").is_some_and(|name| name == entry);
                    let off = value.is_some_and(|value| matches!(value.trim().to_ascii_lowercase().as_str(), "" | "no" | "false" | "0"));
                    (file || *name == entry) && !off
                }
            },
            Setting::Word(text) => text.split_whitespace().any(|word| word == entry || word.strip_prefix(entry).is_some_and(|rest| rest.starts_with('='))),
            Setting::Mount(_) => false,
        }
    }

    /// Whether this hands the question on to a file.
    fn refers(&self, entry: &str) -> bool {
        match self {
            Setting::Word(text) if entry.starts_with('-') => text.split_whitespace().any(|word| word == entry || word.split('=').next() == Some(entry)),
            Setting::Word(text) | Setting::Mount(text) => text.contains(entry),
            Setting::Variable(name, _) => *name == entry,
        }
    }
}

fn tag(image: &str) -> Option<&str> {
    let name = image.split('@').next().unwrap_or(image);
    name.rsplit('/').next()?.split_once(':').map(|(_, tag)| tag)
}

#[derive(Deserialize)]
struct Technologies {
    technology: Vec<Technology>,
}

/// All products.
pub(super) fn all() -> &'static [Technology] {
    static ALL: OnceLock<Technologies> = OnceLock::new();
    &ALL.get_or_init(|| load(data!("technologies"))).technology
}

fn by(words: fn(&'static Technology) -> &'static [String]) -> HashMap<&'static str, &'static Technology> {
    all().iter().flat_map(|technology| words(technology).iter().map(move |word| (word.as_str(), technology))).collect()
}

/// The product in a container image, told by the last part of its name (`bitnami/postgresql:15` is
/// `postgresql`), or by the last two where the last alone says too little.
pub fn image(reference: &str) -> Option<&'static Technology> {
    static IMAGES: OnceLock<HashMap<&str, &Technology>> = OnceLock::new();
    let images = IMAGES.get_or_init(|| by(|technology| &technology.images));
    let lower = reference.trim().to_ascii_lowercase();
    let path = lower.split('@').next().unwrap_or(&lower);
    let (owner, last) = path.rsplit_once('/').map_or(("", path), |(owners, last)| (owners.rsplit('/').next().unwrap_or(owners), last));
    let last = last.split(':').next().unwrap_or(last);
    images.get(format!("{owner}/{last}").as_str()).or_else(|| images.get(last)).copied().or_else(|| folder(path))
}

/// The product of all images in a folder of a registry.
fn folder(path: &str) -> Option<&'static Technology> {
    static FOLDERS: OnceLock<Vec<(&str, &Technology)>> = OnceLock::new();
    let folders = FOLDERS.get_or_init(|| {
        let named = |technology: &'static Technology| technology.images.iter().filter_map(move |image| Some((image.strip_suffix('*')?, technology)));
        all().iter().flat_map(named).collect()
    });
    folders.iter().find(|(folder, _)| path.starts_with(folder)).map(|(_, technology)| *technology)
}

/// The product that a chart of that name installs.
pub fn chart(name: &str) -> Option<&'static Technology> {
    static BY_CHART: OnceLock<HashMap<&str, &Technology>> = OnceLock::new();
    let known = BY_CHART.get_or_init(|| by(|technology| &technology.charts));
    known.get(name).copied().or_else(|| image(name)).or_else(|| technology(name))
}

/// The product of that name, or of that other word for it (a scheme, a driver, an engine).
pub fn technology(word: &str) -> Option<&'static Technology> {
    static NAMES: OnceLock<HashMap<&str, &Technology>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let mut names = by(|technology| &technology.aliases);
        names.extend(all().iter().map(|technology| (technology.name.as_str(), technology)));
        names
    });
    names.get(word.to_ascii_lowercase().as_str()).copied()
}

/// What a cloud resource makes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// Lower-case product name, unless the resource's `engine` names another.
    pub technology: String,
    /// What it is in a diagram.
    pub kind: Kind,
    /// The model's words; none where the resource does not tell (a virtual machine).
    pub roles: Vec<String>,
    /// How clients speak to it.
    pub protocol: Option<String>,
    /// The attribute whose value is an engine's name (`postgres`, `POSTGRES_15`, `aurora-mysql`).
    pub engine: Option<String>,
    /// What else it is where that attribute has this value: one type of resource may be many services.
    #[serde(default)]
    pub variants: BTreeMap<String, Variant>,
    /// An attribute without which it makes nothing.
    #[serde(default)]
    pub needs: Option<String>,
}

/// One of the services that a type of resource may be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Lower-case product name.
    pub technology: String,
    /// The model's words.
    #[serde(default)]
    pub roles: Vec<String>,
}

impl Resource {
    /// The service that it is where the `engine` attribute has this value, if it may be several.
    pub fn variant(&self, value: &str) -> Option<&Variant> {
        self.variants.iter().find(|(name, _)| name.eq_ignore_ascii_case(value)).map(|(_, variant)| variant)
    }

    /// The product behind the value of the `engine` attribute.
    pub fn of_engine(&self, value: &str) -> Option<&'static Technology> {
        let lower = value.to_ascii_lowercase();
        let begins = || technology(lower.split(['_', '-']).next().unwrap_or(&lower));
        technology(&lower).or_else(begins).or_else(|| of_words(value))
    }
}

/// The product that the first of words are which begin with capitals: `sqlServerEx`, `AuroraMysql`.
fn of_words(value: &str) -> Option<&'static Technology> {
    let ends: Vec<usize> = value.char_indices().filter(|(at, letter)| *at > 0 && letter.is_ascii_uppercase()).map(|(at, _)| at).collect();
    let spelt = |end: usize, between: &str| {
        let starts = std::iter::once(0).chain(ends.iter().copied().filter(|at| *at < end)).collect::<Vec<_>>();
        let words = starts.iter().zip(starts[1..].iter().copied().chain([end])).map(|(from, to)| value[*from..to].to_ascii_lowercase());
        words.collect::<Vec<_>>().join(between)
    };
    let whole = (!ends.is_empty()).then_some(value.len());
    whole.into_iter().chain(ends.iter().rev().copied()).find_map(|end| technology(&spelt(end, "-")).or_else(|| technology(&spelt(end, ""))))
}

#[derive(Deserialize)]
struct Resources {
    resource: BTreeMap<String, Resource>,
}

/// All resource types.
pub(super) fn resources() -> &'static BTreeMap<String, Resource> {
    static ALL: OnceLock<Resources> = OnceLock::new();
    let read = || {
        let mut all: Resources = load(data!("terraform"));
        let templates: Resources = load(data!("cloudformation"));
        all.resource.extend(templates.resource);
        all
    };
    &ALL.get_or_init(read).resource
}

/// What a cloud resource of that type makes; none if it makes no component.
pub fn resource(kind: &str) -> Option<&'static Resource> {
    resources().get(kind)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn name(reference: &str) -> &'static str {
        image(reference).map_or("-", |technology| technology.name.as_str())
    }

    #[test]
    fn an_image_is_told_by_its_last_part() {
        assert_eq!(name("postgres:16-alpine"), "postgresql");
        assert_eq!(name("docker.io/bitnami/postgresql@sha256:00"), "postgresql");
        assert_eq!(name("docker.elastic.co/elasticsearch/elasticsearch:7.17.0"), "elasticsearch");
        assert_eq!(name("localhost:5000/confluentinc/cp-kafka:7.5"), "kafka");
        assert_eq!(name("mcr.microsoft.com/mssql/server:2022-latest"), "sql-server");
        assert_eq!(name("jaegertracing/all-in-one"), "jaeger");
        assert_eq!(name("Redis"), "redis");
    }

    #[test]
    fn a_folder_of_a_registry_is_one_product() {
        assert_eq!(name("nvcr.io/nim/meta/llama-3.1-8b-instruct:1.8"), "nvidia-nim");
        assert_eq!(name("nvcr.io/nvidia/pytorch:24.01"), "-");
        assert_eq!(name("registry.shop.eu/nvcr.io/nim/x"), "-");
    }

    #[test]
    fn an_image_of_ones_own_is_no_product() {
        for own in ["shop/payments", "all-in-one", "server", "redis-consumer", "node:20", "python:3.12", "", "shop/redisq", "shop/vault-client"] {
            assert_eq!(name(own), "-", "{own}");
        }
    }

    #[test]
    fn no_word_means_two_products() {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for technology in all() {
            for word in technology.images.iter().chain(&technology.aliases) {
                let before = seen.insert(word, &technology.name);
                assert!(before.is_none_or(|name| name == technology.name), "{word}: {before:?} and {}", technology.name);
            }
        }
    }

    #[test]
    fn redis_serves_whoever_asks_until_it_is_told_otherwise() {
        let redis = technology("redis").unwrap();
        assert_eq!(redis.access("redis:7", &[]).open, Some(true));
        let password = Setting::Word("redis-server --requirepass x");
        assert_eq!(redis.access("redis:7", &[password]), Access { open: Some(false), known_credentials: false, by: Some(password) });
        assert_eq!(redis.access("redis:7", &[Setting::Word("redis-server"), Setting::Word("/usr/local/etc/redis/redis.conf")]).open, None);
        assert_eq!(redis.access("bitnami/redis", &[]).open, None);
        assert_eq!(redis.access("bitnami/redis", &[Setting::Variable("ALLOW_EMPTY_PASSWORD", Some("yes"))]).open, Some(true));
        assert_eq!(redis.access("bitnami/redis", &[Setting::Variable("REDIS_PASSWORD_FILE", None)]).open, Some(false));
    }

    #[test]
    fn the_version_decides_where_the_default_changed() {
        let search = technology("elasticsearch").unwrap();
        let open = |image: &str| search.access(image, &[]).open;
        assert_eq!(open("elasticsearch:7.17.1"), Some(true));
        assert_eq!(open("elasticsearch:8.1"), Some(false));
        assert_eq!(open("elasticsearch"), Some(false));
        assert_eq!(open("elasticsearch@sha256:00"), None);
        assert_eq!(search.access("elasticsearch:8.1", &[Setting::Variable("xpack.security.enabled", Some("false"))]).open, Some(true));
    }

    #[test]
    fn credentials_of_the_manual_are_no_credentials() {
        let rabbit = technology("rabbitmq").unwrap();
        assert!(rabbit.access("rabbitmq:3", &[]).known_credentials);
        assert!(!rabbit.access("rabbitmq:3", &[Setting::Variable("RABBITMQ_DEFAULT_PASS", None)]).known_credentials);
        let postgres = technology("postgres").unwrap();
        assert_eq!(postgres.access("postgres", &[]).open, Some(false));
        let trust = Setting::Variable("POSTGRES_HOST_AUTH_METHOD", Some("trust"));
        assert_eq!(postgres.access("postgres", &[Setting::Variable("POSTGRES_PASSWORD", None), trust]).by, Some(trust));
    }

    #[test]
    fn resources_name_their_engine() {
        let database = resource("aws_db_instance").unwrap();
        assert_eq!(database.engine.as_deref(), Some("engine"));
        let engine = |value: &str| database.of_engine(value).map_or("-", |technology| technology.name.as_str());
        assert_eq!(
            ["postgres", "aurora-mysql", "POSTGRES_15", "MYSQL_8_0", "sqlserver-ex", "sqlServerEx", "AuroraMysql", "auroraPostgres", "strange", "otherThing"]
                .map(engine),
            ["postgresql", "mysql", "postgresql", "mysql", "sql-server", "sql-server", "mysql", "postgresql", "-", "-"]
        );
        assert!(resource("aws_iam_role").is_none());
    }
}
