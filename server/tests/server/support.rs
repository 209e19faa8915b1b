//! `fornax serve` as a child process on loopback, and a client for it.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use ureq::http::Request;
use ureq::{Agent, Body};

pub const FORNAX: &str = env!("CARGO_BIN_EXE_fornax");

/// A running server. Killed when it is dropped.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub origin: String,
    log: PathBuf,
    agent: Agent,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub bytes: Vec<u8>,
}

impl Server {
    pub fn start(directory: &Path) -> Self {
        Self::start_with(directory, &[])
    }

    /// The same, with more options.
    pub fn start_with(directory: &Path, options: &[&str]) -> Self {
        let log = directory.with_extension("log");
        let file = std::fs::File::options().create(true).append(true).open(&log).expect("a log file");
        let mut child = Command::new(FORNAX)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(directory)
            .args(options)
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("a pipe");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let base = line.trim_end().strip_prefix("ready ").unwrap_or_else(|| {
            panic!("not ready: {line:?}; the log: {}", std::fs::read_to_string(&log).unwrap_or_default())
        });
        let origin = base.strip_suffix("/fhir").expect("the base of the default tenant").to_owned();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .proxy(None)
            .build()
            .new_agent();
        Self { child, origin, log, agent }
    }

    /// Sends a request. The path is relative to `/fhir` unless it begins with a slash.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/fhir/{path}") };
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.origin));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.to_vec()).expect("a request");
        let answer = if body.is_empty() && matches!(method, "GET" | "HEAD" | "DELETE") {
            let (parts, _) = request.into_parts();
            self.agent.run(Request::from_parts(parts, ()))
        } else {
            self.agent.run(request)
        };
        Answer::read(answer.expect("an answer"))
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"")
    }

    pub fn json(&self, method: &str, path: &str, body: &str) -> Answer {
        self.send(method, path, &[("Content-Type", "application/fhir+json")], body.as_bytes())
    }

    /// The number of matches of a search.
    pub fn total(&self, search: &str) -> u64 {
        let mark = if search.contains('?') { '&' } else { '?' };
        self.get(&format!("{search}{mark}_summary=count")).value()["total"].as_u64().expect("a total")
    }

    /// Stops it, and answers everything logged by it and by those before it on the same directory.
    pub fn stop_for_log(self) -> String {
        let log = self.log.clone();
        assert_eq!(self.stop(), Some(0));
        std::fs::read_to_string(log).expect("a log")
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGTERM; answers the exit code.
    pub fn stop(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
        self.child.wait().expect("an exit").code()
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().expect("a running server");
        self.child.wait().expect("an exit");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    fn read(answer: ureq::http::Response<Body>) -> Self {
        let (parts, mut body) = answer.into_parts();
        let header = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
            (name.as_str().to_owned(), value.to_str().expect("ASCII").to_owned())
        };
        let headers = parts.headers.iter().map(header).collect();
        let mut bytes = Vec::new();
        body.as_reader().read_to_end(&mut bytes).expect("a body");
        Self { status: parts.status.as_u16(), headers, bytes }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| &**value)
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("UTF-8")
    }

    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("{} is not JSON", self.text()))
    }

    /// The logical id of a resource.
    pub fn id(&self) -> String {
        self.value()["id"].as_str().expect("an id").to_owned()
    }

    /// The URL of a link.
    pub fn link(&self, relation: &str) -> Option<String> {
        let value = self.value();
        let mut links = value["link"].as_array().expect("links").iter();
        links
            .find(|link| link["relation"] == relation)
            .map(|link| link["url"].as_str().expect("a URL").to_owned())
    }
}
