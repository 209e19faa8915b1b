//! The files of a packed folder beside the checkout.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const BLOCK: usize = 512;

/// Hands out name and content of each file; `false`, and a line that says so, when the archive isn't there.
pub fn each_file(archive: &str, mut take: impl FnMut(&str, Vec<u8>)) -> bool {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared");
    let shared = std::env::var_os("FORNAX_SHARED").map_or_else(beside, PathBuf::from);
    let archive = shared.join("data").join(archive);
    if !archive.exists() {
        assert!(std::env::var_os("CI").is_none(), "no data at {}", archive.display());
        println!("skipped: no data at {}", archive.display());
        return false;
    }
    let mut zstd = Command::new("zstd")
        .args(["-dc", "--long=27"])
        .arg(&archive)
        .stdout(Stdio::piped())
        .spawn()
        .expect("zstd runs");
    let mut tar = zstd.stdout.take().expect("a pipe");
    let mut header = [0; BLOCK];
    loop {
        tar.read_exact(&mut header).expect("a header");
        let text = |from: usize, length: usize| {
            let field = &header[from..from + length];
            let end = field.iter().position(|&byte| byte == 0).unwrap_or(length);
            std::str::from_utf8(&field[..end]).expect("a header's field").trim()
        };
        let name = text(0, 100);
        if name.is_empty() {
            break;
        }
        let length = usize::from_str_radix(text(124, 12), 8).expect("a length");
        let mut content = vec![0; length.next_multiple_of(BLOCK)];
        tar.read_exact(&mut content).expect("a file");
        content.truncate(length);
        match header[156] {
            b'0' | 0 => take(name, content),
            b'5' => {}
            kind => panic!("an entry of kind {kind} in {}", archive.display()),
        }
    }
    std::io::copy(&mut tar, &mut std::io::sink()).expect("the end");
    assert!(zstd.wait().expect("zstd ends").success());
    true
}
