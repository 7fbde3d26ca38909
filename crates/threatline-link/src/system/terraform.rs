//! Managed services from Terraform, and the host names that they answer to.

use super::draft::{Draft, as_folder, folder_of, plain};
use super::product::Product;
use super::said::Said;
use std::collections::BTreeMap;
use threatline_facts::Text;
use threatline_facts::infra::Resource;
use threatline_knowledge::catalogue;
use threatline_model::{ComponentKind, Evidence, EvidenceSource, Exposure, Grade, Proof, Property, Value};

/// Adds the components that resources make; returns host names and whose they are.
pub(crate) fn components(drafts: &mut Vec<Draft<'_>>, said: &Said<'_>) -> Vec<(String, usize)> {
    let known = Names::new(said);
    let mut made: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut hosts = Vec::new();
    for resource in said.resources.iter().filter(|resource| !resource.it.data_source) {
        let folder = folder_of(&resource.path);
        let Some(kind) = catalogue::terraform(&resource.it.kind) else {
            continue;
        };
        let identifier =
            ["identifier", "cluster_identifier", "name", "db_name", "bucket", "cluster_id", "replication_group_id", "function_name", "domain_name"];
        let name = identifier.iter().find_map(|key| known.text(resource.it, key, folder)).unwrap_or_else(|| resource.it.name.clone());
        let reference = (folder.to_owned(), format!("{}.{}", resource.it.kind, resource.it.name));
        let at = drafts
            .iter()
            .position(|draft| draft.descriptions.is_empty() && draft.roots.is_empty() && plain(&draft.name) == plain(&name) && draft.folder == folder);
        // a managed store of the name and product of a deployed one is another environment's form of it
        let spoken = Product::of_resource(kind, None).protocol;
        let same = |draft: &Draft<'_>| plain(&draft.name) == plain(&name) && draft.protocol.is_some() && draft.protocol.as_deref() == spoken;
        let at = at.or_else(|| drafts.iter().position(same));
        let at = at.unwrap_or_else(|| {
            let mut draft = Draft::new(&name, &as_folder(folder.trim_end_matches('/')), ComponentKind::DataStore);
            draft.exposure = Exposure::Unknown;
            drafts.push(draft);
            drafts.len() - 1
        });
        let draft = &mut drafts[at];
        let engine = kind.engine.as_deref().and_then(|engine| known.text(resource.it, engine, folder));
        draft.becomes(&Product::of_resource(kind, engine.as_deref()));
        draft.aliases.extend((resource.it.name != name).then(|| resource.it.name.clone()));
        let evidence = Evidence::new(resource.path.clone(), Some(resource.it.mark), EvidenceSource::Infrastructure, "terraform");
        draft.evidence.push(evidence);
        properties(draft, resource.it, &resource.path, &known, folder);
        made.insert(reference, at);
    }
    for record in said.resources.iter().filter(|resource| resource.it.kind.contains("record") || resource.it.kind.contains("dns")) {
        let folder = folder_of(&record.path);
        let Some(host) = ["name", "fqdn"].iter().find_map(|key| known.text(record.it, key, folder)) else {
            continue;
        };
        let targets = record
            .it
            .attributes
            .iter()
            .filter(|(key, ..)| key.starts_with("records") || key.starts_with("rrdatas") || key.starts_with("alias") || key == "value" || key == "content");
        let found = targets.filter_map(|(_, text, _)| reference(text)).find_map(|name| made.get(&(folder.to_owned(), name)));
        hosts.extend(found.map(|at| (host.trim_end_matches('.').to_ascii_lowercase(), *at)));
    }
    hosts
}

/// `aws_db_instance.main` of `aws_db_instance.main.address`.
fn reference(text: &Text) -> Option<String> {
    let name = match text {
        Text::Name(name) => name,
        Text::Joined(parts) => parts.iter().find_map(|part| if let Text::Name(name) = part { Some(name) } else { None })?,
        _ => return None,
    };
    let mut parts = name.split('.');
    let (kind, name) = (parts.next()?, parts.next()?);
    Some(format!("{kind}.{}", name.split('[').next().unwrap_or(name)))
}

fn properties(draft: &mut Draft<'_>, resource: &Resource, path: &std::sync::Arc<str>, known: &Names<'_>, folder: &str) {
    let flag = |key: &str| {
        let (_, text, mark) = resource.attributes.iter().find(|(name, ..)| name == key)?;
        let value = known.resolve(text, folder, 0);
        let holds = match value.as_deref() {
            Some("true") => true,
            Some("false") => false,
            _ => return None,
        };
        let evidence = Evidence::new(path.clone(), Some(*mark), EvidenceSource::Infrastructure, "terraform");
        Some((holds, Proof { grade: Grade::X, confidence: 950, evidence: vec![evidence] }))
    };
    for (key, property) in [
        ("storage_encrypted", Property::EncryptedAtRest),
        ("at_rest_encryption_enabled", Property::EncryptedAtRest),
        ("encrypted", Property::EncryptedAtRest),
        ("deletion_protection", Property::DeletionProtection),
    ] {
        if let Some((holds, proof)) = flag(key) {
            draft.properties.set(property, Value::Flag(holds), proof);
        }
    }
    if let Some((_, text, mark)) = resource.attributes.iter().find(|(name, ..)| name == "backup_retention_period")
        && let Some(days) = known.resolve(text, folder, 0).and_then(|days| days.parse::<u32>().ok())
    {
        let evidence = Evidence::new(path.clone(), Some(*mark), EvidenceSource::Infrastructure, "terraform");
        draft.properties.set(Property::Backup, Value::Flag(days > 0), Proof { grade: Grade::X, confidence: 950, evidence: vec![evidence] });
    }
    if let Some((public, _)) = flag("publicly_accessible") {
        draft.exposure = if public { Exposure::Internet } else { Exposure::Internal };
    }
}

/// Variables with defaults or assignments, and locals, of each folder.
struct Names<'a> {
    values: BTreeMap<(&'a str, String), &'a Text>,
}

impl<'a> Names<'a> {
    fn new(said: &'a Said<'_>) -> Self {
        let mut values = BTreeMap::new();
        for local in &said.terraform_locals {
            values.insert((folder_of(&local.path), format!("local.{}", local.it.name)), &local.it.value);
        }
        for assigned in [false, true] {
            for variable in said.terraform_variables.iter().filter(|variable| variable.it.assigned == assigned) {
                if let Some(value) = &variable.it.value {
                    values.insert((folder_of(&variable.path), format!("var.{}", variable.it.name)), value);
                }
            }
        }
        Names { values }
    }

    fn text(&self, resource: &Resource, key: &str, folder: &str) -> Option<String> {
        let (_, text, _) = resource.attributes.iter().find(|(name, ..)| name == key)?;
        self.resolve(text, folder, 0)
    }

    fn resolve(&self, text: &Text, folder: &str, depth: usize) -> Option<String> {
        if depth > 8 {
            return None;
        }
        match text {
            Text::Literal(text) => Some(text.clone()),
            Text::Name(name) => self.resolve(self.values.get(&(folder, name.clone()))?, folder, depth + 1),
            Text::Joined(parts) => parts.iter().map(|part| self.resolve(part, folder, depth + 1)).collect(),
            _ => None,
        }
    }
}
