//! From gain setting to gain codes. The laws reproduce every code that the vendor's
//! library sends on a QHY600, settings 0 to 200 in all read modes (observed).

use super::schema::{GainLaw, GainSteps};

/// The smallest digital gain code.
const UNITY: u16 = 8;
/// The largest analogue gain code.
const TOP: u16 = 4000;

/// Settings of the extended full well modes for which the vendor's library sends one
/// code less than 16 a step gives: it computes in floating point and cuts.
const CUT: [u32; 14] = [14, 17, 19, 39, 44, 47, 49, 52, 69, 74, 77, 79, 82, 83];

impl GainLaw {
    /// The codes for a gain setting. The fraction of a setting is cut.
    pub fn steps(self, gain: f64) -> GainSteps {
        let gain = gain.clamp(0.0, 1000.0) as u32;
        match self {
            GainLaw::Imx455Photographic => match gain {
                0..=25 => analogue(2400 + 40 * gain, 0, 0),
                26..=65 => analogue(2440 + 40 * (gain - 26), 0, 1),
                _ => digital(gain - 65, 0, 1),
            },
            GainLaw::Imx455HighGain => match gain {
                0..=55 => analogue(40 * gain, 3, 0),
                56..=100 => analogue(4000 * (gain - 55) / 45, 2, 1),
                _ => digital(gain - 100, 2, 1),
            },
            GainLaw::Imx455Extended => match gain {
                0..=100 => analogue(2400 + 16 * gain - u32::from(CUT.contains(&gain)), 0, 0),
                _ => digital(gain - 100, 0, 0),
            },
        }
    }
}

fn analogue(code: u32, switch_14: u8, switch_16: u8) -> GainSteps {
    GainSteps { analogue: code as u16, digital: UNITY, switch_14, switch_16 }
}

fn digital(steps: u32, switch_14: u8, switch_16: u8) -> GainSteps {
    GainSteps { analogue: TOP, digital: UNITY + steps as u16, switch_14, switch_16 }
}
