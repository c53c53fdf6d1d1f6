//! QHY294 and QHY294PRO M and C: Sony IMX294 and IMX492.
//!
//! Settings only: frames come with their rows swapped in pairs (observed for the 11M mode).
//! The initialisation of that mode takes a frame that nobody gets.

use super::*;

pub(super) static MODELS: &[Model] = &[QHY294, PRO_MONO, PRO_COLOUR];

const PRO_MONO: Model = Model {
    name: "QHY294PROM",
    summary: "4/3-inch mono, 11 or 47 Mpx, cooled",
    level: Level::Experimental,
    product: 0xC297,
    identity: IdentityByte::Mono,
    loader: Some(0xC296),
    firmware_file: Some("QHY294PRO.img"),
    device_type: 4086,
    bayer: None,
    sensor: "Sony IMX492",
    pixel_um: 4.63,
    ddr_mib: 128,
    read_modes: &[mode_11m("11M MODE"), MODE_47M],
    controls: &[&[&no_balance(1.0, 239.0, 16.0)], CONTROLS],
    bins: &[1, 2, 4],
    depths: &[8, 16],
    digital_slots: DigitalSlots::All,
    target_shift_tenths_c: 7,
    offset_factor: 1,
    traffic: TrafficLaw::Value,
    wire: WireForm { ddr_counter: DdrCounter::ThreeSmall, ..BIG_ENDIAN },
    init: InitPlan { single: INIT_SINGLE, live: INIT_LIVE, start: &[], first_defaults: FIRST },
    has: Peripherals { frame_numbers: false, ..COOLED },
    facts: &[FACTS],
};

const PRO_COLOUR: Model = Model {
    name: "QHY294PROC",
    summary: "4/3-inch colour, 11 or 47 Mpx, cooled",
    identity: IdentityByte::Colour,
    device_type: 4087,
    bayer: Some(Bayer::Rg),
    sensor: "Sony IMX294",
    controls: &[&[&balance(1.0, 239.0, 16.0)], CONTROLS],
    digital_slots: DigitalSlots::WhiteBalance { unity: 16 },
    ..PRO_MONO
};

const QHY294: Model = Model {
    name: "QHY294",
    summary: "4/3-inch colour, 11 Mpx, cooled",
    product: 0xC295,
    identity: IdentityByte::Any,
    loader: Some(0xC294),
    firmware_file: Some("QHY294.img"),
    device_type: 4054,
    read_modes: &[mode_11m("11M MODE"), mode_11m("NON-EXIST")],
    ..PRO_COLOUR
};

/// Four pixels of the sensor make one.
const fn mode_11m(name: &'static str) -> ReadMode {
    ReadMode {
        effective: Rect::new(36, 28, 4164, 2795),
        overscan: Rect::new(36, 10, 4164, 10),
        after_single_init: OWN_FRAME,
        live: RowRule { before: 28, ..RowRule::PLAIN },
        live_area: Some(Rect::new(36, 28, 4164, 2822)),
        unknown: Some("its rows come in swapped pairs"),
        ..whole_single(read_mode(name, Size::new(4212, 2850), &GAIN_11M))
    }
}

/// What comes on the bus is not known; once it is initialised, the vendor's library answers
/// the sizes of the other mode.
const MODE_47M: ReadMode = ReadMode {
    pixel_um: Some(2.315),
    before_init: PREPARE_47M,
    unknown: Some("nobody has seen a frame of it"),
    ..whole(read_mode("47M MODE", Size::new(8336, 5648), &GAIN_47M))
};

/// Conversion gain switches at 1600.
static GAIN_11M: GainLaw = law(&[
    piece(0, rising(0, 1), fixed(16)),
    piece(1600, rising(0, 1), fixed(16)).switches(0, 1),
    piece(3624, fixed(2024), fixed(16)).switches(3, 1),
]);

/// Conversion gain switches at 200. The slope above fits every eighth setting, which is
/// what was recorded.
static GAIN_47M: GainLaw = law(&[
    piece(0, rising(1400, 1), fixed(16)),
    piece(200, Line { first: 0, step: 377, per: 636, most: 2022 }, fixed(16)).switches(0, 1),
    piece(3624, fixed(2022), fixed(16)).switches(3, 1),
]);

const CONTROLS: ControlGroups = &[
    &[gain(3624.0, 1.0), offset(200.0, 0.0), EXPOSURE, traffic(255.0, 0.0)],
    BIN_4,
    COOLER,
    WHEEL,
    DDR,
    COMMON,
];

const EXPOSURE: Control = Control { write: Write::ExposureFrom(50), ..exposure(3600.0) };

const FIRST: &[(ControlId, f64)] = &[(ControlId::EXPOSURE, 30_000.0)];

const INIT_SINGLE: &[InitStep] = &[
    InitStep::ReadFpga(0xC8),
    InitStep::ReadFpga(0xC9),
    InitStep::ReadFpga(0xCA),
    InitStep::ReadFpga(0xCB),
    InitStep::Init,
    InitStep::WaitMs(2),
    InitStep::ReadFpga(0xC8),
    InitStep::ReadFpga(0xC9),
    InitStep::ReadFpga(0xCA),
    InitStep::ReadFpga(0xCB),
    InitStep::Depth,
    InitStep::DdrOn,
    InitStep::Ddr(0x11),
    InitStep::DdrOn,
    InitStep::WriteFpga(0x01, 0x40),
    InitStep::Ddr(0x44),
    InitStep::WaitMs(100),
    InitStep::WriteFpga(0x39, 3),
    InitStep::WriteFpga(0x39, 2),
    InitStep::WaitMs(100),
];

/// A frame that nobody gets.
const OWN_FRAME: &[InitStep] =
    &[InitStep::ExposureUs(30_000), InitStep::Start, InitStep::DropFrame, InitStep::WriteFpga(0x23, 0)];

/// Gets the camera ready for its other sensor mode.
const PREPARE_47M: &[InitStep] = &[
    InitStep::ReadFpga(0xC8),
    InitStep::ReadFpga(0xC9),
    InitStep::ReadFpga(0xCA),
    InitStep::ReadFpga(0xCB),
    InitStep::WriteFpga(0xFF, 1),
    InitStep::WriteFpga(0x85, 0x22),
    InitStep::WriteFpga(0x85, 0x33),
    InitStep::WriteFpga(0xFF, 0),
    InitStep::WriteFpga(0x39, 3),
    InitStep::WaitMs(1000),
];

const INIT_LIVE: &[InitStep] = &[
    InitStep::ReadFpga(0xC8),
    InitStep::ReadFpga(0xC9),
    InitStep::ReadFpga(0xCA),
    InitStep::ReadFpga(0xCB),
    InitStep::Init,
    InitStep::WaitMs(2),
    InitStep::ReadFpga(0xC8),
    InitStep::ReadFpga(0xC9),
    InitStep::ReadFpga(0xCA),
    InitStep::ReadFpga(0xCB),
    InitStep::Depth,
    InitStep::DdrOn,
    InitStep::Ddr(0x11),
];
