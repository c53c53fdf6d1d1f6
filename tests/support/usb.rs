//! The libusb look-alike of the package `virtual-usb`, for tests that go over USB.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{built_dir, root, run, scratch, target_dir};

/// The name by which the loader finds libusb, as it stands in a library.
const LIBUSB: &[u8] = b"libusb-1.0.so.0\0";

/// True if our library does not ask the loader for libusb.
pub(crate) fn uses_another_libusb() -> bool {
    let bytes = fs::read(built_dir().join("libqhyccd.so")).expect("our library");
    !bytes.windows(LIBUSB.len()).any(|w| w == LIBUSB)
}

/// Builds the package `virtual-usb`, once, and returns the look-alike.
pub(crate) fn look_alike() -> &'static Path {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| {
        let target = target_dir().join("virtual-usb");
        run(Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--manifest-path"])
            .arg(root().join("virtual-usb/Cargo.toml"))
            .arg("--target-dir")
            .arg(&target))
        .good();
        target.join("debug/libusb_1_0.so")
    })
}

/// A folder in which the loader finds the look-alike as the system's libusb.
pub(crate) fn libusb_folder(name: &str) -> PathBuf {
    let folder = scratch(name);
    for link in ["libusb-1.0.so", "libusb-1.0.so.0"] {
        std::os::unix::fs::symlink(look_alike(), folder.join(link)).expect("link");
    }
    folder
}
