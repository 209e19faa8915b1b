//! Runs `fornax_fuzz::xml_patch` under cargo fuzz; else over the files that are named, to look at a finding.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fornax_fuzz::xml_patch(bytes));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    fornax_fuzz::replay(fornax_fuzz::xml_patch)
}
