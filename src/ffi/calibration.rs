//! Corrections inside the library or the camera: calibration frames, frame check, link
//! training, image stabilisation, arrays of cameras.

use std::ffi::{c_char, c_int};
use std::path::Path;

use super::args::{flag, text};
use super::entry::{invalid, refused, with_camera};
use super::types::{BoolArg, qhyccd_handle};
use crate::camera::{CalibrationFiles, Result};
use crate::util::Size;

/// Reads dark, flat and bias frames for frames of `ImgW` times `ImgH` pixels with one
/// channel (`ImgChannel` is 1) of `ImgBits`, 8 or 16. The files are FITS files with a plain
/// picture of that size, in the units of the frames; their samples may have any form. Each
/// name may be NULL or empty; without any, what was loaded is forgotten and calibration is
/// off. The files replace those of the last call.
///
/// While `SetQHYCCDCalibrationOnOff` has it on, each sample becomes (sample - dark) x mean
/// flat / flat, rounded, without a dark frame (sample - bias); the bias is taken off the
/// flat as well. Nothing is scaled with exposure time. The means of the flat of a colour
/// camera are those of each place in the colour cell.
///
/// The vendor's documents do not say what the files are; the names of the arguments do, and
/// the rest is this library's own.
///
/// Returns 0. Returns `QHYCCD_ERROR` if a file is missing, of another size or of another
/// kind, or if there are no such frames; then nothing changes, and `GetQHYCCDLastError`
/// tells why.
///
/// # Safety
/// The names are NULL or texts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SetQHYCCDLoadCalibrationFrames(
    handle: *mut qhyccd_handle,
    ImgW: u32,
    ImgH: u32,
    ImgBits: u32,
    ImgChannel: u32,
    DarkFile: *mut c_char,
    FlatFile: *mut c_char,
    BiasFile: *mut c_char,
) -> u32 {
    with_camera("SetQHYCCDLoadCalibrationFrames", handle, |camera| {
        // SAFETY: this function's own contract.
        let (dark, flat, bias) = unsafe {
            (name(DarkFile, "DarkFile")?, name(FlatFile, "FlatFile")?, name(BiasFile, "BiasFile")?)
        };
        let files = CalibrationFiles {
            dark: dark.as_deref().map(Path::new),
            flat: flat.as_deref().map(Path::new),
            bias: bias.as_deref().map(Path::new),
        };
        if ImgChannel != 1 {
            return Err(invalid(format!("frames of {ImgChannel} channels cannot be calibrated, only of 1")));
        }
        camera.load_calibration(Size::new(ImgW, ImgH), ImgBits, files)
    })
}

/// The name of a file, unless it is NULL or empty.
///
/// # Safety
/// As for [`text`].
unsafe fn name(pointer: *const c_char, what: &str) -> Result<Option<String>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller's promise.
    let name = unsafe { text(pointer, what) }?;
    Ok(Some(name).filter(|name| !name.is_empty()))
}

/// Switches the correction of frames by what `SetQHYCCDLoadCalibrationFrames` loaded. It
/// stays as it is until the camera is closed. While it is on, an exposure or a live frame
/// of another size, depth or number of channels is an error.
///
/// Returns 0; `QHYCCD_ERROR` if it shall go on and nothing is loaded.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDCalibrationOnOff(handle: *mut qhyccd_handle, onoff: BoolArg) -> u32 {
    with_camera("SetQHYCCDCalibrationOnOff", handle, |camera| camera.set_calibration(flag(onoff)))
}

/// Sets the row of the frame check code.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDFrameDetectPos(handle: *mut qhyccd_handle, pos: u32) -> u32 {
    with_camera("SetQHYCCDFrameDetectPos", handle, |camera| camera.frame_detect_pos(pos))
}

/// Sets the value of the frame check code.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDFrameDetectCode(handle: *mut qhyccd_handle, code: u8) -> u32 {
    with_camera("SetQHYCCDFrameDetectCode", handle, |camera| camera.frame_detect_code(code.into()))
}

/// Switches the frame check.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDFrameDetectOnOff(handle: *mut qhyccd_handle, onoff: BoolArg) -> u32 {
    with_camera("SetQHYCCDFrameDetectOnOff", handle, |camera| camera.frame_detect_on(flag(onoff)))
}

/// Not supported: training of the link between sensor and FPGA.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDSensorPhaseReTrain(handle: *mut qhyccd_handle) {
    let _ = handle;
    refused::<()>("QHYCCDSensorPhaseReTrain");
}

/// Not supported: the centre of the object that image stabilisation follows.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDImageStabilizationGravity(
    handle: *mut qhyccd_handle,
    GravityX: *mut c_int,
    GravityY: *mut c_int,
) -> u32 {
    let _ = (handle, GravityX, GravityY);
    refused::<()>("GetQHYCCDImageStabilizationGravity")
}

/// Not supported: synchronises an array of cameras.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDArrayCamSync(handle: *mut qhyccd_handle, onoff: BoolArg) -> u32 {
    let _ = (handle, onoff);
    refused::<()>("SetQHYCCDArrayCamSync")
}
