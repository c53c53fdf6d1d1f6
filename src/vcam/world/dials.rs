//! What a person can turn while cameras run: lamp, weather, focuser, pointing, cap.
//!
//! One table of names, ranges and words serves the options of an order, the lines of a
//! world file and tests.

/// The positions of all dials.
#[derive(Clone, Debug, PartialEq)]
pub struct Dials {
    /// Factor on all light: a lamp's brightness, thin cloud.
    pub light: f64,
    /// Temperature of the air around the camera.
    pub ambient_c: f64,
    /// Distance of the sensor from best focus, in micrometres.
    pub focus_um: f64,
    /// Width of a star image at half its height, by the air and the optics, in focus.
    pub seeing_arcsec: f64,
    /// Brightness of the sky's background, in magnitudes per square arcsecond.
    pub sky_mag: f64,
    /// How far the telescope of this camera points to the east and to the north of where
    /// the mount does, in arcseconds.
    pub pointing_arcsec: (f64, f64),
    /// A cap is on the telescope, or the shutter is closed.
    pub cap: bool,
}

impl Default for Dials {
    fn default() -> Dials {
        Dials {
            light: 1.0,
            ambient_c: 20.0,
            focus_um: 0.0,
            seeing_arcsec: 2.5,
            sky_mag: 21.0,
            pointing_arcsec: (0.0, 0.0),
            cap: false,
        }
    }
}

/// Names of all dials.
pub(in crate::vcam) const NAMES: &str = "light, ambient, focus, seeing, sky, pointing, cap";

/// Why a dial was not turned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::vcam) enum Stuck {
    /// There is none of that name.
    NoSuchDial,
    /// It can be turned to this only.
    Wanted(&'static str),
}

impl Dials {
    /// Turns the dial `name`; a value that is not understood turns nothing.
    pub(in crate::vcam) fn turn(&mut self, name: &str, value: &str) -> Result<(), Stuck> {
        let number = |min: f64, max: f64, wanted| number(value, min, max).ok_or(Stuck::Wanted(wanted));
        match name {
            "light" => self.light = number(0.0, 1e9, "a factor from 0 to 1000000000")?,
            "ambient" => self.ambient_c = number(-60.0, 60.0, "a temperature from -60 to 60")?,
            "focus" => self.focus_um = number(-10_000.0, 10_000.0, "micrometres from -10000 to 10000")?,
            "seeing" => self.seeing_arcsec = number(0.1, 60.0, "arcseconds from 0.1 to 60")?,
            "sky" => {
                self.sky_mag = number(0.0, 30.0, "magnitudes per square arcsecond from 0 to 30")?;
            }
            "pointing" => {
                self.pointing_arcsec = pair(value, 100_000.0)
                    .ok_or(Stuck::Wanted("arcseconds EAST:NORTH, each from -100000 to 100000"))?;
            }
            "cap" => {
                self.cap = match value {
                    "on" => true,
                    "off" => false,
                    _ => return Err(Stuck::Wanted("on or off")),
                }
            }
            _ => return Err(Stuck::NoSuchDial),
        }
        Ok(())
    }
}

/// A number within limits.
pub(in crate::vcam) fn number(text: &str, min: f64, max: f64) -> Option<f64> {
    text.parse().ok().filter(|value| (min..=max).contains(value))
}

/// Two numbers with a colon between them, neither beyond `most` on either side of 0.
pub(in crate::vcam) fn pair(text: &str, most: f64) -> Option<(f64, f64)> {
    let (a, b) = text.split_once(':')?;
    Some((number(a, -most, most)?, number(b, -most, most)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dial_turns_and_nothing_else_does() {
        let mut dials = Dials::default();
        for (name, value) in [
            ("light", "0.5"),
            ("ambient", "-5.5"),
            ("focus", "-120"),
            ("seeing", "4"),
            ("sky", "18.5"),
            ("pointing", "12:-3.5"),
            ("cap", "on"),
        ] {
            assert!(NAMES.contains(name));
            assert_eq!(dials.turn(name, value), Ok(()));
        }
        let turned = Dials {
            light: 0.5,
            ambient_c: -5.5,
            focus_um: -120.0,
            seeing_arcsec: 4.0,
            sky_mag: 18.5,
            pointing_arcsec: (12.0, -3.5),
            cap: true,
        };
        assert_eq!(dials, turned);
        for (name, value) in [
            ("light", "-1"),
            ("light", "nan"),
            ("ambient", "inf"),
            ("focus", ""),
            ("seeing", "0"),
            ("sky", "dark"),
            ("pointing", "12"),
            ("pointing", "1:2:3"),
            ("cap", "yes"),
        ] {
            assert!(matches!(dials.turn(name, value), Err(Stuck::Wanted(_))), "{name} {value}");
        }
        assert_eq!(dials.turn("Light", "1"), Err(Stuck::NoSuchDial));
        assert_eq!(dials, turned);
    }
}
