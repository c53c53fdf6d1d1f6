//! Sony's global shutters: QHY342, QHY432, QHY342pro, QHY550 M and C, QHY487 and QHY530.

use super::*;

pub(super) static MODELS: &[Model] = &[QHY342, QHY432, QHY342PRO, QHY550M, QHY550C, QHY487, QHY530];

const QHY342: Model = Model {
    name: "QHY342",
    summary: "APS-C mono, global shutter, 32 Mpx, cooled",
    level: Level::Oracle,
    product: 0x0343,
    identity: IdentityByte::Any,
    loader: Some(0x0342),
    firmware_file: Some("QHY342.img"),
    device_type: 4072,
    bayer: None,
    sensor: "Sony IMX342",
    pixel_um: 3.45,
    ddr_mib: 512,
    read_modes: &[mode_342("LOW GAIN MODE", &LONG_64[0]), mode_342("HIGH GAIN MODE", &LONG_64[1])],
    controls: &[
        &[
            &[gain(701.0, 30.0), offset(100.0, 30.0), speed(3.0)],
            &no_balance(10.0, 30.0, 10.0),
            BIN_3_4,
            DDR,
            FRAME_NUMBERS,
        ],
        &[&[exposure(3600.0)]],
        CONTROLS,
    ],
    bins: &[1, 2, 3, 4],
    depths: &[8, 16],
    digital_slots: DigitalSlots::All,
    target_shift_tenths_c: 7,
    offset_factor: 10,
    traffic: TrafficLaw::Value,
    wire: SHORT_COUNTER,
    init: InitPlan { single: INIT_342_SINGLE, live: INIT_342_LIVE, start: &[], first_defaults: DEFAULTS },
    has: COOLED,
    facts: &[FACTS],
};

/// Of regions lower than the frame, two rows more are ordered (observed for even heights).
const fn mode_342(name: &'static str, gain: &'static GainLaw) -> ReadMode {
    const ROWS: RowRule = RowRule { after: 2, ..RowRule::PLAIN };
    ReadMode {
        single: RowRule { min_rows: 402, ..ROWS },
        live: ROWS,
        ..read_mode(name, Size::new(6512, 4870), gain)
    }
}

const QHY432: Model = Model {
    name: "QHY432",
    summary: "1.1-inch mono, global shutter, 2 Mpx, cooled, guide port",
    product: 0x0433,
    loader: Some(0x0432),
    firmware_file: Some("QHY432.img"),
    device_type: 4071,
    sensor: "Sony IMX432",
    pixel_um: 9.0,
    read_modes: &[mode_432("LOW GAIN MODE", &LONG_64[0]), mode_432("HIGH GAIN MODE", &LONG_64[1])],
    controls: &[
        &[
            &[gain(703.0, 30.0), offset(100.0, 30.0), speed(3.0)],
            &no_balance(10.0, 30.0, 10.0),
            DDR,
            FRAME_NUMBERS,
        ],
        &[&[exposure(3600.0)], GPS, GUIDE_PORT],
        CONTROLS,
    ],
    bins: &[1, 2],
    has: Peripherals { gps: true, guide_port: Some(GuidePort::USUAL), ..COOLED },
    ..QHY342
};

const fn mode_432(name: &'static str, gain: &'static GainLaw) -> ReadMode {
    ReadMode {
        single: RowRule { min_rows: 400, ..RowRule::PLAIN },
        ..read_mode(name, Size::new(1624, 1136), gain)
    }
}

/// Regions are ordered by rows and columns. Widths that are no multiples of 8 make the vendor's
/// library hang; here the host cuts them out of what is a little larger.
const QHY342PRO: Model = Model {
    name: "QHY342pro",
    summary: "APS-C mono, global shutter, 32 Mpx, cooled, guide port",
    product: 0x0345,
    loader: None,
    firmware_file: None,
    device_type: 4128,
    read_modes: &[
        ReadMode {
            single: WINDOW_342PRO,
            live: WINDOW_342PRO,
            ..read_mode("Normal Mode", Size::new(6480, 4872), &LONG_8)
        },
        ReadMode {
            init_bits: 2,
            hardware_bin: 2,
            pixel_um: Some(6.9),
            single: RowRule { binned: true, ..WINDOW_342PRO },
            live: RowRule { binned: true, ..WINDOW_342PRO },
            ..read_mode("2x2 FDBinning", Size::new(3240, 2440), &LONG_8)
        },
    ],
    controls: &[
        &[&[gain(702.0, 1.0), offset(3000.0, 22.0), NO_SPEED], &no_balance(64.0, 255.0, 0.0)],
        &[&[exposure_from(50.0, 300.0, 100.0)], GUIDE_PORT, HUMIDITY, PRESSURE, FLASH, DEFECTS],
        CONTROLS,
    ],
    bins: &[1, 2],
    offset_factor: 1,
    wire: WireForm { can_empty: false, ..SHORT_GAIN },
    init: InitPlan { single: INIT_PROBE, live: INIT_PROBE, start: &[], first_defaults: NO_DEFAULTS },
    has: Peripherals { guide_port: Some(GuidePort::USUAL), frame_numbers: false, ..COOLED },
    ..QHY342
};

const WINDOW_342PRO: RowRule = RowRule { order: RowOrder::Window(8), ..RowRule::PLAIN };

const QHY550M: Model = Model {
    name: "QHY550M",
    summary: "2/3-inch mono, polarising, global shutter, 5 Mpx, cooled, guide port",
    level: Level::Oracle,
    product: 0xC551,
    identity: IdentityByte::Mono,
    loader: Some(0xC550),
    firmware_file: Some("QHY550.img"),
    device_type: 4099,
    sensor: "Sony IMX250MZR",
    read_modes: &[ReadMode {
        effective: EFFECTIVE_550,
        live: RowRule { before: 10, ..RowRule::PLAIN },
        live_area: Some(EFFECTIVE_550),
        ..whole_single(read_mode("STANDARD MODE", Size::new(2496, 2080), &LONG_64[0]))
    }],
    controls: &[CONTROLS_550, CONTROLS],
    bins: &[1, 2],
    offset_factor: 1,
    wire: WireForm { ddr_counter: DdrCounter::Three, ..SHORT_GAIN },
    init: InitPlan { single: INIT_550_SINGLE, live: INIT_550_LIVE, start: &[], first_defaults: NO_DEFAULTS },
    has: Peripherals { gps: true, guide_port: Some(GuidePort::USUAL), frame_numbers: false, ..COOLED },
    facts: &[FACTS],
    ..QHY342
};

const QHY550C: Model = Model {
    name: "QHY550C",
    summary: "2/3-inch colour, polarising, global shutter, 5 Mpx, cooled, guide port",
    identity: IdentityByte::Colour,
    device_type: 4100,
    bayer: Some(Bayer::Rg),
    controls: &[
        &[&[
            row(ControlId::COLOR, Availability::BayerOrder, None, Read::Nothing, Write::Refused),
            flag(ControlId::IS_COLOR),
        ]],
        CONTROLS_550,
        CONTROLS,
    ],
    ..QHY550M
};

const EFFECTIVE_550: Rect = Rect::new(8, 10, 2460, 2070);

const CONTROLS_550: ControlGroups = &[
    &[gain(702.0, 1.0), offset(3000.0, 22.0), speed(2.0), exposure_from(50.0, 300.0, 100.0)],
    &no_balance(64.0, 255.0, 0.0),
    &auto_exposure(702.0, 0.0),
    DDR,
    GPS,
    GUIDE_PORT,
];

const QHY487: Model = Model {
    name: "QHY487",
    summary: "mono, global shutter, 8 Mpx, cooled, guide port",
    level: Level::Oracle,
    product: 0xC488,
    loader: None,
    firmware_file: None,
    device_type: 4142,
    sensor: "Sony IMX487",
    pixel_um: 2.74,
    read_modes: &[
        ReadMode {
            wire_columns: 2864,
            single: ROWS_487,
            live: ROWS_487,
            ..read_mode("Normal Mode", Size::new(2856, 2848), &GAIN_487)
        },
        ReadMode {
            init_bits: 2,
            hardware_bin: 2,
            pixel_um: Some(5.48),
            single: BINNED_487,
            live: BINNED_487,
            ..read_mode("2x2 FD Binning", Size::new(1424, 1424), &GAIN_487)
        },
    ],
    controls: &[
        &[&[gain(671.0, 1.0), offset(200.0, 22.0), traffic(128.0, 0.0), NO_SPEED_AT_ALL]],
        &[&[exposure_from(50.0, 300.0, 100.0)], GUIDE_PORT, HUMIDITY, PRESSURE, DEFECTS],
        CONTROLS,
    ],
    bins: &[1, 2],
    offset_factor: 5,
    wire: WireForm { order: ByteOrder::Little, can_empty: false, ..SHORT_GAIN },
    init: InitPlan { single: INIT_PROBE, live: INIT_PROBE, start: &[], first_defaults: NO_DEFAULTS },
    has: Peripherals { guide_port: Some(GuidePort::USUAL), frame_numbers: false, ..COOLED },
    ..QHY342
};

const ROWS_487: RowRule = RowRule {
    order: RowOrder::Rows { columns: 357, unit: 1, unordered: 0 },
    lead: 64,
    step: 16,
    ..RowRule::PLAIN
};

const BINNED_487: RowRule = RowRule {
    order: RowOrder::Rows { columns: 178, unit: 1, unordered: 0 },
    lead: 32,
    binned: true,
    ..ROWS_487
};

static GAIN_487: GainLaw = law(&[piece(0, rising(0, 1), fixed(8)), piece(481, fixed(480), rising(9, 1))]);

const QHY530: Model = Model {
    name: "QHY530",
    summary: "1.2-inch mono, global shutter, 25 Mpx, cooled, guide port",
    product: 0xC531,
    device_type: 4118,
    sensor: "Sony IMX530",
    read_modes: &[
        ReadMode {
            wire_columns: 5336,
            single: ROWS_530,
            live: ROWS_530,
            ..read_mode("Normal Mode", Size::new(5328, 4608), &LONG_8)
        },
        ReadMode {
            init_bits: 2,
            hardware_bin: 2,
            pixel_um: Some(5.48),
            wire_columns: 2672,
            single: BINNED_530,
            live: BINNED_530,
            ..read_mode("2x2 FD Binning", Size::new(2664, 2304), &LONG_8)
        },
    ],
    controls: &[
        &[&[gain(702.0, 1.0), offset(3000.0, 22.0), NO_SPEED], &no_balance(64.0, 255.0, 0.0)],
        &[&[exposure_from(50.0, 300.0, 100.0)], GUIDE_PORT, HUMIDITY, PRESSURE, DEFECTS],
        CONTROLS,
    ],
    offset_factor: 1,
    wire: WireForm { can_empty: false, ..SHORT_GAIN },
    init: InitPlan { single: INIT_530, live: INIT_530, start: &[], first_defaults: NO_DEFAULTS },
    ..QHY487
};

const ROWS_530: RowRule = RowRule { lead: 64, step: 16, align: 16, ..RowRule::PLAIN };
const BINNED_530: RowRule = RowRule { lead: 32, binned: true, ..ROWS_530 };

const NO_SPEED: Control =
    row(ControlId::SPEED, Availability::No, range(0.0, 2.0, 1.0), Read::Constant(3.0), Write::Refused);
const NO_SPEED_AT_ALL: Control = row(ControlId::SPEED, Availability::No, None, Read::Nothing, Write::Refused);

/// The settings keep what their controls say.
const NO_DEFAULTS: &[(ControlId, f64)] = &[];

const CONTROLS: ControlGroups = &[&[traffic(60.0, 0.0)], COOLER, WHEEL, COMMON];

const INIT_342_SINGLE: &[InitStep] = &[
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
    InitStep::DdrOn,
];

const INIT_342_LIVE: &[InitStep] = &[
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
    InitStep::Ddr(0),
];

const INIT_PROBE: &[InitStep] = &[
    InitStep::ProbePressure,
    InitStep::ProbeHumidity,
    InitStep::Init,
    InitStep::Region,
    InitStep::Depth,
    InitStep::Ddr(1),
];

const INIT_530: &[InitStep] = &[
    InitStep::ClearHalt,
    InitStep::ProbePressure,
    InitStep::ProbeHumidity,
    InitStep::Init,
    InitStep::Region,
    InitStep::Depth,
    InitStep::Ddr(1),
];

const INIT_550_SINGLE: &[InitStep] = &[InitStep::Init, InitStep::Speed, InitStep::Depth];
const INIT_550_LIVE: &[InitStep] = &[
    InitStep::Init,
    InitStep::Speed,
    InitStep::AtBegin,
    InitStep::Byte(0xD0, 1),
    InitStep::Traffic,
    InitStep::Speed,
    InitStep::Offset,
    InitStep::Exposure,
    InitStep::Gain,
];
