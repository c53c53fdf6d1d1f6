//! Sony IMX585: the planetary QHY5III585 M and C, the cooled miniCam8 M and C with a filter
//! wheel inside, and the cooled QHY585 M and C.

use super::*;

pub(super) static MODELS: &[Model] =
    &[PLANETARY_MONO, PLANETARY_COLOUR, MINICAM_MONO, MINICAM_COLOUR, COOLED_MONO, COOLED_COLOUR];

const PLANETARY_MONO: Model = Model {
    name: "QHY5III585M",
    summary: "planetary mono, 8 Mpx, guide port",
    level: Level::Oracle,
    product: 0x0586,
    identity: IdentityByte::Mono,
    loader: Some(0x0585),
    firmware_file: Some("QHY5III585.img"),
    device_type: 4149,
    bayer: None,
    sensor: "Sony IMX585",
    pixel_um: 2.9,
    ddr_mib: 512,
    read_modes: &[
        ReadMode { single: SINGLE_5III, ..FULL },
        ReadMode { single: SINGLE_5III, since_fpga: SINCE, ..HDR },
    ],
    controls: &[MONO_CONTROLS, &[NO_COOLER], CONTROLS],
    bins: &[1, 2, 3, 4],
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

const PLANETARY_COLOUR: Model = Model {
    name: "QHY5III585C",
    summary: "planetary colour, 8 Mpx, guide port",
    device_type: 4122,
    controls: &[COLOUR_CONTROLS, &[NO_COOLER], CONTROLS],
    ..colour(PLANETARY_MONO)
};

const MINICAM_MONO: Model = Model {
    name: "QHYminiCam8M",
    summary: "mono, 8 Mpx, cooled, filter wheel inside, guide port",
    product: 0x0588,
    loader: Some(0x0587),
    firmware_file: Some("miniCam8.img"),
    device_type: 4138,
    read_modes: &[FULL, ReadMode { since_fpga: SINCE, ..HDR }],
    controls: &[MONO_CONTROLS, COOLED_CONTROLS, CONTROLS],
    has: Peripherals { cooler: true, wheel: true, ..PLANETARY_CROSSED },
    ..PLANETARY_MONO
};

const MINICAM_COLOUR: Model = Model {
    name: "QHYminiCam8C",
    summary: "colour, 8 Mpx, cooled, filter wheel inside, guide port",
    device_type: 4139,
    controls: &[COLOUR_CONTROLS, COOLED_CONTROLS, CONTROLS],
    ..colour(MINICAM_MONO)
};

/// GPS is left out: the vendor's library switches it on in another way than on a QHY600.
const COOLED_MONO: Model = Model {
    name: "QHY585M",
    summary: "mono, 8 Mpx, cooled, guide port",
    product: 0xC586,
    loader: None,
    firmware_file: None,
    device_type: 4163,
    read_modes: &[FULL, HDR],
    controls: &[MONO_CONTROLS, COOLED_CONTROLS, &[HUMIDITY, PRESSURE], CONTROLS],
    ..MINICAM_MONO
};

const COOLED_COLOUR: Model = Model {
    name: "QHY585C",
    summary: "colour, 8 Mpx, cooled, guide port",
    device_type: 4164,
    controls: &[COLOUR_CONTROLS, COOLED_CONTROLS, &[HUMIDITY, PRESSURE], CONTROLS],
    ..colour(COOLED_MONO)
};

const fn colour(mono: Model) -> Model {
    Model {
        identity: IdentityByte::Colour,
        bayer: Some(Bayer::Rg),
        digital_slots: DigitalSlots::WhiteBalance { unity: 64 },
        ..mono
    }
}

/// Single frames begin one row further down than live ones.
const FULL: ReadMode = ReadMode {
    single: RowRule { first_at_zero: 1, min_rows: 400, align: 2, ..RowRule::PLAIN },
    live: RowRule { align: 2, ..RowRule::PLAIN },
    ..read_mode("Full Resolution", Size::new(3856, 2180), &GAIN)
};

const SINGLE_5III: RowRule = RowRule { min_rows: 600, ..FULL.single };

/// From this day on an FPGA image has the other mode too (observed: the vendor's library counts
/// one mode or two by it; on the QHY585 always two).
const SINCE: Option<[u8; 3]> = Some([24, 12, 5]);

/// Two gains; settings of gain and offset have no effect. The vendor's library takes rows of
/// 7712 columns from the bus, twice those of the picture.
const HDR: ReadMode = ReadMode {
    name: "Linearity HDR",
    readout_code: 3,
    gain: &GAIN_HDR,
    fixed: &[(ControlId::GAIN, 9.0), (ControlId::OFFSET, 100.0)],
    unknown: Some("how the two gains of a frame become one picture is not known"),
    ..FULL
};

/// Conversion gain switches at 75; below 10, byte 14 is 9.
static GAIN: GainLaw = law(&[
    piece(0, rising(0, 1), fixed(64)).switches(9, 0),
    piece(10, rising(1, 1), fixed(64)),
    piece(75, rising(16, 1), fixed(64)).switches(0, 1),
]);
static GAIN_HDR: GainLaw =
    law(&[piece(0, fixed(9), fixed(64)).switches(9, 0).more_analogue([fixed(1), fixed(0)])]);

const MONO_CONTROLS: ControlGroups = &[&no_balance(8.0, 255.0, 64.0)];
const COLOUR_CONTROLS: ControlGroups = &[&balance(8.0, 255.0, 64.0)];
const COOLED_CONTROLS: ControlGroups = &[&[exposure(3600.0)], COOLER, WHEEL];

const CONTROLS: ControlGroups = &[
    &[gain(230.0, 30.0), offset(255.0, 30.0), exposure(300.0), traffic(60.0, 0.0)],
    &auto_exposure(230.0, 0.0),
    BIN_3_4,
    GUIDE_PORT,
    FRAME_NUMBERS,
    DEFECTS,
    COMMON,
];
