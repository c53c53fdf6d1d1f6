//! Memory inside the camera: the start-up record in flash, and eMMC.

use std::ffi::{c_char, c_uchar};

use super::args::OutBytes;
use super::entry::{refused, with_camera};
use super::types::{BoolArg, qhyccd_handle};

/// Not supported: the camera answers two records of 64 bytes, and which of them this is
/// is not known. Nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDReadInitConfigFlash(handle: *mut qhyccd_handle, configString_raw64: *mut c_char) {
    let _ = (handle, configString_raw64);
    refused::<()>("QHYCCDReadInitConfigFlash");
}

/// Not supported: erases the start-up record.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDEraseInitConfigFlash(handle: *mut qhyccd_handle) {
    let _ = handle;
    refused::<()>("QHYCCDEraseInitConfigFlash");
}

/// Not supported: clears a stored supply-voltage fault.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDResetFlashULVOError(handle: *mut qhyccd_handle) {
    let _ = handle;
    refused::<()>("QHYCCDResetFlashULVOError");
}

/// Not supported: stores a supply-voltage fault for a test.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDTestFlashULVOError(handle: *mut qhyccd_handle) {
    let _ = handle;
    refused::<()>("QHYCCDTestFlashULVOError");
}

/// Not supported: stores the cooler power at start-up.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDSetFlashInitPWM(handle: *mut qhyccd_handle, pwm: u8) {
    let _ = (handle, pwm);
    refused::<()>("QHYCCDSetFlashInitPWM");
}

/// Reads the debug record of the camera, 64 bytes, as the camera gives it.
///
/// # Safety
/// `debugData_raw64` is NULL or has room for 64 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn QHYCCDGetDebugDataD3(handle: *mut qhyccd_handle, debugData_raw64: *mut c_char) {
    with_camera("QHYCCDGetDebugDataD3", handle, |camera| {
        // SAFETY: this function's own contract.
        let out = unsafe { OutBytes::new(debugData_raw64.cast(), 64, "debugData_raw64") }?;
        out.set(&camera.debug_bytes()?);
        Ok(())
    });
}

/// Not supported: the reset line of the eMMC; the QHY600 has none.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDResetEMMC(handle: *mut qhyccd_handle, reset: BoolArg) {
    let _ = (handle, reset);
    refused::<()>("QHYCCDResetEMMC");
}

/// Not supported: the state of the eMMC; the QHY600 has none.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDReadEMMCState(handle: *mut qhyccd_handle) -> u32 {
    let _ = handle;
    refused::<()>("QHYCCDReadEMMCState")
}

/// Not supported: the address of the eMMC; the QHY600 has none.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDReadEMMCAddress(handle: *mut qhyccd_handle) -> u32 {
    let _ = handle;
    refused::<()>("QHYCCDReadEMMCAddress")
}

/// Not supported: a word of the eMMC; the QHY600 has none.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDReadEMMCFPGAData(handle: *mut qhyccd_handle, data: *mut u32) -> u32 {
    let _ = (handle, data);
    refused::<()>("QHYCCDReadEMMCFPGAData")
}

/// Not supported: access to the eMMC; the QHY600 has none.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDOpenEMMCMode(handle: *mut qhyccd_handle, open: BoolArg) -> u32 {
    let _ = (handle, open);
    refused::<()>("QHYCCDOpenEMMCMode")
}

/// Not supported: reads from the eMMC; the QHY600 has none.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDReadEMMC(
    handle: *mut qhyccd_handle,
    address: u32,
    length: u32,
    buffer: *mut c_uchar,
) -> u32 {
    let _ = (handle, address, length, buffer);
    refused::<()>("QHYCCDReadEMMC")
}

/// Not supported: writes to the eMMC; the QHY600 has none.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDWriteEMMC(
    handle: *mut qhyccd_handle,
    address: u32,
    length: u32,
    buffer: *mut c_uchar,
) -> u32 {
    let _ = (handle, address, length, buffer);
    refused::<()>("QHYCCDWriteEMMC")
}
