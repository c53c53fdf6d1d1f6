//! Helpers for images in the caller's memory.

use std::ffi::c_int;

use super::entry::refused;
use super::types::qhyccd_handle;

/// Not supported yet: rotates or mirrors an image.
#[unsafe(export_name = "_Z21ImgProcRotationMirrorPjS_S_S_PhS0_h")]
pub extern "C" fn ImgProcRotationMirror(
    width: *mut u32,
    height: *mut u32,
    depth: *mut u32,
    channels: *mut u32,
    inbuf: *mut u8,
    outbuf: *mut u8,
    flag: u8,
) {
    let _ = (width, height, depth, channels, inbuf, outbuf, flag);
    refused::<()>("ImgProcRotationMirror");
}

/// Not supported yet: stretches 16-bit samples to 8 bits between a black level `B` and a
/// white level `W`.
#[unsafe(no_mangle)]
pub extern "C" fn Bits16ToBits8(
    h: *mut qhyccd_handle,
    InputData16: *mut u8,
    OutputData8: *mut u8,
    imageX: u32,
    imageY: u32,
    B: u16,
    W: u16,
) {
    let _ = (h, InputData16, OutputData8, imageX, imageY, B, W);
    refused::<()>("Bits16ToBits8");
}

/// Not supported yet: draws the histogram of an image as a picture of 192 x 130 pixels.
#[unsafe(no_mangle)]
pub extern "C" fn HistInfo192x130(h: *mut qhyccd_handle, x: u32, y: u32, InBuf: *mut u8, OutBuf: *mut u8) {
    let _ = (h, x, y, InBuf, OutBuf);
    refused::<()>("HistInfo192x130");
}

/// Not supported yet: equalises the histogram of an image in place.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDEqualizeHistogram(pdata: *mut u8, width: c_int, height: c_int, bpp: c_int) {
    let _ = (pdata, width, height, bpp);
    refused::<()>("QHYCCDEqualizeHistogram");
}

/// Not supported: the vendor's library exports it without a prototype.
#[unsafe(no_mangle)]
pub extern "C" fn equalizeHistogram() -> u32 {
    refused::<()>("equalizeHistogram")
}

/// Not supported: solves the star field of the present frame. The outputs are references
/// in C++, which are pointers in C.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn QHYCCDSolve(
    timeout_s: c_int,
    scale_l: f32,
    scale_h: f32,
    center_ra: f32,
    center_dec: f32,
    center_r: f32,
    s_ra: *mut f32,
    s_dec: *mut f32,
    s_size_x: *mut f32,
    s_size_y: *mut f32,
    s_rotation: *mut f32,
) -> u32 {
    let _ = (timeout_s, scale_l, scale_h, center_ra, center_dec, center_r);
    let _ = (s_ra, s_dec, s_size_x, s_size_y, s_rotation);
    refused::<()>("QHYCCDSolve")
}
