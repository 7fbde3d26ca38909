//! The packs of one family of languages, arranged for looking names up.

mod stars;

use hashbrown::{HashMap, HashSet};
pub(in crate::compose) use stars::starred;
use stars::{Star, Stars};
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use threatline_facts::code::{Import, TypeName};
use threatline_knowledge::packs::*;

/// A type of any pack of the family, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TypeId(pub(super) u32);

/// A rule and the pack it stands in.
#[derive(Debug)]
pub(super) struct Ruled<R: 'static> {
    pub(super) pack: &'static Pack,
    pub(super) rule: &'static R,
}

impl<R> Clone for Ruled<R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for Ruled<R> {}

/// Rules by name: exact names, last parts (loose packs), patterns with a star.
struct Names<R: 'static> {
    exact: HashMap<String, Vec<Ruled<R>>>,
    loose: HashMap<String, Vec<Ruled<R>>>,
    stars: Stars<Ruled<R>>,
    stems: Stems,
}

/// What names begin with, up to each of their dots.
#[derive(Default)]
struct Stems(HashSet<String>);

impl Stems {
    fn add(&mut self, name: &str) {
        for (end, _) in name.match_indices('.') {
            if !self.0.contains(&name[..end]) {
                self.0.insert(name[..end].to_owned());
            }
        }
    }

    fn contain(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

impl<R> Names<R> {
    fn new() -> Self {
        Self { exact: HashMap::new(), loose: HashMap::new(), stars: Stars::new(), stems: Stems::default() }
    }

    fn add(&mut self, name: String, ruled: Ruled<R>) {
        self.stems.add(&name);
        let name = match Star::cut(name) {
            Ok(star) => return self.stars.add(star, ruled),
            Err(name) => name,
        };
        if ruled.pack.loose
            && let Some((_, last)) = name.rsplit_once('.')
        {
            self.loose.entry(last.to_owned()).or_default().push(ruled);
        }
        self.exact.entry(name).or_default().push(ruled);
    }

    /// Whether a name begins so, up to a dot.
    fn begins(&self, full: &str) -> bool {
        self.stems.contain(full)
    }

    /// All rules of that name, with what the last star matched.
    fn get(&self, name: &str) -> Vec<(Ruled<R>, Option<String>)> {
        if let Some(found) = self.exact.get(name) {
            return found.iter().map(|ruled| (*ruled, None)).collect();
        }
        let found = self.stars.fitting(name);
        if !found.is_empty() {
            return found.into_iter().map(|(ruled, star)| (*ruled, Some(star.to_owned()))).collect();
        }
        if !self.loose.is_empty() {
            let last = name.rsplit('.').next().unwrap_or(name);
            // A loose pack knows short names and names that end as its own do; `a.b.Get` of another library is none.
            if let Some(found) = self.loose.get(last).filter(|_| !name.contains('/')) {
                return found.iter().filter(|ruled| may_be(ruled.pack, name)).map(|ruled| (*ruled, None)).collect();
            }
        }
        Vec::new()
    }
}

/// Java imports what is not of its own package: there only a name that nothing tells more of may be meant.
fn may_be(pack: &Pack, name: &str) -> bool {
    !name.contains('.') || !pack.languages.contains(&Family::Java)
}

/// Words of the languages of a family, see [`WordRule`].
#[derive(Default)]
pub(super) struct Words {
    pub(super) passing: HashSet<&'static str>,
    pub(super) counts: HashSet<&'static str>,
    pub(super) presence: HashSet<&'static str>,
    pub(super) texts: HashSet<&'static str>,
    pub(super) checks: HashSet<&'static str>,
}

impl Words {
    /// Whether a type, or none, is that of texts; one that may be there or not (`str | None`) is.
    pub(super) fn is_text(&self, declared: Option<&TypeName>) -> bool {
        let Some(declared) = declared else { return self.texts.contains("") };
        let nothing = |one: &TypeName| matches!(one.name.as_str(), "None" | "null" | "undefined" | "NoneType");
        if declared.name == "|" {
            let mut some = declared.arguments.iter().filter(|one| !nothing(one)).peekable();
            return some.peek().is_some() && some.all(|one| self.texts.contains(last_part(&one.name)));
        }
        self.texts.contains(last_part(&declared.name))
    }

    fn add(&mut self, rule: &'static WordRule) {
        let lists = [
            (&mut self.passing, &rule.passing),
            (&mut self.counts, &rule.counts),
            (&mut self.presence, &rule.presence),
            (&mut self.texts, &rule.texts),
            (&mut self.checks, &rule.checks),
        ];
        lists.into_iter().for_each(|(all, some)| all.extend(some.iter().map(String::as_str)));
    }
}

/// Everything that the packs of a family know.
pub(super) struct Library {
    types: Vec<Ruled<TypeRule>>,
    /// Type numbers a type has the methods of, itself first.
    lines: Vec<Vec<TypeId>>,
    type_names: HashMap<String, TypeId>,
    loose_types: HashMap<String, TypeId>,
    type_values: HashMap<String, TypeId>,
    /// What names of types, and of what hands words on, begin with.
    stems: Stems,
    star_values: Stars<TypeId>,
    star_types: Stars<TypeId>,
    calls: Names<CallRule>,
    /// Methods that are known on whatever object they are called: `*.UseNpgsql`.
    extensions: HashSet<&'static str>,
    methods: HashMap<TypeId, Names<CallRule>>,
    annotations: Names<AnnotationRule>,
    guards: Names<GuardRule>,
    verifies: Names<VerifyRule>,
    rejects: Names<RejectRule>,
    reads: HashMap<String, Vec<Ruled<ReadRule>>>,
    /// Members of a request that are its path, or else its method.
    asked: HashMap<String, (&'static Pack, bool)>,
    sinks: Names<SinkRule>,
    attributes: Names<AttributeRule>,
    models: Names<ModelRule>,
    bodies: HashSet<String>,
    decodes: HashSet<String>,
    /// The last parts of their names: most names are none of them.
    attribute_words: HashSet<&'static str>,
    /// What gives back the words that it is given.
    carries: HashSet<&'static str>,
    /// Words of the languages themselves.
    pub(super) words: Words,
    /// Those that every object has, and those of clients, by method.
    sinks_anywhere: HashMap<&'static str, Vec<Ruled<SinkRule>>>,
    client_sinks: HashMap<&'static str, Vec<Ruled<SinkRule>>>,
    /// Constants by name, and those whose name has a star; of several the first that a pack gives counts.
    values: HashMap<&'static str, (usize, &'static ValueRule)>,
    value_stars: Stars<(usize, &'static ValueRule)>,
    classes: Names<ClassRule>,
    /// Last parts of the names of annotations that tell a path for all routes, and of bases that run before routes.
    root_words: Vec<String>,
    before_words: Vec<String>,
    /// Packs by the modules whose import is a use of the library.
    modules: HashMap<String, Vec<&'static Pack>>,
    /// Those that say how resources are declared.
    constructs: Vec<&'static Pack>,
    pub(super) packs: &'static Packs,
}

impl Library {
    /// The library of a family.
    pub(super) fn of(family: Family, shelf: Shelf) -> &'static Library {
        static ALL: [OnceLock<Library>; Family::ALL.len()] = [const { OnceLock::new() }; Family::ALL.len()];
        match shelf.digest_of(family) {
            None => ALL[family.number()].get_or_init(|| Library::build(of_family(family))),
            Some(own) => Library::with(family, shelf, own),
        }
    }

    /// With a project's own packs: kept as long as these are.
    fn with(family: Family, shelf: Shelf, own: [u8; 32]) -> &'static Library {
        static ALL: Mutex<BTreeMap<([u8; 32], usize), &'static Library>> = Mutex::new(BTreeMap::new());
        let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry((own, family.number())).or_insert_with(|| Box::leak(Box::new(Library::build(shelf.of_family(family)))))
    }

    fn build(packs: &'static Packs) -> Self {
        let mut out = Library {
            types: Vec::new(),
            lines: Vec::new(),
            type_names: HashMap::new(),
            loose_types: HashMap::new(),
            type_values: HashMap::new(),
            stems: Stems::default(),
            star_values: Stars::new(),
            star_types: Stars::new(),
            calls: Names::new(),
            extensions: HashSet::new(),
            methods: HashMap::new(),
            annotations: Names::new(),
            guards: Names::new(),
            verifies: Names::new(),
            rejects: Names::new(),
            reads: HashMap::new(),
            asked: HashMap::new(),
            sinks: Names::new(),
            attributes: Names::new(),
            models: Names::new(),
            bodies: HashSet::new(),
            decodes: HashSet::new(),
            attribute_words: HashSet::new(),
            carries: HashSet::new(),
            words: Words::default(),
            sinks_anywhere: HashMap::new(),
            client_sinks: HashMap::new(),
            values: HashMap::new(),
            value_stars: Stars::new(),
            classes: Names::new(),
            root_words: Vec::new(),
            before_words: Vec::new(),
            modules: HashMap::new(),
            constructs: packs.iter().filter(|pack| pack.constructs.is_some()).collect(),
            packs,
        };
        for pack in packs.iter() {
            pack.modules().iter().for_each(|module| out.modules.entry(plain(module)).or_default().push(pack));
            out.types.extend(pack.types.iter().map(|rule| Ruled { pack, rule: &**rule }));
        }
        out.arrange_types();
        for pack in packs.iter() {
            out.arrange(pack);
        }
        out.type_names.keys().map(String::as_str).chain(out.carries.iter().copied()).for_each(|name| out.stems.add(name));
        out
    }

    fn arrange_types(&mut self) {
        for at in 0..self.types.len() {
            let Ruled { pack, rule } = self.types[at];
            for name in &rule.names {
                match Star::cut(plain(name)) {
                    Ok(star) => self.star_types.add(star, TypeId(at as u32)),
                    Err(name) => _ = self.type_names.entry(name).or_insert(TypeId(at as u32)),
                }
                if pack.loose {
                    let last = name.rsplit('.').next().unwrap_or(name);
                    self.loose_types.entry(last.to_owned()).or_insert(TypeId(at as u32));
                }
            }
            for name in &rule.values {
                match Star::cut(plain(name)) {
                    Ok(star) => self.star_values.add(star, TypeId(at as u32)),
                    Err(name) => _ = self.type_values.insert(name, TypeId(at as u32)),
                }
            }
            let mut line = vec![TypeId(at as u32)];
            let mut next = 0;
            while let Some(id) = line.get(next).copied() {
                let Ruled { pack, rule } = self.types[id.0 as usize];
                for base in &rule.extends {
                    if let Some(base) = self.named(pack, base).filter(|base| !line.contains(base)) {
                        line.push(base);
                    }
                }
                next += 1;
            }
            self.lines.push(line);
        }
    }

    /// The type that a pack calls so.
    pub(super) fn named(&self, pack: &Pack, name: &str) -> Option<TypeId> {
        let (pack, name) = name.split_once(':').unwrap_or((&pack.name, name));
        let at = self.types.iter().position(|ruled| ruled.pack.name == pack && ruled.rule.name == name)?;
        Some(TypeId(at as u32))
    }

    /// Splits `Type.rest` when the pack has such a type.
    fn split<'n>(&self, pack: &Pack, name: &'n str) -> Option<(TypeId, &'n str)> {
        let (first, rest) = name.split_once('.')?;
        Some((self.named(pack, first)?, rest))
    }

    /// A method that some pack knows on any object.
    pub(super) fn is_extension(&self, method: &str) -> bool {
        self.extensions.contains(method)
    }

    fn arrange(&mut self, pack: &'static Pack) {
        for rule in &pack.calls {
            for name in &rule.names {
                match self.split(pack, name) {
                    Some((id, method)) => self.methods.entry(id).or_insert_with(Names::new).add(method.to_owned(), Ruled { pack, rule }),
                    None => {
                        self.extensions.extend(name.strip_prefix("*.").filter(|rest| !rest.contains(['.', '*'])));
                        self.calls.add(plain(name), Ruled { pack, rule });
                    }
                }
            }
        }
        for rule in &pack.annotations {
            rule.names.iter().for_each(|name| self.annotations.add(plain(name), Ruled { pack, rule }));
        }
        for rule in &pack.classes {
            rule.bases.iter().for_each(|name| self.classes.add(plain(name), Ruled { pack, rule }));
        }
        let roots = pack.annotations.iter().filter(|rule| rule.does == AnnotationVerb::Root).flat_map(|rule| &rule.names);
        self.root_words.extend(roots.map(|name| last_part(name).to_owned()));
        let before = pack.classes.iter().filter(|rule| rule.before.is_some()).flat_map(|rule| &rule.bases);
        self.before_words.extend(before.map(|name| last_part(name).to_owned()));
        for rule in &pack.guards {
            rule.names.iter().for_each(|name| self.guards.add(self.written(pack, name), Ruled { pack, rule }));
        }
        for rule in &pack.verifies {
            rule.names.iter().for_each(|name| self.verifies.add(self.written(pack, name), Ruled { pack, rule }));
        }
        for rule in &pack.rejects {
            rule.names.iter().for_each(|name| self.rejects.add(self.written(pack, name), Ruled { pack, rule }));
        }
        for rule in &pack.reads {
            for name in rule.of.iter() {
                self.reads.entry(self.written(pack, name)).or_default().push(Ruled { pack, rule });
            }
        }
        for (name, is_path) in pack.asked.iter().flat_map(super::asked::names_asked) {
            let name = self.written(pack, name);
            self.asked.insert(name, (pack, is_path));
        }
        self.carries.extend(pack.carries.iter().map(String::as_str));
        self.words.add(&pack.words);
        for rule in &pack.sinks {
            rule.names.iter().for_each(|name| self.sinks.add(self.written(pack, name), Ruled { pack, rule }));
            for name in rule.names.iter().filter(|name| rule.anywhere && !name.contains('.')) {
                self.sinks_anywhere.entry(name).or_default().push(Ruled { pack, rule });
            }
            rule.methods.iter().for_each(|method| self.client_sinks.entry(method).or_default().push(Ruled { pack, rule }));
        }
        for rule in &pack.models {
            rule.names.iter().for_each(|name| self.models.add(self.written(pack, name), Ruled { pack, rule }));
        }
        self.decodes.extend(pack.decodes.iter().map(|name| self.written(pack, name)).collect::<Vec<_>>());
        self.bodies.extend(pack.bodies.iter().map(|name| self.written(pack, name)).collect::<Vec<_>>());
        for rule in &pack.attributes {
            rule.names.iter().for_each(|name| self.attributes.add(self.written(pack, name), Ruled { pack, rule }));
            self.attribute_words.extend(rule.names.iter().map(|name| last_part(name.rsplit("::").next().unwrap_or(name))));
        }
        for rule in &pack.values {
            for name in rule.name.iter() {
                let at = self.values.len() + self.value_stars.len();
                match Star::cut(name.clone()) {
                    Ok(star) => self.value_stars.add(star, (at, rule)),
                    Err(_) => _ = self.values.entry(name).or_insert((at, rule)),
                }
            }
        }
    }

    /// A name as values carry it: methods of a type as `#<type>.method`.
    fn written(&self, pack: &Pack, name: &str) -> String {
        match self.split(pack, name) {
            Some((id, method)) => format!("#{}.{method}", id.0),
            None => plain(name),
        }
    }

    pub(super) fn type_rule(&self, id: TypeId) -> Ruled<TypeRule> {
        self.types[id.0 as usize]
    }

    /// The type that constructing or declaring this name makes.
    pub(super) fn type_named(&self, name: &str) -> Option<TypeId> {
        self.type_names
            .get(name)
            .copied()
            .or_else(|| {
                let last = name.rsplit('.').next().unwrap_or(name);
                let found = self.loose_types.get(last).copied()?;
                may_be(self.type_rule(found).pack, name).then_some(found)
            })
            .or_else(|| self.star_types.first(name).map(|(ty, _)| *ty))
    }

    /// The type whose objects are called so where functions take them, of packs that fit.
    pub(super) fn type_of_parameter(&self, name: &str, fits: impl Fn(&Pack) -> bool) -> Option<TypeId> {
        let at = self.types.iter().position(|ruled| ruled.rule.parameters.iter().any(|known| known == name) && fits(ruled.pack))?;
        Some(TypeId(at as u32))
    }

    /// The type that `self` has at the top of a file with these imports, and the name of that object.
    pub(super) fn main_of(&self, path: &str, imports: &[Import]) -> Option<(TypeId, String)> {
        let loads = |name: &String| imports.iter().any(|import| import.module == *name);
        let is_named = |name: &String| name.strip_prefix('*').is_some_and(|ending| path.ends_with(ending));
        let is_main = |ruled: &Ruled<TypeRule>| ruled.rule.main.iter().any(|name| is_named(name) || loads(name));
        let at = self.types.iter().position(is_main)?;
        Some((TypeId(at as u32), format!("{}:main", self.types[at].pack.name)))
    }

    /// Packs of which that import is a use: it names one of their modules, or what lies in one.
    pub(super) fn imported(&self, import: &Import) -> impl Iterator<Item = &'static Pack> {
        let mut full = plain(&import.module);
        if let Some(member) = &import.member {
            full = format!("{full}.{member}");
        }
        let ends = full.match_indices(['.', '/']).map(|(end, _)| end).chain([full.len()]);
        let found: Vec<&[&'static Pack]> = ends.filter_map(|end| self.modules.get(&full[..end]).map(Vec::as_slice)).collect();
        found.into_iter().flatten().copied()
    }

    /// Whether one of these imports is a use of the pack.
    pub(super) fn is_imported(&self, pack: &Pack, imports: &[Import]) -> bool {
        imports.iter().any(|import| self.imported(import).any(|imported| std::ptr::eq(imported, pack)))
    }

    /// The type of a library's own object.
    pub(super) fn type_of_value(&self, name: &str) -> Option<TypeId> {
        self.type_values.get(name).copied().or_else(|| if self.type_names.contains_key(name) { None } else { self.star_values.first(name).map(|(ty, _)| *ty) })
    }

    /// Packs that say how resources of a cloud are declared.
    pub(super) fn constructs(&self) -> &[&'static Pack] {
        &self.constructs
    }

    /// Whether a name is one of the library by more than a star: of a construct that is known by how it is spelt, that there
    /// is such a kind.
    pub(super) fn surely_knows(&self, full: &str) -> bool {
        let spelt = |ty: TypeId| {
            let Ruled { pack, rule } = self.type_rule(ty);
            let makes = rule.makes.as_ref().filter(|makes| makes.like.is_some());
            makes.zip(pack.constructs.as_ref()).map(|(makes, rules)| super::constructs::kinds::kind_of(rules, makes, rule, full).is_some())
        };
        self.knows(full) && self.type_named(full).and_then(spelt).unwrap_or(true)
    }

    /// Whether that name makes what others may stand in, or a resource.
    pub(super) fn constructs_named(&self, full: &str) -> bool {
        !self.constructs.is_empty() && self.type_named(full).is_some_and(|ty| self.type_rule(ty).pack.constructs.is_some()) && self.surely_knows(full)
    }

    /// Methods of the project that packs call.
    pub(super) fn registers(&self) -> impl Iterator<Item = &'static str> {
        self.packs.iter().flat_map(|pack| &pack.calls).filter_map(|rule| rule.registers.as_deref())
    }

    /// Rules for a full name.
    pub(super) fn calls(&self, name: &str) -> Vec<(Ruled<CallRule>, Option<String>)> {
        self.calls.get(name)
    }

    /// Rules for a method of a type, its own before those it has from others.
    pub(super) fn methods(&self, id: TypeId, name: &str) -> Vec<(Ruled<CallRule>, Option<String>)> {
        let own = |id: &TypeId| self.methods.get(id).map(|names| names.get(name)).filter(|found| !found.is_empty());
        self.lines[id.0 as usize].iter().find_map(own).unwrap_or_default()
    }

    /// Whether a type is another one or has its methods.
    pub(super) fn is_kind_of(&self, id: TypeId, other: TypeId) -> bool {
        self.lines[id.0 as usize].contains(&other)
    }

    /// Whether packs know a method of the type, or members of a member of that name.
    pub(super) fn has_member(&self, id: TypeId, name: &str) -> bool {
        let known = |id: &TypeId| self.methods.get(id).is_some_and(|names| !names.get(name).is_empty() || names.begins(name));
        self.lines[id.0 as usize].iter().any(known)
    }

    pub(super) fn annotation(&self, name: &str) -> Vec<Ruled<AnnotationRule>> {
        self.annotations.get(name).into_iter().map(|(ruled, _)| ruled).collect()
    }

    pub(super) fn class(&self, name: &str) -> Option<(Ruled<ClassRule>, Option<String>)> {
        self.classes.get(name).into_iter().next()
    }

    /// Whether a base of that name as written may be one whose method runs before routes; a project's own base may be.
    pub(super) fn may_stand_before(&self, written: &str) -> bool {
        !self.before_words.is_empty() && (self.before_words.iter().any(|word| word == last_part(written)) || written.ends_with("Filter"))
    }

    /// Whether an annotation as written may tell a path for all routes.
    pub(super) fn may_be_root(&self, callee: &threatline_facts::code::Value) -> bool {
        use threatline_facts::code::Value;
        let (Value::Name(name) | Value::Member(_, name)) = callee else { return false };
        self.root_words.iter().any(|word| word == last_part(name))
    }

    /// All rules of classes with that base.
    pub(super) fn classes_named(&self, name: &str) -> Vec<&'static ClassRule> {
        self.classes.get(name).into_iter().map(|(ruled, _)| ruled.rule).collect()
    }

    /// Guards of that name; a method of an object is `#<type>.method`.
    pub(super) fn guards(&self, name: &str) -> Vec<Ruled<GuardRule>> {
        self.by_line(name, |name| self.guards.get(name).into_iter().map(|(ruled, _)| ruled).collect())
    }

    pub(super) fn verifies(&self, name: &str) -> Vec<Ruled<VerifyRule>> {
        self.by_line(name, |name| self.verifies.get(name).into_iter().map(|(ruled, _)| ruled).collect())
    }

    pub(super) fn rejects(&self, name: &str) -> Vec<Ruled<RejectRule>> {
        self.by_line(name, |name| self.rejects.get(name).into_iter().map(|(ruled, _)| ruled).collect())
    }

    pub(super) fn reads(&self, name: &str) -> Vec<Ruled<ReadRule>> {
        self.by_line(name, |name| self.reads.get(name).cloned().unwrap_or_default())
    }

    /// Whether programs tell routes apart by comparing what is asked for.
    pub(super) fn asks(&self) -> bool {
        !self.asked.is_empty()
    }

    /// The pack by which that is a request's path, or else its method.
    pub(super) fn asked(&self, name: &str) -> Option<(&'static Pack, bool)> {
        self.by_line(name, |name| self.asked.get(name).copied().into_iter().collect()).into_iter().next()
    }

    /// Whether something is said of what this does by its words, or hands on of them.
    pub(super) fn acts(&self, name: &str) -> bool {
        self.carries.contains(name) || !self.sinks.get(name).is_empty()
    }

    /// Whether what this gives back is made of the words of its arguments.
    pub(super) fn carries(&self, name: &str) -> bool {
        self.carries.contains(name)
    }

    /// What does as a text says: by its full name, or a method of a client of that protocol.
    pub(super) fn sinks(&self, name: &str, method: &str, protocol: Option<&str>) -> Vec<Ruled<SinkRule>> {
        let mut found: Vec<_> = self.by_line(name, |name| self.sinks.get(name).into_iter().map(|(ruled, _)| ruled).collect());
        let last = method.rsplit('.').next().unwrap_or(method);
        let speaks = |ruled: &&Ruled<SinkRule>| protocol.is_some_and(|protocol| ruled.rule.protocols.iter().any(|known| known == protocol));
        found.extend(self.client_sinks.get(last).into_iter().flatten().filter(speaks).copied());
        found.extend(self.sinks_anywhere.get(last).into_iter().flatten().copied());
        found
    }

    /// What is known of models that are made so, or that extend this.
    pub(super) fn models(&self, name: &str) -> Vec<Ruled<ModelRule>> {
        self.by_line(name, |name| self.models.get(name).into_iter().map(|(ruled, _)| ruled).collect())
    }

    /// The pack of whose models that is a method which nothing else has, and whose fields are not declared.
    pub(super) fn fills_anything(&self, method: &str) -> Option<String> {
        let fills = |pack: &&Pack| pack.models.iter().any(|rule| rule.undeclared && rule.fills.iter().any(|known| known == method));
        self.packs.iter().find(fills).map(|pack| pack.name.clone())
    }

    /// Fields of handlers' classes that name a class which is told a model, and the class in that one that tells it.
    pub(super) fn models_used(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        self.packs.iter().flat_map(|pack| &pack.models).filter_map(|rule| Some((rule.used_by.as_deref()?, rule.described_by.as_deref()?)))
    }

    /// Whether that holds all that a request sends.
    pub(super) fn is_body(&self, name: &str) -> bool {
        !self.bodies.is_empty() && !self.by_line(name, |name| if self.bodies.contains(name) { vec![()] } else { Vec::new() }).is_empty()
    }

    /// Whether that fills the record that it is handed with what it was made of.
    pub(super) fn decodes(&self, name: &str) -> bool {
        !self.decodes.is_empty() && self.decodes.contains(name)
    }

    /// Whether that brings all that a request sends.
    pub(super) fn brings_all(&self, name: &str) -> bool {
        self.reads(name).iter().any(|ruled| ruled.rule.whole && matches!(ruled.rule.r#in.as_str(), "body" | "form"))
    }

    /// Whether a name that ends so may say something of a route.
    pub(super) fn may_say(&self, last: &str) -> bool {
        self.attribute_words.contains(last)
    }

    /// What a name says of the route at which it stands.
    pub(super) fn attributes(&self, name: &str) -> Vec<Ruled<AttributeRule>> {
        if !self.attribute_words.contains(last_part(name)) {
            return Vec::new();
        }
        self.by_line(name, |name| self.attributes.get(name).into_iter().map(|(ruled, _)| ruled).collect())
    }

    /// Looks a `#<type>.rest` up for the type and all it extends.
    fn by_line<T>(&self, name: &str, look: impl Fn(&str) -> Vec<T>) -> Vec<T> {
        let parsed = name.strip_prefix('#').and_then(|rest| rest.split_once('.')).and_then(|(id, rest)| Some((id.parse::<usize>().ok()?, rest)));
        let Some((id, rest)) = parsed else {
            return look(name);
        };
        let line = self.lines.get(id).map(Vec::as_slice).unwrap_or_default();
        line.iter().map(|id| look(&format!("#{}.{rest}", id.0))).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// Whether packs say anything of a name.
    pub(super) fn knows(&self, full: &str) -> bool {
        self.type_named(full).is_some()
            || self.type_of_value(full).is_some()
            || self.value(full).is_some()
            || !self.calls(full).is_empty()
            || !self.annotation(full).is_empty()
            || !self.guards(full).is_empty()
            || self.class(full).is_some()
            || !self.rejects(full).is_empty()
            || self.acts(full)
            || self.is_above(full)
    }

    /// Whether packs speak of members of that name: it is a class of a library.
    pub(super) fn is_above(&self, name: &str) -> bool {
        self.stems.contain(name) || self.calls.begins(name) || self.guards.begins(name) || self.verifies.begins(name) || self.sinks.begins(name)
    }

    /// The text that a constant of a library stands for.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        let exact = self.values.get(name);
        let starred = self.value_stars.first(name).map(|((at, rule), star)| (at, star, rule));
        match (exact, starred) {
            (Some((first, rule)), Some((second, ..))) if first < second => Some(rule.text.clone()),
            (_, Some((_, star, rule))) => Some(rule.text.replace("{star}", star)),
            (Some((_, rule)), None) => Some(rule.text.clone()),
            (None, None) => None,
        }
    }
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// A full name in the one spelling that all sides use.
pub(super) fn plain(name: &str) -> String {
    let name = if name.contains("::") { name.replace("::", ".") } else { name.to_owned() };
    if !name.contains("/v") {
        return name;
    }
    let mut parts = Vec::new();
    for part in name.split('/') {
        let version = part.split('.').next().unwrap_or(part);
        let is_version = version.len() > 1 && version.starts_with('v') && version[1..].chars().all(|c| c.is_ascii_digit());
        match (is_version && !parts.is_empty(), part.split_once('.')) {
            (true, Some((_, rest))) => {
                if let Some(last) = parts.last_mut() {
                    *last = format!("{last}.{rest}");
                }
            }
            (true, None) => {}
            (false, _) => parts.push(part.to_owned()),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_go_modules_are_dropped() {
        assert_eq!(plain("github.com/go-chi/chi/v5.NewRouter"), "github.com/go-chi/chi.NewRouter");
        assert_eq!(plain("axum::Router::new"), "axum.Router.new");
    }
}
