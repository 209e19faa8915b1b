use super::Acknowledged;

#[test]
fn the_number_only_grows_and_is_there_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("acknowledged");
    let check = |advance: u64, expected: u64| {
        let file = Acknowledged::open(&path).unwrap();
        file.advance(advance).unwrap();
        assert_eq!((file.seq(), Acknowledged::open(&path).unwrap().seq()), (expected, expected));
    };
    check(0, 0);
    check(7, 7);
    check(6, 7);
    check(u64::MAX >> 8, u64::MAX >> 8);
}

#[test]
fn a_file_that_is_not_as_written_is_no_witness() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("acknowledged");
    let mut whole = 5_u64.to_le_bytes().to_vec();
    whole.extend((!5_u64).to_le_bytes());
    let check = |bytes: &[u8], expected: u64| {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(Acknowledged::open(&path).unwrap().seq(), expected, "{bytes:?}");
    };
    check(&whole, 5);
    check(&[], 0);
    check(&[0; 16], 0);
    check(&[0xff; 16], 0);
    check(&whole[..15], 0);
    for at in 0..16 {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        check(&flipped, 0);
    }
}
