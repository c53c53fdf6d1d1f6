//! When rows are exposed. The camera tells its line period, a rolling shutter's law does the
//! rest (`model::ShutterEnd`); the law does not know that a frame was lost or how long the
//! cable took, so times count from the mark of the GPS receiver in the frame itself.

use crate::wire::status::Timing;
use crate::wire::{In, page};

use super::geometry::{caller_region, frame_region};
use super::state::Op;
use super::{Camera, Error, ErrorKind, Result, StreamMode};

/// Timing.
impl Camera {
    /// Exposure timing as the camera tells it.
    pub fn timing(&self) -> Result<Timing> {
        self.allow(Op::Ask)?;
        Ok(Timing::decode(&self.link.ask(In::Page(page::TIMING))?))
    }

    /// Microseconds from the start of a frame's readout (the "now" mark of its GPS data) to
    /// the end of exposure of a row of the picture, by the present settings. Of a binned
    /// row the first sensor row counts. Asks the camera for its line period.
    pub fn rolling_shutter_end_offset_us(&self, row: u32) -> Result<f64> {
        let settings = self.settings.lock().clone();
        let rows = caller_region(self.model(), &settings).height;
        if row >= rows {
            let text = format!("row {row} is not in the picture, which has {rows} rows");
            return Err(Error::new(ErrorKind::Invalid, text));
        }
        let mode = settings.mode(self.model());
        let end = mode.shutter_end.ok_or_else(|| {
            let text = format!("when rows of a {} end their exposure is not known", self.model().name);
            Error::new(ErrorKind::Unsupported, text)
        })?;
        let rule = mode.rows(settings.stream == StreamMode::Live);
        // Where the region begins in the rows that are read out after the lead.
        let above = frame_region(self.model(), &settings).y % rule.align.max(1);
        let line_period_ns = self.timing()?.line_period_ns;
        Ok(end.offset_us(above + row * settings.bin, line_period_ns))
    }
}
