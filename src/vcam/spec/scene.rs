//! What the sensor looks at, and through what.

use std::path::PathBuf;
use std::time::Duration;

use crate::vcam::world::{Tracking, number, pair};

/// What the sensor looks at.
#[derive(Clone, Debug, PartialEq)]
pub enum SceneSpec {
    /// Stars and sky.
    Stars,
    /// No light.
    Dark,
    /// An even light.
    Flat {
        /// Photo-electrons a second in a mono pixel.
        e_per_s: f64,
    },
    /// A planet.
    Planet {
        /// Its diameter.
        arcsec: f64,
    },
    /// An edge of light that sweeps over the columns.
    Terminator {
        /// Photo-electrons a second in a mono pixel that is lit.
        e_per_s: f64,
        /// Time of one sweep.
        period: Duration,
    },
    /// A FITS image of the sky.
    Sky(PathBuf),
    /// Test pattern: brightness rises from left to right.
    Ramp,
    /// Test pattern: each value tells its place.
    Xy,
    /// Test pattern: each value tells camera, frame and place.
    Serial,
    /// Test pattern: one value everywhere.
    Constant(u16),
    /// Test pattern: the whole frame from a file.
    File(PathBuf),
}

/// Diameter of a planet, unless ordered otherwise.
const PLANET_ARCSEC: f64 = 45.0;
/// Light and sweep of a terminator, unless ordered otherwise.
const TERMINATOR: (f64, f64) = (1e6, 1000.0);
/// Brightest panel.
const MOST_E_PER_S: f64 = 1e9;

impl SceneSpec {
    /// What the values of `scene` may be.
    pub(super) const WANTED: &str = "stars, dark, flat:E/S, planet[:ARCSEC], terminator[:E/S:PERIOD_MS], \
                                     sky:PATH, ramp, xy, serial, constant:0..65535 or file:PATH";

    pub(super) fn parse(text: &str) -> Option<SceneSpec> {
        let light = |text: &str| number(text, 0.0, MOST_E_PER_S);
        Some(match text.split_once(':') {
            None => match text {
                "stars" => SceneSpec::Stars,
                "dark" => SceneSpec::Dark,
                "planet" => SceneSpec::Planet { arcsec: PLANET_ARCSEC },
                "terminator" => SceneSpec::terminator(TERMINATOR.0, TERMINATOR.1),
                "ramp" => SceneSpec::Ramp,
                "xy" => SceneSpec::Xy,
                "serial" => SceneSpec::Serial,
                _ => return None,
            },
            Some(("flat", level)) => SceneSpec::Flat { e_per_s: light(level)? },
            Some(("planet", size)) => SceneSpec::Planet { arcsec: number(size, 1.0, 3600.0)? },
            Some(("terminator", both)) => {
                let (level, period) = both.split_once(':')?;
                SceneSpec::terminator(light(level)?, number(period, 1.0, 1e7)?)
            }
            Some(("sky", path)) if !path.is_empty() => SceneSpec::Sky(PathBuf::from(path)),
            Some(("constant", value)) => SceneSpec::Constant(value.parse().ok()?),
            Some(("file", path)) if !path.is_empty() => SceneSpec::File(PathBuf::from(path)),
            Some(_) => return None,
        })
    }

    fn terminator(e_per_s: f64, period_ms: f64) -> SceneSpec {
        SceneSpec::Terminator { e_per_s, period: Duration::from_secs_f64(period_ms / 1000.0) }
    }
}

/// The telescope, and what stands between it and the sky.
#[derive(Clone, Debug, PartialEq)]
pub struct Optics {
    /// Focal length; the scene's own if it is not ordered.
    pub focal_mm: Option<f64>,
    /// Diameter of the aperture.
    pub aperture_mm: f64,
    /// Light that the corners of the sensor lack.
    pub vignette_percent: f64,
    /// Deviation of the movement by the air; the scene's own if it is not ordered.
    pub wobble_arcsec: Option<f64>,
    /// Photo-electrons a second for a number in the file of scene `sky`.
    pub sky_scale: f64,
    /// How the mount tracks. Cameras of one order have one mount.
    pub tracking: Option<Tracking>,
}

impl Default for Optics {
    fn default() -> Optics {
        Optics {
            focal_mm: None,
            aperture_mm: 250.0,
            vignette_percent: 0.0,
            wobble_arcsec: None,
            sky_scale: 1.0,
            tracking: None,
        }
    }
}

/// Names of its options.
pub(super) const OPTIONS: &str = "focal, aperture, vignette, wobble, sky_scale, drift, worm";

impl Optics {
    /// Takes an option; `Ok(false)` if it is none of these, what it should be if it is wrong.
    pub(super) fn set(&mut self, key: &str, value: &str) -> Result<bool, &'static str> {
        let number = |min, max, wanted| number(value, min, max).ok_or(wanted);
        match key {
            "focal" => {
                self.focal_mm = Some(number(10.0, 100_000.0, "a focal length from 10 to 100000 mm")?);
            }
            "aperture" => self.aperture_mm = number(1.0, 20_000.0, "a diameter from 1 to 20000 mm")?,
            "vignette" => self.vignette_percent = number(0.0, 100.0, "a percentage from 0 to 100")?,
            "wobble" => self.wobble_arcsec = Some(number(0.0, 60.0, "arcseconds from 0 to 60")?),
            "sky_scale" => self.sky_scale = number(0.0, 1e9, "a factor from 0 to 1000000000")?,
            "drift" => {
                let wanted = "arcseconds a minute EAST:NORTH, each from -1000 to 1000";
                let drift = pair(value, 1000.0).ok_or(wanted)?;
                self.tracking.get_or_insert_default().drift_arcsec_per_min = drift;
            }
            "worm" => {
                let wanted = "ARCSEC:PERIOD_S, an error up to 1000 and a period from 1 to 10000";
                let (error, period_s) = pair(value, 10_000.0)
                    .filter(|worm| worm.0.abs() <= 1000.0 && worm.1 >= 1.0)
                    .ok_or(wanted)?;
                let tracking = self.tracking.get_or_insert_default();
                (tracking.periodic_arcsec, tracking.period_s) = (error, period_s);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
