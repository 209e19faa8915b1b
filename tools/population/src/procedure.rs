//! Procedures.

use crate::chart::{Chart, Done, Stay};
use crate::datatype::{coded, note, refer, refer_to};
use crate::device;
use crate::dice::Dice;
use crate::encounter::within;
use crate::imaging_study;
use crate::resources::Profile;
use crate::tables::{Billed, Course};
use crate::visits::VisitKind;

/// Done at any check up, by their codes.
const AT_CHECK_UPS: [&str; 7] =
    ["430193006", "428191000124101", "171207006", "710824005", "710841007", "428211000124100", "5880005"];
const PRENATAL: [&str; 6] = ["274804006", "225158009", "169230002", "117010004", "395123002", "167271000"];
/// With each of these comes a device, by words of its name.
const IMPLANTING: [(&str, &str); 4] =
    [("415070008", "stent"), ("447365002", "defibrillator"), ("180325003", "pacemaker"), ("113091000", "")];

/// Does what is done at such a visit.
pub fn write<'v>(chart: &mut Chart<'v>, stay: &mut Stay<'v>) {
    let tables = chart.tables;
    let find = |code: &str| tables.procedures.iter().position(|known| known.concept.code == code);
    let mut wanted: Vec<usize> = Vec::new();
    match stay.visit.kind {
        VisitKind::Wellness | VisitKind::Child => {
            let count = chart.dice.below(3) + u64::from(chart.dice.happens(30));
            (0..count).for_each(|_| wanted.extend(find(chart.dice.favour::<&str>(&AT_CHECK_UPS))));
            wanted.extend(
                chart.dice.happens(5).then(|| chart.dice.below(tables.procedures.len() as u64) as usize),
            );
        }
        VisitKind::Prenatal | VisitKind::FirstPrenatal => {
            wanted.extend(PRENATAL[..2].iter().filter_map(|code| find(code)));
            (0..2).for_each(|_| wanted.extend(find(chart.dice.pick::<&str>(&PRENATAL[2..]))));
        }
        VisitKind::Delivery => {
            let code = *chart
                .dice
                .weigh(
                    &["66348005", "11466000", "236974004"],
                    |code| if *code == "66348005" { 65 } else { 18 },
                )
                .unwrap_or(&"66348005");
            wanted.extend(find(code));
            wanted.extend(chart.dice.happens(30).then(|| find("237001001")).flatten());
        }
        VisitKind::FollowUp if chart.dice.happens(20) => wanted.extend(find("430193006")),
        _ => {}
    }
    for diagnosis in &stay.diagnoses {
        let rare = matches!(diagnosis.problem.course, Course::Chronic | Course::History | Course::Weight);
        for procedure in &diagnosis.problem.procedures {
            if chart.dice.happens(if rare { 25 } else { 85 }) {
                wanted.push(*procedure);
            }
        }
    }
    let mut seen: Vec<usize> = Vec::new();
    for procedure in wanted {
        if seen.contains(&procedure) {
            continue;
        }
        seen.push(procedure);
        write_one(chart, stay, &tables.procedures[procedure]);
    }
}

fn write_one<'v>(chart: &mut Chart<'v>, stay: &mut Stay<'v>, procedure: &'v Billed) {
    let implant = IMPLANTING.iter().find(|pair| pair.0 == procedure.concept.code && !pair.1.is_empty());
    let device = implant.map(|(_, word)| device::write(chart, stay, word));
    let care = chart.care(stay.visit);
    let place = chart.out.begin("Procedure", Profile::UsCore("us-core-procedure"));
    let mut dice = Dice::new(place.seed);
    let changed = chart.out.is_changed(&place);
    let json = &mut chart.out.json;
    json.text("status", "completed");
    if dice.happens(25) {
        let kinds = [
            ("103693007", "Diagnostic procedure"),
            ("387713003", "Surgical procedure"),
            ("409063005", "Counseling"),
        ];
        let kind = if procedure.minutes > 55 { kinds[1] } else { kinds[0] };
        coded(json, "category", ("http://snomed.info/sct", kind.0, kind.1));
    }
    json.raw("code", procedure.concept.json(chart.person.naming));
    refer(json, "subject", &chart.patient);
    within(json, stay);
    let start = Chart::during(stay.visit, dice.between(3, 12));
    if dice.happens(85) {
        json.object("performedPeriod", |json| {
            json.moment("start", start);
            json.moment("end", start.plus_minutes(procedure.minutes).min(stay.visit.end).max(start));
        });
    } else {
        json.moment("performedDateTime", start);
    }
    if dice.happens(45) {
        json.only("performer", |json| refer_to(json, "actor", &care.practitioner));
    }
    refer_to(json, "location", &care.location);
    if let Some(diagnosis) = stay.diagnoses.first() {
        let display = diagnosis.problem.concept.name(chart.person.naming);
        if dice.happens(60) {
            json.only("reasonReference", |json| {
                json.place(&diagnosis.condition);
                json.text("display", display);
            });
        }
    }
    if changed {
        coded(json, "outcome", ("http://snomed.info/sct", "385669000", "Successful"));
        note(json, "Report reviewed and signed. No complications.");
    }
    if let Some(device) = device {
        json.only("focalDevice", |json| refer(json, "manipulated", &device));
    }
    chart.out.end();
    stay.done.push(Done { procedure, place });
    let imaging = chart.tables.imaging.iter().find(|imaging| imaging.concept.code == procedure.concept.code);
    if let Some(imaging) = imaging {
        imaging_study::write(chart, stay, imaging, &place);
    }
}
