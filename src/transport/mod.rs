//! Moves bytes between the host and one camera, whatever the cable is.
//!
//! A [`Bus`] says which devices are there and opens them; a [`Transport`] is one open
//! device; a [`BulkStream`] is a queue of pending reads on it. Nothing here knows what
//! the bytes mean. Every call returns within the time it was given.
#![deny(missing_docs)]

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::util::Clock;

pub mod null;
pub mod record;
pub mod replay;
pub mod select;
mod trace;
#[cfg(feature = "usb")]
pub mod usb;
#[cfg(feature = "virtual")]
pub mod virtual_;

/// Direction bit of [`Setup::request_type`]: device to host.
pub const DIR_IN: u8 = 0x80;
/// Vendor request to the device, host to device.
pub const VENDOR_OUT: u8 = 0x40;
/// Vendor request to the device, device to host.
pub const VENDOR_IN: u8 = 0xC0;

/// The fixed part of a control request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Setup {
    /// Direction, type and recipient (`bmRequestType`).
    pub request_type: u8,
    /// `bRequest`.
    pub request: u8,
    /// `wValue`.
    pub value: u16,
    /// `wIndex`.
    pub index: u16,
}

impl Setup {
    /// A vendor request from the device.
    pub const fn vendor_in(request: u8, value: u16, index: u16) -> Setup {
        Setup { request_type: VENDOR_IN, request, value, index }
    }

    /// A vendor request to the device.
    pub const fn vendor_out(request: u8, value: u16, index: u16) -> Setup {
        Setup { request_type: VENDOR_OUT, request, value, index }
    }

    /// True if the data go from device to host.
    pub const fn is_in(&self) -> bool {
        self.request_type & DIR_IN != 0
    }
}

/// How fast the link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkSpeed {
    /// Not known.
    Unknown,
    /// 12 Mbit/s or less.
    Full,
    /// 480 Mbit/s.
    High,
    /// 5 Gbit/s or more.
    Super,
}

/// What can be learnt of a device without opening it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// USB vendor id.
    pub vendor: u16,
    /// USB product id.
    pub product: u16,
    /// Bus number.
    pub bus: u8,
    /// Address on the bus; changes when the device is plugged in again.
    pub address: u8,
    /// Port numbers from the root hub on.
    pub ports: Vec<u8>,
    /// Link speed.
    pub speed: LinkSpeed,
}

/// Why bytes did not move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsbError {
    /// The device is gone.
    Gone,
    /// Nothing came in time. `transferred` bytes had moved.
    Timeout {
        /// Bytes that moved before the time ran out.
        transferred: usize,
    },
    /// The device refused the request.
    Stall,
    /// The device sent more than was asked for.
    Overflow,
    /// Somebody cancelled the transfer.
    Cancelled,
    /// The system does not let this user open the device.
    Access(String),
    /// Another program holds the interface.
    Busy(String),
    /// The system has no memory left for transfers.
    NoMemory,
    /// The backend cannot do this.
    NotSupported,
    /// Anything else, in words.
    Other(String),
}

impl fmt::Display for UsbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UsbError::Gone => f.write_str("the device is gone"),
            UsbError::Timeout { transferred } => write!(f, "timed out after {transferred} bytes"),
            UsbError::Stall => f.write_str("the device refused the request (stall)"),
            UsbError::Overflow => f.write_str("the device sent more than was asked for"),
            UsbError::Cancelled => f.write_str("the transfer was cancelled"),
            UsbError::Access(hint) => write!(f, "no permission to open the device; {hint}"),
            UsbError::Busy(hint) => write!(f, "the device is in use; {hint}"),
            UsbError::NoMemory => f.write_str("no memory for USB transfers"),
            UsbError::NotSupported => f.write_str("not supported by this connection"),
            UsbError::Other(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for UsbError {}

/// A bus event.
#[derive(Clone, Debug)]
pub enum BusEvent {
    /// A device was plugged in.
    Arrived(Identity),
    /// A device was unplugged.
    Left(Identity),
}

/// Receives bus events on the bus's own thread; must return soon.
pub type BusListener = Arc<dyn Fn(BusEvent) + Send + Sync>;

/// The devices that can be reached, and the way to open one.
pub trait Bus: Send + Sync {
    /// The devices that are there now, of any make.
    fn scan(&self) -> Result<Vec<Identity>, UsbError>;
    /// Opens a device that [`Bus::scan`] named.
    fn open(&self, device: &Identity) -> Result<Arc<dyn Transport>, UsbError>;
    /// Calls `listener` on arrivals and departures until [`Bus::unwatch`] or drop.
    /// Starts at most one thread.
    fn watch(&self, listener: BusListener) -> Result<(), UsbError>;
    /// Ends [`Bus::watch`] and joins its thread. Harmless if nothing is watched.
    fn unwatch(&self);
}

/// One open device. Any method may be called from any thread; dropping the last
/// reference closes the device.
pub trait Transport: Send + Sync {
    /// Ids, place and speed.
    fn identity(&self) -> &Identity;
    /// The time the device lives in; wall time unless the device is virtual.
    fn clock(&self) -> Clock {
        Clock::real()
    }
    /// Takes interface 0 for this process, detaching a kernel driver if need be.
    fn claim(&self) -> Result<(), UsbError>;
    /// Gives interface 0 back and reattaches the kernel driver.
    fn release(&self) -> Result<(), UsbError>;
    /// Reads up to `data.len()` bytes by a control request; returns how many came.
    fn control_in(&self, setup: Setup, data: &mut [u8], timeout: Duration) -> Result<usize, UsbError>;
    /// Writes `data` by a control request.
    fn control_out(&self, setup: Setup, data: &[u8], timeout: Duration) -> Result<(), UsbError>;
    /// Writes to a bulk endpoint; returns how many bytes went.
    fn bulk_out(&self, endpoint: u8, data: &[u8], timeout: Duration) -> Result<usize, UsbError>;
    /// Reads from a bulk endpoint once: until `data` is full, a short packet ends the
    /// transfer, or time is out.
    fn bulk_in(&self, endpoint: u8, data: &mut [u8], timeout: Duration) -> Result<usize, UsbError>;
    /// Opens a queue of reads on a bulk endpoint.
    fn open_bulk_in(&self, endpoint: u8) -> Result<Box<dyn BulkStream>, UsbError>;
    /// Clears the halt condition of an endpoint and drops what the host side still holds.
    fn clear_halt(&self, endpoint: u8) -> Result<(), UsbError>;
    /// True once the device is known to be gone.
    fn is_gone(&self) -> bool;
}

/// A read that ended.
#[derive(Debug)]
pub struct Completion {
    /// The buffer that was submitted, of unchanged length.
    pub buffer: Vec<u8>,
    /// Bytes of it that hold data, also with a failed status.
    pub filled: usize,
    /// How it ended. A short packet is success with `filled < buffer.len()`.
    pub status: Result<(), UsbError>,
}

/// Reads in flight on one endpoint. They complete in the order of submission. While a
/// buffer is pending the queue owns it. Drop cancels what is pending and waits for it.
pub trait BulkStream: Send {
    /// Queues a read of `buffer.len()` bytes, a multiple of 1024. On an error the
    /// buffer comes back.
    fn submit(&mut self, buffer: Vec<u8>) -> Result<(), (UsbError, Vec<u8>)>;
    /// Waits up to `timeout` for the oldest read to end. `None`: not yet, or nothing
    /// is pending.
    fn wait(&mut self, timeout: Duration) -> Option<Completion>;
    /// Reads in flight.
    fn pending(&self) -> usize;
    /// Asks all pending reads to end; they still come back through [`BulkStream::wait`].
    fn cancel_all(&mut self);
    /// A handle with which another thread can end a [`BulkStream::wait`] at once: the
    /// wait returns `None` as if its time were out.
    fn waker(&self) -> Arc<dyn Wake>;
}

/// Ends a wait from another thread.
pub trait Wake: Send + Sync {
    /// Makes the present or next [`BulkStream::wait`] return at once.
    fn wake(&self);
}
