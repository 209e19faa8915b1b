//! What a document may grow to.

use crate::tape::OFFSET_MAX;

/// Upper bounds that parsing enforces, each with an error of its own ([`Bound`](crate::Bound)).
///
/// All bounds are inclusive. Lengths are bytes of the text as written, so an escape counts in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole document: 128 MiB. The tape's offsets end at 512 MiB, whatever stands here.
    pub document_bytes_max: usize,
    /// Objects and arrays around a value, itself included: 64.
    pub depth_max: usize,
    /// Values in the whole document, each of which costs 16 bytes of memory: 16 Mi.
    pub values_max: usize,
    /// Members of one object: 4,096.
    pub members_max: usize,
    /// Bytes of one member's name: 1,024.
    pub name_bytes_max: usize,
    /// Bytes of one string: 128 MiB, so that attachments pass wherever the document does.
    pub string_bytes_max: usize,
    /// Bytes of one number: 128.
    pub number_bytes_max: usize,
}

impl Limits {
    /// The document bound that holds when the tape's own is lower.
    pub(crate) fn document_bytes(&self) -> usize {
        self.document_bytes_max.min(OFFSET_MAX)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes_max: 128 << 20,
            depth_max: 64,
            values_max: 16 << 20,
            members_max: 4_096,
            name_bytes_max: 1_024,
            string_bytes_max: 128 << 20,
            number_bytes_max: 128,
        }
    }
}
