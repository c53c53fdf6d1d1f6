//! Burst mode: a counted run of live frames.

use super::entry::refused;
use super::types::{BoolArg, qhyccd_handle};

/// Not supported yet: burst mode on or off.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn EnableQHYCCDBurstMode(h: *mut qhyccd_handle, i: BoolArg) -> u32 {
    let _ = (h, i);
    refused::<()>("EnableQHYCCDBurstMode")
}

/// Not supported yet: first and last frame of a burst.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDBurstModeStartEnd(h: *mut qhyccd_handle, start: u32, end: u32) -> u32 {
    let _ = (h, start, end);
    refused::<()>("SetQHYCCDBurstModeStartEnd")
}

/// Not supported yet: counting of burst frames on or off.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn EnableQHYCCDBurstCountFun(h: *mut qhyccd_handle, i: BoolArg) -> u32 {
    let _ = (h, i);
    refused::<()>("EnableQHYCCDBurstCountFun")
}

/// Not supported yet: waits with the burst until `ReleaseQHYCCDBurstIDLE`.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDBurstIDLE(h: *mut qhyccd_handle) -> u32 {
    let _ = h;
    refused::<()>("SetQHYCCDBurstIDLE")
}

/// Not supported yet: lets the burst run.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn ReleaseQHYCCDBurstIDLE(h: *mut qhyccd_handle) -> u32 {
    let _ = h;
    refused::<()>("ReleaseQHYCCDBurstIDLE")
}

/// Not supported yet: sends the burst frames in the camera's memory once more.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn RereadQHYCCDBurstFrame(h: *mut qhyccd_handle) -> u32 {
    let _ = h;
    refused::<()>("RereadQHYCCDBurstFrame")
}

/// Not supported yet: bytes sent behind a burst so that its last frame fills a transfer.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDBurstModePatchNumber(h: *mut qhyccd_handle, value: u32) -> u32 {
    let _ = (h, value);
    refused::<()>("SetQHYCCDBurstModePatchNumber")
}
