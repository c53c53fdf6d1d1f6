//! The scripts that both libraries run.

use std::fmt::Write;

use qhyccd::model::{self, Control, Model, Read, Write as Effect};

use crate::support;

/// A named script and the cameras it runs on.
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) cameras: String,
    pub(crate) lines: Vec<String>,
}

const SINGLE: &str = "resource\nscan\nopen\nstream 0\ninit";
const END: &str = "close\nrelease";
/// A region that both libraries read in a moment.
const SMALL: &str = "roi 96 64 640 400";

/// All of them.
pub(crate) fn all() -> Vec<Scenario> {
    let mono = model::by_name("QHY600M").expect("QHY600M");
    let colour = model::by_name("QHY600C").expect("QHY600C");
    let mut list = vec![
        scenario("open-close", "QHY600M", "resource\nscan\nopen\nclose\nrelease"),
        scenario("open-close-colour", "QHY600C", "resource\nscan\nopen\nclose\nrelease"),
        scenario(
            "questions",
            "QHY600M",
            &format!(
                "{SINGLE}\nreadmodes\nchip\neffective\noverscan\ncurrentroi\nmemlength\nfirmware\nfpga\nbits 8\nchip\nbits 16\n{END}"
            ),
        ),
    ];
    for (model, tag) in [(mono, "mono"), (colour, "colour")] {
        list.push(read_modes(model, tag, 0));
        list.push(read_modes(model, tag, 1));
        list.push(gains(model, tag));
        list.push(parameters(model, tag));
        list.push(controls(model, tag));
    }
    list.extend([
        exposures(),
        traffic(),
        ddr(),
        regions(),
        odd_regions(),
        overscan(),
        cooler(),
        wheel(),
        gps(),
        row_times(),
    ]);
    list.extend(regions_live());
    list.extend(bins());
    list.extend([
        full_frame(),
        sums(),
        cancels(),
        live(),
        two_cameras(),
        long_exposure(),
        loader_start(),
        nonsense(),
        release(),
    ]);
    list
}

fn scenario(name: &str, cameras: &str, script: &str) -> Scenario {
    Scenario { name: name.into(), cameras: cameras.into(), lines: script.lines().map(String::from).collect() }
}

impl Scenario {
    /// The script with a mark before each line.
    pub(crate) fn script(&self) -> String {
        self.lines.iter().fold(String::new(), |mut script, line| {
            writeln!(script, "mark {}\n{line}", line.replace(' ', "_")).expect("string");
            script
        })
    }
}

/// A text made of one line for each value.
fn each<T>(values: impl IntoIterator<Item = T>, line: impl Fn(T) -> String) -> String {
    values.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn read_modes(model: &Model, tag: &str, stream: u32) -> Scenario {
    let modes = each(0..model.read_mode_count(), |mode| {
        format!("readmode {mode}\nstream {stream}\ninit\nchip\nset 6 30\nset 7 30\nset 12 50")
    });
    let kind = if stream == 0 { "single" } else { "live" };
    scenario(&format!("init-{kind}-{tag}"), model.name, &format!("resource\nscan\nopen\n{modes}\n{END}"))
}

fn gains(model: &Model, tag: &str) -> Scenario {
    let range = model.control(model::ControlId::GAIN).and_then(|c| c.range).expect("gain has a range");
    let modes = each(0..model.read_mode_count(), |mode| {
        let gains = each(range.min as u32..=range.max as u32, |gain| format!("set 6 {gain}"));
        format!("readmode {mode}\ninit\n{gains}\nset 6 30")
    });
    scenario(&format!("gains-{tag}"), model.name, &format!("resource\nscan\nopen\nstream 0\n{modes}\n{END}"))
}

/// Every control that can be set: from its smallest to its largest value, that twice, and
/// its default.
fn parameters(model: &Model, tag: &str) -> Scenario {
    let skip = [Effect::Refused, Effect::Wheel, Effect::Gps];
    let settable = model.controls().filter(|c| !skip.contains(&c.write));
    let default = |control: &Control| {
        let first = model.init.first_defaults.iter().find(|(id, _)| *id == control.id);
        match control.read {
            Read::Stored(value) => Some(first.map_or(value, |(_, value)| *value)),
            _ => None,
        }
    };
    let lines = each(settable.filter_map(|c| c.range.map(|r| (c, r))), |(control, range)| {
        let id = control.id.0;
        let values = (0..=21).map(|n| {
            let step = if range.step > 0.0 { range.step } else { 1.0 };
            let raw = range.min + (range.max - range.min) * f64::from(n) / 21.0;
            (range.min + ((raw - range.min) / step).floor() * step).clamp(range.min, range.max)
        });
        let sets = each(values, |v| format!("set {id} {v}\nget {id}"));
        let last = default(control).map_or(String::new(), |value| format!("\nset {id} {value}\nget {id}"));
        format!("range {id}\n{sets}\nset {id} {}\nget {id}{last}", range.max)
    });
    scenario(&format!("parameters-{tag}"), model.name, &format!("{SINGLE}\n{lines}\n{END}"))
}

/// What each number says to each question, before and after the initialisation.
fn controls(model: &Model, tag: &str) -> Scenario {
    // Sensor temperature, wheel and supply have moving answers.
    let ids: Vec<u32> = (0..=100).chain(1020..=1036).filter(|id| ![14, 17, 44, 67].contains(id)).collect();
    let ask = each(&ids, |id| format!("available {id}\nrange {id}"));
    let values = each(&ids, |id| format!("get {id}"));
    scenario(
        &format!("controls-{tag}"),
        model.name,
        &format!("resource\nscan\nopen\n{ask}\nstream 0\ninit\n{ask}\n{values}\n{END}"),
    )
}

fn exposures() -> Scenario {
    let last = 3_600_000_000.0_f64;
    let values = (0..40).map(|n| last.powf(f64::from(n) / 39.0).round());
    let sets = each(values, |us| format!("set 8 {us}\nget 8"));
    scenario(
        "exposures",
        "QHY600M",
        &format!("{SINGLE}\n{sets}\nset 8 0.5\nget 8\nset 8 999.9\nset 8 123456.789\n{END}"),
    )
}

fn traffic() -> Scenario {
    let sets = each(0..=60, |t| format!("set 12 {t}\nget 12"));
    scenario("traffic", "QHY600M", &format!("{SINGLE}\n{sets}\nset 12 255\nget 12\n{END}"))
}

fn ddr() -> Scenario {
    scenario("ddr", "QHY600M", &format!("{SINGLE}\nset 48 1\nget 48\nset 48 0\nget 48\nset 48 1\n{END}"))
}

/// Numbers by chance, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(end)) as u32
    }
}

/// Regions with known pixels: corners, one pixel, and twenty by chance.
fn regions() -> Scenario {
    let mut regions = vec![
        (0, 0, 9600, 100),
        (0, 0, 64, 64),
        (9599, 6420, 1, 1),
        (9576, 6388, 24, 34),
        (24, 0, 9576, 64),
        (1, 2, 333, 77),
    ];
    let mut random = Random(20_240_729);
    for _ in 0..20 {
        let (w, h) = (1 + random.below(1200), 1 + random.below(700));
        regions.push((random.below(9600 - w), random.below((6422 - h) / 2) * 2, w, h));
    }
    let shots = each(regions, |(x, y, w, h)| format!("roi {x} {y} {w} {h}\ncurrentroi\nshot"));
    scenario("frames-regions", "QHY600M?scene=xy", &format!("{SINGLE}\nbits 16\nset 8 1000\n{shots}\n{END}"))
}

/// The same with odd first rows, which the vendor's library gets wrong.
fn odd_regions() -> Scenario {
    let regions =
        [(1, 1, 333, 77), (24, 3, 100, 35), (9599, 6421, 1, 1), (4661, 3857, 696, 634), (0, 301, 64, 400)];
    let shots = each(regions, |(x, y, w, h)| format!("roi {x} {y} {w} {h}\nshot"));
    scenario("frames-odd-rows", "QHY600M?scene=xy", &format!("{SINGLE}\nbits 16\nset 8 1000\n{shots}\n{END}"))
}

/// Overscan left out or not, and regions that cannot be.
fn overscan() -> Scenario {
    scenario(
        "overscan",
        "QHY600M?scene=xy",
        &format!(
            "{SINGLE}\nbits 16\nset 8 1000\nset 37 1\nroi 0 0 640 400\nshot\nset 37 0\nshot\nroi 9500 0 101 10\n\
             roi 0 6400 10 23\n{SMALL}\nroi 0 0 0 0\n{SMALL}\nshot\n{END}"
        ),
    )
}

/// One stream a run: the vendor's library does not always survive the end of one.
fn regions_live() -> Vec<Scenario> {
    [("wide", 16, "0 0 9600 480"), ("small", 16, "100 200 1024 768"), ("8-bit", 8, "100 200 1024 768")]
        .into_iter()
        .map(|(name, bits, region)| {
            scenario(
                &format!("regions-live-{name}"),
                "QHY600M?scene=xy",
                &format!(
                    "resource\nscan\nopen\nstream 1\ninit\nbits {bits}\nset 8 1000\nroi {region}\nbegin\n\
                     live 3\nstop\n{END}"
                ),
            )
        })
        .collect()
}

fn bins() -> Vec<Scenario> {
    let cases = [
        ("frames-bins", "QHY600M?scene=xy"),
        ("bins-bright", "QHY600M?scene=constant:60000"),
        ("bins-dim", "QHY600M?scene=constant:1234"),
        ("bins-colour", "QHY600C?scene=xy"),
    ];
    cases
        .into_iter()
        .map(|(name, cameras)| {
            let shots =
                each([(1, 16), (2, 16), (3, 16), (4, 16), (1, 8), (2, 8), (3, 8), (4, 8)], |(b, bits)| {
                    format!("bits {bits}\nbin {b} {b}\nroi 12 10 {} {}\nshot", 600 / b, 400 / b)
                });
            // Averages are not in the formula that the frames are checked by.
            let average = match name.starts_with("frames") {
                true => "",
                false => "set 86 1\nbin 2 2\nbits 16\nroi 12 10 300 200\nshot\nset 86 0\n",
            };
            scenario(name, cameras, &format!("{SINGLE}\nset 8 1000\n{shots}\n{average}{END}"))
        })
        .collect()
}

fn sums() -> Scenario {
    let shots = each([1, 2, 3, 4], |b| {
        let shot = format!("bin {b} {b}\nroi 12 10 {} {}\nshot", 600 / b, 400 / b);
        format!("bits 32\n{shot}\nset 86 1\nshot\nset 86 0")
    });
    scenario("sums", "QHY600M?scene=xy", &format!("{SINGLE}\nset 8 1000\n{shots}\nmemlength\nbits 16\n{END}"))
}

fn full_frame() -> Scenario {
    let shots = each([(1, 16), (1, 8), (2, 16), (3, 16), (4, 16)], |(b, bits)| {
        format!("bits {bits}\nbin {b} {b}\nroi 0 0 {} {}\nshot", 9600 / b, 6422 / b)
    });
    scenario("frames-full", "QHY600M?scene=xy", &format!("{SINGLE}\nset 8 1000\n{shots}\n{END}"))
}

fn cancels() -> Scenario {
    scenario(
        "cancels",
        "QHY600M?scene=xy",
        &format!(
            "{SINGLE}\nbits 16\n{SMALL}\nset 8 1000\ncancel\ncancel1\nsingle\nset 8 2000000\nexp\ncancel\n\
             remaining-is-zero\nsingle\nexp\nsleep 300\ncancel1\nset 8 1000\nshot\nset 8 1500000\nexp\nsleep 100\n\
             cancel-in 300\nset 8 1000\nshot\nshot\nexp\nsleep 600\nsingle\ncancel\nshot\n{END}"
        ),
    )
}

fn live() -> Scenario {
    scenario(
        "live",
        "QHY600M?scene=xy",
        &format!(
            "resource\nscan\nopen\nstream 1\ninit\nbits 16\nset 8 20000\nroi 0 0 1024 400\nset 12 30\nbegin\nlive 4\n\
             set 6 40\nset 7 20\nset 8 30000\nlive 4\nstop\nstop\nstream 0\ninit\nset 8 1000\n\
             roi 0 0 1024 400\nshot\n{END}"
        ),
    )
}

fn cooler() -> Scenario {
    let targets =
        each([0.0, -10.0, -10.3, 20.0, -50.0, 50.0, 12.5], |t| format!("set 18 {t}\nget 18\nget 15"));
    let powers = each([0, 1, 128, 254, 255, 256], |p| format!("set 16 {p}\nget 15\nget 18"));
    scenario(
        "cooler",
        "QHY600M",
        &format!("{SINGLE}\n{targets}\n{powers}\ntemp -10\nget 18\ntemp 5\nset 16 0\n{END}"),
    )
}

fn wheel() -> Scenario {
    scenario(
        "wheel",
        "QHY600M?wheel=7&speed=50",
        &format!(
            "{SINGLE}\nsleep 700\nplugged\nget 44\nwheelstatus\nwheel 3\nsleep 1000\nwheelstatus\nget 17\nset 17 49\n\
             sleep 1000\nget 17\n{END}"
        ),
    )
}

fn gps() -> Scenario {
    scenario(
        "gps",
        "QHY600M?scene=xy",
        &format!("{SINGLE}\nbits 16\n{SMALL}\nset 8 1000\nset 36 1\nget 36\nset 36 0\nget 36\nshot\n{END}"),
    )
}

/// When rows end, in the modes that read them in pairs, one by one and 3x3, binned, and in a
/// region that does not begin with the first row.
fn row_times() -> Scenario {
    let rows = each([0, 1, 2, 3, 4, 2100], |row| format!("rowend {row}"));
    let modes = each([(0, "9600 6422"), (3, "9600 6422"), (5, "3200 2144")], |(mode, size)| {
        format!("readmode {mode}\ninit\nroi 0 0 {size}\ntiming\n{rows}")
    });
    scenario(
        "row-times",
        "QHY600M",
        &format!(
            "{SINGLE}\n{modes}\nreadmode 0\ninit\nbin 3 3\nroi 0 0 3200 2140\nrowend 0\nrowend 1\nrowend 2\n\
             rowend 2139\nbin 1 1\nroi 0 0 9600 6422\nrowend 6421\nrowend 6422\nroi 0 1000 9600 500\nrowend 0\n\
             stream 1\ninit\nbits 8\nroi 0 0 9600 6422\nset 12 30\ntiming\nrowend 0\nrowend 2\n{END}"
        ),
    )
}

fn two_cameras() -> Scenario {
    scenario(
        "two-cameras",
        "QHY600M?scene=xy&seed=1,QHY600C?scene=constant:777&seed=2",
        &format!(
            "resource\nscan\non 0\nopen\nstream 0\ninit\non 1\nopen\nstream 0\ninit\non 0\nbits 16\n{SMALL}\nset 8 1000\n\
             on 1\nbits 16\nroi 0 0 320 300\nset 8 2000\non 0\nshot\non 1\nshot\non 0\nclose\non 1\nshot\nclose\nrelease"
        ),
    )
}

/// The switch of the low dark current registers in the course of an exposure.
fn long_exposure() -> Scenario {
    scenario(
        "long-exposure",
        "QHY600M?scene=xy",
        &format!("{SINGLE}\nbits 16\n{SMALL}\nset 8 11000000\nshot\n{END}"),
    )
}

/// A camera that waits for its firmware, and an image whose sections have the sizes and
/// places of the observed download.
fn loader_start() -> Scenario {
    let mut image = b"CY\x1c\xb0".to_vec();
    let mut sum = 0u32;
    for (address, words) in [(0x4000_3000u32, 1280u32), (0x4001_3000, 16)] {
        image.extend(words.to_le_bytes());
        image.extend(address.to_le_bytes());
        for word in (0..words).map(|n| n.wrapping_mul(0x9E37_79B9)) {
            image.extend(word.to_le_bytes());
            sum = sum.wrapping_add(word);
        }
    }
    [0, 0x4000_3000, sum].iter().for_each(|word| image.extend(word.to_le_bytes()));
    let folder = support::scratch("oracle-firmware");
    std::fs::write(folder.join("QHY600.img"), image).expect("image");
    let folder = folder.to_str().expect("UTF-8");
    scenario(
        "loader-start",
        "QHY600M?loader=on",
        &format!("resource\nload {folder} 1500\nscan\nopen\nclose\nrelease"),
    )
}

/// Arguments that no camera has.
fn nonsense() -> Scenario {
    scenario(
        "nonsense",
        "QHY600M?scene=xy",
        &format!(
            "{SINGLE}\nbits 12\nbits 32\nbits 16\nbin 0 0\nbin 2 1\nbin 5 5\nbin 8 8\nbin 1 1\nreadmode 11\nstream 2\n\
             set 6 201\nget 6\nset 6 -1\nget 6\nset 7 256\nget 7\nset 999 1\nset 6 nan\nget 6\nset 8 inf\nset 8 1000\n\
             roi 1 0 9600 100\nroi 0 1 100 6422\nget 999\navailable 999\ndebayer 1\n{SMALL}\nshot\n{END}"
        ),
    )
}

/// What is left of a camera when the library is released, and its return.
fn release() -> Scenario {
    scenario(
        "release",
        "QHY600M?scene=xy",
        &format!(
            "{SINGLE}\nrelease\nget 6\nresource\nscan\nopen\nstream 0\ninit\nbits 16\n{SMALL}\nset 8 1000\nshot\n{END}"
        ),
    )
}
