//! A document to index: one version of one resource, as terms and columns.

use std::sync::Arc;

use tantivy::schema::Field as Physical;
use tantivy::schema::document::{Document, ReferenceValue, ReferenceValueLeaf, Value};

use crate::schema::{Field, LAYOUT, TextField};
use crate::tokens::TEXT_END;

/// The number of a resource within its tenant.
pub type Rid = u64;
/// The number of a commit within its tenant.
pub type Seq = u64;
/// The name of a column: letters and digits, no dots.
pub type ColumnName = Arc<str>;

/// One version of one resource.
///
/// Terms lie in one buffer, so a document is three allocations however many it has; it is kept until its segment is on disk.
#[derive(Clone, Debug)]
pub struct IndexDocument {
    /// The resource.
    pub rid: Rid,
    /// The commit that wrote this version.
    pub seq: Seq,
    bytes: Vec<u8>,
    terms: Vec<(Field, u32)>,
    texts: [Words; TextField::ALL.len()],
    columns: Vec<(ColumnName, i64)>,
}

impl IndexDocument {
    /// A document without terms or columns.
    pub fn new(rid: Rid, seq: Seq) -> Self {
        Self {
            rid,
            seq,
            bytes: Vec::new(),
            terms: Vec::new(),
            texts: Default::default(),
            columns: Vec::new(),
        }
    }

    /// Adds a term.
    pub fn add_term(&mut self, field: Field, term: &[u8]) {
        self.bytes.extend_from_slice(term);
        self.terms.push((field, self.bytes.len() as u32));
    }

    /// Adds words, parted by single spaces, or by a line feed where no phrase may reach from one to the next; nor does one reach
    /// from one call's words into the next one's.
    pub fn add_text(&mut self, field: TextField, words: &str) {
        if words.is_empty() {
            return;
        }
        let texts = &mut self.texts[field as usize];
        if texts.count > 0 {
            texts.text.push(TEXT_END);
        }
        texts.text.push_str(words);
        let is_end = |byte: &u8| *byte == b' ' || *byte == TEXT_END as u8;
        texts.count += 1 + words.as_bytes().iter().filter(|byte| is_end(byte)).count() as u32;
    }

    /// Adds a value to a column. Several values keep their order, so columns filled in step stay aligned.
    pub fn add_value(&mut self, column: &ColumnName, value: i64) {
        self.columns.push((Arc::clone(column), value));
    }

    /// Memory held, in bytes.
    pub fn heap_bytes(&self) -> usize {
        self.bytes.capacity()
            + self.texts.iter().map(|words| words.text.capacity()).sum::<usize>()
            + self.terms.capacity() * size_of::<(Field, u32)>()
            + self.columns.capacity() * size_of::<(ColumnName, i64)>()
    }

    fn term(&self, index: usize) -> (Field, &[u8]) {
        let start = if index == 0 { 0 } else { self.terms[index - 1].1 };
        let (field, end) = self.terms[index];
        (field, &self.bytes[start as usize..end as usize])
    }

    fn words(&self, field: TextField) -> &Words {
        &self.texts[field as usize]
    }
}

/// The texts of one field, one after the other.
#[derive(Clone, Debug, Default)]
struct Words {
    text: String,
    count: u32,
}

/// A document lent to Tantivy's writer.
pub(crate) struct Lent(pub Arc<IndexDocument>);

#[derive(Clone, Copy, Debug)]
pub(crate) enum LentValue<'a> {
    Bytes(&'a [u8]),
    Text(&'a str),
    Number(u64),
    Signed(i64),
    Columns(&'a IndexDocument),
}

impl<'a> Value<'a> for LentValue<'a> {
    type ArrayIter = std::iter::Empty<Self>;
    type ObjectIter = LentColumns<'a>;

    fn as_value(&self) -> ReferenceValue<'a, Self> {
        ReferenceValue::Leaf(match *self {
            Self::Bytes(bytes) => ReferenceValueLeaf::Bytes(bytes),
            Self::Text(text) => ReferenceValueLeaf::Str(text),
            Self::Number(number) => ReferenceValueLeaf::U64(number),
            Self::Signed(number) => ReferenceValueLeaf::I64(number),
            Self::Columns(columns) => return ReferenceValue::Object(LentColumns::of(columns)),
        })
    }
}

/// The columns as members of Tantivy's JSON object; a name comes once per value. Last the numbers of words.
pub(crate) struct LentColumns<'a> {
    columns: std::slice::Iter<'a, (ColumnName, i64)>,
    document: &'a IndexDocument,
    fields: std::slice::Iter<'static, TextField>,
}

impl<'a> LentColumns<'a> {
    fn of(document: &'a IndexDocument) -> Self {
        Self { columns: document.columns.iter(), document, fields: TextField::ALL.iter() }
    }
}

impl<'a> Iterator for LentColumns<'a> {
    type Item = (&'a str, LentValue<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if let Some((name, value)) = self.columns.next() {
            return Some((&**name, LentValue::Signed(*value)));
        }
        let field = self.fields.find(|field| self.document.words(**field).count > 0)?;
        let count = self.document.words(*field).count;
        Some((field.length_column(), LentValue::Signed(i64::from(count))))
    }
}

/// Terms in order, then texts, then the number columns, then the JSON columns.
pub(crate) struct LentFields<'a> {
    document: &'a IndexDocument,
    next: usize,
}

impl<'a> Iterator for LentFields<'a> {
    type Item = (Physical, LentValue<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let document = self.document;
        let index = self.next;
        self.next += 1;
        let (terms, texts) = (document.terms.len(), TextField::ALL.len());
        if index < terms {
            let (field, bytes) = document.term(index);
            return Some((field.physical(), LentValue::Bytes(bytes)));
        }
        if index < terms + texts {
            let field = TextField::ALL[index - terms];
            return Some((field.physical(), LentValue::Text(&document.words(field).text)));
        }
        match index - terms - texts {
            0 => Some((LAYOUT.rid, LentValue::Number(document.rid))),
            1 => Some((LAYOUT.seq, LentValue::Number(document.seq))),
            2 => Some((LAYOUT.columns, LentValue::Columns(document))),
            _ => None,
        }
    }
}

impl Document for Lent {
    type Value<'a> = LentValue<'a>;
    type FieldsValuesIter<'a> = LentFields<'a>;

    fn iter_fields_and_values(&self) -> LentFields<'_> {
        LentFields { document: &self.0, next: 0 }
    }
}
