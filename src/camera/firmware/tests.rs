//! Files good and damaged, what is sent for them, and what a camera's answers do.

use std::fs;
use std::sync::Arc;

use parking_lot::Mutex;
use proptest::prelude::*;

use super::*;
use crate::transport::{BulkStream, LinkSpeed, Setup};

const ENTRY: u32 = 0x4000_3000;

fn section(address: u32, len: usize) -> Section {
    Section { address, data: (0..len).map(|n| (n * 7 + address as usize / 4096) as u8).collect() }
}

/// The file of these sections, as the maker's note has it.
fn img(sections: &[Section], entry: u32) -> Vec<u8> {
    let mut file = b"CY\x1c\xb0".to_vec();
    let mut sum = 0u32;
    for section in sections {
        file.extend((section.data.len() as u32 / 4).to_le_bytes());
        file.extend(section.address.to_le_bytes());
        file.extend(&section.data);
        for word in section.data.chunks(4) {
            sum = sum.wrapping_add(u32::from_le_bytes(word.try_into().unwrap()));
        }
    }
    for word in [0, entry, sum] {
        file.extend(word.to_le_bytes());
    }
    file
}

/// The section order and sizes of the observed download.
fn good() -> (Vec<Section>, Vec<u8>) {
    let sections = vec![section(ENTRY, 5120), section(0x4001_3000, 64)];
    let file = img(&sections, ENTRY);
    (sections, file)
}

fn record(address: u16, kind: u8, data: &[u8]) -> String {
    let mut bytes = vec![data.len() as u8, (address >> 8) as u8, address as u8, kind];
    bytes.extend(data);
    bytes.push(bytes.iter().fold(0u8, |sum, b| sum.wrapping_sub(*b)));
    format!(":{}\r\n", bytes.iter().map(|b| format!("{b:02X}")).collect::<String>())
}

fn hex_file(records: &[(u16, u8, &[u8])]) -> String {
    records.iter().map(|(address, kind, data)| record(*address, *kind, data)).collect()
}

fn damaged(file: &[u8]) -> String {
    fx3::parse(file).unwrap_err()
}

#[test]
fn a_good_image_is_taken_as_it_is() {
    let (sections, mut file) = good();
    let image = Image { sections, start: Start::Entry(ENTRY) };
    assert_eq!(fx3::parse(&file), Ok(image.clone()));
    file.extend([0xFF; 5]);
    assert_eq!(fx3::parse(&file), Ok(image), "filling behind the checksum");
    // Up to the last byte of each memory.
    let edges = [section(0, 0x4000), section(0x1000_0000, 0x2000), section(0x4007_FFF0, 16)];
    assert!(fx3::parse(&img(&edges, 0x1000_1FFF)).is_ok());
}

#[test]
fn every_damage_to_an_image_is_named() {
    let (sections, file) = good();
    for len in 0..file.len() {
        let wanted = if len < 4 { "no FX3 image" } else { "cut off" };
        assert!(damaged(&file[..len]).contains(wanted), "{len}: {}", damaged(&file[..len]));
    }
    let with = |at: usize, bytes: &[u8]| {
        let mut file = file.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        damaged(&file)
    };
    assert!(with(0, b"MZ").contains("no FX3 image"));
    assert!(with(2, &[0x1D]).contains("of data"));
    assert!(with(3, &[0xB2]).contains("type 0xb2"));
    assert!(with(4, &u32::MAX.to_le_bytes()).contains("4294967295 words"));
    assert!(with(4, &0x4000_0000u32.to_le_bytes()).contains("cut off"));
    for outside in [0x2000_0000, 0x4007_F000, 0xFFFF_FFFCu32] {
        assert!(with(8, &outside.to_le_bytes()).contains("outside the controller's memory"), "{outside:#x}");
    }
    for at in [12, 5000, file.len() - 1, file.len() - 4] {
        assert!(with(at, &[file[at] ^ 0x10]).contains("checksum"), "{at}");
    }
    assert!(damaged(&img(&[], ENTRY)).contains("no section"));
    for entry in [0, ENTRY - 1, ENTRY + 5120, 0x4001_3040, u32::MAX] {
        assert!(damaged(&img(&sections, entry)).contains("in none of its sections"), "{entry:#x}");
    }
}

#[test]
fn an_image_is_sent_as_observed() {
    let (sections, file) = good();
    let (writes, start) = fx3::parse(&file).unwrap().requests();
    let heads: Vec<_> = writes.iter().map(|w| (w.encode().0, w.encode().1.len())).collect();
    let at = |value, index| Setup::vendor_out(0xA0, value, index);
    // The lines of the observed download, in their order.
    let observed = [
        (at(0x3000, 0x4000), 2048),
        (at(0x3800, 0x4000), 2048),
        (at(0x4000, 0x4000), 1024),
        (at(0x3000, 0x4001), 64),
    ];
    assert_eq!(heads, observed);
    assert_eq!(start.encode(), (at(0x3000, 0x4000), vec![]));
    let sent: Vec<u8> = writes.iter().flat_map(|w| w.encode().1).collect();
    assert_eq!(sent, [sections[0].data.clone(), sections[1].data.clone()].concat());
}

#[test]
fn a_good_hex_file_is_sent_under_reset() {
    let file = hex_file(&[
        (0, 4, &[0, 0]),
        (0x0000, 0, &[0x02, 0x01, 0x00]),
        (0x0100, 0, &[1; 16]),
        (0x0110, 0, &[2; 16]),
        (0xE1FF, 0, &[9]),
        (0, 5, &[0, 0, 1, 0]),
        (0, 1, &[]),
    ]);
    let (writes, start) = hex::parse(file.to_lowercase().as_bytes()).unwrap().requests();
    let joined = [vec![1; 16], vec![2; 16]].concat();
    let wanted = [(0xE600, vec![1]), (0, vec![2, 1, 0]), (0x100, joined), (0xE1FF, vec![9])];
    assert_eq!(writes, wanted.map(|(address, data)| Out::Loader { address, data }));
    assert_eq!(start.encode(), (Setup::vendor_out(0xA0, 0xE600, 0), vec![0]));
}

#[test]
fn every_damage_to_a_hex_file_is_named() {
    let data = record(0, 0, &[2, 1, 0]);
    let end = record(0, 1, &[]);
    for (file, wanted) in [
        (String::new(), "no end record"),
        (data.clone(), "no end record"),
        (end.clone(), "nothing at address 0"),
        (format!("{data}{end}{data}"), "line 3 follows the end"),
        (format!("{data}CY\n{end}"), "line 2 is no record"),
        (data.replace("02", "0G") + &end, "pairs of hexadecimal digits"),
        (data.replace("\r", "0\r") + &end, "pairs of hexadecimal digits"),
        (":000000\n".into(), "line 1 is too short"),
        (data.replace(":03", ":04") + &end, "another length"),
        (data.replace(":03", ":02") + &end, "another length"),
        (data.replace("0201", "0301") + &end, "line 1 has a wrong checksum"),
        (record(0x4000, 0, &[1]) + &end, "outside the controller's memory: 0x4000"),
        (record(0x3FFF, 0, &[1, 2]) + &end, "outside the controller's memory"),
        (record(0xE600, 0, &[0]) + &end, "outside the controller's memory"),
        (record(0, 4, &[0, 1]) + &end, "leaves the 64 KiB"),
        (record(0, 4, &[0]) + &end, "unknown type or form"),
        (record(0, 1, &[1]), "unknown type or form"),
        (record(0, 6, &[]) + &end, "unknown type or form"),
    ] {
        let text = hex::parse(file.as_bytes()).unwrap_err();
        assert!(text.contains(wanted), "{file:?}: {text}");
    }
}

proptest! {
    #[test]
    fn no_bytes_do_harm(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), at in any::<prop::sample::Index>(), byte: u8) {
        let _ = hex::parse(&bytes);
        bytes.splice(0..0, *b"CY\x1c\xb0");
        prop_assert!(fx3::parse(&bytes).is_err());
        // One wrong byte in a good file: it is refused, unless it is one that the checksum
        // does not cover: the control byte, an address of a section, or the entry.
        let (sections, mut file) = good();
        let at = at.index(file.len());
        let same = file[at] == byte;
        file[at] = byte;
        if let Ok(image) = fx3::parse(&file) {
            let second = 12 + sections[0].data.len();
            let addresses = [8..12, second + 4..second + 8];
            let moved = addresses.iter().any(|address| address.contains(&at));
            let entry = file.len() - 8..file.len() - 4;
            prop_assert!(same || at == 2 || moved || entry.contains(&at), "byte {at}");
            prop_assert!(moved || image.sections == sections);
            let data = |sections: &[Section]| sections.iter().map(|s| s.data.clone()).collect::<Vec<_>>();
            prop_assert_eq!(data(&image.sections), data(&sections));
        }
    }

    #[test]
    fn no_text_does_harm(lines in proptest::collection::vec(":[0-9A-F]{0,40}", 0..20)) {
        let _ = hex::parse(lines.join("\n").as_bytes());
    }
}

#[test]
fn files_that_are_none_are_refused_with_their_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("QHY600.img");
    let refused = |wanted: &str| {
        let text = read(&path, Controller::Fx3).unwrap_err().to_string();
        assert!(text.contains(&path.display().to_string()) && text.contains(wanted), "{text}");
    };
    refused("not there");
    fs::create_dir(&path).unwrap();
    refused("is not a file");
    fs::remove_dir(&path).unwrap();
    fs::write(&path, "").unwrap();
    refused("no FX3 image");
    fs::write(&path, [good().1, vec![0; 1024 * 1024]].concat()).unwrap();
    refused("longer than 1048576 bytes");
    fs::write(&path, good().1).unwrap();
    assert!(read(&path, Controller::Fx3).is_ok());
    let text = read(&path, Controller::Fx2).unwrap_err().to_string();
    assert!(text.contains("line 1 is no record"), "{text}");
}

#[test]
fn the_form_follows_the_camera_then_the_name() {
    let (fx3, fx2) = (Controller::Fx3, Controller::Fx2);
    // The QHY600 has an FX3 whatever file somebody gives it; of the other nothing is known.
    assert_eq!(controller(0xC600, Path::new("a.hex")), Ok(fx3));
    assert_eq!(controller(0x0920, Path::new("dir.img/QHY5II.HEX")), Ok(fx2));
    assert_eq!(controller(0xC174, Path::new("QHY174.img")), Ok(fx3));
    assert!(controller(0xC174, Path::new("QHY174")).unwrap_err().to_string().contains("QHY174"));
}

/// Takes what is written, until told otherwise.
struct Camera {
    taken: Mutex<usize>,
    answers: fn(usize) -> std::result::Result<(), UsbError>,
    identity: Identity,
}

fn camera(answers: fn(usize) -> std::result::Result<(), UsbError>) -> Camera {
    let identity = Identity {
        vendor: 0x1618,
        product: 0xC600,
        bus: 1,
        address: 5,
        ports: vec![1],
        speed: LinkSpeed::High,
    };
    Camera { taken: Mutex::new(0), answers, identity }
}

impl Transport for Camera {
    fn identity(&self) -> &Identity {
        &self.identity
    }
    fn claim(&self) -> std::result::Result<(), UsbError> {
        Ok(())
    }
    fn release(&self) -> std::result::Result<(), UsbError> {
        Ok(())
    }
    fn control_in(&self, _: Setup, _: &mut [u8], _: Duration) -> std::result::Result<usize, UsbError> {
        Err(UsbError::Stall)
    }
    fn control_out(&self, _: Setup, _: &[u8], _: Duration) -> std::result::Result<(), UsbError> {
        let mut taken = self.taken.lock();
        *taken += 1;
        (self.answers)(*taken)
    }
    fn bulk_out(&self, _: u8, _: &[u8], _: Duration) -> std::result::Result<usize, UsbError> {
        Err(UsbError::Stall)
    }
    fn bulk_in(&self, _: u8, _: &mut [u8], _: Duration) -> std::result::Result<usize, UsbError> {
        Err(UsbError::Stall)
    }
    fn open_bulk_in(&self, _: u8) -> std::result::Result<Box<dyn BulkStream>, UsbError> {
        Err(UsbError::Stall)
    }
    fn clear_halt(&self, _: u8) -> std::result::Result<(), UsbError> {
        Ok(())
    }
    fn is_gone(&self) -> bool {
        false
    }
}

#[test]
fn sending_ends_at_the_first_failure_and_forgives_a_quick_start() {
    let image = fx3::parse(&good().1).unwrap();
    let all = camera(|_| Ok(()));
    send(&all, &image).unwrap();
    assert_eq!(*all.taken.lock(), 5);
    let broken = camera(|n| if n == 2 { Err(UsbError::Stall) } else { Ok(()) });
    assert_eq!(send(&broken, &image).unwrap_err().kind(), ErrorKind::Usb);
    assert_eq!(*broken.taken.lock(), 2);
    for quick in [
        |n| if n == 5 { Err(UsbError::Gone) } else { Ok(()) },
        |n| {
            if n == 5 { Err(UsbError::Timeout { transferred: 0 }) } else { Ok(()) }
        },
    ] {
        send(&camera(quick), &image).unwrap();
    }
    let unwilling = camera(|n| if n == 5 { Err(UsbError::Stall) } else { Ok(()) });
    assert!(send(&unwilling, &image).unwrap_err().to_string().contains("refused to start"));
}

/// A bus on which a camera appears that may be opened after some looks.
struct LateBus {
    looks: Mutex<usize>,
    device: Identity,
}

impl Bus for LateBus {
    fn scan(&self) -> std::result::Result<Vec<Identity>, UsbError> {
        let mut looks = self.looks.lock();
        *looks += 1;
        Ok(if *looks > 2 { vec![self.device.clone()] } else { vec![] })
    }
    fn open(&self, _: &Identity) -> std::result::Result<Arc<dyn Transport>, UsbError> {
        match *self.looks.lock() {
            ..=4 => Err(UsbError::Access("not yet".into())),
            _ => Ok(Arc::new(camera(|_| Ok(())))),
        }
    }
    fn watch(&self, _: crate::transport::BusListener) -> std::result::Result<(), UsbError> {
        Err(UsbError::NotSupported)
    }
    fn unwatch(&self) {}
}

#[test]
fn a_camera_is_back_when_it_may_be_opened() {
    let device = Identity { product: 0xC601, ..camera(|_| Ok(())).identity };
    let bus = LateBus { looks: Mutex::new(0), device: device.clone() };
    await_cameras(&bus, &[], 0).unwrap();
    assert_eq!(*bus.looks.lock(), 1, "nobody was started");
    await_cameras(&bus, &[], 1).unwrap();
    assert_eq!(*bus.looks.lock(), 5);
    // One that was there before is not the one that is awaited.
    let text = await_cameras(&bus, &[device], 1).unwrap_err().to_string();
    assert!(text.contains("0 of 1 cameras"), "{text}");
}

#[test]
fn only_cameras_that_are_driven_have_files() {
    let ours = camera(|_| Ok(())).identity;
    let other = Identity { product: 0xC174, ..ours.clone() };
    assert!(model::is_loader(other.vendor, other.product));
    let files = files_for(&[other, ours.clone()], Path::new("/folder"));
    assert_eq!(files, [(ours, PathBuf::from("/folder/QHY600.img"))]);
}
