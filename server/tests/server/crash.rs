//! The server killed in full flight: what was acknowledged is there, whole, and searchable; nothing is half there.

use std::collections::HashMap;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{FORNAX, Server};

const WRITERS: usize = 8;
/// Acknowledged transactions after which the server is killed, round by round.
const ROUNDS: [usize; 4] = [1, 40, 150, 400];
const PARTS: usize = 3;

/// A transaction of three resources under one identifier.
fn transaction(key: &str) -> String {
    let entry = |part: usize| {
        format!(
            r#"{{"resource":{{"resourceType":"Basic","code":{{"text":"{part}"}},"identifier":[{{"system":"urn:kill","value":"{key}"}}]}},
                "request":{{"method":"POST","url":"Basic"}}}}"#
        )
    };
    let entries: Vec<String> = (0..PARTS).map(entry).collect();
    format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","))
}

/// Writes from many threads until the server dies; answers the keys that were acknowledged.
fn write_until_killed(server: &Server, round: usize, enough: usize) -> Vec<String> {
    let acknowledged = Mutex::new(Vec::new());
    let count = AtomicUsize::new(0);
    let url = format!("{}/fhir", server.origin);
    let pid = server.id().to_string();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (acknowledged, count, url, pid) = (&acknowledged, &count, &url, &pid);
            scope.spawn(move || {
                let agent = ureq::Agent::config_builder().proxy(None).build().new_agent();
                for number in 0.. {
                    let key = format!("{round}-{writer}-{number}");
                    let request = agent.post(url).header("Content-Type", "application/fhir+json");
                    // Whatever fails after the kill was not acknowledged.
                    let Ok(mut answer) = request.send(transaction(&key)) else { return };
                    if answer.body_mut().read_to_string().is_err() {
                        return;
                    }
                    acknowledged.lock().expect("no panic").push(key);
                    if count.fetch_add(1, Ordering::Relaxed) + 1 == enough {
                        Command::new("kill").args(["-KILL", pid]).status().expect("kill runs");
                    }
                }
            });
        }
    });
    acknowledged.into_inner().expect("no panic")
}

/// How many parts each key has, by search.
fn found(server: &Server) -> HashMap<String, usize> {
    let mut found = HashMap::new();
    let mut path = "/fhir/Basic?identifier=urn:kill%7C&_count=1000".to_owned();
    loop {
        let page = server.get(&path);
        let value = page.value();
        for entry in value["entry"].as_array().into_iter().flatten() {
            let key = entry["resource"]["identifier"][0]["value"].as_str().expect("a key").to_owned();
            *found.entry(key).or_default() += 1;
        }
        let Some(next) = page.link("next") else { return found };
        path = next.strip_prefix(&server.origin).expect("a link to this server").to_owned();
    }
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut acknowledged = Vec::new();
    for (round, enough) in ROUNDS.into_iter().enumerate() {
        let server = Server::start(&data);
        let keys = write_until_killed(&server, round, enough);
        assert!(keys.len() >= enough, "{} of {enough}", keys.len());
        acknowledged.extend(keys);
        drop(server);
        let server = Server::start(&data);
        let found = found(&server);
        for key in &acknowledged {
            assert_eq!(found.get(key), Some(&PARTS), "round {round}: {key} was acknowledged");
        }
        let halves: Vec<_> = found.iter().filter(|&(_, &parts)| parts != PARTS).collect();
        assert!(halves.is_empty(), "round {round}: {halves:?}");
        let key = acknowledged.last().expect("some were acknowledged");
        let again = [
            ("Content-Type", "application/fhir+json"),
            ("If-None-Exist", &*format!("identifier=urn:kill|{key}")),
        ];
        let body = r#"{"resourceType":"Basic","code":{"text":"again"}}"#;
        let answer = server.send("POST", "Basic", &again, body.as_bytes());
        assert_eq!(answer.status, 412, "identities are recovered as well: {}", answer.text());
        if round % 2 == 0 { server.kill() } else { assert_eq!(server.stop(), Some(0)) }
    }
}

/// A transaction large enough to be staged.
fn large_transaction(entries: usize) -> String {
    let entry = |number: usize| {
        format!(
            r#"{{"resource":{{"resourceType":"Basic","id":"large-{number}","code":{{"text":"x"}},"identifier":[{{"system":"urn:large","value":"{number}"}}]}},
                "request":{{"method":"PUT","url":"Basic/large-{number}"}}}}"#
        )
    };
    let entries: Vec<String> = (0..entries).map(entry).collect();
    format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(","))
}

#[test]
fn a_large_transaction_is_whole_or_absent_after_a_kill() {
    const ENTRIES: usize = 20_000;
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let body = large_transaction(ENTRIES);
    let mut small = 0;
    for (round, enough) in [1, 5, 20, 80].into_iter().enumerate() {
        let server = Server::start(&data);
        // Small writers run until the server is killed, so that it dies while the large transaction is under way.
        let keys = std::thread::scope(|scope| {
            scope.spawn(|| {
                let agent = ureq::Agent::config_builder().proxy(None).build().new_agent();
                let request = agent.post(format!("{}/fhir", server.origin));
                // It fails, or the kill came too late.
                let _ = request.header("Content-Type", "application/fhir+json").send(&body);
            });
            write_until_killed(&server, round, enough)
        });
        small += keys.len();
        drop(server);
        let server = Server::start(&data);
        let large = server.total("Basic?identifier=urn:large%7C");
        assert!(large == 0 || large == ENTRIES as u64, "round {round}: {large}");
        let first = server.get("Basic/large-0");
        assert_eq!(first.status, if large == 0 { 404 } else { 200 }, "round {round}");
        let acknowledged = server.total("Basic?identifier=urn:kill%7C");
        assert!(acknowledged >= (PARTS * small) as u64, "round {round}: {acknowledged} of {}", PARTS * small);
        assert_eq!(server.stop(), Some(0));
    }
    let server = Server::start(&data);
    let answer = server.json("POST", "", &body);
    assert_eq!(
        answer.status,
        200,
        "it goes through in the end: {}",
        &answer.text()[..answer.text().len().min(300)]
    );
    assert_eq!(server.total("Basic?identifier=urn:large%7C"), ENTRIES as u64);
}

#[test]
fn a_directory_without_its_keys_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    assert_eq!(Server::start(&data).stop(), Some(0));
    std::fs::rename(data.join("keys"), folder.path().join("away")).expect("the keys move");
    let serve =
        || Command::new(FORNAX).args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data).output();
    let out = serve().expect("the command runs");
    assert_eq!((out.status.code(), out.stdout.len()), (Some(1), 0));
    assert!(!data.join("keys").exists(), "no new keys are made");
    std::fs::rename(folder.path().join("away"), data.join("keys")).expect("the keys come back");
    assert_eq!(Server::start(&data).stop(), Some(0));
}

#[test]
fn it_listens_on_loopback_unless_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = Command::new(FORNAX)
        .args(["serve", "--listen", "0.0.0.0:0", "--data"])
        .arg(folder.path().join("data"))
        .output();
    assert_eq!(out.expect("the command runs").status.code(), Some(2));
    assert!(!folder.path().join("data").exists());
}

#[test]
fn one_process_owns_a_directory() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let _server = Server::start(&data);
    let out = Command::new(FORNAX).args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data).output();
    let out = out.expect("the command runs");
    assert_eq!(out.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&out.stderr).contains("open elsewhere"),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
}
