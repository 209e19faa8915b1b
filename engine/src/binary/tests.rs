#![allow(clippy::unwrap_used, reason = "tests panic")]

use super::*;
use crate::{Committed, Engine, Options, Principal, Tenant, TenantId};

fn head(content_type: &str) -> BinaryHead {
    BinaryHead {
        id: None,
        content_type: content_type.to_owned(),
        security_context: Some("Patient/1".to_owned()),
        bytes_expected: None,
    }
}

fn noise(bytes: usize) -> Vec<u8> {
    (0..bytes as u64).map(|at| (at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 29) as u8).collect()
}

fn commit(tenant: &Tenant, change: &Change) -> Version {
    match tenant.commit(change, &Principal::named("me")).unwrap() {
        Committed::Created(version) | Committed::Updated(version) => version,
        other => panic!("{other:?}"),
    }
}

fn opened() -> (tempfile::TempDir, Tenant) {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(Options::at(folder.path())).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    (folder, tenant)
}

fn whole(content: &BinaryContent) -> Vec<u8> {
    part(content, 0..content.bytes())
}

fn part(content: &BinaryContent, range: Range<u64>) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let piece = content.piece(range.start + all.len() as u64, range.end).unwrap();
        if piece.is_empty() {
            return all;
        }
        all.extend(piece);
    }
}

#[test]
fn content_comes_back_in_every_length_and_however_it_arrives() {
    let (_folder, tenant) = opened();
    for bytes in [0, 1, 2, 3, 4, 5, 100, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 200_000] {
        for step in [1, 2, 3, 7, 4096].into_iter().filter(|step| bytes / step < 1_000) {
            let sent = noise(bytes);
            let mut upload = tenant.begin_binary(&head("application/pdf")).unwrap();
            sent.chunks(step).for_each(|chunk| upload.append(chunk).unwrap());
            let version = commit(&tenant, &upload.finish());
            let content = BinaryContent::of(&version).unwrap().unwrap();
            assert_eq!(content.bytes(), bytes as u64);
            assert!(whole(&content) == sent, "{bytes} bytes in steps of {step}");
            assert_eq!(content.content_type(), "application/pdf");
            assert_eq!(content.security_context(), Some("Patient/1"));
        }
    }
}

#[test]
fn every_range_is_that_part() {
    let (_folder, tenant) = opened();
    let sent = noise(11);
    let mut upload = tenant.begin_binary(&head("x/y")).unwrap();
    upload.append(&sent).unwrap();
    let content = BinaryContent::of(&commit(&tenant, &upload.finish())).unwrap().unwrap();
    for start in 0..=12 {
        for end in start..=13 {
            let wanted = &sent[start.min(11)..end.min(11)];
            assert_eq!(part(&content, start as u64..end as u64), wanted, "{start}..{end}");
        }
    }
}

#[test]
fn what_others_wrote_as_json_is_content_as_well() {
    let (_folder, tenant) = opened();
    let check = |data: &str, want: &[u8]| {
        let body = format!(r#"{{"resourceType":"Binary","contentType":"a/b"{data}}}"#);
        let version = commit(&tenant, &Change::create("Binary", body.into_bytes()));
        assert_eq!(whole(&BinaryContent::of(&version).unwrap().unwrap()), want, "{data}");
    };
    check("", b"");
    check(r#","data":"aGVsbG8=""#, b"hello");
    check(r#","data":"aGVs\r\nbG8=""#, b"hello");
    check(r#","data":"//79""#, &[0xFF, 0xFE, 0xFD]);
    check(r#","data":"\/\/79""#, &[0xFF, 0xFE, 0xFD]);
    // Bits behind the end, which some encoders leave set.
    check(r#","data":"aGVsbG9=""#, b"hello");
}

#[test]
fn only_binaries_have_content() {
    let (_folder, tenant) = opened();
    let basic = commit(
        &tenant,
        &Change::create("Basic", br#"{"resourceType":"Basic","code":{"text":"x"}}"#.to_vec()),
    );
    assert!(BinaryContent::of(&basic).unwrap().is_none());
    let upload = tenant.begin_binary(&head("a/b")).unwrap();
    let binary = commit(&tenant, &upload.finish());
    let gone = tenant.commit(&Change::delete("Binary", &*binary.id), &Principal::named("me")).unwrap();
    let Committed::Deleted(Some(gone)) = gone else { panic!("{gone:?}") };
    assert!(BinaryContent::of(&gone).unwrap().is_none());
}

#[test]
fn an_upload_is_put_where_it_says_and_within_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::at(folder.path());
    options.limits.resource_bytes_max = 1_000;
    let engine = Engine::open(options).unwrap();
    let tenant = engine.tenant(&TenantId::default_tenant()).unwrap();
    let named = BinaryHead { id: Some("scan.1".to_owned()), ..head("a/b") };
    let mut upload = tenant.begin_binary(&named).unwrap();
    upload.append(&noise(600)).unwrap();
    assert_eq!(upload.append(&noise(200)).unwrap_err().kind(), ErrorKind::Limit);
    upload.append(&noise(50)).unwrap();
    let version = commit(&tenant, &upload.finish());
    assert_eq!((&*version.id, version.version.0), ("scan.1", 1));
    assert_eq!(commit(&tenant, &tenant.begin_binary(&named).unwrap().finish()).version.0, 2);
    let wrong = BinaryHead { id: Some("a b".to_owned()), ..head("a/b") };
    assert_eq!(tenant.begin_binary(&wrong).map(drop).unwrap_err().kind(), ErrorKind::Invalid);
    // What stands in the head is checked like any resource.
    let upload = tenant.begin_binary(&head(" ")).unwrap();
    let refused = tenant.commit(&upload.finish(), &Principal::named("me")).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unprocessable);
}

/// The bytes of the request, of the stored version and of the answer are the same in memory.
#[test]
fn what_is_stored_as_it_came_is_not_copied() {
    let (_folder, tenant) = opened();
    let mut upload = tenant.begin_binary(&head("a/b")).unwrap();
    upload.append(&noise(100_000)).unwrap();
    let change = upload.finish();
    let crate::change::Action::Create { body: crate::change::Text::Utf8(sent), .. } = &change.action else {
        panic!("{change:?}")
    };
    let version = commit(&tenant, &change);
    assert!(Arc::ptr_eq(sent, &version.body.text));
    assert!(Arc::ptr_eq(&BinaryContent::of(&version).unwrap().unwrap().text, sent));
}
