//! Histories at three levels, newest first, in pages over one snapshot.

mod list;
mod walk;

use std::ops::ControlFlow;
use std::sync::Arc;

use fornax_model::date::DateTime;
use fornax_postings::Budget;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::as_of::{self, last_commit_until};
use crate::core::{Core, index_failed};
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::keys;
use crate::page_token;
use crate::records::{Rid, Seq};
use crate::search::{HistoryPage, HistoryRequest, HistoryScope};
use crate::view::View;
use walk::Walk;

/// Versions on a page that does not say how many.
const COUNT_DEFAULT: u32 = 20;

/// Where a history goes on: what a page token holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Cursor {
    /// The commit that all pages are as of.
    snapshot: Seq,
    scope: Scope,
    /// The last version of the page before: everything older follows.
    after: (Seq, Rid),
    count: u32,
    since_ms: Option<i64>,
    /// Begin and end of the period within which versions were current.
    at_ms: Option<(i64, i64)>,
    /// The List whose members are asked for.
    list: Option<String>,
    /// All versions in scope, where counting them again would look at all of them again: by a time, or a List.
    total: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Scope {
    Instance(Rid),
    Type(u16),
    System,
}

impl Scope {
    fn of(core: &Core, view: &View<'_>, scope: &HistoryScope) -> Result<Self> {
        Ok(match scope {
            HistoryScope::Instance(resource_type, id) => {
                let resource_type = core.types.named(resource_type)?;
                let rid = view.id(resource_type.name, id)?.map(|record| record.rid);
                match rid {
                    Some(rid) if !view.commits_of(rid, view.seq, 1)?.is_empty() => Self::Instance(rid),
                    _ => {
                        let issue = Issue::error("not-found", "there is no such resource");
                        return Err(Error::new(ErrorKind::NotFound, issue));
                    }
                }
            }
            HistoryScope::Type(resource_type) => Self::Type(core.types.named(resource_type)?.number),
            HistoryScope::System => Self::System,
        })
    }

    fn holds(self, rid: Rid) -> bool {
        match self {
            Self::Instance(only) => rid == only,
            Self::Type(number) => keys::type_number(rid) == number,
            Self::System => true,
        }
    }
}

/// The first page.
pub(crate) fn first(
    core: &Core,
    scope: &HistoryScope,
    request: &HistoryRequest,
    budget: &Arc<Budget>,
) -> Result<HistoryPage> {
    let view = as_of::view(core, request.as_of)?;
    let scope = Scope::of(core, &view, scope)?;
    let at_ms = request.at.as_deref().map(|at| period(core, at)).transpose()?;
    let cursor = Cursor {
        snapshot: view.seq,
        scope,
        after: (newest(&view, at_ms)? + 1, 0),
        count: request.count.unwrap_or(COUNT_DEFAULT).clamp(1, core.limits.history_page_max),
        since_ms: request.since.map(Timestamp::as_millisecond),
        at_ms,
        list: request.list.clone(),
        total: None,
    };
    page(core, &view, cursor, budget)
}

/// A later page.
pub(crate) fn next(
    core: &Core,
    scope: &HistoryScope,
    token: &str,
    budget: &Arc<Budget>,
) -> Result<HistoryPage> {
    let cursor: Cursor = page_token::open(core, page_token::Kind::History, token)?;
    let view = View::at(core, cursor.snapshot)?;
    if Scope::of(core, &view, scope)? != cursor.scope {
        let issue = Issue::error("value", "the page link is for another history");
        return Err(Error::new(ErrorKind::Invalid, issue));
    }
    page(core, &view, cursor, budget)
}

/// The last commit that may be shown.
fn newest(view: &View<'_>, at_ms: Option<(i64, i64)>) -> Result<Seq> {
    match at_ms {
        Some((_, end)) => last_commit_until(view, end - 1),
        None => Ok(view.seq),
    }
}

/// What a FHIR dateTime stands for: begin and end, the latter not in it, in milliseconds since 1970.
fn period(core: &Core, text: &str) -> Result<(i64, i64)> {
    let date = DateTime::parse(text).map_err(|_| {
        let issue =
            Issue::error("value", "_at takes a date or time, such as 2026-01-31 or 2026-01-31T12:00:00Z");
        Error::new(ErrorKind::Invalid, issue)
    })?;
    let interval = core.released.zone().interval(date);
    let low = interval.low.div_euclid(1000);
    Ok((low, interval.high.div_euclid(1000).saturating_add(1)))
}

fn page(core: &Core, view: &View<'_>, mut cursor: Cursor, budget: &Arc<Budget>) -> Result<HistoryPage> {
    let wanted = cursor.count as usize;
    let members = match &cursor.list {
        Some(id) => Some(list::members(core, view, id)?),
        None => None,
    };
    let check = || budget.check().map_err(index_failed);
    let walk = |cursor: &Cursor, each: &mut dyn FnMut((Seq, Rid)) -> ControlFlow<()>| {
        Walk { view, cursor, members: members.as_deref(), check: &check }.run(each)
    };
    let mut places = Vec::with_capacity(wanted + 1);
    walk(&cursor, &mut |place| {
        places.push(place);
        if places.len() > wanted { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    let asked: Vec<_> = places.iter().take(wanted).map(|&(seq, rid)| (rid, seq)).collect();
    let versions = view.versions_within(&asked, core.limits.page_bytes_max)?;
    let more = places.len() > versions.len();
    let newest = newest(view, cursor.at_ms)?;
    let all = Cursor { after: (newest + 1, 0), ..cursor.clone() };
    let total = match cursor.total.or_else(|| known_total(core, &all)) {
        Some(total) => total,
        None => {
            let mut total = 0;
            walk(&all, &mut |_| {
                total += 1;
                ControlFlow::Continue(())
            })?;
            total
        }
    };
    places.truncate(versions.len());
    let next = match places.last() {
        Some(after) if more => {
            cursor.after = *after;
            cursor.total = (cursor.at_ms.is_some() || cursor.list.is_some()).then_some(total);
            Some(page_token::seal(core, page_token::Kind::History, &cursor)?)
        }
        _ => None,
    };
    Ok(HistoryPage { versions, total, count: cursor.count, next })
}

/// All versions in scope, where they need no counting: types keep count of what was ever written.
fn known_total(core: &Core, cursor: &Cursor) -> Option<u64> {
    let of_type = match cursor.scope {
        Scope::Type(number) => Some(number),
        Scope::System => None,
        Scope::Instance(_) => return None,
    };
    if cursor.since_ms.is_some() || cursor.at_ms.is_some() || cursor.list.is_some() {
        return None;
    }
    let ever = core.sequencer.between_groups(core, |state| state.versions_at(cursor.snapshot, of_type))?;
    Some(ever.saturating_sub(core.retention.forgotten(of_type)))
}
