//! The data of all scenarios: a generated population, the same each time, and an index of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use fornax_crypto::{DataKey, Entropy};
use fornax_definitions::TypeId;
use fornax_index::{ClauseContext, Indexer, Kin, Resources, SearchValues};
use fornax_model::{Document, Limits};
use fornax_population::{Plan, Population};
use fornax_postings::faulty::FaultyFiles;
use fornax_postings::{
    CacheBudget, Caches, Changes, IndexDocument, ManifestTag, Options, PageCache, Postings, Rid, RidSet, Seq,
    Snapshot, TagKeeper,
};

const SEED: u64 = 1;
const PATIENTS: u64 = 5;
/// 2026-01-01.
pub const NOW_US: i64 = 1_767_225_600_000_000;

/// The bodies of all resources of the patients.
pub fn bodies() -> Vec<String> {
    let population = Population::new(Plan::new(SEED, PATIENTS)).unwrap();
    let patients = (0..PATIENTS).map(|number| population.patient(number));
    patients.flat_map(|patient| patient.iter().map(|one| one.json().to_owned()).collect::<Vec<_>>()).collect()
}

/// The same parsed, each with its type.
pub fn resources() -> Vec<(TypeId, Document)> {
    let parsed = |body: String| {
        let document = Document::parse(body, &Limits::default()).unwrap();
        let name = document.root().get("resourceType").unwrap().as_str().unwrap();
        (fornax_definitions::r4().type_named(&name).unwrap().id, document)
    };
    bodies().into_iter().map(parsed).collect()
}

/// Resources by type and id, given numbers in the order in which they are mentioned.
#[derive(Default)]
pub struct Rids {
    by_name: BTreeMap<(TypeId, String), Rid>,
    given: BTreeMap<TypeId, u64>,
}

const TYPE_SHIFT: u32 = 40;

impl Rids {
    pub fn give(&mut self, resource: TypeId, id: &str) -> Rid {
        let given = &mut self.given;
        *self.by_name.entry((resource, id.to_owned())).or_insert_with(|| {
            let number = given.entry(resource).or_insert(0);
            *number += 1;
            ((resource.index() as u64 + 1) << TYPE_SHIFT) | *number
        })
    }
}

impl Resources for Rids {
    fn rid(&self, resource: TypeId, id: &str) -> Option<Rid> {
        self.by_name.get(&(resource, id.to_owned())).copied()
    }

    fn newest(&self, _: Rid) -> Option<Seq> {
        Some(1)
    }

    fn resource(&self, rid: Rid) -> Option<TypeId> {
        let number = (rid >> TYPE_SHIFT) - 1;
        self.given.keys().copied().find(|of| of.index() as u64 == number)
    }

    fn kin(&self, rid: Rid, _: Kin) -> Vec<Rid> {
        vec![rid]
    }

    fn members(&self, _: Rid) -> Arc<RidSet> {
        Arc::default()
    }
}

/// The population as search sees it.
pub struct Clinic {
    pub indexer: Indexer,
    pub rids: Rids,
    pub values: Vec<SearchValues>,
    /// In the order of `values`: the resource, and what it refers to.
    pub names: Vec<(Rid, Vec<Rid>)>,
}

impl Clinic {
    pub fn new() -> Self {
        let (indexer, mut rids) = (Indexer::new(fornax_definitions::r4()), Rids::default());
        let (mut values, mut names) = (Vec::new(), Vec::new());
        for (resource, document) in resources() {
            let id = document.root().get("id").unwrap().as_str().unwrap().into_owned();
            let found = indexer.extract(resource, document.root()).unwrap();
            let targets = found.references().iter().map(|one| rids.give(one.resource, &one.id)).collect();
            names.push((rids.give(resource, &id), targets));
            values.push(found);
        }
        Self { indexer, rids, values, names }
    }

    /// A commit for each resource.
    pub fn index_documents(&self) -> Vec<IndexDocument> {
        let all = self.values.iter().zip(&self.names).zip(1..);
        all.map(|((values, (rid, targets)), seq)| {
            values.to_document(*rid, seq, targets).dated(NOW_US + seq as i64)
        })
        .collect()
    }

    pub fn context(&self) -> ClauseContext<'_> {
        ClauseContext { resources: &self.rids, now_us: NOW_US }
    }
}

/// Bytes that count up: keys and salts must be the same each time, and protect nothing here.
#[derive(Debug, Default)]
pub struct CountingEntropy(AtomicU8);

impl Entropy for CountingEntropy {
    fn fill(&self, bytes: &mut [u8]) -> fornax_crypto::Result<()> {
        bytes.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
        Ok(())
    }
}

pub fn data_key() -> DataKey {
    DataKey::generate(&CountingEntropy::default()).unwrap()
}

/// The tag is not needed again.
pub struct Unkept;

impl TagKeeper for Unkept {
    fn keep(&self, _: &ManifestTag) -> std::io::Result<()> {
        Ok(())
    }
}

/// An empty index whose files lie in memory.
pub fn postings() -> Postings {
    Postings::create(Options {
        files: Arc::new(FaultyFiles::default()),
        key: Arc::new(data_key()),
        entropy: Arc::new(CountingEntropy::default()),
        pages: Arc::new(PageCache::with_bytes(16 << 20)),
        caches: Arc::new(Caches::with_budget(CacheBudget::default())),
        context: Vec::new(),
        limits: fornax_postings::Limits::default(),
    })
    .unwrap()
}

/// Applies these documents.
pub fn apply(postings: &Postings, documents: Vec<IndexDocument>) {
    let seq = documents.last().unwrap().seq;
    postings.apply(Changes { documents, superseded: Vec::new(), seq }).unwrap();
}

/// The newest snapshot.
pub fn snapshot(postings: &Postings) -> Snapshot {
    postings.snapshot(postings.applied()).unwrap()
}
