//! `fornax load`: a client that brings files into any FHIR server.
//!
//! [`sources`] finds the files, [`documents`] reads them one document at a time, [`parcel`] tells what a document asks a server
//! to do, [`delivery`] sends it through [`client`] until it is done or refused, [`passes`] does this for all, over again for what
//! waits for something else, and [`ledger`] keeps the account.

mod client;
mod delivery;
mod documents;
mod ledger;
mod parcel;
mod passes;
mod sources;
mod summary;

use std::num::NonZeroUsize;

use crate::command_line::LoadOptions;
use crate::failure::Failure;
use crate::print::print;

/// Loads files. Fails when anything was refused.
pub(crate) fn run(options: &LoadOptions) -> Result<(), Failure> {
    let sources = sources::find(&options.paths, &options.errors)?;
    let client = client::Client::new(&options.to)?;
    let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let workers = options.parallel.map_or(2 * processors, usize::from);
    let ledger = ledger::Ledger::open(&options.errors)?;
    let outcome = passes::run(&sources, &client, &ledger, workers);
    let account = ledger.finish();
    print(&summary::table(&account))?;
    outcome?;
    if account.refusals == 0 {
        return Ok(());
    }
    let errors = options.errors.display();
    Err(Failure::Refused(format!("{} refusals; {errors} tells them", account.refusals)))
}
