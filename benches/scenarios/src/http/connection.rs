//! A client's one connection, HTTP/1.1 and kept alive.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue, LOCATION, USER_AGENT};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::{Answer, BaseUrl, Fault, Request};

/// A server, and how it is asked.
#[derive(Clone, Debug)]
pub struct Server {
    /// Where it is.
    pub base_url: BaseUrl,
    /// The header `Authorization` of every request.
    pub authorization: Option<HeaderValue>,
    /// After so long an answer is no longer waited for.
    pub answer_time: Duration,
}

/// The largest answer that is read: a page of a thousand large resources is far below.
const ANSWER_BYTES_MAX: usize = 256 << 20;
/// Before the next try, so that a server that is gone is not asked in a tight loop.
const CONNECT_PAUSE: Duration = Duration::from_millis(100);
const AGENT: &str = concat!("fornax-scenarios/", env!("CARGO_PKG_VERSION"));

/// One connection, made when it is first needed and again when it broke.
#[derive(Debug)]
pub struct Connection {
    server: Arc<Server>,
    sender: Option<SendRequest<Full<Bytes>>>,
}

impl Connection {
    /// A connection that is not yet made.
    pub fn to(server: Arc<Server>) -> Self {
        Self { server, sender: None }
    }

    /// The server at its other end.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// There is no answer. Whether an answer is a good one is the request's expectation's to say.
    pub async fn send(&mut self, request: &Request) -> Result<Answer, Fault> {
        let answer_time = self.server.answer_time;
        let outcome = tokio::time::timeout(answer_time, self.exchange(request)).await;
        let outcome = outcome.unwrap_or(Err(Fault::Late));
        if outcome.is_err() {
            // What is left of the old answer must not be taken for the next one.
            self.sender = None;
        }
        outcome
    }

    async fn exchange(&mut self, request: &Request) -> Result<Answer, Fault> {
        let message = self.message(request)?;
        let sender = self.ready().await?;
        let response = sender.send_request(message).await.map_err(|_| Fault::Lost)?;
        let status = response.status().as_u16();
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let location = location.map(str::to_owned);
        let body = read(response.into_body()).await?;
        Ok(Answer { status, location, body })
    }

    async fn ready(&mut self) -> Result<&mut SendRequest<Full<Bytes>>, Fault> {
        let is_usable = match &mut self.sender {
            Some(sender) => sender.ready().await.is_ok(),
            None => false,
        };
        if !is_usable {
            self.sender = Some(self.connect().await?);
        }
        self.sender.as_mut().ok_or(Fault::Unreachable)
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, Fault> {
        let Ok(stream) = TcpStream::connect(self.server.base_url.address()).await else {
            tokio::time::sleep(CONNECT_PAUSE).await;
            return Err(Fault::Unreachable);
        };
        stream.set_nodelay(true).map_err(|_| Fault::Unreachable)?;
        let (mut sender, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|_| Fault::Unreachable)?;
        // It ends with the sender; what broke it is told by the sender.
        tokio::spawn(connection);
        sender.ready().await.map_err(|_| Fault::Unreachable)?;
        Ok(sender)
    }

    fn message(&self, request: &Request) -> Result<hyper::Request<Full<Bytes>>, Fault> {
        let base_url = &self.server.base_url;
        let mut message = hyper::Request::builder()
            .method(request.method.clone())
            .uri(base_url.path_of(&request.place))
            .header(HOST, base_url.authority())
            .header(USER_AGENT, AGENT)
            .header(ACCEPT, "application/fhir+json");
        if let Some(authorization) = &self.server.authorization {
            message = message.header(AUTHORIZATION, authorization);
        }
        if let Some(prefer) = request.prefer {
            message = message.header("Prefer", prefer);
        }
        let message = match &request.body {
            Some((media_type, body)) => {
                message.header(CONTENT_TYPE, *media_type).body(Full::new(body.clone()))
            }
            None => message.body(Full::default()),
        };
        message.map_err(|_| Fault::Malformed)
    }
}

async fn read(body: Incoming) -> Result<Bytes, Fault> {
    let collected = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
    collected
        .map(http_body_util::Collected::to_bytes)
        .map_err(|error| if error.is::<LengthLimitError>() { Fault::TooLarge } else { Fault::Lost })
}
