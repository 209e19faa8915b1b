//! Rows that are numbered in the order of their first mention.

use std::collections::HashMap;
use std::hash::Hash;

/// Distinct rows; each keeps the number of its first mention.
#[derive(Debug)]
pub struct Rows<T> {
    rows: Vec<T>,
    numbers: HashMap<T, usize>,
}

impl<T: Clone + Eq + Hash> Rows<T> {
    pub fn new() -> Self {
        Self { rows: Vec::new(), numbers: HashMap::new() }
    }

    /// The row's number; the row is added when it is new.
    pub fn number(&mut self, row: T) -> usize {
        *self.numbers.entry(row).or_insert_with_key(|row| {
            self.rows.push(row.clone());
            self.rows.len() - 1
        })
    }

    /// All rows in the order of their numbers.
    pub fn all(&self) -> &[T] {
        &self.rows
    }
}
