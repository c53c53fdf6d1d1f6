//! How the bytes of one frame become the caller's picture, settled before the frame
//! starts.
//!
//! [`Settings`] say what is wanted; [`Plan::new`] checks them once and works out every
//! length and offset, so that nothing can overflow or run outside later. The plan knows
//! no camera: it is told the form of the wire.

use std::fmt;

use crate::util::{Bayer, Rect, Size, Taps};

use super::debayer::Method;
use super::runs::Runs;
use super::unpack::Packing;

/// Largest bin factor: the sum of 128×128 samples of 16 bits still fits in 30 bits.
pub const MAX_BIN: u32 = 128;

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
    /// 12 or 14 bits. They count as 16-bit samples whose lowest bits are 0.
    Packed(Packing),
}

impl Sample {
    /// How many samples share how many bytes.
    pub const fn group(self) -> (usize, usize) {
        match self {
            Sample::U8 => (1, 1),
            Sample::U16Be | Sample::U16Le => (1, 2),
            Sample::Packed(packing) => packing.group(),
        }
    }

    /// The same samples with the lowest byte first and unpacked.
    pub const fn little_endian(self) -> Sample {
        match self.depth() {
            Depth::U8 => Sample::U8,
            Depth::U16 | Depth::U32 => Sample::U16Le,
        }
    }

    /// The depth of a picture that keeps what the samples tell.
    pub const fn depth(self) -> Depth {
        match self {
            Sample::U8 => Depth::U8,
            Sample::U16Be | Sample::U16Le | Sample::Packed(_) => Depth::U16,
        }
    }
}

/// One sample of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// One byte.
    U8,
    /// Two bytes, least significant first.
    U16,
    /// Four bytes, least significant first: sums of 16-bit samples without a limit.
    U32,
}

impl Depth {
    /// Bits of a sample.
    pub const fn bits(self) -> u32 {
        match self {
            Depth::U8 => 8,
            Depth::U16 => 16,
            Depth::U32 => 32,
        }
    }

    /// Bytes of a sample.
    pub const fn bytes(self) -> usize {
        self.bits() as usize / 8
    }

    /// The largest value.
    pub const fn max(self) -> u32 {
        u32::MAX >> (32 - self.bits())
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
    /// Bytes of a row, if it has a whole number of them.
    fn row_len(&self) -> Option<usize> {
        let (samples, bytes) = self.sample.group();
        let columns = self.columns as usize;
        if columns % samples == 0 { (columns / samples).checked_mul(bytes) } else { None }
    }

    /// Bytes of the frame, without a marker; `None` if no memory could hold them, or if a
    /// row of packed samples ends within a byte.
    pub fn frame_len(&self) -> Option<usize> {
        let bytes = self.row_len()?.checked_mul(self.rows as usize)?;
        (bytes <= isize::MAX as usize).then_some(bytes)
    }
}

/// What is wanted of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Form of the frame on the wire.
    pub wire: WireLayout,
    /// In what turn its samples come, if not in the order of the picture.
    pub taps: Option<Taps>,
    /// The part that becomes the picture, in wire samples: lead rows are above it.
    pub crop: Rect,
    /// Sums `bin`×`bin` samples. Groups that are cut by the right or lower border are left
    /// out.
    pub bin: u32,
    /// Sums samples under the same colour filter, so that the binned picture has the colour
    /// order of `crop`; its size is even. Otherwise sums neighbours, whatever their colour.
    pub same_colour: bool,
    /// Divides those sums by `bin`×`bin`, cut to an integer.
    pub average: bool,
    /// Depth of the picture. What is too large for it becomes its largest value. Where it
    /// has less bits than the samples of the wire, values stop at the largest of these and
    /// lose their lower bits; where it has more, values stay as they are.
    pub depth: Depth,
    /// Colour order at the corner of `crop`: makes a three-channel picture (B, G, R)
    /// out of it, 8 or 16 bits deep. Not of sums that have no colour.
    pub debayer: Option<Bayer>,
    /// How it is made.
    pub method: Method,
    /// When the picture is complete, this many of its first bytes (or all of them, if it
    /// has fewer) are replaced by the bytes of the frame after the first four, in wire
    /// order: the GPS header. 0 for none.
    pub header_bytes: usize,
}

impl Settings {
    /// The whole frame, nothing but the byte order changed.
    pub fn whole(wire: WireLayout) -> Settings {
        let crop = Rect::new(0, 0, wire.columns, wire.rows);
        Settings {
            wire,
            taps: None,
            crop,
            bin: 1,
            same_colour: false,
            average: false,
            depth: wire.sample.depth(),
            debayer: None,
            method: Method::Bilinear,
            header_bytes: 0,
        }
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
    /// Rows of so many packed samples do not end with a byte.
    Packing(u32),
    /// Samples cannot come in turns in such a frame, or not packed ones.
    Taps,
    /// Debayering sums of different colours.
    DebayerBinned,
    /// Debayering at 32 bits.
    DebayerDepth,
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
            PlanError::Packing(columns) => {
                write!(f, "rows of {columns} packed samples do not end with a byte")
            }
            PlanError::Taps => f.write_str("the frame has no whole number of blocks of columns"),
            PlanError::DebayerBinned => f.write_str("sums of different colours cannot be debayered"),
            PlanError::DebayerDepth => f.write_str("a 32-bit frame cannot be debayered"),
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
    context: Context,
    frame_len: usize,
    output_len: usize,
    header_len: usize,
    stride: usize,
    runs: Runs,
}

/// Rows around a band of a picture that a debayer looks at and that are not written, in
/// rows of the binned picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Above the band; 0 at the upper border of the picture.
    pub above: u32,
    /// Below the band; 0 at the lower border.
    pub below: u32,
}

impl Plan {
    /// Checks `settings`.
    pub fn new(settings: Settings) -> Result<Plan, PlanError> {
        Plan::with_context(settings, Context::default())
    }

    /// A plan whose picture lacks the outer rows of `context`.
    fn with_context(settings: Settings, context: Context) -> Result<Plan, PlanError> {
        let Settings { wire, crop, bin, debayer, depth, header_bytes, .. } = settings;
        let (samples, group) = wire.sample.group();
        if wire.columns as usize % samples != 0 {
            return Err(PlanError::Packing(wire.columns));
        }
        let frame_len = wire.frame_len().ok_or(PlanError::TooLarge)?;
        let packed = matches!(wire.sample, Sample::Packed(_));
        if settings.taps.is_some_and(|taps| packed || !taps.fits(wire.columns, wire.rows)) {
            return Err(PlanError::Taps);
        }
        let bounds = Size::new(wire.columns, wire.rows);
        if !crop.fits(bounds) {
            return Err(PlanError::Crop(crop, bounds));
        }
        if !(1..=MAX_BIN).contains(&bin) {
            return Err(PlanError::Bin(bin));
        }
        // Whether the colours of neighbours stay apart, and so come in pairs.
        let pairs = bin > 1 && settings.same_colour;
        if debayer.is_some() {
            if bin > 1 && !pairs {
                return Err(PlanError::DebayerBinned);
            }
            if depth == Depth::U32 {
                return Err(PlanError::DebayerDepth);
            }
        }
        let mut size = crop.size().binned(bin);
        if pairs {
            size = Size::new(size.width & !1, size.height & !1);
        }
        let rows = size.height;
        size.height = rows.saturating_sub(context.above + context.below);
        if size.width == 0 || size.height == 0 {
            return Err(PlanError::NothingLeft(crop.size(), bin));
        }
        let channels = if debayer.is_some() { 3 } else { 1 };
        let output_len = packed_len(size, channels * depth.bytes()).ok_or(PlanError::TooLarge)?;
        let header_len = header_bytes.min(output_len);
        if header_len > 0 && header_len + HEADER_AT > frame_len {
            return Err(PlanError::Header(header_len));
        }
        // From here on every product is at most frame_len.
        let stride = wire.columns as usize / samples * group;
        let (first, width) = (crop.x as usize, (size.width * bin) as usize);
        let mut runs = Runs {
            start: crop.y as usize * stride + first / samples * group,
            len: (first % samples + width).div_ceil(samples) * group,
            stride,
            count: (rows * bin) as usize,
        };
        let plain = bin == 1 && debayer.is_none() && settings.is_whole_bytes();
        let together = if pairs { 2 * bin } else { bin } as usize;
        if together > 1 {
            runs = Runs {
                len: (together - 1) * stride + runs.len,
                stride: together * stride,
                count: runs.count / together,
                ..runs
            };
        } else if plain && runs.len == stride {
            runs = Runs { len: stride * runs.count, stride: stride * runs.count, count: 1, ..runs };
        }
        Ok(Plan { settings, size, context, frame_len, output_len, header_len, stride, runs })
    }

    /// The plan for `rows` rows of the picture from row `first` on, without the header.
    /// Both are even, but for the last band.
    pub(super) fn band(&self, first: u32, rows: u32) -> Result<Plan, PlanError> {
        let Settings { crop, bin, debayer, method, .. } = self.settings;
        // Even, so that the colour order stays what it is.
        let reach = if debayer.is_some() { method.reach().next_multiple_of(2) } else { 0 };
        let below = self.size.height.saturating_sub(first + rows);
        let context = Context { above: first.min(reach), below: below.min(reach) };
        let y = crop.y + (first - context.above) * bin;
        let height = (context.above + rows + context.below) * bin;
        let crop = Rect { y, height, ..crop };
        Plan::with_context(Settings { crop, header_bytes: 0, ..self.settings }, context)
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
        self.settings.depth.bits()
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

    /// Bytes of a row of the frame.
    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    pub(super) fn context(&self) -> Context {
        self.context
    }

    /// Bytes of a row of the picture.
    pub(super) fn pitch(&self) -> usize {
        self.output_len / self.size.height as usize
    }
}

impl Settings {
    /// True if a picture that is not binned or debayered has the bytes of the wire, in
    /// whatever order.
    pub(super) fn is_whole_bytes(&self) -> bool {
        !matches!(self.wire.sample, Sample::Packed(_)) && self.depth == self.wire.sample.depth()
    }
}

/// Bytes of packed rows; `None` if no slice can be as long.
fn packed_len(size: Size, pixel_bytes: usize) -> Option<usize> {
    let pixels = u64::from(size.width) * u64::from(size.height);
    let bytes = usize::try_from(pixels).ok()?.checked_mul(pixel_bytes)?;
    (bytes <= isize::MAX as usize).then_some(bytes)
}
