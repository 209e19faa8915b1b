//! What compressing resources one by one gives and costs.

use std::collections::BTreeMap;
use std::fmt;
use std::hint::black_box;
use std::time::Instant;

use fornax_codec::compression::Compression;
use zstd::bulk::Compressor;

use crate::bundles::Resource;
use crate::{DICTIONARY_BYTES, ToolError};

const LEVEL: i32 = 3;
/// A frame's magic number, which the codec does not keep, less the byte that it puts there.
const SPARED_BYTES: u64 = 3;

const RUN_ITEMS: usize = 64;
const ROUNDS: usize = 5;

/// Bytes of resources, as they are and compressed in three ways.
#[derive(Default)]
struct Sizes {
    resources: u64,
    plain: u64,
    /// With the dictionary that ships.
    shipped: u64,
    /// With no dictionary.
    none: u64,
    /// With a dictionary of the same size, trained on these very resources: what no shipped one can reach.
    own: u64,
}

/// The whole measurement.
pub struct Report {
    kinds: BTreeMap<String, Sizes>,
    total: Sizes,
    compress_s: f64,
    decompress_s: f64,
}

impl Report {
    /// Compresses all resources.
    pub fn of(resources: &[Resource]) -> Result<Self, ToolError> {
        let own = zstd::dict::from_samples(
            &resources.iter().map(|resource| resource.json.as_bytes()).collect::<Vec<_>>(),
            DICTIONARY_BYTES,
        );
        let mut own =
            Compressor::with_dictionary(LEVEL, &own.map_err(ToolError::Zstd)?).map_err(ToolError::Zstd)?;
        let mut none = Compressor::new(LEVEL).map_err(ToolError::Zstd)?;
        own.include_dictid(false).map_err(ToolError::Zstd)?;
        let (packed, compress_s) = compress(resources)?;
        let decompress_s = decompress(resources, &packed)?;
        let mut report = Self { kinds: BTreeMap::new(), total: Sizes::default(), compress_s, decompress_s };
        for (resource, packed) in resources.iter().zip(&packed) {
            let frame = |context: &mut Compressor<'_>| context.compress(resource.json.as_bytes());
            let sizes = Sizes {
                resources: 1,
                plain: resource.json.len() as u64,
                shipped: packed.len() as u64,
                none: frame(&mut none).map_err(ToolError::Zstd)?.len() as u64 - SPARED_BYTES,
                own: frame(&mut own).map_err(ToolError::Zstd)?.len() as u64 - SPARED_BYTES,
            };
            report.total.add(&sizes);
            report.kinds.entry(resource.kind.clone()).or_default().add(&sizes);
        }
        Ok(report)
    }
}

fn compress(resources: &[Resource]) -> Result<(Vec<Vec<u8>>, f64), ToolError> {
    let compression = Compression::new();
    let mut all = Vec::with_capacity(resources.len());
    let mut packed = Vec::new();
    for resource in resources {
        packed.clear();
        compression.compress(resource.json.as_bytes(), &mut packed)?;
        all.push(packed.clone());
    }
    let took_s = shortest(resources, |resource| {
        packed.clear();
        black_box(compression.compress(resource.json.as_bytes(), &mut packed).is_ok());
    });
    Ok((all, took_s))
}

fn decompress(resources: &[Resource], packed: &[Vec<u8>]) -> Result<f64, ToolError> {
    let compression = Compression::new();
    let mut plain = Vec::new();
    for (resource, packed) in resources.iter().zip(packed) {
        plain.clear();
        compression.decompress(packed, resource.json.len(), &mut plain)?;
        if plain != resource.json.as_bytes() {
            return Err(ToolError::Changed(resource.kind.clone()));
        }
    }
    Ok(shortest(packed, |packed| {
        plain.clear();
        black_box(compression.decompress(packed, usize::MAX, &mut plain).is_ok());
    }))
}

/// The seconds that work on all items takes. Items go in runs short enough to be done before the machine turns to something else,
/// and the shortest time of each run counts.
fn shortest<T>(items: &[T], mut work: impl FnMut(&T)) -> f64 {
    let mut once = |run: &[T]| {
        let started = Instant::now();
        run.iter().for_each(&mut work);
        started.elapsed().as_secs_f64()
    };
    items.chunks(RUN_ITEMS).map(|run| (0..ROUNDS).map(|_| once(run)).fold(f64::INFINITY, f64::min)).sum()
}

impl Sizes {
    fn add(&mut self, other: &Self) {
        self.resources += other.resources;
        self.plain += other.plain;
        self.shipped += other.shipped;
        self.none += other.none;
        self.own += other.own;
    }

    fn write(&self, kind: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = |bytes: u64| self.plain as f64 / bytes as f64;
        writeln!(
            f,
            "{kind:<26}{:>9}{:>11.0}{:>10.0}{:>8.2}{:>8.2}{:>8.2}",
            self.resources,
            self.plain as f64 / self.resources as f64,
            self.shipped as f64 / self.resources as f64,
            ratio(self.none),
            ratio(self.shipped),
            ratio(self.own),
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<26}{:>9}{:>11}{:>10}{:>8}{:>8}{:>8}",
            "", "resources", "bytes each", "packed", "none", "shipped", "own"
        )?;
        self.kinds.iter().try_for_each(|(kind, sizes)| sizes.write(kind, f))?;
        self.total.write("all", f)?;
        let rate = |seconds: f64| self.total.plain as f64 / 1e6 / seconds;
        writeln!(
            f,
            "with the shipped one: compressed at {:.0} MB/s, decompressed at {:.0} MB/s",
            rate(self.compress_s),
            rate(self.decompress_s)
        )
    }
}
