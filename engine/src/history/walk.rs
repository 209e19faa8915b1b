//! Walking versions, newest first.

use std::ops::ControlFlow;

use super::list::Member;
use super::{Cursor, Scope};
use crate::as_of::last_commit_until;
use crate::error::Result;
use crate::keys;
use crate::records::{LogEntry, OperationCode, Rid, Seq};
use crate::resource::Operation;
use crate::view::View;

/// Commits looked up at a time.
const STRIDE: usize = 256;

/// A walk through what a cursor has yet to show.
pub(super) struct Walk<'a> {
    pub view: &'a View<'a>,
    pub cursor: &'a Cursor,
    /// Only of these, where a List is asked for.
    pub members: Option<&'a [Member]>,
    /// Ends the walk by an error where it takes too long.
    pub check: &'a dyn Fn() -> Result<()>,
}

/// The time that versions are asked for.
struct Period {
    /// The last commit before its first millisecond, and the last one up to that.
    before: Seq,
    begun: Seq,
}

/// Versions that are looked at between two looks at the time.
const LOOKED_AT: usize = 256;

impl Walk<'_> {
    /// Calls `each` with the places of all versions after the cursor, newest first, until it breaks.
    pub(super) fn run(&self, mut each: impl FnMut((Seq, Rid)) -> ControlFlow<()>) -> Result<()> {
        let period = match self.cursor.at_ms {
            Some((low_ms, _)) => Some(Period {
                before: last_commit_until(self.view, low_ms - 1)?,
                begun: last_commit_until(self.view, low_ms)?,
            }),
            None => None,
        };
        let mut looked_at = 0_usize;
        let mut each = |place: (Seq, Rid)| -> Result<ControlFlow<()>> {
            looked_at += 1;
            if looked_at.is_multiple_of(LOOKED_AT) {
                (self.check)()?;
            }
            let was_current = match &period {
                Some(period) => self.was_current(place, period)?,
                None => true,
            };
            Ok(if was_current { each(place) } else { ControlFlow::Continue(()) })
        };
        match (self.members, self.cursor.scope) {
            (Some(members), _) => self.members(members, &mut each),
            (None, Scope::Instance(rid)) => self.instance(rid, &mut each),
            (None, Scope::Type(number)) => self.commits(Some(number), &mut each),
            (None, Scope::System) => self.commits(None, &mut each),
        }
    }

    fn instance(&self, rid: Rid, each: Each<'_>) -> Result<()> {
        let mut before = self.cursor.after.0.min(self.cursor.snapshot + 1);
        while let Some(from) = before.checked_sub(1) {
            (self.check)()?;
            let commits = self.view.commits_of(rid, from, STRIDE)?;
            let Some(&last) = commits.last() else { return Ok(()) };
            for seq in commits {
                if self.is_too_old(seq)? || each((seq, rid))?.is_break() {
                    return Ok(());
                }
            }
            before = last;
        }
        Ok(())
    }

    /// The newest commit first, and within it the highest resource number first.
    fn commits(&self, type_number: Option<u16>, each: Each<'_>) -> Result<()> {
        let cursor = self.cursor;
        let is_in_scope = |entry: &LogEntry| {
            let is_of_type = type_number.is_none_or(|number| keys::type_number(entry.rid) == number);
            is_of_type && entry.operation != OperationCode::Purged
        };
        // The page before may have ended within a commit, which is therefore looked at again.
        let mut before = cursor.after.0.saturating_add(1).min(cursor.snapshot.saturating_add(1));
        loop {
            (self.check)()?;
            let commits = self.view.commits(type_number, before, STRIDE)?;
            let Some(&last) = commits.last() else { return Ok(()) };
            for seq in commits {
                let log = self.view.log(seq)?;
                if cursor.since_ms.is_some_and(|since| log.last_updated_ms < since) {
                    return Ok(());
                }
                for entry in log.entries.iter().rev() {
                    let is_next = is_in_scope(entry) && (seq, entry.rid) < cursor.after;
                    if is_next && each((seq, entry.rid))?.is_break() {
                        return Ok(());
                    }
                }
            }
            before = last;
        }
    }

    /// All versions of some resources, put in order.
    fn members(&self, members: &[Member], each: Each<'_>) -> Result<()> {
        let after = self.cursor.after;
        let mut places = Vec::new();
        for &(rid, version) in members.iter().filter(|(rid, _)| self.cursor.scope.holds(*rid)) {
            (self.check)()?;
            match version {
                Some(version) => {
                    let found = self.view.numbered_at(rid, version)?;
                    places.extend(found.map(|(seq, _)| (seq, rid)));
                }
                None => {
                    let commits = self.view.commits_of(rid, after.0, usize::MAX)?;
                    places.extend(commits.into_iter().map(|seq| (seq, rid)));
                }
            }
        }
        places.sort_unstable_by(|one, next| next.cmp(one));
        places.dedup();
        for place in places.into_iter().filter(|place| *place < after) {
            if self.is_too_old(place.0)? || each(place)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn is_too_old(&self, seq: Seq) -> Result<bool> {
        match self.cursor.since_ms {
            None => Ok(false),
            Some(since) => Ok(self.view.log(seq)?.last_updated_ms < since),
        }
    }

    /// Whether a version made before the period's end was current at some time of it. What told that a resource was deleted is so only
    /// from then on.
    fn was_current(&self, (seq, rid): (Seq, Rid), period: &Period) -> Result<bool> {
        if seq > period.before {
            return Ok(true);
        }
        let is_newest = self.view.commits_of(rid, period.begun, 1)?.pop() == Some(seq)
            && self.view.purged(rid, period.begun, 1)?.pop() < Some(seq);
        Ok(is_newest && self.view.version(rid, seq)?.operation != Operation::Delete)
    }
}

type Each<'a> = &'a mut dyn FnMut((Seq, Rid)) -> Result<ControlFlow<()>>;
