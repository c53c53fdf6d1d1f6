//! The C entry points, grouped as in libusb's manual.

pub mod asynchronous;
pub mod device;
pub mod library;
pub mod refused;
pub mod synchronous;

use std::ffi::c_int;

use qhyccd::transport::UsbError;

use crate::abi::code;
use crate::bus::{Context, DEFAULT};

/// The context a pointer means; null is the default one.
///
/// # Safety
/// `context` is null or from `libusb_init`.
unsafe fn context(context: *mut Context) -> &'static Context {
    // SAFETY: by contract; contexts live for ever.
    unsafe { context.as_ref() }.unwrap_or(*DEFAULT)
}

fn error_code(error: &UsbError) -> c_int {
    match error {
        UsbError::Gone => code::NO_DEVICE,
        UsbError::Timeout { .. } => code::TIMEOUT,
        UsbError::Stall => code::PIPE,
        UsbError::Overflow => code::OVERFLOW,
        UsbError::Cancelled => code::INTERRUPTED,
        UsbError::Access(_) => code::ACCESS,
        UsbError::Busy(_) => code::BUSY,
        UsbError::NoMemory => code::NO_MEM,
        UsbError::NotSupported => code::NOT_SUPPORTED,
        UsbError::Other(_) => code::OTHER,
    }
}
