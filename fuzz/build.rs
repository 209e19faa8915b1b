//! Tells the compiler of the flag that cargo fuzz sets.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(fuzzing)");
}
