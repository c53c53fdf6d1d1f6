//! Geometry, time, order of colours and samples. Used by every layer; uses none of them.
#![forbid(unsafe_code)]

pub mod clock;
pub mod geom;
pub mod taps;

pub use clock::Clock;
pub use geom::{Bayer, Rect, Size};
pub use taps::Taps;
