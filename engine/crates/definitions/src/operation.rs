//! Operations and their parameters.

use std::sync::Arc;

use crate::{Binding, Coded, SearchKind, TypeId};

/// An operation: `$everything` and its like.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The canonical URL. Unique.
    pub url: &'static str,
    /// The name in a URL, without `$`.
    pub code: &'static str,
    /// The types that it is for; `Resource` stands for all.
    pub resources: Arc<[TypeId]>,
    /// May be called on the whole system.
    pub on_system: bool,
    /// May be called on a type.
    pub on_type: bool,
    /// May be called on one resource.
    pub on_instance: bool,
    /// Whether calling it changes anything; absent when nothing is said.
    pub affects_state: Option<bool>,
    /// An illustration of the specification, not for use: found by URL only.
    pub is_example: bool,
    /// In and out, in the specification's order.
    pub parameters: Box<[OperationParameter]>,
}

/// Where an operation is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationLevel {
    /// `/$code`
    System,
    /// `/Type/$code`
    Type(TypeId),
    /// `/Type/id/$code`
    Instance(TypeId),
}

/// A parameter of an operation.
#[derive(Clone, Debug)]
pub struct OperationParameter {
    /// Its name in the Parameters resource.
    pub name: &'static str,
    /// In or out.
    pub direction: Direction,
    /// How often it must be there.
    pub min: u32,
    /// How often it may be there; absent for any number.
    pub max: Option<u32>,
    /// Absent where it has parts.
    pub type_of: Option<OperationType>,
    /// What a reference or canonical may point to; empty when nothing is said.
    pub targets: Arc<[TypeId]>,
    /// The kind of search parameter that a string stands for.
    pub search_kind: Option<SearchKind>,
    /// The value set that its codes are bound to.
    pub binding: Option<Binding>,
    /// Parameters within this one.
    pub parts: Box<[OperationParameter]>,
}

/// The type of an operation's parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationType {
    /// Any type.
    Any,
    /// This type.
    Type(TypeId),
}

/// Which way a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the operation.
    In,
    /// From it.
    Out,
}

impl Coded for Direction {
    const ALL: &'static [Self] = &[Self::In, Self::Out];

    fn code(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}
