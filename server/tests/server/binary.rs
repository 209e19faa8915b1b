//! Binary resources over HTTP: content in its own form, and the resource around it.

use std::io::Write;

use flate2::write::GzEncoder;
use serde_json::json;

use crate::support::{Answer, Server};

const FHIR: (&str, &str) = ("Accept", "application/fhir+json");

fn rig() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("data"));
    (folder, server)
}

/// A picture, as far as anyone can tell.
fn picture(bytes: usize) -> Vec<u8> {
    (0..bytes as u64).map(|at| (at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 31) as u8).collect()
}

fn send(server: &Server, path: &str, media_type: &str, content: &[u8]) -> Answer {
    let method = if path.contains('/') { "PUT" } else { "POST" };
    server.send(method, path, &[("Content-Type", media_type)], content)
}

#[test]
fn content_of_any_media_type_comes_back_as_it_went_in() {
    let (_folder, server) = rig();
    let kinds: [(&str, Vec<u8>); 7] = [
        ("image/png", picture(300_000)),
        ("application/pdf", b"%PDF-1.7".to_vec()),
        ("text/plain; charset=iso-8859-1", b"na\xefve".to_vec()),
        ("text/html", b"<script>alert(1)</script>".to_vec()),
        ("application/json", br#"{"a": [1.50, null]}"#.to_vec()),
        ("application/xml", b"<a/>".to_vec()),
        ("application/octet-stream", vec![0]),
    ];
    for (media_type, content) in &kinds {
        let made = send(&server, "Binary", media_type, content);
        assert_eq!(made.status, 201, "{media_type}: {}", made.text());
        let id = made.id();
        assert_eq!(made.value()["contentType"], *media_type);
        for accept in
            [None, Some("*/*"), Some("image/*"), Some("text/html, application/json;q=0.9, */*;q=0.8")]
        {
            let headers: Vec<_> = accept.map(|accept| ("Accept", accept)).into_iter().collect();
            let read = server.send("GET", &format!("Binary/{id}"), &headers, b"");
            assert_eq!((read.status, read.header("content-type")), (200, Some(*media_type)), "{accept:?}");
            assert!(read.bytes == *content, "{media_type}");
            assert_eq!(read.header("content-length"), Some(&*content.len().to_string()));
            // A page among them gets no hold of the server's origin.
            assert_eq!(read.header("content-security-policy"), Some("default-src 'none'; sandbox"));
            assert_eq!(read.header("x-content-type-options"), Some("nosniff"));
        }
        let version = server.get(&format!("Binary/{id}/_history/1"));
        assert_eq!((version.status, version.bytes == *content), (200, true));
        assert_eq!(version.header("etag"), Some("W/\"1\""));
    }
    assert_eq!(server.total("Binary"), kinds.len() as u64);
}

#[test]
fn who_asks_for_fhir_gets_the_resource() {
    let (_folder, server) = rig();
    let id = send(&server, "Binary", "text/plain", b"hello").id();
    let path = format!("Binary/{id}");
    let check = |answer: &Answer| {
        assert_eq!(answer.status, 200);
        let value = answer.value();
        assert_eq!((&value["resourceType"], &value["data"]), (&json!("Binary"), &json!("aGVsbG8=")));
    };
    check(&server.send("GET", &path, &[FHIR], b""));
    check(&server.send("GET", &path, &[("Accept", "application/json")], b""));
    check(&server.send("GET", &path, &[("Accept", "*/*, application/fhir+json")], b""));
    check(&server.get(&format!("{path}?_format=json")));
    assert_eq!(server.send("GET", &path, &[("Accept", "application/fhir+turtle")], b"").status, 406);
    let page = server.get("Binary").value();
    assert_eq!(page["entry"][0]["resource"]["data"], "aGVsbG8=");
    assert_eq!(server.get(&format!("{path}/_history")).value()["entry"][0]["resource"]["data"], "aGVsbG8=");
    // What is deleted or not there is told in FHIR's form, whatever was asked for.
    assert_eq!(server.send("DELETE", &path, &[], b"").status, 204);
    let gone = server.send("GET", &path, &[("Accept", "image/png")], b"");
    assert_eq!((gone.status, &gone.value()["resourceType"]), (410, &json!("OperationOutcome")));
    assert_eq!(server.send("GET", "Binary/none", &[("Accept", "image/png")], b"").status, 404);
}

#[test]
fn resources_that_others_write_as_fhir_are_content_as_well() {
    let (_folder, server) = rig();
    let body = r#"{"resourceType":"Binary","id":"b","contentType":"text/plain","data":"aGVs\r\nbG8="}"#;
    for media_type in ["application/fhir+json", "application/json"] {
        assert!(send(&server, "Binary/b", media_type, body.as_bytes()).status < 300);
        let read = server.get("Binary/b");
        assert_eq!((read.header("content-type"), &*read.bytes), (Some("text/plain"), &b"hello"[..]));
    }
    let untyped = r#"{"resourceType":"Binary","id":"x","_contentType":{"extension":[{"url":"http://x","valueCode":"y"}]}}"#;
    assert_eq!(server.json("PUT", "Binary/x", untyped).status, 201);
    assert_eq!(server.get("Binary/x").header("content-type"), Some("application/octet-stream"));
    assert_eq!(
        send(&server, "Binary/j", "json", br#"{"resourceType":"Binary","id":"j","contentType":"a/b"}"#)
            .status,
        201
    );
    assert_eq!(server.get("Binary/j").header("content-type"), Some("a/b"));
    assert_eq!(send(&server, "Binary/w", "image/*", b"x").status, 415);
    // The same content twice was one version.
    let bare = r#"{"resourceType":"Binary","id":"b","contentType":"text/plain"}"#;
    assert_eq!(server.json("PUT", "Binary/b", bare).status, 200);
    let read = server.get("Binary/b");
    assert_eq!((read.status, read.header("content-length"), read.bytes.len()), (200, Some("0"), 0));
    // JSON with a mistake in it is no content of another kind.
    for (media_type, body) in [
        ("application/json", "{\"resourceType\":"),
        ("application/fhir+json", "{\"a\":1}"),
        ("application/fhir+xml", "<Binary/>"),
    ] {
        let refused = send(&server, "Binary/b", media_type, body.as_bytes());
        assert!((400..500).contains(&refused.status), "{media_type}: {}", refused.status);
    }
    assert_eq!(server.get("Binary/b").header("etag"), Some("W/\"2\""));
}

#[test]
fn versions_conditions_and_the_security_context_hold() {
    let (_folder, server) = rig();
    let put = |content: &[u8], more: &[(&str, &str)]| {
        let headers = [&[("Content-Type", "text/plain"), ("X-Security-Context", "Patient/1")], more].concat();
        server.send("PUT", "Binary/note", &headers, content)
    };
    assert_eq!(put(b"one", &[]).status, 201);
    assert_eq!(put(b"two", &[("If-Match", "W/\"1\"")]).status, 200);
    assert_eq!(put(b"three", &[("If-Match", "W/\"1\"")]).status, 412);
    assert_eq!(put(b"three", &[("If-None-Exist", "_id=x")]).status, 400);
    assert_eq!(put(b"three", &[("Prefer", "return=minimal")]).bytes.len(), 0);
    let read = server.get("Binary/note");
    assert_eq!((&*read.bytes, read.header("x-security-context")), (&b"three"[..], Some("Patient/1")));
    assert_eq!(read.header("etag"), Some("W/\"3\""));
    assert_eq!(server.send("GET", "Binary/note", &[("If-None-Match", "W/\"3\"")], b"").status, 304);
    let resource = server.send("GET", "Binary/note", &[FHIR], b"").value();
    assert_eq!(resource["securityContext"], json!({"reference": "Patient/1"}));
    let head = server.send("HEAD", "Binary/note", &[], b"");
    assert_eq!((head.status, head.header("content-length"), head.bytes.len()), (200, Some("5"), 0));
    assert_eq!(server.get("Binary/note/_history/1").bytes, b"one");
}

#[test]
fn ranges_are_parts_of_the_content() {
    let (_folder, server) = rig();
    let content = picture(200_000);
    send(&server, "Binary/scan", "image/png", &content);
    let part = |range: &str| server.send("GET", "Binary/scan", &[("Range", range)], b"");
    for (range, start, end) in [
        ("bytes=0-0", 0, 1),
        ("bytes=100000-100999", 100_000, 101_000),
        ("bytes=-7", 199_993, 200_000),
        ("bytes=1-", 1, 200_000),
    ] {
        let read = part(range);
        assert_eq!(read.status, 206, "{range}");
        assert!(read.bytes == content[start..end], "{range}");
        assert_eq!(read.header("content-range"), Some(&*format!("bytes {start}-{}/200000", end - 1)));
    }
    let whole = part("bytes=0-1,5-6");
    assert_eq!(
        (whole.status, whole.bytes.len(), whole.header("accept-ranges")),
        (200, 200_000, Some("bytes"))
    );
    let behind = part("bytes=200000-");
    assert_eq!((behind.status, behind.header("content-range")), (416, Some("bytes */200000")));
    let resource = server.send("GET", "Binary/scan", &[FHIR, ("Range", "bytes=0-0")], b"");
    assert_eq!(resource.status, 200);
    let head = server.send("HEAD", "Binary/scan", &[("Range", "bytes=0-0")], b"");
    assert_eq!((head.status, head.header("content-length")), (200, Some("200000")), "ranges are for GET");
}

#[test]
fn content_may_come_packed_and_has_a_limit() {
    let (_folder, server) = rig();
    let content = picture(500_000);
    let mut packer = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(&content).expect("memory takes all");
    let packed = packer.finish().expect("memory takes all");
    let headers = [("Content-Type", "image/png"), ("Content-Encoding", "gzip")];
    assert_eq!(server.send("PUT", "Binary/packed", &headers, &packed).status, 201);
    assert!(server.get("Binary/packed").bytes == content);
    // 16 MiB as base64.
    let most = vec![7; (12 << 20) - 200];
    let made =
        server.send("PUT", "Binary/most", &[("Content-Type", "x/y"), ("Prefer", "return=minimal")], &most);
    assert_eq!(made.status, 201);
    assert!(server.get("Binary/most").bytes == most);
    let refused = send(&server, "Binary/more", "x/y", &vec![7; 12 << 20]);
    assert_eq!((refused.status, &refused.value()["issue"][0]["code"]), (413, &json!("too-long")));
}

#[test]
fn pages_of_other_origins_write_nothing() {
    let (_folder, server) = rig();
    let post = |origin: &str| {
        server.send("POST", "Binary", &[("Content-Type", "text/plain"), ("Origin", origin)], b"x").status
    };
    assert_eq!(post("https://elsewhere.example"), 403);
    assert_eq!(post("null"), 403);
    assert_eq!(post(&server.origin), 201);
    assert_eq!(server.total("Binary"), 1);
    let read = server.get("Binary");
    assert_eq!(read.header("cross-origin-resource-policy"), Some("same-origin"));
    let wrong = server.send("POST", "Binary", &[("Content-Type", "x/y"), ("X-Security-Context", "")], b"x");
    assert!((400..500).contains(&wrong.status), "an empty reference");
}
