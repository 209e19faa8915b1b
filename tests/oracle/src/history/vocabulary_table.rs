//! The words that histories are made of: few, so that they meet often, and near each other where it matters.

/// Ids that clients assign.
pub const IDS: &[&str] = &["a", "b", "c", "d", "e"];

/// The resource types.
pub const TYPES: &[&str] = &[
    "Patient",
    "Observation",
    "Encounter",
    "Condition",
    "Practitioner",
    "Organization",
    "MedicationRequest",
    "Group",
    "List",
];

/// Those that may be in the compartment of a patient.
pub const OF_PATIENTS: &[&str] =
    &["Patient", "Observation", "Encounter", "Condition", "MedicationRequest", "Group", "List"];

/// What a history may be about: types that refer to each other.
pub const SUBJECTS: &[&[&str]] = &[
    &["Patient"],
    &["Observation"],
    &["Observation", "Observation", "Patient"],
    &["Observation", "Encounter", "Patient"],
    &["Patient", "Organization", "Practitioner"],
    &["Encounter", "Encounter", "Patient"],
    &["Condition", "Condition", "Patient"],
    &["MedicationRequest", "MedicationRequest", "Practitioner"],
    &["Organization"],
    &["Group", "Patient", "Observation"],
    &["List", "List", "Patient", "Observation"],
    TYPES,
];

/// What a List has as items.
pub const ITEMS: &[&str] =
    &["Patient", "Patient", "Observation", "Observation", "Encounter", "Condition", "Organization", "List"];

/// Names that fold alike, begin alike, or differ only far from their start.
pub const NAMES: &[&str] = &[
    "Müller",
    "MULLER",
    "Mueller",
    "Muller-Meier",
    "de  la Cruz",
    "De la Cruz",
    "E\u{301}mile",
    "Émilie",
    "Straße",
    "STRASSEN",
    "Østergaard",
    "O'Brien",
    "Smith, Jr",
    "Zoë",
    "Featherstonehaugh-Cholmondeley",
    "Featherstonehaugh-Cholmondeles",
];

/// Narratives.
pub const NARRATIVES: &[&str] = &[
    "<div xmlns=\"http://www.w3.org/1999/xhtml\">M&uuml;ller</div>",
    "<div xmlns=\"http://www.w3.org/1999/xhtml\"><b>de</b> la<br/>Cruz &amp; Cruz</div>",
    "<div xmlns=\"http://www.w3.org/1999/xhtml\"><td>&#233;mile</td><td>O'Brien</td></div>",
    "<div xmlns=\"http://www.w3.org/1999/xhtml\">Stra&#xDF;e&nbsp;8480-6 &lt; final</div>",
];

/// What is asked of words: encoded.
pub const WORDS: &[&str] = &[
    "muller",
    "M%C3%BCller",
    "meier",
    "cruz",
    "la",
    "emile",
    "STRASSE",
    "brien",
    "o'brien",
    "smith",
    "jr",
    "8480-6",
    "8480",
    "ab",
    "mass",
    "final",
    "generated",
    "planned",
    "mg",
    "male",
    "mul*",
    "m*",
    "stra*",
    "o-b*",
    "x1",
    "div",
    "urn",
    "ann",
    "%22de+la%22",
    "%22la%20cruz%22",
    "%22cruz%20cruz%22",
    "%22muller%5C,%22",
    "%22muller%20meier%22",
    "%22emile%20o%20brien%22",
    "%22strasse%208480%22",
];

/// What names are searched by: encoded, as in a query string.
pub const NAME_SEARCHES: &[&str] = &[
    "mul",
    "M%C3%BCller",
    "muller",
    "muller-",
    "mue",
    "de%20la",
    "de+la+c",
    "emil",
    "%C3%A9milie",
    "strasse",
    "Stra%C3%9Fe",
    "%C3%B8ster",
    "o'b",
    "smith%5C,",
    "smith%5C,%20j",
    "zoe",
    "featherstonehaugh-cholmondeles",
    "x",
    "Ann",
];

/// What names and texts have in them: encoded.
pub const NAME_PARTS: &[&str] =
    &["ULL", "la%20c", "ll", "mil", "ss", "%C3%9F", "%C3%BC", "brien", "%5C,", "haugh", "e", "x"];

/// What texts and displays start with: encoded.
pub const TEXT_STARTS: &[&str] =
    &["m", "MUE", "de%20l", "stra", "s", "%C3%A9", "f", "O'", "%C3%B8", "z", "x"];

/// Systems of identifiers and codes, with and without a mind for case.
pub const SYSTEMS: &[&str] =
    &["urn:sys:a", "http://loinc.org", "urn:sys:A", "http://terminology.hl7.org/CodeSystem/t"];

/// Codes, some alike but for their case.
pub const CODES: &[&str] = &["8480-6", "Ab", "ab", "x1", "8480-6", "Ab", "Maß", "MASS"];

/// What codes start with.
pub const CODE_STARTS: &[&str] = &["8480-", "a", "AB", "x1", "mas", "ma%C3%9F", "F", "z"];

/// Types of identifiers: system and code.
pub const IDENTIFIER_TYPES: &[(&str, &str)] = &[
    ("http://terminology.hl7.org/CodeSystem/v2-0203", "MR"),
    ("http://terminology.hl7.org/CodeSystem/v2-0203", "mr"),
    ("urn:sys:a", "MR"),
];

/// Decimals near each other's implied limits.
pub const DECIMALS: &[&str] = &[
    "5.4", "5.40", "5.44", "5.45", "5.35", "5", "5.0", "6", "-5.4", "100", "99.5", "1e2", "0.054", "0.0054",
    "5400", "0",
];

/// Units: system, code and name, each perhaps missing.
pub const UNITS: &[(&str, &str, &str)] = &[
    ("http://unitsofmeasure.org", "mg", "mg"),
    ("http://unitsofmeasure.org", "g", "g"),
    ("http://unitsofmeasure.org", "ug", ""),
    ("http://unitsofmeasure.org", "mm[Hg]", "mmHg"),
    ("", "mg", ""),
    ("", "", "mg"),
    ("", "", ""),
    ("urn:sys:a", "mg", "milligram"),
];

/// Days, months and years around a leap day and a turn of the year.
pub const DAYS: &[&str] = &[
    "2019",
    "2019-12",
    "2019-12-31",
    "2020",
    "2020-01-01",
    "2020-02",
    "2020-02-28",
    "2020-02-29",
    "2020-03",
    "2020-03-01",
    "1950-06-15",
];

/// Times of day around the same.
pub const TIMES: &[&str] = &[
    "2019-12-31T23:59:59Z",
    "2020-01-01T00:00:00Z",
    "2020-01-01T00:30:00+01:00",
    "2020-02-29T12:00:00Z",
    "2020-02-29T23:30:00-02:00",
    "2020-02-29T23:59:59.999Z",
    "2020-03-01T00:00:00Z",
    "2020-03-01T00:00:00.500Z",
];

/// Prefixes of ordered values; none is the most frequent.
pub const PREFIXES: &[&str] = &["", "", "", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"];

/// Profiles, some with a version, some below others.
pub const PROFILES: &[&str] = &[
    "http://x.org/p",
    "http://x.org/p|1",
    "http://x.org/p/sub",
    "http://x.org/p/sub|2",
    "http://x.org/pq",
    "urn:uuid:12",
];

/// Sources, some below others.
pub const SOURCES: &[&str] =
    &["http://x.org/p", "http://x.org/p/", "http://x.org/p/sub", "http://x.org/P", "urn:uuid:12"];

/// What is looked for above and below: the last is refused.
pub const URLS: &[&str] = &[
    "http://x.org",
    "http://x.org/",
    "http://x.org/p",
    "http://x.org/p",
    "http://x.org/p/",
    "http://x.org/p/sub",
    "http://x.org/p/sub/further",
    "urn:uuid:12",
];
