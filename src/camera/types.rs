//! Values that go in and out of a camera.

use crate::model::Model;
use crate::util::Size;

/// A camera that can be opened.
#[derive(Clone, Debug)]
pub struct CameraInfo {
    /// Model name, dash, serial number: stable for ever, users' profiles key on it.
    pub id: String,
    /// Its table.
    pub model: &'static Model,
    /// True on a SuperSpeed link.
    pub super_speed: bool,
}

/// One frame on request, or a stream of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamMode {
    /// One frame for each exposure that is started.
    Single,
    /// Live video.
    Live,
}

/// Size and depth of pixels that were delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameInfo {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bits a sample as stored: 8 or 16.
    pub bits: u32,
    /// 1, or 3 (blue, green, red) after debayering.
    pub channels: u32,
}

impl FrameInfo {
    /// Bytes of the frame.
    pub fn len_bytes(&self) -> usize {
        Size::new(self.width, self.height).pixels() * self.channels as usize * (self.bits as usize / 8)
    }
}

/// What `GetQHYCCDChipInfo` tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChipInfo {
    /// Chip width in millimetres.
    pub width_mm: f64,
    /// Chip height in millimetres.
    pub height_mm: f64,
    /// Whole frame of the present read mode, unbinned.
    pub image: Size,
    /// Pixel pitch in micrometres.
    pub pixel_um: f64,
    /// Bits a sample at present.
    pub bits: u32,
}

/// How one frame of a stream fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamStats {
    /// Whole frames received.
    pub received: u64,
    /// Frames handed out.
    pub delivered: u64,
    /// Whole frames that newer ones replaced before anybody fetched them.
    pub dropped: u64,
    /// Frames that came damaged.
    pub damaged: u64,
}
