//! A repository inside another program: `cargo run --example embed -- DIR`.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use fornax::{Change, Committed, Engine, Options, Principal, Read, SearchRequest, TenantId};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::args().nth(1).ok_or("name a directory")?;
    let engine = Engine::open(Options::at(directory))?;
    let clinic = engine.tenant(&TenantId::default_tenant())?;
    let me = Principal::named("example");

    let body = br#"{"resourceType":"Patient","name":[{"family":"Lovelace"}]}"#.to_vec();
    let Committed::Created(ada) = clinic.commit(&Change::create("Patient", body), &me)? else {
        return Err("a create without criteria creates".into());
    };
    let body = format!(r#"{{"resourceType":"Patient","id":"{}","birthDate":"1815-12-10"}}"#, ada.id);
    let update = Change::update("Patient", &*ada.id, body.into_bytes()).if_match(ada.version);
    clinic.commit(&update, &me)?;
    if let Read::Current(now) = clinic.read("Patient", &ada.id, &me)? {
        println!("version {}: {}", now.version.0, String::from_utf8(now.to_json())?);
    }

    let mut page =
        clinic.search(&SearchRequest::of("Patient", "birthdate=lt1900&_sort=birthdate&_count=10"), &me)?;
    println!("{} patients were born before 1900", page.total.unwrap_or(0));
    while let Some(next) = page.next {
        page = clinic.search_page("Patient", &next, &me)?;
        println!("and {} more on the next page", page.matches.len());
    }
    engine.close()?;
    Ok(())
}
