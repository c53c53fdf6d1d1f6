//! QHY533 M and C: Sony IMX533.
//!
//! Single frames show the whole sensor, live video the light-sensitive area (observed).

use super::*;

pub(super) static MODELS: &[Model] = &[MONO, COLOUR];

const MONO: Model = Model {
    name: "QHY533M",
    summary: "1-inch square mono, 9 Mpx, cooled",
    level: Level::Oracle,
    product: 0xC534,
    identity: IdentityByte::Mono,
    loader: Some(0xC533),
    firmware_file: Some("QHY533.img"),
    device_type: 4120,
    bayer: None,
    sensor: "Sony IMX533",
    pixel_um: 3.76,
    ddr_mib: 1024,
    read_modes: &[READ_MODE],
    controls: &[&[&no_balance(10.0, 30.0, 10.0)], CONTROLS],
    bins: &[1, 2, 3, 4, 6, 8],
    depths: &[8, 16],
    digital_slots: DigitalSlots::All,
    target_shift_tenths_c: 7,
    offset_factor: 16,
    traffic: TrafficLaw::Value,
    wire: BIG_ENDIAN,
    init: InitPlan {
        single: INIT_COOLED_SINGLE,
        live: INIT_COOLED_LIVE,
        start: &[],
        first_defaults: DEFAULTS_5_S,
    },
    has: Peripherals { watchdog: true, low_dark_current: low_dark_current(0x19E), ..COOLED },
    facts: &[FACTS],
};

const COLOUR: Model = Model {
    name: "QHY533C",
    summary: "1-inch square colour, 9 Mpx, cooled",
    identity: IdentityByte::Colour,
    device_type: 4078,
    bayer: Some(Bayer::Gb),
    controls: &[&[&balance(10.0, 30.0, 10.0)], CONTROLS],
    digital_slots: DigitalSlots::WhiteBalance { unity: 10 },
    ..MONO
};

const EFFECTIVE: Rect = Rect::new(0, 18, 3010, 3010);

/// 18 rows above a region, as far as there are any.
const ROWS: RowRule = RowRule { first_at_zero: 15, before: 18, ..RowRule::PLAIN };

const READ_MODE: ReadMode = ReadMode {
    effective: EFFECTIVE,
    single: ROWS,
    live: ROWS,
    live_area: Some(EFFECTIVE),
    ..read_mode("STANDARD MODE", Size::new(3016, 3028), &HIGH_GAIN)
};

const CONTROLS: ControlGroups = &[
    &[gain(170.0, 30.0), offset(255.0, 30.0), exposure(3600.0), traffic(60.0, 0.0)],
    BIN_3_4_6_8,
    COOLER,
    WHEEL,
    POWER_STATE,
    FLASH,
    WATCHDOG,
    FRAME_NUMBERS,
    DEFECTS,
    COMMON,
];
