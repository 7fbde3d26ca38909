//! What scripts of SQL say that a store holds.
//!
//! A script belongs to the store that it is mounted into or built with, else to the one store that whatever lies around it
//! speaks to. Where that could be one of several, the script says nothing. What holds is what is left after all scripts of
//! a folder in the order in which tools run them.

mod tables;

use super::documented::owner;
use super::draft::{Draft, folder_of, join};
use super::flows::Flows;
use super::said::{At, Said};
use super::source::ancestors;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tables::Table;
use threatline_facts::infra::MountKind;
use threatline_facts::spec::SqlScript;
use threatline_facts::{DataClass, Mark};
use threatline_knowledge::catalogue;
use threatline_model::*;

/// A class that is only guessed does not raise a tier.
const SURE: u16 = 600;
/// How a store is spoken to that is asked in SQL, or in something that defines tables alike.
const PROTOCOLS: &[&str] = &["sql", "cassandra"];

/// A store, and the program whose source the scripts lie in.
type Home = (Option<usize>, Option<usize>);

/// Gives stores, and the programs that the scripts belong to, the classes of what columns hold.
pub(crate) fn apply(drafts: &mut [Draft<'_>], flows: &Flows, said: &Said<'_>, in_test: &dyn Fn(&str) -> bool) {
    let scripts: Vec<&At<'_, SqlScript>> = said.scripts.iter().filter(|script| !in_test(&script.path) && !tables::leads_back(&script.path)).collect();
    if scripts.is_empty() {
        return;
    }
    let homes = Homes::new(drafts, flows);
    let mut by_home: BTreeMap<Home, Vec<&At<'_, SqlScript>>> = BTreeMap::new();
    for script in scripts {
        by_home.entry(homes.of(&script.path, drafts)).or_default().push(script);
    }
    for ((store, program), scripts) in by_home {
        let tables = tables::after_all(&scripts);
        let held = classes(&tables);
        for at in [store, program].into_iter().flatten().filter(|_| !held.is_empty()) {
            drafts[at].data.get_or_insert_with(BTreeSet::new).extend(held.keys());
        }
        if let Some(store) = store {
            drafts[store].evidence.extend(held.into_values());
            policies(&mut drafts[store], &tables);
        }
    }
}

/// Classes of data, each with the first column that holds it.
fn classes(tables: &[Table]) -> BTreeMap<DataClass, Evidence> {
    let mut out = BTreeMap::new();
    for table in tables {
        for ((_, (path, mark)), class) in table.columns.iter().zip(held(table)) {
            if let Some(class) = class {
                out.entry(class).or_insert_with(|| place(path, *mark));
            }
        }
    }
    out
}

/// What each of a table's columns holds.
fn held(table: &Table) -> impl Iterator<Item = Option<DataClass>> {
    let found = catalogue::record_classes(&table.name, table.columns.iter().map(|(name, _)| &**name));
    found.into_iter().map(|found| found.filter(|(_, sure)| *sure >= SURE).map(|(class, _)| class))
}

fn place(path: &Arc<str>, mark: Mark) -> Evidence {
    Evidence::new(path.clone(), Some(mark), EvidenceSource::Infrastructure, "sql")
}

/// Whether policies keep the rows of every table. Where no table has any, that is how most stores are, and says nothing.
fn policies(draft: &mut Draft<'_>, tables: &[Table]) {
    let secured = |table: &&Table| table.secured.is_some();
    if !tables.iter().any(|table| secured(&table)) {
        return;
    }
    let personal = |table: &Table| held(table).flatten().any(|class| class.tier() >= 1);
    let opened: Vec<Evidence> = tables.iter().filter(|table| personal(table)).flat_map(|table| table.opened()).map(|(path, mark)| place(path, *mark)).collect();
    let proof = |grade, evidence: Vec<Evidence>| Proof { grade, confidence: 900, evidence: evidence.into_iter().take(32).collect() };
    if !opened.is_empty() {
        draft.properties.set(Property::RowPolicy, Value::Flag(false), proof(Grade::X, opened));
    } else if tables.iter().all(|table| secured(&table) && table.opened().next().is_none()) {
        let evidence = tables.iter().filter_map(|table| table.secured.as_ref()).map(|(path, mark)| place(path, *mark)).collect();
        draft.properties.set(Property::RowPolicy, Value::Flag(true), proof(Grade::X, evidence));
    }
}

/// Where stores and those who speak to them are described.
struct Homes {
    /// Folders and files that are mounted into a store.
    mounted: BTreeMap<String, usize>,
    /// Per folder, the stores that those speak to that are described in it or below, or whose source lies there; a store itself.
    around: BTreeMap<String, BTreeSet<usize>>,
    /// Per component, the stores that it speaks to; a store itself.
    stores: Vec<BTreeSet<usize>>,
}

impl Homes {
    fn new(drafts: &[Draft<'_>], flows: &Flows) -> Self {
        let mut homes = Homes { mounted: BTreeMap::new(), around: BTreeMap::new(), stores: vec![BTreeSet::new(); drafts.len()] };
        for (at, draft) in drafts.iter().enumerate() {
            if !is_relational(draft) {
                continue;
            }
            homes.stores[at].insert(at);
            for description in &draft.descriptions {
                let mounts = description.workload.containers.iter().flat_map(|container| &container.mounts);
                for mount in mounts.filter(|mount| mount.kind == MountKind::Path) {
                    if let Some(path) = join(folder_of(&description.path), &mount.source).filter(|path| !path.is_empty()) {
                        homes.mounted.entry(path).or_insert(at);
                    }
                }
            }
        }
        for (from, to, _) in flows.by_key.keys() {
            if is_relational(&drafts[*to]) {
                homes.stores[*from].insert(*to);
            }
        }
        // once for all scripts: a repository has hundreds of them, and each asks for every folder above it
        for (draft, stores) in drafts.iter().zip(&homes.stores).filter(|(_, stores)| !stores.is_empty()) {
            let described = draft.descriptions.iter().map(|description| folder_of(&description.path));
            for folder in draft.roots.iter().map(|root| root.folder.as_str()).chain(described).flat_map(ancestors) {
                homes.around.entry(folder.to_owned()).or_default().extend(stores);
            }
        }
        homes
    }

    /// The store that a script is of, and the program whose source it lies in, if that speaks to the store.
    fn of(&self, path: &str, drafts: &[Draft<'_>]) -> Home {
        let program = owner(drafts, path).filter(|at| drafts[*at].environment != Environment::Test);
        if let Some(store) = self.mounted(path).or_else(|| built(path, drafts)) {
            return (Some(store), program.filter(|at| self.stores[*at].contains(&store)));
        }
        let Some(known) = ancestors(path).find_map(|folder| self.around.get(folder)) else { return (None, program) };
        let store = only(known, path, drafts);
        (store, program.filter(|at| store.is_some_and(|store| self.stores[*at].contains(&store))))
    }

    fn mounted(&self, path: &str) -> Option<usize> {
        ancestors(path).map(|folder| folder.trim_end_matches('/')).chain([path]).find_map(|part| self.mounted.get(part).copied())
    }
}

/// A store whose image is built from the folder that the script lies in.
fn built(path: &str, drafts: &[Draft<'_>]) -> Option<usize> {
    let depth = |draft: &Draft<'_>| draft.roots.iter().filter(|root| root.holds(path)).map(|root| root.folder.len()).max();
    let deepest = drafts.iter().filter_map(depth).max()?;
    let mut holds = (0..drafts.len()).filter(|at| depth(&drafts[*at]) == Some(deepest));
    holds.next().filter(|_| holds.next().is_none()).filter(|at| is_relational(&drafts[*at]))
}

/// The one store of them. Of several it is the one that people use, then the one that is described nearest (others are
/// of rehearsals that run the same program), then the one whose product a folder is named for.
fn only(known: &BTreeSet<usize>, path: &str, drafts: &[Draft<'_>]) -> Option<usize> {
    let all: Vec<usize> = known.iter().copied().collect();
    let used = narrowed(&all, |at| drafts[at].environment == Environment::Production);
    let shared = |at: usize| {
        let folders = |other: &str| folder_of(other).split_inclusive('/').zip(path.split_inclusive('/')).take_while(|(a, b)| a == b).count();
        drafts[at].descriptions.iter().map(|description| folders(&description.path)).max().unwrap_or_default()
    };
    let nearest = used.iter().map(|at| shared(*at)).max()?;
    let near = narrowed(&used, |at| shared(at) == nearest);
    let named = narrowed(&near, |at| path.split(['/', '.']).any(|part| drafts[at].technologies.contains(&part.to_ascii_lowercase())));
    if let [only] = named.as_slice() { Some(*only) } else { None }
}

/// Those of which it holds; all, if it holds of none.
fn narrowed(all: &[usize], holds: impl Fn(usize) -> bool) -> Vec<usize> {
    let some: Vec<usize> = all.iter().copied().filter(|at| holds(*at)).collect();
    if some.is_empty() { all.to_vec() } else { some }
}

fn is_relational(draft: &Draft<'_>) -> bool {
    let speaks = |protocol: Option<&str>| protocol.is_some_and(|protocol| PROTOCOLS.contains(&protocol));
    let of_product = |name: &String| {
        speaks(catalogue::technology(name).and_then(|product| product.protocol.as_deref()))
            || speaks(catalogue::third_party(name).map(|third| third.protocol.as_str()))
    };
    draft.kind == ComponentKind::DataStore && (speaks(draft.protocol.as_deref()) || draft.technologies.iter().any(of_product))
}
