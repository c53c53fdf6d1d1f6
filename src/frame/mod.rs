//! Pixel work: from the bytes on the wire to the caller's picture, and what the image
//! functions of the C API do to finished pictures.
//!
//! Pure functions on slices. No camera, no model names, no I/O, no threads. The callers
//! are `camera` (through [`Plan`], [`Sink`] and [`Assembler`]), the image functions of
//! `ffi`, and the tool's previews.
//!
//! ```text
//!  transfers ──► Assembler ──Data──► Sink ──► caller's picture      (single frame)
//!                          └─Data──► frame buffer ──► Plan::convert  (live)
//! ```
//!
//! Pictures are packed rows: 8-bit samples, or 16-bit little-endian ones that need not
//! be aligned. Every kernel has a plain twin in its tests that serves as its definition.
#![forbid(unsafe_code)]

pub mod assembler;
pub mod bin;
pub mod debayer;
pub mod depth;
pub mod equalize;
pub mod hist;
pub mod plan;
pub mod rotate;
pub mod sink;
pub mod stretch;
pub mod swap;

pub use assembler::{Assembler, Event, Resync};
pub use plan::{Plan, PlanError, Sample, Settings, WireLayout};
pub use rotate::Turn;
pub use sink::{ConvertError, Incomplete, Sink};
pub use stretch::Stretch;

#[cfg(test)]
mod tests;
