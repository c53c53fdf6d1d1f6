//! Sizes, areas, region of interest and binning. Regions and areas are in binned pixels.

use super::args::{Out, OutRect};
use super::entry::with_camera;
use super::types::qhyccd_handle;
use crate::util::Rect;

/// Sets the region of interest in binned pixels: its first column and row and its size.
/// Any region inside the frame will do; the frame has exactly this size.
///
/// Returns 0, or `QHYCCD_ERROR` if it is empty or reaches outside; then nothing changes.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDResolution(
    handle: *mut qhyccd_handle,
    x: u32,
    y: u32,
    xsize: u32,
    ysize: u32,
) -> u32 {
    with_camera("SetQHYCCDResolution", handle, |camera| camera.set_roi(Rect::new(x, y, xsize, ysize)))
}

/// Tells how many bytes a buffer must have for any region and bin of the present read
/// mode, sample size and number of channels. A frame is as large as its own width,
/// height, channels and sample size say, and no byte more is ever written.
///
/// Returns the number of bytes, or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDMemLength(handle: *mut qhyccd_handle) -> u32 {
    with_camera("GetQHYCCDMemLength", handle, |camera| Ok(camera.mem_length() as u32))
}

/// Sets the binning; `wbin` and `hbin` must be the same. The part of the sensor that is
/// shown stays, so the region in binned pixels changes. A binned pixel is the sum of
/// neighbours, whatever their colour, or their average (`CAM_UseAverageBinning`). With
/// the environment variable `QHYCCD_COLOUR_BIN` set to 1, it is that of pixels of one
/// colour; binned frames of a colour camera then have its colour order and even sizes.
///
/// Returns 0, or `QHYCCD_ERROR` if the camera has no such bin; then nothing changes.
#[unsafe(no_mangle)]
pub extern "C" fn SetQHYCCDBinMode(handle: *mut qhyccd_handle, wbin: u32, hbin: u32) -> u32 {
    with_camera("SetQHYCCDBinMode", handle, |camera| camera.set_bin(wbin, hbin))
}

/// Tells the size of the chip in millimetres, of the whole frame of the present read mode
/// in unbinned pixels, of a pixel in micrometres, and the bits of a sample.
///
/// Returns 0, or `QHYCCD_ERROR`; then nothing is written.
///
/// # Safety
/// Each pointer is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDChipInfo(
    h: *mut qhyccd_handle,
    chipw: *mut f64,
    chiph: *mut f64,
    imagew: *mut u32,
    imageh: *mut u32,
    pixelw: *mut f64,
    pixelh: *mut f64,
    bpp: *mut u32,
) -> u32 {
    with_camera("GetQHYCCDChipInfo", h, |camera| {
        // SAFETY: this function's own contract.
        let (chip_w, chip_h) = unsafe { (Out::new(chipw, "chipw")?, Out::new(chiph, "chiph")?) };
        // SAFETY: as above.
        let (image_w, image_h) = unsafe { (Out::new(imagew, "imagew")?, Out::new(imageh, "imageh")?) };
        // SAFETY: as above.
        let (pixel_w, pixel_h) = unsafe { (Out::new(pixelw, "pixelw")?, Out::new(pixelh, "pixelh")?) };
        // SAFETY: as above.
        let bits = unsafe { Out::new(bpp, "bpp") }?;
        let info = camera.chip_info();
        chip_w.set(info.width_mm);
        chip_h.set(info.height_mm);
        image_w.set(info.image.width);
        image_h.set(info.image.height);
        pixel_w.set(info.pixel_um);
        pixel_h.set(info.pixel_um);
        bits.set(info.bits);
        Ok(())
    })
}

/// Tells the light-sensitive part of the frame, in binned pixels.
///
/// Returns 0, or `QHYCCD_ERROR`; then nothing is written.
///
/// # Safety
/// Each pointer is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDEffectiveArea(
    h: *mut qhyccd_handle,
    startX: *mut u32,
    startY: *mut u32,
    sizeX: *mut u32,
    sizeY: *mut u32,
) -> u32 {
    with_camera("GetQHYCCDEffectiveArea", h, |camera| {
        // SAFETY: this function's own contract.
        unsafe { OutRect::new(startX, startY, sizeX, sizeY) }?.set(camera.effective_area());
        Ok(())
    })
}

/// Tells the overscan part of the frame, rows that are read without pixels, in binned
/// pixels.
///
/// Returns 0, or `QHYCCD_ERROR`; then nothing is written.
///
/// # Safety
/// Each pointer is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDOverScanArea(
    h: *mut qhyccd_handle,
    startX: *mut u32,
    startY: *mut u32,
    sizeX: *mut u32,
    sizeY: *mut u32,
) -> u32 {
    with_camera("GetQHYCCDOverScanArea", h, |camera| {
        // SAFETY: this function's own contract.
        unsafe { OutRect::new(startX, startY, sizeX, sizeY) }?.set(camera.overscan_area());
        Ok(())
    })
}

/// Tells the region of interest in force, in binned pixels.
///
/// Returns 0, or `QHYCCD_ERROR`; then nothing is written.
///
/// # Safety
/// Each pointer is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDCurrentROI(
    handle: *mut qhyccd_handle,
    startX: *mut u32,
    startY: *mut u32,
    sizeX: *mut u32,
    sizeY: *mut u32,
) -> u32 {
    with_camera("GetQHYCCDCurrentROI", handle, |camera| {
        // SAFETY: this function's own contract.
        unsafe { OutRect::new(startX, startY, sizeX, sizeY) }?.set(camera.roi());
        Ok(())
    })
}
