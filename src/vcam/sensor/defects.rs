//! Pixels and columns that are not like the others. Their places are fixed by the seed and
//! are those of the sensor, whatever region or readout is ordered.
//!
//! What is published: warm pixels are 0.005 % of a sister sensor, stable and linear in time;
//! a small share of pixels jumps between levels from frame to frame, whatever the exposure,
//! and the camera suppresses that; columns of dots stand in the overscan, where a correction
//! acts on columns that lack what it corrects. How strong each is, is a guess.

use crate::vcam::rng::{Rng, hash, split_mix};

/// Part of the pixels that is warm or hot.
const HOT: f64 = 0.000_05;
/// Their dark current at 0 degrees, spread evenly over its logarithm.
const HOT_E_PER_S: (f64, f64) = (0.05, 20.0);
/// It doubles over so many degrees.
const HOT_DOUBLING_C: f64 = 6.0;
/// Part of the pixels that is telegraph pixels.
const TELEGRAPH: f64 = 0.002;
/// Mean distance of their two levels in electrons, when nothing suppresses it.
const TELEGRAPH_E: f64 = 5.0;
/// What the suppression leaves of it.
const SUPPRESSED: f64 = 0.2;
/// One of so many columns has dots in the overscan.
const DOTTED_ONE_OF: u64 = 100;
/// A dot against the read noise.
const DOT_NOISES: (f64, f64) = (2.0, 6.0);

/// A pixel that is not like the others, at this moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Defect {
    /// Column of the sensor.
    pub(super) column: u32,
    /// Electrons per second that it expects beyond its neighbours.
    pub(super) hot_e_per_s: f64,
    /// Electrons by which it is off in this frame.
    pub(super) jump_e: f64,
}

/// The defects of one camera.
#[derive(Clone, Copy)]
pub(super) struct Defects {
    pub(super) seed: u64,
    /// Columns of the sensor.
    pub(super) columns: u32,
    /// The suppression of telegraph pixels is on.
    pub(super) suppression: bool,
}

impl Defects {
    /// Adds those of a picture row, unbinned, in a frame.
    pub(super) fn of_row(&self, row: u32, frame: u32, temp_c: f64, out: &mut Vec<Defect>) {
        let mut random = Rng::new(&[self.seed, 0x6465_6665_6374, u64::from(row)]);
        let warmth = (temp_c / HOT_DOUBLING_C).exp2();
        for _ in 0..count(&mut random, HOT * f64::from(self.columns)) {
            let column = (random.next() % u64::from(self.columns)) as u32;
            let (least, most) = HOT_E_PER_S;
            let hot_e_per_s = least * (most / least).powf(random.unit()) * warmth;
            out.push(Defect { column, hot_e_per_s, jump_e: 0.0 });
        }
        let distance = if self.suppression { TELEGRAPH_E * SUPPRESSED } else { TELEGRAPH_E };
        for _ in 0..count(&mut random, TELEGRAPH * f64::from(self.columns)) {
            let bits = random.next();
            let column = (bits % u64::from(self.columns)) as u32;
            let levels_e = -distance * (1.0 - random.unit()).ln();
            // How often it is in its upper level is its own, a tenth to a half.
            let upper = 0.1 + 0.4 * unit(bits);
            if unit(hash(&[bits, u64::from(frame)])) < upper {
                out.push(Defect { column, hot_e_per_s: 0.0, jump_e: levels_e });
            }
        }
    }

    /// How many read noises a column of the overscan is off, at most; 0 for most columns.
    pub(super) fn dot(&self, column: u32) -> f64 {
        let bits = hash(&[self.seed, 0x646F_7473, u64::from(column)]);
        let (least, most) = DOT_NOISES;
        if bits % DOTTED_ONE_OF == 0 { least + (most - least) * unit(split_mix(bits)) } else { 0.0 }
    }
}

/// A number from 0 to 1 from the upper bits.
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

fn count(random: &mut Rng, mean: f64) -> u32 {
    super::poisson::inverse(mean, random.unit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: u32 = 2000;

    fn defects(suppression: bool) -> Defects {
        Defects { seed: 4, columns: 9600, suppression }
    }

    fn all(defects: &Defects, frame: u32, temp_c: f64) -> Vec<(u32, Defect)> {
        let mut list = Vec::new();
        for row in 0..ROWS {
            let mut of_row = Vec::new();
            defects.of_row(row, frame, temp_c, &mut of_row);
            list.extend(of_row.into_iter().map(|defect| (row, defect)));
        }
        list
    }

    #[test]
    fn hot_pixels_stay_and_double_with_temperature() {
        let hot = |frame, temp_c| -> Vec<_> {
            all(&defects(true), frame, temp_c).into_iter().filter(|(_, d)| d.hot_e_per_s > 0.0).collect()
        };
        let cold = hot(0, -10.0);
        // 960 with a deviation of 31.
        assert!(cold.len().abs_diff(960) < 190, "{}", cold.len());
        assert_eq!(cold, hot(1, -10.0));
        for ((row, cold), (same, warm)) in cold.iter().zip(hot(0, 2.0)) {
            assert_eq!((*row, cold.column), (same, warm.column));
            assert!((warm.hot_e_per_s / cold.hot_e_per_s - 4.0).abs() < 1e-9);
        }
    }

    #[test]
    fn telegraph_pixels_have_two_levels_and_fixed_places() {
        let mut seen = std::collections::BTreeMap::<(u32, u32), Vec<f64>>::new();
        for frame in 0..40 {
            for (row, defect) in all(&defects(false), frame, -10.0) {
                if defect.jump_e > 0.0 {
                    seen.entry((row, defect.column)).or_default().push(defect.jump_e);
                }
            }
        }
        // 38 400 places, of which a hundredth is never up in 40 frames.
        assert!(seen.len().abs_diff(38_000) < 1500, "{}", seen.len());
        let one_level = seen.values().filter(|list| list.windows(2).all(|w| w[0] == w[1])).count();
        // But for places that came twice.
        assert!(one_level > seen.len() * 99 / 100);
        let times = seen.values().map(Vec::len).sum::<usize>() as f64 / (38_400.0 * 40.0);
        assert!((times - 0.3).abs() < 0.005, "{times}");
    }

    #[test]
    fn suppression_makes_the_jumps_smaller() {
        let mean = |suppression| {
            let list = all(&defects(suppression), 0, -10.0);
            let jumps: Vec<f64> = list.iter().map(|(_, d)| d.jump_e).filter(|e| *e > 0.0).collect();
            jumps.iter().sum::<f64>() / jumps.len() as f64
        };
        // 11 500 of an exponential distribution: 1 % is the deviation.
        assert!((mean(false) / 5.0 - 1.0).abs() < 0.06, "{}", mean(false));
        assert!((mean(true) / mean(false) - 0.2).abs() < 1e-9);
    }
}
