//! What an open camera tells of itself: type, versions, sensor, timing, status.

use std::ffi::c_char;

use super::args::{Out, OutBytes, OutName};
use super::entry::{invalid, with_camera};
use super::types::qhyccd_handle;

/// Tells the number of the camera's type, for example 4063 for a QHY600 in mono.
///
/// Returns the number or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDType(h: *mut qhyccd_handle) -> u32 {
    with_camera("GetQHYCCDType", h, |camera| camera.device_type())
}

/// Tells the date of the firmware. Up to 2025 the first byte has the year, less 2016,
/// in its upper and the month in its lower half, and the second has the day. From 2026 on the
/// three bytes are year since 2000, month and day. Three bytes are written.
///
/// Returns 0 or `QHYCCD_ERROR`; then nothing is written.
///
/// # Safety
/// `buf` is NULL or has room for three bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDFWVersion(h: *mut qhyccd_handle, buf: *mut u8) -> u32 {
    with_camera("GetQHYCCDFWVersion", h, |camera| {
        // SAFETY: this function's own contract.
        let out = unsafe { OutBytes::new(buf.cast(), 3, "buf") }?;
        out.set(&camera.firmware_version_packed()?);
        Ok(())
    })
}

/// Tells the version of an FPGA, counted from 0, as four bytes: year since 2000, month,
/// day, sub-day.
///
/// Returns 0, or `QHYCCD_ERROR` for any but the first FPGA; then nothing is written.
///
/// # Safety
/// `buf` is NULL or has room for four bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDFPGAVersion(h: *mut qhyccd_handle, fpga_index: u8, buf: *mut u8) -> u32 {
    with_camera("GetQHYCCDFPGAVersion", h, |camera| {
        // SAFETY: this function's own contract.
        let out = unsafe { OutBytes::new(buf.cast(), 4, "buf") }?;
        if fpga_index != 0 {
            return Err(invalid(format!("FPGA {fpga_index}, but there is only number 0")));
        }
        out.set(&camera.fpga_version()?);
        Ok(())
    })
}

/// Tells the name of the sensor. `name` needs room for 40 bytes with the terminator.
///
/// Returns 0 or `QHYCCD_ERROR`; then nothing is written.
///
/// # Safety
/// `name` is NULL or has room for 40 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDSensorName(handle: *mut qhyccd_handle, name: *mut c_char) -> u32 {
    with_camera("GetQHYCCDSensorName", handle, |camera| {
        // SAFETY: this function's own contract.
        unsafe { OutName::new(name, "name") }?.set(camera.model().sensor);
        Ok(())
    })
}

/// Tells the timing of the sensor as the camera reports it: pixel period in picoseconds,
/// line period in nanoseconds, frame period in microseconds, clocks a line, lines a frame,
/// exposure in microseconds, and one byte that is not 0 for long exposures.
///
/// Returns 0 or `QHYCCD_ERROR`; then nothing is written.
///
/// # Safety
/// Each pointer is NULL or writable, the last for one byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDPreciseExposureInfo(
    h: *mut qhyccd_handle,
    PixelPeriod_ps: *mut u32,
    LinePeriod_ns: *mut u32,
    FramePeriod_us: *mut u32,
    ClocksPerLine: *mut u32,
    LinesPerFrame: *mut u32,
    ActualExposureTime: *mut u32,
    isLongExposureMode: *mut u8,
) -> u32 {
    with_camera("GetQHYCCDPreciseExposureInfo", h, |camera| {
        // SAFETY: this function's own contract.
        let (words, flag) = unsafe {
            let words = [
                Out::new(PixelPeriod_ps, "PixelPeriod_ps")?,
                Out::new(LinePeriod_ns, "LinePeriod_ns")?,
                Out::new(FramePeriod_us, "FramePeriod_us")?,
                Out::new(ClocksPerLine, "ClocksPerLine")?,
                Out::new(LinesPerFrame, "LinesPerFrame")?,
                Out::new(ActualExposureTime, "ActualExposureTime")?,
            ];
            (words, Out::new(isLongExposureMode, "isLongExposureMode")?)
        };
        let t = camera.timing()?;
        let [a, b, c] = [t.pixel_period_ps, t.line_period_ns, t.frame_period_us];
        let [d, e, f] = [t.clocks_per_line, t.lines_per_frame, t.actual_exposure_us];
        words.iter().zip([a, b, c, d, e, f]).for_each(|(out, value)| out.set(value));
        flag.set(t.long_exposure);
        Ok(())
    })
}

/// Tells how long after the timing mark of a frame (the "now" of its GPS data) the exposure
/// of a row of the picture ends, in microseconds. The rows of a pair end together. Depends on
/// read mode, sample size, USB traffic, region and binning as set when it is asked.
///
/// Returns 0, or `QHYCCD_ERROR` if the picture has no such row or the camera does not
/// answer; then nothing is written.
///
/// # Safety
/// `offset` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDRollingShutterEndOffset(
    h: *mut qhyccd_handle,
    row: u32,
    offset: *mut f64,
) -> u32 {
    with_camera("GetQHYCCDRollingShutterEndOffset", h, |camera| {
        // SAFETY: this function's own contract.
        let out = unsafe { Out::new(offset, "offset") }?;
        out.set(camera.rolling_shutter_end_offset_us(row)?);
        Ok(())
    })
}

/// Reads the status record of the camera, 64 bytes, as the camera gives it.
///
/// Returns 0 or `QHYCCD_ERROR`; then nothing is written.
///
/// # Safety
/// `buf` is NULL or has room for 64 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn GetQHYCCDCameraStatus(h: *mut qhyccd_handle, buf: *mut u8) -> u32 {
    with_camera("GetQHYCCDCameraStatus", h, |camera| {
        // SAFETY: this function's own contract.
        let out = unsafe { OutBytes::new(buf.cast(), 64, "buf") }?;
        out.set(&camera.status_bytes()?);
        Ok(())
    })
}
