//! One element seen by one rule: a condition in three values, and what it was concluded from.
//!
//! Only a condition that is wholly true makes a threat. What is unknown makes a question, if nothing
//! else stands against the threat. An exclusion blocks only when it is known to hold.

use crate::view::View;
use std::collections::{BTreeMap, BTreeSet};
use threatline_model::{Boundary, Component, ComponentId, ElementId, EntryPoint, Evidence, EvidenceSource, Flow, Grade, Proof, Properties, Property, Value};

/// What is unknown, and of which element.
pub(crate) type Unknown = (ElementId, String);

/// A rule's look at one element.
pub(crate) struct Case<'m> {
    pub(crate) element: ElementId,
    pub(crate) label: String,
    pub(crate) affected: BTreeSet<ElementId>,
    /// The condition so far; none while something is unknown.
    pub(crate) holds: Option<bool>,
    pub(crate) unknown: BTreeSet<Unknown>,
    pub(crate) basis: BTreeMap<String, String>,
    /// Grade and confidence of each thing concluded.
    pub(crate) proofs: Vec<(Grade, u16)>,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) discriminator: String,
    pub(crate) grants: Vec<ComponentId>,
    pub(crate) peers: Vec<ComponentId>,
    properties: &'m Properties,
    own_evidence: &'m [Evidence],
}

impl<'m> Case<'m> {
    /// One for each component of which the property is known: what it does with its callers' words, wherever they come in.
    pub(crate) fn of_programs(view: &View<'m>, property: Property) -> Vec<Self> {
        let known = |c: &&Component| c.properties.get(property).is_some();
        view.components().filter(known).map(|c| Case::component(c).flag(property, true).affects(view.entries_of(c))).collect()
    }

    pub(crate) fn component(it: &'m Component) -> Self {
        Self::new((&it.id).into(), it.name.clone(), &it.properties, &it.evidence)
    }

    pub(crate) fn entry_point(it: &'m EntryPoint) -> Self {
        let method = it.method.as_ref().map(|method| format!("{method} ")).unwrap_or_default();
        Self::new((&it.id).into(), format!("{method}{} of {}", it.path, it.component.rest()), &it.properties, &it.evidence)
    }

    pub(crate) fn flow(it: &'m Flow) -> Self {
        let label = format!("the flow from {} to {}", it.source.rest(), it.target.rest());
        Self::new((&it.id).into(), label, &it.properties, &it.evidence)
    }

    pub(crate) fn boundary(it: &'m Boundary) -> Self {
        Self::new((&it.id).into(), it.name.clone(), &it.properties, &it.evidence)
    }

    fn new(element: ElementId, label: String, properties: &'m Properties, own_evidence: &'m [Evidence]) -> Self {
        Self {
            element,
            label,
            affected: BTreeSet::new(),
            holds: Some(true),
            unknown: BTreeSet::new(),
            basis: BTreeMap::new(),
            proofs: Vec::new(),
            evidence: Vec::new(),
            discriminator: String::new(),
            grants: Vec::new(),
            peers: Vec::new(),
            properties,
            own_evidence,
        }
    }

    /// What the model always knows: kinds, roles, neighbourhood.
    pub(crate) fn is(mut self, fact: bool) -> Self {
        if !fact {
            self.holds = Some(false);
        }
        self
    }

    /// A `not when`: blocks only when it is known to hold.
    pub(crate) fn unless(self, exclusion: Option<bool>) -> Self {
        self.is(exclusion != Some(true))
    }

    /// What the condition read; a decision lapses when it changes.
    pub(crate) fn read(mut self, attribute: &str, value: impl ToString) -> Self {
        if self.holds != Some(false) {
            self.basis.insert(attribute.to_owned(), value.to_string());
        }
        self
    }

    /// An attribute of this element must hold.
    pub(crate) fn attribute(self, attribute: &str, value: Option<bool>) -> Self {
        let element = self.element.clone();
        self.attribute_of(element, attribute, value)
    }

    /// An attribute of another element must hold.
    pub(crate) fn attribute_of(self, element: impl Into<ElementId>, attribute: &str, value: Option<bool>) -> Self {
        self.any_of(&[(element.into(), attribute, value)])
    }

    /// One of several attributes must hold.
    pub(crate) fn any_of(mut self, all: &[(ElementId, &str, Option<bool>)]) -> Self {
        if self.holds == Some(false) {
            return self;
        }
        if let Some((element, attribute, _)) = all.iter().find(|(.., value)| *value == Some(true)) {
            let own = *element == self.element;
            // Of data only its tier was asked for, not the classes.
            let value = if matches!(*attribute, "data" | "returns") { "sensitive" } else { "true" };
            return self.read(&if own { (*attribute).to_owned() } else { format!("{attribute} of {element}") }, value);
        }
        let unknown: Vec<&(ElementId, &str, Option<bool>)> = all.iter().filter(|(.., value)| value.is_none()).collect();
        self.holds = if unknown.is_empty() { Some(false) } else { None };
        self.unknown.extend(unknown.into_iter().map(|(element, attribute, _)| (element.clone(), (*attribute).to_owned())));
        self
    }

    /// An attribute must have that value by proof.
    pub(crate) fn proven(mut self, attribute: &str, value: Option<bool>, wanted: bool, proof: Option<&Proof>) -> Self {
        let fits = value.map(|value| value == wanted);
        self = self.attribute(attribute, fits);
        if fits == Some(true) {
            self = self.read(attribute, wanted).by(proof);
        }
        self
    }

    /// A flag among its own properties must have that value, by its proof.
    pub(crate) fn flag(self, property: Property, wanted: bool) -> Self {
        let properties = self.properties;
        self.proven(property.name(), properties.flag(property), wanted, properties.proofs.get(&property))
    }

    /// A word among its own properties must be one of these.
    pub(crate) fn word(self, property: Property, wanted: &[&str]) -> Self {
        let properties = self.properties;
        let value = properties.text(property);
        let fits = value.map(|value| wanted.contains(&value));
        let case = self.attribute(property.name(), fits);
        match (fits, value) {
            (Some(true), Some(value)) => case.read(property.name(), value).by(properties.proofs.get(&property)),
            _ => case,
        }
    }

    /// A list among its own properties must have one of these; other entries do not matter.
    pub(crate) fn listed(self, property: Property, wanted: &[&str]) -> Self {
        let properties = self.properties;
        let list = properties.get(property).and_then(Value::as_list);
        let met: Option<Vec<&str>> = list.map(|list| list.iter().map(String::as_str).filter(|word| wanted.contains(word)).collect());
        let case = self.attribute(property.name(), met.as_ref().map(|met| !met.is_empty()));
        match met {
            Some(met) if !met.is_empty() => case.read(property.name(), met.join(",")).by(properties.proofs.get(&property)),
            _ => case,
        }
    }

    /// Concluded by that proof. What only text says concludes nothing.
    pub(crate) fn by(mut self, proof: Option<&Proof>) -> Self {
        if self.holds == Some(false) {
            return self;
        }
        let only_text = |proof: &&Proof| {
            !proof.evidence.is_empty() && proof.evidence.iter().all(|e| matches!(e.source, EvidenceSource::Document | EvidenceSource::Discussion))
        };
        match proof.filter(|proof| !only_text(proof)) {
            Some(proof) => {
                self.proofs.push((proof.grade, proof.confidence));
                self.evidence.extend(proof.evidence.iter().cloned());
            }
            None => self.holds = None,
        }
        self
    }

    /// The dangerous thing is there, as the evidence of the element itself shows.
    pub(crate) fn present(mut self) -> Self {
        if self.holds != Some(false) {
            let best = self.own_evidence.iter().map(|evidence| evidence.confidence).max().unwrap_or(0);
            self.proofs.push((Grade::P, best.min(900)));
        }
        self
    }

    /// Most of its siblings have the control and this one does not.
    pub(crate) fn contrast(mut self, attribute: &str, peers: &[&'m [Evidence]]) -> Self {
        self = self.read(attribute, "unlike its siblings");
        self.proofs.push((Grade::S, 700));
        self.evidence.extend(peers.iter().filter_map(|peer| peer.last().cloned()));
        self
    }

    /// Further evidence that the condition rests on.
    pub(crate) fn also(mut self, evidence: &[Evidence]) -> Self {
        if self.holds != Some(false) {
            self.evidence.extend(evidence.iter().cloned());
        }
        self
    }

    /// Elements that suffer from it.
    pub(crate) fn affects(mut self, elements: impl IntoIterator<Item = ElementId>) -> Self {
        if self.holds != Some(false) {
            self.affected.extend(elements);
        }
        self
    }

    /// The weakest grade and the smallest confidence of what was concluded.
    pub(crate) fn grade(&self) -> Option<(Grade, u16)> {
        let strength = |grade: &Grade| match grade {
            Grade::S => 0,
            Grade::C => 1,
            Grade::P => 2,
            Grade::X => 3,
        };
        let grade = self.proofs.iter().map(|(grade, _)| *grade).min_by_key(strength)?;
        let confidence = self.proofs.iter().map(|(_, confidence)| *confidence).min()?;
        Some((grade, confidence))
    }

    /// The places that show it, the element's own last.
    pub(crate) fn places(&self) -> Vec<Evidence> {
        const MOST: usize = 12;
        let mut places: Vec<Evidence> = Vec::new();
        for evidence in self.evidence.iter().chain(self.own_evidence) {
            if places.len() < MOST && !places.contains(evidence) {
                places.push(evidence.clone());
            }
        }
        places
    }
}

/// At least three, and at least three in four, of the peers have it.
pub(crate) fn stands_out(peers: &[Option<bool>]) -> bool {
    let having = peers.iter().filter(|value| **value == Some(true)).count();
    having >= 3 && having * 4 >= peers.len() * 3
}
