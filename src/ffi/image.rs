//! Helpers for pictures in the caller's memory. Samples are 8 bits, or 16 bits little
//! endian; rows are packed.

use std::ffi::c_int;

use super::args::{Out, bytes, bytes_mut, copy_in, distinct, picture_len};
use super::entry::{call, invalid, refused, with_camera};
use super::types::qhyccd_handle;
use crate::camera::Result;
use crate::frame::{Turn, depth, equalize, hist};
use crate::util::Size;

/// Rotates or mirrors a picture of `width` times `height` pixels with `channels` samples
/// of `depth` bits, from `inbuf` to `outbuf`. A C++ function. `flag` is 0 for a copy, 1 for
/// half a turn, 2 and 3 for a quarter turn to the left and to the right, 4 to swap left and
/// right, 5 to swap top and bottom. After a quarter turn `width` and `height` are swapped.
///
/// On an error nothing is written, and `GetQHYCCDLastError` tells why.
///
/// # Safety
/// The first four pointers are NULL or readable, the first two also writable; `inbuf` is
/// NULL or has the bytes of such a picture, `outbuf` is NULL or has room for them.
#[unsafe(export_name = "_Z21ImgProcRotationMirrorPjS_S_S_PhS0_h")]
pub unsafe extern "C" fn ImgProcRotationMirror(
    width: *mut u32,
    height: *mut u32,
    depth: *mut u32,
    channels: *mut u32,
    inbuf: *mut u8,
    outbuf: *mut u8,
    flag: u8,
) {
    call("ImgProcRotationMirror", || {
        // SAFETY: this function's own contract.
        let [w, h, bits, channels] = unsafe {
            [
                copy_in(width, "width")?,
                copy_in(height, "height")?,
                copy_in(depth, "depth")?,
                copy_in(channels, "channels")?,
            ]
        };
        // SAFETY: as above.
        let size = unsafe { turn(Size::new(w, h), bits, channels, inbuf, outbuf, flag) }?;
        // SAFETY: as above.
        let (out_w, out_h) = unsafe { (Out::new(width, "width")?, Out::new(height, "height")?) };
        out_w.set(size.width);
        out_h.set(size.height);
        Ok(())
    });
}

/// Stretches 16-bit samples to 8 bits: the black level `B` and below become 0, the white
/// level `W` and above 255. The picture has `imageX` times `imageY` samples; the handle is
/// not looked at.
///
/// On an error nothing is written, and `GetQHYCCDLastError` tells why.
///
/// # Safety
/// `InputData16` is NULL or has two bytes a sample, `OutputData8` is NULL or has room for
/// one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn Bits16ToBits8(
    h: *mut qhyccd_handle,
    InputData16: *mut u8,
    OutputData8: *mut u8,
    imageX: u32,
    imageY: u32,
    B: u16,
    W: u16,
) {
    let _ = h;
    call("Bits16ToBits8", || {
        let len = picture_len(imageX, imageY, 2)?;
        distinct(InputData16, len, OutputData8, len / 2)?;
        // SAFETY: this function's own contract; the two do not overlap.
        let (input, output) = unsafe {
            (bytes(InputData16.cast(), len, "InputData16")?, bytes_mut(OutputData8, len / 2, "OutputData8")?)
        };
        depth::to_8_bits(input, B, W, output);
        Ok(())
    });
}

/// Draws the histogram of a picture of `x` times `y` samples as a picture of 192 x 130
/// pixels with 3 channels of 8 bits. The samples have the size that the camera is set to,
/// 8 or 16 bits.
///
/// On an error nothing is written, and `GetQHYCCDLastError` tells why.
///
/// # Safety
/// `InBuf` is NULL or has the bytes of the picture, `OutBuf` is NULL or has room for 74880.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn HistInfo192x130(
    h: *mut qhyccd_handle,
    x: u32,
    y: u32,
    InBuf: *mut u8,
    OutBuf: *mut u8,
) {
    with_camera("HistInfo192x130", h, |camera| {
        let sample_bytes = sample_bytes(camera.frame_info().bits)?;
        let len = picture_len(x, y, sample_bytes)?;
        distinct(InBuf, len, OutBuf, hist::PICTURE_LEN)?;
        // SAFETY: this function's own contract; the two do not overlap.
        let (input, output) =
            unsafe { (bytes(InBuf.cast(), len, "InBuf")?, bytes_mut(OutBuf, hist::PICTURE_LEN, "OutBuf")?) };
        let picture = output.first_chunk_mut().ok_or_else(|| invalid("`OutBuf` is too small"))?;
        hist::draw(&hist::histogram(input, sample_bytes as usize), picture);
        Ok(())
    });
}

/// Equalises the histogram of a picture of `width` times `height` samples of `bpp` bits, 8
/// or 16, in place.
///
/// On an error nothing is written, and `GetQHYCCDLastError` tells why.
///
/// # Safety
/// `pdata` is NULL or has the bytes of the picture, and no other thread uses them during
/// the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn QHYCCDEqualizeHistogram(pdata: *mut u8, width: c_int, height: c_int, bpp: c_int) {
    call("QHYCCDEqualizeHistogram", || {
        let side =
            |n: c_int| u32::try_from(n).map_err(|_| invalid(format!("a picture cannot be {n} wide or high")));
        let sample_bytes = sample_bytes(u32::try_from(bpp).unwrap_or(0))?;
        let len = picture_len(side(width)?, side(height)?, sample_bytes)?;
        // SAFETY: this function's own contract.
        let picture = unsafe { bytes_mut(pdata, len, "pdata") }?;
        if sample_bytes == 1 {
            equalize::equalize8(picture)
        } else {
            equalize::equalize16(picture)
        }
        Ok(())
    });
}

/// Not supported: the vendor's library exports it without a prototype. It seems to be the
/// older name of `QHYCCDEqualizeHistogram`.
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

fn sample_bytes(bits: u32) -> Result<u32> {
    match bits {
        8 => Ok(1),
        16 => Ok(2),
        other => Err(invalid(format!("samples of {other} bits; 8 and 16 are known"))),
    }
}

/// Turns a picture; the size of the result.
///
/// # Safety
/// `inbuf` is NULL or has the bytes of the picture, `outbuf` is NULL or has room for them.
unsafe fn turn(
    size: Size,
    bits: u32,
    channels: u32,
    inbuf: *mut u8,
    outbuf: *mut u8,
    flag: u8,
) -> Result<Size> {
    let turn = Turn::from_flag(flag).ok_or_else(|| invalid(format!("flag {flag}; 0 to 5 are known")))?;
    let pixel_bytes = match channels {
        1 | 3 => channels * sample_bytes(bits)?,
        other => return Err(invalid(format!("{other} channels; 1 and 3 are known"))),
    };
    let len = picture_len(size.width, size.height, pixel_bytes)?;
    distinct(inbuf, len, outbuf, len)?;
    // SAFETY: the caller's promise; the two do not overlap.
    let (input, output) = unsafe { (bytes(inbuf.cast(), len, "inbuf")?, bytes_mut(outbuf, len, "outbuf")?) };
    if turn.apply(size, pixel_bytes as usize, input, output) {
        Ok(turn.turned(size))
    } else {
        Err(invalid("the picture has another size than told"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr;

    #[test]
    fn a_quarter_turn_swaps_width_and_height() {
        let (mut w, mut h, mut depth, mut channels) = (3, 1, 8, 1);
        let (mut input, mut output) = ([1, 2, 3], [0; 3]);
        let mut run = |flag, output: *mut u8| {
            // SAFETY: all pointers are to the variables above.
            unsafe {
                ImgProcRotationMirror(
                    &mut w,
                    &mut h,
                    &mut depth,
                    &mut channels,
                    input.as_mut_ptr(),
                    output,
                    flag,
                );
            }
            (w, h)
        };
        assert_eq!(run(3, output.as_mut_ptr()), (1, 3));
        assert_eq!(output, [1, 2, 3]);
        assert_eq!(run(5, output.as_mut_ptr()), (1, 3));
        assert_eq!(output, [3, 2, 1]);
        assert_eq!(run(6, output.as_mut_ptr()), (1, 3), "no such flag");
        assert_eq!(run(2, ptr::null_mut()), (1, 3), "no output");
        assert_eq!(output, [3, 2, 1]);
    }

    #[test]
    fn sixteen_bits_become_eight() {
        let (mut input, mut output) = ([0, 1, 0xFF, 0xFF], [9, 9]);
        // SAFETY: two samples in, two bytes out.
        unsafe { Bits16ToBits8(ptr::null_mut(), input.as_mut_ptr(), output.as_mut_ptr(), 2, 1, 0, 0xFFFF) };
        assert_eq!(output, [0, 255]);
        // SAFETY: nothing is followed: the picture is larger than any memory.
        unsafe { Bits16ToBits8(ptr::null_mut(), input.as_mut_ptr(), output.as_mut_ptr(), !0, !0, 0, 1) };
        // SAFETY: the two overlap, which is refused before they are used.
        unsafe { Bits16ToBits8(ptr::null_mut(), input.as_mut_ptr(), input.as_mut_ptr(), 2, 1, 0, 0xFFFF) };
        assert_eq!((input, output), ([0, 1, 0xFF, 0xFF], [0, 255]));
    }

    #[test]
    fn equalising_refuses_strange_sizes() {
        let mut picture = [10, 20, 30, 30];
        for (w, h, bpp) in [(-2, 2, 8), (2, -2, 8), (2, 2, 12), (2, 2, -16)] {
            // SAFETY: refused before the memory is used.
            unsafe { QHYCCDEqualizeHistogram(picture.as_mut_ptr(), w, h, bpp) };
            assert_eq!(picture, [10, 20, 30, 30]);
        }
        // SAFETY: four bytes.
        unsafe { QHYCCDEqualizeHistogram(picture.as_mut_ptr(), 2, 2, 8) };
        assert_eq!((picture[0], picture[3]), (0, 255));
    }
}
