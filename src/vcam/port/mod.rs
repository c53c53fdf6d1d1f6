//! A plugged-in [`Device`] with a clock, safe to use from many threads, and the sockets
//! of one virtual bus into which such devices go.
//!
//! A [`Port`] is one plugging-in: once unplugged it stays dead, and plugging the camera
//! in again makes a new one at a new address, as an operating system sees it. So does a
//! camera whose firmware starts or whose power fails: it leaves the bus and comes back by
//! itself. All that goes wrong on the cable goes wrong here.

mod socket;
#[cfg(test)]
mod tests;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use parking_lot::{Condvar, Mutex};

use super::device::{BulkIn, Device, Refusal};
use super::faults::{FaultKind, Faults, Hit, Hostile, Occasion, Pipe, Script, grammar};
use super::spec::{DeviceSpec, SpecError};
use super::world::{Dials, World};
use crate::transport::{BusEvent, Identity, Setup, UsbError};
use crate::util::Clock;
use crate::wire::DATA_ENDPOINT;
pub use socket::Socket;
use watch::Watchers;

/// Camera time from the start of the firmware until the camera is on the bus again, and
/// from a reset by itself. A guess.
const FIRMWARE_START: Duration = Duration::from_millis(500);
/// Time without 12 V unless ordered otherwise.
const POWER_OFF: Duration = Duration::from_millis(500);

/// One virtual camera in its socket.
pub struct Port {
    identity: Identity,
    clock: Clock,
    plugged: Mutex<Plugged>,
    /// Signalled when something happened for which a bulk read may be waiting.
    changed: Condvar,
    claimed: AtomicBool,
    watchers: Arc<Watchers>,
    world: World,
}

struct Plugged {
    device: Device,
    gone: bool,
    /// It left by itself and comes back.
    back: Option<Return>,
    changes: u64,
    script: Script,
    pipe: Pipe,
    hostile: Option<Hostile>,
    /// It answers no request before this camera time.
    silent_until: Duration,
}

#[derive(Clone, Copy)]
struct Return {
    at: Instant,
    start: Start,
}

/// In what state a camera gets on the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// Its power was on: it has its firmware, and the wheel stands where it should.
    Warm,
    /// Its power was off.
    Cold,
    /// The same, because its supply was too weak; it remembers that.
    Failed,
}

/// A transfer that cannot go on as usual.
enum Upset {
    Error(UsbError),
    /// The device leaves the bus.
    Leave(Option<Return>),
}

impl From<UsbError> for Upset {
    fn from(error: UsbError) -> Upset {
        Upset::Error(error)
    }
}

impl From<Refusal> for Upset {
    fn from(refusal: Refusal) -> Upset {
        Upset::Error(refusal.into())
    }
}

impl Port {
    fn plug_in(
        spec: &DeviceSpec,
        identity: Identity,
        watchers: Arc<Watchers>,
        start: Start,
        script: Script,
        world: World,
    ) -> Result<Port, SpecError> {
        let mut device = Device::in_world(spec, identity.clone(), world.clone())?;
        device.set_plugged_unix(SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default());
        if start != Start::Warm {
            device.start_homing(Duration::ZERO);
        }
        if start == Start::Failed {
            device.remember_power_failure();
        }
        Ok(Port {
            identity,
            clock: Clock::scaled(spec.speed),
            plugged: Mutex::new(Plugged {
                device,
                gone: false,
                back: None,
                changes: 0,
                script,
                pipe: Pipe::default(),
                hostile: spec.hostile.map(Hostile::new),
                silent_until: Duration::ZERO,
            }),
            changed: Condvar::new(),
            claimed: AtomicBool::new(false),
            watchers,
            world,
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
        self.control(|plugged, now, fault| {
            let n = match &mut plugged.hostile {
                Some(hostile) => hostile.control_in(&mut plugged.device, setup, data, now)?,
                None => plugged.device.control_in(setup, data, now)?,
            };
            Ok(if fault == Some(FaultKind::Short) { n / 2 } else { n })
        })
    }

    /// A control write.
    pub fn control_out(&self, setup: Setup, data: &[u8]) -> Result<(), UsbError> {
        self.control(|plugged, now, _| match &mut plugged.hostile {
            Some(hostile) => hostile.control_out(&mut plugged.device, setup, data, now),
            None => plugged.device.control_out(setup, data, now),
        })?;
        if self.with_device(|device| device.loader().is_some_and(|l| l.started_at().is_some())) {
            self.leave(Some(self.back_after(FIRMWARE_START, Start::Warm)));
        }
        Ok(())
    }

    fn control<T>(
        &self,
        ask: impl FnOnce(&mut Plugged, Duration, Option<FaultKind>) -> Result<T, Refusal>,
    ) -> Result<T, UsbError> {
        let answer = self.transfer(|plugged, now| {
            let fault = match plugged.script.next(Occasion::Transfer) {
                Some(hit) => self.upset(plugged, hit, now)?,
                None => None,
            };
            if fault == Some(FaultKind::Silent) || now < plugged.silent_until {
                return Err(Refusal::Silent.into());
            }
            Ok(ask(plugged, now, fault)?)
        });
        self.wake();
        answer
    }

    /// One step of a bulk read; does not wait.
    pub fn bulk_in(&self, endpoint: u8, data: &mut [u8]) -> Result<BulkIn, UsbError> {
        self.transfer(|plugged, now| {
            let Plugged { device, script, pipe, hostile, .. } = plugged;
            let mut step = match hostile {
                Some(hostile) => hostile.bulk_in(device, endpoint, data, now)?,
                None if endpoint != DATA_ENDPOINT || pipe.is_clear(script) => {
                    device.bulk_in(endpoint, data, now)?
                }
                None => pipe.read(device, script, data, now)?,
            };
            if step.ended {
                if let Some(hit) = plugged.script.next(Occasion::Transfer) {
                    if self.upset(plugged, hit, now)? == Some(FaultKind::Short) {
                        step.filled /= 2;
                    }
                }
            }
            Ok(step)
        })
    }

    /// Does one transfer, or a step of it.
    fn transfer<T>(
        &self,
        work: impl FnOnce(&mut Plugged, Duration) -> Result<T, Upset>,
    ) -> Result<T, UsbError> {
        self.world.look(self.clock.now());
        let mut plugged = self.plugged.lock();
        if plugged.gone {
            return Err(UsbError::Gone);
        }
        let now = self.clock.now();
        let result = if plugged.device.power_failed(now) {
            Err(Upset::Leave(Some(self.back_after(FIRMWARE_START, Start::Failed))))
        } else {
            work(&mut plugged, now)
        };
        drop(plugged);
        match result {
            Ok(value) => Ok(value),
            Err(Upset::Error(error)) => Err(error),
            Err(Upset::Leave(back)) => {
                self.leave(back);
                Err(UsbError::Gone)
            }
        }
    }

    /// What a fault does to the device; returns what it does to this very transfer.
    fn upset(&self, plugged: &mut Plugged, hit: Hit, now: Duration) -> Result<Option<FaultKind>, Upset> {
        let arg = hit.arg.map(Duration::from_millis);
        match hit.kind {
            FaultKind::Unplug => Err(Upset::Leave(None)),
            FaultKind::Replug => {
                Err(Upset::Leave(Some(self.back_after(arg.unwrap_or(POWER_OFF), Start::Cold))))
            }
            FaultKind::Reset => {
                plugged.pipe.reset(&mut plugged.device, now);
                Err(Upset::Error(UsbError::Other("the bus was reset".to_owned())))
            }
            FaultKind::Freeze => {
                plugged.device.freeze(now, arg.map(|arg| now + arg));
                Ok(None)
            }
            FaultKind::Stall => Err(Refusal::Stall.into()),
            FaultKind::Silent => {
                plugged.silent_until = now + arg.unwrap_or_default();
                Ok(Some(hit.kind))
            }
            kind => Ok(Some(kind)),
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
        self.control(|plugged, _, _| {
            plugged.device.clear_halt(endpoint);
            Ok(())
        })
    }

    /// Looks at the device itself, for tests and tools that are not on the bus.
    pub fn with_device<T>(&self, look: impl FnOnce(&mut Device) -> T) -> T {
        look(&mut self.plugged.lock().device)
    }

    /// Turns dials of the camera's world: light, air, focus, pointing.
    pub fn turn(&self, change: impl FnOnce(&mut Dials)) {
        self.world.turn(self.clock.now(), change);
    }

    /// Its world: mount, light and air. What happens there happens in the time of
    /// [`Port::clock`].
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Adds faults to those that were ordered with the camera, in the same words; numbers
    /// count from now: `lost@1` is the next packet.
    pub fn inject(&self, faults: &str) -> Result<(), SpecError> {
        let wrong = || SpecError(format!("`{faults}` is not {}", grammar()));
        let faults = Faults::parse(faults).ok_or_else(wrong)?;
        self.plugged.lock().script.add(&faults);
        Ok(())
    }

    /// How often a kind of fault has happened to this camera, over all its times on the
    /// bus.
    pub fn happened(&self, kind: FaultKind) -> u64 {
        self.plugged.lock().script.happened(kind)
    }

    /// Pulls the cable: every call from now on fails, whoever waits wakes, and watchers
    /// hear of it in this thread. Harmless a second time.
    pub fn unplug(&self) {
        self.leave(None);
    }

    /// Turns its power off, and on again after so much camera time: it leaves the bus and
    /// comes back by itself, as another [`Port`].
    pub fn power_cycle(&self, off: Duration) {
        self.leave(Some(self.back_after(off, Start::Cold)));
    }

    /// Resets the bus: what the endpoint held is lost.
    pub fn reset(&self) {
        let mut plugged = self.plugged.lock();
        let Plugged { device, pipe, .. } = &mut *plugged;
        pipe.reset(device, self.clock.now());
        drop(plugged);
        self.wake();
    }

    /// Stops the FPGA, for so much camera time or until the power is cycled.
    pub fn freeze(&self, time: Option<Duration>) {
        let now = self.clock.now();
        self.with_device(|device| device.freeze(now, time.map(|time| now + time)));
    }

    /// Pulls the trigger input low, for so much camera time from now on. Only models with a
    /// trigger socket have one.
    pub fn trigger_in(&self, low_for: Duration) -> Result<(), SpecError> {
        let now = self.clock.now();
        let taken = self.with_device(|device| device.trigger_in(low_for, now));
        self.wake();
        taken
    }

    fn back_after(&self, time: Duration, start: Start) -> Return {
        Return { at: self.clock.instant_at(self.clock.now() + time), start }
    }

    fn leave(&self, back: Option<Return>) {
        let mut plugged = self.plugged.lock();
        plugged.back = back;
        if std::mem::replace(&mut plugged.gone, true) {
            return;
        }
        plugged.changes += 1;
        drop(plugged);
        self.world.let_go(self.clock.now());
        self.changed.notify_all();
        self.watchers.tell(&BusEvent::Left(self.identity.clone()));
        if let Some(back) = back {
            self.watchers.expect(back.at);
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
