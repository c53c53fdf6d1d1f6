//! What gain settings mean: electrons by the published curves, decibels by the gain law.

use crate::model::{Amplification, ControlId, ReadMode};

use super::state::Op;
use super::{Camera, Error, ErrorKind, Result};

/// Gain in physical units, in the read mode that is chosen.
impl Camera {
    /// System gain, read noise and full well at a gain setting, as published for this
    /// camera (not measured on this unit). An error in read modes without a published
    /// curve and outside of its settings.
    pub fn amplification(&self, gain: f64) -> Result<Amplification> {
        let mode = self.present_mode()?;
        let unknown = |text| Err(Error::new(ErrorKind::Unsupported, text));
        let Some(curve) = mode.curve else {
            return unknown(format!("no gain curve of read mode \"{}\" was published", mode.name));
        };
        match curve.at(gain) {
            Some(amplification) => Ok(amplification),
            None => unknown(format!("no curve of read mode \"{}\" holds gain {gain}", mode.name)),
        }
    }

    /// Amplification of a gain setting against setting 0, in decibels (20 for ten times).
    /// Settings out of range count as the nearest one in range. An error on models of which
    /// it is not known what their gain codes amplify.
    pub fn gain_to_decibels(&self, gain: f64) -> Result<f64> {
        let range = self.range(ControlId::GAIN)?;
        let decibels = self.present_mode()?.gain.decibels(range.clamp(number(gain)?));
        decibels.ok_or_else(|| self.no_decibels())
    }

    /// The gain setting that amplifies by so many decibels against setting 0; the nearest
    /// one in range. Not a whole number where none fits.
    pub fn decibels_to_gain(&self, decibels: f64) -> Result<f64> {
        let range = self.range(ControlId::GAIN)?;
        let setting = self.present_mode()?.gain.setting(number(decibels)?, range.max as u32);
        setting.ok_or_else(|| self.no_decibels())
    }

    fn no_decibels(&self) -> Error {
        let text = format!("what the gain codes of a {} amplify is not known", self.model().name);
        Error::new(ErrorKind::Unsupported, text)
    }

    fn present_mode(&self) -> Result<&'static ReadMode> {
        self.allow(Op::Recall)?;
        Ok(self.settings.lock().mode(self.model()))
    }
}

fn number(value: f64) -> Result<f64> {
    match value.is_finite() {
        true => Ok(value),
        false => Err(Error::new(ErrorKind::Invalid, format!("{value} is no gain"))),
    }
}
