//! Live video.

use super::args::FrameOut;
use super::entry::{call, refused, with_camera};
use super::single::report;
use super::types::qhyccd_handle;
use super::{callbacks, frames, handles, state};

/// Starts live video. Needs stream mode 1 and `InitQHYCCD`. If `RegisterDataEventLive` has a
/// function, it gets the frames until `GetQHYCCDLiveFrame` asks for one.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn BeginQHYCCDLive(handle: *mut qhyccd_handle) -> u32 {
    with_camera("BeginQHYCCDLive", handle, |camera| {
        camera.begin_live()?;
        frames::begin(camera)
    })
}

/// Fetches the newest live frame, if there is one that was not fetched yet. Never waits
/// for a frame. Arguments as in `GetQHYCCDSingleFrame`.
///
/// Returns 0 with a whole frame, or `QHYCCD_ERROR` if there is none yet or something is
/// wrong; if there is none yet, nothing is written.
///
/// # Safety
/// Each pointer is NULL or writable, `imgdata` for a frame of the format in force, and no
/// other thread uses them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDLiveFrame(
    handle: *mut qhyccd_handle,
    w: *mut u32,
    h: *mut u32,
    bpp: *mut u32,
    channels: *mut u32,
    imgdata: *mut u8,
) -> u32 {
    with_camera("GetQHYCCDLiveFrame", handle, |camera| {
        // SAFETY: this function's own contract.
        let out = unsafe { FrameOut::new(w, h, bpp, channels, imgdata) }?;
        frames::asked_for(camera);
        // SAFETY: the camera asks for the buffer of a frame in the format in force.
        let frame = camera.live_frame(|info| Some(unsafe { out.image.slice(info) }));
        frames::tell_losses(camera);
        out.set(frame.inspect_err(report)?);
        callbacks::live_delivered(camera.id(), out.image.as_ptr());
        Ok(())
    })
}

/// Ends live video. No function of `RegisterDataEventLive` runs for this camera on return,
/// unless it is the one that calls this.
///
/// Returns 0, also if nothing runs, for NULL and for a closed handle.
#[unsafe(no_mangle)]
pub extern "C" fn StopQHYCCDLive(handle: *mut qhyccd_handle) -> u32 {
    call("StopQHYCCDLive", || match handles::get(handle) {
        Ok(camera) => {
            let stopped = camera.stop_live();
            frames::end(Some(&camera));
            stopped
        }
        Err(_) => Ok(()),
    })
}

/// Sets how many live frames are kept for a slow reader, for all cameras; 0 is the
/// default. The oldest frame gives way to a new one.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDBufferNumber(BufNumber: u32) {
    call("SetQHYCCDBufferNumber", || state::set_buffer_number(BufNumber));
}

/// Forgets the live frames that wait.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn ClearQHYCCDImageQueue(handle: *mut qhyccd_handle) -> u32 {
    with_camera("ClearQHYCCDImageQueue", handle, |camera| camera.clear_live_queue())
}

/// Not supported: no request is known that resets the frame counter of a QHY600.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn ResetQHYCCDFrameCounter(h: *mut qhyccd_handle) -> u32 {
    let _ = h;
    refused::<()>("ResetQHYCCDFrameCounter")
}
