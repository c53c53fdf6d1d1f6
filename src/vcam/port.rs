//! A plugged-in [`Device`] with a clock, safe to use from many threads, and the sockets
//! of one virtual bus into which such devices go.
//!
//! A [`Port`] is one plugging-in: once unplugged it stays dead, and plugging the camera
//! in again makes a new one at a new address, as an operating system sees it. So does a
//! camera whose firmware starts: it leaves the bus and comes back by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use parking_lot::{Condvar, Mutex};

use crate::transport::{BusEvent, BusListener, Identity, LinkSpeed, Setup, UsbError};
use crate::util::Clock;

use super::device::{BulkIn, Device, Refusal};
use super::faults::{Fault, Faults};
use super::spec::{DeviceSpec, SpecError};

/// One virtual camera in its socket.
pub struct Port {
    identity: Identity,
    clock: Clock,
    plugged: Mutex<Plugged>,
    /// Signalled when something happened for which a bulk read may be waiting.
    changed: Condvar,
    claimed: AtomicBool,
    watchers: Arc<Watchers>,
}

struct Plugged {
    device: Device,
    gone: bool,
    /// It left by itself and comes back at this instant.
    back_at: Option<Instant>,
    changes: u64,
    faults: Faults,
}

/// Whoever wants to know of arrivals and departures.
#[derive(Default)]
struct Watchers {
    list: Mutex<(u64, Vec<(u64, BusListener)>)>,
}

impl Watchers {
    /// Tells all, in this thread, without a lock held.
    fn tell(&self, event: &BusEvent) {
        let listeners: Vec<BusListener> = self.list.lock().1.iter().map(|(_, l)| l.clone()).collect();
        for listener in listeners {
            listener(event.clone());
        }
    }
}

impl Port {
    fn plug_in(
        spec: &DeviceSpec,
        identity: Identity,
        watchers: Arc<Watchers>,
        from_cold: bool,
    ) -> Result<Port, SpecError> {
        let mut device = Device::new(spec, identity.clone())?;
        device.set_plugged_unix(SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default());
        if from_cold {
            device.start_homing(Duration::ZERO);
        }
        Ok(Port {
            identity,
            clock: Clock::scaled(spec.speed),
            plugged: Mutex::new(Plugged {
                device,
                gone: false,
                back_at: None,
                changes: 0,
                faults: spec.faults.clone(),
            }),
            changed: Condvar::new(),
            claimed: AtomicBool::new(false),
            watchers,
        })
    }

    /// Ids, place and speed.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The time the device lives in.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// True once it was unplugged.
    pub fn is_gone(&self) -> bool {
        self.plugged.lock().gone
    }

    /// Takes the interface; false if somebody else has it.
    pub fn claim(&self) -> bool {
        !self.claimed.swap(true, Ordering::AcqRel)
    }

    /// Gives the interface back.
    pub fn release(&self) {
        self.claimed.store(false, Ordering::Release);
    }

    /// A control read.
    pub fn control_in(&self, setup: Setup, data: &mut [u8]) -> Result<usize, UsbError> {
        self.control(|device, now, fault| {
            let n = device.control_in(setup, data, now)?;
            Ok(if fault == Some(Fault::Short) { n / 2 } else { n })
        })
    }

    /// A control write.
    pub fn control_out(&self, setup: Setup, data: &[u8]) -> Result<(), UsbError> {
        self.control(|device, now, _| device.control_out(setup, data, now))?;
        if self.with_device(|device| device.loader().is_some_and(|l| l.started_at().is_some())) {
            let back_at = self.clock.instant_at(self.clock.now() + FIRMWARE_START);
            self.leave(Some(back_at));
        }
        Ok(())
    }

    fn control<T>(
        &self,
        ask: impl FnOnce(&mut Device, Duration, Option<Fault>) -> Result<T, Refusal>,
    ) -> Result<T, UsbError> {
        let mut plugged = self.plugged.lock();
        if plugged.gone {
            return Err(UsbError::Gone);
        }
        let fault = plugged.faults.next();
        let answer = match fault {
            Some(Fault::Unplug) => {
                drop(plugged);
                self.unplug();
                return Err(UsbError::Gone);
            }
            Some(Fault::Stall) => Err(Refusal::Stall),
            Some(Fault::Silent) => Err(Refusal::Silent),
            Some(Fault::Short) | None => ask(&mut plugged.device, self.clock.now(), fault),
        };
        plugged.changes += 1;
        drop(plugged);
        self.changed.notify_all();
        answer.map_err(UsbError::from)
    }

    /// One step of a bulk read; does not wait.
    pub fn bulk_in(&self, endpoint: u8, data: &mut [u8]) -> Result<BulkIn, UsbError> {
        let mut plugged = self.plugged.lock();
        if plugged.gone {
            return Err(UsbError::Gone);
        }
        let step = plugged.device.bulk_in(endpoint, data, self.clock.now())?;
        match if step.ended { plugged.faults.next() } else { None } {
            Some(Fault::Unplug) => {
                drop(plugged);
                self.unplug();
                Err(UsbError::Gone)
            }
            Some(Fault::Stall) => Err(UsbError::Stall),
            _ => Ok(step),
        }
    }

    /// A number that grows with everything a bulk read may wait for. Take it before the
    /// step that found nothing and give it to [`Port::wait`], and nothing is missed.
    pub fn changes(&self) -> u64 {
        self.plugged.lock().changes
    }

    /// Waits until something has changed since `seen`, `until` at the latest.
    pub fn wait(&self, seen: u64, until: Instant) {
        let mut plugged = self.plugged.lock();
        while plugged.changes == seen && !plugged.gone {
            if self.changed.wait_until(&mut plugged, until).timed_out() {
                return;
            }
        }
    }

    /// Ends every [`Port::wait`].
    pub fn wake(&self) {
        self.plugged.lock().changes += 1;
        self.changed.notify_all();
    }

    /// Clears the halt of an endpoint.
    pub fn clear_halt(&self, endpoint: u8) -> Result<(), UsbError> {
        self.control(|device, _, _| {
            device.clear_halt(endpoint);
            Ok(())
        })
    }

    /// Looks at the device itself, for tests and tools that are not on the bus.
    pub fn with_device<T>(&self, look: impl FnOnce(&mut Device) -> T) -> T {
        look(&mut self.plugged.lock().device)
    }

    /// Pulls the cable: every call from now on fails, whoever waits wakes, and watchers
    /// hear of it in this thread. Harmless a second time.
    pub fn unplug(&self) {
        self.leave(None);
    }

    fn leave(&self, back_at: Option<Instant>) {
        let mut plugged = self.plugged.lock();
        plugged.back_at = back_at;
        if std::mem::replace(&mut plugged.gone, true) {
            return;
        }
        plugged.changes += 1;
        drop(plugged);
        self.changed.notify_all();
        self.watchers.tell(&BusEvent::Left(self.identity.clone()));
    }
}

/// Camera time from the start of the firmware until the camera is on the bus again. A
/// guess.
const FIRMWARE_START: Duration = Duration::from_millis(500);

/// The sockets of one virtual bus.
pub struct Socket {
    specs: Vec<DeviceSpec>,
    slots: Mutex<Slots>,
    watchers: Arc<Watchers>,
}

struct Slots {
    ports: Vec<Arc<Port>>,
    next_address: u8,
}

/// The bus number of virtual cameras.
const BUS: u8 = 2;
/// Lower addresses belong to hubs.
const FIRST_ADDRESS: u8 = 3;
/// USB addresses end here and are used again.
const LAST_ADDRESS: u8 = 127;

impl Socket {
    /// Plugs in the cameras that the text behind `virtual:` orders.
    pub fn from_text(text: &str) -> Result<Socket, SpecError> {
        Socket::new(DeviceSpec::parse_list(text)?)
    }

    /// Plugs in these cameras.
    pub fn new(specs: Vec<DeviceSpec>) -> Result<Socket, SpecError> {
        if specs.len() > usize::from(LAST_ADDRESS - FIRST_ADDRESS) {
            return Err(SpecError(format!("{} cameras are too many for one bus", specs.len())));
        }
        let watchers = Arc::new(Watchers::default());
        let mut slots = Slots { ports: Vec::new(), next_address: FIRST_ADDRESS };
        for (place, spec) in specs.iter().enumerate() {
            let port =
                Port::plug_in(spec, slots.identity(place, spec, spec.loader), watchers.clone(), false)?;
            slots.ports.push(Arc::new(port));
        }
        Ok(Socket { specs, slots: Mutex::new(slots), watchers })
    }

    /// The cameras plugged in now. If the firmware of one has started since the last
    /// look, watchers hear of its return in this thread.
    pub fn ports(&self) -> Vec<Arc<Port>> {
        for place in 0..self.specs.len() {
            self.bring_back(place);
        }
        self.slots.lock().ports.iter().filter(|port| !port.is_gone()).cloned().collect()
    }

    /// Pulls the cable of the camera ordered at `place`, counted from 0.
    pub fn unplug(&self, place: usize) {
        let port = self.slots.lock().ports.get(place).cloned();
        if let Some(port) = port {
            port.unplug();
        }
    }

    /// Plugs the camera ordered at `place` in again, after its power was off: its serial
    /// number is the same, its address is new, and it remembers nothing. Does nothing if
    /// it is still there.
    pub fn replug(&self, place: usize) -> Result<(), SpecError> {
        let Some(spec) = self.specs.get(place) else { return Ok(()) };
        let mut slots = self.slots.lock();
        if !slots.ports[place].is_gone() {
            return Ok(());
        }
        let identity = slots.identity(place, spec, spec.loader);
        slots.ports[place] = Arc::new(Port::plug_in(spec, identity.clone(), self.watchers.clone(), true)?);
        drop(slots);
        self.watchers.tell(&BusEvent::Arrived(identity));
        Ok(())
    }

    /// Puts a camera whose firmware has started back on the bus, if it is time.
    fn bring_back(&self, place: usize) {
        let mut slots = self.slots.lock();
        let back_at = slots.ports[place].plugged.lock().back_at;
        if back_at.is_none_or(|at| Instant::now() < at) {
            return;
        }
        let spec = &self.specs[place];
        let identity = slots.identity(place, spec, false);
        let watchers = self.watchers.clone();
        match Port::plug_in(spec, identity.clone(), watchers, false) {
            Ok(port) => slots.ports[place] = Arc::new(port),
            // The file of its scene is gone: it stays away.
            Err(_) => return,
        }
        drop(slots);
        self.watchers.tell(&BusEvent::Arrived(identity));
    }

    /// Calls `listener` on arrivals and departures, in the thread that causes them.
    /// Returns a number for [`Socket::unwatch`].
    pub fn watch(&self, listener: BusListener) -> u64 {
        let mut list = self.watchers.list.lock();
        list.0 += 1;
        let number = list.0;
        list.1.push((number, listener));
        number
    }

    /// Ends [`Socket::watch`].
    pub fn unwatch(&self, number: u64) {
        self.watchers.list.lock().1.retain(|(other, _)| *other != number);
    }
}

impl Slots {
    fn identity(&mut self, place: usize, spec: &DeviceSpec, loader: bool) -> Identity {
        let address = self.next_address;
        self.next_address = if address == LAST_ADDRESS { FIRST_ADDRESS } else { address + 1 };
        Identity {
            vendor: crate::model::VENDOR,
            product: spec.model.loader.filter(|_| loader).unwrap_or(spec.product),
            bus: BUS,
            address,
            ports: vec![1, 1 + place as u8],
            speed: match spec.link {
                LinkSpeed::High => LinkSpeed::High,
                // The controller's ROM speaks USB 2 only (public data sheet).
                _ if loader => LinkSpeed::High,
                _ => LinkSpeed::Super,
            },
        }
    }
}

impl From<Refusal> for UsbError {
    fn from(refusal: Refusal) -> UsbError {
        match refusal {
            Refusal::Stall => UsbError::Stall,
            Refusal::Gone => UsbError::Gone,
            Refusal::Silent => UsbError::Timeout { transferred: 0 },
        }
    }
}
