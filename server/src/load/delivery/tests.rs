use super::super::documents::{Document, Form, Place};
use super::*;

fn document(text: &str) -> Document {
    let place = Place { source: 0, number: 0 };
    Document { place, name: "file".to_owned(), text: text.as_bytes().to_vec(), form: Form::Json }
}

const BATCH: &str = r#"{"resourceType":"Bundle","type":"batch","entry":[
    {"resource":{"resourceType":"Basic"},"request":{"method":"POST","url":"Basic"}},
    {"resource":{"resourceType":"Basic","id":"1"},"request":{"method":"PUT","url":"Basic/1"}},
    {"request":{"method":"DELETE","url":"Basic/2"}}]}"#;

/// What an answer comes to: indices to send again, those done, and statuses of refusals by entry.
fn check(
    status: u16,
    body: &str,
    again: &[usize],
    done: &[(usize, Done)],
    refused: &[(&[usize], Option<u16>)],
) {
    let document = document(BATCH);
    let (parcel, _) = Parcel::of(&document);
    let mut delivery = Delivery::default();
    let answer = Answer { status, retry_after_s: None, body: body.as_bytes().to_vec() };
    assert_eq!(delivery.settle(&parcel, vec![0, 1, 2], &answer), again, "{body}");
    assert_eq!(delivery.done, done, "{body}");
    let found: Vec<_> = delivery.refused.iter().map(|refusal| (&*refusal.entries, refusal.status)).collect();
    assert_eq!(found, refused, "{body}");
}

fn responses(statuses: [&str; 3]) -> String {
    let entries = statuses.map(|status| format!(r#"{{"response":{{"status":"{status}"}}}}"#));
    format!(r#"{{"entry":[{}]}}"#, entries.join(","))
}

#[test]
fn only_what_failed_for_a_passing_reason_goes_again() {
    let all = [(0, Done::Created), (1, Done::Updated), (2, Done::Deleted)];
    check(200, &responses(["201 Created", "200 OK", "204"]), &[], &all, &[]);
    check(200, &responses(["503 Busy", "200", "429"]), &[0, 2], &all[1..2], &[]);
    check(
        200,
        &responses(["200", "422 Bad", "404"]),
        &[],
        &[(0, Done::Existing)],
        &[(&[1], Some(422)), (&[2], Some(404))],
    );
    check(400, "{}", &[], &[], &[(&[0, 1, 2], Some(400))]);
    check(200, "{}", &[], &[], &[(&[0, 1, 2], Some(200))]);
}

#[test]
fn pauses_grow_up_to_a_bound() {
    assert!(pause(1, None) < pause(2, None));
    assert_eq!(pause(60, None), PAUSE_MAX);
    assert_eq!(pause(1, Some(3)), Duration::from_secs(3));
    assert_eq!(pause(1, Some(3_000)), PAUSE_MAX);
}

#[test]
fn a_part_of_a_batch_is_a_batch() {
    let document = document(BATCH);
    let (parcel, _) = Parcel::of(&document);
    let part = body(&parcel, &[2]);
    let expected = r#"{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"DELETE","url":"Basic/2"}}]}"#;
    assert_eq!(String::from_utf8(part).expect("UTF-8"), expected);
}
