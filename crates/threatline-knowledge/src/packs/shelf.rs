//! A project's own packs, beside the built-in ones.
//!
//! They are read by the same schema and mean the same. What was read once stays until the process ends, as the
//! built-in packs do, so that everything that looks names up may hold on to them; equal packs are one, and there
//! is a bound on how many different ones a process reads.

use super::mistake::{Mistake, PackError, Step};
use super::{Family, Pack, Packs, built_in_names, of_family, parse};
use aho_corasick::AhoCorasick;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Bytes of one pack.
pub const MAX_PACK_BYTES: usize = 128 << 10;
/// Packs of one project.
const MAX_PACKS: usize = 64;
/// Entries (types, calls, guards, …) and names of all packs of one project.
const MAX_ENTRIES: usize = 2_000;
const MAX_NAMES: usize = 10_000;
/// Names with a star are tried one after the other.
const MAX_STARS: usize = 200;
/// Different sets of packs that one process reads.
const MAX_SHELVES: usize = 256;

type Digest = [u8; 32];

/// The packs that a project is read with: the built-in ones, and its own.
#[derive(Clone, Copy, Default)]
pub struct Shelf(Option<&'static Set>);

/// The words that wake files beside those of the built-in packs.
#[derive(Clone, Copy, Default)]
pub struct Words(Option<&'static Waking>);

struct Set {
    own: Vec<Pack>,
    digest: Digest,
    families: [OfFamily; Family::ALL.len()],
    waking: Option<Waking>,
}

#[derive(Default)]
struct OfFamily {
    /// What the project's own packs of the family are.
    digest: Option<Digest>,
    /// Those and the built-in ones, once they are asked for.
    packs: OnceLock<Packs>,
}

struct Waking {
    digest: Digest,
    families: [WakingFamily; Family::ALL.len()],
}

#[derive(Default)]
struct WakingFamily {
    digest: Option<Digest>,
    words: Option<AhoCorasick>,
    named: Vec<String>,
}

impl Shelf {
    /// The built-in packs and these, given with their paths and in the order of them.
    pub fn with(files: &[(String, String)]) -> Result<Self, PackError> {
        if files.is_empty() {
            return Ok(Self::default());
        }
        let own = read(files)?;
        let digest = digest(&own.iter().collect::<Vec<_>>());
        static ALL: Mutex<BTreeMap<Digest, &'static Set>> = Mutex::new(BTreeMap::new());
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(&digest) {
            return Ok(Self(Some(known)));
        }
        if all.len() >= MAX_SHELVES {
            let (file, message) = (&files[0].0, format!("this run has read {MAX_SHELVES} different sets of packs, and keeps each until it ends"));
            return Err(PackError::whole(file, message, "start it again: it goes on from here"));
        }
        let set: &'static Set = Box::leak(Box::new(Set::new(own, digest)));
        all.insert(digest, set);
        Ok(Self(Some(set)))
    }

    /// The packs of a family: the built-in ones, and the project's own after them.
    pub fn of_family(&self, family: Family) -> &'static Packs {
        let Some(set) = self.0.filter(|set| set.families[family.number()].digest.is_some()) else { return of_family(family) };
        set.families[family.number()].packs.get_or_init(|| {
            let own = set.own.iter().filter(|pack| pack.languages.contains(&family));
            Packs { packs: of_family(family).iter().chain(own).collect() }
        })
    }

    /// The project's own, in order.
    pub fn own(&self) -> &'static [Pack] {
        self.0.map_or(&[], |set| &set.own)
    }

    /// What the project's own packs are; none where it has none.
    pub fn digest(&self) -> Option<Digest> {
        self.0.map(|set| set.digest)
    }

    /// The same of those that speak of a family.
    pub fn digest_of(&self, family: Family) -> Option<Digest> {
        self.0.and_then(|set| set.families[family.number()].digest)
    }

    /// The words that its own packs wait for.
    pub fn words(&self) -> Words {
        Words(self.0.and_then(|set| set.waking.as_ref()))
    }
}

impl Words {
    /// What they are; none where there are none.
    pub fn digest(&self) -> Option<Digest> {
        self.0.map(|waking| waking.digest)
    }

    /// What those are that wake files of a family; none where there are none.
    pub fn digest_of(&self, family: Family) -> Option<Digest> {
        self.0.and_then(|waking| waking.families[family.number()].digest)
    }

    /// Whether one of them stands in the bytes of a file.
    pub fn wake(&self, family: Family, bytes: &[u8]) -> bool {
        self.0.and_then(|waking| waking.families[family.number()].words.as_ref()).is_some_and(|words| words.is_match(bytes))
    }

    /// Whether the name of a file alone says that a framework of the project answers with it.
    pub fn is_named(&self, family: Family, name: &str) -> bool {
        self.0.is_some_and(|waking| waking.families[family.number()].named.iter().any(|known| known == name))
    }
}

impl Set {
    fn new(own: Vec<Pack>, digest: Digest) -> Self {
        let families = std::array::from_fn(|at| {
            let family = Family::ALL[at];
            let of: Vec<&Pack> = own.iter().filter(|pack| pack.languages.contains(&family)).collect();
            OfFamily { digest: (!of.is_empty()).then(|| self::digest(&of)), packs: OnceLock::new() }
        });
        let waking = Waking::new(&own);
        Self { own, digest, families, waking }
    }
}

impl Waking {
    /// What the packs wait for and no built-in pack does; none where that is nothing.
    fn new(own: &[Pack]) -> Option<Self> {
        let mut hasher = blake3::Hasher::new();
        let mut any = false;
        let families = std::array::from_fn(|at| {
            let family = Family::ALL[at];
            let of = || own.iter().filter(move |pack| pack.languages.contains(&family));
            let known: Vec<&str> = super::imports(family).collect();
            let mut words: Vec<&str> = of().flat_map(|pack| &pack.imports).map(String::as_str).filter(|word| !known.contains(word)).collect();
            words.sort_unstable();
            words.dedup();
            let mut named: Vec<String> = of().flat_map(|pack| &pack.named).filter(|name| !super::is_named(family, name)).cloned().collect();
            named.sort_unstable();
            named.dedup();
            any |= !words.is_empty() || !named.is_empty();
            hasher.update(format!("{family:?} {words:?} {named:?}").as_bytes());
            let digest = (!words.is_empty()).then(|| *blake3::hash(format!("{words:?}").as_bytes()).as_bytes());
            let words = if words.is_empty() { None } else { AhoCorasick::new(words).ok() };
            WakingFamily { digest, words, named }
        });
        any.then(|| Self { digest: *hasher.finalize().as_bytes(), families })
    }
}

/// Of what packs mean: comments and layout do not count.
fn digest(packs: &[&Pack]) -> Digest {
    *blake3::hash(format!("{packs:?}").as_bytes()).as_bytes()
}

fn read(files: &[(String, String)]) -> Result<Vec<Pack>, PackError> {
    if let Some((file, _)) = files.get(MAX_PACKS) {
        return Err(PackError::whole(file, format!("a project has {MAX_PACKS} packs at most"), "put frameworks of one language into one pack"));
    }
    let (mut own, mut entries, mut names, mut stars) = (Vec::<Pack>::new(), 0, 0, 0);
    for (file, text) in files {
        if text.len() > MAX_PACK_BYTES {
            return Err(PackError::whole(file, format!("a pack has {} KiB at most", MAX_PACK_BYTES >> 10), "divide it"));
        }
        let pack = parse(file, text)?;
        let taken = own.iter().any(|other| other.name == pack.name);
        let built_in = pack.languages.iter().any(|family| built_in_names(*family).any(|name| name == pack.name));
        if taken || built_in {
            let message = format!("there is {} pack `{}`", if built_in { "a built-in" } else { "another" }, pack.name);
            let help = if built_in {
                "choose another name: a pack adds to the built-in ones and replaces none; types of that one are named `name:Type`"
            } else {
                "choose another name: evidence names the pack"
            };
            return Err(PackError::of(file, text, Mistake { at: vec![Step::Key("name")], message, help: help.to_owned() }));
        }
        let (all, starred) = pack.names().fold((0, 0), |(all, starred), name| (all + 1, starred + usize::from(name.contains('*'))));
        entries += pack.entries();
        names += all;
        stars += starred;
        for (count, most, what) in [(entries, MAX_ENTRIES, "entries"), (names, MAX_NAMES, "names"), (stars, MAX_STARS, "names with a star")] {
            if count > most {
                return Err(PackError::whole(file, format!("the packs of a project have {most} {what} at most, all together"), "leave out what nobody uses"));
            }
        }
        own.push(pack);
    }
    check_foreign_types(files, &own)?;
    Ok(own)
}

/// `flask:App` must be a type of a pack that is there.
fn check_foreign_types(files: &[(String, String)], own: &[Pack]) -> Result<(), PackError> {
    for ((file, text), pack) in files.iter().zip(own) {
        for (name, at) in pack.foreign_types() {
            let Some((of, ty)) = name.split_once(':') else { continue };
            let has = |other: &Pack| other.name == of && other.types.iter().any(|rule| rule.name == ty);
            let built_in = || pack.languages.iter().any(|family| of_family(*family).iter().any(has));
            if !own.iter().any(has) && !built_in() {
                let help = "threatline packs lists the packs; a type is named as its pack writes it: `flask:App`";
                return Err(PackError::of(file, text, Mistake { at, message: format!("no pack has a type `{name}`"), help: help.to_owned() }));
            }
        }
    }
    Ok(())
}

impl PartialEq for Shelf {
    fn eq(&self, other: &Self) -> bool {
        self.digest() == other.digest()
    }
}

impl Eq for Shelf {}

impl Hash for Shelf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest().hash(state);
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.own().iter().map(|pack| &pack.name)).finish()
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        self.digest() == other.digest()
    }
}

impl Eq for Words {}

impl Hash for Words {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest().hash(state);
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.digest().map(|digest| digest[0]))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn shelf(texts: &[&str]) -> Result<Shelf, PackError> {
        Shelf::with(&texts.iter().enumerate().map(|(at, text)| (format!("{at}.toml"), (*text).to_owned())).collect::<Vec<_>>())
    }

    fn pack(name: &str, imports: &str, rest: &str) -> String {
        format!("name = \"{name}\"\nlanguages = [\"python\"]\nimports = [\"{imports}\"]\n{rest}")
    }

    #[test]
    fn own_packs_stand_behind_the_built_in_ones_of_their_family() {
        let own = shelf(&[&pack("shopweb", "shopweb", "")]).unwrap();
        let names: Vec<&str> = own.of_family(Family::Python).iter().map(|pack| pack.name.as_str()).collect();
        assert_eq!(names.last(), Some(&"shopweb"));
        assert!(names.contains(&"flask"));
        assert!(std::ptr::eq(own.of_family(Family::Go), of_family(Family::Go)));
        assert!(own.words().wake(Family::Python, b"import shopweb"));
        assert!(!own.words().wake(Family::Go, b"import shopweb"));
        assert!(own.digest_of(Family::Python).is_some() && own.digest_of(Family::Go).is_none());
    }

    #[test]
    fn what_packs_mean_tells_them_apart_and_not_how_they_are_written() {
        let (one, other) = (pack("shopweb", "shopweb", ""), pack("shopweb", "shopweb", "# a comment\n"));
        assert_eq!(shelf(&[&one]), shelf(&[&other]));
        assert_ne!(shelf(&[&one]).unwrap(), shelf(&[&pack("shopweb", "shop", "")]).unwrap());
        assert_eq!(shelf(&[]).unwrap().digest(), None);
        // a pack whose words are known already wakes nothing that was asleep
        assert_eq!(shelf(&[&pack("shopweb", "flask", "")]).unwrap().words(), Words::default());
    }

    #[test]
    fn a_name_that_is_taken_a_type_that_is_not_there_and_too_much_are_mistakes() {
        let of = |texts: &[&str]| shelf(texts).unwrap_err();
        let clash = of(&[&pack("flask", "shopweb", "")]);
        assert_eq!((clash.message.as_str(), clash.span), ("there is a built-in pack `flask`", Some(7..14)));
        let one = pack("shopweb", "shopweb", "");
        assert_eq!(of(&[&one, &one]).message, "there is another pack `shopweb`");
        let foreign = pack("shopweb", "shopweb", "[[types]]\nname = \"App\"\nextends = [\"flask:Application\"]\n");
        let error = of(&[&foreign]);
        assert_eq!(error.message, "no pack has a type `flask:Application`");
        assert_eq!(&foreign[error.span.unwrap()], "\"flask:Application\"");
        assert!(shelf(&[&foreign.replace("Application", "App")]).is_ok());
        let many: String = (0..MAX_STARS + 1).map(|at| format!("[[guards]]\nnames = [\"*.g{at}\"]\neffect = \"harmless\"\n")).collect();
        assert!(of(&[&pack("shopweb", "shopweb", &many)]).message.contains("with a star"));
    }
}
