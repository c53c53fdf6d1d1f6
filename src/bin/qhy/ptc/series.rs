//! Which exposures a photon transfer curve needs, found by looking at the first of them:
//! nobody knows how bright the light is.

use super::fit::{DEFECTS, Level};
use super::stats::Pair;

/// Where pairs of frames come from.
pub(crate) trait Source {
    /// The shortest exposure.
    fn shortest_us(&self) -> f64;
    /// Two frames.
    fn pair(&mut self, exposure_us: f64) -> Result<Pair, String>;
}

/// Frames of one setting of the camera.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series {
    pub(crate) bias: Vec<Level>,
    pub(crate) flats: Vec<Level>,
}

/// Pairs of bias frames.
const BIAS_PAIRS: u32 = 4;
/// Longest exposure that is tried.
const LONGEST_US: f64 = 120e6;
/// The part of the scale in which an exposure tells how bright the light is.
const TELLING: (f64, f64) = (0.02, 0.6);
/// Levels above what is used for the slope, as parts of the converter's scale: the last
/// two must both be full, or one could not tell that they are.
const TOP: [f64; 7] = [0.7, 0.8, 0.87, 0.93, 1.0, 1.2, 1.5];
/// From the darkest level to the first of [`TOP`].
const DARKEST: f64 = 0.003;
const MIDDLE: f64 = 0.6;

/// Takes a series with so many levels.
pub(crate) fn take(source: &mut impl Source, levels: u32) -> Result<Series, String> {
    let mut level = |exposure_us: f64| {
        let exposure_us = exposure_us.round().max(source.shortest_us());
        source.pair(exposure_us).map(|pair| Level { exposure_us, pair })
    };
    let bias = (0..BIAS_PAIRS).map(|_| level(0.0)).collect::<Result<Vec<Level>, String>>()?;
    let (dark_adu, shortest_us) = (bias[0].pair.mean_adu, bias[0].exposure_us);
    let scale_adu = f64::from(u16::MAX) - dark_adu;

    let mut exposure_us = 1000.0f64.max(4.0 * shortest_us);
    let full_us = loop {
        let probe = level(exposure_us)?;
        let part = (probe.pair.mean_adu - dark_adu) / scale_adu;
        if probe.pair.full < DEFECTS && part > TELLING.0 && part < TELLING.1 {
            break shortest_us + (probe.exposure_us - shortest_us) / part;
        }
        if part <= TELLING.0 {
            if exposure_us >= LONGEST_US {
                return Err(format!("{:.0} s see too little light", LONGEST_US / 1e6));
            }
            exposure_us = (exposure_us * 8.0).min(LONGEST_US);
        } else {
            if exposure_us <= 4.0 * shortest_us {
                return Err("the light is too bright for the shortest exposures".into());
            }
            exposure_us = (exposure_us / 8.0).max(4.0 * shortest_us);
        }
    };

    if full_us * TOP[TOP.len() - 1] > LONGEST_US {
        return Err(format!("{:.0} s do not fill the converter", LONGEST_US / 1e6));
    }
    let mut parts: Vec<f64> = Vec::new();
    let low = levels.saturating_sub(TOP.len() as u32).max(3);
    for n in 0..low {
        parts.push(DARKEST * (MIDDLE / DARKEST).powf(f64::from(n) / f64::from(low - 1)));
    }
    parts.extend(TOP);
    let mut flats: Vec<Level> = Vec::new();
    for part in parts {
        let exposure_us = (full_us * part).round();
        if exposure_us > 2.0 * shortest_us {
            flats.push(level(exposure_us)?);
        }
    }
    Ok(Series { bias, flats })
}

#[cfg(test)]
mod tests {
    use super::super::fit::{Limit, fit};
    use super::super::stats::synthetic::{PLAIN, Random, Sensor};
    use super::*;

    /// A panel of so many electrons a microsecond.
    struct Panel {
        sensor: Sensor,
        light: f64,
        random: Random,
        asked: Vec<f64>,
    }

    impl Panel {
        fn new(light: f64) -> Panel {
            Panel { sensor: PLAIN, light, random: Random(3), asked: Vec::new() }
        }
    }

    impl Source for Panel {
        fn shortest_us(&self) -> f64 {
            40.0
        }

        fn pair(&mut self, exposure_us: f64) -> Result<Pair, String> {
            self.asked.push(exposure_us);
            let [a, b] =
                [(); 2].map(|()| self.sensor.frame(self.light * exposure_us, (64, 64), &mut self.random));
            Ok(Pair::of(&a, &b, 64).unwrap())
        }
    }

    #[test]
    fn the_exposures_fit_the_light() {
        for light in [4e-4, 0.02, 3.0] {
            let mut panel = Panel::new(light);
            let series = take(&mut panel, 14).unwrap();
            assert_eq!(series.bias.len(), 4);
            // The darkest levels of a bright light are too short to be taken.
            assert!(series.flats.len() >= 12, "{light}: {}", series.flats.len());
            assert!(panel.asked.iter().all(|us| (40.0..=LONGEST_US).contains(us)));
            // 27 000 electrons fill the scale.
            let last = series.flats.last().unwrap();
            assert!((last.exposure_us * light / 27_000.0 / 1.5 - 1.0).abs() < 0.05, "{light}: {last:?}");
            let fit = fit(&series.bias, &series.flats).unwrap();
            assert_eq!(fit.well.unwrap().limit, Limit::Converter);
            assert!((fit.e_per_adu / 0.4113 - 1.0).abs() < 0.05, "{light}: {fit:?}");
            // 12 e- of light are in a bias frame of the brightest.
            assert!((fit.read_noise_e / 2.754 - 1.0).abs() < 0.1, "{light}: {fit:?}");
        }
    }

    #[test]
    fn too_little_and_too_much_light_are_told() {
        assert!(take(&mut Panel::new(0.0), 14).unwrap_err().contains("too little light"));
        assert!(take(&mut Panel::new(2e-4), 14).unwrap_err().contains("do not fill"));
        assert!(take(&mut Panel::new(500.0), 14).unwrap_err().contains("too bright"));
    }
}
