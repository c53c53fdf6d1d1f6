//! The way over libusb: the look-alike by a plain libusb program, then our transport and
//! library on it, with everything that can go wrong on a cable.
//!
//! libusb is bound when a program starts. So each test starts this binary again for
//! itself alone, with the look-alike in front, and does its work there.
#![cfg(all(target_os = "linux", feature = "c-abi", feature = "usb", feature = "virtual"))]

mod support;

use std::ffi::{CStr, c_char};
use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use qhyccd::camera::{Camera, ErrorKind, Library, PlugEvent, State, StreamMode};
use qhyccd::model::ControlId;
use qhyccd::transport::select::bus_for;
use qhyccd::transport::{BulkStream, Bus, Completion, Setup, Transport, UsbError};
use qhyccd::util::Rect;

use support::usb::{libusb_folder, look_alike, uses_another_libusb};
use support::{have, on_cameras, root, run, skip};

/// Set in the second process, to the name of the test.
const INSIDE: &str = "QHYCCD_USB_TEST";
/// Stands in for "for ever": reached only by a failure.
const LONG: Duration = Duration::from_secs(120);
const SECOND: Duration = Duration::from_secs(1);

/// A test over USB: which cameras, and what else its process is told.
struct Over<'a> {
    test: &'a str,
    devices: &'a str,
    settings: &'a [(&'a str, &'a str)],
    look_alike: bool,
}

impl<'a> Over<'a> {
    fn usb(test: &'a str, devices: &'a str) -> Over<'a> {
        Over { test, devices, settings: &[], look_alike: true }
    }

    fn with(self, settings: &'a [(&'a str, &'a str)]) -> Over<'a> {
        Over { settings, ..self }
    }

    /// Runs `body` in a process of its own.
    fn run(self, body: impl FnOnce()) {
        // Several processes for one test differ by their settings.
        let mark = format!("{} {:?}", self.test, self.settings);
        if let Some(inside) = std::env::var_os(INSIDE) {
            if inside == *mark {
                body();
            }
            return;
        }
        if uses_another_libusb() {
            skip(self.test, "this build has libusb compiled in; install its development files and rebuild");
            return;
        }
        let folder = libusb_folder(&format!("usb-{}-{}", self.test, self.settings.len()));
        let mut command = on_cameras(std::env::current_exe().expect("this test"), self.devices, &folder);
        command.args(["--exact", self.test, "--nocapture", "--test-threads=1"]).env(INSIDE, &mark);
        command.envs(self.settings.iter().copied());
        match self.look_alike {
            true => command.env("LD_LIBRARY_PATH", &folder),
            false => command.env_remove("LD_LIBRARY_PATH"),
        };
        let printed = run(&mut command).good();
        assert!(printed.contains("1 passed"), "{printed}");
    }
}

fn bus() -> Arc<dyn Bus> {
    bus_for(std::env::var("QHYCCD_DEVICES").ok().as_deref()).expect("bus")
}

fn library() -> Library {
    Library::new(bus())
}

/// The first device, opened and claimed.
fn device(bus: &dyn Bus) -> Arc<dyn Transport> {
    let device = bus.open(&bus.scan().expect("scan")[0]).expect("open");
    device.claim().expect("claim");
    device
}

/// Asks for the serial number.
fn ask(device: &dyn Transport) -> Result<usize, UsbError> {
    device.control_in(Setup::vendor_in(0xCA, 0x10, 0x10), &mut [0; 16], SECOND)
}

const ENDPOINT: u8 = 0x81;

/// A queue with reads of 1024, 2048, ... bytes in flight.
fn reads(device: &dyn Transport, count: usize) -> Box<dyn BulkStream> {
    let mut stream = device.open_bulk_in(ENDPOINT).expect("stream");
    for n in 1..=count {
        stream.submit(vec![0; 1024 * n]).expect("submit");
    }
    assert_eq!(stream.pending(), count);
    stream
}

/// All reads of [`reads`], in the order of their submission, with this status.
fn all_end(stream: &mut dyn BulkStream, count: usize, wanted: &UsbError) {
    for n in 1..=count {
        let Completion { buffer, filled, status } = stream.wait(LONG).expect("completion");
        assert_eq!((buffer.len(), filled, status), (1024 * n, 0, Err(wanted.clone())));
    }
    assert_eq!(stream.pending(), 0);
    assert!(stream.wait(LONG).is_none());
}

/// Waits until the library has so many threads: they name themselves, and the system
/// forgets them, a little later than they are started and joined.
fn until_threads(wanted: usize) {
    let end = Instant::now() + LONG;
    loop {
        let tasks = fs::read_dir("/proc/self/task").expect("threads").flatten();
        let names = tasks.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
        let ours: Vec<_> = names.filter(|name| name.starts_with("qhyccd")).collect();
        if ours.len() == wanted {
            return;
        }
        assert!(Instant::now() < end, "{wanted} threads wanted: {ours:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The first camera, initialised for frames of a small corner.
fn small_frames(library: &Library, mode: StreamMode) -> Arc<Camera> {
    let cameras = library.scan().expect("scan");
    let camera = library.open(&cameras[0].id).expect("open");
    camera.set_stream_mode(mode).expect("mode");
    camera.init().expect("init");
    camera.set_roi(REGION).expect("region");
    camera.set(ControlId::EXPOSURE, 1000.0).expect("exposure");
    camera
}

const REGION: Rect = Rect { x: 24, y: 10, width: 640, height: 480 };

/// Compares a frame of [`REGION`] with scene `xy`.
fn assert_scene(picture: &[u8]) {
    assert_eq!(picture.len(), (REGION.width * REGION.height * 2) as usize);
    for (n, bytes) in picture.chunks_exact(2).enumerate() {
        let (x, y) = (REGION.x + n as u32 % REGION.width, REGION.y + n as u32 / REGION.width);
        let value = (7 * x + 13 * y).wrapping_add(x * y) as u16;
        assert_eq!(u16::from_le_bytes([bytes[0], bytes[1]]), value, "pixel {x},{y}");
    }
}

fn take_frame(camera: &Camera) -> qhyccd::camera::Result<Vec<u8>> {
    let mut picture = vec![0; camera.frame_info().len_bytes()];
    camera.start_exposure()?;
    camera.read_frame(|_| Some(&mut picture[..]))?;
    Ok(picture)
}

fn take_live_frame(camera: &Camera) -> Vec<u8> {
    let mut picture = vec![0; camera.frame_info().len_bytes()];
    camera.begin_live().expect("live");
    let end = Instant::now() + LONG;
    loop {
        match camera.live_frame(|_| Some(&mut picture[..])) {
            Ok(_) => return picture,
            Err(e) if e.kind() == ErrorKind::NotYet && Instant::now() < end => {
                std::thread::sleep(Duration::from_millis(2));
            }
            Err(e) => panic!("{e}"),
        }
    }
}

#[test]
fn a_plain_libusb_program_finds_what_libusb_promises() {
    let test = "a_plain_libusb_program_finds_what_libusb_promises";
    if std::env::var_os(INSIDE).is_some()
        || !have("cc", &["--version"], test)
        || !have("pkg-config", &["--exists", "libusb-1.0"], test)
    {
        return;
    }
    let folder = libusb_folder("usb-list");
    let flags = run(Command::new("pkg-config").args(["--cflags", "libusb-1.0"])).silent();
    let program = folder.join("usblist");
    run(Command::new("cc")
        .args(["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror"])
        .args(flags.split_whitespace())
        .arg(root().join("c-tests/usblist.c"))
        .arg("-L")
        .arg(&folder)
        .args(["-lusb-1.0", "-lpthread", "-o"])
        .arg(&program))
    .silent();
    let devices = "virtual:QHY600M?faults=unplug@30,QHY600C?speed_link=high&product=c6fe";
    let mut command = on_cameras(&program, devices, &folder);
    let printed = run(command.env("LD_LIBRARY_PATH", &folder)).silent();
    let golden = fs::read_to_string(root().join("c-tests/expected/usblist.txt")).expect("golden");
    assert_eq!(printed, golden);
}

#[test]
fn the_look_alike_exports_its_own_names_only_and_needs_no_libusb() {
    use object::elf::FileHeader64;
    use object::read::elf::{Dyn, ElfFile, FileHeader};
    use object::{Endianness, Object, ObjectSymbol};
    if std::env::var_os(INSIDE).is_some() {
        return;
    }
    let bytes = fs::read(look_alike()).expect("look-alike");
    let file: ElfFile<FileHeader64<Endianness>> = ElfFile::parse(&*bytes).expect("ELF");
    let exported: Vec<_> =
        file.dynamic_symbols().filter(|s| s.is_definition()).map(|s| s.name().unwrap()).collect();
    assert!(exported.len() > 80, "{}", exported.len());
    // Beside libusb's names only its own meter, which no program asks for by chance.
    let other = exported.iter().filter(|name| !name.starts_with("libusb_"));
    let other: Vec<_> = other.filter(|name| !name.starts_with("virtual_usb_")).collect();
    assert!(other.is_empty(), "{other:?}");

    let header = FileHeader64::<Endianness>::parse(&*bytes).unwrap();
    let endian = header.endian().unwrap();
    let sections = header.sections(endian, &*bytes).unwrap();
    let (entries, link) = sections.dynamic(endian, &*bytes).unwrap().expect("dynamic section");
    let names = sections.strings(endian, &*bytes, link).unwrap();
    let of_kind = |kind: u32| -> Vec<_> {
        let fits = entries.iter().filter(|e| e.tag32(endian) == Some(kind));
        fits.map(|e| String::from_utf8_lossy(e.string(endian, names).unwrap()).into_owned()).collect()
    };
    assert_eq!(of_kind(object::elf::DT_SONAME), ["libusb-1.0.so.0"]);
    let needed = of_kind(object::elf::DT_NEEDED);
    assert!(!needed.is_empty() && !needed.iter().any(|n| n.contains("usb")), "{needed:?}");
}

#[test]
fn pending_reads_end_when_the_device_vanishes() {
    Over::usb("pending_reads_end_when_the_device_vanishes", "virtual-usb:QHY600M?faults=unplug@2").run(
        || {
            let bus = bus();
            let device = device(&*bus);
            let mut stream = reads(&*device, 4);
            assert_eq!(ask(&*device), Ok(16));
            assert_eq!(ask(&*device), Err(UsbError::Gone));
            all_end(&mut *stream, 4, &UsbError::Gone);
            assert!(device.is_gone());
            let (error, buffer) = stream.submit(vec![0; 1024]).expect_err("no device");
            assert_eq!((error, buffer.len()), (UsbError::Gone, 1024));
            assert!(bus.scan().unwrap().is_empty());
        },
    );
}

#[test]
fn cancelled_reads_come_back_in_order() {
    Over::usb("cancelled_reads_come_back_in_order", "virtual-usb:QHY600M").run(|| {
        let bus = bus();
        let device = device(&*bus);
        let mut stream = reads(&*device, 8);
        assert!(stream.wait(Duration::from_millis(20)).is_none(), "there is nothing to read");
        stream.cancel_all();
        all_end(&mut *stream, 8, &UsbError::Cancelled);
        // The queue goes on after.
        stream.submit(vec![0; 1024]).expect("submit");
        stream.cancel_all();
        all_end(&mut *stream, 1, &UsbError::Cancelled);
    });
}

#[test]
fn a_wait_is_ended_from_another_thread() {
    Over::usb("a_wait_is_ended_from_another_thread", "virtual-usb:QHY600M").run(|| {
        let bus = bus();
        let device = device(&*bus);
        let mut stream = reads(&*device, 1);
        let waker = stream.waker();
        let start = Instant::now();
        std::thread::scope(|scope| {
            scope.spawn(|| waker.wake());
            assert!(stream.wait(LONG).is_none());
        });
        assert!(start.elapsed() < LONG, "the wait ended by its time");
        assert_eq!(stream.pending(), 1);
    });
}

#[test]
fn a_stream_dropped_with_reads_in_flight_leaves_nothing_behind() {
    Over::usb("a_stream_dropped_with_reads_in_flight_leaves_nothing_behind", "virtual-usb:QHY600M").run(
        || {
            let bus = bus();
            let device = device(&*bus);
            for _ in 0..20 {
                let stream = reads(&*device, 8);
                until_threads(1);
                drop(stream);
                // The event thread ends with the last stream.
                until_threads(0);
            }
            drop(device);
            let again = bus.open(&bus.scan().unwrap()[0]).unwrap();
            assert_eq!(again.claim(), Ok(()), "the handle was closed");
        },
    );
}

#[test]
fn watches_start_and_end_while_events_are_handled() {
    Over::usb("watches_start_and_end_while_events_are_handled", "virtual-usb:QHY600M,QHY600C").run(|| {
        let bus = bus();
        let device = device(&*bus);
        let stream = reads(&*device, 2);
        for _ in 0..50 {
            let (sender, events) = mpsc::channel();
            bus.watch(Arc::new(move |event| drop(sender.send(event)))).expect("watch");
            bus.unwatch();
            // The listener is gone with the watch, and its end of the channel with it.
            assert_eq!(events.iter().count(), 0, "nothing was plugged");
        }
        drop(stream);
    });
}

#[test]
fn an_open_camera_is_lost_when_it_is_unplugged() {
    // Identity takes 2 requests, init some more; the rest are of the loop below.
    Over::usb("an_open_camera_is_lost_when_it_is_unplugged", "virtual-usb:QHY600M?faults=unplug@200").run(
        || {
            let library = library();
            let id = library.scan().unwrap()[0].id.clone();
            let (sender, events) = mpsc::channel();
            library.watch(move |event| drop(sender.send(event))).expect("watch");
            let camera = small_frames(&library, StreamMode::Single);
            let error = loop {
                if let Err(error) = take_frame(&camera) {
                    break error;
                }
            };
            assert_eq!(error.kind(), ErrorKind::Lost, "{error}");
            assert_eq!(events.recv_timeout(LONG).unwrap(), PlugEvent::Left(id));
            assert_eq!(camera.state(), State::Lost);
            library.release();
        },
    );
}

/// Pulls the cable with a request on a handle of its own: the library has sent nothing.
fn unplug_by_another(bus: &dyn Bus) {
    let other = bus.open(&bus.scan().expect("scan")[0]).expect("open");
    while ask(&*other).is_ok() {}
}

#[test]
fn a_loss_is_noticed_without_a_request_to_the_camera() {
    let test = "a_loss_is_noticed_without_a_request_to_the_camera";
    Over::usb(test, "virtual-usb:QHY600M?faults=unplug@3000").run(|| {
        let (library, bus) = (library(), bus());
        let camera = small_frames(&library, StreamMode::Single);
        camera.set(ControlId::EXPOSURE, 3600e6).expect("exposure");
        camera.start_exposure().expect("start");
        std::thread::scope(|scope| {
            // The exposure has an hour to go.
            let reader = scope.spawn(|| camera.read_frame(|_| None).unwrap_err().kind());
            std::thread::sleep(Duration::from_millis(50));
            unplug_by_another(&*bus);
            assert_eq!(reader.join().expect("reader"), ErrorKind::Lost);
        });
        assert_eq!(camera.state(), State::Lost);
        library.release();
    });
    Over::usb(test, "virtual-usb:QHY600M?faults=unplug@3000").with(&[("QHYCCD_IDLE", "1")]).run(|| {
        let (library, bus) = (library(), bus());
        let camera = small_frames(&library, StreamMode::Single);
        unplug_by_another(&*bus);
        assert_eq!(camera.get(ControlId::GAIN).unwrap_err().kind(), ErrorKind::Lost);
        library.release();
    });
}

#[test]
fn a_camera_in_use_is_said_to_be_so() {
    Over::usb("a_camera_in_use_is_said_to_be_so", "virtual-usb:QHY600M").run(|| {
        let bus = bus();
        let first = device(&*bus);
        let library = library();
        let id = library.scan().expect("scan")[0].id.clone();
        let error = library.open(&id).err().expect("in use");
        assert!(error.to_string().contains("in use"), "{error}");
        drop(first);
        library.open(&id).expect("free again");
    });
}

#[test]
fn a_device_of_unknown_product_id_is_named_not_driven() {
    Over::usb("a_device_of_unknown_product_id_is_named_not_driven", "virtual-usb:QHY600M?product=c6fe").run(
        || {
            let library = library();
            assert!(library.scan().unwrap().is_empty());
            let unknown = library.unknown();
            assert_eq!(unknown.len(), 1);
            assert!(unknown[0].1.contains("0xc6fe"), "{}", unknown[0].1);
        },
    );
}

#[test]
fn faulty_answers_to_control_requests_are_errors_with_text() {
    let devices = "virtual-usb:QHY600M?faults=stall@2+short@4+short@6+silent@7";
    Over::usb("faulty_answers_to_control_requests_are_errors_with_text", devices).run(|| {
        let library = library();
        for text in ["stall", "0 of 1", "0 of 1", "timed out"] {
            // The first request of each scan is good where the fault is at an even number.
            assert!(library.scan().unwrap().is_empty(), "{text}");
            let why = &library.unknown()[0].1;
            assert!(why.contains(text) || why.contains("of 16 bytes"), "{text}: {why}");
        }
        assert_eq!(library.scan().unwrap().len(), 1, "the fifth scan meets no fault");
    });
}

#[test]
fn reads_go_on_with_little_memory() {
    // Two reads of 512 KiB fit.
    Over::usb("reads_go_on_with_little_memory", "virtual-usb:QHY600M?scene=xy&readout=instant")
        .with(&[("VIRTUAL_USB_MEMORY", "1100000")])
        .run(|| {
            let bus = bus();
            let device = device(&*bus);
            let mut stream = device.open_bulk_in(ENDPOINT).unwrap();
            for _ in 0..8 {
                stream.submit(vec![0; 512 * 1024]).expect("held back until there is memory");
            }
            assert_eq!(stream.pending(), 8);
            stream.cancel_all();
            for _ in 0..8 {
                assert_eq!(stream.wait(LONG).unwrap().status, Err(UsbError::Cancelled));
            }
            drop((stream, device));
            let library = library();
            assert_scene(&take_frame(&small_frames(&library, StreamMode::Single)).unwrap());
        });
}

#[test]
fn reads_become_shorter_when_memory_is_short() {
    Over::usb("reads_become_shorter_when_memory_is_short", "virtual-usb:QHY600M?scene=xy&readout=instant")
        .with(&[("VIRTUAL_USB_MEMORY", "40000")])
        .run(|| {
            let library = library();
            let camera = small_frames(&library, StreamMode::Single);
            assert_scene(&take_frame(&camera).unwrap());
            assert_scene(&take_frame(&camera).unwrap());
            camera.set_stream_mode(StreamMode::Live).unwrap();
            camera.init().unwrap();
            camera.set_roi(REGION).unwrap();
            assert_scene(&take_live_frame(&camera));
            camera.stop_live().unwrap();
        });
}

#[test]
fn no_memory_at_all_is_an_error_with_text() {
    Over::usb("no_memory_at_all_is_an_error_with_text", "virtual-usb:QHY600M?readout=instant")
        .with(&[("VIRTUAL_USB_MEMORY", "8000")])
        .run(|| {
            let library = library();
            let error = take_frame(&small_frames(&library, StreamMode::Single)).expect_err("no memory");
            assert!(error.to_string().contains("memory"), "{error}");
        });
}

unsafe extern "C" {
    fn InitQHYCCDResource() -> u32;
    fn ScanQHYCCD() -> u32;
    fn GetQHYCCDLastError() -> *const c_char;
    fn ReleaseQHYCCDResource() -> u32;
}

/// The C interface finds no camera, and says why in these words.
fn nothing_found(words: &[&str]) {
    // SAFETY: these take nothing; the text is valid until the next call of this thread.
    let (count, text) = unsafe {
        InitQHYCCDResource();
        (ScanQHYCCD(), CStr::from_ptr(GetQHYCCDLastError()).to_string_lossy().into_owned())
    };
    assert_eq!(count, 0);
    assert!(words.iter().all(|w| text.contains(w)), "{text}");
    // SAFETY: takes nothing.
    unsafe { ReleaseQHYCCDResource() };
}

#[test]
fn another_libusb_than_the_look_alike_is_refused_with_text() {
    let over = Over::usb("another_libusb_than_the_look_alike_is_refused_with_text", "virtual-usb:QHY600M");
    Over { look_alike: false, ..over }.run(|| nothing_found(&["look-alike", "another libusb answers"]));
}

#[test]
fn a_libusb_that_does_not_start_is_an_error_with_text() {
    Over::usb("a_libusb_that_does_not_start_is_an_error_with_text", "virtual-usb:QHY600M")
        .with(&[("VIRTUAL_USB_INIT", "-99")])
        .run(|| nothing_found(&["libusb 1.0.26", "does not start"]));
}

/// Frames over USB, single and live, equal to the scene: the way the other tests spoil.
#[test]
fn frames_come_pixel_for_pixel() {
    Over::usb("frames_come_pixel_for_pixel", "virtual-usb:QHY600M?scene=xy").run(|| {
        let library = library();
        let camera = small_frames(&library, StreamMode::Single);
        assert_scene(&take_frame(&camera).unwrap());
        camera.set_stream_mode(StreamMode::Live).unwrap();
        camera.init().unwrap();
        camera.set_roi(REGION).unwrap();
        assert_scene(&take_live_frame(&camera));
        camera.stop_live().unwrap();
        library.release();
        until_threads(0);
    });
}
