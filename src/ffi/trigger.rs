//! Trigger socket: input, output, soft trigger.

use std::ffi::c_char;

use super::args::{Out, OutName, flag};
use super::entry::{invalid, with_camera};
use super::types::{BoolArg, qhyccd_handle};
use crate::camera::{Camera, Error, ErrorKind, Result};

/// Tells the number of trigger connectors: 2 on cameras with a trigger.
///
/// Returns 0 or `QHYCCD_ERROR`; then nothing is written.
///
/// # Safety
/// `interfaceNumber` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDTrigerInterfaceNumber(
    handle: *mut qhyccd_handle,
    interfaceNumber: *mut u32,
) -> u32 {
    with_camera("GetQHYCCDTrigerInterfaceNumber", handle, |camera| {
        // SAFETY: this function's own contract.
        let out = unsafe { Out::new(interfaceNumber, "interfaceNumber") }?;
        has_trigger(camera)?;
        out.set(2);
        Ok(())
    })
}

/// Tells the name of a trigger connector: 0 "GPIO Mode", 1 "SMA Mode". `name` needs room for
/// 40 bytes with the terminator.
///
/// Returns 0, or `QHYCCD_ERROR` for another number; then nothing is written.
///
/// # Safety
/// `name` is NULL or has room for 40 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDTrigerInterfaceName(
    handle: *mut qhyccd_handle,
    interfaceIndex: u32,
    name: *mut c_char,
) -> u32 {
    with_camera("GetQHYCCDTrigerInterfaceName", handle, |camera| {
        // SAFETY: this function's own contract.
        let out = unsafe { OutName::new(name, "name") }?;
        has_trigger(camera)?;
        out.set(if is_sma(interfaceIndex)? { "SMA Mode" } else { "GPIO Mode" });
        Ok(())
    })
}

/// Chooses a trigger connector: 0 GPIO, 1 SMA. It is in force from the next time on that a
/// trigger function is switched on. Whether the camera has it cannot be asked.
///
/// Returns 0, or `QHYCCD_ERROR` for another number.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDTrigerInterface(handle: *mut qhyccd_handle, interfaceIndex: u32) -> u32 {
    with_camera("SetQHYCCDTrigerInterface", handle, |camera| camera.trigger_from_sma(is_sma(interfaceIndex)?))
}

/// Tells the number of trigger modes: 1 on cameras with a trigger.
///
/// Returns 0 or `QHYCCD_ERROR`; then nothing is written.
///
/// # Safety
/// `modeNumber` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDTrigerModeNumber(handle: *mut qhyccd_handle, modeNumber: *mut u32) -> u32 {
    with_camera("GetQHYCCDTrigerModeNumber", handle, |camera| {
        // SAFETY: this function's own contract.
        let out = unsafe { Out::new(modeNumber, "modeNumber") }?;
        has_trigger(camera)?;
        out.set(1);
        Ok(())
    })
}

/// Tells the name of a trigger mode, counted from 0. `name` needs room for 40 bytes with the
/// terminator.
///
/// Returns 0, or `QHYCCD_ERROR` for any but the first; then nothing is written.
///
/// # Safety
/// `name` is NULL or has room for 40 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDTrigerModeName(
    handle: *mut qhyccd_handle,
    modeIndex: u32,
    name: *mut c_char,
) -> u32 {
    with_camera("GetQHYCCDTrigerModeName", handle, |camera| {
        // SAFETY: this function's own contract.
        let out = unsafe { OutName::new(name, "name") }?;
        has_trigger(camera)?;
        first_only("mode", modeIndex)?;
        out.set("STD Mode");
        Ok(())
    })
}

/// Chooses a trigger mode. The only one is always in force.
///
/// Returns 0, or `QHYCCD_ERROR` for another.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDTrigerMode(handle: *mut qhyccd_handle, modeIndex: u32) -> u32 {
    with_camera("SetQHYCCDTrigerMode", handle, |camera| {
        has_trigger(camera).and_then(|()| first_only("mode", modeIndex))
    })
}

/// Switches trigger input and output. Switching on takes 1.4 s.
///
/// While it is on, `ExpQHYCCDSingleFrame` makes the camera wait for a trigger, from its socket
/// or by `SendSoftTriger2QHYCCDCam`, and live video gives one frame for each. How long
/// `GetQHYCCDSingleFrame` waits: `SetQHYCCDSingleFrameTimeOut`; cancelling ends it.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDTrigerFunction(h: *mut qhyccd_handle, value: BoolArg) -> u32 {
    with_camera("SetQHYCCDTrigerFunction", h, |camera| camera.set_trigger(flag(value)))
}

/// Switches the trigger input alone. Switching on takes 1.4 s.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDTrigerInOnly(h: *mut qhyccd_handle, value: BoolArg) -> u32 {
    with_camera("SetQHYCCDTrigerInOnly", h, |camera| camera.trigger_in_only(flag(value)))
}

/// Switches the trigger output alone on, or all of the trigger off.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDTrigerOutOnly(h: *mut qhyccd_handle, value: BoolArg) -> u32 {
    with_camera("SetQHYCCDTrigerOutOnly", h, |camera| camera.trigger_out_only(flag(value)))
}

/// Switches the trigger output on.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn EnableQHYCCDTrigerOut(handle: *mut qhyccd_handle) -> u32 {
    with_camera("EnableQHYCCDTrigerOut", handle, |camera| camera.trigger_out())
}

/// Switches the second form of trigger output on.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn EnableQHYCCDTrigerOutA(handle: *mut qhyccd_handle) -> u32 {
    with_camera("EnableQHYCCDTrigerOutA", handle, |camera| camera.trigger_out_a())
}

/// Triggers by software. Takes 0.2 s.
///
/// Returns 0, or `QHYCCD_ERROR` without an effect if neither the trigger input nor burst mode
/// is on.
#[unsafe(no_mangle)]
pub extern "C" fn SendSoftTriger2QHYCCDCam(handle: *mut qhyccd_handle) -> u32 {
    with_camera("SendSoftTriger2QHYCCDCam", handle, |camera| camera.soft_trigger())
}

/// Lets short input pulses count or not, from the next time on that a trigger function is
/// switched on. They count unless this was called.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDTrigerFilterOnOff(handle: *mut qhyccd_handle, onoff: BoolArg) -> u32 {
    with_camera("SetQHYCCDTrigerFilterOnOff", handle, |camera| camera.trigger_filter(flag(onoff)))
}

/// Sets how long an input pulse must be to count, in milliseconds.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDTrigerFilterTime(handle: *mut qhyccd_handle, time: u32) -> u32 {
    with_camera("SetQHYCCDTrigerFilterTime", handle, |camera| camera.trigger_filter_time(time))
}

fn has_trigger(camera: &Camera) -> Result<()> {
    match camera.model().has.trigger {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::Unsupported, format!("a {} has no trigger", camera.model().name))),
    }
}

/// Whether a number of a connector is that of the SMA socket.
fn is_sma(index: u32) -> Result<bool> {
    match index {
        0 | 1 => Ok(index == 1),
        _ => Err(invalid(format!("trigger interface {index}; there are 0 and 1"))),
    }
}

fn first_only(what: &str, index: u32) -> Result<()> {
    if index == 0 { Ok(()) } else { Err(invalid(format!("trigger {what} {index}; only 0 is known"))) }
}
