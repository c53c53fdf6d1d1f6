//! What the row kernels share: blocks of pixels in a form that the compiler turns into
//! vector instructions, and channels that become pixels.
//!
//! Both kinds of pixels in a row, those under green and the others, are worked out for
//! every place and a mask chooses: no branch and no stride, which pays more than half
//! the work costs.

use std::ops::{Add, BitAnd, BitOr, BitXor, Not, Shr, Sub};

use super::PAD;

/// Pixels a block.
pub(super) const LANES: usize = 32;

/// A number of which lanes are made.
pub(super) trait Bits:
    Copy
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Not<Output = Self>
    + Sub<Output = Self>
    + 'static
{
    /// All bits set at the even lanes or at the odd ones.
    fn mask(even: bool) -> &'static [Self; LANES];
}

/// `one` where the mask is set, `other` elsewhere.
#[inline(always)]
pub(super) fn select<T: Bits>(mask: T, one: T, other: T) -> T {
    (one & mask) | (other & !mask)
}

/// A sample: `u8` or `u16`.
pub(super) trait Lane: Bits + Default {
    /// Sums and differences of some thirty samples fit.
    type Sum: Sum;
    /// Bytes in the picture.
    const BYTES: usize;
    const ONE: Self;
    /// The largest value.
    const MAX: Self::Sum;

    fn widen(self) -> Self::Sum;

    /// For values that are in range.
    fn narrow(sum: Self::Sum) -> Self;

    /// Makes a block of pixels out of its channels.
    fn interleave(channels: [&[Self; LANES]; 3], out: &mut [u8]);

    /// The mean, halves rounded up; processors have an instruction for it.
    fn mean(one: Self, other: Self) -> Self;

    /// Brings a value into range.
    #[inline(always)]
    fn clamp(sum: Self::Sum) -> Self::Sum {
        sum.max(0.into()).min(Self::MAX)
    }
}

/// A signed number for sums of samples.
pub(super) trait Sum: Bits + Ord + From<u8> + Add<Output = Self> + Shr<u32, Output = Self> {
    #[inline(always)]
    fn abs(self) -> Self {
        self.max(Self::from(0) - self)
    }

    #[inline(always)]
    fn double(self) -> Self {
        self + self
    }
}

impl Sum for i16 {}
impl Sum for i32 {}

macro_rules! bits {
    ($($number:ty)*) => {
        $(impl Bits for $number {
            fn mask(even: bool) -> &'static [$number; LANES] {
                static MASKS: [[$number; LANES]; 2] = {
                    let mut masks = [[0; LANES]; 2];
                    let mut lane = 0;
                    while lane < LANES {
                        masks[1 - lane % 2][lane] = !0;
                        lane += 1;
                    }
                    masks
                };
                &MASKS[usize::from(even)]
            }
        })*
    };
}

bits!(u8 u16 i16 i32);

impl Lane for u8 {
    type Sum = i16;
    const BYTES: usize = 1;
    const ONE: u8 = 1;
    const MAX: i16 = u8::MAX as i16;

    #[inline(always)]
    fn mean(one: u8, other: u8) -> u8 {
        ((u16::from(one) + u16::from(other) + 1) >> 1) as u8
    }

    #[inline(always)]
    fn widen(self) -> i16 {
        i16::from(self)
    }

    #[inline(always)]
    fn narrow(sum: i16) -> u8 {
        sum as u8
    }

    #[inline(always)]
    fn interleave([b, g, r]: [&[u8; LANES]; 3], out: &mut [u8]) {
        let mut pixels = [0; LANES];
        for i in 0..LANES {
            pixels[i] = u32::from(b[i]) | u32::from(g[i]) << 8 | u32::from(r[i]) << 16;
        }
        // Four pixels of three bytes in two stores.
        for (out, p) in out.chunks_exact_mut(12).zip(pixels.chunks_exact(4)) {
            let low = u64::from(p[0]) | u64::from(p[1]) << 24 | u64::from(p[2]) << 48;
            out[..8].copy_from_slice(&low.to_le_bytes());
            out[8..].copy_from_slice(&(p[2] >> 16 | p[3] << 8).to_le_bytes());
        }
    }
}

impl Lane for u16 {
    type Sum = i32;
    const BYTES: usize = 2;
    const ONE: u16 = 1;
    const MAX: i32 = u16::MAX as i32;

    #[inline(always)]
    fn mean(one: u16, other: u16) -> u16 {
        ((u32::from(one) + u32::from(other) + 1) >> 1) as u16
    }

    #[inline(always)]
    fn widen(self) -> i32 {
        i32::from(self)
    }

    #[inline(always)]
    fn narrow(sum: i32) -> u16 {
        sum as u16
    }

    #[inline(always)]
    fn interleave([b, g, r]: [&[u16; LANES]; 3], out: &mut [u8]) {
        let mut pixels = [0; LANES];
        for i in 0..LANES {
            pixels[i] = u64::from(b[i]) | u64::from(g[i]) << 16 | u64::from(r[i]) << 32;
        }
        // Four pixels of six bytes in three stores.
        for (out, p) in out.chunks_exact_mut(24).zip(pixels.chunks_exact(4)) {
            out[..8].copy_from_slice(&(p[0] | p[1] << 48).to_le_bytes());
            out[8..16].copy_from_slice(&(p[1] >> 16 | p[2] << 32).to_le_bytes());
            out[16..].copy_from_slice(&(p[2] >> 32 | p[3] << 16).to_le_bytes());
        }
    }
}

/// Bytes of a three-channel pixel.
pub(super) const fn pixel_bytes<S: Lane>() -> usize {
    3 * S::BYTES
}

/// Fills a row of pixels block by block: `block` gets the first column of each and
/// returns its channels.
#[inline(always)]
pub(super) fn blocks<S: Lane>(out: &mut [u8], block: impl Fn(usize) -> [[S; LANES]; 3]) {
    let mut whole = out.chunks_exact_mut(LANES * pixel_bytes::<S>());
    let mut x = 0;
    for out in whole.by_ref() {
        S::interleave(block(x).each_ref(), out);
        x += LANES;
    }
    let rest = whole.into_remainder();
    if !rest.is_empty() {
        let mut last = [0; LANES * pixel_bytes::<u16>()];
        S::interleave(block(x).each_ref(), &mut last[..LANES * pixel_bytes::<S>()]);
        rest.copy_from_slice(&last[..rest.len()]);
    }
}

/// `N` samples of a row, of which the first is `left` columns left of column `x`.
#[inline(always)]
pub(super) fn part<S, const N: usize>(row: &[S], x: usize, left: usize) -> &[S; N] {
    match row[PAD + x - left..].first_chunk() {
        Some(part) => part,
        None => unreachable!("rows are whole blocks with {PAD} columns on both sides"),
    }
}
