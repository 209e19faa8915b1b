//! As of when something is asked: the one home of which commit is meant.

use std::str::FromStr;

use fornax_query::{Limits, Pairs};
use jiff::Timestamp;

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::records::Seq;
use crate::search_run::refused;
use crate::view::View;

/// A moment as of which a search or a read is answered: as the repository stood then, as far back as history is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// When the last commit up to this instant was made. Commits are counted in milliseconds.
    Instant(Timestamp),
    /// Right after a commit, by the number that [`SearchPage::commit`](crate::SearchPage::commit) told.
    Commit(u64),
}

impl FromStr for AsOf {
    type Err = Error;

    /// Reads a FHIR instant: a time with seconds and a zone.
    fn from_str(text: &str) -> Result<Self> {
        let micros = fornax_model::date::instant_micros(text);
        let micros = micros.map_err(|_| invalid("_asof takes an instant, such as 2026-01-31T12:00:00Z"))?;
        Self::of_micros(micros)
    }
}

impl AsOf {
    /// The instant so many microseconds after 1970 began.
    pub(crate) fn of_micros(micros: i64) -> Result<Self> {
        let instant = Timestamp::from_microsecond(micros);
        instant.map(Self::Instant).map_err(|_| invalid("there is no such time"))
    }
}

/// The records as they stood at that moment; `None`: now.
///
/// # Errors
/// `Invalid`: a moment that has not come. `Gone`: the history kept does not reach back so far.
pub(crate) fn view(core: &Core, as_of: Option<AsOf>) -> Result<View<'_>> {
    let now = View::now(core)?;
    match as_of {
        None => Ok(now),
        Some(AsOf::Instant(instant)) => {
            let ms = instant.as_millisecond();
            // A clock that was put back leaves commits that are ahead of it.
            if ms > now.now_ms && ms > last_commit_ms(&now)? {
                return Err(invalid("that time has not come yet"));
            }
            Ok(View::at(core, last_commit_until(&now, ms)?)?.at_time(ms))
        }
        Some(AsOf::Commit(seq)) if seq > now.seq => Err(invalid("there is no such commit yet")),
        Some(AsOf::Commit(seq)) => {
            let then = View::at(core, seq)?;
            let ms = last_commit_ms(&then)?;
            Ok(then.at_time(ms))
        }
    }
}

/// The moment that a read's query string names; other parameters are not looked at.
pub(crate) fn of_query(query: &str) -> Result<Option<AsOf>> {
    let pairs = Pairs::of_query(query, &Limits::default()).map_err(|error| refused(&error))?;
    let named = pairs.iter().find(|pair| pair.name == "_asof" && !pair.value.is_empty());
    named.map(|pair| pair.value.parse()).transpose()
}

/// The last commit made up to a time, in milliseconds since 1970; 0 if there is none.
pub(crate) fn last_commit_until(view: &View<'_>, ms: i64) -> Result<Seq> {
    // Times never go back, so the commits up to `low` are early enough, and those from `high` on are not.
    let (mut low, mut high) = (0, view.seq + 1);
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        match view.commits(None, middle + 1, 1)?.pop() {
            Some(seq) if view.log(seq)?.last_updated_ms > ms => high = seq.max(low + 1),
            _ => low = middle,
        }
    }
    Ok(view.commits(None, low + 1, 1)?.pop().unwrap_or(0))
}

/// When the last commit of a view was made; the view's own time if there is none.
fn last_commit_ms(view: &View<'_>) -> Result<i64> {
    match view.commits(None, view.seq + 1, 1)?.pop() {
        Some(seq) => Ok(view.log(seq)?.last_updated_ms),
        None => Ok(view.now_ms),
    }
}

fn invalid(text: &'static str) -> Error {
    Error::new(ErrorKind::Invalid, Issue::error("value", text))
}
