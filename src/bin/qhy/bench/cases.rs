//! What is measured.

use super::child::{Args, Kind, Region};

/// A measurement.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) group: Group,
    /// The camera as `QHYCCD_DEVICES` orders it.
    pub(crate) cameras: &'static str,
    pub(crate) args: Args,
    /// What the device needs in any case, taken off the wall time.
    pub(crate) device_ns: f64,
}

/// When a measurement is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Single,
    Live,
    Sweep,
}

/// The whole frame and the light-sensitive part of the QHY600.
const FULL: Region = Region([0, 0, 9600, 6422]);
const EFFECTIVE: Region = Region([24, 0, 9576, 6388]);
const HALF: Region = Region([0, 0, 4800, 3211]);
const SMALL: Region = Region([4096, 3000, 64, 64]);

/// A camera whose frames cost next to nothing to make, with no limit but the host: one
/// value everywhere, read out at once, on a link without a limit.
const MONO: &str = "QHY600M?scene=constant:1000&readout=instant";
const COLOUR: &str = "QHY600C?scene=constant:1000&readout=instant";
/// The same with the read-out as it is, and with the link alone.
const REAL: &str = "QHY600M?scene=constant:1000&link_rate=unlimited";
const LINKED: &str = "QHY600M?scene=constant:1000&readout=instant&link_rate=400";

/// Bytes a second of that link.
pub(crate) const LINK_RATE: f64 = 400e6;
/// What a full 16-bit frame has on the cable: 34 rows beside those of the picture, and a
/// marker.
pub(crate) const FULL_BYTES: f64 = 9600.0 * (6422.0 + 34.0) * 2.0 + 4.0;
/// Wait after the initialise command.
const SETTLING_NS: f64 = 200e6;
/// What a small frame takes in a real camera after its exposure: 300 rows, the fewest there
/// are, after 12 empty ones, at 62 us a row.
const SMALL_READOUT_NS: f64 = 312.0 * 62e3;

const EXPOSURE_US: u32 = 10_000;
const EXPOSURE_NS: f64 = EXPOSURE_US as f64 * 1e3;

/// Names by which results are looked for.
pub(crate) const START: &str = "start to first small frame";
pub(crate) const SINGLE_FULL: &str = "full 16 bit";
pub(crate) const SINGLE_SMALL: &str = "64x64 16 bit, real read-out";
pub(crate) const LIVE_FULL: &str = "live full 16 bit, 2/s";
pub(crate) const LIVE_LINKED: &str = "live full 16 bit, 400 MB/s";

/// All measurements.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = vec![
        single(START, MONO, SMALL).kind(Kind::Start).device(SETTLING_NS + EXPOSURE_NS),
        single(SINGLE_FULL, MONO, FULL),
        single("full 8 bit", MONO, FULL).bits(8),
        single("effective area 16 bit", MONO, EFFECTIVE),
        single("bin 2x2 16 bit", MONO, HALF).bin(2),
        single("colour 8 bit", COLOUR, FULL).bits(8).debayer(),
        single("64x64 16 bit", MONO, SMALL).frames(20),
        single(SINGLE_SMALL, REAL, SMALL).frames(20).device(EXPOSURE_NS + SMALL_READOUT_NS),
        live(LIVE_FULL, MONO, FULL, 500_000),
        live(LIVE_LINKED, LINKED, FULL, 1_000).frames(10),
        live("live full 16 bit, no limit", MONO, FULL, 1_000).frames(20),
        live("live full 8 bit, no limit", MONO, FULL, 1_000).bits(8).frames(20),
        live("live effective area 16 bit, no limit", MONO, EFFECTIVE, 1_000).frames(20),
        live("live bin 2x2 16 bit, no limit", MONO, HALF, 1_000).bin(2).frames(20),
        live("live colour 8 bit, no limit", COLOUR, FULL, 1_000).bits(8).debayer().frames(20),
        live("live 64x64 16 bit, 50/s", MONO, SMALL, 20_000).frames(50),
    ];
    let mut sweep = single("regions", MONO, SMALL);
    sweep.group = Group::Sweep;
    sweep.args.regions = sizes().map(|(w, h)| Region([0, 0, w, h])).collect();
    cases.push(sweep);
    cases
}

/// Sizes from 64x64 to the full frame, each with about twice the pixels of the one before.
fn sizes() -> impl Iterator<Item = (u32, u32)> {
    let heights = [64, 90, 128, 180, 256, 362, 512, 724, 1024, 1448, 2048, 2896, 4096, 5792, 6422];
    heights.into_iter().map(|h: u32| if h == 6422 { (9600, h) } else { (h & !1, h) })
}

fn single(name: &str, cameras: &'static str, region: Region) -> Case {
    let args = Args {
        library: "".into(),
        kind: Kind::Single,
        regions: vec![region],
        bin: 1,
        bits: 16,
        debayer: false,
        exposure_us: EXPOSURE_US,
        frames: 5,
    };
    Case { name: name.into(), group: Group::Single, cameras, args, device_ns: EXPOSURE_NS }
}

fn live(name: &str, cameras: &'static str, region: Region, exposure_us: u32) -> Case {
    let mut case = single(name, cameras, region).kind(Kind::Live);
    case.group = Group::Live;
    case.args.exposure_us = exposure_us;
    case.device_ns = 0.0;
    case
}

impl Case {
    fn kind(mut self, kind: Kind) -> Case {
        self.args.kind = kind;
        self
    }

    fn device(mut self, device_ns: f64) -> Case {
        self.device_ns = device_ns;
        self
    }

    fn bits(mut self, bits: u32) -> Case {
        self.args.bits = bits;
        self
    }

    fn bin(mut self, bin: u32) -> Case {
        self.args.bin = bin;
        self
    }

    fn debayer(mut self) -> Case {
        self.args.debayer = true;
        self
    }

    fn frames(mut self, frames: u32) -> Case {
        self.args.frames = frames;
        self
    }
}
