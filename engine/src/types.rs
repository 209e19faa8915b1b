//! Numbers of resource types within a tenant.

use std::collections::HashMap;

use fornax_definitions::{Definitions, TypeId};

use crate::error::{Error, ErrorKind, Issue, Result};
use crate::records::{TypeNames, corrupted};

/// One resource type as an engine knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ResourceType {
    pub name: &'static str,
    pub id: TypeId,
    /// Its number in this tenant, from 1.
    pub number: u16,
}

/// All resource types, by name and by number.
pub(crate) struct Types {
    by_number: Vec<ResourceType>,
    by_name: HashMap<&'static str, u16>,
}

impl Types {
    /// The types of a tenant: its names, and behind them those that the definitions have since.
    pub(crate) fn of(names: &mut TypeNames, definitions: &'static Definitions) -> Result<Self> {
        for resource_type in definitions.resource_types() {
            if !names.0.iter().any(|name| name == resource_type.name) {
                names.0.push(resource_type.name.to_owned());
            }
        }
        let mut types = Self { by_number: Vec::new(), by_name: HashMap::new() };
        for (number, name) in (1_u16..).zip(&names.0) {
            let defined = definitions
                .type_named(name)
                .ok_or_else(|| corrupted("a resource type is not defined any more"))?;
            types.by_number.push(ResourceType { name: defined.name, id: defined.id, number });
            types.by_name.insert(defined.name, number);
        }
        Ok(types)
    }

    /// A type by its name, as a request has it.
    pub(crate) fn named(&self, name: &str) -> Result<ResourceType> {
        let number = self.by_name.get(name).copied().ok_or_else(|| {
            let issue = Issue::error("not-supported", "there is no such resource type");
            Error::new(ErrorKind::NotSupported, issue)
        })?;
        self.numbered(number)
    }

    /// A type by its number, as a record has it.
    pub(crate) fn numbered(&self, number: u16) -> Result<ResourceType> {
        let index = usize::from(number).checked_sub(1);
        let found = index.and_then(|index| self.by_number.get(index));
        found.copied().ok_or_else(|| corrupted("a resource of an unknown type"))
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = ResourceType> + '_ {
        self.by_number.iter().copied()
    }

    /// The type of a definition.
    pub(crate) fn defined(&self, id: TypeId) -> Option<ResourceType> {
        self.by_number.iter().find(|resource_type| resource_type.id == id).copied()
    }
}
