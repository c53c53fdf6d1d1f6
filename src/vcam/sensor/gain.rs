//! From the codes of the gain command to electrons per ADU, read noise and full well.
//!
//! Of the QHY600 that is published; of all others [`Pixel::Guess`] says something plausible.
//! A path through pixel and converter is chosen by the two switches and by double sampling.
//! On each path the published points (set of 2020, which agrees with the manual) are laid
//! out along the code that was observed for their setting; values lie on straight lines
//! between them. Read modes 0 (up to gain 25) and 2 send the same codes, and their points
//! agree within 1 %: that is why we believe that the switches mean this.

use std::sync::LazyLock;

use crate::model::qhy600_curves::{EXTENDED, EXTENDED_2CMS, HIGH_GAIN, PHOTOGRAPHIC};
use crate::model::{ControlId, Curve, Model, ReadMode};
use crate::wire::GainCode;

/// What a gain setting does to the signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::vcam) struct Amplifier {
    /// Electrons per ADU.
    pub(in crate::vcam) e_per_adu: f64,
    /// Read noise in electrons, that of the rows included.
    pub(in crate::vcam) read_noise_e: f64,
    /// Electrons that fit in a pixel, whatever the converter can show.
    pub(in crate::vcam) full_well_e: f64,
}

/// The digital code for a factor of one (observed at every analogue-only gain).
const DIGITAL_ONE: u16 = 8;
/// The largest analogue code; behind it settings change the digital one.
const ANALOGUE_TOP: u16 = 4000;
/// Double sampling lowers the noise so many times where no plot of that set shows it: the
/// later plots show 2.19 e- at gain 26 of mode 0, 3.33 and 1.55 e- at 0 and 56 of mode 1.
const PHOTOGRAPHIC_2CMS: f64 = 1.26;
const HIGH_GAIN_2CMS: f64 = 1.1;

/// A published point at its code.
#[derive(Clone, Copy)]
struct Point {
    code: f64,
    e_per_adu: f64,
    read_noise_e: f64,
}

/// Points by rising code.
struct Path(Vec<Point>);

/// All paths.
struct Paths {
    /// Low conversion gain of read modes 0 and 2.
    extended: Path,
    /// The same with double sampling (mode 3).
    extended_2cms: Path,
    /// High conversion gain of mode 0.
    photographic: Path,
    /// The same at the top of the analogue code, along the digital code. The published
    /// points are at the floor of the plot and do not fall steadily; they stand as they are.
    photographic_top: Path,
    /// Low and high conversion gain of mode 1.
    high_gain: [Path; 2],
}

static PATHS: LazyLock<Paths> = LazyLock::new(|| {
    let extended = points(&EXTENDED, 0..=100, |gain| 2400 + 16 * gain);
    let shared = points(&PHOTOGRAPHIC, 0..=25, |gain| 2400 + 40 * gain);
    Paths {
        extended: path(extended.chain(shared)),
        extended_2cms: path(points(&EXTENDED_2CMS, 0..=100, |gain| 2400 + 16 * gain)),
        photographic: path(points(&PHOTOGRAPHIC, 26..=65, |gain| 2440 + 40 * (gain - 26))),
        photographic_top: path(points(&PHOTOGRAPHIC, 65..=100, |gain| u32::from(DIGITAL_ONE) + gain - 65)),
        high_gain: [
            path(points(&HIGH_GAIN, 0..=55, |gain| 40 * gain)),
            path(points(&HIGH_GAIN, 56..=100, |gain| 4000 * (gain - 55) / 45)),
        ],
    }
});

/// The points of some settings at their codes.
fn points(
    curve: &'static Curve,
    settings: std::ops::RangeInclusive<u32>,
    code: fn(u32) -> u32,
) -> impl Iterator<Item = Point> {
    let inside = curve.points.iter().filter(move |point| settings.contains(&point.gain));
    inside.map(move |point| Point {
        code: f64::from(code(point.gain)),
        e_per_adu: point.e_per_adu,
        read_noise_e: point.read_noise_e,
    })
}

/// Puts points in order; those of one code become their mean.
fn path(points: impl Iterator<Item = Point>) -> Path {
    let mut all: Vec<Point> = points.collect();
    all.sort_by(|a, b| a.code.total_cmp(&b.code));
    let mean = |same: &[Point]| {
        let of = |part: fn(&Point) -> f64| same.iter().map(part).sum::<f64>() / same.len() as f64;
        Point {
            code: same[0].code,
            e_per_adu: of(|point| point.e_per_adu),
            read_noise_e: of(|point| point.read_noise_e),
        }
    };
    Path(all.chunk_by(|a, b| a.code == b.code).map(mean).collect())
}

impl Path {
    /// Electrons per ADU and read noise at a code; the ends hold beyond them.
    fn at(&self, code: u16) -> (f64, f64) {
        let code = f64::from(code);
        let behind = self.0.partition_point(|point| point.code <= code);
        let low = self.0[behind.saturating_sub(1)];
        let high = self.0[behind.min(self.0.len() - 1)];
        let span = high.code - low.code;
        let along = if span > 0.0 { (code - low.code) / span } else { 0.0 };
        let between = |from: f64, to: f64| from + (to - from) * along;
        (between(low.e_per_adu, high.e_per_adu), between(low.read_noise_e, high.read_noise_e))
    }
}

/// What gain codes mean to a sensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::vcam) enum Pixel {
    /// As published of the QHY600.
    Imx455 {
        /// Each row is sampled twice, which lowers the read noise.
        double_sampling: bool,
    },
    /// As guessed of any other.
    Guess {
        /// The largest analogue code.
        analogue_top: f64,
        /// The digital code for a factor of one.
        digital_one: u16,
        /// Electrons that fit in a pixel.
        well_e: f64,
    },
}

/// Electrons that a square micrometre holds: about what the QHY600 does in its usual modes.
const WELL_E_PER_UM2: f64 = 3600.0;
/// Range of the analogue gain in decibels.
const ANALOGUE_DB: f64 = 24.0;
/// What high conversion gain multiplies the signal with.
const HIGH_CONVERSION: f64 = 3.0;
/// Read noise without any gain, of which gain takes all but the second.
const READ_NOISE_E: (f64, f64) = (5.0, 1.0);

impl Pixel {
    /// What the codes that a read mode's gain settings are sent as would plausibly mean:
    /// nothing is published in this form.
    pub(super) fn of(model: &Model, mode: &ReadMode) -> Pixel {
        let most = model.control(ControlId::GAIN).and_then(|control| control.range).map_or(0.0, |r| r.max);
        let all = (0..=most as u32).map(|setting| mode.gain.steps(f64::from(setting)));
        let top = all.clone().map(|steps| steps.analogue).max().unwrap_or(1);
        let digital_one = all.map(|steps| steps.digital).min().unwrap_or(1);
        Pixel::Guess {
            analogue_top: f64::from(top.max(1)),
            digital_one: digital_one.max(1),
            well_e: WELL_E_PER_UM2 * model.pixel_um * model.pixel_um,
        }
    }

    /// The amplifier of one digital slot (0 red or mono, 1 green, 2 blue).
    pub(in crate::vcam) fn amplifier(&self, gain: &GainCode, slot: usize) -> Amplifier {
        match *self {
            Pixel::Imx455 { double_sampling } => amplifier(gain, slot, double_sampling),
            Pixel::Guess { analogue_top, digital_one, well_e } => {
                let decibels = ANALOGUE_DB * f64::from(gain.analogue) / analogue_top;
                let conversion = if gain.switch_16 == 0 { 1.0 } else { HIGH_CONVERSION };
                let factor = 10f64.powf(decibels / 20.0) * conversion;
                let digital = f64::from(gain.digital[slot].max(1)) / f64::from(digital_one);
                let (least, most) = (READ_NOISE_E.1, READ_NOISE_E.0);
                Amplifier {
                    e_per_adu: well_e / 65535.0 / factor / digital,
                    read_noise_e: least + (most - least) / factor,
                    full_well_e: well_e,
                }
            }
        }
    }
}

fn amplifier(gain: &GainCode, slot: usize, double_sampling: bool) -> Amplifier {
    let digital = gain.digital[slot].max(1);
    let high_conversion = gain.switch_16 != 0;
    let (path, pixel_e, factor_2cms) = match (gain.switch_14, high_conversion) {
        (0, false) if double_sampling => (&PATHS.extended_2cms, EXTENDED_2CMS.pixel_e, 1.0),
        (0, false) => (&PATHS.extended, EXTENDED.pixel_e, 1.0),
        (0, true) => (&PATHS.photographic, PHOTOGRAPHIC.pixel_e, PHOTOGRAPHIC_2CMS),
        (_, high) => (&PATHS.high_gain[usize::from(high)], HIGH_GAIN.pixel_e, HIGH_GAIN_2CMS),
    };
    let plotted = gain.switch_14 == 0 && high_conversion && gain.analogue >= ANALOGUE_TOP;
    let ((e_per_adu, read_noise_e), one) = if plotted && digital > DIGITAL_ONE {
        let last = PATHS.photographic_top.0.last().map_or(DIGITAL_ONE, |point| point.code as u16);
        (PATHS.photographic_top.at(digital), digital.min(last))
    } else {
        (path.at(gain.analogue), DIGITAL_ONE)
    };
    Amplifier {
        e_per_adu: e_per_adu * f64::from(one) / f64::from(digital),
        read_noise_e: if double_sampling { read_noise_e / factor_2cms } else { read_noise_e },
        full_well_e: pixel_e,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model;

    fn code(analogue: u16, switch_14: u16, switch_16: u8) -> GainCode {
        GainCode { analogue, digital: [8, 0, 0], switch_14, switch_16, ..GainCode::default() }
    }

    /// The code that the host sends for a setting; its law reproduces what was observed.
    pub(in crate::vcam::sensor) fn sent(mode: usize, gain: u32) -> GainCode {
        let law = model::by_name("QHY600M").unwrap().read_modes[mode].gain;
        let steps = law.steps(f64::from(gain));
        GainCode { digital: [steps.digital, 0, 0], ..code(steps.analogue, steps.switch_14, steps.switch_16) }
    }

    #[test]
    fn every_published_point_is_met() {
        let modes = model::by_name("QHY600M").unwrap().read_modes;
        let mut seen = 0;
        for (mode, curve) in modes.iter().enumerate().filter_map(|(i, m)| Some((i, m.curve?))) {
            for point in curve.points {
                let got = amplifier(&sent(mode, point.gain), 0, modes[mode].readout_code == 3);
                let what = format!("mode {mode} gain {}: {got:?}", point.gain);
                assert!((got.e_per_adu / point.e_per_adu - 1.0).abs() < 0.01, "{what}");
                assert!((got.read_noise_e / point.read_noise_e - 1.0).abs() < 0.03, "{what}");
                seen += 1;
            }
        }
        assert_eq!(seen, 89);
    }

    /// The manual: steps of the noise, mode 2 holds nearly 80 ke-, mode 1 more than 51.
    #[test]
    fn conversion_gain_steps_where_the_manual_says() {
        let noise = |mode, gain| amplifier(&sent(mode, gain), 0, false).read_noise_e;
        assert!(noise(0, 25) > 2.0 * noise(0, 26) && noise(1, 55) > 1.8 * noise(1, 56));
        for (mode, gain) in [(0, 24), (0, 27), (1, 54), (1, 57), (2, 25), (2, 55)] {
            assert!(
                (noise(mode, gain) / noise(mode, gain + 1) - 1.0).abs() < 0.05 || gain == 25 && mode == 0
            );
        }
        assert_eq!(amplifier(&sent(2, 0), 0, false).full_well_e, 81_000.0);
        assert_eq!(amplifier(&sent(1, 0), 0, false).full_well_e, 51_500.0);
    }

    #[test]
    fn double_sampling_lowers_the_noise() {
        for (mode, gain, noise_e) in [(8, 26, 2.19), (9, 0, 3.333), (9, 56, 1.547)] {
            let got = amplifier(&sent(mode, gain), 0, true).read_noise_e;
            assert!((got / noise_e - 1.0).abs() < 0.03, "mode {mode}: {got}");
        }
    }

    #[test]
    fn digital_gain_multiplies() {
        for (mode, top) in [(1, 100), (2, 100), (0, 100)] {
            let e_per_adu = |gain| amplifier(&sent(mode, gain), 0, false).e_per_adu;
            let digital = |gain| f64::from(sent(mode, gain).digital[0]);
            let ratio = e_per_adu(top) / e_per_adu(200);
            assert!((ratio * digital(top) / digital(200) - 1.0).abs() < 1e-9, "mode {mode}");
        }
        let mut gain = code(2600, 0, 1);
        let one = amplifier(&gain, 0, false).e_per_adu;
        gain.digital[0] = 12;
        assert!((amplifier(&gain, 0, false).e_per_adu * 1.5 - one).abs() < 1e-9);
    }
}
