//! The server's own URLs.

use std::net::{IpAddr, SocketAddr};

use axum::http::header::HOST;
use axum::http::uri::{Authority, Uri};
use axum::http::{HeaderMap, StatusCode};
use fornax::{Issue, TenantId};

use super::proxies::{Peer, Proxies, Public};
use super::refusal::Refusal;

/// Where the server is reached: all links are built from it.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// What `--base-url` says.
    public: Option<String>,
    listen: SocketAddr,
    names: Names,
    proxies: Proxies,
}

/// Under which names a server on loopback answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// Loopback's and its public one.
    Own,
    /// All: `--insecure`.
    All,
}

/// A tenant's base URLs, as one request sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BaseUrls {
    /// The one that links are built from, without a slash at the end.
    pub own: String,
    /// All under which an absolute reference is a local one; `own` among them.
    pub all: Vec<String>,
}

impl Origin {
    /// # Errors
    /// What is wrong with the public URL.
    pub(crate) fn new(public: Option<&str>, listen: SocketAddr, names: Names) -> Result<Self, String> {
        let public = public.map(checked).transpose()?;
        Ok(Self { public, listen, names, proxies: Proxies::default() })
    }

    /// The same, with proxies that are believed.
    #[must_use]
    pub(crate) fn behind(self, proxies: Proxies) -> Self {
        Self { proxies, ..self }
    }

    /// The base of the default tenant as the address listened on has it.
    pub(crate) fn listened(&self) -> String {
        format!("http://{}/fhir", self.listen)
    }

    /// The bases for a request.
    ///
    /// # Errors
    /// 400: `Host` is not a host, or a proxy that is believed says what can't be. 421: the server listens on loopback only, and was asked under another name. A web page
    /// whose name was pointed at this machine could otherwise read and write through its visitor's browser.
    pub(crate) fn bases(
        &self,
        peer: Peer,
        headers: &HeaderMap,
        tenant: &TenantId,
    ) -> Result<BaseUrls, Refusal> {
        let path = if *tenant == TenantId::default_tenant() {
            "/fhir".to_owned()
        } else {
            format!("/t/{tenant}/fhir")
        };
        let asked = self.asked(headers)?;
        let origin = match (&self.public, self.proxies.public(peer, headers)?) {
            (Some(public), _) => public.clone(),
            (None, Some(Public { scheme, host, prefix })) => {
                format!("{scheme}://{}{prefix}", host.unwrap_or(asked))
            }
            (None, None) => format!("http://{asked}"),
        };
        let own = origin + &path;
        let listened = format!("http://{}{path}", self.listen);
        let all = if own == listened { vec![listened] } else { vec![own.clone(), listened] };
        Ok(BaseUrls { own, all })
    }

    /// The host and port that the client asked.
    ///
    /// # Errors
    /// As [`Self::bases`].
    pub(crate) fn asked(&self, headers: &HeaderMap) -> Result<String, Refusal> {
        let Some(value) = headers.get(HOST) else { return Ok(self.listen.to_string()) };
        let host = value.to_str().ok().and_then(|text| text.parse::<Authority>().ok());
        let host = host.filter(|host| !host.as_str().contains('@') && !host.host().is_empty());
        let host = host.ok_or_else(|| Refusal::invalid("the header Host is not a host"))?;
        let is_own = || is_loopback(host.host()) || self.is_public(&host);
        if self.names == Names::Own && self.listen.ip().is_loopback() && !is_own() {
            let text = "this server answers loopback names and that of --base-url only";
            let issue = Issue::error("security", text);
            return Err(Refusal::new(StatusCode::MISDIRECTED_REQUEST, issue));
        }
        Ok(host.to_string())
    }

    /// Whether a proxy passes on the name that the public knows.
    fn is_public(&self, host: &Authority) -> bool {
        let public = self.public.as_deref().and_then(|public| public.parse::<Uri>().ok());
        public.is_some_and(|public| public.host().is_some_and(|name| name.eq_ignore_ascii_case(host.host())))
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    match address {
        Ok(address) => address.is_loopback(),
        Err(_) => host.eq_ignore_ascii_case("localhost") || host.to_ascii_lowercase().ends_with(".localhost"),
    }
}

/// A public origin without a slash at the end.
fn checked(text: &str) -> Result<String, String> {
    let wrong = || format!("--base-url {text}: give an origin such as https://fhir.example.org");
    let uri: Uri = text.parse().map_err(|_| wrong())?;
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    let has_host = uri.authority().is_some_and(|host| !host.as_str().contains('@'));
    if !is_http || !has_host || uri.query().is_some() || text.contains('#') {
        return Err(wrong());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests;
