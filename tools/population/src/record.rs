//! A whole record: the patient first, then one visit after the other.

use crate::chart::{Chart, Stay};
use crate::dice::{Dice, seed_of};
use crate::encounter::Last;
use crate::facilities::Facilities;
use crate::health::Health;
use crate::plan::Plan;
use crate::resources::{Resources, place_at};
use crate::tables::Tables;
use crate::visits::{Visit, VisitKind, planned};
use crate::{
    allergy_intolerance, care_plan, claim, condition, coverage, document_reference, encounter, immunization,
    laboratory, medication_request, patient, person, procedure, provenance, related_person, social_history,
    survey, vital_signs,
};

/// What records are made from.
pub struct Sources<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) tables: &'a Tables,
    pub(crate) facilities: &'a Facilities,
}

/// Writes the record of the `number`-th patient. The resources marked in `changed` are written as they are after a change.
pub fn write(sources: &Sources<'_>, number: u64, changed: &[bool], out: &mut Resources) {
    let (tables, facilities) = (sources.tables, sources.facilities);
    let seed = seed_of(sources.plan.seed, number);
    let mut dice = Dice::new(seed);
    let person = person::born(tables, facilities, sources.plan.until, &mut dice);
    let health = Health::of(&person, tables, &mut dice);
    let visits = planned(&person, &health, tables, &mut dice);
    out.restart(seed, person.zone(), person.naming);
    out.changed.extend_from_slice(changed);
    let nowhere = place_at(seed, 0, "Patient");
    let mut chart = Chart {
        tables,
        facilities,
        person: &person,
        health: &health,
        out,
        dice,
        patient: nowhere,
        coverage: nowhere,
        problems: Vec::new(),
        taken: Vec::new(),
        vouched: Vec::new(),
        vaccinated_months: person.age(person.record_from) * 12.0,
        influenza_year: 0,
    };
    patient::write(&mut chart);
    coverage::write(&mut chart);
    if person.age(person.record_until) < 18.0 || chart.dice.happens(25) {
        related_person::write(&mut chart);
    }
    let patient = chart.patient;
    chart.vouched.push(patient);
    for (at, visit) in visits.iter().enumerate() {
        let last = if at + 1 == visits.len() { Last::Yes } else { Last::No };
        write_visit(&mut chart, visit, (at, last));
    }
    let until = person.record_until;
    provenance::write(&mut chart, &person.care.primary, until);
}

fn write_visit<'v>(chart: &mut Chart<'v>, visit: &'v Visit<'v>, (at, last): (usize, Last)) {
    let mut stay: Stay<'v> = encounter::write(chart, visit, last);
    if at == 0 {
        allergy_intolerance::write(chart, &stay);
    }
    condition::write_found(chart, &mut stay);
    condition::write_lasting(chart, &mut stay);
    condition::name_subject(chart, &mut stay);
    if !visit.kind.is_remote() && visit.kind != VisitKind::Vaccination {
        vital_signs::write(chart, &stay);
    }
    social_history::write(chart, &stay);
    survey::write(chart, &stay);
    if !visit.kind.is_remote() {
        laboratory::write(chart, &stay);
        procedure::write(chart, &mut stay);
        immunization::write(chart, &mut stay);
    }
    medication_request::write(chart, &mut stay);
    care_plan::write(chart, &stay);
    document_reference::write(chart, &stay);
    if visit.kind != VisitKind::Death {
        claim::write(chart, &stay);
    }
    if chart.dice.happens(30) {
        provenance::write(chart, chart.care(visit), visit.end);
    }
}
