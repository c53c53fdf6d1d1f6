//! Samples of another depth: what [`Settings::depth`](super::Settings::depth) asks for,
//! and between two levels, the arithmetic behind `Bits16ToBits8`.

use super::plan::{Depth, Sample};

/// Writes the samples of a row at a depth. They keep their value where there is room for
/// it, and otherwise lose their lower bits. Packed rows were unpacked before.
pub fn convert(row: &[u8], sample: Sample, depth: Depth, out: &mut [u8]) {
    let be = |s: &[u8; 2]| u16::from_be_bytes(*s);
    let le = |s: &[u8; 2]| u16::from_le_bytes(*s);
    match (sample, depth) {
        (Sample::U8, Depth::U8) => each(row, out, |s: &[u8; 1]| *s),
        (Sample::U8, Depth::U16) => each(row, out, |[s]| u16::from(*s).to_le_bytes()),
        (Sample::U8, Depth::U32) => each(row, out, |[s]| u32::from(*s).to_le_bytes()),
        (Sample::U16Be, Depth::U8) => each(row, out, |s| [(be(s) >> 8) as u8]),
        (Sample::U16Be, Depth::U16) => each(row, out, |s| be(s).to_le_bytes()),
        (Sample::U16Be, Depth::U32) => each(row, out, |s| u32::from(be(s)).to_le_bytes()),
        (Sample::U16Le | Sample::Packed(_), Depth::U8) => each(row, out, |s| [(le(s) >> 8) as u8]),
        (Sample::U16Le | Sample::Packed(_), Depth::U16) => each(row, out, |s| le(s).to_le_bytes()),
        (Sample::U16Le | Sample::Packed(_), Depth::U32) => {
            each(row, out, |s| u32::from(le(s)).to_le_bytes());
        }
    }
}

#[inline(always)]
fn each<const IN: usize, const OUT: usize>(row: &[u8], out: &mut [u8], put: impl Fn(&[u8; IN]) -> [u8; OUT]) {
    for (to, from) in out.chunks_exact_mut(OUT).zip(row.chunks_exact(IN)) {
        if let Some(from) = from.first_chunk() {
            to.copy_from_slice(&put(from));
        }
    }
}

/// Stretches 16-bit little-endian samples to 8 bits: `black` and below give 0, `white` and
/// above 255, between them the line, cut to an integer. With `white` not above `black`
/// there is no line: what is above `black` gives 255.
///
/// Stops at the end of the shorter slice.
pub fn to_8_bits(samples: &[u8], black: u16, white: u16, out: &mut [u8]) {
    // The quotient above * 255 / span in 16-bit steps, which vectors do eight at a time.
    // With the span shifted to 2^15 or more and factor / 2^32 above 255 / span by less than
    // 2^-32, a product is above the quotient by less than 2^-16, and so never reaches the
    // next integer, which is at least 1 / span away.
    let span = white.saturating_sub(black).max(1);
    let shift = span.leading_zeros();
    let factor = (255u64 << 32).div_ceil(u64::from(span << shift));
    let (high, low) = ((factor >> 16) as u16, factor as u16);
    for (to, from) in out.iter_mut().zip(samples.chunks_exact(2)) {
        let above = u16::from_le_bytes([from[0], from[1]]).saturating_sub(black).min(span) << shift;
        let carried = ((u32::from(above) * u32::from(low)) >> 16) as u16;
        let product = above.wrapping_mul(high);
        let carry = u16::from(product.wrapping_add(carried) < product);
        let whole = ((u32::from(above) * u32::from(high)) >> 16) as u16;
        *to = (whole + carry) as u8;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reference(value: u16, black: u16, white: u16) -> u8 {
        let (value, black, white) = (u64::from(value), u64::from(black), u64::from(white));
        if value <= black {
            0
        } else if value >= white {
            255
        } else {
            ((value - black) * 255 / (white - black)) as u8
        }
    }

    proptest! {
        #[test]
        fn matches_integer_arithmetic(black: u16, white: u16, narrow in 0u16..600, use_narrow: bool) {
            let white = if use_narrow { black.saturating_add(narrow) } else { white };
            let samples: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_le_bytes).collect();
            let mut out = vec![1; 65536];
            to_8_bits(&samples, black, white, &mut out);
            for value in 0..=u16::MAX {
                prop_assert_eq!(out[usize::from(value)], reference(value, black, white), "{}", value);
            }
        }
    }

    #[test]
    fn stops_at_the_shorter_slice() {
        let mut out = [7; 3];
        to_8_bits(&[0xFF, 0xFF, 0, 0, 1], 0, 65535, &mut out);
        assert_eq!(out, [255, 0, 7]);
        to_8_bits(&[0xFF; 100], 0, 65535, &mut out);
        assert_eq!(out, [255; 3]);
    }
}
