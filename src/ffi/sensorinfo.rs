//! What an open camera tells of itself: type, versions, sensor, timing, status.

use std::ffi::c_char;

use super::args::{Out, OutBytes, OutName};
use super::entry::{invalid, refused, with_camera};
use super::types::qhyccd_handle;

/// Tells the number of the camera's type, for example 4063 for a QHY600 in mono.
///
/// Returns the number or `QHYCCD_ERROR`.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDType(h: *mut qhyccd_handle) -> u32 {
    with_camera("GetQHYCCDType", h, |camera| Ok(camera.model().device_type))
}

/// Tells the date of the firmware. Up to 2025 the first byte has the year since 2016 in
/// its upper and the month in its lower half, and the second has the day. From 2026 on the
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
        let raw = camera.firmware_version()?;
        out.set(&firmware_date([raw[0], raw[1], raw[2]]));
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

/// Not supported yet: microseconds from the timing mark to the end of exposure of a row.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDRollingShutterEndOffset(h: *mut qhyccd_handle, row: u32, offset: *mut f64) -> u32 {
    let _ = (h, row, offset);
    refused::<()>("GetQHYCCDRollingShutterEndOffset")
}

/// Not supported yet: the status bytes of the camera.
///
/// Returns `QHYCCD_ERROR`; nothing is written.
#[unsafe(no_mangle)]
pub extern "C" fn GetQHYCCDCameraStatus(h: *mut qhyccd_handle, buf: *mut u8) -> u32 {
    let _ = (h, buf);
    refused::<()>("GetQHYCCDCameraStatus")
}

/// The form in which programs expect the camera's year, month and day (observed).
fn firmware_date([year, month, day]: [u8; 3]) -> [u8; 3] {
    match year {
        16..=25 => [(year - 16) << 4 | month & 0x0F, day, day],
        _ => [year, month, day],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn firmware_dates_have_two_forms() {
        assert_eq!(firmware_date([19, 1, 25]), [0x31, 25, 25]);
        assert_eq!(firmware_date([25, 12, 31]), [0x9C, 31, 31]);
        assert_eq!(firmware_date([26, 6, 4]), [26, 6, 4]);
    }
}
