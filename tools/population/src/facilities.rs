//! What patients share: sites with their staff, payers and medicines. All of it is computed from the seed and a position.

use crate::concept::Naming;
use crate::dice::{Dice, seed_of};
use crate::id::Id;
use crate::json::Facility;
use crate::plan::Plan;
use crate::resources::Resources;
use crate::tables::{PayerKind, Sex, Tables, Town};

mod location;
mod medication;
mod organization;
mod practitioner;
mod practitioner_role;

/// Doctors of a site.
pub const STAFF: u64 = 8;
/// Where the sites' staff stands in their pieces: behind the Organization and the Location, each with a role.
const STAFF_POSITION: u64 = 2;
const SITES_MAX: u64 = 600;

/// The facilities of a population.
pub struct Facilities {
    seed: u64,
    sites: u64,
}

/// A site: a hospital or a clinic.
pub struct Site<'a> {
    pub(crate) name: String,
    pub(crate) town: &'a Town,
    pub(crate) street: String,
    pub(crate) zip: String,
    pub(crate) phone: String,
    pub(crate) is_hospital: bool,
    pub(crate) npi: String,
}

/// Who works at a site.
pub struct Staff<'a> {
    pub(crate) family: &'a str,
    pub(crate) given: &'a str,
    pub(crate) sex: Sex,
    /// Where the specialty stands in its table.
    pub(crate) specialty: usize,
    pub(crate) npi: String,
}

/// Whom a patient sees, and where.
pub struct Care {
    pub(crate) organization: Facility,
    pub(crate) location: Facility,
    pub(crate) practitioner: Facility,
    /// Code of the practitioner's specialty.
    pub(crate) specialty: &'static str,
}

/// So many random digits, the first of them given.
pub fn digits(dice: &mut Dice, first: &str, count: usize) -> String {
    let mut text = String::from(first);
    (0..count).for_each(|_| text.push(char::from(b'0' + dice.below(10) as u8)));
    text
}

impl Facilities {
    /// Those of a plan: the sites grow with the square root of the number of patients, and there are no more than 600.
    pub fn new(plan: &Plan) -> Self {
        let sites = (8 + plan.patients.isqrt() / 4).min(SITES_MAX);
        Self { seed: seed_of(plan.seed, u64::MAX), sites }
    }

    /// In how many pieces they come: the payers with the medicines, and then the sites.
    pub fn pieces(&self) -> u64 {
        1 + self.sites
    }

    /// How many sites there are.
    pub fn sites(&self) -> u64 {
        self.sites
    }

    fn piece_seed(&self, piece: u64) -> u64 {
        seed_of(self.seed, piece)
    }

    fn facility(&self, kind: &'static str, (piece, position): (u64, u64), name: String) -> Facility {
        Facility { kind, id: Id::at(self.piece_seed(piece), position), name }
    }

    /// The site at a position.
    pub fn site<'a>(&self, tables: &'a Tables, at: u64) -> Site<'a> {
        let mut dice = Dice::new(seed_of(!self.seed, at));
        let is_hospital = at.is_multiple_of(4);
        let town = dice.favour(&tables.towns);
        let kind = dice.pick(if is_hospital { &tables.hospitals } else { &tables.clinics });
        // Sites of one kind are told apart by their towns, and where a town has several by a number.
        let name = match at / 4 {
            0 => format!("{} {kind}", town.city.to_uppercase()),
            number => format!("{} {kind} {}", town.city.to_uppercase(), number + 1),
        };
        Site {
            name,
            town,
            street: format!("{} {}", dice.between(1, 999), dice.pick(&tables.streets).to_uppercase()),
            zip: format!("{}{:02}", town.zip, dice.below(100)),
            phone: digits(&mut dice, "555", 7),
            is_hospital,
            npi: digits(&mut dice, "1", 9),
        }
    }

    /// One of the staff of a site.
    pub fn staff<'a>(&self, tables: &'a Tables, site: u64, at: u64) -> Staff<'a> {
        let mut dice = Dice::new(seed_of(seed_of(!self.seed, site), at));
        let culture = dice.weigh(&tables.cultures, |culture| culture.weight).unwrap_or(&tables.cultures[0]);
        let sex = if dice.happens(52) { Sex::Female } else { Sex::Male };
        Staff {
            family: dice.pick(&culture.families).latin,
            given: dice.pick(culture.givens(sex)).latin,
            sex,
            // The first are the patients' own doctors; among the others all specialties are found.
            specialty: match at {
                0..3 => at as usize,
                _ => (3 + site * (STAFF - 3) + at) as usize % tables.specialties.len(),
            },
            npi: digits(&mut dice, "9", 9),
        }
    }

    /// What patients see of one of the staff of a site.
    pub fn care(&self, tables: &Tables, site: u64, at: u64) -> Care {
        let staff = self.staff(tables, site, at);
        let name = self.site(tables, site).name;
        let doctor = format!("Dr. {} {}", staff.given, staff.family);
        let position = STAFF_POSITION + 2 * at;
        Care {
            organization: self.facility("Organization", (1 + site, 0), name.clone()),
            location: self.facility("Location", (1 + site, 1), name),
            practitioner: self.facility("Practitioner", (1 + site, position), doctor),
            specialty: tables.specialties[staff.specialty].code,
        }
    }

    /// The payer at a position of its table.
    pub fn payer(&self, tables: &Tables, at: usize) -> Facility {
        self.facility("Organization", (0, at as u64), tables.payers[at].name.to_owned())
    }

    /// The medicine at a position of its table.
    pub fn medication(&self, tables: &Tables, at: usize) -> Facility {
        let position = tables.payers.len() + at;
        let name = tables.medications[at].concept.display.to_owned();
        self.facility("Medication", (0, position as u64), name)
    }

    /// Where the payers of a kind stand in their table.
    pub fn payers_of(&self, tables: &Tables, kind: PayerKind) -> Vec<usize> {
        (0..tables.payers.len()).filter(|at| tables.payers[*at].kind == kind).collect()
    }

    /// Writes a piece.
    pub fn write_piece(&self, tables: &Tables, piece: u64, out: &mut Resources) {
        let zone =
            piece.checked_sub(1).map_or(tables.towns[0].zone(), |at| self.site(tables, at).town.zone());
        out.restart(self.piece_seed(piece), zone, Naming::Full);
        let Some(at) = piece.checked_sub(1) else {
            tables.payers.iter().for_each(|payer| organization::write_payer(payer, tables, out));
            tables.medications.iter().for_each(|medication| medication::write(medication, out));
            return;
        };
        let site = self.site(tables, at);
        let organization = organization::write_site(&site, out);
        let location = location::write(&site, &organization, out);
        for member in 0..STAFF {
            let staff = self.staff(tables, at, member);
            let practitioner = practitioner::write(&staff, &site, out);
            let place = practitioner_role::Workplace { organization, location, practitioner };
            practitioner_role::write(&staff, (&site, tables), &place, out);
        }
    }
}
