//! Which commands start something that answers nobody.

use super::load;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::OnceLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    idle: BTreeSet<String>,
    servers: BTreeSet<String>,
    clients: BTreeSet<String>,
    askers: BTreeSet<String>,
    errands: BTreeSet<String>,
}

/// Whether a word of a command is a program that serves.
pub fn is_server(word: &str) -> bool {
    all().servers.contains(word)
}

/// Whether words of a command are a program that only asks another one: of a store, or of any product.
pub fn is_client(words: &[&str], of_store: bool) -> bool {
    let asks = |window: &[&str]| all().askers.contains(&window.join(" "));
    words.iter().any(|word| of_store && all().clients.contains(*word)) || words.windows(1).chain(words.windows(2)).any(asks)
}

/// Whether a script or a service is called for something that is done once.
pub fn is_errand_name(name: &str) -> bool {
    name.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|part| all().errands.iter().any(|errand| part.starts_with(errand.as_str())))
}

fn all() -> &'static Written {
    static ALL: OnceLock<Written> = OnceLock::new();
    ALL.get_or_init(|| load(data!("commands")))
}

/// Whether a command (`./bin/entrypoint-worker.sh`, `celery -A shop beat`) starts a worker, a schedule or an errand by what it is called.
pub fn starts_no_server<'w>(words: impl IntoIterator<Item = &'w str>) -> bool {
    let mut words = words.into_iter().flat_map(str::split_whitespace).filter(|word| !word.starts_with('-') && !word.contains('='));
    words.any(|word| word.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).any(|part| all().idle.contains(&part.to_ascii_lowercase())))
}

#[cfg(test)]
mod tests {
    use super::starts_no_server;

    #[test]
    fn workers_and_errands_are_known_by_their_commands() {
        assert!(starts_no_server(["./bin/entrypoint-worker.sh"]));
        assert!(starts_no_server(["sh", "-c", "celery -A shop beat"]));
        assert!(starts_no_server(["bundle", "exec", "sidekiq"]));
        assert!(!starts_no_server(["gunicorn", "-k", "uvicorn.workers.UvicornWorker", "--workers=4", "shop:app"]));
        assert!(!starts_no_server(["./bin/entrypoint-api.sh"]));
    }
}
