//! What sealing costs on this machine: `cargo run --release -p fornax-crypto --example cost`.

use std::hint::black_box;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use fornax_crypto::{
    ChainPoint, CryptoError, DataKey, EpochRing, Limits, PagePlace, Place, SystemEntropy, TenantUuid,
    TokenHolder,
};

const TENANT: TenantUuid = TenantUuid([1; 16]);
/// Few enough to be done before the machine turns to something else.
const TIMES: u32 = 500;
const ROUNDS: u32 = 400;

/// Prints the shortest average of all rounds.
fn time(what: &str, mut work: impl FnMut()) {
    let average = |_| {
        let started = Instant::now();
        (0..TIMES).for_each(|_| work());
        started.elapsed().as_secs_f64() / f64::from(TIMES)
    };
    let shortest = (0..ROUNDS).map(average).fold(f64::INFINITY, f64::min);
    let _ = writeln!(std::io::stdout(), "{what:<40}{:>8.3} us", shortest * 1e6);
}

fn main() -> Result<(), CryptoError> {
    let entropy = SystemEntropy::new();
    let key = Arc::new(DataKey::generate(&entropy)?);
    pages(&key)?;
    records(&key, &entropy)?;
    let id_key = key.id_key();
    time("digest of a type and an id", || {
        black_box(id_key.digest(&[b"Patient", b"7f1c2a52-9b7e-4f0b-8a3e-5d2c1b0a9f8e"]));
    });
    let tokens = key.token_key(Limits::default());
    let holder = TokenHolder { tenant: TENANT, grant: b"user/*.rs" };
    let token = tokens.seal(&holder, 1, &[7; 60], &entropy)?;
    time("seal a token of 60 bytes", || {
        black_box(tokens.seal(&holder, 1, &[7; 60], &entropy).is_ok());
    });
    time("open it", || {
        black_box(tokens.open(&holder, &token, 0).is_ok());
    });
    let point = ChainPoint::start(TENANT);
    time("link an audit row of 200 bytes", || {
        black_box(point.next(&[7; 200]));
    });
    Ok(())
}

fn pages(key: &DataKey) -> Result<(), CryptoError> {
    time("derive a page key", || {
        black_box(key.page_key(&[7; 32], b"0000000000000012.idx"));
    });
    let page_key = key.page_key(&[7; 32], b"0000000000000012.idx");
    for bytes in [4096, 16384] {
        let (plain, mut out) = (vec![7; bytes], Vec::new());
        time(&format!("seal a page of {bytes} bytes"), || {
            out.clear();
            black_box(page_key.seal_page(1, PagePlace::Inner, &plain, &mut out).is_ok());
        });
        let mut page = out.clone();
        page_key.open_page(1, PagePlace::Inner, &mut page)?;
        time("open it (and copy it first)", || {
            page.copy_from_slice(&out);
            black_box(page_key.open_page(1, PagePlace::Inner, &mut page).is_ok());
        });
    }
    Ok(())
}

fn records(key: &Arc<DataKey>, entropy: &SystemEntropy) -> Result<(), CryptoError> {
    let ring = EpochRing::new(vec![(1, Arc::clone(key))], &[], Limits::default())?;
    let (ring, sealer) = ring.begin(entropy)?.kept();
    let place = Place { tenant: TENANT, family: 1, key: &[7; 16], version: 1 };
    for bytes in [64, 350, 1024, 4096] {
        let (plain, mut sealed, mut opened) = (vec![7; bytes], Vec::new(), Vec::new());
        time(&format!("seal a record of {bytes} bytes"), || {
            sealed.clear();
            black_box(sealer.seal(&place, &plain, &mut sealed).is_ok());
        });
        ring.open(&place, &sealed, &mut opened)?;
        time("open it", || {
            opened.clear();
            black_box(ring.open(&place, &sealed, &mut opened).is_ok());
        });
    }
    Ok(())
}
