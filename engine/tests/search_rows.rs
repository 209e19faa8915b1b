//! The table of search rows: what is written, what is asked, and which resources are found.
//!
//! Each file of `search_rows` has one subject; `docs/SEARCH.md` and the R4 search page say what its rows must be. It is read
//! line by line:
//!
//! ```text
//! # A comment.
//! Observation/* {"status":"final"}                members that every Observation of the file has that does not say otherwise
//! == a title                                      begins a block; what the one before it wrote is deleted
//! Patient/a {"gender":"male"}                     an update: resourceType, id and the members above are added
//! DELETE Patient/a
//! Patient?gender=male -> a b                      a row: the ids of all matches, in any order; nothing is included
//! Patient?gender=other -> (nothing)
//! Patient?gender:bogus=x -> !invalid              refused: !invalid, !unsupported or !limit
//! Patient?_sort=birthdate -> b a                  with `_sort` order counts
//! Patient?_count=0 -> (3 in all)                  no matches, and a total
//! Observation?_include=* => o + Patient/a         with what is included, or `+ (nothing)`
//! Patient?gender=male (form) active=true -> a     the second half is the body of a POST
//! Patient/a/Observation?code=1 -> Observation/o   what is not of the type that the path names is given with its type
//! Patient?_contained=true&_containedType=contained -> Observation/o#p    what is contained, with its container
//! ```
//!
//! Spaces and letters beyond ASCII are percent-encoded for a row, all else it writes as a client would. Handling is strict; all
//! pages are read; a total must be the number of matches. `https://own.example/fhir` is the repository's own address. What comes
//! after the last write of a block is asked twice: at once, and when the engine was closed and opened again.

#![allow(clippy::unwrap_used, reason = "tests panic")]

use fornax::{
    Change, Engine, Error, ErrorKind, Handling, Options, Principal, SearchRequest, Tenant, TenantId, Version,
};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use tempfile::TempDir;

const ROWS_MIN: usize = 1_600;

#[test]
fn strings() {
    run("string.txt");
}

#[test]
fn tokens() {
    run("token.txt");
}

#[test]
fn case_of_tokens() {
    run("token_case.txt");
}

#[test]
fn places() {
    run("near.txt");
}

#[test]
fn terminology() {
    run("terminology.txt");
}

#[test]
fn units() {
    run("units.txt");
}

#[test]
fn references() {
    run("reference.txt");
}

#[test]
fn canonicals() {
    run("canonical.txt");
}

#[test]
fn uris() {
    run("uri.txt");
}

#[test]
fn numbers() {
    run("number.txt");
}

#[test]
fn quantities() {
    run("quantity.txt");
}

#[test]
fn dates() {
    run("date.txt");
}

#[test]
fn missing_values() {
    run("missing.txt");
}

#[test]
fn composites() {
    run("composite.txt");
}

#[test]
fn chains() {
    run("chain.txt");
}

#[test]
fn has() {
    run("has.txt");
}

#[test]
fn includes() {
    run("include.txt");
}

#[test]
fn escapes() {
    run("escapes.txt");
}

#[test]
fn everything_of_a_resource() {
    run("everything.txt");
}

#[test]
fn parameters_of_every_resource() {
    run("every_resource.txt");
}

#[test]
fn results() {
    run("results.txt");
}

#[test]
fn refusals() {
    run("refused.txt");
}

#[test]
fn types_and_compartments() {
    run("types_and_compartments.txt");
}

#[test]
fn filters() {
    run("filter.txt");
}

#[test]
fn texts() {
    run("text.txt");
}

#[test]
fn contained() {
    run("contained.txt");
}

/// Every file has a test, and there are as many rows as there should be.
#[test]
fn no_file_is_forgotten() {
    let mut rows = 0;
    for found in std::fs::read_dir(folder()).unwrap() {
        let name = found.unwrap().file_name().into_string().unwrap();
        let test = format!("run(\"{name}\")");
        assert!(include_str!("search_rows.rs").contains(&test), "{name} has no test");
        let count = read(&name).iter().filter(|(_, line)| matches!(line, Line::Row(_))).count();
        assert!(count > 0, "{name} has no rows");
        rows += count;
    }
    assert!(rows >= ROWS_MIN, "{rows} rows");
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/search_rows")
}

fn me() -> Principal {
    Principal::named("me")
}

/// A line of a file.
#[derive(Clone, Debug)]
enum Line {
    Defaults,
    Block,
    Put { name: Name, body: String },
    Delete(Name),
    Row(Row),
}

/// Type and id.
type Name = (String, String);

#[derive(Clone, Debug)]
struct Row {
    text: String,
    request: SearchRequest,
    expected: Expected,
}

#[derive(Clone, Debug, PartialEq)]
enum Expected {
    Found { matches: Vec<String>, includes: Vec<String> },
    Total(u64),
    Refused(ErrorKind),
}

/// The lines of a file that mean something, with their numbers.
fn read(file: &str) -> Vec<(usize, Line)> {
    let text = std::fs::read_to_string(folder().join(file)).unwrap();
    let mut defaults = BTreeMap::new();
    let mut lines = Vec::new();
    for (number, line) in
        (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
    {
        match parsed(line, &mut defaults) {
            Some(line) => lines.push((number, line)),
            None => panic!("{file}:{number} cannot be read: {line}"),
        }
    }
    lines
}

/// By type: the members that its resources have.
type Defaults = BTreeMap<String, Map<String, Value>>;

fn parsed(line: &str, defaults: &mut Defaults) -> Option<Line> {
    if line.starts_with("== ") {
        return Some(Line::Block);
    }
    if let Some(name) = line.strip_prefix("DELETE ") {
        return Some(Line::Delete(name_of(name)?));
    }
    let Some((name, members)) = line.split_once(' ').filter(|(_, rest)| rest.starts_with('{')) else {
        return Some(Line::Row(row(line)?));
    };
    let (resource_type, id) = name_of(name)?;
    let own = serde_json::from_str(members).ok()?;
    if id == "*" {
        defaults.insert(resource_type, own);
        return Some(Line::Defaults);
    }
    let body = body(name, members, &own, defaults.get(&resource_type));
    Some(Line::Put { name: (resource_type, id), body })
}

fn name_of(text: &str) -> Option<Name> {
    text.split_once('/').map(|(resource_type, id)| (resource_type.to_owned(), id.to_owned()))
}

/// The resource: its members as they are written, digits and all, and the defaults that it does not have.
fn body(
    name: &str,
    members: &str,
    own: &Map<String, Value>,
    defaults: Option<&Map<String, Value>>,
) -> String {
    let (resource_type, id) = name.split_once('/').unwrap();
    let mut body = format!(r#"{{"resourceType":"{resource_type}","id":"{id}""#);
    let inner = members.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap();
    if !own.is_empty() {
        write!(body, ",{inner}").unwrap();
    }
    for (member, value) in defaults.into_iter().flatten().filter(|(member, _)| !own.contains_key(*member)) {
        write!(body, r#","{member}":{value}"#).unwrap();
    }
    body.push('}');
    body
}

fn row(line: &str) -> Option<Row> {
    let (asked, expected, is_with_includes) = match line.rsplit_once(" -> ") {
        Some((asked, expected)) => (asked, expected, false),
        None => line.rsplit_once(" => ").map(|(asked, expected)| (asked, expected, true))?,
    };
    let (matches, includes) = match is_with_includes {
        true => expected.split_once(" + ")?,
        false => (expected, "(nothing)"),
    };
    let expected = match matches.strip_prefix('!') {
        Some("invalid") => Expected::Refused(ErrorKind::Invalid),
        Some("unsupported") => Expected::Refused(ErrorKind::NotSupported),
        Some("limit") => Expected::Refused(ErrorKind::Limit),
        Some(_) => return None,
        None => match matches.strip_prefix('(').and_then(|total| total.strip_suffix(" in all)")) {
            Some(total) => Expected::Total(total.parse().ok()?),
            None => Expected::Found { matches: names(matches), includes: names(includes) },
        },
    };
    Some(Row { text: asked.to_owned(), request: request(asked), expected })
}

fn names(text: &str) -> Vec<String> {
    if text == "(nothing)" { Vec::new() } else { text.split(' ').map(str::to_owned).collect() }
}

/// Absolute references under it are local ones.
const OWN_BASE: &str = "https://own.example/fhir";

fn request(asked: &str) -> SearchRequest {
    let (url, form) = asked.split_once(" (form) ").unwrap_or((asked, ""));
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    SearchRequest {
        form: encoded(form).into_bytes(),
        handling: Handling::Strict,
        own_bases: vec![OWN_BASE.to_owned()],
        ..SearchRequest::of(path, encoded(query))
    }
}

/// Spaces and bytes beyond ASCII percent-encoded.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'!'..=b'~' => encoded.push(char::from(byte)),
            _ => write!(encoded, "%{byte:02X}").unwrap(),
        }
    }
    encoded
}

/// Runs a file, and shows all that is wrong.
fn run(file: &str) {
    let lines = read(file);
    assert!(lines.iter().any(|(_, line)| matches!(line, Line::Row(_))), "{file} has no rows");
    let mut rig = Rig::new();
    let mut failures = String::new();
    for block in lines.chunk_by(|_, (_, line)| !matches!(line, Line::Block)) {
        for (number, failure) in rig.play(block) {
            writeln!(failures, "{file}:{number}: {failure}").unwrap();
        }
    }
    assert!(failures.is_empty(), "\n{failures}{} wrong", failures.lines().count());
}

/// An engine, and what is there of the block.
struct Rig {
    folder: TempDir,
    open: Option<(Engine, Tenant)>,
    there: BTreeSet<Name>,
}

impl Rig {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut rig = Self { folder, open: None, there: BTreeSet::new() };
        rig.reopen();
        rig
    }

    fn reopen(&mut self) {
        if let Some((engine, tenant)) = self.open.take() {
            drop(tenant);
            engine.close().unwrap();
        }
        let engine = Engine::open(Options::at(self.folder.path())).unwrap();
        let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
        self.open = Some((engine, tenant));
    }

    fn tenant(&self) -> &Tenant {
        &self.open.as_ref().unwrap().1
    }

    /// Plays a block, and clears it away: which lines went wrong, and how.
    fn play(&mut self, block: &[(usize, Line)]) -> Vec<(usize, String)> {
        let mut failures = Vec::new();
        for (number, line) in block {
            if let Err(failure) = self.step(line) {
                failures.push((*number, failure));
            }
        }
        self.reopen();
        let last_write = block.iter().rposition(|(_, line)| !matches!(line, Line::Row(_)));
        for (number, line) in &block[last_write.map_or(0, |at| at + 1)..] {
            if let Err(failure) = self.step(line) {
                failures.push((*number, format!("opened again: {failure}")));
            }
        }
        for (resource_type, id) in std::mem::take(&mut self.there) {
            self.tenant().commit(&Change::delete(resource_type, id), &me()).unwrap();
        }
        failures
    }

    fn step(&mut self, line: &Line) -> Result<(), String> {
        match line {
            Line::Defaults | Line::Block => Ok(()),
            Line::Put { name, body } => {
                let change = Change::update(name.0.clone(), name.1.clone(), body.clone().into_bytes());
                let change = change.own_bases(vec![OWN_BASE.to_owned()]);
                let written = self.tenant().commit(&change, &me());
                written.map_err(|error| format!("not written: {:?}: {error}", error.kind()))?;
                self.there.insert(name.clone());
                Ok(())
            }
            Line::Delete(name) => {
                let change = Change::delete(name.0.clone(), name.1.clone());
                let deleted = self.tenant().commit(&change, &me());
                deleted.map_err(|error| format!("not deleted: {:?}: {error}", error.kind()))?;
                self.there.remove(name);
                Ok(())
            }
            Line::Row(row) => self.check(row),
        }
    }

    fn check(&self, row: &Row) -> Result<(), String> {
        let found = match answer(self.tenant(), &row.request) {
            Ok(found) => found,
            Err(error) if row.expected == Expected::Refused(error.kind()) => return Ok(()),
            Err(error) => return Err(format!("{}: {:?}: {error}", row.text, error.kind())),
        };
        let order_counts = row.request.query.contains("_sort=");
        let sorted = |names: &[String], keeps_order: bool| {
            let mut names = names.to_vec();
            if !keeps_order {
                names.sort_unstable();
            }
            names.join(" ")
        };
        let shown = format!("{} + {}", sorted(&found.matches, order_counts), sorted(&found.includes, false));
        let is_right = match &row.expected {
            Expected::Found { matches, includes } => {
                let same_total = found.total.is_none_or(|total| total == found.matches.len() as u64);
                let expected = format!("{} + {}", sorted(matches, order_counts), sorted(includes, false));
                same_total && shown == expected
            }
            Expected::Total(total) => found.matches.is_empty() && found.total == Some(*total),
            Expected::Refused(_) => false,
        };
        let wrong = || format!("{}: found {shown} (total {:?})", row.text, found.total);
        if is_right { Ok(()) } else { Err(wrong()) }
    }
}

/// What all pages of a search say together.
struct Answer {
    matches: Vec<String>,
    includes: Vec<String>,
    total: Option<u64>,
}

fn answer(tenant: &Tenant, request: &SearchRequest) -> Result<Answer, Error> {
    let shown = |version: &Version| {
        if version.resource_type == request.path {
            version.id.to_string()
        } else {
            format!("{}/{}", version.resource_type, version.id)
        }
    };
    let mut page = tenant.search(request, &me())?;
    let mut answer = Answer { matches: Vec::new(), includes: Vec::new(), total: page.total };
    loop {
        answer.matches.extend(page.matches.iter().map(shown));
        answer.matches.extend(page.contained.iter().map(|inner| {
            let container = format!("{}/{}", inner.container_type, inner.container_id);
            inner.id.as_ref().map_or_else(|| container.clone(), |id| format!("{container}#{id}"))
        }));
        let on_this_page =
            page.includes.iter().map(|version| format!("{}/{}", version.resource_type, version.id));
        // Pages may repeat each other's includes, but not their own.
        let new: Vec<String> = on_this_page.filter(|name| !answer.includes.contains(name)).collect();
        answer.includes.extend(new);
        let Some(next) = page.next else { return Ok(answer) };
        page = tenant.search_page(&request.path, &next, &me())?;
    }
}
