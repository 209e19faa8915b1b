//! Requests to a server, their answers, and whether these are what was asked for.

mod answer;
mod base_url;
mod connection;
mod expectation;
mod request;

pub use answer::{Answer, Fault, Page};
pub use base_url::BaseUrl;
pub use connection::{Connection, Server};
pub use expectation::Expectation;
pub use request::{Request, encoded};
