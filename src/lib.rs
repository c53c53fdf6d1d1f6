//! An independent, open implementation of the QHYCCD camera SDK.
//!
//! Programs written for the vendor's library load this one instead, as
//! `libqhyccd.so.20` or `qhyccd.dll`; Rust programs use [`camera::Library`].
//!
//! The host side is `ffi → camera → {model, wire, transport, frame}`; the device
//! side, `vcam`, is a virtual camera that meets the host only at the cable.
//! `ARCHITECTURE.md` has the picture and the rules, `tests/layers.rs` enforces them.

// One opened camera, the library that finds it, and everything a user can ask of it.
pub mod camera;
// The C names. No logic, only pointers to values and back.
#[cfg(feature = "c-abi")]
pub mod ffi;
// Pixel kernels: pure functions on slices.
pub mod frame;
// What each camera is and can do, as tables with sources.
pub mod model;
// Moves bytes to and from a camera, whatever the cable is.
pub mod transport;
// Geometry, time and other things that everybody needs.
pub mod util;
// The virtual camera: what the device does with the bytes.
#[cfg(feature = "virtual")]
pub mod vcam;
// Typed requests and their bytes on the bus.
pub mod wire;

/// The example in the README must compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
