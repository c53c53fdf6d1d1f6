//! Guide port and mechanical shutter; the QHY600 has neither.

use super::entry::refused;
use super::types::qhyccd_handle;

/// Not supported: no camera with a guide port is.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn ControlQHYCCDGuide(handle: *mut qhyccd_handle, direction: u32, duration: u16) -> u32 {
    let _ = (handle, direction, duration);
    refused::<()>("ControlQHYCCDGuide")
}

/// Not supported: no camera with a mechanical shutter is.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn ControlQHYCCDShutter(handle: *mut qhyccd_handle, status: u8) -> u32 {
    let _ = (handle, status);
    refused::<()>("ControlQHYCCDShutter")
}

/// Not supported: no camera with a mechanical shutter is.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDShutterStatus(handle: *mut qhyccd_handle) -> u32 {
    let _ = handle;
    refused::<()>("GetQHYCCDShutterStatus")
}
