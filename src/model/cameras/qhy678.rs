//! QHY5III678 M and C: Sony IMX678.

use super::*;

pub(super) static MODELS: &[Model] = &[MONO, COLOUR];

const MONO: Model = Model {
    name: "QHY5III678M",
    summary: "planetary mono, 8 Mpx, guide port",
    level: Level::Oracle,
    product: 0x0679,
    identity: IdentityByte::Mono,
    loader: Some(0x0678),
    firmware_file: Some("QHY5III678.img"),
    device_type: 4127,
    bayer: None,
    sensor: "Sony IMX678",
    pixel_um: 2.0,
    ddr_mib: 512,
    read_modes: &[READ_MODE],
    controls: &[&[&no_balance(8.0, 255.0, 64.0)], CONTROLS],
    bins: &[1, 2],
    depths: &[8, 16],
    digital_slots: DigitalSlots::All,
    target_shift_tenths_c: 7,
    offset_factor: 1,
    traffic: TrafficLaw::Value,
    wire: WireForm { can_empty: false, ..BIG_ENDIAN },
    init: InitPlan { single: INIT_TWICE, live: INIT_TWICE, start: &[], first_defaults: DEFAULTS },
    has: PLANETARY_CROSSED,
    facts: &[FACTS],
};

const COLOUR: Model = Model {
    name: "QHY5III678C",
    summary: "planetary colour, 8 Mpx, guide port",
    identity: IdentityByte::Colour,
    device_type: 4126,
    bayer: Some(Bayer::Rg),
    controls: &[&[&balance(8.0, 255.0, 64.0)], CONTROLS],
    digital_slots: DigitalSlots::WhiteBalance { unity: 64 },
    ..MONO
};

/// Single frames begin one row further down than live ones.
const READ_MODE: ReadMode = ReadMode {
    single: RowRule { first_at_zero: 1, min_rows: 400, align: 2, ..RowRule::PLAIN },
    live: RowRule { align: 2, ..RowRule::PLAIN },
    ..read_mode("STANDARD MODE", Size::new(3856, 2180), &GAIN)
};

/// Conversion gain switches at 25.
static GAIN: GainLaw =
    law(&[piece(0, rising(0, 1), fixed(64)), piece(25, rising(0, 1), fixed(64)).switches(0, 1)]);

const CONTROLS: ControlGroups = &[
    &[gain(240.0, 30.0), offset(1023.0, 30.0), exposure(300.0), traffic(60.0, 0.0)],
    &auto_exposure(240.0, 2.0),
    NO_COOLER,
    GUIDE_PORT,
    FRAME_NUMBERS,
    DEFECTS,
    COMMON,
];
