//! Tables of people, places and payers.

use crate::PopulationError;
use crate::calendar::Zone;
use crate::rows::Rows;

/// Sex at birth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// `F`
    Female,
    /// `M`
    Male,
}

/// A name, and how its own script writes it.
pub struct Name {
    pub(crate) latin: &'static str,
    /// Empty where the script is Latin.
    pub(crate) native: &'static str,
}

/// People who share names, languages and what the census asks for.
pub struct Culture {
    pub(crate) weight: u64,
    pub(crate) race: (&'static str, &'static str),
    /// The detailed category, of race or, for those of Hispanic ethnicity, of ethnicity.
    pub(crate) detail: (&'static str, &'static str),
    pub(crate) ethnicity: (&'static str, &'static str),
    pub(crate) language: (&'static str, &'static str),
    pub(crate) speakers_percent: u64,
    pub(crate) families: Vec<Name>,
    pub(crate) females: Vec<Name>,
    pub(crate) males: Vec<Name>,
}

impl Culture {
    /// The given names of a sex.
    pub fn givens(&self, sex: Sex) -> &[Name] {
        match sex {
            Sex::Female => &self.females,
            Sex::Male => &self.males,
        }
    }

    /// Whether its ethnicity is Hispanic.
    pub fn is_hispanic(&self) -> bool {
        self.ethnicity.0 == "2135-2"
    }
}

/// A town.
pub struct Town {
    pub(crate) city: &'static str,
    pub(crate) state: &'static str,
    /// The first three digits.
    pub(crate) zip: &'static str,
    pub(crate) county: &'static str,
    /// Thousandths of a degree.
    pub(crate) latitude: i64,
    /// Thousandths of a degree.
    pub(crate) longitude: i64,
}

impl Town {
    /// Its clocks, as far as its longitude tells.
    pub fn zone(&self) -> Zone {
        let winter_h = match self.longitude {
            -87_000.. => -5,
            -100_000..-87_000 => -6,
            -113_000..-100_000 => -7,
            -130_000..-113_000 => -8,
            _ => -10,
        };
        Zone { winter_h }
    }
}

/// Who a payer insures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayerKind {
    /// The old.
    Medicare,
    /// The poor.
    Medicaid,
    /// Employees and their families.
    Private,
}

/// Who pays.
pub struct Payer {
    pub(crate) name: &'static str,
    pub(crate) kind: PayerKind,
    /// Code of the policy's type.
    pub(crate) policy: &'static str,
}

pub(super) fn cultures() -> Result<Vec<Culture>, PopulationError> {
    let names = Rows::parse("names", include_str!("../../tables/names.tsv"))?.each(|row| {
        let name = Name { latin: row.text("name")?, native: row.text("native")? };
        Ok((row.text("culture")?, row.text("part")?, name))
    })?;
    let of = |culture: &str, part: &str| -> Vec<Name> {
        let own = names.iter().filter(|name| name.0 == culture && name.1 == part);
        own.map(|(_, _, name)| Name { latin: name.latin, native: name.native }).collect()
    };
    let rows = Rows::parse("cultures", include_str!("../../tables/cultures.tsv"))?;
    rows.each(|row| {
        let culture = row.text("culture")?;
        let made = Culture {
            weight: row.number("weight")?,
            race: (row.text("race")?, row.text("racetext")?),
            detail: (row.text("detail")?, row.text("detailtext")?),
            ethnicity: (row.text("ethnicity")?, row.text("ethnicitytext")?),
            language: (row.text("language")?, row.text("languagetext")?),
            speakers_percent: row.number("speakers")?,
            families: of(culture, "family"),
            females: of(culture, "female"),
            males: of(culture, "male"),
        };
        let named = !made.families.is_empty() && !made.females.is_empty() && !made.males.is_empty();
        if named { Ok(made) } else { Err(row.wrong("culture")) }
    })
}

pub(super) fn towns() -> Result<Vec<Town>, PopulationError> {
    Rows::parse("places", include_str!("../../tables/places.tsv"))?.each(|row| {
        Ok(Town {
            city: row.text("city")?,
            state: row.text("state")?,
            zip: row.text("zip")?,
            county: row.text("county")?,
            latitude: row.number("latitude")?,
            longitude: row.number("longitude")?,
        })
    })
}

pub(super) fn payers() -> Result<Vec<Payer>, PopulationError> {
    Rows::parse("payers", include_str!("../../tables/payers.tsv"))?.each(|row| {
        let kind = match row.text("kind")? {
            "medicare" => PayerKind::Medicare,
            "medicaid" => PayerKind::Medicaid,
            "private" => PayerKind::Private,
            _ => return Err(row.wrong("kind")),
        };
        Ok(Payer { name: row.text("name")?, kind, policy: row.text("policy")? })
    })
}
