//! Trigger socket: input, output, soft trigger.

use std::ffi::c_char;

use super::entry::refused;
use super::types::{BoolArg, qhyccd_handle};

/// Not supported yet: the number of trigger connectors.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDTrigerInterfaceNumber(
    handle: *mut qhyccd_handle,
    interfaceNumber: *mut u32,
) -> u32 {
    let _ = (handle, interfaceNumber);
    refused::<()>("GetQHYCCDTrigerInterfaceNumber")
}

/// Not supported yet: the name of a trigger connector.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDTrigerInterfaceName(
    handle: *mut qhyccd_handle,
    interfaceIndex: u32,
    name: *mut c_char,
) -> u32 {
    let _ = (handle, interfaceIndex, name);
    refused::<()>("GetQHYCCDTrigerInterfaceName")
}

/// Not supported yet: the choice of a trigger connector.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDTrigerInterface(handle: *mut qhyccd_handle, interfaceIndex: u32) -> u32 {
    let _ = (handle, interfaceIndex);
    refused::<()>("SetQHYCCDTrigerInterface")
}

/// Not supported yet: the number of trigger modes.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDTrigerModeNumber(handle: *mut qhyccd_handle, modeNumber: *mut u32) -> u32 {
    let _ = (handle, modeNumber);
    refused::<()>("GetQHYCCDTrigerModeNumber")
}

/// Not supported yet: the name of a trigger mode.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDTrigerModeName(
    handle: *mut qhyccd_handle,
    modeIndex: u32,
    name: *mut c_char,
) -> u32 {
    let _ = (handle, modeIndex, name);
    refused::<()>("GetQHYCCDTrigerModeName")
}

/// Not supported yet: the choice of a trigger mode.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDTrigerMode(handle: *mut qhyccd_handle, modeIndex: u32) -> u32 {
    let _ = (handle, modeIndex);
    refused::<()>("SetQHYCCDTrigerMode")
}

/// Not supported yet: trigger input and output on or off.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDTrigerFunction(h: *mut qhyccd_handle, value: BoolArg) -> u32 {
    let _ = (h, value);
    refused::<()>("SetQHYCCDTrigerFunction")
}

/// Not supported yet: trigger input alone on or off.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDTrigerInOnly(h: *mut qhyccd_handle, value: BoolArg) -> u32 {
    let _ = (h, value);
    refused::<()>("SetQHYCCDTrigerInOnly")
}

/// Not supported yet: trigger output alone on or off.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDTrigerOutOnly(h: *mut qhyccd_handle, value: BoolArg) -> u32 {
    let _ = (h, value);
    refused::<()>("SetQHYCCDTrigerOutOnly")
}

/// Not supported yet: trigger output on.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn EnableQHYCCDTrigerOut(handle: *mut qhyccd_handle) -> u32 {
    let _ = handle;
    refused::<()>("EnableQHYCCDTrigerOut")
}

/// Not supported yet: the second kind of trigger output on.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn EnableQHYCCDTrigerOutA(handle: *mut qhyccd_handle) -> u32 {
    let _ = handle;
    refused::<()>("EnableQHYCCDTrigerOutA")
}

/// Not supported yet: one trigger by software.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SendSoftTriger2QHYCCDCam(handle: *mut qhyccd_handle) -> u32 {
    let _ = handle;
    refused::<()>("SendSoftTriger2QHYCCDCam")
}

/// Not supported yet: the filter for short input pulses on or off.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDTrigerFilterOnOff(handle: *mut qhyccd_handle, onoff: BoolArg) -> u32 {
    let _ = (handle, onoff);
    refused::<()>("SetQHYCCDTrigerFilterOnOff")
}

/// Not supported yet: the length below which input pulses are ignored.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDTrigerFilterTime(handle: *mut qhyccd_handle, time: u32) -> u32 {
    let _ = (handle, time);
    refused::<()>("SetQHYCCDTrigerFilterTime")
}
