//! From expected electrons to the value of a sample: photon and read noise, the pixel's
//! ceiling, system gain and the converter's two ends.
//!
//! An even stretch takes one multiplication a pixel. Few electrons are counted by an exact
//! table; many are a normal deviate with the skew of counting. Where each pixel expects its
//! own number, and near the ceiling, each is worked out alone.

use std::ops::Range;

use super::Readout;
use super::gain::Amplifier;
use super::noise::{Normal, RowBits, UNIT};
use super::poisson::{Counts, FEW, MOST_COUNTED, few};
use crate::vcam::rng::split_mix;

/// Fixed-point bits.
const SHIFT: u32 = 32;
const ONE: f64 = (1u64 << SHIFT) as f64;
/// Numbers in ADU that fixed point holds without overflow, far beyond the converter's end.
const MOST_ADU: f64 = 4e6;
const MOST_SPREAD_ADU: f64 = 1e5;
/// The converter's end.
const FULL_SCALE: i64 = 65535;

/// What electrons become. Where several pixels make one sample their charge is added, and
/// the scale divided by their number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    adu_per_e: f64,
    /// Noise of a sample in electrons, without that of its row.
    noise_e: f64,
    well_e: f64,
    /// Sensor pixels of a sample.
    pixels: f64,
}

/// What the pixels of a row have in common.
#[derive(Clone, Copy)]
pub(super) struct Common {
    pub(super) normal: Normal,
    pub(super) bits: RowBits,
    /// Value without any electron.
    pub(super) bias_adu: f64,
}

impl Chain {
    /// `row_part` of the read noise is left to the rows.
    pub(super) fn new(amplifier: &Amplifier, readout: &Readout, row_part: f64) -> Chain {
        let pixels = f64::from(readout.bin * readout.bin);
        Chain {
            adu_per_e: 1.0 / (amplifier.e_per_adu * pixels),
            noise_e: amplifier.read_noise_e * pixels.sqrt() * (1.0 - row_part * row_part).sqrt(),
            well_e: amplifier.full_well_e * pixels,
            pixels,
        }
    }

    pub(super) fn adu(&self, electrons: f64) -> f64 {
        electrons * self.adu_per_e
    }

    /// Writes every `step`-th value of some columns, where each sensor pixel expects
    /// `electrons`.
    pub(super) fn fill(
        &self,
        common: &Common,
        values: &mut [u16],
        (columns, step): (Range<usize>, usize),
        electrons: f64,
    ) {
        let Common { normal, bits, bias_adu } = *common;
        let expected = electrons * self.pixels;
        let fixed = |adu: f64, most: f64| (adu.clamp(-most, most) * ONE) as i64;
        let spread = |e: f64| fixed(self.adu(e), MOST_SPREAD_ADU) / i64::from(UNIT);
        let bias = fixed(bias_adu + 0.5, MOST_ADU);
        let each = columns.step_by(step);
        if expected + 7.0 * expected.sqrt() > self.well_e {
            for column in each {
                values[column] = self.value(common, column, electrons);
            }
        } else if expected <= 0.0 {
            let read = spread(self.noise_e);
            for column in each {
                let deviate = i64::from(normal.steps(bits.at(column)));
                values[column] = sample(bias + deviate * read);
            }
        } else if expected <= MOST_COUNTED {
            let counts = Counts::new(expected);
            let (read, one) = (spread(self.noise_e), fixed(self.adu(1.0), MOST_ADU));
            for column in each {
                let bits = bits.at(column);
                let counted = i64::from(counts.draw(bits >> 24)) * one;
                values[column] = sample(bias + counted + i64::from(normal.steps(bits)) * read);
            }
        } else {
            let variance = expected + self.noise_e * self.noise_e;
            let total = spread(variance.sqrt());
            // Third moment of the sum: that of counting alone.
            let skew = self.adu(expected / (6.0 * variance));
            let mean = fixed(bias_adu + 0.5 + self.adu(expected) - skew, MOST_ADU);
            let skew = fixed(skew, MOST_SPREAD_ADU) / i64::from(UNIT);
            for column in each {
                let deviate = i64::from(normal.steps(bits.at(column)));
                let square = deviate * deviate / i64::from(UNIT);
                values[column] = sample(mean + deviate * total + square * skew);
            }
        }
    }

    /// The value of one column, where each sensor pixel expects `electrons`.
    pub(super) fn value(&self, common: &Common, column: usize, electrons: f64) -> u16 {
        let bits = common.bits.at(column);
        let expected = electrons * self.pixels;
        let counted = if expected < FEW {
            f64::from(few(expected, bits >> 24, (split_mix(bits) >> 11) as f64 / (1u64 << 53) as f64))
        } else {
            let z = common.normal.deviate(bits >> 24);
            expected + expected.sqrt() * z + (z * z - 1.0) / 6.0
        };
        let electrons = counted.min(self.well_e) + self.noise_e * common.normal.deviate(bits);
        // The conversion cuts, and ends at both ends of the scale.
        (common.bias_adu + self.adu(electrons) + 0.5) as u16
    }
}

#[inline]
fn sample(fixed: i64) -> u16 {
    (fixed >> SHIFT).clamp(0, FULL_SCALE) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vcam::sensor::readout;

    const COLUMNS: usize = 400_000;

    fn chain(e_per_adu: f64, read_noise_e: f64, full_well_e: f64) -> Chain {
        Chain::new(&Amplifier { e_per_adu, read_noise_e, full_well_e }, &readout(0).unwrap(), 0.0)
    }

    fn common(bias_adu: f64) -> Common {
        Common { normal: Normal::new(), bits: RowBits(99), bias_adu }
    }

    /// Mean, variance and third central moment.
    fn moments(values: &[u16]) -> [f64; 3] {
        let n = values.len() as f64;
        let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
        let power = |p| values.iter().map(|v| (f64::from(*v) - mean).powi(p)).sum::<f64>() / n;
        [mean, power(2), power(3)]
    }

    /// Both ways to a value, from a tenth of an electron to where counting is given up, hold
    /// the moments of counted electrons with read noise. Tolerances are six deviations of
    /// the estimates over the columns; rounding to whole ADU adds 1/12 to the variance.
    #[test]
    fn counted_electrons_have_their_moments() {
        let (bias, e_per_adu, read) = (1000.0, 0.25, 1.2);
        let chain = chain(e_per_adu, read, 81_000.0);
        let mut values = vec![0; COLUMNS];
        for expected in [0.0, 0.1, 1.0, 6.0, 23.0, 25.0, 127.0, 129.0, 1000.0, 12_000.0] {
            for alone in [false, true] {
                if alone {
                    for (column, value) in values.iter_mut().enumerate() {
                        *value = chain.value(&common(bias), column, expected);
                    }
                } else {
                    chain.fill(&common(bias), &mut values, (0..COLUMNS, 1), expected);
                }
                let got = moments(&values);
                let variance = (expected + read * read) / e_per_adu.powi(2) + 1.0 / 12.0;
                let third = expected / e_per_adu.powi(3);
                let n = COLUMNS as f64;
                // The fourth cumulant of counting widens the error of the variance.
                let fourth = expected / e_per_adu.powi(4);
                let errors = [
                    (variance / n).sqrt(),
                    ((2.0 * variance * variance + fourth) / n).sqrt(),
                    ((15.0 * variance.powi(3) + 30.0 * variance * fourth) / n).sqrt(),
                ];
                let wanted = [bias + expected / e_per_adu, variance, third];
                for i in 0..3 {
                    let off = (got[i] - wanted[i]).abs();
                    assert!(off < 6.0 * errors[i], "{expected} {alone} {i}: {got:?} {wanted:?} {errors:?}");
                }
            }
        }
    }

    /// The bits of a count must not show in the deviate that is added to it.
    #[test]
    fn electrons_and_read_noise_are_independent() {
        let chain = chain(0.01, 0.1, 81_000.0);
        let mut values = vec![0; COLUMNS];
        chain.fill(&common(1000.0), &mut values, (0..COLUMNS, 1), 2.0);
        // 100 ADU an electron and 10 ADU of noise: counts and noise can be told apart.
        let (mut product, mut squares) = (0.0, 0.0);
        for value in values {
            let adu = f64::from(value) - 1000.0;
            let count = (adu / 100.0).round();
            product += (count - 2.0) * (adu - 100.0 * count);
            squares += 2.0 * 100.0;
        }
        assert!(product.abs() < 6.0 * f64::sqrt(squares), "{product}");
    }

    #[test]
    fn the_pixel_and_the_converter_have_ends() {
        let mut values = vec![0; 10_000];
        // The pixel's: nothing but read noise is left of the noise.
        chain(1.3, 7.9, 50_000.0).fill(&common(500.0), &mut values, (0..10_000, 1), 60_000.0);
        let [mean, variance, _] = moments(&values);
        assert!((mean - 500.0 - 50_000.0 / 1.3).abs() < 1.0, "{mean}");
        assert!((variance.sqrt() / (7.9 / 1.3) - 1.0).abs() < 0.05, "{variance}");
        // The converter's upper and lower end.
        chain(0.4, 7.9, 50_000.0).fill(&common(500.0), &mut values, (0..10_000, 1), 30_000.0);
        assert!(values.iter().all(|v| *v == 65535));
        chain(0.4, 7.9, 50_000.0).fill(&common(0.0), &mut values, (0..10_000, 1), 0.0);
        let zeros = values.iter().filter(|v| **v == 0).count();
        // Half of them, and those of +0.5 ADU at a deviation of 20.
        assert!(zeros.abs_diff(5100) < 300, "{zeros}");
        // Gains that no camera has overflow nothing.
        for e_per_adu in [1e-9, 1e9] {
            for electrons in [0.0, 1.0, 1e3, 1e5, 1e30] {
                chain(e_per_adu, 7.9, 50_000.0).fill(&common(-1e9), &mut values, (0..100, 1), electrons);
            }
        }
    }

    #[test]
    fn a_step_leaves_the_columns_between() {
        let mut values = vec![7; 10];
        chain(1.0, 0.0, 1e5).fill(&common(100.0), &mut values, (1..10, 2), 0.0);
        assert_eq!(values, [7, 100, 7, 100, 7, 100, 7, 100, 7, 100]);
    }
}
