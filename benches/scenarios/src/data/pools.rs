//! Values to search for, as often as they are in the data.

use std::borrow::Cow;
use std::collections::HashMap;

use fornax_model::{Document, Kind, Limits, Node};

use crate::Failure;

/// A code and its system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Coding {
    /// Such as `http://loinc.org`.
    pub system: String,
    /// Such as `8310-5`.
    pub code: String,
}

/// A value with its unit, and what was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// What.
    pub measured: Coding,
    /// As it is written.
    pub value: String,
    /// In UCUM.
    pub unit: String,
}

/// A resource that the data names. Its id is the data's to say only where the data puts it there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// By its id.
    Id {
        /// The resource's type.
        resource_type: String,
        /// Its id.
        id: String,
    },
    /// By an identifier, where the server gives the ids.
    Identifier {
        /// The resource's type.
        resource_type: String,
        /// As a search writes it: `system|value`.
        identifier: String,
    },
}

/// The values. References are to be found on a server first: see [`super::Values`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pools {
    /// Parts of patients' names.
    pub names: Vec<String>,
    /// Cities and lines of patients' addresses.
    pub addresses: Vec<String>,
    /// Names of organizations.
    pub organizations: Vec<String>,
    /// Of patients.
    pub birth_dates: Vec<String>,
    /// When Observations were made.
    pub observed: Vec<String>,
    /// When Encounters began.
    pub encountered: Vec<String>,
    /// Of Observations.
    pub categories: Vec<Coding>,
    /// Of Observations.
    pub codes: Vec<Coding>,
    /// A category that goes with each code.
    pub category_of: HashMap<Coding, Coding>,
    /// Of Encounters.
    pub classes: Vec<Coding>,
    /// Of Encounters.
    pub statuses: Vec<String>,
    /// Of Observations.
    pub quantities: Vec<Quantity>,
    /// Of Observations' components.
    pub component_quantities: Vec<Quantity>,
    /// Words from what Observations are called.
    pub words: Vec<String>,
    /// All patients that were looked at.
    pub patients: Vec<Target>,
    /// `Observation.subject`.
    pub subjects: Vec<Target>,
    /// `Observation.encounter`.
    pub encounters: Vec<Target>,
    /// `Observation.performer`.
    pub performers: Vec<Target>,
    /// `Encounter.participant`.
    pub participants: Vec<Target>,
    /// `MedicationRequest.requester`.
    pub requesters: Vec<Target>,
    /// Resources whose ids are known, by type, of all types.
    pub known: HashMap<String, Vec<String>>,
}

/// Bundles are ours to load: only their size in the format's own numbers bounds them.
fn limits() -> Limits {
    Limits::default()
}

impl Pools {
    /// Adds what a Bundle holds.
    ///
    /// # Errors
    /// It is not JSON.
    pub fn add_bundle(&mut self, text: String) -> Result<(), Failure> {
        let document = Document::parse(text, &limits()).map_err(|error| Failure::Data(error.to_string()))?;
        let entries = at(document.root(), &["entry"]);
        let targets: Targets<'_> = entries
            .iter()
            .filter_map(|entry| Some((entry.get("fullUrl")?.as_str()?, target(*entry)?)))
            .collect();
        for entry in entries {
            if let Some(resource) = entry.get("resource") {
                self.add(resource, target(entry), &targets);
            }
        }
        Ok(())
    }

    fn add(&mut self, root: Node<'_>, own: Option<Target>, targets: &Targets<'_>) {
        let Some(resource_type) = text(root, "resourceType") else { return };
        if let Some(Target::Id { id, .. }) = &own {
            self.known.entry(resource_type.clone()).or_default().push(id.clone());
        }
        match resource_type.as_str() {
            "Patient" => {
                self.names.extend(texts(root, &["name", "family"]));
                self.names.extend(texts(root, &["name", "given"]));
                self.addresses.extend(texts(root, &["address", "city"]));
                self.addresses.extend(texts(root, &["address", "line"]));
                self.birth_dates.extend(text(root, "birthDate"));
                self.patients.extend(own);
            }
            "Organization" => self.organizations.extend(text(root, "name")),
            "Observation" => self.add_observation(root, targets),
            "Encounter" => {
                self.encountered.extend(texts(root, &["period", "start"]));
                self.classes.extend(codings(root, &["class"]));
                self.statuses.extend(text(root, "status"));
                self.participants.extend(references(root, &["participant", "individual"], targets));
            }
            "MedicationRequest" => {
                self.requesters.extend(references(root, &["requester"], targets));
            }
            _ => {}
        }
    }

    fn add_observation(&mut self, root: Node<'_>, targets: &Targets<'_>) {
        self.observed.extend(text(root, "effectiveDateTime"));
        let categories = codings(root, &["category", "coding"]);
        let codes = codings(root, &["code", "coding"]);
        let category = categories.first();
        self.category_of.extend(codes.iter().cloned().zip(category.into_iter().cycle().cloned()));
        self.categories.extend(categories);
        let words = texts(root, &["code", "text"]);
        let long = |word: &&str| word.len() > 3 && word.chars().all(char::is_alphabetic);
        self.words.extend(words.iter().flat_map(|text| text.split(' ').filter(long)).map(str::to_owned));
        self.subjects.extend(references(root, &["subject"], targets));
        self.encounters.extend(references(root, &["encounter"], targets));
        self.performers.extend(references(root, &["performer"], targets));
        self.quantities.extend(quantity(root, &codes));
        for component in at(root, &["component"]) {
            let codes = codings(component, &["code", "coding"]);
            self.component_quantities.extend(quantity(component, &codes));
        }
        self.codes.extend(codes);
    }

    /// Distinct codes of Observations, the most frequent first.
    pub fn ranked_codes(&self) -> Vec<Coding> {
        let mut counts: HashMap<&Coding, usize> = HashMap::new();
        self.codes.iter().for_each(|code| *counts.entry(code).or_insert(0) += 1);
        let mut ranked: Vec<_> = counts.into_iter().collect();
        ranked.sort_unstable_by(|one, next| (next.1, one.0).cmp(&(one.1, next.0)));
        ranked.into_iter().map(|(code, _)| code.clone()).collect()
    }
}

/// By `fullUrl`.
type Targets<'a> = HashMap<Cow<'a, str>, Target>;

/// What an entry puts or posts.
fn target(entry: Node<'_>) -> Option<Target> {
    let (resource, request) = (entry.get("resource")?, entry.get("request")?);
    let resource_type = text(resource, "resourceType")?;
    let url = text(request, "url")?;
    match url.strip_prefix(&format!("{resource_type}/")).filter(|id| !id.contains(['?', '/'])) {
        Some(id) => Some(Target::Id { resource_type, id: id.to_owned() }),
        None => {
            let identifier = at(resource, &["identifier"]).into_iter().next()?;
            let identifier = format!("{}|{}", text(identifier, "system")?, text(identifier, "value")?);
            Some(Target::Identifier { resource_type, identifier })
        }
    }
}

fn references(node: Node<'_>, path: &[&str], targets: &Targets<'_>) -> Vec<Target> {
    let references = at(node, path).into_iter().filter_map(|node| text(node, "reference"));
    references
        .filter_map(|reference| {
            if let Some(target) = targets.get(reference.as_str()) {
                return Some(target.clone());
            }
            if let Some((resource_type, identifier)) = reference.split_once("?identifier=") {
                let (resource_type, identifier) = (resource_type.to_owned(), identifier.to_owned());
                return Some(Target::Identifier { resource_type, identifier });
            }
            let (resource_type, id) = reference.split_once('/')?;
            let is_local = resource_type.chars().all(char::is_alphabetic) && !id.contains(['/', '?']);
            is_local.then(|| Target::Id { resource_type: resource_type.to_owned(), id: id.to_owned() })
        })
        .collect()
}

fn quantity(node: Node<'_>, codes: &[Coding]) -> Option<Quantity> {
    let quantity = node.get("valueQuantity")?;
    let (value, unit) = (quantity.get("value")?.as_number()?.to_owned(), text(quantity, "code")?);
    Some(Quantity { measured: codes.first()?.clone(), value, unit })
}

fn codings(node: Node<'_>, path: &[&str]) -> Vec<Coding> {
    let coding = |node: Node<'_>| Some(Coding { system: text(node, "system")?, code: text(node, "code")? });
    at(node, path).into_iter().filter_map(coding).collect()
}

fn texts(node: Node<'_>, path: &[&str]) -> Vec<String> {
    at(node, path).into_iter().filter_map(|node| node.as_str().map(Cow::into_owned)).collect()
}

fn text(node: Node<'_>, name: &str) -> Option<String> {
    node.get(name)?.as_str().map(Cow::into_owned)
}

/// The nodes at a path, through lists.
fn at<'n>(node: Node<'n>, path: &[&str]) -> Vec<Node<'n>> {
    let mut found = vec![node];
    for name in path {
        let children = found.into_iter().filter_map(|node| node.get(name));
        found = children
            .flat_map(|child| if child.kind() == Kind::Array { child.items().collect() } else { vec![child] })
            .collect();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUNDLE: &str = r##"{"resourceType":"Bundle","type":"transaction","entry":[
        {"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","id":"p","identifier":[{"system":"s","value":"1"}],
         "name":[{"family":"O'Hara","given":["Ann"]}],"birthDate":"1970-01-02"},"request":{"method":"POST","url":"Patient"}},
        {"fullUrl":"urn:uuid:e","resource":{"resourceType":"Encounter","status":"finished",
         "class":{"system":"act","code":"AMB"},"period":{"start":"2020-01-01T00:00:00Z"},
         "participant":[{"individual":{"reference":"Practitioner?identifier=npi|9"}}]},
         "request":{"method":"PUT","url":"Encounter/e7"}},
        {"fullUrl":"urn:uuid:o","resource":{"resourceType":"Observation","code":{"text":"Body of 8 Height",
         "coding":[{"system":"l","code":"c"}]},"subject":{"reference":"urn:uuid:p"},
         "encounter":{"reference":"urn:uuid:e"},"performer":[{"reference":"Practitioner/x"},{"reference":"#a"}],
         "valueQuantity":{"value":1.50,"code":"cm"}},"request":{"method":"POST","url":"Observation"}}]}"##;

    #[test]
    fn a_bundle_gives_its_values() {
        let mut pools = Pools::default();
        pools.add_bundle(BUNDLE.to_owned()).expect("a Bundle");
        let owned = str::to_owned;
        assert_eq!(pools.names, ["O'Hara", "Ann"]);
        assert_eq!(pools.words, ["Body", "Height"]);
        let coding = Coding { system: owned("l"), code: owned("c") };
        assert_eq!(
            pools.quantities,
            [Quantity { measured: coding.clone(), value: owned("1.50"), unit: owned("cm") }]
        );
        assert_eq!(pools.ranked_codes(), [coding]);
        let by_identifier = |resource_type: &str, identifier: &str| Target::Identifier {
            resource_type: owned(resource_type),
            identifier: owned(identifier),
        };
        let by_id =
            |resource_type: &str, id: &str| Target::Id { resource_type: owned(resource_type), id: owned(id) };
        assert_eq!(pools.patients, [by_identifier("Patient", "s|1")]);
        assert_eq!(pools.subjects, pools.patients);
        assert_eq!(pools.encounters, [by_id("Encounter", "e7")]);
        assert_eq!(pools.participants, [by_identifier("Practitioner", "npi|9")]);
        assert_eq!(pools.performers, [by_id("Practitioner", "x")]);
        assert_eq!(pools.known, HashMap::from([(owned("Encounter"), vec![owned("e7")])]));
    }

    #[test]
    fn frequent_codes_come_first() {
        let of = |code: &str| Coding { system: String::new(), code: code.to_owned() };
        let pools = Pools { codes: ["b", "a", "c", "b"].map(of).to_vec(), ..Pools::default() };
        assert_eq!(pools.ranked_codes(), ["b", "a", "c"].map(of));
    }
}
