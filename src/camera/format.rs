//! Modes, geometry and depth: what frames look like, and when a change of it is sent.

use std::sync::atomic::Ordering;

use crate::frame::{Method, pool};
use crate::model::ReadMode;
use crate::util::{Rect, Size};

#[cfg(doc)]
use super::PixelOptions;
use super::geometry::{area, caller_region, is_possible, shown, to_frame};
use super::plan::{self, FramePlan};
use super::settings::{Settings, Slot};
use super::state::{Op, State};
use super::{Camera, ChipInfo, Error, ErrorKind, FrameInfo, Result, StreamMode};

/// Modes.
impl Camera {
    /// Single frames or live video; takes effect with the next initialisation, at the
    /// latest when an exposure or a stream starts. Choosing single frames ends a stream.
    pub fn set_stream_mode(&self, mode: StreamMode) -> Result<()> {
        let mut turn = self.turn.lock();
        self.allow(Op::Mode)?;
        let mut settings = self.settings.lock();
        settings.stream = mode;
        // Live video may show less of the frame.
        if !is_possible(self.model(), &settings) {
            settings.roi = None;
        }
        drop(settings);
        if mode == StreamMode::Single {
            self.finish_stream(&mut turn)?;
        }
        Ok(())
    }

    /// The stream mode that was chosen.
    pub fn stream_mode(&self) -> StreamMode {
        self.settings.lock().stream
    }

    /// Chooses a read mode; takes effect like a stream mode. A region that does not fit
    /// in the frame of the new mode becomes the whole frame.
    pub fn set_read_mode(&self, number: u32) -> Result<()> {
        let _turn = self.turn.lock();
        self.allow(Op::Mode)?;
        let mode = self.read_mode_table(number)?;
        if mode.since_fpga.is_some() && number >= self.read_mode_count()? {
            let text = format!("the FPGA image of this camera is too old for the read mode `{}`", mode.name);
            return Err(Error::new(ErrorKind::Unsupported, text));
        }
        let mut settings = self.settings.lock();
        let other_size = mode.image != settings.mode(self.model()).image;
        settings.read_mode = number as usize;
        if other_size || !is_possible(self.model(), &settings) {
            settings.roi = None;
        }
        Ok(())
    }

    /// The read mode that was chosen.
    pub fn read_mode(&self) -> u32 {
        self.settings.lock().read_mode as u32
    }

    /// How many read modes it has: with an older FPGA image, fewer than its model.
    pub fn read_mode_count(&self) -> Result<u32> {
        self.allow(Op::Recall)?;
        let model = self.model();
        if !model.has_later_read_modes() {
            return Ok(model.read_mode_count());
        }
        let [year, month, day, _] = self.fpga_version()?;
        Ok(model.read_mode_count_with([year, month, day]))
    }

    /// Name of a read mode.
    pub fn read_mode_name(&self, number: u32) -> Result<&'static str> {
        self.allow(Op::Recall)?;
        Ok(self.read_mode_table(number)?.name)
    }

    /// Whole frame of a read mode.
    pub fn read_mode_size(&self, number: u32) -> Result<Size> {
        self.allow(Op::Recall)?;
        Ok(self.read_mode_table(number)?.image)
    }

    fn read_mode_table(&self, number: u32) -> Result<&'static ReadMode> {
        self.model().read_modes.get(number as usize).ok_or_else(|| {
            let count = self.model().read_modes.len();
            Error::new(ErrorKind::Invalid, format!("read mode {number} of {count} does not exist"))
        })
    }
}

/// Geometry and format.
impl Camera {
    /// Chip and pixel size, frame size and depth.
    pub fn chip_info(&self) -> ChipInfo {
        let settings = self.settings.lock();
        let mode = settings.mode(self.model());
        let image = shown(mode, &settings).size();
        let pixel_um = mode.pixel_um.unwrap_or(self.model().pixel_um);
        let frame_mm = [image.width, image.height].map(|pixels| f64::from(pixels) * pixel_um / 1000.0);
        let (width_mm, height_mm) = mode.chip_mm.unwrap_or(frame_mm.into());
        ChipInfo { width_mm, height_mm, image, pixel_um, bits: settings.depth }
    }

    /// Light-sensitive area in binned pixels.
    pub fn effective_area(&self) -> Rect {
        let settings = self.settings.lock();
        let mode = settings.mode(self.model());
        area(mode, &settings, mode.effective)
    }

    /// Overscan area in binned pixels.
    pub fn overscan_area(&self) -> Rect {
        let settings = self.settings.lock();
        let mode = settings.mode(self.model());
        area(mode, &settings, mode.overscan)
    }

    /// Sets the region in binned pixels.
    pub fn set_roi(&self, roi: Rect) -> Result<()> {
        self.change_format(Some(Slot::Region), |settings| {
            settings.roi = to_frame(self.model(), settings, roi)?;
            Ok(())
        })
    }

    /// The region in force, in binned pixels.
    pub fn roi(&self) -> Rect {
        caller_region(self.model(), &self.settings.lock())
    }

    /// Sets binning; both factors must be equal. The region stays the same area of the
    /// sensor, cut to whole groups; a region that was the whole frame stays it. Groups hold
    /// neighbours, whatever their colour, or by [`Camera::set_colour_bin`] one colour.
    pub fn set_bin(&self, x: u32, y: u32) -> Result<()> {
        if x != y || !self.model().bins.contains(&x) {
            let text = format!("binning {x}x{y} is not possible on a {}", self.model().name);
            return self.allow(Op::Format).and(Err(Error::new(ErrorKind::Invalid, text)));
        }
        self.change_format(None, |settings| {
            settings.bin = x;
            if is_possible(self.model(), settings) {
                return Ok(());
            }
            Err(Error::new(ErrorKind::Invalid, format!("the region is too small for binning {x}x{x}")))
        })
    }

    /// The bin factor in force.
    pub fn bin(&self) -> u32 {
        self.settings.lock().bin
    }

    /// Bits a sample of the frames handed out. At 32 bits the sums of a binning are whole: four,
    /// nine or sixteen times 65535 at 2×2, 3×3 and 4×4. Unbinned pixels keep their 16 bits.
    pub fn set_depth(&self, bits: u32) -> Result<()> {
        if !self.model().depths.contains(&bits) {
            let text = format!("{bits} bits a sample are not possible on a {}", self.model().name);
            return self.allow(Op::Format).and(Err(Error::new(ErrorKind::Invalid, text)));
        }
        self.change_format(Some(Slot::Bits), |settings| {
            settings.depth = bits;
            Ok(())
        })
    }

    /// Binning by colour or by place: see [`PixelOptions::colour_bin`]. On a mono camera it
    /// has no effect.
    pub fn set_colour_bin(&self, on: bool) -> Result<()> {
        self.change_format(None, |settings| {
            settings.colour_bin = on;
            Ok(())
        })
    }

    /// Most threads that debayer a live frame: see [`PixelOptions::threads`].
    pub fn set_threads(&self, threads: usize) -> Result<()> {
        self.allow(Op::Recall)?;
        self.threads.store(threads.clamp(1, pool::MOST_THREADS), Ordering::Relaxed);
        Ok(())
    }

    /// The number of [`Camera::set_threads`].
    pub fn threads(&self) -> usize {
        self.threads.load(Ordering::Relaxed)
    }

    /// How debayered frames get their colours.
    pub fn set_debayer_method(&self, method: Method) -> Result<()> {
        self.change_format(None, |settings| {
            settings.method = method;
            Ok(())
        })
    }

    /// Demosaic in the library. Only colour cameras can; switching it off is always fine.
    /// Frames of 32 bits, and sums of different colours, still come in one channel.
    pub fn set_debayer(&self, on: bool) -> Result<()> {
        if on && self.model().bayer.is_none() {
            let text = format!("a {} has no colour filters", self.model().name);
            return self.allow(Op::Format).and(Err(Error::new(ErrorKind::Unsupported, text)));
        }
        self.change_format(None, |settings| {
            settings.debayer = on;
            Ok(())
        })
    }

    /// Format of the next frame.
    pub fn frame_info(&self) -> FrameInfo {
        let settings = self.settings.lock();
        match FramePlan::new(self.model(), &settings) {
            Ok(plan) => plan.info,
            // Setters let only possible settings in.
            Err(error) => {
                log::error!("{}: {error}", self.id());
                FrameInfo { width: 0, height: 0, bits: settings.depth, channels: 1 }
            }
        }
    }

    /// Bytes of the whole unbinned frame of the present read mode, at the present depth
    /// and number of channels: enough for any region and binning. The next frame has
    /// [`FrameInfo::len_bytes`].
    pub fn mem_length(&self) -> usize {
        plan::whole_frame_bytes(self.model(), &self.settings.lock())
    }

    /// An error in a read mode of which it is not known how its frames become pictures.
    pub(super) fn frames_are_known(&self) -> Result<()> {
        let mode = self.settings.lock().mode(self.model());
        match mode.unknown {
            Some(why) => {
                let text = format!("a {} takes no pictures in {}: {why}", self.model().name, mode.name);
                Err(Error::new(ErrorKind::Unsupported, text))
            }
            None => Ok(()),
        }
    }

    /// Changes what frames look like. `slot` is sent even if the camera holds it already,
    /// as the vendor's library does, unless frames are on their way.
    pub(super) fn change_format(
        &self,
        slot: Option<Slot>,
        change: impl FnOnce(&mut Settings) -> Result<()>,
    ) -> Result<()> {
        let mut turn = self.turn.lock();
        self.allow(Op::Format)?;
        let mut wanted = self.settings.lock().clone();
        change(&mut wanted)?;
        FramePlan::new(self.model(), &wanted)?;
        match self.link.status().state() {
            State::Exposing | State::Reading => {}
            State::Live => self.change_stream(&mut turn, &wanted, None)?,
            _ => {
                if let Some(slot) = slot {
                    self.send_slot(&mut turn, &wanted, slot)?;
                }
            }
        }
        *self.settings.lock() = wanted;
        Ok(())
    }

    /// Changes a setting that does not change what frames look like.
    pub(super) fn change_image(&self, slot: Slot, change: impl FnOnce(&mut Settings)) -> Result<()> {
        let mut turn = self.turn.lock();
        self.allow(Op::Image)?;
        let mut wanted = self.settings.lock().clone();
        change(&mut wanted);
        match self.link.status().state() {
            State::Exposing | State::Reading => {}
            State::Live => self.change_stream(&mut turn, &wanted, Some(slot))?,
            _ => self.send_slot(&mut turn, &wanted, slot)?,
        }
        *self.settings.lock() = wanted;
        Ok(())
    }
}
