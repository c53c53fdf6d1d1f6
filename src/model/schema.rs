//! The shape of a model table. Made for the whole family of cameras that take the 0xD1
//! commands (some forty-five, of which the QHY600 is one), so it names what differs
//! between them: sizes, laws, factors, init order.

use std::time::Duration;

use crate::util::{Bayer, Rect, Size, Taps};

use super::control::ControlId;
use super::curves::Curve;
use super::gain::GainLaw;
use super::rows::RowRule;
use super::source::{Fact, Level, Source};

/// USB vendor id of QHYCCD (public udev rules).
pub const VENDOR: u16 = 0x1618;

/// One camera variant.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// Name as it stands before the dash of a camera id.
    pub name: &'static str,
    /// One line for a person: what distinguishes this variant.
    pub summary: &'static str,
    /// How far it is proven.
    pub level: Level,
    /// USB product id of the running camera.
    pub product: u16,
    /// What byte 1 of its identity block says.
    pub identity: IdentityByte,
    /// USB product id while it waits for firmware.
    pub loader: Option<u16>,
    /// File name of the firmware image that a user may supply.
    pub firmware_file: Option<&'static str>,
    /// The number `GetQHYCCDType` answers.
    pub device_type: u32,
    /// Colour filters; `None` is a mono camera.
    pub bayer: Option<Bayer>,
    /// Name of the sensor, for people.
    pub sensor: &'static str,
    /// Pixel pitch of the sensor in micrometres.
    pub pixel_um: f64,
    /// Memory of the DDR buffer in MiB; 0 without one.
    pub ddr_mib: u32,
    /// Read modes by their number.
    pub read_modes: &'static [ReadMode],
    /// Every control the library knows for it, in groups: what a group says of an id goes
    /// before what later ones say. Ids not listed are unavailable. [`Model::controls`] has
    /// each once.
    pub controls: &'static [ControlGroups],
    /// Bin factors offered.
    pub bins: &'static [u32],
    /// Sample sizes offered, in bits.
    pub depths: &'static [u32],
    /// Digital gain slots that the camera wants filled.
    pub digital_slots: DigitalSlots,
    /// Tenths of a degree by which a target order lies below the wanted temperature.
    pub target_shift_tenths_c: i32,
    /// Factor from offset setting to black-level order; 0 if it has no such order.
    pub offset_factor: u16,
    /// What a USB traffic setting sends.
    pub traffic: TrafficLaw,
    /// Form of frames and orders on the bus.
    pub wire: WireForm,
    /// How the camera is initialised.
    pub init: InitPlan,
    /// Peripherals.
    pub has: Peripherals,
    /// Where all this comes from, in groups.
    pub facts: &'static [&'static [Fact]],
}

/// One read mode. Rectangles are in pixels of the mode, unbinned.
#[derive(Clone, Copy, Debug)]
pub struct ReadMode {
    /// Name as the vendor's library gives it; users' profiles know it.
    pub name: &'static str,
    /// Whole frame.
    pub image: Size,
    /// Width and height of the chip, if they are not those of the whole frame.
    pub chip_mm: Option<(f64, f64)>,
    /// Light-sensitive area.
    pub effective: Rect,
    /// Overscan: rows that are read but have no pixels.
    pub overscan: Rect,
    /// Masked pixels.
    pub optical_black: Rect,
    /// Steps before those of the model's initialisation.
    pub before_init: &'static [InitStep],
    /// Steps behind those of it for single frames.
    pub after_single_init: &'static [InitStep],
    /// Byte 6 of the initialise command.
    pub readout_code: u8,
    /// Bits that byte 1 of the initialise command has besides that of single frames.
    pub init_bits: u8,
    /// Columns of every row on the bus.
    pub wire_columns: u32,
    /// Which of them is the first of the whole frame.
    pub first_column: u32,
    /// In what turn the samples of rows come, if not in the order of the picture.
    pub taps: Option<Taps>,
    /// From region to rows on the bus, single frames.
    pub single: RowRule,
    /// The same in live video.
    pub live: RowRule,
    /// From gain setting to gain codes.
    pub gain: &'static GainLaw,
    /// What gain settings do to electrons, where that was published.
    pub curve: Option<&'static Curve>,
    /// Sensor pixels a side that one pixel of this mode sums in hardware.
    pub hardware_bin: u32,
    /// Pixel pitch in micrometres that is told of this mode, if it is not the sensor's: on
    /// some models that bin in hardware, not on the QHY600.
    pub pixel_um: Option<f64>,
    /// Settings that are always so in this mode, whatever the caller has set.
    pub fixed: &'static [(ControlId, f64)],
    /// True if the camera sends this mode over fibre only, as its name says.
    pub fibre_only: bool,
    /// Why its frames cannot be made into pictures, if so.
    pub unknown: Option<&'static str>,
    /// Cameras have it whose FPGA image is of this day or later: year since 2000, month, day.
    pub since_fpga: Option<[u8; 3]>,
    /// The part of the frame that live video shows, if it is not all of it.
    pub live_area: Option<Rect>,
    /// When rows end their exposure, where that is known.
    pub shutter_end: Option<ShutterEnd>,
}

/// When the rows of a frame end their exposure, counted from the start of its readout (the
/// vertical sync, which the GPS receiver marks): `rest_us` and so many line periods.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShutterEnd {
    /// Line periods for the first row of the picture; each row adds one.
    pub rows: u32,
    /// Rows that end together.
    pub together: u32,
    /// What does not depend on the line period.
    pub rest_us: f64,
}

impl ShutterEnd {
    /// Microseconds for a row of the sensor, counted from the first that is handed out.
    pub fn offset_us(&self, row: u32, line_period_ns: u32) -> f64 {
        let lines = u64::from(self.rows) + u64::from(row - row % self.together.max(1));
        // Whole nanoseconds first, so that no sum of rounded parts is handed out.
        let rest_ns = self.rest_us * 1000.0;
        (rest_ns + lines as f64 * f64::from(line_period_ns)) / 1000.0
    }
}

/// Which digital gain slots are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigitalSlots {
    /// The first only (older mono cameras).
    First,
    /// All three with the same value.
    All,
    /// All three, scaled by white balance.
    WhiteBalance {
        /// The setting that leaves the gain as it is.
        unity: u16,
    },
}

/// What a USB traffic setting sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrafficLaw {
    /// The value.
    Value,
    /// The exposure time. The value itself goes with the next initialisation.
    Exposure,
    /// Nothing.
    Nothing,
}

/// What byte 1 of the identity block says of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityByte {
    /// 0: mono.
    Mono,
    /// 1: colour.
    Colour,
    /// Any value fits.
    Any,
}

impl IdentityByte {
    /// Whether a camera that says `byte` may be of this model.
    pub const fn fits(self, byte: u8) -> bool {
        match self {
            IdentityByte::Mono => byte == 0,
            IdentityByte::Colour => byte == 1,
            IdentityByte::Any => true,
        }
    }
}

/// Frames and orders on the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireForm {
    /// Endpoint of the pixels.
    pub endpoint: u8,
    /// Byte order of 16-bit samples.
    pub order: ByteOrder,
    /// Bytes before the pixels of a live frame.
    pub live_header_bytes: u32,
    /// Whether the order that empties the DDR buffer is known of this model.
    pub can_empty: bool,
    /// Form of the DDR counter.
    pub ddr_counter: DdrCounter,
    /// Units by which the counter may stay below the size of a frame that is complete.
    pub ddr_missing_units: u32,
    /// Form of the gain order.
    pub gain_order: GainOrder,
}

/// How long the gain order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GainOrder {
    /// 32 bytes.
    Long,
    /// 16 bytes, without the switches.
    Short,
}

/// Byte order of 16-bit samples on the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// Most significant byte first.
    Big,
    /// Least significant byte first.
    Little,
}

/// How the fill counter of the DDR buffer is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DdrCounter {
    /// Four bytes, least significant first; from `bit` on, 21 bits are units of 2048 bytes.
    Word {
        /// The lowest of them.
        bit: u32,
    },
    /// Three bytes, most significant first, units of 2048 bytes.
    Three,
    /// Three bytes, least significant first, units of 512 bytes.
    ThreeSmall,
}

/// What `InitQHYCCD` sends. All waits are camera time. Settings that a plan leaves out are
/// sent before the first frame that needs them.
#[derive(Clone, Copy, Debug)]
pub struct InitPlan {
    /// Steps for single frames.
    pub single: &'static [InitStep],
    /// Steps for live video.
    pub live: &'static [InitStep],
    /// Steps before each single exposure.
    pub start: &'static [InitStep],
    /// Settings that the first initialisation after open gives to the caller's controls.
    /// Until then each has the value of its [`Read::Stored`].
    pub first_defaults: &'static [(ControlId, f64)],
}

/// One step of an initialisation. Steps that name a setting send its present value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InitStep {
    /// Clears the halt of the data endpoint.
    ClearHalt,
    /// Reads a status page and forgets it.
    ReadPage(u16),
    /// Reads the first byte of a status page and forgets it.
    ReadPageByte(u16),
    /// Sends a byte by a request of its own (`wire::code::BYTES`); what for is not known.
    Byte(u8, u8),
    /// Reads whether there is a pressure sensor (page), and once its page if there is.
    ProbePressure,
    /// Reads whether there is a humidity sensor.
    ProbeHumidity,
    /// Reads an FPGA register and forgets it.
    ReadFpga(u16),
    /// Writes an FPGA register.
    WriteFpga(u16, u16),
    /// Writes the number of the read mode to an FPGA register.
    WriteReadMode(u16),
    /// Reads a two-byte register of the sensor board and forgets it.
    ReadI2c(u16),
    /// Writes a sensor register.
    WriteSensor(u16, u8),
    /// The initialise command.
    Init,
    /// Waits.
    WaitMs(u32),
    /// Sends the exposure time.
    Exposure,
    /// Sends an exposure time in microseconds, which is not the caller's.
    ExposureUs(u32),
    /// The order for one exposure.
    Start,
    /// Takes the frame of it and forgets it.
    DropFrame,
    /// Sends the gain.
    Gain,
    /// Sends the offset.
    Offset,
    /// Sends the USB traffic.
    Traffic,
    /// Switches the DDR buffer on.
    DdrOn,
    /// Sets the mode of the DDR buffer: 0 off, 255 on.
    Ddr(u8),
    /// Sends the read-out speed.
    Speed,
    /// Switches the watchdog on, once after open, on a camera that has one.
    WatchdogOn,
    /// Says that the host watches over the camera, to one that wants to know.
    SupervisionOn,
    /// Sends the sample size.
    Depth,
    /// Sends the region.
    Region,
    /// Of the steps for live video, those that follow are done when a stream begins.
    AtBegin,
}

/// Things that are built in or can be plugged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peripherals {
    /// Thermoelectric cooler with set-point.
    pub cooler: bool,
    /// Socket for a filter wheel.
    pub wheel: bool,
    /// GPS data in row 0.
    pub gps: bool,
    /// Guide port.
    pub guide_port: Option<GuidePort>,
    /// Trigger socket.
    pub trigger: bool,
    /// Host-fed watchdog.
    pub watchdog: bool,
    /// Is told when the host watches over it ([`InitStep::SupervisionOn`]), and when it
    /// closes it.
    pub supervision: bool,
    /// Hardware frame numbers.
    pub frame_numbers: bool,
    /// Sensor circuits that the host switches off during long exposures.
    pub low_dark_current: Option<LowDarkCurrent>,
}

/// Which pin of a guide port, numbered as in requests, pushes where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuidePort {
    /// Right ascension grows.
    pub east: u8,
    /// Declination grows.
    pub north: u8,
    /// Declination shrinks.
    pub south: u8,
    /// Right ascension shrinks.
    pub west: u8,
}

impl GuidePort {
    /// Most cameras (observed: orders for the four directions of 28 cameras).
    pub const USUAL: GuidePort = GuidePort { east: 1, north: 2, south: 0, west: 3 };
    /// The QHY5III200, 568, 585, 678 and 715, the QHY585 and the miniCam8 (observed).
    pub const CROSSED: GuidePort = GuidePort { east: 0, north: 3, south: 1, west: 2 };
}

/// When the sensor circuits that glow are off, within an exposure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LowDarkCurrent {
    /// The sensor register that goes with the switch.
    pub register: u16,
    /// Exposures up to this length keep them on all the time.
    pub longer_than: Duration,
    /// When, after the start of a longer one, they go off.
    pub off_after: Duration,
    /// When, before its end, they go on again.
    pub on_before_end: Duration,
}

/// Controls in groups, as tables share them.
pub type ControlGroups = &'static [&'static [Control]];

/// One control of a model.
#[derive(Clone, Copy, Debug)]
pub struct Control {
    /// Which control.
    pub id: ControlId,
    /// What `IsQHYCCDControlAvailable` says.
    pub available: Availability,
    /// Range for `GetQHYCCDParamMinMaxStep`; `None` answers an error.
    pub range: Option<Range>,
    /// Where a read takes its value from.
    pub read: Read,
    /// What a write does.
    pub write: Write,
    /// Where the facts come from.
    pub source: Source,
}

/// What a question for availability answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// Success.
    Yes,
    /// Error.
    No,
    /// The number of the Bayer order.
    BayerOrder,
}

/// Smallest and largest value and the step between.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// Step.
    pub step: f64,
}

/// Where the value of a control comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Read {
    /// Nothing to read: an error.
    Nothing,
    /// The stored setting; this is its value before anybody sets it.
    Stored(f64),
    /// A fixed answer.
    Constant(f64),
    /// Asks the camera for the sensor temperature.
    Temperature,
    /// The cooler power now in force, 0..=255.
    Pwm,
    /// The target temperature, or -100 while the cooler does not regulate.
    Target,
    /// Sample size in bits.
    Depth,
    /// Asks the wheel for its position, as a character code.
    WheelPosition,
    /// Asks the wheel for its number of slots.
    WheelSlots,
    /// Asks for the humidity in percent.
    Humidity,
    /// Asks for the pressure in hPa.
    Pressure,
    /// Asks for the state of the sensor's supply (status page 0x24): 1 good, 2, 3 and 9
    /// tripped.
    PowerState,
    /// 1 while an exposure is over, else 0.
    ExposureDone,
}

/// What setting a control does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// Refused with an error.
    Refused,
    /// Accepted and stored; the camera has no order for it.
    Stored,
    /// Accepted and forgotten; a read answers as before.
    Ignored,
    /// Gain of the read mode's law.
    Gain,
    /// Black level.
    Offset,
    /// Exposure time in microseconds.
    Exposure,
    /// The same, but a shorter one becomes this.
    ExposureFrom(u32),
    /// USB traffic.
    Traffic,
    /// Read-out speed.
    Speed,
    /// White balance of one colour: 0 red, 1 green, 2 blue.
    WhiteBalance(u8),
    /// Sample size in bits.
    Depth,
    /// Cooler power, manual mode.
    Pwm,
    /// Target temperature, automatic mode.
    Target,
    /// Filter wheel position, as a character code.
    Wheel,
    /// GPS data on or off.
    Gps,
    /// Region counts from the effective area.
    IgnoreOverscan,
    /// DDR buffer; 1 empties and enables it, 0 is refused.
    Ddr,
    /// Residual-image removal on or off.
    RemoveRbi,
    /// Average instead of sum in software binning.
    AverageBin,
    /// Fan.
    Fan,
}

impl Model {
    /// The table row of a control.
    pub fn control(&self, id: ControlId) -> Option<&'static Control> {
        self.rows().find(|c| c.id == id)
    }

    /// Every control once, the model's own ones first.
    pub fn controls(&self) -> impl Iterator<Item = &'static Control> + '_ {
        self.rows().filter(|&row| self.control(row.id).is_some_and(|first| std::ptr::eq(first, row)))
    }

    fn rows(&self) -> impl Iterator<Item = &'static Control> + 'static {
        let groups: &'static [ControlGroups] = self.controls;
        groups.iter().copied().flatten().copied().flatten()
    }

    /// Where all this comes from.
    pub fn facts(&self) -> impl Iterator<Item = &'static Fact> + 'static {
        let groups: &'static [&'static [Fact]] = self.facts;
        groups.iter().copied().flatten()
    }

    /// Whether the DDR buffer can be emptied. The order for it also switches the buffer on, so
    /// only where the stream mode has it on.
    pub fn can_empty(&self, live: bool) -> bool {
        let init = if live { self.init.live } else { self.init.single };
        self.wire.can_empty && init.contains(&InitStep::DdrOn)
    }

    /// Memory in MiB that frames go through in a stream mode; 0 where the initialisation
    /// switches it off.
    pub fn memory_mib(&self, live: bool) -> u32 {
        let init = if live { self.init.live } else { self.init.single };
        if init.contains(&InitStep::Ddr(0)) { 0 } else { self.ddr_mib }
    }

    /// Number of the read modes.
    pub fn read_mode_count(&self) -> u32 {
        self.read_modes.len() as u32
    }

    /// Whether it depends on the camera's FPGA image how many of them there are.
    pub fn has_later_read_modes(&self) -> bool {
        self.read_modes.iter().any(|mode| mode.since_fpga.is_some())
    }

    /// Number of the read modes with an FPGA image of that day.
    pub fn read_mode_count_with(&self, fpga: [u8; 3]) -> u32 {
        self.read_modes.iter().take_while(|mode| mode.since_fpga.is_none_or(|day| day <= fpga)).count() as u32
    }
}

impl ReadMode {
    /// The part of the whole frame that pictures show.
    pub fn shown(&self, live: bool) -> Rect {
        self.live_area.filter(|_| live).unwrap_or(self.image.rect())
    }

    /// The rule for the rows.
    pub fn rows(&self, live: bool) -> &RowRule {
        if live { &self.live } else { &self.single }
    }
}

impl Range {
    /// A range.
    pub const fn new(min: f64, max: f64, step: f64) -> Range {
        Range { min, max, step }
    }

    /// The nearest value inside.
    pub fn clamp(&self, value: f64) -> f64 {
        value.clamp(self.min, self.max)
    }
}
