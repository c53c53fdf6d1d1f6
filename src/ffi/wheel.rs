//! The filter wheel in the camera's socket. Positions are one character, `0` to `9` and
//! `A` to `F`.

use std::ffi::c_char;

use super::args::{Out, bytes};
use super::entry::{invalid, with_camera};
use super::types::qhyccd_handle;
use crate::camera::{Error, ErrorKind};

/// Sends the wheel to a position: the first character of `order`, upper or lower case.
/// Returns before it is there. Without an earlier question for the number of slots it asks
/// for that first, 0.2 s. Frames do not wait for any of these calls.
///
/// Returns 0, or `QHYCCD_ERROR` if no wheel answers or it has no such position; then nothing
/// moves.
///
/// # Safety
/// `order` is NULL or has `length` readable bytes; no terminator is needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SendOrder2QHYCCDCFW(
    handle: *mut qhyccd_handle,
    order: *mut c_char,
    length: u32,
) -> u32 {
    with_camera("SendOrder2QHYCCDCFW", handle, |camera| {
        // SAFETY: this function's own contract; more than one byte is never looked at.
        let order = unsafe { bytes(order.cast(), length.min(1) as usize, "order") }?;
        let position = order.first().ok_or_else(|| invalid("the order is empty"))?;
        camera.wheel_move(*position)
    })
}

/// Reads the position of the wheel. While it turns the answer is another position or `N`.
/// Exactly one byte is written, without a terminator.
///
/// Takes 0.1 s, and at most 2.1 s if the camera does not answer.
///
/// Returns 0, or `QHYCCD_ERROR` if no wheel answers or what it answers is no position; then
/// nothing is written.
///
/// # Safety
/// `status` is NULL or has room for one byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDCFWStatus(handle: *mut qhyccd_handle, status: *mut c_char) -> u32 {
    with_camera("GetQHYCCDCFWStatus", handle, |camera| {
        // SAFETY: this function's own contract.
        let out = unsafe { Out::new(status.cast::<u8>(), "status") }?;
        out.set(camera.wheel_position()?);
        Ok(())
    })
}

/// Tells whether a wheel answers. One that looks for its first slot, in the first 16 s or so
/// after power-on, does not. Takes 0.1 s, and at most 2.1 s if the camera does not answer.
///
/// Returns 0 if one does, `QHYCCD_ERROR` if not.
#[unsafe(no_mangle)]
pub extern "C" fn IsQHYCCDCFWPlugged(handle: *mut qhyccd_handle) -> u32 {
    with_camera("IsQHYCCDCFWPlugged", handle, |camera| match camera.wheel_present()? {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::NotFound, "no filter wheel answers")),
    })
}
