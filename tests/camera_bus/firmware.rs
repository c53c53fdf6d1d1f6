//! From a camera that waits for its firmware to one that answers.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use qhyccd::camera::{ErrorKind, Library, PlugEvent};
use qhyccd::transport::Setup;

use crate::bench::*;

const WAITING: &str = "QHY600M?scene=xy&speed=100&readout=instant&loader=on";

/// An image of one section, spelled by hand.
fn image(entry: u32) -> Vec<u8> {
    let mut file = b"CY\x1c\xb0".to_vec();
    let words: Vec<u32> = (0..1280u32).map(|n| n.wrapping_mul(0x9E37_79B9)).collect();
    file.extend((words.len() as u32).to_le_bytes());
    file.extend(0x4000_3000u32.to_le_bytes());
    words.iter().for_each(|word| file.extend(word.to_le_bytes()));
    for word in [0, entry, words.iter().fold(0, |sum: u32, word| sum.wrapping_add(*word))] {
        file.extend(word.to_le_bytes());
    }
    file
}

fn folder_with(file: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("QHY600.img"), file).unwrap();
    folder
}

fn works(library: &Library) {
    let list = library.scan().unwrap();
    assert_eq!(list.len(), 1);
    assert!(list[0].id.starts_with("QHY600M-") && list[0].super_speed);
    assert!(library.loaders().is_empty());
    let camera = library.open(&list[0].id).unwrap();
    camera.init().unwrap();
    library.close(&camera).unwrap();
}

#[test]
fn nothing_is_sent_unasked() {
    let bench = bench(WAITING);
    assert!(bench.library.scan().unwrap().is_empty());
    assert_eq!(bench.library.loaders().len(), 1);
    assert_eq!(bench.library.loaders()[0].product, 0xC600);
    assert!(bench.tap.take().is_empty());
    let error = bench.library.open("QHY600M-0123456789abcdef").err().unwrap();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn a_waiting_camera_is_loaded_on_request() {
    let bench = bench(WAITING);
    let folder = folder_with(&image(0x4000_3000));
    let loader = bench.bus.socket().ports()[0].clone();
    bench.library.set_firmware_folder(folder.path());
    assert_eq!(bench.library.load_firmware().unwrap(), 1);
    let sent = bench.tap.take();
    assert_eq!(sent.iter().filter(|r| r.starts_with("Loader")).count(), 4, "{sent:?}");
    assert!(loader.is_gone());
    loader.with_device(|device| {
        let memory = device.loader().unwrap();
        assert_eq!(memory.started_at(), Some(0x4000_3000));
        assert_eq!(memory.read(0x4000_3000, 5120).unwrap(), image(0x4000_3000)[12..5132]);
    });
    works(&bench.library);
    assert_eq!(bench.library.load_firmware().unwrap(), 0, "nobody waits any more");
}

#[test]
fn a_scan_loads_once_a_folder_is_named() {
    let bench = bench(WAITING);
    let folder = folder_with(&image(0x4000_3000));
    assert!(bench.library.scan().unwrap().is_empty());
    bench.library.set_firmware_folder(folder.path());
    works(&bench.library);
    // Without power it forgets.
    bench.bus.socket().unplug(0);
    bench.bus.socket().replug(0).unwrap();
    assert_eq!(bench.bus.socket().ports()[0].identity().product, 0xC600);
    works(&bench.library);
}

#[test]
fn two_cameras_are_loaded_beside_a_running_one() {
    let bench = bench(&format!("{WAITING},{},QHY600C?speed=100", WAITING.replace("600M", "600C")));
    let running = bench.open(0);
    running.init().unwrap();
    let folder = folder_with(&image(0x4000_3000));
    bench.library.set_firmware_folder(folder.path());
    assert_eq!(bench.library.scan().unwrap().len(), 3);
    assert!(bench.library.scan().unwrap().iter().any(|c| c.id == running.id()));
    assert!(running.firmware_version().is_ok());
}

#[test]
fn a_file_that_is_wrong_is_named_and_nothing_is_sent() {
    let bench = bench(WAITING);
    let mut broken = image(0x4000_3000);
    broken[100] ^= 1;
    let cases = [
        (Some(broken), ErrorKind::Invalid, "checksum"),
        (Some(image(0x4000_3000)[..4000].to_vec()), ErrorKind::Invalid, "cut off"),
        (Some(image(0)), ErrorKind::Invalid, "in none of its sections"),
        (Some(Vec::new()), ErrorKind::Invalid, "no FX3 image"),
        (None, ErrorKind::NotFound, "not there"),
    ];
    for (file, kind, wanted) in cases {
        let folder = folder_with(file.as_deref().unwrap_or_default());
        if file.is_none() {
            fs::remove_file(folder.path().join("QHY600.img")).unwrap();
        }
        bench.library.set_firmware_folder(folder.path());
        let error = bench.library.load_firmware().unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        let text = error.to_string();
        assert!(text.contains("QHY600.img") && text.contains(wanted), "{text}");
        assert!(bench.library.scan().unwrap().is_empty());
        assert_eq!(bench.library.loaders().len(), 1);
    }
    assert!(bench.tap.take().is_empty());
    // The right file helps without more ado.
    let folder = folder_with(&image(0x4000_3000));
    bench.library.set_firmware_folder(folder.path());
    works(&bench.library);
}

#[test]
fn a_file_may_be_given_for_usb_ids() {
    let bench = bench(WAITING);
    let folder = folder_with(&image(0x4000_3000));
    let path = folder.path().join("QHY600.img");
    let give = |vendor, product, path: &Path| bench.library.load_firmware_file(vendor, product, path);
    // A running camera and other makers' devices are never written to.
    for (vendor, product) in [(0x1618, 0xC601), (0x04B4, 0x00F3), (0x1618, 0x0410)] {
        assert_eq!(give(vendor, product, &path).unwrap_err().kind(), ErrorKind::NotFound);
    }
    assert_eq!(give(0x1618, 0xC600, folder.path()).unwrap_err().kind(), ErrorKind::Invalid);
    assert!(bench.tap.take().is_empty());
    assert_eq!(give(0x1618, 0xC600, &path).unwrap(), 1);
    works(&bench.library);
}

#[test]
fn a_scan_does_not_send_again_what_did_not_help() {
    let bench = bench(WAITING);
    let folder = folder_with(&image(0x4000_3000));
    bench.library.set_firmware_folder(folder.path());
    // The second piece is refused.
    let mut number = 0;
    bench.tap.spoil_controls(move |_: Setup, _: &mut [u8]| {
        number += 1;
        (number == 2).then_some(Err(qhyccd::transport::UsbError::Stall))
    });
    assert!(bench.library.scan().unwrap().is_empty());
    assert_eq!(bench.tap.take().len(), 2);
    assert!(bench.library.scan().unwrap().is_empty());
    assert!(bench.tap.take().is_empty());
    // Who asks for it gets another try.
    assert_eq!(bench.library.load_firmware().unwrap(), 1);
    works(&bench.library);
}

#[test]
fn a_loss_in_the_middle_is_told() {
    let bench = bench(WAITING);
    let folder = folder_with(&image(0x4000_3000));
    bench.library.set_firmware_folder(folder.path());
    bench.tap.vanish_at(2);
    assert_eq!(bench.library.load_firmware().unwrap_err().kind(), ErrorKind::Lost);
    assert!(bench.library.loaders().is_empty());
}

#[test]
fn the_return_is_told() {
    let bench = bench(WAITING);
    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = events.clone();
    bench.library.watch(move |event| heard.lock().push(event)).unwrap();
    let folder = folder_with(&image(0x4000_3000));
    bench.library.set_firmware_folder(folder.path());
    bench.library.load_firmware().unwrap();
    let id = bench.library.scan().unwrap()[0].id.clone();
    let end = Instant::now() + FOR_EVER;
    // The loader has no id: of its departure nothing is told.
    while *events.lock() != [PlugEvent::Arrived(id.clone())] {
        assert!(Instant::now() < end, "heard of {:?} only", events.lock());
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}
