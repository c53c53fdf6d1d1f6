//! From gain setting to gain codes. The laws reproduce every code that the vendor's
//! library sends on a QHY600, settings 0 to 200 in all read modes (observed).

use super::schema::{GainLaw, GainSteps};

/// The smallest digital gain code.
const UNITY: u16 = 8;
/// The largest analogue gain code.
const TOP: u16 = 4000;

/// The analogue code at which the amplification would have no end.
const ANALOGUE_END: f64 = 4095.0;
/// How many times as many units an electron makes with the higher conversion gain, at the
/// same analogue code: from the published system gains on both sides of the step.
const PHOTOGRAPHIC_STEP: f64 = (1.2977 / 1695.0) / (0.4113 / 1655.0);
const HIGH_GAIN_STEP: f64 = (0.7733 / 4095.0) / (0.3301 / 4007.0);

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

impl GainLaw {
    /// Amplification of a setting against setting 0, in decibels (20 for ten times).
    ///
    /// Within one conversion gain the analogue code amplifies 1 / (4095 - code) times: the
    /// vendor's library converts so, and the published system gains agree. That library
    /// takes the step of the conversion gain for none and the digital gain for 1 dB where
    /// it is 20.
    pub fn decibels(self, gain: f64) -> f64 {
        20.0 * (self.amplification(gain) / self.amplification(0.0)).log10()
    }

    /// The setting within `0..=most` that amplifies by so many decibels, between two whole
    /// ones where none does exactly; the nearest end outside of what they reach.
    pub fn setting(self, decibels: f64, most: u32) -> f64 {
        let at = |gain: u32| self.decibels(f64::from(gain));
        let (mut low, mut high) = (0, most);
        if decibels <= at(low) {
            return f64::from(low);
        }
        if decibels >= at(high) {
            return f64::from(high);
        }
        while high - low > 1 {
            let middle = (low + high) / 2;
            *if at(middle) <= decibels { &mut low } else { &mut high } = middle;
        }
        f64::from(low) + (decibels - at(low)) / (at(high) - at(low))
    }

    fn amplification(self, gain: f64) -> f64 {
        let steps = self.steps(gain);
        let conversion = match (self, steps.switch_16) {
            (_, 0) | (GainLaw::Imx455Extended, _) => 1.0,
            (GainLaw::Imx455Photographic, _) => PHOTOGRAPHIC_STEP,
            (GainLaw::Imx455HighGain, _) => HIGH_GAIN_STEP,
        };
        conversion * f64::from(steps.digital) / f64::from(UNITY) / (ANALOGUE_END - f64::from(steps.analogue))
    }
}

fn analogue(code: u32, switch_14: u8, switch_16: u8) -> GainSteps {
    GainSteps { analogue: code as u16, digital: UNITY, switch_14, switch_16 }
}

fn digital(steps: u32, switch_14: u8, switch_16: u8) -> GainSteps {
    GainSteps { analogue: TOP, digital: UNITY + steps as u16, switch_14, switch_16 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Model, by_name};

    /// One group of read modes: analogue, digital, byte 14 and byte 16 for settings 0..=200.
    type Group = (Vec<usize>, [Vec<i64>; 4]);

    /// Reads the committed copy of what was observed.
    fn observed() -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut column = 0;
        for line in include_str!("observed/qhy600-gain.txt").lines() {
            let mut words = line.split_whitespace().peekable();
            let first = words.peek().copied().unwrap_or("#");
            column = match first {
                "analogue" => 0,
                "digital" => 1,
                "byte14" => 2,
                "byte16" => 3,
                _ => column,
            };
            if first.starts_with('#') {
                continue;
            }
            if first == "modes" {
                groups.push((words.skip(1).map(|w| w.parse().unwrap()).collect(), Default::default()));
                continue;
            }
            let values = &mut groups.last_mut().expect("modes come first").1[column];
            for word in words.filter(|w| !w.starts_with(char::is_alphabetic)) {
                match word.split_once('*') {
                    None => values.push(word.parse().unwrap()),
                    Some((count, step)) => {
                        let step: i64 = step.parse().unwrap();
                        for _ in 0..count.parse().unwrap() {
                            values.push(values.last().unwrap() + step);
                        }
                    }
                }
            }
        }
        groups
    }

    fn codes(model: &Model, mode: usize, gain: usize) -> [i64; 4] {
        let steps = model.read_modes[mode].gain.steps(gain as f64);
        [steps.analogue.into(), steps.digital.into(), steps.switch_14.into(), steps.switch_16.into()]
    }

    #[test]
    fn every_observed_code_comes_out() {
        let mut compared = 0;
        for name in ["QHY600M", "QHY600C"] {
            let model = by_name(name).unwrap();
            for (modes, columns) in observed() {
                assert!(columns.iter().all(|c| c.len() == 201));
                for mode in modes {
                    for gain in 0..=200 {
                        let expected = columns.each_ref().map(|c| c[gain]);
                        assert_eq!(codes(model, mode, gain), expected, "{name} mode {mode} gain {gain}");
                        compared += 1;
                    }
                }
            }
        }
        assert_eq!(compared, 2 * 11 * 201);
    }

    /// The same against the full recording, 3819 rows, where the reference folder is there.
    #[test]
    fn every_row_of_the_recording_comes_out() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/protocol/facts");
        for (name, rows, slots) in [("QHY600M", 2211, [1, 0, 0]), ("QHY600C", 1608, [1, 1, 1])] {
            let file = folder.join(format!("{}-gain-registers.tsv", name.to_lowercase()));
            let Ok(text) = std::fs::read_to_string(&file) else {
                println!("skipped: {} is not here; the committed copy was compared", file.display());
                continue;
            };
            let model = by_name(name).unwrap();
            let mut compared = 0;
            for line in text.lines().skip(1) {
                let row: Vec<i64> = line.split('\t').take(8).map(|w| w.parse().unwrap()).collect();
                let [analogue, digital, b14, b16] = codes(model, row[0] as usize, row[1] as usize);
                let [red, green, blue] = slots.map(|used| used * digital);
                assert_eq!(row[2..], [analogue, red, green, blue, b14, b16], "{name}: {line}");
                compared += 1;
            }
            assert_eq!(compared, rows);
        }
    }

    const LAWS: [GainLaw; 3] =
        [GainLaw::Imx455Photographic, GainLaw::Imx455HighGain, GainLaw::Imx455Extended];

    /// Answers of the vendor's library where it is right: below the conversion gain's step
    /// and without digital gain.
    #[test]
    fn decibels_are_those_observed() {
        for (law, gain, decibels) in [
            (GainLaw::Imx455Photographic, 5.0, 1.0906),
            (GainLaw::Imx455Photographic, 20.0, 5.5469),
            (GainLaw::Imx455Photographic, 25.0, 7.7437),
            (GainLaw::Imx455HighGain, 5.0, 0.4349),
            (GainLaw::Imx455HighGain, 55.0, 6.6929),
            (GainLaw::Imx455Extended, 50.0, 5.5469),
            (GainLaw::Imx455Extended, 100.0, 25.0289),
        ] {
            assert!((law.decibels(gain) - decibels).abs() < 1e-4, "{law:?} {gain}: {}", law.decibels(gain));
        }
    }

    /// Ten units of digital gain where there were eight.
    #[test]
    fn digital_gain_counts_as_what_it_does() {
        let law = GainLaw::Imx455Extended;
        assert!((law.decibels(102.0) - law.decibels(100.0) - 20.0 * (10.0f64 / 8.0).log10()).abs() < 1e-9);
    }

    /// The plots were read to 0.008 e-/ADU; that of mode 3 wobbles by more.
    #[test]
    fn decibels_agree_with_the_published_system_gains() {
        for mode in by_name("QHY600M").unwrap().read_modes {
            let Some(curve) = mode.curve else { continue };
            for point in curve.points {
                let by_law =
                    curve.points[0].e_per_adu / 10f64.powf(mode.gain.decibels(point.gain.into()) / 20.0);
                let off = (by_law - point.e_per_adu).abs();
                assert!(off < 0.04, "{} {}: {by_law}", mode.name, point.gain);
            }
        }
    }

    #[test]
    fn settings_and_decibels_are_inverse_and_rise() {
        for law in LAWS {
            for gain in 0..200 {
                let (here, next) = (law.decibels(gain.into()), law.decibels((gain + 1).into()));
                assert!(next > here, "{law:?} {gain}");
                assert!((law.setting(here, 200) - f64::from(gain)).abs() < 1e-6, "{law:?} {gain}");
                let between = law.setting((here + next) / 2.0, 200);
                assert!((between - f64::from(gain) - 0.5).abs() < 1e-6, "{law:?} {gain}");
            }
            assert_eq!(law.setting(-3.0, 200), 0.0);
            assert_eq!(law.setting(1e300, 140), 140.0);
        }
    }

    #[test]
    fn settings_beyond_the_sweep_do_not_overflow() {
        for law in LAWS {
            assert_eq!(law.steps(-1.0), law.steps(0.0));
            assert_eq!(law.steps(f64::NAN), law.steps(0.0));
            assert_eq!(law.steps(f64::INFINITY), law.steps(1000.0));
            assert_eq!(law.steps(12.9), law.steps(12.0));
        }
        // Observed: setting 1000 in mode 0 sends digital 0x03AF.
        assert_eq!(GainLaw::Imx455Photographic.steps(1000.0).digital, 0x03AF);
    }
}
