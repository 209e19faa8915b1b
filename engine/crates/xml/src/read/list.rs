//! A list on its way to JSON: one array, and for primitives perhaps a second one beside it.

use super::name_into;

/// A list whose items are being read.
pub(super) struct List<'x> {
    name: &'x str,
    /// Where its member begins in the output.
    begin: usize,
    items: usize,
    /// Whether any item is more than `null`.
    pub has_value: bool,
    /// What stands beside the items so far, `null` for those without.
    beside: Vec<u8>,
    items_beside: usize,
}

impl<'x> List<'x> {
    pub fn begin(out: &mut Vec<u8>, name: &'x str) -> Self {
        let begin = out.len();
        name_into(out, "", name);
        out.push(b'[');
        Self { name, begin, items: 0, has_value: false, beside: Vec::new(), items_beside: 0 }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items
    }

    /// Makes ready for another item.
    pub fn next(&mut self, out: &mut Vec<u8>) {
        if self.items > 0 {
            out.push(b',');
        }
        self.items += 1;
    }

    /// Takes down what stands beside the latest item.
    pub fn beside(&mut self, json: &[u8]) {
        self.beside_up_to(self.items - 1);
        self.separate();
        self.beside.extend_from_slice(json);
        self.items_beside += 1;
    }

    fn beside_up_to(&mut self, items: usize) {
        while self.items_beside < items {
            self.separate();
            self.beside.extend_from_slice(b"null");
            self.items_beside += 1;
        }
    }

    fn separate(&mut self) {
        if self.items_beside > 0 {
            self.beside.push(b',');
        }
    }

    /// Ends the array, or takes it back where there are no values, as the specification's own examples do, and writes
    /// the one beside it where there is one.
    pub fn end(mut self, out: &mut Vec<u8>) {
        if self.has_value {
            out.push(b']');
        } else {
            out.truncate(self.begin);
        }
        if self.items_beside > 0 {
            self.beside_up_to(self.items);
            name_into(out, "_", self.name);
            out.push(b'[');
            out.extend_from_slice(&self.beside);
            out.push(b']');
        }
    }
}
