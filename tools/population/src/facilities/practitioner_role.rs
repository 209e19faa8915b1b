//! PractitionerRoles: who works where, and as what.

use crate::concept::Naming;
use crate::facilities::{Site, Staff};
use crate::json::Place;
use crate::resources::{Profile, Resources};
use crate::tables::Tables;

/// What a role ties together.
pub struct Workplace {
    /// Who employs.
    pub(crate) organization: Place,
    /// Where.
    pub(crate) location: Place,
    /// Whom.
    pub(crate) practitioner: Place,
}

/// Writes a PractitionerRole.
pub fn write(staff: &Staff<'_>, (site, tables): (&Site<'_>, &Tables), work: &Workplace, out: &mut Resources) {
    out.begin("PractitionerRole", Profile::UsCore("us-core-practitionerrole"));
    let json = &mut out.json;
    json.raw("active", "true");
    json.object("practitioner", |json| {
        json.place(&work.practitioner);
        json.text("display", &format!("Dr. {} {}", staff.given, staff.family));
    });
    json.object("organization", |json| {
        json.place(&work.organization);
        json.text("display", &site.name);
    });
    let specialty = tables.specialties[staff.specialty].json(Naming::Full);
    json.list("code", |json| json.member(specialty));
    json.list("specialty", |json| json.member(specialty));
    json.only("location", |json| {
        json.place(&work.location);
        json.text("display", &site.name);
    });
    json.list("telecom", |json| {
        json.element(|json| {
            json.text("system", "phone");
            json.text("value", &site.phone);
            json.text("use", "work");
        });
        json.element(|json| {
            json.text("system", "email");
            json.text("value", &format!("{}@example.com", staff.npi));
            json.text("use", "work");
        });
    });
    out.end();
}
