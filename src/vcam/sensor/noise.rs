//! Random numbers by place: each pixel of each frame has 64 bits of its own, whatever is
//! asked for first, and 24 of them make a normal deviate.

use std::sync::LazyLock;

use crate::vcam::rng::split_mix;

/// Step of SplitMix64, whose stream a row is.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
/// Classes of equal probability in the table.
const CLASSES: usize = 4096;
/// A deviate is the sum of two table values times this.
pub(super) const UNIT: i32 = 8192;

/// Mean of a normal deviate in each class, divided by the root of 2: the sum of two drawn
/// classes has deviation 1, 16 million values and tails to 5 sigma.
static NORMAL: LazyLock<[i16; CLASSES]> = LazyLock::new(|| {
    // The integral of the density, step by step, tells where the classes end; the mean of a
    // class is the difference of densities at its ends.
    const WIDTH: f64 = 1e-4;
    let density = |z: f64| (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
    let mut means = [0.0; CLASSES];
    let (mut z, mut below, mut class, mut lower) = (-9.0, 0.0, 0, 0.0);
    while class < CLASSES - 1 {
        let part = density(z + WIDTH / 2.0) * WIDTH;
        let end = (class + 1) as f64 / CLASSES as f64;
        if below + part >= end {
            let upper = density(z + WIDTH * (end - below) / part);
            means[class] = (lower - upper) * CLASSES as f64;
            lower = upper;
            class += 1;
        } else {
            below += part;
            z += WIDTH;
        }
    }
    means[class] = lower * CLASSES as f64;
    let square = means.iter().map(|mean| mean * mean).sum::<f64>() / CLASSES as f64;
    let scale = f64::from(UNIT) / (2.0 * square).sqrt();
    // Half of a symmetric table, so that the mean is exactly 0.
    std::array::from_fn(|i| {
        let value = (means[i.max(CLASSES - 1 - i)] * scale).round() as i16;
        if i < CLASSES / 2 { -value } else { value }
    })
});

/// Normal deviates from bits.
#[derive(Clone, Copy)]
pub(super) struct Normal(&'static [i16; CLASSES]);

impl Normal {
    pub(super) fn new() -> Normal {
        Normal(&NORMAL)
    }

    /// A deviate in units of 1 / [`UNIT`], from the lowest 24 bits.
    #[inline]
    pub(super) fn steps(self, bits: u64) -> i32 {
        let (a, b) = (bits as usize % CLASSES, (bits >> 12) as usize % CLASSES);
        i32::from(self.0[a]) + i32::from(self.0[b])
    }

    /// A deviate of deviation 1, from the lowest 24 bits.
    #[inline]
    pub(super) fn deviate(self, bits: u64) -> f64 {
        f64::from(self.steps(bits)) / f64::from(UNIT)
    }
}

/// The bits of one row of one frame.
#[derive(Clone, Copy)]
pub(super) struct RowBits(pub(super) u64);

impl RowBits {
    /// 64 bits for a column.
    #[inline]
    pub(super) fn at(self, column: usize) -> u64 {
        split_mix(self.0.wrapping_add((column as u64).wrapping_mul(STEP)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Moments of a million deviates: the errors of mean, variance and fourth moment are
    /// 0.001, 0.0014 and 0.01; six of each are allowed.
    #[test]
    fn deviates_are_normal() {
        let (normal, bits) = (Normal::new(), RowBits(77));
        let n = 1_000_000;
        let mut sums = [0.0; 4];
        let mut beyond = [0; 2];
        for i in 0..n {
            let z = normal.deviate(bits.at(i));
            for (power, sum) in sums.iter_mut().enumerate() {
                *sum += z.powi(power as i32 + 1) / n as f64;
            }
            beyond[0] += usize::from(z.abs() > 1.959_964);
            beyond[1] += usize::from(z.abs() > 3.290_527);
        }
        let wanted = [0.0, 1.0, 0.0, 3.0];
        for ((got, wanted), error) in sums.iter().zip(wanted).zip([0.006, 0.0085, 0.025, 0.06]) {
            assert!((got - wanted).abs() < error, "{sums:?}");
        }
        // 5 % and 0.1 %, with deviations of 218 and 32.
        assert!(beyond[0].abs_diff(50_000) < 1300 && beyond[1].abs_diff(1000) < 190, "{beyond:?}");
    }

    #[test]
    fn the_table_is_exactly_even_and_of_unit_variance() {
        let sum: i64 = NORMAL.iter().map(|v| i64::from(*v)).sum();
        let square: i64 = NORMAL.iter().map(|v| i64::from(*v) * i64::from(*v)).sum();
        assert_eq!(sum, 0);
        let variance = 2.0 * square as f64 / CLASSES as f64 / f64::from(UNIT).powi(2);
        assert!((variance - 1.0).abs() < 1e-5, "{variance}");
        assert!(NORMAL.windows(2).all(|w| w[0] <= w[1]));
    }
}
