use serde_json::Value;

use super::*;

fn entry(reply: &Reply) -> Value {
    let bundle: Value = serde_json::from_slice(&bundle(reply)).expect("JSON");
    bundle["entry"][0].clone()
}

#[test]
fn an_answer_is_an_entry() {
    let mut reply = Reply::json(StatusCode::CREATED, br#"{"resourceType":"Patient"}"#.to_vec());
    reply.headers.insert(ETAG, HeaderValue::from_static("W/\"1\""));
    reply.headers.insert(LAST_MODIFIED, HeaderValue::from_static("Wed, 21 Oct 2015 07:28:00 GMT"));
    let found = entry(&reply.located("http://x/Patient/1"));
    assert_eq!(found["resource"]["resourceType"], "Patient");
    let expected = serde_json::json!({"status": "201 Created", "location": "http://x/Patient/1", "etag": "W/\"1\"",
        "lastModified": "2015-10-21T07:28:00Z"});
    assert_eq!(found["response"], expected);
    let found = entry(&Reply::from(&Refusal::invalid("x")));
    assert_eq!(found.get("resource"), None);
    assert_eq!(found["response"]["outcome"]["issue"][0]["diagnostics"], "x");
    assert_eq!(entry(&Reply::empty(StatusCode::NO_CONTENT))["response"]["status"], "204 No Content");
}

#[test]
fn a_large_answer_is_not_kept_and_what_is_done_is_said_to_be() {
    let reply = || Reply::json(StatusCode::OK, br#"{"resourceType":"Bundle"}"#.to_vec()).located("http://x");
    assert_eq!(entry(&bounded(reply(), Effect::Reads, 25))["resource"]["resourceType"], "Bundle");
    let read = entry(&bounded(reply(), Effect::Reads, 24));
    assert_eq!(read["response"]["status"], "422 Unprocessable Entity");
    assert_eq!(read["response"]["outcome"]["issue"][0]["code"], "too-costly");
    let written = entry(&bounded(reply(), Effect::Writes, 24));
    assert_eq!(
        (&written["response"]["status"], &written["response"]["location"]),
        (&"200 OK".into(), &"http://x".into())
    );
    let issue = &written["resource"]["issue"][0];
    assert_eq!((&issue["severity"], &issue["code"]), (&"warning".into(), &"too-costly".into()));
}

#[test]
fn what_would_be_lost_is_refused() {
    let mut headers = HeaderMap::new();
    headers.append(IF_NONE_EXIST, HeaderValue::from_bytes(b"name=\xc3\xa9").expect("a value"));
    assert_eq!(kept_headers(&headers).map_err(|refusal| refusal.status.as_u16()), Err(400));
    headers.insert(IF_NONE_EXIST, HeaderValue::from_static("name=e"));
    headers.insert("accept", HeaderValue::from_static("x"));
    assert_eq!(kept_headers(&headers).ok(), Some(vec![("if-none-exist".to_owned(), "name=e".to_owned())]));
}
