//! Facts to the bytes that `fornax_definitions::image` describes.

use std::collections::BTreeSet;

use fornax_definitions::image::{FORMAT, HEADER_BYTES, MAGIC, fingerprint};
use fornax_definitions::{BindingStrength, Comparator, Direction, Modifier, SearchKind, SystemType, Usage};

use crate::ToolError;
use crate::bytes::Bytes;
use crate::rows::Rows;
use crate::source::{
    CompartmentDefinition, OperationDefinition, OperationParameter, SearchParameter, Source, ValueSet,
};
use crate::type_table::{BindingRow, ElementRow, TypeTable, binding_row, coded, maximum};

/// The whole image. Its bytes depend on the facts only, not on the order in which the source lists definitions.
pub fn encode(release: &str, source: &Source) -> Result<Vec<u8>, ToolError> {
    let table = TypeTable::new(source)?;
    let mut encoder =
        Encoder { table: &table, texts: Rows::new(), target_lists: Rows::new(), type_lists: Rows::new() };
    let payload = encoder.payload(release, source)?;
    let mut image = Vec::with_capacity(HEADER_BYTES + payload.len());
    image.extend_from_slice(MAGIC);
    image.extend_from_slice(&[FORMAT, 0]);
    image.extend_from_slice(&fingerprint(&payload).to_le_bytes());
    image.extend_from_slice(&payload);
    Ok(image)
}

/// A row of a list of types, as numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ElementType {
    type_number: usize,
    profile: Option<usize>,
    system: Option<SystemType>,
    target_list: usize,
}

/// The tables that grow while the rest is written.
struct Encoder<'a> {
    table: &'a TypeTable,
    texts: Rows<String>,
    target_lists: Rows<Vec<usize>>,
    type_lists: Rows<Vec<ElementType>>,
}

impl Encoder<'_> {
    /// What refers to a table is written before the table, and put behind it in the end.
    fn payload(&mut self, release: &str, source: &Source) -> Result<Vec<u8>, ToolError> {
        let mut head = Bytes::default();
        self.text(&mut head, release);
        self.types(&mut head)?;
        let mut body = Bytes::default();
        self.elements(&mut body)?;
        self.parameters(&mut body, &source.parameters)?;
        body.rows(&by_url(&source.compartments, |one| &one.url), |out, one| self.compartment(out, one))?;
        body.rows(&by_url(&source.operations, |one| &one.url), |out, one| self.operation(out, one))?;
        body.rows(&self.systems(&source.value_sets), |out, (url, systems)| {
            self.text(out, url);
            self.texts(out, systems);
            Ok(())
        })?;

        let mut payload = Bytes::default();
        payload.rows(self.texts.all(), |out, text| {
            out.number(text.len());
            Ok(())
        })?;
        self.texts.all().iter().for_each(|text| payload.raw(text.as_bytes()));
        payload.raw(&head.into_vec());
        payload.rows(self.target_lists.all(), |out, targets| write_numbers(out, targets))?;
        payload.rows(self.type_lists.all(), |out, types| out.rows(types, write_element_type))?;
        payload.raw(&body.into_vec());
        Ok(payload.into_vec())
    }

    fn text(&mut self, out: &mut Bytes, text: &str) {
        out.number(self.texts.number(text.to_owned()));
    }

    fn optional_text(&mut self, out: &mut Bytes, text: Option<&String>) {
        out.optional(text.map(|text| self.texts.number(text.clone())));
    }

    fn texts(&mut self, out: &mut Bytes, texts: &[String]) {
        out.number(texts.len());
        texts.iter().for_each(|text| self.text(out, text));
    }

    fn target_list(&mut self, targets: &[String]) -> Result<usize, ToolError> {
        let numbers: Result<Vec<usize>, ToolError> =
            targets.iter().map(|name| self.table.number(name)).collect();
        Ok(self.target_lists.number(numbers?))
    }

    fn types(&mut self, out: &mut Bytes) -> Result<(), ToolError> {
        out.rows(&self.table.types, |out, row| {
            self.text(out, &row.name);
            out.code(row.kind)?;
            out.code(row.derivation)?;
            out.truth(row.is_abstract);
            out.optional(row.base);
            Ok(())
        })
    }

    fn elements(&mut self, out: &mut Bytes) -> Result<(), ToolError> {
        out.rows(&self.table.elements, |out, row| self.element(out, row))?;
        self.table.types.iter().try_for_each(|row| write_numbers(out, &row.elements))
    }

    fn element(&mut self, out: &mut Bytes, row: &ElementRow) -> Result<(), ToolError> {
        self.text(out, &row.name);
        out.flags(&[row.is_choice, row.is_modifier, row.is_summary]);
        out.number(row.min as usize);
        out.optional(row.max.map(|max| max as usize));
        let mut types = Vec::with_capacity(row.types.len());
        for one in &row.types {
            types.push(ElementType {
                type_number: self.table.number(&one.name)?,
                profile: one.profile.as_ref().map(|name| self.table.number(name)).transpose()?,
                system: one.system,
                target_list: self.target_list(&one.targets)?,
            });
        }
        out.number(self.type_lists.number(types));
        self.binding(out, row.binding.as_ref())
    }

    fn binding(&mut self, out: &mut Bytes, binding: Option<&BindingRow>) -> Result<(), ToolError> {
        out.optional_code(binding.map(|binding| binding.strength))?;
        if let Some(binding) = binding {
            self.optional_text(out, binding.value_set.as_ref());
        }
        Ok(())
    }

    fn parameters(&mut self, out: &mut Bytes, parameters: &[SearchParameter]) -> Result<(), ToolError> {
        let parameters = by_url(parameters, |one| &one.url);
        let number = |url: &String| parameters.binary_search_by_key(&url, |one| &one.url);
        out.rows(&parameters, |out, one| {
            self.text(out, &one.url);
            self.text(out, &one.code);
            out.code(coded::<SearchKind>(&one.kind)?)?;
            self.optional_text(out, one.expression.as_ref());
            out.optional_code(one.xpath_usage.as_deref().map(coded::<Usage>).transpose()?)?;
            out.number(self.target_list(&one.base)?);
            out.number(self.target_list(&one.target)?);
            out.rows(&one.component, |out, part| {
                let definition = &part.definition;
                out.number(number(definition).map_err(|_| ToolError::UnknownParameter(definition.clone()))?);
                self.text(out, &part.expression);
                Ok(())
            })?;
            out.rows(&one.comparator, |out, code| out.code(coded::<Comparator>(code)?))?;
            out.rows(&one.modifier, |out, code| out.code(coded::<Modifier>(code)?))?;
            self.texts(out, &one.chain);
            out.optional_truth(one.multiple_or);
            out.optional_truth(one.multiple_and);
            out.truth(one.is_example);
            Ok(())
        })
    }

    /// The systems of value sets to which `code` elements are bound for good: they go without saying in such an element.
    fn systems(&self, value_sets: &[ValueSet]) -> Vec<(String, Vec<String>)> {
        let is_code = |row: &&ElementRow| row.types.iter().any(|one| one.name == "code");
        let required = self.table.elements.iter().filter(is_code).filter_map(|row| row.binding.as_ref());
        let required = required.filter(|binding| binding.strength == BindingStrength::Required);
        let bound: BTreeSet<&str> =
            required.filter_map(|binding| binding.value_set.as_deref()?.split('|').next()).collect();
        let of = |url: &str| {
            let compose = value_sets.iter().find(|one| one.url == url)?.compose.as_ref()?;
            let mut systems: Vec<String> =
                compose.include.iter().filter_map(|include| include.system.clone()).collect();
            systems.sort();
            systems.dedup();
            (!systems.is_empty()).then(|| (url.to_owned(), systems))
        };
        bound.into_iter().filter_map(of).collect()
    }

    fn compartment(&mut self, out: &mut Bytes, one: &CompartmentDefinition) -> Result<(), ToolError> {
        self.text(out, &one.url);
        out.number(self.table.number(&one.code)?);
        out.truth(one.is_example);
        let mut members = Vec::with_capacity(one.resource.len());
        for resource in &one.resource {
            members.push((self.table.number(&resource.code)?, &resource.param));
        }
        members.sort();
        out.rows(&members, |out, (number, codes)| {
            out.number(*number);
            self.texts(out, codes);
            Ok(())
        })
    }

    fn operation(&mut self, out: &mut Bytes, one: &OperationDefinition) -> Result<(), ToolError> {
        self.text(out, &one.url);
        self.text(out, &one.code);
        out.number(self.target_list(&one.resource)?);
        out.flags(&[one.system, one.on_type, one.instance, one.is_example]);
        out.optional_truth(one.affects_state);
        self.operation_parameters(out, &one.parameter)
    }

    fn operation_parameters(
        &mut self,
        out: &mut Bytes,
        parameters: &[OperationParameter],
    ) -> Result<(), ToolError> {
        out.rows(parameters, |out, one| {
            self.text(out, &one.name);
            out.code(coded::<Direction>(&one.direction)?)?;
            out.number(one.min as usize);
            out.optional(maximum(&one.max)?.map(|max| max as usize));
            out.number(match one.type_name.as_deref() {
                None => 0,
                Some("Any") => 1,
                Some(name) => self.table.number(name)? + 2,
            });
            out.number(self.target_list(&one.target_profile)?);
            out.optional_code(one.search_type.as_deref().map(coded::<SearchKind>).transpose()?)?;
            self.binding(out, binding_row(one.binding.as_ref())?.as_ref())?;
            self.operation_parameters(out, &one.part)
        })
    }
}

fn by_url<T>(rows: &[T], url: impl Fn(&T) -> &String) -> Vec<&T> {
    let mut sorted: Vec<&T> = rows.iter().collect();
    sorted.sort_by_key(|row| url(row));
    sorted
}

fn write_numbers(out: &mut Bytes, numbers: &[usize]) -> Result<(), ToolError> {
    out.rows(numbers, |out, number| {
        out.number(*number);
        Ok(())
    })
}

fn write_element_type(out: &mut Bytes, row: &ElementType) -> Result<(), ToolError> {
    out.number(row.type_number);
    out.optional(row.profile);
    out.optional_code(row.system)?;
    out.number(row.target_list);
    Ok(())
}

#[cfg(test)]
mod tests;
