//! Cooler and sensors of the chamber.

use super::args::Out;
use super::entry::{refused, with_camera};
use super::types::qhyccd_handle;
use crate::camera::{Camera, Result};
use crate::model::ControlId;

/// What stands for a temperature to which nobody regulates, as in `CONTROL_COOLER`.
const NO_SET_POINT_C: f64 = -100.0;

/// Sets the target temperature in degrees Celsius; the same as setting `CONTROL_COOLER`.
/// The camera regulates by itself. Calling it again and again, as old cameras needed it,
/// does no harm.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn ControlQHYCCDTemp(handle: *mut qhyccd_handle, targettemp: f64) -> u32 {
    with_camera("ControlQHYCCDTemp", handle, |camera| camera.set(ControlId::COOLER, targettemp))
}

/// Leads the cooler to its targets by no more than so many degrees a minute, down and up:
/// sudden changes of temperature shorten its life. `c_per_min` is 0.1 to 60 (others are
/// clamped), for example 5; 0 or less switches it off, and a ramp that is under way ends
/// with its goal at once. Cameras start with what the environment variable
/// `QHYCCD_COOLING_RAMP` names when `InitQHYCCDResource` is called, or else with none: then
/// each order goes to the camera as it is. Only this library has this function.
///
/// With a ramp a program sets `CONTROL_COOLER` or `CONTROL_MANULPWM` as ever, once or again
/// every second, and need not call anything more. `GetQHYCCDParam` reads what was set, not
/// how far the ramp is; that is told by `QHYCCDOpenGetCoolingRamp`. `CONTROL_MANULPWM` 0 warms
/// the sensor up until it no longer follows, then switches the cooler off. Other manual
/// power moves so slowly that the limit should be kept (how strong a real cooler is, is a
/// guess), but is given at once if the camera regulates: with which power is not known. A
/// ramp runs in the background until it is there. `CloseQHYCCD` ends it, and the camera goes
/// on regulating to where it was; so let it warm up before.
///
/// Returns 0, or `QHYCCD_ERROR` if `c_per_min` is NaN or infinite or the camera has no
/// cooler; then nothing changes.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDOpenSetCoolingRamp(handle: *mut qhyccd_handle, c_per_min: f64) -> u32 {
    with_camera("QHYCCDOpenSetCoolingRamp", handle, |camera| camera.set_cooling_ramp(c_per_min))
}

/// Tells the most degrees a minute (0: no ramp), to what the camera regulates at this moment
/// (-100 while it does not), and whether a ramp is still under way (1) or not (0). Asks the
/// camera nothing. Only this library has this function.
///
/// Returns 0 or `QHYCCD_ERROR`; then nothing is written.
///
/// # Safety
/// Each pointer is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn QHYCCDOpenGetCoolingRamp(
    handle: *mut qhyccd_handle,
    c_per_min: *mut f64,
    set_point: *mut f64,
    under_way: *mut u32,
) -> u32 {
    with_camera("QHYCCDOpenGetCoolingRamp", handle, |camera| {
        // SAFETY: this function's own contract.
        let (rate, set, on) = unsafe {
            (
                Out::new(c_per_min, "c_per_min")?,
                Out::new(set_point, "set_point")?,
                Out::new(under_way, "under_way")?,
            )
        };
        let ramp = camera.cooling_ramp();
        rate.set(ramp.limit_c_per_min.unwrap_or(0.0));
        set.set(ramp.set_point_c.unwrap_or(NO_SET_POINT_C));
        on.set(u32::from(ramp.under_way));
        Ok(())
    })
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
