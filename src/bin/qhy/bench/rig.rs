//! Folders in which the loader finds a library together with the libusb look-alike, and
//! the children that run there.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::output::{Failure, Result};

use super::child;

/// One of the libraries, in a folder with its libusb.
pub(crate) struct Library {
    folder: PathBuf,
    /// In front of the camera in `QHYCCD_DEVICES`.
    prefix: &'static str,
    /// How often it may crash in one measurement.
    crashes: u32,
}

/// What a child measured of one frame.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Frame {
    pub(crate) wall_ns: f64,
    pub(crate) cpu_ns: f64,
    pub(crate) tail_ns: f64,
    pub(crate) requests: f64,
    pub(crate) transfers: f64,
    pub(crate) bytes: f64,
    /// Processor time of a copy of as many bytes.
    pub(crate) copy_ns: f64,
}

/// What a child told: the median frame of each region, and memory.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) frames: Vec<Frame>,
    pub(crate) peak_kib: f64,
}

/// The folders of all libraries, removed at the end.
pub(crate) struct Rig {
    root: PathBuf,
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

fn failed(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::new(format_args!("{}: {error}", path.display()))
}

impl Rig {
    pub(crate) fn new() -> Result<Rig> {
        let root = std::env::temp_dir().join(format!("qhy-bench-{}", std::process::id()));
        fs::create_dir_all(&root).map_err(|e| failed(&root, e))?;
        Ok(Rig { root })
    }

    /// Our library, or one like it.
    pub(crate) fn ours(&self, library: &Path, look_alike: &Path) -> Result<Library> {
        self.library("ours", library, look_alike, "virtual-usb:", 0)
    }

    /// The vendor's. It frees USB transfers that are in flight when live video stops, and
    /// whether that kills it is a matter of timing.
    pub(crate) fn oracle(&self, library: &Path, look_alike: &Path) -> Result<Library> {
        self.library("oracle", library, look_alike, "virtual:", 4)
    }

    fn library(
        &self,
        name: &str,
        library: &Path,
        look_alike: &Path,
        prefix: &'static str,
        crashes: u32,
    ) -> Result<Library> {
        let folder = self.root.join(name);
        let content = fs::read(library).map_err(|e| failed(library, e))?;
        let mut names = libusb_names(&content);
        if names.is_empty() {
            return Err(failed(library, "asks the loader for no libusb; is one compiled in?"));
        }
        // This program itself asks for libusb by its usual name.
        names.insert(LIBUSB.to_string());
        let put = |from: &Path, name: &str| {
            let from = from.canonicalize().map_err(|e| failed(from, e))?;
            symlink(from, folder.join(name)).map_err(|e| failed(&folder, e))
        };
        fs::create_dir(&folder).map_err(|e| failed(&folder, e))?;
        put(library, LIBRARY)?;
        for name in names {
            put(look_alike, &name)?;
        }
        Ok(Library { folder, prefix, crashes })
    }
}

const LIBRARY: &str = "libqhyccd.so.20";
const LIBUSB: &str = "libusb-1.0.so.0";

/// The names by which a library may ask for libusb: packages rename it, and leave the old
/// name in the file.
fn libusb_names(library: &[u8]) -> BTreeSet<String> {
    let (start, end) = ("libusb-1", ".so.0");
    let starts = library.windows(start.len()).enumerate().filter(|(_, w)| *w == start.as_bytes());
    starts
        .filter_map(|(at, _)| std::str::from_utf8(library[at..].split(|b| *b == 0).next()?).ok())
        .filter(|name| name.ends_with(end) && !name.contains('/'))
        .map(String::from)
        .collect()
}

impl Library {
    /// Measures in a process of its own.
    pub(crate) fn measure(&self, cameras: &str, args: &child::Args) -> Result<Outcome> {
        let mut crashes = 0;
        loop {
            match self.try_measure(cameras, args) {
                Err(Failure::Message(_)) if crashes < self.crashes => crashes += 1,
                outcome => return outcome,
            }
        }
    }

    fn try_measure(&self, cameras: &str, args: &child::Args) -> Result<Outcome> {
        let program = std::env::current_exe().map_err(Failure::new)?;
        let mut command = Command::new(program);
        command
            .arg("bench-child")
            .arg("--library")
            .arg(self.folder.join(LIBRARY))
            .arg(format!("--kind={}", args.kind.name()))
            .arg(format!("--regions={}", regions(args)))
            .arg(format!("--bin={}", args.bin))
            .arg(format!("--bits={}", args.bits))
            .arg(format!("--exposure-us={}", args.exposure_us))
            .arg(format!("--frames={}", args.frames))
            .args(args.debayer.then_some("--debayer"))
            .env_remove("QHYCCD_LOG")
            .env_remove("QHYCCD_FIRMWARE")
            .env_remove("QHYCCD_TRACE")
            .env("QHYCCD_DEVICES", format!("{}{cameras}", self.prefix))
            .env("VIRTUAL_USB_METER", "1")
            .env("LD_LIBRARY_PATH", &self.folder)
            .env("HOME", &self.folder)
            .current_dir(&self.folder)
            .stdin(Stdio::null());
        let ended = command.output().map_err(Failure::new)?;
        let stdout = String::from_utf8_lossy(&ended.stdout);
        parse(&stdout).ok_or_else(|| {
            let stderr = String::from_utf8_lossy(&ended.stderr);
            let last = stderr.lines().last().unwrap_or_default();
            failed(&self.folder, format_args!("{:?} ended with {}: {last}", args.kind, ended.status))
        })
    }
}

fn regions(args: &child::Args) -> String {
    let texts: Vec<String> = args.regions.iter().map(|r| r.0.map(|n| n.to_string()).join(",")).collect();
    texts.join(";")
}

/// Reads what a child printed; `None` if it did not come to its end.
fn parse(stdout: &str) -> Option<Outcome> {
    let mut outcome = Outcome::default();
    let (mut frames, mut copies) = (Vec::new(), Vec::new());
    let mut done = false;
    for line in stdout.lines().filter_map(|line| line.strip_prefix("bench ")) {
        let mut words = line.split(' ');
        let name = words.next()?;
        let v: Vec<f64> = words.map(|w| w.parse().ok()).collect::<Option<_>>()?;
        match (name, v.as_slice()) {
            ("region" | "done", _) => {
                if !frames.is_empty() {
                    outcome.frames.push(median_frame(&frames, &copies));
                }
                frames.clear();
                copies.clear();
                done |= name == "done";
            }
            ("frame", &[wall_ns, cpu_ns, tail_ns, requests, transfers, bytes, count]) => frames.push(Frame {
                wall_ns: wall_ns / count,
                cpu_ns: cpu_ns / count,
                tail_ns,
                requests: requests / count,
                transfers: transfers / count,
                bytes: bytes / count,
                copy_ns: 0.0,
            }),
            ("copy", &[_, ns]) => copies.push(ns),
            ("peak_kib", &[kib]) => outcome.peak_kib = kib,
            _ => return None,
        }
    }
    done.then_some(outcome)
}

fn median_frame(frames: &[Frame], copies: &[f64]) -> Frame {
    let of = |value: fn(&Frame) -> f64| median(frames.iter().map(value));
    Frame {
        wall_ns: of(|f| f.wall_ns),
        cpu_ns: of(|f| f.cpu_ns),
        tail_ns: of(|f| f.tail_ns),
        requests: of(|f| f.requests),
        transfers: of(|f| f.transfers),
        bytes: of(|f| f.bytes),
        copy_ns: median(copies.iter().copied()),
    }
}

/// The middle value; NaN of none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n => (values[(n - 1) / 2] + values[n / 2]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_the_words_of_a_child() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median([]).is_nan());

        let text = "noise\nbench region 0 0 64 64\nbench frame 10 4 1 2 1 100 1\nbench copy 100 2\n\
                    bench frame 30 8 3 2 1 100 1\nbench copy 100 4\nbench region 0 0 8 8\n\
                    bench frame 40 10 0 20 10 1000 10\nbench peak_kib 7\nbench done\n";
        let outcome = parse(text).unwrap();
        assert_eq!(outcome.frames.len(), 2);
        assert_eq!((outcome.frames[0].wall_ns, outcome.frames[0].copy_ns), (20.0, 3.0));
        assert_eq!((outcome.frames[1].wall_ns, outcome.frames[1].requests), (4.0, 2.0));
        assert_eq!(outcome.peak_kib, 7.0);
        // A child that crashed halfway has measured nothing.
        assert!(parse("bench region 0 0 64 64\nbench frame 10 4 1 2 1 100 1\n").is_none());
    }

    #[test]
    fn libusb_under_another_name_is_found() {
        let names = |bytes: &[u8]| libusb_names(bytes).into_iter().collect::<Vec<_>>();
        let both = ["libusb-1-91.0.so.0", "libusb-1.0.so.0"];
        assert_eq!(names(b"\0libusb_x\0libusb-1.0.so.0\0libusb-1-91.0.so.0\0"), both);
        assert!(names(b"libusb-1 is missing\0").is_empty());
    }
}
