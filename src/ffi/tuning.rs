//! Rarely used adjustments and conversions of gain.

use super::entry::{refused, with_camera};
use super::types::{BoolArg, qhyccd_handle};

/// Not supported yet: the switch for histogram equalisation of all frames.
#[unsafe(no_mangle)]
pub extern "C" fn set_histogram_equalization(enable: BoolArg) {
    let _ = enable;
    refused::<()>("set_histogram_equalization");
}

/// Not supported: a focus window around a point; see `SetQHYCCDResolution`.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDFocusSetting(h: *mut qhyccd_handle, focusCenterX: u32, focusCenterY: u32) -> u32 {
    let _ = (h, focusCenterX, focusCenterY);
    refused::<()>("SetQHYCCDFocusSetting")
}

/// Not supported: the sampling phase of CCD cameras.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDFineTone(
    h: *mut qhyccd_handle,
    setshporshd: u8,
    shdloc: u8,
    shploc: u8,
    shwidth: u8,
) -> u32 {
    let _ = (h, setshporshd, shdloc, shploc, shwidth);
    refused::<()>("SetQHYCCDFineTone")
}

/// Switches the suppression of residual images in live video on (not 0). No request is known
/// that switches it off.
///
/// Returns 0, or `QHYCCD_ERROR` also for off.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDEnableLiveModeAntiRBI(h: *mut qhyccd_handle, value: u32) -> u32 {
    with_camera("SetQHYCCDEnableLiveModeAntiRBI", h, |camera| camera.anti_rbi(value != 0))
}

/// Not supported: the merge of a high-gain and a low-gain channel; the QHY600 has one.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDTwoChannelCombineParameter(
    handle: *mut qhyccd_handle,
    x: f64,
    ah: f64,
    bh: f64,
    al: f64,
    bl: f64,
) -> u32 {
    let _ = (handle, x, ah, bh, al, bl);
    refused::<()>("SetQHYCCDTwoChannelCombineParameter")
}

/// Not supported: text drawn into frames.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn EnableQHYCCDImageOSD(h: *mut qhyccd_handle, i: u32) -> u32 {
    let _ = (h, i);
    refused::<()>("EnableQHYCCDImageOSD")
}

/// Not supported yet: the gain setting for a gain in decibels.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCD_DbGainToGainValue(h: *mut qhyccd_handle, dbgain: f64, gainvalue: *mut f64) -> u32 {
    let _ = (h, dbgain, gainvalue);
    refused::<()>("QHYCCD_DbGainToGainValue")
}

/// Not supported yet: the gain in decibels of a gain setting.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCD_GainValueToDbGain(h: *mut qhyccd_handle, gainvalue: f64, dbgain: *mut f64) -> u32 {
    let _ = (h, gainvalue, dbgain);
    refused::<()>("QHYCCD_GainValueToDbGain")
}

/// Not supported yet: system gain in electrons per unit at a gain setting.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCD_curveSystemGain(
    handle: *mut qhyccd_handle,
    gainV: f64,
    systemgain: *mut f64,
) -> u32 {
    let _ = (handle, gainV, systemgain);
    refused::<()>("QHYCCD_curveSystemGain")
}

/// Not supported yet: full well in electrons at a gain setting.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCD_curveFullWell(handle: *mut qhyccd_handle, gainV: f64, fullwell: *mut f64) -> u32 {
    let _ = (handle, gainV, fullwell);
    refused::<()>("QHYCCD_curveFullWell")
}

/// Not supported yet: read noise in electrons at a gain setting.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCD_curveReadoutNoise(
    handle: *mut qhyccd_handle,
    gainV: f64,
    readoutnoise: *mut f64,
) -> u32 {
    let _ = (handle, gainV, readoutnoise);
    refused::<()>("QHYCCD_curveReadoutNoise")
}

/// Not supported: the vendor's library exports it without a prototype.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCD_GetAutoEXPmessureValue() -> u32 {
    refused::<()>("QHYCCD_GetAutoEXPmessureValue")
}

/// Not supported: the vendor's library exports it without a prototype.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCD_SetAutoEXPmessureValue() -> u32 {
    refused::<()>("QHYCCD_SetAutoEXPmessureValue")
}
