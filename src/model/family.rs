//! What cameras of the command family have in common, as pieces for their tables: groups of
//! controls, orders of initialisation, forms of the wire. A table takes the pieces that fit
//! its camera and adds what is its own.
//!
//! All of it is what the vendor's library (26.6.4.16) answers and sends for these models
//! (observed), unless a line says otherwise. Left out on purpose are controls that this
//! library has nothing behind: the vendor's automatic exposure inside the camera (39), HDR
//! (1029 to 1033), image stabilisation, automatic white balance and gain in decibels (1024
//! to 1026); and triggers and bursts (26, 70 to 72) where nobody has seen what they send.

use std::time::Duration;

use super::control::ControlId as Id;
use super::gain::GainLaw;
use super::rows::{RowOrder, RowRule};
use super::schema::Availability::{BayerOrder, No, Yes};
use super::schema::Read::{Constant, Nothing, Stored};
use super::schema::Write::{Ignored, Refused};
use super::schema::*;
use super::source::{Fact, Source, Topic};
use crate::util::{Rect, Size};

/// 16-bit samples with the most significant byte first, no bytes before the pixels.
pub(super) const BIG_ENDIAN: WireForm = WireForm {
    endpoint: 0x81,
    order: ByteOrder::Big,
    live_header_bytes: 0,
    can_empty: true,
    ddr_counter: DdrCounter::Word { bit: 6 },
    ddr_missing_units: 100,
    gain_order: GainOrder::Long,
};

/// The same, with the short form of the gain order.
pub(super) const SHORT_GAIN: WireForm = WireForm { gain_order: GainOrder::Short, ..BIG_ENDIAN };

/// The same with the fill counter of most older models.
pub(super) const SHORT_COUNTER: WireForm = WireForm { ddr_counter: DdrCounter::Three, ..BIG_ENDIAN };

/// Nothing built in.
pub(super) const BARE: Peripherals = Peripherals {
    cooler: false,
    wheel: false,
    gps: false,
    guide_port: None,
    trigger: false,
    watchdog: false,
    supervision: false,
    frame_numbers: true,
    low_dark_current: None,
};

/// A cooled camera.
pub(super) const COOLED: Peripherals = Peripherals { cooler: true, wheel: true, ..BARE };

/// A planetary camera with a guide port.
pub(super) const PLANETARY: Peripherals = Peripherals { guide_port: Some(GuidePort::USUAL), ..BARE };

/// A newer one, whose port has its pins in another order.
pub(super) const PLANETARY_CROSSED: Peripherals =
    Peripherals { guide_port: Some(GuidePort::CROSSED), ..PLANETARY };

/// Circuits that glow are off, by way of this sensor register. The times are a QHY600's.
pub(super) const fn low_dark_current(register: u16) -> Option<LowDarkCurrent> {
    Some(LowDarkCurrent {
        register,
        longer_than: Duration::from_secs(10),
        off_after: Duration::from_secs(2),
        on_before_end: Duration::from_secs(3),
    })
}

/// Where the facts of a table come from that the vendor's library answered or sent, and
/// names and sizes that are public.
pub(super) const FACTS: &[Fact] = &[
    fact(Topic::Identity, Source::Observed, "name by product id and identity block; type number"),
    fact(Topic::Identity, Source::Public, "udev rules: id of the camera without its firmware"),
    fact(Topic::Geometry, Source::Observed, "sizes and areas after init, single and live"),
    fact(Topic::Geometry, Source::Public, "maker's product pages: sensor"),
    fact(Topic::ReadModes, Source::Observed, "names, sizes and init in every mode"),
    fact(Topic::Gain, Source::Observed, "gain sweep in every mode; offsets; white balance"),
    fact(Topic::Frames, Source::Observed, "regions in single and live mode; live frames"),
    fact(Topic::Init, Source::Observed, "init, single and live"),
    fact(Topic::Hardware, Source::Observed, "controls that answer, and what they send"),
    fact(Topic::Hardware, Source::Public, "maker's product pages: memory"),
];

pub(super) const fn fact(about: Topic, source: Source, from: &'static str) -> Fact {
    Fact { about, source, from }
}

const INIT_AND_WAIT: [InitStep; 2] = [InitStep::Init, InitStep::WaitMs(200)];

/// Initialise twice, then the settings: the planetary cameras of the newer line.
pub(super) const INIT_TWICE: &[InitStep] = &[
    InitStep::Init,
    INIT_AND_WAIT[0],
    INIT_AND_WAIT[1],
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
];

/// The same, and the DDR buffer on for single frames and off for live video.
pub(super) const INIT_TWICE_DDR: &[InitStep] = &[
    InitStep::Init,
    INIT_AND_WAIT[0],
    INIT_AND_WAIT[1],
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
    InitStep::DdrOn,
];
pub(super) const INIT_TWICE_NO_DDR: &[InitStep] = &[
    InitStep::Init,
    INIT_AND_WAIT[0],
    INIT_AND_WAIT[1],
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
    InitStep::Ddr(0),
];

/// Initialise, then the settings and the DDR buffer: the cooled cameras. The watchdog step
/// does nothing on a camera without one.
pub(super) const INIT_COOLED_SINGLE: &[InitStep] = &[
    INIT_AND_WAIT[0],
    INIT_AND_WAIT[1],
    InitStep::Exposure,
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
    InitStep::DdrOn,
    InitStep::WatchdogOn,
];
pub(super) const INIT_COOLED_LIVE: &[InitStep] = &[
    INIT_AND_WAIT[0],
    INIT_AND_WAIT[1],
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
    InitStep::DdrOn,
    InitStep::WatchdogOn,
];

/// Settings after the first initialisation.
pub(super) const DEFAULTS: &[(Id, f64)] = &[(Id::GAIN, 30.0), (Id::OFFSET, 30.0), (Id::USB_TRAFFIC, 0.0)];

/// The same with an exposure of 5 s, as on the larger cooled cameras.
pub(super) const DEFAULTS_5_S: &[(Id, f64)] =
    &[(Id::GAIN, 30.0), (Id::OFFSET, 30.0), (Id::USB_TRAFFIC, 0.0), (Id::EXPOSURE, 5_000_000.0)];

/// The same with a USB traffic of 50.
pub(super) const DEFAULTS_5_S_TRAFFIC_50: &[(Id, f64)] =
    &[(Id::GAIN, 30.0), (Id::OFFSET, 30.0), (Id::USB_TRAFFIC, 50.0), (Id::EXPOSURE, 5_000_000.0)];

// ---- controls of one camera ------------------------------------------------------------

/// Gain settings from 0 on, and the value before anybody sets it.
pub(super) const fn gain(most: f64, value: f64) -> Control {
    row(Id::GAIN, Yes, range(0.0, most, 1.0), Stored(value), Write::Gain)
}

/// Black level settings from 0 on.
pub(super) const fn offset(most: f64, value: f64) -> Control {
    row(Id::OFFSET, Yes, range(0.0, most, 1.0), Stored(value), Write::Offset)
}

/// Exposure times up to so many seconds.
pub(super) const fn exposure(most_s: f64) -> Control {
    exposure_from(1.0, most_s, 1.0)
}

/// Exposure times in microseconds, up to so many seconds, in steps.
pub(super) const fn exposure_from(least_us: f64, most_s: f64, step_us: f64) -> Control {
    let range = range(least_us, most_s * 1e6, step_us);
    row(Id::EXPOSURE, Yes, range, Stored(20_000.0), Write::Exposure)
}

/// USB traffic settings from 0 on.
pub(super) const fn traffic(most: f64, value: f64) -> Control {
    row(Id::USB_TRAFFIC, Yes, range(0.0, most, 1.0), Stored(value), Write::Traffic)
}

/// Read-out speeds from 0 on.
pub(super) const fn speed(most: f64) -> Control {
    row(Id::SPEED, Yes, range(0.0, most, 1.0), Stored(0.0), Write::Speed)
}

/// White balance of a colour camera: from `least` on, `unity` leaves the gain as it is.
pub(super) const fn balance(least: f64, most: f64, unity: f64) -> [Control; 5] {
    const fn one(id: Id, colour: u8, range: Option<Range>, unity: f64) -> Control {
        row(id, Yes, range, Stored(unity), Write::WhiteBalance(colour))
    }
    let range = range(least, most, 1.0);
    [
        one(Id::WBR, 0, range, unity),
        one(Id::WBG, 1, range, unity),
        one(Id::WBB, 2, range, unity),
        row(Id::COLOR, BayerOrder, None, Nothing, Refused),
        flag(Id::IS_COLOR),
    ]
}

/// What a mono camera says of white balance: a range, and no effect.
pub(super) const fn no_balance(least: f64, most: f64, unity: f64) -> [Control; 3] {
    const fn one(id: Id, range: Option<Range>, unity: f64) -> Control {
        row(id, No, range, Constant(unity), Ignored)
    }
    let range = range(least, most, 1.0);
    [one(Id::WBR, range, unity), one(Id::WBG, range, unity), one(Id::WBB, range, unity)]
}

/// The host's automatic exposure, up to a gain setting.
pub(super) const fn auto_exposure(most_gain: f64, area: f64) -> [Control; 5] {
    [
        row(Id::AUTOEXP, Yes, range(0.0, 3.0, 1.0), Stored(0.0), Write::Stored),
        row(Id::AUTOEXP_TARGET_BRIGHTNESS, Yes, range(15.0, 240.0, 1.0), Constant(0.0), Refused),
        row(Id::AUTOEXP_SAMPLE_AREA, Yes, range(0.0, 3.0, 1.0), Constant(area), Refused),
        row(Id::AUTOEXP_EXP_MAX_MS, Yes, range(1.0, 5000.0, 1.0), Constant(0.0), Refused),
        row(Id::AUTOEXP_GAIN_MAX, Yes, range(0.0, most_gain, 1.0), Constant(0.0), Refused),
    ]
}

/// A question that is answered with yes.
pub(super) const fn flag(id: Id) -> Control {
    row(id, Yes, None, Nothing, Refused)
}

// ---- groups of controls ----------------------------------------------------------------

/// What every camera has.
pub(super) const COMMON: &[Control] = &[
    row(Id::BRIGHTNESS, Yes, range(-1.0, 1.0, 0.1), Stored(0.0), Write::Stored),
    row(Id::CONTRAST, Yes, range(-1.0, 1.0, 0.1), Stored(0.0), Write::Stored),
    row(Id::GAMMA, Yes, range(0.0, 2.0, 0.1), Stored(1.0), Write::Stored),
    row(Id::SPEED, No, range(0.0, 1.0, 1.0), Constant(0.0), Refused),
    row(Id::TRANSFER_BIT, Yes, range(8.0, 16.0, 8.0), Read::Depth, Write::Depth),
    flag(Id::BIN1X1MODE),
    flag(Id::BIN2X2MODE),
    flag(Id::BITS_8),
    flag(Id::BITS_16),
    row(Id::VCAM, Yes, None, Constant(0.0), Refused),
    row(Id::IGNORE_OVERSCAN, No, None, Nothing, Write::IgnoreOverscan),
    row(Id::DDR, No, None, Constant(0.0), Write::Ddr),
    flag(Id::SINGLE_FRAME_MODE),
    flag(Id::LIVE_VIDEO_MODE),
    row(Id::IMG_PROC, Yes, None, Nothing, Ignored),
    row(Id::USE_AVERAGE_BINNING, No, None, Stored(0.0), Write::AverageBin),
];

/// Hardware frame numbers.
pub(super) const FRAME_NUMBERS: &[Control] = &[flag(Id::HAS_HARDWARE_FRAME_COUNTER)];

/// Bin factors beyond 2.
pub(super) const BIN_3: &[Control] = &[flag(Id::BIN3X3MODE)];
pub(super) const BIN_4: &[Control] = &[flag(Id::BIN4X4MODE)];
pub(super) const BIN_3_4: &[Control] = &[flag(Id::BIN3X3MODE), flag(Id::BIN4X4MODE)];
pub(super) const BIN_3_4_6_8: &[Control] =
    &[flag(Id::BIN3X3MODE), flag(Id::BIN4X4MODE), flag(Id::BIN6X6MODE), flag(Id::BIN8X8MODE)];

/// Whole sums of a binning.
pub(super) const BITS_32: &[Control] = &[flag(Id::BITS_32)];

/// A cooler with a set-point.
pub(super) const COOLER: &[Control] = &[
    row(Id::CUR_TEMP, Yes, range(-50.0, 50.0, 0.5), Read::Temperature, Refused),
    row(Id::CUR_PWM, Yes, range(0.0, 255.0, 1.0), Read::Pwm, Refused),
    row(Id::MANUAL_PWM, Yes, range(0.0, 255.0, 1.0), Nothing, Write::Pwm),
    row(Id::COOLER, Yes, range(-50.0, 50.0, 0.5), Read::Target, Write::Target),
];

/// What a camera without a cooler says of one.
pub(super) const NO_COOLER: &[Control] = &[
    row(Id::CUR_TEMP, No, range(-50.0, 50.0, 0.5), Constant(0.0), Refused),
    row(Id::CUR_PWM, No, range(0.0, 255.0, 1.0), Constant(0.0), Refused),
    row(Id::MANUAL_PWM, No, range(0.0, 255.0, 1.0), Nothing, Refused),
    row(Id::COOLER, No, range(-50.0, 50.0, 0.5), Constant(-100.0), Refused),
];

/// A socket for a filter wheel, or a wheel inside.
pub(super) const WHEEL: &[Control] = &[
    row(Id::CFW_PORT, Yes, None, Read::WheelPosition, Write::Wheel),
    row(Id::CFW_SLOTS_NUM, Yes, None, Read::WheelSlots, Refused),
];

/// A guide port.
pub(super) const GUIDE_PORT: &[Control] = &[flag(Id::ST4_PORT)];

/// GPS data in row 0.
pub(super) const GPS: &[Control] = &[row(Id::GPS, Yes, None, Stored(0.0), Write::Gps)];

/// Sensors in the chamber.
pub(super) const HUMIDITY: &[Control] = &[row(Id::HUMIDITY, Yes, None, Read::Humidity, Refused)];
pub(super) const PRESSURE: &[Control] = &[row(Id::PRESSURE, Yes, None, Read::Pressure, Refused)];

/// A monitor of the sensor's supply.
pub(super) const POWER_STATE: &[Control] =
    &[row(Id::SENSOR_ULVO_STATUS, Yes, None, Read::PowerState, Refused)];

/// A start-up record in flash memory.
pub(super) const FLASH: &[Control] = &[flag(Id::INIT_CONFIG_FROM_FLASH)];

/// A watchdog that the host feeds.
pub(super) const WATCHDOG: &[Control] = &[flag(Id::WATCH_DOG_FPGA)];

/// The vendor's name for a feature of the frames; nothing is behind it here.
pub(super) const FRAME_DETECT: &[Control] = &[flag(Id::FRAME_DETECT)];

/// The order that empties the DDR buffer.
pub(super) const DDR: &[Control] = &[row(Id::DDR, Yes, None, Constant(0.0), Write::Ddr)];

/// Defective pixels; the settings are kept and do nothing.
pub(super) const DEFECTS: &[Control] = &[
    row(Id::DPC, Yes, range(0.0, 1.0, 1.0), Stored(0.0), Write::Stored),
    row(Id::DPC_VALUE, Yes, range(0.0, 80.0, 1.0), Stored(40.0), Write::Stored),
];

pub(super) const fn range(min: f64, max: f64, step: f64) -> Option<Range> {
    Some(Range::new(min, max, step))
}

pub(super) const fn row(
    id: Id,
    available: Availability,
    range: Option<Range>,
    read: Read,
    write: Write,
) -> Control {
    Control { id, available, range, read, write, source: Source::Observed }
}

/// A read mode whose frames are as large as what comes over the bus, and light-sensitive
/// everywhere.
pub(super) const fn read_mode(name: &'static str, image: Size, gain: &'static GainLaw) -> ReadMode {
    ReadMode {
        name,
        image,
        chip_mm: None,
        effective: image.rect(),
        overscan: NOTHING,
        optical_black: NOTHING,
        before_init: &[],
        after_single_init: &[],
        readout_code: 0,
        init_bits: 0,
        wire_columns: image.width,
        first_column: 0,
        taps: None,
        single: RowRule::PLAIN,
        live: RowRule::PLAIN,
        gain,
        curve: None,
        hardware_bin: 1,
        pixel_um: None,
        fixed: &[],
        fibre_only: false,
        unknown: None,
        since_fpga: None,
        live_area: None,
        shutter_end: None,
    }
}

/// An area without pixels.
pub(super) const NOTHING: Rect = Rect::new(0, 0, 0, 0);

/// The same, but single frames always come whole: regions of them are cut by the host.
pub(super) const fn whole_single(mode: ReadMode) -> ReadMode {
    ReadMode { single: RowRule { order: RowOrder::Whole, ..mode.single }, ..mode }
}

/// The same, but no region is ever ordered.
pub(super) const fn whole(mode: ReadMode) -> ReadMode {
    ReadMode { live: RowRule { order: RowOrder::Whole, ..mode.live }, ..whole_single(mode) }
}
