//! A camera on the bench: bus, tap on the cable, library, and what pixels should be.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use qhyccd::camera::{Camera, FrameInfo, Library, Result, StreamMode};
use qhyccd::transport::virtual_::{self, VirtualBus};
use qhyccd::transport::{
    BulkStream, Bus, BusListener, Completion, Identity, Setup, Transport, UsbError, Wake,
};
use qhyccd::util::{Clock, Rect};
use qhyccd::wire::{In, Out};

/// Stands in for "for ever".
pub(crate) const FOR_EVER: Duration = Duration::from_secs(120);

/// What happens to the reads of the data endpoint.
type BulkFault = Box<dyn FnMut(&mut Completion) + Send>;

/// What happens to a control request: another result, for reads with the answer at hand.
type ControlFault = Box<dyn FnMut(Setup, &mut [u8]) -> Option<std::result::Result<usize, UsbError>> + Send>;

/// Notes every control request and can spoil what passes.
#[derive(Default)]
pub(crate) struct Tap {
    /// With the address of the device.
    requests: Mutex<Vec<(u8, String)>>,
    transfers: AtomicUsize,
    /// The device vanishes at this transfer, counted from 1; 0 is never.
    vanish_at: AtomicUsize,
    /// It does so when the transfer has ended well, not before it.
    vanish_after: AtomicBool,
    bulk_fault: Mutex<Option<BulkFault>>,
    control_fault: Mutex<Option<ControlFault>>,
}

impl Tap {
    /// Control requests since the last call: bulk reads are not among them.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.requests.lock()).into_iter().map(|(_, text)| text).collect()
    }

    /// The same, of one device; those of the others stay.
    pub(crate) fn take_of(&self, camera: &Camera) -> Vec<String> {
        let address = camera.place().address;
        let mut requests = self.requests.lock();
        let (of_it, others) = requests.drain(..).partition(|(device, _)| *device == address);
        *requests = others;
        let of_it: Vec<(u8, String)> = of_it;
        of_it.into_iter().map(|(_, text)| text).collect()
    }

    pub(crate) fn transfers(&self) -> usize {
        self.transfers.load(Ordering::SeqCst)
    }

    /// The device vanishes just after this transfer, counted from 1 and from now.
    pub(crate) fn vanish_after(&self, transfer: usize) {
        self.vanish_at(transfer);
        self.vanish_after.store(true, Ordering::SeqCst);
    }

    /// The device vanishes just before this transfer, which fails.
    pub(crate) fn vanish_at(&self, transfer: usize) {
        self.vanish_after.store(false, Ordering::SeqCst);
        self.transfers.store(0, Ordering::SeqCst);
        self.vanish_at.store(transfer, Ordering::SeqCst);
    }

    /// Treats every ended read from now on.
    pub(crate) fn spoil_reads(&self, fault: impl FnMut(&mut Completion) + Send + 'static) {
        *self.bulk_fault.lock() = Some(Box::new(fault));
    }

    /// Treats every control request from now on: after it was answered, or instead of
    /// being sent.
    pub(crate) fn spoil_controls(
        &self,
        fault: impl FnMut(Setup, &mut [u8]) -> Option<std::result::Result<usize, UsbError>> + Send + 'static,
    ) {
        *self.control_fault.lock() = Some(Box::new(fault));
    }

    pub(crate) fn heal(&self) {
        *self.bulk_fault.lock() = None;
        *self.control_fault.lock() = None;
    }

    fn control_fault(&self, setup: Setup, answer: &mut [u8]) -> Option<std::result::Result<usize, UsbError>> {
        self.control_fault.lock().as_mut().and_then(|fault| fault(setup, answer))
    }

    /// Counts a transfer and tells what the device does.
    fn count(&self) -> Vanish {
        let number = self.transfers.fetch_add(1, Ordering::SeqCst) + 1;
        match (number == self.vanish_at.load(Ordering::SeqCst), self.vanish_after.load(Ordering::SeqCst)) {
            (false, _) => Vanish::No,
            (true, false) => Vanish::Before,
            (true, true) => Vanish::After,
        }
    }
}

/// What the device does with a transfer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Vanish {
    No,
    Before,
    After,
}

struct TapBus {
    bus: Arc<VirtualBus>,
    tap: Arc<Tap>,
}

struct TapTransport {
    inner: Arc<dyn Transport>,
    bus: Arc<VirtualBus>,
    tap: Arc<Tap>,
}

struct TapStream {
    inner: Box<dyn BulkStream>,
    bus: Arc<VirtualBus>,
    tap: Arc<Tap>,
}

fn unplug_all(bus: &VirtualBus) {
    for port in bus.socket().ports() {
        port.unplug();
    }
}

impl Bus for TapBus {
    fn scan(&self) -> std::result::Result<Vec<Identity>, UsbError> {
        self.bus.scan()
    }
    fn open(&self, device: &Identity) -> std::result::Result<Arc<dyn Transport>, UsbError> {
        let inner = self.bus.open(device)?;
        Ok(Arc::new(TapTransport { inner, bus: self.bus.clone(), tap: self.tap.clone() }))
    }
    fn watch(&self, listener: BusListener) -> std::result::Result<(), UsbError> {
        self.bus.watch(listener)
    }
    fn unwatch(&self) {
        self.bus.unwatch();
    }
}

impl TapTransport {
    /// Counts a transfer and does it.
    fn transfer<T>(&self, transfer: impl FnOnce() -> T) -> T {
        let vanish = self.tap.count();
        if vanish == Vanish::Before {
            unplug_all(&self.bus);
        }
        let result = transfer();
        if vanish == Vanish::After {
            unplug_all(&self.bus);
        }
        result
    }
}

impl Transport for TapTransport {
    fn identity(&self) -> &Identity {
        self.inner.identity()
    }
    fn clock(&self) -> Clock {
        self.inner.clock()
    }
    fn claim(&self) -> std::result::Result<(), UsbError> {
        self.inner.claim()
    }
    fn release(&self) -> std::result::Result<(), UsbError> {
        self.inner.release()
    }
    fn control_in(&self, s: Setup, data: &mut [u8], t: Duration) -> std::result::Result<usize, UsbError> {
        let text = match In::decode(s) {
            Ok(request) => format!("{request:?}"),
            Err(_) => format!("{s:?}"),
        };
        self.tap.requests.lock().push((self.identity().address, text));
        let answer = self.transfer(|| self.inner.control_in(s, data, t));
        self.tap.control_fault(s, data).unwrap_or(answer)
    }
    fn control_out(&self, s: Setup, data: &[u8], t: Duration) -> std::result::Result<(), UsbError> {
        let text = match Out::decode(s, data) {
            Ok(Out::Command(command)) => format!("{command:?}"),
            Ok(request) => format!("{request:?}"),
            Err(_) => format!("{s:?}"),
        };
        self.tap.requests.lock().push((self.identity().address, text));
        self.transfer(|| match self.tap.control_fault(s, &mut []) {
            Some(result) => result.map(drop),
            None => self.inner.control_out(s, data, t),
        })
    }
    fn bulk_out(&self, e: u8, data: &[u8], t: Duration) -> std::result::Result<usize, UsbError> {
        self.inner.bulk_out(e, data, t)
    }
    fn bulk_in(&self, e: u8, data: &mut [u8], t: Duration) -> std::result::Result<usize, UsbError> {
        self.transfer(|| self.inner.bulk_in(e, data, t))
    }
    fn open_bulk_in(&self, e: u8) -> std::result::Result<Box<dyn BulkStream>, UsbError> {
        let inner = self.inner.open_bulk_in(e)?;
        Ok(Box::new(TapStream { inner, bus: self.bus.clone(), tap: self.tap.clone() }))
    }
    fn clear_halt(&self, e: u8) -> std::result::Result<(), UsbError> {
        self.transfer(|| self.inner.clear_halt(e))
    }
    fn is_gone(&self) -> bool {
        self.inner.is_gone()
    }
}

impl BulkStream for TapStream {
    fn submit(&mut self, buffer: Vec<u8>) -> std::result::Result<(), (UsbError, Vec<u8>)> {
        self.inner.submit(buffer)
    }
    fn wait(&mut self, timeout: Duration) -> Option<Completion> {
        let mut completion = self.inner.wait(timeout)?;
        let vanish = self.tap.count();
        if vanish != Vanish::No {
            unplug_all(&self.bus);
        }
        if vanish == Vanish::Before {
            completion.filled = 0;
            completion.status = Err(UsbError::Gone);
        }
        if let Some(fault) = self.tap.bulk_fault.lock().as_mut() {
            fault(&mut completion);
        }
        Some(completion)
    }
    fn pending(&self) -> usize {
        self.inner.pending()
    }
    fn cancel_all(&mut self) {
        self.inner.cancel_all();
    }
    fn waker(&self) -> Arc<dyn Wake> {
        self.inner.waker()
    }
}

/// Bus, library and cameras. Dropping it closes all.
pub(crate) struct Bench {
    pub(crate) library: Library,
    pub(crate) bus: Arc<VirtualBus>,
    pub(crate) tap: Arc<Tap>,
}

/// A bench with these cameras on its bus.
pub(crate) fn bench(cameras: &str) -> Bench {
    let bus = Arc::new(virtual_::bus(cameras).expect("the order is right"));
    let tap = Arc::new(Tap::default());
    let library = Library::new(Arc::new(TapBus { bus: bus.clone(), tap: tap.clone() }));
    Bench { library, bus, tap }
}

impl Bench {
    /// Opens the camera at this place of the list.
    pub(crate) fn open(&self, place: usize) -> Arc<Camera> {
        let list = self.library.scan().expect("scan");
        assert!(place < list.len(), "only {} cameras", list.len());
        self.library.open(&list[place].id).expect("open")
    }

    /// Opens and initialises the first camera.
    pub(crate) fn ready(&self, mode: StreamMode) -> Arc<Camera> {
        let camera = self.open(0);
        camera.set_stream_mode(mode).unwrap();
        camera.init().unwrap();
        self.tap.take();
        camera
    }
}

/// A mono camera that shows places and lives a hundred times as fast.
pub(crate) const XY: &str = "QHY600M?scene=xy&speed=100";
/// The same, and frames are there at once when the exposure is over.
pub(crate) const XY_INSTANT: &str = "QHY600M?scene=xy&speed=100&readout=instant";

/// What the scene shows at a place of the whole frame: written a second time here.
pub(crate) fn xy(column: u32, row: u32) -> u16 {
    column.wrapping_mul(7).wrapping_add(row.wrapping_mul(13)).wrapping_add(column.wrapping_mul(row)) as u16
}

/// The picture that a region in frame pixels, binned and in this depth, must give.
pub(crate) fn expected(region: Rect, bin: u32, bits: u32, average: bool) -> Vec<u8> {
    let mut picture = Vec::new();
    for row in 0..region.height / bin {
        for column in 0..region.width / bin {
            let mut sum = 0u32;
            for dy in 0..bin {
                for dx in 0..bin {
                    let value = xy(region.x + column * bin + dx, region.y + row * bin + dy);
                    sum += u32::from(if bits == 8 { value >> 8 } else { value });
                }
            }
            let value = if average { sum / (bin * bin) } else { sum };
            match bits {
                8 => picture.push(value.min(255) as u8),
                32 => picture.extend_from_slice(&value.to_le_bytes()),
                _ => picture.extend_from_slice(&(value.min(65535) as u16).to_le_bytes()),
            }
        }
    }
    picture
}

/// Reads the frame of the running exposure into a buffer of exactly its length.
pub(crate) fn read(camera: &Camera) -> Result<(FrameInfo, Vec<u8>)> {
    let mut picture = Vec::new();
    let info = {
        let picture = &mut picture;
        camera.read_frame(move |info| {
            picture.resize(info.len_bytes(), 0xA5);
            Some(&mut picture[..])
        })
    }?;
    Ok((info, picture))
}

/// Exposes and reads.
pub(crate) fn expose(camera: &Camera) -> (FrameInfo, Vec<u8>) {
    camera.start_exposure().expect("start");
    read(camera).expect("read")
}

/// The next live frame; panics if none comes for ever.
pub(crate) fn live(camera: &Camera) -> Result<(FrameInfo, Vec<u8>)> {
    let end = Instant::now() + FOR_EVER;
    loop {
        let mut picture = Vec::new();
        let got = {
            let picture = &mut picture;
            camera.live_frame(move |info| {
                picture.resize(info.len_bytes(), 0);
                Some(&mut picture[..])
            })
        };
        match got {
            Ok(info) => return Ok((info, picture)),
            Err(error) if error.kind() == qhyccd::camera::ErrorKind::NotYet => {
                assert!(Instant::now() < end, "no live frame came");
                std::thread::sleep(Duration::from_millis(1));
            }
            Err(error) => return Err(error),
        }
    }
}

/// First differing place, for messages.
pub(crate) fn assert_same(picture: &[u8], expected: &[u8], what: &str) {
    assert_eq!(picture.len(), expected.len(), "{what}: length");
    if let Some(at) = (0..picture.len()).find(|&at| picture[at] != expected[at]) {
        panic!("{what}: byte {at} is {:#04x}, expected {:#04x}", picture[at], expected[at]);
    }
}
