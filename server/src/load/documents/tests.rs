use std::io::Write;
use std::path::Path;

use flate2::write::GzEncoder;

use super::*;

/// Takes everything but what lies at these numbers.
struct Taker {
    unwanted: Vec<u32>,
    taken: Vec<String>,
}

impl Reader for Taker {
    fn wants(&self, place: Place) -> bool {
        !self.unwanted.contains(&place.number)
    }

    fn take(&mut self, document: Document) -> ControlFlow<()> {
        let file = Path::new(&document.name).file_name().expect("a name").to_str().expect("UTF-8").to_owned();
        let first = match document.form {
            Form::Json => String::new(),
            Form::Lines { first } => format!(" {first}"),
        };
        self.taken.push(format!("{}: {file}{first}: {}", document.place.number, document.text.len()));
        ControlFlow::Continue(())
    }

    fn unreadable(&mut self, name: &str, _: &io::Error) {
        let file = Path::new(name).file_name().expect("a name").to_str().expect("UTF-8");
        self.taken.push(format!("unreadable: {file}"));
    }
}

fn check(name: &str, bytes: &[u8], unwanted: &[u32], expected: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    let format = Format::of(&path).expect("a format");
    let mut taker = Taker { unwanted: unwanted.to_vec(), taken: Vec::new() };
    read(&Source { path, format }, 0, &mut taker).expect("a file that can be read");
    assert_eq!(taker.taken, expected, "{name}");
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(plain).expect("memory takes all");
    encoder.finish().expect("memory takes all")
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, *bytes).expect("memory takes all");
    }
    archive.into_inner().expect("memory takes all")
}

#[test]
fn files_packed_and_not() {
    check("a.json", b"{}", &[], &["0: a.json: 2"]);
    check("a.json", b"{}", &[0], &[]);
    check("a.json.gz", &gzip(b"{ }"), &[], &["0: a.json.gz: 3"]);
    let packed = zstd::encode_all(&b"{  }"[..], 1).expect("memory takes all");
    check("a.json.zst", &packed, &[], &["0: a.json.zst: 4"]);
}

#[test]
fn lines_go_by_the_hundred() {
    let lines: String = (0..205).map(|_| "{}\n").collect();
    check(
        "a.ndjson",
        lines.as_bytes(),
        &[],
        &["0: a.ndjson 1: 300", "1: a.ndjson 101: 300", "2: a.ndjson 201: 15"],
    );
    check("a.ndjson", lines.as_bytes(), &[0, 2], &["1: a.ndjson 101: 300"]);
    check("a.ndjson", b"{}\n{}", &[], &["0: a.ndjson 1: 5"]);
    check("a.ndjson", b"", &[], &[]);
}

#[test]
fn archives_are_numbered_through() {
    let archive = tar(&[
        ("x/a.json", b"{}"),
        ("notes.txt", b"-"),
        ("b.ndjson.gz", &gzip(b"{}\n{}\n")),
        ("c.json", b"{ }"),
    ]);
    let expected = ["0: a.json: 2", "1: set.tar!b.ndjson.gz 1: 6", "2: set.tar!c.json: 3"];
    check("set.tar", &archive, &[], &expected);
    check("set.tar", &archive, &[1], &["0: a.json: 2", "2: set.tar!c.json: 3"]);
}

#[test]
fn a_bad_file_in_an_archive_leaves_the_others_alone() {
    let archive = tar(&[("a.json.gz", b"no gzip"), ("b.json", b"{}")]);
    check("set.tar", &archive, &[], &["unreadable: set.tar!a.json.gz", "1: set.tar!b.json: 2"]);
}

#[test]
fn lines_before_a_cut_are_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.ndjson.gz");
    let lines: String = (0..50_000).map(|number| format!("{{\"id\":\"{number}\"}}\n")).collect();
    let packed = gzip(lines.as_bytes());
    std::fs::write(&path, &packed[..packed.len() / 2]).expect("a file");
    let format = Format::of(&path).expect("a format");
    let mut taker = Taker { unwanted: Vec::new(), taken: Vec::new() };
    assert!(read(&Source { path, format }, 0, &mut taker).is_err());
    assert!(taker.taken.len() > 100, "{}", taker.taken.len());
}

#[test]
fn a_cut_file_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.json.gz");
    let packed = gzip(&[b' '; 1000]);
    std::fs::write(&path, &packed[..packed.len() - 9]).expect("a file");
    let format = Format::of(&path).expect("a format");
    let mut taker = Taker { unwanted: Vec::new(), taken: Vec::new() };
    assert!(read(&Source { path, format }, 0, &mut taker).is_err());
    assert!(taker.taken.is_empty());
}
