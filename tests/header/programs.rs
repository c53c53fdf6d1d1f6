//! Programs that run: constants, layouts, and a client linked to the library.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::compilers::{self, C11, CXX11, CXX17, Dialect};

/// Runs `program` and shows what it printed where it failed.
fn succeeds(mut program: Command) -> String {
    let Output { status, stdout, stderr } = program.output().expect("program runs");
    let text = String::from_utf8_lossy(&stdout).into_owned();
    assert!(status.success(), "{program:?}: {status}\n{text}{}", String::from_utf8_lossy(&stderr));
    text
}

fn self_check(name: &str, dialect: Dialect) -> String {
    let folder = tempfile::tempdir().expect("folder");
    let output = folder.path().join("program");
    compilers::SYSTEM
        .builds(dialect, &compilers::program(name), &output, &[""; 0])
        .unwrap_or_else(|words| panic!("{words}"));
    succeeds(Command::new(output))
}

#[test]
fn constants_have_their_values() {
    for dialect in [C11, CXX11] {
        assert_eq!(self_check("constants.c", dialect), "814 constants, 0 wrong\n");
    }
}

#[test]
#[cfg(target_pointer_width = "64")]
fn structures_have_their_layout() {
    for dialect in [C11, CXX11] {
        assert_eq!(self_check("layout.c", dialect), "79 measures, 0 wrong\n");
    }
}

/// The shared library stands beside the test programs.
fn library() -> PathBuf {
    let folder = std::env::current_exe().expect("path of this test");
    let library = folder.parent().expect("folder of this test").join("libqhyccd.so");
    assert!(library.exists(), "{} is not built", library.display());
    library
}

#[test]
#[cfg(target_os = "linux")]
fn a_client_links_and_runs() {
    let folder = tempfile::tempdir().expect("folder");
    symlink(library(), folder.path().join("libqhyccd.so.20")).expect("link");
    symlink(library(), folder.path().join("libqhyccd.so")).expect("link");
    let client = folder.path().join("client");
    let options = ["-L", path(folder.path()), "-lqhyccd", "-Wl,-rpath", "-Wl,$ORIGIN"];
    compilers::SYSTEM
        .builds(CXX17, &compilers::program("header_client.cpp"), &client, &options)
        .unwrap_or_else(|words| panic!("{words}"));
    let mut run = Command::new(&client);
    run.env("QHYCCD_DEVICES", "virtual:QHY600M?speed=100")
        .env_remove("QHYCCD_LOG")
        .current_dir(folder.path());
    assert_eq!(succeeds(run), "0 wrong\n");
}

fn path(path: &Path) -> &str {
    path.to_str().expect("path in UTF-8")
}
