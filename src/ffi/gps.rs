//! GPS box: oscillator, calibration LED, master and slave. The vendor's library sends
//! nothing for any of these calls to a QHY600 (observed); of some it says that they succeed,
//! ours does not. GPS data in frames are switched by the control `CAM_GPS`.

use super::entry::refused;
use super::types::qhyccd_handle;

/// Not supported, as no request is known: the control value of the GPS oscillator.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDGPSVCOXFreq(handle: *mut qhyccd_handle, i: u16) -> u32 {
    let _ = (handle, i);
    refused::<()>("SetQHYCCDGPSVCOXFreq")
}

/// Not supported, as no request is known: the calibration LED on or off.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDGPSLedCalMode(handle: *mut qhyccd_handle, i: u8) -> u32 {
    let _ = (handle, i);
    refused::<()>("SetQHYCCDGPSLedCalMode")
}

/// Not supported, as no request is known: position and width of the calibration LED's pulse.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDGPSLedCal(handle: *mut qhyccd_handle, pos: u32, width: u8) {
    let _ = (handle, pos, width);
    refused::<()>("SetQHYCCDGPSLedCal");
}

/// Not supported, as no request is known: position and width of the pulse that marks the start of exposure.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDGPSPOSA(handle: *mut qhyccd_handle, is_slave: u8, pos: u32, width: u8) {
    let _ = (handle, is_slave, pos, width);
    refused::<()>("SetQHYCCDGPSPOSA");
}

/// Not supported, as no request is known: position and width of the pulse that marks the end of exposure.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDGPSPOSB(handle: *mut qhyccd_handle, is_slave: u8, pos: u32, width: u8) {
    let _ = (handle, is_slave, pos, width);
    refused::<()>("SetQHYCCDGPSPOSB");
}

/// Not supported, as no request is known: whether the camera follows its own clock (0) or another (1).
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDGPSMasterSlave(handle: *mut qhyccd_handle, i: u8) -> u32 {
    let _ = (handle, i);
    refused::<()>("SetQHYCCDGPSMasterSlave")
}

/// Not supported, as no request is known: start, interval and exposure of a camera that follows another clock.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDGPSSlaveModeParameter(
    handle: *mut qhyccd_handle,
    target_sec: u32,
    target_us: u32,
    deltaT_sec: u32,
    deltaT_us: u32,
    expTime: u32,
) {
    let _ = (handle, target_sec, target_us, deltaT_sec, deltaT_us, expTime);
    refused::<()>("SetQHYCCDGPSSlaveModeParameter");
}

/// Not supported: the vendor's library exports it without a prototype.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn GPSInfo() -> u32 {
    refused::<()>("GPSInfo")
}
