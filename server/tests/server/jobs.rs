//! What takes long: SearchParameters that take effect, and jobs, over HTTP and by command.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Answer, FORNAX, Server};

const TRIBE: &str = r#"{"resourceType":"SearchParameter","id":"tribe","url":"http://example.org/tribe","name":"tribe","status":"active",
    "description":"d","code":"tribe","base":["Basic"],"type":"token","expression":"Basic.code.text"}"#;

fn command(data: &Path, arguments: &[&str]) -> (bool, String) {
    let out =
        Command::new(FORNAX).args(arguments).arg("--data").arg(data).output().expect("the command runs");
    (out.status.success(), String::from_utf8(out.stdout).expect("UTF-8"))
}

/// So many resources in one transaction.
fn load(server: &Server, count: usize) {
    let entry = |number: usize| {
        format!(
            r#"{{"resource":{{"resourceType":"Basic","code":{{"text":"t{}"}}}},"request":{{"method":"POST","url":"Basic"}}}}"#,
            number % 2
        )
    };
    let entries: Vec<String> = (0..count).map(entry).collect();
    let bundle =
        format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","));
    assert_eq!(server.json("POST", "", &bundle).status, 200);
}

/// A part of the first parameter of that name.
fn part(answer: &Answer, parameter: &str, name: &str) -> Value {
    let value = answer.value();
    let named = |list: &Value, name: &str| {
        let found = list.as_array().into_iter().flatten().find(|one| one["name"] == name).cloned();
        found.unwrap_or_else(|| panic!("no {name} in {value}"))
    };
    let part = named(&named(&value["parameter"], parameter)["part"], name);
    let value = part.as_object().expect("a part").iter().find(|(name, _)| name.starts_with("value"));
    value.expect("a value").1.clone()
}

/// Asks for a job's status until it is over.
fn finished(server: &Server, path: &str) -> Answer {
    loop {
        let answer = server.get(path);
        if answer.status != 202 {
            return answer;
        }
        assert!(answer.header("x-progress").is_some_and(|progress| progress.starts_with("reindex: ")));
    }
}

#[test]
fn a_search_parameter_takes_effect_by_a_job() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&data);
    load(&server, 40);
    assert_eq!(server.json("PUT", "SearchParameter/tribe", TRIBE).status, 201);
    let job = finished(&server, "_jobs/1");
    assert_eq!((job.status, part(&job, "job", "state")), (200, "completed".into()), "{}", job.text());
    assert_eq!(server.total("Basic?tribe=t1"), 20);
    let status = server.get("$reindex");
    assert_eq!(part(&status, "searchParameter", "status"), "in-force");
    assert_eq!(part(&status, "searchParameter", "url"), "http://example.org/tribe");
    let metadata = server.get("metadata").text().to_owned();
    assert!(metadata.contains(r#"{"name":"tribe","definition":"http://example.org/tribe","type":"token"}"#));

    let asked = server.send("POST", "$reindex", &[], b"");
    assert_eq!(asked.status, 202, "{}", asked.text());
    let location = asked.header("content-location").expect("where its status is").to_owned();
    assert_eq!(location, format!("{}/fhir/_jobs/2", server.origin));
    assert_eq!(finished(&server, "_jobs/2").status, 200);
    let list = server.get("_jobs").value();
    assert_eq!(list["parameter"].as_array().map(Vec::len), Some(2));
    assert_eq!(server.get("_jobs/9").status, 404);
    assert_eq!(server.send("DELETE", "_jobs/2", &[], b"").status, 409, "it is over");
    assert_eq!(server.json("PUT", "_jobs/2", "{}").status, 405);

    let wrong = TRIBE.replace("Basic.code.text", "Basic.cod");
    let refused = server.json("PUT", "SearchParameter/tribe", &wrong);
    assert_eq!(refused.status, 422);
    assert_eq!(refused.value()["issue"][0]["expression"][0], "SearchParameter.expression");
    assert_eq!(server.total("Basic?tribe=t1"), 20);
}

#[test]
fn jobs_are_ruled_by_command_with_and_without_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&data);
    load(&server, 10);
    let (done, text) = command(&data, &["reindex", "default"]);
    assert!(
        done && text.starts_with("job 1: reindex, completed, 1 of 1, asked for by administrator"),
        "{text}"
    );
    assert!(!command(&data, &["reindex", "nobody"]).0);
    assert!(!command(&data, &["jobs", "resume", "default", "1"]).0, "it is over");
    assert_eq!(server.stop(), Some(0));

    let (done, text) = command(&data, &["reindex", "default"]);
    assert!(done && text.starts_with("job 2: reindex, completed"), "{text}");
    let (done, text) = command(&data, &["jobs", "list", "default"]);
    assert!(done && text.lines().count() == 2 && text.starts_with("job 2"), "{text}");
    let (done, text) = command(&data, &["jobs", "show", "default", "1"]);
    assert!(done && text.starts_with("job 1: reindex, completed"), "{text}");
    let (verified, text) = command(&data, &["verify"]);
    assert!(verified, "{text}");
}

#[test]
fn a_reindex_goes_on_after_a_kill() {
    const RESOURCES: usize = 30_000;
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&data);
    load(&server, RESOURCES / 3);
    load(&server, RESOURCES / 3);
    load(&server, RESOURCES / 3);
    assert_eq!(server.json("PUT", "SearchParameter/tribe", TRIBE).status, 201);
    // As soon as it got anywhere; should it be over already, it is not killed at a good moment, and all the same must hold.
    while server.get("_jobs/1").header("x-progress").is_some_and(|progress| progress.contains("queued")) {}
    server.kill();
    let server = Server::start(&data);
    let job = finished(&server, "_jobs/1");
    assert_eq!((job.status, part(&job, "job", "state")), (200, "completed".into()), "{}", job.text());
    assert_eq!(server.total("Basic?tribe=t1"), RESOURCES as u64 / 2);
    load(&server, 2);
    assert_eq!(server.total("Basic?tribe=t1"), RESOURCES as u64 / 2 + 1);
    assert_eq!(server.stop(), Some(0));
    let (verified, text) = command(&data, &["verify"]);
    assert!(verified, "{text}");
}
