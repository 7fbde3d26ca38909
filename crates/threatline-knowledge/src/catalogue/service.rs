//! Services of providers, by the words in which their libraries and grants name them.

use super::load;
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

/// Words that lead to nothing that a diagram shows stand under this name.
const NOTHING: &str = "none";

/// What libraries put behind a service's name.
const BEHIND: &[&str] = &["clientbuilder", "client", "async"];

type Services = BTreeMap<String, BTreeMap<String, Vec<String>>>;

fn all() -> &'static Services {
    static ALL: OnceLock<Services> = OnceLock::new();
    ALL.get_or_init(|| load(data!("services")))
}

fn words() -> &'static HashMap<(&'static str, &'static str), &'static str> {
    static WORDS: OnceLock<HashMap<(&str, &str), &str>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let listed = all().iter().flat_map(|(provider, services)| services.iter().map(move |(service, words)| (provider, service, words)));
        listed.flat_map(|(provider, service, words)| words.iter().map(move |word| ((provider.as_str(), word.as_str()), service.as_str()))).collect()
    })
}

/// What a provider's word leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// A third party or a technology of that name.
    Named(&'static str),
    /// Nothing that a diagram shows.
    Nothing,
}

/// What a word of a provider's library or grants means; none where nobody knows.
pub fn service(provider: &str, word: &str) -> Option<Service> {
    let mut word: String = word.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).take(64).collect();
    let known = |word: &str| words().get(&(provider, word)).copied();
    let found = loop {
        let plain = word.strip_prefix("amazon").or_else(|| word.strip_prefix("aws")).unwrap_or(&word);
        if let Some(found) = known(&word).or_else(|| known(plain)) {
            break found;
        }
        let end = BEHIND.iter().find_map(|behind| word.strip_suffix(behind)).map(str::len)?;
        word.truncate(end);
    };
    Some(if found == NOTHING { Service::Nothing } else { Service::Named(found) })
}

/// Whether services of that provider are known.
pub fn is_provider(provider: &str) -> bool {
    all().contains_key(provider)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{technology::technology, third_party};
    use super::*;

    #[test]
    fn words_in_the_spellings_of_libraries() {
        for word in ["bedrock-runtime", "BedrockRuntime", "BedrockRuntimeClient", "BedrockRuntimeAsyncClient", "AmazonBedrockRuntimeClient", "bedrockruntime"] {
            assert_eq!(service("aws", word), Some(Service::Named("bedrock")), "{word}");
        }
        assert_eq!(service("aws", "AWSSecretsManager"), Some(Service::Named("secrets-manager")));
        assert_eq!(service("aws", "sts"), Some(Service::Nothing));
        for word in ["PutObjectCommand", "", "client", "my-s3", "s3x"] {
            assert_eq!(service("aws", word), None, "{word}");
        }
    }

    #[test]
    fn every_service_is_known_and_no_word_is_said_twice() {
        let mut count = 0;
        for (provider, services) in all() {
            for (service, words) in services {
                assert!(service == NOTHING || third_party(service).is_some() || technology(service).is_some(), "{provider}: nobody knows {service}");
                assert!(words.iter().all(|word| word.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase())), "{provider}: {words:?}");
                count += words.len();
            }
        }
        assert_eq!(words().len(), count);
    }
}
