//! Histories at three levels, newest first, in pages over one snapshot.

use std::ops::ControlFlow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::core::Core;
use crate::error::{Error, ErrorKind, Issue, Result};
use crate::page_token;
use crate::records::{Rid, Seq};
use crate::search::{HistoryPage, HistoryRequest, HistoryScope};
use crate::view::View;

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
}

/// The first page.
pub(crate) fn first(core: &Core, scope: &HistoryScope, request: &HistoryRequest) -> Result<HistoryPage> {
    let view = View::now(core)?;
    let scope = Scope::of(core, &view, scope)?;
    let cursor = Cursor {
        snapshot: view.seq,
        scope,
        after: (view.seq + 1, 0),
        count: request.count.unwrap_or(COUNT_DEFAULT).clamp(1, core.limits.history_page_max),
        since_ms: request.since.map(Timestamp::as_millisecond),
    };
    page(core, &view, cursor)
}

/// A later page.
pub(crate) fn next(core: &Core, scope: &HistoryScope, token: &str) -> Result<HistoryPage> {
    let cursor: Cursor = page_token::open(core, page_token::Kind::History, token)?;
    let view = View::at(core, cursor.snapshot)?;
    if Scope::of(core, &view, scope)? != cursor.scope {
        let issue = Issue::error("value", "the page link is for another history");
        return Err(Error::new(ErrorKind::Invalid, issue));
    }
    page(core, &view, cursor)
}

fn page(core: &Core, view: &View<'_>, mut cursor: Cursor) -> Result<HistoryPage> {
    let wanted = cursor.count as usize;
    let mut places = Vec::with_capacity(wanted + 1);
    walk(view, &cursor, |place| {
        places.push(place);
        if places.len() > wanted { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    let asked: Vec<_> = places.iter().take(wanted).map(|&(seq, rid)| (rid, seq)).collect();
    let versions = view.versions_within(&asked, core.limits.page_bytes_max)?;
    let more = places.len() > versions.len();
    places.truncate(versions.len());
    let next = match places.last() {
        Some(after) if more => {
            cursor.after = *after;
            Some(page_token::seal(core, page_token::Kind::History, &cursor)?)
        }
        _ => None,
    };
    Ok(HistoryPage { versions, total: total(core, view, &cursor)?, count: cursor.count, next })
}

/// Calls `each` with the places of all versions after the cursor, newest first, until it breaks.
fn walk(view: &View<'_>, cursor: &Cursor, each: impl FnMut((Seq, Rid)) -> ControlFlow<()>) -> Result<()> {
    match cursor.scope {
        Scope::Instance(rid) => walk_instance(view, rid, cursor, each),
        Scope::Type(number) => walk_commits(view, Some(number), cursor, each),
        Scope::System => walk_commits(view, None, cursor, each),
    }
}

/// Commits looked up at a time.
const STRIDE: usize = 256;

fn walk_instance(
    view: &View<'_>,
    rid: Rid,
    cursor: &Cursor,
    mut each: impl FnMut((Seq, Rid)) -> ControlFlow<()>,
) -> Result<()> {
    let mut before = cursor.after.0;
    while let Some(from) = before.checked_sub(1) {
        let commits = view.commits_of(rid, from, STRIDE)?;
        let Some(&last) = commits.last() else { return Ok(()) };
        for seq in commits {
            if is_too_old(view, seq, cursor.since_ms)? || each((seq, rid)).is_break() {
                return Ok(());
            }
        }
        before = last;
    }
    Ok(())
}

/// The newest commit first, and within it the highest resource number first.
fn walk_commits(
    view: &View<'_>,
    type_number: Option<u16>,
    cursor: &Cursor,
    mut each: impl FnMut((Seq, Rid)) -> ControlFlow<()>,
) -> Result<()> {
    let is_of_type = |rid: Rid| type_number.is_none_or(|number| crate::keys::type_number(rid) == number);
    // The page before may have ended within a commit, which is therefore looked at again.
    let mut before = cursor.after.0.saturating_add(1).min(cursor.snapshot + 1);
    loop {
        let commits = view.commits(type_number, before, STRIDE)?;
        let Some(&last) = commits.last() else { return Ok(()) };
        for seq in commits {
            let log = view.log(seq)?;
            if cursor.since_ms.is_some_and(|since| log.last_updated_ms < since) {
                return Ok(());
            }
            for entry in log.entries.iter().rev() {
                let is_next = is_of_type(entry.rid) && (seq, entry.rid) < cursor.after;
                if is_next && each((seq, entry.rid)).is_break() {
                    return Ok(());
                }
            }
        }
        before = last;
    }
}

fn is_too_old(view: &View<'_>, seq: Seq, since_ms: Option<i64>) -> Result<bool> {
    match since_ms {
        None => Ok(false),
        Some(since) => Ok(view.log(seq)?.last_updated_ms < since),
    }
}

/// All versions in scope. Types keep count; what is older than a snapshot or newer than `_since` is counted by walking.
fn total(core: &Core, view: &View<'_>, cursor: &Cursor) -> Result<u64> {
    let of_type = match cursor.scope {
        Scope::Type(number) => Some(Some(number)),
        Scope::System => Some(None),
        Scope::Instance(_) => None,
    };
    if let Some(of_type) = of_type.filter(|_| cursor.since_ms.is_none()) {
        let ever = core.sequencer.between_groups(core, |state| state.versions_at(cursor.snapshot, of_type));
        if let Some(ever) = ever {
            return Ok(ever.saturating_sub(core.retention.forgotten(of_type)));
        }
    }
    let mut total = 0;
    let all = Cursor { after: (cursor.snapshot + 1, 0), ..cursor.clone() };
    walk(view, &all, |_| {
        total += 1;
        ControlFlow::Continue(())
    })?;
    Ok(total)
}
