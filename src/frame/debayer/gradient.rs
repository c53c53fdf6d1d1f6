//! Interpolation along edges, after J. F. Hamilton and J. E. Adams (US 5 629 734, 1997,
//! expired).
//!
//! Green first, at red and blue pixels: from the two neighbours in the direction with the
//! smaller gradient (first difference of green plus second difference of the pixel's own
//! colour), corrected by that second difference; from both directions where neither is
//! smaller. Then red and blue, from two neighbours, or from those on the diagonal with
//! the smaller gradient, corrected by the second difference of green. Halves are rounded
//! up, results stop at the range of the samples.

use crate::util::Bayer;

use super::PAD;
use super::lanes::{Bits, LANES, Lane, Sum, blocks, part, select};

/// Makes a row of greens out of the five rows around it, from column 0 on.
pub(super) fn green<S: Lane>(order: Bayer, rows: [&[S]; 5], out: &mut [S]) {
    let green_first = matches!(order, Bayer::Gr | Bayer::Gb);
    let not_green = S::Sum::mask(!green_first);
    for (n, out) in out[PAD..].chunks_exact_mut(LANES).enumerate() {
        let x = n * LANES;
        let [n2, n1, s1, s2] = [rows[0], rows[1], rows[3], rows[4]].map(|row| part::<S, LANES>(row, x, 0));
        let here = part::<S, { LANES + 4 }>(rows[2], x, 2);
        for i in 0..LANES {
            // Plain names and no arrays: the compiler makes vectors of these only.
            let (w2, w1, own) = (here[i].widen(), here[i + 1].widen(), here[i + 2].widen());
            let (e1, e2) = (here[i + 3].widen(), here[i + 4].widen());
            let (n2, n1, s1, s2) = (n2[i].widen(), n1[i].widen(), s1[i].widen(), s2[i].widen());
            let (across, down) = (own.double() - w2 - e2, own.double() - n2 - s2);
            let value = choose(
                (w1 - e1).abs() + across.abs(),
                (w1 + e1).double() + across,
                (n1 - s1).abs() + down.abs(),
                (n1 + s1).double() + down,
            );
            let value = (value + S::Sum::from(4)) >> 3;
            out[i] = S::narrow(select(not_green[i], S::clamp(value), own));
        }
    }
}

/// Writes a row of pixels; `rows` and `greens` are those above it, its own, and those below.
pub(super) fn colours<S: Lane>(order: Bayer, rows: [&[S]; 3], greens: [&[S]; 3], out: &mut [u8]) {
    let green_first = matches!(order, Bayer::Gr | Bayer::Gb);
    if matches!(order, Bayer::Rg | Bayer::Gr) {
        blocks(out, |x| {
            let [own, green, other] = block(green_first, rows, greens, x);
            [other, green, own]
        });
    } else {
        blocks(out, |x| block(green_first, rows, greens, x));
    }
}

/// The colour that the row has beside green, green, and the third one.
#[inline(always)]
fn block<S: Lane>(green_first: bool, rows: [&[S]; 3], greens: [&[S]; 3], x: usize) -> [[S; LANES]; 3] {
    let [above, here, below] = rows.map(|row| part::<S, { LANES + 2 }>(row, x, 1));
    let [green_above, green_here, green_below] = greens.map(|row| part::<S, { LANES + 2 }>(row, x, 1));
    let not_green = S::Sum::mask(!green_first);
    let (one, two) = (S::Sum::from(1), S::Sum::from(2));
    let [mut own, mut green, mut other] = [[S::default(); LANES]; 3];
    for i in 0..LANES {
        let (al, a, ar) = (above[i].widen(), above[i + 1].widen(), above[i + 2].widen());
        let (hl, h, hr) = (here[i].widen(), here[i + 1].widen(), here[i + 2].widen());
        let (bl, b, br) = (below[i].widen(), below[i + 1].widen(), below[i + 2].widen());
        let (gal, ga, gar) = (green_above[i].widen(), green_above[i + 1].widen(), green_above[i + 2].widen());
        let (ghl, gh, ghr) = (green_here[i].widen(), green_here[i + 1].widen(), green_here[i + 2].widen());
        let (gbl, gb, gbr) = (green_below[i].widen(), green_below[i + 1].widen(), green_below[i + 2].widen());
        let twice = gh.double();
        let beside = hl + hr + (twice - ghl - ghr);
        let over = a + b + (twice - ga - gb);
        let (falling, rising) = (twice - gal - gbr, twice - gar - gbl);
        let corner = choose(
            (al - br).abs() + falling.abs(),
            al + br + falling,
            (ar - bl).abs() + rising.abs(),
            ar + bl + rising,
        );
        let beside = S::clamp((beside + one) >> 1);
        let over = S::clamp((over + one) >> 1);
        let corner = S::clamp((corner + two) >> 2);
        own[i] = S::narrow(select(not_green[i], h, beside));
        green[i] = S::narrow(gh);
        other[i] = S::narrow(select(not_green[i], corner, over));
    }
    [own, green, other]
}

/// The value with the smaller gradient, or the mean of both, twice.
#[inline(always)]
fn choose<T: Sum>(one_gradient: T, one: T, other_gradient: T, other: T) -> T {
    let first = if other_gradient < one_gradient { other } else { one };
    let second = if one_gradient < other_gradient { one } else { other };
    first + second
}
