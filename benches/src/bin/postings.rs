//! The search index on synthetic documents: sealed on disk beside the same index unsealed in memory.
//!
//! `cargo run --release -p fornax-benches --bin postings -- [DOCUMENTS]` (default 1,000,000). Prints a Markdown table for
//! docs/decisions. Times are medians and 99th percentiles over the values asked; compare columns of one run only.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark program")]

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fornax_crypto::{DataKey, SystemEntropy};
use fornax_postings::{
    Changes, Clause, ColumnName, Direction, Field, IndexDocument, Link, ManifestTag, MergeWorth, Options,
    Order, PageRequest, Pick, Postings, Rid, RidSet, Seq, Snapshot, SortKey, SupersededVersion, TagKeeper,
    Total,
};

/// Each commit has this many documents.
const COMMIT: u64 = 100;
const DAY: i64 = 86_400_000_000;
const PATIENT: Rid = 1 << 40;
const OBSERVATION: Rid = 2 << 40;

struct Columns {
    date_low: ColumnName,
    date_high: ColumnName,
    subject: ColumnName,
    encounter: ColumnName,
    quantity_low: ColumnName,
    quantity_high: ColumnName,
    updated: ColumnName,
}

impl Columns {
    fn new() -> Self {
        Self {
            date_low: "p1l".into(),
            date_high: "p1h".into(),
            subject: "p2".into(),
            encounter: "p3".into(),
            quantity_low: "p4l".into(),
            quantity_high: "p4h".into(),
            updated: "p5".into(),
        }
    }
}

struct Shape {
    columns: Columns,
    documents: u64,
}

impl Shape {
    fn patients(&self) -> u64 {
        self.documents / 100
    }

    /// Skewed: code 0 is a fifth of all.
    fn code(n: u64) -> u64 {
        let spread = mix(n) % 1000;
        (spread * spread / 1000) / 5
    }

    fn patient(&self, n: u64) -> u64 {
        mix(n ^ 0xABCD) % self.patients()
    }

    fn date(n: u64) -> i64 {
        (mix(n ^ 0x77) % (3650 * 24)) as i64 * (DAY / 24)
    }

    fn document(&self, n: u64) -> IndexDocument {
        let mut document = IndexDocument::new(OBSERVATION | n, 1 + n / COMMIT);
        document.add_term(Field::Kind, b"Observation");
        let code = Self::code(n);
        document.add_term(Field::Token, format!("code\0http://loinc.org|{code}").as_bytes());
        document.add_term(Field::Token, format!("code\0{code}").as_bytes());
        document.add_term(
            Field::Token,
            format!("status\0{}", if mix(n ^ 3).is_multiple_of(20) { "amended" } else { "final" }).as_bytes(),
        );
        document.add_term(Field::Token, format!("category\0{}", mix(n ^ 5) % 5).as_bytes());
        document.add_term(
            Field::Token,
            format!("identifier\0urn:uuid:{:016x}{:016x}", mix(n), mix(n ^ 1)).as_bytes(),
        );
        document
            .add_term(Field::String, format!("name\0{:05x}{:x}", mix(n ^ 9) % 300, mix(n) % 4000).as_bytes());
        let patient = PATIENT | self.patient(n);
        document.add_term(Field::Reference, &subject_term(patient));
        let date = Self::date(n);
        document.add_term(Field::Date, &(date / DAY).to_be_bytes());
        document.add_term(Field::Date, &(date / DAY / 30 + (1 << 40)).to_be_bytes());
        document.add_term(Field::Date, &(date / DAY / 365 + (1 << 41)).to_be_bytes());
        let names = &self.columns;
        document.add_value(&names.date_low, date);
        document.add_value(&names.date_high, date + 999_999);
        document.add_value(&names.subject, patient as i64);
        document.add_value(&names.encounter, ((3 << 40) | (mix(n ^ 11) % (self.documents / 10))) as i64);
        let quantity = (mix(n ^ 13) % 2000) as i64 * 100_000;
        document.add_value(&names.quantity_low, quantity - 50_000);
        document.add_value(&names.quantity_high, quantity + 50_000);
        document.add_value(&names.updated, (1 + n / COMMIT) as i64 * 1000);
        document
    }

    fn changes(&self, range: std::ops::Range<u64>) -> Changes {
        let seq = 1 + (range.end - 1) / COMMIT;
        Changes { documents: range.map(|n| self.document(n)).collect(), superseded: Vec::new(), seq }
    }
}

fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[derive(Default)]
struct Keeper(parking_lot::Mutex<Option<ManifestTag>>);

impl TagKeeper for Keeper {
    fn keep(&self, tag: &ManifestTag) -> io::Result<()> {
        *self.0.lock() = Some(*tag);
        Ok(())
    }
}

struct Rig {
    shape: Shape,
    options: Options,
    keeper: Keeper,
}

/// Half in one segment, the rest in four.
fn parts(documents: u64) -> Vec<std::ops::Range<u64>> {
    let (half, eighth) = (documents / 2, documents / 8);
    let rest = (0..4).map(|n| half + n * eighth..half + (n + 1) * eighth);
    std::iter::once(0..half).chain(rest).collect()
}

const STEP: u64 = 50_000;

fn fill(rig: &Rig, postings: &Postings, part: std::ops::Range<u64>) -> Duration {
    let mut spent = Duration::ZERO;
    let mut start = part.start;
    while start < part.end {
        let end = part.end.min(start + STEP);
        let changes = rig.shape.changes(start..end);
        let started = Instant::now();
        postings.apply(changes).unwrap();
        spent += started.elapsed();
        start = end;
    }
    spent
}

fn main() {
    let documents: u64 =
        std::env::args().nth(1).map_or(1_000_000, |text| text.parse().expect("a number of documents"));
    let folder = tempfile::tempdir().unwrap();
    let key = Arc::new(DataKey::generate(&SystemEntropy::new()).unwrap());
    let mut options = Options::at(folder.path(), key, Arc::new(SystemEntropy::new())).unwrap();
    options.limits.fresh_documents_max = usize::MAX;
    options.limits.segment_documents_max = u32::MAX;
    let rig = Rig { shape: Shape { columns: Columns::new(), documents }, options, keeper: Keeper::default() };

    let report = &mut Report::default();
    println!(
        "{documents} documents, 12 terms and 7 columns each; fdatasync of this disk: {:?}\n",
        fdatasync(folder.path())
    );
    let sealed = build_sealed(&rig, report);
    let unsealed = build_unsealed(&rig, report);
    let all = 1 + (documents - 1) / COMMIT;
    queries(&rig, report, &sealed, &unsealed, all);
    superseded(&rig, report, &sealed, &unsealed, all);
    fresh_segments(&rig, report, &sealed, all + documents);
    merge_and_open(&rig, report, sealed);
    report.print();
}

fn build_sealed(rig: &Rig, report: &mut Report) -> Postings {
    let postings = Postings::create(rig.options.clone()).unwrap();
    let mut spent = Duration::ZERO;
    for part in parts(rig.shape.documents) {
        fill(rig, &postings, part);
        let started = Instant::now();
        postings.flush(0, &rig.keeper).unwrap();
        spent += started.elapsed();
    }
    report.row("index, documents/s", rate(rig.shape.documents, spent));
    postings
}

/// The same documents in as many segments, in memory and in the clear.
fn build_unsealed(rig: &Rig, report: &mut Report) -> Postings {
    let folder = tempfile::tempdir().unwrap();
    let mut options =
        Options::at(folder.path(), Arc::clone(&rig.options.key), Arc::new(SystemEntropy::new())).unwrap();
    options.limits = rig.options.limits;
    let postings = Postings::create(options).unwrap();
    let mut spent = Duration::ZERO;
    for part in parts(rig.shape.documents) {
        fill(rig, &postings, part);
        let started = Instant::now();
        postings.snapshot(postings.applied()).unwrap();
        spent += started.elapsed();
    }
    report.beside(rate(rig.shape.documents, spent));
    postings
}

fn rate(n: u64, spent: Duration) -> String {
    format!("{:.0} k", n as f64 / spent.as_secs_f64() / 1000.0)
}

type Ask<'a> = (&'a str, Box<dyn Fn(u64) -> Clause>, Option<PageRequest>);

fn page(order: Order) -> PageRequest {
    PageRequest { order, after: None, hits_max: 20, total: Total::Uncounted }
}

/// What terms of subjects start with.
const SUBJECT: &[u8] = b"subject\0";

fn subject_term(patient: u64) -> Vec<u8> {
    [SUBJECT, &patient.to_be_bytes()].concat()
}

fn asks(shape: &Shape) -> Vec<Ask<'static>> {
    let (patients, documents) = (shape.patients(), shape.documents);
    let date = Arc::clone(&shape.columns.date_low);
    let subject = Arc::clone(&shape.columns.subject);
    let by_date = || {
        let key = SortKey::Column {
            column: Arc::clone(&date),
            pick: Pick::Extreme,
            direction: Direction::Descending,
        };
        Some(page(Order::Sorted(vec![key])))
    };
    let patient = move |n: u64| Clause::term(Field::Reference, &subject_term(PATIENT | (mix(n) % patients)));
    let code = |n: u64| Clause::term(Field::Token, format!("code\0{}", mix(n) % 200).as_bytes());
    let days = {
        let date = Arc::clone(&date);
        move |n: u64, days: i64| {
            let from = (mix(n ^ 21) % 3500) as i64 * DAY;
            Clause::range(&date, from, from + days * DAY)
        }
    };
    let last = Clause::term(Field::Token, b"status\0final");
    let joined = move |n: u64, size: u64| {
        let rids: RidSet = (0..size).map(|k| PATIENT | (mix(n * 31 + k) % patients)).collect();
        let link = Link { column: Arc::clone(&subject), field: Field::Reference, prefix: SUBJECT.into() };
        Clause::Joined(link, Arc::new(rids))
    };
    let joined = Arc::new(joined);
    let (days_a, days_b, last_b, joined_b) = (days.clone(), days, last.clone(), Arc::clone(&joined));
    vec![
        ("term count, patient", Box::new(patient), None),
        (
            "identifier count",
            Box::new(move |n| {
                let n = mix(n) % documents;
                Clause::term(
                    Field::Token,
                    format!("identifier\0urn:uuid:{:016x}{:016x}", mix(n), mix(n ^ 1)).as_bytes(),
                )
            }),
            None,
        ),
        (
            "code AND 60 days, top 20 by date",
            Box::new(move |n| Clause::And(vec![code(n), days_a(n, 60)])),
            by_date(),
        ),
        (
            "patient AND 2 years, top 20 by date",
            Box::new(move |n| Clause::And(vec![patient(n), days_b(n, 730)])),
            by_date(),
        ),
        (
            "AND of 3, top 20",
            Box::new(move |n| Clause::And(vec![patient(n), code(n), last.clone()])),
            Some(page(Order::Written)),
        ),
        (
            "AND of 2 large, count",
            Box::new(move |n| {
                Clause::And(vec![
                    Clause::term(Field::Token, format!("category\0{}", n % 5).as_bytes()),
                    last_b.clone(),
                ])
            }),
            None,
        ),
        (
            "prefix, count",
            Box::new(|n| {
                Clause::Prefix(Field::String, format!("name\0{:05x}", mix(n) % 300).as_bytes().into())
            }),
            None,
        ),
        ("join of 100 resources, count", Box::new(move |n| joined(n, 100)), None),
        ("join of 10,000 resources, count", Box::new(move |n| joined_b(n, 10_000.min(patients))), None),
        ("all, top 20 by date", Box::new(|_| Clause::All), by_date()),
    ]
}

fn run(snapshot: &Snapshot, clause: &Clause, request: Option<&PageRequest>) -> u64 {
    match request {
        None => snapshot.count(clause).unwrap(),
        Some(request) => snapshot.page(clause, request).unwrap().hits.len() as u64,
    }
}

/// Median and 99th percentile over `values`, in microseconds, and the hits of all.
fn time(values: u64, each: impl FnMut(u64) -> u64) -> (String, u64) {
    time_after(values, || (), each)
}

/// The same, with something done before each that is not counted.
fn time_after(values: u64, before: impl Fn(), mut each: impl FnMut(u64) -> u64) -> (String, u64) {
    let mut spent = Vec::new();
    let mut hits = 0;
    for n in 0..values {
        before();
        let started = Instant::now();
        hits += each(n);
        spent.push(started.elapsed().as_nanos() as f64 / 1000.0);
    }
    spent.sort_by(f64::total_cmp);
    let at = |share: f64| spent[((spent.len() - 1) as f64 * share) as usize];
    (format!("{:.1} / {:.1}", at(0.5), at(0.99)), hits)
}

fn queries(rig: &Rig, report: &mut Report, sealed: &Postings, unsealed: &Postings, seq: Seq) {
    let (sealed, unsealed) = (sealed.snapshot(seq).unwrap(), unsealed.snapshot(seq).unwrap());
    for (name, clause, request) in asks(&rig.shape) {
        let values = if name.contains("join") || name.contains("all") { 20 } else { 300 };
        let request = request.as_ref();
        let (first, _) = time(values, |n| run(&sealed, &clause(n), request));
        let (warm, hits) = time(values, |n| run(&sealed, &clause(n), request));
        let (memory_first, _) = time(values, |n| run(&unsealed, &clause(n), request));
        let (memory, same) = time(values, |n| run(&unsealed, &clause(n), request));
        assert_eq!(hits, same, "{name}");
        report.row(&format!("{name}: new terms, us"), first);
        report.beside(memory_first);
        report.row(&format!("{name}: again, us"), warm);
        report.beside(memory);
        let empty_caches = || {
            rig.options.pages.clear();
            rig.options.caches.clear();
        };
        let (cold, _) = time_after(values.min(40), empty_caches, |n| run(&sealed, &clause(n), request));
        report.row(&format!("{name}: caches empty, us"), cold);
        if drop_system_caches() {
            let cold_disk = || {
                empty_caches();
                drop_system_caches();
            };
            let (disk, _) = time_after(9, cold_disk, |n| run(&sealed, &clause(n), request));
            report.row(&format!("{name}: cold disk, us"), disk);
        }
    }
    deep_pages(rig, report, &sealed);
}

/// Fifty pages one after another, each from the last one's key.
fn deep_pages(rig: &Rig, report: &mut Report, snapshot: &Snapshot) {
    let key = SortKey::Column {
        column: Arc::clone(&rig.shape.columns.date_low),
        pick: Pick::Extreme,
        direction: Direction::Ascending,
    };
    for (name, order) in [("as written", Order::Written), ("by date", Order::Sorted(vec![key]))] {
        let mut request = page(order);
        let clause = Clause::term(Field::Token, b"category\x000");
        let (spent, _) = time(50, |_| {
            let page = snapshot.page(&clause, &request).unwrap();
            request.after = page.next;
            page.hits.len() as u64
        });
        report.row(&format!("pages 1 to 50 of a fifth of all, {name}, us"), spent);
    }
}

/// A tenth of all versions is superseded later: counts with marks, now and at the older snapshot.
fn superseded(rig: &Rig, report: &mut Report, sealed: &Postings, unsealed: &Postings, seq: Seq) {
    let versions = |by: Seq| {
        let every_tenth = (0..rig.shape.documents).step_by(10);
        every_tenth
            .map(move |n| SupersededVersion { rid: OBSERVATION | n, written: 1 + n / COMMIT, by })
            .collect::<Vec<_>>()
    };
    let marks = versions(seq + 1);
    let n = marks.len() as u64;
    let started = Instant::now();
    sealed.apply(Changes { documents: Vec::new(), superseded: marks, seq: seq + 1 }).unwrap();
    report.row(
        "marking superseded versions, us each",
        format!("{:.2}", started.elapsed().as_micros() as f64 / n as f64),
    );
    unsealed.apply(Changes { documents: Vec::new(), superseded: versions(seq + 1), seq: seq + 1 }).unwrap();
    for (name, at) in [("now", seq + 1), ("at the older snapshot", seq)] {
        let ask = |n: u64| Clause::term(Field::Token, format!("code\0{}", mix(n) % 200).as_bytes());
        let (sealed, unsealed) = (sealed.snapshot(at).unwrap(), unsealed.snapshot(at).unwrap());
        let (spent, hits) = time(300, |n| sealed.count(&ask(n)).unwrap());
        let (memory, same) = time(300, |n| unsealed.count(&ask(n)).unwrap());
        assert_eq!(hits, same);
        report.row(&format!("count of a code, 10 % superseded, {name}, us"), spent);
        report.beside(memory);
        let started = Instant::now();
        let all = sealed.count(&Clause::term(Field::Kind, b"Observation")).unwrap();
        let rate = all as f64 / started.elapsed().as_secs_f64() / 1e6;
        report.row(&format!("count of all, 10 % superseded, {name}, M hits/s"), format!("{rate:.0}"));
    }
}

/// What the first search after some writes costs more, and what dozens of small segments cost a query.
fn fresh_segments(rig: &Rig, report: &mut Report, sealed: &Postings, first: Seq) {
    let mut seq = first;
    let mut next = rig.shape.documents;
    let mut write = |n: u64| {
        seq += 1;
        let documents = (next..next + n).map(|k| {
            let mut document = rig.shape.document(k);
            document.seq = seq;
            document
        });
        sealed.apply(Changes { documents: documents.collect(), superseded: Vec::new(), seq }).unwrap();
        next += n;
        seq
    };
    for n in [1, 10, 100, 1000] {
        let (spent, _) = time(20, |_| {
            let seq = write(n);
            sealed.snapshot(seq).unwrap().seq()
        });
        report.row(&format!("first snapshot after {n} writes (with writing), us"), spent);
        while sealed.merge_fresh(0).unwrap() {}
    }
    sealed.flush(0, &rig.keeper).unwrap();
    let ask = |n: u64| {
        let patient = subject_term(PATIENT | (mix(n) % rig.shape.patients()));
        Clause::term(Field::Reference, &patient)
    };
    for segments in [0, 8, 48] {
        for _ in 0..segments {
            let seq = write(1);
            sealed.snapshot(seq).unwrap();
        }
        let snapshot = sealed.snapshot(sealed.applied()).unwrap();
        let (first, _) = time(200, |n| snapshot.count(&ask(n)).unwrap());
        let (again, _) = time(200, |n| snapshot.count(&ask(n)).unwrap());
        report.row(&format!("term count with {segments} segments of one document, new terms, us"), first);
        report.row(&format!("term count with {segments} segments of one document, again, us"), again);
        sealed.flush(0, &rig.keeper).unwrap();
    }
    let started = Instant::now();
    write(10_000);
    sealed.flush(0, &rig.keeper).unwrap();
    report.row(
        "flush of 10,000 documents (with making them), ms",
        format!("{:.0}", started.elapsed().as_secs_f64() * 1000.0),
    );
}

fn merge_and_open(rig: &Rig, report: &mut Report, sealed: Postings) {
    report.row(
        "bytes on disk per document",
        format!("{:.1}", folder_bytes(rig) as f64 / rig.shape.documents as f64),
    );
    let started = Instant::now();
    let mut merges = 0;
    while sealed.merge(0, MergeWorth::Third, &rig.keeper).unwrap() {
        merges += 1;
    }
    report.row(&format!("{merges} merges, s"), format!("{:.2}", started.elapsed().as_secs_f64()));
    report.row("resident memory before closing, MiB", format!("{}", resident_mib()));
    drop(sealed);
    rig.options.pages.clear();
    rig.options.caches.clear();
    let tag = rig.keeper.0.lock().unwrap();
    let started = Instant::now();
    let opened = Postings::open(rig.options.clone(), &tag).unwrap();
    report.row("open, ms", format!("{:.1}", started.elapsed().as_secs_f64() * 1000.0));
    let started = Instant::now();
    opened.snapshot(opened.applied()).unwrap().count(&Clause::term(Field::Kind, b"Observation")).unwrap();
    report.row("first count after opening, ms", format!("{:.1}", started.elapsed().as_secs_f64() * 1000.0));
}

fn folder_bytes(rig: &Rig) -> u64 {
    let names = rig.options.files.list().unwrap();
    names.iter().map(|name| rig.options.files.open(name).unwrap().bytes()).sum()
}

/// True when this process may; the system then reads from the disk again.
fn drop_system_caches() -> bool {
    fs::write("/proc/sys/vm/drop_caches", "1").is_ok()
}

fn resident_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

fn fdatasync(folder: &Path) -> Duration {
    let mut file = fs::File::create(folder.with_extension("sync")).unwrap();
    let mut spent: Vec<Duration> = (0..20)
        .map(|_| {
            file.write_all(&[0; 4096]).unwrap();
            let started = Instant::now();
            file.sync_data().unwrap();
            started.elapsed()
        })
        .collect();
    spent.sort();
    fs::remove_file(folder.with_extension("sync")).unwrap();
    spent[10]
}

#[derive(Default)]
struct Report(Vec<(String, String, String)>);

impl Report {
    fn row(&mut self, name: &str, sealed: String) {
        self.0.push((name.to_owned(), sealed, String::new()));
    }

    /// The unsealed figure of the row that was added last.
    fn beside(&mut self, unsealed: String) {
        if let Some(row) = self.0.last_mut() {
            row.2 = unsealed;
        }
    }

    fn print(&self) {
        println!("| what | sealed, disk | unsealed, memory |\n|---|---|---|");
        for (name, sealed, unsealed) in &self.0 {
            println!("| {name} | {sealed} | {unsealed} |");
        }
    }
}
