//! Raw access to the bus and to registers, for experts: what is sent here is not checked.

use std::ffi::c_char;
use std::time::Duration;

use super::args::{Out, OutBytes, bytes, bytes_mut};
use super::entry::{invalid, refused, with_camera};
use super::types::qhyccd_handle;
use crate::camera::{Camera, Error, ErrorKind, Result};

/// Sends a vendor request with data to the camera.
///
/// Returns 0, or `QHYCCD_ERROR` if it did not get there or `length` is above 65535.
///
/// # Safety
/// `data` is NULL or has `length` readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn QHYCCDVendRequestWrite(
    h: *mut qhyccd_handle,
    req: u8,
    value: u16,
    index1: u16,
    length: u32,
    data: *mut u8,
) -> u32 {
    with_camera("QHYCCDVendRequestWrite", h, |camera| {
        // SAFETY: this function's own contract.
        unsafe { write(camera, req, value, index1, length, data) }
    })
}

/// Asks the camera for data by a vendor request.
///
/// Returns 0 if all `length` bytes came, or `QHYCCD_ERROR`; then nothing is written.
///
/// # Safety
/// `data` is NULL or has room for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn QHYCCDVendRequestRead(
    h: *mut qhyccd_handle,
    req: u8,
    value: u16,
    index1: u16,
    length: u32,
    data: *mut u8,
) -> u32 {
    with_camera("QHYCCDVendRequestRead", h, |camera| {
        // SAFETY: this function's own contract.
        unsafe { read(camera, req, value, index1, length, data) }
    })
}

/// The same as `QHYCCDVendRequestWrite` with `addr` for its index. In the vendor's header
/// of 2016 only.
///
/// # Safety
/// `data` is NULL or has `length` readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn QHYCCDI2C_Write(
    handle: *mut qhyccd_handle,
    req: u8,
    value: u16,
    addr: u16,
    data: *mut u8,
    length: u16,
) -> u32 {
    with_camera("QHYCCDI2C_Write", handle, |camera| {
        // SAFETY: this function's own contract.
        unsafe { write(camera, req, value, addr, length.into(), data) }
    })
}

/// The same as `QHYCCDVendRequestRead` with `addr` for its index. In the vendor's header
/// of 2016 only.
///
/// # Safety
/// `data` is NULL or has room for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn QHYCCDI2C_Read(
    handle: *mut qhyccd_handle,
    req: u8,
    value: u16,
    addr: u16,
    data: *mut u8,
    length: u16,
) -> u32 {
    with_camera("QHYCCDI2C_Read", handle, |camera| {
        // SAFETY: this function's own contract.
        unsafe { read(camera, req, value, addr, length.into(), data) }
    })
}

/// Reads from an endpoint once. Takes the bytes away from a frame that is being read.
/// `timeout` is in milliseconds; 0 is 5 s.
///
/// Returns 0 if all `length` bytes came, else `QHYCCD_ERROR`; then `data` may have changed.
///
/// # Safety
/// `data` is NULL or has room for `length` bytes, which nobody else uses during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn QHYCCDReadUSB_SYNC(
    pDevHandle: *mut qhyccd_handle,
    endpoint: u8,
    length: u32,
    data: *mut u8,
    timeout: u32,
) -> u32 {
    with_camera("QHYCCDReadUSB_SYNC", pDevHandle, |camera| {
        // SAFETY: this function's own contract.
        let came = unsafe { bulk(camera, endpoint, length, data, timeout) }?;
        if came < length as usize { Err(short(came, length as usize)) } else { Ok(()) }
    })
}

/// Reads from an endpoint once, as `QHYCCDReadUSB_SYNC`, and tells how many bytes came.
/// Only endpoints that read (0x81 and up) are served.
///
/// Returns 0 if any came in time, else `QHYCCD_ERROR`; then `data` may have changed.
///
/// # Safety
/// `data` is NULL or has room for `length` bytes, which nobody else uses during the call;
/// `transferred` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn QHYCCDLibusbBulkTransfer(
    pDevHandle: *mut qhyccd_handle,
    endpoint: u8,
    data: *mut u8,
    length: u32,
    transferred: *mut i32,
    timeout: u32,
) -> u32 {
    with_camera("QHYCCDLibusbBulkTransfer", pDevHandle, |camera| {
        // SAFETY: this function's own contract.
        let out = unsafe { Out::new(transferred, "transferred") }?;
        // SAFETY: as above.
        let came = unsafe { bulk(camera, endpoint, length, data, timeout) }?;
        out.set(i32::try_from(came).unwrap_or(i32::MAX));
        Ok(())
    })
}

/// Writes a two-byte register on the camera's I2C bus.
///
/// Returns 0 or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDI2CTwoWrite(handle: *mut qhyccd_handle, addr: u16, value: u16) -> u32 {
    with_camera("QHYCCDI2CTwoWrite", handle, |camera| camera.i2c_write(addr, value))
}

/// Reads a two-byte register from the camera's I2C bus.
///
/// Returns the value, or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDI2CTwoRead(handle: *mut qhyccd_handle, addr: u16) -> u32 {
    with_camera("QHYCCDI2CTwoRead", handle, |camera| camera.i2c_read(addr).map(u32::from))
}

/// Writes a register of the FPGA; `number` counts the FPGAs of the camera from 0.
///
/// Returns 0, or `QHYCCD_ERROR` for any but the first FPGA.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDWriteFPGA(h: *mut qhyccd_handle, number: u8, regindex: u8, regvalue: u8) -> u32 {
    with_camera("SetQHYCCDWriteFPGA", h, |camera| {
        first_only("FPGA", number)?;
        camera.write_fpga(regindex.into(), regvalue.into())
    })
}

/// Writes a register of the sensor; `number` counts the sensors of the camera from 0. The
/// value is one byte.
///
/// Returns 0, or `QHYCCD_ERROR` for any but the first sensor and for a larger value.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDWriteCMOS(h: *mut qhyccd_handle, number: u8, regindex: u16, regvalue: u16) -> u32 {
    with_camera("SetQHYCCDWriteCMOS", h, |camera| {
        first_only("sensor", number)?;
        let value = u8::try_from(regvalue).map_err(|_| invalid(format!("{regvalue} is more than a byte")))?;
        camera.write_sensor(regindex, value)
    })
}

/// Not supported: a text command to the camera and its answer.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn RedirectCommand(
    handle: *mut qhyccd_handle,
    command: *const c_char,
    response: *mut c_char,
) -> u32 {
    let _ = (handle, command, response);
    refused::<()>("RedirectCommand")
}

/// Not supported: the vendor's library exports it without a prototype.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDAdvancedCommand() -> u32 {
    refused::<()>("SetQHYCCDAdvancedCommand")
}

fn first_only(what: &str, number: u8) -> Result<()> {
    if number == 0 { Ok(()) } else { Err(invalid(format!("{what} {number}, but there is only number 0"))) }
}

fn request_len(length: u32) -> Result<usize> {
    let len = u16::try_from(length).map_err(|_| invalid(format!("a request cannot have {length} bytes")))?;
    Ok(len.into())
}

/// # Safety
/// `data` is NULL or has `length` readable bytes.
unsafe fn write(camera: &Camera, req: u8, value: u16, index: u16, length: u32, data: *mut u8) -> Result<()> {
    // SAFETY: the caller's promise.
    let data = unsafe { bytes(data.cast(), request_len(length)?, "data") }?;
    camera.vendor_write(req, value, index, data)
}

/// # Safety
/// `data` is NULL or has room for `length` bytes.
unsafe fn read(camera: &Camera, req: u8, value: u16, index: u16, length: u32, data: *mut u8) -> Result<()> {
    let len = request_len(length)?;
    // SAFETY: the caller's promise.
    let out = unsafe { OutBytes::new(data.cast(), len, "data") }?;
    let mut answer = vec![0; len];
    let came = camera.vendor_read(req, value, index, &mut answer)?;
    if came < len {
        return Err(short(came, len));
    }
    out.set(&answer);
    Ok(())
}

/// # Safety
/// `data` is NULL or has room for `length` bytes, which nobody else uses meanwhile.
unsafe fn bulk(camera: &Camera, endpoint: u8, length: u32, data: *mut u8, timeout: u32) -> Result<usize> {
    if endpoint & 0x80 == 0 {
        return Err(invalid(format!("endpoint {endpoint:#04x} does not read")));
    }
    let timeout = Duration::from_millis(if timeout == 0 { 5000 } else { timeout.into() });
    // SAFETY: the caller's promise.
    let data = unsafe { bytes_mut(data, length as usize, "data") }?;
    camera.bulk_read(endpoint, data, timeout)
}

fn short(came: usize, wanted: usize) -> Error {
    Error::new(ErrorKind::Usb, format!("only {came} of {wanted} bytes came"))
}
