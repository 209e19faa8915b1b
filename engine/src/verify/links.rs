//! Verification of who refers to whom, of a tenant in the mode `block`.

use super::Check;
use crate::error::Result;
use crate::families::Family;
use crate::integrity::ReferentialIntegrity;
use crate::keys;
use crate::links::stored_links;
use crate::records::{Rid, Seq};
use crate::write::{parse_stored, stored_targets};

impl Check<'_> {
    /// The rows say what the bodies say, in both directions, and nothing leads nowhere.
    pub(super) fn links(&mut self) -> Result<()> {
        if self.mode != ReferentialIntegrity::Block {
            return Ok(());
        }
        let mut current: Vec<(Rid, Seq)> = self.current.values().flatten().copied().collect();
        current.sort_unstable();
        let (mut sources, mut rows) = (0, 0);
        for (rid, seq) in current {
            let targets = self.view.targets_of(rid)?;
            sources += u64::from(!targets.is_empty());
            rows += targets.len() as u64;
            self.links_of((rid, seq), &targets)?;
        }
        let (mut wrong, mut sources_found, mut rows_found) = (Vec::new(), 0, 0);
        let (core, view) = (self.core, &self.view);
        view.each_link(&keys::links_by_source(), |key, sealed| {
            sources_found += 1;
            core.vault.open_record(Family::Identity, key, sealed).map(|_| ())
        })?;
        view.each_link(&keys::links_by_target(), |key, sealed| {
            rows_found += 1;
            let (target, source) = keys::read_link(key)?;
            let agrees = core.vault.open_record(Family::Identity, key, sealed).is_ok()
                && view.targets_of(source)?.binary_search(&target).is_ok();
            if !agrees {
                wrong.push(format!("a link from {source:x} to {target:x}: it does not refer to it"));
            }
            Ok(())
        })?;
        wrong.into_iter().for_each(|finding| self.find(finding));
        if (sources, rows) != (sources_found, rows_found) {
            self.find(format!(
                "{sources} resources have {rows} links, and there are rows of {sources_found} and {rows_found}"
            ));
        }
        Ok(())
    }

    fn links_of(&mut self, (rid, seq): (Rid, Seq), targets: &[Rid]) -> Result<()> {
        // A version that does not open was found before.
        let Ok(version) = self.view.version(rid, seq) else { return Ok(()) };
        let body = parse_stored(&version.body.text)?;
        let resource_type = self.core.types.numbered(keys::type_number(rid))?;
        let links = stored_links(self.core, resource_type, body.root());
        let mut dangling = 0;
        let numbers = stored_targets(&links, |digest| {
            let record = self.view.named(digest)?;
            let newest = record.and_then(|record| record.newest);
            let there = newest.is_some_and(|newest| newest.seq <= self.view.seq && !newest.is_deleted);
            dangling += u64::from(!there);
            Ok(record.map(|record| record.rid))
        })?;
        if numbers.as_deref() != Some(targets) {
            self.find(format!("the links of {rid:x} are not those of its body"));
        }
        if dangling > 0 {
            self.find(format!("{dangling} references of {rid:x} lead nowhere"));
        }
        Ok(())
    }
}
