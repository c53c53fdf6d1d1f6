//! QHY411 M and C, and the older QHY411: Sony IMX411.

use super::*;

pub(super) static MODELS: &[Model] = &[MONO, COLOUR, OLDER];

const MONO: Model = Model {
    name: "QHY411M",
    summary: "medium format mono, 151 Mpx, cooled",
    level: Level::Oracle,
    product: 0xC414,
    identity: IdentityByte::Mono,
    loader: Some(0xC413),
    firmware_file: Some("QHY411ERIS.img"),
    device_type: 4066,
    bayer: None,
    sensor: "Sony IMX411",
    pixel_um: 3.76,
    ddr_mib: 2048,
    read_modes: READ_MODES,
    controls: &[&[&[gain(339.0, 30.0)], &no_balance(1.0, 4000.0, 0.0), DEFECTS], CONTROLS],
    bins: &[1, 2, 3, 4],
    depths: &[8, 16, 32],
    digital_slots: DigitalSlots::First,
    target_shift_tenths_c: 7,
    offset_factor: 16,
    traffic: TrafficLaw::Value,
    wire: BIG_ENDIAN,
    init: InitPlan { single: INIT, live: INIT, start: &[], first_defaults: MONO_DEFAULTS },
    has: Peripherals { gps: true, supervision: true, ..COOLED },
    facts: &[FACTS],
};

const COLOUR: Model = Model {
    name: "QHY411C",
    summary: "medium format colour, 151 Mpx, cooled",
    identity: IdentityByte::Colour,
    device_type: 4067,
    bayer: Some(Bayer::Rg),
    controls: &[&[&[gain(140.0, 30.0)], &balance(10.0, 30.0, 10.0)], CONTROLS],
    // Observed: white balance sends the gain, and changes nothing in it.
    digital_slots: DigitalSlots::All,
    init: InitPlan { first_defaults: DEFAULTS_TRAFFIC_50, ..MONO.init },
    ..MONO
};

const OLDER: Model = Model {
    name: "QHY411",
    summary: "medium format mono, 151 Mpx, cooled, older model",
    level: Level::Experimental,
    product: 0xC412,
    identity: IdentityByte::Any,
    loader: Some(0xC411),
    firmware_file: Some("QHY411.img"),
    device_type: 4060,
    read_modes: &[ReadMode {
        chip_mm: CHIP_MM,
        wire_columns: 14304,
        first_column: 48,
        single: RowRule { after: 92, ..ROWS_OLDER },
        live: ROWS_OLDER,
        unknown: Some("its exposures are started in a way not understood"),
        ..read_mode("STANDARD MODE", Size::new(14208, 10656), &GAIN_OLDER)
    }],
    controls: &[
        &[&[gain(339.0, 30.0), offset(255.0, 30.0), exposure(3600.0)], &no_balance(1.0, 4000.0, 0.0)],
        &[&[row(
            ControlId::USB_TRAFFIC,
            Availability::No,
            range(0.0, 60.0, 1.0),
            Read::Stored(50.0),
            Write::Refused,
        )]],
        &[BIN_3_4, BITS_32, COOLER, FRAME_NUMBERS, COMMON],
    ],
    traffic: TrafficLaw::Nothing,
    wire: SHORT_GAIN,
    init: InitPlan { single: INIT_OLDER, live: INIT_OLDER, start: &[], first_defaults: MONO_DEFAULTS },
    has: Peripherals { wheel: false, gps: false, supervision: false, ..MONO.has },
    facts: &[FACTS],
    ..MONO
};

const READ_MODES: &[ReadMode] = &[
    mode("Full Frame Read Mode #0", 0, &STAGED[0]),
    mode("Full Frame Read Mode #1", 0, &STAGED[1]),
    mode("Full Frame Read Mode #2", 0, &STAGED[2]),
    mode("Full Frame Read Mode #3", 0, &STAGED[3]),
    mode("Full Frame Read Mode #4", 0, &STAGED[4]),
    mode("Full Frame Read Mode #5", 0, &STAGED[5]),
    mode("Full Frame Read Mode #6", 0, &STAGED[6]),
    mode("Full Frame Read Mode #7", 0, &STAGED[7]),
    mode("2CMS MODE", 3, &STAGED[0]),
    mode("12BITS MODE", 2, &STAGED[0]),
    // The effective area that the vendor's library answers is higher than the image.
    ReadMode {
        chip_mm: CHIP_MM,
        effective: Rect::new(16, 0, 4736, 3496),
        optical_black: Rect::new(0, 0, 16, 3496),
        readout_code: 4,
        hardware_bin: 3,
        unknown: Some("nobody has seen which rows it orders"),
        ..read_mode("3x3 onchip BIN 12bit", Size::new(4768, 3496), &STAGED[0])
    },
];

const fn mode(name: &'static str, readout_code: u8, gain: &'static GainLaw) -> ReadMode {
    ReadMode {
        chip_mm: CHIP_MM,
        effective: Rect::new(48, 0, 14208, 10656),
        optical_black: Rect::new(0, 0, 48, 10748),
        readout_code,
        single: RowRule { after: 92, ..ROWS },
        live: ROWS,
        ..read_mode(name, Size::new(14304, 10748), gain)
    }
}

/// With the rows before the picture.
const CHIP_MM: Option<(f64, f64)> = Some((53.78304, 40.7584));

const ROWS_OLDER: RowRule = RowRule { lead: 92, beyond: 92, ..RowRule::PLAIN };

const ROWS: RowRule = RowRule { lead: 92, first_at_zero: 81, ..RowRule::PLAIN };

static GAIN_OLDER: GainLaw =
    law(&[piece(0, rising(0, 40), fixed(16)), piece(101, fixed(4000), rising(17, 1))]);

const DEFAULTS_TRAFFIC_50: &[(ControlId, f64)] =
    &[(ControlId::GAIN, 30.0), (ControlId::OFFSET, 30.0), (ControlId::USB_TRAFFIC, 50.0)];
const MONO_DEFAULTS: &[(ControlId, f64)] =
    &[(ControlId::GAIN, 30.0), (ControlId::OFFSET, 255.0), (ControlId::USB_TRAFFIC, 50.0)];

const CONTROLS: ControlGroups = &[
    &[offset(255.0, 30.0), exposure(3600.0), traffic(60.0, 50.0)],
    BIN_3_4,
    BITS_32,
    COOLER,
    WHEEL,
    GPS,
    HUMIDITY,
    PRESSURE,
    POWER_STATE,
    FLASH,
    FRAME_NUMBERS,
    COMMON,
];

const INIT: &[InitStep] = &[
    InitStep::ProbeHumidity,
    InitStep::ProbePressure,
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
    InitStep::DdrOn,
    InitStep::WriteFpga(0x27, 5),
    InitStep::ProbePressure,
    InitStep::ProbeHumidity,
    InitStep::SupervisionOn,
];

const INIT_OLDER: &[InitStep] = &[InitStep::Init, InitStep::WaitMs(200)];
