//! Arrivals and departures by libusb's hotplug callbacks.

use std::sync::Arc;

use rusb::{Device, Hotplug, HotplugBuilder, Registration};

use crate::transport::{BusEvent, BusListener};

use super::events::{EventLoop, Lease};
use super::{UsbError, from_rusb, identity_of};

/// A running watch.
pub(super) struct Watch {
    /// Dropped first, and not while its callback runs.
    registration: Option<Registration<rusb::Context>>,
    events: Arc<EventLoop>,
    _lease: Lease,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let registration = self.registration.take();
        self.events.between_callbacks(|| drop(registration));
    }
}

impl Watch {
    pub(super) fn start(
        context: &rusb::Context,
        events: &Arc<EventLoop>,
        listener: BusListener,
    ) -> Result<Watch, UsbError> {
        if !rusb::has_hotplug() {
            return Err(UsbError::NotSupported);
        }
        let registration =
            HotplugBuilder::new().register(context, Box::new(Forward(listener))).map_err(from_rusb)?;
        let events = Arc::clone(events);
        Ok(Watch { registration: Some(registration), _lease: events.lease()?, events })
    }
}

struct Forward(BusListener);

impl Hotplug<rusb::Context> for Forward {
    fn device_arrived(&mut self, device: Device<rusb::Context>) {
        if let Ok(identity) = identity_of(&device) {
            (self.0)(BusEvent::Arrived(identity));
        }
    }

    fn device_left(&mut self, device: Device<rusb::Context>) {
        // libusb keeps the descriptor of a device that left.
        if let Ok(identity) = identity_of(&device) {
            (self.0)(BusEvent::Left(identity));
        }
    }
}
