//! Planetary cameras of the newer line, one sensor each: QHY5III200, 334, 415, 464, 482, 485,
//! 568 and 715. All have a guide port, none a cooler or a filter wheel.

use super::*;

pub(super) static MODELS: &[Model] = &[
    QHY5III200M,
    QHY5III334M,
    QHY5III334C,
    QHY5III415,
    QHY5III464,
    QHY5III482C,
    QHY5III485C,
    QHY5III568M,
    QHY5III568C,
    QHY5III715C,
];

const SONY: Model = Model {
    name: "",
    summary: "",
    level: Level::Oracle,
    product: 0,
    identity: IdentityByte::Any,
    loader: None,
    firmware_file: None,
    device_type: 0,
    bayer: None,
    sensor: "",
    pixel_um: 2.9,
    ddr_mib: 512,
    read_modes: &[],
    controls: &[],
    bins: &[1, 2],
    depths: &[8, 16],
    digital_slots: DigitalSlots::WhiteBalance { unity: 64 },
    target_shift_tenths_c: 7,
    offset_factor: 1,
    traffic: TrafficLaw::Value,
    wire: WireForm { can_empty: false, ..BIG_ENDIAN },
    init: InitPlan { single: INIT_TWICE, live: INIT_TWICE, start: &[], first_defaults: DEFAULTS },
    has: PLANETARY_CROSSED,
    facts: &[FACTS],
};

const QHY5III200M: Model = Model {
    name: "QHY5III200M",
    summary: "planetary mono, 2 Mpx, guide port",
    product: 0x0201,
    identity: IdentityByte::Mono,
    device_type: 4121,
    sensor: "SC2210",
    pixel_um: 4.0,
    read_modes: &[odd_single(read_mode("STANDARD MODE", Size::new(1920, 1080), &THREE_STAGES))],
    controls: &[&[&[gain(1258.0, 30.0)], BIN_3], CONTROLS],
    bins: &[1, 2, 3],
    digital_slots: DigitalSlots::All,
    ..SONY
};

const QHY5III334M: Model = Model {
    name: "QHY5III334M",
    summary: "planetary mono, 8 Mpx, guide port",
    identity: IdentityByte::Mono,
    device_type: 4109,
    bayer: None,
    controls: &[&[&[gain(100.0, 30.0)], &no_balance(32.0, 255.0, 64.0), BIN_3_4], CONTROLS],
    digital_slots: DigitalSlots::All,
    ..QHY5III334C
};

const QHY5III334C: Model = Model {
    name: "QHY5III334C",
    summary: "planetary colour, 8 Mpx, guide port",
    product: 0x0335,
    identity: IdentityByte::Colour,
    loader: Some(0x0334),
    firmware_file: Some("QHY5III334.img"),
    device_type: 4110,
    bayer: Some(Bayer::Gb),
    sensor: "Sony IMX334",
    pixel_um: 2.0,
    read_modes: &[ReadMode {
        single: ROWS_334,
        live: ROWS_334,
        ..read_mode("STANDARD MODE", Size::new(3864, 2180), &DOUBLE[0])
    }],
    controls: &[&[&[gain(100.0, 30.0)], BALANCE_32, BIN_3_4], CONTROLS],
    bins: &[1, 2, 3, 4],
    wire: WireForm { can_empty: false, ..SHORT_COUNTER },
    init: INIT_DDR,
    has: PLANETARY,
    ..SONY
};

const ROWS_334: RowRule = RowRule { first_at_zero: 176, min_rows: 400, align: 2, ..RowRule::PLAIN };

const QHY5III415: Model = Model {
    name: "QHY5III415",
    summary: "planetary colour, 8 Mpx, guide port",
    product: 0x0416,
    loader: Some(0x0415),
    firmware_file: Some("QHY5III415.img"),
    device_type: 4113,
    bayer: Some(Bayer::Gb),
    sensor: "Sony IMX415",
    // The vendor's library answers 2.9; the sensor's pixels are smaller (public).
    pixel_um: 1.45,
    read_modes: &[whole_single(read_mode("STANDARD MODE", Size::new(3864, 2192), &DOUBLE[0]))],
    controls: &[&[&[gain(100.0, 30.0)], BALANCE_32, BIN_3], CONTROLS],
    bins: &[1, 2, 3],
    ..QHY5III334C
};

const QHY5III464: Model = Model {
    name: "QHY5III464",
    summary: "planetary colour, 4 Mpx, guide port",
    product: 0x0465,
    identity: IdentityByte::Any,
    loader: None,
    firmware_file: None,
    device_type: 4102,
    bayer: Some(Bayer::Rg),
    sensor: "Sony IMX464",
    pixel_um: 2.9,
    read_modes: &[mode_464("LOW GAIN MODE", &DOUBLE[0]), mode_464("HIGH GAIN MODE", &DOUBLE[1])],
    controls: &[&[&[gain(100.0, 30.0)], BALANCE_32], CONTROLS],
    bins: &[1, 2],
    ..QHY5III415
};

const fn mode_464(name: &'static str, gain: &'static GainLaw) -> ReadMode {
    ReadMode {
        live: RowRule { first_at_zero: 60, align: 2, ..RowRule::PLAIN },
        ..whole_single(read_mode(name, Size::new(2712, 1538), gain))
    }
}

const QHY5III482C: Model = Model {
    name: "QHY5III482C",
    summary: "planetary colour, 2 Mpx, guide port",
    product: 0x0483,
    loader: Some(0x0482),
    firmware_file: Some("QHY5III482.img"),
    device_type: 4101,
    bayer: Some(Bayer::Gb),
    sensor: "Sony IMX482",
    // The vendor's library answers 2.9; the sensor's pixels are larger (public).
    pixel_um: 5.8,
    read_modes: &[mode_482("LOW GAIN MODE", &DOUBLE[0]), mode_482("HIGH GAIN MODE", &DOUBLE[1])],
    ..QHY5III464
};

/// Rows count twice in orders.
const fn mode_482(name: &'static str, gain: &'static GainLaw) -> ReadMode {
    ReadMode {
        live: RowRule {
            order: RowOrder::Rows { columns: 0, unit: 2, unordered: 0 },
            align: 2,
            ..RowRule::PLAIN
        },
        ..whole_single(read_mode(name, Size::new(1932, 1090), gain))
    }
}

const QHY5III485C: Model = Model {
    name: "QHY5III485C",
    summary: "planetary colour, 8 Mpx, guide port",
    product: 0x0486,
    loader: Some(0x0485),
    firmware_file: Some("QHY5III485.img"),
    device_type: 4084,
    bayer: Some(Bayer::Rg),
    sensor: "Sony IMX485",
    pixel_um: 2.9,
    read_modes: &[
        odd_single(read_mode("LOW GAIN MODE", Size::new(3864, 2180), &DOUBLE[0])),
        odd_single(read_mode("HIGH GAIN MODE", Size::new(3864, 2180), &DOUBLE[1])),
    ],
    controls: &[&[&[gain(100.0, 30.0)], BALANCE_32, BIN_3, &auto_exposure(100.0, 2.0), DEFECTS], CONTROLS],
    bins: &[1, 2, 3],
    ..QHY5III464
};

const QHY5III568M: Model = Model {
    name: "QHY5III568M",
    summary: "planetary mono, global shutter, 5 Mpx, guide port",
    product: 0x0569,
    identity: IdentityByte::Mono,
    device_type: 4136,
    sensor: "Sony IMX568",
    pixel_um: 2.74,
    read_modes: READ_MODES_568,
    controls: &[&[&no_balance(8.0, 255.0, 64.0)], CONTROLS_568, CONTROLS],
    digital_slots: DigitalSlots::All,
    init: InitPlan { single: INIT_ONCE, live: INIT_ONCE, start: &[], first_defaults: DEFAULTS },
    ..SONY
};

const QHY5III568C: Model = Model {
    name: "QHY5III568C",
    summary: "planetary colour, global shutter, 5 Mpx, guide port",
    identity: IdentityByte::Colour,
    device_type: 4137,
    bayer: Some(Bayer::Rg),
    controls: &[&[&balance(8.0, 255.0, 64.0)], CONTROLS_568, CONTROLS],
    digital_slots: DigitalSlots::WhiteBalance { unity: 64 },
    ..QHY5III568M
};

const ROWS_568: RowRule = RowRule { step: 8, ..RowRule::PLAIN };

const READ_MODES_568: &[ReadMode] = &[
    ReadMode {
        single: ROWS_568,
        live: ROWS_568,
        ..read_mode("Full Resolution", Size::new(2472, 2064), &PLAIN_64)
    },
    // The vendor's library answers an effective area of 1236 columns, and takes frames with
    // rows of 1240 from the bus.
    ReadMode {
        effective: Rect::new(0, 0, 1236, 1032),
        readout_code: 4,
        hardware_bin: 2,
        pixel_um: Some(5.48),
        single: RowRule { binned: true, ..ROWS_568 },
        live: RowRule { binned: true, ..ROWS_568 },
        ..read_mode("2X2 FD Binning", Size::new(1240, 1032), &PLAIN_64)
    },
];

/// No range for the gain of the automatic exposure.
const CONTROLS_568: ControlGroups = &[
    &[
        gain(480.0, 30.0),
        row(ControlId::AUTOEXP_GAIN_MAX, Availability::Yes, None, Read::Constant(0.0), Write::Refused),
    ],
    &auto_exposure(480.0, 2.0),
    DEFECTS,
];

const QHY5III715C: Model = Model {
    name: "QHY5III715C",
    summary: "planetary colour, 8 Mpx, guide port",
    product: 0x0716,
    identity: IdentityByte::Colour,
    device_type: 4130,
    bayer: Some(Bayer::Gb),
    sensor: "Sony IMX715",
    pixel_um: 1.45,
    read_modes: &[odd_single(read_mode("STANDARD MODE", Size::new(3864, 2192), &PLAIN_64))],
    controls: &[
        &[&[gain(240.0, 30.0), offset(205.0, 30.0)], &balance(8.0, 255.0, 64.0), BIN_4],
        &[&auto_exposure(240.0, 2.0), DEFECTS],
        CONTROLS,
    ],
    bins: &[1, 2, 4],
    ..SONY
};

/// Single frames begin one row further down than live ones, and have 400 rows at least.
const fn odd_single(mode: ReadMode) -> ReadMode {
    ReadMode {
        single: RowRule { first_at_zero: 1, min_rows: 400, align: 2, ..RowRule::PLAIN },
        live: RowRule { align: 2, ..RowRule::PLAIN },
        ..mode
    }
}

const INIT_DDR: InitPlan =
    InitPlan { single: INIT_TWICE_DDR, live: INIT_TWICE_NO_DDR, start: &[], first_defaults: DEFAULTS };

const INIT_ONCE: &[InitStep] =
    &[InitStep::Init, InitStep::WaitMs(200), InitStep::Gain, InitStep::Offset, InitStep::Traffic];

const BALANCE_32: &[Control] = &balance(32.0, 255.0, 64.0);

const CONTROLS: ControlGroups = &[
    &[offset(255.0, 30.0), exposure(300.0), traffic(60.0, 0.0)],
    NO_COOLER,
    GUIDE_PORT,
    FRAME_NUMBERS,
    COMMON,
];
