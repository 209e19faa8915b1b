//! What an expression compiles to.

use std::sync::Arc;

use fornax_definitions::TypeId;
use regex::Regex;
use smallvec::SmallVec;

use crate::ast::{Operator, Sign};
use crate::functions::Call;
use crate::item::Value;
use crate::limits::Limits;
use crate::schema::{Row, Schema};
use crate::types::TypeTest;

/// A compiled expression. Immutable; made by a [`Compiler`](crate::Compiler), and evaluated as often as one likes.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) schema: Arc<Schema>,
    pub(crate) limits: Limits,
    /// A tree in one array: operands stand before what uses them.
    pub(crate) ops: Box<[Placed]>,
    pub(crate) root: OpId,
}

/// An operation's place in [`Program::ops`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpId(u32);

/// An operation and the byte offset of what it was compiled from.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub op: Op,
    pub at: u32,
}

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Empty,
    Constant(Value<'static>),
    /// `$this`, and what a path without input starts from.
    Focus,
    Index,
    Total,
    Variable(Variable),
    Member {
        input: OpId,
        member: Box<Member>,
    },
    Call {
        input: OpId,
        call: Call,
        arguments: SmallVec<[OpId; 2]>,
        /// The regular expression in the first argument, where it is written out.
        pattern: Option<Box<Regex>>,
    },
    Type {
        input: OpId,
        operation: TypeOperation,
        test: TypeTest,
    },
    At {
        input: OpId,
        index: OpId,
    },
    Sign {
        sign: Sign,
        operand: OpId,
    },
    Binary {
        operator: Operator,
        left: OpId,
        right: OpId,
    },
    Union(Box<[OpId]>),
}

/// A step to an element.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub name: Box<str>,
    /// Where the element stands in JSON, for every type that the input is known to have. None for an input whose types
    /// show at run time only.
    pub rows: Option<SmallVec<[Row; 1]>>,
}

/// What is done with a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypeOperation {
    /// Whether the one item is of it.
    Is,
    /// The one item, if it is of it.
    As,
    /// All items that are of it.
    OfType,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variable {
    Context,
    Resource,
    RootResource,
    /// One of the caller's, by place.
    Own(usize),
}

/// Appends operations.
#[derive(Default)]
pub(crate) struct Builder(Vec<Placed>);

impl Builder {
    pub fn push(&mut self, at: u32, op: Op) -> OpId {
        self.0.push(Placed { op, at });
        OpId(self.0.len() as u32 - 1)
    }

    pub fn finish(self, schema: Arc<Schema>, limits: Limits, root: OpId) -> Program {
        Program { schema, limits, ops: self.0.into(), root }
    }
}

impl Program {
    /// The program of `$this`.
    pub(crate) fn focus(schema: Arc<Schema>, limits: Limits) -> Self {
        let mut builder = Builder::default();
        let root = builder.push(0, Op::Focus);
        builder.finish(schema, limits, root)
    }

    pub(crate) fn placed(&self, id: OpId) -> &Placed {
        &self.ops[id.0 as usize]
    }
}

impl Member {
    /// The rows for input of one type.
    pub fn rows_of(&self, parent: TypeId) -> Option<impl Iterator<Item = &Row>> {
        let rows = self.rows.as_ref()?;
        Some(rows.iter().filter(move |row| row.parent == parent))
    }
}
