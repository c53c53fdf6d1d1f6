//! Runs `c-tests/callbacks.cpp`: what the library tells a program by itself, through real
//! C++ function objects.
#![cfg(all(feature = "c-abi", feature = "virtual", target_os = "linux"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

mod support;

#[test]
fn a_program_hears_what_it_asked_for_and_nothing_else() {
    if !support::have("g++", &["--version"], "a_program_hears_what_it_asked_for_and_nothing_else") {
        return;
    }
    let dir = support::scratch("callbacks");
    let program = build(&dir);

    let stderr = stderr_of(&program, &dir.join("home"), None);
    // The one line that was ordered on stderr, while it was switched on.
    let lines: Vec<_> = stderr.lines().collect();
    assert!(matches!(lines[..], [line] if line.contains("DEBUG ScanQHYCCD: ")), "{lines:?}");
    // The log file, in the state folder and nowhere else.
    assert_eq!(entries(&dir.join("home")), [dir.join("home/.local")]);
    let logs = entries(&dir.join("home/.local/state/qhyccd"));
    assert_eq!(logs.len(), 1);
    let log = fs::read_to_string(&logs[0]).unwrap();
    assert!(log.contains("TRACE ScanQHYCCD") && !log.contains("BuildVersion"), "{log}");

    let stderr = stderr_of(&program, &dir.join("other"), Some("qhyccd=trace"));
    assert!(stderr.contains("InitQHYCCDResource"), "{stderr}");
}

fn build(dir: &Path) -> PathBuf {
    support::link_library(dir, &["libqhyccd.so", "libqhyccd.so.20"]);
    let program = dir.join("callbacks");
    let mut compile = Command::new("g++");
    compile.args(["-std=c++17", "-g", "-pthread", "-Wall", "-Wextra", "-Werror", "-I"]);
    compile.arg(support::root().join("include")).arg(support::root().join("c-tests/callbacks.cpp"));
    compile.arg("-o").arg(&program).arg("-L").arg(dir).args(["-lqhyccd", "-Wl,-rpath"]).arg(dir);
    support::run(&mut compile).silent();
    program
}

/// Runs the program, which must find nothing wrong, at a new home; what it said on stderr.
fn stderr_of(program: &Path, home: &Path, log: Option<&str>) -> String {
    fs::create_dir(home).unwrap();
    let mut command = support::on_cameras(program, "virtual:QHY600M?speed=1000,QHY600C?speed=1000", home);
    command.env_remove("XDG_STATE_HOME");
    if let Some(filter) = log {
        command.env("QHYCCD_LOG", filter);
    }
    let outcome = support::run(&mut command);
    assert!(outcome.success && outcome.stdout.is_empty(), "{}{}", outcome.stdout, outcome.stderr);
    outcome.stderr
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}
