//! `FORNAX_NULL_CIPHER` set while the benchmarks are built leaves the cipher out, to measure what it costs. No Cargo feature: features
//! of one crate reach every program of a build.

fn main() {
    println!("cargo:rustc-check-cfg=cfg(fornax_null_cipher)");
    println!("cargo:rerun-if-env-changed=FORNAX_NULL_CIPHER");
    if std::env::var_os("FORNAX_NULL_CIPHER").is_some() {
        println!("cargo:rustc-cfg=fornax_null_cipher");
        println!("cargo:warning=without a cipher: for measurements alone");
    }
}
