//! Gives the shared library its soname.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Cargo hands the argument on to shared libraries that depend on this package; those
    // take it without the C names and have names of their own.
    let c_abi = std::env::var_os("CARGO_FEATURE_C_ABI").is_some();
    if c_abi && std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libqhyccd.so.20");
    }
}
