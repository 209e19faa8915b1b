//! `fornax tenant`.

use crate::administration::{Answer, Request, ask};
use crate::command_line::{CreateOptions, TenantCommand, TenantOptions};
use crate::failure::Failure;
use crate::print::print;
use crate::stats;

/// Makes, lists, shows or drops tenants.
pub(crate) fn run(command: &TenantCommand) -> Result<(), Failure> {
    match command {
        TenantCommand::Create(CreateOptions { tenant: TenantOptions { name, directory }, time_zone }) => {
            let request = Request::TenantCreate { name: name.clone(), time_zone: time_zone.clone() };
            ask(&directory.data, &request)?;
            print(&format!("tenant {name} is made: /t/{name}/fhir\n"))
        }
        TenantCommand::Drop(TenantOptions { name, directory }) => {
            ask(&directory.data, &Request::TenantDrop { name: name.clone() })?;
            print(&format!("tenant {name} is gone, and its keys are destroyed\n"))
        }
        TenantCommand::Show(TenantOptions { name, directory }) => {
            match ask(&directory.data, &Request::TenantShow { name: name.clone() })? {
                Answer::Tenant(found) => print(&stats::of_tenant(&found)),
                _ => Err(Failure::unexpected_answer()),
            }
        }
        TenantCommand::List(directory) => match ask(&directory.data, &Request::TenantList)? {
            Answer::Tenants(names) => {
                print(&names.iter().map(|name| format!("{name}\n")).collect::<String>())
            }
            _ => Err(Failure::unexpected_answer()),
        },
    }
}
