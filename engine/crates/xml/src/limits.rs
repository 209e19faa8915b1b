//! What an XML document may grow to.

/// Upper bounds that reading and writing enforce. All are inclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the XML document, read or written: 128 MiB.
    pub document_bytes_max: usize,
    /// Elements around an element, which bounds the recursion: 64. A narrative's content is not counted: it is not
    /// recursed into.
    pub depth_max: usize,
    /// Elements in the whole document, those of narratives included: 16 Mi.
    pub elements_max: usize,
    /// Attributes of one element, declarations of namespaces included: 64.
    pub attributes_max: usize,
    /// Bytes of one attribute's value as written: 128 MiB, so that attachments pass wherever the document does.
    pub attribute_bytes_max: usize,
    /// Declarations of namespaces that are in force at one place: 16.
    pub namespaces_max: usize,
    /// Operations of one patch: 256.
    pub operations_max: usize,
    /// Bytes of one of a patch's selectors: 1,024.
    pub selector_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes_max: 128 << 20,
            depth_max: 64,
            elements_max: 16 << 20,
            attributes_max: 64,
            attribute_bytes_max: 128 << 20,
            namespaces_max: 16,
            operations_max: 256,
            selector_bytes_max: 1_024,
        }
    }
}
