//! What may be ingested.

use crate::{Batch, Edit, FamilyId, Limits, StoreError};

/// Refuses files that [`Store::ingest`](crate::Store::ingest) does not take.
pub fn check_files(family: FamilyId, files: &[Batch], limits: &Limits) -> Result<(), StoreError> {
    let mut last: Option<&[u8]> = None;
    for file in files {
        limits.check_batch(file)?;
        for edit in file.edits() {
            let Edit::Put { family: of, key, .. } = edit else {
                return Err(StoreError::Bug("only puts are ingested".to_owned()));
            };
            if of != family || last.is_some_and(|last| last >= key) {
                return Err(StoreError::Bug("what is ingested is not in order".to_owned()));
            }
            last = Some(key);
        }
    }
    Ok(())
}
