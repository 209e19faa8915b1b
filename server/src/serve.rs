//! `fornax serve`.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use fornax::{Engine, Options, ReferentialIntegrity, TenantId};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::command_line::ServeOptions;
use crate::control_socket::ControlSocket;
use crate::failure::Failure;
use crate::http::{self, Limits, Listener, Names, Origin, Proxies, Site};
use crate::log;

/// Serves until a signal says stop.
pub(crate) fn run(options: &ServeOptions) -> Result<(), Failure> {
    let listening = format!("cannot listen on {}", options.listen);
    let addresses = options.addresses().map_err(Failure::io(listening.clone()))?;
    if !options.insecure && addresses.iter().any(|address| !address.ip().is_loopback()) {
        return Err(Failure::Options(format!(
            "{}: without TLS and authentication the server listens on loopback only; --insecure lifts that",
            options.listen
        )));
    }
    let _log = log::start(options.log);
    let limits =
        Limits { deleted_at_once_max: usize::from(options.conditional_delete_max), ..Limits::default() };
    let runtime = runtime(&limits)?;
    // Watched from here on: a signal during a long opening stops the server cleanly as well, once it is open.
    let signals = {
        let _entered = runtime.enter();
        Signals::new()?
    };
    let listener = runtime.block_on(Listener::bind(&addresses)).map_err(Failure::io(listening))?;
    let names = if options.insecure { Names::All } else { Names::Own };
    let origin = Origin::new(options.base_url.as_deref(), listener.address(), names);
    let origin = origin.map_err(Failure::Options)?.behind(Proxies::new(&options.trusted_proxy));
    let memory_bytes = (options.memory as usize) << 20;
    let mut wanted = Options::at(&options.data).memory_bytes(memory_bytes);
    wanted.versions_unchanged = options.version_unchanged;
    wanted.if_match_required = options.require_if_match;
    if let Some(zone) = &options.time_zone {
        wanted.default_tenant.time_zone.clone_from(zone);
    }
    if let Some(mode) = options.referential_integrity {
        wanted.default_tenant.referential_integrity = mode;
    }
    let engine =
        Engine::open(wanted).map_err(Failure::engine(format!("cannot open {}", options.data.display())))?;
    if let Some(zone) = &options.time_zone {
        check_time_zone(&engine, zone)?;
    }
    if let Some(mode) = options.referential_integrity {
        check_referential_integrity(&engine, mode)?;
    }
    let outcome = runtime.block_on(serve((options, limits), listener, origin, &engine, signals));
    // What the engine still works on for clients that are gone ends with it: it was never acknowledged.
    runtime.shutdown_background();
    let closed = engine.close().map_err(Failure::engine("the directory did not close cleanly"));
    outcome.and(closed)
}

fn runtime(limits: &Limits) -> Result<Runtime, Failure> {
    Builder::new_multi_thread()
        .enable_all()
        .thread_name("fornax-http")
        // One for each request under way, and some for deferred ones, probes and commands.
        .max_blocking_threads(limits.running_max + 16)
        .build()
        .map_err(Failure::io("cannot start threads"))
}

/// A tenant keeps the zone that it was made with; what is asked for is not passed over.
fn check_time_zone(engine: &Engine, wanted: &str) -> Result<(), Failure> {
    let statistics = engine.tenant(&TenantId::default_tenant()).and_then(|tenant| tenant.statistics());
    let kept = statistics.map_err(Failure::engine("cannot read the tenant default's time zone"))?.time_zone;
    if kept == wanted {
        return Ok(());
    }
    Err(Failure::Options(format!(
        "the tenant default was made with the time zone {kept}, and keeps it: not {wanted}"
    )))
}

/// What is asked for is not passed over, and a start changes nothing.
fn check_referential_integrity(engine: &Engine, wanted: ReferentialIntegrity) -> Result<(), Failure> {
    let tenant = engine.tenant(&TenantId::default_tenant());
    let kept = tenant.map_err(Failure::engine("cannot open the tenant default"))?.referential_integrity();
    if kept == wanted {
        return Ok(());
    }
    Err(Failure::Options(format!(
        "the referential integrity of the tenant default is {kept}, not {wanted}: fornax tenant change default --referential-integrity {wanted} --data DIR"
    )))
}

async fn serve(
    (options, limits): (&ServeOptions, Limits),
    listener: Listener,
    origin: Origin,
    engine: &Engine,
    mut signals: Signals,
) -> Result<(), Failure> {
    let control = ControlSocket::bind(&options.data, engine)?;
    let address = listener.address();
    let ready = format!("ready {}\n", origin.listened());
    let site = Site::new(engine.clone(), origin, limits.clone()).asked_from(options.cors_origin.clone());
    let site = Arc::new(site);
    let router = http::router(Arc::clone(&site));
    tell_ready(&ready)?;
    announce(address, options);
    let stop = async {
        signals.any().await;
        tracing::info!("stopping");
        site.stop();
    };
    tokio::join!(http::serve(listener, router, &limits, stop), http::tend(Arc::clone(&site)));
    control.close(limits.stop).await;
    tracing::info!("stopped");
    Ok(())
}

/// The one line on stdout.
fn tell_ready(line: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes()).and_then(|()| out.flush()).map_err(Failure::io("cannot write to stdout"))
}

fn announce(address: SocketAddr, options: &ServeOptions) {
    tracing::info!(%address, insecure = options.insecure, "ready");
    if !address.ip().is_loopback() {
        tracing::warn!(
            "there is no TLS and no authentication: whoever reaches this address reads and writes everything"
        );
    }
}

/// What stops the server.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Self, Failure> {
        let watch = |kind| signal(kind).map_err(Failure::io("cannot watch for signals"));
        Ok(Self { terminate: watch(SignalKind::terminate())?, interrupt: watch(SignalKind::interrupt())? })
    }

    async fn any(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
