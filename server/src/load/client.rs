//! The connection to a server.

use std::time::Duration;

use ureq::Agent;
use ureq::http::Uri;

use crate::failure::Failure;

/// Posts Bundles to a server's base.
pub(crate) struct Client {
    agent: Agent,
    base: String,
}

/// A server's answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    /// Seconds to wait, if the server says so.
    pub retry_after_s: Option<u64>,
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    /// Nothing was sent.
    #[error("the server can't be reached: {0}")]
    Unreachable(ureq::Error),
    /// It was sent; whether it was carried out is not known.
    #[error("the server gave no answer: {0}")]
    Lost(ureq::Error),
}

/// Bytes of an answer.
const ANSWER_BYTES_MAX: u64 = 512 << 20;
/// How long a server may work on one request.
const ANSWER_TIME: Duration = Duration::from_secs(600);
const CONNECT_TIME: Duration = Duration::from_secs(10);

impl Client {
    /// # Errors
    /// The base is no URL of HTTP.
    pub(crate) fn new(base: &str) -> Result<Self, Failure> {
        let is_http = |uri: &Uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none();
        if !base.parse::<Uri>().is_ok_and(|uri| is_http(&uri)) {
            let text = format!("--to {base}: give a server's base, such as http://127.0.0.1:8080/fhir");
            return Err(Failure::Options(text));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections_per_host(256)
            .timeout_connect(Some(CONNECT_TIME))
            .timeout_global(Some(ANSWER_TIME))
            .user_agent(concat!("fornax/", env!("CARGO_PKG_VERSION")));
        Ok(Self { agent: config.build().new_agent(), base: base.trim_end_matches('/').to_owned() })
    }

    /// Posts a Bundle.
    pub(crate) fn post(&self, bundle: &[u8]) -> Result<Answer, NoAnswer> {
        let request = self.agent.post(&self.base);
        let request = request
            .header("Content-Type", "application/fhir+json")
            .header("Accept", "application/fhir+json")
            .header("Prefer", "return=minimal");
        let mut response = request.send(bundle).map_err(NoAnswer::of)?;
        let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let retry_after_s = retry_after.and_then(|text| text.parse().ok());
        let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        Ok(Answer { status: response.status().as_u16(), retry_after_s, body: body.map_err(NoAnswer::Lost)? })
    }
}

impl NoAnswer {
    fn of(error: ureq::Error) -> Self {
        use std::io::ErrorKind;
        let nothing_was_sent = match &error {
            ureq::Error::HostNotFound | ureq::Error::ConnectionFailed | ureq::Error::BadUri(_) => true,
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => true,
            ureq::Error::Io(error) => error.kind() == ErrorKind::ConnectionRefused,
            _ => false,
        };
        if nothing_was_sent { Self::Unreachable(error) } else { Self::Lost(error) }
    }
}
