//! Names with a star in them, arranged so that a name is held against those only that it may fit.

use hashbrown::HashMap;

/// What the last star of the pattern stands for; none when it does not fit.
pub(in crate::compose) fn starred(pattern: &str, name: &str) -> Option<String> {
    let (head, tail) = pattern.rsplit_once('*')?;
    fitting(head, head.find('*'), tail, name).map(str::to_owned)
}

/// A pattern with its stars found.
pub(super) struct Star {
    pattern: String,
    first: Option<usize>,
    last: usize,
}

impl Star {
    /// The pattern of a name with a star, or else the name.
    pub(super) fn cut(name: String) -> Result<Self, String> {
        match name.rfind('*') {
            Some(last) => Ok(Self { first: name[..last].find('*'), last, pattern: name }),
            None => Err(name),
        }
    }

    /// What every name that fits begins with, up to its first dot; none where a star stands before that.
    fn first_part(&self) -> Option<&str> {
        self.pattern[..self.first.unwrap_or(self.last)].split_once('.').map(|(first, _)| first)
    }

    /// What every name that fits ends with, from its last dot; none where a star stands behind that.
    fn last_part(&self) -> Option<&str> {
        self.tail().rsplit_once('.').map(|(_, last)| last)
    }

    fn tail(&self) -> &str {
        &self.pattern[self.last + 1..]
    }

    /// What the last star stands for; none when the name does not fit.
    fn fit<'n>(&self, name: &'n str) -> Option<&'n str> {
        fitting(&self.pattern[..self.last], self.first, self.tail(), name)
    }
}

/// `head*tail`, where the head may hold one more star.
fn fitting<'n>(head: &str, star: Option<usize>, tail: &str, name: &'n str) -> Option<&'n str> {
    let Some(star) = star else { return name.strip_prefix(head)?.strip_suffix(tail) };
    let (first, middle) = (&head[..star], &head[star + 1..]);
    let rest = name.strip_prefix(first)?.strip_suffix(tail)?;
    Some(&rest[rest.rfind(middle)? + middle.len()..])
}

/// Patterns, and what is meant by each.
pub(super) struct Stars<T> {
    all: Vec<(Star, T)>,
    by_first: HashMap<String, Vec<usize>>,
    by_last: HashMap<String, Vec<usize>>,
    /// Those with a star in their first part and in their last.
    anywhere: Vec<usize>,
}

impl<T> Stars<T> {
    pub(super) fn new() -> Self {
        Self { all: Vec::new(), by_first: HashMap::new(), by_last: HashMap::new(), anywhere: Vec::new() }
    }

    pub(super) fn add(&mut self, star: Star, meant: T) {
        let bucket = match (star.first_part(), star.last_part()) {
            (Some(first), _) => self.by_first.entry_ref(first).or_default(),
            (None, Some(last)) => self.by_last.entry_ref(last).or_default(),
            (None, None) => &mut self.anywhere,
        };
        bucket.push(self.all.len());
        self.all.push((star, meant));
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// What is meant by the patterns that a name fits, with what the last star of each stands for, in the order in which they
    /// were added.
    pub(super) fn fitting<'s, 'n>(&'s self, name: &'n str) -> Vec<(&'s T, &'n str)> {
        let mut found: Vec<(usize, &str)> = self.found(name).collect();
        found.sort_unstable();
        found.into_iter().map(|(at, star)| (&self.all[at].1, star)).collect()
    }

    /// The first of these.
    pub(super) fn first<'s, 'n>(&'s self, name: &'n str) -> Option<(&'s T, &'n str)> {
        self.found(name).min().map(|(at, star)| (&self.all[at].1, star))
    }

    fn found<'n>(&self, name: &'n str) -> impl Iterator<Item = (usize, &'n str)> {
        let first = name.split_once('.').and_then(|(first, _)| self.by_first.get(first));
        let last = name.rsplit_once('.').and_then(|(_, last)| self.by_last.get(last));
        let may_fit = first.into_iter().chain(last).flatten().chain(&self.anywhere);
        may_fit.filter_map(|at| Some((*at, self.all[*at].0.fit(name)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_the_last_run() {
        assert_eq!(starred("*.New*Client", "a/b.NewUsersClient").as_deref(), Some("Users"));
        assert_eq!(starred("*.add_*Servicer_to_server", "pb.x.add_UsersServicer_to_server").as_deref(), Some("Users"));
        assert_eq!(starred("App.*", "App.get").as_deref(), Some("get"));
        assert_eq!(starred("*.x", "a.y"), None);
    }

    #[test]
    fn a_name_finds_every_pattern_that_it_fits_in_their_order() {
        let patterns = ["*.x", "a.*", "*y*", "b.*", "a.*.x", "*"];
        let mut stars = Stars::new();
        for pattern in patterns {
            let Ok(star) = Star::cut(pattern.to_owned()) else { panic!("{pattern} has a star") };
            stars.add(star, pattern);
        }
        let found = |name| stars.fitting(name).into_iter().map(|(pattern, _)| *pattern).collect::<Vec<_>>();
        assert_eq!(found("a.y.x"), ["*.x", "a.*", "*y*", "a.*.x", "*"]);
        assert_eq!(found("x"), ["*"]);
        assert_eq!(stars.first("b.x").map(|(pattern, star)| (*pattern, star)), Some(("*.x", "b")));
        // the patterns that may fit are those that do, by whatever way they are found
        for name in ["a.x", "b.x.y", "xy.", "a", ".x", "y"] {
            let held: Vec<&str> = patterns.iter().copied().filter(|pattern| starred(pattern, name).is_some()).collect();
            assert_eq!(found(name), held, "{name}");
        }
    }
}
