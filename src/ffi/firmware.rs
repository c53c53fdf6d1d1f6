//! Firmware upload and drivers. Cameras that wait for firmware are served by the
//! operating system's tools; this library brings no images.

use std::ffi::{c_char, c_int};

use super::entry::refused;

/// Not supported yet: upload of the firmware files in a folder to waiting cameras.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn OSXInitQHYCCDFirmware(path: *mut c_char) -> u32 {
    let _ = path;
    refused::<()>("OSXInitQHYCCDFirmware")
}

/// Not supported: this library contains no firmware images.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn OSXInitQHYCCDFirmwareArray() -> u32 {
    refused::<()>("OSXInitQHYCCDFirmwareArray")
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

/// Not supported yet: upload of one firmware file to the waiting camera with these ids.
///
/// Returns `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn DownloadFX3FirmWare(vid: u16, pid: u16, imgpath: *mut c_char) -> u32 {
    let _ = (vid, pid, imgpath);
    refused::<()>("DownloadFX3FirmWare")
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
