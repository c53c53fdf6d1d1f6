//! Single frames: expose, wait, read.

use super::args::FrameOut;
use super::entry::{call, refused, with_camera};
use super::types::qhyccd_handle;
use super::{callbacks, handles};
use crate::camera::{Error, ErrorKind};

/// Sets how long `GetQHYCCDSingleFrame` may wait after the exposure should have ended, in
/// milliseconds; 0 is the default of 60 s.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDSingleFrameTimeOut(h: *mut qhyccd_handle, time: u32) -> u32 {
    with_camera("SetQHYCCDSingleFrameTimeOut", h, |camera| camera.set_single_frame_timeout_ms(time))
}

/// Starts one exposure and returns at once. An exposure that runs already is given up.
///
/// Returns 0 or `QHYCCD_ERROR`, no other number.
#[unsafe(no_mangle)]
pub extern "C" fn ExpQHYCCDSingleFrame(handle: *mut qhyccd_handle) -> u32 {
    with_camera("ExpQHYCCDSingleFrame", handle, |camera| camera.start_exposure())
}

/// Waits for the frame of the exposure that was started and writes it to `imgdata`, with
/// its width and height in pixels, bits a sample and channels. May be called at once, near
/// the end of the exposure or long after it, from any thread; other calls on the camera
/// go on meanwhile. `CancelQHYCCDExposingAndReadout` from another thread ends the wait.
///
/// `imgdata` must have room for the frame, width times height times channels times bytes a
/// sample; see `GetQHYCCDMemLength`. No byte more is written.
///
/// Returns 0 with a whole fresh frame. Returns `QHYCCD_ERROR` if no exposure was started,
/// it was cancelled, data are missing or the time is out; then only `imgdata` may have
/// changed.
///
/// # Safety
/// Each pointer is NULL or writable, `imgdata` for a frame of the format in force, and no
/// other thread uses them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDSingleFrame(
    handle: *mut qhyccd_handle,
    w: *mut u32,
    h: *mut u32,
    bpp: *mut u32,
    channels: *mut u32,
    imgdata: *mut u8,
) -> u32 {
    with_camera("GetQHYCCDSingleFrame", handle, |camera| {
        // SAFETY: this function's own contract.
        let out = unsafe { FrameOut::new(w, h, bpp, channels, imgdata) }?;
        // SAFETY: the camera asks for the buffer of a frame in the format in force.
        let frame = camera.read_frame(|info| Some(unsafe { out.image.slice(info) }));
        out.set(frame.inspect_err(report)?);
        callbacks::single_delivered(camera.id(), out.image.as_ptr());
        Ok(())
    })
}

/// Not supported: the vendor's library exports it without a prototype.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDSingleFrame_proc() -> u32 {
    refused::<()>("GetQHYCCDSingleFrame_proc")
}

/// Ends the exposure and drops its frame. The same as `CancelQHYCCDExposingAndReadout`.
///
/// Returns 0, also if nothing runs or the camera is unplugged; `QHYCCD_ERROR` without a
/// camera.
#[unsafe(no_mangle)]
pub extern "C" fn CancelQHYCCDExposing(handle: *mut qhyccd_handle) -> u32 {
    call("CancelQHYCCDExposing", || handles::get(handle)?.cancel_exposure())
}

/// Ends the exposure and drops its frame. A thread that waits in `GetQHYCCDSingleFrame`
/// returns at once with an error. The next exposure is fresh.
///
/// Returns 0, also if nothing runs or the camera is unplugged; `QHYCCD_ERROR` without a
/// camera.
#[unsafe(no_mangle)]
pub extern "C" fn CancelQHYCCDExposingAndReadout(handle: *mut qhyccd_handle) -> u32 {
    call("CancelQHYCCDExposingAndReadout", || handles::get(handle)?.cancel_exposure())
}

/// Tells how much of the exposure is left.
///
/// Returns percent, 100 down to 0, 0 when idle; `QHYCCD_ERROR` without a camera.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDExposureRemaining(h: *mut qhyccd_handle) -> u32 {
    with_camera("GetQHYCCDExposureRemaining", h, |camera| Ok(camera.exposure_remaining_percent()))
}

/// Tells how much of the present frame was read from the camera. May be called as often
/// as one likes; it takes no lock that a transfer holds.
///
/// Returns percent, 0 to 100, 0 when idle or without a camera.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDReadingProgress(handle: *mut qhyccd_handle) -> f64 {
    call("GetQHYCCDReadingProgress", || {
        Ok(handles::get(handle).map_or(0.0, |camera| camera.reading_progress_percent()))
    })
}

/// Tells the program of a frame that was lost on the way.
pub(super) fn report(error: &Error) {
    if matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Damaged | ErrorKind::Usb | ErrorKind::Lost) {
        callbacks::transfer_failed();
    }
}
