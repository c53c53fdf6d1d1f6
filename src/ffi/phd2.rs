//! The vendor's link to the guiding program PHD2. None of it is in the vendor's header.

use std::ffi::{c_char, c_int};

use super::entry::refused;

/// Not supported: connects to PHD2.
///
/// Returns -1.
#[unsafe(no_mangle)]
pub extern "C" fn Connect2PHD2() -> c_int {
    refused::<i32>("Connect2PHD2")
}

/// Not supported: disconnects from PHD2.
///
/// Returns -1.
#[unsafe(no_mangle)]
pub extern "C" fn DisConnect2PHD2() -> c_int {
    refused::<i32>("DisConnect2PHD2")
}

/// Not supported: tells what PHD2 does. Nothing is written.
///
/// Returns -1.
#[unsafe(no_mangle)]
pub extern "C" fn CheckPHD2Status(status: *mut c_char) -> c_int {
    let _ = status;
    refused::<i32>("CheckPHD2Status")
}

/// Not supported: dithers.
///
/// Returns -1.
#[unsafe(no_mangle)]
pub extern "C" fn ControlPHD2Dither(mode: c_int, pixels: f64) -> c_int {
    let _ = (mode, pixels);
    refused::<i32>("ControlPHD2Dither")
}

/// Not supported: pauses dithering.
///
/// Returns -1.
#[unsafe(no_mangle)]
pub extern "C" fn PausePHD2Dither() -> c_int {
    refused::<i32>("PausePHD2Dither")
}
