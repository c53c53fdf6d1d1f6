//! The mean of the nearest samples of a colour.

use crate::util::Bayer;

use super::lanes::{LANES, Lane, blocks, part, select};

/// Writes a row of pixels; `rows` are the one above it, its own, and the one below.
pub(super) fn row<S: Lane>(order: Bayer, rows: [&[S]; 3], out: &mut [u8]) {
    let green_first = matches!(order, Bayer::Gr | Bayer::Gb);
    if matches!(order, Bayer::Rg | Bayer::Gr) {
        blocks(out, |x| {
            let [own, green, other] = block(green_first, rows, x);
            [other, green, own]
        });
    } else {
        blocks(out, |x| block(green_first, rows, x));
    }
}

/// The colour that the row has beside green, green, and the third one.
#[inline(always)]
fn block<S: Lane>(green_first: bool, rows: [&[S]; 3], x: usize) -> [[S; LANES]; 3] {
    let [above, here, below] = rows.map(|row| part::<S, { LANES + 2 }>(row, x, 1));
    let not_green = S::mask(!green_first);
    let [mut own, mut green, mut other] = [[S::default(); LANES]; 3];
    for i in 0..LANES {
        // Plain names and no arrays: the compiler makes vectors of these only.
        let (al, a, ar) = (above[i], above[i + 1], above[i + 2]);
        let (hl, h, hr) = (here[i], here[i + 1], here[i + 2]);
        let (bl, b, br) = (below[i], below[i + 1], below[i + 2]);
        own[i] = select(not_green[i], h, S::mean(hl, hr));
        green[i] = select(not_green[i], mean4(hl, hr, a, b), h);
        other[i] = select(not_green[i], mean4(al, ar, bl, br), S::mean(a, b));
    }
    [own, green, other]
}

/// The mean of four, halves rounded up, in the width of the samples: the mean of the two
/// means, less 1 where these were rounded up once too often.
#[inline(always)]
fn mean4<S: Lane>(a: S, b: S, c: S, d: S) -> S {
    let (one, other) = (S::mean(a, b), S::mean(c, d));
    S::mean(one, other) - (((a ^ b) | (c ^ d)) & (one ^ other) & S::ONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_four_is_exact() {
        let values = [0u8, 1, 2, 3, 4, 5, 126, 127, 128, 129, 253, 254, 255];
        for (a, b) in values.iter().flat_map(|a| values.map(|b| (*a, b))) {
            for (c, d) in values.iter().flat_map(|c| values.map(|d| (*c, d))) {
                let sum = [a, b, c, d].map(u32::from).iter().sum::<u32>();
                assert_eq!(u32::from(mean4(a, b, c, d)), (sum + 2) / 4, "{a} {b} {c} {d}");
                let [a, b, c, d] = [a, b, c, d].map(|v| u16::from(v) * 257);
                let sum = [a, b, c, d].map(u32::from).iter().sum::<u32>();
                assert_eq!(u32::from(mean4(a, b, c, d)), (sum + 2) / 4, "{a} {b} {c} {d}");
            }
        }
    }
}
