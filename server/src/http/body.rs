//! A request's body: collected under the limits, and unpacked.

use std::io::Read;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, EXPECT};
use axum::http::{HeaderMap, StatusCode};
use flate2::read::MultiGzDecoder;
use fornax::{BinaryUpload, Issue};
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::admission::{Admission, Room};
use super::limits::Limits;
use super::negotiation::Encoding;
use super::patience::Patience;
use super::refusal::Refusal;

/// A body as it came, and the room it takes.
pub(crate) struct Received {
    content: Collected,
    encoding: Encoding,
    room: Room,
}

/// What a body was collected into.
enum Collected {
    Bytes(Vec<u8>),
    /// The content of a Binary, not packed, has become part of its resource as it came; the second is how much there was.
    Content(BinaryUpload, usize),
    /// Content that is packed yet.
    PackedContent(Vec<u8>, BinaryUpload),
}

/// A body, unpacked.
pub(crate) enum Payload {
    Nothing,
    Bytes(Vec<u8>),
    Content(BinaryUpload),
}

/// Collects a body; that of a Binary into its upload.
///
/// # Errors
/// 413: it is too large. 408: the client fell silent. 503: there is no room for it. 400: it ended too soon.
pub(crate) async fn receive(
    body: Body,
    headers: &HeaderMap,
    (encoding, upload): (Encoding, Option<BinaryUpload>),
    admission: &Admission,
    limits: &Limits,
) -> Result<Received, Refusal> {
    let said = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let bytes_max = limits.body_bytes_max;
    let mut arriving = Arriving::new(body, limits);
    if said.is_some_and(|said| said > bytes_max) {
        // Who waits to be told to go on has sent nothing.
        if !headers.contains_key(EXPECT) {
            arriving.pass_over(limits).await;
        }
        return Err(Refusal::too_large(bytes_max));
    }
    // Room is taken as bytes arrive: a length that is only said holds nothing up.
    let content = match (upload, encoding) {
        (None, _) => Collected::Bytes(Vec::new()),
        (Some(upload), Encoding::Plain) => Collected::Content(upload, 0),
        (Some(upload), Encoding::Gzip) => Collected::PackedContent(Vec::new(), upload),
    };
    let mut received = Received { content, encoding, room: admission.room(0).await? };
    while let Some(piece) = arriving.next().await? {
        if let Err(refusal) = received.add(&piece, bytes_max) {
            drop(received);
            arriving.pass_over(limits).await;
            return Err(refusal);
        }
    }
    Ok(received)
}

/// Takes in a body that nobody wants, so that the client, who may read no answer before it has sent all, gets one.
pub(crate) async fn pass_over(body: Body, limits: &Limits) {
    Arriving::new(body, limits).pass_over(limits).await;
}

/// A body on its way.
struct Arriving {
    body: Body,
    patience: Patience,
    bytes: usize,
}

impl Arriving {
    fn new(body: Body, limits: &Limits) -> Self {
        Self { body, patience: Patience::new(limits.silence, limits.body_bytes_per_s_min), bytes: 0 }
    }

    /// The next piece; `None` at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        loop {
            let asked = Instant::now();
            let frame = timeout(self.patience.next(), self.body.frame()).await.map_err(|_| {
                let issue = Issue::error("timeout", "the body did not arrive in time");
                Refusal::new(StatusCode::REQUEST_TIMEOUT, issue)
            })?;
            match frame {
                None => return Ok(None),
                Some(Err(_)) => return Err(Refusal::invalid("the body ended too soon")),
                // Trailers are of no interest.
                Some(Ok(frame)) => {
                    if let Ok(piece) = frame.into_data() {
                        self.bytes += piece.len();
                        self.patience.moved(piece.len(), asked.elapsed());
                        return Ok(Some(piece));
                    }
                }
            }
        }
    }

    /// Reads on without keeping anything, up to twice the limit.
    async fn pass_over(&mut self, limits: &Limits) {
        while let Ok(Some(_)) = self.next().await {
            if self.bytes > 2 * limits.body_bytes_max {
                break;
            }
        }
    }
}

impl Received {
    /// Keeps a piece, if there is room for it.
    fn add(&mut self, piece: &[u8], bytes_max: usize) -> Result<(), Refusal> {
        let bytes = self.bytes() + piece.len();
        if bytes > bytes_max {
            return Err(Refusal::too_large(bytes_max));
        }
        self.room.grow_to(bytes)?;
        match &mut self.content {
            Collected::Bytes(all) | Collected::PackedContent(all, _) => all.extend_from_slice(piece),
            Collected::Content(upload, arrived) => {
                upload.append(piece)?;
                *arrived = bytes;
                self.room.grow_to(upload.bytes())?;
            }
        }
        Ok(())
    }

    /// Bytes as they came, packed or not.
    pub(crate) fn bytes(&self) -> usize {
        match &self.content {
            Collected::Bytes(bytes) | Collected::PackedContent(bytes, _) => bytes.len(),
            Collected::Content(_, arrived) => *arrived,
        }
    }

    /// The body, unpacked, and the room it takes. Blocks for as long as unpacking takes.
    ///
    /// # Errors
    /// 413: it is too large once unpacked. 400: it is not gzip. 503: there is no room for it.
    pub(crate) fn unpacked(self, limits: &Limits) -> Result<(Payload, Room), Refusal> {
        let mut room = self.room;
        let payload = match (self.content, self.encoding) {
            (Collected::Content(upload, _), _) => Payload::Content(upload),
            (Collected::Bytes(bytes), Encoding::Plain) => Payload::Bytes(bytes),
            (Collected::Bytes(packed), Encoding::Gzip) => {
                let mut plain = Vec::new();
                gunzip(&packed, limits.body_bytes_max, |piece| {
                    room.grow_to(packed.len() + plain.len() + piece.len())?;
                    plain.extend_from_slice(piece);
                    Ok(())
                })?;
                Payload::Bytes(plain)
            }
            (Collected::PackedContent(packed, mut upload), _) => {
                gunzip(&packed, limits.body_bytes_max, |piece| {
                    room.grow_to(packed.len() + upload.bytes() + 2 * piece.len())?;
                    Ok(upload.append(piece)?)
                })?;
                Payload::Content(upload)
            }
        };
        Ok((payload, room))
    }
}

/// Unpacks gzip; `take` gets piece after piece.
fn gunzip(
    packed: &[u8],
    bytes_max: usize,
    mut take: impl FnMut(&[u8]) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    const STEP_BYTES: usize = 256 << 10;
    let mut decoder = MultiGzDecoder::new(packed);
    let mut step = vec![0; STEP_BYTES];
    let mut bytes = 0;
    loop {
        let read = decoder.read(&mut step);
        let read = read.map_err(|_| Refusal::invalid("the body is not gzip, or is cut off"))?;
        bytes += read;
        if bytes > bytes_max {
            return Err(Refusal::too_large(bytes_max));
        }
        if read == 0 {
            return Ok(());
        }
        take(&step[..read])?;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(plain).expect("memory takes all");
        encoder.finish().expect("memory takes all")
    }

    fn check(packed: &[u8], bytes_max: usize, expected: Result<usize, u16>) {
        let mut bytes = 0;
        let outcome = gunzip(packed, bytes_max, |piece| {
            bytes += piece.len();
            Ok(())
        });
        assert_eq!(outcome.map(|()| bytes).map_err(|refusal| refusal.status.as_u16()), expected);
    }

    #[test]
    fn gzip_is_unpacked_under_the_limit() {
        let zeros = vec![0; 5 << 20];
        check(&gzip(b""), 10, Ok(0));
        check(&gzip(b"0123456789"), 10, Ok(10));
        check(&gzip(b"0123456789a"), 10, Err(413));
        check(&[gzip(b"01234"), gzip(b"56789")].concat(), 10, Ok(10));
        check(&gzip(&zeros), zeros.len(), Ok(zeros.len()));
        check(&gzip(&zeros), zeros.len() - 1, Err(413));
        check(&gzip(&zeros)[..100], zeros.len(), Err(400));
        check(b"not gzip", 10, Err(400));
    }

    #[test]
    fn a_bomb_holds_no_more_than_it_asked_for() {
        let bomb = gzip(&vec![0; 64 << 20]);
        let full = || Refusal::busy(StatusCode::SERVICE_UNAVAILABLE, "full");
        let mut kept = 0;
        let found = gunzip(&bomb, 128 << 20, |piece| {
            if kept + piece.len() > 4 << 20 {
                return Err(full());
            }
            kept += piece.len();
            Ok(())
        });
        assert_eq!(found.expect_err("a refusal").status.as_u16(), 503);
        assert!((3 << 20..=4 << 20).contains(&kept), "{kept} bytes");
    }
}
