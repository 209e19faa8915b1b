//! Whether a server holds the data and does what it is asked, so that its figures may stand beside another one's.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Failure;
use crate::data::Values;
use crate::dice::Dice;
use crate::http::{Connection, Expectation, Fault, Page, Request};
use crate::scenarios::{Family, search_families};

/// What was checked, and what was not as it should be.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct ParityReport {
    /// Types whose number of resources was asked.
    pub types: u64,
    /// Resources whose references were looked at.
    pub resources: u64,
    /// Searches whose self link was looked at.
    pub searches: u64,
    /// The other server.
    pub against: Option<String>,
    /// Searches whose totals were compared with it.
    pub compared: u64,
    /// What is not as it should be: at most 200, and then how many more.
    pub differences: Vec<String>,
}

/// Differences that are told.
const DIFFERENCES_MAX: usize = 200;
/// Resources of each type that are looked at.
const SAMPLE: u64 = 100;
/// Searches of each family whose totals are compared.
const COMPARED: usize = 5;

/// A server, and the values as it has them.
pub struct Party<'a> {
    /// To it.
    pub connection: Connection,
    /// As located there.
    pub values: &'a Values,
}

impl ParityReport {
    /// The verdict.
    pub fn holds(&self) -> bool {
        self.differences.is_empty()
    }

    /// What was looked at, in a line.
    pub fn checked(&self) -> String {
        let mut text = format!(
            "Numbers of {} types; references of {} resources; parameters in the self links of {} searches",
            self.types, self.resources, self.searches
        );
        if let Some(against) = &self.against {
            text.push_str(&format!("; totals of {} searches beside {against}", self.compared));
        }
        text
    }

    /// The verdict and its reasons, for the terminal.
    pub fn text(&self) -> String {
        let verdict = if self.holds() { "parity holds" } else { "parity DOES NOT HOLD" };
        let mut text = format!("{verdict}. {}.\n", self.checked());
        self.differences.iter().for_each(|difference| text.push_str(&format!("- {difference}\n")));
        text
    }

    fn differs(&mut self, difference: impl Into<String>) {
        if self.differences.len() < DIFFERENCES_MAX {
            self.differences.push(difference.into());
        } else if self.differences.len() == DIFFERENCES_MAX {
            self.differences.push("and more".to_owned());
        }
    }
}

/// Checks a server, and compares it with another one if there is one.
///
/// # Errors
/// None of the server's: what it does not answer is a difference.
pub async fn check(
    counts: &BTreeMap<String, u64>,
    mut party: Party<'_>,
    other: Option<Party<'_>>,
) -> Result<ParityReport, Failure> {
    let mut report = ParityReport::default();
    check_counts(counts, &mut party.connection, &mut report).await;
    check_references(counts, &mut party.connection, &mut report).await;
    for family in search_families() {
        check_self_link(&family, &mut party, &mut report).await;
    }
    if let Some(mut other) = other {
        report.against = Some(other.connection.server().base_url.to_string());
        check_counts(counts, &mut other.connection, &mut report).await;
        for family in search_families() {
            compare(&family, &mut party, &mut other, &mut report).await;
        }
    }
    Ok(report)
}

async fn ask(connection: &mut Connection, request: &Request) -> Result<(Page, Vec<u8>), Fault> {
    let answer = connection.send(request).await?;
    let page = request.expectation.judge(&answer)?;
    Ok((page, answer.body.to_vec()))
}

async fn total(connection: &mut Connection, search: &str) -> Result<u64, Fault> {
    let separator = if search.contains('?') { '&' } else { '?' };
    let request = Request::get(format!("{search}{separator}_summary=count"), Expectation::Total);
    let (page, _) = ask(connection, &request).await?;
    page.total.ok_or(Fault::NoTotal)
}

async fn check_counts(
    counts: &BTreeMap<String, u64>,
    connection: &mut Connection,
    report: &mut ParityReport,
) {
    let base_url = connection.server().base_url.to_string();
    for (resource_type, expected) in counts {
        report.types += 1;
        match total(connection, resource_type).await {
            Ok(found) if found == *expected => {}
            Ok(found) => {
                report.differs(format!(
                    "{base_url}/{resource_type}: {found} resources, the data has {expected}"
                ));
            }
            Err(fault) => report.differs(format!("{base_url}/{resource_type}?_summary=count: {fault}")),
        }
    }
}

async fn check_references(
    counts: &BTreeMap<String, u64>,
    connection: &mut Connection,
    report: &mut ParityReport,
) {
    for resource_type in counts.keys() {
        let place = format!("{resource_type}?_count={SAMPLE}");
        let request = Request::get(&place, Expectation::Page { matches_max: SAMPLE });
        match ask(connection, &request).await {
            Ok((page, body)) => {
                report.resources += page.resources;
                let left = serde_json::from_slice::<Value>(&body).map_or(0, |bundle| urns(&bundle));
                if left > 0 {
                    report.differs(format!("{place}: {left} references begin with urn:uuid:"));
                }
            }
            Err(fault) => report.differs(format!("{place}: {fault}")),
        }
    }
}

/// How many references were never resolved.
fn urns(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(urns).sum(),
        Value::Object(members) => {
            let of = |(name, value): (&String, &Value)| match value {
                Value::String(text) => usize::from(name == "reference" && text.starts_with("urn:uuid:")),
                value => urns(value),
            };
            members.iter().map(of).sum()
        }
        _ => 0,
    }
}

async fn check_self_link(family: &Family, party: &mut Party<'_>, report: &mut ParityReport) {
    let Some(search) = family.search(party.values, &mut Dice::new(0)) else { return };
    report.searches += 1;
    let request = Request::get(format!("{search}&_count=1"), Expectation::Page { matches_max: 1 });
    match ask(&mut party.connection, &request).await {
        Ok((page, _)) => {
            let ignored = ignored(&search, page.own.as_deref());
            if !ignored.is_empty() {
                let names = ignored.join(", ");
                report.differs(format!("{search}: the self link does not have {names}"));
            }
        }
        Err(fault) => report.differs(format!("{search}: {fault}")),
    }
}

/// Names of parameters in a URL.
fn parameters(url: &str) -> BTreeSet<&str> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let names = query.split('&').map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name));
    names.filter(|name| !name.is_empty()).collect()
}

/// Parameters that a server does not say it used.
fn ignored<'a>(search: &'a str, own: Option<&str>) -> Vec<&'a str> {
    // A colon may be told by `%`.
    let own = own.unwrap_or("").replace("%3A", ":").replace("%3a", ":");
    let used = parameters(&own);
    parameters(search).into_iter().filter(|name| !used.contains(name)).collect()
}

async fn compare(family: &Family, one: &mut Party<'_>, other: &mut Party<'_>, report: &mut ParityReport) {
    let (mut dice, mut other_dice) = (Dice::new(1), Dice::new(1));
    for _ in 0..COMPARED {
        let Some(search) = family.search(one.values, &mut dice) else { return };
        // The same values, with the ids that the other server has given.
        let Some(other_search) = family.search(other.values, &mut other_dice) else { return };
        report.compared += 1;
        let totals =
            (total(&mut one.connection, &search).await, total(&mut other.connection, &other_search).await);
        let told = |outcome: &Result<u64, Fault>| match outcome {
            Ok(total) => total.to_string(),
            Err(fault) => fault.to_string(),
        };
        if totals.0.is_err() || totals.0 != totals.1 {
            report.differs(format!("{search}: {} here, {} there", told(&totals.0), told(&totals.1)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_that_a_self_link_leaves_out() {
        let check = |search, own, expected: &[&str]| assert_eq!(ignored(search, own), expected, "{search}");
        check(
            "Patient?name=a&birthdate=gt1970",
            Some("http://h/Patient?birthdate=gt1970&_count=1&name=a"),
            &[],
        );
        check("Patient?name:contains=a", Some("http://h/Patient?name%3Acontains=a"), &[]);
        check("Patient?name:contains=a", Some("http://h/Patient?name=a"), &["name:contains"]);
        check("Patient?a=1&b=2", Some("http://h/Patient"), &["a", "b"]);
        check("Patient?a=1", None, &["a"]);
    }

    #[test]
    fn only_references_count() {
        let bundle = serde_json::json!({"fullUrl": "urn:uuid:1", "entry": [
            {"subject": {"reference": "urn:uuid:2"}, "identifier": {"value": "urn:uuid:3"}},
            {"subject": {"reference": "Patient/2"}, "performer": [{"reference": "urn:uuid:4"}]}]});
        assert_eq!(urns(&bundle), 2);
    }

    #[test]
    fn differences_are_bounded() {
        let mut report = ParityReport::default();
        assert!(report.holds());
        (0..1000).for_each(|number| report.differs(number.to_string()));
        assert_eq!(report.differences.len(), DIFFERENCES_MAX + 1);
        assert!(!report.holds() && report.text().contains("DOES NOT HOLD"));
    }
}
