//! Open, initialise, close.

use std::ffi::{c_char, c_void};

use super::args::{Out, id};
use super::entry::{call, invalid, with_camera};
use super::state;
use super::types::qhyccd_handle;
use crate::camera::{Result, StreamMode};

/// Opens a camera by its id. `ScanQHYCCD` need not be called before, and the library is
/// started if it does not run. A camera that is open already answers the same handle
/// again, and one `CloseQHYCCD` closes it.
///
/// Read modes, controls and areas can be asked for at once; before the first frame choose
/// a read mode and a stream mode, and call `InitQHYCCD`.
///
/// Returns a handle, or NULL if there is no such camera or somebody else has it.
///
/// # Safety
/// `id` is NULL or a text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn OpenQHYCCD(id: *mut c_char) -> *mut qhyccd_handle {
    call("OpenQHYCCD", || {
        // SAFETY: this function's own contract.
        state::open(&unsafe { self::id(id) }?)
    })
}

/// Closes a camera: ends what it is doing, wakes whoever waits for it, gives the device
/// back. The handle is dead afterwards.
///
/// Returns 0, also for NULL and for a handle that is closed already.
#[unsafe(no_mangle)]
pub extern "C" fn CloseQHYCCD(handle: *mut qhyccd_handle) -> u32 {
    call("CloseQHYCCD", || state::close(handle))
}

/// Chooses single frames (0) or live video (1). May be called before or after `InitQHYCCD`
/// and again at any time. It takes effect with the next `InitQHYCCD`, at the latest when an
/// exposure or a stream starts; choosing single frames ends a stream.
///
/// Returns 0, or `QHYCCD_ERROR` for another mode; then nothing changes.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDStreamMode(handle: *mut qhyccd_handle, mode: u8) -> u32 {
    with_camera("SetQHYCCDStreamMode", handle, |camera| camera.set_stream_mode(stream_mode(mode)?))
}

/// Makes a camera ready for frames in the read mode and stream mode that were chosen. The
/// first call after `OpenQHYCCD` sets the defaults of all controls; later calls keep what
/// was set and send it again. Waits for the camera, about 0.2 s.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn InitQHYCCD(handle: *mut qhyccd_handle) -> u32 {
    with_camera("InitQHYCCD", handle, |camera| camera.init())
}

/// Closes a camera, opens it by its id, and makes it ready with a read mode, a stream
/// mode and a sample size in bits. `devHandle` is the old handle, or NULL; the new one is
/// what `OpenQHYCCD` answers for the id.
///
/// Returns 0 and the size of the frame in pixels, or `QHYCCD_ERROR`; then nothing is
/// written, and the camera may be closed.
///
/// # Safety
/// `deviceID` is NULL or a text; `imageWidth` and `imageHigh` are NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn resetDev(
    deviceID: *mut c_char,
    readModeIndex: u32,
    streamMode: u8,
    devHandle: *mut qhyccd_handle,
    imageWidth: *mut u32,
    imageHigh: *mut u32,
    bitDepth: u32,
) -> u32 {
    call("resetDev", || {
        // SAFETY: this function's own contract.
        let (width, height, id) = unsafe {
            (Out::new(imageWidth, "imageWidth")?, Out::new(imageHigh, "imageHigh")?, id(deviceID)?)
        };
        let size = reset(&id, readModeIndex, stream_mode(streamMode)?, devHandle, bitDepth)?;
        width.set(size.0);
        height.set(size.1);
        Ok(())
    })
}

fn stream_mode(number: u8) -> Result<StreamMode> {
    match number {
        0 => Ok(StreamMode::Single),
        1 => Ok(StreamMode::Live),
        other => Err(invalid(format!("stream mode {other}; 0 is single frames, 1 live video"))),
    }
}

fn reset(id: &str, read_mode: u32, stream: StreamMode, old: *mut c_void, bits: u32) -> Result<(u32, u32)> {
    state::close(old)?;
    let camera = super::handles::get(state::open(id)?)?;
    camera.set_read_mode(read_mode)?;
    camera.set_stream_mode(stream)?;
    camera.init()?;
    camera.set_depth(bits)?;
    let info = camera.frame_info();
    Ok((info.width, info.height))
}
