//! Real USB by libusb.
//!
//! rusb does enumeration, descriptors, control requests and hotplug; the queue of
//! asynchronous bulk reads that SuperSpeed needs is ours (`queue`). One event thread a
//! bus runs while somebody watches or streams, and no longer (`events`).
//!
//! A host program may carry a libusb of its own and export it, so that our calls land
//! there. Whatever answers is asked for its version first, and a failed start of it is an
//! error with a text, never a crash.

mod device;
mod events;
mod hotplug;
mod queue;

use std::sync::Arc;

use parking_lot::Mutex;
use rusb::UsbContext;

use super::{Bus, BusListener, Identity, LinkSpeed, Transport, UsbError};
use device::UsbDevice;
use events::EventLoop;

/// What `libusb_get_version` of the virtual look-alike says of itself.
const LOOK_ALIKE: &str = "virtual-usb";

/// The system's USB devices.
pub struct UsbBus {
    context: rusb::Context,
    events: Arc<EventLoop>,
    watch: Mutex<Option<hotplug::Watch>>,
}

impl UsbBus {
    /// Starts libusb.
    pub fn new() -> Result<UsbBus, UsbError> {
        let version = rusb::version();
        let numbers = (version.major(), version.minor(), version.micro());
        // Hotplug callbacks and `handle_events_timeout_completed` are as old as 1.0.16.
        if numbers < (1, 0, 16) {
            return Err(UsbError::Other(format!(
                "libusb {}.{}.{} is too old; 1.0.16 is needed (does this program carry its own?)",
                numbers.0, numbers.1, numbers.2
            )));
        }
        let context = rusb::Context::new().map_err(|error| {
            UsbError::Other(format!(
                "libusb {}.{}.{} does not start: {error} (is there USB on this machine?)",
                numbers.0, numbers.1, numbers.2
            ))
        })?;
        let events = Arc::new(EventLoop::new(context.clone()));
        Ok(UsbBus { context, events, watch: Mutex::new(None) })
    }

    /// The same, but only if the libusb that answers is the virtual look-alike.
    pub fn on_look_alike() -> Result<UsbBus, UsbError> {
        match look_alike_answers() {
            true => UsbBus::new(),
            false => Err(UsbError::Other(
                "`virtual-usb:` needs the look-alike libusb of the package virtual-usb first in \
                 LD_LIBRARY_PATH, but another libusb answers"
                    .into(),
            )),
        }
    }

    fn find(&self, wanted: &Identity) -> Result<rusb::Device<rusb::Context>, UsbError> {
        let devices = self.context.devices().map_err(from_rusb)?;
        devices.iter().find(|d| identity_of(d).is_ok_and(|is| is == *wanted)).ok_or(UsbError::Gone)
    }
}

impl Bus for UsbBus {
    fn scan(&self) -> Result<Vec<Identity>, UsbError> {
        let devices = self.context.devices().map_err(from_rusb)?;
        // A device that cannot tell its descriptor is just leaving.
        Ok(devices.iter().filter_map(|d| identity_of(&d).ok()).collect())
    }

    fn open(&self, device: &Identity) -> Result<Arc<dyn Transport>, UsbError> {
        let found = self.find(device)?;
        let handle = found.open().map_err(|error| match error {
            rusb::Error::Access => UsbError::Access(format!(
                "give the user access to {:04x}:{:04x}: install the udev rules \
                 85-open-qhyccd.rules and plug the camera in again",
                device.vendor, device.product
            )),
            other => from_rusb(other),
        })?;
        Ok(Arc::new(UsbDevice::new(handle, device.clone(), Arc::clone(&self.events))))
    }

    fn watch(&self, listener: BusListener) -> Result<(), UsbError> {
        let mut watch = self.watch.lock();
        // The old registration must be gone before the new one starts.
        drop(watch.take());
        *watch = Some(hotplug::Watch::start(&self.context, &self.events, listener)?);
        Ok(())
    }

    fn unwatch(&self) {
        // Taken out first: ending it joins threads, and they must not meet this lock.
        let ended = self.watch.lock().take();
        drop(ended);
    }
}

impl Drop for UsbBus {
    fn drop(&mut self) {
        self.unwatch();
    }
}

/// True if the libusb of this process is the virtual look-alike.
fn look_alike_answers() -> bool {
    // SAFETY: libusb answers with a pointer to a static structure of static texts.
    unsafe {
        let version = rusb::ffi::libusb_get_version();
        !version.is_null()
            && !(*version).describe.is_null()
            && std::ffi::CStr::from_ptr((*version).describe).to_bytes() == LOOK_ALIKE.as_bytes()
    }
}

fn identity_of(device: &rusb::Device<rusb::Context>) -> Result<Identity, UsbError> {
    let descriptor = device.device_descriptor().map_err(from_rusb)?;
    Ok(Identity {
        vendor: descriptor.vendor_id(),
        product: descriptor.product_id(),
        bus: device.bus_number(),
        address: device.address(),
        ports: device.port_numbers().unwrap_or_default(),
        speed: match device.speed() {
            rusb::Speed::Super | rusb::Speed::SuperPlus => LinkSpeed::Super,
            rusb::Speed::High => LinkSpeed::High,
            rusb::Speed::Full | rusb::Speed::Low => LinkSpeed::Full,
            _ => LinkSpeed::Unknown,
        },
    })
}

fn from_rusb(error: rusb::Error) -> UsbError {
    match error {
        rusb::Error::NoDevice => UsbError::Gone,
        rusb::Error::Timeout => UsbError::Timeout { transferred: 0 },
        rusb::Error::Pipe => UsbError::Stall,
        rusb::Error::Overflow => UsbError::Overflow,
        rusb::Error::Access => UsbError::Access(String::from("the system refuses")),
        rusb::Error::Busy => UsbError::Busy(String::from("another program holds it")),
        rusb::Error::NoMem => UsbError::NoMemory,
        rusb::Error::NotSupported => UsbError::NotSupported,
        other => UsbError::Other(format!("libusb: {other}")),
    }
}
