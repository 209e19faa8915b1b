//! `fornax import`, with and without a server.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{FORNAX, Server};

fn import(data: &Path, files: &[&Path]) -> (bool, String) {
    let mut command = Command::new(FORNAX);
    command.args(["import", "default", "--data"]).arg(data).args(files);
    let out = command.output().expect("the command runs");
    (out.status.success(), String::from_utf8(out.stdout).expect("UTF-8"))
}

fn patients(numbers: std::ops::Range<usize>) -> String {
    let line = |number: usize| {
        let gender = if number.is_multiple_of(2) { "female" } else { "male" };
        format!("{{\"resourceType\":\"Patient\",\"id\":\"p{number}\",\"gender\":\"{gender}\"}}\r\n\n")
    };
    numbers.map(line).collect()
}

#[test]
fn files_are_imported_by_the_server_or_without_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let plain = folder.path().join("plain.ndjson");
    fs::write(&plain, patients(0..2_000)).expect("a file");
    let packed = folder.path().join("packed.ndjson.gz");
    let mut encoder = GzEncoder::new(fs::File::create(&packed).expect("a file"), Compression::fast());
    encoder.write_all(patients(1_000..3_000).as_bytes()).expect("bytes are packed");
    encoder.finish().expect("a file");

    let server = Server::start(&data);
    let (is_done, text) = import(&data, &[&plain]);
    assert!(is_done && text.ends_with("2000 created, 0 updated, 0 unchanged, 0 lines refused\n"), "{text}");
    assert_eq!(server.total("Patient?gender=female"), 1_000);
    drop(server);

    let other = folder.path().join("other.ndjson");
    fs::write(&other, patients(500..1_500).replace("female", "other")).expect("a file");
    let (is_done, text) = import(&data, &[&packed, &other]);
    assert!(is_done, "{text}");
    assert!(
        text.contains("packed.ndjson.gz: 1000 created, 0 updated, 1000 unchanged, 0 lines refused\n"),
        "{text}"
    );
    assert!(
        text.contains("other.ndjson: 0 created, 500 updated, 500 unchanged, 0 lines refused\n"),
        "{text}"
    );
    let server = Server::start(&data);
    assert_eq!((server.total("Patient"), server.total("Patient?gender=other")), (3_000, 500));
    assert_eq!(server.get("Patient/p1000").value()["meta"]["versionId"], "2");
}

#[test]
fn what_is_wrong_is_named_by_file_and_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    drop(Server::start(&data));
    let wrong = folder.path().join("wrong.ndjson");
    fs::write(&wrong, format!("{}{{\"resourceType\":\"Patient\"}}\n", patients(0..2))).expect("a file");
    let (is_done, text) = import(&data, &[&wrong]);
    assert!(
        !is_done && text.contains("2 created, 0 updated, 0 unchanged, 1 lines refused\n  line 5: "),
        "{text}"
    );
    assert!(text.contains("id"), "{text}");

    let cut = folder.path().join("cut.ndjson.gz");
    fs::write(&cut, b"\x1f\x8b\x08").expect("a file");
    let (is_done, text) = import(&data, &[&cut, &wrong]);
    assert!(!is_done && text.contains("cut.ndjson.gz: 0 created") && text.contains("  stopped,"), "{text}");
    assert!(!text.contains("wrong.ndjson"), "what follows is not begun: {text}");
    let (is_done, _) = import(&data, &[&folder.path().join("none.ndjson")]);
    assert!(!is_done);
}
