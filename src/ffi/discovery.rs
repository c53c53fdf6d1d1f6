//! Which cameras are there, and what can be known before one is opened.

use std::ffi::c_char;

use super::args::{OutId, id};
use super::entry::{call, remember};
use super::{handles, state};

/// Looks for cameras. Open cameras are left alone and stay in the list, and their handles
/// stay valid. May be called at any time after `InitQHYCCDResource`.
///
/// Returns the number of cameras; 0 also if the search failed, and then
/// `GetQHYCCDLastError` tells why.
#[unsafe(no_mangle)]
pub extern "C" fn ScanQHYCCD() -> u32 {
    const NAME: &str = "ScanQHYCCD";
    call(NAME, || match state::scan() {
        Ok(cameras) => Ok(cameras.len() as u32),
        Err(error) => {
            remember(NAME, &error);
            Ok(0)
        }
    })
}

/// Tells the id of a camera that the last `ScanQHYCCD` found, `index` counting from 0.
/// An id is the model, a dash and the serial number, for example
/// `QHY600M-0123456789abcdef`. It stays the same for ever.
///
/// `id` needs room for 32 bytes; at most 31 characters and a terminator are written.
///
/// Returns 0, or `QHYCCD_ERROR` if there is no such index; then nothing is written.
///
/// # Safety
/// `id` is NULL or has room for 32 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDId(index: u32, id: *mut c_char) -> u32 {
    call("GetQHYCCDId", || {
        // SAFETY: this function's own contract.
        let out = unsafe { OutId::new(id, "id") }?;
        out.set(&state::scanned(index)?.id);
        Ok(())
    })
}

/// Tells the model of an id: what stands before its last dash. Any text will do, also of
/// a camera that is not there. The handle of an open camera is taken too, because some
/// programs pass it.
///
/// `model` needs room for the text and a terminator; 32 bytes are always enough.
///
/// Returns 0, or `QHYCCD_ERROR` if a pointer is NULL or the id has no end within 64
/// bytes; then nothing is written.
///
/// # Safety
/// `id` is NULL, a handle, or a text. `model` is NULL or has room for the model.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDModel(id: *mut c_char, model: *mut c_char) -> u32 {
    call("GetQHYCCDModel", || {
        // SAFETY: this function's own contract.
        let out = unsafe { OutId::new(model, "model") }?;
        let id = match handles::get(id.cast()) {
            Ok(camera) => camera.id().to_owned(),
            // SAFETY: not a handle, so a text by this function's contract.
            Err(_) => unsafe { self::id(id) }?,
        };
        out.set(id.rsplit_once('-').map_or(id.as_str(), |(model, _)| model));
        Ok(())
    })
}

/// Tells whether a camera is connected by USB 3.
///
/// Returns 1 if it is, 0 if it is not or the camera is not there.
///
/// # Safety
/// `id` is NULL or a text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetCameraIsSuperSpeedFromID(id: *mut c_char) -> u8 {
    let fast = call("GetCameraIsSuperSpeedFromID", || {
        // SAFETY: this function's own contract.
        Ok(u32::from(state::find(&unsafe { self::id(id) }?)?.super_speed))
    });
    u8::from(fast == 1)
}

/// Tells whether a camera is open in this program. Not in the vendor's header.
///
/// Returns 3 if it is open, 1 otherwise.
///
/// # Safety
/// `id` is NULL or a text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetCameraStatusFromID(id: *mut c_char) -> u8 {
    let open = call("GetCameraStatusFromID", || {
        // SAFETY: this function's own contract.
        let id = unsafe { self::id(id) }?;
        Ok(u32::from(handles::all().iter().any(|camera| camera.id() == id)))
    });
    if open == 1 { 3 } else { 1 }
}
