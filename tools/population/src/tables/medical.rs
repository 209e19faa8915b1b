//! Tables of what is diagnosed, measured, given and done.

use super::{Positions, concept, find};
use crate::PopulationError;
use crate::concept::{Concept, concept_json, system};
use crate::rows::Rows;
use crate::tables::Sex;

/// How a health problem runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Comes once and stays.
    Chronic,
    /// Comes with diabetes and stays.
    Diabetic,
    /// Stays, and is treated with all there is.
    Cancer,
    /// What was once.
    History,
    /// Of body weight.
    Weight,
    /// Comes and goes.
    Acute,
    /// Comes and goes, often with a visit to the emergency room.
    Injury,
    /// Comes and goes, with a stay in hospital.
    Hospital,
    /// Only since 2020.
    Covid,
    /// Of how people live.
    Social,
    /// A pregnancy.
    Pregnancy,
    /// A pregnancy that ends early, or nearly so.
    PregnancyLoss,
}

/// A health problem: who gets it, and what is done about it.
pub struct HealthProblem {
    pub(crate) concept: Concept,
    pub(crate) icd10: (&'static str, &'static str),
    pub(crate) course: Course,
    /// The only sex that gets it.
    pub(crate) sex: Option<Sex>,
    /// The ages, in years, at which it is found.
    pub(crate) ages: (i64, i64),
    /// How often: of a thousand people up to 44, up to 64 and older ones have a chronic one; other ones weigh so much.
    pub(crate) rates: [u64; 3],
    /// How long it takes.
    pub(crate) days: i64,
    pub(crate) medications: Vec<usize>,
    pub(crate) procedures: Vec<usize>,
    pub(crate) panels: Vec<usize>,
}

impl HealthProblem {
    /// How often at an age; 0 for those who can't have it.
    pub fn rate(&self, sex: Sex, age: i64) -> u64 {
        let fits = self.sex.is_none_or(|own| own == sex) && (self.ages.0..=self.ages.1).contains(&age);
        if !fits {
            return 0;
        }
        self.rates[match age {
            ..45 => 0,
            45..65 => 1,
            _ => 2,
        }]
    }
}

/// Where the treatments stand in their tables.
pub(super) struct Treatments {
    pub(super) medications: Positions,
    pub(super) procedures: Positions,
    pub(super) panels: Positions,
}

pub(super) fn problems(known: &Treatments) -> Result<Vec<HealthProblem>, PopulationError> {
    Rows::parse("conditions", include_str!("../../tables/conditions.tsv"))?.each(|row| {
        let icd10 = (row.text("icd10")?, row.text("icdtext")?);
        Ok(HealthProblem {
            concept: concept(row, system::SNOMED)?
                .with_also(system::SNOMED, (system::ICD10, icd10.0, icd10.1)),
            icd10,
            course: match row.text("course")? {
                "chronic" => Course::Chronic,
                "diabetic" => Course::Diabetic,
                "cancer" => Course::Cancer,
                "history" => Course::History,
                "weight" => Course::Weight,
                "acute" => Course::Acute,
                "injury" => Course::Injury,
                "hospital" => Course::Hospital,
                "covid" => Course::Covid,
                "social" => Course::Social,
                "pregnancy" => Course::Pregnancy,
                "pregnancyloss" => Course::PregnancyLoss,
                _ => return Err(row.wrong("course")),
            },
            sex: match row.text("sex")? {
                "a" => None,
                "f" => Some(Sex::Female),
                "m" => Some(Sex::Male),
                _ => return Err(row.wrong("sex")),
            },
            ages: (row.number("from")?, row.number("to")?),
            rates: [row.number("young")?, row.number("middle")?, row.number("old")?],
            days: row.number("days")?,
            medications: find(row, "medications", &known.medications)?,
            procedures: find(row, "procedures", &known.procedures)?,
            panels: find(row, "panel", &known.panels)?,
        })
    })
}

/// What a medicine is taken as.
pub struct Medication {
    pub(crate) concept: Concept,
    pub(crate) form: &'static str,
    /// How often a day.
    pub(crate) daily: i64,
    pub(crate) dollars: i64,
}

pub(super) fn medications() -> Result<Vec<Medication>, PopulationError> {
    Rows::parse("medications", include_str!("../../tables/medications.tsv"))?.each(|row| {
        Ok(Medication {
            concept: concept(row, system::RXNORM)?,
            form: row.text("form")?,
            daily: row.number("daily")?,
            dollars: row.number("dollars")?,
        })
    })
}

/// Something that is done and billed.
pub struct Billed {
    pub(crate) concept: Concept,
    pub(crate) hcpcs: &'static str,
    pub(crate) minutes: i64,
    pub(crate) dollars: i64,
}

pub(super) fn procedures() -> Result<Vec<Billed>, PopulationError> {
    Rows::parse("procedures", include_str!("../../tables/procedures.tsv"))?.each(|row| {
        Ok(Billed {
            concept: concept(row, system::SNOMED)?,
            hcpcs: row.text("hcpcs")?,
            minutes: row.number("minutes")?,
            dollars: row.number("dollars")?,
        })
    })
}

/// A laboratory test that gives a number.
pub struct Lab {
    pub(crate) concept: Concept,
    pub(crate) unit: &'static str,
    pub(crate) ucum: &'static str,
    /// Values that occur.
    pub(crate) range: (f64, f64),
    pub(crate) places: u8,
    /// Values of the healthy.
    pub(crate) normal: (f64, f64),
    /// Which of a person's traits decides; empty for none.
    pub(crate) by: &'static str,
}

pub(super) fn labs() -> Result<Vec<Lab>, PopulationError> {
    Rows::parse("labs", include_str!("../../tables/labs.tsv"))?.each(|row| {
        let short = row.text("short")?;
        Ok(Lab {
            concept: Concept::new(system::LOINC, row.text("code")?, row.text("display")?, Some(short)),
            unit: row.text("unit")?,
            ucum: row.text("ucum")?,
            range: (row.number("low")?, row.number("high")?),
            places: row.number("places")?,
            normal: (row.number("normal_low")?, row.number("normal_high")?),
            by: row.text("trait")?,
        })
    })
}

/// Something that is seen and named: one of two answers.
pub struct Finding {
    pub(crate) concept: Concept,
    pub(crate) kind: &'static str,
    pub(crate) usual_percent: u64,
    pub(crate) usual: String,
    pub(crate) unusual: String,
}

pub(super) fn findings() -> Result<Vec<Finding>, PopulationError> {
    Rows::parse("findings", include_str!("../../tables/findings.tsv"))?.each(|row| {
        let answer = |code: &str, display: &str| -> Result<String, PopulationError> {
            let display = row.text(display)?;
            Ok(concept_json(&[(system::SNOMED, row.text(code)?, display)], display))
        };
        Ok(Finding {
            concept: concept(row, system::LOINC)?,
            kind: row.text("kind")?,
            usual_percent: row.number("usual_percent")?,
            usual: answer("usual", "usual_display")?,
            unusual: answer("unusual", "unusual_display")?,
        })
    })
}

/// Laboratory tests that are ordered together.
pub struct Panel {
    pub(crate) concept: Concept,
    pub(crate) weight: u64,
    pub(crate) from_age: i64,
    pub(crate) labs: Vec<usize>,
    pub(crate) findings: Vec<usize>,
}

pub(super) fn panels(labs: &Positions, findings: &Positions) -> Result<Vec<Panel>, PopulationError> {
    Rows::parse("panels", include_str!("../../tables/panels.tsv"))?.each(|row| {
        let short = row.text("short")?;
        Ok(Panel {
            concept: Concept::new(system::LOINC, row.text("code")?, row.text("display")?, Some(short)),
            weight: row.number("weight")?,
            from_age: row.number("from")?,
            labs: find(row, "labs", labs)?,
            findings: find(row, "answers", findings)?,
        })
    })
}

/// A vital sign.
pub struct Sign {
    pub(crate) concept: Concept,
    pub(crate) unit: &'static str,
    pub(crate) ucum: &'static str,
    pub(crate) places: u8,
    pub(crate) profile: &'static str,
}

pub(super) fn signs() -> Result<Vec<Sign>, PopulationError> {
    Rows::parse("vitals", include_str!("../../tables/vitals.tsv"))?.each(|row| {
        let short = row.text("short")?;
        Ok(Sign {
            concept: Concept::new(system::LOINC, row.text("code")?, row.text("display")?, Some(short)),
            unit: row.text("unit")?,
            ucum: row.text("ucum")?,
            places: row.number("places")?,
            profile: match row.text("profile")? {
                "pediatric-bmi-for-age" => "pediatric-bmi-for-age",
                "pediatric-weight-for-height" => "pediatric-weight-for-height",
                "head-circumference" => "us-core-head-circumference",
                "head-occipital-frontal-circumference-percentile" => {
                    "head-occipital-frontal-circumference-percentile"
                }
                other => us_core(other).ok_or_else(|| row.wrong("profile"))?,
            },
        })
    })
}

fn us_core(name: &str) -> Option<&'static str> {
    [
        "us-core-body-height",
        "us-core-body-weight",
        "us-core-bmi",
        "us-core-heart-rate",
        "us-core-respiratory-rate",
        "us-core-body-temperature",
        "us-core-pulse-oximetry",
        "us-core-vital-signs",
    ]
    .into_iter()
    .find(|profile| profile.strip_prefix("us-core-") == Some(name))
}

/// When a vaccine is given.
pub enum Schedule {
    /// At these ages in months.
    Months(Vec<i64>),
    /// Each autumn.
    Yearly,
    /// Twice or thrice since 2021.
    Covid,
}

/// A vaccine.
pub struct Vaccine {
    pub(crate) concept: Concept,
    pub(crate) schedule: Schedule,
    /// The year from which it is given.
    pub(crate) since: i64,
}

pub(super) fn vaccines() -> Result<Vec<Vaccine>, PopulationError> {
    Rows::parse("vaccines", include_str!("../../tables/vaccines.tsv"))?.each(|row| {
        let months = row.parts("months")?;
        let schedule = match months[..] {
            ["yearly"] => Schedule::Yearly,
            ["covid"] => Schedule::Covid,
            _ => {
                let months = months.iter().map(|month| month.parse().map_err(|_| row.wrong("months")));
                Schedule::Months(months.collect::<Result<_, _>>()?)
            }
        };
        Ok(Vaccine { concept: concept(row, system::CVX)?, schedule, since: row.number("since")? })
    })
}

/// A type of encounter.
pub struct VisitType {
    pub(crate) concept: Concept,
    pub(crate) kind: &'static str,
    pub(crate) class: (&'static str, &'static str),
    pub(crate) weight: u64,
    pub(crate) dollars: i64,
}

pub(super) fn visits() -> Result<Vec<VisitType>, PopulationError> {
    Rows::parse("encounters", include_str!("../../tables/encounters.tsv"))?.each(|row| {
        Ok(VisitType {
            concept: concept(row, system::SNOMED)?,
            kind: row.text("kind")?,
            class: (row.text("class")?, row.text("classtext")?),
            weight: row.number("weight")?,
            dollars: row.number("dollars")?,
        })
    })
}

/// Something that people are allergic to.
pub struct Allergen {
    pub(crate) concept: Concept,
    pub(crate) category: &'static str,
    pub(crate) reaction: Concept,
}

pub(super) fn allergens() -> Result<Vec<Allergen>, PopulationError> {
    Rows::parse("allergies", include_str!("../../tables/allergies.tsv"))?.each(|row| {
        let category = row.text("category")?;
        let system = if category == "medication" { system::RXNORM } else { system::SNOMED };
        Ok(Allergen {
            concept: concept(row, system)?,
            category,
            reaction: Concept::new(system::SNOMED, row.text("reaction")?, row.text("reactiontext")?, None),
        })
    })
}

/// A device, implanted or worn.
pub struct Implant {
    pub(crate) concept: Concept,
    pub(crate) implanted: bool,
}

pub(super) fn implants() -> Result<Vec<Implant>, PopulationError> {
    Rows::parse("devices", include_str!("../../tables/devices.tsv"))?.each(|row| {
        Ok(Implant { concept: concept(row, system::SNOMED)?, implanted: row.text("implanted")? == "yes" })
    })
}

/// A plan of care, and one activity of it.
pub struct Plan {
    pub(crate) concept: Concept,
    pub(crate) reasons: Vec<usize>,
    pub(crate) activity: Concept,
}

pub(super) fn plans(problems: &Positions) -> Result<Vec<Plan>, PopulationError> {
    Rows::parse("careplans", include_str!("../../tables/careplans.tsv"))?.each(|row| {
        Ok(Plan {
            concept: concept(row, system::SNOMED)?,
            reasons: find(row, "reason", problems)?,
            activity: Concept::new(system::SNOMED, row.text("activity")?, row.text("activitytext")?, None),
        })
    })
}

/// A goal, and what is measured to know whether it is reached.
pub struct Goal {
    pub(crate) text: &'static str,
    /// None for goals that anyone may have.
    pub(crate) reason: Option<usize>,
    /// The concept, the value that is wanted, and its unit.
    pub(crate) measure: Option<(Concept, f64, &'static str)>,
}

pub(super) fn goals(problems: &Positions) -> Result<Vec<Goal>, PopulationError> {
    Rows::parse("goals", include_str!("../../tables/goals.tsv"))?.each(|row| {
        let measure = match row.text("measure")? {
            "" => None,
            code => {
                let concept = Concept::new(system::LOINC, code, row.text("measure_display")?, None);
                Some((concept, row.number("target")?, row.text("ucum")?))
            }
        };
        let reason = find(row, "reason", problems)?.first().copied();
        Ok(Goal { text: row.text("text")?, reason, measure })
    })
}

/// A way of making images.
pub struct Imaging {
    pub(crate) concept: Concept,
    pub(crate) site: (&'static str, &'static str),
    pub(crate) modality: (&'static str, &'static str),
}

pub(super) fn imaging() -> Result<Vec<Imaging>, PopulationError> {
    Rows::parse("imaging", include_str!("../../tables/imaging.tsv"))?.each(|row| {
        Ok(Imaging {
            concept: concept(row, system::SNOMED)?,
            site: (row.text("site")?, row.text("sitetext")?),
            modality: (row.text("modality")?, row.text("modalitytext")?),
        })
    })
}
