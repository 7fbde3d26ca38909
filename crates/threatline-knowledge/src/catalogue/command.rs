//! Which commands start something that answers nobody.

use super::load;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::OnceLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    idle: BTreeSet<String>,
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
