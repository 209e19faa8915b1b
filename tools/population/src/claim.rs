//! Claims: what a visit or a medicine is billed with.

use crate::calendar::Moment;
use crate::chart::{Chart, Stay};
use crate::datatype::{coded, money, refer};
use crate::dice::Dice;
use crate::explanation_of_benefit;
use crate::json::{Json, Place};
use crate::resources::Profile;
use crate::tables::Medication;
use crate::visits::VisitKind;

/// A line of a bill.
pub struct Line<'a> {
    /// The CodeableConcept of what is billed.
    pub(crate) code: &'a str,
    /// The code that payers ask for; empty where there is none.
    pub(crate) hcpcs: &'static str,
    pub(crate) name: &'static str,
    pub(crate) cents: i64,
    /// The sequences of the diagnosis and the procedure that it is for.
    pub(crate) diagnosis: Option<i64>,
    pub(crate) procedure: Option<i64>,
}

/// A bill.
pub struct Bill<'a> {
    pub(crate) kind: BillKind,
    pub(crate) lines: Vec<Line<'a>>,
    pub(crate) start: Moment,
    pub(crate) end: Moment,
}

/// Who bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BillKind {
    /// A doctor.
    Professional,
    /// A hospital.
    Institutional,
    /// A pharmacy.
    Pharmacy,
}

impl BillKind {
    /// Code and display of the claim's type.
    pub fn code(self) -> (&'static str, &'static str) {
        match self {
            Self::Professional => ("professional", "Professional"),
            Self::Institutional => ("institutional", "Institutional"),
            Self::Pharmacy => ("pharmacy", "Pharmacy"),
        }
    }
}

impl Bill<'_> {
    /// The sum of its lines.
    pub fn cents(&self) -> i64 {
        self.lines.iter().map(|line| line.cents).sum()
    }
}

/// Bills a visit, and has the payer answer.
pub fn write<'v>(chart: &mut Chart<'v>, stay: &Stay<'v>) {
    let hospital = stay.visit.kind.is_stay() || stay.visit.kind == VisitKind::Emergency;
    let bill = Bill {
        kind: if hospital { BillKind::Institutional } else { BillKind::Professional },
        lines: lines(chart, stay),
        start: stay.visit.start,
        end: stay.visit.end,
    };
    let claim = write_claim(chart, stay, &bill);
    // One in twelve is still with the payer.
    if chart.dice.below(12) > 0 {
        explanation_of_benefit::write(chart, stay, &bill, &claim);
    }
    for medication in &stay.prescribed {
        if chart.dice.happens(60) {
            write_medicine(chart, stay, medication);
        }
    }
}

fn write_medicine(chart: &mut Chart<'_>, stay: &Stay<'_>, medication: &Medication) {
    let cents = medication.dollars * 100 + chart.dice.between(0, 900);
    let line = Line {
        code: medication.concept.json(chart.person.naming),
        hcpcs: "",
        name: medication.concept.display,
        cents,
        diagnosis: None,
        procedure: None,
    };
    let bill =
        Bill { kind: BillKind::Pharmacy, lines: vec![line], start: stay.visit.start, end: stay.visit.end };
    let claim = write_claim(chart, stay, &bill);
    if chart.dice.happens(25) {
        explanation_of_benefit::write(chart, stay, &bill, &claim);
    }
}

fn lines<'a>(chart: &mut Chart<'a>, stay: &Stay<'a>) -> Vec<Line<'a>> {
    let (tables, naming) = (chart.tables, chart.person.naming);
    let visit = &tables.visits[stay.visit_type];
    let around = chart.dice.between(85, 125);
    let mut lines = vec![Line {
        code: visit.concept.json(naming),
        hcpcs: "G0463",
        name: visit.concept.display,
        cents: visit.dollars * around,
        diagnosis: None,
        procedure: None,
    }];
    for (at, diagnosis) in stay.diagnoses.iter().enumerate() {
        lines.push(Line {
            code: diagnosis.problem.concept.json(naming),
            hcpcs: "",
            name: diagnosis.problem.concept.display,
            cents: 0,
            diagnosis: Some(at as i64 + 1),
            procedure: None,
        });
    }
    for (at, done) in stay.done.iter().enumerate() {
        lines.push(Line {
            code: done.procedure.concept.json(naming),
            hcpcs: done.procedure.hcpcs,
            name: done.procedure.concept.display,
            cents: done.procedure.dollars * chart.dice.between(80, 130),
            diagnosis: None,
            procedure: Some(at as i64 + 1),
        });
    }
    for vaccine in &stay.vaccines {
        let vaccine = &tables.vaccines[*vaccine].concept;
        lines.push(Line {
            code: vaccine.json(naming),
            hcpcs: "G0008",
            name: vaccine.display,
            cents: 14_052,
            diagnosis: None,
            procedure: None,
        });
    }
    lines
}

fn write_claim(chart: &mut Chart<'_>, stay: &Stay<'_>, bill: &Bill<'_>) -> Place {
    let care = chart.care(stay.visit);
    let person = chart.person;
    let place = chart.out.begin("Claim", Profile::None);
    let mut dice = Dice::new(place.seed);
    let cancelled = chart.out.is_changed(&place);
    let json = &mut chart.out.json;
    json.text("status", if cancelled { "cancelled" } else { "active" });
    let code = bill.kind.code().0;
    coded(json, "type", ("http://terminology.hl7.org/CodeSystem/claim-type", code, ""));
    json.text("use", "claim");
    json.object("patient", |json| {
        json.place(&chart.patient);
        json.text("display", &person.name());
    });
    json.object("billablePeriod", |json| {
        json.moment("start", bill.start);
        json.moment("end", bill.end);
    });
    json.moment("created", bill.end);
    json.object("provider", |json| json.facility(&care.organization));
    coded(json, "priority", ("http://terminology.hl7.org/CodeSystem/processpriority", "normal", ""));
    if dice.happens(60) {
        json.object("facility", |json| json.facility(&care.location));
    }
    if bill.kind != BillKind::Pharmacy {
        write_causes(json, stay);
    }
    json.only("insurance", |json| {
        json.number("sequence", 1);
        json.raw("focal", "true");
        json.object("coverage", |json| {
            json.place(&chart.coverage);
            json.text("display", &person.payer.name);
        });
    });
    json.list("item", |json| {
        for (at, line) in bill.lines.iter().enumerate() {
            json.element(|json| {
                write_line_start(json, at, line);
                json.raw("productOrService", line.code);
                if line.cents > 0 && at > 0 {
                    money(json, "net", line.cents);
                }
                if at == 0 {
                    json.only("encounter", |json| json.place(&stay.encounter));
                }
            });
        }
    });
    money(json, "total", bill.cents());
    chart.out.end();
    place
}

/// `"diagnosis":[...],"procedure":[...]`
fn write_causes(json: &mut Json, stay: &Stay<'_>) {
    if !stay.diagnoses.is_empty() {
        json.list("diagnosis", |json| {
            for (at, diagnosis) in stay.diagnoses.iter().enumerate() {
                json.element(|json| {
                    json.number("sequence", at as i64 + 1);
                    refer(json, "diagnosisReference", &diagnosis.condition);
                });
            }
        });
    }
    if !stay.done.is_empty() {
        json.list("procedure", |json| {
            for (at, done) in stay.done.iter().enumerate() {
                json.element(|json| {
                    json.number("sequence", at as i64 + 1);
                    refer(json, "procedureReference", &done.place);
                });
            }
        });
    }
}

/// A line's number, and what it is for.
pub fn write_line_start(json: &mut Json, at: usize, line: &Line<'_>) {
    json.number("sequence", at as i64 + 1);
    if let Some(diagnosis) = line.diagnosis {
        json.list("diagnosisSequence", |json| json.member(&diagnosis.to_string()));
    }
    if let Some(procedure) = line.procedure {
        json.list("procedureSequence", |json| json.member(&procedure.to_string()));
    }
}
