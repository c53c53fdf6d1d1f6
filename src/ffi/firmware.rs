//! Firmware for cameras that wait for it, from files that the user has; this library
//! brings no images. And drivers.

use std::ffi::{c_char, c_int};

use super::args::text;
use super::entry::{call, invalid, refused};
use super::state;
use crate::camera::Result;

/// Gives each camera that waits for its firmware the file of its model, `QHY600.img` for
/// example, from the folder `path`. Each file is checked before a byte of it is sent. From
/// then on `ScanQHYCCD` does the same for cameras that are plugged in later.
///
/// May take 10 s a camera, and 5 s for all of them to come back on the bus.
///
/// Returns 0 if no camera waits or all came back, otherwise `QHYCCD_ERROR`, and
/// `GetQHYCCDLastError` tells why.
///
/// # Safety
/// `path` is NULL or a text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn OSXInitQHYCCDFirmware(path: *mut c_char) -> u32 {
    call("OSXInitQHYCCDFirmware", || {
        // SAFETY: this function's own contract.
        let path = unsafe { file_path(path, "path") }?;
        state::load_firmware(Some(path))
    })
}

/// The same with the folder that the environment variable `QHYCCD_FIRMWARE` names, or else
/// the system's (`/lib/firmware/qhy` on Linux): unlike the vendor's, this library contains
/// no images.
///
/// Returns 0 if no camera waits or all came back, otherwise `QHYCCD_ERROR`, and
/// `GetQHYCCDLastError` tells why.
#[unsafe(no_mangle)]
pub extern "C" fn OSXInitQHYCCDFirmwareArray() -> u32 {
    call("OSXInitQHYCCDFirmwareArray", || state::load_firmware(None))
}

/// Not supported: this library contains no firmware images.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn OSXInitQHYCCDAndroidFirmwareArray(
    idVendor: c_int,
    idProduct: c_int,
    fileDescriptor: c_int,
) -> u32 {
    let _ = (idVendor, idProduct, fileDescriptor);
    refused::<()>("OSXInitQHYCCDAndroidFirmwareArray")
}

/// Gives one firmware file to the cameras that wait for theirs with these USB ids. Only
/// ids that are known to be of such a camera are served.
///
/// May take 10 s a camera, and 5 s for all of them to come back on the bus.
///
/// Returns 0 if all came back, otherwise `QHYCCD_ERROR`, also if none waits.
///
/// # Safety
/// `imgpath` is NULL or a text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DownloadFX3FirmWare(vid: u16, pid: u16, imgpath: *mut c_char) -> u32 {
    call("DownloadFX3FirmWare", || {
        // SAFETY: this function's own contract.
        let path = unsafe { file_path(imgpath, "imgpath") }?;
        state::load_firmware_file(vid, pid, &path)
    })
}

/// The path of a file or folder; an empty one would mean the current directory.
///
/// # Safety
/// As for [`text`].
unsafe fn file_path(pointer: *const c_char, what: &str) -> Result<String> {
    // SAFETY: the caller's promise.
    let path = unsafe { text(pointer, what) }?;
    if path.is_empty() { Err(invalid(format!("`{what}` is empty"))) } else { Ok(path) }
}

/// Not supported: the test of the vendor's Windows driver for a series of cameras.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn CheckQHYCCDDeviceDriverIO(series: u32) -> u32 {
    let _ = series;
    refused::<()>("CheckQHYCCDDeviceDriverIO")
}

/// Not supported: cameras made for other brands are not locked here.
#[unsafe(no_mangle)]
pub extern "C" fn EnableSupportOICamera(password: *mut c_char) {
    let _ = password;
    refused::<()>("EnableSupportOICamera");
}
