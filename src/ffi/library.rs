//! Start, stop and versions of the library, and the text of the last failure.

use std::ffi::c_char;

use super::args::{Out, flag};
use super::entry::{call, refused, remember};
use super::types::BoolArg;
use super::{codes, state};

/// The generation of the public interface that this library follows: year, month, day
/// and sub-day of the header. Our own version is in [`QHYCCDOpenVersion`].
pub(super) const API_LEVEL: [u32; 4] = [25, 9, 29, 10];

/// Starts the library. Call it before anything but the version, log and registration
/// functions. It returns at once, prints nothing, and may be called again.
///
/// The environment variable `QHYCCD_DEVICES` chooses the cameras: unset for USB, or for
/// example `virtual:QHY600M`. A value that makes no sense is not an error here: no camera
/// will be found, and `GetQHYCCDLastError` tells the mistake.
///
/// If `RegisterPnpEventIn` or `RegisterPnpEvent` was called before, the registered
/// functions are called for each camera that is there.
///
/// Returns 0.
#[unsafe(no_mangle)]
pub extern "C" fn InitQHYCCDResource() -> u32 {
    const NAME: &str = "InitQHYCCDResource";
    call(NAME, || {
        if let Err(error) = state::start() {
            remember(NAME, &error);
        }
        Ok(())
    })
}

/// Ends the library: closes all cameras, wakes whoever waits for them, ends all threads
/// and closes all files. Harmless if nothing runs, also from static destructors. After
/// it, `InitQHYCCDResource` starts anew; old handles stay dead.
///
/// Returns 0.
#[unsafe(no_mangle)]
pub extern "C" fn ReleaseQHYCCDResource() -> u32 {
    call("ReleaseQHYCCDResource", || {
        state::stop();
        Ok(())
    })
}

/// The same as `ReleaseQHYCCDResource`.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDQuit() {
    ReleaseQHYCCDResource();
}

/// The same as `ReleaseQHYCCDResource`. The vendor's header declares it, no vendor
/// library has it.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDQuit() {
    ReleaseQHYCCDResource();
}

/// Switches the watch for cameras that are plugged in or out; on unless switched off. It
/// runs only while a plug function is registered, and `ScanQHYCCD` finds new cameras
/// without it. Takes effect at the next `InitQHYCCDResource`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDAutoDetectCamera(enable: BoolArg) {
    call("SetQHYCCDAutoDetectCamera", || {
        state::set_auto_detect(flag(enable));
        Ok(())
    });
}

/// Tells the generation of the public interface that this library follows, 25.9.29.10,
/// as year since 2000, month, day and sub-day. Works before `InitQHYCCDResource`. The
/// library's own version is told by `QHYCCDOpenVersion`.
///
/// Returns 0, or `QHYCCD_ERROR` if a pointer is NULL; then nothing is written.
///
/// # Safety
/// Each pointer is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDSDKVersion(
    year: *mut u32,
    month: *mut u32,
    day: *mut u32,
    subday: *mut u32,
) -> u32 {
    call("GetQHYCCDSDKVersion", || {
        // SAFETY: this function's own contract.
        let out = unsafe {
            [
                Out::new(year, "year")?,
                Out::new(month, "month")?,
                Out::new(day, "day")?,
                Out::new(subday, "subday")?,
            ]
        };
        out.iter().zip(API_LEVEL).for_each(|(out, number)| out.set(number));
        Ok(())
    })
}

/// The interface generation as one decimal number, 25092910. Not in the vendor's header.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDSDKBuildVersion() -> u32 {
    call("GetQHYCCDSDKBuildVersion", || Ok(API_LEVEL.iter().fold(0, |sum, part| sum * 100 + part)))
}

/// Name and version of this library, for example `open-qhyccd 0.1.0`. The vendor's
/// library has no such function, so a program can tell them apart by it.
///
/// Returns a constant text.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDOpenVersion() -> *const c_char {
    const TEXT: &str = concat!("open-qhyccd ", env!("CARGO_PKG_VERSION"), "\0");
    TEXT.as_ptr().cast()
}

/// What went wrong in the last call of this thread that failed, for a person to read: the
/// function's name and a sentence in English. Empty if no call failed.
///
/// Returns a text that belongs to the library and stays valid until the next failing
/// call of this thread.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDLastError() -> *mut c_char {
    codes::last_error()
}

/// The same as `GetQHYCCDLastError`. Not in the vendor's header.
#[unsafe(no_mangle)]
pub extern "C" fn GetLastErrorInfo() -> *mut c_char {
    codes::last_error()
}

/// Not supported: the vendor's library exports it without a prototype.
#[unsafe(no_mangle)]
pub extern "C" fn PutLastErrorInfo() -> u32 {
    refused::<()>("PutLastErrorInfo")
}
