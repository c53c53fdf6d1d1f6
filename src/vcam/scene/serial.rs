//! The scene that carries its own truth: every pixel depends on the camera's seed, the
//! frame and the place, so a picture alone proves that all of it is of one frame of one
//! camera, at the ordered place.
//!
//! Frames are numbered from power-on, 0 first, through all initialise commands; frames
//! that were lost have numbers too. With `h` the SplitMix hash of seed, frame and
//! picture row in that order, `a = (h mod 65536) | 1` and `b = (h >> 16) mod 65536`:
//!
//! ```text
//! value = ((a * column + b) mod 65536) >> 4
//! ```
//!
//! Twelve bits, so that sums of up to 4x4 pixels do not reach the end of the scale, at 16
//! as at 8 bits (which are the upper byte). Only the frame number that the camera writes
//! over the first pixels of row 0 on the cable is not part of it.

use std::fmt;
use std::ops::Range;

use super::super::rng::hash;

/// One row of one frame.
#[derive(Clone, Copy, Debug)]
pub struct SerialRow {
    factor: u16,
    start: u16,
}

impl SerialRow {
    /// The picture row of a frame of the camera with this seed.
    pub fn new(seed: u64, frame: u32, picture_row: i32) -> SerialRow {
        let h = hash(&[seed, u64::from(frame), u64::from(picture_row as u32)]);
        SerialRow { factor: h as u16 | 1, start: (h >> 16) as u16 }
    }

    /// The value of a pixel.
    pub fn value(self, column: u32) -> u16 {
        self.factor.wrapping_mul(column as u16).wrapping_add(self.start) >> 4
    }

    /// The values of a row whose column `first` is the picture's column 0.
    pub(super) fn fill(self, first: u32, values: &mut [u16]) {
        for (column, value) in values.iter_mut().enumerate() {
            *value = self.value((column as u32).wrapping_sub(first));
        }
    }
}

/// A picture as a program gets it: which part of the frame it shows, and how.
#[derive(Clone, Copy, Debug)]
pub struct SerialView {
    /// Seed of the camera.
    pub seed: u64,
    /// First column and first picture row, in pixels of the readout.
    pub origin: (u32, i32),
    /// Pixels in a row of the picture.
    pub width: usize,
    /// Rows of the picture.
    pub height: usize,
    /// So many pixels a side are summed into one.
    pub bin: u32,
    /// Bits of a pixel: 8, 16 or 32, the least significant byte first.
    pub bits: u32,
}

/// Why a picture is not one of the frames it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSerial {
    /// It has another number of bytes.
    Length {
        /// What it should have.
        expected: usize,
        /// What it has.
        got: usize,
    },
    /// Its first row is of none of the frames.
    NoFrame,
    /// It begins as this frame but does not go on as it.
    Mixed {
        /// The frame.
        frame: u32,
        /// Row of the picture with the first wrong pixel.
        row: usize,
        /// Its column.
        column: usize,
    },
}

impl fmt::Display for NotSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotSerial::Length { expected, got } => write!(f, "{got} bytes, expected {expected}"),
            NotSerial::NoFrame => f.write_str("the first row is of no frame it may be"),
            NotSerial::Mixed { frame, row, column } => {
                write!(f, "begins as frame {frame}, but row {row} column {column} is not of it")
            }
        }
    }
}

impl std::error::Error for NotSerial {}

impl SerialView {
    /// Finds out which of `frames` the picture shows; every byte is compared.
    pub fn frame(&self, picture: &[u8], frames: Range<u32>) -> Result<u32, NotSerial> {
        let row_bytes = self.width * self.bits as usize / 8;
        let expected = row_bytes * self.height;
        if picture.len() != expected {
            return Err(NotSerial::Length { expected, got: picture.len() });
        }
        let mut first = NotSerial::NoFrame;
        for frame in frames {
            match self.first_wrong(picture, row_bytes, frame) {
                None => return Ok(frame),
                Some((row, column)) if row > 0 && first == NotSerial::NoFrame => {
                    first = NotSerial::Mixed { frame, row, column };
                }
                Some(_) => {}
            }
        }
        Err(first)
    }

    /// Row and column of the first pixel that is not of this frame.
    fn first_wrong(&self, picture: &[u8], row_bytes: usize, frame: u32) -> Option<(usize, usize)> {
        let bytes = self.bits as usize / 8;
        let mut sources = Vec::with_capacity(self.bin as usize);
        for (row, pixels) in picture.chunks_exact(row_bytes.max(1)).enumerate() {
            let top = self.origin.1 + row as i32 * self.bin as i32;
            sources.clear();
            sources.extend((0..self.bin as i32).map(|dy| SerialRow::new(self.seed, frame, top + dy)));
            for (column, pixel) in pixels.chunks_exact(bytes).enumerate() {
                let left = self.origin.0 + column as u32 * self.bin;
                if pixel != &self.value(&sources, left).to_le_bytes()[..bytes] {
                    return Some((row, column));
                }
            }
        }
        None
    }

    fn value(&self, sources: &[SerialRow], left: u32) -> u32 {
        let pixels = sources.iter().flat_map(|row| (left..left + self.bin).map(|x| u32::from(row.value(x))));
        match self.bits {
            8 => pixels.map(|value| value >> 8).sum::<u32>().min(255),
            16 => pixels.sum::<u32>().min(65535),
            _ => pixels.sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(bin: u32, bits: u32) -> SerialView {
        SerialView { seed: 7, origin: (100, 20), width: 64, height: 10, bin, bits }
    }

    /// The picture of `view`, each pixel from the frame that `frame_at` tells.
    fn picture(view: &SerialView, frame_at: impl Fn(usize) -> u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        for row in 0..view.height {
            let frame = frame_at(row);
            let top = view.origin.1 + (row as u32 * view.bin) as i32;
            let rows: Vec<_> =
                (0..view.bin as i32).map(|dy| SerialRow::new(view.seed, frame, top + dy)).collect();
            for column in 0..view.width as u32 {
                let value = view.value(&rows, view.origin.0 + column * view.bin);
                bytes.extend_from_slice(&value.to_le_bytes()[..view.bits as usize / 8]);
            }
        }
        bytes
    }

    #[test]
    fn the_formula_never_changes() {
        let row = SerialRow::new(1, 2, 3);
        let values: Vec<u16> = (0..4).map(|x| row.value(x)).collect();
        assert_eq!((row.factor, row.start, values), (25_267, 64_995, vec![4062, 1545, 3124, 607]));
    }

    #[test]
    fn a_picture_tells_its_frame_in_every_form() {
        for (bin, bits) in [(1, 8), (1, 16), (2, 8), (2, 16), (4, 8), (3, 16), (4, 32)] {
            let view = view(bin, bits);
            let whole = picture(&view, |_| 40_000);
            assert_eq!(view.frame(&whole, 0..65536), Ok(40_000), "bin {bin}, {bits} bits");
        }
    }

    #[test]
    fn a_mixture_a_shift_zeros_and_another_camera_are_told() {
        let view = view(1, 8);
        let mixed = picture(&view, |row| if row < 6 { 5 } else { 6 });
        assert!(matches!(view.frame(&mixed, 0..100), Err(NotSerial::Mixed { frame: 5, row: 6, .. })));
        let whole = picture(&view, |_| 5);
        for (x, y) in [(1, 0), (0, 1), (2, 0), (4096, 0)] {
            let moved = SerialView { origin: (view.origin.0 + x, view.origin.1 + y), ..view };
            assert!(moved.frame(&whole, 0..100).is_err(), "moved by {x},{y}");
        }
        assert_eq!(SerialView { seed: 8, ..view }.frame(&whole, 0..1000), Err(NotSerial::NoFrame));
        let mut holed = whole.clone();
        holed[9 * 64..].fill(0);
        assert!(matches!(view.frame(&holed, 0..100), Err(NotSerial::Mixed { row: 9, .. })));
        assert!(matches!(view.frame(&whole[1..], 0..100), Err(NotSerial::Length { .. })));
    }
}
