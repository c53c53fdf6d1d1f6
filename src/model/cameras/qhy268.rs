//! QHY268 M and C, and the QHY26800A with its guide camera: Sony IMX571.
//!
//! Single frames show the whole sensor, dark borders included; live video shows the
//! light-sensitive area only, behind four bytes of its own (observed).

use super::*;

pub(super) static MODELS: &[Model] = &[MONO, COLOUR, QHY26800A, QHY26800A_GUIDE];

const MONO: Model = Model {
    name: "QHY268M",
    summary: "APS-C mono, 26 Mpx, cooled",
    level: Level::Oracle,
    product: 0xC269,
    identity: IdentityByte::Mono,
    loader: Some(0xC268),
    firmware_file: Some("QHY268.img"),
    device_type: 4090,
    bayer: None,
    sensor: "Sony IMX571",
    pixel_um: 3.76,
    ddr_mib: 1024,
    read_modes: READ_MODES,
    controls: &[&[&[gain(339.0, 30.0)], &no_balance(10.0, 30.0, 10.0)], CONTROLS],
    bins: &[1, 2, 3, 4, 6, 8],
    depths: &[8, 16, 32],
    digital_slots: DigitalSlots::All,
    target_shift_tenths_c: 7,
    offset_factor: 16,
    traffic: TrafficLaw::Value,
    wire: WireForm { live_header_bytes: 4, ..BIG_ENDIAN },
    init: InitPlan { single: INIT_SINGLE, live: INIT_LIVE, start: &[], first_defaults: DEFAULTS_5_S },
    has: Peripherals { gps: true, watchdog: true, low_dark_current: low_dark_current(0x1EE), ..COOLED },
    facts: &[FACTS],
};

const COLOUR: Model = Model {
    name: "QHY268C",
    summary: "APS-C colour, 26 Mpx, cooled",
    identity: IdentityByte::Colour,
    device_type: 4069,
    bayer: Some(Bayer::Rg),
    controls: &[&[&[gain(142.0, 30.0)], &balance(10.0, 30.0, 10.0)], CONTROLS],
    digital_slots: DigitalSlots::WhiteBalance { unity: 10 },
    ..MONO
};

/// Of its areas, what the vendor's library answers for mode 6 does not fit in the frame.
const QHY26800A: Model = Model {
    name: "QHY26800A",
    summary: "APS-C mono, 26 Mpx, cooled, with a guide camera",
    level: Level::Oracle,
    product: 0xC26D,
    identity: IdentityByte::Any,
    loader: None,
    firmware_file: None,
    device_type: 4167,
    read_modes: &[
        mode_a("PhotoGraphic DSO", 0, &PHOTOGRAPHIC_255),
        mode_a("High Gain Mode", 0, &HIGH_GAIN_SWITCHING),
        mode_a("Extend Fullwell", 0, &EXTENDED),
        mode_a("Extend Fullwell 2CMS", 3, &EXTENDED),
        mode_a("PhotoGraphic DSO 2CMS", 3, &PHOTOGRAPHIC_255),
        mode_a("High Gain 2CMS", 3, &HIGH_GAIN_SWITCHING),
        ReadMode { wire_columns: 6288, ..mode_a("12BIT High Speed Mode", 2, &HIGH_GAIN_SWITCHING) },
    ],
    wire: WireForm { ddr_counter: DdrCounter::Word { bit: 11 }, ..BIG_ENDIAN },
    has: Peripherals { watchdog: false, ..MONO.has },
    controls: &[&[&[gain(339.0, 30.0), NO_WATCHDOG], &no_balance(10.0, 30.0, 10.0)], CONTROLS],
    ..MONO
};

const NO_WATCHDOG: Control = Control { available: Availability::No, ..flag(ControlId::WATCH_DOG_FPGA) };

const fn mode_a(name: &'static str, readout_code: u8, gain: &'static GainLaw) -> ReadMode {
    const ROWS: RowRule = RowRule { lead: 34, first_at_zero: 25, align: 2, ..RowRule::PLAIN };
    ReadMode {
        effective: Rect::new(24, 0, 6252, 4176),
        optical_black: Rect::new(0, 0, 24, 4210),
        readout_code,
        single: RowRule { after: 34, beyond: 34, min_rows: 400, ..ROWS },
        live: ROWS,
        ..read_mode(name, Size::new(6280, 4210), gain)
    }
}

/// Exposes in another way than the rest of the family.
const QHY26800A_GUIDE: Model = Model {
    name: "QHY26800AGUIDE",
    summary: "guide camera of the QHY26800A",
    level: Level::KnownOnly,
    product: 0x0202,
    device_type: 4169,
    sensor: "SC2210",
    pixel_um: 4.0,
    ddr_mib: 0,
    read_modes: &[ReadMode {
        unknown: Some("single frames come by a request that is not understood"),
        ..whole(read_mode("STANDARD MODE", Size::new(1920, 1080), &THREE_STAGES))
    }],
    controls: &[
        &[&[gain(1258.0, 30.0), exposure(300.0)]],
        &[&[
            row(
                ControlId::TRANSFER_BIT,
                Availability::Yes,
                range(16.0, 17.0, 1.0),
                Read::Depth,
                Write::Depth,
            ),
            Control { available: Availability::No, ..flag(ControlId::BITS_8) },
            Control { available: Availability::No, ..flag(ControlId::VCAM) },
            row(ControlId::SPEED, Availability::No, None, Read::Nothing, Write::Refused),
        ]],
        &[COMMON],
    ],
    bins: &[1, 2],
    depths: &[16],
    offset_factor: 0,
    traffic: TrafficLaw::Nothing,
    init: InitPlan { single: INIT_GUIDE, live: INIT_GUIDE, start: &[], first_defaults: &[] },
    has: Peripherals { frame_numbers: false, ..BARE },
    ..QHY26800A
};

const INIT_GUIDE: &[InitStep] = &[InitStep::Init, InitStep::WaitMs(200), InitStep::Gain];

const READ_MODES: &[ReadMode] = &[
    mode("PhotoGraphic DSO", 0, &PHOTOGRAPHIC_255),
    mode("High Gain Mode", 0, &HIGH_GAIN_SWITCHING),
    mode("Extend Fullwell", 0, &EXTENDED),
    mode("Extend Fullwell 2CMS", 3, &EXTENDED),
    mode("PhotoGraphic DSO 2CMS", 3, &PHOTOGRAPHIC_255),
    mode("High Gain 2CMS", 3, &HIGH_GAIN_SWITCHING),
    mode("12BIT High Speed Mode", 2, &HIGH_GAIN_SWITCHING),
];

const EFFECTIVE: Rect = Rect::new(24, 34, 6248, 4176);

/// 34 rows around a region, as far as there are any.
const ROWS: RowRule = RowRule { first_at_zero: 25, before: 34, after: 34, ..RowRule::PLAIN };

const fn mode(name: &'static str, readout_code: u8, gain: &'static GainLaw) -> ReadMode {
    ReadMode {
        effective: EFFECTIVE,
        optical_black: Rect::new(0, 0, 24, 4244),
        readout_code,
        single: ROWS,
        live: ROWS,
        live_area: Some(EFFECTIVE),
        ..read_mode(name, Size::new(6280, 4244), gain)
    }
}

const CONTROLS: ControlGroups = &[
    &[offset(255.0, 30.0), exposure(3600.0), traffic(60.0, 0.0)],
    BIN_3_4_6_8,
    BITS_32,
    COOLER,
    WHEEL,
    GPS,
    POWER_STATE,
    FLASH,
    WATCHDOG,
    FRAME_NUMBERS,
    FRAME_DETECT,
    DEFECTS,
    COMMON,
];

const INIT_SINGLE: &[InitStep] = &[
    InitStep::ClearHalt,
    InitStep::ProbePressure,
    InitStep::ProbeHumidity,
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Exposure,
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
    InitStep::DdrOn,
    InitStep::WriteFpga(0x27, 5),
    InitStep::WatchdogOn,
];

const INIT_LIVE: &[InitStep] = &[
    InitStep::ClearHalt,
    InitStep::ProbePressure,
    InitStep::ProbeHumidity,
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
    InitStep::DdrOn,
    InitStep::WriteFpga(0x27, 5),
    InitStep::WatchdogOn,
];
