//! Noise that a row has in common.
//!
//! Random bands average out over frames, periodic ones do not, and their frequency moves with
//! USB traffic until they vanish (manual). That they are a hum of fixed frequency under a
//! line clock that traffic changes, with one quiet value a camera, and all amplitudes, are
//! guesses.

use super::noise::Normal;
use crate::vcam::rng::{hash, split_mix};

/// The row noise of one camera.
#[derive(Clone, Copy)]
pub(super) struct Bands {
    seed: u64,
    /// The traffic at which the hum falls on whole rows.
    pub(super) quiet_traffic: u8,
    phase: f64,
}

/// Part of the read noise that all pixels of a row share.
pub(super) const ROW_PART: f64 = 0.08;
/// Amplitude of the periodic bands against the read noise.
const BAND_PART: f64 = 0.1;
/// Traffic steps that move the hum by a whole period a row.
const STEPS_A_PERIOD: f64 = 240.0;

impl Bands {
    pub(super) fn new(seed: u64) -> Bands {
        let bits = hash(&[seed, 0x0062_616E_6473]);
        Bands {
            seed,
            quiet_traffic: 8 + (bits % 41) as u8,
            phase: (split_mix(bits) >> 11) as f64 / (1u64 << 53) as f64,
        }
    }

    /// How far a row of a frame is off, in read noises. Rows count as the sensor reads them.
    pub(super) fn offset(&self, row: u32, frame: u32, traffic: u8) -> f64 {
        let random = Normal::new().deviate(hash(&[self.seed, 0x0072_6F77, u64::from(frame), u64::from(row)]));
        let steps = f64::from(traffic) - f64::from(self.quiet_traffic);
        let periodic = if steps == 0.0 {
            0.0
        } else {
            let periods = steps / STEPS_A_PERIOD * f64::from(row) + self.phase;
            (std::f64::consts::TAU * periods).sin()
        };
        ROW_PART * random + BAND_PART * periodic
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_move_with_traffic_and_vanish_at_one_value() {
        let bands = Bands::new(9);
        let quiet = bands.quiet_traffic;
        assert!(quiet < 50, "not where the camera starts");
        // Strength at a number of periods a row, the random part averaged over frames.
        let strength = |traffic, periods: f64| {
            let (mut x, mut y) = (0.0, 0.0);
            for frame in 0..4 {
                for row in 0..2400 {
                    let angle = std::f64::consts::TAU * periods * f64::from(row);
                    let value = bands.offset(row, frame, traffic);
                    x += value * angle.cos();
                    y += value * angle.sin();
                }
            }
            2.0 * f64::hypot(x, y) / 9600.0
        };
        for steps in [1u8, 3, 12] {
            let periods = f64::from(steps) / STEPS_A_PERIOD;
            assert!((strength(quiet + steps, periods) / BAND_PART - 1.0).abs() < 0.1);
            assert!(strength(quiet, periods) < 0.1 * BAND_PART);
            assert!(strength(quiet + steps, 2.0 * periods) < 0.1 * BAND_PART);
        }
        let squares: f64 = (0..6000).map(|row| bands.offset(row, 3, quiet).powi(2)).sum();
        assert!(((squares / 6000.0).sqrt() / ROW_PART - 1.0).abs() < 0.06);
    }
}
