//! Sends a parcel until each of its entries is done or refused.

use std::thread::sleep;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::client::{Answer, Client, NoAnswer};
use super::parcel::{Entry, Method, Parcel};

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Done {
    Created,
    Updated,
    /// A conditional create found it there.
    Existing,
    Deleted,
    Read,
}

/// Why entries were refused.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// Indices of the entries in the parcel; all of them for a transaction.
    pub entries: Vec<usize>,
    /// `None`: there was no answer.
    pub status: Option<u16>,
    /// The server's OperationOutcome, or what went wrong.
    pub reason: String,
}

/// What became of a parcel.
#[derive(Debug, Default)]
pub(crate) struct Delivery {
    pub done: Vec<(usize, Done)>,
    pub refused: Vec<Refusal>,
    /// Why the rest was not sent: the server can't be reached.
    pub cut_off: Option<NoAnswer>,
}

/// How often a busy server is asked.
const TRIES: u32 = 10;
/// How often one that can't be reached is: for six seconds in all.
const REACHING_TRIES: u32 = 6;
const PAUSE: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
struct ResponseBundle<'a> {
    #[serde(borrow, default)]
    entry: Vec<ResponseEntry<'a>>,
}

#[derive(Deserialize)]
struct ResponseEntry<'a> {
    #[serde(borrow)]
    response: Option<EntryResponse<'a>>,
}

#[derive(Deserialize)]
struct EntryResponse<'a> {
    /// `201 Created`
    status: String,
    #[serde(borrow)]
    outcome: Option<&'a RawValue>,
}

impl Refusal {
    /// Whether it may go through once something else is there.
    pub(crate) fn may_pass_later(&self) -> bool {
        matches!(self.status, Some(404 | 409 | 412))
    }
}

/// Delivers the entries of a parcel at these indices; a transaction always as a whole.
pub(crate) fn deliver(client: &Client, parcel: &Parcel<'_>, wanted: Vec<usize>) -> Delivery {
    let mut delivery = Delivery::default();
    let mut parts = vec![wanted];
    while let Some(part) = parts.pop() {
        match deliver_part(client, parcel, part, &mut delivery) {
            Ok(None) => {}
            Ok(Some(refused)) => {
                // One entry spoilt it for all: the halves are tried by themselves.
                let (one, other) = refused.split_at(refused.len() / 2);
                parts.extend([other.to_vec(), one.to_vec()]);
            }
            Err(error) => {
                delivery.cut_off = Some(error);
                break;
            }
        }
    }
    delivery
}

/// Sends entries until each is done or refused. Answers those that were refused together and may be divided.
///
/// # Errors
/// The server can't be reached.
fn deliver_part(
    client: &Client,
    parcel: &Parcel<'_>,
    part: Vec<usize>,
    delivery: &mut Delivery,
) -> Result<Option<Vec<usize>>, NoAnswer> {
    let mut waiting = part;
    let mut tries = 0;
    while !waiting.is_empty() {
        let answer = client.post(&body(parcel, &waiting));
        tries += 1;
        let is_repeatable = waiting.iter().all(|&index| parcel.entries()[index].is_repeatable);
        let retry_after_s = match answer {
            Ok(answer) if is_busy(answer.status) => {
                // Without a word on when to come back it may have been carried out all the same.
                if answer.retry_after_s.is_none() && !is_repeatable {
                    delivery.refuse_answered(std::mem::take(&mut waiting), &answer);
                }
                answer.retry_after_s
            }
            Ok(answer) if is_divisible(parcel, &waiting, answer.status) => return Ok(Some(waiting)),
            Ok(answer) => {
                waiting = delivery.settle(parcel, waiting, &answer);
                answer.retry_after_s
            }
            Err(error @ NoAnswer::Unreachable(_)) if tries >= REACHING_TRIES => return Err(error),
            Err(NoAnswer::Unreachable(_)) => None,
            Err(error @ NoAnswer::Lost(_)) => {
                if !is_repeatable || tries >= TRIES {
                    delivery.refuse(std::mem::take(&mut waiting), None, error.to_string());
                }
                None
            }
        };
        if tries >= TRIES && !waiting.is_empty() {
            delivery.refuse(std::mem::take(&mut waiting), Some(503), "the server stayed too busy".to_owned());
        }
        if !waiting.is_empty() {
            sleep(pause(tries, retry_after_s));
        }
    }
    Ok(None)
}

/// Whether a refusal of a whole batch may be the fault of some of its entries.
fn is_divisible(parcel: &Parcel<'_>, sent: &[usize], status: u16) -> bool {
    matches!(parcel, Parcel::Batch(_)) && sent.len() > 1 && matches!(status, 400 | 413 | 422)
}

/// Doubles from try to try, unless the server says how long.
fn pause(tries: u32, retry_after_s: Option<u64>) -> Duration {
    let doubled = PAUSE.saturating_mul(1 << tries.min(10));
    retry_after_s.map_or(doubled, Duration::from_secs).min(PAUSE_MAX)
}

fn body(parcel: &Parcel<'_>, wanted: &[usize]) -> Vec<u8> {
    match parcel {
        Parcel::Transaction { body, .. } => body.to_vec(),
        Parcel::Batch(entries) => {
            let entries: Vec<&str> = wanted.iter().map(|&index| &*entries[index].json).collect();
            let entries = entries.join(",");
            format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{entries}]}}"#).into_bytes()
        }
    }
}

impl Delivery {
    fn refuse(&mut self, entries: Vec<usize>, status: Option<u16>, reason: String) {
        self.refused.push(Refusal { entries, status, reason });
    }

    fn refuse_answered(&mut self, entries: Vec<usize>, answer: &Answer) {
        self.refuse(entries, Some(answer.status), String::from_utf8_lossy(&answer.body).into_owned());
    }

    /// Takes down what an answer says; what is to be sent again is returned.
    fn settle(&mut self, parcel: &Parcel<'_>, sent: Vec<usize>, answer: &Answer) -> Vec<usize> {
        if answer.status / 100 != 2 {
            self.refuse_answered(sent, answer);
            return Vec::new();
        }
        let responses = serde_json::from_slice::<ResponseBundle<'_>>(&answer.body);
        let responses = responses.map_or_else(|_| Vec::new(), |bundle| bundle.entry);
        if responses.len() != sent.len() {
            let reason = "the server's answer is no Bundle with a response for each entry".to_owned();
            self.refuse(sent, Some(answer.status), reason);
            return Vec::new();
        }
        let mut again = Vec::new();
        for (index, response) in sent.into_iter().zip(responses) {
            match response.response {
                None => self.refuse(vec![index], None, "the server's answer has no status for it".to_owned()),
                Some(response) => match outcome(&parcel.entries()[index], &response) {
                    Outcome::Done(done) => self.done.push((index, done)),
                    Outcome::Busy => again.push(index),
                    Outcome::Refused(status) => {
                        let reason = response.outcome.map_or("", RawValue::get).to_owned();
                        self.refuse(vec![index], status, reason);
                    }
                },
            }
        }
        again
    }
}

enum Outcome {
    Done(Done),
    Busy,
    Refused(Option<u16>),
}

fn outcome(entry: &Entry<'_>, response: &EntryResponse<'_>) -> Outcome {
    let status = response.status.split(' ').next().and_then(|code| code.parse::<u16>().ok());
    match status {
        Some(status) if is_busy(status) => Outcome::Busy,
        Some(201) => Outcome::Done(Done::Created),
        Some(200..=299) => Outcome::Done(match entry.method {
            Method::Post => Done::Existing,
            Method::Put => Done::Updated,
            Method::Delete => Done::Deleted,
            Method::Other => Done::Read,
        }),
        status => Outcome::Refused(status),
    }
}

fn is_busy(status: u16) -> bool {
    matches!(status, 429 | 503)
}

#[cfg(test)]
mod tests;
