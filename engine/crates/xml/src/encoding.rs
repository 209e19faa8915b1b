//! From bytes to text.

use crate::Limits;
use crate::error::{Bound, Stop, XmlError, XmlFault};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A document's text, without the byte order mark.
pub(crate) fn decoded<'x>(xml: &'x [u8], limits: &Limits) -> Result<&'x str, XmlError> {
    let max = limits.document_bytes_max;
    if xml.len() > max {
        return Err(Stop::limit(Bound::DocumentBytes, max, 0).located(xml));
    }
    let body = xml.strip_prefix(BYTE_ORDER_MARK).unwrap_or(xml);
    let refused = |text, at| Stop::new(XmlFault::Encoding(text), at).located(body);
    match body {
        [0xfe, 0xff, ..] | [0xff, 0xfe, ..] | [0, b'<', ..] | [b'<', 0, ..] => {
            Err(refused("UTF-16, of which only UTF-8 is read", 0))
        }
        _ => std::str::from_utf8(body).map_err(|error| refused("not UTF-8", error.valid_up_to())),
    }
}
