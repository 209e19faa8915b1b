//! The binary, from outside: its HTTP interface, its commands, and what is left of it when it is killed.

mod binary;
mod conditional;
mod crash;
mod descriptions;
mod generate;
mod http;
mod import;
mod jobs;
mod load;
mod openapi;
mod operations;
mod plan;
mod search;
mod statuses;
mod support;
mod xml;
