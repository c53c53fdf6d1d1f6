//! Cooler and sensors of the chamber.

use super::args::Out;
use super::entry::{refused, with_camera};
use super::types::qhyccd_handle;
use crate::camera::{Camera, Result};
use crate::model::ControlId;

/// Sets the target temperature in degrees Celsius; the same as setting `CONTROL_COOLER`.
/// The camera regulates by itself. Calling it again and again, as old cameras needed it,
/// does no harm.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn ControlQHYCCDTemp(handle: *mut qhyccd_handle, targettemp: f64) -> u32 {
    with_camera("ControlQHYCCDTemp", handle, |camera| camera.set(ControlId::COOLER, targettemp))
}

/// Reads the pressure in the sensor chamber, in hPa.
///
/// Returns 0, or `QHYCCD_ERROR` without such a sensor; then nothing is written.
///
/// # Safety
/// `pressure` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDPressure(handle: *mut qhyccd_handle, pressure: *mut f64) -> u32 {
    // SAFETY: this function's own contract.
    unsafe { read("GetQHYCCDPressure", handle, pressure, Camera::pressure_hpa) }
}

/// Reads the relative humidity in the sensor chamber, in percent.
///
/// Returns 0, or `QHYCCD_ERROR` without such a sensor; then nothing is written.
///
/// # Safety
/// `hd` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDHumidity(handle: *mut qhyccd_handle, hd: *mut f64) -> u32 {
    // SAFETY: this function's own contract.
    unsafe { read("GetQHYCCDHumidity", handle, hd, Camera::humidity_percent) }
}

/// Reads the temperature of the FPGA in degrees Celsius.
///
/// Returns 0 or `QHYCCD_ERROR`; then nothing is written.
///
/// # Safety
/// `temp` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDFPGATemp(handle: *mut qhyccd_handle, temp: *mut f64) -> u32 {
    // SAFETY: this function's own contract.
    unsafe { read("GetQHYCCDFPGATemp", handle, temp, Camera::fpga_temp_c) }
}

/// Not supported: the camera regulates by itself; there is no loop here to tune.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn TestQHYCCDPIDParas(h: *mut qhyccd_handle, p: f64, i: f64, d: f64) -> u32 {
    let _ = (h, p, i, d);
    refused::<()>("TestQHYCCDPIDParas")
}

/// # Safety
/// `value` is NULL or writable.
unsafe fn read(
    name: &'static str,
    handle: *mut qhyccd_handle,
    value: *mut f64,
    ask: fn(&Camera) -> Result<f64>,
) -> u32 {
    with_camera(name, handle, |camera| {
        // SAFETY: the caller's promise.
        let out = unsafe { Out::new(value, "value") }?;
        out.set(ask(camera)?);
        Ok(())
    })
}
