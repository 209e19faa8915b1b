//! The requests that are measured: creates of what people have, reads by id, searches of many families, downloads by type.

use fornax_planner::Kind;
use fornax_population::{Population, Resource, Resources};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::connection::Call;

/// Patients looked at for values, spread over those that are there.
const PATIENTS: u64 = 40;
/// What is downloaded, page by page.
const EXPORT: &str = "/fhir/Observation?_count=1000&_total=none";
/// Families of searches; each is asked as often.
const FAMILIES: usize = 14;

/// Picks; the same in every run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn pick<'a, T>(&mut self, values: &'a [T]) -> Option<&'a T> {
        let count = values.len().max(1) as u64;
        values.get((self.next() % count) as usize)
    }

    /// From above 0 up to 1.
    pub(crate) fn share(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }
}

/// What can be asked of a server that holds a population.
pub(crate) struct Requests {
    creates: Vec<(String, String)>,
    reads: Vec<String>,
    searches: [Vec<String>; FAMILIES],
}

impl Requests {
    /// With values of some of the first so many patients.
    pub(crate) fn of(population: &Population, patients: u64) -> Self {
        let mut requests =
            Self { creates: Vec::new(), reads: Vec::new(), searches: std::array::from_fn(|_| Vec::new()) };
        let mut resources = Resources::new();
        for number in (0..patients).step_by((patients / PATIENTS).max(1) as usize) {
            population.fill_patient(number, &mut resources);
            for resource in resources.iter() {
                requests.add(resource);
            }
        }
        requests
    }

    /// The next request of a kind; `next` is where a download goes on. Nothing where there are no such values.
    pub(crate) fn pick<'a>(&'a self, kind: Kind, dice: &mut Dice, next: &'a str) -> Option<Call<'a>> {
        let get = |target| Some(Call { method: "GET", target, body: b"" });
        match kind {
            Kind::Write => {
                let (target, body) = dice.pick(&self.creates)?;
                Some(Call { method: "POST", target, body: body.as_bytes() })
            }
            Kind::Read => get(dice.pick(&self.reads)?),
            Kind::Search => {
                // Small populations lack some families.
                let family =
                    (0..FAMILIES).find_map(|_| dice.pick(&self.searches).filter(|values| !values.is_empty()));
                get(dice.pick(family?)?)
            }
            Kind::Export => get(if next.is_empty() { EXPORT } else { next }),
        }
    }

    fn add(&mut self, resource: Resource<'_>) {
        let (kind, id) = (resource.kind(), resource.id());
        self.reads.push(format!("/fhir/{kind}/{id}"));
        self.creates.push((format!("/fhir/{kind}"), resource.json().to_owned()));
        let Ok(value) = serde_json::from_str::<Value>(resource.json()) else { return };
        match kind {
            "Patient" => self.add_patient(id, &value),
            "Observation" => self.add_observation(&value),
            "Encounter" => {
                if let Some(day) = day(&value["period"]["start"]) {
                    let patient = text(&value["subject"]["reference"]);
                    self.search(9, "Encounter", &[("patient", patient), ("date", format!("ge{day}"))]);
                }
            }
            _ => {}
        }
    }

    fn add_patient(&mut self, id: &str, value: &Value) {
        let patient = || ("patient", id.to_owned());
        let family = text(&value["name"][0]["family"]);
        let letters: String = family.chars().skip(1).take(3).collect();
        self.search(0, "Patient", &[("family", family)]);
        self.search(1, "Patient", &[("birthdate", text(&value["birthDate"]))]);
        self.search(2, "Patient", &[("name:contains", letters)]);
        self.search(3, "Observation", &[patient(), ("_sort", "-date".to_owned())]);
        self.search(4, "Observation", &[patient(), ("category", "laboratory".to_owned())]);
        self.search(5, "MedicationRequest", &[patient()]);
        self.search(6, "ExplanationOfBenefit", &[patient()]);
        self.search(7, "Condition", &[patient()]);
        let sorted = ("_sort", "-onset-date".to_owned());
        self.search(8, "Condition", &[("clinical-status", "active".to_owned()), sorted]);
    }

    fn add_observation(&mut self, value: &Value) {
        let coding = &value["code"]["coding"][0];
        let code = || ("code", format!("{}|{}", text(&coding["system"]), text(&coding["code"])));
        self.search(10, "Observation", &[code()]);
        self.search(11, "Observation", &[code(), ("patient.gender", "female".to_owned())]);
        if let Some(day) = day(&value["effectiveDateTime"]) {
            self.search(12, "Observation", &[code(), ("date", format!("ge{day}"))]);
        }
        if let Some(number) = value["valueQuantity"]["value"].as_f64() {
            self.search(13, "Observation", &[code(), ("value-quantity", format!("gt{number}"))]);
        }
    }

    fn search(&mut self, family: usize, resource_type: &str, parameters: &[(&str, String)]) {
        let mut target = format!("/fhir/{resource_type}?_count=20");
        for (name, value) in parameters {
            target.push_str(&format!("&{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
        }
        self.searches[family].push(target);
    }
}

/// Where a page of a download goes on: path and query; empty at its end.
pub(crate) fn next_target(page: &[u8]) -> String {
    let link = || {
        let text = std::str::from_utf8(page).ok()?;
        let (_, url) = text.split_once(r#""relation":"next","url":""#)?;
        let (url, _) = url.split_once('"')?;
        let path = url.split_once("://")?.1.find('/')?;
        Some(url.split_once("://")?.1[path..].to_owned())
    };
    link().unwrap_or_else(String::new)
}

/// How many resources are on a page.
pub(crate) fn page_resources(page: &[u8]) -> usize {
    std::str::from_utf8(page).map_or(0, |text| text.matches(r#""fullUrl":"#).count())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(String::new, str::to_owned)
}

fn day(value: &Value) -> Option<&str> {
    value.as_str()?.get(..10)
}

#[cfg(test)]
mod tests {
    use fornax_population::Plan;

    use super::*;

    #[test]
    fn every_family_has_values() {
        let population = Population::new(Plan::new(3, 20)).expect("a population");
        let requests = Requests::of(&population, 20);
        for (family, values) in requests.searches.iter().enumerate() {
            assert!(!values.is_empty(), "family {family}");
        }
        let mut dice = Dice::new(1);
        for kind in Kind::ALL {
            assert!(requests.pick(kind, &mut dice, "").is_some(), "{kind:?}");
        }
        assert!((0..1_000).all(|_| (0.0..=1.0).contains(&dice.share())));
    }

    #[test]
    fn a_download_goes_on_where_the_page_says() {
        let page = br#"{"link":[{"relation":"self","url":"http://h/fhir/A"},{"relation":"next","url":"http://h:1/fhir/A?_page=x"}],"entry":[{"fullUrl":"a"},{"fullUrl":"b"}]}"#;
        assert_eq!((next_target(page), page_resources(page)), ("/fhir/A?_page=x".to_owned(), 2));
        assert_eq!(next_target(b"{}"), "");
    }
}
