//! The server that is measured: as `fornax serve` has it, in this process, on a free port of loopback.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use fornax::Engine;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::failure::Failure;
use crate::http::{self, Limits, Listener, Names, Origin, Site};

/// Threads as `fornax serve` has them.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Builder::new_multi_thread()
        .enable_all()
        .thread_name("fornax-http")
        .max_blocking_threads(Limits::default().running_max + 16)
        .build()
        .map_err(Failure::io("cannot start threads"))
}

/// A server that runs.
pub(crate) struct Endpoint<'a> {
    pub address: SocketAddr,
    runtime: &'a Runtime,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl<'a> Endpoint<'a> {
    pub(crate) fn start(runtime: &'a Runtime, engine: &Engine) -> Result<Self, Failure> {
        let listening = Failure::io("cannot listen on loopback");
        let addresses = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0))];
        let listener = runtime.block_on(Listener::bind(&addresses)).map_err(listening)?;
        let (address, limits) = (listener.address(), Limits::default());
        let origin = Origin::new(None, address, Names::Own).map_err(Failure::Options)?;
        let router = http::router(Arc::new(Site::new(engine.clone(), origin, limits.clone())));
        let (stop, stopped) = oneshot::channel::<()>();
        let task = runtime.spawn(async move {
            let stop = async {
                // Either way it is to stop.
                let _ = stopped.await;
            };
            http::serve(listener, router, &limits, stop).await;
        });
        Ok(Self { address, runtime, stop, task })
    }

    /// Stops it, and waits for what is under way.
    pub(crate) fn stop(self) -> Result<(), Failure> {
        // One that ended by itself needs no telling.
        let _ = self.stop.send(());
        self.runtime
            .block_on(self.task)
            .map_err(|_| Failure::Refused("the server under calibration did not end cleanly".to_owned()))
    }
}
