//! Proxies that are believed, and what they say of the request that they pass on.
//!
//! Source: RFC 7239 for `Forwarded`; `X-Forwarded-Proto`, `-Host` and `-Prefix` as proxies commonly send them.

use std::net::IpAddr;
use std::str::FromStr;

use axum::http::header::FORWARDED;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

use super::refusal::Refusal;

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub IpAddr);

/// The addresses from which forwarding headers are believed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies(Vec<Proxy>);

/// An address or a network: `--trusted-proxy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Proxy(IpNet);

impl FromStr for Proxy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let address = || text.parse::<IpAddr>().map(IpNet::from).ok();
        let network = text.parse().ok().or_else(address);
        network.map(Self).ok_or_else(|| "give an address or a network, such as 10.1.2.0/24".to_owned())
    }
}

/// The request's origin as the client knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Public {
    /// `http` or `https`.
    pub scheme: &'static str,
    /// `None`: as the header `Host` has it.
    pub host: Option<String>,
    /// What stands before `/fhir`; empty, or a path that begins with a slash and ends without one.
    pub prefix: String,
}

const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

impl Proxies {
    pub(crate) fn new(proxies: &[Proxy]) -> Self {
        Self(proxies.to_vec())
    }

    fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|proxy| proxy.0.contains(&address))
    }

    /// What a proxy says of the request; from others such headers count for nothing. `Forwarded` outweighs the rest.
    ///
    /// # Errors
    /// 400: a proxy that is believed says what can't be.
    pub(crate) fn public(&self, peer: Peer, headers: &HeaderMap) -> Result<Option<Public>, Refusal> {
        if !self.trusts(peer.0) {
            return Ok(None);
        }
        let (scheme, host) = match self.forwarded(headers)? {
            Some(hop) => (hop.proto, hop.host),
            None => (last(headers, &X_FORWARDED_PROTO), last(headers, &X_FORWARDED_HOST)),
        };
        let prefix = last(headers, &X_FORWARDED_PREFIX);
        if scheme.is_none() && host.is_none() && prefix.is_none() {
            return Ok(None);
        }
        let scheme = match scheme.as_deref().map(str::to_ascii_lowercase).as_deref() {
            None | Some("http") => "http",
            Some("https") => "https",
            Some(_) => {
                return Err(Refusal::invalid("the proxy names a protocol that is neither http nor https"));
            }
        };
        let host = host.map(checked_host).transpose()?;
        Ok(Some(Public { scheme, host, prefix: checked_prefix(prefix.as_deref())? }))
    }

    /// The element of `Forwarded` that the outermost of the proxies that are believed has added: elements are added at the
    /// end, and each says from whom its proxy had the request.
    fn forwarded(&self, headers: &HeaderMap) -> Result<Option<Hop>, Refusal> {
        let mut found = None;
        let all: Vec<_> = headers.get_all(FORWARDED).into_iter().collect();
        for value in all.into_iter().rev() {
            let text = value.to_str().map_err(|_| Refusal::invalid("the header Forwarded is not ASCII"))?;
            let elements = split(text, ',')?;
            for element in elements.into_iter().rev() {
                let hop = Hop::parse(element)?;
                let is_last = !hop.from.is_some_and(|from| self.trusts(from));
                found = Some(hop);
                if is_last {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }
}

/// One element of `Forwarded`.
struct Hop {
    from: Option<IpAddr>,
    proto: Option<String>,
    host: Option<String>,
}

impl Hop {
    fn parse(element: &str) -> Result<Self, Refusal> {
        let mut hop = Self { from: None, proto: None, host: None };
        for pair in split(element, ';')?.into_iter().filter(|pair| !pair.trim().is_empty()) {
            let (name, value) = pair
                .split_once('=')
                .ok_or_else(|| Refusal::invalid("the header Forwarded does not parse"))?;
            let value = value.trim();
            let value = value.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(value);
            match name.trim().to_ascii_lowercase().as_str() {
                "for" => hop.from = address(value),
                "proto" => hop.proto = Some(value.to_owned()),
                "host" => hop.host = Some(value.to_owned()),
                _ => {}
            }
        }
        Ok(hop)
    }
}

/// The parts of a header between separators that stand outside quotes.
///
/// # Errors
/// 400: a quote is not closed. What a client made up must not swallow what its proxy adds behind.
fn split(text: &str, separator: char) -> Result<Vec<&str>, Refusal> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, char) in text.char_indices() {
        match char {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if char == separator && !is_quoted => {
                parts.push(&text[start..at]);
                start = at + char.len_utf8();
            }
            _ => {}
        }
    }
    if is_quoted {
        return Err(Refusal::invalid("the header Forwarded has a quote that is not closed"));
    }
    parts.push(&text[start..]);
    Ok(parts)
}

/// The address of a node, which may come with a port; `None`: it is hidden, or known by a name.
fn address(node: &str) -> Option<IpAddr> {
    if let Some(rest) = node.strip_prefix('[') {
        return rest.split_once(']')?.0.parse().ok();
    }
    node.parse().ok().or_else(|| node.rsplit_once(':')?.0.parse().ok())
}

/// The last element of a header, which the nearest proxy has set or added.
fn last(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let text = headers.get_all(name).into_iter().next_back()?.to_str().ok()?;
    let last = text.rsplit(',').next()?.trim();
    (!last.is_empty()).then(|| last.to_owned())
}

fn checked_host(host: String) -> Result<String, Refusal> {
    match host.parse::<Authority>() {
        Ok(authority) if !host.contains('@') && !authority.host().is_empty() => Ok(host),
        _ => Err(Refusal::invalid("the proxy names a host that is none")),
    }
}

fn checked_prefix(prefix: Option<&str>) -> Result<String, Refusal> {
    let prefix = prefix.unwrap_or("").trim_end_matches('/');
    let is_path = |text: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%".contains(&byte);
        text.starts_with('/') && !text.starts_with("//") && text.bytes().all(is_plain)
    };
    if prefix.is_empty() || is_path(prefix) {
        return Ok(prefix.to_owned());
    }
    Err(Refusal::invalid("the proxy names a path prefix that is none"))
}

#[cfg(test)]
mod tests;
