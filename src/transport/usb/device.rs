//! One opened device.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rusb::DeviceHandle;

use crate::transport::{BulkStream, Identity, Setup, Transport, UsbError};

use super::events::EventLoop;
use super::from_rusb;
use super::queue::UsbStream;

/// The handle and what is known of the device. Streams keep it alive while a transfer
/// is pending, so the handle is never closed under one.
pub(super) struct Opened {
    pub(super) handle: DeviceHandle<rusb::Context>,
    pub(super) gone: AtomicBool,
}

/// An opened USB device.
pub(super) struct UsbDevice {
    opened: Arc<Opened>,
    identity: Identity,
    events: Arc<EventLoop>,
    /// A kernel driver was detached and wants to be attached again.
    reattach: AtomicBool,
    /// The interface is ours.
    claimed: Mutex<bool>,
}

impl UsbDevice {
    pub(super) fn new(
        handle: DeviceHandle<rusb::Context>,
        identity: Identity,
        events: Arc<EventLoop>,
    ) -> UsbDevice {
        let opened = Arc::new(Opened { handle, gone: AtomicBool::new(false) });
        UsbDevice { opened, identity, events, reattach: AtomicBool::new(false), claimed: Mutex::new(false) }
    }

    fn handle(&self) -> &DeviceHandle<rusb::Context> {
        &self.opened.handle
    }

    /// Passes a result on; remembers the loss of the device.
    fn note<T>(&self, result: rusb::Result<T>) -> Result<T, UsbError> {
        result.map_err(|error| {
            if error == rusb::Error::NoDevice {
                self.opened.gone.store(true, Ordering::Release);
            }
            from_rusb(error)
        })
    }
}

/// libusb takes 0 as "for ever"; no wait of ours is meant so.
fn at_least_1_ms(timeout: Duration) -> Duration {
    timeout.max(Duration::from_millis(1))
}

impl Transport for UsbDevice {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn claim(&self) -> Result<(), UsbError> {
        match self.handle().detach_kernel_driver(0) {
            Ok(()) => self.reattach.store(true, Ordering::Release),
            // No driver there, or none to be detached on this system: fine.
            Err(rusb::Error::NotFound | rusb::Error::NotSupported) => {}
            Err(error) => return self.note(Err(error)),
        }
        let mut claimed = self.claimed.lock();
        match self.handle().claim_interface(0) {
            Err(rusb::Error::Busy) => Err(UsbError::Busy(String::from(
                "another program, or another copy of this one, holds the camera",
            ))),
            result => {
                *claimed = result.is_ok();
                self.note(result)
            }
        }
    }

    fn release(&self) -> Result<(), UsbError> {
        let mut claimed = self.claimed.lock();
        *claimed = false;
        let result = self.note(self.handle().release_interface(0));
        if self.reattach.swap(false, Ordering::AcqRel) {
            // The camera is usable without its kernel driver; there is none for it.
            let _ = self.handle().attach_kernel_driver(0);
        }
        result
    }

    fn control_in(&self, setup: Setup, data: &mut [u8], timeout: Duration) -> Result<usize, UsbError> {
        let timeout = at_least_1_ms(timeout);
        self.note(self.handle().read_control(
            setup.request_type,
            setup.request,
            setup.value,
            setup.index,
            data,
            timeout,
        ))
    }

    fn control_out(&self, setup: Setup, data: &[u8], timeout: Duration) -> Result<(), UsbError> {
        let timeout = at_least_1_ms(timeout);
        let written = self.note(self.handle().write_control(
            setup.request_type,
            setup.request,
            setup.value,
            setup.index,
            data,
            timeout,
        ))?;
        if written == data.len() {
            Ok(())
        } else {
            Err(UsbError::Other(format!("the device took {written} of {} bytes", data.len())))
        }
    }

    fn bulk_out(&self, endpoint: u8, data: &[u8], timeout: Duration) -> Result<usize, UsbError> {
        self.note(self.handle().write_bulk(endpoint, data, at_least_1_ms(timeout)))
    }

    fn bulk_in(&self, endpoint: u8, data: &mut [u8], timeout: Duration) -> Result<usize, UsbError> {
        self.note(self.handle().read_bulk(endpoint, data, at_least_1_ms(timeout)))
    }

    fn open_bulk_in(&self, endpoint: u8) -> Result<Box<dyn BulkStream>, UsbError> {
        Ok(Box::new(UsbStream::new(Arc::clone(&self.opened), self.events.lease()?, endpoint)))
    }

    fn clear_halt(&self, endpoint: u8) -> Result<(), UsbError> {
        self.note(self.handle().clear_halt(endpoint))
    }

    /// Where libusb watches the bus it knows of a loss before a transfer fails. It tells
    /// when it is asked for an interface that is claimed already: that sends nothing.
    fn is_gone(&self) -> bool {
        if !self.opened.gone.load(Ordering::Acquire) {
            let claimed = self.claimed.lock();
            if *claimed {
                let _ = self.note(self.handle().claim_interface(0));
            }
        }
        self.opened.gone.load(Ordering::Acquire)
    }
}
