//! From the codes of the gain command to electrons per ADU, read noise and full well.
//!
//! The published curves (set A, which agrees with the manual) are straight lines in the
//! analogue code, one for each setting of the two switches; the first one fits read
//! modes 0 and 2 alike, which is why we believe that the switches mean this.

use crate::wire::GainCode;

/// What a gain setting does to the signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::vcam) struct Amplifier {
    /// Electrons per ADU.
    pub(in crate::vcam) e_per_adu: f64,
    /// Read noise in electrons.
    pub(in crate::vcam) read_noise_e: f64,
    /// Electrons that fit in a pixel.
    pub(in crate::vcam) full_well_e: f64,
}

/// A straight line in the analogue code for each of two quantities.
struct Line {
    codes: (f64, f64),
    e_per_adu: (f64, f64),
    read_noise_e: (f64, f64),
    full_well_e: f64,
}

/// Low conversion gain, extended full well.
const EXTENDED: Line = Line {
    codes: (2400.0, 4000.0),
    e_per_adu: (1.2944, 0.0695),
    read_noise_e: (7.9, 5.43),
    full_well_e: 81_000.0,
};
/// The same pixel with high conversion gain (mode 0 from gain 26 on).
const EXTENDED_HIGH: Line = Line {
    codes: (2440.0, 4000.0),
    e_per_adu: (0.4113, 0.0222),
    read_noise_e: (2.754, 1.992),
    full_well_e: 81_000.0,
};
/// Low conversion gain of the high gain mode.
const NORMAL: Line = Line {
    codes: (0.0, 2200.0),
    e_per_adu: (0.7733, 0.3538),
    read_noise_e: (3.703, 3.331),
    full_well_e: 51_500.0,
};
/// High conversion gain of the high gain mode.
const NORMAL_HIGH: Line = Line {
    codes: (88.0, 4000.0),
    e_per_adu: (0.3301, 0.0086),
    read_noise_e: (1.686, 1.11),
    full_well_e: 51_500.0,
};

/// Below this the plots are at their digitising floor.
const LEAST_E_PER_ADU: f64 = 0.0053;
/// The digital code for a factor of one (observed at every analogue-only gain).
const DIGITAL_ONE: f64 = 8.0;

/// The amplifier of one digital slot (0 red or mono, 1 green, 2 blue).
pub(in crate::vcam) fn amplifier(gain: &GainCode, slot: usize) -> Amplifier {
    let line = match (gain.switch_14, gain.switch_16) {
        (0, 0) => EXTENDED,
        (0, _) => EXTENDED_HIGH,
        (_, 0) => NORMAL,
        (_, _) => NORMAL_HIGH,
    };
    let along = (f64::from(gain.analogue) - line.codes.0) / (line.codes.1 - line.codes.0);
    let at = |(from, to): (f64, f64)| from + (to - from) * along.clamp(0.0, 1.0);
    let digital = f64::from(gain.digital[slot].max(1)) / DIGITAL_ONE;
    Amplifier {
        e_per_adu: at(line.e_per_adu).max(LEAST_E_PER_ADU) / digital,
        read_noise_e: at(line.read_noise_e),
        full_well_e: line.full_well_e,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(analogue: u16, switch_14: u16, switch_16: u8) -> GainCode {
        GainCode { analogue, digital: [8, 0, 0], switch_14, switch_16, ..GainCode::default() }
    }

    /// Published points (mode and gain), as the codes observed for them.
    #[test]
    fn published_points_are_met() {
        for (name, gain, e_per_adu, noise_e) in [
            ("mode 0 gain 0", code(2400, 0, 0), 1.2977, 7.856),
            ("mode 0 gain 25", code(3400, 0, 0), 0.5297, 6.992),
            ("mode 0 gain 26", code(2440, 0, 1), 0.4113, 2.754),
            ("mode 0 gain 40", code(3000, 0, 1), 0.2726, 2.602),
            ("mode 0 gain 60", code(3800, 0, 1), 0.0729, 2.314),
            ("mode 1 gain 0", code(0, 3, 0), 0.7733, 3.703),
            ("mode 1 gain 30", code(1200, 3, 0), 0.5466, 3.534),
            ("mode 1 gain 56", code(88, 2, 1), 0.3301, 1.686),
            ("mode 1 gain 80", code(2222, 2, 1), 0.1541, 1.551),
            ("mode 2 gain 0", code(2400, 0, 0), 1.2944, 7.907),
            ("mode 2 gain 50", code(3200, 0, 0), 0.6820, 7.212),
        ] {
            let got = amplifier(&gain, 0);
            assert!((got.e_per_adu - e_per_adu).abs() < 0.03, "{name}: {got:?}");
            assert!((got.read_noise_e / noise_e - 1.0).abs() < 0.12, "{name}: {got:?}");
        }
    }

    #[test]
    fn digital_gain_multiplies() {
        let mut gain = code(4000, 0, 1);
        let one = amplifier(&gain, 0).e_per_adu;
        gain.digital[0] = 16;
        assert!((amplifier(&gain, 0).e_per_adu - one / 2.0).abs() < 1e-9);
    }
}
