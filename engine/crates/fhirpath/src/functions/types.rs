//! Items by their type. The operators `is` and `as` are the same operations.

use super::Function;
use crate::program::TypeOperation;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::of_type("is", TypeOperation::Is),
    Function::of_type("as", TypeOperation::As),
    Function::of_type("ofType", TypeOperation::OfType),
];
