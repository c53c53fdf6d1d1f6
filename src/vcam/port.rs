//! A plugged-in [`Device`] with a clock, safe to use from many threads.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::transport::{Identity, Setup, UsbError};
use crate::util::Clock;

use super::device::{BulkIn, Device, Refusal};
use super::spec::{DeviceSpec, SpecError};

/// One virtual camera in its socket.
pub struct Port {
    identity: Identity,
    clock: Clock,
    device: Mutex<Device>,
    /// Signalled after every control request: a waiting bulk read may have data now.
    changed: Condvar,
}

/// The sockets of one virtual bus.
pub struct Socket {
    ports: Vec<Arc<Port>>,
}

impl Port {
    /// Ids, place and speed.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The time the device lives in.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// A control read.
    pub fn control_in(&self, setup: Setup, data: &mut [u8]) -> Result<usize, UsbError> {
        let answer = self.device.lock().control_in(setup, data, self.clock.now());
        self.changed.notify_all();
        answer.map_err(UsbError::from)
    }

    /// A control write.
    pub fn control_out(&self, setup: Setup, data: &[u8]) -> Result<(), UsbError> {
        let answer = self.device.lock().control_out(setup, data, self.clock.now());
        self.changed.notify_all();
        answer.map_err(UsbError::from)
    }

    /// One step of a bulk read; does not wait.
    pub fn bulk_in(&self, endpoint: u8, data: &mut [u8]) -> Result<BulkIn, UsbError> {
        self.device.lock().bulk_in(endpoint, data, self.clock.now()).map_err(UsbError::from)
    }

    /// Waits until something may have changed, `until` at the latest.
    pub fn wait(&self, until: Instant) {
        let mut device = self.device.lock();
        self.changed.wait_until(&mut device, until);
    }

    /// Wakes every [`Port::wait`].
    pub fn wake(&self) {
        self.changed.notify_all();
    }

    /// Clears the halt of an endpoint.
    pub fn clear_halt(&self, endpoint: u8) {
        self.device.lock().clear_halt(endpoint);
    }
}

impl Socket {
    /// Plugs in the cameras that the text behind `virtual:` orders.
    pub fn from_text(text: &str) -> Result<Socket, SpecError> {
        let mut ports = Vec::new();
        for (n, spec) in DeviceSpec::parse_list(text)?.iter().enumerate() {
            let identity = Identity {
                vendor: crate::model::VENDOR,
                product: 0,
                bus: 2,
                address: 3 + n as u8,
                ports: vec![1, 1 + n as u8],
                speed: crate::transport::LinkSpeed::Super,
            };
            ports.push(Arc::new(Port {
                identity: identity.clone(),
                clock: Clock::scaled(spec.speed),
                device: Mutex::new(Device::new(spec, identity)?),
                changed: Condvar::new(),
            }));
        }
        Ok(Socket { ports })
    }

    /// The cameras plugged in now.
    pub fn ports(&self) -> Vec<Arc<Port>> {
        self.ports.clone()
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

const _: fn(Duration) = |_| ();
