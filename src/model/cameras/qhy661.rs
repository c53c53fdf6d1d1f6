//! The largest sensors: QHY661 (Sony IMX661) and QHY811 M and C (Sony IMX811).

use super::*;

pub(super) static MODELS: &[Model] = &[QHY661, QHY811M, QHY811C];

const QHY661: Model = Model {
    name: "QHY661",
    summary: "medium format mono, global shutter, 127 Mpx, cooled",
    level: Level::Experimental,
    product: 0xC662,
    identity: IdentityByte::Any,
    loader: None,
    firmware_file: None,
    device_type: 4150,
    bayer: None,
    sensor: "Sony IMX661",
    pixel_um: 3.45,
    ddr_mib: 2048,
    read_modes: &[ReadMode {
        unknown: Some("rows of its upper and its lower half come together, which is not sorted yet"),
        ..full("STANDARD MODE", Size::new(13968, 9696), &GAIN_661)
    }],
    controls: &[&[&[offset(1023.0, 255.0)]], CONTROLS],
    bins: &[1, 2, 3, 4],
    depths: &[8, 16],
    digital_slots: DigitalSlots::All,
    target_shift_tenths_c: 7,
    offset_factor: 1,
    traffic: TrafficLaw::Value,
    wire: WireForm { can_empty: false, ..SHORT_GAIN },
    init: InitPlan { single: INIT, live: INIT, start: &[], first_defaults: DEFAULTS_TRAFFIC },
    has: Peripherals { gps: true, ..COOLED },
    facts: &[FACTS],
};

const QHY811M: Model = Model {
    name: "QHY811M",
    summary: "medium format mono, 247 Mpx, cooled",
    product: 0xC812,
    identity: IdentityByte::Mono,
    device_type: 4155,
    sensor: "Sony IMX811",
    // The vendor's library answers 0.
    pixel_um: 2.81,
    has: Peripherals { supervision: true, ..QHY661.has },
    read_modes: &[
        FULL_811,
        ReadMode {
            readout_code: 1,
            hardware_bin: 2,
            unknown: Some("nobody has seen a frame of it"),
            ..whole(read_mode("2x2 FD Binning", Size::new(9888, 6608), &GAIN_811))
        },
    ],
    controls: &[&[&[offset(4095.0, 255.0)]], CONTROLS],
    wire: WireForm { order: ByteOrder::Little, can_empty: false, ..BIG_ENDIAN },
    level: Level::Oracle,
    facts: &[FACTS],
    ..QHY661
};

const QHY811C: Model = Model {
    name: "QHY811C",
    summary: "medium format colour, 247 Mpx, cooled",
    identity: IdentityByte::Colour,
    device_type: 4170,
    bayer: Some(Bayer::Rg),
    read_modes: &[FULL_811],
    // Observed: white balance has no range and changes nothing in the gain that it sends.
    controls: &[
        &[
            &[offset(4095.0, 255.0), flag(ControlId::IS_COLOR)],
            &[row(ControlId::COLOR, Availability::BayerOrder, None, Read::Nothing, Write::Refused)],
            &[unranged(ControlId::WBR), unranged(ControlId::WBG), unranged(ControlId::WBB)],
        ],
        CONTROLS,
    ],
    ..QHY811M
};

const fn unranged(id: ControlId) -> Control {
    row(id, Availability::Yes, None, Read::Constant(0.0), Write::Ignored)
}

/// The columns of an order are those of the whole row.
const fn full(name: &'static str, image: Size, gain: &'static GainLaw) -> ReadMode {
    let rows = RowRule {
        order: RowOrder::Rows { columns: image.width as u16, unit: 1, unordered: 0 },
        ..RowRule::PLAIN
    };
    ReadMode { single: rows, live: rows, ..read_mode(name, image, gain) }
}

/// The left and the right half of each row.
const HALVES: Taps = Taps { turns: &[0, 1], rows: 1 };

const FULL_811: ReadMode = ReadMode {
    effective: Rect::new(268, 268, 19240, 12840),
    taps: Some(HALVES),
    ..full("Normal Mode", Size::new(19776, 13120), &GAIN_811)
};

static GAIN_661: GainLaw = law(&[piece(0, rising(0, 1), fixed(8))]);

/// Conversion gain switches at 61.
static GAIN_811: GainLaw = law(&[
    piece(0, rising(0, 40), fixed(8)),
    piece(61, rising(0, 40), fixed(8)).switches(0, 1),
    piece(158, fixed(3840), rising(9, 1)).switches(0, 1),
]);

const CONTROLS: ControlGroups = &[
    &[gain(360.0, 30.0), exposure(3600.0), traffic(60.0, 50.0)],
    BIN_3_4,
    COOLER,
    WHEEL,
    GPS,
    HUMIDITY,
    PRESSURE,
    FRAME_NUMBERS,
    COMMON,
];

const DEFAULTS_TRAFFIC: &[(ControlId, f64)] = &[(ControlId::USB_TRAFFIC, 50.0)];

const INIT: &[InitStep] = &[
    InitStep::ProbeHumidity,
    InitStep::ProbePressure,
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Region,
    InitStep::SupervisionOn,
];
