//! The telescope: how large the sky is on the sensor and how bright, and what a point of
//! light becomes.

use std::f64::consts::{PI, TAU};
use std::ops::Range;
use std::time::Duration;

use crate::vcam::rng::Rng;
use crate::vcam::sensor::qe;
use crate::vcam::spec::Optics;

/// Photons a second of a star of magnitude 0 on each square centimetre of aperture, for each
/// nanometre (rounded from the V band), and the wavelengths in which there are so many.
const ZERO_PHOTONS_PER_S_CM2_NM: f64 = 1e4;
const BAND_NM: Range<u32> = 400..700;
/// Part of the light that comes through the optics. Invented.
const TRANSMISSION: f64 = 0.746;
const ARCSEC_PER_RADIAN: f64 = 206_264.806;

/// The light-sensitive part of a sensor.
#[derive(Clone, Copy, Debug)]
pub(in crate::vcam) struct Field {
    /// Columns of the readout that has all of them, the first masked ones included.
    pub(in crate::vcam) columns: u32,
    pub(in crate::vcam) first_column: u32,
    /// Picture rows to the last of it, dark first ones included.
    pub(in crate::vcam) rows: u32,
    pub(in crate::vcam) first_row: u32,
    pub(in crate::vcam) pixel_um: f64,
}

impl Field {
    /// Its centre in columns and picture rows, pixels being at whole numbers.
    pub(super) fn centre(&self) -> (f64, f64) {
        let columns = f64::from(self.columns + self.first_column);
        ((columns - 1.0) / 2.0, (f64::from(self.rows + self.first_row) - 1.0) / 2.0)
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> (u32, u32) {
        (self.columns - self.first_column, self.rows - self.first_row)
    }
}

/// A telescope with a sensor in its focus. East is left and north is up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Telescope {
    pub(super) field: Field,
    /// Size of a pixel on the sky.
    pub(super) arcsec_per_px: f64,
    /// Photo-electrons a second for magnitude 0.
    zero_e_per_s: f64,
    /// Micrometres out of focus that widen a star by its own disc of one pixel.
    focus_um_per_px: f64,
}

impl Telescope {
    /// `focal_mm` is the scene's own, if the order names none.
    pub(super) fn new(optics: &Optics, focal_mm: f64, field: Field) -> Telescope {
        let focal_mm = optics.focal_mm.unwrap_or(focal_mm);
        let radius_cm = optics.aperture_mm / 20.0;
        let band = TRANSMISSION * qe::mean(BAND_NM) * BAND_NM.len() as f64;
        Telescope {
            field,
            arcsec_per_px: field.pixel_um / 1000.0 / focal_mm * ARCSEC_PER_RADIAN,
            zero_e_per_s: ZERO_PHOTONS_PER_S_CM2_NM * band * PI * radius_cm * radius_cm,
            focus_um_per_px: focal_mm / optics.aperture_mm * field.pixel_um,
        }
    }

    /// Photo-electrons a second of a magnitude, in mono pixels.
    pub(super) fn e_per_s(&self, magnitude: f64) -> f64 {
        self.zero_e_per_s * 10f64.powf(-0.4 * magnitude)
    }

    /// The same in one pixel of a surface of so many magnitudes per square arcsecond.
    pub(super) fn surface_e_per_s(&self, magnitude: f64) -> f64 {
        self.e_per_s(magnitude) * self.arcsec_per_px * self.arcsec_per_px
    }

    /// What a star becomes. Out of focus it is as large, by the radius that holds half its
    /// light, as the disc that its cone of light cuts.
    pub(super) fn spot(&self, seeing_arcsec: f64, focus_um: f64) -> Spot {
        let disc_px = 0.56 * focus_um / self.focus_um_per_px;
        Spot::new((seeing_arcsec / self.arcsec_per_px).hypot(disc_px))
    }

    /// By how many columns and rows the picture moves when the telescope points elsewhere.
    pub(super) fn shift_px(&self, place: (f64, f64)) -> (f64, f64) {
        (place.0 / self.arcsec_per_px, place.1 / self.arcsec_per_px)
    }
}

/// A point of light on the sensor: Moffat's profile (1 + r^2/s^2)^-3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spot {
    /// Width at half height.
    pub(super) fwhm_px: f64,
    /// s.
    pub(super) scale_px: f64,
}

impl Spot {
    /// Narrower ones would fall between the pixels, wider ones are light everywhere.
    pub(super) fn new(fwhm_px: f64) -> Spot {
        let fwhm_px = fwhm_px.clamp(1.0, 400.0);
        Spot { fwhm_px, scale_px: fwhm_px / (2.0 * (2f64.powf(1.0 / 3.0) - 1.0).sqrt()) }
    }

    /// All light of one of height 1 within this radius.
    pub(super) fn volume(&self, radius_px: f64) -> f64 {
        let square = self.scale_px * self.scale_px;
        let outside = (1.0 + radius_px * radius_px / square).powi(-2);
        PI * square / 2.0 * (1.0 - outside)
    }

    /// Where one of this height falls to `level`.
    pub(super) fn reach_px(&self, height: f64, level: f64) -> f64 {
        self.scale_px * ((height / level).cbrt() - 1.0).max(0.0).sqrt()
    }
}

/// Frequencies of the wobble in hertz, about.
const WOBBLE_HZ: [f64; 4] = [0.7, 1.9, 4.7, 11.3];

/// The air: it moves all that is seen to and fro, quickly.
#[derive(Clone, Debug)]
pub(super) struct Wobble {
    /// Height, frequency and phase of waves, to the east and to the north.
    waves: Vec<[Wave; 2]>,
}

#[derive(Clone, Copy, Debug)]
struct Wave {
    height: f64,
    hz: f64,
    phase: f64,
}

impl Wave {
    /// Its mean over `length_s` about `middle_s`.
    fn mean(&self, middle_s: f64, length_s: f64) -> f64 {
        let half = PI * self.hz * length_s;
        let damped = if half.abs() < 1e-9 { 1.0 } else { half.sin() / half };
        self.height * damped * (TAU * self.hz * middle_s + self.phase).sin()
    }
}

impl Wobble {
    /// One with this deviation on either axis.
    pub(super) fn new(seed: u64, arcsec: f64) -> Wobble {
        let mut random = Rng::new(&[seed, 0x776F_6262_6C65]);
        let height = arcsec * (2.0 / WOBBLE_HZ.len() as f64).sqrt();
        let mut wave =
            |hz: f64| Wave { height, hz: hz * (0.8 + 0.4 * random.unit()), phase: TAU * random.unit() };
        let waves = if arcsec > 0.0 { WOBBLE_HZ.map(|hz| [wave(hz), wave(hz)]).to_vec() } else { Vec::new() };
        Wobble { waves }
    }

    /// Mean displacement during an exposure, in arcseconds.
    pub(super) fn mean(&self, from: Duration, to: Duration) -> (f64, f64) {
        let (middle_s, length_s) = ((from + to).as_secs_f64() / 2.0, (to - from).as_secs_f64());
        let sum = |axis: usize| self.waves.iter().map(|wave| wave[axis].mean(middle_s, length_s)).sum();
        (sum(0), sum(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELD: Field = Field { columns: 9600, first_column: 24, first_row: 0, rows: 6388, pixel_um: 3.76 };

    #[test]
    fn scale_and_brightness_are_those_of_the_telescope() {
        let telescope = Telescope::new(&Optics::default(), 1000.0, FIELD);
        assert!((telescope.arcsec_per_px - 0.775_556).abs() < 1e-5);
        assert!((telescope.e_per_s(0.0) / 8.345e8 - 1.0).abs() < 1e-3);
        assert!((telescope.e_per_s(3.0) / telescope.e_per_s(8.0) - 100.0).abs() < 1e-9);
        assert!((telescope.surface_e_per_s(21.0) - 1.998).abs() < 0.01);
        assert_eq!(FIELD.centre(), (4811.5, 3193.5));
    }

    #[test]
    fn a_spot_has_its_width_its_light_and_its_reach() {
        let spot = Spot::new(5.0);
        let height = |r: f64| (1.0 + r * r / (spot.scale_px * spot.scale_px)).powi(-3);
        assert!((height(2.5) - 0.5).abs() < 1e-12);
        assert!((height(spot.reach_px(1.0, 0.01)) - 0.01).abs() < 1e-12);
        let rings = (0..10_000).map(|i| (f64::from(i) + 0.5) * 0.002);
        let sum: f64 = rings.map(|r| TAU * r * height(r) * 0.002).sum();
        assert!((sum / spot.volume(20.0) - 1.0).abs() < 1e-4, "{sum}");
    }

    #[test]
    fn focus_widens_a_star_on_both_sides() {
        let telescope = Telescope::new(&Optics::default(), 1000.0, FIELD);
        let width = |um| telescope.spot(2.5, um).fwhm_px;
        assert!((width(0.0) - 2.5 / 0.775_556).abs() < 1e-3);
        assert_eq!(width(200.0), width(-200.0));
        // 1504 um at f/4 are a disc of 100 pixels; half the light of such a disc lies within
        // 35.4 pixels of its centre, and of the profile within 0.631 of its width.
        assert!((width(1504.0) * 0.631 / 35.4 - 1.0).abs() < 0.01);
    }

    #[test]
    fn wobble_has_its_deviation_and_long_exposures_forget_it() {
        let wobble = Wobble::new(1, 0.5);
        let s = Duration::from_secs_f64;
        let spread = |length: f64| {
            let places =
                (0..4000).map(|i| wobble.mean(s(f64::from(i) * 0.37), s(f64::from(i) * 0.37 + length)));
            (places.map(|place| place.0 * place.0).sum::<f64>() / 4000.0).sqrt()
        };
        assert!((spread(0.001) / 0.5 - 1.0).abs() < 0.05, "{}", spread(0.001));
        assert!(spread(20.0) < 0.02);
        assert_eq!(Wobble::new(1, 0.0).mean(s(1.0), s(1.0)), (0.0, 0.0));
    }
}
