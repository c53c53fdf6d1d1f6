//! Rarely used adjustments and conversions of gain.

use super::args::Out;
use super::entry::{refused, with_camera};
use super::types::{BoolArg, qhyccd_handle};
use crate::camera::{Camera, Result};

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

/// Switches the suppression of residual images in live video on (not 0) or off. The order is
/// that of the trigger output.
///
/// Returns 0 or `QHYCCD_ERROR`.
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

/// Converts a gain in decibels (20 for ten times) against setting 0 to the gain setting of
/// the present read mode that comes nearest; not a whole number where none fits, and an end
/// of the range outside of it.
///
/// Returns 0, or `QHYCCD_ERROR` if `dbgain` is NaN or infinite; then nothing is written.
///
/// # Safety
/// `gainvalue` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn QHYCCD_DbGainToGainValue(
    h: *mut qhyccd_handle,
    dbgain: f64,
    gainvalue: *mut f64,
) -> u32 {
    // SAFETY: this function's own contract.
    unsafe {
        figure("QHYCCD_DbGainToGainValue", h, gainvalue, "gainvalue", |camera| {
            camera.decibels_to_gain(dbgain)
        })
    }
}

/// Converts a gain setting of the present read mode to decibels (20 for ten times) against
/// setting 0. A setting out of range counts as the end of the range.
///
/// Returns 0, or `QHYCCD_ERROR` if `gainvalue` is NaN or infinite; then nothing is written.
///
/// # Safety
/// `dbgain` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn QHYCCD_GainValueToDbGain(
    h: *mut qhyccd_handle,
    gainvalue: f64,
    dbgain: *mut f64,
) -> u32 {
    // SAFETY: this function's own contract.
    unsafe {
        figure("QHYCCD_GainValueToDbGain", h, dbgain, "dbgain", |camera| camera.gain_to_decibels(gainvalue))
    }
}

/// Tells the system gain in electrons per unit of a 16-bit sample at gain setting `gainV` of
/// the present read mode, as the maker published it; nothing is measured.
///
/// Returns 0, or `QHYCCD_ERROR` where nothing was published; then nothing is written.
///
/// # Safety
/// `systemgain` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn QHYCCD_curveSystemGain(
    handle: *mut qhyccd_handle,
    gainV: f64,
    systemgain: *mut f64,
) -> u32 {
    let ask = |camera: &Camera| Ok(camera.amplification(gainV)?.e_per_adu);
    // SAFETY: this function's own contract.
    unsafe { figure("QHYCCD_curveSystemGain", handle, systemgain, "systemgain", ask) }
}

/// Tells the full well in electrons at gain setting `gainV` of the present read mode: what
/// fills the pixel or the 16 bits, whichever is less, by published figures.
///
/// Returns 0, or `QHYCCD_ERROR` where nothing was published; then nothing is written.
///
/// # Safety
/// `fullwell` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn QHYCCD_curveFullWell(
    handle: *mut qhyccd_handle,
    gainV: f64,
    fullwell: *mut f64,
) -> u32 {
    let ask = |camera: &Camera| Ok(camera.amplification(gainV)?.full_well_e);
    // SAFETY: this function's own contract.
    unsafe { figure("QHYCCD_curveFullWell", handle, fullwell, "fullwell", ask) }
}

/// Tells the read noise in electrons at gain setting `gainV` of the present read mode, as
/// the maker published it.
///
/// Returns 0, or `QHYCCD_ERROR` where nothing was published; then nothing is written.
///
/// # Safety
/// `readoutnoise` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn QHYCCD_curveReadoutNoise(
    handle: *mut qhyccd_handle,
    gainV: f64,
    readoutnoise: *mut f64,
) -> u32 {
    let ask = |camera: &Camera| Ok(camera.amplification(gainV)?.read_noise_e);
    // SAFETY: this function's own contract.
    unsafe { figure("QHYCCD_curveReadoutNoise", handle, readoutnoise, "readoutnoise", ask) }
}

/// Writes one figure of a camera.
///
/// # Safety
/// `out` is NULL or writable.
unsafe fn figure(
    name: &'static str,
    handle: *mut qhyccd_handle,
    out: *mut f64,
    what: &str,
    ask: impl FnOnce(&Camera) -> Result<f64>,
) -> u32 {
    with_camera(name, handle, |camera| {
        // SAFETY: this function's own contract.
        let out = unsafe { Out::new(out, what) }?;
        out.set(ask(camera)?);
        Ok(())
    })
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
