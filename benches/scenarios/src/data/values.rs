//! The values as they are searched for on one server.

use std::collections::{BTreeMap, BTreeSet};

use super::{Coding, Pools, Target};
use crate::Failure;
use crate::http::{Connection, Expectation, Fault, Request, encoded};

/// Values of the data, with the ids that a server has given.
#[derive(Clone, Debug)]
pub struct Values {
    /// Values that are the same on every server.
    pub pools: Pools,
    /// Distinct codes of Observations, the most frequent first.
    pub codes_ranked: Vec<Coding>,
    /// As `Patient/id`, all of them.
    pub patients: Vec<String>,
    /// `Observation.subject`.
    pub subjects: Vec<String>,
    /// `Observation.encounter`.
    pub encounters: Vec<String>,
    /// `Observation.performer`.
    pub performers: Vec<String>,
    /// `Encounter.participant`.
    pub participants: Vec<String>,
    /// `MedicationRequest.requester`.
    pub requesters: Vec<String>,
    /// Ids to read, by type: those that the data puts, or else some that the server tells.
    pub ids: BTreeMap<String, Vec<String>>,
}

/// The types that are read.
pub const READ_TYPES: [&str; 5] = ["Observation", "Patient", "Condition", "Encounter", "MedicationRequest"];
/// Resources of a type that the server is asked for.
const ASKED: u64 = 1000;

impl Values {
    /// Finds on a server what the data names by identifiers only.
    ///
    /// # Errors
    /// It is not there, or not once.
    pub async fn locate(pools: Pools, connection: &mut Connection) -> Result<Self, Failure> {
        let lists = [
            &pools.patients,
            &pools.subjects,
            &pools.encounters,
            &pools.performers,
            &pools.participants,
            &pools.requesters,
        ];
        let distinct: BTreeSet<&Target> = lists.into_iter().flatten().collect();
        let mut places = BTreeMap::new();
        for target in distinct {
            places.insert(target, locate(target, connection).await?);
        }
        let [patients, subjects, encounters, performers, participants, requesters] =
            lists.map(|targets| targets.iter().filter_map(|target| places.get(target).cloned()).collect());
        let mut ids = BTreeMap::new();
        for resource_type in READ_TYPES {
            let known = match pools.known.get(resource_type) {
                Some(known) => known.clone(),
                None => ask_ids(resource_type, connection).await?,
            };
            ids.insert(resource_type.to_owned(), known);
        }
        let codes_ranked = pools.ranked_codes();
        Ok(Self {
            codes_ranked,
            patients,
            subjects,
            encounters,
            performers,
            participants,
            requesters,
            ids,
            pools,
        })
    }
}

async fn locate(target: &Target, connection: &mut Connection) -> Result<String, Failure> {
    match target {
        Target::Id { resource_type, id } => Ok(format!("{resource_type}/{id}")),
        Target::Identifier { resource_type, identifier } => {
            let place = format!("{resource_type}?identifier={}&_count=2", encoded(identifier));
            match &found(&place, connection).await?[..] {
                [id] => Ok(format!("{resource_type}/{id}")),
                ids => {
                    let (base, count) = (&connection.server().base_url, ids.len());
                    Err(Failure::Server(format!("{base}/{place} finds {count}, not 1: load the data first")))
                }
            }
        }
    }
}

async fn ask_ids(resource_type: &str, connection: &mut Connection) -> Result<Vec<String>, Failure> {
    found(&format!("{resource_type}?_count={ASKED}"), connection).await
}

/// The ids of what a search finds, of its first page.
async fn found(place: &str, connection: &mut Connection) -> Result<Vec<String>, Failure> {
    #[derive(serde::Deserialize)]
    struct Bundle {
        #[serde(default)]
        entry: Vec<Entry>,
    }
    #[derive(serde::Deserialize)]
    struct Entry {
        resource: Option<Resource>,
    }
    #[derive(serde::Deserialize)]
    struct Resource {
        id: Option<String>,
    }
    let request = Request::get(place, Expectation::Page { matches_max: ASKED });
    let asked = async {
        let answer = connection.send(&request).await?;
        request.expectation.judge(&answer)?;
        serde_json::from_slice::<Bundle>(&answer.body).map_err(|_| Fault::OtherBundle)
    };
    let outcome = asked.await;
    let base = &connection.server().base_url;
    let bundle = outcome.map_err(|fault| Failure::Server(format!("{base}/{place}: {fault}")))?;
    Ok(bundle.entry.into_iter().filter_map(|entry| entry.resource?.id).collect())
}
