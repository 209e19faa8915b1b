use super::*;

fn check(kind: ErrorKind, code: &'static str, expected: u16, is_retried: bool, is_logged: bool) {
    let refusal = Refusal::from(fornax::Error::new(kind, Issue::error(code, "what is wrong")));
    assert_eq!(refusal.status.as_u16(), expected, "{kind:?}");
    assert_eq!(refusal.headers.iter().any(|(name, _)| name == RETRY_AFTER), is_retried, "{kind:?}");
    assert_eq!(refusal.cause.is_some(), is_logged, "{kind:?}");
    assert_eq!(refusal.issues, [Issue::error(code, "what is wrong")]);
}

#[test]
fn every_kind_has_its_status() {
    check(ErrorKind::Invalid, "structure", 400, false, false);
    check(ErrorKind::Unprocessable, "structure", 422, false, false);
    check(ErrorKind::NotSupported, "not-supported", 400, false, false);
    check(ErrorKind::NotFound, "not-found", 404, false, false);
    check(ErrorKind::Gone, "deleted", 410, false, false);
    check(ErrorKind::Conflict, "conflict", 409, false, false);
    check(ErrorKind::Precondition, "multiple-matches", 412, false, false);
    check(ErrorKind::PreconditionRequired, "required", 428, false, false);
    check(ErrorKind::Denied, "forbidden", 403, false, false);
    check(ErrorKind::Limit, "too-long", 413, false, false);
    check(ErrorKind::Limit, "too-costly", 422, false, false);
    check(ErrorKind::Busy, "lock-error", 503, true, true);
    // Closed by a failed sync: whether the write is there will only be known after a restart.
    check(ErrorKind::Closed, "transient", 503, false, true);
    check(ErrorKind::Corrupted, "exception", 500, false, true);
    check(ErrorKind::Io, "exception", 500, false, true);
    check(ErrorKind::Bug, "exception", 500, false, true);
}

#[test]
fn a_method_that_is_not_allowed_names_those_that_are() {
    let refusal = Refusal::not_allowed("GET, HEAD");
    assert_eq!(refusal.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(refusal.headers, [(ALLOW, HeaderValue::from_static("GET, HEAD"))]);
}
