//! People's decisions: `.threatline/decisions/<ID>.toml`, one file each, so that they merge as text.

use crate::ConfigError;
use std::hash::{Hash, Hasher};
use threatline_threats::{Decision, ThreatId};

/// The folder that holds them, from the root of the repository.
pub const DECISIONS_FOLDER: &str = ".threatline/decisions";

/// All decisions of a state, and the day they are seen from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// Sorted by id.
    pub decisions: Vec<Decision>,
    /// The files they stand in, in the same order.
    pub paths: Vec<String>,
    /// The day against which "until" is read; none where no decision is over, so that the date of a
    /// commit is no reason to judge anew.
    pub as_of: Option<String>,
}

impl Hash for Decided {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest().hash(state);
    }
}

impl Decided {
    pub(crate) fn new(mut written: Vec<(String, Decision)>, as_of: Option<i64>) -> Self {
        written.sort_by(|a, b| a.1.id.cmp(&b.1.id));
        let today = as_of.map(day);
        let (paths, decisions): (Vec<String>, Vec<Decision>) = written.into_iter().unzip();
        let over = |decision: &Decision| decision.until.is_some() && decision.until <= today;
        let as_of = today.clone().filter(|_| decisions.iter().any(over));
        Self { decisions, paths, as_of }
    }

    /// The same decisions on another day.
    pub(crate) fn seen_from(&self, as_of: Option<i64>) -> Self {
        Self::new(self.paths.iter().cloned().zip(self.decisions.iter().cloned()).collect(), as_of)
    }

    /// Digest of all that matters.
    pub(crate) fn digest(&self) -> [u8; 32] {
        // A debug form names every field, the id among them, which the form on disk does not hold.
        *blake3::hash(format!("{:?}", (&self.decisions, &self.as_of)).as_bytes()).as_bytes()
    }
}

/// Reads one file.
pub(crate) fn parse(path: &str, text: &str) -> Result<Decision, ConfigError> {
    let mut decision: Decision = toml::from_str(text).map_err(|error| ConfigError::of_toml(path, text, &error))?;
    let name = path.rsplit('/').next().unwrap_or(path);
    decision.id = ThreatId(name.strip_suffix(".toml").unwrap_or(name).to_owned());
    Ok(decision)
}

/// The day of a time, `2026-11-23`, in UTC.
pub(crate) fn day(seconds: i64) -> String {
    let (year, month, day) = date(seconds);
    format!("{year:04}-{month:02}-{day:02}")
}

/// A time as the interface writes it: `2026-11-23T00:00:00Z`.
pub fn timestamp(seconds: i64) -> String {
    let of_day = seconds.rem_euclid(86_400);
    format!("{}T{:02}:{:02}:{:02}Z", day(seconds), of_day / 3600, of_day / 60 % 60, of_day % 60)
}

/// Year, month and day in the calendar of today, counted from March so that the leap day comes last.
fn date(seconds: i64) -> (i64, i64, i64) {
    let days = seconds.div_euclid(86_400) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::timestamp;

    #[test]
    fn times_are_written_as_the_calendar_has_them() {
        let samples = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_767_323_045, "2026-01-02T03:04:05Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ];
        for (seconds, written) in samples {
            assert_eq!(timestamp(seconds), written);
        }
    }
}
