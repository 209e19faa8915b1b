//! Which lines of an import refer to what neither is there nor comes with them.

use std::collections::{HashMap, HashSet};

use super::RefusedLine;
use crate::core::Core;
use crate::error::{Error, ErrorKind, Result};
use crate::families::Family;
use crate::links::{ISSUES_MAX, dangling};
use crate::records::{self, IdRecord};
use crate::write::{PreparedWrite, links_of};

/// Writes, with the numbers of their lines.
pub(super) struct Lines {
    pub writes: Vec<PreparedWrite>,
    pub numbers: Vec<u64>,
}

impl Lines {
    pub(super) fn with_capacity(lines: usize) -> Self {
        Self { writes: Vec::with_capacity(lines), numbers: Vec::with_capacity(lines) }
    }

    pub(super) fn push(&mut self, number: u64, write: PreparedWrite) {
        self.numbers.push(number);
        self.writes.push(write);
    }

    /// Takes out what writes a resource that another one of these writes before it.
    pub(super) fn split_repeated(&mut self) -> Self {
        let mut seen = HashSet::with_capacity(self.writes.len());
        let is_repeated: Vec<bool> = self.writes.iter().map(|write| !seen.insert(write.digest)).collect();
        let mut which = is_repeated.iter();
        let numbers = self.numbers.extract_if(.., |_| which.next() == Some(&true)).collect();
        let mut which = is_repeated.iter();
        let writes = self.writes.extract_if(.., |_| which.next() == Some(&true)).collect();
        Self { writes, numbers }
    }

    /// Takes out those whose references lead nowhere, and those that refer to them.
    pub(super) fn refuse_dangling(&mut self, core: &Core) -> Result<Vec<RefusedLine>> {
        let mut refused = Vec::new();
        if !core.integrity.is_on() {
            return Ok(refused);
        }
        let mut own: HashSet<[u8; 16]> = self.writes.iter().map(|write| write.digest).collect();
        let mut known = HashMap::new();
        loop {
            let before = self.writes.len();
            let (writes, numbers) = (std::mem::take(&mut self.writes), std::mem::take(&mut self.numbers));
            for (write, number) in writes.into_iter().zip(numbers) {
                match fault(core, &write, &own, &mut known)? {
                    None => self.push(number, write),
                    Some(error) => {
                        own.remove(&write.digest);
                        refused.push(RefusedLine { number, error });
                    }
                }
            }
            if self.writes.len() == before {
                return Ok(refused);
            }
        }
    }
}

/// Why a line is refused, if it is.
fn fault(
    core: &Core,
    write: &PreparedWrite,
    own: &HashSet<[u8; 16]>,
    known: &mut HashMap<[u8; 16], bool>,
) -> Result<Option<Error>> {
    let links = match links_of(core, write) {
        Ok(links) => links,
        // It was prepared while nobody asked for them.
        Err(error) if error.kind() == ErrorKind::Unprocessable => return Ok(Some(error)),
        Err(error) => return Err(error),
    };
    let mut issues = Vec::new();
    for link in links.iter().filter(|link| !own.contains(&link.digest)) {
        if issues.len() < ISSUES_MAX && !is_there(core, known, link.digest)? {
            issues.push(link.dangles());
        }
    }
    Ok(if issues.is_empty() { None } else { Some(dangling(issues)) })
}

fn is_there(core: &Core, known: &mut HashMap<[u8; 16], bool>, digest: [u8; 16]) -> Result<bool> {
    if let Some(there) = known.get(&digest) {
        return Ok(*there);
    }
    let bytes = core.vault.get(&*core.store, Family::Ids, &digest)?;
    let record: Option<IdRecord> = bytes.map(|bytes| records::decode(&bytes)).transpose()?;
    // What is not committed yet may be: the commit looks again.
    let there = record.is_some_and(|record| record.is_there());
    known.insert(digest, there);
    Ok(there)
}
