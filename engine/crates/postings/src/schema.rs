//! The physical fields, the same for every index.

use std::sync::LazyLock;

use tantivy::schema::{
    BytesOptions, Field as Physical, IndexRecordOption, JsonObjectOptions, NumericOptions, Schema,
    TextFieldIndexing, TextOptions,
};
use tantivy::store::Compressor;
use tantivy::tokenizer::TokenizerManager;
use tantivy::{IndexBuilder, IndexSettings};

use crate::tokens::Tokens;

/// Kinds of terms. Each has a dictionary of its own; the caller prefixes a term with what tells its parameters apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Field {
    /// What kind of thing the document is: one term each.
    Kind,
    /// Which columns and terms a document has at all, and which sets it belongs to.
    Presence,
    /// Coded values.
    Token,
    /// Folded strings, searched by prefix.
    String,
    /// Strings as written.
    Exact,
    /// References by their text.
    Reference,
    /// URIs.
    Uri,
    /// Days, months and years that a value touches.
    Date,
    /// Composite values.
    Composite,
}

impl Field {
    pub(crate) const ALL: [Self; 9] = [
        Self::Kind,
        Self::Presence,
        Self::Token,
        Self::String,
        Self::Exact,
        Self::Reference,
        Self::Uri,
        Self::Date,
        Self::Composite,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Presence => "presence",
            Self::Token => "token",
            Self::String => "string",
            Self::Exact => "exact",
            Self::Reference => "reference",
            Self::Uri => "uri",
            Self::Date => "date",
            Self::Composite => "composite",
        }
    }

    /// The fields are added in the order of [`Field::ALL`], so the discriminant is the physical number.
    pub(crate) fn physical(self) -> Physical {
        Physical::from_field_id(self as u32)
    }
}

/// Texts that are searched by their words. Each has a dictionary of its own, and counts its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TextField {
    /// What was written for people to read.
    Narrative,
    /// All other texts.
    Content,
}

impl TextField {
    pub(crate) const ALL: [Self; 2] = [Self::Narrative, Self::Content];

    fn name(self) -> &'static str {
        match self {
            Self::Narrative => "narrative",
            Self::Content => "content",
        }
    }

    /// These fields follow those of [`Field::ALL`].
    pub(crate) fn physical(self) -> Physical {
        Physical::from_field_id((Field::ALL.len() + self as usize) as u32)
    }

    /// The column that holds how many words a document has in the field; none where it has no words.
    pub(crate) fn length_column(self) -> &'static str {
        match self {
            Self::Narrative => "narrativewords",
            Self::Content => "contentwords",
        }
    }
}

/// The resource's number; a column in every document.
pub(crate) const RID: &str = "rid";
/// The commit's number; a column in every document.
pub(crate) const SEQ: &str = "seq";
/// All other columns: one JSON field with one path a column, i64 only (a single f64 would turn the whole column).
const COLUMNS: &str = "c";

pub(crate) struct Layout {
    pub schema: Schema,
    pub rid: Physical,
    pub seq: Physical,
    pub columns: Physical,
}

pub(crate) static LAYOUT: LazyLock<Layout> = LazyLock::new(|| {
    let mut builder = Schema::builder();
    for field in Field::ALL {
        builder.add_bytes_field(field.name(), BytesOptions::default().set_indexed());
    }
    // How many words a document has is kept in a column: what is not asked for is not read.
    let words = TextFieldIndexing::default()
        .set_tokenizer(TOKENIZER)
        .set_fieldnorms(false)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    for field in TextField::ALL {
        let options = TextOptions::default().set_indexing_options(words.clone());
        builder.add_text_field(field.name(), options);
    }
    let rid = builder.add_u64_field(RID, NumericOptions::default().set_fast());
    let seq = builder.add_u64_field(SEQ, NumericOptions::default().set_fast());
    let columns = builder.add_json_field(COLUMNS, JsonObjectOptions::default().set_fast("raw"));
    Layout { schema: builder.build(), rid, seq, columns }
});

/// The name of [`Tokens`] in the schema.
const TOKENIZER: &str = "words";

/// The dictionary kind that this build reads and writes. The `quickwit` feature is global to a build, so another crate
/// that uses Tantivy without it would change the kind under an existing index: the manifest names it.
pub(crate) const DICTIONARY: &str = "sstable";

/// Tantivy's name of a column.
pub(crate) fn column_path(column: &str) -> String {
    format!("{COLUMNS}.{column}")
}

pub(crate) fn settings() -> IndexSettings {
    IndexSettings {
        docstore_compression: Compressor::None,
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    }
}

pub(crate) fn builder() -> IndexBuilder {
    let tokenizers = TokenizerManager::default();
    tokenizers.register(TOKENIZER, Tokens::default());
    IndexBuilder::new().schema(LAYOUT.schema.clone()).settings(settings()).tokenizers(tokenizers)
}
