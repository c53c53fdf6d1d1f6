//! Pixel work: from the bytes on the wire to the caller's picture, and what the image
//! functions of the C API do to finished pictures.
//!
//! Pure functions on slices. No camera, no model names, no I/O, and no thread but for the
//! time of a call that asks for several. The callers
//! are `camera` (through [`Plan`], [`Sink`] and [`Assembler`]), the image functions of
//! `ffi`, and the tool's previews.
//!
//! ```text
//!  transfers ──► Assembler ──Data──► Sink ──► caller's picture      (single frame)
//!                          └─Data──► frame buffer ──► Plan::convert  (live)
//! ```
//!
//! Pictures are packed rows: 8-bit samples, or 16- or 32-bit little-endian ones that need
//! not be aligned.
//!
//! ```
//! use qhyccd::frame::{Assembler, Event, Plan, Sample, Settings, Sink, WireLayout};
//!
//! let plan = Plan::new(Settings::whole(WireLayout { columns: 2, rows: 1, sample: Sample::U16Be }))?;
//! let mut picture = vec![0; plan.output_len()];
//! let mut sink = Sink::new(&plan, &mut picture)?;
//! let mut assembler = Assembler::new([0xEE, 0x11, 0xDD, 0x22], plan.frame_len());
//! // Transfers as they end, and whether each was shorter than its buffer.
//! for (bytes, short) in [(&[0xEE, 0x11, 0xDD, 0x22][..], true), (&[1, 2, 3][..], false), (&[4][..], true)] {
//!     for event in assembler.feed(bytes, short) {
//!         match event {
//!             Event::Data(bytes) => assert_eq!(sink.push(bytes), bytes.len()),
//!             Event::Resync(_) => sink.restart(),
//!             Event::FrameDone => assert_eq!(sink.bytes_missing(), 0),
//!         }
//!     }
//! }
//! sink.finish()?;
//! assert_eq!(picture, [2, 1, 4, 3]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Every kernel has a plain twin that serves as its definition: [`reference`](mod@reference)
//! for pictures out of frames, the tests of a module for what it does to pictures.
#![forbid(unsafe_code)]

pub mod assembler;
pub mod bin;
pub mod calibrate;
mod convert;
pub mod debayer;
pub mod depth;
pub mod equalize;
pub mod fits;
pub mod hist;
pub mod plan;
pub mod pool;
#[doc(hidden)]
pub mod reference;
pub mod rotate;
mod runs;
pub mod sink;
pub mod stretch;
pub mod swap;
pub mod tone;
pub mod unpack;

pub use assembler::{Assembler, Event, Resync};
pub use calibrate::{Calibration, Masters};
pub use convert::ConvertError;
pub use debayer::Method;
pub use plan::{Depth, Plan, PlanError, Sample, Settings, WireLayout};
pub use rotate::Turn;
pub use sink::{Incomplete, Sink};
pub use stretch::Stretch;
pub use tone::Tone;
pub use unpack::Packing;

#[cfg(test)]
mod tests;
