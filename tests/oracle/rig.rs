//! What a run on either library needs: the vendor's library out of the Python package,
//! the libusb look-alike, the scenario program, and folders where the loader finds them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Instant;

use crate::support::usb::{look_alike, uses_another_libusb};
use crate::support::{self, have, on_cameras, root, run, scratch, skip, target_dir};

/// One of the two libraries under test, in a folder with its libusb.
pub(crate) struct Library {
    folder: PathBuf,
    prefix: &'static str,
}

/// Both libraries and the program that drives them.
pub(crate) struct Rig {
    pub(crate) oracle: Library,
    pub(crate) ours: Library,
    program: PathBuf,
}

/// What one run left.
pub(crate) struct Run {
    pub(crate) stdout: Vec<String>,
    pub(crate) trace: String,
}

impl Rig {
    /// Prepares everything once. `None` if it cannot be had on this machine; in CI that
    /// is a failure.
    pub(crate) fn get(test: &str) -> Option<&'static Rig> {
        static RIG: OnceLock<Option<Rig>> = OnceLock::new();
        RIG.get_or_init(|| Rig::build(test)).as_ref()
    }

    fn build(test: &str) -> Option<Rig> {
        let (oracle, ours) = (Library::oracle(test)?, Library::ours(test)?);
        let program = ours.program("scenario", &[]);
        Some(Rig { oracle, ours, program })
    }

    /// Runs a script on one of the libraries.
    pub(crate) fn run(&self, library: &Library, name: &str, cameras: &str, script: &str) -> Run {
        let dir = scratch(&format!("oracle-{}-{name}", library.prefix.trim_end_matches(':')));
        let (file, trace) = (dir.join("script"), dir.join("trace"));
        fs::write(&file, script).expect("script");
        let mut command = library.command(&self.program, cameras, &dir);
        command.arg(&file).env("QHYCCD_TRACE", &trace);
        let mut outcome = run(&mut command);
        // The vendor's library talks on stderr and may crash; ours must do neither.
        let stdout = if library.prefix == "virtual:" {
            for _ in 0..CRASHES {
                if outcome.success {
                    break;
                }
                println!("{name}: the vendor's library crashed, once more");
                fs::remove_file(&trace).expect("trace");
                outcome = run(&mut command);
            }
            outcome.good()
        } else {
            outcome.silent()
        };
        Run {
            stdout: stdout.lines().map(String::from).collect(),
            trace: fs::read_to_string(&trace).expect("trace"),
        }
    }
}

impl Rig {
    /// The same, but how it ended is told by what it printed up to then.
    pub(crate) fn try_run(&self, library: &Library, name: &str, cameras: &str, script: &str) -> Run {
        let dir = scratch(&format!("oracle-{}-{name}", library.prefix.trim_end_matches(':')));
        let (file, trace) = (dir.join("script"), dir.join("trace"));
        fs::write(&file, script).expect("script");
        let mut stdout = String::new();
        for _ in 0..CRASHES {
            let _ = fs::remove_file(&trace);
            let mut command = library.command(&self.program, cameras, &dir);
            command.arg(&file).env("QHYCCD_TRACE", &trace).env("SCENARIO_SECONDS", HANGS_S.to_string());
            let begun = Instant::now();
            let outcome = run(&mut command);
            stdout = outcome.stdout;
            let hung = begun.elapsed().as_secs() >= HANGS_S;
            if outcome.success || hung || library.prefix != "virtual:" {
                break;
            }
        }
        Run {
            stdout: stdout.lines().map(String::from).collect(),
            trace: fs::read_to_string(&trace).unwrap_or_default(),
        }
    }
}

impl Library {
    /// The vendor's. `None` if it cannot be had on this machine; in CI that is a failure.
    pub(crate) fn oracle(test: &str) -> Option<Library> {
        if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            skip(test, "the vendor's library in the Python package is for Linux x86-64");
            return None;
        }
        if uses_another_libusb() {
            skip(test, ANOTHER_LIBUSB);
            return None;
        }
        let (theirs, wanted_libusb) = vendor_library(test)?;
        let folder = scratch("oracle-theirs");
        link(&theirs, &folder.join(theirs.file_name().expect("file name")));
        link(&theirs, &folder.join("libqhyccd.so.20"));
        link(look_alike(), &folder.join(wanted_libusb));
        // For a program that talks to the device itself: the same file, so the same bus.
        link(look_alike(), &folder.join("libusb-1.0.so.0"));
        Some(Library { folder, prefix: "virtual:" })
    }

    /// Ours.
    pub(crate) fn ours(test: &str) -> Option<Library> {
        if uses_another_libusb() {
            skip(test, ANOTHER_LIBUSB);
            return None;
        }
        let folder = scratch("oracle-ours");
        support::link_library(&folder, &["libqhyccd.so", "libqhyccd.so.20"]);
        link(look_alike(), &folder.join("libusb-1.0.so.0"));
        Some(Library { folder, prefix: "virtual-usb:" })
    }

    /// Compiles a program of `c-tests` against our library; it runs on both.
    pub(crate) fn program(&self, name: &str, flags: &[&str]) -> PathBuf {
        let program = self.folder.join(name);
        run(Command::new("cc")
            .args(["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-I"])
            .arg(root().join("include"))
            .arg(root().join("c-tests").join(name).with_extension("c"))
            .arg("-L")
            .arg(&self.folder)
            .args(["-lqhyccd", "-lpthread"])
            .args(flags)
            .arg("-o")
            .arg(&program))
        .good();
        program
    }

    /// A command that runs `program` on this library.
    pub(crate) fn command(&self, program: &Path, cameras: &str, dir: &Path) -> Command {
        let mut command = on_cameras(program, &format!("{}{cameras}", self.prefix), dir);
        command.env("LD_LIBRARY_PATH", &self.folder);
        command
    }
}

const ANOTHER_LIBUSB: &str = "this build has libusb compiled in; install its development files and rebuild";

/// How often the vendor's library may crash in one scenario: it frees USB transfers that
/// are in flight when live video stops, and whether that kills it is a matter of timing.
const CRASHES: u32 = 12;

/// A run of one part of one model that takes longer hangs.
const HANGS_S: u64 = 60;

fn link(from: &Path, to: &Path) {
    std::os::unix::fs::symlink(from, to).expect("link");
}

/// The vendor's library as the Python package carries it, and the file name under which
/// it asks for libusb.
fn vendor_library(test: &str) -> Option<(PathBuf, String)> {
    let dir = target_dir().join("oracle");
    let libs = dir.join("qhyccd.libs");
    if !libs.is_dir() {
        if !have("python3", &["-m", "pip", "--version"], test) {
            return None;
        }
        let install = run(Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--target"])
            .arg(&dir)
            .arg("qhyccd==0.1.3"));
        if !install.success {
            skip(test, &format!("pip cannot install the package: {}", install.stderr));
            return None;
        }
    }
    let files: Vec<PathBuf> = fs::read_dir(&libs).expect("libraries").flatten().map(|e| e.path()).collect();
    let named = |start: &str| {
        let fits = |p: &&PathBuf| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(start));
        files.iter().find(fits).unwrap_or_else(|| panic!("no {start} in {}", libs.display())).clone()
    };
    let libusb = named("libusb-").file_name().expect("file name").to_string_lossy().into_owned();
    Some((named("libqhyccd-"), libusb))
}
