//! `qhy ptc` as a user runs it: frames of a virtual camera that looks at a flat panel, got
//! through the C names, must give back what the maker published. `docs/physics.md` has
//! every published point; here are some of each read mode. And `qhy suggest`, which looks at
//! the same noise.
#![cfg(all(target_os = "linux", feature = "tools", feature = "c-abi", feature = "virtual"))]

#[allow(dead_code, reason = "each test binary uses its part")]
#[path = "support/fits.rs"]
mod fits;
mod support;

use std::fs;
use std::process::Command;

use support::{built_dir, run, scratch};

/// A panel of 20 000 electrons a second, in a room in which the cooler reaches -10 C.
const CAMERA: &str = "QHY600M?scene=flat:20000&speed=1000&ambient=21&seed=7";

/// Runs the command, which must succeed and be silent on standard error; gives its tables
/// by lines and cells.
fn ptc(arguments: &[&str]) -> Vec<Vec<String>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qhy"));
    command.env_remove("QHYCCD_DEVICES").env_remove("QHYCCD_LOG");
    command.args(["ptc", "--virtual", CAMERA, "--library"]).arg(built_dir().join("libqhyccd.so"));
    let text = run(command.args(arguments)).silent();
    let cells =
        |line: &str| line.split("  ").map(str::trim).filter(|c| !c.is_empty()).map(String::from).collect();
    text.lines().map(cells).collect()
}

fn number(cell: &str) -> f64 {
    cell.parse().unwrap_or_else(|_| panic!("{cell} is no number"))
}

/// Published points: read mode, gain, e-/ADU, read noise in e-, full well in e-. The wells are
/// 65535 units, but where the pixel ends before: at 81 000 e- (the maker's linearity test).
#[rustfmt::skip]
const POINTS: [(u32, u32, f64, f64, f64); 6] = [
    (0, 0, 1.2977, 7.856, 81_000.0),
    (0, 26, 0.4113, 2.754, 26_955.0),
    (1, 0, 0.7733, 3.703, 50_678.0),
    (1, 56, 0.3301, 1.686, 21_633.0),
    (2, 50, 0.6820, 7.212, 44_695.0),
    (3, 50, 0.6718, 5.636, 44_026.0),
];

/// Gain within 2 %, read noise within 5 %, full well within 2 %. The estimates scatter by
/// about 0.1 % (a million pixels, ten levels) and by 0.05 % (eight bias frames).
#[test]
fn published_gain_noise_and_well_are_recovered() {
    for (mode, gain, e_per_adu, noise_e, well_e) in POINTS {
        let (mode, gain) = (mode.to_string(), gain.to_string());
        let rows = ptc(&["--read-mode", &mode, "--gain", &gain, "--levels", "12"]);
        assert_eq!(rows.len(), 2, "{rows:?}");
        let row = &rows[1];
        assert_eq!(row[..2], [mode, gain]);
        // Measured, published and difference, three times.
        for (at, wanted, tolerance) in [(2, e_per_adu, 0.02), (5, noise_e, 0.05), (8, well_e, 0.02)] {
            let (got, published) = (number(&row[at]), number(&row[at + 1]));
            assert!((published / wanted - 1.0).abs() < 1e-3, "{} {row:?}", rows[0][at]);
            assert!((got / wanted - 1.0).abs() < tolerance, "{} {row:?}", rows[0][at]);
        }
        assert_eq!(row[11], if well_e == 81_000.0 { "pixel" } else { "converter" });
        assert!(number(&row[13]) > 0.9998, "not linear: {row:?}");
    }
}

/// Dark current within 5 % at five temperatures. At the coldest, 3600 s gather 16 e- in each
/// of 20 000 masked pixels; three frames scatter by 0.2 %, the rows' own noise adds 0.3 %.
#[test]
fn published_dark_current_is_recovered() {
    let folder = scratch("ptc");
    let (page, png) = (folder.join("page.md"), folder.join("a.png"));
    fs::write(&page, "# Page\n<!-- ptc: begin -->\nold\n<!-- ptc: end -->\nend\n").unwrap();
    let files = ["--markdown", page.to_str().unwrap(), "--png", png.to_str().unwrap()];
    let setting = ["--read-mode", "1", "--gain", "60", "--levels", "12", "--dark", "--settle=200ms"];
    let rows = ptc(&[&setting[..], &files].concat());
    let darks: Vec<&Vec<String>> =
        rows.iter().skip_while(|row| row.is_empty() || row[0] != "sensor C").collect();
    assert_eq!(darks.len(), 6, "{rows:?}");
    let published = [(-10.0, 0.0046), (0.0, 0.0105), (10.0, 0.0675), (15.0, 0.1231), (20.0, 0.2208)];
    for (row, (temp_c, e_per_s)) in darks[1..].iter().zip(published) {
        // Between published points the current changes by up to 20 % a degree.
        let at_c = number(&row[0]);
        assert!((at_c - temp_c).abs() < 0.5, "{row:?}");
        let here = e_per_s * if temp_c < 0.0 { 1.086f64 } else { 1.2 }.powf(at_c - temp_c);
        assert!((number(&row[3]) / here - 1.0).abs() < 0.06, "{row:?}");
        assert!((number(&row[2]) / number(&row[3]) - 1.0).abs() < 0.05, "{row:?}");
    }

    let text = fs::read_to_string(&page).unwrap();
    assert!(text.starts_with("# Page\n") && text.ends_with("-->\nend\n") && !text.contains("old"), "{text}");
    assert!(text.contains("| mode | gain | e-/ADU |") && text.contains("| sensor C |"), "{text}");
    for name in ["a.png", "a-dark.png", "a-linearity.png"] {
        assert!(fs::read(folder.join(name)).unwrap().starts_with(b"\x89PNG"), "{name}");
    }
}

#[test]
fn a_camera_in_the_dark_and_a_wrong_place_are_told() {
    let tell = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qhy"));
        command.env_remove("QHYCCD_DEVICES").args(["ptc", "--library"]);
        let outcome = run(command.arg(built_dir().join("libqhyccd.so")).args(arguments));
        assert!(!outcome.success && outcome.stdout.is_empty(), "{}{}", outcome.stdout, outcome.stderr);
        outcome.stderr
    };
    let dark = tell(&["--virtual", "QHY600M?scene=dark&speed=10000"]);
    assert!(dark.contains("too little light"), "{dark}");
    let place = tell(&["--virtual", "QHY600M", "--png", "/there is/no/such.png"]);
    assert!(place.contains("no such folder"), "{place}");
    let both = tell(&["--virtual", "QHY600M,QHY600C"]);
    assert!(both.contains("QHY600C-"), "{both}");
}

/// Runs `qhy suggest`, which must succeed and be silent on standard error.
fn suggest(camera: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qhy"));
    command.env_remove("QHYCCD_DEVICES").env_remove("QHYCCD_LOG");
    command.args(["suggest", "--virtual", camera]);
    run(command.args(arguments)).silent()
}

#[test]
fn the_suggested_offset_cuts_off_nothing_and_less_would() {
    let camera = "QHY600M?scene=dark&speed=1000&seed=3";
    let (region, gain) = ("2000,1000,4000,300", "60");
    let text = suggest(camera, &["offset", "--gain", gain, "--roi", region]);
    let offset_of = |what: &str| -> u32 {
        let line = text.lines().find(|line| line.contains(what)).unwrap_or_else(|| panic!("{text}"));
        line.strip_prefix("offset ").and_then(|rest| rest.split(':').next()?.parse().ok()).unwrap()
    };
    let (whole, roomy) = (offset_of("cuts off nothing"), offset_of("(suggested)"));
    assert!(whole > 2 && whole < roomy, "{text}");

    // Frames that the command has not seen.
    let folder = scratch("suggest-offset");
    let darkest = |offset: u32| {
        let file = folder.join("bias.fits");
        let mut command = Command::new(env!("CARGO_BIN_EXE_qhy"));
        command.env_remove("QHYCCD_DEVICES").args(["capture", "--virtual", camera, "--exposure", "40us"]);
        command.args(["--gain", gain, "--roi", region, "--no-preview", "--offset", &offset.to_string()]);
        run(command.arg("--out").arg(&file)).silent();
        fits::Fits::read(&file).pixels.into_iter().min().unwrap()
    };
    assert_eq!(darkest(whole - 3), 0, "{text}");
    // A frame may be a little darker than those that were looked at.
    assert!(darkest(whole + 1) > 0, "{text}");
    assert!(darkest(roomy + 1) > 100, "{text}");
}

/// The hum of the virtual camera has one period in `240 / d` rows, `d` steps away from its
/// quiet value (docs/virtual-camera.md).
#[test]
fn the_one_quiet_traffic_value_is_found_and_bands_are_measured() {
    let region = ["--roi", "24,2000,9576,400"];
    let text =
        suggest("QHY600M?scene=dark&speed=1000&seed=3", &[&["traffic", "--frames=1"][..], &region].concat());
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    let rows: Vec<&Vec<&str>> = rows.iter().filter(|r| r.len() == 5 && is_number(r[0])).collect();
    assert_eq!(rows.len(), 61, "{text}");
    let clean: Vec<&&Vec<&str>> = rows.iter().filter(|row| row[4] == "clean").collect();
    assert_eq!(clean.len(), 1, "{text}");
    let quiet = number(clean[0][0]);
    assert!(text.contains(&format!("Suggested USB traffic: {quiet},")), "{text}");
    for row in rows.iter().filter(|row| row[4] == "bands") {
        let periods = 400.0 * (number(row[0]) - quiet).abs() / 240.0;
        assert!((400.0 / number(row[1]) - periods).abs() < 0.8, "{row:?}\n{text}");
    }
}

fn is_number(cell: &str) -> bool {
    cell.parse::<f64>().is_ok()
}
