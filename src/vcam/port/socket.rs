//! The sockets of one virtual bus, and the cameras that go in and out of them.

use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;

use super::watch::Watchers;
use super::{Port, Start};
use crate::transport::{BusEvent, BusListener, Identity, LinkSpeed};
use crate::vcam::faults::Script;
use crate::vcam::spec::{DeviceSpec, SpecError};
use crate::vcam::world::{Mount, Tracking, World};

/// The sockets of one virtual bus.
pub struct Socket {
    shared: Arc<Shared>,
}

/// What the thread that waits for returning cameras needs of it.
struct Shared {
    specs: Vec<DeviceSpec>,
    /// The world of each, which goes on while it is not there, and the wall time at which
    /// all of them began.
    worlds: Vec<World>,
    began: Instant,
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
        let mount =
            Arc::new(specs.first().map_or_else(|| Mount::new(Tracking::default()), DeviceSpec::mount));
        let worlds: Vec<World> = specs.iter().map(|spec| spec.world_on(mount.clone())).collect();
        let began = Instant::now();
        for (place, spec) in specs.iter().enumerate() {
            let identity = slots.identity(place, spec, spec.loader);
            let script = Script::new(&spec.faults, spec.fault_seed());
            let port =
                Port::plug_in(spec, identity, watchers.clone(), Start::Warm, script, worlds[place].clone())?;
            slots.ports.push(Arc::new(port));
        }
        Ok(Socket { shared: Arc::new(Shared { specs, worlds, began, slots: Mutex::new(slots), watchers }) })
    }

    /// The cameras plugged in now. If one that left by itself is due back since the last
    /// look, watchers hear of its return in this thread.
    pub fn ports(&self) -> Vec<Arc<Port>> {
        self.shared.bring_all_back();
        self.shared.slots.lock().ports.iter().filter(|port| !port.is_gone()).cloned().collect()
    }

    /// The camera ordered at `place`, counted from 0, as it was plugged in last; it may be
    /// gone.
    ///
    /// # Panics
    /// If so many were not ordered.
    pub fn port(&self, place: usize) -> Arc<Port> {
        self.shared.bring_back(place);
        self.shared.slots.lock().ports[place].clone()
    }

    /// Pulls the cable of the camera ordered at `place`, counted from 0.
    pub fn unplug(&self, place: usize) {
        let port = self.shared.slots.lock().ports.get(place).cloned();
        if let Some(port) = port {
            port.unplug();
        }
    }

    /// Plugs the camera ordered at `place` in again, after its power was off: its serial
    /// number is the same, its address is new, and it remembers nothing but which of its
    /// faults have happened. Does nothing if it is still there.
    pub fn replug(&self, place: usize) -> Result<(), SpecError> {
        if place < self.shared.specs.len() {
            self.shared.plug_in_again(place, |_| Some(Start::Cold))?;
        }
        Ok(())
    }

    /// Calls `listener` on arrivals and departures: departures in the thread that causes
    /// them, arrivals too, or in a thread that the first watcher starts and the last one
    /// ends. Returns a number for [`Socket::unwatch`].
    pub fn watch(&self, listener: BusListener) -> u64 {
        let number = self.shared.watchers.add(listener);
        let shared = self.shared.clone();
        self.shared.watchers.start_waiting(|turn| {
            let work = move || shared.watchers.wait_for_returns(turn, || shared.bring_all_back());
            std::thread::Builder::new().name("virtual-plug".into()).spawn(work).ok()
        });
        number
    }

    /// Ends [`Socket::watch`].
    pub fn unwatch(&self, number: u64) {
        if self.shared.watchers.remove(number) {
            self.shared.watchers.stop_waiting();
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.shared.watchers.stop_waiting();
    }
}

impl Shared {
    fn bring_all_back(&self) {
        for place in 0..self.specs.len() {
            self.bring_back(place);
        }
    }

    /// Puts a camera that left by itself back on the bus, if it is time.
    fn bring_back(&self, place: usize) {
        // If the file of its scene is gone, it stays away.
        let _ = self.plug_in_again(place, |port| {
            let back = port.plugged.lock().back?;
            (back.at <= Instant::now()).then_some(back.start)
        });
    }

    /// Plugs in the camera at `place` if it is gone and `wanted` says how.
    fn plug_in_again(
        &self,
        place: usize,
        wanted: impl FnOnce(&Port) -> Option<Start>,
    ) -> Result<(), SpecError> {
        let spec = &self.specs[place];
        let mut slots = self.slots.lock();
        let old = slots.ports[place].clone();
        let Some(start) = Some(&*old).filter(|port| port.is_gone()).and_then(wanted) else {
            return Ok(());
        };
        let identity = slots.identity(place, spec, spec.loader && start != Start::Warm);
        let script = Script::new(&Default::default(), 0);
        let world = self.worlds[place].plugged_in_at(self.began.elapsed().mul_f64(spec.speed));
        let port = Port::plug_in(spec, identity.clone(), self.watchers.clone(), start, script, world)?;
        std::mem::swap(&mut port.plugged.lock().script, &mut old.plugged.lock().script);
        slots.ports[place] = Arc::new(port);
        drop(slots);
        self.watchers.tell(&BusEvent::Arrived(identity));
        Ok(())
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
