//! Classes of data, told by the name of a field.
//!
//! A name is cut into words (`cardNumber`, `card_number` and `CARD-NUMBER` are the same two), and the
//! longest known phrase among them decides. Words around it may turn the meaning (`email_verified` is no
//! address); then nothing is said. Words that could mean anything (`data`, `address`, `name`, `code`)
//! are in no list; some of them mean one thing in company, as `amount` does in a table of transactions.

use super::load;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;
use threatline_facts::DataClass;

/// No phrase has more words.
const LONGEST: usize = 4;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    not: HashSet<String>,
    first: HashSet<String>,
    settings: HashSet<String>,
    class: Vec<WrittenClass>,
    company: Vec<Company>,
}

/// What a field means in a record that is named, or that has another field, as this says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Company {
    class: DataClass,
    whole: HashSet<String>,
    of: Vec<String>,
    beside: Vec<DataClass>,
    confidence: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenClass {
    class: DataClass,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    whole: Vec<String>,
    confidence: u16,
}

#[derive(Clone, Copy)]
struct Meaning {
    class: DataClass,
    confidence: u16,
    /// It means this only when it is the whole name.
    whole: bool,
}

struct Names {
    phrases: HashMap<String, Meaning>,
    /// Phrases written without any mark between their words.
    joined: HashMap<String, Meaning>,
    not: HashSet<String>,
    first: HashSet<String>,
    settings: HashSet<String>,
    company: Vec<Company>,
}

fn names() -> &'static Names {
    static NAMES: OnceLock<Names> = OnceLock::new();
    NAMES.get_or_init(|| {
        let written: Written = load(data!("data_classes"));
        let mut phrases = HashMap::new();
        for WrittenClass { class, words, whole, confidence } in written.class {
            phrases.extend(words.into_iter().map(|phrase| (phrase, Meaning { class, confidence, whole: false })));
            phrases.extend(whole.into_iter().map(|phrase| (phrase, Meaning { class, confidence, whole: true })));
        }
        let mut joined: Vec<(String, Meaning)> = phrases.iter().map(|(phrase, meaning)| (phrase.replace(' ', ""), *meaning)).collect();
        joined.sort_by_key(|(phrase, meaning)| (phrase.clone(), meaning.class));
        Names { phrases, joined: joined.into_iter().collect(), not: written.not, first: written.first, settings: written.settings, company: written.company }
    })
}

/// The class of data that a field of this name holds, and how sure that is (thousandths).
pub fn data_class(field: &str) -> Option<(DataClass, u16)> {
    if field.len() > 100 {
        return None;
    }
    let names = names();
    let words = words(field);
    if let [word] = words.as_slice() {
        return lookup(&names.phrases, word).or_else(|| lookup(&names.joined, word)).map(|meaning| (meaning.class, meaning.confidence));
    }
    // The longest phrase decides, and of equals the last: names put what they are behind what they are of.
    for length in (1..=LONGEST.min(words.len())).rev() {
        for from in (0..=words.len() - length).rev() {
            let to = from + length;
            let is_whole = length == words.len();
            let Some(meaning) = lookup(&names.phrases, &words[from..to].join(" ")).filter(|meaning| is_whole || !meaning.whole) else { continue };
            let before = [words.first(), words[..from].last()].into_iter().flatten();
            let turned = words[to..].iter().any(|word| names.not.contains(word)) || (from > 0 && before.into_iter().any(|word| names.first.contains(word)));
            return (!turned).then_some((meaning.class, meaning.confidence - if is_whole { 0 } else { 100 }));
        }
    }
    None
}

/// The class of data of each field of a record (a table, a message, a type) of that name, and how sure that is, as
/// [`data_class`] says it; and of fields whose names mean something in the company of the others only.
pub fn record_classes<'f>(record: &str, fields: impl IntoIterator<Item = &'f str>) -> Vec<Option<(DataClass, u16)>> {
    let fields: Vec<&str> = fields.into_iter().collect();
    let mut found: Vec<Option<(DataClass, u16)>> = fields.iter().map(|field| data_class(field)).collect();
    if record.len() > 100 || is_setting(record) {
        return found;
    }
    let known: Vec<DataClass> = found.iter().flatten().map(|(class, _)| *class).collect();
    let named = format!(" {} ", words(record).join(" "));
    // the word itself or its plural
    let ends = |rest: &str| [" ", "s ", "es "].iter().any(|end| rest.starts_with(end));
    let is_named = |word: &String| named.match_indices(word).any(|(at, word)| named[..at].ends_with(' ') && ends(&named[at + word.len()..]));
    let company: Vec<&Company> =
        names().company.iter().filter(|company| company.beside.iter().any(|class| known.contains(class)) || company.of.iter().any(is_named)).collect();
    if company.is_empty() {
        return found;
    }
    for (field, found) in fields.iter().zip(&mut found).filter(|(field, found)| found.is_none() && field.len() <= 100) {
        let name = words(field).join(" ");
        *found = company.iter().find(|company| company.whole.contains(&name)).map(|company| (company.class, company.confidence));
    }
    found
}

/// Whether a type of this name holds what a program is set up with: its fields are the program's own data.
pub fn is_setting(name: &str) -> bool {
    name.len() <= 100 && words(name).iter().any(|word| names().settings.contains(word))
}

/// Looks a phrase up, and if it is a plural its singular.
fn lookup(phrases: &HashMap<String, Meaning>, phrase: &str) -> Option<Meaning> {
    phrases.get(phrase).or_else(|| phrases.get(phrase.strip_suffix('s')?)).copied()
}

/// Cuts at everything that is no letter or digit, and where capitals begin a word (`userID`, `IPAddress`).
pub(super) fn words(field: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let letters: Vec<char> = field.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let small_before = before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit());
        let small_after = letters.get(at + 1).is_some_and(|after| after.is_lowercase());
        let begins = letter.is_uppercase() && (small_before || (small_after && before.is_some_and(char::is_uppercase)));
        if begins || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn name(field: &str) -> &'static str {
        data_class(field).map_or("-", |(class, _)| class.name())
    }

    #[test]
    fn all_styles_of_writing_mean_the_same() {
        for field in ["cardNumber", "card_number", "CARD-NUMBER", "CardNumber", "cardnumber", "card.number", "cardNumbers"] {
            assert_eq!(data_class(field), Some((DataClass::PaymentCard, 950)), "{field}");
        }
    }

    #[test]
    fn precise_words_tell_the_class() {
        let known = [
            ("email", "email"),
            ("customerEmail", "email"),
            ("eMail", "email"),
            ("email_address", "email"),
            ("phoneNumber", "phone"),
            ("firstName", "name"),
            ("shipping_address", "address"),
            ("zipCode", "address"),
            ("dateOfBirth", "date_of_birth"),
            ("dob", "date_of_birth"),
            ("lat", "precise_location"),
            ("clientIP", "ip_address"),
            ("IPAddress", "ip_address"),
            ("credit_card_cvv", "payment_card"),
            ("iban", "bank_account"),
            ("from_account_num", "bank_account"),
            ("patientDiagnosis", "health"),
            ("SSN", "government_id"),
            ("customer_ssn", "government_id"),
            ("passwordHash", "password"),
            ("new_password", "password"),
            ("password_confirm", "password"),
            ("apiKey", "credential"),
            ("clientSecret", "credential"),
            ("refreshToken", "token"),
            ("password_reset_token", "token"),
            ("token", "token"),
            ("privateKey", "private_key"),
            ("sexualOrientation", "special_category"),
            ("user_id", "identifier"),
            ("username", "identifier"),
            ("prompt", "prompt"),
        ];
        for (field, class) in known {
            assert_eq!(name(field), class, "{field}");
        }
    }

    #[test]
    fn a_word_about_the_datum_is_not_the_datum() {
        for field in [
            "email_verified",
            "hasPassword",
            "max_tokens",
            "tokenCount",
            "password_reset",
            "resetPassword",
            "passwordPolicy",
            "findByEmail",
            "email_template_id",
            "credit_card_id",
            "accessTokenExpiresAt",
            "csrf_token",
            "secretName",
            "token_type",
        ] {
            assert_eq!(name(field), "-", "{field}");
        }
    }

    #[test]
    fn words_that_mean_anything_say_nothing() {
        for field in [
            "",
            "data",
            "address",
            "name",
            "code",
            "id",
            "message",
            "value",
            "pageToken",
            "panel",
            "latest",
            "pin",
            "status",
            "expandable",
            "key",
            "companion",
            "note",
            "__",
        ] {
            assert_eq!(name(field), "-", "{field}");
        }
    }

    #[test]
    fn what_a_program_is_set_up_with_is_its_own() {
        assert!(is_setting("SmtpSettings") && is_setting("AppConfig") && is_setting("Options"));
        assert!(!is_setting("Customer") && !is_setting("Configurator") && !is_setting(""));
    }

    #[test]
    fn every_phrase_can_be_found() {
        let odd = |phrase: &&String| phrase.split(' ').count() > LONGEST || words(phrase).join(" ") != **phrase;
        assert_eq!(names().phrases.keys().find(odd), None);
    }

    #[test]
    fn company_tells_what_a_word_means() {
        let classes = |record: &str, fields: &[&str]| -> Vec<&str> {
            record_classes(record, fields.iter().copied()).into_iter().map(|found| found.map_or("-", |(class, _)| class.name())).collect()
        };
        assert_eq!(classes("TRANSACTIONS", &["FROM_ACCT", "AMOUNT", "TIMESTAMP"]), ["-", "transaction", "-"]);
        assert_eq!(classes("users", &["birthday", "address", "state", "zip"]), ["date_of_birth", "address", "-", "address"]);
        assert_eq!(classes("Transfer", &["fromAccountNum", "amount"]), ["bank_account", "transaction"]);
        assert_eq!(classes("Address", &["city", "country"]), ["address", "-"]);
        // a host, what is stored of a product, what a program is set up with
        assert_eq!(classes("Node", &["address", "name", "zip"]), ["-", "-", "-"]);
        assert_eq!(classes("Ingredient", &["name", "amount"]), ["-", "-"]);
        assert_eq!(classes("PaymentSettings", &["amount"]), ["-"]);
    }
}
