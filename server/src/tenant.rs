//! `fornax tenant`.

use crate::administration::{Answer, Request, ask};
use crate::command_line::{CreateOptions, TenantCommand, TenantOptions};
use crate::failure::Failure;
use crate::print::print;
use crate::stats;

/// Makes, lists, shows or drops tenants.
pub(crate) fn run(command: &TenantCommand) -> Result<(), Failure> {
    match command {
        TenantCommand::Create(options) => {
            let CreateOptions { tenant: TenantOptions { name, directory }, .. } = options;
            let request = Request::TenantCreate {
                name: name.clone(),
                time_zone: options.time_zone.clone(),
                referential_integrity: options.referential_integrity.map(|mode| mode.to_string()),
            };
            ask(&directory.data, &request)?;
            print(&format!("tenant {name} is made: /t/{name}/fhir\n"))
        }
        TenantCommand::Change(options) => {
            let TenantOptions { name, directory } = &options.tenant;
            let referential_integrity = options.referential_integrity.to_string();
            let request = Request::TenantChange { name: name.clone(), referential_integrity };
            ask(&directory.data, &request)?;
            print(&format!("tenant {name} is changed\n"))
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
