//! Verification: every record opens, and what they say of each other agrees, the index included.

mod links;

use std::collections::{BTreeMap, HashSet};

use fornax_crypto::ChainPoint;
use fornax_store::{Direction, KeyRange, Reader};

use crate::core::Core;
use crate::error::{Error, Result};
use crate::families::Family;
use crate::identity::IdentityKey;
use crate::integrity::ReferentialIntegrity;
use crate::keys;
use crate::records::{self, Head, IdRecord, Newest, OperationCode, Rid, Seq, VersionHead};
use crate::search_run;
use crate::tenant_id::TenantId;
use crate::vault::failed;
use crate::view::View;

/// What was looked at in one tenant, and what does not agree.
#[derive(Clone, Debug)]
pub struct Verification {
    /// The tenant.
    pub tenant: TenantId,
    /// Resources that are there.
    pub resources: u64,
    /// Versions, deletions included.
    pub versions: u64,
    /// Commits.
    pub commits: u64,
    /// Places and what is wrong with each; no more than 1,000. Holds no patient data: a resource goes by its number.
    pub findings: Vec<String>,
    /// How many there are.
    pub findings_total: u64,
}

const FINDINGS_MAX: usize = 1_000;
/// Index documents looked at a time.
const HITS_AT_ONCE: usize = 1_000;
const COMMITS_AT_ONCE: usize = 1_000;

/// One tenant under verification, as of one commit.
struct Check<'a> {
    core: &'a Core,
    view: View<'a>,
    head: Head,
    mode: ReferentialIntegrity,
    /// Current versions by type number, as the records have them.
    current: BTreeMap<u16, HashSet<(Rid, Seq)>>,
    report: Verification,
}

/// Verifies a tenant as of its last commit. Reads everything; writers go on meanwhile. Memory grows with the resources, by some 40
/// bytes each.
pub(crate) fn verify(core: &Core) -> Result<Verification> {
    let _nothing_goes = core.retention.sweeping.lock();
    let (head, view, mode) = core.sequencer.between_groups(core, |state| {
        Ok::<_, Error>((state.head.clone(), View::now(core)?, core.integrity.mode()))
    })?;
    let report = Verification {
        tenant: core.id.clone(),
        resources: 0,
        versions: 0,
        commits: 0,
        findings: Vec::new(),
        findings_total: 0,
    };
    let mut check = Check { core, view, head, mode, current: BTreeMap::new(), report };
    check.versions()?;
    check.log()?;
    check.audit()?;
    check.identities()?;
    check.links()?;
    check.index()?;
    Ok(check.report)
}

impl Check<'_> {
    fn find(&mut self, what: String) {
        self.report.findings_total += 1;
        if self.report.findings.len() < FINDINGS_MAX {
            self.report.findings.push(what);
        }
    }

    /// Every version opens and decompresses, the numbers of a resource's versions fall (by one, but where some were purged), and `ids`
    /// and `identity` know the newest.
    fn versions(&mut self) -> Result<()> {
        let family = self.core.vault.placement.family(Family::Versions);
        let snapshot = self.core.store.snapshot().map_err(failed)?;
        let mut cursor = snapshot.scan(family, &KeyRange::all(), Direction::Forward).map_err(failed)?;
        // The resource before, and the number that its next older version has at most.
        let mut expected: Option<(Rid, u64)> = None;
        while let Some((key, sealed)) = cursor.next().map_err(failed)? {
            let (rid, seq) = keys::read_version(key)?;
            // Later commits, and what is staged.
            if seq > self.view.seq {
                continue;
            }
            self.report.versions += 1;
            let number = match self.view.open_version(key, sealed) {
                Err(error) => {
                    self.find(format!("version {rid:x}@{seq}: {error}"));
                    continue;
                }
                Ok(version) => version.version.0,
            };
            match expected.filter(|(before, _)| *before == rid) {
                None => self.newest((rid, seq), key, sealed)?,
                Some((_, most)) if number > most => {
                    self.find(format!("version {rid:x}@{seq}: its number is {number}, above {most}"));
                }
                Some(_) => {}
            }
            expected = Some((rid, number.saturating_sub(1)));
        }
        Ok(())
    }

    /// What leads to the newest version of a resource.
    fn newest(&mut self, (rid, seq): (Rid, Seq), key: &[u8], sealed: &[u8]) -> Result<()> {
        let plain = self.core.vault.open_record(Family::Versions, key, sealed)?;
        let head = records::decode_head::<VersionHead>(&plain)?.0;
        let is_deleted = head.operation == OperationCode::Delete;
        let newest = Newest { seq, version: head.version, is_deleted };
        let type_number = keys::type_number(rid);
        let resource_type = self.core.types.numbered(type_number)?;
        // A later commit may have written it since.
        let agrees = |record: IdRecord| {
            let known = record.newest.is_some_and(|known| known == newest || known.seq > self.view.seq);
            record.rid == rid && known
        };
        if !self.view.id(resource_type.name, &head.id).is_ok_and(|record| record.is_some_and(agrees)) {
            self.find(format!("the id of {rid:x} does not lead to its newest version"));
        }
        for digest in head.identities.iter().filter(|_| !is_deleted) {
            let identity = IdentityKey { type_number, digest: *digest };
            if !self.view.is_bearer(&identity, rid)? {
                self.find(format!("an identity that {rid:x} bears does not lead to it"));
            }
        }
        if !is_deleted {
            self.report.resources += 1;
            self.current.entry(type_number).or_default().insert((rid, seq));
        }
        Ok(())
    }

    /// Every commit opens, and names as many versions as there are, each of which is there.
    fn log(&mut self) -> Result<()> {
        let (mut next, mut named) = (1, 0);
        loop {
            let commits = self.view.commits_from(next, COMMITS_AT_ONCE)?;
            let Some(&last) = commits.last() else { break };
            for seq in commits {
                self.report.commits += 1;
                match self.view.log(seq) {
                    Err(error) => self.find(format!("commit {seq}: {error}")),
                    Ok(log) => {
                        for entry in &log.entries {
                            let is_kept = entry.operation != OperationCode::Purged;
                            named += u64::from(is_kept);
                            let superseded = entry.superseded.into_iter();
                            for seq in superseded.chain(is_kept.then_some(seq)) {
                                if !self.view.has_version(entry.rid, seq)? {
                                    self.find(format!(
                                        "commit {seq}: version {:x}@{seq} is missing",
                                        entry.rid
                                    ));
                                }
                            }
                        }
                    }
                }
            }
            next = last + 1;
        }
        if named != self.report.versions {
            self.find(format!("the log names {named} versions, and there are {}", self.report.versions));
        }
        Ok(())
    }

    /// Every audit row opens, and the chain ends where the head says.
    fn audit(&mut self) -> Result<()> {
        let mut chain = ChainPoint::start(self.core.vault.tenant);
        let family = self.core.vault.placement.family(Family::Audit);
        let snapshot = self.core.store.snapshot().map_err(failed)?;
        let mut cursor = snapshot.scan(family, &KeyRange::all(), Direction::Forward).map_err(failed)?;
        while chain.position < self.head.audit.position
            && let Some((key, sealed)) = cursor.next().map_err(failed)?
        {
            match self.core.vault.open_record(Family::Audit, key, sealed) {
                Ok(plain) => chain = chain.next(&plain),
                Err(error) => {
                    self.find(format!("audit row {}: {error}", chain.position + 1));
                    return Ok(());
                }
            }
        }
        if chain != self.head.audit {
            self.find("the audit chain does not end where the head says".to_owned());
        }
        Ok(())
    }

    /// Every identity opens, and its bearer bears it.
    fn identities(&mut self) -> Result<()> {
        let family = self.core.vault.placement.family(Family::Identity);
        let snapshot = self.core.store.snapshot().map_err(failed)?;
        let mut cursor = snapshot.scan(family, &keys::identities(), Direction::Forward).map_err(failed)?;
        while let Some((key, sealed)) = cursor.next().map_err(failed)? {
            let rid = keys::read_identity_rid(key)?;
            let agrees = self.core.vault.open_record(Family::Identity, key, sealed).is_ok()
                && self.bears(&*snapshot, rid, keys::read_identity_digest(key)?)?;
            if !agrees {
                self.find(format!("an identity of {rid:x}: it does not bear it"));
            }
        }
        Ok(())
    }

    /// Whether any version bears the identity; of what is staged or newer it need not be the one that is looked at.
    fn bears(&self, reader: &dyn Reader, rid: Rid, digest: [u8; 16]) -> Result<bool> {
        let range = KeyRange::between(
            keys::version(rid, Seq::MAX).as_bytes(),
            keys::version(rid + 1, Seq::MAX).as_bytes(),
        );
        let family = self.core.vault.placement.family(Family::Versions);
        let mut cursor = reader.scan(family, &range, Direction::Forward).map_err(failed)?;
        while let Some((key, sealed)) = cursor.next().map_err(failed)? {
            let Ok(plain) = self.core.vault.open_record(Family::Versions, key, sealed) else {
                return Ok(true);
            };
            let head = records::decode_head::<VersionHead>(&plain)?.0;
            if head.identities.contains(&digest) {
                return Ok(true);
            }
            let is_visible = keys::read_version(key)?.1 <= self.view.seq;
            if is_visible || head.operation == OperationCode::Delete {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// The index finds each resource that is there in its current version, and nothing else.
    fn index(&mut self) -> Result<()> {
        let types: Vec<_> = self.core.types.all().collect();
        for resource_type in types {
            let mut expected = std::mem::take(self.current.entry(resource_type.number).or_default());
            let mut unexpected = 0;
            search_run::each_hit(self.core, &self.view, resource_type, HITS_AT_ONCE, |hit| {
                unexpected += u64::from(!expected.remove(&hit));
            })?;
            if unexpected > 0 || !expected.is_empty() {
                let (name, missing) = (resource_type.name, expected.len());
                self.find(format!(
                    "index of {name}: {missing} are missing, {unexpected} should not be there"
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
