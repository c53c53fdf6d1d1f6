//! The virtual camera: the device side of the cable.
//!
//! [`Device`] answers what a camera sees: control requests and bulk reads. It shares
//! with the host only the *spelling* of requests (`wire`) and the names, ids and memory
//! sizes of `model`; what a register does is written here a second time, from the
//! sources, so that a mistake on one side shows. It never calls host code.
//!
//! ```text
//!  requests ─► device ─┬► sequencer ─► ddr ─► bulk endpoint
//!                      │       └ Shot ─────► sensor::pixels ◄─ scene ◄─ world
//!                      ├► cooler, wheel, registers, EEPROM, pages
//! ```
//!
//! A device is pure: it keeps no thread and no clock, each call is told the time. A
//! [`Port`] adds both, for the in-process transport and for `virtual-usb`.
#![forbid(unsafe_code)]

mod burst;
mod chamber;
mod cooler;
mod ddr;
mod device;
mod faults;
mod gps;
mod guide;
mod loader;
mod port;
mod rng;
pub mod scene;
mod sensor;
mod sequencer;
pub mod spec;
mod supply;
#[cfg(test)]
mod tests;
mod trigger;
mod wheel;
mod world;

pub use device::{BulkIn, Device, Refusal};
pub use faults::{Fault, FaultKind, Faults, When};
pub use gps::{GpsKind, GpsSpec};
pub use guide::Push;
pub use loader::Loader;
pub use port::{Port, Socket};
pub use spec::{DeviceSpec, SpecError};
pub use wheel::{WheelKind, WheelSpec};
pub use world::{Dials, GUIDE_ARCSEC_PER_S, Mount, Tracking, World};
