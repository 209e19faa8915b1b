//! Every target over every file of its corpus.

use std::fs;
use std::path::Path;

use fornax_fuzz::TARGETS;

#[test]
fn no_target_fails_on_its_corpus() {
    let corpus = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says it")).join("corpus");
    for (name, target) in TARGETS {
        let files: Vec<_> =
            fs::read_dir(corpus.join(name)).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(!files.is_empty(), "no corpus for {name}");
        for file in files {
            let bytes = fs::read(&file).unwrap();
            if let Err(panic) = std::panic::catch_unwind(|| target(&bytes)) {
                eprintln!("{name} fails on {}", file.display());
                std::panic::resume_unwind(panic);
            }
        }
    }
}

#[test]
fn every_corpus_has_a_target() {
    let corpus = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says it")).join("corpus");
    let mut folders: Vec<_> = fs::read_dir(corpus)
        .unwrap()
        .map(|folder| folder.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(folders, TARGETS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}
