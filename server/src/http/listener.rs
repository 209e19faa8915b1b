//! Connections: accepted up to a limit, served by HTTP/1.1, ended when they fall silent, finished when the server stops.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::limits::Limits;
use super::patience::Patience;
use super::proxies::Peer;
use super::steady::Steady;

/// How long to wait when the system has no more sockets to give.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// A socket that listens.
pub(crate) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Listens on the first of the addresses that can be had.
    pub(crate) async fn bind(addresses: &[SocketAddr]) -> io::Result<Self> {
        let socket = TcpListener::bind(addresses).await?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address })
    }

    /// Where it listens; the port is the real one.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Serves until `stop` is done; then accepts nothing more and lets requests under way finish, for a time.
pub(crate) async fn serve(
    listener: Listener,
    router: Router,
    limits: &Limits,
    stop: impl Future<Output = ()>,
) {
    let room = Arc::new(Semaphore::new(limits.connections_max));
    let graceful = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, listener.socket.accept().await)
        };
        let (place, accepted) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let Ok(place) = place else { break };
        match accepted {
            Ok((stream, from)) => attend((stream, Peer(from.ip())), place, &router, &graceful, limits),
            Err(error) => {
                tracing::warn!(%error, "no connection could be accepted");
                sleep(ACCEPT_AGAIN).await;
            }
        }
    }
    drop(listener);
    if timeout(limits.stop, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still under way when the server stopped");
    }
}

/// Serves one connection in a task of its own.
fn attend(
    (stream, peer): (TcpStream, Peer),
    place: OwnedSemaphorePermit,
    router: &Router,
    graceful: &GracefulShutdown,
    limits: &Limits,
) {
    // Without it small answers wait for the client's acknowledgement; slower is all that a failure makes it.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection sends with delay");
    }
    let stream =
        TokioIo::new(Steady::new(stream, Patience::new(limits.silence, limits.body_bytes_per_s_min)));
    let router = TowerToHyperService::new(router.clone());
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        router.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.idle)
        .max_buf_size(limits.head_bytes_max)
        .serve_connection(stream, service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        // A client that goes away is no event; what it asked for has its own line in the log.
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
        drop(place);
    });
}
