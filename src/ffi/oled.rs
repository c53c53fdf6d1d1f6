//! Display and serial port of cameras that have them; the QHY600 has neither.

use std::ffi::c_char;

use super::entry::refused;
use super::types::qhyccd_handle;

/// Not supported: speed of the serial port.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDInterCamSerialParam(h: *mut qhyccd_handle, opt: u32) -> u32 {
    let _ = (h, opt);
    refused::<()>("SetQHYCCDInterCamSerialParam")
}

/// Not supported: sends bytes on the serial port.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDInterCamSerialTX(h: *mut qhyccd_handle, buf: *mut c_char, length: u32) -> u32 {
    let _ = (h, buf, length);
    refused::<()>("QHYCCDInterCamSerialTX")
}

/// Not supported: receives bytes from the serial port.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDInterCamSerialRX(h: *mut qhyccd_handle, buf: *mut c_char) -> u32 {
    let _ = (h, buf);
    refused::<()>("QHYCCDInterCamSerialRX")
}

/// Not supported: display on or off.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDInterCamOledOnOff(handle: *mut qhyccd_handle, onoff: u8) -> u32 {
    let _ = (handle, onoff);
    refused::<()>("QHYCCDInterCamOledOnOff")
}

/// Not supported: brightness of the display.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDInterCamOledBrightness(handle: *mut qhyccd_handle, brightness: u8) -> u32 {
    let _ = (handle, brightness);
    refused::<()>("SetQHYCCDInterCamOledBrightness")
}

/// Not supported: four lines of text on the display.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SendFourLine2QHYCCDInterCamOled(
    handle: *mut qhyccd_handle,
    messagetemp: *mut c_char,
    messageinfo: *mut c_char,
    messagetime: *mut c_char,
    messagemode: *mut c_char,
) -> u32 {
    let _ = (handle, messagetemp, messageinfo, messagetime, messagemode);
    refused::<()>("SendFourLine2QHYCCDInterCamOled")
}

/// Not supported: two lines of text on the display.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SendTwoLine2QHYCCDInterCamOled(
    handle: *mut qhyccd_handle,
    messageTop: *mut c_char,
    messageBottom: *mut c_char,
) -> u32 {
    let _ = (handle, messageTop, messageBottom);
    refused::<()>("SendTwoLine2QHYCCDInterCamOled")
}

/// Not supported: one line of text on the display.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn SendOneLine2QHYCCDInterCamOled(handle: *mut qhyccd_handle, messageTop: *mut c_char) -> u32 {
    let _ = (handle, messageTop);
    refused::<()>("SendOneLine2QHYCCDInterCamOled")
}
