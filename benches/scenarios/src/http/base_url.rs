//! Where a FHIR server is.

use std::str::FromStr;

use crate::Failure;

/// The base of a FHIR server: `http://host[:port][/path]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    host: String,
    port: u16,
    /// Without a slash at its end.
    path: String,
}

impl FromStr for BaseUrl {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let wrong = |why: &str| {
            Failure::Options(format!("{text}: {why}; give a base such as http://127.0.0.1:8080/fhir"))
        };
        let rest = text.strip_prefix("http://").ok_or_else(|| wrong("plain http:// only"))?;
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        if authority.contains('@') || path.contains(['?', '#', ' ']) {
            return Err(wrong("a user, a query or a fragment is no part of a base"));
        }
        // An address of IPv6 stands in brackets, and has colons of its own.
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port.parse().map_err(|_| wrong("no port"))?),
            _ => (authority, 80),
        };
        if host.is_empty() {
            return Err(wrong("no host"));
        }
        Ok(Self { host: host.to_owned(), port, path: path.trim_end_matches('/').to_owned() })
    }
}

impl std::fmt::Display for BaseUrl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "http://{}{}", self.authority(), self.path)
    }
}

impl BaseUrl {
    /// What to connect to.
    pub fn address(&self) -> (&str, u16) {
        (self.host.trim_start_matches('[').trim_end_matches(']'), self.port)
    }

    /// What the header `Host` says.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The path of a request: `place` under the base, or the base itself when empty. One that begins with a slash is the
    /// server's own and stays as it is.
    pub fn path_of(&self, place: &str) -> String {
        match place {
            "" if self.path.is_empty() => "/".to_owned(),
            "" => self.path.clone(),
            place if place.starts_with('/') => place.to_owned(),
            place => format!("{}/{place}", self.path),
        }
    }

    /// The place that a link of the server's names. Whatever host it names, the request goes to this one.
    pub fn place_of(&self, link: &str) -> String {
        let after_scheme = link.split_once("://").map(|(_, rest)| rest);
        match after_scheme {
            Some(rest) => rest.find('/').map_or("/", |at| &rest[at..]).to_owned(),
            None => link.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, address: (&str, u16), metadata: &str) {
        let base: BaseUrl = text.parse().expect(text);
        assert_eq!(base.address(), address, "{text}");
        assert_eq!(base.path_of("metadata"), metadata, "{text}");
    }

    #[test]
    fn bases() {
        check("http://127.0.0.1:8080/fhir", ("127.0.0.1", 8080), "/fhir/metadata");
        check("http://host/", ("host", 80), "/metadata");
        check("http://[::1]:9/a/b/", ("::1", 9), "/a/b/metadata");
        check("http://[::1]", ("::1", 80), "/metadata");
        for wrong in
            ["https://host/fhir", "host/fhir", "http://", "http://h:x/", "http://u@h/", "http://h/?a"]
        {
            assert!(wrong.parse::<BaseUrl>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn links_lead_back_to_the_same_server() {
        let base: BaseUrl = "http://127.0.0.1:8080/fhir".parse().expect("a base");
        assert_eq!(base.place_of("https://public.example/fhir/Patient?page=2"), "/fhir/Patient?page=2");
        assert_eq!(base.place_of("Patient?page=2"), "Patient?page=2");
        assert_eq!(base.path_of(&base.place_of("/fhir?page=2")), "/fhir?page=2");
        assert_eq!(base.path_of(""), "/fhir");
    }
}
