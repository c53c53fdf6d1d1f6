//! Rotating and mirroring pictures: the work behind `ImgProcRotationMirror`.

use crate::util::Size;

/// What to do with a picture; the numbers are the flags of the C API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Turn {
    /// Copy.
    None = 0,
    /// Rotate by 180 degrees.
    Half = 1,
    /// Rotate by 90 degrees to the left (counter-clockwise).
    Left = 2,
    /// Rotate by 90 degrees to the right (clockwise).
    Right = 3,
    /// Swap left and right.
    MirrorHorizontal = 4,
    /// Swap top and bottom.
    MirrorVertical = 5,
}

/// Rows that a quarter turn reads side by side: few enough to stay in the cache, and enough
/// to write more than a cache line at a time.
const TILE: usize = 128;

impl Turn {
    /// The turn with this flag.
    pub fn from_flag(flag: u8) -> Option<Turn> {
        [Turn::None, Turn::Half, Turn::Left, Turn::Right, Turn::MirrorHorizontal, Turn::MirrorVertical]
            .get(usize::from(flag))
            .copied()
    }

    /// Size of the turned picture.
    pub fn turned(self, size: Size) -> Size {
        match self {
            Turn::Left | Turn::Right => Size::new(size.height, size.width),
            _ => size,
        }
    }

    /// Writes the turned picture to `target`. False, and nothing written, if one of the
    /// slices has not exactly the bytes of a picture of `size`.
    #[must_use]
    pub fn apply(self, size: Size, pixel_bytes: usize, source: &[u8], target: &mut [u8]) -> bool {
        let pixels = u64::from(size.width) * u64::from(size.height);
        let len = usize::try_from(pixels).ok().and_then(|n| n.checked_mul(pixel_bytes));
        if len != Some(source.len()) || len != Some(target.len()) {
            return false;
        }
        if source.is_empty() {
            return true;
        }
        // Copies of a known length become plain moves.
        match pixel_bytes {
            1 => self.pixels(size, 1, source, target),
            2 => self.pixels(size, 2, source, target),
            3 => self.pixels(size, 3, source, target),
            6 => self.pixels(size, 6, source, target),
            other => self.pixels(size, other, source, target),
        }
        true
    }

    #[inline(always)]
    fn pixels(self, size: Size, bytes: usize, source: &[u8], target: &mut [u8]) {
        let (width, height) = (size.width as usize, size.height as usize);
        let reverse = |target: &mut [u8], source: &[u8]| {
            for (to, from) in target.chunks_exact_mut(bytes).zip(source.chunks_exact(bytes).rev()) {
                to.copy_from_slice(from);
            }
        };
        let pitch = width * bytes;
        match self {
            Turn::None => target.copy_from_slice(source),
            Turn::Half => {
                for (to, from) in target.chunks_exact_mut(pitch).zip(source.chunks_exact(pitch).rev()) {
                    reverse(to, from);
                }
            }
            Turn::MirrorHorizontal => {
                for (to, from) in target.chunks_exact_mut(pitch).zip(source.chunks_exact(pitch)) {
                    reverse(to, from);
                }
            }
            Turn::MirrorVertical => {
                for (to, from) in target.chunks_exact_mut(pitch).zip(source.chunks_exact(pitch).rev()) {
                    to.copy_from_slice(from);
                }
            }
            Turn::Left | Turn::Right => {
                for top in (0..height).step_by(TILE) {
                    let rows = TILE.min(height - top);
                    for x in 0..width {
                        // A piece of a column becomes a piece of a row.
                        let from = source[(top * width + x) * bytes..].chunks(pitch);
                        let (to_x, to_y) =
                            if self == Turn::Left { (top, width - 1 - x) } else { (height - top - rows, x) };
                        let to = &mut target[(to_y * height + to_x) * bytes..][..rows * bytes];
                        let copy = |(to, from): (&mut [u8], &[u8])| to.copy_from_slice(&from[..bytes]);
                        if self == Turn::Left {
                            to.chunks_exact_mut(bytes).zip(from).for_each(copy);
                        } else {
                            to.chunks_exact_mut(bytes).rev().zip(from).for_each(copy);
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Turn; 6] =
        [Turn::None, Turn::Half, Turn::Left, Turn::Right, Turn::MirrorHorizontal, Turn::MirrorVertical];

    #[test]
    fn small_picture_by_hand() {
        // 1 2 3
        // 4 5 6
        let turned = ALL.map(|turn| {
            let mut out = [0; 6];
            assert!(turn.apply(Size::new(3, 2), 1, &[1, 2, 3, 4, 5, 6], &mut out));
            out
        });
        assert_eq!(
            turned,
            [
                [1, 2, 3, 4, 5, 6],
                [6, 5, 4, 3, 2, 1],
                [3, 6, 2, 5, 1, 4],
                [4, 1, 5, 2, 6, 3],
                [3, 2, 1, 6, 5, 4],
                [4, 5, 6, 1, 2, 3],
            ]
        );
    }

    #[test]
    fn flags_are_those_of_the_c_api() {
        for turn in ALL {
            assert_eq!(Turn::from_flag(turn as u8), Some(turn));
        }
        assert_eq!(Turn::from_flag(6), None);
        assert_eq!(Turn::from_flag(255), None);
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused() {
        let mut out = [9; 6];
        assert!(!Turn::Half.apply(Size::new(3, 2), 1, &[0; 5], &mut out));
        assert!(!Turn::Half.apply(Size::new(3, 2), 1, &[0; 6], &mut out[..5]));
        assert!(!Turn::Half.apply(Size::new(u32::MAX, u32::MAX), usize::MAX, &[0; 6], &mut out));
        assert_eq!(out, [9; 6]);
        for turn in ALL {
            assert!(turn.apply(Size::new(0, 7), 2, &[], &mut []));
            assert!(turn.apply(Size::new(3, 2), 0, &[], &mut []));
        }
    }

    proptest! {
        #[test]
        fn every_pixel_goes_to_its_place(width in 1u32..80, height in 1u32..80, bytes in 1usize..9) {
            let len = (width * height) as usize * bytes;
            let source: Vec<u8> = (0..len).map(|i| ((i * 131) >> 3) as u8 ^ i as u8).collect();
            let pixel = |data: &[u8], width: u32, x: u32, y: u32| {
                data[(y * width + x) as usize * bytes..][..bytes].to_vec()
            };
            for turn in ALL {
                let mut target = vec![0; len];
                prop_assert!(turn.apply(Size::new(width, height), bytes, &source, &mut target));
                let size = turn.turned(Size::new(width, height));
                for y in 0..size.height {
                    for x in 0..size.width {
                        let (from_x, from_y) = match turn {
                            Turn::None => (x, y),
                            Turn::Half => (width - 1 - x, height - 1 - y),
                            Turn::Left => (width - 1 - y, x),
                            Turn::Right => (y, height - 1 - x),
                            Turn::MirrorHorizontal => (width - 1 - x, y),
                            Turn::MirrorVertical => (x, height - 1 - y),
                        };
                        prop_assert_eq!(
                            pixel(&target, size.width, x, y),
                            pixel(&source, width, from_x, from_y)
                        );
                    }
                }
            }
        }
    }
}
