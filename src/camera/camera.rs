//! One opened camera.

use crate::model::{Availability, ControlId, Model, Range};
use crate::util::{Rect, Size};
use crate::wire::status::Timing;

use super::{ChipInfo, Error, ErrorKind, FrameInfo, Result, StreamMode, StreamStats};

/// One opened camera. Calls that wait say so.
pub struct Camera {
    id: String,
    model: &'static Model,
}

fn later<T>() -> Result<T> {
    Err(Error::new(ErrorKind::Unsupported, "not written yet"))
}

/// Identity and life.
impl Camera {
    /// The id it was opened by.
    pub fn id(&self) -> &str {
        &self.id
    }
    /// Its table.
    pub fn model(&self) -> &'static Model {
        self.model
    }
    /// Sends the defaults and the present settings; the first call after open sets the
    /// defaults, later ones keep what was set. Waits for the device, about 0.2 s.
    pub fn init(&self) -> Result<()> {
        later()
    }
    /// Single frames or live video.
    pub fn set_stream_mode(&self, _mode: StreamMode) -> Result<()> {
        later()
    }
    /// The present stream mode.
    pub fn stream_mode(&self) -> StreamMode {
        StreamMode::Single
    }
    /// Chooses a read mode.
    pub fn set_read_mode(&self, _number: u32) -> Result<()> {
        later()
    }
    /// The present read mode.
    pub fn read_mode(&self) -> u32 {
        0
    }
    /// Firmware version: the ten bytes the camera answers.
    pub fn firmware_version(&self) -> Result<[u8; 10]> {
        later()
    }
    /// FPGA version, four bytes.
    pub fn fpga_version(&self) -> Result<[u8; 4]> {
        later()
    }
}

/// Controls.
impl Camera {
    /// What a question for availability answers; `No` for ids it does not know.
    pub fn availability(&self, _id: ControlId) -> Availability {
        Availability::No
    }
    /// Range of a control.
    pub fn range(&self, _id: ControlId) -> Result<Range> {
        later()
    }
    /// Value of a control. May ask the camera.
    pub fn get(&self, _id: ControlId) -> Result<f64> {
        later()
    }
    /// Sets a control. A finite value out of range is clamped and logged; NaN and
    /// infinity are refused.
    pub fn set(&self, _id: ControlId, _value: f64) -> Result<()> {
        later()
    }
}

/// Geometry and format.
impl Camera {
    /// Chip and pixel size, frame size and depth.
    pub fn chip_info(&self) -> ChipInfo {
        ChipInfo { width_mm: 0.0, height_mm: 0.0, image: Size::default(), pixel_um: 0.0, bits: 16 }
    }
    /// Light-sensitive area in binned pixels.
    pub fn effective_area(&self) -> Rect {
        Rect::default()
    }
    /// Overscan area in binned pixels.
    pub fn overscan_area(&self) -> Rect {
        Rect::default()
    }
    /// Sets the region in binned pixels.
    pub fn set_roi(&self, _roi: Rect) -> Result<()> {
        later()
    }
    /// The region in force, in binned pixels.
    pub fn roi(&self) -> Rect {
        Rect::default()
    }
    /// Sets binning; both factors must be equal.
    pub fn set_bin(&self, _x: u32, _y: u32) -> Result<()> {
        later()
    }
    /// Bits a sample of the frames handed out.
    pub fn set_depth(&self, _bits: u32) -> Result<()> {
        later()
    }
    /// Demosaic in the library.
    pub fn set_debayer(&self, _on: bool) -> Result<()> {
        later()
    }
    /// Format of the next frame.
    pub fn frame_info(&self) -> FrameInfo {
        FrameInfo { width: 0, height: 0, bits: 16, channels: 1 }
    }
    /// Bytes of the next frame, exactly.
    pub fn mem_length(&self) -> usize {
        self.frame_info().len_bytes()
    }
}

/// Single frames.
impl Camera {
    /// Milliseconds allowed after the expected end of exposure and transfer; 0 means the
    /// default of 60 s.
    pub fn set_single_frame_timeout_ms(&self, _timeout_ms: u32) -> Result<()> {
        later()
    }
    /// Starts one exposure and returns at once.
    pub fn start_exposure(&self) -> Result<()> {
        later()
    }
    /// Waits for the frame of the started exposure and puts it in the buffer that
    /// `buffer` gives for its format. The buffer is asked for once, after the frame is
    /// complete or when its format is certain; it must have [`FrameInfo::len_bytes`].
    pub fn read_frame<'a>(
        &self,
        _buffer: impl FnOnce(FrameInfo) -> Option<&'a mut [u8]>,
    ) -> Result<FrameInfo> {
        later()
    }
    /// Ends the exposure; a waiting [`Camera::read_frame`] returns at once.
    pub fn cancel_exposure(&self) -> Result<()> {
        later()
    }
    /// Percent of the exposure that is left, 0 when idle.
    pub fn exposure_remaining_percent(&self) -> u32 {
        0
    }
    /// Percent of the present frame that was transferred, 0 when idle.
    pub fn reading_progress_percent(&self) -> f64 {
        0.0
    }
}

/// Live video.
impl Camera {
    /// Starts the stream.
    pub fn begin_live(&self) -> Result<()> {
        later()
    }
    /// Takes the newest frame, or fails at once with [`ErrorKind::NotYet`].
    pub fn live_frame<'a>(
        &self,
        _buffer: impl FnOnce(FrameInfo) -> Option<&'a mut [u8]>,
    ) -> Result<FrameInfo> {
        later()
    }
    /// Ends the stream. Harmless in any state.
    pub fn stop_live(&self) -> Result<()> {
        later()
    }
    /// Frames kept for a reader that is slow.
    pub fn set_buffer_number(&self, _frames: u32) -> Result<()> {
        later()
    }
    /// Forgets the frames that wait.
    pub fn clear_live_queue(&self) -> Result<()> {
        later()
    }
    /// Counters of the present stream.
    pub fn stream_stats(&self) -> StreamStats {
        StreamStats::default()
    }
}

/// Peripherals and raw access.
impl Camera {
    /// Sensor power, exposure timing and so on: the timing page.
    pub fn timing(&self) -> Result<Timing> {
        later()
    }
    /// Relative humidity in the sensor chamber, percent.
    pub fn humidity_percent(&self) -> Result<f64> {
        later()
    }
    /// Pressure in the sensor chamber, hPa.
    pub fn pressure_hpa(&self) -> Result<f64> {
        later()
    }
    /// FPGA die temperature.
    pub fn fpga_temp_c(&self) -> Result<f64> {
        later()
    }
    /// True if a wheel answers.
    pub fn wheel_present(&self) -> Result<bool> {
        later()
    }
    /// Position of the wheel as one character.
    pub fn wheel_position(&self) -> Result<u8> {
        later()
    }
    /// Sends the wheel to a position, one character `0`..`9`, `A`..`F`.
    pub fn wheel_move(&self, _position: u8) -> Result<()> {
        later()
    }
    /// A vendor request that reads.
    pub fn vendor_read(&self, _request: u8, _value: u16, _index: u16, _data: &mut [u8]) -> Result<usize> {
        later()
    }
    /// A vendor request that writes.
    pub fn vendor_write(&self, _request: u8, _value: u16, _index: u16, _data: &[u8]) -> Result<()> {
        later()
    }
    /// Writes one FPGA register.
    pub fn write_fpga(&self, _register: u16, _value: u16) -> Result<()> {
        later()
    }
    /// Writes one sensor register.
    pub fn write_sensor(&self, _register: u16, _value: u8) -> Result<()> {
        later()
    }
}
