//! SIGKILL at any moment.

use crate::child::{Acknowledged, check, write, writer};

const WRITERS: u8 = 4;
const ROUNDS: usize = 15;

#[test]
fn all_acknowledged_batches_survive_a_kill_and_none_is_half_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Acknowledged::new();
    for round in 0..ROUNDS {
        // From the first acknowledgement to well behind several flushes.
        let kill_after = 1 + round * round * 3;
        let end = write(&mut writer(folder.path(), WRITERS, u64::MAX), &mut acknowledged, Some(kill_after));
        assert_eq!((end.last_words.as_str(), end.success), ("", false), "round {round}");
        acknowledged = check(folder.path(), WRITERS, &acknowledged, &format!("round {round}"));
    }
    assert!(acknowledged.values().sum::<u64>() > (0..ROUNDS as u64).map(|round| round * round * 3).sum());
}
