//! The facts that lives are made of: codes, names and numbers, one a line in `tables/`, parsed once.

use std::collections::BTreeMap;

use crate::PopulationError;
use crate::concept::{Concept, concept_json, system};
use crate::rows::{Row, Rows};

mod medical;
mod people;

pub use medical::{
    Allergen, Billed, Course, Finding, Goal, HealthProblem, Imaging, Implant, Lab, Medication, Panel, Plan,
    Schedule, Sign, Vaccine, VisitType,
};
pub use people::{Culture, Name, Payer, PayerKind, Sex, Town};

/// All tables.
pub struct Tables {
    pub(crate) adjudications: Vec<Code>,
    pub(crate) allergens: Vec<Allergen>,
    pub(crate) plans: Vec<Plan>,
    pub(crate) problems: Vec<HealthProblem>,
    pub(crate) cultures: Vec<Culture>,
    pub(crate) implants: Vec<Implant>,
    pub(crate) documents: Vec<Concept>,
    pub(crate) visits: Vec<VisitType>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) goals: Vec<Goal>,
    pub(crate) imaging: Vec<Imaging>,
    pub(crate) labs: Vec<Lab>,
    pub(crate) medications: Vec<Medication>,
    pub(crate) hospitals: Vec<&'static str>,
    pub(crate) clinics: Vec<&'static str>,
    pub(crate) panels: Vec<Panel>,
    pub(crate) payers: Vec<Payer>,
    pub(crate) complaints: Vec<&'static str>,
    pub(crate) examinations: Vec<&'static str>,
    pub(crate) advice: Vec<&'static str>,
    pub(crate) reviews: Vec<&'static str>,
    pub(crate) towns: Vec<Town>,
    pub(crate) procedures: Vec<Billed>,
    pub(crate) depression_questions: Vec<Concept>,
    pub(crate) specialties: Vec<Concept>,
    pub(crate) streets: Vec<&'static str>,
    pub(crate) social_questions: Vec<(Concept, String)>,
    pub(crate) vaccines: Vec<Vaccine>,
    pub(crate) signs: Vec<Sign>,
}

/// A code of any system.
pub struct Code {
    pub(crate) system: &'static str,
    pub(crate) code: &'static str,
    pub(crate) display: &'static str,
}

/// Where the rows of a table with codes stand.
pub type Positions = BTreeMap<&'static str, usize>;

fn positions<T>(items: &[T], code: impl Fn(&T) -> &'static str) -> Positions {
    items.iter().enumerate().map(|(at, item)| (code(item), at)).collect()
}

/// The positions of the codes in a cell.
fn find(row: Row<'_>, column: &str, known: &Positions) -> Result<Vec<usize>, PopulationError> {
    let parts = row.parts(column)?;
    parts.iter().map(|code| known.get(code).copied().ok_or_else(|| row.wrong(column))).collect()
}

/// A concept of the columns `code` and `display`.
fn concept(row: Row<'_>, system: &str) -> Result<Concept, PopulationError> {
    Ok(Concept::new(system, row.text("code")?, row.text("display")?, None))
}

/// The cells of a column in the rows of one kind.
fn of_kind(rows: &Rows, columns: (&str, &str), kind: &str) -> Result<Vec<&'static str>, PopulationError> {
    let all = rows.each(|row| Ok((row.text(columns.0)?, row.text(columns.1)?)))?;
    Ok(all.into_iter().filter(|(own, _)| *own == kind).map(|(_, text)| text).collect())
}

fn adjudications() -> Result<Vec<Code>, PopulationError> {
    Rows::parse("adjudications", include_str!("../tables/adjudications.tsv"))?.each(|row| {
        Ok(Code { system: row.text("system")?, code: row.text("code")?, display: row.text("display")? })
    })
}

fn social_questions() -> Result<Vec<(Concept, String)>, PopulationError> {
    Rows::parse("surveys", include_str!("../tables/surveys.tsv"))?.each(|row| {
        let (answer, text) = (row.text("answer")?, row.text("text")?);
        Ok((concept(row, system::LOINC)?, concept_json(&[(system::LOINC, answer, text)], text)))
    })
}

impl Tables {
    /// Parses all tables.
    pub fn new() -> Result<Self, PopulationError> {
        let medications = medical::medications()?;
        let procedures = medical::procedures()?;
        let labs = medical::labs()?;
        let findings = medical::findings()?;
        let known_labs = positions(&labs, |lab| lab.concept.code);
        let known_findings = positions(&findings, |finding| finding.concept.code);
        let panels = medical::panels(&known_labs, &known_findings)?;
        let problems = medical::problems(&medical::Treatments {
            medications: positions(&medications, |medication| medication.concept.code),
            procedures: positions(&procedures, |procedure| procedure.concept.code),
            panels: positions(&panels, |panel| panel.concept.code),
        })?;
        let known_problems = positions(&problems, |problem| problem.concept.code);
        let organizations = Rows::parse("organizations", include_str!("../tables/organizations.tsv"))?;
        let phrases = Rows::parse("phrases", include_str!("../tables/phrases.tsv"))?;
        let streets = Rows::parse("streets", include_str!("../tables/streets.tsv"))?;
        let documents = Rows::parse("documents", include_str!("../tables/documents.tsv"))?;
        let questions = Rows::parse("questions", include_str!("../tables/questions.tsv"))?;
        let specialties = Rows::parse("specialties", include_str!("../tables/specialties.tsv"))?;
        Ok(Self {
            adjudications: adjudications()?,
            allergens: medical::allergens()?,
            plans: medical::plans(&known_problems)?,
            goals: medical::goals(&known_problems)?,
            problems,
            cultures: people::cultures()?,
            implants: medical::implants()?,
            documents: documents.each(|row| concept(row, system::LOINC))?,
            visits: medical::visits()?,
            findings,
            imaging: medical::imaging()?,
            labs,
            medications,
            hospitals: of_kind(&organizations, ("kind", "name"), "hospital")?,
            clinics: of_kind(&organizations, ("kind", "name"), "clinic")?,
            panels,
            payers: people::payers()?,
            complaints: of_kind(&phrases, ("use", "text"), "complaint")?,
            examinations: of_kind(&phrases, ("use", "text"), "exam")?,
            advice: of_kind(&phrases, ("use", "text"), "advice")?,
            reviews: of_kind(&phrases, ("use", "text"), "review")?,
            towns: people::towns()?,
            procedures,
            depression_questions: questions.each(|row| concept(row, system::LOINC))?,
            specialties: specialties.each(|row| concept(row, system::NUCC))?,
            streets: streets.each(|row| row.text("name"))?,
            social_questions: social_questions()?,
            vaccines: medical::vaccines()?,
            signs: medical::signs()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_well_formed() {
        Tables::new().unwrap();
    }
}
