//! Corrections inside the library or the camera: calibration frames, frame check, link
//! training, image stabilisation, arrays of cameras.

use std::ffi::{c_char, c_int};

use super::args::flag;
use super::entry::{refused, with_camera};
use super::types::{BoolArg, qhyccd_handle};

/// Not supported: loads dark, flat and bias frames.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDLoadCalibrationFrames(
    handle: *mut qhyccd_handle,
    ImgW: u32,
    ImgH: u32,
    ImgBits: u32,
    ImgChannel: u32,
    DarkFile: *mut c_char,
    FlatFile: *mut c_char,
    BiasFile: *mut c_char,
) -> u32 {
    let _ = (handle, ImgW, ImgH, ImgBits, ImgChannel, DarkFile, FlatFile, BiasFile);
    refused::<()>("SetQHYCCDLoadCalibrationFrames")
}

/// Not supported: correction by the loaded frames on or off.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDCalibrationOnOff(handle: *mut qhyccd_handle, onoff: BoolArg) -> u32 {
    let _ = (handle, onoff);
    refused::<()>("SetQHYCCDCalibrationOnOff")
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
