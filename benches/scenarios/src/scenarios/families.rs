//! Kinds of searches, each with values that chance picks from the data.

use std::ops::Range;

use crate::data::{Coding, Quantity, Values};
use crate::dice::Dice;
use crate::http::encoded;
use crate::load::RowName;

/// Makes a search, when the data has values for it.
type Make = Box<dyn Fn(&Values, &mut Dice) -> Option<String> + Send + Sync>;

/// Searches of one kind.
pub struct Family {
    /// What it is called.
    pub row: RowName,
    /// The type that is searched.
    pub resource_type: &'static str,
    make: Make,
}

/// Of dates and quantities.
const PREFIXES: [&str; 7] = ["eq", "lt", "gt", "le", "ge", "sa", "eb"];
const UCUM: &str = "http://unitsofmeasure.org";

impl Family {
    /// A family whose searches `make` makes: the query, without its `?`.
    pub fn new(
        group: &str,
        resource_type: &'static str,
        parameters: &str,
        make: impl Fn(&Values, &mut Dice) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        let row = RowName::new(group, format!("{resource_type}?{parameters}"));
        Self { row, resource_type, make: Box::new(make) }
    }

    /// One whose search is always the same.
    pub fn fixed(group: &str, resource_type: &'static str, name: &str, query: impl Into<String>) -> Self {
        let query = query.into();
        Self::new(group, resource_type, name, move |_, _| Some(query.clone()))
    }

    /// The parameters of a search, as they stand in a URL; `None`, when the data has no value for it.
    pub fn parameters(&self, values: &Values, dice: &mut Dice) -> Option<String> {
        (self.make)(values, dice)
    }

    /// A search, as a URL under the base with room for further parameters.
    pub fn search(&self, values: &Values, dice: &mut Dice) -> Option<String> {
        Some(format!("{}?{}", self.resource_type, self.parameters(values, dice)?))
    }
}

/// Every family of the scenario `search`: a row each.
pub fn search_families() -> Vec<Family> {
    let mut families = strings();
    families.extend(dates());
    families.extend(tokens());
    families.extend(quantities());
    families.extend(composites());
    families.extend(references());
    families
}

type Texts = fn(&Values) -> &[String];

fn strings() -> Vec<Family> {
    let rows: [(&'static str, &'static str, Texts); 3] = [
        ("Patient", "name", |values| &values.pools.names),
        ("Patient", "address", |values| &values.pools.addresses),
        ("Organization", "name", |values| &values.pools.organizations),
    ];
    let mut families = Vec::new();
    for (resource_type, parameter, texts) in rows {
        families.push(Family::new("string", resource_type, parameter, move |values, dice| {
            Some(format!("{parameter}={}", letters(dice.pick(texts(values))?, 0..4)))
        }));
        let contains = format!("{parameter}:contains");
        families.push(Family::new("string", resource_type, &contains, move |values, dice| {
            Some(format!("{parameter}:contains={}", letters(dice.pick(texts(values))?, 1..4)))
        }));
    }
    families
}

/// Letters of a text. A short one keeps them all, so that something is left to search for.
fn letters(text: &str, which: Range<usize>) -> String {
    let letters: Vec<char> = text.chars().collect();
    let part = letters.get(which).unwrap_or(&letters);
    encoded(part.iter().collect::<String>().trim())
}

fn dates() -> Vec<Family> {
    let rows: [(&'static str, &'static str, Texts); 3] = [
        ("Patient", "birthdate", |values| &values.pools.birth_dates),
        ("Observation", "date", |values| &values.pools.observed),
        ("Encounter", "date", |values| &values.pools.encountered),
    ];
    let mut families = Vec::new();
    for (resource_type, parameter, texts) in rows {
        for prefix in PREFIXES {
            let name = format!("{parameter}={prefix}");
            families.push(Family::new("date", resource_type, &name, move |values, dice| {
                Some(format!("{parameter}={prefix}{}", day(dice.pick(texts(values))?)))
            }));
        }
    }
    families
}

/// The day of a moment.
fn day(moment: &str) -> &str {
    moment.get(..10).unwrap_or(moment)
}

/// As a token search writes it.
pub fn token(coding: &Coding) -> String {
    encoded(&format!("{}|{}", coding.system, coding.code))
}

/// Any of these.
pub fn tokens_of<'a>(codings: impl IntoIterator<Item = &'a Coding>) -> String {
    codings.into_iter().map(token).collect::<Vec<_>>().join(",")
}

type Codings = fn(&Values) -> &[Coding];

fn tokens() -> Vec<Family> {
    /// Values of an OR list.
    const LISTED: usize = 5;
    let rows: [(&'static str, Codings); 2] =
        [("category", |values| &values.pools.categories), ("code", |values| &values.pools.codes)];
    let mut families = Vec::new();
    for (parameter, codings) in rows {
        let named = |what: &str| format!("{parameter}={what}");
        families.push(Family::new("token", "Observation", &named("system|code"), move |values, dice| {
            Some(format!("{parameter}={}", token(dice.pick(codings(values))?)))
        }));
        families.push(Family::new("token", "Observation", &named("code"), move |values, dice| {
            Some(format!("{parameter}={}", encoded(&dice.pick(codings(values))?.code)))
        }));
        families.push(Family::new("token", "Observation", &named("a,b,c,d,e"), move |values, dice| {
            let list: Option<Vec<_>> = (0..LISTED).map(|_| dice.pick(codings(values))).collect();
            Some(format!("{parameter}={}", tokens_of(list?)))
        }));
    }
    families.push(Family::new("token", "Encounter", "status", |values, dice| {
        Some(format!("status={}", encoded(dice.pick::<String>(&values.pools.statuses)?)))
    }));
    families.push(Family::new("token", "Encounter", "class", |values, dice| {
        Some(format!("class={}", token(dice.pick(&values.pools.classes)?)))
    }));
    families
}

type Quantities = fn(&Values) -> &[Quantity];

fn quantities() -> Vec<Family> {
    let rows: [(&'static str, Quantities); 3] = [
        ("value-quantity", |values| &values.pools.quantities),
        ("component-value-quantity", |values| &values.pools.component_quantities),
        ("combo-value-quantity", |values| &values.pools.quantities),
    ];
    let mut families = Vec::new();
    for (parameter, quantities) in rows {
        for prefix in PREFIXES {
            let name = format!("{parameter}={prefix}");
            families.push(Family::new("quantity", "Observation", &name, move |values, dice| {
                let Quantity { value, unit, .. } = dice.pick(quantities(values))?;
                Some(format!("{parameter}={prefix}{}", encoded(&format!("{value}|{UCUM}|{unit}"))))
            }));
        }
    }
    families
}

fn composites() -> Vec<Family> {
    let rows: [(&'static str, Quantities); 3] = [
        ("code-value-quantity", |values| &values.pools.quantities),
        ("component-code-value-quantity", |values| &values.pools.component_quantities),
        ("combo-code-value-quantity", |values| &values.pools.quantities),
    ];
    let family = |(parameter, quantities): (&'static str, Quantities)| {
        Family::new("composite", "Observation", parameter, move |values, dice| {
            let Quantity { measured, value, .. } = dice.pick(quantities(values))?;
            Some(format!("{parameter}={}$gt{value}", token(measured)))
        })
    };
    rows.into_iter().map(family).collect()
}

fn references() -> Vec<Family> {
    let rows: [(&'static str, &'static str, Texts); 8] = [
        ("Observation", "subject", |values| &values.subjects),
        ("Observation", "encounter", |values| &values.encounters),
        ("Observation", "performer", |values| &values.performers),
        ("Encounter", "subject", |values| &values.subjects),
        ("Encounter", "participant", |values| &values.participants),
        ("MedicationRequest", "subject", |values| &values.subjects),
        ("MedicationRequest", "encounter", |values| &values.encounters),
        ("MedicationRequest", "requester", |values| &values.requesters),
    ];
    let family = |(resource_type, parameter, places): (&'static str, &'static str, Texts)| {
        Family::new("reference", resource_type, parameter, move |values, dice| {
            Some(format!("{parameter}={}", encoded(dice.pick(places(values))?)))
        })
    };
    rows.into_iter().map(family).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use super::*;
    use crate::data::Data;

    fn values() -> Values {
        let pools = Data::generated(5, 1).and_then(|data| data.pools()).expect("values");
        let place = |name: &str| vec![format!("{name}/1")];
        Values {
            codes_ranked: pools.ranked_codes(),
            patients: place("Patient"),
            subjects: place("Patient"),
            encounters: place("Encounter"),
            performers: place("Practitioner"),
            participants: place("Practitioner"),
            requesters: place("Practitioner"),
            ids: BTreeMap::new(),
            pools,
        }
    }

    #[test]
    fn every_family_has_a_name_of_its_own_and_finds_values_in_generated_data() {
        let (values, families) = (values(), search_families());
        let names: HashSet<&str> = families.iter().map(|family| family.row.name.as_str()).collect();
        assert_eq!(names.len(), families.len());
        assert_eq!(families.len(), 6 + 21 + 8 + 21 + 3 + 8);
        for family in &families {
            let searches = |seed| {
                let mut dice = Dice::new(seed);
                (0..20)
                    .map(|_| family.search(&values, &mut dice).expect(&family.row.name))
                    .collect::<Vec<_>>()
            };
            assert_eq!(searches(1), searches(1), "the same in every run");
            for search in searches(1) {
                let (_, value) = search.split_once('=').expect("a parameter");
                assert!(!value.is_empty() && !value.contains([' ', '|', '&', '+', '#']), "{search}");
            }
        }
    }

    #[test]
    fn searches_are_written_as_the_specification_has_them() {
        let mut values = values();
        let measured = Coding { system: "http://loinc.org".to_owned(), code: "8310-5".to_owned() };
        values.pools.quantities = vec![Quantity {
            measured: measured.clone(),
            value: "37.5".to_owned(),
            unit: "[degF]".to_owned(),
        }];
        values.pools.codes = vec![measured];
        values.pools.names = vec!["Al-Sayed".to_owned()];
        values.pools.encountered = vec!["2020-02-03T00:00:00+01:00".to_owned()];
        let families = search_families();
        let check = |name: &str, expected: &str| {
            let family = families.iter().find(|family| family.row.name == name).expect(name);
            assert_eq!(family.search(&values, &mut Dice::new(0)).as_deref(), Some(expected));
        };
        check("Patient?name", "Patient?name=Al-S");
        check("Patient?name:contains", "Patient?name:contains=l-S");
        check("Encounter?date=sa", "Encounter?date=sa2020-02-03");
        check("Observation?code=system|code", "Observation?code=http://loinc.org%7C8310-5");
        check("Observation?code=code", "Observation?code=8310-5");
        check(
            "Observation?value-quantity=le",
            "Observation?value-quantity=le37.5%7Chttp://unitsofmeasure.org%7C%5BdegF%5D",
        );
        check(
            "Observation?code-value-quantity",
            "Observation?code-value-quantity=http://loinc.org%7C8310-5$gt37.5",
        );
        check("Observation?performer", "Observation?performer=Practitioner/1");
    }

    #[test]
    fn no_values_no_search() {
        let values = Values { performers: Vec::new(), ..values() };
        let families = search_families();
        let family =
            families.iter().find(|family| family.row.name == "Observation?performer").expect("a family");
        assert_eq!(family.search(&values, &mut Dice::new(0)), None);
    }
}
