//! QHY410C: Sony IMX410, and QHY492M, in whose table it has the same gain law.

use super::*;

pub(super) static MODELS: &[Model] = &[QHY410C, QHY492M, QHY492MT];

const QHY410C: Model = Model {
    name: "QHY410C",
    summary: "full-frame colour, 24 Mpx, cooled",
    level: Level::Oracle,
    product: 0x0411,
    identity: IdentityByte::Any,
    loader: Some(0x0410),
    firmware_file: Some("QHY410.img"),
    device_type: 4070,
    bayer: Some(Bayer::Rg),
    sensor: "Sony IMX410",
    pixel_um: 5.96,
    ddr_mib: 1024,
    read_modes: &[mode_410("LOW GAIN MODE", &STAGED[0]), mode_410("HIGH GAIN MODE", &STAGED[1])],
    controls: &[&[&balance(10.0, 30.0, 10.0), BIN_3_4, POWER_STATE, FLASH], CONTROLS],
    bins: &[1, 2, 3, 4],
    depths: &[8, 16],
    digital_slots: DigitalSlots::WhiteBalance { unity: 10 },
    target_shift_tenths_c: 7,
    offset_factor: 16,
    traffic: TrafficLaw::Exposure,
    wire: BIG_ENDIAN,
    init: InitPlan {
        single: INIT_COOLED_SINGLE,
        live: INIT_COOLED_LIVE,
        start: &[],
        first_defaults: DEFAULTS_5_S,
    },
    has: Peripherals { low_dark_current: low_dark_current(0x1EE), ..COOLED },
    facts: &[FACTS],
};

const EFFECTIVE_410: Rect = Rect::new(4, 60, 6072, 4040);

const fn mode_410(name: &'static str, gain: &'static GainLaw) -> ReadMode {
    const ROWS: RowRule = RowRule { first_at_zero: 41, before: 60, after: 20, ..RowRule::PLAIN };
    ReadMode {
        effective: EFFECTIVE_410,
        single: ROWS,
        live: ROWS,
        live_area: Some(EFFECTIVE_410),
        ..read_mode(name, Size::new(6112, 4120), gain)
    }
}

/// The vendor's library answers a colour order for it, although its name says mono.
const QHY492M: Model = Model {
    name: "QHY492M",
    summary: "4/3-inch mono, 9 Mpx, cooled",
    level: Level::Oracle,
    product: 0xC493,
    identity: IdentityByte::Mono,
    loader: Some(0xC492),
    firmware_file: Some("QHY492.img"),
    device_type: 4079,
    bayer: None,
    sensor: "Sony IMX492",
    pixel_um: 3.76,
    read_modes: &[mode_492("LOW GAIN MODE", &STAGED[0]), mode_492("HIGH GAIN MODE", &STAGED[1])],
    controls: &[&[&no_balance(10.0, 30.0, 10.0)], CONTROLS],
    bins: &[1, 2],
    digital_slots: DigitalSlots::All,
    traffic: TrafficLaw::Value,
    ..QHY410C
};

const fn mode_492(name: &'static str, gain: &'static GainLaw) -> ReadMode {
    const ROWS: RowRule = RowRule { lead: 20, first_at_zero: 1, align: 2, ..RowRule::PLAIN };
    ReadMode {
        effective: Rect::new(0, 60, 3008, 2952),
        wire_columns: 3016,
        single: RowRule { min_rows: 400, ..ROWS },
        live: ROWS,
        live_area: Some(Rect::new(0, 14, 3008, 3008)),
        ..read_mode(name, Size::new(3008, 3028), gain)
    }
}

const QHY492MT: Model = Model {
    name: "QHY492MT",
    level: Level::Oracle,
    summary: "4/3-inch mono, 47 Mpx, cooled",
    product: 0xC495,
    identity: IdentityByte::Any,
    loader: None,
    firmware_file: None,
    device_type: 4083,
    read_modes: &[ReadMode {
        // The vendor's library answers rows down to 5708, which the frame has not.
        effective: Rect::new(0, 60, 8432, 5588),
        ..whole(read_mode("STANDARD MODE", Size::new(8432, 5648), &GAIN_492MT))
    }],
    controls: &[&[&[gain(200.0, 30.0)], &no_balance(8.0, 255.0, 8.0)], CONTROLS],
    offset_factor: 1,
    traffic: TrafficLaw::Nothing,
    facts: &[FACTS],
    ..QHY492M
};

static GAIN_492MT: GainLaw = law(&[
    piece(0, Line { first: 132_000, step: 715, per: 100, most: 2035 }, fixed(8)),
    piece(101, fixed(2035), rising(9, 1)),
]);

const CONTROLS: ControlGroups = &[
    &[gain(170.0, 30.0), offset(255.0, 30.0), exposure(3600.0), traffic(60.0, 0.0)],
    COOLER,
    WHEEL,
    DDR,
    FRAME_NUMBERS,
    COMMON,
];
