//! Which crate may use which. Rows stand from the ground up: a row names rows above it only, so the graph can't
//! have a cycle.

/// The part of the building that a crate belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Knows FHIR; pure: no files, sockets, threads, clock or randomness.
    Fhir,
    /// Knows keys, values, snapshots and ciphertext; no resource type and no JSON.
    Byte,
    /// Stands on both columns.
    Joint,
    /// The one write path, and what embedders see.
    Facade,
    /// HTTP and the command line.
    Server,
    /// For developers and planners; of all that is shipped only the binary uses it.
    Tool,
    /// Tests, benchmarks and fuzz targets; nothing but tests uses it.
    Test,
}

/// One crate's place.
#[derive(Debug)]
pub struct Layer {
    /// The package.
    pub package: &'static str,
    /// Its folder, relative to the workspace's root.
    pub folder: &'static str,
    /// Its column.
    pub column: Column,
    /// The workspace's crates that it may use.
    pub uses: &'static [&'static str],
    /// Those that only its tests may use.
    pub tests_use: &'static [&'static str],
    /// Why it may hold `unsafe` code; everyone else may not.
    pub unsafe_because: Option<&'static str>,
}

impl Layer {
    const fn new(column: Column, package: &'static str, folder: &'static str) -> Self {
        Self { package, folder, column, uses: &[], tests_use: &[], unsafe_because: None }
    }

    const fn uses(self, uses: &'static [&'static str]) -> Self {
        Self { uses, ..self }
    }

    const fn tests_use(self, tests_use: &'static [&'static str]) -> Self {
        Self { tests_use, ..self }
    }

    const fn unsafe_because(self, reason: &'static str) -> Self {
        Self { unsafe_because: Some(reason), ..self }
    }

    /// Whether the crate may do no input or output of any kind.
    pub fn is_pure(&self) -> bool {
        self.column == Column::Fhir
            || matches!(self.package, "fornax-codec" | "fornax-planner" | "fornax-population")
    }
}

/// Rows whose crate is still to come. A row leaves this list when its crate arrives.
pub const PLANNED: &[&str] = &["fornax-terminology"];

/// Every crate of the workspace.
pub const LAYERS: &[Layer] = &[
    // FHIR column
    Layer::new(Column::Fhir, "fornax-model", "engine/crates/model"),
    Layer::new(Column::Fhir, "fornax-definitions", "engine/crates/definitions"),
    Layer::new(Column::Fhir, "fornax-fhirpath", "engine/crates/fhirpath")
        .uses(&["fornax-model", "fornax-definitions"]),
    Layer::new(Column::Fhir, "fornax-graphql", "engine/crates/graphql").uses(&[
        "fornax-model",
        "fornax-definitions",
        "fornax-fhirpath",
    ]),
    Layer::new(Column::Fhir, "fornax-query", "engine/crates/query")
        .uses(&["fornax-model", "fornax-definitions"]),
    Layer::new(Column::Fhir, "fornax-terminology", "engine/crates/terminology")
        .uses(&["fornax-model", "fornax-definitions"]),
    Layer::new(Column::Fhir, "fornax-validation", "engine/crates/validation").uses(&[
        "fornax-model",
        "fornax-definitions",
        "fornax-fhirpath",
        "fornax-terminology",
    ]),
    Layer::new(Column::Fhir, "fornax-patch", "engine/crates/patch").uses(&[
        "fornax-model",
        "fornax-definitions",
        "fornax-fhirpath",
    ]),
    Layer::new(Column::Fhir, "fornax-xml", "engine/crates/xml").uses(&["fornax-model", "fornax-definitions"]),
    // Byte column
    Layer::new(Column::Byte, "fornax-codec", "engine/crates/codec"),
    Layer::new(Column::Byte, "fornax-crypto", "engine/crates/crypto"),
    Layer::new(Column::Byte, "fornax-store", "engine/crates/store"),
    Layer::new(Column::Byte, "fornax-rocks", "engine/crates/rocks").uses(&["fornax-store"]),
    // Joint
    Layer::new(Column::Joint, "fornax-postings", "engine/crates/postings")
        .uses(&["fornax-codec", "fornax-crypto"]),
    Layer::new(Column::Joint, "fornax-index", "engine/crates/index")
        .uses(&["fornax-model", "fornax-definitions", "fornax-fhirpath", "fornax-query", "fornax-postings"])
        .tests_use(&["fornax-crypto"]),
    Layer::new(Column::Joint, "fornax-search", "engine/crates/search")
        .uses(&[
            "fornax-definitions",
            "fornax-query",
            "fornax-terminology",
            "fornax-postings",
            "fornax-index",
        ])
        .tests_use(&["fornax-model", "fornax-crypto"]),
    // Facade and server
    Layer::new(Column::Facade, "fornax", "engine").uses(&[
        "fornax-model",
        "fornax-definitions",
        "fornax-fhirpath",
        "fornax-graphql",
        "fornax-query",
        "fornax-terminology",
        "fornax-validation",
        "fornax-patch",
        "fornax-xml",
        "fornax-codec",
        "fornax-crypto",
        "fornax-store",
        "fornax-rocks",
        "fornax-postings",
        "fornax-index",
        "fornax-search",
    ]),
    Layer::new(Column::Tool, "fornax-population", "tools/population"),
    Layer::new(Column::Tool, "fornax-planner", "tools/planner"),
    Layer::new(Column::Server, "fornax-server", "server").uses(&[
        "fornax-model",
        "fornax",
        "fornax-planner",
        "fornax-population",
    ]),
    // Tools
    Layer::new(Column::Tool, "definitions-image", "tools/definitions-image").uses(&["fornax-definitions"]),
    Layer::new(Column::Tool, "dictionary", "tools/dictionary").uses(&["fornax-codec", "fornax-population"]),
    // Tests. The oracle shares nothing with what it judges: else it agrees with its mistakes.
    Layer::new(Column::Test, "fornax-tidy", "tests/tidy"),
    Layer::new(Column::Test, "fornax-oracle", "tests/oracle").tests_use(&["fornax"]),
    Layer::new(Column::Test, "fornax-fault-shim", "tests/fault-shim")
        .tests_use(&["fornax", "fornax-store", "fornax-rocks"])
        .unsafe_because("stands in for the C library's file calls"),
    Layer::new(Column::Test, "fornax-fuzz", "fuzz").uses(&[
        "fornax-model",
        "fornax-definitions",
        "fornax-fhirpath",
        "fornax-query",
        "fornax-xml",
        "fornax-codec",
        "fornax-crypto",
    ]),
    Layer::new(Column::Test, "fornax-benches", "benches").uses(&[
        "fornax-model",
        "fornax-validation",
        "fornax-definitions",
        "fornax-fhirpath",
        "fornax-query",
        "fornax-validation",
        "fornax-codec",
        "fornax-crypto",
        "fornax-store",
        "fornax-rocks",
        "fornax-postings",
        "fornax-index",
        "fornax-search",
        "fornax",
        "fornax-population",
    ]),
    // Knows a server by its URL alone, so that it measures others as it measures ours.
    Layer::new(Column::Test, "fornax-scenarios", "benches/scenarios")
        .uses(&["fornax-model", "fornax-population"]),
    Layer::new(Column::Test, "fornax-guard", "benches/guard").tests_use(&[
        "fornax-model",
        "fornax-definitions",
        "fornax-query",
        "fornax-validation",
        "fornax-codec",
        "fornax-crypto",
        "fornax-postings",
        "fornax-index",
        "fornax-search",
        "fornax-population",
    ]),
];
