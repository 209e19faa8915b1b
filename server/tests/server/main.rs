//! The binary, from outside: its HTTP interface, its commands, and what is left of it when it is killed.

mod binary;
mod conditional;
mod crash;
mod generate;
mod http;
mod import;
mod jobs;
mod load;
mod operations;
mod plan;
mod referential_integrity;
mod search;
mod support;
mod xml;
