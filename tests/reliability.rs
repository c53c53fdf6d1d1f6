//! The table of complaints in `docs/reliability.md`: no number is missing and each test it
//! names exists. And one rule that is about the sources: where calls may sleep.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use support::root;

fn sources(folder: &Path, list: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "target") {
                sources(&path, list);
            }
        } else if path.extension().is_some_and(|e| e == "rs") {
            list.push(path);
        }
    }
}

/// Names of all functions that the test runner runs.
fn tests() -> BTreeSet<String> {
    let mut files = Vec::new();
    for folder in ["src", "tests"] {
        sources(&root().join(folder), &mut files);
    }
    let mut names = BTreeSet::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("source");
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        for (n, line) in lines.iter().enumerate() {
            let Some(name) = line.strip_prefix("fn ").and_then(|rest| rest.split_once('(')) else { continue };
            // Attributes stand in a row above.
            if lines[..n].iter().rev().take_while(|l| l.starts_with("#[")).any(|l| *l == "#[test]") {
                names.insert(name.0.to_owned());
            }
        }
    }
    names
}

#[test]
fn every_complaint_has_a_test_that_exists() {
    let document = fs::read_to_string(root().join("docs/reliability.md")).expect("document");
    let (_, complaints) = document.split_once("\n## Complaints\n").expect("complaints");
    let tests = tests();
    assert!(tests.len() > 300, "only {} tests found", tests.len());
    let mut numbers = Vec::new();
    for row in complaints.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| #")) {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 4, "{row}");
        numbers.push(cells[0].parse::<u32>().expect("number"));
        assert!(cells[1].len() > 10 && cells[2].len() > 10, "nothing said in {row}");
        let named: Vec<_> = cells[3].split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test for complaint {}", cells[0]);
        for name in named {
            assert!(tests.contains(name), "complaint {}: there is no test `{name}`", cells[0]);
        }
    }
    let wanted: Vec<u32> = (1..=25).chain(31..=37).collect();
    assert_eq!(numbers, wanted);
}

/// Each place of the host side where a thread sleeps for a time of its own choice, and why.
#[test]
fn calls_sleep_only_where_the_camera_needs_it() {
    let allowed = [
        // The waits of an initialisation, out of the model's table.
        ("camera/camera.rs", "self.link.clock().sleep(time)"),
        // An initialisation that takes a frame, between looks at the camera's memory.
        ("camera/single.rs", "std::thread::sleep(pause)"),
        // The serial line of the wheel.
        ("camera/wheel.rs", "self.link.clock().sleep(ANSWER_AFTER)"),
        // A camera that starts its firmware leaves the bus and comes back.
        ("camera/firmware.rs", "std::thread::sleep(POLL)"),
        // Between tries to let go of a pin of the mount, which must not stay pulled.
        ("camera/guide.rs", "std::thread::sleep(PAUSE)"),
        // The reader of a stream after a read that failed; no caller waits for it.
        ("camera/stream/reader.rs", "std::thread::sleep(PAUSE)"),
        // The thread that delivers live frames to a program's function, after a failure.
        ("ffi/frames.rs", "std::thread::sleep(TURN)"),
        // The thread of libusb's events after a failure.
        ("transport/usb/events.rs", "std::thread::sleep(Duration::from_millis(10))"),
    ];
    let mut files = Vec::new();
    for folder in ["camera", "ffi", "frame", "model", "wire", "transport"] {
        sources(&root().join("src").join(folder), &mut files);
    }
    let mut found = BTreeSet::new();
    for file in files {
        let name = file.strip_prefix(root().join("src")).expect("below").to_string_lossy().into_owned();
        // Doubles of a camera: tests, and recordings that are played again.
        if name.contains("test") || ["camera/doubles.rs", "transport/replay.rs"].contains(&&*name) {
            continue;
        }
        let text = fs::read_to_string(&file).expect("source");
        for line in text.lines().filter(|line| line.contains("sleep(")) {
            let known = allowed.iter().position(|(place, what)| name == *place && line.contains(what));
            found.insert(known.unwrap_or_else(|| panic!("{name} sleeps: {line}")));
        }
    }
    assert_eq!(found.len(), allowed.len(), "places that sleep no longer: only {found:?} of the list");
}
