//! Scientific sensors: QHY2020, QHY4040 and 4040PROF, QHY42 and 42PRO, QHY6060 and
//! 6060FSIPro, QHY9701, QHY1920 M and C, QHY5III0204 and QHY10768.
//!
//! Most give the samples of several blocks of columns in turn; where that is not known,
//! they take settings and no pictures.

use super::*;

pub(super) static MODELS: &[Model] = &[
    QHY2020,
    QHY4040,
    QHY4040PROF,
    QHY42,
    QHY42PRO,
    QHY6060,
    QHY6060FSIPRO,
    QHY9701,
    QHY1920M,
    QHY1920C,
    QHY5III0204,
    QHY10768,
];

const NO_CROP: Option<&str> = Some("its frames are no rows of samples; what they are is not known");
const UNSEEN: Option<&str> = Some("nobody has seen a frame of it");

const QHY2020: Model = Model {
    name: "QHY2020",
    summary: "scientific mono, 4 Mpx, cooled",
    level: Level::Oracle,
    product: 0x2021,
    identity: IdentityByte::Any,
    loader: Some(0x2020),
    firmware_file: Some("QHY2020.img"),
    device_type: 4055,
    bayer: None,
    sensor: "Gpixel GSENSE2020",
    pixel_um: 6.5,
    ddr_mib: 512,
    read_modes: &[
        ReadMode { taps: Some(EIGHTHS), unknown: None, ..mode_2020("HDR MODE", Size::new(4096, 2048)) },
        mode_2020("STD MODE LGC", Size::new(2048, 2048)),
        mode_2020("STD MODE HGC", Size::new(2048, 2048)),
    ],
    controls: &[
        &[&[gain(263.0, 1.0), offset(31.0, 0.0), speed_at(4.0, 1.0), no_traffic(255.0, 0.0)]],
        &[&[exposure(3600.0)], HUMIDITY, FRAME_NUMBERS],
        CONTROLS,
    ],
    bins: &[1, 2],
    depths: &[8, 16],
    digital_slots: DigitalSlots::All,
    target_shift_tenths_c: 7,
    offset_factor: 1,
    traffic: TrafficLaw::Nothing,
    wire: WireForm { can_empty: false, ddr_counter: DdrCounter::Three, ..SHORT_GAIN },
    init: InitPlan { single: INIT_2020_SINGLE, live: INIT_2020_LIVE, start: &[], first_defaults: &[] },
    has: Peripherals { cooler: true, ..BARE },
    facts: &[FACTS],
};

/// The first mode sends the chip twice, side by side.
const fn mode_2020(name: &'static str, image: Size) -> ReadMode {
    ReadMode { chip_mm: Some((13.3, 13.3)), unknown: NO_CROP, ..whole(read_mode(name, image, &GAIN_2020)) }
}

static GAIN_2020: GainLaw = law(&[
    piece(0, rising(0, 1), fixed(8)).more_analogue([rising(0, 1); 2]),
    piece(64, fixed(63), rising(9, 1)).more_analogue([fixed(63); 2]),
]);

const QHY4040: Model = Model {
    name: "QHY4040",
    level: Level::Oracle,
    summary: "scientific mono, 17 Mpx, cooled",
    product: 0x4041,
    loader: Some(0x4040),
    firmware_file: Some("QHY4040.img"),
    device_type: 4056,
    sensor: "Gpixel GSENSE4040",
    pixel_um: 9.0,
    ddr_mib: 1024,
    read_modes: &[ReadMode {
        taps: Some(EIGHTHS),
        ..whole(read_mode("STANDARD MODE", Size::new(4096, 4118), &GAIN_4040))
    }],
    controls: &[
        &[&[gain(279.0, 1.0), offset(41.0, 22.0), speed_at(4.0, 1.0), refused_traffic(60.0, 0.0)]],
        &[
            &[exposure(3600.0)],
            &no_balance(1.0, 4000.0, 0.0),
            BIN_3_4,
            DDR,
            GPS,
            HUMIDITY,
            PRESSURE,
            FRAME_NUMBERS,
        ],
        CONTROLS,
    ],
    bins: &[1, 2, 3, 4],
    digital_slots: DigitalSlots::First,
    init: InitPlan { single: INIT_4040_SINGLE, live: INIT_4040_LIVE, start: &[], first_defaults: &[] },
    has: Peripherals { cooler: true, gps: true, ..BARE },
    ..QHY2020
};

/// Eight parts of each row.
const EIGHTHS: Taps = Taps { turns: &[0, 1, 2, 3, 4, 5, 6, 7], rows: 1 };
/// Eight parts of two rows, those of the second one first.
const TWO_ROWS: Taps = Taps { turns: &[8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7], rows: 2 };

static GAIN_4040: GainLaw = law(&[piece(0, rising(0, 1), fixed(8)), piece(33, fixed(32), rising(9, 1))]);

/// GPS is left out: the vendor's library switches it on in another way than on a QHY600.
const QHY4040PROF: Model = Model {
    name: "QHY4040PROF",
    product: 0x4043,
    loader: Some(0x4042),
    firmware_file: Some("QHY4040PRO.img"),
    device_type: 4088,
    read_modes: &[
        mode_prof("High Gain Channel 12bit", 0, &GAIN_PROF),
        mode_prof("Low Gain Channel 12bit", 1, &GAIN_PROF),
        mode_prof("HDR Combination 16bit", 2, &GAIN_PROF_HDR),
    ],
    controls: &[
        &[&[gain(279.0, 1.0), offset(41.0, 22.0), speed_at(3.0, 1.0), traffic(255.0, 0.0)]],
        &[&[exposure(3600.0)], &no_balance(1.0, 4000.0, 0.0), WHEEL, HUMIDITY, PRESSURE, FRAME_NUMBERS],
        CONTROLS,
    ],
    bins: &[1, 2],
    traffic: TrafficLaw::Value,
    wire: WireForm { can_empty: false, ..SHORT_GAIN },
    init: InitPlan { single: INIT_PROF_SINGLE, live: INIT_PROF_LIVE, start: &[], first_defaults: &[] },
    has: Peripherals { cooler: true, wheel: true, ..BARE },
    ..QHY4040
};

const fn mode_prof(name: &'static str, readout_code: u8, gain: &'static GainLaw) -> ReadMode {
    ReadMode { readout_code, taps: Some(EIGHTHS), ..whole(read_mode(name, Size::new(4096, 4118), gain)) }
}

static GAIN_PROF: GainLaw = law(&[
    piece(0, rising(0, 1), fixed(8)).more_analogue([rising(0, 1), fixed(0)]),
    piece(33, fixed(32), rising(9, 1)).more_analogue([fixed(32), fixed(0)]),
]);
static GAIN_PROF_HDR: GainLaw =
    law(&[piece(0, fixed(32), rising(8, 1)).more_analogue([fixed(32), fixed(0)])]);

/// Its commands are shorter than those of the rest of the family.
const QHY42: Model = Model {
    name: "QHY42",
    summary: "scientific mono, 4 Mpx, cooled",
    level: Level::KnownOnly,
    product: 0x4201,
    loader: Some(0x4200),
    firmware_file: Some("QHY42.img"),
    device_type: 4036,
    sensor: "Gpixel GSENSE400",
    pixel_um: 11.0,
    read_modes: &[ReadMode {
        unknown: NO_CROP,
        ..whole(read_mode("STANDARD MODE", Size::new(2048, 2048), &GAIN_42))
    }],
    controls: &[
        &[&[gain(24.0, 1.0), offset(870.0, 0.0), speed(1.0), traffic(255.0, 0.0)]],
        &[&[exposure(3600.0)]],
        CONTROLS,
    ],
    init: InitPlan { single: &[InitStep::Init], live: &[InitStep::Init], start: &[], first_defaults: &[] },
    has: Peripherals { cooler: true, frame_numbers: false, ..BARE },
    ..QHY2020
};

/// Observed code by code; a list of single settings.
static GAIN_42: GainLaw = law(&[
    piece(0, rising(0, 1), fixed(8)),
    piece(4, rising(6, 1), fixed(8)),
    piece(6, fixed(7), rising(10, 2)),
    piece(9, fixed(7), rising(17, 3)),
    piece(11, fixed(7), fixed(24)),
    piece(12, fixed(7), rising(29, 5)),
    piece(14, fixed(7), fixed(41)),
    piece(15, fixed(7), rising(50, 9)),
    piece(17, fixed(7), fixed(71)),
    piece(18, fixed(7), fixed(86)),
    piece(19, fixed(7), fixed(103)),
    piece(20, fixed(7), fixed(123)),
    piece(21, fixed(7), fixed(148)),
    piece(22, fixed(7), fixed(177)),
    piece(23, fixed(7), fixed(213)),
    piece(24, fixed(7), fixed(255)),
]);

const QHY42PRO: Model = Model {
    name: "QHY42PRO",
    product: 0x4203,
    loader: Some(0x4202),
    firmware_file: Some("QHY42PRO.img"),
    device_type: 4058,
    read_modes: &[
        ReadMode {
            init_bits: 2,
            taps: Some(Taps { rows: 1, ..TWO_ROWS }),
            ..whole(read_mode("HDR MODE", Size::new(4096, 2048), &GAIN_42PRO_HDR))
        },
        ReadMode { taps: Some(TWO_ROWS), ..whole(read_mode("STD MODE", Size::new(2048, 2048), &GAIN_42PRO)) },
    ],
    controls: &[
        &[&[gain(255.0, 1.0), offset(870.0, 22.0), speed(1.0), refused_traffic(60.0, 0.0)]],
        &[
            &[exposure_from(50.0, 300.0, 100.0)],
            &no_balance(8.0, 255.0, 0.0),
            DDR,
            GPS,
            HUMIDITY,
            PRESSURE,
            FRAME_NUMBERS,
        ],
        CONTROLS,
    ],
    level: Level::Oracle,
    digital_slots: DigitalSlots::All,
    init: InitPlan { single: INIT_42PRO_SINGLE, live: INIT_42PRO_LIVE, start: &[], first_defaults: &[] },
    has: Peripherals { cooler: true, gps: true, ..BARE },
    ..QHY42
};

/// One slot only in this mode.
static GAIN_42PRO_HDR: GainLaw = GainLaw {
    first_slot_only: true,
    ..law(&[
        piece(0, fixed(1), fixed(16)).more_analogue([fixed(2), fixed(0)]),
        piece(1, fixed(2), fixed(16)).more_analogue([rising(2, 1), fixed(0)]),
        piece(7, fixed(2), Line { first: 17, step: 1, per: 1, most: 255 })
            .more_analogue([fixed(7), fixed(0)]),
    ])
};
static GAIN_42PRO: GainLaw = law(&[piece(0, rising(0, 1), fixed(8)), piece(9, fixed(8), rising(9, 1))]);

const QHY6060: Model = Model {
    name: "QHY6060",
    summary: "scientific mono, 38 Mpx, cooled",
    product: 0x6061,
    loader: Some(0x6060),
    firmware_file: Some("QHY6060.img"),
    device_type: 4059,
    sensor: "Gpixel GSENSE6060",
    pixel_um: 10.0,
    ddr_mib: 1024,
    read_modes: &[mode_6060("HIGH GAIN MODE", &GAIN_6060[0]), mode_6060("LOW GAIN MODE", &GAIN_6060[1])],
    controls: &[
        &[&[gain(278.0, 1.0), offset(31.0, 0.0), speed(3.0), no_traffic(255.0, 0.0)]],
        &[&[exposure(3600.0)], HUMIDITY, PRESSURE, FRAME_NUMBERS],
        CONTROLS,
    ],
    digital_slots: DigitalSlots::First,
    wire: WireForm { can_empty: false, ..SHORT_COUNTER },
    level: Level::Oracle,
    init: InitPlan { single: INIT_6060_SINGLE, live: INIT_6060_LIVE, start: &[], first_defaults: &[] },
    has: Peripherals { supervision: true, ..QHY2020.has },
    ..QHY2020
};

const QHY6060FSIPRO: Model = Model {
    name: "QHY6060FSIPro",
    product: 0x6063,
    loader: None,
    firmware_file: None,
    device_type: 4124,
    read_modes: &[mode_fsi("HIGH GAIN MODE", &GAIN_6060[0]), mode_fsi("LOW GAIN MODE", &GAIN_6060[1])],
    controls: &[
        &[&[gain(278.0, 1.0), offset(31.0, 0.0), speed(3.0), no_traffic(255.0, 0.0)]],
        &[
            &[exposure_from(1.0, 3600.0, 2.0)],
            GPS,
            &[row(ControlId::CFW_PORT, Availability::Yes, None, Read::WheelPosition, Write::Wheel)],
            HUMIDITY,
            PRESSURE,
            FRAME_NUMBERS,
        ],
        CONTROLS,
    ],
    target_shift_tenths_c: 0,
    wire: WireForm { order: ByteOrder::Little, can_empty: false, ..BIG_ENDIAN },
    has: Peripherals { wheel: true, gps: true, ..QHY6060.has },
    ..QHY6060
};

const fn mode_6060(name: &'static str, gain: &'static GainLaw) -> ReadMode {
    ReadMode {
        wire_columns: 7936,
        taps: Some(TAPS_6060),
        ..whole(read_mode(name, Size::new(6200, 6134), gain))
    }
}

const fn mode_fsi(name: &'static str, gain: &'static GainLaw) -> ReadMode {
    const ROWS: RowRule = RowRule { step: 2, align: 2, ..RowRule::PLAIN };
    ReadMode {
        wire_columns: 7936,
        taps: Some(TWO_ROWS),
        single: ROWS,
        live: ROWS,
        ..read_mode(name, Size::new(6200, 6134), gain)
    }
}

/// Observed in this order; the picture ends within the seventh part.
const TAPS_6060: Taps = Taps { turns: &[4, 7, 3, 2, 5, 6, 1, 0], rows: 1 };

static GAIN_6060: [GainLaw; 2] = [
    law(&[
        piece(0, rising(0, 1), fixed(8)).switches(0, 1),
        piece(32, fixed(31), rising(9, 1)).switches(0, 1),
    ]),
    law(&[piece(0, rising(0, 1), fixed(8)), piece(32, fixed(31), rising(9, 1))]),
];

const QHY9701: Model = Model {
    name: "QHY9701",
    summary: "scientific mono, 1.4 Mpx, cooled, guide port",
    level: Level::Oracle,
    product: 0x9702,
    loader: Some(0x9701),
    firmware_file: Some("QHY9701.img"),
    device_type: 4117,
    sensor: "Gpixel GSENSE9701",
    pixel_um: 9.76,
    ddr_mib: 512,
    read_modes: &[
        mode_9701("HIGH GAIN MODE", 0, &GAIN_9701[0]),
        mode_9701("LOW GAIN MODE", 0, &GAIN_9701[1]),
        ReadMode {
            wire_columns: 2688,
            fixed: &[(ControlId::OFFSET, 100.0)],
            unknown: Some(
                "twice as many samples come as there are pixels; how they become a picture is not known",
            ),
            ..mode_9701("Linearity HDR", 1, &GAIN_9701[2])
        },
    ],
    controls: &[
        &[&[gain(62.0, 30.0), offset(450.0, 30.0), speed(1.0), traffic(60.0, 0.0)]],
        &[&[exposure(300.0)], &no_balance(32.0, 255.0, 64.0), BIN_3_4, WHEEL, GUIDE_PORT, DDR, FRAME_NUMBERS],
        CONTROLS,
    ],
    bins: &[1, 2, 3, 4],
    traffic: TrafficLaw::Value,
    wire: SHORT_COUNTER,
    init: InitPlan { single: INIT_9701, live: INIT_9701_LIVE, start: &[], first_defaults: DEFAULTS },
    has: Peripherals { cooler: true, wheel: true, ..PLANETARY },
    ..QHY2020
};

/// Nine rows more come than are ordered.
const fn mode_9701(name: &'static str, readout_code: u8, gain: &'static GainLaw) -> ReadMode {
    const ROWS: RowRule = RowRule {
        order: RowOrder::Rows { columns: 0, unit: 1, unordered: 9 },
        min_rows: 10,
        align: 2,
        ..RowRule::PLAIN
    };
    ReadMode {
        readout_code,
        single: RowRule { first_at_zero: 1, min_rows: 400, ..ROWS },
        live: ROWS,
        ..read_mode(name, Size::new(1344, 1054), gain)
    }
}

static GAIN_9701: [GainLaw; 3] = [
    law(&[piece(0, rising(0, 1), fixed(64)).switches(0, 1)]),
    law(&[piece(0, rising(0, 1), fixed(64))]),
    law(&[piece(0, fixed(62), fixed(64)).switches(0, 2).more_analogue([fixed(4), fixed(0)])]),
];

const QHY1920M: Model = Model {
    name: "QHY1920M",
    summary: "scientific mono, 2 Mpx, cooled",
    level: Level::Oracle,
    product: 0xC193,
    identity: IdentityByte::Mono,
    loader: Some(0xC192),
    firmware_file: Some("QHY1920.img"),
    device_type: 4115,
    sensor: "1920x1200, 12 um",
    pixel_um: 12.0,
    ddr_mib: 512,
    read_modes: &[whole(read_mode("STANDARD MODE", Size::new(1920, 1200), &GAIN_1920))],
    controls: &[&[&no_balance(32.0, 255.0, 64.0)], CONTROLS_1920, CONTROLS],
    bins: &[1, 2, 4],
    traffic: TrafficLaw::Value,
    wire: SHORT_COUNTER,
    init: InitPlan { single: INIT_1920, live: INIT_1920_LIVE, start: START_1920, first_defaults: DEFAULTS },
    has: Peripherals { gps: true, ..COOLED },
    ..QHY2020
};

const QHY1920C: Model = Model {
    name: "QHY1920C",
    summary: "scientific colour, 2 Mpx, cooled",
    identity: IdentityByte::Colour,
    device_type: 4116,
    bayer: Some(Bayer::Bg),
    controls: &[&[&balance(32.0, 255.0, 64.0)], CONTROLS_1920, CONTROLS],
    digital_slots: DigitalSlots::WhiteBalance { unity: 64 },
    ..QHY1920M
};

static GAIN_1920: GainLaw = law(&[
    piece(0, rising(0, 1), fixed(64)),
    GainPiece { switch_14: rising(1, 1), ..piece(512, fixed(511), fixed(64)) },
]);

const CONTROLS_1920: ControlGroups = &[
    DEFECTS,
    &[gain(1000.0, 30.0), offset(3300.0, 30.0), speed(1.0), traffic(60.0, 0.0), exposure(300.0)],
    BIN_4,
    DDR,
    GPS,
    WHEEL,
    HUMIDITY,
    PRESSURE,
    FRAME_NUMBERS,
];

const QHY5III0204: Model = Model {
    name: "QHY5III0204",
    summary: "line sensor, mono, cooled",
    level: Level::Experimental,
    product: 0x0205,
    loader: None,
    firmware_file: None,
    device_type: 4064,
    sensor: "2116 columns, 14 um",
    pixel_um: 14.01,
    read_modes: &[ReadMode {
        unknown: NO_CROP,
        ..read_mode("STANDARD MODE", Size::new(2116, 100), &GAIN_0204)
    }],
    controls: &[
        &[&[gain(278.0, 1.0), offset(31.0, 0.0), no_traffic(255.0, 0.0)], LINE_SENSOR],
        &[&[exposure(3600.0)]],
        CONTROLS,
    ],
    depths: &[16],
    init: InitPlan { single: INIT_LINE_SINGLE, live: INIT_LINE_LIVE, start: &[], first_defaults: FIRST_LINE },
    has: Peripherals { cooler: true, frame_numbers: false, ..BARE },
    ..QHY2020
};

static GAIN_0204: GainLaw = law(&[
    piece(0, rising(0, 1), fixed(8)).more_analogue([rising(0, 1); 2]),
    piece(32, fixed(31), rising(9, 1)).more_analogue([fixed(31); 2]),
]);

const QHY10768: Model = Model {
    name: "QHY10768",
    product: 0x0769,
    device_type: 4123,
    sensor: "1028 columns, 14 um",
    read_modes: &[ReadMode {
        unknown: UNSEEN,
        ..read_mode("STANDARD MODE", Size::new(1028, 50), &GAIN_10768)
    }],
    controls: &[
        &[&[gain(1023.0, 1.0), offset(2048.0, 0.0), traffic(255.0, 0.0), speed_at(1.0, 1.0)], LINE_SENSOR],
        &[&[exposure(3600.0), Control { available: Availability::No, ..flag(ControlId::BIN2X2MODE) }]],
        CONTROLS,
    ],
    bins: &[1],
    traffic: TrafficLaw::Value,
    ..QHY5III0204
};

static GAIN_10768: GainLaw = law(&[piece(0, fixed(2), rising(0, 1)).more_analogue([fixed(2); 2])]);

const LINE_SENSOR: &[Control] = &[
    Control { available: Availability::No, ..flag(ControlId::BITS_8) },
    Control { available: Availability::No, ..flag(ControlId::SINGLE_FRAME_MODE) },
];

const FIRST_LINE: &[(ControlId, f64)] = &[(ControlId::EXPOSURE, 200.0)];

const CONTROLS: ControlGroups = &[COOLER, COMMON];

/// Read-out speeds from 0 on, and the value before anybody sets it.
const fn speed_at(most: f64, value: f64) -> Control {
    Control { read: Read::Stored(value), ..speed(most) }
}

/// A range of USB traffic, and no order for it.
const fn no_traffic(most: f64, value: f64) -> Control {
    Control { available: Availability::No, write: Write::Stored, ..traffic(most, value) }
}

/// The same, and setting it is an error.
const fn refused_traffic(most: f64, value: f64) -> Control {
    Control { write: Write::Refused, ..no_traffic(most, value) }
}

const INIT_2020_SINGLE: &[InitStep] = &[
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::WriteReadMode(0x60),
    InitStep::ReadPage(6),
    InitStep::ProbeHumidity,
];
const INIT_2020_LIVE: &[InitStep] = &[
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::WriteReadMode(0x60),
    InitStep::ReadPage(6),
    InitStep::ProbeHumidity,
];

const INIT_4040_SINGLE: &[InitStep] = &[
    InitStep::ProbeHumidity,
    InitStep::ProbePressure,
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::ReadPage(6),
];
const INIT_4040_LIVE: &[InitStep] = &[
    InitStep::ProbeHumidity,
    InitStep::ProbePressure,
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::ReadPage(6),
];

const INIT_PROF_SINGLE: &[InitStep] = &[
    InitStep::ProbeHumidity,
    InitStep::ProbePressure,
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::ReadPage(6),
    InitStep::ReadPage(0x38),
    InitStep::Speed,
    InitStep::Depth,
    InitStep::Ddr(1),
];
const INIT_PROF_LIVE: &[InitStep] = &[
    InitStep::ProbeHumidity,
    InitStep::ProbePressure,
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::ReadPage(6),
    InitStep::ReadPage(0x38),
    InitStep::Speed,
    InitStep::Depth,
    InitStep::Ddr(1),
];

const INIT_42PRO_SINGLE: &[InitStep] = &[
    InitStep::WriteFpga(0x27, 2),
    InitStep::ProbeHumidity,
    InitStep::ProbePressure,
    InitStep::Init,
    InitStep::Speed,
    InitStep::Depth,
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Ddr(1),
];
const INIT_42PRO_LIVE: &[InitStep] = &[
    InitStep::WriteFpga(0x27, 2),
    InitStep::ProbeHumidity,
    InitStep::ProbePressure,
    InitStep::Init,
    InitStep::Speed,
    InitStep::Depth,
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Ddr(0),
];

const INIT_6060_SINGLE: &[InitStep] = &[
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Speed,
    InitStep::WriteFpga(0x01, 1),
    InitStep::WaitMs(1),
    InitStep::WriteFpga(0x01, 0),
    InitStep::ReadPage(6),
    InitStep::ProbeHumidity,
    InitStep::ProbePressure,
    InitStep::SupervisionOn,
];
const INIT_6060_LIVE: &[InitStep] = &[
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::ReadPage(6),
    InitStep::ProbeHumidity,
    InitStep::ProbePressure,
    InitStep::SupervisionOn,
];

const INIT_9701: &[InitStep] = &[
    InitStep::Init,
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Gain,
    InitStep::Offset,
    InitStep::DdrOn,
];

const INIT_9701_LIVE: &[InitStep] = &[
    InitStep::Init,
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Ddr(0),
];

const INIT_1920: &[InitStep] = &[
    InitStep::ProbeHumidity,
    InitStep::ProbePressure,
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
    InitStep::DdrOn,
    InitStep::ReadI2c(0x5000),
    InitStep::WaitMs(10),
    InitStep::WriteSensor(0x5000, 6),
    InitStep::WaitMs(10),
    InitStep::ReadI2c(0x5000),
    InitStep::WriteFpga(0x23, 0),
    InitStep::WriteFpga(0x23, 1),
];

const INIT_1920_LIVE: &[InitStep] = &[
    InitStep::ProbeHumidity,
    InitStep::ProbePressure,
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
    InitStep::Ddr(0),
    InitStep::ReadI2c(0x5000),
    InitStep::WaitMs(10),
    InitStep::WriteSensor(0x5000, 6),
    InitStep::WaitMs(10),
    InitStep::ReadI2c(0x5000),
    InitStep::WriteFpga(0x23, 0),
    InitStep::WriteFpga(0x23, 1),
];

const START_1920: &[InitStep] = &[
    InitStep::WriteFpga(0x23, 0),
    InitStep::WriteFpga(0x23, 1),
    InitStep::WaitMs(100),
    InitStep::WriteFpga(0x23, 0),
    InitStep::WriteFpga(0x23, 1),
];

const INIT_LINE_SINGLE: &[InitStep] =
    &[InitStep::Init, InitStep::WaitMs(200), InitStep::Init, InitStep::WaitMs(200)];
const INIT_LINE_LIVE: &[InitStep] = &[InitStep::Init, InitStep::WaitMs(200)];
