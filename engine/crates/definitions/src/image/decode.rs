//! An image's bytes to tables.

use std::sync::Arc;

use super::reader::{Reader, checked_row};
use super::{FORMAT, HEADER_BYTES, ImageError, MAGIC, PARTS_DEPTH_MAX};
use crate::compartment::CompartmentMember;
use crate::{
    Binding, Compartment, Component, Element, ElementId, ElementType, Operation, OperationParameter,
    OperationType, ParameterId, Readiness, SearchParameter, Type, TypeId,
};

/// An image's tables, each reference within them checked.
pub(crate) struct Decoded {
    pub(crate) fingerprint: u64,
    pub(crate) release: &'static str,
    pub(crate) types: Box<[Type]>,
    pub(crate) elements: Box<[Element]>,
    pub(crate) parameters: Box<[SearchParameter]>,
    pub(crate) compartments: Box<[Compartment]>,
    pub(crate) operations: Box<[Operation]>,
    pub(crate) value_sets: Box<[CodeValueSet]>,
}

/// A value set that `code` elements are bound to, and the systems of its codes.
#[derive(Debug)]
pub(crate) struct CodeValueSet {
    pub(crate) url: &'static str,
    pub(crate) systems: Box<[&'static str]>,
}

/// Reads a whole image. Never panics, and takes memory in proportion to the image only.
pub(crate) fn decode(image: &'static [u8]) -> Result<Decoded, ImageError> {
    let (header, payload) = image.split_at_checked(HEADER_BYTES).ok_or(ImageError::NotAnImage)?;
    let rest = header.strip_prefix(MAGIC).ok_or(ImageError::NotAnImage)?;
    if rest[0] != FORMAT {
        return Err(ImageError::Format(rest[0]));
    }
    let fingerprint = super::fingerprint(payload);
    if rest[1] != 0 || rest[2..] != fingerprint.to_le_bytes() {
        return Err(ImageError::Damaged("fingerprint differs"));
    }
    let mut reader = Reader::new(payload);
    let strings = strings(&mut reader)?;
    let mut tables =
        Tables { reader, strings, types: 0, target_lists: Vec::new(), type_lists: Vec::new(), elements: 0 };
    tables.decode(fingerprint)
}

fn strings(reader: &mut Reader) -> Result<Vec<&'static str>, ImageError> {
    let (count, capacity) = reader.count()?;
    let mut lengths = Vec::with_capacity(capacity);
    let mut total = 0_usize;
    for _ in 0..count {
        let length = reader.number()? as usize;
        total = total.checked_add(length).ok_or(ImageError::Damaged("text too long"))?;
        lengths.push(length);
    }
    let text =
        std::str::from_utf8(reader.take(total)?).map_err(|_| ImageError::Damaged("text is not UTF-8"))?;
    let mut rest = text;
    let mut strings = Vec::with_capacity(lengths.len());
    for length in lengths {
        let (string, after) =
            rest.split_at_checked(length).ok_or(ImageError::Damaged("string ends within a letter"))?;
        strings.push(string);
        rest = after;
    }
    Ok(strings)
}

/// The rows read so far that later ones may refer to.
struct Tables {
    reader: Reader,
    strings: Vec<&'static str>,
    types: usize,
    target_lists: Vec<Arc<[TypeId]>>,
    type_lists: Vec<Arc<[ElementType]>>,
    elements: usize,
}

impl Tables {
    fn decode(&mut self, fingerprint: u64) -> Result<Decoded, ImageError> {
        let release = self.string()?;
        let mut types = self.types()?;
        self.target_lists = self.rows(|tables| Ok(tables.rows(Self::type_id)?.into()))?;
        self.type_lists = self.rows(Self::type_list)?;
        let elements = self.elements()?;
        for type_of in &mut types {
            type_of.elements =
                self.boxed(|tables| Ok(ElementId::new(tables.reader.row(tables.elements)?)))?;
        }
        let parameters = self.parameters()?;
        let compartments = self.boxed(Self::compartment)?;
        let operations = self.boxed(Self::operation)?;
        let value_sets = self.boxed(Self::value_set)?;
        if !value_sets.is_sorted_by(|one, next| one.url < next.url) {
            return Err(ImageError::Damaged("value sets out of order"));
        }
        if !self.reader.is_empty() {
            return Err(ImageError::Damaged("bytes after the end"));
        }
        Ok(Decoded {
            fingerprint,
            release,
            types: types.into(),
            elements: elements.into(),
            parameters: parameters.into(),
            compartments,
            operations,
            value_sets,
        })
    }

    fn value_set(&mut self) -> Result<CodeValueSet, ImageError> {
        Ok(CodeValueSet { url: self.string()?, systems: self.boxed(Self::string)? })
    }

    fn rows<T>(&mut self, row: impl Fn(&mut Self) -> Result<T, ImageError>) -> Result<Vec<T>, ImageError> {
        let (count, capacity) = self.reader.count()?;
        let mut rows = Vec::with_capacity(capacity);
        for _ in 0..count {
            rows.push(row(self)?);
        }
        Ok(rows)
    }

    fn boxed<T>(&mut self, row: impl Fn(&mut Self) -> Result<T, ImageError>) -> Result<Box<[T]>, ImageError> {
        Ok(self.rows(row)?.into())
    }

    /// Rows that know their own number. Too many to be numbered is damage.
    fn numbered<T>(
        &mut self,
        row: impl Fn(&mut Self, u16) -> Result<T, ImageError>,
    ) -> Result<Vec<T>, ImageError> {
        let (count, capacity) = self.reader.count()?;
        let mut rows = Vec::with_capacity(capacity);
        for number in 0..count {
            let number = u16::try_from(number).map_err(|_| ImageError::Damaged("too many rows"))?;
            rows.push(row(self, number)?);
        }
        Ok(rows)
    }

    fn string(&mut self) -> Result<&'static str, ImageError> {
        let row = self.reader.number()? as usize;
        self.strings.get(row).copied().ok_or(ImageError::Damaged("no such string"))
    }

    fn optional_string(&mut self) -> Result<Option<&'static str>, ImageError> {
        let Some(row) = self.reader.optional()? else { return Ok(None) };
        self.strings.get(row as usize).copied().map(Some).ok_or(ImageError::Damaged("no such string"))
    }

    fn type_id(&mut self) -> Result<TypeId, ImageError> {
        Ok(TypeId::new(self.reader.row(self.types)?))
    }

    fn target_list(&mut self) -> Result<Arc<[TypeId]>, ImageError> {
        let row = self.reader.number()? as usize;
        self.target_lists.get(row).cloned().ok_or(ImageError::Damaged("no such list of targets"))
    }

    fn types(&mut self) -> Result<Vec<Type>, ImageError> {
        let types = self.numbered(|tables, number| {
            Ok(Type {
                id: TypeId::new(number),
                name: tables.string()?,
                kind: tables.reader.code()?,
                derivation: tables.reader.code()?,
                is_abstract: tables.reader.truth()?,
                // A base stands before what derives from it: so no chain of bases is a ring.
                base: match tables.reader.optional()? {
                    Some(base) => Some(TypeId::new(checked_row(base, usize::from(number))?)),
                    None => None,
                },
                elements: Box::default(),
            })
        })?;
        self.types = types.len();
        Ok(types)
    }

    fn type_list(&mut self) -> Result<Arc<[ElementType]>, ImageError> {
        let types: Vec<ElementType> = self.rows(|tables| {
            Ok(ElementType {
                type_id: tables.type_id()?,
                profile: match tables.reader.optional()? {
                    Some(profile) => Some(TypeId::new(checked_row(profile, tables.types)?)),
                    None => None,
                },
                system: tables.reader.optional_code()?,
                targets: tables.target_list()?,
            })
        })?;
        if types.is_empty() { Err(ImageError::Damaged("element without type")) } else { Ok(types.into()) }
    }

    fn elements(&mut self) -> Result<Vec<Element>, ImageError> {
        let elements = self.numbered(|tables, number| {
            let name = tables.string()?;
            let flags = tables.reader.flags(0b111)?;
            let (min, max) = (tables.reader.number()?, tables.reader.optional()?);
            let list = tables.reader.number()? as usize;
            let types = tables.type_lists.get(list).cloned();
            Ok(Element {
                id: ElementId::new(number),
                name,
                is_choice: flags & 1 != 0,
                min,
                max,
                types: types.ok_or(ImageError::Damaged("no such list of types"))?,
                binding: tables.binding()?,
                is_modifier: flags & 2 != 0,
                is_summary: flags & 4 != 0,
            })
        })?;
        self.elements = elements.len();
        Ok(elements)
    }

    fn binding(&mut self) -> Result<Option<Binding>, ImageError> {
        Ok(match self.reader.optional_code()? {
            Some(strength) => Some(Binding { strength, value_set: self.optional_string()? }),
            None => None,
        })
    }

    fn parameters(&mut self) -> Result<Vec<SearchParameter>, ImageError> {
        let parameters = self.numbered(Self::parameter)?;
        if !parameters.is_sorted_by(|one, next| one.url < next.url) {
            return Err(ImageError::Damaged("search parameters out of order"));
        }
        let components = parameters.iter().flat_map(|parameter| &parameter.components);
        for component in components {
            if component.parameter.index() >= parameters.len() {
                return Err(ImageError::Damaged("row out of range"));
            }
        }
        Ok(parameters)
    }

    fn parameter(&mut self, number: u16) -> Result<SearchParameter, ImageError> {
        Ok(SearchParameter {
            id: ParameterId::new(number),
            url: self.string()?.into(),
            code: self.string()?.into(),
            kind: self.reader.code()?,
            expression: self.optional_string()?.map(Into::into),
            usage: self.reader.optional_code()?,
            base: self.target_list()?,
            targets: self.target_list()?,
            components: self.boxed(|tables| {
                // A component may refer to a parameter that stands further down: checked when all are read.
                let parameter = ParameterId::new(tables.reader.row(usize::from(u16::MAX))?);
                Ok(Component { parameter, expression: tables.string()?.into() })
            })?,
            comparators: self.boxed(|tables| tables.reader.code())?,
            modifiers: self.boxed(|tables| tables.reader.code())?,
            chains: self.boxed(|tables| Ok(tables.string()?.into()))?,
            multiple_or: self.reader.optional_truth()?,
            multiple_and: self.reader.optional_truth()?,
            is_example: self.reader.truth()?,
            readiness: Readiness::Ready,
        })
    }

    fn compartment(&mut self) -> Result<Compartment, ImageError> {
        let compartment = Compartment {
            url: self.string()?,
            type_id: self.type_id()?,
            is_example: self.reader.truth()?,
            members: self.boxed(|tables| {
                Ok(CompartmentMember { type_id: tables.type_id()?, codes: tables.boxed(Self::string)? })
            })?,
        };
        if !compartment.members.is_sorted_by(|one, next| one.type_id < next.type_id) {
            return Err(ImageError::Damaged("compartment out of order"));
        }
        Ok(compartment)
    }

    fn operation(&mut self) -> Result<Operation, ImageError> {
        let (url, code, resources) = (self.string()?, self.string()?, self.target_list()?);
        let flags = self.reader.flags(0b1111)?;
        Ok(Operation {
            url,
            code,
            resources,
            on_system: flags & 1 != 0,
            on_type: flags & 2 != 0,
            on_instance: flags & 4 != 0,
            is_example: flags & 8 != 0,
            affects_state: self.reader.optional_truth()?,
            parameters: self.operation_parameters(PARTS_DEPTH_MAX)?,
        })
    }

    fn operation_parameters(&mut self, depth_left: u8) -> Result<Box<[OperationParameter]>, ImageError> {
        self.boxed(|tables| {
            Ok(OperationParameter {
                name: tables.string()?,
                direction: tables.reader.code()?,
                min: tables.reader.number()?,
                max: tables.reader.optional()?,
                type_of: tables.operation_type()?,
                targets: tables.target_list()?,
                search_kind: tables.reader.optional_code()?,
                binding: tables.binding()?,
                parts: match depth_left.checked_sub(1) {
                    Some(depth_left) => tables.operation_parameters(depth_left)?,
                    None => return Err(ImageError::Damaged("parts nest too deep")),
                },
            })
        })
    }

    fn operation_type(&mut self) -> Result<Option<OperationType>, ImageError> {
        Ok(match self.reader.number()? {
            0 => None,
            1 => Some(OperationType::Any),
            row => Some(OperationType::Type(TypeId::new(checked_row(row - 2, self.types)?))),
        })
    }
}
