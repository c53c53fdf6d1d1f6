//! Listing, opening, closing.

use std::sync::{Arc, mpsc};

use parking_lot::Mutex;
use qhyccd::camera::{ErrorKind, Library, PlugEvent, State, StreamMode};
use qhyccd::transport::null::NullBus;
use qhyccd::transport::{Bus, BusListener, Identity, Transport, UsbError};

use crate::bench::*;

const TWO: &str = "QHY600M?scene=xy&speed=100,QHY600C?scene=xy&speed=100";

#[test]
fn an_empty_bus_has_no_cameras() {
    let library = Library::new(Arc::new(NullBus));
    assert!(library.scan().unwrap().is_empty());
    assert_eq!(library.open("QHY600M-0").err().unwrap().kind(), ErrorKind::NotFound);
    library.release();
}

/// A bus with devices that nobody may talk to.
struct Untouchable(Vec<Identity>);

impl Bus for Untouchable {
    fn scan(&self) -> Result<Vec<Identity>, UsbError> {
        Ok(self.0.clone())
    }
    fn open(&self, device: &Identity) -> Result<Arc<dyn Transport>, UsbError> {
        panic!("{:04x} was opened", device.product);
    }
    fn watch(&self, _: BusListener) -> Result<(), UsbError> {
        Ok(())
    }
    fn unwatch(&self) {}
}

/// Named, and left alone: an id that nobody knows, cameras of other families, and one of
/// this family that is known only.
#[test]
fn cameras_that_are_not_driven_are_named_and_not_touched() {
    let products = [0xFFFE, 0xC175, 0x1001, 0x4201];
    let device = |(n, &product): (usize, &u16)| Identity {
        vendor: 0x1618,
        product,
        bus: 1,
        address: 1 + n as u8,
        ports: vec![1 + n as u8],
        speed: qhyccd::transport::LinkSpeed::Super,
    };
    let devices: Vec<Identity> = products.iter().enumerate().map(device).collect();
    let library = Library::new(Arc::new(Untouchable(devices)));
    assert!(library.scan().unwrap().is_empty());
    let told: Vec<String> = library.unknown().into_iter().map(|(_, why)| why).collect();
    for (why, parts) in told.iter().zip([
        ["0xfffe", "no model"],
        ["0xc175", "QHY174"],
        ["0x1001", "QHY10"],
        ["0x4201", "QHY42"],
    ]) {
        assert!(parts.iter().all(|part| why.contains(part)), "{why}");
    }
    assert_eq!(told.len(), products.len());
    library.release();
}

/// A bus on which a watch takes long to begin.
struct LateBus {
    begins: mpsc::Sender<()>,
    goes_on: Mutex<mpsc::Receiver<()>>,
    listener: Mutex<Option<BusListener>>,
}

impl Bus for LateBus {
    fn scan(&self) -> Result<Vec<Identity>, UsbError> {
        Ok(Vec::new())
    }
    fn open(&self, _: &Identity) -> Result<Arc<dyn Transport>, UsbError> {
        Err(UsbError::Gone)
    }
    fn watch(&self, listener: BusListener) -> Result<(), UsbError> {
        self.begins.send(()).unwrap();
        self.goes_on.lock().recv().unwrap();
        *self.listener.lock() = Some(listener);
        Ok(())
    }
    fn unwatch(&self) {
        *self.listener.lock() = None;
    }
}

#[test]
fn a_release_while_a_watch_begins_ends() {
    let (begins, begun) = mpsc::channel();
    let (go, goes_on) = mpsc::channel();
    let bus = LateBus { begins, goes_on: Mutex::new(goes_on), listener: Mutex::new(None) };
    let library = Arc::new(Library::new(Arc::new(bus)));
    let other = library.clone();
    let watcher = std::thread::spawn(move || other.watch(|_| {}));
    begun.recv().unwrap();
    let (done, released) = mpsc::channel();
    let other = library.clone();
    std::thread::spawn(move || {
        other.release();
        done.send(()).unwrap();
    });
    std::thread::sleep(std::time::Duration::from_millis(200)); // it is in there now, or waits
    go.send(()).unwrap();
    released.recv_timeout(FOR_EVER).expect("release waits for ever");
    watcher.join().unwrap().unwrap();
    library.release();
}

#[test]
fn a_scan_asks_each_device_once() {
    let bench = bench(TWO);
    let list = bench.library.scan().unwrap();
    let names: Vec<_> = list.iter().map(|c| c.id.split('-').next().unwrap().to_owned()).collect();
    assert_eq!(names, ["QHY600M", "QHY600C"]);
    for camera in &list {
        let serial = camera.id.split_once('-').unwrap().1;
        assert!(matches!(serial.len(), 16 | 17), "{}", camera.id);
        assert!(serial.chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase()), "{}", camera.id);
        assert!(camera.id.len() <= 31 && camera.super_speed);
    }
    assert_eq!(bench.tap.take().len(), 4);
    let again = bench.library.scan().unwrap();
    assert_eq!(
        again.iter().map(|c| &c.id).collect::<Vec<_>>(),
        list.iter().map(|c| &c.id).collect::<Vec<_>>()
    );
    assert!(bench.tap.take().is_empty(), "asked again");
}

#[test]
fn a_camera_opens_with_and_without_a_scan() {
    let bench = bench(TWO);
    let id = bench.library.scan().unwrap()[0].id.clone();
    let camera = bench.library.open(&id).unwrap();
    bench.library.close(&camera).unwrap();
    bench.library.release();
    let camera = bench.library.open(&id).unwrap();
    assert_eq!(camera.id(), id);
    for wrong in ["", "QHY600M", "QHY600M-", "QHY600X-0000000000000000"] {
        assert_eq!(bench.library.open(wrong).err().unwrap().kind(), ErrorKind::NotFound, "{wrong}");
    }
}

#[test]
fn a_second_open_gives_the_same_camera() {
    let bench = bench(TWO);
    let first = bench.open(0);
    let second = bench.open(0);
    assert!(Arc::ptr_eq(&first, &second));
    bench.library.close(&first).unwrap();
    assert_eq!(second.state(), State::Closed);
    assert_eq!(second.init().unwrap_err().kind(), ErrorKind::State);
    bench.library.close(&second).unwrap();
    let third = bench.open(0);
    assert!(!Arc::ptr_eq(&first, &third));
    third.init().unwrap();
}

#[test]
fn open_cameras_stay_listed_and_are_not_asked() {
    let bench = bench(TWO);
    let camera = bench.ready(StreamMode::Single);
    camera.start_exposure().unwrap();
    bench.tap.take();
    let list = bench.library.scan().unwrap();
    assert!(list.iter().any(|c| c.id == camera.id()));
    assert!(!bench.tap.take().iter().any(|r| r.contains("Eeprom")));
    assert_eq!(camera.state(), State::Exposing);
    bench.library.release();
    assert_eq!(camera.state(), State::Closed);
    assert_eq!(bench.library.scan().unwrap().len(), 2);
}

#[test]
fn opening_and_closing_ask_what_was_observed() {
    let bench = bench(XY_INSTANT);
    let camera = bench.open(0);
    bench.tap.take();
    bench.library.close(&camera).unwrap();
    assert_eq!(bench.tap.take(), ["Firmware", "Fpga { register: 105, value: 0 }"]);
    let camera = bench.open(0);
    bench.tap.take();
    camera.init().unwrap();
    let first = bench.tap.take();
    assert!(first.contains(&"Page(3)".to_owned()), "{first:?}");
    camera.init().unwrap();
    assert!(!bench.tap.take().contains(&"Page(3)".to_owned()), "the watchdog is switched on once");
    bench.library.close(&camera).unwrap();
    assert_eq!(bench.tap.take().last().unwrap(), "Page(4)");
    // Nothing more is sent, not even by the watchdog's thread.
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(bench.tap.take().is_empty());
}

#[test]
fn plugging_is_told_with_ids() {
    let bench = bench(XY_INSTANT);
    let id = bench.library.scan().unwrap()[0].id.clone();
    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = events.clone();
    bench.library.watch(move |event| heard.lock().push(event)).unwrap();
    let camera = bench.library.open(&id).unwrap();
    bench.bus.socket().unplug(0);
    assert_eq!(camera.state(), State::Lost);
    assert!(bench.library.scan().unwrap().is_empty());
    bench.bus.socket().replug(0).unwrap();
    let told = [PlugEvent::Left(id.clone()), PlugEvent::Arrived(id.clone())];
    let end = std::time::Instant::now() + FOR_EVER;
    while *events.lock() != told {
        assert!(std::time::Instant::now() < end, "heard of {:?} only", events.lock());
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    // The old handle stays dead, the id opens anew.
    assert_eq!(camera.state(), State::Lost);
    let again = bench.library.open(&id).unwrap();
    again.init().unwrap();
    assert_eq!(camera.state(), State::Closed);
    bench.library.unwatch();
    bench.bus.socket().unplug(0);
    assert_eq!(events.lock().len(), 2);
}
