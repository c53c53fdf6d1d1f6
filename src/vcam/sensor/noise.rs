//! Noise by table: a million normal deviates a frame cost too much one by one, sums of
//! two stretches of a fixed tile cost nothing and never line up the same way twice.

use crate::vcam::rng::{Rng, hash};

/// Entries that a row's stretch may begin at.
const STARTS: usize = 1 << 16;
/// Longest row.
const LONGEST: usize = 9600;
/// Tile entries are deviates times this.
const SCALE: f64 = 4096.0;
/// Fixed-point bits of the product.
const SHIFT: u32 = 14;

/// The tile.
pub(in crate::vcam) struct Noise {
    seed: u64,
    tile: Vec<i16>,
}

/// The deviates of one row.
#[derive(Clone, Copy)]
pub(in crate::vcam) struct RowNoise<'a> {
    first: &'a [i16],
    second: &'a [i16],
}

impl Noise {
    pub(in crate::vcam) fn new(seed: u64) -> Noise {
        let mut random = Rng::new(&[seed, 0x6E6F_6973_6521]);
        let tile = (0..STARTS + LONGEST)
            .map(|_| (random.normal() * SCALE).round().clamp(-32767.0, 32767.0) as i16)
            .collect();
        Noise { seed, tile }
    }

    /// The deviates of a row of a frame; always the same for the same numbers.
    pub(in crate::vcam) fn row(&self, frame: u32, sensor_row: u32, columns: usize) -> RowNoise<'_> {
        let bits = hash(&[self.seed, u64::from(frame), u64::from(sensor_row)]);
        let stretch = |start: u64| {
            let start = start as usize % STARTS;
            &self.tile[start..start + columns.min(LONGEST)]
        };
        RowNoise { first: stretch(bits), second: stretch(bits >> 32) }
    }
}

impl RowNoise<'_> {
    /// Writes `mean` with noise of deviation `sigma` (both in ADU) into every `step`-th
    /// value from column `from` to before `to`, kept within 0..=65535.
    pub(in crate::vcam) fn fill(
        &self,
        values: &mut [u16],
        columns: std::ops::Range<usize>,
        step: usize,
        mean: f64,
        sigma: f64,
    ) {
        let level = Level::new(mean, sigma);
        let values = &mut values[columns.clone()];
        let noise = self.first[columns.clone()].iter().zip(&self.second[columns]);
        if step == 1 {
            for (value, (a, b)) in values.iter_mut().zip(noise) {
                *value = level.with(*a, *b);
            }
        } else {
            for (value, (a, b)) in values.iter_mut().zip(noise).step_by(step) {
                *value = level.with(*a, *b);
            }
        }
    }

    /// One value, as [`RowNoise::fill`] makes it.
    pub(in crate::vcam) fn value(&self, column: usize, mean: f64, sigma: f64) -> u16 {
        Level::new(mean, sigma).with(self.first[column], self.second[column])
    }
}

/// Mean and deviation in fixed point.
#[derive(Clone, Copy)]
struct Level {
    whole: i32,
    rest: i32,
    sigma: i32,
    shift: u32,
}

impl Level {
    fn new(mean: f64, sigma: f64) -> Level {
        let mean = mean.clamp(0.0, 1e6);
        // Two deviates are added, so the tile's scale grows by the square root of two.
        let per_step = sigma.clamp(0.0, 65535.0) / (SCALE * std::f64::consts::SQRT_2);
        // Small deviations keep more bits; the product must stay below 2^31.
        let mut shift = SHIFT + 6;
        while shift > 0 && per_step * f64::from(1u32 << shift) >= 16384.0 {
            shift -= 1;
        }
        let one = f64::from(1u32 << shift);
        Level {
            whole: mean.floor() as i32,
            rest: (mean.fract() * one + one / 2.0) as i32,
            sigma: (per_step * one).round() as i32,
            shift,
        }
    }

    fn with(self, a: i16, b: i16) -> u16 {
        let deviate = i32::from(a) + i32::from(b);
        (self.whole + ((deviate * self.sigma + self.rest) >> self.shift)).clamp(0, 65535) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_deviation_are_as_ordered() {
        let noise = Noise::new(5);
        for (mean, sigma) in
            [(500.25, 0.8), (500.0, 2.5), (1000.5, 40.0), (30_000.0, 900.0), (30_000.0, 4000.0)]
        {
            let (mut sum, mut square, mut n) = (0.0, 0.0, 0.0);
            let mut values = vec![0; 9600];
            for row in 0..40 {
                noise.row(3, row, 9600).fill(&mut values, 0..9600, 1, mean, sigma);
                for value in &values {
                    let d = f64::from(*value) - mean;
                    sum += d;
                    square += d * d;
                    n += 1.0;
                }
            }
            let spread = (square / n).sqrt();
            // Whole numbers add 1/12 to the variance.
            let wanted = (sigma * sigma + 1.0 / 12.0).sqrt();
            assert!((sum / n).abs() < 0.02 + 0.01 * sigma, "{mean} {sigma}: {}", sum / n);
            assert!((spread / wanted - 1.0).abs() < 0.02, "{mean} {sigma}: {spread}");
        }
    }

    #[test]
    fn values_stay_inside_and_agree_one_by_one() {
        let noise = Noise::new(5);
        let row = noise.row(0, 7, 9600);
        let mut values = vec![0; 9600];
        row.fill(&mut values, 0..9600, 1, 65_530.0, 50_000.0);
        assert!(values.contains(&0) && values.contains(&65535));
        for column in [0, 1, 777, 9599] {
            assert_eq!(values[column], row.value(column, 65_530.0, 50_000.0));
        }
    }

    #[test]
    fn rows_and_frames_differ() {
        let noise = Noise::new(5);
        let row = |frame, row| {
            let mut values = vec![0; 100];
            noise.row(frame, row, 100).fill(&mut values, 0..100, 1, 500.0, 5.0);
            values
        };
        assert_eq!(row(1, 1), row(1, 1));
        assert_ne!(row(1, 1), row(1, 2));
        assert_ne!(row(1, 1), row(2, 1));
    }
}
