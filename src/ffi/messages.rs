//! Log and debug output. The library is silent until one of these functions, or the
//! environment variable `QHYCCD_LOG`, says otherwise.

use std::cell::UnsafeCell;
use std::ffi::{c_char, c_void};

use super::args::{flag, text};
use super::entry::{call, refused};
use super::stdfunction::LogFunction;
use super::types::{BoolArg, ControlIdArg};
use super::{log as sinks, timestamp};

/// Sets how much the log has that the other functions here switch on: 0 nothing, 1
/// errors, 2 warnings, 3 (the default) notes, 4 details, 5 and more every call. It
/// switches nothing on by itself. May be called before `InitQHYCCDResource`.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDLogLevel(logLevel: u8) {
    call("SetQHYCCDLogLevel", || {
        sinks::set_level(logLevel);
        Ok(())
    });
}

/// Switches log lines on the standard error stream; off unless switched on.
#[unsafe(no_mangle)]
pub extern "C" fn EnableQHYCCDMessage(enable: BoolArg) {
    call("EnableQHYCCDMessage", || {
        sinks::enable_message(flag(enable));
        Ok(())
    });
}

/// The same as `EnableQHYCCDMessage`. Not in the vendor's header.
#[unsafe(no_mangle)]
pub extern "C" fn EnableQHYCCDMessageTest(enable: BoolArg) {
    EnableQHYCCDMessage(enable);
}

/// Switches the log file; off unless switched on. It is in the folder of
/// `SetQHYCCDLogPath`, else in `qhyccd` under the user's state folder
/// (`$XDG_STATE_HOME`, or `~/.local/state`). If it cannot be written,
/// `GetQHYCCDLastError` tells why.
#[unsafe(no_mangle)]
pub extern "C" fn EnableQHYCCDLogFile(enable: BoolArg) {
    call("EnableQHYCCDLogFile", || sinks::enable_file(flag(enable)));
}

/// Sets the folder of the log file, which is made if need be. The path must be absolute;
/// another one changes nothing.
///
/// # Safety
/// `path` is NULL or a text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SetQHYCCDLogPath(path: *mut c_char) {
    call("SetQHYCCDLogPath", || {
        // SAFETY: this function's own contract.
        sinks::set_path(&unsafe { text(path, "path") }?)
    });
}

/// Gives the log to a C++ function; an empty one ends that. The function is copied. It may
/// be called from any thread, and from several at a time. The library holds locks meanwhile,
/// so the function must not wait for a thread that is in the library, and calls that it makes
/// itself fail, but for `GetQHYCCDLastError`, `GetTimeStamp` and `QHYCCDOpenVersion`. When
/// this call returns, no thread is in the former function.
///
/// In C++ the argument is a `std::function<void(const std::string &)>` by value, which
/// arrives as a pointer. Works with GCC's C++ library on Linux and does nothing elsewhere.
///
/// # Safety
/// `logFunction` is NULL or points to such an object of GCC's C++ library.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn SetQHYCCDLogFunction(logFunction: *mut c_void) {
    call("SetQHYCCDLogFunction", || {
        // SAFETY: this function's own contract.
        sinks::set_function(unsafe { LogFunction::copy(logFunction) });
        Ok(())
    });
}

/// Writes a line of the program's own to the log, as a note.
///
/// # Safety
/// `strOutput` is NULL or a text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn OutputQHYCCDDebug(strOutput: *mut c_char) {
    call("OutputQHYCCDDebug", || {
        // SAFETY: this function's own contract.
        log::info!("{}", unsafe { text(strOutput, "strOutput") }?.trim_end());
        Ok(())
    });
}

/// Writes an access to a control to the log, as a detail. A C++ function.
#[unsafe(export_name = "_Z23QHYCCDGetDebugControlID10CONTROL_IDbbd")]
pub extern "C" fn QHYCCDGetDebugControlID(
    controlId: ControlIdArg,
    hasValue: BoolArg,
    isSetValue: BoolArg,
    value: f64,
) {
    call("QHYCCDGetDebugControlID", || {
        let verb = if flag(isSetValue) { "set" } else { "get" };
        match flag(hasValue) {
            true => log::debug!("{verb} control {controlId}: {value}"),
            false => log::debug!("{verb} control {controlId}"),
        }
        Ok(())
    });
}

/// Tells the present time in UTC, as `2026-01-31T12:00:00.000Z`.
///
/// Returns a text that belongs to the library and stays valid until the next call of this
/// thread.
#[unsafe(no_mangle)]
pub extern "C" fn GetTimeStamp() -> *const c_char {
    thread_local! {
        static TEXT: UnsafeCell<[u8; timestamp::LEN + 1]> = const { UnsafeCell::new([0; timestamp::LEN + 1]) };
    }
    let now = timestamp::now();
    TEXT.with(|buffer| {
        // SAFETY: only this thread reaches its buffer, and no reference outlives this block.
        let bytes = unsafe { &mut *buffer.get() };
        let len = now.len().min(timestamp::LEN);
        bytes[..len].copy_from_slice(&now.as_bytes()[..len]);
        buffer.get().cast_const().cast()
    })
}

/// Not supported: the vendor's library exports it without a prototype.
#[unsafe(no_mangle)]
pub extern "C" fn CreateLogFile() -> u32 {
    refused::<()>("CreateLogFile")
}

/// Not supported: the vendor's library exports it without a prototype.
#[unsafe(no_mangle)]
pub extern "C" fn SetLogFilePath() -> u32 {
    refused::<()>("SetLogFilePath")
}

/// Not supported: the vendor's library exports it without a prototype.
#[unsafe(no_mangle)]
pub extern "C" fn OutputDebugPrintf() -> u32 {
    refused::<()>("OutputDebugPrintf")
}
