//! XML in and out: what comes as XML becomes JSON before anything else is done with it, and JSON becomes XML after all else is
//! done.

use axum::http::StatusCode;
use fornax::ErrorKind;
use fornax::xml::{Layout as XmlLayout, to_json, to_xml};

use super::admission::Room;
use super::body::Payload;
use super::interaction::Call;
use super::limits::Limits;
use super::negotiation::{self, Form, Layout};
use super::refusal::Refusal;
use super::reply::Reply;
use super::target::Takes;

/// A body of which a resource that is XML has become JSON. Blocks for as long as that takes.
///
/// # Errors
/// 400: it is not FHIR's XML. 413: it is too large. 503: there is no room for both.
pub(crate) fn taken(payload: Payload, call: &Call, room: &mut Room) -> Result<Payload, Refusal> {
    match payload {
        Payload::Bytes(xml)
            if matches!(call.verb.takes(), Takes::Json | Takes::Parameters | Takes::Patch)
                && negotiation::sends_xml(&call.headers) =>
        {
            // JSON is most often the smaller one, and room is made for as much.
            room.grow_to(2 * xml.len())?;
            let json = to_json(&xml, &fornax::Limits::default())?;
            room.grow_to(xml.len() + json.capacity())?;
            Ok(Payload::Bytes(json))
        }
        payload => Ok(payload),
    }
}

/// Bytes that are held while an answer becomes XML, if they are worth counting: JSON, what is known of its values, and the XML.
pub(crate) fn bytes_while_written(reply: &Reply, form: Form, limits: &Limits) -> Option<usize> {
    let bytes = reply.body.bytes();
    let counts = form.media.is_xml() && bytes > limits.answer_bytes_free;
    counts.then(|| (3 * bytes).min(limits.bodies_bytes_max))
}

/// An answer as XML. Blocks for as long as that takes.
///
/// # Errors
/// 406: XML can't hold it, or it would be too large.
pub(crate) fn written(json: Vec<u8>, layout: Layout, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let layout = match layout {
        Layout::Compact => XmlLayout::Compact,
        Layout::Pretty => XmlLayout::Pretty { bytes_max: limits.pretty_bytes_max },
    };
    to_xml(json, layout, &fornax::Limits::default()).map_err(|error| match error.kind() {
        ErrorKind::NotSupported => Refusal { status: StatusCode::NOT_ACCEPTABLE, ..Refusal::from(error) },
        _ => Refusal::from(error),
    })
}
