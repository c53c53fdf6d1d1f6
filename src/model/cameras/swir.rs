//! Short-wave infrared: QHY991 (Sony IMX991), QHY992 and QHY992E (Sony IMX992).

use super::*;

pub(super) static MODELS: &[Model] = &[QHY991, QHY992, QHY992E];

const QHY991: Model = Model {
    name: "QHY991",
    summary: "infrared, 0.4 Mpx, cooled, guide port",
    level: Level::Oracle,
    product: 0xD992,
    identity: IdentityByte::Any,
    loader: Some(0xD991),
    firmware_file: Some("QHY991.img"),
    device_type: 4111,
    bayer: None,
    sensor: "Sony IMX991",
    pixel_um: 5.0,
    ddr_mib: 512,
    read_modes: &[
        mode_991("Global Shutter Mode", 0),
        ReadMode { live: ROLLING_991, ..mode_991("Rolling Shutter Mode", 1) },
    ],
    controls: &[&[&[gain(511.0, 1.0), speed(2.0), exposure_from(50.0, 300.0, 100.0)], NO_DEFECTS], CONTROLS],
    bins: &[1, 2],
    depths: &[8, 16],
    digital_slots: DigitalSlots::All,
    target_shift_tenths_c: 7,
    offset_factor: 1,
    traffic: TrafficLaw::Value,
    wire: WireForm { ddr_counter: DdrCounter::Three, ..SHORT_GAIN },
    init: InitPlan { single: INIT_991, live: INIT_991_LIVE, start: &[], first_defaults: &[] },
    has: Peripherals { guide_port: Some(GuidePort::USUAL), frame_numbers: false, ..COOLED },
    facts: &[FACTS],
};

const fn mode_991(name: &'static str, readout_code: u8) -> ReadMode {
    ReadMode {
        effective: Rect::new(0, 0, 656, 520),
        readout_code,
        wire_columns: 768,
        first_column: 4,
        single: RowRule { order: RowOrder::Whole, ..ROWS_991 },
        live: ROWS_991,
        ..read_mode(name, Size::new(752, 520), &PLAIN_64)
    }
}

const ROWS_991: RowRule = RowRule { lead: 20, ..RowRule::PLAIN };

/// Four rows more come in live video, ahead of the picture.
const ROLLING_991: RowRule =
    RowRule { order: RowOrder::Rows { columns: 0, unit: 1, unordered: 4 }, lead: 24, ..ROWS_991 };

const QHY992: Model = Model {
    name: "QHY992",
    summary: "infrared, 5 Mpx, cooled, guide port",
    product: 0xC993,
    loader: None,
    firmware_file: None,
    device_type: 4143,
    sensor: "Sony IMX992",
    pixel_um: 3.45,
    read_modes: &[
        mode_992("LG AllPixelMode", 0),
        binned_992("LG 2X2BINMode", 1),
        mode_992("HG AllPixelMode", 2),
        binned_992("HG 2X2BINMode", 3),
    ],
    controls: &[
        &[&[gain(420.0, 1.0), NO_SPEED, exposure_from(50.0, 300.0, 100.0)], BIN_3, DEFECTS],
        CONTROLS,
    ],
    bins: &[1, 2, 3],
    init: InitPlan { single: INIT_992, live: INIT_992_LIVE, start: &[], first_defaults: &[] },
    ..QHY991
};

const fn mode_992(name: &'static str, readout_code: u8) -> ReadMode {
    ReadMode {
        readout_code,
        wire_columns: 2704,
        first_column: 8,
        ..whole_single(read_mode(name, Size::new(2688, 2080), &GAIN_992))
    }
}

const fn binned_992(name: &'static str, readout_code: u8) -> ReadMode {
    ReadMode {
        readout_code,
        hardware_bin: 2,
        wire_columns: 1360,
        first_column: 8,
        ..whole_single(read_mode(name, Size::new(1344, 1040), &GAIN_992))
    }
}

static GAIN_992: GainLaw = law(&[piece(0, rising(0, 1), fixed(16))]);

const QHY992E: Model = Model {
    name: "QHY992E",
    summary: "infrared, 6 Mpx, cooled, guide port",
    product: 0xE992,
    device_type: 4171,
    read_modes: &[read_mode("STANDARD MODE", Size::new(2720, 2080), &PLAIN_64)],
    init: InitPlan { single: INIT_992E, live: INIT_992E_LIVE, start: &[], first_defaults: &[] },
    ..QHY992
};

const NO_SPEED: Control =
    row(ControlId::SPEED, Availability::No, range(0.0, 2.0, 1.0), Read::Constant(3.0), Write::Refused);

const NO_DEFECTS: &[Control] = &[
    row(ControlId::DPC, Availability::No, range(0.0, 1.0, 1.0), Read::Constant(0.0), Write::Refused),
    row(ControlId::DPC_VALUE, Availability::No, range(0.0, 80.0, 1.0), Read::Constant(40.0), Write::Refused),
];

const CONTROLS: ControlGroups = &[
    &[offset(3000.0, 22.0), traffic(60.0, 0.0)],
    &no_balance(64.0, 255.0, 0.0),
    COOLER,
    WHEEL,
    GUIDE_PORT,
    DDR,
    COMMON,
];

const INIT_991: &[InitStep] = &[
    InitStep::Init,
    InitStep::ReadPageByte(5),
    InitStep::Speed,
    InitStep::Depth,
    InitStep::ReadPage(4),
    InitStep::Ddr(1),
    InitStep::Byte(0xD9, 0),
    InitStep::WaitMs(2),
];

const INIT_991_LIVE: &[InitStep] = &[
    InitStep::Init,
    InitStep::ReadPageByte(5),
    InitStep::Speed,
    InitStep::Depth,
    InitStep::ReadPage(4),
    InitStep::Ddr(1),
    InitStep::Byte(0xD9, 0),
    InitStep::WaitMs(2),
    InitStep::AtBegin,
    InitStep::Byte(0xD0, 1),
    InitStep::Traffic,
    InitStep::Speed,
    InitStep::Offset,
    InitStep::Exposure,
    InitStep::Gain,
];

const INIT_992: &[InitStep] = &[
    InitStep::Init,
    InitStep::ReadPageByte(5),
    InitStep::Depth,
    InitStep::ReadPage(4),
    InitStep::Ddr(0),
    InitStep::WriteFpga(0x23, 0),
    InitStep::WriteFpga(0x23, 1),
    InitStep::ProbePressure,
    InitStep::ProbeHumidity,
];

const INIT_992_LIVE: &[InitStep] = &[
    InitStep::Init,
    InitStep::ReadPageByte(5),
    InitStep::Depth,
    InitStep::ReadPage(4),
    InitStep::Ddr(0),
    InitStep::WriteFpga(0x23, 0),
    InitStep::WriteFpga(0x23, 1),
    InitStep::ProbePressure,
    InitStep::ProbeHumidity,
    InitStep::AtBegin,
    InitStep::Byte(0xD0, 1),
    InitStep::Traffic,
    InitStep::Offset,
    InitStep::Exposure,
    InitStep::Gain,
];

const INIT_992E: &[InitStep] = &[
    InitStep::Init,
    InitStep::ReadPageByte(5),
    InitStep::Depth,
    InitStep::Ddr(0),
    InitStep::WriteFpga(0x23, 0),
    InitStep::WriteFpga(0x23, 1),
    InitStep::ProbePressure,
    InitStep::ProbeHumidity,
];

const INIT_992E_LIVE: &[InitStep] = &[
    InitStep::Init,
    InitStep::ReadPageByte(5),
    InitStep::Depth,
    InitStep::Ddr(0),
    InitStep::WriteFpga(0x23, 0),
    InitStep::WriteFpga(0x23, 1),
    InitStep::ProbePressure,
    InitStep::ProbeHumidity,
    InitStep::AtBegin,
    InitStep::Byte(0xD0, 1),
    InitStep::Traffic,
    InitStep::Offset,
    InitStep::Exposure,
    InitStep::Gain,
];
