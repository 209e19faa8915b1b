//! Histories, page after page (http.html#history).

use std::collections::VecDeque;
use std::rc::Rc;

use crate::refusal::Refusal;
use crate::repository::{Repository, Scope};
use crate::search::{Continues, same};
use crate::sorting::Ties;
use crate::version::{Key, Stored};

/// How many versions a page has when nothing is said.
const COUNT_DEFAULT: usize = 20;

/// A page, as the other side shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    /// In order.
    pub versions: Vec<Stored>,
    /// All versions in scope.
    pub total: u64,
    /// Whether there is another page.
    pub continues: Continues,
}

/// A history, of the repository as it was when the history was asked for.
#[derive(Clone, Debug)]
pub struct HistoryPages {
    /// What has not been shown yet, the newest first. What is of the same age comes in any order.
    groups: VecDeque<Vec<Rc<Stored>>>,
    /// What has been shown of the first group.
    shown: Vec<Key>,
    /// All of it.
    all: Vec<Rc<Stored>>,
    count: usize,
    /// What the last page said.
    continues: Continues,
}

impl HistoryPages {
    /// Begins a history. Of `count` nought one is made.
    ///
    /// # Errors
    /// `NotFound`: the resource never was. `NotSupported`: no such resource type.
    pub fn begin(
        repository: &Repository,
        scope: &Scope,
        count: Option<u32>,
        since: Option<i64>,
    ) -> Result<Self, Refusal> {
        let groups: VecDeque<_> = repository.history(scope, since)?.into();
        let all = groups.iter().flatten().cloned().collect();
        let count = count.map_or(COUNT_DEFAULT, |count| count.max(1) as usize);
        let continues = if groups.is_empty() { Continues::No } else { Continues::Yes };
        Ok(Self { groups, shown: Vec::new(), all, count, continues })
    }

    /// Whether the last page that was shown is followed by another.
    pub fn continues(&self) -> Continues {
        self.continues
    }

    /// Leaves out what the repository has forgotten since.
    pub fn forget(&mut self, repository: &Repository) {
        self.all.retain(|version| repository.keeps(version));
        for group in &mut self.groups {
            group.retain(|version| repository.keeps(version));
        }
        if self.groups.front().is_some_and(Vec::is_empty) {
            self.shown.clear();
        }
        self.groups.retain(|group| !group.is_empty());
    }

    /// Compares the next page.
    ///
    /// # Errors
    /// In words, how it differs.
    pub fn agree(&mut self, page: &HistoryPage, ties: &mut Ties) -> Result<(), String> {
        if page.total != self.all.len() as u64 {
            return Err(format!("total {}, not {}", page.total, self.all.len()));
        }
        let count = self.count.min(self.groups.iter().map(Vec::len).sum());
        if page.versions.len() != count {
            return Err(format!("{} versions, not {count}", page.versions.len()));
        }
        for version in &page.versions {
            let place = |group: &Vec<Rc<Stored>>| group.iter().position(|next| next.key == version.key);
            let Some(at) = self.groups.front().and_then(place) else {
                return Err(format!("{} version {} is not what comes next", version.key, version.version));
            };
            same(&self.groups[0].remove(at), version)?;
            self.shown.push(version.key.clone());
            ties.note(&self.shown)?;
            if self.groups[0].is_empty() {
                self.groups.pop_front();
                self.shown.clear();
            }
        }
        let continues = if self.groups.is_empty() { Continues::No } else { Continues::Yes };
        self.continues = continues;
        if page.continues == continues { Ok(()) } else { Err(format!("another page: not {continues:?}")) }
    }
}
