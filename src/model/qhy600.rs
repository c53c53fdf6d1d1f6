//! QHY600, the variants that report themselves over USB: mono and colour.
//!
//! Sizes and areas are the manual's, at every moment; the vendor's library answers other
//! areas, and other ones again after `InitQHYCCD`. Codes, laws, controls and the order of
//! the initialisation are what that library (26.6.4.16) sends and answers on a QHY600.
//! The Lite, Pro, SBFL and LQ variants are the same device over USB.

use std::time::Duration;

use super::control::ControlId;
use super::curves::Curve;
use super::gain::GainLaw;
use super::gain_laws::{EXTENDED, HIGH_GAIN, PHOTOGRAPHIC};
use super::qhy600_curves as curves;
use super::rows::RowRule;
use super::schema::*;
use super::source::{Fact, Level, Source, Topic};
use crate::util::{Bayer, Rect, Size};

/// Every variant that the library can tell apart.
pub static MODELS: &[Model] = &[MONO, COLOUR];

const MONO: Model = Model {
    name: "QHY600M",
    summary: "full-frame mono, 61 Mpx, cooled",
    level: Level::Oracle,
    product: 0xC601,
    identity: IdentityByte::Mono,
    loader: Some(0xC600),
    firmware_file: Some("QHY600.img"),
    device_type: 4063,
    bayer: None,
    sensor: "Sony IMX455",
    pixel_um: 3.76,
    ddr_mib: 2048,
    read_modes: READ_MODES,
    controls: &[&[&controls(false)]],
    bins: &[1, 2, 3, 4],
    depths: &[8, 16, 32],
    digital_slots: DigitalSlots::First,
    target_shift_tenths_c: 7,
    offset_factor: 16,
    traffic: TrafficLaw::Value,
    wire: WireForm {
        endpoint: 0x81,
        order: ByteOrder::Big,
        live_header_bytes: 0,
        can_empty: true,
        ddr_counter: DdrCounter::Word { bit: 6 },
        ddr_missing_units: 100,
        gain_order: GainOrder::Long,
    },
    init: InitPlan { single: INIT_SINGLE, live: INIT_LIVE, start: &[], first_defaults: FIRST_DEFAULTS },
    has: Peripherals {
        cooler: true,
        wheel: true,
        gps: true,
        guide_port: None,
        trigger: true,
        watchdog: true,
        supervision: false,
        frame_numbers: true,
        low_dark_current: Some(LowDarkCurrent {
            register: 0x19E,
            longer_than: Duration::from_secs(10),
            off_after: Duration::from_secs(2),
            on_before_end: Duration::from_secs(3),
        }),
    },
    facts: &[FACTS],
};

const COLOUR: Model = Model {
    name: "QHY600C",
    summary: "full-frame colour, 61 Mpx, cooled",
    identity: IdentityByte::Colour,
    device_type: 4062,
    bayer: Some(Bayer::Rg),
    controls: &[&[&controls(true)]],
    digital_slots: DigitalSlots::WhiteBalance { unity: 10 },
    // Observed: no watchdog requests at all, and control 74 unavailable.
    has: Peripherals { watchdog: false, ..MONO.has },
    ..MONO
};

const FACTS: &[Fact] = &[
    fact(Topic::Identity, Source::Public, "udev rules, header constants 4062 and 4063"),
    fact(Topic::Identity, Source::Observed, "colour byte of the identity block, mono and colour"),
    fact(Topic::Geometry, Source::Public, "QHY600 manual: overscan and optically black area"),
    fact(Topic::Geometry, Source::Observed, "mode 5: size and effective area"),
    fact(Topic::Geometry, Source::Guess, "mode 5: overscan is the rest of the rows"),
    fact(Topic::ReadModes, Source::Observed, "names, init in every mode, when rows end"),
    fact(Topic::Gain, Source::Observed, "gain sweep 0-200 in every mode; offset and balance writes"),
    fact(Topic::Gain, Source::Public, "maker's plots of 2020: system gain and read noise, modes 0-3"),
    fact(Topic::Frames, Source::Observed, "regions in single and live mode; frames handed out"),
    fact(Topic::Init, Source::Observed, "init, single, every mode; init, live"),
    fact(Topic::Hardware, Source::Public, "QHY600 manual: 2 GB; half of it in the Lite variant"),
    fact(Topic::Hardware, Source::Observed, "controls that answer; watchdog on mono only"),
    fact(Topic::Hardware, Source::Observed, "cooler targets sent; circuits in exposures of 1 s to 30 s"),
];

const fn fact(about: Topic, source: Source, from: &'static str) -> Fact {
    Fact { about, source, from }
}

// Names and readout codes: answered and sent by the vendor's library in each mode.
// Areas: manual, "Overscan" and "Optical black" (left 24 columns, bottom 34 rows).
const READ_MODES: &[ReadMode] = &[
    published(&curves::PHOTOGRAPHIC, mode("PhotoGraphic DSO 16BIT", 0, &PHOTOGRAPHIC)),
    published(&curves::HIGH_GAIN, mode("High Gain Mode 16BIT", 0, &HIGH_GAIN)),
    published(&curves::EXTENDED, mode("Extend Fullwell Mode", 0, &EXTENDED)),
    published(&curves::EXTENDED_2CMS, double_sampling(mode("Extend Fullwell 2CMS", 3, &EXTENDED))),
    fibre(mode("14bit mode (Fiber Only)", 1, &PHOTOGRAPHIC)),
    // The areas are those of the whole sensor in pixels of 3x3, which the vendor's library
    // answers too (but for the overscan, of which it knows nothing).
    ReadMode {
        image: Size::new(3200, 2144),
        effective: Rect::new(8, 0, 3192, 2124),
        overscan: Rect::new(0, 2124, 3200, 20),
        optical_black: Rect::new(0, 0, 8, 2144),
        wire_columns: 3200,
        single: RowRule { lead: 20, ..SINGLE_ROWS },
        live: RowRule { lead: 20, first_at_zero: 21, ..LIVE_ROWS },
        hardware_bin: 3,
        ..mode("Bin3*3Mode (hardware)", 4, &PHOTOGRAPHIC)
    },
    fibre(mode("12bit mode (Fiber Only)", 2, &PHOTOGRAPHIC)),
    fibre(mode("12bit raw mode (Fiber Only)", 2, &PHOTOGRAPHIC)),
    double_sampling(mode("2CMS-0", 3, &PHOTOGRAPHIC)),
    double_sampling(mode("2CMS-1", 3, &HIGH_GAIN)),
    fibre(mode("14bit mode high gain(Fiber Only)", 1, &HIGH_GAIN)),
];

const SINGLE_ROWS: RowRule = RowRule { min_rows: 300, ..LIVE_ROWS };

const LIVE_ROWS: RowRule = RowRule { lead: 34, first_at_zero: 25, align: 2, ..RowRule::PLAIN };

const fn mode(name: &'static str, readout_code: u8, gain: &'static GainLaw) -> ReadMode {
    ReadMode {
        name,
        image: Size::new(9600, 6422),
        chip_mm: None,
        effective: Rect::new(24, 0, 9576, 6388),
        overscan: Rect::new(0, 6388, 9600, 34),
        optical_black: Rect::new(0, 0, 24, 6422),
        before_init: &[],
        after_single_init: &[],
        readout_code,
        wire_columns: 9600,
        first_column: 0,
        taps: None,
        single: SINGLE_ROWS,
        live: LIVE_ROWS,
        gain,
        curve: None,
        hardware_bin: 1,
        pixel_um: None,
        fixed: &[],
        fibre_only: false,
        init_bits: 0,
        unknown: None,
        since_fpga: None,
        live_area: None,
        shutter_end: Some(ShutterEnd { rows: 44, together: 2, rest_us: 73.75 }),
    }
}

const fn published(curve: &'static Curve, mode: ReadMode) -> ReadMode {
    ReadMode { curve: Some(curve), ..mode }
}

const fn fibre(mode: ReadMode) -> ReadMode {
    ReadMode { fibre_only: true, ..mode }
}

/// Reads every row twice, and rows one by one.
const fn double_sampling(mode: ReadMode) -> ReadMode {
    ReadMode { shutter_end: Some(ShutterEnd { rows: 43, together: 1, rest_us: 112.777 }), ..mode }
}

// Observed: init, single, modes 0-10. The library waits another 200 ms after the exposure
// order, which no public page asks for.
const INIT_SINGLE: &[InitStep] = &[
    InitStep::ClearHalt,
    InitStep::ProbePressure,
    InitStep::ProbeHumidity,
    InitStep::Init,
    InitStep::WriteFpga(0x62, 0),
    InitStep::WaitMs(200),
    InitStep::Exposure,
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
    InitStep::DdrOn,
    InitStep::WriteFpga(0x27, 5),
    InitStep::WatchdogOn,
];

// Observed: init, live.
const INIT_LIVE: &[InitStep] = &[
    InitStep::ClearHalt,
    InitStep::ProbePressure,
    InitStep::ProbeHumidity,
    InitStep::ReadFpga(0),
    InitStep::ReadFpga(1),
    InitStep::ReadFpga(2),
    InitStep::ReadFpga(3),
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
    InitStep::DdrOn,
    InitStep::WriteFpga(0x27, 5),
    InitStep::WatchdogOn,
];

// Observed: values read after the first init, and sent by it.
const FIRST_DEFAULTS: &[(ControlId, f64)] = &[
    (ControlId::GAIN, 30.0),
    (ControlId::OFFSET, 30.0),
    (ControlId::USB_TRAFFIC, 50.0),
    (ControlId::EXPOSURE, 5_000_000.0),
];

/// Every control about which the vendor's library answers anything on this camera: its
/// availability, a range or a value. Not listed: ids about which it only answers errors.
///
/// Differs on purpose: 83 to 85 (gain curves) are missing there. The range of 10 (bits)
/// ends at 16 there, although 32 is taken; 66 tells of these.
#[rustfmt::skip]
const fn controls(colour: bool) -> [Control; 77] {
    use Availability::{BayerOrder, No, Yes};
    use ControlId as Id;
    use Read::{Constant, Nothing, Stored};
    use Write::{Ignored, Refused};

    let gain = range(0.0, if colour { 140.0 } else { 200.0 }, 1.0);
    let (if_colour, if_mono) = if colour { (Yes, No) } else { (No, Yes) };
    // A mono camera takes white balance and forgets it.
    let balance = if colour { Stored(10.0) } else { Constant(10.0) };
    let (red, blue, green) = if colour {
        (Write::WhiteBalance(0), Write::WhiteBalance(2), Write::WhiteBalance(1))
    } else {
        (Ignored, Ignored, Ignored)
    };

    [
        row(Id::BRIGHTNESS, Yes, range(-1.0, 1.0, 0.1), Stored(0.0), Write::Stored),
        row(Id::CONTRAST, Yes, range(-1.0, 1.0, 0.1), Stored(0.0), Write::Stored),
        row(Id::WBR, if_colour, range(10.0, 30.0, 1.0), balance, red),
        row(Id::WBB, if_colour, range(10.0, 30.0, 1.0), balance, blue),
        row(Id::WBG, if_colour, range(10.0, 30.0, 1.0), balance, green),
        row(Id::GAMMA, Yes, range(0.0, 2.0, 0.1), Stored(1.0), Write::Stored),
        row(Id::GAIN, Yes, gain, Stored(30.0), Write::Gain),
        row(Id::OFFSET, Yes, range(0.0, 255.0, 1.0), Stored(30.0), Write::Offset),
        row(Id::EXPOSURE, Yes, range(1.0, 3.6e9, 1.0), Stored(20_000.0), Write::Exposure),
        row(Id::SPEED, No, range(0.0, 1.0, 1.0), Constant(0.0), Refused),
        row(Id::TRANSFER_BIT, Yes, range(8.0, 16.0, 8.0), Read::Depth, Write::Depth),
        row(Id::USB_TRAFFIC, Yes, range(0.0, 60.0, 1.0), Stored(50.0), Write::Traffic),
        row(Id::CUR_TEMP, Yes, range(-50.0, 50.0, 0.5), Read::Temperature, Refused),
        row(Id::CUR_PWM, Yes, range(0.0, 255.0, 1.0), Read::Pwm, Refused),
        row(Id::MANUAL_PWM, Yes, range(0.0, 255.0, 1.0), Nothing, Write::Pwm),
        row(Id::CFW_PORT, Yes, None, Read::WheelPosition, Write::Wheel),
        row(Id::COOLER, Yes, range(-50.0, 50.0, 0.5), Read::Target, Write::Target),
        row(Id::COLOR, if colour { BayerOrder } else { No }, None, Nothing, Refused),
        row(Id::BIN1X1MODE, Yes, None, Nothing, Refused),
        row(Id::BIN2X2MODE, Yes, None, Nothing, Refused),
        row(Id::BIN3X3MODE, Yes, None, Nothing, Refused),
        row(Id::BIN4X4MODE, Yes, None, Nothing, Refused),
        row(Id::TRIGGER_INTERFACE, Yes, None, Nothing, Refused),
        row(Id::CHIP_TEMPERATURE_SENSOR_INTERFACE, No, None, Read::Temperature, Refused),
        row(Id::BITS_8, Yes, None, Nothing, Refused),
        row(Id::BITS_16, Yes, None, Nothing, Refused),
        row(Id::GPS, Yes, None, Stored(0.0), Write::Gps),
        row(Id::IGNORE_OVERSCAN, No, None, Nothing, Write::IgnoreOverscan),
        row(Id::AMPV, No, None, Stored(0.0), Write::Stored),
        row(Id::VCAM, Yes, None, Constant(0.0), Refused),
        row(Id::VIEW_MODE, No, None, Constant(0.0), Refused),
        row(Id::CFW_SLOTS_NUM, Yes, None, Read::WheelSlots, Refused),
        row(Id::DDR, No, None, Constant(0.0), Write::Ddr),
        row(Id::LIGHT_PERFORMANCE_MODE, No, None, Stored(0.0), Write::Stored),
        row(Id::QHY5II_GUIDE_MODE, No, None, Constant(0.0), Refused),
        row(Id::DDR_BUFFER_CAPACITY, No, None, Constant(0.0), Refused),
        row(Id::DDR_BUFFER_READ_THRESHOLD, No, None, Constant(0.0), Refused),
        row(Id::OUTPUT_DATA_ACTUAL_BITS, No, None, Constant(0.0), Refused),
        row(Id::OUTPUT_DATA_ALIGNMENT, No, None, Constant(0.0), Refused),
        row(Id::SINGLE_FRAME_MODE, Yes, None, Nothing, Refused),
        row(Id::LIVE_VIDEO_MODE, Yes, None, Nothing, Refused),
        row(Id::IS_COLOR, if_colour, None, Nothing, Refused),
        row(Id::HAS_HARDWARE_FRAME_COUNTER, Yes, None, Nothing, Refused),
        row(Id::HUMIDITY, Yes, None, Read::Humidity, Refused),
        row(Id::PRESSURE, Yes, None, Read::Pressure, Refused),
        row(Id::VACUUM_PUMP, No, None, Constant(0.0), Refused),
        row(Id::SENSOR_CHAMBER_CYCLE_PUMP, No, None, Constant(0.0), Refused),
        row(Id::BITS_32, Yes, None, Nothing, Refused),
        row(Id::SENSOR_ULVO_STATUS, Yes, None, Read::PowerState, Refused),
        row(Id::INIT_CONFIG_FROM_FLASH, Yes, None, Nothing, Refused),
        row(Id::TRIGGER_MODE, Yes, range(0.0, 1.0, 1.0), Nothing, Refused),
        row(Id::TRIGGER_OUT, Yes, None, Nothing, Refused),
        row(Id::BURST_MODE, Yes, None, Nothing, Refused),
        row(Id::WATCH_DOG_FPGA, if_mono, None, Nothing, Refused),
        row(Id::IMG_PROC, Yes, None, Nothing, Ignored),
        row(Id::REMOVE_RBI, Yes, None, Stored(0.0), Write::RemoveRbi),
        row(Id::GLOBAL_RESET, No, None, Constant(0.0), Refused),
        row(Id::FRAME_DETECT, if_mono, None, Nothing, Refused),
        row(Id::GAIN_DB_CONVERSION, Yes, None, Nothing, Refused),
        public(Id::CURVE_SYSTEM_GAIN, Yes),
        public(Id::CURVE_FULL_WELL, Yes),
        public(Id::CURVE_READOUT_NOISE, Yes),
        row(Id::USE_AVERAGE_BINNING, No, None, Stored(0.0), Write::AverageBin),
        row(Id::AUTOEXP, Yes, range(0.0, 3.0, 1.0), Stored(0.0), Write::Stored),
        row(Id::AUTOEXP_TARGET_BRIGHTNESS, Yes, range(15.0, 240.0, 1.0), Constant(0.0), Refused),
        row(Id::AUTOEXP_SAMPLE_AREA, Yes, range(0.0, 3.0, 1.0), Constant(0.0), Refused),
        row(Id::AUTOEXP_EXP_MAX_MS, Yes, range(1.0, 5000.0, 1.0), Constant(0.0), Refused),
        row(Id::AUTOEXP_GAIN_MAX, Yes, gain, Constant(0.0), Refused),
        row(Id::CAA_ROTATOR, No, None, Stored(0.0), Write::Fan),
        row(Id::AUTO_WHITE_BALANCE, No, None, Constant(0.0), Refused),
        row(Id::IMAGE_STABILIZATION, No, None, Constant(0.0), Refused),
        row(Id::DPC, Yes, range(0.0, 1.0, 1.0), Stored(0.0), Write::Stored),
        row(Id::DPC_VALUE, Yes, range(0.0, 80.0, 1.0), Stored(40.0), Write::Stored),
        row(Id::HDR, No, None, Constant(255.0), Refused),
        row(Id::HDR_L_K, No, None, Nothing, Ignored),
        row(Id::HDR_X, No, None, Nothing, Ignored),
        row(Id::HDR_SHOW_KB, No, None, Constant(255.0), Ignored),
    ]
}

const fn range(min: f64, max: f64, step: f64) -> Option<Range> {
    Some(Range::new(min, max, step))
}

const fn row(
    id: ControlId,
    available: Availability,
    range: Option<Range>,
    read: Read,
    write: Write,
) -> Control {
    Control { id, available, range, read, write, source: Source::Observed }
}

/// A control that the vendor's library does not have on this camera.
const fn public(id: ControlId, available: Availability) -> Control {
    Control { source: Source::Public, ..row(id, available, None, Read::Nothing, Write::Refused) }
}
