use axum::http::HeaderValue;

use super::*;

const PEER: &str = "10.1.2.3";

/// What is believed of headers that come from a peer, with 10.1.2.0/24 and ::1 trusted, as `scheme host prefix`.
fn check(peer: &str, headers: &[(&str, &str)], expected: Result<Option<&str>, u16>) {
    let proxies =
        Proxies::new(&["10.1.2.0/24".parse().expect("a network"), "::1".parse().expect("an address")]);
    let mut all = HeaderMap::new();
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        all.append(name, HeaderValue::from_str(value).expect("a value"));
    }
    let public = proxies.public(Peer(peer.parse().expect("an address")), &all);
    let found = public.map(|public| {
        public
            .map(|Public { scheme, host, prefix }| format!("{scheme} {} {prefix}", host.unwrap_or_default()))
    });
    let found = found.map_err(|refusal| refusal.status.as_u16());
    assert_eq!(
        found.as_ref().map(Option::as_deref).map_err(|status| *status),
        expected,
        "{peer} {headers:?}"
    );
}

#[test]
fn only_trusted_proxies_are_believed() {
    let forwarded = [("forwarded", "proto=https;host=a.example")];
    let others = [("x-forwarded-proto", "https"), ("x-forwarded-host", "a.example")];
    for headers in [&forwarded[..], &others] {
        check(PEER, headers, Ok(Some("https a.example ")));
        check("::ffff:10.1.2.3", headers, Ok(Some("https a.example ")));
        check("::1", headers, Ok(Some("https a.example ")));
        check("10.1.3.3", headers, Ok(None));
        check("127.0.0.1", headers, Ok(None));
    }
    check(PEER, &[], Ok(None));
    // What can't be is passed over where it is not believed.
    check("127.0.0.1", &[("forwarded", "nonsense"), ("x-forwarded-host", "a@b")], Ok(None));
}

#[test]
fn the_outermost_trusted_hop_counts() {
    let check = |forwarded: &str, expected: Option<&str>| {
        check(PEER, &[("forwarded", forwarded)], Ok(expected));
    };
    check("for=1.2.3.4;proto=https;host=a.example", Some("https a.example "));
    check("FOR=1.2.3.4; Proto=HTTPS ; Host=\"a.example:8443\"", Some("https a.example:8443 "));
    // The client made up the first one.
    check("host=evil.example, for=1.2.3.4;host=a.example;proto=https", Some("https a.example "));
    // A trusted proxy before the last one.
    check("for=1.2.3.4;host=a.example;proto=https, for=10.1.2.9;host=inner", Some("https a.example "));
    check("host=evil, for=1.2.3.4;host=a.example, for=\"[::1]:4711\";host=inner", Some("http a.example "));
    check("for=_hidden;host=a.example, for=\"10.1.2.9:80\";host=inner", Some("http a.example "));
    check("for=\"a,b;c\";proto=https", Some("https  "));
    check("host=evil;x=\"\\\"\", for=1.2.3.4;host=a.example;proto=https", Some("https a.example "));
}

#[test]
fn the_nearest_proxy_speaks_last() {
    check(PEER, &[("x-forwarded-host", "evil.example, a.example")], Ok(Some("http a.example ")));
    check(
        PEER,
        &[("x-forwarded-host", "evil.example"), ("x-forwarded-host", "a.example")],
        Ok(Some("http a.example ")),
    );
    check(
        PEER,
        &[("x-forwarded-proto", "http, https"), ("x-forwarded-prefix", "/ehr/")],
        Ok(Some("https  /ehr")),
    );
    check(
        PEER,
        &[("forwarded", "host=a.example"), ("x-forwarded-host", "b.example")],
        Ok(Some("http a.example ")),
    );
}

#[test]
fn what_a_trusted_proxy_can_not_mean_is_refused() {
    for wrong in [
        ("forwarded", "nonsense"),
        ("forwarded", "host=evil;x=\", for=1.2.3.4;host=a.example"),
        ("forwarded", "host=\"a b\""),
        ("forwarded", "proto=ftp"),
        ("x-forwarded-proto", "gopher"),
        ("x-forwarded-host", "user@a.example"),
        ("x-forwarded-prefix", "//evil.example"),
        ("x-forwarded-prefix", "/a?b"),
        ("x-forwarded-prefix", "ehr"),
    ] {
        check(PEER, &[wrong], Err(400));
    }
}

#[test]
fn networks_and_addresses_are_read() {
    for right in ["10.0.0.0/8", "127.0.0.1", "::1", "fd00::/8"] {
        assert!(right.parse::<Proxy>().is_ok(), "{right}");
    }
    for wrong in ["", "proxy.example", "10.0.0.0/33", "10.0.0"] {
        assert!(wrong.parse::<Proxy>().is_err(), "{wrong}");
    }
}
