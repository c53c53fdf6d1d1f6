//! Links the run-time part of a sanitizer where the compiler does not bring it along. An
//! argument in RUSTFLAGS would reach the shared library too, where it does not belong.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-env-changed=FUZZ_RUNTIME");
    let Ok(archive) = std::env::var("FUZZ_RUNTIME") else { return };
    let archive = Path::new(&archive);
    let name = archive.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.strip_prefix("lib"));
    println!("cargo:rustc-link-search=native={}", archive.parent().expect("folder").display());
    println!("cargo:rustc-link-lib=static:+whole-archive={}", name.expect("libNAME.a"));
}
