//! Controls: everything that has a number, a value and a range.

use std::ffi::c_char;

use super::args::{Out, OutName, control, flag};
use super::entry::{invalid, refused, with_camera};
use super::types::{BoolArg, ControlIdArg, QHYCamMinMaxStepValue, qhyccd_handle};
use crate::camera::{Error, ErrorKind, Result};
use crate::model::{Availability, ControlId};

/// Tells whether a camera has a control. Works before `InitQHYCCD`.
///
/// Returns 0 if it has, `QHYCCD_ERROR` if not or if there is no such control. `CAM_COLOR`
/// is the exception: on colour cameras it answers the number of the Bayer order, 1 to 4.
#[unsafe(no_mangle)]
pub extern "C" fn IsQHYCCDControlAvailable(handle: *mut qhyccd_handle, controlId: ControlIdArg) -> u32 {
    with_camera("IsQHYCCDControlAvailable", handle, |camera| {
        let bayer = camera.model().bayer.map(|order| order as u32);
        match camera.availability(control(controlId)) {
            Availability::Yes => Ok(0),
            Availability::BayerOrder => bayer.ok_or_else(|| missing(controlId)),
            Availability::No => Err(missing(controlId)),
        }
    })
}

/// Tells the name of a control that has one: `DPC` (1027) and `DPC_value` (1028).
/// `IDname` needs room for 40 bytes with the terminator.
///
/// Returns 0, or `QHYCCD_ERROR` for all others; then nothing is written.
///
/// # Safety
/// `IDname` is NULL or has room for 40 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDControlName(
    handle: *mut qhyccd_handle,
    controlId: ControlIdArg,
    IDname: *mut c_char,
) -> u32 {
    with_camera("GetQHYCCDControlName", handle, |_| {
        // SAFETY: this function's own contract.
        let out = unsafe { OutName::new(IDname, "IDname") }?;
        out.set(name(control(controlId))?);
        Ok(())
    })
}

/// Sets a control. A value outside its range is clamped: that is a success, and
/// `GetQHYCCDParam` reads the clamped value. Times are in microseconds, temperatures in
/// degrees Celsius, the cooler's power is 0 to 255.
///
/// Returns 0, or `QHYCCD_ERROR` if the camera has no such control or the value is NaN or
/// infinite; then nothing changes.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDParam(handle: *mut qhyccd_handle, controlId: ControlIdArg, value: f64) -> u32 {
    with_camera("SetQHYCCDParam", handle, |camera| camera.set(control(controlId), value))
}

/// Reads a control. Some ask the camera, which takes a moment; none waits for a frame.
///
/// Returns the value, or 4294967295.0 if it cannot be read. Never NaN.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDParam(handle: *mut qhyccd_handle, controlId: ControlIdArg) -> f64 {
    with_camera("GetQHYCCDParam", handle, |camera| camera.get(control(controlId)))
}

/// Tells the smallest and largest value of a control and the step between values.
///
/// Returns 0, or `QHYCCD_ERROR` if the control has no range; then nothing is written.
///
/// # Safety
/// Each pointer is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDParamMinMaxStep(
    handle: *mut qhyccd_handle,
    controlId: ControlIdArg,
    min: *mut f64,
    max: *mut f64,
    step: *mut f64,
) -> u32 {
    with_camera("GetQHYCCDParamMinMaxStep", handle, |camera| {
        // SAFETY: this function's own contract.
        let out = unsafe { [Out::new(min, "min")?, Out::new(max, "max")?, Out::new(step, "step")?] };
        let range = camera.range(control(controlId))?;
        out.iter().zip([range.min, range.max, range.step]).for_each(|(out, value)| out.set(value));
        Ok(())
    })
}

/// Not supported: ranges are known of open cameras only, see `GetQHYCCDParamMinMaxStep`.
/// The vendor's header declares it, no vendor library has it.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDBeforeOpenParam(p: *mut QHYCamMinMaxStepValue, controlId: ControlIdArg) -> u32 {
    let _ = (p, controlId);
    refused::<()>("GetQHYCCDBeforeOpenParam")
}

/// Sets the bits of a sample in the frames handed out: 8 (one byte), 16 (two bytes, little
/// endian) or 32 (four bytes, little endian). At 32 bits the sums of a binning are whole,
/// while at 8 and 16 bits they stop at the largest value; unbinned pixels have the value
/// that they have at 16 bits. Frames need more memory then: ask `GetQHYCCDMemLength` again.
///
/// Returns 0, or `QHYCCD_ERROR` for another number; then nothing changes.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDBitsMode(handle: *mut qhyccd_handle, bits: u32) -> u32 {
    with_camera("SetQHYCCDBitsMode", handle, |camera| camera.set_depth(bits))
}

/// Switches demosaicing in the library. Frames of a colour camera then have 3 channels
/// in the order blue, green, red. Frames of 32 bits still have one channel, and so have
/// binned ones, unless the environment variable `QHYCCD_COLOUR_BIN` is 1. How colours are
/// made says `QHYCCD_DEBAYER`: `bilinear` or `gradient`.
///
/// Returns 0, or `QHYCCD_ERROR` if it is switched on for a camera without colour filters.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDDebayerOnOff(h: *mut qhyccd_handle, onoff: BoolArg) -> u32 {
    with_camera("SetQHYCCDDebayerOnOff", h, |camera| camera.set_debayer(flag(onoff)))
}

fn missing(id: u32) -> Error {
    Error::new(ErrorKind::Unsupported, format!("this camera has no control {id}"))
}

fn name(id: ControlId) -> Result<&'static str> {
    match id {
        ControlId::DPC => Ok("DPC"),
        ControlId::DPC_VALUE => Ok("DPC_value"),
        other => Err(invalid(format!("{other} has no name"))),
    }
}
