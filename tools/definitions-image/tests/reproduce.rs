//! The committed image is what this tool makes of the pinned package.

use std::path::Path;

/// Names the folder of the unpacked npm package. The package is not part of the project and not beside it.
const FOLDER: &str = "FORNAX_DEFINITIONS_PACKAGE";

#[test]
fn the_committed_image_is_made_again() {
    let Some(package) = std::env::var_os(FOLDER) else {
        println!("skipped: {FOLDER} does not name the unpacked npm package");
        return;
    };
    let made = definitions_image::image(Path::new(&package)).unwrap();
    let committed = include_bytes!("../../../engine/crates/definitions/image/r4.bin");
    assert!(made == committed, "{} bytes made, {} committed", made.len(), committed.len());
}
