//! How the bytes of one frame become the caller's picture, settled before the frame
//! starts.
//!
//! [`Settings`] say what is wanted; [`Plan::new`] checks them once and works out every
//! length and offset, so that nothing can overflow or run outside later. The plan knows
//! no camera: it is told the form of the wire.

use std::fmt;

use crate::util::{Bayer, Rect, Size};

/// Largest bin factor: the sum of 256×256 samples of 16 bits still fits in 32 bits.
pub const MAX_BIN: u32 = 256;

/// Frame bytes before the header that GPS frames carry: the frame number.
pub(super) const HEADER_AT: usize = 4;

/// One sample on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// One byte.
    U8,
    /// Two bytes, most significant first.
    U16Be,
    /// Two bytes, least significant first.
    U16Le,
}

impl Sample {
    /// Bytes of a sample, on the wire and in the picture.
    pub const fn bytes(self) -> usize {
        match self {
            Sample::U8 => 1,
            Sample::U16Be | Sample::U16Le => 2,
        }
    }
}

/// Form of a frame on the wire: rows of samples without padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireLayout {
    /// Samples a row.
    pub columns: u32,
    /// Rows.
    pub rows: u32,
    /// What a sample is.
    pub sample: Sample,
}

impl WireLayout {
    /// Bytes of the frame, without a marker; `None` if no memory could hold them.
    pub fn frame_len(&self) -> Option<usize> {
        packed_len(Size::new(self.columns, self.rows), self.sample.bytes())
    }
}

/// What is wanted of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Form of the frame on the wire.
    pub wire: WireLayout,
    /// The part that becomes the picture, in wire samples: lead rows are above it.
    pub crop: Rect,
    /// Sums `bin`×`bin` neighbours, whatever their colour. Groups that are cut by the
    /// right or lower border are left out.
    pub bin: u32,
    /// Divides those sums by `bin`×`bin`, cut to an integer. Otherwise sums stop at the
    /// largest value of the depth.
    pub average: bool,
    /// Colour order at the corner of `crop`: makes a three-channel picture (B, G, R)
    /// out of it. Not together with `bin` above 1, whose sums have no colour.
    pub debayer: Option<Bayer>,
    /// When the picture is complete, this many of its first bytes (or all of them, if it
    /// has fewer) are replaced by the bytes of the frame after the first four, in wire
    /// order: the GPS header. 0 for none.
    pub header_bytes: usize,
}

impl Settings {
    /// The whole frame, nothing but the byte order changed.
    pub fn whole(wire: WireLayout) -> Settings {
        let crop = Rect::new(0, 0, wire.columns, wire.rows);
        Settings { wire, crop, bin: 1, average: false, debayer: None, header_bytes: 0 }
    }
}

/// Why settings make no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// The frame or the picture has more bytes than memory can address.
    TooLarge,
    /// The crop is empty or does not lie within the wire frame.
    Crop(Rect, Size),
    /// Bin factor 0 or above [`MAX_BIN`].
    Bin(u32),
    /// Not even one whole bin group fits.
    NothingLeft(Size, u32),
    /// Debayering and binning at once.
    DebayerBinned,
    /// The wire frame has fewer bytes than the header.
    Header(usize),
    /// The output buffer has not exactly the length of the picture.
    OutputLength {
        /// Bytes of the picture.
        needed: usize,
        /// Bytes of the buffer.
        given: usize,
    },
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlanError::TooLarge => f.write_str("the frame is too large for this machine"),
            PlanError::Crop(crop, wire) => write!(
                f,
                "region {},{} {}x{} does not lie within the {}x{} frame",
                crop.x, crop.y, crop.width, crop.height, wire.width, wire.height
            ),
            PlanError::Bin(bin) => write!(f, "bin factor {bin} is not 1 to {MAX_BIN}"),
            PlanError::NothingLeft(size, bin) => {
                write!(f, "no {bin}x{bin} group fits in {}x{} pixels", size.width, size.height)
            }
            PlanError::DebayerBinned => f.write_str("a binned frame cannot be debayered"),
            PlanError::Header(bytes) => write!(f, "the frame is too short for a {bytes} byte header"),
            PlanError::OutputLength { needed, given } => {
                write!(f, "the picture has {needed} bytes, the buffer {given}")
            }
        }
    }
}

impl std::error::Error for PlanError {}

/// Checked settings and what follows from them.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    settings: Settings,
    size: Size,
    frame_len: usize,
    output_len: usize,
    header_len: usize,
    runs: Runs,
}

impl Plan {
    /// Checks `settings`.
    pub fn new(settings: Settings) -> Result<Plan, PlanError> {
        let Settings { wire, crop, bin, debayer, header_bytes, .. } = settings;
        let sample = wire.sample.bytes();
        let frame_len = wire.frame_len().ok_or(PlanError::TooLarge)?;
        let bounds = Size::new(wire.columns, wire.rows);
        if !crop.fits(bounds) {
            return Err(PlanError::Crop(crop, bounds));
        }
        if !(1..=MAX_BIN).contains(&bin) {
            return Err(PlanError::Bin(bin));
        }
        if bin > 1 && debayer.is_some() {
            return Err(PlanError::DebayerBinned);
        }
        let size = crop.size().binned(bin);
        if size.width == 0 || size.height == 0 {
            return Err(PlanError::NothingLeft(crop.size(), bin));
        }
        let channels = if debayer.is_some() { 3 } else { 1 };
        let output_len = packed_len(size, channels * sample).ok_or(PlanError::TooLarge)?;
        let header_len = header_bytes.min(output_len);
        if header_len > 0 && header_len + HEADER_AT > frame_len {
            return Err(PlanError::Header(header_len));
        }
        // From here on every product is at most frame_len.
        let stride = wire.columns as usize * sample;
        let mut runs = Runs {
            start: crop.y as usize * stride + crop.x as usize * sample,
            len: (size.width * bin) as usize * sample,
            stride,
            count: (size.height * bin) as usize,
        };
        if bin == 1 && debayer.is_none() && runs.len == stride {
            runs = Runs { len: stride * runs.count, stride: stride * runs.count, count: 1, ..runs };
        }
        Ok(Plan { settings, size, frame_len, output_len, header_len, runs })
    }

    /// The settings it was made from.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Bytes of a frame on the wire, without a marker.
    pub fn frame_len(&self) -> usize {
        self.frame_len
    }

    /// Bytes of the picture, exactly.
    pub fn output_len(&self) -> usize {
        self.output_len
    }

    /// Columns of the picture.
    pub fn width(&self) -> u32 {
        self.size.width
    }

    /// Rows of the picture.
    pub fn height(&self) -> u32 {
        self.size.height
    }

    /// Bits a sample of the picture.
    pub fn bits(&self) -> u32 {
        8 * self.settings.wire.sample.bytes() as u32
    }

    /// Samples a pixel of the picture.
    pub fn channels(&self) -> u32 {
        if self.settings.debayer.is_some() { 3 } else { 1 }
    }

    pub(super) fn header_len(&self) -> usize {
        self.header_len
    }

    pub(super) fn runs(&self) -> &Runs {
        &self.runs
    }
}

/// Bytes of packed rows; `None` if no slice can be as long.
fn packed_len(size: Size, pixel_bytes: usize) -> Option<usize> {
    let pixels = u64::from(size.width) * u64::from(size.height);
    let bytes = usize::try_from(pixels).ok()?.checked_mul(pixel_bytes)?;
    (bytes <= isize::MAX as usize).then_some(bytes)
}

/// The bytes of the frame that matter: `count` runs of `len` bytes, `stride` apart. A run
/// is a row of the crop, or all of it where rows follow each other without a gap and need
/// no work of their own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Runs {
    pub(super) start: usize,
    pub(super) len: usize,
    pub(super) stride: usize,
    pub(super) count: usize,
}

/// Where a frame byte lies.
pub(super) enum Place {
    /// This many bytes are of no use.
    Gap(usize),
    /// In run `index`, with `offset` bytes of it before.
    Run { index: usize, offset: usize },
}

impl Runs {
    pub(super) fn place(&self, position: usize) -> Place {
        let Some(past) = position.checked_sub(self.start) else {
            return Place::Gap(self.start - position);
        };
        let (index, offset) = (past / self.stride, past % self.stride);
        if index >= self.count {
            Place::Gap(usize::MAX)
        } else if offset < self.len {
            Place::Run { index, offset }
        } else {
            Place::Gap(self.stride - offset)
        }
    }
}
