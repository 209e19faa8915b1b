//! `fornax load`, against a server.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{FORNAX, Server};

fn load(server: &Server, folder: &Path, paths: &[&str]) -> Output {
    let mut command = Command::new(FORNAX);
    command
        .args(["load", "--to", &format!("{}/fhir", server.origin), "--errors"])
        .arg(folder.join("errors.ndjson"));
    let paths = paths.iter().map(|path| folder.join(path));
    command.args(paths).output().expect("the command runs")
}

/// The figures of a summary's line: created, updated, existing, deleted, refused.
fn figures(output: &Output, name: &str) -> Vec<u64> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|line| line.split_whitespace().next() == Some(name));
    let line = line.unwrap_or_else(|| panic!("no line {name} in {text}"));
    line.split_whitespace().skip(1).map(|figure| figure.parse().expect("a number")).collect()
}

fn transaction(reference: &str) -> String {
    format!(
        r#"{{"resourceType":"Bundle","type":"transaction","entry":[
            {{"resource":{{"resourceType":"Basic","code":{{"text":"x"}},"subject":{{"reference":"{reference}"}}}},"request":{{"method":"POST","url":"Basic"}}}}]}}"#
    )
}

#[test]
fn what_refers_to_others_waits_for_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    let inputs = folder.path().join("in");
    std::fs::create_dir(&inputs).expect("a folder");
    // By name the transaction comes first, and what it refers to last.
    std::fs::write(inputs.join("a.json"), transaction("Patient?identifier=urn:x|1")).expect("a file");
    let lines = "{\"resourceType\":\"Patient\",\"id\":\"one\",\"identifier\":[{\"system\":\"urn:x\",\"value\":\"1\"}]}\n";
    let packed = zstd::encode_all(lines.as_bytes(), 1).expect("memory takes all");
    std::fs::File::create(inputs.join("z.ndjson.zst"))
        .and_then(|mut file| file.write_all(&packed))
        .expect("a file");
    let output = load(&server, folder.path(), &["in"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(figures(&output, "all"), [2, 0, 0, 0, 0]);
    assert_eq!(server.total("Basic?subject=Patient/one"), 1);
    assert!(!folder.path().join("errors.ndjson").exists());
    let again = load(&server, folder.path(), &["in/z.ndjson.zst"]);
    assert_eq!(figures(&again, "Patient"), [0, 1, 0, 0, 0]);
}

#[test]
fn refusals_are_told_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    let lines = concat!(
        "{\"resourceType\":\"Patient\",\"id\":\"a\"}\n",
        "{\"resourceType\":\"Patient\",\"id\":\"b\",\"surname\":\"x\"}\n",
        "{]\n",
        "{\"resourceType\":\"Patient\",\"id\":\"c\"}\n"
    );
    std::fs::write(folder.path().join("p.ndjson"), lines).expect("a file");
    std::fs::write(folder.path().join("t.json"), transaction("Patient?identifier=urn:none|1"))
        .expect("a file");
    std::fs::write(folder.path().join("broken.json.gz"), "no gzip").expect("a file");
    let output = load(&server, folder.path(), &["p.ndjson", "t.json", "broken.json.gz"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(figures(&output, "Patient"), [2, 0, 0, 0, 1]);
    assert_eq!(figures(&output, "Basic"), [0, 0, 0, 0, 1]);
    assert_eq!(server.total("Patient"), 2);
    let errors = std::fs::read_to_string(folder.path().join("errors.ndjson")).expect("an error file");
    let mut told: Vec<(String, String, String)> = errors
        .lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let file = Path::new(line["file"].as_str().expect("a file"))
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (file, line["entries"].to_string(), line["status"].to_string())
        })
        .collect();
    told.sort();
    let expected = [
        ("broken.json.gz", "null", "null"),
        ("p.ndjson", "[2]", "422"),
        ("p.ndjson", "[3]", "null"),
        ("t.json", "null", "412"),
    ];
    assert_eq!(
        told,
        expected.map(|(file, entries, status)| (file.to_owned(), entries.to_owned(), status.to_owned()))
    );
}

#[test]
fn a_server_that_is_not_there_ends_it() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.json"), "{\"resourceType\":\"Basic\"}").expect("a file");
    let wrong = |to: &str, path: &str| {
        let mut command = Command::new(FORNAX);
        command
            .current_dir(folder.path())
            .args(["load", "--to", to, path])
            .output()
            .expect("the command runs")
    };
    assert_eq!(wrong("ftp://127.0.0.1/fhir", "a.json").status.code(), Some(2));
    assert_eq!(wrong("http://127.0.0.1:1/fhir", "missing.txt").status.code(), Some(2));
    std::fs::write(folder.path().join("b.json"), transaction("Patient/1")).expect("a file");
    let output = wrong("http://127.0.0.1:1/fhir", ".");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("can't be reached"));
    let errors =
        std::fs::read_to_string(folder.path().join("fornax-load-errors.ndjson")).expect("an error file");
    let told = |name: &str| errors.lines().any(|line| line.contains(name) && line.contains("not sent"));
    assert!(told("a.json") && told("b.json"), "{errors}");
}
