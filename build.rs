//! Gives the shared library its name and keeps it in memory.
//!
//! `-z nodelete`: after `dlclose` the library stays mapped, and the next `dlopen` finds it
//! again. Programs unload drivers without ending them first, while a thread of ours, or a
//! destructor of one of their own threads' local data, still runs in our code; and what a
//! Rust library sets up once for a process (log, panic hook, locks) would be lost memory
//! each time. Everything that costs something - cameras, threads, files, descriptors - ends
//! with `ReleaseQHYCCDResource`.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Cargo hands the argument on to shared libraries that depend on this package; those
    // take it without the C names and have names of their own.
    let c_abi = std::env::var_os("CARGO_FEATURE_C_ABI").is_some();
    if c_abi && std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libqhyccd.so.20");
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
