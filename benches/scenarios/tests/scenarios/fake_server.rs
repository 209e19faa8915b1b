//! A FHIR server that keeps what it is given and finds everything, just enough to be asked.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A server on a free port, until the runtime ends.
pub struct FakeServer {
    address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    /// By type and id.
    resources: BTreeMap<String, BTreeMap<String, Value>>,
    /// Types of which nothing can be created.
    refused: BTreeSet<String>,
    next_id: u64,
}

type Reply = (u16, Option<String>, Value);

impl FakeServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let kept = Arc::new(Mutex::new(Kept::default()));
        let shared = Arc::clone(&kept);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = Arc::clone(&shared);
                let service = service_fn(move |request| answer(request, Arc::clone(&kept)));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, kept }
    }

    pub fn base_url(&self) -> String {
        format!("http://{}/r4", self.address)
    }

    /// From now on nothing of this type can be created.
    pub fn refuse(&self, resource_type: &str) {
        self.kept.lock().expect("a lock").refused.insert(resource_type.to_owned());
    }

    /// Removes a resource of a type.
    pub fn forget_one(&self, resource_type: &str) {
        let mut kept = self.kept.lock().expect("a lock");
        kept.resources.get_mut(resource_type).and_then(BTreeMap::pop_first).expect("a resource");
    }

    /// How many resources of a type it keeps.
    pub fn count(&self, resource_type: &str) -> usize {
        self.kept.lock().expect("a lock").resources.get(resource_type).map_or(0, BTreeMap::len)
    }
}

async fn answer(
    request: Request<Incoming>,
    kept: Arc<Mutex<Kept>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (method, url) = (request.method().clone(), request.uri().to_string());
    let body =
        request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let (status, location, body) = kept.lock().expect("a lock").answer(&method, &url, &body);
    let mut response = Response::builder().status(status);
    if let Some(location) = location {
        response = response.header("Location", location);
    }
    let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
    Ok(response.body(Full::new(body)).expect("an answer"))
}

impl Kept {
    fn answer(&mut self, method: &Method, url: &str, body: &[u8]) -> Reply {
        let place = url.strip_prefix("/r4").expect("the base").trim_start_matches('/');
        let (path, query) = place.split_once('?').unwrap_or((place, ""));
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let resource = || serde_json::from_slice::<Value>(body).unwrap_or_default();
        match (method.as_str(), parts.as_slice()) {
            ("GET", ["metadata"]) => (200, None, capabilities()),
            ("POST", []) => (200, None, self.process(&resource())),
            ("POST", [resource_type, "_search"]) => {
                (200, None, self.search(resource_type, url, &String::from_utf8_lossy(body)))
            }
            ("POST", [resource_type]) if self.refused.contains(*resource_type) => {
                (500, None, json!("refused"))
            }
            ("POST", [resource_type]) => {
                let id = self.create(resource_type, resource());
                (201, Some(format!("http://elsewhere/r4/{resource_type}/{id}/_history/1")), Value::Null)
            }
            ("GET", [resource_type, _, "$everything"]) => (200, None, self.search(resource_type, url, query)),
            ("GET", [resource_type]) => (200, None, self.search(resource_type, url, query)),
            ("GET", [resource_type, id]) => match self.of(resource_type).get(*id) {
                Some(resource) => (200, None, resource.clone()),
                None => (404, None, json!("missing")),
            },
            ("PUT", [resource_type, id]) => {
                self.of(resource_type).insert((*id).to_owned(), resource());
                (200, None, Value::Null)
            }
            ("DELETE", [resource_type, id]) => {
                let status = if self.of(resource_type).remove(*id).is_some() { 204 } else { 404 };
                (status, None, Value::Null)
            }
            _ => (400, None, json!("what?")),
        }
    }

    fn of(&mut self, resource_type: &str) -> &mut BTreeMap<String, Value> {
        self.resources.entry(resource_type.to_owned()).or_default()
    }

    fn create(&mut self, resource_type: &str, mut resource: Value) -> String {
        self.next_id += 1;
        let id = format!("n{}", self.next_id);
        resource["id"] = id.clone().into();
        self.of(resource_type).insert(id.clone(), resource);
        id
    }

    fn process(&mut self, bundle: &Value) -> Value {
        let entries = bundle["entry"].as_array().expect("entries");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let mut text_of_all = Value::from(entries.clone()).to_string();
        for entry in entries.iter().filter(|entry| entry["request"]["method"] == "PUT") {
            let reference = format!("\"reference\":\"{}\"", text(&entry["fullUrl"]));
            let found = format!("\"reference\":\"{}\"", text(&entry["request"]["url"]));
            text_of_all = text_of_all.replace(&reference, &found);
        }
        let entries: Vec<Value> = serde_json::from_str(&text_of_all).expect("JSON");
        let answers: Vec<Value> =
            entries.into_iter().map(|mut entry| self.process_entry(&mut entry)).collect();
        json!({"resourceType": "Bundle", "type": "transaction-response", "entry": answers})
    }

    fn process_entry(&mut self, entry: &mut Value) -> Value {
        let url = entry["request"]["url"].as_str().expect("a URL").to_owned();
        let resource = entry["resource"].take();
        match url.split_once('/') {
            Some((resource_type, id)) => drop(self.of(resource_type).insert(id.to_owned(), resource)),
            None => drop(self.create(&url, resource)),
        }
        json!({"response": {"status": "201 Created"}})
    }

    /// Finds all of the type, page by page.
    fn search(&mut self, resource_type: &str, url: &str, query: &str) -> Value {
        let number = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name).and_then(|(_, value)| value.parse::<usize>().ok())
        };
        let is_count = query.split('&').any(|pair| pair == "_summary=count");
        let (count, from) = (number("_count").unwrap_or(20), number("page-from").unwrap_or(0));
        let count = if is_count { 0 } else { count };
        let all = self.of(resource_type);
        let page: Vec<Value> = all
            .values()
            .skip(from)
            .take(count)
            .map(|resource| json!({"resource": resource, "search": {"mode": "match"}}))
            .collect();
        let mut links = vec![json!({"relation": "self", "url": format!("http://elsewhere{url}")})];
        if !is_count && from + count < all.len() {
            let path = url.split('?').next().expect("a path");
            let next = format!("http://elsewhere{path}?_count={count}&page-from={}", from + count);
            links.push(json!({"relation": "next", "url": next}));
        }
        json!({"resourceType": "Bundle", "type": "searchset", "total": all.len(), "link": links, "entry": page})
    }
}

fn capabilities() -> Value {
    json!({
        "resourceType": "CapabilityStatement",
        "fhirVersion": "4.0.1",
        "software": {"name": "fake", "version": "1"},
    })
}
