//! Keys, records and what is sealed.

use std::hint::black_box;
use std::sync::Arc;

use fornax_codec::key::{KeyReader, KeyWriter};
use fornax_codec::record;
use fornax_crypto::{EpochRing, EpochSealer, Limits, PageKey, PagePlace, Place, TenantUuid, TokenHolder};
use serde::{Deserialize, Serialize};

use crate::clinic::{self, CountingEntropy};
use crate::measuring::{Group, measure, measure_warm};

pub const GROUP: Group = Group { name: "bytes", run };

fn run() {
    measure("codec: write and read keys", keys);
    records();
    let key = clinic::data_key().id_key();
    measure("crypto: digests of ids", || {
        for n in 0..ROUNDS {
            black_box(key.digest(&[b"Observation", &n.to_be_bytes()]));
        }
    });
    tokens();
    values();
    pages();
}

const TENANT: TenantUuid = TenantUuid([7; 16]);
const PAGE_BYTES: usize = 4096;
const PAGES: u64 = 500;
const ROUNDS: u64 = 2000;

fn keys() {
    let mut key = KeyWriter::new();
    for n in 0..ROUNDS {
        key.clear();
        key.u16(7).u64(n).u64_descending(n).i64(-5).escaped(b"a\0b");
        key.u40(n).unwrap();
        let mut reader = KeyReader::new(black_box(key.as_bytes()));
        black_box((reader.u16().unwrap(), reader.u64().unwrap(), reader.u64_descending().unwrap()));
        black_box((reader.i64().unwrap(), reader.escaped().unwrap(), reader.u40().unwrap()));
    }
}

/// As large as a commit in the log.
#[derive(Serialize, Deserialize)]
struct Commit {
    time_ms: i64,
    changes: Vec<CommitChange>,
}

#[derive(Serialize, Deserialize)]
struct CommitChange {
    rid: u64,
    version: u64,
    operation: Operation,
    superseded: Option<u64>,
}

#[derive(Serialize, Deserialize)]
enum Operation {
    Create,
    Update,
}

fn records() {
    let change = |n: u64| match n % 3 {
        0 => CommitChange { rid: 9 << 40 | n, version: n, operation: Operation::Update, superseded: Some(n) },
        _ => CommitChange { rid: 9 << 40 | n, version: 1, operation: Operation::Create, superseded: None },
    };
    let commit = Commit { time_ms: 1_767_225_600_000, changes: (0..ROUNDS).map(change).collect() };
    let small = Commit { time_ms: 1_767_225_600_000, changes: vec![change(3)] };
    measure("codec: write and read records", || {
        for commit in std::iter::once(&commit).chain(std::iter::repeat_n(&small, ROUNDS as usize)) {
            let bytes = record::encode(1, commit).unwrap();
            black_box(record::decode::<Commit>(1, &bytes, 1 << 20).unwrap());
        }
    });
}

fn tokens() {
    let key = clinic::data_key().token_key(Limits::default());
    let (entropy, holder) = (CountingEntropy::default(), TokenHolder { tenant: TENANT, grant: b"all" });
    measure("crypto: seal and open tokens", || {
        for _ in 0..ROUNDS / 4 {
            let token = key.seal(&holder, 1_767_225_600, &[9; 120], &entropy).unwrap();
            black_box(key.open(&holder, &token, 1_700_000_000).unwrap());
        }
    });
}

fn place(version: u64) -> Place<'static> {
    Place { tenant: TENANT, family: 1, key: b"0123456789abcdef", version }
}

fn epoch() -> (EpochRing, EpochSealer) {
    let keys = vec![(1, Arc::new(clinic::data_key()))];
    let ring = EpochRing::new(keys, &[], Limits::default()).unwrap();
    ring.begin(&CountingEntropy::default()).unwrap().kept()
}

fn sealed(sealer: &EpochSealer, bodies: &[String]) -> Vec<Vec<u8>> {
    let seal = |(body, version): (&String, u64)| {
        let mut sealed = Vec::new();
        sealer.seal(&place(version), body.as_bytes(), &mut sealed).unwrap();
        sealed
    };
    bodies.iter().zip(1..).map(seal).collect()
}

fn values() {
    let ((ring, sealer), bodies) = (epoch(), clinic::bodies());
    let values = sealed(&sealer, &bodies);
    measure("crypto: seal values", || drop(black_box(sealed(&sealer, &bodies))));
    measure_warm("crypto: open values", || {
        for (value, version) in values.iter().zip(1..) {
            let mut plain = Vec::new();
            ring.open(&place(version), value, &mut plain).unwrap();
            black_box(plain);
        }
    });
}

fn sealed_pages(key: &PageKey) -> Vec<Vec<u8>> {
    let seal = |page| {
        let mut sealed = Vec::with_capacity(PAGE_BYTES + 16);
        key.seal_page(page, PagePlace::Inner, &[page as u8; PAGE_BYTES], &mut sealed).unwrap();
        sealed
    };
    (0..PAGES).map(seal).collect()
}

fn pages() {
    let key = clinic::data_key().page_key(&[3; 32], b"0000000000000001.idx");
    let mut pages = sealed_pages(&key);
    measure("crypto: seal pages", || drop(black_box(sealed_pages(&key))));
    measure("crypto: open pages", || {
        for (page, sealed) in (0..PAGES).zip(&mut pages) {
            black_box(key.open_page(page, PagePlace::Inner, sealed).unwrap());
        }
    });
}
