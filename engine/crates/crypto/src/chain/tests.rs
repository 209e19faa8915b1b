use super::*;
use crate::SeededEntropy;

const TENANT: TenantUuid = TenantUuid([5; 16]);
const RECORDS: u64 = 6;

type Rows = Vec<(Vec<u8>, Link)>;

fn signer(tenant: TenantUuid, seed: u64) -> CheckpointSigner {
    CheckpointSigner::new(tenant, &DataKey::generate(&SeededEntropy::new(seed)).unwrap())
}

/// Records 1 to 6, with checkpoints at 2 and 6.
fn chain() -> (Rows, Vec<Checkpoint>) {
    let mut point = ChainPoint::start(TENANT);
    let (mut rows, mut checkpoints) = (Rows::new(), Vec::new());
    for number in 1..=RECORDS {
        let record = format!("record {number}").into_bytes();
        point = point.next(&record);
        rows.push((record, point.link));
        if number == 2 || number == RECORDS {
            checkpoints.push(signer(TENANT, 1).sign(point));
        }
    }
    (rows, checkpoints)
}

fn verify(rows: &[(Vec<u8>, Link)], checkpoints: &[Checkpoint]) -> Result<ChainPoint> {
    let rows = rows.iter().map(|(record, link)| Ok::<_, CryptoError>((record, *link)));
    signer(TENANT, 1).verifier().verify(ChainPoint::start(TENANT), rows, checkpoints)
}

#[test]
fn a_whole_chain_holds() {
    let (rows, checkpoints) = chain();
    let end = verify(&rows, &checkpoints).unwrap();
    assert_eq!((end.position, end.link), (RECORDS, rows[5].1));
    let later = rows[2..].iter().map(|(record, link)| Ok::<_, CryptoError>((record, *link)));
    let from_checkpoint = signer(TENANT, 1).verifier().verify(checkpoints[0].point, later, &checkpoints[1..]);
    assert_eq!(from_checkpoint.unwrap(), end);
    assert_eq!(verify(&[], &[]).unwrap(), ChainPoint::start(TENANT));
}

/// Makes the links of all records true again, as somebody would who can write them.
fn relink(rows: &mut Rows) {
    let mut link = Link::start(TENANT);
    for (record, kept) in rows {
        link = link.next(record);
        *kept = link;
    }
}

#[test]
fn the_first_broken_link_is_named() {
    type Damage = fn(&mut Rows, &mut Vec<Checkpoint>);
    let rows: &[(&str, Damage, u64)] = &[
        ("a record changed", |rows, _| rows[3].0[0] ^= 1, 4),
        ("a link changed", |rows, _| rows[2].1.0[31] ^= 1, 3),
        ("a record left out", |rows, _| drop(rows.remove(1)), 2),
        ("a record put in", |rows, _| rows.insert(4, rows[0].clone()), 5),
        ("records swapped", |rows, _| rows.swap(0, 1), 1),
        ("the end cut off", |rows, _| rows.truncate(4), 5),
        ("all cut off", |rows, _| rows.clear(), 1),
        (
            "rewritten before a checkpoint",
            |rows, _| {
                rows[0].0[0] ^= 1;
                relink(rows);
            },
            2,
        ),
        (
            "rewritten after a checkpoint",
            |rows, _| {
                rows[4].0[0] ^= 1;
                relink(rows);
            },
            6,
        ),
        ("a signature changed", |_, checkpoints| checkpoints[0].signature[0] ^= 1, 2),
        ("a signature cut", |_, checkpoints| checkpoints[0].signature.truncate(63), 2),
        ("another signer", |_, checkpoints| checkpoints[1] = signer(TENANT, 2).sign(checkpoints[1].point), 6),
        ("another tenant", |_, points| points[1] = signer(TenantUuid([6; 16]), 1).sign(points[1].point), 6),
        ("a checkpoint moved", |_, checkpoints| checkpoints[0].point.position = 3, 3),
        ("a checkpoint for later", |_, checkpoints| checkpoints[1].point.position = 9, 7),
    ];
    for (what, damage, expected) in rows {
        let (mut rows, mut checkpoints) = chain();
        damage(&mut rows, &mut checkpoints);
        match verify(&rows, &checkpoints) {
            Err(CryptoError::ChainBroken { position }) => assert_eq!(position, *expected, "{what}"),
            other => panic!("{what}: {other:?}"),
        }
    }
}

#[test]
fn the_chain_of_another_tenant_starts_elsewhere() {
    let (rows, _) = chain();
    let rows = rows.iter().map(|(record, link)| Ok::<_, CryptoError>((record, *link)));
    let other = TenantUuid([6; 16]);
    let verified = signer(other, 1).verifier().verify(ChainPoint::start(other), rows, &[]);
    assert!(matches!(verified, Err(CryptoError::ChainBroken { position: 1 })));
}

#[test]
fn a_failing_source_of_rows_is_handed_on() {
    #[derive(Debug)]
    enum Error {
        Source,
        Chain,
    }
    impl From<CryptoError> for Error {
        fn from(_: CryptoError) -> Self {
            Self::Chain
        }
    }
    let rows = [Err::<(Vec<u8>, Link), _>(Error::Source)];
    let verified = signer(TENANT, 1).verifier().verify(ChainPoint::start(TENANT), rows, &[]);
    assert!(matches!(verified, Err(Error::Source)));
    let rows = [Ok((Vec::new(), Link([0; 32])))];
    let verified = signer(TENANT, 1).verifier().verify(ChainPoint::start(TENANT), rows, &[]);
    assert!(matches!(verified, Err(Error::Chain)));
}
