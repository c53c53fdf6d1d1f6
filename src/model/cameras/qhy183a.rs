//! QHY183A M and C: Sony IMX183. (The QHY183 without the A is driven in another way.)

use super::*;

pub(super) static MODELS: &[Model] = &[MONO, COLOUR];

const MONO: Model = Model {
    name: "QHY183AM",
    summary: "1-inch mono, 20 Mpx, cooled, guide port",
    level: Level::Oracle,
    product: 0xD184,
    identity: IdentityByte::Mono,
    loader: Some(0xD183),
    firmware_file: Some("QHY183A.img"),
    device_type: 4106,
    bayer: None,
    sensor: "Sony IMX183",
    // The vendor's library answers 2.9; the sensor's pixels are smaller (public).
    pixel_um: 2.4,
    ddr_mib: 512,
    read_modes: &[READ_MODE],
    controls: &[&[&no_balance(32.0, 255.0, 64.0)], CONTROLS],
    bins: &[1, 2],
    depths: &[8, 16],
    digital_slots: DigitalSlots::All,
    target_shift_tenths_c: 7,
    offset_factor: 1,
    traffic: TrafficLaw::Value,
    wire: SHORT_COUNTER,
    init: InitPlan { single: INIT_SINGLE, live: INIT_LIVE, start: &[], first_defaults: DEFAULTS },
    has: Peripherals { cooler: true, wheel: true, ..PLANETARY },
    facts: &[FACTS],
};

const COLOUR: Model = Model {
    name: "QHY183AC",
    summary: "1-inch colour, 20 Mpx, cooled, guide port",
    identity: IdentityByte::Colour,
    device_type: 4107,
    bayer: Some(Bayer::Rg),
    controls: &[&[&balance(32.0, 255.0, 64.0)], CONTROLS],
    digital_slots: DigitalSlots::WhiteBalance { unity: 64 },
    ..MONO
};

const EFFECTIVE: Rect = Rect::new(106, 18, 5544, 3692);

const READ_MODE: ReadMode = ReadMode {
    effective: EFFECTIVE,
    optical_black: Rect::new(0, 0, 106, 3710),
    live: RowRule { before: 18, ..RowRule::PLAIN },
    live_area: Some(EFFECTIVE),
    ..whole_single(read_mode("STANDARD MODE", Size::new(5680, 3710), &GAIN))
};

static GAIN: GainLaw = law(&[piece(0, rising(0, 20), fixed(64))]);

const CONTROLS: ControlGroups = &[
    &[gain(100.0, 30.0), offset(255.0, 30.0), exposure(300.0), traffic(60.0, 0.0)],
    COOLER,
    WHEEL,
    GUIDE_PORT,
    FRAME_NUMBERS,
    COMMON,
];

const INIT_SINGLE: &[InitStep] = &[
    InitStep::Init,
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
    InitStep::DdrOn,
    InitStep::WriteFpga(0x31, 1),
];

const INIT_LIVE: &[InitStep] = &[
    InitStep::Init,
    InitStep::Init,
    InitStep::WaitMs(200),
    InitStep::Gain,
    InitStep::Offset,
    InitStep::Traffic,
    InitStep::Ddr(0),
    InitStep::WriteFpga(0x31, 1),
];
