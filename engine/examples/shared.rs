//! One engine shared by threads that write and by the handlers of a web service: `cargo run --example shared -- DIR`.
//!
//! Every call of the engine may block, so a handler makes it on a thread that may: `spawn_blocking`.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use fornax::{Change, Engine, Options, Principal, Read, SearchRequest, Tenant, TenantId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

type AnyError = Box<dyn std::error::Error + Send + Sync>;

const WRITERS: usize = 4;
const PATIENTS_EACH: usize = 25;

fn main() -> Result<(), AnyError> {
    let directory = std::env::args().nth(1).ok_or("name a directory")?;
    let engine = Engine::open(Options::at(directory))?;
    let clinic = engine.tenant(&TenantId::default_tenant())?;
    let clinic_of_all = &clinic;
    std::thread::scope(|scope| {
        let start = |writer| scope.spawn(move || admit(clinic_of_all, writer));
        let writers: Vec<_> = (0..WRITERS).map(start).collect();
        // Writers that wait for the disk at the same time share one sync.
        writers.into_iter().try_for_each(|writer| writer.join().map_err(|_| "a writer panicked")?)
    })?;
    tokio::runtime::Runtime::new()?.block_on(serve(clinic))?;
    engine.close()?;
    Ok(())
}

/// Puts patients, as one of several threads.
fn admit(clinic: &Tenant, writer: usize) -> Result<(), AnyError> {
    let me = Principal::named(format!("writer {writer}"));
    for number in 0..PATIENTS_EACH {
        let id = format!("patient-{writer}-{number}");
        let body = format!(r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"No {number}"}}]}}"#);
        clinic.commit(&Change::update("Patient", id, body.into_bytes()), &me)?;
    }
    Ok(())
}

/// Serves on loopback, asks for one patient and for one that is not there, and stops.
async fn serve(clinic: Tenant) -> Result<(), AnyError> {
    let count = tokio::task::spawn_blocking({
        let clinic = clinic.clone();
        move || clinic.search(&SearchRequest::of("Patient", "_summary=count"), &Principal::named("example"))
    });
    println!("{} patients", count.await??.total.unwrap_or(0));
    let routes = axum::Router::new().route("/patients/{id}", get(patient)).with_state(clinic);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let server = axum::serve(listener, routes).with_graceful_shutdown(async {
        // Also when the other end is gone.
        let _ = stopped.await;
    });
    let server = tokio::spawn(server.into_future());
    for id in ["patient-3-24", "nobody"] {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET /patients/{id} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        println!("{}: {}", answer.lines().next().unwrap_or(""), answer.lines().last().unwrap_or(""));
    }
    drop(stop);
    server.await??;
    Ok(())
}

/// `GET /patients/{id}`: the stored bytes go out as they are.
async fn patient(State(clinic): State<Tenant>, Path(id): Path<String>) -> Response {
    let read = tokio::task::spawn_blocking(move || clinic.read("Patient", &id, &Principal::named("example")));
    match read.await {
        Ok(Ok(Read::Current(version))) => {
            ([(CONTENT_TYPE, "application/fhir+json")], version.to_json()).into_response()
        }
        Ok(Ok(Read::Deleted(_))) => StatusCode::GONE.into_response(),
        Ok(Ok(Read::Missing)) => StatusCode::NOT_FOUND.into_response(),
        Ok(Err(_)) | Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
