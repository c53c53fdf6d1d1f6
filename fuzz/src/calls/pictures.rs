//! Helpers for pictures in the caller's memory.

use qhyccd::ffi::image;

use super::{Function, function};
use crate::call::{LOCAL, Worker};
use crate::shots;

/// Bytes of the picture of a histogram.
const HISTOGRAM: usize = 192 * 130 * 3;

pub(super) const TABLE: &[Function] = &[
    function("ImgProcRotationMirror", 3, rotate),
    function("Bits16ToBits8", 3, |w| {
        let (x, y) = size(w);
        let mut c = w.call("Bits16ToBits8", LOCAL);
        let (h, black, white) = (c.handle(), c.rng().next() as u16, c.rng().next() as u16);
        let pixels = x as usize * y as usize;
        let input = c.rng().bytes(pixels * 2);
        let (input, output) = (c.input(input), c.out(pixels));
        // SAFETY: NULL or as many bytes as the size says.
        c.quiet(|| unsafe { image::Bits16ToBits8(h, input, output, x, y, black, white) });
    }),
    function("HistInfo192x130", 3, |w| {
        let (x, y) = size(w);
        // The samples have the size that the camera is set to.
        let _formats = shots::formats(w);
        let handle = w.world.handle(&mut w.rng);
        let sample = if w.world.threads == 1 { shots::depth(w, handle).unwrap_or(32) / 8 } else { 4 };
        let mut c = w.call("HistInfo192x130", LOCAL);
        let input = c.rng().bytes(x as usize * y as usize * sample as usize);
        let (h, input, output) = (c.with_handle(handle), c.input(input), c.out(HISTOGRAM));
        // SAFETY: NULL or as many bytes as the size says.
        c.quiet(|| unsafe { image::HistInfo192x130(h, x, y, input, output) });
    }),
    function("QHYCCDEqualizeHistogram", 3, |w| {
        let (x, y) = size(w);
        let mut c = w.call("QHYCCDEqualizeHistogram", LOCAL);
        let bits = c.rng().pick(&[8, 16, 8, 16, 0, 12, -1, 32]);
        let bytes = x as usize * y as usize * (bits.max(8) as usize).div_ceil(8);
        let pixels = c.rng().bytes(bytes);
        let pixels = c.input(pixels);
        let wild = c.rng().once_in(20);
        let (width, height) = if wild { (-1, y as i32) } else { (x as i32, y as i32) };
        // SAFETY: NULL or as many bytes as the size says.
        c.quiet(|| unsafe { image::QHYCCDEqualizeHistogram(pixels, width, height, bits) });
    }),
];

fn size(w: &mut Worker<'_>) -> (u32, u32) {
    let most = if w.rng.once_in(10) { 300 } else { 40 };
    (w.rng.within(0, most), w.rng.within(0, most))
}

fn rotate(w: &mut Worker<'_>) {
    let (x, y) = size(w);
    let mut c = w.call("ImgProcRotationMirror", LOCAL);
    let depth: u32 = c.rng().pick(&[8, 16, 8, 16, 0, 7, 32, u32::MAX]);
    let channels: u32 = c.rng().pick(&[1, 3, 1, 3, 0, 2, 4, u32::MAX]);
    let flag = c.rng().within(0, 7) as u8;
    // What cannot be a picture needs no memory that large.
    let possible = depth <= 32 && channels <= 4;
    let len = if possible { (x * y * channels) as usize * (depth as usize).div_ceil(8) } else { 0 };
    let pixels = c.rng().bytes(len);
    let mut numbers = [x, y, depth, channels].map(|number| c.input::<u32>(number.to_le_bytes().to_vec()));
    if !possible {
        numbers[0] = c.sure_input(u32::MAX.to_le_bytes().to_vec());
    }
    let (input, output) = match possible {
        true => (c.input(pixels), c.out(len)),
        false => (std::ptr::null_mut(), std::ptr::null_mut()),
    };
    let [width, height, depth, channels] = numbers;
    // SAFETY: NULL, or the numbers, and as many bytes as they say.
    c.quiet(|| unsafe { image::ImgProcRotationMirror(width, height, depth, channels, input, output, flag) });
}
