//! ExplanationOfBenefits: what a payer answers to a Claim. Two forms of them are found in the wild, and both are made here: that of
//! Medicare's Blue Button, and that of CARIN.

use crate::chart::{Chart, Stay};
use crate::claim::{Bill, BillKind, Line, write_line_start};
use crate::concept::{Naming, concept_json, system};
use crate::datatype::{coded, money, refer, refer_to, write_coding, write_named};
use crate::dice::Dice;
use crate::json::{Json, Place};
use crate::resources::Profile;
use crate::tables::{PayerKind, Tables};
use crate::visits::VisitKind;

const ADJUDICATION: &str = "http://terminology.hl7.org/CodeSystem/adjudication";
const CARIN: &str = "http://hl7.org/fhir/us/carin-bb/CodeSystem/";

/// Writes the answer to a Claim.
pub fn write(chart: &mut Chart<'_>, stay: &Stay<'_>, bill: &Bill<'_>, claim: &Place) {
    let payer = &chart.tables.payers[chart.person.payer_at];
    let government = payer.kind == PayerKind::Medicare || chart.person.naming == Naming::Short;
    if government {
        write_blue_button(chart, stay, bill, claim);
    } else {
        write_carin(chart, stay, bill, claim);
    }
}

/// Where a payer says that care was given.
fn place_of_service(stay: &Stay<'_>) -> (&'static str, &'static str) {
    match stay.visit.kind {
        VisitKind::Inpatient | VisitKind::Delivery => ("21", "Inpatient Hospital"),
        VisitKind::Emergency => ("20", "Urgent Care Facility"),
        VisitKind::Home => ("12", "Home"),
        VisitKind::Virtual => ("02", "Telehealth"),
        _ => ("19", "Off Campus-Outpatient Hospital"),
    }
}

fn write_kind(json: &mut Json, bill: &Bill<'_>, display: &str) {
    let code = bill.kind.code().0;
    json.object("type", |json| {
        write_coding(json, ("http://terminology.hl7.org/CodeSystem/claim-type", code, display));
        if !display.is_empty() {
            json.text("text", display);
        }
    });
}

/// `"careTeam":[{...}]`
fn write_team(json: &mut Json, provider: &crate::json::Facility, specialty: Option<&str>) {
    json.only("careTeam", |json| {
        json.number("sequence", 1);
        refer_to(json, "provider", provider);
        let system = "http://terminology.hl7.org/CodeSystem/claimcareteamrole";
        coded(json, "role", (system, "primary", "Primary provider"));
        if let Some(code) = specialty {
            coded(json, "qualification", (system::NUCC, code, ""));
        }
    });
}

/// What of a line is paid by whom: deductible, coinsurance, and the rest by the payer.
struct Split {
    submitted: i64,
    allowed: i64,
    deductible: i64,
    coinsurance: i64,
    paid: i64,
}

fn split(cents: i64, dice: &mut Dice) -> Split {
    let allowed = cents * dice.between(60, 100) / 100;
    let deductible = if dice.happens(20) { allowed / 4 } else { 0 };
    let coinsurance = (allowed - deductible) / 5;
    Split { submitted: cents, allowed, deductible, coinsurance, paid: allowed - deductible - coinsurance }
}

fn write_amount(json: &mut Json, category: (&str, &str, &str), cents: i64) {
    json.element(|json| {
        coded(json, "category", category);
        money(json, "amount", cents);
    });
}

fn write_blue_button(chart: &mut Chart<'_>, stay: &Stay<'_>, bill: &Bill<'_>, claim: &Place) {
    let (person, care) = (chart.person, chart.care(stay.visit));
    let place = chart.out.begin("ExplanationOfBenefit", Profile::None);
    let mut dice = Dice::new(place.seed);
    let cancelled = chart.out.is_changed(&place);
    let json = &mut chart.out.json;
    json.list("contained", |json| {
        write_contained(json, chart.patient, &care.practitioner, &person.payer.name);
    });
    json.list("identifier", |json| {
        let identifier = |json: &mut Json, name: &str, value: &str| {
            json.element(|json| {
                json.text("system", &format!("https://bluebutton.cms.gov/resources/{name}"));
                json.text("value", value);
            });
        };
        identifier(json, "variables/clm_id", claim.id.as_str());
        let group = (10_000_000_000 + dice.below(89_999_999_999)).to_string();
        identifier(json, "identifier/claim-group", if dice.happens(50) { "99999999999" } else { &group });
    });
    json.text("status", if cancelled { "cancelled" } else { "active" });
    write_kind(json, bill, "");
    json.text("use", "claim");
    refer(json, "patient", &chart.patient);
    json.object("billablePeriod", |json| {
        json.moment("start", bill.start);
        json.moment("end", bill.end);
    });
    json.moment("created", bill.end);
    refer_to(json, "insurer", &person.payer);
    refer_to(json, "provider", &care.practitioner);
    json.object("referral", |json| json.text("reference", "#referral"));
    json.object("facility", |json| json.facility(&care.location));
    refer(json, "claim", claim);
    json.text("outcome", "complete");
    write_team(json, &care.practitioner, None);
    if bill.kind != BillKind::Pharmacy && !stay.diagnoses.is_empty() {
        json.list("diagnosis", |json| {
            for (at, diagnosis) in stay.diagnoses.iter().enumerate() {
                json.element(|json| {
                    json.number("sequence", at as i64 + 1);
                    refer(json, "diagnosisReference", &diagnosis.condition);
                    json.list("type", |json| {
                        let system = "http://terminology.hl7.org/CodeSystem/ex-diagnosistype";
                        json.element(|json| write_coding(json, (system, "principal", "")));
                    });
                });
            }
        });
    }
    json.only("insurance", |json| {
        json.raw("focal", "true");
        json.object("coverage", |json| {
            json.text("reference", "#coverage");
            json.text("display", &person.payer.name);
        });
    });
    let paid = write_blue_button_items(json, stay, (bill, chart.tables), &mut dice);
    json.only("total", |json| {
        json.object("category", |json| write_named(json, (ADJUDICATION, "submitted", "Submitted Amount")));
        money(json, "amount", bill.cents());
    });
    json.object("payment", |json| money(json, "amount", paid));
    chart.out.end();
}

fn write_contained(json: &mut Json, patient: Place, practitioner: &crate::json::Facility, payer: &str) {
    json.element(|json| {
        json.text("resourceType", "ServiceRequest");
        json.text("id", "referral");
        json.text("status", "completed");
        json.text("intent", "order");
        refer(json, "subject", &patient);
        refer_to(json, "requester", practitioner);
        json.only("performer", |json| json.facility(practitioner));
    });
    json.element(|json| {
        json.text("resourceType", "Coverage");
        json.text("id", "coverage");
        json.text("status", "active");
        json.object("type", |json| json.text("text", payer));
        refer(json, "beneficiary", &patient);
        json.only("payor", |json| json.text("display", payer));
    });
}

/// Writes the items, and gives what is paid for them.
fn write_blue_button_items(
    json: &mut Json,
    stay: &Stay<'_>,
    (bill, tables): (&Bill<'_>, &Tables),
    dice: &mut Dice,
) -> i64 {
    let mut paid = 0;
    let (place_code, place_name) = place_of_service(stay);
    json.list("item", |json| {
        for (at, line) in bill.lines.iter().enumerate() {
            json.element(|json| {
                write_line_start(json, at, line);
                let service = "https://bluebutton.cms.gov/resources/variables/line_cms_type_srvc_cd";
                coded(json, "category", (service, "1", "Medical care"));
                json.raw("productOrService", line.code);
                json.object("servicedPeriod", |json| {
                    json.moment("start", bill.start);
                    json.moment("end", bill.end);
                });
                let places = "http://terminology.hl7.org/CodeSystem/ex-serviceplace";
                coded(json, "locationCodeableConcept", (places, place_code, place_name));
                if at == 0 {
                    json.only("encounter", |json| json.place(&stay.encounter));
                }
                if line.cents > 0 && at > 0 {
                    paid += write_blue_button_line(json, line, tables, dice);
                }
            });
        }
    });
    paid
}

fn write_blue_button_line(json: &mut Json, line: &Line<'_>, tables: &Tables, dice: &mut Dice) -> i64 {
    let split = split(line.cents, dice);
    money(json, "net", line.cents);
    let amounts = [
        ("line_coinsrnc_amt", split.coinsurance),
        ("line_prvdr_pmt_amt", split.paid),
        ("line_sbmtd_chrg_amt", split.submitted),
        ("line_alowd_chrg_amt", split.allowed),
        ("line_bene_ptb_ddctbl_amt", split.deductible),
    ];
    json.list("adjudication", |json| {
        for (name, cents) in amounts {
            let code = tables.adjudications.iter().find(|code| code.code.ends_with(name));
            if let Some(code) = code {
                write_amount(json, (code.system, code.code, code.display), cents);
            }
        }
        json.element(|json| {
            let variable = "https://bluebutton.cms.gov/resources/variables/line_prcsg_ind_cd";
            let system = "https://bluebutton.cms.gov/resources/codesystem/adjudication";
            coded(json, "category", (system, variable, "Line Processing Indicator Code"));
            coded(json, "reason", (variable, "A", "Allowed"));
        });
    });
    split.paid
}

fn write_carin(chart: &mut Chart<'_>, stay: &Stay<'_>, bill: &Bill<'_>, claim: &Place) {
    let (person, care) = (chart.person, chart.care(stay.visit));
    let profile = match (bill.kind, stay.visit.kind.is_stay()) {
        (BillKind::Pharmacy, _) => "C4BB-ExplanationOfBenefit-Pharmacy",
        (BillKind::Institutional, true) => "C4BB-ExplanationOfBenefit-Inpatient-Institutional",
        (BillKind::Institutional, false) => "C4BB-ExplanationOfBenefit-Outpatient-Institutional",
        (BillKind::Professional, _) => "C4BB-ExplanationOfBenefit-Professional-NonClinician",
    };
    let place = chart.out.begin("ExplanationOfBenefit", Profile::Carin(profile));
    let mut dice = Dice::new(place.seed);
    let cancelled = chart.out.is_changed(&place);
    let json = &mut chart.out.json;
    json.only("identifier", |json| {
        json.object("type", |json| {
            write_named(json, (&format!("{CARIN}C4BBIdentifierType"), "uc", "Unique Claim ID"));
        });
        json.text("system", "https://payer.example.com/claims");
        json.text("value", &(100_000_000_000 + dice.below(900_000_000_000)).to_string());
    });
    json.text("status", if cancelled { "cancelled" } else { "active" });
    write_kind(json, bill, bill.kind.code().1);
    if bill.kind == BillKind::Institutional {
        let code = if stay.visit.kind.is_stay() { "inpatient" } else { "outpatient" };
        coded(json, "subType", (&format!("{CARIN}C4BBInstitutionalClaimSubType"), code, ""));
    }
    json.text("use", "claim");
    refer(json, "patient", &chart.patient);
    json.object("billablePeriod", |json| {
        json.day("start", bill.start.day());
        json.day("end", bill.end.day());
    });
    json.moment("created", bill.end);
    refer_to(json, "insurer", &person.payer);
    refer_to(json, "provider", &care.organization);
    refer(json, "claim", claim);
    json.object("payee", |json| {
        coded(json, "type", ("http://terminology.hl7.org/CodeSystem/payeetype", "provider", "Provider"));
        refer_to(json, "party", &care.organization);
    });
    json.text("outcome", "complete");
    write_team(json, &care.practitioner, Some(care.specialty));
    write_supporting(json, bill);
    if bill.kind != BillKind::Pharmacy && !stay.diagnoses.is_empty() {
        json.list("diagnosis", |json| write_carin_diagnoses(json, stay));
    }
    json.only("insurance", |json| {
        json.raw("focal", "true");
        refer(json, "coverage", &chart.coverage);
    });
    let sum = write_carin_items(json, stay, bill, &mut dice);
    json.list("total", |json| {
        write_amount(json, (ADJUDICATION, "submitted", "Submitted Amount"), sum.submitted);
        write_amount(json, (ADJUDICATION, "benefit", "Benefit Amount"), sum.paid);
        let liability = (&*format!("{CARIN}C4BBAdjudication"), "memberliability", "Member liability");
        write_amount(json, liability, sum.coinsurance + sum.deductible);
    });
    json.object("payment", |json| {
        coded(json, "type", ("http://terminology.hl7.org/CodeSystem/ex-paymenttype", "complete", "Complete"));
        json.day("date", bill.end.day().plus(20).min(person.record_until.day()));
        money(json, "amount", sum.paid);
    });
    chart.out.end();
}

fn write_supporting(json: &mut Json, bill: &Bill<'_>) {
    let kinds = format!("{CARIN}C4BBSupportingInfoType");
    json.list("supportingInfo", |json| {
        json.element(|json| {
            json.number("sequence", 1);
            coded(json, "category", (&kinds, "clmrecvddate", "Claim Received Date"));
            json.day("timingDate", bill.end.day());
        });
        json.element(|json| {
            json.number("sequence", 2);
            coded(json, "category", (&kinds, "billingnetworkstatus", "Billing Network Status"));
            coded(json, "code", (&format!("{CARIN}C4BBPayerAdjudicationStatus"), "innetwork", "In Network"));
        });
    });
}

fn write_carin_diagnoses(json: &mut Json, stay: &Stay<'_>) {
    for (at, diagnosis) in stay.diagnoses.iter().enumerate() {
        json.element(|json| {
            let (code, display) = diagnosis.problem.icd10;
            json.number("sequence", at as i64 + 1);
            json.raw("diagnosisCodeableConcept", &concept_json(&[(system::ICD10, code, display)], display));
            json.list("type", |json| {
                let system = "http://terminology.hl7.org/CodeSystem/ex-diagnosistype";
                json.element(|json| write_coding(json, (system, "principal", "Principal Diagnosis")));
            });
        });
    }
}

/// Writes the items, and gives their sums. What was only found costs nothing, and is not listed.
fn write_carin_items(json: &mut Json, stay: &Stay<'_>, bill: &Bill<'_>, dice: &mut Dice) -> Split {
    let mut sum = Split { submitted: 0, allowed: 0, deductible: 0, coinsurance: 0, paid: 0 };
    json.list("item", |json| {
        let lines = bill.lines.iter().filter(|line| line.diagnosis.is_none());
        for (at, line) in lines.enumerate() {
            let split = split(line.cents, dice);
            json.element(|json| write_carin_item(json, stay, (bill, line, at), &split));
            sum.submitted += split.submitted;
            sum.deductible += split.deductible;
            sum.coinsurance += split.coinsurance;
            sum.paid += split.paid;
        }
    });
    sum
}

fn write_carin_item(
    json: &mut Json,
    stay: &Stay<'_>,
    (bill, line, at): (&Bill<'_>, &Line<'_>, usize),
    split: &Split,
) {
    json.number("sequence", at as i64 + 1);
    if !stay.diagnoses.is_empty() && bill.kind != BillKind::Pharmacy {
        json.list("diagnosisSequence", |json| json.member("1"));
    }
    match line.hcpcs {
        "" => json.raw("productOrService", line.code),
        code => json.object("productOrService", |json| {
            write_coding(json, (system::HCPCS, code, ""));
            json.text("text", line.name);
        }),
    }
    json.day("servicedDate", bill.start.day());
    let places = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set";
    coded(json, "locationCodeableConcept", (places, place_of_service(stay).0, ""));
    json.object("quantity", |json| json.number("value", 1));
    money(json, "net", line.cents);
    json.list("adjudication", |json| {
        let own = format!("{CARIN}C4BBAdjudication");
        write_amount(json, (ADJUDICATION, "submitted", "Submitted Amount"), split.submitted);
        write_amount(json, (ADJUDICATION, "eligible", "Eligible Amount"), split.allowed);
        write_amount(json, (ADJUDICATION, "deductible", "Deductible"), split.deductible);
        write_amount(json, (&own, "coinsurance", "Coinsurance"), split.coinsurance);
        write_amount(json, (&own, "paidtoprovider", "Paid to provider"), split.paid);
        json.element(|json| {
            let kind = format!("{CARIN}C4BBAdjudicationDiscriminator");
            coded(json, "category", (&kind, "benefitpaymentstatus", "Benefit Payment Status"));
            coded(json, "reason", (&format!("{CARIN}C4BBPayerAdjudicationStatus"), "innetwork", ""));
        });
    });
}
