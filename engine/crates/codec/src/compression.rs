//! Small values, compressed one by one with a dictionary that ships in the binary.
//!
//! A packed value is a byte that says how, and what follows from it:
//!
//! | Byte | What follows |
//! |---|---|
//! | `00` | a zstd frame without its magic number, compressed without a dictionary |
//! | `01` to `FE` | the same, compressed with the dictionary of that number |
//! | `FF` | the plain bytes: compressing did not make them fewer |
//!
//! The frame states its content's length, and neither a dictionary id nor a checksum: sealing finds what is altered. New values
//! take the newest dictionary. A dictionary that was ever shipped stays in `assets`, byte for byte.

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::{compress_bound, find_frame_compressed_size, get_frame_content_size};

use crate::{CodecError, Result};

/// Compressed without a dictionary.
const PLAIN: u8 = 0;
const STORED: u8 = 0xFF;
const NEWEST: u8 = 2;
const LEVEL: i32 = 3;
const MAGIC: [u8; 4] = 0xFD2F_B528u32.to_le_bytes();
/// Contexts grow with what passes through them; one that met a longer value is not used again.
const POOLED_BYTES_MAX: usize = 256 << 10;
const POOLED_CONTEXTS_MAX: usize = 64;

static SHIPPED: &[u8] = include_bytes!("../assets/dictionary-2.zstd");

/// Made once, at the first use: some 2 ms and 400 KB.
static PREPARED: LazyLock<Prepared> = LazyLock::new(|| Prepared {
    encoder: EncoderDictionary::copy(SHIPPED, LEVEL),
    decoder: DecoderDictionary::copy(SHIPPED),
});

struct Prepared {
    encoder: EncoderDictionary<'static>,
    decoder: DecoderDictionary<'static>,
}

/// Compresses and decompresses, from any number of threads. Holds a context for each thread that is at it at the same time.
#[derive(Default)]
pub struct Compression {
    encoders: Mutex<Vec<Encoder>>,
    decoders: Mutex<Vec<Decoder>>,
}

struct Encoder {
    context: Compressor<'static>,
    frame: Vec<u8>,
}

/// A frame with its magic number back, and what opens it.
struct Decoder {
    plain: Decompressor<'static>,
    with_dictionary: Decompressor<'static>,
    frame: Vec<u8>,
}

impl Compression {
    /// No contexts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends the packed value to `out`, which stays as it was on failure. At most one byte longer than `plain`.
    pub fn compress(&self, plain: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let mut encoder = match lock(&self.encoders).pop() {
            Some(encoder) => encoder,
            None => Encoder::new()?,
        };
        let frame = encoder.compress(plain)?;
        if frame.len() < plain.len() {
            out.push(NEWEST);
            out.extend_from_slice(frame);
        } else {
            out.push(STORED);
            out.extend_from_slice(plain);
        }
        give_back(&self.encoders, encoder, plain.len());
        Ok(())
    }

    /// Appends the plain value to `out`, which stays as it was on failure. A value of more than `bytes_max` bytes is refused before
    /// memory is taken for it.
    pub fn decompress(&self, packed: &[u8], bytes_max: usize, out: &mut Vec<u8>) -> Result<()> {
        let (dictionary, frame) =
            packed.split_first().ok_or(CodecError::Damaged("a packed value of no bytes"))?;
        if *dictionary == STORED {
            within(frame.len() as u64, bytes_max)?;
            out.extend_from_slice(frame);
            return Ok(());
        }
        if !matches!(*dictionary, PLAIN | NEWEST) {
            return Err(CodecError::UnknownDictionary(*dictionary));
        }
        let mut decoder = match lock(&self.decoders).pop() {
            Some(decoder) => decoder,
            None => Decoder::new()?,
        };
        let bytes = decoder.take(frame, bytes_max)?;
        let start = out.len();
        out.resize(start + bytes, 0);
        let opened = decoder.decompress(*dictionary, &mut out[start..]);
        give_back(&self.decoders, decoder, bytes.max(frame.len()));
        if opened.is_err() {
            out.truncate(start);
        }
        opened
    }
}

impl std::fmt::Debug for Compression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Compression(..)")
    }
}

impl Encoder {
    fn new() -> Result<Self> {
        let prepare = || {
            let mut context = Compressor::with_prepared_dictionary(&PREPARED.encoder)?;
            context.include_contentsize(true)?;
            context.include_dictid(false)?;
            context.include_checksum(false)?;
            Ok(context)
        };
        prepare().map_err(refused).map(|context| Self { context, frame: Vec::new() })
    }

    /// The frame without its magic number.
    fn compress(&mut self, plain: &[u8]) -> Result<&[u8]> {
        self.frame.clear();
        self.frame.reserve(compress_bound(plain.len()));
        self.context.compress_to_buffer(plain, &mut self.frame).map_err(refused)?;
        self.frame.strip_prefix(&MAGIC).ok_or(CodecError::Unencodable("zstd wrote no frame"))
    }
}

impl Decoder {
    fn new() -> Result<Self> {
        let with_dictionary = Decompressor::with_prepared_dictionary(&PREPARED.decoder);
        Ok(Self {
            plain: Decompressor::new().map_err(refused)?,
            with_dictionary: with_dictionary.map_err(refused)?,
            frame: Vec::new(),
        })
    }

    /// Takes one whole frame in, and answers its content's length.
    fn take(&mut self, frame: &[u8], bytes_max: usize) -> Result<usize> {
        self.frame.clear();
        self.frame.extend_from_slice(&MAGIC);
        self.frame.extend_from_slice(frame);
        if find_frame_compressed_size(&self.frame) != Ok(self.frame.len()) {
            return Err(CodecError::Damaged("a packed value is not one zstd frame"));
        }
        match get_frame_content_size(&self.frame) {
            Ok(Some(bytes)) => within(bytes, bytes_max),
            _ => Err(CodecError::Damaged("a packed value does not state its length")),
        }
    }

    fn decompress(&mut self, dictionary: u8, out: &mut [u8]) -> Result<()> {
        let context = if dictionary == 0 { &mut self.plain } else { &mut self.with_dictionary };
        match context.decompress_to_buffer(&self.frame, out) {
            Ok(bytes) if bytes == out.len() => Ok(()),
            _ => Err(CodecError::Damaged("a packed value does not decompress")),
        }
    }
}

fn lock<T>(pool: &Mutex<Vec<T>>) -> MutexGuard<'_, Vec<T>> {
    // A pool is whole between any two of its calls.
    pool.lock().unwrap_or_else(PoisonError::into_inner)
}

fn give_back<T>(pool: &Mutex<Vec<T>>, context: T, met_bytes: usize) {
    let mut pool = lock(pool);
    if met_bytes <= POOLED_BYTES_MAX && pool.len() < POOLED_CONTEXTS_MAX {
        pool.push(context);
    }
}

fn within(bytes: u64, max: usize) -> Result<usize> {
    let fits = usize::try_from(bytes).ok().filter(|bytes| *bytes <= max);
    fits.ok_or(CodecError::TooLong { bytes, max: max as u64 })
}

fn refused(_: std::io::Error) -> CodecError {
    CodecError::Unencodable("zstd had no memory")
}

#[cfg(test)]
mod tests;
