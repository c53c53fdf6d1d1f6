//! Runs `c-tests/callbacks.cpp`: what the library tells a program by itself, through real
//! C++ function objects.
#![cfg(all(feature = "c-abi", feature = "virtual", target_os = "linux"))]

use std::fs;
use std::process::Command;

mod support;

#[test]
fn a_program_hears_what_it_asked_for_and_nothing_else() {
    if !support::have("g++", &["--version"], "a_program_hears_what_it_asked_for_and_nothing_else") {
        return;
    }
    let dir = support::scratch("callbacks");
    support::link_library(&dir, &["libqhyccd.so", "libqhyccd.so.20"]);
    let program = dir.join("callbacks");
    let mut compile = Command::new("g++");
    compile.args(["-std=c++17", "-g", "-pthread", "-Wall", "-Wextra", "-Werror", "-I"]);
    compile.arg(support::root().join("include")).arg(support::root().join("c-tests/callbacks.cpp"));
    compile.arg("-o").arg(&program).arg("-L").arg(&dir).args(["-lqhyccd", "-Wl,-rpath"]).arg(&dir);
    support::run(&mut compile).silent();

    let home = dir.join("home");
    fs::create_dir(&home).unwrap();
    let devices = "virtual:QHY600M?speed=1000,QHY600C?speed=1000";
    let mut command = support::on_cameras(&program, devices, &home);
    let outcome = support::run(command.env_remove("XDG_STATE_HOME"));
    assert!(outcome.success && outcome.stdout.is_empty(), "{}{}", outcome.stdout, outcome.stderr);

    // The one line that was ordered on stderr, while it was switched on.
    let lines: Vec<_> = outcome.stderr.lines().collect();
    assert!(matches!(lines[..], [line] if line.contains("DEBUG ScanQHYCCD: ")), "{lines:?}");

    // The log file, in the state folder and nowhere else.
    let names = |path| -> Vec<_> {
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    assert_eq!(names(home.clone()), [home.join(".local")]);
    let logs = names(home.join(".local/state/qhyccd"));
    assert_eq!(logs.len(), 1);
    let log = fs::read_to_string(&logs[0]).unwrap();
    assert!(log.contains("TRACE ScanQHYCCD") && !log.contains("BuildVersion"), "{log}");
}
