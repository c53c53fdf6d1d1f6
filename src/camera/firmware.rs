//! Firmware for cameras that wait for it: files are read and checked as a whole before a
//! byte is sent, then sent to the boot loader and started.
//!
//! Images are the manufacturer's; none are here. The checks find a file that is damaged
//! or of another kind. They cannot tell whether it is meant for this camera.

mod fx3;
mod hex;
#[cfg(test)]
mod tests;

use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Error, ErrorKind, Result};
use crate::model;
use crate::transport::{Bus, Identity, Transport, UsbError};
use crate::wire::Out;

/// Environment variable that names the folder of firmware files. If it is set, waiting
/// cameras get theirs in every scan.
pub(super) const VARIABLE: &str = "QHYCCD_FIRMWARE";

/// Larger files are not read. Images are about 200 KiB, the memory they go to has 536.
const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// Bytes in one request (observed).
const PIECE_BYTES: usize = 2048;
/// Longest wait for one request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(1);
/// Longest time for a whole image.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait for the cameras that were started.
const RETURN_TIMEOUT: Duration = Duration::from_secs(5);
/// The bus is looked at this often meanwhile.
const POLL: Duration = Duration::from_millis(20);

/// The USB controller of a camera, which the form of its file follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Controller {
    /// Cypress FX3: `.img`.
    Fx3,
    /// Cypress FX2: `.hex`.
    Fx2,
}

/// A checked image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Image {
    sections: Vec<Section>,
    start: Start,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Section {
    address: u32,
    data: Vec<u8>,
}

/// How the program is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// By a write of nothing to this address (FX3, observed).
    Entry(u32),
    /// By holding the processor in reset while it is loaded (FX2, public manual).
    Reset,
}

/// What is wrong with the bytes of a file, to be read after its name.
type Damage = String;

fn damage<T>(text: impl Into<String>) -> std::result::Result<T, Damage> {
    Err(text.into())
}

/// The folder in which the system keeps firmware, if it has one.
pub(super) fn system_folder() -> Option<PathBuf> {
    #[cfg(target_os = "linux")]
    return Some(PathBuf::from("/lib/firmware/qhy"));
    #[cfg(not(target_os = "linux"))]
    None
}

/// The name of the file for a waiting camera.
fn file_name(product: u16) -> Option<&'static str> {
    model::all().find(|m| m.loader == Some(product))?.firmware_file
}

/// The waiting cameras whose file has a known name, and that file in a folder.
pub(super) fn files_for<'a>(
    waiting: impl IntoIterator<Item = &'a Identity>,
    folder: &Path,
) -> Vec<(Identity, PathBuf)> {
    let file = |device: &Identity| Some((device.clone(), folder.join(file_name(device.product)?)));
    waiting.into_iter().filter_map(file).collect()
}

/// The controller of a waiting camera: by the name of its own file if that is known,
/// otherwise by the name of the file that somebody chose for it.
pub(super) fn controller(product: u16, chosen: &Path) -> Result<Controller> {
    let name = file_name(product).map_or(chosen, Path::new);
    let ending = name.extension().and_then(|e| e.to_str()).unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "img" => Ok(Controller::Fx3),
        "hex" => Ok(Controller::Fx2),
        _ => Err(wrong_file(chosen, "its name ends neither in .img (FX3) nor in .hex (FX2)")),
    }
}

fn wrong_file(path: &Path, what: impl fmt::Display) -> Error {
    Error::new(ErrorKind::Invalid, format!("firmware file {}: {what}", path.display()))
}

/// Reads a file and checks all of it.
pub(super) fn read(path: &Path, controller: Controller) -> Result<Image> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Error::new(ErrorKind::NotFound, format!("firmware file {}: not there", path.display()))
        }
        _ => wrong_file(path, error),
    };
    let about = fs::metadata(path).map_err(failed)?;
    // To open a pipe may take for ever.
    if !about.is_file() {
        return Err(wrong_file(path, "is not a file"));
    }
    let too_long = || wrong_file(path, format!("is longer than {MAX_FILE_BYTES} bytes"));
    if about.len() > MAX_FILE_BYTES {
        return Err(too_long());
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|f| f.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(too_long());
    }
    match controller {
        Controller::Fx3 => fx3::parse(&bytes),
        Controller::Fx2 => hex::parse(&bytes),
    }
    .map_err(|damage| wrong_file(path, damage))
}

impl Image {
    /// The requests that load it, and the last one, which starts it.
    fn requests(&self) -> (Vec<Out>, Out) {
        let write = |address, data: &[u8]| Out::Loader { address, data: data.to_vec() };
        let pieces = self.sections.iter().flat_map(|section| {
            let addresses = (section.address..).step_by(PIECE_BYTES);
            addresses.zip(section.data.chunks(PIECE_BYTES)).map(|(address, piece)| write(address, piece))
        });
        match self.start {
            Start::Entry(address) => (pieces.collect(), write(address, &[])),
            Start::Reset => {
                let hold = write(hex::CPUCS, &[1]);
                (std::iter::once(hold).chain(pieces).collect(), write(hex::CPUCS, &[0]))
            }
        }
    }
}

/// Sends an image to a waiting camera and starts it.
pub(super) fn send(transport: &dyn Transport, image: &Image) -> Result<()> {
    let end = Instant::now() + SEND_TIMEOUT;
    let (writes, start) = image.requests();
    for write in &writes {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let text = format!("the camera did not take its firmware within {SEND_TIMEOUT:?}");
            return Err(Error::new(ErrorKind::Timeout, text));
        }
        let (setup, data) = write.encode();
        transport.control_out(setup, &data, left.min(REQUEST_TIMEOUT))?;
    }
    let (setup, data) = start.encode();
    match transport.control_out(setup, &data, REQUEST_TIMEOUT) {
        Err(UsbError::Stall) => Err(Error::new(ErrorKind::Usb, "the camera refused to start its firmware")),
        // It may be off the bus before it has acknowledged. What counts is that it returns.
        Err(error) => {
            log::debug!("start of the firmware: {error}");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// Waits until so many cameras are there, and may be opened, that were not there before.
/// They are not looked for where they were: a camera that loads at USB 2 speed and runs at
/// USB 3 speed comes back on another bus.
pub(super) fn await_cameras(bus: &dyn Bus, before: &[Identity], number: usize) -> Result<()> {
    let end = Instant::now() + RETURN_TIMEOUT;
    let is_new = |device: &Identity| {
        device.vendor == model::VENDOR
            && !model::is_loader(device.vendor, device.product)
            && !before.contains(device)
    };
    // A device that has just come belongs to the administrator for a moment.
    let may_be_opened = |device: &Identity| {
        let answer = bus.open(device);
        !matches!(answer, Err(UsbError::Access(_) | UsbError::Gone))
    };
    loop {
        let devices = bus.scan()?;
        let there = devices.iter().filter(|d| is_new(d) && may_be_opened(d)).count();
        if there >= number {
            return Ok(());
        }
        if Instant::now() >= end {
            let text = format!(
                "{there} of {number} cameras came back within {RETURN_TIMEOUT:?} after their firmware was started"
            );
            return Err(Error::new(ErrorKind::Timeout, text));
        }
        std::thread::sleep(POLL);
    }
}

/// True if all of a section lies in one of these memories.
fn lies_in(memories: &[Range<u32>], address: u32, len: usize) -> bool {
    let end = u64::from(address) + len as u64;
    memories.iter().any(|memory| memory.contains(&address) && end <= u64::from(memory.end))
}
