//! The binary, from outside: its HTTP interface, its commands, and what is left of it when it is killed.

mod binary;
mod bundles;
mod conditional;
mod crash;
mod deferred;
mod descriptions;
mod diff;
mod document;
mod everything;
mod generate;
mod history;
mod http;
mod import;
mod jobs;
mod lastn;
mod load;
mod meta;
mod openapi;
mod operations;
mod plan;
mod referential_integrity;
mod search;
mod statuses;
mod support;
mod xml;
