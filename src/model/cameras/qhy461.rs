//! QHY461 M and C: Sony IMX461.
//!
//! The vendor's library crashes when asked by its id for the number of read modes.

use super::*;

pub(super) static MODELS: &[Model] = &[MONO, COLOUR];

const MONO: Model = Model {
    name: "QHY461M",
    summary: "medium format mono, 102 Mpx, cooled",
    level: Level::Oracle,
    product: 0xC462,
    identity: IdentityByte::Mono,
    loader: Some(0xC461),
    firmware_file: Some("QHY461.img"),
    device_type: 4081,
    bayer: None,
    sensor: "Sony IMX461",
    pixel_um: 3.76,
    ddr_mib: 2048,
    read_modes: READ_MODES,
    controls: &[&[&[gain(200.0, 30.0)], &no_balance(10.0, 30.0, 10.0), GPS], CONTROLS],
    bins: &[1, 2, 3, 4],
    depths: &[8, 16, 32],
    digital_slots: DigitalSlots::First,
    target_shift_tenths_c: 7,
    offset_factor: 16,
    traffic: TrafficLaw::Value,
    wire: BIG_ENDIAN,
    init: InitPlan {
        single: INIT_SINGLE,
        live: INIT_LIVE,
        start: &[],
        first_defaults: DEFAULTS_5_S_TRAFFIC_50,
    },
    has: Peripherals { gps: true, supervision: true, low_dark_current: low_dark_current(0x19E), ..COOLED },
    facts: &[FACTS],
};

const COLOUR: Model = Model {
    name: "QHY461C",
    summary: "medium format colour, 102 Mpx, cooled",
    identity: IdentityByte::Colour,
    device_type: 4082,
    bayer: Some(Bayer::Rg),
    controls: &[&[&[gain(140.0, 30.0)], &balance(10.0, 30.0, 10.0)], CONTROLS],
    digital_slots: DigitalSlots::WhiteBalance { unity: 10 },
    has: Peripherals { gps: false, ..MONO.has },
    ..MONO
};

const READ_MODES: &[ReadMode] = &[
    mode("PhotoGraphic DSO 16BIT", 0, &PHOTOGRAPHIC),
    mode("High Gain Mode 16BIT", 0, &HIGH_GAIN),
    mode("Extend Fullwell 16BIT", 0, &EXTENDED),
    mode("Extend Fullwell 2CMS 16BIT", 3, &EXTENDED),
];

/// Two rows come behind the picture.
const ROWS: RowRule =
    RowRule { lead: 148, first_at_zero: 25, after: 2, beyond: 2, min_rows: 300, align: 2, ..RowRule::PLAIN };

const fn mode(name: &'static str, readout_code: u8, gain: &'static GainLaw) -> ReadMode {
    ReadMode {
        effective: Rect::new(48, 0, 11664, 8748),
        optical_black: Rect::new(0, 0, 48, 8842),
        readout_code,
        single: ROWS,
        live: ROWS,
        ..read_mode(name, Size::new(11760, 8842), gain)
    }
}

const CONTROLS: ControlGroups = &[
    &[offset(255.0, 30.0), exposure(3600.0), traffic(60.0, 50.0)],
    BIN_3_4,
    BITS_32,
    COOLER,
    WHEEL,
    HUMIDITY,
    PRESSURE,
    POWER_STATE,
    FLASH,
    FRAME_NUMBERS,
    COMMON,
];

const INIT_SINGLE: &[InitStep] = &[
    InitStep::Init,
    InitStep::WriteFpga(0x62, 0),
    InitStep::WaitMs(200),
    InitStep::Exposure,
    InitStep::ProbeHumidity,
    InitStep::ProbePressure,
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
    InitStep::DdrOn,
    InitStep::WriteFpga(0x27, 5),
    InitStep::SupervisionOn,
];

const INIT_LIVE: &[InitStep] = &[
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::ProbeHumidity,
    InitStep::ProbePressure,
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
    InitStep::DdrOn,
    InitStep::WriteFpga(0x27, 5),
    InitStep::SupervisionOn,
];
