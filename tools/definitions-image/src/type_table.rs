//! Types in the order in which the image numbers them, each with the elements that it declares or inherits.

use std::collections::HashMap;

use fornax_definitions::{BindingStrength, Coded, Derivation, JsonKind, SystemType, TypeKind};

use crate::ToolError;
use crate::source::{Binding, ElementDefinition, Source, StructureDefinition, TypeReference};

const TYPE_URL: &str = "http://hl7.org/fhir/StructureDefinition/";
const SYSTEM_URL: &str = "http://hl7.org/fhirpath/";
const FHIR_TYPE_URL: &str = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";

/// All types and all elements, by number.
#[derive(Debug, Default)]
pub struct TypeTable {
    pub types: Vec<TypeRow>,
    pub elements: Vec<ElementRow>,
    numbers: HashMap<String, usize>,
}

#[derive(Debug)]
pub struct TypeRow {
    pub name: String,
    pub kind: TypeKind,
    pub derivation: Derivation,
    pub is_abstract: bool,
    pub base: Option<usize>,
    pub elements: Vec<usize>,
}

/// An element's facts, types by name.
#[derive(Clone, Debug, PartialEq)]
pub struct ElementRow {
    pub name: String,
    pub is_choice: bool,
    pub min: u32,
    pub max: Option<u32>,
    pub types: Vec<ElementTypeRow>,
    pub binding: Option<BindingRow>,
    pub is_modifier: bool,
    pub is_summary: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ElementTypeRow {
    pub name: String,
    pub profile: Option<String>,
    pub system: Option<SystemType>,
    pub targets: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct BindingRow {
    pub strength: BindingStrength,
    pub value_set: Option<String>,
}

impl TypeTable {
    /// Data types, then resources, then what backbone elements declare; within each a base before what derives from it.
    pub fn new(source: &Source) -> Result<Self, ToolError> {
        let mut named: Vec<(usize, &StructureDefinition)> = Vec::new();
        for definition in &source.types {
            named.push((depth(source, definition)?, definition));
        }
        named.sort_by_key(|(depth, one)| {
            (one.kind == "resource", one.kind == "primitive-type", *depth, &one.name)
        });
        let mut table = Self::default();
        for (_, definition) in &named {
            table.add_named(source, definition)?;
        }
        for (_, definition) in &named {
            table.add_backbones(definition)?;
        }
        for (_, definition) in &named {
            table.add_elements(definition)?;
        }
        Ok(table)
    }

    /// The number of a type by its name, its path, or its URL.
    pub fn number(&self, name: &str) -> Result<usize, ToolError> {
        let number = self.numbers.get(type_name(name)).copied();
        number.ok_or_else(|| ToolError::UnknownType(name.to_owned()))
    }

    fn add(&mut self, row: TypeRow) {
        self.numbers.insert(row.name.clone(), self.types.len());
        self.types.push(row);
    }

    fn add_named(&mut self, source: &Source, definition: &StructureDefinition) -> Result<(), ToolError> {
        let kind = match definition.kind.as_str() {
            "primitive-type" => TypeKind::Primitive(json_kind(source, definition)?),
            "complex-type" => TypeKind::Complex,
            "resource" => TypeKind::Resource,
            other => return Err(ToolError::UnknownCode(other.to_owned())),
        };
        let derivation = definition.derivation.as_deref().map_or(Ok(Derivation::Specialization), coded)?;
        self.add(TypeRow {
            name: definition.name.clone(),
            kind,
            derivation,
            is_abstract: definition.is_abstract,
            base: definition.base_definition.as_deref().map(|url| self.number(url)).transpose()?,
            elements: Vec::new(),
        });
        Ok(())
    }

    fn add_backbones(&mut self, definition: &StructureDefinition) -> Result<(), ToolError> {
        for element in backbones(definition) {
            let [only] = element.types.as_slice() else {
                return Err(ToolError::Element(element.path.clone()));
            };
            let base = Some(self.number(&only.code)?);
            self.add(TypeRow {
                name: element.path.clone(),
                kind: TypeKind::Backbone,
                derivation: Derivation::Specialization,
                is_abstract: false,
                base,
                elements: Vec::new(),
            });
        }
        Ok(())
    }

    /// An element that equals the one of the same name in the base is that one.
    fn add_elements(&mut self, definition: &StructureDefinition) -> Result<(), ToolError> {
        let elements = &definition.snapshot.element;
        let root = elements.first().ok_or_else(|| ToolError::Element(definition.name.clone()))?;
        for element in elements.iter().skip(1) {
            let Some((parent, name)) = element.path.rsplit_once('.') else {
                return Err(ToolError::Element(element.path.clone()));
            };
            let parent = if parent == root.path { &definition.name } else { parent };
            let parent = self.number(parent)?;
            let row = element_row(element, name, is_backbone(elements, element))?;
            let inherited = self.types[parent].base.into_iter().flat_map(|base| &self.types[base].elements);
            let same = inherited.copied().find(|number| self.elements[*number] == row);
            let number = same.unwrap_or_else(|| {
                self.elements.push(row);
                self.elements.len() - 1
            });
            self.types[parent].elements.push(number);
        }
        Ok(())
    }
}

/// The name behind a type's URL.
pub fn type_name(url: &str) -> &str {
    url.strip_prefix(TYPE_URL).unwrap_or(url)
}

/// The member that a code stands for.
pub fn coded<T: Coded>(code: &str) -> Result<T, ToolError> {
    T::from_code(code).ok_or_else(|| ToolError::UnknownCode(code.to_owned()))
}

/// A cardinality's upper end; absent for `*`.
pub fn maximum(max: &str) -> Result<Option<u32>, ToolError> {
    if max == "*" {
        return Ok(None);
    }
    max.parse().map(Some).map_err(|_| ToolError::UnknownCode(max.to_owned()))
}

/// A binding, if there is one.
pub fn binding_row(binding: Option<&Binding>) -> Result<Option<BindingRow>, ToolError> {
    let row = |binding: &Binding| {
        Ok(BindingRow { strength: coded(&binding.strength)?, value_set: binding.value_set.clone() })
    };
    binding.map(row).transpose()
}

fn definition<'a>(source: &'a Source, url: &str) -> Result<&'a StructureDefinition, ToolError> {
    let mut types = source.types.iter();
    types.find(|one| one.name == type_name(url)).ok_or_else(|| ToolError::UnknownType(url.to_owned()))
}

/// How many bases a type has. More than there are types is a ring.
fn depth(source: &Source, from: &StructureDefinition) -> Result<usize, ToolError> {
    let mut at = from;
    for depth in 0..=source.types.len() {
        let Some(base) = &at.base_definition else { return Ok(depth) };
        at = definition(source, base)?;
    }
    Err(ToolError::UnknownType(from.name.clone()))
}

/// The primitive that a primitive derives from, in the end, says by its value how JSON writes it.
fn json_kind(source: &Source, primitive: &StructureDefinition) -> Result<JsonKind, ToolError> {
    let mut at = primitive;
    while let Some(base) = &at.base_definition {
        let base = definition(source, base)?;
        if base.kind != "primitive-type" {
            break;
        }
        at = base;
    }
    let path = format!("{}.value", at.name);
    let value = at.snapshot.element.iter().find(|element| element.path == path);
    let Some([only]) = value.map(|value| value.types.as_slice()) else {
        return Err(ToolError::Element(path));
    };
    Ok(match only.code.strip_prefix(SYSTEM_URL) {
        Some("System.Boolean") => JsonKind::Boolean,
        Some("System.Integer") => JsonKind::Integer,
        Some("System.Decimal") => JsonKind::Decimal,
        _ => JsonKind::String,
    })
}

fn backbones(definition: &StructureDefinition) -> impl Iterator<Item = &ElementDefinition> {
    let elements = &definition.snapshot.element;
    elements.iter().skip(1).filter(|element| is_backbone(elements, element))
}

fn is_backbone(elements: &[ElementDefinition], element: &ElementDefinition) -> bool {
    let is_below = |other: &ElementDefinition| {
        other.path.strip_prefix(&element.path).is_some_and(|rest| rest.starts_with('.'))
    };
    elements.iter().any(is_below)
}

fn element_row(element: &ElementDefinition, name: &str, is_backbone: bool) -> Result<ElementRow, ToolError> {
    let choice = name.strip_suffix("[x]");
    Ok(ElementRow {
        name: choice.unwrap_or(name).to_owned(),
        is_choice: choice.is_some(),
        min: element.min,
        max: maximum(&element.max)?,
        types: match &element.content_reference {
            Some(_) if is_backbone || !element.types.is_empty() => {
                return Err(ToolError::Element(element.path.clone()));
            }
            Some(reference) => vec![own_type(reference.trim_start_matches('#'))],
            None if is_backbone => vec![own_type(&element.path)],
            None => element.types.iter().map(element_type_row).collect::<Result<_, _>>()?,
        },
        binding: binding_row(element.binding.as_ref())?,
        is_modifier: element.is_modifier,
        is_summary: element.is_summary,
    })
}

fn own_type(path: &str) -> ElementTypeRow {
    ElementTypeRow { name: path.to_owned(), profile: None, system: None, targets: Vec::new() }
}

/// A type of FHIRPath's own stands for the FHIR type that the extension names, and for `string` where it is missing.
fn element_type_row(reference: &TypeReference) -> Result<ElementTypeRow, ToolError> {
    let system = reference.code.strip_prefix(SYSTEM_URL).map(coded).transpose()?;
    let stated = reference.extension.iter().find(|extension| extension.url == FHIR_TYPE_URL);
    let name = match (system, stated.and_then(|extension| extension.value.as_deref())) {
        (None, _) => &reference.code,
        (Some(_), Some(stated)) => stated,
        (Some(_), None) => "string",
    };
    let profile = match reference.profile.as_slice() {
        [] => None,
        [only] => Some(type_name(only).to_owned()),
        _ => return Err(ToolError::UnknownType(reference.code.clone())),
    };
    let targets = reference.target_profile.iter().map(|url| type_name(url).to_owned()).collect();
    Ok(ElementTypeRow { name: name.to_owned(), profile, system, targets })
}
