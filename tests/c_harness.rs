//! Builds the programs of `c-tests/` with the C compiler against the library of this
//! build, runs them on virtual cameras and compares what they print with
//! `c-tests/expected/`. Nothing may appear on stderr, and no file anywhere.
#![cfg(all(target_os = "linux", feature = "c-abi", feature = "virtual"))]

#[path = "support/calls.rs"]
mod calls;
mod support;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{have, link_library, on_cameras, root, run, scratch};

/// A virtual camera in a hurry, for programs that only look at what comes out.
const FAST: &str = "virtual:QHY600M?seed=1&scene=xy&speed=1000";

/// One program, ready to run.
struct Program {
    path: PathBuf,
    home: PathBuf,
}

impl Program {
    fn build(name: &str, test: &str) -> Program {
        Program::build_with(name, test, "")
    }

    /// `calls` is what `nulls.c` includes.
    fn build_with(name: &str, test: &str, calls: &str) -> Program {
        let dir = scratch(&format!("c-{test}"));
        let home = dir.join("home");
        fs::create_dir(&home).expect("home");
        fs::write(dir.join("calls.h"), calls).expect("calls.h");
        link_library(&dir, &["libqhyccd.so", "libqhyccd.so.20"]);
        let path = dir.join(name);
        let mut cc = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
        cc.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-g", "-pthread", "-I"])
            .arg(root().join("include"))
            .arg("-I")
            .arg(&dir)
            .arg("-o")
            .arg(&path)
            .arg(root().join("c-tests").join(format!("{name}.c")))
            .arg("-L")
            .arg(&dir)
            .args(["-lqhyccd", "-ldl", "-lm"])
            .arg(format!("-Wl,-rpath,{}", dir.display()));
        run(&mut cc).silent();
        Program { path, home }
    }

    fn command(&self, devices: &str, arguments: &[&str]) -> Command {
        let mut command = on_cameras(&self.path, devices, &self.home);
        command.args(arguments);
        command
    }

    /// Runs it and compares.
    #[track_caller]
    fn expect(&self, devices: &str, arguments: &[&str], expected: &str) {
        let printed = run(&mut self.command(devices, arguments)).silent();
        compare(&printed, expected);
        let left: Vec<_> = fs::read_dir(&self.home).expect("home").flatten().map(|e| e.path()).collect();
        assert!(left.is_empty(), "files were written: {left:?}");
    }
}

#[track_caller]
fn compare(printed: &str, expected: &str) {
    let file = root().join("c-tests/expected").join(format!("{expected}.txt"));
    let wanted = fs::read_to_string(&file).unwrap_or_default();
    if printed != wanted {
        let got = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{expected}.txt"));
        fs::write(&got, printed).expect("printed text");
        let line = printed.lines().zip(wanted.lines()).position(|(a, b)| a != b);
        let line = line.unwrap_or_else(|| printed.lines().count().min(wanted.lines().count()));
        panic!(
            "line {} differs: diff {} {}\n  printed {:?}\n  wanted  {:?}",
            line + 1,
            file.display(),
            got.display(),
            printed.lines().nth(line),
            wanted.lines().nth(line),
        );
    }
}

#[test]
fn single_frames_of_every_shape_have_the_right_pixels() {
    Program::build("single", "single").expect(FAST, &[], "single");
}

/// Cameras of other shapes: rows around a region, regions that the host cuts out, margins on
/// the left, frame numbers over pixels, 12-bit and large sensors.
const MODELS: [&str; 9] = [
    "QHY268C",
    "QHY533M",
    "QHY5III678M",
    "QHY410C",
    "QHY183AC",
    "QHY5III568M",
    "QHY461M",
    "QHY342",
    "QHY991",
];

#[test]
fn single_frames_of_other_models_have_the_right_pixels() {
    let program = Program::build("single", "models");
    let mut printed = String::new();
    for model in MODELS {
        let devices = FAST.replace("QHY600M", model);
        writeln!(printed, "{model}").expect("string");
        printed += &run(&mut program.command(&devices, &["small"])).silent();
    }
    compare(&printed, "single-models");
}

/// The times of the rows, taken from pixels, are those that the C functions and the GPS box
/// tell.
#[test]
fn rows_end_when_the_library_says() {
    let camera = "virtual:QHY600M?seed=1&scene=terminator&gps=on&readout=instant&speed=10";
    Program::build("rolling", "rolling").expect(camera, &[], "rolling");
}

#[test]
fn a_recorded_run_plays_again_without_the_camera() {
    let program = Program::build("single", "replay");
    let record = scratch("c-replay-record").join("run.jsonl");
    program.expect(&format!("record:{}:{FAST}", record.display()), &["small"], "single-small");
    program.expect(&format!("replay:{}", record.display()), &["small"], "single-small");
}

/// 2100 frames in buffers of exactly their bytes, each of another form.
#[test]
fn nothing_is_written_outside_a_frame_and_every_pixel_is_right() {
    let program = Program::build("guard", "guard");
    // This one has a wheel that answers rubbish.
    let colour = FAST.replace("600M?", "600C?wheel=7:garbage&");
    program.expect(FAST, &[], "guard");
    program.expect(&colour, &[], "guard");
    let mut command = program.command(&colour, &[]);
    command.env("QHYCCD_COLOUR_BIN", "1").env("QHYCCD_DEBAYER", "gradient");
    compare(&run(&mut command).silent(), "guard");
}

#[test]
fn calibration_frames_come_from_the_files_that_are_named() {
    let program = Program::build("calibration", "calibration");
    let folder = program.path.with_file_name("files");
    fs::create_dir(&folder).expect("folder");
    program.expect(FAST, &[folder.to_str().expect("UTF-8")], "calibration");
}

#[test]
fn every_function_refuses_nonsense() {
    let table = fs::read_to_string(root().join("include/qhyccd.abi.tsv")).expect("table of entry points");
    Program::build_with("nulls", "nulls", &calls::list(&table)).expect(FAST, &[], "nulls");
}

#[test]
fn calls_go_through_during_an_exposure_and_cancel_wakes_its_reader() {
    let devices = "virtual:QHY600M?seed=1&scene=xy";
    Program::build("threads", "exposure").expect(devices, &["exposure"], "threads-exposure");
}

#[test]
fn calls_go_through_during_a_readout() {
    let devices = "virtual:QHY600M?seed=1&scene=xy&speed=0.2";
    Program::build("threads", "readout").expect(devices, &["readout"], "threads-readout");
}

#[test]
fn cameras_do_not_wait_for_each_other() {
    let devices = "virtual:QHY600M?seed=1&scene=xy,QHY600C?seed=2&scene=xy";
    Program::build("threads", "cameras").expect(devices, &["cameras"], "threads-cameras");
}

#[test]
fn a_camera_that_goes_with_any_transfer_comes_back() {
    Program::build("loss", "loss").expect(FAST, &[], "loss");
}

#[test]
fn a_thousand_lives_leave_nothing_behind() {
    Program::build("leaks", "leaks").expect(FAST, &[], "leaks");
}

#[test]
fn the_library_can_be_loaded_and_unloaded() {
    Program::build("unload", "unload").expect(FAST, &["libqhyccd.so.20"], "unload");
}

#[test]
fn the_call_orders_of_real_clients_work_on_both_cameras() {
    let program = Program::build("orders", "orders");
    program.expect(FAST, &[], "orders");
    program.expect(&FAST.replace("600M", "600C"), &[], "orders");
}

#[test]
fn a_camera_that_waits_for_firmware_gets_it_in_every_way() {
    let program = Program::build("firmware", "firmware");
    let folder = |name: &str, damage: u8| {
        let folder = program.path.with_file_name(name);
        fs::create_dir(&folder).expect("folder");
        // One section of one word, which is the sum as well; its address is the entry.
        let mut image = b"CY\x1c\xb0\x01\0\0\0\0\x30\0\x40word\0\0\0\0\0\x30\0\x40word".to_vec();
        image[12] ^= damage;
        fs::write(folder.join("QHY600.img"), image).expect("image");
        folder.to_str().expect("UTF-8").to_owned()
    };
    let (good, damaged) = (folder("good", 0), folder("damaged", 1));
    for way in ["folder", "file", "scan", "array"] {
        let mut command = program.command(&format!("{FAST}&loader=on"), &[way, &good, &damaged]);
        if matches!(way, "scan" | "array") {
            command.env("QHYCCD_FIRMWARE", &good);
        }
        compare(&run(&mut command).silent(), "firmware");
    }
}

/// From cooling down to warming up, and the files that were written.
#[test]
fn a_night_from_dusk_to_dawn() {
    let program = Program::build("night", "night");
    let folder = program.path.with_file_name("files");
    fs::create_dir(&folder).expect("folder");
    let world = program.path.with_file_name("world");
    let devices = format!(
        "virtual:QHY600M?seed=7&scene=stars&focal=2000&wobble=0&speed=1000&ambient=15&world={},\
         QHY5III678M?speed=4",
        world.display()
    );
    let (world, files) = (world.to_str().expect("UTF-8"), folder.to_str().expect("UTF-8"));
    let mut command = program.command(&devices, &[world, files, "1000"]);
    // As a user of an unchanged program would do it.
    command.env("QHYCCD_COOLING_RAMP", "6");
    compare(&run(&mut command).silent(), "night");

    let header = |name: &str| fits_header(&folder.join(name));
    let number = |header: &BTreeMap<String, String>, key: &str| -> f64 { header[key].parse().expect(key) };
    for (kind, count) in [("bias", 5), ("flat", 5), ("dark", 2), ("light", 20)] {
        for n in 0..count {
            let name = format!("{kind}-{n:02}.fits");
            let cards = header(&name);
            assert_eq!(cards["IMAGETYP"].trim(), kind, "{name}");
            assert!(cards["INSTRUME"].starts_with("QHY600M-"), "{name}");
            assert_eq!(
                ["GAIN", "OFFSET", "SET-TEMP"].map(|key| number(&cards, key)),
                [30.0, 40.0, -10.0],
                "{name}"
            );
            assert!((number(&cards, "CCD-TEMP") + 10.0).abs() < 0.15, "{name}: {}", cards["CCD-TEMP"]);
            let seconds = number(&cards, "EXPTIME");
            match kind {
                "bias" => assert_eq!(seconds, 0.0001, "{name}"),
                "dark" => assert_eq!(seconds, [300.0, 1200.0][n], "{name}"),
                "light" => {
                    assert_eq!(seconds, 60.0, "{name}");
                    assert_eq!(cards["FILTER"].trim(), (1 + n / 5).to_string(), "{name}");
                }
                _ => assert!(seconds > 0.0 && cards["FILTER"].trim() == n.to_string(), "{name}"),
            }
        }
    }
    if have("fitsverify", &["-h"], "a_night_from_dusk_to_dawn") {
        let mut verify = Command::new("fitsverify");
        verify.args(["-q", "-e"]).args(
            ["bias-00", "flat-04", "dark-01", "light-19"].map(|name| folder.join(format!("{name}.fits"))),
        );
        let said = run(&mut verify).good();
        assert_eq!(said.matches("verification OK").count(), 4, "{said}");
    }
}

/// The cards of a file, texts without their quotes.
fn fits_header(path: &Path) -> BTreeMap<String, String> {
    let bytes = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    assert_eq!(bytes.len() % 2880, 0, "{}", path.display());
    let cards = bytes[..2880].chunks(80).map(|card| std::str::from_utf8(card).expect("ASCII"));
    let cards = cards.filter_map(|card| card.split_once("= "));
    cards.map(|(key, value)| (key.trim().to_owned(), value.trim().trim_matches('\'').to_owned())).collect()
}

#[test]
fn valgrind_finds_nothing() {
    if !have("valgrind", &["--version"], "valgrind_finds_nothing") {
        return;
    }
    let program = Program::build("single", "valgrind");
    let mut command = on_cameras("valgrind", FAST, &program.home);
    command
        .args(["--quiet", "--error-exitcode=99", "--leak-check=full"])
        // What is reachable at the end is not lost: a table of handles that must know the
        // closed ones as long as the process lives, and the lock library's own.
        .args([
            "--show-leak-kinds=definite,indirect,possible",
            "--errors-for-leak-kinds=definite,indirect,possible",
        ])
        .arg(&program.path)
        .arg("small");
    compare(&run(&mut command).silent(), "single-small");
}
