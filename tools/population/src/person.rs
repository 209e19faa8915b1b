//! Who a patient is: what the census and the front desk ask for.

use crate::calendar::{Day, Moment, Zone};
use crate::concept::Naming;
use crate::dice::Dice;
use crate::facilities::{Care, Facilities, STAFF};
use crate::json::Facility;
use crate::tables::{Culture, Name, PayerKind, Sex, Tables, Town};

/// Where somebody lives.
pub struct Address<'a> {
    pub(crate) line: String,
    pub(crate) town: &'a Town,
    pub(crate) zip: String,
    /// Thousandths of a degree, off the town's.
    pub(crate) off: (i64, i64),
}

/// A patient as a person.
pub struct Person<'a> {
    pub(crate) sex: Sex,
    pub(crate) culture: &'a Culture,
    pub(crate) given: &'a Name,
    pub(crate) middle: Option<&'a Name>,
    pub(crate) family: &'a Name,
    pub(crate) former_family: Option<&'a Name>,
    pub(crate) home: Address<'a>,
    pub(crate) birth: Moment,
    pub(crate) death: Option<Moment>,
    /// From when on the record is kept.
    pub(crate) record_from: Moment,
    /// When the record ends: with death, or with the last day of the plan.
    pub(crate) record_until: Moment,
    pub(crate) speaks_english: bool,
    pub(crate) care: CareNetwork,
    pub(crate) payer: Facility,
    /// Where the payer stands in its table.
    pub(crate) payer_at: usize,
    pub(crate) member_id: u64,
    pub(crate) naming: Naming,
}

/// Who looks after a patient.
pub struct CareNetwork {
    pub(crate) primary: Care,
    pub(crate) specialist: Care,
    pub(crate) hospital: Care,
}

/// How many of a hundred people are of the age of each decade.
const AGES: [u64; 10] = [12, 13, 13, 13, 13, 13, 11, 7, 4, 1];
/// How many of a hundred of each decade have died in the last eight years.
const DEATHS: [u64; 10] = [1, 1, 1, 1, 2, 4, 8, 16, 34, 55];
/// Years of the record's beginning before its end.
const RECORD_YEARS: (i64, i64) = (4, 13);

impl Person<'_> {
    /// Years of age at a moment, with their fraction.
    pub fn age(&self, at: Moment) -> f64 {
        at.years_since(self.birth)
    }

    /// Whole years of age.
    pub fn years(&self, at: Moment) -> i64 {
        self.age(at) as i64
    }

    /// The clocks at home.
    pub fn zone(&self) -> Zone {
        self.home.town.zone()
    }

    /// Given and family name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given.latin, self.family.latin)
    }

    /// How grown ups are addressed.
    pub fn prefix(&self) -> Option<&'static str> {
        let grown = self.age(self.record_until) >= 18.0;
        grown.then_some(match (self.sex, self.former_family) {
            (Sex::Male, _) => "Mr.",
            (Sex::Female, None) => "Ms.",
            (Sex::Female, Some(_)) => "Mrs.",
        })
    }
}

/// Somewhere to live.
pub fn address<'a>(tables: &'a Tables, town: &'a Town, dice: &mut Dice) -> Address<'a> {
    Address {
        line: format!("{} {}", dice.between(100, 1099), dice.pick(&tables.streets)),
        town,
        zip: format!("{}{:02}", town.zip, dice.below(100)),
        off: (dice.between(-60, 60), dice.between(-60, 60)),
    }
}

/// Makes up a person.
pub fn born<'a>(tables: &'a Tables, facilities: &Facilities, until: Day, dice: &mut Dice) -> Person<'a> {
    let decades: Vec<usize> = (0..AGES.len()).collect();
    let decade = dice.weigh(&decades, |decade| AGES[*decade]).copied().unwrap_or(0);
    let age_days = (decade as i64 * 3_652 + dice.between(20, 3_651)).min(37_000);
    let birth = until.plus(-age_days).at_minute(dice.between(0, 1439));
    let end = until.at_minute(0);
    let death = dice.happens(DEATHS[decade]).then(|| {
        let days = dice.between(1, (8 * 365).min(age_days - 3));
        end.plus_minutes(-days * 1440 + dice.between(0, 1000))
    });
    let record_until = death.unwrap_or(end);
    let years = dice.between(RECORD_YEARS.0, RECORD_YEARS.1);
    let record_from = record_until.plus_minutes(-(years * 365 + dice.between(0, 364)) * 1440).max(birth);
    let culture = dice.weigh(&tables.cultures, |culture| culture.weight).unwrap_or(&tables.cultures[0]);
    let sex = if dice.happens(51) { Sex::Female } else { Sex::Male };
    let site = dice.below(facilities.sites());
    let town = facilities.site(tables, site).town;
    let grown = record_until.years_since(birth) >= 24.0;
    let renamed = grown && dice.happens(if sex == Sex::Female { 45 } else { 3 });
    let payer_at = payer(tables, facilities, record_until.years_since(birth), dice);
    Person {
        sex,
        culture,
        given: dice.favour(culture.givens(sex)),
        middle: dice.happens(55).then(|| dice.pick(culture.givens(sex))),
        family: dice.favour(&culture.families),
        former_family: renamed.then(|| dice.pick(&culture.families)),
        home: address(tables, town, dice),
        birth,
        death,
        record_from,
        record_until,
        speaks_english: !dice.happens(culture.speakers_percent),
        care: care(tables, facilities, site, dice),
        payer: facilities.payer(tables, payer_at),
        payer_at,
        member_id: 100_000_000 + dice.below(900_000_000),
        naming: if dice.happens(60) { Naming::Full } else { Naming::Short },
    }
}

fn payer(tables: &Tables, facilities: &Facilities, age: f64, dice: &mut Dice) -> usize {
    let kind = match age {
        65.0.. => PayerKind::Medicare,
        _ if dice.happens(25) => PayerKind::Medicaid,
        _ => PayerKind::Private,
    };
    let payers = facilities.payers_of(tables, kind);
    payers.get(dice.below(payers.len().max(1) as u64) as usize).copied().unwrap_or(0)
}

fn care(tables: &Tables, facilities: &Facilities, site: u64, dice: &mut Dice) -> CareNetwork {
    let hospital = dice.below(facilities.sites().div_ceil(4)) * 4;
    CareNetwork {
        primary: facilities.care(tables, site, dice.below(3)),
        specialist: facilities.care(tables, dice.below(facilities.sites()), 3 + dice.below(STAFF - 3)),
        hospital: facilities.care(tables, hospital, dice.below(STAFF)),
    }
}
