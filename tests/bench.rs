//! `qhy bench` as a user runs it: our library through its C names on the libusb
//! look-alike. What the numbers are is not tested, machines differ; that they are there,
//! and that counts which do not depend on the machine are right, is.
#![cfg(all(target_os = "linux", feature = "tools", feature = "c-abi", feature = "usb"))]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::usb::{look_alike, uses_another_libusb};
use support::{Outcome, built_dir, run, scratch, skip};

/// Runs the bench, unless this build has a libusb that cannot be replaced.
fn bench(test: &str, library: &Path, arguments: &[&str]) -> Option<Outcome> {
    if uses_another_libusb() {
        skip(test, "this build has libusb compiled in; install its development files and rebuild");
        return None;
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_qhy"));
    command.args(["bench", "--rounds", "1", "--library"]).arg(library);
    command.arg("--look-alike").arg(look_alike());
    Some(run(command.args(arguments)))
}

fn ours() -> PathBuf {
    built_dir().join("libqhyccd.so")
}

#[test]
fn small_frames_are_measured() {
    let arguments = ["--live", "--only", "64x64 16 bit"];
    let Some(outcome) = bench("small_frames_are_measured", &ours(), &arguments) else { return };
    let text = outcome.silent();
    let cells = |line: &str| -> Vec<String> {
        line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(String::from).collect()
    };
    let table = text.lines().skip_while(|line| !line.starts_with("measurement"));
    let rows: Vec<Vec<String>> = table.map(cells).collect();
    let names: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    let wanted = ["measurement", "64x64 16 bit", "64x64 16 bit, real read-out", "live 64x64 16 bit, 50/s"];
    assert_eq!(names, wanted, "{text}");
    for row in &rows[1..] {
        for (title, cell) in rows[0].iter().zip(row).skip(1) {
            let number = cell.parse().is_ok_and(|n: f64| n.is_finite() && n >= 0.0);
            assert!(number || cell == "-", "{title}: {cell}\n{text}");
        }
    }
    // Frame by frame the same: the bytes on the cable, in reads of known length.
    let reads = rows[0].iter().position(|title| title == "bulk reads").unwrap();
    assert_eq!(rows[1][reads], rows[2][reads], "{text}");
}

#[test]
fn a_file_without_a_place_for_results_is_refused_before_anything_is_measured() {
    let test = "a_file_without_a_place_for_results_is_refused_before_anything_is_measured";
    let file = scratch("bench-markdown").join("performance.md");
    fs::write(&file, "# no place for results\n").unwrap();
    let Some(outcome) = bench(test, &ours(), &["--markdown", file.to_str().unwrap()]) else { return };
    assert!(!outcome.success && outcome.stderr.contains("performance.md"), "{}", outcome.stderr);
    assert_eq!(fs::read_to_string(&file).unwrap(), "# no place for results\n");
}

#[test]
fn a_library_that_is_none_is_said_to_be_so() {
    let file = scratch("bench-none").join("libnone.so");
    fs::write(&file, "libusb-1.0.so.0\0").unwrap();
    let Some(outcome) = bench("a_library_that_is_none_is_said_to_be_so", &file, &[]) else { return };
    assert!(!outcome.success && outcome.stderr.contains("libqhyccd.so.20"), "{}", outcome.stderr);
    assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
}
