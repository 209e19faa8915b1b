use axum::http::HeaderValue;

use super::*;

const PEER: Peer = Peer(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

/// The base that links are built from, or the status of the refusal.
fn check(public: Option<&str>, listen: &str, host: Option<&str>, expected: Result<&str, u16>) {
    let origin = Origin::new(public, listen.parse().expect("an address"), Names::Own).expect("an origin");
    let mut headers = HeaderMap::new();
    if let Some(host) = host {
        headers.insert(HOST, HeaderValue::from_str(host).expect("a header's value"));
    }
    let bases = origin.bases(PEER, &headers, &TenantId::default_tenant());
    let found = bases.map(|bases| bases.own).map_err(|refusal| refusal.status.as_u16());
    assert_eq!(found, expected.map(str::to_owned), "{public:?} {listen} {host:?}");
}

#[test]
fn links_name_the_host_that_was_asked() {
    let loopback = "127.0.0.1:8080";
    check(None, loopback, None, Ok("http://127.0.0.1:8080/fhir"));
    check(None, loopback, Some("127.0.0.1:8080"), Ok("http://127.0.0.1:8080/fhir"));
    check(None, loopback, Some("localhost:8080"), Ok("http://localhost:8080/fhir"));
    check(None, "[::1]:8080", Some("[::1]:8080"), Ok("http://[::1]:8080/fhir"));
    check(None, loopback, Some("evil.example:8080"), Err(421));
    check(None, loopback, Some("127.0.0.1.evil.example"), Err(421));
    check(None, loopback, Some("10.0.0.1"), Err(421));
    check(None, loopback, Some("a b"), Err(400));
    check(None, loopback, Some("user@localhost"), Err(400));
    check(None, "0.0.0.0:80", Some("fhir.example"), Ok("http://fhir.example/fhir"));
}

#[test]
fn links_name_the_public_origin() {
    let loopback = "127.0.0.1:8080";
    check(Some("https://fhir.example"), loopback, Some("fhir.example"), Ok("https://fhir.example/fhir"));
    check(Some("https://fhir.example/"), loopback, None, Ok("https://fhir.example/fhir"));
    check(Some("https://example.org/a"), loopback, Some("localhost"), Ok("https://example.org/a/fhir"));
    check(Some("https://fhir.example"), loopback, Some("evil.example"), Err(421));
    check(Some("https://fhir.example"), "0.0.0.0:80", Some("inner"), Ok("https://fhir.example/fhir"));
}

#[test]
fn references_under_every_own_base_are_local() {
    let origin =
        Origin::new(Some("https://fhir.example"), "127.0.0.1:8080".parse().expect("an address"), Names::Own);
    let tenant = "clinic-1".parse().expect("a name");
    let bases = origin.expect("an origin").bases(PEER, &HeaderMap::new(), &tenant).expect("bases");
    assert_eq!(bases.own, "https://fhir.example/t/clinic-1/fhir");
    assert_eq!(bases.all, [bases.own.as_str(), "http://127.0.0.1:8080/t/clinic-1/fhir"]);
}

#[test]
fn what_is_not_an_origin_is_refused() {
    for wrong in
        ["", "fhir.example", "ftp://fhir.example", "https://", "https://a@b", "https://a?b", "https://a#b"]
    {
        let listen = "127.0.0.1:8080".parse().expect("an address");
        assert!(Origin::new(Some(wrong), listen, Names::Own).is_err(), "{wrong}");
    }
}

#[test]
fn links_name_what_a_trusted_proxy_tells() {
    let listen = "127.0.0.1:8080".parse().expect("an address");
    let proxies = Proxies::new(&["127.0.0.1".parse().expect("an address")]);
    let mut headers = HeaderMap::new();
    headers.insert("x-forwarded-proto", HeaderValue::from_static("https"));
    headers.insert("x-forwarded-host", HeaderValue::from_static("fhir.example"));
    headers.insert("x-forwarded-prefix", HeaderValue::from_static("/ehr"));
    let check = |public: Option<&str>, proxies: &Proxies, own: &str| {
        let origin = Origin::new(public, listen, Names::Own).expect("an origin").behind(proxies.clone());
        let bases = origin.bases(PEER, &headers, &TenantId::default_tenant()).expect("bases");
        assert_eq!(bases.own, own);
        assert!(bases.all.contains(&own.to_owned()));
        assert!(bases.all.contains(&"http://127.0.0.1:8080/fhir".to_owned()));
    };
    check(None, &proxies, "https://fhir.example/ehr/fhir");
    check(Some("https://own.example"), &proxies, "https://own.example/fhir");
    check(None, &Proxies::default(), "http://127.0.0.1:8080/fhir");
}
