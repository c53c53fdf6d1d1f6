//! What the tests that start other programs share: where the library was built, how a
//! program is run under a time limit, and what happens when a tool is missing.
#![allow(dead_code, reason = "each test binary uses its part")]

pub(crate) mod usb;

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

/// Nothing here takes minutes; a program that does hangs.
const LIMIT: Duration = Duration::from_secs(600);

/// The folder with the `libqhyccd.so` and `libqhyccd.a` that belong to this test binary:
/// Cargo builds every form of the library in one go before it links the tests, but does
/// not copy them out of `deps` as `cargo build` would.
pub(crate) fn built_dir() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        let exe = std::env::current_exe().expect("path of this test");
        let dir = exe.parent().expect("folder of this test").to_path_buf();
        for name in ["libqhyccd.so", "libqhyccd.a"] {
            assert!(dir.join(name).is_file(), "no {name} in {}", dir.display());
        }
        dir
    })
}

/// Cargo's target folder.
pub(crate) fn target_dir() -> &'static Path {
    built_dir().parent().and_then(Path::parent).expect("target folder")
}

/// The package's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// An empty folder below `target/tmp` for one test.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).expect("scratch folder");
    dir
}

/// Puts the library under the given names in a folder. After a build it has the name
/// that the linker wants, but asks for the one with the 20 when a program starts.
pub(crate) fn link_library(dir: &Path, names: &[&str]) {
    for name in names {
        let from = if name.ends_with(".a") { "libqhyccd.a" } else { "libqhyccd.so" };
        std::os::unix::fs::symlink(built_dir().join(from), dir.join(name)).expect("link to the library");
    }
}

/// What a program did.
pub(crate) struct Outcome {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The command, for messages.
    pub(crate) what: String,
}

impl Outcome {
    /// Its stdout, if it ended well.
    #[track_caller]
    pub(crate) fn good(self) -> String {
        assert!(self.success, "{} failed\n{}{}", self.what, self.stdout, self.stderr);
        self.stdout
    }

    /// Its stdout, if it ended well and said nothing on stderr.
    #[track_caller]
    pub(crate) fn silent(self) -> String {
        assert!(self.stderr.is_empty(), "{} wrote to stderr:\n{}{}", self.what, self.stdout, self.stderr);
        self.good()
    }
}

/// Runs a command to its end, which must come within ten minutes.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> Outcome {
    run_for(command, LIMIT)
}

/// Runs a command to its end, which must come within the limit.
#[track_caller]
pub(crate) fn run_for(command: &mut Command, limit: Duration) -> Outcome {
    let what = format!("{command:?}");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{what}: {e}"));
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let end = Instant::now() + limit;
    let status = loop {
        if let Some(status) = child.try_wait().expect("wait") {
            break Some(status);
        }
        if Instant::now() > end {
            child.kill().expect("kill");
            child.wait().expect("wait");
            break None;
        }
        thread::sleep(Duration::from_millis(10));
    };
    let (stdout, stderr) = (stdout.join().expect("stdout"), stderr.join().expect("stderr"));
    assert!(status.is_some(), "{what} did not end\n{stdout}{stderr}");
    Outcome { success: status.is_some_and(|s| s.success()), stdout, stderr, what }
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            pipe.read_to_end(&mut bytes).expect("pipe");
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// True if a program is there. If not: a failure in CI, which installs everything, and
/// elsewhere a plain word about what is not tested.
#[track_caller]
pub(crate) fn have(tool: &str, arguments: &[&str], test: &str) -> bool {
    let found = Command::new(tool)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success());
    found || skip(test, &format!("`{tool} {}` does not work here", arguments.join(" ")))
}

/// Reports a test that cannot run; false, or a failure in CI.
#[track_caller]
pub(crate) fn skip(test: &str, why: &str) -> bool {
    assert!(std::env::var_os("CI").is_none(), "{test}: {why}");
    // Past the capture of the test runner: a skipped test must be seen.
    writeln!(std::io::stderr(), "SKIPPED {test}: {why}").expect("stderr");
    false
}

/// A command that starts a program on virtual cameras, with nothing of the user's
/// environment that the library reads, in a folder of its own.
pub(crate) fn on_cameras(program: impl AsRef<OsStr>, devices: &str, home: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_remove("QHYCCD_LOG").env_remove("QHYCCD_FIRMWARE");
    command.env("QHYCCD_DEVICES", devices).env("HOME", home).current_dir(home);
    command
}
