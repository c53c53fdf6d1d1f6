//! Read modes: the ways a sensor can be read, each with its own size, gain and noise.
//! They are counted from 0.

use std::ffi::c_char;

use super::args::{Out, OutName, id};
use super::entry::{call, invalid, with_camera};
use super::state;
use super::types::qhyccd_handle;
use crate::camera::Result;

/// Tells the number of read modes of an open camera, at least 1.
///
/// Returns 0, or `QHYCCD_ERROR`; then nothing is written.
///
/// # Safety
/// `numModes` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDNumberOfReadModes(h: *mut qhyccd_handle, numModes: *mut u32) -> u32 {
    with_camera("GetQHYCCDNumberOfReadModes", h, |camera| {
        // SAFETY: this function's own contract.
        let out = unsafe { Out::new(numModes, "numModes") }?;
        out.set(camera.read_mode_count()?);
        Ok(())
    })
}

/// Tells the number of read modes of a camera that need not be open.
///
/// Returns 0, or `QHYCCD_ERROR` if the camera is not there; then nothing is written.
///
/// # Safety
/// `id` is NULL or a text; `numModes` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDReadModeNumberFromID(id: *mut c_char, numModes: *mut u32) -> u32 {
    // SAFETY: this function's own contract.
    call("GetQHYCCDReadModeNumberFromID", || unsafe { number_by_id(id, numModes) })
}

/// The older name of `GetQHYCCDReadModeNumberFromID`.
///
/// # Safety
/// `deviceID` is NULL or a text; `numModes` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetReadModesNumber(deviceID: *mut c_char, numModes: *mut u32) -> u32 {
    // SAFETY: this function's own contract.
    call("GetReadModesNumber", || unsafe { number_by_id(deviceID, numModes) })
}

/// Tells the whole frame of a read mode of an open camera, in unbinned pixels.
///
/// Returns 0, or `QHYCCD_ERROR` if there is no such mode; then nothing is written.
///
/// # Safety
/// `width` and `height` are NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDReadModeResolution(
    h: *mut qhyccd_handle,
    modeNumber: u32,
    width: *mut u32,
    height: *mut u32,
) -> u32 {
    with_camera("GetQHYCCDReadModeResolution", h, |camera| {
        // SAFETY: this function's own contract.
        let (out_width, out_height) = unsafe { (Out::new(width, "width")?, Out::new(height, "height")?) };
        let image = camera.read_mode_size(modeNumber)?;
        out_width.set(image.width);
        out_height.set(image.height);
        Ok(())
    })
}

/// Tells the name of a read mode of an open camera. `name` needs room for 40 bytes with
/// the terminator.
///
/// Returns 0, or `QHYCCD_ERROR` if there is no such mode; then nothing is written.
///
/// # Safety
/// `name` is NULL or has room for 40 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDReadModeName(
    h: *mut qhyccd_handle,
    modeNumber: u32,
    name: *mut c_char,
) -> u32 {
    with_camera("GetQHYCCDReadModeName", h, |camera| {
        // SAFETY: this function's own contract.
        let out = unsafe { OutName::new(name, "name") }?;
        out.set(camera.read_mode_name(modeNumber)?);
        Ok(())
    })
}

/// Tells the name of a read mode of a camera that need not be open. `name` needs room for
/// 40 bytes with the terminator.
///
/// Returns 0, or `QHYCCD_ERROR` if there is no such camera or mode; then nothing is
/// written.
///
/// # Safety
/// `id` is NULL or a text; `name` is NULL or has room for 40 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDReadModeNameFromID(
    id: *mut c_char,
    modeNumber: u32,
    name: *mut c_char,
) -> u32 {
    // SAFETY: this function's own contract.
    call("GetQHYCCDReadModeNameFromID", || unsafe { name_by_id(id, modeNumber, name) })
}

/// The older name of `GetQHYCCDReadModeNameFromID`.
///
/// # Safety
/// `deviceID` is NULL or a text; `modeName` is NULL or has room for 40 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetReadModeName(
    deviceID: *mut c_char,
    modeIndex: u32,
    modeName: *mut c_char,
) -> u32 {
    // SAFETY: this function's own contract.
    call("GetReadModeName", || unsafe { name_by_id(deviceID, modeIndex, modeName) })
}

/// Chooses a read mode. It takes effect with the next `InitQHYCCD`, at the latest when an
/// exposure or a stream starts; sizes and areas are those of the mode at once. Gain,
/// exposure and the like stay; a mode of another size has the whole frame for its region.
///
/// Returns 0, or `QHYCCD_ERROR` if there is no such mode; then nothing changes.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDReadMode(h: *mut qhyccd_handle, modeNumber: u32) -> u32 {
    with_camera("SetQHYCCDReadMode", h, |camera| camera.set_read_mode(modeNumber))
}

/// Tells the read mode in force.
///
/// Returns 0, or `QHYCCD_ERROR`; then nothing is written.
///
/// # Safety
/// `modeNumber` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDReadMode(h: *mut qhyccd_handle, modeNumber: *mut u32) -> u32 {
    with_camera("GetQHYCCDReadMode", h, |camera| {
        // SAFETY: this function's own contract.
        unsafe { Out::new(modeNumber, "modeNumber") }?.set(camera.read_mode());
        Ok(())
    })
}

/// # Safety
/// `id` is NULL or a text; `number` is NULL or writable.
unsafe fn number_by_id(id: *mut c_char, number: *mut u32) -> Result<()> {
    // SAFETY: the caller's promise.
    let (out, id) = unsafe { (Out::new(number, "numModes")?, self::id(id)?) };
    out.set(state::find(&id)?.model.read_modes.len() as u32);
    Ok(())
}

/// # Safety
/// `id` is NULL or a text; `name` is NULL or has room for 40 bytes.
unsafe fn name_by_id(id: *mut c_char, number: u32, name: *mut c_char) -> Result<()> {
    // SAFETY: the caller's promise.
    let (out, id) = unsafe { (OutName::new(name, "name")?, self::id(id)?) };
    let model = state::find(&id)?.model;
    let mode = model.read_modes.get(number as usize);
    out.set(mode.ok_or_else(|| invalid(format!("a {} has no read mode {number}", model.name)))?.name);
    Ok(())
}
