//! Which elements a type has, and of which types they are, by the official definitions; and a walk along them.

use crate::shared_files::{self, Wanted};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

const ARCHIVE: &str = "packages/r4-core/files.tar.zst";
const VALUE_SETS: Wanted = Wanted::all("*/hl7.fhir.r4.core/package/ValueSet-*.json");
const DEFINITIONS: Wanted = Wanted {
    pattern: "*/hl7.fhir.r4.core/package/StructureDefinition-[A-Z]*.json",
    except: "*/StructureDefinition-*.*.json",
};

/// Every element of every type, by its path: `Patient.contact.name`.
pub struct Elements {
    by_path: HashMap<String, Element>,
    /// The one system of a value set; those that have several are not here.
    systems: HashMap<String, String>,
}

struct Element {
    types: Vec<String>,
    /// The value set that it has to be from.
    value_set: Option<String>,
    /// The path of the element that it is like.
    like: Option<String>,
}

#[derive(Deserialize)]
struct Definition {
    kind: String,
    derivation: Option<String>,
    snapshot: Option<Snapshot>,
}

#[derive(Deserialize)]
struct Snapshot {
    element: Vec<ElementDefinition>,
}

#[derive(Deserialize)]
struct ElementDefinition {
    path: String,
    #[serde(rename = "contentReference")]
    like: Option<String>,
    #[serde(rename = "type", default)]
    types: Vec<TypeReference>,
    binding: Option<Binding>,
}

#[derive(Deserialize)]
struct Binding {
    strength: String,
    #[serde(rename = "valueSet")]
    value_set: Option<String>,
}

#[derive(Deserialize)]
struct ValueSet {
    url: Option<String>,
    compose: Option<Compose>,
}

#[derive(Deserialize)]
struct Compose {
    include: Vec<Include>,
}

#[derive(Deserialize)]
struct Include {
    system: Option<String>,
}

#[derive(Deserialize)]
struct TypeReference {
    code: String,
}

/// An element of a resource.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    pub value: &'a Value,
    /// Its type, `CodeableConcept`; or the path of what has no type of its own, `Patient.contact`.
    pub kind: String,
    /// Of a `code`: its system, which goes without saying.
    pub system: Option<String>,
}

impl<'a> Node<'a> {
    pub fn of_resource(resource: &'a Value) -> Self {
        let kind = text(resource, "resourceType").unwrap().to_owned();
        Self { value: resource, kind, system: None }
    }
}

/// A member that is a string, or a number as it was written.
pub fn text<'a>(value: &'a Value, member: &str) -> Option<&'a str> {
    value.get(member)?.as_str()
}

/// The items of a member that is a list, or the member itself.
pub fn items<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    match value.get(member) {
        Some(Value::Array(items)) => items,
        Some(item) => std::slice::from_ref(item),
        None => &[],
    }
}

impl Elements {
    pub fn read() -> Option<Self> {
        let mut by_path = HashMap::new();
        for document in shared_files::documents(ARCHIVE, &DEFINITIONS)? {
            let definition: Definition = serde_json::from_str(&document).unwrap();
            let is_type = matches!(&*definition.kind, "resource" | "complex-type")
                && definition.derivation.as_deref() != Some("constraint");
            for element in
                definition.snapshot.filter(|_| is_type).into_iter().flat_map(|snapshot| snapshot.element)
            {
                let like = element.like.map(|path| path.trim_start_matches('#').to_owned());
                let types = element.types.into_iter().map(|each| each.code).collect();
                let required = element.binding.filter(|binding| binding.strength == "required");
                let value_set = required.and_then(|binding| binding.value_set);
                let value_set = value_set.map(|canonical| without_version(&canonical));
                by_path.insert(element.path, Element { types, value_set, like });
            }
        }
        let mut systems = HashMap::new();
        for document in shared_files::documents(ARCHIVE, &VALUE_SETS)? {
            let value_set: ValueSet = serde_json::from_str(&document).unwrap();
            let includes = value_set.compose.into_iter().flat_map(|compose| compose.include);
            let all: Option<BTreeSet<String>> = includes.map(|include| include.system).collect();
            if let (Some(url), Some(all)) = (value_set.url, all.filter(|all| all.len() == 1)) {
                systems.extend(all.into_iter().map(|system| (url.clone(), system)));
            }
        }
        assert!(by_path.len() > 7_000, "{} elements", by_path.len());
        assert!(systems.len() > 800, "{} value sets", systems.len());
        Some(Self { by_path, systems })
    }

    /// The children of this name; of an element of several types those of each.
    pub fn children<'a>(&self, node: &Node<'a>, name: &str) -> Vec<Node<'a>> {
        let path = format!("{}.{name}", node.kind);
        if let Some(element) = self.by_path.get(&path) {
            let kind = match (&element.like, &*element.types) {
                (Some(like), _) => like.clone(),
                (None, [only]) => kind(only, &path),
                (None, types) => panic!("{path} has {} types", types.len()),
            };
            let system = element.value_set.as_ref().and_then(|url| self.systems.get(url)).cloned();
            return members(node, name, &kind, system.as_ref());
        }
        let of_choice = |choice: &Element, name: &str| {
            let each = choice
                .types
                .iter()
                .flat_map(|code| members(node, &with_type(name, code), &kind(code, &path), None));
            each.collect()
        };
        match self.by_path.get(&format!("{path}[x]")) {
            Some(choice) => of_choice(choice, name),
            // One of a choice, by the whole name of its member: `valueDateTime`.
            None => {
                let starts = name.char_indices().filter(|(_, letter)| letter.is_uppercase());
                let found = starts.filter_map(|(at, _)| {
                    let choice = self.by_path.get(&format!("{}.{}[x]", node.kind, &name[..at]))?;
                    let code = choice.types.iter().find(|code| with_type(&name[..at], code) == name)?;
                    Some(members(node, name, &kind(code, &path), None))
                });
                found.flatten().collect()
            }
        }
    }
}

fn members<'a>(node: &Node<'a>, name: &str, kind: &str, system: Option<&String>) -> Vec<Node<'a>> {
    let there = items(node.value, name).iter().filter(|value| !value.is_null());
    there
        .map(|value| match kind {
            "Resource" => Node::of_resource(value),
            _ => Node { value, kind: kind.to_owned(), system: system.cloned() },
        })
        .collect()
}

/// The member of a choice that has this type.
fn with_type(name: &str, code: &str) -> String {
    let (first, rest) = code.split_at(1);
    format!("{name}{}{rest}", first.to_uppercase())
}

fn without_version(canonical: &str) -> String {
    canonical.split('|').next().unwrap().to_owned()
}

fn kind(code: &str, path: &str) -> String {
    match code {
        "BackboneElement" | "Element" => path.to_owned(),
        "http://hl7.org/fhirpath/System.String" => "logical id".to_owned(),
        _ => code.to_owned(),
    }
}
