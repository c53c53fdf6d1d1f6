//! From gain setting to system gain, full well and read noise, by published curves.
//!
//! A curve is a list of points as a maker published them. Between two points the value is
//! on the straight line, except where the conversion gain switches: there a setting has the
//! value of its own side. Nothing is extrapolated.

/// One published point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Gain setting.
    pub gain: u32,
    /// System gain: electrons per unit of a 16-bit sample.
    pub e_per_adu: f64,
    /// Read noise in electrons.
    pub read_noise_e: f64,
}

/// The published points of a read mode, by rising gain.
#[derive(Debug)]
pub struct Curve {
    /// The points; at least one.
    pub points: &'static [Point],
    /// The setting from which on the pixel converts with its higher gain.
    pub step_at: Option<u32>,
    /// Electrons that the pixel itself can hold.
    pub pixel_e: f64,
}

/// What a gain setting does to electrons.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amplification {
    /// System gain: electrons per unit of a 16-bit sample.
    pub e_per_adu: f64,
    /// Read noise in electrons.
    pub read_noise_e: f64,
    /// Electrons at which a sample is full: the pixel's or the converter's limit.
    pub full_well_e: f64,
}

/// Largest 16-bit sample.
const FULL_SCALE_ADU: f64 = 65535.0;

impl Curve {
    /// What a setting does; `None` outside the published range. The camera knows whole
    /// settings only, so a fraction is cut.
    pub fn at(&self, gain: f64) -> Option<Amplification> {
        let (first, last) = (self.points.first()?, self.points.last()?);
        let gain = gain.floor();
        if !(f64::from(first.gain)..=f64::from(last.gain)).contains(&gain) {
            return None;
        }
        let gain = gain as u32;
        let behind = self.points.partition_point(|point| point.gain <= gain);
        let low = &self.points[behind - 1];
        let high = self.points.get(behind).unwrap_or(low);
        let steps = self.step_at.is_some_and(|at| low.gain < at && at <= high.gain);
        let high = if steps { low } else { high };
        let along = match high.gain - low.gain {
            0 => 0.0,
            span => f64::from(gain - low.gain) / f64::from(span),
        };
        let between = |from: f64, to: f64| from + (to - from) * along;
        let e_per_adu = between(low.e_per_adu, high.e_per_adu);
        Some(Amplification {
            e_per_adu,
            read_noise_e: between(low.read_noise_e, high.read_noise_e),
            full_well_e: (FULL_SCALE_ADU * e_per_adu).min(self.pixel_e),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model;

    fn curves() -> impl Iterator<Item = (&'static str, &'static Curve)> {
        model::all().flat_map(|m| m.read_modes).filter_map(|mode| Some((mode.name, mode.curve?)))
    }

    #[test]
    fn curves_are_what_the_lookup_expects() {
        let mut seen = 0;
        for (name, curve) in curves() {
            assert!(curve.points.windows(2).all(|p| p[0].gain < p[1].gain), "{name}");
            assert!(curve.points.iter().all(|p| p.e_per_adu > 0.0 && p.read_noise_e > 0.0), "{name}");
            // A step between points that do not touch it would smear it.
            if let Some(at) = curve.step_at {
                let stands = |gain| curve.points.iter().any(|p| p.gain == gain);
                assert!(stands(at) && stands(at - 1), "{name}");
            }
            seen += 1;
        }
        assert!(seen >= 8, "four modes of two models");
    }

    #[test]
    fn points_are_met_and_lines_lie_between_them() {
        for (name, curve) in curves() {
            for point in curve.points {
                let got = curve.at(f64::from(point.gain)).unwrap();
                assert_eq!(
                    (got.e_per_adu, got.read_noise_e),
                    (point.e_per_adu, point.read_noise_e),
                    "{name}"
                );
                assert_eq!(curve.at(f64::from(point.gain) + 0.9), Some(got), "{name}");
            }
            for pair in curve.points.windows(2) {
                for gain in pair[0].gain..pair[1].gain {
                    let got = curve.at(f64::from(gain)).unwrap().e_per_adu;
                    let (a, b) = (pair[0].e_per_adu, pair[1].e_per_adu);
                    assert!((a.min(b)..=a.max(b)).contains(&got), "{name} {gain}");
                }
            }
        }
    }

    /// The manual: at gain 26 of mode 0 the well is 27 ke- and the noise 2.7 e-; the well
    /// of mode 1 is above 51 ke- at 1x1 within the reading of the plot; mode 2 nearly 80 ke-.
    #[test]
    fn the_manuals_figures_come_out() {
        let modes = model::by_name("QHY600M").unwrap().read_modes;
        let at = |mode: usize, gain: f64| modes[mode].curve.unwrap().at(gain).unwrap();
        assert!((at(0, 26.0).full_well_e - 27_000.0).abs() < 500.0);
        assert!((at(0, 26.0).read_noise_e - 2.7).abs() < 0.1);
        assert!((at(1, 0.0).full_well_e - 51_000.0).abs() < 600.0);
        assert!((at(2, 0.0).full_well_e - 80_000.0).abs() < 1_500.0);
        // Unity gain of the extended mode stands at 25.
        assert!((at(2, 25.0).e_per_adu - 1.0).abs() < 0.02);
    }

    #[test]
    fn there_is_nothing_outside() {
        let (_, curve) = curves().next().unwrap();
        for gain in [-1.0, -0.1, 101.0, 200.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(curve.at(gain), None, "{gain}");
        }
        assert!(curve.at(100.0).is_some());
    }
}
