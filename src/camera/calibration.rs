//! Calibration of frames on their way out: which files, on or off, and when it is refused.
//!
//! The corrections stay as long as the camera is open, whatever is initialised meanwhile.
//! They are for one size and depth. While they are switched on, a frame of another form is
//! an error: it would look calibrated and not be.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use crate::frame::{Calibration, Masters, fits};
use crate::util::Size;

use super::plan::FramePlan;
use super::state::Op;
use super::{Camera, Error, ErrorKind, FrameInfo, Result};

/// FITS files of calibration frames; each is optional.
#[derive(Clone, Copy, Debug, Default)]
pub struct CalibrationFiles<'a> {
    /// Dark frame of the exposure time of the frames, with its bias.
    pub dark: Option<&'a Path>,
    /// Flat frame, with its bias.
    pub flat: Option<&'a Path>,
    /// Bias frame.
    pub bias: Option<&'a Path>,
}

/// What a camera holds.
#[derive(Debug, Default)]
pub(super) struct CalibrationSlot {
    loaded: Option<Arc<Calibration>>,
    on: bool,
}

/// Calibration.
impl Camera {
    /// Reads calibration frames for frames of `size` with samples of `bits`, 8 or 16, in
    /// place of those that were loaded before. They are used once calibration is on, as
    /// [`Calibration`] says. Without any file what was loaded is forgotten, and
    /// calibration is off. On an error nothing changes.
    ///
    /// Takes the time to read the files, and four bytes of memory a pixel for an offset
    /// and for a gain.
    pub fn load_calibration(&self, size: Size, bits: u32, files: CalibrationFiles<'_>) -> Result<()> {
        self.allow(Op::Recall)?;
        let CalibrationFiles { dark, flat, bias } = files;
        if dark.or(flat).or(bias).is_none() {
            *self.calibration.lock() = CalibrationSlot::default();
            return Ok(());
        }
        let possible = |mode: Size| size.width <= mode.width && size.height <= mode.height;
        if size.pixels() == 0 || !self.model().read_modes.iter().any(|mode| possible(mode.image)) {
            let text = format!("a {} has no frames of {}x{}", self.model().name, size.width, size.height);
            return Err(Error::new(ErrorKind::Invalid, text));
        }
        let masters = Masters { dark: read(dark, size)?, flat: read(flat, size)?, bias: read(bias, size)? };
        let calibration = Calibration::new(size, bits, masters, self.model().bayer.is_some())
            .map_err(|text| Error::new(ErrorKind::Invalid, text))?;
        self.calibration.lock().loaded = Some(Arc::new(calibration));
        Ok(())
    }

    /// Switches calibration of the frames that are handed out from now on.
    pub fn set_calibration(&self, on: bool) -> Result<()> {
        self.allow(Op::Recall)?;
        let mut slot = self.calibration.lock();
        if on && slot.loaded.is_none() {
            return Err(Error::new(ErrorKind::State, "no calibration frames are loaded"));
        }
        slot.on = on;
        Ok(())
    }

    /// The corrections for frames of this form: none if calibration is off.
    pub(super) fn calibration_for(&self, info: FrameInfo) -> Result<Option<Arc<Calibration>>> {
        let slot = self.calibration.lock();
        let Some(calibration) = slot.loaded.as_ref().filter(|_| slot.on) else {
            return Ok(None);
        };
        let size = calibration.size();
        let fits = (info.width, info.height, info.bits, info.channels)
            == (size.width, size.height, calibration.bits(), 1);
        if !fits {
            let text = format!(
                "calibration is on for frames of {}x{}, {} bits, 1 channel; this one has {}x{}, {} bits, {}",
                size.width,
                size.height,
                calibration.bits(),
                info.width,
                info.height,
                info.bits,
                info.channels
            );
            return Err(Error::new(ErrorKind::State, text));
        }
        Ok(Some(calibration.clone()))
    }

    /// Corrects a finished frame, if that is wanted.
    pub(super) fn calibrate(&self, plan: &FramePlan, picture: &mut [u8]) -> Result<()> {
        let Some(calibration) = self.calibration_for(plan.info)? else {
            return Ok(());
        };
        let header_bytes = plan.pixels.settings().header_bytes;
        if calibration.apply(picture, header_bytes) {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::Internal, "the frame has another length than its form"))
        }
    }
}

fn read(path: Option<&Path>, size: Size) -> Result<Option<Vec<f32>>> {
    let Some(path) = path else {
        return Ok(None);
    };
    let wrong = |why: &dyn std::fmt::Display| {
        Error::new(ErrorKind::Invalid, format!("calibration frame {}: {why}", path.display()))
    };
    let file = File::open(path).map_err(|e| wrong(&e))?;
    fits::read(&mut BufReader::with_capacity(1 << 18, file), size).map(Some).map_err(|e| wrong(&e))
}
