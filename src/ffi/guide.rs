//! Guide port and mechanical shutter; the QHY600 has neither.

use std::time::Duration;

use super::entry::{invalid, refused, with_camera};
use super::types::qhyccd_handle;
use crate::camera::GuideDirection;

/// Begins a guide pulse of `duration` milliseconds: direction 0 east (right ascension grows),
/// 1 north, 2 south, 3 west. Returns at once; the pulse ends by itself, or with the next one
/// along its axis, which may have no length, or when the camera is closed.
///
/// Returns 0, or `QHYCCD_ERROR` without an effect for another direction and on a camera
/// without a guide port, as the QHY600 is.
#[unsafe(no_mangle)]
pub extern "C" fn ControlQHYCCDGuide(handle: *mut qhyccd_handle, direction: u32, duration: u16) -> u32 {
    with_camera("ControlQHYCCDGuide", handle, |camera| {
        let towards = GuideDirection::from_number(direction)
            .ok_or_else(|| invalid(format!("guide direction {direction}; there are 0 to 3")))?;
        camera.guide(towards, Duration::from_millis(u64::from(duration)))
    })
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
