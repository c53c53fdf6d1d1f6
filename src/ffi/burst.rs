//! Burst mode: a counted run of live frames.

use super::args::flag;
use super::entry::{invalid, with_camera};
use super::types::{BoolArg, qhyccd_handle};

/// Switches burst mode, a part of live video. Switching on takes 0.2 s and stops the frames;
/// those that wait are forgotten.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn EnableQHYCCDBurstMode(h: *mut qhyccd_handle, i: BoolArg) -> u32 {
    with_camera("EnableQHYCCDBurstMode", h, |camera| camera.burst_enable(flag(i)))
}

/// Sets the limits of a burst, each up to 65535: it gives the frames between them, so 1 and
/// 6 give 2, 3, 4 and 5.
///
/// Returns 0, or `QHYCCD_ERROR` for a larger number; then nothing changes.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDBurstModeStartEnd(h: *mut qhyccd_handle, start: u32, end: u32) -> u32 {
    with_camera("SetQHYCCDBurstModeStartEnd", h, |camera| {
        let number =
            |n| u16::try_from(n).map_err(|_| invalid(format!("frame {n}; the last possible is 65535")));
        camera.burst_start_end(number(start)?, number(end)?)
    })
}

/// Switches the counting of burst frames.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn EnableQHYCCDBurstCountFun(h: *mut qhyccd_handle, i: BoolArg) -> u32 {
    with_camera("EnableQHYCCDBurstCountFun", h, |camera| camera.burst_count(flag(i)))
}

/// Stops a burst until `ReleaseQHYCCDBurstIDLE`. Frames that wait are forgotten.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDBurstIDLE(h: *mut qhyccd_handle) -> u32 {
    with_camera("SetQHYCCDBurstIDLE", h, |camera| camera.burst_idle())
}

/// Lets a burst run, once. Frames that wait are forgotten; a burst longer than
/// `SetQHYCCDBufferNumber` has to be fetched as fast as it comes.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn ReleaseQHYCCDBurstIDLE(h: *mut qhyccd_handle) -> u32 {
    with_camera("ReleaseQHYCCDBurstIDLE", h, |camera| camera.burst_release())
}

/// Sends the last frame of a burst once more. Frames that wait are forgotten.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn RereadQHYCCDBurstFrame(h: *mut qhyccd_handle) -> u32 {
    with_camera("RereadQHYCCDBurstFrame", h, |camera| camera.burst_resend())
}

/// Sets with how many bytes the camera fills up the last frame of a burst, so that all of it
/// leaves the camera. 0 may keep it there.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDBurstModePatchNumber(h: *mut qhyccd_handle, value: u32) -> u32 {
    with_camera("SetQHYCCDBurstModePatchNumber", h, |camera| camera.burst_patch_number(value))
}
