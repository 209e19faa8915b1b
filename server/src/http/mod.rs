//! HTTP: one pipeline for every FHIR request.
//!
//! A request passes, in this order: [`target`] (what the URL names), [`negotiation`] and [`origin`] (what the headers ask),
//! [`body`] (its bytes, under the limits), [`admission`] (its turn), [`xml`] (JSON, of what came as XML), [`interaction`] (the
//! engine's call, on a thread that may block) and [`reply`] (the answer's bytes, made into XML and compressed there as well).
//! [`exchange`] strings them together; where a client prefers so, [`deferral`] does the last two of them later. Whatever fails on the way is a [`refusal::Refusal`], which becomes an OperationOutcome at
//! one place.

mod admission;
mod binary;
mod body;
mod bundles;
mod capability_statement;
mod conditions;
mod cors;
mod deferral;
mod descriptions;
mod exchange;
mod graphql;
mod interaction;
mod jobs;
mod limits;
mod listener;
mod metrics;
mod negotiation;
mod openapi;
mod operations;
mod origin;
mod outcome;
mod paths;
mod patience;
mod pretty;
mod probes;
mod proxies;
mod query_string;
mod refusal;
mod reply;
mod request_id;
mod router;
mod site;
mod source;
mod steady;
mod target;
mod terminology_capabilities;
mod writes;
mod xml;

pub(crate) use cors::origin as cors_origin;
pub(crate) use deferral::tend;
pub(crate) use limits::Limits;
pub(crate) use listener::{Listener, serve};
pub(crate) use origin::{Names, Origin};
pub(crate) use proxies::{Proxies, Proxy};
pub(crate) use router::router;
pub(crate) use site::Site;
